/* SPDX-License-Identifier: MIT */
/*
 * Where another CPU starts: real mode, at the page that the startup IPI names
 * (AMD64 APM vol. 2, 14.1 and 15.27). The code is copied there, so it refers to
 * itself through CS alone until it is in long mode.
 */
#include "cpu/regs.h"

    .section .rodata
    .align 16
    .globl trampoline_start, trampoline_end, trampoline_parameters
trampoline_start:
    .code16
    cli
    cld
    movw %cs, %ax
    movw %ax, %ds
    xorl %ebx, %ebx
    movw %ax, %bx
    shll $4, %ebx

    /* The far pointers need this page's linear address. */
    leal (gdt - trampoline_start)(%ebx), %eax
    movl %eax, (gdt_pointer + 2 - trampoline_start)
    leal (long_mode - trampoline_start)(%ebx), %eax
    movl %eax, (jump_target - trampoline_start)
    lgdtl (gdt_pointer - trampoline_start)

    movl $CR4_PAE, %eax
    movl %eax, %cr4
    movl (trampoline_parameters - trampoline_start), %eax
    movl %eax, %cr3
    movl $MSR_EFER, %ecx
    rdmsr
    orl $(EFER_LME | EFER_NXE), %eax
    wrmsr
    movl $(CR0_PG | CR0_WP | CR0_ET | CR0_PE), %eax
    movl %eax, %cr0
    ljmpl *(jump_target - trampoline_start)

    .code64
long_mode:
    movl $SELECTOR_DATA, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movq (trampoline_parameters + 8)(%rip), %rsp
    movq (trampoline_parameters + 16)(%rip), %rdi
    movq (trampoline_parameters + 24)(%rip), %rax
    xorl %ebp, %ebp
    call *%rax
1:  hlt
    jmp 1b

    .align 8
gdt:
    .quad 0
    .quad 0x00af9b000000ffff
    .quad 0x00cf93000000ffff
gdt_pointer:
    .word gdt_pointer - gdt - 1
    .long 0
    .align 4
jump_target:
    .long 0
    .word SELECTOR_CODE
    .align 8
trampoline_parameters: /* struct trampoline_parameters in smp.c */
    .quad 0 /* page table root, below 4 GiB */
    .quad 0 /* stack */
    .quad 0 /* argument */
    .quad 0 /* entry */
trampoline_end:
