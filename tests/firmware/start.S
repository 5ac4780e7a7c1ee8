/* SPDX-License-Identifier: MIT */
/*
 * Entry from a multiboot loader (Multiboot Specification 0.6.96, 3.2): 32-bit protected
 * mode, paging off, EAX the loader's magic, EBX its information. Goes on to the kernel
 * that shim.c has placed in the same state.
 */
#define MULTIBOOT_MAGIC 0x1badb002
#define MULTIBOOT_FLAGS 0x3 /* modules on page boundaries, memory map wanted */

    .section .multiboot, "a"
    .align 4
    .long MULTIBOOT_MAGIC
    .long MULTIBOOT_FLAGS
    .long -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

    .text
    .globl start
start:
    cli
    cld
    movl $stack_end, %esp
    movl %eax, %esi
    pushl %ebx
    call shim
    movl %eax, %ecx
    movl %esi, %eax
    jmp *%ecx

    .bss
    .align 16
    .skip 8192
stack_end:
