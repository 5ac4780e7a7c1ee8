/* SPDX-License-Identifier: MIT */
/* A domain's nested page table (AMD64 APM vol. 2, 15.25). */
#include "guest/npt.h"

#include <stddef.h>

#include "mm/pages.h"
#include "mm/pagetable.h"

/* Guest accesses count as user accesses in the nested table: 15.25.5. */
static const uint64_t flags_of[] = {
    [NPT_NOTHING] = 0,
    [NPT_RAM] = PTE_PRESENT | PTE_WRITABLE | PTE_USER,
    [NPT_DEVICE] = PTE_PRESENT | PTE_WRITABLE | PTE_USER | PTE_PCD | PTE_PWT | PTE_NX,
    [NPT_READ_ONLY] = PTE_PRESENT | PTE_USER | PTE_NX,
};

bool npt_init(struct domain *domain)
{
    domain->npt = pages_alloc(1);
    return domain->npt != NULL;
}

bool npt_map(struct domain *domain, uint64_t gpa, uint64_t hpa, uint64_t size,
             enum npt_kind kind)
{
    bool is_done;

    spin_lock(&domain->npt_lock);
    is_done = kind == NPT_NOTHING
                  ? pagetable_unmap(domain->npt, gpa, size, &domain->npt_retired)
                  : pagetable_map(domain->npt, gpa, hpa, size, flags_of[kind],
                                  &domain->npt_retired);
    spin_unlock(&domain->npt_lock);
    return is_done;
}

bool npt_allows(struct domain *domain, uint64_t gpa, bool is_write)
{
    uint64_t entry;

    spin_lock(&domain->npt_lock);
    entry = pagetable_lookup(domain->npt, gpa, NULL);
    spin_unlock(&domain->npt_lock);
    return (entry & PTE_PRESENT) && (!is_write || (entry & PTE_WRITABLE));
}

uint64_t *npt_take_retired(struct domain *domain)
{
    uint64_t *retired;

    spin_lock(&domain->npt_lock);
    retired = domain->npt_retired;
    domain->npt_retired = NULL;
    spin_unlock(&domain->npt_lock);
    return retired;
}

void npt_free(struct domain *domain)
{
    pagetable_free_retired(npt_take_retired(domain));
    if (domain->npt != NULL)
        pagetable_free(domain->npt);
    domain->npt = NULL;
}
