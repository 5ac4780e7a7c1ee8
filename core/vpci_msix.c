/* SPDX-License-Identifier: MIT */
/*
 * MSI-X: the domain's table is its own; an entry of the function's table is
 * unmasked only while it holds what the embedder remapped for the domain's
 * present entry.
 *
 * PCI Express Base r5.0, 7.7.2 and 6.1.4.
 */
#include <rootport/pci_regs.h>
#include <rootport/platform.h>
#include <rootport/vpci.h>

#include "vpci_internal.h"

enum {
    CONTROL_SHIFT = 8 * RP_PCI_MSIX_CONTROL, /* in its dword */
};

static uint64_t page_floor(uint64_t offset)
{
    return offset & ~(uint64_t)(RP_VPCI_PAGE_SIZE - 1);
}

static uint64_t page_ceiling(uint64_t offset)
{
    return page_floor(offset + RP_VPCI_PAGE_SIZE - 1);
}

static uint64_t table_size(const struct rp_vpci_msix *msix)
{
    return (uint64_t)msix->hw_entry_count * RP_PCI_MSIX_ENTRY_SIZE;
}

/* A bit an entry, in whole quadwords. */
static uint64_t pba_size(const struct rp_vpci_msix *msix)
{
    return ((uint64_t)msix->hw_entry_count + 63) / 64 * 8;
}

struct vpci_trap vpci_msix_trap(const struct rp_vpci_state *state, unsigned index)
{
    const struct rp_vpci_msix *msix = &state->msix;
    struct vpci_trap trap = {0};

    if (!msix->offset)
        return trap;
    if (index == 0) {
        trap.bar = msix->table_bar;
        trap.first = page_floor(msix->table_offset);
        trap.end = page_ceiling(msix->table_offset + table_size(msix));
        trap.window = msix->table_window;
    } else {
        trap.bar = msix->pba_bar;
        trap.first = page_floor(msix->pba_offset);
        trap.end = page_ceiling(msix->pba_offset + pba_size(msix));
        trap.window = msix->pba_window;
    }
    return trap;
}

/* ---- The function's table --------------------------------------------------- */

static void write_hw_entry(const struct rp_vpci_state *state, unsigned index,
                           unsigned field, uint32_t value)
{
    const struct rp_vpci_msix *msix = &state->msix;
    volatile unsigned char *window = msix->table_window;
    const uint64_t at = msix->table_offset - page_floor(msix->table_offset) +
                        (uint64_t)index * RP_PCI_MSIX_ENTRY_SIZE + field;

    rp_platform_mmio_write(state->platform, window + at, 4, value);
}

static void mask_hw_entry(struct rp_vpci_state *state, unsigned index, bool is_masked)
{
    write_hw_entry(state, index, RP_PCI_MSIX_ENTRY_CONTROL,
                   is_masked ? RP_PCI_MSIX_ENTRY_CONTROL_MASK : 0);
    if (index < state->msix.entry_count)
        state->msix.entries[index].is_masked_in_hw = is_masked;
}

static void write_hw_control(struct rp_vpci_state *state, uint32_t bits)
{
    const unsigned reg = state->msix.offset + RP_PCI_MSIX_CONTROL;
    const uint32_t own = RP_PCI_MSIX_CONTROL_ENABLE | RP_PCI_MSIX_CONTROL_MASK_ALL;

    vpci_hw_write(state, reg, 2, (vpci_hw_read(state, reg, 2) & ~own) | bits);
}

void vpci_msix_disable(struct rp_vpci_state *state)
{
    if (state->msix.offset)
        write_hw_control(state, 0);
}

/* ---- Learning the hardware -------------------------------------------------- */

static bool is_in_bar(const struct rp_vpci_state *state, unsigned index, uint64_t offset,
                      uint64_t size)
{
    const struct rp_vpci_bar *bar = rp_vpci_bar(state, index);

    return bar && bar->hpa.value && !bar->is_shared && offset < bar->hw_size &&
           size <= bar->hw_size - offset;
}

static bool is_table_over_pba(const struct rp_vpci_msix *msix)
{
    return msix->table_bar == msix->pba_bar &&
           msix->table_offset < msix->pba_offset + pba_size(msix) &&
           msix->pba_offset < msix->table_offset + table_size(msix);
}

static bool is_sound(const struct rp_vpci_state *state)
{
    const struct rp_vpci_msix *msix = &state->msix;

    return msix->entry_count &&
           is_in_bar(state, msix->table_bar, msix->table_offset, table_size(msix)) &&
           is_in_bar(state, msix->pba_bar, msix->pba_offset, pba_size(msix)) &&
           !is_table_over_pba(msix);
}

static volatile void *map_trap(const struct rp_vpci_state *state, unsigned index)
{
    const struct vpci_trap trap = vpci_msix_trap(state, index);
    const rp_hpa_t base = {page_floor(state->bars[trap.bar].hpa.value) + trap.first};

    return rp_platform_map(state->platform, base, trap.end - trap.first);
}

static bool map_windows(struct rp_vpci_state *state)
{
    state->msix.table_window = map_trap(state, 0);
    state->msix.pba_window = map_trap(state, 1);
    return state->msix.table_window && state->msix.pba_window;
}

static void unmap_windows(const struct rp_vpci_state *state)
{
    for (unsigned i = 0; i < VPCI_TRAP_COUNT; i++) {
        const struct vpci_trap trap = vpci_msix_trap(state, i);

        if (trap.window)
            rp_platform_unmap(state->platform, trap.window, trap.end - trap.first);
    }
}

/* Page for page, a table in a BAR that starts no page would be elsewhere. */
static bool are_pages_aligned(const struct rp_vpci_state *state)
{
    const struct rp_vpci_msix *msix = &state->msix;

    return state->bars[msix->table_bar].hpa.value % RP_VPCI_PAGE_SIZE == 0 &&
           state->bars[msix->pba_bar].hpa.value % RP_VPCI_PAGE_SIZE == 0;
}

void vpci_msix_learn(struct rp_vpci_state *state, struct rp_vpci_msix_entry *entries,
                     uint16_t capacity)
{
    struct rp_vpci_msix *msix = &state->msix;
    const unsigned offset = msix->offset;
    uint32_t table;
    uint32_t pba;

    if (!offset)
        return;
    table = vpci_hw_read(state, offset + RP_PCI_MSIX_TABLE, 4);
    pba = vpci_hw_read(state, offset + RP_PCI_MSIX_PBA, 4);
    msix->hw_entry_count =
        (uint16_t)(1 +
                   rp_field_get(RP_PCI_MSIX_CONTROL_TABLE_SIZE,
                                vpci_hw_read(state, offset + RP_PCI_MSIX_CONTROL, 2)));
    msix->entries = entries;
    msix->entry_count = msix->hw_entry_count < capacity ? msix->hw_entry_count : capacity;
    msix->table_bar = (uint8_t)(table & RP_PCI_MSIX_BIR);
    msix->table_offset = table & RP_PCI_MSIX_OFFSET;
    msix->pba_bar = (uint8_t)(pba & RP_PCI_MSIX_BIR);
    msix->pba_offset = pba & RP_PCI_MSIX_OFFSET;
    if (entries && is_sound(state) && are_pages_aligned(state) && map_windows(state))
        vpci_msix_reset(state);
    else
        vpci_msix_forget(state);
}

void vpci_msix_forget(struct rp_vpci_state *state)
{
    unmap_windows(state);
    state->msix = (struct rp_vpci_msix){0};
}

bool vpci_msix_move(struct rp_vpci_state *state)
{
    const struct rp_vpci_msix old = state->msix;
    struct rp_vpci_msix now;
    bool is_mapped;

    if (!old.offset)
        return true;
    is_mapped = map_windows(state);
    now = state->msix;
    if (is_mapped)
        state->msix = old;
    unmap_windows(state);
    state->msix = is_mapped ? now : old;
    return is_mapped;
}

/*
 * Both tables begin masked. The function's should after a reset, but not every
 * function has one, and the next owner must not get the last one's messages.
 */
void vpci_msix_reset(struct rp_vpci_state *state)
{
    struct rp_vpci_msix *msix = &state->msix;

    msix->is_enabled = false;
    msix->is_function_masked = false;
    if (!msix->offset)
        return;
    for (unsigned i = 0; i < msix->entry_count; i++)
        msix->entries[i] = (struct rp_vpci_msix_entry){.is_masked = true};
    for (unsigned i = 0; i < msix->hw_entry_count; i++)
        mask_hw_entry(state, i, true);
}

/* ---- The capability ------------------------------------------------------- */

uint16_t vpci_msix_length(const struct vpci_site *site)
{
    return site->view->state->msix.offset == site->offset ? RP_PCI_MSIX_SIZE : 0;
}

void vpci_msix_claim(const struct vpci_site *site)
{
    const struct rp_vpci_msix *msix = &site->view->state->msix;
    const struct vpci_reg table = {.offset = RP_PCI_MSIX_TABLE,
                                   .width = 4,
                                   .value = msix->table_offset | msix->table_bar};
    const struct vpci_reg pba = {
        .offset = RP_PCI_MSIX_PBA, .width = 4, .value = msix->pba_offset | msix->pba_bar};

    vpci_claim(site->view, site->offset, &table, 0);
    vpci_claim(site->view, site->offset, &pba, 0);
}

uint32_t vpci_msix_control_read(const struct rp_vpci_state *state, unsigned argument)
{
    const struct rp_vpci_msix *msix = &state->msix;
    uint32_t control = msix->entry_count - 1u;

    (void)argument;
    if (msix->is_enabled)
        control |= RP_PCI_MSIX_CONTROL_ENABLE;
    if (msix->is_function_masked)
        control |= RP_PCI_MSIX_CONTROL_MASK_ALL;
    return control << CONTROL_SHIFT;
}

/* Both bits may go to hardware at once: its entries are masked until programmed. */
void vpci_msix_control_write(struct rp_vpci_state *state, unsigned argument,
                             struct vpci_write write, struct rp_vpci_effects *effects,
                             uint32_t *shown)
{
    const uint32_t own = RP_PCI_MSIX_CONTROL_ENABLE | RP_PCI_MSIX_CONTROL_MASK_ALL;
    const uint32_t old = vpci_msix_control_read(state, argument);
    const uint32_t control = vpci_merge(old, write) >> CONTROL_SHIFT & own;

    if (control == (old >> CONTROL_SHIFT & own))
        return;
    state->msix.is_enabled = control & RP_PCI_MSIX_CONTROL_ENABLE;
    state->msix.is_function_masked = control & RP_PCI_MSIX_CONTROL_MASK_ALL;
    *shown = vpci_msix_control_read(state, argument);
    write_hw_control(state, control);
    effects->what |= RP_VPCI_EFFECT_MSIX;
}

/* ---- The domain's table ----------------------------------------------------- */

bool rp_vpci_msix_is_live(const struct rp_vpci_state *state, unsigned index)
{
    const struct rp_vpci_msix *msix = &state->msix;

    return index < msix->entry_count && msix->is_enabled && !msix->is_function_masked &&
           !msix->entries[index].is_masked;
}

enum rp_status rp_vpci_msix_program(struct rp_vpci_state *state, unsigned index,
                                    uint64_t address, uint32_t data)
{
    struct rp_vpci_msix *msix = &state->msix;

    if (index >= msix->entry_count)
        return RP_ERR_NO_DEVICE;
    if (!msix->entries[index].is_masked_in_hw)
        mask_hw_entry(state, index, true);
    write_hw_entry(state, index, RP_PCI_MSIX_ENTRY_ADDRESS, (uint32_t)address);
    write_hw_entry(state, index, RP_PCI_MSIX_ENTRY_ADDRESS_UPPER,
                   (uint32_t)(address >> 32));
    write_hw_entry(state, index, RP_PCI_MSIX_ENTRY_DATA, data);
    if (!msix->entries[index].is_masked)
        mask_hw_entry(state, index, false);
    return RP_OK;
}

static uint32_t read_field(const struct rp_vpci_msix_entry *entry, unsigned field)
{
    switch (field) {
    case RP_PCI_MSIX_ENTRY_ADDRESS:
        return (uint32_t)entry->address;
    case RP_PCI_MSIX_ENTRY_ADDRESS_UPPER:
        return (uint32_t)(entry->address >> 32);
    case RP_PCI_MSIX_ENTRY_DATA:
        return entry->data;
    default:
        return entry->is_masked ? RP_PCI_MSIX_ENTRY_CONTROL_MASK : 0;
    }
}

static void write_field(struct rp_vpci_msix_entry *entry, unsigned field, uint32_t value)
{
    switch (field) {
    case RP_PCI_MSIX_ENTRY_ADDRESS:
        entry->address =
            (entry->address & ~(uint64_t)0xffffffff) | (value & RP_PCI_MSI_ADDRESS_MASK);
        break;
    case RP_PCI_MSIX_ENTRY_ADDRESS_UPPER:
        entry->address = (uint64_t)value << 32 | (uint32_t)entry->address;
        break;
    case RP_PCI_MSIX_ENTRY_DATA:
        entry->data = value;
        break;
    default:
        entry->is_masked = value & RP_PCI_MSIX_ENTRY_CONTROL_MASK;
        break;
    }
}

/*
 * Any change masks the function's entry at once, since what it holds is for the
 * entry as it was; unmasking waits for rp_vpci_msix_program().
 */
static void change_entry(struct rp_vpci_state *state, unsigned index, unsigned field,
                         uint32_t value, struct rp_vpci_effects *effects)
{
    struct rp_vpci_msix_entry *entry = &state->msix.entries[index];
    const uint32_t old = read_field(entry, field);

    write_field(entry, field, value);
    if (read_field(entry, field) == old)
        return;
    if (!entry->is_masked_in_hw)
        mask_hw_entry(state, index, true);
    if (rp_vpci_msix_is_live(state, index)) {
        effects->what |= RP_VPCI_EFFECT_MSIX_ENTRY;
        effects->msix_entry = (uint16_t)index;
    }
}

/* ---- Accesses to the trapped pages ------------------------------------------- */

/* What a trapped access meets. */
enum target {
    TARGET_OTHER, /* a register that shares the pages */
    TARGET_TABLE,
    TARGET_PBA,
};

static bool touches(uint64_t offset, unsigned width, uint64_t first, uint64_t size)
{
    return offset < first + size && first < offset + width;
}

static enum target find_target(const struct rp_vpci_msix *msix, uint8_t bar,
                               uint64_t offset, unsigned width)
{
    if (bar == msix->table_bar &&
        touches(offset, width, msix->table_offset, table_size(msix)))
        return TARGET_TABLE;
    if (bar == msix->pba_bar && touches(offset, width, msix->pba_offset, pba_size(msix)))
        return TARGET_PBA;
    return TARGET_OTHER;
}

/* The table and the PBA start at a quadword, so such an access is all inside. */
static bool is_allowed(uint64_t offset, unsigned width)
{
    return (width == 4 || width == 8) && offset % width == 0;
}

/* The library's window to @offset, or NULL past the trapped pages. */
static volatile unsigned char *find_window(const struct rp_vpci_state *state, uint8_t bar,
                                           uint64_t offset)
{
    for (unsigned i = 0; i < VPCI_TRAP_COUNT; i++) {
        const struct vpci_trap trap = vpci_msix_trap(state, i);
        if (trap.bar == bar && offset >= trap.first && offset < trap.end)
            return (volatile unsigned char *)trap.window + (offset - trap.first);
    }
    return NULL;
}

/* How wide the next natural access of the function is, of what is left. */
static unsigned natural_width(uint64_t offset, unsigned left)
{
    if (left >= 4 && offset % 4 == 0)
        return 4;
    return left >= 2 && offset % 2 == 0 ? 2 : 1;
}

static uint64_t read_hardware(const struct rp_vpci_state *state, uint8_t bar,
                              uint64_t offset, unsigned width)
{
    uint64_t value = 0;

    for (unsigned done = 0; done < width;) {
        const unsigned piece = natural_width(offset + done, width - done);
        volatile unsigned char *address = find_window(state, bar, offset + done);
        const uint64_t part =
            address ? rp_platform_mmio_read(state->platform, address, piece) : UINT64_MAX;
        value |= (part & ((UINT64_C(1) << 8 * piece) - 1)) << 8 * done;
        done += piece;
    }
    return value;
}

static void write_hardware(const struct rp_vpci_state *state, uint8_t bar,
                           uint64_t offset, unsigned width, uint64_t value)
{
    for (unsigned done = 0; done < width;) {
        const unsigned piece = natural_width(offset + done, width - done);
        volatile unsigned char *address = find_window(state, bar, offset + done);
        if (address)
            rp_platform_mmio_write(
                state->platform, address, piece,
                (uint32_t)(value >> 8 * done & ((UINT64_C(1) << 8 * piece) - 1)));
        done += piece;
    }
}

/* Entries that the domain does not see, because of its capacity, read as ones. */
static uint64_t read_table(const struct rp_vpci_msix *msix, uint64_t at, unsigned width)
{
    const unsigned index = (unsigned)(at / RP_PCI_MSIX_ENTRY_SIZE);
    const unsigned field = (unsigned)(at % RP_PCI_MSIX_ENTRY_SIZE);
    uint64_t value;

    if (index >= msix->entry_count)
        return UINT64_MAX;
    value = read_field(&msix->entries[index], field);
    if (width == 8)
        value |= (uint64_t)read_field(&msix->entries[index], field + 4) << 32;
    return value;
}

uint64_t vpci_msix_read(const struct rp_vpci_state *state, uint8_t bar, uint64_t offset,
                        unsigned width)
{
    const struct rp_vpci_msix *msix = &state->msix;
    const enum target target = find_target(msix, bar, offset, width);

    if (target != TARGET_OTHER && !is_allowed(offset, width))
        return UINT64_MAX;
    if (target == TARGET_TABLE)
        return read_table(msix, offset - msix->table_offset, width);
    return read_hardware(state, bar, offset, width);
}

/* The PBA is read-only: a domain's write has nowhere to go. */
void vpci_msix_write(struct rp_vpci_state *state, uint8_t bar, uint64_t offset,
                     unsigned width, uint64_t value, struct rp_vpci_effects *effects)
{
    const struct rp_vpci_msix *msix = &state->msix;
    const enum target target = find_target(msix, bar, offset, width);

    if (target == TARGET_OTHER) {
        write_hardware(state, bar, offset, width, value);
    } else if (target == TARGET_TABLE && is_allowed(offset, width)) {
        const uint64_t at = offset - msix->table_offset;
        const unsigned index = (unsigned)(at / RP_PCI_MSIX_ENTRY_SIZE);
        const unsigned field = (unsigned)(at % RP_PCI_MSIX_ENTRY_SIZE);
        if (index >= msix->entry_count)
            return;
        change_entry(state, index, field, (uint32_t)value, effects);
        if (width == 8)
            change_entry(state, index, field + 4, (uint32_t)(value >> 32), effects);
    }
}
