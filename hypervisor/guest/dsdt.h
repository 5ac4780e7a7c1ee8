/* SPDX-License-Identifier: MIT */
/* The namespace of a guest, with its PCI host bridge (ACPI 6.3, PCI Firmware 3.2). */
#ifndef HYPERVISOR_GUEST_DSDT_H
#define HYPERVISOR_GUEST_DSDT_H

#include "guest/acpi_tables.h"
#include "guest/acpi_writer.h"

/* Puts a DSDT for @config, which acpi_tables.c has checked; returns its address. */
uint64_t dsdt_put(struct acpi_writer *w, const struct acpi_tables_config *config);

#endif
