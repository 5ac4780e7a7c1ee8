/* SPDX-License-Identifier: MIT */
/* A kernel image comes from a file: whatever it says stays within its bounds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "guest/elf.h"

static void check(int is_true)
{
    if (!is_true)
        abort();
}

static void check_image(const struct elf_image *image, size_t size)
{
    int is_entry_inside = 0;

    check(image->segment_count >= 1 && image->segment_count <= ELF_MAX_SEGMENTS);
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];
        uint64_t end = segment->address + segment->memory_size;

        check(segment->offset <= size && segment->file_size <= size - segment->offset);
        check(segment->memory_size && segment->file_size <= segment->memory_size);
        check(end > segment->address);
        check(image->start <= segment->address && end <= image->end);
        is_entry_inside |= image->entry >= segment->address && image->entry < end;
    }
    check(is_entry_inside && image->entry <= UINT32_MAX);
    if (image->is_relocatable) {
        check(image->alignment && !(image->alignment & (image->alignment - 1)));
        check(image->minimum <= image->maximum);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct elf_image nothing;
    struct elf_image image;
    uint8_t *copy = malloc(size ? size : 1); /* exact, so that a read beyond is caught */

    if (!copy)
        return 0;
    memcpy(copy, data, size);
    if (elf_parse(copy, size, &image) == ELF_OK)
        check_image(&image, size);
    else
        check(memcmp(&image, &nothing, sizeof(image)) == 0);
    free(copy);
    return 0;
}
