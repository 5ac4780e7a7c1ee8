/* SPDX-License-Identifier: MIT */
/*
 * A ticket lock: first come, first served. The hypervisor runs with the global
 * interrupt flag clear, so that nothing can interrupt a holder.
 */
#ifndef CPU_SPINLOCK_H
#define CPU_SPINLOCK_H

#include <stdint.h>

#include "cpu/io.h"

/* Zero-initialised is unlocked. */
struct spinlock {
    uint32_t next;
    uint32_t serving;
};

static inline void spin_lock(struct spinlock *lock)
{
    uint32_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

    while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket)
        cpu_relax();
}

static inline void spin_unlock(struct spinlock *lock)
{
    __atomic_store_n(&lock->serving, lock->serving + 1, __ATOMIC_RELEASE);
}

#endif
