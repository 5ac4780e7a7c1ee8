/* SPDX-License-Identifier: MIT */
/*
 * Memory from the heap. A command that gets none has nothing to fall back on:
 * these say so and end the program.
 */
#ifndef TOOLS_AUDIT_MEMORY_H
#define TOOLS_AUDIT_MEMORY_H

#include <stdlib.h>

/* @count zeroed elements of @size bytes; never NULL, also not for none. */
void *memory_new(size_t count, size_t size);

/* realloc(); never NULL. */
void *memory_resize(void *memory, size_t size);

/*
 * Makes room for one more than the @count elements of @size bytes that @array has
 * (NULL: none), all of which came through here: it grows at powers of two.
 */
void *memory_grow(void *array, size_t count, size_t size);

#endif
