/* SPDX-License-Identifier: MIT */
/*
 * Reads the ACPI MCFG table.
 *
 * PCI Firmware r3.2, 4.1.2; ACPI 6.3, 5.2.6.
 */
#include <rootport/mcfg.h>

#include "internal.h"

/* Offsets of fields. The table need not be aligned, so there is no struct over it. */
enum {
    TABLE_SIGNATURE = 0,
    TABLE_LENGTH = 4,
    TABLE_ENTRIES = 44, /* after the header's 36 bytes and 8 reserved ones */
    ENTRY_BASE = 0,
    ENTRY_SEGMENT = 8,
    ENTRY_START_BUS = 10,
    ENTRY_END_BUS = 11,
    ENTRY_SIZE = 16,
};

/* The little-endian number in @width bytes at @bytes. */
static uint64_t number(const unsigned char *bytes, unsigned width)
{
    uint64_t value = 0;

    while (width-- > 0)
        value = value << 8 | bytes[width];
    return value;
}

static bool is_sum_zero(const unsigned char *bytes, size_t size)
{
    unsigned sum = 0;

    for (size_t i = 0; i < size; i++)
        sum += bytes[i];
    return sum % 256 == 0;
}

enum rp_mcfg_verdict rp_mcfg_open(const void *table, size_t size,
                                  struct rp_mcfg *out_mcfg)
{
    const unsigned char *bytes = table;
    uint64_t length;

    out_mcfg->entries = NULL;
    out_mcfg->entry_count = 0;
    if (size < TABLE_ENTRIES)
        return RP_MCFG_TRUNCATED;
    if (memcmp(bytes + TABLE_SIGNATURE, "MCFG", 4) != 0)
        return RP_MCFG_BAD_SIGNATURE;
    length = number(bytes + TABLE_LENGTH, 4);
    if (length < TABLE_ENTRIES || length > size)
        return RP_MCFG_BAD_LENGTH;
    if (!is_sum_zero(bytes, (size_t)length))
        return RP_MCFG_BAD_CHECKSUM;
    /* A tail means that the length is wrong, and so perhaps all that it covers. */
    if ((length - TABLE_ENTRIES) % ENTRY_SIZE != 0)
        return RP_MCFG_PARTIAL_ENTRY;
    if (length == TABLE_ENTRIES)
        return RP_MCFG_NO_ENTRIES;
    out_mcfg->entries = bytes + TABLE_ENTRIES;
    out_mcfg->entry_count = (size_t)((length - TABLE_ENTRIES) / ENTRY_SIZE);
    return RP_MCFG_USABLE;
}

struct rp_ecam_range rp_mcfg_entry(const struct rp_mcfg *mcfg, size_t index)
{
    const unsigned char *entry = mcfg->entries + index * ENTRY_SIZE;
    struct rp_ecam_range range = {
        .base = {number(entry + ENTRY_BASE, 8)},
        .segment = (uint16_t)number(entry + ENTRY_SEGMENT, 2),
        .start_bus = entry[ENTRY_START_BUS],
        .end_bus = entry[ENTRY_END_BUS],
    };

    return range;
}

enum rp_status rp_mcfg_add_to(const struct rp_mcfg *mcfg, struct rp_ecam *ecam)
{
    for (size_t i = 0; i < mcfg->entry_count; i++) {
        struct rp_ecam_range range = rp_mcfg_entry(mcfg, i);
        size_t index;
        enum rp_status status = rp_ecam_add(ecam, &range, RP_ECAM_SOURCE_MCFG, &index);

        if (status != RP_OK)
            return status;
    }
    return RP_OK;
}

const char *rp_mcfg_verdict_text(enum rp_mcfg_verdict verdict)
{
    switch (verdict) {
    case RP_MCFG_NOT_READ:
        return "MCFG has not been read";
    case RP_MCFG_USABLE:
        return "MCFG is sound";
    case RP_MCFG_TRUNCATED:
        return "MCFG is shorter than its own header";
    case RP_MCFG_BAD_SIGNATURE:
        return "the table is no MCFG";
    case RP_MCFG_BAD_LENGTH:
        return "the length of MCFG leaves out its header or leads beyond its memory";
    case RP_MCFG_BAD_CHECKSUM:
        return "the checksum of MCFG is wrong";
    case RP_MCFG_NO_ENTRIES:
        return "MCFG lists no region";
    case RP_MCFG_PARTIAL_ENTRY:
        return "the last entry of MCFG is incomplete";
    }
    return "unknown verdict on MCFG";
}
