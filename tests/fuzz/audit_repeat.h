/* SPDX-License-Identifier: MIT */
/* What fuzzers of audit's inputs do with a machine that was accepted. */
#ifndef AUDIT_REPEAT_H
#define AUDIT_REPEAT_H

#include "tools/audit/machine.h"

/*
 * Assesses @machine, gives it out in every form that needs no other program, saves
 * it without identifiers, and aborts unless the saved set gives the same bytes.
 */
void audit_repeat(struct machine *machine);

#endif
