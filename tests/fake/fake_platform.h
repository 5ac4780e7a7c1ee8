/* SPDX-License-Identifier: MIT */
/*
 * A machine that exists only in a test, behind the functions of platform.h.
 *
 * It checks the contract by itself: an access of a wrong width, a misaligned
 * one, one outside of a mapped window or one that holds or lacks the CF8/CFC
 * lock wrongly ends the program with the rule that it broke. So do windows
 * that are still mapped at the end. A window is address space without access,
 * so that reading it past rp_platform_mmio_read() faults.
 */
#ifndef FAKE_PLATFORM_H
#define FAKE_PLATFORM_H

#include <pthread.h>

#include <rootport/platform.h>

#include "tests/fake/fake_pci.h"

enum {
    FAKE_MEMORY_COUNT = 8,
    FAKE_WINDOW_COUNT = 16,
};

/* A part of the physical address space. What is nowhere reads all ones. */
struct fake_memory {
    uint64_t base;
    uint64_t size;
    uint8_t *ram; /* @size bytes of RAM; NULL: the machine decodes ECAM here */
    uint16_t segment;
    uint8_t start_bus;     /* of the first byte */
    uint32_t address_mask; /* bits of bus, devfn and register that the ECAM decodes */
};

struct fake_window {
    volatile unsigned char *address; /* NULL: a free slot */
    uint64_t base;
    uint64_t size;
};

struct rp_platform {
    struct fake_pci *pci;
    struct fake_memory memory[FAKE_MEMORY_COUNT];
    size_t memory_count;
    struct fake_window windows[FAKE_WINDOW_COUNT];
    pthread_mutex_t window_lock;
    pthread_mutex_t cf8_lock;
    bool is_cf8_locked;
    uint32_t config_address; /* what CF8 holds */
    bool map_fails;          /* the next mappings fail */
    unsigned long maps;
    unsigned long unmaps;
};

/* A machine with these functions and no ECAM. @pci stays the caller's. */
void fake_platform_init(struct rp_platform *platform, struct fake_pci *pci);

/* Ends the program if a window is still mapped or the lock is held. */
void fake_platform_finish(struct rp_platform *platform);

/* Makes the machine decode ECAM at @base (of @start_bus) for @bus_count buses. */
struct fake_memory *fake_platform_add_ecam(struct rp_platform *platform, uint64_t base,
                                           uint16_t segment, uint8_t start_bus,
                                           unsigned bus_count);

/* Puts RAM there, with @ram as its content. */
struct fake_memory *fake_platform_add_ram(struct rp_platform *platform, uint64_t base,
                                          uint8_t *ram, uint64_t size);

#endif
