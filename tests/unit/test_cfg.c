/* SPDX-License-Identifier: MIT */
/* Checks of configuration accesses, and the carrier to the hardware. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/cfg_direct.h>

#include "tests/fake/fake_platform.h"

static const uint64_t ecam_base = 0xe0000000;

struct machine {
    struct fake_pci *pci;
    struct rp_platform platform;
    struct rp_ecam_region region;
    struct rp_ecam ecam;
    struct rp_cfg_direct direct;
    struct rp_cfg cfg;
};

static int power_on(void **state)
{
    static struct machine machine;
    struct rp_ecam_setup setup = {
        .regions = &machine.region,
        .capacity = 1,
        .policy = RP_ECAM_POLICY_DEFAULT,
        .address_bits = 40,
    };

    memset(&machine, 0, sizeof(machine));
    machine.pci = fake_pci_new();
    fake_platform_init(&machine.platform, machine.pci);
    rp_ecam_init(&machine.ecam, &setup);
    rp_cfg_direct_init(&machine.direct, &machine.platform, &machine.ecam, &machine.cfg);
    *state = &machine;
    return 0;
}

static int power_off(void **state)
{
    struct machine *machine = *state;
    volatile unsigned char *window =
        rp_ecam_withdraw(&machine->region, RP_ECAM_REASON_RETRACTED);

    rp_ecam_unmap(&machine->region, window, &machine->platform);
    fake_platform_finish(&machine->platform);
    fake_pci_free(machine->pci);
    return 0;
}

static void enable_ecam(struct machine *machine, uint16_t segment)
{
    struct rp_ecam_range range = {
        .base = {ecam_base}, .segment = segment, .start_bus = 2, .end_bus = 5};
    size_t index;

    fake_platform_add_ecam(&machine->platform, ecam_base + (2 << 20), segment, 2, 4);
    assert_int_equal(rp_ecam_add(&machine->ecam, &range, RP_ECAM_SOURCE_CHIPSET, &index),
                     RP_OK);
    assert_int_equal(rp_ecam_enable_all(&machine->ecam, &machine->platform), 1);
}

static void test_unsound_accesses_are_refused(void **state)
{
    static const struct {
        uint16_t reg;
        unsigned width;
    } unsound[] = {
        {0, 0}, {0, 3}, {0, 8}, {1, 2}, {1, 4}, {2, 4}, {4095, 2}, {4096, 1}, {0xfffc, 4},
    };
    struct machine *machine = *state;
    rp_sbdf_t sbdf = rp_sbdf(0, 0, 0, 0);

    for (size_t i = 0; i < sizeof(unsound) / sizeof(unsound[0]); i++) {
        uint32_t value = 0;

        assert_int_equal(
            rp_cfg_read(&machine->cfg, sbdf, unsound[i].reg, unsound[i].width, &value),
            RP_ERR_INVALID);
        assert_int_equal(value, 0xffffffff);
        assert_int_equal(
            rp_cfg_write(&machine->cfg, sbdf, unsound[i].reg, unsound[i].width, 0),
            RP_ERR_INVALID);
    }
    assert_int_equal(machine->pci->reads + machine->pci->writes, 0);
}

static void test_ports_carry_every_width(void **state)
{
    struct machine *machine = *state;
    rp_sbdf_t sbdf = rp_sbdf(0, 0xff, 0x1f, 7);
    struct fake_function *function = fake_pci_add(machine->pci, sbdf, 0x1f01, 0x0203);
    uint32_t value32;
    uint16_t value16;
    uint8_t value8;

    fake_set32(function, 0xfc, 0x89abcdef);
    assert_int_equal(rp_cfg_read32(&machine->cfg, sbdf, 0xfc, &value32), RP_OK);
    assert_int_equal(value32, 0x89abcdef);
    assert_int_equal(rp_cfg_read16(&machine->cfg, sbdf, 0xfe, &value16), RP_OK);
    assert_int_equal(value16, 0x89ab);
    assert_int_equal(rp_cfg_read8(&machine->cfg, sbdf, 0xfd, &value8), RP_OK);
    assert_int_equal(value8, 0xcd);
    assert_int_equal(rp_cfg_read16(&machine->cfg, rp_sbdf(0, 0, 0, 1), 0, &value16),
                     RP_OK);
    assert_int_equal(value16, 0xffff);
}

static void test_ports_write_every_width(void **state)
{
    struct machine *machine = *state;
    rp_sbdf_t sbdf = rp_sbdf(0, 3, 4, 5);
    struct fake_function *function = fake_pci_add(machine->pci, sbdf, 0x1f01, 0x0203);

    memset(function->writable + 0x40, 0xff, 8);
    assert_int_equal(rp_cfg_write32(&machine->cfg, sbdf, 0x40, 0x44332211), RP_OK);
    assert_int_equal(rp_cfg_write16(&machine->cfg, sbdf, 0x42, 0x6655), RP_OK);
    assert_int_equal(rp_cfg_write8(&machine->cfg, sbdf, 0x41, 0x77), RP_OK);
    assert_memory_equal(function->bytes + 0x40, "\x11\x77\x55\x66\0\0\0\0", 8);
}

static void test_no_region_is_unreachable(void **state)
{
    struct machine *machine = *state;
    uint32_t value = 0;

    fake_pci_add(machine->pci, rp_sbdf(0, 2, 0, 0), 0x1f01, 0x0203);
    assert_int_equal(rp_cfg_read32(&machine->cfg, rp_sbdf(0, 2, 0, 0), 0x100, &value),
                     RP_ERR_UNREACHABLE);
    assert_int_equal(value, 0xffffffff);
    assert_int_equal(rp_cfg_read32(&machine->cfg, rp_sbdf(1, 2, 0, 0), 0, &value),
                     RP_ERR_UNREACHABLE);
    assert_int_equal(rp_cfg_write32(&machine->cfg, rp_sbdf(0, 2, 0, 0), 0x100, 0),
                     RP_ERR_UNREACHABLE);
    assert_int_equal(machine->pci->reads + machine->pci->writes, 0);
}

static void test_region_serves_its_buses_alone(void **state)
{
    struct machine *machine = *state;
    uint32_t value;

    enable_ecam(machine, 0);
    for (unsigned bus = 1; bus <= 6; bus++) {
        rp_sbdf_t sbdf = rp_sbdf(0, bus, 0x1f, 7);

        fake_set32(fake_pci_add(machine->pci, sbdf, 0, 0), 0xffc, 0x11110000u + bus);
        assert_int_equal(rp_cfg_read32(&machine->cfg, sbdf, 0xffc, &value),
                         bus < 2 || bus > 5 ? RP_ERR_UNREACHABLE : RP_OK);
        assert_int_equal(value, bus < 2 || bus > 5 ? 0xffffffff : 0x11110000 + bus);
    }
}

static void test_other_segments_go_through_ecam(void **state)
{
    struct machine *machine = *state;
    rp_sbdf_t sbdf = rp_sbdf(7, 5, 3, 1);
    struct fake_function *function = fake_pci_add(machine->pci, sbdf, 0x1f01, 0x0203);
    uint16_t value;

    enable_ecam(machine, 7);
    assert_int_equal(rp_cfg_read16(&machine->cfg, sbdf, 2, &value), RP_OK);
    assert_int_equal(value, 0x0203);
    memset(function->writable + 0x200, 0xff, 2);
    assert_int_equal(rp_cfg_write16(&machine->cfg, sbdf, 0x200, 0xbeef), RP_OK);
    assert_memory_equal(function->bytes + 0x200, "\xef\xbe", 2);
    assert_int_equal(machine->platform.config_address, 0);
    assert_int_equal(rp_cfg_read16(&machine->cfg, rp_sbdf(0, 5, 3, 1), 0x200, &value),
                     RP_ERR_UNREACHABLE);
}

static void test_trial_window_stands_in(void **state)
{
    struct machine *machine = *state;
    rp_sbdf_t sbdf = rp_sbdf(0, 3, 0, 1);
    uint32_t value;

    enable_ecam(machine, 0);
    fake_set32(fake_pci_add(machine->pci, sbdf, 1, 1), 0x100, 0x12345678);
    machine->direct.trial = &machine->region;
    assert_int_equal(rp_cfg_read32(&machine->cfg, sbdf, 0x100, &value),
                     RP_ERR_UNREACHABLE);
    machine->direct.trial_window = rp_ecam_map(&machine->region, &machine->platform);
    assert_int_equal(rp_cfg_read32(&machine->cfg, sbdf, 0x100, &value), RP_OK);
    assert_int_equal(value, 0x12345678);
    rp_ecam_unmap(&machine->region, machine->direct.trial_window, &machine->platform);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_unsound_accesses_are_refused, power_on,
                                        power_off),
        cmocka_unit_test_setup_teardown(test_ports_carry_every_width, power_on,
                                        power_off),
        cmocka_unit_test_setup_teardown(test_ports_write_every_width, power_on,
                                        power_off),
        cmocka_unit_test_setup_teardown(test_no_region_is_unreachable, power_on,
                                        power_off),
        cmocka_unit_test_setup_teardown(test_region_serves_its_buses_alone, power_on,
                                        power_off),
        cmocka_unit_test_setup_teardown(test_other_segments_go_through_ecam, power_on,
                                        power_off),
        cmocka_unit_test_setup_teardown(test_trial_window_stands_in, power_on, power_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
