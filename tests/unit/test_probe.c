/* SPDX-License-Identifier: MIT */
/* The comparison of ECAM with CF8/CFC, and what tries to fool it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>

#include <rootport/cfg_direct.h>
#include <rootport/pci_regs.h>
#include <rootport/probe.h>

#include "tests/fake/fake_platform.h"

static const uint64_t base = 0xe0000000;

enum {
    BUS_COUNT = 4,
};

struct machine {
    struct fake_pci *pci;
    struct rp_platform platform;
    struct rp_ecam ecam;
    struct rp_ecam_region region;
    struct rp_cfg_direct direct;
    struct rp_cfg ports;
    struct rp_cfg window;
    struct rp_probe probe;
};

static int power_on(void **state)
{
    static struct machine machine;
    struct rp_ecam_setup setup = {.address_bits = 40};

    memset(&machine, 0, sizeof(machine));
    machine.pci = fake_pci_new();
    fake_platform_init(&machine.platform, machine.pci);
    rp_ecam_init(&machine.ecam, &setup);
    machine.region.range =
        (struct rp_ecam_range){.base = {base}, .end_bus = BUS_COUNT - 1};
    rp_cfg_direct_init(&machine.direct, &machine.platform, &machine.ecam, &machine.ports);
    machine.window = (struct rp_cfg){&rp_cfg_window_ops, &machine.direct};
    *state = &machine;
    return 0;
}

static int power_off(void **state)
{
    struct machine *machine = *state;

    assert_int_equal(machine->pci->writes, 0);
    fake_platform_finish(&machine->platform);
    fake_pci_free(machine->pci);
    return 0;
}

/* A function whose registers differ from any other's. */
static struct fake_function *add(struct machine *machine, unsigned bus, unsigned dev,
                                 unsigned fn)
{
    rp_sbdf_t sbdf = rp_sbdf(0, bus, dev, fn);
    struct fake_function *function = fake_pci_add(machine->pci, sbdf, 0x1f01, 0x0100);

    fake_set32(function, RP_PCI_BAR0, 0xc0000000 + (sbdf.value << 12));
    fake_set32(function, RP_PCI_EXTENDED_BASE, 0x00010003);
    return function;
}

static enum rp_probe_verdict probe(struct machine *machine)
{
    struct rp_ecam_region *region = &machine->region;

    machine->direct.trial = region;
    machine->direct.trial_window = rp_ecam_map(region, &machine->platform);
    machine->probe = rp_probe_begin(&region->range, &machine->ports, &machine->window);
    while (rp_probe_step(&machine->probe, 7))
        assert_int_equal(machine->probe.verdict, RP_PROBE_GOING);
    rp_ecam_unmap(region, machine->direct.trial_window, &machine->platform);
    return machine->probe.verdict;
}

static void test_real_region(void **state)
{
    struct machine *machine = *state;

    fake_platform_add_ecam(&machine->platform, base, 0, 0, BUS_COUNT);
    add(machine, 0, 0, 0);
    add(machine, 0, 0x1f, 7);
    add(machine, 3, 0x1f, 7);
    assert_int_equal(probe(machine), RP_PROBE_SAME);
    assert_int_equal(machine->probe.function_count, 3);
}

static void test_region_that_starts_later(void **state)
{
    struct machine *machine = *state;

    fake_platform_add_ecam(&machine->platform, base + (2 << 20), 0, 2, 2);
    machine->region.range.start_bus = 2;
    add(machine, 0, 0, 0);
    add(machine, 2, 0, 0);
    assert_int_equal(probe(machine), RP_PROBE_SAME);
    assert_int_equal(machine->probe.function_count, 1);
}

/* RAM with a copy of the function serves as ECAM that reads at another moment. */
static void test_volatile_registers_may_differ(void **state)
{
    static const unsigned registers[] = {
        RP_PCI_COMMAND,          RP_PCI_STATUS + 1,     RP_PCI_BIST,
        RP_PCI_SECONDARY_STATUS, RP_PCI_INTERRUPT_LINE,
    };
    struct machine *machine = *state;
    uint64_t size = (uint64_t)BUS_COUNT << 20;
    uint8_t *ram = malloc(size);
    struct fake_function *function = add(machine, 0, 0, 0);

    assert_non_null(ram);
    memset(ram, 0xff, size);
    memcpy(ram, function->bytes, sizeof(function->bytes));
    fake_platform_add_ram(&machine->platform, base, ram, size);
    for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
        ram[registers[i]] ^= 0xff;
    assert_int_equal(probe(machine), RP_PROBE_SAME);
    for (unsigned reg = RP_PCI_REVISION_ID; reg < RP_PCI_LATENCY_TIMER; reg++) {
        ram[reg] ^= 0x80;
        assert_int_equal(probe(machine), RP_PROBE_DIFFERENT);
        ram[reg] ^= 0x80;
    }
    free(ram);
}

static void test_nothing_decoded(void **state)
{
    struct machine *machine = *state;

    add(machine, 0, 0, 0);
    assert_int_equal(probe(machine), RP_PROBE_DIFFERENT);
    assert_int_equal(machine->probe.where.value, 0);
}

static void test_no_function(void **state)
{
    struct machine *machine = *state;

    assert_int_equal(probe(machine), RP_PROBE_NO_FUNCTION);
}

/* RAM: zeroes, ones, and even a copy of every header but one register of one. */
static void test_memory(void **state)
{
    struct machine *machine = *state;
    uint64_t size = (uint64_t)BUS_COUNT << 20;
    uint8_t *ram = calloc(1, size);
    struct fake_function *first = add(machine, 0, 0, 0);
    struct fake_function *second = add(machine, 3, 1, 0);

    assert_non_null(ram);
    fake_platform_add_ram(&machine->platform, base, ram, size);
    assert_int_equal(probe(machine), RP_PROBE_DIFFERENT);
    memset(ram, 0xff, size);
    assert_int_equal(probe(machine), RP_PROBE_DIFFERENT);
    memcpy(ram, first->bytes, sizeof(first->bytes));
    assert_int_equal(probe(machine), RP_PROBE_DIFFERENT);
    assert_int_equal(machine->probe.where.value, second->sbdf.value);
    memcpy(ram + ((size_t)second->sbdf.value << 12), second->bytes,
           sizeof(second->bytes));
    ram[((size_t)second->sbdf.value << 12) + RP_PCI_BAR0 + 3] ^= 1;
    assert_int_equal(probe(machine), RP_PROBE_DIFFERENT);
    free(ram);
}

/* A window that drops any one bit of bus, device, function or register. */
static void test_dropped_address_bits(void **state)
{
    struct machine *machine = *state;
    struct fake_memory *memory =
        fake_platform_add_ecam(&machine->platform, base, 0, 0, BUS_COUNT);

    add(machine, 0, 0, 0);
    for (unsigned bit = 12; bit < 22; bit++) {
        memory->address_mask = 0x0fffffffu & ~(1u << bit);
        assert_int_equal(probe(machine), RP_PROBE_GHOST);
        assert_int_equal(machine->probe.where.value, 1u << (bit - 12));
    }
    memory->address_mask = 0x0ffff0ffu;
    assert_int_equal(probe(machine), RP_PROBE_ALIASED);
}

static void test_one_aliasing_function_is_no_harm(void **state)
{
    struct machine *machine = *state;
    struct fake_function *bridge = add(machine, 0, 0, 0);

    fake_platform_add_ecam(&machine->platform, base, 0, 0, BUS_COUNT);
    for (unsigned page = 0x100; page < 0x1000; page += 0x100)
        memcpy(bridge->bytes + page, bridge->bytes, 0x100);
    assert_int_equal(probe(machine), RP_PROBE_ALIASED);
    add(machine, 0, 1, 0);
    assert_int_equal(probe(machine), RP_PROBE_SAME);
}

static void test_other_segments(void **state)
{
    struct machine *machine = *state;

    machine->region.range.segment = 1;
    add(machine, 0, 0, 0);
    assert_int_equal(probe(machine), RP_PROBE_NOT_PORTS);
    assert_int_equal(machine->pci->reads, 0);
}

static void test_unreachable(void **state)
{
    struct machine *machine = *state;

    machine->platform.map_fails = true;
    add(machine, 0, 0, 0);
    assert_int_equal(probe(machine), RP_PROBE_UNREACHABLE);
}

static void test_budget_bounds_a_step(void **state)
{
    struct machine *machine = *state;
    unsigned long reads;

    fake_platform_add_ecam(&machine->platform, base, 0, 0, BUS_COUNT);
    for (unsigned fn = 0; fn < 8; fn++)
        add(machine, 0, 0, fn);
    machine->direct.trial = &machine->region;
    machine->direct.trial_window = rp_ecam_map(&machine->region, &machine->platform);
    machine->probe =
        rp_probe_begin(&machine->region.range, &machine->ports, &machine->window);
    for (unsigned step = 0; step < 16; step++) {
        reads = machine->pci->reads;
        assert_true(rp_probe_step(&machine->probe, 1));
        assert_in_range(machine->pci->reads - reads, 2, 48);
    }
    rp_ecam_unmap(&machine->region, machine->direct.trial_window, &machine->platform);
}

static void test_only_candidates_off_ram_get_the_evidence(void **state)
{
    static const struct rp_memory_range map[] = {{0, 0x80000000, RP_MEMORY_RAM}};
    struct machine *machine = *state;
    struct rp_ecam_region *region = &machine->region;

    fake_platform_add_ecam(&machine->platform, base, 0, 0, BUS_COUNT);
    add(machine, 0, 0, 0);
    assert_int_equal(probe(machine), RP_PROBE_SAME);
    region->state = RP_ECAM_CANDIDATE;
    assert_false(rp_probe_grant(&machine->probe, &machine->ecam, region));
    machine->ecam.setup.memory_map = map;
    machine->ecam.setup.memory_map_count = 1;
    region->state = RP_ECAM_REJECTED;
    assert_false(rp_probe_grant(&machine->probe, &machine->ecam, region));
    region->state = RP_ECAM_CANDIDATE;
    region->range.end_bus++;
    assert_false(rp_probe_grant(&machine->probe, &machine->ecam, region));
    region->range.end_bus--;
    assert_int_equal(region->evidence, 0);
    assert_true(rp_probe_grant(&machine->probe, &machine->ecam, region));
    assert_int_equal(region->evidence, RP_ECAM_EVIDENCE_PROBE);
    machine->probe.verdict = RP_PROBE_GHOST;
    assert_false(rp_probe_grant(&machine->probe, &machine->ecam, region));
}

static void test_whole_region(void **state)
{
    static const struct rp_memory_range map[] = {{0, 0x80000000, RP_MEMORY_RAM}};
    struct machine *machine = *state;
    struct rp_ecam_region *region = &machine->region;

    fake_platform_add_ecam(&machine->platform, base, 0, 0, BUS_COUNT);
    add(machine, 0, 0, 0);
    region->state = RP_ECAM_CANDIDATE;
    machine->ecam.setup.memory_map = map;
    machine->ecam.setup.memory_map_count = 1;
    assert_int_equal(rp_probe_region(&machine->ecam, region, &machine->platform).verdict,
                     RP_PROBE_SAME);
    assert_int_equal(region->evidence, RP_ECAM_EVIDENCE_PROBE);
    region->evidence = 0;
    add(machine, BUS_COUNT, 0, 0);
    machine->platform.map_fails = true;
    assert_int_equal(rp_probe_region(&machine->ecam, region, &machine->platform).verdict,
                     RP_PROBE_UNREACHABLE);
    assert_int_equal(region->evidence, 0);
}

static void test_only_where_it_would_decide(void **state)
{
    static const struct rp_memory_range map[] = {{0, 0x80000000, RP_MEMORY_RAM}};
    struct machine *machine = *state;
    struct rp_ecam *ecam = &machine->ecam;
    struct rp_ecam_region *region = &machine->region;

    ecam->setup.memory_map = map;
    ecam->setup.memory_map_count = 1;
    region->state = RP_ECAM_CANDIDATE;
    ecam->setup.policy = RP_ECAM_POLICY_PROBE;
    assert_true(rp_probe_is_wanted(ecam, region));
    region->state = RP_ECAM_REJECTED;
    assert_false(rp_probe_is_wanted(ecam, region));
    region->state = RP_ECAM_CANDIDATE;
    region->range.segment = 1;
    assert_false(rp_probe_is_wanted(ecam, region));
    region->range.segment = 0;
    ecam->setup.policy = RP_ECAM_POLICY_DEFAULT;
    assert_false(rp_probe_is_wanted(ecam, region));
    ecam->setup.policy = RP_ECAM_POLICY_STRICT;
    assert_false(rp_probe_is_wanted(ecam, region));
    region->evidence = RP_ECAM_EVIDENCE_MEMORY_MAP;
    assert_true(rp_probe_is_wanted(ecam, region));
    region->evidence |= RP_ECAM_EVIDENCE_CHIPSET;
    assert_false(rp_probe_is_wanted(ecam, region));
    ecam->setup.memory_map_count = 0;
    region->evidence = RP_ECAM_EVIDENCE_MEMORY_MAP;
    assert_false(rp_probe_is_wanted(ecam, region));
}

static void test_words(void **state)
{
    const char *unknown = rp_probe_verdict_text((enum rp_probe_verdict)255);

    (void)state;
    for (int i = 0; i <= RP_PROBE_UNREACHABLE; i++)
        assert_string_not_equal(rp_probe_verdict_text((enum rp_probe_verdict)i), unknown);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_real_region),
        TEST(test_region_that_starts_later),
        TEST(test_volatile_registers_may_differ),
        TEST(test_nothing_decoded),
        TEST(test_no_function),
        TEST(test_memory),
        TEST(test_dropped_address_bits),
        TEST(test_one_aliasing_function_is_no_harm),
        TEST(test_other_segments),
        TEST(test_unreachable),
        TEST(test_budget_bounds_a_step),
        TEST(test_only_candidates_off_ram_get_the_evidence),
        TEST(test_whole_region),
        TEST(test_only_where_it_would_decide),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
