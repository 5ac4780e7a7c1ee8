/* SPDX-License-Identifier: MIT */
/* A function of the machine's on its way from quarantine to a domain and back. */
#include "guest/function.h"

#include <stddef.h>

#include <rootport/cap.h>
#include <rootport/group.h>
#include <rootport/pci_regs.h>

#include "bars.h"
#include "cpu/clock.h"
#include "dev/console.h"
#include "guest/errors.h"
#include "guest/pci.h"
#include "guest/pins.h"
#include "guest/sriov.h"
#include "machine.h"
#include "mm/pages.h"

enum {
    FLR_WAIT_US = 100000, /* PCI Express Base r5.0, 6.6.2 */
    BUS_RESET_US = 2000,  /* at least 1 ms: 7.5.1.3.13 */
    /* PCI Local Bus r3.0, 4.3.2: Trhfa is 2^25 clocks, of at most 33 MHz. */
    CONVENTIONAL_WAIT_US = 1100000,
    /* For answers that are under way; a function that gets none is reset for that. */
    PENDING_WAIT_US = 10000,
    PM_WAIT_US = 10000, /* PCI Power Management r1.2, table 5-6: D3hot to D0 */
};

static struct guest_function *functions;
static enum function_confinement confinement;

void function_log(const struct rp_function *function, const char *what)
{
    console_log("%pS: %s", &function->sbdf, what);
}

/*
 * Bridges, interrupt and DMA controllers, timers, the clock, IOMMUs: what the machine
 * itself runs on isn't touched, even to look at it.
 */
static bool is_part_of_the_machine(const struct rp_function *scanned)
{
    const unsigned class = scanned->class_code >> 8;

    return class >> 8 == RP_PCI_BASE_CLASS_BRIDGE || class == RP_PCI_CLASS_IOMMU ||
           (class >= RP_PCI_CLASS_INTERRUPT_CONTROLLER && class <= RP_PCI_CLASS_RTC);
}

/* What no IOMMU can block: a pin, which another domain's function may share. */
static void close_pin(const struct rp_function *scanned)
{
    uint16_t command;

    if (scanned->is_present && !is_part_of_the_machine(scanned) &&
        rp_cfg_read16(machine_cfg(), scanned->sbdf, RP_PCI_COMMAND, &command) == RP_OK)
        (void)rp_cfg_write16(machine_cfg(), scanned->sbdf, RP_PCI_COMMAND,
                             command | RP_PCI_COMMAND_INTX_DISABLE);
}

void function_init(enum function_confinement machine)
{
    const struct rp_scan *scan = machine_scan();

    confinement = machine;
    for (size_t i = 0; i < scan->count; i++)
        close_pin(&scan->functions[i]);
}

struct guest_function *function_find(rp_sbdf_t sbdf)
{
    struct guest_function *function = functions;

    while (function != NULL && !rp_sbdf_equal(function->sbdf, sbdf))
        function = function->next;
    return function;
}

bool function_is_of(const struct domain *domain)
{
    struct guest_function *function = functions;

    while (function != NULL && function->domain != domain)
        function = function->next;
    return function != NULL;
}

/* ---- Reset ----------------------------------------------------------------- */

static bool set_power_state(const struct guest_function *function, uint16_t control,
                            uint16_t state)
{
    uint16_t offset = (uint16_t)(function->scanned->pm_cap + RP_PCI_PM_CONTROL_STATUS);

    control &= (uint16_t) ~(RP_PCI_PM_CONTROL_POWER_STATE | RP_PCI_PM_CONTROL_PME_STATUS);
    return rp_cfg_write16(machine_cfg(), function->sbdf, offset, control | state) ==
           RP_OK;
}

/* A function that forgets all in D3hot is reset by going there and coming back. */
static bool reset_by_power(const struct guest_function *function)
{
    uint16_t offset = (uint16_t)(function->scanned->pm_cap + RP_PCI_PM_CONTROL_STATUS);
    uint16_t control;

    if (function->scanned->pm_cap == 0 ||
        rp_cfg_read16(machine_cfg(), function->sbdf, offset, &control) != RP_OK ||
        (control & RP_PCI_PM_CONTROL_NO_SOFT_RESET) != 0)
        return false;
    if (!set_power_state(function, control, RP_PCI_PM_D3HOT))
        return false;
    clock_delay_us(PM_WAIT_US);
    return set_power_state(function, control, RP_PCI_PM_D0);
}

/* Nothing else is behind the bridge above it: its bus is its own to reset. */
static bool is_alone_on_bus(const struct guest_function *function)
{
    const struct rp_scan *scan = machine_scan();
    const struct rp_function *own = function->scanned;

    if (own->parent == RP_SCAN_NONE || own->pf != RP_SCAN_NONE)
        return false;
    for (size_t i = 0; i < scan->count; i++)
        if (scan->functions[i].is_present && scan->functions[i].parent == own->parent &&
            &scan->functions[i] != own)
            return false;
    return true;
}

/* Resets the bus, and says how long what is on it then needs: 0 if it can't be reset. */
static uint64_t reset_by_bus(const struct guest_function *function)
{
    const struct rp_function *bridge;
    uint16_t control;

    if (!is_alone_on_bus(function))
        return 0;
    bridge = &machine_scan()->functions[function->scanned->parent];
    if (rp_cfg_read16(machine_cfg(), bridge->sbdf, RP_PCI_BRIDGE_CONTROL, &control) !=
            RP_OK ||
        rp_cfg_write16(machine_cfg(), bridge->sbdf, RP_PCI_BRIDGE_CONTROL,
                       control | RP_PCI_BRIDGE_CONTROL_SECONDARY_RESET) != RP_OK)
        return 0;
    clock_delay_us(BUS_RESET_US);
    (void)rp_cfg_write16(machine_cfg(), bridge->sbdf, RP_PCI_BRIDGE_CONTROL,
                         control & (uint16_t)~RP_PCI_BRIDGE_CONTROL_SECONDARY_RESET);
    return function->scanned->pcie_cap != 0 ? FLR_WAIT_US : CONVENTIONAL_WAIT_US;
}

static void wait_for_pending(struct guest_function *function)
{
    uint64_t deadline = clock_deadline_us(PENDING_WAIT_US);

    rp_vpci_quiesce(&function->state);
    while (rp_vpci_has_pending(&function->state) && !clock_is_past(deadline))
        cpu_relax();
}

/* What has virtual functions is quiet then, but not reset: that would end them. */
static bool start_reset(struct guest_function *function)
{
    uint64_t wait_us = FLR_WAIT_US;

    wait_for_pending(function);
    if (sriov_is_on(function))
        return true;
    if (rp_vpci_flr_start(&function->state) != RP_OK && !reset_by_power(function))
        wait_us = reset_by_bus(function);
    function->ready_at = clock_deadline_us(wait_us);
    return wait_us != 0;
}

bool function_remove_vfs(struct guest_function *function)
{
    bool is_done;

    machine_lock();
    is_done = sriov_remove(function);
    machine_unlock();
    return is_done;
}

bool function_reset(struct guest_function *function)
{
    bool is_started = start_reset(function);

    while (!clock_is_past(function->ready_at))
        cpu_relax();
    return function_end_reset(function) && is_started;
}

bool function_begin_reset(struct guest_function *function)
{
    bool is_started = start_reset(function);

    __atomic_store_n(&function->is_resetting, true, __ATOMIC_RELEASE);
    return is_started;
}

/* One that isn't ready when its time is over is asked again later (6.6.2). */
bool function_end_reset(struct guest_function *function)
{
    if (!clock_is_past(function->ready_at))
        return false;
    if (rp_vpci_flr_finish(&function->state) != RP_OK) {
        function->ready_at = clock_deadline_us(FLR_WAIT_US);
        return false;
    }
    rp_group_isolate_one(machine_cfg(), function->scanned);
    errors_enable(function->scanned);
    __atomic_store_n(&function->is_resetting, false, __ATOMIC_RELEASE);
    return true;
}

/* ---- Records --------------------------------------------------------------- */

const char *function_learn(struct guest_function *function, enum rp_vpci_role role)
{
    const uint32_t pf_index = function->scanned->pf;
    struct rp_vpci_vf vf;
    struct rp_vpci_config config = {
        .cfg = *machine_cfg(),
        .platform = machine_platform(),
        .sbdf = function->sbdf,
        .role = role,
        .policy = function->policy,
        .msix_entries = function->msix_entries,
        .msix_capacity = confinement == FUNCTION_CONFINED_BY_IOMMU
                             ? IOMMU_INTERRUPTS_MAX
                             : RP_VPCI_MSIX_ENTRIES_MAX,
        .space = bars_space(),
        .function = pf_index,
    };
    enum rp_status status;

    if (pf_index == RP_SCAN_NONE) {
        config.function = (uint32_t)(function->scanned - machine_scan()->functions);
    } else { /* it decodes what was taken for its physical one */
        const struct guest_function *pf = sriov_find(pf_index);

        if (pf == NULL)
            return rp_status_text(RP_ERR_NO_DEVICE);
        rp_vpci_sriov_describe(&pf->state, function->scanned->vf_number, &vf);
        config.vf = &vf;
    }
    status = rp_vpci_attach(&function->state, &config);
    if (status == RP_ERR_UNSUPPORTED)
        return rp_vpci_refusal_text(function->state.refusal);
    return status == RP_OK ? NULL : rp_status_text(status);
}

static void close(struct guest_function *function)
{
    struct guest_function **link = &functions;

    while (*link != function)
        link = &(*link)->next;
    *link = function->next;
    rp_vpci_detach(&function->state);
    pages_free(function, pages_for(sizeof *function));
}

/* Whoever gets a function gets its pin, where that is wired. */
static uint32_t with_pin(const struct rp_function *scanned, uint32_t policy)
{
    return policy | (scanned->pin_gsi != 0 ? RP_VPCI_POLICY_INTX : 0);
}

struct guest_function *function_open(struct rp_function *scanned, uint32_t policy,
                                     const char **out_problem)
{
    struct guest_function *function;
    uint32_t index;

    if (confinement == FUNCTION_CONFINED_BY_NOTHING) {
        *out_problem = "there is no IOMMU to confine its DMA";
        return NULL;
    }
    if (is_part_of_the_machine(scanned)) {
        *out_problem = "it is part of what the machine itself runs on";
        return NULL;
    }
    index = (uint32_t)(scanned - machine_scan()->functions);
    if (machine_next_vf(index, index) != RP_SCAN_NONE) {
        *out_problem = "it has virtual functions";
        return NULL;
    }
    function = pages_alloc(pages_for(sizeof *function));
    if (function == NULL) {
        *out_problem = "no memory for a function";
        return NULL;
    }
    function->scanned = scanned;
    function->sbdf = scanned->sbdf;
    function->policy = with_pin(scanned, policy);
    *out_problem = function_learn(function, RP_VPCI_ROLE_GUEST);
    if (*out_problem != NULL) {
        rp_vpci_detach(&function->state);
        pages_free(function, pages_for(sizeof *function));
        return NULL;
    }
    if (!sriov_is_new(scanned) && !start_reset(function))
        function_log(scanned, "no reset is known: given as firmware left it");
    function->next = functions;
    functions = function;
    return function;
}

/* An odd epoch is a CPU that was dealing with an exit: it may have found the view. */
static bool is_still_read(const struct guest_function *function)
{
    const struct domain *domain = function->domain;

    for (uint32_t i = 0; domain != NULL && i < domain->vcpu_count; i++)
        if ((function->reader_epochs[i] & 1) != 0 &&
            vcpu_epoch(&domain->vcpus[i]) == function->reader_epochs[i])
            return true;
    return false;
}

/* What the last owner wrote goes with the state; the hardware has been reset. */
static void forget_owner(struct guest_function *function)
{
    enum rp_status status = RP_OK;

    function->mapping_count = 0;
    function->is_resetting = false;
    if (!function->is_tainted)
        status = rp_vpci_flr_finish(&function->state);
    rp_vpci_detach(&function->state);
    if (status != RP_OK || function_learn(function, RP_VPCI_ROLE_GUEST) != NULL)
        function_log(function->scanned, "it does not come back from its reset");
    function->scanned->owner = 0;
    if (!function->is_wanted)
        function->domain = NULL;
}

/* It is learnt anew at the end of its reset. */
void function_set_policy(struct guest_function *function, uint32_t policy)
{
    policy = with_pin(function->scanned, policy);
    if (function->policy != policy)
        __atomic_store_n(&function->stage, FUNCTION_RESETTING, __ATOMIC_RELEASE);
    function->policy = policy;
    function->vf_memory = 0;
}

/* What can't be reset is for its last owner alone. */
static void reset_taken(struct guest_function *function)
{
    if (!start_reset(function))
        function->is_tainted = true;
}

bool function_is_ready(struct guest_function *function)
{
    enum function_stage stage = __atomic_load_n(&function->stage, __ATOMIC_ACQUIRE);

    if (stage != FUNCTION_RESETTING)
        return stage == FUNCTION_READY;
    if (!clock_is_past(function->ready_at) || is_still_read(function))
        return false;
    if (sriov_is_on(function)) {
        function->domain = NULL;
        if (sriov_remove(function))
            reset_taken(function);
        return false;
    }
    forget_owner(function);
    __atomic_store_n(&function->stage, FUNCTION_READY, __ATOMIC_RELEASE);
    return true;
}

void function_settle_all(void)
{
    struct guest_function *next;

    for (struct guest_function *function = functions; function != NULL; function = next) {
        next = function->next;
        if (function_is_ready(function) && !function->is_wanted && !function->is_tainted)
            close(function);
    }
}

void function_wait(struct guest_function *function)
{
    bool is_ready;

    do {
        machine_lock();
        is_ready = function_is_ready(function);
        machine_unlock();
    } while (!is_ready);
}

/* ---- Owners ---------------------------------------------------------------- */

const char *function_tie(const struct rp_function *function, uint32_t owner)
{
    const struct rp_scan *scan = machine_scan();
    const uint32_t index = (uint32_t)(function - scan->functions);
    enum rp_group_tie tie;
    uint32_t rival;

    rp_group_isolate(scan, machine_cfg(), index);
    rival = rp_group_find_rival(scan, machine_cfg(), index, owner);
    if (rival == RP_SCAN_NONE)
        return NULL;
    function_log(&scan->functions[rival], "is another domain's");
    tie = rp_group_find(scan, machine_cfg(), index).tie;
    if (tie == RP_GROUP_ALONE) /* then it leads the other */
        tie = rp_group_find(scan, machine_cfg(), rival).tie;
    return rp_group_tie_text(tie);
}

unsigned function_interrupt_count(const struct rp_vpci_state *state)
{
    unsigned msi = 1u << state->msi.capable_log2; /* 1, if there is none */
    unsigned msix = state->msix.entry_count;

    if (msix > IOMMU_INTERRUPTS_MAX)
        return IOMMU_INTERRUPTS_MAX;
    return msi > msix ? msi : msix;
}

const char *function_give(struct guest_function *function, struct domain *domain,
                          unsigned port)
{
    enum iommu_status iommu_status = IOMMU_OK;
    enum rp_status status;
    const char *problem;

    if (function->is_tainted && function->last_owner != domain_owner(domain))
        return "another domain had it, and no reset is known that would clean it";
    problem = function_tie(function->scanned, domain_owner(domain));
    if (problem != NULL)
        return problem;
    rp_vpci_sriov_allow(&function->state, function->vf_memory);
    status = rp_vpci_build(&function->view, &function->state,
                           rp_scan_verdict(function->scanned).size);
    if (status != RP_OK)
        return rp_status_text(status);
    bars_reserve(function->scanned, &function->state);
    problem =
        pins_connect(domain, domain->pci->ports[port].line, function->scanned->pin_gsi);
    if (problem != NULL)
        return problem;
    if (domain->has_iommu)
        iommu_status = iommu_attach(&domain->iommu, function->sbdf,
                                    machine_physical(function->scanned),
                                    function_interrupt_count(&function->state));
    if (iommu_status != IOMMU_OK) {
        pins_disconnect(function->scanned->pin_gsi);
        return iommu_status_text(iommu_status);
    }
    rp_vpci_clear_errors(&function->view);
    errors_enable(function->scanned);
    function->is_wanted = false;
    function->domain = domain;
    function->port = port;
    function->scanned->owner = domain_owner(domain);
    __atomic_store_n(&function->stage, FUNCTION_GIVEN, __ATOMIC_RELEASE);
    return NULL;
}

void function_take_back(struct guest_function *function, enum function_next next)
{
    struct domain *domain = function->domain;

    if (!function->is_tainted)
        function->last_owner = domain_owner(domain);
    if (domain->has_iommu && iommu_detach(&domain->iommu, function->sbdf) != IOMMU_OK) {
        console_log("%s: port %u: the function's DMA could not be shut off for certain: "
                    "nobody gets it again",
                    domain->name, function->port + 1);
        function->is_tainted = true;
        function->last_owner = 0;
    }
    rp_vpci_quiesce(&function->state);
    pins_disconnect(function->scanned->pin_gsi);
    reset_taken(function);
    for (uint32_t i = 0; i < domain->vcpu_count; i++)
        function->reader_epochs[i] = vcpu_epoch(&domain->vcpus[i]);
    function->is_wanted = next == FUNCTION_KEEP;
    __atomic_store_n(&function->stage, FUNCTION_RESETTING, __ATOMIC_RELEASE);
}
