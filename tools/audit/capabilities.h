/* SPDX-License-Identifier: MIT */
/* What a guest of Rootport's would see of a function, by the core's table. */
#ifndef TOOLS_AUDIT_CAPABILITIES_H
#define TOOLS_AUDIT_CAPABILITIES_H

#include <rootport/vpci.h>

#include "tools/audit/assess.h"

enum {
    CAPABILITIES_MAX = 48 + 480, /* of both lists: see cap.h */
};

struct capability {
    struct rp_cap core;
    enum rp_vpci_list list;
    const struct rp_vpci_rule *rule;
    const struct rp_vpci_words *words;
    enum rp_vpci_treatment treatment;
};

struct capabilities {
    struct capability entries[CAPABILITIES_MAX];
    size_t count;
    size_t hidden_count;
    enum rp_cap_end end;          /* of the capability list */
    enum rp_cap_end extended_end; /* of the extended capability list */
};

void capabilities_read(struct assess *assess, const struct assess_function *function,
                       struct capabilities *out_capabilities);

/* Whether a guest can be given the function at all; bridges stay the hypervisor's. */
bool capabilities_is_for_guests(const struct assess_function *function);

/* Whether the capability has a name. */
bool capabilities_is_known(const struct capability *capability);

/* A word, never NULL. */
const char *capabilities_treatment_text(enum rp_vpci_treatment treatment);

#endif
