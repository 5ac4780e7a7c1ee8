/* SPDX-License-Identifier: MIT */
/* Lines, fields and numbers of a text that somebody else wrote. */
#include "tools/audit/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct text text_begin(const char *bytes, size_t size)
{
    struct text text = {bytes, bytes + size, 0};

    return text;
}

bool text_next_line(struct text *text, struct span *out_line)
{
    size_t left = (size_t)(text->end - text->at);
    const char *end;

    if (left == 0)
        return false;
    end = memchr(text->at, '\n', left);
    out_line->at = text->at;
    out_line->length = end ? (size_t)(end - text->at) : left;
    text->at += out_line->length + (end ? 1 : 0);
    text->line++;
    if (out_line->length > 0 && out_line->at[out_line->length - 1] == '\r')
        out_line->length--;
    return true;
}

bool text_next_field(struct span *line, struct span *out_field)
{
    const char *end;

    while (line->length > 0 && *line->at == ' ') {
        line->at++;
        line->length--;
    }
    if (line->length == 0)
        return false;
    end = memchr(line->at, ' ', line->length);
    out_field->at = line->at;
    out_field->length = end ? (size_t)(end - line->at) : line->length;
    line->at += out_field->length;
    line->length -= out_field->length;
    return true;
}

bool span_equals(struct span span, const char *word)
{
    return strlen(word) == span.length && memcmp(span.at, word, span.length) == 0;
}

bool span_begins_with(struct span span, const char *word)
{
    size_t length = strlen(word);

    return length <= span.length && memcmp(span.at, word, length) == 0;
}

/* ---- Characters ---- */

/*
 * How many bytes the character at @at takes, 0 if it is not sound: RFC 3629,
 * section 4. Control characters, which could drive a terminal, are not sound.
 */
static size_t character_size(const unsigned char *at, size_t left)
{
    size_t size = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    static const uint32_t least[] = {0, 0x20, 0xa0, 0x800, 0x10000};
    uint32_t code;

    if (size > left || (at[0] >= 0x80 && at[0] < 0xc2) || at[0] > 0xf4)
        return 0;
    code = size == 1 ? at[0] : at[0] & (0x7fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xc0u) != 0x80)
            return 0;
        code = code << 6 | (at[i] & 0x3fu);
    }
    if (code < least[size] || code == 0x7f || code > 0x10ffff ||
        (code >= 0xd800 && code < 0xe000))
        return 0;
    return size;
}

bool span_is_clean(struct span span, enum text_tabs tabs)
{
    const unsigned char *at = (const unsigned char *)span.at;

    for (size_t i = 0; i < span.length;) {
        size_t size = tabs == TEXT_TABS && at[i] == '\t'
                          ? 1
                          : character_size(at + i, span.length - i);

        if (size == 0)
            return false;
        i += size;
    }
    return true;
}

/* ---- Numbers ---- */

int text_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool read_number(struct span span, unsigned radix, uint64_t max,
                        uint64_t *out_value)
{
    uint64_t value = 0;

    if (span.length == 0)
        return false;
    for (size_t i = 0; i < span.length; i++) {
        int digit = text_digit(span.at[i]);

        if (digit < 0 || (unsigned)digit >= radix || value > max / radix)
            return false;
        value *= radix;
        if ((uint64_t)digit > max - value)
            return false;
        value += (uint64_t)digit;
    }
    *out_value = value;
    return true;
}

bool span_hex(struct span span, uint64_t max, uint64_t *out_value)
{
    if (span_begins_with(span, "0x")) {
        span.at += 2;
        span.length -= 2;
    }
    return read_number(span, 16, max, out_value);
}

bool span_decimal(struct span span, uint64_t max, uint64_t *out_value)
{
    return read_number(span, 10, max, out_value);
}

/* Takes exactly @digits hexadecimal digits and @separator (unless 0) off @span. */
static bool take_hex(struct span *span, size_t digits, char separator, uint64_t max,
                     uint64_t *out_value)
{
    struct span number = {span->at, digits};
    size_t length = digits + (separator ? 1 : 0);

    if (span->length < length || (separator && span->at[digits] != separator) ||
        !read_number(number, 16, max, out_value))
        return false;
    span->at += length;
    span->length -= length;
    return true;
}

bool span_address(struct span span, struct text_address *out_address)
{
    enum {
        SHORT_LENGTH = 7, /* bb:dd.f */
        SEGMENT_DIGITS_MAX = 8,
    };
    uint64_t segment = 0;
    uint64_t bus;
    uint64_t dev;
    uint64_t fn;

    if (span.length > SHORT_LENGTH) {
        size_t digits = span.length - SHORT_LENGTH - 1;

        if (digits == 0 || digits > SEGMENT_DIGITS_MAX ||
            !take_hex(&span, digits, ':', UINT32_MAX, &segment))
            return false;
    }
    if (!take_hex(&span, 2, ':', 255, &bus) || !take_hex(&span, 2, '.', 31, &dev) ||
        !take_hex(&span, 1, 0, 7, &fn) || span.length != 0)
        return false;
    out_address->segment = (uint32_t)segment;
    out_address->bus = (uint8_t)bus;
    out_address->dev = (uint8_t)dev;
    out_address->fn = (uint8_t)fn;
    return true;
}

bool span_sbdf(struct span span, rp_sbdf_t *out_sbdf)
{
    struct text_address address;

    if (!span_address(span, &address) || address.segment > UINT16_MAX)
        return false;
    *out_sbdf = rp_sbdf((uint16_t)address.segment, address.bus, address.dev, address.fn);
    return true;
}

size_t span_row(struct span line, uint32_t *out_offset,
                unsigned char out_bytes[TEXT_ROW_SIZE])
{
    const char *colon = memchr(line.at, ':', line.length < 9 ? line.length : 9);
    struct span offset = {line.at, colon ? (size_t)(colon - line.at) : 0};
    uint64_t value;
    size_t count = 0;

    if (!colon || !read_number(offset, 16, UINT32_MAX, &value))
        return 0;
    for (size_t i = offset.length + 1; i < line.length; i += 3) {
        int high;
        int low;

        if (count == TEXT_ROW_SIZE || line.length - i < 3 || line.at[i] != ' ')
            return 0;
        high = text_digit(line.at[i + 1]);
        low = text_digit(line.at[i + 2]);
        if (high < 0 || low < 0)
            return 0;
        out_bytes[count++] = (unsigned char)(high << 4 | low);
    }
    *out_offset = (uint32_t)value;
    return count;
}

bool complain(struct complaint *complaint, size_t line, const char *format, ...)
{
    va_list arguments;

    complaint->line = line;
    va_start(arguments, format);
    vsnprintf(complaint->reason, sizeof(complaint->reason), format, arguments);
    va_end(arguments);
    return false;
}
