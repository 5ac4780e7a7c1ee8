/* SPDX-License-Identifier: MIT */
/*
 * Builds the page tables that an AMD IOMMU walks: four levels, pages of 4 KiB and
 * 2 MiB. Pure; flushing what the IOMMU has cached is the caller's business.
 *
 * AMD I/O Virtualization Technology Specification (48882) r3.06, 2.2.3.
 */
#ifndef IOMMU_AMDVI_TABLE_H
#define IOMMU_AMDVI_TABLE_H

#include "iommu/iommu.h"

/*
 * Where tables come from: zeroed pages of 4 KiB, aligned, whose pointers are their
 * physical addresses. take() returns NULL when there are no more.
 */
struct amdvi_page_source {
    void *(*take)(void);
    void (*give)(void *page);
};

/* As iommu_context_map(): all or nothing, IOMMU_INVALID, _EXISTS, _NO_MEMORY. */
enum iommu_status amdvi_table_map(uint64_t *root, const struct amdvi_page_source *pages,
                                  uint64_t gpa, uint64_t hpa, uint64_t size,
                                  enum iommu_access access) RP_MUST_CHECK;

/* As iommu_context_unmap(): IOMMU_INVALID, or IOMMU_NO_MEMORY and nothing unmapped. */
enum iommu_status amdvi_table_unmap(uint64_t *root, const struct amdvi_page_source *pages,
                                    uint64_t gpa, uint64_t size) RP_MUST_CHECK;

/* Where a device that accesses @gpa ends up, and with what rights; false: nowhere. */
bool amdvi_table_look_up(const uint64_t *root, uint64_t gpa, uint64_t *out_hpa,
                         enum iommu_access *out_access);

/* Gives back every page of the table, the root included. */
void amdvi_table_free(uint64_t *root, const struct amdvi_page_source *pages);

#endif
