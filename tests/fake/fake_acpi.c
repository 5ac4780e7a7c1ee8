/* SPDX-License-Identifier: MIT */
/* A machine's ACPI tables; see fake_acpi.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fake/fake_acpi.h"

enum { MAPPINGS_MAX = 256 };

uint8_t machine[MACHINE_SIZE];
struct acpi_tables tables;

static void *mappings[MAPPINGS_MAX];
static unsigned mapping_count;

static const void *map_copy(void *context, uint64_t address, size_t size)
{
    (void)context;
    assert_true(size >= 1 && size <= ACPI_TABLE_SIZE_MAX);
    assert_true(address <= UINT64_MAX - size);
    if (address > MACHINE_SIZE || size > MACHINE_SIZE - address)
        return NULL;
    assert_true(mapping_count < MAPPINGS_MAX);
    void *copy = malloc(size);
    assert_non_null(copy);
    memcpy(copy, machine + address, size);
    mappings[mapping_count++] = copy;
    return copy;
}

static void unmap_all(void)
{
    while (mapping_count > 0)
        free(mappings[--mapping_count]);
}

enum acpi_reason fake_acpi_parse(uint64_t hint)
{
    const struct acpi_memory memory = {.map = map_copy};
    enum acpi_reason reason = acpi_parse(&memory, hint, &tables);

    unmap_all();
    return reason;
}

void put16(uint32_t at, uint16_t value)
{
    machine[at] = (uint8_t)value;
    machine[at + 1] = (uint8_t)(value >> 8);
}

void put32(uint32_t at, uint32_t value)
{
    put16(at, (uint16_t)value);
    put16(at + 2, (uint16_t)(value >> 16));
}

void put64(uint32_t at, uint64_t value)
{
    put32(at, (uint32_t)value);
    put32(at + 4, (uint32_t)(value >> 32));
}

void fix_sum(uint32_t at, uint32_t size, uint32_t sum_at)
{
    uint8_t sum = 0;

    machine[sum_at] = 0;
    for (uint32_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + machine[at + i]);
    machine[sum_at] = (uint8_t)-sum;
}

/* The header's checksum is its byte 9 (ACPI 5.2.6). */
void seal_table(uint32_t at, const char *signature, uint32_t length)
{
    memcpy(machine + at, signature, 4);
    put32(at + 4, length);
    fix_sum(at, length, at + 9);
}

void put_rsdp(uint32_t at, uint8_t revision)
{
    memcpy(machine + at, "RSD PTR ", 8);
    machine[at + 15] = revision;
    put32(at + 16, RSDT_AT);
    fix_sum(at, 20, at + 8);
    if (revision >= 2) {
        put32(at + 20, 36);
        put64(at + 24, XSDT_AT);
        fix_sum(at, 36, at + 32);
    }
}

void put_xsdt(const uint64_t *entries, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        put64(XSDT_AT + 36 + 8 * i, entries[i]);
    seal_table(XSDT_AT, "XSDT", 36 + 8 * count);
}

void append(uint32_t at, uint32_t *length, const void *bytes, uint32_t size)
{
    memcpy(machine + at + *length, bytes, size);
    *length += size;
}

int fake_acpi_empty(void **state)
{
    (void)state;
    memset(machine, 0, sizeof(machine));
    put_rsdp(RSDP_AT, 2);
    put_xsdt(NULL, 0);
    return 0;
}

enum acpi_reason fake_acpi_parse_one(uint64_t address)
{
    put_xsdt(&address, 1);
    return fake_acpi_parse(0);
}

void assert_problem(unsigned index, enum acpi_reason reason, const char *signature,
                    uint64_t address, uint32_t offset)
{
    assert_true(index < tables.problem_count);
    assert_int_equal(tables.problems[index].reason, reason);
    assert_string_equal(tables.problems[index].signature, signature);
    assert_int_equal(tables.problems[index].address, address);
    assert_int_equal(tables.problems[index].offset, offset);
}
