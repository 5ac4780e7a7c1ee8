/* SPDX-License-Identifier: MIT */
/*
 * The mem* and str* functions of <string.h> that a program without a C library
 * needs.
 *
 * Built with -fno-tree-loop-distribute-patterns: else gcc may find memmove() in
 * the loop of memmove() and make it call itself. Copying and filling are string
 * instructions because whole guests are copied and cleared, and without vector
 * registers nothing is faster.
 */
#include "lib/string.h"

#include <stdint.h>

enum {
    WORD_SIZE = 8,
};

/*
 * Lowest byte first, so that @to may overlap what is above it. By words, then the
 * rest by bytes: not every processor makes `rep movsb` as fast.
 */
static void copy_up(void *to, const void *from, size_t size)
{
    size_t words = size / WORD_SIZE;
    size_t bytes = size % WORD_SIZE;

    __asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    copy_up(to, from, size);
    return to;
}

void *memset(void *to, int byte, size_t size)
{
    uint64_t word = (unsigned char)byte * UINT64_C(0x0101010101010101);
    size_t words = size / WORD_SIZE;
    size_t bytes = size % WORD_SIZE;
    void *cursor = to;

    __asm__ volatile("rep stosq" : "+D"(cursor), "+c"(words) : "a"(word) : "memory");
    __asm__ volatile("rep stosb" : "+D"(cursor), "+c"(bytes) : "a"(word) : "memory");
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    unsigned char *target = to;
    const unsigned char *source = from;

    /* Wraps, and so is large, where @to is below @from. */
    if ((uintptr_t)to - (uintptr_t)from >= size) {
        copy_up(to, from, size);
        return to;
    }
    while (size-- > 0)
        target[size] = source[size];
    return to;
}

int memcmp(const void *left, const void *right, size_t size)
{
    const unsigned char *a = left;
    const unsigned char *b = right;

    for (size_t i = 0; i < size; i++) {
        if (a[i] != b[i])
            return a[i] - b[i];
    }
    return 0;
}

void *memchr(const void *bytes, int byte, size_t size)
{
    const unsigned char *cursor = bytes;

    for (size_t i = 0; i < size; i++) {
        if (cursor[i] == (unsigned char)byte)
            return (void *)(uintptr_t)(cursor + i);
    }
    return NULL;
}

size_t strlen(const char *text)
{
    size_t length = 0;

    while (text[length] != '\0')
        length++;
    return length;
}

size_t strnlen(const char *text, size_t size_max)
{
    size_t length = 0;

    while (length < size_max && text[length] != '\0')
        length++;
    return length;
}

int strncmp(const char *left, const char *right, size_t size_max)
{
    for (size_t i = 0; i < size_max; i++) {
        unsigned char a = (unsigned char)left[i];
        unsigned char b = (unsigned char)right[i];

        if (a != b || a == '\0')
            return a - b;
    }
    return 0;
}

int strcmp(const char *left, const char *right)
{
    return strncmp(left, right, SIZE_MAX);
}

char *strchr(const char *text, int character)
{
    return memchr(text, character, strlen(text) + 1);
}

char *strrchr(const char *text, int character)
{
    for (size_t end = strlen(text) + 1; end > 0; end--) {
        if (text[end - 1] == (char)character)
            return (char *)(uintptr_t)(text + end - 1);
    }
    return NULL;
}
