/* SPDX-License-Identifier: MIT */
/* What is measured of the core. */
#include "bench/core/operations.h"

#include <stdio.h>
#include <stdlib.h>

#include <rootport/access.h>
#include <rootport/cap.h>
#include <rootport/pci_regs.h>
#include <rootport/report.h>
#include <rootport/scan.h>
#include <rootport/topology.h>
#include <rootport/vpci.h>

#include "bench/core/machine.h"
#include "core/vpci_internal.h"

enum {
    OFTEN = 1000, /* runs of what takes less than a microsecond */
    SELDOM = 1,
    REPORT_BUDGET = 64, /* functions in one go: more than the hypervisor takes */
};

static struct rp_platform machine;
static struct rp_cfg cfg;

static void fail(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

/* ---- Register accesses ------------------------------------------------------- */

static struct rp_vpci_state state;
static struct rp_vpci_view view;
static struct rp_vpci_effects effects;
static uint16_t last_register;

static unsigned claimed_count(void)
{
    unsigned count = 0;

    for (unsigned dword = 0; dword < RP_CFG_SIZE_EXTENDED / 4; dword++)
        if (view.slot_of[dword] != 0) {
            last_register = (uint16_t)(4 * dword);
            count++;
        }
    return count;
}

static void build_view(unsigned cap_count, unsigned extended_size)
{
    const struct rp_vpci_config config = {
        .cfg = cfg,
        .platform = &machine,
        .role = RP_VPCI_ROLE_GUEST,
        .policy = RP_VPCI_POLICY_VENDOR_SPECIFIC,
    };

    machine_init(&machine, 1, cap_count, 0);
    if (extended_size != 0)
        machine_fill_extended(&machine, extended_size);
    if (rp_vpci_attach(&state, &config) != RP_OK ||
        rp_vpci_build(&view, &state, RP_CFG_SIZE_EXTENDED) != RP_OK)
        fail("the fake function is refused");
}

/* A view with exactly @registers dwords that something is behind. */
static void prepare_view(unsigned registers)
{
    unsigned cap_count = registers > 900 ? 2 : 0;
    unsigned more = 0;

    cfg = machine_cfg_of_one(&machine);
    build_view(cap_count, 0);
    if (claimed_count() < registers) {
        more = 4 * (registers - claimed_count() + 1);
        build_view(cap_count, more);
    }
    if (claimed_count() != registers) {
        fprintf(stderr, "bench: %u registers instead of %u\n", claimed_count(),
                registers);
        exit(1);
    }
}

static uint64_t read_first(void)
{
    return rp_vpci_read(&view, RP_PCI_VENDOR_ID, 4);
}

static uint64_t read_last(void)
{
    return rp_vpci_read(&view, last_register, 4);
}

static uint64_t read_command(void)
{
    return rp_vpci_read(&view, RP_PCI_COMMAND, 2);
}

static uint64_t read_bar(void)
{
    return rp_vpci_read(&view, RP_PCI_BAR0, 4);
}

static uint64_t read_byte(void)
{
    return rp_vpci_read(&view, RP_PCI_BAR0 + 1, 1);
}

static uint64_t read_absent(void)
{
    return rp_vpci_read(&view, RP_CFG_SIZE_EXTENDED - 4, 4);
}

static uint64_t read_two(void)
{
    return rp_vpci_read(&view, RP_PCI_BAR0, 8);
}

static uint64_t read_across(void)
{
    return rp_vpci_read(&view, RP_PCI_BAR0 + 2, 4);
}

static uint64_t write_interrupt_line(void)
{
    rp_vpci_write(&view, RP_PCI_INTERRUPT_LINE, 1, 11, &effects);
    return effects.what;
}

static uint64_t write_bar(void)
{
    rp_vpci_write(&view, RP_PCI_BAR0, 4, RP_PCI_ALL_ONES, &effects);
    return effects.what;
}

static uint64_t write_absent(void)
{
    rp_vpci_write(&view, RP_CFG_SIZE_EXTENDED - 4, 4, 0, &effects);
    return effects.what;
}

static uint64_t carrier_alone(void)
{
    uint32_t value;

    (void)cfg.ops->read(cfg.context, rp_sbdf(0, 0, 0, 0), 0, 4, &value);
    return value;
}

/* What the core calls for a write of a BAR. */
static uint64_t handler_alone(void)
{
    const struct vpci_write all = {RP_PCI_ALL_ONES, RP_PCI_ALL_ONES};

    uint32_t shown;

    vpci_bar_low_write(&state, 0, all, &effects, &shown);
    return shown;
}

/* ---- Which function answers ---------------------------------------------------- */

static struct rp_topology topology;
static struct rp_rootport ports[RP_TOPOLOGY_PORTS_MAX];
static struct rp_image images[RP_TOPOLOGY_PORTS_MAX];
static struct rp_image host_bridge;

/* @port_count ports with a function behind each. */
static void prepare_topology(unsigned port_count)
{
    for (unsigned i = 0; i < port_count; i++) {
        const struct rp_rootport_config config = {
            .port_number = (uint8_t)(i + 1),
            .slot_number = (uint16_t)(i + 1),
            .max_link = {RP_LINK_SPEED_MAX, RP_LINK_WIDTH_MAX},
            .secondary_bus = (uint8_t)(i + 1),
            .subordinate_bus = (uint8_t)(i + 1),
        };

        if (rp_rootport_init(&ports[i], &images[i], &config) != RP_OK)
            fail("the port is refused");
    }
    if (rp_topology_init(&topology, &host_bridge, ports, port_count) != RP_OK)
        fail("the topology is refused");
    for (unsigned i = 0; i < port_count; i++)
        if (rp_topology_attach(&topology, i, 0, &ports[i]) != RP_OK)
            fail("the child is refused");
}

static uint64_t find_child(void)
{
    return rp_topology_find(&topology, topology.port_count, 0).kind;
}

static uint64_t find_absent(void)
{
    return rp_topology_find(&topology, 200, 0).kind;
}

static uint64_t decode_ecam(void)
{
    struct rp_access access = rp_access_ecam(0x123104, 4);

    return access.pieces[0].reg;
}

static uint64_t decode_cf8(void)
{
    struct rp_cf8 latch = {.address = 0x80010010};
    struct rp_access access;

    return rp_cf8_decode(&latch, RP_PCI_CONFIG_DATA, 4, &access);
}

/* ---- Capabilities ---------------------------------------------------------------- */

static void prepare_caps(unsigned count)
{
    cfg = machine_cfg_of_one(&machine);
    machine_init(&machine, 1, count, 0);
}

static void prepare_extcaps(unsigned count)
{
    cfg = machine_cfg_of_one(&machine);
    machine_init(&machine, 1, 1, count);
}

static uint64_t walk_caps(void)
{
    struct rp_cap_iter iter = rp_cap_begin(&cfg, rp_sbdf(0, 0, 0, 0));
    struct rp_cap cap;
    uint64_t sum = 0;

    while (rp_cap_next(&iter, &cap))
        sum += cap.offset;
    return sum;
}

static uint64_t walk_extcaps(void)
{
    struct rp_cap_iter iter =
        rp_extcap_begin(&cfg, rp_sbdf(0, 0, 0, 0), RP_CFG_SIZE_EXTENDED);
    struct rp_cap cap;
    uint64_t sum = 0;

    while (rp_extcap_next(&iter, &cap))
        sum += cap.offset;
    return sum;
}

static uint64_t find_serial(void)
{
    return rp_extcap_find(&cfg, rp_sbdf(0, 0, 0, 0), RP_CFG_SIZE_EXTENDED,
                          RP_PCI_EXTCAP_ID_SERIAL_NUMBER);
}

/* ---- Verdicts ---------------------------------------------------------------------- */

static uint64_t evaluate(void)
{
    return rp_extcfg_evaluate(&cfg, rp_sbdf(0, 0, 0, 0), RP_EXTCFG_ALIAS_CHECK).size;
}

/* The first 256 bytes repeat: every page has to be looked at. */
static void prepare_aliased(unsigned count)
{
    prepare_caps(count);
    for (unsigned page = 1; page < RP_CFG_SIZE_EXTENDED / 0x100; page++)
        for (unsigned dword = 0; dword < 0x100 / 4; dword++)
            machine.registers[page * 0x100 / 4 + dword] = machine.registers[dword];
}

static void build(void)
{
    if (rp_vpci_build(&view, &state, RP_CFG_SIZE_EXTENDED) != RP_OK)
        fail("the view is refused");
}

static uint64_t rebuild_view(void)
{
    build();
    return view.slot_count;
}

/* ---- Many functions ------------------------------------------------------------------
 */

static struct rp_function functions[MACHINE_FUNCTIONS_MAX];
static struct rp_scan scan;
static struct rp_ecam_region region;
static struct rp_ecam ecam;
static struct rp_report_context reports;
static struct rp_report under_way;
static bool is_under_way;
static uint32_t last_flags;

static void prepare_scan(unsigned function_count)
{
    cfg = machine_cfg(&machine);
    machine_init(&machine, function_count, 4, 12);
}

static uint64_t scan_all(void)
{
    rp_scan_init(&scan, functions, MACHINE_FUNCTIONS_MAX);
    if (rp_scan_segment(&scan, &cfg, 0, 0, 255) != RP_OK ||
        scan.count != machine.function_count)
        fail("the scan misses functions");
    return scan.count;
}

/* A table that is full. */
static void prepare_table(unsigned function_count)
{
    prepare_scan(function_count);
    rp_scan_init(&scan, functions, function_count);
    if (rp_scan_segment(&scan, &cfg, 0, 0, 255) != RP_OK || scan.count != function_count)
        fail("the scan misses functions");
}

static uint64_t look_up_last(void)
{
    return rp_scan_find(&scan, scan.functions[scan.count - 1].sbdf);
}

static uint64_t look_up_absent(void)
{
    return rp_scan_find(&scan, rp_sbdf(1, 0, 0, 0));
}

static void prepare_report(unsigned function_count)
{
    const struct rp_ecam_setup setup = {
        .regions = &region,
        .capacity = 1,
        .policy = RP_ECAM_POLICY_DEFAULT,
        .address_bits = 52,
    };
    const struct rp_ecam_range range = {.base = {0xe0000000}, .end_bus = 255};
    size_t index;

    prepare_scan(function_count);
    (void)scan_all();
    rp_ecam_init(&ecam, &setup);
    if (rp_ecam_add(&ecam, &range, RP_ECAM_SOURCE_MCFG, &index) != RP_OK)
        fail("the region is refused");
    reports = (struct rp_report_context){
        .platform = &machine,
        .ecam = &ecam,
        .scan = &scan,
        .permission = RP_REPORT_ALLOWED,
    };
    is_under_way = false;
    last_flags = 0;
}

static void begin_report(uint32_t flags)
{
    const struct rp_report_request request = {
        .caller = RP_REPORT_CALLER_HARDWARE,
        .owner = 1,
        .range = region.range,
        .flags = flags,
    };

    if (rp_report_begin(&under_way, &reports, &request) != RP_OK)
        fail("the report is refused");
}

/* Returns whether that was the report's last go. */
static bool go_on(void)
{
    bool is_done;

    if (rp_report_step(&under_way, REPORT_BUDGET, &is_done) != RP_OK)
        fail("the report fails");
    return is_done;
}

static size_t report(uint32_t flags)
{
    begin_report(flags);
    while (!go_on())
        ;
    return under_way.change_count;
}

/* The region is reserved, and then no longer: each function changes twice. */
static uint64_t report_twice(void)
{
    size_t changes = report(RP_REPORT_FLAG_RESERVED) + report(0);

    if (changes != 2 * scan.count)
        fail("not every function was evaluated");
    return changes;
}

/* What others may have to wait for: the hypervisor lets go of its lock in between. */
static uint64_t report_one_go(void)
{
    if (!is_under_way) {
        last_flags ^= RP_REPORT_FLAG_RESERVED;
        begin_report(last_flags);
    }
    is_under_way = !go_on();
    return under_way.change_count;
}

static uint64_t report_no_news(void)
{
    return report(0);
}

/* ---- All of it -----------------------------------------------------------------------
 */

static void prepare_nothing(unsigned size)
{
    (void)size;
}

/* What it takes to call something with the arguments of an access. */
static uint64_t nothing(void)
{
    return machine_nothing(&machine, RP_PCI_VENDOR_ID, 4);
}

/* The rows of what is behind a register. */
enum {
    NOTHING,
    FUNCTION,
    HANDLER,
};

#define ACCESS(name, size, dispatches, behind, run)                                      \
    {                                                                                    \
        "dispatch", name, size, dispatches, behind, OFTEN, prepare_view, run             \
    }

#define DISPATCH(size)                                                                   \
    ACCESS("read, first register", size, 1, FUNCTION, read_first),                       \
        ACCESS("read, last register", size, 1, size == 10 ? NOTHING : FUNCTION,          \
               read_last),                                                               \
        ACCESS("read, command", size, 1, FUNCTION, read_command),                        \
        ACCESS("read, BAR", size, 1, NOTHING, read_bar),                                 \
        ACCESS("read, a byte of a BAR", size, 1, NOTHING, read_byte),                    \
        ACCESS("read, nobody's register", size, 1, NOTHING, read_absent),                \
        ACCESS("read, 8 bytes: two BARs", size, 2, NOTHING, read_two),                   \
        ACCESS("read, across two BARs", size, 2, NOTHING, read_across),                  \
        ACCESS("write, interrupt line", size, 1, NOTHING, write_interrupt_line),         \
        ACCESS("write, BAR", size, 1, HANDLER, write_bar),                               \
        ACCESS("write, nobody's register", size, 1, NOTHING, write_absent)

const struct operation operations[] = {
    /* Taken off all others. */
    [NOTHING] = {"loop", "nothing", 0, 0, 0, OFTEN, prepare_nothing, nothing},
    [FUNCTION] = {"loop", "the fake's own register read", 0, 0, 0, OFTEN, prepare_caps,
                  carrier_alone},
    [HANDLER] = {"loop", "a BAR's own handler", 10, 0, 0, OFTEN, prepare_view,
                 handler_alone},
    DISPATCH(10),
    DISPATCH(40),
    DISPATCH(200),
    DISPATCH(1000),
    {"routing", "ECAM offset to register", 0, 0, 0, OFTEN, prepare_nothing, decode_ecam},
    {"routing", "CF8/CFC to register", 0, 0, 0, OFTEN, prepare_nothing, decode_cf8},
    {"routing", "bus to function", 1, 0, 0, OFTEN, prepare_topology, find_child},
    {"routing", "bus to function", 31, 0, 0, OFTEN, prepare_topology, find_child},
    {"routing", "bus to nothing", 31, 0, 0, OFTEN, prepare_topology, find_absent},
    {"capabilities", "walk", 1, 0, 0, OFTEN, prepare_caps, walk_caps},
    {"capabilities", "walk", 8, 0, 0, OFTEN, prepare_caps, walk_caps},
    {"capabilities", "extended walk", 12, 0, 0, OFTEN, prepare_extcaps, walk_extcaps},
    {"capabilities", "extended walk", 240, 0, 0, OFTEN, prepare_extcaps, walk_extcaps},
    {"capabilities", "find the last extended", 12, 0, 0, OFTEN, prepare_extcaps,
     find_serial},
    {"verdict", "usable", 1, 0, 0, OFTEN, prepare_extcaps, evaluate},
    {"verdict", "aliased: all 15 pages looked at", 1, 0, 0, OFTEN, prepare_aliased,
     evaluate},
    {"view", "build", 40, 0, 0, OFTEN, prepare_view, rebuild_view},
    {"view", "build", 1000, 0, 0, OFTEN, prepare_view, rebuild_view},
    {"scan", "a segment", 256, 0, 0, SELDOM, prepare_scan, scan_all},
    {"scan", "a segment", 4096, 0, 0, SELDOM, prepare_scan, scan_all},
    {"scan", "a segment", 65536, 0, 0, SELDOM, prepare_scan, scan_all},
    {"look-up", "the last function", 256, 0, 0, OFTEN, prepare_table, look_up_last},
    {"look-up", "the last function", 65536, 0, 0, OFTEN, prepare_table, look_up_last},
    {"look-up", "an absent function", 256, 0, 0, OFTEN, prepare_table, look_up_absent},
    {"look-up", "an absent function", 65536, 0, 0, OFTEN, prepare_table, look_up_absent},
    {"report", "reserved, and taken back", 10, 0, 0, SELDOM, prepare_report,
     report_twice},
    {"report", "reserved, and taken back", 100, 0, 0, SELDOM, prepare_report,
     report_twice},
    {"report", "reserved, and taken back", 1000, 0, 0, SELDOM, prepare_report,
     report_twice},
    {"report", "reserved, and taken back", 10000, 0, 0, SELDOM, prepare_report,
     report_twice},
    {"report", "reserved, and taken back", 60000, 0, 0, SELDOM, prepare_report,
     report_twice},
    {"report", "one go of 64 functions", 1000, 0, 0, OFTEN, prepare_report,
     report_one_go},
    {"report", "one go of 64 functions", 10000, 0, 0, OFTEN, prepare_report,
     report_one_go},
    {"report", "one go of 64 functions", 60000, 0, 0, OFTEN, prepare_report,
     report_one_go},
    {"report", "no news", 10000, 0, 0, OFTEN, prepare_report, report_no_news},
};

const size_t operation_count = sizeof(operations) / sizeof(operations[0]);
