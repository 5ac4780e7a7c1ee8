/* SPDX-License-Identifier: MIT */
/* Reads a saved set, which may come from anybody. */
#include "tools/audit/saved.h"

#include <string.h>

#include "tools/audit/memory.h"
#include "tools/audit/saved_internal.h"

enum {
    FIELDS_MAX = 5,
    ADDRESS_BITS_MAX = 64,
};

/* The set under way. */
struct reading {
    struct machine *machine;
    struct complaint *complaint;
    size_t line;
    struct span rest; /* of the line, behind its first word */
    struct span fields[FIELDS_MAX];
    size_t field_count;
    /* Where rows of registers go: the last table or function. */
    unsigned char *bytes;
    size_t size;
    size_t next_offset;
    struct machine_function *function;
    bool has_ended;
};

#define FAIL(reading, ...) complain((reading)->complaint, (reading)->line, __VA_ARGS__)

static bool read_word(struct span field, const char *const *words, size_t count,
                      unsigned *out_index)
{
    for (size_t i = 0; i < count; i++) {
        if (span_equals(field, words[i])) {
            *out_index = (unsigned)i;
            return true;
        }
    }
    return false;
}

static bool read_sight(struct reading *reading, enum sight *out_sight)
{
    unsigned index;

    if (!read_word(reading->fields[0], saved_sights, SAVED_SIGHT_COUNT, &index))
        return FAIL(reading, "not one of none, seen, absent, denied");
    *out_sight = (enum sight)index;
    return true;
}

/* ---- One function for each first word ---- */

static bool read_source(struct reading *reading)
{
    static const char *const words[] = {"machine", "dump"};
    unsigned index;

    if (!read_word(reading->fields[0], words, 2, &index))
        return FAIL(reading, "neither machine nor dump");
    reading->machine->is_excerpt = index == 1;
    return true;
}

static bool read_identifiers(struct reading *reading)
{
    static const char *const words[] = {"kept", "left-out"};
    unsigned index;

    if (!read_word(reading->fields[0], words, 2, &index))
        return FAIL(reading, "neither kept nor left-out");
    reading->machine->is_without_identifiers = index == 1;
    return true;
}

static bool read_unaddressable(struct reading *reading)
{
    uint64_t count;

    if (!span_decimal(reading->fields[0], MACHINE_FUNCTIONS_MAX, &count))
        return FAIL(reading, "not a number of functions");
    reading->machine->unaddressable_count = (size_t)count;
    return true;
}

static bool read_address_bits(struct reading *reading)
{
    uint64_t bits;

    if (!span_decimal(reading->fields[0], ADDRESS_BITS_MAX, &bits))
        return FAIL(reading, "not a width of addresses");
    reading->machine->address_bits = (unsigned)bits;
    return true;
}

static bool read_cpus(struct reading *reading)
{
    uint64_t count;

    if (!span_decimal(reading->fields[0], MACHINE_CPUS_MAX, &count))
        return FAIL(reading, "not a number of CPUs");
    reading->machine->cpu_count = (unsigned)count;
    return true;
}

static bool read_amd_msr(struct reading *reading)
{
    if (!read_sight(reading, &reading->machine->amd_msr_sight))
        return false;
    return span_hex(reading->fields[1], UINT64_MAX, &reading->machine->amd_msr) ||
           FAIL(reading, "not the value of a register in hexadecimal");
}

static void accept_rows(struct reading *reading, unsigned char *bytes, size_t size)
{
    reading->bytes = bytes;
    reading->size = size;
    reading->next_offset = 0;
}

static bool read_mcfg(struct reading *reading)
{
    struct machine *machine = reading->machine;
    uint64_t size;

    if (!read_sight(reading, &machine->mcfg_sight))
        return false;
    if (machine->mcfg)
        return FAIL(reading, "MCFG came before");
    if (!span_decimal(reading->fields[1], MACHINE_MCFG_SIZE_MAX, &size))
        return FAIL(reading, "not a size of MCFG; at most %d bytes are taken",
                    MACHINE_MCFG_SIZE_MAX);
    machine->mcfg = memory_new((size_t)size, 1);
    machine->mcfg_size = (size_t)size;
    accept_rows(reading, machine->mcfg, machine->mcfg_size);
    return true;
}

static bool read_memory_map(struct reading *reading)
{
    unsigned index;

    if (!read_sight(reading, &reading->machine->memory_sight))
        return false;
    if (!read_word(reading->fields[1], saved_maps, SAVED_MAP_COUNT, &index))
        return FAIL(reading, "not one of none, firmware, iomem");
    reading->machine->memory_source = (enum machine_map)index;
    return true;
}

/* The address and the size in the first two fields. */
static bool read_range(struct reading *reading, uint64_t *out_base, uint64_t *out_size)
{
    if (!span_hex(reading->fields[0], UINT64_MAX, out_base) ||
        !span_hex(reading->fields[1], UINT64_MAX, out_size))
        return FAIL(reading, "not an address and a size in hexadecimal");
    return true;
}

static bool read_memory(struct reading *reading)
{
    struct rp_memory_range range;
    unsigned index;

    if (!read_range(reading, &range.base, &range.size))
        return false;
    if (!read_word(reading->fields[2], saved_memory_types, SAVED_MEMORY_COUNT, &index) ||
        index == RP_MEMORY_NONE)
        return FAIL(reading, "not one of ram, reserved, device");
    range.type = (enum rp_memory_type)index;
    return machine_add_memory(reading->machine, range) ||
           FAIL(reading, "more than %d ranges of memory", MACHINE_RANGES_MAX);
}

static bool read_reservations(struct reading *reading)
{
    return read_sight(reading, &reading->machine->reservations_sight);
}

static bool read_reservation(struct reading *reading)
{
    char device[MACHINE_DEVICE_SIZE] = "";
    uint64_t base;
    uint64_t size;

    if (!read_range(reading, &base, &size))
        return false;
    if (reading->fields[2].length >= sizeof(device))
        return FAIL(reading, "not the ID of an ACPI device");
    memcpy(device, reading->fields[2].at, reading->fields[2].length);
    return machine_add_reservation(reading->machine, base, size, device) ||
           FAIL(reading, "more than %d reservations", MACHINE_RANGES_MAX);
}

static bool read_kernel_regions(struct reading *reading)
{
    return read_sight(reading, &reading->machine->kernel_regions_sight);
}

static bool read_kernel_region(struct reading *reading)
{
    uint64_t base;
    uint64_t segment;
    uint64_t start_bus;
    uint64_t end_bus;
    struct rp_ecam_range range;

    if (!span_hex(reading->fields[0], UINT64_MAX, &base) ||
        !span_hex(reading->fields[1], UINT16_MAX, &segment) ||
        !span_hex(reading->fields[2], UINT8_MAX, &start_bus) ||
        !span_hex(reading->fields[3], UINT8_MAX, &end_bus))
        return FAIL(reading, "not an address, a segment and two buses in hexadecimal");
    range.base.value = base;
    range.segment = (uint16_t)segment;
    range.start_bus = (uint8_t)start_bus;
    range.end_bus = (uint8_t)end_bus;
    return machine_add_kernel_region(reading->machine, range) ||
           FAIL(reading, "more than %d regions", MACHINE_RANGES_MAX);
}

static bool is_size(uint64_t size)
{
    return size == 0 || size == MACHINE_HEADER_SIZE ||
           size == 2 * (uint64_t)MACHINE_HEADER_SIZE ||
           size == RP_CFG_SIZE_CONVENTIONAL || size == RP_CFG_SIZE_EXTENDED;
}

static bool read_function(struct reading *reading)
{
    struct machine_function *function;
    rp_sbdf_t physical = {0};
    bool is_virtual = !span_equals(reading->fields[3], "-");
    rp_sbdf_t sbdf;
    uint64_t readable;
    uint64_t kernel_size;

    if (!span_sbdf(reading->fields[0], &sbdf))
        return FAIL(reading, "not the address of a function");
    if (!span_decimal(reading->fields[1], RP_CFG_SIZE_EXTENDED, &readable) ||
        !is_size(readable) ||
        !span_decimal(reading->fields[2], RP_CFG_SIZE_EXTENDED, &kernel_size) ||
        !is_size(kernel_size))
        return FAIL(reading, "not two sizes; a function has 0, 64, 128, 256 or 4096 "
                             "bytes");
    if (is_virtual && !span_sbdf(reading->fields[3], &physical))
        return FAIL(reading, "not the address of a physical function");
    function = machine_add(reading->machine, sbdf, (uint16_t)readable);
    if (!function && machine_find(reading->machine, sbdf))
        return FAIL(reading, "this function came before");
    if (!function)
        return FAIL(reading, "more than %d functions", MACHINE_FUNCTIONS_MAX);
    function->kernel_size = (uint16_t)kernel_size;
    function->is_virtual = is_virtual;
    function->physical = physical;
    reading->function = function;
    accept_rows(reading, function->config, function->readable);
    return true;
}

static bool read_name(struct reading *reading)
{
    struct span name = reading->rest;

    if (!reading->function)
        return FAIL(reading, "a name before any function");
    if (name.length > 0 && *name.at == ' ') {
        name.at++;
        name.length--;
    }
    machine_set_name(reading->function, name.at, name.length);
    return true;
}

static bool read_end(struct reading *reading)
{
    reading->has_ended = true;
    return true;
}

static const struct {
    const char *word;
    size_t field_count;
    bool (*read)(struct reading *reading);
} keywords[] = {
    {"name", 0, read_name},
    {"function", 4, read_function},
    {"memory", 3, read_memory},
    {"reservation", 3, read_reservation},
    {"kernel-region", 4, read_kernel_region},
    {"source", 1, read_source},
    {"identifiers", 1, read_identifiers},
    {"unaddressable", 1, read_unaddressable},
    {"address-bits", 1, read_address_bits},
    {"cpus", 1, read_cpus},
    {"amd-msr", 2, read_amd_msr},
    {"mcfg", 2, read_mcfg},
    {"memory-map", 2, read_memory_map},
    {"reservations", 1, read_reservations},
    {"kernel-regions", 1, read_kernel_regions},
    {"end", 0, read_end},
};

/* ---- Lines ---- */

static bool read_row(struct reading *reading, uint32_t offset,
                     const unsigned char row[TEXT_ROW_SIZE], size_t count)
{
    if (!reading->bytes)
        return FAIL(reading, "registers before any table or function");
    if (offset % TEXT_ROW_SIZE != 0 || offset < reading->next_offset)
        return FAIL(reading, "registers of 0x%x where those of 0x%zx or later come next",
                    (unsigned)offset, reading->next_offset);
    if (offset >= reading->size || count > reading->size - offset ||
        (count < TEXT_ROW_SIZE && count != reading->size - offset))
        return FAIL(reading, "%zu bytes at 0x%x of %zu", count, (unsigned)offset,
                    reading->size);
    memcpy(reading->bytes + offset, row, count);
    reading->next_offset = offset + TEXT_ROW_SIZE;
    return true;
}

/* Takes the fields of the line; @count of them are wanted. */
static bool split(struct reading *reading, size_t count)
{
    struct span rest = reading->rest;
    struct span extra;

    for (size_t i = 0; i < count; i++) {
        if (!text_next_field(&rest, &reading->fields[i]))
            return FAIL(reading, "%zu words behind the first where there are %zu", i,
                        count);
    }
    if (text_next_field(&rest, &extra))
        return FAIL(reading, "more than %zu words behind the first", count);
    return true;
}

static bool read_keyword(struct reading *reading, struct span line)
{
    struct span word;

    reading->rest = line;
    if (!text_next_field(&reading->rest, &word))
        return FAIL(reading, "an empty line");
    for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
        if (!span_equals(word, keywords[i].word))
            continue;
        if (keywords[i].field_count > 0 && !split(reading, keywords[i].field_count))
            return false;
        return keywords[i].read(reading);
    }
    return FAIL(reading, "unknown word");
}

static bool read_line(struct reading *reading, struct span line)
{
    unsigned char row[TEXT_ROW_SIZE];
    uint32_t offset;
    size_t count;

    if (reading->has_ended)
        return FAIL(reading, "text behind the end");
    count = span_row(line, &offset, row);
    if (count != 0)
        return read_row(reading, offset, row, count);
    if (!span_is_clean(line, TEXT_NO_TABS))
        return FAIL(reading, "this is not text: a control character or broken UTF-8");
    return read_keyword(reading, line);
}

static bool read_version(struct reading *reading, struct span line)
{
    struct span word;
    struct span number;
    uint64_t version;

    if (!text_next_field(&line, &word) || !span_equals(word, SAVED_FIRST_WORD) ||
        !text_next_field(&line, &number) || !span_decimal(number, UINT32_MAX, &version))
        return FAIL(reading, "this is no saved set: it does not begin with '%s %d'",
                    SAVED_FIRST_WORD, SAVED_VERSION);
    if (version != SAVED_VERSION)
        return FAIL(reading, "version %u of the format; this program knows version %d",
                    (unsigned)version, SAVED_VERSION);
    return true;
}

/* A virtual function's physical one is another function of the set, not virtual. */
static bool check_physical(struct reading *reading)
{
    const struct machine *machine = reading->machine;

    for (size_t i = 0; i < machine->function_count; i++) {
        const struct machine_function *function = &machine->functions[i];
        const struct machine_function *physical;

        if (!function->is_virtual)
            continue;
        physical = machine_find(machine, function->physical);
        if (physical && physical->is_virtual)
            return FAIL(reading,
                        "function %zu of the set is a virtual function of a "
                        "virtual function",
                        i + 1);
    }
    return true;
}

bool saved_read(const char *bytes, size_t size, struct machine *machine,
                struct complaint *complaint)
{
    struct reading reading = {.machine = machine, .complaint = complaint, .line = 1};
    struct text text = text_begin(bytes, size);
    struct span line = {bytes, 0};

    (void)text_next_line(&text, &line);
    if (!read_version(&reading, line))
        return false;
    while (text_next_line(&text, &line)) {
        reading.line = text.line;
        if (!read_line(&reading, line))
            return false;
    }
    if (!reading.has_ended)
        return FAIL(&reading, "cut short: the last line is not 'end'");
    return check_physical(&reading);
}
