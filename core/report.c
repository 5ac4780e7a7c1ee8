/* SPDX-License-Identifier: MIT */
/*
 * Works off reports: checks, evaluates aside, publishes at once.
 *
 * While a report is evaluated, a function's @pending holds the verdict that it
 * would get; after it has taken effect, the one that it had.
 */
#include <rootport/report.h>

static unsigned evidence_of(enum rp_report_caller caller)
{
    switch (caller) {
    case RP_REPORT_CALLER_HARDWARE:
        return RP_ECAM_EVIDENCE_REPORT;
    case RP_REPORT_CALLER_FIRMWARE:
        return RP_ECAM_EVIDENCE_FIRMWARE_DOMAIN;
    case RP_REPORT_CALLER_NONE:
        break;
    }
    return 0;
}

/* A firmware domain has its role for nothing else, so only the seal stops it. */
static bool may_report(const struct rp_report_context *context,
                       enum rp_report_caller caller)
{
    if (context->is_sealed)
        return false;
    if (caller == RP_REPORT_CALLER_HARDWARE)
        return context->permission == RP_REPORT_ALLOWED;
    return caller == RP_REPORT_CALLER_FIRMWARE;
}

/* ---- Which region ---- */

static bool is_bus_overlap(const struct rp_ecam_range *a, const struct rp_ecam_range *b)
{
    return a->segment == b->segment && a->start_bus <= b->end_bus &&
           b->start_bus <= a->end_bus;
}

/* Why no usable region matches @range. */
static enum rp_status explain_miss(const struct rp_ecam *ecam,
                                   const struct rp_ecam_range *range)
{
    enum rp_status status = RP_ERR_NO_DEVICE;

    for (size_t i = 0; i < ecam->count; i++) {
        const struct rp_ecam_region *region = &ecam->setup.regions[i];

        if (!is_bus_overlap(&region->range, range))
            continue;
        if (region->range.base.value == range->base.value)
            return RP_ERR_MALFORMED;
        status = RP_ERR_MISMATCH;
    }
    return status;
}

static enum rp_status find_region(struct rp_report *report)
{
    const struct rp_report_request *request = &report->request;

    if (!may_report(report->context, request->caller))
        return RP_ERR_DENIED;
    if ((request->flags & ~RP_REPORT_FLAG_RESERVED) != 0 ||
        request->range.start_bus > request->range.end_bus)
        return RP_ERR_INVALID;
    report->region = rp_ecam_match(report->context->ecam, &request->range);
    if (!report->region)
        return explain_miss(report->context->ecam, &request->range);
    return RP_OK;
}

/* ---- What it would do ---- */

/* Whether nobody has used the region yet, so that it may still become smaller. */
static bool is_fresh(const struct rp_ecam_region *region)
{
    return region->state == RP_ECAM_CANDIDATE && !region->was_published;
}

static void propose(struct rp_report *report)
{
    const struct rp_ecam_region *region = report->region;
    unsigned bit = evidence_of(report->request.caller);
    bool is_reserved = (report->request.flags & RP_REPORT_FLAG_RESERVED) != 0;
    bool is_enough;

    report->proposed.range = region->range;
    if (is_reserved && is_fresh(region))
        rp_ecam_narrow(&report->proposed.range, &report->request.range);
    report->evidence = region->evidence & ~bit;
    if (is_reserved)
        report->evidence |= bit;
    is_enough = rp_ecam_is_enough(report->context->ecam->setup.policy, report->evidence);
    if (is_enough && region->state == RP_ECAM_CANDIDATE)
        report->effect = RP_REPORT_ENABLE;
    else if (!is_enough && region->state == RP_ECAM_ENABLED)
        report->effect = RP_REPORT_WITHDRAW;
}

enum rp_status rp_report_begin(struct rp_report *report,
                               struct rp_report_context *context,
                               const struct rp_report_request *request)
{
    enum rp_status status;

    report->context = context;
    report->request = *request;
    report->region = NULL;
    report->effect = RP_REPORT_NOTHING;
    report->next = 0;
    report->busy = RP_SCAN_NONE;
    report->change_count = 0;
    report->retired = NULL;
    report->window = NULL;
    status = find_region(report);
    if (status != RP_OK)
        return status;
    propose(report);
    if (report->effect != RP_REPORT_ENABLE)
        return RP_OK;
    report->window = rp_ecam_map(&report->proposed, context->platform);
    return report->window ? RP_OK : RP_ERR_UNREACHABLE;
}

void rp_report_cancel(struct rp_report *report)
{
    if (report->window)
        rp_ecam_unmap(&report->proposed, report->window, report->context->platform);
    report->window = NULL;
    report->effect = RP_REPORT_NOTHING;
}

/* ---- Evaluation ---- */

/* Whether the report may change what is known of a function. */
static bool is_affected(const struct rp_report *report,
                        const struct rp_function *function)
{
    const struct rp_ecam_range *range = &report->proposed.range;

    if (!function->is_present)
        return false;
    if (rp_ecam_covers(range, function->sbdf))
        return true;
    return function->pf != RP_SCAN_NONE &&
           rp_ecam_covers(range, report->context->scan->functions[function->pf].sbdf);
}

/* The verdict on a function if the region were as proposed. */
static struct rp_extcfg_verdict evaluate(const struct rp_report *report,
                                         const struct rp_function *function)
{
    const struct rp_report_context *context = report->context;
    struct rp_cfg_direct direct;
    struct rp_cfg cfg;

    rp_cfg_direct_init(&direct, context->platform, context->ecam, &cfg);
    direct.trial = &report->proposed;
    direct.trial_window = report->window;
    if (function->pf == RP_SCAN_NONE)
        return rp_extcfg_evaluate(&cfg, function->sbdf, context->alias);
    /* A physical function stands before its virtual ones: its turn has been. */
    return rp_extcfg_evaluate_vf(
        &cfg, function->sbdf,
        rp_extcfg_unpack(context->scan->functions[function->pf].pending));
}

/* Whether a function's new verdict must not take effect now: I2. */
static bool is_in_the_way(const struct rp_report *report,
                          const struct rp_function *function)
{
    return function->owner != 0 && function->owner != report->request.owner &&
           rp_extcfg_unpack(function->pending).size != rp_scan_verdict(function).size;
}

static void evaluate_next(struct rp_report *report)
{
    struct rp_function *function = &report->context->scan->functions[report->next];
    struct rp_extcfg_verdict old = rp_scan_verdict(function);

    function->pending = rp_extcfg_pack(old);
    if (!old.final && is_affected(report, function))
        function->pending = rp_extcfg_pack(evaluate(report, function));
    if (is_in_the_way(report, function))
        report->busy = (uint32_t)report->next;
    report->next++;
}

/* ---- Taking effect ---- */

/* Functions may have been assigned, or settled, since they were evaluated. */
static bool is_free(struct rp_report *report)
{
    const struct rp_scan *scan = report->context->scan;

    for (size_t i = 0; i < scan->count; i++) {
        struct rp_function *function = &scan->functions[i];

        if (rp_scan_verdict(function).final)
            function->pending = function->verdict;
        if (is_in_the_way(report, function)) {
            report->busy = (uint32_t)i;
            return false;
        }
    }
    return true;
}

/* One store a function. The old verdict goes where the new one was. */
static void publish_verdicts(struct rp_report *report)
{
    const struct rp_scan *scan = report->context->scan;

    for (size_t i = 0; i < scan->count; i++) {
        struct rp_function *function = &scan->functions[i];
        uint32_t old = function->verdict;

        if (rp_scan_publish(function, rp_extcfg_unpack(function->pending)))
            report->change_count++;
        function->pending = old;
    }
}

/* Whoever sees 4096 bytes finds the window: so it comes first, and goes last. */
static void take_effect(struct rp_report *report)
{
    struct rp_ecam_region *region = report->region;

    region->evidence = report->evidence;
    if (is_fresh(region))
        region->range = report->proposed.range;
    if (report->effect == RP_REPORT_ENABLE) {
        rp_ecam_publish(region, report->window);
        report->window = NULL;
    }
    if (report->effect != RP_REPORT_NOTHING)
        publish_verdicts(report);
    if (report->effect == RP_REPORT_WITHDRAW)
        report->retired = rp_ecam_withdraw(region, RP_ECAM_REASON_RETRACTED);
}

static enum rp_status refuse(struct rp_report *report, enum rp_status status)
{
    rp_report_cancel(report);
    return status;
}

enum rp_status rp_report_step(struct rp_report *report, size_t budget, bool *out_is_done)
{
    const struct rp_report_context *context = report->context;

    *out_is_done = true;
    if (context->is_sealed)
        return refuse(report, RP_ERR_DENIED);
    if (report->effect != RP_REPORT_NOTHING) {
        for (; budget > 0 && report->next < context->scan->count; budget--) {
            evaluate_next(report);
            if (report->busy != RP_SCAN_NONE)
                return refuse(report, RP_ERR_BUSY);
        }
        if (report->next < context->scan->count) {
            *out_is_done = false;
            return RP_OK;
        }
        if (!is_free(report))
            return refuse(report, RP_ERR_BUSY);
    }
    take_effect(report);
    return RP_OK;
}

bool rp_report_is_changed(const struct rp_report *report, size_t index,
                          struct rp_extcfg_verdict *out_old)
{
    const struct rp_function *function = &report->context->scan->functions[index];

    *out_old = rp_extcfg_unpack(function->pending);
    return report->change_count != 0 && function->pending != function->verdict;
}

void rp_report_seal(struct rp_report_context *context)
{
    context->is_sealed = true;
    for (size_t i = 0; i < context->scan->count; i++)
        rp_scan_finalize(&context->scan->functions[i]);
}
