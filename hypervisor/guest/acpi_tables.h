/* SPDX-License-Identifier: MIT */
/*
 * The ACPI tables of one guest: a hardware-reduced machine with one PCI Express
 * host bridge, whose ports are hot-plugged natively, and one serial port.
 * ACPI 6.3, PCI Firmware 3.2.
 */
#ifndef HYPERVISOR_GUEST_ACPI_TABLES_H
#define HYPERVISOR_GUEST_ACPI_TABLES_H

#include <rootport/status.h>
#include <rootport/types.h>

/* The most that any valid configuration needs. */
#define ACPI_TABLES_SIZE_MAX 8192u

/* APIC IDs end at 254: 255 is the broadcast ID of an 8-bit destination. */
#define ACPI_TABLES_VCPU_MAX 255u

/*
 * What the guest writes to the sleep control register to power off: SLP_EN with
 * SLP_TYP (ACPI 6.3, 4.8.3.7). Other sleep types are not offered.
 */
#define ACPI_TABLES_SLEEP_TYPE    0x1cu
#define ACPI_TABLES_SLEEP_ENABLE  0x20u
#define ACPI_TABLES_SLEEP_TYPE_S5 5u

/* The serial port that the DSDT names: COM1, edge-triggered, active high. */
#define ACPI_TABLES_COM1_PORT 0x3f8u
#define ACPI_TABLES_COM1_GSI  4u

/* The CMOS clock's index; its data are at the next port. */
#define ACPI_TABLES_RTC_PORT 0x70u

/* The one I/O APIC, with ID 0: GSIs from 0 on. */
#define ACPI_TABLES_IOAPIC_ADDRESS 0xfec00000u

/* Where the guest reads the century from a CMOS clock, if it has one. */
#define ACPI_TABLES_CMOS_CENTURY 0x32u

/* Ports are devices 1, 2, ... of bus 0. */
#define ACPI_TABLES_PORT_MAX 31u

enum acpi_tables_clock {
    ACPI_TABLES_NO_CMOS_CLOCK = 0,
    ACPI_TABLES_CMOS_CLOCK, /* at ACPI_TABLES_RTC_PORT, no interrupt */
};

/* Addresses that the host bridge passes on to its devices; size 0 is none. */
struct acpi_tables_window {
    uint64_t base;
    uint64_t size;
};

struct acpi_tables_config {
    rp_gpa_t base;       /* of the tables; a multiple of 16 */
    unsigned vcpu_count; /* 1 to ACPI_TABLES_VCPU_MAX; vCPU i has UID and APIC ID i */

    uint16_t sleep_control_port; /* one byte each, none of them 0 */
    uint16_t sleep_status_port;
    uint16_t reset_port;
    uint8_t reset_value; /* to write to the reset port */
    enum acpi_tables_clock clock;

    rp_gpa_t ecam_base; /* of bus 0; a multiple of 1 MiB, not 0 */
    uint16_t segment;
    uint8_t last_bus; /* buses 0 to last_bus are behind the host bridge */
    unsigned port_count;
    uint8_t port_gsis[ACPI_TABLES_PORT_MAX]; /* where the pins behind a port lead */

    struct acpi_tables_window io;         /* within 64 KiB, without CF8 to CFF */
    struct acpi_tables_window memory;     /* within 4 GiB */
    struct acpi_tables_window prefetched; /* 64-bit and prefetchable, anywhere */
};

struct acpi_tables_image {
    rp_gpa_t rsdp; /* for the guest's start of day structure */
    size_t length; /* bytes written */
};

/* Bytes of the ECAM region. */
uint64_t acpi_tables_ecam_size(const struct acpi_tables_config *config);

/*
 * Writes the tables into @buf, of @capacity bytes, as they must appear at
 * config->base. ACPI_TABLES_SIZE_MAX bytes are always enough. The embedder also
 * has to reserve the ECAM region in the guest's memory map.
 *
 * RP_ERR_INVALID: a member of @config is outside its range, or ranges overlap each
 * other or the APICs, from 0xfec00000 to 0xfeffffff.
 * RP_ERR_NO_SPACE: @capacity is too small. On an error @out is not written.
 */
RP_MUST_CHECK enum rp_status acpi_tables_build(const struct acpi_tables_config *config,
                                               void *buf, size_t capacity,
                                               struct acpi_tables_image *out);

#endif
