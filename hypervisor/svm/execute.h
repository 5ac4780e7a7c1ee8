/* SPDX-License-Identifier: MIT */
/*
 * Does what a decoded instruction does: moves data between the guest's
 * registers and a device that the caller emulates, and sets the flags.
 *
 * AMD64 Architecture Programmer's Manual volume 1 (24592), 3.1 and 3.3, for
 * registers and flags; volume 3 (24594) for each instruction.
 */
#ifndef HYPERVISOR_SVM_EXECUTE_H
#define HYPERVISOR_SVM_EXECUTE_H

#include "svm/decode.h"

/*
 * The memory operand, at an address that the caller knows. @width is 1, 2, 4
 * or 8 bytes; bits of a read value above it are ignored, those of a written
 * one are zero. For MOVS, read is the source and write the destination: two
 * addresses, of which the nested page fault reported one and
 * decode_effective_address() or decode_string_destination() leads to the other.
 */
struct execute_memory {
    uint64_t (*read)(void *context, unsigned width);
    void (*write)(void *context, unsigned width, uint64_t value);
    void *context;
};

/* What the caller does with RIP. */
enum execute_outcome {
    EXECUTE_REFUSED = 0, /* not a decoded instruction; nothing was done */
    EXECUTE_DONE,        /* RIP moves on by the instruction's length */
    EXECUTE_AGAIN,       /* one round of a repeated string instruction: RIP stays */
};

/*
 * Executes @instruction once, a repeated string instruction for one element,
 * and updates @registers. Calls each accessor at most once, read before write.
 * A repeated string instruction whose count is zero touches no memory.
 */
enum execute_outcome execute_instruction(const struct decode_instruction *instruction,
                                         struct decode_registers *registers,
                                         const struct execute_memory *memory);

#endif
