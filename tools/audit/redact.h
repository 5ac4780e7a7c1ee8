/* SPDX-License-Identifier: MIT */
/* What of a machine's registers tells whose machine it is. */
#ifndef TOOLS_AUDIT_REDACT_H
#define TOOLS_AUDIT_REDACT_H

#include "tools/audit/assess.h"

/*
 * Overwrites with zeros, in @machine, what identifies a device or may do so: serial
 * numbers (which MAC addresses are made into), vital product data, and the bodies
 * of vendor-specific capabilities; of functions whose extended space is not
 * reached, all of it that verdicts don't rest on. @assess is of @machine.
 */
void redact_machine(struct machine *machine, struct assess *assess);

enum {
    REDACT_SERIAL_SIZE = 24, /* 8 pairs of digits, with a hyphen or the end behind each */
};

/*
 * The serial number of @function as xx-xx-..., most significant byte first
 * (PCI Express Base r5.0, 7.9.3). False if it has none.
 */
bool redact_serial(struct assess *assess, const struct assess_function *function,
                   char out_serial[REDACT_SERIAL_SIZE]);

#endif
