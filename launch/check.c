/* SPDX-License-Identifier: MIT */
/*
 * What the domains of a configuration may not be together. Of two that want the
 * same, the earlier in the tree keeps it and the later pays; what isn't launched
 * takes nothing away from anybody.
 */
#include "launch/internal.h"

static void lose_domain(struct launch_reader *reader, size_t domain,
                        enum launch_rule rule, const char *property, const char *hint)
{
    reader->config->domains[domain].is_launchable = false;
    launch_report(reader, reader->config->domains[domain].node, rule, LAUNCH_COSTS_DOMAIN,
                  property, hint);
}

static void lose_port(struct launch_reader *reader, size_t port, enum launch_rule rule,
                      const char *property, const char *hint)
{
    reader->config->ports[port].function.kind = LAUNCH_SELECT_NOTHING;
    launch_report(reader, reader->config->ports[port].node, rule, LAUNCH_COSTS_PORT,
                  property, hint);
}

/* ---- Pairs of domains ---- */

static bool do_cpus_clash(const struct launch_domain *a, const struct launch_domain *b)
{
    for (uint32_t i = 0; i < a->cpu_number_count; i++) {
        for (uint32_t j = 0; j < b->cpu_number_count; j++) {
            if (a->cpu_numbers[i] == b->cpu_numbers[j])
                return true;
        }
    }
    return false;
}

static bool do_overlap(struct launch_bank a, struct launch_bank b)
{
    return a.base.value < b.base.value + b.size && b.base.value < a.base.value + a.size;
}

/* Whether a bank of @a overlaps one of @b; of one domain with itself: two of its own. */
static bool do_banks_clash(const struct launch_domain *a, const struct launch_domain *b)
{
    for (uint32_t i = 0; i < a->bank_count; i++) {
        for (uint32_t j = a == b ? i + 1 : 0; j < b->bank_count; j++) {
            if (do_overlap(a->banks[i], b->banks[j]))
                return true;
        }
    }
    return false;
}

static bool have_both(const struct launch_domain *a, const struct launch_domain *b,
                      uint32_t role)
{
    return (a->roles & b->roles & role) != 0;
}

/* What @later can't be beside @earlier. */
static void check_pair(struct launch_reader *reader, size_t earlier, size_t later)
{
    const struct launch_domain *a = &reader->config->domains[earlier];
    const struct launch_domain *b = &reader->config->domains[later];

    if (strcmp(a->name, b->name) == 0)
        lose_domain(reader, later, LAUNCH_RULE_DOMAIN_NAME_TAKEN, NULL, a->name);
    if (a->domid == b->domid && a->domid != LAUNCH_DOMID_OPEN)
        lose_domain(reader, later, LAUNCH_RULE_DOMID_TAKEN, "domid", a->name);
    if (do_cpus_clash(a, b))
        lose_domain(reader, later, LAUNCH_RULE_CPU_TAKEN, "cpu-numbers", a->name);
    if (do_banks_clash(a, b))
        lose_domain(reader, later, LAUNCH_RULE_BANK_TAKEN, "xen,static-mem", a->name);
    if (have_both(a, b, LAUNCH_ROLE_HARDWARE))
        lose_domain(reader, later, LAUNCH_RULE_HARDWARE_ONCE, "capabilities", a->name);
    if (have_both(a, b, LAUNCH_ROLE_FIRMWARE))
        lose_domain(reader, later, LAUNCH_RULE_FIRMWARE_ONCE, "capabilities", a->name);
    if (a->has_console_focus && b->has_console_focus)
        lose_domain(reader, later, LAUNCH_RULE_FOCUS_ONCE, "console-focus", a->name);
}

static void check_alone(struct launch_reader *reader, size_t place)
{
    const struct launch_domain *domain = &reader->config->domains[place];

    if (do_banks_clash(domain, domain))
        lose_domain(reader, place, LAUNCH_RULE_BANK_TAKEN, "xen,static-mem",
                    domain->name);
    if ((domain->roles & LAUNCH_ROLE_FIRMWARE) != 0) {
        if (domain->roles != LAUNCH_ROLE_FIRMWARE)
            lose_domain(reader, place, LAUNCH_RULE_FIRMWARE_ALONE, "capabilities", NULL);
        if (domain->port_count > 0)
            lose_domain(reader, place, LAUNCH_RULE_FIRMWARE_PORTS, NULL, NULL);
    }
    if ((domain->roles & LAUNCH_ROLE_HARDWARE) != 0 && domain->port_count > 0)
        lose_domain(reader, place, LAUNCH_RULE_HARDWARE_PORTS, NULL, NULL);
}

static void check_domains(struct launch_reader *reader)
{
    const struct launch_domain *domains = reader->config->domains;

    if (reader->config->domain_count == 0)
        launch_report(reader, reader->hypervisor_node, LAUNCH_RULE_DOMAIN_NONE,
                      LAUNCH_COSTS_SYSTEM, NULL, NULL);
    for (size_t later = 0; later < reader->config->domain_count; later++) {
        if (domains[later].is_launchable)
            check_alone(reader, later);
        for (size_t earlier = 0; earlier < later && domains[later].is_launchable;
             earlier++) {
            if (domains[earlier].is_launchable)
                check_pair(reader, earlier, later);
        }
    }
}

/* ---- Ports ---- */

/* Whether two ports of one domain have the same number. */
static bool do_numbers_clash(const struct launch_port *a, const struct launch_port *b)
{
    return a->domain == b->domain && a->number != 0 && a->number == b->number;
}

static void check_port_pair(struct launch_reader *reader, size_t earlier, size_t later)
{
    struct launch_port *a = &reader->config->ports[earlier];
    struct launch_port *b = &reader->config->ports[later];

    if (do_numbers_clash(a, b)) {
        lose_port(reader, later, LAUNCH_RULE_PORT_TAKEN, "port", a->name);
        b->number = 0;
    }
    if (b->function.kind != LAUNCH_SELECT_NOTHING &&
        launch_selector_equals(&a->function, &b->function))
        lose_port(reader, later, LAUNCH_RULE_FUNCTION_TAKEN, NULL,
                  reader->config->domains[a->domain].name);
}

static void check_ports(struct launch_reader *reader)
{
    const struct launch_config *config = reader->config;

    for (size_t later = 0; later < config->port_count; later++) {
        if (!config->domains[config->ports[later].domain].is_launchable)
            continue;
        for (size_t earlier = 0; earlier < later; earlier++) {
            if (config->domains[config->ports[earlier].domain].is_launchable)
                check_port_pair(reader, earlier, later);
        }
    }
}

/* ---- What the configuration leaves open ---- */

static bool is_domid_free(const struct launch_config *config, uint32_t domid)
{
    for (size_t i = 0; i < config->domain_count; i++) {
        if (config->domains[i].domid == domid)
            return false;
    }
    return true;
}

/* 0 for the hardware domain, as Linux expects of Xen, and the next from 1 for others. */
static void fill_domid(const struct launch_config *config, struct launch_domain *domain)
{
    uint32_t domid = (domain->roles & LAUNCH_ROLE_HARDWARE) != 0 ? 0 : 1;

    if (domain->domid != LAUNCH_DOMID_OPEN)
        return;
    while (!is_domid_free(config, domid))
        domid++;
    domain->domid = domid;
}

static bool is_number_free(const struct launch_config *config,
                           const struct launch_domain *domain, uint32_t number)
{
    for (size_t i = 0; i < domain->port_count; i++) {
        if (config->ports[domain->first_port + i].number == number)
            return false;
    }
    return true;
}

static void fill_port_numbers(struct launch_config *config,
                              const struct launch_domain *domain)
{
    uint32_t next = 1;

    for (size_t i = 0; i < domain->port_count; i++) {
        struct launch_port *port = &config->ports[domain->first_port + i];

        if (port->number != 0)
            continue;
        /* A domain has no more ports than there are numbers. */
        while (!is_number_free(config, domain, next))
            next++;
        port->number = next;
    }
}

static void fill_console_focus(struct launch_config *config)
{
    for (size_t i = config->domain_count; i-- > 0;) {
        const struct launch_domain *domain = &config->domains[i];

        if (domain->is_launchable && domain->console != LAUNCH_CONSOLE_NONE)
            config->console_focus = i;
    }
    for (size_t i = 0; i < config->domain_count; i++) {
        if (config->domains[i].is_launchable && config->domains[i].has_console_focus)
            config->console_focus = i;
    }
}

/* ---- The seal ---- */

static bool is_role_there(const struct launch_config *config, uint32_t role)
{
    for (size_t i = 0; i < config->domain_count; i++) {
        if (config->domains[i].is_launchable && (config->domains[i].roles & role) != 0)
            return true;
    }
    return false;
}

bool launch_may_report(const struct launch_config *config)
{
    return is_role_there(config, LAUNCH_ROLE_FIRMWARE) ||
           (is_role_there(config, LAUNCH_ROLE_HARDWARE) &&
            config->mmcfg_reports == LAUNCH_REPORTS_ALLOWED);
}

static bool is_given(const struct launch_reader *reader, const char *property)
{
    return reader->config_node >= 0 &&
           launch_tree_value(reader->blob, reader->config_node, property).bytes != NULL;
}

static void check_seal(struct launch_reader *reader)
{
    struct launch_config *config = reader->config;
    bool has_hardware = is_role_there(config, LAUNCH_ROLE_HARDWARE);
    bool is_report_allowed = config->mmcfg_reports == LAUNCH_REPORTS_ALLOWED;
    bool may_report = launch_may_report(config);

    if (!is_given(reader, "seal"))
        config->seal = may_report ? LAUNCH_SEAL_ON_REPORT : LAUNCH_SEAL_AT_BOOT;
    if (config->seal == LAUNCH_SEAL_ON_REPORT && !may_report) {
        /* Nothing would ever be sealed: seal at once, as without any reporter. */
        config->seal = LAUNCH_SEAL_AT_BOOT;
        launch_report(reader, reader->config_node, LAUNCH_RULE_SEAL_REPORTER,
                      LAUNCH_WARNING, "seal", NULL);
    }
    if (is_report_allowed && !has_hardware)
        launch_report(reader, reader->config_node, LAUNCH_RULE_REPORTS_REPORTER,
                      LAUNCH_WARNING, "mmcfg-reports", NULL);
}

void launch_check(struct launch_reader *reader)
{
    struct launch_config *config = reader->config;

    check_domains(reader);
    check_ports(reader);
    for (size_t i = 0; i < config->domain_count; i++) {
        fill_domid(config, &config->domains[i]);
        fill_port_numbers(config, &config->domains[i]);
    }
    fill_console_focus(config);
    check_seal(reader);
}
