/* SPDX-License-Identifier: MIT */
/*
 * Errors of functions that domains have: the machine's root ports tell the hypervisor
 * of them, and it tells the guest's, or the hardware domain by what stands in for them.
 */
#ifndef GUEST_ERRORS_H
#define GUEST_ERRORS_H

#include <rootport/rootport.h>
#include <rootport/scan.h>

/*
 * Lets a function, and what is above it, report errors, up to a message to the boot CPU.
 * A reset of the function takes its part back. Needs the machine's lock, or that of the
 * domain that has the function.
 */
void errors_enable(struct rp_function *function);

/*
 * What stands in for a root port, where a domain sees it that sees the machine, and as
 * *@reg the register of that for *@reg; NULL, if the port's own register is to be seen.
 * Needs the machine's lock for writes.
 */
struct rp_rootport *errors_stand_in(const struct rp_function *port, uint16_t *reg);

/* Bits of the other registers that a domain sees as 0, for the sake of the stand-in. */
uint32_t errors_hidden_bits(const struct rp_function *port, uint16_t reg);

/* What stands in for @port, if anything does, is as after a reset. */
void errors_reset(const struct rp_function *port);

/* Passes on what root ports have received. Needs the machine's lock. */
void errors_take(void);

#endif
