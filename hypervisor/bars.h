/* SPDX-License-Identifier: MIT */
/* Where the machine's functions decode memory, as firmware placed them. */
#ifndef BARS_H
#define BARS_H

#include <stdbool.h>
#include <stdint.h>

#include <rootport/scan.h>

/*
 * Learns the memory BARs of a function that no domain has, and leaves it without bus
 * mastering, I/O decode and interrupts. Bridges, the chipset's own functions (base
 * class 06) and IOMMUs are left alone.
 */
void bars_learn(const struct rp_function *function);

/*
 * Takes [base, base + size) for BARs that their owner has placed there: false if memory,
 * a device of the machine's own or another BAR is in its pages, and nothing is taken.
 */
bool bars_take(uint64_t base, uint64_t size);

/* Gives the range that begins at @base back. */
void bars_give_back(uint64_t base);

/* Whether a BAR of any function has a byte of the page at @hpa. */
bool bars_has_page(uint64_t hpa);

#endif
