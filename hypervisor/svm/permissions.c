/* SPDX-License-Identifier: MIT */
/* Which ports and MSRs a guest reaches without an exit. */
#include "svm/permissions.h"

#include <stddef.h>

#include "cpu/apic.h"
#include "cpu/regs.h"
#include "guest/x2apic.h"
#include "lib/string.h"
#include "mm/pages.h"

enum {
    IOPM_PAGES = 3,
    MSRPM_PAGES = 2,
};

#define ACCESS_READ  1u
#define ACCESS_WRITE 2u
#define ACCESS_BOTH  3u

struct open_msrs {
    uint32_t first;
    uint32_t last;
    unsigned access;
};

/* What VMRUN, VMLOAD and VMSAVE switch, or what belongs to the CPU's owner. */
static const struct open_msrs always_open[] = {
    {0x00000010, 0x00000010, ACCESS_READ}, /* TSC; writing it would set the machine's */
    {MSR_SYSENTER_CS, MSR_SYSENTER_CS + 2, ACCESS_BOTH},
    {MSR_PAT, MSR_PAT, ACCESS_BOTH},       /* the guest's own, in the VMCB: 15.25.9 */
    {0x000006e0, 0x000006e0, ACCESS_BOTH}, /* TSC deadline, where there is one */
    {MSR_STAR, MSR_SFMASK, ACCESS_BOTH},
    {MSR_FS_BASE, MSR_TSC_AUX, ACCESS_BOTH},
};

static uint8_t *iopm;
static uint8_t *msrpm;

/* Each range of 8192 MSRs has 2048 bytes, two bits an MSR: read, write. */
static size_t msr_bit(uint32_t msr)
{
    size_t range = msr >= 0xc0010000 ? 2 : msr >= 0xc0000000 ? 1 : 0;

    return range * 2048 * 8 + 2 * (size_t)(msr & 0x1fff);
}

static void open_msr(uint32_t msr, unsigned access)
{
    size_t bit = msr_bit(msr);

    msrpm[bit / 8] = (uint8_t)(msrpm[bit / 8] & ~(access << bit % 8));
}

/* The guest's own local APIC, where it has MSRs: guest/x2apic.h says which. */
static void open_x2apic(void)
{
    for (uint32_t msr = X2APIC_FIRST; msr <= X2APIC_LAST; msr++)
        open_msr(msr, (x2apic_may_pass_read(msr) ? ACCESS_READ : 0) |
                          (x2apic_may_pass_write(msr) ? ACCESS_WRITE : 0));
}

bool permissions_init(void)
{
    iopm = pages_alloc(IOPM_PAGES);
    msrpm = pages_alloc(MSRPM_PAGES);
    if (iopm == NULL || msrpm == NULL)
        return false;
    memset(iopm, 0xff, (size_t)IOPM_PAGES * PAGE_SIZE);
    memset(msrpm, 0xff, (size_t)MSRPM_PAGES * PAGE_SIZE);
    for (size_t i = 0; i < sizeof always_open / sizeof always_open[0]; i++)
        for (uint32_t msr = always_open[i].first; msr <= always_open[i].last; msr++)
            open_msr(msr, always_open[i].access);
    if (apic_is_x2apic())
        open_x2apic();
    return true;
}

uint64_t permissions_iopm(void)
{
    return (uint64_t)iopm;
}

uint64_t permissions_msrpm(void)
{
    return (uint64_t)msrpm;
}
