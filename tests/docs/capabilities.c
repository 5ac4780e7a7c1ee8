/* SPDX-License-Identifier: MIT */
/* Prints docs/capabilities.md from the rules that the vPCI view follows. */
#include <stdio.h>

#include <rootport/vpci.h>

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

static void print_row(const struct rp_vpci_words *words, int digits)
{
    const struct rp_vpci_rule *rule = rp_vpci_rule_of(words->list, words->id);
    char id[8] = "";

    if (words->id != RP_VPCI_ID_OTHER)
        snprintf(id, sizeof(id), "%0*x", digits, (unsigned)words->id);
    printf("| %s | %s | %s%s | %s | %s | %s |\n", id, words->name,
           treatment_text(rule->guest), rule->unless ? " [policy]" : "",
           words->guest_reason, treatment_text(rule->hardware), words->hardware_reason);
}

static void print_list(enum rp_vpci_list list, int digits)
{
    const struct rp_vpci_words *words;

    printf("\n| ID | capability | guest | because | hardware domain | because |\n"
           "|---|---|---|---|---|---|\n");
    for (size_t i = 0; (words = rp_vpci_words(i)) != NULL; i++)
        if (words->list == list)
            print_row(words, digits);
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
        "- **[policy]**: the launch configuration may let a guest have more: what is\n"
        "  hidden read-only, stores of Vital Product Data.\n"
        "\n"
        "A capability that is longer than its space, that overlaps one before it, or "
        "that\n"
        "is modelled and comes a second time, is hidden whatever its rule; one whose\n"
        "length makes no sense, from guests. The extended list begins at 0x100: what is\n"
        "hidden there leaves a null capability (ID 0) that links to the next.\n"
        "\n"
        "## Capabilities\n");
    print_list(RP_VPCI_LIST_STANDARD, 2);
    printf("\n## Extended capabilities\n");
    print_list(RP_VPCI_LIST_EXTENDED, 4);
    return 0;
}
