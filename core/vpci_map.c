/* SPDX-License-Identifier: MIT */
/*
 * Which guest addresses reach a function, and how: what a domain's page tables
 * should say, and the accesses that they leave to the library.
 *
 * PCI Express Base r5.0, 7.5.1.2.1 (BARs), 7.5.1.3 (windows of a port).
 */
#include <rootport/pci_regs.h>
#include <rootport/vpci.h>

#include "vpci_internal.h"

bool vpci_is_decoding(const struct rp_vpci_state *state)
{
    return ((state->command & RP_PCI_COMMAND_MEMORY) || vpci_is_plain_vf(state)) &&
           !state->is_asleep;
}

void rp_vpci_window_set(struct rp_vpci_state *state, enum rp_vpci_window_kind kind,
                        rp_gpa_t base, uint64_t size)
{
    if ((unsigned)kind >= RP_VPCI_WINDOWS_MAX)
        return;
    if (base.value + size < base.value)
        size = 0;
    state->windows[kind].base = base;
    state->windows[kind].size = size;
}

static bool is_in_window(const struct rp_vpci_state *state, const struct rp_vpci_bar *bar)
{
    const bool is_io = bar->kind == RP_VPCI_BAR_IO;

    for (unsigned i = 0; i < RP_VPCI_WINDOWS_MAX; i++) {
        const struct rp_vpci_window *window = &state->windows[i];
        if (is_io == (i == RP_VPCI_WINDOW_IO) && bar->size <= window->size &&
            bar->address >= window->base.value &&
            bar->address - window->base.value <= window->size - bar->size)
            return true;
    }
    return false;
}

bool rp_vpci_range_is_moving(const struct rp_vpci_state *state, unsigned index)
{
    const struct rp_vpci_bar *range = rp_vpci_range(state, index);
    uint32_t decode;

    if (!range)
        return false;
    decode = range->kind == RP_VPCI_BAR_IO ? RP_PCI_COMMAND_IO : RP_PCI_COMMAND_MEMORY;
    return range->address != range->hpa.value && (state->command & decode) &&
           (range->kind != RP_VPCI_BAR_ROM || state->is_rom_enabled) &&
           is_in_window(state, range);
}

/* Both lie in windows, so neither wraps. */
static bool overlap(const struct rp_vpci_bar *a, const struct rp_vpci_bar *b)
{
    return a->address < b->address + b->size && b->address < a->address + a->size;
}

/*
 * Only whole pages can be mapped, with the same place in the page on both sides. The
 * hardware domain's addresses are the machine's.
 */
static bool is_mappable(const struct rp_vpci_state *state, const struct rp_vpci_bar *bar)
{
    const uint64_t distance = bar->address ^ bar->hpa.value;

    return bar->hpa.value && (bar->kind != RP_VPCI_BAR_ROM || state->is_rom_enabled) &&
           (state->role == RP_VPCI_ROLE_HARDWARE ? distance
                                                 : distance % RP_VPCI_PAGE_SIZE) == 0;
}

/* Bit i: BAR i is mapped. */
static unsigned mapped_bars(const struct rp_vpci_state *state)
{
    unsigned mapped = 0;

    if (!vpci_is_decoding(state))
        return 0;
    for (unsigned i = 0; i < RP_VPCI_RANGES_MAX; i++) {
        const struct rp_vpci_bar *bar = rp_vpci_bar(state, i);
        bool is_mapped = bar && is_in_window(state, bar) && is_mappable(state, bar);
        for (unsigned j = 0; is_mapped && j < i; j++)
            if ((mapped & 1u << j) && overlap(bar, &state->bars[j]))
                is_mapped = false;
        if (is_mapped)
            mapped |= 1u << i;
    }
    return mapped;
}

/*
 * How BAR @index is backed from @offset on; *@out_end is where that changes.
 * Trapped ranges that overlap come out as neighbours.
 */
static enum rp_vpci_backing backing_at(const struct rp_vpci_state *state, unsigned index,
                                       uint64_t offset, uint64_t *out_end)
{
    for (unsigned i = 0; i < VPCI_TRAP_COUNT; i++) {
        const struct vpci_trap trap = vpci_msix_trap(state, i);
        if (trap.bar != index || offset >= trap.end)
            continue;
        if (offset >= trap.first) {
            *out_end = trap.end;
            return RP_VPCI_BACKING_TRAP;
        }
        if (trap.first < *out_end)
            *out_end = trap.first;
    }
    return RP_VPCI_BACKING_DIRECT;
}

static size_t map_bar(const struct rp_vpci_state *state, unsigned index,
                      struct rp_vpci_mapping *out)
{
    const struct rp_vpci_bar *bar = &state->bars[index];
    const uint64_t page_mask = RP_VPCI_PAGE_SIZE - 1;
    const uint64_t lead = bar->address & page_mask;
    const uint64_t size = (lead + bar->size + page_mask) & ~page_mask;
    size_t count = 0;

    for (uint64_t offset = 0; offset < size; count++) {
        uint64_t end = size;
        const enum rp_vpci_backing backing = backing_at(state, index, offset, &end);
        out[count] = (struct rp_vpci_mapping){
            .gpa = {bar->address - lead + offset},
            .hpa = {bar->hpa.value - lead + offset},
            .size = end - offset,
            .backing = backing,
            .bar = (uint8_t)index,
            .is_prefetchable = bar->is_prefetchable,
        };
        offset = end;
    }
    return count;
}

size_t rp_vpci_mappings(const struct rp_vpci_state *state,
                        struct rp_vpci_mapping out_mappings[RP_VPCI_MAPPINGS_MAX])
{
    const unsigned mapped = mapped_bars(state);
    size_t count = 0;

    for (unsigned i = 0; i < RP_VPCI_RANGES_MAX; i++)
        if (mapped & 1u << i)
            count += map_bar(state, i, &out_mappings[count]);
    return count;
}

bool rp_vpci_port(const struct rp_vpci_state *state, uint16_t port, unsigned width,
                  uint16_t *out_port)
{
    if (!(state->command & RP_PCI_COMMAND_IO) || state->is_asleep)
        return false;
    for (unsigned i = 0; i < RP_VPCI_BARS_MAX; i++) {
        const struct rp_vpci_bar *bar = &state->bars[i];
        const uint64_t offset = port - bar->address; /* below it: huge */

        if (bar->kind != RP_VPCI_BAR_IO || offset >= bar->size ||
            width > bar->size - offset || !is_in_window(state, bar))
            continue;
        *out_port = (uint16_t)(bar->hpa.value + offset);
        return true;
    }
    return false;
}

/* Finds the trapped byte @gpa: its BAR and the offset in it. */
static bool find_trapped(const struct rp_vpci_state *state, rp_gpa_t gpa,
                         uint8_t *out_bar, uint64_t *out_offset)
{
    const unsigned mapped = mapped_bars(state);

    for (unsigned i = 0; i < VPCI_TRAP_COUNT; i++) {
        const struct vpci_trap trap = vpci_msix_trap(state, i);
        const uint64_t base = state->bars[trap.bar].address;
        if (trap.first == trap.end || !(mapped & 1u << trap.bar) || gpa.value < base)
            continue;
        if (gpa.value - base >= trap.first && gpa.value - base < trap.end) {
            *out_bar = trap.bar;
            *out_offset = gpa.value - base;
            return true;
        }
    }
    return false;
}

static bool is_width(unsigned width)
{
    return width == 1 || width == 2 || width == 4 || width == 8;
}

bool rp_vpci_mmio_read(const struct rp_vpci_state *state, rp_gpa_t gpa, unsigned width,
                       uint64_t *out_value)
{
    const uint64_t ones = width < 8 ? (UINT64_C(1) << 8 * width) - 1 : UINT64_MAX;
    uint64_t offset;
    uint8_t bar;

    *out_value = ones;
    if (!find_trapped(state, gpa, &bar, &offset))
        return false;
    if (is_width(width))
        *out_value = vpci_msix_read(state, bar, offset, width) & ones;
    return true;
}

bool rp_vpci_mmio_write(struct rp_vpci_state *state, rp_gpa_t gpa, unsigned width,
                        uint64_t value, struct rp_vpci_effects *effects)
{
    uint64_t offset;
    uint8_t bar;

    if (!find_trapped(state, gpa, &bar, &offset))
        return false;
    if (is_width(width))
        vpci_msix_write(state, bar, offset, width, value, effects);
    return true;
}
