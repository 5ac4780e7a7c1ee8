/* SPDX-License-Identifier: MIT */
/*
 * What a guest never reads: where the machine has something, and the messages that its
 * function sends. The function is full of such numbers, each with the same 16 bits in
 * it, which then show nowhere, at any width and alignment.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/pci_regs.h>

#include "tests/fake/fake_domain.h"

enum {
    SECRET = 0xa5c3,
    BAR_SECRET = 0xfedc, /* of NVME_BAR_ADDRESS, where fake memory is */
    SPACE = 4096,
    TRAPPED = 2 * 0x1000, /* table and PBA, at the end of BAR 0 */
    EA = 0xe0,
    RC_LINK = 0x200,
    LTR = 0x240,
};

#define SECRET_ADDRESS UINT64_C(0x0000a5c3a5c30000)
#define HOST_MESSAGE   UINT64_C(0xa5c3a5c3a5c3a5c0)

static void set_up_function(struct fake_device *device)
{
    fake_device_set_bar(device, 2, 0x10000, SECRET_ADDRESS, 0xc);
    fake_device_set_bar(device, 4, 0x10000, 0xa5c30000, 0x0);
    fake_device_set(device, 0x30, 4, 0xa5c30001); /* expansion ROM */
    /* Enhanced Allocation: one entry, with a base and an end of 64 bits. */
    fake_device_set_cap(device, EA, RP_PCI_CAP_ID_ENHANCED_ALLOCATION,
                        fake_device_get(device, RP_PCI_CAPABILITIES_POINTER, 1));
    fake_device_set(device, RP_PCI_CAPABILITIES_POINTER, 1, EA);
    for (unsigned at = EA + 4; at < EA + 0x1c; at += 4)
        fake_device_set(device, at, 4, 0xa5c3a5c3);
    /* SR-IOV: where virtual functions would be. */
    for (unsigned at = NVME_SRIOV + 0x24; at < NVME_SRIOV + 0x3c; at += 4)
        fake_device_set(device, at, 4, 0xa5c30000);
    /* The request that was the first in error: at an address of the machine's. */
    for (unsigned at = NVME_AER + 0x1c; at < NVME_AER + 0x2c; at += 4)
        fake_device_set(device, at, 4, 0xa5c3a5c3);
    /* Root Complex Link Declaration, and what firmware set up for the real path. */
    fake_device_set_extcap(device, NVME_UNKNOWN, 0xffff, 1, RC_LINK);
    fake_device_set(device, NVME_UNKNOWN + 4, 4, 0xa5c3a5c3);
    fake_device_set_extcap(device, RC_LINK, RP_PCI_EXTCAP_ID_RC_LINK_DECLARATION, 1, LTR);
    for (unsigned at = RC_LINK + 4; at < RC_LINK + 0x30; at += 4)
        fake_device_set(device, at, 4, 0xa5c3a5c3);
    fake_device_set_extcap(device, LTR, RP_PCI_EXTCAP_ID_LTR, 1, 0);
    fake_device_set(device, LTR + 4, 4, 0xa5c3a5c3);
    /* What stands between the capabilities. */
    for (unsigned at = 0x300; at < SPACE; at += 4)
        fake_device_set(device, at, 4, 0xa5c3a5c3);
}

static int prepare(void **state)
{
    struct fake_domain *domain = fake_domain_new();

    set_up_function(&domain->device);
    *state = domain;
    assert_int_equal(fake_domain_start(domain), RP_OK);
    /* In use: all interrupts are on, with messages of the embedder's. */
    domain_write(domain, NVME_MSI + 4, 4, 0xfee01000);
    domain_write(domain, NVME_MSI + 8, 4, 0);
    domain_write(domain, NVME_MSI + 12, 2, 0x0041);
    domain_write(domain, NVME_MSI + 2, 2, 0x0001);
    assert_int_equal(rp_vpci_msi_program(&domain->state, HOST_MESSAGE, SECRET), RP_OK);
    domain_write(domain, RP_PCI_COMMAND, 2, 0x0006);
    domain_write(domain, NVME_MSIX + 2, 2, 0x8000);
    for (unsigned i = 0; i < domain->state.msix.entry_count; i++) {
        const uint64_t entry = FAKE_DOMAIN_BAR + NVME_TABLE_OFFSET + 16 * i;

        domain_mmio_write(domain, entry, 8, 0xfee01000);
        domain_mmio_write(domain, entry + 8, 8, 0x41);
        assert_int_equal(rp_vpci_msix_program(&domain->state, i, HOST_MESSAGE, SECRET),
                         RP_OK);
    }
    return 0;
}

static int finish(void **state)
{
    fake_domain_free(*state);
    return 0;
}

static void assert_no_secret(const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i + 1 < count; i++) {
        const unsigned found = bytes[i] | (unsigned)bytes[i + 1] << 8;

        if (found == SECRET || found == BAR_SECRET)
            fail_msg("%04x at %zx", found, i);
    }
}

/* The function's own registers do have them: the test would see one. */
static void the_function_is_full_of_them(void **state)
{
    struct fake_domain *domain = *state;
    unsigned count = 0;

    for (unsigned at = 0; at < SPACE; at += 2)
        count += fake_device_get(&domain->device, at, 2) == SECRET;
    assert_true(count > 100);
    assert_int_equal(fake_device_get(&domain->device, NVME_MSI + 12, 2), SECRET);
    count = 0;
    for (unsigned at = 0; at < NVME_BAR_SIZE; at += 2)
        count += domain->bar_memory[at] == 0xc3 && domain->bar_memory[at + 1] == 0xa5;
    assert_true(count >= domain->state.msix.entry_count * 4u);
}

static void configuration_space_shows_none(void **state)
{
    struct fake_domain *domain = *state;
    static uint8_t bytes[SPACE];

    for (unsigned width = 1; width <= 8; width *= 2) {
        for (unsigned at = 0; at + width <= SPACE; at += width) {
            const uint64_t value = rp_vpci_read(&domain->view, (uint16_t)at, width);

            memcpy(&bytes[at], &value, width);
        }
        assert_no_secret(bytes, sizeof(bytes));
    }
}

static void unaligned_reads_show_none(void **state)
{
    struct fake_domain *domain = *state;

    for (unsigned at = 0; at < SPACE; at++) {
        for (unsigned width = 2; width <= 8; width *= 2) {
            const uint64_t value = rp_vpci_read(&domain->view, (uint16_t)at, width);
            uint8_t bytes[8];

            memcpy(bytes, &value, sizeof(bytes));
            assert_no_secret(bytes, width);
        }
    }
}

/* Sizing a BAR shows its size, and writing it back what was there. */
static void sized_bars_show_none(void **state)
{
    struct fake_domain *domain = *state;

    for (unsigned reg = RP_PCI_BAR0; reg <= 0x30; reg += 4) {
        domain_write(domain, reg, 4, 0xffffffff);
        configuration_space_shows_none(state);
        domain_write(domain, reg, 4, 0);
        configuration_space_shows_none(state);
    }
}

static void the_trapped_pages_show_none(void **state)
{
    struct fake_domain *domain = *state;
    static uint8_t bytes[TRAPPED];

    for (unsigned width = 4; width <= 8; width *= 2) {
        for (unsigned at = 0; at < TRAPPED; at += width) {
            const uint64_t value =
                domain_mmio_read(domain, FAKE_DOMAIN_BAR + NVME_TABLE_OFFSET + at, width);

            memcpy(&bytes[at], &value, width);
        }
        assert_no_secret(bytes, sizeof(bytes));
    }
}

/* A reset brings back what firmware had set up, behind the guest's back. */
static void a_reset_shows_none(void **state)
{
    struct fake_domain *domain = *state;

    assert_int_equal(rp_vpci_flr_start(&domain->state), RP_OK);
    configuration_space_shows_none(state);
    assert_int_equal(rp_vpci_flr_finish(&domain->state), RP_OK);
    configuration_space_shows_none(state);
}

/*
 * A capability that is shown, and says or has by its version that it is longer than it
 * is, shows nothing of a hidden one behind it.
 */
static void what_stands_too_close_shows_none(void **state)
{
    struct fake_domain *domain = *state;
    struct fake_device *device = &domain->device;

    rp_vpci_detach(&domain->state);
    /* SATA has 8 bytes, and PCI Express 60. */
    fake_device_set_cap(device, EA - 4, RP_PCI_CAP_ID_SATA, EA);
    fake_device_set_cap(device, EA, RP_PCI_CAP_ID_ENHANCED_ALLOCATION, NVME_PCIE);
    fake_device_set_cap(device, NVME_PCIE, RP_PCI_CAP_ID_PCIE, NVME_PCIE + 0x2c);
    fake_device_set_cap(device, NVME_PCIE + 0x2c, 0x7f, NVME_MSIX);
    fake_device_set(device, NVME_PCIE + 0x2e, 2, SECRET);
    fake_device_set(device, NVME_PCIE + 0x30, 4, 0xa5c3a5c3);
    fake_device_set(device, RP_PCI_CAPABILITIES_POINTER, 1, EA - 4);
    /* Virtual Channel, with eight resources. */
    fake_device_set_extcap(device, RC_LINK - 0x10, RP_PCI_EXTCAP_ID_VC, 1, RC_LINK);
    fake_device_set(device, RC_LINK - 0xc, 4, 7);
    fake_device_set_extcap(device, NVME_UNKNOWN, 0xffff, 1, RC_LINK - 0x10);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_find_cap(domain, RP_PCI_CAP_ID_PCIE), NVME_PCIE);
    configuration_space_shows_none(state);
    unaligned_reads_show_none(state);
}

#define PREPARED(test) cmocka_unit_test_setup_teardown(test, prepare, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PREPARED(the_function_is_full_of_them),
        PREPARED(configuration_space_shows_none),
        PREPARED(unaligned_reads_show_none),
        PREPARED(sized_bars_show_none),
        PREPARED(the_trapped_pages_show_none),
        PREPARED(a_reset_shows_none),
        PREPARED(what_stands_too_close_shows_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
