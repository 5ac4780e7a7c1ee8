/* SPDX-License-Identifier: MIT */
/* What a boot loader leaves in memory (Multiboot Specification 0.6.96, 3.3). */
#ifndef BOOT_MULTIBOOT_H
#define BOOT_MULTIBOOT_H

#include <stdint.h>

#define MULTIBOOT_HAS_COMMAND_LINE 0x00000004u
#define MULTIBOOT_HAS_MODULES      0x00000008u
#define MULTIBOOT_HAS_MEMORY_MAP   0x00000040u

struct multiboot_info {
    uint32_t flags;
    uint32_t mem_lower;
    uint32_t mem_upper;
    uint32_t boot_device;
    uint32_t command_line;
    uint32_t module_count;
    uint32_t modules;
    uint32_t symbols[4];
    uint32_t memory_map_length;
    uint32_t memory_map;
};
_Static_assert(sizeof(struct multiboot_info) == 52, "Multiboot 3.3");

struct multiboot_module {
    uint32_t start;
    uint32_t end;
    uint32_t command_line;
    uint32_t reserved;
};
_Static_assert(sizeof(struct multiboot_module) == 16, "Multiboot 3.3");

#endif
