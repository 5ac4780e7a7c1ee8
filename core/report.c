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

    /* Zero is no report's: it marks functions that none has looked at. */
    context->serial += context->serial == UINT32_MAX ? 2 : 1;
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
        return rp_extcfg_evaluate(&cfg, function->sbdf,
                                  rp_extcfg_alias_of(context->alias, function->alias));
    /* A physical function stands before its virtual ones: its turn has been. */
    return rp_extcfg_evaluate_vf(
        &cfg, function->sbdf,
        rp_extcfg_unpack(context->scan->functions[function->pf].pending));
}

/* Whether the report would take the way to registers that a final verdict promises. */
static bool is_promise_broken(const struct rp_report *report,
                              const struct rp_function *function)
{
    struct rp_extcfg_verdict verdict = rp_scan_verdict(function);

    return report->effect == RP_REPORT_WITHDRAW && verdict.final &&
           verdict.size == RP_CFG_SIZE_EXTENDED &&
           rp_ecam_covers(&report->proposed.range, function->sbdf);
}

/* Whether a function's new verdict must not take effect now: I2. */
static bool is_in_the_way(const struct rp_report *report,
                          const struct rp_function *function)
{
    bool is_of_others = function->owner != 0 && function->owner != report->request.owner;

    if (!function->is_present)
        return false;
    if (is_promise_broken(report, function))
        return true;
    return is_of_others &&
           rp_extcfg_unpack(function->pending).size != rp_scan_verdict(function).size;
}

static bool is_evaluated(const struct rp_report *report,
                         const struct rp_function *function)
{
    return function->pending_report == report->context->serial;
}

static void evaluate_next(struct rp_report *report)
{
    struct rp_function *function = &report->context->scan->functions[report->next];
    struct rp_extcfg_verdict verdict = rp_scan_verdict(function);

    if (!is_evaluated(report, function)) {
        if (!verdict.final && is_affected(report, function))
            verdict = evaluate(report, function);
        function->pending = rp_extcfg_pack(verdict);
        function->pending_report = report->context->serial;
    }
    if (is_in_the_way(report, function))
        report->busy = (uint32_t)report->next;
    report->next++;
}

/* Goes on with the functions; false once all are evaluated, or one is in the way. */
static bool evaluate_some(struct rp_report *report, size_t budget)
{
    size_t count = report->context->scan->count;

    for (; budget > 0 && report->next < count && report->busy == RP_SCAN_NONE; budget--)
        evaluate_next(report);
    return report->next < count && report->busy == RP_SCAN_NONE;
}

/*
 * Between the steps functions may have been assigned, settled, removed and
 * added since their turn. Returns whether some need another turn.
 */
static bool check_again(struct rp_report *report)
{
    const struct rp_scan *scan = report->context->scan;

    for (size_t i = 0; i < scan->count && report->busy == RP_SCAN_NONE; i++) {
        const struct rp_function *function = &scan->functions[i];

        if (!is_evaluated(report, function)) {
            report->next = i;
            return true;
        }
        if (is_in_the_way(report, function))
            report->busy = (uint32_t)i;
    }
    return false;
}

/* ---- Taking effect ---- */

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
        function->pending_report = report->context->serial;
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
    *out_is_done = true;
    if (report->context->is_sealed)
        return refuse(report, RP_ERR_DENIED);
    if (report->effect != RP_REPORT_NOTHING) {
        *out_is_done = !evaluate_some(report, budget) && !check_again(report);
        if (!*out_is_done)
            return RP_OK;
        if (report->busy != RP_SCAN_NONE)
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
    return report->change_count != 0 && is_evaluated(report, function) &&
           function->pending != function->verdict;
}

void rp_report_seal(struct rp_report_context *context)
{
    context->is_sealed = true;
    for (size_t i = 0; i < context->scan->count; i++)
        rp_scan_finalize(&context->scan->functions[i]);
}
