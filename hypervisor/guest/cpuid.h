/* SPDX-License-Identifier: MIT */
/* What of the CPU's own CPUID leaves a guest is shown. */
#ifndef GUEST_CPUID_H
#define GUEST_CPUID_H

#include "cpu/msr.h"

/* @native, which the CPU says of @leaf, less what a guest cannot have. */
struct cpuid_result cpuid_mask(uint32_t leaf, struct cpuid_result native);

#endif
