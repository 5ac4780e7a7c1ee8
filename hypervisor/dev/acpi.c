/* SPDX-License-Identifier: MIT */
/*
 * Finds the RSDP and the root table, and hands each table that the hypervisor
 * knows, once its length and checksum are right, to the file that reads it.
 *
 * Advanced Configuration and Power Interface Specification r6.5, 5.2.
 */
#include "dev/acpi.h"

#include "dev/acpi_internal.h"

/* ACPI 5.2.5.3, Root System Description Pointer Structure. */
enum {
    RSDP_SIGNATURE_SIZE = 8,
    RSDP_REVISION = 15,
    RSDP_RSDT = 16,
    RSDP_V1_SIZE = 20, /* what the first checksum covers */
    RSDP_LENGTH = 20,
    RSDP_XSDT = 24,
    RSDP_V2_SIZE = 36,
    RSDP_SIZE_MAX = 4096,
    RSDP_ALIGNMENT = 16,
};

/* ACPI 5.2.5.1: where the RSDP lies on a machine that boots the legacy way. */
enum {
    EBDA_SEGMENT_POINTER = 0x40e,
    EBDA_LOWEST = 0x400,
    EBDA_HIGHEST = 0x9fc00,
    EBDA_SEARCH_SIZE = 1024,
    BIOS_AREA = 0xe0000,
    BIOS_AREA_SIZE = 0x20000,
};

enum {
    HEADER_LENGTH = 4,
    /* Machines have 20 to 100 tables, most of them SSDTs. Bounds the time. */
    ROOT_ENTRIES_MAX = 512,
    /* All but the DSDT are far smaller; bounds the time that checksums take. */
    DATA_TABLE_SIZE_MAX = 0x100000,
};

struct rsdp {
    uint64_t address;
    uint64_t rsdt;
    uint64_t xsdt; /* 0: revision 1, or none */
};

static bool adds_up_to_zero(const uint8_t *bytes, size_t size)
{
    uint8_t sum = 0;

    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + bytes[i]);
    return sum == 0;
}

static bool starts_with(const uint8_t *bytes, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != (uint8_t)text[i])
            return false;
    }
    return true;
}

static const uint8_t *map(const struct acpi_memory *memory, uint64_t address, size_t size)
{
    if (address == 0 || address > UINT64_MAX - size)
        return NULL;
    return memory->map(memory->context, address, size);
}

static void copy_signature(const uint8_t *bytes, char *out_signature)
{
    for (size_t i = 0; i < 4; i++) {
        bool is_printable = bytes[i] > 0x20 && bytes[i] < 0x7f;

        out_signature[i] = is_printable ? (char)bytes[i] : '?';
    }
    out_signature[4] = '\0';
}

void acpi_note(struct acpi_tables *tables, const struct acpi_table *table,
               enum acpi_reason reason, uint32_t offset)
{
    if (tables->problem_count < ACPI_PROBLEMS_MAX) {
        struct acpi_problem *problem = &tables->problems[tables->problem_count];

        problem->reason = reason;
        problem->address = table->address;
        problem->offset = offset;
        for (size_t i = 0; i < sizeof(problem->signature); i++)
            problem->signature[i] = table->signature[i];
    }
    tables->problem_count++;
}

/* --- RSDP --- */

static bool read_rsdp(const struct acpi_memory *memory, uint64_t address,
                      struct rsdp *out_rsdp)
{
    const uint8_t *bytes = map(memory, address, RSDP_V1_SIZE);

    if (bytes == NULL || !starts_with(bytes, "RSD PTR ", RSDP_SIGNATURE_SIZE) ||
        !adds_up_to_zero(bytes, RSDP_V1_SIZE))
        return false;
    *out_rsdp = (struct rsdp){.address = address, .rsdt = acpi_le32(bytes + RSDP_RSDT)};
    if (bytes[RSDP_REVISION] < 2)
        return true;

    bytes = map(memory, address, RSDP_V2_SIZE);
    if (bytes == NULL)
        return false;
    uint32_t length = acpi_le32(bytes + RSDP_LENGTH);
    if (length < RSDP_V2_SIZE || length > RSDP_SIZE_MAX)
        return false;
    bytes = map(memory, address, length);
    if (bytes == NULL || !adds_up_to_zero(bytes, length))
        return false;
    out_rsdp->xsdt = acpi_le64(bytes + RSDP_XSDT);
    return true;
}

static bool try_rsdp(const struct acpi_memory *memory, uint64_t address,
                     struct acpi_tables *tables, struct rsdp *out_rsdp)
{
    const struct acpi_table suspect = {.address = address, .signature = "RSDP"};

    if (read_rsdp(memory, address, out_rsdp))
        return true;
    acpi_note(tables, &suspect, ACPI_BAD_RSDP, 0);
    return false;
}

static bool search_rsdp(const struct acpi_memory *memory, uint64_t start, size_t size,
                        struct acpi_tables *tables, struct rsdp *out_rsdp)
{
    const uint8_t *area = map(memory, start, size);

    if (area == NULL)
        return false;
    for (size_t i = 0; i + RSDP_V1_SIZE <= size; i += RSDP_ALIGNMENT) {
        if (starts_with(area + i, "RSD PTR ", RSDP_SIGNATURE_SIZE) &&
            try_rsdp(memory, start + i, tables, out_rsdp))
            return true;
    }
    return false;
}

static bool search_ebda(const struct acpi_memory *memory, struct acpi_tables *tables,
                        struct rsdp *out_rsdp)
{
    const uint8_t *pointer = map(memory, EBDA_SEGMENT_POINTER, 2);

    if (pointer == NULL)
        return false;
    uint64_t ebda = (uint64_t)acpi_le16(pointer) << 4;
    return ebda >= EBDA_LOWEST && ebda <= EBDA_HIGHEST &&
           search_rsdp(memory, ebda, EBDA_SEARCH_SIZE, tables, out_rsdp);
}

static bool find_rsdp(const struct acpi_memory *memory, uint64_t hint,
                      struct acpi_tables *tables, struct rsdp *out_rsdp)
{
    if (hint != 0 && try_rsdp(memory, hint, tables, out_rsdp))
        return true;
    return search_ebda(memory, tables, out_rsdp) ||
           search_rsdp(memory, BIOS_AREA, BIOS_AREA_SIZE, tables, out_rsdp);
}

/* --- tables --- */

static enum acpi_reason check_table(const struct acpi_memory *memory, uint32_t size_max,
                                    struct acpi_table *table)
{
    if (table->length < ACPI_HEADER_SIZE)
        return ACPI_TOO_SHORT;
    if (table->length > size_max)
        return ACPI_TOO_LONG;
    table->bytes = map(memory, table->address, table->length);
    if (table->bytes == NULL)
        return ACPI_UNREADABLE;
    if (!adds_up_to_zero(table->bytes, table->length))
        return ACPI_BAD_CHECKSUM;
    return ACPI_NO_PROBLEM;
}

/* Reads signature and length alone, so that unknown tables cost no checksum. */
static enum acpi_reason peek_table(const struct acpi_memory *memory, uint64_t address,
                                   struct acpi_table *out_table)
{
    const uint8_t *header = map(memory, address, ACPI_HEADER_SIZE);

    *out_table = (struct acpi_table){.address = address, .signature = "????"};
    if (header == NULL)
        return ACPI_UNREADABLE;
    copy_signature(header, out_table->signature);
    out_table->length = acpi_le32(header + HEADER_LENGTH);
    return ACPI_NO_PROBLEM;
}

static enum acpi_reason open_table(const struct acpi_memory *memory, uint64_t address,
                                   const char *signature, struct acpi_table *out_table)
{
    enum acpi_reason reason = peek_table(memory, address, out_table);

    if (reason != ACPI_NO_PROBLEM)
        return reason;
    if (!starts_with((const uint8_t *)out_table->signature, signature, 4))
        return ACPI_BAD_SIGNATURE;
    return check_table(memory, ACPI_TABLE_SIZE_MAX, out_table);
}

static struct acpi_location location_of(const struct acpi_table *table)
{
    return (struct acpi_location){.address = table->address, .length = table->length};
}

static void mcfg_parse(struct acpi_tables *tables, const struct acpi_table *table)
{
    if (tables->mcfg_count == ACPI_MCFGS_MAX)
        acpi_note(tables, table, ACPI_TOO_MANY, 0);
    else
        tables->mcfgs[tables->mcfg_count++] = location_of(table);
}

static void dmar_parse(struct acpi_tables *tables, const struct acpi_table *table)
{
    tables->dmar = location_of(table);
}

enum multiplicity { ONE_PER_MACHINE, SEVERAL_PER_MACHINE };

static const struct table_kind {
    char signature[5];
    enum multiplicity multiplicity;
    void (*parse)(struct acpi_tables *tables, const struct acpi_table *table);
} table_kinds[] = {
    {"APIC", ONE_PER_MACHINE, acpi_madt_parse},
    {"DMAR", ONE_PER_MACHINE, dmar_parse},
    {"FACP", ONE_PER_MACHINE, acpi_fadt_parse},
    {"IVRS", ONE_PER_MACHINE, acpi_ivrs_parse},
    {"MCFG", SEVERAL_PER_MACHINE, mcfg_parse},
};

enum { TABLE_KIND_COUNT = sizeof(table_kinds) / sizeof(table_kinds[0]) };

/* The kind of a table, or TABLE_KIND_COUNT for one that the hypervisor does not use. */
static size_t kind_of(const struct acpi_table *table)
{
    size_t kind = 0;

    while (kind < TABLE_KIND_COUNT && !starts_with((const uint8_t *)table->signature,
                                                   table_kinds[kind].signature, 4))
        kind++;
    return kind;
}

/* Of a table that is there twice, the first valid one counts, as everywhere. */
static void visit_table(const struct acpi_memory *memory, uint64_t address,
                        struct acpi_tables *tables, bool *is_seen)
{
    struct acpi_table table;
    enum acpi_reason reason = peek_table(memory, address, &table);
    size_t kind = kind_of(&table);

    if (reason == ACPI_NO_PROBLEM && kind == TABLE_KIND_COUNT)
        return;
    if (reason == ACPI_NO_PROBLEM && is_seen[kind] &&
        table_kinds[kind].multiplicity == ONE_PER_MACHINE)
        reason = ACPI_DUPLICATE;
    if (reason == ACPI_NO_PROBLEM)
        reason = check_table(memory, DATA_TABLE_SIZE_MAX, &table);
    if (reason != ACPI_NO_PROBLEM) {
        acpi_note(tables, &table, reason, 0);
        return;
    }
    is_seen[kind] = true;
    table_kinds[kind].parse(tables, &table);
}

static void visit_root_entries(const struct acpi_memory *memory,
                               const struct acpi_table *root, uint32_t entry_size,
                               struct acpi_tables *tables)
{
    bool is_seen[TABLE_KIND_COUNT] = {false};
    uint32_t count = (root->length - ACPI_HEADER_SIZE) / entry_size;

    if ((root->length - ACPI_HEADER_SIZE) % entry_size != 0)
        acpi_note(tables, root, ACPI_PARTIAL_ENTRY, root->length);
    if (count > ROOT_ENTRIES_MAX) {
        count = ROOT_ENTRIES_MAX;
        acpi_note(tables, root, ACPI_TOO_MANY, ACPI_HEADER_SIZE + count * entry_size);
    }
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *entry = root->bytes + ACPI_HEADER_SIZE + i * entry_size;
        uint64_t address = entry_size == 8 ? acpi_le64(entry) : acpi_le32(entry);

        if (address != 0) /* some firmware leaves gaps */
            visit_table(memory, address, tables, is_seen);
    }
}

/* Opens the XSDT, or the RSDT where there is no good XSDT. */
static bool open_root(const struct acpi_memory *memory, const struct rsdp *rsdp,
                      struct acpi_tables *tables, struct acpi_table *out_root,
                      uint32_t *out_entry_size)
{
    const struct {
        const char *signature;
        uint64_t address;
        uint32_t entry_size;
    } candidates[] = {{"XSDT", rsdp->xsdt, 8}, {"RSDT", rsdp->rsdt, 4}};

    for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
        if (candidates[i].address == 0)
            continue;
        enum acpi_reason reason =
            open_table(memory, candidates[i].address, candidates[i].signature, out_root);
        if (reason == ACPI_NO_PROBLEM) {
            *out_entry_size = candidates[i].entry_size;
            return true;
        }
        acpi_note(tables, out_root, reason, 0);
    }
    return false;
}

/* The FADT has stored the DSDT's address; completes the location, or clears it. */
static void visit_dsdt(const struct acpi_memory *memory, struct acpi_tables *tables)
{
    struct acpi_table table;

    if (tables->dsdt.address == 0)
        return;
    enum acpi_reason reason = open_table(memory, tables->dsdt.address, "DSDT", &table);
    if (reason != ACPI_NO_PROBLEM) {
        acpi_note(tables, &table, reason, 0);
        tables->dsdt = (struct acpi_location){0};
        return;
    }
    tables->dsdt = location_of(&table);
    acpi_find_s5(table.bytes + ACPI_HEADER_SIZE, table.length - ACPI_HEADER_SIZE,
                 &tables->s5);
}

enum acpi_reason acpi_parse(const struct acpi_memory *memory, uint64_t rsdp_hint,
                            struct acpi_tables *out_tables)
{
    struct rsdp rsdp;
    struct acpi_table root;
    uint32_t entry_size;

    *out_tables = (struct acpi_tables){0};
    if (!find_rsdp(memory, rsdp_hint, out_tables, &rsdp))
        return ACPI_NO_RSDP;
    if (!open_root(memory, &rsdp, out_tables, &root, &entry_size))
        return ACPI_NO_ROOT_TABLE;
    out_tables->rsdp_address = rsdp.address;
    out_tables->root = location_of(&root);
    visit_root_entries(memory, &root, entry_size, out_tables);
    visit_dsdt(memory, out_tables);
    return ACPI_NO_PROBLEM;
}

const char *acpi_reason_text(enum acpi_reason reason)
{
    static const char *const texts[ACPI_REASON_COUNT] = {
        [ACPI_NO_PROBLEM] = "no problem",
        [ACPI_NO_RSDP] = "there is no RSDP where firmware must put it",
        [ACPI_BAD_RSDP] = "the RSDP has a wrong signature, length or checksum",
        [ACPI_NO_ROOT_TABLE] = "the RSDP leads to no valid XSDT or RSDT",
        [ACPI_UNREADABLE] = "the table lies where no memory can be read",
        [ACPI_BAD_SIGNATURE] = "another table lies where this one should",
        [ACPI_TOO_SHORT] = "the table is shorter than its kind can be",
        [ACPI_TOO_LONG] = "the table claims to be longer than any real one",
        [ACPI_BAD_CHECKSUM] = "the table's bytes do not add up to zero",
        [ACPI_PARTIAL_ENTRY] = "the table ends in the middle of an entry",
        [ACPI_BAD_ENTRY_LENGTH] = "an entry is shorter than its kind must be",
        [ACPI_ENTRY_PAST_END] = "an entry reaches past the end of its table",
        [ACPI_REVERSED_RANGE] = "a range ends before it starts",
        [ACPI_UNPAIRED_RANGE] =
            "a range has a start without an end, or an end without a start",
        [ACPI_BAD_ADDRESS] = "an address is zero, misaligned, or wraps around",
        [ACPI_DUPLICATE] = "it is there already, and the first counts",
        [ACPI_TOO_MANY] = "there are more entries than the hypervisor keeps",
    };

    if ((unsigned)reason >= ACPI_REASON_COUNT)
        return "unknown reason";
    return texts[reason];
}
