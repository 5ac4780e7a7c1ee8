/* SPDX-License-Identifier: MIT */
/*
 * The root port against a model of the driver that stock Linux kernels have for
 * it: boot, hot-add, removal and what can go wrong between the two, each as one
 * story.
 *
 * The model does what the driver of Linux 5.5 and later does to the registers,
 * in its order; waiting is left out, but for the five seconds after the button.
 */
#include "tests/unit/rootport_test.h"

enum {
    HANDLED_EVENTS = ABP | PFD | PDC | CC | DLLSC,
};

enum driver_state {
    DRIVER_OFF,
    DRIVER_ON,
    DRIVER_BLINKING_ON,
    DRIVER_BLINKING_OFF,
};

struct driver {
    enum driver_state state;
    bool is_bound;      /* a driver uses the child */
    bool has_room;      /* the windows are large enough for the child's BARs */
    bool is_running;    /* probed; otherwise the guest has no such driver */
    unsigned seen;      /* messages handled */
    unsigned add_count; /* how often a child was enumerated */
    unsigned remove_count;
    uint32_t pending;
};

static struct driver driver;

/* --- the model ---------------------------------------------------------------- */

static bool child_answers(void)
{
    return slot.is_attached && rp_rootport_is_forwarding(&slot.port);
}

static bool is_occupied(void)
{
    return (fake_slot_status(&slot) & PDS) != 0 ||
           (fake_slot_link_status(&slot) & RP_PCI_PCIE_LINK_STATUS_ACTIVE) != 0;
}

static bool is_link_sound(void)
{
    uint32_t status = fake_slot_link_status(&slot);

    return (status & RP_PCI_PCIE_LINK_STATUS_ACTIVE) != 0 &&
           (status & RP_PCI_PCIE_LINK_STATUS_TRAINING) == 0 &&
           (status & RP_PCI_PCIE_LINK_STATUS_WIDTH) != 0;
}

static void enable_slot(void)
{
    fake_slot_show_power(&slot, BLINK);
    if (!is_link_sound() || !child_answers() || !driver.has_room) {
        fake_slot_show(&slot, OFF, ON);
        driver.state = DRIVER_OFF;
        return;
    }
    driver.is_bound = true;
    driver.add_count++;
    fake_slot_show(&slot, ON, OFF);
    driver.state = DRIVER_ON;
}

static void disable_slot(void)
{
    driver.is_bound = false;
    driver.remove_count++;
    driver.state = DRIVER_OFF;
    fake_slot_show_power(&slot, OFF);
}

static void handle_button(void)
{
    switch (driver.state) {
    case DRIVER_ON:
        driver.state = DRIVER_BLINKING_OFF;
        fake_slot_show(&slot, BLINK, OFF);
        break;
    case DRIVER_OFF:
        driver.state = DRIVER_BLINKING_ON;
        fake_slot_show(&slot, BLINK, OFF);
        break;
    case DRIVER_BLINKING_OFF:
        driver.state = DRIVER_ON;
        fake_slot_show(&slot, ON, OFF);
        break;
    case DRIVER_BLINKING_ON:
        driver.state = DRIVER_OFF;
        fake_slot_show(&slot, OFF, OFF);
        break;
    }
}

static void handle_presence_or_link(void)
{
    if (driver.state == DRIVER_ON || driver.state == DRIVER_BLINKING_OFF)
        disable_slot();
    if (is_occupied())
        enable_slot();
    else
        driver.state = DRIVER_OFF;
}

/* The hard interrupt handler: take what there is, until nothing is left. */
static void collect_events(void)
{
    for (unsigned i = 0; i < 8; i++) {
        uint32_t events = fake_slot_status(&slot) & HANDLED_EVENTS;
        if (events == 0)
            return;
        fake_slot_clear(&slot, events);
        driver.pending |= events;
    }
    fail_msg("an event cannot be cleared");
}

static void handle_events(void)
{
    uint32_t events = driver.pending;

    driver.pending = 0;
    if ((events & ABP) != 0)
        handle_button();
    if ((events & (PDC | DLLSC)) != 0)
        handle_presence_or_link();
}

/* Lets the guest run until it has handled every message. */
static void run_guest(void)
{
    for (unsigned i = 0; i < 8; i++) {
        if (!driver.is_running || driver.seen == slot.message_count)
            return;
        driver.seen = slot.message_count;
        collect_events();
        handle_events();
    }
    fail_msg("messages without end");
}

/* The bus scan, early in boot. */
static void scan_bus(void)
{
    driver = (struct driver){.has_room = true, .seen = slot.message_count};
    if (!child_answers())
        return;
    driver.state = DRIVER_ON;
    driver.is_bound = true;
    driver.add_count++;
}

/* The driver's probe: stale events away, interrupt on, then a look at presence. */
static void probe(void)
{
    fake_slot_listen(&slot);
    driver.is_running = true;
    if (is_occupied() != (driver.state == DRIVER_ON)) {
        driver.pending |= PDC;
        handle_events();
    }
    run_guest();
}

static void boot_guest(void)
{
    fake_slot_reset(&slot);
    scan_bus();
    probe();
}

static void let_grace_pass(void)
{
    if (driver.state == DRIVER_BLINKING_OFF)
        disable_slot();
    run_guest();
}

/* echo 0 or 1 > /sys/bus/pci/slots/5/power */
static void user_switches_power(bool is_on)
{
    if (is_on && driver.state == DRIVER_OFF && is_occupied())
        enable_slot();
    else if (!is_on && driver.state == DRIVER_ON)
        disable_slot();
    run_guest();
}

/* --- the stories -------------------------------------------------------------- */

static int set_up_guest(void **state)
{
    driver = (struct driver){0};
    return set_up(state);
}

static void assert_in_use(void)
{
    assert_true(driver.is_bound);
    assert_int_equal(driver.state, DRIVER_ON);
    assert_int_equal(rp_rootport_state(&slot.port), RP_ROOTPORT_ON);
    assert_int_equal(fake_slot_status(&slot), PDS);
}

static void assert_gone(void)
{
    assert_false(driver.is_bound);
    assert_int_equal(driver.state, DRIVER_OFF);
    assert_int_equal(rp_rootport_state(&slot.port), RP_ROOTPORT_EMPTY);
    assert_int_equal(fake_slot_status(&slot), 0);
}

static void plug(void)
{
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
}

static void child_there_before_boot_is_found_by_the_scan(void **state)
{
    (void)state;
    plug();
    boot_guest();
    assert_in_use();
    assert_int_equal(slot.outcome, RP_OUTCOME_ENABLED);
    assert_int_equal(driver.add_count, 1);
    assert_int_equal(slot.message_count, 0);
}

static void hot_add_takes_one_message(void **state)
{
    (void)state;
    boot_guest();
    assert_false(driver.is_bound);
    plug();
    assert_int_equal(slot.message_count, 1);
    run_guest();
    assert_in_use();
    assert_int_equal(slot.outcome, RP_OUTCOME_ENABLED);
    assert_int_equal(driver.add_count, 1);
    assert_int_equal(slot.message_count, 1);
}

static void child_plugged_before_the_scan_is_found(void **state)
{
    (void)state;
    fake_slot_reset(&slot);
    plug();
    scan_bus();
    probe();
    assert_true(driver.is_bound);
    assert_int_equal(driver.add_count, 1);
    assert_int_equal(driver.remove_count, 0);
}

static void child_plugged_between_scan_and_probe_is_found(void **state)
{
    (void)state;
    fake_slot_reset(&slot);
    scan_bus();
    plug();
    probe();
    assert_in_use();
    assert_int_equal(driver.add_count, 1);
    assert_int_equal(driver.remove_count, 0);
}

static void guest_without_the_driver_never_reacts(void **state)
{
    (void)state;
    fake_slot_reset(&slot);
    scan_bus();
    plug();
    run_guest();
    assert_int_equal(rp_rootport_state(&slot.port), RP_ROOTPORT_ARRIVING);
    assert_int_equal(fake_slot_unplug(&slot), RP_ERR_BUSY);
    assert_int_equal(fake_slot_unplug_now(&slot), RP_OK);
}

static void child_that_does_not_fit_is_reported(void **state)
{
    (void)state;
    boot_guest();
    driver.has_room = false;
    plug();
    run_guest();
    assert_int_equal(rp_rootport_state(&slot.port), RP_ROOTPORT_FAILED);
    assert_int_equal(slot.outcome, RP_OUTCOME_FAILED);
    assert_int_equal(fake_slot_unplug(&slot), RP_OK);
    assert_int_equal(fake_slot_finish_detach(&slot), RP_OK);
    run_guest();
    assert_gone();
}

static void user_can_retry_what_failed(void **state)
{
    (void)state;
    boot_guest();
    driver.has_room = false;
    plug();
    run_guest();
    driver.has_room = true;
    user_switches_power(true);
    assert_in_use();
    assert_int_equal(slot.outcome, RP_OUTCOME_ENABLED);
}

static void orderly_removal_ends_in_an_empty_slot(void **state)
{
    (void)state;
    boot_guest();
    plug();
    run_guest();
    assert_int_equal(fake_slot_unplug(&slot), RP_OK);
    run_guest();
    assert_int_equal(rp_rootport_state(&slot.port), RP_ROOTPORT_GRACE);
    assert_true(driver.is_bound);
    let_grace_pass();
    assert_int_equal(rp_rootport_state(&slot.port), RP_ROOTPORT_RELEASED);
    assert_int_equal(slot.outcome, RP_OUTCOME_RELEASED);
    assert_int_equal(fake_slot_finish_detach(&slot), RP_OK);
    run_guest();
    assert_gone();
    assert_int_equal(driver.add_count, 1);
    assert_int_equal(driver.remove_count, 1);
}

static void orderly_removal_of_a_child_found_by_scan(void **state)
{
    (void)state;
    plug();
    boot_guest();
    assert_int_equal(fake_slot_unplug(&slot), RP_OK);
    run_guest();
    let_grace_pass();
    assert_int_equal(fake_slot_finish_detach(&slot), RP_OK);
    run_guest();
    assert_gone();
}

static void cancelled_removal_keeps_the_child(void **state)
{
    (void)state;
    boot_guest();
    plug();
    run_guest();
    assert_int_equal(fake_slot_unplug(&slot), RP_OK);
    run_guest();
    assert_int_equal(fake_slot_cancel(&slot), RP_OK);
    run_guest();
    let_grace_pass();
    assert_in_use();
    assert_int_equal(slot.outcome, RP_OUTCOME_CANCELLED);
    assert_int_equal(driver.remove_count, 0);
}

static void press_taken_back_before_the_guest_looks_is_not_seen(void **state)
{
    (void)state;
    boot_guest();
    plug();
    run_guest();
    assert_int_equal(fake_slot_unplug(&slot), RP_OK);
    assert_int_equal(fake_slot_cancel(&slot), RP_OK);
    run_guest();
    let_grace_pass();
    assert_in_use();
    assert_int_equal(driver.remove_count, 0);
}

static void surprise_removal_is_survived_and_not_undone(void **state)
{
    (void)state;
    boot_guest();
    plug();
    run_guest();
    assert_int_equal(fake_slot_unplug_now(&slot), RP_OK);
    run_guest();
    assert_gone();
    assert_int_equal(driver.add_count, 1);
    assert_int_equal(driver.remove_count, 1);
}

static void surprise_removal_in_the_grace(void **state)
{
    (void)state;
    boot_guest();
    plug();
    run_guest();
    assert_int_equal(fake_slot_unplug(&slot), RP_OK);
    run_guest();
    assert_int_equal(fake_slot_unplug_now(&slot), RP_OK);
    run_guest();
    let_grace_pass();
    assert_gone();
    assert_int_equal(driver.remove_count, 1);
}

static void surprise_removal_before_the_press_is_seen(void **state)
{
    (void)state;
    boot_guest();
    plug();
    run_guest();
    assert_int_equal(fake_slot_unplug(&slot), RP_OK);
    assert_int_equal(fake_slot_unplug_now(&slot), RP_OK);
    run_guest();
    assert_gone();
}

static void child_swapped_before_the_guest_looks_is_enumerated_anew(void **state)
{
    (void)state;
    boot_guest();
    plug();
    run_guest();
    assert_int_equal(fake_slot_unplug_now(&slot), RP_OK);
    plug();
    run_guest();
    assert_in_use();
    assert_int_equal(driver.add_count, 2);
    assert_int_equal(driver.remove_count, 1);
}

static void arrival_and_removal_before_the_guest_looks_leave_nothing(void **state)
{
    (void)state;
    boot_guest();
    plug();
    assert_int_equal(fake_slot_unplug_now(&slot), RP_OK);
    run_guest();
    assert_gone();
    assert_int_equal(driver.add_count, 0);
}

/* The guest has read the status and not yet cleared it when the next event comes. */
static void event_between_read_and_clear_is_not_lost(void **state)
{
    (void)state;
    boot_guest();
    plug();
    run_guest();
    assert_int_equal(fake_slot_unplug(&slot), RP_OK);
    driver.seen = slot.message_count;
    uint32_t events = fake_slot_status(&slot) & HANDLED_EVENTS;
    assert_int_equal(fake_slot_unplug_now(&slot), RP_OK);
    fake_slot_clear(&slot, events);
    driver.pending |= events;
    collect_events();
    handle_events();
    run_guest();
    assert_gone();
}

static void user_lets_go_and_takes_back(void **state)
{
    (void)state;
    boot_guest();
    plug();
    run_guest();
    user_switches_power(false);
    assert_int_equal(rp_rootport_state(&slot.port), RP_ROOTPORT_GUEST_RELEASED);
    assert_int_equal(slot.outcome, RP_OUTCOME_GUEST_RELEASED);
    user_switches_power(true);
    assert_in_use();
    user_switches_power(false);
    assert_int_equal(fake_slot_unplug(&slot), RP_OK);
    assert_int_equal(fake_slot_finish_detach(&slot), RP_OK);
    run_guest();
    assert_gone();
}

static void guests_own_reset_of_the_child_is_no_removal(void **state)
{
    (void)state;
    boot_guest();
    plug();
    run_guest();
    fake_slot_write(&slot, 0x3e, 2, 0x0040);
    assert_false(child_answers());
    fake_slot_write(&slot, 0x3e, 2, 0);
    assert_int_equal(fake_slot_finish_reset(&slot), RP_OK);
    assert_true(child_answers());
    run_guest();
    assert_in_use();
    assert_int_equal(driver.remove_count, 0);
}

static void link_disable_and_enable_removes_and_adds(void **state)
{
    (void)state;
    boot_guest();
    plug();
    run_guest();
    fake_slot_write(&slot, slot.pcie + 0x10u, 2, 0x0010);
    run_guest();
    assert_int_equal(rp_rootport_state(&slot.port), RP_ROOTPORT_FAILED);
    assert_int_equal(fake_slot_finish_reset(&slot), RP_OK);
    fake_slot_write(&slot, slot.pcie + 0x10u, 2, 0);
    run_guest();
    assert_in_use();
    assert_int_equal(driver.add_count, 2);
}

static void guest_boots_again_from_every_state(void **state)
{
    (void)state;
    for (int i = RP_ROOTPORT_EMPTY; i <= RP_ROOTPORT_GUEST_RELEASED; i++) {
        fake_slot_init(&slot);
        fake_slot_bring_to(&slot, (enum rp_rootport_state)i);
        bool is_asked =
            i == RP_ROOTPORT_ASKED || i == RP_ROOTPORT_GRACE || i == RP_ROOTPORT_RELEASED;
        fake_slot_reset(&slot);
        if (is_asked)
            assert_int_equal(fake_slot_finish_detach(&slot), RP_OK);
        scan_bus();
        probe();
        if (is_asked || i == RP_ROOTPORT_EMPTY)
            assert_gone();
        else
            assert_in_use();
    }
}

static void hundred_moves_leave_nothing_behind(void **state)
{
    (void)state;
    struct rp_image after_first;

    boot_guest();
    for (unsigned i = 0; i < 100; i++) {
        plug();
        run_guest();
        assert_in_use();
        assert_int_equal(fake_slot_unplug(&slot), RP_OK);
        run_guest();
        let_grace_pass();
        assert_int_equal(fake_slot_finish_detach(&slot), RP_OK);
        run_guest();
        assert_gone();
        if (i == 0)
            after_first = slot.image;
        assert_memory_equal(&slot.image, &after_first, sizeof(after_first));
        assert_int_equal(slot.message_count, 3 * (i + 1));
    }
    assert_int_equal(driver.add_count, 100);
    assert_int_equal(driver.remove_count, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(child_there_before_boot_is_found_by_the_scan,
                               set_up_guest),
        cmocka_unit_test_setup(hot_add_takes_one_message, set_up_guest),
        cmocka_unit_test_setup(child_plugged_before_the_scan_is_found, set_up_guest),
        cmocka_unit_test_setup(child_plugged_between_scan_and_probe_is_found,
                               set_up_guest),
        cmocka_unit_test_setup(guest_without_the_driver_never_reacts, set_up_guest),
        cmocka_unit_test_setup(child_that_does_not_fit_is_reported, set_up_guest),
        cmocka_unit_test_setup(user_can_retry_what_failed, set_up_guest),
        cmocka_unit_test_setup(orderly_removal_ends_in_an_empty_slot, set_up_guest),
        cmocka_unit_test_setup(orderly_removal_of_a_child_found_by_scan, set_up_guest),
        cmocka_unit_test_setup(cancelled_removal_keeps_the_child, set_up_guest),
        cmocka_unit_test_setup(press_taken_back_before_the_guest_looks_is_not_seen,
                               set_up),
        cmocka_unit_test_setup(surprise_removal_is_survived_and_not_undone, set_up_guest),
        cmocka_unit_test_setup(surprise_removal_in_the_grace, set_up_guest),
        cmocka_unit_test_setup(surprise_removal_before_the_press_is_seen, set_up_guest),
        cmocka_unit_test_setup(child_swapped_before_the_guest_looks_is_enumerated_anew,
                               set_up),
        cmocka_unit_test_setup(arrival_and_removal_before_the_guest_looks_leave_nothing,
                               set_up),
        cmocka_unit_test_setup(event_between_read_and_clear_is_not_lost, set_up_guest),
        cmocka_unit_test_setup(user_lets_go_and_takes_back, set_up_guest),
        cmocka_unit_test_setup(guests_own_reset_of_the_child_is_no_removal, set_up_guest),
        cmocka_unit_test_setup(link_disable_and_enable_removes_and_adds, set_up_guest),
        cmocka_unit_test_setup(guest_boots_again_from_every_state, set_up_guest),
        cmocka_unit_test_setup(hundred_moves_leave_nothing_behind, set_up_guest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
