/* SPDX-License-Identifier: MIT */
/*
 * What the core makes of a machine: each ECAM region with its evidence, each
 * function with its verdict, and where that differs from the kernel's view.
 */
#ifndef TOOLS_AUDIT_ASSESS_H
#define TOOLS_AUDIT_ASSESS_H

#include <rootport/chipset.h>
#include <rootport/ecam.h>
#include <rootport/mcfg.h>
#include <rootport/scan.h>

#include "tools/audit/machine.h"

enum {
    ASSESS_EVIDENCE_COUNT = 5, /* bits of RP_ECAM_EVIDENCE_ALL */
    ASSESS_POLICY_COUNT = 4,   /* of enum rp_ecam_policy */
    ASSESS_WHY_SIZE = 96,
};

/* Whether a piece of evidence is there. */
enum assess_evidence {
    ASSESS_AGAINST = 0,
    ASSESS_FOR,
    ASSESS_UNKNOWN, /* it could not be looked at from here */
};

/* What becomes of a region under one policy. */
enum assess_trust {
    ASSESS_TRUST_NEVER = 0,
    ASSESS_TRUST_UNKNOWN, /* depends on evidence that could not be looked at */
    ASSESS_TRUST_REPORT,  /* once a hardware or firmware domain has reported it */
    ASSESS_TRUST_BOOT,    /* without any domain */
};

struct assess_region {
    const struct rp_ecam_region *core;
    enum assess_evidence evidence[ASSESS_EVIDENCE_COUNT]; /* by bit */
    char why[ASSESS_EVIDENCE_COUNT][ASSESS_WHY_SIZE];     /* sentences for them */
    enum assess_trust trust[ASSESS_POLICY_COUNT];         /* by enum rp_ecam_policy */
    bool is_in_kernel;                                    /* the kernel uses it */
};

/* How our verdict and the kernel's size go together. */
enum assess_difference {
    ASSESS_SAME = 0,
    ASSESS_KERNEL_NOT_KNOWN, /* there is no kernel to compare with */
    ASSESS_NOT_SEEN,         /* there is no verdict to compare with */
    /* The kernel has 4096 bytes, we 256: */
    ASSESS_REGION_NOT_TRUSTED, /* the kernel believes a region that the policy doesn't */
    ASSESS_OTHER_WAY,          /* the kernel has a region, or a way, that we don't know */
    ASSESS_VIRTUAL,            /* the kernel gives every virtual function 4096 */
    ASSESS_REPEATS,            /* a kernel without quirks doesn't look for aliases */
    ASSESS_ASLEEP,             /* it answered the kernel, and now it doesn't */
    ASSESS_READ_FAILED,        /* the kernel would, but the read failed */
    /* The kernel has 256 bytes, we 4096: */
    ASSESS_BEHIND_BRIDGE,  /* a bridge from PCIe above it is on a conventional bus */
    ASSESS_KERNEL_REFUSES, /* and we don't know why */
    ASSESS_UNEXPLAINED,
};

struct assess_function {
    const struct rp_function *core;
    const struct machine_function *source;
    struct rp_extcfg_verdict verdict; /* UNEVALUATED: not seen */
    enum assess_difference difference;
    bool is_unfound;   /* the kernel has it, but the core's own scan doesn't find it */
    bool needs_report; /* at boot it has 256 bytes */
    bool is_short;     /* it may have more than 256 bytes, which are not reached */
};

struct assess {
    const struct machine *machine;
    enum rp_ecam_policy policy;
    enum rp_mcfg_verdict mcfg;
    enum rp_chipset_verdict bridge; /* of the host bridge's base register */
    const char *bridge_name;        /* NULL where no register is known */
    enum rp_chipset_verdict amd;    /* of the MSR */
    struct rp_ecam ecam;
    struct rp_scan scan;
    struct assess_region *regions;
    size_t region_count;
    struct assess_function *functions; /* by rising SBDF */
    size_t function_count;
    size_t scanned_count; /* of the core's: the rest was added from the kernel's list */
    size_t *index_of;     /* by the core's index: index in @functions */
    size_t unanswering_count; /* listed by the kernel, but their IDs read all ones */
    size_t extended_count;    /* functions with 4096 bytes */
    size_t short_count;
    size_t unseen_count;
    size_t difference_count;
    size_t unfound_count;
    struct assess_cache {
        bool is_filled;
        uint32_t bus; /* with its segment: an SBDF's upper bits */
        const struct assess_region *region;
    } cache; /* of the last bus whose region was looked up */
};

/* Assesses @machine, which must stay as it is until assess_free(). */
void assess_machine(struct assess *assess, const struct machine *machine,
                    enum rp_ecam_policy policy);
void assess_free(struct assess *assess);

/* Carries accesses to what is recorded of the machine; writes go nowhere. */
struct rp_cfg assess_cfg(struct assess *assess);

/*
 * Whether all is well: MCFG is sound, every region is to be trusted, all that
 * functions may have is reached, all was seen, and the kernel sees the same.
 */
bool assess_is_well(const struct assess *assess);

/* The region that serves @sbdf, a rejected one if there is no other, or NULL. */
const struct assess_region *assess_region_of(const struct assess *assess, rp_sbdf_t sbdf);

/* Whether @range, which the kernel uses, is one of the regions. */
bool assess_has_region(const struct assess *assess, const struct rp_ecam_range *range);

/* Whether it is known what regions there are: firmware's table could be looked for. */
bool assess_knows_regions(const struct assess *assess);

/* Sentences and words, never NULL. */
const char *assess_reason_text(const struct assess *assess,
                               const struct assess_function *function);
const char *assess_difference_text(enum assess_difference difference);
const char *assess_trust_text(enum assess_trust trust);

#endif
