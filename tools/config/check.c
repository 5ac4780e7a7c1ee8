/* SPDX-License-Identifier: MIT */
/*
 * rootport config check: the reader that the hypervisor has, on a file.
 */
#include <stdio.h>
#include <stdlib.h>

#include "launch/launch.h"
#include "tools/config/config.h"
#include "tools/config/source.h"

enum {
    FINDING_MAX = 256,
    LINE_MAX_LENGTH = 1024,
};

static void print_findings(const struct launch_findings *findings)
{
    for (size_t i = 0; i < findings->count && i < findings->capacity; i++) {
        char line[LINE_MAX_LENGTH];

        launch_finding_format(&findings->entries[i], line, sizeof(line));
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

static enum exit_code check(const struct source_blob *blob)
{
    static struct launch_config config;
    static struct launch_finding entries[FINDING_MAX];
    struct launch_findings findings = {entries, FINDING_MAX, 0};
    enum rp_status status = launch_read(blob->bytes, blob->size, &config, &findings);
    size_t count = status == RP_OK ? launchable_count(&config) : 0;

    print_findings(&findings);
    printf("domains that can be launched: %zu of %zu; findings: %zu\n", count,
           config.domain_count, findings.count);
    return findings.count == 0 ? EXIT_FINE : EXIT_FINDINGS;
}

enum exit_code config_check_run(int argument_count, char **arguments)
{
    struct source_blob blob;
    enum exit_code code;

    if (argument_count != 2) {
        fprintf(stderr, "Usage: rootport config check FILE\n");
        return EXIT_TROUBLE;
    }
    if (!source_read(arguments[1], &blob))
        return EXIT_TROUBLE;
    code = check(&blob);
    free(blob.bytes);
    return code;
}
