/* SPDX-License-Identifier: MIT */
/* Whether a machine has what a launch configuration asks of it. */
#ifndef TOOLS_CONFIG_FIT_H
#define TOOLS_CONFIG_FIT_H

#include "launch/launch.h"
#include "tools/audit/machine.h"

/*
 * Prints a line for each thing that @config, which launch_read() has made of
 * @blob, asks for and @machine doesn't have, as far as that is known of @machine.
 * Returns how many. A domain that there isn't memory for is launchable no longer.
 */
size_t fit_check(const void *blob, struct launch_config *config,
                 const struct machine *machine);

#endif
