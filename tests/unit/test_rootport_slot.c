/* SPDX-License-Identifier: MIT */
/*
 * The slot of the root port: core/rootport.c. One test for each transition
 * between its states, and for each known trap on the way.
 */
#include "tests/unit/rootport_test.h"

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
        begin_in((enum rp_rootport_state)i);
        struct rp_image before = slot.image;
        if ((enum rp_rootport_state)i == RP_ROOTPORT_EMPTY)
            continue;
        assert_int_equal(fake_slot_plug(&slot), RP_ERR_EXISTS);
        assert_state((enum rp_rootport_state)i);
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

static void failure_is_reported_once(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_FAILED);
    fake_slot_show(&slot, OFF, OFF);
    fake_slot_show(&slot, OFF, ON);
    assert_state(RP_ROOTPORT_FAILED);
    assert_int_equal(slot.outcome, RP_OUTCOME_NONE);
}

static void failure_of_the_last_child_is_not_that_of_the_next(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_FAILED);
    assert_int_equal(fake_slot_unplug_now(&slot), RP_OK);
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    enable(PDCE);
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
        if ((enum rp_rootport_state)i == RP_ROOTPORT_RELEASED)
            continue;
        begin_in((enum rp_rootport_state)i);
        assert_int_equal(fake_slot_finish_detach(&slot), RP_ERR_INVALID);
        assert_state((enum rp_rootport_state)i);
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

static void each_removal_can_be_cancelled(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_GRACE);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(fake_slot_cancel(&slot), RP_OK);
        fake_slot_clear(&slot, ABP);
        fake_slot_show(&slot, ON, OFF);
        assert_int_equal(fake_slot_unplug(&slot), RP_OK);
        fake_slot_clear(&slot, ABP);
        fake_slot_show(&slot, BLINK, OFF);
    }
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

static void button_is_not_pressed_before_the_last_press_is_seen(void **state)
{
    (void)state;
    begin_in(RP_ROOTPORT_ASKED);
    fake_slot_show(&slot, BLINK, OFF);
    assert_int_equal(fake_slot_cancel(&slot), RP_ERR_BUSY);
    assert_state(RP_ROOTPORT_GRACE);
    fake_slot_show(&slot, ON, OFF);
    assert_int_equal(fake_slot_unplug(&slot), RP_ERR_BUSY);
    assert_state(RP_ROOTPORT_ON);
    fake_slot_clear(&slot, ABP);
    assert_int_equal(fake_slot_unplug(&slot), RP_OK);
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
        if ((enum rp_rootport_state)i == RP_ROOTPORT_EMPTY ||
            (enum rp_rootport_state)i == RP_ROOTPORT_RELEASED)
            continue;
        begin_in((enum rp_rootport_state)i);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
        cmocka_unit_test_setup(failure_is_reported_once, set_up),
        cmocka_unit_test_setup(failure_of_the_last_child_is_not_that_of_the_next, set_up),
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
        cmocka_unit_test_setup(each_removal_can_be_cancelled, set_up),
        cmocka_unit_test_setup(cancelling_before_the_grace_takes_the_press_back, set_up),
        cmocka_unit_test_setup(cancelling_what_was_not_asked_is_refused, set_up),
        cmocka_unit_test_setup(guest_that_ignores_the_button_stays_asked, set_up),
        cmocka_unit_test_setup(button_is_not_pressed_twice, set_up),
        cmocka_unit_test_setup(button_is_not_pressed_while_the_guest_is_at_work, set_up),
        cmocka_unit_test_setup(button_is_not_pressed_before_the_last_press_is_seen,
                               set_up),
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
