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
#include <rootport/rootport.h>
#include <rootport/scan.h>
#include <rootport/status.h>
#include <rootport/topology.h>
#include <rootport/vpci.h>

#include "guest/acpi_tables.h"
#include "guest/domain.h"

/* A function of the machine's that a domain has, behind one of its ports. */
struct guest_function {
    struct domain *domain;
    unsigned port;
    rp_sbdf_t sbdf;
    struct rp_vpci_state state;
    struct rp_vpci_view view;
    struct rp_vpci_msix_entry msix_entries[RP_VPCI_MSIX_ENTRIES_MAX];
    size_t mapping_count; /* as the nested table has them now */
    struct rp_vpci_mapping mappings[RP_VPCI_MAPPINGS_MAX];
};

struct guest_port {
    uint64_t memory_size; /* as configured, 0: as needed */
    uint64_t prefetchable_size;
    struct guest_function *function; /* NULL: empty */
    uint8_t trapped_bus;             /* where accesses to the child exit; 0: nowhere */
};

struct guest_pci {
    struct spinlock lock; /* around every change */
    struct rp_topology topology;
    struct rp_cf8 cf8;
    unsigned port_count;
    struct guest_port ports[RP_TOPOLOGY_PORTS_MAX];
    struct rp_rootport rootports[RP_TOPOLOGY_PORTS_MAX];
    struct rp_image *host_bridge_image;
    struct rp_image *port_images; /* port_count of them */
    uint64_t next_memory;         /* where the next port's windows begin */
    uint64_t next_prefetchable;
};

/*
 * Makes @domain's host bridge and @port_count empty places for ports. NULL, or what
 * went wrong.
 */
const char *pci_init(struct domain *domain, unsigned port_count);

/*
 * Takes a function out of quarantine for port @port, resets it and learns what it
 * is. Before pci_start(). NULL, or why not; the function is then in quarantine.
 */
const char *pci_assign(struct domain *domain, unsigned port,
                       const struct rp_function *function);

/*
 * Builds the ports around what was assigned, as firmware would leave them, and
 * maps the guest's ECAM region. NULL, or what went wrong.
 */
const char *pci_start(struct domain *domain);

/* Puts every function of @domain back into quarantine, for good. */
void pci_release(struct domain *domain);

/* What the guest's host bridge passes on. */
struct acpi_tables_window pci_memory_window(void);
struct acpi_tables_window pci_prefetchable_window(void);

/* Ports 0xcf8 to 0xcff; @width is 1, 2 or 4. */
uint32_t pci_port_read(struct vcpu *vcpu, uint16_t port, unsigned width);
void pci_port_write(struct vcpu *vcpu, uint16_t port, unsigned width, uint32_t value);

/* The ECAM region; @width is 1, 2, 4 or 8, with any alignment. */
uint64_t pci_ecam_read(struct domain *domain, uint64_t offset, unsigned width);
void pci_ecam_write(struct vcpu *vcpu, uint64_t offset, unsigned width, uint64_t value);

/* Trapped pages of BARs; false if @gpa is in none. */
bool pci_mmio_read(struct domain *domain, uint64_t gpa, unsigned width,
                   uint64_t *out_value);
bool pci_mmio_write(struct vcpu *vcpu, uint64_t gpa, unsigned width, uint64_t value);

#endif
