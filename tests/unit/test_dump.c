/* SPDX-License-Identifier: MIT */
/* The reader of lspci's dumps: what it takes, and what it says of what it doesn't. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tools/audit/dump.h"

#define ROW_00      "00: 86 80 c0 29 00 00 00 00 00 00 00 06 00 00 00 00\n"
#define ROW(offset) offset ": 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f\n"
#define HEADER_ROWS ROW_00 ROW("10") ROW("20") ROW("30")

static bool read_text(const char *text, struct machine *machine,
                      struct complaint *complaint)
{
    machine_init(machine);
    return dump_read(text, strlen(text), machine, complaint);
}

static void test_takes_what_lspci_prints(void **state)
{
    static const char text[] =
        "00:1f.2 Host bridge: name\n"
        "\tSubsystem: text of -v, which nobody reads\n" HEADER_ROWS "\n"
        "0001:02:03.4 Host bridge: name\r\n" HEADER_ROWS;
    struct complaint complaint;
    struct machine machine;
    struct machine_function *function;

    (void)state;
    assert_true(read_text(text, &machine, &complaint));
    assert_int_equal(machine.function_count, 2);
    function = machine_find(&machine, rp_sbdf(0, 0, 0x1f, 2));
    assert_non_null(function);
    assert_int_equal(function->readable, 64);
    assert_int_equal(machine_dword(function, 0), 0x29c08086);
    assert_int_equal(machine_dword(function, 0x3c), 0x0f0e0d0c);
    assert_int_equal(machine_dword(function, 0x40), 0xffffffff);
    assert_non_null(machine_find(&machine, rp_sbdf(1, 2, 3, 4)));
    assert_null(machine_find(&machine, rp_sbdf(1, 2, 3, 5)));
    machine_free(&machine);
}

/* Intel's VMD has segments from 0x10000 on, which no SBDF can hold. */
static void test_counts_what_has_no_sbdf(void **state)
{
    struct complaint complaint;
    struct machine machine;

    (void)state;
    assert_true(
        read_text("10000:e0:06.0 System peripheral\n" HEADER_ROWS, &machine, &complaint));
    assert_int_equal(machine.function_count, 0);
    assert_int_equal(machine.unaddressable_count, 1);
    machine_free(&machine);
}

static const struct {
    const char *text;
    size_t line;
    const char *reason; /* a part of it */
} wrong[] = {
    {"", 0, "no function"},
    {"# a comment\n\n", 2, "no function"},
    {"hello\n", 1, "neither a function's address nor 16 registers"},
    {"00:00.0 a\n" ROW_00 "\x01\n", 3, "not text"},
    {"00:00.0 \xff\n", 1, "not text"},
    {ROW_00, 1, "before any function"},
    {"00:00.0 a\n00:01.0 b\n" HEADER_ROWS, 1, "without registers"},
    {"00:00.0 a\n" ROW_00 ROW("20"), 3, "of 0x20 where those of 0x10 come next"},
    {"00:00.0 a\n" ROW_00 ROW_00, 3, "of 0x0 where those of 0x10 come next"},
    {"00:00.0 a\n00: 86 80\n", 2, "2 registers where a line has 16"},
    {"00:00.0 a\n" ROW_00 ROW("10"), 3, "line 1 ends after 32 bytes"},
    {"00:00.0 a\n" HEADER_ROWS "00:00.0 b\n" HEADER_ROWS, 6, "came before"},
    {"00:20.0 a\n" HEADER_ROWS, 1, "neither"},
    {"00:1f.8 a\n" HEADER_ROWS, 1, "neither"},
    {"123456789:00:00.0 a\n" HEADER_ROWS, 1, "neither"},
    {"00:00.0 a\n00: 86 80 c0 29 00 00 00 00 00 00 00 06 00 00 00 0g\n", 2, "neither"},
    {"rootport-audit 1\n", 1, "--from reads it"},
};

static void test_says_what_is_wrong_and_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct complaint complaint = {0};
        struct machine machine;

        assert_false(read_text(wrong[i].text, &machine, &complaint));
        if (complaint.line != wrong[i].line || !strstr(complaint.reason, wrong[i].reason))
            fail_msg("text %zu: line %zu: %s", i, complaint.line, complaint.reason);
        machine_free(&machine);
    }
}

static void test_refuses_more_than_4096_bytes(void **state)
{
    char text[16384];
    size_t length = (size_t)sprintf(text, "00:00.0 a\n");
    struct complaint complaint = {0};
    struct machine machine;

    (void)state;
    for (unsigned row = 0; row <= 256; row++)
        length += (size_t)sprintf(text + length, "%02x:%.48s\n", row * 16,
                                  " 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
    assert_false(read_text(text, &machine, &complaint));
    assert_int_equal(complaint.line, 258);
    assert_non_null(strstr(complaint.reason, "more than 4096"));
    machine_free(&machine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_takes_what_lspci_prints),
        cmocka_unit_test(test_counts_what_has_no_sbdf),
        cmocka_unit_test(test_says_what_is_wrong_and_where),
        cmocka_unit_test(test_refuses_more_than_4096_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
