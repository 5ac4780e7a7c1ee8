/* SPDX-License-Identifier: MIT */
/* libpci, with its messages as this program's. */
#ifndef TOOLS_AUDIT_LIBPCI_H
#define TOOLS_AUDIT_LIBPCI_H

#include "tools/audit/machine.h"

struct pci_access;

/* pci_alloc(); ends with pci_cleanup(). An error of libpci's ends the program. */
struct pci_access *libpci_open(void);

/* Gives @function the name of that vendor and device in the system's database. */
void libpci_name(struct pci_access *access, struct machine_function *function,
                 uint16_t vendor_id, uint16_t device_id);

#endif
