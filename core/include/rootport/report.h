/* SPDX-License-Identifier: MIT */
/*
 * Reports: a domain with an ACPI interpreter says whether firmware has
 * reserved an ECAM region. A report takes effect on the region and on every
 * function behind it, or on nothing. It names no new region: what neither MCFG nor
 * the chipset has named is unknown (docs/decisions/0006-reports-name-no-region.md).
 *
 * A report is worked off in steps, so that thousands of functions make no
 * long stretch: evaluation happens in pieces and stores nothing that a reader
 * sees, and the last step publishes it all.
 *
 * The embedder serialises, with one lock, reports, the seal, assignment of
 * functions and changes of the table of functions. It may give the lock back
 * between steps, as long as no other report begins.
 */
#ifndef ROOTPORT_REPORT_H
#define ROOTPORT_REPORT_H

#include <rootport/cfg_direct.h>
#include <rootport/ecam.h>
#include <rootport/scan.h>

/* As what a domain reports: by its roles. Zero may not. */
enum rp_report_caller {
    RP_REPORT_CALLER_NONE = 0,
    RP_REPORT_CALLER_HARDWARE, /* RP_ECAM_EVIDENCE_REPORT */
    RP_REPORT_CALLER_FIRMWARE, /* RP_ECAM_EVIDENCE_FIRMWARE_DOMAIN */
};

/* Whether the hardware domain may report at all; zero refuses. */
enum rp_report_permission {
    RP_REPORT_REFUSED = 0,
    RP_REPORT_ALLOWED,
};

#define RP_REPORT_FLAG_RESERVED 0x1u /* clear: takes an earlier report back */

/* What was reported; the fields are as the domain gave them. */
struct rp_report_request {
    enum rp_report_caller caller;
    uint32_t owner; /* the caller, as in struct rp_function; not 0 */
    struct rp_ecam_range range;
    uint32_t flags; /* RP_REPORT_FLAG_* */
};

/* What reports work on. Zeroed, it refuses them. */
struct rp_report_context {
    struct rp_platform *platform;
    struct rp_ecam *ecam;
    struct rp_scan *scan;
    enum rp_extcfg_alias alias;
    enum rp_report_permission permission;
    bool is_sealed;  /* set by rp_report_seal() alone */
    uint32_t serial; /* of the last report that began */
};

/* What a report does to its region. */
enum rp_report_effect {
    RP_REPORT_NOTHING = 0, /* no news, or not enough: no device is touched */
    RP_REPORT_ENABLE,
    RP_REPORT_WITHDRAW,
};

/* A report under way. Callers read what is marked so and leave the rest alone. */
struct rp_report {
    struct rp_report_context *context;
    struct rp_report_request request;
    struct rp_ecam_region *region;  /* read: the region, once it is known */
    enum rp_report_effect effect;   /* read */
    struct rp_ecam_region proposed; /* the region as it would be */
    unsigned evidence;              /* likewise its evidence */
    size_t next;                    /* index of the function to evaluate next */
    uint32_t busy;       /* read after RP_ERR_BUSY: the function that stood against it */
    size_t change_count; /* read at the end: functions whose verdict changed */
    /*
     * Read at the end: a window that is no longer in use. To be given to
     * rp_ecam_unmap() with @region once no access can be under way; or NULL.
     */
    volatile unsigned char *retired;
    volatile unsigned char *window; /* of a region that is about to be enabled */
};

/*
 * Begins a report, in this order of checks:
 *
 * RP_ERR_DENIED       the caller has no such role, reports are refused, or
 *                     evidence is sealed
 * RP_ERR_INVALID      unknown flags, or reversed buses
 * RP_ERR_NO_DEVICE    no region of that segment has any of these buses
 * RP_ERR_MISMATCH     one has, but with another base
 * RP_ERR_MALFORMED    one is the same, but it was rejected
 * RP_ERR_UNREACHABLE  the region cannot be mapped
 * RP_OK               go on with rp_report_step()
 *
 * With any error nothing has changed and nothing is to be undone.
 */
enum rp_status rp_report_begin(struct rp_report *report,
                               struct rp_report_context *context,
                               const struct rp_report_request *request);

/*
 * Goes on: looks at up to @budget functions (at least 1). *@out_is_done says
 * whether the report has ended; until then the status is RP_OK. In the end:
 * RP_OK, and all of it has taken effect; or RP_ERR_BUSY, since a function of
 * another domain would change its size, or one whose verdict is final would
 * lose its extended registers, and nothing has; or RP_ERR_DENIED,
 * since evidence was sealed meanwhile, and nothing has.
 */
enum rp_status rp_report_step(struct rp_report *report, size_t budget, bool *out_is_done);

/* Ends a report whose caller is gone, without effect. */
void rp_report_cancel(struct rp_report *report);

/*
 * Whether function @index changed in a report that has taken effect, and from
 * what, for the log. Holds until the table changes again.
 */
bool rp_report_is_changed(const struct rp_report *report, size_t index,
                          struct rp_extcfg_verdict *out_old);

/* The seal: from now on every verdict is final and no report is accepted. */
void rp_report_seal(struct rp_report_context *context);

#endif
