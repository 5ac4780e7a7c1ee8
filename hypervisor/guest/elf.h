/* SPDX-License-Identifier: MIT */
/*
 * Reads a kernel image for PVH entry: where its segments go and where it is
 * entered. Nothing in the image is believed before it is checked.
 *
 * System V ABI, generic part, chapter 5 (object files); the notes named "Xen" are
 * those of Xen's public header elfnote.h.
 */
#ifndef HYPERVISOR_GUEST_ELF_H
#define HYPERVISOR_GUEST_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Linux has five; more than this is refused. */
#define ELF_MAX_SEGMENTS 16u

enum elf_status {
    ELF_OK = 0,
    ELF_TOO_SHORT,         /* the image ends within its own headers */
    ELF_IS_BZIMAGE,        /* the kernel is packed inside of it */
    ELF_NOT_ELF,           /* neither ELF nor bzImage */
    ELF_WRONG_MACHINE,     /* not a little-endian x86 executable */
    ELF_BAD_HEADER,        /* a table of headers has a wrong entry size or is outside */
    ELF_SEGMENT_TRUNCATED, /* a segment's contents lie outside the image */
    ELF_SEGMENT_INVALID,   /* sizes contradict, or the addresses wrap */
    ELF_TOO_MANY_SEGMENTS, /* more than ELF_MAX_SEGMENTS to load */
    ELF_NO_SEGMENT,        /* nothing to load */
    ELF_BAD_NOTE,          /* a note reaches beyond its segment, or has a wrong size */
    ELF_NO_PVH_NOTE,       /* no "Xen" note PHYS32_ENTRY */
    ELF_ENTRY_OUTSIDE,     /* the entry lies in no segment, or above 4 GiB */
};

/* One part of the image to copy; memory_size - file_size bytes of zero follow it. */
struct elf_segment {
    uint64_t offset;      /* within the image, in bytes */
    uint64_t file_size;   /* offset + file_size is within the image */
    uint64_t memory_size; /* at least file_size, never 0 */
    uint64_t address;     /* guest physical; address + memory_size does not wrap */
};

struct elf_image {
    struct elf_segment segments[ELF_MAX_SEGMENTS];
    size_t segment_count;
    uint64_t start; /* the lowest address of a segment */
    uint64_t end;   /* one beyond the highest */
    uint64_t entry; /* guest physical, below 4 GiB, within a segment */

    /*
     * Whether all of it may be moved by the same distance (note PHYS32_RELOC),
     * and then: the start is a multiple of @alignment, not below @minimum, and
     * the last byte not above @maximum.
     */
    bool is_relocatable;
    uint64_t alignment; /* a power of two, at least 1 */
    uint64_t minimum;
    uint64_t maximum;

    bool has_features; /* has the note SUPPORTED_FEATURES */
    uint32_t features; /* its value; bit 11 says that it can be a hardware domain */
};

/*
 * Reads the ELF32 or ELF64 image of @size bytes at @image into *out_image,
 * which is zeroed if it is refused. The image needs no alignment.
 */
enum elf_status elf_parse(const void *image, size_t size, struct elf_image *out_image);

/* What is wrong and how to mend it, in one sentence without a full stop; never NULL. */
const char *elf_status_text(enum elf_status status);

#endif
