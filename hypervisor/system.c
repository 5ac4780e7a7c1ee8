/* SPDX-License-Identifier: MIT */
/* The domains of this machine. */
#include "system.h"

#include <stddef.h>

#include <rootport/cap.h>
#include <rootport/pci_regs.h>

#include "dev/console.h"
#include "domains.h"
#include "guest/function.h"
#include "lib/stack_guard.h"
#include "lib/string.h"
#include "mm/pages.h"
#include "mm/paging.h"
#include "seal.h"

enum {
    FINDING_MAX = 32,
    /* A kernel reports within seconds of its start; the limit is for one that hangs. */
    FIRMWARE_LIMIT_MS = 120000,
    FUNCTION_MAX = 4096,
};

#define FDT_MAGIC_BYTES "\xd0\x0d\xfe\xed"

static struct launch_config config;
static bool has_config;

/* ---- Configuration --------------------------------------------------------- */

static const void *find_blob(const struct boot_info *boot, size_t *out_size)
{
    for (size_t i = 0; i < boot->module_count; i++) {
        const struct boot_module *module = &boot->modules[i];
        const void *blob =
            module->size > 4 ? paging_map_memory(module->base, module->size) : NULL;

        if (blob != NULL && memcmp(blob, FDT_MAGIC_BYTES, 4) == 0) {
            *out_size = module->size;
            return blob;
        }
    }
    return NULL;
}

static void log_findings(const struct launch_findings *findings)
{
    for (size_t i = 0; i < findings->count && i < findings->capacity; i++) {
        char text[240];

        launch_finding_format(&findings->entries[i], text, sizeof text);
        console_log("configuration: %s", text);
    }
}

static enum rp_ecam_policy policy_of(enum launch_ecam_policy policy)
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

static bool has_firmware_domain(void)
{
    for (size_t i = 0; i < config.domain_count; i++)
        if (config.domains[i].is_launchable &&
            (config.domains[i].roles & LAUNCH_ROLE_FIRMWARE))
            return true;
    return false;
}

void system_read_config(const struct boot_info *boot, struct machine_options *options)
{
    static struct launch_finding entries[FINDING_MAX];
    struct launch_findings findings = {.entries = entries, .capacity = FINDING_MAX};
    size_t size;
    const void *blob = find_blob(boot, &size);

    if (blob != NULL) {
        stack_guard_install();
        has_config = launch_read(blob, size, &config, &findings) == RP_OK;
        log_findings(&findings);
    }
    if (has_config) {
        options->policy = policy_of(config.ecam);
        options->alias =
            config.skip_alias_check ? RP_EXTCFG_ALIAS_IGNORE : RP_EXTCFG_ALIAS_CHECK;
        options->reports = config.mmcfg_reports == LAUNCH_REPORTS_ALLOWED
                               ? RP_REPORT_ALLOWED
                               : RP_REPORT_REFUSED;
        options->seal = config.seal;
        options->seal_ms = config.seal == LAUNCH_SEAL_AFTER_MS ? config.seal_ms
                           : has_firmware_domain()             ? FIRMWARE_LIMIT_MS
                                                               : 0;
    }
    machine_options_read(boot, options);
}

/* ---- Launch ---------------------------------------------------------------- */

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

static void describe_serial(const struct rp_function *from,
                            struct launch_function *function)
{
    uint16_t offset =
        rp_extcap_find(machine_cfg(), from->sbdf, rp_scan_verdict(from).size,
                       RP_PCI_EXTCAP_ID_SERIAL_NUMBER);
    uint32_t low, high;

    if (offset == 0 ||
        rp_cfg_read32(machine_cfg(), from->sbdf, (uint16_t)(offset + 4), &low) != RP_OK ||
        rp_cfg_read32(machine_cfg(), from->sbdf, (uint16_t)(offset + 8), &high) != RP_OK)
        return;
    function->has_serial = true;
    function->serial = (uint64_t)high << 32 | low;
}

/* The machine's functions as the configuration names them; NULL: no memory. */
static struct launch_function *describe_functions(size_t *out_page_count)
{
    const struct rp_scan *scan = machine_scan();
    size_t page_count = (scan->count * sizeof(struct launch_function)) / PAGE_SIZE + 1;
    struct launch_function *functions = pages_alloc(page_count);

    for (size_t i = 0; functions != NULL && i < scan->count; i++) {
        const struct rp_function *from = &scan->functions[i];

        functions[i].sbdf = from->sbdf;
        functions[i].vendor_id = from->vendor_id;
        functions[i].device_id = from->device_id;
        functions[i].is_bridge = from->bridge != RP_SCAN_NO_BRIDGE;
        describe_serial(from, &functions[i]);
        describe_path(scan, i, &functions[i].path);
    }
    *out_page_count = page_count;
    return functions;
}

static enum function_confinement confinement(bool has_iommu)
{
    if (has_iommu)
        return FUNCTION_CONFINED_BY_IOMMU;
    return config.iommu == LAUNCH_IOMMU_NONE ? FUNCTION_CONFINED_BY_TRUST
                                             : FUNCTION_CONFINED_BY_NOTHING;
}

static void apply_quirk(const struct launch_quirk *quirk, struct rp_scan *scan,
                        size_t index)
{
    struct rp_function *function = &scan->functions[index];

    if (quirk->skip_alias_check) {
        function->alias = RP_EXTCFG_ALIAS_IGNORE;
        (void)rp_scan_publish(function, rp_scan_evaluate(scan, machine_cfg(), index,
                                                         RP_EXTCFG_ALIAS_IGNORE));
    }
    if (quirk->config_size != 0)
        rp_scan_override(function, (uint16_t)quirk->config_size);
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

void system_apply_quirks(void)
{
    struct rp_scan *scan = machine_scan();
    struct launch_function *functions;
    size_t page_count;

    if (!has_config || config.quirk_count == 0)
        return;
    functions = describe_functions(&page_count);
    if (functions == NULL) {
        console_log("no memory to find the functions of quirks: none is applied");
        return;
    }
    for (size_t i = 0; i < config.quirk_count; i++)
        for (size_t index = 0; index < scan->count; index++)
            if (is_meant(&config.quirks[i], functions, scan->count, index))
                apply_quirk(&config.quirks[i], scan, index);
    pages_free(functions, page_count);
}

const char *system_launch(const struct boot_info *boot, const struct acpi_tables *tables,
                          bool has_iommu)
{
    static struct launch_resolved resolved[LAUNCH_PORT_MAX];
    struct launch_function *functions;
    struct build_input input = {
        .boot = boot,
        .acpi = tables,
        .config = &config,
        .resolved = resolved,
        .has_iommu = has_iommu,
    };
    size_t page_count;

    if (!has_config)
        return "no usable launch configuration: give the boot loader a device tree blob "
               "as "
               "a module (dtc -O dtb)";
    if (!has_iommu && config.iommu == LAUNCH_IOMMU_REQUIRED && config.port_count != 0)
        console_log("no function is assigned without an IOMMU: turn AMD-Vi on in the "
                    "firmware's set-up, or say iommu = \"none\" in the configuration");
    functions = describe_functions(&page_count);
    if (functions == NULL)
        return "no memory to find the configured functions";
    launch_resolve_ports(&config, functions, machine_scan()->count, resolved);
    pages_free(functions, page_count);
    function_init(confinement(has_iommu));
    if (domains_build(&input, tables) == 0)
        return "no domain could be launched, see above";
    domains_start();
    return NULL;
}

void system_verdicts_final(void)
{
    domains_verdicts_final();
}
