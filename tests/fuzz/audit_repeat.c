/* SPDX-License-Identifier: MIT */
/* An audit of a machine, and of what was saved of it: both must say the same. */
#include "tests/fuzz/audit_repeat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/audit/assess.h"
#include "tools/audit/output.h"
#include "tools/audit/redact.h"
#include "tools/audit/saved.h"

struct text_file {
    char *bytes;
    size_t size;
};

static struct text_file print_all(struct machine *machine)
{
    struct text_file file;
    FILE *stream = open_memstream(&file.bytes, &file.size);
    struct assess assess;

    assess_machine(&assess, machine, RP_ECAM_POLICY_DEFAULT);
    output_table(&assess, stream);
    output_tree(&assess, stream);
    output_capabilities(&assess, OUTPUT_IDENTIFIERS, stream);
    output_json(&assess, OUTPUT_CAPABILITIES, OUTPUT_IDENTIFIERS, stream);
    fclose(stream);
    assess_free(&assess);
    return file;
}

static struct text_file save(const struct machine *machine)
{
    struct text_file file;
    FILE *stream = open_memstream(&file.bytes, &file.size);

    saved_write(machine, stream);
    fclose(stream);
    return file;
}

static void redact(struct machine *machine)
{
    struct assess assess;

    assess_machine(&assess, machine, RP_ECAM_POLICY_DEFAULT);
    redact_machine(machine, &assess);
    assess_free(&assess);
    /* Functions that the audit names are named in what it saves. */
    for (size_t i = 0; i < machine->function_count; i++) {
        if (!machine->functions[i].name)
            machine_set_name(&machine->functions[i], "", 0);
    }
}

static void demand_same(struct text_file a, struct text_file b)
{
    if (a.size != b.size || memcmp(a.bytes, b.bytes, a.size) != 0)
        abort();
}

void audit_repeat(struct machine *machine)
{
    struct complaint complaint;
    struct machine again;
    struct text_file saved;
    struct text_file printed;
    struct text_file saved_again;
    struct text_file printed_again;

    redact(machine);
    printed = print_all(machine);
    saved = save(machine);
    machine_init(&again);
    if (!saved_read(saved.bytes, saved.size, &again, &complaint))
        abort();
    printed_again = print_all(&again);
    saved_again = save(&again);
    demand_same(printed, printed_again);
    demand_same(saved, saved_again);
    machine_free(&again);
    free(printed.bytes);
    free(saved.bytes);
    free(printed_again.bytes);
    free(saved_again.bytes);
}
