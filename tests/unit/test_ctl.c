/* SPDX-License-Identifier: MIT */
/*
 * The control hypercall as programs make it: what is made of numbers that a
 * hypervisor returns. The hypervisor here is a table.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/ctl/control.h"
#include "tools/ctl/stats.h"

enum {
    LONG_SIZE = 64,
};

static const char name[] = "a-domain";

/* What abi/rootport/control.h says of text: four characters of 7 bits. */
static long part_of(const char *text, uint64_t part)
{
    size_t length = strlen(text);
    long value = 0;

    if (part > length / 4)
        return -ENOENT;
    for (size_t i = 0; i < 4 && part * 4 + i < length; i++)
        value |= (long)(text[part * 4 + i] & 0x7f) << 7 * i;
    return value;
}

static long get_function(uint64_t index, uint64_t field)
{
    if (index != 1) /* the first was removed */
        return -ENOENT;
    switch (field) {
    case ROOTPORT_FUNCTION_SEGMENT:
        return 0x8001;
    case ROOTPORT_FUNCTION_BDF:
        return 0x0318;
    case ROOTPORT_FUNCTION_PLACE:
        return ROOTPORT_PLACE_QUARANTINE;
    case ROOTPORT_FUNCTION_DOMAIN:
    case ROOTPORT_FUNCTION_PORT:
        return -ENOENT;
    default:
        return 256;
    }
}

static long get_port(uint64_t index, uint64_t field)
{
    return field == ROOTPORT_PORT_DOMAIN   ? 7
           : field == ROOTPORT_PORT_NUMBER ? (long)index + 1
                                           : 0;
}

/* Domain 0 made few exits, domain 1 many; there is a kind of which nobody made any. */
static const char *const kinds[] = {"none", "cpuid", "config-ecam"};
static const long exits[2][3] = {{0, 3, 20}, {0, 0, 0x7fffffff}};

static long get_domain(uint64_t index, uint64_t field, uint64_t part)
{
    if (field == ROOTPORT_DOMAIN_NAME)
        return part_of(index == 0 ? name : "a-domain-with-a-long-name", part);
    return field == ROOTPORT_DOMAIN_EXITS && part < 3 ? exits[index][part] : -ENOENT;
}

static long answer(const struct control *control, enum rootport_control_op op,
                   const uint64_t arguments[4])
{
    (void)control;
    if (op == ROOTPORT_CONTROL_COUNT)
        return arguments[0] == ROOTPORT_CONTROL_EXIT ? 3 : 2;
    if (op != ROOTPORT_CONTROL_GET)
        return -EINVAL;
    switch (arguments[0]) {
    case ROOTPORT_CONTROL_FUNCTION:
        return get_function(arguments[1], arguments[2]);
    case ROOTPORT_CONTROL_PORT:
        return get_port(arguments[1], arguments[2]);
    case ROOTPORT_CONTROL_DOMAIN:
        return get_domain(arguments[1], arguments[2], arguments[3]);
    case ROOTPORT_CONTROL_EXIT:
        return part_of(kinds[arguments[1]], arguments[3]);
    default:
        return -ENOENT;
    }
}

static const struct control control = {.call = answer};

static void text_comes_in_parts(void **state)
{
    char text[LONG_SIZE];

    (void)state;
    control_text(&control, ROOTPORT_CONTROL_DOMAIN, 0, ROOTPORT_DOMAIN_NAME, text,
                 sizeof text);
    assert_string_equal(text, name);
}

static void text_is_cut_to_what_there_is_room_for(void **state)
{
    char text[6] = "xxxxx";

    (void)state;
    control_text(&control, ROOTPORT_CONTROL_DOMAIN, 0, ROOTPORT_DOMAIN_NAME, text,
                 sizeof text);
    assert_string_equal(text, "a-dom");
}

static void text_that_is_not_there_is_empty(void **state)
{
    char text[LONG_SIZE] = "x";

    (void)state;
    control_text(&control, ROOTPORT_CONTROL_DOMAIN, 0, ROOTPORT_DOMAIN_END_TEXT, text,
                 sizeof text);
    assert_string_equal(text, "");
}

static void a_function_is_found_by_all_of_its_address(void **state)
{
    struct control_function function;

    (void)state;
    assert_true(control_find(&control, (rp_sbdf_t){0x80010318}, &function));
    assert_int_equal(function.sbdf.value, 0x80010318);
    assert_int_equal(function.place, ROOTPORT_PLACE_QUARANTINE);
    assert_true(function.domain < 0);
    assert_false(control_find(&control, (rp_sbdf_t){0x00010318}, &function));
}

static void a_removed_function_is_none(void **state)
{
    struct control_function function;

    (void)state;
    assert_false(control_function(&control, 0, &function));
}

static void a_port_is_found_by_domain_and_number(void **state)
{
    struct control_port port;

    (void)state;
    assert_true(control_find_port(&control, 7, 2, &port));
    assert_int_equal(port.number, 2);
    assert_false(control_find_port(&control, 7, 3, &port));
    assert_false(control_find_port(&control, 8, 2, &port));
}

static void exits_that_are_not_there_are_none(void **state)
{
    (void)state;
    assert_int_equal(control_exits(&control, 0, 0), 0);
    assert_int_equal(control_exits(&control, 0, 3), 0);
}

static void exits_are_a_table_of_what_happened(void **state)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);

    (void)state;
    stats_print(&control, file);
    fclose(file);
    assert_string_equal(text, "EXITS              a-domain a-domain-with-a-long-name\n"
                              "cpuid                     3                         0\n"
                              "config-ecam              20                2147483647\n"
                              "total                    23                2147483647\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_comes_in_parts),
        cmocka_unit_test(text_is_cut_to_what_there_is_room_for),
        cmocka_unit_test(text_that_is_not_there_is_empty),
        cmocka_unit_test(a_function_is_found_by_all_of_its_address),
        cmocka_unit_test(a_removed_function_is_none),
        cmocka_unit_test(a_port_is_found_by_domain_and_number),
        cmocka_unit_test(exits_that_are_not_there_are_none),
        cmocka_unit_test(exits_are_a_table_of_what_happened),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
