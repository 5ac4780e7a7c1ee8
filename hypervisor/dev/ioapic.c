/* SPDX-License-Identifier: MIT */
/* The machine's I/O APICs; see ioapic.h. */
#include "dev/ioapic.h"

#include <stddef.h>

#include "cpu/apic.h"
#include "cpu/io.h"
#include "dev/console.h"
#include "iommu/iommu.h"
#include "mm/paging.h"

/* Memory-mapped registers. */
enum {
    REG_IOREGSEL = 0x00,
    REG_IOWIN = 0x10,
    REG_EOI = 0x40,
    REGISTERS_SIZE = 0x44,
};

/* What IOREGSEL selects. */
enum {
    SELECT_VERSION = 0x01,
    SELECT_ENTRIES = 0x10, /* two a pin, the low half first */
};

/* Edge-triggered and active high, as ISA interrupts are. */
#define ENTRY_NMI UINT64_C(0x400)

enum {
    VERSION_WITH_EOI = 0x20,
    PINS_MAX = 120, /* more can't be selected; all ones are what isn't there */
};

struct ioapic {
    volatile uint8_t *registers;
    unsigned gsi_base;
    unsigned pin_count;
    rp_sbdf_t requester;
};

static struct ioapic ioapics[ACPI_IOAPICS_MAX];
static unsigned ioapic_count;
static bool is_own[IOAPIC_GSI_MAX]; /* led to the hypervisor */

static uint32_t read_register(const struct ioapic *ioapic, unsigned select)
{
    mmio_write32(ioapic->registers + REG_IOREGSEL, select);
    return mmio_read32(ioapic->registers + REG_IOWIN);
}

static void write_register(const struct ioapic *ioapic, unsigned select, uint32_t value)
{
    mmio_write32(ioapic->registers + REG_IOREGSEL, select);
    mmio_write32(ioapic->registers + REG_IOWIN, value);
}

/* ---- Pins ------------------------------------------------------------------ */

static const struct ioapic *find(unsigned gsi)
{
    for (unsigned i = 0; i < ioapic_count; i++)
        if (gsi - ioapics[i].gsi_base < ioapics[i].pin_count && gsi < IOAPIC_GSI_MAX)
            return &ioapics[i];
    return NULL;
}

bool ioapic_has(unsigned gsi)
{
    return find(gsi) != NULL && !is_own[gsi];
}

unsigned ioapic_gsi_end(void)
{
    unsigned gsi = IOAPIC_GSI_MAX;

    while (gsi != 0 && !ioapic_has(gsi - 1))
        gsi--;
    return gsi;
}

rp_sbdf_t ioapic_requester(unsigned gsi)
{
    return find(gsi)->requester;
}

static unsigned select_of(const struct ioapic *ioapic, unsigned gsi)
{
    return SELECT_ENTRIES + 2 * (gsi - ioapic->gsi_base);
}

void ioapic_write(unsigned gsi, uint64_t entry)
{
    const struct ioapic *ioapic = find(gsi);
    unsigned select = select_of(ioapic, gsi);

    write_register(ioapic, select, (uint32_t)(entry | IOAPIC_ENTRY_MASKED));
    write_register(ioapic, select + 1, (uint32_t)(entry >> 32));
    if (!(entry & IOAPIC_ENTRY_MASKED))
        write_register(ioapic, select, (uint32_t)entry);
}

uint32_t ioapic_read(unsigned gsi)
{
    const struct ioapic *ioapic = find(gsi);

    return read_register(ioapic, select_of(ioapic, gsi));
}

void ioapic_eoi(unsigned gsi)
{
    mmio_write32(find(gsi)->registers + REG_EOI,
                 ioapic_read(gsi) & (uint32_t)IOAPIC_ENTRY_VECTOR);
}

void ioapic_silence(unsigned gsi)
{
    ioapic_write(gsi, IOAPIC_ENTRY_LEVEL | IOAPIC_ENTRY_MASKED | gsi);
    ioapic_eoi(gsi);
}

/* ---- Start ----------------------------------------------------------------- */

/* What the IVRS says of the I/O APIC with @id (48882, 5.2.2.5). */
static bool find_requester(const struct acpi_ivrs *ivrs, uint8_t id, rp_sbdf_t *out)
{
    for (unsigned i = 0; i < ivrs->special_count; i++) {
        const struct acpi_special *special = &ivrs->specials[i];

        if (special->kind != ACPI_SPECIAL_IOAPIC || special->handle != id)
            continue;
        out->value =
            (ivrs->ivhds[special->ivhd].sbdf.value & 0xffff0000u) | special->requester;
        return true;
    }
    return false;
}

static enum iommu_status open_table(const struct acpi_ivrs *ivrs, uint8_t id,
                                    struct ioapic *ioapic)
{
    if (!find_requester(ivrs, id, &ioapic->requester))
        return IOMMU_NO_DEVICE;
    return iommu_open_interrupts(ioapic->requester);
}

static void mask_pins(const struct ioapic *ioapic)
{
    for (unsigned i = 0; i < ioapic->pin_count; i++) {
        unsigned gsi = ioapic->gsi_base + i;

        if (ioapic_has(gsi) &&
            (ioapic_read(gsi) & IOAPIC_ENTRY_DELIVERY_MODE) != IOAPIC_ENTRY_SMI)
            ioapic_silence(gsi);
    }
}

static void start(const struct acpi_ioapic *found, const struct acpi_ivrs *ivrs,
                  bool has_iommu)
{
    struct ioapic *ioapic = &ioapics[ioapic_count];
    enum iommu_status status = has_iommu ? open_table(ivrs, found->id, ioapic) : IOMMU_OK;
    uint32_t version;

    if (status != IOMMU_OK) {
        console_log("I/O APIC %u isn't used: %s", found->id, iommu_status_text(status));
        return;
    }
    ioapic->registers = paging_map_device(found->address, REGISTERS_SIZE);
    if (ioapic->registers == NULL)
        return;
    version = read_register(ioapic, SELECT_VERSION);
    ioapic->gsi_base = found->gsi_base;
    ioapic->pin_count = (version >> 16 & 0xff) + 1;
    if ((version & 0xff) < VERSION_WITH_EOI || ioapic->pin_count > PINS_MAX) {
        console_log("I/O APIC %u isn't used: it has no EOI register", found->id);
        return;
    }
    ioapic_count++;
    mask_pins(ioapic);
}

void ioapic_init(const struct acpi_tables *tables, bool has_iommu)
{
    for (unsigned i = 0; i < tables->madt.ioapic_count; i++)
        start(&tables->madt.ioapics[i], &tables->ivrs, has_iommu);
}

/* ---- The hypervisor's own -------------------------------------------------- */

static unsigned gsi_of(const struct acpi_madt *madt, uint8_t irq)
{
    for (unsigned i = 0; i < madt->override_count; i++)
        if (madt->overrides[i].irq == irq)
            return madt->overrides[i].gsi;
    return irq;
}

bool ioapic_lead_to_nmi(const struct acpi_madt *madt, uint8_t irq)
{
    unsigned gsi = gsi_of(madt, irq);

    if (find(gsi) == NULL)
        return false;
    is_own[gsi] = true;
    ioapic_write(gsi, ENTRY_NMI | (uint64_t)apic_id() << IOAPIC_ENTRY_DESTINATION_SHIFT);
    return true;
}
