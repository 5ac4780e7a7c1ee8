/* SPDX-License-Identifier: MIT */
/* Writes a saved set. */
#include <inttypes.h>

#include "tools/audit/memory.h"
#include "tools/audit/saved.h"
#include "tools/audit/saved_internal.h"
#include "tools/audit/words.h"

const char *const saved_sights[SAVED_SIGHT_COUNT] = {
    [SIGHT_NONE] = "none",
    [SIGHT_SEEN] = "seen",
    [SIGHT_ABSENT] = "absent",
    [SIGHT_DENIED] = "denied",
};

const char *const saved_maps[SAVED_MAP_COUNT] = {
    [MACHINE_MAP_NONE] = "none",
    [MACHINE_MAP_FIRMWARE] = "firmware",
    [MACHINE_MAP_IOMEM] = "iomem",
};

const char *const saved_memory_types[SAVED_MEMORY_COUNT] = {
    [RP_MEMORY_NONE] = "none",
    [RP_MEMORY_RAM] = "ram",
    [RP_MEMORY_RESERVED] = "reserved",
    [RP_MEMORY_DEVICE] = "device",
};

static bool is_zero(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

/* Rows that are all zero are left out: they are most of a configuration space. */
static void write_rows(const unsigned char *bytes, size_t size, FILE *file)
{
    for (size_t row = 0; row < size; row += TEXT_ROW_SIZE) {
        size_t end = size - row < TEXT_ROW_SIZE ? size : row + TEXT_ROW_SIZE;

        if (is_zero(bytes + row, end - row))
            continue;
        fprintf(file, "%02zx:", row);
        for (size_t i = row; i < end; i++)
            fprintf(file, " %02x", bytes[i]);
        fputc('\n', file);
    }
}

static void write_firmware(const struct machine *machine, FILE *file)
{
    fprintf(file, "amd-msr %s 0x%" PRIx64 "\n", saved_sights[machine->amd_msr_sight],
            machine->amd_msr);
    fprintf(file, "mcfg %s %zu\n", saved_sights[machine->mcfg_sight], machine->mcfg_size);
    write_rows(machine->mcfg, machine->mcfg_size, file);
    fprintf(file, "memory-map %s %s\n", saved_sights[machine->memory_sight],
            saved_maps[machine->memory_source]);
    for (size_t i = 0; i < machine->memory_count; i++)
        fprintf(file, "memory 0x%" PRIx64 " 0x%" PRIx64 " %s\n", machine->memory[i].base,
                machine->memory[i].size, saved_memory_types[machine->memory[i].type]);
    fprintf(file, "reservations %s\n", saved_sights[machine->reservations_sight]);
    for (size_t i = 0; i < machine->reservation_count; i++)
        fprintf(file, "reservation 0x%" PRIx64 " 0x%" PRIx64 " %s\n",
                machine->reservations[i].base, machine->reservations[i].size,
                machine->reservations[i].device);
    fprintf(file, "kernel-regions %s\n", saved_sights[machine->kernel_regions_sight]);
    for (size_t i = 0; i < machine->kernel_region_count; i++) {
        const struct rp_ecam_range *range = &machine->kernel_regions[i];

        fprintf(file, "kernel-region 0x%" PRIx64 " %04x %02x %02x\n", range->base.value,
                range->segment, range->start_bus, range->end_bus);
    }
}

static void write_function(const struct machine_function *function, FILE *file)
{
    fprintf(file, "function %s %u %u %s\n", words_sbdf(function->sbdf).text,
            function->readable, function->kernel_size,
            function->is_virtual ? words_sbdf(function->physical).text : "-");
    fprintf(file, "name %s\n", function->name ? function->name : "");
    write_rows(function->config, function->readable, file);
}

static int compare_sbdfs(const void *a, const void *b)
{
    uint32_t left = (*(const struct machine_function *const *)a)->sbdf.value;
    uint32_t right = (*(const struct machine_function *const *)b)->sbdf.value;

    return left < right ? -1 : left > right;
}

/* By rising SBDF, in whatever order they were found. */
static void write_functions(const struct machine *machine, FILE *file)
{
    size_t count = machine->function_count;
    const struct machine_function **sorted = memory_new(count, sizeof(*sorted));

    for (size_t i = 0; i < count; i++)
        sorted[i] = &machine->functions[i];
    qsort(sorted, count, sizeof(*sorted), compare_sbdfs);
    for (size_t i = 0; i < count; i++)
        write_function(sorted[i], file);
    free(sorted);
}

void saved_write(const struct machine *machine, FILE *file)
{
    fprintf(file, SAVED_FIRST_WORD " %d\n", SAVED_VERSION);
    fprintf(file, "source %s\n", machine->is_excerpt ? "dump" : "machine");
    fprintf(file, "identifiers %s\n",
            machine->is_without_identifiers ? "left-out" : "kept");
    fprintf(file, "unaddressable %zu\n", machine->unaddressable_count);
    fprintf(file, "address-bits %u\n", machine->address_bits);
    fprintf(file, "cpus %u\n", machine->cpu_count);
    write_firmware(machine, file);
    write_functions(machine, file);
    fputs("end\n", file);
}
