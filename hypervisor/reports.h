/* SPDX-License-Identifier: MIT */
/* Reports of domains on ECAM regions, worked off a piece at a time. */
#ifndef REPORTS_H
#define REPORTS_H

#include <stdbool.h>
#include <stdint.h>

#include <rootport/report.h>

/*
 * Does the next piece of @caller's report, and begins it if it isn't under way: the
 * caller calls again with the same @request until it has ended, and may do anything
 * in between. There is one report at a time: another one that begins takes the place
 * of one that its caller has left unfinished, which then starts anew.
 *
 * Returns whether it has ended, with *@out_status as rp_report_begin() and
 * rp_report_step() have it. Logs each change, and each refusal with the mend. The
 * caller holds no lock.
 */
bool reports_step(const void *caller, const struct rp_report_request *request,
                  enum rp_status *out_status);

/* Ends what @owner (struct rp_function) left unfinished: its domain is no more. */
void reports_forget(uint32_t owner);

#endif
