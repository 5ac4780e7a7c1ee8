/* SPDX-License-Identifier: MIT */
/*
 * Entry from a multiboot loader (Multiboot Specification 0.6.96): 32-bit
 * protected mode, paging off, EAX the loader's magic, EBX its information.
 * Goes to long mode with the first 4 GiB mapped at their own addresses, and on
 * to main().
 */
#include "cpu/regs.h"

#define MULTIBOOT_MAGIC 0x1badb002
#define MULTIBOOT_FLAGS 0x3 /* modules on page boundaries, memory map wanted */

    .section .multiboot, "a"
    .align 4
    .long MULTIBOOT_MAGIC
    .long MULTIBOOT_FLAGS
    .long -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

    .text
    .code32
    .globl start
start:
    cli
    cld
    movl $boot_stack_end, %esp
    movl %eax, %ebp
    movl %ebx, %esi

    /* Long mode is there? AMD64 APM vol. 3, appendix E: leaf 8000_0001, EDX 29. */
    movl $0x80000000, %eax
    cpuid
    cmpl $0x80000001, %eax
    jb no_long_mode
    movl $0x80000001, %eax
    cpuid
    btl $29, %edx
    jnc no_long_mode

    /* 2048 large pages cover 4 GiB. */
    movl $early_pd, %edi
    movl $0x83, %eax /* present, writable, large */
    movl $2048, %ecx
1:  movl %eax, (%edi)
    movl $0, 4(%edi)
    addl $0x200000, %eax
    addl $8, %edi
    loop 1b

    movl $early_pdpt, %edi
    movl $early_pd + 3, %eax
    movl $4, %ecx
2:  movl %eax, (%edi)
    addl $4096, %eax
    addl $8, %edi
    loop 2b
    movl $early_pdpt + 3, early_pml4

    movl $CR4_PAE, %eax
    movl %eax, %cr4
    movl $early_pml4, %eax
    movl %eax, %cr3
    movl $MSR_EFER, %ecx
    rdmsr
    orl $(EFER_LME | EFER_NXE), %eax
    wrmsr
    movl $(CR0_PG | CR0_WP | CR0_ET | CR0_PE), %eax
    movl %eax, %cr0
    lgdt early_gdt_pointer
    ljmp $0x08, $start64

/* There is no console yet: write to the first UART and stop. */
no_long_mode:
    movl $no_long_mode_text, %esi
    movw $0x3f8, %dx
3:  lodsb
    testb %al, %al
    jz 4f
    outb %al, %dx
    jmp 3b
4:  hlt
    jmp 4b

    .code64
start64:
    movl $0x10, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    xorl %eax, %eax
    movl %eax, %fs
    movl %eax, %gs
    movl %ebp, %edi
    movl %esi, %esi
    xorl %ebp, %ebp
    call main
5:  hlt
    jmp 5b

    .section .rodata
no_long_mode_text:
    .asciz "(rootport) error: this CPU has no long mode: a 64-bit AMD CPU with AMD-V is needed\r\n"
    .align 8
early_gdt:
    .quad 0
    .quad 0x00af9b000000ffff /* 64-bit code */
    .quad 0x00cf93000000ffff /* data */
early_gdt_pointer:
    .word early_gdt_pointer - early_gdt - 1
    .long early_gdt

    .section .bss
    .align 4096
early_pml4:
    .skip 4096
early_pdpt:
    .skip 4096
early_pd:
    .skip 4 * 4096
    .skip 8192
boot_stack_end:
