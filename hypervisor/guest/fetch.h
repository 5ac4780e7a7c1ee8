/* SPDX-License-Identifier: MIT */
/* Reads what a guest executes, through its own page tables. */
#ifndef GUEST_FETCH_H
#define GUEST_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/vcpu.h"

/*
 * Translates the linear address @linear as the guest's paging does (APM vol. 2,
 * chapter 5), without permission checks: the CPU made them. False if it is not
 * mapped, or its tables are not in the domain's RAM.
 */
bool fetch_translate(const struct vcpu *vcpu, uint64_t linear, uint64_t *out_gpa);

/*
 * Translates where the guest's instruction reads or writes memory beside what it exited
 * for, of which its CPU has made no checks yet. False: the guest may not, and takes a
 * page fault.
 */
bool fetch_operand(struct vcpu *vcpu, uint64_t linear, bool is_write, uint64_t *out_gpa);

/*
 * Decodes the instruction at the guest's RIP. *@out_instruction is valid after
 * DECODE_OK, until the next call; its length also after DECODE_UNSUPPORTED.
 */
enum decode_status fetch_decode(struct vcpu *vcpu,
                                const struct decode_instruction **out_instruction);

/*
 * The length of the instruction that caused the exit, for CPUs that do not say the
 * next RIP. 0 if the guest's code changed under our eyes: it exits again.
 */
unsigned fetch_length(struct vcpu *vcpu);

#endif
