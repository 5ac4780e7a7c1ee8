/* SPDX-License-Identifier: MIT */
/* Accesses to the pages of BARs that are trapped, whichever topology a domain sees. */
#ifndef GUEST_TRAPPED_H
#define GUEST_TRAPPED_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/domain.h"

/* False: @gpa is in none. */
bool trapped_read(const struct domain *domain, uint64_t gpa, unsigned width,
                  uint64_t *out_value);
bool trapped_write(struct vcpu *vcpu, uint64_t gpa, unsigned width, uint64_t value);

#endif
