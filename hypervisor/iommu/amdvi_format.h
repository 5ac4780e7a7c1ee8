/* SPDX-License-Identifier: MIT */
/*
 * Encodes what an AMD IOMMU reads (device table entries, interrupt remapping
 * entries, commands) and decodes what it writes (events). Pure.
 *
 * AMD I/O Virtualization Technology Specification (48882) r3.06, 2.2 to 2.5.
 */
#ifndef IOMMU_AMDVI_FORMAT_H
#define IOMMU_AMDVI_FORMAT_H

#include "iommu/amdvi_regs.h"
#include "iommu/iommu.h"

enum {
    AMDVI_LEVELS = 4, /* every IOMMU walks these; they translate 48 bits */
    AMDVI_INTERRUPTS_LOG2 = 8,
    AMDVI_APIC_ID_MAX = 254, /* 255 is every CPU */
    AMDVI_VECTOR_MIN = 16,
};

struct amdvi_dte {
    uint64_t quads[AMDVI_DTE_QUADS];
};
_Static_assert(sizeof(struct amdvi_dte) == 32, "48882, 2.2.2.1");

struct amdvi_command {
    uint64_t quads[2];
};
_Static_assert(sizeof(struct amdvi_command) == AMDVI_COMMAND_SIZE, "48882, 2.4");

/*
 * Blocks all DMA and all interrupts: no permission in the entry itself, an empty
 * table of the usual depth at @root should hardware look behind it, and IntCtl =
 * abort. NMI, INIT, ExtInt and LINT messages are blocked too (of I/O APICs amdvi.c lets
 * NMIs pass).
 */
struct amdvi_dte amdvi_dte_quarantine(uint16_t domain_id, uint64_t root);

/*
 * Translates DMA through the page table at @root and interrupts through the 256
 * entries at @interrupts, a multiple of 128. No ATS: a device cannot keep
 * translations that would have to be flushed.
 */
struct amdvi_dte amdvi_dte_attached(uint16_t domain_id, uint64_t root,
                                    uint64_t interrupts);

/* The entry that sends *@interrupt; 0, which blocks, if its vector or APIC ID is out of
 * range. */
uint32_t amdvi_irte(const struct iommu_interrupt *interrupt);

/* Stores @data at @address, a multiple of 8, when all commands before are complete. */
struct amdvi_command amdvi_completion_wait(uint64_t address, uint64_t data);
struct amdvi_command amdvi_invalidate_devtab_entry(uint16_t requester);
struct amdvi_command amdvi_invalidate_interrupt_table(uint16_t requester);
/* Every translation that is cached for @domain_id, page directories included. */
struct amdvi_command amdvi_invalidate_domain(uint16_t domain_id);
/* Everything that is cached; needs AMDVI_EFR_IA_SUP. */
struct amdvi_command amdvi_invalidate_all(void);

/* What the log entry @quads says; @segment is the IOMMU's. */
struct iommu_event amdvi_event(const uint64_t quads[AMDVI_EVENT_QUADS], uint16_t segment);

#endif
