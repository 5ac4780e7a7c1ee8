/* SPDX-License-Identifier: MIT */
/* The topology as text. */
#include <rootport/pci_regs.h>

#include "tools/audit/output.h"
#include "tools/audit/topology.h"
#include "tools/audit/words.h"

enum {
    /* A bridge's bus is above its own, so that 256 is as deep as it gets. */
    DEPTH_MAX = 256,
};

struct tree {
    const struct assess *assess;
    struct topology topology;
    FILE *file;
    bool has_more[DEPTH_MAX]; /* by depth: something follows in that list */
};

static void print_branch(const struct tree *tree, unsigned depth)
{
    for (unsigned i = 0; i < depth; i++)
        fputs(tree->has_more[i] ? "|   " : "    ", tree->file);
    fputs(tree->has_more[depth] ? "|-- " : "`-- ", tree->file);
}

static void print_function(const struct tree *tree,
                           const struct assess_function *function)
{
    const struct rp_function *core = function->core;
    FILE *file = tree->file;

    fprintf(file, "%02x:%02x.%x  ", rp_sbdf_bus(core->sbdf), rp_sbdf_dev(core->sbdf),
            rp_sbdf_fn(core->sbdf));
    if (function->verdict.reason == RP_EXTCFG_UNEVALUATED)
        fputs("   ?  ", file);
    else
        fprintf(file, "%4u  ", function->verdict.size);
    fprintf(file, "%s, %s", words_type(core),
            function->source->name ? function->source->name : "");
    if (core->bridge == RP_SCAN_FOLLOWED)
        fprintf(file, " [%02x-%02x]", core->secondary_bus, core->subordinate_bus);
    else if (core->bridge != RP_SCAN_NO_BRIDGE)
        fprintf(file, " (not followed: %s)", rp_scan_bridge_text(core->bridge));
    if (function->is_short)
        fprintf(file, " (%s)", assess_reason_text(tree->assess, function));
    fputc('\n', file);
}

static bool is_on_same_bus(const struct tree *tree, size_t a, size_t b)
{
    return tree->assess->functions[a].core->sbdf.value >> 8 ==
           tree->assess->functions[b].core->sbdf.value >> 8;
}

/* The members of a list that @may_follow, from @index on, and what is behind each. */
static void print_list(struct tree *tree, size_t index, unsigned depth)
{
    for (; index != TOPOLOGY_NONE; index = tree->topology.next[index]) {
        size_t next = tree->topology.next[index];
        bool is_last =
            next == TOPOLOGY_NONE || (depth == 0 && !is_on_same_bus(tree, index, next));

        tree->has_more[depth] = !is_last;
        print_branch(tree, depth);
        print_function(tree, &tree->assess->functions[index]);
        if (depth + 1 < DEPTH_MAX)
            print_list(tree, tree->topology.first_child[index], depth + 1);
        if (depth == 0 && is_last)
            return;
    }
}

void output_tree(const struct assess *assess, FILE *file)
{
    struct tree tree = {.assess = assess, .file = file};
    size_t root;

    topology_make(assess, &tree.topology);
    root = tree.topology.first_root;
    while (root != TOPOLOGY_NONE) {
        rp_sbdf_t sbdf = assess->functions[root].core->sbdf;
        size_t next = root;

        fprintf(file, "%04x:%02x\n", rp_sbdf_segment(sbdf), rp_sbdf_bus(sbdf));
        print_list(&tree, root, 0);
        while (next != TOPOLOGY_NONE && is_on_same_bus(&tree, root, next))
            next = tree.topology.next[next];
        root = next;
    }
    topology_free(&tree.topology);
}
