/* SPDX-License-Identifier: MIT */
/* The ACPI tables of a domain that sees the machine itself (ACPI 6.3, 5.2). */
#include "guest/hardware_tables.h"

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *left, const void *right, size_t size);

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

struct madt { /* 5.2.12; flags without PCAT_COMPAT: the domain has no PIC */
    struct header header;
    uint32_t local_apic_address;
    uint32_t flags;
};
_Static_assert(sizeof(struct madt) == 44, "ACPI 6.3, 5.2.12");

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

struct madt_override { /* 5.2.12.5: no member is aligned, so bytes */
    uint8_t type, length, bus, irq;
    uint8_t gsi[4];
    uint8_t flags[2];
};
_Static_assert(sizeof(struct madt_override) == 10, "ACPI 6.3, 5.2.12.5");

enum {
    TYPE_PROCESSOR = 0,
    TYPE_IOAPIC = 1,
    TYPE_OVERRIDE = 2,
    PROCESSOR_ENABLED = 1,
    RSDP_V1_SIZE = 20,
    LOCAL_APIC_ADDRESS = 0xfee00000,
    ALIGNMENT = 16,
};

/* What describes the platform and its AML, and nothing that the hypervisor owns. */
static const char shown[][4] = {
    {'F', 'A', 'C', 'P'}, {'S', 'S', 'D', 'T'}, {'P', 'S', 'D', 'T'},
    {'S', 'B', 'S', 'T'}, {'M', 'C', 'F', 'G'}, {'S', 'L', 'I', 'C'},
    {'M', 'S', 'D', 'M'}, {'F', 'P', 'D', 'T'}, {'S', '3', 'P', 'T'},
    {'T', 'C', 'P', 'A'}, {'T', 'P', 'M', '2'}, {'V', 'F', 'C', 'T'},
};

bool hardware_tables_may_show(const char signature[4])
{
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
        if (memcmp(shown[i], signature, 4) == 0)
            return true;
    return memcmp("OEM", signature, 3) == 0;
}

/* The buffer being filled; once something doesn't fit, nothing more is written. */
struct writer {
    uint8_t *bytes;
    size_t capacity;
    size_t length;
    bool is_full;
};

static void put(struct writer *writer, const void *from, size_t size)
{
    if (writer->is_full || size > writer->capacity - writer->length) {
        writer->is_full = true;
        return;
    }
    memcpy(writer->bytes + writer->length, from, size);
    writer->length += size;
}

static uint8_t complement(const uint8_t *bytes, size_t size)
{
    unsigned sum = 0;

    for (size_t i = 0; i < size; i++)
        sum += bytes[i];
    return (uint8_t)-sum;
}

static struct header begin_header(const char signature[4], uint8_t revision)
{
    struct header header = {.revision = revision, .oem_revision = 1};

    memcpy(header.signature, signature, 4);
    memcpy(header.oem_id, "RTPORT", 6);
    memcpy(header.oem_table_id, "ROOTPORT", 8);
    memcpy(header.creator_id, "RTPT", 4);
    header.creator_revision = 1;
    return header;
}

/* Ends the table that begins at @start: its length, its checksum, padding. */
static void end_table(struct writer *writer, size_t start)
{
    static const uint8_t padding[ALIGNMENT];
    struct header *header = (struct header *)(void *)(writer->bytes + start);

    if (writer->is_full)
        return;
    header->length = (uint32_t)(writer->length - start);
    header->checksum = complement(writer->bytes + start, writer->length - start);
    put(writer, padding, (ALIGNMENT - writer->length % ALIGNMENT) % ALIGNMENT);
}

static void put_overrides(struct writer *writer, const struct acpi_madt *madt)
{
    for (unsigned i = 0; i < madt->override_count; i++) {
        struct madt_override entry = {
            .type = TYPE_OVERRIDE, .length = sizeof entry, .irq = madt->overrides[i].irq};

        memcpy(entry.gsi, &madt->overrides[i].gsi, sizeof entry.gsi);
        memcpy(entry.flags, &madt->overrides[i].flags, sizeof entry.flags);
        put(writer, &entry, sizeof entry);
    }
}

static void put_madt(struct writer *writer, const struct hardware_tables_config *config)
{
    struct madt madt = {begin_header("APIC", 3), LOCAL_APIC_ADDRESS, 0};
    struct madt_ioapic ioapic = {
        .type = TYPE_IOAPIC, .length = sizeof ioapic, .address = config->ioapic_address};
    size_t start = writer->length;

    put(writer, &madt, sizeof madt);
    for (unsigned i = 0; i < config->vcpu_count; i++) {
        struct madt_processor entry = {TYPE_PROCESSOR, sizeof entry, (uint8_t)i,
                                       (uint8_t)i, PROCESSOR_ENABLED};

        put(writer, &entry, sizeof entry);
    }
    put(writer, &ioapic, sizeof ioapic);
    put_overrides(writer, config->madt);
    end_table(writer, start);
}

static void put_xsdt(struct writer *writer, const struct hardware_tables_config *config,
                     uint64_t madt)
{
    struct header header = begin_header("XSDT", 1);
    size_t start = writer->length;

    put(writer, &header, sizeof header);
    put(writer, &madt, sizeof madt);
    for (size_t i = 0; i < config->table_count; i++)
        put(writer, &config->tables[i], sizeof config->tables[i]);
    end_table(writer, start);
}

enum rp_status hardware_tables_build(const struct hardware_tables_config *config,
                                     void *buffer, size_t capacity)
{
    struct writer writer = {buffer, capacity, 0, false};
    struct rsdp rsdp = {.revision = 2, .length = sizeof rsdp};
    uint64_t madt, xsdt;

    memcpy(rsdp.signature, "RSD PTR ", 8);
    memcpy(rsdp.oem_id, "RTPORT", 6);
    put(&writer, &rsdp, sizeof rsdp);
    put(&writer, (const uint8_t[12]){0}, 12); /* up to a multiple of 16 */
    madt = config->base.value + writer.length;
    put_madt(&writer, config);
    xsdt = config->base.value + writer.length;
    put_xsdt(&writer, config, madt);
    if (writer.is_full)
        return RP_ERR_NO_SPACE;
    memcpy(rsdp.xsdt, &xsdt, sizeof xsdt);
    rsdp.checksum = complement((const uint8_t *)&rsdp, RSDP_V1_SIZE);
    rsdp.extended_checksum = complement((const uint8_t *)&rsdp, sizeof rsdp);
    memcpy(buffer, &rsdp, sizeof rsdp);
    return RP_OK;
}
