/* SPDX-License-Identifier: MIT */
/*
 * Virtual functions of what the hardware domain has: they come and go with what it
 * writes to SR-IOV Control, as long as nobody else is harmed.
 *
 * PCI Express Base r5.0, 9.3.3.
 */
#include <stddef.h>

#include "bars.h"
#include "cpu/clock.h"
#include "domains.h"
#include "guest/hardware_internal.h"
#include "guest/held.h"
#include "guest/npt.h"
#include "guest/pci_internal.h"
#include "machine.h"

enum {
    VF_WAIT_US = 100000, /* after VF Enable is set, and for an FLR: 9.3.3.3.1, 6.6.2 */
};

static bool is_on(const struct hardware_function *mine)
{
    return mine != NULL && rp_vpci_sriov_is_on(mine->base.state.sriov.control);
}

/* ---- Off -------------------------------------------------------------------- */

/* What is held or asked for can be given up; what is given, or in a reset, can't. */
static bool are_elsewhere(uint32_t pf)
{
    const struct rp_scan *scan = machine_scan();

    for (uint32_t i = pf; (i = machine_next_vf(pf, i)) != RP_SCAN_NONE; i++) {
        struct guest_function *function = function_find(scan->functions[i].sbdf);

        if (function == NULL || function_is_ready(function))
            continue;
        function_log(function->scanned, "in use: its physical function stays as it is");
        return true;
    }
    return false;
}

static void remove_vf(struct domain *domain, uint32_t index, struct vcpu *self)
{
    struct rp_scan *scan = machine_scan();
    struct guest_function *function = function_find(scan->functions[index].sbdf);

    if (function != NULL)
        held_give_up(function);
    hardware_abandon(domain, index, self);
    rp_scan_remove(scan, index);
}

static bool remove_vfs(struct domain *domain, uint32_t pf, struct vcpu *self)
{
    if (!is_on(domain->hardware->functions[pf]))
        return true;
    if (are_elsewhere(pf))
        return false;
    for (uint32_t i = pf; (i = machine_next_vf(pf, i)) != RP_SCAN_NONE;)
        remove_vf(domain, i, self);
    function_settle_all();
    return true;
}

/* Gives back what the first @count VF BARs have taken. */
static void give_ranges_back(const struct rp_vpci_state *state, unsigned count)
{
    struct rp_vpci_window range;

    while (count-- != 0)
        if (rp_vpci_sriov_range(state, count, &range))
            bars_give_back(range.base.value);
}

bool hardware_remove_vfs(struct domain *domain, uint32_t index)
{
    const struct hardware_function *mine = domain->hardware->functions[index];

    if (!remove_vfs(domain, index, NULL))
        return false;
    if (is_on(mine))
        give_ranges_back(&mine->base.state, RP_VPCI_BARS_MAX);
    return true;
}

/* ---- On --------------------------------------------------------------------- */

/* What the domain has mapped there while nothing was there goes. */
static bool take_ranges(struct hardware_function *mine, struct vcpu *self)
{
    struct domain *domain = mine->base.domain;
    const struct rp_vpci_state *state = &mine->base.state;
    struct rp_vpci_window range;

    for (unsigned i = 0; i < RP_VPCI_BARS_MAX; i++) {
        bool is_taken;

        if (!rp_vpci_sriov_range(state, i, &range))
            continue;
        is_taken = bars_take(mine->base.scanned, range.base.value, range.size);
        if (is_taken && npt_map(domain, range.base.value, 0, range.size, NPT_NOTHING))
            continue;
        give_ranges_back(state, i + is_taken);
        return false;
    }
    domain_flush(domain, self);
    return true;
}

/* Each goes to the port that names it, or else to whom its physical function belongs. */
static void find_vfs(struct domain *domain, uint32_t pf)
{
    struct rp_scan *scan = machine_scan();

    if (!is_on(domain->hardware->functions[pf]))
        return;
    (void)rp_scan_add_vfs(scan, machine_cfg(), pf);
    for (uint32_t i = pf; (i = machine_next_vf(pf, i)) != RP_SCAN_NONE; i++) {
        machine_evaluate(i, domain->name);
        if (scan->functions[i].owner == 0 && !domains_hold(i))
            (void)hardware_adopt(domain, i);
    }
}

/* ---- What was written ------------------------------------------------------- */

/* Whether virtual functions may have come. */
static bool decide(struct vcpu *vcpu, struct hardware_function *mine, uint32_t index,
                   bool is_reset)
{
    struct domain *domain = vcpu->domain;
    struct rp_vpci_state *state = &mine->base.state;
    bool was_on = is_on(mine);
    bool wants = !is_reset && rp_vpci_sriov_is_on(state->sriov.wanted);
    bool is_done = wants || remove_vfs(domain, index, vcpu);

    spin_lock(&domain->hardware->lock);
    if (wants && !was_on) {
        is_done = take_ranges(mine, vcpu);
        if (!is_done)
            function_log(mine->base.scanned, "a VF BAR lies over something else");
    } else if (was_on && !wants && is_done) {
        give_ranges_back(state, RP_VPCI_BARS_MAX);
    }
    if (!is_done)
        rp_vpci_sriov_refuse(state);
    else if (is_reset)
        rp_vpci_sriov_stop(state);
    else
        rp_vpci_sriov_commit(state);
    spin_unlock(&domain->hardware->lock);
    return wants && is_done;
}

void hardware_follow_sriov(struct vcpu *vcpu, uint32_t index, bool is_reset)
{
    struct domain *domain = vcpu->domain;
    struct hardware_function *mine;
    bool have_come;

    machine_lock();
    mine = domain->hardware->functions[index];
    have_come = mine != NULL && decide(vcpu, mine, index, is_reset);
    machine_unlock();
    if (!have_come)
        return;
    clock_delay_us(VF_WAIT_US);
    machine_lock();
    find_vfs(domain, index);
    machine_unlock();
    clock_delay_us(VF_WAIT_US); /* those that are held are in a reset */
    domains_verdicts_final();
}
