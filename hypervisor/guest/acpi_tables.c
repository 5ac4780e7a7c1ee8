/* SPDX-License-Identifier: MIT */
/*
 * Builds a guest's ACPI tables. Fields are placed by their offsets in the
 * specification (ACPI 6.3, 5.2); what is not written is 0.
 */
#include "guest/acpi_tables.h"
#include "guest/aml.h"

#define KIB                UINT64_C(1024)
#define MIB                (UINT64_C(1024) * KIB)
#define GIB                (UINT64_C(1024) * MIB)

#define IO_SPACE           (64 * KIB)
#define ECAM_BYTES_PER_BUS MIB

/* PCI configuration mechanism #1. */
#define CONFIG_PORT        0xcf8u
#define CONFIG_PORT_COUNT  8u

#define CMOS_PORT          0x70u
#define CMOS_PORT_COUNT    2u
#define COM1_PORT_COUNT    8u

#define LOCAL_APIC_ADDRESS 0xfee00000u

/* The I/O APIC, the local APIC and the addresses that are MSIs. */
#define APIC_SPACE      0xfec00000u
#define APIC_SPACE_SIZE 0x400000u

enum { HEADER_SIZE = 36 };

/* The header that all tables but the RSDP begin with (5.2.6). */
enum {
    HEADER_SIGNATURE = 0,
    HEADER_LENGTH = 4,
    HEADER_REVISION = 8,
    HEADER_CHECKSUM = 9,
    HEADER_OEM_ID = 10,
    HEADER_OEM_TABLE_ID = 16,
    HEADER_OEM_REVISION = 24,
    HEADER_CREATOR_ID = 28,
    HEADER_CREATOR_REVISION = 32,
};

/* Root System Description Pointer (5.2.5.3). */
enum {
    RSDP_SIGNATURE = 0,
    RSDP_CHECKSUM = 8, /* of the part that ACPI 1.0 knows */
    RSDP_OEM_ID = 9,
    RSDP_REVISION = 15,
    RSDP_V1_SIZE = 20,
    RSDP_LENGTH = 20,
    RSDP_XSDT_ADDRESS = 24,
    RSDP_EXTENDED_CHECKSUM = 32,
    RSDP_SIZE = 36,
};

/* Fixed ACPI Description Table (5.2.9). */
enum {
    FADT_CENTURY = 108,
    FADT_IAPC_BOOT_ARCH = 109,
    FADT_FLAGS = 112,
    FADT_RESET_REG = 116,
    FADT_RESET_VALUE = 128,
    FADT_MINOR_VERSION = 131,
    FADT_X_DSDT = 140,
    FADT_SLEEP_CONTROL_REG = 244,
    FADT_SLEEP_STATUS_REG = 256,
    FADT_HYPERVISOR_VENDOR = 268,
    FADT_SIZE = 276,
};

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

/* Generic Address Structure (5.2.3.2). */
enum {
    GAS_SPACE = 0,
    GAS_BIT_WIDTH = 1,
    GAS_ACCESS_SIZE = 3,
    GAS_ADDRESS = 4,
};
enum { GAS_SYSTEM_IO = 1, GAS_BYTE_ACCESS = 1 };

/* Multiple APIC Description Table (5.2.12). */
enum {
    MADT_LOCAL_APIC_ADDRESS = 36,
    MADT_ENTRIES = 44,

    MADT_PROCESSOR = 0, /* entry type */
    MADT_PROCESSOR_UID = 2,
    MADT_PROCESSOR_APIC_ID = 3,
    MADT_PROCESSOR_FLAGS = 4,
    MADT_PROCESSOR_SIZE = 8,
    MADT_PROCESSOR_ENABLED = 1,

    MADT_IOAPIC = 1, /* entry type */
    MADT_IOAPIC_ID = 2,
    MADT_IOAPIC_ADDRESS = 4,
    MADT_IOAPIC_GSI_BASE = 8,
    MADT_IOAPIC_SIZE = 12,
};

/* Memory-mapped configuration (PCI Firmware 3.2, 4.1.2). */
enum {
    MCFG_BASE = 44,
    MCFG_SEGMENT = 52,
    MCFG_FIRST_BUS = 54,
    MCFG_LAST_BUS = 55,
    MCFG_SIZE = 60,
};

/* _OSC of a PCI host bridge (PCI Firmware 3.2, 4.5.1). */
#define OSC_UUID                    "33DB4D5B-1FF7-401C-9657-7441C03DD766"
#define OSC_REVISION                1u
#define OSC_STATUS_UNKNOWN_UUID     0x04u
#define OSC_STATUS_UNKNOWN_REVISION 0x08u
#define OSC_STATUS_MASKED           0x10u
#define OSC_CONTROL_HOTPLUG         0x01u
#define OSC_CONTROL_PME             0x04u
#define OSC_CONTROL_AER             0x08u
#define OSC_CONTROL_PCIE_CAPABILITY 0x10u
#define OSC_GRANTED                                                                      \
    (OSC_CONTROL_HOTPLUG | OSC_CONTROL_PME | OSC_CONTROL_AER |                           \
     OSC_CONTROL_PCIE_CAPABILITY)

/*
 * The buffer being filled. Once something does not fit, @is_full stays set and
 * nothing more is written.
 */
struct writer {
    uint8_t *buf;
    size_t capacity;
    size_t length;
    uint64_t base; /* guest physical address of buf[0] */
    bool is_full;
};

/* Little-endian, into room that append made. */
static void put(struct writer *w, size_t at, uint64_t value, unsigned size)
{
    if (w->is_full)
        return;
    for (unsigned i = 0; i < size; i++)
        w->buf[at + i] = (uint8_t)(value >> 8 * i);
}

static void put_text(struct writer *w, size_t at, const char *text, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        put(w, at + i, (uint8_t)text[i], 1);
}

/* Makes room for @size bytes of 0 at the end; returns where they begin. */
static size_t append(struct writer *w, size_t size)
{
    size_t at = w->length;

    if (w->capacity - w->length < size)
        w->is_full = true;
    if (w->is_full)
        return at;
    for (size_t i = 0; i < size; i++)
        w->buf[at + i] = 0;
    w->length += size;
    return at;
}

static void align(struct writer *w)
{
    append(w, -w->length & (ACPI_TABLES_ALIGNMENT - 1));
}

/* Makes the bytes sum up to 0. The checksum's own byte is 0 before. */
static void put_checksum(struct writer *w, size_t start, size_t size, size_t at)
{
    uint8_t sum = 0;

    if (w->is_full)
        return;
    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + w->buf[start + i]);
    put(w, at, (uint8_t)-sum, 1);
}

static const char oem_id[6] = {'R', 'O', 'O', 'T', 'P', 'T'};
static const char oem_table_id[8] = {'R', 'O', 'O', 'T', 'P', 'O', 'R', 'T'};
static const char creator_id[4] = {'R', 'T', 'P', 'T'};
static const char hypervisor_vendor[8] = {'R', 'o', 'o', 't', 'p', 'o', 'r', 't'};

/* Begins a table of @size bytes, which may still grow; end_table closes it. */
static size_t begin_table(struct writer *w, const char *signature, uint8_t revision,
                          size_t size)
{
    align(w);

    size_t at = append(w, size);

    put_text(w, at + HEADER_SIGNATURE, signature, 4);
    put(w, at + HEADER_REVISION, revision, 1);
    put_text(w, at + HEADER_OEM_ID, oem_id, sizeof(oem_id));
    put_text(w, at + HEADER_OEM_TABLE_ID, oem_table_id, sizeof(oem_table_id));
    put(w, at + HEADER_OEM_REVISION, 1, 4);
    put_text(w, at + HEADER_CREATOR_ID, creator_id, sizeof(creator_id));
    put(w, at + HEADER_CREATOR_REVISION, 1, 4);
    return at;
}

/* Returns the table's guest physical address. */
static uint64_t end_table(struct writer *w, size_t at)
{
    size_t size = w->length - at;

    put(w, at + HEADER_LENGTH, size, 4);
    put_checksum(w, at, size, at + HEADER_CHECKSUM);
    return w->base + at;
}

/* DSDT */

static void osc_set_status(struct aml *aml, unsigned bits)
{
    aml_op(aml, AML_OR);
    aml_path(aml, "CDW1");
    aml_integer(aml, bits);
    aml_path(aml, "CDW1");
}

static void osc_return(struct aml *aml)
{
    aml_op(aml, AML_RETURN);
    aml_arg(aml, 3);
}

/* CreateDWordField (Arg3, index, field) */
static void osc_field(struct aml *aml, unsigned index, const char *field)
{
    aml_op(aml, AML_CREATE_DWORD_FIELD);
    aml_arg(aml, 3);
    aml_integer(aml, index);
    aml_path(aml, field);
}

/* If (!(Arg[index] == ...)): the value, the terms and an aml_end follow. */
static void osc_if_arg_is_not(struct aml *aml, unsigned index)
{
    aml_if(aml);
    aml_op(aml, AML_LNOT);
    aml_op(aml, AML_LEQUAL);
    aml_arg(aml, index);
}

/*
 * Grants native hot plug, PME and the PCI Express capability structure; withholds
 * SHPC hot plug, AER and LTR. A query is answered like a request, since nothing
 * changes hands: there is no firmware that would let go of anything.
 */
static void put_osc(struct aml *aml)
{
    aml_method(aml, "_OSC", 4);
    osc_field(aml, 0, "CDW1");

    osc_if_arg_is_not(aml, 0);
    aml_uuid(aml, OSC_UUID);
    osc_set_status(aml, OSC_STATUS_UNKNOWN_UUID);
    osc_return(aml);
    aml_end(aml);

    osc_if_arg_is_not(aml, 1);
    aml_integer(aml, OSC_REVISION);
    osc_set_status(aml, OSC_STATUS_UNKNOWN_REVISION);
    osc_return(aml);
    aml_end(aml);

    osc_field(aml, 8, "CDW3");
    aml_op(aml, AML_AND);
    aml_path(aml, "CDW3");
    aml_integer(aml, OSC_GRANTED);
    aml_local(aml, 0);

    aml_if(aml);
    aml_op(aml, AML_LNOT);
    aml_op(aml, AML_LEQUAL);
    aml_path(aml, "CDW3");
    aml_local(aml, 0);
    osc_set_status(aml, OSC_STATUS_MASKED);
    aml_end(aml);

    aml_op(aml, AML_STORE);
    aml_local(aml, 0);
    aml_path(aml, "CDW3");
    osc_return(aml);
    aml_end(aml);
}

static void put_windows(struct aml *aml, const struct acpi_tables_config *config)
{
    const struct acpi_tables_window *io = &config->io;
    const struct acpi_tables_window *memory = &config->memory;
    const struct acpi_tables_window *prefetched = &config->prefetched;

    aml_resource_buses(aml, 0, config->last_bus);
    aml_resource_io(aml, CONFIG_PORT, CONFIG_PORT_COUNT);
    if (io->size != 0)
        aml_resource_io_window(aml, (uint16_t)io->base,
                               (uint16_t)(io->base + io->size - 1));
    if (memory->size != 0)
        aml_resource_memory32(aml, AML_MEMORY_PRODUCED, (uint32_t)memory->base,
                              (uint32_t)(memory->base + memory->size - 1));
    if (prefetched->size != 0)
        aml_resource_memory64(aml, AML_MEMORY_PRODUCED_PREFETCHED, prefetched->base,
                              prefetched->base + (prefetched->size - 1));
}

/*
 * _PRT (6.2.13): all four pins of what is behind a port lead to one place, however many
 * bridges there are in between.
 */
static void put_routing(struct aml *aml, const struct acpi_tables_config *config)
{
    enum { PINS = 4, ANY_FUNCTION = 0xffff };

    aml_name(aml, "_PRT");
    aml_package(aml, (uint8_t)(PINS * config->port_count));
    for (unsigned i = 0; i < PINS * config->port_count; i++) {
        aml_package(aml, 4);
        aml_integer(aml, (uint64_t)(i / PINS + 1) << 16 | ANY_FUNCTION);
        aml_integer(aml, i % PINS);
        aml_integer(aml, 0); /* no link device: a GSI follows */
        aml_integer(aml, config->port_gsis[i / PINS]);
        aml_end(aml);
    }
    aml_end(aml);
}

/* No _EJ0 and no _RMV below: beside native hot plug their effect is undefined. */
static void put_host_bridge(struct aml *aml, const struct acpi_tables_config *config)
{
    aml_device(aml, "PCI0");
    aml_name(aml, "_HID");
    aml_eisaid(aml, "PNP0A08"); /* PCI Express */
    aml_name(aml, "_CID");
    aml_eisaid(aml, "PNP0A03"); /* PCI */
    aml_name(aml, "_UID");
    aml_integer(aml, 0);
    aml_name(aml, "_SEG");
    aml_integer(aml, config->segment);
    aml_name(aml, "_BBN");
    aml_integer(aml, 0);
    aml_name(aml, "_CRS");
    aml_resources(aml);
    put_windows(aml, config);
    aml_end(aml);
    put_routing(aml, config);
    put_osc(aml);
    aml_end(aml);
}

static uint64_t ecam_size(const struct acpi_tables_config *config)
{
    return (config->last_bus + UINT64_C(1)) * ECAM_BYTES_PER_BUS;
}

/*
 * PCI Firmware 3.2, 4.1.2: the ECAM region is a resource of a motherboard device,
 * or an operating system does not believe MCFG.
 */
static void put_ecam_reservation(struct aml *aml, const struct acpi_tables_config *config)
{
    uint64_t base = config->ecam_base.value;

    aml_device(aml, "ECAM");
    aml_name(aml, "_HID");
    aml_eisaid(aml, "PNP0C02");
    aml_name(aml, "_UID");
    aml_integer(aml, 0);
    aml_name(aml, "_CRS");
    aml_resources(aml);
    aml_resource_memory64(aml, AML_MEMORY_CONSUMED, base, base + (ecam_size(config) - 1));
    aml_end(aml);
    aml_end(aml);
}

static void put_serial_port(struct aml *aml)
{
    aml_device(aml, "COM1");
    aml_name(aml, "_HID");
    aml_eisaid(aml, "PNP0501"); /* 16550A-compatible */
    aml_name(aml, "_UID");
    aml_integer(aml, 1);
    aml_name(aml, "_CRS");
    aml_resources(aml);
    aml_resource_io(aml, ACPI_TABLES_COM1_PORT, COM1_PORT_COUNT);
    aml_resource_irq(aml, ACPI_TABLES_COM1_GSI);
    aml_end(aml);
    aml_end(aml);
}

static void put_clock(struct aml *aml)
{
    aml_device(aml, "RTC");
    aml_name(aml, "_HID");
    aml_eisaid(aml, "PNP0B00");
    aml_name(aml, "_CRS");
    aml_resources(aml);
    aml_resource_io(aml, CMOS_PORT, CMOS_PORT_COUNT);
    aml_end(aml);
    aml_end(aml);
}

/* \_S5: what to write to SLP_TYP; the second is for a register we do not have. */
static void put_soft_off(struct aml *aml)
{
    aml_name(aml, "\\_S5");
    aml_package(aml, 2);
    aml_integer(aml, ACPI_TABLES_SLEEP_TYPE_S5);
    aml_integer(aml, 0);
    aml_end(aml);
}

static void put_namespace(struct aml *aml, const struct acpi_tables_config *config)
{
    put_soft_off(aml);
    aml_scope(aml, "\\_SB");
    put_host_bridge(aml, config);
    put_ecam_reservation(aml, config);
    put_serial_port(aml);
    if (config->clock == ACPI_TABLES_CMOS_CLOCK)
        put_clock(aml);
    aml_end(aml);
}

static uint64_t put_dsdt(struct writer *w, const struct acpi_tables_config *config)
{
    enum { REVISION_64_BIT_INTEGERS = 2 };

    size_t at = begin_table(w, "DSDT", REVISION_64_BIT_INTEGERS, HEADER_SIZE);
    struct aml aml;

    aml_init(&aml, w->buf + w->length, w->capacity - w->length);
    put_namespace(&aml, config);
    /* The configuration is checked, so it can't be anything but the room. */
    if (aml_status(&aml) != RP_OK)
        w->is_full = true;
    else
        w->length += aml.length;
    return end_table(w, at);
}

/* The other tables */

static void put_gas(struct writer *w, size_t at, uint16_t port)
{
    put(w, at + GAS_SPACE, GAS_SYSTEM_IO, 1);
    put(w, at + GAS_BIT_WIDTH, 8, 1);
    put(w, at + GAS_ACCESS_SIZE, GAS_BYTE_ACCESS, 1);
    put(w, at + GAS_ADDRESS, port, 8);
}

static uint64_t put_fadt(struct writer *w, const struct acpi_tables_config *config,
                         uint64_t dsdt)
{
    enum { REVISION = 6, MINOR_VERSION = 3 };

    size_t at = begin_table(w, "FACP", REVISION, FADT_SIZE);
    unsigned boot_flags = BOOT_LEGACY_DEVICES | BOOT_NO_VGA | BOOT_NO_ASPM;
    unsigned features = FEATURE_WBINVD | FEATURE_PROC_C1 | FEATURE_NO_PWR_BUTTON |
                        FEATURE_NO_SLP_BUTTON | FEATURE_NO_FIX_RTC | FEATURE_RESET_REG |
                        FEATURE_PHYSICAL_APIC | FEATURE_HW_REDUCED;

    if (config->clock == ACPI_TABLES_CMOS_CLOCK)
        put(w, at + FADT_CENTURY, ACPI_TABLES_CMOS_CENTURY, 1);
    else
        boot_flags |= BOOT_NO_CMOS_CLOCK;
    put(w, at + FADT_IAPC_BOOT_ARCH, boot_flags, 2);
    put(w, at + FADT_FLAGS, features, 4);
    put_gas(w, at + FADT_RESET_REG, config->reset_port);
    put(w, at + FADT_RESET_VALUE, config->reset_value, 1);
    put(w, at + FADT_MINOR_VERSION, MINOR_VERSION, 1);
    put(w, at + FADT_X_DSDT, dsdt, 8);
    put_gas(w, at + FADT_SLEEP_CONTROL_REG, config->sleep_control_port);
    put_gas(w, at + FADT_SLEEP_STATUS_REG, config->sleep_status_port);
    put_text(w, at + FADT_HYPERVISOR_VENDOR, hypervisor_vendor,
             sizeof(hypervisor_vendor));
    return end_table(w, at);
}

/* Begins an entry of the MADT. */
static size_t append_entry(struct writer *w, uint8_t type, uint8_t size)
{
    size_t at = append(w, size);

    put(w, at, type, 1);
    put(w, at + 1, size, 1);
    return at;
}

/*
 * Local APIC entries for all: x2APIC entries are for IDs from 255 on (5.2.12.12),
 * and a guest in x2APIC mode takes these too. No interrupt source override: ISA
 * interrupts are edge-triggered and active high, and their GSIs are the same.
 */
static uint64_t put_madt(struct writer *w, unsigned vcpu_count)
{
    enum { REVISION = 5 };

    size_t table = begin_table(w, "APIC", REVISION, MADT_ENTRIES);

    put(w, table + MADT_LOCAL_APIC_ADDRESS, LOCAL_APIC_ADDRESS, 4);
    for (unsigned i = 0; i < vcpu_count; i++) {
        size_t at = append_entry(w, MADT_PROCESSOR, MADT_PROCESSOR_SIZE);

        put(w, at + MADT_PROCESSOR_UID, i, 1);
        put(w, at + MADT_PROCESSOR_APIC_ID, i, 1);
        put(w, at + MADT_PROCESSOR_FLAGS, MADT_PROCESSOR_ENABLED, 4);
    }

    size_t at = append_entry(w, MADT_IOAPIC, MADT_IOAPIC_SIZE);

    put(w, at + MADT_IOAPIC_ID, ACPI_TABLES_IOAPIC_ID, 1);
    put(w, at + MADT_IOAPIC_ADDRESS, ACPI_TABLES_IOAPIC_ADDRESS, 4);
    put(w, at + MADT_IOAPIC_GSI_BASE, 0, 4);
    return end_table(w, table);
}

static uint64_t put_mcfg(struct writer *w, const struct acpi_tables_config *config)
{
    enum { REVISION = 1 };

    size_t at = begin_table(w, "MCFG", REVISION, MCFG_SIZE);

    put(w, at + MCFG_BASE, config->ecam_base.value, 8);
    put(w, at + MCFG_SEGMENT, config->segment, 2);
    put(w, at + MCFG_FIRST_BUS, 0, 1);
    put(w, at + MCFG_LAST_BUS, config->last_bus, 1);
    return end_table(w, at);
}

static uint64_t put_xsdt(struct writer *w, const uint64_t *tables, size_t count)
{
    enum { REVISION = 1 };

    size_t at = begin_table(w, "XSDT", REVISION, HEADER_SIZE);

    for (size_t i = 0; i < count; i++)
        put(w, append(w, 8), tables[i], 8);
    return end_table(w, at);
}

/* Into the room that was left at @at. */
static void put_rsdp(struct writer *w, size_t at, uint64_t xsdt)
{
    enum { REVISION = 2 };

    put_text(w, at + RSDP_SIGNATURE, "RSD PTR ", 8);
    put_text(w, at + RSDP_OEM_ID, oem_id, sizeof(oem_id));
    put(w, at + RSDP_REVISION, REVISION, 1);
    put(w, at + RSDP_LENGTH, RSDP_SIZE, 4);
    put(w, at + RSDP_XSDT_ADDRESS, xsdt, 8);
    put_checksum(w, at, RSDP_V1_SIZE, at + RSDP_CHECKSUM);
    put_checksum(w, at, RSDP_SIZE, at + RSDP_EXTENDED_CHECKSUM);
}

/* The configuration */

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
        {config->ecam_base.value, ecam_size(config)},
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

    return base % ACPI_TABLES_ALIGNMENT == 0 &&
           base <= UINT64_MAX - ACPI_TABLES_SIZE_MAX && config->vcpu_count >= 1 &&
           config->vcpu_count <= ACPI_TABLES_VCPU_MAX &&
           config->port_count <= ACPI_TABLES_PORT_MAX && are_ports_valid(config) &&
           is_memory_valid(config);
}

enum rp_status acpi_tables_build(const struct acpi_tables_config *config, void *buf,
                                 size_t capacity, struct acpi_tables_image *out)
{
    struct writer w = {.buf = buf, .capacity = capacity, .base = config->base.value};

    if (!is_valid(config))
        return RP_ERR_INVALID;

    size_t rsdp = append(&w, RSDP_SIZE);
    uint64_t dsdt = put_dsdt(&w, config);
    uint64_t tables[] = {
        put_fadt(&w, config, dsdt),
        put_madt(&w, config->vcpu_count),
        put_mcfg(&w, config),
    };

    put_rsdp(&w, rsdp, put_xsdt(&w, tables, sizeof(tables) / sizeof(tables[0])));
    if (w.is_full)
        return RP_ERR_NO_SPACE;
    *out = (struct acpi_tables_image){.rsdp = {w.base + rsdp}, .length = w.length};
    return RP_OK;
}
