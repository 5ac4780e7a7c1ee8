/* SPDX-License-Identifier: MIT */
/* Terms of ACPI Machine Language whose lengths are not known when they are compiled. */
#include "guest/aml.h"

enum {
    LENGTH_SIZE = 3, /* of a PkgLength, in its form of three bytes (20.2.4) */
    WORD_PREFIX = 0x0b,
    RESOURCE_END = 0x79,
    RESOURCE_DWORD = 0x87,
    RESOURCE_WORD = 0x88,
    RESOURCE_QWORD = 0x8a,
};

/* Little-endian. */
static void put(struct acpi_writer *w, uint64_t value, size_t width)
{
    acpi_writer_put(w, &value, width);
}

size_t aml_open(struct acpi_writer *w, enum aml_opcode opcode)
{
    put(w, opcode, opcode > UINT8_MAX ? 2 : 1);
    put(w, 0, LENGTH_SIZE);
    return w->length - LENGTH_SIZE;
}

/* The first byte has how many follow, and the lowest four bits. */
void aml_close(struct acpi_writer *w, size_t opened)
{
    size_t length = w->length - opened;

    if (w->is_full)
        return;
    w->bytes[opened] = (uint8_t)((LENGTH_SIZE - 1) << 6 | (length & 0xf));
    w->bytes[opened + 1] = (uint8_t)(length >> 4);
    w->bytes[opened + 2] = (uint8_t)(length >> 12);
}

/* A buffer: its size is a word. */
size_t aml_open_resources(struct acpi_writer *w)
{
    size_t opened = aml_open(w, AML_OPEN_BUFFER);

    put(w, WORD_PREFIX, 1 + sizeof(uint16_t));
    return opened;
}

void aml_close_resources(struct acpi_writer *w, size_t opened)
{
    size_t size_at = opened + LENGTH_SIZE + 1;

    put(w, RESOURCE_END, 2); /* a checksum of 0 is not checked */
    if (w->is_full)
        return;

    size_t size = w->length - (size_at + sizeof(uint16_t));

    w->bytes[size_at] = (uint8_t)size;
    w->bytes[size_at + 1] = (uint8_t)(size >> 8);
    aml_close(w, opened);
}

void aml_put_range(struct acpi_writer *w, unsigned width, enum aml_range range,
                   uint64_t first, uint64_t last)
{
    put(w, width == 2 ? RESOURCE_WORD : width == 4 ? RESOURCE_DWORD : RESOURCE_QWORD, 1);
    put(w, 3 + 5 * width, 2);
    put(w, range, 3);
    put(w, 0, width); /* granularity: the length is what it is */
    put(w, first, width);
    put(w, last, width);
    put(w, 0, width); /* no translation */
    put(w, last - first + 1, width);
}
