/* SPDX-License-Identifier: MIT */
/*
 * One function with registers that behave as the specification says, bit by
 * bit, and that remembers what was written to it: for tests of the vPCI view.
 */
#ifndef FAKE_DEVICE_H
#define FAKE_DEVICE_H

#include <rootport/cfg.h>

enum {
    FAKE_DEVICE_LOG_SIZE = 512,
};

struct fake_device_write {
    uint16_t reg;
    unsigned width;
    uint32_t value;
};

struct fake_device {
    uint8_t bytes[RP_CFG_SIZE_EXTENDED];
    uint8_t rw[RP_CFG_SIZE_EXTENDED];
    uint8_t rw1c[RP_CFG_SIZE_EXTENDED];
    bool is_gone;   /* reads all ones, takes no writes */
    rp_sbdf_t sbdf; /* of the last access */
    uint16_t highest_read;
    unsigned long reads;
    size_t write_count;
    struct fake_device_write writes[FAKE_DEVICE_LOG_SIZE]; /* the first ones */
};

struct rp_cfg fake_device_cfg(struct fake_device *device);

/* Sets bytes, little-endian; none of it counts as an access. */
void fake_device_set(struct fake_device *device, unsigned reg, unsigned width,
                     uint32_t value);
uint32_t fake_device_get(const struct fake_device *device, unsigned reg, unsigned width);

/* Makes bits writable, or clearable by writing 1. */
void fake_device_set_rw(struct fake_device *device, unsigned reg, unsigned width,
                        uint32_t mask);
void fake_device_set_rw1c(struct fake_device *device, unsigned reg, unsigned width,
                          uint32_t mask);

/* A memory BAR of @size bytes at @address; with @flags, the low bits. */
void fake_device_set_bar(struct fake_device *device, unsigned index, uint64_t size,
                         uint64_t address, uint32_t flags);

/* The header of a capability (its next in the list may be 0). */
void fake_device_set_cap(struct fake_device *device, unsigned offset, unsigned id,
                         unsigned next);
void fake_device_set_extcap(struct fake_device *device, unsigned offset, unsigned id,
                            unsigned version, unsigned next);

/* The numbers of fake_device_nvme(). */
enum {
    NVME_BAR_SIZE = 0x8000,
    NVME_TABLE_OFFSET = 0x2000,
    NVME_PBA_OFFSET = 0x3000,
    NVME_VECTORS = 65,
    NVME_PM = 0x40,
    NVME_MSI = 0x50,
    NVME_MSIX = 0xb0,
    NVME_PCIE = 0x70,
    NVME_AER = 0x100,
    NVME_ARI = 0x148,
    NVME_SRIOV = 0x158,
    NVME_DSN = 0x1a0,
    NVME_UNKNOWN = 0x1b0,
};
#define NVME_BAR_ADDRESS 0x8fedc0000u

/*
 * An NVMe controller: 64-bit BAR 0, PM, MSI with 8 maskable vectors, MSI-X, PCI
 * Express version 2 with FLR; extended AER, ARI, SR-IOV, serial number and one
 * that nobody knows.
 */
void fake_device_nvme(struct fake_device *device);

#endif
