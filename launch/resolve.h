/* SPDX-License-Identifier: MIT */
/*
 * Which of the machine's functions a launch configuration means.
 */
#ifndef LAUNCH_RESOLVE_H
#define LAUNCH_RESOLVE_H

#include "launch/launch.h"

/* What is known of one function of the machine. */
struct launch_function {
    rp_sbdf_t sbdf;
    uint16_t vendor_id;
    uint16_t device_id;
    bool is_bridge;
    bool has_serial; /* false: none, or it can't be read (yet) */
    uint64_t serial;
    struct launch_pci_path path; /* hop_count 0: not known */
};

/* How it went; only LAUNCH_RESOLVED gives a function to a domain. */
enum launch_resolution {
    LAUNCH_UNRESOLVED = 0,
    LAUNCH_RESOLVED,
    LAUNCH_PORT_EMPTY,     /* the configuration names no function */
    LAUNCH_NOT_THERE,      /* no function of the machine matches */
    LAUNCH_AMBIGUOUS,      /* several match */
    LAUNCH_TOO_FEW,        /* functions have that ID, but no more than the index */
    LAUNCH_SERIAL_UNKNOWN, /* functions have that ID, and a serial can't be read */
    LAUNCH_IS_BRIDGE,      /* a bridge isn't given to a domain */
    LAUNCH_TAKEN,          /* an earlier port has it, by another name */
};

/*
 * Whether @function is one of those that @selector can mean, its index apart.
 * A selector with a serial number doesn't match where none is known.
 */
bool launch_selector_matches(const struct launch_selector *selector,
                             const struct launch_function *function);

/*
 * Finds the one function among the @count at @functions, in any order, that
 * @selector means. On LAUNCH_RESOLVED its place is stored in @out_place.
 */
enum launch_resolution launch_resolve(const struct launch_selector *selector,
                                      const struct launch_function *functions,
                                      size_t count, size_t *out_place);

struct launch_resolved {
    enum launch_resolution resolution;
    size_t place; /* in @functions; LAUNCH_RESOLVED and LAUNCH_TAKEN */
};

/*
 * Resolves the ports of all launchable domains. @out_resolved has
 * config->port_count entries, one for each of config->ports; a port of a domain
 * that isn't launchable stays LAUNCH_UNRESOLVED. No function is resolved twice:
 * the earlier port has it.
 */
void launch_resolve_ports(const struct launch_config *config,
                          const struct launch_function *functions, size_t count,
                          struct launch_resolved *out_resolved);

/* Why, in one sentence; never NULL. */
const char *launch_resolution_text(enum launch_resolution resolution);

/* What to do about it, in one sentence; never NULL. */
const char *launch_resolution_mend(enum launch_resolution resolution);

#endif
