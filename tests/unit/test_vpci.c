/* SPDX-License-Identifier: MIT */
/* What a guest sees of a function: header, lists, default deny, reset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>

#include <rootport/pci_regs.h>

#include "tests/fake/fake_domain.h"

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

/* ---- Access rules ---------------------------------------------------------------- */

static void every_width_and_alignment_reads_the_same_bytes(void **state)
{
    struct fake_domain *domain = *state;
    static const unsigned widths[] = {1, 2, 4, 8};
    uint8_t bytes[RP_CFG_SIZE_EXTENDED];

    for (unsigned reg = 0; reg < sizeof(bytes); reg++)
        bytes[reg] = (uint8_t)domain_read(domain, reg, 1);
    for (unsigned w = 0; w < 4; w++) {
        for (unsigned reg = 0; reg < sizeof(bytes); reg++) {
            uint64_t expected = 0;
            for (unsigned i = widths[w]; i-- > 0;)
                expected =
                    expected << 8 | (reg + i < sizeof(bytes) ? bytes[reg + i] : 0xffu);
            assert_int_equal(rp_vpci_read(&domain->view, (uint16_t)reg, widths[w]),
                             expected);
        }
    }
}

/* b7fd3a2efd: an access of no bytes; 239: of a width that is none. */
static void odd_widths_read_ones_and_write_nothing(void **state)
{
    struct fake_domain *domain = *state;
    static const unsigned widths[] = {0, 3, 5, 6, 7, 9, 16};

    for (unsigned i = 0; i < 7; i++) {
        assert_true(rp_vpci_read(&domain->view, 0, widths[i]) == UINT64_MAX);
        domain_write(domain, RP_PCI_COMMAND, widths[i], 0x6);
        assert_int_equal(domain_read(domain, RP_PCI_COMMAND, 2), 0);
    }
}

static void past_the_end_is_absent(void **state)
{
    struct fake_domain *domain = *state;

    assert_int_equal(rp_vpci_build(&domain->view, &domain->state, 256), RP_OK);
    assert_int_equal(domain_read(domain, 0x100, 4), 0xffffffff);
    assert_int_equal(domain_read(domain, 0xffc, 4), 0xffffffff);
    assert_int_equal(domain_read(domain, 0xfe, 4) >> 16, 0xffff);
    domain_write(domain, 0x104, 4, 0xffffffff);
    assert_int_equal(domain->device.write_count, 0);
}

/* 7db7bd0f31, d13b786e8f: an error value wider than the access. */
static void a_value_is_never_wider_than_the_access(void **state)
{
    struct fake_domain *domain = *state;

    domain->device.is_gone = true;
    assert_int_equal(domain_read(domain, 0, 1), 0xff);
    assert_int_equal(domain_read(domain, 0, 2), 0xffff);
    assert_int_equal(domain_read(domain, 1, 2), 0xffff);
}

static void an_8_byte_write_is_two_of_4(void **state)
{
    struct fake_domain *domain = *state;

    domain->effects = (struct rp_vpci_effects){0};
    rp_vpci_write(&domain->view, RP_PCI_BAR0, 8, 0x0000001080000000u, &domain->effects);
    assert_int_equal(domain_read(domain, RP_PCI_BAR0, 4), 0x80000004);
    assert_int_equal(domain_read(domain, RP_PCI_BAR0 + 4, 4), 0x10);
}

static void an_unbuilt_view_is_an_absent_function(void **state)
{
    struct fake_domain *domain = *state;

    assert_int_equal(rp_vpci_build(&domain->view, &domain->state, 128), RP_ERR_INVALID);
    assert_int_equal(domain_read(domain, 0, 4), 0xffffffff);
    domain_write(domain, RP_PCI_COMMAND, 2, 0xffff);
    assert_int_equal(domain->device.write_count, 0);
}

static void nobody_gets_a_view(void **state)
{
    struct fake_domain *domain = *state;

    domain->config.role = RP_VPCI_ROLE_NONE;
    assert_int_equal(rp_vpci_attach(&domain->state, &domain->config), RP_ERR_INVALID);
    assert_int_equal(rp_vpci_build(&domain->view, &domain->state, 4096), RP_ERR_INVALID);
    assert_int_equal(domain->device.write_count, 0);
}

static void a_bridge_is_refused(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, RP_PCI_HEADER_TYPE, 1, 0x01);
    assert_int_equal(fake_domain_start(domain), RP_ERR_UNSUPPORTED);
    assert_int_equal(domain->state.refusal, RP_VPCI_REFUSED_HEADER);
    assert_int_equal(domain->device.write_count, 0);
}

static void a_function_that_is_gone_is_refused(void **state)
{
    struct fake_domain *domain = *state;

    domain->device.is_gone = true;
    assert_int_equal(fake_domain_start(domain), RP_ERR_NO_DEVICE);
    assert_int_equal(rp_vpci_build(&domain->view, &domain->state, 4096), RP_ERR_INVALID);
}

static void a_function_that_is_asleep_is_refused(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, NVME_PM + RP_PCI_PM_CONTROL_STATUS, 2,
                    RP_PCI_PM_D3HOT);
    assert_int_equal(fake_domain_start(domain), RP_ERR_UNSUPPORTED);
    assert_int_equal(domain->state.refusal, RP_VPCI_REFUSED_ASLEEP);
    assert_int_equal(domain->device.write_count, 0);
}

/* ---- Header ------------------------------------------------------------------------ */

static void identity_reads_through(void **state)
{
    struct fake_domain *domain = *state;

    assert_int_equal(domain_read(domain, RP_PCI_VENDOR_ID, 4), 0x00101b36);
    assert_int_equal(domain_read(domain, RP_PCI_REVISION_ID, 4), 0x01080202);
    assert_int_equal(domain_read(domain, RP_PCI_SUBSYSTEM_VENDOR_ID, 4), 0x11001af4);
    domain_write(domain, RP_PCI_VENDOR_ID, 4, 0x12345678);
    assert_int_equal(domain->device.write_count, 0);
}

/* The machine's interrupt number and pin are nobody's business. */
static void the_interrupt_line_is_the_domains(void **state)
{
    struct fake_domain *domain = *state;

    assert_int_equal(domain_read(domain, RP_PCI_INTERRUPT_LINE, 2), 0);
    domain_write(domain, RP_PCI_INTERRUPT_LINE, 1, 0x42);
    assert_int_equal(domain_read(domain, RP_PCI_INTERRUPT_LINE, 2), 0x42);
    assert_int_equal(domain->device.write_count, 0);
}

static void policy_shows_the_interrupt_pin(void **state)
{
    struct fake_domain *domain = *state;

    domain->config.policy = RP_VPCI_POLICY_INTX;
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, RP_PCI_INTERRUPT_PIN, 1), 1);
    assert_int_equal(domain_read(domain, RP_PCI_INTERRUPT_LINE, 1), 0);
}

static void a_guest_sees_one_function_alone(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, RP_PCI_HEADER_TYPE, 1,
                    RP_PCI_HEADER_TYPE_MULTIFUNCTION);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, RP_PCI_HEADER_TYPE, 1), 0);
}

static void the_command_register_bit_by_bit(void **state)
{
    struct fake_domain *domain = *state;

    domain_write(domain, RP_PCI_COMMAND, 2, 0xffff);
    assert_int_equal(domain_read(domain, RP_PCI_COMMAND, 2),
                     RP_PCI_COMMAND_MEMORY | RP_PCI_COMMAND_BUS_MASTER |
                         RP_PCI_COMMAND_PARITY_RESPONSE | RP_PCI_COMMAND_SERR |
                         RP_PCI_COMMAND_INTX_DISABLE);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MAPPINGS | RP_VPCI_EFFECT_INTX);
    assert_int_equal(fake_device_get(&domain->device, RP_PCI_COMMAND, 2),
                     RP_PCI_COMMAND_MEMORY | RP_PCI_COMMAND_BUS_MASTER |
                         RP_PCI_COMMAND_INTX_DISABLE);
    domain_write(domain, RP_PCI_COMMAND, 2, 0);
    assert_int_equal(domain_read(domain, RP_PCI_COMMAND, 2), 0);
    assert_int_equal(fake_device_get(&domain->device, RP_PCI_COMMAND, 2),
                     RP_PCI_COMMAND_MEMORY | RP_PCI_COMMAND_INTX_DISABLE);
}

/* 0290d553e0: toggling decode dropped all other bits. */
static void toggling_decode_keeps_the_other_bits(void **state)
{
    struct fake_domain *domain = *state;

    domain_write(domain, RP_PCI_COMMAND, 2, 0x0146);
    domain_write(domain, RP_PCI_COMMAND, 2, 0x0144);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MAPPINGS);
    assert_int_equal(domain_read(domain, RP_PCI_COMMAND, 2), 0x0144);
    assert_true(fake_device_get(&domain->device, RP_PCI_COMMAND, 2) &
                RP_PCI_COMMAND_BUS_MASTER);
}

static void half_of_the_command_register_can_be_written(void **state)
{
    struct fake_domain *domain = *state;

    domain_write(domain, RP_PCI_COMMAND + 1, 1, 0x05);
    assert_int_equal(domain_read(domain, RP_PCI_COMMAND, 2), 0x0500);
    domain_write(domain, RP_PCI_COMMAND, 1, 0x06);
    assert_int_equal(domain_read(domain, RP_PCI_COMMAND, 2), 0x0506);
}

static void status_bits_are_cleared_by_writing_ones(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, RP_PCI_STATUS, 2, 0xf910);
    assert_int_equal(domain_read(domain, RP_PCI_STATUS, 2), 0xf910);
    domain_write(domain, RP_PCI_STATUS, 2, 0x2000);
    assert_int_equal(domain_read(domain, RP_PCI_STATUS, 2), 0xd910);
    /* A write of the command register alone clears none. */
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_BUS_MASTER);
    assert_int_equal(domain_read(domain, RP_PCI_STATUS, 2), 0xd910);
    domain_write(domain, RP_PCI_COMMAND, 4, 0x80000000);
    assert_int_equal(domain_read(domain, RP_PCI_STATUS, 2), 0x5910);
}

/* ---- Lists ------------------------------------------------------------------------- */

static void the_capability_list_is_the_real_one(void **state)
{
    struct fake_domain *domain = *state;

    assert_int_equal(domain_read(domain, RP_PCI_CAPABILITIES_POINTER, 4), NVME_PM);
    assert_int_equal(domain_find_cap(domain, RP_PCI_CAP_ID_PM), NVME_PM);
    assert_int_equal(domain_find_cap(domain, RP_PCI_CAP_ID_MSI), NVME_MSI);
    assert_int_equal(domain_find_cap(domain, RP_PCI_CAP_ID_PCIE), NVME_PCIE);
    assert_int_equal(domain_find_cap(domain, RP_PCI_CAP_ID_MSIX), NVME_MSIX);
    assert_int_equal(domain_read(domain, NVME_MSIX + RP_PCI_CAP_NEXT, 1), 0);
}

static void hidden_extended_capabilities_are_unlinked_and_blank(void **state)
{
    struct fake_domain *domain = *state;

    assert_int_equal(domain_read(domain, NVME_AER, 4), 0x14820001);
    assert_int_equal(domain_read(domain, NVME_ARI, 4), 0x1a01000e);
    assert_int_equal(domain_read(domain, NVME_DSN, 4), 0x00010003);
    assert_int_equal(domain_read(domain, NVME_DSN + 4, 4), 0x55667788);
    assert_int_equal(domain_read(domain, NVME_DSN + 8, 4), 0x11223344);
    for (unsigned reg = NVME_SRIOV; reg < NVME_DSN; reg++)
        assert_int_equal(domain_read(domain, reg, 1), 0);
    for (unsigned reg = NVME_UNKNOWN; reg < RP_CFG_SIZE_EXTENDED; reg++)
        assert_int_equal(domain_read(domain, reg, 1), 0);
}

/* 7.8.7: the function that the machine has next to it is not the domain's to know. */
static void ari_names_no_other_function(void **state)
{
    struct fake_domain *domain = *state;

    assert_int_equal(fake_device_get(&domain->device, NVME_ARI + 4, 4), 0x00000100);
    assert_int_equal(domain_read(domain, NVME_ARI + 4, 4), 0);
    domain_write(domain, NVME_ARI + 4, 4, 0xffffffff);
    assert_int_equal(domain_read(domain, NVME_ARI + 4, 4), 0);
    assert_int_equal(domain->device.write_count, 0);
}

/* 80b0eb095a: unhandled registers were passed through for guests. */
static void what_no_row_claims_cannot_be_written(void **state)
{
    struct fake_domain *domain = *state;

    for (unsigned reg = NVME_ARI; reg < NVME_DSN; reg += 4)
        domain_write(domain, reg, 4, 0xffffffff);
    assert_int_equal(domain->device.write_count, 0);
    domain_write(domain, NVME_UNKNOWN + 4, 4, 0);
    assert_int_equal(fake_device_get(&domain->device, NVME_UNKNOWN + 4, 4), 0x5ec2e75a);
}

/* The list begins at 0x100 even when what stands there is hidden. */
static void a_hidden_first_extended_capability_still_links(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_extcap(&domain->device, 0x100, RP_PCI_EXTCAP_ID_SRIOV, 1, NVME_DSN);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, 0x100, 4), 0x1a000000);
    assert_int_equal(domain_find_extcap(domain, RP_PCI_EXTCAP_ID_SERIAL_NUMBER),
                     NVME_DSN);
    for (unsigned reg = 0x104; reg < NVME_DSN; reg++)
        assert_int_equal(domain_read(domain, reg, 1), 0);
}

/* 173787d191: zero, not ones, at 0x100 when there is a list that is empty. */
static void with_all_of_it_hidden_0x100_reads_zero(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_extcap(&domain->device, 0x100, RP_PCI_EXTCAP_ID_SRIOV, 1, 0);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, 0x100, 4), 0);
}

static void no_extended_list_reads_zero(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, 0x100, 4, 0);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, 0x100, 4), 0);
    assert_int_equal(domain_read(domain, NVME_DSN, 4), 0);
}

static void a_circular_list_ends(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_cap(&domain->device, NVME_MSIX, RP_PCI_CAP_ID_MSIX, NVME_PM);
    fake_device_set_extcap(&domain->device, NVME_DSN, RP_PCI_EXTCAP_ID_SERIAL_NUMBER, 1,
                           NVME_AER);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, NVME_MSIX + RP_PCI_CAP_NEXT, 1), 0);
    assert_int_equal(domain_read(domain, NVME_DSN, 4), 0x00010003);
}

/* The first one that claims a dword has it; the other is not there. */
static void overlapping_capabilities_are_not_mixed(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_cap(&domain->device, NVME_MSIX, RP_PCI_CAP_ID_MSIX, NVME_MSI + 8);
    fake_device_set_cap(&domain->device, NVME_MSI + 8, RP_PCI_CAP_ID_VPD, 0);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_find_cap(domain, RP_PCI_CAP_ID_MSI), 0);
    assert_int_equal(domain_find_cap(domain, RP_PCI_CAP_ID_VPD), NVME_MSI + 8);
    domain_write(domain, NVME_MSI + 4, 4, 0x12345678);
    assert_int_equal(domain_read(domain, NVME_MSI + 4, 4), 0);
    assert_int_equal(domain->device.write_count, 0);
}

static void a_second_capability_of_a_kind_is_hidden(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_cap(&domain->device, NVME_MSIX, RP_PCI_CAP_ID_MSIX, 0xe0);
    fake_device_set_cap(&domain->device, 0xe0, RP_PCI_CAP_ID_PM, 0xf0);
    fake_device_set_cap(&domain->device, 0xf0, RP_PCI_CAP_ID_MSIX, 0);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, NVME_MSIX + RP_PCI_CAP_NEXT, 1), 0);
    assert_int_equal(domain_read(domain, 0xe0, 4), 0);
    assert_int_equal(domain_read(domain, 0xf0, 4), 0);
}

static void a_function_without_capabilities_says_so(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, RP_PCI_STATUS, 2, 0);
    fake_device_set(&domain->device, RP_PCI_INTERRUPT_PIN, 1, 0);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, RP_PCI_STATUS, 2), 0);
    assert_int_equal(domain_read(domain, RP_PCI_CAPABILITIES_POINTER, 1), 0);
}

/* More capabilities than a view has room for: the rest is hidden, nothing breaks. */
static void a_list_that_fills_the_space_is_cut(void **state)
{
    struct fake_domain *domain = *state;
    unsigned hops = 0;

    for (unsigned at = 0x100; at < 0x1000; at += 12)
        fake_device_set_extcap(&domain->device, at, RP_PCI_EXTCAP_ID_SERIAL_NUMBER, 1,
                               at + 12 < 0x1000 ? at + 12 : 0);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    for (unsigned at = 0x100; at; at = domain_read(domain, at, 4) >> 20)
        hops++;
    assert_in_range(hops, 1, RP_VPCI_CAPS_MAX);
}

/* ed4e690ae1: extended capabilities looked for where there is no such space. */
static void with_256_bytes_nothing_above_is_read(void **state)
{
    struct fake_domain *domain = *state;

    domain->device.highest_read = 0;
    assert_int_equal(rp_vpci_build(&domain->view, &domain->state, 256), RP_OK);
    for (unsigned reg = 0; reg < RP_CFG_SIZE_EXTENDED; reg++)
        (void)domain_read(domain, reg, 4);
    assert_true(domain->device.highest_read < 0x100);
}

/* 8cf6e07389, c7908869ac: a function looked up without its segment. */
static void accesses_carry_the_segment(void **state)
{
    struct fake_domain *domain = *state;

    domain->config.sbdf = rp_sbdf(0x1234, 0x56, 7, 1);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    (void)domain_read(domain, RP_PCI_VENDOR_ID, 4);
    assert_true(rp_sbdf_equal(domain->device.sbdf, domain->config.sbdf));
    domain->device.sbdf = rp_sbdf(0, 0, 0, 0);
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_BUS_MASTER);
    assert_true(rp_sbdf_equal(domain->device.sbdf, domain->config.sbdf));
}

/* One that does not fit is hidden, and so is another of its kind, used by nobody. */
static void no_capability_is_longer_than_its_space(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_cap(&domain->device, NVME_PM, RP_PCI_CAP_ID_PM, 0xf8);
    fake_device_set_cap(&domain->device, 0xf8, RP_PCI_CAP_ID_MSI, NVME_MSI);
    fake_device_set(&domain->device, 0xfa, 2, 0x0180);
    fake_device_set_extcap(&domain->device, NVME_DSN, RP_PCI_EXTCAP_ID_SERIAL_NUMBER, 1,
                           0xff8);
    fake_device_set_extcap(&domain->device, 0xff8, RP_PCI_EXTCAP_ID_PTM, 1, 0);
    assert_int_equal(rp_vpci_attach(&domain->state, &domain->config), RP_OK);
    assert_int_equal(rp_vpci_build(&domain->view, &domain->state, 256), RP_OK);
    assert_int_equal(domain_find_cap(domain, RP_PCI_CAP_ID_MSI), 0);
    assert_int_equal(domain_find_cap(domain, RP_PCI_CAP_ID_PCIE), NVME_PCIE);
    assert_int_equal(rp_vpci_build(&domain->view, &domain->state, 4096), RP_OK);
    assert_int_equal(domain_find_extcap(domain, RP_PCI_EXTCAP_ID_PTM), 0xff8);
    assert_int_equal(rp_vpci_read(&domain->view, 0xffc, 8), 0xffffffff00000000);
}

/* ---- Rebuilding and reset ------------------------------------------------------------
 */

static void a_second_view_keeps_what_the_domain_wrote(void **state)
{
    struct fake_domain *domain = *state;
    struct rp_vpci_view other;

    assert_int_equal(rp_vpci_build(&other, &domain->state, 256), RP_OK);
    domain_write(domain, RP_PCI_INTERRUPT_LINE, 1, 0x42);
    domain_write(domain, RP_PCI_BAR0, 4, 0xd0000000);
    domain_write(domain, NVME_PCIE + 8, 2, 0x000f);
    domain_write(domain, NVME_AER + 8, 4, 0);
    assert_int_equal(rp_vpci_build(&other, &domain->state, 4096), RP_OK);
    assert_int_equal(rp_vpci_read(&other, RP_PCI_INTERRUPT_LINE, 1), 0x42);
    assert_int_equal(rp_vpci_read(&other, RP_PCI_BAR0, 4), 0xd0000004);
    assert_int_equal(rp_vpci_read(&other, NVME_PCIE + 8, 2) & 0xf, 0xf);
    assert_int_equal(rp_vpci_read(&other, NVME_AER + 8, 4), 0);
}

enum {
    PUBLICATIONS = 20000,
};

/* What a domain's CPU does while the embedder publishes one view after another. */
struct reader {
    struct rp_vpci_view *_Atomic published;
    atomic_bool is_done;
    atomic_ulong short_count; /* reads of the view of 256 bytes */
    atomic_ulong long_count;
    unsigned long torn;
};

static void *keep_reading(void *argument)
{
    struct reader *reader = argument;

    while (!atomic_load(&reader->is_done)) {
        const struct rp_vpci_view *view = atomic_load(&reader->published);
        const uint64_t header = rp_vpci_read(view, 0x100, 4);
        const uint64_t serial = rp_vpci_read(view, NVME_DSN, 4);
        const bool is_short = header == 0xffffffff && serial == 0xffffffff;
        const bool is_long = header == 0x14820001 && serial == 0x00010003;
        if (!is_short && !is_long)
            reader->torn++;
        reader->short_count += view->size == 256;
        reader->long_count += view->size == 4096;
    }
    return NULL;
}

/* A view is never torn: a reader sees all of the old one or all of the new one. */
static void a_reader_sees_one_view_or_the_other(void **state)
{
    struct fake_domain *domain = *state;
    static struct rp_vpci_view views[2];
    struct reader reader = {.torn = 0};
    pthread_t thread;

    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(rp_vpci_build(&views[i], &domain->state, i ? 4096 : 256), RP_OK);
    atomic_store(&reader.published, &views[0]);
    assert_int_equal(pthread_create(&thread, NULL, keep_reading, &reader), 0);
    /* On until both were read: the thread may come late to a busy machine. */
    for (unsigned i = 0; i < PUBLICATIONS || !reader.short_count || !reader.long_count;
         i++)
        atomic_store(&reader.published, &views[i % 2]);
    atomic_store(&reader.is_done, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(reader.torn, 0);
}

static void what_is_gone_gets_no_second_view(void **state)
{
    struct fake_domain *domain = *state;

    domain->device.is_gone = true;
    assert_int_equal(rp_vpci_build(&domain->view, &domain->state, 4096),
                     RP_ERR_NO_DEVICE);
    assert_int_equal(domain_read(domain, RP_PCI_VENDOR_ID, 4), 0xffffffff);
    assert_int_equal(domain_read(domain, RP_PCI_BAR0, 4), 0xffffffff);
}

/* A function that moves a capability before each build runs out of room, not over it. */
static void a_capability_that_wanders_is_lost_in_the_end(void **state)
{
    struct fake_domain *domain = *state;
    unsigned shown = 0;

    for (unsigned at = 0x200; at < 0x600; at += 0x2c) {
        fake_device_set_extcap(&domain->device, 0x100, RP_PCI_EXTCAP_ID_SERIAL_NUMBER, 1,
                               at);
        fake_device_set_extcap(&domain->device, at, RP_PCI_EXTCAP_ID_AER, 1, 0);
        assert_int_equal(rp_vpci_build(&domain->view, &domain->state, 4096), RP_OK);
        domain_write(domain, at + 8, 4, RP_PCI_AER_UNCORRECTABLE);
        shown += domain_read(domain, at + 8, 4) == RP_PCI_AER_UNCORRECTABLE;
        assert_in_range(domain->state.shadow_count, 1, RP_VPCI_SHADOWS_MAX);
    }
    assert_in_range(shown, 1, 20);
    assert_int_equal(domain_read(domain, RP_PCI_BAR0, 4), FAKE_DOMAIN_BAR | 0x4);
}

static void every_refusal_has_its_sentence(void **state)
{
    (void)state;
    for (int i = RP_VPCI_ACCEPTED; i <= RP_VPCI_REFUSED_ASLEEP; i++)
        for (int j = RP_VPCI_ACCEPTED; j < i; j++)
            assert_string_not_equal(rp_vpci_refusal_text((enum rp_vpci_refusal)i),
                                    rp_vpci_refusal_text((enum rp_vpci_refusal)j));
}

static void building_writes_nothing(void **state)
{
    struct fake_domain *domain = *state;

    assert_int_equal(rp_vpci_build(&domain->view, &domain->state, 4096), RP_OK);
    assert_int_equal(domain->device.write_count, 0);
}

static void an_flr_is_the_embedders_to_run(void **state)
{
    struct fake_domain *domain = *state;

    domain_write(domain, NVME_PCIE + 8, 2, 0x8000);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_FLR);
    assert_int_equal(domain_read(domain, NVME_PCIE + 8, 2) & 0x8000, 0);
    for (size_t i = 0; i < domain->device.write_count; i++)
        if (domain->device.writes[i].reg == NVME_PCIE + 8)
            assert_false(domain->device.writes[i].value & 0x8000);
}

static void after_an_flr_registers_are_reset(void **state)
{
    struct fake_domain *domain = *state;
    struct fake_device *device = &domain->device;

    fake_device_set(device, NVME_PCIE + 8, 2, 0x2a30); /* with phantom functions */
    fake_device_set(device, NVME_PCIE + 16, 2, 0x0042);
    fake_device_set(device, NVME_PCIE + 0x28, 2, 0x0400);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    domain_write(domain, RP_PCI_COMMAND, 2, 0x0006);
    domain_write(domain, RP_PCI_INTERRUPT_LINE, 1, 0x42);
    domain_write(domain, NVME_AER + 12, 4, 0);
    domain->device.write_count = 0;
    assert_int_equal(rp_vpci_flr_start(&domain->state), RP_OK);
    assert_int_equal(device->writes[device->write_count - 1].reg, NVME_PCIE + 8);
    assert_true(device->writes[device->write_count - 1].value & 0x8000);
    assert_false(fake_device_get(device, RP_PCI_COMMAND, 2) & RP_PCI_COMMAND_BUS_MASTER);

    /* What the function loses. */
    fake_device_set(device, RP_PCI_COMMAND, 2, 0);
    fake_device_set(device, RP_PCI_BAR0, 4, 0x4);
    fake_device_set(device, RP_PCI_BAR0 + 4, 4, 0);
    fake_device_set(device, NVME_PCIE + 8, 2, 0x2810);
    fake_device_set(device, NVME_PCIE + 16, 2, 0);
    fake_device_set(device, NVME_PCIE + 0x28, 2, 0);
    assert_int_equal(rp_vpci_flr_finish(&domain->state), RP_OK);
    assert_int_equal(fake_device_get(device, RP_PCI_BAR0, 4),
                     (NVME_BAR_ADDRESS & 0xffffffffu) | 0x4);
    assert_int_equal(fake_device_get(device, RP_PCI_BAR0 + 4, 4), NVME_BAR_ADDRESS >> 32);
    assert_int_equal(fake_device_get(device, RP_PCI_COMMAND, 2),
                     RP_PCI_COMMAND_MEMORY | RP_PCI_COMMAND_INTX_DISABLE);
    assert_int_equal(fake_device_get(device, NVME_PCIE + 8, 2), 0x2830);
    assert_int_equal(fake_device_get(device, NVME_PCIE + 16, 2), 0x0042);
    assert_int_equal(fake_device_get(device, NVME_PCIE + 0x28, 2), 0x0400);

    assert_int_equal(domain_read(domain, RP_PCI_COMMAND, 2), 0);
    assert_int_equal(domain_read(domain, RP_PCI_BAR0, 4), 0x4);
    assert_int_equal(domain_read(domain, RP_PCI_INTERRUPT_LINE, 1), 0);
    assert_int_equal(domain_read(domain, NVME_AER + 12, 4), 0); /* sticky */
}

static void an_flr_that_does_not_end_is_told(void **state)
{
    struct fake_domain *domain = *state;

    assert_int_equal(rp_vpci_flr_start(&domain->state), RP_OK);
    domain->device.is_gone = true;
    assert_int_equal(rp_vpci_flr_finish(&domain->state), RP_ERR_UNREACHABLE);
}

static void without_flr_there_is_none(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, NVME_PCIE + 4, 4, 0x00008fe2);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(rp_vpci_flr_start(&domain->state), RP_ERR_UNSUPPORTED);
}

/* After detaching nothing of the function can be reached, and nobody asks it. */
static void detaching_touches_no_device(void **state)
{
    struct fake_domain *domain = *state;
    const unsigned long reads = domain->device.reads;

    rp_vpci_detach(&domain->state);
    assert_int_equal(domain->device.reads, reads);
    assert_int_equal(domain->device.write_count, 0);
    assert_int_equal(domain->platform.unmaps, 2);
}

static void attaching_stops_dma_and_interrupts(void **state)
{
    struct fake_domain *domain = *state;
    struct fake_device *device = &domain->device;

    fake_device_set(device, RP_PCI_COMMAND, 2, 0x0007);
    fake_device_set(device, NVME_MSI + 2, 2, 0x0187);
    fake_device_set(device, NVME_MSIX + 2, 2, 0xc000 | (NVME_VECTORS - 1));
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(fake_device_get(device, RP_PCI_COMMAND, 2), 0x0402);
    assert_int_equal(fake_device_get(device, NVME_MSI + 2, 2), 0x0186);
    assert_int_equal(fake_device_get(device, NVME_MSIX + 2, 2), NVME_VECTORS - 1);
}

/* ---- The hardware domain
 * ---------------------------------------------------------------- */

static void the_hardware_domain_sees_what_a_guest_does_not(void **state)
{
    struct fake_domain *domain = *state;

    domain->config.role = RP_VPCI_ROLE_HARDWARE;
    fake_device_set(&domain->device, RP_PCI_HEADER_TYPE, 1,
                    RP_PCI_HEADER_TYPE_MULTIFUNCTION);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, RP_PCI_HEADER_TYPE, 1), 0x80);
    assert_int_equal(domain_read(domain, RP_PCI_INTERRUPT_PIN, 1), 0); /* the policy's */
    assert_int_equal(domain_read(domain, NVME_UNKNOWN, 4), 0x00017777);
    assert_int_equal(domain_read(domain, NVME_UNKNOWN + 4, 4), 0x5ec2e75a);
    domain_write(domain, NVME_UNKNOWN + 4, 4, 0);
    assert_int_equal(domain->device.write_count, 0);
    assert_int_equal(domain_find_extcap(domain, RP_PCI_EXTCAP_ID_SRIOV), NVME_SRIOV);
}

static void the_hardware_domain_has_its_io_bars(void **state)
{
    struct fake_domain *domain = *state;

    domain->config.role = RP_VPCI_ROLE_HARDWARE;
    fake_device_set(&domain->device, RP_PCI_BAR0 + 8, 4, 0xc001);
    fake_device_set_rw(&domain->device, RP_PCI_BAR0 + 8, 4, 0xffffffe0);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, RP_PCI_BAR0 + 8, 4), 0xc001);
    domain_write(domain, RP_PCI_BAR0 + 8, 4, 0xd001);
    assert_int_equal(domain->device.write_count, 0);
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_IO);
    assert_int_equal(domain_read(domain, RP_PCI_COMMAND, 2), RP_PCI_COMMAND_IO);
    assert_true(fake_device_get(&domain->device, RP_PCI_COMMAND, 2) & RP_PCI_COMMAND_IO);
}

/* It shares pages with nobody but itself, so they are mapped whole, where they are. */
static void the_hardware_domain_has_bars_inside_a_page(void **state)
{
    struct fake_domain *domain = *state;
    struct rp_vpci_mapping map[RP_VPCI_MAPPINGS_MAX];
    const rp_gpa_t everywhere = {0};
    size_t count;

    domain->config.role = RP_VPCI_ROLE_HARDWARE;
    fake_device_set_bar(&domain->device, 2, 0x100, 0xfe000f00, 0);
    assert_int_equal(rp_vpci_attach(&domain->state, &domain->config), RP_OK);
    assert_int_equal(rp_vpci_build(&domain->view, &domain->state, 4096), RP_OK);
    rp_vpci_window_set(&domain->state, RP_VPCI_WINDOW_MEMORY, everywhere, UINT64_MAX);
    assert_int_equal(domain_read(domain, RP_PCI_BAR0 + 8, 4), 0xfe000f00);
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_MEMORY);
    count = rp_vpci_mappings(&domain->state, map);
    assert_int_equal(count, 5);
    assert_int_equal(map[0].gpa.value, NVME_BAR_ADDRESS);
    assert_int_equal(map[4].gpa.value, 0xfe000000);
    assert_int_equal(map[4].hpa.value, 0xfe000000);
    assert_int_equal(map[4].size, 0x1000);
    domain_write(domain, RP_PCI_BAR0 + 8, 4, 0xfe001e00); /* another place in the page */
    assert_int_equal(rp_vpci_mappings(&domain->state, map), 4);
}

#define FROM_START(test) cmocka_unit_test_setup_teardown(test, start, finish)
#define PREPARED(test)   cmocka_unit_test_setup_teardown(test, prepare, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FROM_START(every_width_and_alignment_reads_the_same_bytes),
        FROM_START(odd_widths_read_ones_and_write_nothing),
        FROM_START(past_the_end_is_absent),
        FROM_START(a_value_is_never_wider_than_the_access),
        FROM_START(an_8_byte_write_is_two_of_4),
        FROM_START(an_unbuilt_view_is_an_absent_function),
        PREPARED(nobody_gets_a_view),
        PREPARED(a_bridge_is_refused),
        PREPARED(a_function_that_is_gone_is_refused),
        PREPARED(a_function_that_is_asleep_is_refused),
        FROM_START(identity_reads_through),
        FROM_START(the_interrupt_line_is_the_domains),
        PREPARED(policy_shows_the_interrupt_pin),
        PREPARED(a_guest_sees_one_function_alone),
        FROM_START(the_command_register_bit_by_bit),
        FROM_START(toggling_decode_keeps_the_other_bits),
        FROM_START(half_of_the_command_register_can_be_written),
        FROM_START(status_bits_are_cleared_by_writing_ones),
        FROM_START(the_capability_list_is_the_real_one),
        FROM_START(hidden_extended_capabilities_are_unlinked_and_blank),
        FROM_START(ari_names_no_other_function),
        FROM_START(what_no_row_claims_cannot_be_written),
        PREPARED(a_hidden_first_extended_capability_still_links),
        PREPARED(with_all_of_it_hidden_0x100_reads_zero),
        PREPARED(no_extended_list_reads_zero),
        PREPARED(a_circular_list_ends),
        PREPARED(overlapping_capabilities_are_not_mixed),
        PREPARED(a_second_capability_of_a_kind_is_hidden),
        PREPARED(a_function_without_capabilities_says_so),
        PREPARED(a_list_that_fills_the_space_is_cut),
        PREPARED(no_capability_is_longer_than_its_space),
        FROM_START(with_256_bytes_nothing_above_is_read),
        PREPARED(accesses_carry_the_segment),
        FROM_START(a_second_view_keeps_what_the_domain_wrote),
        FROM_START(a_reader_sees_one_view_or_the_other),
        FROM_START(what_is_gone_gets_no_second_view),
        FROM_START(a_capability_that_wanders_is_lost_in_the_end),
        cmocka_unit_test(every_refusal_has_its_sentence),
        FROM_START(building_writes_nothing),
        FROM_START(an_flr_is_the_embedders_to_run),
        PREPARED(after_an_flr_registers_are_reset),
        FROM_START(an_flr_that_does_not_end_is_told),
        PREPARED(without_flr_there_is_none),
        FROM_START(detaching_touches_no_device),
        PREPARED(attaching_stops_dma_and_interrupts),
        PREPARED(the_hardware_domain_sees_what_a_guest_does_not),
        PREPARED(the_hardware_domain_has_its_io_bars),
        PREPARED(the_hardware_domain_has_bars_inside_a_page),
    };

    return cmocka_run_group_tests_name("vpci", tests, NULL, NULL);
}
