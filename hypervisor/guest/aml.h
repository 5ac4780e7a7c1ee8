/* SPDX-License-Identifier: MIT */
/*
 * ACPI Machine Language (ACPI 6.3, chapter 20). Terms that are known when they are
 * compiled are initialisers of arrays of bytes, written as in ASL; what contains
 * something of a length that is not known is opened and closed.
 */
#ifndef HYPERVISOR_GUEST_AML_H
#define HYPERVISOR_GUEST_AML_H

#include "guest/acpi_writer.h"

#define AML_SIZE(...) sizeof((const uint8_t[]){__VA_ARGS__})

/* After a PkgLength of two bytes, which counts itself (20.2.4): less than 4 KiB. */
#define AML_PACKED(...)                                                                  \
    0x40 | ((AML_SIZE(__VA_ARGS__) + 2) & 0xf), (AML_SIZE(__VA_ARGS__) + 2) >> 4,        \
        __VA_ARGS__

/* Names are four characters. */
#define AML_NAME(...)    0x08, __VA_ARGS__                   /* name, value */
#define AML_DEVICE(...)  0x5b, 0x82, AML_PACKED(__VA_ARGS__) /* name, what it contains */
#define AML_PACKAGE(...) 0x12, AML_PACKED(__VA_ARGS__)       /* count, values */

/* Name, number of arguments and flags, statements. What makes names is serialised. */
#define AML_METHOD(...) 0x14, AML_PACKED(__VA_ARGS__)
#define AML_SERIALIZED  0x08

/* Statements */
#define AML_IF(...)                 0xa0, AML_PACKED(__VA_ARGS__) /* value, statements */
#define AML_RETURN(...)             0xa4, __VA_ARGS__             /* value */
#define AML_STORE(...)              0x70, __VA_ARGS__             /* value, target */
#define AML_AND(...)                0x7b, __VA_ARGS__ /* value, value, target */
#define AML_OR(...)                 0x7d, __VA_ARGS__ /* value, value, target */
#define AML_CREATE_DWORD_FIELD(...) 0x8a, __VA_ARGS__ /* buffer, byte index, name */

/* Values */
#define AML_ZERO        0x00
#define AML_ONE         0x01
#define AML_BYTE(value) 0x0a, (uint8_t)(value)
#define AML_WORD(value) 0x0b, (uint8_t)(value), (uint8_t)((value) >> 8)
#define AML_DWORD(value)                                                                 \
    0x0c, (uint8_t)(value), (uint8_t)((value) >> 8), (uint8_t)((value) >> 16),           \
        (uint8_t)((value) >> 24)
#define AML_BUFFER(...) 0x11, AML_PACKED(AML_BYTE(AML_SIZE(__VA_ARGS__)), __VA_ARGS__)
#define AML_LOCAL(n)    (0x60 + (n))
#define AML_ARG(n)      (0x68 + (n))
#define AML_NOT(...)    0x92, __VA_ARGS__ /* value */
#define AML_EQUAL(...)  0x93, __VA_ARGS__ /* value, value */

/* EisaId ("PNP...."): three letters in five bits each, then the four digits. */
#define AML_PNP(id) 0x0c, 0x41, 0xd0, (id) >> 8, (id)&0xff

/* Resource descriptors (6.4) in a template; the checksum 0 is not checked. */
#define AML_RESOURCES(...) AML_BUFFER(__VA_ARGS__, 0x79, 0)

/* @count ports from @first, decoding 16 address bits. */
#define AML_PORTS(first, count)                                                          \
    0x47, 1, (first)&0xff, (first) >> 8, (first)&0xff, (first) >> 8, 1, count

/* An edge-triggered, active-high, exclusive interrupt; 0 to 15. */
#define AML_IRQ(irq) 0x22, (1 << (irq)) & 0xff, (1 << (irq)) >> 8

/* What can be opened; a name, a number of objects or a size follows. */
enum aml_opcode {
    AML_OPEN_SCOPE = 0x10,
    AML_OPEN_BUFFER = 0x11,
    AML_OPEN_PACKAGE = 0x12,
    AML_OPEN_DEVICE = 0x825b,
};

/* Returns what aml_close wants: up to there counts as contained. */
size_t aml_open(struct acpi_writer *w, enum aml_opcode opcode);
void aml_close(struct acpi_writer *w, size_t opened);

/* A template of resources likewise. */
size_t aml_open_resources(struct acpi_writer *w);
void aml_close_resources(struct acpi_writer *w, size_t opened);

/* Type, general and type-specific flags of an address space descriptor (6.4.3.5). */
#define AML_RANGE_FIXED        0x000c00 /* both ends */
#define AML_RANGE_CONSUMED     0x000100 /* the device's own, not for those below */
#define AML_RANGE_WRITABLE     0x010000 /* memory */
#define AML_RANGE_PREFETCHABLE 0x060000 /* memory */
#define AML_RANGE_ISA_ALL      0x030000 /* ports */

enum aml_range {
    AML_MEMORY = 0 | AML_RANGE_FIXED | AML_RANGE_WRITABLE,
    AML_MEMORY_PREFETCHED = AML_MEMORY | AML_RANGE_PREFETCHABLE,
    AML_MEMORY_CONSUMED = AML_MEMORY | AML_RANGE_CONSUMED,
    AML_IO = 1 | AML_RANGE_FIXED | AML_RANGE_ISA_ALL,
    AML_BUSES = 2 | AML_RANGE_FIXED,
};

/* @first to @last, in a descriptor with members of @width bytes: 2, 4 or 8. */
void aml_put_range(struct acpi_writer *w, unsigned width, enum aml_range range,
                   uint64_t first, uint64_t last);

#endif
