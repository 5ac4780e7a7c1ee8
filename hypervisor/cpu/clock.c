/* SPDX-License-Identifier: MIT */
/* Time by the TSC (ACPI 6.4, 4.8.3.3 PM timer; Intel 8254 data sheet). */
#include "cpu/clock.h"

#include "cpu/io.h"
#include "cpu/msr.h"
#include "dev/console.h"

enum {
    PM_TIMER_HZ = 3579545,
    PM_TIMER_MASK = 0xffffff, /* at least 24 bits are there */
    PIT_HZ = 1193182,
    PIT_CHANNEL_2 = 0x42,
    PIT_COMMAND = 0x43,
    PIT_COMMAND_CHANNEL_2_MODE_0 = 0xb0,
    PORT_B = 0x61,
    PORT_B_GATE_2 = 0x01,
    PORT_B_SPEAKER = 0x02,
    PORT_B_OUT_2 = 0x20,
    MEASURE_MS = 5, /* a tick of the slower timer is 0.02 % of it */
    /* A port read takes no less than 100 ns on any machine: half a second. */
    POLL_LIMIT = 5000000,
};

static uint32_t tsc_khz;
static uint64_t entry_tsc;

/* Returns TSC ticks in MEASURE_MS, or 0 when the timer stands still. */
static uint64_t measure_by_pm_timer(uint16_t port)
{
    uint32_t wanted = PM_TIMER_HZ / 1000 * MEASURE_MS;
    uint32_t start = io_in32(port);
    uint64_t tsc = tsc_read();

    for (unsigned i = 0; i < POLL_LIMIT; i++) {
        uint32_t elapsed = (io_in32(port) - start) & PM_TIMER_MASK;

        if (elapsed >= wanted)
            return (tsc_read() - tsc) * wanted / elapsed;
    }
    return 0;
}

static uint64_t measure_by_pit(void)
{
    uint16_t count = PIT_HZ / 1000 * MEASURE_MS;
    uint64_t tsc;

    io_out8(PORT_B, (uint8_t)((io_in8(PORT_B) & ~PORT_B_SPEAKER) | PORT_B_GATE_2));
    io_out8(PIT_COMMAND, PIT_COMMAND_CHANNEL_2_MODE_0);
    io_out8(PIT_CHANNEL_2, (uint8_t)count);
    io_out8(PIT_CHANNEL_2, (uint8_t)(count >> 8));
    tsc = tsc_read();
    for (unsigned i = 0; i < POLL_LIMIT; i++)
        if (io_in8(PORT_B) & PORT_B_OUT_2)
            return tsc_read() - tsc;
    return 0;
}

void clock_init(uint16_t pm_timer_port)
{
    uint64_t ticks = 0;

    if (pm_timer_port != 0)
        ticks = measure_by_pm_timer(pm_timer_port);
    if (ticks == 0)
        ticks = measure_by_pit();
    tsc_khz = (uint32_t)(ticks / MEASURE_MS);
    if (tsc_khz == 0) {
        tsc_khz = 1000000;
        console_log("warning: neither PM timer nor PIT runs: taking the TSC for 1 GHz");
    }
}

uint32_t clock_tsc_khz(void)
{
    return tsc_khz;
}

/* In two parts: the product of both would wrap after hours. */
static uint64_t us_of(uint64_t ticks)
{
    return ticks / tsc_khz * 1000 + ticks % tsc_khz * 1000 / tsc_khz;
}

void clock_mark_entry(void)
{
    entry_tsc = tsc_read();
}

uint64_t clock_since_entry_us(void)
{
    return us_of(tsc_read() - entry_tsc);
}

uint64_t clock_now_us(void)
{
    return us_of(tsc_read());
}

uint64_t clock_deadline_us(uint64_t us)
{
    return tsc_read() + us * tsc_khz / 1000;
}

bool clock_is_past(uint64_t deadline)
{
    return (int64_t)(tsc_read() - deadline) >= 0;
}

uint64_t clock_until_us(uint64_t deadline)
{
    return us_of(deadline - tsc_read());
}

void clock_delay_us(uint64_t us)
{
    uint64_t deadline = clock_deadline_us(us);

    while (!clock_is_past(deadline))
        cpu_relax();
}
