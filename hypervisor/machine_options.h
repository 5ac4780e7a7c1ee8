/* SPDX-License-Identifier: MIT */
/* What the hypervisor's command line says about the machine. */
#ifndef MACHINE_OPTIONS_H
#define MACHINE_OPTIONS_H

#include <rootport/ecam.h>
#include <rootport/extcfg.h>
#include <rootport/report.h>

#include "boot/boot_info.h"
#include "launch/launch.h"

struct machine_options {
    enum rp_ecam_policy policy;
    enum rp_extcfg_alias alias; /* whether the reads that look for aliasing are made */
    unsigned distrust;          /* RP_ECAM_EVIDENCE_*: kinds that don't count */
    enum rp_report_permission reports;
    enum launch_seal seal;
    uint32_t seal_ms; /* limit of the wait for the seal; 0: none */
};

/*
 * Reads "ecam=" and "distrust=" (docs/ecam.md) into @options, which hold what the
 * launch configuration said. Logs what it doesn't understand, and ignores it.
 */
void machine_options_read(const struct boot_info *boot, struct machine_options *options);

#endif
