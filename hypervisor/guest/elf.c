/* SPDX-License-Identifier: MIT */
/*
 * Reads a kernel image for PVH entry, with every length checked before it is used.
 * System V ABI, generic part, chapter 5; Xen's public header elfnote.h.
 */
#include "guest/elf.h"

/* Linux's boot protocol, "The Real-Mode Kernel Header": magic of a bzImage. */
#define BZIMAGE_MAGIC_OFFSET 0x202u
#define BZIMAGE_MAGIC        0x53726448u /* "HdrS" */

#define ELF_MAGIC            0x464c457fu /* 0x7f "ELF" */
#define ELFCLASS32           1u
#define ELFCLASS64           2u
#define ELFDATA2LSB          1u
#define ET_EXEC              2u
#define ET_DYN               3u
#define EM_386               3u
#define EM_X86_64            62u
#define PN_XNUM              0xffffu /* the count is elsewhere: no kernel has so many */
#define PT_LOAD              1u
#define PT_NOTE              4u
#define SHT_NOTE             7u
#define E_IDENT_SIZE         16u
#define E_CLASS              4u
#define E_DATA               5u
#define NOTE_HEAD            12u /* three words: sizes of name and contents, type */
#define XEN_NAME             0x006e6558u /* "Xen" and its zero */
#define XEN_NAME_SIZE        4u

/* Types of note under the name "Xen". */
#define XEN_SUPPORTED_FEATURES 17u
#define XEN_PHYS32_ENTRY       18u
#define XEN_PHYS32_RELOC       19u

/* What elfnote.h says for values that PHYS32_RELOC leaves out. */
#define RELOC_DEFAULT_ALIGNMENT 0x200000u
#define RELOC_LEAST_ALIGNMENT                                                            \
    0x1000u /* of a segment, to count instead of the default                             \
             */
#define RELOC_DEFAULT_MAXIMUM 0xffffffffu

#define FOUR_GIB              0x100000000u

/* Where a value stands in its header, and in how many bytes. */
struct field {
    uint8_t offset;
    uint8_t width;
};

struct table {
    struct field offset; /* these three in the file header */
    struct field entry_size;
    struct field count;
    uint8_t wanted_size; /* of an entry */
};

/* The two classes differ in where the same values stand. */
struct layout {
    uint8_t header_size;
    struct table segments;
    struct table sections;
    struct field p_offset, p_paddr, p_filesz, p_memsz, p_align;
    struct field sh_offset, sh_size, sh_addralign;
};

static const struct field e_type = {16, 2};
static const struct field e_machine = {18, 2};
static const struct field p_type = {0, 4};
static const struct field sh_type = {4, 4};

static const struct layout layout_32 = {
    .header_size = 52,
    .segments = {{28, 4}, {42, 2}, {44, 2}, 32},
    .sections = {{32, 4}, {46, 2}, {48, 2}, 40},
    .p_offset = {4, 4},
    .p_paddr = {12, 4},
    .p_filesz = {16, 4},
    .p_memsz = {20, 4},
    .p_align = {28, 4},
    .sh_offset = {16, 4},
    .sh_size = {20, 4},
    .sh_addralign = {32, 4},
};

static const struct layout layout_64 = {
    .header_size = 64,
    .segments = {{32, 8}, {54, 2}, {56, 2}, 56},
    .sections = {{40, 8}, {58, 2}, {60, 2}, 64},
    .p_offset = {8, 8},
    .p_paddr = {24, 8},
    .p_filesz = {32, 8},
    .p_memsz = {40, 8},
    .p_align = {48, 8},
    .sh_offset = {24, 8},
    .sh_size = {32, 8},
    .sh_addralign = {48, 8},
};

struct reader {
    const uint8_t *bytes;
    size_t size;
    const struct layout *layout;
    struct elf_image *image;
    uint64_t largest_alignment; /* of the segments to load */
    bool has_entry;
};

/* A table of headers within the file. */
struct headers {
    uint64_t offset;
    unsigned entry_size;
    unsigned count; /* at most 0xffff: the field has 16 bits */
};

/* --- bytes --- */

static uint64_t load(const uint8_t *bytes, unsigned width)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < width; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

static uint64_t field_of(const uint8_t *header, struct field field)
{
    return load(header + field.offset, field.width);
}

static bool is_within(uint64_t offset, uint64_t length, uint64_t size)
{
    return length <= size && offset <= size - length;
}

static bool is_power_of_two(uint64_t value)
{
    return value && !(value & (value - 1));
}

/* --- headers --- */

static bool is_bzimage(const struct reader *reader)
{
    return is_within(BZIMAGE_MAGIC_OFFSET, 4, reader->size) &&
           load(reader->bytes + BZIMAGE_MAGIC_OFFSET, 4) == BZIMAGE_MAGIC;
}

static enum elf_status read_header(struct reader *reader)
{
    const uint8_t *header = reader->bytes;
    uint64_t type;
    uint64_t machine;

    if (is_bzimage(reader))
        return ELF_IS_BZIMAGE;
    if (reader->size < E_IDENT_SIZE)
        return ELF_TOO_SHORT;
    if (load(header, 4) != ELF_MAGIC)
        return ELF_NOT_ELF;
    if (header[E_DATA] != ELFDATA2LSB ||
        (header[E_CLASS] != ELFCLASS32 && header[E_CLASS] != ELFCLASS64))
        return ELF_WRONG_MACHINE;
    reader->layout = header[E_CLASS] == ELFCLASS64 ? &layout_64 : &layout_32;
    if (reader->size < reader->layout->header_size)
        return ELF_TOO_SHORT;
    type = field_of(header, e_type);
    machine = field_of(header, e_machine);
    if ((type != ET_EXEC && type != ET_DYN) ||
        (machine != EM_386 && machine != EM_X86_64))
        return ELF_WRONG_MACHINE;
    return ELF_OK;
}

static enum elf_status read_table(const struct reader *reader, const struct table *table,
                                  struct headers *out_headers)
{
    const uint8_t *header = reader->bytes;

    out_headers->offset = field_of(header, table->offset);
    out_headers->entry_size = (unsigned)field_of(header, table->entry_size);
    out_headers->count = (unsigned)field_of(header, table->count);
    if (!out_headers->count)
        return ELF_OK;
    if (out_headers->count == PN_XNUM || out_headers->entry_size != table->wanted_size ||
        !is_within(out_headers->offset,
                   (uint64_t)out_headers->count * out_headers->entry_size, reader->size))
        return ELF_BAD_HEADER;
    return ELF_OK;
}

static const uint8_t *header_at(const struct reader *reader,
                                const struct headers *headers, unsigned i)
{
    return reader->bytes + headers->offset + (uint64_t)i * headers->entry_size;
}

/* --- segments --- */

static enum elf_status check_segment(const struct reader *reader,
                                     const struct elf_segment *segment)
{
    if (segment->file_size > segment->memory_size ||
        segment->memory_size > UINT64_MAX - segment->address)
        return ELF_SEGMENT_INVALID;
    if (!is_within(segment->offset, segment->file_size, reader->size))
        return ELF_SEGMENT_TRUNCATED;
    return ELF_OK;
}

static void extend_range(struct elf_image *image, const struct elf_segment *segment)
{
    uint64_t end = segment->address + segment->memory_size;

    if (!image->segment_count || segment->address < image->start)
        image->start = segment->address;
    if (end > image->end)
        image->end = end;
}

static enum elf_status add_segment(struct reader *reader, const uint8_t *header)
{
    const struct layout *layout = reader->layout;
    struct elf_image *image = reader->image;
    struct elf_segment segment = {
        .file_size = field_of(header, layout->p_filesz),
        .memory_size = field_of(header, layout->p_memsz),
        .address = field_of(header, layout->p_paddr),
    };
    uint64_t alignment = field_of(header, layout->p_align);
    enum elf_status status;

    if (segment.file_size) /* without contents the offset means nothing */
        segment.offset = field_of(header, layout->p_offset);
    status = check_segment(reader, &segment);
    if (status != ELF_OK || !segment.memory_size)
        return status;
    if (image->segment_count == ELF_MAX_SEGMENTS)
        return ELF_TOO_MANY_SEGMENTS;
    extend_range(image, &segment);
    image->segments[image->segment_count++] = segment;
    if (alignment > reader->largest_alignment)
        reader->largest_alignment = alignment;
    return ELF_OK;
}

/* --- notes --- */

/* Up to three words: alignment, lowest address of the start, highest of the end. */
static enum elf_status read_relocation(struct reader *reader, const uint8_t *contents,
                                       uint64_t size)
{
    struct elf_image *image = reader->image;

    if (size % 4 || size > 12)
        return ELF_BAD_NOTE;
    image->is_relocatable = true;
    image->alignment = reader->largest_alignment >= RELOC_LEAST_ALIGNMENT
                           ? reader->largest_alignment
                           : RELOC_DEFAULT_ALIGNMENT;
    image->minimum = 0;
    image->maximum = RELOC_DEFAULT_MAXIMUM;
    if (size >= 4)
        image->alignment = load(contents, 4);
    if (size >= 8)
        image->minimum = load(contents + 4, 4);
    if (size >= 12)
        image->maximum = load(contents + 8, 4);
    if (!is_power_of_two(image->alignment) || image->minimum > image->maximum)
        return ELF_BAD_NOTE;
    return ELF_OK;
}

static enum elf_status read_xen_note(struct reader *reader, uint64_t type,
                                     const uint8_t *contents, uint64_t size)
{
    struct elf_image *image = reader->image;

    switch (type) {
    case XEN_PHYS32_ENTRY: /* a word, but Linux writes what its pointers have */
        if (size != 4 && size != 8)
            return ELF_BAD_NOTE;
        image->entry = load(contents, (unsigned)size);
        reader->has_entry = true;
        return ELF_OK;
    case XEN_PHYS32_RELOC:
        return read_relocation(reader, contents, size);
    case XEN_SUPPORTED_FEATURES:
        if (size != 4)
            return ELF_BAD_NOTE;
        image->features = (uint32_t)load(contents, 4);
        image->has_features = true;
        return ELF_OK;
    default:
        return ELF_OK;
    }
}

static uint64_t round_up(uint64_t value, uint64_t alignment)
{
    return (value + alignment - 1) & ~(alignment - 1);
}

/*
 * The notes in the @size bytes at @offset. Name and contents are each padded to
 * four bytes, or to eight in a segment so aligned, as GNU binutils does; the
 * padding after the last may be missing. A note has at least 12 bytes, which bounds
 * the loop.
 */
static enum elf_status read_notes(struct reader *reader, uint64_t offset, uint64_t size,
                                  uint64_t alignment)
{
    uint64_t padding = alignment == 8 ? 8 : 4;

    if (!is_within(offset, size, reader->size))
        return ELF_SEGMENT_TRUNCATED;
    for (uint64_t at = 0; is_within(at, NOTE_HEAD, size);) {
        const uint8_t *note = reader->bytes + offset + at;
        uint64_t name_size = load(note, 4);
        uint64_t contents_size = load(note + 4, 4);
        uint64_t contents = round_up(NOTE_HEAD + name_size, padding);
        enum elf_status status = ELF_OK;

        if (!is_within(contents, contents_size, size - at))
            return ELF_BAD_NOTE;
        if (name_size == XEN_NAME_SIZE && load(note + NOTE_HEAD, 4) == XEN_NAME)
            status =
                read_xen_note(reader, load(note + 8, 4), note + contents, contents_size);
        if (status != ELF_OK)
            return status;
        at += round_up(contents + contents_size, padding);
    }
    return ELF_OK;
}

/* --- the image --- */

static enum elf_status load_segments(struct reader *reader, const struct headers *headers)
{
    for (unsigned i = 0; i < headers->count; i++) {
        const uint8_t *header = header_at(reader, headers, i);
        enum elf_status status;

        if (field_of(header, p_type) != PT_LOAD)
            continue;
        status = add_segment(reader, header);
        if (status != ELF_OK)
            return status;
    }
    return reader->image->segment_count ? ELF_OK : ELF_NO_SEGMENT;
}

static enum elf_status read_note_segments(struct reader *reader,
                                          const struct headers *headers)
{
    const struct layout *layout = reader->layout;

    for (unsigned i = 0; i < headers->count; i++) {
        const uint8_t *header = header_at(reader, headers, i);
        enum elf_status status;

        if (field_of(header, p_type) != PT_NOTE)
            continue;
        status = read_notes(reader, field_of(header, layout->p_offset),
                            field_of(header, layout->p_filesz),
                            field_of(header, layout->p_align));
        if (status != ELF_OK)
            return status;
    }
    return ELF_OK;
}

/* For an image whose notes no segment covers. */
static enum elf_status read_note_sections(struct reader *reader)
{
    const struct layout *layout = reader->layout;
    struct headers headers;
    enum elf_status status = read_table(reader, &layout->sections, &headers);

    if (status != ELF_OK)
        return status;
    for (unsigned i = 0; i < headers.count; i++) {
        const uint8_t *header = header_at(reader, &headers, i);

        if (field_of(header, sh_type) != SHT_NOTE)
            continue;
        status = read_notes(reader, field_of(header, layout->sh_offset),
                            field_of(header, layout->sh_size),
                            field_of(header, layout->sh_addralign));
        if (status != ELF_OK)
            return status;
    }
    return ELF_OK;
}

static enum elf_status check_entry(const struct elf_image *image)
{
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];

        if (image->entry >= segment->address &&
            image->entry - segment->address < segment->memory_size)
            return image->entry < FOUR_GIB ? ELF_OK : ELF_ENTRY_OUTSIDE;
    }
    return ELF_ENTRY_OUTSIDE;
}

static enum elf_status read_image(struct reader *reader)
{
    struct headers segments;
    enum elf_status status = read_header(reader);

    if (status == ELF_OK)
        status = read_table(reader, &reader->layout->segments, &segments);
    if (status == ELF_OK)
        status = load_segments(reader, &segments);
    if (status == ELF_OK)
        status = read_note_segments(reader, &segments);
    if (status == ELF_OK && !reader->has_entry)
        status = read_note_sections(reader);
    if (status != ELF_OK)
        return status;
    return reader->has_entry ? check_entry(reader->image) : ELF_NO_PVH_NOTE;
}

enum elf_status elf_parse(const void *image, size_t size, struct elf_image *out_image)
{
    struct reader reader = {.bytes = image, .size = size, .image = out_image};
    enum elf_status status;

    *out_image = (struct elf_image){0};
    status = read_image(&reader);
    if (status != ELF_OK)
        *out_image = (struct elf_image){0};
    return status;
}

const char *elf_status_text(enum elf_status status)
{
    switch (status) {
    case ELF_OK:
        return "the kernel can be loaded";
    case ELF_TOO_SHORT:
        return "the kernel image ends within its headers: load all of the file";
    case ELF_IS_BZIMAGE:
        return "the kernel is a bzImage, which packs the image with the PVH entry: "
               "unpack "
               "it with scripts/unpack-kernel";
    case ELF_NOT_ELF:
        return "the kernel is not an ELF image: name a Linux kernel (vmlinux)";
    case ELF_WRONG_MACHINE:
        return "the kernel is not an executable for x86: name one built for this machine";
    case ELF_BAD_HEADER:
        return "the kernel's ELF headers are damaged or cut off: load the file again";
    case ELF_SEGMENT_TRUNCATED:
        return "the kernel image is shorter than its segments say: load all of the file";
    case ELF_SEGMENT_INVALID:
        return "a segment of the kernel has sizes or addresses that cannot be: load the "
               "file again";
    case ELF_TOO_MANY_SEGMENTS:
        return "the kernel has more than 16 segments to load: name a Linux kernel";
    case ELF_NO_SEGMENT:
        return "the kernel has no segment to load: name an executable image";
    case ELF_BAD_NOTE:
        return "a note of the kernel is damaged: load the file again";
    case ELF_NO_PVH_NOTE:
        return "the kernel has no PVH note (PHYS32_ENTRY): name one built with "
               "CONFIG_PVH=y";
    case ELF_ENTRY_OUTSIDE:
        return "the kernel's PVH entry lies outside of its segments or above 4 GiB: name "
               "another kernel";
    }
    return "the kernel was refused for an unknown reason";
}
