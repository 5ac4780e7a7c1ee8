/* SPDX-License-Identifier: MIT */
/*
 * Reads the IVRS: which AMD IOMMU serves which requester IDs.
 *
 * AMD I/O Virtualization Technology Specification (48882) r3.06, 5.2.
 */
#include "dev/acpi_internal.h"

enum {
    IVRS_INFO = 36,
    IVRS_BLOCKS = 48,
};

/* Blocks: 5.2.2.1 (IVHD) and 5.2.2.8 (IVMD). Offsets are from the block's start. */
enum block_type {
    BLOCK_IVHD_10 = 0x10,
    BLOCK_IVHD_11 = 0x11,
    BLOCK_IVHD_40 = 0x40,
    BLOCK_IVMD_ALL = 0x20,
    BLOCK_IVMD_SELECT = 0x21,
    BLOCK_IVMD_RANGE = 0x22,
};

enum {
    BLOCK_FLAGS = 1,
    BLOCK_LENGTH = 2,
    BLOCK_HEADER_SIZE = 4,
    IVHD_DEVICE_ID = 4,
    IVHD_CAPABILITY_OFFSET = 6,
    IVHD_BASE = 8,
    IVHD_SEGMENT = 16,
    IVHD_10_SIZE = 24,
    IVHD_11_EFR = 24,
    IVHD_11_SIZE = 40,
    IVMD_DEVICE_ID = 4,
    IVMD_RANGE_END = 6,
    IVMD_SEGMENT = 8,
    IVMD_BASE = 16,
    IVMD_LENGTH = 24,
    IVMD_SIZE = 32,
};

/* The registers are 16 KiB at least, and aligned to their size (48882, 3.4). */
#define IVHD_BASE_ALIGNMENT 0x4000u
#define IVMD_ALIGNMENT      0x1000u

/* Device entries: 5.2.2.2 to 5.2.2.7. */
enum device_type {
    DEVICE_ALL = 0x01,
    DEVICE_SELECT = 0x02,
    DEVICE_RANGE_START = 0x03,
    DEVICE_RANGE_END = 0x04,
    DEVICE_ALIAS_SELECT = 0x42,
    DEVICE_ALIAS_RANGE_START = 0x43,
    DEVICE_EXTENDED_SELECT = 0x46,
    DEVICE_EXTENDED_RANGE_START = 0x47,
    DEVICE_SPECIAL = 0x48,
    DEVICE_ACPI_HID = 0xf0,
};

enum {
    DEVICE_ID = 1,
    DEVICE_SETTINGS = 3,
    DEVICE_HANDLE = 4,
    DEVICE_SOURCE_ID = 5,
    DEVICE_VARIETY = 7,
    DEVICE_UID_LENGTH = 21,
    DEVICE_ACPI_HID_SIZE = 22, /* without the UID */
};

struct block {
    const uint8_t *bytes;
    uint32_t offset;
    uint16_t length;
};

/* Where a range has begun and its end is awaited. */
struct open_range {
    bool is_open;
    uint32_t offset;
    struct acpi_ivhd_range range;
};

/*
 * Steps to the next block. False at the end, and where a block's length is wrong:
 * then *@block is what is left, and *@out_reason says why.
 */
static bool next_block(const struct acpi_table *table, struct block *block,
                       enum acpi_reason *out_reason)
{
    uint32_t offset = block->offset + block->length;

    *block = (struct block){.offset = offset};
    *out_reason = ACPI_NO_PROBLEM;
    if (offset == table->length)
        return false;
    *out_reason = ACPI_PARTIAL_ENTRY;
    if (!acpi_holds(table, offset, BLOCK_HEADER_SIZE))
        return false;
    block->bytes = table->bytes + offset;
    block->length = acpi_le16(block->bytes + BLOCK_LENGTH);
    *out_reason = ACPI_BAD_ENTRY_LENGTH;
    if (block->length < BLOCK_HEADER_SIZE)
        return false;
    *out_reason = ACPI_ENTRY_PAST_END;
    return acpi_holds(table, offset, block->length);
}

/* The size of an IVHD's header, which its device entries follow; 0: not an IVHD. */
static uint16_t ivhd_header_size(const struct block *block)
{
    switch (block->bytes[0]) {
    case BLOCK_IVHD_10:
        return IVHD_10_SIZE;
    case BLOCK_IVHD_11:
    case BLOCK_IVHD_40:
        return IVHD_11_SIZE;
    default:
        return 0;
    }
}

static rp_sbdf_t ivhd_sbdf(const struct block *block)
{
    uint32_t segment = acpi_le16(block->bytes + IVHD_SEGMENT);

    return (rp_sbdf_t){segment << 16 | acpi_le16(block->bytes + IVHD_DEVICE_ID)};
}

/* The entry of the IOMMU that @block describes; ivhd_count when there is none yet. */
static unsigned find_ivhd(const struct acpi_ivrs *ivrs, const struct block *block)
{
    unsigned i = 0;

    while (i < ivrs->ivhd_count && !rp_sbdf_equal(ivrs->ivhds[i].sbdf, ivhd_sbdf(block)))
        i++;
    return i;
}

/* Of the descriptions of one IOMMU the highest type counts alone (5.2.2.1). */
static void add_ivhd(struct acpi_tables *tables, const struct acpi_table *table,
                     const struct block *block)
{
    struct acpi_ivrs *ivrs = &tables->ivrs;
    uint64_t base = acpi_le64(block->bytes + IVHD_BASE);
    unsigned i = find_ivhd(ivrs, block);

    if (base == 0 || base % IVHD_BASE_ALIGNMENT != 0 ||
        base > UINT64_MAX - IVHD_BASE_ALIGNMENT) {
        acpi_note(tables, table, ACPI_BAD_ADDRESS, block->offset);
        return;
    }
    if (i == ACPI_IVHDS_MAX) {
        acpi_note(tables, table, ACPI_TOO_MANY, block->offset);
        return;
    }
    if (i < ivrs->ivhd_count && ivrs->ivhds[i].type == block->bytes[0])
        acpi_note(tables, table, ACPI_DUPLICATE, block->offset);
    if (i < ivrs->ivhd_count && ivrs->ivhds[i].type >= block->bytes[0])
        return;
    ivrs->ivhds[i] = (struct acpi_ivhd){
        .type = block->bytes[0],
        .flags = block->bytes[BLOCK_FLAGS],
        .capability_offset = acpi_le16(block->bytes + IVHD_CAPABILITY_OFFSET),
        .sbdf = ivhd_sbdf(block),
        .base = base,
        .efr =
            block->bytes[0] == BLOCK_IVHD_10 ? 0 : acpi_le64(block->bytes + IVHD_11_EFR),
    };
    if (i == ivrs->ivhd_count)
        ivrs->ivhd_count++;
}

/* --- device entries of one IVHD --- */

static void add_range(struct acpi_tables *tables, const struct acpi_table *table,
                      uint32_t offset, struct acpi_ivhd_range range)
{
    struct acpi_ivrs *ivrs = &tables->ivrs;

    if (range.last < range.first)
        acpi_note(tables, table, ACPI_REVERSED_RANGE, offset);
    else if (ivrs->range_count == ACPI_IVHD_RANGES_MAX)
        acpi_note(tables, table, ACPI_TOO_MANY, offset);
    else
        ivrs->ranges[ivrs->range_count++] = range;
}

static void add_special(struct acpi_tables *tables, const struct acpi_table *table,
                        uint32_t offset, uint8_t ivhd, const uint8_t *bytes)
{
    struct acpi_ivrs *ivrs = &tables->ivrs;
    uint8_t variety = bytes[DEVICE_VARIETY];
    bool is_known = variety == ACPI_SPECIAL_IOAPIC || variety == ACPI_SPECIAL_HPET;

    if (ivrs->special_count == ACPI_SPECIALS_MAX) {
        acpi_note(tables, table, ACPI_TOO_MANY, offset);
        return;
    }
    ivrs->specials[ivrs->special_count++] = (struct acpi_special){
        .ivhd = ivhd,
        .settings = bytes[DEVICE_SETTINGS],
        .kind = is_known ? (enum acpi_special_kind)variety : ACPI_SPECIAL_UNKNOWN,
        .handle = bytes[DEVICE_HANDLE],
        .requester = acpi_le16(bytes + DEVICE_SOURCE_ID),
    };
}

static void close_range(struct acpi_tables *tables, const struct acpi_table *table,
                        uint32_t offset, uint16_t last, struct open_range *open)
{
    if (!open->is_open) {
        acpi_note(tables, table, ACPI_UNPAIRED_RANGE, offset);
        return;
    }
    open->is_open = false;
    open->range.last = last;
    add_range(tables, table, open->offset, open->range);
}

static void drop_range(struct acpi_tables *tables, const struct acpi_table *table,
                       struct open_range *open)
{
    if (open->is_open)
        acpi_note(tables, table, ACPI_UNPAIRED_RANGE, open->offset);
    open->is_open = false;
}

/* Entries of a type that has no meaning here are padding or reserved (5.2.2.2). */
static void visit_device(struct acpi_tables *tables, const struct acpi_table *table,
                         uint32_t offset, uint8_t ivhd, struct open_range *open)
{
    const uint8_t *bytes = table->bytes + offset;
    uint16_t id = acpi_le16(bytes + DEVICE_ID);
    struct acpi_ivhd_range range = {
        .ivhd = ivhd, .settings = bytes[DEVICE_SETTINGS], .first = id, .last = id};

    switch (bytes[0]) {
    case DEVICE_ALL:
        range.first = 0;
        range.last = UINT16_MAX;
        add_range(tables, table, offset, range);
        break;
    case DEVICE_ALIAS_SELECT:
        range.has_alias = true;
        range.alias = acpi_le16(bytes + DEVICE_SOURCE_ID);
        add_range(tables, table, offset, range);
        break;
    case DEVICE_SELECT:
    case DEVICE_EXTENDED_SELECT:
    case DEVICE_ACPI_HID:
        add_range(tables, table, offset, range);
        break;
    case DEVICE_ALIAS_RANGE_START:
        range.has_alias = true;
        range.alias = acpi_le16(bytes + DEVICE_SOURCE_ID);
        drop_range(tables, table, open);
        *open = (struct open_range){true, offset, range};
        break;
    case DEVICE_RANGE_START:
    case DEVICE_EXTENDED_RANGE_START:
        drop_range(tables, table, open);
        *open = (struct open_range){true, offset, range};
        break;
    case DEVICE_RANGE_END:
        close_range(tables, table, offset, id, open);
        break;
    case DEVICE_SPECIAL:
        add_special(tables, table, offset, ivhd, bytes);
        break;
    default:
        break;
    }
}

/*
 * The size of a device entry (5.2.2.2): bits 7:6 of its type say it, except that
 * an ACPI HID entry has a UID of any length at its end. @left is how many bytes
 * there are; 0: the entry does not fit.
 */
static uint32_t device_size(const uint8_t *bytes, uint32_t left)
{
    uint32_t size = 4u << (bytes[0] >> 6);

    if (bytes[0] == DEVICE_ACPI_HID) {
        if (left < DEVICE_ACPI_HID_SIZE)
            return 0;
        size = DEVICE_ACPI_HID_SIZE + (uint32_t)bytes[DEVICE_UID_LENGTH];
    }
    return size <= left ? size : 0;
}

static void visit_devices(struct acpi_tables *tables, const struct acpi_table *table,
                          const struct block *block, uint8_t ivhd)
{
    struct open_range open = {0};
    uint32_t offset = block->offset + ivhd_header_size(block);
    uint32_t end = block->offset + block->length;

    while (offset < end) {
        uint32_t size = device_size(table->bytes + offset, end - offset);

        if (size == 0) {
            acpi_note(tables, table, ACPI_ENTRY_PAST_END, offset);
            break;
        }
        visit_device(tables, table, offset, ivhd, &open);
        offset += size;
    }
    drop_range(tables, table, &open);
}

/* --- memory blocks --- */

static void add_ivmd(struct acpi_tables *tables, const struct acpi_table *table,
                     const struct block *block)
{
    struct acpi_ivrs *ivrs = &tables->ivrs;
    struct acpi_ivmd ivmd = {
        .flags = block->bytes[BLOCK_FLAGS],
        .segment = acpi_le16(block->bytes + IVMD_SEGMENT),
        .first = acpi_le16(block->bytes + IVMD_DEVICE_ID),
        .last = acpi_le16(block->bytes + IVMD_RANGE_END),
        .base = acpi_le64(block->bytes + IVMD_BASE),
        .size = acpi_le64(block->bytes + IVMD_LENGTH),
    };

    if (block->bytes[0] == BLOCK_IVMD_ALL) {
        ivmd.first = 0;
        ivmd.last = UINT16_MAX;
    } else if (block->bytes[0] == BLOCK_IVMD_SELECT) {
        ivmd.last = ivmd.first;
    }
    /* A range that is wrong still says which devices firmware wants to keep. */
    if (ivmd.size == 0 || (ivmd.base | ivmd.size) % IVMD_ALIGNMENT != 0 ||
        ivmd.base > UINT64_MAX - ivmd.size)
        acpi_note(tables, table, ACPI_BAD_ADDRESS, block->offset);
    if (ivmd.last < ivmd.first)
        acpi_note(tables, table, ACPI_REVERSED_RANGE, block->offset);
    else if (ivrs->ivmd_count == ACPI_IVMDS_MAX)
        acpi_note(tables, table, ACPI_TOO_MANY, block->offset);
    else
        ivrs->ivmds[ivrs->ivmd_count++] = ivmd;
}

/* First pass: the IOMMUs and the memory blocks, and all complaints about lengths. */
static void visit_block(struct acpi_tables *tables, const struct acpi_table *table,
                        const struct block *block)
{
    uint16_t header_size = ivhd_header_size(block);

    switch (block->bytes[0]) {
    case BLOCK_IVHD_10:
    case BLOCK_IVHD_11:
    case BLOCK_IVHD_40:
        if (block->length < header_size)
            acpi_note(tables, table, ACPI_BAD_ENTRY_LENGTH, block->offset);
        else
            add_ivhd(tables, table, block);
        break;
    case BLOCK_IVMD_ALL:
    case BLOCK_IVMD_SELECT:
    case BLOCK_IVMD_RANGE:
        if (block->length < IVMD_SIZE)
            acpi_note(tables, table, ACPI_BAD_ENTRY_LENGTH, block->offset);
        else
            add_ivmd(tables, table, block);
        break;
    default:
        break;
    }
}

/* Second pass: the devices of the one IVHD that was kept for each IOMMU. */
static void visit_kept_ivhds(struct acpi_tables *tables, const struct acpi_table *table)
{
    bool is_visited[ACPI_IVHDS_MAX] = {false};
    struct block block = {.offset = IVRS_BLOCKS};
    enum acpi_reason reason;

    while (next_block(table, &block, &reason)) {
        uint16_t header_size = ivhd_header_size(&block);

        if (header_size == 0 || block.length < header_size)
            continue;
        unsigned i = find_ivhd(&tables->ivrs, &block);
        if (i == tables->ivrs.ivhd_count || is_visited[i] ||
            tables->ivrs.ivhds[i].type != block.bytes[0])
            continue;
        is_visited[i] = true;
        visit_devices(tables, table, &block, (uint8_t)i);
    }
}

void acpi_ivrs_parse(struct acpi_tables *tables, const struct acpi_table *table)
{
    struct block block = {.offset = IVRS_BLOCKS};
    enum acpi_reason reason;

    if (table->length < IVRS_BLOCKS) {
        acpi_note(tables, table, ACPI_TOO_SHORT, 0);
        return;
    }
    tables->ivrs.is_present = true;
    tables->ivrs.info = acpi_le32(table->bytes + IVRS_INFO);
    while (next_block(table, &block, &reason))
        visit_block(tables, table, &block);
    if (reason != ACPI_NO_PROBLEM)
        acpi_note(tables, table, reason, block.offset);
    visit_kept_ivhds(tables, table);
}
