/* SPDX-License-Identifier: MIT */
/* Who is behind whom, of the functions of an assessment. */
#ifndef TOOLS_AUDIT_TOPOLOGY_H
#define TOOLS_AUDIT_TOPOLOGY_H

#include "tools/audit/assess.h"

/* In place of an index: there is none. */
#define TOPOLOGY_NONE SIZE_MAX

/* By index of assess->functions; in each list SBDFs rise. */
struct topology {
    size_t first_root;   /* the first function that no bridge leads to */
    size_t *first_child; /* behind a bridge */
    size_t *next;        /* of those behind the same bridge, or of the roots */
};

void topology_make(const struct assess *assess, struct topology *out_topology);
void topology_free(struct topology *topology);

#endif
