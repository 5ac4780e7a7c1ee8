/* SPDX-License-Identifier: MIT */
/*
 * A call to the boot CPU at a given time, by NMI, which ends its stay in a guest:
 * guests own their CPUs' timers, so this is the PIT, which no domain reaches.
 */
#ifndef CPU_ALARM_H
#define CPU_ALARM_H

#include <stdbool.h>
#include <stdint.h>

#include "dev/acpi.h"

/*
 * Leads the PIT's interrupt, which @madt says where to find, to this CPU: the boot
 * CPU. Returns whether alarms will ring.
 */
bool alarm_init(const struct acpi_madt *madt);

/*
 * Rings in @us microseconds, or after some 54 ms if that is earlier: whoever is
 * called looks at the clock, and sets the alarm anew.
 */
void alarm_set(uint64_t us);

/*
 * Whether the alarm may have rung since this was asked last. True on the boot CPU
 * alone, which is the one to set it anew.
 */
bool alarm_has_rung(void);

#endif
