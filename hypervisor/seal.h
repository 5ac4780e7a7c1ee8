/* SPDX-License-Identifier: MIT */
/* The moment after which no evidence is accepted and every verdict is final. */
#ifndef SEAL_H
#define SEAL_H

#include <stdbool.h>
#include <stdint.h>

#include "dev/acpi.h"
#include "launch/launch.h"

/*
 * Seals at once if @when says so. Otherwise the seal comes with a report, see
 * seal_reported(), or when @limit_ms (0: never) have passed, whatever is first. The
 * boot CPU calls it; where its interrupts are, @madt says.
 */
void seal_arm(enum launch_seal when, uint32_t limit_ms, const struct acpi_madt *madt);

/*
 * Seals, if nobody has: logs it with @why, a sentence, and lets the held functions
 * go. The caller holds no lock.
 */
void seal_now(const char *why);

/* The domain that may report has said all it has to say. */
void seal_reported(void);

/* Seals if its time has come: called by every CPU, whenever it comes by. */
void seal_poll(void);

/* Whether seal_poll() has a time to look out for. */
bool seal_is_timed(void);

bool seal_is_done(void);

#endif
