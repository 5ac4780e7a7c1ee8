/* SPDX-License-Identifier: MIT */
/*
 * Who decodes which addresses of the machine, of memory and of ports: what a BAR may be
 * moved to, and a bridge's window, without taking anybody's place.
 *
 * BARs are kept in a table of the embedder's, since their sizes can't be read without
 * disturbing the function; bridges' windows are read where they are.
 *
 * PCI Express Base r5.0, 7.5.1.2.1 (BARs), 7.5.1.3 (windows); PCI-to-PCI Bridge r1.2,
 * 3.2.5 (I/O windows).
 */
#ifndef ROOTPORT_SPACE_H
#define ROOTPORT_SPACE_H

#include <rootport/ecam.h>
#include <rootport/scan.h>
#include <rootport/vpci.h>

enum rp_space_kind {
    RP_SPACE_MEMORY = 0,
    RP_SPACE_PREFETCHABLE = 1, /* of windows; what lies in them is memory */
    RP_SPACE_IO = 2,
};

/* What a bridge passes on: closed if @base is above @last. */
struct rp_space_window {
    uint64_t base;
    uint64_t last;
};

struct rp_space_window rp_space_window(const struct rp_cfg *cfg, rp_sbdf_t bridge,
                                       enum rp_space_kind kind);

/* Addresses from @base to @last that function @function of the scan decodes. */
struct rp_space_range {
    uint64_t base;
    uint64_t last;
    uint32_t function;
    enum rp_space_kind kind;
};

/*
 * The table; the embedder serialises what changes it. It may be read meanwhile, so
 * nothing in it goes elsewhere: what is to leave gets a base above its last.
 */
struct rp_space {
    const struct rp_scan *scan;
    const struct rp_cfg *cfg;
    const struct rp_ecam *ecam;
    struct rp_space_range *ranges;
    size_t capacity;
    size_t count;
};

/*
 * Puts a range into the table. If its function has one of that kind at @old_base, that
 * one moves, in one store. False: there is no room.
 */
bool rp_space_put(struct rp_space *space, uint64_t old_base,
                  const struct rp_space_range *range);

/* What @bar of function @function decodes when it is at @base. */
struct rp_space_range rp_space_range_of(uint32_t function, const struct rp_vpci_bar *bar,
                                        uint64_t base);

/* Puts every range of @state, which is function @function, into the table. */
bool rp_space_learn(struct rp_space *space, uint32_t function,
                    const struct rp_vpci_state *state);

/*
 * Whether function @range->function may decode @range. Of memory, no page of it may be
 * RAM, a device of the machine's own or an enabled ECAM region, nor have a part of a BAR
 * of another function (what one domain has may share a page); of I/O, no port, and all
 * lie in 4096 to 65535, below which PCs have devices that nobody lists. What is behind
 * the function, if it is a bridge, doesn't count. Nor may any of it be in a window of a
 * bridge that is not above the function, or behind it.
 */
bool rp_space_is_free(const struct rp_space *space, const struct rp_space_range *range);

/*
 * Whether each bridge above function @range->function passes all of @range on, in a
 * window or because it takes what nobody else does (PCI-to-PCI Bridge r1.2, 4.7).
 */
bool rp_space_is_reached(const struct rp_space *space,
                         const struct rp_space_range *range);

/* Whether function @index is @bridge, or behind it. */
bool rp_space_is_behind(const struct rp_scan *scan, uint32_t index, uint32_t bridge);

/* What becomes of a write to a bridge. */
enum rp_space_write {
    RP_SPACE_WRITE_ELSEWHERE = 0, /* it isn't to a window's registers */
    RP_SPACE_WRITE_DONE,
    RP_SPACE_WRITE_REFUSED, /* the window would not be free: nothing is written */
};

/*
 * Writes @width bytes at @reg, a multiple of @width, of bridge @index, if that opens no
 * window but one that is free: a base above its limit closes one.
 */
enum rp_space_write rp_space_write_window(const struct rp_space *space, uint32_t index,
                                          uint16_t reg, unsigned width, uint32_t value);

#endif
