/* SPDX-License-Identifier: MIT */
/* The MCFG parser. Tables are made by hand: 36 bytes of header, 8 reserved, entries
 * of 16. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>

#include <rootport/mcfg.h>

enum {
    TABLE_SIZE = 44 + 8 * 16,
};

struct table {
    unsigned char bytes[TABLE_SIZE];
    size_t length;
};

static void put_number(unsigned char *out, uint64_t value, unsigned width)
{
    for (unsigned i = 0; i < width; i++)
        out[i] = (unsigned char)(value >> 8 * i);
}

/* Makes length field and checksum fit what is in the table. */
static void seal(struct table *table)
{
    unsigned sum = 0;

    put_number(table->bytes + 4, table->length, 4);
    table->bytes[9] = 0;
    for (size_t i = 0; i < table->length; i++)
        sum += table->bytes[i];
    table->bytes[9] = (unsigned char)(0x100 - sum % 0x100);
}

static void begin(struct table *table)
{
    memset(table, 0, sizeof(*table));
    memcpy(table->bytes, "MCFG", 4);
    table->bytes[8] = 1;
    table->length = 44;
    seal(table);
}

static void add_entry(struct table *table, uint64_t base, uint16_t segment,
                      uint8_t start_bus, uint8_t end_bus)
{
    unsigned char *entry = table->bytes + table->length;

    put_number(entry, base, 8);
    put_number(entry + 8, segment, 2);
    entry[10] = start_bus;
    entry[11] = end_bus;
    table->length += 16;
    seal(table);
}

/* Opens a copy that ends where @size says, so that ASan sees every read beyond. */
static enum rp_mcfg_verdict open_copy(const struct table *table, size_t size,
                                      size_t *out_count)
{
    unsigned char *copy = malloc(size + 1);
    struct rp_mcfg mcfg;
    enum rp_mcfg_verdict verdict;

    assert_non_null(copy);
    /* At an odd address: tables need no alignment. */
    memmove(copy + 1, table->bytes, size < TABLE_SIZE ? size : TABLE_SIZE);
    verdict = rp_mcfg_open(copy + 1, size, &mcfg);
    *out_count = mcfg.entry_count;
    free(copy);
    return verdict;
}

static void assert_rejected(const struct table *table, size_t size,
                            enum rp_mcfg_verdict expected)
{
    size_t count = 99;

    assert_int_equal(open_copy(table, size, &count), expected);
    assert_int_equal(count, 0);
}

static void test_entries_are_read(void **state)
{
    struct table table;
    struct rp_mcfg mcfg;
    struct rp_ecam_range range;

    (void)state;
    begin(&table);
    add_entry(&table, 0xe0000000, 0, 0, 0xff);
    add_entry(&table, 0x123456700000, 0xabcd, 0x40, 0x7f);
    assert_int_equal(rp_mcfg_open(table.bytes, sizeof(table.bytes), &mcfg),
                     RP_MCFG_USABLE);
    assert_int_equal(mcfg.entry_count, 2);
    range = rp_mcfg_entry(&mcfg, 1);
    assert_true(range.base.value == 0x123456700000);
    assert_int_equal(range.segment, 0xabcd);
    assert_int_equal(range.start_bus, 0x40);
    assert_int_equal(range.end_bus, 0x7f);
}

static void test_short_memory(void **state)
{
    struct table table;

    (void)state;
    begin(&table);
    add_entry(&table, 0xe0000000, 0, 0, 0xff);
    for (size_t size = 0; size < 44; size++)
        assert_rejected(&table, size, RP_MCFG_TRUNCATED);
    for (size_t size = 44; size < 60; size++)
        assert_rejected(&table, size, RP_MCFG_BAD_LENGTH);
}

static void test_wrong_lengths(void **state)
{
    static const uint32_t lengths[] = {0, 1, 36, 43, TABLE_SIZE + 1, 0xffffffff};
    struct table table;

    (void)state;
    begin(&table);
    add_entry(&table, 0xe0000000, 0, 0, 0xff);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        put_number(table.bytes + 4, lengths[i], 4);
        assert_rejected(&table, TABLE_SIZE, RP_MCFG_BAD_LENGTH);
    }
}

static void test_wrong_signature_and_checksum(void **state)
{
    struct table table;

    (void)state;
    begin(&table);
    add_entry(&table, 0xe0000000, 0, 0, 0xff);
    table.bytes[50] ^= 1;
    assert_rejected(&table, TABLE_SIZE, RP_MCFG_BAD_CHECKSUM);
    memcpy(table.bytes, "MCFH", 4);
    assert_rejected(&table, TABLE_SIZE, RP_MCFG_BAD_SIGNATURE);
}

static void test_no_or_partial_entries(void **state)
{
    struct table table;

    (void)state;
    begin(&table);
    assert_rejected(&table, TABLE_SIZE, RP_MCFG_NO_ENTRIES);
    for (size_t tail = 1; tail < 16; tail++) {
        begin(&table);
        table.length += tail;
        seal(&table);
        assert_rejected(&table, TABLE_SIZE, RP_MCFG_PARTIAL_ENTRY);
        begin(&table);
        add_entry(&table, 0xe0000000, 0, 0, 0xff);
        table.length += tail;
        seal(&table);
        assert_rejected(&table, TABLE_SIZE, RP_MCFG_PARTIAL_ENTRY);
    }
}

static void test_entries_join_a_set(void **state)
{
    struct rp_ecam_region regions[3];
    struct rp_ecam ecam;
    struct rp_ecam_setup setup = {
        .regions = regions,
        .capacity = 3,
        .policy = RP_ECAM_POLICY_DEFAULT,
        .address_bits = 46,
    };
    struct table table;
    struct rp_mcfg mcfg;

    (void)state;
    begin(&table);
    add_entry(&table, 0xe0000000, 0, 0, 0xff);
    add_entry(&table, 0x3f0000000000, 1, 0, 0xff);
    add_entry(&table, 0xd0000000, 2, 9, 8);
    assert_int_equal(rp_mcfg_open(table.bytes, TABLE_SIZE, &mcfg), RP_MCFG_USABLE);
    rp_ecam_init(&ecam, &setup);
    assert_int_equal(rp_mcfg_add_to(&mcfg, &ecam), RP_OK);
    assert_int_equal(ecam.count, 3);
    assert_int_equal(regions[0].state, RP_ECAM_CANDIDATE);
    assert_int_equal(regions[1].state, RP_ECAM_CANDIDATE);
    assert_int_equal(regions[2].state, RP_ECAM_REJECTED);
    assert_int_equal(regions[2].reason, RP_ECAM_REASON_BUSES_REVERSED);
    setup.capacity = 2;
    rp_ecam_init(&ecam, &setup);
    assert_int_equal(rp_mcfg_add_to(&mcfg, &ecam), RP_ERR_NO_SPACE);
    assert_int_equal(ecam.count, 2);
}

static void test_verdicts_have_words(void **state)
{
    const char *unknown = rp_mcfg_verdict_text((enum rp_mcfg_verdict)255);

    (void)state;
    for (int i = RP_MCFG_NOT_READ; i <= RP_MCFG_PARTIAL_ENTRY; i++)
        assert_string_not_equal(rp_mcfg_verdict_text((enum rp_mcfg_verdict)i), unknown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries_are_read),
        cmocka_unit_test(test_short_memory),
        cmocka_unit_test(test_wrong_lengths),
        cmocka_unit_test(test_wrong_signature_and_checksum),
        cmocka_unit_test(test_no_or_partial_entries),
        cmocka_unit_test(test_entries_join_a_set),
        cmocka_unit_test(test_verdicts_have_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
