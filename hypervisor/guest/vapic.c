/* SPDX-License-Identifier: MIT */
/* A guest's local APICs. */
#include "guest/vapic.h"

#include "cpu/apic.h"
#include "guest/domain.h"

#define MSI_ADDRESS_FIXED   0xfee00000ull
#define MSI_ADDRESS_TOP     0xfffffffffff00000ull
#define MSI_ADDRESS_LOGICAL 0x00000004u
#define MSI_DATA_VECTOR     0x000000ffu
#define MSI_DATA_DELIVERY   0x00000700u
#define MSI_DATA_NMI        0x00000400u
#define MSI_DATA_LOWEST     0x00000100u

enum {
    VECTOR_FIRST = 16, /* the APIC refuses those below */
};

static enum apic_register offset_of(uint32_t msr)
{
    return (enum apic_register)x2apic_xapic_offset(msr);
}

bool vapic_read_msr(struct vcpu *vcpu, uint32_t msr, uint64_t *out_value)
{
    switch (x2apic_read(&vcpu->apic, msr, out_value)) {
    case X2APIC_HARDWARE:
        *out_value = x2apic_filter_read(msr, apic_read(offset_of(msr)));
        return true;
    case X2APIC_EMULATE:
        return true;
    case X2APIC_FAULT:
    case X2APIC_SEND:
        break;
    }
    return false;
}

static void send_fixed(const struct vcpu *target, uint8_t vector)
{
    apic_send(target->cpu->apic_id, APIC_ICR_FIXED | APIC_ICR_ASSERT | vector);
}

static void send_to(struct vcpu *target, const struct x2apic_ipi *ipi)
{
    switch (ipi->kind) {
    case X2APIC_IPI_NONE:
        break;
    case X2APIC_IPI_FIXED:
        send_fixed(target, ipi->vector);
        break;
    case X2APIC_IPI_NMI:
        vcpu_request(target, VCPU_REQUEST_NMI);
        break;
    case X2APIC_IPI_INIT:
        vcpu_request(target, VCPU_REQUEST_INIT);
        break;
    case X2APIC_IPI_STARTUP:
        __atomic_store_n(&target->sipi_vector, ipi->vector, __ATOMIC_RELEASE);
        vcpu_request(target, VCPU_REQUEST_SIPI);
        break;
    }
}

static void send_ipi(struct vcpu *vcpu)
{
    struct x2apic_ipi ipi = x2apic_decode_icr(&vcpu->apic);

    for (uint32_t i = 0; i < vcpu->domain->vcpu_count; i++)
        if (ipi.targets >> i & 1)
            send_to(&vcpu->domain->vcpus[i], &ipi);
}

static void write_hardware(uint32_t msr, uint64_t value)
{
    if (msr == X2APIC_SELF_IPI)
        apic_send(apic_id(), APIC_ICR_FIXED | APIC_ICR_ASSERT | (uint8_t)value);
    else
        apic_write(offset_of(msr), (uint32_t)value);
}

bool vapic_write_msr(struct vcpu *vcpu, uint32_t msr, uint64_t value)
{
    uint64_t filtered;

    switch (x2apic_write(&vcpu->apic, msr, value, &filtered)) {
    case X2APIC_HARDWARE:
        write_hardware(msr, filtered);
        return true;
    case X2APIC_SEND:
        send_ipi(vcpu);
        return true;
    case X2APIC_FAULT:
    case X2APIC_EMULATE:
        break;
    }
    return false;
}

/* The first vCPU that @message addresses gets it. */
static void find_target(const struct domain *domain,
                        const struct vioapic_message *message, struct vapic_message *out)
{
    for (uint32_t i = 0; i < domain->vcpu_count && !out->is_valid; i++) {
        out->vcpu = i;
        out->is_valid = vioapic_is_addressed(message, i);
    }
}

struct vapic_message vapic_decode_entry(const struct domain *domain, uint64_t entry)
{
    struct vioapic_message message;
    struct vapic_message result = {0};

    if (vioapic_message_of(entry, &message))
        find_target(domain, &message, &result);
    result.vector = message.vector;
    result.is_nmi = message.delivery == VIOAPIC_NMI;
    return result;
}

struct vapic_message vapic_decode_msi(const struct domain *domain, uint64_t address,
                                      uint32_t data)
{
    struct vioapic_message message = {
        .mode = address & MSI_ADDRESS_LOGICAL ? VIOAPIC_LOGICAL : VIOAPIC_PHYSICAL,
        .destination = (uint8_t)(address >> 12),
    };
    struct vapic_message result = {
        .vector = (uint8_t)(data & MSI_DATA_VECTOR),
        .is_nmi = (data & MSI_DATA_DELIVERY) == MSI_DATA_NMI,
    };

    if ((address & MSI_ADDRESS_TOP) != MSI_ADDRESS_FIXED)
        return result;
    if (!result.is_nmi &&
        ((data & MSI_DATA_DELIVERY) > MSI_DATA_LOWEST || result.vector < VECTOR_FIRST))
        return result;
    find_target(domain, &message, &result);
    return result;
}

void vapic_send(struct domain *domain, const struct vapic_message *message)
{
    struct vcpu *target = &domain->vcpus[message->vcpu];

    if (!message->is_valid)
        return;
    if (message->is_nmi)
        vcpu_request(target, VCPU_REQUEST_NMI);
    else if (target->cpu != NULL)
        send_fixed(target, message->vector);
}

void vapic_send_ioapic(struct domain *domain, const struct vioapic_messages *messages)
{
    for (unsigned i = 0; i < messages->count; i++) {
        const struct vioapic_message *message = &messages->message[i];
        struct vapic_message out = {.vector = message->vector,
                                    .is_nmi = message->delivery == VIOAPIC_NMI};

        for (uint32_t vcpu = 0; vcpu < domain->vcpu_count; vcpu++) {
            out.is_valid = vioapic_is_addressed(message, vcpu);
            out.vcpu = vcpu;
            vapic_send(domain, &out);
            if (out.is_valid && message->delivery == VIOAPIC_LOWEST_PRIORITY)
                break;
        }
    }
}
