/* SPDX-License-Identifier: MIT */
/* The machine's CMOS clock (MC146818A data sheet), read only. */
#ifndef DEV_RTC_H
#define DEV_RTC_H

struct rtc_time {
    unsigned year; /* with its century */
    unsigned month;
    unsigned day;
    unsigned hour;
    unsigned minute;
    unsigned second;
};

/* The time now; whatever the clock says, nonsense included, if it has stopped. */
struct rtc_time rtc_read(void);

#endif
