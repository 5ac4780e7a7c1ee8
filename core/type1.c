/* SPDX-License-Identifier: MIT */
/* The header of a bridge: identity, buses, windows. PCI Express Base r5.0, 7.5.1.3. */
#include "type1.h"

static void build_header(struct rp_image *image, uint16_t device_id,
                         const struct rp_rootport_config *setup)
{
    uint32_t command =
        setup->secondary_bus != 0
            ? RP_PCI_COMMAND_IO | RP_PCI_COMMAND_MEMORY | RP_PCI_COMMAND_BUS_MASTER
            : 0;

    rp_image_store(image, RP_PCI_VENDOR_ID, RP_VENDOR_ID | UPPER(device_id));
    rp_image_store(image, RP_PCI_COMMAND, command | UPPER(RP_PCI_STATUS_CAPABILITIES));
    rp_image_store(image, RP_PCI_REVISION_ID, UPPER(RP_PCI_CLASS_PCI_BRIDGE));
    rp_image_store(image, RP_PCI_CACHE_LINE_SIZE, UPPER(RP_PCI_LAYOUT_BRIDGE));
    rp_image_store(image, RP_PCI_PRIMARY_BUS,
                   setup->primary_bus | (uint32_t)setup->secondary_bus << 8 |
                       (uint32_t)setup->subordinate_bus << 16);
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

/* Ports have 16 bits here; of 8 bits each, base and limit have the upper four. */
static uint32_t io_registers(struct rp_rootport_window io)
{
    if (io.size == 0)
        return RP_PCI_BRIDGE_IO_ADDRESS;
    return (uint32_t)io.base >> 8 |
           ((uint32_t)(io.base + io.size - RP_PCI_BRIDGE_IO_UNIT) & 0xf000u);
}

static void build_windows(struct rp_image *image, const struct rp_rootport_config *setup)
{
    struct rp_rootport_window prefetchable = setup->prefetchable;
    uint64_t last =
        prefetchable.size == 0 ? 0 : prefetchable.base + prefetchable.size - 1;

    rp_image_store(image, RP_PCI_IO_BASE, io_registers(setup->io));
    rp_image_store(image, RP_PCI_MEMORY_BASE, window_registers(setup->memory));
    rp_image_store(image, RP_PCI_PREFETCHABLE_BASE,
                   window_registers(prefetchable) | RP_PCI_BRIDGE_WINDOW_64BIT |
                       UPPER(RP_PCI_BRIDGE_WINDOW_64BIT));
    rp_image_store(image, RP_PCI_PREFETCHABLE_BASE_UPPER,
                   prefetchable.size == 0 ? 0 : (uint32_t)(prefetchable.base >> 32));
    rp_image_store(image, RP_PCI_PREFETCHABLE_LIMIT_UPPER, (uint32_t)(last >> 32));
}

/* D0 and D3hot, which every function has; no wake-up. */
static void build_pm(struct rp_image *image)
{
    uint32_t capabilities = rp_field_set(RP_PCI_PM_CAPABILITIES_VERSION, 0, 3);

    rp_image_store(image, CAP_PM,
                   type1_capability_header(RP_PCI_CAP_ID_PM, 0) | UPPER(capabilities));
    rp_image_store(image, REG_PM_CONTROL_STATUS, RP_PCI_PM_CONTROL_NO_SOFT_RESET);
}

void rp_type1_build(struct rp_image *image, uint16_t device_id,
                    const struct rp_rootport_config *setup)
{
    for (unsigned i = 0; i < RP_IMAGE_DWORDS; i++)
        rp_image_store(image, (uint16_t)(i * 4), 0);
    build_header(image, device_id, setup);
    build_windows(image, setup);
    build_pm(image);
}

uint32_t rp_type1_follow(const struct rp_image_change *change)
{
    switch (change->reg) {
    case RP_PCI_COMMAND:
        return ((change->old_value ^ change->new_value) &
                (RP_PCI_COMMAND_MEMORY | RP_PCI_COMMAND_IO)) != 0
                   ? RP_ROOTPORT_WINDOWS_CHANGED
                   : 0;
    case RP_PCI_PRIMARY_BUS:
        return RP_ROOTPORT_BUSES_CHANGED;
    case RP_PCI_IO_BASE:
    case RP_PCI_MEMORY_BASE:
    case RP_PCI_PREFETCHABLE_BASE:
    case RP_PCI_PREFETCHABLE_BASE_UPPER:
    case RP_PCI_PREFETCHABLE_LIMIT_UPPER:
        return RP_ROOTPORT_WINDOWS_CHANGED;
    default:
        return 0;
    }
}

bool rp_type1_is_in_d0(const struct rp_image *image)
{
    return (rp_image_read(image, REG_PM_CONTROL_STATUS, 2) &
            RP_PCI_PM_CONTROL_POWER_STATE) == 0;
}

bool rp_type1_is_held_in_reset(const struct rp_image *image)
{
    return (rp_image_read(image, RP_PCI_BRIDGE_CONTROL, 2) &
            RP_PCI_BRIDGE_CONTROL_SECONDARY_RESET) != 0;
}

bool rp_type1_is_decoding_memory(const struct rp_image *image)
{
    return (rp_image_read(image, RP_PCI_COMMAND, 2) & RP_PCI_COMMAND_MEMORY) != 0;
}

struct rp_rootport_buses rp_type1_buses(const struct rp_image *image, uint8_t primary_bus)
{
    uint32_t numbers = image->dword[RP_PCI_PRIMARY_BUS / 4];
    struct rp_rootport_buses buses = {
        .secondary = (uint8_t)(numbers >> 8),
        .subordinate = (uint8_t)(numbers >> 16),
    };

    if (buses.secondary <= primary_bus || buses.subordinate < buses.secondary)
        return (struct rp_rootport_buses){0};
    return buses;
}

/* Base and limit are bits 31:20 of the first and the last address (7.5.1.3.8). */
static struct rp_rootport_window window_at(const struct rp_image *image,
                                           uint16_t base_reg, uint64_t upper_base,
                                           uint64_t upper_limit)
{
    uint32_t registers = image->dword[base_reg / 4];
    uint64_t base = upper_base << 32 | (registers & RP_PCI_BRIDGE_WINDOW_ADDRESS) << 16;
    uint64_t limit = upper_limit << 32 |
                     (registers >> 16 & RP_PCI_BRIDGE_WINDOW_ADDRESS) << 16 | 0xfffffu;

    if (base > limit)
        return (struct rp_rootport_window){0};
    return (struct rp_rootport_window){.base = base, .size = limit - base + 1};
}

struct rp_rootport_window rp_type1_memory(const struct rp_image *image)
{
    return window_at(image, RP_PCI_MEMORY_BASE, 0, 0);
}

struct rp_rootport_window rp_type1_prefetchable(const struct rp_image *image)
{
    return window_at(image, RP_PCI_PREFETCHABLE_BASE,
                     image->dword[RP_PCI_PREFETCHABLE_BASE_UPPER / 4],
                     image->dword[RP_PCI_PREFETCHABLE_LIMIT_UPPER / 4]);
}

struct rp_rootport_window rp_type1_io(const struct rp_image *image)
{
    const uint32_t registers = image->dword[RP_PCI_IO_BASE / 4];
    const uint32_t base = (registers & RP_PCI_BRIDGE_IO_ADDRESS) << 8;
    const uint32_t end =
        (registers & RP_PCI_BRIDGE_IO_ADDRESS << 8) + RP_PCI_BRIDGE_IO_UNIT;

    if (base >= end || !(rp_image_read(image, RP_PCI_COMMAND, 2) & RP_PCI_COMMAND_IO))
        return (struct rp_rootport_window){0};
    return (struct rp_rootport_window){base, end - base};
}
