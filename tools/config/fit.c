/* SPDX-License-Identifier: MIT */
/*
 * Holds a launch configuration against a machine: each port's function, its
 * verdict, and the memory and CPUs of the domains.
 */
#include "tools/config/fit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <rootport/pci_regs.h>

#include "launch/describe.h"
#include "tools/audit/assess.h"
#include "tools/audit/memory.h"

enum {
    LINE_SIZE = 1024,
    HINT_SIZE = 160,
    HINT_NAMES_MAX = 4,
    MIB_SHIFT = 20,
};

struct fit {
    const void *blob;
    struct launch_config *config;
    struct assess assess;
    struct launch_function *functions; /* by index of assess.scan.functions */
    struct launch_resolved resolved[LAUNCH_PORT_MAX];
    size_t finding_count;
};

/* Prints @message, which lacks but its node: the one at @node of the blob. */
static void report(struct fit *fit, int node, struct launch_message message)
{
    char path[LAUNCH_NODE_PATH_MAX];
    char line[LINE_SIZE];

    launch_node_path(fit->blob, node, path);
    message.node = path;
    launch_message_format(&message, line, sizeof(line));
    puts(line);
    fit->finding_count++;
}

/* ---- Functions of the machine ---------------------------------------------- */

/* The switch for all functions; the quirks have those for single ones. */
static void skip_alias_checks(struct rp_scan *scan, const struct rp_cfg *cfg)
{
    for (size_t i = 0; i < scan->count; i++) {
        struct rp_function *function = &scan->functions[i];

        function->alias = RP_EXTCFG_ALIAS_IGNORE;
        if (rp_scan_verdict(function).reason == RP_EXTCFG_ALIASED)
            (void)rp_scan_publish(function,
                                  rp_scan_evaluate(scan, cfg, i, RP_EXTCFG_ALIAS_IGNORE));
    }
}

/*
 * Ports are resolved at boot: what is reached after a report only has no serial
 * number then. Nor has what was saved without.
 */
static void forget_serials(struct fit *fit)
{
    const struct assess *assess = &fit->assess;

    for (size_t i = 0; i < assess->scan.count; i++)
        if (assess->machine->is_without_identifiers ||
            assess->functions[assess->index_of[i]].needs_report)
            fit->functions[i].has_serial = false;
}

static void describe_machine(struct fit *fit)
{
    struct rp_scan *scan = &fit->assess.scan;
    struct rp_cfg cfg = assess_cfg(&fit->assess);

    if (fit->config->skip_alias_check)
        skip_alias_checks(scan, &cfg);
    fit->functions = memory_new(scan->count, sizeof(*fit->functions));
    launch_describe(scan, &cfg, fit->functions);
    forget_serials(fit);
    launch_apply_quirks(fit->config, fit->functions, scan, &cfg);
}

/* ---- Which function a port means ------------------------------------------- */

static const char *selector_property(enum launch_selector_kind kind)
{
    switch (kind) {
    case LAUNCH_SELECT_NOTHING:
        break;
    case LAUNCH_SELECT_SBDF:
        return "sbdf";
    case LAUNCH_SELECT_ID:
        return "pci-id";
    case LAUNCH_SELECT_PATH:
        return "path";
    }
    return NULL;
}

/* What can be meant, serial numbers apart: the first few by SBDF, then dots. */
static void write_matches(const struct fit *fit, struct launch_selector selector,
                          char hint[HINT_SIZE])
{
    size_t length = 0;
    unsigned count = 0;

    selector.has_serial = false;
    for (size_t i = 0; i < fit->assess.function_count && count <= HINT_NAMES_MAX; i++) {
        const struct rp_function *function = fit->assess.functions[i].core;
        size_t place = (size_t)(function - fit->assess.scan.functions);
        rp_sbdf_t sbdf = function->sbdf;

        if (!launch_selector_matches(&selector, &fit->functions[place]))
            continue;
        length += (size_t)snprintf(hint + length, HINT_SIZE - length, "%s",
                                   count == 0 ? "" : ", ");
        if (count++ == HINT_NAMES_MAX)
            snprintf(hint + length, HINT_SIZE - length, "...");
        else
            length += (size_t)snprintf(
                hint + length, HINT_SIZE - length, "%04x:%02x:%02x.%x",
                rp_sbdf_segment(sbdf) & 0xffffu, rp_sbdf_bus(sbdf) & 0xffu,
                rp_sbdf_dev(sbdf) & 0x1fu, rp_sbdf_fn(sbdf) & 7u);
    }
}

/* The domain and port that have what @index wants too. */
static void write_holder(const struct fit *fit, size_t index, char hint[HINT_SIZE])
{
    const struct launch_config *config = fit->config;

    for (size_t i = 0; i < index; i++) {
        const struct launch_port *port = &config->ports[i];

        if (fit->resolved[i].resolution == LAUNCH_RESOLVED &&
            fit->resolved[i].place == fit->resolved[index].place)
            snprintf(hint, HINT_SIZE, "%s/%s", config->domains[port->domain].name,
                     port->name);
    }
}

static void report_unresolved(struct fit *fit, size_t index)
{
    const struct launch_port *port = &fit->config->ports[index];
    enum launch_resolution resolution = fit->resolved[index].resolution;
    char hint[HINT_SIZE] = "";
    struct launch_message message = {
        .severity = LAUNCH_COSTS_PORT,
        .property = selector_property(port->function.kind),
        .text = launch_resolution_text(resolution),
        .mend = launch_resolution_mend(resolution),
    };

    if (resolution == LAUNCH_TAKEN)
        write_holder(fit, index, hint);
    else
        write_matches(fit, port->function, hint);
    if (resolution == LAUNCH_SERIAL_UNKNOWN &&
        fit->assess.machine->is_without_identifiers) {
        message.severity = LAUNCH_WARNING;
        message.text = "the audit was saved without serial numbers to compare this with";
        message.mend = "Save it with --identifiers";
    }
    message.hint = hint[0] != '\0' ? hint : NULL;
    report(fit, port->function_node, message);
}

/* ---- Whether it has what the port waits for -------------------------------- */

/* Whether @function's extended space was out of the audit's reach, not the machine's. */
static bool is_unknown(const struct assess_function *function)
{
    return function->verdict.reason == RP_EXTCFG_UNEVALUATED ||
           (function->verdict.reason == RP_EXTCFG_READ_FAILED &&
            function->source->readable <= RP_CFG_SIZE_CONVENTIONAL);
}

static bool is_report_awaited(const struct launch_config *config)
{
    return config->seal != LAUNCH_SEAL_AT_BOOT && launch_may_report(config);
}

static void check_verdict(struct fit *fit, size_t index)
{
    const struct launch_port *port = &fit->config->ports[index];
    size_t place = fit->assess.index_of[fit->resolved[index].place];
    struct assess_function function = fit->assess.functions[place];
    struct launch_message message = {
        .severity = LAUNCH_COSTS_PORT,
        .property = "extended-config",
        .text = "the port waits for all 4096 bytes, and 256 are reached",
        .mend = "See rootport audit for what is missing, or say \"final\" to have the "
                "function with 256",
    };

    function.verdict = rp_scan_verdict(function.core); /* quirks have changed it */
    message.hint = assess_reason_text(&fit->assess, &function);
    if (is_unknown(&function)) {
        message.severity = LAUNCH_WARNING;
        message.text = "the port waits for all 4096 bytes, which the audit hasn't seen";
        message.mend = "Save the audit as root, on the machine itself";
    } else if (function.verdict.size == RP_CFG_SIZE_EXTENDED) {
        if (!function.needs_report || is_report_awaited(fit->config) ||
            function.verdict.reason == RP_EXTCFG_OVERRIDDEN)
            return;
        message.text = "the port waits for all 4096 bytes, which are reached after a "
                       "report, and no domain can make one before the seal";
        message.hint = NULL;
        message.mend = "Add a firmware domain, or a hardware domain and mmcfg-reports = "
                       "\"allowed\", and seal after it; or say \"final\"";
    }
    report(fit, port->function_node, message);
}

/* ---- Whether its interrupts can reach the domain ---------------------------- */

/* Whether it can interrupt by its pin alone, as far as the audit has seen. */
static bool is_pin_all(const struct assess_function *function)
{
    const uint32_t line_and_pin = machine_dword(function->source, RP_PCI_INTERRUPT_LINE);

    return function->source->readable >= RP_CFG_SIZE_CONVENTIONAL &&
           function->core->msi_cap == 0 && function->core->msix_cap == 0 &&
           (line_and_pin >> 8 & 0xff) != 0;
}

static const struct rp_function *resolved_function(const struct fit *fit, size_t index)
{
    return &fit->assess.scan.functions[fit->resolved[index].place];
}

/* An earlier port, of another domain, whose function has the same pin; or the count. */
static size_t find_pin_rival(const struct fit *fit, size_t index)
{
    const struct launch_port *ports = fit->config->ports;
    const unsigned gsi = resolved_function(fit, index)->pin_gsi;

    for (size_t i = 0; i < index; i++)
        if (gsi != 0 && fit->resolved[i].resolution == LAUNCH_RESOLVED &&
            ports[i].domain != ports[index].domain &&
            resolved_function(fit, i)->pin_gsi == gsi)
            return i;
    return fit->config->port_count;
}

static void check_pin(struct fit *fit, size_t index)
{
    const struct launch_config *config = fit->config;
    const size_t place = fit->assess.index_of[fit->resolved[index].place];
    const size_t rival = find_pin_rival(fit, index);
    char hint[HINT_SIZE];
    struct launch_message message = {
        .severity = LAUNCH_COSTS_PORT,
        .text = "the function has neither MSI nor MSI-X, and no quirk says where its "
                "interrupt pin leads",
        .mend = "Add one with interrupt-pin-gsi",
    };

    if (rival < config->port_count) {
        snprintf(hint, sizeof(hint), "%s/%s",
                 config->domains[config->ports[rival].domain].name,
                 config->ports[rival].name);
        message.text = "the function shares its interrupt pin with another domain's";
        message.hint = hint;
        message.mend = "Give both to one domain, or put one into another slot";
    } else if (resolved_function(fit, index)->pin_gsi != 0 ||
               !is_pin_all(&fit->assess.functions[place])) {
        return;
    }
    report(fit, config->ports[index].function_node, message);
}

static void check_ports(struct fit *fit)
{
    launch_resolve_ports(fit->config, fit->functions, fit->assess.scan.count,
                         fit->resolved);
    for (size_t i = 0; i < fit->config->port_count; i++) {
        switch (fit->resolved[i].resolution) {
        case LAUNCH_UNRESOLVED:
        case LAUNCH_PORT_EMPTY:
            break;
        case LAUNCH_RESOLVED:
            if (fit->config->ports[i].condition == LAUNCH_WHEN_REQUIRED)
                check_verdict(fit, i);
            check_pin(fit, i);
            break;
        case LAUNCH_NOT_THERE:
        case LAUNCH_AMBIGUOUS:
        case LAUNCH_TOO_FEW:
        case LAUNCH_SERIAL_UNKNOWN:
        case LAUNCH_IS_BRIDGE:
        case LAUNCH_TAKEN:
            report_unresolved(fit, i);
            break;
        }
    }
}

/* ---- Memory and CPUs ------------------------------------------------------- */

/* What is left for the domains that come next. */
struct left {
    uint64_t memory;
    uint32_t cpu_count;
};

/* No less than the domains can have: ranges that overlap are counted twice. */
static uint64_t ram_size(const struct machine *machine)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < machine->memory_count; i++) {
        const struct rp_memory_range *range = &machine->memory[i];

        if (range->type != RP_MEMORY_RAM)
            continue;
        sum = range->size > UINT64_MAX - sum ? UINT64_MAX : sum + range->size;
    }
    return sum;
}

static bool is_memory_there(struct fit *fit, const struct launch_domain *domain,
                            uint64_t left)
{
    char hint[HINT_SIZE];

    if (fit->assess.machine->memory_sight != SIGHT_SEEN || domain->memory <= left)
        return true;
    snprintf(hint, sizeof(hint), "%" PRIu64 " MiB at most", left >> MIB_SHIFT);
    report(fit, domain->node,
           (struct launch_message){
               .severity = LAUNCH_COSTS_DOMAIN,
               .property = "memory",
               .text = "the machine doesn't have so much memory left",
               .hint = hint,
               .mend = "Lower it, or that of the domains before it",
           });
    return false;
}

/* A bank has to be in one piece of what firmware calls RAM. */
static bool is_ram(const struct machine *machine, struct launch_bank bank)
{
    for (size_t i = 0; i < machine->memory_count; i++) {
        const struct rp_memory_range *range = &machine->memory[i];

        if (range->type == RP_MEMORY_RAM && bank.base.value >= range->base &&
            bank.base.value - range->base < range->size &&
            bank.size <= range->size - (bank.base.value - range->base))
            return true;
    }
    return false;
}

static bool are_banks_there(struct fit *fit, const struct launch_domain *domain)
{
    const struct machine *machine = fit->assess.machine;

    for (uint32_t i = 0; machine->memory_sight == SIGHT_SEEN && i < domain->bank_count;
         i++) {
        char hint[HINT_SIZE];

        if (is_ram(machine, domain->banks[i]))
            continue;
        snprintf(hint, sizeof(hint), "0x%" PRIx64 ", 0x%" PRIx64 " bytes",
                 domain->banks[i].base.value, domain->banks[i].size);
        report(fit, domain->node,
               (struct launch_message){
                   .severity = LAUNCH_COSTS_DOMAIN,
                   .property = "xen,static-mem",
                   .text = "the machine has no RAM at all of these addresses",
                   .hint = hint,
                   .mend = "See the memory map in the machine's boot messages, or leave "
                           "the property out",
               });
        return false;
    }
    return true;
}

static bool are_cpus_there(struct fit *fit, const struct launch_domain *domain,
                           uint32_t left)
{
    uint32_t count = fit->assess.machine->cpu_count;
    struct launch_message message = {
        .severity = LAUNCH_COSTS_DOMAIN,
        .property = "cpus",
        .text = "the machine doesn't have so many CPUs left",
        .mend = "Lower it, or that of the domains before it",
    };
    bool are_there = count == 0 || domain->cpu_count <= left;
    char hint[HINT_SIZE];

    snprintf(hint, sizeof(hint), "%" PRIu32 " at most", left);
    for (uint32_t i = 0; are_there && count != 0 && i < domain->cpu_number_count; i++) {
        if (domain->cpu_numbers[i] < count)
            continue;
        are_there = false;
        message.property = "cpu-numbers";
        message.text = "the machine has no CPU with such a number";
        message.mend = "Choose lower ones";
        snprintf(hint, sizeof(hint), "%u is not among 0 to %" PRIu32,
                 domain->cpu_numbers[i], count - 1);
    }
    message.hint = hint;
    if (!are_there)
        report(fit, domain->node, message);
    return are_there;
}

/*
 * In the order of the tree, as they are launched; one that doesn't fit takes nothing,
 * and the firmware domain is gone when the others need what it had.
 */
static void check_resources(struct fit *fit)
{
    struct left left = {ram_size(fit->assess.machine), fit->assess.machine->cpu_count};

    for (size_t i = 0; i < fit->config->domain_count; i++) {
        struct launch_domain *domain = &fit->config->domains[i];

        if (!domain->is_launchable)
            continue;
        domain->is_launchable = is_memory_there(fit, domain, left.memory) &&
                                are_banks_there(fit, domain) &&
                                are_cpus_there(fit, domain, left.cpu_count);
        if (!domain->is_launchable || (domain->roles & LAUNCH_ROLE_FIRMWARE) != 0)
            continue;
        left.memory -= domain->memory;
        left.cpu_count -= domain->cpu_count;
    }
}

/* ---- All of it ------------------------------------------------------------- */

size_t fit_check(const void *blob, struct launch_config *config,
                 const struct machine *machine)
{
    struct fit fit = {.blob = blob, .config = config};

    assess_machine(&fit.assess, machine, launch_core_policy(config->ecam));
    describe_machine(&fit);
    check_ports(&fit);
    check_resources(&fit);
    free(fit.functions);
    assess_free(&fit.assess);
    return fit.finding_count;
}
