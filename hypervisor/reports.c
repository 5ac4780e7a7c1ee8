/* SPDX-License-Identifier: MIT */
/* Reports of domains on ECAM regions, worked off a piece at a time. */
#include "reports.h"

#include <stddef.h>

#include "dev/console.h"
#include "domains.h"
#include "lib/string.h"
#include "machine.h"

enum {
    FUNCTIONS_A_STEP = 16, /* 16 reads each at most: some 100 us of device reads */
    LINES_A_STEP = 4,      /* at 115200 baud some 10 ms each */
};

static struct rp_report current;
static const void *current_caller; /* NULL: none under way */
static bool has_taken_effect;      /* it has, and its changes are being logged */
static size_t next_logged;

static bool is_under_way(const void *caller, const struct rp_report_request *request)
{
    const struct rp_report_request *mine = &current.request;

    return current_caller == caller && mine->owner == request->owner &&
           mine->flags == request->flags &&
           mine->range.base.value == request->range.base.value &&
           mine->range.segment == request->range.segment &&
           mine->range.start_bus == request->range.start_bus &&
           mine->range.end_bus == request->range.end_bus;
}

static const char *reporter_text(const struct rp_report_request *request)
{
    return request->caller == RP_REPORT_CALLER_FIRMWARE ? "the firmware domain"
                                                        : "the hardware domain";
}

static void log_change(const struct rp_function *function, struct rp_extcfg_verdict old)
{
    struct rp_extcfg_verdict now = rp_scan_verdict(function);

    console_log("%pS: configuration space %u -> %u bytes: %s", &function->sbdf, old.size,
                now.size, rp_extcfg_reason_text(now.reason));
}

static void log_effect(void)
{
    const struct rp_ecam_region *region = current.region;

    console_log("ECAM region at %llx: %s -> %s by a report of %s",
                (unsigned long long)rp_ecam_start(&region->range).value,
                rp_ecam_state_text(current.effect == RP_REPORT_ENABLE ? RP_ECAM_CANDIDATE
                                                                      : RP_ECAM_ENABLED),
                rp_ecam_state_text(region->state), reporter_text(&current.request));
}

/* Logs up to @budget functions more that have changed; true once all are. */
static bool log_changes(size_t budget)
{
    const struct rp_scan *scan = machine_scan();

    for (; budget != 0 && next_logged < scan->count; next_logged++) {
        struct rp_extcfg_verdict old;

        if (rp_report_is_changed(&current, next_logged, &old)) {
            log_change(&scan->functions[next_logged], old);
            budget--;
        }
    }
    return next_logged >= scan->count;
}

/* Who may not report at all doesn't get here; the seal may come in between. */
static const char *mend_of(enum rp_status status)
{
    return status == RP_ERR_DENIED
               ? "evidence is sealed; a later `seal` in the launch configuration lets "
                 "reports come"
               : "firmware and the reporting kernel disagree: see the table of ECAM "
                 "regions";
}

static void log_refusal(enum rp_status status)
{
    const struct rp_ecam_range *range = &current.request.range;

    console_log("ECAM region at %llx, segment %04x, buses %02x-%02x: report of %s "
                "refused: %s: %s",
                (unsigned long long)range->base.value, range->segment, range->start_bus,
                range->end_bus, reporter_text(&current.request), rp_status_text(status),
                mend_of(status));
}

/* Who keeps a function as it is. A verdict stays final when its domain has ended. */
static const char *holder_text(const struct rp_function *function)
{
    const struct domain *domain =
        function->owner != 0 ? domains_find(function->owner - 1) : NULL;

    return domain != NULL ? domain->name : "no domain";
}

static void log_busy(void)
{
    const struct rp_function *function = &machine_scan()->functions[current.busy];

    console_log("ECAM region at %llx: report of %s refused: it would change %pS, which "
                "%s has: %s",
                (unsigned long long)current.request.range.base.value,
                reporter_text(&current.request), &function->sbdf, holder_text(function),
                rp_scan_verdict(function).final ? "its verdict is final"
                                                : "detach that first");
}

/* Of one that has taken effect, what changed is logged afterwards, bit by bit. */
static void end(enum rp_status status)
{
    if (status == RP_ERR_BUSY && current.busy != RP_SCAN_NONE) {
        log_busy();
    } else if (status != RP_OK) {
        log_refusal(status);
    } else if (current.effect != RP_REPORT_NOTHING) {
        log_effect();
        has_taken_effect = true;
        next_logged = 0;
    }
}

/* Lets go of a report that nobody goes on with. */
static void forget(void)
{
    if (has_taken_effect)
        (void)log_changes(SIZE_MAX);
    else if (current_caller != NULL)
        rp_report_cancel(&current);
    has_taken_effect = false;
    current_caller = NULL;
}

/*
 * A window that is no longer in use stays mapped, as all device memory does
 * (platform.c): an access under way on another CPU ends as it began.
 */
static enum rp_status step(const void *caller, const struct rp_report_request *request,
                           bool *out_is_done)
{
    enum rp_status status = RP_OK;

    if (!is_under_way(caller, request))
        forget();
    *out_is_done = true;
    if (!has_taken_effect) {
        if (current_caller == NULL)
            status = rp_report_begin(&current, machine_reports(), request);
        if (status == RP_OK)
            status = rp_report_step(&current, FUNCTIONS_A_STEP, out_is_done);
        if (*out_is_done)
            end(status);
    }
    if (has_taken_effect) {
        *out_is_done = log_changes(LINES_A_STEP);
        has_taken_effect = !*out_is_done;
    }
    current_caller = *out_is_done ? NULL : caller;
    return status;
}

bool reports_step(const void *caller, const struct rp_report_request *request,
                  enum rp_status *out_status)
{
    bool is_done;

    machine_lock();
    *out_status = step(caller, request, &is_done);
    machine_unlock();
    return is_done;
}

void reports_forget(uint32_t owner)
{
    machine_lock();
    if (current_caller != NULL && current.request.owner == owner)
        forget();
    machine_unlock();
}
