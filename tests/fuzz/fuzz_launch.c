/* SPDX-License-Identifier: MIT */
/*
 * The reader of launch configurations on any bytes, as a blob of exactly their
 * size, and the messages about what it finds. What it says can be launched has to
 * keep what launch.h promises.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "launch/resolve.h"

enum {
    FINDING_MAX = 16,
};

static void demand(bool is_true)
{
    if (!is_true)
        abort();
}

static void check_domain(const struct launch_config *config, size_t place)
{
    const struct launch_domain *domain = &config->domains[place];

    demand(strnlen(domain->name, LAUNCH_NAME_MAX + 1) <= LAUNCH_NAME_MAX);
    demand(domain->memory > 0 && domain->memory % (2u << 20) == 0);
    demand(domain->cpu_count >= 1 && domain->cpu_count <= LAUNCH_DOMAIN_CPU_MAX);
    demand(domain->cpu_number_count == 0 ||
           domain->cpu_number_count == domain->cpu_count);
    demand(domain->domid <= LAUNCH_DOMID_MAX);
    demand(domain->kernel.is_present && domain->bootargs != NULL);
    demand(domain->first_port + domain->port_count <= config->port_count);
    for (size_t i = 0; i < place; i++) {
        if (!config->domains[i].is_launchable)
            continue;
        demand(strcmp(config->domains[i].name, domain->name) != 0);
        demand(config->domains[i].domid != domain->domid);
    }
    for (size_t i = 0; i < domain->port_count; i++) {
        const struct launch_port *port = &config->ports[domain->first_port + i];

        demand(port->domain == place);
        demand(port->number >= 1 && port->number <= LAUNCH_DOMAIN_PORT_MAX);
    }
}

static void check_config(const struct launch_config *config)
{
    demand(config->domain_count > 0 && config->domain_count <= LAUNCH_DOMAIN_MAX);
    demand(config->port_count <= LAUNCH_PORT_MAX &&
           config->quirk_count <= LAUNCH_QUIRK_MAX);
    for (size_t i = 0; i < config->domain_count; i++) {
        if (config->domains[i].is_launchable)
            check_domain(config, i);
    }
    demand(config->console_focus == LAUNCH_NO_DOMAIN ||
           config->domains[config->console_focus].is_launchable);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct launch_config config;
    static struct launch_resolved resolved[LAUNCH_PORT_MAX];
    struct launch_finding entries[FINDING_MAX];
    struct launch_findings findings = {entries, FINDING_MAX, 0};
    struct launch_function function = {.vendor_id = 0x8086, .device_id = 0x10d3};
    uint8_t *blob = malloc(size > 0 ? size : 1); /* aligned as launch.h demands */
    enum rp_status status;

    demand(blob != NULL);
    if (size > 0)
        memcpy(blob, data, size);
    status = launch_read(blob, size, &config, &findings);
    for (size_t i = 0; i < findings.count && i < FINDING_MAX; i++) {
        char line[256];

        launch_finding_format(&entries[i], launch_rule_mend(entries[i].rule), line,
                              sizeof(line));
    }
    if (status == RP_OK) {
        check_config(&config);
        launch_resolve_ports(&config, &function, 1, resolved);
    }
    free(blob);
    return 0;
}
