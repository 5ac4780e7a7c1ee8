/* SPDX-License-Identifier: MIT */
/* Functions come to a domain's ports, and leave them. */
#include <stddef.h>

#include <rootport/cap.h>
#include <rootport/pci_regs.h>

#include "dev/console.h"
#include "guest/held.h"
#include "guest/npt.h"
#include "guest/pci_internal.h"
#include "machine.h"

/*
 * The link as the function itself reports it, of a virtual one its physical one;
 * zeros become the slowest there is.
 */
static struct rp_rootport_link link_of(const struct guest_function *function)
{
    struct rp_rootport_link link = {0, 0};
    rp_sbdf_t sbdf = machine_physical(function->scanned);
    uint16_t status;
    uint16_t cap = rp_cap_find(machine_cfg(), sbdf, RP_PCI_CAP_ID_PCIE);

    if (cap != 0 &&
        rp_cfg_read16(machine_cfg(), sbdf, (uint16_t)(cap + RP_PCI_PCIE_LINK_STATUS),
                      &status) == RP_OK) {
        link.speed = (uint8_t)rp_field_get(RP_PCI_PCIE_LINK_STATUS_SPEED, status);
        link.width = (uint8_t)rp_field_get(RP_PCI_PCIE_LINK_STATUS_WIDTH, status);
    }
    return link;
}

static const char *plug(struct domain *domain, unsigned port,
                        struct guest_function *function)
{
    struct guest_pci *pci = domain->pci;
    struct rp_rootport_actions actions;
    const char *problem;

    if (pci->ports[port].function != NULL ||
        rp_rootport_state(&pci->rootports[port]) != RP_ROOTPORT_EMPTY)
        return "its port has a function";
    if (!pci_fits(domain, port, function) &&
        !(rp_vpci_range_forget(&function->state, RP_VPCI_ROM) &&
          pci_fits(domain, port, function)))
        return "its port's windows are too small for its BARs: raise memory-window or "
               "prefetchable-window";
    pci_set_room(domain, port, function);
    problem = function_give(function, domain, port);
    if (problem != NULL)
        return problem;
    pci_reset_bridge(pci, port, RP_BRIDGE_AFTER_RESET);
    if ((pci_is_conventional(function) &&
         rp_topology_attach_bridge(&pci->topology, port, &pci->ports[port].bridge) !=
             RP_OK) ||
        rp_topology_attach(&pci->topology, port, 0, function) != RP_OK ||
        rp_rootport_plug(&pci->rootports[port], link_of(function), &actions) != RP_OK) {
        rp_topology_detach(&pci->topology, port);
        function_take_back(function, FUNCTION_LEAVE);
        return "its port refuses the function";
    }
    pci->ports[port].has_vfs = function->state.sriov.offset != 0;
    pci->ports[port].function = function;
    if (pci->ports[port].held == function)
        pci->ports[port].held = NULL;
    pci_update_windows(function);
    pci_act(domain, port, NULL, &actions);
    return NULL;
}

const char *pci_plug(struct domain *domain, unsigned port,
                     struct guest_function *function)
{
    const char *problem;

    spin_lock(&domain->pci->lock);
    problem = plug(domain, port, function);
    spin_unlock(&domain->pci->lock);
    return problem;
}

enum rp_status pci_unplug(struct domain *domain, unsigned port, enum pci_unplug how)
{
    struct rp_rootport *rootport = &domain->pci->rootports[port];
    struct rp_rootport_actions actions = {.set = 0};
    enum rp_status status = RP_ERR_INVALID;

    spin_lock(&domain->pci->lock);
    switch (how) {
    case PCI_UNPLUG_ASK:
        status = rp_rootport_unplug(rootport, &actions);
        break;
    case PCI_UNPLUG_CANCEL:
        status = rp_rootport_cancel_unplug(rootport, &actions);
        break;
    case PCI_UNPLUG_FORCE:
        status = rp_rootport_unplug_now(rootport, &actions);
        break;
    }
    pci_act(domain, port, NULL, &actions);
    spin_unlock(&domain->pci->lock);
    return status;
}

void pci_detach_child(struct domain *domain, unsigned port, struct vcpu *self)
{
    struct guest_pci *pci = domain->pci;
    struct guest_function *function = pci->ports[port].function;

    if (function == NULL)
        return;
    rp_topology_detach(&pci->topology, port);
    __atomic_store_n(&pci->ports[port].function, NULL, __ATOMIC_SEQ_CST);
    pci_update_traps(domain, self);
    pci_close_windows(function, self);
    function_take_back(function, FUNCTION_LEAVE);
}

/* ---- All functions of a domain whose CPUs have stopped --------------------- */

static void give_again(struct domain *domain, unsigned port)
{
    struct guest_function *function = domain->pci->ports[port].function;
    struct rp_rootport_actions actions;
    const char *problem;

    function_wait(function);
    machine_lock();
    pci_set_room(domain, port, function);
    problem = function_give(function, domain, port);
    machine_unlock();
    if (problem == NULL)
        return;
    console_log("%s: port %u: its function is lost: %s", domain->name, port + 1, problem);
    rp_topology_detach(&domain->pci->topology, port);
    domain->pci->ports[port].function = NULL;
    if (rp_rootport_unplug_now(&domain->pci->rootports[port], &actions) == RP_OK)
        pci_update_traps(domain, NULL);
}

void pci_reset_functions(struct domain *domain)
{
    struct guest_pci *pci = domain->pci;

    /* All at once: their resets take the same 100 ms. */
    for (unsigned i = 0; i < pci->port_count; i++) {
        struct guest_function *function = pci->ports[i].function;

        if (function == NULL)
            continue;
        pci_close_windows(function, NULL);
        if (function_remove_vfs(function))
            function_take_back(function, FUNCTION_KEEP);
        else
            (void)function_reset(function); /* of what the guest sees */
    }
    for (unsigned i = 0; i < pci->port_count; i++)
        if (pci->ports[i].function != NULL && !function_is_given(pci->ports[i].function))
            give_again(domain, i);
}

static void let_go(struct domain *domain, unsigned port)
{
    struct guest_port *place = &domain->pci->ports[port];

    if (place->function != NULL)
        pci_detach_child(domain, port, NULL);
    machine_lock();
    if (place->held != NULL)
        held_give_up(place->held);
    machine_unlock();
}

void pci_let_go(struct domain *domain)
{
    bool is_waiting;

    for (unsigned i = 0; i < domain->pci->port_count; i++)
        let_go(domain, i);
    do { /* a function keeps its last domain's record until its reset is over */
        machine_lock();
        function_settle_all();
        is_waiting = function_is_of(domain);
        machine_unlock();
    } while (is_waiting);
}
