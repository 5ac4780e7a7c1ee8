/* SPDX-License-Identifier: MIT */
/* Where the machine's functions decode memory and ports. */
#ifndef BARS_H
#define BARS_H

#include <stdbool.h>
#include <stdint.h>

#include <rootport/pci_regs.h>
#include <rootport/scan.h>
#include <rootport/space.h>
#include <rootport/vpci.h>

enum {
    /* What a bridge's own messages use: PCI Express Base r5.0, 7.5.3.2 and 7.8.4.10. */
    BARS_MESSAGE_TABLE_SIZE = 32 * RP_PCI_MSIX_ENTRY_SIZE,
};

/*
 * Learns the BARs and the ROM of a function that no domain has, and leaves it without
 * bus mastering, I/O decode and interrupts. Of a bridge it learns the BARs, where
 * registers of hotplug or of a whole switch may be, and the MSI-X table, and leaves it as
 * it was. The chipset's own functions (base class 06) and IOMMUs are left alone.
 */
void bars_learn(const struct rp_function *function);

/*
 * Takes [base, base + size) for the BARs of @pf's virtual functions, which their owner
 * has placed there: false if it isn't free, or one of its own BARs is there, and nothing
 * is taken.
 */
bool bars_take(const struct rp_function *pf, uint64_t base, uint64_t size);

/* Keeps others out of all that the BARs of a guest's @function may be resized to. */
void bars_reserve(const struct rp_function *function, const struct rp_vpci_state *state);

/* Gives the range that begins at @base back. Others may be looking at the table. */
void bars_give_back(uint64_t base);

/* Keeps BARs and windows from the four ports at @port. */
void bars_keep_port(uint64_t port);

/* All that is known; the machine's lock is around changes and checks. */
struct rp_space *bars_space(void);

/*
 * Whether @bar of @function may decode where its domain has put it; it is known there
 * from then on.
 */
bool bars_move(const struct rp_function *function, const struct rp_vpci_bar *bar);

/*
 * Whether a BAR of any function has one of the addresses @first to @last; with @except,
 * of any function that a domain has, but not that one.
 */
bool bars_are_at(enum rp_space_kind kind, uint64_t first, uint64_t last, uint32_t except);

#endif
