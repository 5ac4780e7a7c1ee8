/* SPDX-License-Identifier: MIT */
/* What speaks for the machine's ECAM regions, as far as it is known at boot. */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include <rootport/cfg.h>
#include <rootport/ecam.h>

#include "boot/boot_info.h"
#include "dev/acpi.h"

enum {
    /* The loader's map; local APIC, I/O APICs and IOMMUs. */
    EVIDENCE_MEMORY_MAX = BOOT_MEMORY_MAX + 1 + ACPI_IOAPICS_MAX + ACPI_IVHDS_MAX,
};

/*
 * Fills @out_map with what is known to be RAM, reserved, or a device, and returns
 * how many entries it has. With RP_ECAM_EVIDENCE_MEMORY_MAP in @distrust, nothing
 * counts as reserved.
 */
size_t evidence_memory_map(const struct boot_info *boot, const struct acpi_tables *tables,
                           unsigned distrust,
                           struct rp_memory_range out_map[EVIDENCE_MEMORY_MAX]);

/*
 * Puts the regions of firmware's tables and of the chipset's registers into @ecam,
 * and probes those that a probe would decide. Evidence in @distrust (a set of
 * RP_ECAM_EVIDENCE_*) isn't looked for. @cfg reaches the first 256 bytes of segment
 * 0 by itself. What is wrong is logged and left out. Enables nothing.
 */
void evidence_gather(struct rp_ecam *ecam, const struct acpi_tables *tables,
                     const struct rp_cfg *cfg, unsigned distrust);

#endif
