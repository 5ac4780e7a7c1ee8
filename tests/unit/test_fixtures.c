/* SPDX-License-Identifier: MIT */
/*
 * Every fixture against its expectations: a machine with the fixture's
 * functions is scanned and evaluated as an embedder does it.
 *
 * "# expect: functions=N" counts what the scan finds. "# expect: SBDF
 * KEY=WORD..." compares what is known of one function with these words; the
 * keys are in `keys` below. "# ecam: 00-3f" or "# ecam: none" says which buses
 * the ECAM region serves, all of them without it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glob.h>

#include <rootport/cap.h>
#include <rootport/cfg_direct.h>
#include <rootport/scan.h>

#include "tests/fake/fake_pci.h"
#include "tests/fake/fake_platform.h"

enum {
    FUNCTION_CAPACITY = 64,
    WORD_SIZE = 1024,
};

static const uint64_t ecam_base = 0xb0000000;

struct machine {
    struct fake_pci *pci;
    struct rp_platform platform;
    struct rp_ecam_region region;
    struct rp_ecam ecam;
    struct rp_cfg_direct direct;
    struct rp_cfg cfg;
    struct rp_function functions[FUNCTION_CAPACITY];
    struct rp_scan scan;
};

/* ---- Words ---- */

static const char *const end_words[] = {
    [RP_CAP_GOING] = "going",
    [RP_CAP_END] = "end",
    [RP_CAP_ABSENT] = "absent",
    [RP_CAP_LOOP] = "loop",
    [RP_CAP_ALL_ONES] = "all-ones",
    [RP_CAP_BELOW_BASE] = "below-base",
    [RP_CAP_UNREACHABLE] = "unreachable",
};

static const char *const reason_words[] = {
    [RP_EXTCFG_UNEVALUATED] = "unevaluated", [RP_EXTCFG_NO_FUNCTION] = "no-function",
    [RP_EXTCFG_NOT_READY] = "not-ready",     [RP_EXTCFG_CONVENTIONAL] = "conventional",
    [RP_EXTCFG_NO_REGION] = "no-region",     [RP_EXTCFG_ALL_ONES] = "all-ones",
    [RP_EXTCFG_ALIASED] = "aliased",         [RP_EXTCFG_USABLE] = "usable",
    [RP_EXTCFG_INHERITED] = "inherited",     [RP_EXTCFG_READ_FAILED] = "read-failed",
    [RP_EXTCFG_OVERRIDDEN] = "overridden",   [RP_EXTCFG_UNCHECKED] = "unchecked",
};

static const char *const type_words[] = {
    [RP_EXTCFG_TYPE_NONE] = "none",
    [RP_EXTCFG_TYPE_HOST_BRIDGE] = "host",
    [RP_EXTCFG_TYPE_PCIE] = "pcie",
    [RP_EXTCFG_TYPE_CONVENTIONAL] = "conventional",
    [RP_EXTCFG_TYPE_LEGACY_BRIDGE] = "legacy-bridge",
};

static const char *const bridge_words[] = {
    [RP_SCAN_NO_BRIDGE] = "none",
    [RP_SCAN_FOLLOWED] = "followed",
    [RP_SCAN_UNCONFIGURED] = "unconfigured",
    [RP_SCAN_BUSES_WRONG] = "wrong",
    [RP_SCAN_OUTSIDE] = "outside",
    [RP_SCAN_BUS_TAKEN] = "taken",
};

static void put_word(char *out, const char *word)
{
    snprintf(out, WORD_SIZE, "%s", word);
}

static void put_sbdf(const struct machine *machine, uint32_t index, char *out)
{
    rp_sbdf_t sbdf;

    if (index == RP_SCAN_NONE) {
        put_word(out, "none");
        return;
    }
    sbdf = machine->functions[index].sbdf;
    snprintf(out, WORD_SIZE, "%02x:%02x.%x", rp_sbdf_bus(sbdf), rp_sbdf_dev(sbdf),
             rp_sbdf_fn(sbdf));
}

/* ---- What is known of a function, one function of ours a key ---- */

static void put_size(struct machine *machine, size_t index, char *out)
{
    snprintf(out, WORD_SIZE, "%u", rp_scan_verdict(&machine->functions[index]).size);
}

static void put_reason(struct machine *machine, size_t index, char *out)
{
    put_word(out, reason_words[rp_scan_verdict(&machine->functions[index]).reason]);
}

static void put_type(struct machine *machine, size_t index, char *out)
{
    put_word(out,
             type_words[rp_extcfg_type(&machine->cfg, machine->functions[index].sbdf)]);
}

static void put_bridge(struct machine *machine, size_t index, char *out)
{
    put_word(out, bridge_words[machine->functions[index].bridge]);
}

static void put_parent(struct machine *machine, size_t index, char *out)
{
    put_sbdf(machine, machine->functions[index].parent, out);
}

static void put_pf(struct machine *machine, size_t index, char *out)
{
    put_sbdf(machine, machine->functions[index].pf, out);
}

static void put_vf(struct machine *machine, size_t index, char *out)
{
    (void)snprintf(out, WORD_SIZE, "%u", machine->functions[index].vf_number);
}

static void put_id(struct machine *machine, size_t index, char *out)
{
    snprintf(out, WORD_SIZE, "%04x:%04x", machine->functions[index].vendor_id,
             machine->functions[index].device_id);
}

/* Walks one of the lists; each capability into @out, how many and the end too. */
static unsigned walk(struct machine *machine, size_t index, bool is_extended, char *out,
                     enum rp_cap_end *out_end)
{
    const struct rp_function *function = &machine->functions[index];
    struct rp_cap_iter iter = rp_cap_begin(&machine->cfg, function->sbdf);
    struct rp_cap cap;
    unsigned count = 0;
    size_t used = 0;

    if (is_extended)
        iter = rp_extcap_begin(&machine->cfg, function->sbdf,
                               rp_scan_verdict(function).size);
    out[0] = '\0';
    while (is_extended ? rp_extcap_next(&iter, &cap) : rp_cap_next(&iter, &cap)) {
        const char *comma = count++ == 0 ? "" : ",";

        if (used + 32 > WORD_SIZE)
            continue;
        used += (size_t)(is_extended ? sprintf(out + used, "%s%03x:%04xv%u", comma,
                                               cap.offset, cap.id, cap.version)
                                     : sprintf(out + used, "%s%02x:%02x", comma,
                                               cap.offset, cap.id));
    }
    *out_end = iter.end;
    return count;
}

static void put_caps(struct machine *machine, size_t index, char *out)
{
    enum rp_cap_end end;

    walk(machine, index, false, out, &end);
}

static void put_count(struct machine *machine, size_t index, char *out)
{
    enum rp_cap_end end;
    unsigned count = walk(machine, index, false, out, &end);

    snprintf(out, WORD_SIZE, "%u", count);
}

static void put_end(struct machine *machine, size_t index, char *out)
{
    put_word(out, end_words[machine->functions[index].cap_end]);
}

static void put_ecaps(struct machine *machine, size_t index, char *out)
{
    enum rp_cap_end end;

    walk(machine, index, true, out, &end);
}

static void put_ecount(struct machine *machine, size_t index, char *out)
{
    enum rp_cap_end end;
    unsigned count = walk(machine, index, true, out, &end);

    snprintf(out, WORD_SIZE, "%u", count);
}

static void put_extended(struct machine *machine, size_t index, char *out)
{
    enum rp_cap_end end;

    walk(machine, index, true, out, &end);
    put_word(out, end_words[end]);
}

static const struct {
    const char *key;
    void (*put)(struct machine *machine, size_t index, char *out);
} keys[] = {
    {"size", put_size},     {"reason", put_reason},
    {"type", put_type},     {"bridge", put_bridge},
    {"parent", put_parent}, {"pf", put_pf},
    {"vf", put_vf},         {"id", put_id},
    {"caps", put_caps},     {"count", put_count},
    {"end", put_end},       {"ecaps", put_ecaps},
    {"ecount", put_ecount}, {"extended", put_extended},
};

/* ---- The machine ---- */

/* Which buses the fixture's region serves; false for none. */
static bool read_buses(const struct fake_pci *pci, unsigned *out_first,
                       unsigned *out_last)
{
    *out_first = 0;
    *out_last = 0xff;
    if (pci->ecam[0] == '\0')
        return true;
    if (strcmp(pci->ecam, "none") == 0)
        return false;
    if (sscanf(pci->ecam, "%2x-%2x", out_first, out_last) != 2)
        fail_msg("%s: wrong ecam line", pci->name);
    return true;
}

static void power_on(struct machine *machine, struct fake_pci *pci)
{
    struct rp_ecam_setup setup = {
        .regions = &machine->region,
        .capacity = 1,
        .policy = RP_ECAM_POLICY_DEFAULT,
        .address_bits = 40,
    };
    unsigned first;
    unsigned last;
    size_t index;

    memset(machine, 0, sizeof(*machine));
    machine->pci = pci;
    fake_platform_init(&machine->platform, pci);
    rp_ecam_init(&machine->ecam, &setup);
    if (read_buses(pci, &first, &last)) {
        struct rp_ecam_range range = {
            .base = {ecam_base}, .start_bus = (uint8_t)first, .end_bus = (uint8_t)last};

        fake_platform_add_ecam(&machine->platform, ecam_base + (first << 20), 0,
                               (uint8_t)first, last - first + 1);
        assert_int_equal(
            rp_ecam_add(&machine->ecam, &range, RP_ECAM_SOURCE_CHIPSET, &index), RP_OK);
        assert_int_equal(rp_ecam_enable_all(&machine->ecam, &machine->platform), 1);
    }
    rp_cfg_direct_init(&machine->direct, &machine->platform, &machine->ecam,
                       &machine->cfg);
    rp_scan_init(&machine->scan, machine->functions, FUNCTION_CAPACITY);
}

static void power_off(struct machine *machine)
{
    volatile unsigned char *window =
        rp_ecam_withdraw(&machine->region, RP_ECAM_REASON_RETRACTED);

    rp_ecam_unmap(&machine->region, window, &machine->platform);
    fake_platform_finish(&machine->platform);
}

/* As at boot: scan, then evaluate; what a physical function enabled comes with it. */
static void discover(struct machine *machine)
{
    assert_int_equal(rp_scan_segment(&machine->scan, &machine->cfg, 0, 0, 0xff), RP_OK);
    for (size_t i = 0; i < machine->scan.count; i++) {
        rp_scan_publish(
            &machine->functions[i],
            rp_scan_evaluate(&machine->scan, &machine->cfg, i, RP_EXTCFG_ALIAS_CHECK));
        assert_int_equal(rp_scan_add_vfs(&machine->scan, &machine->cfg, i), RP_OK);
    }
}

/* ---- Expectations ---- */

static void check_word(struct machine *machine, size_t index, char *word)
{
    char *value = strchr(word, '=');
    char actual[WORD_SIZE];

    assert_non_null(value);
    *value++ = '\0';
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(keys[i].key, word) != 0)
            continue;
        keys[i].put(machine, index, actual);
        if (strcmp(actual, value) != 0)
            fail_msg("%s: function %zu: %s is %s, expected %s", machine->pci->name, index,
                     word, actual, value);
        return;
    }
    fail_msg("%s: unknown key %s", machine->pci->name, word);
}

static void check_line(struct machine *machine, const char *expectation)
{
    char line[FAKE_LINE_SIZE];
    char *rest = NULL;
    char *word;
    unsigned bus;
    unsigned dev;
    unsigned fn;
    unsigned count;
    uint32_t index;

    if (sscanf(expectation, "functions=%u", &count) == 1) {
        assert_int_equal(machine->scan.count, count);
        return;
    }
    snprintf(line, sizeof(line), "%s", expectation);
    word = strtok_r(line, " ", &rest);
    if (!word || sscanf(word, "%2x:%2x.%1x", &bus, &dev, &fn) != 3)
        fail_msg("%s: expects nothing: %s", machine->pci->name, expectation);
    index = rp_scan_find(&machine->scan, rp_sbdf(0, bus, dev, fn));
    if (index == RP_SCAN_NONE)
        fail_msg("%s: %s was not found", machine->pci->name, expectation);
    word = strtok_r(NULL, " ", &rest);
    assert_non_null(word);
    for (; word; word = strtok_r(NULL, " ", &rest))
        check_word(machine, index, word);
}

static void test_fixture(void **state)
{
    const char *path = *state;
    const char *error = NULL;
    struct fake_pci *pci = fake_pci_load(path, &error);
    struct machine *machine = malloc(sizeof(*machine));

    if (!pci || !machine)
        fail_msg("%s: %s", path, error);
    power_on(machine, pci);
    discover(machine);
    for (size_t i = 0; i < pci->expect_count; i++)
        check_line(machine, pci->expect[i]);
    power_off(machine);
    free(machine);
    fake_pci_free(pci);
}

/* ---- The loader itself ---- */

#define ROW "00: 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f\n"

static void refuses(const char *text)
{
    const char *error = NULL;

    assert_null(fake_pci_parse(text, &error));
    assert_non_null(error);
}

static void test_loader_refuses_what_cannot_fail(void **state)
{
    const char *error;
    struct fake_pci *pci =
        fake_pci_parse("# name: a\n# expect: functions=1\n00:00.0 x\n" ROW, &error);

    (void)state;
    assert_non_null(pci);
    assert_int_equal(fake_pci_read(pci, rp_sbdf(0, 0, 0, 0), 4, 4), 0x07060504);
    assert_int_equal(fake_pci_read(pci, rp_sbdf(0, 0, 0, 0), 16, 4), 0xffffffff);
    fake_pci_free(pci);
    refuses("# name: a\n00:00.0 x\n" ROW);
    refuses("# expect: functions=1\n00:00.0 x\n" ROW);
    refuses("# name: a\n# expect: functions=1\n");
    refuses("# name: a\n# expect: functions=1\n" ROW);
    refuses("# name: a\n# expect: functions=1\n00:00.0 x\n00: 00 01\n");
    refuses("# name: a\n# expect: functions=1\n00:20.0 x\n" ROW);
}

int main(void)
{
    static struct CMUnitTest tests[64];
    glob_t found;
    size_t count = 0;
    int failures;

    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test(test_loader_refuses_what_cannot_fail);
    if (glob("tests/fixtures/*.pci", 0, NULL, &found) != 0)
        return 1;
    for (size_t i = 0; i < found.gl_pathc && count < 64; i++)
        tests[count++] = (struct CMUnitTest){.name = found.gl_pathv[i],
                                             .test_func = test_fixture,
                                             .initial_state = found.gl_pathv[i]};
    failures = _cmocka_run_group_tests("fixtures", tests, count, NULL, NULL);
    globfree(&found);
    return failures;
}
