/* SPDX-License-Identifier: MIT */
/*
 * The CMOS clock against the MC146818A data sheet; days of the week against the C
 * library's calendar.
 */
#include "guest/vrtc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

static const struct vrtc_time moment = {
    .year = 2026, .month = 11, .day = 23, .hour = 13, .minute = 59, .second = 8};

static uint8_t read_register(struct vrtc *rtc, uint8_t index, const struct vrtc_time *now)
{
    vrtc_write(rtc, 0, index);
    return vrtc_read(rtc, 1, now);
}

static void the_time_is_bcd_in_24_hours(void **state)
{
    struct vrtc rtc;

    (void)state;
    vrtc_init(&rtc);
    assert_int_equal(read_register(&rtc, 0x00, &moment), 0x08);
    assert_int_equal(read_register(&rtc, 0x02, &moment), 0x59);
    assert_int_equal(read_register(&rtc, 0x04, &moment), 0x13);
    assert_int_equal(read_register(&rtc, 0x06, &moment), 0x02); /* a Monday */
    assert_int_equal(read_register(&rtc, 0x07, &moment), 0x23);
    assert_int_equal(read_register(&rtc, 0x08, &moment), 0x11);
    assert_int_equal(read_register(&rtc, 0x09, &moment), 0x26);
    assert_int_equal(read_register(&rtc, 0x32, &moment), 0x20);
    assert_int_equal(read_register(&rtc, 0x0b, &moment) & 0x06, 0x02); /* it says so */
}

static void it_runs_and_never_updates(void **state)
{
    struct vrtc rtc;

    (void)state;
    vrtc_init(&rtc);
    assert_int_equal(read_register(&rtc, 0x0a, &moment) & 0xf0, 0x20);
    assert_int_equal(read_register(&rtc, 0x0b, &moment) & 0xf8, 0x00);
    assert_int_equal(read_register(&rtc, 0x0c, &moment), 0x00);
    assert_int_equal(read_register(&rtc, 0x0d, &moment), 0x80);
}

static void the_rest_is_zero(void **state)
{
    static const uint8_t alarms[] = {0x01, 0x03, 0x05};
    struct vrtc rtc;

    (void)state;
    vrtc_init(&rtc);
    for (unsigned i = 0; i < sizeof(alarms); i++)
        assert_int_equal(read_register(&rtc, alarms[i], &moment), 0);
    for (unsigned index = 0x0e; index < 0x80; index++) {
        if (index != 0x32)
            assert_int_equal(read_register(&rtc, (uint8_t)index, &moment), 0);
    }
}

static void the_index_has_seven_bits_and_does_not_read(void **state)
{
    struct vrtc rtc;

    (void)state;
    vrtc_init(&rtc);
    assert_int_equal(read_register(&rtc, 0x82, &moment), 0x59);
    assert_int_equal(vrtc_read(&rtc, 0, &moment), 0xff);
}

static void writing_changes_nothing(void **state)
{
    struct vrtc rtc;

    (void)state;
    vrtc_init(&rtc);
    for (unsigned index = 0; index < 0x80; index++) {
        uint8_t before = read_register(&rtc, (uint8_t)index, &moment);

        vrtc_write(&rtc, 1, 0x5a);
        assert_int_equal(vrtc_read(&rtc, 1, &moment), before);
    }
}

static void every_day_has_its_name(void **state)
{
    const time_t one_day = 24 * 60 * 60;
    const time_t first = -70 * 365 * one_day; /* about 1900 */
    struct vrtc rtc;

    (void)state;
    vrtc_init(&rtc);
    for (time_t t = first; t < first + 200 * 365 * one_day; t += one_day) {
        struct tm tm;

        assert_non_null(gmtime_r(&t, &tm));

        struct vrtc_time now = {.year = (unsigned)tm.tm_year + 1900,
                                .month = (unsigned)tm.tm_mon + 1,
                                .day = (unsigned)tm.tm_mday};

        assert_int_equal(read_register(&rtc, 0x06, &now), tm.tm_wday + 1);
    }
}

static void a_nonsensical_time_does_no_harm(void **state)
{
    static const struct vrtc_time worst = {UINT32_MAX, UINT32_MAX, UINT32_MAX,
                                           UINT32_MAX, UINT32_MAX, UINT32_MAX};
    static const struct vrtc_time zero;
    struct vrtc rtc;

    (void)state;
    vrtc_init(&rtc);
    for (unsigned index = 0; index < 0x80; index++) {
        uint8_t value = read_register(&rtc, (uint8_t)index, &worst);

        assert_true((value & 0xf) <= 9 && value >> 4 <= 9);
        (void)read_register(&rtc, (uint8_t)index, &zero);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_time_is_bcd_in_24_hours),
        cmocka_unit_test(it_runs_and_never_updates),
        cmocka_unit_test(the_rest_is_zero),
        cmocka_unit_test(the_index_has_seven_bits_and_does_not_read),
        cmocka_unit_test(writing_changes_nothing),
        cmocka_unit_test(every_day_has_its_name),
        cmocka_unit_test(a_nonsensical_time_does_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
