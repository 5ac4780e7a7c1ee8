/* SPDX-License-Identifier: MIT */
/* Virtual BARs: sizes, moving, and what is mapped where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <rootport/pci_regs.h>

#include "tests/fake/fake_domain.h"

#define MEMORY64              0x4u
#define MEMORY64_PREFETCHABLE 0xcu

static int start(void **state)
{
    struct fake_domain *domain = fake_domain_new();

    *state = domain;
    return fake_domain_start(domain) == RP_OK ? 0 : -1;
}

static int prepare(void **state)
{
    *state = fake_domain_new();
    return 0;
}

static int finish(void **state)
{
    fake_domain_free(*state);
    return 0;
}

static size_t mappings(const struct fake_domain *domain, struct rp_vpci_mapping *out)
{
    return rp_vpci_mappings(&domain->state, out);
}

static size_t mapping_count(const struct fake_domain *domain)
{
    struct rp_vpci_mapping ignored[RP_VPCI_MAPPINGS_MAX];

    return mappings(domain, ignored);
}

static void decode(struct fake_domain *domain)
{
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_MEMORY);
}

/* ---- Learning ------------------------------------------------------------------- */

static void sizes_are_learned_with_decode_off_and_restored(void **state)
{
    struct fake_domain *domain = *state;
    struct fake_device *device = &domain->device;
    bool is_decoding = true;

    fake_device_set_bar(device, 2, 0x1000, 0xfe000000, 0);
    assert_int_equal(rp_vpci_attach(&domain->state, &domain->config), RP_OK);
    for (size_t i = 0; i < device->write_count; i++) {
        const struct fake_device_write *write = &device->writes[i];
        if (write->reg == RP_PCI_COMMAND)
            is_decoding = write->value & RP_PCI_COMMAND_MEMORY;
        if (write->reg >= RP_PCI_BAR0 && write->reg < RP_PCI_CARDBUS_CIS)
            assert_false(is_decoding);
    }
    assert_true(is_decoding);
    assert_int_equal(fake_device_get(device, RP_PCI_BAR0, 4),
                     (NVME_BAR_ADDRESS & 0xffffffff) | MEMORY64);
    assert_int_equal(fake_device_get(device, RP_PCI_BAR0 + 4, 4), NVME_BAR_ADDRESS >> 32);
    assert_int_equal(fake_device_get(device, RP_PCI_BAR0 + 8, 4), 0xfe000000);
    assert_int_equal(rp_vpci_bar(&domain->state, 0)->hpa.value, NVME_BAR_ADDRESS);
    assert_int_equal(rp_vpci_bar(&domain->state, 0)->size, NVME_BAR_SIZE);
    assert_int_equal(rp_vpci_bar(&domain->state, 2)->size, 0x1000);
    assert_null(rp_vpci_bar(&domain->state, 1));
    assert_null(rp_vpci_bar(&domain->state, 6));
}

/* 7abd7bc162: memory decode that cannot be turned off must not hide the sizes. */
static void sticky_decode_is_sized(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_rw(&domain->device, RP_PCI_COMMAND, 2, 0x0545);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(rp_vpci_bar(&domain->state, 0)->size, NVME_BAR_SIZE);
}

/* 70739427f5: registers at the offsets of BARs that are none. */
static void non_bar_registers_are_left_alone(void **state)
{
    struct fake_domain *domain = *state;
    static const uint32_t ids[] = {0x2fc08086, 0x6f608086, 0x6fa08086, 0x6fc08086};

    for (unsigned id = 0; id < 4; id++) {
        fake_device_set(&domain->device, RP_PCI_VENDOR_ID, 4, ids[id]);
        domain->device.write_count = 0;
        assert_int_equal(fake_domain_start(domain), RP_OK);
        for (size_t i = 0; i < domain->device.write_count; i++)
            assert_false(domain->device.writes[i].reg >= RP_PCI_BAR0 &&
                         domain->device.writes[i].reg < RP_PCI_CARDBUS_CIS);
        assert_int_equal(domain_read(domain, RP_PCI_BAR0, 4), 0);
        rp_vpci_detach(&domain->state);
    }
}

/* 9f5b0ce10b: a 64-bit address cut with a 32-bit mask. */
static void a_bar_above_4_gib_keeps_both_halves(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_bar(&domain->device, 2, UINT64_C(8) << 30, UINT64_C(0x38) << 32,
                        MEMORY64_PREFETCHABLE);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(rp_vpci_bar(&domain->state, 2)->size, UINT64_C(8) << 30);
    assert_int_equal(rp_vpci_bar(&domain->state, 2)->hpa.value, UINT64_C(0x38) << 32);
    assert_true(rp_vpci_bar(&domain->state, 2)->is_prefetchable);
    domain_write(domain, RP_PCI_BAR0 + 8, 4, 0xffffffff);
    domain_write(domain, RP_PCI_BAR0 + 12, 4, 0xffffffff);
    assert_int_equal(domain_read(domain, RP_PCI_BAR0 + 8, 4), MEMORY64_PREFETCHABLE);
    assert_int_equal(domain_read(domain, RP_PCI_BAR0 + 12, 4), 0xfffffffe);
}

/* f7091c0e1f was an endless loop over such a thing. */
static void a_64_bit_bar_in_the_last_place_is_not_there(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_bar(&domain->device, 5, 0x10000, 0xfe000000, MEMORY64);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_null(rp_vpci_bar(&domain->state, 5));
    assert_int_equal(domain_read(domain, RP_PCI_BAR0 + 20, 4), 0);
}

static void a_bar_with_holes_in_its_size_is_refused(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_bar(&domain->device, 2, 0x1000, 0xfe000000, 0);
    fake_device_set_rw(&domain->device, RP_PCI_BAR0 + 8, 4, 0xff0ff000);
    assert_int_equal(fake_domain_start(domain), RP_ERR_UNSUPPORTED);
    assert_int_equal(domain->state.refusal, RP_VPCI_REFUSED_BAR_SIZE);
}

/* 461: what shares a page would be the guest's too. */
static void a_bar_inside_a_page_is_refused(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_bar(&domain->device, 2, 0x100, 0xfe000100, 0);
    assert_int_equal(fake_domain_start(domain), RP_ERR_UNSUPPORTED);
    assert_int_equal(domain->state.refusal, RP_VPCI_REFUSED_SHARED_PAGE);
}

static void a_small_bar_alone_in_its_page_becomes_a_page(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_bar(&domain->device, 2, 0x100, 0xfe000000, 0);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    domain_write(domain, RP_PCI_BAR0 + 8, 4, 0xffffffff);
    assert_int_equal(domain_read(domain, RP_PCI_BAR0 + 8, 4), 0xfffff000);
}

/* 7c24d58a6e: a hot-added function whose BARs have no address yet. */
static void a_bar_without_an_address_is_refused(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_bar(&domain->device, 0, NVME_BAR_SIZE, 0, MEMORY64);
    assert_int_equal(fake_domain_start(domain), RP_ERR_UNSUPPORTED);
    assert_int_equal(domain->state.refusal, RP_VPCI_REFUSED_NO_ADDRESS);
    assert_int_equal(domain->platform.maps, 0);
}

/* 9.3.4.1: a VF has neither IDs nor BARs of its own. */
static void a_virtual_function_has_what_its_physical_function_says(void **state)
{
    struct fake_domain *domain = *state;
    const struct rp_vpci_vf vf = {
        .vendor_id = 0x1b36,
        .device_id = 0x0010,
        .bars[0] = {.base = {NVME_BAR_ADDRESS}, .size = NVME_BAR_SIZE, .is_64bit = true},
    };

    domain->config.vf = &vf;
    fake_device_set(&domain->device, RP_PCI_VENDOR_ID, 4, 0xffffffff);
    for (unsigned at = RP_PCI_BAR0; at < RP_PCI_CARDBUS_CIS; at += 4) {
        fake_device_set(&domain->device, at, 4, 0);
        fake_device_set_rw(&domain->device, at, 4, 0);
    }
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, RP_PCI_VENDOR_ID, 4), 0x00101b36);
    assert_int_equal(domain_read(domain, RP_PCI_BAR0, 4), FAKE_DOMAIN_BAR | MEMORY64);
    assert_int_equal(domain_find_cap(domain, RP_PCI_CAP_ID_MSIX), NVME_MSIX);
    decode(domain);
    assert_int_equal(mapping_count(domain), 4);
    assert_int_equal(rp_vpci_flr_finish(&domain->state), RP_OK);
    for (size_t i = 0; i < domain->device.write_count; i++)
        assert_false(domain->device.writes[i].reg >= RP_PCI_BAR0 &&
                     domain->device.writes[i].reg < RP_PCI_CARDBUS_CIS);
}

static void a_virtual_function_with_an_odd_size_is_refused(void **state)
{
    struct fake_domain *domain = *state;
    const struct rp_vpci_vf vf = {
        .vendor_id = 0x1b36,
        .bars[0] = {.base = {NVME_BAR_ADDRESS}, .size = 0x3000},
    };

    domain->config.vf = &vf;
    assert_int_equal(fake_domain_start(domain), RP_ERR_UNSUPPORTED);
    assert_int_equal(domain->state.refusal, RP_VPCI_REFUSED_BAR_SIZE);
}

static void a_bar_that_wraps_is_refused(void **state)
{
    struct fake_domain *domain = *state;
    const struct rp_vpci_vf vf = {
        .vendor_id = 0x1b36,
        .bars[0] = {.base = {0xfffffffffffff000}, .size = 0x2000, .is_64bit = true},
    };

    domain->config.vf = &vf;
    assert_int_equal(fake_domain_start(domain), RP_ERR_UNSUPPORTED);
    assert_int_equal(domain->state.refusal, RP_VPCI_REFUSED_BAR_SIZE);
}

/* Half of all addresses: from 0 on there is no address, from the middle on it wraps. */
static void a_bar_of_2_to_the_63_bytes_is_refused(void **state)
{
    struct fake_domain *domain = *state;
    const uint64_t size = UINT64_C(1) << 63;

    fake_device_set_bar(&domain->device, 2, size, size, MEMORY64_PREFETCHABLE);
    assert_int_equal(fake_domain_start(domain), RP_ERR_UNSUPPORTED);
    assert_int_equal(domain->state.refusal, RP_VPCI_REFUSED_BAR_SIZE);
    fake_device_set_bar(&domain->device, 2, size, 0, MEMORY64_PREFETCHABLE);
    assert_int_equal(fake_domain_start(domain), RP_ERR_UNSUPPORTED);
    assert_int_equal(domain->state.refusal, RP_VPCI_REFUSED_NO_ADDRESS);
}

static uint32_t random_bits(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)(*seed >> 16);
}

/* Registers of which any bit can be written, or none, types and enables among them. */
static void answer_anything(struct fake_device *device, uint64_t *seed)
{
    for (unsigned reg = RP_PCI_BAR0; reg <= RP_PCI_EXPANSION_ROM; reg += 4) {
        const uint32_t size = 0xffffffffu << random_bits(seed) % 32;
        const uint32_t kind = random_bits(seed) % 8;

        if (kind == 0 || (reg > RP_PCI_BAR0 + 20 && reg < RP_PCI_EXPANSION_ROM))
            continue;
        fake_device_set(device, reg, 4, random_bits(seed) & (kind < 6 ? size : ~0u));
        fake_device_set_rw(device, reg, 4, kind < 4 ? size : random_bits(seed));
    }
}

/* Whole pages of one range, in size a power of two, on both sides where that is. */
static void expect_sound(const struct fake_domain *domain,
                         const struct rp_vpci_mapping *mapping)
{
    const struct rp_vpci_bar *bar = rp_vpci_bar(&domain->state, mapping->bar);
    const uint64_t offset = mapping->hpa.value - bar->hpa.value;

    assert_true(bar->hpa.value != 0 && bar->hpa.value % RP_VPCI_PAGE_SIZE == 0);
    assert_true(bar->size >= RP_VPCI_PAGE_SIZE && !(bar->size & (bar->size - 1)));
    assert_true(bar->size >= bar->hw_size);
    assert_true(bar->hpa.value + (bar->size - 1) >= bar->hpa.value);
    assert_true(offset < bar->size && mapping->size <= bar->size - offset);
    assert_true(mapping->gpa.value - bar->address == offset);
}

/* A broken function: contradictory types, holes, 64 bits in the last place. */
static void whatever_sizing_answers_ranges_are_sound(void **state)
{
    struct rp_vpci_mapping map[RP_VPCI_MAPPINGS_MAX];
    unsigned mapped = 0;
    uint64_t seed = 0x5eed;

    (void)state;
    for (unsigned i = 0; i < 4000; i++) {
        struct fake_domain *domain = fake_domain_new();

        answer_anything(&domain->device, &seed);
        if (fake_domain_start(domain) == RP_OK) {
            const rp_gpa_t all = {0};

            rp_vpci_window_set(&domain->state, RP_VPCI_WINDOW_MEMORY, all, UINT64_MAX);
            for (unsigned reg = RP_PCI_BAR0; reg <= RP_PCI_EXPANSION_ROM; reg += 4)
                domain_write(domain, reg, 4, random_bits(&seed) | 1);
            decode(domain);
            for (size_t n = mappings(domain, map); n-- > 0; mapped++)
                expect_sound(domain, &map[n]);
        }
        fake_domain_free(domain);
    }
    assert_true(mapped > 1000);
}

/* ---- The domain's registers -------------------------------------------------------- */

/* A guest never reads a host address, whatever it does. */
static void a_bar_is_sized_in_any_order_and_width(void **state)
{
    struct fake_domain *domain = *state;
    static const unsigned widths[] = {1, 2, 4};

    for (unsigned w = 0; w < 3; w++) {
        for (unsigned at = 0; at < 8; at += widths[w])
            domain_write(domain, RP_PCI_BAR0 + at, widths[w], 0xffffffff);
        for (unsigned at = 0; at < 8; at += widths[w])
            assert_int_equal(
                domain_read(domain, RP_PCI_BAR0 + at, widths[w]),
                (uint32_t)(0xffffffffffff8004u >> 8 * at &
                           (widths[w] == 4 ? 0xffffffffu : (1u << 8 * widths[w]) - 1)));
        for (unsigned at = 8; at >= widths[w]; at -= widths[w])
            domain_write(domain, RP_PCI_BAR0 + at - widths[w], widths[w], 0);
        assert_int_equal(domain_read(domain, RP_PCI_BAR0, 4), MEMORY64);
        assert_int_equal(domain_read(domain, RP_PCI_BAR0 + 4, 4), 0);
    }
    assert_int_equal(domain->device.write_count, 0);
}

static void the_unused_registers_read_zero(void **state)
{
    struct fake_domain *domain = *state;

    for (unsigned reg = RP_PCI_BAR0 + 8; reg < RP_PCI_SUBSYSTEM_VENDOR_ID; reg += 4) {
        domain_write(domain, reg, 4, 0xffffffff);
        assert_int_equal(domain_read(domain, reg, 4), 0);
    }
    domain_write(domain, RP_PCI_EXPANSION_ROM, 4, 0xffffffff);
    assert_int_equal(domain_read(domain, RP_PCI_EXPANSION_ROM, 4), 0);
}

static void placing_checks_its_address(void **state)
{
    struct fake_domain *domain = *state;
    const rp_gpa_t odd = {0xc0001000};
    const rp_gpa_t high = {UINT64_C(1) << 36};

    assert_int_equal(rp_vpci_bar_place(&domain->state, 0, odd), RP_ERR_INVALID);
    assert_int_equal(rp_vpci_bar_place(&domain->state, 1, high), RP_ERR_NO_DEVICE);
    assert_int_equal(rp_vpci_bar_place(&domain->state, 0, high), RP_OK);
    assert_int_equal(domain_read(domain, RP_PCI_BAR0 + 4, 4), 0x10);
}

static void a_32_bit_bar_cannot_be_placed_above_4_gib(void **state)
{
    struct fake_domain *domain = *state;
    const rp_gpa_t high = {UINT64_C(1) << 36};

    fake_device_set_bar(&domain->device, 2, 0x1000, 0xfe000000, 0);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(rp_vpci_bar_place(&domain->state, 2, high), RP_ERR_INVALID);
}

/* ---- Mappings -----------------------------------------------------------------------
 */

static void nothing_is_mapped_with_decode_off(void **state)
{
    assert_int_equal(mapping_count(*state), 0);
}

/* 677053fac1, 4acab25a93, 7ab4b392b7: exactly the table's and the PBA's pages are
 * trapped. */
static void msix_pages_are_trapped_and_the_rest_is_direct(void **state)
{
    struct fake_domain *domain = *state;
    struct rp_vpci_mapping map[RP_VPCI_MAPPINGS_MAX];
    static const struct {
        uint64_t offset;
        uint64_t size;
        enum rp_vpci_backing backing;
    } expected[] = {
        {0x0000, 0x2000, RP_VPCI_BACKING_DIRECT},
        {0x2000, 0x1000, RP_VPCI_BACKING_TRAP},
        {0x3000, 0x1000, RP_VPCI_BACKING_TRAP},
        {0x4000, 0x4000, RP_VPCI_BACKING_DIRECT},
    };

    decode(domain);
    assert_int_equal(mappings(domain, map), 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(map[i].gpa.value, FAKE_DOMAIN_BAR + expected[i].offset);
        assert_int_equal(map[i].hpa.value, NVME_BAR_ADDRESS + expected[i].offset);
        assert_int_equal(map[i].size, expected[i].size);
        assert_int_equal(map[i].backing, expected[i].backing);
    }
}

static void table_and_pba_in_one_page_are_one_trap(void **state)
{
    struct fake_domain *domain = *state;
    struct rp_vpci_mapping map[RP_VPCI_MAPPINGS_MAX];

    fake_device_set(&domain->device, NVME_MSIX + 8, 4, NVME_TABLE_OFFSET + 0x800);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    decode(domain);
    assert_int_equal(mappings(domain, map), 3);
    assert_int_equal(map[1].size, 0x1000);
    assert_int_equal(map[1].backing, RP_VPCI_BACKING_TRAP);
}

/* A BIR that names a BAR of ports. */
static void a_table_in_ports_hides_msix(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_bar(&domain->device, 4, 0x4000, 0x4000, RP_PCI_BAR_IO);
    fake_device_set(&domain->device, NVME_MSIX + 8, 4, NVME_PBA_OFFSET | 4);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_find_cap(domain, RP_PCI_CAP_ID_MSIX), 0);
}

/* 2048 entries and their pending bits, at the ends of their BARs. */
static void the_largest_table_there_is(void **state)
{
    static struct rp_vpci_msix_entry entries[RP_VPCI_MSIX_ENTRIES_MAX];
    static uint8_t pba[0x1000];
    const uint64_t last = FAKE_DOMAIN_BAR + 2047 * 16;
    const rp_gpa_t pba_bar = {0xc0010000};
    struct fake_domain *domain = *state;

    fake_device_set_bar(&domain->device, 2, sizeof(pba), 0xfeb00000, 0);
    fake_platform_add_ram(&domain->platform, 0xfeb00000, pba, sizeof(pba));
    fake_device_set(&domain->device, NVME_MSIX + 2, 2, 0x07ff);
    fake_device_set(&domain->device, NVME_MSIX + 4, 4, 0);
    fake_device_set(&domain->device, NVME_MSIX + 8, 4, 0xf00 | 2);
    domain->config.msix_entries = entries;
    domain->config.msix_capacity = RP_VPCI_MSIX_ENTRIES_MAX;
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(rp_vpci_bar_place(&domain->state, 2, pba_bar), RP_OK);
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_MEMORY);
    assert_int_equal(domain_read(domain, NVME_MSIX + 2, 2), 0x07ff);
    domain_write(domain, NVME_MSIX + 2, 2, 0x8000);
    domain_mmio_write(domain, last, 8, 0xfee01000);
    domain_mmio_write(domain, last + 8, 8, 0x55); /* and unmasks it */
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MSIX_ENTRY);
    assert_int_equal(domain->effects.msix_entry, 2047);
    assert_int_equal(rp_vpci_msix_program(&domain->state, 2047, 0xfee0a000, 0x21), RP_OK);
    assert_int_equal(domain->bar_memory[NVME_BAR_SIZE - 4], 0);
    assert_int_equal(domain->bar_memory[NVME_BAR_SIZE - 8], 0x21);
    pba[0xfff] = 0x80;
    assert_true(domain_mmio_read(domain, pba_bar.value + 0xff8, 8) == UINT64_C(1) << 63);
    assert_int_equal(rp_vpci_msix_program(&domain->state, 2048, 0xfee0a000, 0x21),
                     RP_ERR_NO_DEVICE);
    rp_vpci_detach(&domain->state);
    fake_device_set(&domain->device, NVME_MSIX + 8, 4, 0xf08 | 2); /* 8 bytes too far */
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_find_cap(domain, RP_PCI_CAP_ID_MSIX), 0);
}

static void moving_a_bar_moves_its_mapping(void **state)
{
    struct fake_domain *domain = *state;
    struct rp_vpci_mapping map[RP_VPCI_MAPPINGS_MAX];

    domain_write(domain, RP_PCI_BAR0, 4, 0xd0000000);
    assert_int_equal(domain->effects.what, 0); /* decode is off */
    decode(domain);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MAPPINGS);
    domain_write(domain, RP_PCI_BAR0, 4, 0xd0008000);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MAPPINGS);
    assert_int_equal(mappings(domain, map), 4);
    assert_int_equal(map[0].gpa.value, 0xd0008000);
    domain_write(domain, RP_PCI_BAR0, 4, 0xd0008000);
    assert_int_equal(domain->effects.what, 0); /* nothing moved */
}

static void outside_the_windows_nothing_is_mapped(void **state)
{
    struct fake_domain *domain = *state;
    static const uint64_t places[] = {
        0,
        0x1000000,
        0xbfff8000,
        UINT64_C(1) << 32,
        (UINT64_C(128) << 30) - 0x4000,
        UINT64_C(128) << 30,
        0xffffffffffff8000,
    };

    decode(domain);
    for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        domain_write(domain, RP_PCI_BAR0, 4, (uint32_t)places[i]);
        domain_write(domain, RP_PCI_BAR0 + 4, 4, (uint32_t)(places[i] >> 32));
        if (places[i] != (UINT64_C(128) << 30) - 0x4000) /* rounds down into it */
            assert_int_equal(mapping_count(domain), 0);
    }
    domain_write(domain, RP_PCI_BAR0, 4, 0xffff8000);
    domain_write(domain, RP_PCI_BAR0 + 4, 4, 0);
    assert_int_equal(mapping_count(domain), 4); /* the last place of the first window */
}

static void a_closed_or_wrapping_window_maps_nothing(void **state)
{
    struct fake_domain *domain = *state;
    const rp_gpa_t base = {FAKE_DOMAIN_BAR};

    decode(domain);
    rp_vpci_window_set(&domain->state, RP_VPCI_WINDOW_MEMORY, base, NVME_BAR_SIZE - 1);
    assert_int_equal(mapping_count(domain), 0);
    rp_vpci_window_set(&domain->state, RP_VPCI_WINDOW_MEMORY, base, NVME_BAR_SIZE);
    assert_int_equal(mapping_count(domain), 4);
    rp_vpci_window_set(&domain->state, RP_VPCI_WINDOW_MEMORY, base, UINT64_MAX);
    assert_int_equal(mapping_count(domain), 0);
    rp_vpci_window_set(&domain->state, RP_VPCI_WINDOWS_MAX, base, NVME_BAR_SIZE);
    assert_int_equal(mapping_count(domain), 0);
    rp_vpci_window_set(&domain->state, RP_VPCI_WINDOW_MEMORY, base, 0);
    assert_int_equal(mapping_count(domain), 0);
}

static void of_overlapping_bars_the_first_is_mapped(void **state)
{
    struct fake_domain *domain = *state;
    struct rp_vpci_mapping map[RP_VPCI_MAPPINGS_MAX];
    size_t count;

    fake_device_set_bar(&domain->device, 2, 0x1000, 0xfe000000, 0);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    domain_write(domain, RP_PCI_BAR0 + 8, 4, FAKE_DOMAIN_BAR + 0x7000);
    decode(domain);
    count = mappings(domain, map);
    assert_int_equal(count, 4);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(map[i].bar, 0);
    domain_write(domain, RP_PCI_BAR0 + 8, 4, FAKE_DOMAIN_BAR + 0x8000);
    assert_int_equal(mapping_count(domain), 5);
}

/* A function in D3hot answers no memory access: 5.3.1.4.1. */
static void asleep_nothing_is_mapped(void **state)
{
    struct fake_domain *domain = *state;

    decode(domain);
    domain_write(domain, NVME_PM + RP_PCI_PM_CONTROL_STATUS, 2, RP_PCI_PM_D3HOT);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MAPPINGS);
    assert_int_equal(mapping_count(domain), 0);
    assert_int_equal(domain->device.write_count, 0);
    domain_write(domain, NVME_PM + RP_PCI_PM_CONTROL_STATUS, 2, RP_PCI_PM_D0);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MAPPINGS);
    assert_int_equal(mapping_count(domain), 4);
}

/* Writes @width bytes over zeros in the BARs, @step at a time; what is then there. */
static void write_bars(struct fake_domain *domain, unsigned reg, unsigned width,
                       unsigned step, uint32_t out_bars[RP_VPCI_BARS_MAX])
{
    const uint64_t value = UINT64_C(0x89abcdef7654f321);

    for (unsigned i = 0; i < RP_VPCI_BARS_MAX; i++)
        domain_write(domain, RP_PCI_BAR0 + 4 * i, 4, 0);
    for (unsigned done = 0; done < width; done += step)
        rp_vpci_write(&domain->view, (uint16_t)(reg + done), step, value >> 8 * done,
                      &domain->effects);
    for (unsigned i = 0; i < RP_VPCI_BARS_MAX; i++)
        out_bars[i] = domain_read(domain, RP_PCI_BAR0 + 4 * i, 4);
}

static void every_width_and_alignment_writes_the_same_bytes(void **state)
{
    struct fake_domain *domain = *state;
    uint32_t at_once[RP_VPCI_BARS_MAX];
    uint32_t by_byte[RP_VPCI_BARS_MAX];

    for (unsigned width = 1; width <= 8; width *= 2) {
        for (unsigned reg = RP_PCI_BAR0 - 4; reg < RP_PCI_BAR0 + 8; reg++) {
            write_bars(domain, reg, width, width, at_once);
            write_bars(domain, reg, width, 1, by_byte);
            assert_memory_equal(at_once, by_byte, sizeof(at_once));
        }
    }
}

#define FROM_START(test) cmocka_unit_test_setup_teardown(test, start, finish)
#define PREPARED(test)   cmocka_unit_test_setup_teardown(test, prepare, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PREPARED(sizes_are_learned_with_decode_off_and_restored),
        FROM_START(every_width_and_alignment_writes_the_same_bytes),
        PREPARED(sticky_decode_is_sized),
        PREPARED(non_bar_registers_are_left_alone),
        PREPARED(a_bar_above_4_gib_keeps_both_halves),
        PREPARED(a_64_bit_bar_in_the_last_place_is_not_there),
        PREPARED(a_bar_with_holes_in_its_size_is_refused),
        PREPARED(a_bar_inside_a_page_is_refused),
        PREPARED(a_small_bar_alone_in_its_page_becomes_a_page),
        PREPARED(a_bar_without_an_address_is_refused),
        PREPARED(a_virtual_function_has_what_its_physical_function_says),
        PREPARED(a_virtual_function_with_an_odd_size_is_refused),
        PREPARED(a_bar_that_wraps_is_refused),
        PREPARED(a_bar_of_2_to_the_63_bytes_is_refused),
        cmocka_unit_test(whatever_sizing_answers_ranges_are_sound),
        FROM_START(a_bar_is_sized_in_any_order_and_width),
        FROM_START(the_unused_registers_read_zero),
        FROM_START(placing_checks_its_address),
        PREPARED(a_32_bit_bar_cannot_be_placed_above_4_gib),
        FROM_START(nothing_is_mapped_with_decode_off),
        FROM_START(msix_pages_are_trapped_and_the_rest_is_direct),
        PREPARED(table_and_pba_in_one_page_are_one_trap),
        PREPARED(a_table_in_ports_hides_msix),
        PREPARED(the_largest_table_there_is),
        FROM_START(moving_a_bar_moves_its_mapping),
        FROM_START(outside_the_windows_nothing_is_mapped),
        FROM_START(a_closed_or_wrapping_window_maps_nothing),
        PREPARED(of_overlapping_bars_the_first_is_mapped),
        FROM_START(asleep_nothing_is_mapped),
    };

    return cmocka_run_group_tests_name("vpci_bars", tests, NULL, NULL);
}
