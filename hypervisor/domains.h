/* SPDX-License-Identifier: MIT */
/* Which domains run, and what becomes of those that end. */
#ifndef DOMAINS_H
#define DOMAINS_H

#include <stdbool.h>
#include <stddef.h>

#include "dev/acpi.h"
#include "guest/build.h"

enum domains_state {
    DOMAINS_NOT_LAUNCHED = 0,
    DOMAINS_WAITING, /* for the firmware domain to make room */
    DOMAINS_RUNNING,
    DOMAINS_RESTARTING,
    DOMAINS_ENDED,
};

/* One for each domain of the configuration, in its order. */
struct domains_entry {
    struct domain *domain; /* with the machine's lock held, while RUNNING; else NULL */
    enum domains_state state;
    enum domain_end end; /* ENDED: how; RESTARTING, RUNNING: alive */
    uint32_t restart_count;
    uint64_t exit_counts[EXIT_KIND_COUNT]; /* up to when it last had no domain */
};

/*
 * Builds every launchable domain of @input's configuration; its .domain is of no
 * account. Returns how many there are. Keeps a copy of @input.
 */
unsigned domains_build(const struct build_input *input, const struct acpi_tables *tables);

/* Lets those that were built run. */
void domains_start(void);

/* Entry @place of the table, or NULL past the last. */
const struct domains_entry *domains_entry(size_t place);

/* How often the entry's domain has left its guest for reason @kind, on all its CPUs. */
uint64_t domains_exit_count(const struct domains_entry *entry, enum exit_kind kind);

/* The configuration of domain @place, which has an entry. */
const struct launch_domain *domains_config(size_t place);

/* The running domain with the number @domid, or NULL. Needs the machine's lock. */
struct domain *domains_find(uint32_t domid);

/*
 * Verdicts have become final: plugs in, for every running domain, what is held and may
 * be had now; after the seal, ends the firmware domain. The caller holds no lock.
 */
void domains_verdicts_final(void);

/*
 * Holds function @index of the machine's, which has just been found, for the port that
 * names it by its address or path, if that is empty and its domain runs. Whether it
 * does. Needs the machine's lock.
 */
bool domains_hold(size_t index);

/*
 * What each CPU does once it is up: runs the vCPU that it is given, when it is given
 * one. The CPU on which the last domain ends turns the machine off.
 */
_Noreturn void domains_idle(void);

#endif
