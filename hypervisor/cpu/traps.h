/* SPDX-License-Identifier: MIT */
/* Descriptor tables, exceptions and the NMI that takes a CPU back. */
#ifndef CPU_TRAPS_H
#define CPU_TRAPS_H

#include "cpu/percpu.h"

/* Loads GDT, TSS and IDT on the calling CPU, whose percpu_self() is then @cpu. */
void traps_init_cpu(struct percpu *cpu);

/*
 * Sleeps until an NMI arrives. One that arrived since the caller last looked at
 * its mailbox ends the sleep at once, for the caller runs with the global
 * interrupt flag clear and the NMI was held until now.
 */
void traps_wait_for_nmi(void);

#endif
