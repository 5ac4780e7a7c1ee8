/* SPDX-License-Identifier: MIT */
/* Who has which part of the machine's memory: a short list of free ranges. */
#include "mm/memmap.h"

#include "cpu/spinlock.h"
#include "mm/pages.h"

enum {
    FREE_MAX = 256,
    FIRST_MEGABYTE = 0x100000,
    POOL_SIZE_LEAST = 16 * 1024 * 1024,
    /*
     * Nested and IOMMU tables take 8 bytes of 4096 each at worst, and page
     * counters and device tables less: a 64th is plenty.
     */
    POOL_SHARE = 64,
};

#define FOUR_GIB 0x100000000ull
/* Of 2 MiB pages no machine has as many that their tables need more. */
#define POOL_SIZE_MOST 0x20000000ull

struct free_range {
    uint64_t base;
    uint64_t end;
};

static struct free_range ranges[FREE_MAX];
static size_t range_count;
static struct spinlock lock;
static uint64_t pool_base;
static uint64_t pool_size;

static uint64_t round_up(uint64_t value)
{
    return (value + LARGE_PAGE_SIZE - 1) & ~(uint64_t)(LARGE_PAGE_SIZE - 1);
}

static uint64_t round_down(uint64_t value)
{
    return value & ~(uint64_t)(LARGE_PAGE_SIZE - 1);
}

static bool add(uint64_t base, uint64_t end)
{
    if (base >= end)
        return true;
    if (range_count == FREE_MAX)
        return false;
    ranges[range_count++] = (struct free_range){base, end};
    return true;
}

static void drop(size_t index)
{
    ranges[index] = ranges[--range_count];
}

/* Takes [@base, @end) out of every range that it touches. */
static bool carve(uint64_t base, uint64_t end)
{
    size_t i = 0;

    while (base < end && i < range_count) {
        struct free_range *range = &ranges[i];
        uint64_t old_end = range->end;

        if (end <= range->base || base >= range->end) {
            i++;
        } else if (base > range->base) {
            range->end = base;
            if (end < old_end && !add(end, old_end))
                return false;
        } else if (end < old_end) {
            range->base = end;
        } else {
            drop(i);
        }
    }
    return true;
}

/* Each byte once, however often firmware lists it, and where the CPU can reach it. */
static bool add_usable(const struct memory_range *memory, uint64_t address_end)
{
    uint64_t end = memory->base + memory->size;

    if (end > address_end)
        end = address_end;
    return carve(memory->base, end) && add(memory->base, end);
}

static const char *carve_what_is_used(const struct boot_info *info,
                                      const struct memmap_machine *machine)
{
    bool fits =
        carve(0, FIRST_MEGABYTE) && carve(machine->image_base, machine->image_end);

    for (size_t i = 0; i < info->module_count; i++)
        fits = fits && carve(info->modules[i].base,
                             info->modules[i].base + info->modules[i].size);
    /* Firmware may list a range twice; the one that isn't usable wins. */
    for (size_t i = 0; i < info->memory_count; i++)
        if (info->memory[i].type != MEMORY_USABLE)
            fits = fits && carve(info->memory[i].base,
                                 info->memory[i].base + info->memory[i].size);
    return fits ? NULL : "the memory map is too fragmented: more than 256 free ranges";
}

/* The highest place for @size bytes that ends at or below @limit, or 0. */
static uint64_t find(uint64_t size, uint64_t limit)
{
    uint64_t best = 0;

    for (size_t i = 0; i < range_count; i++) {
        uint64_t end = round_down(ranges[i].end < limit ? ranges[i].end : limit);
        uint64_t base = round_up(ranges[i].base);

        if (end > base && end - base >= size && end - size > best)
            best = end - size;
    }
    return best;
}

const char *memmap_init(const struct boot_info *info,
                        const struct memmap_machine *machine)
{
    const char *problem;

    range_count = 0;
    for (size_t i = 0; i < info->memory_count; i++)
        if (info->memory[i].type == MEMORY_USABLE &&
            !add_usable(&info->memory[i], machine->address_end))
            return "the memory map has more than 256 usable ranges";
    problem = carve_what_is_used(info, machine);
    if (problem != NULL)
        return problem;

    pool_size = round_up(POOL_SIZE_LEAST + memmap_available() / POOL_SHARE);
    if (pool_size > POOL_SIZE_MOST)
        pool_size = POOL_SIZE_MOST;
    pool_base = find(pool_size, FOUR_GIB);
    if (pool_base == 0)
        return "not enough memory below 4 GiB for the hypervisor itself: it needs 16 MiB "
               "and a 64th of the machine's memory in one piece";
    return carve(pool_base, pool_base + pool_size)
               ? NULL
               : "the memory map is too fragmented: more than 256 free ranges";
}

uint64_t memmap_take(uint64_t size)
{
    uint64_t base;

    spin_lock(&lock);
    base = find(size, UINT64_MAX);
    if (base != 0 && !carve(base, base + size))
        base = 0;
    spin_unlock(&lock);
    return base;
}

bool memmap_take_at(uint64_t base, uint64_t size)
{
    bool is_taken = false;

    spin_lock(&lock);
    for (size_t i = 0; i < range_count && !is_taken; i++)
        is_taken = base >= ranges[i].base && base + size <= ranges[i].end &&
                   carve(base, base + size);
    spin_unlock(&lock);
    return is_taken;
}

/* Grows @range by what follows or precedes it, and takes that off the list. */
static bool absorb_neighbour(struct free_range *range)
{
    for (size_t i = 0; i < range_count; i++) {
        if (ranges[i].base != range->end && ranges[i].end != range->base)
            continue;
        if (ranges[i].base == range->end)
            range->end = ranges[i].end;
        else
            range->base = ranges[i].base;
        drop(i);
        return true;
    }
    return false;
}

void memmap_give_back(uint64_t base, uint64_t size)
{
    struct free_range range = {base, base + size};

    spin_lock(&lock);
    while (absorb_neighbour(&range))
        ; /* at most two */
    (void)add(range.base, range.end);
    spin_unlock(&lock);
}

uint64_t memmap_largest(void)
{
    uint64_t largest = 0;

    for (size_t i = 0; i < range_count; i++) {
        uint64_t base = round_up(ranges[i].base);
        uint64_t end = round_down(ranges[i].end);

        if (end > base && end - base > largest)
            largest = end - base;
    }
    return largest;
}

uint64_t memmap_available(void)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < range_count; i++)
        sum += ranges[i].end - ranges[i].base;
    return sum;
}

uint64_t memmap_pool_base(void)
{
    return pool_base;
}

uint64_t memmap_pool_size(void)
{
    return pool_size;
}
