/* SPDX-License-Identifier: MIT */
/* What the tests of the root port share: one slot, its bits and shorthands. */
#ifndef ROOTPORT_TEST_H
#define ROOTPORT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/pci_regs.h>
#include <rootport/rootport.h>

#include "tests/fake/fake_slot.h"

/* Slot Status: PCI Express Base r5.0, 7.5.3.11. */
enum {
    ABP = 0x0001,
    PFD = 0x0002,
    MRLSC = 0x0004,
    PDC = 0x0008,
    CC = 0x0010,
    PDS = 0x0040,
    DLLSC = 0x0100,
    EVENTS = ABP | PFD | MRLSC | PDC | CC | DLLSC,
};

/* Slot Control: 7.5.3.10. */
enum {
    ABPE = 0x0001,
    PDCE = 0x0008,
    CCIE = 0x0010,
    HPIE = 0x0020,
    DLLSCE = 0x1000,
};

enum {
    ON = RP_PCI_PCIE_INDICATOR_ON,
    BLINK = RP_PCI_PCIE_INDICATOR_BLINK,
    OFF = RP_PCI_PCIE_INDICATOR_OFF,
};

/* Link Status: 7.5.3.8. */
#define DLLLA 0x2000u

enum {
    STATE_COUNT = RP_ROOTPORT_GUEST_RELEASED + 1,
};

static struct fake_slot slot;

static inline int set_up(void **state)
{
    (void)state;
    fake_slot_init(&slot);
    return 0;
}

/* A port in @state with a guest that listens, and no message counted yet. */
static inline void begin_in(enum rp_rootport_state state)
{
    fake_slot_init(&slot);
    fake_slot_bring_to(&slot, state);
    slot.message_count = 0;
    slot.outcome = RP_OUTCOME_NONE;
}

static inline void assert_state(enum rp_rootport_state state)
{
    assert_int_equal(rp_rootport_state(&slot.port), state);
}

static inline void assert_messages(unsigned count)
{
    assert_int_equal(slot.message_count, count);
}

static inline void assert_occupied(void)
{
    assert_true(fake_slot_status(&slot) & PDS);
    assert_true(fake_slot_link_status(&slot) & DLLLA);
}

/* Linux takes presence or link for a child: both must be gone. */
static inline void assert_vacant(void)
{
    assert_false(fake_slot_status(&slot) & PDS);
    assert_false(fake_slot_link_status(&slot) & DLLLA);
}

static inline void write_control(uint32_t value)
{
    fake_slot_write(&slot, slot.pcie + 0x18u, 2, value);
}

static inline void enable(uint32_t bits)
{
    write_control(fake_slot_control(&slot) | bits);
}

static inline void disable(uint32_t bits)
{
    write_control(fake_slot_control(&slot) & ~bits);
}

static inline void set_secondary_reset(bool is_set)
{
    fake_slot_write(&slot, 0x3e, 2, is_set ? 0x0040 : 0);
}

static inline void set_link_disable(bool is_set)
{
    fake_slot_write(&slot, slot.pcie + 0x10u, 2, is_set ? 0x0010 : 0);
}

static inline void set_power_state(uint32_t value)
{
    fake_slot_write(&slot, slot.pm + 0x04u, 2, value);
}

#endif
