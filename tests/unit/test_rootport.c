/* SPDX-License-Identifier: MIT */
/*
 * The root port's state machine: core/rootport.c. One test for each transition
 * of the slot, of its link and of its interrupt, and for each known trap.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/pci_regs.h>
#include <rootport/rootport.h>

#include "tests/fake/fake_slot.h"

/* Slot Status: PCI Express Base r5.0, 7.5.3.11. */
enum {
    ABP = 0x0001,
    PDC = 0x0008,
    CC = 0x0010,
    PDS = 0x0040,
    DLLSC = 0x0100,
    EVENTS = ABP | PDC | CC | DLLSC | 0x0006,
};

/* Slot Control: 7.5.3.10. */
enum {
    ABPE = 0x0001,
    PDCE = 0x0008,
    CCIE = 0x0010,
    HPIE = 0x0020,
    DLLSCE = 0x1000,
};

enum {
    ON = RP_PCI_PCIE_INDICATOR_ON,
    BLINK = RP_PCI_PCIE_INDICATOR_BLINK,
    OFF = RP_PCI_PCIE_INDICATOR_OFF,
};

/* Link Status: 7.5.3.8. */
#define DLLLA 0x2000u

static const enum rp_rootport_state all_states[] = {
    RP_ROOTPORT_EMPTY,    RP_ROOTPORT_ARRIVING,       RP_ROOTPORT_ON,
    RP_ROOTPORT_FAILED,   RP_ROOTPORT_ASKED,          RP_ROOTPORT_GRACE,
    RP_ROOTPORT_RELEASED, RP_ROOTPORT_GUEST_RELEASED,
};

enum {
    STATE_COUNT = sizeof(all_states) / sizeof(all_states[0]),
};

static struct fake_slot slot;

static int set_up(void **state)
{
    (void)state;
    fake_slot_init(&slot);
    return 0;
}

/* A port in @state with a guest that listens, and no message counted yet. */
static void begin_in(enum rp_rootport_state state)
{
    fake_slot_init(&slot);
    fake_slot_bring_to(&slot, state);
    slot.message_count = 0;
    slot.outcome = RP_OUTCOME_NONE;
}

static void assert_state(enum rp_rootport_state state)
{
    assert_int_equal(rp_rootport_state(&slot.port), state);
}

static void assert_messages(unsigned count)
{
    assert_int_equal(slot.message_count, count);
}

static void assert_occupied(void)
{
    assert_true(fake_slot_status(&slot) & PDS);
    assert_true(fake_slot_link_status(&slot) & DLLLA);
}

/* Linux takes presence or link for a child: both must be gone. */
static void assert_vacant(void)
{
    assert_false(fake_slot_status(&slot) & PDS);
    assert_false(fake_slot_link_status(&slot) & DLLLA);
}

static void write_control(uint32_t value)
{
    fake_slot_write(&slot, slot.pcie + 0x18u, 2, value);
}

static void enable(uint32_t bits)
{
    write_control(fake_slot_control(&slot) | bits);
}

static void disable(uint32_t bits)
{
    write_control(fake_slot_control(&slot) & ~bits);
}

static void set_secondary_reset(bool is_set)
{
    fake_slot_write(&slot, 0x3e, 2, is_set ? 0x0040 : 0);
}

static void set_link_disable(bool is_set)
{
    fake_slot_write(&slot, slot.pcie + 0x10u, 2, is_set ? 0x0010 : 0);
}

static void set_power_state(uint32_t value)
{
    fake_slot_write(&slot, slot.pm + 0x04u, 2, value);
}

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

/* --- arrival ------------------------------------------------------------------ */

static void plug_shows_presence_link_and_one_message(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_EMPTY);
    assert_vacant();
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    assert_state(RP_ROOTPORT_ARRIVING);
    assert_occupied();
    assert_int_equal(fake_slot_status(&slot) & EVENTS, PDC | DLLSC);
    assert_int_equal(slot.last.set,
                     RP_ROOTPORT_FORWARDING_CHANGED | RP_ROOTPORT_SEND_MSI);
    assert_messages(1);
    assert_true(rp_rootport_is_forwarding(&slot.port));
}

static void plug_presses_no_button(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_EMPTY);
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    assert_false(fake_slot_status(&slot) & ABP);
}

static void plug_waits_for_no_enable(void **state)
{
    (void)state;
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    assert_occupied();
    assert_messages(0);
}

static void link_of_a_child_is_trained_with_its_width(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ARRIVING);
    assert_int_equal(fake_slot_link_status(&slot), DLLLA | 4 << 4 | 3);
}

static void link_is_at_least_x1_and_at_most_the_ports(void **state)
{
    (void)state;
    struct rp_rootport_actions actions;
    struct rp_rootport_link virtual_function = {0};
    struct rp_rootport_link too_fast = {.speed = 9, .width = 32};

    assert_int_equal(rp_rootport_plug(&slot.port, virtual_function, &actions), RP_OK);
    assert_int_equal(fake_slot_link_status(&slot), DLLLA | 1 << 4 | 1);
    fake_slot_init(&slot);
    assert_int_equal(rp_rootport_plug(&slot.port, too_fast, &actions), RP_OK);
    assert_int_equal(fake_slot_link_status(&slot), DLLLA | 16 << 4 | 4);
}

static void plug_into_an_occupied_slot_is_refused(void **state)
{
    (void)state;
    for (unsigned i = 0; i < STATE_COUNT; i++) {
        begin_in(all_states[i]);
        struct rp_image before = slot.image;
        if (all_states[i] == RP_ROOTPORT_EMPTY)
            continue;
        assert_int_equal(fake_slot_plug(&slot), RP_ERR_EXISTS);
        assert_state(all_states[i]);
        assert_int_equal(slot.last.set, 0);
        assert_memory_equal(&before, &slot.image, sizeof(before));
    }
}

static void power_on_means_enabled(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ARRIVING);
    fake_slot_show_power(&slot, BLINK);
    assert_state(RP_ROOTPORT_ARRIVING);
    assert_int_equal(slot.outcome, RP_OUTCOME_NONE);
    fake_slot_show(&slot, ON, OFF);
    assert_state(RP_ROOTPORT_ON);
    assert_int_equal(slot.outcome, RP_OUTCOME_ENABLED);
}

static void attention_on_means_failed(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ARRIVING);
    fake_slot_show_power(&slot, BLINK);
    fake_slot_show(&slot, OFF, ON);
    assert_state(RP_ROOTPORT_FAILED);
    assert_int_equal(slot.outcome, RP_OUTCOME_FAILED);
    assert_occupied();
}

/* Linux before 5.5 sets one indicator at a time. */
static void attention_on_in_a_second_write_means_failed_too(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ARRIVING);
    fake_slot_show_power(&slot, BLINK);
    fake_slot_show_power(&slot, OFF);
    fake_slot_show(&slot, OFF, ON);
    assert_state(RP_ROOTPORT_FAILED);
    assert_int_equal(slot.outcome, RP_OUTCOME_FAILED);
}

static void no_reaction_stays_arriving(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ARRIVING);
    fake_slot_clear(&slot, EVENTS);
    enable(PDCE);
    disable(PDCE);
    assert_state(RP_ROOTPORT_ARRIVING);
    assert_int_equal(slot.outcome, RP_OUTCOME_NONE);
}

static void failed_guest_can_try_again(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_FAILED);
    fake_slot_show(&slot, BLINK, OFF);
    assert_state(RP_ROOTPORT_ARRIVING);
    fake_slot_show_power(&slot, ON);
    assert_state(RP_ROOTPORT_ON);
    begin_in(RP_ROOTPORT_FAILED);
    fake_slot_show(&slot, ON, OFF);
    assert_state(RP_ROOTPORT_ON);
    assert_int_equal(slot.outcome, RP_OUTCOME_ENABLED);
}

/* The guest still works through a removal when the next child is there already. */
static void power_off_of_an_earlier_removal_does_not_release_the_next_child(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ON);
    assert_int_equal(fake_slot_unplug_now(&slot), RP_OK);
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    fake_slot_show_power(&slot, OFF);
    assert_state(RP_ROOTPORT_ARRIVING);
    assert_int_equal(slot.outcome, RP_OUTCOME_NONE);
    fake_slot_show_power(&slot, BLINK);
    fake_slot_show(&slot, ON, OFF);
    assert_state(RP_ROOTPORT_ON);
}

static void writes_that_leave_power_on_do_not_enable_the_next_child(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ON);
    assert_int_equal(fake_slot_unplug_now(&slot), RP_OK);
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    enable(PDCE);
    disable(HPIE);
    enable(HPIE);
    assert_state(RP_ROOTPORT_ARRIVING);
}

static void indicators_of_an_empty_slot_mean_nothing(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_EMPTY);
    for (uint32_t power = 1; power <= 3; power++)
        for (uint32_t attention = 1; attention <= 3; attention++) {
            fake_slot_show(&slot, power, attention);
            assert_state(RP_ROOTPORT_EMPTY);
            assert_int_equal(slot.last.set, 0);
        }
}

/* --- orderly removal ---------------------------------------------------------- */

static void unplug_presses_the_button_once(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ON);
    assert_int_equal(fake_slot_unplug(&slot), RP_OK);
    assert_state(RP_ROOTPORT_ASKED);
    assert_int_equal(fake_slot_status(&slot), PDS | ABP);
    assert_int_equal(slot.last.set, RP_ROOTPORT_SEND_MSI);
    assert_occupied();
}

static void unplug_of_a_child_found_by_scan_presses_too(void **state)
{
    (void)state;
    /* Plugged while the guest boots: its driver never touches the indicators. */
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    fake_slot_listen(&slot);
    assert_state(RP_ROOTPORT_ARRIVING);
    assert_int_equal(fake_slot_unplug(&slot), RP_OK);
    assert_state(RP_ROOTPORT_ASKED);
}

static void blinking_begins_the_grace(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ASKED);
    fake_slot_clear(&slot, ABP);
    assert_state(RP_ROOTPORT_ASKED);
    fake_slot_show(&slot, BLINK, OFF);
    assert_state(RP_ROOTPORT_GRACE);
    assert_int_equal(slot.outcome, RP_OUTCOME_NONE);
    assert_true(slot.is_attached);
}

static void power_off_after_the_grace_releases(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_GRACE);
    fake_slot_show_power(&slot, OFF);
    assert_state(RP_ROOTPORT_RELEASED);
    assert_int_equal(slot.outcome, RP_OUTCOME_RELEASED);
    assert_false(slot.is_attached);
    assert_occupied(); /* until it is really gone */
    assert_messages(0);
}

static void power_off_without_a_grace_releases_too(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ASKED);
    fake_slot_show_power(&slot, OFF);
    assert_state(RP_ROOTPORT_RELEASED);
    assert_int_equal(slot.outcome, RP_OUTCOME_RELEASED);
}

static void finished_detach_empties_the_slot(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_RELEASED);
    assert_int_equal(fake_slot_finish_detach(&slot), RP_OK);
    assert_state(RP_ROOTPORT_EMPTY);
    assert_vacant();
    assert_int_equal(fake_slot_status(&slot) & EVENTS, PDC | DLLSC);
    assert_messages(1);
    assert_false(rp_rootport_is_forwarding(&slot.port));
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
}

static void detach_is_finished_only_where_one_began(void **state)
{
    (void)state;
    for (unsigned i = 0; i < STATE_COUNT; i++) {
        if (all_states[i] == RP_ROOTPORT_RELEASED)
            continue;
        begin_in(all_states[i]);
        assert_int_equal(fake_slot_finish_detach(&slot), RP_ERR_INVALID);
        assert_state(all_states[i]);
        assert_int_equal(slot.last.set, 0);
    }
}

static void power_on_in_the_grace_cancels(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_GRACE);
    fake_slot_show(&slot, ON, OFF);
    assert_state(RP_ROOTPORT_ON);
    assert_int_equal(slot.outcome, RP_OUTCOME_CANCELLED);
    assert_true(slot.is_attached);
    /* And it can be asked again. */
    assert_int_equal(fake_slot_unplug(&slot), RP_OK);
}

static void cancelling_in_the_grace_is_a_second_press(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_GRACE);
    assert_int_equal(fake_slot_cancel(&slot), RP_OK);
    assert_true(fake_slot_status(&slot) & ABP);
    assert_messages(1);
    assert_state(RP_ROOTPORT_GRACE);
    fake_slot_clear(&slot, ABP);
    assert_int_equal(fake_slot_cancel(&slot), RP_ERR_BUSY);
    assert_false(fake_slot_status(&slot) & ABP);
    fake_slot_show(&slot, ON, OFF);
    assert_state(RP_ROOTPORT_ON);
    assert_int_equal(slot.outcome, RP_OUTCOME_CANCELLED);
}

static void cancelling_too_late_does_not_keep_the_child(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_GRACE);
    assert_int_equal(fake_slot_cancel(&slot), RP_OK);
    fake_slot_show_power(&slot, OFF);
    assert_state(RP_ROOTPORT_RELEASED);
    assert_int_equal(slot.outcome, RP_OUTCOME_RELEASED);
    assert_int_equal(fake_slot_cancel(&slot), RP_ERR_BUSY);
    assert_state(RP_ROOTPORT_RELEASED);
}

static void cancelling_before_the_grace_takes_the_press_back(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ASKED);
    assert_int_equal(fake_slot_cancel(&slot), RP_OK);
    assert_state(RP_ROOTPORT_ON);
    assert_false(fake_slot_status(&slot) & ABP);
    assert_int_equal(fake_slot_unplug(&slot), RP_OK);
    assert_messages(1);
}

static void cancelling_what_was_not_asked_is_refused(void **state)
{
    (void)state;
    static const enum rp_rootport_state states[] = {
        RP_ROOTPORT_EMPTY,  RP_ROOTPORT_ARRIVING,       RP_ROOTPORT_ON,
        RP_ROOTPORT_FAILED, RP_ROOTPORT_GUEST_RELEASED,
    };

    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        begin_in(states[i]);
        assert_int_equal(fake_slot_cancel(&slot), RP_ERR_INVALID);
        assert_state(states[i]);
    }
}

static void guest_that_ignores_the_button_stays_asked(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ASKED);
    fake_slot_clear(&slot, EVENTS);
    write_control(fake_slot_control(&slot));
    assert_state(RP_ROOTPORT_ASKED);
    /* The control domain's ways out. */
    assert_int_equal(fake_slot_unplug(&slot), RP_ERR_BUSY);
    assert_int_equal(fake_slot_unplug_now(&slot), RP_OK);
    assert_state(RP_ROOTPORT_EMPTY);
}

static void button_is_not_pressed_twice(void **state)
{
    (void)state;
    static const enum rp_rootport_state states[] = {RP_ROOTPORT_ASKED, RP_ROOTPORT_GRACE,
                                                    RP_ROOTPORT_RELEASED};

    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        begin_in(states[i]);
        fake_slot_clear(&slot, EVENTS);
        assert_int_equal(fake_slot_unplug(&slot), RP_ERR_BUSY);
        assert_state(states[i]);
        assert_false(fake_slot_status(&slot) & ABP);
    }
}

static void button_is_not_pressed_while_the_guest_is_at_work(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ARRIVING);
    assert_int_equal(fake_slot_unplug(&slot), RP_ERR_BUSY); /* arrival not seen */
    fake_slot_clear(&slot, PDC | DLLSC);
    fake_slot_show_power(&slot, BLINK);
    assert_int_equal(fake_slot_unplug(&slot), RP_ERR_BUSY); /* being enabled */
    assert_state(RP_ROOTPORT_ARRIVING);
    fake_slot_show_power(&slot, ON);
    fake_slot_show_power(&slot, BLINK); /* being disabled by its user */
    assert_int_equal(fake_slot_unplug(&slot), RP_ERR_BUSY);
    assert_state(RP_ROOTPORT_ON);
    assert_false(fake_slot_status(&slot) & ABP);
}

static void unplug_of_nothing_is_refused(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_EMPTY);
    assert_int_equal(fake_slot_unplug(&slot), RP_ERR_NO_DEVICE);
    assert_int_equal(slot.last.set, 0);
}

static void unplug_without_a_button_is_refused(void **state)
{
    (void)state;
    struct rp_rootport_config config = fake_slot_config();
    config.has_button = false;
    fake_slot_init_with(&slot, &config);
    fake_slot_bring_to(&slot, RP_ROOTPORT_ON);
    assert_int_equal(fake_slot_unplug(&slot), RP_ERR_UNSUPPORTED);
    assert_state(RP_ROOTPORT_ON);
    assert_false(fake_slot_status(&slot) & ABP);
}

static void unplug_with_nobody_listening_is_refused(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ON);
    disable(HPIE);
    assert_int_equal(fake_slot_unplug(&slot), RP_ERR_UNSUPPORTED);
    enable(HPIE);
    disable(ABPE);
    assert_int_equal(fake_slot_unplug(&slot), RP_ERR_UNSUPPORTED);
    assert_state(RP_ROOTPORT_ON);
    enable(ABPE);
    assert_int_equal(fake_slot_unplug(&slot), RP_OK);
}

static void unplug_of_what_the_guest_does_not_use_needs_no_button(void **state)
{
    (void)state;
    static const enum rp_rootport_state states[] = {RP_ROOTPORT_FAILED,
                                                    RP_ROOTPORT_GUEST_RELEASED};

    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        begin_in(states[i]);
        assert_int_equal(fake_slot_unplug(&slot), RP_OK);
        assert_state(RP_ROOTPORT_RELEASED);
        assert_false(fake_slot_status(&slot) & ABP);
        assert_false(slot.is_attached);
        assert_int_equal(slot.outcome, RP_OUTCOME_RELEASED);
        assert_int_equal(fake_slot_finish_detach(&slot), RP_OK);
        assert_vacant();
    }
}

/* --- the guest lets go by itself ---------------------------------------------- */

static void power_off_unasked_is_reported(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ON);
    fake_slot_show_power(&slot, BLINK);
    assert_state(RP_ROOTPORT_ON);
    fake_slot_show_power(&slot, OFF);
    assert_state(RP_ROOTPORT_GUEST_RELEASED);
    assert_int_equal(slot.outcome, RP_OUTCOME_GUEST_RELEASED);
    assert_true(slot.is_attached);
    assert_occupied();
}

static void power_off_unasked_of_a_child_found_by_scan_is_reported(void **state)
{
    (void)state;
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    fake_slot_listen(&slot);
    fake_slot_show_power(&slot, BLINK);
    fake_slot_show_power(&slot, OFF);
    assert_state(RP_ROOTPORT_GUEST_RELEASED);
}

static void guest_can_take_back_what_it_let_go(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_GUEST_RELEASED);
    fake_slot_show_power(&slot, BLINK);
    assert_state(RP_ROOTPORT_ARRIVING);
    assert_int_equal(fake_slot_unplug(&slot), RP_ERR_BUSY);
    fake_slot_show(&slot, ON, OFF);
    assert_state(RP_ROOTPORT_ON);
    assert_int_equal(slot.outcome, RP_OUTCOME_ENABLED);
    begin_in(RP_ROOTPORT_GUEST_RELEASED);
    fake_slot_show(&slot, ON, OFF);
    assert_state(RP_ROOTPORT_ON);
}

static void user_can_use_the_attention_indicator(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ON);
    fake_slot_show(&slot, ON, ON);
    assert_state(RP_ROOTPORT_ON);
    fake_slot_show_power(&slot, OFF);
    assert_state(RP_ROOTPORT_GUEST_RELEASED);
}

static void enabled_child_can_fail_later(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ON);
    fake_slot_show(&slot, OFF, ON);
    assert_state(RP_ROOTPORT_FAILED);
    assert_int_equal(slot.outcome, RP_OUTCOME_FAILED);
}

/* --- surprise removal --------------------------------------------------------- */

static void surprise_empties_the_slot_in_every_state(void **state)
{
    (void)state;
    for (unsigned i = 0; i < STATE_COUNT; i++) {
        if (all_states[i] == RP_ROOTPORT_EMPTY || all_states[i] == RP_ROOTPORT_RELEASED)
            continue;
        begin_in(all_states[i]);
        fake_slot_clear(&slot, EVENTS);
        assert_int_equal(fake_slot_unplug_now(&slot), RP_OK);
        assert_state(RP_ROOTPORT_EMPTY);
        assert_vacant();
        assert_int_equal(fake_slot_status(&slot) & EVENTS, PDC | DLLSC);
        assert_false(slot.is_attached);
        assert_messages(1);
        assert_false(slot.last.set & RP_ROOTPORT_REPORT);
        assert_false(rp_rootport_is_forwarding(&slot.port));
        assert_int_equal(fake_slot_plug(&slot), RP_OK);
    }
}

static void surprise_of_nothing_is_refused(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_EMPTY);
    assert_int_equal(fake_slot_unplug_now(&slot), RP_ERR_NO_DEVICE);
    assert_int_equal(slot.last.set, 0);
}

static void surprise_while_detaching_is_refused(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_RELEASED);
    assert_int_equal(fake_slot_unplug_now(&slot), RP_ERR_BUSY);
    assert_state(RP_ROOTPORT_RELEASED);
    assert_int_equal(slot.last.set, 0);
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
        assert_string_not_equal(rp_rootport_state_text(all_states[i]), "unknown state");
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
        cmocka_unit_test_setup(dword_write_reaches_control_and_status, set_up),
        cmocka_unit_test_setup(byte_write_at_19_moves_the_power_indicator, set_up),
        cmocka_unit_test_setup(plug_shows_presence_link_and_one_message, set_up),
        cmocka_unit_test_setup(plug_presses_no_button, set_up),
        cmocka_unit_test_setup(plug_waits_for_no_enable, set_up),
        cmocka_unit_test_setup(link_of_a_child_is_trained_with_its_width, set_up),
        cmocka_unit_test_setup(link_is_at_least_x1_and_at_most_the_ports, set_up),
        cmocka_unit_test_setup(plug_into_an_occupied_slot_is_refused, set_up),
        cmocka_unit_test_setup(power_on_means_enabled, set_up),
        cmocka_unit_test_setup(attention_on_means_failed, set_up),
        cmocka_unit_test_setup(attention_on_in_a_second_write_means_failed_too, set_up),
        cmocka_unit_test_setup(no_reaction_stays_arriving, set_up),
        cmocka_unit_test_setup(failed_guest_can_try_again, set_up),
        cmocka_unit_test_setup(
            power_off_of_an_earlier_removal_does_not_release_the_next_child, set_up),
        cmocka_unit_test_setup(writes_that_leave_power_on_do_not_enable_the_next_child,
                               set_up),
        cmocka_unit_test_setup(indicators_of_an_empty_slot_mean_nothing, set_up),
        cmocka_unit_test_setup(unplug_presses_the_button_once, set_up),
        cmocka_unit_test_setup(unplug_of_a_child_found_by_scan_presses_too, set_up),
        cmocka_unit_test_setup(blinking_begins_the_grace, set_up),
        cmocka_unit_test_setup(power_off_after_the_grace_releases, set_up),
        cmocka_unit_test_setup(power_off_without_a_grace_releases_too, set_up),
        cmocka_unit_test_setup(finished_detach_empties_the_slot, set_up),
        cmocka_unit_test_setup(detach_is_finished_only_where_one_began, set_up),
        cmocka_unit_test_setup(power_on_in_the_grace_cancels, set_up),
        cmocka_unit_test_setup(cancelling_in_the_grace_is_a_second_press, set_up),
        cmocka_unit_test_setup(cancelling_too_late_does_not_keep_the_child, set_up),
        cmocka_unit_test_setup(cancelling_before_the_grace_takes_the_press_back, set_up),
        cmocka_unit_test_setup(cancelling_what_was_not_asked_is_refused, set_up),
        cmocka_unit_test_setup(guest_that_ignores_the_button_stays_asked, set_up),
        cmocka_unit_test_setup(button_is_not_pressed_twice, set_up),
        cmocka_unit_test_setup(button_is_not_pressed_while_the_guest_is_at_work, set_up),
        cmocka_unit_test_setup(unplug_of_nothing_is_refused, set_up),
        cmocka_unit_test_setup(unplug_without_a_button_is_refused, set_up),
        cmocka_unit_test_setup(unplug_with_nobody_listening_is_refused, set_up),
        cmocka_unit_test_setup(unplug_of_what_the_guest_does_not_use_needs_no_button,
                               set_up),
        cmocka_unit_test_setup(power_off_unasked_is_reported, set_up),
        cmocka_unit_test_setup(power_off_unasked_of_a_child_found_by_scan_is_reported,
                               set_up),
        cmocka_unit_test_setup(guest_can_take_back_what_it_let_go, set_up),
        cmocka_unit_test_setup(user_can_use_the_attention_indicator, set_up),
        cmocka_unit_test_setup(enabled_child_can_fail_later, set_up),
        cmocka_unit_test_setup(surprise_empties_the_slot_in_every_state, set_up),
        cmocka_unit_test_setup(surprise_of_nothing_is_refused, set_up),
        cmocka_unit_test_setup(surprise_while_detaching_is_refused, set_up),
        cmocka_unit_test_setup(secondary_bus_reset_resets_the_child_without_a_link_event,
                               set_up),
        cmocka_unit_test_setup(
            link_waits_for_a_reset_that_takes_longer_than_the_guest_held_it, set_up),
        cmocka_unit_test_setup(one_reset_at_a_time, set_up),
        cmocka_unit_test_setup(reset_of_an_empty_bus_resets_nothing, set_up),
        cmocka_unit_test_setup(link_disable_is_a_link_event_both_ways, set_up),
        cmocka_unit_test_setup(link_that_comes_up_late_is_an_event_too, set_up),
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
        cmocka_unit_test_setup(child_plugged_after_the_scan_waits_for_the_driver, set_up),
        cmocka_unit_test_setup(every_state_and_outcome_has_a_text, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
