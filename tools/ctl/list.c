/* SPDX-License-Identifier: MIT */
/* rootport list: domains, ports and functions, who has what, and what it costs. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <rootport/extcfg.h>
#include <rootport/rootport.h>

#include "tools/audit/json.h"
#include "tools/ctl/control.h"
#include "tools/ctl/ctl.h"
#include "tools/ctl/stats.h"

enum {
    NAME_SIZE = 32,
    TEXT_SIZE = 80,
};

#define ROLE_CONTROL  0x1
#define ROLE_HARDWARE 0x2
#define ROLE_FIRMWARE 0x10000

static const char *const state_words[] = {
    [ROOTPORT_STATE_NOT_LAUNCHED] = "not launched",
    [ROOTPORT_STATE_RUNNING] = "running",
    [ROOTPORT_STATE_RESTARTING] = "restarting",
    [ROOTPORT_STATE_ENDED] = "ended",
};

static const char *const place_words[] = {
    [ROOTPORT_PLACE_QUARANTINE] = "quarantine",
    [ROOTPORT_PLACE_RESETTING] = "resetting",
    [ROOTPORT_PLACE_HELD] = "held",
    [ROOTPORT_PLACE_ASSIGNED] = "assigned",
};

static const char *word(const char *const *words, size_t count, long index)
{
    return index >= 0 && (size_t)index < count ? words[index] : "unknown";
}

#define WORD(words, index) word(words, sizeof(words) / sizeof((words)[0]), index)

struct domain {
    char name[NAME_SIZE];
    char end[TEXT_SIZE];
    long number, state, roles, cpus, memory, restarts;
};

static void read_domain(const struct control *control, uint64_t index,
                        struct domain *domain)
{
    const enum rootport_control_object object = ROOTPORT_CONTROL_DOMAIN;

    domain->number = control_get(control, object, index, ROOTPORT_DOMAIN_NUMBER);
    domain->state = control_get(control, object, index, ROOTPORT_DOMAIN_STATE);
    domain->roles = control_get(control, object, index, ROOTPORT_DOMAIN_ROLES);
    domain->cpus = control_get(control, object, index, ROOTPORT_DOMAIN_CPUS);
    domain->memory = control_get(control, object, index, ROOTPORT_DOMAIN_MEMORY);
    domain->restarts = control_get(control, object, index, ROOTPORT_DOMAIN_RESTARTS);
    control_text(control, object, index, ROOTPORT_DOMAIN_NAME, domain->name, NAME_SIZE);
    control_text(control, object, index, ROOTPORT_DOMAIN_END_TEXT, domain->end,
                 TEXT_SIZE);
}

static const char *address_text(rp_sbdf_t sbdf, char text[16])
{
    snprintf(text, 16, "%04x:%02x:%02x.%x", rp_sbdf_segment(sbdf) & 0xffffu,
             rp_sbdf_bus(sbdf) & 0xffu, rp_sbdf_dev(sbdf) & 0x1fu, rp_sbdf_fn(sbdf) & 7u);
    return text;
}

/* ---- Table ----------------------------------------------------------------- */

static void roles_text(long roles, char text[32])
{
    snprintf(text, 32, "%s%s%s", roles & ROLE_CONTROL ? "control " : "",
             roles & ROLE_HARDWARE ? "hardware " : "",
             roles & ROLE_FIRMWARE ? "firmware " : "");
    if (text[0] == '\0')
        strcpy(text, "-");
}

static void print_domains(const struct control *control)
{
    long count = control_count(control, ROOTPORT_CONTROL_DOMAIN);

    printf("%-8s %-16s %-13s %5s %6s %9s  %s\n", "DOMAIN", "NAME", "STATE", "CPUS", "MIB",
           "RESTARTS", "ROLES");
    for (long i = 0; i < count; i++) {
        struct domain domain;
        char roles[32];

        read_domain(control, (uint64_t)i, &domain);
        roles_text(domain.roles, roles);
        printf("%-8ld %-16s %-13s %5ld %6ld %9ld  %s%s%s\n", domain.number, domain.name,
               WORD(state_words, domain.state), domain.cpus, domain.memory,
               domain.restarts, roles, domain.end[0] != '\0' ? "; " : "", domain.end);
    }
}

static void print_ports(const struct control *control)
{
    long count = control_count(control, ROOTPORT_CONTROL_PORT);

    printf("\n%-8s %-5s %-16s %s\n", "DOMAIN", "PORT", "STATE", "LAST OUTCOME");
    for (long i = 0; i < count; i++) {
        struct control_port port;

        if (!control_port(control, (uint64_t)i, &port))
            continue;
        printf("%-8ld %-5ld %-16s %s\n", port.domain, port.number,
               port.is_held > 0
                   ? "held for"
                   : rp_rootport_state_text((enum rp_rootport_state)port.state),
               port.outcome_count > 0
                   ? rp_rootport_outcome_text((enum rp_rootport_outcome)port.outcome)
                   : "-");
    }
}

static void print_functions(const struct control *control)
{
    long count = control_count(control, ROOTPORT_CONTROL_FUNCTION);

    printf("\n%-13s %-10s %-7s %-11s %-7s %-5s %5s %-6s %s\n", "FUNCTION", "ID", "CLASS",
           "PLACE", "DOMAIN", "PORT", "SIZE", "FINAL", "REASON");
    for (long i = 0; i < count; i++) {
        struct control_function function;
        char address[16];
        char domain[24] = "-";
        char port[24] = "-";

        if (!control_function(control, (uint64_t)i, &function))
            continue;
        if (function.domain >= 0)
            snprintf(domain, sizeof domain, "%ld", function.domain);
        if (function.port >= 0)
            snprintf(port, sizeof port, "%ld", function.port);
        printf("%-13s %04lx:%04lx  %06lx  %-11s %-7s %-5s %5ld %-6s %s\n",
               address_text(function.sbdf, address), function.vendor, function.device,
               function.class_code, WORD(place_words, function.place), domain, port,
               function.size, function.is_final > 0 ? "yes" : "no",
               rp_extcfg_reason_text((enum rp_extcfg_reason)function.reason));
    }
}

/* ---- JSON ------------------------------------------------------------------ */

static void write_machine(const struct control *control, struct json *json)
{
    json_open_object(json, "machine");
    json_bool(json, "sealed",
              control_get(control, ROOTPORT_CONTROL_MACHINE, 0, ROOTPORT_MACHINE_SEALED) >
                  0);
    json_number(json, "free_pages",
                (uint64_t)control_get(control, ROOTPORT_CONTROL_MACHINE, 0,
                                      ROOTPORT_MACHINE_FREE_PAGES));
    json_number(json, "uptime_ms",
                (uint64_t)control_get(control, ROOTPORT_CONTROL_MACHINE, 0,
                                      ROOTPORT_MACHINE_UPTIME_MS));
    json_close_object(json);
}

static void write_exits(const struct control *control, struct json *json, uint64_t index)
{
    long count = control_count(control, ROOTPORT_CONTROL_EXIT);

    json_open_object(json, "exits");
    for (long kind = 0; kind < count; kind++) {
        long exits = control_exits(control, index, (uint64_t)kind);
        char name[NAME_SIZE];

        control_text(control, ROOTPORT_CONTROL_EXIT, (uint64_t)kind, ROOTPORT_TEXT, name,
                     sizeof name);
        if (exits > 0)
            json_number(json, name, (uint64_t)exits);
    }
    json_close_object(json);
}

static void write_roles(struct json *json, long roles)
{
    json_open_array(json, "roles");
    if (roles & ROLE_CONTROL)
        json_string(json, NULL, "control");
    if (roles & ROLE_HARDWARE)
        json_string(json, NULL, "hardware");
    if (roles & ROLE_FIRMWARE)
        json_string(json, NULL, "firmware");
    json_close_array(json);
}

static void write_domains(const struct control *control, struct json *json)
{
    long count = control_count(control, ROOTPORT_CONTROL_DOMAIN);

    json_open_array(json, "domains");
    for (long i = 0; i < count; i++) {
        struct domain domain;

        read_domain(control, (uint64_t)i, &domain);
        json_open_object(json, NULL);
        json_number(json, "number", (uint64_t)domain.number);
        json_string(json, "name", domain.name);
        json_string(json, "state", WORD(state_words, domain.state));
        json_string(json, "end", domain.end[0] != '\0' ? domain.end : NULL);
        write_roles(json, domain.roles);
        json_number(json, "cpus", (uint64_t)domain.cpus);
        json_number(json, "memory_mib", (uint64_t)domain.memory);
        json_number(json, "restarts", (uint64_t)domain.restarts);
        write_exits(control, json, (uint64_t)i);
        json_close_object(json);
    }
    json_close_array(json);
}

static void write_ports(const struct control *control, struct json *json)
{
    long count = control_count(control, ROOTPORT_CONTROL_PORT);

    json_open_array(json, "ports");
    for (long i = 0; i < count; i++) {
        struct control_port port;

        if (!control_port(control, (uint64_t)i, &port))
            continue;
        json_open_object(json, NULL);
        json_number(json, "domain", (uint64_t)port.domain);
        json_number(json, "port", (uint64_t)port.number);
        json_string(json, "state",
                    rp_rootport_state_text((enum rp_rootport_state)port.state));
        json_bool(json, "held", port.is_held > 0);
        json_string(json, "outcome",
                    port.outcome_count > 0
                        ? rp_rootport_outcome_text((enum rp_rootport_outcome)port.outcome)
                        : NULL);
        json_number(json, "outcomes", (uint64_t)port.outcome_count);
        json_close_object(json);
    }
    json_close_array(json);
}

static void write_function(struct json *json, const struct control_function *function)
{
    char address[16];

    json_open_object(json, NULL);
    json_string(json, "function", address_text(function->sbdf, address));
    json_format(json, "id", "%04lx:%04lx", function->vendor, function->device);
    json_format(json, "class", "%06lx", function->class_code);
    json_number(json, "config_size", (uint64_t)function->size);
    json_bool(json, "final", function->is_final > 0);
    json_string(json, "reason",
                rp_extcfg_reason_text((enum rp_extcfg_reason)function->reason));
    json_string(json, "place", WORD(place_words, function->place));
    if (function->domain >= 0)
        json_number(json, "domain", (uint64_t)function->domain);
    if (function->port >= 0)
        json_number(json, "port", (uint64_t)function->port);
    json_close_object(json);
}

static void write_functions(const struct control *control, struct json *json)
{
    long count = control_count(control, ROOTPORT_CONTROL_FUNCTION);

    json_open_array(json, "functions");
    for (long i = 0; i < count; i++) {
        struct control_function function;

        if (control_function(control, (uint64_t)i, &function))
            write_function(json, &function);
    }
    json_close_array(json);
}

static void write_json(const struct control *control)
{
    struct json json = {.file = stdout};

    json_open_object(&json, NULL);
    json_number(&json, "version", ROOTPORT_CONTROL_VERSION);
    write_machine(control, &json);
    write_domains(control, &json);
    write_ports(control, &json);
    write_functions(control, &json);
    json_close_object(&json);
    json_end(&json);
}

/* ---- The command ----------------------------------------------------------- */

static void print_stats(const struct control *control)
{
    print_domains(control);
    putchar('\n');
    stats_print(control, stdout);
}

static void print_all(const struct control *control)
{
    print_domains(control);
    print_ports(control);
    print_functions(control);
}

/* What to show, by the options; NULL if they are wrong. */
static void (*choose(int argument_count, char **arguments))(const struct control *)
{
    static const struct option known[] = {
        {"json", no_argument, NULL, 'j'},
        {"stats", no_argument, NULL, 's'},
        {NULL, 0, NULL, 0},
    };
    bool is_json = false, is_stats = false;
    int option;

    while ((option = getopt_long(argument_count, arguments, "", known, NULL)) != -1) {
        is_json |= option == 'j';
        is_stats |= option == 's';
        if (option == '?')
            return NULL;
    }
    if (optind != argument_count)
        return NULL;
    return is_json ? write_json : is_stats ? print_stats : print_all;
}

enum exit_code list_run(int argument_count, char **arguments)
{
    void (*show)(const struct control *) = choose(argument_count, arguments);
    struct control control;

    if (show == NULL) {
        fprintf(stderr, "Usage: rootport list [--stats] [--json]\n");
        return EXIT_TROUBLE;
    }
    if (!control_open(&control))
        return EXIT_TROUBLE;
    show(&control);
    return EXIT_FINE;
}
