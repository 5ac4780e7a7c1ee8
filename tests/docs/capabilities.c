/* SPDX-License-Identifier: MIT */
/* Prints docs/capabilities.md from the rules that the vPCI view follows. */
#include <stdio.h>

#include <rootport/vpci.h>

enum {
    /* IDs that are not assigned, for the rule of all those. */
    UNKNOWN_STANDARD = 0xfe,
    UNKNOWN_EXTENDED = 0xfffe,
};

static const char *treatment_text(enum rp_vpci_treatment treatment)
{
    switch (treatment) {
    case RP_VPCI_HIDDEN:
        return "hidden";
    case RP_VPCI_READ_ONLY:
        return "read-only";
    case RP_VPCI_MODELLED:
        return "modelled";
    }
    return "unknown";
}

static void print_rule(const struct rp_vpci_rule *rule, const char *id)
{
    printf("| %s | %s | %s%s | %s | %s | %s |\n", id, rule->name,
           treatment_text(rule->guest), rule->unless ? " [policy]" : "",
           rule->guest_reason, treatment_text(rule->hardware), rule->hardware_reason);
}

static void print_list(enum rp_vpci_list list, int digits, uint16_t unknown_id)
{
    const struct rp_vpci_rule *rule;
    char id[8];

    printf("\n| ID | capability | guest | because | hardware domain | because |\n"
           "|---|---|---|---|---|---|\n");
    for (size_t i = 0; (rule = rp_vpci_rule(i)) != NULL; i++) {
        snprintf(id, sizeof(id), "%0*x", digits, (unsigned)rule->id);
        if (rule->list == list)
            print_rule(rule, id);
    }
    print_rule(rp_vpci_rule_of(list, unknown_id), "");
}

int main(void)
{
    printf(
        "<!-- SPDX-License-Identifier: MIT -->\n"
        "<!-- Made by `make docs` from the tables in core/. -->\n"
        "# What a domain sees of a capability\n"
        "\n"
        "- **hidden**: unlinked from its list, and its registers read as zero.\n"
        "- **read-only**: reads as in the function, and writes are ignored.\n"
        "- **modelled**: each register has a row of masks: what reads through, what the\n"
        "  domain may write, what is its own, and what is not there.\n"
        "- **[policy]**: the launch configuration may show it to a guest, read-only.\n"
        "\n"
        "A capability that is longer than its space, that overlaps one before it, or "
        "that\n"
        "is modelled and comes a second time, is hidden whatever its rule. The extended\n"
        "list begins at 0x100: what is hidden there leaves a null capability (ID 0) "
        "that\n"
        "links to the next.\n"
        "\n"
        "## Capabilities\n");
    print_list(RP_VPCI_LIST_STANDARD, 2, UNKNOWN_STANDARD);
    printf("\n## Extended capabilities\n");
    print_list(RP_VPCI_LIST_EXTENDED, 4, UNKNOWN_EXTENDED);
    return 0;
}
