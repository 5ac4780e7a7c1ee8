/* SPDX-License-Identifier: MIT */
/* What a kernel is given at its PVH entry, read as the kernel reads it: by offsets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "guest/pvh.h"

#define ADDRESS 0x8000u

static const struct pvh_module modules[] = {
    {.address = 0x4000000, .size = 0x123456},
    {.address = 0x5000000, .size = 1, .command_line = 0x9000},
};

static const struct pvh_memory_range memory_map[] = {
    {0, 0xa0000, PVH_MEMORY_RAM, 0},
    {0xe0000, 0x20000, PVH_MEMORY_ACPI, 0},
    {0x100000000, 0x80000000, PVH_MEMORY_RAM, 0},
};

static const struct pvh_boot boot = {
    .flags = PVH_PRIVILEGED | PVH_INITDOMAIN,
    .modules = modules,
    .module_count = 2,
    .memory_map = memory_map,
    .memory_map_count = 3,
    .command_line = "console=ttyS0",
    .rsdp = 0xe0000,
};

static uint32_t u32(const uint8_t *bytes, size_t offset)
{
    uint32_t value;

    memcpy(&value, bytes + offset, sizeof(value));
    return value;
}

static uint64_t u64(const uint8_t *bytes, size_t offset)
{
    uint64_t value;

    memcpy(&value, bytes + offset, sizeof(value));
    return value;
}

/* Builds into a block of exactly the size needed, at an odd address. */
static uint8_t *build(const struct pvh_boot *what)
{
    size_t size = pvh_size(what);
    uint8_t *block = malloc(size + 1);

    assert_non_null(block);
    memset(block, 0xa5, size + 1);
    assert_int_equal(pvh_build(what, (rp_gpa_t){ADDRESS}, block + 1, size), RP_OK);
    return block;
}

static void start_info_is_version_1(void **state)
{
    uint8_t *block = build(&boot);
    const uint8_t *info = block + 1;

    (void)state;
    assert_int_equal(u32(info, 0), 0x336ec578);
    assert_int_equal(u32(info, 4), 1);
    assert_int_equal(u32(info, 8), 3);
    assert_int_equal(u32(info, 12), 2);
    assert_int_equal(u64(info, 32), 0xe0000);
    assert_int_equal(u32(info, 48), 3);
    assert_int_equal(u32(info, 52), 0);
    free(block);
}

static void modules_are_listed(void **state)
{
    uint8_t *block = build(&boot);
    const uint8_t *list = block + 1 + (u64(block + 1, 16) - ADDRESS);

    (void)state;
    assert_int_equal(u64(block + 1, 16) % 8, 0);
    assert_int_equal(u64(list, 0), 0x4000000);
    assert_int_equal(u64(list, 8), 0x123456);
    assert_int_equal(u64(list, 16), 0);
    assert_int_equal(u64(list, 24), 0);
    assert_int_equal(u64(list, 32), 0x5000000);
    assert_int_equal(u64(list, 40), 1);
    assert_int_equal(u64(list, 48), 0x9000);
    free(block);
}

static void memory_is_mapped_out(void **state)
{
    uint8_t *block = build(&boot);
    const uint8_t *map = block + 1 + (u64(block + 1, 40) - ADDRESS);

    (void)state;
    assert_int_equal(u64(block + 1, 40) % 8, 0);
    assert_int_equal(u64(map, 24), 0xe0000);
    assert_int_equal(u64(map, 32), 0x20000);
    assert_int_equal(u32(map, 40), 3);
    assert_int_equal(u64(map, 48), 0x100000000);
    assert_int_equal(u64(map, 56), 0x80000000);
    assert_int_equal(u32(map, 64), 1);
    assert_int_equal(u32(map, 68), 0);
    free(block);
}

static void the_command_line_ends_with_zero(void **state)
{
    uint8_t *block = build(&boot);

    (void)state;
    assert_string_equal((const char *)block + 1 + (u64(block + 1, 24) - ADDRESS),
                        "console=ttyS0");
    free(block);
}

static void parts_do_not_overlap(void **state)
{
    uint8_t *block = build(&boot);
    const uint8_t *info = block + 1;

    (void)state;
    assert_true(u64(info, 16) >= ADDRESS + 56);
    assert_true(u64(info, 40) >= u64(info, 16) + 2 * 32);
    assert_true(u64(info, 24) >= u64(info, 40) + 3 * 24);
    assert_int_equal(u64(info, 24) + sizeof("console=ttyS0"), ADDRESS + pvh_size(&boot));
    free(block);
}

static void what_is_not_there_has_address_zero(void **state)
{
    const struct pvh_boot nothing = {0};
    uint8_t *block = build(&nothing);
    const uint8_t *info = block + 1;

    (void)state;
    assert_int_equal(pvh_size(&nothing), 56);
    assert_int_equal(u32(info, 8), 0);
    assert_int_equal(u32(info, 12), 0);
    assert_int_equal(u64(info, 16), 0);
    assert_int_equal(u64(info, 24), 0);
    assert_int_equal(u64(info, 40), 0);
    assert_int_equal(u32(info, 48), 0);
    free(block);
}

static void an_empty_command_line_is_there(void **state)
{
    const struct pvh_boot empty = {.command_line = ""};
    uint8_t *block = build(&empty);

    (void)state;
    assert_int_equal(pvh_size(&empty), 57);
    assert_int_equal(u64(block + 1, 24), ADDRESS + 56);
    assert_int_equal(block[1 + 56], 0);
    free(block);
}

static void too_little_space_is_refused(void **state)
{
    uint8_t bytes[1024];
    uint8_t untouched[1024];

    (void)state;
    memset(bytes, 0xa5, sizeof(bytes));
    memset(untouched, 0xa5, sizeof(untouched));
    assert_int_equal(pvh_build(&boot, (rp_gpa_t){ADDRESS}, bytes, pvh_size(&boot) - 1),
                     RP_ERR_NO_SPACE);
    assert_memory_equal(bytes, untouched, sizeof(bytes));
}

static void bad_addresses_are_refused(void **state)
{
    uint8_t bytes[1024];
    const uint64_t last = (0x100000000 - pvh_size(&boot)) & ~(uint64_t)7;

    (void)state;
    assert_int_equal(pvh_build(&boot, (rp_gpa_t){ADDRESS + 4}, bytes, sizeof(bytes)),
                     RP_ERR_INVALID);
    assert_int_equal(pvh_build(&boot, (rp_gpa_t){last}, bytes, sizeof(bytes)), RP_OK);
    assert_int_equal(pvh_build(&boot, (rp_gpa_t){last + 8}, bytes, sizeof(bytes)),
                     RP_ERR_INVALID);
    assert_int_equal(pvh_build(&boot, (rp_gpa_t){UINT64_MAX - 7}, bytes, sizeof(bytes)),
                     RP_ERR_INVALID);
}

static void unknown_flags_are_refused(void **state)
{
    struct pvh_boot odd = boot;
    uint8_t bytes[1024];

    (void)state;
    odd.flags |= 4; /* modules in a multiboot list */
    assert_int_equal(pvh_build(&odd, (rp_gpa_t){ADDRESS}, bytes, sizeof(bytes)),
                     RP_ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(start_info_is_version_1),
        cmocka_unit_test(modules_are_listed),
        cmocka_unit_test(memory_is_mapped_out),
        cmocka_unit_test(the_command_line_ends_with_zero),
        cmocka_unit_test(parts_do_not_overlap),
        cmocka_unit_test(what_is_not_there_has_address_zero),
        cmocka_unit_test(an_empty_command_line_is_there),
        cmocka_unit_test(too_little_space_is_refused),
        cmocka_unit_test(bad_addresses_are_refused),
        cmocka_unit_test(unknown_flags_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
