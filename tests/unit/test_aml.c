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
    struct acpi_writer w;
};

static int setup(void **state)
{
    static struct fixture fixture;

    memset(fixture.buf, 0xcc, sizeof(fixture.buf));
    fixture.w =
        (struct acpi_writer){.bytes = fixture.buf, .capacity = sizeof(fixture.buf)};
    *state = &fixture;
    return 0;
}

static void assert_bytes(const uint8_t *bytes, size_t size, const uint8_t *expected,
                         size_t expected_size)
{
    assert_int_equal(size, expected_size);
    assert_memory_equal(bytes, expected, expected_size);
}

#define BYTES(...) (const uint8_t[]){__VA_ARGS__}, AML_SIZE(__VA_ARGS__)

/* That @term, in brackets, is these bytes. */
#define assert_encoding(term, ...) assert_bytes(BYTES term, BYTES(__VA_ARGS__))

#define assert_written(f, ...)                                                           \
    do {                                                                                 \
        assert_false((f)->w.is_full);                                                    \
        assert_bytes((f)->buf, (f)->w.length, BYTES(__VA_ARGS__));                       \
        assert_int_equal((f)->buf[(f)->w.length], 0xcc);                                 \
    } while (0)

static void values_have_their_prefixes(void **state)
{
    (void)state;
    assert_encoding((AML_ZERO, AML_ONE), 0, 1);
    assert_encoding((AML_BYTE(0xff)), 0x0a, 0xff);
    assert_encoding((AML_WORD(0x1234)), 0x0b, 0x34, 0x12);
    assert_encoding((AML_DWORD(0x87654321)), 0x0c, 0x21, 0x43, 0x65, 0x87);
    assert_encoding((AML_BUFFER(0xaa, 0xbb)), 0x11, 0x46, 0, 0x0a, 2, 0xaa, 0xbb);
    assert_encoding((AML_PNP(0x0a08)), 0x0c, 0x41, 0xd0, 0x0a, 0x08); /* in every PC's */
    assert_encoding((AML_LOCAL(7), AML_ARG(6)), 0x67, 0x6e);
}

static void what_contains_knows_its_length(void **state)
{
    (void)state;
    assert_encoding((AML_DEVICE('D', 'E', 'V', '0', AML_NAME('_', 'U', 'I', 'D', 1))),
                    0x5b, 0x82, 0x4c, 0, 'D', 'E', 'V', '0', 0x08, '_', 'U', 'I', 'D', 1);
    assert_encoding(
        (AML_METHOD('M', 'E', 'T', 'H', 4 | AML_SERIALIZED, AML_RETURN(AML_ARG(3)))),
        0x14, 0x49, 0, 'M', 'E', 'T', 'H', 0x0c, 0xa4, 0x6b);
    assert_encoding((AML_PACKAGE(2, AML_BYTE(5), AML_ZERO)), 0x12, 0x46, 0, 2, 0x0a, 5,
                    0);
    assert_encoding((AML_IF(AML_NOT(AML_EQUAL(AML_ARG(0), AML_LOCAL(7))),
                            AML_STORE(AML_ONE, AML_LOCAL(0)))),
                    0xa0, 0x49, 0, 0x92, 0x93, 0x68, 0x67, 0x70, 0x01, 0x60);
}

static void a_constant_length_may_need_both_of_its_bytes(void **state)
{
    (void)state;
    /* 16 values, the name and the length itself: 0x16 */
    assert_encoding(
        (AML_DEVICE('D', 'E', 'V', '0', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
        0x5b, 0x82, 0x46, 0x01, 'D', 'E', 'V', '0', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0);
}

static void a_constant_template_ends_with_its_tag(void **state)
{
    (void)state;
    assert_encoding((AML_RESOURCES(AML_PORTS(0x3f8, 8), AML_IRQ(4))), 0x11, 0x41, 1, 0x0a,
                    13, 0x47, 0x01, 0xf8, 0x03, 0xf8, 0x03, 1, 8, 0x22, 0x10, 0x00, 0x79,
                    0);
    assert_encoding((AML_IRQ(15)), 0x22, 0x00, 0x80);
}

static void what_is_opened_and_closed_knows_its_length(void **state)
{
    struct fixture *f = *state;
    size_t scope = aml_open(&f->w, AML_OPEN_SCOPE);

    acpi_writer_put(&f->w, "_SB_", 4);

    size_t device = aml_open(&f->w, AML_OPEN_DEVICE);

    acpi_writer_put(&f->w, "DEV0", 4);
    aml_close(&f->w, device);
    aml_close(&f->w, scope);
    assert_written(f, 0x10, 0x80 | 0, 1, 0, '_', 'S', 'B', '_', /* 16 bytes */
                   0x5b, 0x82, 0x87, 0, 0, 'D', 'E', 'V', '0');
}

static void a_length_may_need_all_of_its_bits(void **state)
{
    struct fixture *f = *state;
    size_t package = aml_open(&f->w, AML_OPEN_PACKAGE);

    for (unsigned i = 0; i < 0x2345; i++)
        acpi_writer_put(&f->w, "", 1);
    aml_close(&f->w, package);
    /* 0x2345 + 3 for the length */
    assert_int_equal(f->buf[1], 0x88);
    assert_int_equal(f->buf[2], 0x34);
    assert_int_equal(f->buf[3], 0x02);
}

static void an_opened_template_knows_its_size_too(void **state)
{
    struct fixture *f = *state;
    const uint8_t ports[] = {AML_PORTS(0x3f8, 8)};
    size_t resources = aml_open_resources(&f->w);

    acpi_writer_put(&f->w, ports, sizeof(ports));
    aml_close_resources(&f->w, resources);
    assert_written(f, 0x11, 0x80, 1, 0, 0x0b, 10, 0, /* buffer of 10 bytes */
                   0x47, 0x01, 0xf8, 0x03, 0xf8, 0x03, 1, 8, 0x79, 0);
}

static void a_range_of_buses(void **state)
{
    struct fixture *f = *state;

    aml_put_range(&f->w, 2, AML_BUSES, 1, 0x3f);
    assert_written(f, 0x88, 0x0d, 0, 2, 0x0c, 0, 0, 0, 1, 0, 0x3f, 0, 0, 0, 0x3f, 0);
}

static void a_window_of_ports(void **state)
{
    struct fixture *f = *state;

    aml_put_range(&f->w, 2, AML_IO, 0x1000, 0xffff);
    assert_written(f, 0x88, 0x0d, 0, 1, 0x0c, 3, 0, 0, 0x00, 0x10, 0xff, 0xff, 0, 0, 0x00,
                   0xf0);
}

static void a_window_of_32_bit_memory(void **state)
{
    struct fixture *f = *state;

    aml_put_range(&f->w, 4, AML_MEMORY, 0xc0000000, 0xcfffffff);
    assert_written(f, 0x87, 0x17, 0, 0, 0x0c, 1, 0, 0, 0, 0, 0, 0, 0, 0xc0, 0xff, 0xff,
                   0xff, 0xcf, 0, 0, 0, 0, 0, 0, 0, 0x10);
}

static void a_window_of_64_bit_memory(void **state)
{
    struct fixture *f = *state;

    aml_put_range(&f->w, 8, AML_MEMORY_PREFETCHED, 0x4000000000, 0x7fffffffff);
    assert_written(f, 0x8a, 0x2b, 0, 0, 0x0c, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x40,
                   0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                   0, 0, 0, 0, 0x40, 0, 0, 0);
}

static void memory_of_the_device_itself(void **state)
{
    struct fixture *f = *state;

    aml_put_range(&f->w, 8, AML_MEMORY_CONSUMED, 0xe0000000, 0xe00fffff);
    assert_int_equal(f->buf[4], 0x0d); /* consumed */
    assert_int_equal(f->buf[5], 0x01); /* not prefetchable */
}

/* Every capacity that is too small; ASan watches over the end. */
static void a_full_buffer_says_so_and_nothing_is_written_beyond(void **state)
{
    enum { LENGTH = 44 };

    struct fixture *f = *state;

    for (size_t capacity = 0; capacity <= LENGTH; capacity++) {
        memset(f->buf, 0xcc, sizeof(f->buf));
        f->w = (struct acpi_writer){.bytes = f->buf, .capacity = capacity};

        size_t device = aml_open(&f->w, AML_OPEN_DEVICE);

        acpi_writer_put(&f->w, "DEV0", 4);

        size_t resources = aml_open_resources(&f->w);

        aml_put_range(&f->w, 4, AML_MEMORY_CONSUMED, 0, 0xfff);
        aml_close_resources(&f->w, resources);
        aml_close(&f->w, device);
        assert_int_equal(f->w.is_full, capacity < LENGTH);
        assert_int_equal(f->buf[capacity], 0xcc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_have_their_prefixes),
        cmocka_unit_test(what_contains_knows_its_length),
        cmocka_unit_test(a_constant_length_may_need_both_of_its_bytes),
        cmocka_unit_test(a_constant_template_ends_with_its_tag),
        cmocka_unit_test_setup(what_is_opened_and_closed_knows_its_length, setup),
        cmocka_unit_test_setup(a_length_may_need_all_of_its_bits, setup),
        cmocka_unit_test_setup(an_opened_template_knows_its_size_too, setup),
        cmocka_unit_test_setup(a_range_of_buses, setup),
        cmocka_unit_test_setup(a_window_of_ports, setup),
        cmocka_unit_test_setup(a_window_of_32_bit_memory, setup),
        cmocka_unit_test_setup(a_window_of_64_bit_memory, setup),
        cmocka_unit_test_setup(memory_of_the_device_itself, setup),
        cmocka_unit_test_setup(a_full_buffer_says_so_and_nothing_is_written_beyond,
                               setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
