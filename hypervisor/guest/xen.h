/* SPDX-License-Identifier: MIT */
/* The numbers of Xen's public ABI that we answer to (xen/include/public). */
#ifndef GUEST_XEN_H
#define GUEST_XEN_H

#include <stddef.h>
#include <stdint.h>

/* Xen 4.17 is what guests are told that they run on. */
#define XEN_VERSION (4u << 16 | 17u)

/* Hypercalls. */
enum {
    XEN_PLATFORM_OP = 7,
    XEN_MEMORY_OP = 12,
    XEN_VERSION_OP = 17,
    XEN_VCPU_OP = 24,
    XEN_SCHED_OP = 29,
    XEN_PHYSDEV_OP = 33,
    XEN_HVM_OP = 34,
};

/* Their operations. */
enum {
    XENMEM_ADD_TO_PHYSMAP = 7,
    XENMAPSPACE_SHARED_INFO = 0,
    XENVER_VERSION = 0,
    XENVER_EXTRAVERSION = 1,
    XENVER_GET_FEATURES = 6,
    VCPUOP_REGISTER_VCPU_INFO = 10,
    SCHEDOP_YIELD = 0,
    SCHEDOP_SHUTDOWN = 2,
    SHUTDOWN_POWEROFF = 0,
    SHUTDOWN_REBOOT = 1,
    HVMOP_SET_PARAM = 0,
    HVMOP_GET_PARAM = 1,
    HVM_PARAM_CALLBACK_IRQ = 0,
    PHYSDEVOP_PCI_MMCFG_RESERVED = 24,
    PHYSDEVOP_PCI_DEVICE_ADD = 25,
    PHYSDEVOP_PCI_DEVICE_REMOVE = 26,
    XENPF_ENTER_ACPI_SLEEP = 51,
    ACPI_STATE_S5 = 5,
};

#define XEN_DOMID_SELF 0x7ff0u

/* Feature bits of submap 0. */
#define XENFEAT_WRITABLE_PAGE_TABLES      0x00000001u
#define XENFEAT_AUTO_TRANSLATED_PHYSMAP   0x00000004u
#define XENFEAT_SUPERVISOR_MODE_KERNEL    0x00000008u
#define XENFEAT_PAE_PGDIR_ABOVE_4GB       0x00000010u
#define XENFEAT_MEMORY_OP_VNODE_SUPPORTED 0x00002000u

/* Negative results. */
enum {
    XEN_EPERM = 1,
    XEN_ENOENT = 2,
    XEN_ESRCH = 3,
    XEN_EIO = 5,
    XEN_EAGAIN = 11,
    XEN_ENOMEM = 12,
    XEN_EACCES = 13,
    XEN_EFAULT = 14,
    XEN_EBUSY = 16,
    XEN_EEXIST = 17,
    XEN_ENODEV = 19,
    XEN_EINVAL = 22,
    XEN_ENOSYS = 38,
    XEN_ENODATA = 61,
    XEN_EOPNOTSUPP = 95,
};

struct xen_add_to_physmap {
    uint16_t domid;
    uint16_t size;
    uint32_t space;
    uint64_t index;
    uint64_t gpfn;
};
_Static_assert(sizeof(struct xen_add_to_physmap) == 24, "xen/public/memory.h");

struct xen_register_vcpu_info {
    uint64_t mfn;
    uint32_t offset;
    uint32_t reserved;
};
_Static_assert(sizeof(struct xen_register_vcpu_info) == 16, "xen/public/vcpu.h");

struct xen_feature_info {
    uint32_t submap_index;
    uint32_t submap;
};
_Static_assert(sizeof(struct xen_feature_info) == 8, "xen/public/version.h");

struct xen_hvm_param {
    uint16_t domid;
    uint16_t reserved;
    uint32_t index;
    uint64_t value;
};
_Static_assert(sizeof(struct xen_hvm_param) == 16, "xen/public/hvm/hvm_op.h");

struct xen_pci_mmcfg_reserved {
    uint64_t address; /* of bus 0, even where start_bus is not 0 */
    uint16_t segment;
    uint8_t start_bus;
    uint8_t end_bus;
    uint32_t flags; /* RP_REPORT_FLAG_RESERVED */
};
_Static_assert(sizeof(struct xen_pci_mmcfg_reserved) == 16, "xen/public/physdev.h");

#define XEN_PCI_DEV_VIRTFN 0x2u

/* What follows it for XEN_PCI_DEV_PXM, the node, is of no use here. */
struct xen_pci_device_add {
    uint16_t segment;
    uint8_t bus;
    uint8_t devfn;
    uint32_t flags;
    uint8_t physfn_bus;
    uint8_t physfn_devfn;
    uint16_t reserved;
};
_Static_assert(sizeof(struct xen_pci_device_add) == 12, "xen/public/physdev.h");

struct xen_pci_device {
    uint16_t segment;
    uint8_t bus;
    uint8_t devfn;
};
_Static_assert(sizeof(struct xen_pci_device) == 4, "xen/public/physdev.h");

/* The beginning of struct xen_platform_op, with xenpf_enter_acpi_sleep. */
struct xen_platform_sleep {
    uint32_t command;
    uint32_t interface_version;
    uint16_t value_a;
    uint16_t value_b;
    uint32_t state;
    uint32_t flags;
    uint32_t padding;
};
_Static_assert(sizeof(struct xen_platform_sleep) == 24, "xen/public/platform.h");

struct xen_sched_shutdown {
    uint32_t reason;
};
_Static_assert(sizeof(struct xen_sched_shutdown) == 4, "xen/public/sched.h");

enum {
    XEN_SHARED_INFO_SIZE = 4096,
    XEN_VCPU_INFO_SIZE = 64,
};

#endif
