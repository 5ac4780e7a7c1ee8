/* SPDX-License-Identifier: MIT */
/*
 * A machine that costs next to nothing: what is measured against it is the core.
 *
 * It has one set of registers, and as many functions as asked for that all show it.
 */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <rootport/cfg.h>
#include <rootport/platform.h>

enum {
    MACHINE_FUNCTIONS_MAX = 65536, /* all of a segment */
};

struct rp_platform {
    uint32_t registers[RP_CFG_SIZE_EXTENDED / 4];
    uint32_t writable[RP_CFG_SIZE_EXTENDED / 4]; /* bits that a write changes */
    uint32_t function_count;         /* those with the lowest requester IDs answer */
    uint32_t config_address;         /* what port CF8 holds */
    volatile unsigned char *windows; /* address space that nothing may touch */
};

/*
 * Makes a machine whose functions are endpoints with two BARs, @cap_count capabilities
 * from 0x40 on, the first of them PCI Express, and @extcap_count extended ones from
 * 0x100 on, of which only the last is the serial number.
 */
void machine_init(struct rp_platform *machine, uint32_t function_count,
                  unsigned cap_count, unsigned extcap_count);

/* Puts one extended capability in the place of all: a vendor's, of @size bytes. */
void machine_fill_extended(struct rp_platform *machine, unsigned size);

/* A carrier to all functions, and the cheapest that there can be, to one. */
struct rp_cfg machine_cfg(struct rp_platform *machine);
struct rp_cfg machine_cfg_of_one(struct rp_platform *machine);

/* Does nothing, out of the compiler's sight. */
uint64_t machine_nothing(const struct rp_platform *machine, uint16_t reg, unsigned width);

#endif
