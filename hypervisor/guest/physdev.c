/* SPDX-License-Identifier: MIT */
/*
 * PHYSDEVOP_pci_mmcfg_reserved, _pci_device_add and _pci_device_remove of Xen's public
 * ABI (xen/include/public/physdev.h).
 */
#include "guest/physdev.h"

#include "bars.h"
#include "dev/console.h"
#include "guest/arguments.h"
#include "guest/domain.h"
#include "guest/hardware.h"
#include "guest/xen.h"
#include "launch/launch.h"
#include "machine.h"
#include "reports.h"
#include "seal.h"

static int64_t error_of(enum rp_status status)
{
    switch (status) {
    case RP_OK:
        return 0;
    case RP_ERR_DENIED:
        return -XEN_EPERM;
    case RP_ERR_NO_DEVICE:
        return -XEN_ENODEV;
    case RP_ERR_MISMATCH:
    case RP_ERR_MALFORMED:
        return -XEN_EIO;
    case RP_ERR_UNREACHABLE:
    case RP_ERR_NO_SPACE:
        return -XEN_ENOMEM;
    case RP_ERR_BUSY:
        return -XEN_EBUSY;
    case RP_ERR_EXISTS:
        return -XEN_EEXIST;
    case RP_ERR_INVALID:
    case RP_ERR_UNSUPPORTED:
        break;
    }
    return -XEN_EINVAL;
}

static enum rp_report_caller caller_of(const struct domain *domain)
{
    if (domain->roles & LAUNCH_ROLE_FIRMWARE)
        return RP_REPORT_CALLER_FIRMWARE;
    return domain->roles & LAUNCH_ROLE_HARDWARE ? RP_REPORT_CALLER_HARDWARE
                                                : RP_REPORT_CALLER_NONE;
}

/* ---- Reports --------------------------------------------------------------- */

/* Whether the caller may report at all: looked at before its argument is. */
static bool may_report(const struct domain *domain)
{
    return !seal_is_done() && (caller_of(domain) == RP_REPORT_CALLER_FIRMWARE ||
                               machine_reports()->permission == RP_REPORT_ALLOWED);
}

static bool update_views(struct domain *domain)
{
    bool is_done;

    machine_lock();
    is_done = hardware_update_views(domain);
    machine_unlock();
    return is_done;
}

static bool mmcfg_reserved(struct vcpu *vcpu, uint64_t argument, int64_t *out_result)
{
    struct domain *domain = vcpu->domain;
    struct xen_pci_mmcfg_reserved reserved;
    enum rp_status status;

    if (!may_report(domain)) {
        console_log("%s: report on an ECAM region refused: %s", domain->name,
                    seal_is_done() ? "evidence is sealed"
                                   : "mmcfg-reports is \"refused\" in the launch "
                                     "configuration");
        *out_result = -XEN_EPERM;
        return true;
    }
    if (!arguments_read(vcpu, argument, &reserved, sizeof reserved)) {
        *out_result = -XEN_EFAULT;
        return true;
    }
    /* Views of an earlier report first: their readers may have to go on a little. */
    if (!update_views(domain) || !reports_step(vcpu,
                                               &(struct rp_report_request){
                                                   .caller = caller_of(domain),
                                                   .owner = domain_owner(domain),
                                                   .range = {{reserved.address},
                                                             reserved.segment,
                                                             reserved.start_bus,
                                                             reserved.end_bus},
                                                   .flags = reserved.flags,
                                               },
                                               &status))
        return false;
    *out_result = error_of(status);
    (void)update_views(domain);
    return true;
}

/* ---- Functions ------------------------------------------------------------- */

/* The bridge that leads to the bus of @sbdf, or RP_SCAN_NONE. */
static uint32_t parent_of(const struct rp_scan *scan, rp_sbdf_t sbdf)
{
    for (uint32_t i = 0; i < scan->count; i++) {
        const struct rp_function *function = &scan->functions[i];

        if (function->is_present && function->bridge == RP_SCAN_FOLLOWED &&
            rp_sbdf_segment(function->sbdf) == rp_sbdf_segment(sbdf) &&
            function->secondary_bus == rp_sbdf_bus(sbdf))
            return i;
    }
    return RP_SCAN_NONE;
}

/* A function that appeared: it is evaluated, as it would have been at boot. */
static int64_t announce(struct domain *domain, rp_sbdf_t sbdf)
{
    struct rp_scan *scan = machine_scan();
    enum rp_status status;
    size_t index;

    status = rp_scan_add(scan, machine_cfg(), sbdf, parent_of(scan, sbdf), RP_SCAN_NONE,
                         &index);
    if (status == RP_ERR_EXISTS)
        return 0;
    if (status != RP_OK)
        return error_of(status);
    machine_evaluate(index, domain->name);
    bars_learn(&scan->functions[index]);
    (void)hardware_adopt(domain, index);
    return 0;
}

static rp_sbdf_t sbdf_of(uint16_t segment, uint8_t bus, uint8_t devfn)
{
    return (rp_sbdf_t){(uint32_t)segment << 16 | (uint32_t)bus << 8 | devfn};
}

/*
 * A domain that may report announces its functions after it has reported: so stock
 * kernels do. The first function says that there is no more to come.
 */
static int64_t device_add(struct vcpu *vcpu, uint64_t argument)
{
    struct xen_pci_device_add add;
    struct domain *domain = vcpu->domain;
    int64_t result;
    rp_sbdf_t sbdf;

    if (!arguments_read(vcpu, argument, &add, sizeof add))
        return -XEN_EFAULT;
    if (caller_of(domain) == RP_REPORT_CALLER_FIRMWARE ||
        machine_reports()->permission == RP_REPORT_ALLOWED)
        seal_reported();
    sbdf = sbdf_of(add.segment, add.bus, add.devfn);
    machine_lock();
    /* Virtual functions are found by what their physical function says of them. */
    if ((add.flags & XEN_PCI_DEV_VIRTFN) ||
        caller_of(domain) == RP_REPORT_CALLER_FIRMWARE)
        result = rp_scan_find(machine_scan(), sbdf) == RP_SCAN_NONE ? -XEN_ENODEV : 0;
    else
        result = announce(domain, sbdf);
    machine_unlock();
    return result;
}

/*
 * What another domain has isn't there for this one, and its going is no news of ours. A
 * virtual function is there as long as its physical one says so: nobody has it then.
 */
static int64_t withdraw(struct vcpu *vcpu, rp_sbdf_t sbdf)
{
    struct domain *domain = vcpu->domain;
    struct rp_scan *scan = machine_scan();
    uint32_t index = rp_scan_find(scan, sbdf);

    if (index == RP_SCAN_NONE || scan->functions[index].owner != domain_owner(domain))
        return -XEN_ENODEV;
    if (machine_next_vf(index, index) != RP_SCAN_NONE)
        return -XEN_EBUSY;
    hardware_abandon(domain, index, vcpu);
    if (scan->functions[index].pf == RP_SCAN_NONE)
        rp_scan_remove(scan, index);
    console_log("%pS: removed by %s", &sbdf, domain->name);
    return 0;
}

static int64_t device_remove(struct vcpu *vcpu, uint64_t argument)
{
    struct xen_pci_device device;
    int64_t result;

    if (!arguments_read(vcpu, argument, &device, sizeof device))
        return -XEN_EFAULT;
    if (caller_of(vcpu->domain) == RP_REPORT_CALLER_FIRMWARE)
        return -XEN_EPERM;
    machine_lock();
    result = withdraw(vcpu, sbdf_of(device.segment, device.bus, device.devfn));
    machine_unlock();
    return result;
}

bool physdev_op(struct vcpu *vcpu, uint64_t op, uint64_t argument, int64_t *out_result)
{
    *out_result = -XEN_ENOSYS;
    /* As for Xen's PVH guests: to a domain without the role there is no such call. */
    if (caller_of(vcpu->domain) == RP_REPORT_CALLER_NONE)
        return true;
    switch (op) {
    case PHYSDEVOP_PCI_MMCFG_RESERVED:
        return mmcfg_reserved(vcpu, argument, out_result);
    case PHYSDEVOP_PCI_DEVICE_ADD:
        *out_result = device_add(vcpu, argument);
        return true;
    case PHYSDEVOP_PCI_DEVICE_REMOVE:
        *out_result = device_remove(vcpu, argument);
        return true;
    default:
        return true;
    }
}
