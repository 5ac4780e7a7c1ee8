/* SPDX-License-Identifier: MIT */
/*
 * A machine with two AMD IOMMUs, modelled after 48882 r3.06, for the driver that is
 * compiled into whoever includes this. Their caches keep what they saw until a command
 * says otherwise: a driver that forgets to flush fails.
 */
#ifndef IOMMU_MACHINE_H
#define IOMMU_MACHINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t fake_read(const volatile void *address);
static void fake_write(volatile void *address, uint64_t value);

/* Instead of hypervisor/cpu/io.h, whose instructions no model can see. */
#define CPU_IO_H
static inline uint64_t mmio_read64(const volatile void *address)
{
    return fake_read(address);
}

static inline void mmio_write64(volatile void *address, uint64_t value)
{
    fake_write(address, value);
}

static inline void cpu_relax(void)
{
}

#include "hypervisor/iommu/amdvi_unit.c"

#include "dev/console.h"
#include "iommu/amdvi_table.h"

/* --- the machine: two IOMMUs in segment 0 --- */

enum {
    UNIT_COUNT = 2,
    CACHE_SIZE = 8,
    FAKE_PAGES_MAX = 4096,
    ALL = IOMMU_INTERRUPTS_MAX,
};

#define UNIT_BASE(i) (0xfed80000u + 0x10000u * (i))

/* What an IOMMU remembers of one requester until it is told to forget. */
struct cached {
    bool has_dte;
    uint16_t requester;
    uint64_t dte[4];
    bool has_translation; /* of one address; also that there is none */
    uint16_t domain;      /* which it was made for */
    uint64_t gpa;
    uint64_t hpa;
    bool is_reachable;
    bool has_irte;
    uint32_t irte_index;
    uint32_t irte;
};

static struct fake_unit {
    uint64_t registers[AMDVI_REGISTERS_SIZE / 8];
    bool is_deaf; /* executes no command */
    unsigned command_count;
    struct cached cache[CACHE_SIZE];
} units[UNIT_COUNT];

static struct acpi_tables tables;
static bool is_memory_short;
static size_t pages_in_use;
static void *fake_pages[FAKE_PAGES_MAX];

void *pages_alloc(size_t count)
{
    if (is_memory_short)
        return NULL;
    void *first = aligned_alloc(PAGE_SIZE, count * PAGE_SIZE);
    assert_non_null(first);
    memset(first, 0, count * PAGE_SIZE);
    pages_in_use += count;
    for (size_t i = 0; i < FAKE_PAGES_MAX; i++) {
        if (fake_pages[i] == NULL) {
            fake_pages[i] = first;
            return first;
        }
    }
    fail();
    return NULL;
}

void pages_free(void *first, size_t count)
{
    for (size_t i = 0; i < FAKE_PAGES_MAX; i++) {
        if (fake_pages[i] == first)
            fake_pages[i] = NULL;
    }
    free(first);
    pages_in_use -= count;
}

volatile void *paging_map_device(uint64_t hpa, uint64_t size)
{
    assert_int_equal(size, AMDVI_REGISTERS_SIZE);
    for (unsigned i = 0; i < UNIT_COUNT; i++) {
        if (hpa == UNIT_BASE(i))
            return units[i].registers;
    }
    return NULL;
}

void console_log(const char *format, ...)
{
    (void)format;
}

static struct fake_unit *unit_of(const volatile void *address, uint32_t *out_offset)
{
    for (unsigned i = 0; i < UNIT_COUNT; i++) {
        uintptr_t base = (uintptr_t)units[i].registers;

        if ((uintptr_t)address >= base &&
            (uintptr_t)address < base + AMDVI_REGISTERS_SIZE) {
            *out_offset = (uint32_t)((uintptr_t)address - base);
            return &units[i];
        }
    }
    fail();
    return NULL;
}

static uint64_t *reg(struct fake_unit *unit, uint32_t offset)
{
    return &unit->registers[offset / 8];
}

/* Memory that the IOMMU reads by physical address, which here is a pointer. */
static uint64_t *at(uint64_t address)
{
    return (uint64_t *)(uintptr_t)address;
}

static void forget(struct fake_unit *unit, const uint64_t command[2])
{
    uint16_t low = (uint16_t)command[0];
    uint16_t domain = (uint16_t)(command[0] >> 32);

    for (unsigned i = 0; i < CACHE_SIZE; i++) {
        struct cached *cached = &unit->cache[i];

        switch (command[0] >> 60) {
        case AMDVI_INVALIDATE_DEVTAB_ENTRY:
            if (cached->requester == low)
                cached->has_dte = false;
            break;
        case AMDVI_INVALIDATE_IOMMU_PAGES:
            assert_int_equal(command[1], 0x7ffffffffffff003);
            if (cached->domain == domain)
                cached->has_translation = false;
            break;
        case AMDVI_INVALIDATE_INTERRUPT_TABLE:
            if (cached->requester == low)
                cached->has_irte = false;
            break;
        case AMDVI_INVALIDATE_IOMMU_ALL:
            *cached = (struct cached){0};
            break;
        default:
            fail();
        }
    }
}

static void run_commands(struct fake_unit *unit)
{
    const uint64_t base = *reg(unit, AMDVI_COMMAND_BUFFER_BASE);
    uint64_t *head = reg(unit, AMDVI_COMMAND_BUFFER_HEAD);

    if (unit->is_deaf || (*reg(unit, AMDVI_CONTROL) & 0x1001) != 0x1001)
        return;
    assert_int_equal(base >> 56, 8);
    while (*head != *reg(unit, AMDVI_COMMAND_BUFFER_TAIL)) {
        const uint64_t *command = at((base & 0xffffffffff000) + *head);

        unit->command_count++;
        if (command[0] >> 60 == AMDVI_COMPLETION_WAIT)
            *at(command[0] & 0xffffffffffff8) = command[1];
        else
            forget(unit, command);
        *head = (*head + 16) % 4096;
    }
}

static uint64_t fake_read(const volatile void *address)
{
    uint32_t offset;
    struct fake_unit *unit = unit_of(address, &offset);

    return *reg(unit, offset);
}

static void fake_write(volatile void *address, uint64_t value)
{
    uint32_t offset;
    struct fake_unit *unit = unit_of(address, &offset);

    switch (offset) {
    case AMDVI_STATUS:
        *reg(unit, offset) &= ~(value & 0x67);
        break;
    case AMDVI_CONTROL:
        *reg(unit, offset) = value;
        *reg(unit, AMDVI_STATUS) &= ~0x18ull;
        *reg(unit, AMDVI_STATUS) |=
            ((value & 0x4) != 0 ? 0x8u : 0u) | ((value & 0x1000) != 0 ? 0x10u : 0u);
        break;
    default:
        *reg(unit, offset) = value;
    }
    run_commands(unit);
}

static struct cached *cache_of(struct fake_unit *unit, uint16_t requester)
{
    for (unsigned i = 0; i < CACHE_SIZE; i++) {
        if (unit->cache[i].requester == requester)
            return &unit->cache[i];
    }
    for (unsigned i = 0; i < CACHE_SIZE; i++) {
        if (unit->cache[i].requester == 0) {
            unit->cache[i] = (struct cached){.requester = requester};
            return &unit->cache[i];
        }
    }
    fail();
    return NULL;
}

static struct cached *load_dte(struct fake_unit *unit, uint16_t requester)
{
    struct cached *cached = cache_of(unit, requester);
    uint64_t base = *reg(unit, AMDVI_DEVICE_TABLE_BASE);

    assert_int_equal(*reg(unit, AMDVI_CONTROL) & 1, 1);
    assert_int_equal(base & 0x1ff, 511);
    if (!cached->has_dte) {
        memcpy(cached->dte, at((base & 0xffffffffff000) + 32ull * requester), 32);
        cached->has_dte = true;
        assert_int_equal(cached->dte[0] & 0xe03, 0x803); /* V, TV, four levels */
        assert_int_equal(cached->dte[2] & 1, 1);         /* IV */
    }
    return cached;
}

/* Whether @unit lets @requester write to @gpa, and where that goes. */
static bool dma_through(struct fake_unit *unit, uint16_t requester, uint64_t gpa,
                        uint64_t *out_hpa)
{
    struct cached *cached = load_dte(unit, requester);
    enum iommu_access access = IOMMU_ACCESS_NONE;

    if (cached->has_translation && cached->gpa == gpa) {
        *out_hpa = cached->hpa;
        return cached->is_reachable;
    }
    cached->has_translation = true;
    cached->domain = (uint16_t)cached->dte[1];
    cached->gpa = gpa;
    cached->is_reachable = amdvi_table_look_up(at(cached->dte[0] & 0xffffffffff000), gpa,
                                               &cached->hpa, &access) &&
                           (cached->dte[0] >> 62 & 1) != 0 &&
                           (access & IOMMU_ACCESS_WRITE) != 0;
    *out_hpa = cached->hpa;
    return cached->is_reachable;
}

/* The same through every IOMMU; they must agree. */
static bool dma(uint16_t requester, uint64_t gpa, uint64_t *out_hpa)
{
    bool is_reachable = dma_through(&units[0], requester, gpa, out_hpa);

    for (unsigned i = 1; i < UNIT_COUNT; i++)
        assert_int_equal(dma_through(&units[i], requester, gpa, out_hpa), is_reachable);
    return is_reachable;
}

/* The remapping entry that an MSI of @requester with @data ends in; 0: blocked. */
static uint32_t msi(uint16_t requester, uint32_t data)
{
    struct cached *cached = load_dte(&units[0], requester);

    if ((cached->dte[2] >> 60 & 3) != 2)
        return 0;
    assert_int_equal(cached->dte[2] >> 1 & 0xf, 8);
    if (!cached->has_irte || cached->irte_index != data) {
        const uint64_t *table = at(cached->dte[2] & 0xfffffffffffc0);

        cached->has_irte = true;
        cached->irte_index = data;
        memcpy(&cached->irte, (const uint8_t *)table + 4 * data, 4);
    }
    return (cached->irte & 1) != 0 ? cached->irte : 0;
}

#endif
