/* SPDX-License-Identifier: MIT */
/*
 * The capabilities by name, and why a view treats each as it does: for people.
 * What decides stands in vpci_caps.c and vpci_extcaps.c; a capability that has no
 * row there is treated like any other.
 *
 * Apart from them so that an embedder who prints nothing of it carries none of it.
 */
#include <rootport/pci_regs.h>
#include <rootport/vpci.h>

static const char as_guest[] = "as for a guest: the hypervisor owns what is below it";
static const char as_it_is[] = "the machine as it is";
static const char vf_bars[] = "VF BARs keep the size that they have";

/* Sorted by list and ID; the last of each list is for any other ID. */
static const struct rp_vpci_words rows[] = {
    {RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_PM, "Power Management",
     "D0 and D3hot are the domain's: asleep, no BAR is mapped; the function stays in D0; "
     "no PME",
     as_guest},
    {RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_AGP, "AGP",
     "its aperture is an address translation of its own", as_it_is},
    {RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_VPD, "Vital Product Data",
     "can be read; a store, which would outlive the assignment, never ends unless the "
     "policy lets it",
     as_guest},
    {RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_SLOT_ID, "Slot Identification",
     "describes a bridge's chassis", as_it_is},
    {RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_MSI, "MSI",
     "address and data are the domain's, the function's are remapped", as_guest},
    {RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_COMPACT_PCI_HOT_SWAP, "CompactPCI Hot Swap",
     "acts on the machine's slot", as_it_is},
    {RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_PCIX, "PCI-X",
     "tells what the function can and its errors, but not where it is; its settings are "
     "the machine's",
     as_it_is},
    {RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_HYPERTRANSPORT, "HyperTransport",
     "acts on the machine's links and interrupts", as_it_is},
    {RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_VENDOR, "Vendor-Specific",
     "nobody but its vendor knows what it does", as_it_is},
    {RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_DEBUG_PORT, "Debug Port", "an offset in a BAR",
     as_it_is},
    {RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_COMPACT_PCI_RESOURCE,
     "CompactPCI Resource Control", "acts on the machine's resources", as_it_is},
    {RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_HOTPLUG, "Hot-Plug",
     "acts on the machine's slots", as_it_is},
    {RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_BRIDGE_SUBSYSTEM, "Bridge Subsystem Vendor ID",
     "identity, without an effect", as_it_is},
    {RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_AGP8X, "AGP 8x",
     "its aperture is an address translation of its own", as_it_is},
    {RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_SECURE, "Secure Device",
     "the IOMMU is the hypervisor's", "the IOMMU is the hypervisor's"},
    {RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_PCIE, "PCI Express",
     "FLR is run by the hypervisor; what depends on the real path is the domain's own "
     "bit; the link is read-only",
     as_guest},
    {RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_MSIX, "MSI-X",
     "the table is the domain's, the function's is remapped", as_guest},
    {RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_SATA, "SATA Data/Index", "an offset in a BAR",
     as_it_is},
    {RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_ADVANCED_FEATURES, "Advanced Features",
     "FLR is run by the hypervisor", as_guest},
    {RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_ENHANCED_ALLOCATION, "Enhanced Allocation",
     "names host addresses", as_it_is},
    {RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_FLATTENING_PORTAL, "Flattening Portal Bridge",
     "a bridge's routing", as_it_is},
    {RP_VPCI_LIST_STANDARD, RP_VPCI_ID_OTHER, "any other", "nobody knows what it does",
     as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_AER, "Advanced Error Reporting",
     "errors are the function's; masks, severities and ECRC the domain's own, and by "
     "those the virtual root port receives messages; no header log, which has addresses "
     "of the machine",
     "as for a guest, and the header log"},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_VC, "Virtual Channel",
     "the channels are set up for the real path", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_SERIAL_NUMBER, "Device Serial Number",
     "identity, without an effect", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_POWER_BUDGETING, "Power Budgeting",
     "can be read; nothing can be set", as_guest},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_RC_LINK_DECLARATION,
     "Root Complex Link Declaration",
     "names the machine's root complex and its addresses", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_RC_LINK_CONTROL,
     "Root Complex Internal Link Control", "acts on the machine's links", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_EVENT_COLLECTOR,
     "Root Complex Event Collector Endpoint Association",
     "names other functions of the machine", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_MFVC, "Multi-Function Virtual Channel",
     "shared by all functions of the device", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_VC_MFVC, "Virtual Channel (with MFVC)",
     "shared by all functions of the device", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_RCRB, "RCRB Header",
     "names the machine's root complex", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_VENDOR, "Vendor-Specific",
     "nobody but its vendor knows what it does", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_CONFIG_ACCESS,
     "Configuration Access Correlation", "correlates accesses of the machine", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_ACS, "Access Control Services",
     "isolation is the hypervisor's to set", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_ARI, "Alternative Routing-ID Interpretation",
     "the function is the only one of its device: no next one, no function groups",
     as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_ATS, "Address Translation Services",
     "lets the function address memory untranslated; the IOMMU is not set up for it",
     "the IOMMU is not set up for it"},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_SRIOV, "Single Root I/O Virtualization",
     "if the launch configuration lets it: as for the hardware domain, but VF BARs lead "
     "nowhere, and ARI and dependencies are not there",
     "virtual functions are turned on and off if nobody else is harmed; pages of 4 KiB; "
     "no "
     "migration"},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_MRIOV, "Multi-Root I/O Virtualization",
     "shares the function among machines", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_MULTICAST, "Multicast",
     "sends writes to other functions' addresses", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_PRI, "Page Request", "needs ATS",
     "needs ATS"},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_RESIZABLE_BAR, "Resizable BAR",
     "offers the sizes that there is room for on both sides; not there without a choice",
     "offers the size that firmware has set: BARs move, but do not grow"},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_DPA, "Dynamic Power Allocation",
     "the machine's power is not a domain's", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_TPH, "TPH Requester",
     "steers writes into caches of other domains' CPUs", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_LTR, "Latency Tolerance Reporting",
     "acts on the machine's power management", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_SECONDARY_PCIE, "Secondary PCI Express",
     "the link is the machine's", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_PMUX, "Protocol Multiplexing",
     "acts on the machine's link", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_PASID, "Process Address Space ID",
     "the IOMMU is not set up for it", "the IOMMU is not set up for it"},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_LN_REQUESTER, "LN Requester",
     "registers with the machine's root complex", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_DPC, "Downstream Port Containment",
     "a port's", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_L1_PM_SUBSTATES, "L1 PM Substates",
     "acts on the machine's link", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_PTM, "Precision Time Measurement",
     "the clock is set up for the real path", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_M_PCIE, "PCI Express over M-PHY",
     "acts on the machine's link", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_FRS_QUEUEING, "FRS Queueing", "a port's",
     as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_READINESS_TIME, "Readiness Time Reporting",
     "a reset by the hypervisor takes longer", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_DVSEC, "Designated Vendor-Specific",
     "nobody but its vendor knows what it does; CXL is one", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_VF_RESIZABLE_BAR, "VF Resizable BAR",
     vf_bars, vf_bars},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_DATA_LINK_FEATURE, "Data Link Feature",
     "the link is the machine's", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_16GTS, "Physical Layer 16.0 GT/s",
     "the link is the machine's", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_LANE_MARGINING,
     "Lane Margining at the Receiver", "acts on the machine's link", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_HIERARCHY_ID, "Hierarchy ID",
     "names the machine", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_NPEM, "Native PCIe Enclosure Management",
     "the enclosure is the machine's", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_32GTS, "Physical Layer 32.0 GT/s",
     "the link is the machine's", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_ALTERNATE_PROTOCOL, "Alternate Protocol",
     "acts on the machine's link", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_SFI, "System Firmware Intermediary",
     "a port's, and the machine's firmware's", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_SHADOW_FUNCTIONS, "Shadow Functions",
     "sends under requester IDs that the IOMMU is not set up for", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_DOE, "Data Object Exchange",
     "a mailbox to the device's firmware, which all its functions share", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_DEVICE3, "Device 3",
     "depends on the real path", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_IDE, "Integrity and Data Encryption",
     "the keys of the link are the machine's", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_64GTS, "Physical Layer 64.0 GT/s",
     "acts on the machine's link", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_FLIT_LOGGING, "Flit Logging",
     "the link is the machine's", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_FLIT_PERFORMANCE,
     "Flit Performance Measurement", "acts on the machine's link", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_FLIT_ERROR_INJECTION, "Flit Error Injection",
     "breaks the machine's link on purpose", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_STREAMLINED_VC,
     "Streamlined Virtual Channel", "shared by all functions of the device", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_MMIO_REGISTER_BLOCK,
     "MMIO Register Block Locator", "leads to registers that nobody here knows",
     as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_NOP_FLIT, "NOP Flit",
     "acts on the machine's link", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_SIOV, "Scalable I/O Virtualization",
     "needs PASID", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_128GTS, "Physical Layer 128.0 GT/s",
     "acts on the machine's link", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_CAPTURED_DATA, "Captured Data",
     "tells of the path to the function", as_it_is},
    {RP_VPCI_LIST_EXTENDED, RP_VPCI_ID_OTHER, "any other", "nobody knows what it does",
     as_it_is},
};

const struct rp_vpci_words *rp_vpci_words(size_t index)
{
    return index < sizeof(rows) / sizeof(rows[0]) ? &rows[index] : NULL;
}

const struct rp_vpci_words *rp_vpci_words_of(enum rp_vpci_list list, uint16_t id)
{
    const struct rp_vpci_words *other = NULL;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].list != list)
            continue;
        if (rows[i].id == id)
            return &rows[i];
        other = &rows[i];
    }
    return other;
}
