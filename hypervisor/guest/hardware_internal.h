/* SPDX-License-Identifier: MIT */
/* Shared by guest/hardware*.c. */
#ifndef GUEST_HARDWARE_INTERNAL_H
#define GUEST_HARDWARE_INTERNAL_H

#include "guest/hardware.h"
#include "guest/pci.h"

/* Above, nothing is the domain's: the width that page tables can hold. */
#define HARDWARE_ADDRESS_END 0x800000000000ull

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
    bool is_observer; /* the firmware domain: it changes nothing */
    /* Around every change of the functions' registers, and of what is mapped. */
    struct spinlock lock;
    uint32_t noted_count;
    size_t capacity;                          /* of functions */
    struct hardware_function **functions;     /* by their place in the machine's table */
    struct hardware_function *retired;        /* records whose functions are gone */
    uint64_t retired_epochs[DOMAIN_VCPU_MAX]; /* when something last went out of use */
    uint32_t noted_ports[65536 / 32];         /* of an observer: ports that it has read */
};

/* Lets its BARs be where they are: no port's window stands above them. */
void hardware_open_windows(struct hardware_function *mine);

/*
 * Moves in hardware what the domain has moved of a function's BARs, as far as there is
 * nothing else. Needs the machine's lock and hardware->lock.
 */
void hardware_move_bars(struct hardware_function *mine, struct vcpu *self);

/* A write to what reads through. Needs the machine's lock below 0x40, and takes it above.
 */
void hardware_write_bridge(struct domain *domain, uint32_t index, uint16_t reg,
                           unsigned width, uint32_t value);

/* Configuration space of any function of the machine, as the domain sees it. */
uint32_t hardware_cfg_read(struct domain *domain, rp_sbdf_t sbdf, uint16_t reg,
                           unsigned width);
void hardware_cfg_write(struct vcpu *vcpu, rp_sbdf_t sbdf, uint16_t reg, unsigned width,
                        uint32_t value);

#endif
