/* SPDX-License-Identifier: MIT */
/*
 * The two capability walks, where no fixture can show it: what they read, and
 * what they do when a read fails. The shapes of lists are fixtures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/cap.h>
#include <rootport/pci_regs.h>

#include "tests/fake/fake_pci.h"

static const rp_sbdf_t sbdf = {0x0108};

static struct fake_function *add_lists(struct fake_pci *pci)
{
    struct fake_function *function = fake_pci_add(pci, sbdf, 0x1f01, 1);

    fake_set16(function, 0x06, 0x0010);
    fake_set8(function, 0x34, 0x40);
    fake_set16(function, 0x40, 0x8001);
    fake_set16(function, 0x80, 0xc005);
    fake_set16(function, 0xc0, 0x0005);
    fake_set32(function, 0x100, 0x20010001);
    fake_set32(function, 0x200, 0x30020003);
    fake_set32(function, 0x300, 0x00030003);
    return function;
}

static void test_find_takes_the_first(void **state)
{
    struct fake_pci *pci = fake_pci_new();
    struct rp_cfg cfg = fake_cfg(pci);

    (void)state;
    add_lists(pci);
    assert_int_equal(rp_cap_find(&cfg, sbdf, 0x01), 0x40);
    assert_int_equal(rp_cap_find(&cfg, sbdf, 0x05), 0x80);
    assert_int_equal(rp_cap_find(&cfg, sbdf, 0x10), 0);
    assert_int_equal(rp_extcap_find(&cfg, sbdf, 4096, 0x0003), 0x200);
    assert_int_equal(rp_extcap_find(&cfg, sbdf, 4096, 0x0010), 0);
    fake_pci_free(pci);
}

static void test_no_extended_read_below_4096_bytes(void **state)
{
    struct fake_pci *pci = fake_pci_new();
    struct rp_cfg cfg = fake_cfg(pci);
    struct rp_cap_iter iter = rp_extcap_begin(&cfg, sbdf, 256);
    struct rp_cap cap;

    (void)state;
    add_lists(pci);
    assert_false(rp_extcap_next(&iter, &cap));
    assert_int_equal(iter.end, RP_CAP_ABSENT);
    assert_int_equal(rp_extcap_find(&cfg, sbdf, 0, 0x0001), 0);
    assert_int_equal(pci->reads, 0);
    fake_pci_free(pci);
}

static void test_ended_walk_stays_ended(void **state)
{
    struct fake_pci *pci = fake_pci_new();
    struct rp_cfg cfg = fake_cfg(pci);
    struct rp_cap_iter iter = rp_cap_begin(&cfg, sbdf);
    struct rp_cap cap;
    unsigned long reads;

    (void)state;
    add_lists(pci);
    assert_int_equal(iter.end, RP_CAP_GOING);
    while (rp_cap_next(&iter, &cap))
        continue;
    reads = pci->reads;
    assert_false(rp_cap_next(&iter, &cap));
    assert_int_equal(iter.end, RP_CAP_END);
    assert_int_equal(pci->reads, reads);
    fake_pci_free(pci);
}

static void test_absent_function_reads_all_ones(void **state)
{
    struct fake_pci *pci = fake_pci_new();
    struct rp_cfg cfg = fake_cfg(pci);
    struct rp_cap_iter iter = rp_cap_begin(&cfg, sbdf);
    struct rp_cap_iter extended = rp_extcap_begin(&cfg, sbdf, 4096);
    struct rp_cap cap;

    (void)state;
    assert_false(rp_cap_next(&iter, &cap));
    assert_int_equal(iter.end, RP_CAP_ALL_ONES);
    assert_false(rp_extcap_next(&extended, &cap));
    assert_int_equal(extended.end, RP_CAP_ALL_ONES);
    fake_pci_free(pci);
}

static void test_removal_in_mid_walk(void **state)
{
    struct fake_pci *pci = fake_pci_new();
    struct rp_cfg cfg = fake_cfg(pci);
    struct rp_cap_iter iter = rp_cap_begin(&cfg, sbdf);
    struct rp_cap cap;

    (void)state;
    add_lists(pci);
    assert_true(rp_cap_next(&iter, &cap));
    fake_pci_remove(pci, sbdf);
    assert_false(rp_cap_next(&iter, &cap));
    assert_int_equal(iter.end, RP_CAP_ALL_ONES);
    fake_pci_free(pci);
}

/* A carrier that fails after as many reads as its context says. */
static enum rp_status read_some(void *context, rp_sbdf_t function, uint16_t reg,
                                unsigned width, uint32_t *out_value)
{
    unsigned *left = context;

    (void)function;
    (void)width;
    *out_value = 0xffffffff;
    if ((*left)-- == 0)
        return RP_ERR_UNREACHABLE;
    *out_value = reg == RP_PCI_STATUS ? 0x0010 : reg == RP_PCI_HEADER_TYPE ? 0 : 0x40;
    return RP_OK;
}

static void test_failing_carrier(void **state)
{
    static const struct rp_cfg_ops ops = {.read = read_some};

    (void)state;
    for (unsigned reads = 0; reads < 4; reads++) {
        unsigned left = reads;
        struct rp_cfg cfg = {.ops = &ops, .context = &left};
        struct rp_cap_iter iter = rp_cap_begin(&cfg, sbdf);
        struct rp_cap cap;

        assert_false(rp_cap_next(&iter, &cap));
        assert_int_equal(iter.end, RP_CAP_UNREACHABLE);
    }
}

static void test_ends_have_words(void **state)
{
    const char *unknown = rp_cap_end_text((enum rp_cap_end)255);

    (void)state;
    for (int i = RP_CAP_GOING; i <= RP_CAP_UNREACHABLE; i++)
        assert_string_not_equal(rp_cap_end_text((enum rp_cap_end)i), unknown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find_takes_the_first),
        cmocka_unit_test(test_no_extended_read_below_4096_bytes),
        cmocka_unit_test(test_ended_walk_stays_ended),
        cmocka_unit_test(test_absent_function_reads_all_ones),
        cmocka_unit_test(test_removal_in_mid_walk),
        cmocka_unit_test(test_failing_carrier),
        cmocka_unit_test(test_ends_have_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
