/* SPDX-License-Identifier: MIT */
/* ACPI tables in general, and those that are the same in each domain. */
#include "guest/acpi_writer.h"

void *memcpy(void *restrict to, const void *restrict from, size_t size);

struct rsdp { /* 5.2.5.3 */
    char signature[8];
    uint8_t checksum; /* of the first 20 bytes */
    char oem_id[6];
    uint8_t revision;
    uint32_t rsdt;
    uint32_t length;
    uint32_t xsdt[2];
    uint8_t extended_checksum;
    uint8_t reserved[3];
};
_Static_assert(sizeof(struct rsdp) == 36, "ACPI 6.3, 5.2.5.3");

struct header { /* 5.2.6 */
    char signature[4];
    uint32_t length;
    uint8_t revision;
    uint8_t checksum;
    char oem_id[6];
    char oem_table_id[8];
    uint32_t oem_revision;
    char creator_id[4];
    uint32_t creator_revision;
};
_Static_assert(sizeof(struct header) == 36, "ACPI 6.3, 5.2.6");

struct madt { /* 5.2.12, after the header */
    uint32_t local_apic_address;
    uint32_t flags;
};
_Static_assert(sizeof(struct madt) == 8, "ACPI 6.3, 5.2.12");

struct madt_processor { /* 5.2.12.2 */
    uint8_t type, length, uid, apic_id;
    uint32_t flags;
};
_Static_assert(sizeof(struct madt_processor) == 8, "ACPI 6.3, 5.2.12.2");

struct madt_ioapic { /* 5.2.12.3 */
    uint8_t type, length, id, reserved;
    uint32_t address, gsi_base;
};
_Static_assert(sizeof(struct madt_ioapic) == 12, "ACPI 6.3, 5.2.12.3");

enum {
    RSDP_V1_SIZE = 20,
    RSDP_REVISION = 2,
    MADT_REVISION = 5,
    MADT_PROCESSOR = 0,
    MADT_PROCESSOR_ENABLED = 1,
    MADT_IOAPIC = 1,
    LOCAL_APIC_ADDRESS = 0xfee00000,
};

void acpi_writer_put(struct acpi_writer *w, const void *bytes, size_t size)
{
    if (size > w->capacity - w->length)
        w->is_full = true;
    if (w->is_full)
        return;
    memcpy(w->bytes + w->length, bytes, size);
    w->length += size;
}

void acpi_writer_init(struct acpi_writer *w, void *bytes, size_t capacity, uint64_t base)
{
    static const struct rsdp room;

    *w = (struct acpi_writer){.bytes = bytes, .capacity = capacity, .base = base};
    acpi_writer_put(w, &room, sizeof room);
}

/* What makes the sum of bytes that have a 0 in its place 0. */
static uint8_t checksum(const void *bytes, size_t size)
{
    const uint8_t *byte = bytes;
    uint8_t sum = 0;

    while (size-- > 0)
        sum = (uint8_t)(sum - *byte++);
    return sum;
}

void acpi_writer_put_root(struct acpi_writer *w, uint64_t xsdt)
{
    struct rsdp rsdp = {
        .signature = {'R', 'S', 'D', ' ', 'P', 'T', 'R', ' '},
        .oem_id = {'R', 'O', 'O', 'T', 'P', 'T'},
        .revision = RSDP_REVISION,
        .length = sizeof rsdp,
        .xsdt = {(uint32_t)xsdt, (uint32_t)(xsdt >> 32)},
    };

    if (w->is_full)
        return;
    rsdp.checksum = checksum(&rsdp, RSDP_V1_SIZE);
    rsdp.extended_checksum = checksum(&rsdp, sizeof rsdp);
    memcpy(w->bytes, &rsdp, sizeof rsdp);
}

size_t acpi_writer_begin_table(struct acpi_writer *w, const char *signature,
                               uint8_t revision)
{
    static const uint8_t padding[ACPI_WRITER_ALIGNMENT];
    struct header header = {
        .revision = revision,
        .oem_id = {'R', 'O', 'O', 'T', 'P', 'T'},
        .oem_table_id = {'R', 'O', 'O', 'T', 'P', 'O', 'R', 'T'},
        .oem_revision = 1,
        .creator_id = {'R', 'T', 'P', 'T'},
        .creator_revision = 1,
    };
    size_t start;

    memcpy(header.signature, signature, sizeof header.signature);
    acpi_writer_put(w, padding, -w->length % ACPI_WRITER_ALIGNMENT);
    start = w->length;
    acpi_writer_put(w, &header, sizeof header);
    return start;
}

uint64_t acpi_writer_end_table(struct acpi_writer *w, size_t start)
{
    size_t size = w->length - start;
    struct header *header = (struct header *)(void *)(w->bytes + start);

    if (!w->is_full) {
        header->length = (uint32_t)size;
        header->checksum = checksum(header, size);
    }
    return w->base + start;
}

/*
 * Local APIC entries for all: x2APIC entries are for IDs from 255 on (5.2.12.12), and
 * a domain in x2APIC mode takes these too.
 */
size_t acpi_writer_begin_madt(struct acpi_writer *w, unsigned cpu_count,
                              uint32_t ioapic_address)
{
    const struct madt madt = {LOCAL_APIC_ADDRESS, 0};
    const struct madt_ioapic ioapic = {MADT_IOAPIC, sizeof ioapic,  0,
                                       0,           ioapic_address, 0};
    size_t start = acpi_writer_begin_table(w, "APIC", MADT_REVISION);

    acpi_writer_put(w, &madt, sizeof madt);
    for (unsigned i = 0; i < cpu_count; i++) {
        const struct madt_processor cpu = {MADT_PROCESSOR, sizeof cpu, (uint8_t)i,
                                           (uint8_t)i, MADT_PROCESSOR_ENABLED};

        acpi_writer_put(w, &cpu, sizeof cpu);
    }
    acpi_writer_put(w, &ioapic, sizeof ioapic);
    return start;
}
