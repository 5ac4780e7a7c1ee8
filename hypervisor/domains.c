/* SPDX-License-Identifier: MIT */
/* Which domains run, and what becomes of those that end. */
#include "domains.h"

#include "cpu/apic.h"
#include "cpu/clock.h"
#include "cpu/io.h"
#include "cpu/smp.h"
#include "cpu/traps.h"
#include "dev/console.h"
#include "dev/power.h"
#include "guest/exits.h"
#include "guest/held.h"
#include "input.h"
#include "poll.h"
#include "iommu/iommu.h"
#include "launch/describe.h"
#include "lib/format.h"
#include "lib/string.h"
#include "machine.h"
#include "seal.h"

enum {
    EVENTS_LOGGED_MAX = 8,
    /* What is longer goes to a line of its own: a line of the log has 240 characters. */
    LIST_LENGTH = 120,
};

static struct build_input common;
static const struct acpi_tables *acpi;
static struct domains_entry entries[LAUNCH_DOMAIN_MAX];
static uint32_t running_vcpus[LAUNCH_DOMAIN_MAX]; /* atomic */
static uint32_t domain_count;                     /* atomic: that have not ended */
static char outcome[256];

static struct build_input input_for(size_t place)
{
    struct build_input input = common;

    input.domain = place;
    return input;
}

/* ---- Start ----------------------------------------------------------------- */

static bool is_firmware(const struct launch_domain *config)
{
    return (config->roles & LAUNCH_ROLE_FIRMWARE) != 0;
}

static bool build(size_t place)
{
    const struct launch_domain *config = domains_config(place);
    struct build_input input = input_for(place);
    struct domain *domain = build_domain(&input);

    if (domain == NULL)
        return false;
    entries[place].domain = domain;
    console_log("%s: launched: %u CPUs, %llu MiB, %lu ports", domain->name,
                domain->vcpu_count, (unsigned long long)domain->memory_size >> 20,
                (unsigned long)config->port_count);
    return true;
}

/*
 * The firmware domain goes first. What needs its CPUs or memory waits until it is
 * gone; so does the hardware domain, whose functions its report would change.
 */
static bool is_to_wait(const struct launch_domain *config)
{
    return (config->roles & LAUNCH_ROLE_HARDWARE) != 0 || !build_has_room(config);
}

/* Builds the firmware domain; false: there is none that could say anything yet. */
static bool build_firmware(const struct launch_config *config)
{
    for (size_t i = 0; i < config->domain_count; i++) {
        if (!config->domains[i].is_launchable || !is_firmware(&config->domains[i]))
            continue;
        if (!seal_is_done() && build(i)) {
            domain_count++;
            return true;
        }
        console_log("%s: not launched, so ECAM regions stay as they are: %s",
                    config->domains[i].name,
                    seal_is_done() ? "evidence is sealed already" : "see above");
        seal_reported();
    }
    return false;
}

unsigned domains_build(const struct build_input *input, const struct acpi_tables *tables)
{
    const struct launch_config *config = input->config;
    bool has_firmware;

    common = *input;
    acpi = tables;
    has_firmware = build_firmware(config);
    for (size_t i = 0; i < config->domain_count; i++) {
        if (!config->domains[i].is_launchable) {
            console_log("%s: not launched: its configuration is wrong, see above",
                        config->domains[i].name);
        } else if (has_firmware && !is_firmware(&config->domains[i]) &&
                   is_to_wait(&config->domains[i])) {
            console_log("%s: waits until the firmware domain has ended",
                        config->domains[i].name);
            entries[i].state = DOMAINS_WAITING;
            domain_count++;
        } else if (!is_firmware(&config->domains[i]) && build(i)) {
            domain_count++;
        }
    }
    return domain_count;
}

/* Gives the CPUs their vCPUs: from here on they run. Needs the machine's lock. */
static void start(size_t place)
{
    struct domain *domain = entries[place].domain;

    console_log("%s: starts %llu us after the hypervisor", domain->name,
                (unsigned long long)clock_since_entry_us());
    entries[place].state = DOMAINS_RUNNING;
    __atomic_store_n(&running_vcpus[place], domain->vcpu_count, __ATOMIC_RELEASE);
    for (uint32_t i = 0; i < domain->vcpu_count; i++) {
        struct vcpu *vcpu = &domain->vcpus[i];

        __atomic_store_n(&vcpu->cpu->vcpu, vcpu, __ATOMIC_RELEASE);
        if (vcpu->cpu != percpu_self())
            smp_kick(vcpu->cpu);
    }
}

void domains_start(void)
{
    machine_lock();
    for (size_t i = 0; i < LAUNCH_DOMAIN_MAX; i++)
        if (entries[i].domain != NULL)
            start(i);
    machine_unlock();
    domains_verdicts_final(); /* they may have become so since all was built */
}

/* The firmware domain is no more: its CPUs and memory are there for others. */
static void start_waiting(void)
{
    for (size_t i = 0; i < LAUNCH_DOMAIN_MAX; i++) {
        if (entries[i].state != DOMAINS_WAITING)
            continue;
        entries[i].state = DOMAINS_NOT_LAUNCHED;
        if (!build(i)) {
            __atomic_sub_fetch(&domain_count, 1, __ATOMIC_ACQ_REL);
            continue;
        }
        machine_lock();
        held_plug(entries[i].domain);
        start(i);
        machine_unlock();
    }
}

/* ---- Look ------------------------------------------------------------------ */

const struct domains_entry *domains_entry(size_t place)
{
    return common.config != NULL && place < common.config->domain_count ? &entries[place]
                                                                        : NULL;
}

const struct launch_domain *domains_config(size_t place)
{
    return &common.config->domains[place];
}

uint64_t domains_exit_count(const struct domains_entry *entry, enum exit_kind kind)
{
    uint64_t sum = 0;

    if (entry->domain == NULL)
        return entry->exit_counts[kind];
    for (uint32_t i = 0; i < entry->domain->vcpu_count; i++)
        sum += entry->domain->vcpus[i].exit_counts[kind];
    return sum;
}

struct domain *domains_find(uint32_t domid)
{
    for (size_t i = 0; i < LAUNCH_DOMAIN_MAX; i++)
        if (entries[i].state == DOMAINS_RUNNING && entries[i].domain->id == domid)
            return entries[i].domain;
    return NULL;
}

/* Whether @port means @function; by an ID, it means what there was at the launch. */
static bool is_for(const struct launch_port *port, const struct launch_function *function)
{
    return port->function.kind != LAUNCH_SELECT_ID &&
           launch_selector_matches(&port->function, function);
}

static bool is_waiting(const struct launch_port *port)
{
    const struct domains_entry *entry = &entries[port->domain];
    const struct guest_port *place;

    if (entry->state != DOMAINS_RUNNING)
        return false;
    place = &entry->domain->pci->ports[port->number - 1];
    return place->function == NULL && place->held == NULL;
}

bool domains_hold(size_t index)
{
    const struct launch_config *config = common.config;
    struct launch_function function;

    launch_describe_one(machine_scan(), machine_cfg(), index, &function);
    for (size_t i = 0; i < config->port_count; i++) {
        const struct launch_port *port = &config->ports[i];

        if (is_for(port, &function) && is_waiting(port))
            return held_hold(entries[port->domain].domain, port->number - 1, port,
                             &machine_scan()->functions[index]);
    }
    return false;
}

void domains_verdicts_final(void)
{
    machine_lock();
    for (size_t i = 0; i < LAUNCH_DOMAIN_MAX; i++) {
        if (entries[i].state != DOMAINS_RUNNING)
            continue;
        held_plug(entries[i].domain);
        if (seal_is_done() && is_firmware(entries[i].domain->config))
            domain_stop(entries[i].domain, DOMAIN_RETIRED);
    }
    machine_unlock();
}

/* ---- End ------------------------------------------------------------------- */

static void log_exits(const struct domain *domain)
{
    for (uint32_t i = 0; i < domain->vcpu_count; i++) {
        char text[200] = "";
        size_t length = 0;

        for (unsigned kind = 0; kind < EXIT_KIND_COUNT; kind++) {
            uint64_t count = domain->vcpus[i].exit_counts[kind];

            if (length > LIST_LENGTH) {
                console_log("%s: vCPU %u: exits:%s", domain->name, i, text);
                length = 0;
            }
            if (count != 0)
                length += format_line(text + length, sizeof text - length, " %s %llu",
                                      exits_kind_text((enum exit_kind)kind),
                                      (unsigned long long)count);
        }
        console_log("%s: vCPU %u: exits:%s", domain->name, i, text);
    }
}

/* Takes the entry's domain out of everybody's sight. */
static struct domain *withdraw(size_t place, enum domains_state state)
{
    struct domain *domain = entries[place].domain;

    machine_lock();
    entries[place].state = state;
    entries[place].end = state == DOMAINS_ENDED ? domain->end : DOMAIN_ALIVE;
    for (unsigned kind = 0; kind < EXIT_KIND_COUNT; kind++)
        entries[place].exit_counts[kind] =
            domains_exit_count(&entries[place], (enum exit_kind)kind);
    entries[place].domain = NULL;
    machine_unlock();
    return domain;
}

static bool restart(size_t place)
{
    struct domain *domain = withdraw(place, DOMAINS_RESTARTING);

    console_log("%s: reset itself: it starts again", domain->name);
    domain->end = DOMAIN_ALIVE;
    if (!build_again(domain, common.boot)) {
        domain->end = DOMAIN_RESET;
        entries[place].domain = domain;
        return false;
    }
    machine_lock();
    entries[place].domain = domain;
    entries[place].restart_count++;
    held_plug(domain); /* verdicts may have become final meanwhile */
    start(place);
    machine_unlock();
    return true;
}

/* Domains end on CPUs of their own, and may do so at the same time. */
static void add_to_outcome(const struct domain *domain)
{
    size_t length;

    machine_lock();
    length = strlen(outcome);
    if (length > LIST_LENGTH) {
        console_log("summary: %s,", outcome);
        length = 0;
    }
    format_line(outcome + length, sizeof outcome - length, "%s%s %s",
                length != 0 ? ", " : "", domain->name, domain_end_text(domain->end));
    machine_unlock();
}

static void bury(size_t place)
{
    struct domain *domain = withdraw(place, DOMAINS_ENDED);

    log_exits(domain);
    console_log("%s: %s", domain->name, domain_end_text(domain->end));
    add_to_outcome(domain);
    build_release(domain);
    if (is_firmware(domains_config(place))) {
        seal_reported(); /* if it hasn't, it never will */
        start_waiting();
    }
    if (__atomic_sub_fetch(&domain_count, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    console_log("summary: %s", outcome);
    power_off(acpi);
}

static void log_event(void *context, const struct iommu_event *event)
{
    unsigned *left = context;

    if (*left == 0)
        return;
    *left -= 1;
    console_log("IOMMU: %pS: %s: %s of %llx, event %x", &event->sbdf,
                iommu_event_text(event->kind), event->is_write ? "write" : "read",
                (unsigned long long)event->address, event->code);
}

/*
 * What devices tried, looked at when a domain comes back: nothing interrupts a CPU
 * that runs a guest to tell it earlier.
 */
static void log_iommu_events(void)
{
    unsigned left = EVENTS_LOGGED_MAX;
    unsigned dropped = iommu_poll_events(log_event, &left);

    if (dropped != 0 || left == 0)
        console_log("IOMMU: there were more such events");
}

static size_t place_of(const struct domain *domain)
{
    return (size_t)(domain->config - common.config->domains);
}

/* Called by each CPU of a domain as it comes back; the last one goes on. */
static void leave(struct domain *domain)
{
    size_t place = place_of(domain);

    __atomic_store_n(&percpu_self()->vcpu, NULL, __ATOMIC_RELEASE);
    if (__atomic_sub_fetch(&running_vcpus[place], 1, __ATOMIC_ACQ_REL) != 0)
        return;
    domain_console_flush(domain);
    log_iommu_events();
    if (domain->end != DOMAIN_RESET || is_firmware(domain->config) || !restart(place))
        bury(place);
}

/* While a time is to be kept, it watches the clock: not every machine has an alarm. */
static void wait_for_work(void)
{
    poll_after_nmi();
    if (!seal_is_timed()) {
        traps_wait_for_nmi();
        return;
    }
    seal_poll();
    cpu_relax();
}

void domains_idle(void)
{
    struct percpu *self = percpu_self();

    for (;;) {
        struct vcpu *vcpu = __atomic_load_n(&self->vcpu, __ATOMIC_ACQUIRE);

        if (vcpu == NULL) {
            wait_for_work();
            continue;
        }
        apic_reset();
        vcpu_run(vcpu);
        apic_reset();
        leave(vcpu->domain);
    }
}
