/* SPDX-License-Identifier: MIT */
/*
 * I1 and I7 with threads: readers hammer verdicts and registers while reports
 * enable and withdraw the region behind them. Also built with ThreadSanitizer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>

#include <rootport/pci_regs.h>
#include <rootport/report.h>

#include "tests/fake/fake_platform.h"

static const uint64_t base = 0xe0000000;

enum {
    READER_COUNT = 3,
    FUNCTION_COUNT = 4,
    FLIP_COUNT = 2000,
    EXTENDED_DWORD = 0x00010003,
};

struct machine {
    struct fake_pci *pci;
    struct rp_platform platform;
    struct rp_ecam_region region;
    struct rp_ecam ecam;
    struct rp_function functions[FUNCTION_COUNT];
    struct rp_scan scan;
    struct rp_cfg_direct direct;
    struct rp_cfg cfg;
    struct rp_report_context context;
    uint32_t words[2]; /* the verdicts without and with the region, packed */
    _Atomic(bool) is_over;
    _Atomic(unsigned long) turns[READER_COUNT]; /* accesses that each reader has ended */
    _Atomic(unsigned long) reads;               /* that found a window */
    _Atomic(unsigned long) refused;             /* that found none */
    _Atomic(unsigned long) wrong;               /* neither the old nor the new */
};

static struct machine machine;

static void add_pcie(unsigned dev)
{
    struct fake_function *function =
        fake_pci_add(machine.pci, rp_sbdf(0, 0, dev, 0), 0x1f01, 0x0100);

    fake_set16(function, RP_PCI_CLASS_DEVICE, 0x0108);
    fake_set16(function, RP_PCI_STATUS, RP_PCI_STATUS_CAPABILITIES);
    fake_set8(function, RP_PCI_CAPABILITIES_POINTER, 0x40);
    fake_set32(function, 0x40, 0x00020010);
    fake_set32(function, RP_PCI_EXTENDED_BASE, EXTENDED_DWORD);
}

static void evaluate_all(void)
{
    for (size_t i = 0; i < FUNCTION_COUNT; i++)
        rp_scan_publish(
            &machine.functions[i],
            rp_scan_evaluate(&machine.scan, &machine.cfg, i, RP_EXTCFG_ALIAS_CHECK));
}

static int power_on(void **state)
{
    struct rp_ecam_setup setup = {
        .regions = &machine.region,
        .capacity = 1,
        .policy = RP_ECAM_POLICY_DEFAULT,
        .address_bits = 40,
    };
    struct rp_ecam_range range = {.base = {base}, .end_bus = 3};
    struct rp_extcfg_verdict with = {.size = 4096, .reason = RP_EXTCFG_USABLE};
    struct rp_extcfg_verdict without = {.size = 256, .reason = RP_EXTCFG_NO_REGION};
    size_t index;

    (void)state;
    memset(&machine, 0, sizeof(machine));
    machine.pci = fake_pci_new();
    fake_platform_init(&machine.platform, machine.pci);
    fake_platform_add_ecam(&machine.platform, base, 0, 0, 4);
    for (unsigned dev = 0; dev < FUNCTION_COUNT; dev++)
        add_pcie(dev);
    rp_ecam_init(&machine.ecam, &setup);
    rp_cfg_direct_init(&machine.direct, &machine.platform, &machine.ecam, &machine.cfg);
    rp_scan_init(&machine.scan, machine.functions, FUNCTION_COUNT);
    machine.words[0] = rp_extcfg_pack(without);
    machine.words[1] = rp_extcfg_pack(with);
    machine.context = (struct rp_report_context){
        .platform = &machine.platform,
        .ecam = &machine.ecam,
        .scan = &machine.scan,
        .permission = RP_REPORT_ALLOWED,
    };
    if (rp_ecam_add(&machine.ecam, &range, RP_ECAM_SOURCE_MCFG, &index) != RP_OK ||
        rp_scan_segment(&machine.scan, &machine.cfg, 0, 0, 3) != RP_OK)
        return -1;
    evaluate_all();
    return 0;
}

static int power_off(void **state)
{
    (void)state;
    rp_ecam_unmap(&machine.region,
                  rp_ecam_withdraw(&machine.region, RP_ECAM_REASON_RETRACTED),
                  &machine.platform);
    fake_platform_finish(&machine.platform);
    fake_pci_free(machine.pci);
    return 0;
}

/*
 * One look at a function, as a domain's access makes it. While the verdict says that
 * the register is there, the window is: one report at most falls into a look.
 */
static void look(const struct rp_function *function)
{
    uint32_t word = atomic_load(&function->verdict);
    uint32_t value;
    enum rp_status status =
        rp_cfg_read32(&machine.cfg, function->sbdf, RP_PCI_EXTENDED_BASE, &value);

    if (word != machine.words[0] && word != machine.words[1])
        machine.wrong++;
    if (status != RP_OK && word == machine.words[1] &&
        atomic_load(&function->verdict) == machine.words[1])
        machine.wrong++;
    if (status == RP_OK && value == EXTENDED_DWORD)
        machine.reads++;
    else if (status == RP_ERR_UNREACHABLE && value == RP_PCI_ALL_ONES)
        machine.refused++;
    else
        machine.wrong++;
}

static void *read_on(void *argument)
{
    _Atomic(unsigned long) *turns = argument;

    while (!machine.is_over) {
        for (size_t i = 0; i < FUNCTION_COUNT; i++)
            look(&machine.functions[i]);
        (*turns)++;
        sched_yield();
    }
    return NULL;
}

/* Waits until each reader has ended the access that it may be in. */
static void wait_for_readers(void)
{
    for (unsigned i = 0; i < READER_COUNT; i++) {
        unsigned long turn = machine.turns[i];

        while (machine.turns[i] == turn)
            sched_yield();
    }
}

static void report(uint32_t flags)
{
    struct rp_report_request request = {
        .caller = RP_REPORT_CALLER_HARDWARE,
        .owner = 1,
        .range = machine.region.range,
        .flags = flags,
    };
    struct rp_report report;
    bool is_done = false;

    assert_int_equal(rp_report_begin(&report, &machine.context, &request), RP_OK);
    while (!is_done)
        assert_int_equal(rp_report_step(&report, 1, &is_done), RP_OK);
    assert_int_equal(report.change_count, FUNCTION_COUNT);
    wait_for_readers();
    rp_ecam_unmap(report.region, report.retired, &machine.platform);
}

static void test_readers_see_old_or_new(void **state)
{
    pthread_t readers[READER_COUNT];

    (void)state;
    for (unsigned i = 0; i < READER_COUNT; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, read_on, &machine.turns[i]),
                         0);
    for (unsigned i = 0; i < FLIP_COUNT; i++) {
        report(RP_REPORT_FLAG_RESERVED);
        report(0);
    }
    machine.is_over = true;
    for (unsigned i = 0; i < READER_COUNT; i++)
        assert_int_equal(pthread_join(readers[i], NULL), 0);
    print_message("%lu %lu\n", machine.reads, machine.refused);
    assert_int_equal(machine.wrong, 0);
    assert_true(machine.reads != 0 && machine.refused != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_readers_see_old_or_new, power_on, power_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
