/* SPDX-License-Identifier: MIT */
/*
 * What -fstack-protector wants of its surroundings on x86-64: a value at
 * %fs:0x28, and a function to call when its copy on the stack has changed.
 */
#include "lib/stack_guard.h"

#include <stdint.h>

#include "dev/console.h"

#define MSR_FS_BASE 0xc0000100u /* AMD64 APM volume 2, 4.5.3 */

/* The start of a thread control block (System V ABI, AMD64; glibc's tcbhead_t). */
static const struct {
    uint64_t unused[5];
    uint64_t guard; /* its low byte is zero, to end a string that runs into it */
} guard_block = {.guard = 0x5bd1e995a7c3f100u};

_Static_assert(sizeof(guard_block) == 0x28 + sizeof(uint64_t),
               "the guard is at %fs:0x28");

void stack_guard_install(void)
{
    uint64_t base = (uintptr_t)&guard_block;

    __asm__ volatile("wrmsr"
                     :
                     : "c"(MSR_FS_BASE), "a"((uint32_t)base), "d"((uint32_t)(base >> 32))
                     : "memory");
}

void __stack_chk_fail(void)
{
    panic("a stack guard is overwritten, called from %p", __builtin_return_address(0));
}
