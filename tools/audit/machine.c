/* SPDX-License-Identifier: MIT */
/* Keeps what is known of a machine. */
#include "tools/audit/machine.h"

#include <stdio.h>
#include <string.h>

#include "tools/audit/memory.h"
#include "tools/audit/text.h"

enum {
    BUCKET_COUNT_FIRST = 256,
};

void machine_init(struct machine *machine)
{
    memset(machine, 0, sizeof(*machine));
}

void machine_free(struct machine *machine)
{
    for (size_t i = 0; i < machine->function_count; i++) {
        free(machine->functions[i].config);
        free(machine->functions[i].name);
    }
    free(machine->functions);
    free(machine->buckets);
    free(machine->mcfg);
    free(machine->memory);
    free(machine->reservations);
    free(machine->kernel_regions);
    machine_init(machine);
}

/* ---- Functions ---- */

/* The bucket that has @sbdf, or the free one where it would go. */
static size_t find_bucket(const struct machine *machine, rp_sbdf_t sbdf)
{
    size_t bucket = (size_t)(sbdf.value * 0x9e3779b1u) & (machine->bucket_count - 1);

    while (machine->buckets[bucket] != 0 &&
           !rp_sbdf_equal(machine->functions[machine->buckets[bucket] - 1].sbdf, sbdf))
        bucket = (bucket + 1) & (machine->bucket_count - 1);
    return bucket;
}

static void put_bucket(struct machine *machine, size_t index)
{
    machine->buckets[find_bucket(machine, machine->functions[index].sbdf)] =
        (uint32_t)index + 1;
}

/* At most half of the buckets are ever taken, so that every search ends. */
static void grow_buckets(struct machine *machine)
{
    if (machine->function_count * 2 < machine->bucket_count)
        return;
    free(machine->buckets);
    machine->bucket_count =
        machine->bucket_count ? machine->bucket_count * 2 : BUCKET_COUNT_FIRST;
    machine->buckets = memory_new(machine->bucket_count, sizeof(*machine->buckets));
    for (size_t i = 0; i < machine->function_count; i++)
        put_bucket(machine, i);
}

struct machine_function *machine_find(const struct machine *machine, rp_sbdf_t sbdf)
{
    uint32_t index;

    if (machine->bucket_count == 0)
        return NULL;
    index = machine->buckets[find_bucket(machine, sbdf)];
    return index == 0 ? NULL : &machine->functions[index - 1];
}

struct machine_function *machine_add(struct machine *machine, rp_sbdf_t sbdf,
                                     uint16_t readable)
{
    struct machine_function *function;

    if (machine->function_count == MACHINE_FUNCTIONS_MAX || machine_find(machine, sbdf))
        return NULL;
    machine->functions = memory_grow(machine->functions, machine->function_count,
                                     sizeof(*machine->functions));
    function = &machine->functions[machine->function_count];
    memset(function, 0, sizeof(*function));
    function->sbdf = sbdf;
    function->readable = readable;
    function->config = memory_new(readable, 1);
    grow_buckets(machine);
    put_bucket(machine, machine->function_count++);
    return function;
}

void machine_set_name(struct machine_function *function, const char *name, size_t length)
{
    struct span whole = {name, length};

    free(function->name);
    function->name = memory_new(length + 1, 1);
    memcpy(function->name, name, length);
    if (span_is_clean(whole, TEXT_NO_TABS))
        return;
    for (size_t i = 0; i < length; i++) {
        if (name[i] < ' ' || name[i] > '~')
            function->name[i] = '?';
    }
}

uint32_t machine_dword(const struct machine_function *function, unsigned reg)
{
    const unsigned char *at = function->config + reg;

    if (reg + 4 > function->readable)
        return 0xffffffffu;
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

/* ---- The rest ---- */

bool machine_add_memory(struct machine *machine, struct rp_memory_range range)
{

    if (machine->memory_count == MACHINE_RANGES_MAX)
        return false;
    machine->memory =
        memory_grow(machine->memory, machine->memory_count, sizeof(*machine->memory));
    machine->memory[machine->memory_count++] = range;
    return true;
}

bool machine_add_reservation(struct machine *machine, uint64_t base, uint64_t size,
                             const char *device)
{
    struct machine_reservation reservation = {base, size, ""};

    if (machine->reservation_count == MACHINE_RANGES_MAX)
        return false;
    machine->reservations = memory_grow(machine->reservations, machine->reservation_count,
                                        sizeof(*machine->reservations));
    snprintf(reservation.device, sizeof(reservation.device), "%s", device);
    machine->reservations[machine->reservation_count++] = reservation;
    return true;
}

bool machine_add_kernel_region(struct machine *machine, struct rp_ecam_range range)
{

    if (machine->kernel_region_count == MACHINE_RANGES_MAX)
        return false;
    machine->kernel_regions =
        memory_grow(machine->kernel_regions, machine->kernel_region_count,
                    sizeof(*machine->kernel_regions));
    machine->kernel_regions[machine->kernel_region_count++] = range;
    return true;
}

bool machine_set_mcfg(struct machine *machine, const void *bytes, size_t size)
{
    if (size > MACHINE_MCFG_SIZE_MAX)
        return false;
    free(machine->mcfg);
    machine->mcfg = memory_new(size, 1);
    memcpy(machine->mcfg, bytes, size);
    machine->mcfg_size = size;
    return true;
}
