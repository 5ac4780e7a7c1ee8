/* SPDX-License-Identifier: MIT */
/*
 * The PIT's channel 0, through an I/O APIC (Intel 8254 data sheet; 82093AA data sheet,
 * 3.2.4; ACPI 6.4, 5.2.12.5).
 */
#include "cpu/alarm.h"

#include "cpu/apic.h"
#include "cpu/io.h"
#include "cpu/percpu.h"
#include "mm/pages.h"
#include "mm/paging.h"

enum {
    IRQ_PIT = 0,
    PIT_CHANNEL_0 = 0x40,
    PIT_COMMAND = 0x43,
    PIT_COMMAND_CHANNEL_0_MODE_0 = 0x30, /* its output rises once, at the end */
    PIT_MHZ_TIMES_1000 = 1193,
    PIT_COUNT_MAX = 0xffff,
    IOAPIC_INDEX = 0x00,
    IOAPIC_WINDOW = 0x10,
    IOAPIC_REDIRECTION = 0x10, /* two registers a pin */
};

/* Edge-triggered and active high, as ISA interrupts are. */
#define REDIRECTION_NMI 0x00000400u

static bool has_rung; /* the boot CPU's own */
static bool has_called;

static void ioapic_write(volatile uint8_t *ioapic, uint32_t index, uint32_t value)
{
    mmio_write32(ioapic + IOAPIC_INDEX, index);
    mmio_write32(ioapic + IOAPIC_WINDOW, value);
}

static uint32_t gsi_of(const struct acpi_madt *madt, uint8_t irq)
{
    for (unsigned i = 0; i < madt->override_count; i++)
        if (madt->overrides[i].irq == irq)
            return madt->overrides[i].gsi;
    return irq;
}

/* The I/O APIC with the highest first interrupt that isn't above @gsi; or NULL. */
static const struct acpi_ioapic *ioapic_of(const struct acpi_madt *madt, uint32_t gsi)
{
    const struct acpi_ioapic *found = NULL;

    for (unsigned i = 0; i < madt->ioapic_count; i++) {
        const struct acpi_ioapic *ioapic = &madt->ioapics[i];

        if (ioapic->gsi_base <= gsi &&
            (found == NULL || ioapic->gsi_base > found->gsi_base))
            found = ioapic;
    }
    return found;
}

bool alarm_init(const struct acpi_madt *madt)
{
    uint32_t gsi = gsi_of(madt, IRQ_PIT);
    const struct acpi_ioapic *found = ioapic_of(madt, gsi);
    volatile uint8_t *ioapic =
        found != NULL ? paging_map_device(found->address, PAGE_SIZE) : NULL;
    uint32_t pin;

    if (ioapic == NULL)
        return false;
    io_out8(PIT_COMMAND, PIT_COMMAND_CHANNEL_0_MODE_0); /* silent until it has a count */
    pin = IOAPIC_REDIRECTION + 2 * (gsi - found->gsi_base);
    ioapic_write(ioapic, pin + 1, apic_id() << 24);
    ioapic_write(ioapic, pin, REDIRECTION_NMI);
    return true;
}

void alarm_set(uint64_t us)
{
    uint64_t count = us * PIT_MHZ_TIMES_1000 / 1000 + 1;

    if (us > PIT_COUNT_MAX * 1000 / PIT_MHZ_TIMES_1000)
        count = PIT_COUNT_MAX;
    io_out8(PIT_COMMAND, PIT_COMMAND_CHANNEL_0_MODE_0);
    io_out8(PIT_CHANNEL_0, (uint8_t)count);
    io_out8(PIT_CHANNEL_0, (uint8_t)(count >> 8));
}

static bool is_boot_cpu(void)
{
    return percpu_self()->index == 0;
}

void alarm_note_nmi(void)
{
    if (!is_boot_cpu())
        return;
    __atomic_store_n(&has_rung, true, __ATOMIC_RELAXED);
    __atomic_store_n(&has_called, true, __ATOMIC_RELEASE);
}

bool alarm_has_rung(void)
{
    return is_boot_cpu() && __atomic_exchange_n(&has_rung, false, __ATOMIC_RELAXED);
}

bool alarm_has_called(void)
{
    return __atomic_load_n(&has_called, __ATOMIC_RELAXED) &&
           __atomic_exchange_n(&has_called, false, __ATOMIC_ACQUIRE);
}
