/* SPDX-License-Identifier: MIT */
/*
 * The machine's I/O APICs: 82093AA data sheet, with the EOI register of version 0x20.
 *
 * A pin is named by its global system interrupt (ACPI 6.3, 5.2.13). One that nobody
 * uses is masked.
 */
#ifndef DEV_IOAPIC_H
#define DEV_IOAPIC_H

#include <stdbool.h>
#include <stdint.h>

#include "dev/acpi.h"

enum {
    IOAPIC_GSI_MAX = 256, /* as many as one remapping table has entries */
};

/* A redirection table entry (3.2.4); the destination is in bits 63:56. */
#define IOAPIC_ENTRY_VECTOR            UINT64_C(0xff)
#define IOAPIC_ENTRY_DELIVERY_MODE     UINT64_C(0x700)
#define IOAPIC_ENTRY_SMI               UINT64_C(0x200)
#define IOAPIC_ENTRY_POLARITY          UINT64_C(0x2000) /* active low */
#define IOAPIC_ENTRY_REMOTE_IRR        UINT64_C(0x4000) /* read-only */
#define IOAPIC_ENTRY_LEVEL             UINT64_C(0x8000)
#define IOAPIC_ENTRY_MASKED            UINT64_C(0x10000)
#define IOAPIC_ENTRY_DESTINATION_SHIFT 56

/*
 * Maps what the MADT lists, and opens a remapping table for the requester ID that the
 * IVRS names for it, where there is an IOMMU; masks all its pins, but for those that are
 * firmware's own (SMI). One that can't be used is logged and left out. After
 * iommu_init().
 */
void ioapic_init(const struct acpi_tables *tables, bool has_iommu);

/* One more than the highest interrupt that there is a pin for. */
unsigned ioapic_gsi_end(void);

/*
 * Whether there is a pin for @gsi that a domain may have; all of the following need it.
 */
bool ioapic_has(unsigned gsi);

/* The requester ID of its interrupts. */
rp_sbdf_t ioapic_requester(unsigned gsi);

/* Writes an entry; its pin is masked meanwhile. The caller serialises these four. */
void ioapic_write(unsigned gsi, uint64_t entry);

/* Masks a pin, and ends its interrupt. */
void ioapic_silence(unsigned gsi);

/* Its low half. */
uint32_t ioapic_read(unsigned gsi);

/*
 * Leads an ISA interrupt, which @madt says where to find, to the calling CPU as an NMI:
 * the one that guests can't keep from it. No domain may have that pin any more. False:
 * there is no such pin.
 */
bool ioapic_lead_to_nmi(const struct acpi_madt *madt, uint8_t irq);

/* Ends the interrupt of a level-triggered pin: it may send the next one. */
void ioapic_eoi(unsigned gsi);

#endif
