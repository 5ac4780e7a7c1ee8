/* SPDX-License-Identifier: MIT */
/* rootport audit: reads a machine, has it assessed, and gives the result out. */
#include "tools/audit/audit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/audit/assess.h"
#include "tools/audit/input.h"
#include "tools/audit/libpci.h"
#include "tools/audit/options.h"
#include "tools/audit/redact.h"
#include "tools/audit/saved.h"

#include <pci/pci.h>

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
    struct input input;
    enum exit_code code;

    switch (options_read(argument_count, arguments, &options)) {
    case OPTIONS_WRONG:
        return EXIT_TROUBLE;
    case OPTIONS_HELP:
        return EXIT_FINE;
    case OPTIONS_GO:
        break;
    }
    input = (struct input){options.from, options.dump, options.root};
    machine_init(&machine);
    code = input_read(&input, &machine) ? audit(&options, &machine) : EXIT_TROUBLE;
    machine_free(&machine);
    return code;
}
