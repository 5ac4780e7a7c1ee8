/* SPDX-License-Identifier: MIT */
/* The command line of rootport audit. */
#ifndef TOOLS_AUDIT_OPTIONS_H
#define TOOLS_AUDIT_OPTIONS_H

#include <rootport/ecam.h>

#include "tools/audit/output.h"

enum options_form {
    OPTIONS_TABLE = 0,
    OPTIONS_JSON,
    OPTIONS_TREE,
};

enum options_outcome {
    OPTIONS_WRONG = 0, /* stderr says how */
    OPTIONS_GO,
    OPTIONS_HELP, /* was asked for and given */
};

struct options {
    enum options_form form;
    enum output_capabilities capabilities;
    enum output_identifiers identifiers;
    enum rp_ecam_policy policy;
    /* File names, NULL where not given. */
    const char *svg;
    const char *save;
    const char *from;
    const char *dump;
    const char *root; /* "" where not given */
};

enum options_outcome options_read(int argument_count, char **arguments,
                                  struct options *out_options);

#endif
