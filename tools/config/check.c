/* SPDX-License-Identifier: MIT */
/*
 * rootport config check: the reader that the hypervisor has, on a file.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "launch/launch.h"
#include "tools/audit/input.h"
#include "tools/config/config.h"
#include "tools/config/fit.h"
#include "tools/config/source.h"

enum {
    FINDING_MAX = 256,
    LINE_MAX_LENGTH = 1024,
};

static void print_findings(const struct launch_findings *findings)
{
    for (size_t i = 0; i < findings->count && i < findings->capacity; i++) {
        const struct launch_finding *finding = &findings->entries[i];
        char line[LINE_MAX_LENGTH];

        launch_finding_format(finding, launch_rule_mend(finding->rule), line,
                              sizeof(line));
        puts(line);
    }
    if (findings->count > findings->capacity)
        printf("... and %zu more\n", findings->count - findings->capacity);
}

static size_t launchable_count(const struct launch_config *config)
{
    size_t count = 0;

    for (size_t i = 0; i < config->domain_count; i++)
        count += config->domains[i].is_launchable;
    return count;
}

/* What @blob says and, unless it is NULL, whether @machine has what it asks for. */
static enum exit_code check(const struct source_blob *blob, const struct machine *machine)
{
    static struct launch_config config;
    static struct launch_finding entries[FINDING_MAX];
    struct launch_findings findings = {entries, FINDING_MAX, 0};
    enum rp_status status = launch_read(blob->bytes, blob->size, &config, &findings);
    size_t finding_count = findings.count;

    print_findings(&findings);
    if (status == RP_OK && machine != NULL)
        finding_count += fit_check(blob->bytes, &config, machine);
    printf("domains that can be launched: %zu of %zu; findings: %zu\n",
           status == RP_OK ? launchable_count(&config) : 0, config.domain_count,
           finding_count);
    return finding_count == 0 ? EXIT_FINE : EXIT_FINDINGS;
}

/* ---- Command --------------------------------------------------------------- */

static const struct option known[] = {
    {"audit", required_argument, NULL, 'a'},
    {NULL, 0, NULL, 0},
};

/* NULL in @out_audit: there is none. */
static bool read_options(int argument_count, char **arguments, const char **out_path,
                         const char **out_audit)
{
    int letter;

    *out_audit = NULL;
    optind = 0; /* glibc's word for a fresh start, which also forgets permuted words */
    while ((letter = getopt_long(argument_count, arguments, "", known, NULL)) != -1) {
        if (letter != 'a')
            return false;
        *out_audit = optarg;
    }
    *out_path = arguments[optind];
    return optind == argument_count - 1;
}

static bool read_audit(const char *path, struct machine *machine)
{
    struct input input = {.from = path};

    return path == NULL || input_read(&input, machine);
}

enum exit_code config_check_run(int argument_count, char **arguments)
{
    struct source_blob blob;
    struct machine machine;
    enum exit_code code = EXIT_TROUBLE;
    const char *path, *audit;

    if (!read_options(argument_count, arguments, &path, &audit)) {
        fprintf(stderr, "Usage: rootport config check FILE [--audit SAVED]\n");
        return EXIT_TROUBLE;
    }
    if (!source_read(path, &blob))
        return EXIT_TROUBLE;
    machine_init(&machine);
    if (read_audit(audit, &machine))
        code = check(&blob, audit != NULL ? &machine : NULL);
    machine_free(&machine);
    free(blob.bytes);
    return code;
}
