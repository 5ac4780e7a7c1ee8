/* SPDX-License-Identifier: MIT */
/*
 * The machine's own PCI topology, as a domain sees it that has a part of it.
 *
 * Functions that it has are views of their own (vpci.h). Bridges and the chipset read
 * through: every function behind a bridge depends on it, whoever has that, so but its
 * windows and a few bits are nobody's to change. All else is absent.
 */
#include <rootport/access.h>
#include <rootport/pci_regs.h>

#include "guest/errors.h"
#include "guest/hardware_internal.h"
#include "guest/pci_internal.h"
#include "guest/sriov.h"
#include "machine.h"

static struct hardware_function *own(const struct domain *domain, uint32_t index)
{
    return __atomic_load_n(&domain->hardware->functions[index], __ATOMIC_ACQUIRE);
}

static bool is_platform(const struct rp_function *function)
{
    return function->is_present &&
           (function->bridge != RP_SCAN_NO_BRIDGE ||
            function->class_code >> 16 == RP_PCI_BASE_CLASS_BRIDGE);
}

/*
 * So does a virtual function that another domain has, if its physical one is the
 * domain's: a kernel that turns virtual functions on reads from one of them what they all
 * are.
 */
static bool reads_through(const struct domain *domain, const struct rp_function *function)
{
    return is_platform(function) ||
           (function->pf != RP_SCAN_NONE && own(domain, function->pf) != NULL);
}

static const struct rp_vpci_view *view_of(const struct hardware_function *mine)
{
    return __atomic_load_n(&mine->view, __ATOMIC_ACQUIRE);
}

/* Ends the function's reset if its time is over. Needs the lock. */
static bool is_answering(struct hardware_function *mine)
{
    if (function_is_answering(&mine->base))
        return true;
    if (!function_end_reset(&mine->base))
        return false;
    hardware_open_windows(mine);
    pci_update_mappings(&mine->base, NULL);
    return true;
}

/* Seldom, so the lock is only taken for a reset that goes on. */
static bool answers_reader(struct hardware *hardware, struct hardware_function *mine)
{
    bool is_over;

    if (function_is_answering(&mine->base))
        return true;
    spin_lock(&hardware->lock);
    is_over = is_answering(mine);
    spin_unlock(&hardware->lock);
    return is_over;
}

uint32_t hardware_cfg_read(struct domain *domain, rp_sbdf_t sbdf, uint16_t reg,
                           unsigned width)
{
    const struct rp_scan *scan = machine_scan();
    uint32_t index = rp_scan_find(scan, sbdf);
    const struct rp_rootport *port;
    struct hardware_function *mine;
    uint32_t value = UINT32_MAX;

    if (index == RP_SCAN_NONE) {
        sriov_look(domain);
        index = rp_scan_find(scan, sbdf);
    }
    if (index == RP_SCAN_NONE)
        return UINT32_MAX;
    mine = own(domain, index);
    if (mine != NULL && answers_reader(domain->hardware, mine))
        value = (uint32_t)rp_vpci_read(view_of(mine), reg, width);
    else if (mine == NULL && reads_through(domain, &scan->functions[index]) &&
             reg < rp_scan_verdict(&scan->functions[index]).size) {
        port = errors_stand_in(&scan->functions[index], &reg);
        if (port != NULL)
            return rp_rootport_read(port, reg, width);
        (void)rp_cfg_read(machine_cfg(), sbdf, reg, width, &value);
        value &= ~errors_hidden_bits(&scan->functions[index], reg);
    }
    return value;
}

void hardware_cfg_write(struct vcpu *vcpu, rp_sbdf_t sbdf, uint16_t reg, unsigned width,
                        uint32_t value)
{
    struct domain *domain = vcpu->domain;
    struct hardware *hardware = domain->hardware;
    const struct rp_scan *scan = machine_scan();
    uint32_t index = rp_scan_find(scan, sbdf);
    const bool may_move = reg < RP_PCI_CAPABILITIES_BASE;
    struct rp_vpci_effects effects = {0};
    struct hardware_function *mine;

    if (index == RP_SCAN_NONE)
        return;
    if (may_move)
        machine_lock();
    mine = own(domain, index);
    if (mine != NULL) {
        spin_lock(&hardware->lock);
        if (is_answering(mine)) {
            rp_vpci_write(view_of(mine), reg, width, value, &effects);
            if (may_move)
                hardware_move_bars(mine, vcpu);
            sriov_follow(vcpu, &mine->base, &effects);
            pci_apply_effects(&mine->base, vcpu, &effects);
        }
        spin_unlock(&hardware->lock);
    } else if (is_platform(&scan->functions[index])) {
        hardware_write_bridge(domain, index, reg, width, value);
    }
    if (may_move)
        machine_unlock();
}

void hardware_report_errors(size_t index, struct rp_rootport *port)
{
    const struct guest_function *function = hardware_find(index);
    struct rp_rootport_actions actions;

    if (function == NULL || !function_is_answering(function))
        return;
    rp_rootport_receive(
        port, rp_vpci_errors(view_of((const struct hardware_function *)function)),
        rp_sbdf_requester_id(function->sbdf), &actions);
    pci_send_port_msi(function->domain, &actions);
}

/* ---- Accesses -------------------------------------------------------------- */

/* Where the pieces of an access lead: buses @start to @end of @segment. */
struct buses {
    uint16_t segment;
    uint8_t start;
    uint8_t end;
};

static const struct buses all_buses = {0, 0, 255};

static rp_sbdf_t sbdf_of(const struct buses *buses, struct rp_access_piece piece)
{
    return (rp_sbdf_t){(uint32_t)buses->segment << 16 | (uint32_t)piece.bus << 8 |
                       piece.devfn};
}

static bool is_among(const struct buses *buses, struct rp_access_piece piece)
{
    return piece.bus >= buses->start && piece.bus <= buses->end;
}

static uint64_t read_access(struct domain *domain, const struct rp_access *access,
                            const struct buses *buses)
{
    uint64_t value = UINT64_MAX;

    for (unsigned i = 0; i < access->count; i++) {
        struct rp_access_piece piece = access->pieces[i];

        if (is_among(buses, piece))
            value = rp_access_merge(
                value, piece,
                hardware_cfg_read(domain, sbdf_of(buses, piece), piece.reg, piece.width));
    }
    return value;
}

static void write_access(struct vcpu *vcpu, const struct rp_access *access,
                         const struct buses *buses, uint64_t value)
{
    for (unsigned i = 0; i < access->count; i++) {
        struct rp_access_piece piece = access->pieces[i];

        if (is_among(buses, piece))
            hardware_cfg_write(vcpu, sbdf_of(buses, piece), piece.reg, piece.width,
                               rp_access_part(value, piece));
    }
}

uint64_t hardware_cf8_read(struct domain *domain, const struct rp_access *access)
{
    return read_access(domain, access, &all_buses);
}

void hardware_cf8_write(struct vcpu *vcpu, const struct rp_access *access, uint64_t value)
{
    write_access(vcpu, access, &all_buses, value);
}

/*
 * The region that @gpa lies in, whether it is used or not: a domain never reaches one
 * itself, and what is not used still has the first 256 bytes where CF8/CFC has them.
 */
static bool find_region(uint64_t gpa, struct buses *out_buses, uint64_t *out_offset)
{
    const struct rp_ecam *ecam = machine_reports()->ecam;

    for (size_t i = 0; i < ecam->count; i++) {
        const struct rp_ecam_region *region = &ecam->setup.regions[i];
        uint64_t start = rp_ecam_start(&region->range).value;

        if (region->state == RP_ECAM_REJECTED || gpa < start ||
            gpa - start >= rp_ecam_size(&region->range))
            continue;
        *out_buses = (struct buses){region->range.segment, region->range.start_bus,
                                    region->range.end_bus};
        *out_offset = gpa - region->range.base.value;
        return true;
    }
    return false;
}

bool hardware_ecam_read(struct domain *domain, uint64_t gpa, unsigned width,
                        uint64_t *out_value)
{
    struct rp_access access;
    struct buses buses;
    uint64_t offset;

    if (!find_region(gpa, &buses, &offset))
        return false;
    access = rp_access_ecam(offset, width);
    *out_value = read_access(domain, &access, &buses);
    return true;
}

bool hardware_ecam_write(struct vcpu *vcpu, uint64_t gpa, unsigned width, uint64_t value)
{
    struct rp_access access;
    struct buses buses;
    uint64_t offset;

    if (!find_region(gpa, &buses, &offset))
        return false;
    access = rp_access_ecam(offset, width);
    write_access(vcpu, &access, &buses, value);
    return true;
}
