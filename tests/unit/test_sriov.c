/* SPDX-License-Identifier: MIT */
/*
 * A hardware domain turns virtual functions on, as Linux does: VF Enable and VF MSE are
 * set, 100 ms pass, and the first virtual function is looked for. No CPU waits meanwhile.
 * PCI Express Base r5.0, 9.3.3.3.1.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/pci_regs.h>

#include "bars.h"
#include "cpu/clock.h"
#include "domains.h"
#include "guest/hardware_internal.h"
#include "guest/held.h"
#include "guest/npt.h"
#include "guest/sriov.h"
#include "machine.h"
#include "tests/fake/fake_platform.h"

enum {
    CAPACITY = 8,
    OWNER = 1, /* of the domain, whose ID is 0 */
    STRANGER = 2,
    SRIOV = 0x100,
    CONTROL = SRIOV + RP_PCI_SRIOV_CONTROL,
    ON = RP_PCI_SRIOV_CONTROL_VF_ENABLE | RP_PCI_SRIOV_CONTROL_VF_MEMORY,
    VF_COUNT = 2,
    /* Indexes in the order in which they are found: */
    PHYSICAL = 0, /* 00:02.0 */
    FIRST,        /* 00:02.1 */
    SECOND,
};

static struct {
    struct fake_pci *pci;
    struct rp_platform platform;
    struct rp_cfg cfg;
    struct rp_function functions[CAPACITY];
    struct rp_scan scan;
    uint64_t now_us;
    bool is_locked;
    bool is_taken; /* the range of the VF BARs */
    unsigned adopted, finals;
    bool has_port;       /* that names the first virtual function, */
    bool has_new;        /* and found it just turned on */
    bool is_first_given; /* to another domain */
} machine;

static struct hardware_function record;
static struct guest_function first; /* while another domain has it */
static struct hardware hardware;
static struct domain domain, stranger;
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

/* It is taken before a domain's, never after. */
void machine_lock(void)
{
    assert_false(machine.is_locked);
    assert_int_equal(hardware.lock.next, hardware.lock.serving);
    machine.is_locked = true;
}

void machine_unlock(void)
{
    assert_true(machine.is_locked);
    machine.is_locked = false;
}

uint32_t machine_next_vf(uint32_t pf, uint32_t from)
{
    for (; from < machine.scan.count; from++)
        if (machine.functions[from].is_present && machine.functions[from].pf == pf)
            return from;
    return RP_SCAN_NONE;
}

void machine_evaluate(size_t index, const char *who)
{
    (void)who;
    assert_true(machine.is_locked);
    (void)rp_scan_publish(
        &machine.functions[index],
        rp_scan_evaluate(&machine.scan, &machine.cfg, index, RP_EXTCFG_ALIAS_CHECK));
}

uint64_t clock_deadline_us(uint64_t us)
{
    return machine.now_us + us;
}

bool clock_is_past(uint64_t deadline)
{
    return machine.now_us >= deadline;
}

void clock_delay_us(uint64_t us)
{
    (void)us;
    fail_msg("a CPU waits");
}

bool bars_take(const struct rp_function *pf, uint64_t base, uint64_t size)
{
    assert_ptr_equal(pf, &machine.functions[PHYSICAL]);
    assert_int_equal(base, 0xd2000000);
    assert_int_equal(size, VF_COUNT * 0x4000);
    assert_false(machine.is_taken);
    machine.is_taken = true;
    return true;
}

void bars_give_back(uint64_t base)
{
    assert_int_equal(base, 0xd2000000);
    assert_true(machine.is_taken);
    machine.is_taken = false;
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

void domain_flush(struct domain *of, struct vcpu *self)
{
    (void)of;
    (void)self;
}

void hardware_forget(uint64_t base, uint64_t size)
{
    (void)base;
    (void)size;
}

struct guest_function *hardware_find(size_t index)
{
    assert_true(machine.is_locked);
    return index == PHYSICAL ? &record.base : NULL;
}

struct guest_function *function_find(rp_sbdf_t sbdf)
{
    return machine.is_first_given && rp_sbdf_equal(sbdf, first.sbdf) ? &first : NULL;
}

bool function_is_ready(struct guest_function *function)
{
    assert_ptr_equal(function, &first);
    return false;
}

void function_settle_all(void)
{
    assert_true(machine.is_locked);
}

void function_log(const struct rp_function *function, const char *what)
{
    (void)function;
    (void)what;
}

void held_give_up(struct guest_function *function)
{
    (void)function;
    fail();
}

bool hardware_adopt(struct domain *of, size_t index)
{
    assert_ptr_equal(of, &domain);
    assert_int_equal(machine.functions[index].owner, 0);
    machine.functions[index].owner = OWNER;
    machine.adopted++;
    return true;
}

void hardware_abandon(struct domain *of, size_t index, struct vcpu *self)
{
    (void)of;
    (void)self;
    machine.functions[index].owner = 0;
}

bool domains_hold(size_t index)
{
    if (!machine.has_port || index != FIRST)
        return false;
    machine.has_new = sriov_is_new(&machine.functions[index]);
    machine.functions[index].owner = STRANGER;
    return true;
}

void domains_verdicts_final(void)
{
    assert_false(machine.is_locked);
    machine.finals++;
}

/* ---- The machine ------------------------------------------------------------- */

static void add_physical(void)
{
    struct fake_function *physical =
        fake_pci_add(machine.pci, rp_sbdf(0, 0, 2, 0), 0x1f01, 1);

    fake_set32(physical, SRIOV, 0x00010010);
    fake_set32(physical, SRIOV + RP_PCI_SRIOV_INITIAL_VFS, VF_COUNT << 16 | VF_COUNT);
    fake_set32(physical, SRIOV + RP_PCI_SRIOV_VF_OFFSET, 0x00010001);
    fake_set32(physical, SRIOV + RP_PCI_SRIOV_SUPPORTED_PAGE_SIZES, 1);
    fake_set32(physical, SRIOV + RP_PCI_SRIOV_SYSTEM_PAGE_SIZE, 1);
    fake_set32(physical, SRIOV + RP_PCI_SRIOV_VF_BAR0, 0xd2000000);
    memset(&physical->writable[CONTROL], 0xff, 2);
    memset(&physical->writable[SRIOV + RP_PCI_SRIOV_NUM_VFS], 0xff, 2);
    physical->writable[SRIOV + RP_PCI_SRIOV_VF_BAR0 + 1] = 0xc0;
    memset(&physical->writable[SRIOV + RP_PCI_SRIOV_VF_BAR0 + 2], 0xff, 2);
}

static int power_on(void **state)
{
    struct rp_vpci_config config = {.role = RP_VPCI_ROLE_HARDWARE,
                                    .platform = &machine.platform};
    struct rp_vpci_effects effects = {0};
    size_t index;

    (void)state;
    memset(&machine, 0, sizeof(machine));
    memset(&record, 0, sizeof(record));
    machine.pci = fake_pci_new();
    fake_platform_init(&machine.platform, machine.pci);
    machine.cfg = fake_cfg(machine.pci);
    add_physical();
    rp_scan_init(&machine.scan, machine.functions, CAPACITY);
    assert_int_equal(rp_scan_add(&machine.scan, &machine.cfg, rp_sbdf(0, 0, 2, 0),
                                 RP_SCAN_NONE, RP_SCAN_NONE, &index),
                     RP_OK);
    rp_scan_override(&machine.functions[PHYSICAL], RP_CFG_SIZE_EXTENDED);
    hardware = (struct hardware){.capacity = CAPACITY};
    domain = (struct domain){.name = "hardware", .hardware = &hardware};
    stranger = (struct domain){.name = "stranger", .hardware = &hardware};
    first = (struct guest_function){.sbdf = rp_sbdf(0, 0, 2, 1),
                                    .scanned = &machine.functions[FIRST]};
    record.base.domain = &domain;
    record.base.scanned = &machine.functions[PHYSICAL];
    record.base.sbdf = config.sbdf = machine.functions[PHYSICAL].sbdf;
    config.cfg = machine.cfg;
    assert_int_equal(rp_vpci_attach(&record.base.state, &config), RP_OK);
    assert_int_equal(rp_vpci_build(&record.base.view, &record.base.state, 4096), RP_OK);
    rp_vpci_write(&record.base.view, SRIOV + RP_PCI_SRIOV_NUM_VFS, 2, VF_COUNT, &effects);
    return 0;
}

static int power_off(void **state)
{
    (void)state;
    assert_false(machine.is_locked);
    assert_int_equal(hardware.lock.next, hardware.lock.serving);
    fake_platform_finish(&machine.platform);
    fake_pci_free(machine.pci);
    return 0;
}

/* As hardware_cfg_write() does. */
static void write_control(uint16_t value)
{
    struct rp_vpci_effects effects = {0};

    spin_lock(&hardware.lock);
    rp_vpci_write(&record.base.view, CONTROL, 2, value, &effects);
    sriov_follow(&vcpu, &record.base, &effects);
    spin_unlock(&hardware.lock);
}

static uint32_t control(void)
{
    return fake_pci_read(machine.pci, machine.functions[PHYSICAL].sbdf, CONTROL, 2);
}

/* They answer from now on. A virtual function's IDs are ones: 9.3.4.1.1. */
static void pass_time(uint64_t us)
{
    for (unsigned i = 1; i <= VF_COUNT && us != 0; i++)
        if (fake_pci_find(machine.pci, rp_sbdf(0, 0, 2, i)) == NULL)
            (void)fake_pci_add(machine.pci, rp_sbdf(0, 0, 2, i), 0xffff, 0xffff);
    machine.now_us += us;
}

static void turn_on(void)
{
    write_control(ON);
    pass_time(100000);
    sriov_look(&domain);
    assert_int_equal(machine_next_vf(PHYSICAL, SECOND), SECOND);
}

/* ---- Tests ------------------------------------------------------------------------ */

static void turning_them_on_keeps_nobody_waiting(void **state)
{
    (void)state;
    write_control(ON);
    assert_int_equal(control(), ON);
    assert_true(machine.is_taken);
    assert_int_equal(machine.scan.count, 1);
    pass_time(50000);
    sriov_look(&domain);
    assert_int_equal(machine.scan.count, 1); /* too early to be asked */
    pass_time(50000);
    sriov_look(&domain);
    assert_int_equal(machine.scan.count, 1 + VF_COUNT);
    assert_int_equal(machine.adopted, VF_COUNT);
    assert_int_equal(rp_scan_verdict(&machine.functions[SECOND]).size, 4096);
}

static void they_are_found_once(void **state)
{
    unsigned long reads;

    (void)state;
    turn_on();
    assert_false(domain.has_vfs_to_come);
    reads = machine.pci->reads;
    sriov_look(&domain);
    assert_int_equal(machine.pci->reads, reads);
    assert_int_equal(machine.adopted, VF_COUNT);
}

static void their_owner_alone_finds_them(void **state)
{
    (void)state;
    write_control(ON);
    pass_time(100000);
    stranger.has_vfs_to_come = true; /* of a physical function of its own */
    sriov_look(&stranger);
    assert_int_equal(machine.scan.count, 1);
    assert_false(stranger.has_vfs_to_come);
    sriov_look(&domain);
    assert_int_equal(machine.scan.count, 1 + VF_COUNT);
}

/* What has just been turned on is as after a reset: it can be plugged in at once. */
static void a_port_gets_the_one_that_it_names(void **state)
{
    (void)state;
    machine.has_port = true;
    turn_on();
    assert_true(machine.has_new);
    assert_int_equal(machine.adopted, 1);
    assert_int_equal(machine.functions[SECOND].owner, OWNER);
    assert_true(machine.finals != 0);
    machine_lock();
    assert_false(sriov_is_new(&machine.functions[FIRST]));
    machine_unlock();
}

static void those_turned_off_at_once_never_come(void **state)
{
    (void)state;
    write_control(ON);
    write_control(0);
    assert_int_equal(control(), 0);
    assert_false(machine.is_taken);
    pass_time(100000);
    sriov_look(&domain);
    assert_int_equal(machine.scan.count, 1);
    assert_false(domain.has_vfs_to_come);
    turn_on();
}

/* What is written again finds what has come back since; a reset is not known of it. */
static void those_that_are_back_are_found_again(void **state)
{
    (void)state;
    turn_on();
    hardware_abandon(&domain, FIRST, NULL);
    machine.has_port = true;
    write_control(ON);
    assert_int_equal(machine.functions[FIRST].owner, OWNER);
    assert_int_equal(machine.adopted, VF_COUNT + 1);
    assert_false(machine.has_new);
}

static void one_that_another_has_keeps_all_on(void **state)
{
    (void)state;
    turn_on();
    machine.is_first_given = true;
    write_control(0);
    assert_int_equal(control(), ON);
    assert_true(machine.is_taken);
    assert_int_equal(machine_next_vf(PHYSICAL, FIRST), FIRST);
    machine.is_first_given = false;
    write_control(0);
    assert_int_equal(control(), 0);
    assert_int_equal(machine_next_vf(PHYSICAL, FIRST), RP_SCAN_NONE);
}

static void a_reset_turns_them_off(void **state)
{
    struct rp_vpci_effects effects = {.what = RP_VPCI_EFFECT_FLR};

    (void)state;
    turn_on();
    machine.is_first_given = true;
    spin_lock(&hardware.lock);
    sriov_follow(&vcpu, &record.base, &effects);
    assert_int_equal(effects.what, 0); /* another domain has one */
    assert_int_equal(control(), ON);
    machine.is_first_given = false;
    effects.what = RP_VPCI_EFFECT_FLR;
    sriov_follow(&vcpu, &record.base, &effects);
    spin_unlock(&hardware.lock);
    assert_int_equal(effects.what, RP_VPCI_EFFECT_FLR);
    assert_int_equal(control(), 0);
    assert_false(machine.is_taken);
}

#define MACHINE_TEST(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MACHINE_TEST(turning_them_on_keeps_nobody_waiting),
        MACHINE_TEST(they_are_found_once),
        MACHINE_TEST(their_owner_alone_finds_them),
        MACHINE_TEST(a_port_gets_the_one_that_it_names),
        MACHINE_TEST(those_turned_off_at_once_never_come),
        MACHINE_TEST(those_that_are_back_are_found_again),
        MACHINE_TEST(one_that_another_has_keeps_all_on),
        MACHINE_TEST(a_reset_turns_them_off),
    };

    return cmocka_run_group_tests_name("sriov", tests, NULL, NULL);
}
