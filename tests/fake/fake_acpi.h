/* SPDX-License-Identifier: MIT */
/*
 * A machine's ACPI tables, built byte for byte, and the parser run on them. Each mapping
 * that the parser asks for is a heap copy of exactly that size, so that the sanitizer
 * sees every read outside it.
 */
#ifndef FAKE_ACPI_H
#define FAKE_ACPI_H

#include "dev/acpi.h"

enum {
    MACHINE_SIZE = 0x110000,
    RSDP_AT = 0xf5ad0, /* in the BIOS area, on a 16-byte boundary */
    XSDT_AT = 0x20000,
    RSDT_AT = 0x21000,
    FADT_AT = 0x22000,
    MADT_AT = 0x23000,
    MCFG_AT = 0x24001, /* firmware need not align tables */
    IVRS_AT = 0x25000,
    DSDT_AT = 0x30000,
};

/* Memory from 0 to MACHINE_SIZE; there is nothing above. */
extern uint8_t machine[MACHINE_SIZE];

/* What the last fake_acpi_parse() found. */
extern struct acpi_tables tables;

/* A cmocka set-up: a machine with an RSDP and an XSDT that names no table. */
int fake_acpi_empty(void **state);

/* Runs the parser; @hint as in acpi_parse(). */
enum acpi_reason fake_acpi_parse(uint64_t hint);

/* The same with an XSDT that names the table at @address alone. */
enum acpi_reason fake_acpi_parse_one(uint64_t address);

/* Little-endian values at the address @at. */
void put16(uint32_t at, uint16_t value);
void put32(uint32_t at, uint32_t value);
void put64(uint32_t at, uint64_t value);

/* Makes the @size bytes from @at add up to zero by means of the byte at @sum_at. */
void fix_sum(uint32_t at, uint32_t size, uint32_t sum_at);

void put_rsdp(uint32_t at, uint8_t revision);
void put_xsdt(const uint64_t *entries, uint32_t count);

/* Writes signature, length and checksum of the table at @at. */
void seal_table(uint32_t at, const char *signature, uint32_t length);

/* Appends an entry to the table that begins at @at and has @*length bytes so far. */
void append(uint32_t at, uint32_t *length, const void *bytes, uint32_t size);

#define APPEND(at, length, ...)                                                          \
    append(at, length, (const uint8_t[]){__VA_ARGS__},                                   \
           sizeof((const uint8_t[]){__VA_ARGS__}))

/* Problem @index of the last parse is this one. */
void assert_problem(unsigned index, enum acpi_reason reason, const char *signature,
                    uint64_t address, uint32_t offset);

#endif
