/* SPDX-License-Identifier: MIT */
/*
 * Resizable BARs, as a guest: PCI Express Base r5.0, 7.8.6. What a register has to
 * say is from there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <rootport/pci_regs.h>

#include "tests/fake/fake_domain.h"

/* BAR 2 has 2 MiB at an address with room for 16 MiB, and knows 1 MiB to 64 MiB. */
#define BAR_ADDRESS 0xc01000000u
#define GUEST_BAR   0x1004000000u
#define MIB         0x100000u

enum {
    REBAR = NVME_UNKNOWN,
    CAPABILITY = REBAR + 4,
    CONTROL = REBAR + 8,
    BAR2 = RP_PCI_BAR0 + 8,
    OFFERED = 0x1f << 4, /* 1, 2, 4, 8, 16 MiB */
};

static void give_rebar(struct fake_device *device)
{
    fake_device_set_bar(device, 2, 2 * MIB, BAR_ADDRESS, 0xc);
    fake_device_set_extcap(device, REBAR, RP_PCI_EXTCAP_ID_RESIZABLE_BAR, 1, 0);
    fake_device_set(device, CAPABILITY, 4, 0x7f << 4 | 0xf);
    fake_device_set(device, CONTROL, 4, 1 << 8 | 1 << 5 | 2);
    fake_device_set_rw(device, CONTROL, 4, 0x3f00);
}

static int prepare(void **state)
{
    struct fake_domain *domain = fake_domain_new();

    give_rebar(&domain->device);
    *state = domain;
    return 0;
}

static void begin_with_room(struct fake_domain *domain, uint64_t room)
{
    assert_int_equal(fake_domain_start(domain), RP_OK);
    rp_vpci_bar_set_room(&domain->state, 2, room);
    rp_vpci_bar_set_room(&domain->state, RP_VPCI_BARS_MAX, room);
    assert_int_equal(rp_vpci_build(&domain->view, &domain->state, RP_CFG_SIZE_EXTENDED),
                     RP_OK);
}

static void begin(struct fake_domain *domain)
{
    begin_with_room(domain, 64u * MIB);
    assert_int_equal(rp_vpci_bar_place(&domain->state, 2, (rp_gpa_t){GUEST_BAR}), RP_OK);
}

static int finish(void **state)
{
    fake_domain_free(*state);
    return 0;
}

static bool is_shown(struct fake_domain *domain)
{
    return domain_find_extcap(domain, RP_PCI_EXTCAP_ID_RESIZABLE_BAR) == REBAR;
}

static void choose(struct fake_domain *domain, unsigned size)
{
    domain_write(domain, CONTROL, 4, size << 8);
}

static uint64_t probed_size(struct fake_domain *domain)
{
    uint64_t mask;

    domain_write(domain, BAR2, 4, 0xffffffff);
    domain_write(domain, BAR2 + 4, 4, 0xffffffff);
    mask = (uint64_t)domain_read(domain, BAR2 + 4, 4) << 32 |
           (domain_read(domain, BAR2, 4) & ~0xfu);
    return ~mask + 1;
}

/* ---- What is offered ---- */

static void sizes_with_room_are_offered(void **state)
{
    struct fake_domain *domain = *state;

    begin(domain);
    assert_true(is_shown(domain));
    assert_int_equal(domain_read(domain, CAPABILITY, 4), OFFERED);
    assert_int_equal(domain_read(domain, CONTROL, 4), 1 << 8 | 1 << 5 | 2);
}

static void room_bounds_what_is_offered(void **state)
{
    struct fake_domain *domain = *state;

    begin_with_room(domain, 8u * MIB - 1);
    assert_int_equal(domain_read(domain, CAPABILITY, 4), 0x7 << 4);
}

/* The machine's addresses that a domain may make its BAR decode are nobody else's. */
static void a_bar_reaches_as_far_as_is_offered(void **state)
{
    struct fake_domain *domain = *state;

    begin(domain);
    assert_int_equal(rp_vpci_bar_reach(&domain->state, 2), 16 * MIB);
    assert_int_equal(rp_vpci_bar_reach(&domain->state, 0), NVME_BAR_SIZE);
    choose(domain, 3); /* 8 MiB */
    assert_int_equal(rp_vpci_bar_reach(&domain->state, 2), 16 * MIB);
}

static void without_a_choice_a_bar_reaches_to_its_end(void **state)
{
    struct fake_domain *domain = *state;

    begin_with_room(domain, 0);
    assert_int_equal(rp_vpci_bar_reach(&domain->state, 2), 2 * MIB);
}

/* Zero means no: an embedder that says nothing has no BAR resized. */
static void without_room_there_is_no_capability(void **state)
{
    struct fake_domain *domain = *state;

    begin_with_room(domain, 0);
    assert_false(is_shown(domain));
    assert_int_equal(domain_read(domain, CONTROL, 4), 0);
    domain_write(domain, CONTROL, 4, 0);
    assert_int_equal(domain->device.write_count, 0);
}

/* A table of MSI-X at 1 MiB and above is out of a BAR of 1 MiB. */
static void a_size_that_cuts_the_msix_table_off_is_not_offered(void **state)
{
    struct fake_domain *domain = *state;
    static uint8_t pages[0x2000];

    fake_device_set(&domain->device, NVME_MSIX + 4, 4, 0x180000 | 2);
    fake_device_set(&domain->device, NVME_MSIX + 8, 4, 0x181000 | 2);
    fake_platform_add_ram(&domain->platform, BAR_ADDRESS + 0x180000, pages,
                          sizeof(pages));
    begin(domain);
    assert_int_equal(domain_read(domain, CAPABILITY, 4), OFFERED & ~(1 << 4));
}

static void a_virtual_function_has_none(void **state)
{
    struct fake_domain *domain = *state;
    const struct rp_vpci_vf vf = {
        .vendor_id = 0x1b36,
        .device_id = 0x0010,
        .bars = {[2] = {.base = {BAR_ADDRESS}, .size = 2 * MIB, .is_64bit = true}},
    };

    domain->config.vf = &vf;
    begin_with_room(domain, 64u * MIB);
    assert_false(is_shown(domain));
}

/* A kernel takes a size that it has written for the one that is there. */
static void the_hardware_domain_is_offered_what_it_has(void **state)
{
    struct fake_domain *domain = *state;

    domain->config.role = RP_VPCI_ROLE_HARDWARE;
    assert_int_equal(fake_domain_start(domain), RP_OK); /* nobody says what has room */
    assert_true(is_shown(domain));
    assert_int_equal(domain_read(domain, CAPABILITY, 4), 1 << 1 << 4);
    assert_int_equal(domain_read(domain, CONTROL, 4), 1 << 8 | 1 << 5 | 2);
    choose(domain, 3);
    assert_int_equal(domain->device.write_count, 0);
    assert_int_equal(domain_read(domain, CONTROL, 4), 1 << 8 | 1 << 5 | 2);
}

/* It cannot do so itself: 7.8.6.3. */
static void a_reset_by_the_hardware_domain_keeps_firmwares_size(void **state)
{
    struct fake_domain *domain = *state;

    domain->config.role = RP_VPCI_ROLE_HARDWARE;
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(rp_vpci_flr_start(&domain->state), RP_OK);
    fake_device_set(&domain->device, CONTROL, 4, 0 << 8 | 1 << 5 | 2);
    assert_int_equal(rp_vpci_flr_finish(&domain->state), RP_OK);
    assert_int_equal(domain_read(domain, CONTROL, 4), 1 << 8 | 1 << 5 | 2);
    assert_int_equal(fake_device_get(&domain->device, BAR2, 4),
                     (BAR_ADDRESS & 0xffffffff) | 0xc);
}

/* ---- What contradicts itself is not there ---- */

static void hidden_with(struct fake_domain *domain, uint32_t control)
{
    fake_device_set(&domain->device, CONTROL, 4, control);
    begin_with_room(domain, 64u * MIB);
    assert_false(is_shown(domain));
}

static void no_entry_is_malformed(void **state)
{
    hidden_with(*state, 1 << 8 | 0 << 5 | 2);
}

static void seven_entries_are_malformed(void **state)
{
    hidden_with(*state, 1 << 8 | 7 << 5 | 2);
}

static void a_bar_that_is_not_there_is_malformed(void **state)
{
    hidden_with(*state, 1 << 8 | 1 << 5 | 4);
}

static void an_upper_half_is_no_bar(void **state)
{
    hidden_with(*state, 1 << 8 | 1 << 5 | 3);
}

static void bar_seven_is_malformed(void **state)
{
    hidden_with(*state, 1 << 8 | 1 << 5 | 7);
}

static void a_size_that_the_bar_has_not_is_malformed(void **state)
{
    hidden_with(*state, 2 << 8 | 1 << 5 | 2);
}

static void a_reserved_size_is_malformed(void **state)
{
    hidden_with(*state, 0x3f << 8 | 1 << 5 | 2);
}

static void one_bar_twice_is_malformed(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, CAPABILITY + 8, 4, 0x7f << 4);
    fake_device_set(&domain->device, CONTROL + 8, 4, 1 << 8 | 2);
    hidden_with(domain, 1 << 8 | 2 << 5 | 2);
}

static void a_bar_of_ports_is_malformed(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_bar(&domain->device, 4, 0x100, 0x4000, RP_PCI_BAR_IO);
    hidden_with(domain, 1 << 8 | 1 << 5 | 4);
}

/* What runs into the next capability is another's: not even a reset writes to it. */
static void one_that_is_cut_off_is_malformed(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_extcap(&domain->device, REBAR, RP_PCI_EXTCAP_ID_RESIZABLE_BAR, 1,
                           REBAR + 8);
    hidden_with(domain, 1 << 8 | 1 << 5 | 2);
    assert_int_equal(rp_vpci_bar_reach(&domain->state, 2), 2 * MIB);
    domain->device.write_count = 0;
    assert_int_equal(rp_vpci_flr_finish(&domain->state), RP_OK);
    for (size_t i = 0; i < domain->device.write_count; i++)
        assert_int_not_equal(domain->device.writes[i].reg, CONTROL);
}

/* Sizes from 256 TiB on are in the upper half of the control register (r6.0, 7.8.6.3). */
static void the_largest_sizes_are_not_shown(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, CONTROL, 4, 0xffff0000u | 1 << 8 | 1 << 5 | 2);
    begin_with_room(domain, UINT64_MAX);
    assert_int_equal(domain_read(domain, CONTROL, 4), 1 << 8 | 1 << 5 | 2);
    choose(domain, 28);
    assert_int_equal(domain->device.write_count, 0);
    choose(domain, 2);
    assert_int_equal(fake_device_get(&domain->device, CONTROL, 4),
                     0xffff0000u | 2 << 8 | 1 << 5 | 2);
}

/* A bit for each: 128 TiB are the most, at an address that is a multiple of that. */
static void sizes_beyond_512_gib_are_offered(void **state)
{
    const uint64_t size = UINT64_C(1) << 47;
    struct fake_domain *domain = *state;

    fake_device_set_bar(&domain->device, 2, 2 * MIB, size, 0xc);
    fake_device_set(&domain->device, CAPABILITY, 4, 0xfffffff0);
    begin_with_room(domain, size);
    assert_int_equal(domain_read(domain, CAPABILITY, 4), 0xfffffff0);
    choose(domain, 27);
    assert_int_equal(rp_field_get(0x3f00, domain_read(domain, CONTROL, 4)), 27);
    assert_true(probed_size(domain) == size);
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_MEMORY);
    assert_true(rp_vpci_bar(&domain->state, 2)->size ==
                size); /* in no window: unmapped */
}

/* ---- Resizing ---- */

/* What the function doesn't take, its register doesn't say, nor does the guest's. */
static void a_size_that_the_function_does_not_take_is_not_there(void **state)
{
    struct fake_domain *domain = *state;
    struct rp_vpci_mapping mappings[RP_VPCI_MAPPINGS_MAX];
    size_t count;

    fake_device_set_rw(&domain->device, CONTROL, 4, 0);
    begin(domain);
    choose(domain, 4);
    assert_int_equal(rp_field_get(0x3f00, domain_read(domain, CONTROL, 4)), 1);
    assert_true(fake_device_get(&domain->device, RP_PCI_COMMAND, 2) &
                RP_PCI_COMMAND_MEMORY);
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_MEMORY);
    count = rp_vpci_mappings(&domain->state, mappings);
    assert_int_equal(mappings[count - 1].size, 2 * MIB);
    domain_write(domain, RP_PCI_COMMAND, 2, 0);
    assert_int_equal(probed_size(domain), 2 * MIB);
}

static void a_resize_reaches_function_and_bar(void **state)
{
    struct fake_domain *domain = *state;
    const struct fake_device *device = &domain->device;
    bool is_decoding = true;

    begin(domain);
    choose(domain, 4);
    assert_int_equal(rp_field_get(0x3f00, domain_read(domain, CONTROL, 4)), 4);
    assert_int_equal(fake_device_get(device, CONTROL, 4), 4 << 8 | 1 << 5 | 2);
    for (size_t i = 0; i < device->write_count; i++) {
        if (device->writes[i].reg == RP_PCI_COMMAND)
            is_decoding = device->writes[i].value & RP_PCI_COMMAND_MEMORY;
        else
            assert_false(is_decoding);
    }
    assert_true(is_decoding);
    /* It stays where it is in the machine, whatever bits the change cleared. */
    assert_int_equal(fake_device_get(device, BAR2, 4), (uint32_t)BAR_ADDRESS | 0xc);
    assert_int_equal(fake_device_get(device, BAR2 + 4, 4), BAR_ADDRESS >> 32);
    assert_int_equal(probed_size(domain), 16u * MIB);
}

/* Bus mastering goes on: only memory decode is touched. */
static void a_resize_leaves_bus_mastering_alone(void **state)
{
    struct fake_domain *domain = *state;

    begin(domain);
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_BUS_MASTER);
    choose(domain, 3);
    assert_true(fake_device_get(&domain->device, RP_PCI_COMMAND, 2) &
                RP_PCI_COMMAND_BUS_MASTER);
}

static void mappings_have_the_new_size(void **state)
{
    struct fake_domain *domain = *state;
    struct rp_vpci_mapping mappings[RP_VPCI_MAPPINGS_MAX];
    size_t count;

    begin(domain);
    choose(domain, 4);
    domain_write(domain, BAR2, 4, GUEST_BAR & 0xffffffff);
    domain_write(domain, BAR2 + 4, 4, GUEST_BAR >> 32);
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_MEMORY);
    assert_true(domain->effects.what & RP_VPCI_EFFECT_MAPPINGS);
    count = rp_vpci_mappings(&domain->state, mappings);
    assert_int_equal(mappings[count - 1].bar, 2);
    assert_int_equal(mappings[count - 1].gpa.value, GUEST_BAR);
    assert_int_equal(mappings[count - 1].hpa.value, BAR_ADDRESS);
    assert_int_equal(mappings[count - 1].size, 16u * MIB);
}

/* 7.8.6.3: software turns decode off first. What doesn't changes nothing. */
static void no_size_changes_while_memory_is_decoded(void **state)
{
    struct fake_domain *domain = *state;

    begin(domain);
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_MEMORY);
    choose(domain, 3);
    assert_int_equal(domain->device.write_count, 0);
    assert_int_equal(domain->effects.what, 0);
    assert_int_equal(rp_field_get(0x3f00, domain_read(domain, CONTROL, 4)), 1);
}

static void sizes_that_are_not_offered_change_nothing(void **state)
{
    struct fake_domain *domain = *state;

    begin(domain);
    for (unsigned size = 5; size < 64; size++) {
        choose(domain, size);
        assert_int_equal(domain->device.write_count, 0);
        assert_int_equal(rp_field_get(0x3f00, domain_read(domain, CONTROL, 4)), 1);
    }
}

static void nothing_else_of_the_registers_can_be_written(void **state)
{
    struct fake_domain *domain = *state;

    begin(domain);
    domain_write(domain, CAPABILITY, 4, 0);
    domain_write(domain, CONTROL, 1, 0xff);
    domain_write(domain, CONTROL + 2, 2, 0xffff);
    assert_int_equal(domain->device.write_count, 0);
    assert_int_equal(domain_read(domain, CAPABILITY, 4), OFFERED);
    assert_int_equal(domain_read(domain, CONTROL, 4), 1 << 8 | 1 << 5 | 2);
}

/* A function that is handed on, or was reset, has the size that it had. */
static void a_reset_brings_the_first_size_back(void **state)
{
    struct fake_domain *domain = *state;

    begin(domain);
    choose(domain, 4);
    assert_int_equal(rp_vpci_flr_start(&domain->state), RP_OK);
    fake_device_set(&domain->device, CONTROL, 4, 0 << 8 | 1 << 5 | 2);
    assert_int_equal(rp_vpci_flr_finish(&domain->state), RP_OK);
    assert_int_equal(rp_field_get(0x3f00, domain_read(domain, CONTROL, 4)), 1);
    assert_int_equal(fake_device_get(&domain->device, CONTROL, 4), 1 << 8 | 1 << 5 | 2);
    assert_int_equal(probed_size(domain), 2 * MIB);
}

/* A second view, built while the first is in use, goes on with the size of now. */
static void a_new_view_keeps_the_size(void **state)
{
    struct fake_domain *domain = *state;
    static struct rp_vpci_view view;

    begin(domain);
    choose(domain, 0);
    assert_int_equal(rp_vpci_build(&view, &domain->state, RP_CFG_SIZE_EXTENDED), RP_OK);
    assert_int_equal(rp_vpci_read(&view, CONTROL, 4), 0 << 8 | 1 << 5 | 2);
    assert_int_equal(rp_vpci_read(&view, CAPABILITY, 4), OFFERED);
}

#define REBAR_TEST(name) cmocka_unit_test_setup_teardown(name, prepare, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        REBAR_TEST(sizes_with_room_are_offered),
        REBAR_TEST(room_bounds_what_is_offered),
        REBAR_TEST(a_bar_reaches_as_far_as_is_offered),
        REBAR_TEST(without_a_choice_a_bar_reaches_to_its_end),
        REBAR_TEST(without_room_there_is_no_capability),
        REBAR_TEST(a_size_that_cuts_the_msix_table_off_is_not_offered),
        REBAR_TEST(a_virtual_function_has_none),
        REBAR_TEST(the_hardware_domain_is_offered_what_it_has),
        REBAR_TEST(a_reset_by_the_hardware_domain_keeps_firmwares_size),
        REBAR_TEST(no_entry_is_malformed),
        REBAR_TEST(seven_entries_are_malformed),
        REBAR_TEST(a_bar_that_is_not_there_is_malformed),
        REBAR_TEST(an_upper_half_is_no_bar),
        REBAR_TEST(bar_seven_is_malformed),
        REBAR_TEST(a_size_that_the_bar_has_not_is_malformed),
        REBAR_TEST(a_reserved_size_is_malformed),
        REBAR_TEST(one_bar_twice_is_malformed),
        REBAR_TEST(a_bar_of_ports_is_malformed),
        REBAR_TEST(one_that_is_cut_off_is_malformed),
        REBAR_TEST(the_largest_sizes_are_not_shown),
        REBAR_TEST(sizes_beyond_512_gib_are_offered),
        REBAR_TEST(a_size_that_the_function_does_not_take_is_not_there),
        REBAR_TEST(a_resize_reaches_function_and_bar),
        REBAR_TEST(a_resize_leaves_bus_mastering_alone),
        REBAR_TEST(mappings_have_the_new_size),
        REBAR_TEST(no_size_changes_while_memory_is_decoded),
        REBAR_TEST(sizes_that_are_not_offered_change_nothing),
        REBAR_TEST(nothing_else_of_the_registers_can_be_written),
        REBAR_TEST(a_reset_brings_the_first_size_back),
        REBAR_TEST(a_new_view_keeps_the_size),
    };

    return cmocka_run_group_tests_name("vpci_rebar", tests, NULL, NULL);
}
