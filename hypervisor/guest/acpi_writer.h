/* SPDX-License-Identifier: MIT */
/*
 * Writes a domain's ACPI tables one after the other, and what is the same in each
 * domain's: the root pointer, headers and the MADT (ACPI 6.3, 5.2).
 *
 * Once something does not fit, nothing more is written and is_full stays set. So a
 * caller checks once.
 */
#ifndef HYPERVISOR_GUEST_ACPI_WRITER_H
#define HYPERVISOR_GUEST_ACPI_WRITER_H

#include <stddef.h>

#include <rootport/types.h>

/* Where the tables may begin: the root pointer's own rule (5.2.5.1). */
#define ACPI_WRITER_ALIGNMENT 16u

struct acpi_writer {
    uint8_t *bytes; /* stays the caller's */
    size_t capacity;
    size_t length;
    uint64_t base; /* where the domain has bytes[0] */
    bool is_full;
};

/* Leaves room for the root pointer at @base, a multiple of ACPI_WRITER_ALIGNMENT. */
void acpi_writer_init(struct acpi_writer *w, void *bytes, size_t capacity, uint64_t base);

/* Fills that in. */
void acpi_writer_put_root(struct acpi_writer *w, uint64_t xsdt);

void acpi_writer_put(struct acpi_writer *w, const void *bytes, size_t size);

/*
 * Puts the header of a table with @signature, four characters; what is put until
 * acpi_writer_end_table is the rest. Returns where the table begins.
 */
size_t acpi_writer_begin_table(struct acpi_writer *w, const char *signature,
                               uint8_t revision);

/* @start: what the above returned. Returns the table's address in the domain. */
uint64_t acpi_writer_end_table(struct acpi_writer *w, size_t start);

/*
 * A MADT for up to 255 CPUs, UIDs and APIC IDs from 0 on, and one I/O APIC with ID 0 and
 * GSIs from 0 on; interrupt source overrides may follow. The domain has no 8259.
 */
size_t acpi_writer_begin_madt(struct acpi_writer *w, unsigned cpu_count,
                              uint32_t ioapic_address);

#endif
