/* SPDX-License-Identifier: MIT */
/*
 * A line is closed before the next byte could fail to fit, so that one byte never
 * completes a line and belongs to the next.
 */
#include "guest/conline.h"

enum {
    ESCAPE = 0x1b,
    HEX_FORM_LENGTH = 4, /* the longest form of one byte, as in \x07 */
    SEQUENCE_MAX = 32,   /* longer ones are not sequences of this world */
};

/* A byte may have to be shown together with an escape that was held back. */
#define ROOM_MIN (2u * HEX_FORM_LENGTH)

static bool is_printable(uint8_t byte)
{
    return byte >= 0x20 && byte < 0x7f;
}

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '_' || c == '.';
}

static void add(struct conline *con, char c)
{
    con->line[con->length++] = c;
}

void conline_init(struct conline *con, const char *name, enum conline_sequences sequences)
{
    *con = (struct conline){.sequences = sequences};
    add(con, '(');
    for (unsigned i = 0; i < CONLINE_NAME_MAX && name[i] != '\0'; i++)
        add(con, is_name_character(name[i]) ? name[i] : '?');
    add(con, ')');
    add(con, ' ');
    con->prefix_length = con->length;
}

static bool is_empty(const struct conline *con)
{
    return con->length == con->prefix_length;
}

static bool is_full(const struct conline *con)
{
    return con->length - con->prefix_length + ROOM_MIN > CONLINE_TEXT_MAX;
}

/* For @is_ended see put_text. */
static void complete(struct conline *con, bool is_ended)
{
    add(con, '\n');
    con->is_complete = true;
    con->is_ended = is_ended;
}

static void add_visible(struct conline *con, uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";

    if (is_printable(byte) || byte == '\t') {
        add(con, (char)byte);
        return;
    }
    add(con, '\\');
    add(con, 'x');
    add(con, digits[byte >> 4]);
    add(con, digits[byte & 0xf]);
}

/*
 * An ordinary byte, or the end of a line. After a line that ended otherwise than
 * by a line feed the next one, also with CR before it, is still part of that end.
 */
static void put_text(struct conline *con, uint8_t byte)
{
    bool is_ended = con->is_ended;

    con->is_ended = false;
    if (byte == '\r') {
        if (is_empty(con))
            con->is_ended = is_ended;
        else
            complete(con, true);
    } else if (byte == '\n') {
        if (!is_ended)
            complete(con, false);
    } else {
        add_visible(con, byte);
    }
}

/*
 * Control sequences (ECMA-48, 5.4): ESC, '[', bytes from 0x20 to 0x3f, and one from
 * 0x40 to 0x7e that ends them. True if @byte is part of one, so to be left out.
 */
static bool is_in_sequence(struct conline *con, uint8_t byte)
{
    unsigned length = con->sequence_length;

    con->sequence_length = 0;
    if (length == 1 && byte != '[')
        put_text(con, ESCAPE); /* it began no sequence */
    if (byte == ESCAPE || (length == 1 && byte == '[')) {
        con->sequence_length = byte == ESCAPE ? 1 : 2;
        return true;
    }
    if (length < 2 || length == SEQUENCE_MAX || byte < 0x20 || byte > 0x7e)
        return false;
    if (byte < 0x40)
        con->sequence_length = length + 1;
    return true;
}

bool conline_put(struct conline *con, uint8_t byte)
{
    if (con->is_complete)
        con->length = con->prefix_length;
    con->is_complete = false;

    if (con->sequences == CONLINE_SHOW_SEQUENCES || !is_in_sequence(con, byte))
        put_text(con, byte);
    if (!con->is_complete && is_full(con))
        complete(con, true);
    return con->is_complete;
}

bool conline_flush(struct conline *con)
{
    if (con->is_complete || is_empty(con))
        return false;
    complete(con, true);
    return true;
}

const char *conline_text(const struct conline *con, size_t *out_length)
{
    *out_length = con->length;
    return con->line;
}
