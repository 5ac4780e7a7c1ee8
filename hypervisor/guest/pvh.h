/* SPDX-License-Identifier: MIT */
/*
 * Lays out what a kernel is given at its PVH entry: start_info, the module list,
 * the memory map and the command line, as in Xen's public header
 * arch-x86/hvm/start_info.h, version 1.
 */
#ifndef HYPERVISOR_GUEST_PVH_H
#define HYPERVISOR_GUEST_PVH_H

#include <rootport/status.h>
#include <rootport/types.h>

#define PVH_MAGIC   0x336ec578u
#define PVH_VERSION 1u

/* start_info flags. */
#define PVH_PRIVILEGED 0x1u
#define PVH_INITDOMAIN                                                                   \
    0x2u /* without it Linux reports neither ECAM regions nor functions */

/* Types of memory, as in ACPI 6.5, 15.5 (E820). */
enum pvh_memory_type {
    PVH_MEMORY_RAM = 1,
    PVH_MEMORY_RESERVED = 2,
    PVH_MEMORY_ACPI = 3,
    PVH_MEMORY_NVS = 4,
    PVH_MEMORY_UNUSABLE = 5,
    PVH_MEMORY_DISABLED = 6,
    PVH_MEMORY_PERSISTENT = 7,
};

struct pvh_start_info {
    uint32_t magic;
    uint32_t version;
    uint32_t flags;
    uint32_t module_count;
    uint64_t module_list;
    uint64_t command_line;
    uint64_t rsdp;
    uint64_t memory_map;
    uint32_t memory_map_count;
    uint32_t reserved;
};

_Static_assert(sizeof(struct pvh_start_info) == 56, "start_info version 1");
_Static_assert(offsetof(struct pvh_start_info, module_list) == 16,
               "start_info version 1");
_Static_assert(offsetof(struct pvh_start_info, rsdp) == 32, "start_info version 1");
_Static_assert(offsetof(struct pvh_start_info, memory_map_count) == 48,
               "start_info version 1");

struct pvh_module {
    uint64_t address;
    uint64_t size;
    uint64_t command_line; /* 0 for none */
    uint64_t reserved;     /* 0 */
};

_Static_assert(sizeof(struct pvh_module) == 32, "module list entry");

struct pvh_memory_range {
    uint64_t address;
    uint64_t size;
    uint32_t type; /* enum pvh_memory_type */
    uint32_t reserved;
};

_Static_assert(sizeof(struct pvh_memory_range) == 24, "memory map entry");
_Static_assert(offsetof(struct pvh_memory_range, type) == 16, "memory map entry");

/* What the kernel is to be told. All addresses are guest physical. */
struct pvh_boot {
    uint32_t flags;                   /* PVH_PRIVILEGED, PVH_INITDOMAIN */
    const struct pvh_module *modules; /* the first is the initrd */
    uint32_t module_count;
    const struct pvh_memory_range *memory_map;
    uint32_t memory_map_count;
    const char *command_line; /* may be NULL */
    uint64_t rsdp;            /* 0 for none */
};

/* How many bytes pvh_build() fills for @boot. */
size_t pvh_size(const struct pvh_boot *boot);

/*
 * Fills the @size bytes at @buffer for a domain that will see them at @address;
 * start_info comes first. The address must be a multiple of 8 and everything
 * below 4 GiB, and the domain must be able to write it: Linux uses the magic as
 * a stack of one slot.
 *
 * RP_ERR_INVALID: the address, or flags that are none of the above.
 * RP_ERR_NO_SPACE: @size is less than pvh_size().
 */
RP_MUST_CHECK enum rp_status pvh_build(const struct pvh_boot *boot, rp_gpa_t address,
                                       void *buffer, size_t size);

#endif
