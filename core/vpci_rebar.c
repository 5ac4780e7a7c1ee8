/* SPDX-License-Identifier: MIT */
/*
 * Resizable BARs: a domain chooses among the sizes that the machine has room for,
 * and the function then decodes that size, at the same host address.
 *
 * PCI Express Base r5.0, 7.8.6.
 */
#include <rootport/pci_regs.h>
#include <rootport/vpci.h>

#include "vpci_internal.h"

static uint64_t size_in_bytes(unsigned size)
{
    return UINT64_C(1) << (20 + size);
}

static unsigned capability_reg(unsigned entry)
{
    return RP_PCI_REBAR_CAPABILITY + entry * RP_PCI_REBAR_ENTRY_SIZE;
}

static unsigned control_reg(unsigned entry)
{
    return RP_PCI_REBAR_CONTROL + entry * RP_PCI_REBAR_ENTRY_SIZE;
}

void rp_vpci_bar_set_room(struct rp_vpci_state *state, unsigned index, uint64_t size)
{
    if (index < RP_VPCI_BARS_MAX)
        state->bar_room[index] = size;
}

uint64_t rp_vpci_bar_reach(const struct rp_vpci_state *state, unsigned index)
{
    uint64_t reach = state->bars[index].hw_size;

    for (unsigned i = 0; i < state->rebar_count; i++)
        for (unsigned n = 0; n < RP_PCI_REBAR_SIZE_COUNT; n++)
            if (state->rebars[i].bar == index && (state->rebars[i].sizes >> n & 1u) &&
                size_in_bytes(n) > reach)
                reach = size_in_bytes(n);
    return reach;
}

/* ---- Learning the hardware -------------------------------------------------- */

/* The trapped pages stay where they are in the BAR, so it has to reach their end. */
static bool holds_traps(const struct rp_vpci_state *state, unsigned bar, uint64_t size)
{
    for (unsigned i = 0; i < VPCI_TRAP_COUNT; i++) {
        const struct vpci_trap trap = vpci_msix_trap(state, i);

        if (trap.first != trap.end && trap.bar == bar && trap.end > size)
            return false;
    }
    return true;
}

/* Bit n: 2^n MiB. What the function has now is among them, room or not. */
static uint32_t sizes_with_room(const struct rp_vpci_state *state,
                                const struct rp_vpci_rebar *rebar, uint32_t supported)
{
    const uint64_t hpa = state->bars[rebar->bar].hpa.value;
    uint32_t sizes = UINT32_C(1) << rebar->size;

    for (unsigned n = 0; n < RP_PCI_REBAR_SIZE_COUNT; n++) {
        const uint64_t size = size_in_bytes(n);

        if ((supported >> n & 1u) && size <= state->bar_room[rebar->bar] &&
            hpa % size == 0 && holds_traps(state, rebar->bar, size))
            sizes |= UINT32_C(1) << n;
    }
    return sizes;
}

/* Fills @rebar from the registers; false if they contradict the BAR or each other. */
static bool learn_entry(struct rp_vpci_state *state, unsigned offset, unsigned entry)
{
    const uint32_t capability = vpci_hw_read(state, offset + capability_reg(entry), 4);
    const uint32_t control = vpci_hw_read(state, offset + control_reg(entry), 4);
    struct rp_vpci_rebar *rebar = &state->rebars[entry];
    const struct rp_vpci_bar *bar;

    rebar->bar = (uint8_t)rp_field_get(RP_PCI_REBAR_CONTROL_BAR, control);
    rebar->size = (uint8_t)rp_field_get(RP_PCI_REBAR_CONTROL_SIZE, control);
    rebar->initial_size = rebar->size;
    bar = rp_vpci_bar(state, rebar->bar);
    if (!bar || rebar->size >= RP_PCI_REBAR_SIZE_COUNT ||
        bar->hw_size != size_in_bytes(rebar->size))
        return false;
    for (unsigned i = 0; i < entry; i++)
        if (state->rebars[i].bar == rebar->bar)
            return false;
    rebar->sizes = sizes_with_room(
        state, rebar, rp_field_get(RP_PCI_REBAR_CAPABILITY_SIZES, capability));
    return true;
}

static void learn(struct rp_vpci_state *state, const struct vpci_site *site)
{
    const unsigned offset = site->offset;
    const unsigned count = rp_field_get(RP_PCI_REBAR_CONTROL_COUNT,
                                        vpci_hw_read(state, offset + control_reg(0), 4));
    bool has_choice = false;

    state->rebar_count = 0;
    state->has_rebar_choice = false;
    if (count == 0 || count > RP_VPCI_BARS_MAX ||
        offset + capability_reg(count) > site->limit)
        return;
    for (unsigned i = 0; i < count; i++) {
        if (!learn_entry(state, offset, i))
            return;
        if (state->rebars[i].sizes & (state->rebars[i].sizes - 1))
            has_choice = true;
    }
    state->has_rebar_choice = has_choice;
    state->rebar_offset = (uint16_t)offset;
    state->rebar_count = (uint8_t)count;
}

/* Without a choice the capability would be of no use to a guest, and is not there. */
uint16_t vpci_rebar_length(const struct vpci_site *site)
{
    struct rp_vpci_state *state = site->view->state;

    if (!state->has_rebar_choice && !state->vf_id)
        learn(state, site);
    if (state->rebar_count == 0 || state->rebar_offset != site->offset ||
        (state->role == RP_VPCI_ROLE_GUEST && !state->has_rebar_choice))
        return 0;
    return (uint16_t)capability_reg(state->rebar_count);
}

/* ---- The function's own ------------------------------------------------------ */

/*
 * Decode is off meanwhile; the address bits that a change may clear come back. A size
 * that the function does not take is that of neither side.
 */
static void set_hw_size(struct rp_vpci_state *state, unsigned entry, unsigned size)
{
    const unsigned reg = state->rebar_offset + control_reg(entry);
    struct rp_vpci_rebar *rebar = &state->rebars[entry];
    struct rp_vpci_bar *bar = &state->bars[rebar->bar];
    uint32_t control;

    vpci_header_stop_decode(state);
    control = rp_field_set(RP_PCI_REBAR_CONTROL_SIZE, vpci_hw_read(state, reg, 4), size);
    vpci_hw_write(state, reg, 4, control);
    vpci_header_place(state);
    if (rp_field_get(RP_PCI_REBAR_CONTROL_SIZE, vpci_hw_read(state, reg, 4)) != size)
        return;
    rebar->size = (uint8_t)size;
    bar->size = bar->hw_size = size_in_bytes(size);
    bar->address &= ~(bar->size - 1);
}

/* A reset may have brought the function's own default back: 7.8.6.3. */
void vpci_rebar_reset(struct rp_vpci_state *state)
{
    for (unsigned i = 0; i < state->rebar_count; i++)
        set_hw_size(state, i, state->rebars[i].initial_size);
}

/* ---- The capability ------------------------------------------------------------ */

void vpci_rebar_claim(const struct vpci_site *site)
{
    const struct rp_vpci_state *state = site->view->state;

    for (unsigned i = 0; i < state->rebar_count; i++) {
        const struct vpci_reg capability = {
            .offset = (uint16_t)capability_reg(i),
            .width = 4,
            .value =
                rp_field_set(RP_PCI_REBAR_CAPABILITY_SIZES, 0, state->rebars[i].sizes)};
        const struct vpci_reg control = {.offset = (uint16_t)control_reg(i),
                                         .width = 4,
                                         .handler = VPCI_REBAR_CONTROL};

        vpci_claim(site->view, site->offset, &capability, 0);
        vpci_claim(site->view, site->offset, &control, (uint8_t)i);
    }
}

uint32_t vpci_rebar_control_read(const struct rp_vpci_state *state, unsigned argument)
{
    const struct rp_vpci_rebar *rebar = &state->rebars[argument];
    uint32_t control = rp_field_set(RP_PCI_REBAR_CONTROL_BAR, 0, rebar->bar);

    if (argument == 0)
        control = rp_field_set(RP_PCI_REBAR_CONTROL_COUNT, control, state->rebar_count);
    return rp_field_set(RP_PCI_REBAR_CONTROL_SIZE, control, rebar->size);
}

/*
 * Software turns memory decode off before it changes a size (7.8.6.3), so that no
 * mapping of the old one is left; with decode on, or a size that is not offered, the
 * write changes nothing.
 */
void vpci_rebar_control_write(struct rp_vpci_state *state, unsigned argument,
                              struct vpci_write write, struct rp_vpci_effects *effects,
                              uint32_t *shown)
{
    const uint32_t old = vpci_rebar_control_read(state, argument);
    const uint32_t size = rp_field_get(RP_PCI_REBAR_CONTROL_SIZE, vpci_merge(old, write));
    const struct rp_vpci_rebar *rebar = &state->rebars[argument];

    (void)effects;
    (void)shown;
    if ((state->command & RP_PCI_COMMAND_MEMORY) || size == rebar->size ||
        size >= RP_PCI_REBAR_SIZE_COUNT || !(rebar->sizes >> size & 1u))
        return;
    set_hw_size(state, argument, size);
    vpci_refresh(state);
}
