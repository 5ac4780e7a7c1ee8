/* SPDX-License-Identifier: MIT */
/*
 * The registers of the root port: what firmware leaves in them, which of their
 * bits a guest may write, and what buses and windows they give the port.
 *
 * Not there, and therefore zero: BARs, VGA and ISA routing, INTx,
 * power controller, MRL sensor, interlock, bandwidth notification, ASPM, PME,
 * and the extended capabilities but for Advanced Error Reporting. The port itself has
 * no errors.
 */
#include "rootport_image.h"

#define ONE_MIB 0x100000u

#define COMMAND_BITS                                                                     \
    (RP_PCI_COMMAND_IO | RP_PCI_COMMAND_MEMORY | RP_PCI_COMMAND_BUS_MASTER |             \
     RP_PCI_COMMAND_PARITY_RESPONSE | RP_PCI_COMMAND_SERR | RP_PCI_COMMAND_INTX_DISABLE)
#define BRIDGE_CONTROL_BITS                                                              \
    (RP_PCI_BRIDGE_CONTROL_PARITY_RESPONSE | RP_PCI_BRIDGE_CONTROL_SERR |                \
     RP_PCI_BRIDGE_CONTROL_SECONDARY_RESET)
#define LINK_CONTROL_BITS                                                                \
    (RP_PCI_PCIE_LINK_CONTROL_ASPM | RP_PCI_PCIE_LINK_CONTROL_DISABLE |                  \
     RP_PCI_PCIE_LINK_CONTROL_COMMON_CLOCK | RP_PCI_PCIE_LINK_CONTROL_EXTENDED_SYNCH)
#define SLOT_CONTROL_INDICATORS                                                          \
    (RP_PCI_PCIE_SLOT_CONTROL_ATTENTION_INDICATOR |                                      \
     RP_PCI_PCIE_SLOT_CONTROL_POWER_INDICATOR)
#define SLOT_CONTROL_INDICATORS_OFF SLOT_CONTROL_INDICATORS /* 11b in both */
#define SLOT_CONTROL_BITS                                                                \
    (RP_PCI_PCIE_SLOT_CONTROL_BUTTON | RP_PCI_PCIE_SLOT_CONTROL_PRESENCE |               \
     RP_PCI_PCIE_SLOT_CONTROL_INTERRUPT | SLOT_CONTROL_INDICATORS |                      \
     RP_PCI_PCIE_SLOT_CONTROL_LINK_STATE)
#define SLOT_STATUS_EVENTS                                                               \
    (RP_PCI_PCIE_SLOT_STATUS_BUTTON | RP_PCI_PCIE_SLOT_STATUS_PRESENCE |                 \
     RP_PCI_PCIE_SLOT_STATUS_LINK_STATE)
#define BUS_NUMBERS 0x00ffffffu
/* Interrupt line and cache line size: for software alone. */
#define LINE_OR_SIZE 0x000000ffu
#define WINDOW_BITS  (RP_PCI_BRIDGE_WINDOW_ADDRESS | UPPER(RP_PCI_BRIDGE_WINDOW_ADDRESS))

/* By dword. Command Completed and its enable are not there: commands complete at once. */
static const struct rp_image_rule rules[] = {
    [RP_PCI_COMMAND / 4] = {.rw = COMMAND_BITS},
    [RP_PCI_CACHE_LINE_SIZE / 4] = {.rw = LINE_OR_SIZE},
    [RP_PCI_PRIMARY_BUS / 4] = {.rw = BUS_NUMBERS},
    [RP_PCI_IO_BASE / 4] = {.rw = RP_PCI_BRIDGE_IO_ADDRESS | RP_PCI_BRIDGE_IO_ADDRESS
                                                                 << 8},
    [RP_PCI_MEMORY_BASE / 4] = {.rw = WINDOW_BITS},
    [RP_PCI_PREFETCHABLE_BASE / 4] = {.rw = WINDOW_BITS},
    [RP_PCI_PREFETCHABLE_BASE_UPPER / 4] = {.rw = UINT32_MAX},
    [RP_PCI_PREFETCHABLE_LIMIT_UPPER / 4] = {.rw = UINT32_MAX},
    [RP_PCI_INTERRUPT_LINE / 4] = {.rw = LINE_OR_SIZE | UPPER(BRIDGE_CONTROL_BITS)},
    [REG_DEVICE_CONTROL / 4] = {.rw = RP_PCI_PCIE_DEVICE_CONTROL_ERRORS},
    [REG_LINK_CONTROL / 4] = {.rw = LINK_CONTROL_BITS},
    [REG_SLOT_CONTROL / 4] = {.rw = SLOT_CONTROL_BITS, .rw1c = UPPER(SLOT_STATUS_EVENTS)},
    [REG_ROOT_CONTROL / 4] = {.rw = RP_PCI_PCIE_ROOT_CONTROL_ERRORS |
                                    RP_PCI_PCIE_ROOT_CONTROL_PME_INTERRUPT},
    [REG_DEVICE_CONTROL2 / 4] = {.rw = RP_PCI_PCIE_DEVICE_CONTROL2_ARI_FORWARDING},
    [REG_LINK_CONTROL2 / 4] = {.rw = RP_PCI_PCIE_LINK_CONTROL2_TARGET_SPEED},
    [CAP_MSI / 4] = {.rw = UPPER(RP_PCI_MSI_CONTROL_ENABLE)},
    [REG_MSI_ADDRESS / 4] = {.rw = RP_PCI_MSI_ADDRESS_MASK},
    [REG_MSI_ADDRESS_UPPER / 4] = {.rw = UINT32_MAX},
    [REG_MSI_DATA / 4] = {.rw = UINT16_MAX},
    [REG_MSI_MASK / 4] = {.rw = MSI_VECTOR_0},
    [REG_PM_CONTROL_STATUS / 4] = {.rw = RP_PCI_PM_CONTROL_POWER_STATE},
};

enum {
    RULE_COUNT = sizeof(rules) / sizeof(rules[0]),
};

static bool is_valid_link(struct rp_rootport_link link)
{
    switch (link.width) {
    case 1:
    case 2:
    case 4:
    case 8:
    case 12:
    case 16:
    case 32:
        return link.speed >= 1 && link.speed <= RP_LINK_SPEED_MAX;
    default:
        return false;
    }
}

static bool is_valid_window(struct rp_rootport_window window, uint64_t unit,
                            uint64_t last_address)
{
    if (window.base % unit != 0 || window.size % unit != 0)
        return false;
    return window.size == 0 ||
           (window.base <= last_address && window.size - 1 <= last_address - window.base);
}

bool rp_rootport_image_is_valid_config(const struct rp_rootport_config *config)
{
    uint32_t slot_numbers = RP_PCI_PCIE_SLOT_CAPABILITIES_NUMBER;

    return config->slot_number != 0 &&
           config->slot_number <= rp_field_get(slot_numbers, slot_numbers) &&
           is_valid_link(config->max_link) &&
           config->primary_bus < config->secondary_bus &&
           config->secondary_bus <= config->subordinate_bus &&
           is_valid_window(config->memory, ONE_MIB, UINT32_MAX) &&
           is_valid_window(config->prefetchable, ONE_MIB, UINT64_MAX) &&
           is_valid_window(config->io, RP_PCI_BRIDGE_IO_UNIT, UINT16_MAX);
}

static uint32_t link_capabilities(const struct rp_rootport_config *config)
{
    return rp_field_set(RP_PCI_PCIE_LINK_CAPABILITIES_SPEED, 0, config->max_link.speed) |
           rp_field_set(RP_PCI_PCIE_LINK_CAPABILITIES_WIDTH, 0, config->max_link.width) |
           rp_field_set(RP_PCI_PCIE_LINK_CAPABILITIES_PORT_NUMBER, 0,
                        config->port_number) |
           RP_PCI_PCIE_LINK_CAPABILITIES_ACTIVE_REPORTING |
           RP_PCI_PCIE_LINK_CAPABILITIES_ASPM_OPTIONALITY;
}

/*
 * No power controller: with one, Linux takes a child that appeared between its
 * scan and its driver's probe for enabled already. Surprise, because a forced
 * removal may happen to any port.
 */
static uint32_t slot_capabilities(const struct rp_rootport_config *config)
{
    uint32_t button = config->has_button ? RP_PCI_PCIE_SLOT_CAPABILITIES_BUTTON : 0;

    return button | RP_PCI_PCIE_SLOT_CAPABILITIES_ATTENTION_INDICATOR |
           RP_PCI_PCIE_SLOT_CAPABILITIES_POWER_INDICATOR |
           RP_PCI_PCIE_SLOT_CAPABILITIES_SURPRISE |
           RP_PCI_PCIE_SLOT_CAPABILITIES_HOTPLUG |
           RP_PCI_PCIE_SLOT_CAPABILITIES_NO_COMMAND_COMPLETED |
           rp_field_set(RP_PCI_PCIE_SLOT_CAPABILITIES_NUMBER, 0, config->slot_number);
}

static void build_pcie(struct rp_image *image, const struct rp_rootport_config *config)
{
    uint32_t capabilities =
        rp_field_set(RP_PCI_PCIE_CAPABILITIES_VERSION, 0, 2) |
        rp_field_set(RP_PCI_PCIE_CAPABILITIES_TYPE, 0, RP_PCI_PCIE_TYPE_ROOT_PORT) |
        RP_PCI_PCIE_CAPABILITIES_SLOT;
    uint32_t speeds = (1u << config->max_link.speed) - 1;

    rp_image_store(image, CAP_PCIE,
                   type1_capability_header(RP_PCI_CAP_ID_PCIE, CAP_MSI) |
                       UPPER(capabilities));
    rp_image_store(image, CAP_PCIE + RP_PCI_PCIE_DEVICE_CAPABILITIES,
                   RP_PCI_PCIE_DEVICE_CAPABILITIES_ROLE_BASED_ERRORS);
    rp_image_store(image, CAP_PCIE + RP_PCI_PCIE_LINK_CAPABILITIES,
                   link_capabilities(config));
    rp_image_store(image, CAP_PCIE + RP_PCI_PCIE_SLOT_CAPABILITIES,
                   slot_capabilities(config));
    rp_image_store(image, REG_SLOT_CONTROL, SLOT_CONTROL_INDICATORS_OFF);
    rp_image_store(image, CAP_PCIE + RP_PCI_PCIE_DEVICE_CAPABILITIES2,
                   RP_PCI_PCIE_DEVICE_CAPABILITIES2_ARI_FORWARDING);
    rp_image_store(image, CAP_PCIE + RP_PCI_PCIE_LINK_CAPABILITIES2,
                   rp_field_set(RP_PCI_PCIE_LINK_CAPABILITIES2_SPEEDS, 0, speeds));
    rp_image_store(image, REG_LINK_CONTROL2, config->max_link.speed);
}

static void build_msi(struct rp_image *image)
{
    uint32_t control = RP_PCI_MSI_CONTROL_64BIT | RP_PCI_MSI_CONTROL_MASKABLE;

    rp_image_store(image, CAP_MSI,
                   type1_capability_header(RP_PCI_CAP_ID_MSI, CAP_PM) | UPPER(control));
}

static void build_aer(struct rp_image *image)
{
    rp_image_store(image, EXTCAP_AER, RP_PCI_EXTCAP_ID_AER | 2u << 16); /* version 2 */
    rp_image_store(image, EXTCAP_AER + RP_PCI_AER_UNCORRECTABLE_MASK,
                   RP_PCI_AER_UNCORRECTABLE_MASKED);
    rp_image_store(image, EXTCAP_AER + RP_PCI_AER_UNCORRECTABLE_SEVERITY,
                   RP_PCI_AER_UNCORRECTABLE_SEVERE);
    rp_image_store(image, EXTCAP_AER + RP_PCI_AER_CORRECTABLE_MASK,
                   RP_PCI_AER_CORRECTABLE_MASKED);
}

void rp_rootport_image_build(struct rp_image *image,
                             const struct rp_rootport_config *config)
{
    rp_type1_build(image, RP_DEVICE_ID_ROOT_PORT, config);
    build_pcie(image, config);
    build_msi(image);
    build_aer(image);
}

/* @new_value, but for the field of @mask, which stays as in @old_value. */
static uint32_t keep_field(uint32_t mask, uint32_t old_value, uint32_t new_value)
{
    return (new_value & ~mask) | (old_value & mask);
}

/* The reserved code means no change: it comes from a register read before it was set. */
static uint32_t keep_reserved_indicator(uint32_t mask, uint32_t old_value,
                                        uint32_t new_value)
{
    bool is_reserved = rp_field_get(mask, new_value) == RP_PCI_PCIE_INDICATOR_RESERVED;

    return is_reserved ? keep_field(mask, old_value, new_value) : new_value;
}

/* A power state that is not supported is not entered (7.5.2.2). */
static uint32_t keep_unsupported_power_state(uint32_t old_value, uint32_t new_value)
{
    uint32_t mask = RP_PCI_PM_CONTROL_POWER_STATE;
    uint32_t state = rp_field_get(mask, new_value);
    bool is_supported = state == RP_PCI_PM_D0 || state == RP_PCI_PM_D3HOT;

    return is_supported ? new_value : keep_field(mask, old_value, new_value);
}

/* Advanced Error Reporting: 7.8.4. */
static struct rp_image_rule aer_rule(uint16_t reg)
{
    switch (reg - EXTCAP_AER) {
    case RP_PCI_AER_UNCORRECTABLE_MASK:
    case RP_PCI_AER_UNCORRECTABLE_SEVERITY:
        return (struct rp_image_rule){.rw = RP_PCI_AER_UNCORRECTABLE};
    case RP_PCI_AER_CORRECTABLE_MASK:
        return (struct rp_image_rule){.rw = RP_PCI_AER_CORRECTABLE};
    case RP_PCI_AER_ROOT_COMMAND:
        return (struct rp_image_rule){.rw = RP_PCI_AER_ROOT_COMMAND_ENABLES};
    case RP_PCI_AER_ROOT_STATUS:
        return (struct rp_image_rule){.rw1c = RP_PCI_AER_ROOT_STATUS_EVENTS};
    default:
        return (struct rp_image_rule){0};
    }
}

struct rp_image_change rp_rootport_image_apply(const struct rp_image *image, uint16_t reg,
                                               unsigned width, uint32_t value)
{
    struct rp_image_rule rule =
        reg / 4 < RULE_COUNT ? rules[reg / 4] : aer_rule(reg & 0xffcu);

    struct rp_image_change change = rp_image_apply(image, rule, reg, width, value);
    uint32_t new_value = change.new_value;
    if (change.reg == REG_SLOT_CONTROL) {
        new_value = keep_reserved_indicator(RP_PCI_PCIE_SLOT_CONTROL_ATTENTION_INDICATOR,
                                            change.old_value, new_value);
        new_value = keep_reserved_indicator(RP_PCI_PCIE_SLOT_CONTROL_POWER_INDICATOR,
                                            change.old_value, new_value);
    } else if (change.reg == REG_PM_CONTROL_STATUS) {
        new_value = keep_unsupported_power_state(change.old_value, new_value);
    }
    change.new_value = new_value;
    return change;
}

struct rp_rootport_buses rp_rootport_buses(const struct rp_rootport *port)
{
    return rp_type1_buses(port->image, port->config.primary_bus);
}

struct rp_rootport_window rp_rootport_memory(const struct rp_rootport *port)
{
    return rp_type1_memory(port->image);
}

struct rp_rootport_window rp_rootport_prefetchable(const struct rp_rootport *port)
{
    return rp_type1_prefetchable(port->image);
}

struct rp_rootport_window rp_rootport_io(const struct rp_rootport *port)
{
    return rp_type1_io(port->image);
}
