/* SPDX-License-Identifier: MIT */
/*
 * What a domain writes against what an administrator sees.
 */
#include "guest/conline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct conline con;
    char seen[4096];
    size_t seen_length;
};

static int setup(void **state)
{
    static struct fixture fixture;

    memset(&fixture, 0, sizeof(fixture));
    conline_init(&fixture.con, "net", CONLINE_DROP_SEQUENCES);
    *state = &fixture;
    return 0;
}

static void print(struct fixture *f)
{
    size_t length;
    const char *text = conline_text(&f->con, &length);

    assert_in_range(length, 1, CONLINE_LENGTH_MAX);
    assert_true(f->seen_length + length < sizeof(f->seen));
    memcpy(f->seen + f->seen_length, text, length);
    f->seen_length += length;
    f->seen[f->seen_length] = '\0';
}

static void say(struct fixture *f, const char *text)
{
    for (; *text != '\0'; text++) {
        if (conline_put(&f->con, (uint8_t)*text))
            print(f);
    }
}

static void flush(struct fixture *f)
{
    if (conline_flush(&f->con))
        print(f);
}

static void assert_seen(struct fixture *f, const char *expected)
{
    assert_string_equal(f->seen, expected);
}

static void a_line_has_its_prefix(void **state)
{
    struct fixture *f = *state;

    say(f, "hello\n\n\tworld\nand");
    assert_seen(f, "(net) hello\n(net) \n(net) \tworld\n");
}

static void line_ends_come_in_several_forms(void **state)
{
    struct fixture *f = *state;

    say(f, "a\r\nb\r\r\nc\rd\n\r\n\n\re\n");
    assert_seen(f, "(net) a\n(net) b\n(net) c\n(net) d\n(net) \n(net) \n(net) e\n");
}

static void a_carriage_return_cannot_cover_the_prefix(void **state)
{
    struct fixture *f = *state;

    say(f, "\rx\r(rootport) all is well\n");
    assert_seen(f, "(net) x\n(net) (rootport) all is well\n");
}

static void a_flush_completes_what_is_begun(void **state)
{
    struct fixture *f = *state;

    flush(f);
    assert_seen(f, "");
    say(f, "login: ");
    flush(f);
    flush(f);
    assert_seen(f, "(net) login: \n");
    say(f, "\r\nok\n"); /* the end of the line that was shown already */
    assert_seen(f, "(net) login: \n(net) ok\n");
    flush(f);
    assert_seen(f, "(net) login: \n(net) ok\n");
}

static void a_long_line_goes_on_in_the_next(void **state)
{
    struct fixture *f = *state;
    char text[601];
    size_t count = 0;

    memset(text, 'x', 600);
    text[600] = '\0';
    say(f, text);
    say(f, "\n");
    for (const char *line = f->seen; *line != '\0'; line = strchr(line, '\n') + 1) {
        assert_memory_equal(line, "(net) ", 6);
        count += strcspn(line + 6, "\n");
        assert_in_range(strcspn(line + 6, "\n"), 1, CONLINE_TEXT_MAX);
    }
    assert_int_equal(count, 600);
}

static void a_line_of_just_that_length_is_one(void **state)
{
    struct fixture *f = *state;
    char text[CONLINE_TEXT_MAX + 1];
    size_t length = 0;

    while (!conline_put(&f->con, 'x'))
        length++;
    print(f);
    memset(text, 'x', sizeof(text));
    text[length + 1] = '\0';
    say(f, "\n");
    assert_int_equal(strlen(f->seen), strlen("(net) \n") + length + 1);
    assert_memory_equal(f->seen + 6, text, length + 1);
}

static void control_characters_are_shown_not_done(void **state)
{
    struct fixture *f = *state;

    say(f, "\a\b\v\f\x7f\x01\n");
    assert_seen(f, "(net) \\x07\\x08\\x0b\\x0c\\x7f\\x01\n");
    assert_false(conline_put(&f->con, 0));
    say(f, "\x9b\xc2\xa0\n"); /* an 8-bit CSI; UTF-8 is not taken for text either */
    assert_seen(f, "(net) \\x07\\x08\\x0b\\x0c\\x7f\\x01\n(net) \\x00\\x9b\\xc2\\xa0\n");
}

static void sequences_can_be_dropped(void **state)
{
    struct fixture *f = *state;

    say(f, "\x1b[1;31mred\x1b[0m\x1b[2J\x1b[?25l \x1b[m.\n");
    assert_seen(f, "(net) red .\n");
}

static void sequences_can_be_shown(void **state)
{
    struct fixture *f = *state;

    conline_init(&f->con, "net", CONLINE_SHOW_SEQUENCES);
    say(f, "\x1b[31mred\x1b\n");
    assert_seen(f, "(net) \\x1b[31mred\\x1b\n");
}

static void what_only_begins_like_a_sequence_is_shown(void **state)
{
    struct fixture *f = *state;

    say(f, "\x1b]0;title\a\x1b\x1b[1mx\x1b\n");
    assert_seen(f, "(net) \\x1b]0;title\\x07\\x1bx\\x1b\n");
}

static void a_sequence_cannot_swallow_a_line(void **state)
{
    struct fixture *f = *state;

    say(f, "a\x1b[12\nb\x1b[\x1b[1mc\n");
    assert_seen(f, "(net) a\n(net) bc\n");
    f->seen_length = 0;
    say(f, "\x1b[0000000000000000000000000000000000000000here\n");
    assert_non_null(strstr(f->seen, "0here\n"));
}

/* The longest prefix, and bytes of the longest form wherever they begin. */
static void escapes_alone_fill_lines_and_no_more(void **state)
{
    struct fixture *f = *state;

    for (unsigned offset = 0; offset < 8; offset++) {
        conline_init(&f->con, "0123456789012345678901234567890", CONLINE_DROP_SEQUENCES);
        f->seen_length = 0;
        for (unsigned i = 0; i < offset; i++)
            say(f, "x");
        for (unsigned i = 0; i < 500; i++)
            say(f, "\x1b");
        say(f, "\x1b\n");
        for (const char *line = f->seen; *line != '\0'; line = strchr(line, '\n') + 1) {
            assert_memory_equal(line, "(0123456789012345678901234567890) ", 34);
            assert_in_range(strcspn(line + 34, "\n"), 4, CONLINE_TEXT_MAX);
        }
        assert_null(memchr(f->seen, 0x1b, f->seen_length));
    }
}

static void a_name_is_harmless_and_short(void **state)
{
    struct fixture *f = *state;

    conline_init(&f->con, "a) \n\x1b[b\xc3-_.9", CONLINE_SHOW_SEQUENCES);
    say(f, "x\n");
    assert_seen(f, "(a?????b?-_.9) x\n");
    f->seen_length = 0;
    conline_init(&f->con, "0123456789012345678901234567890123456789", 0);
    say(f, "x\n");
    assert_seen(f, "(0123456789012345678901234567890) x\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_line_has_its_prefix, setup),
        cmocka_unit_test_setup(line_ends_come_in_several_forms, setup),
        cmocka_unit_test_setup(a_carriage_return_cannot_cover_the_prefix, setup),
        cmocka_unit_test_setup(a_flush_completes_what_is_begun, setup),
        cmocka_unit_test_setup(a_long_line_goes_on_in_the_next, setup),
        cmocka_unit_test_setup(a_line_of_just_that_length_is_one, setup),
        cmocka_unit_test_setup(control_characters_are_shown_not_done, setup),
        cmocka_unit_test_setup(sequences_can_be_dropped, setup),
        cmocka_unit_test_setup(sequences_can_be_shown, setup),
        cmocka_unit_test_setup(what_only_begins_like_a_sequence_is_shown, setup),
        cmocka_unit_test_setup(a_sequence_cannot_swallow_a_line, setup),
        cmocka_unit_test_setup(escapes_alone_fill_lines_and_no_more, setup),
        cmocka_unit_test_setup(a_name_is_harmless_and_short, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
