/* SPDX-License-Identifier: MIT */
/* What the boot loader handed over (Multiboot Specification 0.6.96, 3.3). */
#include "boot/boot_info.h"

#include <stdbool.h>

#include "boot/multiboot.h"
#include "lib/string.h"

#define FOUR_GIB               0x100000000ull

#define MULTIBOOT_LOADER_MAGIC 0x2badb002u

/* @size leaves itself out; what follows @type is padding. */
struct multiboot_memory {
    uint32_t size;
    uint32_t base_low, base_high;
    uint32_t length_low, length_high;
    uint32_t type;
};
_Static_assert(sizeof(struct multiboot_memory) == 24, "Multiboot 3.3");

static const void *at(uint32_t address)
{
    return (const void *)(uintptr_t)address;
}

/* Whether @size bytes from @address on are below 4 GiB, which is what is mapped. */
static bool is_reachable(uint32_t address, uint64_t size)
{
    return address != 0 && size <= FOUR_GIB - address;
}

static void copy_text(char *to, size_t size, uint32_t from)
{
    const char *text = at(from);
    size_t length = 0;

    for (; length + 1 < size && is_reachable(from, length + 1); length++) {
        if (text[length] == '\0')
            break;
        to[length] = text[length];
    }
    to[length] = '\0';
}

static const char *read_modules(struct boot_info *info, const struct multiboot_info *from)
{
    const struct multiboot_module *modules = at(from->modules);

    if (!(from->flags & MULTIBOOT_HAS_MODULES))
        return NULL;
    if (from->module_count > BOOT_MODULE_MAX)
        return "the boot loader gives more than 32 modules: leave some out";
    if (from->module_count != 0 &&
        !is_reachable(from->modules, from->module_count * (uint64_t)sizeof *modules))
        return "the boot loader's list of modules is nowhere below 4 GiB";
    for (uint32_t i = 0; i < from->module_count; i++) {
        struct boot_module *module = &info->modules[i];

        if (modules[i].end < modules[i].start)
            return "a boot module ends before it starts";
        module->base = modules[i].start;
        module->size = modules[i].end - modules[i].start;
        copy_text(module->name, sizeof module->name, modules[i].command_line);
    }
    info->module_count = from->module_count;
    return NULL;
}

/* A usable range that wraps is a lie and left out; any other is believed to the end. */
static void add_memory(struct boot_info *info, const struct multiboot_memory *entry)
{
    struct memory_range range = {
        .base = (uint64_t)entry->base_high << 32 | entry->base_low,
        .size = (uint64_t)entry->length_high << 32 | entry->length_low,
        .type = entry->type,
    };

    if (range.size > UINT64_MAX - range.base)
        range.size = range.type == MEMORY_USABLE ? 0 : UINT64_MAX - range.base;
    if (range.size != 0)
        info->memory[info->memory_count++] = range;
}

static const char *read_memory_map(struct boot_info *info,
                                   const struct multiboot_info *from)
{
    uint32_t left = from->memory_map_length;

    if (!(from->flags & MULTIBOOT_HAS_MEMORY_MAP))
        return "the boot loader gives no memory map: use one that does, as GRUB";
    if (!is_reachable(from->memory_map, from->memory_map_length))
        return "the boot loader's memory map is nowhere below 4 GiB";
    while (left >= sizeof(struct multiboot_memory)) {
        const struct multiboot_memory *entry =
            at(from->memory_map + (from->memory_map_length - left));

        if (entry->size < sizeof *entry - sizeof entry->size ||
            entry->size > left - sizeof entry->size)
            return "an entry of the boot loader's memory map has a size that can't be";
        if (info->memory_count == BOOT_MEMORY_MAX)
            return "the memory map has more than 128 entries";
        add_memory(info, entry);
        left -= entry->size + (uint32_t)sizeof entry->size;
    }
    return info->memory_count == 0 ? "the memory map is empty" : NULL;
}

const char *boot_info_read(struct boot_info *info, uint32_t magic, uint32_t address)
{
    const struct multiboot_info *from = at(address);
    const char *problem;

    memset(info, 0, sizeof *info);
    if (magic != MULTIBOOT_LOADER_MAGIC || !is_reachable(address, sizeof *from))
        return "not started by a multiboot loader: use GRUB's multiboot command";
    if (from->flags & MULTIBOOT_HAS_COMMAND_LINE)
        copy_text(info->command_line, sizeof info->command_line, from->command_line);
    problem = read_modules(info, from);
    return problem != NULL ? problem : read_memory_map(info, from);
}

int boot_info_option(const struct boot_info *info, const char *name, char *out_value,
                     size_t size)
{
    size_t name_length = strlen(name);
    const char *word = info->command_line;

    while (*word != '\0') {
        size_t length = 0;

        while (word[length] != '\0' && word[length] != ' ')
            length++;
        if (length > name_length && word[name_length] == '=' &&
            memcmp(word, name, name_length) == 0) {
            size_t value_length = length - name_length - 1;

            if (value_length >= size)
                value_length = size - 1;
            memcpy(out_value, word + name_length + 1, value_length);
            out_value[value_length] = '\0';
            return 1;
        }
        word += length;
        while (*word == ' ')
            word++;
    }
    return 0;
}
