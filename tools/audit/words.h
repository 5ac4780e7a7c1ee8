/* SPDX-License-Identifier: MIT */
/* Words for what the core says in enums, where the core's own sentences are too long. */
#ifndef TOOLS_AUDIT_WORDS_H
#define TOOLS_AUDIT_WORDS_H

#include <rootport/extcfg.h>
#include <rootport/scan.h>
#include <rootport/types.h>

struct words_sbdf {
    char text[16];
};

/* As ssss:bb:dd.f. */
struct words_sbdf words_sbdf(rp_sbdf_t sbdf);

/* The names of reasons that --json and the table have: they never change. */
const char *words_reason(enum rp_extcfg_reason reason);

/* What a function is, such as "root port"; "not seen" where its capabilities aren't. */
const char *words_type(const struct rp_function *function);

#endif
