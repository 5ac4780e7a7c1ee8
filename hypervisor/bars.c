/* SPDX-License-Identifier: MIT */
/* Where the machine's functions decode memory and ports. */
#include "bars.h"

#include <stddef.h>

#include <rootport/pci_regs.h>

#include "dev/console.h"
#include "guest/hardware.h"
#include "machine.h"
#include "mm/pages.h"

enum {
    RANGE_MAX = 4096,
};

static struct rp_space_range ranges[RANGE_MAX];
static struct rp_space space;

static uint32_t index_of(const struct rp_function *function)
{
    return (uint32_t)(function - machine_scan()->functions);
}

static bool is_left_alone(const struct rp_function *function)
{
    return function->header_type != RP_PCI_LAYOUT_BRIDGE &&
           (function->class_code >> 16 == RP_PCI_BASE_CLASS_BRIDGE ||
            function->class_code >> 8 == RP_PCI_CLASS_IOMMU);
}

/* Where its MSI-X table is, if nothing else is there. */
static void learn_bridge(uint32_t index, struct rp_vpci_state *state)
{
    struct rp_function *bridge = &machine_scan()->functions[index];
    struct rp_space_range range = {.function = index, .kind = RP_SPACE_MEMORY};
    const struct rp_vpci_bar *bar;
    uint32_t table;

    rp_vpci_learn_bridge(state);
    (void)rp_cfg_read32(machine_cfg(), bridge->sbdf,
                        (uint16_t)(bridge->msix_cap + RP_PCI_MSIX_TABLE), &table);
    bar = rp_vpci_bar(state, table & RP_PCI_MSIX_BIR);
    if (bridge->msix_cap == 0 || bar == NULL)
        return;
    range.base = bar->hpa.value + (table & RP_PCI_MSIX_OFFSET);
    range.last = range.base + (BARS_MESSAGE_TABLE_SIZE - 1);
    if (rp_space_is_free(&space, &range))
        bridge->message_table = range.base;
}

static bool learn(uint32_t index, const struct rp_function *function)
{
    static struct rp_vpci_state state; /* too large for a stack; the lock guards it */
    struct rp_vpci_config config = {
        .cfg = *machine_cfg(),
        .platform = machine_platform(),
        .sbdf = function->sbdf,
        .role = RP_VPCI_ROLE_HARDWARE,
    };
    enum rp_status status;
    bool has_room;

    if (is_left_alone(function))
        return true;
    status = rp_vpci_attach(&state, &config);
    if (function->header_type == RP_PCI_LAYOUT_BRIDGE)
        learn_bridge(index, &state);
    else if (status != RP_OK)
        return true;
    has_room = rp_space_learn(&space, index, &state);
    rp_vpci_detach(&state);
    return has_room;
}

void bars_learn(const struct rp_function *function)
{
    const struct rp_scan *scan = machine_scan();

    space = (struct rp_space){scan,   machine_cfg(), machine_reports()->ecam,
                              ranges, RANGE_MAX,     space.count};
    if (!learn(index_of(function), function))
        console_log("warning: more than %u BARs: the hardware domain is not kept from "
                    "those of %pS",
                    RANGE_MAX, &function->sbdf);
}

/* For want of a function, they are the first one's, a host bridge. */
void bars_keep_port(uint64_t port)
{
    (void)rp_space_put(&space, port,
                       &(struct rp_space_range){port, port + 3, 0, RP_SPACE_IO});
}

struct rp_space *bars_space(void)
{
    return &space;
}

/*
 * What is put where no region is yet that may be believed later, on a report, would
 * answer for all functions then.
 */
static bool may_go(const struct rp_space_range *range)
{
    return !rp_ecam_is_at(space.ecam, range->base, range->last, RP_ECAM_CANDIDATE) &&
           rp_space_is_free(&space, range);
}

bool bars_move(const struct rp_function *function, const struct rp_vpci_bar *bar)
{
    const struct rp_space_range range =
        rp_space_range_of(index_of(function), bar, bar->address);

    return may_go(&range) && rp_space_put(&space, bar->hpa.value, &range);
}

bool bars_are_at(enum rp_space_kind kind, uint64_t first, uint64_t last, uint32_t except)
{
    for (size_t i = 0; i < space.count; i++) {
        uint32_t owner = machine_scan()->functions[ranges[i].function].owner;

        if (ranges[i].kind == kind && last >= ranges[i].base && first <= ranges[i].last &&
            (except == 0 || (owner != 0 && owner != except)))
            return true;
    }
    return false;
}

bool bars_take(const struct rp_function *pf, uint64_t base, uint64_t size)
{
    const struct rp_space_range range = {base, base + (size - 1), index_of(pf),
                                         RP_SPACE_MEMORY};

    return !bars_are_at(RP_SPACE_MEMORY, range.base, range.last, 0) && may_go(&range) &&
           rp_space_put(&space, base, &range);
}

/* There is room: nothing else begins there. What the hardware domain looked at goes. */
void bars_reserve(const struct rp_function *function, const struct rp_vpci_state *state)
{
    for (unsigned i = 0; i < RP_VPCI_BARS_MAX; i++) {
        const struct rp_vpci_bar *bar = rp_vpci_bar(state, i);
        uint64_t base, reach;

        if (bar == NULL || rp_vpci_bar_reach(state, i) == bar->hw_size)
            continue;
        base = bar->hpa.value;
        reach = rp_vpci_bar_reach(state, i);
        (void)rp_space_put(&space, base,
                           &(struct rp_space_range){base, base + (reach - 1),
                                                    index_of(function), RP_SPACE_MEMORY});
        hardware_forget(base, reach);
    }
}

void bars_give_back(uint64_t base)
{
    for (size_t i = 0; i < space.count; i++)
        if (ranges[i].base == base && ranges[i].kind == RP_SPACE_MEMORY)
            ranges[i].base = UINT64_MAX;
}
