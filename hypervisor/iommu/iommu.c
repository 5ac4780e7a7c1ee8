/* SPDX-License-Identifier: MIT */
/* What the IOMMU drivers have in common: the words for their statuses and events. */
#include "iommu/iommu.h"

const char *iommu_status_text(enum iommu_status status)
{
    static const char *const texts[IOMMU_STATUS_COUNT] = {
        [IOMMU_OK] = "done",
        [IOMMU_UNSUPPORTED] = "there is no IOMMU that can do this",
        [IOMMU_INVALID] = "an argument is out of range",
        [IOMMU_NO_DEVICE] = "no IOMMU serves this function, or it is not in the context",
        [IOMMU_NO_MEMORY] = "no memory, or too many functions or contexts",
        [IOMMU_BUSY] = "the function, or one that shares its requester ID, is in use",
        [IOMMU_EXISTS] = "it is there already",
        [IOMMU_RESERVED] = "firmware or the machine itself needs this requester ID",
        [IOMMU_TIMEOUT] = "the IOMMU does not complete commands",
    };

    if ((unsigned)status >= IOMMU_STATUS_COUNT)
        return "unknown status";
    return texts[status];
}

const char *iommu_event_text(enum iommu_event_kind kind)
{
    static const char *const texts[IOMMU_EVENT_KIND_COUNT] = {
        [IOMMU_EVENT_OTHER] = "IOMMU event",
        [IOMMU_EVENT_DMA_BLOCKED] = "blocked a DMA access",
        [IOMMU_EVENT_INTERRUPT_BLOCKED] = "blocked an interrupt",
        [IOMMU_EVENT_TABLE_ERROR] = "the IOMMU rejects or cannot read a table",
        [IOMMU_EVENT_COMMAND_ERROR] = "the IOMMU rejects or cannot read a command",
    };

    if ((unsigned)kind >= IOMMU_EVENT_KIND_COUNT)
        return "unknown event";
    return texts[kind];
}
