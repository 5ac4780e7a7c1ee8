/* SPDX-License-Identifier: MIT */
/*
 * The saved set: all that an audit needs of a machine, in lines of text.
 *
 *     rootport-audit 1             the format's version
 *     source machine               or dump
 *     identifiers left-out         or kept
 *     unaddressable 0              functions in segments of more than 16 bits
 *     address-bits 46              0: not known
 *     amd-msr seen 0xe0000021      C001_0058; 0x0 unless seen
 *     mcfg seen 60                 or absent, denied, none; then rows of registers
 *     memory-map seen firmware     or iomem; then a line for each range:
 *     memory 0x0 0x9fc00 ram       address, size, ram | reserved | device
 *     reservations seen            of the ACPI namespace:
 *     reservation 0xe0000000 0x10000000 PNP0C02
 *     kernel-regions seen          ECAM regions that the kernel uses:
 *     kernel-region 0xe0000000 0000 00 ff
 *     function 0000:00:1f.2 4096 256 -    readable, kernel's size, physical function
 *     name Intel Corporation ...
 *     00: 86 80 ...                rows that are all zero are left out
 *     end
 */
#ifndef TOOLS_AUDIT_SAVED_H
#define TOOLS_AUDIT_SAVED_H

#include <stdio.h>

#include "tools/audit/machine.h"
#include "tools/audit/text.h"

#define SAVED_FIRST_WORD "rootport-audit"

/* Reads the @size bytes at @bytes into an empty @machine; as dump_read(). */
bool saved_read(const char *bytes, size_t size, struct machine *machine,
                struct complaint *complaint);

/* Writes @machine. Whether that worked is for the caller to ask @file. */
void saved_write(const struct machine *machine, FILE *file);

#endif
