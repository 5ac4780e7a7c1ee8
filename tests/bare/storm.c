/* SPDX-License-Identifier: MIT */
/*
 * Has the interrupt pin of its network card interrupt again as soon as it has ended the
 * last interrupt, for ever: it never tells the card that it has heard (82540EM software
 * developer's manual, 13.4.17 to 13.4.20; 82093AA data sheet, 3.1 and 3.2.4).
 */
#include "bare.h"

/* The card's bridge to conventional PCI is what is behind the port. */
#define BRIDGE               ECAM_FUNCTION
#define CARD                 (ECAM + (2ull << 20))
#define PORT_BUSES           0x00020100u /* primary 0, secondary 1, subordinate 2 */
#define BRIDGE_BUSES         0x00020201u
#define COMMAND_MEMORY       0x0002u

#define IOAPIC               0xfec00000ull
#define ENTRY_LEVEL_LOW      0xa000u /* level-triggered, active low; to APIC ID 0 */
#define IOAPIC_EOI           0x40

#define MSR_X2APIC_SVR       0x0000080fu
#define SVR_ENABLE_VECTOR    0x000001ffu

#define INTERRUPT_LINK_STATE 0x4u

enum {
    PCI_COMMAND = 0x04,
    PCI_BAR0 = 0x10,
    PCI_BUSES = 0x18,
    CARD_ICS = 0xc8,
    CARD_IMS = 0xd0,
    IOREGSEL = 0x00,
    IOWIN = 0x10,
    SELECT_LINE_16 = 0x10 + 2 * 16, /* the first port's */
    VECTOR = 0x40,
    STORM = 1000, /* interrupts between two lines */
};

static void open_bridge(uint64_t bridge, uint32_t buses)
{
    mmio_write32((void *)(bridge + PCI_BUSES), buses);
    mmio_write16((void *)(bridge + PCI_COMMAND), COMMAND_MEMORY);
}

static void lead_pin(void)
{
    mmio_write32((void *)(IOAPIC + IOREGSEL), SELECT_LINE_16 + 1);
    mmio_write32((void *)(IOAPIC + IOWIN), 0);
    mmio_write32((void *)(IOAPIC + IOREGSEL), SELECT_LINE_16);
    mmio_write32((void *)(IOAPIC + IOWIN), ENTRY_LEVEL_LOW | VECTOR);
    try_write_msr(MSR_X2APIC_SVR, SVR_ENABLE_VECTOR);
}

void act_storm(void)
{
    volatile uint8_t *card;

    open_bridge(ECAM_PORT, PORT_BUSES);
    open_bridge(BRIDGE, BRIDGE_BUSES);
    mmio_write16((void *)(CARD + PCI_COMMAND), COMMAND_MEMORY);
    card = (volatile uint8_t *)(uint64_t)(mmio_read32((void *)(CARD + PCI_BAR0)) & ~0xfu);
    lead_pin();
    __asm__ volatile("sti");
    mmio_write32(card + CARD_IMS, INTERRUPT_LINK_STATE);
    mmio_write32(card + CARD_ICS, INTERRUPT_LINK_STATE);
    for (unsigned ended = 0;; ended++) {
        do
            cpu_relax(); /* once at least: an emulator's other CPUs have their turns */
        while (interrupt_count == ended);
        check(interrupt_count == ended + 1, "storm",
              "interrupts came before the end of one", interrupt_count - ended);
        if (ended % STORM == STORM - 1)
            say("rootport-test: STEP storm goes on");
        mmio_write32((void *)(IOAPIC + IOAPIC_EOI), VECTOR);
    }
}
