/* SPDX-License-Identifier: MIT */
/* The log's formatting, against the host's where both do the same. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/types.h>

#include "lib/format.h"

/* The same text as snprintf() gives, whatever the buffer's size. */
#define EXPECT_AS_HOST(...)                                                              \
    do {                                                                                 \
        char expected[128];                                                              \
        char text[128];                                                                  \
                                                                                         \
        snprintf(expected, sizeof expected, __VA_ARGS__);                                \
        assert_int_equal(format_line(text, sizeof text, __VA_ARGS__), strlen(expected)); \
        assert_string_equal(text, expected);                                             \
    } while (0)

static void test_numbers(void **state)
{
    (void)state;
    EXPECT_AS_HOST("%d %d %d", 0, -1, INT32_MIN);
    EXPECT_AS_HOST("%u %x", UINT32_MAX, 0xabcdef);
    EXPECT_AS_HOST("%lld %llu %llx", LLONG_MIN, ULLONG_MAX, ULLONG_MAX);
    EXPECT_AS_HOST("%ld %lu %lx", -5L, 5UL, 0xfUL);
    EXPECT_AS_HOST("%p", (void *)0x1234);
}

static void test_widths(void **state)
{
    (void)state;
    EXPECT_AS_HOST("[%5d] [%-5d] [%05d]", -42, -42, -42);
    EXPECT_AS_HOST("[%8x] [%08x] [%-8x]", 0xbeef, 0xbeef, 0xbeef);
    EXPECT_AS_HOST("[%6s] [%-6s] [%2s]", "abc", "abc", "abc");
    EXPECT_AS_HOST("%c%c %%", 'a', 'b');
}

/* A string that has its reason to be wrong: the compiler would complain. */
static size_t format_wrong(char *text, size_t size, const char *format, ...)
{
    va_list arguments;
    size_t length;

    va_start(arguments, format);
    length = format_text(text, size, format, arguments);
    va_end(arguments);
    return length;
}

static void test_functions(void **state)
{
    const rp_sbdf_t sbdf = {0x12345e7};
    char text[64];

    (void)state;
    format_line(text, sizeof text, "<%pS %u>", &sbdf, 9);
    assert_string_equal(text, "<0123:45:1c.7 9>");
    memset(text, 'x', sizeof text);
    assert_int_equal(format_line(text, 9, "<%pS>", &sbdf), 8);
    assert_string_equal(text, "<0123:45");
    assert_int_equal(text[9], 'x');
}

static void test_what_it_does_not_know(void **state)
{
    char text[64];

    (void)state;
    format_wrong(text, sizeof text, "%s", (char *)NULL);
    assert_string_equal(text, "(none)");
    format_wrong(text, sizeof text, "a%qb");
    assert_string_equal(text, "a%qb");
    assert_int_equal(format_wrong(text, sizeof text, "a%"), 1);
    assert_string_equal(text, "a");
    format_wrong(text, sizeof text, "a%-0");
    assert_string_equal(text, "a");
}

static void test_it_ends_with_the_buffer(void **state)
{
    char text[8];

    (void)state;
    memset(text, 'x', sizeof text);
    assert_int_equal(format_line(text, 4, "%s", "abcdef"), 3);
    assert_string_equal(text, "abc");
    assert_int_equal(text[4], 'x');
    assert_int_equal(format_line(text, 1, "%s", "abcdef"), 0);
    assert_string_equal(text, "");
    text[0] = 'x';
    assert_int_equal(format_line(text, 0, "%s", "abcdef"), 0);
    assert_int_equal(text[0], 'x');
}

static void test_a_huge_width_ends(void **state)
{
    char text[8];

    (void)state;
    format_line(text, sizeof text, "%100000u", 1);
    assert_string_equal(text, "       ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_widths),
        cmocka_unit_test(test_functions),
        cmocka_unit_test(test_what_it_does_not_know),
        cmocka_unit_test(test_it_ends_with_the_buffer),
        cmocka_unit_test(test_a_huge_width_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
