/* SPDX-License-Identifier: MIT */
/*
 * Errors of functions that guests have: the machine's root ports tell the hypervisor
 * of them, and it tells the guest's.
 */
#ifndef GUEST_ERRORS_H
#define GUEST_ERRORS_H

#include <rootport/scan.h>

/*
 * Lets a function, and what is above it, report errors, up to a message to the boot CPU.
 * A reset of the function takes its part back. Needs the machine's lock, or that of the
 * domain that has the function.
 */
void errors_enable(const struct rp_function *function);

/* Passes on what root ports have received. Needs the machine's lock. */
void errors_take(void);

#endif
