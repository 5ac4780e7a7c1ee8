/* SPDX-License-Identifier: MIT */
/* Builds a guest's ACPI tables (ACPI 6.3, 5.2); what is not written is 0. */
#include "guest/acpi_tables.h"

#include "guest/acpi_writer.h"
#include "guest/dsdt.h"

#define KIB                UINT64_C(1024)
#define MIB                (UINT64_C(1024) * KIB)
#define GIB                (UINT64_C(1024) * MIB)

#define IO_SPACE           (64 * KIB)
#define ECAM_BYTES_PER_BUS MIB

/* PCI configuration mechanism #1. */
#define CONFIG_PORT       0xcf8u
#define CONFIG_PORT_COUNT 8u

/* The I/O APIC, the local APIC and the addresses that are MSIs. */
#define APIC_SPACE      0xfec00000u
#define APIC_SPACE_SIZE 0x400000u

/* Generic Address Structure (5.2.3.2). */
struct gas {
    uint8_t space;
    uint8_t bit_width;
    uint8_t bit_offset;
    uint8_t access_size;
    uint64_t address;
} __attribute__((packed));
_Static_assert(sizeof(struct gas) == 12, "ACPI 6.3, 5.2.3.2");

enum { GAS_SYSTEM_IO = 1, GAS_BYTE_ACCESS = 1 };

/* Fixed ACPI Description Table (5.2.9), after the header. */
struct fadt {
    uint8_t legacy[72]; /* 32-bit addresses, interrupts and power management registers */
    uint8_t century;
    uint16_t boot_arch;
    uint8_t reserved;
    uint32_t flags;
    struct gas reset;
    uint8_t reset_value;
    uint8_t arm[2];
    uint8_t minor_version;
    uint64_t x_facs;
    uint64_t x_dsdt;
    struct gas power_management[8];
    struct gas sleep_control;
    struct gas sleep_status;
    char hypervisor_vendor[8];
} __attribute__((packed));
_Static_assert(sizeof(struct fadt) == 276 - 36, "ACPI 6.3, 5.2.9");

/* Memory-mapped configuration (PCI Firmware 3.2, 4.1.2), after the header. */
struct mcfg {
    uint32_t reserved[2];
    uint32_t base[2];
    uint16_t segment;
    uint8_t first_bus;
    uint8_t last_bus;
    uint32_t reserved_of_region;
};
_Static_assert(sizeof(struct mcfg) == 60 - 36, "PCI Firmware 3.2, 4.1.2");

/* IA-PC boot architecture flags (5.2.9.3). No 8042 is a bit that is clear. */
#define BOOT_LEGACY_DEVICES 0x01u /* the serial port */
#define BOOT_NO_VGA         0x04u
#define BOOT_NO_ASPM        0x10u /* the other end of a device's link isn't the guest's */
#define BOOT_NO_CMOS_CLOCK  0x20u

/* Fixed feature flags (5.2.9, table 5-35). */
#define FEATURE_WBINVD        0x1u
#define FEATURE_PROC_C1       0x4u
#define FEATURE_NO_PWR_BUTTON 0x10u
#define FEATURE_NO_SLP_BUTTON 0x20u
#define FEATURE_NO_FIX_RTC    0x40u
#define FEATURE_RESET_REG     0x400u
#define FEATURE_PHYSICAL_APIC 0x80000u /* APIC IDs as destinations, no groups */
#define FEATURE_HW_REDUCED    0x100000u

static struct gas port(uint16_t address)
{
    return (struct gas){GAS_SYSTEM_IO, 8, 0, GAS_BYTE_ACCESS, address};
}

static uint64_t put_fadt(struct acpi_writer *w, const struct acpi_tables_config *config,
                         uint64_t dsdt)
{
    enum { REVISION = 6, MINOR_VERSION = 3 };

    struct fadt fadt = {
        .boot_arch = BOOT_LEGACY_DEVICES | BOOT_NO_VGA | BOOT_NO_ASPM,
        .flags = FEATURE_WBINVD | FEATURE_PROC_C1 | FEATURE_NO_PWR_BUTTON |
                 FEATURE_NO_SLP_BUTTON | FEATURE_NO_FIX_RTC | FEATURE_RESET_REG |
                 FEATURE_PHYSICAL_APIC | FEATURE_HW_REDUCED,
        .reset = port(config->reset_port),
        .reset_value = config->reset_value,
        .minor_version = MINOR_VERSION,
        .x_dsdt = dsdt,
        .sleep_control = port(config->sleep_control_port),
        .sleep_status = port(config->sleep_status_port),
        .hypervisor_vendor = {'R', 'o', 'o', 't', 'p', 'o', 'r', 't'},
    };
    size_t table = acpi_writer_begin_table(w, "FACP", REVISION);

    if (config->clock == ACPI_TABLES_CMOS_CLOCK)
        fadt.century = ACPI_TABLES_CMOS_CENTURY;
    else
        fadt.boot_arch |= BOOT_NO_CMOS_CLOCK;
    acpi_writer_put(w, &fadt, sizeof(fadt));
    return acpi_writer_end_table(w, table);
}

/*
 * No interrupt source override: ISA interrupts are edge-triggered and active high, and
 * their GSIs are the same.
 */
static uint64_t put_madt(struct acpi_writer *w, unsigned vcpu_count)
{
    return acpi_writer_end_table(
        w, acpi_writer_begin_madt(w, vcpu_count, ACPI_TABLES_IOAPIC_ADDRESS));
}

static uint64_t put_mcfg(struct acpi_writer *w, const struct acpi_tables_config *config)
{
    enum { REVISION = 1 };

    const struct mcfg mcfg = {
        .base = {(uint32_t)config->ecam_base.value,
                 (uint32_t)(config->ecam_base.value >> 32)},
        .segment = config->segment,
        .last_bus = config->last_bus,
    };
    size_t table = acpi_writer_begin_table(w, "MCFG", REVISION);

    acpi_writer_put(w, &mcfg, sizeof(mcfg));
    return acpi_writer_end_table(w, table);
}

static uint64_t put_xsdt(struct acpi_writer *w, const uint64_t *tables, size_t size)
{
    enum { REVISION = 1 };

    size_t table = acpi_writer_begin_table(w, "XSDT", REVISION);

    acpi_writer_put(w, tables, size);
    return acpi_writer_end_table(w, table);
}

/* The configuration */

uint64_t acpi_tables_ecam_size(const struct acpi_tables_config *config)
{
    return (config->last_bus + UINT64_C(1)) * ECAM_BYTES_PER_BUS;
}

static bool is_window_within(const struct acpi_tables_window *window, uint64_t limit)
{
    return window->size == 0 ||
           (window->base < limit && window->size <= limit - window->base);
}

static bool is_overlap(const struct acpi_tables_window *a,
                       const struct acpi_tables_window *b)
{
    if (a->size == 0 || b->size == 0)
        return false;
    return a->base <= b->base ? b->base - a->base < a->size : a->base - b->base < b->size;
}

static bool is_any_overlap(const struct acpi_tables_window *windows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (is_overlap(&windows[i], &windows[j]))
                return true;
        }
    }
    return false;
}

/* Within the 64-bit space; not the last byte, so that an end can be written. */
static bool is_memory_valid(const struct acpi_tables_config *config)
{
    const struct acpi_tables_window windows[] = {
        {config->ecam_base.value, acpi_tables_ecam_size(config)},
        config->memory,
        config->prefetched,
        {APIC_SPACE, APIC_SPACE_SIZE},
    };

    return config->ecam_base.value != 0 && config->ecam_base.value % MIB == 0 &&
           is_window_within(&windows[0], UINT64_MAX) &&
           is_window_within(&config->memory, 4 * GIB) &&
           is_window_within(&config->prefetched, UINT64_MAX) &&
           !is_any_overlap(windows, sizeof(windows) / sizeof(windows[0]));
}

static bool are_ports_valid(const struct acpi_tables_config *config)
{
    const struct acpi_tables_window config_ports = {CONFIG_PORT, CONFIG_PORT_COUNT};

    return config->sleep_control_port != 0 && config->sleep_status_port != 0 &&
           config->reset_port != 0 && is_window_within(&config->io, IO_SPACE) &&
           !is_overlap(&config->io, &config_ports);
}

static bool is_valid(const struct acpi_tables_config *config)
{
    const uint64_t base = config->base.value;

    return base % ACPI_WRITER_ALIGNMENT == 0 &&
           base <= UINT64_MAX - ACPI_TABLES_SIZE_MAX && config->vcpu_count >= 1 &&
           config->vcpu_count <= ACPI_TABLES_VCPU_MAX &&
           config->port_count <= ACPI_TABLES_PORT_MAX && are_ports_valid(config) &&
           is_memory_valid(config);
}

enum rp_status acpi_tables_build(const struct acpi_tables_config *config, void *buf,
                                 size_t capacity, struct acpi_tables_image *out)
{
    struct acpi_writer w;

    if (!is_valid(config))
        return RP_ERR_INVALID;
    acpi_writer_init(&w, buf, capacity, config->base.value);

    uint64_t dsdt = dsdt_put(&w, config);
    uint64_t tables[] = {
        put_fadt(&w, config, dsdt),
        put_madt(&w, config->vcpu_count),
        put_mcfg(&w, config),
    };

    acpi_writer_put_root(&w, put_xsdt(&w, tables, sizeof(tables)));
    if (w.is_full)
        return RP_ERR_NO_SPACE;
    *out = (struct acpi_tables_image){.rsdp = config->base, .length = w.length};
    return RP_OK;
}
