/* SPDX-License-Identifier: MIT */
/*
 * A hardware domain, which sees the machine at its own addresses, looks for what
 * isn't its own there, and tries to reset or switch off what all share.
 */
#include "bare.h"

#define TWO_GIB 0x80000000ull

enum {
    LARGE_PAGE = 0x200000,
    PM1_CONTROL = 0x604,
    SLP_EN_HIGH = 0x20,
};

static void expect_nothing_at(uint64_t address)
{
    volatile uint64_t *place = (volatile uint64_t *)address;

    *place = 0;
    check(*place == UINT64_MAX, "machine-memory", "something is at", address);
}

void act_machine_memory(void)
{
    for (uint64_t at = LARGE_PAGE; at < TWO_GIB - LARGE_PAGE; at += LARGE_PAGE)
        if (!is_own_memory(at))
            expect_nothing_at(at);
    search_own_memory();
    pass("machine-memory");
}

/* What would switch the machine off, by a byte of the register, ends the domain. */
void act_machine_off(void)
{
    io_out16(0xcf8, 0x0600);
    io_out32(0xcf6, 0x06000000);
    io_out8(PM1_CONTROL + 1, SLP_EN_HIGH);
    fail("machine-off", "the domain goes on", 0);
}

/* Port 0x92 resets, reached by an access that begins before it. */
void act_machine_reset(void)
{
    io_out16(0x91, 0x0100);
    fail("machine-reset", "the domain goes on", 0);
}
