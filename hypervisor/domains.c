/* SPDX-License-Identifier: MIT */
/* Which domains run, and what becomes of those that end. */
#include "domains.h"

#include "cpu/apic.h"
#include "cpu/io.h"
#include "cpu/smp.h"
#include "cpu/traps.h"
#include "dev/console.h"
#include "dev/power.h"
#include "guest/exits.h"
#include "guest/held.h"
#include "lib/format.h"
#include "lib/string.h"
#include "machine.h"
#include "seal.h"

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

unsigned domains_build(const struct build_input *input, const struct acpi_tables *tables)
{
    const struct launch_config *config = input->config;

    common = *input;
    acpi = tables;
    for (size_t i = 0; i < config->domain_count; i++) {
        struct build_input own = input_for(i);
        struct domain *domain;

        if (!config->domains[i].is_launchable) {
            console_log("%s: not launched: its configuration is wrong, see above",
                        config->domains[i].name);
            continue;
        }
        domain = build_domain(&own);
        if (domain == NULL)
            continue;
        entries[i].domain = domain;
        domain_count++;
        console_log("%s: launched: %u CPUs, %llu MiB, %lu ports", domain->name,
                    domain->vcpu_count, (unsigned long long)domain->memory_size >> 20,
                    (unsigned long)config->domains[i].port_count);
    }
    return domain_count;
}

/* Gives the CPUs their vCPUs: from here on they run. Needs the machine's lock. */
static void start(size_t place)
{
    struct domain *domain = entries[place].domain;

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
    domains_plug_held(); /* verdicts may have become final since they were built */
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

struct domain *domains_find(uint32_t domid)
{
    for (size_t i = 0; i < LAUNCH_DOMAIN_MAX; i++)
        if (entries[i].state == DOMAINS_RUNNING && entries[i].domain->id == domid)
            return entries[i].domain;
    return NULL;
}

void domains_plug_held(void)
{
    machine_lock();
    for (size_t i = 0; i < LAUNCH_DOMAIN_MAX; i++)
        if (entries[i].state == DOMAINS_RUNNING)
            held_plug(entries[i].domain);
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
    entries[place].domain = NULL;
    machine_unlock();
    return domain;
}

static bool restart(size_t place)
{
    struct build_input input = input_for(place);
    struct domain *domain = withdraw(place, DOMAINS_RESTARTING);

    console_log("%s: reset itself: it starts again", domain->name);
    domain->end = DOMAIN_ALIVE;
    if (!build_again(domain, &input)) {
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
    if (__atomic_sub_fetch(&domain_count, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    console_log("summary: %s", outcome);
    power_off(acpi);
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
    if (domain->end != DOMAIN_RESET || !restart(place))
        bury(place);
}

/* There is no timer to wake a CPU: while a time is to be kept, it watches the clock. */
static void wait_for_work(void)
{
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
