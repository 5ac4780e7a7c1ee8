/* SPDX-License-Identifier: MIT */
/*
 * Writes ACPI Machine Language into a buffer of fixed size, term by term in the
 * order of the grammar (ACPI 6.3, chapter 20): an opcode is followed by calls for
 * its operands. What ends somewhere (a device, a method) is closed with aml_end.
 *
 * Errors stick: after the first one nothing more is written, and aml_status
 * names it. So a caller checks once.
 */
#ifndef HYPERVISOR_GUEST_AML_H
#define HYPERVISOR_GUEST_AML_H

#include <rootport/status.h>
#include <rootport/types.h>

/* Scopes, methods, packages and buffers that may be open at once. */
#define AML_DEPTH_MAX 8u

/* Private to aml.c, but for its storage. */
struct aml {
    uint8_t *buf;
    size_t capacity;
    size_t length;
    enum rp_status status;
    unsigned depth;
    struct {
        size_t length_at; /* of the PkgLength */
        size_t size_at;   /* of a resource template's BufferSize, else 0 */
    } open[AML_DEPTH_MAX];
};

/* Terms that have no function of their own, by their encoding. */
enum aml_op {
    AML_STORE = 0x70,              /* source, target */
    AML_AND = 0x7b,                /* operand, operand, target */
    AML_OR = 0x7d,                 /* operand, operand, target */
    AML_CREATE_DWORD_FIELD = 0x8a, /* buffer, byte index, aml_path of the new field */
    AML_LNOT = 0x92,               /* operand */
    AML_LEQUAL = 0x93,             /* operand, operand */
    AML_RETURN = 0xa4,             /* value */
};

/* Begins at buf[0]; @buf stays the caller's. */
void aml_init(struct aml *aml, uint8_t *buf, size_t capacity);

/*
 * RP_ERR_NO_SPACE: the buffer is full. RP_ERR_INVALID: a malformed name or UUID,
 * a number out of range, too many open terms, or one open still or never opened.
 */
RP_MUST_CHECK enum rp_status aml_status(const struct aml *aml);

/* A name where a term takes one, as in ASL: "\\_SB.PCI0", "_CRS", "CDW1". */
void aml_path(struct aml *aml, const char *path);

/* Name (path, ...): the data object follows. */
void aml_name(struct aml *aml, const char *path);

void aml_scope(struct aml *aml, const char *path);
void aml_device(struct aml *aml, const char *path);

/* A serialized method; one that makes named objects has to be. 0 to 7 arguments. */
void aml_method(struct aml *aml, const char *path, unsigned arg_count);

/* The predicate follows, then the terms. */
void aml_if(struct aml *aml);

/* Directly after the aml_end of an If. */
void aml_else(struct aml *aml);

/* Package () {...}: @count objects follow. */
void aml_package(struct aml *aml, uint8_t count);

/* ResourceTemplate () {...}: only resources follow; aml_end writes the end tag. */
void aml_resources(struct aml *aml);

/* Closes what was opened last: any of the six above. */
void aml_end(struct aml *aml);

void aml_op(struct aml *aml, enum aml_op op);
void aml_arg(struct aml *aml, unsigned index);   /* Arg0 to Arg6 */
void aml_local(struct aml *aml, unsigned index); /* Local0 to Local7 */

/* The shortest encoding of @value. */
void aml_integer(struct aml *aml, uint64_t value);

/* ASCII, without the quotes. */
void aml_string(struct aml *aml, const char *text);

/* EisaId ("PNP0A08"): three capitals, four hexadecimal digits. */
void aml_eisaid(struct aml *aml, const char *id);

/* Buffer () {...} of @size bytes. */
void aml_buffer(struct aml *aml, const uint8_t *bytes, size_t size);

/* ToUUID ("33DB4D5B-..."): 36 characters. */
void aml_uuid(struct aml *aml, const char *uuid);

/* Resource descriptors (ACPI 6.3, 6.4): only within aml_resources. */

/* @count ports from @first, decoding 16 address bits. */
void aml_resource_io(struct aml *aml, uint16_t first, uint8_t count);

/* An edge-triggered, active-high, exclusive interrupt; 0 to 15. */
void aml_resource_irq(struct aml *aml, unsigned irq);

/* Bus numbers @first to @last, produced. */
void aml_resource_buses(struct aml *aml, uint8_t first, uint8_t last);

/* I/O ports @first to @last, produced. */
void aml_resource_io_window(struct aml *aml, uint16_t first, uint16_t last);

enum aml_memory {
    AML_MEMORY_CONSUMED,            /* the device's own registers */
    AML_MEMORY_PRODUCED,            /* passed on to the devices below */
    AML_MEMORY_PRODUCED_PREFETCHED, /* likewise, and prefetchable */
};

/* Memory @first to @last; @kind says whose. */
void aml_resource_memory32(struct aml *aml, enum aml_memory kind, uint32_t first,
                           uint32_t last);
void aml_resource_memory64(struct aml *aml, enum aml_memory kind, uint64_t first,
                           uint64_t last);

#endif
