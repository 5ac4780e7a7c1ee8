/* SPDX-License-Identifier: MIT */
/*
 * Maps ECAM regions. Apart from ecam.c so that a tool that judges regions
 * without mapping any need not supply platform.h's functions.
 */
#include <rootport/ecam.h>
#include <rootport/platform.h>

volatile unsigned char *rp_ecam_map(const struct rp_ecam_region *region,
                                    struct rp_platform *platform)
{
    return rp_platform_map(platform, rp_ecam_start(&region->range),
                           rp_ecam_size(&region->range));
}

void rp_ecam_unmap(const struct rp_ecam_region *region, volatile unsigned char *window,
                   struct rp_platform *platform)
{
    if (window)
        rp_platform_unmap(platform, window, rp_ecam_size(&region->range));
}

enum rp_status rp_ecam_enable(const struct rp_ecam *ecam, struct rp_ecam_region *region,
                              struct rp_platform *platform)
{
    volatile unsigned char *window;

    if (region->state == RP_ECAM_ENABLED)
        return RP_ERR_EXISTS;
    if (region->state != RP_ECAM_CANDIDATE)
        return RP_ERR_INVALID;
    if (!rp_ecam_is_enough(ecam->setup.policy, region->evidence))
        return RP_ERR_DENIED;
    window = rp_ecam_map(region, platform);
    if (!window) {
        region->reason = RP_ECAM_REASON_UNMAPPED;
        return RP_ERR_UNREACHABLE;
    }
    rp_ecam_publish(region, window);
    return RP_OK;
}

size_t rp_ecam_enable_all(const struct rp_ecam *ecam, struct rp_platform *platform)
{
    size_t enabled = 0;

    for (size_t i = 0; i < ecam->count; i++) {
        if (rp_ecam_enable(ecam, &ecam->setup.regions[i], platform) == RP_OK)
            enabled++;
    }
    return enabled;
}
