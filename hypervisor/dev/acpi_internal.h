/* SPDX-License-Identifier: MIT */
/* What the files of the ACPI parser share; private to dev/acpi*.c. */
#ifndef DEV_ACPI_INTERNAL_H
#define DEV_ACPI_INTERNAL_H

#include "dev/acpi.h"

/* A table whose length and checksum are right; @bytes need not be aligned. */
struct acpi_table {
    const uint8_t *bytes;
    uint32_t length;
    uint64_t address;
    char signature[5];
};

/* Little-endian reads from bytes of any alignment. */
static inline uint16_t acpi_le16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static inline uint32_t acpi_le32(const uint8_t *bytes)
{
    return acpi_le16(bytes) | (uint32_t)acpi_le16(bytes + 2) << 16;
}

static inline uint64_t acpi_le64(const uint8_t *bytes)
{
    return acpi_le32(bytes) | (uint64_t)acpi_le32(bytes + 4) << 32;
}

/* True when @table holds all of the @size bytes at @offset. */
static inline bool acpi_holds(const struct acpi_table *table, uint32_t offset,
                              uint32_t size)
{
    return offset <= table->length && size <= table->length - offset;
}

/* Lists a problem; @table->signature and ->address name the table. */
void acpi_note(struct acpi_tables *tables, const struct acpi_table *table,
               enum acpi_reason reason, uint32_t offset);

/* Copy what the hypervisor needs out of one table each. */
void acpi_fadt_parse(struct acpi_tables *tables, const struct acpi_table *table);
void acpi_ivrs_parse(struct acpi_tables *tables, const struct acpi_table *table);
void acpi_madt_parse(struct acpi_tables *tables, const struct acpi_table *table);

#endif
