/* SPDX-License-Identifier: MIT */
/*
 * Functions that wait in quarantine for their domain's condition on the verdict.
 */
#ifndef GUEST_HELD_H
#define GUEST_HELD_H

#include "guest/domain.h"
#include "guest/pci.h"
#include "launch/resolve.h"

struct launch_port;

/*
 * Holds the function that @config names for port @port of @domain, if it can be
 * had; otherwise logs why the port stays empty. Before pci_build().
 */
void held_add(struct domain *domain, unsigned port, const struct launch_port *config,
              const struct launch_resolved *resolved);

/* Likewise function @scanned; whether it is held. Needs the machine's lock. */
bool held_hold(struct domain *domain, unsigned port, const struct launch_port *config,
               struct rp_function *scanned);

/* Gives a function up that waits, held or asked for. Needs the machine's lock. */
void held_give_up(struct guest_function *function);

void held_await_first(struct domain *domain);

/*
 * Called before each access to configuration space. At the first one of a guest, waits
 * for the functions that are still being reset, and plugs in those that may be: it
 * ran meanwhile, and finds its ports as if they had been filled before it started.
 */
static inline void held_await(struct domain *domain)
{
    if (domain->pci != NULL &&
        __atomic_load_n(&domain->pci->is_held_awaited, __ATOMIC_ACQUIRE))
        held_await_first(domain);
}

/*
 * Plugs in what is held for @domain and whose condition is met, and gives up, with
 * the reason, what never can be. Needs the machine's lock.
 */
void held_plug(struct domain *domain);

#endif
