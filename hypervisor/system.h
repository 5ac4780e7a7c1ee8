/* SPDX-License-Identifier: MIT */
/* The system that the launch configuration describes. */
#ifndef SYSTEM_H
#define SYSTEM_H

#include <stdbool.h>

#include "boot/boot_info.h"
#include "dev/acpi.h"
#include "machine.h"

/*
 * Reads the launch configuration, the boot module that is a device tree blob, and
 * logs what is wrong with it. Its settings for the machine, and then those of the
 * command line, go to @options.
 */
void system_read_config(const struct boot_info *boot, struct machine_options *options);

/* Applies what the configuration knows better of some functions: before the seal. */
void system_apply_quirks(void);

/*
 * Builds the domains and starts their CPUs. NULL, or why there is nothing to run.
 * Copies what it needs of @tables' power-off registers.
 */
const char *system_launch(const struct boot_info *boot, const struct acpi_tables *tables,
                          bool has_iommu);

/*
 * Verdicts have become final, or a final one has changed what may be launched: plugs
 * in the held functions whose condition is now met. On any CPU, before or after the
 * launch; the caller holds no lock.
 */
void system_verdicts_final(void);

#endif
