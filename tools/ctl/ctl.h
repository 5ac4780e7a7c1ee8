/* SPDX-License-Identifier: MIT */
/* The commands that a control domain has: they talk to the hypervisor beneath. */
#ifndef TOOLS_CTL_CTL_H
#define TOOLS_CTL_CTL_H

#include "tools/command.h"

run_command list_run;
run_command attach_run;
run_command detach_run;
run_command wait_run;
run_command seal_run;
run_command log_run;

#endif
