/* SPDX-License-Identifier: MIT */
/*
 * Begins, resets and ends the assignment of a function: what the hardware has
 * to be brought into, and what the domain's registers are after it.
 *
 * PCI Express Base r5.0, 6.6.2 (function level reset).
 */
#include <rootport/cap.h>
#include <rootport/pci_regs.h>
#include <rootport/vpci.h>

#include "vpci_internal.h"

/* The IDs of a virtual function read as ones while it is there. */
bool vpci_is_gone(const struct rp_vpci_state *state)
{
    const unsigned reg = state->vf_id ? RP_PCI_REVISION_ID : RP_PCI_VENDOR_ID;

    return vpci_hw_read(state, reg, 4) == RP_PCI_ALL_ONES;
}

static uint8_t find_cap(const struct rp_vpci_state *state, uint8_t id)
{
    return (uint8_t)rp_cap_find(&state->cfg, state->sbdf, id);
}

static bool is_asleep(const struct rp_vpci_state *state)
{
    const unsigned pm = find_cap(state, RP_PCI_CAP_ID_PM);

    return pm && rp_field_get(RP_PCI_PM_CONTROL_POWER_STATE,
                              vpci_hw_read(state, pm + RP_PCI_PM_CONTROL_STATUS, 2)) !=
                     RP_PCI_PM_D0;
}

static enum rp_vpci_refusal look_at_header(const struct rp_vpci_state *state)
{
    const uint32_t type = vpci_hw_read(state, RP_PCI_HEADER_TYPE, 1);

    if (vpci_is_gone(state))
        return RP_VPCI_REFUSED_GONE;
    if ((type & RP_PCI_HEADER_TYPE_LAYOUT) != RP_PCI_LAYOUT_ENDPOINT)
        return RP_VPCI_REFUSED_HEADER;
    return is_asleep(state) ? RP_VPCI_REFUSED_ASLEEP : RP_VPCI_ACCEPTED;
}

/*
 * Registers of the PCI Express capability that an FLR resets though firmware set
 * them up for the real path. Link Control 2 is sticky.
 */
static const uint8_t controls[RP_VPCI_CONTROLS_MAX] = {
    RP_PCI_PCIE_DEVICE_CONTROL, RP_PCI_PCIE_LINK_CONTROL, RP_PCI_PCIE_DEVICE_CONTROL2};

/* Version 1 of the capability has no second set of registers. */
static unsigned control_count(const struct rp_vpci_state *state)
{
    const uint32_t capabilities =
        vpci_hw_read(state, state->pcie_offset + RP_PCI_PCIE_CAPABILITIES, 2);

    if (!state->pcie_offset)
        return 0;
    return rp_field_get(RP_PCI_PCIE_CAPABILITIES_VERSION, capabilities) < 2 ? 2 : 3;
}

static void save_controls(struct rp_vpci_state *state)
{
    for (unsigned i = 0; i < control_count(state); i++)
        state->hw_controls[i] =
            (uint16_t)vpci_hw_read(state, state->pcie_offset + controls[i], 2);
    /* Their requester IDs would be ones that the IOMMU does not know. */
    state->hw_controls[0] &= (uint16_t)~RP_PCI_PCIE_DEVICE_CONTROL_PHANTOM_FUNCTIONS;
}

/* In the order in which they are restored: what L1 substates need, then their enables. */
static const struct {
    uint16_t id;
    uint16_t offset;
} link_regs[RP_VPCI_LINK_REGS_MAX] = {
    {RP_PCI_EXTCAP_ID_LTR, RP_PCI_LTR_MAX_LATENCIES},
    {RP_PCI_EXTCAP_ID_L1_PM_SUBSTATES, RP_PCI_L1_PM_SUBSTATES_CONTROL2},
    {RP_PCI_EXTCAP_ID_L1_PM_SUBSTATES, RP_PCI_L1_PM_SUBSTATES_CONTROL1},
    {RP_PCI_EXTCAP_ID_PTM, RP_PCI_PTM_CONTROL},
};

uint16_t vpci_found_at(const struct rp_vpci_view *view, uint16_t id)
{
    for (unsigned i = 0; i < view->found_count; i++)
        if (view->found[i].list == RP_VPCI_LIST_EXTENDED && view->found[i].id == id)
            return view->found[i].offset;
    return 0;
}

/* No domain can write any of these, so they are firmware's values whenever they are read.
 */
void vpci_state_note_link(const struct rp_vpci_view *view)
{
    struct rp_vpci_state *state = view->state;

    for (unsigned i = 0; i < RP_VPCI_LINK_REGS_MAX; i++) {
        const uint16_t offset = vpci_found_at(view, link_regs[i].id);
        const uint16_t reg = (uint16_t)(offset + link_regs[i].offset);

        if (offset == 0 || reg >= RP_CFG_SIZE_EXTENDED || state->hw_link[i].reg != 0)
            continue;
        state->hw_link[i].reg = reg;
        state->hw_link[i].value = vpci_hw_read(state, reg, 4);
    }
}

static void restore_link(const struct rp_vpci_state *state)
{
    for (unsigned i = 0; i < RP_VPCI_LINK_REGS_MAX; i++)
        if (state->hw_link[i].reg != 0)
            vpci_hw_write(state, state->hw_link[i].reg, 4, state->hw_link[i].value);
}

static void restore_controls(const struct rp_vpci_state *state)
{
    for (unsigned i = 0; i < control_count(state); i++)
        vpci_hw_write(state, state->pcie_offset + controls[i], 2, state->hw_controls[i]);
}

/*
 * A pin that nobody wired would leave a driver waiting; and one that can't be closed, as
 * before PCI 2.3, would pull at an interrupt that may be another domain's. What has no
 * pin either does without interrupts; a virtual function has none, whatever it says.
 */
static bool is_intx_alone(const struct rp_vpci_state *state)
{
    const bool is_closed =
        vpci_hw_read(state, RP_PCI_COMMAND, 2) & RP_PCI_COMMAND_INTX_DISABLE;

    return state->role == RP_VPCI_ROLE_GUEST && !state->vf_id &&
           !(state->policy & RP_VPCI_POLICY_INTX) &&
           !(is_closed && (state->msi.offset || state->msix.offset)) &&
           vpci_hw_read(state, RP_PCI_INTERRUPT_PIN, 1) != 0;
}

static void learn(struct rp_vpci_state *state, const struct rp_vpci_config *config)
{
    state->pcie_offset = find_cap(state, RP_PCI_CAP_ID_PCIE);
    save_controls(state);
    state->af_offset = find_cap(state, RP_PCI_CAP_ID_ADVANCED_FEATURES);
    state->msi.offset = find_cap(state, RP_PCI_CAP_ID_MSI);
    state->msix.offset = find_cap(state, RP_PCI_CAP_ID_MSIX);
    rp_vpci_quiesce(state);
    vpci_header_learn(state, config);
    if (state->refusal != RP_VPCI_ACCEPTED)
        return;
    vpci_msi_learn(state);
    vpci_msix_learn(state, config->msix_entries, config->msix_capacity);
    if (is_intx_alone(state)) {
        vpci_msix_forget(state);
        state->refusal = RP_VPCI_REFUSED_INTX_ALONE;
    }
}

enum rp_status rp_vpci_attach(struct rp_vpci_state *state,
                              const struct rp_vpci_config *config)
{
    *state = (struct rp_vpci_state){
        .cfg = config->cfg,
        .platform = config->platform,
        .sbdf = config->sbdf,
        .policy = config->policy,
        .shadow_count = 1,
    };
    if (config->vf)
        state->vf_id = (uint32_t)config->vf->device_id << 16 | config->vf->vendor_id;
    if (config->role != RP_VPCI_ROLE_GUEST && config->role != RP_VPCI_ROLE_HARDWARE)
        return RP_ERR_INVALID;
    state->refusal = look_at_header(state);
    if (state->refusal == RP_VPCI_REFUSED_GONE)
        return RP_ERR_NO_DEVICE;
    if (state->refusal != RP_VPCI_ACCEPTED)
        return RP_ERR_UNSUPPORTED;

    state->role = config->role;
    learn(state, config);
    if (state->refusal == RP_VPCI_ACCEPTED)
        return RP_OK;
    state->role = RP_VPCI_ROLE_NONE;
    return RP_ERR_UNSUPPORTED;
}

const char *rp_vpci_refusal_text(enum rp_vpci_refusal refusal)
{
    switch (refusal) {
    case RP_VPCI_ACCEPTED:
        return "nothing stands against an assignment";
    case RP_VPCI_REFUSED_HEADER:
        return "its header is not of type 0: bridges cannot be assigned";
    case RP_VPCI_REFUSED_GONE:
        return "it reads as all ones";
    case RP_VPCI_REFUSED_SHARED_PAGE:
        return "a BAR is smaller than a page and does not start one";
    case RP_VPCI_REFUSED_BAR_SIZE:
        return "a BAR has no size that is a power of two, or wraps";
    case RP_VPCI_REFUSED_NO_ADDRESS:
        return "a BAR has no address";
    case RP_VPCI_REFUSED_ASLEEP:
        return "it is not in power state D0";
    case RP_VPCI_REFUSED_INTX_ALONE:
        return "it needs its interrupt pin, and no quirk says where that leads";
    case RP_VPCI_REFUSED_NOT_ALONE:
        return "a page of a BAR has memory, a device of the machine's own, or another "
               "function's BAR in it";
    case RP_VPCI_REFUSED_OUT_OF_REACH:
        return "a BAR is not in a window of each bridge above";
    }
    return "unknown";
}

void rp_vpci_detach(struct rp_vpci_state *state)
{
    vpci_msix_forget(state);
    *state = (struct rp_vpci_state){0};
}

void rp_vpci_quiesce(struct rp_vpci_state *state)
{
    uint32_t command = vpci_hw_read(state, RP_PCI_COMMAND, 2);

    command &= ~(RP_PCI_COMMAND_BUS_MASTER | RP_PCI_COMMAND_IO);
    command |= RP_PCI_COMMAND_INTX_DISABLE;
    vpci_hw_write(state, RP_PCI_COMMAND, 2, command);
    vpci_header_disable_rom(state);
    vpci_msi_disable(state);
    vpci_msix_disable(state);
}

static void reset_shadows(struct rp_vpci_state *state)
{
    for (unsigned i = 0; i < state->shadow_count; i++) {
        const struct rp_vpci_shadow *shadow = &state->shadows[i];
        state->shadow_values[i] = (state->shadow_values[i] & shadow->sticky) |
                                  (shadow->reset & ~shadow->sticky);
    }
}

/* Only the payload size is the domain's own that is sticky in this register. */
void rp_vpci_expect_bus_reset(const struct rp_vpci_view *view)
{
    struct rp_vpci_state *state = view->state;
    const unsigned reg = state->pcie_offset + RP_PCI_PCIE_DEVICE_CONTROL;

    state->shadow_values[view->slots[view->slot_of[reg / 4]].shadow] = 0;
}

bool rp_vpci_has_pending(const struct rp_vpci_state *state)
{
    if (vpci_is_gone(state))
        return false;
    if (state->pcie_offset)
        return vpci_hw_read(state, state->pcie_offset + RP_PCI_PCIE_DEVICE_STATUS, 2) &
               RP_PCI_PCIE_DEVICE_STATUS_TRANSACTIONS_PENDING;
    return state->af_offset &&
           (vpci_hw_read(state, state->af_offset + RP_PCI_AF_STATUS, 1) &
            RP_PCI_AF_STATUS_TRANSACTIONS_PENDING);
}

bool vpci_has_pcie_flr(const struct rp_vpci_state *state)
{
    const unsigned reg = state->pcie_offset + RP_PCI_PCIE_DEVICE_CAPABILITIES;

    return state->pcie_offset &&
           (vpci_hw_read(state, reg, 4) & RP_PCI_PCIE_DEVICE_CAPABILITIES_FLR);
}

bool vpci_has_af_flr(const struct rp_vpci_state *state)
{
    const unsigned reg = state->af_offset + RP_PCI_AF_CAPABILITIES;

    return state->af_offset && (vpci_hw_read(state, reg, 1) & RP_PCI_AF_CAPABILITIES_FLR);
}

enum rp_status rp_vpci_flr_start(struct rp_vpci_state *state)
{
    rp_vpci_quiesce(state);
    rp_vpci_sriov_stop(state);
    if (vpci_has_pcie_flr(state)) {
        const unsigned control = state->pcie_offset + RP_PCI_PCIE_DEVICE_CONTROL;
        vpci_hw_write(state, control, 2,
                      vpci_hw_read(state, control, 2) | RP_PCI_PCIE_DEVICE_CONTROL_FLR);
        return RP_OK;
    }
    if (vpci_has_af_flr(state)) {
        vpci_hw_write(state, state->af_offset + RP_PCI_AF_CONTROL, 1,
                      RP_PCI_AF_CONTROL_FLR);
        return RP_OK;
    }
    return RP_ERR_UNSUPPORTED;
}

enum rp_status rp_vpci_flr_finish(struct rp_vpci_state *state)
{
    if (vpci_is_gone(state))
        return RP_ERR_UNREACHABLE;
    restore_link(state);
    restore_controls(state);
    vpci_rebar_reset(state);
    vpci_header_restore(state);
    vpci_header_reset(state);
    vpci_msi_reset(state);
    vpci_msix_reset(state);
    reset_shadows(state);
    state->is_asleep = false;
    vpci_refresh(state);
    return RP_OK;
}
