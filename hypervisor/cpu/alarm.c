/* SPDX-License-Identifier: MIT */
/*
 * The PIT's channel 0, through an I/O APIC (Intel 8254 data sheet).
 */
#include "cpu/alarm.h"

#include "cpu/io.h"
#include "cpu/percpu.h"
#include "dev/ioapic.h"

enum {
    IRQ_PIT = 0,
    PIT_CHANNEL_0 = 0x40,
    PIT_COMMAND = 0x43,
    PIT_COMMAND_CHANNEL_0_MODE_0 = 0x30, /* its output rises once, at the end */
    PIT_MHZ_TIMES_1000 = 1193,
    PIT_COUNT_MAX = 0xffff,
};

bool alarm_init(const struct acpi_madt *madt)
{
    io_out8(PIT_COMMAND, PIT_COMMAND_CHANNEL_0_MODE_0); /* silent until it has a count */
    return ioapic_lead_to_nmi(madt, IRQ_PIT);
}

void alarm_set(uint64_t us)
{
    uint64_t count = us * PIT_MHZ_TIMES_1000 / 1000 + 1;

    if (us > PIT_COUNT_MAX * 1000 / PIT_MHZ_TIMES_1000)
        count = PIT_COUNT_MAX;
    io_out8(PIT_COMMAND, PIT_COMMAND_CHANNEL_0_MODE_0);
    io_out8(PIT_CHANNEL_0, (uint8_t)count);
    io_out8(PIT_CHANNEL_0, (uint8_t)(count >> 8));
}

bool alarm_has_rung(void)
{
    static uint32_t seen;

    return percpu_has_nmi(&seen);
}
