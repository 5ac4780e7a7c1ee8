/* SPDX-License-Identifier: MIT */
/* The running machine, as Linux shows it below /sys, /proc and /dev. */
#ifndef TOOLS_AUDIT_LIVE_H
#define TOOLS_AUDIT_LIVE_H

#include <stdbool.h>

#include "tools/audit/machine.h"

/*
 * Below @root ("" for the running machine, or a folder with a copy of these three)
 * are the functions that this adds to @machine, with all of their registers that this
 * user may read, to @machine. False if there is no way to list them; stderr says why.
 */
bool live_read_functions(const char *root, struct machine *machine);

/* Adds what firmware and kernel say of ECAM regions. What can't be seen is noted. */
void live_read_firmware(const char *root, struct machine *machine);

#endif
