/* SPDX-License-Identifier: MIT */
/*
 * What a guest's DSDT means to ACPICA, the interpreter that its users have: iasl
 * must read it and write it again, acpiexec runs its methods.
 */
#include "guest/acpi_tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "guest/acpi_writer.h"

/* Programs need a file; each test has the working directory to itself. */
static char folder[] = "/tmp/rootport-dsdt.XXXXXX";

/* What the program that ran last wrote. */
static char output[16384];

static const struct acpi_tables_config typical = {
    .base = {0x7fff0000},
    .vcpu_count = 1,
    .sleep_control_port = 0x600,
    .sleep_status_port = 0x601,
    .reset_port = 0xcf9,
    .ecam_base = {0xe0000000},
    .last_bus = 0x1f,
    .io = {0x1000, 0xf000},
    .memory = {0xc0000000, 0x10000000},
    .prefetched = {0x4000000000, 0x4000000000},
    .port_count = 2,
    .port_gsis = {16, 17},
};

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int remove_folder(void **state)
{
    char command[sizeof(folder) + 16];

    (void)state;
    snprintf(command, sizeof(command), "rm -r '%s'", folder);
    return chdir("/") != 0 || system(command) != 0;
}

/* Puts the DSDT for @config into the file dsdt.aml. */
static void save_dsdt(const struct acpi_tables_config *config)
{
    static uint8_t buf[ACPI_TABLES_SIZE_MAX];
    struct acpi_tables_image tables;
    uint32_t length;
    size_t at = 0;
    FILE *file = fopen("dsdt.aml", "wb");

    assert_non_null(file);
    assert_int_equal(acpi_tables_build(config, buf, sizeof(buf), &tables), RP_OK);
    while (memcmp(buf + at, "DSDT", 4) != 0) {
        at += ACPI_WRITER_ALIGNMENT;
        assert_true(at < tables.length);
    }
    memcpy(&length, buf + at + 4, sizeof(length));
    assert_int_equal(fwrite(buf + at, length, 1, file), 1);
    assert_int_equal(fclose(file), 0);
}

static void need(const char *program)
{
    char command[64];

    snprintf(command, sizeof(command), "command -v %s >/dev/null", program);
    if (system(command) != 0) {
        print_message("%s (package acpica-tools) is not installed\n", program);
        skip();
    }
}

static void run(const char *command)
{
    FILE *pipe = popen(command, "r");
    size_t length;

    assert_non_null(pipe);
    length = fread(output, 1, sizeof(output) - 1, pipe);
    output[length] = '\0';
    if (pclose(pipe) != 0)
        fail_msg("%s: %s", command, output);
}

static void assert_output(const char *expected)
{
    if (strstr(output, expected) == NULL)
        fail_msg("no \"%s\" in: %s", expected, output);
}

static void assert_compiles_again(const struct acpi_tables_config *config)
{
    need("iasl");
    save_dsdt(config);
    run("iasl -d dsdt.aml 2>&1");
    run("iasl -p again dsdt.dsl 2>&1");
    assert_output(" 0 Errors, 0 Warnings, 0 Remarks");
}

static void iasl_takes_it_apart_and_together_again(void **state)
{
    (void)state;
    assert_compiles_again(&typical);
}

static void so_it_does_with_other_parts(void **state)
{
    struct acpi_tables_config config = typical;

    (void)state;
    config.clock = ACPI_TABLES_CMOS_CLOCK;
    config.segment = 7;
    config.last_bus = 0xff;
    config.ecam_base.value = 0x80e0000000;
    config.io.size = 0;
    config.prefetched.size = 0;
    assert_compiles_again(&config);
}

/* Pins of what is behind port 2, the second of them, as the interpreter has it. */
static void pins_lead_to_the_ports_interrupt(void **state)
{
    (void)state;
    need("acpiexec");
    save_dsdt(&typical);
    run("acpiexec -b 'execute \\_SB.PCI0._PRT' dsdt.aml 2>&1");
    assert_output("Contains 8 Elements");
    assert_output("      [Integer] = 000000000002FFFF\n"
                  "      [Integer] = 0000000000000001\n"
                  "      [Integer] = 0000000000000000\n"
                  "      [Integer] = 0000000000000011");
}

/* The UUID of PCI host bridges, and another, as bytes. */
#define HOST_BRIDGE "5B 4D DB 33 F7 1F 1C 40 96 57 74 41 C0 3D D7 66"
#define STRANGER    "6B 4D DB 33 F7 1F 1C 40 96 57 74 41 C0 3D D7 66"

/*
 * Evaluates _OSC; @request and @answer are bytes in hexadecimal: a status, what
 * the system supports, what it asks to control (PCI Firmware 3.2, 4.5.1).
 */
static void assert_osc(const char *uuid, unsigned revision, const char *request,
                       const char *answer)
{
    char command[512];

    need("acpiexec");
    save_dsdt(&typical);
    snprintf(command, sizeof(command),
             "acpiexec -b 'execute \\_SB.PCI0._OSC (%s) %u 3 (%s)' dsdt.aml 2>&1", uuid,
             revision, request);
    run(command);
    assert_output(answer);
}

static void osc_grants_hot_plug_pme_errors_and_the_capability(void **state)
{
    (void)state;
    assert_osc(HOST_BRIDGE, 1, "00 00 00 00 1F 01 00 00 1D 00 00 00",
               "00 00 00 00 1F 01 00 00 1D 00 00 00");
}

static void osc_withholds_the_rest_and_says_so(void **state)
{
    (void)state;
    assert_osc(HOST_BRIDGE, 1, "00 00 00 00 1F 01 00 00 FF 00 00 00",
               "10 00 00 00 1F 01 00 00 1D 00 00 00");
}

static void osc_grants_no_more_than_was_asked_for(void **state)
{
    (void)state;
    assert_osc(HOST_BRIDGE, 1, "00 00 00 00 1F 01 00 00 01 00 00 00",
               "00 00 00 00 1F 01 00 00 01 00 00 00");
}

static void osc_answers_a_query_likewise(void **state)
{
    (void)state;
    assert_osc(HOST_BRIDGE, 1, "01 00 00 00 1F 01 00 00 1F 00 00 00",
               "11 00 00 00 1F 01 00 00 1D 00 00 00");
}

static void osc_refuses_what_it_does_not_know(void **state)
{
    (void)state;
    assert_osc(STRANGER, 1, "00 00 00 00 1F 01 00 00 15 00 00 00",
               "04 00 00 00 1F 01 00 00 15 00 00 00");
    assert_osc(HOST_BRIDGE, 2, "00 00 00 00 1F 01 00 00 15 00 00 00",
               "08 00 00 00 1F 01 00 00 15 00 00 00");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iasl_takes_it_apart_and_together_again),
        cmocka_unit_test(so_it_does_with_other_parts),
        cmocka_unit_test(pins_lead_to_the_ports_interrupt),
        cmocka_unit_test(osc_grants_hot_plug_pme_errors_and_the_capability),
        cmocka_unit_test(osc_withholds_the_rest_and_says_so),
        cmocka_unit_test(osc_grants_no_more_than_was_asked_for),
        cmocka_unit_test(osc_answers_a_query_likewise),
        cmocka_unit_test(osc_refuses_what_it_does_not_know),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
