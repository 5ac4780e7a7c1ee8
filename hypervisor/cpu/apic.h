/* SPDX-License-Identifier: MIT */
/*
 * This CPU's local APIC, as xAPIC or x2APIC (AMD64 APM vol. 2, chapter 16).
 * The hypervisor sends with it; all else in it belongs to the guest.
 */
#ifndef CPU_APIC_H
#define CPU_APIC_H

#include <stdbool.h>
#include <stdint.h>

/* Offsets in the xAPIC's page; an x2APIC's MSR is 0x800 + offset / 16. */
enum apic_register {
    APIC_ID = 0x020,
    APIC_VERSION = 0x030,
    APIC_TPR = 0x080,
    APIC_EOI = 0x0b0,
    APIC_LDR = 0x0d0,
    APIC_DFR = 0x0e0,
    APIC_SVR = 0x0f0,
    APIC_ISR = 0x100,
    APIC_ICR_LOW = 0x300,
    APIC_ICR_HIGH = 0x310,
    APIC_LVT_TIMER = 0x320,
    APIC_LVT_THERMAL = 0x330,
    APIC_LVT_PERF = 0x340,
    APIC_LVT_LINT0 = 0x350,
    APIC_LVT_LINT1 = 0x360,
    APIC_LVT_ERROR = 0x370,
    APIC_TIMER_INITIAL = 0x380,
    APIC_TIMER_DIVIDE = 0x3e0,
};

#define APIC_ICR_FIXED   0x00000000u
#define APIC_ICR_NMI     0x00000400u
#define APIC_ICR_INIT    0x00000500u
#define APIC_ICR_STARTUP 0x00000600u
#define APIC_ICR_PENDING 0x00001000u
#define APIC_ICR_ASSERT  0x00004000u
#define APIC_LVT_MASKED  0x00010000u
#define APIC_SVR_ENABLE  0x00000100u

/*
 * Turns the calling CPU's local APIC on, in x2APIC mode if the CPU has it.
 * False when the CPU has none.
 */
bool apic_init_cpu(void);

/* Whether guests reach the local APIC through MSRs without an exit. */
bool apic_is_x2apic(void);

/* Where an MSI for that CPU goes, which an ID of 8 bits names: 16.11.2. */
static inline uint32_t apic_msi_address(uint32_t apic_id)
{
    return 0xfee00000u | (apic_id & 0xff) << 12;
}

uint32_t apic_id(void);
uint32_t apic_read(enum apic_register reg);
void apic_write(enum apic_register reg, uint32_t value);

/*
 * Sends @command (delivery mode, level and vector) to the CPU with @apic_id,
 * after the last one has left.
 */
void apic_send(uint32_t apic_id, uint32_t command);

/* Puts the local APIC into its state after INIT, with nothing in service. */
void apic_reset(void);

#endif
