/* SPDX-License-Identifier: MIT */
/*
 * Virtual functions come and go with what the owner of their physical function writes to
 * SR-IOV Control, as long as nobody else is harmed.
 *
 * PCI Express Base r5.0, 9.3.3.
 */
#include "guest/sriov.h"

#include <stddef.h>

#include "bars.h"
#include "cpu/clock.h"
#include "domains.h"
#include "guest/hardware_internal.h"
#include "guest/held.h"
#include "guest/npt.h"
#include "guest/pci.h"
#include "machine.h"

/*
 * After VF Enable is set, software waits 100 ms (9.3.3.3.1): by a clock of its own, which
 * can be ahead of this one.
 */
enum {
    VF_WAIT_US = 90000,
};

static uint32_t index_of(const struct guest_function *function)
{
    return (uint32_t)(function->scanned - machine_scan()->functions);
}

struct guest_function *sriov_find(size_t index)
{
    struct guest_function *function = hardware_find(index);

    return function != NULL ? function
                            : function_find(machine_scan()->functions[index].sbdf);
}

/* What is taken from a guest isn't its own any more, but for the record. */
static bool is_of(const struct guest_function *pf, const struct domain *domain)
{
    return pf != NULL && pf->domain == domain &&
           (hardware_is_for(domain) || function_is_given(pf));
}

/* ---- Off -------------------------------------------------------------------- */

/* What is held or asked for can be given up; what is given, or in a reset, can't. */
static const struct guest_function *find_elsewhere(uint32_t pf)
{
    const struct rp_scan *scan = machine_scan();

    for (uint32_t i = pf; (i = machine_next_vf(pf, i)) != RP_SCAN_NONE; i++) {
        struct guest_function *function = function_find(scan->functions[i].sbdf);

        if (function != NULL && !function_is_ready(function))
            return function;
    }
    return NULL;
}

static void remove_vf(uint32_t index, struct vcpu *self)
{
    struct rp_scan *scan = machine_scan();
    struct guest_function *function = function_find(scan->functions[index].sbdf);
    const struct guest_function *mine = hardware_find(index);

    if (function != NULL)
        held_give_up(function);
    if (mine != NULL)
        hardware_abandon(mine->domain, index, self);
    rp_scan_remove(scan, index);
}

/* One that another domain has, and then nothing is removed, or NULL. */
static const struct guest_function *remove_vfs(const struct guest_function *pf,
                                               struct vcpu *self)
{
    const uint32_t index = index_of(pf);
    const struct guest_function *elsewhere = NULL;

    if (sriov_is_on(pf))
        elsewhere = find_elsewhere(index);
    if (sriov_is_on(pf) && elsewhere == NULL)
        for (uint32_t i = index; (i = machine_next_vf(index, i)) != RP_SCAN_NONE;)
            remove_vf(i, self);
    return elsewhere;
}

/* Gives back what the first @count VF BARs have taken. */
static void give_ranges_back(const struct rp_vpci_state *state, unsigned count)
{
    struct rp_vpci_window range;

    while (count-- != 0)
        if (rp_vpci_sriov_range(state, count, &range))
            bars_give_back(range.base.value);
}

bool sriov_remove(struct guest_function *function)
{
    if (remove_vfs(function, NULL) != NULL)
        return false;
    if (sriov_is_on(function))
        give_ranges_back(&function->state, RP_VPCI_BARS_MAX);
    rp_vpci_sriov_stop(&function->state);
    return true;
}

/* ---- On --------------------------------------------------------------------- */

/* What a domain that sees the machine has mapped there while nothing was there goes. */
static bool unmap(struct domain *domain, const struct rp_vpci_window *range)
{
    if (hardware_is_for(domain))
        return npt_map(domain, range->base.value, 0, range->size, NPT_NOTHING);
    hardware_forget(range->base.value, range->size);
    return true;
}

static bool take_ranges(const struct guest_function *pf, struct vcpu *self)
{
    const struct rp_vpci_state *state = &pf->state;
    struct rp_vpci_window range;

    for (unsigned i = 0; i < RP_VPCI_BARS_MAX; i++) {
        bool is_taken;

        if (!rp_vpci_sriov_range(state, i, &range))
            continue;
        is_taken = bars_take(pf->scanned, range.base.value, range.size);
        if (is_taken && unmap(pf->domain, &range))
            continue;
        give_ranges_back(state, i + is_taken);
        return false;
    }
    domain_flush(pf->domain, self);
    return true;
}

/*
 * Each goes to the port that names it, or else to the hardware domain, if its physical
 * function is that's. A port had its turn when they were turned on.
 */
static void find_vfs(struct guest_function *physical)
{
    struct rp_scan *scan = machine_scan();
    struct domain *domain = physical->domain;
    const uint32_t pf = index_of(physical);

    function_settle_all(); /* records of those that were there before */
    (void)rp_scan_add_vfs(scan, machine_cfg(), pf);
    for (uint32_t i = pf; (i = machine_next_vf(pf, i)) != RP_SCAN_NONE; i++) {
        machine_evaluate(i, domain->name);
        if (scan->functions[i].owner == 0 &&
            (physical->vfs == FUNCTION_VFS_AGAIN || !domains_hold(i)) &&
            hardware_is_for(domain))
            (void)hardware_adopt(domain, i);
    }
    physical->vfs = FUNCTION_VFS_NONE;
}

bool sriov_is_new(const struct rp_function *function)
{
    const struct guest_function *pf =
        function->pf != RP_SCAN_NONE ? sriov_find(function->pf) : NULL;

    return pf != NULL && pf->vfs != FUNCTION_VFS_NONE;
}

void sriov_look(struct domain *domain)
{
    bool is_early = false;

    if (!__atomic_load_n(&domain->has_vfs_to_come, __ATOMIC_RELAXED))
        return;
    machine_lock();
    for (uint32_t i = 0; i < machine_scan()->count; i++) {
        struct guest_function *pf = sriov_find(i);

        if (!is_of(pf, domain) || pf->vfs == FUNCTION_VFS_NONE)
            continue;
        if (clock_is_past(pf->ready_at))
            find_vfs(pf);
        else
            is_early = true;
    }
    __atomic_store_n(&domain->has_vfs_to_come, is_early, __ATOMIC_RELAXED);
    machine_unlock();
    domains_verdicts_final();
}

/* ---- What was written ------------------------------------------------------- */

/* Whether what is wanted of @pf, which isn't on, can be; it says why not. */
static bool may_turn_on(const struct guest_function *pf, struct vcpu *self)
{
    const bool is_free = take_ranges(pf, self);

    if (!is_free)
        function_log(pf->scanned, "a VF BAR lies over something else");
    return is_free;
}

/* What comes of what was written, with the lock. */
static void settle(struct guest_function *pf, struct vcpu *self, bool wants, bool is_done)
{
    struct rp_vpci_state *state = &pf->state;
    const bool was_on = sriov_is_on(pf);

    if (wants && !was_on)
        is_done = may_turn_on(pf, self);
    if (!is_done) {
        rp_vpci_sriov_refuse(state);
        return;
    }
    if (was_on && !wants)
        give_ranges_back(state, RP_VPCI_BARS_MAX);
    rp_vpci_sriov_commit(state);
    if (!wants)
        return;
    if (!was_on)
        pf->ready_at = clock_deadline_us(VF_WAIT_US);
    if (pf->vfs != FUNCTION_VFS_NEW)
        pf->vfs = was_on ? FUNCTION_VFS_AGAIN : FUNCTION_VFS_NEW;
    __atomic_store_n(&pf->domain->has_vfs_to_come, true, __ATOMIC_RELAXED);
}

/* A reset turns virtual functions off. */
static void decide(struct guest_function *pf, struct vcpu *vcpu, struct spinlock *lock,
                   bool is_reset)
{
    struct rp_vpci_state *state = &pf->state;
    const uint16_t wanted = state->sriov.wanted;
    const bool wants = !is_reset && rp_vpci_sriov_is_on(wanted);
    const struct guest_function *elsewhere = wants ? NULL : remove_vfs(pf, vcpu);

    if (elsewhere != NULL)
        function_log(elsewhere->scanned, "in use: its physical function stays as it is");
    spin_lock(lock);
    /* What another CPU has written since is that one's to follow. */
    if (is_of(pf, vcpu->domain) && state->sriov.wanted == wanted) {
        if (is_reset)
            state->sriov.wanted = 0;
        settle(pf, vcpu, wants, elsewhere == NULL);
    }
    spin_unlock(lock);
}

void sriov_follow(struct vcpu *vcpu, const struct guest_function *function,
                  struct rp_vpci_effects *effects)
{
    struct domain *domain = vcpu->domain;
    struct spinlock *lock =
        hardware_is_for(domain) ? &domain->hardware->lock : &domain->pci->lock;
    const uint32_t index = index_of(function);
    const bool is_reset = effects->what & RP_VPCI_EFFECT_FLR;
    struct guest_function *pf;

    if (function->state.sriov.offset == 0 ||
        !(effects->what & (RP_VPCI_EFFECT_SRIOV | RP_VPCI_EFFECT_FLR)))
        return;
    spin_unlock(lock);
    machine_lock();
    pf = sriov_find(index);
    if (is_of(pf, domain)) {
        decide(pf, vcpu, lock, is_reset);
        if (sriov_is_on(pf))
            effects->what &= ~(uint32_t)RP_VPCI_EFFECT_FLR;
    }
    machine_unlock();
    if (!is_reset)
        sriov_look(domain);
    spin_lock(lock);
}
