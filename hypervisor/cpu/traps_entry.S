/* SPDX-License-Identifier: MIT */
/* Exception entry points, and the sleep that an NMI ends. */

    .text

/* 32 entries of 4 bytes: the last byte that a short jump of the first reaches is theirs. */
    .globl trap_vectors
trap_vectors:
    .set n, 0
    .rept 32
    pushq $n
    jmp trap_common
    .set n, n + 1
    .endr

/*
 * The CPU aligns the stack to 16 bytes before it pushes five words, and for some vectors
 * an error code (AMD64 APM vol. 2, 8.9.3): with the vector that makes six or seven. Where
 * there is none, a zero is put in its place.
 */
trap_common:
    testb $8, %spl
    jnz 1f
    pushq (%rsp)
    movq $0, 8(%rsp)
1:  pushq %r15
    pushq %r14
    pushq %r13
    pushq %r12
    pushq %r11
    pushq %r10
    pushq %r9
    pushq %r8
    pushq %rbp
    pushq %rdi
    pushq %rsi
    pushq %rdx
    pushq %rcx
    pushq %rbx
    pushq %rax
    cld
    movq %rsp, %rdi
    call traps_handle
    popq %rax
    popq %rbx
    popq %rcx
    popq %rdx
    popq %rsi
    popq %rdi
    popq %rbp
    popq %r8
    popq %r9
    popq %r10
    popq %r11
    popq %r12
    popq %r13
    popq %r14
    popq %r15
    addq $16, %rsp
    iretq

/*
 * Between STGI and HLT a held NMI is taken, and HLT would then sleep past it:
 * the handler moves an interrupted RIP in [traps_nmi_window, traps_nmi_awake)
 * to traps_nmi_awake.
 */
    .globl traps_wait_for_nmi, traps_nmi_window, traps_nmi_awake
traps_wait_for_nmi:
    stgi
traps_nmi_window:
    hlt
    jmp traps_nmi_window
traps_nmi_awake:
    clgi
    ret

/* bool msr_read_safe(uint32_t msr, uint64_t *out_value) */
    .globl msr_read_safe
msr_read_safe:
    movl %edi, %ecx
1:  rdmsr
    shlq $32, %rdx
    movl %eax, %eax
    orq %rdx, %rax
    movq %rax, (%rsi)
    movl $1, %eax
    ret
2:  movq $0, (%rsi)
    xorl %eax, %eax
    ret
    .section .extable, "a"
    .quad 1b, 2b
    .text

/* bool msr_write_safe(uint32_t msr, uint64_t value) */
    .globl msr_write_safe
msr_write_safe:
    movl %edi, %ecx
    movl %esi, %eax
    movq %rsi, %rdx
    shrq $32, %rdx
1:  wrmsr
    movl $1, %eax
    ret
2:  xorl %eax, %eax
    ret
    .section .extable, "a"
    .quad 1b, 2b
    .text
