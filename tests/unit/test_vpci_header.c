/* SPDX-License-Identifier: MIT */
/*
 * The header bit by bit, for a guest and for the hardware domain, I/O BARs, the
 * expansion ROM, and what the hardware domain has beside capabilities. Numbers are
 * those of PCI Local Bus r3.0, chapter 6, and PCI Express Base r5.0, 7.5.1.
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
    IO_BAR = 2,
    IO_REG = 0x18,
    IO_HPA = 0xc0e0,
    IO_SIZE = 0x20,
    IO_WINDOW = 0x2000,
    ROM_REG = 0x30,
    ROM_HPA = 0xfeb40000,
    ROM_SIZE = 0x40000,
    ROM_GPA = 0xd0040000,
};

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

static void set_io_bar(struct fake_domain *domain, uint32_t address, uint32_t decoded)
{
    fake_device_set(&domain->device, IO_REG, 4, address | 1);
    fake_device_set_rw(&domain->device, IO_REG, 4, decoded);
}

static void set_rom(struct fake_domain *domain, uint32_t address, uint32_t size)
{
    fake_device_set(&domain->device, ROM_REG, 4, address);
    fake_device_set_rw(&domain->device, ROM_REG, 4, (0 - size) | 1);
}

static void start_as(struct fake_domain *domain, enum rp_vpci_role role)
{
    domain->config.role = role;
    assert_int_equal(fake_domain_start(domain), RP_OK);
    rp_vpci_window_set(&domain->state, RP_VPCI_WINDOW_IO, (rp_gpa_t){IO_WINDOW}, 0x1000);
}

/* A guest with an I/O BAR and a ROM. */
static struct fake_domain *start(void **state)
{
    struct fake_domain *domain = *state;

    set_io_bar(domain, IO_HPA, 0xffffffe0);
    set_rom(domain, ROM_HPA, ROM_SIZE);
    start_as(domain, RP_VPCI_ROLE_GUEST);
    return domain;
}

static uint32_t hw(const struct fake_domain *domain, unsigned reg, unsigned width)
{
    return fake_device_get(&domain->device, reg, width);
}

/* ---- Command and status -------------------------------------------------------- */

/* One bit at a time: what it reads as, and what the function is given. */
static void expect_command(struct fake_domain *domain, uint32_t kept, uint32_t passed)
{
    domain_write(domain, RP_PCI_COMMAND, 2, 0xffff);
    for (unsigned bit = 0; bit < 16; bit++) {
        const uint32_t one = 1u << bit;
        uint32_t before;

        domain_write(domain, RP_PCI_COMMAND, 2, 0);
        before = hw(domain, RP_PCI_COMMAND, 2);
        domain_write(domain, RP_PCI_COMMAND, 2, one);
        assert_int_equal(domain_read(domain, RP_PCI_COMMAND, 2), one & kept);
        assert_int_equal(hw(domain, RP_PCI_COMMAND, 2) ^ before, one & passed);
        domain_write(domain, RP_PCI_COMMAND, 2, 0);
        assert_int_equal(hw(domain, RP_PCI_COMMAND, 2), before);
    }
}

static void commands_of_a_guest_without_io(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_rw(&domain->device, RP_PCI_COMMAND, 2, 0xffff);
    start_as(domain, RP_VPCI_ROLE_GUEST);
    expect_command(domain, 0x0546, 0x0004);
    assert_int_equal(hw(domain, RP_PCI_COMMAND, 2), 0x0402); /* memory on, INTx off */
}

static void commands_of_a_guest_with_io(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_rw(&domain->device, RP_PCI_COMMAND, 2, 0xffff);
    domain = start(state);
    expect_command(domain, 0x0547, 0x0005);
}

static void commands_of_the_hardware_domain(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_rw(&domain->device, RP_PCI_COMMAND, 2, 0xffff);
    domain->config.policy = RP_VPCI_POLICY_INTX;
    start_as(domain, RP_VPCI_ROLE_HARDWARE);
    expect_command(domain, 0x0547, 0x0405);
}

/*
 * Interrupt Disable came with PCI 2.3: before, MSI or not, a function could pull at a pin
 * that leads to another domain's interrupt.
 */
static void a_pin_that_cannot_be_closed_is_refused(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, RP_PCI_COMMAND, 2, 0);
    fake_device_set_rw(&domain->device, RP_PCI_COMMAND, 2, 0x0147);
    assert_int_equal(fake_domain_start(domain), RP_ERR_UNSUPPORTED);
    assert_int_equal(domain->state.refusal, RP_VPCI_REFUSED_INTX_ALONE);
    assert_int_equal(domain->platform.maps, domain->platform.unmaps);
    domain->config.policy = RP_VPCI_POLICY_INTX;
    assert_int_equal(fake_domain_start(domain), RP_OK);
    rp_vpci_detach(&domain->state);
    domain->config.policy = RP_VPCI_POLICY_NONE;
    fake_device_set(&domain->device, RP_PCI_INTERRUPT_PIN, 1, 0);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    rp_vpci_detach(&domain->state);
}

/* A virtual function has no INTx, and no bit for it (9.3.4.1), whatever its pin says.
 */
static void a_pin_of_a_virtual_function_is_none(void **state)
{
    struct fake_domain *domain = *state;
    const struct rp_vpci_vf vf = {
        .vendor_id = 0x1b36,
        .bars[0] = {.base = {NVME_BAR_ADDRESS}, .size = NVME_BAR_SIZE, .is_64bit = true},
    };

    domain->config.vf = &vf;
    fake_device_set(&domain->device, RP_PCI_COMMAND, 2, 0);
    fake_device_set_rw(&domain->device, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_BUS_MASTER);
    assert_int_not_equal(fake_device_get(&domain->device, RP_PCI_INTERRUPT_PIN, 1), 0);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, RP_PCI_INTERRUPT_PIN, 1), 0);
}

static void every_error_of_the_status_register_is_rw1c(void **state)
{
    struct fake_domain *domain = start(state);

    for (unsigned bit = 0; bit < 16; bit++) {
        const uint32_t one = 1u << bit;

        fake_device_set(&domain->device, RP_PCI_STATUS, 2, 0xf9b0);
        domain_write(domain, RP_PCI_STATUS, 2, one);
        assert_int_equal(hw(domain, RP_PCI_STATUS, 2), 0xf9b0 & ~(one & 0xf900));
        assert_int_equal(domain_read(domain, RP_PCI_STATUS, 2), 0xf9b0 & ~(one & 0xf900));
    }
}

static void the_rest_of_the_first_dwords(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, RP_PCI_CACHE_LINE_SIZE, 4, 0x80004010);
    fake_device_set_rw(&domain->device, RP_PCI_CACHE_LINE_SIZE, 4, 0xff00ffff);
    fake_device_set(&domain->device, RP_PCI_INTERRUPT_LINE, 4, 0x0804010b);
    start(state);
    assert_int_equal(domain_read(domain, RP_PCI_CACHE_LINE_SIZE, 4), 0);
    domain_write(domain, RP_PCI_CACHE_LINE_SIZE, 4, 0xffffffff);
    /* The cache line size is the domain's own; no latency timer, no BIST to start. */
    assert_int_equal(domain_read(domain, RP_PCI_CACHE_LINE_SIZE, 4), 0x000000ff);
    assert_int_equal(hw(domain, RP_PCI_CACHE_LINE_SIZE, 4), 0x80004010);
    domain_write(domain, RP_PCI_INTERRUPT_LINE, 4, 0xffffff07);
    assert_int_equal(domain_read(domain, RP_PCI_INTERRUPT_LINE, 4), 0x07);
    assert_int_equal(hw(domain, RP_PCI_INTERRUPT_LINE, 4), 0x0804010b);
}

/* ---- I/O BARs -------------------------------------------------------------------- */

static void an_io_bar_is_sized_in_any_width(void **state)
{
    struct fake_domain *domain = start(state);
    static const unsigned widths[] = {1, 2, 4};

    assert_int_equal(domain_read(domain, IO_REG, 4), 1); /* not the machine's */
    for (unsigned w = 0; w < 3; w++) {
        for (unsigned at = 0; at < 4; at += widths[w])
            domain_write(domain, IO_REG + at, widths[w], 0xffffffff);
        assert_int_equal(domain_read(domain, IO_REG, 4), 0xffffffe1);
        domain_write(domain, IO_REG, 4, 0);
        assert_int_equal(domain_read(domain, IO_REG, 4), 1);
    }
    assert_int_equal(hw(domain, IO_REG, 4), IO_HPA | 1);
}

/* PCI Local Bus r3.0, 6.2.5.1: PCs may leave out the upper 16 bits. */
static void an_io_bar_of_16_bits_is_one(void **state)
{
    struct fake_domain *domain = *state;

    set_io_bar(domain, IO_HPA, 0x0000ffe0);
    start_as(domain, RP_VPCI_ROLE_GUEST);
    assert_int_equal(rp_vpci_range(&domain->state, IO_BAR)->size, IO_SIZE);
    assert_null(rp_vpci_bar(&domain->state, IO_BAR)); /* it is no memory */
}

/* Of what has holes in its size nothing is there, and nothing is left of it. */
static void an_io_bar_with_holes_is_none(void **state)
{
    struct fake_domain *domain = *state;

    set_io_bar(domain, IO_HPA, 0x0000a000);
    start_as(domain, RP_VPCI_ROLE_GUEST);
    assert_null(rp_vpci_range(&domain->state, IO_BAR));
    assert_int_equal(domain->state.bars[IO_BAR].size, 0);
    assert_int_equal(domain->state.bars[IO_BAR].hpa.value, 0);
}

/* One enable bit decodes them all: beside it, even a sound one can't be had. */
static void an_io_bar_with_holes_takes_the_others_along(void **state)
{
    struct fake_domain *domain = *state;

    set_io_bar(domain, IO_HPA, 0xffffffe0);
    fake_device_set(&domain->device, IO_REG + 4, 4, 0x3c1);
    fake_device_set_rw(&domain->device, IO_REG + 4, 4, 0x0000a000);
    start_as(domain, RP_VPCI_ROLE_GUEST);
    assert_null(rp_vpci_range(&domain->state, IO_BAR));
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_IO);
    assert_int_equal(domain_read(domain, RP_PCI_COMMAND, 2), 0);
    assert_false(hw(domain, RP_PCI_COMMAND, 2) & RP_PCI_COMMAND_IO);
}

static void assert_no_port(const struct fake_domain *domain, unsigned port,
                           unsigned width)
{
    uint16_t ignored;

    assert_false(rp_vpci_port(&domain->state, (uint16_t)port, width, &ignored));
}

static void assert_port(const struct fake_domain *domain, unsigned port, unsigned width,
                        unsigned expected)
{
    uint16_t found = 0;

    assert_true(rp_vpci_port(&domain->state, (uint16_t)port, width, &found));
    assert_int_equal(found, expected);
}

static void ports_lead_to_the_functions_own(void **state)
{
    struct fake_domain *domain = start(state);

    domain_write(domain, IO_REG, 4, 0x2040);
    assert_no_port(domain, 0x2040, 1);
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_IO);
    assert_true(hw(domain, RP_PCI_COMMAND, 2) & RP_PCI_COMMAND_IO);
    assert_port(domain, 0x2040, 4, IO_HPA);
    assert_port(domain, 0x205f, 1, IO_HPA + 0x1f);
    assert_no_port(domain, 0x205f, 2); /* past its end */
    assert_no_port(domain, 0x203f, 1);
    assert_no_port(domain, 0x203f, 4);
    assert_no_port(domain, IO_HPA, 1);
    domain_write(domain, IO_REG, 4, 0x2080); /* moved with decode on */
    assert_no_port(domain, 0x2040, 1);
    assert_port(domain, 0x2082, 2, IO_HPA + 2);
    domain_write(domain, RP_PCI_COMMAND, 2, 0);
    assert_no_port(domain, 0x2080, 1);
    assert_false(hw(domain, RP_PCI_COMMAND, 2) & RP_PCI_COMMAND_IO);
}

static void ports_outside_the_window_lead_nowhere(void **state)
{
    struct fake_domain *domain = start(state);

    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_IO);
    domain_write(domain, IO_REG, 4, 0x3000);
    assert_no_port(domain, 0x3000, 1);
    domain_write(domain, IO_REG, 4, 0x12000); /* there are but 16 bits of ports */
    assert_no_port(domain, 0x2000, 1);
    domain_write(domain, IO_REG, 4, 0x2fe0);
    assert_port(domain, 0x2fff, 1, IO_HPA + 0x1f);
    rp_vpci_window_set(&domain->state, RP_VPCI_WINDOW_IO, (rp_gpa_t){0}, 0);
    assert_no_port(domain, 0x2fe0, 1);
}

/* A window of memory is no window of ports, nor the other way round. */
static void windows_are_of_one_kind(void **state)
{
    struct fake_domain *domain = start(state);
    struct rp_vpci_mapping mappings[RP_VPCI_MAPPINGS_MAX];

    domain_write(domain, RP_PCI_COMMAND, 2, 3);
    domain_write(domain, IO_REG, 4, 0x2000);
    rp_vpci_window_set(&domain->state, RP_VPCI_WINDOW_IO, (rp_gpa_t){0xc0000000},
                       0x10000000);
    rp_vpci_window_set(&domain->state, RP_VPCI_WINDOW_MEMORY, (rp_gpa_t){0}, 0x100000);
    assert_no_port(domain, 0x2000, 1);
    assert_int_equal(rp_vpci_mappings(&domain->state, mappings), 0);
}

static void asleep_no_port_is_decoded(void **state)
{
    struct fake_domain *domain = start(state);

    domain_write(domain, IO_REG, 4, 0x2000);
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_IO);
    domain_write(domain, NVME_PM + RP_PCI_PM_CONTROL_STATUS, 2, RP_PCI_PM_D3HOT);
    assert_no_port(domain, 0x2000, 1);
}

/* One enable bit decodes all of them: with one at port 0, none can be had. */
static void without_an_address_no_io_bar_is_there(void **state)
{
    struct fake_domain *domain = *state;

    set_io_bar(domain, IO_HPA, 0xffffffe0);
    fake_device_set(&domain->device, IO_REG + 4, 4, 1);
    fake_device_set_rw(&domain->device, IO_REG + 4, 4, 0xffffff00);
    start_as(domain, RP_VPCI_ROLE_GUEST);
    domain_write(domain, IO_REG, 4, 0xffffffff);
    assert_int_equal(domain_read(domain, IO_REG, 4), 0);
    assert_int_equal(domain_read(domain, IO_REG + 4, 4), 0);
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_IO);
    assert_int_equal(domain_read(domain, RP_PCI_COMMAND, 2), 0);
    assert_false(hw(domain, RP_PCI_COMMAND, 2) & RP_PCI_COMMAND_IO);
}

static void what_is_forgotten_is_not_there(void **state)
{
    struct fake_domain *domain = *state;

    set_io_bar(domain, IO_HPA, 0xffffffe0);
    set_rom(domain, ROM_HPA, ROM_SIZE);
    assert_int_equal(rp_vpci_attach(&domain->state, &domain->config), RP_OK);
    assert_false(rp_vpci_range_forget(&domain->state, 0)); /* memory */
    assert_false(rp_vpci_range_forget(&domain->state, 1)); /* an upper half */
    assert_false(rp_vpci_range_forget(&domain->state, 7));
    assert_true(rp_vpci_range_forget(&domain->state, IO_BAR));
    assert_true(rp_vpci_range_forget(&domain->state, RP_VPCI_ROM));
    assert_false(rp_vpci_range_forget(&domain->state, RP_VPCI_ROM));
    assert_int_equal(rp_vpci_build(&domain->view, &domain->state, 4096), RP_OK);
    domain_write(domain, IO_REG, 4, 0xffffffff);
    assert_int_equal(domain_read(domain, IO_REG, 4), 0);
    domain_write(domain, ROM_REG, 4, 0xffffffff);
    assert_int_equal(domain_read(domain, ROM_REG, 4), 0);
    assert_int_equal(hw(domain, ROM_REG, 4), ROM_HPA);
}

static void an_flr_brings_io_and_rom_back(void **state)
{
    struct fake_domain *domain = start(state);

    domain_write(domain, ROM_REG, 4, ROM_GPA | 1);
    fake_device_set(&domain->device, IO_REG, 4, 1);
    fake_device_set(&domain->device, ROM_REG, 4, 0);
    assert_int_equal(rp_vpci_flr_finish(&domain->state), RP_OK);
    assert_int_equal(hw(domain, IO_REG, 4), IO_HPA | 1);
    assert_int_equal(hw(domain, ROM_REG, 4), ROM_HPA);
    assert_int_equal(domain_read(domain, ROM_REG, 4), 0);
    assert_int_equal(domain_read(domain, IO_REG, 4), 1);
}

/* ---- The expansion ROM: PCI Local Bus r3.0, 6.2.5.2 -------------------------------- */

/* The mapping of the ROM, or NULL. */
static const struct rp_vpci_mapping *rom_mapping(const struct fake_domain *domain)
{
    static struct rp_vpci_mapping mappings[RP_VPCI_MAPPINGS_MAX];
    const size_t count = rp_vpci_mappings(&domain->state, mappings);

    for (size_t i = 0; i < count; i++)
        if (mappings[i].bar == RP_VPCI_ROM)
            return &mappings[i];
    return NULL;
}

static void the_rom_is_sized_without_its_enable_bit(void **state)
{
    struct fake_domain *domain = start(state);

    assert_int_equal(domain_read(domain, ROM_REG, 4), 0);
    domain_write(domain, ROM_REG, 4, 0xfffff800);
    assert_int_equal(domain_read(domain, ROM_REG, 4), 0xfffc0000);
    domain_write(domain, ROM_REG, 4, 0xffffffff);
    assert_int_equal(domain_read(domain, ROM_REG, 4), 0xfffc0001);
    domain_write(domain, ROM_REG, 1, 0);
    assert_int_equal(domain_read(domain, ROM_REG, 4), 0xfffc0000);
    assert_int_equal(hw(domain, ROM_REG, 4), ROM_HPA);
}

static void both_enable_bits_map_the_rom(void **state)
{
    struct fake_domain *domain = start(state);

    domain_write(domain, ROM_REG, 4, ROM_GPA);
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_MEMORY);
    assert_null(rom_mapping(domain));
    domain_write(domain, ROM_REG, 4, ROM_GPA | 1);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MAPPINGS);
    assert_int_equal(hw(domain, ROM_REG, 4), ROM_HPA | 1);
    assert_non_null(rom_mapping(domain));
    assert_int_equal(rom_mapping(domain)->gpa.value, ROM_GPA);
    assert_int_equal(rom_mapping(domain)->hpa.value, ROM_HPA);
    assert_int_equal(rom_mapping(domain)->size, ROM_SIZE);
    domain_write(domain, ROM_REG, 4, (ROM_GPA + ROM_SIZE) | 1); /* moved */
    assert_int_equal(rom_mapping(domain)->gpa.value, ROM_GPA + ROM_SIZE);
    domain_write(domain, RP_PCI_COMMAND, 2, 0);
    assert_null(rom_mapping(domain));
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_MEMORY);
    domain_write(domain, ROM_REG, 1, 0);
    assert_null(rom_mapping(domain));
    assert_int_equal(hw(domain, ROM_REG, 4), ROM_HPA);
}

/* What the function decodes its BARs with may be what it decodes the ROM with. */
static void stopping_the_function_disables_its_rom(void **state)
{
    struct fake_domain *domain = start(state);

    domain_write(domain, ROM_REG, 4, ROM_GPA | 1);
    rp_vpci_quiesce(&domain->state);
    assert_int_equal(hw(domain, ROM_REG, 4), ROM_HPA);
}

static void firmwares_enable_bit_is_cleared(void **state)
{
    struct fake_domain *domain = *state;

    set_rom(domain, ROM_HPA | 1, ROM_SIZE);
    start_as(domain, RP_VPCI_ROLE_GUEST);
    assert_int_equal(hw(domain, ROM_REG, 4), ROM_HPA);
}

static void a_rom_without_a_place_of_its_own_is_not_there(void **state)
{
    static const uint32_t addresses[] = {0, 0xfeb40800};
    struct fake_domain *domain = *state;

    for (unsigned i = 0; i < 2; i++) {
        set_rom(domain, addresses[i], 0x800);
        start_as(domain, RP_VPCI_ROLE_GUEST);
        domain_write(domain, ROM_REG, 4, 0xffffffff);
        assert_int_equal(domain_read(domain, ROM_REG, 4), 0);
        rp_vpci_detach(&domain->state);
    }
    set_rom(domain, 0xfeb41000, 0x800); /* one that begins a page has all of it */
    start_as(domain, RP_VPCI_ROLE_GUEST);
    domain_write(domain, ROM_REG, 4, 0xfffff800);
    assert_int_equal(domain_read(domain, ROM_REG, 4), 0xfffff000);
}

/* ---- The hardware domain ---------------------------------------------------------- */

static void its_ranges_begin_where_the_machine_has_them(void **state)
{
    struct fake_domain *domain = *state;

    set_io_bar(domain, IO_HPA, 0xffffffe0);
    set_rom(domain, ROM_HPA, ROM_SIZE);
    start_as(domain, RP_VPCI_ROLE_HARDWARE);
    assert_int_equal(domain_read(domain, IO_REG, 4), IO_HPA | 1);
    assert_int_equal(domain_read(domain, ROM_REG, 4), ROM_HPA);
    domain_write(domain, IO_REG, 4, 0xffffffff);
    assert_int_equal(domain_read(domain, IO_REG, 4), 0xffffffe1);
    assert_int_equal(hw(domain, IO_REG, 4), IO_HPA | 1);
}

static void its_ranges_move_when_the_embedder_says_so(void **state)
{
    struct fake_domain *domain = *state;

    set_io_bar(domain, IO_HPA, 0xffffffe0);
    start_as(domain, RP_VPCI_ROLE_HARDWARE);
    rp_vpci_window_set(&domain->state, RP_VPCI_WINDOW_IO, (rp_gpa_t){0}, 0x10000);
    domain_write(domain, IO_REG, 4, 0xd000);
    assert_false(rp_vpci_range_is_moving(&domain->state, IO_BAR));
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_IO);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_MAPPINGS);
    assert_true(rp_vpci_range_is_moving(&domain->state, IO_BAR));
    assert_int_equal(hw(domain, IO_REG, 4), IO_HPA | 1);
    assert_int_equal(rp_vpci_range_move(&domain->state, IO_BAR), RP_OK);
    assert_false(rp_vpci_range_is_moving(&domain->state, IO_BAR));
    assert_int_equal(hw(domain, IO_REG, 4), 0xd001);
    assert_int_equal(rp_vpci_range_move(&domain->state, 3), RP_ERR_NO_DEVICE);
}

static void its_bar_is_mapped_only_where_the_hardware_has_it(void **state)
{
    const uint64_t elsewhere = NVME_BAR_ADDRESS + 0x8000u;
    static uint8_t memory[NVME_BAR_SIZE];
    struct rp_vpci_mapping mappings[RP_VPCI_MAPPINGS_MAX];
    struct fake_domain *domain = *state;

    domain->config.role = RP_VPCI_ROLE_HARDWARE;
    assert_int_equal(rp_vpci_attach(&domain->state, &domain->config), RP_OK);
    assert_int_equal(rp_vpci_build(&domain->view, &domain->state, 4096), RP_OK);
    rp_vpci_window_set(&domain->state, RP_VPCI_WINDOW_MEMORY, (rp_gpa_t){0},
                       UINT64_C(1) << 52);
    domain_write(domain, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_MEMORY);
    assert_int_not_equal(rp_vpci_mappings(&domain->state, mappings), 0);
    domain_write(domain, RP_PCI_BAR0, 4, (uint32_t)elsewhere);
    assert_true(rp_vpci_range_is_moving(&domain->state, 0));
    assert_int_equal(rp_vpci_mappings(&domain->state, mappings), 0);
    /* Its interrupt table can't be reached there: nothing changes. */
    domain->platform.map_fails = true;
    assert_int_equal(rp_vpci_range_move(&domain->state, 0), RP_ERR_UNREACHABLE);
    domain->platform.map_fails = false;
    assert_true(rp_vpci_range_is_moving(&domain->state, 0));
    fake_platform_add_ram(&domain->platform, elsewhere, memory, NVME_BAR_SIZE);
    assert_int_equal(rp_vpci_range_move(&domain->state, 0), RP_OK);
    assert_int_equal(hw(domain, RP_PCI_BAR0, 4), (uint32_t)elsewhere | 4);
    assert_int_not_equal(rp_vpci_mappings(&domain->state, mappings), 0);
    assert_int_equal(mappings[0].gpa.value, elsewhere);
    assert_int_equal(mappings[0].hpa.value, elsewhere);
    assert_int_equal(rp_vpci_msix_program(&domain->state, 0, 0xfee00000, 0x55), RP_OK);
    assert_int_equal(memory[NVME_TABLE_OFFSET + 8], 0x55);
}

enum {
    DEVICE_REG = 0xe0,    /* behind the last capability of 256 bytes */
    GAP_REG = 0x48,       /* between two of them */
    EXTENDED_REG = 0x154, /* between ARI and SR-IOV */
};

static void device_specific_registers_are_its_own(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, DEVICE_REG, 4, 0x12345678);
    fake_device_set_rw(&domain->device, DEVICE_REG, 4, 0xffffffff);
    fake_device_set(&domain->device, GAP_REG, 4, 0xcafe0000);
    fake_device_set(&domain->device, EXTENDED_REG, 4, 0x9abcdef0);
    fake_device_set_rw(&domain->device, EXTENDED_REG, 4, 0xffffffff);
    start_as(domain, RP_VPCI_ROLE_HARDWARE);
    assert_int_equal(domain_read(domain, DEVICE_REG, 4), 0x12345678);
    assert_int_equal(domain_read(domain, GAP_REG, 2), 0);
    assert_int_equal(domain_read(domain, GAP_REG + 2, 2), 0xcafe);
    assert_int_equal(domain_read(domain, EXTENDED_REG, 4), 0x9abcdef0);
    domain_write(domain, EXTENDED_REG, 4, 0);
    assert_int_equal(domain->device.write_count, 0);
    domain_write(domain, DEVICE_REG + 1, 1, 0xff);
    assert_int_equal(domain->device.write_count, 1);
    assert_int_equal(domain->device.writes[0].width, 1);
    assert_int_equal(hw(domain, DEVICE_REG, 4), 0x1234ff78);
}

static void a_guest_has_none_of_them(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, DEVICE_REG, 4, 0x12345678);
    fake_device_set_rw(&domain->device, DEVICE_REG, 4, 0xffffffff);
    start(state);
    assert_int_equal(domain_read(domain, DEVICE_REG, 4), 0);
    domain_write(domain, DEVICE_REG, 4, 0);
    assert_int_equal(hw(domain, DEVICE_REG, 4), 0x12345678);
}

/* A memory controller, a system timer, SMBus: not theirs to write; USB and NVMe are. */
static void what_acts_on_the_machine_is_read_only(void **state)
{
    static const struct {
        uint32_t class;
        uint32_t written;
    } cases[] = {{0x0580, 0}, {0x0600, 0}, {0x0803, 0}, {0x0b40, 0}, {0x0c05, 0},
                 {0x0c80, 0}, {0x0c03, 7}, {0x0108, 7}, {0xff00, 7}};
    struct fake_domain *domain = *state;

    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fake_device_set(&domain->device, RP_PCI_CLASS_DEVICE, 2, cases[i].class);
        fake_device_set(&domain->device, DEVICE_REG, 4, 0);
        fake_device_set_rw(&domain->device, DEVICE_REG, 4, 0xffffffff);
        start_as(domain, RP_VPCI_ROLE_HARDWARE);
        domain_write(domain, DEVICE_REG, 4, 7);
        assert_int_equal(domain_read(domain, DEVICE_REG, 4), cases[i].written);
        rp_vpci_detach(&domain->state);
    }
}

/* What is hidden from it keeps its body hidden, and a capability's holes stay holes. */
static void capabilities_stay_what_they_are(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_extcap(&domain->device, NVME_UNKNOWN, RP_PCI_EXTCAP_ID_ATS, 1, 0);
    fake_device_set(&domain->device, NVME_PCIE + 0x14, 4, 0xffffffff);
    fake_device_set_rw(&domain->device, NVME_PCIE + 0x14, 4, 0xffffffff);
    start_as(domain, RP_VPCI_ROLE_HARDWARE);
    domain_write(domain, NVME_UNKNOWN + 4, 4, 0xffffffff);
    assert_int_equal(domain_read(domain, NVME_UNKNOWN, 4), 0);
    assert_int_equal(domain_read(domain, NVME_UNKNOWN + 4, 4), 0);
    assert_int_equal(domain->device.write_count, 0);
    assert_int_equal(domain_read(domain, NVME_PCIE + 0x14, 4), 0);
    domain_write(domain, NVME_PCIE + 0x14, 4, 0);
    assert_int_equal(domain->device.write_count, 0);
}

/* ---- What a write shows -------------------------------------------------------------
 */

/*
 * Placing a BAR brings what is read in line with the state, all of it: writes have done
 * so with what they changed, or it would be seen here.
 */
static void check_shown(struct fake_domain *domain)
{
    const rp_gpa_t gpa = {domain->state.bars[0].address};
    uint32_t shown[RP_VPCI_SHADOWS_MAX];

    memcpy(shown, domain->state.shadow_values, sizeof(shown));
    assert_int_equal(rp_vpci_bar_place(&domain->state, 0, gpa), RP_OK);
    assert_memory_equal(shown, domain->state.shadow_values, sizeof(shown));
}

static void write_everywhere(struct fake_domain *domain, uint32_t value)
{
    for (unsigned width = 1; width <= 4; width *= 2)
        for (unsigned reg = 0; reg < RP_CFG_SIZE_EXTENDED; reg++) {
            domain_write(domain, reg, width, value);
            check_shown(domain);
        }
}

static void every_write_shows_what_came_of_it(void **state)
{
    struct fake_domain *domain = start(state);

    for (unsigned role = RP_VPCI_ROLE_GUEST; role <= RP_VPCI_ROLE_HARDWARE; role++) {
        rp_vpci_detach(&domain->state);
        start_as(domain, (enum rp_vpci_role)role);
        write_everywhere(domain, 0xffffffff);
        write_everywhere(domain, 0);
        write_everywhere(domain, 0xa5a5a5a5);
    }
}

#define PREPARED(test) cmocka_unit_test_setup_teardown(test, prepare, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PREPARED(commands_of_a_guest_without_io),
        PREPARED(commands_of_a_guest_with_io),
        PREPARED(commands_of_the_hardware_domain),
        PREPARED(a_pin_that_cannot_be_closed_is_refused),
        PREPARED(a_pin_of_a_virtual_function_is_none),
        PREPARED(every_error_of_the_status_register_is_rw1c),
        PREPARED(the_rest_of_the_first_dwords),
        PREPARED(an_io_bar_is_sized_in_any_width),
        PREPARED(an_io_bar_of_16_bits_is_one),
        PREPARED(an_io_bar_with_holes_is_none),
        PREPARED(an_io_bar_with_holes_takes_the_others_along),
        PREPARED(ports_lead_to_the_functions_own),
        PREPARED(ports_outside_the_window_lead_nowhere),
        PREPARED(windows_are_of_one_kind),
        PREPARED(asleep_no_port_is_decoded),
        PREPARED(without_an_address_no_io_bar_is_there),
        PREPARED(what_is_forgotten_is_not_there),
        PREPARED(an_flr_brings_io_and_rom_back),
        PREPARED(the_rom_is_sized_without_its_enable_bit),
        PREPARED(both_enable_bits_map_the_rom),
        PREPARED(stopping_the_function_disables_its_rom),
        PREPARED(firmwares_enable_bit_is_cleared),
        PREPARED(a_rom_without_a_place_of_its_own_is_not_there),
        PREPARED(its_ranges_begin_where_the_machine_has_them),
        PREPARED(its_ranges_move_when_the_embedder_says_so),
        PREPARED(its_bar_is_mapped_only_where_the_hardware_has_it),
        PREPARED(device_specific_registers_are_its_own),
        PREPARED(a_guest_has_none_of_them),
        PREPARED(what_acts_on_the_machine_is_read_only),
        PREPARED(capabilities_stay_what_they_are),
        PREPARED(every_write_shows_what_came_of_it),
    };

    return cmocka_run_group_tests_name("vpci_header", tests, NULL, NULL);
}
