/* SPDX-License-Identifier: MIT */
/* The audit as tables for people. */
#include "tools/audit/output.h"

#include <inttypes.h>
#include <string.h>

#include "tools/audit/words.h"

/* ---- ECAM regions ---- */

static void print_evidence(const struct assess_region *region, FILE *file)
{
    static const char marks[] = {
        [ASSESS_AGAINST] = '-', [ASSESS_FOR] = '+', [ASSESS_UNKNOWN] = '?'};

    for (unsigned i = 0; i < ASSESS_EVIDENCE_COUNT; i++) {
        /* What a firmware domain would report is what a hardware domain would. */
        if (1u << i != RP_ECAM_EVIDENCE_FIRMWARE_DOMAIN)
            fprintf(file, "    %c %-11s %s\n", marks[region->evidence[i]],
                    rp_ecam_evidence_text(1u << i), region->why[i]);
    }
}

static void print_policies(const struct assess_region *region, FILE *file)
{
    static const enum rp_ecam_policy policies[] = {
        RP_ECAM_POLICY_STRICT, RP_ECAM_POLICY_DEFAULT, RP_ECAM_POLICY_PROBE,
        RP_ECAM_POLICY_OFF};

    fputs("    trusted       ", file);
    for (unsigned i = 0; i < ASSESS_POLICY_COUNT; i++)
        fprintf(file, "%s%s: %s", i ? ", " : "", rp_ecam_policy_text(policies[i]),
                assess_trust_text(region->trust[policies[i]]));
    fputc('\n', file);
}

static void print_region(const struct assess_region *region, FILE *file)
{
    const struct rp_ecam_range *range = &region->core->range;
    bool is_sound = range->start_bus <= range->end_bus;
    uint64_t start = is_sound ? rp_ecam_start(range).value : range->base.value;
    uint64_t last = is_sound ? start + rp_ecam_size(range) - 1 : start;

    fprintf(file,
            "\n  0x%" PRIx64 "-0x%" PRIx64
            "  segment %04x, buses %02x-%02x, named by %s\n",
            start, last, range->segment, range->start_bus, range->end_bus,
            region->core->source == RP_ECAM_SOURCE_MCFG ? "MCFG" : "the chipset");
    if (region->core->state == RP_ECAM_REJECTED) {
        fprintf(file, "    rejected      %s\n",
                rp_ecam_reason_text(region->core->reason));
        if (region->is_in_kernel)
            fputs("    kernel        uses it all the same\n", file);
        return;
    }
    print_evidence(region, file);
    print_policies(region, file);
}

static void print_no_region(const struct assess *assess, FILE *file)
{
    switch (assess->machine->mcfg_sight) {
    case SIGHT_SEEN:
        fprintf(file, "\n  none: %s\n", rp_mcfg_verdict_text(assess->mcfg));
        return;
    case SIGHT_ABSENT:
        fputs("\n  none: firmware has no MCFG table, and no known chipset names one\n",
              file);
        return;
    case SIGHT_DENIED:
        fputs("\n  not seen: the MCFG table is hidden from this user; run as root\n",
              file);
        return;
    case SIGHT_NONE:
        break;
    }
    fputs("\n  not seen: firmware's MCFG table is not part of what was read\n", file);
}

/* What the kernel found in another way, which a hypervisor at boot can't go. */
static void print_kernel_regions(const struct assess *assess, FILE *file)
{
    for (size_t i = 0; i < assess->machine->kernel_region_count; i++) {
        const struct rp_ecam_range *range = &assess->machine->kernel_regions[i];

        if (!assess_has_region(assess, range))
            fprintf(file,
                    "\n  0x%" PRIx64
                    ", segment %04x, buses %02x-%02x: used by the kernel, "
                    "but neither MCFG nor the chipset names it\n",
                    range->base.value, range->segment, range->start_bus, range->end_bus);
    }
}

static void print_regions(const struct assess *assess, FILE *file)
{
    fputs("ECAM regions\n", file);
    if (assess->region_count == 0)
        print_no_region(assess, file);
    else if (assess->mcfg != RP_MCFG_USABLE && assess->mcfg != RP_MCFG_NOT_READ)
        fprintf(file, "\n  %s\n", rp_mcfg_verdict_text(assess->mcfg));
    for (size_t i = 0; i < assess->region_count; i++)
        print_region(&assess->regions[i], file);
    print_kernel_regions(assess, file);
}

/* ---- Functions ---- */

static void format_size(char text[8], uint16_t size)
{
    if (size == 0)
        memcpy(text, "?", 2);
    else
        snprintf(text, 8, "%u", size);
}

/* What draws the eye to a row; the legend below the table explains it. */
static char mark_of(const struct assess_function *function)
{
    if (function->difference >= ASSESS_REGION_NOT_TRUSTED || function->is_unfound)
        return '!';
    if (function->is_short)
        return '*';
    return function->needs_report ? 'r' : ' ';
}

static void print_row(const struct assess_function *function, FILE *file)
{
    bool is_seen = function->verdict.reason != RP_EXTCFG_UNEVALUATED;
    char size[8];
    char kernel_size[8];

    format_size(size, is_seen ? function->verdict.size : 0);
    format_size(kernel_size, function->source->kernel_size);
    fprintf(file, "%c %s  %4s  %6s  %-12s  %-19s  %s\n", mark_of(function),
            words_sbdf(function->core->sbdf).text, size, kernel_size,
            words_reason(function->verdict.reason), words_type(function->core),
            function->source->name ? function->source->name : "");
}

/* Sentences for the reasons that the table has. */
static void print_reasons(const struct assess *assess, FILE *file)
{
    unsigned seen = 0;

    for (size_t i = 0; i < assess->function_count; i++) {
        const struct assess_function *function = &assess->functions[i];
        unsigned bit = 1u << function->verdict.reason;

        if ((seen & bit) == 0)
            fprintf(file, "  %-12s  %s\n", words_reason(function->verdict.reason),
                    assess_reason_text(assess, function));
        seen |= bit;
    }
}

static void print_marks(const struct assess *assess, FILE *file)
{
    static const struct {
        char mark;
        const char *text;
    } legend[] = {
        {'!', "the kernel sees it otherwise: see below"},
        {'*', "may have 4096 bytes, which can't be reached"},
        {'r', "only once a hardware or firmware domain has reported the ECAM region"},
    };

    for (unsigned mark = 0; mark < sizeof(legend) / sizeof(legend[0]); mark++) {
        for (size_t i = 0; i < assess->function_count; i++) {
            if (mark_of(&assess->functions[i]) == legend[mark].mark) {
                fprintf(file, "  %c             %s\n", legend[mark].mark,
                        legend[mark].text);
                break;
            }
        }
    }
}

static void print_functions(const struct assess *assess, FILE *file)
{
    fprintf(file, "\nFunctions, policy %s\n\n", rp_ecam_policy_text(assess->policy));
    if (assess->function_count == 0) {
        fputs("  none\n", file);
        return;
    }
    fputs("  address       size  kernel  reason        type                 name\n",
          file);
    for (size_t i = 0; i < assess->function_count; i++)
        print_row(&assess->functions[i], file);
    fputc('\n', file);
    print_reasons(assess, file);
    print_marks(assess, file);
}

/* ---- Differences ---- */

static void print_differences(const struct assess *assess, FILE *file)
{
    if (assess->difference_count + assess->unfound_count == 0)
        return;
    fputs("\nWhere the kernel's view differs\n\n", file);
    for (size_t i = 0; i < assess->function_count; i++) {
        const struct assess_function *function = &assess->functions[i];
        struct words_sbdf sbdf = words_sbdf(function->core->sbdf);

        if (function->difference >= ASSESS_REGION_NOT_TRUSTED)
            fprintf(file, "  %s  %s\n", sbdf.text,
                    assess_difference_text(function->difference));
        if (function->is_unfound)
            fprintf(file,
                    "  %s  the kernel lists it, but Rootport's own scan does not "
                    "find it: its device has no function 0, or needs ARI\n",
                    sbdf.text);
    }
}

/* ---- The summary ---- */

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void print_oddities(const struct assess *assess, FILE *file)
{
    if (assess->machine->unaddressable_count)
        fprintf(file,
                "%zu function%s left out: the segment has more than 16 bits (Intel "
                "VMD), and PCI knows none such\n",
                assess->machine->unaddressable_count,
                plural(assess->machine->unaddressable_count));
    if (assess->unanswering_count)
        fprintf(file,
                "%zu function%s left out: listed, but the IDs read all ones (gone, "
                "asleep, or virtual without its physical function)\n",
                assess->unanswering_count, plural(assess->unanswering_count));
}

static void print_summary(const struct assess *assess, FILE *file)
{
    size_t conventional = assess->function_count - assess->extended_count -
                          assess->short_count - assess->unseen_count;

    fputc('\n', file);
    print_oddities(assess, file);
    fprintf(file,
            "%zu function%s: %zu with 4096 bytes, %zu with 256 and no more to be "
            "had",
            assess->function_count, plural(assess->function_count),
            assess->extended_count, conventional);
    if (assess->short_count)
        fprintf(file, ", %zu that may have more than is reached", assess->short_count);
    if (assess->unseen_count)
        fprintf(file, ", %zu not seen", assess->unseen_count);
    fputc('\n', file);
    if (assess->unseen_count || assess->machine->mcfg_sight == SIGHT_DENIED)
        fputs("Some of the machine is hidden from this user: root sees all of it.\n",
              file);
}

void output_table(const struct assess *assess, FILE *file)
{
    print_regions(assess, file);
    print_functions(assess, file);
    print_differences(assess, file);
    print_summary(assess, file);
}
