/* SPDX-License-Identifier: MIT */
/* Shared by guest/hardware*.c. */
#ifndef GUEST_HARDWARE_INTERNAL_H
#define GUEST_HARDWARE_INTERNAL_H

#include <rootport/access.h>

#include "guest/hardware.h"
#include "guest/pci.h"

/* A function that the domain has. Of two views, readers use the one @view names. */
struct hardware_function {
    struct guest_function base;
    struct rp_vpci_view other_view;
    struct rp_vpci_view *view; /* atomic */
    struct hardware_function *next_retired;
};

struct hardware {
    const struct boot_info *boot;
    const struct acpi_tables *acpi;
    bool is_observer;     /* the firmware domain: it changes nothing */
    struct spinlock lock; /* around every change of the functions' registers */
    struct rp_cf8 cf8;
    uint32_t noted_count;
    size_t capacity;                          /* of functions */
    struct hardware_function **functions;     /* by their place in the machine's table */
    struct hardware_function *retired;        /* records whose functions are gone */
    uint64_t retired_epochs[DOMAIN_VCPU_MAX]; /* when something last went out of use */
    uint32_t noted_ports[65536 / 32];         /* of an observer: ports that it has read */
};

/* Lets its BARs be where they are: no port's window stands above them. */
void hardware_open_windows(struct hardware_function *mine);

/* Configuration space of any function of the machine, as the domain sees it. */
uint32_t hardware_cfg_read(struct domain *domain, rp_sbdf_t sbdf, uint16_t reg,
                           unsigned width);
void hardware_cfg_write(struct vcpu *vcpu, rp_sbdf_t sbdf, uint16_t reg, unsigned width,
                        uint32_t value);

#endif
