/* SPDX-License-Identifier: MIT */
/*
 * What the core has found of a machine in a configuration's terms, and what a
 * configuration says of the machine in the core's.
 */
#ifndef LAUNCH_DESCRIBE_H
#define LAUNCH_DESCRIBE_H

#include <rootport/ecam.h>
#include <rootport/scan.h>

#include "launch/resolve.h"

/* The core's name for the policy that the property `ecam` chooses. */
enum rp_ecam_policy launch_core_policy(enum launch_ecam_policy policy);

/*
 * Describes all of @scan->count functions, each at its index, in @out_functions.
 * Serial numbers are read through @cfg, as far as verdicts let them be read.
 */
void launch_describe(const struct rp_scan *scan, const struct rp_cfg *cfg,
                     struct launch_function *out_functions);

/* Likewise function @index alone. */
void launch_describe_one(const struct rp_scan *scan, const struct rp_cfg *cfg,
                         size_t index, struct launch_function *out_function);

/*
 * Changes verdicts and interrupt pins in @scan as the quirks of @config say. @functions
 * is what launch_describe() made of @scan.
 */
void launch_apply_quirks(const struct launch_config *config,
                         const struct launch_function *functions, struct rp_scan *scan,
                         const struct rp_cfg *cfg);

#endif
