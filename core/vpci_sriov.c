/* SPDX-License-Identifier: MIT */
/*
 * Single Root I/O Virtualization: a physical function's owner asks for virtual
 * functions, and the embedder decides.
 *
 * PCI Express Base r5.0, 9.3.3.
 */
#include <rootport/pci_regs.h>
#include <rootport/vpci.h>

#include "vpci_internal.h"

#define CONTROL_ON  (RP_PCI_SRIOV_CONTROL_VF_ENABLE | RP_PCI_SRIOV_CONTROL_VF_MEMORY)
#define CONTROL_OWN (CONTROL_ON | RP_PCI_SRIOV_CONTROL_ARI)

/* A VF BAR has whole pages (9.3.3.14); the limit keeps 65535 of them below 2^64. */
#define VF_BAR_SIZE_MAX (UINT64_C(1) << 40)

static uint32_t read_at(const struct rp_vpci_state *state, unsigned offset)
{
    return vpci_hw_read(state, state->sriov.offset + offset, 2);
}

static void write_at(const struct rp_vpci_state *state, unsigned offset, uint32_t value)
{
    vpci_hw_write(state, state->sriov.offset + offset, 2, value);
}

bool rp_vpci_sriov_is_on(uint16_t control)
{
    return (control & CONTROL_ON) == CONTROL_ON;
}

/* ---- Learning the hardware -------------------------------------------------- */

static bool is_guest(const struct rp_vpci_state *state)
{
    return state->role == RP_VPCI_ROLE_GUEST;
}

/* Puts a guest's VF BAR at *@next or above, and that behind it; false: it can't decode
 * there. */
static bool place(const struct rp_vpci_state *state, struct rp_vpci_bar *bar,
                  uint64_t *next)
{
    const uint64_t base = (*next + bar->size - 1) & ~(bar->size - 1);

    bar->address = 0;
    bar->hpa.value = base;
    *next = base + bar->size * read_at(state, RP_PCI_SRIOV_TOTAL_VFS);
    return bar->kind == RP_VPCI_BAR_MEMORY64 || *next <= (uint64_t)UINT32_MAX + 1;
}

/* Whether all VF BARs have a size that can be, and none is I/O. */
static bool learn_bars(struct rp_vpci_state *state)
{
    uint64_t next = state->sriov.memory;
    bool is_sound;

    vpci_header_learn_bars(state, RP_VPCI_BARS_MAX, 2 * RP_VPCI_BARS_MAX - 1);
    is_sound = state->refusal == RP_VPCI_ACCEPTED;
    state->refusal = RP_VPCI_ACCEPTED;
    for (unsigned i = RP_VPCI_BARS_MAX; i < 2 * RP_VPCI_BARS_MAX; i++) {
        struct rp_vpci_bar *bar = &state->bars[i];

        bar->address = bar->hpa.value;
        if (bar->kind == RP_VPCI_BAR_IO ||
            (bar->kind != RP_VPCI_BAR_ABSENT &&
             (bar->size < RP_VPCI_PAGE_SIZE || bar->size > VF_BAR_SIZE_MAX)))
            is_sound = false;
        if (bar->kind != RP_VPCI_BAR_ABSENT && is_guest(state) &&
            !place(state, bar, &next))
            is_sound = false;
    }
    return is_sound;
}

/*
 * Virtual functions of a time before ours are turned off. As nothing may be read for a
 * second after that (9.3.3.3.1), the capability is not there until a later build.
 */
static void learn(struct rp_vpci_state *state, uint16_t offset)
{
    bool was_on;

    state->sriov.offset = offset;
    was_on = read_at(state, RP_PCI_SRIOV_CONTROL) & CONTROL_ON;
    if (was_on)
        write_at(state, RP_PCI_SRIOV_CONTROL, 0);
    else
        vpci_hw_write(state, offset + RP_PCI_SRIOV_SYSTEM_PAGE_SIZE, 4,
                      RP_PCI_SRIOV_PAGE_SIZE_4K);
    if (was_on || !learn_bars(state))
        state->sriov.offset = 0;
}

/*
 * A guest has SR-IOV if the embedder lets it, and if the virtual functions depend on no
 * other function's: 9.3.3.10. The device's number is part of the function's with ARI.
 */
static bool is_allowed(const struct rp_vpci_state *state, unsigned offset)
{
    const uint32_t link = vpci_hw_read(state, offset + RP_PCI_SRIOV_DEPENDENCY_LINK, 1);

    return !is_guest(state) ||
           (state->sriov.memory &&
            (link == rp_sbdf_fn(state->sbdf) || link == rp_sbdf_devfn(state->sbdf)));
}

uint16_t vpci_sriov_length(const struct vpci_site *site)
{
    struct rp_vpci_state *state = site->view->state;

    if (state->vf_id || site->limit - site->offset < RP_PCI_SRIOV_SIZE ||
        !is_allowed(state, site->offset))
        return 0;
    if (!state->sriov.offset)
        learn(state, site->offset);
    return state->sriov.offset == site->offset ? RP_PCI_SRIOV_SIZE : 0;
}

/* ---- The capability ------------------------------------------------------------ */

/* A guest's function is the only one of its device: it depends on itself, 0. */
static const struct vpci_reg dependency_link = {
    .offset = RP_PCI_SRIOV_DEPENDENCY_LINK, .width = 1, .ro = 0xff};

void vpci_sriov_claim(const struct vpci_site *site)
{
    if (!is_guest(site->view->state))
        vpci_claim(site->view, site->offset, &dependency_link, 0);
    vpci_header_claim_bars(site->view, RP_VPCI_BARS_MAX);
}

uint32_t vpci_sriov_control_read(const struct rp_vpci_state *state, unsigned argument)
{
    (void)argument;
    return state->sriov.control;
}

void vpci_sriov_control_write(struct rp_vpci_state *state, unsigned argument,
                              struct vpci_write write, struct rp_vpci_effects *effects,
                              uint32_t *shown)
{
    uint32_t own = CONTROL_OWN;

    (void)argument;
    (void)shown;
    /* What the layout depends on stays, 9.3.3.3.5; no guest knows the ports above. */
    if ((state->sriov.control & RP_PCI_SRIOV_CONTROL_VF_ENABLE) || is_guest(state))
        own = CONTROL_ON;
    write.mask &= own;
    state->sriov.wanted = (uint16_t)vpci_merge(state->sriov.control, write);
    effects->what |= RP_VPCI_EFFECT_SRIOV;
}

/* Not to be changed while VF Enable is set, nor above TotalVFs: 9.3.3.7. */
void vpci_sriov_num_vfs_write(struct rp_vpci_state *state, unsigned argument,
                              struct vpci_write write, struct rp_vpci_effects *effects,
                              uint32_t *shown)
{
    const uint32_t count =
        vpci_merge(read_at(state, RP_PCI_SRIOV_NUM_VFS), write) & 0xffff;

    (void)argument;
    (void)shown;
    (void)effects;
    if (!(state->sriov.control & RP_PCI_SRIOV_CONTROL_VF_ENABLE) &&
        count <= read_at(state, RP_PCI_SRIOV_TOTAL_VFS))
        write_at(state, RP_PCI_SRIOV_NUM_VFS, count);
}

/* ---- What the embedder makes of it ----------------------------------------------- */

void rp_vpci_sriov_commit(struct rp_vpci_state *state)
{
    struct rp_vpci_sriov *sriov = &state->sriov;

    if (!(sriov->control & RP_PCI_SRIOV_CONTROL_VF_MEMORY)) {
        for (unsigned i = RP_VPCI_BARS_MAX; i < 2 * RP_VPCI_BARS_MAX; i++)
            if (!is_guest(state))
                state->bars[i].hpa.value = state->bars[i].address;
        vpci_header_write_bars(state, RP_VPCI_BARS_MAX);
    }
    if (sriov->wanted != sriov->control)
        write_at(state, RP_PCI_SRIOV_CONTROL, sriov->wanted);
    sriov->control = sriov->wanted;
    vpci_refresh(state);
}

void rp_vpci_sriov_refuse(struct rp_vpci_state *state)
{
    state->sriov.wanted = state->sriov.control;
}

void rp_vpci_sriov_stop(struct rp_vpci_state *state)
{
    if (!state->sriov.offset)
        return;
    state->sriov.wanted = 0;
    rp_vpci_sriov_commit(state);
}

/* ---- Virtual functions ---------------------------------------------------------- */

void rp_vpci_sriov_allow(struct rp_vpci_state *state, uint64_t memory)
{
    state->sriov.memory = memory;
}

bool rp_vpci_sriov_range(const struct rp_vpci_state *state, unsigned index,
                         struct rp_vpci_window *out_window)
{
    const struct rp_vpci_bar *bar;

    *out_window = (struct rp_vpci_window){0};
    if (!state->sriov.offset || index >= RP_VPCI_BARS_MAX)
        return false;
    bar = &state->bars[RP_VPCI_BARS_MAX + index];
    out_window->base.value = is_guest(state) ? bar->hpa.value : bar->address;
    out_window->size = bar->size * read_at(state, RP_PCI_SRIOV_NUM_VFS);
    return out_window->size != 0;
}

void rp_vpci_sriov_describe(const struct rp_vpci_state *state, uint16_t number,
                            struct rp_vpci_vf *out_vf)
{
    *out_vf = (struct rp_vpci_vf){
        .vendor_id = (uint16_t)vpci_hw_read(state, RP_PCI_VENDOR_ID, 2),
        .device_id = (uint16_t)read_at(state, RP_PCI_SRIOV_VF_DEVICE_ID),
    };
    for (unsigned i = 0; i < RP_VPCI_BARS_MAX; i++) {
        const struct rp_vpci_bar *bar = &state->bars[RP_VPCI_BARS_MAX + i];

        out_vf->bars[i].base.value = bar->hpa.value + number * bar->size;
        out_vf->bars[i].size = bar->size;
        out_vf->bars[i].is_64bit = bar->kind == RP_VPCI_BAR_MEMORY64;
        out_vf->bars[i].is_prefetchable = bar->is_prefetchable;
    }
}
