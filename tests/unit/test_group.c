/* SPDX-License-Identifier: MIT */
/*
 * Which functions belong together, and whose addresses a function may not have:
 * core/group.c. Expected values are those of PCI Express Base r5.0, 6.12 and 7.7.8.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/group.h>
#include <rootport/pci_regs.h>

#include "tests/fake/fake_device.h"
#include "tests/fake/fake_pci.h"

enum {
    CAPACITY = 16,
    PCIE = 0x40,
    ACS = 0x100,
    /* V, R, C and U; what an endpoint may have of them. */
    ACS_OF_PORT = 0x1d,
    ACS_OF_FUNCTION = 0x0c,
    NOT_PCIE = -1,
};

struct machine {
    struct fake_pci *pci;
    struct rp_cfg cfg;
    struct rp_function functions[CAPACITY];
    struct rp_scan scan;
};

static int set_up(void **state)
{
    static struct machine machine;

    memset(&machine, 0, sizeof(machine));
    machine.pci = fake_pci_new();
    machine.cfg = fake_cfg(machine.pci);
    rp_scan_init(&machine.scan, machine.functions, CAPACITY);
    *state = &machine;
    return 0;
}

static int tear_down(void **state)
{
    struct machine *machine = *state;

    fake_pci_free(machine->pci);
    return 0;
}

static struct fake_function *add(struct machine *machine, rp_sbdf_t sbdf, int pcie_type)
{
    struct fake_function *function = fake_pci_add(machine->pci, sbdf, 0x1f01, 1);

    if (rp_sbdf_fn(sbdf) == 0)
        fake_set8(function, RP_PCI_HEADER_TYPE, 0x80);
    if (pcie_type == NOT_PCIE)
        return function;
    fake_set16(function, RP_PCI_STATUS, 0x0010);
    fake_set8(function, RP_PCI_CAPABILITIES_POINTER, PCIE);
    fake_set16(function, PCIE, 0x0010);
    fake_set16(function, PCIE + 2, (uint16_t)(2 | pcie_type << 4));
    return function;
}

static struct fake_function *add_bridge(struct machine *machine, rp_sbdf_t sbdf,
                                        int pcie_type, uint8_t bus)
{
    struct fake_function *bridge = add(machine, sbdf, pcie_type);

    fake_set8(bridge, RP_PCI_HEADER_TYPE, 0x81);
    fake_set8(bridge, RP_PCI_PRIMARY_BUS, (uint8_t)rp_sbdf_bus(sbdf));
    fake_set8(bridge, RP_PCI_SECONDARY_BUS, bus);
    fake_set8(bridge, RP_PCI_SUBORDINATE_BUS, (uint8_t)(bus | 0x0f));
    return bridge;
}

static void give_acs(struct fake_function *function, uint16_t capability,
                     uint16_t control)
{
    fake_set32(function, ACS, 0x0001000d);
    fake_set16(function, ACS + 4, capability);
    fake_set16(function, ACS + 6, control);
    function->writable[ACS + 6] = (uint8_t)capability;
}

static void scan(struct machine *machine)
{
    assert_int_equal(rp_scan_segment(&machine->scan, &machine->cfg, 0, 0, 0xff), RP_OK);
    for (size_t i = 0; i < machine->scan.count; i++)
        rp_scan_override(&machine->functions[i], RP_CFG_SIZE_EXTENDED);
}

static uint32_t index_of(struct machine *machine, rp_sbdf_t sbdf)
{
    uint32_t index = rp_scan_find(&machine->scan, sbdf);

    assert_int_not_equal(index, RP_SCAN_NONE);
    return index;
}

static struct rp_group group_of(struct machine *machine, rp_sbdf_t sbdf)
{
    return rp_group_find(&machine->scan, &machine->cfg, index_of(machine, sbdf));
}

static void assert_together(struct machine *machine, rp_sbdf_t a, rp_sbdf_t b,
                            enum rp_group_tie tie)
{
    const uint32_t leader = group_of(machine, a).leader;

    assert_int_equal(group_of(machine, b).leader, leader);
    if (leader != index_of(machine, a))
        assert_int_equal(group_of(machine, a).tie, tie);
    if (leader != index_of(machine, b))
        assert_int_equal(group_of(machine, b).tie, tie);
}

static void assert_apart(struct machine *machine, rp_sbdf_t a, rp_sbdf_t b)
{
    assert_int_not_equal(group_of(machine, a).leader, group_of(machine, b).leader);
}

static void devices_of_the_root_bus_are_apart(void **state)
{
    struct machine *machine = *state;

    add(machine, rp_sbdf(0, 0, 3, 0), RP_PCI_PCIE_TYPE_INTEGRATED_ENDPOINT);
    add(machine, rp_sbdf(0, 0, 4, 0), NOT_PCIE);
    scan(machine);
    assert_apart(machine, rp_sbdf(0, 0, 3, 0), rp_sbdf(0, 0, 4, 0));
    assert_int_equal(group_of(machine, rp_sbdf(0, 0, 3, 0)).tie, RP_GROUP_ALONE);
}

static void functions_of_a_device_are_together(void **state)
{
    struct machine *machine = *state;

    add(machine, rp_sbdf(0, 0, 3, 0), RP_PCI_PCIE_TYPE_INTEGRATED_ENDPOINT);
    add(machine, rp_sbdf(0, 0, 3, 1), RP_PCI_PCIE_TYPE_INTEGRATED_ENDPOINT);
    scan(machine);
    assert_together(machine, rp_sbdf(0, 0, 3, 0), rp_sbdf(0, 0, 3, 1), RP_GROUP_DEVICE);
}

static void functions_with_acs_are_apart(void **state)
{
    struct machine *machine = *state;

    for (unsigned fn = 0; fn < 2; fn++)
        give_acs(add(machine, rp_sbdf(0, 0, 3, fn), RP_PCI_PCIE_TYPE_INTEGRATED_ENDPOINT),
                 ACS_OF_FUNCTION, ACS_OF_FUNCTION);
    scan(machine);
    assert_apart(machine, rp_sbdf(0, 0, 3, 0), rp_sbdf(0, 0, 3, 1));
}

/* A capability that is there and off keeps nobody apart, until it is turned on. */
static void acs_counts_when_it_is_on(void **state)
{
    struct machine *machine = *state;
    unsigned long writes;

    for (unsigned fn = 0; fn < 2; fn++)
        give_acs(add(machine, rp_sbdf(0, 0, 3, fn), RP_PCI_PCIE_TYPE_INTEGRATED_ENDPOINT),
                 ACS_OF_FUNCTION, 0);
    scan(machine);
    assert_together(machine, rp_sbdf(0, 0, 3, 0), rp_sbdf(0, 0, 3, 1), RP_GROUP_DEVICE);
    for (uint32_t i = 0; i < 2; i++)
        rp_group_isolate(&machine->scan, &machine->cfg, i);
    writes = machine->pci->writes;
    rp_group_isolate(&machine->scan, &machine->cfg, 0);
    assert_int_equal(machine->pci->writes, writes); /* on already */
    assert_apart(machine, rp_sbdf(0, 0, 3, 0), rp_sbdf(0, 0, 3, 1));
    assert_int_equal(fake_pci_read(machine->pci, rp_sbdf(0, 0, 3, 0), ACS + 6, 2),
                     ACS_OF_FUNCTION);
}

/* 6.6.2 leaves a function nothing of its ACS; that of the others isn't touched. */
static void acs_that_a_reset_took_is_turned_on_again(void **state)
{
    struct machine *machine = *state;
    struct fake_function *functions[2];

    for (unsigned fn = 0; fn < 2; fn++) {
        functions[fn] =
            add(machine, rp_sbdf(0, 0, 3, fn), RP_PCI_PCIE_TYPE_INTEGRATED_ENDPOINT);
        give_acs(functions[fn], ACS_OF_FUNCTION, ACS_OF_FUNCTION);
    }
    scan(machine);
    for (unsigned fn = 0; fn < 2; fn++)
        fake_set16(functions[fn], ACS + 6, 0);
    assert_together(machine, rp_sbdf(0, 0, 3, 0), rp_sbdf(0, 0, 3, 1), RP_GROUP_DEVICE);
    rp_group_isolate_one(
        &machine->cfg, &machine->scan.functions[index_of(machine, rp_sbdf(0, 0, 3, 1))]);
    assert_int_equal(fake_pci_read(machine->pci, rp_sbdf(0, 0, 3, 0), ACS + 6, 2), 0);
    assert_int_equal(fake_pci_read(machine->pci, rp_sbdf(0, 0, 3, 1), ACS + 6, 2),
                     ACS_OF_FUNCTION);
    assert_apart(machine, rp_sbdf(0, 0, 3, 0), rp_sbdf(0, 0, 3, 1));
}

/* While extended configuration space cannot be reached, nothing vouches for anybody. */
static void acs_out_of_reach_counts_for_nothing(void **state)
{
    struct machine *machine = *state;

    for (unsigned fn = 0; fn < 2; fn++)
        give_acs(add(machine, rp_sbdf(0, 0, 3, fn), RP_PCI_PCIE_TYPE_INTEGRATED_ENDPOINT),
                 ACS_OF_FUNCTION, ACS_OF_FUNCTION);
    assert_int_equal(rp_scan_segment(&machine->scan, &machine->cfg, 0, 0, 0xff), RP_OK);
    assert_together(machine, rp_sbdf(0, 0, 3, 0), rp_sbdf(0, 0, 3, 1), RP_GROUP_DEVICE);
    rp_group_isolate(&machine->scan, &machine->cfg, 0);
    assert_int_equal(machine->pci->writes, 0);
}

/* Of a port, and of the one beside it, when a function behind the one is given. */
static void acs_is_turned_on_beside_the_way_up(void **state)
{
    struct machine *machine = *state;

    for (unsigned i = 0; i < 2; i++) {
        const uint8_t bus = (uint8_t)(0x10 + 0x10 * i);

        give_acs(
            add_bridge(machine, rp_sbdf(0, 0, 1 + i, 0), RP_PCI_PCIE_TYPE_ROOT_PORT, bus),
            ACS_OF_PORT, 0);
        add(machine, rp_sbdf(0, bus, 0, 0), RP_PCI_PCIE_TYPE_ENDPOINT);
    }
    scan(machine);
    rp_group_isolate(&machine->scan, &machine->cfg,
                     index_of(machine, rp_sbdf(0, 0x10, 0, 0)));
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(fake_pci_read(machine->pci, rp_sbdf(0, 0, 1 + i, 0), ACS + 6, 2),
                         ACS_OF_PORT);
}

/* Behind a link all functions are one device's, ARI numbers as well. */
static void functions_behind_a_link_are_one_device(void **state)
{
    struct machine *machine = *state;
    size_t index;

    give_acs(add_bridge(machine, rp_sbdf(0, 0, 1, 0), RP_PCI_PCIE_TYPE_ROOT_PORT, 0x10),
             ACS_OF_PORT, ACS_OF_PORT);
    add(machine, rp_sbdf(0, 0x10, 0, 0), RP_PCI_PCIE_TYPE_ENDPOINT);
    add(machine, rp_sbdf(0, 0x10, 1, 1), RP_PCI_PCIE_TYPE_ENDPOINT);
    scan(machine);
    assert_int_equal(rp_scan_add(&machine->scan, &machine->cfg, rp_sbdf(0, 0x10, 1, 1),
                                 index_of(machine, rp_sbdf(0, 0, 1, 0)), RP_SCAN_NONE,
                                 &index),
                     RP_OK);
    assert_together(machine, rp_sbdf(0, 0x10, 0, 0), rp_sbdf(0, 0x10, 1, 1),
                    RP_GROUP_DEVICE);
}

static void what_is_behind_ports_with_acs_is_apart(void **state)
{
    struct machine *machine = *state;

    give_acs(add_bridge(machine, rp_sbdf(0, 0, 1, 0), RP_PCI_PCIE_TYPE_ROOT_PORT, 0x10),
             ACS_OF_PORT, ACS_OF_PORT);
    give_acs(add_bridge(machine, rp_sbdf(0, 0, 2, 0), RP_PCI_PCIE_TYPE_ROOT_PORT, 0x20),
             ACS_OF_PORT, ACS_OF_PORT);
    add(machine, rp_sbdf(0, 0x10, 0, 0), RP_PCI_PCIE_TYPE_ENDPOINT);
    add(machine, rp_sbdf(0, 0x20, 0, 0), RP_PCI_PCIE_TYPE_ENDPOINT);
    scan(machine);
    assert_apart(machine, rp_sbdf(0, 0x10, 0, 0), rp_sbdf(0, 0x20, 0, 0));
}

/* Each of the four is needed: 6.12.1.1. */
static void a_port_needs_every_service(void **state)
{
    struct machine *machine = *state;
    struct fake_function *port =
        add_bridge(machine, rp_sbdf(0, 0, 1, 0), RP_PCI_PCIE_TYPE_ROOT_PORT, 0x10);

    add(machine, rp_sbdf(0, 0x10, 0, 0), RP_PCI_PCIE_TYPE_ENDPOINT);
    give_acs(port, ACS_OF_PORT, ACS_OF_PORT);
    scan(machine);
    assert_int_equal(group_of(machine, rp_sbdf(0, 0x10, 0, 0)).tie, RP_GROUP_ALONE);
    for (unsigned bit = 0; bit < 5; bit++) {
        if (!(ACS_OF_PORT & 1u << bit))
            continue;
        give_acs(port, ACS_OF_PORT, (uint16_t)(ACS_OF_PORT & ~(1u << bit)));
        assert_int_equal(group_of(machine, rp_sbdf(0, 0x10, 0, 0)).tie, RP_GROUP_PORT);
    }
}

static void a_switch_without_acs_ties_what_is_behind_it(void **state)
{
    struct machine *machine = *state;

    give_acs(add_bridge(machine, rp_sbdf(0, 0, 1, 0), RP_PCI_PCIE_TYPE_ROOT_PORT, 0x10),
             ACS_OF_PORT, ACS_OF_PORT);
    fake_set8(
        add_bridge(machine, rp_sbdf(0, 0x10, 0, 0), RP_PCI_PCIE_TYPE_UPSTREAM_PORT, 0x11),
        RP_PCI_SUBORDINATE_BUS, 0x1f);
    for (unsigned dev = 0; dev < 2; dev++) {
        const uint8_t bus = (uint8_t)(0x12 + dev);

        fake_set8(add_bridge(machine, rp_sbdf(0, 0x11, dev, 0),
                             RP_PCI_PCIE_TYPE_DOWNSTREAM_PORT, bus),
                  RP_PCI_SUBORDINATE_BUS, bus);
        add(machine, rp_sbdf(0, bus, 0, 0), RP_PCI_PCIE_TYPE_ENDPOINT);
    }
    scan(machine);
    assert_together(machine, rp_sbdf(0, 0x12, 0, 0), rp_sbdf(0, 0x13, 0, 0),
                    RP_GROUP_PORT);
    /* One port that does is not enough: the other's requests still come. */
    give_acs(fake_pci_find(machine->pci, rp_sbdf(0, 0x11, 0, 0)), ACS_OF_PORT,
             ACS_OF_PORT);
    assert_together(machine, rp_sbdf(0, 0x12, 0, 0), rp_sbdf(0, 0x13, 0, 0),
                    RP_GROUP_PORT);
    give_acs(fake_pci_find(machine->pci, rp_sbdf(0, 0x11, 1, 0)), ACS_OF_PORT,
             ACS_OF_PORT);
    assert_apart(machine, rp_sbdf(0, 0x12, 0, 0), rp_sbdf(0, 0x13, 0, 0));
}

static void what_is_behind_a_bridge_to_pci_is_together(void **state)
{
    static const int types[] = {RP_PCI_PCIE_TYPE_TO_PCI_BRIDGE, NOT_PCIE};
    struct machine *machine = *state;

    for (unsigned i = 0; i < 2; i++) {
        const uint8_t bus = (uint8_t)(0x10 + 0x10 * i);

        add_bridge(machine, rp_sbdf(0, 0, 1 + i, 0), types[i], bus);
        add(machine, rp_sbdf(0, bus, 2, 0), NOT_PCIE);
        add(machine, rp_sbdf(0, bus, 3, 0), NOT_PCIE);
    }
    scan(machine);
    for (unsigned bus = 0x10; bus <= 0x20; bus += 0x10)
        assert_together(machine, rp_sbdf(0, bus, 2, 0), rp_sbdf(0, bus, 3, 0),
                        RP_GROUP_BRIDGE);
    assert_apart(machine, rp_sbdf(0, 0x10, 2, 0), rp_sbdf(0, 0x20, 2, 0));
}

static void a_rival_is_another_owner_in_the_group(void **state)
{
    struct machine *machine = *state;

    add(machine, rp_sbdf(0, 0, 3, 0), NOT_PCIE);
    add(machine, rp_sbdf(0, 0, 3, 1), NOT_PCIE);
    add(machine, rp_sbdf(0, 0, 4, 0), NOT_PCIE);
    scan(machine);
    machine->functions[2].owner = 7;
    assert_int_equal(rp_group_find_rival(&machine->scan, &machine->cfg, 0, 5),
                     RP_SCAN_NONE);
    machine->functions[1].owner = 5;
    assert_int_equal(rp_group_find_rival(&machine->scan, &machine->cfg, 0, 5),
                     RP_SCAN_NONE);
    assert_int_equal(rp_group_find_rival(&machine->scan, &machine->cfg, 0, 6), 1);
    machine->functions[1].header_type = RP_PCI_LAYOUT_BRIDGE;
    assert_int_equal(rp_group_find_rival(&machine->scan, &machine->cfg, 0, 6),
                     RP_SCAN_NONE);
    machine->functions[1].header_type = RP_PCI_LAYOUT_ENDPOINT;
    machine->functions[1].is_present = false;
    assert_int_equal(rp_group_find_rival(&machine->scan, &machine->cfg, 0, 6),
                     RP_SCAN_NONE);
}

static void every_tie_has_a_sentence(void **state)
{
    (void)state;
    for (int tie = RP_GROUP_ALONE; tie <= RP_GROUP_BRIDGE; tie++)
        assert_string_not_equal(rp_group_tie_text((enum rp_group_tie)tie), "unknown");
    assert_string_equal(rp_group_tie_text((enum rp_group_tie)99), "unknown");
}

/* ---- Room ---- */

/* A port with a window of 16 MiB, and behind it BARs at 0, 4 and 8 MiB of it. */
static void room_ends_where_something_begins(void **state)
{
    struct machine *machine = *state;
    struct fake_function *port =
        add_bridge(machine, rp_sbdf(0, 0, 1, 0), RP_PCI_PCIE_TYPE_ROOT_PORT, 0x10);
    struct fake_function *device =
        add(machine, rp_sbdf(0, 0x10, 0, 0), RP_PCI_PCIE_TYPE_ENDPOINT);
    struct fake_function *other =
        add(machine, rp_sbdf(0, 0x10, 0, 1), RP_PCI_PCIE_TYPE_ENDPOINT);
    uint32_t index;

    add(machine, rp_sbdf(0, 0, 2, 0), NOT_PCIE);
    fake_set32(port, RP_PCI_MEMORY_BASE, 0xe000e000);
    fake_set32(port, RP_PCI_PREFETCHABLE_BASE, 0x00f10001);
    fake_set32(port, RP_PCI_PREFETCHABLE_BASE_UPPER, 0x8);
    fake_set32(port, RP_PCI_PREFETCHABLE_LIMIT_UPPER, 0x8);
    fake_set32(device, RP_PCI_BAR0, 0x0000000c);
    fake_set32(device, RP_PCI_BAR0 + 4, 0x8);
    fake_set32(device, RP_PCI_BAR0 + 8, 0x0080000c);
    fake_set32(device, RP_PCI_BAR0 + 12, 0x8);
    fake_set32(other, RP_PCI_BAR0, 0x0040000c);
    fake_set32(other, RP_PCI_BAR0 + 4, 0x8);
    scan(machine);
    index = index_of(machine, rp_sbdf(0, 0x10, 0, 0));
    assert_int_equal(rp_group_room(&machine->scan, &machine->cfg, index, 0x800000000),
                     0x400000);
    assert_int_equal(rp_group_room(&machine->scan, &machine->cfg, index, 0x800800000),
                     0x800000);
    /* Of the other window, and of none. */
    assert_int_equal(rp_group_room(&machine->scan, &machine->cfg, index, 0xe0000000),
                     0x100000);
    assert_int_equal(rp_group_room(&machine->scan, &machine->cfg, index, 0xe0100000), 0);
    assert_int_equal(rp_group_room(&machine->scan, &machine->cfg,
                                   index_of(machine, rp_sbdf(0, 0, 2, 0)), 0xe0000000),
                     0);
}

/* What virtual functions will decode is taken, and so is the window of a bridge. */
/* A function with a BAR at the begin of a window of 256 MiB, behind two bridges. */
static uint32_t behind_two_bridges(struct machine *machine,
                                   struct fake_function **out_port,
                                   struct fake_function **out_device)
{
    struct fake_function *port =
        add_bridge(machine, rp_sbdf(0, 0, 1, 0), RP_PCI_PCIE_TYPE_ROOT_PORT, 0x10);
    struct fake_function *inner =
        add_bridge(machine, rp_sbdf(0, 0x10, 0, 0), RP_PCI_PCIE_TYPE_TO_PCI_BRIDGE, 0x11);

    fake_set8(inner, RP_PCI_SUBORDINATE_BUS, 0x11);
    fake_set32(port, RP_PCI_MEMORY_BASE, 0xeff0e000);
    fake_set32(inner, RP_PCI_MEMORY_BASE, 0xeff0e000);
    *out_port = port;
    *out_device = add(machine, rp_sbdf(0, 0x11, 1, 0), NOT_PCIE);
    fake_set32(*out_device, RP_PCI_BAR0, 0xe0000000);
    scan(machine);
    return index_of(machine, rp_sbdf(0, 0x11, 1, 0));
}

/* A ROM decodes when its owner wants it to. */
static void room_ends_at_expansion_roms(void **state)
{
    struct fake_function *port, *device;
    struct machine *machine = *state;
    const uint32_t index = behind_two_bridges(machine, &port, &device);

    assert_int_equal(rp_group_room(&machine->scan, &machine->cfg, index, 0xe0000000),
                     0x10000000);
    fake_set32(device, RP_PCI_EXPANSION_ROM, 0xe0800001);
    assert_int_equal(rp_group_room(&machine->scan, &machine->cfg, index, 0xe0000000),
                     0x800000);
}

/* Firmware may have opened a bridge further than the one above it. */
static void room_is_in_the_windows_of_all_bridges_above(void **state)
{
    struct fake_function *port, *device;
    struct machine *machine = *state;
    const uint32_t index = behind_two_bridges(machine, &port, &device);

    fake_set32(port, RP_PCI_MEMORY_BASE, 0xe7f0e000);
    assert_int_equal(rp_group_room(&machine->scan, &machine->cfg, index, 0xe0000000),
                     0x8000000);
    fake_set32(port, RP_PCI_MEMORY_BASE, 0xe7f0e100);
    assert_int_equal(rp_group_room(&machine->scan, &machine->cfg, index, 0xe0000000), 0);
}

static void room_ends_at_virtual_functions_and_windows(void **state)
{
    struct machine *machine = *state;
    struct fake_function *port =
        add_bridge(machine, rp_sbdf(0, 0, 1, 0), RP_PCI_PCIE_TYPE_ROOT_PORT, 0x10);
    struct fake_function *bridge;
    struct fake_function *device =
        add(machine, rp_sbdf(0, 0x10, 0, 0), RP_PCI_PCIE_TYPE_ENDPOINT);
    uint32_t index;

    fake_set32(port, RP_PCI_MEMORY_BASE, 0xefffe000);
    fake_set32(device, RP_PCI_BAR0, 0xe0000000);
    fake_set32(device, ACS, 0x00010010);
    fake_set32(device, ACS + RP_PCI_SRIOV_VF_BAR0, 0xe8000000);
    bridge =
        add_bridge(machine, rp_sbdf(0, 0x10, 0, 1), RP_PCI_PCIE_TYPE_UPSTREAM_PORT, 0x11);
    fake_set8(bridge, RP_PCI_SUBORDINATE_BUS, 0x11);
    fake_set32(bridge, RP_PCI_MEMORY_BASE, 0xe4f0e400);
    scan(machine);
    index = index_of(machine, rp_sbdf(0, 0x10, 0, 0));
    assert_int_equal(rp_group_room(&machine->scan, &machine->cfg, index, 0xe0000000),
                     0x4000000);
    fake_set32(bridge, RP_PCI_MEMORY_BASE, 0);
    assert_int_equal(rp_group_room(&machine->scan, &machine->cfg, index, 0xe0000000),
                     0x8000000);
}

/* f7091c0e1f: there cannot be one, but a function may say so. */
static void an_io_bar_among_those_of_virtual_functions_is_passed(void **state)
{
    struct machine *machine = *state;
    struct fake_function *port =
        add_bridge(machine, rp_sbdf(0, 0, 1, 0), RP_PCI_PCIE_TYPE_ROOT_PORT, 0x10);
    struct fake_function *device =
        add(machine, rp_sbdf(0, 0x10, 0, 0), RP_PCI_PCIE_TYPE_ENDPOINT);

    fake_set32(port, RP_PCI_MEMORY_BASE, 0xefffe000);
    fake_set32(device, ACS, 0x00010010);
    for (unsigned i = 0; i < 5; i++)
        fake_set32(device, ACS + RP_PCI_SRIOV_VF_BAR0 + 4 * i, 0xe1000001);
    fake_set32(device, ACS + RP_PCI_SRIOV_VF_BAR0 + 20, 0xe8000004); /* no upper half */
    scan(machine);
    assert_int_equal(rp_group_room(&machine->scan, &machine->cfg,
                                   index_of(machine, rp_sbdf(0, 0x10, 0, 0)), 0xe0000000),
                     0x8000000);
}

#define GROUP_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GROUP_TEST(devices_of_the_root_bus_are_apart),
        GROUP_TEST(functions_of_a_device_are_together),
        GROUP_TEST(functions_with_acs_are_apart),
        GROUP_TEST(acs_counts_when_it_is_on),
        GROUP_TEST(acs_that_a_reset_took_is_turned_on_again),
        GROUP_TEST(acs_is_turned_on_beside_the_way_up),
        GROUP_TEST(acs_out_of_reach_counts_for_nothing),
        GROUP_TEST(functions_behind_a_link_are_one_device),
        GROUP_TEST(what_is_behind_ports_with_acs_is_apart),
        GROUP_TEST(a_port_needs_every_service),
        GROUP_TEST(a_switch_without_acs_ties_what_is_behind_it),
        GROUP_TEST(what_is_behind_a_bridge_to_pci_is_together),
        GROUP_TEST(a_rival_is_another_owner_in_the_group),
        GROUP_TEST(every_tie_has_a_sentence),
        GROUP_TEST(room_ends_where_something_begins),
        GROUP_TEST(room_ends_at_expansion_roms),
        GROUP_TEST(room_is_in_the_windows_of_all_bridges_above),
        GROUP_TEST(room_ends_at_virtual_functions_and_windows),
        GROUP_TEST(an_io_bar_among_those_of_virtual_functions_is_passed),
    };

    return cmocka_run_group_tests_name("group", tests, NULL, NULL);
}
