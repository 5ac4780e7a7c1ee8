/* SPDX-License-Identifier: MIT */
/*
 * Reports, and with them the invariants that a report could break: no
 * transient (I1), assigned is settled (I2), all or nothing (I3), no news no
 * work (I4), sealed is sealed (I5), least authority (I6).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/pci_regs.h>
#include <rootport/report.h>

#include "tests/fake/fake_platform.h"

static const uint64_t base = 0xe0000000;

enum {
    CAPACITY = 16,
    REGION_CAPACITY = 4,
    HARDWARE_DOMAIN = 1,
    OTHER_DOMAIN = 2,
    LAST_BUS = 0x3f,
};

struct machine {
    struct fake_pci *pci;
    struct rp_platform platform;
    struct rp_ecam_region regions[REGION_CAPACITY];
    struct rp_ecam ecam;
    struct rp_function functions[CAPACITY];
    struct rp_scan scan;
    struct rp_cfg_direct direct;
    struct rp_cfg cfg;
    struct rp_report_context context;
    struct rp_report report;
};

static struct fake_function *add_pcie(struct fake_pci *pci, rp_sbdf_t sbdf)
{
    struct fake_function *function = fake_pci_add(pci, sbdf, 0x1f01, 0x0100);

    fake_set16(function, RP_PCI_CLASS_DEVICE, 0x0108);
    fake_set16(function, RP_PCI_STATUS, RP_PCI_STATUS_CAPABILITIES);
    fake_set8(function, RP_PCI_CAPABILITIES_POINTER, 0x40);
    fake_set32(function, 0x40, 0x00020010);
    fake_set32(function, RP_PCI_EXTENDED_BASE, 0x00010003);
    return function;
}

static void evaluate_all(struct machine *machine)
{
    for (size_t i = 0; i < machine->scan.count; i++)
        rp_scan_publish(
            &machine->functions[i],
            rp_scan_evaluate(&machine->scan, &machine->cfg, i, RP_EXTCFG_ALIAS_CHECK));
}

/*
 * Four PCIe functions and a conventional one on buses 0, 0x20 and 0x40; MCFG
 * lists buses 0 to 0x3f at `base`, and nobody vouches for it.
 */
static int power_on(void **state)
{
    static struct machine machine;
    struct rp_ecam_setup setup = {
        .regions = machine.regions,
        .capacity = REGION_CAPACITY,
        .policy = RP_ECAM_POLICY_DEFAULT,
        .address_bits = 40,
    };
    struct rp_ecam_range range = {.base = {base}, .end_bus = LAST_BUS};
    size_t index;

    memset(&machine, 0, sizeof(machine));
    machine.pci = fake_pci_new();
    fake_platform_init(&machine.platform, machine.pci);
    fake_platform_add_ecam(&machine.platform, base, 0, 0, 0x80);
    add_pcie(machine.pci, rp_sbdf(0, 0, 0, 0));
    fake_set16(add_pcie(machine.pci, rp_sbdf(0, 0, 1, 0)), RP_PCI_STATUS, 0);
    add_pcie(machine.pci, rp_sbdf(0, 0, 2, 0));
    add_pcie(machine.pci, rp_sbdf(0, 0x20, 0, 0));
    add_pcie(machine.pci, rp_sbdf(0, 0x40, 0, 0));
    rp_ecam_init(&machine.ecam, &setup);
    assert_int_equal(rp_ecam_add(&machine.ecam, &range, RP_ECAM_SOURCE_MCFG, &index),
                     RP_OK);
    rp_cfg_direct_init(&machine.direct, &machine.platform, &machine.ecam, &machine.cfg);
    rp_scan_init(&machine.scan, machine.functions, CAPACITY);
    assert_int_equal(rp_scan_segment(&machine.scan, &machine.cfg, 0, 0, 0xff), RP_OK);
    assert_int_equal(machine.scan.count, 5);
    evaluate_all(&machine);
    machine.context = (struct rp_report_context){
        .platform = &machine.platform,
        .ecam = &machine.ecam,
        .scan = &machine.scan,
        .permission = RP_REPORT_ALLOWED,
    };
    *state = &machine;
    return 0;
}

static int power_off(void **state)
{
    struct machine *machine = *state;

    for (size_t i = 0; i < machine->ecam.count; i++)
        rp_ecam_unmap(&machine->regions[i],
                      rp_ecam_withdraw(&machine->regions[i], RP_ECAM_REASON_RETRACTED),
                      &machine->platform);
    fake_platform_finish(&machine->platform);
    fake_pci_free(machine->pci);
    return 0;
}

static struct rp_report_request request_of(uint32_t flags)
{
    struct rp_report_request request = {
        .caller = RP_REPORT_CALLER_HARDWARE,
        .owner = HARDWARE_DOMAIN,
        .range = {.base = {base}, .end_bus = LAST_BUS},
        .flags = flags,
    };

    return request;
}

/* A whole report, one function a step, and the unmapping after it. */
static enum rp_status report_of(struct machine *machine,
                                const struct rp_report_request *request)
{
    struct rp_report *report = &machine->report;
    enum rp_status status = rp_report_begin(report, &machine->context, request);
    bool is_done = false;

    while (status == RP_OK && !is_done)
        status = rp_report_step(report, 1, &is_done);
    if (status == RP_OK && report->retired)
        rp_ecam_unmap(report->region, report->retired, &machine->platform);
    return status;
}

static enum rp_status report(struct machine *machine, uint32_t flags)
{
    struct rp_report_request request = request_of(flags);

    return report_of(machine, &request);
}

static uint16_t size_of(const struct machine *machine, size_t index)
{
    return rp_scan_verdict(&machine->functions[index]).size;
}

static void assert_sizes(const struct machine *machine, const uint16_t sizes[5])
{
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(size_of(machine, i), sizes[i]);
}

static const uint16_t before[] = {256, 256, 256, 256, 256};
static const uint16_t after[] = {4096, 256, 4096, 4096, 256};

/* ---- What a report does ---- */

static void test_report_decides(void **state)
{
    struct machine *machine = *state;
    struct rp_extcfg_verdict old;

    assert_sizes(machine, before);
    assert_int_equal(report(machine, RP_REPORT_FLAG_RESERVED), RP_OK);
    assert_sizes(machine, after);
    assert_int_equal(machine->regions[0].state, RP_ECAM_ENABLED);
    assert_int_equal(machine->regions[0].evidence, RP_ECAM_EVIDENCE_REPORT);
    assert_int_equal(machine->report.effect, RP_REPORT_ENABLE);
    assert_int_equal(machine->report.change_count, 3);
    assert_true(rp_report_is_changed(&machine->report, 0, &old));
    assert_int_equal(old.reason, RP_EXTCFG_NO_REGION);
    assert_false(rp_report_is_changed(&machine->report, 1, &old));
    assert_false(rp_report_is_changed(&machine->report, 4, &old));
}

static void test_retraction(void **state)
{
    struct machine *machine = *state;

    assert_int_equal(report(machine, RP_REPORT_FLAG_RESERVED), RP_OK);
    assert_int_equal(report(machine, 0), RP_OK);
    assert_sizes(machine, before);
    assert_int_equal(machine->regions[0].state, RP_ECAM_CANDIDATE);
    assert_int_equal(machine->regions[0].reason, RP_ECAM_REASON_RETRACTED);
    assert_int_equal(machine->regions[0].evidence, 0);
    assert_int_equal(rp_scan_verdict(&machine->functions[0]).reason, RP_EXTCFG_NO_REGION);
    assert_int_equal(report(machine, RP_REPORT_FLAG_RESERVED), RP_OK);
    assert_sizes(machine, after);
}

static void test_retraction_leaves_other_evidence(void **state)
{
    struct machine *machine = *state;

    machine->regions[0].evidence = RP_ECAM_EVIDENCE_MEMORY_MAP;
    assert_int_equal(rp_ecam_enable_all(&machine->ecam, &machine->platform), 1);
    evaluate_all(machine);
    assert_int_equal(report(machine, RP_REPORT_FLAG_RESERVED), RP_OK);
    assert_int_equal(report(machine, 0), RP_OK);
    assert_int_equal(machine->regions[0].state, RP_ECAM_ENABLED);
    assert_sizes(machine, after);
}

static void test_firmware_domain_vouches(void **state)
{
    struct machine *machine = *state;
    struct rp_report_request request = request_of(RP_REPORT_FLAG_RESERVED);

    request.caller = RP_REPORT_CALLER_FIRMWARE;
    machine->context.permission = RP_REPORT_REFUSED;
    assert_int_equal(report_of(machine, &request), RP_OK);
    assert_int_equal(machine->regions[0].evidence, RP_ECAM_EVIDENCE_FIRMWARE_DOMAIN);
    assert_sizes(machine, after);
}

static void test_strict_policy_wants_more(void **state)
{
    struct machine *machine = *state;
    unsigned long reads = machine->pci->reads;

    machine->ecam.setup.policy = RP_ECAM_POLICY_STRICT;
    assert_int_equal(report(machine, RP_REPORT_FLAG_RESERVED), RP_OK);
    assert_int_equal(machine->report.effect, RP_REPORT_NOTHING);
    assert_int_equal(machine->regions[0].state, RP_ECAM_CANDIDATE);
    assert_int_equal(machine->regions[0].evidence, RP_ECAM_EVIDENCE_REPORT);
    assert_sizes(machine, before);
    assert_int_equal(machine->pci->reads, reads);
    machine->regions[0].evidence |= RP_ECAM_EVIDENCE_PROBE;
    assert_int_equal(report(machine, RP_REPORT_FLAG_RESERVED), RP_OK);
    assert_sizes(machine, after);
}

static void test_clamped_report_vouches_for_its_part(void **state)
{
    static const uint16_t part[] = {4096, 256, 4096, 256, 256};
    struct machine *machine = *state;
    struct rp_report_request request = request_of(RP_REPORT_FLAG_RESERVED);

    request.range.end_bus = 0x1f;
    assert_int_equal(report_of(machine, &request), RP_OK);
    assert_sizes(machine, part);
    assert_int_equal(machine->regions[0].range.end_bus, 0x1f);
}

static void test_wider_report_stays_in_the_region(void **state)
{
    struct machine *machine = *state;
    struct rp_report_request request = request_of(RP_REPORT_FLAG_RESERVED);

    request.range.end_bus = 0xff;
    assert_int_equal(report_of(machine, &request), RP_OK);
    assert_sizes(machine, after);
    assert_int_equal(machine->regions[0].range.end_bus, LAST_BUS);
}

static void test_virtual_function_follows(void **state)
{
    struct machine *machine = *state;
    struct fake_function *vf =
        fake_pci_add(machine->pci, rp_sbdf(0, 0x21, 0, 0), 0xffff, 0xffff);
    size_t index;

    fake_set32(vf, RP_PCI_REVISION_ID, 0x01080200);
    assert_int_equal(rp_scan_add(&machine->scan, &machine->cfg, rp_sbdf(0, 0x21, 0, 0),
                                 RP_SCAN_NONE, 3, &index),
                     RP_OK);
    evaluate_all(machine);
    assert_int_equal(size_of(machine, index), 256);
    assert_int_equal(report(machine, RP_REPORT_FLAG_RESERVED), RP_OK);
    assert_int_equal(size_of(machine, index), 4096);
    assert_int_equal(rp_scan_verdict(&machine->functions[index]).reason,
                     RP_EXTCFG_INHERITED);
    assert_int_equal(report(machine, 0), RP_OK);
    assert_int_equal(size_of(machine, index), 256);
}

/* ---- I4: no news, no work ---- */

static void test_no_news_no_work(void **state)
{
    struct machine *machine = *state;
    unsigned long reads;
    unsigned long maps;

    assert_int_equal(report(machine, RP_REPORT_FLAG_RESERVED), RP_OK);
    reads = machine->pci->reads;
    maps = machine->platform.maps;
    assert_int_equal(report(machine, RP_REPORT_FLAG_RESERVED), RP_OK);
    assert_int_equal(machine->report.effect, RP_REPORT_NOTHING);
    assert_int_equal(machine->report.change_count, 0);
    assert_int_equal(machine->pci->reads, reads);
    assert_int_equal(machine->platform.maps, maps);
    assert_sizes(machine, after);
}

static void test_nothing_to_retract(void **state)
{
    struct machine *machine = *state;
    unsigned long reads = machine->pci->reads;

    assert_int_equal(report(machine, 0), RP_OK);
    assert_int_equal(machine->report.effect, RP_REPORT_NOTHING);
    assert_int_equal(machine->pci->reads, reads);
    assert_sizes(machine, before);
}

/* ---- I2, I3: all or nothing ---- */

/* All that anybody could see of a report; where it keeps its work is left out. */
struct snapshot {
    struct rp_function functions[CAPACITY];
    struct rp_ecam_region regions[REGION_CAPACITY];
    size_t function_count;
    size_t region_count;
    enum rp_report_permission permission;
    bool is_sealed;
    unsigned long balance;
    unsigned long writes;
};

static struct snapshot snap(const struct machine *machine)
{
    struct snapshot snapshot;

    memset(&snapshot, 0, sizeof(snapshot));
    memcpy(snapshot.functions, machine->functions, sizeof(snapshot.functions));
    for (size_t i = 0; i < CAPACITY; i++) {
        snapshot.functions[i].pending = 0;
        snapshot.functions[i].pending_report = 0;
    }
    memcpy(snapshot.regions, machine->regions, sizeof(snapshot.regions));
    snapshot.function_count = machine->scan.count;
    snapshot.region_count = machine->ecam.count;
    snapshot.permission = machine->context.permission;
    snapshot.is_sealed = machine->context.is_sealed;
    snapshot.balance = machine->platform.maps - machine->platform.unmaps;
    snapshot.writes = machine->pci->writes;
    return snapshot;
}

static void assert_unchanged(const struct machine *machine, const struct snapshot *old)
{
    struct snapshot now = snap(machine);

    assert_memory_equal(&now, old, sizeof(now));
}

static void test_assigned_function_refuses(void **state)
{
    struct machine *machine = *state;
    struct snapshot old;

    machine->functions[3].owner = OTHER_DOMAIN;
    old = snap(machine);
    assert_int_equal(report(machine, RP_REPORT_FLAG_RESERVED), RP_ERR_BUSY);
    assert_int_equal(machine->report.busy, 3);
    assert_unchanged(machine, &old);
}

static void test_assigned_function_refuses_withdrawal(void **state)
{
    struct machine *machine = *state;
    struct snapshot old;

    assert_int_equal(report(machine, RP_REPORT_FLAG_RESERVED), RP_OK);
    machine->functions[0].owner = OTHER_DOMAIN;
    old = snap(machine);
    assert_int_equal(report(machine, 0), RP_ERR_BUSY);
    assert_int_equal(machine->report.busy, 0);
    assert_unchanged(machine, &old);
}

static void test_final_verdict_keeps_its_region(void **state)
{
    struct machine *machine = *state;
    struct snapshot old;

    assert_int_equal(report(machine, RP_REPORT_FLAG_RESERVED), RP_OK);
    machine->functions[3].owner = HARDWARE_DOMAIN;
    rp_scan_finalize(&machine->functions[3]);
    old = snap(machine);
    assert_int_equal(report(machine, 0), RP_ERR_BUSY);
    assert_int_equal(machine->report.busy, 3);
    assert_unchanged(machine, &old);
}

static void test_who_is_not_in_the_way(void **state)
{
    struct machine *machine = *state;

    machine->functions[0].owner = HARDWARE_DOMAIN; /* the caller's own */
    machine->functions[1].owner = OTHER_DOMAIN;    /* conventional: stays 256 */
    machine->functions[4].owner = OTHER_DOMAIN;    /* on a bus outside of the region */
    machine->functions[2].owner = OTHER_DOMAIN;    /* settled as it was: */
    rp_scan_finalize(&machine->functions[2]);
    assert_int_equal(report(machine, RP_REPORT_FLAG_RESERVED), RP_OK);
    assert_int_equal(size_of(machine, 0), 4096);
    assert_int_equal(size_of(machine, 2), 256);
    assert_int_equal(size_of(machine, 3), 4096);
}

static void test_reason_may_change_under_a_domain(void **state)
{
    struct machine *machine = *state;

    fake_set32(fake_pci_find(machine->pci, machine->functions[2].sbdf),
               RP_PCI_EXTENDED_BASE, 0xffffffff);
    machine->functions[2].owner = OTHER_DOMAIN;
    assert_int_equal(report(machine, RP_REPORT_FLAG_RESERVED), RP_OK);
    assert_int_equal(rp_scan_verdict(&machine->functions[2]).reason, RP_EXTCFG_ALL_ONES);
    assert_int_equal(size_of(machine, 2), 256);
}

static void test_assignment_between_the_steps(void **state)
{
    struct machine *machine = *state;
    struct rp_report_request request = request_of(RP_REPORT_FLAG_RESERVED);
    struct snapshot old = snap(machine);
    bool is_done;

    assert_int_equal(rp_report_begin(&machine->report, &machine->context, &request),
                     RP_OK);
    assert_int_equal(rp_report_step(&machine->report, 3, &is_done), RP_OK);
    assert_false(is_done);
    machine->functions[0].owner = OTHER_DOMAIN;
    old.functions[0].owner = OTHER_DOMAIN;
    assert_int_equal(rp_report_step(&machine->report, 99, &is_done), RP_ERR_BUSY);
    assert_true(is_done);
    assert_int_equal(machine->report.busy, 0);
    assert_unchanged(machine, &old);
}

/* Goes on with a report to its good end. */
static void go_on(struct machine *machine)
{
    bool is_done = false;

    while (!is_done)
        assert_int_equal(rp_report_step(&machine->report, 1, &is_done), RP_OK);
}

static void test_settling_between_the_steps(void **state)
{
    struct machine *machine = *state;
    struct rp_report_request request = request_of(RP_REPORT_FLAG_RESERVED);
    bool is_done;

    assert_int_equal(rp_report_begin(&machine->report, &machine->context, &request),
                     RP_OK);
    assert_int_equal(rp_report_step(&machine->report, 3, &is_done), RP_OK);
    machine->functions[0].owner = OTHER_DOMAIN;
    rp_scan_finalize(&machine->functions[0]);
    go_on(machine);
    assert_int_equal(size_of(machine, 0), 256);
    assert_int_equal(size_of(machine, 3), 4096);
}

static void test_hot_add_between_the_steps(void **state)
{
    struct machine *machine = *state;
    struct rp_report_request request = request_of(RP_REPORT_FLAG_RESERVED);
    rp_sbdf_t sbdf = rp_sbdf(0, 0x30, 0, 0);
    size_t index;
    bool is_done;

    assert_int_equal(rp_report_begin(&machine->report, &machine->context, &request),
                     RP_OK);
    assert_int_equal(rp_report_step(&machine->report, 4, &is_done), RP_OK);
    add_pcie(machine->pci, sbdf);
    assert_int_equal(rp_scan_add(&machine->scan, &machine->cfg, sbdf, RP_SCAN_NONE,
                                 RP_SCAN_NONE, &index),
                     RP_OK);
    rp_scan_remove(&machine->scan, 2);
    go_on(machine);
    assert_int_equal(size_of(machine, index), 4096);
    assert_int_equal(rp_scan_verdict(&machine->functions[2]).reason,
                     RP_EXTCFG_UNEVALUATED);
}

static void test_replacement_between_the_steps(void **state)
{
    struct machine *machine = *state;
    struct rp_report_request request = request_of(RP_REPORT_FLAG_RESERVED);
    rp_sbdf_t sbdf = machine->functions[2].sbdf;
    size_t index;
    bool is_done;

    assert_int_equal(rp_report_begin(&machine->report, &machine->context, &request),
                     RP_OK);
    assert_int_equal(rp_report_step(&machine->report, 4, &is_done), RP_OK);
    rp_scan_remove(&machine->scan, 2);
    fake_pci_remove(machine->pci, sbdf);
    fake_set32(add_pcie(machine->pci, sbdf), RP_PCI_EXTENDED_BASE, 0xffffffff);
    assert_int_equal(rp_scan_add(&machine->scan, &machine->cfg, sbdf, RP_SCAN_NONE,
                                 RP_SCAN_NONE, &index),
                     RP_OK);
    assert_int_equal(index, 2);
    evaluate_all(machine);
    go_on(machine);
    assert_int_equal(size_of(machine, 0), 4096);
    assert_int_equal(rp_scan_verdict(&machine->functions[2]).reason, RP_EXTCFG_ALL_ONES);
}

static void test_nothing_is_seen_before_the_end(void **state)
{
    struct machine *machine = *state;
    struct rp_report_request request = request_of(RP_REPORT_FLAG_RESERVED);
    struct snapshot old;
    bool is_done = false;

    assert_int_equal(rp_report_begin(&machine->report, &machine->context, &request),
                     RP_OK);
    old = snap(machine);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(rp_report_step(&machine->report, 1, &is_done), RP_OK);
        assert_false(is_done);
        assert_unchanged(machine, &old);
    }
    rp_report_cancel(&machine->report);
    assert_null(machine->regions[0].window);
    assert_int_equal(machine->platform.maps, machine->platform.unmaps);
}

static void test_step_is_bounded(void **state)
{
    struct machine *machine = *state;
    struct rp_report_request request = request_of(RP_REPORT_FLAG_RESERVED);
    unsigned long reads = machine->pci->reads;
    bool is_done;

    assert_int_equal(rp_report_begin(&machine->report, &machine->context, &request),
                     RP_OK);
    assert_int_equal(machine->pci->reads, reads);
    assert_int_equal(rp_report_step(&machine->report, 1, &is_done), RP_OK);
    assert_in_range(machine->pci->reads - reads, 1, 64);
    rp_report_cancel(&machine->report);
}

static void test_mapping_fails(void **state)
{
    struct machine *machine = *state;
    struct snapshot old = snap(machine);

    machine->platform.map_fails = true;
    assert_int_equal(report(machine, RP_REPORT_FLAG_RESERVED), RP_ERR_UNREACHABLE);
    assert_unchanged(machine, &old);
}

/* ---- I5, I6 and malformed reports ---- */

static void assert_refused(struct machine *machine,
                           const struct rp_report_request *request, enum rp_status status)
{
    struct snapshot old = snap(machine);
    unsigned long reads = machine->pci->reads;

    assert_int_equal(report_of(machine, request), status);
    assert_unchanged(machine, &old);
    assert_int_equal(machine->pci->reads, reads);
}

static void test_who_may_not(void **state)
{
    struct machine *machine = *state;
    struct rp_report_request request = request_of(RP_REPORT_FLAG_RESERVED);

    request.caller = RP_REPORT_CALLER_NONE;
    assert_refused(machine, &request, RP_ERR_DENIED);
    request.caller = RP_REPORT_CALLER_HARDWARE;
    machine->context.permission = RP_REPORT_REFUSED;
    assert_refused(machine, &request, RP_ERR_DENIED);
    /* The permission is asked first: nobody learns more by malformed reports. */
    request.flags = 0xffffffff;
    assert_refused(machine, &request, RP_ERR_DENIED);
}

static void test_malformed_reports(void **state)
{
    struct machine *machine = *state;
    struct rp_report_request request = request_of(RP_REPORT_FLAG_RESERVED);

    for (unsigned bit = 1; bit < 32; bit++) {
        request.flags = 1u << bit | RP_REPORT_FLAG_RESERVED;
        assert_refused(machine, &request, RP_ERR_INVALID);
    }
    request = request_of(RP_REPORT_FLAG_RESERVED);
    request.range.start_bus = LAST_BUS + 1;
    assert_refused(machine, &request, RP_ERR_INVALID);
    request = request_of(RP_REPORT_FLAG_RESERVED);
    request.range.segment = 1;
    assert_refused(machine, &request, RP_ERR_NO_DEVICE);
    request = request_of(RP_REPORT_FLAG_RESERVED);
    request.range.start_bus = 0x40;
    request.range.end_bus = 0xff;
    assert_refused(machine, &request, RP_ERR_NO_DEVICE);
    request = request_of(RP_REPORT_FLAG_RESERVED);
    request.range.base.value += 0x10000000;
    assert_refused(machine, &request, RP_ERR_MISMATCH);
}

static void test_rejected_region(void **state)
{
    struct machine *machine = *state;
    struct rp_ecam_range range = {.base = {base}, .segment = 3, .end_bus = 0};
    struct rp_report_request request = request_of(RP_REPORT_FLAG_RESERVED);
    size_t index;

    assert_int_equal(rp_ecam_add(&machine->ecam, &range, RP_ECAM_SOURCE_MCFG, &index),
                     RP_OK);
    assert_int_equal(machine->regions[index].state, RP_ECAM_REJECTED);
    request.range = range;
    assert_refused(machine, &request, RP_ERR_MALFORMED);
}

static void test_sealed_is_sealed(void **state)
{
    struct machine *machine = *state;
    struct rp_report_request request = request_of(RP_REPORT_FLAG_RESERVED);

    rp_report_seal(&machine->context);
    assert_int_equal(rp_report_begin(&machine->report, &machine->context, &request),
                     RP_ERR_DENIED);
    assert_refused(machine, &request, RP_ERR_DENIED);
    request.caller = RP_REPORT_CALLER_FIRMWARE;
    assert_refused(machine, &request, RP_ERR_DENIED);
    for (size_t i = 0; i < machine->scan.count; i++)
        assert_true(rp_scan_verdict(&machine->functions[i]).final);
}

static void test_seal_between_the_steps(void **state)
{
    struct machine *machine = *state;
    struct rp_report_request request = request_of(RP_REPORT_FLAG_RESERVED);
    bool is_done;

    assert_int_equal(rp_report_begin(&machine->report, &machine->context, &request),
                     RP_OK);
    assert_int_equal(rp_report_step(&machine->report, 3, &is_done), RP_OK);
    rp_report_seal(&machine->context);
    assert_int_equal(rp_report_step(&machine->report, 3, &is_done), RP_ERR_DENIED);
    assert_true(is_done);
    assert_sizes(machine, before);
    assert_int_equal(machine->regions[0].state, RP_ECAM_CANDIDATE);
    assert_int_equal(machine->platform.maps, machine->platform.unmaps);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_report_decides),
        TEST(test_retraction),
        TEST(test_retraction_leaves_other_evidence),
        TEST(test_firmware_domain_vouches),
        TEST(test_strict_policy_wants_more),
        TEST(test_clamped_report_vouches_for_its_part),
        TEST(test_wider_report_stays_in_the_region),
        TEST(test_virtual_function_follows),
        TEST(test_no_news_no_work),
        TEST(test_nothing_to_retract),
        TEST(test_assigned_function_refuses),
        TEST(test_assigned_function_refuses_withdrawal),
        TEST(test_final_verdict_keeps_its_region),
        TEST(test_who_is_not_in_the_way),
        TEST(test_reason_may_change_under_a_domain),
        TEST(test_assignment_between_the_steps),
        TEST(test_settling_between_the_steps),
        TEST(test_hot_add_between_the_steps),
        TEST(test_replacement_between_the_steps),
        TEST(test_nothing_is_seen_before_the_end),
        TEST(test_step_is_bounded),
        TEST(test_mapping_fails),
        TEST(test_who_may_not),
        TEST(test_malformed_reports),
        TEST(test_rejected_region),
        TEST(test_sealed_is_sealed),
        TEST(test_seal_between_the_steps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
