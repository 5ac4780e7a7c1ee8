/* SPDX-License-Identifier: MIT */
/* What a guest would see of each function, as a list for people. */
#include <rootport/pci_regs.h>

#include "tools/audit/capabilities.h"
#include "tools/audit/output.h"
#include "tools/audit/redact.h"
#include "tools/audit/words.h"

static void print_capability(const struct capability *capability, FILE *file)
{
    fprintf(file, "    %03x  %-9s  ", capability->core.offset,
            capabilities_treatment_text(capability->treatment));
    if (capabilities_is_known(capability))
        fprintf(file, "%-32s  %s", capability->words->name,
                capability->words->guest_reason);
    else
        fprintf(file, "unknown, ID %04x                 %s", capability->core.id,
                capability->words->guest_reason);
    if (capability->rule->unless != 0)
        fputs(" (a configuration can allow more)", file);
    fputc('\n', file);
}

/* A list that is broken ends where it breaks, for a guest too. */
static void print_end(const char *list, enum rp_cap_end end, FILE *file)
{
    if (end != RP_CAP_END && end != RP_CAP_ABSENT)
        fprintf(file, "    the %s ends here: %s\n", list, rp_cap_end_text(end));
}

static void print_serial(struct assess *assess, const struct assess_function *function,
                         FILE *file)
{
    char serial[REDACT_SERIAL_SIZE];

    if (!redact_serial(assess, function, serial))
        return;
    fprintf(file, "  serial number %s\n",
            assess->machine->is_without_identifiers ? "left out of what was saved"
                                                    : serial);
}

static void print_capabilities(const struct capabilities *capabilities, FILE *file)
{
    size_t standard = 0;

    while (standard < capabilities->count &&
           capabilities->entries[standard].list == RP_VPCI_LIST_STANDARD)
        print_capability(&capabilities->entries[standard++], file);
    print_end("capability list", capabilities->end, file);
    for (size_t i = standard; i < capabilities->count; i++)
        print_capability(&capabilities->entries[i], file);
    print_end("extended capability list", capabilities->extended_end, file);
}

static void print_function(struct assess *assess, const struct assess_function *function,
                           enum output_identifiers identifiers, FILE *file)
{
    struct capabilities capabilities;

    fprintf(file, "%s  %s: %s\n", words_sbdf(function->core->sbdf).text,
            words_type(function->core),
            function->source->name ? function->source->name : "");
    if (identifiers == OUTPUT_IDENTIFIERS)
        print_serial(assess, function, file);
    if (!capabilities_is_for_guests(function)) {
        fputs("  not for guests: they have a host bridge and root ports of their own\n",
              file);
        return;
    }
    if (function->verdict.reason == RP_EXTCFG_UNEVALUATED) {
        fprintf(file, "  not seen: %s\n", assess_reason_text(assess, function));
        return;
    }
    capabilities_read(assess, function, &capabilities);
    fprintf(file, "  a guest has %u bytes, with %zu of %zu capabilities shown\n",
            function->verdict.size, capabilities.count - capabilities.hidden_count,
            capabilities.count);
    print_capabilities(&capabilities, file);
}

void output_capabilities(struct assess *assess, enum output_identifiers identifiers,
                         FILE *file)
{
    for (size_t i = 0; i < assess->function_count; i++) {
        if (i > 0)
            fputc('\n', file);
        print_function(assess, &assess->functions[i], identifiers, file);
    }
}
