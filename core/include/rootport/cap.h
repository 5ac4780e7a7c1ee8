/* SPDX-License-Identifier: MIT */
/*
 * Walks over the capability list and the extended capability list of a
 * function: bounded whatever the device answers, and ending with a reason.
 *
 *     struct rp_cap_iter iter = rp_cap_begin(cfg, sbdf);
 *     struct rp_cap cap;
 *
 *     while (rp_cap_next(&iter, &cap))
 *         ...
 *     if (iter.end == RP_CAP_LOOP)
 *         ...
 *
 * PCI Express Base r5.0, 7.5.1.1.11 and 7.6.3.
 */
#ifndef ROOTPORT_CAP_H
#define ROOTPORT_CAP_H

#include <rootport/cfg.h>

/* Why a walk ended. Only END and ABSENT are a sound list. */
enum rp_cap_end {
    RP_CAP_GOING = 0,   /* it has not ended */
    RP_CAP_END,         /* the last capability said that it is the last */
    RP_CAP_ABSENT,      /* there is no list */
    RP_CAP_LOOP,        /* more capabilities than fit: one came twice */
    RP_CAP_BELOW_BASE,  /* a pointer leads into the part where no capability can be */
    RP_CAP_ALL_ONES,    /* nothing answered: the function, or part of it, is gone */
    RP_CAP_UNREACHABLE, /* the carrier of the accesses failed */
};

/* One capability. */
struct rp_cap {
    uint16_t offset; /* of its header in configuration space, a multiple of 4 */
    uint16_t id;     /* RP_PCI_CAP_ID_* or RP_PCI_EXTCAP_ID_* */
    uint8_t version; /* of an extended capability; 0 for the others */
};

/* A walk under way. Callers read @end and leave the rest alone. */
struct rp_cap_iter {
    const struct rp_cfg *cfg;
    rp_sbdf_t sbdf;
    uint16_t next; /* offset of the header to read, 0 before the first */
    uint16_t seen; /* capabilities handed out so far */
    enum rp_cap_end end;
};

/* Begins a walk over the capability list (offsets 0x40 to 0xfc). Reads nothing yet. */
struct rp_cap_iter rp_cap_begin(const struct rp_cfg *cfg, rp_sbdf_t sbdf);

/*
 * Hands out the next capability in *@out_cap and returns true, or returns
 * false with the reason in @iter->end. At most 48 times true.
 */
bool rp_cap_next(struct rp_cap_iter *iter, struct rp_cap *out_cap);

/* The first capability with that ID: its offset, or 0 if there is none. */
uint16_t rp_cap_find(const struct rp_cfg *cfg, rp_sbdf_t sbdf, uint8_t id);

/*
 * Begins a walk over the extended capability list (0x100 to 0xffc). @size is
 * the size of the configuration space by the function's verdict (extcfg.h):
 * with RP_CFG_SIZE_CONVENTIONAL the list is absent and nothing is ever read.
 */
struct rp_cap_iter rp_extcap_begin(const struct rp_cfg *cfg, rp_sbdf_t sbdf,
                                   uint16_t size);

/* Like rp_cap_next(); at most 480 times true. */
bool rp_extcap_next(struct rp_cap_iter *iter, struct rp_cap *out_cap);

/* The first extended capability with that ID: its offset, or 0 if there is none. */
uint16_t rp_extcap_find(const struct rp_cfg *cfg, rp_sbdf_t sbdf, uint16_t size,
                        uint16_t id);

/* A short sentence in English for @end, never NULL. */
const char *rp_cap_end_text(enum rp_cap_end end);

#endif
