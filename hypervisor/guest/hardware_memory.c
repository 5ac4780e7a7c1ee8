/* SPDX-License-Identifier: MIT */
/*
 * Memory of a domain that sees the machine itself: RAM where the machine has RAM, and
 * all else at its own address, as far as it is the domain's business.
 */
#include <stddef.h>

#include "bars.h"
#include "dev/console.h"
#include "guest/hardware_internal.h"
#include "guest/hardware_tables.h"
#include "guest/npt.h"
#include "lib/string.h"
#include "machine.h"
#include "mm/pages.h"
#include "mm/paging.h"

enum {
    LEGACY_HOLE = 0xa0000,
    FIRMWARE_AREA = 0xf0000, /* SMBIOS and the like; read-only */
    MEGABYTE = 0x100000,
};

#define INTERRUPT_MESSAGES      0xfee00000ull /* and the local APIC */
#define INTERRUPT_MESSAGES_SIZE 0x00100000ull
#define IOMMU_REGISTERS_SIZE    0x00080000ull /* with performance counters: 48882, 3.4 */

static uint64_t end_of(const struct memory_range *range)
{
    return range->base + range->size;
}

/* ---- RAM ------------------------------------------------------------------- */

/* Cuts [*@base, *@end) down to before, or moves it behind, what isn't RAM after all. */
static void cut(const struct boot_info *boot, uint64_t *base, uint64_t *end)
{
    for (size_t i = 0; i < boot->memory_count; i++) {
        const struct memory_range *other = &boot->memory[i];

        if (other->type == MEMORY_USABLE || other->base >= *end || end_of(other) <= *base)
            continue;
        if (other->base > *base)
            *end = other->base;
        else
            *base = end_of(other) < *end ? end_of(other) : *end;
    }
}

/*
 * The first 2 MiB count as RAM from end to end: a PC has some there, and what isn't
 * RAM in them is told to the domain by its memory map.
 */
bool hardware_next_ram(const struct boot_info *boot, uint64_t *cursor, uint64_t *out_base,
                       uint64_t *out_end)
{
    uint64_t best = UINT64_MAX;

    for (size_t i = 0; i < boot->memory_count; i++) {
        const struct memory_range *range = &boot->memory[i];
        uint64_t from = range->base <= MEGABYTE ? MEGABYTE : range->base;
        uint64_t base = from > *cursor ? from : *cursor;
        uint64_t end = end_of(range);

        if (range->type != MEMORY_USABLE || base >= end)
            continue;
        cut(boot, &base, &end);
        base = base <= MEGABYTE && *cursor == 0
                   ? 0
                   : (base + LARGE_PAGE_SIZE - 1) & ~(uint64_t)(LARGE_PAGE_SIZE - 1);
        end &= ~(uint64_t)(LARGE_PAGE_SIZE - 1);
        if (base < end && base < best) {
            best = base;
            *out_end = end;
        }
    }
    *out_base = best;
    if (best != UINT64_MAX)
        *cursor = *out_end;
    return best != UINT64_MAX;
}

/* ---- Memory map ------------------------------------------------------------ */

struct map {
    struct pvh_memory_range *entries;
    uint32_t count;
};

static void add(struct map *map, uint64_t base, uint64_t end, enum pvh_memory_type type)
{
    if (base < end && map->count < HARDWARE_MEMORY_MAP_MAX)
        map->entries[map->count++] = (struct pvh_memory_range){base, end - base, type, 0};
}

/* What the domain has of [@base, @end) is RAM; it may place nothing in the rest. */
static void add_ram(struct map *map, const struct domain *domain, uint64_t base,
                    uint64_t end)
{
    for (size_t i = 0; i < domain->bank_count; i++) {
        const struct domain_bank *bank = &domain->banks[i];
        uint64_t from = bank->gpa > base ? bank->gpa : base;
        uint64_t to = bank->gpa + bank->size < end ? bank->gpa + bank->size : end;

        if (from >= to)
            continue;
        add(map, base, from, PVH_MEMORY_UNUSABLE);
        add(map, from, to, PVH_MEMORY_RAM);
        base = to;
    }
    add(map, base, end, PVH_MEMORY_UNUSABLE);
}

uint32_t hardware_memory_map(const struct domain *domain,
                             struct pvh_memory_range entries[HARDWARE_MEMORY_MAP_MAX])
{
    const struct boot_info *boot = domain->hardware->boot;
    struct map map = {entries, 0};

    add(&map, 0, HARDWARE_TABLES_BASE, PVH_MEMORY_RAM);
    add(&map, HARDWARE_TABLES_BASE, HARDWARE_TABLES_END, PVH_MEMORY_RESERVED);
    add(&map, HARDWARE_TABLES_END, LEGACY_HOLE, PVH_MEMORY_RAM);
    add(&map, FIRMWARE_AREA, MEGABYTE, PVH_MEMORY_RESERVED);
    for (size_t i = 0; i < boot->memory_count; i++) {
        const struct memory_range *range = &boot->memory[i];
        uint64_t base = range->base > MEGABYTE ? range->base : MEGABYTE;

        if (range->type == MEMORY_USABLE)
            add_ram(&map, domain, base, end_of(range));
        else
            add(&map, base, end_of(range), (enum pvh_memory_type)range->type);
    }
    return map.count;
}

/* ---- ACPI tables ----------------------------------------------------------- */

/* Adds what may be shown of the tables that firmware's root names. */
static size_t list_tables(const struct acpi_tables *acpi, uint64_t *tables)
{
    const uint8_t *root = paging_map_memory(acpi->root.address, acpi->root.length);
    size_t entry_size, count = 0;

    if (root == NULL)
        return 0;
    entry_size = memcmp(root, "XSDT", 4) == 0 ? 8 : 4;
    for (size_t at = ACPI_HEADER_SIZE; at + entry_size <= acpi->root.length;
         at += entry_size) {
        uint64_t address = 0;
        const char *signature;

        memcpy(&address, root + at, entry_size);
        signature = paging_map_memory(address, 4);
        if (signature != NULL && hardware_tables_may_show(signature) &&
            count < HARDWARE_TABLES_MAX)
            tables[count++] = address;
    }
    return count;
}

bool hardware_build_tables(struct domain *domain, uint64_t *out_rsdp)
{
    uint64_t tables[HARDWARE_TABLES_MAX];
    struct hardware_tables_config config = {
        .base = {HARDWARE_TABLES_BASE},
        .vcpu_count = domain->vcpu_count,
        .ioapic_address = (uint32_t)DOMAIN_IOAPIC_BASE,
        .madt = &domain->hardware->acpi->madt,
        .tables = tables,
        .table_count = list_tables(domain->hardware->acpi, tables),
    };
    uint64_t size = HARDWARE_TABLES_END - HARDWARE_TABLES_BASE;
    void *place = domain_memory(domain, HARDWARE_TABLES_BASE, size);

    *out_rsdp = HARDWARE_TABLES_BASE;
    return place != NULL &&
           npt_map(domain, FIRMWARE_AREA, FIRMWARE_AREA, MEGABYTE - FIRMWARE_AREA,
                   NPT_READ_ONLY) &&
           hardware_tables_build(&config, place, (size_t)size) == RP_OK;
}

/* ---- Everything else ------------------------------------------------------- */

static bool overlaps(uint64_t page, uint64_t base, uint64_t size)
{
    return page + PAGE_SIZE > base && page < base + size;
}

/* APICs and IOMMUs: the hypervisor's own, or emulated. */
static bool is_kept(const struct acpi_tables *acpi, uint64_t page)
{
    if (overlaps(page, INTERRUPT_MESSAGES, INTERRUPT_MESSAGES_SIZE))
        return true;
    for (unsigned i = 0; i < acpi->madt.ioapic_count; i++)
        if (overlaps(page, acpi->madt.ioapics[i].address, PAGE_SIZE))
            return true;
    for (unsigned i = 0; i < acpi->ivrs.ivhd_count; i++)
        if (overlaps(page, acpi->ivrs.ivhds[i].base, IOMMU_REGISTERS_SIZE))
            return true;
    return false;
}

/* What the machine's memory map says of a page: the strictest of all entries. */
static enum memory_type type_of(const struct boot_info *boot, uint64_t page)
{
    enum memory_type type = MEMORY_NONE;

    for (size_t i = 0; i < boot->memory_count; i++) {
        const struct memory_range *range = &boot->memory[i];

        if (!overlaps(page, range->base, range->size))
            continue;
        if (range->type == MEMORY_USABLE || range->type > MEMORY_NVS)
            return MEMORY_USABLE;
        type = (enum memory_type)range->type;
    }
    return type;
}

static enum npt_kind kind_of(const struct hardware *hardware, uint64_t page)
{
    enum memory_type type = type_of(hardware->boot, page);

    if (page < MEGABYTE || page >= HARDWARE_ADDRESS_END || type == MEMORY_USABLE ||
        is_kept(hardware->acpi, page) ||
        rp_ecam_is_at(machine_reports()->ecam, page, page + PAGE_SIZE - 1,
                      RP_ECAM_REJECTED) ||
        bars_are_at(RP_SPACE_MEMORY, page, page + PAGE_SIZE - 1, 0))
        return NPT_NOTHING;
    if (!hardware->is_observer)
        return NPT_DEVICE;
    return type == MEMORY_NONE ? NPT_NOTHING : NPT_READ_ONLY;
}

bool hardware_map_page(struct domain *domain, uint64_t gpa, bool is_write)
{
    uint64_t page = gpa & ~(uint64_t)(PAGE_SIZE - 1);
    enum npt_kind kind;
    bool is_done;

    spin_lock(&domain->hardware->lock); /* nobody places a BAR here meanwhile */
    kind = kind_of(domain->hardware, page);
    is_done = kind != NPT_NOTHING && !(is_write && kind == NPT_READ_ONLY) &&
              npt_map(domain, page, page, PAGE_SIZE, kind);
    spin_unlock(&domain->hardware->lock);
    return is_done;
}
