/* SPDX-License-Identifier: MIT */
/* Who has which part of the machine's memory. */
#ifndef MM_MEMMAP_H
#define MM_MEMMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/boot_info.h"

/* What the firmware's map doesn't say. */
struct memmap_machine {
    uint64_t image_base; /* the hypervisor's own */
    uint64_t image_end;
    uint64_t address_end; /* one beyond what CPU and hypervisor can address */
};

/*
 * Takes the firmware's map, less the first megabyte, the hypervisor's image and
 * the boot modules, as what can be given out; and the hypervisor's own pool
 * from it. Returns NULL, or what is wrong.
 */
const char *memmap_init(const struct boot_info *info,
                        const struct memmap_machine *machine);

/*
 * Takes @size bytes, whole large pages, for a domain: the highest range that is
 * large enough. Returns the base, or 0 when no single range is large enough.
 */
uint64_t memmap_take(uint64_t size);

/* Takes these very @size bytes at @base; false when not all of them are free. */
bool memmap_take_at(uint64_t base, uint64_t size);

/* Gives back what memmap_take() returned, or memmap_take_at() took. */
void memmap_give_back(uint64_t base, uint64_t size);

/* The largest single range that can be taken, and the sum of all, in bytes. */
uint64_t memmap_largest(void);
uint64_t memmap_available(void);

/* The pool that memmap_init() put aside. */
uint64_t memmap_pool_base(void);
uint64_t memmap_pool_size(void);

#endif
