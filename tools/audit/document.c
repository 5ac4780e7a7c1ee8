/* SPDX-License-Identifier: MIT */
/* The audit as JSON; docs/audit-json.md describes it. */
#include <inttypes.h>

#include "tools/audit/capabilities.h"
#include "tools/audit/json.h"
#include "tools/audit/output.h"
#include "tools/audit/redact.h"
#include "tools/audit/words.h"

enum {
    FORMAT_VERSION = 1,
};

static const char *sight_word(enum sight sight)
{
    static const char *const words[] = {
        [SIGHT_NONE] = "not-recorded",
        [SIGHT_SEEN] = "seen",
        [SIGHT_ABSENT] = "absent",
        [SIGHT_DENIED] = "denied",
    };

    return words[sight];
}

static const char *trust_word(enum assess_trust trust)
{
    static const char *const words[] = {
        [ASSESS_TRUST_NEVER] = "never",
        [ASSESS_TRUST_UNKNOWN] = "unknown",
        [ASSESS_TRUST_REPORT] = "after-report",
        [ASSESS_TRUST_BOOT] = "at-boot",
    };

    return words[trust];
}

static const char *difference_word(enum assess_difference difference)
{
    static const char *const words[] = {
        [ASSESS_SAME] = "same",
        [ASSESS_KERNEL_NOT_KNOWN] = "kernel-not-known",
        [ASSESS_NOT_SEEN] = "not-seen",
        [ASSESS_REGION_NOT_TRUSTED] = "region-not-trusted",
        [ASSESS_OTHER_WAY] = "other-way",
        [ASSESS_VIRTUAL] = "virtual-function",
        [ASSESS_REPEATS] = "aliased",
        [ASSESS_ASLEEP] = "asleep",
        [ASSESS_READ_FAILED] = "read-failed",
        [ASSESS_BEHIND_BRIDGE] = "behind-bridge",
        [ASSESS_KERNEL_REFUSES] = "kernel-refuses",
        [ASSESS_UNEXPLAINED] = "unexplained",
    };

    return words[difference];
}

/* ---- ECAM regions ---- */

static void write_evidence(struct json *json, const struct assess_region *region,
                           const char *key, enum assess_evidence state)
{
    json_open_array(json, key);
    for (unsigned i = 0; i < ASSESS_EVIDENCE_COUNT; i++) {
        if (region->core->state != RP_ECAM_REJECTED && region->evidence[i] == state)
            json_string(json, NULL, rp_ecam_evidence_text(1u << i));
    }
    json_close_array(json);
}

static void write_whys(struct json *json, const struct assess_region *region)
{
    json_open_object(json, "why");
    for (unsigned i = 0; i < ASSESS_EVIDENCE_COUNT; i++) {
        if (region->core->state != RP_ECAM_REJECTED)
            json_string(json, rp_ecam_evidence_text(1u << i), region->why[i]);
    }
    json_close_object(json);
}

static void write_region(struct json *json, const struct assess_region *region)
{
    const struct rp_ecam_region *core = region->core;
    bool is_rejected = core->state == RP_ECAM_REJECTED;

    json_open_object(json, NULL);
    json_format(json, "base", "0x%" PRIx64, core->range.base.value);
    json_number(json, "segment", core->range.segment);
    json_number(json, "start_bus", core->range.start_bus);
    json_number(json, "end_bus", core->range.end_bus);
    json_string(json, "source", rp_ecam_source_text(core->source));
    write_evidence(json, region, "evidence", ASSESS_FOR);
    write_evidence(json, region, "evidence_against", ASSESS_AGAINST);
    write_evidence(json, region, "evidence_unknown", ASSESS_UNKNOWN);
    write_whys(json, region);
    json_open_object(json, "trusted");
    for (unsigned i = 0; i < ASSESS_POLICY_COUNT; i++)
        json_string(json, rp_ecam_policy_text((enum rp_ecam_policy)i),
                    trust_word(region->trust[i]));
    json_close_object(json);
    json_string(json, "rejected", is_rejected ? rp_ecam_reason_text(core->reason) : NULL);
    json_bool(json, "used_by_kernel", region->is_in_kernel);
    json_close_object(json);
}

static void write_kernel_region(struct json *json, const struct assess *assess,
                                const struct rp_ecam_range *range)
{
    json_open_object(json, NULL);
    json_format(json, "base", "0x%" PRIx64, range->base.value);
    json_number(json, "segment", range->segment);
    json_number(json, "start_bus", range->start_bus);
    json_number(json, "end_bus", range->end_bus);
    json_bool(json, "known", assess_has_region(assess, range));
    json_close_object(json);
}

/* ---- Functions ---- */

static void write_capabilities(struct json *json, struct assess *assess,
                               const struct assess_function *function)
{
    struct capabilities capabilities;

    capabilities_read(assess, function, &capabilities);
    json_open_array(json, "capabilities");
    for (size_t i = 0; i < capabilities.count; i++) {
        const struct capability *capability = &capabilities.entries[i];

        json_open_object(json, NULL);
        json_number(json, "offset", capability->core.offset);
        json_number(json, "id", capability->core.id);
        json_bool(json, "extended", capability->list == RP_VPCI_LIST_EXTENDED);
        json_string(json, "name",
                    capabilities_is_known(capability) ? capability->words->name : NULL);
        json_string(json, "guest", capabilities_treatment_text(capability->treatment));
        json_string(json, "why", capability->words->guest_reason);
        json_close_object(json);
    }
    json_close_array(json);
    json_string(json, "list_end", rp_cap_end_text(capabilities.end));
    json_string(json, "extended_list_end", rp_cap_end_text(capabilities.extended_end));
    json_bool(json, "for_guests", capabilities_is_for_guests(function));
}

static void write_size(struct json *json, const char *key, uint16_t size)
{
    if (size != 0)
        json_number(json, key, size);
    else
        json_string(json, key, NULL);
}

static void write_link(struct json *json, const struct assess *assess, const char *key,
                       uint32_t index)
{
    if (index == RP_SCAN_NONE)
        json_string(json, key, NULL);
    else
        json_string(json, key, words_sbdf(assess->scan.functions[index].sbdf).text);
}

static void write_serial(struct json *json, struct assess *assess,
                         const struct assess_function *function)
{
    char serial[REDACT_SERIAL_SIZE];
    bool is_there = !assess->machine->is_without_identifiers &&
                    redact_serial(assess, function, serial);

    json_string(json, "serial", is_there ? serial : NULL);
}

static void write_verdict(struct json *json, const struct assess *assess,
                          const struct assess_function *function)
{
    bool is_seen = function->verdict.reason != RP_EXTCFG_UNEVALUATED;
    uint16_t size = is_seen ? function->verdict.size : 0;

    write_size(json, "config_size", size);
    write_size(json, "config_size_at_boot",
               function->needs_report ? RP_CFG_SIZE_CONVENTIONAL : size);
    write_size(json, "kernel_size", function->source->kernel_size);
    json_string(json, "reason", words_reason(function->verdict.reason));
    json_string(json, "reason_text", assess_reason_text(assess, function));
    json_string(json, "difference", difference_word(function->difference));
    json_string(json, "difference_text",
                function->difference >= ASSESS_REGION_NOT_TRUSTED
                    ? assess_difference_text(function->difference)
                    : NULL);
    json_bool(json, "may_have_more", function->is_short);
    json_bool(json, "found_by_scan", !function->is_unfound);
}

static void write_function(struct json *json, struct assess *assess,
                           const struct assess_function *function,
                           enum output_capabilities capabilities,
                           enum output_identifiers identifiers)
{
    const struct rp_function *core = function->core;

    json_open_object(json, NULL);
    json_string(json, "sbdf", words_sbdf(core->sbdf).text);
    json_string(json, "name", function->source->name);
    json_format(json, "vendor_id", "%04x", core->vendor_id);
    json_format(json, "device_id", "%04x", core->device_id);
    json_format(json, "class_code", "%06x", core->class_code);
    json_string(json, "type", words_type(core));
    write_link(json, assess, "parent", core->parent);
    write_link(json, assess, "physical_function", core->pf);
    write_verdict(json, assess, function);
    if (identifiers == OUTPUT_IDENTIFIERS)
        write_serial(json, assess, function);
    if (capabilities == OUTPUT_CAPABILITIES)
        write_capabilities(json, assess, function);
    json_close_object(json);
}

/* ---- The whole ---- */

static void write_summary(struct json *json, const struct assess *assess)
{
    json_open_object(json, "summary");
    json_number(json, "functions", assess->function_count);
    json_number(json, "extended", assess->extended_count);
    json_number(json, "may_have_more", assess->short_count);
    json_number(json, "not_seen", assess->unseen_count);
    json_number(json, "differences", assess->difference_count);
    json_number(json, "not_found_by_scan", assess->unfound_count);
    json_number(json, "unaddressable", assess->machine->unaddressable_count);
    json_number(json, "not_answering", assess->unanswering_count);
    json_bool(json, "well", assess_is_well(assess));
    json_close_object(json);
}

static void write_cpus(struct json *json, unsigned count)
{
    if (count != 0)
        json_number(json, "cpus", count);
    else
        json_string(json, "cpus", NULL);
}

void output_json(struct assess *assess, enum output_capabilities capabilities,
                 enum output_identifiers identifiers, FILE *file)
{
    struct json json = {.file = file};

    json_open_object(&json, NULL);
    json_string(&json, "format", "rootport-audit");
    json_number(&json, "version", FORMAT_VERSION);
    json_string(&json, "policy", rp_ecam_policy_text(assess->policy));
    json_open_object(&json, "mcfg");
    json_string(&json, "sight", sight_word(assess->machine->mcfg_sight));
    json_string(&json, "text", rp_mcfg_verdict_text(assess->mcfg));
    json_close_object(&json);
    write_cpus(&json, assess->machine->cpu_count);
    json_open_array(&json, "ecam");
    for (size_t i = 0; i < assess->region_count; i++)
        write_region(&json, &assess->regions[i]);
    json_close_array(&json);
    json_open_array(&json, "kernel_ecam");
    for (size_t i = 0; i < assess->machine->kernel_region_count; i++)
        write_kernel_region(&json, assess, &assess->machine->kernel_regions[i]);
    json_close_array(&json);
    json_open_array(&json, "functions");
    for (size_t i = 0; i < assess->function_count; i++)
        write_function(&json, assess, &assess->functions[i], capabilities, identifiers);
    json_close_array(&json);
    write_summary(&json, assess);
    json_close_object(&json);
    json_end(&json);
}
