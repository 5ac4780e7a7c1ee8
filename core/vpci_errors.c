/* SPDX-License-Identifier: MIT */
/* Which of a function's errors its domain wants to hear of: PCI Express Base r5.0, 6.2.6.
 */
#include <rootport/pci_regs.h>
#include <rootport/vpci.h>

#include "vpci_internal.h"

static uint32_t read_reg(const struct rp_vpci_view *view, unsigned reg, unsigned width)
{
    return (uint32_t)rp_vpci_read(view, (uint16_t)reg, width);
}

/* Severities of what is detected and not masked: masks and severities are the domain's.
 */
static uint32_t unmasked(const struct rp_vpci_view *view, unsigned aer)
{
    const uint32_t severity = read_reg(view, aer + RP_PCI_AER_UNCORRECTABLE_SEVERITY, 4);
    const uint32_t uncorrectable =
        read_reg(view, aer + RP_PCI_AER_UNCORRECTABLE_STATUS, 4) &
        ~read_reg(view, aer + RP_PCI_AER_UNCORRECTABLE_MASK, 4);
    const uint32_t correctable = read_reg(view, aer + RP_PCI_AER_CORRECTABLE_STATUS, 4) &
                                 ~read_reg(view, aer + RP_PCI_AER_CORRECTABLE_MASK, 4);

    return (correctable ? RP_ERROR_CORRECTABLE : 0u) |
           (uncorrectable & ~severity ? RP_ERROR_NONFATAL : 0u) |
           (uncorrectable & severity ? RP_ERROR_FATAL : 0u);
}

void rp_vpci_clear_errors(const struct rp_vpci_view *view)
{
    static const uint8_t statuses[] = {RP_PCI_AER_UNCORRECTABLE_STATUS,
                                       RP_PCI_AER_CORRECTABLE_STATUS};
    const unsigned aer = vpci_found_at(view, RP_PCI_EXTCAP_ID_AER);
    struct rp_vpci_effects effects = {0};

    for (unsigned i = 0; aer && i < sizeof(statuses); i++)
        rp_vpci_write(view, (uint16_t)(aer + statuses[i]), 4, RP_PCI_ALL_ONES, &effects);
}

uint32_t rp_vpci_errors(const struct rp_vpci_view *view)
{
    const unsigned pcie = view->state->pcie_offset;
    const unsigned aer = vpci_found_at(view, RP_PCI_EXTCAP_ID_AER);
    uint32_t enabled;

    if (!pcie || vpci_is_gone(view->state))
        return 0;
    enabled = read_reg(view, pcie + RP_PCI_PCIE_DEVICE_CONTROL, 2);
    if (view->state->command & RP_PCI_COMMAND_SERR)
        enabled |= RP_ERROR_NONFATAL | RP_ERROR_FATAL;
    return enabled & (RP_ERROR_CORRECTABLE | RP_ERROR_NONFATAL | RP_ERROR_FATAL) &
           (aer ? unmasked(view, aer)
                : read_reg(view, pcie + RP_PCI_PCIE_DEVICE_STATUS, 2));
}
