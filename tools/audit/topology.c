/* SPDX-License-Identifier: MIT */
/* Who is behind whom. */
#include "tools/audit/topology.h"

#include "tools/audit/memory.h"

void topology_make(const struct assess *assess, struct topology *out_topology)
{
    size_t count = assess->function_count;

    out_topology->first_root = TOPOLOGY_NONE;
    out_topology->first_child = memory_new(count, sizeof(size_t));
    out_topology->next = memory_new(count, sizeof(size_t));
    for (size_t i = 0; i < count; i++)
        out_topology->first_child[i] = TOPOLOGY_NONE;
    /* Backwards and at the front, so that the lists rise. */
    for (size_t i = count; i-- > 0;) {
        uint32_t parent = assess->functions[i].core->parent;
        size_t *head = parent == RP_SCAN_NONE
                           ? &out_topology->first_root
                           : &out_topology->first_child[assess->index_of[parent]];

        out_topology->next[i] = *head;
        *head = i;
    }
}

void topology_free(struct topology *topology)
{
    free(topology->first_child);
    free(topology->next);
}
