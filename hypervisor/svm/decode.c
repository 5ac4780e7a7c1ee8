/* SPDX-License-Identifier: MIT */
/*
 * Decodes the instructions with which software reads and writes device memory.
 * AMD64 Architecture Programmer's Manual volume 3 (24594), chapter 1 and appendix A.
 */
#include "svm/decode.h"

/* ModRM, SIB and REX (APM volume 3, 1.4 and 1.2.7). */
#define MODRM_MOD    0xc0u
#define MODRM_RM     0x07u
#define MOD_REGISTER 3u
#define RM_SIB       4u
#define RM_DISP32    5u /* with mod 0: no base, in 64-bit mode RIP */
#define RM16_DISP16  6u /* with mod 0 and 16-bit addresses: no base */
#define SIB_NO_INDEX 4u
#define SIB_NO_BASE  5u /* with mod 0 */
#define REX_W        0x08u
#define REX_R        0x04u
#define REX_X        0x02u
#define REX_B        0x01u

/* The first bytes of VEX and EVEX, and the opcode maps that they name. */
#define VEX2     0xc5
#define VEX3     0xc4
#define EVEX     0x62
#define VEX_MAP  0x07u
#define MAP_0F   1u
#define MAP_0F38 2u
#define MAP_0F3A 3u

/* The bytes still to decode. Once status is not OK, every byte read is zero. */
struct cursor {
    const uint8_t *bytes;
    size_t count;
    size_t at;
    enum decode_status status;
};

struct prefixes {
    enum decode_mode mode;
    bool has_operand_size;
    bool has_address_size;
    bool has_lock;
    bool has_repeat;
    bool has_segment;
    uint8_t segment;
    uint8_t rex; /* zero without REX */
};

/* Which operands follow the opcode, and in which direction they work. */
enum form {
    FORM_STORE,     /* ModRM: memory, register */
    FORM_LOAD,      /* ModRM: register, memory */
    FORM_IMMEDIATE, /* ModRM: memory, immediate of the operand size, at most 32 bits */
    FORM_IMMEDIATE_BYTE, /* ModRM: memory, sign-extended byte */
    FORM_UNARY,          /* ModRM: memory */
    FORM_OFFSET_LOAD,    /* accumulator, memory at an offset in the instruction */
    FORM_OFFSET_STORE,   /* the other way round */
    FORM_STRING_LOAD,    /* accumulator, memory at rSI */
    FORM_STRING_STORE,   /* memory at rDI, accumulator */
    FORM_STRING_MOVE,    /* memory at rDI, memory at rSI */
};

enum width_rule {
    WIDTH_BIT_0,      /* opcode bit 0: clear is a byte, set is the operand size */
    WIDTH_OPERAND,    /* the operand size */
    WIDTH_EXTEND,     /* memory is a byte or, with opcode bit 0, a word */
    WIDTH_DOUBLEWORD, /* memory is four bytes */
};

/*
 * One row of the opcode maps. An instruction matches if its key, opcode << 8 |
 * ModRM, has the value @match under @mask. The @span operations that begin at
 * @operation are encoded in the key's bits from @shift on.
 */
struct pattern {
    uint16_t mask;
    uint16_t match;
    uint8_t operation; /* enum decode_operation */
    uint8_t span;
    uint8_t shift;
    uint8_t form;  /* enum form */
    uint8_t width; /* enum width_rule */
};

#define OPCODE_BITS_5_3 11
#define MODRM_REG       3

_Static_assert(DECODE_OP_CMP - DECODE_OP_ADD == 7, "operations in encoding order");
_Static_assert(DECODE_OP_BTC - DECODE_OP_BT == 3, "operations in encoding order");

/*
 * Opcodes of one byte (APM volume 3, table A-1), the commonest first. Of those without
 * an operation nothing but their length is wanted: shifts, x87, segment registers. INS
 * and OUTS, which exit before they touch memory, touch it as STOS and LODS do.
 */
static const struct pattern one_byte[] = {
    {0xfe00, 0x8a00, DECODE_OP_MOV, 1, 0, FORM_LOAD, WIDTH_BIT_0},
    {0xfe00, 0x8800, DECODE_OP_MOV, 1, 0, FORM_STORE, WIDTH_BIT_0},
    {0xfe38, 0xc600, DECODE_OP_MOV, 1, 0, FORM_IMMEDIATE, WIDTH_BIT_0},
    {0xfe00, 0xa000, DECODE_OP_MOV, 1, 0, FORM_OFFSET_LOAD, WIDTH_BIT_0},
    {0xfe00, 0xa200, DECODE_OP_MOV, 1, 0, FORM_OFFSET_STORE, WIDTH_BIT_0},
    {0xff00, 0x6300, DECODE_OP_MOVSX, 1, 0, FORM_LOAD, WIDTH_DOUBLEWORD},
    {0xc600, 0x0000, DECODE_OP_ADD, 8, OPCODE_BITS_5_3, FORM_STORE, WIDTH_BIT_0},
    {0xc600, 0x0200, DECODE_OP_ADD, 8, OPCODE_BITS_5_3, FORM_LOAD, WIDTH_BIT_0},
    {0xfe00, 0x8000, DECODE_OP_ADD, 8, MODRM_REG, FORM_IMMEDIATE, WIDTH_BIT_0},
    {0xff00, 0x8300, DECODE_OP_ADD, 8, MODRM_REG, FORM_IMMEDIATE_BYTE, WIDTH_OPERAND},
    {0xfe00, 0x8400, DECODE_OP_TEST, 1, 0, FORM_STORE, WIDTH_BIT_0},
    {0xfe30, 0xf600, DECODE_OP_TEST, 1, 0, FORM_IMMEDIATE, WIDTH_BIT_0}, /* /0 and /1 */
    {0xfe38, 0xf610, DECODE_OP_NOT, 1, 0, FORM_UNARY, WIDTH_BIT_0},
    {0xfe38, 0xf618, DECODE_OP_NEG, 1, 0, FORM_UNARY, WIDTH_BIT_0},
    {0xfe38, 0xfe00, DECODE_OP_INC, 1, 0, FORM_UNARY, WIDTH_BIT_0},
    {0xfe38, 0xfe08, DECODE_OP_DEC, 1, 0, FORM_UNARY, WIDTH_BIT_0},
    {0xfe00, 0x8600, DECODE_OP_XCHG, 1, 0, FORM_STORE, WIDTH_BIT_0},
    {0xfe00, 0xa400, DECODE_OP_MOVS, 1, 0, FORM_STRING_MOVE, WIDTH_BIT_0},
    {0xfe00, 0xaa00, DECODE_OP_STOS, 1, 0, FORM_STRING_STORE, WIDTH_BIT_0},
    {0xfe00, 0xac00, DECODE_OP_LODS, 1, 0, FORM_STRING_LOAD, WIDTH_BIT_0},
    {0xfe00, 0x6c00, DECODE_OP_STOS, 1, 0, FORM_STRING_STORE, WIDTH_BIT_0}, /* INS */
    {0xfe00, 0x6e00, DECODE_OP_LODS, 1, 0, FORM_STRING_LOAD, WIDTH_BIT_0},  /* OUTS */
    {0xfe00, 0xc000, DECODE_OP_NONE, 1, 0, FORM_IMMEDIATE_BYTE, WIDTH_OPERAND},
    {0xfc00, 0xd000, DECODE_OP_NONE, 1, 0, FORM_UNARY, WIDTH_OPERAND},
    {0xf800, 0xd800, DECODE_OP_NONE, 1, 0, FORM_UNARY, WIDTH_OPERAND},
    {0xff00, 0x8c00, DECODE_OP_NONE, 1, 0, FORM_UNARY, WIDTH_OPERAND},
};

/* Opcodes after 0x0f (APM volume 3, table A-3); SHLD, SHRD and all else by length. */
static const struct pattern two_byte[] = {
    {0xfe00, 0xb600, DECODE_OP_MOVZX, 1, 0, FORM_LOAD, WIDTH_EXTEND},
    {0xfe00, 0xbe00, DECODE_OP_MOVSX, 1, 0, FORM_LOAD, WIDTH_EXTEND},
    {0xf000, 0x4000, DECODE_OP_CMOV, 1, 0, FORM_LOAD, WIDTH_OPERAND},
    {0xe700, 0xa300, DECODE_OP_BT, 4, OPCODE_BITS_5_3, FORM_STORE, WIDTH_OPERAND},
    {0xff20, 0xba20, DECODE_OP_BT, 4, MODRM_REG, FORM_IMMEDIATE_BYTE, WIDTH_OPERAND},
    {0xfe00, 0xb000, DECODE_OP_CMPXCHG, 1, 0, FORM_STORE, WIDTH_BIT_0},
    {0xfe00, 0xc000, DECODE_OP_XADD, 1, 0, FORM_STORE, WIDTH_BIT_0},
    {0xff00, 0xc300, DECODE_OP_MOV, 1, 0, FORM_STORE, WIDTH_OPERAND}, /* MOVNTI */
    {0xf700, 0xa400, DECODE_OP_NONE, 1, 0, FORM_IMMEDIATE_BYTE, WIDTH_OPERAND},
    {0x0000, 0x0000, DECODE_OP_NONE, 1, 0, FORM_UNARY, WIDTH_OPERAND},
};

/* Opcodes after 0x0f38 and 0x0f3a, and what VEX and EVEX turn into vector instructions.
 */
static const struct pattern others[] = {
    {0x0000, 0x0000, DECODE_OP_NONE, 1, 0, FORM_UNARY, WIDTH_OPERAND},
    {0x0000, 0x0000, DECODE_OP_NONE, 1, 0, FORM_IMMEDIATE_BYTE, WIDTH_OPERAND},
};

/* --- bytes --- */

static void start(struct cursor *cursor, const uint8_t *bytes, size_t count)
{
    cursor->bytes = bytes;
    cursor->count = count < DECODE_MAX_LENGTH ? count : DECODE_MAX_LENGTH;
    cursor->at = 0;
    cursor->status = DECODE_OK;
}

static bool need_byte(struct cursor *cursor)
{
    if (cursor->status == DECODE_OK && cursor->at == cursor->count)
        cursor->status =
            cursor->at == DECODE_MAX_LENGTH ? DECODE_TOO_LONG : DECODE_TRUNCATED;
    return cursor->status == DECODE_OK;
}

static uint8_t peek(struct cursor *cursor)
{
    return need_byte(cursor) ? cursor->bytes[cursor->at] : 0;
}

static uint8_t take(struct cursor *cursor)
{
    uint8_t byte = peek(cursor);

    if (cursor->status == DECODE_OK)
        cursor->at++;
    return byte;
}

/* Takes @width bytes, little-endian, zero-extended. */
static uint64_t take_unsigned(struct cursor *cursor, unsigned width)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < width; i++)
        value |= (uint64_t)take(cursor) << (8 * i);
    return value;
}

/* Takes @width bytes, little-endian, sign-extended. */
static uint64_t take_signed(struct cursor *cursor, unsigned width)
{
    uint64_t value = take_unsigned(cursor, width);
    uint64_t sign = (uint64_t)1 << (8 * width - 1);

    return (value ^ sign) - sign;
}

/* --- prefixes --- */

/* Notes a legacy prefix (APM volume 3, 1.2.1); returns false if @byte is none. */
static bool note_prefix(uint8_t byte, struct prefixes *prefixes)
{
    static const uint8_t segments[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65};

    for (uint8_t i = 0; i < sizeof(segments); i++) {
        if (byte != segments[i])
            continue;
        /* In 64-bit mode only FS and GS say something (APM volume 3, 1.2.4). */
        if (prefixes->mode != DECODE_MODE_64 || i >= DECODE_FS) {
            prefixes->has_segment = true;
            prefixes->segment = i;
        }
        return true;
    }
    if (byte == 0x66)
        prefixes->has_operand_size = true;
    else if (byte == 0x67)
        prefixes->has_address_size = true;
    else if (byte == 0xf0)
        prefixes->has_lock = true;
    else if (byte == 0xf2 || byte == 0xf3)
        prefixes->has_repeat = true;
    else
        return false;
    return true;
}

/*
 * Takes all prefixes and returns the first byte of the opcode. REX counts only
 * right before the opcode (APM volume 3, 1.2.7). The loop ends with the cursor:
 * after 15 bytes at the latest.
 */
static uint8_t take_prefixes(struct cursor *cursor, enum decode_mode mode,
                             struct prefixes *out_prefixes)
{
    *out_prefixes = (struct prefixes){.mode = mode};
    for (;;) {
        uint8_t byte = take(cursor);

        if (mode == DECODE_MODE_64 && (byte & 0xf0u) == 0x40)
            out_prefixes->rex = byte;
        else if (note_prefix(byte, out_prefixes))
            out_prefixes->rex = 0;
        else
            return byte;
    }
}

/* Bit 3 of a register number, if REX has @bit. */
static uint8_t rex_extend(const struct prefixes *prefixes, uint8_t bit)
{
    return prefixes->rex & bit ? 8 : 0;
}

/* In bytes (APM volume 3, 1.2.2). */
static uint8_t operand_size(const struct prefixes *prefixes)
{
    bool is_word = (prefixes->mode == DECODE_MODE_16) != prefixes->has_operand_size;

    if (prefixes->rex & REX_W)
        return 8;
    return is_word ? 2 : 4;
}

/* In bytes (APM volume 3, 1.2.3). */
static uint8_t address_size(const struct prefixes *prefixes)
{
    if (prefixes->mode == DECODE_MODE_64)
        return prefixes->has_address_size ? 4 : 8;
    return (prefixes->mode == DECODE_MODE_16) != prefixes->has_address_size ? 2 : 4;
}

/* --- addresses --- */

/* Without an override, the stack segment goes with RSP and RBP as a base. */
static uint8_t segment_of(const struct prefixes *prefixes, uint8_t base)
{
    if (prefixes->has_segment)
        return prefixes->segment;
    return base == DECODE_RSP || base == DECODE_RBP ? DECODE_SS : DECODE_DS;
}

/* APM volume 3, appendix A, ModRM operand references, 16-bit addressing. */
static void take_address_16(struct cursor *cursor, unsigned mod, unsigned rm,
                            struct decode_address *address)
{
    static const uint8_t bases[8] = {DECODE_RBX, DECODE_RBX, DECODE_RBP, DECODE_RBP,
                                     DECODE_RSI, DECODE_RDI, DECODE_RBP, DECODE_RBX};
    static const uint8_t indexes[8] = {
        DECODE_RSI,         DECODE_RDI,         DECODE_RSI,         DECODE_RDI,
        DECODE_NO_REGISTER, DECODE_NO_REGISTER, DECODE_NO_REGISTER, DECODE_NO_REGISTER};

    address->base = bases[rm];
    address->index = indexes[rm];
    if (mod == 0 && rm == RM16_DISP16) {
        address->base = DECODE_NO_REGISTER;
        address->displacement = take_signed(cursor, 2);
    } else if (mod != 0) {
        address->displacement = take_signed(cursor, mod);
    }
}

/* APM volume 3, appendix A, SIB operand references. */
static void take_sib(struct cursor *cursor, const struct prefixes *prefixes, unsigned mod,
                     struct decode_address *address)
{
    uint8_t sib = take(cursor);
    uint8_t index = (uint8_t)((sib >> 3 & 7u) | rex_extend(prefixes, REX_X));
    uint8_t base = sib & 7u;

    address->scale = sib >> 6;
    address->index = index == SIB_NO_INDEX ? DECODE_NO_REGISTER : index;
    if (base == SIB_NO_BASE && mod == 0)
        address->base = DECODE_NO_REGISTER;
    else
        address->base = base | rex_extend(prefixes, REX_B);
}

/* APM volume 3, 1.4, and 1.7 for RIP-relative addresses. */
static void take_address_32(struct cursor *cursor, const struct prefixes *prefixes,
                            unsigned mod, uint8_t rm, struct decode_address *address)
{
    bool has_disp32 = mod == 2;

    if (rm == RM_SIB) {
        take_sib(cursor, prefixes, mod, address);
        has_disp32 |= address->base == DECODE_NO_REGISTER;
    } else if (rm == RM_DISP32 && mod == 0) {
        has_disp32 = true;
        address->base =
            prefixes->mode == DECODE_MODE_64 ? DECODE_RIP : DECODE_NO_REGISTER;
    } else {
        address->base = rm | rex_extend(prefixes, REX_B);
    }
    if (has_disp32)
        address->displacement = take_signed(cursor, 4);
    else if (mod == 1)
        address->displacement = take_signed(cursor, 1);
}

/* Takes ModRM and what belongs to it; its reg field goes to @instruction. */
static void take_modrm(struct cursor *cursor, const struct prefixes *prefixes,
                       struct decode_instruction *instruction)
{
    struct decode_address *address = &instruction->address;
    uint8_t modrm = take(cursor);
    unsigned mod = (modrm & MODRM_MOD) >> 6;
    uint8_t rm = modrm & MODRM_RM;

    instruction->reg = (uint8_t)((modrm >> 3 & 7u) | rex_extend(prefixes, REX_R));
    if (mod == MOD_REGISTER) {
        if (cursor->status == DECODE_OK)
            cursor->status = DECODE_NO_MEMORY;
        return;
    }
    if (address->width == 2)
        take_address_16(cursor, mod, rm, address);
    else
        take_address_32(cursor, prefixes, mod, rm, address);
    address->segment = segment_of(prefixes, address->base);
}

/* --- operands --- */

static void set_widths(const struct prefixes *prefixes, enum width_rule rule,
                       uint8_t opcode, struct decode_instruction *instruction)
{
    uint8_t operand = operand_size(prefixes);

    instruction->register_width = operand;
    switch (rule) {
    case WIDTH_BIT_0:
        instruction->memory_width = opcode & 1u ? operand : 1;
        instruction->register_width = instruction->memory_width;
        break;
    case WIDTH_OPERAND:
        instruction->memory_width = operand;
        break;
    case WIDTH_EXTEND:
        instruction->memory_width = opcode & 1u ? 2 : 1;
        break;
    case WIDTH_DOUBLEWORD:
        instruction->memory_width = 4;
        break;
    }
}

/* Without REX, byte registers 4 to 7 are AH, CH, DH and BH (APM volume 3, 1.8.1). */
static void set_register_operand(const struct prefixes *prefixes,
                                 struct decode_instruction *instruction)
{
    instruction->operand = DECODE_OPERAND_REGISTER;
    if (instruction->register_width != 1 || prefixes->rex || instruction->reg < 4)
        return;
    instruction->operand = DECODE_OPERAND_HIGH_BYTE;
    instruction->reg &= 3u;
}

static void take_immediate(struct cursor *cursor, unsigned width,
                           struct decode_instruction *instruction)
{
    instruction->operand = DECODE_OPERAND_IMMEDIATE;
    instruction->reg = 0;
    instruction->immediate = take_signed(cursor, width < 4 ? width : 4);
}

/* The string at @base; a segment override moves the source only. */
static void set_string_address(const struct prefixes *prefixes, uint8_t base,
                               struct decode_address *address)
{
    address->base = base;
    address->segment =
        base == DECODE_RDI ? (uint8_t)DECODE_ES : segment_of(prefixes, base);
}

static void take_operands(struct cursor *cursor, const struct prefixes *prefixes,
                          enum form form, struct decode_instruction *instruction)
{
    struct decode_address *address = &instruction->address;

    instruction->direction = DECODE_TO_MEMORY;
    address->width = address_size(prefixes);
    address->base = DECODE_NO_REGISTER;
    address->index = DECODE_NO_REGISTER;

    switch (form) {
    case FORM_LOAD:
        instruction->direction = DECODE_FROM_MEMORY;
        take_modrm(cursor, prefixes, instruction);
        set_register_operand(prefixes, instruction);
        break;
    case FORM_STORE:
        take_modrm(cursor, prefixes, instruction);
        set_register_operand(prefixes, instruction);
        break;
    case FORM_IMMEDIATE:
        take_modrm(cursor, prefixes, instruction);
        take_immediate(cursor, instruction->memory_width, instruction);
        break;
    case FORM_IMMEDIATE_BYTE:
        take_modrm(cursor, prefixes, instruction);
        take_immediate(cursor, 1, instruction);
        break;
    case FORM_UNARY:
        take_modrm(cursor, prefixes, instruction);
        instruction->reg = 0;
        break;
    case FORM_OFFSET_LOAD:
    case FORM_OFFSET_STORE:
        if (form == FORM_OFFSET_LOAD)
            instruction->direction = DECODE_FROM_MEMORY;
        address->displacement = take_unsigned(cursor, address->width);
        address->segment = segment_of(prefixes, DECODE_NO_REGISTER);
        set_register_operand(prefixes, instruction);
        break;
    case FORM_STRING_LOAD:
        instruction->direction = DECODE_FROM_MEMORY;
        set_string_address(prefixes, DECODE_RSI, address);
        set_register_operand(prefixes, instruction);
        break;
    case FORM_STRING_STORE:
        set_string_address(prefixes, DECODE_RDI, address);
        set_register_operand(prefixes, instruction);
        break;
    case FORM_STRING_MOVE:
        instruction->direction = DECODE_MEMORY_TO_MEMORY;
        set_string_address(prefixes, DECODE_RSI, address);
        break;
    }
}

/* --- instructions --- */

/* The row for the instruction whose opcode is taken and whose ModRM, if any, is next. */
static const struct pattern *find_pattern(struct cursor *cursor, uint8_t opcode,
                                          const struct pattern *patterns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct pattern *pattern = &patterns[i];
        unsigned key = (unsigned)opcode << 8;

        if ((key & pattern->mask) != (pattern->match & 0xff00u))
            continue;
        if (pattern->mask & 0xffu)
            key |= peek(cursor);
        if ((key & pattern->mask) == pattern->match || cursor->status != DECODE_OK)
            return pattern;
    }
    return NULL;
}

/*
 * Takes VEX or EVEX, whose first byte was @first, and returns the opcode map that it
 * names; 0 for any other byte. (Outside 64-bit mode it may be LES, LDS or BOUND, which
 * write nothing, so that their length is of no account: APM volume 3, 1.2.8.)
 */
static unsigned take_vex(struct cursor *cursor, uint8_t first)
{
    unsigned map = MAP_0F;

    if (first != VEX2 && first != VEX3 && first != EVEX)
        return 0;
    if (first != VEX2)
        map = take(cursor) & VEX_MAP;
    (void)take_unsigned(cursor, first == EVEX ? 2 : 1);
    return map;
}

/* Takes the rest of the opcode, whose last byte *@opcode becomes, and finds its row. */
static const struct pattern *take_opcode(struct cursor *cursor, uint8_t *opcode)
{
    unsigned map = take_vex(cursor, *opcode);

    if (map == 0 && *opcode != 0x0f)
        return find_pattern(cursor, *opcode, one_byte,
                            sizeof(one_byte) / sizeof(one_byte[0]));
    *opcode = take(cursor);
    if (map == 0 && (*opcode & 0xfdu) == 0x38) {
        map = *opcode == 0x3a ? MAP_0F3A : MAP_0F38;
        *opcode = take(cursor);
    }
    if (map == 0)
        return find_pattern(cursor, *opcode, two_byte,
                            sizeof(two_byte) / sizeof(two_byte[0]));
    return &others[map == MAP_0F3A];
}

static enum decode_operation operation_of(struct cursor *cursor,
                                          const struct pattern *pattern, uint8_t opcode)
{
    unsigned key = (unsigned)opcode << 8;

    if (pattern->shift == MODRM_REG)
        key |= peek(cursor);
    return (enum decode_operation)(pattern->operation +
                                   (key >> pattern->shift & (pattern->span - 1u)));
}

static enum decode_access access_of(const struct decode_instruction *instruction)
{
    if (instruction->direction == DECODE_FROM_MEMORY)
        return DECODE_ACCESS_READ;
    if (instruction->operation == DECODE_OP_MOV ||
        instruction->operation == DECODE_OP_STOS)
        return DECODE_ACCESS_WRITE;
    if (instruction->operation == DECODE_OP_CMP ||
        instruction->operation == DECODE_OP_TEST ||
        instruction->operation == DECODE_OP_BT)
        return DECODE_ACCESS_READ;
    return DECODE_ACCESS_READ_WRITE;
}

static bool is_string(const struct decode_instruction *instruction)
{
    return instruction->operation >= DECODE_OP_MOVS;
}

/* Whether LOCK is legal: on what reads and writes one operand (APM volume 3, 1.2.5). */
static bool may_lock(const struct decode_instruction *instruction)
{
    return instruction->direction == DECODE_TO_MEMORY &&
           instruction->access == DECODE_ACCESS_READ_WRITE;
}

/*
 * Whether a row that matches says something else here: 0x63 is ARPL outside
 * 64-bit mode, and MOVSXD to a 16-bit register reads two bytes or four,
 * depending on the vendor.
 */
static bool is_other_instruction(const struct prefixes *prefixes,
                                 const struct pattern *pattern)
{
    return pattern->width == WIDTH_DOUBLEWORD &&
           (prefixes->mode != DECODE_MODE_64 || operand_size(prefixes) < 4);
}

static enum decode_status finish(const struct cursor *cursor,
                                 const struct prefixes *prefixes,
                                 struct decode_instruction *instruction)
{
    instruction->length = (uint8_t)cursor->at;
    instruction->access = access_of(instruction);
    instruction->is_locked =
        prefixes->has_lock || instruction->operation == DECODE_OP_XCHG;
    if (is_string(instruction) && prefixes->has_repeat)
        instruction->repeat = DECODE_REPEAT;
    if (cursor->status == DECODE_OK && prefixes->has_lock && !may_lock(instruction))
        return DECODE_ILLEGAL;
    return cursor->status;
}

static enum decode_status decode(struct cursor *cursor, enum decode_mode mode,
                                 struct decode_instruction *instruction)
{
    struct prefixes prefixes;
    const struct pattern *pattern;
    enum decode_status status;
    uint8_t opcode = take_prefixes(cursor, mode, &prefixes);

    pattern = take_opcode(cursor, &opcode);
    if (cursor->status != DECODE_OK)
        return cursor->status;
    if (!pattern || is_other_instruction(&prefixes, pattern))
        return DECODE_UNSUPPORTED;

    instruction->operation = operation_of(cursor, pattern, opcode);
    instruction->condition =
        instruction->operation == DECODE_OP_CMOV ? (uint8_t)(opcode & 0xfu) : (uint8_t)0;
    set_widths(&prefixes, (enum width_rule)pattern->width, opcode, instruction);
    take_operands(cursor, &prefixes, (enum form)pattern->form, instruction);
    status = finish(cursor, &prefixes, instruction);
    return status == DECODE_OK && instruction->operation == DECODE_OP_NONE
               ? DECODE_UNSUPPORTED
               : status;
}

enum decode_status decode_instruction(const uint8_t *bytes, size_t count,
                                      enum decode_mode mode,
                                      struct decode_instruction *out_instruction)
{
    struct cursor cursor;
    enum decode_status status;

    *out_instruction = (struct decode_instruction){0};
    if (mode == DECODE_MODE_NONE)
        return DECODE_UNSUPPORTED;
    start(&cursor, bytes, count);
    status = decode(&cursor, mode, out_instruction);
    if (status == DECODE_UNSUPPORTED)
        *out_instruction = (struct decode_instruction){.length = out_instruction->length};
    else if (status != DECODE_OK)
        *out_instruction = (struct decode_instruction){0};
    return status;
}

const char *decode_status_text(enum decode_status status)
{
    switch (status) {
    case DECODE_OK:
        return "decoded";
    case DECODE_TRUNCATED:
        return "more instruction bytes are needed";
    case DECODE_TOO_LONG:
        return "the instruction is longer than 15 bytes";
    case DECODE_ILLEGAL:
        return "the LOCK prefix is not legal on this instruction";
    case DECODE_NO_MEMORY:
        return "the instruction has no memory operand";
    case DECODE_UNSUPPORTED:
        return "the instruction is not one that is emulated on device memory";
    }
    return "unknown status";
}

/* --- effective addresses --- */

static uint64_t cut(uint64_t value, unsigned width)
{
    return width == 8 ? value : value & (((uint64_t)1 << (8 * width)) - 1);
}

static uint64_t register_value(const struct decode_registers *registers, uint8_t reg,
                               uint64_t next_rip)
{
    if (reg == DECODE_RIP)
        return next_rip;
    return reg < DECODE_REGISTER_COUNT ? registers->gpr[reg] : 0;
}

/*
 * How far from its operand a bit test with a register bit offset accesses, in
 * bytes: the signed offset in whole operands (APM volume 3, BT).
 */
static uint64_t bit_distance(const struct decode_instruction *instruction,
                             const struct decode_registers *registers)
{
    unsigned bits = 8u * instruction->memory_width;
    uint64_t sign = (uint64_t)1 << (bits - 1);
    uint64_t offset;

    if (instruction->operation < DECODE_OP_BT || instruction->operation > DECODE_OP_BTC ||
        instruction->operand != DECODE_OPERAND_REGISTER)
        return 0;
    offset = cut(registers->gpr[instruction->reg], instruction->memory_width);
    offset = (offset ^ sign) - sign;
    /* An arithmetic shift right by 3, without the low bits of the operand. */
    offset &= ~(uint64_t)(bits - 1);
    return offset >> 3 | (offset >> 63 ? (uint64_t)7 << 61 : 0);
}

uint64_t decode_effective_address(const struct decode_instruction *instruction,
                                  const struct decode_registers *registers, uint64_t rip)
{
    const struct decode_address *address = &instruction->address;
    uint64_t next_rip = rip + instruction->length;
    uint64_t offset = register_value(registers, address->base, next_rip);

    offset += register_value(registers, address->index, next_rip) << address->scale;
    offset += address->displacement + bit_distance(instruction, registers);
    return cut(offset, address->width);
}

uint64_t decode_string_destination(const struct decode_instruction *instruction,
                                   const struct decode_registers *registers)
{
    return cut(registers->gpr[DECODE_RDI], instruction->address.width);
}

/* --- lengths --- */

struct opcode {
    uint8_t expected; /* enum decode_expected */
    uint8_t byte_count;
    uint8_t bytes[3];
};

static const struct opcode opcodes[] = {
    {DECODE_EXPECT_CPUID, 2, {0x0f, 0xa2}},
    {DECODE_EXPECT_RDMSR, 2, {0x0f, 0x32}},
    {DECODE_EXPECT_WRMSR, 2, {0x0f, 0x30}},
    {DECODE_EXPECT_RDTSC, 2, {0x0f, 0x31}},
    {DECODE_EXPECT_RDTSCP, 3, {0x0f, 0x01, 0xf9}},
    {DECODE_EXPECT_RDPMC, 2, {0x0f, 0x33}},
    {DECODE_EXPECT_VMMCALL, 3, {0x0f, 0x01, 0xd9}},
    {DECODE_EXPECT_HLT, 1, {0xf4}},
    {DECODE_EXPECT_XSETBV, 3, {0x0f, 0x01, 0xd1}},
    {DECODE_EXPECT_INVD, 2, {0x0f, 0x08}},
    {DECODE_EXPECT_WBINVD, 2, {0x0f, 0x09}},
    {DECODE_EXPECT_MONITOR, 3, {0x0f, 0x01, 0xc8}},
    {DECODE_EXPECT_MWAIT, 3, {0x0f, 0x01, 0xc9}},
};

/* How many bytes an I/O instruction has from its opcode on; 0 if it is none. */
static unsigned io_length(uint8_t opcode)
{
    if ((opcode & 0xfcu) == 0xe4) /* IN and OUT with the port as a byte */
        return 2;
    if ((opcode & 0xfcu) == 0xec || (opcode & 0xfcu) == 0x6c) /* DX; INS and OUTS */
        return 1;
    return 0;
}

/* How many bytes the expected instruction has if it begins with @first; else 0. */
static unsigned take_expected(struct cursor *cursor, uint8_t first,
                              enum decode_expected expected)
{
    if (expected == DECODE_EXPECT_IO)
        return io_length(first);
    for (size_t i = 0; i < sizeof(opcodes) / sizeof(opcodes[0]); i++) {
        const struct opcode *opcode = &opcodes[i];

        if (opcode->expected != expected)
            continue;
        if (opcode->bytes[0] != first)
            return 0;
        for (unsigned j = 1; j < opcode->byte_count; j++)
            if (take(cursor) != opcode->bytes[j])
                return 0;
        return opcode->byte_count;
    }
    return 0;
}

unsigned decode_length_of(const uint8_t *bytes, size_t count, enum decode_mode mode,
                          enum decode_expected expected)
{
    struct cursor cursor;
    struct prefixes prefixes;
    size_t prefix_count;
    unsigned length;
    uint8_t first;

    if (mode == DECODE_MODE_NONE)
        return 0;
    start(&cursor, bytes, count);
    first = take_prefixes(&cursor, mode, &prefixes);
    if (cursor.status != DECODE_OK || prefixes.has_lock)
        return 0;
    prefix_count = cursor.at - 1;
    length = take_expected(&cursor, first, expected);
    if (!length || prefix_count + length > cursor.count)
        return 0;
    return (unsigned)prefix_count + length;
}
