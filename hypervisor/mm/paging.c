/* SPDX-License-Identifier: MIT */
/* The hypervisor's own address space: everything at its physical address. */
#include "mm/paging.h"

#include <stddef.h>

#include "cpu/msr.h"
#include "cpu/spinlock.h"
#include "dev/console.h"
#include "mm/memmap.h"
#include "mm/pages.h"
#include "mm/pagetable.h"

#define FLAGS_TEXT   PTE_PRESENT
#define FLAGS_RODATA (PTE_PRESENT | PTE_NX)
#define FLAGS_DATA   (PTE_PRESENT | PTE_WRITABLE | PTE_NX)
#define FLAGS_DEVICE (FLAGS_DATA | PTE_PCD | PTE_PWT) /* PAT entry 3: uncached */

/* Four levels, and the half of them where an address needs no sign extension. */
#define ADDRESS_END 0x800000000000ull

extern const uint8_t image_start[];
extern const uint8_t text_end[];
extern const uint8_t rodata_end[];
extern const uint8_t image_end[];

static uint64_t *root;
static uint64_t *retired; /* a few tables, never freed: other CPUs aren't flushed */
static struct spinlock lock;

static void map_or_panic(uint64_t base, uint64_t end, uint64_t flags)
{
    if (!pagetable_map(root, base, base, end - base, flags, &retired))
        panic("no memory for the hypervisor's page tables");
}

uint64_t paging_address_end(void)
{
    uint64_t end = UINT64_C(1) << cpuid_address_bits();

    return end < ADDRESS_END ? end : ADDRESS_END;
}

void paging_init(void)
{
    uint64_t pool_end = memmap_pool_base() + memmap_pool_size();

    root = pages_alloc(1);
    if (root == NULL)
        panic("no memory for the hypervisor's page tables");
    map_or_panic((uint64_t)image_start, (uint64_t)text_end, FLAGS_TEXT);
    map_or_panic((uint64_t)text_end, (uint64_t)rodata_end, FLAGS_RODATA);
    map_or_panic((uint64_t)rodata_end, (uint64_t)image_end, FLAGS_DATA);
    map_or_panic(memmap_pool_base(), pool_end, FLAGS_DATA);
    paging_load();
}

void paging_load(void)
{
    __asm__ volatile("movq %0, %%cr3" : : "r"(root) : "memory");
}

uint64_t paging_root(void)
{
    return (uint64_t)root;
}

/* What firmware or a configuration names must never change how we map ourselves. */
static bool is_our_own(uint64_t base, uint64_t end)
{
    uint64_t pool_end = memmap_pool_base() + memmap_pool_size();

    return (base < (uint64_t)image_end && end > (uint64_t)image_start) ||
           (base < pool_end && end > memmap_pool_base());
}

static void *map(uint64_t hpa, uint64_t size, uint64_t flags)
{
    uint64_t base = hpa & ~(uint64_t)(PAGE_SIZE - 1);
    uint64_t end = (hpa + size + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
    bool is_mapped;

    if (size == 0 || end <= base || end > paging_address_end() || is_our_own(base, end))
        return NULL;
    spin_lock(&lock);
    is_mapped = pagetable_map(root, base, base, end - base, flags, &retired);
    spin_unlock(&lock);
    paging_load(); /* drops what this CPU cached of the range */
    return is_mapped ? (void *)hpa : NULL;
}

volatile void *paging_map_device(uint64_t hpa, uint64_t size)
{
    return map(hpa, size, FLAGS_DEVICE);
}

void *paging_map_memory(uint64_t hpa, uint64_t size)
{
    return map(hpa, size, FLAGS_DATA);
}

void *paging_map_text(uint64_t hpa, uint64_t size)
{
    return map(hpa, size, FLAGS_TEXT);
}

void paging_unmap_page(const void *address)
{
    spin_lock(&lock);
    if (!pagetable_unmap(root, (uint64_t)address, PAGE_SIZE, &retired))
        panic("no memory to split a page for a guard");
    spin_unlock(&lock);
    __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}
