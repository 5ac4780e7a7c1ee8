/* SPDX-License-Identifier: MIT */
/* The ACPI tables of a domain that sees the machine itself (ACPI 6.3, 5.2). */
#include "guest/hardware_tables.h"

#include "guest/acpi_writer.h"

void *memcpy(void *restrict to, const void *restrict from, size_t size);
int memcmp(const void *left, const void *right, size_t size);

struct madt_override { /* 5.2.12.5: no member is aligned, so bytes */
    uint8_t type, length, bus, irq;
    uint8_t gsi[4];
    uint8_t flags[2];
};
_Static_assert(sizeof(struct madt_override) == 10, "ACPI 6.3, 5.2.12.5");

enum { MADT_OVERRIDE = 2 };

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

static void put_overrides(struct acpi_writer *w, const struct acpi_madt *madt)
{
    for (unsigned i = 0; i < madt->override_count; i++) {
        struct madt_override entry = {
            .type = MADT_OVERRIDE, .length = sizeof entry, .irq = madt->overrides[i].irq};

        memcpy(entry.gsi, &madt->overrides[i].gsi, sizeof entry.gsi);
        memcpy(entry.flags, &madt->overrides[i].flags, sizeof entry.flags);
        acpi_writer_put(w, &entry, sizeof entry);
    }
}

enum rp_status hardware_tables_build(const struct hardware_tables_config *config,
                                     void *buffer, size_t capacity)
{
    struct acpi_writer w;
    uint64_t madt;
    size_t table;

    acpi_writer_init(&w, buffer, capacity, config->base.value);
    table = acpi_writer_begin_madt(&w, config->vcpu_count, config->ioapic_address);
    put_overrides(&w, config->madt);
    madt = acpi_writer_end_table(&w, table);
    table = acpi_writer_begin_table(&w, "XSDT", 1);
    acpi_writer_put(&w, &madt, sizeof madt);
    acpi_writer_put(&w, config->tables, config->table_count * sizeof config->tables[0]);
    acpi_writer_put_root(&w, acpi_writer_end_table(&w, table));
    return w.is_full ? RP_ERR_NO_SPACE : RP_OK;
}
