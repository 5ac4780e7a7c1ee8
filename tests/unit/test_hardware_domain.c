/* SPDX-License-Identifier: MIT */
/*
 * A hardware domain that writes to the machine's configuration space what would harm
 * others: whatever it tries, bridges above them stay as they are, and what it moves goes
 * to where nobody is. Registers are those of PCI-to-PCI Bridge r1.2, 3.2.5, and PCI
 * Express Base r5.0, 7.5.1.3 and 7.5.3.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/pci_regs.h>

#include "bars.h"
#include "dev/console.h"
#include "guest/errors.h"
#include "guest/hardware_internal.h"
#include "guest/npt.h"
#include "guest/pci_internal.h"
#include "guest/sriov.h"
#include "machine.h"
#include "tests/fake/fake_platform.h"

enum {
    CAPACITY = 32,
    FUNCTION_COUNT = 9,
    OWNER = 1, /* of the domain, whose ID is 0 */
    STRANGER = 2,
    PCIE = 0x40,
    DEVICE_CONTROL2 = PCIE + 0x28,
    ARI_FORWARDING = 0x20,
    DEVICE_CONTROL = PCIE + 0x08,
    DEVICE_STATUS = PCIE + 0x0a,
    MSI = 0x80, /* of the port that another one stands in for */
    AER = 0x140,
    /* Indexes in the order of the scan: */
    HOST_BRIDGE = 0,
    MINE,        /* 00:01.0, BAR 0 at d0000000, BAR 1 of ports */
    PHYSICAL,    /* 00:02.0, BAR 0 at d1000000; its virtual ones have d2000000 up */
    OWN_PORT,    /* 00:03.0, a root port: memory e0000000 to e01fffff */
    SHARED_PORT, /* 00:04.0, a root port: memory e8000000 to e80fffff, BAR 0 at fe000000
                  */
    UNSET_PORT,  /* 00:05.0, a root port that nobody has set up, and decodes nothing */
    OWN,         /* 10:00.0 */
    OTHERS,      /* 20:00.0, another domain's */
    OTHERS_TOO,  /* 20:00.1, nobody's */
};

static const uint64_t vf_base = 0xd2000000, vf_size = 0x8000;

static struct {
    struct fake_pci *pci;
    struct rp_platform platform;
    struct rp_cfg cfg;
    struct rp_function functions[CAPACITY];
    struct rp_scan scan;
    struct rp_memory_range ram;
    struct rp_ecam_region region; /* at c0000000, for bus 0 */
    struct rp_ecam ecam;
    struct rp_report_context reports;
    unsigned refused;                   /* writes that the log tells of */
    const struct rp_function *replaced; /* a port for which @stand_in is there */
    struct rp_rootport stand_in;
    unsigned message_count;
} machine;

static struct rp_image stand_in_image;
static struct hardware_function records[2];
static struct hardware_function *functions[CAPACITY];
static struct hardware hardware;
static struct domain domain;
static struct vcpu vcpu = {.domain = &domain};

/* ---- In place of the rest of the hypervisor -------------------------------- */

struct rp_scan *machine_scan(void)
{
    return &machine.scan;
}

const struct rp_cfg *machine_cfg(void)
{
    return &machine.cfg;
}

struct rp_platform *machine_platform(void)
{
    return &machine.platform;
}

struct rp_report_context *machine_reports(void)
{
    return &machine.reports;
}

void machine_lock(void)
{
}

void machine_unlock(void)
{
}

void console_log(const char *format, ...)
{
    (void)format;
}

void domain_log_refused(struct domain *of, const char *what, uint64_t where,
                        bool is_write)
{
    (void)of;
    (void)what;
    (void)where;
    assert_true(is_write);
    machine.refused++;
}

void domain_stop(struct domain *of, enum domain_end reason)
{
    (void)of;
    (void)reason;
    fail();
}

void domain_flush(struct domain *of, struct vcpu *self)
{
    (void)of;
    (void)self;
}

bool npt_map(struct domain *of, uint64_t gpa, uint64_t hpa, uint64_t size,
             enum npt_kind kind)
{
    (void)of;
    (void)gpa;
    (void)hpa;
    (void)size;
    return kind == NPT_NOTHING;
}

void hardware_forget(uint64_t base, uint64_t size)
{
    (void)base;
    (void)size;
}

void hardware_open_windows(struct hardware_function *mine)
{
    rp_vpci_window_set(&mine->base.state, RP_VPCI_WINDOW_MEMORY, (rp_gpa_t){0},
                       HARDWARE_ADDRESS_END);
    rp_vpci_window_set(&mine->base.state, RP_VPCI_WINDOW_IO, (rp_gpa_t){0}, 0x10000);
}

bool function_end_reset(struct guest_function *function)
{
    (void)function;
    return false;
}

void pci_update_mappings(struct guest_function *function, struct vcpu *self)
{
    (void)function;
    (void)self;
}

void pci_apply_effects(struct guest_function *function, struct vcpu *self,
                       const struct rp_vpci_effects *effects)
{
    (void)function;
    (void)self;
    (void)effects;
}

void sriov_follow(struct vcpu *of, const struct guest_function *function,
                  struct rp_vpci_effects *effects)
{
    (void)of;
    (void)function;
    (void)effects;
}

struct rp_rootport *errors_stand_in(const struct rp_function *port, uint16_t *reg)
{
    const uint16_t own = rp_rootport_stand_in_reg(MSI, AER, *reg);

    if (port != machine.replaced || own == 0)
        return NULL;
    *reg = own;
    return &machine.stand_in;
}

uint32_t errors_hidden_bits(const struct rp_function *port, uint16_t reg)
{
    if (port != machine.replaced)
        return 0;
    return rp_rootport_stand_in_hides(PCIE, 0, reg & ~3u) >> 8 * (reg & 3);
}

void pci_send_port_msi(struct domain *of, const struct rp_rootport_actions *actions)
{
    assert_ptr_equal(of, &domain);
    if (actions->set & RP_ROOTPORT_SEND_MSI)
        machine.message_count++;
}

struct guest_function *hardware_find(size_t index)
{
    return functions[index] != NULL ? &functions[index]->base : NULL;
}

void sriov_look(struct domain *of)
{
    (void)of;
}

/* ---- The machine ------------------------------------------------------------- */

static struct fake_function *add(unsigned bus, unsigned device, unsigned function,
                                 uint16_t class)
{
    struct fake_function *added = fake_pci_add(
        machine.pci, rp_sbdf(0, (uint8_t)bus, (uint8_t)device, (uint8_t)function), 0x1f01,
        1);

    fake_set16(added, RP_PCI_CLASS_DEVICE, class);
    memset(&added->writable[RP_PCI_COMMAND], 0xff, 2);
    return added;
}

/* A BAR 0 of 32 bits and 4 KiB. */
static void set_bar(struct fake_function *function, uint32_t address)
{
    fake_set32(function, RP_PCI_BAR0, address);
    function->writable[RP_PCI_BAR0 + 1] = 0xf0;
    memset(&function->writable[RP_PCI_BAR0 + 2], 0xff, 2);
}

/* A root port all of whose registers can be written, but for what says what it is. */
static struct fake_function *add_port(unsigned device, uint8_t secondary)
{
    struct fake_function *port = add(0, device, 0, RP_PCI_CLASS_PCI_BRIDGE);

    fake_set8(port, RP_PCI_HEADER_TYPE, 1);
    fake_set16(port, RP_PCI_STATUS, RP_PCI_STATUS_CAPABILITIES);
    fake_set8(port, RP_PCI_CAPABILITIES_POINTER, PCIE);
    fake_set32(port, PCIE, 0x00420010);
    fake_set8(port, RP_PCI_SECONDARY_BUS, secondary);
    fake_set8(port, RP_PCI_SUBORDINATE_BUS, secondary);
    memset(&port->writable[RP_PCI_PRIMARY_BUS], 0xff,
           RP_PCI_CAPABILITIES_POINTER - RP_PCI_PRIMARY_BUS);
    memset(&port->writable[RP_PCI_CAPABILITIES_POINTER + 1], 0xff,
           PCIE - RP_PCI_CAPABILITIES_POINTER - 1);
    memset(&port->writable[PCIE + 4], 0xff, sizeof(port->writable) - PCIE - 4);
    return port;
}

static void add_functions(void)
{
    struct fake_function *function;

    add(0, 0, 0, RP_PCI_CLASS_HOST_BRIDGE);
    function = add(0, 1, 0, 0x0200);
    fake_set16(function, RP_PCI_STATUS, RP_PCI_STATUS_CAPABILITIES);
    fake_set8(function, RP_PCI_CAPABILITIES_POINTER, PCIE);
    fake_set32(function, PCIE, 0x00020010);
    set_bar(function, 0xd0000000);
    fake_set32(function, RP_PCI_BAR0 + 4, RP_PCI_BAR_IO); /* 32 ports, at none yet */
    function->writable[RP_PCI_BAR0 + 4] = 0xe0;
    function->writable[RP_PCI_BAR0 + 5] = 0xff;
    set_bar(add(0, 2, 0, 0x0108), 0xd1000000);
    function = add_port(3, 0x10);
    fake_set32(function, RP_PCI_MEMORY_BASE, 0xe010e000);
    fake_set32(function, RP_PCI_PREFETCHABLE_BASE, 0x0001fff1);
    fake_set16(function, RP_PCI_IO_BASE, 0x00f0);
    function = add_port(4, 0x20);
    fake_set32(function, RP_PCI_MEMORY_BASE, 0xe800e800);
    fake_set32(function, RP_PCI_PREFETCHABLE_BASE, 0x0001fff1);
    fake_set16(function, RP_PCI_IO_BASE, 0x00f0);
    set_bar(function, 0xfe000000);
    fake_set8(function, RP_PCI_BAR0 + 4, 4); /* as if it were one of 64 bits */
    memset(&function->writable[RP_PCI_BAR0 + 6], 0xff, 2);
    fake_set16(function, RP_PCI_COMMAND, RP_PCI_COMMAND_MEMORY);
    add_port(5, 0x30);
    set_bar(add(0x10, 0, 0, 0x0200), 0xe0000000);
    function = add(0x20, 0, 0, 0x0200);
    fake_set8(function, RP_PCI_HEADER_TYPE, RP_PCI_HEADER_TYPE_MULTIFUNCTION);
    set_bar(function, 0xe8000000);
    add(0x20, 0, 1, 0x0200);
}

/* What the domain has: all but MINE's and PHYSICAL's records are no more than there. */
static void take(struct hardware_function *record, uint32_t index)
{
    const struct rp_vpci_config config = {.cfg = machine.cfg,
                                          .platform = &machine.platform,
                                          .sbdf = machine.functions[index].sbdf,
                                          .role = RP_VPCI_ROLE_HARDWARE};

    *record = (struct hardware_function){0};
    record->base.scanned = &machine.functions[index];
    record->base.sbdf = machine.functions[index].sbdf;
    record->base.domain = &domain;
    assert_int_equal(rp_vpci_attach(&record->base.state, &config), RP_OK);
    assert_int_equal(rp_vpci_build(&record->base.view, &record->base.state, 256), RP_OK);
    record->view = &record->base.view;
    hardware_open_windows(record);
    functions[index] = record;
    machine.functions[index].owner = OWNER;
}

static int power_on(void **state)
{
    (void)state;
    memset(&machine, 0, sizeof(machine));
    memset(functions, 0, sizeof(functions));
    machine.pci = fake_pci_new();
    fake_platform_init(&machine.platform, machine.pci);
    machine.cfg = fake_cfg(machine.pci);
    add_functions();
    rp_scan_init(&machine.scan, machine.functions, CAPACITY);
    assert_int_equal(rp_scan_segment(&machine.scan, &machine.cfg, 0, 0, 0xff), RP_OK);
    assert_int_equal(machine.scan.count, FUNCTION_COUNT);
    assert_int_equal(rp_scan_find(&machine.scan, rp_sbdf(0, 0x20, 0, 1)), OTHERS_TOO);
    machine.ram = (struct rp_memory_range){0, 0x80000000, RP_MEMORY_RAM};
    machine.region = (struct rp_ecam_region){.range = {{0xc0000000}, 0, 0, 0},
                                             .state = RP_ECAM_CANDIDATE};
    rp_ecam_init(&machine.ecam, &(struct rp_ecam_setup){.regions = &machine.region,
                                                        .capacity = 1,
                                                        .memory_map = &machine.ram,
                                                        .memory_map_count = 1,
                                                        .address_bits = 40});
    machine.ecam.count = 1;
    machine.reports.ecam = &machine.ecam;
    *bars_space() = (struct rp_space){0};
    for (size_t i = 0; i < machine.scan.count; i++)
        bars_learn(&machine.functions[i]);
    hardware = (struct hardware){.functions = functions, .capacity = CAPACITY};
    domain = (struct domain){.hardware = &hardware};
    take(&records[0], MINE);
    take(&records[1], PHYSICAL);
    functions[OWN] = &records[0];
    machine.functions[OWN].owner = OWNER;
    machine.functions[OTHERS].owner = STRANGER;
    return 0;
}

static int power_off(void **state)
{
    (void)state;
    fake_platform_finish(&machine.platform);
    fake_pci_free(machine.pci);
    return 0;
}

static struct fake_function *fake(uint32_t index)
{
    return fake_pci_find(machine.pci, machine.functions[index].sbdf);
}

static uint32_t reg_of(uint32_t index, unsigned reg, unsigned width)
{
    return fake_pci_read(machine.pci, machine.functions[index].sbdf, reg, width);
}

static void write_reg(uint32_t index, unsigned reg, unsigned width, uint32_t value)
{
    hardware_cfg_write(&vcpu, machine.functions[index].sbdf, (uint16_t)reg, width, value);
}

/* ---- What is above others -------------------------------------------------------- */

/*
 * All registers: bus numbers, windows, bridge control with its reset of the bus and VGA,
 * power state, payload size, link, slot, MSI, and all of extended configuration space.
 */
static void write_everywhere(uint32_t index, uint32_t value)
{
    for (unsigned width = 1; width <= 4; width *= 2)
        for (unsigned reg = 0; reg < RP_CFG_SIZE_EXTENDED; reg += width)
            write_reg(index, reg, width, value);
}

static void expect_kept(uint32_t index, uint16_t may_change)
{
    struct fake_function before = *fake(index);

    for (uint32_t value = UINT32_MAX; value != 0; value <<= 8)
        write_everywhere(index, value);
    write_everywhere(index, 0);
    for (unsigned reg = 0; reg < RP_CFG_SIZE_EXTENDED; reg += 2) {
        const uint16_t old =
            (uint16_t)(before.bytes[reg] | (unsigned)before.bytes[reg + 1] << 8);

        if (reg == RP_PCI_COMMAND)
            assert_int_equal(reg_of(index, reg, 2), old | may_change);
        else
            assert_int_equal(reg_of(index, reg, 2), old);
    }
}

static void a_bridge_above_others_is_only_opened(void **state)
{
    (void)state;
    expect_kept(SHARED_PORT, 0x0007);
    functions[OTHERS] = &records[0]; /* what is nobody's counts as well */
    expect_kept(SHARED_PORT, 0x0007);
}

static void the_chipset_stays_as_it_is(void **state)
{
    (void)state;
    expect_kept(HOST_BRIDGE, 0);
}

static void an_observer_changes_nothing(void **state)
{
    (void)state;
    hardware.is_observer = true;
    expect_kept(OWN_PORT, 0);
    expect_kept(UNSET_PORT, 0);
}

/* Else what is behind it, and knows nothing of ARI, would be there 32 times. */
static void ari_is_forwarded_to_what_is_the_domains(void **state)
{
    (void)state;
    write_reg(SHARED_PORT, DEVICE_CONTROL2, 2, ARI_FORWARDING);
    assert_int_equal(reg_of(SHARED_PORT, DEVICE_CONTROL2, 2), 0);
    write_reg(OWN_PORT, DEVICE_CONTROL2, 2, 0xffff);
    assert_int_equal(reg_of(OWN_PORT, DEVICE_CONTROL2, 2), ARI_FORWARDING);
    write_reg(OWN_PORT, DEVICE_CONTROL2, 2, 0);
    assert_int_equal(reg_of(OWN_PORT, DEVICE_CONTROL2, 2), ARI_FORWARDING);
}

/* ---- What stands in for a port -------------------------------------------------------
 */

static void replace(uint32_t index)
{
    rp_rootport_init_stand_in(&machine.stand_in, &stand_in_image, 0);
    rp_scan_override(&machine.functions[index], RP_CFG_SIZE_EXTENDED);
    machine.replaced = &machine.functions[index];
}

static uint32_t seen(uint32_t index, unsigned reg, unsigned width)
{
    return hardware_cfg_read(&domain, machine.functions[index].sbdf, (uint16_t)reg,
                             width);
}

static void the_port_itself_stays_as_it_is(void **state)
{
    (void)state;
    replace(SHARED_PORT);
    expect_kept(SHARED_PORT, 0x0007);
}

/* 7.7.1 and 7.8.4.9 */
static void its_messages_are_set_up_beside_it(void **state)
{
    (void)state;
    replace(SHARED_PORT);
    write_reg(SHARED_PORT, MSI + 4, 4, 0xfee00000);
    write_reg(SHARED_PORT, MSI + 2, 2, 0x0001);
    write_reg(SHARED_PORT, AER + 0x2c, 4, 0x7);
    assert_int_equal(seen(SHARED_PORT, MSI, 4), 0x00010005);
    assert_int_equal(seen(SHARED_PORT, MSI + 4, 4), 0xfee00000);
    assert_int_equal(seen(SHARED_PORT, AER + 0x2c, 4), 0x7);
    assert_int_equal(seen(SHARED_PORT, AER, 4), reg_of(SHARED_PORT, AER, 4));
    assert_int_equal(seen(OWN_PORT, MSI, 1), reg_of(OWN_PORT, MSI, 1));
}

/* Interrupt Message Number, 7.5.3.2 */
static void its_message_has_number_0(void **state)
{
    (void)state;
    fake_set32(fake(SHARED_PORT), PCIE, 0x3e420010);
    assert_int_equal(seen(SHARED_PORT, PCIE, 4), 0x3e420010);
    replace(SHARED_PORT);
    assert_int_equal(seen(SHARED_PORT, PCIE, 4), 0x00420010);
    assert_int_equal(seen(SHARED_PORT, PCIE + 2, 2), 0x0042);
    assert_int_equal(seen(SHARED_PORT, PCIE + 3, 1), 0x00);
}

static void an_observer_sets_up_nothing(void **state)
{
    (void)state;
    replace(SHARED_PORT);
    hardware.is_observer = true;
    write_reg(SHARED_PORT, AER + 0x2c, 4, 0x7);
    assert_int_equal(seen(SHARED_PORT, AER + 0x2c, 4), 0);
}

/* What the domain doesn't have has no record of its. */
static void errors_of_its_own_functions_are_received(void **state)
{
    (void)state;
    replace(SHARED_PORT);
    write_reg(SHARED_PORT, MSI + 2, 2, 0x0001);
    write_reg(SHARED_PORT, AER + 0x2c, 4, 0x7);
    fake_set16(fake(MINE), DEVICE_STATUS, 0x0002);
    hardware_report_errors(OTHERS, &machine.stand_in);
    hardware_report_errors(MINE, &machine.stand_in); /* not enabled */
    assert_int_equal(seen(SHARED_PORT, AER + 0x30, 4), 0);
    write_reg(MINE, DEVICE_CONTROL, 2, 0x0007);
    records[0].base.is_resetting = true;
    hardware_report_errors(MINE, &machine.stand_in);
    assert_int_equal(machine.message_count, 0);
    records[0].base.is_resetting = false;
    hardware_report_errors(MINE, &machine.stand_in);
    assert_int_equal(machine.message_count, 1);
    assert_int_equal(seen(SHARED_PORT, AER + 0x30, 4), 0x24);
    assert_int_equal(seen(SHARED_PORT, AER + 0x36, 2), 0x0008); /* 00:01.0 */
    write_reg(SHARED_PORT, AER + 0x30, 4, 0x24);
    assert_int_equal(seen(SHARED_PORT, AER + 0x30, 4), 0);
}

/* ---- Windows --------------------------------------------------------------------- */

static bool is_open(uint32_t index, enum rp_space_kind kind)
{
    const struct rp_space_window window =
        rp_space_window(&machine.cfg, machine.functions[index].sbdf, kind);

    return window.base <= window.last;
}

/* Ports 0 to fff, and the first MiB: others' RAM, and the hypervisor's console. */
static void what_nobody_has_set_up_is_closed_before_it_decodes(void **state)
{
    (void)state;
    assert_true(is_open(UNSET_PORT, RP_SPACE_IO));
    write_reg(UNSET_PORT, RP_PCI_COMMAND, 2, 0x0007);
    assert_int_equal(reg_of(UNSET_PORT, RP_PCI_COMMAND, 2), 0x0007);
    for (enum rp_space_kind kind = RP_SPACE_MEMORY; kind <= RP_SPACE_IO; kind++)
        assert_false(is_open(UNSET_PORT, kind));
    assert_int_equal(reg_of(UNSET_PORT, RP_PCI_SECONDARY_BUS, 1), 0x30);
}

static void what_is_set_up_decodes_as_it_is(void **state)
{
    (void)state;
    fake_set32(fake(OWN_PORT), RP_PCI_PREFETCHABLE_BASE, 0x00f10001); /* 8_00000000 up */
    fake_set32(fake(OWN_PORT), RP_PCI_PREFETCHABLE_BASE_UPPER, 8);
    fake_set32(fake(OWN_PORT), RP_PCI_PREFETCHABLE_LIMIT_UPPER, 8);
    write_reg(OWN_PORT, RP_PCI_COMMAND, 2, 0x0006);
    assert_int_equal(reg_of(OWN_PORT, RP_PCI_COMMAND, 2), 0x0006);
    assert_int_equal(reg_of(OWN_PORT, RP_PCI_MEMORY_BASE, 4), 0xe010e000);
    assert_int_equal(reg_of(OWN_PORT, RP_PCI_PREFETCHABLE_BASE, 4), 0x00f10001);
}

static void a_window_goes_to_where_nobody_is(void **state)
{
    (void)state;
    write_reg(OWN_PORT, RP_PCI_MEMORY_BASE, 4, 0xe800e800); /* another bridge's */
    write_reg(OWN_PORT, RP_PCI_MEMORY_BASE, 4, 0x10001000); /* RAM */
    write_reg(OWN_PORT, RP_PCI_MEMORY_BASE, 4, 0xfe00fe00); /* another bridge's BAR */
    assert_int_equal(machine.refused, 3);
    assert_int_equal(reg_of(OWN_PORT, RP_PCI_MEMORY_BASE, 4), 0xe010e000);
    write_reg(OWN_PORT, RP_PCI_MEMORY_BASE, 4, 0xe040e030);
    assert_int_equal(reg_of(OWN_PORT, RP_PCI_MEMORY_BASE, 4), 0xe040e030);
}

/* ---- BARs ------------------------------------------------------------------------ */

/* Registers of a hotplug controller, or of all of a switch, can be there. */
static void the_bars_of_bridges_are_known(void **state)
{
    (void)state;
    assert_true(bars_are_at(RP_SPACE_MEMORY, 0xfe000fff, 0xfe000fff, 0));
    assert_false(bars_are_at(RP_SPACE_MEMORY, 0xfe001000, 0xfeffffff, 0));
    assert_int_equal(reg_of(SHARED_PORT, RP_PCI_BAR0, 4), 0xfe000000);
    assert_int_equal(reg_of(SHARED_PORT, RP_PCI_COMMAND, 2), RP_PCI_COMMAND_MEMORY);
    assert_int_equal(reg_of(SHARED_PORT, RP_PCI_SECONDARY_BUS, 1), 0x20);
    assert_int_equal(reg_of(UNSET_PORT, RP_PCI_COMMAND, 2), 0);
}

/* Writes BAR 0 with decode off, and turns it on: as every kernel does. */
static void move_bar(uint32_t index, uint32_t address)
{
    write_reg(index, RP_PCI_COMMAND, 2, 0);
    write_reg(index, RP_PCI_BAR0, 4, address);
    write_reg(index, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_MEMORY);
}

static void a_bar_goes_to_where_nobody_is(void **state)
{
    static const uint32_t taken[] = {0x10000000, 0xd1000000, 0xe0000000,
                                     0xe8000000, 0xe80ff000, 0xfe000000};

    (void)state;
    for (unsigned i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        move_bar(MINE, taken[i]);
        assert_int_equal(machine.refused, i + 1);
        assert_int_equal(reg_of(MINE, RP_PCI_BAR0, 4), 0xd0000000);
    }
    move_bar(MINE, 0xd8000000);
    assert_int_equal(reg_of(MINE, RP_PCI_BAR0, 4), 0xd8000000);
}

/* Ports from 0 up are the machine's. */
static void a_bar_without_an_address_decodes_no_ports(void **state)
{
    (void)state;
    write_reg(MINE, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_IO | RP_PCI_COMMAND_BUS_MASTER);
    assert_int_equal(reg_of(MINE, RP_PCI_COMMAND, 2) & 7, 6); /* memory always is */
    write_reg(MINE, RP_PCI_BAR0 + 4, 4, 0x60);
    assert_int_equal(machine.refused, 1);
    assert_int_equal(reg_of(MINE, RP_PCI_COMMAND, 2) & 7, 6);
    write_reg(MINE, RP_PCI_BAR0 + 4, 4, 0x6000);
    assert_int_equal(machine.refused, 1);
    assert_int_equal(reg_of(MINE, RP_PCI_BAR0 + 4, 4), 0x6000 | RP_PCI_BAR_IO);
    assert_int_equal(reg_of(MINE, RP_PCI_COMMAND, 2) & 7, 7);
    write_reg(MINE, RP_PCI_COMMAND, 2, 0);
    assert_int_equal(reg_of(MINE, RP_PCI_COMMAND, 2) & 7, 2);
}

/*
 * If the domain may report, it could have the region believed afterwards, and would
 * answer for every function in it.
 */
static void nor_over_what_may_be_an_ecam_region(void **state)
{
    (void)state;
    move_bar(MINE, 0xc0008000);
    assert_int_equal(machine.refused, 1);
    assert_false(bars_take(&machine.functions[PHYSICAL], 0xbfff8000, 0x10000));
    assert_true(bars_take(&machine.functions[PHYSICAL], 0xbfff0000, 0x10000));
    machine.region.state = RP_ECAM_REJECTED; /* it never will be one */
    move_bar(MINE, 0xc0008000);
    assert_int_equal(reg_of(MINE, RP_PCI_BAR0, 4), 0xc0008000);
}

/* Who looks whether an address is another's looks without a lock. */
static void what_leaves_the_table_moves_nothing_in_it(void **state)
{
    struct rp_space_range before[CAPACITY];
    const struct rp_space *space = bars_space();
    size_t place;

    (void)state;
    place = space->count;
    assert_true(bars_take(&machine.functions[PHYSICAL], vf_base, vf_size));
    assert_true(bars_take(&machine.functions[PHYSICAL], vf_base + vf_size, vf_size));
    memcpy(before, space->ranges, space->count * sizeof(before[0]));
    bars_give_back(vf_base);
    assert_int_equal(space->count, place + 2);
    for (size_t i = 0; i < space->count; i++)
        if (i != place)
            assert_memory_equal(&space->ranges[i], &before[i], sizeof(before[i]));
    assert_false(bars_are_at(RP_SPACE_MEMORY, vf_base, vf_base + vf_size - 1, 0));
    assert_false(bars_are_at(RP_SPACE_MEMORY, UINT64_MAX, UINT64_MAX, 0));
    assert_true(bars_take(&machine.functions[PHYSICAL], 0xd4000000, vf_size));
    assert_int_equal(space->count, place + 2); /* there's room again */
}

/* Another domain can have them, and the address is the physical function's in the table.
 */
static void nor_over_its_own_virtual_functions(void **state)
{
    struct rp_vpci_state *physical = &records[1].base.state;

    (void)state;
    assert_true(bars_take(&machine.functions[PHYSICAL], vf_base, vf_size));
    physical->sriov.control =
        RP_PCI_SRIOV_CONTROL_VF_ENABLE | RP_PCI_SRIOV_CONTROL_VF_MEMORY;
    move_bar(PHYSICAL, (uint32_t)vf_base + 0x1000);
    assert_int_equal(machine.refused, 1);
    assert_int_equal(reg_of(PHYSICAL, RP_PCI_BAR0, 4), 0xd1000000);
    move_bar(MINE, (uint32_t)vf_base + 0x1000);
    assert_int_equal(machine.refused, 2);
    assert_int_equal(reg_of(MINE, RP_PCI_BAR0, 4), 0xd0000000);
    bars_give_back(vf_base);
    physical->sriov.control = 0;
    move_bar(PHYSICAL, (uint32_t)vf_base + 0x1000);
    assert_int_equal(reg_of(PHYSICAL, RP_PCI_BAR0, 4), vf_base + 0x1000);
}

#define MACHINE_TEST(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MACHINE_TEST(a_bridge_above_others_is_only_opened),
        MACHINE_TEST(the_chipset_stays_as_it_is),
        MACHINE_TEST(an_observer_changes_nothing),
        MACHINE_TEST(ari_is_forwarded_to_what_is_the_domains),
        MACHINE_TEST(the_port_itself_stays_as_it_is),
        MACHINE_TEST(its_messages_are_set_up_beside_it),
        MACHINE_TEST(its_message_has_number_0),
        MACHINE_TEST(an_observer_sets_up_nothing),
        MACHINE_TEST(errors_of_its_own_functions_are_received),
        MACHINE_TEST(what_nobody_has_set_up_is_closed_before_it_decodes),
        MACHINE_TEST(what_is_set_up_decodes_as_it_is),
        MACHINE_TEST(a_window_goes_to_where_nobody_is),
        MACHINE_TEST(the_bars_of_bridges_are_known),
        MACHINE_TEST(a_bar_goes_to_where_nobody_is),
        MACHINE_TEST(nor_over_its_own_virtual_functions),
        MACHINE_TEST(a_bar_without_an_address_decodes_no_ports),
        MACHINE_TEST(nor_over_what_may_be_an_ecam_region),
        MACHINE_TEST(what_leaves_the_table_moves_nothing_in_it),
    };

    return cmocka_run_group_tests_name("hardware_domain", tests, NULL, NULL);
}
