/* SPDX-License-Identifier: MIT */
/*
 * A guest's PCI Express: the core's topology, ports and views, brought together
 * with nested paging, the IOMMU and the guest's local APICs.
 */
#ifndef GUEST_PCI_H
#define GUEST_PCI_H

#include <stdbool.h>
#include <stdint.h>

#include <rootport/access.h>
#include <rootport/bridge.h>
#include <rootport/rootport.h>
#include <rootport/scan.h>
#include <rootport/status.h>
#include <rootport/topology.h>
#include <rootport/vpci.h>

#include "guest/acpi_tables.h"
#include "guest/domain.h"
#include "guest/function.h"

enum {
    /* An operand can lie across two pages, and each CPU may be at one. */
    PCI_ONES_COUNT = 2 * DOMAIN_VCPU_MAX,
};

struct launch_port;

/* What can be behind a port. */
enum pci_place {
    PCI_PLACE_BRIDGE = 0, /* read in its page, without an exit */
    PCI_PLACE_CHILD,      /* every access exits */
    PCI_PLACE_COUNT,
};

struct guest_port {
    const struct launch_port *config; /* of what is held */
    uint64_t memory_size;             /* as configured, 0: as needed */
    uint64_t prefetchable_size;
    /* As firmware sets them up, by enum rp_vpci_window_kind. */
    struct rp_rootport_window windows[RP_VPCI_WINDOWS_MAX];
    struct guest_function *function;  /* NULL: empty */
    struct guest_function *held;      /* to be plugged in when its condition is met */
    struct rp_bridge bridge;          /* above it, if it is a conventional one */
    uint8_t buses[PCI_PLACE_COUNT];   /* where the guest finds them now; 0: nowhere */
    bool has_vfs;                     /* all of the child's bus exits */
    uint8_t line;                     /* of its I/O APIC: where pins behind it lead */
    enum rp_rootport_outcome outcome; /* what the guest last made of a child */
    uint32_t outcome_count;
};

struct guest_pci {
    struct spinlock lock; /* around every change */
    bool is_held_awaited; /* the guest hasn't looked yet: held_await() */
    unsigned port_count;
    uint64_t ones[PCI_ONES_COUNT]; /* pages that read all ones for now; 0: none */
    unsigned next_ones;
    struct rp_image *host_bridge_image;
    struct rp_image *port_images; /* port_count of them, and then of their bridges */
    uint64_t next_memory;         /* where the next port's windows begin */
    uint64_t next_prefetchable;
    uint64_t next_io;
    struct rp_topology topology;
    struct guest_port ports[RP_TOPOLOGY_PORTS_MAX];
    struct rp_rootport rootports[RP_TOPOLOGY_PORTS_MAX];
};

/*
 * Makes @domain's host bridge and @port_count empty places for ports. NULL, or what
 * went wrong.
 */
const char *pci_init(struct domain *domain, unsigned port_count);

/*
 * Builds the ports, with windows for what they hold, and maps the guest's ECAM
 * region. NULL, or what went wrong.
 */
const char *pci_build(struct domain *domain);

/*
 * Puts the domain's PCI into the state in which firmware leaves it for an OS, before
 * each start of the guest: functions that it has are placed, ports are reset.
 */
void pci_start(struct domain *domain);

/*
 * Plugs a function that is ready into an empty port: the guest finds it when it
 * scans, or hears of it by hotplug. Needs the machine's lock. NULL, or why not.
 */
const char *pci_plug(struct domain *domain, unsigned port,
                     struct guest_function *function);

/*
 * Lets a function's port receive messages about those of its errors that the guest wants
 * to hear of. Needs the machine's lock.
 */
void pci_report_errors(struct guest_function *function);

/* How a function is to leave its port. */
enum pci_unplug {
    PCI_UNPLUG_ASK = 0, /* by the attention button: the guest decides */
    PCI_UNPLUG_CANCEL,  /* takes that back, while it is not too late */
    PCI_UNPLUG_FORCE,   /* at once: the guest finds it gone */
};

/* As rp_rootport_unplug(), rp_rootport_cancel_unplug() or rp_rootport_unplug_now(). */
enum rp_status pci_unplug(struct domain *domain, unsigned port, enum pci_unplug how);

/*
 * Resets every function of a domain whose CPUs have stopped, with its DMA and
 * interrupts blocked meanwhile. The caller does not hold the machine's lock.
 */
void pci_reset_functions(struct domain *domain);

/*
 * Puts every function of a domain whose CPUs have stopped back into quarantine, and
 * gives back what pci_init() and pci_build() took. Likewise without the lock.
 */
void pci_release(struct domain *domain);

/* What the guest's host bridge passes on. */
struct acpi_tables_window pci_memory_window(void);
struct acpi_tables_window pci_prefetchable_window(void);
struct acpi_tables_window pci_io_window(void);

/* Configuration space, from bus 0 on. */
uint64_t pci_access_read(struct domain *domain, const struct rp_access *access);
void pci_access_write(struct vcpu *vcpu, const struct rp_access *access, uint64_t value);

/* The ECAM region; @width is 1, 2, 4 or 8, with any alignment. */
uint64_t pci_ecam_read(struct domain *domain, uint64_t offset, unsigned width);
void pci_ecam_write(struct vcpu *vcpu, uint64_t offset, unsigned width, uint64_t value);

/* Ports of I/O BARs, at the machine's own; false if @port is in none. */
bool pci_io_read(struct vcpu *vcpu, uint16_t port, unsigned width, uint32_t *out_value);
bool pci_io_write(struct vcpu *vcpu, uint16_t port, unsigned width, uint32_t value);

/*
 * Lets the CPU read all ones in the page of @gpa, for as long as it needs for one
 * instruction at least. False if a function of the domain's answers there.
 */
bool pci_map_ones(struct vcpu *vcpu, uint64_t gpa);

#endif
