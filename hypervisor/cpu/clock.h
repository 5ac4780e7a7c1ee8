/* SPDX-License-Identifier: MIT */
/* Time by the TSC, whose rate is measured once against a timer of the machine. */
#ifndef CPU_CLOCK_H
#define CPU_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Measures the TSC against the ACPI PM timer at I/O port @pm_timer_port, or,
 * when that is 0 or stands still, against the PIT's channel 2.
 */
void clock_init(uint16_t pm_timer_port);

/* The TSC's rate in kHz. */
uint32_t clock_tsc_khz(void);

/* Remembers now as the moment at which the hypervisor was entered. */
void clock_mark_entry(void);

/* Microseconds since then. */
uint64_t clock_since_entry_us(void);

/* Microseconds since the TSC was zero. */
uint64_t clock_now_us(void);

/* When @us microseconds from now have passed, for clock_is_past(). */
uint64_t clock_deadline_us(uint64_t us);
bool clock_is_past(uint64_t deadline);
uint64_t clock_until_us(uint64_t deadline); /* of one that isn't past */

/* Waits @us microseconds. */
void clock_delay_us(uint64_t us);

#endif
