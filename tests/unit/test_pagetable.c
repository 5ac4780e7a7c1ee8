/* SPDX-License-Identifier: MIT */
/* Four-level page tables (AMD64 APM vol. 2, 5.3), with memory that can run out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mm/pages.h"
#include "mm/pagetable.h"

#define MIB   0x100000ull
#define GIB   0x40000000ull

#define FLAGS (PTE_PRESENT | PTE_WRITABLE)

static uint64_t *root;
static uint64_t *retired;
static size_t page_count;
static size_t pages_left;

/* In place of mm/pages.c. */
void *pages_alloc(size_t count)
{
    void *page;

    assert_int_equal(count, 1);
    if (pages_left == 0)
        return NULL;
    pages_left--;
    page_count++;
    page = aligned_alloc(PAGE_SIZE, PAGE_SIZE);
    return memset(page, 0, PAGE_SIZE);
}

void pages_free(void *first, size_t count)
{
    assert_int_equal(count, 1);
    page_count--;
    pages_left++;
    free(first);
}

static int setup(void **state)
{
    (void)state;
    pages_left = 100;
    page_count = 0;
    root = pages_alloc(1);
    retired = NULL;
    return 0;
}

/* Nothing leaks, whatever a test did. */
static int teardown(void **state)
{
    (void)state;
    pagetable_free(root);
    pagetable_free_retired(retired);
    return page_count == 0 ? 0 : -1;
}

static uint64_t target_of(uint64_t address)
{
    uint64_t size;
    uint64_t entry = pagetable_lookup(root, address, &size);

    return entry != 0 ? (entry & PTE_ADDRESS & ~(size - 1)) + address % size : 0;
}

static void expect_size(uint64_t address, uint64_t expected)
{
    uint64_t size = 0;

    assert_int_not_equal(pagetable_lookup(root, address, &size), 0);
    assert_int_equal(size, expected);
}

static void test_an_empty_table_maps_nothing(void **state)
{
    (void)state;
    assert_int_equal(pagetable_lookup(root, 0, NULL), 0);
    assert_int_equal(pagetable_lookup(root, 0x7ffffffff000, NULL), 0);
}

static void test_large_pages_where_both_are_aligned(void **state)
{
    (void)state;
    assert_true(pagetable_map(root, 2 * MIB, 6 * MIB, 4 * MIB, FLAGS, &retired));
    expect_size(2 * MIB, LARGE_PAGE_SIZE);
    assert_int_equal(target_of(5 * MIB + 123), 9 * MIB + 123);
    assert_int_equal(target_of(6 * MIB), 0);
    assert_int_equal(target_of(2 * MIB - 1), 0);
}

static void test_small_pages_elsewhere(void **state)
{
    (void)state;
    assert_true(pagetable_map(root, GIB, 3 * GIB + PAGE_SIZE, 4 * MIB, FLAGS, &retired));
    expect_size(GIB, PAGE_SIZE);
    assert_int_equal(target_of(GIB + 4 * MIB - 1), 3 * GIB + 4 * MIB + PAGE_SIZE - 1);
}

static void test_the_edges_of_a_range_are_small(void **state)
{
    (void)state;
    assert_true(pagetable_map(root, 2 * MIB - PAGE_SIZE, 2 * MIB - PAGE_SIZE, 3 * MIB,
                              FLAGS, &retired));
    expect_size(2 * MIB - PAGE_SIZE, PAGE_SIZE);
    expect_size(2 * MIB, LARGE_PAGE_SIZE);
    expect_size(4 * MIB, PAGE_SIZE);
}

static void test_a_hole_in_a_large_page_splits_it(void **state)
{
    (void)state;
    assert_true(pagetable_map(root, 0, 0x40000000, 2 * MIB, FLAGS | PTE_NX, &retired));
    assert_true(pagetable_unmap(root, MIB, PAGE_SIZE, &retired));
    assert_int_equal(target_of(MIB), 0);
    assert_int_equal(target_of(MIB - 1), 0x40000000 + MIB - 1);
    assert_int_equal(target_of(MIB + PAGE_SIZE), 0x40000000 + MIB + PAGE_SIZE);
    assert_int_equal(pagetable_lookup(root, 0, NULL), 0x40000000 | FLAGS | PTE_NX);
}

static void free_retired(void)
{
    pagetable_free_retired(retired);
    retired = NULL;
}

static void test_a_large_page_replaces_small_ones_and_their_table(void **state)
{
    size_t before;

    (void)state;
    assert_true(pagetable_map(root, 0, 0, 2 * MIB, FLAGS, &retired));
    before = page_count;
    assert_true(pagetable_unmap(root, MIB, PAGE_SIZE, &retired));
    assert_int_equal(page_count, before + 1);
    assert_true(pagetable_map(root, 0, 0, 2 * MIB, FLAGS, &retired));
    /* A CPU may still walk the table, and finds nothing new in it. */
    assert_int_equal(page_count, before + 1);
    assert_int_equal(retired[0] & PTE_PRESENT, 0);
    free_retired();
    assert_int_equal(page_count, before);
    expect_size(MIB, LARGE_PAGE_SIZE);
}

/* However many places something has been at, nothing is left of them. */
static void test_tables_go_with_the_last_page_in_them(void **state)
{
    size_t before;

    (void)state;
    assert_true(pagetable_map(root, GIB, GIB, 2 * MIB, FLAGS, &retired));
    before = page_count;
    for (uint64_t at = 2 * GIB; at < 256 * 1024 * GIB; at *= 2) {
        assert_true(pagetable_map(root, at, 0, 3 * MIB, FLAGS, &retired));
        assert_true(pagetable_unmap(root, at, PAGE_SIZE, &retired));
        assert_int_equal(target_of(at + PAGE_SIZE), PAGE_SIZE);
        assert_true(pagetable_unmap(root, at, 3 * MIB, &retired));
        assert_int_equal(pagetable_lookup(root, at + 2 * MIB, NULL), 0);
        free_retired();
        assert_int_equal(page_count, before);
    }
    assert_int_equal(target_of(GIB + MIB), GIB + MIB);
}

static void test_nothing_beyond_48_bits_is_mapped(void **state)
{
    (void)state;
    assert_true(pagetable_map(root, 0, 0, 2 * MIB, FLAGS, &retired));
    assert_int_equal(pagetable_lookup(root, 1ull << 48, NULL), 0);
    assert_int_equal(pagetable_lookup(root, 0xffff000000000000, NULL), 0);
}

/* A guest's BAR of 64 bits goes where the guest puts it: not to what is 2^48 below. */
static void test_what_is_beyond_48_bits_is_not_what_is_below(void **state)
{
    const uint64_t beyond = 1ull << 48;

    (void)state;
    assert_true(pagetable_map(root, 0, 0, 4 * MIB, FLAGS, &retired));
    assert_true(pagetable_map(root, beyond, GIB, 2 * MIB, FLAGS, &retired));
    assert_true(pagetable_map(root, beyond - 2 * MIB, GIB, 4 * MIB, FLAGS, &retired));
    assert_true(pagetable_lookup(root, beyond - 2 * MIB, NULL) != 0);
    assert_int_equal(target_of(PAGE_SIZE), PAGE_SIZE);
    assert_true(pagetable_unmap(root, beyond, 2 * MIB, &retired));
    assert_true(pagetable_unmap(root, 0xffff000000000000, PAGE_SIZE, &retired));
    assert_int_equal(target_of(PAGE_SIZE), PAGE_SIZE);
}

static void test_no_memory_is_reported_and_leaves_what_was(void **state)
{
    (void)state;
    assert_true(pagetable_map(root, 0, GIB, 2 * MIB, FLAGS, &retired));
    pages_left = 0;
    assert_false(pagetable_unmap(root, MIB, PAGE_SIZE, &retired));
    assert_false(pagetable_map(root, 512 * GIB, 0, PAGE_SIZE, FLAGS, &retired));
    assert_int_equal(target_of(MIB), GIB + MIB);
    pages_left = 100;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_an_empty_table_maps_nothing, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_large_pages_where_both_are_aligned, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_small_pages_elsewhere, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_edges_of_a_range_are_small, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_a_hole_in_a_large_page_splits_it, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_a_large_page_replaces_small_ones_and_their_table, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tables_go_with_the_last_page_in_them, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_nothing_beyond_48_bits_is_mapped, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_what_is_beyond_48_bits_is_not_what_is_below,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_memory_is_reported_and_leaves_what_was,
                                        setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
