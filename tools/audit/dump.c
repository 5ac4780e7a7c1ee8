/* SPDX-License-Identifier: MIT */
/*
 * Reads what `lspci -xxxx` wrote: for each function a line that begins with its
 * address, then its registers in rows of 16 bytes, from 0 without a gap. libpci has
 * a reader too, but that one ends the program at a line that is wrong and doesn't
 * say which.
 */
#include "tools/audit/dump.h"

#include <string.h>

#include "tools/audit/saved.h"

/* The dump under way. */
struct dump {
    struct machine *machine;
    struct complaint *complaint;
    struct text text;
    bool is_in_function;
    bool is_kept; /* false for a function that has no SBDF */
    rp_sbdf_t sbdf;
    size_t line;  /* where the function began */
    size_t count; /* bytes of it so far */
    unsigned char bytes[RP_CFG_SIZE_EXTENDED];
};

/* Whole are what there is of a function by its header and by what lspci may read. */
static bool is_whole(size_t count)
{
    enum {
        CARDBUS_HEADER_SIZE = 128,
    };

    return count == MACHINE_HEADER_SIZE || count == CARDBUS_HEADER_SIZE ||
           count == RP_CFG_SIZE_CONVENTIONAL || count == RP_CFG_SIZE_EXTENDED;
}

static bool end_function(struct dump *dump)
{
    struct machine_function *function;

    if (!dump->is_in_function)
        return true;
    dump->is_in_function = false;
    if (dump->count == 0)
        return complain(dump->complaint, dump->line,
                        "a function without registers; 'lspci -xxxx' writes them");
    if (!is_whole(dump->count))
        return complain(dump->complaint, dump->text.line,
                        "the function of line %zu ends after %zu bytes; it has 64, 128, "
                        "256 or 4096 in a whole dump",
                        dump->line, dump->count);
    if (!dump->is_kept) {
        dump->machine->unaddressable_count++;
        return true;
    }
    function = machine_add(dump->machine, dump->sbdf, (uint16_t)dump->count);
    if (!function && machine_find(dump->machine, dump->sbdf))
        return complain(dump->complaint, dump->line, "this function came before");
    if (!function)
        return complain(dump->complaint, dump->line, "more than %d functions",
                        MACHINE_FUNCTIONS_MAX);
    memcpy(function->config, dump->bytes, dump->count);
    return true;
}

static bool begin_function(struct dump *dump, const struct text_address *address)
{
    if (!end_function(dump))
        return false;
    dump->is_in_function = true;
    dump->is_kept = address->segment <= UINT16_MAX;
    dump->sbdf =
        rp_sbdf((uint16_t)address->segment, address->bus, address->dev, address->fn);
    dump->line = dump->text.line;
    dump->count = 0;
    return true;
}

static bool add_row(struct dump *dump, uint32_t offset,
                    const unsigned char bytes[TEXT_ROW_SIZE], size_t count)
{
    size_t line = dump->text.line;

    if (!dump->is_in_function)
        return complain(dump->complaint, line, "registers before any function");
    if (count != TEXT_ROW_SIZE)
        return complain(dump->complaint, line, "%zu registers where a line has 16",
                        count);
    if (dump->count == RP_CFG_SIZE_EXTENDED)
        return complain(dump->complaint, line, "more than 4096 bytes of registers");
    if (offset != dump->count)
        return complain(dump->complaint, line,
                        "registers of 0x%x where those of 0x%zx "
                        "come next",
                        (unsigned)offset, dump->count);
    memcpy(dump->bytes + dump->count, bytes, TEXT_ROW_SIZE);
    dump->count += TEXT_ROW_SIZE;
    return true;
}

static bool read_line(struct dump *dump, struct span line)
{
    unsigned char bytes[TEXT_ROW_SIZE];
    struct text_address address;
    struct span rest = line;
    struct span field;
    uint32_t offset;
    size_t count = span_row(line, &offset, bytes);

    if (count != 0)
        return add_row(dump, offset, bytes, count);
    if (!span_is_clean(line, TEXT_TABS))
        return complain(dump->complaint, dump->text.line,
                        "this is not text: a control character or broken UTF-8");
    if (line.length == 0 || *line.at == '\t' || *line.at == '#')
        return true;
    if (text_next_field(&rest, &field) && span_address(field, &address))
        return begin_function(dump, &address);
    if (span_begins_with(line, SAVED_FIRST_WORD))
        return complain(dump->complaint, dump->text.line,
                        "this is a saved set, not a dump: --from reads it");
    return complain(dump->complaint, dump->text.line,
                    "neither a function's address nor 16 registers in hexadecimal");
}

bool dump_read(const char *bytes, size_t size, struct machine *machine,
               struct complaint *complaint)
{
    struct dump dump = {
        .machine = machine,
        .complaint = complaint,
        .text = text_begin(bytes, size),
    };
    struct span line;

    machine->is_excerpt = true;
    while (text_next_line(&dump.text, &line)) {
        if (!read_line(&dump, line))
            return false;
    }
    if (!end_function(&dump))
        return false;
    if (machine->function_count == 0 && machine->unaddressable_count == 0)
        return complain(complaint, dump.text.line, "no function in all of it");
    return true;
}
