/* SPDX-License-Identifier: MIT */
/*
 * rootport config: what it prints and how it ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/config/config.h"

enum {
    OUTPUT_MAX = 32768,
    ARGUMENT_MAX = 4,
};

static char output[OUTPUT_MAX];
static char errors[OUTPUT_MAX];

/* Puts @to in the place of the descriptor @number; returns what was there. */
static int redirect(int number, FILE *to)
{
    int former = dup(number);

    assert_true(former >= 0);
    assert_int_equal(dup2(fileno(to), number), number);
    return former;
}

static void restore(FILE *stream, int number, int former, FILE *from, char *text)
{
    size_t length;

    fflush(stream);
    assert_int_equal(dup2(former, number), number);
    close(former);
    rewind(from);
    length = fread(text, 1, OUTPUT_MAX - 1, from);
    text[length] = '\0';
    fclose(from);
}

/* Runs "rootport config @first @second"; NULL where there is no such argument. */
static enum exit_code run(const char *first, const char *second)
{
    char words[ARGUMENT_MAX][256] = {"config"};
    char *arguments[ARGUMENT_MAX] = {words[0]};
    FILE *output_file = tmpfile();
    FILE *errors_file = tmpfile();
    int former_output, former_errors;
    int count = 1;
    enum exit_code code;

    for (const char *const *word = (const char *const[]){first, second, NULL};
         *word != NULL; word++, count++) {
        snprintf(words[count], sizeof(words[count]), "%s", *word);
        arguments[count] = words[count];
    }
    assert_non_null(output_file);
    assert_non_null(errors_file);
    fflush(stdout);
    former_output = redirect(STDOUT_FILENO, output_file);
    former_errors = redirect(STDERR_FILENO, errors_file);
    code = config_run(count, arguments);
    restore(stdout, STDOUT_FILENO, former_output, output_file, output);
    restore(stderr, STDERR_FILENO, former_errors, errors_file, errors);
    return code;
}

static void a_sound_configuration_is_fine(void **state)
{
    (void)state;
    assert_int_equal(run("check", "tests/fixtures/launch/sound.dts"), EXIT_FINE);
    assert_string_equal(output, "domains that can be launched: 3 of 3; findings: 0\n");
    assert_string_equal(errors, "");
}

static void blobs_are_taken_as_they_are(void **state)
{
    (void)state;
    assert_int_equal(run("check", "tests/fuzz/corpus/launch/full.dtb"), EXIT_FINE);
    assert_string_equal(output, "domains that can be launched: 3 of 3; findings: 0\n");
}

static void mistakes_are_explained(void **state)
{
    (void)state;
    assert_int_equal(run("check", "tests/fixtures/launch/roles.dts"), EXIT_FINDINGS);
    assert_non_null(strstr(output,
                           "domain not launched: /chosen/hypervisor/four: "
                           "capabilities: Only one domain may have the hardware role "
                           "[three]. Leave it to the domain in brackets.\n"));
    assert_non_null(
        strstr(output, "domains that can be launched: 2 of 6; findings: 5\n"));
}

static void a_wrong_value_is_told_those_it_may_have(void **state)
{
    (void)state;
    assert_int_equal(run("check", "tests/fixtures/launch/values.dts"), EXIT_FINDINGS);
    assert_non_null(strstr(output,
                           "port left empty: /chosen/hypervisor/two/port/function: "
                           "vital-product-data: The value must be a known one "
                           "[read-only|writable]. Choose one of those in brackets.\n"));
}

static void a_lost_system_launches_nothing(void **state)
{
    (void)state;
    assert_int_equal(run("check", "tests/fixtures/launch/values.dts"), EXIT_FINDINGS);
    assert_non_null(
        strstr(output, "domains that can be launched: 0 of 4; findings: 18\n"));
}

static void what_is_no_configuration_is_trouble(void **state)
{
    (void)state;
    assert_int_equal(run("check", "tests/unit/test_config.c"), EXIT_TROUBLE);
    assert_non_null(
        strstr(errors, "rootport: tests/unit/test_config.c: dtc can't compile it"));
    assert_string_equal(output, "");
    assert_int_equal(run("check", "tests/no-such-file"), EXIT_TROUBLE);
    assert_string_equal(errors,
                        "rootport: tests/no-such-file: No such file or directory\n");
    assert_int_equal(run("check", "tests"), EXIT_TROUBLE);
    assert_string_equal(errors, "rootport: tests: Is a directory\n");
}

static void wrong_arguments_are_trouble(void **state)
{
    (void)state;
    assert_int_equal(run(NULL, NULL), EXIT_TROUBLE);
    assert_non_null(strstr(errors, "rootport config check FILE"));
    assert_int_equal(run("chekc", NULL), EXIT_TROUBLE);
    assert_non_null(strstr(errors, "there is no command 'chekc'"));
    assert_int_equal(run("check", NULL), EXIT_TROUBLE);
    assert_string_equal(errors, "Usage: rootport config check FILE [--audit SAVED]\n");
    assert_int_equal(run("--help", NULL), EXIT_FINE);
    assert_non_null(strstr(output, "rootport config check FILE"));
}

static void check_new_configuration(const char *dump, const char *expected)
{
    char path[] = "/tmp/rootport-config-XXXXXX";
    int file = mkstemp(path);

    assert_true(file >= 0);
    assert_int_equal(run("new", dump), EXIT_FINE);
    assert_non_null(strstr(output, expected));
    assert_int_equal(write(file, output, strlen(output)), strlen(output));
    close(file);
    assert_int_equal(run("check", path), EXIT_FINE);
    assert_string_equal(output, "domains that can be launched: 1 of 1; findings: 0\n");
    unlink(path);
}

static void a_new_configuration_is_sound(void **state)
{
    (void)state;
    check_new_configuration("--dump=tests/fixtures/pcie-endpoint.pci",
                            "path = \"0000:00:01.0/00.0\";");
    check_new_configuration("--dump=tests/fixtures/topology.pci",
                            "status = \"disabled\";");
    check_new_configuration("--dump=tests/fixtures/conventional.pci",
                            "no function that a guest could be given");
}

static void a_machine_that_cannot_be_read_is_trouble(void **state)
{
    (void)state;
    assert_int_equal(run("new", "--dump=tests/no-such-file"), EXIT_TROUBLE);
    assert_string_equal(output, "");
    assert_int_equal(run("new", "surplus"), EXIT_TROUBLE);
    assert_non_null(strstr(errors, "Usage: rootport config new"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_configuration_is_fine),
        cmocka_unit_test(blobs_are_taken_as_they_are),
        cmocka_unit_test(mistakes_are_explained),
        cmocka_unit_test(a_wrong_value_is_told_those_it_may_have),
        cmocka_unit_test(a_lost_system_launches_nothing),
        cmocka_unit_test(what_is_no_configuration_is_trouble),
        cmocka_unit_test(wrong_arguments_are_trouble),
        cmocka_unit_test(a_new_configuration_is_sound),
        cmocka_unit_test(a_machine_that_cannot_be_read_is_trouble),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
