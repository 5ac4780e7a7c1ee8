/* SPDX-License-Identifier: MIT */
/*
 * Four-level x86-64 page tables (AMD64 APM vol. 2, 5.3), as the hypervisor's
 * own address space and as a guest's nested one (15.25.5 uses the same form).
 */
#ifndef MM_PAGETABLE_H
#define MM_PAGETABLE_H

#include <stdbool.h>
#include <stdint.h>

#define PTE_PRESENT  0x0000000000000001ull
#define PTE_WRITABLE 0x0000000000000002ull
#define PTE_USER     0x0000000000000004ull
#define PTE_PWT      0x0000000000000008ull
#define PTE_PCD      0x0000000000000010ull
#define PTE_LARGE    0x0000000000000080ull
#define PTE_NX       0x8000000000000000ull
#define PTE_ADDRESS  0x000ffffffffff000ull

/*
 * Maps [@address, @address + @size) to @target on with @flags, in large pages
 * where both are aligned so; splits and replaces what stood there. All are
 * multiples of a page. What has more than 48 bits is left out, as no walk gets there.
 * False when memory for tables ran out: what was mapped until then stays. The caller
 * serialises and flushes.
 *
 * Tables that are no longer needed go to the list *@retired: a CPU that has not been
 * flushed may still walk them.
 */
bool pagetable_map(uint64_t *root, uint64_t address, uint64_t target, uint64_t size,
                   uint64_t flags, uint64_t **retired);

/* Takes a range away, likewise. False when splitting a large page found no memory. */
bool pagetable_unmap(uint64_t *root, uint64_t address, uint64_t size, uint64_t **retired);

/* Frees such a list, once all CPUs have been flushed. */
void pagetable_free_retired(uint64_t *retired);

/* The leaf entry that maps @address, or 0; *@out_size, if wanted, is its page's. */
uint64_t pagetable_lookup(const uint64_t *root, uint64_t address, uint64_t *out_size);

/* Frees all tables, the root among them; never what they map. */
void pagetable_free(uint64_t *root);

#endif
