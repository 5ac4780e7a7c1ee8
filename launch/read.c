/* SPDX-License-Identifier: MIT */
/*
 * The walk over the device tree: each node is read as schema.c says, and what
 * a mistake in it costs is taken away.
 *
 * libfdt bounds every step by the size of the blob, and the walk goes down three
 * levels only, so its work is bounded by that size as well.
 */
#include "launch/schema.h"

/* A misspelt name differs in no more letters than this. */
#define MISSPELT_DISTANCE 3u

/* The properties that device trees have anyway, and that mean nothing here. */
static const char *const common_properties[] = {
    "compatible",     "phandle",     "linux,phandle", "status",
    "#address-cells", "#size-cells", "reg",
};

/* ---- Properties ---- */

/* A node while it is read: what for, into what, and whether it is all right. */
struct site {
    struct launch_reader *reader;
    int node;
    const struct launch_node *kind;
    void *target;
    bool is_faulty;
};

static void fault(struct site *site, enum launch_rule rule, const char *property,
                  const char *hint)
{
    site->is_faulty = true;
    launch_report(site->reader, site->node, rule, site->kind->cost, property, hint);
}

static bool is_common(const char *name)
{
    for (size_t i = 0; i < LAUNCH_ARRAY_COUNT(common_properties); i++) {
        if (strcmp(name, common_properties[i]) == 0)
            return true;
    }
    return false;
}

static const char *nearest_property(const struct launch_node *kind, const char *name)
{
    const char *nearest = NULL;
    size_t least = MISSPELT_DISTANCE + 1;

    for (size_t i = 0; i < kind->property_count; i++) {
        size_t distance = launch_distance(kind->properties[i].name, name);

        if (distance < least) {
            least = distance;
            nearest = kind->properties[i].name;
        }
    }
    return nearest;
}

/* The place of the property @name in the kind's table; its count if it isn't there. */
static size_t property_place(const struct launch_node *kind, const char *name)
{
    size_t place = 0;

    while (place < kind->property_count &&
           strcmp(kind->properties[place].name, name) != 0)
        place++;
    return place;
}

/* Reads one property; @seen has a bit for each of the table that was there already. */
static void read_property(struct site *site, const char *name, struct launch_value value,
                          uint32_t *seen)
{
    size_t place = property_place(site->kind, name);
    const struct launch_property *property;
    enum launch_rule rule;

    if (is_common(name))
        return;
    if (place == site->kind->property_count) {
        fault(site, LAUNCH_RULE_PROPERTY_KNOWN, name, nearest_property(site->kind, name));
        return;
    }
    if ((*seen >> place & 1u) != 0) {
        fault(site, LAUNCH_RULE_PROPERTY_ONCE, name, NULL);
        return;
    }
    *seen |= 1u << place;
    property = &site->kind->properties[place];
    rule = property->parse(property, value, (char *)site->target + property->offset);
    if (rule != LAUNCH_RULE_NONE)
        fault(site, rule, name, property->allowed);
}

static void read_properties(struct site *site)
{
    const void *blob = site->reader->blob;
    int offset = launch_tree_properties(blob, site->node);
    struct launch_value value;
    const char *name;
    uint32_t seen = 0;

    while ((name = launch_tree_next(blob, &offset, &value)) != NULL)
        read_property(site, name, value, &seen);
    for (size_t i = 0; i < site->kind->property_count; i++) {
        const struct launch_property *property = &site->kind->properties[i];

        if (property->presence == LAUNCH_REQUIRED && (seen >> i & 1u) == 0)
            fault(site, LAUNCH_RULE_PROPERTY_MISSING, property->name, NULL);
    }
}

/* ---- Nodes ---- */

static bool is_disabled(const void *blob, int node)
{
    const char *status = launch_tree_string(blob, node, "status");

    return status != NULL && strcmp(status, "okay") != 0 && strcmp(status, "ok") != 0;
}

/* What the node at @node is, among what may stand in a @parent; NULL if nothing. */
static const struct launch_node *kind_of(const void *blob, int node,
                                         enum launch_node_kind parent)
{
    for (size_t i = 0; i < LAUNCH_NODE_KIND_COUNT; i++) {
        const struct launch_node *kind = &launch_nodes[i];

        if (kind->parent == parent &&
            launch_tree_is_compatible(blob, node, kind->compatible))
            return kind;
    }
    return NULL;
}

/*
 * What a node that is nothing known was probably meant to be, for the message
 * and for its cost; NULL if it resembles nothing.
 */
static const struct launch_node *nearest_kind(const void *blob, int node,
                                              enum launch_node_kind parent)
{
    const char *compatible = launch_tree_string(blob, node, "compatible");
    const struct launch_node *nearest = NULL;
    size_t least = MISSPELT_DISTANCE + 1;

    for (size_t i = 0; compatible != NULL && i < LAUNCH_NODE_KIND_COUNT; i++) {
        size_t distance = launch_distance(launch_nodes[i].compatible, compatible);

        if (launch_nodes[i].parent == parent && distance < least) {
            least = distance;
            nearest = &launch_nodes[i];
        }
    }
    return nearest;
}

typedef void read_node(struct site *parent, int node);

static read_node read_config, read_quirk, read_domain, read_kernel, read_ramdisk,
    read_port, read_function;

static read_node *const node_readers[LAUNCH_NODE_KIND_COUNT] = {
    [LAUNCH_NODE_CONFIG] = read_config,     [LAUNCH_NODE_QUIRK] = read_quirk,
    [LAUNCH_NODE_DOMAIN] = read_domain,     [LAUNCH_NODE_KERNEL] = read_kernel,
    [LAUNCH_NODE_RAMDISK] = read_ramdisk,   [LAUNCH_NODE_PORT] = read_port,
    [LAUNCH_NODE_FUNCTION] = read_function,
};

/* A misspelt node costs what it was meant to describe, not its neighbours. */
static void report_unknown(struct site *parent, int node,
                           enum launch_node_kind parent_kind)
{
    const struct launch_node *nearest =
        nearest_kind(parent->reader->blob, node, parent_kind);
    enum launch_severity cost = parent->kind->cost;

    if (nearest != NULL)
        cost = nearest->cost;
    else if (parent_kind == LAUNCH_NODE_HYPERVISOR)
        cost = LAUNCH_COSTS_DOMAIN;
    if (cost == parent->kind->cost)
        parent->is_faulty = true;
    launch_report(parent->reader, node, LAUNCH_RULE_NODE_KNOWN, cost, NULL,
                  nearest != NULL ? nearest->compatible : NULL);
}

static void read_children(struct site *parent)
{
    const void *blob = parent->reader->blob;
    enum launch_node_kind parent_kind =
        (enum launch_node_kind)(parent->kind - launch_nodes);

    for (int node = fdt_first_subnode(blob, parent->node); node >= 0;
         node = fdt_next_subnode(blob, node)) {
        const struct launch_node *kind = kind_of(blob, node, parent_kind);

        if (is_disabled(blob, node))
            continue;
        if (kind == NULL)
            report_unknown(parent, node, parent_kind);
        else
            node_readers[kind - launch_nodes](parent, node);
    }
}

/* Reads the node's properties into @target, then the nodes in it. */
static struct site read_site(struct site *parent, int node, enum launch_node_kind kind,
                             void *target)
{
    struct site site = {.reader = parent->reader,
                        .node = node,
                        .kind = &launch_nodes[kind],
                        .target = target};

    read_properties(&site);
    read_children(&site);
    return site;
}

/* For a node of which there are more than the @limit (NULL: one). */
static void refuse(struct site *parent, int node, enum launch_node_kind kind,
                   const char *limit)
{
    enum launch_severity cost = launch_nodes[kind].cost;

    if (cost == parent->kind->cost)
        parent->is_faulty = true;
    launch_report(parent->reader, node,
                  limit != NULL ? LAUNCH_RULE_NODE_CAPACITY : LAUNCH_RULE_NODE_ONCE, cost,
                  NULL, limit != NULL ? limit : launch_nodes[kind].compatible);
}

/* ---- The machine ---- */

static void read_config(struct site *parent, int node)
{
    struct launch_reader *reader = parent->reader;

    if (reader->config_node >= 0) {
        refuse(parent, node, LAUNCH_NODE_CONFIG, NULL);
        return;
    }
    reader->config_node = node;
    read_site(parent, node, LAUNCH_NODE_CONFIG, reader->config);
}

/* What every selector has to be, whether for a quirk or for a port. */
static void check_selector(struct site *site, const struct launch_selector *selector)
{
    if (selector->kind == LAUNCH_SELECT_NOTHING)
        fault(site, LAUNCH_RULE_SELECTOR_MISSING, NULL, NULL);
    else if (selector->kind != LAUNCH_SELECT_ID &&
             (selector->has_index || selector->has_serial))
        fault(site, LAUNCH_RULE_SELECTOR_REFINED, NULL, NULL);
    else if (selector->has_index && selector->has_serial)
        fault(site, LAUNCH_RULE_SELECTOR_REFINED, NULL, NULL);
}

static void read_quirk(struct site *parent, int node)
{
    struct launch_config *config = parent->reader->config;
    struct launch_quirk *quirk = &config->quirks[config->quirk_count];
    struct site site;

    if (config->quirk_count == LAUNCH_QUIRK_MAX) {
        refuse(parent, node, LAUNCH_NODE_QUIRK, "32 quirks");
        return;
    }
    config->quirk_count++;
    site = read_site(parent, node, LAUNCH_NODE_QUIRK, quirk);
    check_selector(&site, &quirk->functions);
    if (quirk->config_size == 0 && quirk->pin_gsi == 0 && !quirk->skip_alias_check)
        fault(&site, LAUNCH_RULE_QUIRK_EMPTY, NULL, NULL);
}

/* ---- Domains ---- */

/* Reads a module node of a domain, unless it has that module already. */
static void read_module(struct site *parent, int node, enum launch_node_kind kind,
                        struct launch_module *module)
{
    struct site site;

    if (module->is_present) {
        refuse(parent, node, kind, NULL);
        return;
    }
    site = read_site(parent, node, kind, parent->target);
    if (!module->is_present)
        fault(&site, LAUNCH_RULE_MODULE_LOCATION, NULL, NULL);
    parent->is_faulty |= site.is_faulty;
}

static void read_kernel(struct site *parent, int node)
{
    struct launch_domain *domain = parent->target;

    read_module(parent, node, LAUNCH_NODE_KERNEL, &domain->kernel);
}

static void read_ramdisk(struct site *parent, int node)
{
    struct launch_domain *domain = parent->target;

    read_module(parent, node, LAUNCH_NODE_RAMDISK, &domain->ramdisk);
}

static void read_function(struct site *parent, int node)
{
    struct launch_port *port = parent->target;
    struct site site;

    if (port->function.kind != LAUNCH_SELECT_NOTHING) {
        refuse(parent, node, LAUNCH_NODE_FUNCTION, NULL);
        return;
    }
    port->function_node = node;
    site = read_site(parent, node, LAUNCH_NODE_FUNCTION, port);
    check_selector(&site, &port->function);
    parent->is_faulty |= site.is_faulty;
}

static void read_port(struct site *parent, int node)
{
    struct launch_reader *reader = parent->reader;
    struct launch_config *config = reader->config;
    struct launch_domain *domain = parent->target;
    struct launch_port *port = &config->ports[config->port_count];
    struct site site;

    if (config->port_count == LAUNCH_PORT_MAX ||
        domain->port_count == LAUNCH_DOMAIN_PORT_MAX) {
        refuse(parent, node, LAUNCH_NODE_PORT, "30 ports, 64 in all domains together");
        return;
    }
    config->port_count++;
    domain->port_count++;
    port->domain = (size_t)(domain - config->domains);
    port->name = launch_tree_name(reader->blob, node);
    port->node = node;
    site = read_site(parent, node, LAUNCH_NODE_PORT, port);
    if (site.is_faulty)
        port->function.kind = LAUNCH_SELECT_NOTHING;
}

static void check_domain(struct site *site, const struct launch_domain *domain)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < domain->bank_count; i++)
        sum += domain->banks[i].size; /* 256 times 2^52 at most */
    if (domain->bank_count > 0 && sum != domain->memory)
        fault(site, LAUNCH_RULE_BANK_SUM, "xen,static-mem", NULL);
    if (domain->cpu_number_count > 0 && domain->cpu_number_count != domain->cpu_count)
        fault(site, LAUNCH_RULE_CPU_COUNT, "cpu-numbers", NULL);
    if (!launch_is_name(domain->name))
        fault(site, LAUNCH_RULE_NAME_CHARACTERS, NULL, NULL);
    if (!domain->kernel.is_present)
        fault(site, LAUNCH_RULE_KERNEL_MISSING, NULL, "module,kernel");
    if (domain->has_console_focus && domain->console == LAUNCH_CONSOLE_NONE)
        fault(site, LAUNCH_RULE_FOCUS_WITHOUT_CONSOLE, "console-focus", NULL);
}

static void read_domain(struct site *parent, int node)
{
    struct launch_reader *reader = parent->reader;
    struct launch_config *config = reader->config;
    struct launch_domain *domain = &config->domains[config->domain_count];
    struct site site;

    if (config->domain_count == LAUNCH_DOMAIN_MAX) {
        refuse(parent, node, LAUNCH_NODE_DOMAIN, "16 domains");
        return;
    }
    config->domain_count++;
    domain->node = node;
    domain->name = launch_tree_name(reader->blob, node);
    domain->bootargs = "";
    domain->domid = LAUNCH_DOMID_OPEN;
    domain->first_port = config->port_count;
    site = read_site(parent, node, LAUNCH_NODE_DOMAIN, domain);
    if (domain->cpu_count == 0)
        domain->cpu_count = domain->cpu_number_count > 0 ? domain->cpu_number_count : 1;
    check_domain(&site, domain);
    domain->is_launchable = !site.is_faulty;
}

/* ---- The blob ---- */

static bool is_blob_valid(struct launch_reader *reader, size_t size)
{
    const char *problem;

    if ((uintptr_t)reader->blob % LAUNCH_BLOB_ALIGNMENT != 0) {
        launch_report(reader, -1, LAUNCH_RULE_BLOB_ALIGNED, LAUNCH_COSTS_SYSTEM, NULL,
                      NULL);
        return false;
    }
    problem = launch_tree_problem(reader->blob, size);
    if (problem != NULL)
        launch_report(reader, -1, LAUNCH_RULE_BLOB_VALID, LAUNCH_COSTS_SYSTEM, NULL,
                      problem);
    return problem == NULL;
}

static void read_hypervisor(struct launch_reader *reader)
{
    const struct launch_node *kind = &launch_nodes[LAUNCH_NODE_HYPERVISOR];
    struct site site = {.reader = reader, .kind = kind, .target = reader->config};

    site.node = launch_tree_child(
        reader->blob, launch_tree_child(reader->blob, 0, "chosen"), "hypervisor");
    if (site.node < 0) {
        launch_report(reader, -1, LAUNCH_RULE_HYPERVISOR_NODE, LAUNCH_COSTS_SYSTEM, NULL,
                      NULL);
        return;
    }
    if (!launch_tree_is_compatible(reader->blob, site.node, kind->compatible))
        fault(&site, LAUNCH_RULE_HYPERVISOR_COMPATIBLE, "compatible", kind->compatible);
    reader->hypervisor_node = site.node;
    read_properties(&site);
    read_children(&site);
    launch_check(reader);
}

enum rp_status launch_read(const void *blob, size_t size,
                           struct launch_config *out_config,
                           struct launch_findings *findings)
{
    struct launch_reader reader = {
        .blob = blob, .config = out_config, .findings = findings, .config_node = -1};

    memset(out_config, 0, sizeof(*out_config));
    out_config->console_focus = LAUNCH_NO_DOMAIN;
    if (is_blob_valid(&reader, size))
        read_hypervisor(&reader);
    return reader.is_lost ? RP_ERR_MALFORMED : RP_OK;
}
