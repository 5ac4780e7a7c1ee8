/* SPDX-License-Identifier: MIT */
/* What the machine has on PCI. */
#include "machine.h"

#include <rootport/cfg_direct.h>
#include <rootport/mcfg.h>

#include "cpu/msr.h"
#include "dev/console.h"
#include "lib/format.h"
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
static struct rp_memory_range memory_map[BOOT_MEMORY_MAX];
static struct rp_ecam ecam;
static struct rp_cfg_direct direct;
static struct rp_cfg cfg;
static struct rp_scan scan;
static enum rp_extcfg_alias alias_check;
static void *ones_page;

static unsigned physical_address_bits(void)
{
    unsigned bits = 36;

    if (cpuid(0x80000000, 0).eax >= 0x80000008)
        bits = cpuid(0x80000008, 0).eax & 0xff;
    return bits > 52 ? 52 : bits;
}

static void read_mcfg(const struct acpi_location *location)
{
    const void *table = paging_map_memory(location->address, location->length);
    enum rp_mcfg_verdict verdict;
    struct rp_mcfg mcfg;

    if (table == NULL) {
        console_log("MCFG at %llx: it can't be mapped: left out",
                    (unsigned long long)location->address);
        return;
    }
    verdict = rp_mcfg_open(table, location->length, &mcfg);
    if (verdict != RP_MCFG_USABLE)
        console_log("MCFG at %llx: %s: left out; a firmware update may mend it",
                    (unsigned long long)location->address, rp_mcfg_verdict_text(verdict));
    else if (rp_mcfg_add_to(&mcfg, &ecam) != RP_OK)
        console_log("MCFG at %llx: more than %u regions: the rest is left out",
                    (unsigned long long)location->address, REGION_MAX);
}

/* What holds data in RAM is RAM to an ECAM region: it cannot be there. */
static void read_memory_map(const struct boot_info *boot)
{
    for (size_t i = 0; i < boot->memory_count; i++) {
        memory_map[i].base = boot->memory[i].base;
        memory_map[i].size = boot->memory[i].size;
        memory_map[i].type =
            boot->memory[i].type == MEMORY_RESERVED ? RP_MEMORY_RESERVED : RP_MEMORY_RAM;
    }
}

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

bool machine_init(const struct boot_info *boot, const struct acpi_tables *tables,
                  struct machine_options options)
{
    struct rp_ecam_setup setup = {
        .regions = regions,
        .capacity = REGION_MAX,
        .memory_map = memory_map,
        .address_bits = physical_address_bits(),
    };
    size_t size = FUNCTION_MAX * sizeof(struct rp_function);
    struct rp_function *functions = pages_alloc((size + PAGE_SIZE - 1) / PAGE_SIZE);

    ones_page = pages_alloc(1);
    if (functions == NULL || ones_page == NULL)
        return false;
    memset(ones_page, 0xff, PAGE_SIZE);
    alias_check = options.alias;

    read_memory_map(boot);
    setup.memory_map_count = boot->memory_count;
    setup.policy = options.policy;
    rp_ecam_init(&ecam, &setup);
    for (unsigned i = 0; i < tables->mcfg_count; i++)
        read_mcfg(&tables->mcfgs[i]);
    (void)rp_ecam_enable_all(&ecam, platform_self());

    rp_cfg_direct_init(&direct, platform_self(), &ecam, &cfg);
    rp_scan_init(&scan, functions, FUNCTION_MAX);
    scan_segments();
    for (size_t i = 0; i < scan.count; i++)
        rp_scan_publish(&scan.functions[i],
                        rp_scan_evaluate(&scan, &cfg, i, alias_check));
    return true;
}

void machine_seal(void)
{
    for (size_t i = 0; i < scan.count; i++) {
        struct rp_extcfg_verdict verdict = rp_scan_verdict(&scan.functions[i]);

        verdict.final = true;
        rp_scan_publish(&scan.functions[i], verdict);
    }
}

static void append(char *text, size_t size, const char *more)
{
    size_t length = strlen(text);

    format_line(text + length, size - length, "%s%s", length != 0 ? ", " : "", more);
}

static void print_region(const struct rp_ecam_region *region)
{
    char evidence[80] = "";

    for (unsigned bit = 1; bit <= RP_ECAM_EVIDENCE_ALL; bit <<= 1)
        if (region->evidence & bit)
            append(evidence, sizeof evidence, rp_ecam_evidence_text(bit));
    console_log("  %04x     %02x-%02x  %012llx  %-9s  %-9s  %-10s  %s",
                region->range.segment, region->range.start_bus, region->range.end_bus,
                (unsigned long long)region->range.base.value,
                rp_ecam_source_text(region->source), rp_ecam_state_text(region->state),
                evidence[0] != '\0' ? evidence : "none",
                rp_ecam_reason_text(region->reason));
}

static void print_function(const struct rp_function *function)
{
    struct rp_extcfg_verdict verdict = rp_scan_verdict(function);

    console_log("  %04x:%02x:%02x.%x  %04x:%04x  %06x  %4u  %-5s  %s",
                rp_sbdf_segment(function->sbdf), rp_sbdf_bus(function->sbdf),
                rp_sbdf_dev(function->sbdf), rp_sbdf_fn(function->sbdf),
                function->vendor_id, function->device_id, function->class_code,
                verdict.size, verdict.final ? "yes" : "no",
                rp_extcfg_reason_text(verdict.reason));
}

void machine_print(void)
{
    console_log("ECAM regions, policy %s:", rp_ecam_policy_text(ecam.setup.policy));
    console_log(
        "  segment  buses  base          source     state      evidence    reason");
    for (size_t i = 0; i < ecam.count; i++)
        print_region(&regions[i]);
    if (ecam.count == 0)
        console_log("  none: no function has more than 256 bytes of configuration space");
    console_log("functions: %lu", scan.count);
    console_log("  sbdf          id         class   size  final  reason");
    for (size_t i = 0; i < scan.count; i++)
        print_function(&scan.functions[i]);
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
