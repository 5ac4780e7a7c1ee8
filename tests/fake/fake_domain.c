/* SPDX-License-Identifier: MIT */
/* A domain that has one function. */
#include "tests/fake/fake_domain.h"

#include <stdlib.h>

#include <rootport/pci_regs.h>

struct fake_domain *fake_domain_new(void)
{
    struct fake_domain *domain = calloc(1, sizeof(*domain));

    if (!domain)
        abort();
    fake_device_nvme(&domain->device);
    fake_platform_init(&domain->platform, NULL);
    fake_platform_add_ram(&domain->platform, NVME_BAR_ADDRESS, domain->bar_memory,
                          NVME_BAR_SIZE);
    domain->config = (struct rp_vpci_config){
        .cfg = fake_device_cfg(&domain->device),
        .platform = &domain->platform,
        .sbdf = rp_sbdf(0, 1, 0, 0),
        .role = RP_VPCI_ROLE_GUEST,
        .msix_entries = domain->entries,
        .msix_capacity = FAKE_DOMAIN_ENTRIES,
    };
    return domain;
}

enum rp_status fake_domain_start(struct fake_domain *domain)
{
    const rp_gpa_t low = {UINT64_C(3) << 30};
    const rp_gpa_t high = {UINT64_C(64) << 30};
    const rp_gpa_t bar = {FAKE_DOMAIN_BAR};
    enum rp_status status = rp_vpci_attach(&domain->state, &domain->config);

    if (status != RP_OK)
        return status;
    rp_vpci_window_set(&domain->state, RP_VPCI_WINDOW_MEMORY, low, UINT64_C(1) << 30);
    rp_vpci_window_set(&domain->state, RP_VPCI_WINDOW_PREFETCHABLE, high,
                       UINT64_C(64) << 30);
    if (rp_vpci_bar(&domain->state, 0)) {
        status = rp_vpci_bar_place(&domain->state, 0, bar);
        if (status != RP_OK)
            return status;
    }
    domain->device.write_count = 0;
    return rp_vpci_build(&domain->view, &domain->state, RP_CFG_SIZE_EXTENDED);
}

void fake_domain_free(struct fake_domain *domain)
{
    rp_vpci_detach(&domain->state);
    fake_platform_finish(&domain->platform);
    free(domain);
}

uint32_t domain_read(struct fake_domain *domain, unsigned reg, unsigned width)
{
    return (uint32_t)rp_vpci_read(&domain->view, (uint16_t)reg, width);
}

void domain_write(struct fake_domain *domain, unsigned reg, unsigned width,
                  uint32_t value)
{
    domain->effects = (struct rp_vpci_effects){0};
    domain->device.write_count = 0;
    rp_vpci_write(&domain->view, (uint16_t)reg, width, value, &domain->effects);
}

uint64_t domain_mmio_read(struct fake_domain *domain, uint64_t gpa, unsigned width)
{
    const rp_gpa_t address = {gpa};
    uint64_t value;

    (void)rp_vpci_mmio_read(&domain->state, address, width, &value);
    return value;
}

void domain_mmio_write(struct fake_domain *domain, uint64_t gpa, unsigned width,
                       uint64_t value)
{
    const rp_gpa_t address = {gpa};

    domain->effects = (struct rp_vpci_effects){0};
    (void)rp_vpci_mmio_write(&domain->state, address, width, value, &domain->effects);
}

unsigned domain_find_cap(struct fake_domain *domain, unsigned id)
{
    unsigned at = domain_read(domain, RP_PCI_CAPABILITIES_POINTER, 1);

    for (unsigned hops = 0; at && hops < 48; hops++) {
        if (domain_read(domain, at + RP_PCI_CAP_ID, 1) == id)
            return at;
        at = domain_read(domain, at + RP_PCI_CAP_NEXT, 1);
    }
    return 0;
}

unsigned domain_find_extcap(struct fake_domain *domain, unsigned id)
{
    unsigned at = RP_PCI_EXTENDED_BASE;

    for (unsigned hops = 0; at && hops < 480; hops++) {
        const uint32_t header = domain_read(domain, at, 4);
        if ((header & RP_PCI_EXTCAP_ID) == id)
            return at;
        at = header >> 20;
    }
    return 0;
}
