/* SPDX-License-Identifier: MIT */
/*
 * Finds the functions of a segment.
 *
 * PCI Local Bus r3.0, 3.2.2.3.4; PCI-to-PCI Bridge r1.2, 3.2.5; PCI Express
 * Base r5.0, 7.3 and 9.2.1.2.
 */
#include <rootport/pci_regs.h>
#include <rootport/scan.h>

#include "internal.h"

enum {
    BUS_COUNT = 256,
    DEVICE_COUNT = 32,
    FUNCTION_COUNT = 8,
};

/* A set of buses. */
struct buses {
    uint32_t words[BUS_COUNT / 32];
};

/* One scan under way. */
struct walk {
    struct rp_scan *scan;
    const struct rp_cfg *cfg;
    uint16_t segment;
    uint8_t start_bus;
    uint8_t end_bus;
    struct buses visited;
    struct buses behind; /* within the range of a bridge that was followed */
};

static void put(struct buses *buses, unsigned bus)
{
    buses->words[bus / 32] |= (uint32_t)1 << bus % 32;
}

static bool has(const struct buses *buses, unsigned bus)
{
    return (buses->words[bus / 32] >> bus % 32 & 1u) != 0;
}

void rp_scan_init(struct rp_scan *scan, struct rp_function *storage, size_t capacity)
{
    scan->functions = storage;
    scan->capacity = capacity;
    scan->count = 0;
    for (size_t i = 0; i < capacity; i++)
        atomic_init(&storage[i].listed_first, 0);
}

/* ---- Look-up ---- */

/*
 * The place that holds the first function of the list of @sbdf. The factor is 2^32
 * over the golden ratio: it spreads SBDFs that differ in few bits over all places.
 */
static _Atomic(uint32_t) *list_of(const struct rp_scan *scan, rp_sbdf_t sbdf)
{
    uint32_t hash = sbdf.value * 0x9e3779b9u;

    return &scan->functions[(uint64_t)hash * scan->capacity >> 32].listed_first;
}

/* The function @sbdf that is there, or the place that a removed one left. */
static uint32_t find(const struct rp_scan *scan, rp_sbdf_t sbdf, bool is_present)
{
    uint32_t next = 0;

    if (scan->capacity != 0)
        next = atomic_load_explicit(list_of(scan, sbdf), memory_order_acquire);
    while (next != 0) {
        const struct rp_function *function = &scan->functions[next - 1];

        if (function->is_present == is_present && rp_sbdf_equal(function->sbdf, sbdf))
            return next - 1;
        next = function->listed_next;
    }
    return RP_SCAN_NONE;
}

uint32_t rp_scan_find(const struct rp_scan *scan, rp_sbdf_t sbdf)
{
    return find(scan, sbdf, true);
}

/* Makes the last function of the table the first one of its list. */
static void list_last(struct rp_scan *scan)
{
    struct rp_function *function = &scan->functions[scan->count - 1];
    _Atomic(uint32_t) *first = list_of(scan, function->sbdf);

    function->listed_next = *first;
    atomic_store_explicit(first, (uint32_t)scan->count, memory_order_release);
}

/* ---- One function ---- */

/*
 * Whether a function answers. A virtual function's IDs read all ones even
 * then (9.3.4.1.1), so its class and revision answer for it.
 */
static bool is_there(const struct rp_cfg *cfg, rp_sbdf_t sbdf, uint32_t pf)
{
    uint32_t id;

    if (pf != RP_SCAN_NONE)
        return rp_cfg_read32(cfg, sbdf, RP_PCI_REVISION_ID, &id) == RP_OK &&
               id != RP_PCI_ALL_ONES;
    if (rp_cfg_read32(cfg, sbdf, RP_PCI_VENDOR_ID, &id) != RP_OK)
        return false;
    return id != 0 && (id & 0xffffu) != RP_PCI_VENDOR_NONE &&
           (id & 0xffffu) != RP_PCI_VENDOR_NOT_READY;
}

static void note_cap(struct rp_function *function, const struct rp_cap *cap)
{
    uint8_t *slot = NULL;

    switch (cap->id) {
    case RP_PCI_CAP_ID_PM:
        slot = &function->pm_cap;
        break;
    case RP_PCI_CAP_ID_MSI:
        slot = &function->msi_cap;
        break;
    case RP_PCI_CAP_ID_MSIX:
        slot = &function->msix_cap;
        break;
    case RP_PCI_CAP_ID_PCIE:
        slot = &function->pcie_cap;
        break;
    case RP_PCI_CAP_ID_PCIX:
        slot = &function->pcix_cap;
        break;
    default:
        break;
    }
    if (slot && *slot == 0)
        *slot = (uint8_t)cap->offset;
}

static void read_caps(struct rp_function *function, const struct rp_cfg *cfg)
{
    struct rp_cap_iter iter = rp_cap_begin(cfg, function->sbdf);
    struct rp_cap cap;
    uint16_t flags;

    while (rp_cap_next(&iter, &cap))
        note_cap(function, &cap);
    function->cap_end = iter.end;
    if (function->pcie_cap == 0)
        return;
    (void)rp_cfg_read16(cfg, function->sbdf,
                        (uint16_t)(function->pcie_cap + RP_PCI_PCIE_CAPABILITIES),
                        &flags);
    function->pcie_type = (uint8_t)rp_field_get(RP_PCI_PCIE_CAPABILITIES_TYPE, flags);
}

/* Fields that cannot be read hold all ones, as the hardware would give. */
static void read_header(struct rp_function *function, const struct rp_cfg *cfg)
{
    uint32_t class_revision;
    uint8_t type;

    (void)rp_cfg_read16(cfg, function->sbdf, RP_PCI_VENDOR_ID, &function->vendor_id);
    (void)rp_cfg_read16(cfg, function->sbdf, RP_PCI_DEVICE_ID, &function->device_id);
    (void)rp_cfg_read32(cfg, function->sbdf, RP_PCI_REVISION_ID, &class_revision);
    (void)rp_cfg_read8(cfg, function->sbdf, RP_PCI_HEADER_TYPE, &type);
    function->class_code = class_revision >> 8;
    function->revision_id = (uint8_t)class_revision;
    function->header_type = type & RP_PCI_HEADER_TYPE_LAYOUT;
    if (function->header_type == RP_PCI_LAYOUT_BRIDGE) {
        (void)rp_cfg_read8(cfg, function->sbdf, RP_PCI_SECONDARY_BUS,
                           &function->secondary_bus);
        (void)rp_cfg_read8(cfg, function->sbdf, RP_PCI_SUBORDINATE_BUS,
                           &function->subordinate_bus);
    }
}

/* A virtual function's vendor is its physical one's, its device ID stands there too. */
static void read_vf_ids(const struct rp_scan *scan, struct rp_function *function,
                        const struct rp_cfg *cfg)
{
    const struct rp_function *pf = &scan->functions[function->pf];
    uint16_t sriov =
        rp_extcap_find(cfg, pf->sbdf, rp_scan_verdict(pf).size, RP_PCI_EXTCAP_ID_SRIOV);

    function->vendor_id = pf->vendor_id;
    if (sriov != 0)
        (void)rp_cfg_read16(cfg, pf->sbdf, (uint16_t)(sriov + RP_PCI_SRIOV_VF_DEVICE_ID),
                            &function->device_id);
}

/* Fills the record of a function that answers; only then may it be found. */
static void record(struct rp_scan *scan, const struct rp_cfg *cfg,
                   struct rp_function *function, rp_sbdf_t sbdf, uint32_t parent,
                   uint32_t pf)
{
    size_t kept = offsetof(struct rp_function, parent);

    memset((unsigned char *)function + kept, 0, sizeof(*function) - kept);
    atomic_init(&function->verdict, 0);
    function->sbdf = sbdf;
    function->parent = parent;
    function->pf = pf;
    read_header(function, cfg);
    read_caps(function, cfg);
    if (pf != RP_SCAN_NONE)
        read_vf_ids(scan, function, cfg);
    function->is_present = true;
}

static enum rp_status append(struct rp_scan *scan, const struct rp_cfg *cfg,
                             rp_sbdf_t sbdf, uint32_t parent, uint32_t pf)
{
    if (!is_there(cfg, sbdf, pf))
        return RP_ERR_NO_DEVICE;
    if (scan->count == scan->capacity)
        return RP_ERR_NO_SPACE;
    record(scan, cfg, &scan->functions[scan->count], sbdf, parent, pf);
    scan->count++;
    list_last(scan);
    return RP_OK;
}

enum rp_status rp_scan_add(struct rp_scan *scan, const struct rp_cfg *cfg, rp_sbdf_t sbdf,
                           uint32_t parent, uint32_t pf, size_t *out_index)
{
    uint32_t known = rp_scan_find(scan, sbdf);
    uint32_t place;

    *out_index = known;
    if (known != RP_SCAN_NONE)
        return RP_ERR_EXISTS;
    place = find(scan, sbdf, false);
    /* A virtual function always stands behind its physical one. */
    if (place == RP_SCAN_NONE || (pf != RP_SCAN_NONE && pf >= place)) {
        *out_index = scan->count;
        return append(scan, cfg, sbdf, parent, pf);
    }
    *out_index = place;
    if (!is_there(cfg, sbdf, pf))
        return RP_ERR_NO_DEVICE;
    record(scan, cfg, &scan->functions[place], sbdf, parent, pf);
    return RP_OK;
}

void rp_scan_remove(struct rp_scan *scan, size_t index)
{
    struct rp_function *function = &scan->functions[index];

    function->is_present = false;
    function->owner = 0;
    function->pending_report = 0;
    atomic_store_explicit(&function->verdict, 0, memory_order_release);
}

/* ---- Bridges and buses ---- */

/* Whether the buses behind @bridge are within those of the bridge above it. */
static bool is_within_parent(const struct walk *walk, const struct rp_function *bridge)
{
    unsigned first = walk->start_bus;
    unsigned last = walk->end_bus;

    if (bridge->parent != RP_SCAN_NONE) {
        const struct rp_function *parent = &walk->scan->functions[bridge->parent];

        first = parent->secondary_bus;
        last = parent->subordinate_bus;
    }
    return bridge->secondary_bus >= first && bridge->subordinate_bus <= last;
}

static enum rp_scan_bridge judge_bridge(const struct walk *walk,
                                        const struct rp_function *function)
{
    if (function->header_type != RP_PCI_LAYOUT_BRIDGE)
        return RP_SCAN_NO_BRIDGE;
    if (function->secondary_bus == 0)
        return RP_SCAN_UNCONFIGURED;
    if (function->secondary_bus <= rp_sbdf_bus(function->sbdf) ||
        function->subordinate_bus < function->secondary_bus)
        return RP_SCAN_BUSES_WRONG;
    if (!is_within_parent(walk, function))
        return RP_SCAN_OUTSIDE;
    if (has(&walk->visited, function->secondary_bus))
        return RP_SCAN_BUS_TAKEN;
    return RP_SCAN_FOLLOWED;
}

/*
 * How many devices there can be on the bus behind @parent. A link has one
 * device at its end (7.3.1), and some answer for the other 31 numbers as well.
 */
static unsigned device_count(const struct walk *walk, uint32_t parent)
{
    const struct rp_function *bridge;

    if (parent == RP_SCAN_NONE)
        return DEVICE_COUNT;
    bridge = &walk->scan->functions[parent];
    if (bridge->pcie_cap != 0 && (bridge->pcie_type == RP_PCI_PCIE_TYPE_ROOT_PORT ||
                                  bridge->pcie_type == RP_PCI_PCIE_TYPE_DOWNSTREAM_PORT))
        return 1;
    return DEVICE_COUNT;
}

/* Functions 1 to 7 exist only where function 0 says that there are several. */
static enum rp_status scan_device(struct walk *walk, unsigned bus, unsigned dev,
                                  uint32_t parent)
{
    unsigned count = 1;

    for (unsigned fn = 0; fn < count; fn++) {
        rp_sbdf_t sbdf = rp_sbdf(walk->segment, bus, dev, fn);
        uint8_t type;
        enum rp_status status = append(walk->scan, walk->cfg, sbdf, parent, RP_SCAN_NONE);

        if (status == RP_ERR_NO_SPACE)
            return status;
        if (fn == 0 && status == RP_OK &&
            rp_cfg_read8(walk->cfg, sbdf, RP_PCI_HEADER_TYPE, &type) == RP_OK &&
            (type & RP_PCI_HEADER_TYPE_MULTIFUNCTION) != 0)
            count = FUNCTION_COUNT;
    }
    return RP_OK;
}

static enum rp_status scan_bus(struct walk *walk, unsigned bus, uint32_t parent)
{
    unsigned count = device_count(walk, parent);
    enum rp_status status = RP_OK;

    put(&walk->visited, bus);
    for (unsigned dev = 0; status == RP_OK && dev < count; dev++)
        status = scan_device(walk, bus, dev, parent);
    return status;
}

/*
 * Scans a root bus and all that bridges lead to from there. What one bus
 * yields is behind it in the table, so that going through the table once is
 * going through the tree; a bus already visited is not entered again, so that
 * 256 buses are all there can be.
 */
static enum rp_status scan_tree(struct walk *walk, unsigned root)
{
    struct rp_scan *scan = walk->scan;
    size_t next = scan->count;
    enum rp_status status = scan_bus(walk, root, RP_SCAN_NONE);

    for (; status == RP_OK && next < scan->count; next++) {
        struct rp_function *function = &scan->functions[next];

        function->bridge = judge_bridge(walk, function);
        if (function->bridge != RP_SCAN_FOLLOWED)
            continue;
        for (unsigned bus = function->secondary_bus; bus <= function->subordinate_bus;
             bus++)
            put(&walk->behind, bus);
        status = scan_bus(walk, function->secondary_bus, (uint32_t)next);
    }
    return status;
}

enum rp_status rp_scan_segment(struct rp_scan *scan, const struct rp_cfg *cfg,
                               uint16_t segment, uint8_t start_bus, uint8_t end_bus)
{
    struct walk walk = {
        .scan = scan,
        .cfg = cfg,
        .segment = segment,
        .start_bus = start_bus,
        .end_bus = end_bus,
    };
    enum rp_status status = RP_OK;

    if (start_bus > end_bus)
        return RP_ERR_INVALID;
    for (unsigned bus = start_bus; status == RP_OK && bus <= end_bus; bus++) {
        if (!has(&walk.visited, bus) && !has(&walk.behind, bus))
            status = scan_tree(&walk, bus);
    }
    return status;
}

/* ---- Virtual functions ---- */

/* What SR-IOV says of where the virtual functions are: 9.2.1.2. */
struct vf_layout {
    uint32_t count;
    uint32_t offset;
    uint32_t stride;
};

/* What can't be read is all ones. */
static uint16_t read_sriov(const struct rp_cfg *cfg, rp_sbdf_t pf, unsigned reg)
{
    uint16_t value;

    (void)rp_cfg_read16(cfg, pf, (uint16_t)reg, &value);
    return value;
}

/*
 * No virtual functions where there is no SR-IOV, or where its registers contradict
 * themselves, or can't be read: such an offset is beyond the last requester ID.
 */
static struct vf_layout read_vf_layout(const struct rp_cfg *cfg,
                                       const struct rp_function *pf)
{
    const unsigned sriov =
        rp_extcap_find(cfg, pf->sbdf, rp_scan_verdict(pf).size, RP_PCI_EXTCAP_ID_SRIOV);
    struct vf_layout layout = {0, 0, 0};

    if (sriov == 0 || sriov + RP_PCI_SRIOV_VF_STRIDE >= RP_CFG_SIZE_EXTENDED ||
        !(read_sriov(cfg, pf->sbdf, sriov + RP_PCI_SRIOV_CONTROL) &
          RP_PCI_SRIOV_CONTROL_VF_ENABLE))
        return layout;
    layout.count = read_sriov(cfg, pf->sbdf, sriov + RP_PCI_SRIOV_NUM_VFS);
    layout.offset = read_sriov(cfg, pf->sbdf, sriov + RP_PCI_SRIOV_VF_OFFSET);
    layout.stride = read_sriov(cfg, pf->sbdf, sriov + RP_PCI_SRIOV_VF_STRIDE);
    if (layout.count > read_sriov(cfg, pf->sbdf, sriov + RP_PCI_SRIOV_TOTAL_VFS) ||
        layout.offset == 0 || (layout.count > 1 && layout.stride == 0))
        layout.count = 0;
    return layout;
}

/* The last bus that requests for what is beside @function get to. */
static unsigned last_bus_of(const struct rp_scan *scan,
                            const struct rp_function *function)
{
    return function->parent == RP_SCAN_NONE
               ? rp_sbdf_bus(function->sbdf)
               : scan->functions[function->parent].subordinate_bus;
}

enum rp_status rp_scan_add_vfs(struct rp_scan *scan, const struct rp_cfg *cfg, size_t pf)
{
    const struct rp_function *function = &scan->functions[pf];
    const struct vf_layout layout = read_vf_layout(cfg, function);
    const uint32_t first = rp_sbdf_requester_id(function->sbdf) + layout.offset;

    for (uint32_t i = 0; i < layout.count; i++) {
        uint32_t id = first + i * layout.stride;
        rp_sbdf_t sbdf = {(function->sbdf.value & 0xffff0000u) | (id & 0xffffu)};
        enum rp_status status;
        size_t index;

        if (id >> 8 > last_bus_of(scan, function))
            break;
        status = rp_scan_add(scan, cfg, sbdf, function->parent, (uint32_t)pf, &index);
        if (status == RP_ERR_NO_SPACE)
            return status;
        if (status == RP_OK)
            scan->functions[index].vf_number = (uint16_t)i;
    }
    return RP_OK;
}

/* ---- Verdicts ---- */

struct rp_extcfg_verdict rp_scan_verdict(const struct rp_function *function)
{
    return rp_extcfg_unpack(
        atomic_load_explicit(&function->verdict, memory_order_acquire));
}

struct rp_extcfg_verdict rp_scan_evaluate(const struct rp_scan *scan,
                                          const struct rp_cfg *cfg, size_t index,
                                          enum rp_extcfg_alias alias)
{
    const struct rp_function *function = &scan->functions[index];

    if (function->pf == RP_SCAN_NONE)
        return rp_extcfg_evaluate(cfg, function->sbdf,
                                  rp_extcfg_alias_of(alias, function->alias));
    return rp_extcfg_evaluate_vf(cfg, function->sbdf,
                                 rp_scan_verdict(&scan->functions[function->pf]));
}

bool rp_scan_publish(struct rp_function *function, struct rp_extcfg_verdict verdict)
{
    uint32_t word = rp_extcfg_pack(verdict);

    if (rp_scan_verdict(function).final || function->verdict == word)
        return false;
    atomic_store_explicit(&function->verdict, word, memory_order_release);
    /* What a report found of the function before is out of date. */
    function->pending_report = 0;
    return true;
}

void rp_scan_finalize(struct rp_function *function)
{
    struct rp_extcfg_verdict verdict = rp_scan_verdict(function);

    if (verdict.reason == RP_EXTCFG_UNEVALUATED)
        return;
    verdict.final = true;
    rp_scan_publish(function, verdict);
}

void rp_scan_override(struct rp_function *function, uint16_t size)
{
    struct rp_extcfg_verdict verdict = {
        .size = size, .reason = RP_EXTCFG_OVERRIDDEN, .final = true};

    rp_scan_publish(function, verdict);
}

const char *rp_scan_bridge_text(enum rp_scan_bridge bridge)
{
    switch (bridge) {
    case RP_SCAN_NO_BRIDGE:
        return "no bridge";
    case RP_SCAN_FOLLOWED:
        return "followed";
    case RP_SCAN_UNCONFIGURED:
        return "firmware gave it no bus";
    case RP_SCAN_BUSES_WRONG:
        return "its buses are reversed or not above its own";
    case RP_SCAN_OUTSIDE:
        return "its buses are outside of its parent's";
    case RP_SCAN_BUS_TAKEN:
        return "another bridge leads to its bus already";
    }
    return "unknown";
}
