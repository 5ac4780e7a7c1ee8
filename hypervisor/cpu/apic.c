/* SPDX-License-Identifier: MIT */
/* This CPU's local APIC (AMD64 APM vol. 2, chapter 16). */
#include "cpu/apic.h"

#include <stddef.h>

#include "cpu/io.h"
#include "cpu/msr.h"
#include "mm/paging.h"

#define CPUID_1_EDX_APIC   (1u << 9)
#define CPUID_1_ECX_X2APIC (1u << 21)
#define APIC_BASE_ADDRESS  0x000ffffffffff000ull

enum {
    ICR_POLL_LIMIT = 1000000,
    IN_SERVICE_MAX = 256, /* each vector can be in service once */
};

static volatile uint8_t *xapic;
static bool uses_x2apic;

static uint32_t x2apic_msr(enum apic_register reg)
{
    return MSR_X2APIC_BASE + (uint32_t)reg / 16;
}

bool apic_init_cpu(void)
{
    struct cpuid_result features = cpuid(1, 0);
    uint64_t base;

    if (!(features.edx & CPUID_1_EDX_APIC))
        return false;
    base = msr_read(MSR_APIC_BASE) | APIC_BASE_ENABLE;
    uses_x2apic = (features.ecx & CPUID_1_ECX_X2APIC) != 0;
    /* Through xAPIC mode: from off straight to x2APIC is not a legal step. */
    msr_write(MSR_APIC_BASE, base);
    if (uses_x2apic) {
        msr_write(MSR_APIC_BASE, base | APIC_BASE_EXTD);
        return true;
    }
    if (xapic == NULL)
        xapic = paging_map_device(base & APIC_BASE_ADDRESS, 4096);
    return xapic != NULL;
}

bool apic_is_x2apic(void)
{
    return uses_x2apic;
}

uint32_t apic_read(enum apic_register reg)
{
    if (uses_x2apic)
        return (uint32_t)msr_read(x2apic_msr(reg));
    return mmio_read32(xapic + reg);
}

void apic_write(enum apic_register reg, uint32_t value)
{
    if (uses_x2apic)
        msr_write(x2apic_msr(reg), value);
    else
        mmio_write32(xapic + reg, value);
}

uint32_t apic_id(void)
{
    uint32_t id = apic_read(APIC_ID);

    return uses_x2apic ? id : id >> 24;
}

void apic_send(uint32_t destination, uint32_t command)
{
    if (uses_x2apic) {
        msr_write(x2apic_msr(APIC_ICR_LOW), (uint64_t)destination << 32 | command);
        return;
    }
    for (unsigned i = 0; i < ICR_POLL_LIMIT; i++) {
        if (!(apic_read(APIC_ICR_LOW) & APIC_ICR_PENDING))
            break;
        cpu_relax();
    }
    apic_write(APIC_ICR_HIGH, destination << 24);
    apic_write(APIC_ICR_LOW, command);
}

static bool is_in_service(void)
{
    for (unsigned i = 0; i < 8; i++)
        if (apic_read((enum apic_register)(APIC_ISR + 16 * i)) != 0)
            return true;
    return false;
}

void apic_reset(void)
{
    static const enum apic_register lvts[] = {
        APIC_LVT_TIMER, APIC_LVT_THERMAL, APIC_LVT_PERF,
        APIC_LVT_LINT0, APIC_LVT_LINT1,   APIC_LVT_ERROR,
    };

    apic_write(APIC_SVR, APIC_SVR_ENABLE | 0xff);
    for (unsigned i = 0; i < IN_SERVICE_MAX && is_in_service(); i++)
        apic_write(APIC_EOI, 0);
    for (size_t i = 0; i < sizeof lvts / sizeof lvts[0]; i++)
        apic_write(lvts[i], APIC_LVT_MASKED);
    apic_write(APIC_TIMER_INITIAL, 0);
    apic_write(APIC_TIMER_DIVIDE, 0);
    apic_write(APIC_TPR, 0);
    apic_write(APIC_SVR, 0xff);
}
