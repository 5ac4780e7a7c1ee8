/* SPDX-License-Identifier: MIT */
/* Shared by guest/pci*.c. All but the reads need the domain's PCI lock. */
#ifndef GUEST_PCI_INTERNAL_H
#define GUEST_PCI_INTERNAL_H

#include "guest/pci.h"

/* Lets accesses to children exit where the guest now has them, and only there. */
void pci_update_traps(struct domain *domain, struct vcpu *self);

/* Brings the nested table in line with what the function's BARs now decode. */
void pci_update_mappings(struct guest_function *function, struct vcpu *self);

/* Whether a bridge to conventional PCI is between the function and its port. */
static inline bool pci_is_conventional(const struct guest_function *function)
{
    return function->scanned->pcie_cap == 0;
}

/* Resets the bridge of a port, whether or not there is one. */
void pci_reset_bridge(struct guest_pci *pci, unsigned port, enum rp_bridge_setup setup);

/* Tells the function's state which windows its port passes on. */
void pci_update_windows(struct guest_function *function);

/* Nothing reaches the function from here on, until its windows are brought up to date. */
void pci_close_windows(struct guest_function *function, struct vcpu *self);

/* Carries out what a port asks for. */
void pci_act(struct domain *domain, unsigned port, struct vcpu *self,
             const struct rp_rootport_actions *actions);

/* Likewise, the message alone. */
void pci_send_port_msi(struct domain *domain, const struct rp_rootport_actions *actions);

/*
 * Nobody waits for a reset with the lock held: from here on the function answers
 * nobody and is nowhere mapped, and who asks after its time ends it. False when none
 * is known.
 */
bool pci_begin_reset(struct guest_function *function, struct vcpu *self);

/* Carries out what a write to a function changed. */
void pci_apply_effects(struct guest_function *function, struct vcpu *self,
                       const struct rp_vpci_effects *effects);

/* Routes the function's interrupts as the guest has set them up (pci_interrupt.c). */
void pci_route_msi(struct guest_function *function);
void pci_route_msix(struct guest_function *function, unsigned index);
void pci_route_all_msix(struct guest_function *function);

/* Takes the child of @port out of the topology, unmaps it and takes it back. */
void pci_detach_child(struct domain *domain, unsigned port, struct vcpu *self);

/* Whether the BARs fit into the port's windows. */
bool pci_fits(const struct domain *domain, unsigned port,
              const struct guest_function *function);

/* Lets the guest resize BARs as far as the machine and the port's windows have room. */
void pci_set_room(const struct domain *domain, unsigned port,
                  struct guest_function *function);

/* Takes every function away, held ones too, and waits until all are reset. */
void pci_let_go(struct domain *domain);

/* Places the function's BARs in its port's windows, as firmware would. */
void pci_place_bars(struct guest_function *function);

#endif
