/* SPDX-License-Identifier: MIT */
/*
 * The hypervisor's own address space: everything at its physical address,
 * text not writable, data not executable, a hole below each stack.
 */
#ifndef MM_PAGING_H
#define MM_PAGING_H

#include <stdint.h>

/* One beyond the highest address that this CPU has and paging_map_*() can map. */
uint64_t paging_address_end(void);

/* Leaves the boot loader's view for the hypervisor's own page tables. */
void paging_init(void);

/* Loads the page tables that paging_init() built, on another CPU. */
void paging_load(void);

/* The root of those tables, for the start of other CPUs. */
uint64_t paging_root(void);

/*
 * Maps device memory uncached at its physical address, whole pages around
 * [@hpa, @hpa + @size). Returns where @hpa then is, or NULL when @size is 0, the
 * range wraps or touches the hypervisor's own memory, or memory for tables ran
 * out. Mapping twice is harmless. The functions below return the same.
 */
volatile void *paging_map_device(uint64_t hpa, uint64_t size);

/* Maps ordinary memory for reading and writing, cached, never executable. */
void *paging_map_memory(uint64_t hpa, uint64_t size);

/* Maps memory that holds code: for executing and reading. */
void *paging_map_text(uint64_t hpa, uint64_t size);

/* Takes the page at @address away, so that a touch of it faults: a guard. */
void paging_unmap_page(const void *address);

#endif
