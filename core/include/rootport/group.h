/* SPDX-License-Identifier: MIT */
/*
 * Which functions an IOMMU cannot keep apart, so that two domains may not have one
 * each: those that share a requester ID, and those that reach one another on a way
 * that does not pass the IOMMU.
 *
 * PCI Express Base r5.0, 6.12 (Access Control Services); PCI Express to PCI/PCI-X
 * Bridge r1.0, 2.3 (requester IDs).
 */
#ifndef ROOTPORT_GROUP_H
#define ROOTPORT_GROUP_H

#include <rootport/ecam.h>
#include <rootport/scan.h>
#include <rootport/vpci.h>

/* What ties a function to the leader of its group. */
enum rp_group_tie {
    RP_GROUP_ALONE = 0,  /* nothing: it is the leader, maybe of none but itself */
    RP_GROUP_DEVICE = 1, /* functions of a device without ACS */
    RP_GROUP_PORT = 2,   /* a port above them sends requests from one to the other */
    RP_GROUP_BRIDGE = 3, /* a bridge above them sends their requests under one ID */
};

struct rp_group {
    uint32_t leader; /* index of a function that stands for all of the group */
    enum rp_group_tie tie;
};

/*
 * The group of function @index of @scan, which is present. Two functions are in one
 * group if they have one leader. Reads ACS of what is above the function: where
 * extended configuration space cannot be reached there is none.
 */
struct rp_group rp_group_find(const struct rp_scan *scan, const struct rp_cfg *cfg,
                              uint32_t index);

/*
 * Another function of that group that has an owner, and another one than @owner;
 * RP_SCAN_NONE if there is none. Functions that nobody has do not count: the caller
 * keeps their DMA blocked. Nor do bridges, which pass on what others send.
 */
uint32_t rp_group_find_rival(const struct rp_scan *scan, const struct rp_cfg *cfg,
                             uint32_t index, uint32_t owner);

/* A sentence for @tie, never NULL. */
const char *rp_group_tie_text(enum rp_group_tie tie);

/*
 * Turns ACS on, as far as there is any, in function @index of @scan, in what is above
 * it, and in all that stands beside these: requests from one function to another then
 * go up to the IOMMU.
 */
void rp_group_isolate(const struct rp_scan *scan, const struct rp_cfg *cfg,
                      uint32_t index);

/* Likewise, in @function alone: a reset takes it (PCI Express Base r5.0, 6.6.2). */
void rp_group_isolate_one(const struct rp_cfg *cfg, const struct rp_function *function);

/* ---- Host addresses ---- */

/*
 * How many bytes there are from @address, where a memory BAR of function @index of
 * @scan begins, to where something else does, or to the end of the windows of the
 * bridges above. 0: it isn't in all of them, or on a root bus, whose windows nobody has
 * told.
 */
uint64_t rp_group_room(const struct rp_scan *scan, const struct rp_cfg *cfg,
                       uint32_t index, uint64_t address);

#endif
