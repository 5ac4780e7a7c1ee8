/* SPDX-License-Identifier: MIT */
/* Which of the machine's interrupt pins lead to which domain; see pins.h. */
#include "guest/pins.h"

#include <stddef.h>

#include "dev/console.h"
#include "dev/ioapic.h"
#include "guest/acpi_tables.h"
#include "guest/hardware.h"
#include "guest/vapic.h"
#include "iommu/iommu.h"
#include "launch/launch.h"

_Static_assert((int)IOAPIC_GSI_MAX <= (int)IOMMU_INTERRUPTS_MAX, "a GSI is an index");

struct pin {
    struct domain *owner; /* NULL: nobody's */
    uint8_t line;         /* of the owner's I/O APIC */
    uint8_t user_count;   /* 0: the hardware domain took it by using it */
};

static struct pin pins[IOAPIC_GSI_MAX];
static struct spinlock lock;

/* What the guest programmed is left of polarity and trigger mode alone. */
#define ENTRY_KEPT (IOAPIC_ENTRY_POLARITY | IOAPIC_ENTRY_LEVEL)

/* The machine's pin that is connected with @line, or IOAPIC_GSI_MAX. */
static unsigned find_gsi(const struct domain *domain, unsigned line)
{
    unsigned gsi = 0;

    while (gsi < IOAPIC_GSI_MAX && (pins[gsi].owner != domain || pins[gsi].line != line))
        gsi++;
    return gsi;
}

static void log_off(const struct domain *domain, unsigned gsi, const char *why)
{
    console_log("%s: interrupt pin %u stays off: %s", domain->name, gsi, why);
}

/*
 * Where the interrupts of @gsi go. Their index in the remapping table is the number
 * itself, so that no two pins share one. It stands where the vector would, which two
 * domains may well share: so pins_eoi() ends interrupts, and no local APIC's broadcast
 * is relied on. One whose vector happens to be a pin's index ends that pin's interrupt
 * early; a device that isn't served by then asks once more.
 */
static enum iommu_status route(const struct domain *domain, unsigned gsi,
                               const struct vapic_message *message, uint64_t *entry)
{
    const struct iommu_interrupt interrupt = {
        .apic_id = domain->vcpus[message->vcpu].cpu->apic_id,
        .vector = message->vector,
        .delivery = IOMMU_DELIVERY_FIXED,
    };

    if (domain->has_iommu)
        return iommu_irte_set(ioapic_requester(gsi), gsi, &interrupt);
    *entry &= ~IOAPIC_ENTRY_VECTOR;
    *entry |= message->vector | (uint64_t)interrupt.apic_id
                                    << IOAPIC_ENTRY_DESTINATION_SHIFT;
    return IOMMU_OK;
}

/* Makes the machine's entry what the owner's asks for. */
static void program(unsigned gsi)
{
    const struct domain *domain = pins[gsi].owner;
    uint64_t wanted = domain->ioapic.entry[pins[gsi].line];
    uint64_t entry = (wanted & ENTRY_KEPT) | IOAPIC_ENTRY_MASKED | gsi;
    struct vapic_message message = vapic_decode_entry(domain, wanted);
    enum iommu_status status;

    if (!(wanted & IOAPIC_ENTRY_MASKED) && message.is_valid && !message.is_nmi) {
        status = route(domain, gsi, &message, &entry);
        if (status == IOMMU_OK)
            entry &= ~IOAPIC_ENTRY_MASKED;
        else
            log_off(domain, gsi, iommu_status_text(status));
    }
    ioapic_write(gsi, entry);
}

/* Nothing of the last owner stays, nor the interrupt that it hasn't ended. */
static void silence(unsigned gsi)
{
    const struct domain *domain = pins[gsi].owner;
    enum iommu_status status = IOMMU_OK;

    ioapic_silence(gsi);
    if (domain->has_iommu)
        status = iommu_irte_clear(ioapic_requester(gsi), gsi);
    if (status != IOMMU_OK)
        log_off(domain, gsi, iommu_status_text(status));
}

const char *pins_connect(struct domain *domain, unsigned line, unsigned gsi)
{
    struct pin *pin = &pins[gsi];
    const char *problem = NULL;

    if (gsi == 0)
        return NULL;
    spin_lock(&domain->device_lock);
    spin_lock(&lock);
    if (!ioapic_has(gsi)) {
        problem = "no I/O APIC of the machine has its interrupt pin";
    } else if (pin->owner != NULL && (pin->owner != domain || pin->line != line)) {
        problem = pin->owner != domain ? "another domain has its interrupt pin"
                                       : "another port has its interrupt pin";
    } else {
        pin->owner = domain;
        pin->line = (uint8_t)line;
        pin->user_count++;
        program(gsi);
    }
    spin_unlock(&lock);
    spin_unlock(&domain->device_lock);
    return problem;
}

void pins_disconnect(unsigned gsi)
{
    struct pin *pin = &pins[gsi];

    if (gsi == 0)
        return;
    spin_lock(&lock);
    if (--pin->user_count == 0) {
        silence(gsi);
        pin->owner = NULL;
    }
    spin_unlock(&lock);
}

void pins_reset(struct domain *domain)
{
    spin_lock(&lock);
    for (unsigned gsi = 0; gsi < IOAPIC_GSI_MAX; gsi++) {
        if (pins[gsi].owner != domain)
            continue;
        silence(gsi);
        if (pins[gsi].user_count == 0)
            pins[gsi].owner = NULL;
    }
    spin_unlock(&lock);
}

/* Lines of the hardware domain are the machine's, but for that of its own console. */
static bool is_the_machines(const struct domain *domain, unsigned line)
{
    return hardware_is_for(domain) && !(domain->roles & LAUNCH_ROLE_FIRMWARE) &&
           line != ACPI_TABLES_COM1_GSI && ioapic_has(line);
}

static void take(struct domain *domain, unsigned line)
{
    struct pin *pin = &pins[line];

    if ((domain->ioapic.entry[line] & IOAPIC_ENTRY_MASKED) ||
        !is_the_machines(domain, line))
        return;
    if (pin->owner != NULL) {
        domain_log_refused(domain, "interrupt pin", line, true);
        return;
    }
    pin->owner = domain;
    pin->line = (uint8_t)line;
    program(line);
}

void pins_update(struct domain *domain, unsigned line)
{
    unsigned gsi;

    spin_lock(&lock);
    gsi = find_gsi(domain, line);
    if (gsi != IOAPIC_GSI_MAX)
        program(gsi);
    else
        take(domain, line);
    spin_unlock(&lock);
}

void pins_refresh(struct domain *domain, unsigned line)
{
    uint64_t *entry = &domain->ioapic.entry[line];
    uint32_t state = 0;
    unsigned gsi;

    if (line == ACPI_TABLES_COM1_GSI) /* it isn't the machine's */
        return;
    spin_lock(&lock);
    gsi = find_gsi(domain, line);
    if (gsi != IOAPIC_GSI_MAX)
        state = ioapic_read(gsi);
    spin_unlock(&lock);
    *entry = (*entry & ~IOAPIC_ENTRY_REMOTE_IRR) | (state & IOAPIC_ENTRY_REMOTE_IRR);
}

void pins_eoi(const struct domain *domain, uint8_t vector)
{
    spin_lock(&lock);
    for (unsigned gsi = 0; gsi < IOAPIC_GSI_MAX; gsi++)
        if (pins[gsi].owner == domain &&
            (uint8_t)domain->ioapic.entry[pins[gsi].line] == vector)
            ioapic_eoi(gsi);
    spin_unlock(&lock);
}
