/* SPDX-License-Identifier: MIT */
/* The machine's CPUs: finding room for them, starting them, taking them back. */
#ifndef CPU_SMP_H
#define CPU_SMP_H

#include <stddef.h>
#include <stdint.h>

#include "cpu/percpu.h"

/*
 * Makes the calling CPU, the boot CPU, number 0: stacks with guard pages,
 * descriptor tables, local APIC. Panics when memory runs out.
 */
void smp_init_boot_cpu(void);

/*
 * Goes on in @next, which does not return, on the boot CPU's stack with its guard
 * page: the stack it started on has none. After smp_init_boot_cpu().
 */
_Noreturn void smp_leave_boot_stack(void (*next)(void));

/*
 * Starts the CPUs with these APIC IDs, one after the other; the boot CPU's own
 * is passed over. Each then runs @entry, which does not return. A CPU that does
 * not answer within a second is named in the log and left out.
 */
void smp_start_cpus(const uint32_t *apic_ids, size_t count, void (*entry)(void));

/* CPUs that are online; they are numbered 0 to this less one. */
uint32_t smp_cpu_count(void);

/* The CPU @index, below smp_cpu_count(). */
struct percpu *smp_cpu(uint32_t index);

/* Sends an NMI to a CPU: it leaves its guest, or its sleep. */
void smp_kick(const struct percpu *cpu);

/* Stops all other CPUs for good; for panic(). */
void smp_stop_others(void);

/* Whether that was called: a CPU that then takes an NMI stops. */
bool smp_is_stopping(void);

#endif
