/* SPDX-License-Identifier: MIT */
/* rootport audit: reads a machine, has it assessed, and gives the result out. */
#include "tools/audit/audit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/audit/assess.h"
#include "tools/audit/dump.h"
#include "tools/audit/files.h"
#include "tools/audit/libpci.h"
#include "tools/audit/live.h"
#include "tools/audit/options.h"
#include "tools/audit/redact.h"
#include "tools/audit/saved.h"

#include <pci/pci.h>

enum {
    /* A dump of 4096 bytes of a function takes 13.6 KB: this is for 39,000 of them. */
    INPUT_SIZE_MAX = 512 << 20,
};

typedef bool read_function(const char *bytes, size_t size, struct machine *machine,
                           struct complaint *complaint);

/* Reads a file with @read; stderr says what is wrong with it. */
static bool read_file(const char *path, read_function *read, struct machine *machine)
{
    struct complaint complaint;
    struct file file;
    bool is_read;

    if (!files_read(path, INPUT_SIZE_MAX, &file)) {
        fprintf(stderr, "rootport audit: %s: %s\n", path, strerror(errno));
        return false;
    }
    is_read = read(file.bytes, file.size, machine, &complaint);
    free(file.bytes);
    if (!is_read)
        fprintf(stderr, "rootport audit: %s:%zu: %s\n", path, complaint.line,
                complaint.reason);
    return is_read;
}

static bool read_machine(const struct options *options, struct machine *machine)
{
    if (options->from)
        return read_file(options->from, saved_read, machine);
    if (options->dump)
        return read_file(options->dump, dump_read, machine);
    if (!live_read_functions(options->root, machine))
        return false;
    live_read_firmware(options->root, machine);
    return true;
}

/* A dump has no names, or has those of the system that wrote it. */
static void look_up_names(struct machine *machine, const struct assess *assess)
{
    struct pci_access *access = NULL;

    for (size_t i = 0; i < assess->function_count; i++) {
        const struct assess_function *function = &assess->functions[i];
        struct machine_function *source = machine_find(machine, function->core->sbdf);

        if (source->name)
            continue;
        if (!access)
            access = libpci_open();
        libpci_name(access, source, function->core->vendor_id, function->core->device_id);
    }
    if (access)
        pci_cleanup(access);
}

/* What is saved is what is shown: what is left out is so before either. */
static bool save(const char *path, const struct options *options, struct machine *machine,
                 struct assess *assess)
{
    FILE *file;
    bool is_written;

    if (options->identifiers != OUTPUT_IDENTIFIERS) {
        redact_machine(machine, assess);
        assess_free(assess);
        assess_machine(assess, machine, options->policy);
    }
    file = fopen(path, "w");
    if (!file) {
        fprintf(stderr, "rootport audit: --save: %s: %s\n", path, strerror(errno));
        return false;
    }
    saved_write(machine, file);
    is_written = ferror(file) == 0;
    if (fclose(file) != 0 || !is_written) {
        fprintf(stderr, "rootport audit: --save: %s: %s\n", path, strerror(errno));
        return false;
    }
    return true;
}

static void print(const struct options *options, struct assess *assess)
{
    if (options->form == OPTIONS_JSON)
        output_json(assess, options->capabilities, options->identifiers, stdout);
    else if (options->form == OPTIONS_TREE)
        output_tree(assess, stdout);
    else if (options->capabilities == OUTPUT_CAPABILITIES)
        output_capabilities(assess, options->identifiers, stdout);
    else
        output_table(assess, stdout);
}

static enum exit_code audit(const struct options *options, struct machine *machine)
{
    struct assess assess;
    enum exit_code code;

    assess_machine(&assess, machine, options->policy);
    look_up_names(machine, &assess);
    if ((options->save && !save(options->save, options, machine, &assess)) ||
        (options->svg && !output_svg(&assess, options->svg))) {
        assess_free(&assess);
        return EXIT_TROUBLE;
    }
    print(options, &assess);
    code = assess_is_well(&assess) ? EXIT_FINE : EXIT_FINDINGS;
    assess_free(&assess);
    return code;
}

enum exit_code audit_run(int argument_count, char **arguments)
{
    struct options options;
    struct machine machine;
    enum exit_code code;

    switch (options_read(argument_count, arguments, &options)) {
    case OPTIONS_WRONG:
        return EXIT_TROUBLE;
    case OPTIONS_HELP:
        return EXIT_FINE;
    case OPTIONS_GO:
        break;
    }
    machine_init(&machine);
    code = read_machine(&options, &machine) ? audit(&options, &machine) : EXIT_TROUBLE;
    machine_free(&machine);
    return code;
}
