/* SPDX-License-Identifier: MIT */
/* The functions of the running machine, by libpci. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pci/pci.h>

#include "tools/audit/files.h"
#include "tools/audit/libpci.h"
#include "tools/audit/live.h"
#include "tools/audit/text.h"
#include "tools/audit/words.h"

/* The size that the kernel gives the function's file of registers. */
static uint16_t kernel_size(const char *root, const char *sbdf)
{
    char path[FILES_PATH_SIZE];
    struct stat facts;

    if (!files_path(path, root, "/sys/bus/pci/devices/%s/config", sbdf) ||
        stat(path, &facts) != 0)
        return 0;
    if (facts.st_size == RP_CFG_SIZE_CONVENTIONAL)
        return RP_CFG_SIZE_CONVENTIONAL;
    return facts.st_size == RP_CFG_SIZE_EXTENDED ? RP_CFG_SIZE_EXTENDED : 0;
}

/* Reads in the steps in which the kernel allows more; returns what there is. */
static uint16_t read_registers(struct pci_dev *device, uint16_t size,
                               unsigned char bytes[RP_CFG_SIZE_EXTENDED])
{
    static const uint16_t steps[] = {MACHINE_HEADER_SIZE, RP_CFG_SIZE_CONVENTIONAL,
                                     RP_CFG_SIZE_EXTENDED};
    uint16_t done = 0;

    for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        if (steps[i] > RP_CFG_SIZE_CONVENTIONAL && size < steps[i])
            break;
        if (!pci_read_block(device, done, bytes + done, steps[i] - done))
            break;
        done = steps[i];
    }
    return done;
}

/* The link to the physical function, which virtual ones have. */
static void read_physical(const char *root, const char *sbdf,
                          struct machine_function *function)
{
    char path[FILES_PATH_SIZE];
    char target[PATH_MAX];
    const char *name;
    struct span span;
    ssize_t length;

    if (!files_path(path, root, "/sys/bus/pci/devices/%s/physfn", sbdf))
        return;
    length = readlink(path, target, sizeof(target) - 1);
    if (length < 0)
        return;
    target[length] = '\0';
    name = strrchr(target, '/');
    span.at = name ? name + 1 : target;
    span.length = strlen(span.at);
    function->is_virtual = span_sbdf(span, &function->physical);
}

static void add_device(const char *root, struct pci_dev *device, struct machine *machine)
{
    unsigned char bytes[RP_CFG_SIZE_EXTENDED];
    struct machine_function *function;
    struct words_sbdf words;
    rp_sbdf_t sbdf;
    uint16_t size;
    uint16_t readable;

    if (device->domain < 0 || device->domain > UINT16_MAX) {
        machine->unaddressable_count++;
        return;
    }
    sbdf = rp_sbdf((uint16_t)device->domain, device->bus, device->dev, device->func);
    words = words_sbdf(sbdf);
    size = kernel_size(root, words.text);
    readable = read_registers(device, size, bytes);
    function = machine_add(machine, sbdf, readable);
    if (!function)
        return;
    memcpy(function->config, bytes, readable);
    function->kernel_size = size;
    read_physical(root, words.text, function);
    /* The kernel's IDs: the registers of a virtual function don't tell its own. */
    pci_fill_info(device, PCI_FILL_IDENT);
    libpci_name(device->access, function, device->vendor_id, device->device_id);
}

/* libpci ends the program where this is not there, so ask first. */
static bool has_bus(const char *root, char path[FILES_PATH_SIZE])
{
    DIR *folder;

    if (!files_path(path, root, "/sys/bus/pci/devices"))
        return false;
    folder = opendir(path);
    if (!folder) {
        fprintf(stderr, "rootport audit: %s: %s\n", path, strerror(errno));
        return false;
    }
    closedir(folder);
    if (!files_path(path, root, "/sys/bus/pci"))
        return false;
    return true;
}

bool live_read_functions(const char *root, struct machine *machine)
{
    char path[FILES_PATH_SIZE];
    static char sysfs_path[] = "sysfs.path";
    struct pci_access *access;

    if (!has_bus(root, path))
        return false;
    access = libpci_open();
    access->method = PCI_ACCESS_SYS_BUS_PCI;
    pci_set_param(access, sysfs_path, path);
    pci_init(access);
    pci_scan_bus(access);
    for (struct pci_dev *device = access->devices; device; device = device->next)
        add_device(root, device, machine);
    pci_cleanup(access);
    return true;
}
