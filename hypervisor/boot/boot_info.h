/* SPDX-License-Identifier: MIT */
/*
 * What the boot loader handed over, copied to where nothing overwrites it
 * (Multiboot Specification 0.6.96, 3.3).
 */
#ifndef BOOT_BOOT_INFO_H
#define BOOT_BOOT_INFO_H

#include <stddef.h>
#include <stdint.h>

enum {
    BOOT_MODULE_MAX = 32,
    BOOT_MEMORY_MAX = 128,
    BOOT_TEXT_SIZE = 1024,
};

struct boot_module {
    uint64_t base;
    uint64_t size;
    char name[256]; /* its command line, cut to fit */
};

/* Types as in E820: 1 usable, 2 reserved, 3 ACPI reclaimable, 4 ACPI NVS, 5 bad. */
enum memory_type {
    MEMORY_NONE = 0,
    MEMORY_USABLE = 1,
    MEMORY_RESERVED = 2,
    MEMORY_ACPI = 3,
    MEMORY_NVS = 4,
    MEMORY_BAD = 5,
};

struct memory_range {
    uint64_t base;
    uint64_t size;
    uint32_t type;
};

struct boot_info {
    char command_line[BOOT_TEXT_SIZE];
    size_t module_count;
    struct boot_module modules[BOOT_MODULE_MAX];
    size_t memory_count;
    struct memory_range memory[BOOT_MEMORY_MAX];
};

/*
 * Copies the loader's information. Returns NULL if it did, else what is wrong
 * with it in one sentence.
 */
const char *boot_info_read(struct boot_info *info, uint32_t magic, uint32_t address);

/*
 * Finds the word "@name=VALUE" in the hypervisor's command line and copies VALUE
 * to @out_value, cut to @size. Returns whether it is there.
 */
int boot_info_option(const struct boot_info *info, const char *name, char *out_value,
                     size_t size);

#endif
