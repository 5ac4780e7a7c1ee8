/* SPDX-License-Identifier: MIT */
/* libpci, with its messages as this program's. */
#include "tools/audit/libpci.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pci/pci.h>

#include "tools/command.h"

__attribute__((noreturn, format(printf, 1, 2))) static void fail(char *format, ...)
{
    va_list arguments;

    fputs("rootport audit: libpci: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(EXIT_TROUBLE);
}

/* What can't be read is the audit's to say, function by function. */
__attribute__((format(printf, 1, 2))) static void ignore(char *format, ...)
{
    (void)format;
}

struct pci_access *libpci_open(void)
{
    struct pci_access *access = pci_alloc();

    access->error = fail;
    access->warning = ignore;
    access->debug = ignore;
    return access;
}

void libpci_name(struct pci_access *access, struct machine_function *function,
                 uint16_t vendor_id, uint16_t device_id)
{
    char buffer[256];
    const char *name = pci_lookup_name(
        access, buffer, sizeof(buffer),
        PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE | PCI_LOOKUP_NO_HWDB, vendor_id, device_id);

    machine_set_name(function, name, strlen(name));
}
