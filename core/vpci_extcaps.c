/* SPDX-License-Identifier: MIT */
/*
 * The extended capabilities: who sees which, and how its registers behave.
 *
 * PCI Express Base r5.0, 7.6 to 7.9.
 */
#include <rootport/pci_regs.h>
#include <rootport/vpci.h>

#include "vpci_internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Advanced Error Reporting: 7.8.4. Errors are the function's and are the domain's
 * to clear. What is done about them up the real path is not its business: masks,
 * severities and ECRC are its own bits. They are sticky, as in the function.
 */
static const struct vpci_reg aer_regs[] = {
    {.offset = RP_PCI_AER_UNCORRECTABLE_STATUS,
     .width = 4,
     .rw1c = RP_PCI_AER_UNCORRECTABLE},
    {.offset = RP_PCI_AER_UNCORRECTABLE_MASK,
     .width = 4,
     .virt = RP_PCI_AER_UNCORRECTABLE,
     .reset = RP_PCI_AER_UNCORRECTABLE_MASKED,
     .sticky = RP_PCI_AER_UNCORRECTABLE},
    {.offset = RP_PCI_AER_UNCORRECTABLE_SEVERITY,
     .width = 4,
     .virt = RP_PCI_AER_UNCORRECTABLE,
     .reset = RP_PCI_AER_UNCORRECTABLE_SEVERE,
     .sticky = RP_PCI_AER_UNCORRECTABLE},
    {.offset = RP_PCI_AER_CORRECTABLE_STATUS, .width = 4, .rw1c = RP_PCI_AER_CORRECTABLE},
    {.offset = RP_PCI_AER_CORRECTABLE_MASK,
     .width = 4,
     .virt = RP_PCI_AER_CORRECTABLE,
     .reset = RP_PCI_AER_CORRECTABLE_MASKED,
     .sticky = RP_PCI_AER_CORRECTABLE},
    {.offset = RP_PCI_AER_CONTROL,
     .width = 4,
     .ro = RP_PCI_AER_CONTROL_FIRST_ERROR | RP_PCI_AER_CONTROL_ECRC_CAPABLE,
     .virt = RP_PCI_AER_CONTROL_ECRC_ENABLE,
     .sticky = RP_PCI_AER_CONTROL_ECRC_ENABLE},
};

/*
 * The header of a request to the function has an address of the machine's, that of a
 * completion the number of its bus: a guest's log stays empty.
 */
static const struct vpci_reg header_log = {
    .offset = RP_PCI_AER_HEADER_LOG, .width = 4, .ro = 0xffffffff};

static void aer_claim(const struct vpci_site *site)
{
    if (site->view->state->role == RP_VPCI_ROLE_HARDWARE)
        for (unsigned at = 0; at < RP_PCI_AER_HEADER_LOG_SIZE; at += 4)
            vpci_claim(site->view, (uint16_t)(site->offset + at), &header_log, 0);
}

/* Power Budgeting: 7.8.1. The select register has no effect but on what is read. */
static const struct vpci_reg power_budgeting_regs[] = {
    {.offset = RP_PCI_POWER_BUDGETING_SELECT, .width = 1, .rw = 0xff},
    {.offset = RP_PCI_POWER_BUDGETING_DATA, .width = 4, .ro = 0xffffffff},
    {.offset = RP_PCI_POWER_BUDGETING_CAPABILITY, .width = 1, .ro = 0xff},
};

/*
 * SR-IOV: 9.3.3. Pages of 4 KiB alone are offered; VF migration, which nothing here
 * takes part in, isn't there.
 */
static const struct vpci_reg sriov_regs[] = {
    {.offset = RP_PCI_SRIOV_CONTROL, .width = 2, .handler = VPCI_SRIOV_CONTROL},
    {.offset = RP_PCI_SRIOV_INITIAL_VFS, .width = 4, .ro = 0xffffffff}, /* and TotalVFs */
    {.offset = RP_PCI_SRIOV_NUM_VFS,
     .width = 2,
     .ro = 0xffff,
     .handler = VPCI_SRIOV_NUM_VFS},
    {.offset = RP_PCI_SRIOV_VF_OFFSET, .width = 4, .ro = 0xffffffff}, /* and VF Stride */
    {.offset = RP_PCI_SRIOV_VF_DEVICE_ID, .width = 2, .ro = 0xffff},
    {.offset = RP_PCI_SRIOV_SUPPORTED_PAGE_SIZES,
     .width = 4,
     .value = RP_PCI_SRIOV_PAGE_SIZE_4K},
    {.offset = RP_PCI_SRIOV_SYSTEM_PAGE_SIZE,
     .width = 4,
     .value = RP_PCI_SRIOV_PAGE_SIZE_4K},
};

/* ---- Lengths that the function tells --------------------------------------------- */

static uint32_t read_at(const struct vpci_site *site, unsigned offset)
{
    return vpci_hw_read(site->view->state, site->offset + offset, 4);
}

/* 7.9.1: the resources; arbitration tables after them are not shown. */
static uint16_t vc_length(const struct vpci_site *site)
{
    const uint32_t count = rp_field_get(RP_PCI_VC_PORT_CAPABILITY1_COUNT,
                                        read_at(site, RP_PCI_VC_PORT_CAPABILITY1));

    return (uint16_t)(RP_PCI_VC_BASE_SIZE + (1 + count) * RP_PCI_VC_RESOURCE_SIZE);
}

/* 7.7.8: the egress control vector has a bit for each port. */
static uint16_t acs_length(const struct vpci_site *site)
{
    const uint32_t capability = read_at(site, RP_PCI_ACS_CAPABILITY);
    uint32_t bits = rp_field_get(RP_PCI_ACS_CAPABILITY_EGRESS_SIZE, capability);

    if (!(capability & RP_PCI_ACS_CAPABILITY_EGRESS))
        return RP_PCI_ACS_BASE_SIZE;
    if (bits == 0)
        bits = 256;
    return (uint16_t)(RP_PCI_ACS_BASE_SIZE + (bits + 31) / 32 * 4);
}

/* 7.9.5, 7.9.6: the length of a vendor's capability, header included. */
static uint16_t vendor_length(const struct vpci_site *site)
{
    return (uint16_t)rp_field_get(RP_PCI_VENDOR_SPECIFIC_LENGTH,
                                  read_at(site, RP_PCI_VENDOR_SPECIFIC_HEADER));
}

enum {
    LANES_MAX = 32,
};

static unsigned lane_count(const struct vpci_site *site)
{
    const struct rp_vpci_state *state = site->view->state;
    const unsigned reg = state->pcie_offset + RP_PCI_PCIE_LINK_CAPABILITIES;

    if (!state->pcie_offset)
        return 0;
    return rp_field_get(RP_PCI_PCIE_LINK_CAPABILITIES_WIDTH, vpci_hw_read(state, reg, 4));
}

/* @size bytes, and @a_lane bytes for each lane, in whole dwords; 0 without a link. */
static uint16_t lane_length(const struct vpci_site *site, unsigned size, unsigned a_lane)
{
    const unsigned lanes = lane_count(site);

    if (lanes == 0 || lanes > LANES_MAX)
        return 0;
    return (uint16_t)(size + (lanes * a_lane + 3) / 4 * 4);
}

static uint16_t secondary_pcie_length(const struct vpci_site *site)
{
    return lane_length(site, RP_PCI_SECONDARY_PCIE_BASE_SIZE, 2);
}

static uint16_t physical_layer_length(const struct vpci_site *site)
{
    return lane_length(site, RP_PCI_16GTS_BASE_SIZE, 1);
}

/* ---- The table ---------------------------------------------------------------- */

static const struct vpci_cap rows[] = {
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_AER,
              .guest = RP_VPCI_MODELLED,
              .hardware = RP_VPCI_MODELLED},
     .regs = aer_regs,
     .reg_count = COUNT(aer_regs),
     .size = RP_PCI_AER_ENDPOINT_SIZE,
     .claim = aer_claim},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_VC,
              .guest = RP_VPCI_READ_ONLY,
              .hardware = RP_VPCI_READ_ONLY},
     .length = vc_length},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_SERIAL_NUMBER,
              .guest = RP_VPCI_READ_ONLY,
              .hardware = RP_VPCI_READ_ONLY},
     .size = RP_PCI_SERIAL_NUMBER_SIZE},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_POWER_BUDGETING,
              .guest = RP_VPCI_MODELLED,
              .hardware = RP_VPCI_MODELLED},
     .regs = power_budgeting_regs,
     .reg_count = COUNT(power_budgeting_regs),
     .size = RP_PCI_POWER_BUDGETING_SIZE},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_VENDOR,
              .hardware = RP_VPCI_READ_ONLY,
              .unless = RP_VPCI_POLICY_VENDOR_SPECIFIC},
     .length = vendor_length},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_ACS,
              .guest = RP_VPCI_READ_ONLY,
              .hardware = RP_VPCI_READ_ONLY},
     .length = acs_length},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_ARI,
              .guest = RP_VPCI_MODELLED,
              .hardware = RP_VPCI_READ_ONLY},
     .size = RP_PCI_ARI_SIZE},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_SRIOV,
              .guest = RP_VPCI_MODELLED,
              .hardware = RP_VPCI_MODELLED},
     .regs = sriov_regs,
     .reg_count = COUNT(sriov_regs),
     .length = vpci_sriov_length,
     .claim = vpci_sriov_claim},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_RESIZABLE_BAR,
              .guest = RP_VPCI_MODELLED,
              .hardware = RP_VPCI_MODELLED},
     .length = vpci_rebar_length,
     .claim = vpci_rebar_claim},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_SECONDARY_PCIE,
              .guest = RP_VPCI_READ_ONLY,
              .hardware = RP_VPCI_READ_ONLY},
     .length = secondary_pcie_length},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_PTM,
              .guest = RP_VPCI_READ_ONLY,
              .hardware = RP_VPCI_READ_ONLY},
     .size = RP_PCI_PTM_SIZE},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_DVSEC,
              .hardware = RP_VPCI_READ_ONLY,
              .unless = RP_VPCI_POLICY_VENDOR_SPECIFIC},
     .length = vendor_length},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_DATA_LINK_FEATURE,
              .guest = RP_VPCI_READ_ONLY,
              .hardware = RP_VPCI_READ_ONLY},
     .size = RP_PCI_DATA_LINK_FEATURE_SIZE},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_16GTS,
              .guest = RP_VPCI_READ_ONLY,
              .hardware = RP_VPCI_READ_ONLY},
     .length = physical_layer_length},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_32GTS,
              .guest = RP_VPCI_READ_ONLY,
              .hardware = RP_VPCI_READ_ONLY},
     .length = physical_layer_length},
};

static const struct vpci_cap unknown = {
    .rule = {.list = RP_VPCI_LIST_EXTENDED, .hardware = RP_VPCI_READ_ONLY}};

/* A kernel that resizes VF BARs takes a size that it has written for the one there is. */
#define NOBODYS                                                                          \
    (UINT64_C(1) << RP_PCI_EXTCAP_ID_ATS | UINT64_C(1) << RP_PCI_EXTCAP_ID_PRI |         \
     UINT64_C(1) << RP_PCI_EXTCAP_ID_PASID |                                             \
     UINT64_C(1) << RP_PCI_EXTCAP_ID_VF_RESIZABLE_BAR)

const struct vpci_cap_table vpci_extcaps = {rows, COUNT(rows), NOBODYS, &unknown};
