/* SPDX-License-Identifier: MIT */
/*
 * All that an audit knows of a machine, whether it was read from the running
 * one, from a dump, or from a saved set. What is made of it is assess.h's.
 */
#ifndef TOOLS_AUDIT_MACHINE_H
#define TOOLS_AUDIT_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rootport/cfg.h>
#include <rootport/ecam.h>

enum {
    MACHINE_FUNCTIONS_MAX = 65536,
    /* ACPI and E820 set no bounds; these are far above what machines have. */
    MACHINE_MCFG_SIZE_MAX = 65536,
    MACHINE_RANGES_MAX = 4096,
    MACHINE_CPUS_MAX = 65536,
    MACHINE_DEVICE_SIZE = 16,
    /* A header without capabilities: what Linux shows to anybody. */
    MACHINE_HEADER_SIZE = 64,
};

/* Whether one thing was looked at, and how that went. */
enum sight {
    SIGHT_NONE = 0, /* not recorded: nobody looked */
    SIGHT_SEEN,
    SIGHT_ABSENT, /* the machine has none */
    SIGHT_DENIED, /* there, but not for this user */
};

struct machine_function {
    rp_sbdf_t sbdf;
    uint16_t readable;    /* bytes at @config: 64, 128, 256 or 4096; 0 if none */
    uint16_t kernel_size; /* 256 or 4096; 0 if not known */
    bool is_virtual;      /* the kernel says so, and @physical is its physical one */
    rp_sbdf_t physical;
    unsigned char *config;
    char *name; /* vendor and device in words; NULL until looked up */
};

/* Addresses that the ACPI namespace reserves, and for which device (PNP0C02). */
struct machine_reservation {
    uint64_t base;
    uint64_t size;
    char device[MACHINE_DEVICE_SIZE];
};

/* Which of the kernel's lists the memory map is. */
enum machine_map {
    MACHINE_MAP_NONE = 0,
    MACHINE_MAP_FIRMWARE, /* as firmware gave it to the kernel */
    MACHINE_MAP_IOMEM,    /* as the kernel keeps it, with what it added */
};

struct machine {
    bool is_excerpt; /* a dump, which may have some of the functions alone */
    struct machine_function *functions;
    size_t function_count;
    uint32_t *buckets; /* hash of SBDFs: index + 1, 0 is free */
    size_t bucket_count;
    size_t unaddressable_count; /* functions whose segment has more than 16 bits */

    enum sight mcfg_sight;
    unsigned char *mcfg;
    size_t mcfg_size;

    enum sight memory_sight;
    enum machine_map memory_source;
    struct rp_memory_range *memory;
    size_t memory_count;

    enum sight reservations_sight;
    struct machine_reservation *reservations;
    size_t reservation_count;

    enum sight kernel_regions_sight; /* ECAM regions that the kernel itself uses */
    struct rp_ecam_range *kernel_regions;
    size_t kernel_region_count;

    enum sight amd_msr_sight; /* RP_CHIPSET_AMD_MSR; absent where the CPU has none */
    uint64_t amd_msr;

    unsigned address_bits; /* of physical addresses; 0 if not known */
    unsigned cpu_count;    /* 0 if not known */
    bool is_without_identifiers;
};

void machine_init(struct machine *machine);
void machine_free(struct machine *machine);

/*
 * Adds a function with @readable zero bytes. NULL if it is there already or the
 * machine is full: machine_find() tells. Pointers to functions are good until
 * the next one is added.
 */
struct machine_function *machine_add(struct machine *machine, rp_sbdf_t sbdf,
                                     uint16_t readable);

/* NULL if there is no such function. */
struct machine_function *machine_find(const struct machine *machine, rp_sbdf_t sbdf);

/* Add one each; false when there are MACHINE_RANGES_MAX already. */
bool machine_add_memory(struct machine *machine, struct rp_memory_range range);
bool machine_add_reservation(struct machine *machine, uint64_t base, uint64_t size,
                             const char *device);
bool machine_add_kernel_region(struct machine *machine, struct rp_ecam_range range);

/* Keeps a copy; false for more than MACHINE_MCFG_SIZE_MAX. */
bool machine_set_mcfg(struct machine *machine, const void *bytes, size_t size);

/* Keeps a copy of @length bytes at @name, what is not clean text in it replaced. */
void machine_set_name(struct machine_function *function, const char *name, size_t length);

/* The little-endian dword at @reg, a multiple of 4; all ones beyond what is readable. */
uint32_t machine_dword(const struct machine_function *function, unsigned reg);

#endif
