/* SPDX-License-Identifier: MIT */
/* What answers where in a domain: core/topology.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/topology.h>

enum {
    PORT_COUNT = 3,
};

static struct rp_image bridge_image;
static struct rp_image port_images[RP_TOPOLOGY_PORTS_MAX];
static struct rp_rootport ports[RP_TOPOLOGY_PORTS_MAX];
static struct rp_topology topology;
static int some_function, other_function;

static void make_topology(unsigned port_count)
{
    for (unsigned i = 0; i < port_count; i++) {
        struct rp_rootport_config config = {
            .slot_number = (uint16_t)(i + 1),
            .max_link = {.speed = 1, .width = 1},
            .secondary_bus = rp_topology_port_device(i),
            .subordinate_bus = rp_topology_port_device(i),
        };
        assert_int_equal(rp_rootport_init(&ports[i], &port_images[i], &config), RP_OK);
    }
    assert_int_equal(rp_topology_init(&topology, &bridge_image, ports, port_count),
                     RP_OK);
}

static int set_up(void **state)
{
    (void)state;
    make_topology(PORT_COUNT);
    return 0;
}

/* The guest programs the bus numbers of a port. */
static void program_buses(unsigned port, unsigned secondary, unsigned subordinate)
{
    struct rp_rootport_actions actions;

    rp_rootport_write(&ports[port], 0x19, 1, secondary, &actions);
    rp_rootport_write(&ports[port], 0x1a, 1, subordinate, &actions);
    rp_topology_update_buses(&topology);
}

static enum rp_topology_kind kind_at(unsigned bus, unsigned dev, unsigned fn)
{
    return rp_topology_find(&topology, (uint8_t)bus, (uint8_t)(dev << 3 | fn)).kind;
}

static void host_bridge_is_at_0_0_0(void **state)
{
    (void)state;
    assert_int_equal(kind_at(0, 0, 0), RP_TOPOLOGY_HOST_BRIDGE);
    assert_int_equal(kind_at(0, 0, 1), RP_TOPOLOGY_ABSENT);
    assert_int_equal(rp_image_read(&bridge_image, 0x00, 4), 0x00025250);
    assert_int_equal(rp_image_read(&bridge_image, 0x0a, 2), 0x0600);
    assert_int_equal(rp_image_read(&bridge_image, 0x0e, 1), 0x00);
    assert_int_equal(rp_image_read(&bridge_image, 0x100, 4), 0);
}

static void host_bridge_lets_the_guest_write_its_command_alone(void **state)
{
    (void)state;
    struct rp_image before = bridge_image;

    for (unsigned reg = 0; reg < 4096; reg += 4)
        if (reg != 4)
            rp_topology_write_host_bridge(&topology, (uint16_t)reg, 4, 0xffffffff);
    assert_memory_equal(&before, &bridge_image, sizeof(before));
    rp_topology_write_host_bridge(&topology, 4, 2, 0);
    assert_int_equal(rp_image_read(&bridge_image, 4, 4), 0);
    rp_topology_write_host_bridge(&topology, 4, 4, 0xffffffff);
    assert_int_equal(rp_image_read(&bridge_image, 4, 4), 0x0106);
    rp_topology_write_host_bridge(&topology, 5, 4, 0);
    rp_topology_write_host_bridge(&topology, 4, 8, 0);
    assert_int_equal(rp_image_read(&bridge_image, 4, 4), 0x0106);
}

static void reset_restores_the_host_bridge(void **state)
{
    (void)state;
    struct rp_image before = bridge_image;

    rp_topology_write_host_bridge(&topology, 4, 2, 0);
    rp_topology_reset(&topology);
    assert_memory_equal(&before, &bridge_image, sizeof(before));
}

static void ports_are_devices_of_the_root_bus(void **state)
{
    (void)state;
    for (unsigned dev = 1; dev < 32; dev++) {
        struct rp_topology_target target =
            rp_topology_find(&topology, 0, (uint8_t)(dev << 3));
        if (dev <= PORT_COUNT) {
            assert_int_equal(target.kind, RP_TOPOLOGY_PORT);
            assert_int_equal(target.port, dev - 1);
        } else {
            assert_int_equal(target.kind, RP_TOPOLOGY_ABSENT);
        }
        assert_int_equal(kind_at(0, dev, 1), RP_TOPOLOGY_ABSENT);
    }
}

static void there_can_be_31_ports_and_no_more(void **state)
{
    (void)state;
    make_topology(31);
    assert_int_equal(kind_at(0, 31, 0), RP_TOPOLOGY_PORT);
    assert_int_equal(rp_topology_init(&topology, &bridge_image, ports, 32),
                     RP_ERR_INVALID);
    make_topology(0);
    assert_int_equal(kind_at(0, 1, 0), RP_TOPOLOGY_ABSENT);
}

static void empty_port_has_nothing_behind_it(void **state)
{
    (void)state;
    assert_int_equal(kind_at(1, 0, 0), RP_TOPOLOGY_ABSENT);
}

static void child_is_device_0_of_the_secondary_bus(void **state)
{
    (void)state;
    assert_int_equal(rp_topology_attach(&topology, 1, 0, &some_function), RP_OK);

    struct rp_topology_target target = rp_topology_find(&topology, 2, 0);
    assert_int_equal(target.kind, RP_TOPOLOGY_CHILD);
    assert_int_equal(target.port, 1);
    assert_int_equal(target.fn, 0);
    assert_ptr_equal(target.child, &some_function);
    for (unsigned devfn = 1; devfn < 256; devfn++)
        assert_int_equal(kind_at(2, devfn >> 3, devfn & 7), RP_TOPOLOGY_ABSENT);
    assert_int_equal(kind_at(1, 0, 0), RP_TOPOLOGY_ABSENT);
    assert_int_equal(kind_at(3, 0, 0), RP_TOPOLOGY_ABSENT);
}

static void child_can_have_eight_functions(void **state)
{
    (void)state;
    for (unsigned fn = 0; fn < 8; fn++)
        assert_int_equal(rp_topology_attach(&topology, 0, fn, &some_function), RP_OK);
    assert_int_equal(rp_topology_attach(&topology, 0, 8, &some_function), RP_ERR_INVALID);
    assert_int_equal(rp_topology_find(&topology, 1, 7).fn, 7);
    assert_int_equal(kind_at(1, 1, 0), RP_TOPOLOGY_ABSENT);
}

static void attach_refuses_what_is_taken_or_not_there(void **state)
{
    (void)state;
    assert_int_equal(rp_topology_attach(&topology, 0, 0, &some_function), RP_OK);
    assert_int_equal(rp_topology_attach(&topology, 0, 0, &other_function), RP_ERR_EXISTS);
    assert_ptr_equal(rp_topology_find(&topology, 1, 0).child, &some_function);
    assert_int_equal(rp_topology_attach(&topology, PORT_COUNT, 0, &some_function),
                     RP_ERR_INVALID);
    assert_int_equal(rp_topology_attach(&topology, 1, 0, NULL), RP_ERR_INVALID);
}

static void detach_takes_every_function_of_one_port(void **state)
{
    (void)state;
    assert_int_equal(rp_topology_attach(&topology, 0, 0, &some_function), RP_OK);
    assert_int_equal(rp_topology_attach(&topology, 0, 3, &some_function), RP_OK);
    assert_int_equal(rp_topology_attach(&topology, 1, 0, &other_function), RP_OK);
    rp_topology_detach(&topology, 0);
    rp_topology_detach(&topology, PORT_COUNT);
    assert_int_equal(kind_at(1, 0, 0), RP_TOPOLOGY_ABSENT);
    assert_int_equal(kind_at(1, 0, 3), RP_TOPOLOGY_ABSENT);
    assert_int_equal(kind_at(2, 0, 0), RP_TOPOLOGY_CHILD);
    assert_int_equal(rp_topology_attach(&topology, 0, 0, &other_function), RP_OK);
}

static void child_follows_the_bus_number(void **state)
{
    (void)state;
    assert_int_equal(rp_topology_attach(&topology, 0, 0, &some_function), RP_OK);
    assert_int_equal(rp_topology_child_bus(&topology, 0), 1);
    program_buses(0, 0x80, 0x8f);
    assert_int_equal(kind_at(1, 0, 0), RP_TOPOLOGY_ABSENT);
    assert_int_equal(kind_at(0x80, 0, 0), RP_TOPOLOGY_CHILD);
    assert_int_equal(kind_at(0x81, 0, 0), RP_TOPOLOGY_ABSENT);
    assert_int_equal(rp_topology_child_bus(&topology, 0), 0x80);
}

static void lowest_port_gets_a_bus_that_two_claim(void **state)
{
    (void)state;
    assert_int_equal(rp_topology_attach(&topology, 0, 0, &some_function), RP_OK);
    assert_int_equal(rp_topology_attach(&topology, 1, 0, &other_function), RP_OK);
    program_buses(1, 1, 1);
    assert_ptr_equal(rp_topology_find(&topology, 1, 0).child, &some_function);
    assert_int_equal(rp_topology_child_bus(&topology, 1), 0);
    /* Inside the range of a lower port a request goes there, where nothing is. */
    program_buses(0, 5, 9);
    program_buses(1, 7, 7);
    assert_int_equal(kind_at(7, 0, 0), RP_TOPOLOGY_ABSENT);
    program_buses(0, 8, 9);
    assert_ptr_equal(rp_topology_find(&topology, 7, 0).child, &other_function);
}

static void overlap_below_leaves_the_higher_secondary_to_its_port(void **state)
{
    (void)state;
    assert_int_equal(rp_topology_attach(&topology, 1, 0, &other_function), RP_OK);
    program_buses(0, 5, 9);
    program_buses(1, 4, 6);
    assert_int_equal(kind_at(4, 0, 0), RP_TOPOLOGY_CHILD);
    assert_int_equal(rp_topology_child_bus(&topology, 0), 5);
}

static void port_without_a_sound_range_forwards_nothing(void **state)
{
    (void)state;
    static const uint8_t ranges[][2] = {{0, 0}, {0, 255}, {9, 8}, {255, 0}};

    assert_int_equal(rp_topology_attach(&topology, 0, 0, &some_function), RP_OK);
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        program_buses(0, ranges[i][0], ranges[i][1]);
        for (unsigned bus = 1; bus < 256; bus++)
            assert_int_equal(kind_at(bus, 0, 0), RP_TOPOLOGY_ABSENT);
        assert_int_equal(kind_at(0, 0, 0), RP_TOPOLOGY_HOST_BRIDGE);
        assert_int_equal(rp_topology_child_bus(&topology, 0), 0);
    }
    program_buses(0, 255, 255);
    assert_int_equal(kind_at(255, 0, 0), RP_TOPOLOGY_CHILD);
    assert_int_equal(rp_topology_child_bus(&topology, PORT_COUNT), 0);
}

/* --- a bridge between a port and its child --------------------------------------- */

static struct rp_image pci_bridge_image;
static struct rp_bridge pci_bridge;

/* Port 1 (bus 2) has a conventional function, and buses for a bridge: 2 to 4. */
static void plug_behind_a_bridge(void)
{
    rp_bridge_reset(&pci_bridge, &pci_bridge_image, &ports[1], RP_BRIDGE_AFTER_RESET);
    assert_int_equal(rp_topology_attach_bridge(&topology, 1, &pci_bridge), RP_OK);
    assert_int_equal(rp_topology_attach(&topology, 1, 0, &some_function), RP_OK);
    program_buses(1, 0x20, 0x22);
}

static void program_bridge(unsigned secondary, unsigned subordinate)
{
    struct rp_rootport_actions actions;

    rp_bridge_write(&pci_bridge, 0x19, 1, secondary, &actions);
    rp_bridge_write(&pci_bridge, 0x1a, 1, subordinate, &actions);
    rp_topology_update_buses(&topology);
}

static void a_bridge_is_the_only_device_behind_its_port(void **state)
{
    (void)state;
    plug_behind_a_bridge();
    assert_int_equal(kind_at(0x20, 0, 0), RP_TOPOLOGY_BRIDGE);
    assert_int_equal(rp_topology_find(&topology, 0x20, 0).port, 1);
    for (unsigned devfn = 1; devfn < 256; devfn++)
        assert_int_equal(kind_at(0x20, devfn >> 3, devfn & 7), RP_TOPOLOGY_ABSENT);
    assert_int_equal(rp_topology_bridge_bus(&topology, 1), 0x20);
    assert_int_equal(rp_topology_bridge_bus(&topology, 0), 0);
    /* Not yet numbered, it has nothing behind it. */
    assert_int_equal(rp_topology_child_bus(&topology, 1), 0);
    for (unsigned bus = 0x21; bus < 256; bus++)
        assert_int_equal(kind_at(bus, 0, 0), RP_TOPOLOGY_ABSENT);
}

static void the_child_is_on_the_bridges_secondary_bus(void **state)
{
    (void)state;
    plug_behind_a_bridge();
    program_bridge(0x22, 0x22);
    assert_int_equal(kind_at(0x21, 0, 0), RP_TOPOLOGY_ABSENT);
    assert_int_equal(kind_at(0x22, 0, 0), RP_TOPOLOGY_CHILD);
    assert_ptr_equal(rp_topology_find(&topology, 0x22, 0).child, &some_function);
    assert_int_equal(rp_topology_find(&topology, 0x22, 0).port, 1);
    assert_int_equal(kind_at(0x22, 0, 1), RP_TOPOLOGY_ABSENT);
    assert_int_equal(kind_at(0x22, 1, 0), RP_TOPOLOGY_ABSENT);
    assert_int_equal(rp_topology_child_bus(&topology, 1), 0x22);
}

/* A request reaches the bridge only through its port. */
static void a_bridge_with_a_bus_outside_of_its_ports_leads_nowhere(void **state)
{
    (void)state;
    static const uint8_t numbers[] = {0, 1, 0x20, 0x23, 255};

    plug_behind_a_bridge();
    for (size_t i = 0; i < sizeof(numbers); i++) {
        program_bridge(numbers[i], 255);
        for (unsigned bus = 1; bus < 256; bus++)
            assert_int_not_equal(kind_at(bus, 0, 0), RP_TOPOLOGY_CHILD);
        assert_int_equal(rp_topology_child_bus(&topology, 1), 0);
        assert_int_equal(kind_at(0x20, 0, 0), RP_TOPOLOGY_BRIDGE);
    }
}

static void a_lower_port_takes_the_bus_behind_a_bridge(void **state)
{
    (void)state;
    plug_behind_a_bridge();
    program_bridge(0x21, 0x21);
    program_buses(0, 0x21, 0x21);
    assert_int_equal(kind_at(0x21, 0, 0), RP_TOPOLOGY_ABSENT);
    assert_int_equal(rp_topology_child_bus(&topology, 1), 0);
}

static void detach_takes_the_bridge_too(void **state)
{
    (void)state;
    plug_behind_a_bridge();
    program_bridge(0x21, 0x21);
    assert_int_equal(rp_topology_attach_bridge(&topology, 1, &pci_bridge), RP_ERR_EXISTS);
    rp_topology_detach(&topology, 1);
    assert_int_equal(kind_at(0x20, 0, 0), RP_TOPOLOGY_ABSENT);
    assert_int_equal(kind_at(0x21, 0, 0), RP_TOPOLOGY_ABSENT);
    assert_int_equal(rp_topology_attach(&topology, 1, 0, &other_function), RP_OK);
    assert_ptr_equal(rp_topology_find(&topology, 0x20, 0).child, &other_function);
    assert_int_equal(kind_at(0x21, 0, 0), RP_TOPOLOGY_ABSENT);
    assert_int_equal(rp_topology_attach_bridge(&topology, PORT_COUNT, &pci_bridge),
                     RP_ERR_INVALID);
    assert_int_equal(rp_topology_attach_bridge(&topology, 0, NULL), RP_ERR_INVALID);
}

static void firmware_has_two_buses_for_each_of_31_ports(void **state)
{
    (void)state;
    assert_int_equal(rp_topology_first_bus(0), 1);
    for (unsigned port = 1; port <= 31; port++)
        assert_int_equal(rp_topology_first_bus(port) - rp_topology_first_bus(port - 1),
                         2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(host_bridge_is_at_0_0_0, set_up),
        cmocka_unit_test_setup(host_bridge_lets_the_guest_write_its_command_alone,
                               set_up),
        cmocka_unit_test_setup(reset_restores_the_host_bridge, set_up),
        cmocka_unit_test_setup(ports_are_devices_of_the_root_bus, set_up),
        cmocka_unit_test_setup(there_can_be_31_ports_and_no_more, set_up),
        cmocka_unit_test_setup(empty_port_has_nothing_behind_it, set_up),
        cmocka_unit_test_setup(child_is_device_0_of_the_secondary_bus, set_up),
        cmocka_unit_test_setup(child_can_have_eight_functions, set_up),
        cmocka_unit_test_setup(attach_refuses_what_is_taken_or_not_there, set_up),
        cmocka_unit_test_setup(detach_takes_every_function_of_one_port, set_up),
        cmocka_unit_test_setup(child_follows_the_bus_number, set_up),
        cmocka_unit_test_setup(lowest_port_gets_a_bus_that_two_claim, set_up),
        cmocka_unit_test_setup(overlap_below_leaves_the_higher_secondary_to_its_port,
                               set_up),
        cmocka_unit_test_setup(port_without_a_sound_range_forwards_nothing, set_up),
        cmocka_unit_test_setup(a_bridge_is_the_only_device_behind_its_port, set_up),
        cmocka_unit_test_setup(the_child_is_on_the_bridges_secondary_bus, set_up),
        cmocka_unit_test_setup(a_bridge_with_a_bus_outside_of_its_ports_leads_nowhere,
                               set_up),
        cmocka_unit_test_setup(a_lower_port_takes_the_bus_behind_a_bridge, set_up),
        cmocka_unit_test_setup(detach_takes_the_bridge_too, set_up),
        cmocka_unit_test(firmware_has_two_buses_for_each_of_31_ports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
