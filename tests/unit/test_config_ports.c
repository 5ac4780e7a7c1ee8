/* SPDX-License-Identifier: MIT */
/*
 * Accesses to CF8 and CFC that are not what software should do: over the ends of the
 * data port. PCI Local Bus r3.0, 3.2.2.3.2; a CPU does an access over a dword boundary
 * as two, each with its own bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "guest/config_ports.h"
#include "guest/domain.h"
#include "guest/hardware.h"
#include "guest/pci.h"

enum {
    ADDRESS = 0xcf8,
    DATA = 0xcfc,
    LAST = 0xcff,
    REG = 0x10,
};

static struct launch_domain config;
static struct domain domain;
static struct vcpu vcpu = {.domain = &domain};
static uint8_t registers[256]; /* of 00:02.0 */

/* ---- In place of the rest of the hypervisor -------------------------------- */

static void check_place(const struct rp_access_piece *piece)
{
    assert_int_equal(piece->bus, 0);
    assert_int_equal(piece->devfn, 2 << 3);
    assert_in_range(piece->reg + piece->width, 1, sizeof(registers));
}

uint64_t pci_access_read(struct domain *of, const struct rp_access *access)
{
    uint64_t value = UINT64_MAX;

    assert_ptr_equal(of, &domain);
    for (unsigned i = 0; i < access->count; i++) {
        const struct rp_access_piece *piece = &access->pieces[i];
        uint32_t part = 0;

        check_place(piece);
        memcpy(&part, &registers[piece->reg], piece->width);
        value = rp_access_merge(value, *piece, part);
    }
    return value;
}

void pci_access_write(struct vcpu *of, const struct rp_access *access, uint64_t value)
{
    assert_ptr_equal(of, &vcpu);
    for (unsigned i = 0; i < access->count; i++) {
        const struct rp_access_piece *piece = &access->pieces[i];
        const uint32_t part = rp_access_part(value, *piece);

        check_place(piece);
        memcpy(&registers[piece->reg], &part, piece->width);
    }
}

uint64_t hardware_cf8_read(struct domain *of, const struct rp_access *access)
{
    assert_true(hardware_is_for(of));
    return pci_access_read(of, access);
}

void hardware_cf8_write(struct vcpu *of, const struct rp_access *access, uint64_t value)
{
    assert_true(hardware_is_for(of->domain));
    pci_access_write(of, access, value);
}

/* A guest with the ports whose address register names REG of 00:02.0. */
static int start(void **state)
{
    (void)state;
    config = (struct launch_domain){.has_configuration_ports = true};
    domain = (struct domain){.config = &config};
    for (unsigned i = 0; i < sizeof(registers); i++)
        registers[i] = (uint8_t)i;
    config_ports_write(&vcpu, ADDRESS, 4, 0x80001000 | REG);
    return 0;
}

/* The bytes of an access of @width, without what the caller leaves out. */
static uint32_t read_port(uint16_t port, unsigned width)
{
    return config_ports_read(&vcpu, port, width) & 0xffffffffu >> (32 - 8 * width);
}

static void expect_data(void)
{
    assert_int_equal(read_port(DATA, 4), 0x13121110);
    assert_int_equal(read_port(LAST, 1), 0x13);
    assert_int_equal(read_port(LAST, 2), 0xff13); /* nothing is at port 0xd00 */
    assert_int_equal(read_port(LAST, 4), 0xffffff13);
    assert_int_equal(read_port(DATA + 1, 4), 0xff131211);
    assert_int_equal(read_port(DATA - 1, 2), 0x10ff); /* nor can 0xcfb be read alone */
}

/* ---- Tests ------------------------------------------------------------------- */

static void a_read_past_the_data_port_has_ones(void **state)
{
    (void)state;
    expect_data();
}

static void so_it_does_for_a_domain_that_sees_the_machine(void **state)
{
    (void)state;
    domain.hardware = (struct hardware *)&config; /* nobody looks into it */
    expect_data();
}

static void a_write_past_the_data_port_stays_in_the_dword(void **state)
{
    (void)state;
    config_ports_write(&vcpu, LAST, 2, 0xbbaa);
    assert_int_equal(read_port(DATA, 4), 0xaa121110);
    assert_int_equal(registers[REG + 4], REG + 4);
    config_ports_write(&vcpu, DATA - 1, 2, 0xddcc);
    assert_int_equal(read_port(DATA, 4), 0xaa1211dd);
    assert_int_equal(registers[REG - 1], REG - 1);
    assert_int_equal(read_port(ADDRESS, 4), 0x80001000 | REG);
}

static void without_the_ports_all_is_ones(void **state)
{
    (void)state;
    config.has_configuration_ports = false;
    domain.cf8.address = 0;
    config_ports_write(&vcpu, ADDRESS, 4, 0x80001000 | REG);
    assert_int_equal(read_port(ADDRESS, 4), 0xffffffff);
    assert_int_equal(read_port(LAST, 2), 0xffff);
    config_ports_write(&vcpu, LAST, 2, 0);
    assert_int_equal(registers[REG + 3], REG + 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_read_past_the_data_port_has_ones, start),
        cmocka_unit_test_setup(so_it_does_for_a_domain_that_sees_the_machine, start),
        cmocka_unit_test_setup(a_write_past_the_data_port_stays_in_the_dword, start),
        cmocka_unit_test_setup(without_the_ports_all_is_ones, start),
    };

    return cmocka_run_group_tests_name("config_ports", tests, NULL, NULL);
}
