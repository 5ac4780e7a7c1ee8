/* SPDX-License-Identifier: MIT */
/*
 * How far two names are apart, to say which one a misspelt one was meant to be.
 */
#include "launch/internal.h"

enum {
    NAME_MAX_LENGTH = 31, /* Devicetree Specification v0.4, 2.2.4.1 */
};

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* Levenshtein's distance, a row at a time: row[i] is that of a[0..i) and b so far. */
size_t launch_distance(const char *a, const char *b)
{
    size_t row[NAME_MAX_LENGTH + 1];
    size_t length = strlen(a);

    if (length > NAME_MAX_LENGTH || strnlen(b, NAME_MAX_LENGTH + 1) > NAME_MAX_LENGTH)
        return SIZE_MAX;
    for (size_t i = 0; i <= length; i++)
        row[i] = i;
    for (; *b != '\0'; b++) {
        size_t diagonal = row[0];

        row[0]++;
        for (size_t i = 1; i <= length; i++) {
            size_t replaced = diagonal + (a[i - 1] != *b);

            diagonal = row[i];
            row[i] = smallest(row[i] + 1, row[i - 1] + 1, replaced);
        }
    }
    return row[length];
}
