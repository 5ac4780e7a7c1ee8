/* SPDX-License-Identifier: MIT */
/*
 * Register vocabulary of configuration space, one block per chapter of the
 * specifications.
 *
 * Offsets are enumerators, so that a program that includes another vocabulary
 * as well fails to compile instead of mixing the two; masks are macros, since
 * bit 31 fits no enumerator. Offsets inside a capability are relative to its
 * header. Fields are taken and set with rp_field_get() and rp_field_set().
 *
 * Unless a block says otherwise: PCI Express Base r5.0, chapter 7.
 */
#ifndef ROOTPORT_PCI_REGS_H
#define ROOTPORT_PCI_REGS_H

#include <stdint.h>

/* The field of @value that @mask names, moved to bit 0. @mask: contiguous, not zero. */
static inline uint32_t rp_field_get(uint32_t mask, uint32_t value)
{
    return (value & mask) / (mask & (~mask + 1u));
}

/* @value with the field that @mask names replaced by @field; excess bits are dropped. */
static inline uint32_t rp_field_set(uint32_t mask, uint32_t value, uint32_t field)
{
    return (value & ~mask) | (field * (mask & (~mask + 1u)) & mask);
}

/* What a read returns when nothing answers. */
#define RP_PCI_ALL_ONES 0xffffffffu

/* Configuration mechanism #1: PCI Local Bus r3.0, 3.2.2.3.2 */
enum {
    RP_PCI_CONFIG_ADDRESS = 0xcf8,
    RP_PCI_CONFIG_DATA = 0xcfc,
};
#define RP_PCI_CONFIG_ADDRESS_ENABLE   0x80000000u
#define RP_PCI_CONFIG_ADDRESS_BUS      0x00ff0000u
#define RP_PCI_CONFIG_ADDRESS_DEVFN    0x0000ff00u
#define RP_PCI_CONFIG_ADDRESS_REGISTER 0x000000fcu
/* Bits 11:8 of the register, on AMD family 10h and up: BKDG 31116, 2.11 */
#define RP_PCI_CONFIG_ADDRESS_REGISTER_UPPER 0x0f000000u

/* Header, common part: 7.5.1.1 */
enum {
    RP_PCI_VENDOR_ID = 0x00,
    RP_PCI_DEVICE_ID = 0x02,
    RP_PCI_COMMAND = 0x04,
    RP_PCI_STATUS = 0x06,
    RP_PCI_REVISION_ID = 0x08,
    RP_PCI_CLASS_PROGRAMMING_INTERFACE = 0x09,
    RP_PCI_CLASS_DEVICE = 0x0a, /* sub-class and base class, 16 bits */
    RP_PCI_CACHE_LINE_SIZE = 0x0c,
    RP_PCI_LATENCY_TIMER = 0x0d,
    RP_PCI_HEADER_TYPE = 0x0e,
    RP_PCI_BIST = 0x0f,
    RP_PCI_CAPABILITIES_POINTER = 0x34,
    RP_PCI_INTERRUPT_LINE = 0x3c,
    RP_PCI_INTERRUPT_PIN = 0x3d,
};
enum {
    RP_PCI_VENDOR_NONE = 0xffff,      /* nothing answers, or a virtual function */
    RP_PCI_VENDOR_NOT_READY = 0x0001, /* request retry status made visible: 2.3.2 */
};
#define RP_PCI_COMMAND_IO                   0x0001u
#define RP_PCI_COMMAND_MEMORY               0x0002u
#define RP_PCI_COMMAND_BUS_MASTER           0x0004u
#define RP_PCI_COMMAND_SPECIAL_CYCLES       0x0008u
#define RP_PCI_COMMAND_MEMORY_INVALIDATE    0x0010u
#define RP_PCI_COMMAND_VGA_PALETTE_SNOOP    0x0020u
#define RP_PCI_COMMAND_PARITY_RESPONSE      0x0040u
#define RP_PCI_COMMAND_SERR                 0x0100u
#define RP_PCI_COMMAND_FAST_BACK_TO_BACK    0x0200u
#define RP_PCI_COMMAND_INTX_DISABLE         0x0400u
#define RP_PCI_STATUS_IMMEDIATE_READINESS   0x0001u
#define RP_PCI_STATUS_INTX                  0x0008u
#define RP_PCI_STATUS_CAPABILITIES          0x0010u
#define RP_PCI_STATUS_66MHZ                 0x0020u
#define RP_PCI_STATUS_FAST_BACK_TO_BACK     0x0080u
#define RP_PCI_STATUS_MASTER_PARITY_ERROR   0x0100u
#define RP_PCI_STATUS_DEVSEL                0x0600u
#define RP_PCI_STATUS_SIGNALED_TARGET_ABORT 0x0800u
#define RP_PCI_STATUS_RECEIVED_TARGET_ABORT 0x1000u
#define RP_PCI_STATUS_RECEIVED_MASTER_ABORT 0x2000u
#define RP_PCI_STATUS_SIGNALED_SYSTEM_ERROR 0x4000u
#define RP_PCI_STATUS_PARITY_ERROR          0x8000u
#define RP_PCI_HEADER_TYPE_LAYOUT           0x7fu
#define RP_PCI_HEADER_TYPE_MULTIFUNCTION    0x80u
enum {
    RP_PCI_LAYOUT_ENDPOINT = 0, /* type 0 */
    RP_PCI_LAYOUT_BRIDGE = 1,   /* type 1 */
    RP_PCI_LAYOUT_CARDBUS = 2,  /* type 2 */
};

/* Class codes that decide something here: PCI Code and ID Assignment r1.11 */
enum {
    RP_PCI_CLASS_IDE = 0x0101,
    RP_PCI_CLASS_VGA = 0x0300,
    RP_PCI_BASE_CLASS_MEMORY = 0x05,
    RP_PCI_BASE_CLASS_BRIDGE = 0x06,
    RP_PCI_CLASS_HOST_BRIDGE = 0x0600,
    RP_PCI_CLASS_PCI_BRIDGE = 0x0604,
    RP_PCI_BASE_CLASS_SYSTEM = 0x08,
    RP_PCI_CLASS_INTERRUPT_CONTROLLER = 0x0800,
    RP_PCI_CLASS_RTC = 0x0803, /* DMA controllers and timers have the two before it */
    RP_PCI_CLASS_IOMMU = 0x0806,
    RP_PCI_BASE_CLASS_PROCESSOR = 0x0b,
    RP_PCI_BASE_CLASS_SERIAL_BUS = 0x0c,
    RP_PCI_CLASS_USB = 0x0c03,
};

/* Base address registers: 7.5.1.2.1 */
enum {
    RP_PCI_BAR0 = 0x10,
    RP_PCI_ENDPOINT_BAR_COUNT = 6,
    RP_PCI_BRIDGE_BAR_COUNT = 2,
};
#define RP_PCI_BAR_IO             0x00000001u
#define RP_PCI_BAR_IO_ADDRESS     0xfffffffcu
#define RP_PCI_BAR_TYPE           0x00000006u /* memory BARs: enumerators below */
#define RP_PCI_BAR_PREFETCHABLE   0x00000008u
#define RP_PCI_BAR_MEMORY_ADDRESS 0xfffffff0u
enum {
    RP_PCI_BAR_TYPE_32BIT = 0,
    RP_PCI_BAR_TYPE_64BIT = 2,
};

/* Type 0 header: 7.5.1.2 */
enum {
    RP_PCI_CARDBUS_CIS = 0x28,
    RP_PCI_SUBSYSTEM_VENDOR_ID = 0x2c,
    RP_PCI_SUBSYSTEM_ID = 0x2e,
    RP_PCI_EXPANSION_ROM = 0x30,
    RP_PCI_MIN_GNT = 0x3e,
    RP_PCI_MAX_LAT = 0x3f,
};
#define RP_PCI_EXPANSION_ROM_ENABLE  0x00000001u
#define RP_PCI_EXPANSION_ROM_ADDRESS 0xfffff800u

/* Type 1 header: 7.5.1.3 */
enum {
    RP_PCI_PRIMARY_BUS = 0x18,
    RP_PCI_SECONDARY_BUS = 0x19,
    RP_PCI_SUBORDINATE_BUS = 0x1a,
    RP_PCI_SECONDARY_LATENCY_TIMER = 0x1b,
    RP_PCI_IO_BASE = 0x1c,
    RP_PCI_IO_LIMIT = 0x1d,
    RP_PCI_SECONDARY_STATUS = 0x1e,
    RP_PCI_MEMORY_BASE = 0x20,
    RP_PCI_MEMORY_LIMIT = 0x22,
    RP_PCI_PREFETCHABLE_BASE = 0x24,
    RP_PCI_PREFETCHABLE_LIMIT = 0x26,
    RP_PCI_PREFETCHABLE_BASE_UPPER = 0x28,
    RP_PCI_PREFETCHABLE_LIMIT_UPPER = 0x2c,
    RP_PCI_IO_BASE_UPPER = 0x30,
    RP_PCI_IO_LIMIT_UPPER = 0x32,
    RP_PCI_BRIDGE_EXPANSION_ROM = 0x38,
    RP_PCI_BRIDGE_CONTROL = 0x3e,
};
#define RP_PCI_BRIDGE_WINDOW_TYPE             0x000fu /* of I/O (in 8 bits) and prefetchable */
#define RP_PCI_BRIDGE_WINDOW_64BIT            0x0001u /* type of a prefetchable one */
#define RP_PCI_BRIDGE_WINDOW_ADDRESS          0xfff0u /* bits 31:20 of the address */
#define RP_PCI_BRIDGE_IO_ADDRESS              0x00f0u /* bits 15:12, in 8 bits */
#define RP_PCI_BRIDGE_IO_UNIT                 0x1000u /* of I/O windows */
#define RP_PCI_BRIDGE_CONTROL_PARITY_RESPONSE 0x0001u
#define RP_PCI_BRIDGE_CONTROL_SERR            0x0002u
#define RP_PCI_BRIDGE_CONTROL_ISA             0x0004u
#define RP_PCI_BRIDGE_CONTROL_VGA             0x0008u
#define RP_PCI_BRIDGE_CONTROL_VGA_16BIT       0x0010u
#define RP_PCI_BRIDGE_CONTROL_SECONDARY_RESET 0x0040u

/* Type 2 header, of which only the list matters here: PC Card r8.0, 4.5 */
enum {
    RP_PCI_CARDBUS_CAPABILITIES_POINTER = 0x14,
};

/* Capability list: 7.5.1.1.11, PCI Local Bus r3.0, 6.7 */
enum {
    RP_PCI_CAPABILITIES_BASE = 0x40,
    RP_PCI_CAP_ID = 0x00,
    RP_PCI_CAP_NEXT = 0x01,
};
/* Bits 1:0 of a link are reserved: software must mask them. */
#define RP_PCI_CAP_NEXT_OFFSET 0xfcu
enum {
    RP_PCI_CAP_ID_NULL = 0x00,
    RP_PCI_CAP_ID_PM = 0x01,
    RP_PCI_CAP_ID_AGP = 0x02,
    RP_PCI_CAP_ID_VPD = 0x03,
    RP_PCI_CAP_ID_SLOT_ID = 0x04,
    RP_PCI_CAP_ID_MSI = 0x05,
    RP_PCI_CAP_ID_COMPACT_PCI_HOT_SWAP = 0x06,
    RP_PCI_CAP_ID_PCIX = 0x07,
    RP_PCI_CAP_ID_HYPERTRANSPORT = 0x08,
    RP_PCI_CAP_ID_VENDOR = 0x09,
    RP_PCI_CAP_ID_DEBUG_PORT = 0x0a,
    RP_PCI_CAP_ID_COMPACT_PCI_RESOURCE = 0x0b,
    RP_PCI_CAP_ID_HOTPLUG = 0x0c,
    RP_PCI_CAP_ID_BRIDGE_SUBSYSTEM = 0x0d,
    RP_PCI_CAP_ID_AGP8X = 0x0e,
    RP_PCI_CAP_ID_SECURE = 0x0f,
    RP_PCI_CAP_ID_PCIE = 0x10,
    RP_PCI_CAP_ID_MSIX = 0x11,
    RP_PCI_CAP_ID_SATA = 0x12,
    RP_PCI_CAP_ID_ADVANCED_FEATURES = 0x13,
    RP_PCI_CAP_ID_ENHANCED_ALLOCATION = 0x14,
    RP_PCI_CAP_ID_FLATTENING_PORTAL = 0x15,
    RP_PCI_CAP_ID_ALL_ONES = 0xff,
};

/* Power management capability: 7.5.2 */
enum {
    RP_PCI_PM_CAPABILITIES = 0x02,
    RP_PCI_PM_CONTROL_STATUS = 0x04,
    RP_PCI_PM_DATA = 0x07,
    RP_PCI_PM_SIZE = 0x08,
};
#define RP_PCI_PM_CAPABILITIES_VERSION  0x0007u
#define RP_PCI_PM_CAPABILITIES_D1       0x0200u
#define RP_PCI_PM_CAPABILITIES_D2       0x0400u
#define RP_PCI_PM_CAPABILITIES_PME      0xf800u
#define RP_PCI_PM_CONTROL_POWER_STATE   0x0003u /* enumerators below */
#define RP_PCI_PM_CONTROL_NO_SOFT_RESET 0x0008u
#define RP_PCI_PM_CONTROL_PME_ENABLE    0x0100u
#define RP_PCI_PM_CONTROL_DATA_SELECT   0x1e00u
#define RP_PCI_PM_CONTROL_DATA_SCALE    0x6000u
#define RP_PCI_PM_CONTROL_PME_STATUS    0x8000u
enum {
    RP_PCI_PM_D0 = 0,
    RP_PCI_PM_D3HOT = 3,
};

/* PCI-X capability: PCI-X Protocol Addendum r2.0a, 7.2 and 8.6.2 */
enum {
    RP_PCI_PCIX_COMMAND = 0x02,          /* type 0 */
    RP_PCI_PCIX_SECONDARY_STATUS = 0x02, /* type 1 */
    RP_PCI_PCIX_STATUS = 0x04,
    RP_PCI_PCIX_SIZE = 0x08, /* of a type 0 header, without ECC registers */
};
#define RP_PCI_PCIX_STATUS_PLACE  0x0000ffffu /* bus, device and function */
#define RP_PCI_PCIX_STATUS_ERRORS 0x200c0000u /* of split completions; RW1C */
#define RP_PCI_PCIX_STATUS_266MHZ 0x40000000u
#define RP_PCI_PCIX_STATUS_533MHZ 0x80000000u

/* MSI capability: 7.7.1 */
enum {
    RP_PCI_MSI_CONTROL = 0x02,
    RP_PCI_MSI_ADDRESS = 0x04,
    RP_PCI_MSI_ADDRESS_UPPER = 0x08, /* with 64BIT */
    RP_PCI_MSI_DATA_32BIT = 0x08,
    RP_PCI_MSI_DATA_64BIT = 0x0c,
    RP_PCI_MSI_MASK_32BIT = 0x0c, /* with MASKABLE */
    RP_PCI_MSI_MASK_64BIT = 0x10,
    RP_PCI_MSI_PENDING_32BIT = 0x10,
    RP_PCI_MSI_PENDING_64BIT = 0x14,
};
#define RP_PCI_MSI_CONTROL_ENABLE           0x0001u
#define RP_PCI_MSI_CONTROL_MULTIPLE_CAPABLE 0x000eu /* log2 of the vectors */
#define RP_PCI_MSI_CONTROL_MULTIPLE_ENABLE  0x0070u /* log2 of the vectors */
#define RP_PCI_MSI_CONTROL_64BIT            0x0080u
#define RP_PCI_MSI_CONTROL_MASKABLE         0x0100u
#define RP_PCI_MSI_ADDRESS_MASK             0xfffffffcu

/* MSI-X capability and table: 7.7.2 */
enum {
    RP_PCI_MSIX_CONTROL = 0x02,
    RP_PCI_MSIX_TABLE = 0x04,
    RP_PCI_MSIX_PBA = 0x08,
    RP_PCI_MSIX_SIZE = 0x0c,
    RP_PCI_MSIX_ENTRY_ADDRESS = 0x00,
    RP_PCI_MSIX_ENTRY_ADDRESS_UPPER = 0x04,
    RP_PCI_MSIX_ENTRY_DATA = 0x08,
    RP_PCI_MSIX_ENTRY_CONTROL = 0x0c,
    RP_PCI_MSIX_ENTRY_SIZE = 0x10,
};
#define RP_PCI_MSIX_CONTROL_TABLE_SIZE 0x07ffu /* entries - 1 */
#define RP_PCI_MSIX_CONTROL_MASK_ALL   0x4000u
#define RP_PCI_MSIX_CONTROL_ENABLE     0x8000u
#define RP_PCI_MSIX_BIR                0x00000007u /* of TABLE and PBA */
#define RP_PCI_MSIX_OFFSET             0xfffffff8u
#define RP_PCI_MSIX_ENTRY_CONTROL_MASK 0x00000001u

/* PCI Express capability: 7.5.3 */
enum {
    RP_PCI_PCIE_CAPABILITIES = 0x02,
    RP_PCI_PCIE_DEVICE_CAPABILITIES = 0x04,
    RP_PCI_PCIE_DEVICE_CONTROL = 0x08,
    RP_PCI_PCIE_DEVICE_STATUS = 0x0a,
    RP_PCI_PCIE_LINK_CAPABILITIES = 0x0c,
    RP_PCI_PCIE_LINK_CONTROL = 0x10,
    RP_PCI_PCIE_LINK_STATUS = 0x12,
    RP_PCI_PCIE_SLOT_CAPABILITIES = 0x14,
    RP_PCI_PCIE_SLOT_CONTROL = 0x18,
    RP_PCI_PCIE_SLOT_STATUS = 0x1a,
    RP_PCI_PCIE_ROOT_CONTROL = 0x1c,
    RP_PCI_PCIE_ROOT_CAPABILITIES = 0x1e,
    RP_PCI_PCIE_ROOT_STATUS = 0x20,
    RP_PCI_PCIE_DEVICE_CAPABILITIES2 = 0x24,
    RP_PCI_PCIE_DEVICE_CONTROL2 = 0x28,
    RP_PCI_PCIE_DEVICE_STATUS2 = 0x2a,
    RP_PCI_PCIE_LINK_CAPABILITIES2 = 0x2c,
    RP_PCI_PCIE_LINK_CONTROL2 = 0x30,
    RP_PCI_PCIE_LINK_STATUS2 = 0x32,
    RP_PCI_PCIE_SLOT_CAPABILITIES2 = 0x34,
    RP_PCI_PCIE_SLOT_CONTROL2 = 0x38,
    RP_PCI_PCIE_SLOT_STATUS2 = 0x3a,
    RP_PCI_PCIE_SIZE = 0x3c,
};
#define RP_PCI_PCIE_CAPABILITIES_VERSION           0x000fu
#define RP_PCI_PCIE_CAPABILITIES_TYPE              0x00f0u /* enumerators below */
#define RP_PCI_PCIE_CAPABILITIES_SLOT              0x0100u
#define RP_PCI_PCIE_CAPABILITIES_INTERRUPT_MESSAGE 0x3e00u
#define RP_PCI_PCIE_DEVICE_CAPABILITIES_FLR        0x10000000u
enum {
    RP_PCI_PCIE_TYPE_ENDPOINT = 0x0,
    RP_PCI_PCIE_TYPE_LEGACY_ENDPOINT = 0x1,
    RP_PCI_PCIE_TYPE_ROOT_PORT = 0x4,
    RP_PCI_PCIE_TYPE_UPSTREAM_PORT = 0x5,
    RP_PCI_PCIE_TYPE_DOWNSTREAM_PORT = 0x6,
    RP_PCI_PCIE_TYPE_TO_PCI_BRIDGE = 0x7,
    RP_PCI_PCIE_TYPE_FROM_PCI_BRIDGE = 0x8,
    RP_PCI_PCIE_TYPE_INTEGRATED_ENDPOINT = 0x9,
    RP_PCI_PCIE_TYPE_EVENT_COLLECTOR = 0xa,
};

/* Link registers of the PCI Express capability: 7.5.3.6 to 7.5.3.8, 7.5.3.18 */
#define RP_PCI_PCIE_LINK_CAPABILITIES_SPEED            0x0000000fu
#define RP_PCI_PCIE_LINK_CAPABILITIES_WIDTH            0x000003f0u
#define RP_PCI_PCIE_LINK_CAPABILITIES_ACTIVE_REPORTING 0x00100000u
#define RP_PCI_PCIE_LINK_CAPABILITIES_ASPM_OPTIONALITY 0x00400000u
#define RP_PCI_PCIE_LINK_CAPABILITIES_PORT_NUMBER      0xff000000u
#define RP_PCI_PCIE_LINK_CONTROL_ASPM                  0x0003u
#define RP_PCI_PCIE_LINK_CONTROL_DISABLE               0x0010u
#define RP_PCI_PCIE_LINK_CONTROL_RETRAIN               0x0020u
#define RP_PCI_PCIE_LINK_CONTROL_COMMON_CLOCK          0x0040u
#define RP_PCI_PCIE_LINK_CONTROL_EXTENDED_SYNCH        0x0080u
#define RP_PCI_PCIE_LINK_STATUS_SPEED                  0x000fu
#define RP_PCI_PCIE_LINK_STATUS_WIDTH                  0x03f0u
#define RP_PCI_PCIE_LINK_STATUS_TRAINING               0x0800u
#define RP_PCI_PCIE_LINK_STATUS_ACTIVE                 0x2000u
#define RP_PCI_PCIE_LINK_CAPABILITIES2_SPEEDS          0x000000feu /* bit 1 is 2.5 GT/s */
#define RP_PCI_PCIE_LINK_CONTROL2_TARGET_SPEED         0x000fu

/* Slot registers of the PCI Express capability: 7.5.3.9 to 7.5.3.11 */
#define RP_PCI_PCIE_SLOT_CAPABILITIES_BUTTON               0x00000001u
#define RP_PCI_PCIE_SLOT_CAPABILITIES_POWER_CONTROLLER     0x00000002u
#define RP_PCI_PCIE_SLOT_CAPABILITIES_MRL_SENSOR           0x00000004u
#define RP_PCI_PCIE_SLOT_CAPABILITIES_ATTENTION_INDICATOR  0x00000008u
#define RP_PCI_PCIE_SLOT_CAPABILITIES_POWER_INDICATOR      0x00000010u
#define RP_PCI_PCIE_SLOT_CAPABILITIES_SURPRISE             0x00000020u
#define RP_PCI_PCIE_SLOT_CAPABILITIES_HOTPLUG              0x00000040u
#define RP_PCI_PCIE_SLOT_CAPABILITIES_INTERLOCK            0x00020000u
#define RP_PCI_PCIE_SLOT_CAPABILITIES_NO_COMMAND_COMPLETED 0x00040000u
#define RP_PCI_PCIE_SLOT_CAPABILITIES_NUMBER               0xfff80000u
#define RP_PCI_PCIE_SLOT_CONTROL_BUTTON                    0x0001u /* enables, 5:0 and 12 */
#define RP_PCI_PCIE_SLOT_CONTROL_POWER_FAULT               0x0002u
#define RP_PCI_PCIE_SLOT_CONTROL_MRL_SENSOR                0x0004u
#define RP_PCI_PCIE_SLOT_CONTROL_PRESENCE                  0x0008u
#define RP_PCI_PCIE_SLOT_CONTROL_COMMAND_COMPLETED         0x0010u
#define RP_PCI_PCIE_SLOT_CONTROL_INTERRUPT                 0x0020u
#define RP_PCI_PCIE_SLOT_CONTROL_ATTENTION_INDICATOR       0x00c0u /* enumerators below */
#define RP_PCI_PCIE_SLOT_CONTROL_POWER_INDICATOR           0x0300u /* enumerators below */
#define RP_PCI_PCIE_SLOT_CONTROL_POWER_OFF                 0x0400u
#define RP_PCI_PCIE_SLOT_CONTROL_INTERLOCK                 0x0800u
#define RP_PCI_PCIE_SLOT_CONTROL_LINK_STATE                0x1000u
#define RP_PCI_PCIE_SLOT_STATUS_BUTTON                     0x0001u /* RW1C events, 4:0 and 8 */
#define RP_PCI_PCIE_SLOT_STATUS_POWER_FAULT                0x0002u
#define RP_PCI_PCIE_SLOT_STATUS_MRL_SENSOR                 0x0004u
#define RP_PCI_PCIE_SLOT_STATUS_PRESENCE                   0x0008u
#define RP_PCI_PCIE_SLOT_STATUS_COMMAND_COMPLETED          0x0010u
#define RP_PCI_PCIE_SLOT_STATUS_LINK_STATE                 0x0100u
#define RP_PCI_PCIE_SLOT_STATUS_MRL_OPEN                   0x0020u /* states */
#define RP_PCI_PCIE_SLOT_STATUS_PRESENT                    0x0040u
#define RP_PCI_PCIE_SLOT_STATUS_INTERLOCK                  0x0080u
enum {
    RP_PCI_PCIE_INDICATOR_RESERVED = 0,
    RP_PCI_PCIE_INDICATOR_ON = 1,
    RP_PCI_PCIE_INDICATOR_BLINK = 2,
    RP_PCI_PCIE_INDICATOR_OFF = 3,
};

/* Device and root registers that a root port has: 7.5.3.3, 7.5.3.4, 7.5.3.12, 7.5.3.15 */
#define RP_PCI_PCIE_DEVICE_CAPABILITIES_ROLE_BASED_ERRORS 0x00008000u
#define RP_PCI_PCIE_DEVICE_CONTROL_ERRORS                 0x000fu
#define RP_PCI_PCIE_ROOT_CONTROL_ERRORS                   0x0007u
#define RP_PCI_PCIE_ROOT_CONTROL_PME_INTERRUPT            0x0008u
#define RP_PCI_PCIE_DEVICE_CAPABILITIES2_ARI_FORWARDING   0x00000020u
#define RP_PCI_PCIE_DEVICE_CONTROL2_ARI_FORWARDING        0x0020u

/* Extended capability list: 7.6.3 */
enum {
    RP_PCI_EXTENDED_BASE = 0x100,
};
#define RP_PCI_EXTCAP_ID      0x0000ffffu
#define RP_PCI_EXTCAP_VERSION 0x000f0000u
#define RP_PCI_EXTCAP_NEXT    0xfff00000u
/* Bits 1:0 of a link are reserved: software must mask them. */
#define RP_PCI_EXTCAP_NEXT_OFFSET 0xffcu
enum {
    RP_PCI_EXTCAP_ID_NULL = 0x0000,
    RP_PCI_EXTCAP_ID_AER = 0x0001,
    RP_PCI_EXTCAP_ID_VC = 0x0002,
    RP_PCI_EXTCAP_ID_SERIAL_NUMBER = 0x0003,
    RP_PCI_EXTCAP_ID_POWER_BUDGETING = 0x0004,
    RP_PCI_EXTCAP_ID_RC_LINK_DECLARATION = 0x0005,
    RP_PCI_EXTCAP_ID_RC_LINK_CONTROL = 0x0006,
    RP_PCI_EXTCAP_ID_EVENT_COLLECTOR = 0x0007,
    RP_PCI_EXTCAP_ID_MFVC = 0x0008,
    RP_PCI_EXTCAP_ID_VC_MFVC = 0x0009,
    RP_PCI_EXTCAP_ID_RCRB = 0x000a,
    RP_PCI_EXTCAP_ID_VENDOR = 0x000b,
    RP_PCI_EXTCAP_ID_CONFIG_ACCESS = 0x000c,
    RP_PCI_EXTCAP_ID_ACS = 0x000d,
    RP_PCI_EXTCAP_ID_ARI = 0x000e,
    RP_PCI_EXTCAP_ID_ATS = 0x000f,
    RP_PCI_EXTCAP_ID_SRIOV = 0x0010,
    RP_PCI_EXTCAP_ID_MRIOV = 0x0011,
    RP_PCI_EXTCAP_ID_MULTICAST = 0x0012,
    RP_PCI_EXTCAP_ID_PRI = 0x0013,
    RP_PCI_EXTCAP_ID_RESIZABLE_BAR = 0x0015,
    RP_PCI_EXTCAP_ID_DPA = 0x0016,
    RP_PCI_EXTCAP_ID_TPH = 0x0017,
    RP_PCI_EXTCAP_ID_LTR = 0x0018,
    RP_PCI_EXTCAP_ID_SECONDARY_PCIE = 0x0019,
    RP_PCI_EXTCAP_ID_PMUX = 0x001a,
    RP_PCI_EXTCAP_ID_PASID = 0x001b,
    RP_PCI_EXTCAP_ID_LN_REQUESTER = 0x001c,
    RP_PCI_EXTCAP_ID_DPC = 0x001d,
    RP_PCI_EXTCAP_ID_L1_PM_SUBSTATES = 0x001e,
    RP_PCI_EXTCAP_ID_PTM = 0x001f,
    RP_PCI_EXTCAP_ID_M_PCIE = 0x0020,
    RP_PCI_EXTCAP_ID_FRS_QUEUEING = 0x0021,
    RP_PCI_EXTCAP_ID_READINESS_TIME = 0x0022,
    RP_PCI_EXTCAP_ID_DVSEC = 0x0023,
    RP_PCI_EXTCAP_ID_VF_RESIZABLE_BAR = 0x0024,
    RP_PCI_EXTCAP_ID_DATA_LINK_FEATURE = 0x0025,
    RP_PCI_EXTCAP_ID_16GTS = 0x0026,
    RP_PCI_EXTCAP_ID_LANE_MARGINING = 0x0027,
    RP_PCI_EXTCAP_ID_HIERARCHY_ID = 0x0028,
    RP_PCI_EXTCAP_ID_NPEM = 0x0029,
    RP_PCI_EXTCAP_ID_32GTS = 0x002a,
    RP_PCI_EXTCAP_ID_ALTERNATE_PROTOCOL = 0x002b,
    RP_PCI_EXTCAP_ID_SFI = 0x002c,
    RP_PCI_EXTCAP_ID_DOE = 0x002e,
};

/* SR-IOV extended capability: 9.3.3 */
enum {
    RP_PCI_SRIOV_CONTROL = 0x08,
    RP_PCI_SRIOV_INITIAL_VFS = 0x0c,
    RP_PCI_SRIOV_TOTAL_VFS = 0x0e,
    RP_PCI_SRIOV_NUM_VFS = 0x10,
    RP_PCI_SRIOV_DEPENDENCY_LINK = 0x12,
    RP_PCI_SRIOV_VF_OFFSET = 0x14,
    RP_PCI_SRIOV_VF_STRIDE = 0x16,
    RP_PCI_SRIOV_VF_DEVICE_ID = 0x1a,
    RP_PCI_SRIOV_SUPPORTED_PAGE_SIZES = 0x1c,
    RP_PCI_SRIOV_SYSTEM_PAGE_SIZE = 0x20,
    RP_PCI_SRIOV_VF_BAR0 = 0x24,
    RP_PCI_SRIOV_SIZE = 0x40,
};
#define RP_PCI_SRIOV_CONTROL_VF_ENABLE 0x0001u
#define RP_PCI_SRIOV_CONTROL_VF_MEMORY 0x0008u
#define RP_PCI_SRIOV_CONTROL_ARI       0x0010u
#define RP_PCI_SRIOV_PAGE_SIZE_4K      0x00000001u

/* Latency Tolerance Reporting and L1 PM Substates: 7.8.2, 7.8.3 */
enum {
    RP_PCI_LTR_MAX_LATENCIES = 0x04,
    RP_PCI_L1_PM_SUBSTATES_CONTROL1 = 0x08,
    RP_PCI_L1_PM_SUBSTATES_CONTROL2 = 0x0c,
};

/* Resizable BAR extended capability: 7.8.6; the entries follow each other */
enum {
    RP_PCI_REBAR_CAPABILITY = 0x04,
    RP_PCI_REBAR_CONTROL = 0x08,
    RP_PCI_REBAR_ENTRY_SIZE = 0x08,
    RP_PCI_REBAR_SIZE_COUNT = 28, /* that the capability register has a bit for */
};
#define RP_PCI_REBAR_CAPABILITY_SIZES 0xfffffff0u /* from 1 MiB, doubling */
#define RP_PCI_REBAR_CONTROL_BAR      0x00000007u
#define RP_PCI_REBAR_CONTROL_COUNT    0x000000e0u /* of entries; in the first one */
#define RP_PCI_REBAR_CONTROL_SIZE     0x00003f00u /* n: 2^n MiB */

/* Device registers of the PCI Express capability: 7.5.3.3 to 7.5.3.5, 7.5.3.15, 7.5.3.16
 */
#define RP_PCI_PCIE_DEVICE_CAPABILITIES_MAX_PAYLOAD        0x00000007u
#define RP_PCI_PCIE_DEVICE_CAPABILITIES_PHANTOM_FUNCTIONS  0x00000018u
#define RP_PCI_PCIE_DEVICE_CONTROL_RELAXED_ORDERING        0x0010u
#define RP_PCI_PCIE_DEVICE_CONTROL_MAX_PAYLOAD             0x00e0u
#define RP_PCI_PCIE_DEVICE_CONTROL_EXTENDED_TAG            0x0100u
#define RP_PCI_PCIE_DEVICE_CONTROL_PHANTOM_FUNCTIONS       0x0200u
#define RP_PCI_PCIE_DEVICE_CONTROL_AUX_POWER               0x0400u
#define RP_PCI_PCIE_DEVICE_CONTROL_NO_SNOOP                0x0800u
#define RP_PCI_PCIE_DEVICE_CONTROL_MAX_READ_REQUEST        0x7000u /* 0 to 5: 128 to 4096 */
#define RP_PCI_PCIE_DEVICE_CONTROL_FLR                     0x8000u
#define RP_PCI_PCIE_DEVICE_STATUS_ERRORS                   0x000fu /* RW1C */
#define RP_PCI_PCIE_DEVICE_STATUS_AUX_POWER                0x0010u
#define RP_PCI_PCIE_DEVICE_STATUS_TRANSACTIONS_PENDING     0x0020u
#define RP_PCI_PCIE_DEVICE_CAPABILITIES2_TIMEOUT_RANGES    0x0000000fu
#define RP_PCI_PCIE_DEVICE_CAPABILITIES2_TIMEOUT_DISABLE   0x00000010u
#define RP_PCI_PCIE_DEVICE_CONTROL2_TIMEOUT                0x000fu
#define RP_PCI_PCIE_DEVICE_CONTROL2_TIMEOUT_DISABLE        0x0010u
#define RP_PCI_PCIE_DEVICE_CONTROL2_ID_ORDERED_REQUESTS    0x0100u
#define RP_PCI_PCIE_DEVICE_CONTROL2_ID_ORDERED_COMPLETIONS 0x0200u

#define RP_PCI_PCIE_LINK_CAPABILITIES_WIDTH                0x000003f0u

/* Vital Product Data capability: 7.9.19 */
enum {
    RP_PCI_VPD_ADDRESS = 0x02,
    RP_PCI_VPD_DATA = 0x04,
    RP_PCI_VPD_SIZE = 0x08,
};
#define RP_PCI_VPD_ADDRESS_MASK 0x7fffu
#define RP_PCI_VPD_ADDRESS_FLAG                                                          \
    0x8000u /* written 1: store the data; read 1: read is done */

/* Advanced Features capability: Conventional PCI Advanced Capabilities ECN, 6.8 */
enum {
    RP_PCI_AF_LENGTH = 0x02,
    RP_PCI_AF_CAPABILITIES = 0x03,
    RP_PCI_AF_CONTROL = 0x04,
    RP_PCI_AF_STATUS = 0x05,
    RP_PCI_AF_SIZE = 0x06,
};
#define RP_PCI_AF_CAPABILITIES_TRANSACTIONS_PENDING 0x01u
#define RP_PCI_AF_CAPABILITIES_FLR                  0x02u
#define RP_PCI_AF_CONTROL_FLR                       0x01u
#define RP_PCI_AF_STATUS_TRANSACTIONS_PENDING       0x01u

/* Advanced Error Reporting extended capability: 7.8.4 */
enum {
    RP_PCI_AER_UNCORRECTABLE_STATUS = 0x04,
    RP_PCI_AER_UNCORRECTABLE_MASK = 0x08,
    RP_PCI_AER_UNCORRECTABLE_SEVERITY = 0x0c,
    RP_PCI_AER_CORRECTABLE_STATUS = 0x10,
    RP_PCI_AER_CORRECTABLE_MASK = 0x14,
    RP_PCI_AER_CONTROL = 0x18,
    RP_PCI_AER_HEADER_LOG = 0x1c,
    RP_PCI_AER_HEADER_LOG_SIZE = 0x10,
    RP_PCI_AER_ENDPOINT_SIZE = 0x2c, /* without the root's registers */
    RP_PCI_AER_ROOT_COMMAND = 0x2c,
    RP_PCI_AER_ROOT_STATUS = 0x30,
    RP_PCI_AER_ROOT_SIZE = 0x0c,    /* of the root's registers */
    RP_PCI_AER_ERROR_SOURCE = 0x34, /* correctable, and in the upper half uncorrectable */
};
#define RP_PCI_AER_UNCORRECTABLE        0x07fff030u /* every error that there is */
#define RP_PCI_AER_UNCORRECTABLE_MASKED 0x00400000u /* reset of MASK: internal errors */
#define RP_PCI_AER_UNCORRECTABLE_SEVERE 0x00462030u /* reset of SEVERITY */
#define RP_PCI_AER_CORRECTABLE          0x0000f1c1u
#define RP_PCI_AER_CORRECTABLE_MASKED   0x0000e000u /* reset of MASK */
#define RP_PCI_AER_CONTROL_FIRST_ERROR  0x0000001fu
#define RP_PCI_AER_CONTROL_ECRC_CAPABLE 0x000000a0u /* generation and checking */
#define RP_PCI_AER_CONTROL_ECRC_ENABLE  0x00000140u
#define RP_PCI_AER_ROOT_COMMAND_ENABLES 0x00000007u /* by severity: enum rp_error */
#define RP_PCI_AER_ROOT_STATUS_EVENTS   0x0000007fu

/* Events of the root; MULTIPLE is the bit above, for both kinds. */
#define RP_PCI_AER_ROOT_STATUS_CORRECTABLE   0x00000001u
#define RP_PCI_AER_ROOT_STATUS_UNCORRECTABLE 0x00000004u
#define RP_PCI_AER_ROOT_STATUS_MULTIPLE      0x0000000au
#define RP_PCI_AER_ROOT_STATUS_FIRST_FATAL   0x00000010u
#define RP_PCI_AER_ROOT_STATUS_NONFATAL      0x00000020u
#define RP_PCI_AER_ROOT_STATUS_FATAL         0x00000040u
#define RP_PCI_AER_ROOT_STATUS_MESSAGE       0xf8000000u /* number, or MSI-X entry */

/* Power Budgeting extended capability: 7.8.1 */
enum {
    RP_PCI_POWER_BUDGETING_SELECT = 0x04,
    RP_PCI_POWER_BUDGETING_DATA = 0x08,
    RP_PCI_POWER_BUDGETING_CAPABILITY = 0x0c,
    RP_PCI_POWER_BUDGETING_SIZE = 0x10,
};

/* Alternative Routing-ID Interpretation: 7.8.7 */
enum {
    RP_PCI_ARI_SIZE = 0x08,
};

/* Extended capabilities that are read whole: 7.9.3, 7.9.1, 7.7.8, 7.9.16, 7.7.4 to 7.7.6
 */
enum {
    RP_PCI_SERIAL_NUMBER_SIZE = 0x0c,
    RP_PCI_VC_PORT_CAPABILITY1 = 0x04,
    RP_PCI_VC_BASE_SIZE = 0x10,
    RP_PCI_VC_RESOURCE_SIZE = 0x0c,
    RP_PCI_ACS_CAPABILITY = 0x04,
    RP_PCI_ACS_CONTROL = 0x06,
    RP_PCI_ACS_BASE_SIZE = 0x08,
    RP_PCI_PTM_CONTROL = 0x08,
    RP_PCI_PTM_SIZE = 0x0c,
    RP_PCI_DATA_LINK_FEATURE_SIZE = 0x0c,
    RP_PCI_SECONDARY_PCIE_BASE_SIZE = 0x0c, /* and 2 bytes a lane */
    RP_PCI_16GTS_BASE_SIZE = 0x20,          /* and a byte a lane; so has 32 GT/s */
    RP_PCI_VENDOR_SPECIFIC_HEADER = 0x04,   /* of a designated one too */
};
#define RP_PCI_VC_PORT_CAPABILITY1_COUNT 0x00000007u /* resources beside the first */
/* In capability and control alike: */
#define RP_PCI_ACS_SOURCE_VALIDATION      0x0001u
#define RP_PCI_ACS_REQUEST_REDIRECT       0x0004u
#define RP_PCI_ACS_COMPLETION_REDIRECT    0x0008u
#define RP_PCI_ACS_UPSTREAM_FORWARDING    0x0010u
#define RP_PCI_ACS_CAPABILITY_EGRESS      0x0020u
#define RP_PCI_ACS_CAPABILITY_EGRESS_SIZE 0xff00u /* bits of the vector; 0: 256 */
#define RP_PCI_VENDOR_SPECIFIC_LENGTH     0xfff00000u

/* Extended capabilities newer than r5.0: up to those of r7.0 */
enum {
    RP_PCI_EXTCAP_ID_SHADOW_FUNCTIONS = 0x002d,
    RP_PCI_EXTCAP_ID_DEVICE3 = 0x002f,
    RP_PCI_EXTCAP_ID_IDE = 0x0030,
    RP_PCI_EXTCAP_ID_64GTS = 0x0031,
    RP_PCI_EXTCAP_ID_FLIT_LOGGING = 0x0032,
    RP_PCI_EXTCAP_ID_FLIT_PERFORMANCE = 0x0033,
    RP_PCI_EXTCAP_ID_FLIT_ERROR_INJECTION = 0x0034,
    RP_PCI_EXTCAP_ID_STREAMLINED_VC = 0x0035,
    RP_PCI_EXTCAP_ID_MMIO_REGISTER_BLOCK = 0x0036,
    RP_PCI_EXTCAP_ID_NOP_FLIT = 0x0037,
    RP_PCI_EXTCAP_ID_SIOV = 0x0038,
    RP_PCI_EXTCAP_ID_128GTS = 0x0039,
    RP_PCI_EXTCAP_ID_CAPTURED_DATA = 0x003a,
};

#endif
