/* SPDX-License-Identifier: MIT */
/* One function with registers that behave as the specification says. */
#include "tests/fake/fake_device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rootport/pci_regs.h>

static void check(uint16_t reg, unsigned width)
{
    const bool is_width = width == 1 || width == 2 || width == 4;

    if (is_width && reg % width == 0 && reg + width <= RP_CFG_SIZE_EXTENDED)
        return;
    fprintf(stderr, "cfg.h: an access of %u bytes at %#x\n", width, (unsigned)reg);
    abort();
}

static enum rp_status read_device(void *context, rp_sbdf_t sbdf, uint16_t reg,
                                  unsigned width, uint32_t *out_value)
{
    struct fake_device *device = context;

    check(reg, width);
    device->sbdf = sbdf;
    device->reads++;
    if (reg > device->highest_read)
        device->highest_read = reg;
    if (device->is_gone) {
        *out_value = 0xffffffffu;
        return RP_ERR_UNREACHABLE;
    }
    *out_value = fake_device_get(device, reg, width);
    return RP_OK;
}

static enum rp_status write_device(void *context, rp_sbdf_t sbdf, uint16_t reg,
                                   unsigned width, uint32_t value)
{
    struct fake_device *device = context;

    check(reg, width);
    device->sbdf = sbdf;
    if (device->is_gone)
        return RP_ERR_UNREACHABLE;
    if (device->write_count < FAKE_DEVICE_LOG_SIZE)
        device->writes[device->write_count] =
            (struct fake_device_write){reg, width, value};
    device->write_count++;
    for (unsigned i = 0; i < width; i++) {
        const uint8_t byte = (uint8_t)(value >> 8 * i);
        uint8_t *old = &device->bytes[reg + i];
        const uint8_t rw = device->rw[reg + i];
        *old = (uint8_t)((*old & ~rw) | (byte & rw));
        *old = (uint8_t)(*old & ~(byte & device->rw1c[reg + i]));
    }
    return RP_OK;
}

struct rp_cfg fake_device_cfg(struct fake_device *device)
{
    static const struct rp_cfg_ops ops = {read_device, write_device};
    const struct rp_cfg cfg = {&ops, device};

    return cfg;
}

static void store(uint8_t *bytes, unsigned reg, unsigned width, uint32_t value)
{
    for (unsigned i = 0; i < width; i++)
        bytes[reg + i] = (uint8_t)(value >> 8 * i);
}

void fake_device_set(struct fake_device *device, unsigned reg, unsigned width,
                     uint32_t value)
{
    store(device->bytes, reg, width, value);
}

uint32_t fake_device_get(const struct fake_device *device, unsigned reg, unsigned width)
{
    uint32_t value = 0;

    for (unsigned i = width; i-- > 0;)
        value = value << 8 | device->bytes[reg + i];
    return value;
}

void fake_device_set_rw(struct fake_device *device, unsigned reg, unsigned width,
                        uint32_t mask)
{
    store(device->rw, reg, width, mask);
}

void fake_device_set_rw1c(struct fake_device *device, unsigned reg, unsigned width,
                          uint32_t mask)
{
    store(device->rw1c, reg, width, mask);
}

void fake_device_set_bar(struct fake_device *device, unsigned index, uint64_t size,
                         uint64_t address, uint32_t flags)
{
    const unsigned reg = RP_PCI_BAR0 + 4 * index;
    const uint64_t decoded = ~(size - 1);

    fake_device_set(device, reg, 4, (uint32_t)address | flags);
    fake_device_set_rw(device, reg, 4, (uint32_t)decoded & ~0xfu);
    if (rp_field_get(RP_PCI_BAR_TYPE, flags) == RP_PCI_BAR_TYPE_64BIT && index < 5) {
        fake_device_set(device, reg + 4, 4, (uint32_t)(address >> 32));
        fake_device_set_rw(device, reg + 4, 4, (uint32_t)(decoded >> 32));
    }
}

void fake_device_set_cap(struct fake_device *device, unsigned offset, unsigned id,
                         unsigned next)
{
    fake_device_set(device, offset, 2, id | next << 8);
}

void fake_device_set_extcap(struct fake_device *device, unsigned offset, unsigned id,
                            unsigned version, unsigned next)
{
    fake_device_set(device, offset, 4, id | version << 16 | next << 20);
}

static void set_header(struct fake_device *device)
{
    fake_device_set(device, RP_PCI_VENDOR_ID, 4, 0x00101b36);
    fake_device_set(device, RP_PCI_COMMAND, 2, RP_PCI_COMMAND_MEMORY);
    fake_device_set_rw(device, RP_PCI_COMMAND, 2, 0x0547);
    fake_device_set(device, RP_PCI_STATUS, 2, RP_PCI_STATUS_CAPABILITIES);
    fake_device_set_rw1c(device, RP_PCI_STATUS, 2, 0xf900);
    fake_device_set(device, RP_PCI_REVISION_ID, 4, 0x01080202);
    fake_device_set_bar(device, 0, NVME_BAR_SIZE, NVME_BAR_ADDRESS, 0x4);
    fake_device_set(device, RP_PCI_SUBSYSTEM_VENDOR_ID, 4, 0x11001af4);
    fake_device_set(device, RP_PCI_INTERRUPT_LINE, 2, 0x010b);
    fake_device_set_rw(device, RP_PCI_INTERRUPT_LINE, 1, 0xff);
    fake_device_set(device, RP_PCI_CAPABILITIES_POINTER, 1, NVME_PM);
}

static void set_caps(struct fake_device *device)
{
    fake_device_set_cap(device, NVME_PM, RP_PCI_CAP_ID_PM, NVME_MSI);
    fake_device_set(device, NVME_PM + 2, 2, 0xc803);
    fake_device_set(device, NVME_PM + 4, 2, 0x0000);
    fake_device_set_rw(device, NVME_PM + 4, 2, 0x0103);

    fake_device_set_cap(device, NVME_MSI, RP_PCI_CAP_ID_MSI, NVME_PCIE);
    fake_device_set(device, NVME_MSI + 2, 2, 0x0186); /* 8 vectors, 64-bit, maskable */
    fake_device_set_rw(device, NVME_MSI + 2, 2, 0x0071);
    fake_device_set_rw(device, NVME_MSI + 4, 4, 0xfffffffc);
    fake_device_set_rw(device, NVME_MSI + 8, 4, 0xffffffff);
    fake_device_set_rw(device, NVME_MSI + 12, 2, 0xffff);
    fake_device_set_rw(device, NVME_MSI + 16, 4, 0xff);

    fake_device_set_cap(device, NVME_PCIE, RP_PCI_CAP_ID_PCIE, NVME_MSIX);
    fake_device_set(device, NVME_PCIE + 2, 2, 0x0002);
    fake_device_set(device, NVME_PCIE + 4, 4, 0x10008fe2); /* FLR, 512 bytes */
    fake_device_set(device, NVME_PCIE + 8, 2, 0x2830);
    fake_device_set_rw(device, NVME_PCIE + 8, 2, 0x7fff);
    fake_device_set_rw1c(device, NVME_PCIE + 10, 2, 0x000f);
    fake_device_set(device, NVME_PCIE + 12, 4, 0x00400c43); /* 8 GT/s, x4 */
    fake_device_set_rw(device, NVME_PCIE + 16, 2, 0x01fb);
    fake_device_set(device, NVME_PCIE + 18, 2, 0x0043);
    fake_device_set(device, NVME_PCIE + 0x24, 4, 0x0073081f);
    fake_device_set_rw(device, NVME_PCIE + 0x28, 2, 0xffff);

    fake_device_set_cap(device, NVME_MSIX, RP_PCI_CAP_ID_MSIX, 0);
    fake_device_set(device, NVME_MSIX + 2, 2, NVME_VECTORS - 1);
    fake_device_set_rw(device, NVME_MSIX + 2, 2, 0xc000);
    fake_device_set(device, NVME_MSIX + 4, 4, NVME_TABLE_OFFSET);
    fake_device_set(device, NVME_MSIX + 8, 4, NVME_PBA_OFFSET);
}

/* 8 virtual functions with a 64-bit BAR of 16 KiB each, which has no address yet. */
static void set_sriov(struct fake_device *device)
{
    fake_device_set_extcap(device, NVME_SRIOV, RP_PCI_EXTCAP_ID_SRIOV, 1, NVME_DSN);
    fake_device_set(device, NVME_SRIOV + 0x04, 4, 0x00200007);
    fake_device_set_rw(device, NVME_SRIOV + 0x08, 2, 0x003f);
    fake_device_set_rw1c(device, NVME_SRIOV + 0x0a, 2, 0x0001);
    fake_device_set(device, NVME_SRIOV + 0x0c, 4, 0x00080008);
    fake_device_set_rw(device, NVME_SRIOV + 0x10, 2, 0xffff);
    fake_device_set(device, NVME_SRIOV + 0x14, 4, 0x00010080);
    fake_device_set(device, NVME_SRIOV + 0x18, 4, 0x00110000);
    fake_device_set(device, NVME_SRIOV + 0x1c, 4, 0x00000553);
    fake_device_set(device, NVME_SRIOV + 0x20, 4, 0x00000001);
    fake_device_set_rw(device, NVME_SRIOV + 0x20, 4, 0x00000553);
    fake_device_set(device, NVME_SRIOV + 0x24, 4, 0x00000004);
    fake_device_set_rw(device, NVME_SRIOV + 0x24, 4, 0xffffc000);
    fake_device_set_rw(device, NVME_SRIOV + 0x28, 4, 0xffffffff);
    fake_device_set(device, NVME_SRIOV + 0x3c, 4, 0x00001000);
}

static void set_extcaps(struct fake_device *device)
{
    fake_device_set_extcap(device, NVME_AER, RP_PCI_EXTCAP_ID_AER, 2, NVME_ARI);
    fake_device_set_rw1c(device, NVME_AER + 4, 4, 0x07fff030);
    fake_device_set_rw(device, NVME_AER + 8, 4, 0x07fff030);
    fake_device_set_rw(device, NVME_AER + 12, 4, 0x07fff030);
    fake_device_set_rw1c(device, NVME_AER + 16, 4, 0x0000f1c1);
    fake_device_set_rw(device, NVME_AER + 20, 4, 0x0000f1c1);
    fake_device_set_rw(device, NVME_AER + 24, 4, 0x00000140);

    fake_device_set_extcap(device, NVME_ARI, RP_PCI_EXTCAP_ID_ARI, 1, NVME_SRIOV);
    fake_device_set(device, NVME_ARI + 4, 4, 0x00000100);

    set_sriov(device);

    fake_device_set_extcap(device, NVME_DSN, RP_PCI_EXTCAP_ID_SERIAL_NUMBER, 1,
                           NVME_UNKNOWN);
    fake_device_set(device, NVME_DSN + 4, 4, 0x55667788);
    fake_device_set(device, NVME_DSN + 8, 4, 0x11223344);

    fake_device_set_extcap(device, NVME_UNKNOWN, 0x7777, 1, 0);
    fake_device_set(device, NVME_UNKNOWN + 4, 4, 0x5ec2e75a);
    fake_device_set_rw(device, NVME_UNKNOWN + 4, 4, 0xffffffff);
}

void fake_device_nvme(struct fake_device *device)
{
    memset(device, 0, sizeof(*device));
    set_header(device);
    set_caps(device);
    set_extcaps(device);
}
