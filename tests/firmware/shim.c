/* SPDX-License-Identifier: MIT */
/*
 * Stands between QEMU and the hypervisor, and makes the machine one whose firmware was
 * another: a memory map that lacks ranges, a host bridge that decodes ECAM elsewhere.
 *
 * A multiboot kernel (Multiboot Specification 0.6.96) whose first module is the kernel
 * to start, a 32-bit ELF file; that kernel gets the other modules. The command line's
 * words, numbers in hexadecimal:
 *
 *     unreserve=BEGIN-END   the memory map has nothing there
 *     pciexbar=VALUE        bits 31:0 of q35's base register of ECAM
 *     register=WHERE-VALUE  a dword of configuration space; WHERE is what port CF8 takes
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hypervisor/boot/multiboot.h"

enum {
    MEMORY_MAP_MAX = 128,
    ELF_PHDR_LOAD = 1,
    PCI_CONFIG_ADDRESS = 0xcf8,
    PCI_CONFIG_DATA = 0xcfc,
};

#define PCIEXBAR_00_00_0 0x80000060u /* register 60 of 00:00.0 */

struct multiboot_memory {
    uint32_t size; /* leaves itself out */
    uint64_t base;
    uint64_t length;
    uint32_t type;
} __attribute__((packed));
_Static_assert(sizeof(struct multiboot_memory) == 24, "Multiboot 3.3");

struct elf_header { /* System V ABI, edition 4.1, chapter 4 */
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version, entry, phoff, shoff, flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
_Static_assert(sizeof(struct elf_header) == 52, "System V ABI, figure 4-3");

struct elf_phdr {
    uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};
_Static_assert(sizeof(struct elf_phdr) == 32, "System V ABI, figure 5-1");

uint32_t shim(struct multiboot_info *info);

/* The loader's own has no room for what a cut makes more. */
static struct multiboot_memory map[MEMORY_MAP_MAX];
static size_t map_count;

static void *at(uint32_t address)
{
    return (void *)(uintptr_t)address;
}

static void io_out32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static void put_register(uint32_t where, uint32_t value)
{
    io_out32(PCI_CONFIG_ADDRESS, where);
    io_out32(PCI_CONFIG_DATA, value);
}

/* ---- Memory map ------------------------------------------------------------ */

static void add(uint64_t begin, uint64_t end, uint32_t type)
{
    if (begin >= end || map_count == MEMORY_MAP_MAX)
        return;
    map[map_count++] = (struct multiboot_memory){sizeof map[0] - sizeof map[0].size,
                                                 begin, end - begin, type};
}

static void copy_map(const struct multiboot_info *info)
{
    uint32_t left = info->memory_map_length;

    while (left >= sizeof map[0]) {
        const struct multiboot_memory *entry =
            at(info->memory_map + info->memory_map_length - left);

        add(entry->base, entry->base + entry->length, entry->type);
        left -= entry->size + sizeof entry->size;
    }
}

static void unreserve(uint64_t begin, uint64_t end)
{
    size_t count = map_count;

    for (size_t i = 0; i < count; i++) {
        uint64_t base = map[i].base;
        uint64_t limit = base + map[i].length;

        if (base >= end || limit <= begin)
            continue;
        map[i].length = base < begin ? begin - base : 0;
        add(end, limit, map[i].type);
    }
}

/* ---- Command line ---------------------------------------------------------- */

/* What follows @name where the word at @text begins with it, else NULL. */
static const char *after(const char *text, const char *name)
{
    for (; *name != '\0'; text++, name++)
        if (*text != *name)
            return NULL;
    return text;
}

static uint64_t number(const char **text)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t value = 0;

    for (;; (*text)++) {
        unsigned digit = 0;

        while (digits[digit] != '\0' && digits[digit] != **text)
            digit++;
        if (digit == 16)
            return value;
        value = value << 4 | digit;
    }
}

/* The number behind a dash. */
static uint64_t second_number(const char **text)
{
    (*text)++;
    return number(text);
}

static void obey(const char *word)
{
    const char *value;

    if ((value = after(word, "unreserve=")) != NULL) {
        uint64_t begin = number(&value);

        unreserve(begin, second_number(&value));
    } else if ((value = after(word, "pciexbar=")) != NULL) {
        put_register(PCIEXBAR_00_00_0, (uint32_t)number(&value));
    } else if ((value = after(word, "register=")) != NULL) {
        uint32_t where = (uint32_t)number(&value);

        put_register(where, (uint32_t)second_number(&value));
    }
}

/* ---- Kernel ---------------------------------------------------------------- */

static void place(const uint8_t *file, const struct elf_phdr *phdr)
{
    volatile uint8_t *to = at(phdr->paddr);

    if (phdr->type != ELF_PHDR_LOAD)
        return;
    for (uint32_t i = 0; i < phdr->memsz; i++)
        to[i] = i < phdr->filesz ? file[phdr->offset + i] : 0;
}

/* Returns where the kernel begins. */
static uint32_t load(const uint8_t *file)
{
    const struct elf_header *header = (const void *)file;
    const struct elf_phdr *phdrs = (const void *)(file + header->phoff);

    for (unsigned i = 0; i < header->phnum; i++)
        place(file, &phdrs[i]);
    return header->entry;
}

uint32_t shim(struct multiboot_info *info)
{
    const struct multiboot_module *kernel = at(info->modules);
    const char *text = at(info->command_line);

    copy_map(info);
    for (; *text != '\0'; text++)
        obey(text);
    info->memory_map = (uint32_t)(uintptr_t)map;
    info->memory_map_length = (uint32_t)(map_count * sizeof map[0]);

    info->flags |= MULTIBOOT_HAS_COMMAND_LINE;
    info->command_line = kernel->command_line;
    info->modules += sizeof *kernel;
    info->module_count--;
    return load(at(kernel->start));
}
