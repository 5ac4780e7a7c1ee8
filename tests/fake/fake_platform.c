/* SPDX-License-Identifier: MIT */
/* A machine that exists only in a test and checks the contract of platform.h. */
#include "tests/fake/fake_platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <rootport/pci_regs.h>

enum {
    PAGE_SIZE = 4096,
    ALL_ADDRESS_BITS = 0x0fffffff, /* 8 bits of bus, 8 of devfn, 12 of register */
};

#define CONFIG_ADDRESS_BITS                                                              \
    (RP_PCI_CONFIG_ADDRESS_ENABLE | RP_PCI_CONFIG_ADDRESS_BUS |                          \
     RP_PCI_CONFIG_ADDRESS_DEVFN | RP_PCI_CONFIG_ADDRESS_REGISTER)

/* Ends the program: whoever called broke a rule of platform.h. */
static void require(bool is_kept, const char *rule)
{
    if (is_kept)
        return;
    fprintf(stderr, "platform.h: %s\n", rule);
    abort();
}

static uint32_t low_bytes(uint32_t value, unsigned width)
{
    return width == 4 ? value : value & ((1u << 8 * width) - 1);
}

void fake_platform_init(struct rp_platform *platform, struct fake_pci *pci)
{
    memset(platform, 0, sizeof(*platform));
    platform->pci = pci;
    pthread_mutex_init(&platform->window_lock, NULL);
    pthread_mutex_init(&platform->cf8_lock, NULL);
}

void fake_platform_finish(struct rp_platform *platform)
{
    for (size_t i = 0; i < FAKE_WINDOW_COUNT; i++)
        require(!platform->windows[i].address, "every window is unmapped in the end");
    require(platform->maps == platform->unmaps, "every mapping is given back once");
    require(!platform->is_cf8_locked, "the CF8/CFC lock is released");
    pthread_mutex_destroy(&platform->window_lock);
    pthread_mutex_destroy(&platform->cf8_lock);
}

static struct fake_memory *add_memory(struct rp_platform *platform, uint64_t base,
                                      uint64_t size)
{
    struct fake_memory *memory = &platform->memory[platform->memory_count];

    require(platform->memory_count < FAKE_MEMORY_COUNT, "the fake has room for it");
    platform->memory_count++;
    memory->base = base;
    memory->size = size;
    return memory;
}

struct fake_memory *fake_platform_add_ecam(struct rp_platform *platform, uint64_t base,
                                           uint16_t segment, uint8_t start_bus,
                                           unsigned bus_count)
{
    struct fake_memory *memory = add_memory(platform, base, (uint64_t)bus_count << 20);

    memory->segment = segment;
    memory->start_bus = start_bus;
    memory->address_mask = ALL_ADDRESS_BITS;
    return memory;
}

struct fake_memory *fake_platform_add_ram(struct rp_platform *platform, uint64_t base,
                                          uint8_t *ram, uint64_t size)
{
    struct fake_memory *memory = add_memory(platform, base, size);

    memory->ram = ram;
    return memory;
}

/* ---- Ports ---- */

static void check_port(const struct rp_platform *platform, uint16_t port, unsigned width)
{
    require(width == 1 || width == 2 || width == 4, "a port access has 1, 2 or 4 bytes");
    require(port % width == 0, "a port is a multiple of the width");
    require(platform->is_cf8_locked, "CF8 and CFC are used under their lock");
}

static rp_sbdf_t port_function(const struct rp_platform *platform)
{
    rp_sbdf_t sbdf = {platform->config_address >> 8 & 0xffffu};

    return sbdf;
}

static bool is_data_port(const struct rp_platform *platform, uint16_t port)
{
    return (port & ~3u) == RP_PCI_CONFIG_DATA &&
           (platform->config_address & RP_PCI_CONFIG_ADDRESS_ENABLE) != 0;
}

uint32_t rp_platform_io_read(struct rp_platform *platform, uint16_t port, unsigned width)
{
    check_port(platform, port, width);
    if (port == RP_PCI_CONFIG_ADDRESS && width == 4)
        return platform->config_address;
    if (!is_data_port(platform, port))
        return low_bytes(RP_PCI_ALL_ONES, width);
    return fake_pci_read(platform->pci, port_function(platform),
                         (platform->config_address & 0xfcu) | (port & 3u), width);
}

void rp_platform_io_write(struct rp_platform *platform, uint16_t port, unsigned width,
                          uint32_t value)
{
    check_port(platform, port, width);
    if (port == RP_PCI_CONFIG_ADDRESS && width == 4) {
        require((value & ~CONFIG_ADDRESS_BITS) == 0, "the reserved bits of CF8 are zero");
        platform->config_address = value;
    } else if (is_data_port(platform, port))
        fake_pci_write(platform->pci, port_function(platform),
                       (platform->config_address & 0xfcu) | (port & 3u), width, value);
}

void rp_platform_cf8_lock(struct rp_platform *platform)
{
    pthread_mutex_lock(&platform->cf8_lock);
    platform->is_cf8_locked = true;
}

void rp_platform_cf8_unlock(struct rp_platform *platform)
{
    require(platform->is_cf8_locked, "the CF8/CFC lock is released once");
    platform->is_cf8_locked = false;
    pthread_mutex_unlock(&platform->cf8_lock);
}

/* ---- Windows ---- */

volatile void *rp_platform_map(struct rp_platform *platform, rp_hpa_t base, uint64_t size)
{
    struct fake_window *window = NULL;
    void *address;

    require(size != 0 && size % PAGE_SIZE == 0 && base.value % PAGE_SIZE == 0,
            "base and size of a mapping are multiples of 4096");
    require(!platform->is_cf8_locked, "only ports are used under the CF8/CFC lock");
    if (platform->map_fails)
        return NULL;
    pthread_mutex_lock(&platform->window_lock);
    for (size_t i = 0; i < FAKE_WINDOW_COUNT && !window; i++) {
        if (!platform->windows[i].address)
            window = &platform->windows[i];
    }
    require(window, "windows are given back");
    address =
        mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    require(address != MAP_FAILED, "the host has address space left");
    *window = (struct fake_window){.address = address, .base = base.value, .size = size};
    platform->maps++;
    pthread_mutex_unlock(&platform->window_lock);
    return address;
}

void rp_platform_unmap(struct rp_platform *platform, volatile void *window, uint64_t size)
{
    struct fake_window *found = NULL;

    pthread_mutex_lock(&platform->window_lock);
    for (size_t i = 0; i < FAKE_WINDOW_COUNT; i++) {
        if (platform->windows[i].address == window)
            found = &platform->windows[i];
    }
    require(window && found, "only what is mapped is unmapped");
    require(found->size == size, "a window is unmapped with the size it was mapped with");
    munmap((void *)(uintptr_t)window, size);
    found->address = NULL;
    platform->unmaps++;
    pthread_mutex_unlock(&platform->window_lock);
}

/* The physical address behind @address, which must be inside of a window. */
static uint64_t translate(struct rp_platform *platform, const volatile void *address,
                          unsigned width)
{
    uintptr_t place = (uintptr_t)address;
    uint64_t physical = 0;
    bool is_mapped = false;

    require(width == 1 || width == 2 || width == 4,
            "a memory access has 1, 2 or 4 bytes");
    require(place % width == 0, "a memory access is aligned");
    pthread_mutex_lock(&platform->window_lock);
    for (size_t i = 0; i < FAKE_WINDOW_COUNT && !is_mapped; i++) {
        const struct fake_window *window = &platform->windows[i];
        uintptr_t start = (uintptr_t)window->address;

        is_mapped = start != 0 && place >= start && place - start <= window->size - width;
        physical = window->base + (place - start);
    }
    pthread_mutex_unlock(&platform->window_lock);
    require(is_mapped, "a memory access stays inside of a window that is mapped");
    return physical;
}

static const struct fake_memory *find_memory(const struct rp_platform *platform,
                                             uint64_t physical)
{
    for (size_t i = 0; i < platform->memory_count; i++) {
        const struct fake_memory *memory = &platform->memory[i];

        if (physical >= memory->base && physical - memory->base < memory->size)
            return memory;
    }
    return NULL;
}

/* The function that an address inside of an ECAM region names; its register too. */
static rp_sbdf_t decode(const struct fake_memory *memory, uint64_t physical,
                        unsigned *out_reg)
{
    uint32_t offset =
        (uint32_t)(physical - memory->base) + ((uint32_t)memory->start_bus << 20);
    rp_sbdf_t sbdf;

    offset &= memory->address_mask;
    sbdf.value = (uint32_t)memory->segment << 16 | offset >> 12;
    *out_reg = offset & 0xfffu;
    return sbdf;
}

uint32_t rp_platform_mmio_read(struct rp_platform *platform, const volatile void *address,
                               unsigned width)
{
    uint64_t physical = translate(platform, address, width);
    const struct fake_memory *memory = find_memory(platform, physical);
    uint32_t value = 0;
    unsigned reg;

    if (!memory)
        return low_bytes(RP_PCI_ALL_ONES, width);
    if (!memory->ram) {
        rp_sbdf_t sbdf = decode(memory, physical, &reg);

        return fake_pci_read(platform->pci, sbdf, reg, width);
    }
    memcpy(&value, memory->ram + (physical - memory->base), width);
    return value;
}

void rp_platform_mmio_write(struct rp_platform *platform, volatile void *address,
                            unsigned width, uint32_t value)
{
    uint64_t physical = translate(platform, address, width);
    const struct fake_memory *memory = find_memory(platform, physical);
    unsigned reg;

    if (!memory)
        return;
    if (!memory->ram) {
        rp_sbdf_t sbdf = decode(memory, physical, &reg);

        fake_pci_write(platform->pci, sbdf, reg, width, value);
        return;
    }
    memcpy(memory->ram + (physical - memory->base), &value, width);
}
