/* SPDX-License-Identifier: MIT */
/* Base registers, with values as the datasheets lay them out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/chipset.h>

#include "tests/fake/fake_pci.h"

static struct rp_ecam_range range;
static const char *name;

/* What a host bridge with these registers says. */
static enum rp_chipset_verdict ask(uint16_t device_id, unsigned reg, uint64_t value)
{
    struct fake_pci *pci = fake_pci_new();
    struct rp_cfg cfg = fake_cfg(pci);
    struct fake_function *bridge =
        fake_pci_add(pci, rp_sbdf(0, 0, 0, 0), 0x8086, device_id);
    enum rp_chipset_verdict verdict;

    fake_set32(bridge, reg, (uint32_t)value);
    fake_set32(bridge, reg + 4, (uint32_t)(value >> 32));
    verdict = rp_chipset_read(&cfg, &range, &name);
    fake_pci_free(pci);
    return verdict;
}

static void assert_found(enum rp_chipset_verdict verdict, uint64_t base, uint8_t end_bus)
{
    assert_int_equal(verdict, RP_CHIPSET_FOUND);
    assert_true(range.base.value == base);
    assert_int_equal(range.segment, 0);
    assert_int_equal(range.start_bus, 0);
    assert_int_equal(range.end_bus, end_bus);
    assert_non_null(name);
}

static void test_q35(void **state)
{
    (void)state;
    assert_found(ask(0x29c0, 0x60, 0xb0000001), 0xb0000000, 0xff);
    assert_found(ask(0x29c0, 0x60, 0xb8000003), 0xb8000000, 0x7f);
    assert_found(ask(0x29c0, 0x60, 0xbc000005), 0xbc000000, 0x3f);
    assert_found(ask(0x29c0, 0x60, 0xf40000001), 0xf40000000, 0xff);
    assert_int_equal(ask(0x29c0, 0x60, 0xb0000007), RP_CHIPSET_RESERVED);
    assert_int_equal(ask(0x29c0, 0x60, 0xb0000000), RP_CHIPSET_DISABLED);
    assert_non_null(name);
}

static void test_bits_that_are_no_address_are_dropped(void **state)
{
    (void)state;
    /* 256 MiB: bits 27:6 are reserved; above bit 35 there is nothing. */
    assert_found(ask(0x29c0, 0x60, 0xfffffff0bffffff9), 0xb0000000, 0xff);
    assert_found(ask(0x0100, 0x60, 0xffffff80e0000001), 0xe0000000, 0xff);
    assert_found(ask(0x0100, 0x60, 0x7fe0000001), 0x7fe0000000, 0xff);
}

static void test_945g(void **state)
{
    (void)state;
    assert_found(ask(0x2770, 0x48, 0xe0000001), 0xe0000000, 0xff);
    assert_found(ask(0x2770, 0x48, 0xffffffffe8000003), 0xe8000000, 0x7f);
    assert_found(ask(0x2770, 0x48, 0xec000005), 0xec000000, 0x3f);
    assert_int_equal(ask(0x2770, 0x48, 0xe0000007), RP_CHIPSET_RESERVED);
    assert_int_equal(ask(0x2770, 0x48, 0), RP_CHIPSET_DISABLED);
}

static void test_e7520(void **state)
{
    (void)state;
    /* The word at 0xce is the upper half of the dword at 0xcc. */
    assert_found(ask(0x3590, 0xcc, 0xe0000000), 0xe0000000, 0xff);
    assert_found(ask(0x3590, 0xcc, 0xefffffff), 0xe0000000, 0xff);
    assert_int_equal(ask(0x3590, 0xcc, 0x0fffffff), RP_CHIPSET_DISABLED);
    assert_int_equal(ask(0x3590, 0xcc, 0xf0000000), RP_CHIPSET_DISABLED);
}

static void test_unknown_bridge(void **state)
{
    (void)state;
    assert_int_equal(ask(0x1237, 0x60, 0xb0000001), RP_CHIPSET_UNKNOWN);
    assert_null(name);
}

/* What the regions are that AMD's register with this value names. */
static enum rp_chipset_verdict ask_amd(uint64_t msr, struct rp_ecam *out_ecam)
{
    static struct rp_ecam_region regions[128];
    struct rp_ecam_setup setup = {
        .regions = regions, .capacity = 128, .address_bits = 48};

    rp_ecam_init(out_ecam, &setup);
    return rp_chipset_add_amd(out_ecam, msr);
}

static void test_amd(void **state)
{
    static const struct {
        uint64_t msr;
        uint8_t end_bus;
    } found[] = {{0xe0000021, 0xff}, {0xe0000019, 0x3f}, {0xe0000001, 0}};
    struct rp_ecam ecam;

    (void)state;
    assert_int_equal(ask_amd(0xe0000020, &ecam), RP_CHIPSET_DISABLED);
    assert_int_equal(ecam.count, 0);
    assert_int_equal(ask_amd(0x21, &ecam), RP_CHIPSET_RESERVED);
    assert_int_equal(ecam.count, 0);
    for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
        const struct rp_ecam_region *region;

        assert_int_equal(ask_amd(found[i].msr, &ecam), RP_CHIPSET_FOUND);
        assert_int_equal(ecam.count, 1);
        region = &ecam.setup.regions[0];
        assert_true(region->range.base.value == 0xe0000000);
        assert_int_equal(region->range.segment, 0);
        assert_int_equal(region->range.end_bus, found[i].end_bus);
        assert_int_equal(region->evidence, RP_ECAM_EVIDENCE_CHIPSET);
    }
}

static void test_amd_segments(void **state)
{
    struct rp_ecam ecam;
    const struct rp_ecam_region *last;

    (void)state;
    assert_int_equal(ask_amd(0xffff00fc00000029, &ecam), RP_CHIPSET_FOUND);
    assert_int_equal(ecam.count, 4);
    last = &ecam.setup.regions[3];
    assert_true(last->range.base.value == 0xfc30000000);
    assert_int_equal(last->range.segment, 3);
    assert_int_equal(last->range.end_bus, 0xff);
    assert_int_equal(ask_amd(0xfc0000003d, &ecam), RP_CHIPSET_FOUND);
    assert_int_equal(ecam.count, 128);
}

static void test_findings_join_a_set(void **state)
{
    struct rp_ecam_region regions[4];
    struct rp_ecam_setup setup = {.regions = regions, .capacity = 4, .address_bits = 48};
    struct rp_ecam ecam;
    struct fake_pci *pci = fake_pci_new();
    struct rp_cfg cfg = fake_cfg(pci);
    struct fake_function *bridge = fake_pci_add(pci, rp_sbdf(0, 0, 0, 0), 0x8086, 0x29c0);

    (void)state;
    rp_ecam_init(&ecam, &setup);
    assert_int_equal(rp_chipset_add_to(&ecam, &cfg, &name), RP_CHIPSET_DISABLED);
    assert_int_equal(ecam.count, 0);
    fake_set32(bridge, 0x60, 0xb0000001);
    assert_int_equal(rp_chipset_add_to(&ecam, &cfg, &name), RP_CHIPSET_FOUND);
    assert_int_equal(ecam.count, 1);
    assert_int_equal(regions[0].evidence, RP_ECAM_EVIDENCE_CHIPSET);
    fake_set32(bridge, 0x60, 0xb0000000);
    assert_int_equal(rp_chipset_add_to(&ecam, &cfg, &name), RP_CHIPSET_DISABLED);
    assert_int_equal(regions[0].state, RP_ECAM_CANDIDATE); /* its own word of before */
    fake_set32(bridge, 0x60, 0xb0000001);
    setup.capacity = 0;
    rp_ecam_init(&ecam, &setup);
    assert_int_equal(rp_chipset_add_to(&ecam, &cfg, &name), RP_CHIPSET_NO_ROOM);
    setup.capacity = 1;
    rp_ecam_init(&ecam, &setup);
    assert_int_equal(rp_chipset_add_amd(&ecam, 0xfc00000025), RP_CHIPSET_NO_ROOM);
    assert_int_equal(ecam.count, 1);
    fake_pci_free(pci);
}

/* AMD's register may be off and the host bridge decode ECAM; no other way round. */
static void test_a_register_that_is_off_contradicts(void **state)
{
    static const struct rp_ecam_range listed = {.base = {0xb0000000}, .end_bus = 0xff};
    static const struct rp_ecam_range other = {
        .base = {0xa0000000}, .segment = 1, .end_bus = 0xff};
    struct rp_ecam_region regions[2];
    struct rp_ecam_setup setup = {.regions = regions, .capacity = 2, .address_bits = 48};
    struct rp_ecam ecam;
    struct fake_pci *pci = fake_pci_new();
    struct rp_cfg cfg = fake_cfg(pci);
    size_t index;

    (void)state;
    fake_pci_add(pci, rp_sbdf(0, 0, 0, 0), 0x8086, 0x29c0);
    rp_ecam_init(&ecam, &setup);
    assert_int_equal(rp_ecam_add(&ecam, &listed, RP_ECAM_SOURCE_MCFG, &index), RP_OK);
    assert_int_equal(rp_ecam_add(&ecam, &other, RP_ECAM_SOURCE_MCFG, &index), RP_OK);
    assert_int_equal(rp_chipset_add_amd(&ecam, 0), RP_CHIPSET_DISABLED);
    assert_int_equal(regions[0].state, RP_ECAM_CANDIDATE);
    assert_int_equal(rp_chipset_add_to(&ecam, &cfg, &name), RP_CHIPSET_DISABLED);
    assert_int_equal(regions[0].state, RP_ECAM_REJECTED);
    assert_int_equal(regions[0].reason, RP_ECAM_REASON_CONTRADICTS_CHIPSET);
    assert_int_equal(regions[1].state, RP_ECAM_CANDIDATE);
    fake_pci_free(pci);
}

static void test_words(void **state)
{
    const char *unknown = rp_chipset_verdict_text((enum rp_chipset_verdict)255);

    (void)state;
    for (int i = 0; i <= RP_CHIPSET_NO_ROOM; i++)
        assert_string_not_equal(rp_chipset_verdict_text((enum rp_chipset_verdict)i),
                                unknown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_q35),
        cmocka_unit_test(test_bits_that_are_no_address_are_dropped),
        cmocka_unit_test(test_945g),
        cmocka_unit_test(test_e7520),
        cmocka_unit_test(test_unknown_bridge),
        cmocka_unit_test(test_amd),
        cmocka_unit_test(test_amd_segments),
        cmocka_unit_test(test_findings_join_a_set),
        cmocka_unit_test(test_a_register_that_is_off_contradicts),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
