/* SPDX-License-Identifier: MIT */
/* The registers of a root port, private to rootport.c and rootport_image.c. */
#ifndef CORE_ROOTPORT_IMAGE_H
#define CORE_ROOTPORT_IMAGE_H

#include <rootport/pci_regs.h>
#include <rootport/rootport.h>

#include "type1.h"

/* Registers that matter here, and where the capability is that type1.h has not. */
enum {
    CAP_MSI = 0x80,
    EXTCAP_AER = 0x100,

    REG_DEVICE_CONTROL = CAP_PCIE + RP_PCI_PCIE_DEVICE_CONTROL,
    REG_LINK_CONTROL = CAP_PCIE + RP_PCI_PCIE_LINK_CONTROL,
    REG_LINK_STATUS = CAP_PCIE + RP_PCI_PCIE_LINK_STATUS,
    REG_SLOT_CONTROL = CAP_PCIE + RP_PCI_PCIE_SLOT_CONTROL,
    REG_SLOT_STATUS = CAP_PCIE + RP_PCI_PCIE_SLOT_STATUS,
    REG_ROOT_CONTROL = CAP_PCIE + RP_PCI_PCIE_ROOT_CONTROL,
    REG_DEVICE_CONTROL2 = CAP_PCIE + RP_PCI_PCIE_DEVICE_CONTROL2,
    REG_LINK_CONTROL2 = CAP_PCIE + RP_PCI_PCIE_LINK_CONTROL2,
    REG_MSI_CONTROL = CAP_MSI + RP_PCI_MSI_CONTROL,
    REG_MSI_ADDRESS = CAP_MSI + RP_PCI_MSI_ADDRESS,
    REG_MSI_ADDRESS_UPPER = CAP_MSI + RP_PCI_MSI_ADDRESS_UPPER,
    REG_MSI_DATA = CAP_MSI + RP_PCI_MSI_DATA_64BIT,
    REG_MSI_MASK = CAP_MSI + RP_PCI_MSI_MASK_64BIT,
    REG_ROOT_ERROR_COMMAND = EXTCAP_AER + RP_PCI_AER_ROOT_COMMAND,
    REG_ROOT_ERROR_STATUS = EXTCAP_AER + RP_PCI_AER_ROOT_STATUS,
    REG_ERROR_SOURCE = EXTCAP_AER + RP_PCI_AER_ERROR_SOURCE,
    REG_MSI_PENDING = CAP_MSI + RP_PCI_MSI_PENDING_64BIT,
};

/* The only vector, in the mask and pending registers. */
#define MSI_VECTOR_0 0x1u

/* Link Status as negotiated with a child. */
#define LINK_STATUS_NEGOTIATED                                                           \
    (RP_PCI_PCIE_LINK_STATUS_SPEED | RP_PCI_PCIE_LINK_STATUS_WIDTH)

bool rp_rootport_image_is_valid_config(const struct rp_rootport_config *config);

/* All registers of an empty port as firmware leaves them. */
void rp_rootport_image_build(struct rp_image *image,
                             const struct rp_rootport_config *config);

/*
 * What a guest's natural write makes of a dword, with reserved codes replaced.
 * Stores nothing.
 */
struct rp_image_change rp_rootport_image_apply(const struct rp_image *image, uint16_t reg,
                                               unsigned width, uint32_t value);

#endif
