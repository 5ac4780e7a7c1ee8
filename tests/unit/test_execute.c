/* SPDX-License-Identifier: MIT */
/*
 * Emulated instructions against the processor: random instructions of every
 * emulated form are executed natively and by execute_instruction(), and
 * registers, flags and memory must be the same. What a processor cannot
 * show (calls of the accessors, 16-bit code) is tested by itself.
 */
#define _GNU_SOURCE /* MAP_ANONYMOUS, MAP_32BIT */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#include "svm/execute.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define CF           0x001u
#define PF           0x004u
#define AF           0x010u
#define ZF           0x040u
#define SF           0x080u
#define DF           0x400u
#define OF           0x800u

#define ARITHMETIC   (CF | PF | AF | ZF | SF | OF)

/* --- the processor --- */

struct native {
    struct decode_registers registers;
    const uint8_t *code;
};

extern struct native native;
struct native native;

void run_native(void);

/* Loads all registers but RSP from native, calls its code, stores them back. */
__asm__(".text\n"
        ".type run_native, @function\n"
        "run_native:\n"
        "    push %rbx\n"
        "    push %rbp\n"
        "    push %r12\n"
        "    push %r13\n"
        "    push %r14\n"
        "    push %r15\n"
        "    push native+128(%rip)\n"
        "    popfq\n"
        "    mov native+0(%rip), %rax\n"
        "    mov native+8(%rip), %rcx\n"
        "    mov native+16(%rip), %rdx\n"
        "    mov native+24(%rip), %rbx\n"
        "    mov native+40(%rip), %rbp\n"
        "    mov native+48(%rip), %rsi\n"
        "    mov native+56(%rip), %rdi\n"
        "    mov native+64(%rip), %r8\n"
        "    mov native+72(%rip), %r9\n"
        "    mov native+80(%rip), %r10\n"
        "    mov native+88(%rip), %r11\n"
        "    mov native+96(%rip), %r12\n"
        "    mov native+104(%rip), %r13\n"
        "    mov native+112(%rip), %r14\n"
        "    mov native+120(%rip), %r15\n"
        "    call *native+136(%rip)\n"
        "    mov %rax, native+0(%rip)\n"
        "    mov %rcx, native+8(%rip)\n"
        "    mov %rdx, native+16(%rip)\n"
        "    mov %rbx, native+24(%rip)\n"
        "    mov %rbp, native+40(%rip)\n"
        "    mov %rsi, native+48(%rip)\n"
        "    mov %rdi, native+56(%rip)\n"
        "    mov %r8, native+64(%rip)\n"
        "    mov %r9, native+72(%rip)\n"
        "    mov %r10, native+80(%rip)\n"
        "    mov %r11, native+88(%rip)\n"
        "    mov %r12, native+96(%rip)\n"
        "    mov %r13, native+104(%rip)\n"
        "    mov %r14, native+112(%rip)\n"
        "    mov %r15, native+120(%rip)\n"
        "    pushfq\n"
        "    pop native+128(%rip)\n"
        "    cld\n"
        "    pop %r15\n"
        "    pop %r14\n"
        "    pop %r13\n"
        "    pop %r12\n"
        "    pop %rbp\n"
        "    pop %rbx\n"
        "    ret\n"
        ".size run_native, . - run_native\n");

_Static_assert(offsetof(struct native, registers.rflags) == 128, "used by run_native");
_Static_assert(offsetof(struct native, code) == 136, "used by run_native");

/* --- code and data --- */

#define PAGE        4096u
#define WINDOW_SIZE 1024u

static uint8_t *code;   /* a page to execute, below 2 GiB */
static uint8_t *window; /* the data near it that instructions may touch */

static int map_pages(void **state)
{
    (void)state;
    code = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (code == MAP_FAILED)
        return -1;
    window = code + PAGE;
    return 0;
}

static int unmap_pages(void **state)
{
    (void)state;
    return munmap(code, 2 * PAGE);
}

/* --- the emulation, on the same memory --- */

struct access {
    uint64_t source;
    uint64_t destination;
};

static uint8_t *at(uint64_t address, unsigned width)
{
    uint64_t first = (uintptr_t)window;

    assert_in_range(address, first, first + WINDOW_SIZE - width);
    return window + (address - first);
}

static uint64_t read_window(void *context, unsigned width)
{
    const struct access *access = context;
    uint64_t value = 0xdeadbeefdeadbeef; /* what lies above the width is ignored */

    memcpy(&value, at(access->source, width), width);
    return value;
}

static void write_window(void *context, unsigned width, uint64_t value)
{
    const struct access *access = context;

    if (width < 8)
        assert_int_equal(value >> (8 * width), 0);
    memcpy(at(access->destination, width), &value, width);
}

static void emulate(const struct decode_instruction *instruction,
                    struct decode_registers *registers)
{
    enum execute_outcome outcome;

    for (int i = 0; i < 100; i++) {
        struct access access;
        const struct execute_memory memory = {read_window, write_window, &access};

        access.source = decode_effective_address(instruction, registers, (uintptr_t)code);
        access.destination = instruction->direction == DECODE_MEMORY_TO_MEMORY
                                 ? decode_string_destination(instruction, registers)
                                 : access.source;
        outcome = execute_instruction(instruction, registers, &memory);
        if (outcome != EXECUTE_AGAIN)
            break;
    }
    assert_int_equal(outcome, EXECUTE_DONE);
}

/* --- random numbers: the same in each run --- */

static uint64_t seed = 0x9e3779b97f4a7c15;

static uint64_t any(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static unsigned below(unsigned limit)
{
    return (unsigned)(any() >> 32) % limit;
}

static bool one_in(unsigned n)
{
    return below(n) == 0;
}

/* Often a value at which flags change. */
static uint64_t value(void)
{
    static const uint64_t edges[] = {
        0,    1,    0x7f,       0x80,       0xff,       0x7fff,     0x8000, 0xffff,
        0x10, 0x0f, 0x7fffffff, 0x80000000, 0xffffffff, 1ull << 63, ~0ull,
    };

    return one_in(2) ? edges[below(COUNT(edges))] : any();
}

static void randomize(struct decode_registers *registers)
{
    for (unsigned i = 0; i < DECODE_REGISTER_COUNT; i++)
        registers->gpr[i] = value();
    registers->rflags = 0x202 | (any() & ARITHMETIC);
    for (unsigned i = 0; i < WINDOW_SIZE; i += 8) {
        uint64_t quadword = value();

        memcpy(window + i, &quadword, 8);
    }
}

/* --- comparison --- */

/* Flags that the instruction leaves undefined (APM volume 3, each instruction). */
static uint64_t undefined_flags(enum decode_operation operation)
{
    if (operation == DECODE_OP_OR || operation == DECODE_OP_AND ||
        operation == DECODE_OP_XOR || operation == DECODE_OP_TEST)
        return AF;
    if (operation >= DECODE_OP_BT && operation <= DECODE_OP_BTC)
        return OF | SF | AF | PF;
    return 0;
}

static void fail_at(const char *what, size_t length)
{
    char text[3 * DECODE_MAX_LENGTH + 1] = "";

    for (size_t i = 0; i < length; i++) {
        text[3 * i] = ' ';
        text[3 * i + 1] = "0123456789abcdef"[code[i] >> 4];
        text[3 * i + 2] = "0123456789abcdef"[code[i] & 0xf];
    }
    fail_msg("%s differs after%s", what, text);
}

/* Runs the instruction in the code page both ways, from @registers and the window. */
static void compare(const struct decode_registers *registers, size_t length)
{
    static uint8_t before[WINDOW_SIZE];
    static uint8_t after[WINDOW_SIZE];
    struct decode_registers emulated = *registers;
    struct decode_instruction instruction;
    uint64_t flags;

    assert_int_equal(decode_instruction(code, length, DECODE_MODE_64, &instruction),
                     DECODE_OK);
    assert_int_equal(instruction.length, length);
    code[length] = 0xc3; /* ret */
    memcpy(before, window, WINDOW_SIZE);
    native.registers = *registers;
    native.code = code;
    run_native();
    memcpy(after, window, WINDOW_SIZE);
    memcpy(window, before, WINDOW_SIZE);
    emulate(&instruction, &emulated);

    flags = (ARITHMETIC | DF) & ~undefined_flags(instruction.operation);
    if (memcmp(window, after, WINDOW_SIZE) != 0)
        fail_at("memory", length);
    if (memcmp(emulated.gpr, native.registers.gpr, sizeof(emulated.gpr)) != 0)
        fail_at("a register", length);
    if ((emulated.rflags ^ native.registers.rflags) & flags)
        fail_at("a flag", length);
}

/* --- instructions with ModRM --- */

enum immediate { NO_IMMEDIATE, BYTE_IMMEDIATE, FULL_IMMEDIATE };

#define ANY_REGISTER   8u
#define BYTE_FORM      0x01u /* the opcode before this one is the form for bytes */
#define LOCKABLE       0x02u
#define BIT_OFFSET     0x04u /* the register says how far away the bit is */
#define ONE_WIDTH_LESS 0x08u /* no 16-bit form */

struct shape {
    uint8_t escape; /* 0x0f, or 0 */
    uint8_t opcode;
    uint8_t reg; /* ModRM.reg, or ANY_REGISTER */
    uint8_t properties;
    enum immediate immediate;
};

static const struct shape shapes[] = {
    {0, 0x89, ANY_REGISTER, BYTE_FORM, NO_IMMEDIATE},
    {0, 0x8b, ANY_REGISTER, BYTE_FORM, NO_IMMEDIATE},
    {0, 0xc7, 0, BYTE_FORM, FULL_IMMEDIATE},
    {0, 0x63, ANY_REGISTER, ONE_WIDTH_LESS, NO_IMMEDIATE},
    {0x0f, 0xb7, ANY_REGISTER, 0, NO_IMMEDIATE},
    {0x0f, 0xbf, ANY_REGISTER, 0, NO_IMMEDIATE},
    {0x0f, 0xb6, ANY_REGISTER, 0, NO_IMMEDIATE},
    {0x0f, 0xbe, ANY_REGISTER, 0, NO_IMMEDIATE},
    {0x0f, 0xc3, ANY_REGISTER, ONE_WIDTH_LESS, NO_IMMEDIATE},
    {0, 0x01, ANY_REGISTER, BYTE_FORM | LOCKABLE, NO_IMMEDIATE},
    {0, 0x03, ANY_REGISTER, BYTE_FORM, NO_IMMEDIATE},
    {0, 0x09, ANY_REGISTER, BYTE_FORM | LOCKABLE, NO_IMMEDIATE},
    {0, 0x0b, ANY_REGISTER, BYTE_FORM, NO_IMMEDIATE},
    {0, 0x11, ANY_REGISTER, BYTE_FORM | LOCKABLE, NO_IMMEDIATE},
    {0, 0x13, ANY_REGISTER, BYTE_FORM, NO_IMMEDIATE},
    {0, 0x19, ANY_REGISTER, BYTE_FORM | LOCKABLE, NO_IMMEDIATE},
    {0, 0x1b, ANY_REGISTER, BYTE_FORM, NO_IMMEDIATE},
    {0, 0x21, ANY_REGISTER, BYTE_FORM | LOCKABLE, NO_IMMEDIATE},
    {0, 0x23, ANY_REGISTER, BYTE_FORM, NO_IMMEDIATE},
    {0, 0x29, ANY_REGISTER, BYTE_FORM | LOCKABLE, NO_IMMEDIATE},
    {0, 0x2b, ANY_REGISTER, BYTE_FORM, NO_IMMEDIATE},
    {0, 0x31, ANY_REGISTER, BYTE_FORM | LOCKABLE, NO_IMMEDIATE},
    {0, 0x33, ANY_REGISTER, BYTE_FORM, NO_IMMEDIATE},
    {0, 0x39, ANY_REGISTER, BYTE_FORM, NO_IMMEDIATE},
    {0, 0x3b, ANY_REGISTER, BYTE_FORM, NO_IMMEDIATE},
    {0, 0x81, 0, BYTE_FORM | LOCKABLE, FULL_IMMEDIATE},
    {0, 0x81, 1, BYTE_FORM | LOCKABLE, FULL_IMMEDIATE},
    {0, 0x81, 2, BYTE_FORM | LOCKABLE, FULL_IMMEDIATE},
    {0, 0x81, 3, BYTE_FORM | LOCKABLE, FULL_IMMEDIATE},
    {0, 0x81, 4, BYTE_FORM | LOCKABLE, FULL_IMMEDIATE},
    {0, 0x81, 5, BYTE_FORM | LOCKABLE, FULL_IMMEDIATE},
    {0, 0x81, 6, BYTE_FORM | LOCKABLE, FULL_IMMEDIATE},
    {0, 0x81, 7, BYTE_FORM, FULL_IMMEDIATE},
    {0, 0x83, 0, LOCKABLE, BYTE_IMMEDIATE},
    {0, 0x83, 1, LOCKABLE, BYTE_IMMEDIATE},
    {0, 0x83, 2, LOCKABLE, BYTE_IMMEDIATE},
    {0, 0x83, 3, LOCKABLE, BYTE_IMMEDIATE},
    {0, 0x83, 4, LOCKABLE, BYTE_IMMEDIATE},
    {0, 0x83, 5, LOCKABLE, BYTE_IMMEDIATE},
    {0, 0x83, 6, LOCKABLE, BYTE_IMMEDIATE},
    {0, 0x83, 7, 0, BYTE_IMMEDIATE},
    {0, 0x85, ANY_REGISTER, BYTE_FORM, NO_IMMEDIATE},
    {0, 0x87, ANY_REGISTER, BYTE_FORM | LOCKABLE, NO_IMMEDIATE},
    {0, 0xf7, 0, BYTE_FORM, FULL_IMMEDIATE},
    {0, 0xf7, 2, BYTE_FORM | LOCKABLE, NO_IMMEDIATE},
    {0, 0xf7, 3, BYTE_FORM | LOCKABLE, NO_IMMEDIATE},
    {0, 0xff, 0, BYTE_FORM | LOCKABLE, NO_IMMEDIATE},
    {0, 0xff, 1, BYTE_FORM | LOCKABLE, NO_IMMEDIATE},
    {0x0f, 0xa3, ANY_REGISTER, BIT_OFFSET, NO_IMMEDIATE},
    {0x0f, 0xab, ANY_REGISTER, BIT_OFFSET | LOCKABLE, NO_IMMEDIATE},
    {0x0f, 0xb3, ANY_REGISTER, BIT_OFFSET | LOCKABLE, NO_IMMEDIATE},
    {0x0f, 0xbb, ANY_REGISTER, BIT_OFFSET | LOCKABLE, NO_IMMEDIATE},
    {0x0f, 0xba, 4, 0, BYTE_IMMEDIATE},
    {0x0f, 0xba, 5, LOCKABLE, BYTE_IMMEDIATE},
    {0x0f, 0xba, 6, LOCKABLE, BYTE_IMMEDIATE},
    {0x0f, 0xba, 7, LOCKABLE, BYTE_IMMEDIATE},
    {0x0f, 0xb1, ANY_REGISTER, BYTE_FORM | LOCKABLE, NO_IMMEDIATE},
    {0x0f, 0xc1, ANY_REGISTER, BYTE_FORM | LOCKABLE, NO_IMMEDIATE},
};

struct assembler {
    size_t length;
    uint8_t rex; /* with 0x40 if there is one */
    bool is_byte;
    unsigned width; /* the operand size, in bytes */
    bool is_address_32;
    uint8_t operand; /* the register operand's number, or none */
    struct decode_registers registers;
};

static void emit(struct assembler *assembler, uint64_t bytes, size_t count)
{
    memcpy(code + assembler->length, &bytes, count);
    assembler->length += count;
}

static void emit_prefixes(struct assembler *assembler, const struct shape *shape)
{
    static const uint8_t widths[] = {4, 8, 2};

    assembler->length = 0;
    assembler->rex = 0;
    assembler->width = widths[below(shape->properties & ONE_WIDTH_LESS ? 2 : 3)];
    assembler->is_address_32 = one_in(4);
    assembler->is_byte = shape->properties & BYTE_FORM && one_in(3);
    if (assembler->width == 8)
        assembler->rex = 0x48;
    if (one_in(2))
        assembler->rex |= (uint8_t)(0x40u | below(8));
    if (shape->properties & LOCKABLE && one_in(3))
        emit(assembler, 0xf0, 1);
    if (assembler->width == 2)
        emit(assembler, 0x66, 1);
    if (assembler->is_address_32)
        emit(assembler, 0x67, 1);
    if (assembler->rex)
        emit(assembler, assembler->rex, 1);
}

/* ModRM.reg: not RSP, which is the test's own. Without REX, bytes 4 to 7 are AH to BH. */
static unsigned choose_reg(struct assembler *assembler, const struct shape *shape)
{
    unsigned extension = assembler->rex & 4 ? 8 : 0;
    unsigned reg = shape->reg;
    bool is_high_byte;

    assembler->operand = DECODE_NO_REGISTER;
    if (reg != ANY_REGISTER)
        return reg;
    do {
        reg = below(8);
        is_high_byte = assembler->is_byte && !assembler->rex && reg >= 4;
    } while (!is_high_byte && reg + extension == DECODE_RSP);
    assembler->operand = (uint8_t)(is_high_byte ? reg - 4 : reg + extension);
    return reg;
}

/* What ModRM and SIB name. */
struct place {
    unsigned mod;
    unsigned rm;
    unsigned sib;
    unsigned base;
    unsigned index;
};

static struct place any_place(const struct assembler *assembler)
{
    struct place place = {below(3), below(8), below(256), 0, DECODE_NO_REGISTER};
    unsigned low_base = place.rm == 4 ? place.sib & 7 : place.rm;
    unsigned index = (place.sib >> 3 & 7) | (assembler->rex & 2 ? 8 : 0);

    place.base = low_base | (assembler->rex & 1 ? 8 : 0);
    if (low_base == 5 && place.mod == 0)
        place.base = place.rm == 4 ? DECODE_NO_REGISTER : DECODE_RIP;
    if (place.rm == 4 && index != 4)
        place.index = index;
    return place;
}

/* RSP cannot be set, and what the address needs must not disturb a bit offset. */
static bool is_usable(const struct assembler *assembler, const struct shape *shape,
                      const struct place *place)
{
    if (place->base == DECODE_RSP || (place->base == place->index && place->base < 16))
        return false;
    if (!(shape->properties & BIT_OFFSET))
        return true;
    return place->base != assembler->operand && place->index != assembler->operand;
}

/* Emits ModRM to displacement, and sets registers, so that they name @target. */
static void emit_operand(struct assembler *assembler, const struct shape *shape,
                         unsigned reg, unsigned immediate_size, uint64_t target)
{
    uint64_t *gpr = assembler->registers.gpr;
    uint64_t displacement = 0;
    struct place place;

    do
        place = any_place(assembler);
    while (!is_usable(assembler, shape, &place));
    if (place.mod == 1)
        displacement = (uint64_t)(int8_t)any();
    else if (place.mod == 2)
        displacement = (uint64_t)(int32_t)any();
    if (place.base == DECODE_NO_REGISTER && place.index < 16)
        gpr[place.index] = below(16);
    if (place.index < 16)
        target -= gpr[place.index] << (place.sib >> 6);
    emit(assembler, place.mod << 6 | reg << 3 | place.rm, 1);
    if (place.rm == 4)
        emit(assembler, place.sib, 1);
    if (place.base < 16)
        gpr[place.base] = target - displacement;
    else if (place.base == DECODE_RIP)
        displacement =
            target - ((uintptr_t)code + assembler->length + 4 + immediate_size);
    else
        displacement = target;
    if (place.mod == 1)
        emit(assembler, displacement, 1);
    else if (place.mod == 2 || place.base >= 16)
        emit(assembler, displacement, 4);
    if (assembler->is_address_32 && place.base < 16)
        gpr[place.base] ^= any() << 32;
}

static unsigned immediate_size_of(const struct assembler *assembler,
                                  const struct shape *shape)
{
    if (shape->immediate == NO_IMMEDIATE)
        return 0;
    if (shape->immediate == BYTE_IMMEDIATE || assembler->is_byte)
        return 1;
    return assembler->width == 2 ? 2 : 4;
}

/* An instruction of this shape in the code page, with registers and memory to go with it.
 */
static void assemble(struct assembler *assembler, const struct shape *shape)
{
    uint64_t target = (uintptr_t)window + WINDOW_SIZE / 2 + below(64);
    unsigned immediate_size;
    unsigned reg;

    randomize(&assembler->registers);
    emit_prefixes(assembler, shape);
    if (shape->escape)
        emit(assembler, shape->escape, 1);
    emit(assembler, shape->opcode - (assembler->is_byte ? 1u : 0u), 1);
    reg = choose_reg(assembler, shape);
    if (shape->properties & BIT_OFFSET)
        assembler->registers.gpr[assembler->operand] =
            (uint64_t)((int64_t)below(2048) - 1024);
    immediate_size = immediate_size_of(assembler, shape);
    emit_operand(assembler, shape, reg, immediate_size, target);
    emit(assembler, value(), immediate_size);
    if (one_in(3)) /* so that comparisons find equality */
        memcpy(window + (target - (uintptr_t)window),
               &assembler->registers.gpr[DECODE_RAX], 8);
}

static void shapes_do_what_the_processor_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(shapes); i++) {
        for (unsigned round = 0; round < 300; round++) {
            struct assembler assembler;

            assemble(&assembler, &shapes[i]);
            compare(&assembler.registers, assembler.length);
        }
    }
}

static void conditional_moves_do_what_the_processor_does(void **state)
{
    (void)state;
    for (unsigned condition = 0; condition < 16; condition++) {
        const struct shape shape = {0x0f, (uint8_t)(0x40 + condition), ANY_REGISTER, 0,
                                    NO_IMMEDIATE};

        for (unsigned round = 0; round < 300; round++) {
            struct assembler assembler;

            assemble(&assembler, &shape);
            compare(&assembler.registers, assembler.length);
        }
    }
}

/* --- instructions without ModRM --- */

static void absolute_moves_do_what_the_processor_does(void **state)
{
    static const struct shape shape = {0, 0, 0, 0, NO_IMMEDIATE};

    (void)state;
    for (unsigned round = 0; round < 400; round++) {
        struct assembler assembler;

        randomize(&assembler.registers);
        emit_prefixes(&assembler, &shape);
        emit(&assembler, 0xa0 + below(4), 1);
        emit(&assembler, (uintptr_t)window + below(WINDOW_SIZE - 8),
             assembler.is_address_32 ? 4 : 8);
        compare(&assembler.registers, assembler.length);
    }
}

/* 67 leaves the upper halves of the string registers undetermined: none are given. */
static void strings_do_what_the_processor_does(void **state)
{
    static const uint8_t opcodes[] = {0xa4, 0xa5, 0xaa, 0xab, 0xac, 0xad};
    static const struct shape shape = {0, 0, 0, 0, NO_IMMEDIATE};

    (void)state;
    for (unsigned round = 0; round < 3000; round++) {
        struct assembler assembler;
        uint64_t *gpr = assembler.registers.gpr;
        bool is_repeated = one_in(2);

        randomize(&assembler.registers);
        if (one_in(2))
            assembler.registers.rflags |= DF;
        emit_prefixes(&assembler, &shape);
        if (is_repeated) {
            memmove(code + 1, code, assembler.length++);
            code[0] = 0xf3;
        }
        emit(&assembler, opcodes[below(COUNT(opcodes))], 1);
        gpr[DECODE_RCX] = below(20);
        gpr[DECODE_RSI] = (uintptr_t)window + 300 + below(400);
        gpr[DECODE_RDI] = (uintptr_t)window + 300 + below(400);
        compare(&assembler.registers, assembler.length);
    }
}

/* --- what a processor cannot show --- */

struct calls {
    unsigned read_count;
    unsigned write_count;
    uint64_t read_value;
    uint64_t written;
};

static uint64_t count_read(void *context, unsigned width)
{
    struct calls *calls = context;

    (void)width;
    assert_int_equal(calls->write_count, 0);
    calls->read_count++;
    return calls->read_value;
}

static void count_write(void *context, unsigned width, uint64_t written)
{
    struct calls *calls = context;

    (void)width;
    calls->write_count++;
    calls->written = written;
}

static enum execute_outcome execute(const char *bytes, size_t count,
                                    enum decode_mode mode,
                                    struct decode_registers *registers,
                                    struct calls *calls)
{
    const struct execute_memory memory = {count_read, count_write, calls};
    struct decode_instruction instruction;

    assert_int_equal(
        decode_instruction((const uint8_t *)bytes, count, mode, &instruction), DECODE_OK);
    return execute_instruction(&instruction, registers, &memory);
}

static void a_device_sees_each_access_once(void **state)
{
    static const struct {
        const char *bytes;
        size_t count;
        unsigned read_count;
        unsigned write_count;
    } cases[] = {
        {"\x8b\x00", 2, 1, 0},     /* mov (%rax),%eax */
        {"\x89\x00", 2, 0, 1},     /* mov %eax,(%rax) */
        {"\x09\x00", 2, 1, 1},     /* or %eax,(%rax) */
        {"\x39\x00", 2, 1, 0},     /* cmp %eax,(%rax) */
        {"\x85\x00", 2, 1, 0},     /* test %eax,(%rax) */
        {"\x0f\xa3\x00", 3, 1, 0}, /* bt %eax,(%rax) */
        {"\x0f\xb1\x08", 3, 1, 1}, /* cmpxchg %ecx,(%rax), equal */
        {"\x0f\x45\x00", 3, 1, 0}, /* cmovne (%rax),%eax, not met */
        {"\xa5", 1, 1, 1},         /* movsl */
        {"\xab", 1, 0, 1},         /* stosl */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct decode_registers registers = {.rflags = ZF};
        struct calls calls = {0};

        assert_int_equal(
            execute(cases[i].bytes, cases[i].count, DECODE_MODE_64, &registers, &calls),
            EXECUTE_DONE);
        assert_int_equal(calls.read_count, cases[i].read_count);
        assert_int_equal(calls.write_count, cases[i].write_count);
    }
}

static void cmpxchg_writes_back_what_differs(void **state)
{
    struct decode_registers registers = {.gpr = {[DECODE_RAX] = 1, [DECODE_RCX] = 2}};
    struct calls calls = {.read_value = 3};

    (void)state;
    assert_int_equal(execute("\x0f\xb1\x0f", 3, DECODE_MODE_64, &registers, &calls),
                     EXECUTE_DONE);
    assert_int_equal(calls.write_count, 1);
    assert_int_equal(calls.written, 3);
    assert_int_equal(registers.gpr[DECODE_RAX], 3);
}

static void a_repeated_string_goes_on_until_its_count_is_zero(void **state)
{
    struct decode_registers registers = {
        .gpr = {[DECODE_RAX] = 0x11223344, [DECODE_RCX] = 2, [DECODE_RDI] = 0x1000}};
    struct calls calls = {0};

    (void)state;
    assert_int_equal(execute("\xf3\xab", 2, DECODE_MODE_64, &registers, &calls),
                     EXECUTE_AGAIN);
    assert_int_equal(registers.gpr[DECODE_RDI], 0x1004);
    assert_int_equal(execute("\xf3\xab", 2, DECODE_MODE_64, &registers, &calls),
                     EXECUTE_DONE);
    assert_int_equal(registers.gpr[DECODE_RCX], 0);
    assert_int_equal(calls.write_count, 2);
    assert_int_equal(execute("\xf3\xab", 2, DECODE_MODE_64, &registers, &calls),
                     EXECUTE_DONE);
    assert_int_equal(calls.write_count, 2);
    assert_int_equal(registers.gpr[DECODE_RDI], 0x1008);
}

static void strings_in_16_bit_code_use_the_low_halves(void **state)
{
    struct decode_registers registers = {.gpr = {[DECODE_RCX] = 0xaaaa0001,
                                                 [DECODE_RSI] = 0xbbbbffff,
                                                 [DECODE_RDI] = 0xccccfffe}};
    struct calls calls = {.read_value = 0x5a};

    (void)state;
    assert_int_equal(execute("\xf3\xa4", 2, DECODE_MODE_16, &registers, &calls),
                     EXECUTE_DONE);
    assert_int_equal(registers.gpr[DECODE_RCX], 0xaaaa0000);
    assert_int_equal(registers.gpr[DECODE_RSI], 0xbbbb0000);
    assert_int_equal(registers.gpr[DECODE_RDI], 0xccccffff);
}

static void what_was_not_decoded_is_refused(void **state)
{
    const struct decode_instruction nothing = {0};
    struct decode_registers registers = {0};
    struct calls calls = {0};
    const struct execute_memory memory = {count_read, count_write, &calls};

    (void)state;
    assert_int_equal(execute_instruction(&nothing, &registers, &memory), EXECUTE_REFUSED);
    assert_int_equal(calls.read_count + calls.write_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_do_what_the_processor_does),
        cmocka_unit_test(conditional_moves_do_what_the_processor_does),
        cmocka_unit_test(absolute_moves_do_what_the_processor_does),
        cmocka_unit_test(strings_do_what_the_processor_does),
        cmocka_unit_test(a_device_sees_each_access_once),
        cmocka_unit_test(cmpxchg_writes_back_what_differs),
        cmocka_unit_test(a_repeated_string_goes_on_until_its_count_is_zero),
        cmocka_unit_test(strings_in_16_bit_code_use_the_low_halves),
        cmocka_unit_test(what_was_not_decoded_is_refused),
    };

    return cmocka_run_group_tests(tests, map_pages, unmap_pages);
}
