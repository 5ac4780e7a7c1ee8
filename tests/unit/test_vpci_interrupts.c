/* SPDX-License-Identifier: MIT */
/* MSI and MSI-X: what the domain writes, what the function gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/pci_regs.h>

#include "tests/fake/fake_domain.h"

enum {
    MSI_CONTROL = NVME_MSI + 2,
    MSI_ADDRESS = NVME_MSI + 4,
    MSI_UPPER = NVME_MSI + 8,
    MSI_DATA = NVME_MSI + 12,
    MSI_MASK = NVME_MSI + 16,
    MSI_PENDING = NVME_MSI + 20,
    MSIX_CONTROL = NVME_MSIX + 2,
};
#define TABLE        ((uint64_t)FAKE_DOMAIN_BAR + NVME_TABLE_OFFSET)
#define PBA          ((uint64_t)FAKE_DOMAIN_BAR + NVME_PBA_OFFSET)
#define HOST_ADDRESS 0xfee0a000u
#define HOST_DATA    0x4021u

static int start(void **state)
{
    struct fake_domain *domain = fake_domain_new();

    *state = domain;
    if (fake_domain_start(domain) != RP_OK)
        return -1;
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_MEMORY);
    return 0;
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

static uint32_t hw(const struct fake_domain *domain, unsigned reg, unsigned width)
{
    return fake_device_get(&domain->device, reg, width);
}

/* Dword @field of entry @index in the function's own table. */
static uint32_t hw_entry(const struct fake_domain *domain, unsigned index, unsigned field)
{
    uint32_t value;

    memcpy(&value, domain->bar_memory + NVME_TABLE_OFFSET + 16 * index + field, 4);
    return value;
}

static void set_up_msi(struct fake_domain *domain)
{
    domain_write(domain, MSI_ADDRESS, 4, 0xfee01000);
    domain_write(domain, MSI_UPPER, 4, 0);
    domain_write(domain, MSI_DATA, 2, 0x0055);
    domain_write(domain, MSI_CONTROL, 2, 0x0001);
}

static void set_up_entry(struct fake_domain *domain, unsigned index)
{
    domain_mmio_write(domain, TABLE + 16 * index, 8, 0xfee01000);
    domain_mmio_write(domain, TABLE + 16 * index + 8, 4, 0x55);
    domain_mmio_write(domain, TABLE + 16 * index + 12, 4, 0);
}

/* ---- MSI ------------------------------------------------------------------------- */

static void msi_message_never_reaches_the_function(void **state)
{
    struct fake_domain *domain = *state;

    set_up_msi(domain);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MSI);
    assert_int_equal(domain_read(domain, MSI_ADDRESS, 4), 0xfee01000);
    assert_int_equal(domain_read(domain, MSI_DATA, 2), 0x55);
    assert_int_equal(domain_read(domain, MSI_CONTROL, 2), 0x0187);
    assert_int_equal(hw(domain, MSI_ADDRESS, 4), 0);
    assert_int_equal(hw(domain, MSI_DATA, 2), 0);
    assert_int_equal(hw(domain, MSI_CONTROL, 2), 0x0186);
    assert_int_equal(domain->state.msi.address, 0xfee01000);
    assert_int_equal(domain->state.msi.data, 0x55);
}

static void msi_is_enabled_by_programming(void **state)
{
    struct fake_domain *domain = *state;

    set_up_msi(domain);
    assert_int_equal(rp_vpci_msi_program(&domain->state, HOST_ADDRESS, HOST_DATA), RP_OK);
    assert_int_equal(hw(domain, MSI_ADDRESS, 4), HOST_ADDRESS);
    assert_int_equal(hw(domain, MSI_DATA, 2), HOST_DATA);
    assert_int_equal(hw(domain, MSI_CONTROL, 2), 0x0187);
    assert_int_equal(hw(domain, MSI_MASK, 4), 0);
    /* 337: what the domain reads is its own. */
    assert_int_equal(domain_read(domain, MSI_ADDRESS, 4), 0xfee01000);
}

static void msi_is_disabled_at_once(void **state)
{
    struct fake_domain *domain = *state;

    set_up_msi(domain);
    assert_int_equal(rp_vpci_msi_program(&domain->state, HOST_ADDRESS, HOST_DATA), RP_OK);
    domain_write(domain, MSI_CONTROL, 2, 0);
    assert_int_equal(hw(domain, MSI_CONTROL, 2) & 1, 0);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MSI);
    assert_int_equal(rp_vpci_msi_program(&domain->state, HOST_ADDRESS, HOST_DATA), RP_OK);
    assert_int_equal(hw(domain, MSI_CONTROL, 2) & 1, 0);
}

/* 1e34ed7174: updating a live MSI left the enable bit off. */
static void updating_a_live_msi_keeps_it_enabled(void **state)
{
    struct fake_domain *domain = *state;

    set_up_msi(domain);
    assert_int_equal(rp_vpci_msi_program(&domain->state, HOST_ADDRESS, HOST_DATA), RP_OK);
    domain_write(domain, MSI_DATA, 2, 0x66);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MSI);
    assert_int_equal(hw(domain, MSI_CONTROL, 2) & 1, 1);
    /* The same remapped message: the function is left alone, nothing can be lost. */
    domain->device.write_count = 0;
    assert_int_equal(rp_vpci_msi_program(&domain->state, HOST_ADDRESS, HOST_DATA), RP_OK);
    assert_int_equal(domain->device.write_count, 0);
    assert_int_equal(rp_vpci_msi_program(&domain->state, HOST_ADDRESS, 0x77), RP_OK);
    assert_int_equal(hw(domain, MSI_CONTROL, 2) & 1, 1);
    assert_int_equal(hw(domain, MSI_DATA, 2), 0x77);
}

/* 04b090366c, 07edcd17fa: an address that is refused, then one that is not. */
static void every_change_of_a_live_msi_is_told(void **state)
{
    struct fake_domain *domain = *state;

    domain_write(domain, MSI_CONTROL, 2, 0x0001);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MSI);
    domain_write(domain, MSI_ADDRESS, 4, 0x12345678);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MSI);
    domain_write(domain, MSI_ADDRESS, 4, 0xfee01000);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MSI);
    domain_write(domain, MSI_UPPER, 4, 1);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MSI);
    assert_int_equal(domain->state.msi.address, 0x1fee01000);
}

/* The message is masked while it is half written. */
static void a_half_written_message_is_never_sent(void **state)
{
    struct fake_domain *domain = *state;
    const struct fake_device_write *writes = domain->device.writes;

    set_up_msi(domain);
    domain->device.write_count = 0;
    assert_int_equal(rp_vpci_msi_program(&domain->state, HOST_ADDRESS, HOST_DATA), RP_OK);
    assert_int_equal(writes[0].reg, MSI_MASK);
    assert_int_equal(writes[0].value, 0xff);
    assert_int_equal(writes[domain->device.write_count - 1].reg, MSI_MASK);
    assert_int_equal(writes[domain->device.write_count - 1].value, 0);
}

/* Without mask bits it is disabled for as long. */
static void a_message_without_mask_is_written_while_disabled(void **state)
{
    struct fake_domain *domain = *state;
    const struct fake_device_write *writes = domain->device.writes;

    fake_device_set(&domain->device, MSI_CONTROL, 2, 0x0080);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    set_up_msi(domain);
    assert_int_equal(rp_vpci_msi_program(&domain->state, HOST_ADDRESS, HOST_DATA), RP_OK);
    domain->device.write_count = 0;
    assert_int_equal(rp_vpci_msi_program(&domain->state, HOST_ADDRESS, 0x77), RP_OK);
    assert_int_equal(writes[0].reg, MSI_CONTROL);
    assert_int_equal(writes[0].value & 1, 0);
    assert_int_equal(writes[domain->device.write_count - 1].reg, MSI_CONTROL);
    assert_int_equal(writes[domain->device.write_count - 1].value & 1, 1);
    for (size_t i = 0; i < domain->device.write_count; i++)
        assert_true(writes[i].reg < MSI_MASK);
}

static void writing_the_same_control_is_nothing_new(void **state)
{
    struct fake_domain *domain = *state;

    set_up_msi(domain);
    domain_write(domain, MSI_CONTROL, 2, 0x0001);
    assert_int_equal(domain->effects.what, 0);
}

static void a_live_entry_can_be_programmed_again(void **state)
{
    struct fake_domain *domain = *state;

    domain_write(domain, MSIX_CONTROL, 2, 0x8000);
    set_up_entry(domain, 0);
    assert_int_equal(rp_vpci_msix_program(&domain->state, 0, HOST_ADDRESS, HOST_DATA),
                     RP_OK);
    assert_int_equal(rp_vpci_msix_program(&domain->state, 0, HOST_ADDRESS, 0x77), RP_OK);
    assert_int_equal(hw_entry(domain, 0, 8), 0x77);
    assert_int_equal(hw_entry(domain, 0, 12), 0);
}

static void msi_vectors_are_limited_to_what_the_function_has(void **state)
{
    struct fake_domain *domain = *state;

    domain_write(domain, MSI_CONTROL, 2, 0x0071);
    assert_int_equal(domain_read(domain, MSI_CONTROL, 2), 0x01b7); /* 8 of 8 */
    assert_int_equal(domain->state.msi.vectors_log2, 3);
    assert_int_equal(rp_vpci_msi_program(&domain->state, HOST_ADDRESS, HOST_DATA), RP_OK);
    assert_int_equal(hw(domain, MSI_CONTROL, 2), 0x01b7);
    domain_write(domain, MSI_CONTROL, 2, 0x0011);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MSI);
    assert_int_equal(rp_vpci_msi_program(&domain->state, HOST_ADDRESS, HOST_DATA), RP_OK);
    assert_int_equal(hw(domain, MSI_CONTROL, 2), 0x0197);
}

/* dfa5ec89df: a field one bit too small for 32 vectors; 56ad626532: bits past them. */
static void thirty_two_vectors_have_thirty_two_mask_bits(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, MSI_CONTROL, 2, 0x018a);
    fake_device_set_rw(&domain->device, MSI_MASK, 4, 0xffffffff);
    fake_device_set(&domain->device, MSI_PENDING, 4, 0x80000001);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    domain_write(domain, MSI_MASK, 4, 0xffffffff);
    assert_int_equal(domain_read(domain, MSI_MASK, 4), 0xffffffff);
    assert_int_equal(hw(domain, MSI_MASK, 4), 0xffffffff);
    assert_int_equal(domain_read(domain, MSI_PENDING, 4), 0x80000001);
    domain_write(domain, MSI_CONTROL, 2, 0x0051);
    assert_int_equal(domain->state.msi.vectors_log2, 5);
}

static void mask_bits_of_vectors_that_are_not_there_stay_clear(void **state)
{
    struct fake_domain *domain = *state;

    domain_write(domain, MSI_MASK, 4, 0xffffffff);
    assert_int_equal(domain_read(domain, MSI_MASK, 4), 0xff);
    domain_write(domain, MSI_MASK + 1, 1, 0xff);
    assert_int_equal(domain_read(domain, MSI_MASK, 4), 0xff);
}

static void msi_32_bit_without_mask_is_ten_bytes(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, MSI_CONTROL, 2, 0);
    fake_device_set_rw(&domain->device, NVME_MSI + 8, 4, 0xffff);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    domain_write(domain, NVME_MSI + 8, 4, 0xffffffff);
    assert_int_equal(domain_read(domain, NVME_MSI + 8, 4), 0xffff);
    domain_write(domain, NVME_MSI + 12, 4, 0xffffffff);
    assert_int_equal(domain_read(domain, NVME_MSI + 12, 4), 0);
    assert_int_equal(rp_vpci_msi_program(&domain->state, UINT64_C(1) << 32, HOST_DATA),
                     RP_ERR_INVALID);
}

/* Its driver would wait for an interrupt that has no way to the domain. */
static void a_function_with_nothing_but_intx_is_refused(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_cap(&domain->device, NVME_PM, RP_PCI_CAP_ID_PM, NVME_PCIE);
    fake_device_set_cap(&domain->device, NVME_PCIE, RP_PCI_CAP_ID_PCIE, 0);
    assert_int_equal(fake_domain_start(domain), RP_ERR_UNSUPPORTED);
    assert_int_equal(domain->state.refusal, RP_VPCI_REFUSED_INTX_ALONE);
    domain->config.policy = RP_VPCI_POLICY_INTX;
    assert_int_equal(fake_domain_start(domain), RP_OK);
    rp_vpci_detach(&domain->state);
    domain->config.policy = RP_VPCI_POLICY_NONE;
    domain->config.role = RP_VPCI_ROLE_HARDWARE;
    assert_int_equal(fake_domain_start(domain), RP_OK);
}

/* After a reset the pin is disabled in hardware and enabled in the view. */
static void the_first_write_opens_the_pin_that_a_reset_closed(void **state)
{
    struct fake_domain *domain = *state;
    struct fake_device *device = &domain->device;

    domain->config.policy = RP_VPCI_POLICY_INTX;
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(fake_device_get(device, RP_PCI_COMMAND, 2),
                     RP_PCI_COMMAND_MEMORY | RP_PCI_COMMAND_INTX_DISABLE);
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_MEMORY);
    assert_int_equal(fake_device_get(device, RP_PCI_COMMAND, 2), RP_PCI_COMMAND_MEMORY);
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_INTX_DISABLE);
    assert_int_equal(fake_device_get(device, RP_PCI_COMMAND, 2),
                     RP_PCI_COMMAND_MEMORY | RP_PCI_COMMAND_INTX_DISABLE);
}

static void without_the_policy_a_pin_stays_closed(void **state)
{
    struct fake_domain *domain = *state;

    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_MEMORY);
    domain_write(domain, RP_PCI_COMMAND, 2, 0);
    assert_true(fake_device_get(&domain->device, RP_PCI_COMMAND, 2) &
                RP_PCI_COMMAND_INTX_DISABLE);
}

/* One that has an MSI-X table which cannot be used has INTx alone as well. */
static void an_unsound_msix_table_leaves_intx_alone(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_cap(&domain->device, NVME_PM, RP_PCI_CAP_ID_PM, NVME_PCIE);
    fake_device_set(&domain->device, NVME_MSIX + 4, 4, 5);
    assert_int_equal(fake_domain_start(domain), RP_ERR_UNSUPPORTED);
    assert_int_equal(domain->state.refusal, RP_VPCI_REFUSED_INTX_ALONE);
}

static void without_msi_there_is_nothing_to_program(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_cap(&domain->device, NVME_PM, RP_PCI_CAP_ID_PM, 0);
    fake_device_set(&domain->device, RP_PCI_INTERRUPT_PIN, 1, 0);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(rp_vpci_msi_program(&domain->state, HOST_ADDRESS, HOST_DATA),
                     RP_ERR_NO_DEVICE);
    assert_int_equal(rp_vpci_msix_program(&domain->state, 0, HOST_ADDRESS, HOST_DATA),
                     RP_ERR_NO_DEVICE);
}

/* ---- MSI-X: the capability ----------------------------------------------------------
 */

static void msix_control_has_two_bits(void **state)
{
    struct fake_domain *domain = *state;

    assert_int_equal(domain_read(domain, MSIX_CONTROL, 2), NVME_VECTORS - 1);
    domain_write(domain, MSIX_CONTROL, 2, 0xffff);
    assert_int_equal(domain_read(domain, MSIX_CONTROL, 2), 0xc000 | (NVME_VECTORS - 1));
    assert_int_equal(hw(domain, MSIX_CONTROL, 2), 0xc000 | (NVME_VECTORS - 1));
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MSIX);
    domain_write(domain, MSIX_CONTROL, 2, 0xc000);
    assert_int_equal(domain->effects.what, 0);
    assert_int_equal(domain_read(domain, NVME_MSIX + 4, 4), NVME_TABLE_OFFSET);
    assert_int_equal(domain_read(domain, NVME_MSIX + 8, 4), NVME_PBA_OFFSET);
}

/* 53859596c0: a BIR that names an empty BAR. */
static void a_table_in_an_empty_bar_hides_msix(void **state)
{
    struct fake_domain *domain = *state;

    for (unsigned bir = 1; bir < 8; bir++) {
        fake_device_set(&domain->device, NVME_MSIX + 4, 4, NVME_TABLE_OFFSET | bir);
        assert_int_equal(fake_domain_start(domain), RP_OK);
        assert_int_equal(domain_find_cap(domain, RP_PCI_CAP_ID_MSIX), 0);
        assert_int_equal(domain_read(domain, NVME_MSIX, 4), 0);
        assert_int_equal(domain->platform.maps, 0);
        assert_int_equal(rp_vpci_msix_program(&domain->state, 0, HOST_ADDRESS, HOST_DATA),
                         RP_ERR_NO_DEVICE);
    }
}

static void a_table_or_pba_out_of_its_bar_hides_msix(void **state)
{
    struct fake_domain *domain = *state;
    static const uint32_t places[][2] = {
        {NVME_BAR_SIZE, NVME_PBA_OFFSET},
        {NVME_TABLE_OFFSET, NVME_BAR_SIZE},
        {NVME_BAR_SIZE - 0x408, 0},
        {NVME_TABLE_OFFSET, NVME_BAR_SIZE - 8},
        {0xfffffff8, NVME_PBA_OFFSET},
        {NVME_TABLE_OFFSET, 0xfffffff8},
        {NVME_TABLE_OFFSET, NVME_TABLE_OFFSET},
        {0x400, 0x800},
    };

    for (unsigned i = 0; i < 8; i++) {
        fake_device_set(&domain->device, NVME_MSIX + 4, 4, places[i][0]);
        fake_device_set(&domain->device, NVME_MSIX + 8, 4, places[i][1]);
        assert_int_equal(fake_domain_start(domain), RP_OK);
        assert_int_equal(domain_find_cap(domain, RP_PCI_CAP_ID_MSIX), 0);
    }
    fake_device_set(&domain->device, NVME_MSIX + 4, 4, NVME_BAR_SIZE - 0x410);
    fake_device_set(&domain->device, NVME_MSIX + 8, 4, NVME_BAR_SIZE - 0x420);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_find_cap(domain, RP_PCI_CAP_ID_MSIX), NVME_MSIX);
}

static void without_a_window_msix_is_hidden(void **state)
{
    struct fake_domain *domain = *state;

    domain->platform.map_fails = true;
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_find_cap(domain, RP_PCI_CAP_ID_MSIX), 0);
}

static void with_little_storage_the_table_is_shorter(void **state)
{
    struct fake_domain *domain = *state;

    domain->config.msix_capacity = 4;
    memset(domain->bar_memory, 0x5a, sizeof(domain->bar_memory));
    assert_int_equal(fake_domain_start(domain), RP_OK);
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_MEMORY);
    assert_int_equal(domain_read(domain, MSIX_CONTROL, 2), 3);
    assert_int_equal(domain_mmio_read(domain, TABLE + 4 * 16, 4), 0xffffffff);
    domain_mmio_write(domain, TABLE + 4 * 16, 4, 0xfee00000);
    assert_int_equal(hw_entry(domain, 4, 0), 0x5a5a5a5a);
    assert_int_equal(hw_entry(domain, NVME_VECTORS - 1, 12), 1); /* masked all the same */
}

/* ---- MSI-X: the table ---------------------------------------------------------------
 */

static void table_entries_are_the_domains(void **state)
{
    struct fake_domain *domain = *state;

    for (unsigned i = 0; i < NVME_VECTORS; i++) {
        assert_int_equal(hw_entry(domain, i, 12), 1);
        assert_int_equal(domain_mmio_read(domain, TABLE + 16 * i + 12, 4), 1);
    }
    domain_mmio_write(domain, TABLE + 32, 4, 0xfee01003);
    domain_mmio_write(domain, TABLE + 36, 4, 0x12);
    domain_mmio_write(domain, TABLE + 40, 8, 0x0000000100000055);
    assert_int_equal(domain_mmio_read(domain, TABLE + 32, 8), 0x12fee01000);
    assert_int_equal(domain_mmio_read(domain, TABLE + 40, 8), 0x100000055);
    for (unsigned field = 0; field < 12; field += 4)
        assert_int_equal(hw_entry(domain, 2, field), 0);
    assert_int_equal(domain->effects.what, 0);
}

/* 04b090366c: unmasking an entry that was never set up must not break anything. */
static void an_entry_is_live_when_nothing_masks_it(void **state)
{
    struct fake_domain *domain = *state;

    domain_mmio_write(domain, TABLE + 12, 4, 0);
    assert_int_equal(domain->effects.what, 0); /* MSI-X is off */
    assert_false(rp_vpci_msix_is_live(&domain->state, 0));
    domain_write(domain, MSIX_CONTROL, 2, 0xc000);
    assert_false(rp_vpci_msix_is_live(&domain->state, 0));
    domain_write(domain, MSIX_CONTROL, 2, 0x8000);
    assert_true(rp_vpci_msix_is_live(&domain->state, 0));
    assert_false(rp_vpci_msix_is_live(&domain->state, 1));
    assert_false(rp_vpci_msix_is_live(&domain->state, NVME_VECTORS));
    assert_int_equal(hw_entry(domain, 0, 12), 1); /* but nothing was remapped for it */
}

static void unmasking_is_told_with_the_entry(void **state)
{
    struct fake_domain *domain = *state;

    domain_write(domain, MSIX_CONTROL, 2, 0x8000);
    set_up_entry(domain, 7);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MSIX_ENTRY);
    assert_int_equal(domain->effects.msix_entry, 7);
    assert_int_equal(hw_entry(domain, 7, 12), 1);
    assert_int_equal(rp_vpci_msix_program(&domain->state, 7,
                                          HOST_ADDRESS | UINT64_C(3) << 32, HOST_DATA),
                     RP_OK);
    assert_int_equal(hw_entry(domain, 7, 0), HOST_ADDRESS);
    assert_int_equal(hw_entry(domain, 7, 4), 3);
    assert_int_equal(hw_entry(domain, 7, 8), HOST_DATA);
    assert_int_equal(hw_entry(domain, 7, 12), 0);
    /* d98df4c531: the domain still reads its own. */
    assert_int_equal(domain_mmio_read(domain, TABLE + 7 * 16, 8), 0xfee01000);
}

/*
 * 07edcd17fa: what an embedder refuses to route stays masked, and the next message is
 * told though the entry was live all the time.
 */
static void a_valid_message_after_an_invalid_one_is_told(void **state)
{
    struct fake_domain *domain = *state;

    domain_write(domain, MSIX_CONTROL, 2, 0x8000);
    domain_mmio_write(domain, TABLE, 4, 0x12345678);
    domain_mmio_write(domain, TABLE + 12, 4, 0);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MSIX_ENTRY);
    assert_int_equal(hw_entry(domain, 0, 12), 1);
    domain_mmio_write(domain, TABLE, 4, 0xfee01000);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MSIX_ENTRY);
    assert_int_equal(rp_vpci_msix_program(&domain->state, 0, HOST_ADDRESS, HOST_DATA),
                     RP_OK);
    assert_int_equal(hw_entry(domain, 0, 12), 0);
    domain_write(domain, MSI_ADDRESS, 4, 0x12345678);
    domain_write(domain, MSI_CONTROL, 2, 0x0001);
    domain_write(domain, MSI_ADDRESS, 4, 0xfee01000);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MSI);
}

/* d98df4c531: the domain's address of the table is not the machine's. */
static void the_table_stays_where_it_is_when_the_bar_moves(void **state)
{
    struct fake_domain *domain = *state;
    const uint64_t moved = FAKE_DOMAIN_BAR + UINT64_C(0x100000);

    domain_write(domain, MSIX_CONTROL, 2, 0x8000);
    domain_write(domain, RP_PCI_BAR0, 4, (uint32_t)moved);
    domain_mmio_write(domain, moved + NVME_TABLE_OFFSET, 8, 0xfee01000);
    domain_mmio_write(domain, moved + NVME_TABLE_OFFSET + 12, 4, 0);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MSIX_ENTRY);
    assert_int_equal(rp_vpci_msix_program(&domain->state, 0, HOST_ADDRESS, HOST_DATA),
                     RP_OK);
    assert_int_equal(hw_entry(domain, 0, 0), HOST_ADDRESS);
    assert_int_equal(domain_mmio_read(domain, TABLE, 4), 0xffffffff); /* not ours now */
}

/* XSA-337: what the function says of its table later has no effect. */
static void the_place_of_the_table_is_read_once(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, NVME_MSIX + 4, 4, 0x7000);
    fake_device_set(&domain->device, NVME_MSIX + 8, 4, 0x6000);
    assert_int_equal(rp_vpci_build(&domain->view, &domain->state, RP_CFG_SIZE_EXTENDED),
                     RP_OK);
    assert_int_equal(domain_read(domain, NVME_MSIX + 4, 4), NVME_TABLE_OFFSET);
    assert_int_equal(domain_read(domain, NVME_MSIX + 8, 4), NVME_PBA_OFFSET);
    domain_mmio_write(domain, TABLE, 4, 0xfee01000);
    assert_int_equal(domain_mmio_read(domain, TABLE, 4), 0xfee01000);
    assert_int_equal(hw_entry(domain, 0, 0), 0);
}

static void masking_is_at_once(void **state)
{
    struct fake_domain *domain = *state;

    domain_write(domain, MSIX_CONTROL, 2, 0x8000);
    set_up_entry(domain, 0);
    assert_int_equal(rp_vpci_msix_program(&domain->state, 0, HOST_ADDRESS, HOST_DATA),
                     RP_OK);
    domain_mmio_write(domain, TABLE + 12, 4, 1);
    assert_int_equal(hw_entry(domain, 0, 12), 1);
    assert_int_equal(domain->effects.what, 0);
}

/* A mask that another CPU sets before the embedder has programmed the entry stays. */
static void programming_late_does_not_unmask(void **state)
{
    struct fake_domain *domain = *state;

    domain_write(domain, MSIX_CONTROL, 2, 0x8000);
    set_up_entry(domain, 0);
    domain_mmio_write(domain, TABLE + 12, 4, 1);
    assert_int_equal(rp_vpci_msix_program(&domain->state, 0, HOST_ADDRESS, HOST_DATA),
                     RP_OK);
    assert_int_equal(hw_entry(domain, 0, 12), 1);
}

/* Live retargeting: masked, so pending, until it is programmed for the new message. */
static void a_live_entry_that_changes_is_masked_until_programmed(void **state)
{
    struct fake_domain *domain = *state;

    domain_write(domain, MSIX_CONTROL, 2, 0x8000);
    set_up_entry(domain, 0);
    assert_int_equal(rp_vpci_msix_program(&domain->state, 0, HOST_ADDRESS, HOST_DATA),
                     RP_OK);
    domain_mmio_write(domain, TABLE + 8, 4, 0x66);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MSIX_ENTRY);
    assert_int_equal(hw_entry(domain, 0, 12), 1);
    assert_int_equal(rp_vpci_msix_program(&domain->state, 0, HOST_ADDRESS, HOST_DATA),
                     RP_OK);
    assert_int_equal(hw_entry(domain, 0, 12), 0);
    domain_mmio_write(domain, TABLE + 8, 4, 0x66);
    assert_int_equal(domain->effects.what, 0); /* nothing changed */
    assert_int_equal(hw_entry(domain, 0, 12), 0);
}

/* What changed while MSI-X was off must not be sent in its old form when it is on. */
static void an_entry_changed_while_disabled_is_masked(void **state)
{
    struct fake_domain *domain = *state;

    domain_write(domain, MSIX_CONTROL, 2, 0x8000);
    set_up_entry(domain, 0);
    assert_int_equal(rp_vpci_msix_program(&domain->state, 0, HOST_ADDRESS, HOST_DATA),
                     RP_OK);
    domain_write(domain, MSIX_CONTROL, 2, 0);
    domain_mmio_write(domain, TABLE + 8, 4, 0x66);
    domain_write(domain, MSIX_CONTROL, 2, 0x8000);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MSIX);
    assert_int_equal(hw_entry(domain, 0, 12), 1);
}

static void disabling_is_at_once(void **state)
{
    struct fake_domain *domain = *state;

    domain_write(domain, MSIX_CONTROL, 2, 0x8000);
    domain_write(domain, MSIX_CONTROL, 2, 0);
    assert_int_equal(hw(domain, MSIX_CONTROL, 2) & 0x8000, 0);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MSIX);
}

/* 239: an access that is not allowed reads ones, not what is left in a variable. */
static void accesses_to_the_table_are_aligned_4_or_8_bytes(void **state)
{
    struct fake_domain *domain = *state;
    static const struct {
        unsigned offset;
        unsigned width;
        uint64_t ones;
    } bad[] = {
        {0, 1, 0xff},       {0, 2, 0xffff},      {2, 2, 0xffff}, {2, 4, 0xffffffff},
        {4, 8, UINT64_MAX}, {12, 8, UINT64_MAX}, {1, 1, 0xff},   {0x40e, 4, 0xffffffff},
    };

    for (unsigned i = 0; i < 8; i++) {
        domain_mmio_write(domain, TABLE + bad[i].offset, bad[i].width, 0);
        assert_true(domain_mmio_read(domain, TABLE + bad[i].offset, bad[i].width) ==
                    bad[i].ones);
    }
    assert_int_equal(domain_mmio_read(domain, TABLE + 12, 4), 1);
}

/* b4f2116060, d3f61beea4 */
static void the_pba_is_the_functions_and_read_only(void **state)
{
    struct fake_domain *domain = *state;

    domain->bar_memory[NVME_PBA_OFFSET] = 0x81;
    domain->bar_memory[NVME_PBA_OFFSET + 8] = 0x01;
    assert_int_equal(domain_mmio_read(domain, PBA, 8), 0x81);
    assert_int_equal(domain_mmio_read(domain, PBA + 8, 4), 0x01);
    assert_int_equal(domain_mmio_read(domain, PBA, 1), 0xff);
    domain_mmio_write(domain, PBA, 8, 0);
    domain_mmio_write(domain, PBA, 4, 0);
    assert_int_equal(domain->bar_memory[NVME_PBA_OFFSET], 0x81);
}

/* b177892d2d, 7a502b4fbc: registers that share a page with the table. */
static void registers_beside_the_table_are_the_functions(void **state)
{
    struct fake_domain *domain = *state;
    uint8_t *beside = domain->bar_memory + NVME_TABLE_OFFSET + 0x800;
    static const unsigned widths[] = {1, 2, 4, 8};

    for (unsigned w = 0; w < 4; w++) {
        for (unsigned offset = 0; offset < 8; offset++) {
            const uint64_t value = 0x8877665544332211;
            uint64_t expected = value;
            memset(beside, 0, 32);
            if (widths[w] < 8)
                expected &= (UINT64_C(1) << 8 * widths[w]) - 1;
            domain_mmio_write(domain, TABLE + 0x800 + offset, widths[w], value);
            assert_int_equal(memcmp(beside + offset, &value, widths[w]), 0);
            assert_int_equal(beside[offset + widths[w]], 0);
            assert_int_equal(domain_mmio_read(domain, TABLE + 0x800 + offset, widths[w]),
                             expected);
        }
    }
}

static void an_access_over_the_end_of_the_page_stays_inside(void **state)
{
    struct fake_domain *domain = *state;
    const uint64_t last = FAKE_DOMAIN_BAR + 0x3ffc; /* the PBA's page ends there */

    memset(domain->bar_memory, 0, sizeof(domain->bar_memory));
    domain_mmio_write(domain, last, 8, UINT64_MAX);
    assert_int_equal(domain->bar_memory[0x3fff], 0xff);
    assert_int_equal(domain->bar_memory[0x4000], 0);
    assert_true(domain_mmio_read(domain, last, 8) == UINT64_MAX);
}

static void untrapped_addresses_are_not_ours(void **state)
{
    struct fake_domain *domain = *state;
    static const uint64_t places[] = {0, FAKE_DOMAIN_BAR, FAKE_DOMAIN_BAR + 0x1fff,
                                      FAKE_DOMAIN_BAR + 0x4000, UINT64_MAX};
    uint64_t value;

    for (unsigned i = 0; i < 5; i++) {
        const rp_gpa_t gpa = {places[i]};
        assert_false(rp_vpci_mmio_read(&domain->state, gpa, 4, &value));
        assert_int_equal(value, 0xffffffff);
        assert_false(rp_vpci_mmio_write(&domain->state, gpa, 4, 0, &domain->effects));
    }
    domain_write(domain, RP_PCI_COMMAND, 2, 0);
    assert_false(rp_vpci_mmio_read(&domain->state, (rp_gpa_t){TABLE}, 4, &value));
}

/* After a reset the function's entries are masked and so are the domain's. */
static void an_flr_resets_interrupts(void **state)
{
    struct fake_domain *domain = *state;

    set_up_msi(domain);
    domain_write(domain, MSIX_CONTROL, 2, 0x8000);
    set_up_entry(domain, 0);
    assert_int_equal(rp_vpci_flr_start(&domain->state), RP_OK);
    assert_int_equal(hw(domain, MSIX_CONTROL, 2) & 0x8000, 0);
    assert_int_equal(hw(domain, MSI_CONTROL, 2) & 1, 0);
    assert_int_equal(rp_vpci_flr_finish(&domain->state), RP_OK);
    assert_int_equal(domain_read(domain, MSI_CONTROL, 2), 0x0186);
    assert_int_equal(domain_read(domain, MSI_ADDRESS, 4), 0);
    assert_int_equal(domain_read(domain, MSIX_CONTROL, 2), NVME_VECTORS - 1);
    domain_write(domain, RP_PCI_BAR0, 4, FAKE_DOMAIN_BAR);
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_MEMORY);
    assert_int_equal(domain_mmio_read(domain, TABLE, 8), 0);
    assert_int_equal(domain_mmio_read(domain, TABLE + 12, 4), 1);
}

/* Where there is no reset, the last owner's messages must not be sent again. */
static void a_reset_masks_the_functions_entries(void **state)
{
    struct fake_domain *domain = *state;

    domain_write(domain, MSIX_CONTROL, 2, 0x8000);
    set_up_entry(domain, 0);
    assert_int_equal(rp_vpci_msix_program(&domain->state, 0, HOST_ADDRESS, HOST_DATA),
                     RP_OK);
    assert_int_equal(hw_entry(domain, 0, 12), 0);
    assert_int_equal(rp_vpci_flr_finish(&domain->state), RP_OK);
    assert_int_equal(hw_entry(domain, 0, 12), 1);
}

#define FROM_START(test) cmocka_unit_test_setup_teardown(test, start, finish)
#define PREPARED(test)   cmocka_unit_test_setup_teardown(test, prepare, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FROM_START(msi_message_never_reaches_the_function),
        FROM_START(msi_is_enabled_by_programming),
        FROM_START(msi_is_disabled_at_once),
        FROM_START(updating_a_live_msi_keeps_it_enabled),
        FROM_START(every_change_of_a_live_msi_is_told),
        FROM_START(a_half_written_message_is_never_sent),
        PREPARED(a_message_without_mask_is_written_while_disabled),
        FROM_START(writing_the_same_control_is_nothing_new),
        FROM_START(a_live_entry_can_be_programmed_again),
        FROM_START(msi_vectors_are_limited_to_what_the_function_has),
        PREPARED(thirty_two_vectors_have_thirty_two_mask_bits),
        FROM_START(mask_bits_of_vectors_that_are_not_there_stay_clear),
        PREPARED(msi_32_bit_without_mask_is_ten_bytes),
        PREPARED(a_function_with_nothing_but_intx_is_refused),
        PREPARED(the_first_write_opens_the_pin_that_a_reset_closed),
        FROM_START(without_the_policy_a_pin_stays_closed),
        PREPARED(an_unsound_msix_table_leaves_intx_alone),
        PREPARED(without_msi_there_is_nothing_to_program),
        FROM_START(msix_control_has_two_bits),
        PREPARED(a_table_in_an_empty_bar_hides_msix),
        PREPARED(a_table_or_pba_out_of_its_bar_hides_msix),
        PREPARED(without_a_window_msix_is_hidden),
        PREPARED(with_little_storage_the_table_is_shorter),
        FROM_START(table_entries_are_the_domains),
        FROM_START(an_entry_is_live_when_nothing_masks_it),
        FROM_START(unmasking_is_told_with_the_entry),
        FROM_START(a_valid_message_after_an_invalid_one_is_told),
        FROM_START(the_table_stays_where_it_is_when_the_bar_moves),
        FROM_START(the_place_of_the_table_is_read_once),
        FROM_START(masking_is_at_once),
        FROM_START(programming_late_does_not_unmask),
        FROM_START(a_live_entry_that_changes_is_masked_until_programmed),
        FROM_START(an_entry_changed_while_disabled_is_masked),
        FROM_START(disabling_is_at_once),
        FROM_START(accesses_to_the_table_are_aligned_4_or_8_bytes),
        FROM_START(the_pba_is_the_functions_and_read_only),
        FROM_START(registers_beside_the_table_are_the_functions),
        FROM_START(an_access_over_the_end_of_the_page_stays_inside),
        FROM_START(untrapped_addresses_are_not_ours),
        FROM_START(an_flr_resets_interrupts),
        FROM_START(a_reset_masks_the_functions_entries),
    };

    return cmocka_run_group_tests_name("vpci_interrupts", tests, NULL, NULL);
}
