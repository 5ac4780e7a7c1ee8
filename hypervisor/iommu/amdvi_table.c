/* SPDX-License-Identifier: MIT */
/* The page tables of AMD IOMMUs; see amdvi_table.h. */
#include "iommu/amdvi_table.h"

#include "iommu/amdvi_format.h"
#include "iommu/amdvi_regs.h"

enum {
    ENTRY_COUNT = 512,
    SMALL_LEVEL = 1, /* entries map 4 KiB */
    LARGE_LEVEL = 2, /* entries map 2 MiB */
};

#define SMALL_SIZE 0x1000u
#define LARGE_SIZE 0x200000u
#define GPA_END    0x1000000000000u  /* 2^48: four levels */
#define HPA_END    0x10000000000000u /* 2^52: bits 51:12 of an entry */

/* Addresses that are no memory to a device, whatever tables say (48882, 2.1.4). */
static const struct {
    uint64_t first;
    uint64_t last;
} special_ranges[] = {
    {0xfee00000u, 0xfeefffffu},     /* interrupts */
    {0xfd00000000u, 0xffffffffffu}, /* HyperTransport: system management, I/O ... */
};

/* The bytes that one entry of a table at @level covers. */
static uint64_t level_size(unsigned level)
{
    return (uint64_t)SMALL_SIZE << (9 * (level - 1));
}

static uint64_t *entry_at(uint64_t *table, unsigned level, uint64_t gpa)
{
    return &table[gpa / level_size(level) % ENTRY_COUNT];
}

static bool is_present(uint64_t entry)
{
    return (entry & AMDVI_PTE_PR) != 0;
}

static bool is_table(uint64_t entry)
{
    return is_present(entry) && (entry & AMDVI_PTE_NEXT_LEVEL) != 0;
}

static uint64_t *table_of(uint64_t entry)
{
    return (uint64_t *)(uintptr_t)(entry & AMDVI_ADDRESS);
}

/* The IOMMU may read the entry at any time: what it points to is complete before. */
static void store(uint64_t *entry, uint64_t value)
{
    __atomic_store_n(entry, value, __ATOMIC_RELEASE);
}

/* Rights are decided in the last entry; those above must not take any away. */
static uint64_t table_entry(const uint64_t *table, unsigned level)
{
    return AMDVI_PTE_PR | AMDVI_PTE_IR | AMDVI_PTE_IW |
           amdvi_field(AMDVI_PTE_NEXT_LEVEL, level) | (uint64_t)(uintptr_t)table;
}

static uint64_t page_entry(uint64_t hpa, enum iommu_access access)
{
    uint64_t rights = ((access & IOMMU_ACCESS_READ) != 0 ? AMDVI_PTE_IR : 0) |
                      ((access & IOMMU_ACCESS_WRITE) != 0 ? AMDVI_PTE_IW : 0);

    return AMDVI_PTE_PR | AMDVI_PTE_FC | rights | hpa;
}

/* True when [@start, @start + @size) is whole pages below @end, and not empty. */
static bool is_range(uint64_t start, uint64_t size, uint64_t end)
{
    return size != 0 && (start | size) % SMALL_SIZE == 0 && start < end &&
           size <= end - start;
}

static bool has_special_address(uint64_t gpa, uint64_t size)
{
    for (size_t i = 0; i < sizeof(special_ranges) / sizeof(special_ranges[0]); i++) {
        if (gpa <= special_ranges[i].last && gpa + size > special_ranges[i].first)
            return true;
    }
    return false;
}

/*
 * The entry for @gpa at @level, with the tables above it; NULL with a status:
 * IOMMU_EXISTS where a larger page is in the way, IOMMU_NO_MEMORY.
 */
static uint64_t *reach(uint64_t *root, const struct amdvi_page_source *pages,
                       uint64_t gpa, unsigned level, enum iommu_status *out_status)
{
    uint64_t *table = root;

    for (unsigned at = AMDVI_LEVELS; at > level; at--) {
        uint64_t *entry = entry_at(table, at, gpa);

        if (!is_present(*entry)) {
            uint64_t *next = pages->take();

            *out_status = IOMMU_NO_MEMORY;
            if (next == NULL)
                return NULL;
            store(entry, table_entry(next, at - 1));
        }
        *out_status = IOMMU_EXISTS;
        if (!is_table(*entry))
            return NULL;
        table = table_of(*entry);
    }
    *out_status = IOMMU_OK;
    return entry_at(table, level, gpa);
}

/* Maps one page, as large as fits, and says how large it is. */
static enum iommu_status map_page(uint64_t *root, const struct amdvi_page_source *pages,
                                  uint64_t gpa, uint64_t hpa, uint64_t left,
                                  enum iommu_access access, uint64_t *out_size)
{
    bool is_large = (gpa | hpa) % LARGE_SIZE == 0 && left >= LARGE_SIZE;
    unsigned level = is_large ? LARGE_LEVEL : SMALL_LEVEL;
    enum iommu_status status;
    uint64_t *entry = reach(root, pages, gpa, level, &status);

    /* Small pages were there before: go on with small ones, in the same table. */
    if (entry != NULL && is_large && is_table(*entry)) {
        level = SMALL_LEVEL;
        entry = reach(root, pages, gpa, level, &status);
    }
    if (entry == NULL)
        return status;
    if (is_present(*entry))
        return IOMMU_EXISTS;
    store(entry, page_entry(hpa, access));
    *out_size = level_size(level);
    return IOMMU_OK;
}

/* The last entry of the walk for @gpa, present or not, and its level. */
static uint64_t *walk(uint64_t *root, uint64_t gpa, unsigned *out_level)
{
    unsigned level = AMDVI_LEVELS;
    uint64_t *entry = entry_at(root, level, gpa);

    while (is_table(*entry) && level > SMALL_LEVEL) {
        level--;
        entry = entry_at(table_of(*entry), level, gpa);
    }
    *out_level = level;
    return entry;
}

/* Clears the pages of a range that no large page crosses the ends of. */
static void clear(uint64_t *root, uint64_t gpa, uint64_t size)
{
    uint64_t end = gpa + size;

    while (gpa < end) {
        unsigned level;
        uint64_t *entry = walk(root, gpa, &level);

        if (is_present(*entry))
            store(entry, 0);
        gpa = (gpa / level_size(level) + 1) * level_size(level);
    }
}

enum iommu_status amdvi_table_map(uint64_t *root, const struct amdvi_page_source *pages,
                                  uint64_t gpa, uint64_t hpa, uint64_t size,
                                  enum iommu_access access)
{
    if (!is_range(gpa, size, GPA_END) || !is_range(hpa, size, HPA_END) ||
        has_special_address(gpa, size) || access == IOMMU_ACCESS_NONE ||
        access > IOMMU_ACCESS_READ_WRITE)
        return IOMMU_INVALID;
    uint64_t done = 0;
    while (done < size) {
        uint64_t step = 0;
        enum iommu_status status =
            map_page(root, pages, gpa + done, hpa + done, size - done, access, &step);

        if (status != IOMMU_OK) {
            clear(root, gpa, done);
            return status;
        }
        done += step;
    }
    return IOMMU_OK;
}

/* Makes a large page that @gpa is in the middle of small; translates the same. */
static enum iommu_status split_at(uint64_t *root, const struct amdvi_page_source *pages,
                                  uint64_t gpa)
{
    unsigned level;
    uint64_t *entry;

    if (gpa >= GPA_END)
        return IOMMU_OK;
    entry = walk(root, gpa, &level);
    if (!is_present(*entry) || level == SMALL_LEVEL || gpa % level_size(level) == 0)
        return IOMMU_OK;
    uint64_t *table = pages->take();
    if (table == NULL)
        return IOMMU_NO_MEMORY;
    for (size_t i = 0; i < ENTRY_COUNT; i++)
        table[i] = *entry + i * SMALL_SIZE;
    store(entry, table_entry(table, SMALL_LEVEL));
    return IOMMU_OK;
}

enum iommu_status amdvi_table_unmap(uint64_t *root, const struct amdvi_page_source *pages,
                                    uint64_t gpa, uint64_t size)
{
    if (!is_range(gpa, size, GPA_END))
        return IOMMU_INVALID;
    if (split_at(root, pages, gpa) != IOMMU_OK ||
        split_at(root, pages, gpa + size) != IOMMU_OK)
        return IOMMU_NO_MEMORY;
    clear(root, gpa, size);
    return IOMMU_OK;
}

bool amdvi_table_look_up(const uint64_t *root, uint64_t gpa, uint64_t *out_hpa,
                         enum iommu_access *out_access)
{
    unsigned level;

    if (gpa >= GPA_END)
        return false;
    uint64_t entry = *walk((uint64_t *)(uintptr_t)root, gpa, &level);
    if (!is_present(entry))
        return false;
    *out_hpa = (entry & AMDVI_ADDRESS) + gpa % level_size(level);
    *out_access =
        (enum iommu_access)(((entry & AMDVI_PTE_IR) != 0 ? IOMMU_ACCESS_READ : 0) |
                            ((entry & AMDVI_PTE_IW) != 0 ? IOMMU_ACCESS_WRITE : 0));
    return true;
}

/* Recursion is as deep as the table: AMDVI_LEVELS. */
static void free_level(uint64_t *table, unsigned level,
                       const struct amdvi_page_source *pages)
{
    for (size_t i = 0; level > SMALL_LEVEL && i < ENTRY_COUNT; i++) {
        if (is_table(table[i]))
            free_level(table_of(table[i]), level - 1, pages);
    }
    pages->give(table);
}

void amdvi_table_free(uint64_t *root, const struct amdvi_page_source *pages)
{
    free_level(root, AMDVI_LEVELS, pages);
}
