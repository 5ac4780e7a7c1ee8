/* SPDX-License-Identifier: MIT */
/* CF8 and CFC, to whichever topology a domain sees: its own, or the machine's. */
#include "guest/config_ports.h"

#include <rootport/access.h>

#include "guest/hardware.h"
#include "guest/pci.h"
#include "launch/launch.h"

/* Without them the address register is never written, and so enables no data port. */
static bool has_ports(const struct domain *domain)
{
    return hardware_is_for(domain) || domain->config->has_configuration_ports;
}

uint32_t config_ports_read(struct vcpu *vcpu, uint16_t port, unsigned width)
{
    struct domain *domain = vcpu->domain;
    struct rp_access access;

    switch (rp_cf8_decode(&domain->cf8, port, width, &access)) {
    case RP_CF8_ADDRESS:
        return has_ports(domain) ? domain->cf8.address : UINT32_MAX;
    case RP_CF8_DATA:
        return (uint32_t)(hardware_is_for(domain) ? hardware_cf8_read(domain, &access)
                                                  : pci_access_read(domain, &access));
    case RP_CF8_NOTHING:
        break;
    }
    return UINT32_MAX;
}

void config_ports_write(struct vcpu *vcpu, uint16_t port, unsigned width, uint32_t value)
{
    struct domain *domain = vcpu->domain;
    struct rp_access access;

    switch (rp_cf8_decode(&domain->cf8, port, width, &access)) {
    case RP_CF8_ADDRESS:
        if (has_ports(domain))
            rp_cf8_write_address(&domain->cf8, value);
        break;
    case RP_CF8_DATA:
        if (hardware_is_for(domain))
            hardware_cf8_write(vcpu, &access, value);
        else
            pci_access_write(vcpu, &access, value);
        break;
    case RP_CF8_NOTHING:
        break;
    }
}
