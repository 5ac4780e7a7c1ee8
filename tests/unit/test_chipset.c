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

static void test_amd(void **state)
{
    struct rp_ecam_range ranges[RP_CHIPSET_AMD_RANGES];
    size_t count = 99;

    (void)state;
    assert_int_equal(rp_chipset_decode_amd(0xe0000020, ranges, &count),
                     RP_CHIPSET_DISABLED);
    assert_int_equal(count, 0);
    assert_int_equal(rp_chipset_decode_amd(0x21, ranges, &count), RP_CHIPSET_RESERVED);
    assert_int_equal(rp_chipset_decode_amd(0xe0000021, ranges, &count), RP_CHIPSET_FOUND);
    assert_int_equal(count, 1);
    assert_true(ranges[0].base.value == 0xe0000000);
    assert_int_equal(ranges[0].end_bus, 0xff);
    assert_int_equal(rp_chipset_decode_amd(0xe0000019, ranges, &count), RP_CHIPSET_FOUND);
    assert_int_equal(ranges[0].end_bus, 0x3f);
    assert_int_equal(rp_chipset_decode_amd(0xe0000001, ranges, &count), RP_CHIPSET_FOUND);
    assert_int_equal(ranges[0].end_bus, 0);
}

static void test_amd_segments(void **state)
{
    struct rp_ecam_range ranges[RP_CHIPSET_AMD_RANGES];
    size_t count;

    (void)state;
    assert_int_equal(rp_chipset_decode_amd(0xffff00fc00000029, ranges, &count),
                     RP_CHIPSET_FOUND);
    assert_int_equal(count, 4);
    assert_true(ranges[3].base.value == 0xfc30000000);
    assert_int_equal(ranges[3].segment, 3);
    assert_int_equal(ranges[3].end_bus, 0xff);
    assert_int_equal(rp_chipset_decode_amd(0xfc0000003d, ranges, &count),
                     RP_CHIPSET_FOUND);
    assert_int_equal(count, RP_CHIPSET_AMD_RANGES);
}

static void test_words(void **state)
{
    const char *unknown = rp_chipset_verdict_text((enum rp_chipset_verdict)255);

    (void)state;
    for (int i = 0; i <= RP_CHIPSET_FOUND; i++)
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
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
