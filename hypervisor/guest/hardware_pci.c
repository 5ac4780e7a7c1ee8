/* SPDX-License-Identifier: MIT */
/*
 * The machine's own PCI topology, as a domain sees it that has a part of it.
 *
 * Functions that it has are views of their own (vpci.h). Bridges and the chipset read
 * through: every function behind a bridge depends on it, whoever has that, so but a
 * few bits are nobody's to change. All else is absent.
 */
#include <rootport/access.h>
#include <rootport/pci_regs.h>

#include "guest/hardware_internal.h"
#include "guest/pci_internal.h"
#include "machine.h"

enum {
    BASE_CLASS_BRIDGE = 0x06,
};

/*
 * A bridge may be opened further; closing it would cut off what is behind it. ARI
 * forwarding reaches the functions from 8 on, as virtual ones are: 7.5.3.16.
 */
#define BRIDGE_COMMAND_MAY_SET                                                           \
    (RP_PCI_COMMAND_IO | RP_PCI_COMMAND_MEMORY | RP_PCI_COMMAND_BUS_MASTER)

static struct hardware_function *own(const struct domain *domain, uint32_t index)
{
    return __atomic_load_n(&domain->hardware->functions[index], __ATOMIC_ACQUIRE);
}

static bool is_platform(const struct rp_function *function)
{
    return function->is_present && (function->bridge != RP_SCAN_NO_BRIDGE ||
                                    function->class_code >> 16 == BASE_CLASS_BRIDGE);
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
    struct hardware_function *mine;
    uint32_t value = UINT32_MAX;

    if (index == RP_SCAN_NONE)
        return UINT32_MAX;
    mine = own(domain, index);
    if (mine != NULL && answers_reader(domain->hardware, mine))
        value = (uint32_t)rp_vpci_read(view_of(mine), reg, width);
    else if (mine == NULL && reads_through(domain, &scan->functions[index]) &&
             reg < rp_scan_verdict(&scan->functions[index]).size)
        (void)rp_cfg_read(machine_cfg(), sbdf, reg, width, &value);
    return value;
}

/* The rest of a bridge is dropped without a word: every kernel tries to size its BARs. */
static void write_bridge(const struct domain *domain, const struct rp_function *bridge,
                         uint16_t reg, unsigned width, uint32_t value)
{
    uint32_t may_set = 0;
    uint16_t old;

    if (reg == RP_PCI_COMMAND)
        may_set = BRIDGE_COMMAND_MAY_SET;
    else if (bridge->pcie_cap != 0 &&
             reg == bridge->pcie_cap + RP_PCI_PCIE_DEVICE_CONTROL2)
        may_set = RP_PCI_PCIE_DEVICE_CONTROL2_ARI_FORWARDING;
    if (!(value & may_set) || width < 2 || domain->hardware->is_observer ||
        rp_cfg_read16(machine_cfg(), bridge->sbdf, reg, &old) != RP_OK)
        return;
    (void)rp_cfg_write16(machine_cfg(), bridge->sbdf, reg,
                         (uint16_t)(old | (value & may_set)));
}

/* What a write changed. Needs the lock, which isn't held all the time. */
static void apply(struct hardware_function *mine, struct vcpu *vcpu, uint32_t index,
                  struct rp_vpci_effects *effects)
{
    struct hardware *hardware = vcpu->domain->hardware;

    if (effects->what & (RP_VPCI_EFFECT_SRIOV | RP_VPCI_EFFECT_FLR)) {
        spin_unlock(&hardware->lock);
        hardware_follow_sriov(vcpu, index, effects->what & RP_VPCI_EFFECT_FLR);
        spin_lock(&hardware->lock);
        if (rp_vpci_sriov_is_on(mine->base.state.sriov.control))
            effects->what &= ~(uint32_t)RP_VPCI_EFFECT_FLR;
    }
    pci_apply_effects(&mine->base, vcpu, effects);
}

void hardware_cfg_write(struct vcpu *vcpu, rp_sbdf_t sbdf, uint16_t reg, unsigned width,
                        uint32_t value)
{
    struct domain *domain = vcpu->domain;
    struct hardware *hardware = domain->hardware;
    const struct rp_scan *scan = machine_scan();
    uint32_t index = rp_scan_find(scan, sbdf);
    struct rp_vpci_effects effects = {0};
    struct hardware_function *mine;

    if (index == RP_SCAN_NONE)
        return;
    mine = own(domain, index);
    if (mine != NULL) {
        spin_lock(&hardware->lock);
        if (is_answering(mine)) {
            rp_vpci_write(view_of(mine), reg, width, value, &effects);
            apply(mine, vcpu, index, &effects);
        }
        spin_unlock(&hardware->lock);
    } else if (is_platform(&scan->functions[index])) {
        write_bridge(domain, &scan->functions[index], reg, width, value);
    }
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

uint32_t hardware_cf8_read(struct vcpu *vcpu, uint16_t port, unsigned width)
{
    struct hardware *hardware = vcpu->domain->hardware;
    struct rp_access access;

    switch (rp_cf8_decode(&hardware->cf8, port, width, &access)) {
    case RP_CF8_ADDRESS:
        return hardware->cf8.address;
    case RP_CF8_DATA:
        return (uint32_t)read_access(vcpu->domain, &access, &all_buses);
    case RP_CF8_NOTHING:
        break;
    }
    return UINT32_MAX;
}

void hardware_cf8_write(struct vcpu *vcpu, uint16_t port, unsigned width, uint32_t value)
{
    struct hardware *hardware = vcpu->domain->hardware;
    struct rp_access access;

    switch (rp_cf8_decode(&hardware->cf8, port, width, &access)) {
    case RP_CF8_ADDRESS:
        rp_cf8_write_address(&hardware->cf8, value);
        break;
    case RP_CF8_DATA:
        write_access(vcpu, &access, &all_buses, value);
        break;
    case RP_CF8_NOTHING:
        break;
    }
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

bool hardware_mmio_read(struct domain *domain, uint64_t gpa, unsigned width,
                        uint64_t *out_value)
{
    const struct rp_scan *scan = machine_scan();
    struct buses buses;
    uint64_t offset;

    if (find_region(gpa, &buses, &offset)) {
        struct rp_access access = rp_access_ecam(offset, width);

        *out_value = read_access(domain, &access, &buses);
        return true;
    }
    for (uint32_t i = 0; i < scan->count; i++) {
        const struct hardware_function *mine = own(domain, i);

        if (mine != NULL &&
            rp_vpci_mmio_read(&mine->base.state, (rp_gpa_t){gpa}, width, out_value))
            return true;
    }
    return false;
}

static bool write_trapped(struct vcpu *vcpu, uint64_t gpa, unsigned width, uint64_t value)
{
    const struct rp_scan *scan = machine_scan();
    bool is_taken = false;

    for (uint32_t i = 0; i < scan->count && !is_taken; i++) {
        struct hardware_function *mine = own(vcpu->domain, i);
        struct rp_vpci_effects effects = {0};

        if (mine == NULL)
            continue;
        is_taken = rp_vpci_mmio_write(&mine->base.state, (rp_gpa_t){gpa}, width, value,
                                      &effects);
        if (is_taken)
            pci_apply_effects(&mine->base, vcpu, &effects);
    }
    return is_taken;
}

bool hardware_mmio_write(struct vcpu *vcpu, uint64_t gpa, unsigned width, uint64_t value)
{
    struct hardware *hardware = vcpu->domain->hardware;
    struct buses buses;
    uint64_t offset;
    bool is_taken;

    if (find_region(gpa, &buses, &offset)) {
        struct rp_access access = rp_access_ecam(offset, width);

        write_access(vcpu, &access, &buses, value);
        return true;
    }
    spin_lock(&hardware->lock);
    is_taken = write_trapped(vcpu, gpa, width, value);
    spin_unlock(&hardware->lock);
    return is_taken;
}
