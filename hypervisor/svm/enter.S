/* SPDX-License-Identifier: MIT */
/*
 * One stay in the guest (AMD64 APM vol. 2, 15.5).
 *
 * void svm_enter(uint64_t gpr[16], uint64_t vmcb, uint64_t host_vmcb)
 *
 * @gpr is in the order of the registers' encoding; RAX and RSP (0 and 4) are in
 * the VMCB and left alone. VMRUN switches neither FS, GS, TR, LDTR nor the
 * system call MSRs; VMLOAD and VMSAVE do.
 */
    .text
    .globl svm_enter
svm_enter:
    pushq %rbx
    pushq %rbp
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    pushq %rdx
    pushq %rdi
    movq %rsi, %rax

    movq 0x08(%rdi), %rcx
    movq 0x10(%rdi), %rdx
    movq 0x18(%rdi), %rbx
    movq 0x28(%rdi), %rbp
    movq 0x30(%rdi), %rsi
    movq 0x40(%rdi), %r8
    movq 0x48(%rdi), %r9
    movq 0x50(%rdi), %r10
    movq 0x58(%rdi), %r11
    movq 0x60(%rdi), %r12
    movq 0x68(%rdi), %r13
    movq 0x70(%rdi), %r14
    movq 0x78(%rdi), %r15
    movq 0x38(%rdi), %rdi

    vmload %rax
    vmrun %rax
    vmsave %rax

    pushq %rdi
    movq 8(%rsp), %rdi
    movq %rcx, 0x08(%rdi)
    movq %rdx, 0x10(%rdi)
    movq %rbx, 0x18(%rdi)
    movq %rbp, 0x28(%rdi)
    movq %rsi, 0x30(%rdi)
    movq %r8, 0x40(%rdi)
    movq %r9, 0x48(%rdi)
    movq %r10, 0x50(%rdi)
    movq %r11, 0x58(%rdi)
    movq %r12, 0x60(%rdi)
    movq %r13, 0x68(%rdi)
    movq %r14, 0x70(%rdi)
    movq %r15, 0x78(%rdi)
    popq %rcx
    movq %rcx, 0x38(%rdi)

    movq 8(%rsp), %rax
    vmload %rax
    addq $16, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbp
    popq %rbx
    cld
    ret
