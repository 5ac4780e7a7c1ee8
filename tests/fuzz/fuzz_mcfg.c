/* SPDX-License-Identifier: MIT */
/* Any bytes as an MCFG, with and without a signature, length and checksum that fit. */
#include <stdlib.h>
#include <string.h>

#include <rootport/mcfg.h>

enum {
    CAPACITY = 16,
    HEADER_SIZE = 44,
};

static const struct rp_memory_range map[] = {
    {0x00000000, 0x80000000, RP_MEMORY_RAM},
    {0xe0000000, 0x10000000, RP_MEMORY_RESERVED},
    {0xfee00000, 0x1000, RP_MEMORY_DEVICE},
};

static void check_region(const struct rp_ecam_region *region)
{
    if (region->state != RP_ECAM_CANDIDATE && region->state != RP_ECAM_REJECTED)
        abort();
    if (region->state == RP_ECAM_REJECTED)
        return;
    if (rp_ecam_start(&region->range).value < 0x80000000 ||
        rp_ecam_size(&region->range) > 0x10000000 ||
        rp_ecam_start(&region->range).value + rp_ecam_size(&region->range) > 1ull << 46)
        abort();
}

static void add_all(const void *table, size_t size)
{
    struct rp_ecam_region regions[CAPACITY];
    struct rp_ecam ecam;
    struct rp_ecam_setup setup = {
        .regions = regions,
        .capacity = CAPACITY,
        .memory_map = map,
        .memory_map_count = sizeof(map) / sizeof(map[0]),
        .policy = RP_ECAM_POLICY_DEFAULT,
        .address_bits = 46,
    };
    struct rp_mcfg mcfg;

    rp_ecam_init(&ecam, &setup);
    if (rp_mcfg_open(table, size, &mcfg) != RP_MCFG_USABLE)
        return;
    if (rp_mcfg_add_to(&mcfg, &ecam) != RP_OK && ecam.count != CAPACITY)
        abort();
    for (size_t i = 0; i < ecam.count; i++)
        check_region(&regions[i]);
}

/* A copy whose header fits, so that the entries are reached. */
static void add_mended(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size);
    uint8_t sum = 0;

    if (!copy)
        return;
    memcpy(copy, data, size);
    memcpy(copy, "MCFG", 4);
    for (unsigned i = 0; i < 4; i++)
        copy[4 + i] = (uint8_t)(size >> 8 * i);
    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + copy[i]);
    copy[9] = (uint8_t)(copy[9] - sum);
    add_all(copy, size);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    add_all(data, size);
    if (size >= HEADER_SIZE)
        add_mended(data, size);
    return 0;
}
