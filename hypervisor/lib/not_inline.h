/* SPDX-License-Identifier: MIT */
/* Keeps what is seldom out of what every exit of a guest goes through. */
#ifndef HYPERVISOR_LIB_NOT_INLINE_H
#define HYPERVISOR_LIB_NOT_INLINE_H

/* In line, the registers that it needs would be saved at each call of its caller. */
#define NOT_INLINE __attribute__((noinline))

#endif
