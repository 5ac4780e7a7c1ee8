/* SPDX-License-Identifier: MIT */
/*
 * The ACPI parser on any bytes. The input is the memory from FIRST_BYTE on, where
 * the search for the RSDP begins. Checksums hide most of the parser from random
 * bytes, so the tables of a sound machine are there too, with the input as the body
 * of one of them.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "dev/acpi.h"

enum {
    FIRST_BYTE = 0xe0000,
    MEMORY_SIZE = 0x20000,
    HEADER_SIZE = 36,
    XSDT_AT = 0x100,
    TABLE_AT = 0x200,
    INPUT_MAX = 0x8000,
};

static uint8_t memory[MEMORY_SIZE];

static const void *map(void *context, uint64_t address, size_t size)
{
    (void)context;
    if (address < FIRST_BYTE || address - FIRST_BYTE > MEMORY_SIZE ||
        size > MEMORY_SIZE - (address - FIRST_BYTE))
        return NULL;
    return memory + (address - FIRST_BYTE);
}

static void put32(size_t at, size_t value)
{
    for (size_t i = 0; i < 4; i++)
        memory[at + i] = (uint8_t)(value >> 8 * i);
}

static void fix_sum(size_t at, size_t size, size_t sum_at)
{
    uint8_t sum = 0;

    memory[sum_at] = 0;
    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + memory[at + i]);
    memory[sum_at] = (uint8_t)-sum;
}

static void seal_table(size_t at, const char *signature, size_t length)
{
    memcpy(memory + at, signature, 4);
    put32(at + 4, length);
    fix_sum(at, length, at + 9);
}

static void put_sound_machine(const char *signature, const uint8_t *body, size_t size)
{
    memcpy(memory, "RSD PTR ", 8);
    memory[15] = 2;
    fix_sum(0, 20, 8);
    put32(20, 36);
    put32(24, FIRST_BYTE + XSDT_AT);
    fix_sum(0, 36, 32);
    put32(XSDT_AT + HEADER_SIZE, FIRST_BYTE + TABLE_AT);
    seal_table(XSDT_AT, "XSDT", HEADER_SIZE + 8);
    memcpy(memory + TABLE_AT + HEADER_SIZE, body, size);
    seal_table(TABLE_AT, signature, HEADER_SIZE + size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char signatures[][5] = {"APIC", "FACP", "IVRS", "MCFG"};
    static struct acpi_tables tables;
    const struct acpi_memory access = {.map = map};
    struct acpi_s5 s5;

    if (size == 0 || size > INPUT_MAX)
        return 0;
    memset(memory, 0, sizeof(memory));
    if (data[0] % 8 < 4)
        put_sound_machine(signatures[data[0] % 8], data + 1, size - 1);
    else
        memcpy(memory, data + 1, size - 1);
    acpi_parse(&access, 0, &tables);
    acpi_find_s5(data, size, &s5);
    return 0;
}
