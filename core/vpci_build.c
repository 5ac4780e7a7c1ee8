/* SPDX-License-Identifier: MIT */
/*
 * Builds a view: lays the rows of the header and of the capabilities that the
 * domain may see over the dwords of the space, and links those capabilities.
 *
 * PCI Express Base r5.0, 7.5.1.1.11 and 7.6.3 (the lists).
 */
#include <rootport/cap.h>
#include <rootport/pci_regs.h>
#include <rootport/vpci.h>

#include "internal.h"
#include "vpci_internal.h"

enum {
    SLOT_UNCLAIMED = 0, /* reads zero, ignores writes */
    SLOT_READ_ONLY = 1, /* shared by all dwords that are the function's own */
    SLOT_CLOSED = 2,    /* within a capability, and not there */
    SLOT_DEVICE = 3,    /* the hardware domain's: what the specification leaves open */
    SLOTS_SHARED = 4,
};

/* Bits n for base classes n. */
#define CLASSES_OF_THE_MACHINE                                                           \
    (1u << RP_PCI_BASE_CLASS_MEMORY | 1u << RP_PCI_BASE_CLASS_BRIDGE |                   \
     1u << RP_PCI_BASE_CLASS_SYSTEM | 1u << RP_PCI_BASE_CLASS_PROCESSOR)

/* ---- Claiming --------------------------------------------------------------- */

/* The slot of a dword of its own; there is room, vpci_claim()'s callers have seen to it.
 */
static struct rp_vpci_slot *own_slot(struct rp_vpci_view *view, unsigned dword)
{
    if (view->slot_of[dword] < SLOTS_SHARED)
        view->slot_of[dword] = (uint8_t)view->slot_count++;
    return &view->slots[view->slot_of[dword]];
}

/*
 * The state's shadow for @dword, which an earlier view may have made. Zero, the one
 * that stays zero, if none is left: only a function whose lists change from build to
 * build gets that far, and the register is then not there.
 */
static uint32_t find_shadow(struct rp_vpci_state *state, unsigned dword)
{
    for (uint32_t i = 1; i < state->shadow_count; i++)
        if (state->shadows[i].dword == dword)
            return i;
    if (state->shadow_count == RP_VPCI_SHADOWS_MAX)
        return 0;
    state->shadow_values[state->shadow_count] = 0;
    state->shadows[state->shadow_count] =
        (struct rp_vpci_shadow){.dword = (uint16_t)dword};
    return state->shadow_count++;
}

/* Gives @slot bits of the domain's own. */
static void claim_virtual(struct rp_vpci_state *state, struct rp_vpci_slot *slot,
                          const struct vpci_reg *reg, unsigned shift)
{
    struct rp_vpci_shadow *shadow = &state->shadows[slot->shadow];
    const uint32_t reset = reg->reset << shift;

    slot->virt |= reg->virt << shift;
    if ((shadow->reset & reset) != reset) {
        shadow->reset |= reset;
        state->shadow_values[slot->shadow] |= reset;
    }
    shadow->sticky |= reg->sticky << shift;
}

static void claim_handler(struct rp_vpci_state *state, struct rp_vpci_slot *slot,
                          const struct vpci_reg *reg, uint8_t argument)
{
    struct rp_vpci_shadow *shadow = &state->shadows[slot->shadow];

    slot->handler = shadow->handler = reg->handler;
    slot->argument = shadow->argument = argument;
}

static enum rp_vpci_reach reach_of(const struct rp_vpci_slot *slot)
{
    const uint32_t to_function = slot->rw | slot->rw1c;

    if (slot->handler)
        return to_function | slot->virt ? RP_VPCI_REACH_MIXED : RP_VPCI_REACH_HANDLER;
    return to_function ? RP_VPCI_REACH_MIXED : RP_VPCI_REACH_OWN;
}

void vpci_claim(struct rp_vpci_view *view, uint16_t base, const struct vpci_reg *reg,
                uint8_t argument)
{
    const unsigned at = base + reg->offset;
    const unsigned shift = 8 * (at % 4);
    struct rp_vpci_slot *slot = own_slot(view, at / 4);

    slot->value |= reg->value << shift;
    slot->hardware |= (reg->ro | reg->rw | reg->rw1c) << shift;
    slot->rw |= reg->rw << shift;
    slot->rw1c |= reg->rw1c << shift;
    slot->write_zero |= reg->write_zero << shift;
    if (reg->virt || reg->handler)
        slot->shadow = find_shadow(view->state, at / 4);
    if (slot->shadow && reg->virt)
        claim_virtual(view->state, slot, reg, shift);
    if (slot->shadow && reg->handler)
        claim_handler(view->state, slot, reg, argument);
    slot->reach = (uint8_t)reach_of(slot);
}

/* Whether there are slots for @size bytes of @treatment, and one for 0x100 after it. */
static bool has_slots(const struct rp_vpci_view *view, enum rp_vpci_treatment treatment,
                      unsigned size)
{
    const unsigned needed = treatment == RP_VPCI_READ_ONLY ? 1 : (size + 3) / 4;

    return view->slot_count + needed + 1 <= RP_VPCI_SLOTS_MAX;
}

/* What is nobody's of [offset, end) becomes @slot, one of those that are shared. */
static void claim_rest(struct rp_vpci_view *view, unsigned offset, unsigned end,
                       uint8_t slot)
{
    for (unsigned at = offset; at < end; at += 4)
        if (view->slot_of[at / 4] == SLOT_UNCLAIMED)
            view->slot_of[at / 4] = slot;
}

/* ---- Capabilities ------------------------------------------------------------ */

/* A list under construction: where the offset of the next one goes. */
struct link {
    unsigned dword;
    unsigned shift;
};

static const struct vpci_cap_table *table_of(enum rp_vpci_list list)
{
    return list == RP_VPCI_LIST_STANDARD ? &vpci_caps : &vpci_extcaps;
}

static const struct vpci_cap nobodys = {0};

static const struct vpci_cap *find_row(enum rp_vpci_list list, uint16_t id)
{
    const struct vpci_cap_table *table = table_of(list);

    for (size_t i = 0; i < table->row_count; i++)
        if (table->rows[i].rule.id == id)
            return &table->rows[i];
    if (id < 64 && (table->nobodys >> id & 1))
        return &nobodys;
    return table->unknown;
}

static enum rp_vpci_treatment decide(const struct rp_vpci_state *state,
                                     const struct rp_vpci_rule *rule)
{
    if (state->role == RP_VPCI_ROLE_HARDWARE)
        return rule->hardware;
    if (rule->guest == RP_VPCI_HIDDEN && (rule->unless & state->policy))
        return RP_VPCI_READ_ONLY;
    return rule->guest;
}

/* A modelled capability is there once: the specification has no use for a second. */
static bool is_second(const struct rp_vpci_view *view, const struct rp_vpci_found *found)
{
    for (const struct rp_vpci_found *other = view->found; other != found; other++)
        if (other->list == found->list && other->id == found->id &&
            other->treatment == RP_VPCI_MODELLED)
            return true;
    return false;
}

static uint16_t limit_of(const struct rp_vpci_view *view,
                         const struct rp_vpci_found *found)
{
    unsigned limit = found->list == RP_VPCI_LIST_STANDARD ? RP_CFG_SIZE_CONVENTIONAL
                                                          : RP_CFG_SIZE_EXTENDED;

    for (unsigned i = 0; i < view->found_count; i++)
        if (view->found[i].offset > found->offset && view->found[i].offset < limit)
            limit = view->found[i].offset;
    return (uint16_t)limit;
}

/*
 * What would run into the next capability ends there: that one may be hidden, or behave
 * otherwise. Where it isn't for the table alone to say what is in it, it is none. The
 * hardware domain reads, up to the next, what has no length that makes sense too.
 */
static unsigned length_of(const struct vpci_cap *row, const struct vpci_site *site,
                          enum rp_vpci_treatment treatment)
{
    const unsigned room = (unsigned)site->limit - site->offset;
    const unsigned length = row->length ? row->length(site) : row->size;
    bool may_be_cut = treatment == RP_VPCI_READ_ONLY;

    if (length == 0)
        may_be_cut &= site->view->state->role == RP_VPCI_ROLE_HARDWARE;
    else if (length <= room)
        return length;
    else
        may_be_cut |= !row->claim;
    return may_be_cut ? room : 0;
}

static void claim_cap_header(struct rp_vpci_view *view, const struct rp_vpci_found *found)
{
    const bool is_read_only = found->treatment == RP_VPCI_READ_ONLY;
    struct vpci_reg header = {.width = 4, .value = found->id};

    if (found->list == RP_VPCI_LIST_EXTENDED)
        header.value |= rp_field_set(RP_PCI_EXTCAP_VERSION, 0, found->version);
    else if (is_read_only)
        header.ro = 0xffff0000u; /* the two bytes after ID and pointer */
    vpci_claim(view, found->offset, &header, 0);
}

/*
 * Shows what @found is, if the domain may see it and it is sound. One that is hidden may
 * be as long as there is room.
 */
static void show(struct rp_vpci_view *view, struct rp_vpci_found *found)
{
    const struct vpci_cap *row = find_row((enum rp_vpci_list)found->list, found->id);
    const enum rp_vpci_treatment treatment = decide(view->state, &row->rule);
    const struct vpci_site site = {view, found->offset, limit_of(view, found)};
    const struct vpci_reg *regs = row->regs;
    unsigned length;

    if (treatment == RP_VPCI_HIDDEN ||
        (treatment == RP_VPCI_MODELLED && is_second(view, found)) ||
        view->slot_of[found->offset / 4] != SLOT_UNCLAIMED || /* the list is a circle */
        (length = length_of(row, &site, treatment)) == 0 ||
        !has_slots(view, treatment, length)) {
        claim_rest(view, found->offset, site.limit, SLOT_CLOSED);
        return;
    }
    found->treatment = (uint8_t)treatment;
    claim_cap_header(view, found);
    if (treatment == RP_VPCI_READ_ONLY) {
        claim_rest(view, found->offset, found->offset + length, SLOT_READ_ONLY);
        return;
    }
    if (row->rule.unless & view->state->policy)
        regs += row->reg_count;
    for (unsigned i = 0; i < row->reg_count; i++)
        if (regs[i].offset < length)
            vpci_claim(view, found->offset, &regs[i], 0);
    if (row->claim)
        row->claim(&site);
    claim_rest(view, found->offset, found->offset + length, SLOT_CLOSED);
}

/* Puts @offset into the link, and moves the link to what stands there. */
static void append(struct rp_vpci_view *view, struct link *link, uint16_t offset,
                   unsigned shift)
{
    view->slots[view->slot_of[link->dword]].value |= (uint32_t)offset << link->shift;
    link->dword = offset / 4u;
    link->shift = shift;
}

static void collect(struct rp_vpci_view *view, struct rp_cap_iter *iter,
                    bool (*next)(struct rp_cap_iter *, struct rp_cap *),
                    enum rp_vpci_list list)
{
    struct rp_cap cap;

    while (view->found_count < RP_VPCI_CAPS_MAX && next(iter, &cap))
        view->found[view->found_count++] = (struct rp_vpci_found){
            .offset = cap.offset,
            .id = cap.id,
            .version = cap.version,
            .list = (uint8_t)list,
        };
}

static void show_list(struct rp_vpci_view *view, enum rp_vpci_list list)
{
    for (unsigned i = 0; i < view->found_count; i++)
        if (view->found[i].list == list)
            show(view, &view->found[i]);
}

/* Links what is shown, in the function's order. */
static void link_list(struct rp_vpci_view *view, enum rp_vpci_list list, struct link link,
                      unsigned shift)
{
    for (unsigned i = 0; i < view->found_count; i++) {
        const struct rp_vpci_found *found = &view->found[i];
        if (found->list == list && found->treatment != RP_VPCI_HIDDEN &&
            found->offset != RP_PCI_EXTENDED_BASE)
            append(view, &link, found->offset, shift);
    }
}

static void build_standard(struct rp_vpci_view *view)
{
    const struct vpci_reg pointer = {.offset = RP_PCI_CAPABILITIES_POINTER, .width = 1};
    const struct vpci_reg has_list = {
        .offset = RP_PCI_STATUS, .width = 2, .value = RP_PCI_STATUS_CAPABILITIES};
    const struct link link = {RP_PCI_CAPABILITIES_POINTER / 4,
                              8 * (RP_PCI_CAPABILITIES_POINTER % 4)};

    vpci_claim(view, 0, &pointer, 0);
    show_list(view, RP_VPCI_LIST_STANDARD);
    link_list(view, RP_VPCI_LIST_STANDARD, link, 8 * RP_PCI_CAP_NEXT);
    if (view->slots[view->slot_of[link.dword]].value)
        vpci_claim(view, 0, &has_list, 0);
}

/*
 * The list begins at 0x100, whatever stands there. A hidden capability leaves a
 * null one with version 0 (PCI Code and ID Assignment r1.11, 3): walks skip
 * its ID, and take it for the end only if no other follows.
 */
static void build_extended(struct rp_vpci_view *view)
{
    const unsigned shift = 20; /* RP_PCI_EXTCAP_NEXT */
    const struct link link = {RP_PCI_EXTENDED_BASE / 4, shift};
    const struct vpci_reg null = {.offset = RP_PCI_EXTENDED_BASE, .width = 4};

    show_list(view, RP_VPCI_LIST_EXTENDED);
    vpci_claim(view, 0, &null, 0);
    link_list(view, RP_VPCI_LIST_EXTENDED, link, shift);
}

/*
 * Whether device-specific registers may act on more than the function: firmware's flash
 * is on a serial bus.
 */
static bool is_of_the_machine(const struct rp_vpci_state *state)
{
    const uint32_t class = vpci_hw_read(state, RP_PCI_CLASS_DEVICE, 2);
    const unsigned base = class >> 8;

    return (base < 32 && (CLASSES_OF_THE_MACHINE >> base & 1u)) ||
           (base == RP_PCI_BASE_CLASS_SERIAL_BUS && class != RP_PCI_CLASS_USB);
}

/*
 * Beside the header and the capabilities, the registers are the device's own: its
 * driver, and the kernel's quirks, know them. From 0x100 on they can but be read: a list
 * that a function has changed, or cut short, must not open what lets it do more, SR-IOV
 * and ATS.
 */
static void open_rest(struct rp_vpci_view *view)
{
    struct rp_vpci_slot *slot = &view->slots[SLOT_DEVICE];

    slot->hardware = RP_PCI_ALL_ONES;
    slot->rw = is_of_the_machine(view->state) ? 0 : RP_PCI_ALL_ONES;
    slot->reach = RP_VPCI_REACH_MIXED;
    claim_rest(view, RP_PCI_CAPABILITIES_BASE, RP_CFG_SIZE_CONVENTIONAL, SLOT_DEVICE);
    claim_rest(view, RP_PCI_EXTENDED_BASE, view->size, SLOT_READ_ONLY);
}

enum rp_status rp_vpci_build(struct rp_vpci_view *view, struct rp_vpci_state *state,
                             uint16_t size)
{
    struct rp_cap_iter caps;
    struct rp_cap_iter extcaps;

    memset(view, 0, sizeof(*view));
    if (state->role == RP_VPCI_ROLE_NONE ||
        (size != RP_CFG_SIZE_CONVENTIONAL && size != RP_CFG_SIZE_EXTENDED))
        return RP_ERR_INVALID;
    if (vpci_is_gone(state))
        return RP_ERR_NO_DEVICE;

    view->state = state;
    view->size = size;
    view->slot_count = SLOTS_SHARED;
    view->slots[SLOT_READ_ONLY].hardware = 0xffffffffu;
    vpci_header_claim(view);

    caps = rp_cap_begin(&state->cfg, state->sbdf);
    collect(view, &caps, rp_cap_next, RP_VPCI_LIST_STANDARD);
    extcaps = rp_extcap_begin(&state->cfg, state->sbdf, size);
    collect(view, &extcaps, rp_extcap_next, RP_VPCI_LIST_EXTENDED);
    vpci_state_note_link(view);
    build_standard(view);
    if (size == RP_CFG_SIZE_EXTENDED)
        build_extended(view);
    if (state->role == RP_VPCI_ROLE_HARDWARE)
        open_rest(view);
    vpci_refresh(state);
    return RP_OK;
}

const struct rp_vpci_rule *rp_vpci_rule_of(enum rp_vpci_list list, uint16_t id)
{
    return &find_row(list, id)->rule;
}
