/* SPDX-License-Identifier: MIT */
/* The emulated bridge from PCI Express to conventional PCI. */
#include <rootport/bridge.h>
#include <rootport/pci_regs.h>

#include "rootport_image.h"

/* The rest of what a root port has, from the link to MSI, is not there. */
static bool has_register(uint16_t reg)
{
    return reg < CAP_PCIE || reg / 4 == REG_DEVICE_CONTROL / 4 ||
           reg / 4 == REG_PM_CONTROL_STATUS / 4;
}

/* The slowest link there is: nothing behind it says what would be true. */
static void build_pcie(struct rp_image *image)
{
    uint32_t capabilities =
        rp_field_set(RP_PCI_PCIE_CAPABILITIES_VERSION, 0, 2) |
        rp_field_set(RP_PCI_PCIE_CAPABILITIES_TYPE, 0, RP_PCI_PCIE_TYPE_TO_PCI_BRIDGE);
    uint32_t link = rp_field_set(RP_PCI_PCIE_LINK_CAPABILITIES_SPEED, 0, 1) |
                    rp_field_set(RP_PCI_PCIE_LINK_CAPABILITIES_WIDTH, 0, 1);

    rp_image_store(image, CAP_PCIE,
                   type1_capability_header(RP_PCI_CAP_ID_PCIE, CAP_PM) |
                       UPPER(capabilities));
    rp_image_store(image, CAP_PCIE + RP_PCI_PCIE_DEVICE_CAPABILITIES,
                   RP_PCI_PCIE_DEVICE_CAPABILITIES_ROLE_BASED_ERRORS);
    rp_image_store(image, CAP_PCIE + RP_PCI_PCIE_LINK_CAPABILITIES, link);
    rp_image_store(image, REG_LINK_CONTROL, UPPER(link)); /* as negotiated */
}

void rp_bridge_reset(struct rp_bridge *bridge, struct rp_image *image,
                     const struct rp_rootport *port, enum rp_bridge_setup setup)
{
    struct rp_rootport_config config = {0};

    if (setup == RP_BRIDGE_BY_FIRMWARE) {
        config = port->config;
        config.primary_bus = config.secondary_bus++;
    }
    bridge->image = image;
    rp_type1_build(image, RP_DEVICE_ID_PCI_BRIDGE, &config);
    build_pcie(image);
}

void rp_bridge_write(struct rp_bridge *bridge, uint16_t reg, unsigned width,
                     uint32_t value, struct rp_rootport_actions *out_actions)
{
    bool was_forwarding = rp_bridge_is_forwarding(bridge);
    bool was_held = rp_type1_is_held_in_reset(bridge->image);
    struct rp_image_change change;

    *out_actions = (struct rp_rootport_actions){.set = 0};
    if (!rp_image_is_natural(reg, width) || !has_register(reg))
        return;
    change = rp_rootport_image_apply(bridge->image, reg, width, value);
    if (change.new_value == change.old_value)
        return;
    rp_image_store(bridge->image, change.reg, change.new_value);
    out_actions->set = rp_type1_follow(&change);
    if (rp_bridge_is_forwarding(bridge) != was_forwarding)
        out_actions->set |= RP_ROOTPORT_FORWARDING_CHANGED;
    if (rp_type1_is_held_in_reset(bridge->image) && !was_held)
        out_actions->set |= RP_ROOTPORT_RESET_CHILD;
}

bool rp_bridge_is_forwarding(const struct rp_bridge *bridge)
{
    return rp_type1_is_in_d0(bridge->image) && !rp_type1_is_held_in_reset(bridge->image);
}

struct rp_rootport_buses rp_bridge_buses(const struct rp_bridge *bridge)
{
    return rp_type1_buses(bridge->image, 0);
}

/* Windows end below 2^64, or are all of it with a size of 0, which is none. */
static struct rp_rootport_window overlap(struct rp_rootport_window a,
                                         struct rp_rootport_window b)
{
    uint64_t base = a.base > b.base ? a.base : b.base;
    uint64_t last = a.base + a.size - 1;

    if (b.base + b.size - 1 < last)
        last = b.base + b.size - 1;
    if (a.size == 0 || b.size == 0 || base > last)
        return (struct rp_rootport_window){0};
    return (struct rp_rootport_window){base, last - base + 1};
}

void rp_bridge_narrow(const struct rp_bridge *bridge, struct rp_rootport_window *memory,
                      struct rp_rootport_window *prefetchable)
{
    const struct rp_rootport_window above[] = {*memory, *prefetchable};
    struct rp_rootport_window own[] = {rp_type1_memory(bridge->image),
                                       rp_type1_prefetchable(bridge->image)};

    for (unsigned i = 0; i < 2; i++) {
        struct rp_rootport_window passed = overlap(own[i], above[i]);

        own[i] = passed.size != 0 ? passed : overlap(own[i], above[1 - i]);
        if (!rp_type1_is_decoding_memory(bridge->image) ||
            !rp_bridge_is_forwarding(bridge))
            own[i].size = 0;
    }
    *memory = own[0];
    *prefetchable = own[1];
}

struct rp_rootport_window rp_bridge_io(const struct rp_bridge *bridge,
                                       struct rp_rootport_window above)
{
    if (!rp_bridge_is_forwarding(bridge))
        above.size = 0;
    return overlap(rp_type1_io(bridge->image), above);
}
