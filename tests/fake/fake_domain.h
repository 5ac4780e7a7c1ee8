/* SPDX-License-Identifier: MIT */
/*
 * A domain that has one function: what an embedder of the vPCI view has at
 * hand, for tests that act as the domain does.
 */
#ifndef FAKE_DOMAIN_H
#define FAKE_DOMAIN_H

#include <rootport/vpci.h>

#include "tests/fake/fake_device.h"
#include "tests/fake/fake_platform.h"

enum {
    FAKE_DOMAIN_ENTRIES = 128,
    FAKE_DOMAIN_BAR = 0xc0000000, /* where firmware put BAR 0 */
};

struct fake_domain {
    struct fake_device device;
    struct rp_platform platform;
    uint8_t bar_memory[NVME_BAR_SIZE]; /* behind BAR 0 of the function */
    struct rp_vpci_msix_entry entries[FAKE_DOMAIN_ENTRIES];
    struct rp_vpci_config config;
    struct rp_vpci_state state;
    struct rp_vpci_view view;
    struct rp_vpci_effects effects; /* of the last write */
};

/* A guest with the NVMe controller, not yet attached: a test may change anything. */
struct fake_domain *fake_domain_new(void);

/*
 * Attaches the function, opens the windows (3 to 4 GiB, and 64 GiB from 64 GiB
 * on), puts BAR 0 at FAKE_DOMAIN_BAR and builds a view of 4096 bytes. What
 * rp_vpci_attach() or rp_vpci_build() returned.
 */
enum rp_status fake_domain_start(struct fake_domain *domain);

/* Detaches, and checks that nothing stays mapped. */
void fake_domain_free(struct fake_domain *domain);

uint32_t domain_read(struct fake_domain *domain, unsigned reg, unsigned width);
/* Forgets the effects before, and the writes to the function. */
void domain_write(struct fake_domain *domain, unsigned reg, unsigned width,
                  uint32_t value);
uint64_t domain_mmio_read(struct fake_domain *domain, uint64_t gpa, unsigned width);
void domain_mmio_write(struct fake_domain *domain, uint64_t gpa, unsigned width,
                       uint64_t value);

/* The offset at which the domain's own walk finds a capability; 0: nowhere. */
unsigned domain_find_cap(struct fake_domain *domain, unsigned id);
unsigned domain_find_extcap(struct fake_domain *domain, unsigned id);

#endif
