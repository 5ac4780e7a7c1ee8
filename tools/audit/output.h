/* SPDX-License-Identifier: MIT */
/*
 * The forms in which an audit is given out. None depends on the terminal, the
 * locale or the time: the same machine gives the same bytes.
 */
#ifndef TOOLS_AUDIT_OUTPUT_H
#define TOOLS_AUDIT_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "tools/audit/assess.h"

enum output_identifiers {
    OUTPUT_WITHOUT_IDENTIFIERS = 0,
    OUTPUT_IDENTIFIERS, /* serial numbers too */
};

enum output_capabilities {
    OUTPUT_WITHOUT_CAPABILITIES = 0,
    OUTPUT_CAPABILITIES,
};

/* Regions, functions, differences, and a summary. */
void output_table(const struct assess *assess, FILE *file);

/* What a guest would see of each function. */
void output_capabilities(struct assess *assess, enum output_identifiers identifiers,
                         FILE *file);

/* The topology. */
void output_tree(const struct assess *assess, FILE *file);

/* Everything, as docs/audit-json.md describes. */
void output_json(struct assess *assess, enum output_capabilities capabilities,
                 enum output_identifiers identifiers, FILE *file);

/*
 * The topology as a picture, drawn by Graphviz into the file @path. False if that
 * fails; stderr says why.
 */
bool output_svg(const struct assess *assess, const char *path);

#endif
