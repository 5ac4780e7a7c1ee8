/* SPDX-License-Identifier: MIT */
/* A domain's nested page table: what its guest physical addresses lead to. */
#ifndef GUEST_NPT_H
#define GUEST_NPT_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/domain.h"

enum npt_kind {
    NPT_NOTHING = 0,
    NPT_RAM,       /* read, write, execute; cached */
    NPT_DEVICE,    /* read, write; uncached */
    NPT_READ_ONLY, /* of the hypervisor's: writes exit */
};

/* Makes an empty table. False: no memory. */
bool npt_init(struct domain *domain);

/*
 * Maps, or with NPT_NOTHING unmaps, whole pages. False when memory for tables ran
 * out. Whoever takes something away calls domain_flush() before it is reused.
 */
bool npt_map(struct domain *domain, uint64_t gpa, uint64_t hpa, uint64_t size,
             enum npt_kind kind);

/* Whether an access would go through now. */
bool npt_allows(struct domain *domain, uint64_t gpa, bool is_write);

/* Tables that were taken out: to be freed once a flush that began after this is done. */
uint64_t *npt_take_retired(struct domain *domain);

void npt_free(struct domain *domain);

#endif
