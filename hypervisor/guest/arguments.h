/* SPDX-License-Identifier: MIT */
/* Arguments of hypercalls, which are where the guest's own addresses lead. */
#ifndef GUEST_ARGUMENTS_H
#define GUEST_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest/vcpu.h"

/* Copy @size bytes at the linear address @linear; false: not all is the guest's RAM. */
bool arguments_read(const struct vcpu *vcpu, uint64_t linear, void *to, size_t size);
bool arguments_write(const struct vcpu *vcpu, uint64_t linear, const void *from,
                     size_t size);

#endif
