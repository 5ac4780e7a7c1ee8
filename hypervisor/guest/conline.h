/* SPDX-License-Identifier: MIT */
/*
 * Makes one domain's console output into lines that begin with the domain's name
 * and hold printable ASCII and tabs alone, so that no guest can pass for another
 * domain or for the hypervisor, or command the terminal.
 */
#ifndef HYPERVISOR_GUEST_CONLINE_H
#define HYPERVISOR_GUEST_CONLINE_H

#include <rootport/types.h>

/* Characters of a name that are shown; the rest is cut off. */
#define CONLINE_NAME_MAX 31u

/* Characters after the prefix, beyond which a line goes on in the next one. */
#define CONLINE_TEXT_MAX 256u

/* A prefix "(NAME) ", the text, and a line feed. */
#define CONLINE_LENGTH_MAX (CONLINE_NAME_MAX + 3u + CONLINE_TEXT_MAX + 1u)

enum conline_sequences {
    CONLINE_SHOW_SEQUENCES = 0, /* an escape character appears as \x1b, and so on */
    CONLINE_DROP_SEQUENCES,     /* colours and cursor movements (CSI) are left out */
};

/* Private to conline.c, but for its storage. */
struct conline {
    size_t prefix_length;
    size_t length;
    enum conline_sequences sequences;
    unsigned sequence_length; /* of the sequence so far, 0 outside of one */
    bool is_complete;
    bool is_ended;
    char line[CONLINE_LENGTH_MAX];
};

/* @name is printed with '?' for whatever is neither a letter, a digit nor in "-_.". */
void conline_init(struct conline *con, const char *name,
                  enum conline_sequences sequences);

/*
 * Takes the next byte of output. True if that completes a line, which is to be
 * printed, with conline_text, before the next call. A line ends with LF, CR or
 * CR LF, or where it is full.
 */
bool conline_put(struct conline *con, uint8_t byte);

/* Completes a line that is begun: when a domain waits at a prompt, or ends. */
bool conline_flush(struct conline *con);

/* The complete line: prefix, text and line feed, @out_length bytes, no NUL. */
const char *conline_text(const struct conline *con, size_t *out_length);

#endif
