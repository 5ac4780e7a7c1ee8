/* SPDX-License-Identifier: MIT */
/* Builds a domain: memory, kernel, tables, functions, and the CPU state to start in. */
#ifndef GUEST_BUILD_H
#define GUEST_BUILD_H

#include "boot/boot_info.h"
#include "guest/domain.h"
#include "launch/launch.h"
#include "launch/resolve.h"

/* What a domain is built from. */
struct build_input {
    const struct boot_info *boot;
    const struct acpi_tables *acpi;
    const struct launch_config *config;
    const struct launch_resolved *resolved; /* one for each port of config */
    size_t domain;                          /* place in config->domains */
    bool has_iommu;
};

/*
 * Puts aside the memory and the CPUs that domains name, before any are given out; one
 * whose memory isn't there can't be launched, and the log says why.
 */
void build_reserve(struct launch_config *config);

/*
 * Builds the domain and gives it its CPUs, which are not started. Returns NULL and
 * logs what could not be had (what, which rule, the mend) when the domain cannot
 * run; a function that it cannot get costs it that function alone.
 */
struct domain *build_domain(const struct build_input *input);

/* Whether there are CPUs and memory now that would do for such a domain. */
bool build_has_room(const struct launch_domain *config);

/*
 * Makes a domain whose CPUs have stopped what it was before it first started, with
 * the functions that it has now. False, with the reason in the log: release it.
 */
bool build_again(struct domain *domain, const struct boot_info *boot);

/* Takes everything back that build_domain() gave: a domain whose CPUs have stopped. */
void build_release(struct domain *domain);

#endif
