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
    {.offset = RP_PCI_AER_HEADER_LOG, .width = 4, .ro = 0xffffffff},
    {.offset = RP_PCI_AER_HEADER_LOG + 4, .width = 4, .ro = 0xffffffff},
    {.offset = RP_PCI_AER_HEADER_LOG + 8, .width = 4, .ro = 0xffffffff},
    {.offset = RP_PCI_AER_HEADER_LOG + 12, .width = 4, .ro = 0xffffffff},
};

/* Power Budgeting: 7.8.1. The select register has no effect but on what is read. */
static const struct vpci_reg power_budgeting_regs[] = {
    {.offset = RP_PCI_POWER_BUDGETING_SELECT, .width = 1, .rw = 0xff},
    {.offset = RP_PCI_POWER_BUDGETING_DATA, .width = 4, .ro = 0xffffffff},
    {.offset = RP_PCI_POWER_BUDGETING_CAPABILITY, .width = 1, .ro = 0xff},
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
    const uint16_t length = (uint16_t)rp_field_get(
        RP_PCI_VENDOR_SPECIFIC_LENGTH, read_at(site, RP_PCI_VENDOR_SPECIFIC_HEADER));
    const uint16_t room = (uint16_t)(site->limit - site->offset);

    return length < room ? length : room;
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

static const char as_guest[] = "as for a guest: the hypervisor owns what is below it";
static const char as_it_is[] = "the machine as it is";

static const struct vpci_cap rows[] = {
    {.rule =
         {.list = RP_VPCI_LIST_EXTENDED,
          .id = RP_PCI_EXTCAP_ID_AER,
          .name = "Advanced Error Reporting",
          .guest = RP_VPCI_MODELLED,
          .hardware = RP_VPCI_MODELLED,
          .guest_reason =
              "errors are the function's; masks, severities and ECRC the domain's own",
          .hardware_reason = as_guest},
     .regs = aer_regs,
     .reg_count = COUNT(aer_regs),
     .size = RP_PCI_AER_ENDPOINT_SIZE},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_VC,
              .name = "Virtual Channel",
              .guest = RP_VPCI_READ_ONLY,
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "the channels are set up for the real path",
              .hardware_reason = as_it_is},
     .length = vc_length},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_SERIAL_NUMBER,
              .name = "Device Serial Number",
              .guest = RP_VPCI_READ_ONLY,
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "identity, without an effect",
              .hardware_reason = as_it_is},
     .size = RP_PCI_SERIAL_NUMBER_SIZE},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_POWER_BUDGETING,
              .name = "Power Budgeting",
              .guest = RP_VPCI_MODELLED,
              .hardware = RP_VPCI_MODELLED,
              .guest_reason = "can be read; nothing can be set",
              .hardware_reason = as_guest},
     .regs = power_budgeting_regs,
     .reg_count = COUNT(power_budgeting_regs),
     .size = RP_PCI_POWER_BUDGETING_SIZE},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_RC_LINK_DECLARATION,
              .name = "Root Complex Link Declaration",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "names the machine's root complex and its addresses",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_RC_LINK_CONTROL,
              .name = "Root Complex Internal Link Control",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "acts on the machine's links",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_EVENT_COLLECTOR,
              .name = "Root Complex Event Collector Endpoint Association",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "names other functions of the machine",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_MFVC,
              .name = "Multi-Function Virtual Channel",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "shared by all functions of the device",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_VC_MFVC,
              .name = "Virtual Channel (with MFVC)",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "shared by all functions of the device",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_RCRB,
              .name = "RCRB Header",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "names the machine's root complex",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_VENDOR,
              .name = "Vendor-Specific",
              .hardware = RP_VPCI_READ_ONLY,
              .unless = RP_VPCI_POLICY_VENDOR_SPECIFIC,
              .guest_reason = "nobody but its vendor knows what it does",
              .hardware_reason = as_it_is},
     .length = vendor_length},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_CONFIG_ACCESS,
              .name = "Configuration Access Correlation",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "correlates accesses of the machine",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_ACS,
              .name = "Access Control Services",
              .guest = RP_VPCI_READ_ONLY,
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "isolation is the hypervisor's to set",
              .hardware_reason = as_it_is},
     .length = acs_length},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_ARI,
              .name = "Alternative Routing-ID Interpretation",
              .guest = RP_VPCI_MODELLED,
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "the function is the only one of its device: no next one, "
                              "no function groups",
              .hardware_reason = as_it_is},
     .size = RP_PCI_ARI_SIZE},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_ATS,
              .name = "Address Translation Services",
              .guest_reason = "lets the function address memory untranslated; the IOMMU "
                              "is not set up for it",
              .hardware_reason = "the IOMMU is not set up for it"}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_SRIOV,
              .name = "Single Root I/O Virtualization",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "makes functions that nobody assigned",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_MRIOV,
              .name = "Multi-Root I/O Virtualization",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "shares the function among machines",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_MULTICAST,
              .name = "Multicast",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "sends writes to other functions' addresses",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_PRI,
              .name = "Page Request",
              .guest_reason = "needs ATS",
              .hardware_reason = "needs ATS"}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_RESIZABLE_BAR,
              .name = "Resizable BAR",
              .guest = RP_VPCI_MODELLED,
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "offers the sizes that there is room for on both sides; "
                              "not there without a choice",
              .hardware_reason = as_it_is},
     .length = vpci_rebar_length,
     .claim = vpci_rebar_claim},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_DPA,
              .name = "Dynamic Power Allocation",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "the machine's power is not a domain's",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_TPH,
              .name = "TPH Requester",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "steers writes into caches of other domains' CPUs",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_LTR,
              .name = "Latency Tolerance Reporting",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "acts on the machine's power management",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_SECONDARY_PCIE,
              .name = "Secondary PCI Express",
              .guest = RP_VPCI_READ_ONLY,
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "the link is the machine's",
              .hardware_reason = as_it_is},
     .length = secondary_pcie_length},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_PMUX,
              .name = "Protocol Multiplexing",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "acts on the machine's link",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_PASID,
              .name = "Process Address Space ID",
              .guest_reason = "the IOMMU is not set up for it",
              .hardware_reason = "the IOMMU is not set up for it"}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_LN_REQUESTER,
              .name = "LN Requester",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "registers with the machine's root complex",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_DPC,
              .name = "Downstream Port Containment",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "a port's",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_L1_PM_SUBSTATES,
              .name = "L1 PM Substates",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "acts on the machine's link",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_PTM,
              .name = "Precision Time Measurement",
              .guest = RP_VPCI_READ_ONLY,
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "the clock is set up for the real path",
              .hardware_reason = as_it_is},
     .size = RP_PCI_PTM_SIZE},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_FRS_QUEUEING,
              .name = "FRS Queueing",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "a port's",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_READINESS_TIME,
              .name = "Readiness Time Reporting",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "a reset by the hypervisor takes longer",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_DVSEC,
              .name = "Designated Vendor-Specific",
              .hardware = RP_VPCI_READ_ONLY,
              .unless = RP_VPCI_POLICY_VENDOR_SPECIFIC,
              .guest_reason = "nobody but its vendor knows what it does; CXL is one",
              .hardware_reason = as_it_is},
     .length = vendor_length},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_VF_RESIZABLE_BAR,
              .name = "VF Resizable BAR",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "needs SR-IOV",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_DATA_LINK_FEATURE,
              .name = "Data Link Feature",
              .guest = RP_VPCI_READ_ONLY,
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "the link is the machine's",
              .hardware_reason = as_it_is},
     .size = RP_PCI_DATA_LINK_FEATURE_SIZE},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_16GTS,
              .name = "Physical Layer 16.0 GT/s",
              .guest = RP_VPCI_READ_ONLY,
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "the link is the machine's",
              .hardware_reason = as_it_is},
     .length = physical_layer_length},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_LANE_MARGINING,
              .name = "Lane Margining at the Receiver",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "acts on the machine's link",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_HIERARCHY_ID,
              .name = "Hierarchy ID",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "names the machine",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_NPEM,
              .name = "Native PCIe Enclosure Management",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "the enclosure is the machine's",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_32GTS,
              .name = "Physical Layer 32.0 GT/s",
              .guest = RP_VPCI_READ_ONLY,
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "the link is the machine's",
              .hardware_reason = as_it_is},
     .length = physical_layer_length},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_ALTERNATE_PROTOCOL,
              .name = "Alternate Protocol",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "acts on the machine's link",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_SFI,
              .name = "System Firmware Intermediary",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "a port's, and the machine's firmware's",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_SHADOW_FUNCTIONS,
              .name = "Shadow Functions",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason =
                  "sends under requester IDs that the IOMMU is not set up for",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_DOE,
              .name = "Data Object Exchange",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason =
                  "a mailbox to the device's firmware, which all its functions share",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_DEVICE3,
              .name = "Device 3",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "depends on the real path",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_IDE,
              .name = "Integrity and Data Encryption",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "the keys of the link are the machine's",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_64GTS,
              .name = "Physical Layer 64.0 GT/s",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "acts on the machine's link",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_FLIT_LOGGING,
              .name = "Flit Logging",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "the link is the machine's",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_FLIT_PERFORMANCE,
              .name = "Flit Performance Measurement",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "acts on the machine's link",
              .hardware_reason = as_it_is}},
    {.rule = {.list = RP_VPCI_LIST_EXTENDED,
              .id = RP_PCI_EXTCAP_ID_FLIT_ERROR_INJECTION,
              .name = "Flit Error Injection",
              .hardware = RP_VPCI_READ_ONLY,
              .guest_reason = "breaks the machine's link on purpose",
              .hardware_reason = as_it_is}},
};

static const struct vpci_cap unknown = {
    .rule = {.list = RP_VPCI_LIST_EXTENDED,
             .name = "any other",
             .hardware = RP_VPCI_READ_ONLY,
             .guest_reason = "nobody knows what it does",
             .hardware_reason = as_it_is},
};

const struct vpci_cap_table vpci_extcaps = {rows, COUNT(rows), &unknown};
