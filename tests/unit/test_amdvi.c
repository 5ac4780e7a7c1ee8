/* SPDX-License-Identifier: MIT */
/*
 * What an AMD IOMMU reads and writes, against the figures of 48882 r3.06: encodings,
 * and page tables walked here as the specification says, not as the builder does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "iommu/amdvi_format.h"
#include "iommu/amdvi_table.h"

#define KIB4 0x1000ull
#define MIB2 0x200000ull
#define GIB1 0x40000000ull

/* --- encodings --- */

static void quarantine_blocks_everything(void **state)
{
    const struct amdvi_dte dte = amdvi_dte_quarantine(0x12, 0x123456789000);

    (void)state;
    /* V, TV, Mode 4 in 11:9, root; neither IR (61) nor IW (62). */
    assert_int_equal(dte.quads[0], 0x0000123456789803);
    assert_int_equal(dte.quads[1], 0x12); /* I, EX, SysMgt, IoCtl: all blocked */
    assert_int_equal(dte.quads[2], 1);    /* IV with IntCtl 00: abort; nothing passes */
    assert_int_equal(dte.quads[3], 0);
}

static void attached_translates_both_kinds(void **state)
{
    const struct amdvi_dte dte = amdvi_dte_attached(0x7f, 0xfffffffff000, 0xabcde080);

    (void)state;
    assert_int_equal(dte.quads[0], 0x6000fffffffff803);
    assert_int_equal(dte.quads[1], 0x7f);
    /* IV, IntTabLen 8 in 4:1, root in 51:6, IntCtl 10 in 61:60. */
    assert_int_equal(dte.quads[2], 0x20000000abcde091);
    assert_int_equal(dte.quads[3], 0);
}

static void encodes_remapping_entries(void **state)
{
    const struct iommu_interrupt fixed = {.apic_id = 0xfe, .vector = 0x31};
    const struct iommu_interrupt lowest = {
        .apic_id = 1, .vector = 0xff, .delivery = IOMMU_DELIVERY_LOWEST_PRIORITY};

    (void)state;
    assert_int_equal(amdvi_irte(&fixed), 0x0031fe01);
    assert_int_equal(amdvi_irte(&lowest), 0x00ff0105);
}

static void blocks_what_an_entry_cannot_say(void **state)
{
    const struct iommu_interrupt broadcast = {.apic_id = 255, .vector = 0x31};
    const struct iommu_interrupt far = {.apic_id = 256, .vector = 0x31};
    const struct iommu_interrupt low = {.apic_id = 1, .vector = 15};
    const struct iommu_interrupt smi = {
        .apic_id = 1, .vector = 0x31, .delivery = (enum iommu_delivery)2};

    (void)state;
    assert_int_equal(amdvi_irte(&broadcast), 0);
    assert_int_equal(amdvi_irte(&far), 0);
    assert_int_equal(amdvi_irte(&low), 0);
    assert_int_equal(amdvi_irte(&smi), 0);
}

static void assert_command(struct amdvi_command command, uint64_t low, uint64_t high)
{
    assert_int_equal(command.quads[0], low);
    assert_int_equal(command.quads[1], high);
}

static void encodes_commands(void **state)
{
    (void)state;
    assert_command(amdvi_completion_wait(0x123456789abc8, 0x55), 0x100123456789abc9,
                   0x55);
    assert_command(amdvi_invalidate_devtab_entry(0xabcd), 0x200000000000abcd, 0);
    assert_command(amdvi_invalidate_domain(0x0042), 0x3000004200000000,
                   0x7ffffffffffff003);
    assert_command(amdvi_invalidate_interrupt_table(0x0108), 0x5000000000000108, 0);
    assert_command(amdvi_invalidate_all(), 0x8000000000000000, 0);
}

static void decodes_events(void **state)
{
    static const struct {
        uint64_t low, high;
        enum iommu_event_kind kind;
        bool is_write;
    } cases[] = {
        {0x2000000000020108, 0x1000, IOMMU_EVENT_DMA_BLOCKED, false},
        {0x2020000000020108, 0x1000, IOMMU_EVENT_DMA_BLOCKED, true},
        {0x2008000000000108, 0xfee00004, IOMMU_EVENT_INTERRUPT_BLOCKED, false},
        {0x2008000000000108, 0xfedffffc, IOMMU_EVENT_DMA_BLOCKED, false},
        {0x2008000000000108, 0xfef00000, IOMMU_EVENT_DMA_BLOCKED, false},
        {0x8000000000000108, 0xfee00000, IOMMU_EVENT_DMA_BLOCKED, false},
        {0x1000000000000108, 0x2000, IOMMU_EVENT_TABLE_ERROR, false},
        {0x3000000000000108, 0x2000, IOMMU_EVENT_TABLE_ERROR, false},
        {0x4000000000000108, 0x2000, IOMMU_EVENT_TABLE_ERROR, false},
        {0x5000000000000108, 0x2000, IOMMU_EVENT_COMMAND_ERROR, false},
        {0x6000000000000108, 0x2000, IOMMU_EVENT_COMMAND_ERROR, false},
        {0x7000000000000108, 0x2000, IOMMU_EVENT_OTHER, false},
        {0xf000000000000108, 0x2000, IOMMU_EVENT_OTHER, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const uint64_t quads[2] = {cases[i].low, cases[i].high};
        struct iommu_event event = amdvi_event(quads, 3);

        assert_int_equal(event.kind, cases[i].kind);
        assert_int_equal(event.code, cases[i].low >> 60);
        assert_int_equal(event.is_write, cases[i].is_write);
        assert_int_equal(event.sbdf.value, 0x30108);
        assert_int_equal(event.address, cases[i].high);
    }
}

/* --- page tables --- */

enum { NO_LIMIT = -1 };

static uint64_t *root;
static int page_count; /* taken and not given back */
static int page_limit; /* how many more take() has */

static void *take(void)
{
    if (page_limit == 0)
        return NULL;
    if (page_limit > 0)
        page_limit--;
    void *page = aligned_alloc(4096, 4096);
    assert_non_null(page);
    memset(page, 0, 4096);
    page_count++;
    return page;
}

static void give(void *page)
{
    page_count--;
    free(page);
}

static const struct amdvi_page_source pages = {.take = take, .give = give};

static int set_up(void **state)
{
    (void)state;
    page_count = 0;
    page_limit = NO_LIMIT;
    root = take();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    amdvi_table_free(root, &pages);
    return page_count;
}

/*
 * The walk of 48882, 2.2.3, from Mode 4: NextLevel 0 ends it with the default page of
 * that level, permissions are what all entries grant. Returns the page's size; 0: no
 * translation.
 */
static uint64_t device_walk(uint64_t gpa, uint64_t *out_hpa, unsigned *out_rights)
{
    const uint64_t *table = root;
    unsigned rights = 3;

    for (unsigned level = 4; level >= 1; level--) {
        unsigned shift = 12 + 9 * (level - 1);
        uint64_t entry = table[gpa >> shift & 511];
        unsigned next = entry >> 9 & 7;

        if ((entry & 1) == 0)
            return 0;
        rights &= entry >> 61 & 3;
        if (next == 0) {
            uint64_t base = entry & 0x000ffffffffff000;

            assert_true((entry & 1ull << 60) != 0); /* FC */
            assert_int_equal(base & ((1ull << shift) - 1), 0);
            *out_hpa = base | (gpa & ((1ull << shift) - 1));
            *out_rights = rights;
            return 1ull << shift;
        }
        assert_int_equal(next, level - 1);
        table = (const uint64_t *)(uintptr_t)(entry & 0x000ffffffffff000);
    }
    fail();
    return 0;
}

static void assert_page(uint64_t gpa, uint64_t hpa, uint64_t size)
{
    uint64_t reached = 0;
    unsigned rights = 0;
    uint64_t looked_up = 0;
    enum iommu_access access = IOMMU_ACCESS_NONE;

    assert_int_equal(device_walk(gpa, &reached, &rights), size);
    assert_int_equal(reached, hpa);
    assert_true(amdvi_table_look_up(root, gpa, &looked_up, &access));
    assert_int_equal(looked_up, hpa);
    assert_int_equal(access, rights);
}

static void assert_nothing(uint64_t gpa)
{
    uint64_t hpa;
    unsigned rights;
    enum iommu_access access;

    assert_int_equal(device_walk(gpa, &hpa, &rights), 0);
    assert_false(amdvi_table_look_up(root, gpa, &hpa, &access));
}

static enum iommu_status map(uint64_t gpa, uint64_t hpa, uint64_t size)
{
    return amdvi_table_map(root, &pages, gpa, hpa, size, IOMMU_ACCESS_READ_WRITE);
}

static enum iommu_status unmap(uint64_t gpa, uint64_t size)
{
    return amdvi_table_unmap(root, &pages, gpa, size);
}

static void an_empty_table_maps_nothing(void **state)
{
    (void)state;
    assert_nothing(0);
    assert_nothing(0xffffffffffff);
}

static void maps_large_pages_where_they_fit(void **state)
{
    (void)state;
    assert_int_equal(map(GIB1 - KIB4, 2 * GIB1 - KIB4, 2 * MIB2 + 2 * KIB4), IOMMU_OK);
    assert_nothing(GIB1 - KIB4 - 1);
    assert_page(GIB1 - KIB4, 2 * GIB1 - KIB4, KIB4);
    assert_page(GIB1, 2 * GIB1, MIB2);
    assert_page(GIB1 + 2 * MIB2 - 1, 2 * GIB1 + 2 * MIB2 - 1, MIB2);
    assert_page(GIB1 + 2 * MIB2, 2 * GIB1 + 2 * MIB2, KIB4);
    assert_nothing(GIB1 + 2 * MIB2 + KIB4);
}

static void maps_small_pages_where_offsets_differ(void **state)
{
    (void)state;
    assert_int_equal(map(MIB2, GIB1 + KIB4, MIB2), IOMMU_OK);
    assert_page(MIB2, GIB1 + KIB4, KIB4);
    assert_page(2 * MIB2 - 1, GIB1 + KIB4 + MIB2 - 1, KIB4);
}

static void maps_up_to_the_last_address(void **state)
{
    const uint64_t end = 1ull << 48;

    (void)state;
    assert_int_equal(map(end - KIB4, (1ull << 52) - KIB4, KIB4), IOMMU_OK);
    assert_page(end - 1, (1ull << 52) - 1, KIB4);
    assert_int_equal(unmap(end - KIB4, KIB4), IOMMU_OK);
    assert_nothing(end - 1);
}

static void grants_the_rights_asked_for(void **state)
{
    uint64_t hpa;
    unsigned rights;

    (void)state;
    assert_int_equal(amdvi_table_map(root, &pages, 0, 0, KIB4, IOMMU_ACCESS_READ),
                     IOMMU_OK);
    assert_int_equal(amdvi_table_map(root, &pages, MIB2, 0, MIB2, IOMMU_ACCESS_WRITE),
                     IOMMU_OK);
    device_walk(0, &hpa, &rights);
    assert_int_equal(rights, 1);
    device_walk(MIB2, &hpa, &rights);
    assert_int_equal(rights, 2);
}

static void refuses_what_is_no_range(void **state)
{
    static const struct {
        uint64_t gpa, hpa, size;
    } cases[] = {
        {0, 0, 0},
        {1, 0, KIB4},
        {0, 1, KIB4},
        {0, 0, 1},
        {1ull << 48, 0, KIB4},
        {(1ull << 48) - KIB4, 0, 2 * KIB4},
        {0, 1ull << 52, KIB4},
        {0, (1ull << 52) - KIB4, 2 * KIB4},
        {KIB4, 0, UINT64_MAX - KIB4 + 1},
        {UINT64_MAX - KIB4 + 1, 0, KIB4},
        /* Interrupts, and HyperTransport's own. */
        {0xfee00000, 0, KIB4},
        {0xfeeff000, 0, KIB4},
        {0xc0000000, 0, GIB1},
        {0xfd00000000, 0, KIB4},
        {0xfffffff000, 0, KIB4},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(map(cases[i].gpa, cases[i].hpa, cases[i].size), IOMMU_INVALID);
    assert_int_equal(amdvi_table_map(root, &pages, 0, 0, KIB4, IOMMU_ACCESS_NONE),
                     IOMMU_INVALID);
    assert_int_equal(amdvi_table_map(root, &pages, 0, 0, KIB4, (enum iommu_access)4),
                     IOMMU_INVALID);
    assert_int_equal(unmap(0, 0), IOMMU_INVALID);
    assert_int_equal(unmap(1ull << 48, KIB4), IOMMU_INVALID);
    assert_int_equal(page_count, 1);
    assert_int_equal(map(0xfedff000, 0, KIB4), IOMMU_OK);
    assert_int_equal(map(0xfef00000, 0, KIB4), IOMMU_OK);
    assert_int_equal(map(0xfcfffff000, 0, KIB4), IOMMU_OK);
    assert_int_equal(map(0x10000000000, 0, KIB4), IOMMU_OK);
}

static void maps_nothing_over_what_is_there(void **state)
{
    (void)state;
    assert_int_equal(map(4 * MIB2, GIB1, KIB4), IOMMU_OK);
    assert_int_equal(map(8 * MIB2, GIB1, MIB2), IOMMU_OK);
    assert_int_equal(map(2 * MIB2, 0, 4 * MIB2), IOMMU_EXISTS);    /* onto a small page */
    assert_int_equal(map(6 * MIB2, 0, 4 * MIB2), IOMMU_EXISTS);    /* onto a large page */
    assert_int_equal(map(8 * MIB2 + KIB4, 0, KIB4), IOMMU_EXISTS); /* into one */
    for (uint64_t gpa = 2 * MIB2; gpa < 10 * MIB2; gpa += KIB4) {
        if (gpa != 4 * MIB2 && (gpa < 8 * MIB2 || gpa >= 9 * MIB2))
            assert_nothing(gpa);
    }
    assert_page(4 * MIB2, GIB1, KIB4);
    assert_page(8 * MIB2, GIB1, MIB2);
}

static void goes_on_small_where_small_pages_were(void **state)
{
    (void)state;
    assert_int_equal(map(MIB2, 0, KIB4), IOMMU_OK);
    assert_int_equal(unmap(MIB2, KIB4), IOMMU_OK);
    assert_int_equal(map(0, GIB1, 3 * MIB2), IOMMU_OK);
    assert_page(0, GIB1, MIB2);
    assert_page(MIB2, GIB1 + MIB2, KIB4);
    assert_page(2 * MIB2 - 1, GIB1 + 2 * MIB2 - 1, KIB4);
    assert_page(2 * MIB2, GIB1 + 2 * MIB2, MIB2);
}

static void maps_nothing_when_pages_run_out(void **state)
{
    (void)state;
    for (int limit = 0; limit < 4; limit++) {
        page_limit = limit; /* 2 tables lead to the large page, 2 more to the small one */
        assert_int_equal(map(GIB1 - MIB2, GIB1 - MIB2, MIB2 + KIB4), IOMMU_NO_MEMORY);
        assert_nothing(GIB1 - MIB2);
        assert_nothing(GIB1);
        page_limit = NO_LIMIT;
        amdvi_table_free(root, &pages);
        root = take();
    }
}

static void unmaps_just_the_range(void **state)
{
    (void)state;
    assert_int_equal(map(0, GIB1, 4 * MIB2), IOMMU_OK);
    assert_int_equal(unmap(MIB2 - KIB4, 2 * MIB2 + 2 * KIB4), IOMMU_OK);
    assert_page(0, GIB1, KIB4); /* split, and otherwise the same */
    assert_page(MIB2 - KIB4 - 1, GIB1 + MIB2 - KIB4 - 1, KIB4);
    assert_nothing(MIB2 - KIB4);
    assert_nothing(2 * MIB2);
    assert_nothing(3 * MIB2);
    assert_page(3 * MIB2 + KIB4, GIB1 + 3 * MIB2 + KIB4, KIB4);
    assert_page(4 * MIB2 - 1, GIB1 + 4 * MIB2 - 1, KIB4);
}

static void unmaps_a_hole_out_of_one_large_page(void **state)
{
    (void)state;
    assert_int_equal(map(0, GIB1, MIB2), IOMMU_OK);
    assert_int_equal(unmap(KIB4, KIB4), IOMMU_OK);
    assert_page(0, GIB1, KIB4);
    assert_nothing(KIB4);
    assert_page(2 * KIB4, GIB1 + 2 * KIB4, KIB4);
    assert_int_equal(map(KIB4, 2 * GIB1, KIB4), IOMMU_OK);
    assert_page(KIB4, 2 * GIB1, KIB4);
}

static void unmaps_where_nothing_is(void **state)
{
    (void)state;
    assert_int_equal(map(GIB1, 0, KIB4), IOMMU_OK);
    assert_int_equal(unmap(0, 1ull << 48), IOMMU_OK);
    assert_nothing(GIB1);
    assert_int_equal(unmap(0, 1ull << 48), IOMMU_OK);
}

static void unmaps_nothing_when_pages_run_out(void **state)
{
    (void)state;
    assert_int_equal(map(0, GIB1, 2 * MIB2), IOMMU_OK);
    for (int limit = 0; limit < 2; limit++) {
        page_limit = limit;
        assert_int_equal(unmap(KIB4, 2 * MIB2 - 2 * KIB4), IOMMU_NO_MEMORY);
        for (uint64_t gpa = 0; gpa < 2 * MIB2; gpa += KIB4) {
            uint64_t hpa;
            enum iommu_access access;

            assert_true(amdvi_table_look_up(root, gpa, &hpa, &access));
            assert_int_equal(hpa, GIB1 + gpa);
            assert_int_equal(access, IOMMU_ACCESS_READ_WRITE);
        }
    }
    page_limit = NO_LIMIT;
}

static void explains_every_status_and_event(void **state)
{
    (void)state;
    for (unsigned i = 0; i <= IOMMU_STATUS_COUNT; i++)
        assert_true(strlen(iommu_status_text((enum iommu_status)i)) > 3);
    for (unsigned i = 0; i <= IOMMU_EVENT_KIND_COUNT; i++)
        assert_true(strlen(iommu_event_text((enum iommu_event_kind)i)) > 3);
}

#define TABLE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quarantine_blocks_everything),
        cmocka_unit_test(attached_translates_both_kinds),
        cmocka_unit_test(encodes_remapping_entries),
        cmocka_unit_test(blocks_what_an_entry_cannot_say),
        cmocka_unit_test(encodes_commands),
        cmocka_unit_test(decodes_events),
        TABLE_TEST(an_empty_table_maps_nothing),
        TABLE_TEST(maps_large_pages_where_they_fit),
        TABLE_TEST(maps_small_pages_where_offsets_differ),
        TABLE_TEST(maps_up_to_the_last_address),
        TABLE_TEST(grants_the_rights_asked_for),
        TABLE_TEST(refuses_what_is_no_range),
        TABLE_TEST(maps_nothing_over_what_is_there),
        TABLE_TEST(goes_on_small_where_small_pages_were),
        TABLE_TEST(maps_nothing_when_pages_run_out),
        TABLE_TEST(unmaps_just_the_range),
        TABLE_TEST(unmaps_a_hole_out_of_one_large_page),
        TABLE_TEST(unmaps_where_nothing_is),
        TABLE_TEST(unmaps_nothing_when_pages_run_out),
        cmocka_unit_test(explains_every_status_and_event),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
