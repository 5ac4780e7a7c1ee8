/* SPDX-License-Identifier: MIT */
/* rootport audit: what of a machine's configuration space can be reached, and why. */
#ifndef TOOLS_AUDIT_AUDIT_H
#define TOOLS_AUDIT_AUDIT_H

#include "tools/command.h"

enum exit_code audit_run(int argument_count, char **arguments);

#endif
