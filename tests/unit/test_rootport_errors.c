/* SPDX-License-Identifier: MIT */
/*
 * Error messages at the root port as a driver sees them, a guest's or the hardware
 * domain's: Advanced Error Reporting, PCI Express Base r5.0, 6.2.4, 6.2.6 and 7.8.4.
 * Numbers are its.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/rootport.h>

#include "tests/fake/fake_slot.h"

enum {
    AER = 0x100,
    ROOT_COMMAND = AER + 0x2c,
    ROOT_STATUS = AER + 0x30,
    ERROR_SOURCE = AER + 0x34,
    CHILD = 0x0300, /* bus 3, device 0, function 0 */
};

static struct fake_slot slot;

static uint32_t get(unsigned reg)
{
    return fake_slot_read(&slot, reg, 4);
}

/* Returns whether that interrupts. */
static bool receive(uint32_t errors, uint16_t source)
{
    struct rp_rootport_actions actions;

    rp_rootport_receive(&slot.port, errors, source, &actions);
    if ((actions.set & RP_ROOTPORT_SEND_MSI) != 0) {
        assert_int_equal(actions.msi_address.value, FAKE_SLOT_MSI_ADDRESS);
        assert_int_equal(actions.msi_data, FAKE_SLOT_MSI_DATA);
    }
    return (actions.set & RP_ROOTPORT_SEND_MSI) != 0;
}

static bool written(unsigned reg, unsigned width, uint32_t value)
{
    unsigned before = slot.message_count;

    fake_slot_write(&slot, reg, width, value);
    return slot.message_count != before;
}

/* A driver that listens, as Linux's does; the bridge passes messages on. */
static int set_up(void **state)
{
    (void)state;
    fake_slot_init(&slot);
    fake_slot_bring_to(&slot, RP_ROOTPORT_ON);
    fake_slot_clear(&slot, 0x0109);
    assert_int_equal(slot.port.asserted, 0);
    fake_slot_write(&slot, 0x3e, 2, 0x0002);
    fake_slot_write(&slot, ROOT_COMMAND, 4, 0x7);
    return 0;
}

static void capability_is_the_first_and_only_one(void **state)
{
    (void)state;
    assert_int_equal(get(AER), 0x00020001);
    assert_int_equal(get(AER + 0x04), 0);
    assert_int_equal(get(AER + 0x08), 0x00400000);
    assert_int_equal(get(AER + 0x0c), 0x00462030);
    assert_int_equal(get(AER + 0x10), 0);
    assert_int_equal(get(AER + 0x14), 0x0000e000);
    for (unsigned reg = 0x138; reg < 0x1000; reg += 4)
        assert_int_equal(get(reg), 0);
}

static void a_correctable_error_names_its_source(void **state)
{
    (void)state;
    assert_true(receive(RP_ERROR_CORRECTABLE, CHILD));
    assert_int_equal(get(ROOT_STATUS), 0x01);
    assert_int_equal(get(ERROR_SOURCE), 0x00000300);
}

static void a_non_fatal_error_names_its_source(void **state)
{
    (void)state;
    assert_true(receive(RP_ERROR_NONFATAL, CHILD));
    assert_int_equal(get(ROOT_STATUS), 0x24);
    assert_int_equal(get(ERROR_SOURCE), 0x03000000);
}

static void a_fatal_error_is_the_first_uncorrectable_one(void **state)
{
    (void)state;
    assert_true(receive(RP_ERROR_FATAL, CHILD));
    assert_int_equal(get(ROOT_STATUS), 0x54);
    assert_int_equal(get(ERROR_SOURCE), 0x03000000);
}

/* Not "first", when a non-fatal one came before. */
static void a_later_error_is_one_of_several(void **state)
{
    (void)state;
    assert_true(receive(RP_ERROR_NONFATAL, CHILD));
    assert_false(receive(RP_ERROR_FATAL, 0x0301));
    assert_int_equal(get(ROOT_STATUS), 0x6c);
    assert_int_equal(get(ERROR_SOURCE), 0x03000000);
    assert_false(receive(RP_ERROR_CORRECTABLE, 0x0301));
    assert_false(receive(RP_ERROR_CORRECTABLE, CHILD));
    assert_int_equal(get(ROOT_STATUS), 0x6f);
    assert_int_equal(get(ERROR_SOURCE), 0x03000301);
}

static void several_at_once_are_received_each(void **state)
{
    (void)state;
    assert_true(
        receive(RP_ERROR_CORRECTABLE | RP_ERROR_NONFATAL | RP_ERROR_FATAL, CHILD));
    assert_int_equal(get(ROOT_STATUS), 0x6d);
    assert_int_equal(get(ERROR_SOURCE), 0x03000300);
}

static void nothing_is_received_of_nothing(void **state)
{
    (void)state;
    assert_false(receive(0, CHILD));
    assert_int_equal(get(ROOT_STATUS), 0);
}

/* 6.2.6: SERR# Enable in Bridge Control. */
static void a_bridge_that_passes_no_messages_on_receives_none(void **state)
{
    (void)state;
    fake_slot_write(&slot, 0x3e, 2, 0x0000);
    assert_false(receive(RP_ERROR_FATAL, CHILD));
    assert_int_equal(get(ROOT_STATUS), 0);
    assert_int_equal(get(ERROR_SOURCE), 0);
}

/* By severity, and each enable on its own. */
static void interrupts_are_enabled_by_severity(void **state)
{
    (void)state;
    for (uint32_t enabled = 0; enabled < 8; enabled++) {
        for (uint32_t error = 1; error < 8; error <<= 1) {
            fake_slot_write(&slot, ROOT_COMMAND, 4, enabled);
            assert_int_equal(receive(error, CHILD), (enabled & error) != 0);
            fake_slot_write(&slot, ROOT_STATUS, 4, 0x7f);
            assert_int_equal(get(ROOT_STATUS), 0);
        }
    }
}

/* 6.2.4.1.2: on each edge, and so by an enable as well. */
static void an_interrupt_is_sent_once_its_cause_is_enabled(void **state)
{
    (void)state;
    fake_slot_write(&slot, ROOT_COMMAND, 4, 0);
    assert_false(receive(RP_ERROR_NONFATAL, CHILD));
    assert_false(written(ROOT_COMMAND, 4, 0x5));
    assert_true(written(ROOT_COMMAND, 4, 0x2));
    assert_false(written(ROOT_COMMAND, 4, 0x7));
    assert_false(written(ROOT_STATUS, 4, 0x7f));
    assert_true(receive(RP_ERROR_NONFATAL, CHILD));
}

static void a_masked_message_is_pending(void **state)
{
    (void)state;
    fake_slot_write(&slot, 0x90, 4, 1);
    assert_false(receive(RP_ERROR_CORRECTABLE, CHILD));
    assert_int_equal(get(0x94), 1);
    assert_true(written(0x90, 4, 0));
    assert_int_equal(get(0x94), 0);
}

/* They share a message, and neither hides the other's edge. */
static void the_slots_interrupt_is_another(void **state)
{
    (void)state;
    assert_true(receive(RP_ERROR_CORRECTABLE, CHILD));
    slot.message_count = 0;
    assert_int_equal(fake_slot_unplug_now(&slot), RP_OK);
    assert_int_equal(slot.message_count, 1);
    assert_false(written(ROOT_STATUS, 4, 0x7f));
    assert_true(receive(RP_ERROR_CORRECTABLE, CHILD));
}

static void status_is_cleared_by_writing_ones_alone(void **state)
{
    (void)state;
    assert_true(receive(RP_ERROR_CORRECTABLE | RP_ERROR_FATAL, CHILD));
    fake_slot_write(&slot, ROOT_STATUS, 4, 0);
    fake_slot_write(&slot, ERROR_SOURCE, 4, 0xffffffff);
    assert_int_equal(get(ROOT_STATUS), 0x55);
    assert_int_equal(get(ERROR_SOURCE), 0x03000300);
    fake_slot_write(&slot, ROOT_STATUS, 1, 0x01);
    assert_int_equal(get(ROOT_STATUS), 0x54);
}

static void a_reset_of_the_guest_forgets_errors(void **state)
{
    (void)state;
    assert_true(receive(RP_ERROR_FATAL, CHILD));
    fake_slot_reset(&slot);
    assert_int_equal(get(ROOT_STATUS), 0);
    assert_int_equal(get(ROOT_COMMAND), 0);
}

/* --- in place of a port of the machine's, with capabilities where that has them --- */

enum {
    REAL_MSI = 0x60,
    REAL_AER = 0x148,
    REAL_NEXT = 0x90, /* what its capability links to */
};

static struct rp_image stand_in_image;
static struct rp_rootport stand_in;
static struct rp_rootport_actions last;

static uint16_t own(unsigned reg)
{
    return rp_rootport_stand_in_reg(REAL_MSI, REAL_AER, reg);
}

static uint32_t real_get(unsigned reg, unsigned width)
{
    return rp_rootport_read(&stand_in, own(reg), width);
}

/* Returns whether that interrupts. */
static bool real_write(unsigned reg, unsigned width, uint32_t value)
{
    rp_rootport_write(&stand_in, own(reg), width, value, &last);
    return (last.set & RP_ROOTPORT_SEND_MSI) != 0;
}

static bool real_receive(uint32_t errors, uint16_t source)
{
    rp_rootport_receive(&stand_in, errors, source, &last);
    return (last.set & RP_ROOTPORT_SEND_MSI) != 0;
}

/* As Linux sets a message of 32 bits up, and then its driver for errors. */
static int set_up_stand_in(void **state)
{
    (void)state;
    memset(&stand_in_image, 0xa5, sizeof stand_in_image);
    memset(&stand_in, 0xa5, sizeof stand_in);
    rp_rootport_init_stand_in(&stand_in, &stand_in_image, REAL_NEXT);
    (void)real_write(REAL_MSI + 4, 4, 0xfee01000);
    (void)real_write(REAL_MSI + 8, 2, 0x0031);
    (void)real_write(REAL_MSI + 2, 2, 0x0001);
    (void)real_write(REAL_AER + 0x2c, 4, 0x7);
    return 0;
}

/* 7.7.1 and 7.8.4: all else of the real port has nothing to do with messages. */
static void it_has_the_registers_of_messages_alone(void **state)
{
    (void)state;
    for (unsigned reg = 0; reg < 0x1000; reg++)
        assert_int_equal(own(reg) != 0,
                         (reg >= REAL_MSI && reg < REAL_MSI + 0xc) ||
                             (reg >= REAL_AER + 0x2c && reg < REAL_AER + 0x38));
}

/* 7.5.3.2, and PCI Local Bus 3.0, 6.7 and appendix H */
static void it_hides_what_says_otherwise(void **state)
{
    (void)state;
    for (unsigned reg = 0; reg < 0x1000; reg += 4)
        assert_int_equal(rp_rootport_stand_in_hides(0x40, 0xa0, reg),
                         reg == 0x40   ? 0x3e000000
                         : reg == 0xa0 ? 0x000000ff
                                       : 0);
    assert_int_equal(rp_rootport_stand_in_hides(0x40, 0, 0), 0);
}

static void its_message_is_one_of_32_bits(void **state)
{
    (void)state;
    assert_int_equal(real_get(REAL_MSI, 4), 0x00010005 | REAL_NEXT << 8);
    assert_false(real_write(REAL_MSI, 4, 0xffffffff));
    assert_int_equal(real_get(REAL_MSI, 4), 0x00010005 | REAL_NEXT << 8);
    assert_int_equal(real_get(REAL_MSI + 4, 4), 0xfee01000);
    assert_int_equal(real_get(REAL_MSI + 8, 4), 0x0031);
}

static void it_receives_and_sends_the_message(void **state)
{
    (void)state;
    assert_true(real_receive(RP_ERROR_NONFATAL | RP_ERROR_CORRECTABLE, 0x0508));
    assert_int_equal(last.msi_address.value, 0xfee01000);
    assert_int_equal(last.msi_data, 0x0031);
    assert_int_equal(real_get(REAL_AER + 0x30, 4), 0x25);
    assert_int_equal(real_get(REAL_AER + 0x34, 2), 0x0508);
    assert_int_equal(real_get(REAL_AER + 0x36, 2), 0x0508);
    assert_false(real_write(REAL_AER + 0x30, 4, 0x25));
    assert_int_equal(real_get(REAL_AER + 0x30, 4), 0);
    assert_true(real_receive(RP_ERROR_FATAL, 0x0508));
}

static void nothing_is_sent_until_it_is_set_up_anew(void **state)
{
    (void)state;
    assert_true(real_receive(RP_ERROR_FATAL, 0x0508));
    rp_rootport_init_stand_in(&stand_in, &stand_in_image, REAL_NEXT);
    assert_int_equal(real_get(REAL_MSI, 4), 0x00000005 | REAL_NEXT << 8);
    assert_int_equal(real_get(REAL_AER + 0x30, 4), 0);
    assert_false(real_receive(RP_ERROR_FATAL, 0x0508));
    assert_int_equal(real_get(REAL_AER + 0x30, 4), 0x54);
    assert_false(real_write(REAL_AER + 0x2c, 4, 0x7));
    assert_true(real_write(REAL_MSI + 2, 2, 0x0001));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(capability_is_the_first_and_only_one, set_up),
        cmocka_unit_test_setup(a_correctable_error_names_its_source, set_up),
        cmocka_unit_test_setup(a_non_fatal_error_names_its_source, set_up),
        cmocka_unit_test_setup(a_fatal_error_is_the_first_uncorrectable_one, set_up),
        cmocka_unit_test_setup(a_later_error_is_one_of_several, set_up),
        cmocka_unit_test_setup(several_at_once_are_received_each, set_up),
        cmocka_unit_test_setup(nothing_is_received_of_nothing, set_up),
        cmocka_unit_test_setup(a_bridge_that_passes_no_messages_on_receives_none, set_up),
        cmocka_unit_test_setup(interrupts_are_enabled_by_severity, set_up),
        cmocka_unit_test_setup(an_interrupt_is_sent_once_its_cause_is_enabled, set_up),
        cmocka_unit_test_setup(a_masked_message_is_pending, set_up),
        cmocka_unit_test_setup(the_slots_interrupt_is_another, set_up),
        cmocka_unit_test_setup(status_is_cleared_by_writing_ones_alone, set_up),
        cmocka_unit_test_setup(a_reset_of_the_guest_forgets_errors, set_up),
        cmocka_unit_test_setup(it_has_the_registers_of_messages_alone, set_up_stand_in),
        cmocka_unit_test(it_hides_what_says_otherwise),
        cmocka_unit_test_setup(its_message_is_one_of_32_bits, set_up_stand_in),
        cmocka_unit_test_setup(it_receives_and_sends_the_message, set_up_stand_in),
        cmocka_unit_test_setup(nothing_is_sent_until_it_is_set_up_anew, set_up_stand_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
