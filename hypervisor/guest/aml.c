/* SPDX-License-Identifier: MIT */
/*
 * The encodings of ACPI Machine Language (ACPI 6.3, 20.2 and 6.4).
 */
#include "guest/aml.h"

enum {
    OP_NAME = 0x08,
    OP_BYTE = 0x0a,
    OP_WORD = 0x0b,
    OP_DWORD = 0x0c,
    OP_STRING = 0x0d,
    OP_QWORD = 0x0e,
    OP_SCOPE = 0x10,
    OP_BUFFER = 0x11,
    OP_PACKAGE = 0x12,
    OP_METHOD = 0x14,
    OP_DUAL_NAME = 0x2e,
    OP_MULTI_NAME = 0x2f,
    OP_EXTENDED = 0x5b,
    OP_LOCAL0 = 0x60,
    OP_ARG0 = 0x68,
    OP_DEVICE = 0x82, /* after OP_EXTENDED */
    OP_IF = 0xa0,
    OP_ELSE = 0xa1,
};

enum {
    SEGMENT_LENGTH = 4,    /* of a name */
    PKG_LENGTH_SIZE = 3,   /* always the form with two more bytes */
    METHOD_ARGS_MAX = 7,   /* Arg0 to Arg6 */
    LOCALS_MAX = 8,        /* Local0 to Local7 */
    METHOD_SERIALIZED = 8, /* MethodFlags bit 3 */
};

#define PKG_LENGTH_MAX  0xfffffu
#define BUFFER_SIZE_MAX 0xffffu

enum {
    RESOURCE_IRQ = 0x22, /* without flags: edge-triggered, active high */
    RESOURCE_IO = 0x47,
    RESOURCE_END = 0x79,
    RESOURCE_DWORD = 0x87,
    RESOURCE_WORD = 0x88,
    RESOURCE_QWORD = 0x8a,
};

enum { RANGE_MEMORY = 0, RANGE_IO = 1, RANGE_BUS = 2 };

/* General flags of an address space descriptor (ACPI 6.3, table 6-43). */
#define RANGE_CONSUMED 0x01u
#define RANGE_FIXED    0x0cu /* both ends */

/* Type-specific flags (ACPI 6.3, 6.4.3.5.5). */
#define RANGE_ISA_ALL      0x03u
#define RANGE_WRITABLE     0x01u
#define RANGE_PREFETCHABLE 0x06u

static void fail(struct aml *aml, enum rp_status status)
{
    if (aml->status == RP_OK)
        aml->status = status;
}

/* The low @width bytes of @value, little-endian; all of them or none. */
static void put(struct aml *aml, uint64_t value, unsigned width)
{
    if (aml->status == RP_OK && aml->capacity - aml->length < width)
        fail(aml, RP_ERR_NO_SPACE);
    if (aml->status != RP_OK)
        return;
    for (unsigned i = 0; i < width; i++)
        aml->buf[aml->length++] = (uint8_t)(value >> 8 * i);
}

static void put_byte(struct aml *aml, unsigned byte)
{
    put(aml, byte, 1);
}

void aml_init(struct aml *aml, uint8_t *buf, size_t capacity)
{
    *aml = (struct aml){.buf = buf, .capacity = capacity, .status = RP_OK};
}

enum rp_status aml_status(const struct aml *aml)
{
    if (aml->status == RP_OK && aml->depth != 0)
        return RP_ERR_INVALID;
    return aml->status;
}

/* Names */

static bool is_name_character(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* How many segments @path has, after its prefixes. */
static unsigned count_segments(const char *path)
{
    unsigned count = *path == '\0' ? 0 : 1;

    for (; *path != '\0'; path++)
        count += *path == '.';
    return count;
}

/* One segment, filled up with underscores; returns what follows it. */
static const char *put_segment(struct aml *aml, const char *path)
{
    if (*path >= '0' && *path <= '9')
        fail(aml, RP_ERR_INVALID);
    for (unsigned i = 0; i < SEGMENT_LENGTH; i++)
        put_byte(aml, is_name_character(*path) ? (uint8_t)*path++ : '_');
    if (*path != '\0' && *path != '.')
        fail(aml, RP_ERR_INVALID);
    return *path == '.' ? path + 1 : path;
}

void aml_path(struct aml *aml, const char *path)
{
    while (*path == '\\' || *path == '^')
        put_byte(aml, (uint8_t)*path++);

    unsigned count = count_segments(path);

    if (count > UINT8_MAX)
        fail(aml, RP_ERR_INVALID);
    if (count == 0)
        put_byte(aml, 0); /* NullName */
    if (count == 2)
        put_byte(aml, OP_DUAL_NAME);
    if (count > 2)
        put(aml, (uint64_t)count << 8 | OP_MULTI_NAME, 2);
    for (unsigned i = 0; i < count && aml->status == RP_OK; i++)
        path = put_segment(aml, path);
}

/* What has a PkgLength */

/* The value goes in when the end is known. */
static void open_package(struct aml *aml)
{
    if (aml->depth == AML_DEPTH_MAX) {
        fail(aml, RP_ERR_INVALID);
        return;
    }
    aml->open[aml->depth].length_at = aml->length;
    aml->open[aml->depth].size_at = 0;
    aml->depth++;
    put(aml, 0, PKG_LENGTH_SIZE);
}

/*
 * A PkgLength counts itself. In its form of three bytes the first holds the
 * number of bytes that follow and the lowest four bits (ACPI 6.3, 20.2.4).
 */
static void patch_package_length(struct aml *aml, size_t at)
{
    size_t length = aml->length - at;

    if (length > PKG_LENGTH_MAX) {
        fail(aml, RP_ERR_INVALID);
        return;
    }
    aml->buf[at] = (uint8_t)((PKG_LENGTH_SIZE - 1) << 6 | (length & 0xfu));
    aml->buf[at + 1] = (uint8_t)(length >> 4);
    aml->buf[at + 2] = (uint8_t)(length >> 12);
}

static void patch_buffer_size(struct aml *aml, size_t at)
{
    size_t size = aml->length - at - 2;

    if (size > BUFFER_SIZE_MAX) {
        fail(aml, RP_ERR_INVALID);
        return;
    }
    aml->buf[at] = (uint8_t)size;
    aml->buf[at + 1] = (uint8_t)(size >> 8);
}

void aml_end(struct aml *aml)
{
    if (aml->depth == 0)
        fail(aml, RP_ERR_INVALID);
    if (aml->status != RP_OK)
        return;

    size_t size_at = aml->open[--aml->depth].size_at;

    if (size_at != 0) {
        put(aml, RESOURCE_END, 2); /* a checksum of 0 is not checked */
        if (aml->status != RP_OK)
            return;
        patch_buffer_size(aml, size_at);
    }
    patch_package_length(aml, aml->open[aml->depth].length_at);
}

void aml_scope(struct aml *aml, const char *path)
{
    put_byte(aml, OP_SCOPE);
    open_package(aml);
    aml_path(aml, path);
}

void aml_device(struct aml *aml, const char *path)
{
    put(aml, OP_DEVICE << 8 | OP_EXTENDED, 2);
    open_package(aml);
    aml_path(aml, path);
}

void aml_method(struct aml *aml, const char *path, unsigned arg_count)
{
    if (arg_count > METHOD_ARGS_MAX)
        fail(aml, RP_ERR_INVALID);
    put_byte(aml, OP_METHOD);
    open_package(aml);
    aml_path(aml, path);
    put_byte(aml, arg_count | METHOD_SERIALIZED);
}

void aml_if(struct aml *aml)
{
    put_byte(aml, OP_IF);
    open_package(aml);
}

void aml_else(struct aml *aml)
{
    put_byte(aml, OP_ELSE);
    open_package(aml);
}

void aml_package(struct aml *aml, uint8_t count)
{
    put_byte(aml, OP_PACKAGE);
    open_package(aml);
    put_byte(aml, count);
}

void aml_resources(struct aml *aml)
{
    put_byte(aml, OP_BUFFER);
    open_package(aml);
    put_byte(aml, OP_WORD);
    if (aml->status == RP_OK)
        aml->open[aml->depth - 1].size_at = aml->length;
    put(aml, 0, 2);
}

/* Terms */

void aml_name(struct aml *aml, const char *path)
{
    put_byte(aml, OP_NAME);
    aml_path(aml, path);
}

void aml_op(struct aml *aml, enum aml_op op)
{
    put_byte(aml, op);
}

void aml_arg(struct aml *aml, unsigned index)
{
    if (index >= METHOD_ARGS_MAX)
        fail(aml, RP_ERR_INVALID);
    put_byte(aml, OP_ARG0 + index);
}

void aml_local(struct aml *aml, unsigned index)
{
    if (index >= LOCALS_MAX)
        fail(aml, RP_ERR_INVALID);
    put_byte(aml, OP_LOCAL0 + index);
}

/* Data */

void aml_integer(struct aml *aml, uint64_t value)
{
    if (value <= 1) { /* ZeroOp and OneOp are their values */
        put(aml, value, 1);
    } else if (value <= UINT8_MAX) {
        put_byte(aml, OP_BYTE);
        put(aml, value, 1);
    } else if (value <= UINT16_MAX) {
        put_byte(aml, OP_WORD);
        put(aml, value, 2);
    } else if (value <= UINT32_MAX) {
        put_byte(aml, OP_DWORD);
        put(aml, value, 4);
    } else {
        put_byte(aml, OP_QWORD);
        put(aml, value, 8);
    }
}

void aml_string(struct aml *aml, const char *text)
{
    put_byte(aml, OP_STRING);
    for (; *text != '\0'; text++) {
        if ((uint8_t)*text > 0x7f)
            fail(aml, RP_ERR_INVALID);
        put_byte(aml, (uint8_t)*text);
    }
    put_byte(aml, 0);
}

/* The value of a hexadecimal digit, or fails and is 0. */
static unsigned digit(struct aml *aml, char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'A' && c <= 'F')
        return (unsigned)(c - 'A' + 10);
    fail(aml, RP_ERR_INVALID);
    return 0;
}

/* Three letters in five bits each, then the digits, high byte first. */
void aml_eisaid(struct aml *aml, const char *id)
{
    enum { LETTERS = 3, LENGTH = 7 };

    uint32_t value = 0;

    for (unsigned i = 0; i < LETTERS && aml->status == RP_OK; i++) {
        if (id[i] < 'A' || id[i] > 'Z')
            fail(aml, RP_ERR_INVALID);
        value = value << 5 | (uint32_t)(id[i] & 0x1f);
    }
    for (unsigned i = LETTERS; i < LENGTH && aml->status == RP_OK; i++)
        value = value << 4 | digit(aml, id[i]);
    if (aml->status == RP_OK && id[LENGTH] != '\0')
        fail(aml, RP_ERR_INVALID);
    put_byte(aml, OP_DWORD);
    put(aml, __builtin_bswap32(value), 4);
}

void aml_buffer(struct aml *aml, const uint8_t *bytes, size_t size)
{
    put_byte(aml, OP_BUFFER);
    open_package(aml);
    aml_integer(aml, size);
    for (size_t i = 0; i < size && aml->status == RP_OK; i++)
        put_byte(aml, bytes[i]);
    aml_end(aml);
}

/* The first three groups are little-endian (ACPI 6.3, 19.6.142). */
void aml_uuid(struct aml *aml, const char *uuid)
{
    static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    static const uint8_t digit_at[] = {6,  4,  2,  0,  11, 9,  16, 14,
                                       19, 21, 24, 26, 28, 30, 32, 34};
    uint8_t bytes[sizeof(digit_at)];

    for (unsigned i = 0; i < sizeof(shape); i++) {
        if (shape[i] != 'x' ? uuid[i] != shape[i] : uuid[i] == '\0') {
            fail(aml, RP_ERR_INVALID);
            return;
        }
    }
    for (unsigned i = 0; i < sizeof(bytes); i++) {
        const char *pair = &uuid[digit_at[i]];

        bytes[i] = (uint8_t)(digit(aml, pair[0]) << 4 | digit(aml, pair[1]));
    }
    aml_buffer(aml, bytes, sizeof(bytes));
}

/* Resource descriptors */

void aml_resource_io(struct aml *aml, uint16_t first, uint8_t count)
{
    enum { DECODE_16_BITS = 1, ALIGNMENT = 1 };

    put(aml, DECODE_16_BITS << 8 | RESOURCE_IO, 2);
    put(aml, first, 2); /* lowest and highest base address */
    put(aml, first, 2);
    put(aml, (uint64_t)count << 8 | ALIGNMENT, 2);
}

void aml_resource_irq(struct aml *aml, unsigned irq)
{
    if (irq > 15) {
        fail(aml, RP_ERR_INVALID);
        return;
    }
    put_byte(aml, RESOURCE_IRQ);
    put(aml, UINT64_C(1) << irq, 2);
}

/* The flag bytes of an address space descriptor. */
struct range_flags {
    uint8_t type;
    uint8_t general;
    uint8_t specific;
};

/* An address space descriptor with members of @width bytes: 2, 4 or 8. */
static void put_range(struct aml *aml, unsigned width, struct range_flags flags,
                      uint64_t first, uint64_t last)
{
    unsigned tag = width == 2   ? RESOURCE_WORD
                   : width == 4 ? RESOURCE_DWORD
                                : RESOURCE_QWORD;

    if (first > last) {
        fail(aml, RP_ERR_INVALID);
        return;
    }
    put_byte(aml, tag);
    put(aml, 3 + 5 * width, 2);
    put_byte(aml, flags.type);
    put_byte(aml, flags.general);
    put_byte(aml, flags.specific);
    put(aml, 0, width); /* granularity: the length is what it is */
    put(aml, first, width);
    put(aml, last, width);
    put(aml, 0, width); /* no translation */
    put(aml, last - first + 1, width);
}

void aml_resource_buses(struct aml *aml, uint8_t first, uint8_t last)
{
    put_range(aml, 2, (struct range_flags){RANGE_BUS, RANGE_FIXED, 0}, first, last);
}

void aml_resource_io_window(struct aml *aml, uint16_t first, uint16_t last)
{
    put_range(aml, 2, (struct range_flags){RANGE_IO, RANGE_FIXED, RANGE_ISA_ALL}, first,
              last);
}

static struct range_flags memory_flags(enum aml_memory kind)
{
    struct range_flags flags = {RANGE_MEMORY, RANGE_FIXED, RANGE_WRITABLE};

    if (kind == AML_MEMORY_CONSUMED)
        flags.general |= RANGE_CONSUMED;
    if (kind == AML_MEMORY_PRODUCED_PREFETCHED)
        flags.specific |= RANGE_PREFETCHABLE;
    return flags;
}

void aml_resource_memory32(struct aml *aml, enum aml_memory kind, uint32_t first,
                           uint32_t last)
{
    put_range(aml, 4, memory_flags(kind), first, last);
}

void aml_resource_memory64(struct aml *aml, enum aml_memory kind, uint64_t first,
                           uint64_t last)
{
    put_range(aml, 8, memory_flags(kind), first, last);
}
