/* SPDX-License-Identifier: MIT */
/* Who has which memory: no byte twice, and none that isn't usable. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mm/memmap.h"
#include "mm/pages.h"

#define MIB 0x100000ull
#define GIB 0x40000000ull
#define TIB 0x10000000000ull

static const struct memmap_machine machine = {
    .image_base = 2 * MIB,
    .image_end = 3 * MIB,
    .address_end = 64 * TIB,
};

static struct boot_info info;

static void add(uint64_t base, uint64_t size, uint32_t type)
{
    info.memory[info.memory_count++] = (struct memory_range){base, size, type};
}

static int setup(void **state)
{
    (void)state;
    memset(&info, 0, sizeof info);
    add(0, 640 * 1024, MEMORY_USABLE);
    add(MIB, 2 * GIB - MIB, MEMORY_USABLE);
    return 0;
}

/* Takes all that is left in pieces of @size, and says whether [base, end) is in it. */
static bool gives_out(uint64_t size, uint64_t base, uint64_t end)
{
    bool is_given = false;
    uint64_t at;

    while ((at = memmap_take(size)) != 0) {
        assert_int_equal(at % LARGE_PAGE_SIZE, 0);
        is_given = is_given || (at < end && at + size > base);
    }
    return is_given;
}

static void test_a_plain_machine(void **state)
{
    (void)state;
    assert_null(memmap_init(&info, &machine));
    assert_int_equal(memmap_pool_size() % LARGE_PAGE_SIZE, 0);
    assert_in_range(memmap_pool_size(), 16 * MIB, 64 * MIB);
    assert_true(memmap_pool_base() + memmap_pool_size() <= 2 * GIB);
    assert_true(memmap_available() > 2 * GIB - 80 * MIB);
}

static void test_what_is_used_is_not_given_out(void **state)
{
    (void)state;
    info.modules[0] = (struct boot_module){.base = 100 * MIB, .size = 5 * MIB + 1};
    info.module_count = 1;
    assert_null(memmap_init(&info, &machine));
    assert_false(gives_out(2 * MIB, 100 * MIB, 105 * MIB + 1));
    assert_null(memmap_init(&info, &machine));
    assert_false(gives_out(2 * MIB, machine.image_base, machine.image_end));
    assert_null(memmap_init(&info, &machine));
    assert_false(gives_out(2 * MIB, 0, MIB));
    assert_null(memmap_init(&info, &machine));
    assert_false(
        gives_out(2 * MIB, memmap_pool_base(), memmap_pool_base() + memmap_pool_size()));
}

static void test_an_empty_module_takes_nothing(void **state)
{
    uint64_t before;

    (void)state;
    assert_null(memmap_init(&info, &machine));
    before = memmap_largest();
    info.modules[0] = (struct boot_module){.base = GIB, .size = 0};
    info.module_count = 1;
    assert_null(memmap_init(&info, &machine));
    assert_int_equal(memmap_largest(), before);
}

static void test_what_is_named_is_taken_once(void **state)
{
    uint64_t before;

    (void)state;
    assert_null(memmap_init(&info, &machine));
    before = memmap_available();
    assert_true(memmap_take_at(GIB, 2 * MIB));
    assert_int_equal(memmap_available(), before - 2 * MIB);
    assert_false(memmap_take_at(GIB, 2 * MIB));
    assert_false(memmap_take_at(GIB - 2 * MIB, 4 * MIB));
    assert_true(memmap_take_at(GIB - 2 * MIB, 2 * MIB));
    memmap_give_back(GIB - 2 * MIB, 4 * MIB);
    assert_int_equal(memmap_available(), before);
    assert_true(memmap_take_at(GIB - 2 * MIB, 4 * MIB));
    assert_false(gives_out(2 * MIB, GIB - 2 * MIB, GIB + 2 * MIB));
}

static void test_what_is_not_free_is_not_taken(void **state)
{
    uint64_t before;

    (void)state;
    assert_null(memmap_init(&info, &machine));
    before = memmap_available();
    assert_false(memmap_take_at(0, 2 * MIB));
    assert_false(memmap_take_at(2 * MIB, 2 * MIB)); /* the image */
    assert_false(memmap_take_at(2 * GIB - MIB, 2 * MIB));
    assert_false(memmap_take_at(3 * GIB, 2 * MIB));
    assert_false(memmap_take_at(memmap_pool_base(), 2 * MIB));
    assert_int_equal(memmap_available(), before);
}

static void test_reserved_wins_over_usable(void **state)
{
    (void)state;
    add(GIB, 16 * MIB, MEMORY_RESERVED);
    add(GIB, 16 * MIB, MEMORY_USABLE);
    assert_null(memmap_init(&info, &machine));
    assert_false(gives_out(2 * MIB, GIB, GIB + 16 * MIB));
}

static void test_memory_listed_twice_is_there_once(void **state)
{
    uint64_t once;

    (void)state;
    assert_null(memmap_init(&info, &machine));
    once = memmap_available();
    add(MIB, 2 * GIB - MIB, MEMORY_USABLE);
    add(512 * MIB, GIB, MEMORY_USABLE);
    assert_null(memmap_init(&info, &machine));
    assert_int_equal(memmap_available(), once);
}

static void test_what_cannot_be_addressed_is_left_out(void **state)
{
    (void)state;
    add(64 * TIB - GIB, 4 * GIB, MEMORY_USABLE);
    add(1000 * TIB, GIB, MEMORY_USABLE);
    assert_null(memmap_init(&info, &machine));
    assert_false(gives_out(2 * MIB, 64 * TIB, UINT64_MAX));
}

static void test_the_pool_of_a_huge_machine_fits_below_4_gib(void **state)
{
    (void)state;
    add(4 * GIB, 8 * TIB, MEMORY_USABLE);
    assert_null(memmap_init(&info, &machine));
    assert_true(memmap_pool_base() + memmap_pool_size() <= 4 * GIB);
    assert_true(memmap_take(4 * TIB) >= 4 * GIB);
}

static void test_too_little_memory_says_so(void **state)
{
    (void)state;
    info.memory[1].size = 15 * MIB;
    assert_non_null(memmap_init(&info, &machine));
    info.memory_count = 0;
    assert_non_null(memmap_init(&info, &machine));
}

static void test_a_fragmented_map_says_so(void **state)
{
    (void)state;
    info.memory_count = 0;
    add(MIB, 4 * GIB, MEMORY_USABLE);
    for (uint64_t i = 1; i < BOOT_MEMORY_MAX; i++)
        add(i * 16 * MIB, 4096, MEMORY_RESERVED);
    assert_null(memmap_init(&info, &machine));
    info.module_count = BOOT_MODULE_MAX;
    for (size_t i = 0; i < BOOT_MODULE_MAX; i++)
        info.modules[i] =
            (struct boot_module){.base = 24 * MIB + i * 16 * MIB, .size = 4096};
    assert_null(memmap_init(&info, &machine));
}

static void test_taking_more_than_there_is_fails(void **state)
{
    uint64_t available;

    (void)state;
    assert_null(memmap_init(&info, &machine));
    available = memmap_available();
    assert_int_equal(memmap_take(2 * GIB), 0);
    assert_int_equal(memmap_take(UINT64_MAX - LARGE_PAGE_SIZE + 1), 0);
    assert_int_equal(memmap_available(), available);
    assert_int_not_equal(memmap_take(memmap_largest()), 0);
}

static void test_what_is_given_back_joins_both_neighbours(void **state)
{
    uint64_t places[8];
    uint64_t largest;

    (void)state;
    assert_null(memmap_init(&info, &machine));
    largest = memmap_largest();
    for (size_t i = 0; i < 8; i++)
        places[i] = memmap_take(32 * MIB);
    for (size_t i = 0; i < 8; i += 2)
        memmap_give_back(places[i], 32 * MIB);
    for (size_t i = 1; i < 8; i += 2)
        memmap_give_back(places[i], 32 * MIB);
    assert_int_equal(memmap_largest(), largest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_plain_machine, setup),
        cmocka_unit_test_setup(test_what_is_used_is_not_given_out, setup),
        cmocka_unit_test_setup(test_an_empty_module_takes_nothing, setup),
        cmocka_unit_test_setup(test_what_is_named_is_taken_once, setup),
        cmocka_unit_test_setup(test_what_is_not_free_is_not_taken, setup),
        cmocka_unit_test_setup(test_reserved_wins_over_usable, setup),
        cmocka_unit_test_setup(test_memory_listed_twice_is_there_once, setup),
        cmocka_unit_test_setup(test_what_cannot_be_addressed_is_left_out, setup),
        cmocka_unit_test_setup(test_the_pool_of_a_huge_machine_fits_below_4_gib, setup),
        cmocka_unit_test_setup(test_too_little_memory_says_so, setup),
        cmocka_unit_test_setup(test_a_fragmented_map_says_so, setup),
        cmocka_unit_test_setup(test_taking_more_than_there_is_fails, setup),
        cmocka_unit_test_setup(test_what_is_given_back_joins_both_neighbours, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
