/* SPDX-License-Identifier: MIT */
/*
 * A guest's local APICs: registers through MSRs, and interrupt messages that
 * become real IPIs to the guest's own CPUs.
 */
#ifndef GUEST_VAPIC_H
#define GUEST_VAPIC_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/vcpu.h"
#include "guest/vioapic.h"

struct domain;

/* RDMSR and WRMSR of 0x800 to 0x8ff; false: the guest takes #GP. */
bool vapic_read_msr(struct vcpu *vcpu, uint32_t msr, uint64_t *out_value);
bool vapic_write_msr(struct vcpu *vcpu, uint32_t msr, uint64_t value);

/* An MSI as a guest's device would write it (APM vol. 2, 16.13; SDM vol. 3, 10.11). */
struct vapic_message {
    bool is_valid; /* an interrupt message, for a vCPU that there is */
    bool is_nmi;
    uint32_t vcpu; /* the first that it addresses */
    uint8_t vector;
};

/* Decodes what a guest programmed into a device of its own. */
struct vapic_message vapic_decode_msi(const struct domain *domain, uint64_t address,
                                      uint32_t data);

/* Likewise, a redirection entry of its I/O APIC (@entry as there). */
struct vapic_message vapic_decode_entry(const struct domain *domain, uint64_t entry);

/* Sends it, or what an I/O APIC has to say. */
void vapic_send(struct domain *domain, const struct vapic_message *message);
void vapic_send_ioapic(struct domain *domain, const struct vioapic_messages *messages);

#endif
