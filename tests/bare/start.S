/* SPDX-License-Identifier: MIT */
/*
 * PVH entry of a bare guest (Xen's PVH boot protocol): 32-bit protected mode,
 * paging off, EBX its start_info. Maps the first 512 GiB at their own addresses,
 * goes to long mode and on to main().
 */
#include "cpu/regs.h"

#define XEN_ELFNOTE_PHYS32_ENTRY 18

    .section .note.Xen, "a"
    .long 4, 8, XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .quad start

    .text
    .code32
    .globl start
start:
    cli
    cld
    movl $stack_end, %esp
    movl %ebx, %esi

    movl $pdpt, %edi
    xorl %edx, %edx
    movl $0x83, %eax /* present, writable, large */
    movl $512, %ecx
1:  movl %eax, (%edi)
    movl %edx, 4(%edi)
    addl $0x40000000, %eax
    adcl $0, %edx
    addl $8, %edi
    loop 1b
    movl $pdpt + 3, pml4

    movl $CR4_PAE, %eax
    movl %eax, %cr4
    movl $pml4, %eax
    movl %eax, %cr3
    movl $MSR_EFER, %ecx
    rdmsr
    orl $(EFER_LME | EFER_NXE), %eax
    wrmsr
    movl $(CR0_PG | CR0_NE | CR0_ET | CR0_PE), %eax
    movl %eax, %cr0
    lgdt gdt_pointer
    ljmp $0x08, $start64

    .code64
start64:
    movl $0x10, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    xorl %eax, %eax
    movl %eax, %fs
    movl %eax, %gs
    movl %esi, %edi
    call main
1:  hlt
    jmp 1b

/*
 * 256 entries of 16 bytes. Vectors 8, 10-14, 17, 21, 29 and 30 push an error code
 * (AMD64 APM vol. 2, 8.2); the others push a zero to look the same.
 */
    .align 16
    .globl vectors
vectors:
    .set n, 0
    .rept 256
    .align 16
    .if (n != 8) && (n != 10) && (n != 11) && (n != 12) && (n != 13) && (n != 14) && (n != 17) && (n != 21) && (n != 29) && (n != 30)
    pushq $0
    .endif
    pushq $n
    jmp common
    .set n, n + 1
    .endr

common:
    pushq %r11
    pushq %r10
    pushq %r9
    pushq %r8
    pushq %rdi
    pushq %rsi
    pushq %rdx
    pushq %rcx
    pushq %rax
    cld
    movq %rsp, %rdi
    call handle_vector
    popq %rax
    popq %rcx
    popq %rdx
    popq %rsi
    popq %rdi
    popq %r8
    popq %r9
    popq %r10
    popq %r11
    addq $16, %rsp
    iretq

/* Where a second CPU starts; copied below 1 MiB. Counts itself, and hangs. */
    .globl hang_start, hang_end
    .code16
hang_start:
    cli
    movw %cs, %ax
    movw %ax, %ds
    lock incl (hang_count - hang_start)
1:  hlt
    jmp 1b
    .align 8
hang_count:
    .long 0
hang_end:

    .data
    .align 8
gdt:
    .quad 0
    .quad 0x00af9b000000ffff /* 64-bit code */
    .quad 0x00cf93000000ffff /* data */
gdt_pointer:
    .word gdt_pointer - gdt - 1
    .quad gdt

    .bss
    .align 4096
pml4:
    .skip 4096
pdpt:
    .skip 4096
    .skip 16384
stack_end:
