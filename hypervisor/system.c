/* SPDX-License-Identifier: MIT */
/* The domains of this machine. */
#include "system.h"

#include <stddef.h>

#include "dev/console.h"
#include "domains.h"
#include "guest/function.h"
#include "input.h"
#include "launch/describe.h"
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

        launch_finding_format(&findings->entries[i],
                              "`rootport config check` says how to mend it", text,
                              sizeof text);
        console_log("configuration: %s", text);
    }
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
        options->policy = launch_core_policy(config.ecam);
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

/* The machine's functions as the configuration names them; NULL: no memory. */
static struct launch_function *describe_functions(size_t *out_page_count)
{
    const struct rp_scan *scan = machine_scan();
    size_t page_count = (scan->count * sizeof(struct launch_function)) / PAGE_SIZE + 1;
    struct launch_function *functions = pages_alloc(page_count);

    if (functions != NULL)
        launch_describe(scan, machine_cfg(), functions);
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

void system_apply_quirks(void)
{
    struct launch_function *functions;
    size_t page_count;

    if (!has_config || config.quirk_count == 0)
        return;
    functions = describe_functions(&page_count);
    if (functions == NULL) {
        console_log("no memory to find the functions of quirks: none is applied");
        return;
    }
    launch_apply_quirks(&config, functions, machine_scan(), machine_cfg());
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
    build_reserve(&config);
    functions = describe_functions(&page_count);
    if (functions == NULL)
        return "no memory to find the configured functions";
    launch_resolve_ports(&config, functions, machine_scan()->count, resolved);
    pages_free(functions, page_count);
    function_init(confinement(has_iommu));
    if (domains_build(&input, tables) == 0)
        return "no domain could be launched, see above";
    input_init(config.console_focus, &tables->madt);
    domains_start();
    return NULL;
}

void system_verdicts_final(void)
{
    domains_verdicts_final();
}
