/* SPDX-License-Identifier: MIT */
/* Memory from the heap, or the end. */
#include "tools/audit/memory.h"

#include <stdint.h>
#include <stdio.h>

#include "tools/command.h"

static void *check(void *memory)
{
    if (memory)
        return memory;
    fputs("rootport audit: out of memory\n", stderr);
    exit(EXIT_TROUBLE);
}

void *memory_new(size_t count, size_t size)
{
    return check(calloc(count ? count : 1, size));
}

void *memory_resize(void *memory, size_t size)
{
    return check(realloc(memory, size));
}

void *memory_grow(void *array, size_t count, size_t size)
{
    size_t capacity = count ? count * 2 : 1;

    if ((count & (count - 1)) != 0)
        return array;
    return check(capacity > SIZE_MAX / size ? NULL : realloc(array, capacity * size));
}
