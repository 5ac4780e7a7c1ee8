/* SPDX-License-Identifier: MIT */
/*
 * The reader of launch configurations: each file of tests/fixtures/launch says
 * in its "// expect:" lines what is to be found in it,
 *
 *     // expect: <severity> <rule> <node>[:<property>] [<hint>]
 *
 * or "nothing"; dtc makes the blobs. Blobs that dtc wouldn't make are built here.
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include "launch/launch.h"
#include "launch/schema.h"

enum {
    BLOB_SIZE_MAX = 1 << 16,
    FINDING_MAX = 64,
    LINE_MAX_LENGTH = 512,
};

/* ---- Blobs ---- */

struct blob {
    void *bytes; /* on the heap, exactly @size long, so that ASan sees a step outside */
    size_t size;
};

static struct blob blob_of(const void *bytes, size_t size)
{
    struct blob blob = {malloc(size > 0 ? size : 1), size};

    assert_non_null(blob.bytes);
    if (size > 0)
        memcpy(blob.bytes, bytes, size);
    return blob;
}

static struct blob blob_compiled(const char *path)
{
    char command[LINE_MAX_LENGTH];
    static char bytes[BLOB_SIZE_MAX];
    size_t size;
    FILE *pipe;

    snprintf(command, sizeof(command), "dtc -q -I dts -O dtb %s", path);
    pipe = popen(command, "r");
    assert_non_null(pipe);
    size = fread(bytes, 1, sizeof(bytes), pipe);
    assert_int_equal(pclose(pipe), 0);
    assert_in_range(size, 1, sizeof(bytes) - 1);
    return blob_of(bytes, size);
}

/* ---- What is read from them ---- */

struct reading {
    struct launch_config config;
    struct launch_finding entries[FINDING_MAX];
    struct launch_findings findings;
    enum rp_status status;
};

static struct reading reading;

static void read_blob(struct blob blob)
{
    memset(&reading, 0xa5, sizeof(reading));
    reading.findings = (struct launch_findings){reading.entries, FINDING_MAX, 0};
    reading.status =
        launch_read(blob.bytes, blob.size, &reading.config, &reading.findings);
}

static void read_fixture(const char *path, struct blob *out_blob)
{
    *out_blob = blob_compiled(path);
    read_blob(*out_blob);
}

/* ---- Expectations ---- */

#define NAMED(rule) [LAUNCH_RULE_##rule] = #rule

static const char *const rule_names[LAUNCH_RULE_COUNT] = {
    [LAUNCH_RULE_NONE] = "NONE",
    NAMED(BLOB_ALIGNED),
    NAMED(BLOB_VALID),
    NAMED(HYPERVISOR_NODE),
    NAMED(HYPERVISOR_COMPATIBLE),
    NAMED(NODE_KNOWN),
    NAMED(NODE_ONCE),
    NAMED(NODE_CAPACITY),
    NAMED(PROPERTY_KNOWN),
    NAMED(PROPERTY_ONCE),
    NAMED(PROPERTY_MISSING),
    NAMED(TYPE_U32),
    NAMED(TYPE_U64),
    NAMED(TYPE_STRING),
    NAMED(TYPE_FLAG),
    NAMED(VALUE_CHOICE),
    NAMED(VALUE_RANGE),
    NAMED(NAME_CHARACTERS),
    NAMED(MEMORY_GRANULE),
    NAMED(BANK_LIST),
    NAMED(BANK_SUM),
    NAMED(CPU_LIST),
    NAMED(CPU_COUNT),
    NAMED(ROLE_KNOWN),
    NAMED(SEAL_VALUE),
    NAMED(SBDF_FORM),
    NAMED(PCI_ID_FORM),
    NAMED(SERIAL_FORM),
    NAMED(PATH_FORM),
    NAMED(WINDOW_GRANULE),
    NAMED(CONFIG_SIZE),
    NAMED(MODULE_LOCATION),
    NAMED(KERNEL_MISSING),
    NAMED(SELECTOR_MISSING),
    NAMED(SELECTOR_ONCE),
    NAMED(SELECTOR_REFINED),
    NAMED(QUIRK_EMPTY),
    NAMED(FOCUS_WITHOUT_CONSOLE),
    NAMED(DOMAIN_NONE),
    NAMED(DOMAIN_NAME_TAKEN),
    NAMED(DOMID_TAKEN),
    NAMED(CPU_TAKEN),
    NAMED(BANK_TAKEN),
    NAMED(FUNCTION_TAKEN),
    NAMED(PORT_TAKEN),
    NAMED(HARDWARE_ONCE),
    NAMED(FIRMWARE_ONCE),
    NAMED(FIRMWARE_ALONE),
    NAMED(FIRMWARE_PORTS),
    NAMED(HARDWARE_PORTS),
    NAMED(FOCUS_ONCE),
    NAMED(SEAL_REPORTER),
    NAMED(REPORTS_REPORTER),
};

static const char *const severities[] = {"WARNING", "COSTS_PORT", "COSTS_DOMAIN",
                                         "COSTS_SYSTEM"};

/* A finding as an expectation spells it. */
static void spell(const struct launch_finding *finding, char *line)
{
    snprintf(
        line, LINE_MAX_LENGTH, "%s %s %s%s%s%s%s%s", severities[finding->severity],
        rule_names[finding->rule], finding->node, finding->property != NULL ? ":" : "",
        finding->property != NULL ? finding->property : "",
        finding->hint != NULL ? " [" : "", finding->hint != NULL ? finding->hint : "",
        finding->hint != NULL ? "]" : "");
}

static void print_findings(void)
{
    for (size_t i = 0; i < reading.findings.count && i < FINDING_MAX; i++) {
        char line[LINE_MAX_LENGTH];

        spell(&reading.entries[i], line);
        print_error("found: %s\n", line);
    }
}

/* Takes a finding that is spelt @expected out of the findings. */
static bool take_finding(const char *expected, bool *taken)
{
    for (size_t i = 0; i < reading.findings.count; i++) {
        char line[LINE_MAX_LENGTH];

        spell(&reading.entries[i], line);
        if (!taken[i] && strcmp(line, expected) == 0) {
            taken[i] = true;
            return true;
        }
    }
    return false;
}

static bool is_rule_seen[LAUNCH_RULE_COUNT];

/* Compares the findings with the "// expect:" lines of the fixture at @path. */
static void check_fixture(const char *path)
{
    static const char prefix[] = "// expect: ";
    bool taken[FINDING_MAX] = {false};
    char line[LINE_MAX_LENGTH];
    size_t line_count = 0, expected_count = 0;
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        char *expected = line + sizeof(prefix) - 1;

        if (strncmp(line, prefix, sizeof(prefix) - 1) != 0)
            continue;
        expected[strcspn(expected, "\n")] = '\0';
        line_count++;
        if (strcmp(expected, "nothing") == 0)
            continue;
        expected_count++;
        if (!take_finding(expected, taken)) {
            print_findings();
            fail_msg("%s: not found: %s", path, expected);
        }
    }
    fclose(file);
    if (line_count == 0 || reading.findings.count != expected_count) {
        print_findings();
        fail_msg("%s: %zu findings, %zu expected in %zu lines", path,
                 reading.findings.count, expected_count, line_count);
    }
}

static void fixtures_give_the_findings_they_expect(void **state)
{
    glob_t paths;

    (void)state;
    assert_int_equal(glob("tests/fixtures/launch/*.dts", 0, NULL, &paths), 0);
    for (size_t i = 0; i < paths.gl_pathc; i++) {
        struct blob blob;
        bool is_lost = false;

        read_fixture(paths.gl_pathv[i], &blob);
        check_fixture(paths.gl_pathv[i]);
        for (size_t j = 0; j < reading.findings.count; j++) {
            is_rule_seen[reading.entries[j].rule] = true;
            is_lost |= reading.entries[j].severity == LAUNCH_COSTS_SYSTEM;
        }
        assert_int_equal(reading.status, is_lost ? RP_ERR_MALFORMED : RP_OK);
        free(blob.bytes);
    }
    globfree(&paths);
}

static void shipped_configurations_are_sound(void **state)
{
    glob_t paths;

    (void)state;
    assert_int_equal(glob("configs/*.dts", 0, NULL, &paths), 0);
    for (size_t i = 0; i < paths.gl_pathc; i++) {
        struct blob blob;

        read_fixture(paths.gl_pathv[i], &blob);
        print_findings();
        assert_int_equal(reading.findings.count, 0);
        assert_int_equal(reading.status, RP_OK);
        free(blob.bytes);
    }
    globfree(&paths);
}

/* ---- Values ---- */

static const struct launch_domain *domain_named(const char *name)
{
    for (size_t i = 0; i < reading.config.domain_count; i++) {
        if (strcmp(reading.config.domains[i].name, name) == 0)
            return &reading.config.domains[i];
    }
    fail_msg("no domain %s", name);
    return NULL;
}

static void reads_what_holds_for_the_machine(void **state)
{
    static const struct launch_pci_path path = {1, 0x40, 3, {0xe4, 0x00, 0xff}};
    const struct launch_config *config = &reading.config;
    struct blob blob;

    (void)state;
    read_fixture("tests/fixtures/launch/full.dts", &blob);
    assert_int_equal(config->ecam, LAUNCH_ECAM_STRICT);
    assert_int_equal(config->seal, LAUNCH_SEAL_AFTER_MS);
    assert_int_equal(config->seal_ms, 30000);
    assert_int_equal(config->mmcfg_reports, LAUNCH_REPORTS_ALLOWED);
    assert_int_equal(config->iommu, LAUNCH_IOMMU_NONE);
    assert_true(config->skip_alias_check);
    assert_int_equal(config->quirk_count, 2);
    assert_int_equal(config->quirks[0].functions.kind, LAUNCH_SELECT_PATH);
    assert_memory_equal(&config->quirks[0].functions.path, &path, sizeof(path));
    assert_int_equal(config->quirks[0].config_size, 256);
    assert_false(config->quirks[0].skip_alias_check);
    assert_int_equal(config->quirks[0].pin_gsi, 0);
    assert_int_equal(config->quirks[1].functions.kind, LAUNCH_SELECT_ID);
    assert_int_equal(config->quirks[1].functions.vendor_id, 0x8086);
    assert_int_equal(config->quirks[1].functions.device_id, 0x10d3);
    assert_int_equal(config->quirks[1].config_size, 0);
    assert_true(config->quirks[1].skip_alias_check);
    assert_int_equal(config->quirks[1].pin_gsi, 21);
    free(blob.bytes);
}

static void reads_what_a_domain_is_made_of(void **state)
{
    const struct launch_domain *hardware, *administrator;
    struct blob blob;

    (void)state;
    read_fixture("tests/fixtures/launch/full.dts", &blob);
    hardware = domain_named("hardware");
    assert_true(hardware->is_launchable);
    assert_int_equal(hardware->domid, 0);
    assert_int_equal(hardware->roles, LAUNCH_ROLE_HARDWARE);
    assert_int_equal(hardware->memory, 1ull << 30);
    assert_int_equal(hardware->cpu_count, 1);
    assert_int_equal(hardware->cpu_number_count, 0);
    assert_int_equal(hardware->console, LAUNCH_CONSOLE_NONE);
    assert_string_equal(hardware->kernel.name, "vmlinuz");
    assert_false(hardware->ramdisk.is_present);
    assert_string_equal(hardware->bootargs, "");

    administrator = domain_named("administrator");
    assert_int_equal(administrator->domid, 2);
    assert_int_equal(administrator->roles, LAUNCH_ROLE_CONTROL);
    assert_int_equal(administrator->cpu_count, 2);
    assert_int_equal(administrator->cpu_number_count, 2);
    assert_int_equal(administrator->cpu_numbers[0], 5);
    assert_int_equal(administrator->cpu_numbers[1], 3);
    assert_int_equal(administrator->bank_count, 2);
    assert_int_equal(administrator->banks[1].base.value, 0x200000000);
    assert_int_equal(administrator->banks[1].size, 0x80000000);
    assert_true(administrator->kernel.is_present);
    assert_null(administrator->kernel.name);
    assert_int_equal(administrator->kernel.index, 1);
    assert_string_equal(administrator->ramdisk.name, "initrd");
    assert_string_equal(administrator->bootargs, "console=ttyS0 quiet");
    assert_ptr_equal(&reading.config.domains[reading.config.console_focus],
                     administrator);
    /* 0 is the hardware domain's, 2 is given: 1 is the next. */
    assert_int_equal(domain_named("guest")->domid, 1);
    assert_int_equal(domain_named("guest")->cpu_count, 4);
    free(blob.bytes);
}

static void reads_ports_and_their_functions(void **state)
{
    const struct launch_domain *guest;
    const struct launch_port *ports;
    struct blob blob;

    (void)state;
    read_fixture("tests/fixtures/launch/full.dts", &blob);
    guest = domain_named("guest");
    ports = &reading.config.ports[guest->first_port];
    assert_int_equal(guest->port_count, 4);

    assert_string_equal(ports[0].name, "spare");
    assert_int_equal(ports[0].number, 2);
    assert_int_equal(ports[0].function.kind, LAUNCH_SELECT_NOTHING);
    assert_int_equal(ports[0].memory_window, 0);

    assert_int_equal(ports[1].number, 1);
    assert_int_equal(ports[1].memory_window, 3ull << 20);
    assert_int_equal(ports[1].prefetchable_window, 1ull << 40);
    assert_int_equal(ports[1].function.kind, LAUNCH_SELECT_ID);
    assert_int_equal(ports[1].function.vendor_id, 0x1b36);
    assert_true(ports[1].function.has_serial);
    assert_false(ports[1].function.has_index);
    assert_int_equal(ports[1].function.serial, 0x001122fffe3344f5);
    assert_int_equal(ports[1].condition, LAUNCH_WHEN_FINAL);
    assert_false(ports[1].has_vendor_capabilities);
    assert_int_equal(ports[1].vital_product_data, LAUNCH_VITAL_PRODUCT_DATA_READ_ONLY);
    assert_int_equal(ports[1].vf_memory, 0);

    assert_int_equal(ports[2].number, 3);
    assert_true(ports[2].function.has_index);
    assert_int_equal(ports[2].function.index, 1);
    assert_int_equal(ports[2].condition, LAUNCH_WHEN_NOW);
    assert_true(ports[2].has_vendor_capabilities);
    assert_int_equal(ports[2].vital_product_data, LAUNCH_VITAL_PRODUCT_DATA_WRITABLE);
    assert_int_equal(ports[2].vf_memory, 0x3a5c3000);

    assert_int_equal(ports[3].number, 30);
    assert_int_equal(ports[3].function.kind, LAUNCH_SELECT_SBDF);
    assert_int_equal(ports[3].function.sbdf.value, rp_sbdf(1, 0xfe, 0x1f, 7).value);
    assert_int_equal(ports[3].condition, LAUNCH_WHEN_REQUIRED);
    free(blob.bytes);
}

static void defaults_are_the_safe_ones(void **state)
{
    struct blob blob;

    (void)state;
    read_fixture("tests/fixtures/launch/sound.dts", &blob);
    assert_int_equal(reading.config.ecam, LAUNCH_ECAM_DEFAULT);
    assert_int_equal(reading.config.seal, LAUNCH_SEAL_AT_BOOT);
    assert_int_equal(reading.config.mmcfg_reports, LAUNCH_REPORTS_REFUSED);
    assert_int_equal(reading.config.iommu, LAUNCH_IOMMU_REQUIRED);
    assert_false(reading.config.skip_alias_check);
    assert_int_equal(reading.config.console_focus, 0);
    assert_int_equal(domain_named("one")->roles, 0);
    assert_int_equal(domain_named("one")->domid, 1);
    assert_int_equal(domain_named("three")->domid, 3);
    assert_int_equal(reading.config.ports[0].condition, LAUNCH_WHEN_REQUIRED);
    free(blob.bytes);
}

static void a_lost_domain_costs_no_other_anything(void **state)
{
    struct blob blob;

    (void)state;
    read_fixture("tests/fixtures/launch/clashes.dts", &blob);
    assert_true(domain_named("one")->is_launchable);
    assert_false(domain_named("two")->is_launchable);
    assert_false(domain_named("six")->is_launchable);
    assert_true(domain_named("seven")->is_launchable);
    assert_int_equal(reading.config.console_focus, 0);
    /* The port that clashed is there, empty, with a number of its own. */
    assert_int_equal(reading.config.ports[0].number, 3);
    assert_int_equal(reading.config.ports[1].number, 1);
    assert_int_equal(reading.config.ports[1].function.kind, LAUNCH_SELECT_NOTHING);

    free(blob.bytes);
    read_fixture("tests/fixtures/launch/roles.dts", &blob);
    assert_true(domain_named("three")->is_launchable);
    assert_true(domain_named("five")->is_launchable);
    assert_int_equal(reading.config.seal, LAUNCH_SEAL_ON_REPORT);
    free(blob.bytes);
}

/* ---- Blobs that dtc doesn't make ---- */

static char built[BLOB_SIZE_MAX];

static void begin_hypervisor(void)
{
    assert_int_equal(fdt_create(built, sizeof(built)), 0);
    assert_int_equal(fdt_finish_reservemap(built), 0);
    fdt_begin_node(built, "");
    fdt_begin_node(built, "chosen");
    fdt_begin_node(built, "hypervisor");
    fdt_property_string(built, "compatible", "hypervisor,rootport");
}

/* Leaves the domain's node open. */
static void begin_domain(const char *name)
{
    fdt_begin_node(built, name);
    fdt_property_string(built, "compatible", "xen,domain");
    fdt_property_u64(built, "memory", 65536);
    fdt_begin_node(built, "kernel");
    fdt_property_string(built, "compatible", "module,kernel");
    fdt_property_u32(built, "mb-index", 1);
    fdt_end_node(built);
}

static void add_node(const char *name, const char *compatible)
{
    fdt_begin_node(built, name);
    fdt_property(built, "compatible", compatible, (int)strlen(compatible) + 1);
    fdt_end_node(built);
}

/* Closes the hypervisor's node and reads; the caller has closed its own. */
static struct blob read_built(void)
{
    struct blob blob;

    fdt_end_node(built);
    fdt_end_node(built);
    fdt_end_node(built);
    assert_int_equal(fdt_finish(built), 0);
    blob = blob_of(built, fdt_totalsize(built));
    read_blob(blob);
    return blob;
}

static void expect_only(const char *expected)
{
    bool taken[FINDING_MAX] = {false};

    if (reading.findings.count != 1 || !take_finding(expected, taken)) {
        print_findings();
        fail_msg("not found, or not alone: %s", expected);
    }
    is_rule_seen[reading.entries[0].rule] = true;
}

static void expect_rule(enum launch_rule rule)
{
    assert_int_equal(reading.findings.count, 1);
    assert_int_equal(reading.entries[0].rule, rule);
    is_rule_seen[rule] = true;
}

static void a_property_stands_once(void **state)
{
    struct blob blob;

    (void)state;
    begin_hypervisor();
    begin_domain("a");
    fdt_begin_node(built, "ramdisk");
    fdt_property_string(built, "compatible", "module,ramdisk");
    fdt_property_u32(built, "mb-index", 2);
    fdt_property_u32(built, "mb-index", 3);
    fdt_end_node(built);
    fdt_end_node(built);
    blob = read_built();
    expect_only("COSTS_DOMAIN PROPERTY_ONCE /chosen/hypervisor/a/ramdisk:mb-index");
    assert_false(reading.config.domains[0].is_launchable);
    free(blob.bytes);
}

static void there_are_no_more_nodes_than_fit(void **state)
{
    struct blob blob;

    (void)state;
    begin_hypervisor();
    for (unsigned i = 0; i < LAUNCH_DOMAIN_MAX + 1; i++) {
        char name[] = {'d', (char)('a' + i), '\0'};

        begin_domain(name);
        add_node("port", "rootport,port");
        fdt_end_node(built);
    }
    blob = read_built();
    expect_only("COSTS_DOMAIN NODE_CAPACITY /chosen/hypervisor/dq [16 domains]");
    assert_int_equal(reading.config.domain_count, LAUNCH_DOMAIN_MAX);
    assert_int_equal(reading.config.port_count, LAUNCH_DOMAIN_MAX);
    free(blob.bytes);

    begin_hypervisor();
    begin_domain("a");
    for (unsigned i = 0; i < LAUNCH_DOMAIN_PORT_MAX + 1; i++) {
        char name[] = {'p', (char)('A' + i), '\0'};

        add_node(name, "rootport,port");
    }
    fdt_end_node(built);
    blob = read_built();
    assert_int_equal(reading.findings.count, 1);
    assert_int_equal(reading.config.port_count, LAUNCH_DOMAIN_PORT_MAX);
    assert_int_equal(reading.config.ports[LAUNCH_DOMAIN_PORT_MAX - 1].number,
                     LAUNCH_DOMAIN_PORT_MAX);
    assert_true(reading.config.domains[0].is_launchable);
    free(blob.bytes);
}

static void findings_beyond_the_storage_are_counted(void **state)
{
    struct launch_finding one;
    struct launch_findings findings = {&one, 1, 0};
    struct blob blob = blob_compiled("tests/fixtures/launch/types.dts");

    (void)state;
    assert_int_equal(launch_read(blob.bytes, blob.size, &reading.config, &findings),
                     RP_OK);
    assert_int_equal(findings.count, 7);
    findings = (struct launch_findings){NULL, 0, 0};
    free(blob.bytes);
    blob = blob_compiled("tests/fixtures/launch/values.dts");
    assert_int_equal(launch_read(blob.bytes, blob.size, &reading.config, &findings),
                     RP_ERR_MALFORMED);
    assert_int_equal(findings.count, 18);
    free(blob.bytes);
}

static void a_truncated_blob_is_refused_at_every_length(void **state)
{
    struct blob whole = blob_compiled("tests/fixtures/launch/full.dts");

    (void)state;
    for (size_t size = 0; size < whole.size; size++) {
        struct blob part = blob_of(whole.bytes, size);

        read_blob(part);
        assert_int_equal(reading.status, RP_ERR_MALFORMED);
        expect_rule(LAUNCH_RULE_BLOB_VALID);
        assert_int_equal(reading.config.domain_count, 0);
        free(part.bytes);
    }
    free(whole.bytes);
}

static void any_byte_may_be_wrong(void **state)
{
    struct blob blob = blob_compiled("tests/fixtures/launch/full.dts");

    (void)state;
    for (size_t at = 0; at < blob.size; at++) {
        char *byte = (char *)blob.bytes + at;
        char sound = *byte;

        for (unsigned bit = 0; bit < 8; bit++) {
            *byte = (char)(sound ^ 1 << bit);
            read_blob(blob);
        }
        *byte = sound;
    }
    free(blob.bytes);
}

/* The structure block as cells: what stands first in it, and what last. */
static void a_structure_that_is_no_tree_is_refused(void **state)
{
    static const struct {
        int place; /* negative: from the end */
        uint32_t tag;
    } changes[] = {
        {0, FDT_END_NODE},  {0, FDT_END},  {-2, FDT_NOP}, {-2, FDT_END},
        {-1, FDT_END_NODE}, {-1, FDT_NOP}, {-1, 5},
    };

    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct blob blob;
        fdt32_t *cells;
        int count;

        begin_hypervisor();
        blob = read_built();
        assert_int_not_equal(reading.entries[0].rule, LAUNCH_RULE_BLOB_VALID);
        cells = (fdt32_t *)((char *)blob.bytes + fdt_off_dt_struct(blob.bytes));
        count = (int)(fdt_size_dt_struct(blob.bytes) / sizeof *cells);
        cells[changes[i].place + (changes[i].place < 0 ? count : 0)] =
            cpu_to_fdt32(changes[i].tag);
        read_blob(blob);
        assert_int_equal(reading.entries[0].rule, LAUNCH_RULE_BLOB_VALID);
        assert_string_equal(reading.entries[0].hint, "structure");
        free(blob.bytes);
    }
}

static void a_misaligned_blob_is_refused(void **state)
{
    struct blob blob = blob_compiled("tests/fixtures/launch/full.dts");

    (void)state;
    memmove(built + 4, blob.bytes, blob.size);
    read_blob((struct blob){built + 4, blob.size});
    expect_only("COSTS_SYSTEM BLOB_ALIGNED /");
    free(blob.bytes);
}

static void long_paths_are_cut(void **state)
{
    char name[LAUNCH_NODE_PATH_MAX];
    struct blob blob;

    (void)state;
    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    begin_hypervisor();
    begin_domain(name);
    fdt_end_node(built);
    blob = read_built();
    assert_int_equal(reading.entries[0].rule, LAUNCH_RULE_NAME_CHARACTERS);
    assert_memory_equal(reading.entries[0].node, ".../nnn", 7);
    assert_int_equal(strlen(reading.entries[0].node), LAUNCH_NODE_PATH_MAX - 1);
    free(blob.bytes);
}

/* ---- Words ---- */

static void every_rule_has_its_words_and_a_test(void **state)
{
    (void)state;
    for (unsigned i = LAUNCH_RULE_NONE + 1; i < LAUNCH_RULE_COUNT; i++) {
        assert_non_null(rule_names[i]);
        assert_in_range(strlen(launch_rule_text((enum launch_rule)i)), 10, 200);
        assert_in_range(strlen(launch_rule_mend((enum launch_rule)i)), 6, 200);
        if (!is_rule_seen[i])
            fail_msg("no test breaks %s", rule_names[i]);
    }
    assert_non_null(launch_rule_text((enum launch_rule)12345));
    assert_non_null(launch_rule_mend((enum launch_rule)12345));
}

static void a_finding_becomes_one_printable_line(void **state)
{
    struct launch_finding finding = {.rule = LAUNCH_RULE_TYPE_U32,
                                     .severity = LAUNCH_COSTS_DOMAIN,
                                     .node = "/chosen/\x1b[2J",
                                     .property = "cpus",
                                     .hint = "1 to 32"};
    char line[LINE_MAX_LENGTH] = "";
    char part[10] = "---------";
    size_t length;

    (void)state;
    length = launch_finding_format(&finding, "Write one number", line, sizeof(line));
    assert_int_equal(length, strlen(line));
    assert_string_equal(line,
                        "domain not launched: /chosen/?[2J: cpus: The value must be one "
                        "cell [1 to 32]. Write one number.");
    assert_int_equal(launch_finding_format(&finding, "", part, 7), 6);
    assert_memory_equal(part, "domain\0--", 9);
    assert_int_equal(launch_finding_format(&finding, "", part, 0), 0);
}

static void modules_are_found_by_the_last_part_of_the_first_word(void **state)
{
    (void)state;
    assert_true(launch_module_is_named("vmlinuz", "vmlinuz"));
    assert_true(launch_module_is_named("/boot/vmlinuz quiet a=/b", "vmlinuz"));
    assert_false(launch_module_is_named("/boot/vmlinuz quiet", "quiet"));
    assert_false(launch_module_is_named("/vmlinuz/other", "vmlinuz"));
    assert_false(launch_module_is_named("vmlinuz-6.1", "vmlinuz"));
    assert_false(launch_module_is_named("", "vmlinuz"));
    assert_false(launch_module_is_named("vmlin", "vmlinuz"));
}

/* ---- The page that documents it ---- */

static void expect_in_page(const char *page, char mark, const char *word)
{
    char marked[LINE_MAX_LENGTH];

    snprintf(marked, sizeof(marked), "%c%s%c", mark, word, mark);
    if (strstr(page, marked) == NULL)
        fail_msg("docs/launch-configuration.md doesn't have %s", marked);
}

static void the_page_has_every_node_and_property(void **state)
{
    static char page[BLOB_SIZE_MAX];
    FILE *file = fopen("docs/launch-configuration.md", "r");

    (void)state;
    assert_non_null(file);
    assert_in_range(fread(page, 1, sizeof(page) - 1, file), 1, sizeof(page) - 2);
    fclose(file);
    for (size_t i = 0; i < LAUNCH_NODE_KIND_COUNT; i++) {
        expect_in_page(page, '"', launch_nodes[i].compatible);
        for (size_t j = 0; j < launch_nodes[i].property_count; j++)
            expect_in_page(page, '`', launch_nodes[i].properties[j].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixtures_give_the_findings_they_expect),
        cmocka_unit_test(shipped_configurations_are_sound),
        cmocka_unit_test(reads_what_holds_for_the_machine),
        cmocka_unit_test(reads_what_a_domain_is_made_of),
        cmocka_unit_test(reads_ports_and_their_functions),
        cmocka_unit_test(defaults_are_the_safe_ones),
        cmocka_unit_test(a_lost_domain_costs_no_other_anything),
        cmocka_unit_test(a_property_stands_once),
        cmocka_unit_test(there_are_no_more_nodes_than_fit),
        cmocka_unit_test(findings_beyond_the_storage_are_counted),
        cmocka_unit_test(a_truncated_blob_is_refused_at_every_length),
        cmocka_unit_test(any_byte_may_be_wrong),
        cmocka_unit_test(a_structure_that_is_no_tree_is_refused),
        cmocka_unit_test(a_misaligned_blob_is_refused),
        cmocka_unit_test(long_paths_are_cut),
        /* After all that break a rule. */
        cmocka_unit_test(every_rule_has_its_words_and_a_test),
        cmocka_unit_test(a_finding_becomes_one_printable_line),
        cmocka_unit_test(modules_are_found_by_the_last_part_of_the_first_word),
        cmocka_unit_test(the_page_has_every_node_and_property),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
