/* SPDX-License-Identifier: MIT */
/* What the control domain may change: which domain has which function, and the seal. */
#include "control.h"

#include <rootport/control.h>

#include "control_get.h"
#include "dev/console.h"
#include "domains.h"
#include "guest/function.h"
#include "guest/hardware.h"
#include "guest/pci.h"
#include "guest/xen.h"
#include "launch/launch.h"
#include "machine.h"
#include "seal.h"

static int64_t error_of(enum rp_status status)
{
    switch (status) {
    case RP_OK:
        return 0;
    case RP_ERR_NO_DEVICE:
        return -XEN_ENOENT;
    case RP_ERR_BUSY:
        return -XEN_EBUSY;
    case RP_ERR_UNSUPPORTED:
        return -XEN_EOPNOTSUPP;
    case RP_ERR_INVALID:
    case RP_ERR_UNREACHABLE:
    case RP_ERR_NO_SPACE:
    case RP_ERR_MALFORMED:
    case RP_ERR_DENIED:
    case RP_ERR_EXISTS:
    case RP_ERR_MISMATCH:
        break;
    }
    return -XEN_EINVAL;
}

/* ---- Attach ---------------------------------------------------------------- */

static bool is_empty(const struct domain *domain, unsigned port)
{
    return domain->pci->ports[port].held == NULL &&
           rp_rootport_state(&domain->pci->rootports[port]) == RP_ROOTPORT_EMPTY;
}

/* The port numbered @number, or with 0 any empty one; an error if there is none. */
static int64_t choose_port(const struct domain *domain, uint64_t number)
{
    if (number > domain->pci->port_count)
        return -XEN_ENOENT;
    if (number != 0)
        return is_empty(domain, (unsigned)number - 1) ? (int64_t)number : -XEN_EEXIST;
    for (unsigned i = 0; i < domain->pci->port_count; i++)
        if (is_empty(domain, i))
            return i + 1;
    return -XEN_ENOENT;
}

static int64_t refuse(const struct rp_function *scanned, const struct domain *domain,
                      const char *why)
{
    console_log("attach of %pS to %s: %s", &scanned->sbdf, domain->name, why);
    return -XEN_EIO;
}

static struct rp_function *find_scanned(uint64_t sbdf)
{
    uint32_t index = sbdf <= UINT32_MAX
                         ? rp_scan_find(machine_scan(), (rp_sbdf_t){(uint32_t)sbdf})
                         : RP_SCAN_NONE;

    return index != RP_SCAN_NONE ? &machine_scan()->functions[index] : NULL;
}

/* Readies a function: 0, -EAGAIN while its reset goes on, or what stands against it. */
static int64_t prepare(struct rp_function *scanned, const struct domain *domain,
                       uint32_t policy, struct guest_function **out_function)
{
    struct guest_function *function = function_find(scanned->sbdf);
    const char *problem = NULL;

    if (function == NULL && scanned->owner != 0 && !hardware_yield_vf(scanned))
        return -XEN_EACCES;
    if (function == NULL) {
        function = function_open(scanned, policy, &problem);
        if (function == NULL)
            return refuse(scanned, domain, problem);
    } else if (function_is_held(function) || function_is_given(function)) {
        return -XEN_EBUSY;
    }
    *out_function = function;
    function_set_policy(function, policy);
    function->is_wanted = true; /* until it is plugged in, or the caller gives up */
    return function_is_ready(function) ? 0 : -XEN_EAGAIN;
}

static int64_t attach(const uint64_t *arguments)
{
    struct rp_function *scanned = find_scanned(arguments[0]);
    struct domain *domain =
        arguments[1] <= UINT32_MAX ? domains_find((uint32_t)arguments[1]) : NULL;
    struct guest_function *function;
    const char *problem;
    int64_t port, status;

    if ((arguments[3] & ~(uint64_t)(ROOTPORT_CONTROL_NOW | ROOTPORT_CONTROL_VENDOR)) != 0)
        return -XEN_EINVAL;
    if (scanned == NULL)
        return -XEN_ENODEV;
    if (domain == NULL)
        return -XEN_ESRCH;
    port = choose_port(domain, arguments[2]);
    if (port < 0)
        return port;
    if (!rp_scan_verdict(scanned).final && !(arguments[3] & ROOTPORT_CONTROL_NOW))
        return -XEN_ENODATA;
    status =
        prepare(scanned, domain,
                arguments[3] & ROOTPORT_CONTROL_VENDOR ? RP_VPCI_POLICY_VENDOR_SPECIFIC
                                                       : RP_VPCI_POLICY_NONE,
                &function);
    if (status != 0)
        return status;
    rp_scan_finalize(scanned);
    problem = pci_plug(domain, (unsigned)port - 1, function);
    if (problem != NULL) {
        function->is_wanted = false;
        return refuse(scanned, domain, problem);
    }
    return port;
}

/* ---- Detach ---------------------------------------------------------------- */

static int64_t detach(const uint64_t *arguments)
{
    static const enum pci_unplug ways[] = {
        [ROOTPORT_CONTROL_ASK] = PCI_UNPLUG_ASK,
        [ROOTPORT_CONTROL_CANCEL] = PCI_UNPLUG_CANCEL,
        [ROOTPORT_CONTROL_FORCE] = PCI_UNPLUG_FORCE,
    };
    const struct rp_function *scanned = find_scanned(arguments[0]);
    struct guest_function *function =
        scanned != NULL ? function_find(scanned->sbdf) : NULL;

    if (arguments[1] >= sizeof ways / sizeof ways[0])
        return -XEN_EINVAL;
    if (function == NULL && scanned != NULL && scanned->owner != 0)
        return -XEN_EACCES;
    if (function == NULL || !function_is_given(function))
        return -XEN_ENOENT;
    if (domains_find(function->domain->id) != function->domain)
        return -XEN_EAGAIN;
    return error_of(pci_unplug(function->domain, function->port, ways[arguments[1]]));
}

/* ---- Dispatch -------------------------------------------------------------- */

static int64_t dispatch(const struct control_request *request)
{
    const uint64_t *arguments = request->arguments;

    switch (request->op) {
    case ROOTPORT_CONTROL_GET_VERSION:
        return ROOTPORT_CONTROL_VERSION;
    case ROOTPORT_CONTROL_COUNT:
        return control_count(arguments[0]);
    case ROOTPORT_CONTROL_GET:
        return control_get(arguments);
    case ROOTPORT_CONTROL_ATTACH:
        return attach(arguments);
    case ROOTPORT_CONTROL_DETACH:
        return detach(arguments);
    default:
        return -XEN_EINVAL;
    }
}

int64_t control_call(const struct vcpu *vcpu, const struct control_request *request)
{
    int64_t result;

    if (!(vcpu->domain->roles & LAUNCH_ROLE_CONTROL))
        return -XEN_EPERM;
    if (request->op == ROOTPORT_CONTROL_SEAL) {
        seal_now("the control domain asked for it");
        return 0;
    }
    machine_lock();
    function_settle_all();
    result = dispatch(request);
    machine_unlock();
    return result;
}
