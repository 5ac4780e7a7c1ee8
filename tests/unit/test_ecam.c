/* SPDX-License-Identifier: MIT */
/* Sets of ECAM regions: what is wrong with a region, evidence, policy, windows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/ecam.h>

#include "tests/fake/fake_platform.h"

#define MIB 0x100000ull

enum {
    CAPACITY = 6,
};

struct set {
    struct rp_ecam_region regions[CAPACITY];
    struct rp_ecam ecam;
    struct rp_memory_range map[4];
};

static void make(struct set *set, enum rp_ecam_policy policy, size_t map_count)
{
    struct rp_ecam_setup setup = {
        .regions = set->regions,
        .capacity = CAPACITY,
        .memory_map = set->map,
        .memory_map_count = map_count,
        .policy = policy,
        .address_bits = 40,
    };

    rp_ecam_init(&set->ecam, &setup);
}

static struct rp_ecam_range range_of(uint64_t base, uint16_t segment, uint8_t start_bus,
                                     uint8_t end_bus)
{
    struct rp_ecam_range range = {
        .base = {base}, .segment = segment, .start_bus = start_bus, .end_bus = end_bus};

    return range;
}

static struct rp_ecam_region *add(struct set *set, struct rp_ecam_range range,
                                  enum rp_ecam_source source)
{
    size_t index = 99;

    assert_int_equal(rp_ecam_add(&set->ecam, &range, source, &index), RP_OK);
    assert_in_range(index, 0, set->ecam.count - 1);
    return &set->regions[index];
}

static struct rp_ecam_region *add_mcfg(struct set *set, uint64_t base, uint16_t segment,
                                       uint8_t start_bus, uint8_t end_bus)
{
    return add(set, range_of(base, segment, start_bus, end_bus), RP_ECAM_SOURCE_MCFG);
}

static void assert_rejected(const struct rp_ecam_region *region,
                            enum rp_ecam_reason reason)
{
    assert_int_equal(region->state, RP_ECAM_REJECTED);
    assert_int_equal(region->reason, reason);
    assert_int_equal(region->evidence, 0);
}

/* ---- One region ---- */

static void test_addresses(void **state)
{
    struct rp_ecam_range range = range_of(0xe0000000, 3, 0x10, 0x1f);

    (void)state;
    assert_true(rp_ecam_start(&range).value == 0xe1000000);
    assert_true(rp_ecam_size(&range) == 16 * MIB);
    assert_true(rp_ecam_address(&range, rp_sbdf(3, 0x12, 0x1f, 7), 0xffc).value ==
                0xe0000000 + (0x12 << 20) + (0x1f << 15) + (7 << 12) + 0xffc);
    assert_true(rp_ecam_covers(&range, rp_sbdf(3, 0x10, 0, 0)));
    assert_true(rp_ecam_covers(&range, rp_sbdf(3, 0x1f, 0x1f, 7)));
    assert_false(rp_ecam_covers(&range, rp_sbdf(3, 0x0f, 0, 0)));
    assert_false(rp_ecam_covers(&range, rp_sbdf(3, 0x20, 0, 0)));
    assert_false(rp_ecam_covers(&range, rp_sbdf(2, 0x10, 0, 0)));
}

static void test_malformed_regions(void **state)
{
    static const struct {
        uint64_t base;
        uint8_t start_bus;
        uint8_t end_bus;
        enum rp_ecam_reason reason;
    } malformed[] = {
        {0xe0000000, 1, 0, RP_ECAM_REASON_BUSES_REVERSED},
        {0, 0, 0xff, RP_ECAM_REASON_BASE_ZERO},
        {0xe0080000, 0, 0xff, RP_ECAM_REASON_BASE_MISALIGNED},
        {0xe0000001, 0, 0xff, RP_ECAM_REASON_BASE_MISALIGNED},
        {0xfff0100000, 0, 0xff, RP_ECAM_REASON_BEYOND_ADDRESSES},
        {0x10000000000, 0, 0, RP_ECAM_REASON_BEYOND_ADDRESSES},
        {0xfffffffffff00000, 0, 0xff, RP_ECAM_REASON_BEYOND_ADDRESSES},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
        struct set set;

        make(&set, RP_ECAM_POLICY_DEFAULT, 0);
        assert_rejected(add_mcfg(&set, malformed[i].base, 0, malformed[i].start_bus,
                                 malformed[i].end_bus),
                        malformed[i].reason);
    }
}

static void test_sound_regions_at_the_limits(void **state)
{
    struct set set;

    (void)state;
    make(&set, RP_ECAM_POLICY_DEFAULT, 0);
    assert_int_equal(add_mcfg(&set, 0xfff0000000, 0, 0, 0xff)->state, RP_ECAM_CANDIDATE);
    assert_int_equal(add_mcfg(&set, 0x100000, 0xffff, 0, 0)->state, RP_ECAM_CANDIDATE);
    assert_int_equal(set.regions[0].reason, RP_ECAM_REASON_UNVOUCHED);
    make(&set, RP_ECAM_POLICY_OFF, 0);
    assert_int_equal(add_mcfg(&set, 0xe0000000, 0, 0, 0xff)->reason,
                     RP_ECAM_REASON_POLICY_OFF);
}

/* ---- The memory map ---- */

static void test_reserved_from_end_to_end(void **state)
{
    static const struct {
        uint64_t base;
        uint64_t size;
        unsigned evidence;
    } entries[] = {
        {0xe0000000, 256 * MIB, RP_ECAM_EVIDENCE_MEMORY_MAP},
        {0xd0000000, 768 * MIB, RP_ECAM_EVIDENCE_MEMORY_MAP},
        {0xe0000000, UINT64_MAX, RP_ECAM_EVIDENCE_MEMORY_MAP},
        {0xe0000000, 256 * MIB - 1, 0},
        {0xe0000001, 256 * MIB, 0},
        {0xe0000000, 0, 0},
        {0, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        struct set set;

        make(&set, RP_ECAM_POLICY_DEFAULT, 1);
        set.map[0] = (struct rp_memory_range){entries[i].base, entries[i].size,
                                              RP_MEMORY_RESERVED};
        assert_int_equal(add_mcfg(&set, 0xe0000000, 0, 0, 0xff)->evidence,
                         entries[i].evidence);
        assert_int_equal(set.regions[0].state, RP_ECAM_CANDIDATE);
    }
}

static void test_adjoining_reserved_entries_count_as_one(void **state)
{
    struct set set = {.map = {{0xe8000000, 64 * MIB, RP_MEMORY_RESERVED},
                              {0xe0000000, 129 * MIB, RP_MEMORY_RESERVED},
                              {0xec000000, 64 * MIB, RP_MEMORY_RESERVED}}};

    (void)state;
    make(&set, RP_ECAM_POLICY_DEFAULT, 3);
    assert_int_equal(add_mcfg(&set, 0xe0000000, 0, 0, 0xff)->evidence,
                     RP_ECAM_EVIDENCE_MEMORY_MAP);
    set.map[2].base++;
    make(&set, RP_ECAM_POLICY_DEFAULT, 3);
    assert_int_equal(add_mcfg(&set, 0xe0000000, 0, 0, 0xff)->evidence, 0);
}

static void test_never_over_memory(void **state)
{
    static const enum rp_memory_type types[] = {RP_MEMORY_RAM, RP_MEMORY_DEVICE};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct set set = {.map = {{0xe0000000, 256 * MIB, RP_MEMORY_RESERVED},
                                  {0xefffffff, 1, types[i]}}};

        make(&set, RP_ECAM_POLICY_PROBE, 2);
        assert_rejected(add_mcfg(&set, 0xe0000000, 0, 0, 0xff),
                        RP_ECAM_REASON_OVERLAPS_MEMORY);
        assert_rejected(
            add(&set, range_of(0xe0000000, 0, 0xf0, 0xff), RP_ECAM_SOURCE_CHIPSET),
            RP_ECAM_REASON_OVERLAPS_MEMORY);
        assert_int_equal(add_mcfg(&set, 0xe0000000, 0, 0, 0xef)->state,
                         RP_ECAM_CANDIDATE);
        set.map[1] = (struct rp_memory_range){0xf0000000, 1, types[i]};
        make(&set, RP_ECAM_POLICY_PROBE, 2);
        assert_int_equal(add_mcfg(&set, 0xe0000000, 0, 0, 0xff)->state,
                         RP_ECAM_CANDIDATE);
    }
}

/* ---- Several regions ---- */

static void test_several_regions(void **state)
{
    struct set set;

    (void)state;
    make(&set, RP_ECAM_POLICY_DEFAULT, 0);
    add_mcfg(&set, 0xe0000000, 0, 0x00, 0x3f);
    add_mcfg(&set, 0xe0000000, 0, 0x40, 0x7f);
    add_mcfg(&set, 0xd0000000, 1, 0x00, 0xff);
    add_mcfg(&set, 0xc0000000, 2, 0x00, 0xff);
    assert_int_equal(set.ecam.count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(set.regions[i].state, RP_ECAM_CANDIDATE);
}

static void test_contradictions_in_mcfg_reject_both(void **state)
{
    struct set set;

    (void)state;
    make(&set, RP_ECAM_POLICY_DEFAULT, 0);
    add_mcfg(&set, 0xe0000000, 0, 0x00, 0x7f);
    add_mcfg(&set, 0xd0000000, 0, 0x7f, 0xff);
    add_mcfg(&set, 0xc0000000, 0, 0x7f, 0x7f);
    for (size_t i = 0; i < 3; i++)
        assert_rejected(&set.regions[i], RP_ECAM_REASON_OVERLAPS_BUSES);
    make(&set, RP_ECAM_POLICY_DEFAULT, 0);
    add_mcfg(&set, 0xe0000000, 0, 0x00, 0x7f);
    add_mcfg(&set, 0xe7f00000, 1, 0x00, 0x7f);
    for (size_t i = 0; i < 2; i++)
        assert_rejected(&set.regions[i], RP_ECAM_REASON_OVERLAPS_REGION);
}

static void test_same_region_again_is_one(void **state)
{
    struct set set;

    (void)state;
    make(&set, RP_ECAM_POLICY_DEFAULT, 0);
    add_mcfg(&set, 0xe0000000, 0, 0x00, 0x7f);
    assert_ptr_equal(add_mcfg(&set, 0xe0000000, 0, 0x00, 0x7f), &set.regions[0]);
    assert_ptr_equal(add_mcfg(&set, 0xe0000000, 0, 0x00, 0xff), &set.regions[0]);
    add_mcfg(&set, 0xd0000000, 0, 9, 8);
    assert_ptr_equal(add_mcfg(&set, 0xd0000000, 0, 9, 8), &set.regions[1]);
    assert_int_equal(set.ecam.count, 2);
}

static void test_chipset_wins(void **state)
{
    struct set set;

    (void)state;
    make(&set, RP_ECAM_POLICY_DEFAULT, 0);
    add_mcfg(&set, 0xe0000000, 0, 0x00, 0xff);
    add(&set, range_of(0xd0000000, 0, 0x00, 0xff), RP_ECAM_SOURCE_CHIPSET);
    assert_rejected(&set.regions[0], RP_ECAM_REASON_CONTRADICTS_CHIPSET);
    assert_int_equal(set.regions[1].state, RP_ECAM_CANDIDATE);
    assert_int_equal(set.regions[1].evidence, RP_ECAM_EVIDENCE_CHIPSET);
    add_mcfg(&set, 0xc0000000, 0, 0x10, 0x1f);
    assert_rejected(&set.regions[2], RP_ECAM_REASON_CONTRADICTS_CHIPSET);
    assert_int_equal(set.regions[1].state, RP_ECAM_CANDIDATE);
}

static void test_chipset_confirms(void **state)
{
    struct set set;

    (void)state;
    make(&set, RP_ECAM_POLICY_DEFAULT, 0);
    add_mcfg(&set, 0xe0000000, 0, 0x00, 0x7f);
    assert_ptr_equal(
        add(&set, range_of(0xe0000000, 0, 0x00, 0xff), RP_ECAM_SOURCE_CHIPSET),
        &set.regions[0]);
    assert_int_equal(set.regions[0].evidence, RP_ECAM_EVIDENCE_CHIPSET);
    assert_int_equal(set.regions[0].source, RP_ECAM_SOURCE_MCFG);
}

static void test_chipset_confirms_each_part(void **state)
{
    struct set set;

    (void)state;
    make(&set, RP_ECAM_POLICY_DEFAULT, 0);
    add_mcfg(&set, 0xe0000000, 0, 0x00, 0x3f);
    add_mcfg(&set, 0xe0000000, 0, 0x40, 0xff);
    add_mcfg(&set, 0xc0000000, 1, 0x00, 0x3f);
    add(&set, range_of(0xe0000000, 0, 0x00, 0xff), RP_ECAM_SOURCE_CHIPSET);
    assert_int_equal(set.ecam.count, 3);
    assert_int_equal(set.regions[0].evidence, RP_ECAM_EVIDENCE_CHIPSET);
    assert_int_equal(set.regions[1].evidence, RP_ECAM_EVIDENCE_CHIPSET);
    assert_int_equal(set.regions[2].evidence, 0);
}

static void test_chipset_decodes_fewer_buses(void **state)
{
    struct set set;

    (void)state;
    make(&set, RP_ECAM_POLICY_DEFAULT, 0);
    add_mcfg(&set, 0xe0000000, 0, 0x00, 0xff);
    add(&set, range_of(0xe0000000, 0, 0x00, 0x3f), RP_ECAM_SOURCE_CHIPSET);
    assert_rejected(&set.regions[0], RP_ECAM_REASON_CONTRADICTS_CHIPSET);
    assert_int_equal(set.regions[1].state, RP_ECAM_CANDIDATE);
    assert_int_equal(set.regions[1].evidence, RP_ECAM_EVIDENCE_CHIPSET);
}

static void test_narrow(void **state)
{
    struct rp_ecam_range range = range_of(0xe0000000, 0, 0x10, 0x7f);
    struct rp_ecam_range inner = range_of(0xe0000000, 0, 0x20, 0x3f);
    struct rp_ecam_range outer = range_of(0xe0000000, 0, 0x00, 0xff);

    (void)state;
    rp_ecam_narrow(&range, &outer);
    assert_int_equal(range.start_bus, 0x10);
    assert_int_equal(range.end_bus, 0x7f);
    rp_ecam_narrow(&range, &inner);
    assert_int_equal(range.start_bus, 0x20);
    assert_int_equal(range.end_bus, 0x3f);
}

/* The chipset's buses 80-ff of segment 0 are no other segment's, nor others' addresses.
 */
static void test_chipset_knows_no_second_names(void **state)
{
    struct set set;

    (void)state;
    make(&set, RP_ECAM_POLICY_DEFAULT, 0);
    add_mcfg(&set, 0xe0000000, 0, 0x00, 0x7f);
    add_mcfg(&set, 0xe8000000, 1, 0x00, 0x7f);
    add_mcfg(&set, 0xd0000000, 0, 0x80, 0xff);
    add_mcfg(&set, 0xc0000000, 2, 0x00, 0x0f);
    add(&set, range_of(0xe0000000, 0, 0x00, 0xff), RP_ECAM_SOURCE_CHIPSET);
    assert_int_equal(set.ecam.count, 4);
    assert_int_equal(set.regions[0].evidence, RP_ECAM_EVIDENCE_CHIPSET);
    assert_rejected(&set.regions[1], RP_ECAM_REASON_CONTRADICTS_CHIPSET);
    assert_rejected(&set.regions[2], RP_ECAM_REASON_CONTRADICTS_CHIPSET);
    assert_int_equal(set.regions[3].state, RP_ECAM_CANDIDATE);
    assert_int_equal(set.regions[3].evidence, 0);
}

static void test_match_by_address_and_overlap(void **state)
{
    struct rp_ecam_range clamped = range_of(0xe0000000, 0, 0x00, 0x3f);
    struct rp_ecam_range other_base = range_of(0xe4000000, 0, 0x00, 0x3f);
    struct rp_ecam_range other_segment = range_of(0xe0000000, 1, 0x00, 0x3f);
    struct rp_ecam_range disjoint = range_of(0xe0000000, 0, 0x80, 0xff);
    struct set set;

    (void)state;
    make(&set, RP_ECAM_POLICY_DEFAULT, 0);
    add_mcfg(&set, 0xe0000000, 0, 0x00, 0x7f);
    assert_ptr_equal(rp_ecam_match(&set.ecam, &clamped), &set.regions[0]);
    assert_null(rp_ecam_match(&set.ecam, &other_base));
    assert_null(rp_ecam_match(&set.ecam, &other_segment));
    assert_null(rp_ecam_match(&set.ecam, &disjoint));
}

static void test_full_storage(void **state)
{
    struct rp_ecam_range range = range_of(0x80000000, CAPACITY, 0, 0);
    struct set set;
    size_t index;

    (void)state;
    make(&set, RP_ECAM_POLICY_DEFAULT, 0);
    for (uint16_t i = 0; i < CAPACITY; i++)
        add_mcfg(&set, 0xe0000000 + i * MIB, i, 0, 0);
    assert_int_equal(rp_ecam_add(&set.ecam, &range, RP_ECAM_SOURCE_MCFG, &index),
                     RP_ERR_NO_SPACE);
}

/* ---- Policy ---- */

static void test_policies(void **state)
{
    enum { MAP = 1, CHIPSET = 2, PROBE = 4, REPORT = 8, FIRMWARE = 16 };

    (void)state;
    for (unsigned evidence = 0; evidence <= RP_ECAM_EVIDENCE_ALL; evidence++) {
        bool is_reserved = (evidence & (MAP | REPORT | FIRMWARE)) != 0;
        bool is_decoded = (evidence & (CHIPSET | PROBE)) != 0;

        assert_false(rp_ecam_is_enough(RP_ECAM_POLICY_OFF, evidence));
        assert_int_equal(rp_ecam_is_enough(RP_ECAM_POLICY_STRICT, evidence),
                         is_reserved && is_decoded);
        assert_int_equal(rp_ecam_is_enough(RP_ECAM_POLICY_DEFAULT, evidence),
                         is_reserved || (evidence & CHIPSET) != 0);
        assert_int_equal(rp_ecam_is_enough(RP_ECAM_POLICY_PROBE, evidence),
                         evidence != 0);
        assert_false(rp_ecam_is_enough((enum rp_ecam_policy)99, evidence));
    }
}

static void test_policy_words(void **state)
{
    enum rp_ecam_policy policy;

    (void)state;
    for (int i = RP_ECAM_POLICY_OFF; i <= RP_ECAM_POLICY_PROBE; i++) {
        const char *word = rp_ecam_policy_text((enum rp_ecam_policy)i);

        assert_int_equal(rp_ecam_policy_parse(word, strlen(word), &policy), RP_OK);
        assert_int_equal(policy, i);
        assert_int_equal(rp_ecam_policy_parse(word, strlen(word) - 1, &policy),
                         RP_ERR_INVALID);
        assert_int_equal(policy, RP_ECAM_POLICY_OFF);
    }
    assert_int_equal(rp_ecam_policy_parse("probex", 6, &policy), RP_ERR_INVALID);
    assert_int_equal(rp_ecam_policy_parse("", 0, &policy), RP_ERR_INVALID);
}

static void test_words(void **state)
{
    (void)state;
    for (int i = 0; i <= RP_ECAM_REASON_CONTRADICTS_CHIPSET; i++)
        assert_string_not_equal(rp_ecam_reason_text((enum rp_ecam_reason)i),
                                rp_ecam_reason_text((enum rp_ecam_reason)255));
    for (int i = 0; i <= RP_ECAM_ENABLED; i++)
        assert_string_not_equal(rp_ecam_state_text((enum rp_ecam_state)i), "unknown");
    for (int i = 0; i <= RP_ECAM_SOURCE_CHIPSET; i++)
        assert_string_not_equal(rp_ecam_source_text((enum rp_ecam_source)i), "unknown");
    for (unsigned bit = 1; bit <= RP_ECAM_EVIDENCE_ALL; bit <<= 1)
        assert_string_not_equal(rp_ecam_evidence_text(bit), "unknown");
    assert_string_equal(rp_ecam_evidence_text(0), "unknown");
}

/* ---- Windows ---- */

static void test_enable_and_withdraw(void **state)
{
    struct fake_pci *pci = fake_pci_new();
    struct rp_platform platform;
    struct set set;
    struct rp_ecam_region *region;
    volatile unsigned char *window;

    (void)state;
    fake_platform_init(&platform, pci);
    make(&set, RP_ECAM_POLICY_DEFAULT, 0);
    region = add_mcfg(&set, 0xe0000000, 0, 0x10, 0x1f);
    assert_int_equal(rp_ecam_enable(&set.ecam, region, &platform), RP_ERR_DENIED);
    assert_int_equal(rp_ecam_enable_all(&set.ecam, &platform), 0);
    region->evidence = RP_ECAM_EVIDENCE_MEMORY_MAP;
    platform.map_fails = true;
    assert_int_equal(rp_ecam_enable(&set.ecam, region, &platform), RP_ERR_UNREACHABLE);
    assert_int_equal(region->state, RP_ECAM_CANDIDATE);
    assert_int_equal(region->reason, RP_ECAM_REASON_UNMAPPED);
    platform.map_fails = false;
    assert_null(rp_ecam_window(&set.ecam, rp_sbdf(0, 0x10, 0, 0)));
    assert_int_equal(rp_ecam_enable(&set.ecam, region, &platform), RP_OK);
    assert_int_equal(rp_ecam_enable(&set.ecam, region, &platform), RP_ERR_EXISTS);
    assert_int_equal(region->reason, RP_ECAM_REASON_VOUCHED);
    window = rp_ecam_window(&set.ecam, rp_sbdf(0, 0x10, 0, 0));
    assert_ptr_equal(rp_ecam_window(&set.ecam, rp_sbdf(0, 0x12, 1, 1)),
                     window + 2 * MIB + (9 << 12));
    assert_null(rp_ecam_window(&set.ecam, rp_sbdf(0, 0x20, 0, 0)));
    assert_null(rp_ecam_window(&set.ecam, rp_sbdf(1, 0x10, 0, 0)));
    assert_ptr_equal(rp_ecam_withdraw(region, RP_ECAM_REASON_RETRACTED), window);
    assert_null(rp_ecam_window(&set.ecam, rp_sbdf(0, 0x10, 0, 0)));
    assert_null(rp_ecam_withdraw(region, RP_ECAM_REASON_RETRACTED));
    assert_int_equal(region->state, RP_ECAM_CANDIDATE);
    rp_ecam_unmap(region, window, &platform);
    rp_ecam_unmap(region, NULL, &platform);
    fake_platform_finish(&platform);
    fake_pci_free(pci);
}

static void test_rejected_is_never_enabled(void **state)
{
    struct fake_pci *pci = fake_pci_new();
    struct rp_platform platform;
    struct set set;
    struct rp_ecam_region *region;

    (void)state;
    fake_platform_init(&platform, pci);
    make(&set, RP_ECAM_POLICY_PROBE, 0);
    region = add_mcfg(&set, 0, 0, 0, 0xff);
    region->evidence = RP_ECAM_EVIDENCE_ALL;
    assert_int_equal(rp_ecam_enable(&set.ecam, region, &platform), RP_ERR_INVALID);
    assert_int_equal(platform.maps, 0);
    fake_platform_finish(&platform);
    fake_pci_free(pci);
}
/* Bus 1 begins 1 MiB after the base. Reversed buses have no addresses. */
static void test_what_is_at_an_address(void **state)
{
    struct rp_ecam_region *region, *reversed;
    struct set set;

    (void)state;
    make(&set, RP_ECAM_POLICY_DEFAULT, 0);
    region = add_mcfg(&set, 0xb0000000, 0, 1, 2);
    reversed = add_mcfg(&set, 0xc0000000, 1, 2, 0);
    assert_int_equal(region->state, RP_ECAM_CANDIDATE);
    assert_false(rp_ecam_is_at(&set.ecam, 0xb0100000, 0xb02fffff, RP_ECAM_ENABLED));
    assert_true(rp_ecam_is_at(&set.ecam, 0xb0100000, 0xb0100000, RP_ECAM_CANDIDATE));
    assert_true(rp_ecam_is_at(&set.ecam, 0xb02fffff, 0xffffffff, RP_ECAM_CANDIDATE));
    assert_true(rp_ecam_is_at(&set.ecam, 0, UINT64_MAX, RP_ECAM_REJECTED));
    assert_false(rp_ecam_is_at(&set.ecam, 0xb0000000, 0xb00fffff, RP_ECAM_REJECTED));
    assert_false(rp_ecam_is_at(&set.ecam, 0xb0300000, 0xffffffff, RP_ECAM_REJECTED));
    region->state = RP_ECAM_REJECTED;
    assert_false(rp_ecam_is_at(&set.ecam, 0, UINT64_MAX, RP_ECAM_CANDIDATE));
    assert_true(rp_ecam_is_at(&set.ecam, 0xb0200000, 0xb0200fff, RP_ECAM_REJECTED));
    assert_rejected(reversed, RP_ECAM_REASON_BUSES_REVERSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_malformed_regions),
        cmocka_unit_test(test_sound_regions_at_the_limits),
        cmocka_unit_test(test_reserved_from_end_to_end),
        cmocka_unit_test(test_adjoining_reserved_entries_count_as_one),
        cmocka_unit_test(test_never_over_memory),
        cmocka_unit_test(test_several_regions),
        cmocka_unit_test(test_contradictions_in_mcfg_reject_both),
        cmocka_unit_test(test_same_region_again_is_one),
        cmocka_unit_test(test_chipset_wins),
        cmocka_unit_test(test_chipset_confirms),
        cmocka_unit_test(test_chipset_confirms_each_part),
        cmocka_unit_test(test_chipset_decodes_fewer_buses),
        cmocka_unit_test(test_narrow),
        cmocka_unit_test(test_chipset_knows_no_second_names),
        cmocka_unit_test(test_match_by_address_and_overlap),
        cmocka_unit_test(test_full_storage),
        cmocka_unit_test(test_policies),
        cmocka_unit_test(test_policy_words),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_enable_and_withdraw),
        cmocka_unit_test(test_rejected_is_never_enabled),
        cmocka_unit_test(test_what_is_at_an_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
