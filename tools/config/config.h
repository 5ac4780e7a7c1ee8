/* SPDX-License-Identifier: MIT */
/* rootport config: launch configurations. */
#ifndef TOOLS_CONFIG_CONFIG_H
#define TOOLS_CONFIG_CONFIG_H

#include "tools/command.h"

/* rootport config COMMAND ... */
run_command config_run;

/*
 * rootport config check FILE: says what is wrong with a launch configuration, and
 * with --audit what it asks for and a machine that was saved doesn't have.
 */
run_command config_check_run;

/*
 * rootport config new: writes a launch configuration for a machine, as rootport
 * audit sees it, with comments.
 */
run_command config_new_run;

#endif
