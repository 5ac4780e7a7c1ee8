/* SPDX-License-Identifier: MIT */
/*
 * Matches the functions that a configuration names with those of the machine.
 */
#include "launch/resolve.h"

#include "launch/internal.h"

bool launch_selector_matches(const struct launch_selector *selector,
                             const struct launch_function *function)
{
    switch (selector->kind) {
    case LAUNCH_SELECT_NOTHING:
        return false;
    case LAUNCH_SELECT_SBDF:
        return rp_sbdf_equal(selector->sbdf, function->sbdf);
    case LAUNCH_SELECT_ID:
        return selector->vendor_id == function->vendor_id &&
               selector->device_id == function->device_id &&
               (!selector->has_serial ||
                (function->has_serial && selector->serial == function->serial));
    case LAUNCH_SELECT_PATH:
        return function->path.hop_count > 0 &&
               launch_path_equals(&selector->path, &function->path);
    }
    return false;
}

/* What a selector by ID finds, seen from all functions. */
struct match {
    size_t count;
    size_t lowest; /* the place of the match with the lowest SBDF above a floor */
    bool is_found;
};

/* Matches with an SBDF of at least @floor. */
static struct match match_from(const struct launch_selector *selector,
                               const struct launch_function *functions, size_t count,
                               uint64_t floor)
{
    struct match match = {0};

    for (size_t i = 0; i < count; i++) {
        if (functions[i].sbdf.value < floor ||
            !launch_selector_matches(selector, &functions[i]))
            continue;
        if (!match.is_found ||
            functions[i].sbdf.value < functions[match.lowest].sbdf.value)
            match.lowest = i;
        match.is_found = true;
        match.count++;
    }
    return match;
}

/* Whether a function has the ID, but no serial number that can be compared. */
static bool is_serial_open(const struct launch_selector *selector,
                           const struct launch_function *functions, size_t count)
{
    struct launch_selector by_id = *selector;

    by_id.has_serial = false;
    for (size_t i = 0; selector->has_serial && i < count; i++) {
        if (launch_selector_matches(&by_id, &functions[i]) && !functions[i].has_serial)
            return true;
    }
    return false;
}

/* Goes on to the match that the index means: each step is to a higher SBDF. */
static struct match skip_to_index(const struct launch_selector *selector,
                                  const struct launch_function *functions, size_t count,
                                  struct match match)
{
    for (uint32_t i = 0; i < selector->index && match.is_found; i++) {
        uint64_t floor = (uint64_t)functions[match.lowest].sbdf.value + 1;

        match = match_from(selector, functions, count, floor);
    }
    return match;
}

enum launch_resolution launch_resolve(const struct launch_selector *selector,
                                      const struct launch_function *functions,
                                      size_t count, size_t *out_place)
{
    struct match match;

    if (selector->kind == LAUNCH_SELECT_NOTHING)
        return LAUNCH_PORT_EMPTY;
    match = match_from(selector, functions, count, 0);
    if (!match.is_found)
        return is_serial_open(selector, functions, count) ? LAUNCH_SERIAL_UNKNOWN
                                                          : LAUNCH_NOT_THERE;
    if (match.count > 1 && !selector->has_index)
        return LAUNCH_AMBIGUOUS;
    match = skip_to_index(selector, functions, count, match);
    if (!match.is_found)
        return LAUNCH_TOO_FEW;
    if (functions[match.lowest].is_bridge)
        return LAUNCH_IS_BRIDGE;
    *out_place = match.lowest;
    return LAUNCH_RESOLVED;
}

static bool is_taken(const struct launch_resolved *resolved, size_t count, size_t place)
{
    for (size_t i = 0; i < count; i++) {
        if (resolved[i].resolution == LAUNCH_RESOLVED && resolved[i].place == place)
            return true;
    }
    return false;
}

void launch_resolve_ports(const struct launch_config *config,
                          const struct launch_function *functions, size_t count,
                          struct launch_resolved *out_resolved)
{
    for (size_t i = 0; i < config->port_count; i++) {
        const struct launch_port *port = &config->ports[i];
        struct launch_resolved resolved = {0};

        if (config->domains[port->domain].is_launchable)
            resolved.resolution =
                launch_resolve(&port->function, functions, count, &resolved.place);
        if (resolved.resolution == LAUNCH_RESOLVED &&
            is_taken(out_resolved, i, resolved.place))
            resolved.resolution = LAUNCH_TAKEN;
        out_resolved[i] = resolved;
    }
}

/* ---- In words ---- */

static const char *const texts[] = {
    [LAUNCH_UNRESOLVED] = "its domain isn't launched",
    [LAUNCH_RESOLVED] = "the function was found",
    [LAUNCH_PORT_EMPTY] = "the port is empty",
    [LAUNCH_NOT_THERE] = "the machine has no such function",
    [LAUNCH_AMBIGUOUS] = "several functions of the machine match",
    [LAUNCH_TOO_FEW] = "the machine has fewer such functions than the index asks for",
    [LAUNCH_SERIAL_UNKNOWN] =
        "a function has that ID, but its serial number can't be read",
    [LAUNCH_IS_BRIDGE] = "the function is a bridge, and bridges aren't given to domains",
    [LAUNCH_TAKEN] = "an earlier port has the function, by another name",
};

const char *launch_resolution_text(enum launch_resolution resolution)
{
    return (size_t)resolution < LAUNCH_ARRAY_COUNT(texts) ? texts[resolution] : "unknown";
}
