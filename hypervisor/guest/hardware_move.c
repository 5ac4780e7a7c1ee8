/* SPDX-License-Identifier: MIT */
/*
 * BARs and bridges' windows that a domain which sees the machine itself moves: in
 * hardware, where nothing else is in the way.
 */
#include <stddef.h>

#include <rootport/pci_regs.h>

#include "bars.h"
#include "guest/errors.h"
#include "guest/hardware_internal.h"
#include "guest/npt.h"
#include "guest/pci_internal.h"
#include "guest/sriov.h"
#include "machine.h"
#include "mm/pages.h"

/*
 * A bridge may be opened further; closing it would cut off what is behind it. ARI
 * forwarding reaches the functions from 8 on, as virtual ones are: 7.5.3.16.
 */
#define BRIDGE_COMMAND_MAY_SET                                                           \
    (RP_PCI_COMMAND_IO | RP_PCI_COMMAND_MEMORY | RP_PCI_COMMAND_BUS_MASTER)

/* The base of a window, of memory or of I/O, above its limit, which is 0. */
#define WINDOW_CLOSED 0x000000f0u

/*
 * Nothing of what the domain may have been looking at stays mapped: pages that are to
 * be trapped are among it.
 */
static bool unmap(struct domain *domain, const struct rp_vpci_bar *bar, struct vcpu *self)
{
    uint64_t first = bar->address & ~(uint64_t)(PAGE_SIZE - 1);
    uint64_t end =
        (bar->address + bar->size + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
    bool is_done = npt_map(domain, first, 0, end - first, NPT_NOTHING);

    domain_flush(domain, self);
    return is_done;
}

static void move(struct hardware_function *mine, unsigned index, struct vcpu *self)
{
    struct rp_vpci_state *state = &mine->base.state;
    const struct rp_vpci_bar *bar = rp_vpci_range(state, index);
    struct domain *domain = mine->base.domain;

    /* The table takes the range of its virtual functions for its own as well. */
    if (sriov_is_on(&mine->base) || !bars_move(mine->base.scanned, bar))
        domain_log_refused(domain, "a BAR at", bar->address, true);
    else if ((bar->kind != RP_VPCI_BAR_IO && !unmap(domain, bar, self)) ||
             rp_vpci_range_move(state, index) != RP_OK)
        domain_stop(domain, DOMAIN_FAILED);
}

void hardware_move_bars(struct hardware_function *mine, struct vcpu *self)
{
    for (unsigned i = 0; i < RP_VPCI_RANGES_MAX; i++)
        if (rp_vpci_range_is_moving(&mine->base.state, i))
            move(mine, i, self);
}

/* Whether all behind a bridge is the domain's, or there is nothing. */
static bool has_all_behind(const struct domain *domain, uint32_t bridge)
{
    const struct rp_scan *scan = machine_scan();

    for (uint32_t i = 0; i < scan->count; i++)
        if (scan->functions[i].is_present &&
            scan->functions[i].bridge == RP_SCAN_NO_BRIDGE &&
            domain->hardware->functions[i] == NULL && rp_space_is_behind(scan, i, bridge))
            return false;
    return true;
}

/*
 * What of the 16 bits at @reg of a bridge the domain may turn on. With ARI forwarding, a
 * function that knows nothing of ARI answers, and sends, as any device of its bus.
 */
static uint32_t may_set(const struct rp_function *bridge, uint16_t reg, bool is_own)
{
    if (reg == RP_PCI_COMMAND)
        return BRIDGE_COMMAND_MAY_SET;
    return is_own && bridge->pcie_cap != 0 &&
                   reg == bridge->pcie_cap + RP_PCI_PCIE_DEVICE_CONTROL2
               ? RP_PCI_PCIE_DEVICE_CONTROL2_ARI_FORWARDING
               : 0;
}

/* Closes the windows that are still open at 0, as all are after a reset. */
static void close_unset(rp_sbdf_t bridge)
{
    static const uint8_t regs[] = {[RP_SPACE_MEMORY] = RP_PCI_MEMORY_BASE,
                                   [RP_SPACE_PREFETCHABLE] = RP_PCI_PREFETCHABLE_BASE,
                                   [RP_SPACE_IO] = RP_PCI_IO_BASE};

    for (enum rp_space_kind kind = RP_SPACE_MEMORY; kind <= RP_SPACE_IO; kind++)
        if (rp_space_window(machine_cfg(), bridge, kind).base == 0)
            (void)rp_cfg_write32(machine_cfg(), bridge, regs[kind], WINDOW_CLOSED);
}

static void turn_on(rp_sbdf_t bridge, uint16_t reg, uint32_t bits)
{
    uint16_t old;

    (void)rp_cfg_read16(machine_cfg(), bridge, reg, &old);
    if (bits & ~(uint32_t)old & (RP_PCI_COMMAND_IO | RP_PCI_COMMAND_MEMORY))
        close_unset(bridge);
    (void)rp_cfg_write16(machine_cfg(), bridge, reg, (uint16_t)(old | bits));
}

/* The rest of a bridge is dropped without a word: every kernel tries to size its BARs. */
void hardware_write_bridge(struct domain *domain, uint32_t index, uint16_t reg,
                           unsigned width, uint32_t value)
{
    const struct rp_function *bridge = &machine_scan()->functions[index];
    const bool is_own = has_all_behind(domain, index);
    const uint32_t bits = value & may_set(bridge, reg, is_own);
    struct rp_rootport_actions actions;
    struct rp_rootport *port;

    if (domain->hardware->is_observer || bridge->header_type != RP_PCI_LAYOUT_BRIDGE)
        return;
    port = errors_stand_in(bridge, &reg);
    if (port != NULL) {
        machine_lock(); /* all of these are capabilities', behind 0x40 */
        rp_rootport_write(port, reg, width, value, &actions);
        pci_send_port_msi(domain, &actions);
        machine_unlock();
    } else if (bits != 0 && width >= 2)
        turn_on(bridge->sbdf, reg, bits);
    else if (reg < RP_PCI_CAPABILITIES_BASE && is_own &&
             rp_space_write_window(bars_space(), index, reg, width, value) ==
                 RP_SPACE_WRITE_REFUSED)
        domain_log_refused(domain, "a window of the bridge with ID", bridge->sbdf.value,
                           true);
}
