/* SPDX-License-Identifier: MIT */
/*
 * The registers and memory structures of an AMD IOMMU: AMD I/O Virtualization
 * Technology Specification (48882) r3.06. The structures are little endian
 * quadwords; the masks of one quadword follow its index.
 */
#ifndef IOMMU_AMDVI_REGS_H
#define IOMMU_AMDVI_REGS_H

#include <stdint.h>

/* The field of @value that @mask names, moved to bit 0. @mask: contiguous, not zero. */
static inline uint64_t amdvi_field_get(uint64_t mask, uint64_t value)
{
    return (value & mask) / (mask & (~mask + 1));
}

/* @field where @mask has it, and zero elsewhere; excess bits are dropped. */
static inline uint64_t amdvi_field(uint64_t mask, uint64_t field)
{
    return field * (mask & (~mask + 1)) & mask;
}

/* MMIO registers: 3.4. All are 64 bits wide; 16 KiB of them are always there. */
enum {
    AMDVI_DEVICE_TABLE_BASE = 0x0000,
    AMDVI_COMMAND_BUFFER_BASE = 0x0008,
    AMDVI_EVENT_LOG_BASE = 0x0010,
    AMDVI_CONTROL = 0x0018,
    AMDVI_EXCLUSION_BASE = 0x0020,
    AMDVI_EXTENDED_FEATURE = 0x0030,
    AMDVI_COMMAND_BUFFER_HEAD = 0x2000,
    AMDVI_COMMAND_BUFFER_TAIL = 0x2008,
    AMDVI_EVENT_LOG_HEAD = 0x2010,
    AMDVI_EVENT_LOG_TAIL = 0x2018,
    AMDVI_STATUS = 0x2020,
    AMDVI_REGISTERS_SIZE = 0x4000,
};

#define AMDVI_ADDRESS           0x000ffffffffff000u /* 51:12, in registers, DTEs and PTEs */

#define AMDVI_DEVICE_TABLE_SIZE 0x1ffu              /* pages less one */
#define AMDVI_BUFFER_LENGTH     0x0f00000000000000u /* ComLen, EventLen: log2 of entries */
#define AMDVI_BUFFER_POINTER    0x7fff0u            /* heads and tails, in bytes */

/* Control: 3.4.3. */
#define AMDVI_CONTROL_IOMMU_EN     0x0001u
#define AMDVI_CONTROL_HT_TUN_EN    0x0002u
#define AMDVI_CONTROL_EVENT_LOG_EN 0x0004u
#define AMDVI_CONTROL_PASS_PW      0x0100u
#define AMDVI_CONTROL_RES_PASS_PW  0x0200u
#define AMDVI_CONTROL_COHERENT     0x0400u /* device table reads are snooped */
#define AMDVI_CONTROL_ISOC         0x0800u
#define AMDVI_CONTROL_CMD_BUF_EN   0x1000u

/* Extended feature: 3.4.7. Reserved, hence zero, in IOMMUs before it. */
#define AMDVI_EFR_IA_SUP 0x40u /* INVALIDATE_IOMMU_ALL */

/* Status: 3.4.11. */
#define AMDVI_STATUS_EVENT_OVERFLOW 0x01u /* RW1C: events were lost, logging stopped */
#define AMDVI_STATUS_EVENT_LOG_RUN  0x08u
#define AMDVI_STATUS_CMD_BUF_RUN    0x10u

/* Device table entry: 2.2.2.1. */
enum { AMDVI_DTE_QUADS = 4 };

/* Quadword 0. */
#define AMDVI_DTE_V    0x0000000000000001u
#define AMDVI_DTE_TV   0x0000000000000002u
#define AMDVI_DTE_MODE 0x0000000000000e00u /* levels of the page table */
#define AMDVI_DTE_IR   0x2000000000000000u
#define AMDVI_DTE_IW   0x4000000000000000u
/* Quadword 1. */
#define AMDVI_DTE_DOMAIN_ID 0x000000000000ffffu
/* Quadword 2. */
#define AMDVI_DTE_IV           0x0000000000000001u
#define AMDVI_DTE_INT_TAB_LEN  0x000000000000001eu /* log2 of entries */
#define AMDVI_DTE_INT_TAB_ROOT 0x000fffffffffffc0u
#define AMDVI_DTE_NMI_PASS     0x0400000000000000u
#define AMDVI_DTE_INT_CTL      0x3000000000000000u
#define AMDVI_INT_CTL_ABORT    0u
#define AMDVI_INT_CTL_REMAP    2u

/* Page table entry: 2.2.3. */
#define AMDVI_PTE_PR         0x0000000000000001u
#define AMDVI_PTE_NEXT_LEVEL 0x0000000000000e00u /* 0: a page of this level's size */
#define AMDVI_PTE_FC         0x1000000000000000u /* accesses are coherent whatever they say */
#define AMDVI_PTE_IR         0x2000000000000000u
#define AMDVI_PTE_IW         0x4000000000000000u

/* Interrupt remapping table entry of 32 bits, which GAEn = 0 selects: 2.2.5.2. */
#define AMDVI_IRTE_REMAP_EN    0x00000001u
#define AMDVI_IRTE_INT_TYPE    0x0000001cu
#define AMDVI_IRTE_DM          0x00000040u /* logical destination mode */
#define AMDVI_IRTE_DESTINATION 0x0000ff00u
#define AMDVI_IRTE_VECTOR      0x00ff0000u

/* Commands: 2.4. */
enum { AMDVI_COMMAND_SIZE = 16 };

enum amdvi_opcode {
    AMDVI_COMPLETION_WAIT = 1,
    AMDVI_INVALIDATE_DEVTAB_ENTRY = 2,
    AMDVI_INVALIDATE_IOMMU_PAGES = 3,
    AMDVI_INVALIDATE_INTERRUPT_TABLE = 5,
    AMDVI_INVALIDATE_IOMMU_ALL = 8,
};

/* Quadword 0. */
#define AMDVI_COMMAND_OPCODE    0xf000000000000000u
#define AMDVI_COMMAND_REQUESTER 0x000000000000ffffu
#define AMDVI_COMMAND_DOMAIN_ID 0x0000ffff00000000u
#define AMDVI_WAIT_STORE        0x0000000000000001u
#define AMDVI_WAIT_ADDRESS      0x000ffffffffffff8u
/* Quadword 1 of INVALIDATE_IOMMU_PAGES. */
#define AMDVI_PAGES_S          0x0000000000000001u /* the address says how many pages */
#define AMDVI_PAGES_PDE        0x0000000000000002u /* page directory entries too */
#define AMDVI_PAGES_EVERYTHING 0x7ffffffffffff000u

/* Event log entries: 2.5. */
enum {
    AMDVI_EVENT_SIZE = 16,
    AMDVI_EVENT_QUADS = 2,
};

enum amdvi_event_code {
    AMDVI_EVENT_NONE = 0, /* not written yet */
    AMDVI_ILLEGAL_DEV_TABLE_ENTRY = 1,
    AMDVI_IO_PAGE_FAULT = 2,
    AMDVI_DEV_TAB_HARDWARE_ERROR = 3,
    AMDVI_PAGE_TAB_HARDWARE_ERROR = 4,
    AMDVI_ILLEGAL_COMMAND_ERROR = 5,
    AMDVI_COMMAND_HARDWARE_ERROR = 6,
    AMDVI_IOTLB_INV_TIMEOUT = 7,
    AMDVI_INVALID_DEVICE_REQUEST = 8,
};

/* Quadword 0; quadword 1 is the address. */
#define AMDVI_EVENT_REQUESTER 0x000000000000ffffu
#define AMDVI_EVENT_I         0x0008000000000000u /* of a page fault: an interrupt */
#define AMDVI_EVENT_RW        0x0020000000000000u /* of a page fault: a write */
#define AMDVI_EVENT_CODE      0xf000000000000000u

#endif
