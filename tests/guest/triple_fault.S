/* SPDX-License-Identifier: MIT */
/*
 * The smallest kernel with a PVH entry: it takes an exception with no table to
 * handle it by, so that its CPU shuts down. A Linux can't be made to do that: it
 * asks its hypervisor instead.
 *
 * The note is that of Xen's public header elfnote.h (PHYS32_ENTRY).
 */
    .section .note.Xen, "a", @note
    .long 4, 8, 18
    .asciz "Xen"
    .quad start

    .section .text, "ax", @progbits
    .code32
    .globl start
start:
    lidt no_table
    ud2

    .section .rodata, "a", @progbits
no_table:
    .word 0
    .long 0
