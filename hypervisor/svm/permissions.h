/* SPDX-License-Identifier: MIT */
/* Which ports and MSRs a guest reaches without an exit. */
#ifndef SVM_PERMISSIONS_H
#define SVM_PERMISSIONS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Builds the maps that all guests share (APM vol. 2, 15.10.1 and 15.11): no port,
 * and the MSRs of the table in permissions.c. False: no memory.
 */
bool permissions_init(void);

uint64_t permissions_iopm(void);
uint64_t permissions_msrpm(void);

#endif
