/* SPDX-License-Identifier: MIT */
/*
 * The capabilities below 0x100: who sees which, and how its registers behave.
 *
 * PCI Express Base r5.0, 7.5.2, 7.5.3, 7.7 and 7.9.
 */
#include <rootport/pci_regs.h>
#include <rootport/vpci.h>

#include "vpci_internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- Power management: 7.5.2 ------------------------------------------------ */

/*
 * The function itself stays in D0, so it cannot lose what the embedder set up;
 * that no reset follows D3hot is then true. PME has no way to the domain.
 */
static const struct vpci_reg pm_regs[] = {
    {.offset = RP_PCI_PM_CAPABILITIES, .width = 2, .ro = RP_PCI_PM_CAPABILITIES_VERSION},
    {.offset = RP_PCI_PM_CONTROL_STATUS,
     .width = 2,
     .handler = VPCI_PM_CONTROL,
     .value = RP_PCI_PM_CONTROL_NO_SOFT_RESET},
};

uint32_t vpci_pm_control_read(const struct rp_vpci_state *state, unsigned argument)
{
    (void)argument;
    return state->is_asleep ? RP_PCI_PM_D3HOT : RP_PCI_PM_D0;
}

/* D1 and D2 are not there; a write of a state that is not there is discarded. */
void vpci_pm_control_write(struct rp_vpci_state *state, unsigned argument,
                           struct vpci_write write, struct rp_vpci_effects *effects,
                           uint32_t *shown)
{
    const uint32_t old = vpci_pm_control_read(state, argument);
    const uint32_t wanted = vpci_merge(old, write) & RP_PCI_PM_CONTROL_POWER_STATE;

    if (wanted == old || (wanted != RP_PCI_PM_D0 && wanted != RP_PCI_PM_D3HOT))
        return;
    state->is_asleep = wanted == RP_PCI_PM_D3HOT;
    effects->what |= RP_VPCI_EFFECT_MAPPINGS;
    *shown = wanted;
}

/* ---- Vital product data: 7.9.19 ----------------------------------------------- */

/*
 * A write of the flag as 1 would store: it goes to the function as 0, which reads. Its
 * return to 0 would say that the data are stored, so until the next read it stays 1.
 * Where the policy allows stores, both registers are the function's.
 */
static const struct vpci_reg vpd_regs[] = {
    {.offset = RP_PCI_VPD_ADDRESS,
     .width = 2,
     .ro = RP_PCI_VPD_ADDRESS_FLAG,
     .rw = RP_PCI_VPD_ADDRESS_MASK,
     .write_zero = RP_PCI_VPD_ADDRESS_FLAG,
     .virt = RP_PCI_VPD_ADDRESS_FLAG},
    {.offset = RP_PCI_VPD_DATA, .width = 4, .ro = 0xffffffff},
    {.offset = RP_PCI_VPD_ADDRESS,
     .width = 2,
     .rw = RP_PCI_VPD_ADDRESS_FLAG | RP_PCI_VPD_ADDRESS_MASK},
    {.offset = RP_PCI_VPD_DATA, .width = 4, .rw = 0xffffffff},
};

/* ---- PCI-X: PCI-X Protocol Addendum r2.0a, 7.2 ------------------------------- */

/* Bus, device and function in the status register are the machine's. */
static const struct vpci_reg pcix_regs[] = {
    {.offset = RP_PCI_PCIX_COMMAND, .width = 2, .ro = 0xffff},
    {.offset = RP_PCI_PCIX_STATUS,
     .width = 4,
     .ro = ~(RP_PCI_PCIX_STATUS_PLACE | RP_PCI_PCIX_STATUS_ERRORS),
     .rw1c = RP_PCI_PCIX_STATUS_ERRORS},
};

/* ---- MSI and MSI-X: 7.7.1, 7.7.2 ------------------------------------------------ */

static const struct vpci_reg msi_regs[] = {
    {.offset = RP_PCI_MSI_CONTROL, .width = 2, .handler = VPCI_MSI_CONTROL},
    {.offset = RP_PCI_MSI_ADDRESS, .width = 4, .handler = VPCI_MSI_ADDRESS},
};

static const struct vpci_reg msix_regs[] = {
    {.offset = RP_PCI_MSIX_CONTROL, .width = 2, .handler = VPCI_MSIX_CONTROL},
};

/* ---- PCI Express: 7.5.3 --------------------------------------------------------- */

/*
 * Error reporting, payload size and extended tags are agreements with the ports
 * on the real path, which the domain does not see: its bits are its own. An FLR
 * leaves the payload size alone (6.6.2). The link is the machine's. Slot and root
 * registers are a port's. Tags of 10 bits, AtomicOps, LTR, OBFF and prefixes depend on
 * the real path: not there.
 */
static const struct vpci_reg pcie_regs[] = {
    {.offset = RP_PCI_PCIE_CAPABILITIES,
     .width = 2,
     .ro = RP_PCI_PCIE_CAPABILITIES_VERSION | RP_PCI_PCIE_CAPABILITIES_TYPE |
           RP_PCI_PCIE_CAPABILITIES_INTERRUPT_MESSAGE},
    {.offset = RP_PCI_PCIE_DEVICE_CAPABILITIES,
     .width = 4,
     .ro = ~RP_PCI_PCIE_DEVICE_CAPABILITIES_PHANTOM_FUNCTIONS},
    {.offset = RP_PCI_PCIE_DEVICE_CONTROL,
     .width = 2,
     .handler = VPCI_DEVICE_CONTROL,
     .ro = RP_PCI_PCIE_DEVICE_CONTROL_MAX_READ_REQUEST,
     .rw = RP_PCI_PCIE_DEVICE_CONTROL_RELAXED_ORDERING |
           RP_PCI_PCIE_DEVICE_CONTROL_NO_SNOOP,
     .write_zero = RP_PCI_PCIE_DEVICE_CONTROL_FLR,
     .virt = RP_PCI_PCIE_DEVICE_CONTROL_ERRORS | RP_PCI_PCIE_DEVICE_CONTROL_MAX_PAYLOAD |
             RP_PCI_PCIE_DEVICE_CONTROL_EXTENDED_TAG,
     .sticky = RP_PCI_PCIE_DEVICE_CONTROL_MAX_PAYLOAD},
    {.offset = RP_PCI_PCIE_DEVICE_STATUS,
     .width = 2,
     .ro = RP_PCI_PCIE_DEVICE_STATUS_AUX_POWER |
           RP_PCI_PCIE_DEVICE_STATUS_TRANSACTIONS_PENDING,
     .rw1c = RP_PCI_PCIE_DEVICE_STATUS_ERRORS},
    {.offset = RP_PCI_PCIE_LINK_CAPABILITIES, .width = 4, .ro = 0xffffffff},
    {.offset = RP_PCI_PCIE_LINK_CONTROL, .width = 2, .ro = 0xffff},
    {.offset = RP_PCI_PCIE_LINK_STATUS, .width = 2, .ro = 0xffff},
    {.offset = RP_PCI_PCIE_DEVICE_CAPABILITIES2,
     .width = 4,
     .ro = RP_PCI_PCIE_DEVICE_CAPABILITIES2_TIMEOUT_RANGES |
           RP_PCI_PCIE_DEVICE_CAPABILITIES2_TIMEOUT_DISABLE},
    {.offset = RP_PCI_PCIE_DEVICE_CONTROL2,
     .width = 2,
     .rw = RP_PCI_PCIE_DEVICE_CONTROL2_TIMEOUT |
           RP_PCI_PCIE_DEVICE_CONTROL2_TIMEOUT_DISABLE |
           RP_PCI_PCIE_DEVICE_CONTROL2_ID_ORDERED_REQUESTS |
           RP_PCI_PCIE_DEVICE_CONTROL2_ID_ORDERED_COMPLETIONS},
    {.offset = RP_PCI_PCIE_LINK_CAPABILITIES2, .width = 4, .ro = 0xffffffff},
    {.offset = RP_PCI_PCIE_LINK_CONTROL2, .width = 2, .ro = 0xffff},
    {.offset = RP_PCI_PCIE_LINK_STATUS2, .width = 2, .ro = 0xffff},
};

/* Version 1 ends where the function's kind needs no more: after the link registers. */
static uint16_t pcie_length(const struct vpci_site *site)
{
    const struct rp_vpci_state *state = site->view->state;
    const uint32_t capabilities =
        vpci_hw_read(state, site->offset + RP_PCI_PCIE_CAPABILITIES, 2);

    if (state->pcie_offset != site->offset)
        return 0;
    if (rp_field_get(RP_PCI_PCIE_CAPABILITIES_VERSION, capabilities) < 2)
        return RP_PCI_PCIE_SLOT_CAPABILITIES;
    return RP_PCI_PCIE_SIZE;
}

/* Sizes above 4096 bytes are reserved: such a write leaves the size as it is. */
static void set_read_request(struct rp_vpci_state *state, uint32_t control)
{
    enum {
        SIZE_4096 = 5,
    };
    const unsigned reg = state->pcie_offset + RP_PCI_PCIE_DEVICE_CONTROL;
    const uint32_t old = vpci_hw_read(state, reg, 2);
    const uint32_t size =
        rp_field_get(RP_PCI_PCIE_DEVICE_CONTROL_MAX_READ_REQUEST, control);
    const uint32_t value =
        rp_field_set(RP_PCI_PCIE_DEVICE_CONTROL_MAX_READ_REQUEST, old, size) &
        ~RP_PCI_PCIE_DEVICE_CONTROL_FLR;

    if (size <= SIZE_4096 && value != old)
        vpci_hw_write(state, reg, 2, value);
}

void vpci_device_control_write(struct rp_vpci_state *state, unsigned argument,
                               struct vpci_write write, struct rp_vpci_effects *effects,
                               uint32_t *shown)
{
    (void)argument;
    (void)shown;
    if (write.mask & RP_PCI_PCIE_DEVICE_CONTROL_MAX_READ_REQUEST)
        set_read_request(state, write.value);
    if (write.value & write.mask & RP_PCI_PCIE_DEVICE_CONTROL_FLR &&
        vpci_has_pcie_flr(state))
        effects->what |= RP_VPCI_EFFECT_FLR;
}

/* ---- Advanced features: Conventional PCI Advanced Capabilities ECN --------------- */

static const struct vpci_reg af_regs[] = {
    {.offset = RP_PCI_AF_LENGTH, .width = 1, .ro = 0xff},
    {.offset = RP_PCI_AF_CAPABILITIES,
     .width = 1,
     .ro = RP_PCI_AF_CAPABILITIES_TRANSACTIONS_PENDING | RP_PCI_AF_CAPABILITIES_FLR},
    {.offset = RP_PCI_AF_CONTROL, .width = 1, .handler = VPCI_AF_CONTROL},
    {.offset = RP_PCI_AF_STATUS, .width = 1, .ro = RP_PCI_AF_STATUS_TRANSACTIONS_PENDING},
};

void vpci_af_control_write(struct rp_vpci_state *state, unsigned argument,
                           struct vpci_write write, struct rp_vpci_effects *effects,
                           uint32_t *shown)
{
    (void)argument;
    (void)shown;
    if (write.value & write.mask & RP_PCI_AF_CONTROL_FLR && vpci_has_af_flr(state))
        effects->what |= RP_VPCI_EFFECT_FLR;
}

/* ---- Lengths that the function tells --------------------------------------------- */

/* 7.9.4: a byte after the pointer has the length, header included. */
static uint16_t vendor_length(const struct vpci_site *site)
{
    return (uint16_t)vpci_hw_read(site->view->state, site->offset + 2u, 1);
}

/* ---- The table ---------------------------------------------------------------- */

static const struct vpci_cap rows[] = {
    {.rule = {.id = RP_PCI_CAP_ID_PM,
              .guest = RP_VPCI_MODELLED,
              .hardware = RP_VPCI_MODELLED},
     .regs = pm_regs,
     .reg_count = COUNT(pm_regs),
     .size = RP_PCI_PM_SIZE},
    {.rule = {.id = RP_PCI_CAP_ID_VPD,
              .guest = RP_VPCI_MODELLED,
              .hardware = RP_VPCI_MODELLED,
              .unless = RP_VPCI_POLICY_VITAL_PRODUCT_DATA},
     .regs = vpd_regs,
     .reg_count = COUNT(vpd_regs) / 2,
     .size = RP_PCI_VPD_SIZE},
    {.rule = {.id = RP_PCI_CAP_ID_MSI,
              .guest = RP_VPCI_MODELLED,
              .hardware = RP_VPCI_MODELLED},
     .regs = msi_regs,
     .reg_count = COUNT(msi_regs),
     .length = vpci_msi_length,
     .claim = vpci_msi_claim},
    {.rule = {.id = RP_PCI_CAP_ID_PCIX,
              .guest = RP_VPCI_MODELLED,
              .hardware = RP_VPCI_READ_ONLY},
     .regs = pcix_regs,
     .reg_count = COUNT(pcix_regs),
     .size = RP_PCI_PCIX_SIZE},
    {.rule = {.id = RP_PCI_CAP_ID_VENDOR,
              .hardware = RP_VPCI_READ_ONLY,
              .unless = RP_VPCI_POLICY_VENDOR_SPECIFIC},
     .length = vendor_length},
    {.rule = {.id = RP_PCI_CAP_ID_DEBUG_PORT,
              .guest = RP_VPCI_READ_ONLY,
              .hardware = RP_VPCI_READ_ONLY},
     .size = 4},
    {.rule = {.id = RP_PCI_CAP_ID_BRIDGE_SUBSYSTEM,
              .guest = RP_VPCI_READ_ONLY,
              .hardware = RP_VPCI_READ_ONLY},
     .size = 8},
    {.rule = {.id = RP_PCI_CAP_ID_PCIE,
              .guest = RP_VPCI_MODELLED,
              .hardware = RP_VPCI_MODELLED},
     .regs = pcie_regs,
     .reg_count = COUNT(pcie_regs),
     .length = pcie_length},
    {.rule = {.id = RP_PCI_CAP_ID_MSIX,
              .guest = RP_VPCI_MODELLED,
              .hardware = RP_VPCI_MODELLED},
     .regs = msix_regs,
     .reg_count = COUNT(msix_regs),
     .length = vpci_msix_length,
     .claim = vpci_msix_claim},
    {.rule = {.id = RP_PCI_CAP_ID_SATA,
              .guest = RP_VPCI_READ_ONLY,
              .hardware = RP_VPCI_READ_ONLY},
     .size = 8},
    {.rule = {.id = RP_PCI_CAP_ID_ADVANCED_FEATURES,
              .guest = RP_VPCI_MODELLED,
              .hardware = RP_VPCI_MODELLED},
     .regs = af_regs,
     .reg_count = COUNT(af_regs),
     .size = RP_PCI_AF_SIZE},
};

static const struct vpci_cap unknown = {.rule = {.hardware = RP_VPCI_READ_ONLY}};

const struct vpci_cap_table vpci_caps = {rows, COUNT(rows),
                                         UINT64_C(1) << RP_PCI_CAP_ID_SECURE, &unknown};
