/* SPDX-License-Identifier: MIT */
/* The numbers of Xen's public ABI that we answer to (xen/include/public). */
#ifndef GUEST_XEN_H
#define GUEST_XEN_H

#include <stddef.h>
#include <stdint.h>

/* Hypercalls. */
enum {
    XEN_MEMORY_OP = 12,
    XEN_VERSION_OP = 17,
    XEN_CONSOLE_IO = 18,
    XEN_VM_ASSIST = 21,
    XEN_VCPU_OP = 24,
    XEN_SCHED_OP = 29,
    XEN_EVENT_CHANNEL_OP = 32,
    XEN_PHYSDEV_OP = 33,
    XEN_HVM_OP = 34,
    XEN_HYPERCALL_COUNT = 64,
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
    XEN_EFAULT = 14,
    XEN_EINVAL = 22,
    XEN_ENOSYS = 38,
    XEN_ESRCH = 3,
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

struct xen_sched_shutdown {
    uint32_t reason;
};
_Static_assert(sizeof(struct xen_sched_shutdown) == 4, "xen/public/sched.h");

enum {
    XEN_SHARED_INFO_SIZE = 4096,
    XEN_VCPU_INFO_SIZE = 64,
};

#endif
