/* SPDX-License-Identifier: MIT */
/*
 * The table of functions, where no fixture can show it: storage, adding one
 * function, publishing verdicts. Topologies are fixtures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/pci_regs.h>
#include <rootport/scan.h>

#include "tests/fake/fake_pci.h"

enum {
    CAPACITY = 4,
};

struct table {
    struct fake_pci *pci;
    struct rp_cfg cfg;
    struct rp_function functions[CAPACITY];
    struct rp_scan scan;
};

static int set_up(void **state)
{
    static struct table table;

    memset(&table, 0xa5, sizeof(table));
    table.pci = fake_pci_new();
    table.cfg = fake_cfg(table.pci);
    rp_scan_init(&table.scan, table.functions, CAPACITY);
    *state = &table;
    return 0;
}

static int tear_down(void **state)
{
    struct table *table = *state;

    fake_pci_free(table->pci);
    return 0;
}

static void test_reversed_buses(void **state)
{
    struct table *table = *state;

    assert_int_equal(rp_scan_segment(&table->scan, &table->cfg, 0, 2, 1), RP_ERR_INVALID);
    assert_int_equal(table->pci->reads, 0);
}

static void test_full_storage(void **state)
{
    struct table *table = *state;

    for (unsigned dev = 0; dev <= CAPACITY; dev++)
        fake_pci_add(table->pci, rp_sbdf(0, 0, dev, 0), 0x1f01, 1);
    assert_int_equal(rp_scan_segment(&table->scan, &table->cfg, 0, 0, 0xff),
                     RP_ERR_NO_SPACE);
    assert_int_equal(table->scan.count, CAPACITY);
}

static void test_segments_and_ranges(void **state)
{
    struct table *table = *state;

    fake_pci_add(table->pci, rp_sbdf(1, 0x10, 0, 0), 0x1f01, 1);
    fake_pci_add(table->pci, rp_sbdf(1, 0x0f, 0, 0), 0x1f01, 2);
    fake_pci_add(table->pci, rp_sbdf(1, 0x20, 0, 0), 0x1f01, 3);
    fake_pci_add(table->pci, rp_sbdf(0, 0x10, 0, 0), 0x1f01, 4);
    assert_int_equal(rp_scan_segment(&table->scan, &table->cfg, 1, 0x10, 0x1f), RP_OK);
    assert_int_equal(table->scan.count, 1);
    assert_int_equal(table->functions[0].sbdf.value, 0x11000);
    assert_int_equal(rp_scan_segment(&table->scan, &table->cfg, 1, 0xff, 0xff), RP_OK);
    assert_int_equal(rp_scan_find(&table->scan, rp_sbdf(1, 0x10, 0, 0)), 0);
    assert_int_equal(rp_scan_find(&table->scan, rp_sbdf(0, 0x10, 0, 0)), RP_SCAN_NONE);
}

static void test_record_is_complete(void **state)
{
    struct table *table = *state;
    rp_sbdf_t sbdf = rp_sbdf(0, 3, 0x1f, 0);
    struct fake_function *function = fake_pci_add(table->pci, sbdf, 0x1f01, 0xabcd);
    const struct rp_function *record = &table->functions[0];

    fake_set32(function, RP_PCI_REVISION_ID, 0x01080205);
    fake_set8(function, RP_PCI_HEADER_TYPE, 0x80);
    fake_set16(function, RP_PCI_STATUS, 0x0010);
    fake_set8(function, RP_PCI_CAPABILITIES_POINTER, 0x40);
    fake_set16(function, 0x40, 0x5001);
    fake_set16(function, 0x50, 0x6005);
    fake_set16(function, 0x60, 0x7011);
    fake_set16(function, 0x70, 0x8007);
    fake_set16(function, 0x80, 0x9010);
    fake_set16(function, 0x82, 0x0092);
    fake_set16(function, 0x90, 0x0001);
    assert_int_equal(rp_scan_segment(&table->scan, &table->cfg, 0, 3, 3), RP_OK);
    assert_int_equal(record->vendor_id, 0x1f01);
    assert_int_equal(record->device_id, 0xabcd);
    assert_int_equal(record->class_code, 0x010802);
    assert_int_equal(record->revision_id, 0x05);
    assert_int_equal(record->header_type, RP_PCI_LAYOUT_ENDPOINT);
    assert_int_equal(record->pm_cap, 0x40);
    assert_int_equal(record->msi_cap, 0x50);
    assert_int_equal(record->msix_cap, 0x60);
    assert_int_equal(record->pcix_cap, 0x70);
    assert_int_equal(record->pcie_cap, 0x80);
    assert_int_equal(record->pcie_type, RP_PCI_PCIE_TYPE_INTEGRATED_ENDPOINT);
    assert_int_equal(record->cap_end, RP_CAP_END);
    assert_int_equal(record->owner, 0);
    assert_int_equal(rp_scan_verdict(record).reason, RP_EXTCFG_UNEVALUATED);
}

static void test_add_one(void **state)
{
    struct table *table = *state;
    rp_sbdf_t sbdf = rp_sbdf(0, 3, 0, 0);
    size_t index = 99;

    assert_int_equal(
        rp_scan_add(&table->scan, &table->cfg, sbdf, RP_SCAN_NONE, RP_SCAN_NONE, &index),
        RP_ERR_NO_DEVICE);
    fake_pci_add(table->pci, sbdf, RP_PCI_VENDOR_NOT_READY, 0xffff);
    assert_int_equal(
        rp_scan_add(&table->scan, &table->cfg, sbdf, RP_SCAN_NONE, RP_SCAN_NONE, &index),
        RP_ERR_NO_DEVICE);
    assert_int_equal(table->scan.count, 0);
    fake_set16(fake_pci_find(table->pci, sbdf), RP_PCI_VENDOR_ID, 0x1f01);
    assert_int_equal(
        rp_scan_add(&table->scan, &table->cfg, sbdf, RP_SCAN_NONE, RP_SCAN_NONE, &index),
        RP_OK);
    assert_int_equal(index, 0);
    assert_int_equal(
        rp_scan_add(&table->scan, &table->cfg, sbdf, RP_SCAN_NONE, RP_SCAN_NONE, &index),
        RP_ERR_EXISTS);
    assert_int_equal(index, 0);
    assert_int_equal(table->scan.count, 1);
}

static void test_publish_only_news(void **state)
{
    struct table *table = *state;
    struct rp_function *function = &table->functions[0];
    struct rp_extcfg_verdict small = {.size = 256, .reason = RP_EXTCFG_NO_REGION};
    struct rp_extcfg_verdict large = {.size = 4096, .reason = RP_EXTCFG_USABLE};

    atomic_init(&function->verdict, 0);
    assert_true(rp_scan_publish(function, small));
    assert_false(rp_scan_publish(function, small));
    assert_true(rp_scan_publish(function, large));
    assert_int_equal(rp_scan_verdict(function).size, 4096);
    large.final = true;
    assert_true(rp_scan_publish(function, large));
    assert_false(rp_scan_publish(function, small));
    assert_int_equal(rp_scan_verdict(function).size, 4096);
}

static void test_finalize_settles_what_is_known(void **state)
{
    struct table *table = *state;
    struct rp_function *function = &table->functions[0];
    struct rp_extcfg_verdict small = {.size = 256, .reason = RP_EXTCFG_NO_REGION};

    atomic_init(&function->verdict, 0);
    rp_scan_finalize(function);
    assert_false(rp_scan_verdict(function).final);
    assert_true(rp_scan_publish(function, small));
    rp_scan_finalize(function);
    assert_true(rp_scan_verdict(function).final);
    assert_int_equal(rp_scan_verdict(function).reason, RP_EXTCFG_NO_REGION);
}

static void test_override_is_marked_and_final(void **state)
{
    struct table *table = *state;
    struct rp_function *function = &table->functions[0];

    atomic_init(&function->verdict, 0);
    rp_scan_override(function, RP_CFG_SIZE_EXTENDED);
    assert_int_equal(rp_scan_verdict(function).size, 4096);
    assert_int_equal(rp_scan_verdict(function).reason, RP_EXTCFG_OVERRIDDEN);
    assert_true(rp_scan_verdict(function).final);
}

static void test_alias_switch_of_one_function(void **state)
{
    struct table *table = *state;
    rp_sbdf_t sbdf = rp_sbdf(0, 3, 0, 0);
    struct fake_function *device = fake_pci_add(table->pci, sbdf, 0x1234, 0x5678);
    size_t index;

    fake_set16(device, RP_PCI_STATUS, RP_PCI_STATUS_CAPABILITIES);
    fake_set8(device, RP_PCI_CAPABILITIES_POINTER, 0x40);
    fake_set32(device, 0x40, 0x00020010); /* PCI Express */
    for (unsigned page = 0x100; page < 0x1000; page += 0x100)
        memcpy(device->bytes + page, device->bytes, 0x100);
    assert_int_equal(
        rp_scan_add(&table->scan, &table->cfg, sbdf, RP_SCAN_NONE, RP_SCAN_NONE, &index),
        RP_OK);
    assert_int_equal(
        rp_scan_evaluate(&table->scan, &table->cfg, index, RP_EXTCFG_ALIAS_CHECK).reason,
        RP_EXTCFG_ALIASED);
    table->functions[index].alias = RP_EXTCFG_ALIAS_IGNORE;
    assert_int_equal(
        rp_scan_evaluate(&table->scan, &table->cfg, index, RP_EXTCFG_ALIAS_CHECK).reason,
        RP_EXTCFG_UNCHECKED);
}

static size_t add(struct table *table, unsigned dev, uint32_t pf)
{
    size_t index = 99;

    assert_int_equal(rp_scan_add(&table->scan, &table->cfg, rp_sbdf(0, 0, dev, 0),
                                 RP_SCAN_NONE, pf, &index),
                     RP_OK);
    return index;
}

static void test_removed_function_leaves_its_place(void **state)
{
    struct table *table = *state;

    for (unsigned dev = 0; dev < 3; dev++)
        fake_set32(fake_pci_add(table->pci, rp_sbdf(0, 0, dev, 0), 0x1f01, 1), 8, 1);
    assert_int_equal(add(table, 0, RP_SCAN_NONE), 0);
    assert_int_equal(add(table, 1, RP_SCAN_NONE), 1);
    rp_scan_override(&table->functions[0], RP_CFG_SIZE_EXTENDED);
    table->functions[0].owner = 7;
    rp_scan_remove(&table->scan, 0);
    assert_int_equal(rp_scan_find(&table->scan, rp_sbdf(0, 0, 0, 0)), RP_SCAN_NONE);
    assert_int_equal(rp_scan_verdict(&table->functions[0]).reason, RP_EXTCFG_UNEVALUATED);
    /* As a virtual function it must stand behind its physical one. */
    assert_int_equal(add(table, 0, 1), 2);
    rp_scan_override(&table->functions[2], RP_CFG_SIZE_EXTENDED);
    table->functions[2].owner = 7;
    rp_scan_remove(&table->scan, 2);
    assert_int_equal(add(table, 0, 1), 2);
    assert_int_equal(rp_scan_find(&table->scan, rp_sbdf(0, 0, 0, 0)), 2);
    assert_int_equal(table->functions[2].owner, 0);
    assert_int_equal(rp_scan_verdict(&table->functions[2]).reason, RP_EXTCFG_UNEVALUATED);
    assert_int_equal(table->scan.count, 3);
}

/* Every function of five buses, found by its SBDF; others are not. */
static void test_look_up(void **state)
{
    enum { COUNT = 5 * 256 };
    static struct rp_function functions[COUNT];
    struct table *table = *state;
    struct rp_scan scan;

    for (unsigned id = 0; id < COUNT; id++)
        fake_set8(fake_pci_add(table->pci, (rp_sbdf_t){id}, 0x1f01, 1),
                  RP_PCI_HEADER_TYPE, RP_PCI_HEADER_TYPE_MULTIFUNCTION);
    rp_scan_init(&scan, functions, COUNT);
    assert_int_equal(rp_scan_segment(&scan, &table->cfg, 0, 0, 0xff), RP_OK);
    assert_int_equal(scan.count, COUNT);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_int_equal(rp_scan_find(&scan, functions[i].sbdf), i);
    assert_int_equal(rp_scan_find(&scan, (rp_sbdf_t){COUNT}), RP_SCAN_NONE);
    assert_int_equal(rp_scan_find(&scan, (rp_sbdf_t){0x10000}), RP_SCAN_NONE);
    assert_int_equal(rp_scan_find(&scan, (rp_sbdf_t){0xffffffff}), RP_SCAN_NONE);
}

static void test_look_up_in_no_storage(void **state)
{
    struct table *table = *state;

    rp_scan_init(&table->scan, NULL, 0);
    assert_int_equal(rp_scan_find(&table->scan, rp_sbdf(0, 0, 0, 0)), RP_SCAN_NONE);
}

static void test_words(void **state)
{
    (void)state;
    for (int i = 0; i <= RP_SCAN_BUS_TAKEN; i++)
        assert_string_not_equal(rp_scan_bridge_text((enum rp_scan_bridge)i), "unknown");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_reversed_buses),
        TEST(test_full_storage),
        TEST(test_segments_and_ranges),
        TEST(test_record_is_complete),
        TEST(test_add_one),
        TEST(test_publish_only_news),
        TEST(test_finalize_settles_what_is_known),
        TEST(test_override_is_marked_and_final),
        TEST(test_alias_switch_of_one_function),
        TEST(test_removed_function_leaves_its_place),
        TEST(test_look_up),
        TEST(test_look_up_in_no_storage),
        TEST(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
