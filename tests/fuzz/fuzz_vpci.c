/* SPDX-License-Identifier: MIT */
/*
 * Throws accesses, rebuilt views and device answers at the vPCI view of a guest.
 *
 * The oracle is a second, simpler statement of what a guest may see and change:
 * for each bit of the space, whether it may read as other than zero and whether
 * it may change in the function; and what the function's interrupts may hold.
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
};

static void allow(uint8_t *bytes, unsigned reg, unsigned size, uint64_t mask)
{
    for (unsigned i = 0; i < size && reg + i < RP_CFG_SIZE_EXTENDED; i++)
        bytes[reg + i] |= (uint8_t)(mask >> 8 * (i % 8));
}

static void allow_header(struct oracle *oracle)
{
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

static void allow_standard_writes(struct oracle *oracle, unsigned at, unsigned id)
{
    uint8_t *writable = oracle->writable;

    switch (id) {
    case RP_PCI_CAP_ID_VPD:
        allow(writable, at + 2, 2, 0xffff);
        break;
    case RP_PCI_CAP_ID_MSI: /* what is written is checked apart */
        allow(writable, at + 2, 22, UINT64_MAX);
        break;
    case RP_PCI_CAP_ID_PCIX:
        allow(writable, at + 4, 4, 0x200c0000);
        break;
    case RP_PCI_CAP_ID_MSIX:
        allow(writable, at + 2, 2, 0xc000);
        break;
    case RP_PCI_CAP_ID_PCIE:
        allow(writable, at + 8, 4, 0x000f7810 | 0x8000); /* FLR goes to zero */
        allow(writable, at + 0x28, 2, 0x031f);
        break;
    default:
        break;
    }
}

static void allow_extended_writes(struct oracle *oracle, unsigned at, unsigned id)
{
    if (id == RP_PCI_EXTCAP_ID_AER) {
        allow(oracle->writable, at + 4, 4, RP_PCI_AER_UNCORRECTABLE);
        allow(oracle->writable, at + 16, 4, RP_PCI_AER_CORRECTABLE);
    } else if (id == RP_PCI_EXTCAP_ID_POWER_BUDGETING) {
        allow(oracle->writable, at + 4, 1, 0xff);
    } else if (id == RP_PCI_EXTCAP_ID_RESIZABLE_BAR) { /* BARs are written back */
        for (unsigned i = 0; i < RP_VPCI_BARS_MAX; i++)
            allow(oracle->writable, at + 8 + 8 * i, 4, RP_PCI_REBAR_CONTROL_SIZE);
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

static void look_at(struct oracle *oracle, const struct fake_device *device)
{
    unsigned at = fake_device_get(device, RP_PCI_CAPABILITIES_POINTER, 1) & 0xfc;

    memset(oracle, 0, sizeof(*oracle));
    allow_header(oracle);
    for (unsigned hops = 0; at >= 0x40 && hops < 64; hops++) {
        const unsigned id = fake_device_get(device, at, 1);
        allow(oracle->visible, at, standard_length(id), UINT64_MAX);
        allow_standard_writes(oracle, at, id);
        at = fake_device_get(device, at + 1, 1) & 0xfc;
    }
    at = RP_PCI_EXTENDED_BASE;
    for (unsigned hops = 0; at >= 0x100 && hops < 1024; hops++) {
        const uint32_t header = fake_device_get(device, at, 4);
        allow(oracle->visible, at, extended_length(header & 0xffff), UINT64_MAX);
        allow_extended_writes(oracle, at, header & 0xffff);
        at = header >> 20 & 0xffc;
    }
}

/* ---- What must hold after every operation
 * ----------------------------------------------- */

static void check_visible(struct fake_domain *domain, const struct oracle *oracle)
{
    for (unsigned reg = 0; reg < domain->view.size; reg++)
        require((domain_read(domain, reg, 1) & ~(uint32_t)oracle->visible[reg]) == 0);
    require(domain_read(domain, domain->view.size, 1) == 0xff || domain->view.size > 256);
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
static void check_msix(const struct fake_domain *domain)
{
    const struct rp_vpci_msix *msix = &domain->state.msix;
    const uint64_t base = domain->state.bars[msix->table_bar].hpa.value;

    if (!msix->offset || base != NVME_BAR_ADDRESS)
        return;
    for (unsigned i = 0; i < msix->entry_count; i++) {
        uint32_t entry[4];
        memcpy(entry, domain->bar_memory + msix->table_offset + 16 * i, sizeof(entry));
        require(entry[0] == 0 || entry[0] == HOST_ADDRESS);
        require(entry[1] == 0 && (entry[2] == 0 || entry[2] == HOST_DATA));
        require((entry[3] & 1) == msix->entries[i].is_masked_in_hw);
        require((entry[3] & 1) ||
                (entry[0] == HOST_ADDRESS && !msix->entries[i].is_masked));
    }
}

static void check_writes(const struct fake_domain *domain, const struct oracle *oracle,
                         const uint8_t *before)
{
    for (unsigned reg = 0; reg < RP_CFG_SIZE_EXTENDED; reg++)
        require(((domain->device.bytes[reg] ^ before[reg]) & ~oracle->writable[reg]) ==
                0);
}

static void check_msi(const struct fake_domain *domain)
{
    const struct rp_vpci_msi *msi = &domain->state.msi;

    if (!msi->offset)
        return;
    require(!msi->is_enabled_in_hw || msi->is_enabled);
    require(!msi->is_enabled_in_hw || msi->hw_address == HOST_ADDRESS);
}

/* ---- Operations
 * ------------------------------------------------------------------------- */

/* Addresses near what is mapped, else anything. */
static uint64_t pick_gpa(struct fake_domain *domain, struct input *input)
{
    const struct rp_vpci_bar *bar = rp_vpci_bar(&domain->state, take(input, 1) % 6);

    return (bar ? bar->address : 0) + (take(input, 2) & 0xffff);
}

static void program(struct fake_domain *domain, unsigned index)
{
    (void)!rp_vpci_msi_program(&domain->state, HOST_ADDRESS, HOST_DATA);
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
                    struct input *input)
{
    static const unsigned widths[] = {1, 2, 4, 8, 3, 0, 16, 4};
    const unsigned what = take(input, 1);
    const unsigned width = widths[what >> 4 & 7];
    unsigned reg;

    switch (what & 0xf) {
    case 0:
        program(domain, take(input, 1));
        return false;
    case 1:
        domain->device.bytes[take(input, 2) % 4096] = (uint8_t)take(input, 1);
        return false;
    case 2:
        look_at(oracle, &domain->device);
        require(rp_vpci_build(&domain->view, &domain->state,
                              (what & 0x10) ? RP_CFG_SIZE_EXTENDED
                                            : RP_CFG_SIZE_CONVENTIONAL) == RP_OK ||
                domain->view.size == 0);
        return false;
    case 3:
        (void)!rp_vpci_flr_start(&domain->state);
        (void)!rp_vpci_flr_finish(&domain->state);
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
        domain_mmio_write(domain, pick_gpa(domain, input), width, take(input, 4));
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
        domain_write(domain, (what & 0x80) ? reg : reg & 0x1ff, width, take(input, 4));
        return true;
    }
}

/* A function that answers what the input says, or an NVMe controller with changes. */
static void make_device(struct fake_domain *domain, struct input *input)
{
    const unsigned changes = take(input, 1);

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
    uint8_t before[RP_CFG_SIZE_EXTENDED];

    make_device(domain, &input);
    if (fake_domain_start(domain) == RP_OK) {
        for (unsigned i = 0; i < RP_VPCI_BARS_MAX; i++)
            rp_vpci_bar_set_room(&domain->state, i, BAR_ROOM);
        look_at(&oracle, &domain->device);
        for (unsigned i = 0; i < OPERATIONS_MAX && input.size; i++) {
            bool is_guests;
            memcpy(before, domain->device.bytes, sizeof(before));
            is_guests = operate(domain, &oracle, &input);
            if (is_guests)
                check_writes(domain, &oracle, before);
            if (domain->view.size == 0)
                break;
            check_bars(domain);
            check_sizes(domain);
            check_mappings(domain);
            check_msi(domain);
            check_msix(domain);
        }
        if (domain->view.size)
            check_visible(domain, &oracle);
    }
    fake_domain_free(domain);
    return 0;
}
