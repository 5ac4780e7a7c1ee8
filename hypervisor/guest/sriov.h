/* SPDX-License-Identifier: MIT */
/*
 * Virtual functions of what a domain has: of the hardware domain's functions, and of
 * those of a guest that its configuration allows them.
 *
 * Those of the hardware domain's are its own until another gets them. A guest's are in
 * quarantine until a domain gets them, and their BARs lead nowhere for it.
 */
#ifndef GUEST_SRIOV_H
#define GUEST_SRIOV_H

#include <rootport/scan.h>
#include <rootport/vpci.h>

#include "guest/function.h"
#include "guest/vcpu.h"

/*
 * The record of physical function @index of the machine, whoever has it; one that was
 * taken from a guest keeps its record while others have its virtual functions. NULL:
 * nobody has it. Needs the machine's lock.
 */
struct guest_function *sriov_find(size_t index);

/* Whether a function has virtual functions turned on. */
static inline bool sriov_is_on(const struct guest_function *function)
{
    return rp_vpci_sriov_is_on(function->state.sriov.control);
}

/*
 * Finds the virtual functions that @domain has turned on, once they have had the time
 * that they need to answer, and gives them to whom they are for: when the domain looks
 * for a function that isn't there, so that nobody waits for that time. Without any lock.
 */
void sriov_look(struct domain *domain);

/*
 * Whether a virtual function has just been turned on, and thus is as after a reset. Needs
 * the machine's lock.
 */
bool sriov_is_new(const struct rp_function *function);

/*
 * After a write to SR-IOV Control of @function, or before a reset that @effects asks for:
 * turns its virtual functions on, for sriov_look() to find, or takes them away. What
 * would take one from another domain is refused: then @effects asks for no reset any
 * more. On a CPU of the domain, with the lock that is around changes of its functions'
 * registers and no other; it is let go of meanwhile, so that the function may have left
 * when this returns.
 */
void sriov_follow(struct vcpu *vcpu, const struct guest_function *function,
                  struct rp_vpci_effects *effects);

/*
 * Takes the virtual functions of @function away and turns them off, before it is reset.
 * False: another domain has one, and all is as before. No CPU of its domain runs, or it
 * has been taken from that. Needs the machine's lock.
 */
bool sriov_remove(struct guest_function *function);

#endif
