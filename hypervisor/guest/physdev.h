/* SPDX-License-Identifier: MIT */
/* What a domain with the hardware or firmware role tells of the machine's PCI. */
#ifndef GUEST_PHYSDEV_H
#define GUEST_PHYSDEV_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/vcpu.h"

/*
 * PHYSDEVOP @op with its argument at the guest's linear address @argument. False: it
 * goes on, and the guest is to make the same call again; else *@out_result is 0 or
 * negative.
 */
bool physdev_op(struct vcpu *vcpu, uint64_t op, uint64_t argument, int64_t *out_result);

#endif
