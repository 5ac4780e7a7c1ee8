/* SPDX-License-Identifier: MIT */
/*
 * Whether an ECAM region answers as CF8/CFC does: every register of every
 * header of every bus of the region, read both ways.
 *
 * Reads alone, no log. The region must not overlap RAM or other devices, which
 * is rp_ecam_judge()'s to know: reading another device may have side effects.
 */
#ifndef ROOTPORT_PROBE_H
#define ROOTPORT_PROBE_H

#include <rootport/cfg.h>
#include <rootport/ecam.h>

enum rp_probe_verdict {
    RP_PROBE_GOING = 0,
    RP_PROBE_SAME,        /* the evidence */
    RP_PROBE_NOT_PORTS,   /* CF8/CFC reaches segment 0 alone: nothing to compare with */
    RP_PROBE_NO_FUNCTION, /* nobody is on these buses, so all ones prove nothing */
    RP_PROBE_DIFFERENT,   /* a header reads differently */
    RP_PROBE_GHOST,       /* something answers where nobody is */
    RP_PROBE_ALIASED,     /* no function has anything but its first 256 bytes */
    RP_PROBE_UNREACHABLE, /* a read failed */
};

/* A probe under way. Callers read @verdict and @where and leave the rest alone. */
struct rp_probe {
    const struct rp_cfg *ports; /* carries registers below 256 through CF8/CFC */
    const struct rp_cfg *ecam;  /* carries all registers through the region */
    struct rp_ecam_range range;
    uint32_t next; /* requester ID to compare next; beyond the last bus at the end */
    size_t function_count;
    bool is_extended; /* a function was seen that does not repeat itself */
    enum rp_probe_verdict verdict;
    rp_sbdf_t where; /* the function that decided, for DIFFERENT and GHOST */
};

/* Begins to compare @range, a sound one, on both carriers. Reads nothing yet. */
struct rp_probe rp_probe_begin(const struct rp_ecam_range *range,
                               const struct rp_cfg *ports, const struct rp_cfg *ecam);

/*
 * Compares up to @budget requester IDs more, present or not; at most 48 reads
 * each. Returns whether there is more to do: if not, the verdict is in.
 */
bool rp_probe_step(struct rp_probe *probe, unsigned budget);

/*
 * Gives RP_ECAM_EVIDENCE_PROBE to the region that @probe was about, where its
 * verdict is SAME. Comparing alone cannot tell ECAM from RAM that happens to
 * hold a copy of it, so it takes a candidate, held against a memory map that
 * knows where RAM is. Returns whether the region has the evidence.
 */
bool rp_probe_grant(const struct rp_probe *probe, const struct rp_ecam *ecam,
                    struct rp_ecam_region *region);

/*
 * Whether a probe could enable a region that is not enabled yet: a candidate
 * whose other evidence is not enough and with this one would be.
 */
bool rp_probe_is_wanted(const struct rp_ecam *ecam, const struct rp_ecam_region *region);

/* ---- This needs platform.h's functions (core/probe_region.c) ---- */

struct rp_platform;

/*
 * Probes a whole region of this machine at once and grants it the evidence if
 * it is due. Returns the probe at its end. Some 200,000 reads for 256 buses: for the
 * boot, when nothing waits.
 */
struct rp_probe rp_probe_region(const struct rp_ecam *ecam, struct rp_ecam_region *region,
                                struct rp_platform *platform);

/* ---- Words for people ---- */

/* A short sentence in English for @verdict, never NULL. */
const char *rp_probe_verdict_text(enum rp_probe_verdict verdict);

#endif
