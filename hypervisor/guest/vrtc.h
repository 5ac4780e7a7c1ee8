/* SPDX-License-Identifier: MIT */
/*
 * A guest's CMOS clock, for reading the time: BCD, 24 hours, no alarm, no
 * interrupt, no memory. MC146818A data sheet; the century is where the FADT says.
 */
#ifndef HYPERVISOR_GUEST_VRTC_H
#define HYPERVISOR_GUEST_VRTC_H

#include <rootport/types.h>

#define VRTC_PORT_COUNT 2u /* index at 0x70, data at 0x71 */

/* A moment of the Gregorian calendar. */
struct vrtc_time {
    unsigned year;  /* 1 to 9999 */
    unsigned month; /* 1 to 12 */
    unsigned day;   /* 1 to 31 */
    unsigned hour;  /* 0 to 23 */
    unsigned minute;
    unsigned second;
};

struct vrtc {
    uint8_t index;
};

void vrtc_init(struct vrtc *rtc);

/*
 * A one-byte access to the port at @offset, 0 to VRTC_PORT_COUNT - 1; @now is the
 * time at this moment. A member of @now outside its range reads as nonsense and
 * does no other harm. The time is not the guest's to set: data writes are ignored.
 */
uint8_t vrtc_read(const struct vrtc *rtc, unsigned offset, const struct vrtc_time *now);
void vrtc_write(struct vrtc *rtc, unsigned offset, uint8_t value);

#endif
