/* SPDX-License-Identifier: MIT */
/*
 * The type 0 header of a view: command and status, and BARs that are the
 * domain's own.
 *
 * PCI Express Base r5.0, 7.5.1.1 and 7.5.1.2.
 */
#include <rootport/pci_regs.h>
#include <rootport/space.h>
#include <rootport/vpci.h>

#include "vpci_internal.h"

enum {
    IO_SPACE = 0x10000,
};

#define STATUS_ERRORS                                                                    \
    (RP_PCI_STATUS_MASTER_PARITY_ERROR | RP_PCI_STATUS_SIGNALED_TARGET_ABORT |           \
     RP_PCI_STATUS_RECEIVED_TARGET_ABORT | RP_PCI_STATUS_RECEIVED_MASTER_ABORT |         \
     RP_PCI_STATUS_SIGNALED_SYSTEM_ERROR | RP_PCI_STATUS_PARITY_ERROR)

/* What a domain may set. SERR# and parity would report to the machine, not to it. */
#define COMMAND_VIRTUAL                                                                  \
    (RP_PCI_COMMAND_MEMORY | RP_PCI_COMMAND_BUS_MASTER |                                 \
     RP_PCI_COMMAND_PARITY_RESPONSE | RP_PCI_COMMAND_SERR | RP_PCI_COMMAND_INTX_DISABLE)

/*
 * Registers that are the same for every function and role. BIST, CardBus CIS and
 * latency timer are not there; Max_Lat and Min_Gnt are zero in PCI Express.
 */
static const struct vpci_reg header_regs[] = {
    {.offset = RP_PCI_COMMAND, .width = 2, .handler = VPCI_COMMAND},
    {.offset = RP_PCI_STATUS,
     .width = 2,
     .ro = RP_PCI_STATUS_66MHZ | RP_PCI_STATUS_FAST_BACK_TO_BACK | RP_PCI_STATUS_DEVSEL,
     .rw1c = STATUS_ERRORS},
    {.offset = RP_PCI_REVISION_ID, .width = 1, .ro = 0xff},
    {.offset = RP_PCI_CLASS_PROGRAMMING_INTERFACE, .width = 1, .ro = 0xff},
    {.offset = RP_PCI_CLASS_DEVICE, .width = 2, .ro = 0xffff},
    {.offset = RP_PCI_CACHE_LINE_SIZE, .width = 1, .virt = 0xff},
    {.offset = RP_PCI_SUBSYSTEM_VENDOR_ID, .width = 2, .ro = 0xffff},
    {.offset = RP_PCI_SUBSYSTEM_ID, .width = 2, .ro = 0xffff},
    {.offset = RP_PCI_INTERRUPT_LINE, .width = 1, .virt = 0xff},
};

/* A guest reads a virtual function's IDs as if it were one of its own. */
static const struct vpci_reg own_id = {
    .offset = RP_PCI_VENDOR_ID, .width = 4, .ro = 0xffffffff};

/* A guest sees one function alone; the hardware domain sees the device. */
static const struct vpci_reg multifunction = {
    .offset = RP_PCI_HEADER_TYPE, .width = 1, .ro = RP_PCI_HEADER_TYPE_MULTIFUNCTION};
static const struct vpci_reg interrupt_pin = {
    .offset = RP_PCI_INTERRUPT_PIN, .width = 1, .ro = 0xff};
static const struct vpci_reg interrupt_status = {
    .offset = RP_PCI_STATUS, .width = 2, .ro = RP_PCI_STATUS_INTX};

/*
 * Functions whose registers at the offsets of BARs are none: Intel errata HSE43
 * (Haswell server) and BDF2, BDX2 (Broadwell server), the home agents' and power
 * control units'. Device ID, then vendor ID, as the dword has them.
 */
static const uint32_t functions_without_bars[] = {0x2fc08086, 0x6f608086, 0x6fa08086,
                                                  0x6fc08086};

static bool has_bars(const struct rp_vpci_state *state)
{
    const uint32_t id = vpci_hw_read(state, RP_PCI_VENDOR_ID, 4);

    for (size_t i = 0;
         i < sizeof(functions_without_bars) / sizeof(functions_without_bars[0]); i++)
        if (functions_without_bars[i] == id)
            return false;
    return true;
}

static bool has_intx(const struct rp_vpci_state *state)
{
    return state->policy & RP_VPCI_POLICY_INTX;
}

/* The ROM is not: what makes a function decode memory is that it has a BAR. */
static bool is_memory(const struct rp_vpci_bar *bar)
{
    return bar->kind == RP_VPCI_BAR_MEMORY32 || bar->kind == RP_VPCI_BAR_MEMORY64;
}

/* Any function of the machine's own may decode ports that no BAR names. */
static bool has_io(const struct rp_vpci_state *state)
{
    bool has = state->role == RP_VPCI_ROLE_HARDWARE && !state->vf_id;

    for (unsigned i = 0; i < RP_VPCI_BARS_MAX; i++)
        has |= state->bars[i].kind == RP_VPCI_BAR_IO;
    return has;
}

static unsigned range_reg(const struct rp_vpci_state *state, unsigned index)
{
    if (index == RP_VPCI_ROM)
        return RP_PCI_EXPANSION_ROM;
    if (index < RP_VPCI_BARS_MAX)
        return RP_PCI_BAR0 + 4 * index;
    return state->sriov.offset + RP_PCI_SRIOV_VF_BAR0 + 4 * (index - RP_VPCI_BARS_MAX);
}

/* ---- Learning the hardware -------------------------------------------------- */

/* Writes all of @mask, and what was there of it again. Decode is off. */
static uint32_t probe(const struct rp_vpci_state *state, unsigned index, uint32_t mask,
                      uint32_t *out_old)
{
    const unsigned reg = range_reg(state, index);
    uint32_t answer;

    *out_old = vpci_hw_read(state, reg, 4) & mask;
    vpci_hw_write(state, reg, 4, mask);
    answer = vpci_hw_read(state, reg, 4);
    vpci_hw_write(state, reg, 4, *out_old);
    return answer;
}

/* @decoded: the address bits that can be set, the lowest of which is the size. */
static bool set_size(struct rp_vpci_bar *bar, uint64_t decoded)
{
    bar->size = bar->hw_size = decoded & (~decoded + 1);
    return ((decoded + bar->size) & decoded) == 0;
}

/* Of I/O, the upper 16 bits may be there or not; what has no size is not there. */
static void learn_simple(struct rp_vpci_bar *bar, enum rp_vpci_bar_kind kind,
                         uint32_t mask, uint32_t answer, uint32_t old)
{
    bar->hpa.value = old & mask;
    bar->kind = kind;
    if ((answer & mask) == 0 || !set_size(bar, answer & mask))
        *bar = (struct rp_vpci_bar){0};
}

/* Learns BAR @index; returns how many registers it takes. Nothing behind @last is one. */
static unsigned learn_bar(struct rp_vpci_state *state, unsigned index, unsigned last)
{
    struct rp_vpci_bar *bar = &state->bars[index];
    const bool is_last = index == last;
    uint32_t old;
    const uint32_t low = probe(state, index, RP_PCI_ALL_ONES, &old);
    const bool is_64bit = rp_field_get(RP_PCI_BAR_TYPE, low) == RP_PCI_BAR_TYPE_64BIT;
    uint64_t decoded = low & RP_PCI_BAR_MEMORY_ADDRESS;

    if (low & RP_PCI_BAR_IO) {
        learn_simple(bar, RP_VPCI_BAR_IO, RP_PCI_BAR_IO_ADDRESS, low, old);
        if (low & RP_PCI_BAR_IO_ADDRESS) /* with holes too, it decodes with the others */
            bar->kind = RP_VPCI_BAR_IO;
        return 1;
    }
    bar->hpa.value = old & RP_PCI_BAR_MEMORY_ADDRESS;
    if (is_64bit && !is_last) {
        decoded |= (uint64_t)probe(state, index + 1, RP_PCI_ALL_ONES, &old) << 32;
        bar->hpa.value |= (uint64_t)old << 32;
    }
    if (decoded == 0 || (is_64bit && is_last)) {
        bar->hpa.value = 0;
        return is_64bit ? 2 : 1;
    }
    bar->kind = is_64bit ? RP_VPCI_BAR_MEMORY64 : RP_VPCI_BAR_MEMORY32;
    bar->is_prefetchable = low & RP_PCI_BAR_PREFETCHABLE;
    if (!set_size(bar, decoded))
        state->refusal = RP_VPCI_REFUSED_BAR_SIZE;
    return is_64bit ? 2 : 1;
}

/* Its enable bit is left off. */
static void learn_rom(struct rp_vpci_state *state)
{
    uint32_t old;
    const uint32_t answer = probe(state, RP_VPCI_ROM, RP_PCI_EXPANSION_ROM_ADDRESS, &old);

    learn_simple(&state->bars[RP_VPCI_ROM], RP_VPCI_BAR_ROM, RP_PCI_EXPANSION_ROM_ADDRESS,
                 answer, old);
}

/* A guest's BAR is whole pages, so what shares its pages would be the guest's too. */
static enum rp_vpci_refusal fit_to_pages(struct rp_vpci_bar *bar)
{
    if (bar->hpa.value == 0)
        return RP_VPCI_REFUSED_NO_ADDRESS;
    if (bar->hpa.value % RP_VPCI_PAGE_SIZE)
        return RP_VPCI_REFUSED_SHARED_PAGE;
    if (bar->size < RP_VPCI_PAGE_SIZE)
        bar->size = RP_VPCI_PAGE_SIZE;
    if (bar->hpa.value + bar->size < bar->hpa.value)
        return RP_VPCI_REFUSED_BAR_SIZE;
    return RP_VPCI_ACCEPTED;
}

/*
 * What else may be where the function says that it is. Firmware's VGA and IDE decode
 * ports of PCs of old that no BAR names.
 */
static enum rp_vpci_refusal look_around(const struct rp_vpci_state *state,
                                        const struct rp_vpci_config *config,
                                        const struct rp_vpci_bar *bar)
{
    const struct rp_space_range range =
        rp_space_range_of(config->function, bar, bar->hpa.value);
    const uint32_t class = vpci_hw_read(state, RP_PCI_CLASS_DEVICE, 2);

    if (!config->space)
        return RP_VPCI_ACCEPTED;
    if (!rp_space_is_free(config->space, &range) ||
        (range.kind == RP_SPACE_IO &&
         (class == RP_PCI_CLASS_VGA || class == RP_PCI_CLASS_IDE)))
        return RP_VPCI_REFUSED_NOT_ALONE;
    return rp_space_is_reached(config->space, &range) ? RP_VPCI_ACCEPTED
                                                      : RP_VPCI_REFUSED_OUT_OF_REACH;
}

/*
 * A function works without its ROM, and most do without I/O: what can't be a guest's
 * of these is left out, where a memory BAR would stand against the assignment.
 */
static void fit_for_guest(struct rp_vpci_state *state, unsigned index,
                          enum rp_vpci_refusal around)
{
    struct rp_vpci_bar *bar = &state->bars[index];
    enum rp_vpci_refusal refusal = RP_VPCI_ACCEPTED;

    if (bar->kind != RP_VPCI_BAR_IO)
        refusal = fit_to_pages(bar);
    else if (bar->hpa.value == 0 || bar->hpa.value + bar->size > IO_SPACE)
        refusal = RP_VPCI_REFUSED_NO_ADDRESS;
    if (refusal == RP_VPCI_ACCEPTED)
        refusal = around;
    if (refusal != RP_VPCI_ACCEPTED && !rp_vpci_range_forget(state, index))
        state->refusal = refusal;
}

static void fit_ranges(struct rp_vpci_state *state, const struct rp_vpci_config *config)
{
    for (unsigned i = 0; i < RP_VPCI_RANGES_MAX; i++) {
        struct rp_vpci_bar *bar = &state->bars[i];
        enum rp_vpci_refusal around;

        if (bar->kind == RP_VPCI_BAR_ABSENT || state->refusal != RP_VPCI_ACCEPTED)
            continue;
        around = look_around(state, config, bar);
        bar->is_shared = around != RP_VPCI_ACCEPTED;
        if (state->role == RP_VPCI_ROLE_GUEST)
            fit_for_guest(state, i, around);
        else if (i == RP_VPCI_ROM && around == RP_VPCI_REFUSED_NOT_ALONE)
            bar->kind = RP_VPCI_BAR_ABSENT;
        else
            bar->address = bar->hpa.value;
    }
}

static bool is_any_memory(const struct rp_vpci_state *state)
{
    for (unsigned i = 0; i < RP_VPCI_BARS_MAX; i++)
        if (is_memory(&state->bars[i]) && state->bars[i].hpa.value)
            return true;
    return state->bars[RP_VPCI_ROM].kind && state->bars[RP_VPCI_ROM].hpa.value;
}

static void set_hw_command(const struct rp_vpci_state *state, uint32_t mask,
                           uint32_t bits)
{
    const uint32_t command = vpci_hw_read(state, RP_PCI_COMMAND, 2);

    vpci_hw_write(state, RP_PCI_COMMAND, 2, (command & ~mask) | bits);
}

void vpci_header_learn_bars(struct rp_vpci_state *state, unsigned first, unsigned last)
{
    for (unsigned i = first; i <= last;)
        i += learn_bar(state, i, last);
}

void rp_vpci_learn_bridge(struct rp_vpci_state *state)
{
    const uint32_t decode = RP_PCI_COMMAND_IO | RP_PCI_COMMAND_MEMORY;
    const uint32_t command = vpci_hw_read(state, RP_PCI_COMMAND, 2);

    set_hw_command(state, decode, 0);
    vpci_header_learn_bars(state, 0, RP_PCI_BRIDGE_BAR_COUNT - 1);
    set_hw_command(state, decode, command & decode);
}

static void learn_bars(struct rp_vpci_state *state)
{
    set_hw_command(state, RP_PCI_COMMAND_MEMORY, 0);
    if (has_bars(state)) {
        vpci_header_learn_bars(state, 0, RP_VPCI_BARS_MAX - 1);
        learn_rom(state);
    }
}

static void learn_vf_bars(struct rp_vpci_state *state, const struct rp_vpci_vf *vf)
{
    for (unsigned i = 0; i < RP_VPCI_BARS_MAX; i++) {
        const uint64_t size = vf->bars[i].size;
        struct rp_vpci_bar *bar = &state->bars[i];

        if (size == 0)
            continue;
        if (size & (size - 1))
            state->refusal = RP_VPCI_REFUSED_BAR_SIZE;
        bar->kind = vf->bars[i].is_64bit ? RP_VPCI_BAR_MEMORY64 : RP_VPCI_BAR_MEMORY32;
        bar->is_prefetchable = vf->bars[i].is_prefetchable;
        bar->hpa = vf->bars[i].base;
        bar->hw_size = bar->size = size;
    }
}

void vpci_header_learn(struct rp_vpci_state *state, const struct rp_vpci_config *config)
{
    if (config->vf)
        learn_vf_bars(state, config->vf);
    else
        learn_bars(state);
    fit_ranges(state, config);
    if (state->refusal == RP_VPCI_ACCEPTED && is_any_memory(state))
        set_hw_command(state, 0, RP_PCI_COMMAND_MEMORY);
    vpci_header_reset(state);
}

void vpci_header_stop_decode(struct rp_vpci_state *state)
{
    set_hw_command(state, RP_PCI_COMMAND_MEMORY, 0);
}

/* The low bits of a BAR are read-only in hardware, but for the ROM's enable bit. */
static void place(const struct rp_vpci_state *state, unsigned index)
{
    const struct rp_vpci_bar *bar = &state->bars[index];
    const unsigned reg = range_reg(state, index);
    const uint32_t enable = index == RP_VPCI_ROM && state->is_rom_enabled;

    if (bar->kind == RP_VPCI_BAR_ABSENT || state->vf_id)
        return;
    vpci_hw_write(state, reg, 4, (uint32_t)bar->hpa.value | enable);
    if (bar->kind == RP_VPCI_BAR_MEMORY64)
        vpci_hw_write(state, reg + 4, 4, (uint32_t)(bar->hpa.value >> 32));
}

void vpci_header_write_bars(const struct rp_vpci_state *state, unsigned first)
{
    for (unsigned i = first; i < first + RP_VPCI_BARS_MAX; i++)
        place(state, i);
}

void vpci_header_place(struct rp_vpci_state *state)
{
    vpci_header_write_bars(state, 0);
    place(state, RP_VPCI_ROM);
    if (is_any_memory(state))
        set_hw_command(state, 0, RP_PCI_COMMAND_MEMORY);
}

void vpci_header_disable_rom(struct rp_vpci_state *state)
{
    if (!state->is_rom_enabled)
        return;
    state->is_rom_enabled = false;
    place(state, RP_VPCI_ROM);
}

void vpci_header_restore(struct rp_vpci_state *state)
{
    state->is_rom_enabled = false;
    vpci_header_place(state);
    set_hw_command(state, RP_PCI_COMMAND_IO | RP_PCI_COMMAND_BUS_MASTER,
                   RP_PCI_COMMAND_INTX_DISABLE);
}

void vpci_header_reset(struct rp_vpci_state *state)
{
    state->command = 0;
    for (unsigned i = 0; i < RP_VPCI_RANGES_MAX; i++)
        if (state->role != RP_VPCI_ROLE_HARDWARE)
            state->bars[i].address = 0;
}

/* ---- The domain's registers ------------------------------------------------- */

/* What a BAR reads as beside its address. */
static uint32_t bar_type(const struct rp_vpci_bar *bar)
{
    const uint32_t prefetchable = bar->is_prefetchable ? RP_PCI_BAR_PREFETCHABLE : 0;

    if (bar->kind == RP_VPCI_BAR_IO)
        return RP_PCI_BAR_IO;
    if (bar->kind == RP_VPCI_BAR_MEMORY64)
        return rp_field_set(RP_PCI_BAR_TYPE, prefetchable, RP_PCI_BAR_TYPE_64BIT);
    return prefetchable;
}

static void claim_range(struct rp_vpci_view *view, unsigned index)
{
    const struct rp_vpci_bar *bar = &view->state->bars[index];
    const unsigned reg = range_reg(view->state, index);
    const struct vpci_reg low = {.offset = (uint16_t)reg,
                                 .width = 4,
                                 .handler = bar->kind == RP_VPCI_BAR_ROM ? VPCI_ROM
                                                                         : VPCI_BAR_LOW,
                                 .value = bar_type(bar)};
    const struct vpci_reg high = {
        .offset = (uint16_t)(reg + 4), .width = 4, .handler = VPCI_BAR_HIGH};

    if (bar->kind != RP_VPCI_BAR_ABSENT)
        vpci_claim(view, 0, &low, (uint8_t)index);
    if (bar->kind == RP_VPCI_BAR_MEMORY64)
        vpci_claim(view, 0, &high, (uint8_t)index);
}

void vpci_header_claim(struct rp_vpci_view *view)
{
    const struct rp_vpci_state *state = view->state;
    const bool is_hardware = state->role == RP_VPCI_ROLE_HARDWARE;

    const struct vpci_reg vf_id = {
        .offset = RP_PCI_VENDOR_ID, .width = 4, .value = state->vf_id};

    for (size_t i = 0; i < sizeof(header_regs) / sizeof(header_regs[0]); i++)
        vpci_claim(view, 0, &header_regs[i], 0);
    vpci_claim(view, 0, state->vf_id && !is_hardware ? &vf_id : &own_id, 0);
    if (is_hardware)
        vpci_claim(view, 0, &multifunction, 0);
    if (has_intx(state)) {
        vpci_claim(view, 0, &interrupt_pin, 0);
        vpci_claim(view, 0, &interrupt_status, 0);
    }
    if (vpci_is_plain_vf(state))
        return;
    vpci_header_claim_bars(view, 0);
    claim_range(view, RP_VPCI_ROM);
}

void vpci_header_claim_bars(struct rp_vpci_view *view, unsigned first)
{
    for (unsigned i = first; i < first + RP_VPCI_BARS_MAX; i++)
        claim_range(view, i);
}

uint32_t vpci_command_read(const struct rp_vpci_state *state, unsigned argument)
{
    (void)argument;
    return state->command;
}

/* What the domain wants; but a BAR without an address would decode ports from 0 up. */
static uint32_t io_decode(const struct rp_vpci_state *state)
{
    for (unsigned i = 0; i < RP_VPCI_BARS_MAX; i++)
        if (state->bars[i].kind == RP_VPCI_BAR_IO && state->bars[i].hpa.value == 0)
            return 0;
    return state->command & RP_PCI_COMMAND_IO;
}

/*
 * Memory decode of the hardware stays on: a domain's bit is about its mapping.
 * I/O decode, bus mastering and INTx go to hardware, the rest of the domain's bits do
 * not; with each write, for a reset has left the pin disabled there, and not in the
 * view.
 */
void vpci_command_write(struct rp_vpci_state *state, unsigned argument,
                        struct vpci_write write, struct rp_vpci_effects *effects,
                        uint32_t *shown)
{
    const uint32_t memory = vpci_is_plain_vf(state) ? RP_PCI_COMMAND_MEMORY : 0;
    const uint32_t own =
        (COMMAND_VIRTUAL & ~memory) | (has_io(state) ? RP_PCI_COMMAND_IO : 0);
    const uint32_t command = vpci_merge(state->command, write) & own;
    const uint32_t changed = command ^ state->command;
    uint32_t to_hardware = RP_PCI_COMMAND_BUS_MASTER;

    (void)argument;
    state->command = (uint16_t)command;
    *shown = command;
    if (has_intx(state))
        to_hardware |= RP_PCI_COMMAND_INTX_DISABLE;
    set_hw_command(state, to_hardware | RP_PCI_COMMAND_IO,
                   (command & to_hardware) | io_decode(state));
    if (changed & (RP_PCI_COMMAND_MEMORY | RP_PCI_COMMAND_IO))
        effects->what |= RP_VPCI_EFFECT_MAPPINGS;
    if (changed & RP_PCI_COMMAND_INTX_DISABLE)
        effects->what |= RP_VPCI_EFFECT_INTX;
}

uint32_t vpci_bar_low_read(const struct rp_vpci_state *state, unsigned argument)
{
    return (uint32_t)state->bars[argument].address;
}

uint32_t vpci_bar_high_read(const struct rp_vpci_state *state, unsigned argument)
{
    return (uint32_t)(state->bars[argument].address >> 32);
}

uint32_t vpci_rom_read(const struct rp_vpci_state *state, unsigned argument)
{
    return (uint32_t)state->bars[argument].address | state->is_rom_enabled;
}

static void move_bar(struct rp_vpci_state *state, struct rp_vpci_bar *bar,
                     uint64_t address, struct rp_vpci_effects *effects)
{
    if (state->role == RP_VPCI_ROLE_HARDWARE && bar >= &state->bars[RP_VPCI_BARS_MAX] &&
        bar->kind != RP_VPCI_BAR_ROM &&
        (state->sriov.control & RP_PCI_SRIOV_CONTROL_VF_MEMORY))
        return;
    address &= ~(bar->size - 1);
    if (address != bar->address &&
        (state->command & (RP_PCI_COMMAND_MEMORY | RP_PCI_COMMAND_IO)))
        effects->what |= RP_VPCI_EFFECT_MAPPINGS;
    bar->address = address;
}

static void enable_rom(struct rp_vpci_state *state, struct vpci_write write,
                       struct rp_vpci_effects *effects)
{
    const bool is_enabled =
        vpci_merge(state->is_rom_enabled, write) & RP_PCI_EXPANSION_ROM_ENABLE;

    if (is_enabled == state->is_rom_enabled)
        return;
    state->is_rom_enabled = is_enabled;
    place(state, RP_VPCI_ROM);
    effects->what |= RP_VPCI_EFFECT_MAPPINGS;
}

void vpci_bar_low_write(struct rp_vpci_state *state, unsigned argument,
                        struct vpci_write write, struct rp_vpci_effects *effects,
                        uint32_t *shown)
{
    struct rp_vpci_bar *bar = &state->bars[argument];
    const uint64_t high = bar->address & ~(uint64_t)0xffffffff;

    move_bar(state, bar, high | vpci_merge((uint32_t)bar->address, write), effects);
    *shown = (uint32_t)bar->address;
}

void vpci_bar_high_write(struct rp_vpci_state *state, unsigned argument,
                         struct vpci_write write, struct rp_vpci_effects *effects,
                         uint32_t *shown)
{
    struct rp_vpci_bar *bar = &state->bars[argument];
    const uint64_t high = vpci_merge((uint32_t)(bar->address >> 32), write);

    move_bar(state, bar, high << 32 | (uint32_t)bar->address, effects);
    *shown = (uint32_t)(bar->address >> 32);
}

void vpci_rom_write(struct rp_vpci_state *state, unsigned argument,
                    struct vpci_write write, struct rp_vpci_effects *effects,
                    uint32_t *shown)
{
    struct rp_vpci_bar *bar = &state->bars[argument];

    enable_rom(state, write, effects);
    move_bar(state, bar, vpci_merge((uint32_t)bar->address, write), effects);
    *shown = vpci_rom_read(state, argument);
}

/* ---- The embedder's ---------------------------------------------------------- */

const struct rp_vpci_bar *rp_vpci_range(const struct rp_vpci_state *state, unsigned index)
{
    if ((index >= RP_VPCI_BARS_MAX && index != RP_VPCI_ROM) ||
        state->bars[index].kind == RP_VPCI_BAR_ABSENT)
        return NULL;
    return &state->bars[index];
}

const struct rp_vpci_bar *rp_vpci_bar(const struct rp_vpci_state *state, unsigned index)
{
    const struct rp_vpci_bar *bar = rp_vpci_range(state, index);

    return bar && bar->kind == RP_VPCI_BAR_IO ? NULL : bar;
}

enum rp_status rp_vpci_bar_place(struct rp_vpci_state *state, unsigned index,
                                 rp_gpa_t gpa)
{
    const struct rp_vpci_bar *bar = rp_vpci_range(state, index);

    if (!bar)
        return RP_ERR_NO_DEVICE;
    if (gpa.value & (bar->size - 1))
        return RP_ERR_INVALID;
    if (bar->kind != RP_VPCI_BAR_MEMORY64 &&
        gpa.value > (bar->kind == RP_VPCI_BAR_IO ? UINT16_MAX : UINT32_MAX))
        return RP_ERR_INVALID;
    state->bars[index].address = gpa.value;
    vpci_refresh(state);
    return RP_OK;
}

bool rp_vpci_range_forget(struct rp_vpci_state *state, unsigned index)
{
    const struct rp_vpci_bar *range = rp_vpci_range(state, index);
    const enum rp_vpci_bar_kind kind = range ? range->kind : RP_VPCI_BAR_ABSENT;

    if (kind != RP_VPCI_BAR_IO && kind != RP_VPCI_BAR_ROM)
        return false;
    for (unsigned i = 0; i < RP_VPCI_RANGES_MAX; i++)
        if (state->bars[i].kind == kind)
            state->bars[i].kind = RP_VPCI_BAR_ABSENT;
    return true;
}

/* Decode is off while a BAR of 64 bits has but half of its new address. */
enum rp_status rp_vpci_range_move(struct rp_vpci_state *state, unsigned index)
{
    const struct rp_vpci_bar *range = rp_vpci_range(state, index);
    rp_hpa_t old;

    if (!range)
        return RP_ERR_NO_DEVICE;
    old = range->hpa;
    state->bars[index].hpa.value = range->address;
    if (!vpci_msix_move(state)) {
        state->bars[index].hpa = old;
        return RP_ERR_UNREACHABLE;
    }
    vpci_header_stop_decode(state);
    vpci_header_place(state);
    set_hw_command(state, RP_PCI_COMMAND_IO, io_decode(state));
    return RP_OK;
}
