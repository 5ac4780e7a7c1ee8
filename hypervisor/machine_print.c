/* SPDX-License-Identifier: MIT */
/* The tables of ECAM regions and functions, for whoever reads the console. */
#include "machine.h"

#include "dev/console.h"
#include "lib/format.h"
#include "lib/string.h"

static void append(char *text, size_t size, const char *more)
{
    size_t length = strlen(text);

    format_line(text + length, size - length, "%s%s", length != 0 ? ", " : "", more);
}

static void print_evidence(const struct rp_ecam_region *region, char *text, size_t size)
{
    text[0] = '\0';
    for (unsigned bit = 1; bit <= RP_ECAM_EVIDENCE_ALL; bit <<= 1)
        if (region->evidence & bit)
            append(text, size, rp_ecam_evidence_text(bit));
    if (text[0] == '\0')
        append(text, size, "none");
}

/* What an administrator can do; for the reasons that aren't here: MEND_FIRMWARE. */
static const char *const mends[] = {
    [RP_ECAM_REASON_UNVOUCHED] =
        "let a hardware or firmware domain report it (mmcfg-reports), or have it "
        "compared "
        "with CF8/CFC (ecam=probe); firmware that reserves it in the memory map mends it "
        "for good",
    [RP_ECAM_REASON_POLICY_OFF] = "say ecam=default",
    [RP_ECAM_REASON_UNMAPPED] = "report this: the hypervisor had no memory left for it",
    [RP_ECAM_REASON_RETRACTED] = "see why the domain that reported it took that back",
};

#define MEND_FIRMWARE                                                                    \
    "a firmware update may mend it, or default settings for the ECAM (MMCFG) base and "  \
    "size in the firmware's set-up"

static const char *mend_of(enum rp_ecam_reason reason)
{
    const char *mend =
        (size_t)reason < sizeof mends / sizeof mends[0] ? mends[reason] : NULL;

    return mend != NULL ? mend : MEND_FIRMWARE;
}

static void print_region(const struct rp_ecam_region *region)
{
    char evidence[80];

    print_evidence(region, evidence, sizeof evidence);
    console_log("  %04x     %02x-%02x  %012llx  %-9s  %-9s  %-10s  %s",
                region->range.segment, region->range.start_bus, region->range.end_bus,
                (unsigned long long)region->range.base.value,
                rp_ecam_source_text(region->source), rp_ecam_state_text(region->state),
                evidence, rp_ecam_reason_text(region->reason));
    if (region->state != RP_ECAM_ENABLED)
        console_log("    it isn't used: %s", mend_of(region->reason));
}

static void print_function(const struct rp_function *function)
{
    struct rp_extcfg_verdict verdict = rp_scan_verdict(function);

    console_log("  %pS  %04x:%04x  %06x  %4u  %-5s  %s", &function->sbdf,
                function->vendor_id, function->device_id, function->class_code,
                verdict.size, verdict.final ? "yes" : "no",
                rp_extcfg_reason_text(verdict.reason));
}

void machine_print_regions(void)
{
    const struct rp_ecam *ecam = machine_reports()->ecam;

    console_log("ECAM regions, policy %s:", rp_ecam_policy_text(ecam->setup.policy));
    console_log(
        "  segment  buses  base          source     state      evidence    reason");
    for (size_t i = 0; i < ecam->count; i++)
        print_region(&ecam->setup.regions[i]);
    if (ecam->count == 0)
        console_log("  none: no function has more than 256 bytes of configuration space");
}

void machine_print(void)
{
    const struct rp_scan *scan = machine_scan();

    machine_print_regions();
    console_log("functions: %lu", (unsigned long)scan->count);
    console_log("  sbdf          id         class   size  final  reason");
    for (size_t i = 0; i < scan->count; i++)
        if (scan->functions[i].is_present)
            print_function(&scan->functions[i]);
}
