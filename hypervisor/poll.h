/* SPDX-License-Identifier: MIT */
/*
 * What the machine's root ports and its console have to say. They say so by an NMI to
 * the boot CPU, which looks at them between two stays in a guest.
 */
#ifndef POLL_H
#define POLL_H

#include "cpu/percpu.h"

/* For poll_after_nmi() alone: this CPU, @self, had an NMI. */
void poll_devices(struct percpu *self);

/* Looks at them if an NMI asked this CPU to; in line, since each exit comes here. */
static inline void poll_after_nmi(void)
{
    struct percpu *self = percpu_self();

    if (__atomic_load_n(&self->had_nmi, __ATOMIC_RELAXED))
        poll_devices(self);
}

#endif
