/* SPDX-License-Identifier: MIT */
/* Where an audit comes from: this machine, a dump, or what was saved. */
#ifndef TOOLS_AUDIT_INPUT_H
#define TOOLS_AUDIT_INPUT_H

#include <stdbool.h>

#include "tools/audit/machine.h"

/* The first that isn't NULL counts; with neither it is the machine below @root. */
struct input {
    const char *from; /* a saved set */
    const char *dump; /* of lspci -xxxx */
    const char *root; /* "" for the machine that runs us */
};

/* Fills @machine, which is empty. False if that fails; stderr says why. */
bool input_read(const struct input *input, struct machine *machine);

#endif
