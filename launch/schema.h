/* SPDX-License-Identifier: MIT */
/*
 * The binding as data: which nodes there may be, where, and with which
 * properties.
 */
#ifndef LAUNCH_SCHEMA_H
#define LAUNCH_SCHEMA_H

#include "launch/internal.h"

enum launch_node_kind {
    LAUNCH_NODE_HYPERVISOR = 0,
    LAUNCH_NODE_CONFIG,
    LAUNCH_NODE_QUIRK,
    LAUNCH_NODE_DOMAIN,
    LAUNCH_NODE_KERNEL,
    LAUNCH_NODE_RAMDISK,
    LAUNCH_NODE_PORT,
    LAUNCH_NODE_FUNCTION,
    LAUNCH_NODE_KIND_COUNT,
};

struct launch_node {
    const char *compatible; /* one of the node's compatible strings */
    enum launch_node_kind parent;
    enum launch_severity cost; /* of a mistake in such a node */
    const struct launch_property *properties;
    size_t property_count; /* at most 32 */
};

extern const struct launch_node launch_nodes[LAUNCH_NODE_KIND_COUNT];

#endif
