/* SPDX-License-Identifier: MIT */
/*
 * Probes a region of this machine. Apart from probe.c so that a tool that
 * compares by other carriers need not supply platform.h's functions.
 */
#include <rootport/cfg_direct.h>
#include <rootport/probe.h>

/* Requester IDs a step; no one waits for the end of one, so any number does. */
enum {
    STEP = 256,
};

struct rp_probe rp_probe_region(const struct rp_ecam *ecam, struct rp_ecam_region *region,
                                struct rp_platform *platform)
{
    struct rp_cfg_direct direct;
    struct rp_cfg ports;
    struct rp_cfg window;
    struct rp_probe probe;

    rp_cfg_direct_init(&direct, platform, ecam, &ports);
    direct.trial = region;
    direct.trial_window = rp_ecam_map(region, platform);
    window.ops = &rp_cfg_window_ops;
    window.context = &direct;
    probe = rp_probe_begin(&region->range, &ports, &window);
    while (rp_probe_step(&probe, STEP))
        continue;
    rp_ecam_unmap(region, direct.trial_window, platform);
    (void)rp_probe_grant(&probe, ecam, region);
    /* Its carriers end here. */
    probe.ports = NULL;
    probe.ecam = NULL;
    return probe;
}
