/* SPDX-License-Identifier: MIT */
/*
 * Which functions an IOMMU cannot keep apart.
 *
 * PCI Express Base r5.0, 6.12 and 7.7.8 (Access Control Services); PCI Express to
 * PCI/PCI-X Bridge r1.0, 2.3 (requester IDs).
 */
#include <rootport/group.h>
#include <rootport/pci_regs.h>
#include <rootport/space.h>

/* What a function of a device needs, and a port: 6.12.1.1, 6.12.1.2. */
#define ACS_FUNCTION (RP_PCI_ACS_REQUEST_REDIRECT | RP_PCI_ACS_COMPLETION_REDIRECT)
#define ACS_PORT                                                                         \
    (ACS_FUNCTION | RP_PCI_ACS_SOURCE_VALIDATION | RP_PCI_ACS_UPSTREAM_FORWARDING)

enum {
    HOPS_MAX = 256, /* on a way up: each bridge has a bus of its own */
};

static uint16_t find_acs(const struct rp_cfg *cfg, const struct rp_function *function)
{
    return rp_extcap_find(cfg, function->sbdf, rp_scan_verdict(function).size,
                          RP_PCI_EXTCAP_ID_ACS);
}

static bool has_acs(const struct rp_cfg *cfg, const struct rp_function *function,
                    uint16_t wanted)
{
    const uint16_t offset = find_acs(cfg, function);
    uint16_t control;

    return offset != 0 &&
           rp_cfg_read16(cfg, function->sbdf, (uint16_t)(offset + RP_PCI_ACS_CONTROL),
                         &control) == RP_OK &&
           (control & wanted) == wanted;
}

static bool is_downstream_port(const struct rp_function *function)
{
    return function->pcie_cap != 0 &&
           (function->pcie_type == RP_PCI_PCIE_TYPE_ROOT_PORT ||
            function->pcie_type == RP_PCI_PCIE_TYPE_DOWNSTREAM_PORT);
}

/* Whether what is behind a bridge is conventional PCI: nobody there has an ID. */
static bool is_to_conventional(const struct rp_function *bridge)
{
    return bridge->pcie_cap == 0 || bridge->pcie_type == RP_PCI_PCIE_TYPE_TO_PCI_BRIDGE;
}

/* Behind a link there is one device, whatever numbers its functions have (7.3.1). */
static bool is_same_device(const struct rp_scan *scan, const struct rp_function *a,
                           const struct rp_function *b)
{
    if (rp_sbdf_segment(a->sbdf) != rp_sbdf_segment(b->sbdf) ||
        rp_sbdf_bus(a->sbdf) != rp_sbdf_bus(b->sbdf))
        return false;
    return rp_sbdf_dev(a->sbdf) == rp_sbdf_dev(b->sbdf) ||
           (a->parent != RP_SCAN_NONE && is_downstream_port(&scan->functions[a->parent]));
}

/*
 * The first function of the device that can reach function @index past the IOMMU.
 * Virtual functions cannot: what one sends carries its own ID up to the IOMMU.
 */
static uint32_t device_leader(const struct rp_scan *scan, const struct rp_cfg *cfg,
                              uint32_t index)
{
    const struct rp_function *function = &scan->functions[index];

    if (function->pf != RP_SCAN_NONE || has_acs(cfg, function, ACS_FUNCTION))
        return index;
    for (uint32_t i = 0; i < scan->count; i++) {
        const struct rp_function *other = &scan->functions[i];

        if (other->is_present && other->pf == RP_SCAN_NONE &&
            is_same_device(scan, function, other) && !has_acs(cfg, other, ACS_FUNCTION))
            return i;
    }
    return index;
}

/*
 * A switch passes requests between its ports wherever one does not send them up, and
 * those of the others can't keep out what comes. What root ports do is the root
 * complex's business, and it need not pass anything (1.3.1).
 */
static bool is_isolating(const struct rp_scan *scan, const struct rp_cfg *cfg,
                         uint32_t port)
{
    const uint32_t parent = scan->functions[port].parent;

    if (parent == RP_SCAN_NONE)
        return has_acs(cfg, &scan->functions[port], ACS_PORT);
    for (uint32_t i = 0; i < scan->count; i++)
        if (scan->functions[i].is_present && scan->functions[i].parent == parent &&
            !has_acs(cfg, &scan->functions[i], ACS_PORT))
            return false;
    return true;
}

struct rp_group rp_group_find(const struct rp_scan *scan, const struct rp_cfg *cfg,
                              uint32_t index)
{
    struct rp_group group = {device_leader(scan, cfg, index), RP_GROUP_ALONE};
    uint32_t at = scan->functions[index].parent;

    if (group.leader != index)
        group.tie = RP_GROUP_DEVICE;
    for (unsigned step = 0; at != RP_SCAN_NONE && step < HOPS_MAX; step++) {
        const struct rp_function *bridge = &scan->functions[at];

        if (is_to_conventional(bridge))
            group = (struct rp_group){device_leader(scan, cfg, at), RP_GROUP_BRIDGE};
        else if (is_downstream_port(bridge) && !is_isolating(scan, cfg, at))
            group = (struct rp_group){bridge->parent == RP_SCAN_NONE
                                          ? device_leader(scan, cfg, at)
                                          : bridge->parent,
                                      RP_GROUP_PORT};
        at = bridge->parent;
    }
    return group;
}

uint32_t rp_group_find_rival(const struct rp_scan *scan, const struct rp_cfg *cfg,
                             uint32_t index, uint32_t owner)
{
    const struct rp_group group = rp_group_find(scan, cfg, index);

    for (uint32_t i = 0; i < scan->count; i++) {
        const struct rp_function *other = &scan->functions[i];

        if (i != index && other->is_present &&
            other->header_type == RP_PCI_LAYOUT_ENDPOINT && other->owner != 0 &&
            other->owner != owner && rp_group_find(scan, cfg, i).leader == group.leader)
            return i;
    }
    return RP_SCAN_NONE;
}

const char *rp_group_tie_text(enum rp_group_tie tie)
{
    switch (tie) {
    case RP_GROUP_ALONE:
        return "nothing";
    case RP_GROUP_DEVICE:
        return "functions of one device, without access control";
    case RP_GROUP_PORT:
        return "a port above both has no access control";
    case RP_GROUP_BRIDGE:
        return "a bridge above both sends their requests under one ID";
    }
    return "unknown";
}

/* What can't be read is all ones, and has nothing left to turn on. */
void rp_group_isolate_one(const struct rp_cfg *cfg, const struct rp_function *function)
{
    const uint16_t offset = find_acs(cfg, function);
    uint32_t both;
    uint16_t control;

    if (offset == 0)
        return;
    (void)rp_cfg_read32(cfg, function->sbdf, (uint16_t)(offset + RP_PCI_ACS_CAPABILITY),
                        &both);
    control = (uint16_t)(both >> 16);
    if (both & ACS_PORT & ~(uint32_t)control)
        (void)rp_cfg_write16(cfg, function->sbdf, (uint16_t)(offset + RP_PCI_ACS_CONTROL),
                             (uint16_t)(control | (both & ACS_PORT)));
}

void rp_group_isolate(const struct rp_scan *scan, const struct rp_cfg *cfg,
                      uint32_t index)
{
    for (unsigned step = 0; index != RP_SCAN_NONE && step < HOPS_MAX; step++) {
        const uint32_t parent = scan->functions[index].parent;

        for (uint32_t i = 0; i < scan->count; i++)
            if (scan->functions[i].is_present && scan->functions[i].parent == parent)
                rp_group_isolate_one(cfg, &scan->functions[i]);
        index = parent;
    }
}

/* ---- Room to grow ------------------------------------------------------------ */

/*
 * Where the memory BARs from register @first on begin, up to @count of them; returns
 * how many there are. What has no address is left out.
 */
static unsigned read_bases(const struct rp_cfg *cfg, rp_sbdf_t sbdf, uint16_t first,
                           unsigned count, uint64_t *out_bases)
{
    unsigned found = 0;

    for (unsigned i = 0; i < count; i++) {
        const uint16_t reg = (uint16_t)(first + 4 * i);
        uint32_t low = 0;
        uint32_t high = 0;

        (void)rp_cfg_read32(cfg, sbdf, reg, &low);
        if (low & RP_PCI_BAR_IO)
            continue;
        if (rp_field_get(RP_PCI_BAR_TYPE, low) == RP_PCI_BAR_TYPE_64BIT && ++i < count)
            (void)rp_cfg_read32(cfg, sbdf, (uint16_t)(reg + 4), &high);
        low &= RP_PCI_BAR_MEMORY_ADDRESS;
        if ((low | high) != 0)
            out_bases[found++] = (uint64_t)high << 32 | low;
    }
    return found;
}

/* Lowers *@end to the lowest of what begins above @address and is of @function. */
static void stop_before(const struct rp_cfg *cfg, const struct rp_function *function,
                        uint64_t address, uint64_t *end)
{
    const bool is_bridge = function->header_type == RP_PCI_LAYOUT_BRIDGE;
    uint64_t bases[2 * RP_VPCI_BARS_MAX + 1];
    unsigned count =
        read_bases(cfg, function->sbdf, RP_PCI_BAR0,
                   is_bridge ? RP_PCI_BRIDGE_BAR_COUNT : RP_VPCI_BARS_MAX, bases);
    const uint16_t sriov = rp_extcap_find(
        cfg, function->sbdf, rp_scan_verdict(function).size, RP_PCI_EXTCAP_ID_SRIOV);
    uint32_t rom;

    if (sriov != 0)
        count += read_bases(cfg, function->sbdf, (uint16_t)(sriov + RP_PCI_SRIOV_VF_BAR0),
                            RP_VPCI_BARS_MAX, &bases[count]);
    if (is_bridge) { /* no more than two BARs */
        bases[count++] = rp_space_window(cfg, function->sbdf, RP_SPACE_MEMORY).base;
        bases[count++] = rp_space_window(cfg, function->sbdf, RP_SPACE_PREFETCHABLE).base;
    } else {
        (void)rp_cfg_read32(cfg, function->sbdf, RP_PCI_EXPANSION_ROM, &rom);
        bases[count++] = rom & RP_PCI_EXPANSION_ROM_ADDRESS;
    }
    while (count-- > 0)
        if (bases[count] > address && bases[count] < *end)
            *end = bases[count];
}

/* Where the window of @bridge ends that @address is in; 0: it is in none. */
static uint64_t window_end(const struct rp_cfg *cfg, rp_sbdf_t bridge, uint64_t address)
{
    uint64_t end = 0;

    for (unsigned i = 0; i < RP_SPACE_IO; i++) {
        const struct rp_space_window window = rp_space_window(cfg, bridge, i);

        if (address >= window.base && address <= window.last)
            end = window.last + 1;
    }
    return end;
}

uint64_t rp_group_room(const struct rp_scan *scan, const struct rp_cfg *cfg,
                       uint32_t index, uint64_t address)
{
    const uint32_t parent = scan->functions[index].parent;
    uint64_t end = parent != RP_SCAN_NONE ? UINT64_MAX : 0;
    uint32_t at = parent;

    for (unsigned step = 0; at != RP_SCAN_NONE && step < HOPS_MAX; step++) {
        const uint64_t last = window_end(cfg, scan->functions[at].sbdf, address);

        if (last < end)
            end = last;
        at = scan->functions[at].parent;
    }
    for (uint32_t i = 0; end != 0 && i < scan->count; i++)
        if (scan->functions[i].is_present && scan->functions[i].parent == parent)
            stop_before(cfg, &scan->functions[i], address, &end);
    return end != 0 ? end - address : 0;
}
