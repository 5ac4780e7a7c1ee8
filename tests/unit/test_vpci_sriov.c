/* SPDX-License-Identifier: MIT */
/*
 * SR-IOV as the owner of a physical function has it: PCI Express Base r5.0, 9.3.3.
 * What a register has to say is from there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <rootport/pci_regs.h>

#include "tests/fake/fake_domain.h"

enum {
    VF_BAR_SIZE = 0x4000,
    VF_COUNT = 8, /* TotalVFs */
    CAPABILITIES = NVME_SRIOV + 0x04,
    CONTROL = NVME_SRIOV + 0x08,
    STATUS = NVME_SRIOV + 0x0a,
    TOTAL_VFS = NVME_SRIOV + 0x0e,
    NUM_VFS = NVME_SRIOV + 0x10,
    OFFSET_STRIDE = NVME_SRIOV + 0x14,
    DEVICE_ID = NVME_SRIOV + 0x1a,
    SUPPORTED_PAGES = NVME_SRIOV + 0x1c,
    SYSTEM_PAGE = NVME_SRIOV + 0x20,
    VF_BAR0 = NVME_SRIOV + 0x24,
    VF_BAR1 = NVME_SRIOV + 0x28,
    MIGRATION_STATE = NVME_SRIOV + 0x3c,
    /* Bits of SR-IOV Control. */
    VFE = 0x01,
    MIGRATION = 0x02,
    MSE = 0x08,
    ARI = 0x10,
};
#define VF_BAR_ADDRESS 0x9ab000000u

static int prepare(void **state)
{
    struct fake_domain *domain = fake_domain_new();

    domain->config.role = RP_VPCI_ROLE_HARDWARE;
    *state = domain;
    return 0;
}

static int prepare_and_start(void **state)
{
    (void)prepare(state);
    assert_int_equal(fake_domain_start(*state), RP_OK);
    return 0;
}

static int finish(void **state)
{
    fake_domain_free(*state);
    return 0;
}

static uint32_t hardware(struct fake_domain *domain, unsigned reg, unsigned width)
{
    return fake_device_get(&domain->device, reg, width);
}

static bool is_shown(struct fake_domain *domain)
{
    return domain_find_extcap(domain, RP_PCI_EXTCAP_ID_SRIOV) == NVME_SRIOV;
}

static void place(struct fake_domain *domain, uint64_t address)
{
    domain_write(domain, VF_BAR0, 4, (uint32_t)address);
    domain_write(domain, VF_BAR1, 4, (uint32_t)(address >> 32));
}

static void set_control(struct fake_domain *domain, unsigned control)
{
    domain_write(domain, CONTROL, 2, control);
    assert_true(domain->effects.what & RP_VPCI_EFFECT_SRIOV);
    rp_vpci_sriov_commit(&domain->state);
}

/* What a stock kernel does: how many, where, then both enables at once. */
static void turn_on(struct fake_domain *domain, unsigned count)
{
    place(domain, VF_BAR_ADDRESS);
    domain_write(domain, NUM_VFS, 2, count);
    set_control(domain, VFE | MSE);
}

/* ---- What is there ---- */

static void the_owner_sees_what_the_function_says(void **state)
{
    struct fake_domain *domain = *state;

    assert_true(is_shown(domain));
    assert_int_equal(domain_read(domain, CONTROL, 2), 0);
    assert_int_equal(domain_read(domain, TOTAL_VFS, 2), VF_COUNT);
    assert_int_equal(domain_read(domain, OFFSET_STRIDE, 4), 0x00010080);
    assert_int_equal(domain_read(domain, DEVICE_ID, 2), 0x0011);
}

/* 9.3.3.2.1, 9.3.3.3.2, 9.3.3.4, 9.3.3.15 */
static void migration_is_not_there(void **state)
{
    struct fake_domain *domain = *state;

    assert_int_equal(domain_read(domain, CAPABILITIES, 4), 0);
    assert_int_equal(domain_read(domain, STATUS, 2), 0);
    assert_int_equal(domain_read(domain, MIGRATION_STATE, 4), 0);
    set_control(domain, MIGRATION);
    assert_int_equal(domain_read(domain, CONTROL, 2), 0);
    assert_int_equal(hardware(domain, CONTROL, 2), 0);
}

/* The size of the aperture follows the page size, which is that of the views. */
static void pages_of_4_kib_alone_are_offered(void **state)
{
    struct fake_domain *domain = *state;

    assert_int_equal(domain_read(domain, SUPPORTED_PAGES, 4), 1);
    domain_write(domain, SYSTEM_PAGE, 4, 0x10);
    assert_int_equal(domain_read(domain, SYSTEM_PAGE, 4), 1);
    assert_int_equal(domain->device.write_count, 0);
}

static void another_page_size_of_firmware_is_taken_back(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, SYSTEM_PAGE, 4, 0x10);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(hardware(domain, SYSTEM_PAGE, 4), 1);
}

static void others_see_nothing_of_it(void **state)
{
    struct fake_domain *domain = *state;
    const struct rp_vpci_vf vf = {.vendor_id = 0x1b36, .device_id = 0x11};

    domain->config.role = RP_VPCI_ROLE_GUEST;
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_false(is_shown(domain));
    rp_vpci_detach(&domain->state);
    domain->config.role = RP_VPCI_ROLE_HARDWARE;
    domain->config.vf = &vf;
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_false(is_shown(domain));
}

/* 9.3.3.3.1: nothing may be read for a second after VF Enable was cleared. */
static void what_was_on_before_is_turned_off(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, CONTROL, 2, VFE | MSE);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(hardware(domain, CONTROL, 2), 0);
    assert_false(is_shown(domain));
    assert_int_equal(rp_vpci_build(&domain->view, &domain->state, RP_CFG_SIZE_EXTENDED),
                     RP_OK);
    assert_true(is_shown(domain));
}

static void unsound_bars_hide_it(void **state)
{
    struct fake_domain *domain = *state;
    static const uint32_t masks[] = {
        0xff00c000, /* no power of two */
        0xfffffc00, /* less than a page */
        0,          /* I/O: see below */
    };

    for (unsigned i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
        fake_device_set_rw(&domain->device, VF_BAR0, 4, masks[i]);
        if (masks[i] == 0)
            fake_device_set(&domain->device, VF_BAR0, 4, 1);
        assert_int_equal(fake_domain_start(domain), RP_OK);
        assert_false(is_shown(domain));
        rp_vpci_detach(&domain->state);
    }
}

/* f7091c0e1f: an I/O BAR where none may be made a loop endless. */
static void six_io_bars_come_to_an_end(void **state)
{
    struct fake_domain *domain = *state;

    for (unsigned reg = VF_BAR0; reg < MIGRATION_STATE; reg += 4) {
        fake_device_set_rw(&domain->device, reg, 4, 0xffffff00);
        fake_device_set(&domain->device, reg, 4, 1);
    }
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_false(is_shown(domain));
}

/* 9.3.3.14: virtual functions have no I/O, however many pages of it a BAR claims. */
static void a_large_io_bar_hides_it_too(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_rw(&domain->device, VF_BAR0 + 16, 4, 0xffff0000);
    fake_device_set(&domain->device, VF_BAR0 + 16, 4, 1);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_false(is_shown(domain));
}

/* With holes in its size as well. */
static void an_io_bar_with_holes_hides_it_too(void **state)
{
    struct fake_domain *domain = *state;
    struct rp_vpci_window range;

    fake_device_set_rw(&domain->device, VF_BAR0 + 16, 4, 0x293b3b28);
    fake_device_set(&domain->device, VF_BAR0 + 16, 4, 1);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_find_extcap(domain, RP_PCI_EXTCAP_ID_SRIOV), 0);
    assert_false(rp_vpci_sriov_range(&domain->state, 4, &range));
}

static void one_that_is_cut_off_is_hidden(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_extcap(&domain->device, NVME_SRIOV, RP_PCI_EXTCAP_ID_SRIOV, 1,
                           NVME_SRIOV + 0x3c);
    fake_device_set_extcap(&domain->device, NVME_SRIOV + 0x3c,
                           RP_PCI_EXTCAP_ID_SERIAL_NUMBER, 1, 0);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_false(is_shown(domain));
}

/* ---- VF BARs ---- */

static void a_vf_bar_is_sized_and_placed(void **state)
{
    struct fake_domain *domain = *state;

    place(domain, UINT64_MAX);
    assert_int_equal(domain_read(domain, VF_BAR0, 4), 0xffffc004);
    assert_int_equal(domain_read(domain, VF_BAR1, 4), 0xffffffff);
    place(domain, VF_BAR_ADDRESS);
    assert_int_equal(domain_read(domain, VF_BAR0, 4), (uint32_t)VF_BAR_ADDRESS | 4);
    assert_int_equal(domain_read(domain, VF_BAR1, 4), VF_BAR_ADDRESS >> 32);
    domain_write(domain, VF_BAR1 + 4, 4, 0xffffffff);
    assert_int_equal(domain_read(domain, VF_BAR1 + 4, 4), 0);
    assert_int_equal(domain->device.write_count, 0);
    assert_int_equal(hardware(domain, VF_BAR0, 4), 4);
}

static void an_address_of_firmware_is_found(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, VF_BAR0, 4, 0xab000004);
    fake_device_set(&domain->device, VF_BAR1, 4, 0x9);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, VF_BAR0, 4), 0xab000004);
    assert_int_equal(domain_read(domain, VF_BAR1, 4), 9);
}

static void a_vf_bar_reaches_the_function_with_its_enable(void **state)
{
    struct fake_domain *domain = *state;

    place(domain, VF_BAR_ADDRESS);
    set_control(domain, MSE);
    assert_int_equal(hardware(domain, VF_BAR0, 4), (uint32_t)VF_BAR_ADDRESS | 4);
    assert_int_equal(hardware(domain, VF_BAR1, 4), VF_BAR_ADDRESS >> 32);
    assert_int_equal(hardware(domain, CONTROL, 2), MSE);
}

static void a_vf_bar_stays_while_it_decodes(void **state)
{
    struct fake_domain *domain = *state;

    turn_on(domain, 2);
    place(domain, 0x100000000);
    assert_int_equal(domain_read(domain, VF_BAR0, 4), (uint32_t)VF_BAR_ADDRESS | 4);
    set_control(domain, 0);
    place(domain, 0x100000000);
    assert_int_equal(domain_read(domain, VF_BAR0, 4), 4);
    assert_int_equal(domain_read(domain, VF_BAR1, 4), 1);
}

static void the_range_is_that_of_all_virtual_functions(void **state)
{
    struct fake_domain *domain = *state;
    struct rp_vpci_window range;

    place(domain, VF_BAR_ADDRESS);
    assert_false(rp_vpci_sriov_range(&domain->state, 0, &range));
    domain_write(domain, NUM_VFS, 2, 3);
    assert_true(rp_vpci_sriov_range(&domain->state, 0, &range));
    assert_int_equal(range.base.value, VF_BAR_ADDRESS);
    assert_int_equal(range.size, 3 * VF_BAR_SIZE);
    assert_false(rp_vpci_sriov_range(&domain->state, 1, &range));
    assert_false(rp_vpci_sriov_range(&domain->state, RP_VPCI_BARS_MAX, &range));
}

/* 9.2.1.1.1: each has its share, in their order. */
static void each_virtual_function_has_its_share(void **state)
{
    struct fake_domain *domain = *state;
    struct rp_vpci_vf vf;

    turn_on(domain, 4);
    rp_vpci_sriov_describe(&domain->state, 3, &vf);
    assert_int_equal(vf.vendor_id, hardware(domain, RP_PCI_VENDOR_ID, 2));
    assert_int_equal(vf.device_id, 0x0011);
    assert_int_equal(vf.bars[0].base.value, VF_BAR_ADDRESS + 3 * VF_BAR_SIZE);
    assert_int_equal(vf.bars[0].size, VF_BAR_SIZE);
    assert_true(vf.bars[0].is_64bit);
    assert_false(vf.bars[0].is_prefetchable);
    assert_int_equal(vf.bars[1].size, 0);
}

/* ---- NumVFs: 9.3.3.7 ---- */

static void num_vfs_has_a_limit(void **state)
{
    struct fake_domain *domain = *state;

    domain_write(domain, NUM_VFS, 2, VF_COUNT);
    assert_int_equal(domain_read(domain, NUM_VFS, 2), VF_COUNT);
    domain_write(domain, NUM_VFS, 2, VF_COUNT + 1);
    assert_int_equal(domain_read(domain, NUM_VFS, 2), VF_COUNT);
    domain_write(domain, NUM_VFS, 4, 0xffff0003); /* with what is beside it */
    assert_int_equal(domain_read(domain, NUM_VFS, 4), 3);
}

static void num_vfs_stays_while_they_are_on(void **state)
{
    struct fake_domain *domain = *state;

    turn_on(domain, 2);
    domain_write(domain, NUM_VFS, 2, 0);
    assert_int_equal(domain_read(domain, NUM_VFS, 2), 2);
    set_control(domain, 0);
    domain_write(domain, NUM_VFS, 2, 1);
    assert_int_equal(domain_read(domain, NUM_VFS, 2), 1);
}

/* ---- Control ---- */

static void a_write_waits_for_the_embedder(void **state)
{
    struct fake_domain *domain = *state;

    domain_write(domain, CONTROL, 2, VFE | MSE | ARI);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_SRIOV);
    assert_int_equal(domain->device.write_count, 0);
    assert_int_equal(domain_read(domain, CONTROL, 2), 0);
    assert_false(rp_vpci_sriov_is_on(domain->state.sriov.control));
    assert_true(rp_vpci_sriov_is_on(domain->state.sriov.wanted));
    rp_vpci_sriov_commit(&domain->state);
    assert_int_equal(domain_read(domain, CONTROL, 2), VFE | MSE | ARI);
    assert_int_equal(hardware(domain, CONTROL, 2), VFE | MSE | ARI);
}

static void a_refused_write_leaves_all_as_it_was(void **state)
{
    struct fake_domain *domain = *state;

    turn_on(domain, 2);
    domain_write(domain, CONTROL, 1, 0);
    assert_true(domain->effects.what & RP_VPCI_EFFECT_SRIOV);
    rp_vpci_sriov_refuse(&domain->state);
    assert_int_equal(domain->device.write_count, 0);
    assert_int_equal(domain_read(domain, CONTROL, 2), VFE | MSE);
    assert_int_equal(hardware(domain, CONTROL, 2), VFE | MSE);
    assert_int_equal(domain->state.sriov.wanted, VFE | MSE);
}

static void both_enables_make_virtual_functions(void **state)
{
    (void)state;
    assert_false(rp_vpci_sriov_is_on(0));
    assert_false(rp_vpci_sriov_is_on(VFE));
    assert_false(rp_vpci_sriov_is_on(MSE | ARI));
    assert_true(rp_vpci_sriov_is_on(VFE | MSE));
}

/* 9.2.2.3: an FLR of the physical function ends its virtual ones. */
static void a_reset_turns_them_off(void **state)
{
    struct fake_domain *domain = *state;

    turn_on(domain, 2);
    assert_int_equal(rp_vpci_flr_start(&domain->state), RP_OK);
    assert_int_equal(hardware(domain, CONTROL, 2), 0);
    assert_int_equal(rp_vpci_flr_finish(&domain->state), RP_OK);
    assert_int_equal(domain_read(domain, CONTROL, 2), 0);
}

static void one_that_has_none_is_not_written_to_by_a_reset(void **state)
{
    struct fake_domain *domain = *state;

    domain->config.role = RP_VPCI_ROLE_GUEST;
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(rp_vpci_flr_start(&domain->state), RP_OK);
    for (size_t i = 0; i < domain->device.write_count; i++)
        assert_true(domain->device.writes[i].reg < RP_PCI_EXTENDED_BASE);
}

/* ---- A guest's ---- */

static void allow(struct fake_domain *domain, uint64_t memory)
{
    rp_vpci_sriov_allow(&domain->state, memory);
    assert_int_equal(rp_vpci_build(&domain->view, &domain->state, RP_CFG_SIZE_EXTENDED),
                     RP_OK);
}

static int prepare_guest(void **state)
{
    struct fake_domain *domain = fake_domain_new();

    *state = domain;
    assert_int_equal(fake_domain_start(domain), RP_OK);
    return 0;
}

static int prepare_allowed(void **state)
{
    (void)prepare_guest(state);
    allow(*state, 0x9ab001000); /* VF BAR 0 has four pages */
    return 0;
}

static void a_guest_sees_it_where_it_is_allowed(void **state)
{
    struct fake_domain *domain = *state;

    assert_false(is_shown(domain));
    allow(domain, 0x1000);
    assert_true(is_shown(domain));
    assert_int_equal(domain_read(domain, TOTAL_VFS, 2), VF_COUNT);
    allow(domain, 0);
    assert_false(is_shown(domain));
}

static void a_guests_vf_bars_decode_where_the_embedder_says(void **state)
{
    struct fake_domain *domain = *state;
    struct rp_vpci_window range;
    struct rp_vpci_vf vf;

    assert_int_equal(domain_read(domain, VF_BAR0, 4), 4);
    assert_int_equal(domain_read(domain, VF_BAR1, 4), 0);
    place(domain, 0xc0100000);
    domain_write(domain, NUM_VFS, 2, 3);
    set_control(domain, VFE | MSE);
    assert_int_equal(domain_read(domain, VF_BAR0, 4), 0xc0100004);
    assert_int_equal(hardware(domain, VF_BAR0, 4), 0xab004004);
    assert_int_equal(hardware(domain, VF_BAR1, 4), 0x9);
    assert_true(rp_vpci_sriov_range(&domain->state, 0, &range));
    assert_int_equal(range.base.value, 0x9ab004000);
    assert_int_equal(range.size, 3 * VF_BAR_SIZE);
    rp_vpci_sriov_describe(&domain->state, 2, &vf);
    assert_int_equal(vf.bars[0].base.value, 0x9ab004000 + 2 * VF_BAR_SIZE);
}

/* Sizing is done by a kernel that starts again while they are on. */
static void a_guest_sizes_vf_bars_while_they_decode(void **state)
{
    struct fake_domain *domain = *state;

    turn_on(domain, 1);
    place(domain, UINT64_MAX);
    assert_int_equal(domain_read(domain, VF_BAR0, 4), 0xffffc004);
    assert_int_equal(hardware(domain, VF_BAR0, 4), 0xab004004);
}

static void a_guest_maps_nothing_with_a_vf_bar(void **state)
{
    struct fake_domain *domain = *state;
    struct rp_vpci_mapping mappings[RP_VPCI_MAPPINGS_MAX];

    place(domain, 0xc0100000);
    domain_write(domain, NUM_VFS, 2, VF_COUNT);
    set_control(domain, VFE | MSE);
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_MEMORY);
    for (size_t i = rp_vpci_mappings(&domain->state, mappings); i-- > 0;)
        assert_int_equal(mappings[i].bar, 0);
}

static void a_guest_reads_no_address_of_the_machine(void **state)
{
    struct fake_domain *domain = *state;

    allow(domain, UINT64_C(0xa5c3a5c30000));
    turn_on(domain, 2);
    for (unsigned reg = 0; reg < RP_CFG_SIZE_EXTENDED - 1; reg++)
        assert_int_not_equal(domain_read(domain, reg, 2), 0xa5c3);
}

/* They lie behind one another, and the second begins at a multiple of its size. */
static void a_guests_second_vf_bar_is_behind_all_of_the_first(void **state)
{
    struct fake_domain *domain = *state;
    struct rp_vpci_vf vf;

    fake_device_set_rw(&domain->device, VF_BAR0 + 8, 4, 0xfff00000);
    allow(domain, 0x10000);
    turn_on(domain, 1);
    rp_vpci_sriov_describe(&domain->state, 0, &vf);
    assert_int_equal(vf.bars[0].base.value, 0x10000);
    assert_int_equal(vf.bars[2].base.value, 0x100000);
    assert_int_equal(hardware(domain, VF_BAR0 + 8, 4), 0x100000);
}

static void a_guests_vf_bar_of_32_bits_ends_below_4_gib(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, VF_BAR0, 4, 0);
    fake_device_set_rw(&domain->device, VF_BAR1, 4, 0);
    allow(domain, UINT64_C(0x100000000) - (VF_COUNT - 1) * VF_BAR_SIZE);
    assert_false(is_shown(domain));
    allow(domain, UINT64_C(0x100000000) - VF_COUNT * VF_BAR_SIZE);
    assert_true(is_shown(domain));
}

/* Whether the port above forwards it is nothing that a guest knows. */
static void a_guest_sets_no_ari(void **state)
{
    struct fake_domain *domain = *state;

    set_control(domain, VFE | MSE | ARI);
    assert_int_equal(domain_read(domain, CONTROL, 2), VFE | MSE);
    assert_int_equal(hardware(domain, CONTROL, 2), VFE | MSE);
}

/* 9.3.3.10: the function's own number is that of no dependency; a guest's is 0. */
static void a_guest_depends_on_nobody(void **state)
{
    struct fake_domain *domain = *state;
    const unsigned own = rp_sbdf_fn(domain->state.sbdf);

    fake_device_set(&domain->device, NUM_VFS + 2, 1, own);
    allow(domain, 0x1000);
    assert_int_equal(domain_read(domain, NUM_VFS + 2, 1), 0);
    for (unsigned bit = 1; bit < 0x100; bit <<= 1) { /* of up to 256 functions */
        fake_device_set(&domain->device, NUM_VFS + 2, 1, own ^ bit);
        allow(domain, 0x1000);
        assert_false(is_shown(domain));
    }
}

/* Without ARI the device's number is no part of the function's. */
static void a_dependency_is_by_function_number(void **state)
{
    static const uint8_t own[] = {0x2a, 0x02};
    struct fake_domain *domain = *state;

    domain->config.role = RP_VPCI_ROLE_GUEST;
    domain->config.sbdf = rp_sbdf(0, 0, 5, 2);
    for (unsigned i = 0; i < sizeof(own); i++) {
        assert_int_equal(fake_domain_start(domain), RP_OK);
        fake_device_set(&domain->device, NUM_VFS + 2, 1, own[i]);
        allow(domain, 0x1000);
        assert_true(is_shown(domain));
        rp_vpci_detach(&domain->state);
    }
}

static void after_a_reset_they_can_be_turned_on_again(void **state)
{
    struct fake_domain *domain = *state;

    turn_on(domain, 2);
    assert_int_equal(rp_vpci_flr_start(&domain->state), RP_OK);
    fake_device_set(&domain->device, VF_BAR0, 4, 4);
    fake_device_set(&domain->device, VF_BAR1, 4, 0);
    assert_int_equal(rp_vpci_flr_finish(&domain->state), RP_OK);
    assert_int_equal(domain_read(domain, CONTROL, 2), 0);
    assert_int_equal(domain_read(domain, VF_BAR0, 4), 4);
    turn_on(domain, 1);
    assert_int_equal(hardware(domain, VF_BAR0, 4), 0xab004004);
}

/* ---- A virtual function of the owner's own: 9.3.4.1 ---- */

static void start_plain_vf(struct fake_domain *domain)
{
    const struct rp_vpci_vf vf = {
        .vendor_id = 0x1b36,
        .device_id = 0x0011,
        .bars[0] = {.base = {NVME_BAR_ADDRESS}, .size = NVME_BAR_SIZE, .is_64bit = true},
    };

    domain->config.vf = &vf;
    fake_device_set(&domain->device, RP_PCI_VENDOR_ID, 4, 0xffffffff);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(rp_vpci_bar_place(&domain->state, 0, (rp_gpa_t){NVME_BAR_ADDRESS}),
                     RP_OK);
    rp_vpci_window_set(&domain->state, RP_VPCI_WINDOW_MEMORY, (rp_gpa_t){0},
                       UINT64_C(1) << 52);
}

/* With IDs a kernel that scans would take it for a function like any other. */
static void the_owner_sees_it_as_the_machine_has_it(void **state)
{
    struct fake_domain *domain = *state;

    start_plain_vf(domain);
    assert_int_equal(domain_read(domain, RP_PCI_VENDOR_ID, 4), 0xffffffff);
    for (unsigned reg = RP_PCI_BAR0; reg < RP_PCI_CARDBUS_CIS; reg += 4) {
        domain_write(domain, reg, 4, 0xffffffff);
        assert_int_equal(domain_read(domain, reg, 4), 0);
    }
    assert_int_equal(domain_find_cap(domain, RP_PCI_CAP_ID_MSIX), NVME_MSIX);
}

/* 9.3.4.1.3: memory decode is the physical function's to enable. */
static void it_decodes_without_a_bit_of_its_own(void **state)
{
    struct fake_domain *domain = *state;
    struct rp_vpci_mapping mappings[RP_VPCI_MAPPINGS_MAX];

    start_plain_vf(domain);
    assert_int_equal(rp_vpci_mappings(&domain->state, mappings), 4);
    assert_int_equal(mappings[0].gpa.value, NVME_BAR_ADDRESS);
    assert_int_equal(mappings[0].hpa.value, NVME_BAR_ADDRESS);
    domain_write(domain, RP_PCI_COMMAND, 2,
                 RP_PCI_COMMAND_IO | RP_PCI_COMMAND_MEMORY | RP_PCI_COMMAND_BUS_MASTER);
    assert_int_equal(domain_read(domain, RP_PCI_COMMAND, 2), RP_PCI_COMMAND_BUS_MASTER);
    assert_int_equal(rp_vpci_mappings(&domain->state, mappings), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_owner_sees_what_the_function_says,
                                        prepare_and_start, finish),
        cmocka_unit_test_setup_teardown(migration_is_not_there, prepare_and_start,
                                        finish),
        cmocka_unit_test_setup_teardown(pages_of_4_kib_alone_are_offered,
                                        prepare_and_start, finish),
        cmocka_unit_test_setup_teardown(another_page_size_of_firmware_is_taken_back,
                                        prepare, finish),
        cmocka_unit_test_setup_teardown(others_see_nothing_of_it, prepare, finish),
        cmocka_unit_test_setup_teardown(what_was_on_before_is_turned_off, prepare,
                                        finish),
        cmocka_unit_test_setup_teardown(unsound_bars_hide_it, prepare, finish),
        cmocka_unit_test_setup_teardown(six_io_bars_come_to_an_end, prepare, finish),
        cmocka_unit_test_setup_teardown(a_large_io_bar_hides_it_too, prepare, finish),
        cmocka_unit_test_setup_teardown(an_io_bar_with_holes_hides_it_too, prepare,
                                        finish),
        cmocka_unit_test_setup_teardown(one_that_is_cut_off_is_hidden, prepare, finish),
        cmocka_unit_test_setup_teardown(a_vf_bar_is_sized_and_placed, prepare_and_start,
                                        finish),
        cmocka_unit_test_setup_teardown(an_address_of_firmware_is_found, prepare, finish),
        cmocka_unit_test_setup_teardown(a_vf_bar_reaches_the_function_with_its_enable,
                                        prepare_and_start, finish),
        cmocka_unit_test_setup_teardown(a_vf_bar_stays_while_it_decodes,
                                        prepare_and_start, finish),
        cmocka_unit_test_setup_teardown(the_range_is_that_of_all_virtual_functions,
                                        prepare_and_start, finish),
        cmocka_unit_test_setup_teardown(each_virtual_function_has_its_share,
                                        prepare_and_start, finish),
        cmocka_unit_test_setup_teardown(num_vfs_has_a_limit, prepare_and_start, finish),
        cmocka_unit_test_setup_teardown(num_vfs_stays_while_they_are_on,
                                        prepare_and_start, finish),
        cmocka_unit_test_setup_teardown(a_write_waits_for_the_embedder, prepare_and_start,
                                        finish),
        cmocka_unit_test_setup_teardown(a_refused_write_leaves_all_as_it_was,
                                        prepare_and_start, finish),
        cmocka_unit_test(both_enables_make_virtual_functions),
        cmocka_unit_test_setup_teardown(a_reset_turns_them_off, prepare_and_start,
                                        finish),
        cmocka_unit_test_setup_teardown(one_that_has_none_is_not_written_to_by_a_reset,
                                        prepare, finish),
        cmocka_unit_test_setup_teardown(a_guest_sees_it_where_it_is_allowed,
                                        prepare_guest, finish),
        cmocka_unit_test_setup_teardown(a_guests_vf_bars_decode_where_the_embedder_says,
                                        prepare_allowed, finish),
        cmocka_unit_test_setup_teardown(a_guest_sizes_vf_bars_while_they_decode,
                                        prepare_allowed, finish),
        cmocka_unit_test_setup_teardown(a_guest_maps_nothing_with_a_vf_bar,
                                        prepare_allowed, finish),
        cmocka_unit_test_setup_teardown(a_guest_reads_no_address_of_the_machine,
                                        prepare_guest, finish),
        cmocka_unit_test_setup_teardown(a_guests_second_vf_bar_is_behind_all_of_the_first,
                                        prepare_guest, finish),
        cmocka_unit_test_setup_teardown(a_guests_vf_bar_of_32_bits_ends_below_4_gib,
                                        prepare_guest, finish),
        cmocka_unit_test_setup_teardown(a_guest_sets_no_ari, prepare_allowed, finish),
        cmocka_unit_test_setup_teardown(a_guest_depends_on_nobody, prepare_guest, finish),
        cmocka_unit_test_setup_teardown(a_dependency_is_by_function_number, prepare,
                                        finish),
        cmocka_unit_test_setup_teardown(after_a_reset_they_can_be_turned_on_again,
                                        prepare_allowed, finish),
        cmocka_unit_test_setup_teardown(the_owner_sees_it_as_the_machine_has_it, prepare,
                                        finish),
        cmocka_unit_test_setup_teardown(it_decodes_without_a_bit_of_its_own, prepare,
                                        finish),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
