/* SPDX-License-Identifier: MIT */
/* What `lspci -xxxx` wrote. */
#ifndef TOOLS_AUDIT_DUMP_H
#define TOOLS_AUDIT_DUMP_H

#include "tools/audit/machine.h"
#include "tools/audit/text.h"

/*
 * Adds the functions of the @size bytes of text at @bytes to an empty @machine.
 * What the kernel
 * makes of them is not known then: lspci may have asked for less, or got less.
 * Text beside the registers (lspci's -v) and comments that begin with # are
 * passed over. False with a complaint if it is no such dump, or one that is cut
 * short; nothing in @machine is to be used then, but it is to be freed.
 */
bool dump_read(const char *bytes, size_t size, struct machine *machine,
               struct complaint *complaint);

#endif
