/* SPDX-License-Identifier: MIT */
/* What the machine has on PCI: ECAM regions, functions, and the verdict on each. */
#ifndef MACHINE_H
#define MACHINE_H

#include <rootport/cfg.h>
#include <rootport/ecam.h>
#include <rootport/platform.h>
#include <rootport/scan.h>

#include "boot/boot_info.h"
#include "dev/acpi.h"

/* Whether the reads that look for aliasing are made (docs: the quirk switch). */
struct machine_options {
    enum rp_ecam_policy policy;
    enum rp_extcfg_alias alias;
};

/*
 * Finds the ECAM regions of the firmware's tables, enables those with enough
 * evidence, finds every function and evaluates it. What is wrong is logged and
 * left out. False: no memory.
 */
bool machine_init(const struct boot_info *boot, const struct acpi_tables *tables,
                  struct machine_options options);

/* Takes no evidence from here on: every verdict is final. */
void machine_seal(void);

/* Writes the tables of regions and functions to the log. */
void machine_print(void);

/* Configuration space of the machine's functions, and those functions. */
const struct rp_cfg *machine_cfg(void);
struct rp_platform *machine_platform(void);
struct rp_scan *machine_scan(void);

/* A page of ones: what an absent function reads as. */
void *machine_ones_page(void);

#endif
