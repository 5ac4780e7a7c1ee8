/* SPDX-License-Identifier: MIT */
/* What the control domain may ask for: abi/rootport/control.h. */
#ifndef CONTROL_H
#define CONTROL_H

#include <stdint.h>

#include "guest/vcpu.h"

/* What was asked for; nothing in it is trusted. */
struct control_request {
    uint64_t op;
    uint64_t arguments[4];
};

/* Answers a hypercall of @vcpu's: a result, or an error of Xen's, negative. */
int64_t control_call(const struct vcpu *vcpu, const struct control_request *request);

#endif
