/* SPDX-License-Identifier: MIT */
/* The command line of rootport audit. */
#include "tools/audit/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "Usage: rootport audit [OPTION ...]\n"
    "\n"
    "Say of each PCI function how much of its configuration space can be reached,\n"
    "and why; and of each ECAM region who vouches for it. Writes to no device.\n"
    "Without root much is hidden; what was not seen is said to be so.\n"
    "\n"
    "What to look at (this machine, unless told otherwise):\n"
    "  --from FILE      what --save has recorded, here or elsewhere\n"
    "  --dump FILE      what 'lspci -xxxx' has written\n"
    "  --root DIR       DIR/sys, DIR/proc and DIR/dev in place of the machine's\n"
    "\n"
    "What to say (a table, unless told otherwise):\n"
    "  --json           everything, for programs\n"
    "  --tree           the topology\n"
    "  --capabilities   what a guest would see of each function; also with --json\n"
    "  --policy POLICY  trust ECAM regions by strict, default, probe or off\n"
    "  --identifiers    with serial numbers, which are left out otherwise\n"
    "\n"
    "What to write beside it:\n"
    "  --save FILE      all that it takes to repeat this elsewhere\n"
    "  --svg FILE       a picture of the topology; takes Graphviz\n"
    "\n"
    "Exit codes: 0 all is well; 1 something may be reached and isn't, is seen\n"
    "otherwise by the kernel, or was not seen; 2 wrong usage or input.\n"
    "More in rootport-audit(1).\n";

enum audit_option {
    OPTION_HELP = 1,
    OPTION_JSON,
    OPTION_TREE,
    OPTION_CAPABILITIES,
    OPTION_POLICY,
    OPTION_IDENTIFIERS,
    OPTION_SAVE,
    OPTION_SVG,
    OPTION_FROM,
    OPTION_DUMP,
    OPTION_ROOT,
};

static const struct option long_options[] = {
    {"help", no_argument, NULL, OPTION_HELP},
    {"json", no_argument, NULL, OPTION_JSON},
    {"tree", no_argument, NULL, OPTION_TREE},
    {"capabilities", no_argument, NULL, OPTION_CAPABILITIES},
    {"policy", required_argument, NULL, OPTION_POLICY},
    {"identifiers", no_argument, NULL, OPTION_IDENTIFIERS},
    {"save", required_argument, NULL, OPTION_SAVE},
    {"svg", required_argument, NULL, OPTION_SVG},
    {"from", required_argument, NULL, OPTION_FROM},
    {"dump", required_argument, NULL, OPTION_DUMP},
    {"root", required_argument, NULL, OPTION_ROOT},
    {NULL, 0, NULL, 0},
};

static enum options_outcome fail(const char *what, const char *which)
{
    fprintf(stderr, "rootport audit: %s%s%s; 'rootport audit --help' explains\n", what,
            which ? ": " : "", which ? which : "");
    return OPTIONS_WRONG;
}

static enum options_outcome set_policy(struct options *options, const char *word)
{
    if (rp_ecam_policy_parse(word, strlen(word), &options->policy) == RP_OK)
        return OPTIONS_GO;
    return fail("--policy is strict, default, probe or off, not", word);
}

static enum options_outcome set_form(struct options *options, enum options_form form)
{
    if (options->form != OPTIONS_TABLE && options->form != form)
        return fail("--json and --tree are two forms; one at a time", NULL);
    options->form = form;
    return OPTIONS_GO;
}

static enum options_outcome set(struct options *options, int option)
{
    switch ((enum audit_option)option) {
    case OPTION_HELP:
        fputs(help, stdout);
        return OPTIONS_HELP;
    case OPTION_JSON:
        return set_form(options, OPTIONS_JSON);
    case OPTION_TREE:
        return set_form(options, OPTIONS_TREE);
    case OPTION_CAPABILITIES:
        options->capabilities = OUTPUT_CAPABILITIES;
        return OPTIONS_GO;
    case OPTION_POLICY:
        return set_policy(options, optarg);
    case OPTION_IDENTIFIERS:
        options->identifiers = OUTPUT_IDENTIFIERS;
        return OPTIONS_GO;
    case OPTION_SAVE:
        options->save = optarg;
        return OPTIONS_GO;
    case OPTION_SVG:
        options->svg = optarg;
        return OPTIONS_GO;
    case OPTION_FROM:
        options->from = optarg;
        return OPTIONS_GO;
    case OPTION_DUMP:
        options->dump = optarg;
        return OPTIONS_GO;
    case OPTION_ROOT:
        options->root = optarg;
        return OPTIONS_GO;
    }
    return OPTIONS_WRONG;
}

static enum options_outcome check(const struct options *options)
{
    int sources =
        (options->from ? 1 : 0) + (options->dump ? 1 : 0) + (*options->root ? 1 : 0);

    if (sources > 1)
        return fail("--from, --dump and --root each name what to look at; one at a time",
                    NULL);
    if (options->form == OPTIONS_TREE && options->capabilities == OUTPUT_CAPABILITIES)
        return fail("--tree has no place for --capabilities", NULL);
    return OPTIONS_GO;
}

enum options_outcome options_read(int argument_count, char **arguments,
                                  struct options *out_options)
{
    enum options_outcome outcome = OPTIONS_GO;
    int option;

    memset(out_options, 0, sizeof(*out_options));
    out_options->policy = RP_ECAM_POLICY_DEFAULT;
    out_options->root = "";
    opterr = 0;
    optind = 1;
    while (outcome == OPTIONS_GO && (option = getopt_long(argument_count, arguments, ":",
                                                          long_options, NULL)) != -1) {
        if (option == ':')
            return fail("this option wants a value", arguments[optind - 1]);
        if (option == '?')
            return fail("there is no such option", arguments[optind - 1]);
        outcome = set(out_options, option);
    }
    if (outcome == OPTIONS_GO && optind < argument_count)
        return fail("what is this for", arguments[optind]);
    return outcome == OPTIONS_GO ? check(out_options) : outcome;
}
