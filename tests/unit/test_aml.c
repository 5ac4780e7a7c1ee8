/* SPDX-License-Identifier: MIT */
/*
 * The AML encoder against the grammar of ACPI 6.3, 20.2, and the descriptors of
 * 6.4: expected bytes are worked out by hand.
 */
#include "guest/aml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    uint8_t buf[0x3000];
    struct aml aml;
};

static int setup(void **state)
{
    static struct fixture fixture;

    memset(fixture.buf, 0xcc, sizeof(fixture.buf));
    aml_init(&fixture.aml, fixture.buf, sizeof(fixture.buf));
    *state = &fixture;
    return 0;
}

#define assert_encoding(fixture, ...)                                                    \
    do {                                                                                 \
        const uint8_t expected[] = {__VA_ARGS__};                                        \
                                                                                         \
        assert_int_equal(aml_status(&(fixture)->aml), RP_OK);                            \
        assert_int_equal((fixture)->aml.length, sizeof(expected));                       \
        assert_memory_equal((fixture)->buf, expected, sizeof(expected));                 \
        assert_int_equal((fixture)->buf[sizeof(expected)], 0xcc);                        \
    } while (0)

static void a_name_has_the_form_that_its_length_asks_for(void **state)
{
    struct fixture *f = *state;

    aml_path(&f->aml, "_CRS");
    aml_path(&f->aml, "RTC");
    aml_path(&f->aml, "\\");
    aml_path(&f->aml, "^^A.B");
    aml_path(&f->aml, "\\_SB.PCI0.P9");
    assert_encoding(f, '_', 'C', 'R', 'S', 'R', 'T', 'C', '_', '\\', 0, '^', '^', 0x2e,
                    'A', '_', '_', '_', 'B', '_', '_', '_', '\\', 0x2f, 3, '_', 'S', 'B',
                    '_', 'P', 'C', 'I', '0', 'P', '9', '_', '_');
}

static void an_integer_has_its_shortest_form(void **state)
{
    struct fixture *f = *state;

    aml_integer(&f->aml, 0);
    aml_integer(&f->aml, 1);
    aml_integer(&f->aml, 2);
    aml_integer(&f->aml, 0xff);
    aml_integer(&f->aml, 0x100);
    aml_integer(&f->aml, 0xffff);
    aml_integer(&f->aml, 0x10000);
    aml_integer(&f->aml, 0xffffffff);
    aml_integer(&f->aml, 0x123456789);
    assert_encoding(f, 0, 1, 0x0a, 2, 0x0a, 0xff, 0x0b, 0, 1, 0x0b, 0xff, 0xff, 0x0c, 0,
                    0, 1, 0, 0x0c, 0xff, 0xff, 0xff, 0xff, 0x0e, 0x89, 0x67, 0x45, 0x23,
                    1, 0, 0, 0);
}

static void strings_ids_and_buffers(void **state)
{
    struct fixture *f = *state;
    const uint8_t bytes[] = {0xaa, 0xbb};

    aml_string(&f->aml, "ab");
    aml_eisaid(&f->aml, "PNP0A08"); /* 0x080ad041 in every PC's tables */
    aml_buffer(&f->aml, bytes, sizeof(bytes));
    assert_encoding(f, 0x0d, 'a', 'b', 0, 0x0c, 0x41, 0xd0, 0x0a, 0x08, 0x11, 0x87, 0, 0,
                    0x0a, 2, 0xaa, 0xbb);
}

static void a_uuid_is_little_endian_in_its_first_three_groups(void **state)
{
    struct fixture *f = *state;

    aml_uuid(&f->aml, "33DB4D5B-1FF7-401C-9657-7441C03DD766");
    assert_encoding(f, 0x11, 0x85, 1, 0, 0x0a, 16, 0x5b, 0x4d, 0xdb, 0x33, 0xf7, 0x1f,
                    0x1c, 0x40, 0x96, 0x57, 0x74, 0x41, 0xc0, 0x3d, 0xd7, 0x66);
}

static void what_is_closed_knows_its_length(void **state)
{
    struct fixture *f = *state;

    aml_scope(&f->aml, "\\_SB");
    aml_device(&f->aml, "D");
    aml_name(&f->aml, "_UID");
    aml_integer(&f->aml, 1);
    aml_end(&f->aml);
    aml_method(&f->aml, "M", 4);
    aml_op(&f->aml, AML_RETURN);
    aml_arg(&f->aml, 3);
    aml_end(&f->aml);
    aml_end(&f->aml);
    assert_encoding(f, 0x10, 0x82, 2, 0, '\\', '_', 'S', 'B', '_', /* 34 bytes */
                    0x5b, 0x82, 0x8d, 0, 0, 'D', '_', '_', '_',    /* 13 bytes */
                    0x08, '_', 'U', 'I', 'D', 0x01,                /* Name */
                    0x14, 0x8a, 0, 0, 'M', '_', '_', '_', 0x0c, 0xa4, 0x6b);
}

static void if_and_else(void **state)
{
    struct fixture *f = *state;

    aml_if(&f->aml);
    aml_op(&f->aml, AML_LNOT);
    aml_op(&f->aml, AML_LEQUAL);
    aml_arg(&f->aml, 0);
    aml_local(&f->aml, 7);
    aml_end(&f->aml);
    aml_else(&f->aml);
    aml_op(&f->aml, AML_STORE);
    aml_integer(&f->aml, 1);
    aml_local(&f->aml, 0);
    aml_end(&f->aml);
    assert_encoding(f, 0xa0, 0x87, 0, 0, 0x92, 0x93, 0x68, 0x67, 0xa1, 0x86, 0, 0, 0x70,
                    0x01, 0x60);
}

static void a_package_counts_its_elements(void **state)
{
    struct fixture *f = *state;

    aml_package(&f->aml, 2);
    aml_integer(&f->aml, 5);
    aml_integer(&f->aml, 0);
    aml_end(&f->aml);
    assert_encoding(f, 0x12, 0x87, 0, 0, 2, 0x0a, 5, 0);
}

static void a_length_may_need_all_of_its_bits(void **state)
{
    struct fixture *f = *state;

    aml_scope(&f->aml, "S");
    for (unsigned i = 0; i < 0x2345; i++)
        aml_integer(&f->aml, 0);
    aml_end(&f->aml);
    /* 0x2345 + 4 for the name + 3 for the length */
    assert_int_equal(f->buf[1], 0x8c);
    assert_int_equal(f->buf[2], 0x34);
    assert_int_equal(f->buf[3], 0x02);
    assert_int_equal(aml_status(&f->aml), RP_OK);
}

static void a_template_ends_with_its_tag_and_knows_its_size(void **state)
{
    struct fixture *f = *state;

    aml_resources(&f->aml);
    aml_resource_io(&f->aml, 0x3f8, 8);
    aml_resource_irq(&f->aml, 4);
    aml_end(&f->aml);
    assert_encoding(f, 0x11, 0x83, 1, 0, 0x0b, 13, 0, /* buffer of 13 bytes */
                    0x47, 0x01, 0xf8, 0x03, 0xf8, 0x03, 1, 8, 0x22, 0x10, 0x00, 0x79, 0);
}

/* The descriptor of a template with just one, at its place. */
static const uint8_t *descriptor(struct fixture *f)
{
    return f->buf + 7;
}

static void a_range_of_buses(void **state)
{
    struct fixture *f = *state;
    const uint8_t expected[] = {0x88, 0x0d, 0,    2, 0x0c, 0, 0,    0,
                                1,    0,    0x3f, 0, 0,    0, 0x3f, 0};

    aml_resources(&f->aml);
    aml_resource_buses(&f->aml, 1, 0x3f);
    aml_end(&f->aml);
    assert_int_equal(aml_status(&f->aml), RP_OK);
    assert_memory_equal(descriptor(f), expected, sizeof(expected));
}

static void a_window_of_ports(void **state)
{
    struct fixture *f = *state;
    const uint8_t expected[] = {0x88, 0x0d, 0,    1,    0x0c, 3, 0,    0,
                                0x00, 0x10, 0xff, 0xff, 0,    0, 0x00, 0xf0};

    aml_resources(&f->aml);
    aml_resource_io_window(&f->aml, 0x1000, 0xffff);
    aml_end(&f->aml);
    assert_int_equal(aml_status(&f->aml), RP_OK);
    assert_memory_equal(descriptor(f), expected, sizeof(expected));
}

static void a_window_of_32_bit_memory(void **state)
{
    struct fixture *f = *state;
    const uint8_t expected[] = {0x87, 0x17, 0,    0,    0x0c, 1, 0, 0, 0, 0, 0, 0, 0,
                                0xc0, 0xff, 0xff, 0xff, 0xcf, 0, 0, 0, 0, 0, 0, 0, 0x10};

    aml_resources(&f->aml);
    aml_resource_memory32(&f->aml, AML_MEMORY_PRODUCED, 0xc0000000, 0xcfffffff);
    aml_end(&f->aml);
    assert_int_equal(aml_status(&f->aml), RP_OK);
    assert_memory_equal(descriptor(f), expected, sizeof(expected));
}

static void a_window_of_64_bit_memory(void **state)
{
    struct fixture *f = *state;
    const uint8_t expected[] = {0x8a, 0x2b, 0,    0, 0x0c, 7, 0,    0, 0, 0, 0,    0,
                                0,    0,    0,    0, 0,    0, 0x40, 0, 0, 0, 0xff, 0xff,
                                0xff, 0xff, 0x7f, 0, 0,    0, 0,    0, 0, 0, 0,    0,
                                0,    0,    0,    0, 0,    0, 0x40, 0, 0, 0};

    aml_resources(&f->aml);
    aml_resource_memory64(&f->aml, AML_MEMORY_PRODUCED_PREFETCHED, 0x4000000000,
                          0x7fffffffff);
    aml_resource_memory64(&f->aml, AML_MEMORY_CONSUMED, 0xe0000000, 0xe00fffff);
    aml_end(&f->aml);
    assert_int_equal(aml_status(&f->aml), RP_OK);
    assert_memory_equal(descriptor(f), expected, sizeof(expected));
    assert_int_equal(descriptor(f)[46 + 4], 0x0d); /* consumed */
    assert_int_equal(descriptor(f)[46 + 5], 0x01); /* not prefetchable */
}

static void a_malformed_name_is_refused(void **state)
{
    static const char *const bad[] = {"ABCDE", "a",   "A-B", "9ABC", "A..ABCDE",
                                      "A b",   "\\9", "A^",  "A\\B"};
    struct fixture *f = *state;

    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        aml_init(&f->aml, f->buf, sizeof(f->buf));
        aml_path(&f->aml, bad[i]);
        assert_int_equal(aml_status(&f->aml), RP_ERR_INVALID);
    }
}

static void a_malformed_id_is_refused(void **state)
{
    static const char *const bad[] = {"",        "PNP",     "PNP0A0",
                                      "pnp0A08", "PNP0A0G", "PNP0A080"};
    static const char *const bad_uuids[] = {"", "33DB4D5B-1FF7-401C-9657-7441C03DD76",
                                            "33DB4D5B-1FF7-401C-9657-7441C03DD7667",
                                            "33DB4D5B11FF7-401C-9657-7441C03DD766",
                                            "33DB4D5B-1FF7-401C-9657-7441C03DD76X"};
    struct fixture *f = *state;

    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        aml_init(&f->aml, f->buf, sizeof(f->buf));
        aml_eisaid(&f->aml, bad[i]);
        assert_int_equal(aml_status(&f->aml), RP_ERR_INVALID);
    }
    for (unsigned i = 0; i < sizeof(bad_uuids) / sizeof(bad_uuids[0]); i++) {
        aml_init(&f->aml, f->buf, sizeof(f->buf));
        aml_uuid(&f->aml, bad_uuids[i]);
        assert_int_equal(aml_status(&f->aml), RP_ERR_INVALID);
    }
}

static void a_number_out_of_range_is_refused(void **state)
{
    struct fixture *f = *state;

    aml_arg(&f->aml, 7);
    assert_int_equal(aml_status(&f->aml), RP_ERR_INVALID);
    aml_init(&f->aml, f->buf, sizeof(f->buf));
    aml_local(&f->aml, 8);
    assert_int_equal(aml_status(&f->aml), RP_ERR_INVALID);
    aml_init(&f->aml, f->buf, sizeof(f->buf));
    aml_resource_irq(&f->aml, 16);
    assert_int_equal(aml_status(&f->aml), RP_ERR_INVALID);
    aml_init(&f->aml, f->buf, sizeof(f->buf));
    aml_resource_buses(&f->aml, 2, 1);
    assert_int_equal(aml_status(&f->aml), RP_ERR_INVALID);
    aml_init(&f->aml, f->buf, sizeof(f->buf));
    aml_method(&f->aml, "M", 8);
    aml_end(&f->aml);
    assert_int_equal(aml_status(&f->aml), RP_ERR_INVALID);
}

static void what_is_open_must_be_closed_and_only_that(void **state)
{
    struct fixture *f = *state;

    aml_if(&f->aml);
    assert_int_equal(aml_status(&f->aml), RP_ERR_INVALID);
    aml_end(&f->aml);
    assert_int_equal(aml_status(&f->aml), RP_OK);
    aml_end(&f->aml);
    assert_int_equal(aml_status(&f->aml), RP_ERR_INVALID);
}

static void too_deep_is_refused(void **state)
{
    struct fixture *f = *state;

    for (unsigned i = 0; i < AML_DEPTH_MAX + 1; i++)
        aml_if(&f->aml);
    for (unsigned i = 0; i < AML_DEPTH_MAX + 1; i++)
        aml_end(&f->aml);
    assert_int_equal(aml_status(&f->aml), RP_ERR_INVALID);
}

/* Every capacity that is too small; ASan watches over the end. */
static void a_full_buffer_is_an_error_and_nothing_is_written_beyond(void **state)
{
    enum { LENGTH = 57 };

    struct fixture *f = *state;

    for (size_t capacity = 0; capacity <= LENGTH; capacity++) {
        memset(f->buf, 0xcc, sizeof(f->buf));
        aml_init(&f->aml, f->buf, capacity);
        aml_device(&f->aml, "DEV");
        aml_name(&f->aml, "_CRS");
        aml_resources(&f->aml);
        aml_resource_io(&f->aml, 0x70, 2);
        aml_resource_memory32(&f->aml, AML_MEMORY_CONSUMED, 0, 0xfff);
        aml_end(&f->aml);
        aml_end(&f->aml);
        assert_int_equal(aml_status(&f->aml),
                         capacity < LENGTH ? RP_ERR_NO_SPACE : RP_OK);
        assert_int_equal(f->buf[capacity], 0xcc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_name_has_the_form_that_its_length_asks_for, setup),
        cmocka_unit_test_setup(an_integer_has_its_shortest_form, setup),
        cmocka_unit_test_setup(strings_ids_and_buffers, setup),
        cmocka_unit_test_setup(a_uuid_is_little_endian_in_its_first_three_groups, setup),
        cmocka_unit_test_setup(what_is_closed_knows_its_length, setup),
        cmocka_unit_test_setup(if_and_else, setup),
        cmocka_unit_test_setup(a_package_counts_its_elements, setup),
        cmocka_unit_test_setup(a_length_may_need_all_of_its_bits, setup),
        cmocka_unit_test_setup(a_template_ends_with_its_tag_and_knows_its_size, setup),
        cmocka_unit_test_setup(a_range_of_buses, setup),
        cmocka_unit_test_setup(a_window_of_ports, setup),
        cmocka_unit_test_setup(a_window_of_32_bit_memory, setup),
        cmocka_unit_test_setup(a_window_of_64_bit_memory, setup),
        cmocka_unit_test_setup(a_malformed_name_is_refused, setup),
        cmocka_unit_test_setup(a_malformed_id_is_refused, setup),
        cmocka_unit_test_setup(a_number_out_of_range_is_refused, setup),
        cmocka_unit_test_setup(what_is_open_must_be_closed_and_only_that, setup),
        cmocka_unit_test_setup(too_deep_is_refused, setup),
        cmocka_unit_test_setup(a_full_buffer_is_an_error_and_nothing_is_written_beyond,
                               setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
