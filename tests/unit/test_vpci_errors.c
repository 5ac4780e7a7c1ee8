/* SPDX-License-Identifier: MIT */
/*
 * Which errors of a function its domain hears of, by the registers that it has written:
 * core/vpci_errors.c. PCI Express Base r5.0, 6.2.3.2, 6.2.6, 7.5.3.4 and 7.8.4.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <rootport/vpci.h>

#include "tests/fake/fake_device.h"
#include "tests/fake/fake_domain.h"

enum {
    DEVICE_CONTROL = NVME_PCIE + 8,
    DEVICE_STATUS = NVME_PCIE + 10,
    UNCORRECTABLE_STATUS = NVME_AER + 4,
    UNCORRECTABLE_MASK = NVME_AER + 8,
    UNCORRECTABLE_SEVERITY = NVME_AER + 12,
    CORRECTABLE_STATUS = NVME_AER + 16,
    CORRECTABLE_MASK = NVME_AER + 20,
};

#define COMPLETION_TIMEOUT 0x00004000u /* non-fatal unless made so */
#define MALFORMED          0x00040000u /* fatal unless made otherwise */
#define INTERNAL           0x00400000u /* masked unless unmasked */
#define BAD_TLP            0x00000040u
#define ADVISORY           0x00002000u /* masked unless unmasked */

static int set_up(void **state)
{
    struct fake_domain *domain = fake_domain_new();

    *state = domain;
    fake_device_set_rw1c(&domain->device, UNCORRECTABLE_STATUS, 4, 0x07fff030);
    fake_device_set_rw1c(&domain->device, CORRECTABLE_STATUS, 4, 0x0000f1c1);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    domain_write(domain, DEVICE_CONTROL, 2, 0x0007);
    return 0;
}

static int tear_down(void **state)
{
    fake_domain_free(*state);
    return 0;
}

/* What the function detects, and nothing else. */
static void detect(struct fake_domain *domain, uint32_t uncorrectable,
                   uint32_t correctable)
{
    fake_device_set(&domain->device, UNCORRECTABLE_STATUS, 4, uncorrectable);
    fake_device_set(&domain->device, CORRECTABLE_STATUS, 4, correctable);
}

static void nothing_detected_is_nothing_to_hear(void **state)
{
    struct fake_domain *domain = *state;

    assert_int_equal(rp_vpci_errors(&domain->view), 0);
}

static void severities_are_the_specifications_by_default(void **state)
{
    struct fake_domain *domain = *state;

    detect(domain, COMPLETION_TIMEOUT, 0);
    assert_int_equal(rp_vpci_errors(&domain->view), RP_ERROR_NONFATAL);
    detect(domain, MALFORMED, 0);
    assert_int_equal(rp_vpci_errors(&domain->view), RP_ERROR_FATAL);
    detect(domain, 0, BAD_TLP);
    assert_int_equal(rp_vpci_errors(&domain->view), RP_ERROR_CORRECTABLE);
    detect(domain, COMPLETION_TIMEOUT | MALFORMED, BAD_TLP);
    assert_int_equal(rp_vpci_errors(&domain->view),
                     RP_ERROR_CORRECTABLE | RP_ERROR_NONFATAL | RP_ERROR_FATAL);
}

static void the_domain_decides_on_severity(void **state)
{
    struct fake_domain *domain = *state;

    detect(domain, COMPLETION_TIMEOUT | MALFORMED, 0);
    domain_write(domain, UNCORRECTABLE_SEVERITY, 4, COMPLETION_TIMEOUT | MALFORMED);
    assert_int_equal(rp_vpci_errors(&domain->view), RP_ERROR_FATAL);
    domain_write(domain, UNCORRECTABLE_SEVERITY, 4, 0);
    assert_int_equal(rp_vpci_errors(&domain->view), RP_ERROR_NONFATAL);
    assert_int_equal(domain->device.write_count, 0); /* the function's is its own */
}

static void the_domain_masks(void **state)
{
    struct fake_domain *domain = *state;

    detect(domain, COMPLETION_TIMEOUT, BAD_TLP);
    domain_write(domain, UNCORRECTABLE_MASK, 4, COMPLETION_TIMEOUT);
    assert_int_equal(rp_vpci_errors(&domain->view), RP_ERROR_CORRECTABLE);
    domain_write(domain, CORRECTABLE_MASK, 4, BAD_TLP);
    assert_int_equal(rp_vpci_errors(&domain->view), 0);
}

static void what_is_masked_by_default_can_be_unmasked(void **state)
{
    struct fake_domain *domain = *state;

    detect(domain, INTERNAL, ADVISORY);
    assert_int_equal(rp_vpci_errors(&domain->view), 0);
    domain_write(domain, UNCORRECTABLE_MASK, 4, 0);
    assert_int_equal(rp_vpci_errors(&domain->view), RP_ERROR_FATAL);
    domain_write(domain, CORRECTABLE_MASK, 4, 0);
    assert_int_equal(rp_vpci_errors(&domain->view),
                     RP_ERROR_FATAL | RP_ERROR_CORRECTABLE);
}

static void each_severity_has_an_enable(void **state)
{
    struct fake_domain *domain = *state;

    detect(domain, COMPLETION_TIMEOUT | MALFORMED, BAD_TLP);
    for (uint32_t enabled = 0; enabled < 8; enabled++) {
        domain_write(domain, DEVICE_CONTROL, 2, enabled);
        assert_int_equal(rp_vpci_errors(&domain->view), enabled);
    }
    /* Unsupported requests have one that adds to these: alone it enables nothing. */
    domain_write(domain, DEVICE_CONTROL, 2, 0x0008);
    assert_int_equal(rp_vpci_errors(&domain->view), 0);
}

/* Command, bit 8: both kinds that are not corrected. */
static void serr_enables_what_is_uncorrectable(void **state)
{
    struct fake_domain *domain = *state;

    detect(domain, COMPLETION_TIMEOUT | MALFORMED, BAD_TLP);
    domain_write(domain, DEVICE_CONTROL, 2, 0);
    domain_write(domain, 0x04, 2, 0x0100);
    assert_int_equal(rp_vpci_errors(&domain->view), RP_ERROR_NONFATAL | RP_ERROR_FATAL);
}

static void what_the_domain_clears_is_over(void **state)
{
    struct fake_domain *domain = *state;

    detect(domain, COMPLETION_TIMEOUT, BAD_TLP);
    domain_write(domain, UNCORRECTABLE_STATUS, 4, COMPLETION_TIMEOUT);
    assert_int_equal(rp_vpci_errors(&domain->view), RP_ERROR_CORRECTABLE);
    domain_write(domain, CORRECTABLE_STATUS, 4, BAD_TLP);
    assert_int_equal(rp_vpci_errors(&domain->view), 0);
}

/* Status is sticky, so no reset between two owners clears it: 7.4, 6.6.2. */
static void the_last_owners_errors_are_cleared(void **state)
{
    struct fake_domain *domain = *state;
    struct rp_vpci_view small;

    detect(domain, COMPLETION_TIMEOUT | MALFORMED, BAD_TLP | ADVISORY);
    assert_int_equal(rp_vpci_build(&small, &domain->state, 256), RP_OK);
    rp_vpci_clear_errors(&small); /* has none to clear */
    assert_int_not_equal(domain_read(domain, UNCORRECTABLE_STATUS, 4), 0);
    rp_vpci_clear_errors(&domain->view);
    assert_int_equal(domain_read(domain, UNCORRECTABLE_STATUS, 4), 0);
    assert_int_equal(domain_read(domain, CORRECTABLE_STATUS, 4), 0);
    assert_int_equal(rp_vpci_errors(&domain->view), 0);
}

/* Without the capability: Device Status has a bit for each severity (6.2.1). */
static void without_the_capability_there_is_device_status(void **state)
{
    struct fake_domain *domain = *state;
    struct rp_vpci_view small;

    fake_device_set(&domain->device, DEVICE_STATUS, 2, 0x000a);
    assert_int_equal(rp_vpci_build(&small, &domain->state, 256), RP_OK);
    assert_int_equal(rp_vpci_errors(&small), RP_ERROR_NONFATAL);
    domain_write(domain, DEVICE_CONTROL, 2, 0x0005);
    assert_int_equal(rp_vpci_errors(&small), 0);
}

static void what_is_gone_has_no_errors(void **state)
{
    struct fake_domain *domain = *state;

    domain->device.is_gone = true;
    assert_int_equal(rp_vpci_errors(&domain->view), 0);
    domain->device.is_gone = false;
}

#define PREPARED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PREPARED(nothing_detected_is_nothing_to_hear),
        PREPARED(severities_are_the_specifications_by_default),
        PREPARED(the_domain_decides_on_severity),
        PREPARED(the_domain_masks),
        PREPARED(what_is_masked_by_default_can_be_unmasked),
        PREPARED(each_severity_has_an_enable),
        PREPARED(serr_enables_what_is_uncorrectable),
        PREPARED(what_the_domain_clears_is_over),
        PREPARED(the_last_owners_errors_are_cleared),
        PREPARED(without_the_capability_there_is_device_status),
        PREPARED(what_is_gone_has_no_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
