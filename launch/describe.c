/* SPDX-License-Identifier: MIT */
/*
 * Translates between the core's table of functions and a configuration's names.
 */
#include "launch/describe.h"

#include <rootport/cap.h>
#include <rootport/pci_regs.h>

enum rp_ecam_policy launch_core_policy(enum launch_ecam_policy policy)
{
    switch (policy) {
    case LAUNCH_ECAM_DEFAULT:
        return RP_ECAM_POLICY_DEFAULT;
    case LAUNCH_ECAM_STRICT:
        return RP_ECAM_POLICY_STRICT;
    case LAUNCH_ECAM_PROBE:
        return RP_ECAM_POLICY_PROBE;
    case LAUNCH_ECAM_OFF:
        break;
    }
    return RP_ECAM_POLICY_OFF;
}

/* ---- Functions ---- */

static void describe_path(const struct rp_scan *scan, size_t index,
                          struct launch_pci_path *out_path)
{
    uint8_t hops[LAUNCH_PATH_HOP_MAX];
    uint8_t count = 0;
    size_t at = index;

    for (; count < LAUNCH_PATH_HOP_MAX; at = scan->functions[at].parent) {
        hops[count++] = rp_sbdf_devfn(scan->functions[at].sbdf);
        if (scan->functions[at].parent == RP_SCAN_NONE)
            break;
    }
    if (scan->functions[at].parent != RP_SCAN_NONE)
        return; /* deeper than a path can say: none is known */
    out_path->segment = rp_sbdf_segment(scan->functions[at].sbdf);
    out_path->root_bus = rp_sbdf_bus(scan->functions[at].sbdf);
    out_path->hop_count = count;
    for (uint8_t i = 0; i < count; i++)
        out_path->devfn[i] = hops[count - 1 - i];
}

/* Device Serial Number, PCI Express Base r5.0, 7.9.3: the lower dword comes first. */
static void describe_serial(const struct rp_function *from, const struct rp_cfg *cfg,
                            struct launch_function *function)
{
    uint16_t offset = rp_extcap_find(cfg, from->sbdf, rp_scan_verdict(from).size,
                                     RP_PCI_EXTCAP_ID_SERIAL_NUMBER);
    uint32_t low, high;

    if (offset == 0 ||
        rp_cfg_read32(cfg, from->sbdf, (uint16_t)(offset + 4), &low) != RP_OK ||
        rp_cfg_read32(cfg, from->sbdf, (uint16_t)(offset + 8), &high) != RP_OK)
        return;
    function->has_serial = true;
    function->serial = (uint64_t)high << 32 | low;
}

void launch_describe_one(const struct rp_scan *scan, const struct rp_cfg *cfg,
                         size_t index, struct launch_function *out_function)
{
    const struct rp_function *from = &scan->functions[index];

    *out_function = (struct launch_function){
        .sbdf = from->sbdf,
        .vendor_id = from->vendor_id,
        .device_id = from->device_id,
        .is_bridge = from->bridge != RP_SCAN_NO_BRIDGE,
    };
    describe_serial(from, cfg, out_function);
    describe_path(scan, index, &out_function->path);
}

void launch_describe(const struct rp_scan *scan, const struct rp_cfg *cfg,
                     struct launch_function *out_functions)
{
    for (size_t i = 0; i < scan->count; i++)
        launch_describe_one(scan, cfg, i, &out_functions[i]);
}

/* ---- Quirks ---- */

static void apply_quirk(const struct launch_quirk *quirk, struct rp_scan *scan,
                        const struct rp_cfg *cfg, size_t index)
{
    struct rp_function *function = &scan->functions[index];

    if (quirk->skip_alias_check) {
        function->alias = RP_EXTCFG_ALIAS_IGNORE;
        (void)rp_scan_publish(function,
                              rp_scan_evaluate(scan, cfg, index, RP_EXTCFG_ALIAS_IGNORE));
    }
    if (quirk->config_size != 0)
        rp_scan_override(function, (uint16_t)quirk->config_size);
    if (quirk->pin_gsi != 0)
        function->pin_gsi = (uint8_t)quirk->pin_gsi;
}

/* With an index a quirk means one function; otherwise all that match. */
static bool is_meant(const struct launch_quirk *quirk,
                     const struct launch_function *functions, size_t count, size_t index)
{
    size_t place;

    if (!launch_selector_matches(&quirk->functions, &functions[index]))
        return false;
    return !quirk->functions.has_index ||
           (launch_resolve(&quirk->functions, functions, count, &place) ==
                LAUNCH_RESOLVED &&
            place == index);
}

void launch_apply_quirks(const struct launch_config *config,
                         const struct launch_function *functions, struct rp_scan *scan,
                         const struct rp_cfg *cfg)
{
    for (size_t i = 0; i < config->quirk_count; i++)
        for (size_t index = 0; index < scan->count; index++)
            if (is_meant(&config->quirks[i], functions, scan->count, index))
                apply_quirk(&config->quirks[i], scan, cfg, index);
}
