/* SPDX-License-Identifier: MIT */
/*
 * The parser of PVH kernel images. Images are made with the C library's <elf.h>, an
 * independent statement of the format, and the notes as Xen's elfnote.h has them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <elf.h>

#include "guest/elf.h"

#define SEGMENT_COUNT 3u /* text, data, notes */

/* A small kernel: headers, notes, then the contents of two segments up to the end. */
struct kernel {
    Elf64_Ehdr header;
    Elf64_Phdr segments[SEGMENT_COUNT];
    Elf64_Shdr section;
    uint8_t notes[128];
    uint8_t text[64];
    uint8_t data[32];
};

enum { TEXT, DATA, NOTES };

static size_t add_note(uint8_t *notes, size_t at, const char *name, uint32_t type,
                       const void *contents, uint32_t size)
{
    const uint32_t head[] = {(uint32_t)strlen(name) + 1, size, type};

    memset(notes + at, 0, sizeof(head) + 8 + (size + 3) / 4 * 4);
    memcpy(notes + at, head, sizeof(head));
    strcpy((char *)notes + at + sizeof(head), name);
    at += sizeof(head) + (head[0] + 3) / 4 * 4;
    if (size)
        memcpy(notes + at, contents, size);
    return at + (size + 3) / 4 * 4;
}

static void set_note(struct kernel *kernel, uint32_t type, const void *contents,
                     uint32_t size)
{
    kernel->segments[NOTES].p_filesz =
        add_note(kernel->notes, 0, "Xen", type, contents, size);
}

/* Adds to what set_note() made. */
static void append_note(struct kernel *kernel, const char *name, uint32_t type,
                        const void *contents, uint32_t size)
{
    kernel->segments[NOTES].p_filesz = add_note(
        kernel->notes, kernel->segments[NOTES].p_filesz, name, type, contents, size);
}

static struct kernel make_kernel(void)
{
    static const uint64_t entry = 0x1000010;
    struct kernel kernel = {
        .header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
                               ELFDATA2LSB, EV_CURRENT},
                   .e_type = ET_EXEC,
                   .e_machine = EM_X86_64,
                   .e_version = EV_CURRENT,
                   .e_phoff = offsetof(struct kernel, segments),
                   .e_ehsize = sizeof(Elf64_Ehdr),
                   .e_phentsize = sizeof(Elf64_Phdr),
                   .e_phnum = SEGMENT_COUNT,
                   .e_shentsize = sizeof(Elf64_Shdr)},
        .segments = {[TEXT] = {.p_type = PT_LOAD,
                               .p_offset = offsetof(struct kernel, text),
                               .p_vaddr = 0xffffffff81000000,
                               .p_paddr = 0x1000000,
                               .p_filesz = sizeof(kernel.text),
                               .p_memsz = sizeof(kernel.text),
                               .p_align = 0x200000},
                     [DATA] = {.p_type = PT_LOAD,
                               .p_offset = offsetof(struct kernel, data),
                               .p_vaddr = 0xffffffff81200000,
                               .p_paddr = 0x1200000,
                               .p_filesz = sizeof(kernel.data),
                               .p_memsz = 0x5000,
                               .p_align = 0x1000},
                     [NOTES] = {.p_type = PT_NOTE,
                                .p_offset = offsetof(struct kernel, notes),
                                .p_align = 4}},
        .section = {.sh_type = SHT_NOTE,
                    .sh_offset = offsetof(struct kernel, notes),
                    .sh_addralign = 4},
    };

    set_note(&kernel, 18, &entry, sizeof(entry));
    return kernel;
}

/* Parses from a block of exactly @size bytes at an odd address. */
static enum elf_status parse_bytes(const void *bytes, size_t size, struct elf_image *out)
{
    uint8_t *copy = malloc(size + 1);
    enum elf_status status;

    assert_non_null(copy);
    memcpy(copy + 1, bytes, size);
    status = elf_parse(copy + 1, size, out);
    free(copy);
    return status;
}

static enum elf_status parse(const struct kernel *kernel, struct elf_image *out)
{
    return parse_bytes(kernel, sizeof(*kernel), out);
}

static void assert_refused(const struct kernel *kernel, enum elf_status expected)
{
    static const struct elf_image nothing;
    struct elf_image image;

    memset(&image, 0xa5, sizeof(image));
    assert_int_equal(parse(kernel, &image), expected);
    assert_memory_equal(&image, &nothing, sizeof(image));
}

/* --- what is accepted --- */

static void a_kernel_is_read(void **state)
{
    const struct kernel kernel = make_kernel();
    struct elf_image image;

    (void)state;
    assert_int_equal(parse(&kernel, &image), ELF_OK);
    assert_int_equal(image.segment_count, 2);
    assert_int_equal(image.segments[0].offset, offsetof(struct kernel, text));
    assert_int_equal(image.segments[0].file_size, 64);
    assert_int_equal(image.segments[0].memory_size, 64);
    assert_int_equal(image.segments[0].address, 0x1000000);
    assert_int_equal(image.segments[1].offset, offsetof(struct kernel, data));
    assert_int_equal(image.segments[1].file_size, 32);
    assert_int_equal(image.segments[1].memory_size, 0x5000);
    assert_int_equal(image.segments[1].address, 0x1200000);
    assert_int_equal(image.start, 0x1000000);
    assert_int_equal(image.end, 0x1205000);
    assert_int_equal(image.entry, 0x1000010);
    assert_false(image.is_relocatable);
    assert_false(image.has_features);
}

static void a_32_bit_kernel_is_read(void **state)
{
    static const uint32_t entry = 0x100020;
    struct {
        Elf32_Ehdr header;
        Elf32_Phdr segments[2];
        uint8_t notes[64];
        uint8_t text[48];
    } kernel = {
        .header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32,
                               ELFDATA2LSB, EV_CURRENT},
                   .e_type = ET_DYN,
                   .e_machine = EM_386,
                   .e_phoff = sizeof(Elf32_Ehdr),
                   .e_phentsize = sizeof(Elf32_Phdr),
                   .e_phnum = 2},
        .segments = {{.p_type = PT_LOAD,
                      .p_offset = sizeof(Elf32_Ehdr) + 2 * sizeof(Elf32_Phdr) + 64,
                      .p_vaddr = 0xc0100000,
                      .p_paddr = 0x100000,
                      .p_filesz = 48,
                      .p_memsz = 0x1000},
                     {.p_type = PT_NOTE,
                      .p_offset = sizeof(Elf32_Ehdr) + 2 * sizeof(Elf32_Phdr),
                      .p_align = 4}},
    };
    struct elf_image image;

    (void)state;
    kernel.segments[1].p_filesz =
        (Elf32_Word)add_note(kernel.notes, 0, "Xen", 18, &entry, sizeof(entry));
    assert_int_equal(parse_bytes(&kernel, sizeof(kernel), &image), ELF_OK);
    assert_int_equal(image.segment_count, 1);
    assert_int_equal(image.segments[0].offset,
                     sizeof(Elf32_Ehdr) + 2 * sizeof(Elf32_Phdr) + 64);
    assert_int_equal(image.segments[0].file_size, 48);
    assert_int_equal(image.segments[0].memory_size, 0x1000);
    assert_int_equal(image.segments[0].address, 0x100000);
    assert_int_equal(image.entry, 0x100020);
}

static void segments_come_in_any_order(void **state)
{
    struct kernel kernel = make_kernel();
    Elf64_Phdr text = kernel.segments[TEXT];
    struct elf_image image;

    (void)state;
    kernel.segments[TEXT] = kernel.segments[DATA];
    kernel.segments[DATA] = text;
    assert_int_equal(parse(&kernel, &image), ELF_OK);
    assert_int_equal(image.start, 0x1000000);
    assert_int_equal(image.end, 0x1205000);
}

static void empty_segments_are_left_out(void **state)
{
    struct kernel kernel = make_kernel();
    struct elf_image image;

    (void)state;
    kernel.segments[DATA].p_filesz = 0;
    kernel.segments[DATA].p_memsz = 0;
    kernel.segments[DATA].p_paddr = 0;
    assert_int_equal(parse(&kernel, &image), ELF_OK);
    assert_int_equal(image.segment_count, 1);
    assert_int_equal(image.start, 0x1000000);
}

static void a_segment_without_contents_has_no_offset(void **state)
{
    struct kernel kernel = make_kernel();
    struct elf_image image;

    (void)state;
    kernel.segments[DATA].p_filesz = 0;
    kernel.segments[DATA].p_offset = UINT64_MAX;
    assert_int_equal(parse(&kernel, &image), ELF_OK);
    assert_int_equal(image.segments[1].offset, 0);
    assert_int_equal(image.segments[1].memory_size, 0x5000);
}

static void notes_of_others_are_skipped(void **state)
{
    static const uint64_t wrong = 0x1000020;
    static const uint64_t entry = 0x1000030;
    struct kernel kernel = make_kernel();
    struct elf_image image;

    (void)state;
    kernel.segments[NOTES].p_filesz = 0;
    append_note(&kernel, "GNU", 18, &wrong, sizeof(wrong));
    append_note(&kernel, "Xen", 6, "linux", 6);
    append_note(&kernel, "Xen", 18, &entry, sizeof(entry));
    assert_int_equal(parse(&kernel, &image), ELF_OK);
    assert_int_equal(image.entry, entry);
}

static void the_last_note_needs_no_padding(void **state)
{
    static const uint64_t entry = 0x1000030;
    struct kernel kernel = make_kernel();
    struct elf_image image;

    (void)state;
    set_note(&kernel, 18, &entry, sizeof(entry));
    append_note(&kernel, "Xen", 5, "2.6", 3);
    kernel.segments[NOTES].p_filesz--;
    assert_int_equal(parse(&kernel, &image), ELF_OK);
    assert_int_equal(image.entry, entry);
}

static void notes_aligned_to_eight_are_padded_to_eight(void **state)
{
    static const uint32_t entry = 0x1000030;
    struct kernel kernel = make_kernel();
    struct elf_image image;

    (void)state;
    /* Name and contents end at 16 and 20; the next note begins at 24. */
    kernel.segments[NOTES].p_filesz = 0;
    append_note(&kernel, "Xen", 1, &entry, sizeof(entry));
    kernel.segments[NOTES].p_filesz += 4;
    append_note(&kernel, "Xen", 18, &entry, sizeof(entry));
    kernel.segments[NOTES].p_align = 8;
    assert_int_equal(parse(&kernel, &image), ELF_OK);
    assert_int_equal(image.entry, entry);
}

static void notes_are_found_in_sections_too(void **state)
{
    struct kernel kernel = make_kernel();
    struct elf_image image;

    (void)state;
    kernel.section.sh_size = kernel.segments[NOTES].p_filesz;
    kernel.segments[NOTES].p_type = PT_NULL;
    kernel.header.e_shoff = offsetof(struct kernel, section);
    kernel.header.e_shnum = 1;
    assert_int_equal(parse(&kernel, &image), ELF_OK);
    assert_int_equal(image.entry, 0x1000010);
}

static void features_are_read(void **state)
{
    static const uint32_t features = 1u << 11;
    struct kernel kernel = make_kernel();
    struct elf_image image;

    (void)state;
    append_note(&kernel, "Xen", 17, &features, sizeof(features));
    assert_int_equal(parse(&kernel, &image), ELF_OK);
    assert_true(image.has_features);
    assert_int_equal(image.features, features);
}

static void relocation_says_where_the_kernel_may_go(void **state)
{
    static const uint32_t relocation[] = {0x200000, 0x1000000, 0x3fffffff};
    struct kernel kernel = make_kernel();
    struct elf_image image;

    (void)state;
    append_note(&kernel, "Xen", 19, relocation, sizeof(relocation));
    assert_int_equal(parse(&kernel, &image), ELF_OK);
    assert_true(image.is_relocatable);
    assert_int_equal(image.alignment, 0x200000);
    assert_int_equal(image.minimum, 0x1000000);
    assert_int_equal(image.maximum, 0x3fffffff);
}

static void relocation_has_defaults(void **state)
{
    struct kernel kernel = make_kernel();
    struct elf_image image;

    (void)state;
    append_note(&kernel, "Xen", 19, NULL, 0);
    kernel.segments[TEXT].p_align = 0x400000;
    assert_int_equal(parse(&kernel, &image), ELF_OK);
    assert_int_equal(image.alignment, 0x400000);
    assert_int_equal(image.minimum, 0);
    assert_int_equal(image.maximum, 0xffffffff);
    kernel.segments[TEXT].p_align = 16;
    kernel.segments[DATA].p_align = 16;
    assert_int_equal(parse(&kernel, &image), ELF_OK);
    assert_int_equal(image.alignment, 0x200000);
}

/* --- what is refused --- */

static void a_bzimage_is_told_apart(void **state)
{
    static uint8_t bytes[0x400];
    struct elf_image image;

    (void)state;
    memcpy(bytes + 0x202, "HdrS", 4);
    assert_int_equal(parse_bytes(bytes, sizeof(bytes), &image), ELF_IS_BZIMAGE);
    assert_int_equal(parse_bytes(bytes, 0x206, &image), ELF_IS_BZIMAGE);
    assert_int_equal(parse_bytes(bytes, 0x205, &image), ELF_NOT_ELF);
    assert_non_null(strstr(elf_status_text(ELF_IS_BZIMAGE), "scripts/unpack-kernel"));
}

static void other_files_are_refused(void **state)
{
    struct kernel kernel = make_kernel();

    (void)state;
    kernel.header.e_ident[EI_MAG0] = 0x1f;
    assert_refused(&kernel, ELF_NOT_ELF);
    kernel = make_kernel();
    kernel.header.e_ident[EI_DATA] = ELFDATA2MSB;
    assert_refused(&kernel, ELF_WRONG_MACHINE);
    kernel = make_kernel();
    kernel.header.e_ident[EI_CLASS] = 3;
    assert_refused(&kernel, ELF_WRONG_MACHINE);
    kernel = make_kernel();
    kernel.header.e_machine = EM_AARCH64;
    assert_refused(&kernel, ELF_WRONG_MACHINE);
    kernel = make_kernel();
    kernel.header.e_type = ET_REL;
    assert_refused(&kernel, ELF_WRONG_MACHINE);
}

static void bad_header_tables_are_refused(void **state)
{
    struct kernel kernel = make_kernel();

    (void)state;
    kernel.header.e_phentsize = sizeof(Elf64_Phdr) - 1;
    assert_refused(&kernel, ELF_BAD_HEADER);
    kernel = make_kernel();
    kernel.header.e_phoff = UINT64_MAX - 8;
    assert_refused(&kernel, ELF_BAD_HEADER);
    kernel = make_kernel();
    kernel.header.e_phoff = sizeof(kernel) - SEGMENT_COUNT * sizeof(Elf64_Phdr) + 1;
    assert_refused(&kernel, ELF_BAD_HEADER);
    kernel = make_kernel();
    kernel.segments[NOTES].p_type = PT_NULL;
    kernel.header.e_shnum = 1;
    kernel.header.e_shoff = sizeof(kernel);
    assert_refused(&kernel, ELF_BAD_HEADER);
}

/* PN_XNUM says that the count is elsewhere, even where so many headers would fit. */
static void an_extended_header_count_is_refused(void **state)
{
    const struct kernel model = make_kernel();
    size_t size = sizeof(model) + PN_XNUM * sizeof(Elf64_Phdr);
    struct kernel *kernel = calloc(1, size);
    struct elf_image image;

    (void)state;
    assert_non_null(kernel);
    *kernel = model;
    kernel->header.e_phnum = PN_XNUM - 1;
    assert_int_equal(elf_parse(kernel, size, &image), ELF_OK);
    kernel->header.e_phnum = PN_XNUM;
    assert_int_equal(elf_parse(kernel, size, &image), ELF_BAD_HEADER);
    free(kernel);
}

static void segments_outside_the_image_are_refused(void **state)
{
    struct kernel kernel = make_kernel();

    (void)state;
    kernel.segments[DATA].p_offset++;
    assert_refused(&kernel, ELF_SEGMENT_TRUNCATED);
    kernel = make_kernel();
    kernel.segments[DATA].p_offset = UINT64_MAX - 15;
    assert_refused(&kernel, ELF_SEGMENT_TRUNCATED);
    kernel = make_kernel();
    kernel.segments[NOTES].p_offset = sizeof(kernel);
    assert_refused(&kernel, ELF_SEGMENT_TRUNCATED);
}

static void impossible_segments_are_refused(void **state)
{
    struct kernel kernel = make_kernel();

    (void)state;
    kernel.segments[DATA].p_memsz = kernel.segments[DATA].p_filesz - 1;
    assert_refused(&kernel, ELF_SEGMENT_INVALID);
    kernel = make_kernel();
    kernel.segments[DATA].p_paddr = UINT64_MAX - 0x1000;
    assert_refused(&kernel, ELF_SEGMENT_INVALID);
}

static void too_many_or_no_segments_are_refused(void **state)
{
    struct {
        Elf64_Ehdr header;
        Elf64_Phdr segments[ELF_MAX_SEGMENTS + 2];
        uint8_t notes[64];
    } kernel = {0};
    const struct kernel model = make_kernel();
    struct elf_image image;

    (void)state;
    kernel.header = model.header;
    kernel.header.e_phnum = ELF_MAX_SEGMENTS + 1;
    memcpy(kernel.notes, model.notes, sizeof(kernel.notes));
    for (unsigned i = 0; i < ELF_MAX_SEGMENTS + 2; i++)
        kernel.segments[i] = (Elf64_Phdr){
            .p_type = PT_LOAD, .p_paddr = 0x1000000 + 0x1000 * i, .p_memsz = 0x1000};
    kernel.segments[0] = model.segments[NOTES];
    kernel.segments[0].p_offset = sizeof(kernel) - sizeof(kernel.notes);
    kernel.segments[1].p_paddr = 0x1000000;
    assert_int_equal(parse_bytes(&kernel, sizeof(kernel), &image), ELF_OK);
    assert_int_equal(image.segment_count, ELF_MAX_SEGMENTS);
    kernel.header.e_phnum++;
    assert_int_equal(parse_bytes(&kernel, sizeof(kernel), &image), ELF_TOO_MANY_SEGMENTS);
    kernel.header.e_phnum = 1;
    assert_int_equal(parse_bytes(&kernel, sizeof(kernel), &image), ELF_NO_SEGMENT);
    kernel.header.e_phnum = 0;
    assert_int_equal(parse_bytes(&kernel, sizeof(kernel), &image), ELF_NO_SEGMENT);
}

static void damaged_notes_are_refused(void **state)
{
    static const uint32_t words[4] = {0x200000, 0x1000000, 0x3fffffff, 0};
    static const uint32_t odd_alignment[] = {0x300000};
    static const uint32_t reversed[] = {0x200000, 0x2000000, 0x1000000};
    struct kernel kernel = make_kernel();

    (void)state;
    set_note(&kernel, 18, words, 2);
    assert_refused(&kernel, ELF_BAD_NOTE);
    set_note(&kernel, 17, words, 8);
    assert_refused(&kernel, ELF_BAD_NOTE);
    set_note(&kernel, 19, words, 16);
    assert_refused(&kernel, ELF_BAD_NOTE);
    set_note(&kernel, 19, words, 7);
    assert_refused(&kernel, ELF_BAD_NOTE);
    set_note(&kernel, 19, odd_alignment, sizeof(odd_alignment));
    assert_refused(&kernel, ELF_BAD_NOTE);
    set_note(&kernel, 19, reversed, sizeof(reversed));
    assert_refused(&kernel, ELF_BAD_NOTE);
    for (unsigned word = 0; word < 2; word++) { /* size of the name, of the contents */
        kernel = make_kernel();
        memset(kernel.notes + 4 * word, 0xff, 4);
        assert_refused(&kernel, ELF_BAD_NOTE);
    }
}

static void a_kernel_without_a_pvh_note_is_refused(void **state)
{
    static const uint32_t features = 0x801;
    struct kernel kernel = make_kernel();

    (void)state;
    set_note(&kernel, 17, &features, sizeof(features));
    assert_refused(&kernel, ELF_NO_PVH_NOTE);
    kernel.segments[NOTES].p_filesz = 11; /* too small for any note */
    assert_refused(&kernel, ELF_NO_PVH_NOTE);
    kernel.segments[NOTES].p_type = PT_NULL;
    assert_refused(&kernel, ELF_NO_PVH_NOTE);
}

static void an_entry_outside_of_the_kernel_is_refused(void **state)
{
    static const uint64_t entries[] = {0, 0xffffff, 0x1000040, 0x1205000, UINT64_MAX};
    static const uint64_t high = 0x100000000;
    struct kernel kernel = make_kernel();
    struct elf_image image;

    (void)state;
    for (unsigned i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        set_note(&kernel, 18, &entries[i], 8);
        assert_refused(&kernel, ELF_ENTRY_OUTSIDE);
    }
    set_note(&kernel, 18, &high, 8);
    kernel.segments[TEXT].p_paddr = high;
    assert_refused(&kernel, ELF_ENTRY_OUTSIDE);
    kernel = make_kernel();
    set_note(&kernel, 18, &(uint64_t){0x1204fff}, 8); /* the last byte of the data */
    assert_int_equal(parse(&kernel, &image), ELF_OK);
}

static void no_part_of_a_kernel_will_do(void **state)
{
    const struct kernel kernel = make_kernel();

    (void)state;
    for (size_t size = 0; size < sizeof(kernel); size++) {
        struct elf_image image;

        assert_int_not_equal(parse_bytes(&kernel, size, &image), ELF_OK);
    }
}

static void every_status_has_its_sentence(void **state)
{
    (void)state;
    for (int i = ELF_OK; i <= ELF_ENTRY_OUTSIDE; i++)
        for (int j = ELF_OK; j < i; j++)
            assert_string_not_equal(elf_status_text((enum elf_status)i),
                                    elf_status_text((enum elf_status)j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kernel_is_read),
        cmocka_unit_test(a_32_bit_kernel_is_read),
        cmocka_unit_test(segments_come_in_any_order),
        cmocka_unit_test(empty_segments_are_left_out),
        cmocka_unit_test(a_segment_without_contents_has_no_offset),
        cmocka_unit_test(notes_of_others_are_skipped),
        cmocka_unit_test(the_last_note_needs_no_padding),
        cmocka_unit_test(notes_aligned_to_eight_are_padded_to_eight),
        cmocka_unit_test(notes_are_found_in_sections_too),
        cmocka_unit_test(features_are_read),
        cmocka_unit_test(relocation_says_where_the_kernel_may_go),
        cmocka_unit_test(relocation_has_defaults),
        cmocka_unit_test(a_bzimage_is_told_apart),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(bad_header_tables_are_refused),
        cmocka_unit_test(an_extended_header_count_is_refused),
        cmocka_unit_test(segments_outside_the_image_are_refused),
        cmocka_unit_test(impossible_segments_are_refused),
        cmocka_unit_test(too_many_or_no_segments_are_refused),
        cmocka_unit_test(damaged_notes_are_refused),
        cmocka_unit_test(a_kernel_without_a_pvh_note_is_refused),
        cmocka_unit_test(an_entry_outside_of_the_kernel_is_refused),
        cmocka_unit_test(no_part_of_a_kernel_will_do),
        cmocka_unit_test(every_status_has_its_sentence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
