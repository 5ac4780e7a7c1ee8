/* SPDX-License-Identifier: MIT */
/*
 * One AMD IOMMU of the machine: its registers, command buffer and event log.
 *
 * AMD I/O Virtualization Technology Specification (48882) r3.06, 2.4, 2.5, 3.4.
 */
#ifndef IOMMU_AMDVI_UNIT_H
#define IOMMU_AMDVI_UNIT_H

#include "iommu/amdvi_format.h"

/* Zeroed: not running; refuses commands. */
struct amdvi_unit {
    bool is_running; /* false again once a command did not complete */
    uint16_t segment;
    volatile uint8_t *registers;
    uint64_t extended_feature;
    volatile struct amdvi_command *commands;
    uint32_t command_tail; /* an index, as the next */
    volatile uint64_t *events;
    uint32_t event_head;
    uint64_t sequence;            /* of the last completion wait */
    volatile uint64_t completion; /* the last sequence that the IOMMU stored */
};

/*
 * Turns the IOMMU on with @device_table, 65536 entries, and nothing cached from
 * before. IOMMU_NO_MEMORY; IOMMU_TIMEOUT: it does not answer or completes no command.
 */
enum iommu_status amdvi_unit_start(struct amdvi_unit *unit, const struct acpi_ivhd *ivhd,
                                   const struct amdvi_dte *device_table) RP_MUST_CHECK;

/*
 * Has @count commands executed and waits for all of them, for a bounded time.
 * IOMMU_TIMEOUT: then, and at every call thereafter. The caller holds a lock.
 */
enum iommu_status amdvi_unit_execute(struct amdvi_unit *unit,
                                     const struct amdvi_command *commands,
                                     size_t count) RP_MUST_CHECK;

/*
 * Takes all that is in the event log out of it. The first @capacity go to @out_events
 * and their count to *@out_count; returns how many more there were. For a unit that
 * has started, even if it has stopped to complete commands. The caller holds a lock,
 * which may be another one than for commands.
 */
unsigned amdvi_unit_drain(struct amdvi_unit *unit, struct iommu_event *out_events,
                          unsigned capacity, unsigned *out_count);

#endif
