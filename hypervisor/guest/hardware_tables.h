/* SPDX-License-Identifier: MIT */
/*
 * The ACPI tables of a domain that sees the machine itself: firmware's own, but for
 * those that the hypervisor keeps, and a MADT with the domain's CPUs. ACPI 6.3, 5.2.
 */
#ifndef HYPERVISOR_GUEST_HARDWARE_TABLES_H
#define HYPERVISOR_GUEST_HARDWARE_TABLES_H

#include <rootport/status.h>
#include <rootport/types.h>

#include "dev/acpi.h"

enum {
    HARDWARE_TABLES_MAX = 128, /* of firmware's own that are handed on */
    HARDWARE_TABLES_SIZE_MAX = 8192,
};

struct hardware_tables_config {
    rp_gpa_t base; /* where the domain will see them; a multiple of 16 */
    unsigned vcpu_count;
    uint32_t ioapic_address; /* of the one that the domain is given, from GSI 0 on */
    const struct acpi_madt *madt;
    const uint64_t *tables; /* host addresses of firmware's tables to hand on */
    size_t table_count;     /* up to HARDWARE_TABLES_MAX */
};

/*
 * Whether firmware's table with @signature, four characters, may be handed on. What
 * isn't known here isn't: IVRS, DMAR, HPET and MADT describe what the hypervisor
 * owns, and others may name devices that act beside the IOMMU.
 */
bool hardware_tables_may_show(const char signature[4]);

/*
 * Writes RSDP, XSDT and MADT into the @capacity bytes at @buffer, RSDP first.
 * HARDWARE_TABLES_SIZE_MAX are always enough for 255 CPUs. RP_ERR_NO_SPACE.
 */
RP_MUST_CHECK enum rp_status
hardware_tables_build(const struct hardware_tables_config *config, void *buffer,
                      size_t capacity);

#endif
