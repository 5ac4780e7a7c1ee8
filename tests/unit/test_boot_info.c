/* SPDX-License-Identifier: MIT */
/* What a multiboot loader hands over, true and false (Multiboot 0.6.96, 3.3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "boot/boot_info.h"

enum {
    ARENA_SIZE = 64 * 1024,
    MAGIC = 0x2badb002,
    HAS_COMMAND_LINE = 0x04,
    HAS_MODULES = 0x08,
    HAS_MEMORY_MAP = 0x40,
    FLAGS_AT = 0,
    COMMAND_LINE_AT = 16,
    MODULE_COUNT_AT = 20,
    MODULES_AT = 24,
    MAP_LENGTH_AT = 44,
    MAP_AT = 48,
    /* Where the tests put what the structure points to, from its beginning. */
    MAP = 0x1000,
    MODULES = 0x3000,
    TEXT = 0x5000,
    ENTRY_SIZE = 24,
    MODULE_SIZE = 16,
};

/* Below 4 GiB, as a loader's structures are; it ends where nothing is mapped. */
static uint8_t *arena;
static struct boot_info info;

static int setup(void **state)
{
    (void)state;
    arena = mmap(NULL, ARENA_SIZE, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    memset(&info, 0xee, sizeof info);
    return arena == MAP_FAILED ? -1 : 0;
}

static int teardown(void **state)
{
    (void)state;
    return munmap(arena, ARENA_SIZE);
}

static uint32_t address_of(size_t offset)
{
    return (uint32_t)(uintptr_t)(arena + offset);
}

static void put32(size_t offset, uint32_t value)
{
    memcpy(arena + offset, &value, sizeof value);
}

static void put64(size_t offset, uint64_t value)
{
    memcpy(arena + offset, &value, sizeof value);
}

static void put_entry(unsigned index, uint64_t base, uint64_t size, uint32_t type)
{
    size_t at = MAP + (size_t)index * ENTRY_SIZE;

    put32(at, ENTRY_SIZE - 4);
    put64(at + 4, base);
    put64(at + 12, size);
    put32(at + 20, type);
}

/* A loader that gives a map of @count entries and nothing else. */
static void give_map(unsigned count)
{
    put32(FLAGS_AT, HAS_MEMORY_MAP);
    put32(MAP_LENGTH_AT, count * ENTRY_SIZE);
    put32(MAP_AT, address_of(MAP));
}

static void give_modules(unsigned count)
{
    put_entry(0, 0x100000, 0x1000000, MEMORY_USABLE);
    give_map(1);
    put32(FLAGS_AT, HAS_MEMORY_MAP | HAS_MODULES);
    put32(MODULE_COUNT_AT, count);
    put32(MODULES_AT, address_of(MODULES));
}

static void put_module(unsigned index, uint32_t start, uint32_t end, uint32_t text)
{
    size_t at = MODULES + (size_t)index * MODULE_SIZE;

    put32(at, start);
    put32(at + 4, end);
    put32(at + 8, text);
}

static const char *read_info(void)
{
    return boot_info_read(&info, MAGIC, address_of(0));
}

static void test_another_loader_is_refused(void **state)
{
    (void)state;
    assert_non_null(boot_info_read(&info, 0x36d76289, address_of(0)));
    assert_int_equal(info.memory_count, 0);
}

static void test_a_map_is_copied(void **state)
{
    (void)state;
    put_entry(0, 0x100000, 0x7ff00000, MEMORY_USABLE);
    put_entry(1, 0x100000000, 0x80000000, MEMORY_USABLE);
    put_entry(2, 0xb0000000, 0x10000000, MEMORY_RESERVED);
    give_map(3);
    assert_null(read_info());
    assert_int_equal(info.memory_count, 3);
    assert_int_equal(info.memory[1].base, 0x100000000);
    assert_int_equal(info.memory[2].type, MEMORY_RESERVED);
    assert_int_equal(info.module_count, 0);
    assert_string_equal(info.command_line, "");
}

static void test_no_map_is_refused(void **state)
{
    (void)state;
    assert_non_null(read_info());
    give_map(0);
    assert_non_null(read_info());
}

static void test_entries_may_be_longer(void **state)
{
    (void)state;
    put_entry(0, 0x100000, 0x1000, MEMORY_USABLE);
    put32(MAP, ENTRY_SIZE + 4);
    memcpy(arena + MAP + ENTRY_SIZE + 8, arena + MAP, ENTRY_SIZE);
    put32(MAP + ENTRY_SIZE + 8, ENTRY_SIZE - 4);
    give_map(0);
    put32(MAP_LENGTH_AT, 2 * ENTRY_SIZE + 8);
    assert_null(read_info());
    assert_int_equal(info.memory_count, 2);
}

static void test_an_entry_with_an_impossible_size_is_refused(void **state)
{
    static const uint32_t sizes[] = {0, 1, ENTRY_SIZE - 5, 0x7fffffff, 0xffffffff};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        put_entry(0, 0x100000, 0x1000, MEMORY_USABLE);
        put_entry(1, 0x200000, 0x1000, MEMORY_USABLE);
        put32(MAP + ENTRY_SIZE, sizes[i]);
        give_map(2);
        assert_non_null(read_info());
    }
}

static void test_a_usable_range_that_wraps_is_left_out(void **state)
{
    (void)state;
    put_entry(0, 0x100000, 0x1000, MEMORY_USABLE);
    put_entry(1, 0xfffffffffffff000, 0x2000, MEMORY_USABLE);
    put_entry(2, 0xfffffffffffff000, 0x2000, MEMORY_RESERVED);
    put_entry(3, 0x300000, 0, MEMORY_USABLE);
    give_map(4);
    assert_null(read_info());
    assert_int_equal(info.memory_count, 2);
    assert_int_equal(info.memory[1].type, MEMORY_RESERVED);
    assert_int_equal(info.memory[1].size, 0xfff);
}

static void test_too_many_entries_are_refused(void **state)
{
    (void)state;
    for (unsigned i = 0; i <= BOOT_MEMORY_MAX; i++)
        put_entry(i, 0x100000u * (i + 1), 0x1000, MEMORY_USABLE);
    give_map(BOOT_MEMORY_MAX);
    assert_null(read_info());
    give_map(BOOT_MEMORY_MAX + 1);
    assert_non_null(read_info());
}

static void test_tables_beyond_4_gib_are_not_touched(void **state)
{
    (void)state;
    give_map(1);
    put32(MAP_AT, 0xfffffff0);
    assert_non_null(read_info());
    give_modules(2);
    put32(MODULES_AT, 0xfffffff0);
    assert_non_null(read_info());
    put32(MODULES_AT, 0);
    assert_non_null(read_info());
    assert_non_null(boot_info_read(&info, MAGIC, 0xfffffff8));
    assert_non_null(boot_info_read(&info, MAGIC, 0));
}

static void test_modules_are_copied(void **state)
{
    (void)state;
    strcpy((char *)arena + TEXT, "kernel a b");
    give_modules(2);
    put_module(0, 0x400000, 0x500000, address_of(TEXT));
    put_module(1, 0x600000, 0x600000, 0);
    assert_null(read_info());
    assert_int_equal(info.module_count, 2);
    assert_int_equal(info.modules[0].base, 0x400000);
    assert_int_equal(info.modules[0].size, 0x100000);
    assert_string_equal(info.modules[0].name, "kernel a b");
    assert_int_equal(info.modules[1].size, 0);
    assert_string_equal(info.modules[1].name, "");
}

static void test_a_module_that_ends_before_it_starts_is_refused(void **state)
{
    (void)state;
    give_modules(1);
    put_module(0, 0x500000, 0x400000, 0);
    assert_non_null(read_info());
}

static void test_too_many_modules_are_refused(void **state)
{
    (void)state;
    give_modules(BOOT_MODULE_MAX + 1);
    assert_non_null(read_info());
    put32(MODULE_COUNT_AT, 0xffffffff);
    assert_non_null(read_info());
}

static void test_texts_are_cut_to_fit(void **state)
{
    (void)state;
    memset(arena + TEXT, 'x', 8192);
    give_modules(1);
    put_module(0, 0x400000, 0x500000, address_of(TEXT));
    put32(FLAGS_AT, HAS_MEMORY_MAP | HAS_MODULES | HAS_COMMAND_LINE);
    put32(COMMAND_LINE_AT, address_of(TEXT));
    assert_null(read_info());
    assert_int_equal(strlen(info.command_line), sizeof info.command_line - 1);
    assert_int_equal(strlen(info.modules[0].name), sizeof info.modules[0].name - 1);
}

static void give_command_line(const char *text)
{
    memset(&info, 0, sizeof info);
    strcpy(info.command_line, text);
}

static void test_options_are_whole_words(void **state)
{
    char value[8];

    (void)state;
    give_command_line("xecam=a ecam ecam= selftest=stack  ecam=strict ecam=off");
    assert_true(boot_info_option(&info, "selftest", value, sizeof value));
    assert_string_equal(value, "stack");
    assert_false(boot_info_option(&info, "ca", value, sizeof value));
    assert_false(boot_info_option(&info, "absent", value, sizeof value));
    give_command_line("xecam=a ecam=strict");
    assert_true(boot_info_option(&info, "ecam", value, sizeof value));
    assert_string_equal(value, "strict");
}

static void test_an_option_is_cut_to_fit(void **state)
{
    char value[4];

    (void)state;
    give_command_line("ecam=strict");
    assert_true(boot_info_option(&info, "ecam", value, sizeof value));
    assert_string_equal(value, "str");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_another_loader_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_map_is_copied, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_map_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_entries_may_be_longer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_entry_with_an_impossible_size_is_refused,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_usable_range_that_wraps_is_left_out, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_too_many_entries_are_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_tables_beyond_4_gib_are_not_touched, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_modules_are_copied, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_a_module_that_ends_before_it_starts_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_many_modules_are_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_texts_are_cut_to_fit, setup, teardown),
        cmocka_unit_test(test_options_are_whole_words),
        cmocka_unit_test(test_an_option_is_cut_to_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
