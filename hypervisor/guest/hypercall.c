/* SPDX-License-Identifier: MIT */
/*
 * The part of Xen's hypercalls with which a stock Linux boots as a PVH guest whose
 * interrupts, IPIs and timers stay native. The rest is -ENOSYS, which Linux
 * expects of what is not there.
 */
#include <stddef.h>

#include <rootport/control.h>

#include "control.h"
#include "dev/console.h"
#include "guest/arguments.h"
#include "guest/domain.h"
#include "guest/exits.h"
#include "guest/hardware.h"
#include "guest/hw.h"
#include "guest/hypercall_page.h"
#include "guest/physdev.h"
#include "guest/xen.h"
#include "lib/string.h"

enum {
    STUB_COUNT = 128,
    STUB_SIZE = 32,
    STUB_IRET = 23,
    PAGE_BYTES = 4096,
};

/*
 * Nothing of ours goes into the shared page: without event channels there is
 * nothing to say. So the guest's own page serves, cleared as a fresh one is.
 */
static int64_t memory_op(struct vcpu *vcpu, uint64_t op, uint64_t argument)
{
    struct xen_add_to_physmap request;
    void *page;

    if (op != XENMEM_ADD_TO_PHYSMAP)
        return -XEN_ENOSYS;
    if (!arguments_read(vcpu, argument, &request, sizeof request))
        return -XEN_EFAULT;
    if (request.domid != XEN_DOMID_SELF)
        return -XEN_ESRCH;
    if (request.space != XENMAPSPACE_SHARED_INFO)
        return -XEN_ENOSYS;
    if (request.index != 0 || request.gpfn > UINT64_MAX / PAGE_BYTES)
        return -XEN_EINVAL;
    page = domain_memory(vcpu->domain, request.gpfn * PAGE_BYTES, PAGE_BYTES);
    if (page == NULL)
        return -XEN_EINVAL;
    memset(page, 0, XEN_SHARED_INFO_SIZE);
    return 0;
}

static int64_t version_op(struct vcpu *vcpu, uint64_t op, uint64_t argument)
{
    static const char extra_version[16] = "-rootport";
    struct xen_feature_info features;

    switch (op) {
    case XENVER_VERSION:
        return XEN_VERSION;
    case XENVER_EXTRAVERSION:
        return arguments_write(vcpu, argument, extra_version, sizeof extra_version)
                   ? 0
                   : -XEN_EFAULT;
    case XENVER_GET_FEATURES:
        if (!arguments_read(vcpu, argument, &features, sizeof features))
            return -XEN_EFAULT;
        features.submap =
            features.submap_index == 0
                ? XENFEAT_WRITABLE_PAGE_TABLES | XENFEAT_AUTO_TRANSLATED_PHYSMAP |
                      XENFEAT_SUPERVISOR_MODE_KERNEL | XENFEAT_PAE_PGDIR_ABOVE_4GB |
                      XENFEAT_MEMORY_OP_VNODE_SUPPORTED
                : 0;
        return arguments_write(vcpu, argument, &features, sizeof features) ? 0
                                                                           : -XEN_EFAULT;
    default:
        return -XEN_ENOSYS;
    }
}

static int64_t vcpu_op(struct vcpu *vcpu, uint64_t op, uint64_t id, uint64_t argument)
{
    struct xen_register_vcpu_info info;

    if (id >= vcpu->domain->vcpu_count)
        return -XEN_ENOENT;
    if (op != VCPUOP_REGISTER_VCPU_INFO)
        return -XEN_ENOSYS;
    if (!arguments_read(vcpu, argument, &info, sizeof info))
        return -XEN_EFAULT;
    if (info.offset > PAGE_BYTES - XEN_VCPU_INFO_SIZE ||
        info.mfn > UINT64_MAX / PAGE_BYTES ||
        domain_memory(vcpu->domain, info.mfn * PAGE_BYTES, PAGE_BYTES) == NULL)
        return -XEN_EINVAL;
    return 0;
}

static int64_t sched_op(struct vcpu *vcpu, uint64_t op, uint64_t argument)
{
    struct xen_sched_shutdown request;

    if (op == SCHEDOP_YIELD)
        return 0;
    if (op != SCHEDOP_SHUTDOWN)
        return -XEN_ENOSYS;
    if (!arguments_read(vcpu, argument, &request, sizeof request))
        return -XEN_EFAULT;
    domain_stop(vcpu->domain, request.reason == SHUTDOWN_POWEROFF ? DOMAIN_POWERED_OFF
                              : request.reason == SHUTDOWN_REBOOT ? DOMAIN_RESET
                                                                  : DOMAIN_CRASHED);
    return 0;
}

/* A callback that never comes may be asked for: the guest then uses none. */
static int64_t hvm_op(struct vcpu *vcpu, uint64_t op, uint64_t argument)
{
    struct xen_hvm_param param;

    if (op != HVMOP_SET_PARAM && op != HVMOP_GET_PARAM)
        return -XEN_ENOSYS;
    if (!arguments_read(vcpu, argument, &param, sizeof param))
        return -XEN_EFAULT;
    return op == HVMOP_SET_PARAM && param.index == HVM_PARAM_CALLBACK_IRQ ? 0
                                                                          : -XEN_EINVAL;
}

/* A stock initial domain asks so for what others write to a sleep register. */
static int64_t platform_op(struct vcpu *vcpu, uint64_t argument)
{
    struct xen_platform_sleep request;

    if (!hardware_is_for(vcpu->domain))
        return -XEN_ENOSYS;
    if (!arguments_read(vcpu, argument, &request, sizeof request))
        return -XEN_EFAULT;
    if (request.command != XENPF_ENTER_ACPI_SLEEP)
        return -XEN_ENOSYS;
    if (request.state != ACPI_STATE_S5)
        return -XEN_EINVAL;
    domain_stop(vcpu->domain, DOMAIN_POWERED_OFF);
    return 0;
}

static int64_t control_op(const struct vcpu *vcpu)
{
    const uint64_t *gpr = vcpu->regs.gpr;
    struct control_request request = {
        .op = gpr[DECODE_RDI],
        .arguments = {gpr[DECODE_RSI], gpr[DECODE_RDX], gpr[10], gpr[8]},
    };

    return control_call(vcpu, &request);
}

static int64_t call(struct vcpu *vcpu)
{
    const uint64_t *gpr = vcpu->regs.gpr;
    uint64_t op = gpr[DECODE_RDI];

    switch (gpr[DECODE_RAX]) {
    case XEN_PLATFORM_OP:
        return platform_op(vcpu, op);
    case XEN_MEMORY_OP:
        return memory_op(vcpu, op, gpr[DECODE_RSI]);
    case XEN_VERSION_OP:
        return version_op(vcpu, op, gpr[DECODE_RSI]);
    case XEN_VCPU_OP:
        return vcpu_op(vcpu, op, gpr[DECODE_RSI], gpr[DECODE_RDX]);
    case XEN_SCHED_OP:
        return sched_op(vcpu, op, gpr[DECODE_RSI]);
    case XEN_HVM_OP:
        return hvm_op(vcpu, op, gpr[DECODE_RSI]);
    case ROOTPORT_CONTROL_HYPERCALL:
        return control_op(vcpu);
    default:
        return -XEN_ENOSYS;
    }
}

/* False: the call goes on, and the guest makes it again. */
static bool dispatch(struct vcpu *vcpu, int64_t *out_result)
{
    const uint64_t *gpr = vcpu->regs.gpr;

    if (gpr[DECODE_RAX] == XEN_PHYSDEV_OP)
        return physdev_op(vcpu, gpr[DECODE_RDI], gpr[DECODE_RSI], out_result);
    *out_result = call(vcpu);
    return true;
}

void hypercall_handle(struct vcpu *vcpu)
{
    struct hw_mode mode = hw_mode(vcpu);
    int64_t result;

    if (mode.cpl != 0)
        result = -XEN_EPERM;
    else if (mode.code != DECODE_MODE_64)
        result = -XEN_ENOSYS; /* the 32-bit convention has other registers */
    else if (!dispatch(vcpu, &result))
        return; /* RIP stays: interrupts are taken, then the call is made again */
    vcpu->regs.gpr[DECODE_RAX] = (uint64_t)result;
    vcpu_skip(vcpu);
}

bool hypercall_page_write(struct domain *domain, uint64_t value)
{
    /* mov $number, %eax; vmmcall; ret */
    static const uint8_t stub[] = {0xb8, 0, 0, 0, 0, 0x0f, 0x01, 0xd9, 0xc3};
    static const uint8_t undefined[] = {0x0f, 0x0b};
    uint8_t *page = domain_memory(domain, value, PAGE_BYTES);

    if (value % PAGE_BYTES != 0 || page == NULL)
        return false;
    for (unsigned i = 0; i < STUB_COUNT; i++) {
        uint8_t *place = page + i * STUB_SIZE;

        memset(place, 0xcc, STUB_SIZE);
        memcpy(place, stub, sizeof stub);
        place[1] = (uint8_t)i;
        if (i == STUB_IRET)
            memcpy(place, undefined, sizeof undefined);
    }
    return true;
}
