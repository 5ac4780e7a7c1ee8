/* SPDX-License-Identifier: MIT */
/* MSI: where its registers are, and what of a message is whose. 7.7.1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/pci_regs.h>

#include "tests/fake/fake_domain.h"

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

/* 7.7.1: with several vectors the function puts its own into the low bits of the data. */
static void low_bits_of_data_are_the_functions(void **state)
{
    struct fake_domain *domain = *state;

    assert_int_equal(fake_domain_start(domain), RP_OK);
    domain_write(domain, NVME_MSI + 12, 2, 0xc0ff);
    for (unsigned log2 = 0; log2 <= 3; log2++) {
        const unsigned count = 1u << log2;

        domain_write(domain, NVME_MSI + 2, 2, log2 << 4);
        for (unsigned i = 0; i < count; i++)
            assert_int_equal(rp_vpci_msi_data(&domain->state, i), 0xc100 - count + i);
    }
    assert_int_equal(domain_read(domain, NVME_MSI + 12, 2), 0xc0ff);
}

/* 7.7.1: where its registers are says Message Control. No extended data: 7.7.1.2. */
static void registers_are_where_control_says(void **state)
{
    static const struct {
        uint16_t control;
        uint8_t upper, data, mask, pending; /* 0: not there */
    } layouts[] = {
        {0x0006, 0, 0x08, 0, 0},
        {0x0106, 0, 0x08, 0x0c, 0x10},
        {0x0086, 0x08, 0x0c, 0, 0},
        {0x0186, 0x08, 0x0c, 0x10, 0x14},
    };
    struct fake_domain *domain = *state;

    for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
        memset(domain->device.bytes + NVME_MSI + 4, 0xff, 0x14);
        memset(domain->device.rw + NVME_MSI + 4, 0xff, 0x14);
        fake_device_set(&domain->device, NVME_MSI + 2, 2, layouts[i].control | 0x0600);
        assert_int_equal(fake_domain_start(domain), RP_OK);
        assert_int_equal(domain_read(domain, NVME_MSI + 2, 2), layouts[i].control);
        for (unsigned at = 4; at < 0x18; at += 4) {
            uint32_t kept = 0;

            if (at == 4)
                kept = 0xfffffffc;
            else if (at == layouts[i].upper)
                kept = 0xffffffff;
            else if (at == layouts[i].data)
                kept = 0x0000ffff;
            else if (at == layouts[i].mask || at == layouts[i].pending)
                kept = 0x000000ff; /* of 8 vectors */
            domain_write(domain, NVME_MSI + at, 4, 0xffffffff);
            assert_int_equal(domain_read(domain, NVME_MSI + at, 4), kept);
            domain_write(domain, NVME_MSI + at, 4, 0);
            assert_int_equal(domain_read(domain, NVME_MSI + at, 4),
                             at == layouts[i].pending ? kept : 0);
        }
        rp_vpci_detach(&domain->state);
    }
}

/* c01855bec5: what the embedder has still to do finds no function any more. */
static void after_detaching_nothing_is_programmed(void **state)
{
    struct fake_domain *domain = *state;
    unsigned long reads;

    assert_int_equal(fake_domain_start(domain), RP_OK);
    domain_write(domain, NVME_MSI + 2, 2, 0x0001);
    rp_vpci_detach(&domain->state);
    reads = domain->device.reads;
    domain->device.write_count = 0;
    assert_int_equal(rp_vpci_msi_program(&domain->state, 0xfee00000, 0x41),
                     RP_ERR_NO_DEVICE);
    assert_int_equal(rp_vpci_msix_program(&domain->state, 0, 0xfee00000, 0x41),
                     RP_ERR_NO_DEVICE);
    assert_int_equal(domain->device.reads, reads);
    assert_int_equal(domain->device.write_count, 0);
}

#define PREPARED(test) cmocka_unit_test_setup_teardown(test, prepare, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PREPARED(registers_are_where_control_says),
        PREPARED(low_bits_of_data_are_the_functions),
        PREPARED(after_detaching_nothing_is_programmed),
    };

    return cmocka_run_group_tests_name("vpci_msi", tests, NULL, NULL);
}
