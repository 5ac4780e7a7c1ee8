/* SPDX-License-Identifier: MIT */
/* Looks a function's capabilities up in the core's table. */
#include "tools/audit/capabilities.h"

#include <rootport/pci_regs.h>

/* Adds one, but for one that came before: the list has begun to run in a circle. */
static void add(struct capabilities *capabilities, const struct rp_cap *cap,
                enum rp_vpci_list list)
{
    struct capability *capability = &capabilities->entries[capabilities->count];

    for (size_t i = 0; i < capabilities->count; i++) {
        if (capabilities->entries[i].core.offset == cap->offset)
            return;
    }
    capabilities->count++;
    capability->core = *cap;
    capability->list = list;
    capability->rule = rp_vpci_rule_of(list, cap->id);
    capability->words = rp_vpci_words_of(list, cap->id);
    capability->treatment = capability->rule->guest;
    if (capability->treatment == RP_VPCI_HIDDEN)
        capabilities->hidden_count++;
}

void capabilities_read(struct assess *assess, const struct assess_function *function,
                       struct capabilities *out_capabilities)
{
    struct rp_cfg cfg = assess_cfg(assess);
    struct rp_cap_iter iter = rp_cap_begin(&cfg, function->core->sbdf);
    struct rp_cap cap;

    out_capabilities->count = 0;
    out_capabilities->hidden_count = 0;
    while (rp_cap_next(&iter, &cap))
        add(out_capabilities, &cap, RP_VPCI_LIST_STANDARD);
    out_capabilities->end = iter.end;
    iter = rp_extcap_begin(&cfg, function->core->sbdf, function->verdict.size);
    while (rp_extcap_next(&iter, &cap))
        add(out_capabilities, &cap, RP_VPCI_LIST_EXTENDED);
    out_capabilities->extended_end = iter.end;
}

bool capabilities_is_for_guests(const struct assess_function *function)
{
    return function->core->header_type == RP_PCI_LAYOUT_ENDPOINT &&
           function->core->class_code >> 8 != RP_PCI_CLASS_HOST_BRIDGE;
}

const char *capabilities_treatment_text(enum rp_vpci_treatment treatment)
{
    switch (treatment) {
    case RP_VPCI_HIDDEN:
        return "hidden";
    case RP_VPCI_READ_ONLY:
        return "read-only";
    case RP_VPCI_MODELLED:
        return "modelled";
    }
    return "hidden";
}

bool capabilities_is_known(const struct capability *capability)
{
    return capability->words->id != RP_VPCI_ID_OTHER;
}
