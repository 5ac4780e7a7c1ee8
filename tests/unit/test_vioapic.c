/* SPDX-License-Identifier: MIT */
/*
 * The I/O APIC against the 82093AA data sheet and the EOI register that came with
 * version 0x20.
 */
#include "guest/vioapic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { IOREGSEL = 0x00, IOWIN = 0x10, EOI = 0x40 };

#define LOGICAL    0x800u
#define REMOTE_IRR 0x4000u
#define LEVEL      0x8000u
#define MASKED     0x10000u

struct fixture {
    struct vioapic ioapic;
    struct vioapic_messages messages; /* of the last call */
};

static int setup(void **state)
{
    static struct fixture fixture;

    memset(&fixture, 0xcc, sizeof(fixture));
    vioapic_init(&fixture.ioapic, 24);
    *state = &fixture;
    return 0;
}

static uint32_t read_index(struct fixture *f, uint32_t index)
{
    vioapic_write(&f->ioapic, IOREGSEL, index, &f->messages);
    return vioapic_read(&f->ioapic, IOWIN);
}

static void write_index(struct fixture *f, uint32_t index, uint32_t value)
{
    vioapic_write(&f->ioapic, IOREGSEL, index, &f->messages);
    vioapic_write(&f->ioapic, IOWIN, value, &f->messages);
}

static void set_entry(struct fixture *f, unsigned pin, uint8_t destination, uint32_t low)
{
    write_index(f, 0x11 + 2 * pin, (uint32_t)destination << 24);
    write_index(f, 0x10 + 2 * pin, low);
}

static void raise_pin(struct fixture *f, unsigned pin)
{
    vioapic_set_pin(&f->ioapic, pin, VIOAPIC_HIGH, &f->messages);
}

static void lower_pin(struct fixture *f, unsigned pin)
{
    vioapic_set_pin(&f->ioapic, pin, VIOAPIC_LOW, &f->messages);
    assert_int_equal(f->messages.count, 0);
}

static void assert_sent(const struct fixture *f, uint8_t vector)
{
    assert_int_equal(f->messages.count, 1);
    assert_int_equal(f->messages.message[0].vector, vector);
}

static void assert_silent(const struct fixture *f)
{
    assert_int_equal(f->messages.count, 0);
}

static void registers_after_reset(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(read_index(f, 0), 0);
    assert_int_equal(read_index(f, 1), 0x00170020); /* 24 pins, version 0x20 */
    assert_int_equal(read_index(f, 2), 0);
    for (unsigned pin = 0; pin < 24; pin++) {
        assert_int_equal(read_index(f, 0x10 + 2 * pin), MASKED);
        assert_int_equal(read_index(f, 0x11 + 2 * pin), 0);
    }
}

static void registers_keep_their_defined_bits(void **state)
{
    struct fixture *f = *state;

    write_index(f, 0, 0xffffffff);
    assert_int_equal(read_index(f, 0), 0x0f000000);
    assert_int_equal(read_index(f, 2), 0x0f000000);
    write_index(f, 1, 0xffffffff);
    assert_int_equal(read_index(f, 1), 0x00170020);
    write_index(f, 0x3e, 0xffffffff); /* not remote IRR, not delivery status */
    assert_int_equal(read_index(f, 0x3e), 0x0001afff);
    write_index(f, 0x3f, 0xffffffff);
    assert_int_equal(read_index(f, 0x3f), 0xff000000);
    assert_int_equal(read_index(f, 0x3e), 0x0001afff);
}

static void where_no_register_is_zero_is_read(void **state)
{
    struct fixture *f = *state;

    write_index(f, 0x0f, 0xffffffff);
    assert_int_equal(read_index(f, 0x0f), 0);
    write_index(f, 0x40, 0xffffffff);
    assert_int_equal(read_index(f, 0x40), 0);
    write_index(f, 0xff, 0xffffffff);
    assert_int_equal(read_index(f, 0xff), 0);
    vioapic_write(&f->ioapic, 0x20, 0xffffffff, &f->messages);
    assert_int_equal(vioapic_read(&f->ioapic, 0x20), 0);
    assert_int_equal(vioapic_read(&f->ioapic, EOI), 0);
    write_index(f, 0x10, 0x55);
    assert_int_equal(vioapic_read(&f->ioapic, IOREGSEL), 0x10);
}

static void there_may_be_more_pins(void **state)
{
    struct fixture *f = *state;

    vioapic_init(&f->ioapic, 120);
    assert_int_equal(read_index(f, 1), 0x00770020);
    write_index(f, 0xfe, LEVEL | 0x31);
    write_index(f, 0xff, 0x03000000);
    assert_silent(f);
    assert_true(f->ioapic.entry[119] == (UINT64_C(0x03000000) << 32 | LEVEL | 0x31));
    f->ioapic.entry[119] |= REMOTE_IRR; /* as its embedder does */
    assert_int_equal(read_index(f, 0xfe), LEVEL | REMOTE_IRR | 0x31);
    vioapic_eoi(&f->ioapic, 0x31, &f->messages);
    assert_silent(f);
    assert_int_equal(read_index(f, 0xfe), LEVEL | 0x31);
    raise_pin(f, 119); /* of these it drives none */
    assert_silent(f);
}

static void says_which_entry_an_access_is_to(void **state)
{
    struct fixture *f = *state;

    vioapic_write(&f->ioapic, IOREGSEL, 0x10, &f->messages);
    assert_int_equal(vioapic_pin_at(&f->ioapic, IOWIN), 0);
    assert_int_equal(vioapic_pin_at(&f->ioapic, IOREGSEL), VIOAPIC_PIN_MAX);
    assert_int_equal(vioapic_pin_at(&f->ioapic, EOI), VIOAPIC_PIN_MAX);
    vioapic_write(&f->ioapic, IOREGSEL, 0x3f, &f->messages);
    assert_int_equal(vioapic_pin_at(&f->ioapic, IOWIN), 23);
    for (unsigned i = 0; i < 4; i++) {
        static const uint8_t others[] = {0x00, 0x0f, 0x40, 0xff};

        vioapic_write(&f->ioapic, IOREGSEL, others[i], &f->messages);
        assert_int_equal(vioapic_pin_at(&f->ioapic, IOWIN), VIOAPIC_PIN_MAX);
    }
    assert_true(vioapic_is_eoi(EOI));
    assert_false(vioapic_is_eoi(IOWIN));
}

static void an_edge_is_one_message(void **state)
{
    struct fixture *f = *state;

    set_entry(f, 4, 3, 0x34);
    raise_pin(f, 4);
    assert_sent(f, 0x34);
    assert_int_equal(f->messages.message[0].delivery, VIOAPIC_FIXED);
    assert_int_equal(f->messages.message[0].mode, VIOAPIC_PHYSICAL);
    assert_int_equal(f->messages.message[0].destination, 3);
    raise_pin(f, 4); /* high already */
    assert_silent(f);
    lower_pin(f, 4);
    raise_pin(f, 4);
    assert_sent(f, 0x34);
    assert_int_equal(read_index(f, 0x18) & REMOTE_IRR, 0);
}

static void an_edge_at_a_masked_pin_is_lost(void **state)
{
    struct fixture *f = *state;

    set_entry(f, 4, 0, MASKED | 0x34);
    raise_pin(f, 4);
    assert_silent(f);
    set_entry(f, 4, 0, 0x34);
    assert_silent(f);
}

static void a_level_is_sent_again_until_it_is_gone(void **state)
{
    struct fixture *f = *state;

    set_entry(f, 9, 0, LEVEL | 0x51);
    raise_pin(f, 9);
    assert_sent(f, 0x51);
    assert_int_equal(read_index(f, 0x22), REMOTE_IRR | LEVEL | 0x51);
    raise_pin(f, 9);
    assert_silent(f);
    vioapic_eoi(&f->ioapic, 0x51, &f->messages);
    assert_sent(f, 0x51);
    lower_pin(f, 9);
    vioapic_eoi(&f->ioapic, 0x51, &f->messages);
    assert_silent(f);
    assert_int_equal(read_index(f, 0x22), LEVEL | 0x51);
}

static void the_eoi_register_does_the_same(void **state)
{
    struct fixture *f = *state;

    set_entry(f, 9, 0, LEVEL | 0x51);
    raise_pin(f, 9);
    vioapic_write(&f->ioapic, EOI, 0x52, &f->messages); /* another vector */
    assert_silent(f);
    vioapic_write(&f->ioapic, EOI, 0x51, &f->messages);
    assert_sent(f, 0x51);
}

static void a_level_waits_while_it_is_masked(void **state)
{
    struct fixture *f = *state;

    set_entry(f, 9, 0, MASKED | LEVEL | 0x51);
    raise_pin(f, 9);
    assert_silent(f);
    set_entry(f, 9, 0, LEVEL | 0x51);
    assert_sent(f, 0x51);
    set_entry(f, 9, 0, MASKED | LEVEL | 0x51);
    vioapic_eoi(&f->ioapic, 0x51, &f->messages);
    assert_silent(f);
    set_entry(f, 9, 0, LEVEL | 0x51);
    assert_sent(f, 0x51);
}

/* As Linux ends an interrupt where there is no EOI register. */
static void making_it_an_edge_clears_remote_irr(void **state)
{
    struct fixture *f = *state;

    set_entry(f, 9, 0, LEVEL | 0x51);
    raise_pin(f, 9);
    set_entry(f, 9, 0, MASKED | 0x51);
    assert_int_equal(read_index(f, 0x22), MASKED | 0x51);
    set_entry(f, 9, 0, LEVEL | 0x51);
    assert_sent(f, 0x51);
}

static void pins_may_share_a_vector(void **state)
{
    struct fixture *f = *state;

    for (unsigned pin = 0; pin < 24; pin++) {
        set_entry(f, pin, (uint8_t)pin, LEVEL | 0x60);
        raise_pin(f, pin);
        assert_sent(f, 0x60);
    }
    vioapic_eoi(&f->ioapic, 0x60, &f->messages);
    assert_int_equal(f->messages.count, 24);
    for (unsigned i = 0; i < 24; i++)
        assert_int_equal(f->messages.message[i].destination, i);
}

static void delivery_modes(void **state)
{
    static const bool is_sent[] = {true, true, false, false, true, false, false, false};
    struct fixture *f = *state;

    for (unsigned mode = 0; mode < 8; mode++) {
        set_entry(f, 2, 0, mode << 8 | 0x44);
        raise_pin(f, 2);
        if (is_sent[mode]) {
            assert_sent(f, 0x44);
            assert_int_equal(f->messages.message[0].delivery, mode);
        } else {
            assert_silent(f);
        }
        lower_pin(f, 2);
    }
}

static void vectors_below_sixteen_are_not_sent(void **state)
{
    struct fixture *f = *state;

    set_entry(f, 2, 0, 0x0f);
    raise_pin(f, 2);
    assert_silent(f);
    lower_pin(f, 2);
    set_entry(f, 2, 0, 0x10);
    raise_pin(f, 2);
    assert_sent(f, 0x10);
    lower_pin(f, 2);
    set_entry(f, 2, 0, 0x402); /* of an NMI the vector means nothing */
    raise_pin(f, 2);
    assert_sent(f, 0x02);
}

static void there_are_no_more_pins(void **state)
{
    struct fixture *f = *state;

    raise_pin(f, 24);
    assert_silent(f);
    raise_pin(f, 32);
    raise_pin(f, 4000000000u);
    assert_silent(f);
}

static void a_physical_destination_is_an_id_or_all(void **state)
{
    struct vioapic_message message = {.destination = 5};

    (void)state;
    assert_true(vioapic_is_addressed(&message, 5));
    assert_false(vioapic_is_addressed(&message, 4));
    assert_false(vioapic_is_addressed(&message, 0x105));
    message.destination = 0xff;
    assert_true(vioapic_is_addressed(&message, 0));
    assert_true(vioapic_is_addressed(&message, 63));
}

static void a_logical_destination_is_a_mask(void **state)
{
    struct fixture *f = *state;
    const struct vioapic_message *message = &f->messages.message[0];

    set_entry(f, 4, 0x81, LOGICAL | 0x34);
    raise_pin(f, 4);
    assert_sent(f, 0x34);
    assert_int_equal(message->mode, VIOAPIC_LOGICAL);
    assert_true(vioapic_is_addressed(message, 0));
    assert_false(vioapic_is_addressed(message, 1));
    assert_true(vioapic_is_addressed(message, 7));
    assert_false(vioapic_is_addressed(message, 8));
    assert_false(vioapic_is_addressed(message, 0x80000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(registers_after_reset, setup),
        cmocka_unit_test_setup(registers_keep_their_defined_bits, setup),
        cmocka_unit_test_setup(where_no_register_is_zero_is_read, setup),
        cmocka_unit_test_setup(there_may_be_more_pins, setup),
        cmocka_unit_test_setup(says_which_entry_an_access_is_to, setup),
        cmocka_unit_test_setup(an_edge_is_one_message, setup),
        cmocka_unit_test_setup(an_edge_at_a_masked_pin_is_lost, setup),
        cmocka_unit_test_setup(a_level_is_sent_again_until_it_is_gone, setup),
        cmocka_unit_test_setup(the_eoi_register_does_the_same, setup),
        cmocka_unit_test_setup(a_level_waits_while_it_is_masked, setup),
        cmocka_unit_test_setup(making_it_an_edge_clears_remote_irr, setup),
        cmocka_unit_test_setup(pins_may_share_a_vector, setup),
        cmocka_unit_test_setup(delivery_modes, setup),
        cmocka_unit_test_setup(vectors_below_sixteen_are_not_sent, setup),
        cmocka_unit_test_setup(there_are_no_more_pins, setup),
        cmocka_unit_test(a_physical_destination_is_an_id_or_all),
        cmocka_unit_test_setup(a_logical_destination_is_a_mask, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
