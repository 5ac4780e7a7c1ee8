/* SPDX-License-Identifier: MIT */
/*
 * The bridge to conventional PCI as a guest finds it behind a port: core/bridge.c.
 * Numbers are the specification's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/bridge.h>

static struct rp_image port_image, image;
static struct rp_rootport port;
static struct rp_bridge bridge;
static struct rp_rootport_actions actions;

static const struct rp_rootport_config config = {
    .slot_number = 1,
    .max_link = {.speed = 3, .width = 4},
    .secondary_bus = 5,
    .subordinate_bus = 6,
    .memory = {.base = 0xe0000000, .size = 0x200000},
    .prefetchable = {.base = 0x8000000000, .size = 0x40000000},
};

static int set_up(void **state)
{
    (void)state;
    memset(&image, 0xa5, sizeof(image));
    assert_int_equal(rp_rootport_init(&port, &port_image, &config), RP_OK);
    rp_bridge_reset(&bridge, &image, &port, RP_BRIDGE_AFTER_RESET);
    return 0;
}

static uint32_t get(unsigned reg, unsigned width)
{
    return rp_image_read(&image, (uint16_t)reg, width);
}

static uint32_t put(unsigned reg, unsigned width, uint32_t value)
{
    rp_bridge_write(&bridge, (uint16_t)reg, width, value, &actions);
    return actions.set;
}

/* The guest sets the bridge up as Linux does: numbers, windows, then decoding. */
static void set_up_as_guest(uint32_t memory, uint32_t prefetchable)
{
    put(0x18, 4, 0x00060605);
    put(0x20, 4, memory);
    put(0x24, 4, prefetchable);
    put(0x28, 4, 0x80);
    put(0x2c, 4, 0x80);
    put(0x04, 2, 0x0006);
}

static void is_a_pci_express_to_pci_bridge(void **state)
{
    (void)state;
    assert_int_equal(get(0x00, 4), 0x00035250);
    assert_int_equal(get(0x0a, 2), 0x0604);
    assert_int_equal(get(0x0e, 1), 0x01);
    assert_int_equal(get(0x06, 2), 0x0010);
    assert_int_equal(get(0x34, 1), 0x40);
    assert_int_equal(get(0x40, 1), 0x10);
    assert_int_equal(get(0x42, 2), 0x0072);          /* version 2, type 7, no slot */
    assert_int_equal(get(0x44, 4) & 0x8000, 0x8000); /* role-based error reporting */
    assert_int_equal(get(0x4c, 4) & 0x3ff, 0x11);
    assert_int_equal(get(0x52, 2) & 0x3ff, 0x11); /* 2.5 GT/s, x1 */
    assert_int_equal(get(0x41, 1), 0x98);
    assert_int_equal(get(0x98, 2), 0x0001); /* power management, and nothing after it */
    assert_int_equal(get(0x9c, 2) & 0x3, 0);
    for (unsigned reg = 0xa0; reg < 4096; reg += 4)
        assert_int_equal(get(reg, 4), 0);
}

static void forwards_nothing_after_a_reset(void **state)
{
    (void)state;
    struct rp_rootport_window memory = config.memory;
    struct rp_rootport_window prefetchable = config.prefetchable;

    assert_int_equal(get(0x04, 2), 0);
    assert_int_equal(get(0x18, 4), 0);
    assert_int_equal(rp_bridge_buses(&bridge).secondary, 0);
    rp_bridge_narrow(&bridge, &memory, &prefetchable);
    assert_int_equal(memory.size, 0);
    assert_int_equal(prefetchable.size, 0);
}

static void firmware_gives_it_all_that_the_port_has(void **state)
{
    (void)state;
    struct rp_rootport_window memory = config.memory;
    struct rp_rootport_window prefetchable = config.prefetchable;

    rp_bridge_reset(&bridge, &image, &port, RP_BRIDGE_BY_FIRMWARE);
    assert_int_equal(get(0x18, 4), 0x00060605);
    assert_int_equal(get(0x04, 2), 0x0007);
    assert_int_equal(rp_bridge_io(&bridge, config.io).size, config.io.size);
    rp_bridge_narrow(&bridge, &memory, &prefetchable);
    assert_int_equal(memory.base, 0xe0000000);
    assert_int_equal(memory.size, 0x200000);
    assert_int_equal(prefetchable.base, 0x8000000000);
    assert_int_equal(prefetchable.size, 0x40000000);
}

/* Of the registers of the header, and of control in the capabilities, no more. */
static void a_guest_writes_what_a_bridge_has(void **state)
{
    (void)state;
    static const struct {
        unsigned reg;
        uint32_t bits;
    } writable[] = {
        {0x04, 0x0547},     {0x0c, 0xff},       {0x18, 0xffffff},   {0x1c, 0xf0f0},
        {0x20, 0xfff0fff0}, {0x24, 0xfff0fff0}, {0x28, 0xffffffff}, {0x2c, 0xffffffff},
        {0x3c, 0x004300ff}, {0x48, 0x000f},     {0x9c, 0x3},
    };

    for (unsigned reg = 0; reg < 4096; reg += 4) {
        uint32_t bits = 0;

        for (size_t i = 0; i < sizeof(writable) / sizeof(writable[0]); i++)
            if (writable[i].reg == reg)
                bits = writable[i].bits;
        put(reg, 4, 0);
        const uint32_t zeroed = get(reg, 4);
        put(reg, 4, 0xffffffff);
        assert_int_equal(zeroed ^ get(reg, 4), bits);
        rp_bridge_reset(&bridge, &image, &port, RP_BRIDGE_AFTER_RESET);
    }
}

/* Ports pass where both have a window, while the bridge is there and decodes I/O. */
static void io_passes_where_both_windows_are(void **state)
{
    const struct rp_rootport_window above = {0x2000, 0x2000};

    (void)state;
    rp_bridge_reset(&bridge, &image, &port, RP_BRIDGE_AFTER_RESET);
    assert_int_equal(rp_bridge_io(&bridge, above).size, 0);
    put(0x04, 2, 0x0001);
    put(0x1c, 2, 0x5030);
    assert_int_equal(rp_bridge_io(&bridge, above).base, 0x3000);
    assert_int_equal(rp_bridge_io(&bridge, above).size, 0x1000);
    put(0x04, 2, 0x0006);
    assert_int_equal(rp_bridge_io(&bridge, above).size, 0);
    put(0x04, 2, 0x0001);
    put(0x9c, 2, 0x3);
    assert_int_equal(rp_bridge_io(&bridge, above).size, 0);
}

static void an_access_that_is_not_natural_does_nothing(void **state)
{
    (void)state;
    struct rp_image before = image;

    put(0x19, 2, 0x0606);
    put(0x18, 8, 0x0606);
    put(0x1000, 4, 0x0606);
    assert_memory_equal(&before, &image, sizeof(before));
    assert_int_equal(actions.set, 0);
}

static void says_what_has_moved(void **state)
{
    (void)state;
    assert_int_equal(put(0x19, 1, 6), RP_ROOTPORT_BUSES_CHANGED);
    assert_int_equal(put(0x19, 1, 6), 0); /* as before */
    assert_int_equal(put(0x20, 4, 0xe000e000), RP_ROOTPORT_WINDOWS_CHANGED);
    assert_int_equal(put(0x04, 2, 2), RP_ROOTPORT_WINDOWS_CHANGED);
    assert_int_equal(put(0x04, 2, 6), 0);
}

static void passes_on_no_more_than_the_port(void **state)
{
    (void)state;
    struct rp_rootport_window memory = config.memory;
    struct rp_rootport_window prefetchable = config.prefetchable;

    /* [e0100000, e04fffff], and [80'20000000, 80'2fffffff] */
    set_up_as_guest(0xe040e010, 0x2ff02000);
    rp_bridge_narrow(&bridge, &memory, &prefetchable);
    assert_int_equal(memory.base, 0xe0100000);
    assert_int_equal(memory.size, 0x100000);
    assert_int_equal(prefetchable.base, 0x8020000000);
    assert_int_equal(prefetchable.size, 0x10000000);
}

/* A prefetchable window may lie in a port's other one. */
static void a_window_may_lie_in_either_of_the_ports(void **state)
{
    (void)state;
    struct rp_rootport_window memory = config.memory;
    struct rp_rootport_window prefetchable = {0};

    set_up_as_guest(0xe000e000, 0xe010e010);
    put(0x28, 4, 0);
    put(0x2c, 4, 0);
    rp_bridge_narrow(&bridge, &memory, &prefetchable);
    assert_int_equal(memory.base, 0xe0000000);
    assert_int_equal(memory.size, 0x100000);
    assert_int_equal(prefetchable.base, 0xe0100000);
    assert_int_equal(prefetchable.size, 0x100000);
}

static void a_window_outside_is_closed(void **state)
{
    (void)state;
    struct rp_rootport_window memory = config.memory;
    struct rp_rootport_window prefetchable = config.prefetchable;

    set_up_as_guest(0xd000d000, 0xd000d000);
    rp_bridge_narrow(&bridge, &memory, &prefetchable);
    assert_int_equal(memory.size, 0);
    assert_int_equal(prefetchable.size, 0);
}

static void decodes_while_its_command_says_so(void **state)
{
    (void)state;
    struct rp_rootport_window memory = config.memory;
    struct rp_rootport_window prefetchable = config.prefetchable;

    set_up_as_guest(0xe010e000, 0x2ff02000);
    put(0x04, 2, 0x0004);
    rp_bridge_narrow(&bridge, &memory, &prefetchable);
    assert_int_equal(memory.size, 0);
    assert_int_equal(prefetchable.size, 0);
    assert_true(rp_bridge_is_forwarding(&bridge)); /* configuration, still */
}

/* Bridge Control, bit 6: what is behind is reset once, and out of reach meanwhile. */
static void a_reset_of_its_bus_resets_what_is_behind(void **state)
{
    (void)state;
    struct rp_rootport_window memory = config.memory;
    struct rp_rootport_window prefetchable = config.prefetchable;

    set_up_as_guest(0xe010e000, 0x2ff02000);
    assert_int_equal(put(0x3e, 2, 0x0040),
                     RP_ROOTPORT_RESET_CHILD | RP_ROOTPORT_FORWARDING_CHANGED);
    assert_false(rp_bridge_is_forwarding(&bridge));
    rp_bridge_narrow(&bridge, &memory, &prefetchable);
    assert_int_equal(memory.size, 0);
    assert_int_equal(put(0x3e, 2, 0x0042), 0);
    assert_int_equal(put(0x3e, 2, 0x0002), RP_ROOTPORT_FORWARDING_CHANGED);
    assert_true(rp_bridge_is_forwarding(&bridge));
    assert_int_equal(get(0x18, 4), 0x00060605); /* the bridge itself is not */
}

static void asleep_it_forwards_nothing(void **state)
{
    (void)state;
    assert_int_equal(put(0x9c, 2, 3), RP_ROOTPORT_FORWARDING_CHANGED);
    assert_false(rp_bridge_is_forwarding(&bridge));
    assert_int_equal(put(0x9c, 2, 1), 0); /* D1 is not there */
    assert_int_equal(put(0x9c, 2, 0), RP_ROOTPORT_FORWARDING_CHANGED);
    assert_true(rp_bridge_is_forwarding(&bridge));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(is_a_pci_express_to_pci_bridge, set_up),
        cmocka_unit_test_setup(forwards_nothing_after_a_reset, set_up),
        cmocka_unit_test_setup(firmware_gives_it_all_that_the_port_has, set_up),
        cmocka_unit_test_setup(a_guest_writes_what_a_bridge_has, set_up),
        cmocka_unit_test_setup(io_passes_where_both_windows_are, set_up),
        cmocka_unit_test_setup(an_access_that_is_not_natural_does_nothing, set_up),
        cmocka_unit_test_setup(says_what_has_moved, set_up),
        cmocka_unit_test_setup(passes_on_no_more_than_the_port, set_up),
        cmocka_unit_test_setup(a_window_may_lie_in_either_of_the_ports, set_up),
        cmocka_unit_test_setup(a_window_outside_is_closed, set_up),
        cmocka_unit_test_setup(decodes_while_its_command_says_so, set_up),
        cmocka_unit_test_setup(a_reset_of_its_bus_resets_what_is_behind, set_up),
        cmocka_unit_test_setup(asleep_it_forwards_nothing, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
