/* SPDX-License-Identifier: MIT */
/* Accesses to the pages of BARs that are trapped, whichever topology a domain sees. */
#include "guest/trapped.h"

#include <stddef.h>

#include "guest/hardware_internal.h"
#include "guest/pci_internal.h"
#include "machine.h"

/* How many places for functions a domain has. */
static size_t place_count(const struct domain *domain)
{
    return hardware_is_for(domain) ? machine_scan()->count : domain->pci->port_count;
}

/* NULL: there is none. */
static struct guest_function *function_at(const struct domain *domain, size_t place)
{
    struct hardware_function *mine;

    if (!hardware_is_for(domain))
        return __atomic_load_n(&domain->pci->ports[place].function, __ATOMIC_SEQ_CST);
    mine = __atomic_load_n(&domain->hardware->functions[place], __ATOMIC_ACQUIRE);
    return mine != NULL ? &mine->base : NULL;
}

bool trapped_read(const struct domain *domain, uint64_t gpa, unsigned width,
                  uint64_t *out_value)
{
    for (size_t i = 0; i < place_count(domain); i++) {
        const struct guest_function *function = function_at(domain, i);

        if (function != NULL &&
            rp_vpci_mmio_read(&function->state, (rp_gpa_t){gpa}, width, out_value))
            return true;
    }
    return false;
}

bool trapped_write(struct vcpu *vcpu, uint64_t gpa, unsigned width, uint64_t value)
{
    struct domain *domain = vcpu->domain;
    struct spinlock *lock =
        hardware_is_for(domain) ? &domain->hardware->lock : &domain->pci->lock;
    bool is_taken = false;

    spin_lock(lock);
    for (size_t i = 0; i < place_count(domain) && !is_taken; i++) {
        struct guest_function *function = function_at(domain, i);
        struct rp_vpci_effects effects = {0};

        is_taken =
            function != NULL &&
            rp_vpci_mmio_write(&function->state, (rp_gpa_t){gpa}, width, value, &effects);
        if (is_taken)
            pci_apply_effects(function, vcpu, &effects);
    }
    spin_unlock(lock);
    return is_taken;
}
