/* SPDX-License-Identifier: MIT */
/* Addresses, fields and the words for statuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/pci_regs.h>
#include <rootport/status.h>
#include <rootport/types.h>

static void test_sbdf_layout(void **state)
{
    rp_sbdf_t sbdf = rp_sbdf(0x1234, 0x56, 0x1f, 0x7);

    (void)state;
    assert_int_equal(sbdf.value, 0x123456ff);
    assert_int_equal(rp_sbdf_segment(sbdf), 0x1234);
    assert_int_equal(rp_sbdf_bus(sbdf), 0x56);
    assert_int_equal(rp_sbdf_dev(sbdf), 0x1f);
    assert_int_equal(rp_sbdf_fn(sbdf), 0x7);
    assert_int_equal(rp_sbdf_devfn(sbdf), 0xff);
    assert_int_equal(rp_sbdf_requester_id(sbdf), 0x56ff);
}

static void test_sbdf_drops_excess_bits(void **state)
{
    (void)state;
    assert_int_equal(rp_sbdf(0, 0x100, 0x20, 0x8).value, 0);
    assert_true(rp_sbdf_equal(rp_sbdf(0, 1, 2, 3), rp_sbdf(0, 0x101, 0x22, 0xb)));
    assert_false(rp_sbdf_equal(rp_sbdf(0, 1, 2, 3), rp_sbdf(1, 1, 2, 3)));
}

static void test_fields(void **state)
{
    (void)state;
    assert_int_equal(rp_field_get(0x00f0u, 0x1234), 0x3);
    assert_int_equal(rp_field_get(0x80000000u, 0x80000000u), 1);
    assert_int_equal(rp_field_get(0xffffffffu, 0x12345678u), 0x12345678);
    assert_int_equal(rp_field_set(0x00f0u, 0x1234, 0x9), 0x1294);
    assert_int_equal(rp_field_set(0x00f0u, 0x1234, 0x19), 0x1294);
    assert_int_equal(rp_field_set(0x80000000u, 0, 1), 0x80000000u);
}

static void test_statuses_have_words(void **state)
{
    const char *unknown = rp_status_text((enum rp_status)255);

    (void)state;
    for (int i = RP_OK; i <= RP_ERR_MISMATCH; i++)
        assert_string_not_equal(rp_status_text((enum rp_status)i), unknown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sbdf_layout),
        cmocka_unit_test(test_sbdf_drops_excess_bits),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_statuses_have_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
