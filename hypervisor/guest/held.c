/* SPDX-License-Identifier: MIT */
/* Functions that wait in quarantine for their domain's condition on the verdict. */
#include "guest/held.h"

#include <stddef.h>

#include "dev/console.h"
#include "guest/pci.h"
#include "launch/launch.h"
#include "lib/not_inline.h"
#include "machine.h"

static void leave_empty(const struct domain *domain, const struct launch_port *config,
                        const char *why)
{
    console_log("%s: port %s stays empty: %s", domain->name, config->name, why);
}

/* What the configuration grants the domain beyond the rules for every function. */
static uint32_t policy_of(const struct launch_port *config)
{
    uint32_t policy = RP_VPCI_POLICY_NONE;

    if (config->has_vendor_capabilities)
        policy |= RP_VPCI_POLICY_VENDOR_SPECIFIC;
    if (config->vital_product_data == LAUNCH_VITAL_PRODUCT_DATA_WRITABLE)
        policy |= RP_VPCI_POLICY_VITAL_PRODUCT_DATA;
    return policy;
}

bool held_hold(struct domain *domain, unsigned port, const struct launch_port *config,
               struct rp_function *scanned)
{
    const char *problem = "another port has it";
    struct guest_function *function = NULL;

    if (function_find(scanned->sbdf) == NULL)
        function = function_open(scanned, policy_of(config), &problem);
    if (function == NULL) {
        leave_empty(domain, config, problem);
        return false;
    }
    if (config->condition == LAUNCH_WHEN_NOW)
        rp_scan_finalize(scanned);
    function->is_wanted = true;
    function->vf_memory = config->vf_memory;
    function->domain = domain;
    function->port = port;
    domain->pci->ports[port].held = function;
    domain->pci->ports[port].config = config;
    return true;
}

void held_add(struct domain *domain, unsigned port, const struct launch_port *config,
              const struct launch_resolved *resolved)
{
    if (config->function.kind == LAUNCH_SELECT_NOTHING)
        return;
    if (resolved->resolution != LAUNCH_RESOLVED) {
        console_log(
            "%s: port %s stays empty: %s; `rootport config check --audit` says how "
            "to mend it",
            domain->name, config->name, launch_resolution_text(resolved->resolution));
        return;
    }
    machine_lock();
    (void)held_hold(domain, port, config, &machine_scan()->functions[resolved->place]);
    machine_unlock();
}

/* What stands between a function and its domain. */
enum obstacle {
    OBSTACLE_NONE = 0,
    OBSTACLE_NOT_FINAL, /* may go away */
    OBSTACLE_TOO_SMALL, /* never will */
};

static enum obstacle obstacle(const struct launch_port *config,
                              struct rp_extcfg_verdict verdict)
{
    if (!verdict.final)
        return OBSTACLE_NOT_FINAL;
    return config->condition == LAUNCH_WHEN_REQUIRED &&
                   verdict.size != RP_CFG_SIZE_EXTENDED
               ? OBSTACLE_TOO_SMALL
               : OBSTACLE_NONE;
}

void held_give_up(struct guest_function *function)
{
    if (function_is_held(function))
        function->domain->pci->ports[function->port].held = NULL;
    function->is_wanted = false;
    function->domain = NULL;
}

static void decide(struct domain *domain, unsigned port)
{
    struct guest_port *place = &domain->pci->ports[port];
    struct guest_function *function = place->held;
    struct rp_extcfg_verdict verdict = rp_scan_verdict(function->scanned);
    const char *problem;

    switch (obstacle(place->config, verdict)) {
    case OBSTACLE_NOT_FINAL:
        return;
    case OBSTACLE_TOO_SMALL:
        console_log("%s: port %s stays empty: extended-config is \"required\", and %s",
                    domain->name, place->config->name,
                    rp_extcfg_reason_text(verdict.reason));
        held_give_up(function);
        return;
    case OBSTACLE_NONE:
        break;
    }
    problem = pci_plug(domain, port, function);
    if (problem != NULL) {
        leave_empty(domain, place->config, problem);
        held_give_up(function);
    }
}

void held_plug(struct domain *domain)
{
    for (unsigned i = 0; i < domain->pci->port_count; i++) {
        struct guest_function *function = domain->pci->ports[i].held;

        if (function != NULL && function_is_ready(function))
            decide(domain, i);
    }
    function_settle_all();
}

/* Needs the machine's lock, without which they come and go. */
static bool is_any_resetting(const struct guest_pci *pci)
{
    bool is_resetting = false;

    for (unsigned i = 0; i < pci->port_count; i++)
        is_resetting |=
            pci->ports[i].held != NULL && !function_is_ready(pci->ports[i].held);
    return is_resetting;
}

NOT_INLINE void held_await_first(struct domain *domain)
{
    struct guest_pci *pci = domain->pci;
    bool is_waiting;

    do {
        machine_lock();
        is_waiting = is_any_resetting(pci);
        if (!is_waiting && pci->is_held_awaited) { /* of several CPUs, the first */
            held_plug(domain);
            pci_start(domain); /* nobody has looked: what is there has always been */
            __atomic_store_n(&pci->is_held_awaited, false, __ATOMIC_RELEASE);
        }
        machine_unlock();
    } while (is_waiting);
}
