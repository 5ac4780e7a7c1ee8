/* SPDX-License-Identifier: MIT */
/* Formats text into a buffer: the part of printf that a log needs. */
#include "lib/format.h"

#include <rootport/types.h>

struct output {
    char *buffer;
    size_t size;
    size_t length;
};

struct conversion {
    char kind;
    bool is_left;
    bool is_zero_padded;
    unsigned width;
    unsigned longs;
};

static void put(struct output *out, char c)
{
    if (out->length + 1 < out->size)
        out->buffer[out->length++] = c;
}

static void put_padded(struct output *out, const struct conversion *conversion,
                       const char *text, size_t length, bool is_negative)
{
    size_t used = length + (is_negative ? 1 : 0);
    size_t padding = conversion->width > used ? conversion->width - used : 0;
    bool pad_zero = conversion->is_zero_padded && !conversion->is_left;

    if (!conversion->is_left && !pad_zero)
        for (; padding != 0; padding--)
            put(out, ' ');
    if (is_negative)
        put(out, '-');
    if (pad_zero)
        for (; padding != 0; padding--)
            put(out, '0');
    for (size_t i = 0; i < length; i++)
        put(out, text[i]);
    for (; padding != 0; padding--)
        put(out, ' ');
}

static void put_number(struct output *out, const struct conversion *conversion,
                       uint64_t value, unsigned base, bool is_negative)
{
    char digits[20]; /* 2^64 has 20 decimal digits */
    size_t first = sizeof digits;

    do {
        digits[--first] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    put_padded(out, conversion, digits + first, sizeof digits - first, is_negative);
}

static void put_string(struct output *out, const struct conversion *conversion,
                       const char *text)
{
    size_t length = 0;

    if (text == NULL)
        text = "(none)";
    while (text[length] != '\0')
        length++;
    put_padded(out, conversion, text, length, false);
}

static void put_sbdf(struct output *out, rp_sbdf_t sbdf)
{
    out->length += format_line(out->buffer + out->length, out->size - out->length,
                               "%04x:%02x:%02x.%x", rp_sbdf_segment(sbdf),
                               rp_sbdf_bus(sbdf), rp_sbdf_dev(sbdf), rp_sbdf_fn(sbdf));
}

static const char *parse(const char *format, struct conversion *conversion)
{
    *conversion = (struct conversion){0};
    for (;; format++) {
        if (*format == '-')
            conversion->is_left = true;
        else if (*format == '0')
            conversion->is_zero_padded = true;
        else
            break;
    }
    for (; *format >= '0' && *format <= '9'; format++)
        conversion->width = conversion->width * 10 + (unsigned)(*format - '0');
    for (; *format == 'l'; format++)
        conversion->longs++;
    conversion->kind = *format;
    return *format == '\0' ? format : format + 1;
}

size_t format_text(char *buffer, size_t size, const char *format, va_list arguments)
{
    struct output out = {.buffer = buffer, .size = size};

    while (*format != '\0') {
        struct conversion conversion;
        int64_t number;

        if (*format != '%') {
            put(&out, *format++);
            continue;
        }
        format = parse(format + 1, &conversion);
        switch (conversion.kind) {
        case 'd':
            number = conversion.longs != 0 ? va_arg(arguments, long long)
                                           : va_arg(arguments, int);
            put_number(&out, &conversion,
                       number < 0 ? 0 - (uint64_t)number : (uint64_t)number, 10,
                       number < 0);
            break;
        case 'u':
        case 'x':
            put_number(&out, &conversion,
                       conversion.longs != 0 ? va_arg(arguments, unsigned long long)
                                             : va_arg(arguments, unsigned),
                       conversion.kind == 'u' ? 10 : 16, false);
            break;
        case 'p':
            if (*format == 'S') {
                put_sbdf(&out, *va_arg(arguments, const rp_sbdf_t *));
                format++;
                break;
            }
            put(&out, '0');
            put(&out, 'x');
            put_number(&out, &conversion, (uintptr_t)va_arg(arguments, void *), 16,
                       false);
            break;
        case 's':
            put_string(&out, &conversion, va_arg(arguments, const char *));
            break;
        case 'c':
            put(&out, (char)va_arg(arguments, int));
            break;
        case '\0':
            break;
        default:
            put(&out, '%');
            if (conversion.kind != '%')
                put(&out, conversion.kind);
            break;
        }
    }
    if (size != 0)
        out.buffer[out.length] = '\0';
    return out.length;
}

size_t format_line(char *buffer, size_t size, const char *format, ...)
{
    va_list arguments;
    size_t length;

    va_start(arguments, format);
    length = format_text(buffer, size, format, arguments);
    va_end(arguments);
    return length;
}
