/* SPDX-License-Identifier: MIT */
/* The hypervisor's own memory, by the page: zeroed, contiguous, identity mapped. */
#ifndef MM_PAGES_H
#define MM_PAGES_H

#include <stddef.h>
#include <stdint.h>

enum {
    PAGE_SIZE = 4096,
    LARGE_PAGE_SIZE = 2 * 1024 * 1024,
};

/* How many pages hold @size bytes. */
static inline size_t pages_for(size_t size)
{
    return (size + PAGE_SIZE - 1) / PAGE_SIZE;
}

/* Hands the pool [@base, @base + @size) over; both are multiples of a page. */
void pages_init(uint64_t base, uint64_t size);

/* Returns @count zeroed pages that lie together, or NULL when there are none. */
void *pages_alloc(size_t count);

/* Gives back what pages_alloc() returned, with the same @count. */
void pages_free(void *first, size_t count);

/* Pages free now, to show that nothing leaks. */
size_t pages_free_count(void);

#endif
