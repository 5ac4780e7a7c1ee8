/* SPDX-License-Identifier: MIT */
/*
 * The registers of the root port: what firmware leaves in them, which of their
 * bits a guest may write, and what buses and windows they give the port.
 *
 * Not there, and therefore zero: BARs, I/O window, VGA and ISA routing, INTx,
 * power controller, MRL sensor, interlock, bandwidth notification, ASPM, PME,
 * and the extended capabilities.
 */
#include "rootport_image.h"

/* @mask in the upper register of a dword that holds two. */
#define UPPER(mask) ((uint32_t)(mask) << 16)

#define ONE_MIB     0x100000u

#define COMMAND_BITS                                                                     \
    (RP_PCI_COMMAND_MEMORY | RP_PCI_COMMAND_BUS_MASTER |                                 \
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

static bool is_valid_window(struct rp_rootport_window window, uint64_t last_address)
{
    if (window.base % ONE_MIB != 0 || window.size % ONE_MIB != 0)
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
           is_valid_window(config->memory, UINT32_MAX) &&
           is_valid_window(config->prefetchable, UINT64_MAX);
}

static void build_header(struct rp_image *image, const struct rp_rootport_config *config)
{
    rp_image_store(image, RP_PCI_VENDOR_ID, RP_VENDOR_ID | UPPER(RP_DEVICE_ID_ROOT_PORT));
    rp_image_store(image, RP_PCI_COMMAND,
                   RP_PCI_COMMAND_MEMORY | RP_PCI_COMMAND_BUS_MASTER |
                       UPPER(RP_PCI_STATUS_CAPABILITIES));
    rp_image_store(image, RP_PCI_REVISION_ID, UPPER(RP_PCI_CLASS_PCI_BRIDGE));
    rp_image_store(image, RP_PCI_CACHE_LINE_SIZE, UPPER(RP_PCI_LAYOUT_BRIDGE));
    rp_image_store(image, RP_PCI_PRIMARY_BUS,
                   config->primary_bus | (uint32_t)config->secondary_bus << 8 |
                       (uint32_t)config->subordinate_bus << 16);
    rp_image_store(image, RP_PCI_CAPABILITIES_POINTER, CAP_PCIE);
}

/* Base and limit registers of a window, in one dword; none is a base above the limit. */
static uint32_t window_registers(struct rp_rootport_window window)
{
    if (window.size == 0)
        return RP_PCI_BRIDGE_WINDOW_ADDRESS;

    uint32_t base = (uint32_t)window.base >> 16;
    uint32_t limit = (uint32_t)(window.base + window.size - 1) >> 16;
    return (base & RP_PCI_BRIDGE_WINDOW_ADDRESS) |
           UPPER(limit & RP_PCI_BRIDGE_WINDOW_ADDRESS);
}

static void build_windows(struct rp_image *image, const struct rp_rootport_config *config)
{
    struct rp_rootport_window prefetchable = config->prefetchable;
    uint64_t last =
        prefetchable.size == 0 ? 0 : prefetchable.base + prefetchable.size - 1;

    rp_image_store(image, RP_PCI_MEMORY_BASE, window_registers(config->memory));
    rp_image_store(image, RP_PCI_PREFETCHABLE_BASE,
                   window_registers(prefetchable) | RP_PCI_BRIDGE_WINDOW_64BIT |
                       UPPER(RP_PCI_BRIDGE_WINDOW_64BIT));
    rp_image_store(image, RP_PCI_PREFETCHABLE_BASE_UPPER,
                   prefetchable.size == 0 ? 0 : (uint32_t)(prefetchable.base >> 32));
    rp_image_store(image, RP_PCI_PREFETCHABLE_LIMIT_UPPER, (uint32_t)(last >> 32));
}

static uint32_t capability_header(uint8_t id, uint8_t next)
{
    return id | (uint32_t)next << 8;
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
                   capability_header(RP_PCI_CAP_ID_PCIE, CAP_MSI) | UPPER(capabilities));
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
                   capability_header(RP_PCI_CAP_ID_MSI, CAP_PM) | UPPER(control));
}

/* D0 and D3hot, which every function has; no wake-up. */
static void build_pm(struct rp_image *image)
{
    uint32_t capabilities = rp_field_set(RP_PCI_PM_CAPABILITIES_VERSION, 0, 3);

    rp_image_store(image, CAP_PM,
                   capability_header(RP_PCI_CAP_ID_PM, 0) | UPPER(capabilities));
    rp_image_store(image, REG_PM_CONTROL_STATUS, RP_PCI_PM_CONTROL_NO_SOFT_RESET);
}

void rp_rootport_image_build(struct rp_image *image,
                             const struct rp_rootport_config *config)
{
    for (unsigned i = 0; i < RP_IMAGE_DWORDS; i++)
        rp_image_store(image, (uint16_t)(i * 4), 0);
    build_header(image, config);
    build_windows(image, config);
    build_pcie(image, config);
    build_msi(image);
    build_pm(image);
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

struct rp_image_change rp_rootport_image_apply(const struct rp_image *image, uint16_t reg,
                                               unsigned width, uint32_t value)
{
    struct rp_image_rule rule = {0};
    if (reg / 4 < RULE_COUNT)
        rule = rules[reg / 4];

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
    uint32_t numbers = port->image->dword[RP_PCI_PRIMARY_BUS / 4];
    struct rp_rootport_buses buses = {
        .secondary = (uint8_t)(numbers >> 8),
        .subordinate = (uint8_t)(numbers >> 16),
    };

    if (buses.secondary <= port->config.primary_bus ||
        buses.subordinate < buses.secondary)
        return (struct rp_rootport_buses){0};
    return buses;
}

/* Base and limit are bits 31:20 of the first and the last address (7.5.1.3.8). */
static struct rp_rootport_window window_at(const struct rp_rootport *port,
                                           uint16_t base_reg, uint64_t upper_base,
                                           uint64_t upper_limit)
{
    uint32_t registers = port->image->dword[base_reg / 4];
    uint64_t base = upper_base << 32 | (registers & RP_PCI_BRIDGE_WINDOW_ADDRESS) << 16;
    uint64_t limit = upper_limit << 32 |
                     (registers >> 16 & RP_PCI_BRIDGE_WINDOW_ADDRESS) << 16 | 0xfffffu;

    if (base > limit)
        return (struct rp_rootport_window){0};
    return (struct rp_rootport_window){.base = base, .size = limit - base + 1};
}

struct rp_rootport_window rp_rootport_memory(const struct rp_rootport *port)
{
    return window_at(port, RP_PCI_MEMORY_BASE, 0, 0);
}

struct rp_rootport_window rp_rootport_prefetchable(const struct rp_rootport *port)
{
    return window_at(port, RP_PCI_PREFETCHABLE_BASE,
                     port->image->dword[RP_PCI_PREFETCHABLE_BASE_UPPER / 4],
                     port->image->dword[RP_PCI_PREFETCHABLE_LIMIT_UPPER / 4]);
}
