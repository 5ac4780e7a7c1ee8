/* SPDX-License-Identifier: MIT */
/*
 * The registers of a CMOS clock (MC146818A data sheet, address map).
 */
#include "guest/vrtc.h"
#include "guest/acpi_tables.h"

enum { PORT_INDEX = 0, PORT_DATA = 1 };

/* Bit 7 of the index port masks NMIs; there is none to mask. */
#define INDEX_DEFINED 0x7fu

enum {
    REG_SECONDS = 0x00,
    REG_MINUTES = 0x02,
    REG_HOURS = 0x04,
    REG_DAY_OF_WEEK = 0x06,
    REG_DAY_OF_MONTH = 0x07,
    REG_MONTH = 0x08,
    REG_YEAR = 0x09,
    REG_A = 0x0a, /* UIP and the divider */
    REG_B = 0x0b,
    REG_D = 0x0d,
    REG_CENTURY = ACPI_TABLES_CMOS_CENTURY,
};

/* The divider for the usual crystal of 32768 Hz runs; no update in progress. */
#define REG_A_VALUE 0x20u

/* 24 hours; DM is clear, so BCD; no interrupt enabled. */
#define REG_B_VALUE 0x02u

/* VRT: the time is valid. */
#define REG_D_VALUE 0x80u

void vrtc_init(struct vrtc *rtc)
{
    *rtc = (struct vrtc){0};
}

static uint8_t bcd(unsigned value)
{
    return (uint8_t)(value / 10 % 10 << 4 | value % 10);
}

/* 1 is Sunday. Counts as if the year began in March, so that leap days end it. */
static unsigned day_of_week(const struct vrtc_time *now)
{
    bool is_before_march = now->month < 3;
    unsigned year = now->year - is_before_march;
    unsigned month = (now->month + 12 - 3) % 12;
    unsigned leap_days = year / 4 - year / 100 + year / 400;
    unsigned month_days = (153 * month + 2) / 5; /* before it, from March on */

    return (year + leap_days + month_days + now->day + 2) % 7 + 1;
}

static uint8_t read_register(uint8_t index, const struct vrtc_time *now)
{
    switch (index) {
    case REG_SECONDS:
        return bcd(now->second);
    case REG_MINUTES:
        return bcd(now->minute);
    case REG_HOURS:
        return bcd(now->hour);
    case REG_DAY_OF_WEEK:
        return bcd(day_of_week(now));
    case REG_DAY_OF_MONTH:
        return bcd(now->day);
    case REG_MONTH:
        return bcd(now->month);
    case REG_YEAR:
        return bcd(now->year % 100);
    case REG_CENTURY:
        return bcd(now->year / 100);
    case REG_A:
        return REG_A_VALUE;
    case REG_B:
        return REG_B_VALUE;
    case REG_D:
        return REG_D_VALUE;
    default:
        return 0;
    }
}

/* The index port is write-only; its reads float. */
uint8_t vrtc_read(const struct vrtc *rtc, unsigned offset, const struct vrtc_time *now)
{
    return offset == PORT_DATA ? read_register(rtc->index, now) : UINT8_MAX;
}

void vrtc_write(struct vrtc *rtc, unsigned offset, uint8_t value)
{
    if (offset == PORT_INDEX)
        rtc->index = value & INDEX_DEFINED;
}
