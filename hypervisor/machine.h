/* SPDX-License-Identifier: MIT */
/* What the machine has on PCI: ECAM regions, functions, and the verdict on each. */
#ifndef MACHINE_H
#define MACHINE_H

#include <rootport/cfg.h>
#include <rootport/ecam.h>
#include <rootport/platform.h>
#include <rootport/report.h>
#include <rootport/scan.h>

#include "boot/boot_info.h"
#include "dev/acpi.h"
#include "machine_options.h"

/*
 * Finds the ECAM regions of the firmware's tables, enables those with enough
 * evidence, finds every function and evaluates it. What is wrong is logged and
 * left out. False: no memory.
 */
bool machine_init(const struct boot_info *boot, const struct acpi_tables *tables,
                  const struct machine_options *options);

/*
 * Around everything that changes regions, functions, their owners or verdicts. Not
 * recursive, and never held while a guest runs; reading a verdict needs none.
 */
void machine_lock(void);
void machine_unlock(void);

/* What reports and the seal work on. Needs the lock. */
struct rp_report_context *machine_reports(void);

/* Writes the tables of regions and functions, or of regions alone, to the log. */
void machine_print(void);
void machine_print_regions(void);

/*
 * Evaluates function @index, which @who has announced, as at boot, if nobody has. Needs
 * the lock.
 */
void machine_evaluate(size_t index, const char *who);

/*
 * The first virtual function of function @pf at place @from or behind it, or
 * RP_SCAN_NONE. It stands behind @pf. Needs the lock.
 */
uint32_t machine_next_vf(uint32_t pf, uint32_t from);

/* The address of a virtual function's physical one; of any other function its own. */
rp_sbdf_t machine_physical(const struct rp_function *function);

/* Configuration space of the machine's functions, and those functions. */
const struct rp_cfg *machine_cfg(void);
struct rp_platform *machine_platform(void);
struct rp_scan *machine_scan(void);

/* A page of ones: what an absent function reads as. */
void *machine_ones_page(void);

#endif
