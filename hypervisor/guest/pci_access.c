/* SPDX-License-Identifier: MIT */
/* A guest's accesses to configuration space and trapped pages, and what follows. */
#include <stddef.h>

#include <rootport/pci_regs.h>

#include "dev/console.h"
#include "guest/hw.h"
#include "guest/npt.h"
#include "guest/pci_internal.h"
#include "guest/sriov.h"
#include "guest/trapped.h"
#include "guest/vapic.h"
#include "lib/not_inline.h"
#include "machine.h"
#include "mm/pages.h"

static void map_or_stop(struct domain *domain, const struct rp_vpci_mapping *mapping,
                        enum npt_kind kind)
{
    if (npt_map(domain, mapping->gpa.value, mapping->hpa.value, mapping->size, kind))
        return;
    console_log("%s: no memory to map a BAR: the domain is stopped", domain->name);
    domain_stop(domain, DOMAIN_FAILED);
}

static bool is_among(const struct rp_vpci_mapping *mapping,
                     const struct rp_vpci_mapping *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].gpa.value == mapping->gpa.value &&
            list[i].hpa.value == mapping->hpa.value && list[i].size == mapping->size &&
            list[i].backing == mapping->backing)
            return true;
    return false;
}

/* ---- Where nothing is ------------------------------------------------------ */

static bool forget_ones(struct domain *domain, uint64_t *page)
{
    if (*page == 0)
        return false;
    (void)npt_map(domain, *page, 0, PAGE_SIZE, NPT_NOTHING);
    *page = 0;
    return true;
}

/* Before something is there. */
static void forget_all_ones(struct domain *domain, struct vcpu *self)
{
    bool is_changed = false;

    for (unsigned i = 0; i < PCI_ONES_COUNT; i++)
        is_changed |= forget_ones(domain, &domain->pci->ones[i]);
    if (is_changed)
        domain_flush(domain, self);
}

bool pci_map_ones(struct vcpu *vcpu, uint64_t gpa)
{
    struct domain *domain = vcpu->domain;
    struct guest_pci *pci = domain->pci;
    uint64_t page = gpa & ~(uint64_t)(PAGE_SIZE - 1);
    uint64_t *place, value;
    bool is_mapped;

    spin_lock(&pci->lock);
    is_mapped = npt_allows(domain, gpa, false);
    if (!is_mapped && !trapped_read(domain, gpa, 1, &value)) {
        place = &pci->ones[pci->next_ones++ % PCI_ONES_COUNT];
        if (forget_ones(domain, place))
            domain_flush(domain, vcpu);
        *place = page;
        is_mapped = npt_map(domain, page, (uint64_t)machine_ones_page(), PAGE_SIZE,
                            NPT_READ_ONLY);
    }
    spin_unlock(&pci->lock);
    return is_mapped;
}

/* ---- Where functions are --------------------------------------------------- */

void pci_update_mappings(struct guest_function *function, struct vcpu *self)
{
    struct domain *domain = function->domain;
    struct rp_vpci_mapping now[RP_VPCI_MAPPINGS_MAX];
    size_t count = rp_vpci_mappings(&function->state, now);
    bool is_removed = false;

    for (size_t i = 0; i < function->mapping_count; i++) {
        const struct rp_vpci_mapping *old = &function->mappings[i];

        if (old->backing == RP_VPCI_BACKING_DIRECT && !is_among(old, now, count)) {
            map_or_stop(domain, old, NPT_NOTHING);
            is_removed = true;
        }
    }
    if (is_removed)
        domain_flush(domain, self);
    if (count != 0)
        forget_all_ones(domain, self);
    for (size_t i = 0; i < count; i++)
        if (now[i].backing == RP_VPCI_BACKING_DIRECT &&
            !is_among(&now[i], function->mappings, function->mapping_count))
            map_or_stop(domain, &now[i],
                        now[i].bar == RP_VPCI_ROM ? NPT_READ_ONLY : NPT_DEVICE);
    for (size_t i = 0; i < count; i++)
        function->mappings[i] = now[i];
    function->mapping_count = count;
}

void pci_update_windows(struct guest_function *function)
{
    const struct rp_rootport *port = &function->domain->pci->rootports[function->port];
    struct rp_rootport_window windows[RP_VPCI_WINDOWS_MAX] = {
        [RP_VPCI_WINDOW_MEMORY] = rp_rootport_memory(port),
        [RP_VPCI_WINDOW_PREFETCHABLE] = rp_rootport_prefetchable(port),
        [RP_VPCI_WINDOW_IO] = rp_rootport_io(port),
    };

    if (pci_is_conventional(function)) {
        const struct rp_bridge *bridge =
            &function->domain->pci->ports[function->port].bridge;

        rp_bridge_narrow(bridge, &windows[RP_VPCI_WINDOW_MEMORY],
                         &windows[RP_VPCI_WINDOW_PREFETCHABLE]);
        windows[RP_VPCI_WINDOW_IO] = rp_bridge_io(bridge, windows[RP_VPCI_WINDOW_IO]);
    }
    for (unsigned i = 0; i < RP_VPCI_WINDOWS_MAX; i++) {
        const bool passes = i == RP_VPCI_WINDOW_IO ? rp_rootport_is_forwarding(port)
                                                   : rp_rootport_is_decoding_memory(port);

        rp_vpci_window_set(&function->state, i, (rp_gpa_t){windows[i].base},
                           passes ? windows[i].size : 0);
    }
}

void pci_close_windows(struct guest_function *function, struct vcpu *self)
{
    for (unsigned i = 0; i < RP_VPCI_WINDOWS_MAX; i++)
        rp_vpci_window_set(&function->state, i, (rp_gpa_t){0}, 0);
    pci_update_mappings(function, self);
}

bool pci_begin_reset(struct guest_function *function, struct vcpu *self)
{
    pci_close_windows(function, self);
    return function_begin_reset(function);
}

/* Whether the function answers now. Its BARs have their reset state: none is mapped. */
static bool is_answering(struct guest_function *function)
{
    if (function_is_answering(function))
        return true;
    if (!function_end_reset(function))
        return false;
    pci_update_windows(function);
    return true;
}

void pci_reset_bridge(struct guest_pci *pci, unsigned port, enum rp_bridge_setup setup)
{
    rp_bridge_reset(&pci->ports[port].bridge, &pci->port_images[pci->port_count + port],
                    &pci->rootports[port], setup);
}

static void reset_child(struct domain *domain, unsigned port, struct vcpu *self)
{
    struct rp_rootport_actions actions;
    struct rp_vpci_effects effects = {.what = RP_VPCI_EFFECT_FLR};
    struct guest_function *function = domain->pci->ports[port].function;

    if (function != NULL)
        sriov_follow(self, function, &effects);
    function = domain->pci->ports[port].function;
    if (function != NULL && effects.what != 0) {
        rp_vpci_expect_bus_reset(&function->view);
        if (!pci_begin_reset(function, self))
            console_log("%s: port %u: the function knows no reset: it isn't reset",
                        domain->name, port + 1);
    }
    if (rp_rootport_finish_reset(&domain->pci->rootports[port], &actions) != RP_OK)
        return; /* its bridge's */
    pci_reset_bridge(domain->pci, port, RP_BRIDGE_AFTER_RESET);
    actions.set |= RP_ROOTPORT_BUSES_CHANGED;
    pci_act(domain, port, self, &actions);
}

void pci_send_port_msi(struct domain *domain, const struct rp_rootport_actions *actions)
{
    struct vapic_message message =
        vapic_decode_msi(domain, actions->msi_address.value, actions->msi_data);

    if (actions->set & RP_ROOTPORT_SEND_MSI)
        vapic_send(domain, &message);
}

/* What the guest made of its child is there for the control domain to read. */
static void note_outcome(struct domain *domain, unsigned port,
                         enum rp_rootport_outcome outcome)
{
    struct guest_port *place = &domain->pci->ports[port];

    place->outcome = outcome;
    place->outcome_count++;
    console_log("%s: port %u: %s", domain->name, port + 1,
                rp_rootport_outcome_text(outcome));
}

/* The port may have let go already, or wait for that. */
static void finish_detach(struct domain *domain, unsigned port, struct vcpu *self)
{
    struct rp_rootport_actions actions;

    pci_detach_child(domain, port, self);
    if (rp_rootport_finish_detach(&domain->pci->rootports[port], &actions) == RP_OK)
        pci_act(domain, port, self, &actions);
}

void pci_act(struct domain *domain, unsigned port, struct vcpu *self,
             const struct rp_rootport_actions *actions)
{
    struct guest_function *function = domain->pci->ports[port].function;

    if (actions->set & RP_ROOTPORT_BUSES_CHANGED)
        rp_topology_update_buses(&domain->pci->topology);
    if (actions->set & (RP_ROOTPORT_BUSES_CHANGED | RP_ROOTPORT_FORWARDING_CHANGED))
        pci_update_traps(domain, self);
    if (function != NULL && function_is_answering(function) &&
        (actions->set & (RP_ROOTPORT_WINDOWS_CHANGED | RP_ROOTPORT_FORWARDING_CHANGED))) {
        pci_update_windows(function);
        pci_update_mappings(function, self);
    }
    if (actions->set & RP_ROOTPORT_REPORT)
        note_outcome(domain, port, actions->outcome);
    if (actions->set & RP_ROOTPORT_DETACH_CHILD)
        finish_detach(domain, port, self);
    if (actions->set & RP_ROOTPORT_RESET_CHILD)
        reset_child(domain, port, self);
    pci_send_port_msi(domain, actions);
}

void pci_apply_effects(struct guest_function *function, struct vcpu *self,
                       const struct rp_vpci_effects *effects)
{
    if (effects->what & RP_VPCI_EFFECT_FLR) {
        (void)pci_begin_reset(function, self);
        return;
    }
    if (effects->what & RP_VPCI_EFFECT_MAPPINGS)
        pci_update_mappings(function, self);
    if (effects->what & RP_VPCI_EFFECT_MSI)
        pci_route_msi(function);
    if (effects->what & RP_VPCI_EFFECT_MSIX)
        pci_route_all_msix(function);
    if (effects->what & RP_VPCI_EFFECT_MSIX_ENTRY)
        pci_route_msix(function, effects->msix_entry);
}

/* The function behind a target, while its port forwards that bus to it; else NULL. */
static struct guest_function *reachable(const struct guest_pci *pci, uint8_t bus,
                                        const struct rp_topology_target *target)
{
    return pci->ports[target->port].buses[PCI_PLACE_CHILD] == bus ? target->child : NULL;
}

/* Likewise of the bridge above it. */
static bool is_bridge_reachable(const struct guest_pci *pci, uint8_t bus,
                                const struct rp_topology_target *target)
{
    return pci->ports[target->port].buses[PCI_PLACE_BRIDGE] == bus;
}

/* Seldom, so the lock that ending a reset needs is only taken for one that goes on. */
static NOT_INLINE uint32_t read_after_reset(struct guest_pci *pci,
                                            struct guest_function *function,
                                            struct rp_access_piece piece)
{
    bool is_over;

    spin_lock(&pci->lock);
    is_over = pci->ports[function->port].function == function && is_answering(function);
    spin_unlock(&pci->lock);
    return is_over ? (uint32_t)rp_vpci_read(&function->view, piece.reg, piece.width)
                   : UINT32_MAX;
}

/* The virtual function of what is behind @place that is as far from it as @devfn. */
static const struct rp_function *find_vf(const struct guest_port *place, uint8_t devfn)
{
    const struct rp_scan *scan = machine_scan();
    const struct guest_function *pf = __atomic_load_n(&place->function, __ATOMIC_SEQ_CST);
    uint32_t index = RP_SCAN_NONE;

    if (pf != NULL) {
        sriov_look(pf->domain);
        index = rp_scan_find(scan, (rp_sbdf_t){pf->sbdf.value + devfn});
    }
    return index != RP_SCAN_NONE && scan->functions[index].pf != RP_SCAN_NONE &&
                   &scan->functions[scan->functions[index].pf] == pf->scanned
               ? &scan->functions[index]
               : NULL;
}

/*
 * A kernel that turns virtual functions on reads from them what they are, and fails if
 * nobody answers. So their owner finds them where they are by its own address, with the
 * part of the header that doesn't change, and nothing else: whoever looks for functions
 * finds none there, as their IDs are ones (PCI Express Base r5.0, 9.3.4.1).
 */
static NOT_INLINE uint32_t read_vf(const struct guest_pci *pci,
                                   struct rp_access_piece piece)
{
    const unsigned dword = piece.reg & ~3u;
    const struct rp_function *vf = NULL;
    uint32_t value = UINT32_MAX;

    for (unsigned i = 0; i < pci->port_count; i++)
        if (pci->ports[i].buses[PCI_PLACE_CHILD] == piece.bus)
            vf = find_vf(&pci->ports[i], piece.devfn);
    if (vf == NULL || dword == RP_PCI_VENDOR_ID)
        return UINT32_MAX;
    if (dword != RP_PCI_REVISION_ID && dword != RP_PCI_CACHE_LINE_SIZE &&
        dword != RP_PCI_SUBSYSTEM_VENDOR_ID)
        return 0;
    (void)rp_cfg_read32(machine_cfg(), vf->sbdf, (uint16_t)dword, &value);
    if (dword == RP_PCI_CACHE_LINE_SIZE)
        value &= 0xffu << 8 * (RP_PCI_HEADER_TYPE % 4);
    return value >> 8 * (piece.reg % 4);
}

static uint32_t read_piece(struct guest_pci *pci, struct rp_access_piece piece)
{
    struct rp_topology_target target =
        rp_topology_find(&pci->topology, piece.bus, piece.devfn);
    struct guest_function *function;

    switch (target.kind) {
    case RP_TOPOLOGY_HOST_BRIDGE:
        return rp_image_read(pci->host_bridge_image, piece.reg, piece.width);
    case RP_TOPOLOGY_PORT:
        return rp_rootport_read(&pci->rootports[target.port], piece.reg, piece.width);
    case RP_TOPOLOGY_BRIDGE:
        if (is_bridge_reachable(pci, piece.bus, &target))
            return rp_image_read(pci->ports[target.port].bridge.image, piece.reg,
                                 piece.width);
        break;
    case RP_TOPOLOGY_CHILD:
        function = reachable(pci, piece.bus, &target);
        if (function == NULL)
            break;
        if (!function_is_answering(function))
            return read_after_reset(pci, function, piece);
        return (uint32_t)rp_vpci_read(&function->view, piece.reg, piece.width);
    case RP_TOPOLOGY_ABSENT:
        return read_vf(pci, piece);
    }
    return UINT32_MAX;
}

static void write_piece(struct vcpu *vcpu, struct rp_access_piece piece, uint32_t value)
{
    struct domain *domain = vcpu->domain;
    struct guest_pci *pci = domain->pci;
    struct rp_topology_target target =
        rp_topology_find(&pci->topology, piece.bus, piece.devfn);
    struct rp_vpci_effects effects = {0};
    struct rp_rootport_actions actions;
    struct guest_function *function;

    switch (target.kind) {
    case RP_TOPOLOGY_HOST_BRIDGE:
        rp_topology_write_host_bridge(&pci->topology, piece.reg, piece.width, value);
        break;
    case RP_TOPOLOGY_PORT:
        rp_rootport_write(&pci->rootports[target.port], piece.reg, piece.width, value,
                          &actions);
        pci_act(domain, target.port, vcpu, &actions);
        break;
    case RP_TOPOLOGY_BRIDGE:
        if (!is_bridge_reachable(pci, piece.bus, &target))
            break;
        rp_bridge_write(&pci->ports[target.port].bridge, piece.reg, piece.width, value,
                        &actions);
        pci_act(domain, target.port, vcpu, &actions);
        break;
    case RP_TOPOLOGY_CHILD:
        function = reachable(pci, piece.bus, &target);
        if (function == NULL || !is_answering(function))
            break;
        rp_vpci_write(&function->view, piece.reg, piece.width, value, &effects);
        sriov_follow(vcpu, function, &effects);
        if (pci->ports[target.port].function == function)
            pci_apply_effects(function, vcpu, &effects);
        break;
    case RP_TOPOLOGY_ABSENT:
        break;
    }
}

static NOT_INLINE uint64_t read_pieces(struct guest_pci *pci,
                                       const struct rp_access *access)
{
    uint64_t value = UINT64_MAX;

    for (unsigned i = 0; i < access->count; i++)
        value =
            rp_access_merge(value, access->pieces[i], read_piece(pci, access->pieces[i]));
    return value;
}

uint64_t pci_access_read(struct domain *domain, const struct rp_access *access)
{
    const struct rp_access_piece first = access->pieces[0];

    /* The most frequent one; a narrower one may be a part of what was read. */
    if (access->count == 1 && first.width == 4 && first.position == 0)
        return ~(uint64_t)UINT32_MAX | read_piece(domain->pci, first);
    return read_pieces(domain->pci, access);
}

void pci_access_write(struct vcpu *vcpu, const struct rp_access *access, uint64_t value)
{
    struct guest_pci *pci = vcpu->domain->pci;

    spin_lock(&pci->lock);
    for (unsigned i = 0; i < access->count; i++)
        write_piece(vcpu, access->pieces[i], rp_access_part(value, access->pieces[i]));
    spin_unlock(&pci->lock);
}

uint64_t pci_ecam_read(struct domain *domain, uint64_t offset, unsigned width)
{
    struct rp_access access;

    if (rp_access_is_natural(offset, width))
        return read_piece(domain->pci, rp_access_natural(offset, width));
    access = rp_access_ecam(offset, width);
    return pci_access_read(domain, &access);
}

void pci_ecam_write(struct vcpu *vcpu, uint64_t offset, unsigned width, uint64_t value)
{
    struct rp_access access = rp_access_ecam(offset, width);

    pci_access_write(vcpu, &access, value);
}

/* Finds the machine's port for one of the guest's. */
static bool find_port(const struct guest_pci *pci, uint16_t port, unsigned width,
                      uint16_t *out_port)
{
    for (unsigned i = 0; i < pci->port_count; i++) {
        const struct guest_function *function =
            __atomic_load_n(&pci->ports[i].function, __ATOMIC_SEQ_CST);

        if (function != NULL && rp_vpci_port(&function->state, port, width, out_port))
            return true;
    }
    return false;
}

bool pci_io_read(struct vcpu *vcpu, uint16_t port, unsigned width, uint32_t *out_value)
{
    bool is_there = find_port(vcpu->domain->pci, port, width, &port);

    if (is_there)
        *out_value = rp_platform_io_read(machine_platform(), port, width);
    return is_there;
}

bool pci_io_write(struct vcpu *vcpu, uint16_t port, unsigned width, uint32_t value)
{
    bool is_there = find_port(vcpu->domain->pci, port, width, &port);

    if (is_there)
        rp_platform_io_write(machine_platform(), port, width, value);
    return is_there;
}
