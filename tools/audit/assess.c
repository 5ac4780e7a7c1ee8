/* SPDX-License-Identifier: MIT */
/* Has the core judge what was recorded of a machine, and holds it against the kernel. */
#include "tools/audit/assess.h"

#include <string.h>

#include <rootport/pci_regs.h>

#include "tools/audit/memory.h"
#include "tools/audit/regions.h"

/* ---- Access to what was recorded ---- */

bool assess_knows_regions(const struct assess *assess)
{
    return assess->machine->mcfg_sight == SIGHT_SEEN ||
           assess->machine->mcfg_sight == SIGHT_ABSENT;
}

const struct assess_region *assess_region_of(const struct assess *assess, rp_sbdf_t sbdf)
{
    const struct assess_region *found = NULL;

    for (size_t i = 0; i < assess->region_count; i++) {
        const struct assess_region *region = &assess->regions[i];

        if (!rp_ecam_covers(&region->core->range, sbdf))
            continue;
        found = region;
        if (region->core->state != RP_ECAM_REJECTED)
            break;
    }
    return found;
}

bool assess_has_region(const struct assess *assess, const struct rp_ecam_range *range)
{
    for (size_t i = 0; i < assess->region_count; i++) {
        const struct rp_ecam_range *known = &assess->regions[i].core->range;

        if (known->segment == range->segment && known->base.value == range->base.value &&
            known->start_bus <= range->end_bus && range->start_bus <= known->end_bus)
            return true;
    }
    return false;
}

static const struct assess_region *find_region(struct assess *assess, rp_sbdf_t sbdf)
{
    struct assess_cache *cache = &assess->cache;

    if (!cache->is_filled || cache->bus != sbdf.value >> 8) {
        cache->is_filled = true;
        cache->bus = sbdf.value >> 8;
        cache->region = assess_region_of(assess, sbdf);
    }
    return cache->region;
}

/*
 * Whether extended registers of @sbdf would be accessible to the core. Where it
 * isn't known they are; what is made of it is put right in judge().
 */
static bool is_accessible(struct assess *assess, rp_sbdf_t sbdf)
{
    const struct assess_region *region = find_region(assess, sbdf);

    if (!region)
        return !assess_knows_regions(assess);
    return region->trust[assess->policy] != ASSESS_TRUST_NEVER;
}

static enum rp_status read_recorded(void *context, rp_sbdf_t sbdf, uint16_t reg,
                                    unsigned width, uint32_t *out_value)
{
    struct assess *assess = context;
    const struct machine_function *function = machine_find(assess->machine, sbdf);
    unsigned shift = 8 * (reg % 4u);

    *out_value = RP_PCI_ALL_ONES >> (32 - 8 * width);
    if (!function)
        return RP_OK;
    if (reg >= RP_CFG_SIZE_CONVENTIONAL && !is_accessible(assess, sbdf))
        return RP_ERR_UNREACHABLE;
    if (reg >= function->readable)
        return reg < RP_CFG_SIZE_CONVENTIONAL ? RP_ERR_UNREACHABLE : RP_ERR_UNSUPPORTED;
    *out_value &= machine_dword(function, reg & ~3u) >> shift;
    return RP_OK;
}

static enum rp_status ignore_write(void *context, rp_sbdf_t sbdf, uint16_t reg,
                                   unsigned width, uint32_t value)
{
    (void)context;
    (void)sbdf;
    (void)reg;
    (void)width;
    (void)value;
    return RP_ERR_UNSUPPORTED;
}

struct rp_cfg assess_cfg(struct assess *assess)
{
    static const struct rp_cfg_ops ops = {read_recorded, ignore_write};
    struct rp_cfg cfg = {&ops, assess};

    return cfg;
}

/* ---- Verdicts ---- */

static bool is_host_bridge(const struct rp_function *function)
{
    return function->class_code >> 8 == RP_PCI_CLASS_HOST_BRIDGE;
}

/* Whether @verdict rests on something that was not there to be looked at. */
static bool is_unseen(struct assess *assess, const struct rp_function *function,
                      struct rp_extcfg_verdict verdict)
{
    const struct machine_function *source = machine_find(assess->machine, function->sbdf);
    const struct assess_region *region = find_region(assess, function->sbdf);

    if (verdict.size == RP_CFG_SIZE_EXTENDED)
        return region && region->trust[assess->policy] == ASSESS_TRUST_UNKNOWN;
    if (source->readable >= RP_CFG_SIZE_CONVENTIONAL)
        return false;
    if (verdict.reason == RP_EXTCFG_CONVENTIONAL)
        return function->cap_end == RP_CAP_UNREACHABLE;
    return verdict.reason == RP_EXTCFG_READ_FAILED;
}

/* Evaluates as the hypervisor does; what rests on nothing stays not evaluated. */
static void judge(struct assess *assess, const struct rp_cfg *cfg, size_t index)
{
    struct rp_function *function = &assess->scan.functions[index];
    struct rp_extcfg_verdict verdict =
        rp_scan_evaluate(&assess->scan, cfg, index, RP_EXTCFG_ALIAS_CHECK);

    if (is_unseen(assess, function, verdict))
        return;
    (void)rp_scan_publish(function, verdict);
    if (function->pf == RP_SCAN_NONE)
        (void)rp_scan_add_vfs(&assess->scan, cfg, index);
}

/* Judges functions from @first on, and the virtual functions that they bring. */
static void judge_from(struct assess *assess, const struct rp_cfg *cfg, size_t first)
{
    for (size_t i = first; i < assess->scan.count; i++)
        judge(assess, cfg, i);
}

static void mark_found(const struct assess *assess, bool *is_found)
{
    for (size_t i = 0; i < assess->scan.count; i++) {
        const struct machine_function *source =
            machine_find(assess->machine, assess->scan.functions[i].sbdf);

        is_found[source - assess->machine->functions] = true;
    }
}

/* Buses are scanned as firmware left them, which the kernel may have seen otherwise. */
static void scan_segments(struct assess *assess, const struct rp_cfg *cfg)
{
    const struct machine *machine = assess->machine;
    bool *is_scanned = memory_new(UINT16_MAX + 1, sizeof(*is_scanned));

    for (size_t i = 0; i < machine->function_count; i++) {
        uint16_t segment = rp_sbdf_segment(machine->functions[i].sbdf);

        if (!is_scanned[segment])
            (void)rp_scan_segment(&assess->scan, cfg, segment, 0, 0xff);
        is_scanned[segment] = true;
    }
    free(is_scanned);
}

/* The bridge that leads to the bus of @sbdf, or RP_SCAN_NONE. */
static uint32_t find_parent(const struct assess *assess, rp_sbdf_t sbdf)
{
    for (size_t i = 0; i < assess->scan.count; i++) {
        const struct rp_function *function = &assess->scan.functions[i];

        if (function->bridge == RP_SCAN_FOLLOWED &&
            rp_sbdf_segment(function->sbdf) == rp_sbdf_segment(sbdf) &&
            function->secondary_bus == rp_sbdf_bus(sbdf))
            return (uint32_t)i;
    }
    return RP_SCAN_NONE;
}

/* Adds what the kernel lists and the scan did not find; those that answer, that is. */
static void add_rest(struct assess *assess, const struct rp_cfg *cfg,
                     const bool *is_found, bool wants_virtual)
{
    const struct machine *machine = assess->machine;

    for (size_t i = 0; i < machine->function_count; i++) {
        const struct machine_function *source = &machine->functions[i];
        uint32_t pf = RP_SCAN_NONE;
        size_t index;

        if (is_found[i] || source->is_virtual != wants_virtual)
            continue;
        if (wants_virtual)
            pf = rp_scan_find(&assess->scan, source->physical);
        if (rp_scan_add(&assess->scan, cfg, source->sbdf,
                        find_parent(assess, source->sbdf), pf,
                        &index) == RP_ERR_NO_DEVICE)
            assess->unanswering_count++;
    }
}

static void find_functions(struct assess *assess)
{
    struct rp_cfg cfg = assess_cfg(assess);
    size_t count = assess->machine->function_count;
    struct rp_function *storage = memory_new(count, sizeof(*storage));
    bool *is_found = memory_new(count, sizeof(*is_found));
    size_t rest;

    rp_scan_init(&assess->scan, storage, count);
    scan_segments(assess, &cfg);
    judge_from(assess, &cfg, 0);
    mark_found(assess, is_found);
    rest = assess->scan.count;
    assess->scanned_count = rest;
    add_rest(assess, &cfg, is_found, false);
    judge_from(assess, &cfg, rest);
    mark_found(assess, is_found);
    rest = assess->scan.count;
    add_rest(assess, &cfg, is_found, true);
    judge_from(assess, &cfg, rest);
    free(is_found);
}

/* ---- The kernel's view ---- */

/* Whether a PCIe-to-PCI bridge leads to @core: it may drop the upper register bits. */
static bool is_behind_bridge(const struct assess *assess, const struct rp_function *core)
{
    /* A parent stands before its children, so that this ends. */
    while (core->parent != RP_SCAN_NONE) {
        core = &assess->scan.functions[core->parent];
        if (core->pcie_cap == 0 || core->pcie_type == RP_PCI_PCIE_TYPE_TO_PCI_BRIDGE)
            return true;
    }
    return false;
}

/* The kernel has 4096 bytes and we 256. */
static enum assess_difference explain_less(const struct assess *assess,
                                           const struct assess_function *function)
{
    const struct assess_region *region;

    switch (function->verdict.reason) {
    case RP_EXTCFG_NO_REGION:
        region = assess_region_of(assess, function->core->sbdf);
        return region ? ASSESS_REGION_NOT_TRUSTED : ASSESS_OTHER_WAY;
    case RP_EXTCFG_INHERITED:
        return ASSESS_VIRTUAL;
    case RP_EXTCFG_ALIASED:
        return ASSESS_REPEATS;
    case RP_EXTCFG_ALL_ONES:
    case RP_EXTCFG_NO_FUNCTION:
    case RP_EXTCFG_NOT_READY:
        return ASSESS_ASLEEP;
    case RP_EXTCFG_READ_FAILED:
        return ASSESS_READ_FAILED;
    case RP_EXTCFG_UNEVALUATED:
    case RP_EXTCFG_CONVENTIONAL:
    case RP_EXTCFG_USABLE:
    case RP_EXTCFG_OVERRIDDEN:
    case RP_EXTCFG_UNCHECKED:
        break;
    }
    return ASSESS_UNEXPLAINED;
}

static enum assess_difference compare(const struct assess *assess,
                                      const struct assess_function *function)
{
    uint16_t kernel_size = function->source->kernel_size;

    if (function->verdict.reason == RP_EXTCFG_UNEVALUATED)
        return ASSESS_NOT_SEEN;
    if (kernel_size == 0)
        return ASSESS_KERNEL_NOT_KNOWN;
    if (kernel_size == function->verdict.size)
        return ASSESS_SAME;
    if (kernel_size > function->verdict.size)
        return explain_less(assess, function);
    return is_behind_bridge(assess, function->core) ? ASSESS_BEHIND_BRIDGE
                                                    : ASSESS_KERNEL_REFUSES;
}

/*
 * Whether there may be more than is reached. A host bridge without a PCI Express
 * capability need not have more, so only what the kernel reaches counts.
 */
static bool is_short(const struct assess_function *function)
{
    if (function->verdict.size == RP_CFG_SIZE_EXTENDED)
        return false;
    if (function->verdict.reason == RP_EXTCFG_CONVENTIONAL ||
        function->verdict.reason == RP_EXTCFG_UNEVALUATED)
        return function->source->kernel_size == RP_CFG_SIZE_EXTENDED &&
               function->verdict.reason == RP_EXTCFG_CONVENTIONAL;
    if (is_host_bridge(function->core) && function->core->pcie_cap == 0)
        return function->source->kernel_size == RP_CFG_SIZE_EXTENDED;
    return true;
}

static bool needs_report(const struct assess *assess,
                         const struct assess_function *function)
{
    const struct assess_region *region = assess_region_of(assess, function->core->sbdf);

    return function->verdict.size == RP_CFG_SIZE_EXTENDED && region &&
           region->trust[assess->policy] == ASSESS_TRUST_REPORT;
}

static void fill(const struct assess *assess, size_t index,
                 struct assess_function *function)
{
    const struct rp_function *core = &assess->scan.functions[index];

    function->core = core;
    function->source = machine_find(assess->machine, core->sbdf);
    function->verdict = rp_scan_verdict(core);
    function->difference = compare(assess, function);
    function->needs_report = needs_report(assess, function);
    function->is_short = is_short(function);
    function->is_unfound = index >= assess->scanned_count && core->pf == RP_SCAN_NONE &&
                           !assess->machine->is_excerpt;
}

static void count(struct assess *assess, const struct assess_function *function)
{
    if (function->verdict.reason == RP_EXTCFG_UNEVALUATED)
        assess->unseen_count++;
    else if (function->verdict.size == RP_CFG_SIZE_EXTENDED)
        assess->extended_count++;
    if (function->is_short)
        assess->short_count++;
    if (function->difference >= ASSESS_REGION_NOT_TRUSTED)
        assess->difference_count++;
    if (function->is_unfound)
        assess->unfound_count++;
}

static int compare_sbdfs(const void *a, const void *b)
{
    uint32_t left = ((const struct assess_function *)a)->core->sbdf.value;
    uint32_t right = ((const struct assess_function *)b)->core->sbdf.value;

    return left < right ? -1 : left > right;
}

static void sort_functions(struct assess *assess)
{
    assess->function_count = assess->scan.count;
    assess->functions = memory_new(assess->function_count, sizeof(*assess->functions));
    assess->index_of = memory_new(assess->function_count, sizeof(*assess->index_of));
    for (size_t i = 0; i < assess->function_count; i++) {
        fill(assess, i, &assess->functions[i]);
        count(assess, &assess->functions[i]);
    }
    qsort(assess->functions, assess->function_count, sizeof(*assess->functions),
          compare_sbdfs);
    for (size_t i = 0; i < assess->function_count; i++)
        assess->index_of[assess->functions[i].core - assess->scan.functions] = i;
}

void assess_machine(struct assess *assess, const struct machine *machine,
                    enum rp_ecam_policy policy)
{
    memset(assess, 0, sizeof(*assess));
    assess->machine = machine;
    assess->policy = policy;
    regions_assess(assess);
    assess->cache.is_filled = false;
    find_functions(assess);
    sort_functions(assess);
}

void assess_free(struct assess *assess)
{
    free(assess->ecam.setup.regions);
    free(assess->scan.functions);
    free(assess->regions);
    free(assess->functions);
    free(assess->index_of);
}

bool assess_is_well(const struct assess *assess)
{
    if (assess->mcfg != RP_MCFG_NOT_READ && assess->mcfg != RP_MCFG_USABLE)
        return false;
    for (size_t i = 0; i < assess->region_count; i++) {
        if (assess->regions[i].trust[assess->policy] < ASSESS_TRUST_REPORT)
            return false;
    }
    return assess->short_count == 0 && assess->unseen_count == 0 &&
           assess->unanswering_count == 0 && assess->difference_count == 0 &&
           assess->unfound_count == 0;
}

/* ---- Words ---- */

const char *assess_reason_text(const struct assess *assess,
                               const struct assess_function *function)
{
    const struct assess_region *region = assess_region_of(assess, function->core->sbdf);

    if (function->verdict.reason == RP_EXTCFG_READ_FAILED &&
        function->source->readable <= RP_CFG_SIZE_CONVENTIONAL)
        return "no more than 256 bytes could be read, so that the rest is not known";
    if (function->verdict.reason != RP_EXTCFG_UNEVALUATED)
        return rp_extcfg_reason_text(function->verdict.reason);
    if (region && region->trust[assess->policy] == ASSESS_TRUST_UNKNOWN)
        return "whether its ECAM region is trusted hangs on evidence that was not seen";
    return "its capabilities are not there to be read";
}

const char *assess_trust_text(enum assess_trust trust)
{
    switch (trust) {
    case ASSESS_TRUST_NEVER:
        return "never";
    case ASSESS_TRUST_UNKNOWN:
        return "unknown";
    case ASSESS_TRUST_REPORT:
        return "after a report";
    case ASSESS_TRUST_BOOT:
        return "at boot";
    }
    return "unknown";
}

const char *assess_difference_text(enum assess_difference difference)
{
    switch (difference) {
    case ASSESS_SAME:
        return "the kernel sees the same";
    case ASSESS_KERNEL_NOT_KNOWN:
        return "what the kernel sees is not recorded";
    case ASSESS_NOT_SEEN:
        return "there is no verdict to compare";
    case ASSESS_REGION_NOT_TRUSTED:
        return "the kernel uses an ECAM region that Rootport, under this policy, would "
               "not trust";
    case ASSESS_OTHER_WAY:
        return "the kernel has a way that neither MCFG nor the chipset names: a region "
               "of "
               "ACPI's _CBA, or AMD's extended CF8";
    case ASSESS_VIRTUAL:
        return "the kernel gives every virtual function 4096 bytes; Rootport gives it "
               "what its physical function has";
    case ASSESS_REPEATS:
        return "a kernel built without PCI quirks does not look whether the first 256 "
               "bytes repeat";
    case ASSESS_ASLEEP:
        return "it answered when the kernel looked and does not now: it sleeps, or is "
               "gone";
    case ASSESS_READ_FAILED:
        return "the kernel has 4096 bytes, but they could not be read";
    case ASSESS_BEHIND_BRIDGE:
        return "the kernel does not look beyond 256 bytes behind a bridge from PCIe to "
               "PCI";
    case ASSESS_KERNEL_REFUSES:
        return "the kernel keeps to 256 bytes although the rest answers";
    case ASSESS_UNEXPLAINED:
        break;
    }
    return "no rule explains this; it may be a mistake of this program's";
}
