/* SPDX-License-Identifier: MIT */
/*
 * Decodes the instructions with which software reads and writes device memory,
 * so that an access which faulted in the nested page table can be emulated.
 *
 * Encodings: AMD64 Architecture Programmer's Manual volume 3 (24594), chapter 1
 * and appendix A. What an instruction does is in execute.h.
 */
#ifndef HYPERVISOR_SVM_DECODE_H
#define HYPERVISOR_SVM_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest legal instruction, in bytes (APM volume 3, 1.1). */
#define DECODE_MAX_LENGTH 15u

/* Default operand and address size of the code segment. Zero decodes nothing. */
enum decode_mode {
    DECODE_MODE_NONE = 0,
    DECODE_MODE_16, /* real mode, or CS.L = 0 and CS.D = 0 */
    DECODE_MODE_32, /* CS.L = 0 and CS.D = 1 */
    DECODE_MODE_64, /* EFER.LMA = 1 and CS.L = 1 */
};

enum decode_status {
    DECODE_OK = 0,
    DECODE_TRUNCATED,   /* more bytes are needed than were given: fetch them */
    DECODE_TOO_LONG,    /* longer than 15 bytes: the processor raises #GP */
    DECODE_ILLEGAL,     /* the processor raises #UD */
    DECODE_NO_MEMORY,   /* a register form, which touches no memory */
    DECODE_UNSUPPORTED, /* not an instruction that is emulated (SSE, x87, PUSH, ...) */
};

enum decode_operation {
    DECODE_OP_NONE = 0,
    DECODE_OP_MOV,
    DECODE_OP_MOVZX,
    DECODE_OP_MOVSX, /* MOVSXD too */
    DECODE_OP_CMOV,
    DECODE_OP_ADD,
    DECODE_OP_OR,
    DECODE_OP_ADC,
    DECODE_OP_SBB,
    DECODE_OP_AND,
    DECODE_OP_SUB,
    DECODE_OP_XOR,
    DECODE_OP_CMP,
    DECODE_OP_TEST,
    DECODE_OP_NOT,
    DECODE_OP_NEG,
    DECODE_OP_INC,
    DECODE_OP_DEC,
    DECODE_OP_BT,
    DECODE_OP_BTS,
    DECODE_OP_BTR,
    DECODE_OP_BTC,
    DECODE_OP_XCHG,
    DECODE_OP_XADD,
    DECODE_OP_CMPXCHG,
    DECODE_OP_MOVS,
    DECODE_OP_STOS,
    DECODE_OP_LODS,
};

/* Which side the memory operand is. MOVS has memory on both. */
enum decode_direction {
    DECODE_FROM_MEMORY, /* the memory operand is the source */
    DECODE_TO_MEMORY,   /* the memory operand is the destination, or the only one */
    DECODE_MEMORY_TO_MEMORY,
};

/* What the instruction does to its memory operand (MOVS: read one, write the other). */
enum decode_access {
    DECODE_ACCESS_NONE = 0,
    DECODE_ACCESS_READ = 1,
    DECODE_ACCESS_WRITE = 2,
    DECODE_ACCESS_READ_WRITE = 3,
};

/* The operand that is not in memory. */
enum decode_operand_kind {
    DECODE_OPERAND_NONE = 0,
    DECODE_OPERAND_REGISTER,
    DECODE_OPERAND_HIGH_BYTE, /* bits 15:8 of the register: AH, CH, DH, BH */
    DECODE_OPERAND_IMMEDIATE,
};

/* In the order of their encoding; R8 to R15 are 8 to 15. */
enum decode_register {
    DECODE_RAX,
    DECODE_RCX,
    DECODE_RDX,
    DECODE_RBX,
    DECODE_RSP,
    DECODE_RBP,
    DECODE_RSI,
    DECODE_RDI,
    DECODE_REGISTER_COUNT = 16,
    DECODE_RIP = 16,          /* as a base only: the next instruction's address */
    DECODE_NO_REGISTER = 255, /* no base, or no index */
};

/* In the order of their encoding. */
enum decode_segment {
    DECODE_ES,
    DECODE_CS,
    DECODE_SS,
    DECODE_DS,
    DECODE_FS,
    DECODE_GS,
};

enum decode_repeat {
    DECODE_REPEAT_NONE = 0,
    DECODE_REPEAT, /* REP, REPE or REPNE on a string instruction */
};

/* What names the memory operand: segment:[base + (index << scale) + displacement]. */
struct decode_address {
    uint8_t segment;       /* enum decode_segment, overrides applied */
    uint8_t base;          /* enum decode_register or 8 to 15 */
    uint8_t index;         /* likewise */
    uint8_t scale;         /* 0 to 3 */
    uint8_t width;         /* of the address, in bytes: 2, 4 or 8 */
    uint64_t displacement; /* sign-extended */
};

struct decode_instruction {
    enum decode_operation operation;
    enum decode_direction direction;
    enum decode_access access;
    enum decode_operand_kind operand;
    enum decode_repeat repeat;
    uint8_t length;                /* in bytes, 1 to 15 */
    uint8_t memory_width;          /* of one access, in bytes: 1, 2, 4 or 8 */
    uint8_t register_width;        /* differs from memory_width for MOVZX and MOVSX */
    uint8_t reg;                   /* of a register operand: 0 to 15 */
    uint8_t condition;             /* of CMOVcc: bits 3:0 of its opcode */
    bool is_locked;                /* LOCK prefix, or XCHG */
    struct decode_address address; /* MOVS: of its source */
    uint64_t immediate;            /* sign-extended to 64 bits */
};

/* The guest's general-purpose registers by encoding, and its flags. */
struct decode_registers {
    uint64_t gpr[DECODE_REGISTER_COUNT];
    uint64_t rflags;
};

/*
 * Decodes the instruction that starts at bytes[0]; never reads bytes[count] or
 * further. Fills *out_instruction on DECODE_OK and zeroes it otherwise, but for the
 * length on DECODE_UNSUPPORTED: that of an instruction that writes memory which ModRM
 * names is known, whatever it is; else it is 0 or means nothing.
 */
enum decode_status decode_instruction(const uint8_t *bytes, size_t count,
                                      enum decode_mode mode,
                                      struct decode_instruction *out_instruction);

/* A short sentence in English for @status, never NULL. */
const char *decode_status_text(enum decode_status status);

/*
 * The offset within its segment of the memory operand (of MOVS: of the
 * source), cut to the address size. @rip is the address of the instruction
 * itself. The caller adds the segment's base; in 64-bit mode only FS and GS
 * have one. Says where BT, BTS, BTR and BTC with a register bit offset really
 * access, which can be far from what ModRM names.
 */
uint64_t decode_effective_address(const struct decode_instruction *instruction,
                                  const struct decode_registers *registers, uint64_t rip);

/* The offset within ES of the destination of MOVS or STOS. */
uint64_t decode_string_destination(const struct decode_instruction *instruction,
                                   const struct decode_registers *registers);

/* Instructions whose intercept leaves it to software to find the next RIP. */
enum decode_expected {
    DECODE_EXPECT_NONE = 0,
    DECODE_EXPECT_CPUID,
    DECODE_EXPECT_RDMSR,
    DECODE_EXPECT_WRMSR,
    DECODE_EXPECT_RDTSC,
    DECODE_EXPECT_RDTSCP,
    DECODE_EXPECT_RDPMC,
    DECODE_EXPECT_VMMCALL,
    DECODE_EXPECT_HLT,
    DECODE_EXPECT_XSETBV,
    DECODE_EXPECT_INVD,
    DECODE_EXPECT_WBINVD, /* WBNOINVD too: the same exit code */
    DECODE_EXPECT_MONITOR,
    DECODE_EXPECT_MWAIT,
    DECODE_EXPECT_IO, /* IN, OUT, INS, OUTS */
};

/*
 * The length in bytes, prefixes included, of the instruction at bytes[0] if it
 * is the one that the exit code says; 0 if it is another one or the bytes end
 * before it does. For processors without NRIP-save (APM volume 2, 15.7.1).
 */
unsigned decode_length_of(const uint8_t *bytes, size_t count, enum decode_mode mode,
                          enum decode_expected expected);

#endif
