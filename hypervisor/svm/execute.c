/* SPDX-License-Identifier: MIT */
/*
 * Does what a decoded instruction does, to the guest's registers and to a
 * device that the caller emulates.
 * AMD64 Architecture Programmer's Manual volumes 1 (24592) and 3 (24594).
 */
#include "svm/execute.h"

/* RFLAGS (APM volume 1, 3.1.4). */
#define RFLAGS_CF 0x001u
#define RFLAGS_PF 0x004u
#define RFLAGS_AF 0x010u
#define RFLAGS_ZF 0x040u
#define RFLAGS_SF 0x080u
#define RFLAGS_DF 0x400u
#define RFLAGS_OF 0x800u

#define ARITHMETIC_FLAGS                                                                 \
    (RFLAGS_CF | RFLAGS_PF | RFLAGS_AF | RFLAGS_ZF | RFLAGS_SF | RFLAGS_OF)

/* --- registers --- */

static uint64_t mask_of(unsigned width)
{
    return width == 8 ? ~(uint64_t)0 : ((uint64_t)1 << (8 * width)) - 1;
}

static uint64_t sign_of(unsigned width)
{
    return (uint64_t)1 << (8 * width - 1);
}

static uint64_t sign_extend(uint64_t value, unsigned width)
{
    return ((value & mask_of(width)) ^ sign_of(width)) - sign_of(width);
}

/* A 32-bit result clears the upper half, a smaller one merges (APM volume 1, 3.1.2). */
static void write_register(struct decode_registers *registers, unsigned reg,
                           unsigned width, uint64_t value)
{
    uint64_t kept = width < 4 ? registers->gpr[reg] & ~mask_of(width) : 0;

    registers->gpr[reg] = kept | (value & mask_of(width));
}

static uint64_t read_operand(const struct decode_instruction *instruction,
                             const struct decode_registers *registers)
{
    uint64_t mask = mask_of(instruction->register_width);

    switch (instruction->operand) {
    case DECODE_OPERAND_REGISTER:
        return registers->gpr[instruction->reg] & mask;
    case DECODE_OPERAND_HIGH_BYTE:
        return registers->gpr[instruction->reg] >> 8 & 0xffu;
    case DECODE_OPERAND_IMMEDIATE:
        return instruction->immediate & mask;
    case DECODE_OPERAND_NONE:
        break;
    }
    return 0;
}

static void write_operand(const struct decode_instruction *instruction,
                          struct decode_registers *registers, uint64_t value)
{
    uint64_t *gpr = &registers->gpr[instruction->reg];

    if (instruction->operand == DECODE_OPERAND_HIGH_BYTE)
        *gpr = (*gpr & ~(uint64_t)0xff00u) | (value & 0xffu) << 8;
    else
        write_register(registers, instruction->reg, instruction->register_width, value);
}

/* --- flags --- */

static void set_flags(uint64_t *rflags, uint64_t which, uint64_t values)
{
    *rflags = (*rflags & ~which) | (values & which);
}

static bool has_even_parity(uint64_t value)
{
    unsigned nibble = (unsigned)(value ^ value >> 4) & 0xfu;

    return !(0x6996u >> nibble & 1u);
}

/* PF, ZF and SF of @result. */
static uint64_t flags_of(unsigned width, uint64_t result)
{
    uint64_t flags = 0;

    if (has_even_parity(result))
        flags |= RFLAGS_PF;
    if (!(result & mask_of(width)))
        flags |= RFLAGS_ZF;
    if (result & sign_of(width))
        flags |= RFLAGS_SF;
    return flags;
}

/* CF and OF from what left the top bit, AF from what left bit 3. */
static uint64_t carry_flags(unsigned width, uint64_t carries, uint64_t overflows,
                            uint64_t half_carries)
{
    uint64_t flags = half_carries & RFLAGS_AF;

    if (carries & sign_of(width))
        flags |= RFLAGS_CF;
    if (overflows & sign_of(width))
        flags |= RFLAGS_OF;
    return flags;
}

static uint64_t add_carry(unsigned width, uint64_t a, uint64_t b, uint64_t carry,
                          uint64_t *rflags)
{
    uint64_t result = a + b + carry;

    set_flags(rflags, ARITHMETIC_FLAGS,
              flags_of(width, result) | carry_flags(width, (a & b) | ((a | b) & ~result),
                                                    (a ^ result) & (b ^ result),
                                                    a ^ b ^ result));
    return result;
}

static uint64_t subtract_borrow(unsigned width, uint64_t a, uint64_t b, uint64_t borrow,
                                uint64_t *rflags)
{
    uint64_t result = a - b - borrow;

    set_flags(rflags, ARITHMETIC_FLAGS,
              flags_of(width, result) | carry_flags(width, (~a & b) | ((~a | b) & result),
                                                    (a ^ b) & (a ^ result),
                                                    a ^ b ^ result));
    return result;
}

/* AF is undefined after the logic instructions; processors clear it. */
static uint64_t logic(unsigned width, uint64_t result, uint64_t *rflags)
{
    set_flags(rflags, ARITHMETIC_FLAGS, flags_of(width, result));
    return result;
}

/* --- operations: (width, destination, source, flags) to the new destination --- */

typedef uint64_t operation_fn(unsigned width, uint64_t a, uint64_t b, uint64_t *rflags);

static uint64_t move(unsigned width, uint64_t a, uint64_t b, uint64_t *rflags)
{
    (void)width;
    (void)a;
    (void)rflags;
    return b;
}

static uint64_t add(unsigned width, uint64_t a, uint64_t b, uint64_t *rflags)
{
    return add_carry(width, a, b, 0, rflags);
}

static uint64_t or (unsigned width, uint64_t a, uint64_t b, uint64_t *rflags)
{
    return logic(width, a | b, rflags);
}

static uint64_t adc(unsigned width, uint64_t a, uint64_t b, uint64_t *rflags)
{
    return add_carry(width, a, b, *rflags & RFLAGS_CF, rflags);
}

static uint64_t sbb(unsigned width, uint64_t a, uint64_t b, uint64_t *rflags)
{
    return subtract_borrow(width, a, b, *rflags & RFLAGS_CF, rflags);
}

static uint64_t and (unsigned width, uint64_t a, uint64_t b, uint64_t *rflags)
{
    return logic(width, a & b, rflags);
}

static uint64_t sub(unsigned width, uint64_t a, uint64_t b, uint64_t *rflags)
{
    return subtract_borrow(width, a, b, 0, rflags);
}

static uint64_t xor (unsigned width, uint64_t a, uint64_t b,
                     uint64_t *rflags) { return logic(width, a ^ b, rflags); }

    static uint64_t not(unsigned width, uint64_t a, uint64_t b, uint64_t *rflags)
{
    (void)width;
    (void)b;
    (void)rflags;
    return ~a;
}

static uint64_t neg(unsigned width, uint64_t a, uint64_t b, uint64_t *rflags)
{
    (void)b;
    return subtract_borrow(width, 0, a, 0, rflags);
}

/* INC and DEC leave CF alone. */
static uint64_t inc(unsigned width, uint64_t a, uint64_t b, uint64_t *rflags)
{
    uint64_t carry = *rflags & RFLAGS_CF;

    (void)b;
    a = add_carry(width, a, 1, 0, rflags);
    set_flags(rflags, RFLAGS_CF, carry);
    return a;
}

static uint64_t dec(unsigned width, uint64_t a, uint64_t b, uint64_t *rflags)
{
    uint64_t carry = *rflags & RFLAGS_CF;

    (void)b;
    a = subtract_borrow(width, a, 1, 0, rflags);
    set_flags(rflags, RFLAGS_CF, carry);
    return a;
}

/* The bit tests define CF and leave ZF alone; the rest is undefined, and left alone. */
static uint64_t bt(unsigned width, uint64_t a, uint64_t b, uint64_t *rflags)
{
    set_flags(rflags, RFLAGS_CF, a >> (b & (8 * width - 1)) & 1u);
    return a;
}

static uint64_t bts(unsigned width, uint64_t a, uint64_t b, uint64_t *rflags)
{
    return bt(width, a, b, rflags) | (uint64_t)1 << (b & (8 * width - 1));
}

static uint64_t btr(unsigned width, uint64_t a, uint64_t b, uint64_t *rflags)
{
    return bt(width, a, b, rflags) & ~((uint64_t)1 << (b & (8 * width - 1)));
}

static uint64_t btc(unsigned width, uint64_t a, uint64_t b, uint64_t *rflags)
{
    return bt(width, a, b, rflags) ^ (uint64_t)1 << (b & (8 * width - 1));
}

static operation_fn *const operations[] = {
    [DECODE_OP_MOV] = move,  [DECODE_OP_MOVZX] = move, [DECODE_OP_MOVSX] = move,
    [DECODE_OP_CMOV] = move, [DECODE_OP_ADD] = add,    [DECODE_OP_OR] = or,
    [DECODE_OP_ADC] = adc,   [DECODE_OP_SBB] = sbb,    [DECODE_OP_AND] = and,
    [DECODE_OP_SUB] = sub,   [DECODE_OP_XOR] = xor,    [DECODE_OP_CMP] = sub,
    [DECODE_OP_TEST] = and,  [DECODE_OP_NOT] = not,    [DECODE_OP_NEG] = neg,
    [DECODE_OP_INC] = inc,   [DECODE_OP_DEC] = dec,    [DECODE_OP_BT] = bt,
    [DECODE_OP_BTS] = bts,   [DECODE_OP_BTR] = btr,    [DECODE_OP_BTC] = btc,
    [DECODE_OP_XCHG] = move, [DECODE_OP_XADD] = add,   [DECODE_OP_CMPXCHG] = sub,
    [DECODE_OP_MOVS] = move, [DECODE_OP_STOS] = move,  [DECODE_OP_LODS] = move,
};

/* --- memory --- */

static uint64_t read_memory(const struct decode_instruction *instruction,
                            const struct execute_memory *memory)
{
    unsigned width = instruction->memory_width;

    return memory->read(memory->context, width) & mask_of(width);
}

static void write_memory(const struct decode_instruction *instruction,
                         const struct execute_memory *memory, uint64_t value)
{
    unsigned width = instruction->memory_width;

    memory->write(memory->context, width, value & mask_of(width));
}

/* --- instructions --- */

/* The condition of CMOVcc, as its opcode encodes it: bit 0 negates. */
static bool is_met(unsigned condition, uint64_t rflags)
{
    bool is_less = !(rflags & RFLAGS_SF) != !(rflags & RFLAGS_OF);
    const bool conditions[8] = {
        rflags & RFLAGS_OF,
        rflags & RFLAGS_CF,
        rflags & RFLAGS_ZF,
        rflags & (RFLAGS_CF | RFLAGS_ZF),
        rflags & RFLAGS_SF,
        rflags & RFLAGS_PF,
        is_less,
        is_less || rflags & RFLAGS_ZF,
    };

    return conditions[condition >> 1 & 7u] != (condition & 1u);
}

/* Memory is the source: the result, if there is one, goes to the register. */
static void execute_load(const struct decode_instruction *instruction,
                         struct decode_registers *registers,
                         const struct execute_memory *memory)
{
    uint64_t b = read_memory(instruction, memory);
    uint64_t a;
    uint64_t result;

    if (instruction->operation == DECODE_OP_MOV ||
        instruction->operation == DECODE_OP_MOVZX) {
        write_operand(instruction, registers, b);
        return;
    }
    a = read_operand(instruction, registers);
    if (instruction->operation == DECODE_OP_MOVSX)
        b = sign_extend(b, instruction->memory_width);
    else if (instruction->operation == DECODE_OP_CMOV &&
             !is_met(instruction->condition, registers->rflags))
        b = a; /* still written: 32 bits clear the upper half */
    result = operations[instruction->operation](instruction->register_width, a, b,
                                                &registers->rflags);
    if (instruction->operation != DECODE_OP_CMP)
        write_operand(instruction, registers, result);
}

/* Memory is the destination. */
static void execute_store(const struct decode_instruction *instruction,
                          struct decode_registers *registers,
                          const struct execute_memory *memory)
{
    uint64_t a = 0;
    uint64_t result;

    if (instruction->access & DECODE_ACCESS_READ)
        a = read_memory(instruction, memory);
    result = operations[instruction->operation](instruction->memory_width, a,
                                                read_operand(instruction, registers),
                                                &registers->rflags);
    if (instruction->access & DECODE_ACCESS_WRITE)
        write_memory(instruction, memory, result);
    if (instruction->operation == DECODE_OP_XCHG ||
        instruction->operation == DECODE_OP_XADD)
        write_operand(instruction, registers, a);
}

/* Writes memory even if it differs from the accumulator, as the processor does. */
static void execute_cmpxchg(const struct decode_instruction *instruction,
                            struct decode_registers *registers,
                            const struct execute_memory *memory)
{
    unsigned width = instruction->memory_width;
    uint64_t accumulator = registers->gpr[DECODE_RAX] & mask_of(width);
    uint64_t old = read_memory(instruction, memory);

    sub(width, accumulator, old, &registers->rflags);
    if (accumulator == old) {
        write_memory(instruction, memory, read_operand(instruction, registers));
        return;
    }
    write_memory(instruction, memory, old);
    write_register(registers, DECODE_RAX, width, old);
}

/* Moves a string register past the element, downwards if DF is set. */
static void step(const struct decode_instruction *instruction,
                 struct decode_registers *registers, enum decode_register reg)
{
    uint64_t distance = instruction->memory_width;

    if (registers->rflags & RFLAGS_DF)
        distance = 0 - distance;
    write_register(registers, reg, instruction->address.width,
                   registers->gpr[reg] + distance);
}

static void move_element(const struct decode_instruction *instruction,
                         struct decode_registers *registers,
                         const struct execute_memory *memory)
{
    uint64_t element = instruction->access & DECODE_ACCESS_READ
                           ? read_memory(instruction, memory)
                           : read_operand(instruction, registers);

    if (instruction->access & DECODE_ACCESS_WRITE)
        write_memory(instruction, memory, element);
    else
        write_operand(instruction, registers, element);
    if (instruction->access & DECODE_ACCESS_READ)
        step(instruction, registers, DECODE_RSI);
    if (instruction->access & DECODE_ACCESS_WRITE)
        step(instruction, registers, DECODE_RDI);
}

static enum execute_outcome execute_string(const struct decode_instruction *instruction,
                                           struct decode_registers *registers,
                                           const struct execute_memory *memory)
{
    unsigned width = instruction->address.width;
    uint64_t remaining = registers->gpr[DECODE_RCX] & mask_of(width);

    if (instruction->repeat == DECODE_REPEAT_NONE) {
        move_element(instruction, registers, memory);
        return EXECUTE_DONE;
    }
    if (!remaining)
        return EXECUTE_DONE;
    move_element(instruction, registers, memory);
    remaining--;
    write_register(registers, DECODE_RCX, width, remaining);
    return remaining ? EXECUTE_AGAIN : EXECUTE_DONE;
}

enum execute_outcome execute_instruction(const struct decode_instruction *instruction,
                                         struct decode_registers *registers,
                                         const struct execute_memory *memory)
{
    enum decode_operation operation = instruction->operation;

    if (operation == DECODE_OP_NONE)
        return EXECUTE_REFUSED;
    if (operation >= DECODE_OP_MOVS)
        return execute_string(instruction, registers, memory);
    if (operation == DECODE_OP_CMPXCHG)
        execute_cmpxchg(instruction, registers, memory);
    else if (instruction->direction == DECODE_FROM_MEMORY)
        execute_load(instruction, registers, memory);
    else
        execute_store(instruction, registers, memory);
    return EXECUTE_DONE;
}
