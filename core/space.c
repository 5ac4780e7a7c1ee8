/* SPDX-License-Identifier: MIT */
/* Who decodes which addresses of the machine. */
#include <rootport/pci_regs.h>
#include <rootport/space.h>

enum {
    HOPS_MAX = 256, /* on a way up: each bridge has a bus of its own */
    IO_FIRST = 0x1000,
    IO_LAST = 0xffff,
    CLASS_SUBTRACTIVE_BRIDGE = 0x060401,
};

/* ---- The table --------------------------------------------------------------- */

struct rp_space_range rp_space_range_of(uint32_t function, const struct rp_vpci_bar *bar,
                                        uint64_t base)
{
    return (struct rp_space_range){base, base + (bar->hw_size - 1), function,
                                   bar->kind == RP_VPCI_BAR_IO ? RP_SPACE_IO
                                                               : RP_SPACE_MEMORY};
}

bool rp_space_put(struct rp_space *space, uint64_t old_base,
                  const struct rp_space_range *range)
{
    struct rp_space_range *place = NULL;

    for (size_t i = 0; i < space->count; i++) {
        struct rp_space_range *old = &space->ranges[i];

        if (old->function == range->function && old->kind == range->kind &&
            old->base == old_base) {
            *old = *range;
            return true;
        }
        if (old->base > old->last)
            place = old;
    }
    if (place == NULL && space->count != space->capacity)
        place = &space->ranges[space->count++];
    if (place != NULL)
        *place = *range;
    return place != NULL;
}

bool rp_space_learn(struct rp_space *space, uint32_t function,
                    const struct rp_vpci_state *state)
{
    bool has_room = true;

    for (unsigned i = 0; i < RP_VPCI_RANGES_MAX; i++) {
        const struct rp_vpci_bar *bar = rp_vpci_range(state, i);

        if (bar && bar->hpa.value) {
            const struct rp_space_range range =
                rp_space_range_of(function, bar, bar->hpa.value);

            has_room &= rp_space_put(space, range.base, &range);
        }
    }
    return has_room;
}

/* ---- Windows of bridges ------------------------------------------------------- */

/* Dwords from I/O Base to I/O Base Upper 16 Bits. */
enum {
    FIRST_REG = RP_PCI_IO_BASE,
    LOW_IO = 0,
    LOW_MEMORY = (RP_PCI_MEMORY_BASE - FIRST_REG) / 4,
    LOW_PREFETCHABLE = (RP_PCI_PREFETCHABLE_BASE - FIRST_REG) / 4,
    BASE_UPPER = (RP_PCI_PREFETCHABLE_BASE_UPPER - FIRST_REG) / 4,
    LIMIT_UPPER = (RP_PCI_PREFETCHABLE_LIMIT_UPPER - FIRST_REG) / 4,
    IO_UPPER = (RP_PCI_IO_BASE_UPPER - FIRST_REG) / 4,
    DWORD_COUNT,
};
#define WINDOW_BITS (RP_PCI_BRIDGE_WINDOW_ADDRESS | RP_PCI_BRIDGE_WINDOW_ADDRESS << 16)
#define IO_BITS     (RP_PCI_BRIDGE_IO_ADDRESS | RP_PCI_BRIDGE_IO_ADDRESS << 8)
/* The type of an I/O window too. */
#define HAS_UPPER RP_PCI_BRIDGE_WINDOW_64BIT

/* What software sets of each dword, and the window that it is of. */
static const struct {
    uint32_t writable;
    uint8_t window;
} registers[DWORD_COUNT] = {
    [LOW_IO] = {IO_BITS, RP_SPACE_IO},
    [LOW_MEMORY] = {WINDOW_BITS, RP_SPACE_MEMORY},
    [LOW_PREFETCHABLE] = {WINDOW_BITS, RP_SPACE_PREFETCHABLE},
    [BASE_UPPER] = {UINT32_MAX, RP_SPACE_PREFETCHABLE},
    [LIMIT_UPPER] = {UINT32_MAX, RP_SPACE_PREFETCHABLE},
    [IO_UPPER] = {UINT32_MAX, RP_SPACE_IO},
};

static void read_windows(const struct rp_cfg *cfg, rp_sbdf_t bridge,
                         uint32_t dwords[DWORD_COUNT])
{
    for (unsigned i = 0; i < DWORD_COUNT; i++)
        (void)rp_cfg_read32(cfg, bridge, (uint16_t)(FIRST_REG + 4 * i), &dwords[i]);
}

static struct rp_space_window decode(const uint32_t dwords[DWORD_COUNT],
                                     enum rp_space_kind kind)
{
    const uint32_t prefetchable = dwords[LOW_PREFETCHABLE];
    uint32_t low = dwords[LOW_MEMORY];
    struct rp_space_window window = {0, 0};

    if (kind == RP_SPACE_IO) {
        low = dwords[LOW_IO];
        if (low & HAS_UPPER)
            window = (struct rp_space_window){(uint64_t)dwords[IO_UPPER] << 16,
                                              dwords[IO_UPPER] & 0xffff0000u};
        window.base = (window.base & UINT32_MAX) | (low & RP_PCI_BRIDGE_IO_ADDRESS) << 8;
        window.last |=
            (low & RP_PCI_BRIDGE_IO_ADDRESS << 8) | (RP_PCI_BRIDGE_IO_UNIT - 1);
        return window;
    }
    if (kind == RP_SPACE_PREFETCHABLE) {
        low = prefetchable;
        if (low & HAS_UPPER)
            window = (struct rp_space_window){(uint64_t)dwords[BASE_UPPER] << 32,
                                              (uint64_t)dwords[LIMIT_UPPER] << 32};
    }
    window.base |= (low & RP_PCI_BRIDGE_WINDOW_ADDRESS) << 16;
    window.last |= low | 0xfffffu;
    return window;
}

struct rp_space_window rp_space_window(const struct rp_cfg *cfg, rp_sbdf_t bridge,
                                       enum rp_space_kind kind)
{
    uint32_t dwords[DWORD_COUNT];

    read_windows(cfg, bridge, dwords);
    return decode(dwords, kind);
}

/* ---- What is free --------------------------------------------------------------- */

bool rp_space_is_behind(const struct rp_scan *scan, uint32_t index, uint32_t bridge)
{
    for (unsigned step = 0; index != RP_SCAN_NONE && step < HOPS_MAX; step++) {
        if (index == bridge)
            return true;
        index = scan->functions[index].parent;
    }
    return false;
}

/* What one domain has may share pages: @mask is for others. */
static bool is_in_the_way(const struct rp_scan *scan, const struct rp_space_range *other,
                          const struct rp_space_range *range, uint64_t mask)
{
    const struct rp_function *function = &scan->functions[other->function];

    if (!function->is_present ||
        rp_space_is_behind(scan, other->function, range->function))
        return false;
    if (function->owner && function->owner == scan->functions[range->function].owner)
        mask = 0;
    return other->base <= (range->last | mask) && (range->base & ~mask) <= other->last;
}

/*
 * Whether a window of @bridge for what @range is begins at @first or below, and ends at
 * @last or above.
 */
static bool has_window(const struct rp_space *space, rp_sbdf_t bridge,
                       const struct rp_space_range *range, uint64_t first, uint64_t last)
{
    for (enum rp_space_kind kind = RP_SPACE_MEMORY; kind <= RP_SPACE_IO; kind++) {
        const struct rp_space_window window = rp_space_window(space->cfg, bridge, kind);

        if ((kind == RP_SPACE_IO) == (range->kind == RP_SPACE_IO) &&
            window.base <= window.last && window.base <= first && last <= window.last)
            return true;
    }
    return false;
}

/* Whether a bridge passes a part of it on that is neither above the function nor behind
 * it. */
static bool is_among_bridges(const struct rp_space *space,
                             const struct rp_space_range *range)
{
    const struct rp_scan *scan = space->scan;

    for (uint32_t i = 0; i < scan->count; i++) {
        const struct rp_function *bridge = &scan->functions[i];

        if (bridge->is_present && bridge->header_type == RP_PCI_LAYOUT_BRIDGE &&
            !rp_space_is_behind(scan, i, range->function) &&
            !rp_space_is_behind(scan, range->function, i) &&
            has_window(space, bridge->sbdf, range, range->last, range->base))
            return true;
    }
    return false;
}

/* Firmware may reserve all of the windows for BARs: what it reserves is free. */
static bool is_over_memory(const struct rp_ecam *ecam, uint64_t first, uint64_t last)
{
    for (size_t i = 0; i < ecam->setup.memory_map_count; i++) {
        const struct rp_memory_range *range = &ecam->setup.memory_map[i];

        if ((range->type == RP_MEMORY_RAM || range->type == RP_MEMORY_DEVICE) &&
            range->size != 0 && range->base <= last &&
            first <= range->base + (range->size - 1))
            return true;
    }
    return rp_ecam_is_at(ecam, first, last, RP_ECAM_ENABLED) ||
           last >> ecam->setup.address_bits != 0;
}

bool rp_space_is_free(const struct rp_space *space, const struct rp_space_range *range)
{
    const uint64_t mask = range->kind == RP_SPACE_IO ? 0 : RP_VPCI_PAGE_SIZE - 1;

    if (range->last < range->base ||
        (range->kind == RP_SPACE_IO
             ? range->base < IO_FIRST || range->last > IO_LAST
             : is_over_memory(space->ecam, range->base & ~mask, range->last | mask)))
        return false;
    for (size_t i = 0; i < space->count; i++)
        if (space->ranges[i].kind == range->kind &&
            is_in_the_way(space->scan, &space->ranges[i], range, mask))
            return false;
    return !is_among_bridges(space, range);
}

bool rp_space_is_reached(const struct rp_space *space, const struct rp_space_range *range)
{
    const struct rp_function *functions = space->scan->functions;
    uint32_t at = functions[range->function].parent;

    for (unsigned step = 0; at != RP_SCAN_NONE && step < HOPS_MAX; step++) {
        if (functions[at].class_code != CLASS_SUBTRACTIVE_BRIDGE &&
            !has_window(space, functions[at].sbdf, range, range->base, range->last))
            return false;
        at = functions[at].parent;
    }
    return true;
}

/* ---- Moving windows --------------------------------------------------------------- */

enum rp_space_write rp_space_write_window(const struct rp_space *space, uint32_t index,
                                          uint16_t reg, unsigned width, uint32_t value)
{
    const unsigned at = (unsigned)(reg - FIRST_REG) / 4;
    const unsigned shift = 8 * (reg % 4u);
    uint32_t mask = 0xffffffffu >> (32 - 8 * width) << shift;
    const rp_sbdf_t sbdf = space->scan->functions[index].sbdf;
    uint32_t dwords[DWORD_COUNT];
    struct rp_space_range range = {.function = index};
    struct rp_space_window window;

    if (at >= DWORD_COUNT || !(mask &= registers[at].writable))
        return RP_SPACE_WRITE_ELSEWHERE;
    read_windows(space->cfg, sbdf, dwords);
    dwords[at] = (dwords[at] & ~mask) | (value << shift & mask);
    window = decode(dwords, registers[at].window);
    range.base = window.base;
    range.last = window.last;
    if (registers[at].window == RP_SPACE_IO)
        range.kind = RP_SPACE_IO;
    if (window.base <= window.last && !rp_space_is_free(space, &range))
        return RP_SPACE_WRITE_REFUSED;
    /* Beside I/O Base and Limit are bits that a 1 clears. */
    if (at == LOW_IO)
        (void)rp_cfg_write16(space->cfg, sbdf, FIRST_REG, (uint16_t)dwords[at]);
    else
        (void)rp_cfg_write32(space->cfg, sbdf, (uint16_t)(FIRST_REG + 4 * at),
                             dwords[at]);
    return RP_SPACE_WRITE_DONE;
}
