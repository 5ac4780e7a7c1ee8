/* SPDX-License-Identifier: MIT */
/* The reader of the IVRS against tables as 48882 r3.06, 5.2, has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fake/fake_acpi.h"

/* Appends an IVHD for the IOMMU 0000:00:02.0 with @size bytes of device entries. */
static void append_ivhd(uint32_t *length, uint8_t type, uint64_t base,
                        const uint8_t *devices, uint32_t size)
{
    uint32_t at = IVRS_AT + *length;
    uint32_t header = type == 0x10 ? 24 : 40;

    machine[at] = type;
    put16(at + 2, (uint16_t)(header + size));
    put16(at + 4, 0x0010);
    put16(at + 6, 0x40);
    put64(at + 8, base);
    if (type != 0x10)
        put64(at + 24, 0x29d3);
    *length += header;
    append(IVRS_AT, length, devices, size);
}

static enum acpi_reason parse_ivhd(const uint8_t *devices, uint32_t size)
{
    uint32_t length = 48;

    append_ivhd(&length, 0x11, 0xfed80000, devices, size);
    seal_table(IVRS_AT, "IVRS", length);
    return fake_acpi_parse_one(IVRS_AT);
}

static void assert_range(unsigned index, uint16_t first, uint16_t last)
{
    assert_true(index < tables.ivrs.range_count);
    assert_int_equal(tables.ivrs.ranges[index].first, first);
    assert_int_equal(tables.ivrs.ranges[index].last, last);
}

static void reads_every_kind_of_device_entry(void **state)
{
    static const uint8_t devices[] =
        {
            0x00, 0,    0,    0,                        /* padding */
            0x01, 0,    0,    0x10,                     /* all */
            0x02, 0x08, 0x01, 0xd7,                     /* select 01:01.0 */
            0x03, 0x00, 0x02, 0,                        /* range from 02:00.0 ... */
            0x04, 0xff, 0x02, 0,                        /* ... to 02:1f.7 */
            0x42, 0x00, 0x03, 0,    0,   0xf0, 0x00, 0, /* 03:00.0 as 00:1e.0 */
            0x43, 0x00, 0x04, 0,    0,   0xf1, 0x00, 0, /* bus 4 as 00:1e.1 */
            0x04, 0xff, 0x04, 0,                        /* */
            0x46, 0x00, 0x05, 0,    0,   0,    0,    0, /* extended select */
            0x47, 0x00, 0x06, 0,    0,   0,    0,    0, /* extended range */
            0x04, 0x07, 0x06, 0,                        /* */
            0x48, 0,    0,    0xd7, 8,   0xa0, 0x00, 1, /* I/O APIC 8 */
            0x48, 0,    0,    0,    0,   0xa1, 0x00, 2, /* HPET 0 */
            0x48, 0,    0,    0,    0,   0xa2, 0x00, 9, /* something else */
            0x80, 0,    0,    0,    0,   0,    0,    0,   0,   0,   0,   0,   0,
            0,    0,    0, /* reserved */
            0xf0, 0x98, 0x00, 0,    'A', 'M',  'D',  'I', '0', '0', '2', '0', 0,
            0,    0,    0,    0,    0,   0,    0,    2,   2,   'U', '1', /* ACPI HID with
                                                                            a UID of 2
                                                                            bytes */
        };

    (void)state;
    assert_int_equal(parse_ivhd(devices, sizeof(devices)), ACPI_NO_PROBLEM);
    assert_int_equal(tables.problem_count, 0);
    assert_true(tables.ivrs.is_present);
    assert_int_equal(tables.ivrs.range_count, 8);
    assert_range(0, 0, 0xffff);
    assert_int_equal(tables.ivrs.ranges[0].settings, 0x10);
    assert_range(1, 0x0108, 0x0108);
    assert_int_equal(tables.ivrs.ranges[1].settings, 0xd7);
    assert_false(tables.ivrs.ranges[1].has_alias);
    assert_range(2, 0x0200, 0x02ff);
    assert_range(3, 0x0300, 0x0300);
    assert_true(tables.ivrs.ranges[3].has_alias);
    assert_int_equal(tables.ivrs.ranges[3].alias, 0x00f0);
    assert_range(4, 0x0400, 0x04ff);
    assert_true(tables.ivrs.ranges[4].has_alias);
    assert_int_equal(tables.ivrs.ranges[4].alias, 0x00f1);
    assert_range(5, 0x0500, 0x0500);
    assert_range(6, 0x0600, 0x0607);
    assert_range(7, 0x0098, 0x0098);
    assert_int_equal(tables.ivrs.special_count, 3);
    assert_int_equal(tables.ivrs.specials[0].kind, ACPI_SPECIAL_IOAPIC);
    assert_int_equal(tables.ivrs.specials[0].handle, 8);
    assert_int_equal(tables.ivrs.specials[0].requester, 0x00a0);
    assert_int_equal(tables.ivrs.specials[0].settings, 0xd7);
    assert_int_equal(tables.ivrs.specials[1].kind, ACPI_SPECIAL_HPET);
    assert_int_equal(tables.ivrs.specials[2].kind, ACPI_SPECIAL_UNKNOWN);
}

static void takes_the_highest_type_of_an_iommu(void **state)
{
    static const uint8_t old[] = {0x02, 0x08, 0, 0};
    static const uint8_t new[] = {0x02, 0x10, 0, 0, 0x02, 0x18, 0, 0};
    static const uint8_t types[][2] = {{0x10, 0x11}, {0x11, 0x10}, {0x40, 0x11}};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        bool is_first_higher = types[i][0] > types[i][1];
        uint32_t length = 48;

        put32(IVRS_AT + 36, 40u << 8);
        append_ivhd(&length, types[i][0], 0xfed80000, is_first_higher ? new : old,
                    is_first_higher ? 8 : 4);
        append_ivhd(&length, types[i][1], 0xfed80000, is_first_higher ? old : new,
                    is_first_higher ? 4 : 8);
        seal_table(IVRS_AT, "IVRS", length);
        assert_int_equal(fake_acpi_parse_one(IVRS_AT), ACPI_NO_PROBLEM);
        assert_int_equal(tables.problem_count, 0);
        assert_int_equal(tables.ivrs.info, 40u << 8);
        assert_int_equal(tables.ivrs.ivhd_count, 1);
        assert_int_equal(tables.ivrs.ivhds[0].base, 0xfed80000);
        assert_int_equal(tables.ivrs.ivhds[0].capability_offset, 0x40);
        assert_int_equal(tables.ivrs.ivhds[0].sbdf.value, 0x0010);
        assert_int_equal(tables.ivrs.ivhds[0].efr, 0x29d3);
        assert_int_equal(tables.ivrs.range_count, 2);
        assert_range(0, 0x10, 0x10);
        assert_range(1, 0x18, 0x18);
    }
}

static void tells_iommus_of_several_segments_apart(void **state)
{
    static const uint8_t all[] = {0x01, 0, 0, 0};
    uint32_t length = 48;

    (void)state;
    append_ivhd(&length, 0x11, 0xfed80000, all, 4);
    uint32_t second = length;
    append_ivhd(&length, 0x11, 0xfed90000, all, 4);
    put16(IVRS_AT + second + 16, 1);
    seal_table(IVRS_AT, "IVRS", length);
    assert_int_equal(fake_acpi_parse_one(IVRS_AT), ACPI_NO_PROBLEM);
    assert_int_equal(tables.ivrs.ivhd_count, 2);
    assert_int_equal(tables.ivrs.ivhds[1].sbdf.value, 0x10010);
    assert_int_equal(tables.ivrs.ranges[0].ivhd, 0);
    assert_int_equal(tables.ivrs.ranges[1].ivhd, 1);
}

static void leaves_out_broken_ranges_alone(void **state)
{
    static const uint8_t devices[] = {
        0x04, 0x01, 0, 0,                   /* an end without a start */
        0x03, 0x20, 0, 0,                   /* a start without an end */
        0x03, 0x40, 0, 0, 0x04, 0x3f, 0, 0, /* reversed */
        0x02, 0x50, 0, 0,                   /* fine */
        0x03, 0x60, 0, 0,                   /* open to the end */
    };
    const uint32_t at = 48 + 40;

    (void)state;
    assert_int_equal(parse_ivhd(devices, sizeof(devices)), ACPI_NO_PROBLEM);
    assert_int_equal(tables.ivrs.range_count, 1);
    assert_range(0, 0x50, 0x50);
    assert_int_equal(tables.problem_count, 4);
    assert_problem(0, ACPI_UNPAIRED_RANGE, "IVRS", IVRS_AT, at);
    assert_problem(1, ACPI_UNPAIRED_RANGE, "IVRS", IVRS_AT, at + 4);
    assert_problem(2, ACPI_REVERSED_RANGE, "IVRS", IVRS_AT, at + 8);
    assert_problem(3, ACPI_UNPAIRED_RANGE, "IVRS", IVRS_AT, at + 20);
}

static void stops_at_a_device_entry_that_does_not_fit(void **state)
{
    static const struct {
        uint8_t bytes[24];
        uint32_t size;
    } tails[] = {
        {{0x02, 0x01, 0}, 3}, {{0x42, 0, 0, 0, 0, 0, 0}, 7}, {{0x80}, 15}, {{0xc0}, 20},
        {{0xf0}, 21},         {{0xf0, [21] = 1}, 22}, /* one byte of UID is missing */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
        uint8_t devices[28] = {0x02, 0x50, 0, 0};

        memcpy(devices + 4, tails[i].bytes, tails[i].size);
        assert_int_equal(parse_ivhd(devices, 4 + tails[i].size), ACPI_NO_PROBLEM);
        assert_int_equal(tables.ivrs.range_count, 1);
        assert_int_equal(tables.problem_count, 1);
        assert_problem(0, ACPI_ENTRY_PAST_END, "IVRS", IVRS_AT, 48 + 40 + 4);
    }
}

static void keeps_as_many_ranges_as_it_can(void **state)
{
    static uint8_t devices[4 * (ACPI_IVHD_RANGES_MAX + 1)];

    (void)state;
    for (unsigned i = 0; i < ACPI_IVHD_RANGES_MAX + 1; i++)
        devices[4 * i] = 0x02;
    assert_int_equal(parse_ivhd(devices, sizeof(devices)), ACPI_NO_PROBLEM);
    assert_int_equal(tables.ivrs.range_count, ACPI_IVHD_RANGES_MAX);
    assert_int_equal(tables.problem_count, 1);
    assert_int_equal(tables.problems[0].reason, ACPI_TOO_MANY);
}

static void rejects_an_iommu_at_an_impossible_address(void **state)
{
    static const uint64_t bases[] = {0, 0xfed81000, 0xffffffffffffc000};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        uint32_t length = 48;

        append_ivhd(&length, 0x10, bases[i], (const uint8_t[]){0}, 0);
        seal_table(IVRS_AT, "IVRS", length);
        assert_int_equal(fake_acpi_parse_one(IVRS_AT), ACPI_NO_PROBLEM);
        assert_int_equal(tables.ivrs.ivhd_count, 0);
        assert_problem(0, ACPI_BAD_ADDRESS, "IVRS", IVRS_AT, 48);
    }
}

static void reads_every_kind_of_memory_block(void **state)
{
    static const struct {
        uint8_t type;
        uint16_t first, last;
    } expected[] = {{0x20, 0, 0xffff}, {0x21, 0x0123, 0x0123}, {0x22, 0x0123, 0x0456}};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        uint32_t length = 48;

        APPEND(IVRS_AT, &length, expected[i].type, 0x07, 32, 0, 0x23, 0x01, 0x56, 0x04, 2,
               0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 1, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0, 0);
        seal_table(IVRS_AT, "IVRS", length);
        assert_int_equal(fake_acpi_parse_one(IVRS_AT), ACPI_NO_PROBLEM);
        assert_int_equal(tables.problem_count, 0);
        assert_int_equal(tables.ivrs.ivmd_count, 1);
        assert_int_equal(tables.ivrs.ivmds[0].first, expected[i].first);
        assert_int_equal(tables.ivrs.ivmds[0].last, expected[i].last);
        assert_int_equal(tables.ivrs.ivmds[0].segment, 2);
        assert_int_equal(tables.ivrs.ivmds[0].base, 0x100001000);
        assert_int_equal(tables.ivrs.ivmds[0].size, 0x2000);
        assert_int_equal(tables.ivrs.ivmds[0].flags,
                         ACPI_IVMD_UNITY | ACPI_IVMD_READ | ACPI_IVMD_WRITE);
    }
}

static void keeps_what_comes_before_a_broken_block(void **state)
{
    static const struct {
        uint8_t bytes[8];
        uint32_t size;
        enum acpi_reason reason;
    } tails[] = {
        {{0x10, 0, 24}, 3, ACPI_PARTIAL_ENTRY},
        {{0x10, 0, 0, 0}, 4, ACPI_BAD_ENTRY_LENGTH},
        {{0x10, 0, 3, 0}, 4, ACPI_BAD_ENTRY_LENGTH},
        {{0x10, 0, 4, 0}, 4, ACPI_BAD_ENTRY_LENGTH}, /* shorter than its type */
        {{0x22, 0, 8, 0}, 8, ACPI_BAD_ENTRY_LENGTH},
        {{0x10, 0, 24, 0}, 8, ACPI_ENTRY_PAST_END},
    };
    static const uint8_t all[] = {0x01, 0, 0, 0};

    (void)state;
    for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
        uint32_t length = 48;

        append_ivhd(&length, 0x11, 0xfed80000, all, 4);
        append(IVRS_AT, &length, tails[i].bytes, tails[i].size);
        seal_table(IVRS_AT, "IVRS", length);
        assert_int_equal(fake_acpi_parse_one(IVRS_AT), ACPI_NO_PROBLEM);
        assert_int_equal(tables.ivrs.ivhd_count, 1);
        assert_int_equal(tables.ivrs.range_count, 1);
        assert_int_equal(tables.problem_count, 1);
        assert_problem(0, tails[i].reason, "IVRS", IVRS_AT, 48 + 44);
    }
}

static void rejects_a_short_ivrs(void **state)
{
    (void)state;
    seal_table(IVRS_AT, "IVRS", 47);
    assert_int_equal(fake_acpi_parse_one(IVRS_AT), ACPI_NO_PROBLEM);
    assert_false(tables.ivrs.is_present);
    assert_problem(0, ACPI_TOO_SHORT, "IVRS", IVRS_AT, 0);
}

#define TEST(name) cmocka_unit_test_setup(name, fake_acpi_empty)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_every_kind_of_device_entry),
        TEST(takes_the_highest_type_of_an_iommu),
        TEST(tells_iommus_of_several_segments_apart),
        TEST(leaves_out_broken_ranges_alone),
        TEST(stops_at_a_device_entry_that_does_not_fit),
        TEST(keeps_as_many_ranges_as_it_can),
        TEST(rejects_an_iommu_at_an_impossible_address),
        TEST(reads_every_kind_of_memory_block),
        TEST(keeps_what_comes_before_a_broken_block),
        TEST(rejects_a_short_ivrs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
