/* SPDX-License-Identifier: MIT */
/* Interrupts of assigned functions: from the guest's messages to remapping entries. */
#include "cpu/apic.h"
#include "guest/pci_internal.h"
#include "guest/vapic.h"

static void stay_off(const struct guest_function *function, const char *why)
{
    function_log(function->scanned, "an interrupt stays off");
    function_log(function->scanned, why);
}

/*
 * What the function is to send so that vector @vector reaches the vCPU: an index
 * of its remapping table, or the message itself where the configuration gave up
 * the IOMMU.
 */
static bool route(struct guest_function *function, unsigned index, uint32_t vcpu,
                  uint8_t vector, uint64_t *out_address, uint32_t *out_data)
{
    struct domain *domain = function->domain;
    struct iommu_interrupt interrupt = {
        .apic_id = domain->vcpus[vcpu].cpu->apic_id,
        .vector = vector,
        .delivery = IOMMU_DELIVERY_FIXED,
    };
    enum iommu_status status;

    if (!domain->has_iommu) {
        *out_address = apic_msi_address(interrupt.apic_id);
        *out_data = vector;
        return true;
    }
    status = iommu_irte_set(function->sbdf, index, &interrupt);
    if (status == IOMMU_OK)
        status = iommu_msi_message(function->sbdf, index, out_address, out_data);
    if (status != IOMMU_OK)
        stay_off(function, iommu_status_text(status));
    return status == IOMMU_OK;
}

static void report(const struct guest_function *function, enum rp_status status)
{
    if (status != RP_OK)
        stay_off(function, rp_status_text(status));
}

void pci_route_msi(struct guest_function *function)
{
    const struct rp_vpci_msi *msi = &function->state.msi;
    struct vapic_message message;
    uint64_t address = 0;
    uint32_t data = 0;

    for (unsigned i = 1u << msi->vectors_log2; msi->is_enabled && i-- != 0;) {
        message = vapic_decode_msi(function->domain, msi->address,
                                   rp_vpci_msi_data(&function->state, i));
        if (!message.is_valid || message.is_nmi ||
            !route(function, i, message.vcpu, message.vector, &address, &data))
            return;
    }
    report(function, rp_vpci_msi_program(&function->state, address, (uint16_t)data));
}

void pci_route_msix(struct guest_function *function, unsigned index)
{
    const struct rp_vpci_msix_entry *entry = &function->msix_entries[index];
    struct vapic_message message =
        vapic_decode_msi(function->domain, entry->address, entry->data);
    uint64_t address;
    uint32_t data;

    if (!rp_vpci_msix_is_live(&function->state, index) || !message.is_valid ||
        message.is_nmi)
        return;
    if (route(function, index, message.vcpu, message.vector, &address, &data))
        report(function, rp_vpci_msix_program(&function->state, index, address, data));
}

void pci_report_errors(struct guest_function *function)
{
    struct domain *domain = function->domain;
    struct guest_pci *pci = domain->pci;
    struct rp_rootport_actions actions;
    uint16_t bus;

    spin_lock(&pci->lock);
    bus = rp_topology_child_bus(&pci->topology, function->port);
    if (bus != 0 && pci->ports[function->port].function == function &&
        function_is_answering(function)) {
        rp_rootport_receive(&pci->rootports[function->port],
                            rp_vpci_errors(&function->view), (uint16_t)(bus << 8),
                            &actions);
        pci_act(domain, function->port, NULL, &actions);
    }
    spin_unlock(&pci->lock);
}

void pci_route_all_msix(struct guest_function *function)
{
    for (unsigned i = 0; i < function->state.msix.entry_count; i++)
        pci_route_msix(function, i);
}
