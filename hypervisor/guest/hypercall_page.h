/* SPDX-License-Identifier: MIT */
/* The page of hypercall stubs that older kernels ask for (Xen's arch-x86/cpuid.h). */
#ifndef GUEST_HYPERCALL_PAGE_H
#define GUEST_HYPERCALL_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/domain.h"

/* CPUID leaf 0x40000002 names it. */
#define HYPERCALL_PAGE_MSR 0x40000000u

/*
 * The guest wrote @value to the MSR: the page's address, and which page in bits
 * 11:0, of which there is one. Fills the page; false: the guest takes #GP.
 */
bool hypercall_page_write(struct domain *domain, uint64_t value);

#endif
