/* SPDX-License-Identifier: MIT */
/* Proves on demand that the hypervisor's own memory is protected. */
#ifndef CPU_SELFTEST_H
#define CPU_SELFTEST_H

/*
 * Does what must end in panic(): "stack" overflows this CPU's stack, "text" writes
 * to code, "rodata" to constants, "nx" executes data, "null" reads address 0.
 * Returns when @name is none of these, or when the protection is missing.
 */
void selftest_run(const char *name);

#endif
