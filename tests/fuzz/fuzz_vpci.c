/* SPDX-License-Identifier: MIT */
/*
 * Throws accesses, rebuilt views and device answers at the vPCI view of a guest.
 *
 * The oracle is a second, simpler statement of what a guest may see and change:
 * for each bit of the space, whether it may read as other than zero and whether
 * it may change in the function; what its BARs read as; and what the function's
 * interrupts may hold. It goes by the function's registers and by what the guest has
 * written, and asks nothing of what it judges.
 */
#include <string.h>

#include <rootport/pci_regs.h>

#include "tests/fake/fake_domain.h"
#include "tests/fuzz/input.h"

enum {
    OPERATIONS_MAX = 256,
    BAR_ROOM = 64 << 20,
};
#define HOST_ADDRESS 0xfeeabc00u
#define HOST_DATA    0x4321u

/* ---- What a guest may ---------------------------------------------------------------
 */

struct oracle {
    uint8_t visible[RP_CFG_SIZE_EXTENDED];
    uint8_t writable[RP_CFG_SIZE_EXTENDED]; /* of the function */
    uint8_t unset[RP_CFG_SIZE_EXTENDED];    /* of these, what never becomes 1 */
};

/* What the function was at the start, and what the guest has written since. */
struct model {
    bool has_policy; /* vendor-specific capabilities, the pin, stores of product data */
    uint32_t bars[RP_VPCI_BARS_MAX]; /* as written */
    struct {
        bool is_known;
        uint32_t mask; /* what can be written of it */
        uint32_t type; /* what it reads as beside that */
    } bar_rules[RP_VPCI_BARS_MAX];
    unsigned msi; /* offsets of the capabilities; 0: none */
    unsigned msi_data;
    unsigned msi_mask; /* 0: none */
    unsigned msix;
    bool has_table; /* of MSI-X, in BAR 0, where the fake memory is */
    unsigned table;
    unsigned entry_count;
    bool is_masked[FAKE_DOMAIN_ENTRIES];
};

static void allow(uint8_t *bytes, unsigned reg, unsigned size, uint64_t mask)
{
    for (unsigned i = 0; i < size && reg + i < RP_CFG_SIZE_EXTENDED; i++)
        bytes[reg + i] |= (uint8_t)(mask >> 8 * (i % 8));
}

static void allow_header(struct oracle *oracle, const struct model *model)
{
    if (model->has_policy) {
        allow(oracle->visible, RP_PCI_INTERRUPT_PIN, 1, 0xff);
        allow(oracle->visible, RP_PCI_STATUS, 2, RP_PCI_STATUS_INTX);
        allow(oracle->writable, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_INTX_DISABLE);
    }
    allow(oracle->visible, RP_PCI_VENDOR_ID, 4, UINT64_MAX);
    allow(oracle->visible, RP_PCI_COMMAND, 4, 0xffb00547);
    allow(oracle->visible, RP_PCI_REVISION_ID, 5, UINT64_MAX); /* and cache line size */
    allow(oracle->visible, RP_PCI_BAR0, 24, UINT64_MAX);       /* checked apart */
    allow(oracle->visible, RP_PCI_SUBSYSTEM_VENDOR_ID, 4, UINT64_MAX);
    allow(oracle->visible, RP_PCI_EXPANSION_ROM, 4, 0xfffff801); /* likewise */
    allow(oracle->visible, RP_PCI_CAPABILITIES_POINTER, 1, 0xfc);
    allow(oracle->visible, RP_PCI_INTERRUPT_LINE, 1, 0xff);
    allow(oracle->visible, RP_PCI_EXTENDED_BASE, 4, UINT64_MAX);
    allow(oracle->writable, RP_PCI_COMMAND, 4, 0xf9000005);
    allow(oracle->writable, RP_PCI_EXPANSION_ROM, 4, 0x00000001);
}

/* How much of a capability a guest may see at most; 0: nothing. */
static unsigned standard_length(unsigned id)
{
    static const uint8_t lengths[] = {
        [RP_PCI_CAP_ID_PM] = 8,    [RP_PCI_CAP_ID_VPD] = 8,
        [RP_PCI_CAP_ID_MSI] = 24,  [RP_PCI_CAP_ID_PCIX] = 8,
        [RP_PCI_CAP_ID_PCIE] = 60, [RP_PCI_CAP_ID_DEBUG_PORT] = 4,
        [RP_PCI_CAP_ID_MSIX] = 12, [RP_PCI_CAP_ID_BRIDGE_SUBSYSTEM] = 8,
        [RP_PCI_CAP_ID_SATA] = 8,  [RP_PCI_CAP_ID_ADVANCED_FEATURES] = 8,
    };

    return id < sizeof(lengths) ? lengths[id] : 0;
}

static unsigned extended_length(unsigned id)
{
    switch (id) {
    case RP_PCI_EXTCAP_ID_AER: /* without the header log */
        return 0x1c;
    case RP_PCI_EXTCAP_ID_ARI: /* the header; no other function is named */
        return 4;
    case RP_PCI_EXTCAP_ID_SERIAL_NUMBER:
    case RP_PCI_EXTCAP_ID_PTM:
    case RP_PCI_EXTCAP_ID_DATA_LINK_FEATURE:
        return 12;
    case RP_PCI_EXTCAP_ID_POWER_BUDGETING:
        return 16;
    case RP_PCI_EXTCAP_ID_VC:
        return 0x70;
    case RP_PCI_EXTCAP_ID_ACS:
        return 40;
    case RP_PCI_EXTCAP_ID_SECONDARY_PCIE:
        return 12 + 64;
    case RP_PCI_EXTCAP_ID_RESIZABLE_BAR:
        return 4 + 6 * 8;
    case RP_PCI_EXTCAP_ID_16GTS:
    case RP_PCI_EXTCAP_ID_32GTS:
        return 32 + 32;
    default:
        return 0;
    }
}

/* A message reaches the function by way of the embedder alone. */
static void allow_interrupt_writes(struct oracle *oracle, const struct model *model,
                                   unsigned at)
{
    if (at == model->msi)
        allow(oracle->writable, at + 2, 2, 0x0071);
    if (at == model->msi && model->msi_mask)
        allow(oracle->writable, model->msi_mask, 4, UINT64_MAX);
    if (at == model->msix)
        allow(oracle->writable, at + 2, 2, 0xc000);
}

/* Where the capabilities of both lists begin. */
struct starts {
    bool is_one[RP_CFG_SIZE_EXTENDED / 4];
};

/* How much of @length bytes at @at there is up to the next one, or the end of the list.
 */
static unsigned room_for(const struct starts *starts, unsigned at, unsigned length)
{
    unsigned room = 4;

    while (room < length && at + room != RP_PCI_EXTENDED_BASE &&
           at + room < RP_CFG_SIZE_EXTENDED && !starts->is_one[(at + room) / 4])
        room += 4;
    return room < length ? room : length;
}

static void allow_write(struct oracle *oracle, unsigned at, unsigned room,
                        unsigned offset, uint32_t mask)
{
    if (offset < room)
        allow(oracle->writable, at + offset, 4, mask);
}

/* As long as it says, in whole dwords, if the policy is to show it; else 0. */
static unsigned vendor_length(const struct model *model, const struct fake_device *device,
                              unsigned at)
{
    const bool is_extended = at >= RP_PCI_EXTENDED_BASE;
    const unsigned id = fake_device_get(device, at, is_extended ? 2 : 1);
    unsigned length = 0;

    if (is_extended ? id == RP_PCI_EXTCAP_ID_VENDOR || id == RP_PCI_EXTCAP_ID_DVSEC
                    : id == RP_PCI_CAP_ID_VENDOR)
        length = is_extended ? fake_device_get(device, at + 4, 4) >> 20
                             : fake_device_get(device, at + 2, 1);
    return model->has_policy ? (length + 3) / 4 * 4 : 0;
}

static void allow_standard_writes(struct oracle *oracle, const struct model *model,
                                  unsigned at, unsigned room, unsigned id)
{
    switch (id) {
    case RP_PCI_CAP_ID_VPD:
        allow_write(oracle, at, room, 0, 0xffff0000);
        if (model->has_policy)
            allow_write(oracle, at, room, 4, 0xffffffff);
        else
            allow(oracle->unset, at, 4, 0x80000000);
        break;
    case RP_PCI_CAP_ID_PCIX:
        allow_write(oracle, at, room, 4, 0x200c0000);
        break;
    case RP_PCI_CAP_ID_PCIE:
        allow_write(oracle, at, room, 8, 0x000f7810 | 0x8000); /* FLR goes to zero */
        if (room > 8)
            allow(oracle->unset, at + 8, 4, 0x8000);
        allow_write(oracle, at, room, 0x28, 0x031f);
        break;
    default:
        break;
    }
}

static void allow_extended_writes(struct oracle *oracle, unsigned at, unsigned room,
                                  unsigned id)
{
    if (id == RP_PCI_EXTCAP_ID_AER) {
        allow_write(oracle, at, room, 4, RP_PCI_AER_UNCORRECTABLE);
        allow_write(oracle, at, room, 16, RP_PCI_AER_CORRECTABLE);
    } else if (id == RP_PCI_EXTCAP_ID_POWER_BUDGETING) {
        allow_write(oracle, at, room, 4, 0xff);
    } else if (id == RP_PCI_EXTCAP_ID_RESIZABLE_BAR) { /* BARs are written back */
        for (unsigned i = 0; i < RP_VPCI_BARS_MAX; i++)
            allow_write(oracle, at, room, 8 + 8 * i, RP_PCI_REBAR_CONTROL_SIZE);
        allow(oracle->writable, RP_PCI_COMMAND, 4, RP_PCI_COMMAND_MEMORY);
        allow(oracle->writable, RP_PCI_BAR0, 24, UINT64_MAX);
    }
}

/* No BAR gets larger than it was, or than there is room for. */
static void check_sizes(const struct fake_domain *domain)
{
    for (unsigned i = 0; i < domain->state.rebar_count; i++) {
        const struct rp_vpci_rebar *rebar = &domain->state.rebars[i];
        const struct rp_vpci_bar *bar = rp_vpci_bar(&domain->state, rebar->bar);

        require(bar && bar->size == UINT64_C(1) << (20 + rebar->size));
        require(rebar->size == rebar->initial_size || bar->size <= BAR_ROOM);
        require(bar->hpa.value % bar->size == 0 || rebar->size == rebar->initial_size);
    }
}

/* The capability after the one at @at, or 0; after none, the first of the lower list. */
static unsigned next_of(const struct fake_device *device, unsigned at)
{
    if (at >= RP_PCI_EXTENDED_BASE)
        return fake_device_get(device, at, 4) >> 20 & 0xffc;
    at = fake_device_get(device, at ? at + 1 : RP_PCI_CAPABILITIES_POINTER, 1) & 0xfc;
    return at >= RP_PCI_CAPABILITIES_BASE ? at : 0;
}

static void find_starts(struct starts *starts, const struct fake_device *device)
{
    memset(starts, 0, sizeof(*starts));
    for (unsigned at = next_of(device, 0); at && !starts->is_one[at / 4];
         at = next_of(device, at))
        starts->is_one[at / 4] = true;
    for (unsigned at = RP_PCI_EXTENDED_BASE;
         at >= RP_PCI_EXTENDED_BASE && !starts->is_one[at / 4]; at = next_of(device, at))
        starts->is_one[at / 4] = true;
}

static void look_at(struct oracle *oracle, const struct model *model,
                    const struct fake_device *device)
{
    struct starts starts;

    memset(oracle, 0, sizeof(*oracle));
    allow_header(oracle, model);
    find_starts(&starts, device);
    for (unsigned at = 0; at < RP_CFG_SIZE_EXTENDED; at += 4) {
        const bool is_extended = at >= RP_PCI_EXTENDED_BASE;
        const unsigned id = fake_device_get(device, at, is_extended ? 2 : 1);
        unsigned room = is_extended ? extended_length(id) : standard_length(id);

        if (!starts.is_one[at / 4])
            continue;
        room = room_for(&starts, at, room + vendor_length(model, device, at));
        allow(oracle->visible, at, room, UINT64_MAX);
        if (is_extended) {
            allow_extended_writes(oracle, at, room, id);
        } else {
            allow_standard_writes(oracle, model, at, room, id);
            allow_interrupt_writes(oracle, model, at);
        }
    }
}

/* ---- What the function is
 * ---------------------------------------------------------------- */

static unsigned find_first(const struct fake_device *device, unsigned id)
{
    unsigned at = fake_device_get(device, RP_PCI_CAPABILITIES_POINTER, 1) & 0xfc;

    for (unsigned hops = 0; at >= 0x40 && hops < 64; hops++) {
        if (fake_device_get(device, at, 1) == id)
            return at;
        at = fake_device_get(device, at + 1, 1) & 0xfc;
    }
    return 0;
}

/* What BAR @index reads as once all ones were written to it. */
static uint32_t size_bar(const struct fake_device *device, unsigned index)
{
    const unsigned reg = RP_PCI_BAR0 + 4 * index;
    uint32_t writable;

    memcpy(&writable, &device->rw[reg], sizeof(writable));
    return writable | fake_device_get(device, reg, 4);
}

/* Those of ports may be there or not, and Intel has functions that have none. */
static void model_bars(struct model *model, const struct fake_device *device)
{
    const bool is_known = fake_device_get(device, RP_PCI_VENDOR_ID, 2) != 0x8086;

    for (unsigned i = 0; i < RP_VPCI_BARS_MAX; i++) {
        const uint32_t low = size_bar(device, i);
        const bool is_wide = (low & 7) == 4;
        uint64_t decoded = low & ~0xfu;
        uint64_t mask = 0;

        if (low & 1)
            continue;
        if (is_wide)
            decoded = i == 5 ? 0 : decoded | (uint64_t)size_bar(device, i + 1) << 32;
        if (decoded)
            mask = ~((decoded & -decoded) - 1) & ~UINT64_C(0xfff);
        model->bar_rules[i].is_known = is_known;
        model->bar_rules[i].mask = (uint32_t)mask;
        if (decoded) /* other types than of 32 and 64 bits are reserved */
            model->bar_rules[i].type = (low & 8) | (is_wide ? 4 : 0);
        if (!is_wide || i == 5)
            continue;
        i++;
        model->bar_rules[i].is_known = is_known;
        model->bar_rules[i].mask = (uint32_t)(mask >> 32);
    }
}

static void model_msi(struct model *model, const struct fake_device *device)
{
    const unsigned at = find_first(device, RP_PCI_CAP_ID_MSI);
    const uint32_t control = fake_device_get(device, at + 2, 2);

    model->msi = at;
    model->msi_data = at + (control & 0x80 ? 12 : 8);
    if (control & 0x100)
        model->msi_mask = model->msi_data + 4;
}

static void model_msix(struct model *model, const struct fake_device *device,
                       unsigned capacity)
{
    const unsigned at = find_first(device, RP_PCI_CAP_ID_MSIX);
    const uint64_t bar0 = fake_device_get(device, RP_PCI_BAR0, 4) & ~0xfu;

    model->msix = at;
    if (!at || !model->bar_rules[0].is_known || !(model->bar_rules[0].type & 4) ||
        (bar0 | (uint64_t)fake_device_get(device, RP_PCI_BAR0 + 4, 4) << 32) !=
            NVME_BAR_ADDRESS)
        return;
    model->table = fake_device_get(device, at + 4, 4);
    model->has_table = (model->table & 7) == 0;
    model->entry_count = (fake_device_get(device, at + 2, 2) & 0x7ff) + 1;
    if (model->entry_count > capacity)
        model->entry_count = capacity;
}

static void forget_writes(struct model *model)
{
    memset(model->bars, 0, sizeof(model->bars));
    memset(model->is_masked, true, sizeof(model->is_masked));
}

static void begin_model(struct model *model, const struct fake_domain *domain)
{
    memset(model, 0, sizeof(*model));
    model->has_policy = domain->config.policy != RP_VPCI_POLICY_NONE;
    model_bars(model, &domain->device);
    model_msi(model, &domain->device);
    model_msix(model, &domain->device, domain->config.msix_capacity);
    forget_writes(model);
    model->bars[0] = FAKE_DOMAIN_BAR;
}

static bool is_width(unsigned width)
{
    return width == 1 || width == 2 || width == 4 || width == 8;
}

static void note_write(struct model *model, unsigned reg, unsigned width, uint64_t value)
{
    for (unsigned i = 0; is_width(width) && i < width; i++) {
        const unsigned at = (uint16_t)reg + i - RP_PCI_BAR0;

        if (at < sizeof(model->bars))
            ((uint8_t *)model->bars)[at] = (uint8_t)(value >> 8 * i);
    }
}

/* A write to where BAR 0 decodes. The table takes aligned ones of 4 or 8 bytes. */
static void note_mmio_write(struct model *model, uint64_t gpa, unsigned width,
                            uint64_t value)
{
    const uint64_t bar = (model->bars[0] & model->bar_rules[0].mask) |
                         (uint64_t)(model->bars[1] & model->bar_rules[1].mask) << 32;
    const uint64_t at = gpa - bar - model->table;

    if ((width != 4 && width != 8) || at % width != 0 || at / 16 >= model->entry_count)
        return;
    for (unsigned i = 0; i < width; i += 4)
        if ((at + i) % 16 == RP_PCI_MSIX_ENTRY_CONTROL)
            model->is_masked[at / 16] = value >> 8 * i & 1;
}

/* ---- What must hold after every operation
 * ----------------------------------------------- */

static void check_visible(struct fake_domain *domain, const struct oracle *oracle)
{
    for (unsigned reg = 0; reg < domain->view.size; reg++)
        require((domain_read(domain, reg, 1) & ~(uint32_t)oracle->visible[reg]) == 0);
    require(domain_read(domain, domain->view.size, 1) == 0xff || domain->view.size > 256);
}

/* Each reads as the guest has written it, but for what its size and type leave. */
static void check_registers(struct fake_domain *domain, const struct model *model)
{
    for (unsigned i = 0; i < RP_VPCI_BARS_MAX && !domain->state.rebar_count; i++)
        require(
            !model->bar_rules[i].is_known ||
            domain_read(domain, RP_PCI_BAR0 + 4 * i, 4) ==
                ((model->bars[i] & model->bar_rules[i].mask) | model->bar_rules[i].type));
}

static void check_bars(struct fake_domain *domain)
{
    const struct rp_vpci_bar *rom = rp_vpci_range(&domain->state, RP_VPCI_ROM);
    const uint32_t rom_reg = domain_read(domain, RP_PCI_EXPANSION_ROM, 4);

    require((rom_reg & ~0x7ffu) == (rom ? (uint32_t)rom->address : 0));
    for (unsigned i = 0; i < RP_VPCI_BARS_MAX; i++) {
        const struct rp_vpci_bar *bar = rp_vpci_range(&domain->state, i);
        const uint32_t low = domain_read(domain, RP_PCI_BAR0 + 4 * i, 4);
        const bool is_io = bar && bar->kind == RP_VPCI_BAR_IO;
        if (bar) {
            require(bar->address % bar->size == 0);
            require(is_io ? bar->size >= 4 : bar->size % RP_VPCI_PAGE_SIZE == 0);
            require((low & (is_io ? ~0x3u : ~0xfu)) == (uint32_t)bar->address);
        } else if (i == 0 || domain->state.bars[i - 1].kind != RP_VPCI_BAR_MEMORY64) {
            require(low == 0);
        }
    }
}

static void check_mappings(const struct fake_domain *domain)
{
    struct rp_vpci_mapping map[RP_VPCI_MAPPINGS_MAX];
    const size_t count = rp_vpci_mappings(&domain->state, map);

    require(count <= RP_VPCI_MAPPINGS_MAX);
    require(count == 0 || (domain->state.command & RP_PCI_COMMAND_MEMORY));
    for (size_t i = 0; i < count; i++) {
        const struct rp_vpci_bar *bar = rp_vpci_bar(&domain->state, map[i].bar);
        require(map[i].size && map[i].size % RP_VPCI_PAGE_SIZE == 0);
        require(map[i].gpa.value % RP_VPCI_PAGE_SIZE == 0);
        require(map[i].hpa.value >= bar->hpa.value);
        require(map[i].hpa.value - bar->hpa.value + map[i].size <= bar->size);
        for (size_t j = 0; j < i; j++)
            require(map[j].gpa.value + map[j].size <= map[i].gpa.value ||
                    map[i].gpa.value + map[i].size <= map[j].gpa.value);
        if (map[i].backing == RP_VPCI_BACKING_DIRECT && domain->state.msix.offset &&
            map[i].bar == domain->state.msix.table_bar) {
            const uint64_t first = map[i].hpa.value - bar->hpa.value;
            const uint64_t table = domain->state.msix.table_offset;
            const uint64_t size = (uint64_t)domain->state.msix.hw_entry_count * 16;
            require(first + map[i].size <= table || table + size <= first);
        }
    }
}

/* The function's table holds what the embedder wrote, and sends nothing else. */
static void check_msix(const struct fake_domain *domain, const struct model *model)
{
    const struct rp_vpci_msix *msix = &domain->state.msix;

    if (!msix->offset || !model->has_table)
        return;
    for (unsigned i = 0; i < model->entry_count; i++) {
        uint32_t entry[4];
        memcpy(entry, domain->bar_memory + model->table + 16 * i, sizeof(entry));
        require(entry[0] == 0 || entry[0] == HOST_ADDRESS);
        require(entry[1] == 0 && (entry[2] == 0 || entry[2] == HOST_DATA));
        require((entry[3] & 1) == msix->entries[i].is_masked_in_hw);
        require((entry[3] & 1) || (entry[0] == HOST_ADDRESS && !model->is_masked[i]));
    }
}

static void check_writes(const struct fake_domain *domain, const struct oracle *oracle,
                         const uint8_t *before)
{
    for (unsigned reg = 0; reg < RP_CFG_SIZE_EXTENDED; reg++) {
        const uint8_t now = domain->device.bytes[reg];

        require(((now ^ before[reg]) & ~oracle->writable[reg]) == 0);
        require((now & ~before[reg] & oracle->unset[reg]) == 0);
    }
}

static bool is_msi_on(const struct model *model, const uint8_t *registers)
{
    return model->msi && (registers[model->msi + 2] & 1);
}

/* It goes on with the embedder's message, at the guest's word. */
static void check_msi_goes_on(struct fake_domain *domain, const struct model *model)
{
    const struct fake_device *device = &domain->device;

    require(fake_device_get(device, model->msi + 4, 4) == HOST_ADDRESS);
    require(fake_device_get(device, model->msi_data, 2) == HOST_DATA);
    require(model->msi_data != model->msi + 12 ||
            fake_device_get(device, model->msi + 8, 4) == 0);
    require(domain_read(domain, model->msi + 2, 1) & 1);
}

/* ---- Operations
 * ------------------------------------------------------------------------- */

/* Addresses near what is mapped, else anything. */
static uint64_t pick_gpa(struct fake_domain *domain, struct input *input)
{
    const struct rp_vpci_bar *bar = rp_vpci_bar(&domain->state, take(input, 1) % 6);

    return (bar ? bar->address : 0) + (take(input, 2) & 0xffff);
}

static void program(struct fake_domain *domain, const struct model *model, unsigned index)
{
    const bool was_on = is_msi_on(model, domain->device.bytes);

    (void)!rp_vpci_msi_program(&domain->state, HOST_ADDRESS, HOST_DATA);
    if (!was_on && is_msi_on(model, domain->device.bytes))
        check_msi_goes_on(domain, model);
    (void)!rp_vpci_msix_program(&domain->state, index, HOST_ADDRESS, HOST_DATA);
}

/* A port leads into an I/O BAR that decodes, and to where the function has that. */
static void check_port(const struct fake_domain *domain, uint16_t port, unsigned width)
{
    bool is_right = false;
    uint16_t found;

    if (!rp_vpci_port(&domain->state, port, width, &found))
        return;
    require(domain->state.command & RP_PCI_COMMAND_IO);
    for (unsigned i = 0; i < RP_VPCI_BARS_MAX; i++) {
        const struct rp_vpci_bar *bar = rp_vpci_range(&domain->state, i);

        is_right |= bar && bar->kind == RP_VPCI_BAR_IO && port >= bar->address &&
                    port + width <= bar->address + bar->size &&
                    found == bar->hpa.value + (port - bar->address);
    }
    require(is_right);
}

/* True if the guest itself did it: then the function's registers are compared. */
static bool operate(struct fake_domain *domain, struct oracle *oracle,
                    struct model *model, struct input *input)
{
    static const unsigned widths[] = {1, 2, 4, 8, 3, 0, 16, 4};
    const unsigned what = take(input, 1);
    const unsigned width = widths[what >> 4 & 7];
    uint32_t value;
    uint64_t gpa;
    unsigned reg;

    switch (what & 0xf) {
    case 0:
        program(domain, model, take(input, 1));
        return false;
    case 1:
        domain->device.bytes[take(input, 2) % 4096] = (uint8_t)take(input, 1);
        return false;
    case 2:
        look_at(oracle, model, &domain->device);
        require(rp_vpci_build(&domain->view, &domain->state,
                              (what & 0x10) ? RP_CFG_SIZE_EXTENDED
                                            : RP_CFG_SIZE_CONVENTIONAL) == RP_OK ||
                domain->view.size == 0);
        return false;
    case 3:
        (void)!rp_vpci_flr_start(&domain->state);
        if (rp_vpci_flr_finish(&domain->state) == RP_OK)
            forget_writes(model);
        return false;
    case 4:
        rp_vpci_window_set(&domain->state, (enum rp_vpci_window_kind)(what >> 4 & 1),
                           (rp_gpa_t){(uint64_t)take(input, 4) << 12},
                           (uint64_t)take(input, 3) << 12);
        rp_vpci_window_set(&domain->state, RP_VPCI_WINDOW_IO, (rp_gpa_t){take(input, 1)},
                           take(input, 2));
        return false;
    case 5:
    case 6:
        gpa = pick_gpa(domain, input);
        value = take(input, 4);
        if (rp_vpci_mmio_write(&domain->state, (rp_gpa_t){gpa}, width, value,
                               &domain->effects))
            note_mmio_write(model, gpa, width, value);
        return true;
    case 7:
        (void)domain_mmio_read(domain, pick_gpa(domain, input), width);
        return true;
    case 8:
        (void)rp_vpci_read(&domain->view, (uint16_t)take(input, 2), width);
        check_port(domain, (uint16_t)take(input, 2), width);
        require((rp_vpci_errors(&domain->view) & ~0x7u) == 0);
        return true;
    default:
        reg = take(input, 2);
        if (!(what & 0x80))
            reg &= 0x1ff;
        value = take(input, 4);
        domain_write(domain, reg, width, value);
        note_write(model, reg, width, value);
        return true;
    }
}

/* A function that answers what the input says, or an NVMe controller with changes. */
static void make_device(struct fake_domain *domain, struct input *input)
{
    const unsigned changes = take(input, 1);

    if (changes & 4)
        domain->config.policy = RP_VPCI_POLICY_VENDOR_SPECIFIC | RP_VPCI_POLICY_INTX |
                                RP_VPCI_POLICY_VITAL_PRODUCT_DATA;
    if (changes & 2) /* BAR 4, of 32 ports */
        fake_device_set_bar(&domain->device, 4, 32, 0xc000, RP_PCI_BAR_IO);
    if (changes & 1) { /* BAR 2, of 2 MiB, can be resized */
        fake_device_set_bar(&domain->device, 2, 2 << 20, 0xc01000000, 0xc);
        fake_device_set_extcap(&domain->device, NVME_UNKNOWN,
                               RP_PCI_EXTCAP_ID_RESIZABLE_BAR, 1, 0);
        fake_device_set(&domain->device, NVME_UNKNOWN + 4, 4, 0xfff0);
        fake_device_set(&domain->device, NVME_UNKNOWN + 8, 4, 1 << 8 | 1 << 5 | 2);
    }
    for (unsigned i = 0; i < changes && input->size; i++) {
        const unsigned at = take(input, 2) % RP_CFG_SIZE_EXTENDED;
        domain->device.bytes[at] = (uint8_t)take(input, 1);
    }
    memset(domain->device.rw + 0x40, 0xff, sizeof(domain->device.rw) - 0x40);
    memset(domain->device.rw1c, 0, sizeof(domain->device.rw1c));
    domain->config.msix_capacity = (uint16_t)(take(input, 1) % (FAKE_DOMAIN_ENTRIES + 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fake_domain *domain = fake_domain_new();
    struct input input = {data, size};
    struct oracle oracle;
    struct model model;
    uint8_t before[RP_CFG_SIZE_EXTENDED];

    make_device(domain, &input);
    begin_model(&model, domain);
    if (fake_domain_start(domain) == RP_OK) {
        for (unsigned i = 0; i < RP_VPCI_BARS_MAX; i++)
            rp_vpci_bar_set_room(&domain->state, i, BAR_ROOM);
        look_at(&oracle, &model, &domain->device);
        for (unsigned i = 0; i < OPERATIONS_MAX && input.size; i++) {
            bool is_guests;
            memcpy(before, domain->device.bytes, sizeof(before));
            is_guests = operate(domain, &oracle, &model, &input);
            if (is_guests) {
                check_writes(domain, &oracle, before);
                require(is_msi_on(&model, before) ||
                        !is_msi_on(&model, domain->device.bytes));
            }
            if (domain->view.size == 0)
                break;
            check_registers(domain, &model);
            check_bars(domain);
            check_sizes(domain);
            check_mappings(domain);
            check_msix(domain, &model);
        }
        if (domain->view.size)
            check_visible(domain, &oracle);
    }
    fake_domain_free(domain);
    return 0;
}
