/* SPDX-License-Identifier: MIT */
/* What the machine has on PCI. */
#include "machine.h"

#include <rootport/cfg_direct.h>

#include "bars.h"
#include "cpu/msr.h"
#include "cpu/spinlock.h"
#include "dev/console.h"
#include "evidence.h"
#include "lib/string.h"
#include "mm/pages.h"
#include "mm/paging.h"
#include "platform.h"

enum {
    REGION_MAX = 64,
    FUNCTION_MAX = 4096,
    SEGMENT_0_LAST_BUS = 255,
};

static struct rp_ecam_region regions[REGION_MAX];
static struct rp_memory_range memory_map[EVIDENCE_MEMORY_MAX];
static struct rp_ecam ecam;
static struct rp_cfg_direct direct;
static struct rp_cfg cfg;
static struct rp_scan scan;
static struct rp_report_context reports;
static struct spinlock lock;
static void *ones_page;

/* Segment 0 is there without any region, through CF8/CFC; others need one. */
static bool is_first_of_segment(size_t index)
{
    if (regions[index].state != RP_ECAM_ENABLED || regions[index].range.segment == 0)
        return false;
    for (size_t i = 0; i < index; i++)
        if (regions[i].state == RP_ECAM_ENABLED &&
            regions[i].range.segment == regions[index].range.segment)
            return false;
    return true;
}

static void scan_segments(void)
{
    enum rp_status status = rp_scan_segment(&scan, &cfg, 0, 0, SEGMENT_0_LAST_BUS);

    for (size_t i = 0; i < ecam.count && status == RP_OK; i++)
        if (is_first_of_segment(i))
            status = rp_scan_segment(&scan, &cfg, regions[i].range.segment, 0,
                                     SEGMENT_0_LAST_BUS);
    if (status != RP_OK)
        console_log("warning: more than %u functions: the rest is left out",
                    FUNCTION_MAX);
}

/*
 * Ports that the machine is switched off by, and the like: no BAR goes there. One that is
 * missing has the address 0, and one in memory none that a port has.
 */
static void keep_ports(const struct acpi_fadt *fadt)
{
    bars_keep_port(fadt->pm1a_control.address);
    bars_keep_port(fadt->pm1b_control.address);
    bars_keep_port(fadt->sleep_control.address);
    bars_keep_port(fadt->reset_register.address);
}

bool machine_init(const struct boot_info *boot, const struct acpi_tables *tables,
                  const struct machine_options *options)
{
    struct rp_ecam_setup setup = {
        .regions = regions,
        .capacity = REGION_MAX,
        .memory_map = memory_map,
        .address_bits = cpuid_address_bits(),
    };
    struct rp_function *functions =
        pages_alloc(pages_for(FUNCTION_MAX * sizeof *functions));

    ones_page = pages_alloc(1);
    if (functions == NULL || ones_page == NULL)
        return false;
    memset(ones_page, 0xff, PAGE_SIZE);

    setup.memory_map_count =
        evidence_memory_map(boot, tables, options->distrust, memory_map);
    setup.policy = options->policy;
    rp_ecam_init(&ecam, &setup);
    rp_cfg_direct_init(&direct, platform_self(), &ecam, &cfg);
    evidence_gather(&ecam, tables, &cfg, options->distrust);
    (void)rp_ecam_enable_all(&ecam, platform_self());

    rp_scan_init(&scan, functions, FUNCTION_MAX);
    scan_segments();
    for (size_t i = 0; i < scan.count; i++)
        rp_scan_publish(&scan.functions[i],
                        rp_scan_evaluate(&scan, &cfg, i, options->alias));
    reports = (struct rp_report_context){
        .platform = platform_self(),
        .ecam = &ecam,
        .scan = &scan,
        .alias = options->alias,
        .permission = options->reports,
    };
    for (size_t i = 0; i < scan.count; i++)
        bars_learn(&scan.functions[i]);
    keep_ports(&tables->fadt);
    return true;
}

void machine_evaluate(size_t index, const char *who)
{
    struct rp_function *function = &scan.functions[index];
    struct rp_extcfg_verdict verdict = rp_scan_verdict(function);

    if (verdict.reason != RP_EXTCFG_UNEVALUATED)
        return;
    (void)rp_scan_publish(function, rp_scan_evaluate(&scan, &cfg, index, reports.alias));
    if (reports.is_sealed)
        rp_scan_finalize(function);
    verdict = rp_scan_verdict(function);
    console_log("%pS: announced by %s: configuration space %u bytes: %s", &function->sbdf,
                who, verdict.size, rp_extcfg_reason_text(verdict.reason));
}

uint32_t machine_next_vf(uint32_t pf, uint32_t from)
{
    for (; from < scan.count; from++)
        if (scan.functions[from].is_present && scan.functions[from].pf == pf)
            return from;
    return RP_SCAN_NONE;
}

rp_sbdf_t machine_physical(const struct rp_function *function)
{
    return function->pf == RP_SCAN_NONE ? function->sbdf
                                        : scan.functions[function->pf].sbdf;
}

void machine_lock(void)
{
    spin_lock(&lock);
}

void machine_unlock(void)
{
    spin_unlock(&lock);
}

struct rp_report_context *machine_reports(void)
{
    return &reports;
}

const struct rp_cfg *machine_cfg(void)
{
    return &cfg;
}

struct rp_platform *machine_platform(void)
{
    return platform_self();
}

struct rp_scan *machine_scan(void)
{
    return &scan;
}

void *machine_ones_page(void)
{
    return ones_page;
}
