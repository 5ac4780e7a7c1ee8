/* SPDX-License-Identifier: MIT */
/*
 * The hypervisor's own mem* and str* against C17, 7.24, under other names so
 * that they stand beside the C library's.
 */
#define memcpy  own_memcpy
#define memmove own_memmove
#define memset  own_memset
#define memcmp  own_memcmp
#define memchr  own_memchr
#define strlen  own_strlen
#define strnlen own_strnlen
#define strcmp  own_strcmp
#define strncmp own_strncmp
#define strchr  own_strchr
#define strrchr own_strrchr
#include "hypervisor/lib/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef memchr
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp
#undef strchr
#undef strrchr

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define LETTERS "abcdefghijklmnop"

static void copies_just_the_bytes_asked_for(void **state)
{
    char to[8] = ".......";

    (void)state;
    assert_ptr_equal(own_memcpy(to + 1, LETTERS, 3), to + 1);
    assert_string_equal(to, ".abc...");
    own_memcpy(to, LETTERS, 0);
    assert_string_equal(to, ".abc...");
}

static void moves_between_overlapping_ranges(void **state)
{
    static const struct {
        size_t to, from, size;
        const char *expected;
    } moves[] = {
        {0, 0, 4, "abcdefgh"}, {1, 0, 4, "aabcdfgh"}, {0, 1, 4, "bcdeefgh"},
        {4, 0, 4, "abcdabcd"}, {0, 4, 4, "efghefgh"}, {7, 0, 0, "abcdefgh"},
        {1, 0, 7, "aabcdefg"}, {0, 1, 7, "bcdefghh"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
        char text[] = "abcdefgh";

        assert_ptr_equal(
            own_memmove(text + moves[i].to, text + moves[i].from, moves[i].size),
            text + moves[i].to);
        assert_string_equal(text, moves[i].expected);
    }
}

static void fills_with_the_low_byte(void **state)
{
    unsigned char bytes[] = {1, 2, 3, 4};

    (void)state;
    assert_ptr_equal(own_memset(bytes + 1, 0x1ff, 2), bytes + 1);
    assert_memory_equal(bytes, ((const unsigned char[]){1, 0xff, 0xff, 4}), 4);
}

static void compares_as_unsigned_bytes(void **state)
{
    (void)state;
    assert_int_equal(own_memcmp("ab", "ac", 1), 0);
    assert_true(own_memcmp("ab", "ac", 2) < 0);
    assert_true(own_memcmp("\xff", "\x01", 1) > 0);
    assert_int_equal(own_memcmp("a", "b", 0), 0);
    assert_true(own_strcmp("\xff", "\x01") > 0);
    assert_true(own_strcmp("ab", "abc") < 0);
    assert_true(own_strcmp("abc", "ab") > 0);
    assert_int_equal(own_strcmp("", ""), 0);
    assert_int_equal(own_strncmp("abX", "abY", 2), 0);
    assert_true(own_strncmp("abX", "abY", 3) < 0);
    /* What follows the end doesn't count. */
    assert_int_equal(own_strncmp("ab\0X", "ab\0Y", 4), 0);
}

static void measures_up_to_the_end_or_the_limit(void **state)
{
    (void)state;
    assert_int_equal(own_strlen(""), 0);
    assert_int_equal(own_strlen("abc"), 3);
    assert_int_equal(own_strnlen("abc", 2), 2);
    assert_int_equal(own_strnlen("abc", 9), 3);
    assert_int_equal(own_strnlen("abc", 0), 0);
}

static void finds_the_first_or_the_last(void **state)
{
    const char *text = "abcabc";

    (void)state;
    assert_ptr_equal(own_strchr(text, 'b'), text + 1);
    assert_ptr_equal(own_strrchr(text, 'b'), text + 4);
    assert_ptr_equal(own_strchr(text, '\0'), text + 6);
    assert_ptr_equal(own_strrchr(text, '\0'), text + 6);
    assert_null(own_strchr(text, 'x'));
    assert_null(own_strrchr(text, 'x'));
    assert_ptr_equal(own_memchr(text, 'c', 3), text + 2);
    assert_null(own_memchr(text, 'c', 2));
    assert_non_null(own_memchr("\xfe", 0x1fe, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_just_the_bytes_asked_for),
        cmocka_unit_test(moves_between_overlapping_ranges),
        cmocka_unit_test(fills_with_the_low_byte),
        cmocka_unit_test(compares_as_unsigned_bytes),
        cmocka_unit_test(measures_up_to_the_end_or_the_limit),
        cmocka_unit_test(finds_the_first_or_the_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
