/* SPDX-License-Identifier: MIT */
/*
 * Dispatches a domain's accesses to the dwords of a view, in constant time.
 *
 * PCI Express Base r5.0, 7.4 (register attributes).
 */
#include <rootport/vpci.h>

#include "vpci_internal.h"

/*
 * For what is seldom: the registers it needs would be saved for every access. Such
 * functions return what their callers do, so that the call is a jump.
 */
#define NOT_INLINE __attribute__((noinline))

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
    [VPCI_ROM] = {vpci_rom_read, vpci_rom_write},
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
    [VPCI_REBAR_CONTROL] = {vpci_rebar_control_read, vpci_rebar_control_write},
    [VPCI_SRIOV_CONTROL] = {vpci_sriov_control_read, vpci_sriov_control_write},
    [VPCI_SRIOV_NUM_VFS] = {NULL, vpci_sriov_num_vfs_write},
};

enum {
    WIDTH_MAX = 8,
};

/*
 * The bits of an access at a multiple of its width, by the bits below it in its dword
 * plus its width; zero for any other. In both halves, for a slot has two masks to be
 * read. Bits count in eights, so the sum tells the two apart but for a width of 8, which
 * is none of one dword.
 */
#define BOTH(mask) (UINT64_C(0x100000001) * (mask))
static const uint64_t masks_within[8 * (DWORD_SIZE - 1) + WIDTH_MAX + 1] = {
    [0 + 1] = BOTH(0xff),        [8 + 1] = BOTH(0xff00), [16 + 1] = BOTH(0xff0000),
    [24 + 1] = BOTH(0xff000000), [0 + 2] = BOTH(0xffff), [16 + 2] = BOTH(0xffff0000),
    [0 + 4] = BOTH(0xffffffff),
};

static bool is_width(unsigned width)
{
    return width == 1 || width == 2 || width == 4 || width == 8;
}

/* All bits of an access of @width bytes. */
static uint64_t bits_of(unsigned width)
{
    return UINT64_MAX >> (64 - 8 * width);
}

static inline const struct rp_vpci_slot *slot_at(const struct rp_vpci_view *view,
                                                 unsigned reg)
{
    return &view->slots[view->slot_of[reg / DWORD_SIZE]];
}

/*
 * What of an access is the domain's, in the low half, and which bits are the
 * function's, in the high one.
 */
static inline uint64_t read_own(const struct rp_vpci_state *state,
                                const struct rp_vpci_slot *slot, unsigned shift,
                                uint64_t mask)
{
    return ((slot->both | state->shadow_values[slot->shadow]) & mask) >> shift;
}

/*
 * Reads a dword that has bits of the function's, as the domain does: some answer by
 * width. What waits for the answer is in memory, in one object with it: registers would
 * have to be saved for that.
 */
static inline uint64_t read_mixed(const struct rp_vpci_state *state,
                                  const struct rp_vpci_slot *slot, unsigned reg,
                                  unsigned width, uint64_t mask)
{
    struct {
        uint64_t own;
        uint32_t value;
    } parts;

    parts.own = read_own(state, slot, 8 * (reg % DWORD_SIZE), mask);
    (void)state->cfg.ops->read(state->cfg.context, state->sbdf, (uint16_t)reg, width,
                               &parts.value);
    return (parts.value & (uint32_t)(parts.own >> 32)) | (uint32_t)parts.own;
}

/*
 * Reads by halves, and those likewise if need be, what does not stay in one dword or in
 * the space: a single byte does the former.
 */
NOT_INLINE static uint64_t read_halves(const struct rp_vpci_view *view, unsigned reg,
                                       unsigned width)
{
    const unsigned half = width / 2;

    if (!is_width(width))
        return UINT64_MAX;
    if (reg >= view->size)
        return bits_of(width);
    return rp_vpci_read(view, (uint16_t)reg, half) |
           rp_vpci_read(view, (uint16_t)(reg + half), half) << 8 * half;
}

/* Reads what is not in one dword; at once if that is two, and nothing the function's. */
NOT_INLINE static uint64_t read_pieces(const struct rp_vpci_view *view, unsigned reg,
                                       unsigned width)
{
    const struct rp_vpci_slot *low;
    const struct rp_vpci_slot *high;
    uint64_t value;

    if (reg + DWORD_SIZE >= view->size || !is_width(width) ||
        reg % DWORD_SIZE + width > 2 * DWORD_SIZE)
        return read_halves(view, reg, width);
    low = slot_at(view, reg);
    high = slot_at(view, reg + DWORD_SIZE);
    if (low->hardware | high->hardware)
        return read_halves(view, reg, width);
    value = high->value | view->state->shadow_values[high->shadow];
    value = value << 32 | low->value | view->state->shadow_values[low->shadow];
    return value >> 8 * (reg % DWORD_SIZE) & bits_of(width);
}

/* The mask of an access at a multiple of its width, to one dword of the space, else 0. */
static inline uint64_t mask_within(const struct rp_vpci_view *view, unsigned reg,
                                   unsigned width)
{
    if (reg >= view->size || width > WIDTH_MAX)
        return 0;
    return masks_within[8 * (reg % DWORD_SIZE) + width];
}

uint64_t rp_vpci_read(const struct rp_vpci_view *view, uint16_t reg, unsigned width)
{
    const uint64_t mask = mask_within(view, reg, width);
    const struct rp_vpci_slot *slot;

    if (!mask)
        return read_pieces(view, reg, width);
    slot = slot_at(view, reg);
    if (slot->hardware)
        return read_mixed(view->state, slot, reg, width, mask);
    return read_own(view->state, slot, 8 * (reg % DWORD_SIZE), mask);
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
            vpci_hw_write(state, reg + at, width,
                          value >> 8 * at & (uint32_t)masks_within[width]);
        at += width;
    }
}

/* What of a write the masks of @slot let through to the function. */
NOT_INLINE static void store_masked(const struct rp_vpci_state *state,
                                    const struct rp_vpci_slot *slot, unsigned reg,
                                    struct vpci_write write)
{
    const uint32_t writable = slot->rw | slot->rw1c;
    const uint32_t bytes = whole_bytes(writable & write.mask) & write.mask;
    uint32_t out;

    out = vpci_hw_read(state, reg, DWORD_SIZE) & ~(slot->rw1c | slot->write_zero);
    out = (out & ~(slot->rw & write.mask)) | (write.value & writable & write.mask);
    write_hardware(state, reg, bytes, out);
}

void vpci_refresh(struct rp_vpci_state *state)
{
    for (unsigned i = 0; i < state->shadow_count; i++) {
        const struct rp_vpci_shadow *shadow = &state->shadows[i];
        vpci_read_fn *read = handlers[shadow->handler].read;
        if (read)
            state->shadow_values[i] = read(state, shadow->argument);
    }
}

static inline void write_own(struct rp_vpci_state *state, const struct rp_vpci_slot *slot,
                             uint32_t value, uint32_t mask)
{
    uint32_t *own = &state->shadow_values[slot->shadow];

    mask &= slot->virt;
    if (mask)
        *own ^= (*own ^ value) & mask;
}

static inline void write_handled(struct rp_vpci_state *state,
                                 const struct rp_vpci_slot *slot, uint32_t value,
                                 uint32_t mask, struct rp_vpci_effects *effects)
{
    const struct vpci_write write = {value, mask};

    handlers[slot->handler].write(state, slot->argument, write, effects,
                                  &state->shadow_values[slot->shadow]);
}

/* Writes a dword that is not one party's alone. */
NOT_INLINE static void write_mixed(const struct rp_vpci_view *view, unsigned reg,
                                   uint32_t value, uint32_t mask,
                                   struct rp_vpci_effects *effects)
{
    const struct rp_vpci_slot *slot = slot_at(view, reg);

    write_own(view->state, slot, value, mask);
    if ((slot->rw | slot->rw1c) & mask)
        store_masked(view->state, slot, reg - reg % DWORD_SIZE,
                     (struct vpci_write){value, mask});
    if (slot->handler)
        write_handled(view->state, slot, value, mask, effects);
}

/* Writes the bits of @value in @mask, both where they are in the dword. */
static inline void write_within(const struct rp_vpci_view *view, unsigned reg,
                                uint32_t value, uint32_t mask,
                                struct rp_vpci_effects *effects)
{
    const struct rp_vpci_slot *slot = slot_at(view, reg);

    if (slot->reach == RP_VPCI_REACH_OWN)
        write_own(view->state, slot, value, mask);
    else if (slot->reach == RP_VPCI_REACH_HANDLER)
        write_handled(view->state, slot, value, mask, effects);
    else
        write_mixed(view, reg, value, mask, effects);
}

NOT_INLINE static void write_pieces(const struct rp_vpci_view *view, unsigned reg,
                                    unsigned width, uint64_t value,
                                    struct rp_vpci_effects *effects)
{
    uint64_t bits = is_width(width) ? bits_of(width) : 0;
    unsigned shift = 8 * (reg % DWORD_SIZE);

    for (unsigned at = reg - reg % DWORD_SIZE; bits && at < view->size;
         at += DWORD_SIZE) {
        write_within(view, at, (uint32_t)(value << shift), (uint32_t)(bits << shift),
                     effects);
        value >>= 32 - shift;
        bits >>= 32 - shift;
        shift = 0;
    }
}

void rp_vpci_write(const struct rp_vpci_view *view, uint16_t reg, unsigned width,
                   uint64_t value, struct rp_vpci_effects *effects)
{
    const uint32_t mask = (uint32_t)mask_within(view, reg, width);
    const uint32_t placed = (uint32_t)value << 8 * (reg % DWORD_SIZE);

    if (mask)
        write_within(view, reg, placed, mask, effects);
    else
        write_pieces(view, reg, width, value, effects);
}
