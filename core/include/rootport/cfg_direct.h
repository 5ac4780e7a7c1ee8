/* SPDX-License-Identifier: MIT */
/*
 * Carries configuration accesses to the hardware: registers below 256 of
 * segment 0 through CF8/CFC, all others through an enabled ECAM region.
 *
 * CF8/CFC stays the way for what it can reach because it works before any
 * region is believed and after one is withdrawn.
 */
#ifndef ROOTPORT_CFG_DIRECT_H
#define ROOTPORT_CFG_DIRECT_H

#include <rootport/cfg.h>
#include <rootport/ecam.h>
#include <rootport/platform.h>

struct rp_cfg_direct {
    struct rp_platform *platform;
    const struct rp_ecam *ecam;
    /*
     * A region whose window is not, or not yet, the published one: accesses to
     * its buses use @trial_window, and are unreachable where that is NULL.
     * NULL: no trial.
     */
    const struct rp_ecam_region *trial;
    volatile unsigned char *trial_window;
};

/*
 * What an rp_cfg names as its ops, with a struct rp_cfg_direct as its context.
 * RP_ERR_UNREACHABLE: no enabled region covers the function.
 */
extern const struct rp_cfg_ops rp_cfg_direct_ops;

/*
 * Likewise, but with every register through ECAM: for comparing what ECAM says
 * with what CF8/CFC does.
 */
extern const struct rp_cfg_ops rp_cfg_window_ops;

/* Sets @direct up without a trial, and *@out_cfg to use it. */
void rp_cfg_direct_init(struct rp_cfg_direct *direct, struct rp_platform *platform,
                        const struct rp_ecam *ecam, struct rp_cfg *out_cfg);

#endif
