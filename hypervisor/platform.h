/* SPDX-License-Identifier: MIT */
/* The hypervisor as the core's embedder: <rootport/platform.h>, for one machine. */
#ifndef HYPERVISOR_PLATFORM_H
#define HYPERVISOR_PLATFORM_H

#include <rootport/platform.h>

struct rp_platform *platform_self(void);

#endif
