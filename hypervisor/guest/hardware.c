/* SPDX-License-Identifier: MIT */
/* A domain that sees the machine itself: what it has, and its end. */
#include "guest/hardware.h"

#include <rootport/pci_regs.h>

#include "bars.h"
#include "dev/console.h"
#include "guest/errors.h"
#include "guest/hardware_internal.h"
#include "guest/npt.h"
#include "guest/pci_internal.h"
#include "guest/pins.h"
#include "guest/sriov.h"
#include "lib/string.h"
#include "machine.h"
#include "mm/pages.h"

/* The one domain that has functions as the machine has them. */
static struct domain *owner;

bool hardware_init(struct domain *domain, const struct build_input *input)
{
    struct hardware *hardware = pages_alloc(pages_for(sizeof *hardware));

    if (hardware == NULL)
        return false;
    hardware->boot = input->boot;
    hardware->acpi = input->acpi;
    hardware->is_observer = (domain->roles & LAUNCH_ROLE_FIRMWARE) != 0;
    hardware->capacity = machine_scan()->capacity;
    hardware->functions =
        pages_alloc(pages_for(hardware->capacity * sizeof *hardware->functions));
    domain->hardware = hardware;
    if (!hardware->is_observer && hardware->functions != NULL)
        owner = domain;
    return hardware->functions != NULL;
}

/* ---- Readers ---------------------------------------------------------------- */

/* An odd epoch is a CPU that deals with an exit: it may have found the old view. */
static bool is_still_read(const struct domain *domain)
{
    const struct hardware *hardware = domain->hardware;

    for (uint32_t i = 0; i < domain->vcpu_count; i++)
        if (domain->vcpus[i].cpu != percpu_self() &&
            (hardware->retired_epochs[i] & 1) != 0 &&
            vcpu_epoch(&domain->vcpus[i]) == hardware->retired_epochs[i])
            return true;
    return false;
}

static void note_retirement(struct domain *domain)
{
    for (uint32_t i = 0; i < domain->vcpu_count; i++)
        domain->hardware->retired_epochs[i] = vcpu_epoch(&domain->vcpus[i]);
}

/* ---- Functions ------------------------------------------------------------- */

/* An empty record; one that a function has left, once nobody reads that any more. */
static struct hardware_function *take_record(struct domain *domain)
{
    struct hardware *hardware = domain->hardware;
    struct hardware_function *mine = hardware->retired;

    if (mine == NULL || is_still_read(domain))
        return pages_alloc(pages_for(sizeof *mine));
    hardware->retired = mine->next_retired;
    rp_vpci_detach(&mine->base.state);
    memset(mine, 0, sizeof *mine);
    return mine;
}

static void log_not_given(const struct domain *domain, rp_sbdf_t sbdf, const char *why)
{
    console_log("%s: %pS is absent: %s", domain->name, &sbdf, why);
}

/*
 * Once the configuration says of one function where its pin leads, it has to of all:
 * one whose pin nobody knows could share it with what another domain has.
 */
static bool may_use_pin(const struct rp_function *function)
{
    const struct rp_scan *scan = machine_scan();

    for (size_t i = 0; function->pin_gsi == 0 && i < scan->count; i++)
        if (scan->functions[i].pin_gsi != 0)
            return false;
    return true;
}

void hardware_open_windows(struct hardware_function *mine)
{
    rp_vpci_window_set(&mine->base.state, RP_VPCI_WINDOW_MEMORY, (rp_gpa_t){0},
                       HARDWARE_ADDRESS_END);
    rp_vpci_window_set(&mine->base.state, RP_VPCI_WINDOW_IO, (rp_gpa_t){0}, 0x10000);
}

static const char *attach(struct hardware_function *mine)
{
    const char *problem;

    mine->base.policy =
        may_use_pin(mine->base.scanned) ? RP_VPCI_POLICY_INTX : RP_VPCI_POLICY_NONE;
    problem = function_learn(&mine->base, RP_VPCI_ROLE_HARDWARE);
    hardware_open_windows(mine);
    return problem;
}

static const char *prepare(struct hardware_function *mine,
                           const struct rp_function *function)
{
    struct domain *domain = mine->base.domain;
    enum iommu_status iommu_status = IOMMU_OK;
    const char *problem = function_tie(function, domain_owner(domain));
    enum rp_status status;

    if (problem == NULL)
        problem = attach(mine);
    if (problem != NULL)
        return problem;
    status = rp_vpci_build(&mine->base.view, &mine->base.state,
                           rp_scan_verdict(function).size);
    if (status != RP_OK)
        return rp_status_text(status);
    problem = pins_connect(domain, function->pin_gsi, function->pin_gsi);
    if (problem != NULL)
        return problem;
    if (domain->has_iommu)
        iommu_status =
            iommu_attach(&domain->iommu, function->sbdf, machine_physical(function),
                         function_interrupt_count(&mine->base.state));
    if (iommu_status == IOMMU_OK)
        return NULL;
    pins_disconnect(function->pin_gsi);
    return iommu_status_text(iommu_status);
}

/* What is no bridge, no part of the chipset, no IOMMU, and nobody's. */
static bool is_to_be_had(const struct rp_function *function)
{
    return function->is_present && function->owner == 0 &&
           function_find(function->sbdf) == NULL &&
           function->bridge == RP_SCAN_NO_BRIDGE &&
           function->class_code >> 16 != RP_PCI_BASE_CLASS_BRIDGE &&
           function->class_code >> 8 != RP_PCI_CLASS_IOMMU;
}

bool hardware_adopt(struct domain *domain, size_t index)
{
    struct rp_function *function = &machine_scan()->functions[index];
    struct hardware_function *mine;
    const char *problem;

    if (!is_to_be_had(function))
        return false;
    mine = take_record(domain);
    if (mine == NULL) {
        log_not_given(domain, function->sbdf, "no memory for a function");
        return false;
    }
    mine->base.domain = domain;
    mine->base.scanned = function;
    mine->base.sbdf = function->sbdf;
    mine->view = &mine->base.view;
    problem = prepare(mine, function);
    if (problem != NULL) {
        log_not_given(domain, function->sbdf, problem);
        rp_vpci_detach(&mine->base.state);
        pages_free(mine, pages_for(sizeof *mine));
        return false;
    }
    function->owner = domain_owner(domain);
    pci_update_mappings(&mine->base, NULL); /* a virtual function decodes at once */
    errors_enable(function);
    __atomic_store_n(&domain->hardware->functions[index], mine, __ATOMIC_RELEASE);
    return true;
}

/* Whether a port of the configuration is to get it, now or later. */
static bool is_promised(const struct build_input *input, size_t index)
{
    for (size_t i = 0; i < input->config->port_count; i++)
        if (input->resolved[i].resolution == LAUNCH_RESOLVED &&
            input->resolved[i].place == index)
            return true;
    return false;
}

void hardware_take_functions(struct domain *domain, const struct build_input *input)
{
    const struct rp_scan *scan = machine_scan();

    if (domain->hardware->is_observer)
        return;
    if (!domain->has_iommu && input->config->iommu == LAUNCH_IOMMU_REQUIRED) {
        console_log("%s: it gets no function without an IOMMU: turn AMD-Vi on in the "
                    "firmware's set-up, or say iommu = \"none\" in the configuration",
                    domain->name);
        return;
    }
    machine_lock();
    for (size_t i = 0; i < scan->count; i++)
        if (!is_promised(input, i))
            (void)hardware_adopt(domain, i);
    machine_unlock();
}

/*
 * Where no reset is known, the domain that left it so finds it again; likewise one of
 * whose virtual functions another domain has one.
 */
static void start_over(struct domain *domain, size_t index)
{
    struct hardware_function *mine = domain->hardware->functions[index];
    uint16_t size = mine->view->size;
    const char *problem = NULL;
    enum rp_status status = RP_OK;

    (void)function_remove_vfs(&mine->base);
    if (!function_reset(&mine->base) && !sriov_is_on(&mine->base)) {
        rp_vpci_detach(&mine->base.state);
        problem = attach(mine);
    }
    hardware_open_windows(mine);
    pci_update_mappings(&mine->base, NULL);
    if (problem == NULL)
        status = rp_vpci_build(mine->view, &mine->base.state, size);
    if (status != RP_OK)
        problem = rp_status_text(status);
    if (problem != NULL)
        log_not_given(mine->base.domain, mine->base.sbdf, problem);
}

void hardware_reset_functions(struct domain *domain)
{
    struct hardware *hardware = domain->hardware;

    for (size_t i = 0; hardware != NULL && i < hardware->capacity; i++) {
        if (hardware->functions[i] != NULL)
            start_over(domain, i);
        errors_reset(&machine_scan()->functions[i]);
    }
}

void hardware_abandon(struct domain *domain, size_t index, struct vcpu *self)
{
    struct hardware *hardware = domain->hardware;
    struct hardware_function *mine = hardware->functions[index];

    if (mine == NULL)
        return;
    __atomic_store_n(&hardware->functions[index], NULL, __ATOMIC_RELEASE);
    spin_lock(&hardware->lock);
    pci_close_windows(&mine->base, self);
    rp_vpci_quiesce(&mine->base.state);
    spin_unlock(&hardware->lock);
    pins_disconnect(mine->base.scanned->pin_gsi);
    if (domain->has_iommu && iommu_detach(&domain->iommu, mine->base.sbdf) != IOMMU_OK)
        log_not_given(domain, mine->base.sbdf, "its DMA could not be shut off for sure");
    machine_scan()->functions[index].owner = 0;
    mine->next_retired = hardware->retired;
    hardware->retired = mine;
    note_retirement(domain);
}

void hardware_release(struct domain *domain)
{
    struct hardware *hardware = domain->hardware;

    if (hardware == NULL)
        return;
    machine_lock();
    for (size_t i = 0; hardware->functions != NULL && i < hardware->capacity; i++) {
        if (hardware->functions[i] != NULL && sriov_remove(&hardware->functions[i]->base))
            (void)function_reset(&hardware->functions[i]->base);
        hardware_abandon(domain, i, NULL);
    }
    machine_unlock();
    while (hardware->retired != NULL) {
        struct hardware_function *mine = hardware->retired;

        hardware->retired = mine->next_retired;
        rp_vpci_detach(&mine->base.state);
        pages_free(mine, pages_for(sizeof *mine));
    }
    if (hardware->functions != NULL)
        pages_free(hardware->functions,
                   pages_for(hardware->capacity * sizeof *hardware->functions));
    if (owner == domain)
        owner = NULL;
    pages_free(hardware, pages_for(sizeof *hardware));
    domain->hardware = NULL;
}

struct guest_function *hardware_find(size_t index)
{
    struct hardware_function *mine =
        owner != NULL ? owner->hardware->functions[index] : NULL;

    return mine != NULL ? &mine->base : NULL;
}

void hardware_forget(uint64_t base, uint64_t size)
{
    if (owner == NULL)
        return;
    spin_lock(&owner->hardware->lock);
    if (!npt_map(owner, base, 0, size, NPT_NOTHING))
        domain_stop(owner, DOMAIN_FAILED);
    domain_flush(owner, NULL);
    spin_unlock(&owner->hardware->lock);
}

bool hardware_yield_vf(const struct rp_function *vf)
{
    const size_t index = (size_t)(vf - machine_scan()->functions);
    const struct guest_function *mine = hardware_find(index);

    if (vf->pf == RP_SCAN_NONE || mine == NULL ||
        (mine->state.command & RP_PCI_COMMAND_BUS_MASTER))
        return false;
    hardware_abandon(mine->domain, index, NULL);
    return true;
}

/* ---- Views ----------------------------------------------------------------- */

static bool update_view(struct domain *domain, size_t index)
{
    struct hardware_function *mine = domain->hardware->functions[index];
    struct rp_function *function = &machine_scan()->functions[index];
    uint16_t size = rp_scan_verdict(function).size;
    struct rp_vpci_view *spare;

    if (mine == NULL || mine->view->size == size)
        return false;
    spare = mine->view == &mine->base.view ? &mine->other_view : &mine->base.view;
    if (rp_vpci_build(spare, &mine->base.state, size) != RP_OK)
        return false; /* it doesn't answer any more: what is seen stays */
    /* In full order with the look at the epochs, as a release store would not be. */
    __atomic_store_n(&mine->view, spare, __ATOMIC_SEQ_CST);
    errors_enable(function);
    return true;
}

bool hardware_update_views(struct domain *domain)
{
    struct hardware *hardware = domain->hardware;
    bool is_changed = false;

    if (is_still_read(domain))
        return false;
    spin_lock(&hardware->lock);
    for (size_t i = 0; i < machine_scan()->count; i++)
        if (update_view(domain, i))
            is_changed = true;
    spin_unlock(&hardware->lock);
    if (is_changed)
        note_retirement(domain);
    return true;
}
