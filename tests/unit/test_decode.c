/* SPDX-License-Identifier: MIT */
/*
 * The instruction decoder: every form that is emulated, addresses in each
 * mode, refusals, and lengths. The bytes are what the GNU assembler makes of the
 * text beside them, the expectations what the APM says of the bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "svm/decode.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static enum decode_mode mode_of(int bits)
{
    return bits == 64 ? DECODE_MODE_64 : bits == 32 ? DECODE_MODE_32 : DECODE_MODE_16;
}

/* Decodes from a block of exactly @count bytes, so that a read beyond is caught. */
static enum decode_status decode(const char *bytes, size_t count, int bits,
                                 struct decode_instruction *out)
{
    uint8_t *copy = malloc(count ? count : 1);
    enum decode_status status;

    assert_non_null(copy);
    memcpy(copy, bytes, count);
    status = decode_instruction(copy, count, mode_of(bits), out);
    free(copy);
    return status;
}

/* --- every form --- */

struct form {
    const char *assembly;
    int bits;
    const char *bytes;
    uint8_t length;
    enum decode_operation operation;
    enum decode_direction direction;
    uint8_t memory_width;
    uint8_t register_width;
    enum decode_operand_kind operand;
    uint8_t reg;
    uint64_t immediate;
};

#define MOV     DECODE_OP_MOV
#define MOVZX   DECODE_OP_MOVZX
#define MOVSX   DECODE_OP_MOVSX
#define CMOV    DECODE_OP_CMOV
#define ADD     DECODE_OP_ADD
#define OR      DECODE_OP_OR
#define ADC     DECODE_OP_ADC
#define SBB     DECODE_OP_SBB
#define AND     DECODE_OP_AND
#define SUB     DECODE_OP_SUB
#define XOR     DECODE_OP_XOR
#define CMP     DECODE_OP_CMP
#define TEST    DECODE_OP_TEST
#define NOT     DECODE_OP_NOT
#define NEG     DECODE_OP_NEG
#define INC     DECODE_OP_INC
#define DEC     DECODE_OP_DEC
#define BT      DECODE_OP_BT
#define BTS     DECODE_OP_BTS
#define BTR     DECODE_OP_BTR
#define BTC     DECODE_OP_BTC
#define XCHG    DECODE_OP_XCHG
#define XADD    DECODE_OP_XADD
#define CMPXCHG DECODE_OP_CMPXCHG
#define MOVS    DECODE_OP_MOVS
#define STOS    DECODE_OP_STOS
#define LODS    DECODE_OP_LODS
#define FROM    DECODE_FROM_MEMORY
#define TO      DECODE_TO_MEMORY
#define BOTH    DECODE_MEMORY_TO_MEMORY
#define REG     DECODE_OPERAND_REGISTER
#define HIGH    DECODE_OPERAND_HIGH_BYTE
#define IMM     DECODE_OPERAND_IMMEDIATE
#define NONE    DECODE_OPERAND_NONE
#define RAX     DECODE_RAX
#define RCX     DECODE_RCX
#define RDX     DECODE_RDX
#define RBX     DECODE_RBX
#define RBP     DECODE_RBP
#define RSI     DECODE_RSI

/* Assembly, mode, bytes, length, operation, direction, widths of memory and register. */
/* clang-format off */
static const struct form forms[] = {
    {"mov (%rbx),%eax", 64, "\x8b\x03", 2, MOV, FROM, 4, 4, REG, RAX, 0},
    {"mov %eax,(%rbx)", 64, "\x89\x03", 2, MOV, TO, 4, 4, REG, RAX, 0},
    {"mov 0x4(%rbx,%rcx,8),%r9d", 64, "\x44\x8b\x4c\xcb\x04", 5, MOV, FROM, 4, 4, REG, 9, 0},
    {"mov %r15,0x12345678(%r13)", 64, "\x4d\x89\xbd\x78\x56\x34\x12", 7, MOV, TO, 8, 8, REG, 15, 0},
    {"mov %r12w,(%r12)", 64, "\x66\x45\x89\x24\x24", 5, MOV, TO, 2, 2, REG, 12, 0},
    {"mov (%rsp),%al", 64, "\x8a\x04\x24", 3, MOV, FROM, 1, 1, REG, RAX, 0},
    {"mov %ah,(%rdx)", 64, "\x88\x22", 2, MOV, TO, 1, 1, HIGH, RAX, 0},
    {"mov (%rdx),%bh", 64, "\x8a\x3a", 2, MOV, FROM, 1, 1, HIGH, RBX, 0},
    {"mov %sil,(%rdx)", 64, "\x40\x88\x32", 3, MOV, TO, 1, 1, REG, RSI, 0},
    {"mov %bpl,(%rdx)", 64, "\x40\x88\x2a", 3, MOV, TO, 1, 1, REG, RBP, 0},
    {"mov %r8b,(%rdx)", 64, "\x44\x88\x02", 3, MOV, TO, 1, 1, REG, 8, 0},
    {"mov 0x10(%rip),%ecx", 64, "\x8b\x0d\x10\x00\x00\x00", 6, MOV, FROM, 4, 4, REG, RCX, 0},
    {"mov %fs:0x30,%eax", 64, "\x64\x8b\x04\x25\x30\x00\x00\x00", 8, MOV, FROM, 4, 4, REG, RAX, 0},
    {"movl $0x80000001,0x10(%rip)", 64, "\xc7\x05\x10\x00\x00\x00\x01\x00\x00\x80", 10, MOV, TO, 4, 4, IMM, 0, 0xffffffff80000001},
    {"movq $-2,(%rdi)", 64, "\x48\xc7\x07\xfe\xff\xff\xff", 7, MOV, TO, 8, 8, IMM, 0, 0xfffffffffffffffe},
    {"movw $0x1234,(%rdi)", 64, "\x66\xc7\x07\x34\x12", 5, MOV, TO, 2, 2, IMM, 0, 0x1234},
    {"movb $0xff,(%rdi)", 64, "\xc6\x07\xff", 3, MOV, TO, 1, 1, IMM, 0, 0xffffffffffffffff},
    {"movabs 0x1122334455667788,%eax", 64, "\xa1\x88\x77\x66\x55\x44\x33\x22\x11", 9, MOV, FROM, 4, 4, REG, RAX, 0},
    {"movabs %rax,0x1122334455667788", 64, "\x48\xa3\x88\x77\x66\x55\x44\x33\x22\x11", 10, MOV, TO, 8, 8, REG, RAX, 0},
    {"movabs %al,0x1122334455667788", 64, "\xa2\x88\x77\x66\x55\x44\x33\x22\x11", 9, MOV, TO, 1, 1, REG, RAX, 0},
    {"movzbl (%rax),%edx", 64, "\x0f\xb6\x10", 3, MOVZX, FROM, 1, 4, REG, RDX, 0},
    {"movzwl (%rax),%edx", 64, "\x0f\xb7\x10", 3, MOVZX, FROM, 2, 4, REG, RDX, 0},
    {"movzwq (%rax),%r10", 64, "\x4c\x0f\xb7\x10", 4, MOVZX, FROM, 2, 8, REG, 10, 0},
    {"movzbw (%rax),%si", 64, "\x66\x0f\xb6\x30", 4, MOVZX, FROM, 1, 2, REG, RSI, 0},
    {"movsbl (%rax),%edx", 64, "\x0f\xbe\x10", 3, MOVSX, FROM, 1, 4, REG, RDX, 0},
    {"movswq (%rax),%rdx", 64, "\x48\x0f\xbf\x10", 4, MOVSX, FROM, 2, 8, REG, RDX, 0},
    {"movslq (%rax),%rdx", 64, "\x48\x63\x10", 3, MOVSX, FROM, 4, 8, REG, RDX, 0},
    {"movnti %r9,(%rax)", 64, "\x4c\x0f\xc3\x08", 4, MOV, TO, 8, 8, REG, 9, 0},
    {"andl $0xfffffffe,(%rax)", 64, "\x83\x20\xfe", 3, AND, TO, 4, 4, IMM, 0, 0xfffffffffffffffe},
    {"orl $0x80000000,0x8(%rax)", 64, "\x81\x48\x08\x00\x00\x00\x80", 7, OR, TO, 4, 4, IMM, 0, 0xffffffff80000000},
    {"addq $0x1000,(%rax)", 64, "\x48\x81\x00\x00\x10\x00\x00", 7, ADD, TO, 8, 8, IMM, 0, 0x1000},
    {"adcb $1,(%rax)", 64, "\x80\x10\x01", 3, ADC, TO, 1, 1, IMM, 0, 1},
    {"sbbw $0x100,(%rax)", 64, "\x66\x81\x18\x00\x01", 5, SBB, TO, 2, 2, IMM, 0, 0x100},
    {"subl $1,(%rax)", 64, "\x83\x28\x01", 3, SUB, TO, 4, 4, IMM, 0, 1},
    {"xorb $0x80,(%rax)", 64, "\x80\x30\x80", 3, XOR, TO, 1, 1, IMM, 0, 0xffffffffffffff80},
    {"cmpl $-1,(%rax)", 64, "\x83\x38\xff", 3, CMP, TO, 4, 4, IMM, 0, 0xffffffffffffffff},
    {"cmp %ecx,(%rax)", 64, "\x39\x08", 2, CMP, TO, 4, 4, REG, RCX, 0},
    {"cmp (%rax),%cl", 64, "\x3a\x08", 2, CMP, FROM, 1, 1, REG, RCX, 0},
    {"add %rcx,(%rax)", 64, "\x48\x01\x08", 3, ADD, TO, 8, 8, REG, RCX, 0},
    {"or (%rax),%cx", 64, "\x66\x0b\x08", 3, OR, FROM, 2, 2, REG, RCX, 0},
    {"and %dl,(%rax)", 64, "\x20\x10", 2, AND, TO, 1, 1, REG, RDX, 0},
    {"xor (%rax),%r11d", 64, "\x44\x33\x18", 3, XOR, FROM, 4, 4, REG, 11, 0},
    {"test %ecx,(%rax)", 64, "\x85\x08", 2, TEST, TO, 4, 4, REG, RCX, 0},
    {"testb $0x20,0x5(%rax)", 64, "\xf6\x40\x05\x20", 4, TEST, TO, 1, 1, IMM, 0, 0x20},
    {"testl $0x80000000,(%rax)", 64, "\xf7\x00\x00\x00\x00\x80", 6, TEST, TO, 4, 4, IMM, 0, 0xffffffff80000000},
    {"notl (%rax)", 64, "\xf7\x10", 2, NOT, TO, 4, 4, NONE, 0, 0},
    {"negb (%rax)", 64, "\xf6\x18", 2, NEG, TO, 1, 1, NONE, 0, 0},
    {"incq (%rax)", 64, "\x48\xff\x00", 3, INC, TO, 8, 8, NONE, 0, 0},
    {"decw (%rax)", 64, "\x66\xff\x08", 3, DEC, TO, 2, 2, NONE, 0, 0},
    {"bt %ecx,(%rax)", 64, "\x0f\xa3\x08", 3, BT, TO, 4, 4, REG, RCX, 0},
    {"btsq $33,(%rax)", 64, "\x48\x0f\xba\x28\x21", 5, BTS, TO, 8, 8, IMM, 0, 33},
    {"btr %r9,(%rax)", 64, "\x4c\x0f\xb3\x08", 4, BTR, TO, 8, 8, REG, 9, 0},
    {"btcw $3,(%rax)", 64, "\x66\x0f\xba\x38\x03", 5, BTC, TO, 2, 2, IMM, 0, 3},
    {"btl $31,(%rax)", 64, "\x0f\xba\x20\x1f", 4, BT, TO, 4, 4, IMM, 0, 31},
    {"lock btsl $0,(%rax)", 64, "\xf0\x0f\xba\x28\x00", 5, BTS, TO, 4, 4, IMM, 0, 0},
    {"xchg %edx,(%rax)", 64, "\x87\x10", 2, XCHG, TO, 4, 4, REG, RDX, 0},
    {"xchg %dh,(%rax)", 64, "\x86\x30", 2, XCHG, TO, 1, 1, HIGH, RDX, 0},
    {"lock xadd %edx,(%rax)", 64, "\xf0\x0f\xc1\x10", 4, XADD, TO, 4, 4, REG, RDX, 0},
    {"lock cmpxchg %r8d,(%rdx)", 64, "\xf0\x44\x0f\xb1\x02", 5, CMPXCHG, TO, 4, 4, REG, 8, 0},
    {"cmovne (%rax),%ecx", 64, "\x0f\x45\x08", 3, CMOV, FROM, 4, 4, REG, RCX, 0},
    {"cmovg (%rax),%r8", 64, "\x4c\x0f\x4f\x00", 4, CMOV, FROM, 8, 8, REG, 8, 0},
    {"rep movsl (%rsi),(%rdi)", 64, "\xf3\xa5", 2, MOVS, BOTH, 4, 4, NONE, 0, 0},
    {"movsb %gs:(%rsi),(%rdi)", 64, "\x65\xa4", 2, MOVS, BOTH, 1, 1, NONE, 0, 0},
    {"rep stosq", 64, "\xf3\x48\xab", 3, STOS, TO, 8, 8, REG, RAX, 0},
    {"lodsw", 64, "\x66\xad", 2, LODS, FROM, 2, 2, REG, RAX, 0},
    {"insb", 64, "\x6c", 1, STOS, TO, 1, 1, REG, RAX, 0},
    {"rep outsl", 64, "\xf3\x6f", 2, LODS, FROM, 4, 4, REG, RAX, 0},
    {"mov (%eax,%r9d,2),%ecx", 64, "\x67\x42\x8b\x0c\x48", 5, MOV, FROM, 4, 4, REG, RCX, 0},
    {"mov 0x8(%ebp),%eax", 32, "\x8b\x45\x08", 3, MOV, FROM, 4, 4, REG, RAX, 0},
    {"mov %al,0xfee00020", 32, "\xa2\x20\x00\xe0\xfe", 5, MOV, TO, 1, 1, REG, RAX, 0},
    {"mov %cx,%es:(%edx)", 32, "\x26\x66\x89\x0a", 4, MOV, TO, 2, 2, REG, RCX, 0},
    {"movzwl (%bx,%si),%edx", 32, "\x67\x0f\xb7\x10", 4, MOVZX, FROM, 2, 4, REG, RDX, 0},
    {"movl $1,0xfee000b0", 32, "\xc7\x05\xb0\x00\xe0\xfe\x01\x00\x00\x00", 10, MOV, TO, 4, 4, IMM, 0, 1},
    {"mov %ecx,(,%eax,4)", 32, "\x89\x0c\x85\x00\x00\x00\x00", 7, MOV, TO, 4, 4, REG, RCX, 0},
    {"mov %ch,(%eax)", 32, "\x88\x28", 2, MOV, TO, 1, 1, HIGH, RCX, 0},
    {"mov %ax,%es:(%di)", 16, "\x26\x89\x05", 3, MOV, TO, 2, 2, REG, RAX, 0},
    {"mov -2(%bp),%dl", 16, "\x8a\x56\xfe", 3, MOV, FROM, 1, 1, REG, RDX, 0},
    {"mov 0x1234,%bx", 16, "\x8b\x1e\x34\x12", 4, MOV, FROM, 2, 2, REG, RBX, 0},
    {"movl $0x12345678,(%ebx)", 16, "\x67\x66\xc7\x03\x78\x56\x34\x12", 8, MOV, TO, 4, 4, IMM, 0, 0x12345678},
    {"rep movsw", 16, "\xf3\xa5", 2, MOVS, BOTH, 2, 2, NONE, 0, 0},
    {"movw $7,0x100(%bp,%di)", 16, "\xc7\x83\x00\x01\x07\x00", 6, MOV, TO, 2, 2, IMM, 0, 7},
};
/* clang-format on */

static bool decodes_as(const struct form *form, struct decode_instruction *out)
{
    return decode(form->bytes, form->length, form->bits, out) == DECODE_OK &&
           out->length == form->length && out->operation == form->operation &&
           out->direction == form->direction && out->memory_width == form->memory_width &&
           out->register_width == form->register_width && out->operand == form->operand &&
           out->reg == form->reg && out->immediate == form->immediate;
}

static void every_form_decodes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(forms); i++) {
        const struct form *form = &forms[i];
        struct decode_instruction got;

        if (!decodes_as(form, &got))
            fail_msg("%s", form->assembly);
    }
}

static void bytes_after_the_instruction_do_not_matter(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct decode_instruction got;
        char bytes[DECODE_MAX_LENGTH];

        memset(bytes, 0x66, sizeof(bytes));
        memcpy(bytes, forms[i].bytes, forms[i].length);
        assert_int_equal(decode(bytes, sizeof(bytes), forms[i].bits, &got), DECODE_OK);
        assert_int_equal(got.length, forms[i].length);
    }
}

static void every_cut_form_is_truncated(void **state)
{
    static const struct decode_instruction nothing;

    (void)state;
    for (size_t i = 0; i < COUNT(forms); i++) {
        for (size_t count = 0; count < forms[i].length; count++) {
            struct decode_instruction got;

            assert_int_equal(decode(forms[i].bytes, count, forms[i].bits, &got),
                             DECODE_TRUNCATED);
            assert_memory_equal(&got, &nothing, sizeof(got));
        }
    }
}

static void access_says_what_happens_to_memory(void **state)
{
    static const struct {
        const char *bytes;
        size_t count;
        enum decode_access access;
    } cases[] = {
        {"\x8b\x00", 2, DECODE_ACCESS_READ},           /* mov (%rax),%eax */
        {"\x89\x00", 2, DECODE_ACCESS_WRITE},          /* mov %eax,(%rax) */
        {"\x03\x00", 2, DECODE_ACCESS_READ},           /* add (%rax),%eax */
        {"\x01\x00", 2, DECODE_ACCESS_READ_WRITE},     /* add %eax,(%rax) */
        {"\x39\x00", 2, DECODE_ACCESS_READ},           /* cmp %eax,(%rax) */
        {"\x85\x00", 2, DECODE_ACCESS_READ},           /* test %eax,(%rax) */
        {"\x0f\xa3\x00", 3, DECODE_ACCESS_READ},       /* bt %eax,(%rax) */
        {"\x0f\xab\x00", 3, DECODE_ACCESS_READ_WRITE}, /* bts %eax,(%rax) */
        {"\x87\x00", 2, DECODE_ACCESS_READ_WRITE},     /* xchg %eax,(%rax) */
        {"\xaa", 1, DECODE_ACCESS_WRITE},              /* stosb */
        {"\xac", 1, DECODE_ACCESS_READ},               /* lodsb */
        {"\xa4", 1, DECODE_ACCESS_READ_WRITE},         /* movsb */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct decode_instruction got;

        assert_int_equal(decode(cases[i].bytes, cases[i].count, 64, &got), DECODE_OK);
        assert_int_equal(got.access, cases[i].access);
    }
}

/* --- prefixes --- */

static void only_strings_repeat(void **state)
{
    struct decode_instruction got;

    (void)state;
    assert_int_equal(decode("\xf3\xa5", 2, 64, &got), DECODE_OK); /* rep movsl */
    assert_int_equal(got.repeat, DECODE_REPEAT);
    assert_int_equal(decode("\xf2\xab", 2, 64, &got), DECODE_OK); /* repne stosl */
    assert_int_equal(got.repeat, DECODE_REPEAT);
    assert_int_equal(decode("\xa5", 1, 64, &got), DECODE_OK);
    assert_int_equal(got.repeat, DECODE_REPEAT_NONE);
    assert_int_equal(decode("\xf3\x89\x00", 3, 64, &got), DECODE_OK); /* xrelease */
    assert_int_equal(got.repeat, DECODE_REPEAT_NONE);
}

static void lock_is_legal_where_one_operand_is_read_and_written(void **state)
{
    static const struct {
        const char *bytes;
        size_t count;
        enum decode_status status;
    } cases[] = {
        {"\xf0\x01\x00", 3, DECODE_OK},          /* lock add %eax,(%rax) */
        {"\xf0\xf7\x18", 3, DECODE_OK},          /* lock negl (%rax) */
        {"\xf0\x0f\xba\x28\x01", 5, DECODE_OK},  /* lock btsl $1,(%rax) */
        {"\xf0\x87\x00", 3, DECODE_OK},          /* lock xchg %eax,(%rax) */
        {"\xf0\x89\x00", 3, DECODE_ILLEGAL},     /* lock mov %eax,(%rax) */
        {"\xf0\x03\x00", 3, DECODE_ILLEGAL},     /* lock add (%rax),%eax */
        {"\xf0\x39\x00", 3, DECODE_ILLEGAL},     /* lock cmp %eax,(%rax) */
        {"\xf0\x0f\xa3\x00", 4, DECODE_ILLEGAL}, /* lock bt %eax,(%rax) */
        {"\xf0\xa4", 2, DECODE_ILLEGAL},         /* lock movsb */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct decode_instruction got;

        assert_int_equal(decode(cases[i].bytes, cases[i].count, 64, &got),
                         cases[i].status);
        assert_int_equal(got.is_locked, cases[i].status == DECODE_OK);
    }
}

static void xchg_locks_without_a_prefix(void **state)
{
    struct decode_instruction got;

    (void)state;
    assert_int_equal(decode("\x87\x00", 2, 64, &got), DECODE_OK);
    assert_true(got.is_locked);
    assert_int_equal(decode("\x01\x00", 2, 64, &got), DECODE_OK);
    assert_false(got.is_locked);
}

static void rex_before_another_prefix_is_ignored(void **state)
{
    struct decode_instruction got;

    (void)state;
    /* rex.WR, then 66: mov (%rax),%ax */
    assert_int_equal(decode("\x4c\x66\x8b\x00", 4, 64, &got), DECODE_OK);
    assert_int_equal(got.memory_width, 2);
    assert_int_equal(got.reg, DECODE_RAX);
    /* 66, then rex.WR: mov (%rax),%r8 */
    assert_int_equal(decode("\x66\x4c\x8b\x00", 4, 64, &got), DECODE_OK);
    assert_int_equal(got.memory_width, 8);
    assert_int_equal(got.reg, 8);
}

static void an_instruction_has_at_most_15_bytes(void **state)
{
    struct decode_instruction got;
    char bytes[20];

    (void)state;
    memset(bytes, 0x2e, sizeof(bytes));
    memcpy(bytes + 13, "\x8b\x00", 2);
    assert_int_equal(decode(bytes, 15, 64, &got), DECODE_OK);
    assert_int_equal(got.length, 15);
    memcpy(bytes + 13, "\x2e\x8b\x00", 3);
    assert_int_equal(decode(bytes, 16, 64, &got), DECODE_TOO_LONG);
    memset(bytes, 0x2e, sizeof(bytes));
    assert_int_equal(decode(bytes, sizeof(bytes), 64, &got), DECODE_TOO_LONG);
    assert_int_equal(decode(bytes, 14, 64, &got), DECODE_TRUNCATED);
}

/* --- refusals --- */

static void what_is_not_emulated_is_unsupported(void **state)
{
    static const struct {
        const char *bytes;
        size_t count;
        int bits;
    } cases[] = {
        {"\x0f\x28\x00", 3, 64},                 /* movaps (%rax),%xmm0 */
        {"\xf3\x0f\x6f\x00", 4, 64},             /* movdqu (%rax),%xmm0 */
        {"\xc5\xf8\x28\x00", 4, 64},             /* vmovaps (%rax),%xmm0 */
        {"\xd9\x00", 2, 64},                     /* flds (%rax) */
        {"\xff\x30", 2, 64},                     /* push (%rax) */
        {"\x8f\x00", 2, 64},                     /* pop (%rax) */
        {"\xff\x10", 2, 64},                     /* call *(%rax) */
        {"\xf7\x20", 2, 64},                     /* mull (%rax) */
        {"\xd1\x20", 2, 64},                     /* shll (%rax) */
        {"\x0f\xc7\x08", 3, 64},                 /* cmpxchg8b (%rax) */
        {"\xc7\x48\x00\x00\x00\x00\x00", 7, 64}, /* c7 /1, reserved */
        {"\x0f\xba\x00\x00", 4, 64},             /* 0f ba /0, reserved */
        {"\x63\x00", 2, 32},                     /* arpl %ax,(%eax) */
        {"\x66\x63\x00", 3, 64},                 /* movslw: two bytes or four */
        {"\x48", 1, 32}, /* dec %eax, which is REX.W in 64-bit mode */
        {"\x90", 1, 64}, /* nop */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct decode_instruction got;

        assert_int_equal(decode(cases[i].bytes, cases[i].count, cases[i].bits, &got),
                         DECODE_UNSUPPORTED);
        assert_int_equal(got.operation, DECODE_OP_NONE);
    }
}

/* As objdump has them, with more behind. */
static void lengths_of_other_writes_are_known(void **state)
{
    static const struct {
        const char *bytes;
        uint8_t length;
        int bits;
    } cases[] = {
        {"\x0f\x29\x00", 3, 64},                     /* movaps %xmm0,(%rax) */
        {"\xf3\x0f\x7f\x44\x88\x10", 6, 64},         /* movdqu, 16(%rax,%rcx,4) */
        {"\x66\x0f\xe7\x05\x10\x00\x00\x00", 8, 64}, /* movntdq, 16(%rip) */
        {"\x66\x44\x0f\x3a\x14\x48\x05\x07", 8, 64}, /* pextrb $7,%xmm9,5(%rax) */
        {"\x0f\x38\xf1\x48\x08", 5, 64},             /* movbe %ecx,8(%rax) */
        {"\x66\x0f\x38\xf8\x00", 5, 64},             /* movdir64b (%rax),%rax */
        {"\x0f\x94\x00", 3, 64},                     /* sete (%rax) */
        {"\x0f\xa4\x08\x09", 4, 64},                 /* shld $9,%ecx,(%rax) */
        {"\x0f\xad\x08", 3, 64},                     /* shrd %cl,%ecx,(%rax) */
        {"\xf0\x0f\xc7\x08", 4, 64},                 /* lock cmpxchg8b (%rax) */
        {"\x48\x0f\xae\x27", 4, 64},                 /* xsave64 (%rdi) */
        {"\xc1\x28\x07", 3, 64},                     /* shrl $7,(%rax) */
        {"\x66\xd3\x40\x02", 4, 64},                 /* rolw %cl,2(%rax) */
        {"\xdd\x1c\x24", 3, 64},                     /* fstpl (%rsp) */
        {"\x8c\x18", 2, 64},                         /* mov %ds,(%rax) */
        {"\xc5\xfe\x7f\x80\x00\x01\x00\x00", 8, 64}, /* vmovdqu %ymm0,256(%rax) */
        {"\xc4\xe3\x7d\x19\x00\x01", 6, 64},         /* vextractf128 $1,... */
        {"\xc4\xe2\x7d\x2e\x00", 5, 64},             /* vmaskmovps ...,(%rax) */
        {"\x62\xf1\x7f\x48\x7f\x40\x01", 7, 64},     /* vmovdqu8 %zmm0,64(%rax) */
        {"\x62\xf3\x7d\x48\x39\x00\x01", 7, 64},     /* vextracti32x4 $1,... */
        {"\xc5\xfa\x7f\x00", 4, 32},                 /* vmovdqu %xmm0,(%eax) */
        {"\x67\x0f\x11\x40\x04", 5, 32},             /* movups, 4(%bx,%si) */
        {"\x0f\x11\x06\x34\x12", 5, 16},             /* movups, 0x1234 */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct decode_instruction got;
        uint8_t bytes[DECODE_MAX_LENGTH] = {0};

        memcpy(bytes, cases[i].bytes, cases[i].length);
        assert_int_equal(decode((const char *)bytes, sizeof(bytes), cases[i].bits, &got),
                         DECODE_UNSUPPORTED);
        assert_int_equal(got.length, cases[i].length);
        assert_int_equal(
            decode(cases[i].bytes, cases[i].length - 1u, cases[i].bits, &got),
            DECODE_TRUNCATED);
        assert_int_equal(got.length, 0);
    }
}

static void register_forms_touch_no_memory(void **state)
{
    struct decode_instruction got;

    (void)state;
    assert_int_equal(decode("\x89\xd8", 2, 64, &got), DECODE_NO_MEMORY);
    assert_int_equal(decode("\x0f\xb6\xc0", 3, 64, &got), DECODE_NO_MEMORY);
    assert_int_equal(decode("\x83\xc0\x01", 3, 64, &got), DECODE_NO_MEMORY);
}

static void no_mode_decodes_nothing(void **state)
{
    const uint8_t bytes[] = {0x8b, 0x00};
    struct decode_instruction got;

    (void)state;
    assert_int_equal(decode_instruction(bytes, 2, DECODE_MODE_NONE, &got),
                     DECODE_UNSUPPORTED);
    assert_int_equal(decode_length_of(bytes, 2, DECODE_MODE_NONE, DECODE_EXPECT_CPUID),
                     0);
}

/* --- addresses --- */

/* Register n holds (n + 1) * 0x1000; the instruction stands at 0x400000. */
static const struct {
    const char *assembly;
    int bits;
    const char *bytes;
    size_t count;
    uint64_t offset;
    enum decode_segment segment;
} addresses[] = {
    {"mov (%rbx),%eax", 64, "\x8b\x03", 2, 0x4000, DECODE_DS},
    {"mov 0x8(%rbp),%eax", 64, "\x8b\x45\x08", 3, 0x6008, DECODE_SS},
    {"mov -0x8(%rsp),%eax", 64, "\x8b\x44\x24\xf8", 4, 0x4ff8, DECODE_SS},
    {"mov (%r13),%eax", 64, "\x41\x8b\x45\x00", 4, 0xe000, DECODE_DS},
    {"mov (%r12),%eax", 64, "\x41\x8b\x04\x24", 4, 0xd000, DECODE_DS},
    {"mov 0x10(%rax,%rcx,8),%eax", 64, "\x8b\x44\xc8\x10", 4, 0x1000 + 0x2000 * 8 + 0x10,
     DECODE_DS},
    {"mov (,%r12,4),%eax", 64, "\x42\x8b\x04\xa5\x00\x00\x00\x00", 8, 0xd000 * 4,
     DECODE_DS},
    {"mov (%rsp,%rbp,2),%eax", 64, "\x8b\x04\x6c", 3, 0x5000 + 0x6000 * 2, DECODE_SS},
    {"mov 0x10(%rip),%eax", 64, "\x8b\x05\x10\x00\x00\x00", 6, 0x400016, DECODE_DS},
    {"movl $1,0x10(%rip)", 64, "\xc7\x05\x10\x00\x00\x00\x01\x00\x00\x00", 10, 0x40001a,
     DECODE_DS},
    {"mov -0x80000000,%eax", 64, "\x8b\x04\x25\x00\x00\x00\x80", 7, 0xffffffff80000000,
     DECODE_DS},
    {"mov %gs:0x10(%rax),%eax", 64, "\x65\x8b\x40\x10", 4, 0x1010, DECODE_GS},
    {"mov %fs:(%rbp),%eax", 64, "\x64\x8b\x45\x00", 4, 0x6000, DECODE_FS},
    {"mov %es:(%rax),%eax", 64, "\x26\x8b\x00", 3, 0x1000, DECODE_DS},
    {"movabs 0xffffffffff5fb0f0,%al", 64, "\xa0\xf0\xb0\x5f\xff\xff\xff\xff\xff", 9,
     0xffffffffff5fb0f0, DECODE_DS},
    {"lodsl %fs:(%rsi),%eax", 64, "\x64\xad", 2, 0x7000, DECODE_FS},
    {"stosl", 64, "\xab", 1, 0x8000, DECODE_ES},
    {"outsl %gs:(%esi)", 64, "\x65\x67\x6f", 3, 0x7000, DECODE_GS},
    {"insl", 64, "\x64\x6d", 2, 0x8000, DECODE_ES},
    {"mov (%eax,%ebx,2),%ecx", 32, "\x8b\x0c\x58", 3, 0x1000 + 0x4000 * 2, DECODE_DS},
    {"mov 0x80000000,%ecx", 32, "\x8b\x0d\x00\x00\x00\x80", 6, 0x80000000, DECODE_DS},
    {"mov %es:(%ebp),%ecx", 32, "\x26\x8b\x4d\x00", 4, 0x6000, DECODE_ES},
    {"mov -1(%bp,%di),%ecx", 32, "\x67\x8b\x4b\xff", 4, 0x6000 + 0x8000 - 1, DECODE_SS},
    {"movsl %cs:(%esi),(%edi)", 32, "\x2e\xa5", 2, 0x7000, DECODE_CS},
    {"mov (%bx,%di),%ax", 16, "\x8b\x01", 2, 0x4000 + 0x8000, DECODE_DS},
    {"mov (%bp),%ax", 16, "\x8b\x46\x00", 3, 0x6000, DECODE_SS},
    {"mov 0x8000(%si),%ax", 16, "\x8b\x84\x00\x80", 4, 0xf000, DECODE_DS},
    {"mov 0xfff0,%cx", 16, "\x8b\x0e\xf0\xff", 4, 0xfff0, DECODE_DS},
    {"mov (%esp),%ax", 16, "\x67\x8b\x04\x24", 4, 0x5000, DECODE_SS},
};

static struct decode_registers numbered_registers(void)
{
    struct decode_registers registers = {.rflags = 2};

    for (unsigned i = 0; i < DECODE_REGISTER_COUNT; i++)
        registers.gpr[i] = (i + 1) * 0x1000;
    return registers;
}

static void addresses_are_computed(void **state)
{
    struct decode_registers registers = numbered_registers();

    (void)state;
    for (size_t i = 0; i < COUNT(addresses); i++) {
        struct decode_instruction got;

        assert_int_equal(
            decode(addresses[i].bytes, addresses[i].count, addresses[i].bits, &got),
            DECODE_OK);
        if (decode_effective_address(&got, &registers, 0x400000) != addresses[i].offset ||
            got.address.segment != addresses[i].segment)
            fail_msg("%s", addresses[i].assembly);
    }
}

static void addresses_wrap_at_their_width(void **state)
{
    struct decode_registers registers = numbered_registers();
    struct decode_instruction got;

    (void)state;
    registers.gpr[DECODE_RAX] = 0x12345678ffffffff;
    /* mov 0x2(%eax),%eax in 64-bit mode */
    assert_int_equal(decode("\x67\x8b\x40\x02", 4, 64, &got), DECODE_OK);
    assert_int_equal(decode_effective_address(&got, &registers, 0), 1);
    registers.gpr[DECODE_RBX] = 0xabcdffff;
    registers.gpr[DECODE_RSI] = 0x00010003;
    /* mov (%bx,%si),%ax */
    assert_int_equal(decode("\x8b\x00", 2, 16, &got), DECODE_OK);
    assert_int_equal(decode_effective_address(&got, &registers, 0), 2);
}

static void bit_offsets_move_the_address(void **state)
{
    static const struct {
        uint64_t bit;
        uint64_t offset_32;
        uint64_t offset_16;
    } cases[] = {
        {0, 0x1000, 0x1000},           {31, 0x1000, 0x1002},
        {32, 0x1004, 0x1004},          {100, 0x100c, 0x100c},
        {(uint64_t)-1, 0xffc, 0xffe},  {(uint64_t)-32, 0xffc, 0xffc},
        {(uint64_t)-33, 0xff8, 0xffa},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct decode_registers registers = numbered_registers();
        struct decode_instruction got;

        registers.gpr[DECODE_RCX] = cases[i].bit;
        assert_int_equal(decode("\x0f\xab\x08", 3, 64, &got), DECODE_OK);
        assert_int_equal(decode_effective_address(&got, &registers, 0),
                         cases[i].offset_32);
        assert_int_equal(decode("\x66\x0f\xab\x08", 4, 64, &got), DECODE_OK);
        assert_int_equal(decode_effective_address(&got, &registers, 0),
                         cases[i].offset_16);
    }
}

static void string_destinations_are_at_rdi(void **state)
{
    struct decode_registers registers = numbered_registers();
    struct decode_instruction got;

    (void)state;
    registers.gpr[DECODE_RDI] = 0x123456789abc;
    assert_int_equal(decode("\xa4", 1, 64, &got), DECODE_OK);
    assert_int_equal(decode_string_destination(&got, &registers), 0x123456789abc);
    assert_int_equal(decode("\x67\xa4", 2, 64, &got), DECODE_OK);
    assert_int_equal(decode_string_destination(&got, &registers), 0x56789abc);
    assert_int_equal(decode("\xa4", 1, 16, &got), DECODE_OK);
    assert_int_equal(decode_string_destination(&got, &registers), 0x9abc);
}

/* --- lengths --- */

static const struct {
    const char *bytes;
    size_t count;
    int bits;
    enum decode_expected expected;
    unsigned length;
} lengths[] = {
    {"\x0f\xa2", 2, 64, DECODE_EXPECT_CPUID, 2},
    {"\x0f\x32", 2, 64, DECODE_EXPECT_RDMSR, 2},
    {"\x0f\x30", 2, 16, DECODE_EXPECT_WRMSR, 2},
    {"\x0f\x31", 2, 32, DECODE_EXPECT_RDTSC, 2},
    {"\x0f\x01\xf9", 3, 64, DECODE_EXPECT_RDTSCP, 3},
    {"\x0f\x33", 2, 64, DECODE_EXPECT_RDPMC, 2},
    {"\x0f\x01\xd9", 3, 64, DECODE_EXPECT_VMMCALL, 3},
    {"\xf4", 1, 64, DECODE_EXPECT_HLT, 1},
    {"\x0f\x01\xd1", 3, 64, DECODE_EXPECT_XSETBV, 3},
    {"\x0f\x08", 2, 64, DECODE_EXPECT_INVD, 2},
    {"\x0f\x09", 2, 64, DECODE_EXPECT_WBINVD, 2},
    {"\xf3\x0f\x09", 3, 64, DECODE_EXPECT_WBINVD, 3}, /* wbnoinvd */
    {"\x0f\x01\xc8", 3, 64, DECODE_EXPECT_MONITOR, 3},
    {"\x0f\x01\xc9", 3, 64, DECODE_EXPECT_MWAIT, 3},
    {"\xe4\x71", 2, 64, DECODE_EXPECT_IO, 2}, /* in $0x71,%al */
    {"\xef", 1, 64, DECODE_EXPECT_IO, 1},     /* out %eax,(%dx) */
    {"\xf3\x6f", 2, 64, DECODE_EXPECT_IO, 2}, /* rep outsl */
    /* prefixes count */
    {"\x48\x0f\xa2", 3, 64, DECODE_EXPECT_CPUID, 3},
    {"\x66\x2e\x0f\xa2\x90", 5, 64, DECODE_EXPECT_CPUID, 4},
    /* 48 is no prefix outside 64-bit mode */
    {"\x48\x0f\xa2", 3, 32, DECODE_EXPECT_CPUID, 0},
    /* another instruction, and LOCK, which raises #UD */
    {"\x0f\xa2", 2, 64, DECODE_EXPECT_RDMSR, 0},
    {"\x0f\x01\xd8", 3, 64, DECODE_EXPECT_VMMCALL, 0},
    {"\xf0\x0f\xa2", 3, 64, DECODE_EXPECT_CPUID, 0},
    {"\xee", 1, 64, DECODE_EXPECT_HLT, 0},
    {"\x0f\xa2", 2, 64, DECODE_EXPECT_NONE, 0},
    /* cut short */
    {"\x0f", 1, 64, DECODE_EXPECT_CPUID, 0},
    {"\x0f\x01", 2, 64, DECODE_EXPECT_VMMCALL, 0},
    {"\xe4", 1, 64, DECODE_EXPECT_IO, 0},
    {"\x66", 1, 64, DECODE_EXPECT_HLT, 0},
    {"", 0, 64, DECODE_EXPECT_HLT, 0},
};

static void lengths_are_of_the_expected_instruction(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lengths); i++) {
        uint8_t *copy = malloc(lengths[i].count ? lengths[i].count : 1);

        assert_non_null(copy);
        memcpy(copy, lengths[i].bytes, lengths[i].count);
        assert_int_equal(decode_length_of(copy, lengths[i].count,
                                          mode_of(lengths[i].bits), lengths[i].expected),
                         lengths[i].length);
        free(copy);
    }
}

static void lengths_end_at_15_bytes(void **state)
{
    uint8_t bytes[17];

    (void)state;
    memset(bytes, 0x66, sizeof(bytes));
    memcpy(bytes + 13, "\x0f\xa2", 2);
    assert_int_equal(decode_length_of(bytes, 17, DECODE_MODE_64, DECODE_EXPECT_CPUID),
                     15);
    memcpy(bytes + 13, "\x66\x0f\xa2", 3);
    assert_int_equal(decode_length_of(bytes, 17, DECODE_MODE_64, DECODE_EXPECT_CPUID), 0);
    memset(bytes, 0x66, sizeof(bytes));
    bytes[14] = 0xe4; /* in, whose port would be byte 16 */
    assert_int_equal(decode_length_of(bytes, 17, DECODE_MODE_64, DECODE_EXPECT_IO), 0);
}

static void every_status_has_its_sentence(void **state)
{
    (void)state;
    for (int i = DECODE_OK; i <= DECODE_UNSUPPORTED; i++)
        for (int j = DECODE_OK; j < i; j++)
            assert_string_not_equal(decode_status_text((enum decode_status)i),
                                    decode_status_text((enum decode_status)j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_decodes),
        cmocka_unit_test(bytes_after_the_instruction_do_not_matter),
        cmocka_unit_test(every_cut_form_is_truncated),
        cmocka_unit_test(access_says_what_happens_to_memory),
        cmocka_unit_test(only_strings_repeat),
        cmocka_unit_test(lock_is_legal_where_one_operand_is_read_and_written),
        cmocka_unit_test(xchg_locks_without_a_prefix),
        cmocka_unit_test(rex_before_another_prefix_is_ignored),
        cmocka_unit_test(an_instruction_has_at_most_15_bytes),
        cmocka_unit_test(what_is_not_emulated_is_unsupported),
        cmocka_unit_test(lengths_of_other_writes_are_known),
        cmocka_unit_test(register_forms_touch_no_memory),
        cmocka_unit_test(no_mode_decodes_nothing),
        cmocka_unit_test(addresses_are_computed),
        cmocka_unit_test(addresses_wrap_at_their_width),
        cmocka_unit_test(bit_offsets_move_the_address),
        cmocka_unit_test(string_destinations_are_at_rdi),
        cmocka_unit_test(lengths_are_of_the_expected_instruction),
        cmocka_unit_test(lengths_end_at_15_bytes),
        cmocka_unit_test(every_status_has_its_sentence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
