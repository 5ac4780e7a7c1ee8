/* SPDX-License-Identifier: MIT */
/*
 * Text that somebody else wrote: lines, fields and numbers, with the place and
 * the reason where it isn't what it should be. Nothing here needs a final zero.
 */
#ifndef TOOLS_AUDIT_TEXT_H
#define TOOLS_AUDIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rootport/types.h>

/* A stretch of text. */
struct span {
    const char *at;
    size_t length;
};

/* A text that is read line by line. @line is the number of the last one read, from 1. */
struct text {
    const char *at;
    const char *end;
    size_t line;
};

enum {
    COMPLAINT_SIZE = 200,
};

/* What is wrong with a text, and where. */
struct complaint {
    size_t line;
    char reason[COMPLAINT_SIZE];
};

struct text text_begin(const char *bytes, size_t size);

/* The next line without its end (LF or CR LF); false after the last one. */
bool text_next_line(struct text *text, struct span *out_line);

/* Takes the first field, up to a space, off @line; false if there is none. */
bool text_next_field(struct span *line, struct span *out_field);

bool span_equals(struct span span, const char *word);
bool span_begins_with(struct span span, const char *word);

/* Whether @span is sound UTF-8 without control characters (but for tabs, if @tabs). */
enum text_tabs { TEXT_NO_TABS = 0, TEXT_TABS };
bool span_is_clean(struct span span, enum text_tabs tabs);

/*
 * Numbers that are all of @span: hexadecimal with or without 0x, or decimal.
 * False for anything else, and for more than @max.
 */
bool span_hex(struct span span, uint64_t max, uint64_t *out_value);
bool span_decimal(struct span span, uint64_t max, uint64_t *out_value);

/* The value of a hexadecimal digit, or -1. */
int text_digit(char c);

/*
 * A function's address, as bb:dd.f or ssss:bb:dd.f, which is all of @span. The
 * segment has up to 8 digits: Linux has some (of VMD) that PCI does not.
 */
struct text_address {
    uint32_t segment;
    uint8_t bus;
    uint8_t dev;
    uint8_t fn;
};
bool span_address(struct span span, struct text_address *out_address);

/* The same, with a segment of 16 bits. */
bool span_sbdf(struct span span, rp_sbdf_t *out_sbdf);

/*
 * A line of registers, "10: 00 ff ...", of up to 16 bytes. Returns how many bytes
 * it has, or 0 if it isn't such a line.
 */
enum {
    TEXT_ROW_SIZE = 16,
};
size_t span_row(struct span line, uint32_t *out_offset,
                unsigned char out_bytes[TEXT_ROW_SIZE]);

/* Fills @complaint in and returns false. */
__attribute__((format(printf, 3, 4))) bool complain(struct complaint *complaint,
                                                    size_t line, const char *format, ...);

#endif
