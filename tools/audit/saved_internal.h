/* SPDX-License-Identifier: MIT */
/* The words of a saved set, for its reader and its writer. */
#ifndef TOOLS_AUDIT_SAVED_INTERNAL_H
#define TOOLS_AUDIT_SAVED_INTERNAL_H

#include "tools/audit/machine.h"

enum {
    SAVED_VERSION = 1,
    SAVED_SIGHT_COUNT = 4,
    SAVED_MAP_COUNT = 3,
    SAVED_MEMORY_COUNT = 4,
};

/* By enum sight, enum machine_map and enum rp_memory_type. */
extern const char *const saved_sights[SAVED_SIGHT_COUNT];
extern const char *const saved_maps[SAVED_MAP_COUNT];
extern const char *const saved_memory_types[SAVED_MEMORY_COUNT];

#endif
