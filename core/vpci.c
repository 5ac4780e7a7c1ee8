/* SPDX-License-Identifier: MIT */
/*
 * Dispatches a domain's accesses to the dwords of a view, in constant time.
 *
 * PCI Express Base r5.0, 7.4 (register attributes).
 */
#include <rootport/vpci.h>

#include "vpci_internal.h"

enum {
    DWORD_SIZE = 4,
};

static const struct {
    vpci_read_fn *read;
    vpci_write_fn *write;
} handlers[VPCI_HANDLER_COUNT] = {
    [VPCI_COMMAND] = {vpci_command_read, vpci_command_write},
    [VPCI_BAR_LOW] = {vpci_bar_low_read, vpci_bar_low_write},
    [VPCI_BAR_HIGH] = {vpci_bar_high_read, vpci_bar_high_write},
    [VPCI_PM_CONTROL] = {vpci_pm_control_read, vpci_pm_control_write},
    [VPCI_AF_CONTROL] = {NULL, vpci_af_control_write},
    [VPCI_DEVICE_CONTROL] = {NULL, vpci_device_control_write},
    [VPCI_MSI_CONTROL] = {vpci_msi_control_read, vpci_msi_control_write},
    [VPCI_MSI_ADDRESS] = {vpci_msi_address_read, vpci_msi_address_write},
    [VPCI_MSI_ADDRESS_UPPER] = {vpci_msi_address_upper_read,
                                vpci_msi_address_upper_write},
    [VPCI_MSI_DATA] = {vpci_msi_data_read, vpci_msi_data_write},
    [VPCI_MSI_MASK] = {vpci_msi_mask_read, vpci_msi_mask_write},
    [VPCI_MSIX_CONTROL] = {vpci_msix_control_read, vpci_msix_control_write},
};

static uint32_t mask_of_width(unsigned width)
{
    return width >= DWORD_SIZE ? 0xffffffffu : (1u << 8 * width) - 1;
}

static uint32_t read_dword(const struct rp_vpci_view *view, unsigned dword)
{
    const struct rp_vpci_slot *slot = &view->slots[view->slot_of[dword]];
    const struct rp_vpci_state *state = view->state;
    const uint32_t of_hardware = slot->ro | slot->rw | slot->rw1c;
    uint32_t value = slot->value;

    if (of_hardware)
        value |= vpci_hw_read(state, dword * DWORD_SIZE, DWORD_SIZE) & of_hardware;
    if (slot->virt)
        value |= state->shadows[slot->shadow].value & slot->virt;
    if (handlers[slot->handler].read)
        value |= handlers[slot->handler].read(state, slot->argument)
                 << 8 * slot->position;
    return value;
}

uint64_t rp_vpci_read(const struct rp_vpci_view *view, uint16_t reg, unsigned width)
{
    uint64_t value = UINT64_MAX;

    if (width != 1 && width != 2 && width != 4 && width != 8)
        return value;
    for (unsigned done = 0; done < width;) {
        const unsigned at = reg + done;
        const unsigned position = at % DWORD_SIZE;
        unsigned count = DWORD_SIZE - position;
        if (count > width - done)
            count = width - done;
        if (at < view->size) {
            const uint64_t mask = (uint64_t)mask_of_width(count) << 8 * done;
            const uint64_t part = read_dword(view, at / DWORD_SIZE) >> 8 * position;
            value = (value & ~mask) | (part << 8 * done & mask);
        }
        done += count;
    }
    return width == 8 ? value : value & mask_of_width(width);
}

/* The bytes of @bits, each all ones if any of its bits is set. */
static uint32_t whole_bytes(uint32_t bits)
{
    uint32_t bytes = 0;

    for (unsigned i = 0; i < DWORD_SIZE; i++)
        if (bits & 0xffu << 8 * i)
            bytes |= 0xffu << 8 * i;
    return bytes;
}

/* Writes the bytes in @mask, in the widest aligned pieces that name no other byte. */
static void write_hardware(const struct rp_vpci_state *state, unsigned reg, uint32_t mask,
                           uint32_t value)
{
    if (mask == 0xffffffffu) {
        vpci_hw_write(state, reg, 4, value);
        return;
    }
    for (unsigned at = 0; at < DWORD_SIZE;) {
        const unsigned pair = mask >> 8 * at & 0xffffu;
        const unsigned width = at % 2 == 0 && pair == 0xffffu ? 2 : 1;
        if (pair & 0xffu)
            vpci_hw_write(state, reg + at, width, value >> 8 * at & mask_of_width(width));
        at += width;
    }
}

/* What of a write the masks of @slot let through to the function. */
static void store_masked(const struct rp_vpci_state *state,
                         const struct rp_vpci_slot *slot, unsigned reg,
                         struct vpci_write write)
{
    const uint32_t writable = slot->rw | slot->rw1c;
    const uint32_t bytes = whole_bytes(writable & write.mask) & write.mask;
    uint32_t out;

    if (!bytes)
        return;
    out = vpci_hw_read(state, reg, DWORD_SIZE) & ~(slot->rw1c | slot->write_zero);
    out = (out & ~(slot->rw & write.mask)) | (write.value & writable & write.mask);
    write_hardware(state, reg, bytes, out);
}

static void write_dword(const struct rp_vpci_view *view, unsigned dword,
                        struct vpci_write write, struct rp_vpci_effects *effects)
{
    const struct rp_vpci_slot *slot = &view->slots[view->slot_of[dword]];
    struct rp_vpci_state *state = view->state;

    if (slot->virt) {
        struct rp_vpci_shadow *shadow = &state->shadows[slot->shadow];
        const struct vpci_write own = {write.value, write.mask & slot->virt};
        shadow->value = vpci_merge(shadow->value, own);
    }
    store_masked(state, slot, dword * DWORD_SIZE, write);
    if (handlers[slot->handler].write) {
        const struct vpci_write moved = {write.value >> 8 * slot->position,
                                         write.mask >> 8 * slot->position};
        if (moved.mask)
            handlers[slot->handler].write(state, slot->argument, moved, effects);
    }
}

void rp_vpci_write(const struct rp_vpci_view *view, uint16_t reg, unsigned width,
                   uint64_t value, struct rp_vpci_effects *effects)
{
    if (width != 1 && width != 2 && width != 4 && width != 8)
        return;
    for (unsigned done = 0; done < width;) {
        const unsigned at = reg + done;
        const unsigned position = at % DWORD_SIZE;
        unsigned count = DWORD_SIZE - position;
        if (count > width - done)
            count = width - done;
        if (at < view->size) {
            const struct vpci_write write = {
                (uint32_t)(value >> 8 * done) << 8 * position,
                mask_of_width(count) << 8 * position,
            };
            write_dword(view, at / DWORD_SIZE, write, effects);
        }
        done += count;
    }
}
