/* SPDX-License-Identifier: MIT */
/*
 * Any order of reports, steps, assignment, settling, removal, return and seal.
 * Each byte is one operation; after each the invariants are looked at.
 */
#include <stdlib.h>
#include <string.h>

#include <rootport/pci_regs.h>
#include <rootport/report.h>

#include "tests/fake/fake_platform.h"

enum {
    FUNCTION_COUNT = 4,
    HARDWARE_DOMAIN = 1,
    OTHER_DOMAIN = 2,
};

static const uint64_t base = 0xe0000000;

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
    struct rp_report report;
    bool is_reporting;
    struct rp_extcfg_verdict last[FUNCTION_COUNT]; /* before the operation */
    uint32_t last_owner[FUNCTION_COUNT];
    enum rp_ecam_state last_state;
};

static struct machine machine;

static rp_sbdf_t sbdf_of(unsigned index)
{
    return rp_sbdf(0, index, 0, 0);
}

static void add_pcie(unsigned index)
{
    struct fake_function *function =
        fake_pci_add(machine.pci, sbdf_of(index), 0x1f01, (uint16_t)index);

    fake_set16(function, RP_PCI_CLASS_DEVICE, 0x0108);
    fake_set16(function, RP_PCI_STATUS, RP_PCI_STATUS_CAPABILITIES);
    fake_set8(function, RP_PCI_CAPABILITIES_POINTER, 0x40);
    fake_set32(function, 0x40, 0x00020010);
}

static void evaluate(size_t index)
{
    rp_scan_publish(
        &machine.functions[index],
        rp_scan_evaluate(&machine.scan, &machine.cfg, index, RP_EXTCFG_ALIAS_CHECK));
}

static void power_on(void)
{
    struct rp_ecam_setup setup = {
        .regions = &machine.region,
        .capacity = 1,
        .policy = RP_ECAM_POLICY_DEFAULT,
        .address_bits = 40,
    };
    struct rp_ecam_range range = {.base = {base}, .end_bus = 2};
    size_t index;

    memset(&machine, 0, sizeof(machine));
    machine.pci = fake_pci_new();
    fake_platform_init(&machine.platform, machine.pci);
    fake_platform_add_ecam(&machine.platform, base, 0, 0, FUNCTION_COUNT);
    rp_ecam_init(&machine.ecam, &setup);
    rp_cfg_direct_init(&machine.direct, &machine.platform, &machine.ecam, &machine.cfg);
    rp_scan_init(&machine.scan, machine.functions, FUNCTION_COUNT);
    for (unsigned i = 0; i < FUNCTION_COUNT; i++)
        add_pcie(i);
    if (rp_ecam_add(&machine.ecam, &range, RP_ECAM_SOURCE_MCFG, &index) != RP_OK ||
        rp_scan_segment(&machine.scan, &machine.cfg, 0, 0, 3) != RP_OK)
        abort();
    for (size_t i = 0; i < FUNCTION_COUNT; i++)
        evaluate(i);
    machine.context = (struct rp_report_context){
        .platform = &machine.platform,
        .ecam = &machine.ecam,
        .scan = &machine.scan,
        .permission = RP_REPORT_ALLOWED,
    };
}

static void power_off(void)
{
    if (machine.is_reporting)
        rp_report_cancel(&machine.report);
    rp_ecam_unmap(&machine.region,
                  rp_ecam_withdraw(&machine.region, RP_ECAM_REASON_RETRACTED),
                  &machine.platform);
    fake_platform_finish(&machine.platform);
    fake_pci_free(machine.pci);
}

/* ---- Operations; @index is that of a function ---- */

static void begin(size_t index)
{
    struct rp_report_request request = {
        .caller = index & 2 ? RP_REPORT_CALLER_FIRMWARE : RP_REPORT_CALLER_HARDWARE,
        .owner = HARDWARE_DOMAIN,
        .range = machine.region.range,
        .flags = index & 1,
    };

    if (!machine.is_reporting)
        machine.is_reporting =
            rp_report_begin(&machine.report, &machine.context, &request) == RP_OK;
}

static void step(size_t index)
{
    struct rp_report *report = &machine.report;
    enum rp_status status;
    bool is_done;

    if (!machine.is_reporting)
        return;
    status = rp_report_step(report, index + 1, &is_done);
    if (status != RP_OK && !is_done)
        abort();
    machine.is_reporting = !is_done;
    if (is_done && status == RP_OK)
        rp_ecam_unmap(&machine.region, report->retired, &machine.platform);
}

static void assign(size_t index)
{
    if (machine.functions[index].is_present)
        machine.functions[index].owner = OTHER_DOMAIN;
}

static void detach(size_t index)
{
    machine.functions[index].owner = 0;
}

static void settle(size_t index)
{
    if (machine.functions[index].is_present)
        rp_scan_finalize(&machine.functions[index]);
}

/* A detached function goes away, or comes back. */
static void come_and_go(size_t index)
{
    size_t place;

    if (machine.functions[index].owner != 0)
        return;
    if (machine.functions[index].is_present) {
        rp_scan_remove(&machine.scan, index);
        memset(&machine.last[index], 0, sizeof(machine.last[index]));
        return;
    }
    if (rp_scan_add(&machine.scan, &machine.cfg, sbdf_of((unsigned)index), RP_SCAN_NONE,
                    RP_SCAN_NONE, &place) != RP_OK ||
        place != index)
        abort();
    evaluate(index);
}

static void seal(size_t index)
{
    if (index == 0)
        rp_report_seal(&machine.context);
}

static void cancel(size_t index)
{
    (void)index;
    if (machine.is_reporting)
        rp_report_cancel(&machine.report);
    machine.is_reporting = false;
}

static void (*const operations[])(size_t index) = {
    begin, step, assign, detach, settle, come_and_go, seal, cancel,
};

/* ---- Invariants ---- */

static void note(void)
{
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        machine.last[i] = rp_scan_verdict(&machine.functions[i]);
        machine.last_owner[i] = machine.functions[i].owner;
    }
    machine.last_state = machine.region.state;
}

static void require(bool is_kept)
{
    if (!is_kept)
        abort();
}

static void check_function(size_t index)
{
    const struct rp_function *function = &machine.functions[index];
    struct rp_extcfg_verdict now = rp_scan_verdict(function);
    struct rp_extcfg_verdict old = machine.last[index];
    bool is_covered = rp_ecam_covers(&machine.region.range, function->sbdf);

    if (machine.last_owner[index] == OTHER_DOMAIN)
        require(now.size == old.size);
    if (old.final)
        require(now.final && now.size == old.size && now.reason == old.reason);
    /* What is promised can be reached, and, where nothing is settled, the reverse. */
    if (now.size == RP_CFG_SIZE_EXTENDED)
        require(is_covered && machine.region.state == RP_ECAM_ENABLED);
    else if (function->is_present && !now.final)
        require(!is_covered || machine.region.state != RP_ECAM_ENABLED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    power_on();
    for (size_t i = 0; i < size; i++) {
        bool was_sealed = machine.context.is_sealed;

        note();
        operations[data[i] >> 2 & 7](data[i] & 3);
        for (size_t function = 0; function < FUNCTION_COUNT; function++)
            check_function(function);
        require(!was_sealed || machine.region.state == machine.last_state);
    }
    power_off();
    return 0;
}
