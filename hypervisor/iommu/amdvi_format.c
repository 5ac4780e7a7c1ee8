/* SPDX-License-Identifier: MIT */
/* Encodings of the AMD IOMMU; see amdvi_format.h. */
#include "iommu/amdvi_format.h"

/* Where a write is an interrupt (48882, 2.1.4). */
#define INTERRUPT_FIRST 0xfee00000u
#define INTERRUPT_LAST  0xfeefffffu

static struct amdvi_dte dte(uint16_t domain_id, uint64_t root, uint64_t permissions,
                            uint64_t interrupt_control)
{
    return (struct amdvi_dte){{
        AMDVI_DTE_V | AMDVI_DTE_TV | amdvi_field(AMDVI_DTE_MODE, AMDVI_LEVELS) |
            (root & AMDVI_ADDRESS) | permissions,
        amdvi_field(AMDVI_DTE_DOMAIN_ID, domain_id),
        AMDVI_DTE_IV | amdvi_field(AMDVI_DTE_INT_CTL, interrupt_control),
        0,
    }};
}

struct amdvi_dte amdvi_dte_quarantine(uint16_t domain_id, uint64_t root)
{
    return dte(domain_id, root, 0, AMDVI_INT_CTL_ABORT);
}

struct amdvi_dte amdvi_dte_attached(uint16_t domain_id, uint64_t root,
                                    uint64_t interrupts)
{
    struct amdvi_dte entry =
        dte(domain_id, root, AMDVI_DTE_IR | AMDVI_DTE_IW, AMDVI_INT_CTL_REMAP);

    entry.quads[2] |= amdvi_field(AMDVI_DTE_INT_TAB_LEN, AMDVI_INTERRUPTS_LOG2) |
                      (interrupts & AMDVI_DTE_INT_TAB_ROOT);
    return entry;
}

uint32_t amdvi_irte(const struct iommu_interrupt *interrupt)
{
    if (interrupt->vector < AMDVI_VECTOR_MIN || interrupt->apic_id > AMDVI_APIC_ID_MAX ||
        interrupt->delivery > IOMMU_DELIVERY_LOWEST_PRIORITY)
        return 0;
    return (uint32_t)(AMDVI_IRTE_REMAP_EN |
                      amdvi_field(AMDVI_IRTE_INT_TYPE, interrupt->delivery) |
                      amdvi_field(AMDVI_IRTE_DESTINATION, interrupt->apic_id) |
                      amdvi_field(AMDVI_IRTE_VECTOR, interrupt->vector));
}

static struct amdvi_command command(enum amdvi_opcode opcode, uint64_t low, uint64_t high)
{
    return (struct amdvi_command){
        {amdvi_field(AMDVI_COMMAND_OPCODE, opcode) | low, high}};
}

struct amdvi_command amdvi_completion_wait(uint64_t address, uint64_t data)
{
    return command(AMDVI_COMPLETION_WAIT,
                   (address & AMDVI_WAIT_ADDRESS) | AMDVI_WAIT_STORE, data);
}

struct amdvi_command amdvi_invalidate_devtab_entry(uint16_t requester)
{
    return command(AMDVI_INVALIDATE_DEVTAB_ENTRY,
                   amdvi_field(AMDVI_COMMAND_REQUESTER, requester), 0);
}

struct amdvi_command amdvi_invalidate_interrupt_table(uint16_t requester)
{
    return command(AMDVI_INVALIDATE_INTERRUPT_TABLE,
                   amdvi_field(AMDVI_COMMAND_REQUESTER, requester), 0);
}

struct amdvi_command amdvi_invalidate_domain(uint16_t domain_id)
{
    return command(AMDVI_INVALIDATE_IOMMU_PAGES,
                   amdvi_field(AMDVI_COMMAND_DOMAIN_ID, domain_id),
                   AMDVI_PAGES_EVERYTHING | AMDVI_PAGES_S | AMDVI_PAGES_PDE);
}

struct amdvi_command amdvi_invalidate_all(void)
{
    return command(AMDVI_INVALIDATE_IOMMU_ALL, 0, 0);
}

/*
 * A page fault with I set is about an interrupt. QEMU sets I for DMA as well, so the
 * address must agree; no DMA can have an address in that range.
 */
static enum iommu_event_kind fault_kind(uint64_t quad, uint64_t address)
{
    bool is_interrupt = (quad & AMDVI_EVENT_I) != 0 && address >= INTERRUPT_FIRST &&
                        address <= INTERRUPT_LAST;

    return is_interrupt ? IOMMU_EVENT_INTERRUPT_BLOCKED : IOMMU_EVENT_DMA_BLOCKED;
}

struct iommu_event amdvi_event(const uint64_t quads[AMDVI_EVENT_QUADS], uint16_t segment)
{
    uint64_t requester = amdvi_field_get(AMDVI_EVENT_REQUESTER, quads[0]);
    struct iommu_event event = {
        .code = (uint8_t)amdvi_field_get(AMDVI_EVENT_CODE, quads[0]),
        .sbdf = {(uint32_t)segment << 16 | (uint32_t)requester},
        .address = quads[1],
    };

    switch (event.code) {
    case AMDVI_IO_PAGE_FAULT:
        event.kind = fault_kind(quads[0], event.address);
        event.is_write = (quads[0] & AMDVI_EVENT_RW) != 0;
        break;
    case AMDVI_INVALID_DEVICE_REQUEST:
        event.kind = IOMMU_EVENT_DMA_BLOCKED;
        break;
    case AMDVI_ILLEGAL_DEV_TABLE_ENTRY:
    case AMDVI_DEV_TAB_HARDWARE_ERROR:
    case AMDVI_PAGE_TAB_HARDWARE_ERROR:
        event.kind = IOMMU_EVENT_TABLE_ERROR;
        break;
    case AMDVI_ILLEGAL_COMMAND_ERROR:
    case AMDVI_COMMAND_HARDWARE_ERROR:
        event.kind = IOMMU_EVENT_COMMAND_ERROR;
        break;
    default:
        event.kind = IOMMU_EVENT_OTHER;
        break;
    }
    return event;
}
