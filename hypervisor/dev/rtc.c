/* SPDX-License-Identifier: MIT */
/* The machine's CMOS clock (MC146818A data sheet), read only. */
#include "dev/rtc.h"

#include <stdbool.h>
#include <stdint.h>

#include "cpu/io.h"
#include "cpu/spinlock.h"

enum {
    RTC_INDEX = 0x70,
    RTC_DATA = 0x71,
    RTC_SECONDS = 0,
    RTC_MINUTES = 2,
    RTC_HOURS = 4,
    RTC_DAY = 7,
    RTC_MONTH = 8,
    RTC_YEAR = 9,
    RTC_REGISTER_A = 0x0a,
    RTC_REGISTER_B = 0x0b,
    /* An update takes 2 ms at most, a port read 100 ns at least. */
    UPDATE_POLL_LIMIT = 20000,
    CENTURY = 2000,
};

#define REGISTER_A_UIP    0x80u
#define REGISTER_B_24H    0x02u
#define REGISTER_B_BINARY 0x04u
#define HOURS_PM          0x80u

static struct spinlock lock;

static unsigned read_register(uint8_t index)
{
    io_out8(RTC_INDEX, index);
    return io_in8(RTC_DATA);
}

static unsigned decode(unsigned value, bool is_binary)
{
    return is_binary ? value : (value >> 4) * 10 + (value & 0xf);
}

struct rtc_time rtc_read(void)
{
    struct rtc_time time;
    unsigned mode, hours;
    bool is_binary;

    spin_lock(&lock);
    for (unsigned i = 0; i < UPDATE_POLL_LIMIT; i++)
        if (!(read_register(RTC_REGISTER_A) & REGISTER_A_UIP))
            break;
    mode = read_register(RTC_REGISTER_B);
    is_binary = (mode & REGISTER_B_BINARY) != 0;
    hours = read_register(RTC_HOURS);
    time.second = decode(read_register(RTC_SECONDS), is_binary);
    time.minute = decode(read_register(RTC_MINUTES), is_binary);
    time.hour = decode(hours & ~HOURS_PM, is_binary);
    time.day = decode(read_register(RTC_DAY), is_binary);
    time.month = decode(read_register(RTC_MONTH), is_binary);
    time.year = CENTURY + decode(read_register(RTC_YEAR), is_binary);
    spin_unlock(&lock);

    if (!(mode & REGISTER_B_24H))
        time.hour = time.hour % 12 + (hours & HOURS_PM ? 12 : 0);
    return time;
}
