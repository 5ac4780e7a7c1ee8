/* SPDX-License-Identifier: MIT */
/* Where the machine's functions decode memory, as firmware placed them. */
#include "bars.h"

#include <stddef.h>

#include <rootport/group.h>
#include <rootport/vpci.h>

#include "dev/console.h"
#include "machine.h"
#include "mm/pages.h"

enum {
    BAR_MAX = 4096,
    BASE_CLASS_BRIDGE = 0x06,
    CLASS_IOMMU = 0x0806,
};

struct bar {
    uint64_t base;
    uint64_t size;
};

static struct bar bars[BAR_MAX];
static size_t bar_count;

static void add(const struct rp_vpci_bar *bar)
{
    for (size_t i = 0; i < bar_count; i++)
        if (bars[i].base == bar->hpa.value && bars[i].size == bar->hw_size)
            return;
    if (bar_count == BAR_MAX)
        console_log("warning: more than %u BARs: the hardware domain is not kept from "
                    "the one at %llx",
                    BAR_MAX, (unsigned long long)bar->hpa.value);
    else
        bars[bar_count++] = (struct bar){bar->hpa.value, bar->hw_size};
}

void bars_learn(const struct rp_function *function)
{
    static struct rp_vpci_state state; /* too large for a stack; the lock guards it */
    struct rp_vpci_config config = {
        .cfg = *machine_cfg(),
        .platform = machine_platform(),
        .sbdf = function->sbdf,
        .role = RP_VPCI_ROLE_HARDWARE,
    };

    if (function->class_code >> 16 == BASE_CLASS_BRIDGE ||
        function->class_code >> 8 == CLASS_IOMMU ||
        function->bridge != RP_SCAN_NO_BRIDGE || rp_vpci_attach(&state, &config) != RP_OK)
        return;
    for (unsigned i = 0; i < RP_VPCI_BARS_MAX; i++) {
        const struct rp_vpci_bar *bar = rp_vpci_bar(&state, i);

        if (bar != NULL && bar->hpa.value != 0)
            add(bar);
    }
    rp_vpci_detach(&state);
}

/* Whether a BAR has a byte in [base, end). */
static bool has_any(uint64_t base, uint64_t end)
{
    for (size_t i = 0; i < bar_count; i++)
        if (end > bars[i].base && base < bars[i].base + bars[i].size)
            return true;
    return false;
}

bool bars_has_page(uint64_t hpa)
{
    uint64_t page = hpa & ~(uint64_t)(PAGE_SIZE - 1);

    return has_any(page, page + PAGE_SIZE);
}

bool bars_take(uint64_t base, uint64_t size)
{
    uint64_t end = base + size;

    if (end < base || bar_count == BAR_MAX || has_any(base, end) ||
        rp_group_overlap_at(machine_reports()->ecam, base, size) != RP_GROUP_OVERLAP_NONE)
        return false;
    bars[bar_count++] = (struct bar){base, size};
    return true;
}

void bars_give_back(uint64_t base)
{
    for (size_t i = 0; i < bar_count; i++)
        if (bars[i].base == base)
            bars[i] = bars[--bar_count];
}
