/* SPDX-License-Identifier: MIT */
/*
 * The root port's interrupt, its link and its reset: core/rootport.c. What
 * happens in the slot is in test_rootport_slot.c.
 */
#include "tests/unit/rootport_test.h"

/* --- interrupt ---------------------------------------------------------------- */

static void message_goes_where_the_guest_said(void **state)
{
    (void)state;
    fake_slot_listen(&slot);
    fake_slot_write(&slot, slot.msi + 0x08u, 4, 0x1);
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    assert_true(slot.last.set & RP_ROOTPORT_SEND_MSI);
    assert_int_equal(slot.last.msi_address.value, UINT64_C(0x1fee00000));
    assert_int_equal(slot.last.msi_data, FAKE_SLOT_MSI_DATA);
}

static void message_is_sent_on_an_edge_only(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ON);
    assert_int_equal(fake_slot_unplug(&slot), RP_OK);
    assert_messages(1);
    /* The button is not acknowledged: no second edge. */
    assert_int_equal(fake_slot_unplug_now(&slot), RP_OK);
    assert_messages(1);
    assert_int_equal(fake_slot_status(&slot) & EVENTS, ABP | PDC | DLLSC);
    /* Part of the cause goes: still asserted. */
    fake_slot_clear(&slot, ABP);
    fake_slot_clear(&slot, PDC);
    assert_messages(1);
    /* All of it goes: armed again. */
    fake_slot_clear(&slot, DLLSC);
    assert_messages(1);
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    assert_messages(2);
}

static void no_message_without_hotplug_interrupt_enable(void **state)
{
    (void)state;
    fake_slot_listen(&slot);
    disable(HPIE);
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    assert_messages(0);
}

static void no_message_for_an_event_that_is_not_enabled(void **state)
{
    (void)state;
    fake_slot_listen(&slot);
    disable(DLLSCE | PDCE | ABPE);
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    assert_messages(0);
    assert_int_equal(fake_slot_status(&slot), PDS | PDC | DLLSC);
}

static void each_event_has_its_own_enable(void **state)
{
    (void)state;
    static const struct {
        uint32_t enable;
        uint32_t event;
    } pairs[] = {{PDCE, PDC}, {DLLSCE, DLLSC}};

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        fake_slot_init(&slot);
        fake_slot_listen(&slot);
        disable(DLLSCE | PDCE | ABPE);
        enable(pairs[i].enable);
        assert_int_equal(fake_slot_plug(&slot), RP_OK);
        assert_messages(1);
        fake_slot_clear(&slot, pairs[i].event);
        disable(pairs[i].enable);
        enable(pairs[i].enable);
        assert_messages(1);
    }
    begin_in(RP_ROOTPORT_ON);
    disable(DLLSCE | PDCE);
    assert_int_equal(fake_slot_unplug(&slot), RP_OK);
    assert_messages(1);
}

static void enabling_with_an_event_pending_fires_once(void **state)
{
    (void)state;
    fake_slot_listen(&slot);
    disable(HPIE);
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    enable(HPIE);
    assert_messages(1);
    enable(PDCE);
    assert_messages(1);
}

static void message_waits_for_msi_enable_and_bus_master(void **state)
{
    (void)state;
    fake_slot_listen(&slot);
    fake_slot_write(&slot, slot.msi + 0x02u, 2, 0);
    fake_slot_write(&slot, 0x04, 2, 0x0002);
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    fake_slot_write(&slot, slot.msi + 0x02u, 2, 1);
    assert_messages(0);
    fake_slot_write(&slot, 0x04, 2, 0x0006);
    assert_messages(1);
}

static void masked_vector_is_pending_until_unmasked(void **state)
{
    (void)state;
    fake_slot_listen(&slot);
    fake_slot_write(&slot, slot.msi + 0x10u, 4, 1);
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    assert_messages(0);
    assert_int_equal(fake_slot_read(&slot, slot.msi + 0x14u, 4), 1);
    fake_slot_write(&slot, slot.msi + 0x10u, 4, 0);
    assert_messages(1);
    assert_int_equal(fake_slot_read(&slot, slot.msi + 0x14u, 4), 0);
}

static void masked_vector_whose_cause_is_gone_is_not_pending(void **state)
{
    (void)state;
    fake_slot_listen(&slot);
    fake_slot_write(&slot, slot.msi + 0x10u, 4, 1);
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    fake_slot_clear(&slot, PDC | DLLSC);
    assert_int_equal(fake_slot_read(&slot, slot.msi + 0x14u, 4), 0);
    fake_slot_write(&slot, slot.msi + 0x10u, 4, 0);
    assert_messages(0);
}

static void message_waits_for_d0(void **state)
{
    (void)state;
    fake_slot_listen(&slot);
    set_power_state(3);
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    assert_messages(0);
    set_power_state(0);
    assert_messages(1);
}

/* Linux reads the status until nothing is left, and clears what it read. */
static void event_while_another_is_handled_is_not_lost(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ON);
    assert_int_equal(fake_slot_unplug(&slot), RP_OK);
    uint32_t seen = fake_slot_status(&slot) & EVENTS;
    assert_int_equal(fake_slot_unplug_now(&slot), RP_OK);
    fake_slot_clear(&slot, seen);
    assert_int_equal(fake_slot_status(&slot) & EVENTS, PDC | DLLSC);
}

/* --- commands and byte enables ------------------------------------------------ */

static void commands_never_report_completion(void **state)
{
    (void)state;
    fake_slot_listen(&slot);
    enable(CCIE);
    assert_false(fake_slot_control(&slot) & CCIE);
    write_control(fake_slot_control(&slot));
    fake_slot_show(&slot, BLINK, ON);
    assert_false(fake_slot_status(&slot) & CC);
    assert_messages(0);
}

static void clearing_status_is_not_a_command(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ON);
    uint32_t control = fake_slot_control(&slot);

    for (unsigned i = 0; i < 3; i++)
        fake_slot_clear(&slot, 0xffff);
    assert_int_equal(fake_slot_control(&slot), control);
    assert_int_equal(fake_slot_status(&slot), PDS);
    assert_messages(0);
}

static void writing_control_clears_no_event(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ARRIVING);
    write_control(0xffff);
    assert_int_equal(fake_slot_status(&slot), PDS | PDC | DLLSC);
}

static void each_byte_of_status_clears_its_own_events(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ARRIVING);
    fake_slot_write(&slot, slot.pcie + 0x1au, 1, 0xff);
    assert_int_equal(fake_slot_status(&slot), PDS | DLLSC);
    fake_slot_write(&slot, slot.pcie + 0x1bu, 1, 0xff);
    assert_int_equal(fake_slot_status(&slot), PDS);
}

static void bytes_outside_a_write_clear_no_event(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ARRIVING);
    fake_slot_write(&slot, slot.pcie + 0x1au, 1, 0xffffffff);
    assert_int_equal(fake_slot_status(&slot), PDS | DLLSC);
    fake_slot_write(&slot, slot.pcie + 0x18u, 2, 0xffff0000u | fake_slot_control(&slot));
    assert_int_equal(fake_slot_status(&slot), PDS | DLLSC);
}

static void dword_write_reaches_control_and_status(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ARRIVING);
    fake_slot_write(&slot, slot.pcie + 0x18u, 4, 0x01080000u | HPIE | ON << 8 | OFF << 6);
    assert_int_equal(fake_slot_status(&slot), PDS);
    assert_int_equal(fake_slot_control(&slot), HPIE | ON << 8 | OFF << 6);
    assert_state(RP_ROOTPORT_ON);
}

static void byte_write_at_19_moves_the_power_indicator(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ARRIVING);
    fake_slot_write(&slot, slot.pcie + 0x19u, 1, ON | DLLSCE >> 8);
    assert_state(RP_ROOTPORT_ON);
    assert_true(fake_slot_control(&slot) & HPIE);
}

/* --- secondary bus reset, link disable, D3hot ---------------------------------- */

static void secondary_bus_reset_resets_the_child_without_a_link_event(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ON);
    set_secondary_reset(true);
    assert_int_equal(slot.reset_count, 1);
    assert_true(slot.last.set & RP_ROOTPORT_FORWARDING_CHANGED);
    assert_false(rp_rootport_is_forwarding(&slot.port));
    assert_false(fake_slot_link_status(&slot) & DLLLA);
    assert_int_equal(fake_slot_finish_reset(&slot), RP_OK);
    assert_false(fake_slot_link_status(&slot) & DLLLA); /* still held */
    set_secondary_reset(false);
    assert_true(slot.last.set & RP_ROOTPORT_FORWARDING_CHANGED);
    assert_occupied();
    assert_int_equal(fake_slot_status(&slot), PDS);
    assert_messages(0);
    assert_state(RP_ROOTPORT_ON);
}

static void link_waits_for_a_reset_that_takes_longer_than_the_guest_held_it(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ON);
    set_secondary_reset(true);
    set_secondary_reset(false);
    assert_false(rp_rootport_is_forwarding(&slot.port));
    assert_int_equal(fake_slot_finish_reset(&slot), RP_OK);
    assert_true(rp_rootport_is_forwarding(&slot.port));
    assert_int_equal(fake_slot_status(&slot), PDS);
    assert_messages(0);
}

static void one_reset_at_a_time(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ON);
    for (unsigned i = 0; i < 10; i++) {
        set_secondary_reset(true);
        set_secondary_reset(false);
    }
    assert_int_equal(slot.reset_count, 1);
    assert_int_equal(fake_slot_finish_reset(&slot), RP_OK);
    assert_int_equal(fake_slot_finish_reset(&slot), RP_ERR_INVALID);
    set_secondary_reset(true);
    assert_int_equal(slot.reset_count, 2);
}

static void repeated_secondary_bus_reset_leaves_no_link_event(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ON);
    for (unsigned i = 0; i < 2; i++) {
        set_secondary_reset(true);
        set_secondary_reset(false);
    }
    assert_int_equal(fake_slot_finish_reset(&slot), RP_OK);
    assert_occupied();
    assert_int_equal(fake_slot_status(&slot), PDS);
    assert_messages(0);
}

static void reset_of_an_empty_bus_resets_nothing(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_EMPTY);
    set_secondary_reset(true);
    set_secondary_reset(false);
    assert_int_equal(slot.reset_count, 0);
    assert_vacant();
    begin_in(RP_ROOTPORT_RELEASED);
    set_secondary_reset(true);
    set_secondary_reset(false);
    assert_int_equal(slot.reset_count, 0);
}

static void link_disable_is_a_link_event_both_ways(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ON);
    set_link_disable(true);
    assert_false(fake_slot_link_status(&slot) & DLLLA);
    assert_int_equal(fake_slot_status(&slot), PDS | DLLSC);
    assert_int_equal(slot.reset_count, 1); /* a link that is down resets */
    assert_messages(1);
    fake_slot_clear(&slot, DLLSC);
    assert_int_equal(fake_slot_finish_reset(&slot), RP_OK);
    assert_false(fake_slot_link_status(&slot) & DLLLA);
    set_link_disable(false);
    assert_occupied();
    assert_int_equal(fake_slot_status(&slot), PDS | DLLSC);
    assert_messages(2);
}

static void link_that_comes_up_late_is_an_event_too(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ON);
    set_link_disable(true);
    set_link_disable(false);
    fake_slot_clear(&slot, DLLSC);
    assert_int_equal(fake_slot_finish_reset(&slot), RP_OK);
    assert_occupied();
    assert_int_equal(fake_slot_status(&slot), PDS | DLLSC);
}

static void link_disable_in_a_secondary_bus_reset_ends_in_a_link_event(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ON);
    set_secondary_reset(true);
    set_link_disable(true);
    assert_int_equal(fake_slot_finish_reset(&slot), RP_OK);
    set_secondary_reset(false);
    assert_int_equal(fake_slot_status(&slot), PDS);
    set_link_disable(false);
    assert_int_equal(fake_slot_status(&slot), PDS | DLLSC);
}

static void child_behind_a_disabled_link_is_present_but_not_linked(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_EMPTY);
    set_link_disable(true);
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    assert_int_equal(fake_slot_status(&slot), PDS | PDC);
    assert_false(rp_rootport_is_forwarding(&slot.port));
    set_link_disable(false);
    assert_occupied();
    assert_true(fake_slot_status(&slot) & DLLSC);
    assert_true(rp_rootport_is_forwarding(&slot.port));
}

static void surprise_ends_a_reset(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ON);
    set_secondary_reset(true);
    assert_int_equal(fake_slot_unplug_now(&slot), RP_OK);
    assert_int_equal(fake_slot_finish_reset(&slot), RP_ERR_INVALID);
    set_secondary_reset(false);
    fake_slot_clear(&slot, EVENTS);
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    assert_occupied();
    assert_int_equal(fake_slot_status(&slot) & EVENTS, PDC | DLLSC);
}

static void port_in_d3hot_forwards_nothing(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ON);
    set_power_state(3);
    assert_int_equal(slot.last.set, RP_ROOTPORT_FORWARDING_CHANGED);
    assert_false(rp_rootport_is_forwarding(&slot.port));
    assert_occupied();
    set_power_state(0);
    assert_int_equal(slot.last.set, RP_ROOTPORT_FORWARDING_CHANGED);
    assert_true(rp_rootport_is_forwarding(&slot.port));
    assert_int_equal(slot.reset_count, 0); /* No_Soft_Reset */
}

/* --- guest reset -------------------------------------------------------------- */

static void assert_fresh_control(uint32_t power)
{
    assert_int_equal(fake_slot_control(&slot), power << 8 | OFF << 6);
    assert_int_equal(fake_slot_read(&slot, slot.msi + 0x02u, 2), 0x0180);
}

static void reset_keeps_a_child_for_the_scan_to_find(void **state)
{
    (void)state;
    static const enum rp_rootport_state states[] = {RP_ROOTPORT_ARRIVING, RP_ROOTPORT_ON,
                                                    RP_ROOTPORT_FAILED,
                                                    RP_ROOTPORT_GUEST_RELEASED};

    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        begin_in(states[i]);
        fake_slot_reset(&slot);
        assert_state(RP_ROOTPORT_ARRIVING);
        assert_occupied();
        assert_int_equal(fake_slot_status(&slot), PDS);
        assert_int_equal(fake_slot_link_status(&slot), DLLLA | 4 << 4 | 3);
        assert_fresh_control(ON);
        assert_true(slot.is_attached);
        assert_messages(0);
    }
}

static void reset_grants_a_pending_unplug(void **state)
{
    (void)state;
    static const enum rp_rootport_state states[] = {RP_ROOTPORT_ASKED, RP_ROOTPORT_GRACE};

    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        begin_in(states[i]);
        fake_slot_reset(&slot);
        assert_state(RP_ROOTPORT_RELEASED);
        assert_int_equal(slot.outcome, RP_OUTCOME_RELEASED);
        assert_false(slot.is_attached);
        assert_int_equal(fake_slot_status(&slot), PDS);
        assert_fresh_control(OFF);
        assert_int_equal(fake_slot_finish_detach(&slot), RP_OK);
        assert_vacant();
        assert_messages(0);
    }
}

static void reset_leaves_an_empty_slot_and_a_running_detach_alone(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_EMPTY);
    fake_slot_reset(&slot);
    assert_state(RP_ROOTPORT_EMPTY);
    assert_vacant();
    assert_fresh_control(OFF);
    begin_in(RP_ROOTPORT_RELEASED);
    fake_slot_reset(&slot);
    assert_state(RP_ROOTPORT_RELEASED);
    assert_false(slot.last.set & (RP_ROOTPORT_DETACH_CHILD | RP_ROOTPORT_REPORT));
    assert_int_equal(fake_slot_finish_detach(&slot), RP_OK);
}

static void reset_brings_back_a_link_that_the_guest_held_down(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ON);
    set_link_disable(true);
    set_secondary_reset(true);
    fake_slot_reset(&slot);
    assert_occupied();
    assert_int_equal(fake_slot_status(&slot), PDS);
    assert_int_equal(fake_slot_finish_reset(&slot), RP_ERR_INVALID);
    assert_true(rp_rootport_is_forwarding(&slot.port));
}

static void reset_arms_the_interrupt_again(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ARRIVING);
    fake_slot_reset(&slot);
    fake_slot_listen(&slot);
    assert_messages(0);
    assert_int_equal(fake_slot_unplug_now(&slot), RP_OK);
    assert_messages(1);
}

static void child_there_at_reset_is_enabled_when_the_driver_listens(void **state)
{
    (void)state;
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    fake_slot_reset(&slot);
    assert_state(RP_ROOTPORT_ARRIVING);
    fake_slot_listen(&slot);
    assert_state(RP_ROOTPORT_ON);
    assert_int_equal(slot.outcome, RP_OUTCOME_ENABLED);
    assert_int_equal(fake_slot_unplug(&slot), RP_OK);
}

static void child_that_replaced_the_one_there_at_reset_waits_too(void **state)
{
    (void)state;
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    fake_slot_reset(&slot);
    assert_int_equal(fake_slot_unplug_now(&slot), RP_OK);
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    fake_slot_listen(&slot);
    assert_state(RP_ROOTPORT_ARRIVING);
}

static void child_plugged_after_the_scan_waits_for_the_driver(void **state)
{
    (void)state;
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    fake_slot_listen(&slot);
    assert_state(RP_ROOTPORT_ARRIVING);
    assert_occupied(); /* the driver's own look at presence finds it */
    fake_slot_show_power(&slot, BLINK);
    fake_slot_show(&slot, ON, OFF);
    assert_state(RP_ROOTPORT_ON);
}

static void every_state_and_outcome_has_a_text(void **state)
{
    (void)state;
    for (unsigned i = 0; i < STATE_COUNT; i++)
        assert_string_not_equal(rp_rootport_state_text((enum rp_rootport_state)i),
                                "unknown state");
    for (unsigned i = 0; i <= RP_OUTCOME_GUEST_RELEASED; i++)
        assert_string_not_equal(rp_rootport_outcome_text((enum rp_rootport_outcome)i),
                                "unknown outcome");
    assert_string_equal(rp_rootport_state_text((enum rp_rootport_state)99),
                        "unknown state");
    assert_string_equal(rp_rootport_outcome_text((enum rp_rootport_outcome)99),
                        "unknown outcome");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(message_goes_where_the_guest_said, set_up),
        cmocka_unit_test_setup(message_is_sent_on_an_edge_only, set_up),
        cmocka_unit_test_setup(no_message_without_hotplug_interrupt_enable, set_up),
        cmocka_unit_test_setup(no_message_for_an_event_that_is_not_enabled, set_up),
        cmocka_unit_test_setup(each_event_has_its_own_enable, set_up),
        cmocka_unit_test_setup(enabling_with_an_event_pending_fires_once, set_up),
        cmocka_unit_test_setup(message_waits_for_msi_enable_and_bus_master, set_up),
        cmocka_unit_test_setup(masked_vector_is_pending_until_unmasked, set_up),
        cmocka_unit_test_setup(masked_vector_whose_cause_is_gone_is_not_pending, set_up),
        cmocka_unit_test_setup(message_waits_for_d0, set_up),
        cmocka_unit_test_setup(event_while_another_is_handled_is_not_lost, set_up),
        cmocka_unit_test_setup(commands_never_report_completion, set_up),
        cmocka_unit_test_setup(clearing_status_is_not_a_command, set_up),
        cmocka_unit_test_setup(writing_control_clears_no_event, set_up),
        cmocka_unit_test_setup(each_byte_of_status_clears_its_own_events, set_up),
        cmocka_unit_test_setup(bytes_outside_a_write_clear_no_event, set_up),
        cmocka_unit_test_setup(dword_write_reaches_control_and_status, set_up),
        cmocka_unit_test_setup(byte_write_at_19_moves_the_power_indicator, set_up),
        cmocka_unit_test_setup(secondary_bus_reset_resets_the_child_without_a_link_event,
                               set_up),
        cmocka_unit_test_setup(
            link_waits_for_a_reset_that_takes_longer_than_the_guest_held_it, set_up),
        cmocka_unit_test_setup(one_reset_at_a_time, set_up),
        cmocka_unit_test_setup(repeated_secondary_bus_reset_leaves_no_link_event, set_up),
        cmocka_unit_test_setup(reset_of_an_empty_bus_resets_nothing, set_up),
        cmocka_unit_test_setup(link_disable_is_a_link_event_both_ways, set_up),
        cmocka_unit_test_setup(link_that_comes_up_late_is_an_event_too, set_up),
        cmocka_unit_test_setup(link_disable_in_a_secondary_bus_reset_ends_in_a_link_event,
                               set_up),
        cmocka_unit_test_setup(child_behind_a_disabled_link_is_present_but_not_linked,
                               set_up),
        cmocka_unit_test_setup(surprise_ends_a_reset, set_up),
        cmocka_unit_test_setup(port_in_d3hot_forwards_nothing, set_up),
        cmocka_unit_test_setup(reset_keeps_a_child_for_the_scan_to_find, set_up),
        cmocka_unit_test_setup(reset_grants_a_pending_unplug, set_up),
        cmocka_unit_test_setup(reset_leaves_an_empty_slot_and_a_running_detach_alone,
                               set_up),
        cmocka_unit_test_setup(reset_brings_back_a_link_that_the_guest_held_down, set_up),
        cmocka_unit_test_setup(reset_arms_the_interrupt_again, set_up),
        cmocka_unit_test_setup(child_there_at_reset_is_enabled_when_the_driver_listens,
                               set_up),
        cmocka_unit_test_setup(child_that_replaced_the_one_there_at_reset_waits_too,
                               set_up),
        cmocka_unit_test_setup(child_plugged_after_the_scan_waits_for_the_driver, set_up),
        cmocka_unit_test_setup(every_state_and_outcome_has_a_text, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
