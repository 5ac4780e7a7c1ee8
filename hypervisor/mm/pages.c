/* SPDX-License-Identifier: MIT */
/* The hypervisor's own memory: a bitmap, one bit a page, first fit. */
#include "mm/pages.h"

#include <stdbool.h>

#include "cpu/spinlock.h"
#include "dev/console.h"
#include "lib/string.h"

static uint8_t *pool;
static size_t page_count;
static size_t free_count;
static uint8_t *used; /* the bitmap, at the pool's start */
static struct spinlock lock;

static bool is_used(size_t page)
{
    return (used[page / 8] >> page % 8 & 1) != 0;
}

static void mark(size_t first, size_t count, bool value)
{
    for (size_t page = first; page < first + count; page++) {
        uint8_t bit = (uint8_t)(1u << page % 8);

        used[page / 8] = (uint8_t)(value ? used[page / 8] | bit : used[page / 8] & ~bit);
    }
}

void pages_init(uint64_t base, uint64_t size)
{
    size_t bitmap_pages;

    pool = (uint8_t *)base;
    page_count = size / PAGE_SIZE;
    bitmap_pages = (page_count / 8 + PAGE_SIZE) / PAGE_SIZE;
    used = pool;
    memset(used, 0, bitmap_pages * PAGE_SIZE);
    mark(0, bitmap_pages, true);
    free_count = page_count - bitmap_pages;
}

void *pages_alloc(size_t count)
{
    size_t run = 0;
    void *first = NULL;

    spin_lock(&lock);
    for (size_t page = 0; page < page_count && count != 0; page++) {
        run = is_used(page) ? 0 : run + 1;
        if (run == count) {
            mark(page + 1 - count, count, true);
            free_count -= count;
            first = pool + (page + 1 - count) * PAGE_SIZE;
            break;
        }
    }
    spin_unlock(&lock);
    if (first != NULL)
        memset(first, 0, count * PAGE_SIZE);
    return first;
}

void pages_free(void *first, size_t count)
{
    size_t page = (size_t)((uint8_t *)first - pool) / PAGE_SIZE;

    if (first == NULL)
        return;
    if (page >= page_count || count > page_count - page || !is_used(page))
        panic("pages_free: %p is not an allocation of %lu pages", first, count);
    spin_lock(&lock);
    mark(page, count, false);
    free_count += count;
    spin_unlock(&lock);
}

size_t pages_free_count(void)
{
    return free_count;
}
