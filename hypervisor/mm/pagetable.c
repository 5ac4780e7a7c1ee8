/* SPDX-License-Identifier: MIT */
/* Four-level x86-64 page tables (AMD64 APM vol. 2, 5.3). */
#include "mm/pagetable.h"

#include <stddef.h>

#include "mm/pages.h"

enum {
    LEVEL_PML4 = 3,
    LEVEL_PD = 1,
    LEVEL_PT = 0,
    ENTRY_COUNT = 512,
    ADDRESS_BITS = 48, /* what four levels translate */
};

/* A table entry grants everything; the leaf decides. */
#define PTE_TABLE (PTE_PRESENT | PTE_WRITABLE | PTE_USER)

static uint64_t page_size(unsigned level)
{
    return (uint64_t)PAGE_SIZE << 9 * level;
}

static unsigned index_of(uint64_t address, unsigned level)
{
    return (unsigned)(address >> (12 + 9 * level)) % ENTRY_COUNT;
}

static uint64_t *table_of(uint64_t entry)
{
    return (uint64_t *)(entry & PTE_ADDRESS);
}

static bool is_leaf(uint64_t entry, unsigned level)
{
    return level == LEVEL_PT || (entry & PTE_LARGE) != 0;
}

/* Replaces a large page's entry by a table of smaller pages that map the same. */
static bool split(uint64_t *entry, unsigned level)
{
    uint64_t *table = pages_alloc(1);
    uint64_t flags = *entry & ~PTE_ADDRESS;
    uint64_t target = *entry & PTE_ADDRESS & ~(page_size(level) - 1);

    if (table == NULL)
        return false;
    if (level - 1 == LEVEL_PT)
        flags &= ~PTE_LARGE;
    for (unsigned i = 0; i < ENTRY_COUNT; i++)
        table[i] = (target + i * page_size(level - 1)) | flags;
    *entry = (uint64_t)table | PTE_TABLE;
    return true;
}

/* The entry for @address at @level, with the tables above made; NULL: no memory. */
static uint64_t *reach(uint64_t *root, uint64_t address, unsigned level)
{
    uint64_t *table = root;

    for (unsigned at = LEVEL_PML4; at > level; at--) {
        uint64_t *entry = &table[index_of(address, at)];

        if (!(*entry & PTE_PRESENT)) {
            uint64_t *lower = pages_alloc(1);

            if (lower == NULL)
                return NULL;
            *entry = (uint64_t)lower | PTE_TABLE;
        } else if (is_leaf(*entry, at) && !split(entry, at)) {
            return NULL;
        }
        table = table_of(*entry);
    }
    return &table[index_of(address, level)];
}

static void free_below(uint64_t entry, unsigned level)
{
    uint64_t *table = table_of(entry);

    if (!(entry & PTE_PRESENT) || is_leaf(entry, level))
        return;
    if (level > LEVEL_PD)
        for (unsigned i = 0; i < ENTRY_COUNT; i++)
            free_below(table[i], level - 1);
    pages_free(table, 1);
}

static unsigned level_for(uint64_t address, uint64_t target, uint64_t size)
{
    uint64_t large = page_size(LEVEL_PD);

    return ((address | target) & (large - 1)) == 0 && size >= large ? LEVEL_PD : LEVEL_PT;
}

/* Its first entry links the list: an address of a page is an entry that isn't present. */
static void retire(uint64_t *table, uint64_t **retired)
{
    table[0] = (uint64_t)*retired;
    *retired = table;
}

static bool set(uint64_t *root, uint64_t address, uint64_t entry, unsigned level,
                uint64_t **retired)
{
    uint64_t *place = reach(root, address, level);
    uint64_t old;

    if (place == NULL)
        return false;
    old = *place;
    *place = entry;
    if ((old & PTE_PRESENT) && !is_leaf(old, level))
        retire(table_of(old), retired);
    return true;
}

/* Takes out the tables for @address that map nothing; true if that leaves @table so. */
static bool prune(uint64_t *table, uint64_t address, unsigned level, uint64_t **retired)
{
    uint64_t *entry = &table[index_of(address, level)];
    uint64_t old = *entry;

    if ((old & PTE_PRESENT) && !is_leaf(old, level) &&
        prune(table_of(old), address, level - 1, retired)) {
        *entry = 0;
        retire(table_of(old), retired);
    }
    for (unsigned i = 0; i < ENTRY_COUNT; i++)
        if (table[i] != 0)
            return false;
    return true;
}

bool pagetable_map(uint64_t *root, uint64_t address, uint64_t target, uint64_t size,
                   uint64_t flags, uint64_t **retired)
{
    while (size != 0 && address >> ADDRESS_BITS == 0) {
        unsigned level = level_for(address, target, size);
        uint64_t step = page_size(level);

        if (!set(root, address, target | flags | (level == LEVEL_PD ? PTE_LARGE : 0),
                 level, retired))
            return false;
        address += step;
        target += step;
        size -= step;
    }
    return true;
}

bool pagetable_unmap(uint64_t *root, uint64_t address, uint64_t size, uint64_t **retired)
{
    while (size != 0 && address >> ADDRESS_BITS == 0) {
        unsigned level = level_for(address, 0, size);
        uint64_t step = page_size(level);

        if (!set(root, address, 0, level, retired))
            return false;
        size -= step;
        if (size == 0 || (address + step) % page_size(LEVEL_PD) == 0)
            (void)prune(root, address, LEVEL_PML4, retired);
        address += step;
    }
    return true;
}

uint64_t pagetable_lookup(const uint64_t *root, uint64_t address, uint64_t *out_size)
{
    const uint64_t *table = root;

    if (address >> ADDRESS_BITS != 0)
        return 0;
    for (unsigned level = LEVEL_PML4;; level--) {
        uint64_t entry = table[index_of(address, level)];

        if (!(entry & PTE_PRESENT))
            return 0;
        if (is_leaf(entry, level)) {
            if (out_size != NULL)
                *out_size = page_size(level);
            return entry;
        }
        table = table_of(entry);
    }
}

void pagetable_free(uint64_t *root)
{
    for (unsigned i = 0; i < ENTRY_COUNT; i++)
        free_below(root[i], LEVEL_PML4);
    pages_free(root, 1);
}

void pagetable_free_retired(uint64_t *retired)
{
    while (retired != NULL) {
        uint64_t *next = (uint64_t *)retired[0];

        pages_free(retired, 1);
        retired = next;
    }
}
