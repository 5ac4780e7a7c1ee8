/* SPDX-License-Identifier: MIT */
/*
 * MSI: the domain's capability is its own; the function's gets what the
 * embedder has remapped.
 *
 * PCI Express Base r5.0, 7.7.1 and 6.1.4.
 */
#include <rootport/pci_regs.h>
#include <rootport/vpci.h>

#include "vpci_internal.h"

enum {
    /* 32 vectors; encodings 6 and 7 are reserved. */
    VECTORS_LOG2_MAX = 5,
    CONTROL_SHIFT = 8 * RP_PCI_MSI_CONTROL, /* in its dword */
};

static unsigned data_offset(const struct rp_vpci_msi *msi)
{
    return msi->is_64bit ? RP_PCI_MSI_DATA_64BIT : RP_PCI_MSI_DATA_32BIT;
}

static unsigned mask_offset(const struct rp_vpci_msi *msi)
{
    return msi->is_64bit ? RP_PCI_MSI_MASK_64BIT : RP_PCI_MSI_MASK_32BIT;
}

/* A bit for each vector that the function can send. */
static uint32_t vector_bits(const struct rp_vpci_msi *msi)
{
    return 0xffffffffu >> (32 - (1u << msi->capable_log2));
}

static void write_hw_control(struct rp_vpci_state *state, bool is_enabled)
{
    const unsigned reg = state->msi.offset + RP_PCI_MSI_CONTROL;
    uint32_t control = vpci_hw_read(state, reg, 2);

    control &= ~RP_PCI_MSI_CONTROL_ENABLE;
    if (is_enabled)
        control |= RP_PCI_MSI_CONTROL_ENABLE;
    control = rp_field_set(RP_PCI_MSI_CONTROL_MULTIPLE_ENABLE, control,
                           state->msi.hw_vectors_log2);
    vpci_hw_write(state, reg, 2, control);
    state->msi.is_enabled_in_hw = is_enabled;
}

static void write_hw_mask(const struct rp_vpci_state *state, uint32_t mask)
{
    if (state->msi.has_mask)
        vpci_hw_write(state, state->msi.offset + mask_offset(&state->msi), 4, mask);
}

void vpci_msi_disable(struct rp_vpci_state *state)
{
    if (state->msi.offset)
        write_hw_control(state, false);
}

void vpci_msi_reset(struct rp_vpci_state *state)
{
    struct rp_vpci_msi *msi = &state->msi;

    msi->address = 0;
    msi->data = 0;
    msi->vectors_log2 = 0;
    msi->mask = 0;
    msi->is_enabled = false;
    msi->hw_address = 0;
    msi->hw_data = 0;
    msi->hw_vectors_log2 = 0;
    msi->is_enabled_in_hw = false;
    write_hw_mask(state, 0);
}

void vpci_msi_learn(struct rp_vpci_state *state)
{
    struct rp_vpci_msi *msi = &state->msi;
    uint32_t control;
    uint32_t capable;

    if (!msi->offset)
        return;
    control = vpci_hw_read(state, msi->offset + RP_PCI_MSI_CONTROL, 2);
    capable = rp_field_get(RP_PCI_MSI_CONTROL_MULTIPLE_CAPABLE, control);
    msi->capable_log2 = (uint8_t)(capable <= VECTORS_LOG2_MAX ? capable : 0);
    msi->is_64bit = control & RP_PCI_MSI_CONTROL_64BIT;
    msi->has_mask = control & RP_PCI_MSI_CONTROL_MASKABLE;
    vpci_msi_reset(state);
}

/* ---- The capability ------------------------------------------------------- */

uint16_t vpci_msi_length(const struct vpci_site *site)
{
    const struct rp_vpci_msi *msi = &site->view->state->msi;

    if (msi->offset != site->offset)
        return 0;
    if (msi->has_mask)
        return (uint16_t)(mask_offset(msi) + 8);
    return (uint16_t)(data_offset(msi) + 4);
}

void vpci_msi_claim(const struct vpci_site *site)
{
    const struct rp_vpci_msi *msi = &site->view->state->msi;
    const struct vpci_reg upper = {.offset = RP_PCI_MSI_ADDRESS_UPPER,
                                   .width = 4,
                                   .handler = VPCI_MSI_ADDRESS_UPPER};
    const struct vpci_reg data = {
        .offset = (uint16_t)data_offset(msi), .width = 2, .handler = VPCI_MSI_DATA};
    const struct vpci_reg mask = {
        .offset = (uint16_t)mask_offset(msi), .width = 4, .handler = VPCI_MSI_MASK};
    const struct vpci_reg pending = {
        .offset = (uint16_t)(mask_offset(msi) + 4), .width = 4, .ro = vector_bits(msi)};

    if (msi->is_64bit)
        vpci_claim(site->view, site->offset, &upper, 0);
    vpci_claim(site->view, site->offset, &data, 0);
    if (msi->has_mask) {
        vpci_claim(site->view, site->offset, &mask, 0);
        vpci_claim(site->view, site->offset, &pending, 0);
    }
}

uint32_t vpci_msi_control_read(const struct rp_vpci_state *state, unsigned argument)
{
    const struct rp_vpci_msi *msi = &state->msi;
    uint32_t control = 0;

    (void)argument;
    control =
        rp_field_set(RP_PCI_MSI_CONTROL_MULTIPLE_CAPABLE, control, msi->capable_log2);
    control =
        rp_field_set(RP_PCI_MSI_CONTROL_MULTIPLE_ENABLE, control, msi->vectors_log2);
    if (msi->is_64bit)
        control |= RP_PCI_MSI_CONTROL_64BIT;
    if (msi->has_mask)
        control |= RP_PCI_MSI_CONTROL_MASKABLE;
    if (msi->is_enabled)
        control |= RP_PCI_MSI_CONTROL_ENABLE;
    return control << CONTROL_SHIFT;
}

/* Enabling waits for rp_vpci_msi_program(); disabling cannot wait. */
void vpci_msi_control_write(struct rp_vpci_state *state, unsigned argument,
                            struct vpci_write write, struct rp_vpci_effects *effects,
                            uint32_t *shown)
{
    struct rp_vpci_msi *msi = &state->msi;
    const uint32_t old = vpci_msi_control_read(state, argument);
    const uint32_t control = vpci_merge(old, write) >> CONTROL_SHIFT;
    const bool is_enabled = control & RP_PCI_MSI_CONTROL_ENABLE;
    uint32_t vectors_log2 = rp_field_get(RP_PCI_MSI_CONTROL_MULTIPLE_ENABLE, control);

    if (vectors_log2 > msi->capable_log2)
        vectors_log2 = msi->capable_log2;
    if (is_enabled == msi->is_enabled && vectors_log2 == msi->vectors_log2)
        return;
    if (msi->is_enabled && !is_enabled)
        write_hw_control(state, false);
    if (msi->is_enabled || is_enabled)
        effects->what |= RP_VPCI_EFFECT_MSI;
    msi->is_enabled = is_enabled;
    msi->vectors_log2 = (uint8_t)vectors_log2;
    *shown = vpci_msi_control_read(state, argument);
}

uint32_t vpci_msi_address_read(const struct rp_vpci_state *state, unsigned argument)
{
    (void)argument;
    return (uint32_t)state->msi.address;
}

uint32_t vpci_msi_address_upper_read(const struct rp_vpci_state *state, unsigned argument)
{
    (void)argument;
    return (uint32_t)(state->msi.address >> 32);
}

uint32_t vpci_msi_data_read(const struct rp_vpci_state *state, unsigned argument)
{
    (void)argument;
    return state->msi.data;
}

uint32_t vpci_msi_mask_read(const struct rp_vpci_state *state, unsigned argument)
{
    (void)argument;
    return state->msi.mask;
}

/* A message that changes while it is enabled is set up anew, whatever it was before. */
static void set_message(struct rp_vpci_msi *msi, uint64_t address, uint16_t data,
                        struct rp_vpci_effects *effects)
{
    if (msi->is_enabled && (address != msi->address || data != msi->data))
        effects->what |= RP_VPCI_EFFECT_MSI;
    msi->address = address;
    msi->data = data;
}

void vpci_msi_address_write(struct rp_vpci_state *state, unsigned argument,
                            struct vpci_write write, struct rp_vpci_effects *effects,
                            uint32_t *shown)
{
    struct rp_vpci_msi *msi = &state->msi;
    const uint32_t low =
        vpci_merge((uint32_t)msi->address, write) & RP_PCI_MSI_ADDRESS_MASK;

    (void)argument;
    *shown = low;
    set_message(msi, (msi->address & ~(uint64_t)0xffffffff) | low, msi->data, effects);
}

void vpci_msi_address_upper_write(struct rp_vpci_state *state, unsigned argument,
                                  struct vpci_write write,
                                  struct rp_vpci_effects *effects, uint32_t *shown)
{
    struct rp_vpci_msi *msi = &state->msi;
    const uint32_t high = vpci_merge((uint32_t)(msi->address >> 32), write);

    (void)argument;
    *shown = high;
    set_message(msi, (uint64_t)high << 32 | (uint32_t)msi->address, msi->data, effects);
}

void vpci_msi_data_write(struct rp_vpci_state *state, unsigned argument,
                         struct vpci_write write, struct rp_vpci_effects *effects,
                         uint32_t *shown)
{
    struct rp_vpci_msi *msi = &state->msi;
    const uint16_t data = (uint16_t)vpci_merge(msi->data, write);

    (void)argument;
    *shown = data;
    set_message(msi, msi->address, data, effects);
}

/* The function keeps what is masked pending, so the mask is its own as well. */
void vpci_msi_mask_write(struct rp_vpci_state *state, unsigned argument,
                         struct vpci_write write, struct rp_vpci_effects *effects,
                         uint32_t *shown)
{
    struct rp_vpci_msi *msi = &state->msi;

    (void)argument;
    (void)effects;
    msi->mask = vpci_merge(msi->mask, write) & vector_bits(msi);
    *shown = msi->mask;
    write_hw_mask(state, msi->mask);
}

/* ---- The function's own ---------------------------------------------------- */

uint16_t rp_vpci_msi_data(const struct rp_vpci_state *state, unsigned index)
{
    const unsigned low = (1u << state->msi.vectors_log2) - 1;

    return (uint16_t)((state->msi.data & ~low) | index);
}

static bool is_programmed(const struct rp_vpci_msi *msi, uint64_t address, uint16_t data)
{
    return msi->is_enabled_in_hw && msi->hw_address == address && msi->hw_data == data &&
           msi->hw_vectors_log2 == msi->vectors_log2;
}

/*
 * Address and data are up to three writes, and a function may send between two
 * of them: it is masked for as long, or disabled if it has no mask.
 */
static void write_hw_message(struct rp_vpci_state *state, uint64_t address, uint16_t data)
{
    struct rp_vpci_msi *msi = &state->msi;

    if (msi->has_mask)
        write_hw_mask(state, vector_bits(msi));
    else
        write_hw_control(state, false);
    vpci_hw_write(state, msi->offset + RP_PCI_MSI_ADDRESS, 4, (uint32_t)address);
    if (msi->is_64bit)
        vpci_hw_write(state, msi->offset + RP_PCI_MSI_ADDRESS_UPPER, 4,
                      (uint32_t)(address >> 32));
    vpci_hw_write(state, msi->offset + data_offset(msi), 2, data);
    msi->hw_address = address;
    msi->hw_data = data;
    msi->hw_vectors_log2 = msi->vectors_log2;
}

enum rp_status rp_vpci_msi_program(struct rp_vpci_state *state, uint64_t address,
                                   uint16_t data)
{
    struct rp_vpci_msi *msi = &state->msi;

    if (!msi->offset)
        return RP_ERR_NO_DEVICE;
    if (!msi->is_64bit && address > UINT32_MAX)
        return RP_ERR_INVALID;
    if (!msi->is_enabled || is_programmed(msi, address, data))
        return RP_OK;
    write_hw_message(state, address, data);
    write_hw_control(state, true);
    write_hw_mask(state, msi->mask);
    return RP_OK;
}
