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
 * The bits of an access at a multiple of its width, by width and position in the
 * dword, moved down to bit 0; zero for any other.
 */
static const uint32_t masks_within[WIDTH_MAX + 1][DWORD_SIZE] = {
    [1] = {0xff, 0xff, 0xff, 0xff},
    [2] = {0xffff, 0, 0xffff, 0},
    [4] = {0xffffffff, 0, 0, 0},
};

/* A part of an access that stays within one dword. */
struct piece {
    unsigned reg;
    unsigned shift; /* in bits, of the piece in the whole access */
    uint32_t mask;  /* of the piece in its dword */
};

static bool is_width(unsigned width)
{
    return width == 1 || width == 2 || width == 4 || width == 8;
}

/* The piece of an access of @width bytes at @reg that begins @done bytes into it. */
static struct piece cut(unsigned reg, unsigned width, unsigned done, unsigned *out_count)
{
    const unsigned position = (reg + done) % DWORD_SIZE;
    unsigned count = DWORD_SIZE - position;

    if (count > width - done)
        count = width - done;
    *out_count = count;
    return (struct piece){
        .reg = reg + done,
        .shift = 8 * done,
        .mask = 0xffffffffu >> 8 * (DWORD_SIZE - count) << 8 * position,
    };
}

static inline const struct rp_vpci_slot *slot_at(const struct rp_vpci_view *view,
                                                 unsigned reg)
{
    return &view->slots[view->slot_of[reg / DWORD_SIZE]];
}

/* The bits in @mask of the dword of @slot, from @reg on. */
static inline uint32_t read_own(const struct rp_vpci_view *view,
                                const struct rp_vpci_slot *slot, unsigned reg,
                                uint32_t mask)
{
    const uint32_t value = slot->value | view->state->shadows[slot->shadow].value;

    return value >> 8 * (reg % DWORD_SIZE) & mask;
}

/* Likewise of a dword that has bits of the function's. */
NOT_INLINE static uint64_t read_mixed(const struct rp_vpci_view *view,
                                      const struct rp_vpci_slot *slot, unsigned reg,
                                      uint32_t mask)
{
    const uint32_t value =
        vpci_hw_read(view->state, reg / DWORD_SIZE * DWORD_SIZE, DWORD_SIZE);

    return ((value & slot->hardware) >> 8 * (reg % DWORD_SIZE) & mask) |
           read_own(view, slot, reg, mask);
}

static inline uint64_t read_within(const struct rp_vpci_view *view, unsigned reg,
                                   uint32_t mask)
{
    const struct rp_vpci_slot *slot = slot_at(view, reg);

    if (slot->hardware)
        return read_mixed(view, slot, reg, mask);
    return read_own(view, slot, reg, mask);
}

NOT_INLINE static uint64_t read_pieces(const struct rp_vpci_view *view, unsigned reg,
                                       unsigned width)
{
    uint64_t value = 0;
    unsigned count;

    if (!is_width(width))
        return UINT64_MAX;
    for (unsigned done = 0; done < width; done += count) {
        const struct piece piece = cut(reg, width, done, &count);
        uint64_t part = piece.mask >> 8 * (piece.reg % DWORD_SIZE);

        if (piece.reg < view->size)
            part = read_within(view, piece.reg, (uint32_t)part);
        value |= part << piece.shift;
    }
    return value;
}

/* A register of the function's alone, read as the domain does: some answer by width. */
NOT_INLINE static uint64_t read_through(const struct rp_vpci_view *view, unsigned reg,
                                        unsigned width, uint32_t mask)
{
    return vpci_hw_read(view->state, reg, width) & mask;
}

/* The mask of an access at a multiple of its width, to one dword of the space, else 0. */
static inline uint32_t mask_within(const struct rp_vpci_view *view, unsigned reg,
                                   unsigned width)
{
    if (reg >= view->size || width > WIDTH_MAX)
        return 0;
    return masks_within[width][reg % DWORD_SIZE];
}

uint64_t rp_vpci_read(const struct rp_vpci_view *view, uint16_t reg, unsigned width)
{
    const uint32_t mask = mask_within(view, reg, width);
    const struct rp_vpci_slot *slot;

    if (!mask)
        return read_pieces(view, reg, width);
    slot = slot_at(view, reg);
    if (!slot->hardware)
        return read_own(view, slot, reg, mask);
    if (slot->hardware == 0xffffffffu)
        return read_through(view, reg, width, mask);
    return read_mixed(view, slot, reg, mask);
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
                          value >> 8 * at & masks_within[width][0]);
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

    out = vpci_hw_read(state, reg, DWORD_SIZE) & ~(slot->rw1c | slot->write_zero);
    out = (out & ~(slot->rw & write.mask)) | (write.value & writable & write.mask);
    write_hardware(state, reg, bytes, out);
}

/* Brings what a domain reads in line with what the handler has. */
static void refresh(const struct rp_vpci_state *state, struct rp_vpci_shadow *shadow)
{
    if (handlers[shadow->handler].read)
        shadow->value = handlers[shadow->handler].read(state, shadow->argument)
                        << 8 * shadow->position;
}

void vpci_refresh(struct rp_vpci_state *state)
{
    for (unsigned i = 0; i < state->shadow_count; i++)
        refresh(state, &state->shadows[i]);
}

static void merge_own(struct rp_vpci_shadow *shadow, uint32_t virt,
                      struct vpci_write write)
{
    const struct vpci_write own = {write.value, write.mask & virt};

    shadow->value = vpci_merge(shadow->value, own);
}

/* Writes a dword that reaches further than the domain's own bits. */
NOT_INLINE static void write_mixed(const struct rp_vpci_view *view, unsigned reg,
                                   uint32_t value, uint32_t mask,
                                   struct rp_vpci_effects *effects)
{
    const struct vpci_write write = {value, mask};
    const struct rp_vpci_slot *slot = slot_at(view, reg);
    struct rp_vpci_state *state = view->state;
    struct rp_vpci_shadow *shadow = &state->shadows[slot->shadow];

    merge_own(shadow, slot->virt, write);
    if ((slot->rw | slot->rw1c) & write.mask)
        store_masked(state, slot, reg / DWORD_SIZE * DWORD_SIZE, write);
    if (handlers[slot->handler].write) {
        const struct vpci_write moved = {write.value >> 8 * slot->position,
                                         write.mask >> 8 * slot->position};
        if (moved.mask)
            handlers[slot->handler].write(state, slot->argument, moved, effects);
        refresh(state, shadow);
    }
}

/* Writes the bits of @value in @mask, both where they are in the dword. */
static inline void write_within(const struct rp_vpci_view *view, unsigned reg,
                                uint32_t value, uint32_t mask,
                                struct rp_vpci_effects *effects)
{
    const struct rp_vpci_slot *slot = slot_at(view, reg);

    if (slot->rw | slot->rw1c | slot->handler)
        write_mixed(view, reg, value, mask, effects);
    else if (slot->virt)
        merge_own(&view->state->shadows[slot->shadow], slot->virt,
                  (struct vpci_write){value, mask});
}

NOT_INLINE static void write_pieces(const struct rp_vpci_view *view, unsigned reg,
                                    unsigned width, uint64_t value,
                                    struct rp_vpci_effects *effects)
{
    unsigned count;

    if (!is_width(width))
        return;
    for (unsigned done = 0; done < width; done += count) {
        const struct piece piece = cut(reg, width, done, &count);
        const uint32_t part = (uint32_t)(value >> piece.shift);

        if (piece.reg < view->size)
            write_within(view, piece.reg, part << 8 * (piece.reg % DWORD_SIZE),
                         piece.mask, effects);
    }
}

void rp_vpci_write(const struct rp_vpci_view *view, uint16_t reg, unsigned width,
                   uint64_t value, struct rp_vpci_effects *effects)
{
    const uint32_t mask = mask_within(view, reg, width);
    const unsigned shift = 8 * (reg % DWORD_SIZE);

    if (mask)
        write_within(view, reg, (uint32_t)value << shift, mask << shift, effects);
    else
        write_pieces(view, reg, width, value, effects);
}
