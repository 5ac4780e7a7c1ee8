/* SPDX-License-Identifier: MIT */
/* Builds a guest's DSDT: what is the same for all is there already. */
#include "guest/dsdt.h"

#include "guest/aml.h"

/* PCI configuration mechanism #1. */
#define CONFIG_PORT 0xcf8

#define NAME_S5     '\\', '_', 'S', '5', '_'
#define NAME_SB     '\\', '_', 'S', 'B', '_'
#define NAME_PCI0   'P', 'C', 'I', '0'
#define NAME_ECAM   'E', 'C', 'A', 'M'
#define NAME_COM1   'C', 'O', 'M', '1'
#define NAME_RTC    'R', 'T', 'C', '_'
#define NAME_HID    '_', 'H', 'I', 'D'
#define NAME_CID    '_', 'C', 'I', 'D'
#define NAME_UID    '_', 'U', 'I', 'D'
#define NAME_SEG    '_', 'S', 'E', 'G'
#define NAME_BBN    '_', 'B', 'B', 'N'
#define NAME_CRS    '_', 'C', 'R', 'S'
#define NAME_PRT    '_', 'P', 'R', 'T'
#define NAME_OSC    '_', 'O', 'S', 'C'

/* Appends an array as it is. */
#define PUT(w, array) acpi_writer_put(w, array, sizeof(array))

/* \_S5: what to write to SLP_TYP; the second is for a register we do not have. */
static const uint8_t soft_off[] = {
    AML_NAME(NAME_S5, AML_PACKAGE(2, AML_BYTE(ACPI_TABLES_SLEEP_TYPE_S5), AML_ZERO))};

static const uint8_t serial_port[] = {
    AML_DEVICE(NAME_COM1, AML_NAME(NAME_HID, AML_PNP(0x0501)), /* 16550A-compatible */
               AML_NAME(NAME_UID, AML_ONE),
               AML_NAME(NAME_CRS, AML_RESOURCES(AML_PORTS(ACPI_TABLES_COM1_PORT, 8),
                                                AML_IRQ(ACPI_TABLES_COM1_GSI))))};

static const uint8_t clock[] = {
    AML_DEVICE(NAME_RTC, AML_NAME(NAME_HID, AML_PNP(0x0b00)),
               AML_NAME(NAME_CRS, AML_RESOURCES(AML_PORTS(ACPI_TABLES_RTC_PORT, 2))))};

/* The host bridge */

/* No _EJ0 and no _RMV below: beside native hot plug their effect is undefined. */
static const uint8_t bridge_head[] = {
    NAME_PCI0,
    AML_NAME(NAME_HID, AML_PNP(0x0a08)), /* PCI Express */
    AML_NAME(NAME_CID, AML_PNP(0x0a03)), /* PCI */
    AML_NAME(NAME_UID, AML_ZERO),
    AML_NAME(NAME_BBN, AML_ZERO),
};

/* _OSC of a PCI host bridge (PCI Firmware 3.2, 4.5.1). */
#define OSC_STATUS   'C', 'D', 'W', '1'
#define OSC_CONTROL  'C', 'D', 'W', '3'
#define OSC_REVISION AML_ONE

/* 33DB4D5B-1FF7-401C-9657-7441C03DD766; ToUUID swaps bytes (ACPI 6.3, 19.6.142). */
#define OSC_UUID                                                                         \
    AML_BUFFER(0x5b, 0x4d, 0xdb, 0x33, 0xf7, 0x1f, 0x1c, 0x40, 0x96, 0x57, 0x74, 0x41,   \
               0xc0, 0x3d, 0xd7, 0x66)

#define OSC_STATUS_UNKNOWN_UUID     0x04
#define OSC_STATUS_UNKNOWN_REVISION 0x08
#define OSC_STATUS_MASKED           0x10
#define OSC_CONTROL_HOTPLUG         0x01
#define OSC_CONTROL_PME             0x04
#define OSC_CONTROL_AER             0x08
#define OSC_CONTROL_PCIE_CAPABILITY 0x10
#define OSC_GRANTED                                                                      \
    (OSC_CONTROL_HOTPLUG | OSC_CONTROL_PME | OSC_CONTROL_AER |                           \
     OSC_CONTROL_PCIE_CAPABILITY)

#define OSC_SET_STATUS(bits) AML_OR(OSC_STATUS, AML_BYTE(bits), OSC_STATUS)

/*
 * Grants native hot plug, PME, AER and the PCI Express capability structure; withholds
 * SHPC hot plug and LTR. A query is answered like a request, since nothing changes
 * hands: there is no firmware that would let go of anything.
 */
static const uint8_t osc[] = {AML_METHOD(
    NAME_OSC, 4 | AML_SERIALIZED,
    AML_CREATE_DWORD_FIELD(AML_ARG(3), AML_ZERO, OSC_STATUS),
    AML_IF(AML_NOT(AML_EQUAL(AML_ARG(0), OSC_UUID)),
           OSC_SET_STATUS(OSC_STATUS_UNKNOWN_UUID), AML_RETURN(AML_ARG(3))),
    AML_IF(AML_NOT(AML_EQUAL(AML_ARG(1), OSC_REVISION)),
           OSC_SET_STATUS(OSC_STATUS_UNKNOWN_REVISION), AML_RETURN(AML_ARG(3))),
    AML_CREATE_DWORD_FIELD(AML_ARG(3), AML_BYTE(8), OSC_CONTROL),
    AML_AND(OSC_CONTROL, AML_BYTE(OSC_GRANTED), AML_LOCAL(0)),
    AML_IF(AML_NOT(AML_EQUAL(OSC_CONTROL, AML_LOCAL(0))),
           OSC_SET_STATUS(OSC_STATUS_MASKED)),
    AML_STORE(AML_LOCAL(0), OSC_CONTROL), AML_RETURN(AML_ARG(3)))};

static const uint8_t name_crs[] = {AML_NAME(NAME_CRS)};

static void put_window(struct acpi_writer *w, unsigned width, enum aml_range range,
                       const struct acpi_tables_window *window)
{
    if (window->size != 0)
        aml_put_range(w, width, range, window->base, window->base + (window->size - 1));
}

static void put_windows(struct acpi_writer *w, const struct acpi_tables_config *config)
{
    static const uint8_t config_ports[] = {AML_PORTS(CONFIG_PORT, 8)};
    size_t resources;

    PUT(w, name_crs);
    resources = aml_open_resources(w);
    aml_put_range(w, 2, AML_BUSES, 0, config->last_bus);
    PUT(w, config_ports);
    put_window(w, 2, AML_IO, &config->io);
    put_window(w, 4, AML_MEMORY, &config->memory);
    put_window(w, 8, AML_MEMORY_PREFETCHED, &config->prefetched);
    aml_close_resources(w, resources);
}

/*
 * _PRT (ACPI 6.3, 6.2.13): all four pins of what is behind a port lead to one place,
 * however many bridges there are in between.
 */
static void put_routing(struct acpi_writer *w, const struct acpi_tables_config *config)
{
    enum { PINS = 4 };

    const uint8_t name[] = {AML_NAME(NAME_PRT)};
    const uint8_t count = (uint8_t)(PINS * config->port_count);
    size_t package;

    PUT(w, name);
    package = aml_open(w, AML_OPEN_PACKAGE);
    acpi_writer_put(w, &count, 1);
    for (unsigned i = 0; i < count; i++) {
        const uint8_t entry[] = {AML_PACKAGE(
            4, AML_DWORD((i / PINS + 1) << 16 | 0xffff), /* any function of the port's */
            AML_BYTE(i % PINS), AML_ZERO, /* no link device: a GSI follows */
            AML_BYTE(config->port_gsis[i / PINS]))};

        PUT(w, entry);
    }
    aml_close(w, package);
}

static void put_host_bridge(struct acpi_writer *w,
                            const struct acpi_tables_config *config)
{
    const uint8_t segment[] = {AML_NAME(NAME_SEG, AML_WORD(config->segment))};
    size_t device = aml_open(w, AML_OPEN_DEVICE);

    PUT(w, bridge_head);
    PUT(w, segment);
    put_windows(w, config);
    put_routing(w, config);
    PUT(w, osc);
    aml_close(w, device);
}

/*
 * PCI Firmware 3.2, 4.1.2: the ECAM region is a resource of a motherboard device,
 * or an operating system does not believe MCFG.
 */
static void put_ecam_reservation(struct acpi_writer *w,
                                 const struct acpi_tables_config *config)
{
    static const uint8_t head[] = {NAME_ECAM, AML_NAME(NAME_HID, AML_PNP(0x0c02)),
                                   AML_NAME(NAME_UID, AML_ZERO), AML_NAME(NAME_CRS)};
    size_t device = aml_open(w, AML_OPEN_DEVICE);
    size_t resources;

    PUT(w, head);
    resources = aml_open_resources(w);
    aml_put_range(w, 8, AML_MEMORY_CONSUMED, config->ecam_base.value,
                  config->ecam_base.value + (acpi_tables_ecam_size(config) - 1));
    aml_close_resources(w, resources);
    aml_close(w, device);
}

uint64_t dsdt_put(struct acpi_writer *w, const struct acpi_tables_config *config)
{
    enum { REVISION_64_BIT_INTEGERS = 2 };

    static const uint8_t name[] = {NAME_SB};
    size_t table = acpi_writer_begin_table(w, "DSDT", REVISION_64_BIT_INTEGERS);
    size_t scope;

    PUT(w, soft_off);
    scope = aml_open(w, AML_OPEN_SCOPE);
    PUT(w, name);
    put_host_bridge(w, config);
    put_ecam_reservation(w, config);
    PUT(w, serial_port);
    if (config->clock == ACPI_TABLES_CMOS_CLOCK)
        PUT(w, clock);
    aml_close(w, scope);
    return acpi_writer_end_table(w, table);
}
