/* SPDX-License-Identifier: MIT */
/*
 * The stack guard of code that we link and don't compile: distributions build
 * libfdt.a with it. Ours needs none, a hole below each stack is harder to miss.
 */
#ifndef HYPERVISOR_LIB_STACK_GUARD_H
#define HYPERVISOR_LIB_STACK_GUARD_H

/*
 * Points this CPU's FS at a guard value. Such code may be called afterwards, and
 * on this CPU only, until a guest's FS is loaded.
 */
void stack_guard_install(void);

/* Where such code goes when it finds its guard value changed. */
_Noreturn void __stack_chk_fail(void);

#endif
