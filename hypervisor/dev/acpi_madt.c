/* SPDX-License-Identifier: MIT */
/*
 * Reads the MADT: the machine's CPUs and interrupt controllers.
 *
 * Advanced Configuration and Power Interface Specification r6.5, 5.2.12.
 */
#include "dev/acpi_internal.h"

enum {
    MADT_FLAGS = 40,
    MADT_ENTRIES = 44,
};

#define MADT_PCAT_COMPAT       0x1u
#define MADT_PROCESSOR_ENABLED 0x1u

/* ACPI 5.2.12, table 5.21. */
enum entry_type {
    ENTRY_LOCAL_APIC = 0,
    ENTRY_IOAPIC = 1,
    ENTRY_OVERRIDE = 2,
    ENTRY_LOCAL_APIC_NMI = 4,
    ENTRY_X2APIC = 9,
    ENTRY_X2APIC_NMI = 10,
};

enum {
    ENTRY_HEADER_SIZE = 2,
    LOCAL_APIC_UID_ALL = 0xff,
    LOCAL_APIC_ID_NONE = 0xff,
    ISA_IRQ_COUNT = 16,
};

#define X2APIC_ID_NONE 0xffffffffu

/* One entry; @bytes holds @size of them, at least what its type needs. */
struct entry {
    const uint8_t *bytes;
    uint32_t offset;
    uint8_t size;
};

static void add_cpu(struct acpi_tables *tables, const struct acpi_table *table,
                    const struct entry *entry, struct acpi_cpu cpu, uint32_t flags)
{
    struct acpi_madt *madt = &tables->madt;

    if ((flags & MADT_PROCESSOR_ENABLED) == 0) {
        madt->disabled_cpu_count++;
        return;
    }
    /* Some firmware lists a CPU as local APIC and as x2APIC. */
    for (unsigned i = 0; i < madt->cpu_count; i++) {
        if (madt->cpus[i].apic_id == cpu.apic_id) {
            acpi_note(tables, table, ACPI_DUPLICATE, entry->offset);
            return;
        }
    }
    if (madt->cpu_count == ACPI_CPUS_MAX)
        acpi_note(tables, table, ACPI_TOO_MANY, entry->offset);
    else
        madt->cpus[madt->cpu_count++] = cpu;
}

static void add_local_apic(struct acpi_tables *tables, const struct acpi_table *table,
                           const struct entry *entry)
{
    const struct acpi_cpu cpu = {.uid = entry->bytes[2], .apic_id = entry->bytes[3]};

    if (cpu.apic_id != LOCAL_APIC_ID_NONE)
        add_cpu(tables, table, entry, cpu, acpi_le32(entry->bytes + 4));
}

static void add_x2apic(struct acpi_tables *tables, const struct acpi_table *table,
                       const struct entry *entry)
{
    const struct acpi_cpu cpu = {
        .apic_id = acpi_le32(entry->bytes + 4),
        .uid = acpi_le32(entry->bytes + 12),
    };

    if (cpu.apic_id != X2APIC_ID_NONE)
        add_cpu(tables, table, entry, cpu, acpi_le32(entry->bytes + 8));
}

static void add_ioapic(struct acpi_tables *tables, const struct acpi_table *table,
                       const struct entry *entry)
{
    struct acpi_madt *madt = &tables->madt;
    const struct acpi_ioapic ioapic = {
        .id = entry->bytes[2],
        .address = acpi_le32(entry->bytes + 4),
        .gsi_base = acpi_le32(entry->bytes + 8),
    };

    if (ioapic.address == 0)
        acpi_note(tables, table, ACPI_BAD_ADDRESS, entry->offset);
    else if (madt->ioapic_count == ACPI_IOAPICS_MAX)
        acpi_note(tables, table, ACPI_TOO_MANY, entry->offset);
    else
        madt->ioapics[madt->ioapic_count++] = ioapic;
}

static void add_override(struct acpi_tables *tables, const struct acpi_table *table,
                         const struct entry *entry)
{
    struct acpi_madt *madt = &tables->madt;
    const struct acpi_override override = {
        .irq = entry->bytes[3],
        .gsi = acpi_le32(entry->bytes + 4),
        .flags = acpi_le16(entry->bytes + 8),
    };

    if (override.irq >= ISA_IRQ_COUNT)
        return;
    if (madt->override_count == ACPI_OVERRIDES_MAX)
        acpi_note(tables, table, ACPI_TOO_MANY, entry->offset);
    else
        madt->overrides[madt->override_count++] = override;
}

static void add_nmi(struct acpi_tables *tables, const struct acpi_table *table,
                    const struct entry *entry, struct acpi_nmi nmi)
{
    struct acpi_madt *madt = &tables->madt;

    if (madt->nmi_count == ACPI_NMIS_MAX)
        acpi_note(tables, table, ACPI_TOO_MANY, entry->offset);
    else
        madt->nmis[madt->nmi_count++] = nmi;
}

static void add_local_apic_nmi(struct acpi_tables *tables, const struct acpi_table *table,
                               const struct entry *entry)
{
    uint8_t uid = entry->bytes[2];
    const struct acpi_nmi nmi = {
        .uid = uid == LOCAL_APIC_UID_ALL ? ACPI_UID_ALL : uid,
        .flags = acpi_le16(entry->bytes + 3),
        .lint = entry->bytes[5],
    };

    add_nmi(tables, table, entry, nmi);
}

static void add_x2apic_nmi(struct acpi_tables *tables, const struct acpi_table *table,
                           const struct entry *entry)
{
    const struct acpi_nmi nmi = {
        .flags = acpi_le16(entry->bytes + 2),
        .uid = acpi_le32(entry->bytes + 4),
        .lint = entry->bytes[8],
    };

    add_nmi(tables, table, entry, nmi);
}

static const struct entry_kind {
    enum entry_type type;
    uint8_t size;
    void (*add)(struct acpi_tables *tables, const struct acpi_table *table,
                const struct entry *entry);
} entry_kinds[] = {
    {ENTRY_LOCAL_APIC, 8, add_local_apic}, {ENTRY_IOAPIC, 12, add_ioapic},
    {ENTRY_OVERRIDE, 10, add_override},    {ENTRY_LOCAL_APIC_NMI, 6, add_local_apic_nmi},
    {ENTRY_X2APIC, 16, add_x2apic},        {ENTRY_X2APIC_NMI, 12, add_x2apic_nmi},
};

static void visit_entry(struct acpi_tables *tables, const struct acpi_table *table,
                        const struct entry *entry)
{
    for (size_t i = 0; i < sizeof(entry_kinds) / sizeof(entry_kinds[0]); i++) {
        if (entry->bytes[0] != entry_kinds[i].type)
            continue;
        if (entry->size < entry_kinds[i].size)
            acpi_note(tables, table, ACPI_BAD_ENTRY_LENGTH, entry->offset);
        else
            entry_kinds[i].add(tables, table, entry);
        return;
    }
}

/* An entry that is too short or too long hides where the next one begins: stop there. */
static void visit_entries(struct acpi_tables *tables, const struct acpi_table *table)
{
    uint32_t offset = MADT_ENTRIES;

    while (offset < table->length) {
        if (!acpi_holds(table, offset, ENTRY_HEADER_SIZE)) {
            acpi_note(tables, table, ACPI_PARTIAL_ENTRY, offset);
            return;
        }
        struct entry entry = {
            .bytes = table->bytes + offset,
            .offset = offset,
            .size = table->bytes[offset + 1],
        };
        if (entry.size < ENTRY_HEADER_SIZE) {
            acpi_note(tables, table, ACPI_BAD_ENTRY_LENGTH, offset);
            return;
        }
        if (!acpi_holds(table, offset, entry.size)) {
            acpi_note(tables, table, ACPI_ENTRY_PAST_END, offset);
            return;
        }
        visit_entry(tables, table, &entry);
        offset += entry.size;
    }
}

void acpi_madt_parse(struct acpi_tables *tables, const struct acpi_table *table)
{
    if (table->length < MADT_ENTRIES) {
        acpi_note(tables, table, ACPI_TOO_SHORT, 0);
        return;
    }
    tables->madt.is_present = true;
    tables->madt.has_8259 =
        (acpi_le32(table->bytes + MADT_FLAGS) & MADT_PCAT_COMPAT) != 0;
    visit_entries(tables, table);
}
