/* SPDX-License-Identifier: MIT */
/*
 * Who decodes which addresses, and what may be moved where: core/space.c. Registers of
 * bridges are those of PCI-to-PCI Bridge r1.2, 3.2.5.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/pci_regs.h>
#include <rootport/space.h>

#include "tests/fake/fake_domain.h"
#include "tests/fake/fake_pci.h"

enum {
    CAPACITY = 16,
    RANGE_COUNT = 16,
    OWNER = 1,
    /* Indexes in the order of the scan: */
    HOST_BRIDGE = 0,
    ALONE,     /* 00:01.0, on the root bus */
    BRIDGE,    /* 00:02.0, memory e0000000 to e01fffff, ports 4000 to 4fff */
    NEIGHBOUR, /* 00:03.0, a bridge: memory e8000000 to e80fffff, 64-bit, ports 8000 up */
    INNER,     /* 10:00.0, a bridge behind BRIDGE: memory e0100000 to e01fffff */
    FOREIGN,   /* 20:00.0, behind NEIGHBOUR */
    DEEP,      /* 11:00.0 */
    FUNCTION_COUNT,
};

static struct {
    struct fake_pci *pci;
    struct rp_cfg cfg;
    struct rp_function functions[CAPACITY];
    struct rp_scan scan;
    struct rp_ecam_region region;
    struct rp_memory_range map[2];
    struct rp_ecam ecam;
    struct rp_space_range ranges[RANGE_COUNT];
    struct rp_space space;
} machine;

static struct fake_function *add(unsigned bus, unsigned device)
{
    return fake_pci_add(machine.pci, rp_sbdf(0, (uint8_t)bus, (uint8_t)device, 0), 0x1f01,
                        1);
}

static struct fake_function *add_bridge(unsigned bus, unsigned device, uint8_t secondary,
                                        uint8_t subordinate)
{
    struct fake_function *bridge = add(bus, device);

    fake_set16(bridge, RP_PCI_CLASS_DEVICE, RP_PCI_CLASS_PCI_BRIDGE);
    fake_set8(bridge, RP_PCI_HEADER_TYPE, 1);
    fake_set8(bridge, RP_PCI_PRIMARY_BUS, (uint8_t)bus);
    fake_set8(bridge, RP_PCI_SECONDARY_BUS, secondary);
    fake_set8(bridge, RP_PCI_SUBORDINATE_BUS, subordinate);
    memset(&bridge->writable[0x1c], 0xff, 0x16);
    /* No window is open but those that a test opens: each base above its limit. */
    fake_set16(bridge, 0x1c, 0x00f0);
    fake_set32(bridge, 0x20, 0x0000fff0);
    fake_set32(bridge, 0x24, 0x0001fff1);
    return bridge;
}

static void put(uint32_t function, enum rp_space_kind kind, uint64_t base, uint64_t last)
{
    assert_true(rp_space_put(&machine.space, base,
                             &(struct rp_space_range){base, last, function, kind}));
}

static int set_up(void **state)
{
    struct fake_function *bridge;

    (void)state;
    memset(&machine, 0, sizeof(machine));
    machine.pci = fake_pci_new();
    machine.cfg = fake_cfg(machine.pci);
    rp_scan_init(&machine.scan, machine.functions, CAPACITY);
    add(0, 0);
    add(0, 1);
    bridge = add_bridge(0, 2, 0x10, 0x1f);
    fake_set32(bridge, 0x20, 0xe010e000);
    fake_set16(bridge, 0x1c, 0x4040);
    bridge = add_bridge(0, 3, 0x20, 0x2f);
    fake_set32(bridge, 0x20, 0xe800e800);
    fake_set32(bridge, 0x24, 0x00f10001); /* 8_00000000 to 8_00ffffff */
    fake_set32(bridge, 0x28, 8);
    fake_set32(bridge, 0x2c, 8);
    fake_set16(bridge, 0x1c, 0x9181); /* 32 bits: 18000 to 19fff */
    fake_set32(bridge, 0x30, 0x00010001);
    bridge = add_bridge(0x10, 0, 0x11, 0x1f);
    fake_set32(bridge, 0x20, 0xe010e010);
    add(0x11, 0);
    add(0x20, 0);
    assert_int_equal(rp_scan_segment(&machine.scan, &machine.cfg, 0, 0, 0xff), RP_OK);
    assert_int_equal(machine.scan.count, FUNCTION_COUNT);
    assert_int_equal(rp_scan_find(&machine.scan, rp_sbdf(0, 0x20, 0, 0)), FOREIGN);
    assert_int_equal(rp_scan_find(&machine.scan, rp_sbdf(0, 0x11, 0, 0)), DEEP);

    machine.map[0] = (struct rp_memory_range){0x1000, 0x7fff0000, RP_MEMORY_RAM};
    machine.map[1] = (struct rp_memory_range){0xfec00000, 0x1000, RP_MEMORY_DEVICE};
    machine.region = (struct rp_ecam_region){.range = {{0xb0000000}, 0, 1, 2},
                                             .state = RP_ECAM_ENABLED};
    rp_ecam_init(&machine.ecam, &(struct rp_ecam_setup){.regions = &machine.region,
                                                        .capacity = 1,
                                                        .memory_map = machine.map,
                                                        .memory_map_count = 2,
                                                        .address_bits = 40});
    machine.ecam.count = 1;
    machine.space = (struct rp_space){.scan = &machine.scan,
                                      .cfg = &machine.cfg,
                                      .ecam = &machine.ecam,
                                      .ranges = machine.ranges,
                                      .capacity = RANGE_COUNT};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_pci_free(machine.pci);
    return 0;
}

static bool is_free(uint32_t function, uint64_t base, uint64_t size)
{
    return rp_space_is_free(
        &machine.space,
        &(struct rp_space_range){base, base + (size - 1), function, RP_SPACE_MEMORY});
}

static bool is_port_free(uint32_t function, uint64_t base, uint64_t size)
{
    return rp_space_is_free(
        &machine.space,
        &(struct rp_space_range){base, base + (size - 1), function, RP_SPACE_IO});
}

/* ---- What is free ---------------------------------------------------------------- */

static void memory_and_devices_are_nobodys(void **state)
{
    (void)state;
    assert_true(is_free(ALONE, 0xd0000000, 0x10000));
    assert_true(is_free(ALONE, 0x7fff1000, 0x1000));
    assert_false(is_free(ALONE, 0x7fff0000, 0x2000));
    assert_false(is_free(ALONE, 0x7fff0ff0, 0x10)); /* the byte before, its page */
    assert_false(is_free(ALONE, 0xfec00800, 0x100));
    assert_true(is_free(ALONE, 0xfec01000, 0x1000));
    assert_false(is_free(ALONE, 0xfe000000, 0x1000000));
    machine.map[1].type = RP_MEMORY_RESERVED; /* firmware reserves what is for BARs */
    assert_true(is_free(ALONE, 0xfec00800, 0x100));
    machine.map[1] = (struct rp_memory_range){0xfec00000, 0, RP_MEMORY_DEVICE};
    assert_true(is_free(ALONE, 0xfec00000, 0x1000));
}

/* Bus 1 of the region begins 1 MiB after its base; only what is enabled is believed. */
static void an_enabled_ecam_region_is_no_place(void **state)
{
    (void)state;
    assert_true(is_free(ALONE, 0xb00ff000, 0x1000));
    assert_false(is_free(ALONE, 0xb0100000, 0x1000));
    assert_false(is_free(ALONE, 0xb02ff000, 0x1000));
    assert_true(is_free(ALONE, 0xb0300000, 0x1000));
    machine.region.state = RP_ECAM_CANDIDATE;
    assert_true(is_free(ALONE, 0xb0100000, 0x1000));
}

static void addresses_end_where_the_cpus_do(void **state)
{
    (void)state;
    assert_true(is_free(ALONE, (UINT64_C(1) << 40) - 0x1000, 0x1000));
    assert_false(is_free(ALONE, UINT64_C(1) << 40, 0x1000));
    assert_false(is_free(ALONE, 0 - UINT64_C(0x1000), 0x2000)); /* wraps */
    assert_false(is_free(ALONE, 0 - UINT64_C(0x1000), 0x1000));
}

static void others_bars_keep_their_pages(void **state)
{
    (void)state;
    put(FOREIGN, RP_SPACE_MEMORY, 0xd0001800, 0xd00018ff);
    assert_false(is_free(ALONE, 0xd0001000, 0x100)); /* the same page */
    assert_false(is_free(ALONE, 0xd0000000, 0x4000));
    assert_true(is_free(ALONE, 0xd0002000, 0x1000));
    assert_true(is_free(ALONE, 0xd0000000, 0x1000));
    assert_true(is_free(FOREIGN, 0xd0001800, 0x1000)); /* its own */
    machine.functions[FOREIGN].owner = machine.functions[ALONE].owner = OWNER;
    assert_true(is_free(ALONE, 0xd0001000, 0x100));  /* what one has may share pages, */
    assert_false(is_free(ALONE, 0xd0001800, 0x100)); /* but not bytes */
    machine.functions[ALONE].owner = OWNER + 1;
    assert_false(is_free(ALONE, 0xd0001000, 0x100));
    machine.functions[FOREIGN].is_present = false;
    assert_true(is_free(ALONE, 0xd0001000, 0x100));
    assert_true(is_port_free(ALONE, 0xd000, 0x1000)); /* ports are another space */
}

static void others_windows_are_taken(void **state)
{
    (void)state;
    assert_false(is_free(ALONE, 0xe0000000, 0x1000));
    assert_false(is_free(ALONE, 0xe01ff000, 0x1000));
    assert_true(is_free(ALONE, 0xe0200000, 0x1000));
    assert_false(is_free(ALONE, 0xe8000000, 0x1000));
    assert_false(is_free(ALONE, 0x800fff000, 0x1000));
    assert_true(is_free(ALONE, 0x801000000, 0x1000));
    /* The way to a function is in its bridges' windows, or in none. */
    assert_true(is_free(DEEP, 0xe0100000, 0x1000));
    assert_true(is_free(DEEP, 0xe0000000, 0x1000));
    assert_true(is_free(DEEP, 0xd0000000, 0x1000));
    assert_false(is_free(DEEP, 0xe8000000, 0x1000));
    assert_false(is_free(FOREIGN, 0xe0100000, 0x1000));
}

/* A function whose BAR 0 begins among the registers of another, or in memory. */
static struct fake_domain *overlapping(enum rp_vpci_role role)
{
    struct fake_domain *domain = fake_domain_new();

    domain->config.role = role;
    domain->config.space = &machine.space;
    domain->config.function = ALONE;
    machine.map[0] =
        (struct rp_memory_range){NVME_BAR_ADDRESS + NVME_BAR_SIZE - 8, 8, RP_MEMORY_RAM};
    memset(domain->bar_memory, 0x5a, NVME_BAR_SIZE);
    return domain;
}

static void expect_untouched(struct fake_domain *domain)
{
    for (unsigned i = 0; i < NVME_BAR_SIZE; i++)
        assert_int_equal(domain->bar_memory[i], 0x5a);
    assert_int_equal(domain->platform.maps, 0);
}

/*
 * What a function says of its BARs may be anything, and another thing each time: before
 * anything is mapped, or written to the table of MSI-X, they are found to be its own.
 */
static void bars_over_something_else_are_left_alone(void **state)
{
    struct fake_domain *domain = overlapping(RP_VPCI_ROLE_GUEST);

    (void)state;
    assert_int_equal(fake_domain_start(domain), RP_ERR_UNSUPPORTED);
    assert_int_equal(domain->state.refusal, RP_VPCI_REFUSED_NOT_ALONE);
    machine.map[0].type = RP_MEMORY_NONE;
    put(FOREIGN, RP_SPACE_MEMORY, NVME_BAR_ADDRESS + 0xf00, NVME_BAR_ADDRESS + 0xfff);
    assert_int_equal(fake_domain_start(domain), RP_ERR_UNSUPPORTED);
    assert_int_equal(domain->state.refusal, RP_VPCI_REFUSED_NOT_ALONE);
    expect_untouched(domain);
    machine.functions[FOREIGN].is_present = false;
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_find_cap(domain, RP_PCI_CAP_ID_MSIX), NVME_MSIX);
    fake_domain_free(domain);
}

/* The hardware domain has the function, without what would be written to there. */
static void so_they_are_for_the_hardware_domain(void **state)
{
    struct fake_domain *domain = overlapping(RP_VPCI_ROLE_HARDWARE);

    (void)state;
    fake_device_set(&domain->device, RP_PCI_EXPANSION_ROM, 4, 0xfec00000);
    fake_device_set_rw(&domain->device, RP_PCI_EXPANSION_ROM, 4, 0xfffff801);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_find_cap(domain, RP_PCI_CAP_ID_MSIX), 0);
    assert_int_equal(domain_find_cap(domain, RP_PCI_CAP_ID_MSI), NVME_MSI);
    assert_non_null(rp_vpci_bar(&domain->state, 0));
    assert_null(rp_vpci_bar(&domain->state, RP_VPCI_ROM));
    expect_untouched(domain);
    fake_domain_free(domain);
}

/*
 * What a function says of its BARs is not to lead to what nobody lists, the chipset's own
 * registers: behind bridges it is in what they pass on.
 */
static void bars_are_in_the_windows_above(void **state)
{
    static const uint32_t outside[] = {0xd0000000, 0xe0000000, 0xfed80000};
    struct fake_domain *domain = fake_domain_new();

    (void)state;
    domain->config.space = &machine.space;
    domain->config.function = DEEP;
    for (unsigned i = 0; i < 3; i++) {
        fake_device_set_bar(&domain->device, 0, NVME_BAR_SIZE, outside[i], 0);
        assert_int_equal(fake_domain_start(domain), RP_ERR_UNSUPPORTED);
        assert_int_equal(domain->state.refusal, RP_VPCI_REFUSED_OUT_OF_REACH);
    }
    assert_int_equal(domain->platform.maps, 0);
    fake_device_set_bar(&domain->device, 0, NVME_BAR_SIZE, 0xe01f8000, 0);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    rp_vpci_detach(&domain->state);
    fake_device_set_bar(&domain->device, 0, 0x200000, 0xe0000000,
                        0); /* more than INNER */
    assert_int_equal(fake_domain_start(domain), RP_ERR_UNSUPPORTED);
    machine.functions[INNER].class_code = 0x060401; /* it takes what nobody else does */
    assert_int_equal(fake_domain_start(domain), RP_OK);
    rp_vpci_detach(&domain->state);
    domain->config.function = ALONE; /* on a root bus, whose windows nobody tells */
    fake_device_set_bar(&domain->device, 0, NVME_BAR_SIZE, outside[0], 0);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    fake_domain_free(domain);
}

/* The hardware domain may give a function an address first, and then the bridge. */
static void but_for_the_hardware_domain(void **state)
{
    struct fake_domain *domain = fake_domain_new();

    (void)state;
    domain->config.role = RP_VPCI_ROLE_HARDWARE;
    domain->config.space = &machine.space;
    domain->config.function = DEEP;
    fake_device_set_bar(&domain->device, 0, NVME_BAR_SIZE, 0xd0000000, 0);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(rp_vpci_bar(&domain->state, 0)->hpa.value, 0xd0000000);
    assert_int_equal(domain->platform.maps, 0); /* no table is there now */
    fake_domain_free(domain);
}

/* A function does without its ports, if they are another's too, and without its ROM. */
static void ports_and_roms_over_something_else_are_not_there(void **state)
{
    static const uint32_t ports[] = {0x80, 0xc000};
    struct fake_domain *domain = fake_domain_new();

    (void)state;
    domain->config.space = &machine.space;
    domain->config.function = ALONE;
    put(FOREIGN, RP_SPACE_IO, 0xc010, 0xc01f);
    fake_device_set(&domain->device, RP_PCI_EXPANSION_ROM, 4, 0xfec00000);
    fake_device_set_rw(&domain->device, RP_PCI_EXPANSION_ROM, 4, 0xfffff801);
    for (unsigned i = 0; i < 2; i++) {
        fake_device_set_bar(&domain->device, 2, 0x40, ports[i], RP_PCI_BAR_IO);
        assert_int_equal(fake_domain_start(domain), RP_OK);
        assert_null(rp_vpci_range(&domain->state, 2));
        assert_null(rp_vpci_range(&domain->state, RP_VPCI_ROM));
        rp_vpci_detach(&domain->state);
    }
    fake_device_set_bar(&domain->device, 2, 0x40, 0xd000, RP_PCI_BAR_IO);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_non_null(rp_vpci_range(&domain->state, 2));
    rp_vpci_detach(&domain->state);
    fake_device_set(&domain->device, RP_PCI_CLASS_DEVICE, 2, 0x0300); /* VGA */
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_null(rp_vpci_range(&domain->state, 2));
    fake_domain_free(domain);
}

static void ports_are_16_bits(void **state)
{
    (void)state;
    assert_true(is_port_free(ALONE, 0x1000, 0x20));
    assert_false(is_port_free(ALONE, 0x0fe0, 0x40));
    assert_true(is_port_free(ALONE, 0xffe0, 0x20));
    assert_false(is_port_free(ALONE, 0xffe0, 0x40));
    assert_false(is_port_free(ALONE, 0x4fe0, 0x20));
    assert_true(is_port_free(ALONE, 0x5000, 0x20));
    assert_true(is_port_free(DEEP, 0x4fe0, 0x20));
    assert_true(is_port_free(ALONE, 0x8000, 0x20)); /* the window is at 18000 */
    put(FOREIGN, RP_SPACE_IO, 0x6010, 0x601f);
    assert_true(is_port_free(ALONE, 0x6000, 0x10)); /* ports have no pages */
    assert_false(is_port_free(ALONE, 0x6000, 0x20));
}

/* ---- The table ------------------------------------------------------------------------
 */

static void a_range_moves_in_its_place(void **state)
{
    (void)state;
    put(FOREIGN, RP_SPACE_MEMORY, 0xd0000000, 0xd0000fff);
    put(FOREIGN, RP_SPACE_IO, 0xd0000000, 0xd0000fff);
    assert_int_equal(machine.space.count, 2);
    assert_true(rp_space_put(
        &machine.space, 0xd0000000,
        &(struct rp_space_range){0xd4000000, 0xd4000fff, FOREIGN, RP_SPACE_MEMORY}));
    assert_int_equal(machine.space.count, 2);
    assert_true(is_free(ALONE, 0xd0000000, 0x1000));
    assert_false(is_free(ALONE, 0xd4000000, 0x1000));
    for (size_t i = machine.space.count; i < RANGE_COUNT; i++)
        put(ALONE, RP_SPACE_MEMORY, 0xc0000000 + 0x1000 * i, 0xc0000fff + 0x1000 * i);
    assert_false(rp_space_put(&machine.space, 1,
                              &(struct rp_space_range){1, 2, ALONE, RP_SPACE_MEMORY}));
}

static void all_ranges_of_a_function_are_learned(void **state)
{
    struct rp_vpci_state function = {0};

    (void)state;
    function.bars[0] = (struct rp_vpci_bar){.hw_size = 0x100,
                                            .size = 0x1000,
                                            .hpa = {0xd0000000},
                                            .kind = RP_VPCI_BAR_MEMORY32};
    function.bars[1] =
        (struct rp_vpci_bar){.hw_size = 0x20, .hpa = {0xc000}, .kind = RP_VPCI_BAR_IO};
    function.bars[2] =
        (struct rp_vpci_bar){.hw_size = 0x20, .kind = RP_VPCI_BAR_MEMORY32};
    function.bars[RP_VPCI_ROM] = (struct rp_vpci_bar){
        .hw_size = 0x10000, .hpa = {0xd0100000}, .kind = RP_VPCI_BAR_ROM};
    assert_true(rp_space_learn(&machine.space, FOREIGN, &function));
    assert_int_equal(machine.space.count, 3); /* what has no address decodes nothing */
    assert_false(is_free(ALONE, 0xd0000000, 0x100));
    assert_true(is_free(ALONE, 0xd0001000, 0x100));
    assert_false(is_free(ALONE, 0xd010f000, 0x1000));
    assert_false(is_port_free(ALONE, 0xc01f, 1));
    assert_true(is_port_free(ALONE, 0xc020, 1));
}

static void who_is_behind_whom(void **state)
{
    (void)state;
    assert_true(rp_space_is_behind(&machine.scan, DEEP, BRIDGE));
    assert_true(rp_space_is_behind(&machine.scan, DEEP, INNER));
    assert_true(rp_space_is_behind(&machine.scan, INNER, INNER));
    assert_false(rp_space_is_behind(&machine.scan, BRIDGE, INNER));
    assert_false(rp_space_is_behind(&machine.scan, DEEP, NEIGHBOUR));
    assert_false(rp_space_is_behind(&machine.scan, ALONE, HOST_BRIDGE));
}

/* ---- Windows -------------------------------------------------------------------------
 */

static uint32_t reg_of(uint32_t bridge, unsigned reg, unsigned width)
{
    return fake_pci_read(machine.pci, machine.functions[bridge].sbdf, reg, width);
}

static enum rp_space_write write_window(uint32_t bridge, unsigned reg, unsigned width,
                                        uint32_t value)
{
    return rp_space_write_window(&machine.space, bridge, (uint16_t)reg, width, value);
}

static void a_window_moves_to_where_nothing_is(void **state)
{
    (void)state;
    assert_int_equal(write_window(BRIDGE, 0x20, 4, 0xd000d000), RP_SPACE_WRITE_DONE);
    assert_int_equal(reg_of(BRIDGE, 0x20, 4), 0xd000d000);
    assert_int_equal(write_window(BRIDGE, 0x22, 2, 0xd3f0), RP_SPACE_WRITE_DONE);
    assert_int_equal(reg_of(BRIDGE, 0x20, 4), 0xd3f0d000);
    assert_int_equal(write_window(BRIDGE, 0x23, 1, 0xd4), RP_SPACE_WRITE_DONE);
    assert_int_equal(reg_of(BRIDGE, 0x20, 4), 0xd4f0d000);
    assert_int_equal(write_window(BRIDGE, 0x22, 2, 0), RP_SPACE_WRITE_DONE); /* closed */
    assert_int_equal(reg_of(BRIDGE, 0x20, 4), 0x0000d000);
}

static void a_window_that_would_take_is_refused(void **state)
{
    (void)state;
    put(ALONE, RP_SPACE_MEMORY, 0xd0100000, 0xd0100fff);
    put(DEEP, RP_SPACE_MEMORY, 0xe0100000, 0xe0100fff);
    assert_int_equal(write_window(BRIDGE, 0x20, 4, 0xd010d010), RP_SPACE_WRITE_REFUSED);
    assert_int_equal(write_window(BRIDGE, 0x20, 4, 0xd020d000), RP_SPACE_WRITE_REFUSED);
    assert_int_equal(write_window(BRIDGE, 0x20, 4, 0xe800e800), RP_SPACE_WRITE_REFUSED);
    assert_int_equal(write_window(BRIDGE, 0x20, 4, 0x40004000), RP_SPACE_WRITE_REFUSED);
    assert_int_equal(write_window(BRIDGE, 0x20, 4, 0xb010b010), RP_SPACE_WRITE_REFUSED);
    assert_int_equal(write_window(BRIDGE, 0x22, 2, 0xfff0), RP_SPACE_WRITE_REFUSED);
    assert_int_equal(reg_of(BRIDGE, 0x20, 4), 0xe010e000);
    /* Over what is behind it, or above it, it may be. */
    assert_int_equal(write_window(BRIDGE, 0x20, 4, 0xe010e010), RP_SPACE_WRITE_DONE);
    assert_int_equal(write_window(INNER, 0x20, 4, 0xe000e000), RP_SPACE_WRITE_DONE);
}

/* As Linux moves one of 64 bits: closed by its limit, then the base, the limit last. */
static void a_prefetchable_window_moves_in_steps(void **state)
{
    (void)state;
    assert_int_equal(write_window(NEIGHBOUR, 0x2c, 4, 0), RP_SPACE_WRITE_DONE);
    assert_int_equal(write_window(NEIGHBOUR, 0x24, 4, 0x0ff00000), RP_SPACE_WRITE_DONE);
    assert_int_equal(reg_of(NEIGHBOUR, 0x24, 4), 0x0ff10001); /* its type stays */
    assert_int_equal(write_window(NEIGHBOUR, 0x28, 4, 0x9), RP_SPACE_WRITE_DONE);
    assert_int_equal(write_window(NEIGHBOUR, 0x2c, 4, 0x9), RP_SPACE_WRITE_DONE);
    assert_int_equal(reg_of(NEIGHBOUR, 0x2c, 4), 0x9);
    assert_false(is_free(ALONE, 0x900000000, 0x1000));
    assert_true(is_free(ALONE, 0x800000000, 0x1000));
    assert_int_equal(write_window(NEIGHBOUR, 0x2c, 4, 0xffffffff),
                     RP_SPACE_WRITE_REFUSED); /* beyond what there is */
}

static void io_windows_leave_the_status_alone(void **state)
{
    (void)state;
    fake_set16(fake_pci_find(machine.pci, machine.functions[BRIDGE].sbdf), 0x1e, 0xf900);
    put(ALONE, RP_SPACE_IO, 0x7000, 0x701f);
    assert_int_equal(write_window(BRIDGE, 0x1c, 4, 0xffff6060), RP_SPACE_WRITE_DONE);
    assert_int_equal(reg_of(BRIDGE, 0x1c, 4), 0xf9006060);
    assert_int_equal(write_window(BRIDGE, 0x1d, 1, 0x70), RP_SPACE_WRITE_REFUSED);
    assert_int_equal(write_window(BRIDGE, 0x1c, 1, 0x00), RP_SPACE_WRITE_REFUSED);
    assert_int_equal(reg_of(BRIDGE, 0x1c, 2), 0x6060);
    /* With 32 bits, the upper ones take it out of reach. */
    assert_int_equal(write_window(NEIGHBOUR, 0x30, 4, 0), RP_SPACE_WRITE_DONE);
    assert_false(is_port_free(ALONE, 0x8000, 0x20));
}

static void other_registers_are_not_windows(void **state)
{
    static const unsigned regs[] = {0x00, 0x04, 0x10, 0x18, 0x34, 0x38, 0x3c, 0x40};

    (void)state;
    for (unsigned i = 0; i < sizeof(regs) / sizeof(regs[0]); i++)
        assert_int_equal(write_window(BRIDGE, regs[i], 4, 0), RP_SPACE_WRITE_ELSEWHERE);
    assert_int_equal(write_window(BRIDGE, 0x1e, 2, 0xffff), RP_SPACE_WRITE_ELSEWHERE);
    assert_int_equal(machine.pci->writes, 0);
}

#define SPACE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPACE_TEST(memory_and_devices_are_nobodys),
        SPACE_TEST(an_enabled_ecam_region_is_no_place),
        SPACE_TEST(addresses_end_where_the_cpus_do),
        SPACE_TEST(others_bars_keep_their_pages),
        SPACE_TEST(others_windows_are_taken),
        SPACE_TEST(bars_over_something_else_are_left_alone),
        SPACE_TEST(so_they_are_for_the_hardware_domain),
        SPACE_TEST(bars_are_in_the_windows_above),
        SPACE_TEST(but_for_the_hardware_domain),
        SPACE_TEST(ports_and_roms_over_something_else_are_not_there),
        SPACE_TEST(ports_are_16_bits),
        SPACE_TEST(a_range_moves_in_its_place),
        SPACE_TEST(all_ranges_of_a_function_are_learned),
        SPACE_TEST(who_is_behind_whom),
        SPACE_TEST(a_window_moves_to_where_nothing_is),
        SPACE_TEST(a_window_that_would_take_is_refused),
        SPACE_TEST(a_prefetchable_window_moves_in_steps),
        SPACE_TEST(io_windows_leave_the_status_alone),
        SPACE_TEST(other_registers_are_not_windows),
    };

    return cmocka_run_group_tests_name("space", tests, NULL, NULL);
}
