/* SPDX-License-Identifier: MIT */
/*
 * Vital Product Data, as a guest's driver reads and stores it. PCI Express Base r5.0,
 * 6.28 and 7.9.19; PCI Local Bus r3.0, appendix I.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <rootport/pci_regs.h>

#include "tests/fake/fake_domain.h"

enum {
    PLACE = 0x80, /* of the capability */
    ADDRESS = PLACE + 2,
    DATA = PLACE + 4,
};

#define OLD_DATA 0x5a5a5a5au

static uint32_t hw(const struct fake_domain *domain, unsigned reg, unsigned width)
{
    return fake_device_get(&domain->device, reg, width);
}

/* A domain with the policy @policy whose function has the capability. */
static struct fake_domain *make(uint32_t policy)
{
    struct fake_domain *domain = fake_domain_new();
    struct fake_device *device = &domain->device;

    fake_device_set(device, RP_PCI_CAPABILITIES_POINTER, 1, PLACE);
    fake_device_set_cap(device, PLACE, RP_PCI_CAP_ID_VPD, 0);
    fake_device_set(device, RP_PCI_INTERRUPT_PIN, 1, 0); /* with it alone: refused */
    fake_device_set(device, DATA, 4, OLD_DATA);
    fake_device_set_rw(device, PLACE, 4, 0xffffffff);
    fake_device_set_rw(device, DATA, 4, 0xffffffff);
    domain->config.policy = policy;
    assert_int_equal(fake_domain_start(domain), RP_OK);
    return domain;
}

/* The domain's last write reached the function as one, of @value to @reg. */
static void assert_one_write(const struct fake_domain *domain, unsigned reg,
                             unsigned width, uint32_t value)
{
    const struct fake_device_write *write = &domain->device.writes[0];

    assert_int_equal(domain->device.write_count, 1);
    assert_int_equal(write->reg, reg);
    assert_int_equal(write->width, width);
    assert_int_equal(write->value, value);
}

/* As a driver stores at address 0x10: the function sees a read of that address. */
static void assert_nothing_is_stored(struct fake_domain *domain)
{
    domain_write(domain, DATA, 4, 0x12345678);
    assert_int_equal(domain->device.write_count, 0);
    domain_write(domain, ADDRESS, 2, 0x8010);
    assert_one_write(domain, ADDRESS, 2, 0x0010);
    assert_int_equal(hw(domain, DATA, 4), OLD_DATA);
}

/*
 * The flag is written as zero, so that every write of an address reads. One that was to
 * store has not done so, as long as anybody waits for it.
 */
static void a_store_never_ends(void **state)
{
    struct fake_domain *domain = make(RP_VPCI_POLICY_NONE);

    (void)state;
    assert_nothing_is_stored(domain);
    assert_int_equal(domain_read(domain, ADDRESS, 2), 0x8010);
    domain_write(domain, ADDRESS, 2, 0x0010);
    assert_int_equal(domain_read(domain, ADDRESS, 2), 0x0010);
    fake_device_set(&domain->device, ADDRESS, 2, 0x8010);
    assert_int_equal(domain_read(domain, ADDRESS, 2), 0x8010);
    domain_write(domain, ADDRESS + 1, 1, 0x80);
    assert_int_equal(hw(domain, ADDRESS, 2), 0x0010);
    assert_int_equal(domain_read(domain, DATA, 4), OLD_DATA);
    fake_domain_free(domain);
}

/* The data, then its address with the flag, which the function clears when it is done. */
static void with_the_policy_it_does(void **state)
{
    struct fake_domain *domain = make(RP_VPCI_POLICY_VITAL_PRODUCT_DATA);

    (void)state;
    domain_write(domain, DATA, 4, 0x12345678);
    assert_one_write(domain, DATA, 4, 0x12345678);
    domain_write(domain, ADDRESS, 2, 0x8010);
    assert_one_write(domain, ADDRESS, 2, 0x8010);
    assert_int_equal(domain_read(domain, ADDRESS, 2), 0x8010);
    fake_device_set(&domain->device, ADDRESS, 2, 0x0010);
    assert_int_equal(domain_read(domain, ADDRESS, 2), 0x0010);
    fake_domain_free(domain);
}

/* A read: the flag becomes 1 when the data are there. */
static void with_the_policy_reads_go_on(void **state)
{
    struct fake_domain *domain = make(RP_VPCI_POLICY_VITAL_PRODUCT_DATA);

    (void)state;
    domain_write(domain, ADDRESS, 2, 0x7ffc);
    assert_one_write(domain, ADDRESS, 2, 0x7ffc);
    assert_int_equal(domain_read(domain, ADDRESS, 2), 0x7ffc);
    fake_device_set(&domain->device, ADDRESS, 2, 0xfffc);
    assert_int_equal(domain_read(domain, ADDRESS, 2), 0xfffc);
    assert_int_equal(domain_read(domain, DATA, 4), OLD_DATA);
    fake_domain_free(domain);
}

/* Bytes that were not written stay unwritten; ID and pointer are the view's. */
static void a_store_is_as_wide_as_it_is(void **state)
{
    struct fake_domain *domain = make(RP_VPCI_POLICY_VITAL_PRODUCT_DATA);

    (void)state;
    domain_write(domain, PLACE, 4, 0x8014ffff);
    assert_one_write(domain, ADDRESS, 2, 0x8014);
    domain_write(domain, DATA + 1, 1, 0x99);
    assert_one_write(domain, DATA + 1, 1, 0x99);
    domain_write(domain, DATA + 2, 2, 0x4321);
    assert_one_write(domain, DATA + 2, 2, 0x4321);
    domain_write(domain, PLACE, 2, 0xffff);
    assert_int_equal(domain->device.write_count, 0);
    fake_domain_free(domain);
}

/* Neither another domain's function, whatever else its policy has, */
static void stores_are_for_one_function(void **state)
{
    struct fake_domain *domain = make(RP_VPCI_POLICY_VITAL_PRODUCT_DATA);
    struct fake_domain *other =
        make(RP_VPCI_POLICY_VENDOR_SPECIFIC | RP_VPCI_POLICY_INTX);

    (void)state;
    domain_write(domain, DATA, 4, 0x12345678);
    domain_write(domain, ADDRESS, 2, 0x8010);
    assert_nothing_is_stored(other);
    fake_domain_free(domain);
    fake_domain_free(other);
}

/* nor the next domain's that has the same one. */
static void stores_end_with_the_policy(void **state)
{
    struct fake_domain *domain = make(RP_VPCI_POLICY_VITAL_PRODUCT_DATA);

    (void)state;
    rp_vpci_detach(&domain->state);
    domain->config.policy = RP_VPCI_POLICY_NONE;
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_nothing_is_stored(domain);
    fake_domain_free(domain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_never_ends),
        cmocka_unit_test(with_the_policy_it_does),
        cmocka_unit_test(with_the_policy_reads_go_on),
        cmocka_unit_test(a_store_is_as_wide_as_it_is),
        cmocka_unit_test(stores_are_for_one_function),
        cmocka_unit_test(stores_end_with_the_policy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
