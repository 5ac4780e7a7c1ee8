/* SPDX-License-Identifier: MIT */
/* A machine that costs next to nothing: what is measured against it is the core. */
#include "bench/core/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <rootport/pci_regs.h>

enum {
    CAP_BASE = 0x40,
    CAP_SIZE = 0x10,
    PCIE_CAP_SIZE = 0x40,
    EXTCAP_SIZE = 0x10,
    ID_UNKNOWN = 0x7f,       /* no capability has this ID, */
    EXT_ID_UNKNOWN = 0x7fff, /* and no extended one this */
};

/* ---- Registers ------------------------------------------------------------- */

static const uint32_t mask_of_width[] = {[1] = 0xff, [2] = 0xffff, [4] = 0xffffffff};

static uint32_t load(const struct rp_platform *machine, unsigned reg, unsigned width)
{
    return machine->registers[reg / 4] >> 8 * (reg % 4) & mask_of_width[width];
}

static void store(struct rp_platform *machine, unsigned reg, unsigned width,
                  uint32_t value)
{
    uint32_t mask = mask_of_width[width] << 8 * (reg % 4) & machine->writable[reg / 4];
    uint32_t *dword = &machine->registers[reg / 4];

    *dword = (*dword & ~mask) | (value << 8 * (reg % 4) & mask);
}

static void put_list(struct rp_platform *machine, unsigned cap_count)
{
    unsigned at = CAP_BASE;

    for (unsigned i = 0; i < cap_count; i++) {
        unsigned next = at + (i == 0 ? PCIE_CAP_SIZE : CAP_SIZE);
        unsigned link = i + 1 == cap_count ? 0 : next;

        machine->registers[at / 4] =
            (i == 0 ? 2u << 16 | RP_PCI_CAP_ID_PCIE : ID_UNKNOWN) | link << 8;
        at = next;
    }
}

static void put_extended_list(struct rp_platform *machine, unsigned extcap_count)
{
    for (unsigned i = 0; i < extcap_count; i++) {
        unsigned at = RP_PCI_EXTENDED_BASE + i * EXTCAP_SIZE;
        bool is_last = i + 1 == extcap_count;
        unsigned link = is_last ? 0 : at + EXTCAP_SIZE;
        unsigned id = is_last ? RP_PCI_EXTCAP_ID_SERIAL_NUMBER : EXT_ID_UNKNOWN;

        machine->registers[at / 4] = link << 20 | 1u << 16 | id;
    }
}

void machine_fill_extended(struct rp_platform *machine, unsigned size)
{
    machine->registers[RP_PCI_EXTENDED_BASE / 4] = 1u << 16 | RP_PCI_EXTCAP_ID_VENDOR;
    machine->registers[RP_PCI_EXTENDED_BASE / 4 + 1] = size << 20;
}

void machine_init(struct rp_platform *machine, uint32_t function_count,
                  unsigned cap_count, unsigned extcap_count)
{
    memset(machine, 0, sizeof(*machine));
    machine->function_count = function_count;
    machine->registers[RP_PCI_VENDOR_ID / 4] = 0x12345678;
    machine->registers[RP_PCI_COMMAND / 4] = (uint32_t)RP_PCI_STATUS_CAPABILITIES << 16;
    machine->registers[RP_PCI_REVISION_ID / 4] = 0x01080201;
    machine->registers[RP_PCI_CACHE_LINE_SIZE / 4] = RP_PCI_HEADER_TYPE_MULTIFUNCTION
                                                     << 16;
    machine->registers[RP_PCI_BAR0 / 4] = 0xfe000000;
    machine->registers[RP_PCI_BAR0 / 4 + 1] = 0xfe100000;
    machine->registers[RP_PCI_CAPABILITIES_POINTER / 4] = cap_count != 0 ? CAP_BASE : 0;
    machine->writable[RP_PCI_COMMAND / 4] = 0x0547;
    machine->writable[RP_PCI_BAR0 / 4] = 0xffffc000;
    machine->writable[RP_PCI_BAR0 / 4 + 1] = 0xfffff000;
    put_list(machine, cap_count);
    put_extended_list(machine, extcap_count);
}

/* ---- Carriers --------------------------------------------------------------- */

static enum rp_status read_one(void *context, rp_sbdf_t sbdf, uint16_t reg,
                               unsigned width, uint32_t *out_value)
{
    (void)sbdf;
    *out_value = load(context, reg, width);
    return RP_OK;
}

static enum rp_status write_one(void *context, rp_sbdf_t sbdf, uint16_t reg,
                                unsigned width, uint32_t value)
{
    (void)sbdf;
    store(context, reg, width, value);
    return RP_OK;
}

static enum rp_status read_any(void *context, rp_sbdf_t sbdf, uint16_t reg,
                               unsigned width, uint32_t *out_value)
{
    const struct rp_platform *machine = context;

    *out_value = rp_sbdf_requester_id(sbdf) < machine->function_count
                     ? load(machine, reg, width)
                     : RP_PCI_ALL_ONES;
    return RP_OK;
}

struct rp_cfg machine_cfg_of_one(struct rp_platform *machine)
{
    static const struct rp_cfg_ops ops = {read_one, write_one};

    return (struct rp_cfg){&ops, machine};
}

struct rp_cfg machine_cfg(struct rp_platform *machine)
{
    static const struct rp_cfg_ops ops = {read_any, write_one};

    return (struct rp_cfg){&ops, machine};
}

/* ---- platform.h: ports, and windows onto one ECAM region ---------------------- */

uint32_t rp_platform_io_read(struct rp_platform *machine, uint16_t port, unsigned width)
{
    return load(machine, (machine->config_address & 0xfc) + port % 4u, width);
}

void rp_platform_io_write(struct rp_platform *machine, uint16_t port, unsigned width,
                          uint32_t value)
{
    if (port == RP_PCI_CONFIG_ADDRESS)
        machine->config_address = value;
    else
        store(machine, (machine->config_address & 0xfc) + port % 4u, width, value);
}

volatile void *rp_platform_map(struct rp_platform *machine, rp_hpa_t base, uint64_t size)
{
    (void)base;
    if (machine->windows == NULL)
        machine->windows = mmap(NULL, size, PROT_NONE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (machine->windows == MAP_FAILED) {
        perror("bench: no address space for an ECAM region");
        exit(1);
    }
    return machine->windows;
}

void rp_platform_unmap(struct rp_platform *machine, volatile void *window, uint64_t size)
{
    (void)machine;
    (void)window;
    (void)size;
}

static unsigned reg_at(const struct rp_platform *machine, const volatile void *address)
{
    const volatile unsigned char *byte = address;

    return (unsigned)(byte - machine->windows) % RP_CFG_SIZE_EXTENDED;
}

uint32_t rp_platform_mmio_read(struct rp_platform *machine, const volatile void *address,
                               unsigned width)
{
    return load(machine, reg_at(machine, address), width);
}

void rp_platform_mmio_write(struct rp_platform *machine, volatile void *address,
                            unsigned width, uint32_t value)
{
    store(machine, reg_at(machine, address), width, value);
}

void rp_platform_cf8_lock(struct rp_platform *machine)
{
    (void)machine;
}

void rp_platform_cf8_unlock(struct rp_platform *machine)
{
    (void)machine;
}

uint64_t machine_nothing(const struct rp_platform *machine, uint16_t reg, unsigned width)
{
    (void)machine;
    (void)reg;
    (void)width;
    return 0;
}
