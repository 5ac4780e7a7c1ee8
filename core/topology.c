/* SPDX-License-Identifier: MIT */
/* Which function of a domain answers at which bus, device and function. */
#include <rootport/pci_regs.h>
#include <rootport/topology.h>

enum {
    ROOT_BUS = 0,
    /* Of port_on_bus: a bridge is there, or the bus is behind one. */
    AT_BRIDGE = 0x40,
    BEHIND_BRIDGE = 0x80,
    PORT_PLUS_1 = 0x3f,
};

#define HOST_BRIDGE_COMMAND (RP_PCI_COMMAND_MEMORY | RP_PCI_COMMAND_BUS_MASTER)

static const struct rp_image_rule host_bridge_command = {
    .rw = HOST_BRIDGE_COMMAND | RP_PCI_COMMAND_SERR,
};

static const struct rp_topology_target absent = {.kind = RP_TOPOLOGY_ABSENT};

void rp_topology_reset(struct rp_topology *topology)
{
    struct rp_image *image = topology->host_bridge;

    for (uint16_t i = 0; i < RP_IMAGE_DWORDS; i++)
        rp_image_store(image, (uint16_t)(i * 4), 0);
    rp_image_store(image, RP_PCI_VENDOR_ID,
                   RP_VENDOR_ID | (uint32_t)RP_DEVICE_ID_HOST_BRIDGE << 16);
    rp_image_store(image, RP_PCI_COMMAND, HOST_BRIDGE_COMMAND);
    rp_image_store(image, RP_PCI_REVISION_ID, (uint32_t)RP_PCI_CLASS_HOST_BRIDGE << 16);
}

enum rp_status rp_topology_init(struct rp_topology *topology,
                                struct rp_image *host_bridge, struct rp_rootport *ports,
                                unsigned port_count)
{
    if (port_count > RP_TOPOLOGY_PORTS_MAX)
        return RP_ERR_INVALID;

    topology->host_bridge = host_bridge;
    topology->ports = ports;
    topology->port_count = (uint8_t)port_count;
    for (unsigned bus = 0; bus < RP_TOPOLOGY_BUSES; bus++)
        atomic_init(&topology->port_on_bus[bus], (uint8_t)0);
    for (unsigned port = 0; port < RP_TOPOLOGY_PORTS_MAX; port++) {
        topology->bridges[port] = NULL;
        for (unsigned fn = 0; fn < RP_TOPOLOGY_FUNCTIONS_MAX; fn++)
            atomic_init(&topology->children[port][fn], NULL);
    }
    rp_topology_reset(topology);
    rp_topology_update_buses(topology);
    return RP_OK;
}

/*
 * Claims the buses of one port, unless another has them. Only its secondary bus and
 * that of its bridge get an owner: on the rest there is nothing.
 */
static void claim_buses(const struct rp_topology *topology, unsigned port,
                        bool is_claimed[RP_TOPOLOGY_BUSES],
                        uint8_t owners[RP_TOPOLOGY_BUSES])
{
    const struct rp_rootport_buses buses = rp_rootport_buses(&topology->ports[port]);
    const struct rp_bridge *bridge = topology->bridges[port];
    struct rp_rootport_buses behind = {0};

    if (buses.secondary == 0)
        return;
    if (bridge != NULL)
        behind = rp_bridge_buses(bridge);
    for (unsigned bus = buses.secondary; bus <= buses.subordinate; bus++) {
        uint8_t owner = (uint8_t)(port + 1);

        if (bus == buses.secondary)
            owner |= bridge != NULL ? AT_BRIDGE : 0;
        else if (bus == behind.secondary)
            owner |= BEHIND_BRIDGE;
        else
            owner = 0;
        if (!is_claimed[bus])
            owners[bus] = owner;
        is_claimed[bus] = true;
    }
}

void rp_topology_update_buses(struct rp_topology *topology)
{
    bool is_claimed[RP_TOPOLOGY_BUSES] = {false};
    uint8_t owners[RP_TOPOLOGY_BUSES] = {0};

    for (unsigned port = 0; port < topology->port_count; port++)
        claim_buses(topology, port, is_claimed, owners);

    /* An access looks at one bus, and no bus shows anything but its old or new owner. */
    for (unsigned bus = 0; bus < RP_TOPOLOGY_BUSES; bus++)
        atomic_store_explicit(&topology->port_on_bus[bus], owners[bus],
                              memory_order_release);
}

enum rp_status rp_topology_attach(struct rp_topology *topology, unsigned port,
                                  unsigned fn, void *child)
{
    if (port >= topology->port_count || fn >= RP_TOPOLOGY_FUNCTIONS_MAX || child == NULL)
        return RP_ERR_INVALID;
    if (atomic_load_explicit(&topology->children[port][fn], memory_order_relaxed) != NULL)
        return RP_ERR_EXISTS;
    atomic_store_explicit(&topology->children[port][fn], child, memory_order_release);
    return RP_OK;
}

enum rp_status rp_topology_attach_bridge(struct rp_topology *topology, unsigned port,
                                         struct rp_bridge *bridge)
{
    if (port >= topology->port_count || bridge == NULL)
        return RP_ERR_INVALID;
    if (topology->bridges[port] != NULL)
        return RP_ERR_EXISTS;
    topology->bridges[port] = bridge;
    rp_topology_update_buses(topology);
    return RP_OK;
}

void rp_topology_detach(struct rp_topology *topology, unsigned port)
{
    if (port >= topology->port_count)
        return;
    for (unsigned fn = 0; fn < RP_TOPOLOGY_FUNCTIONS_MAX; fn++)
        atomic_store_explicit(&topology->children[port][fn], NULL, memory_order_release);
    topology->bridges[port] = NULL;
    rp_topology_update_buses(topology);
}

static struct rp_topology_target find_on_root_bus(const struct rp_topology *topology,
                                                  uint8_t devfn)
{
    unsigned dev = devfn >> 3;

    if (devfn == 0)
        return (struct rp_topology_target){.kind = RP_TOPOLOGY_HOST_BRIDGE};
    if (dev == 0 || dev > topology->port_count || devfn % 8 != 0)
        return absent;
    return (struct rp_topology_target){
        .kind = RP_TOPOLOGY_PORT,
        .port = (uint8_t)(dev - 1),
    };
}

struct rp_topology_target rp_topology_find(const struct rp_topology *topology,
                                           uint8_t bus, uint8_t devfn)
{
    if (bus == ROOT_BUS)
        return find_on_root_bus(topology, devfn);

    unsigned owner =
        atomic_load_explicit(&topology->port_on_bus[bus], memory_order_acquire);
    if (owner == 0 || devfn >= RP_TOPOLOGY_FUNCTIONS_MAX)
        return absent;

    struct rp_topology_target target = {
        .kind = RP_TOPOLOGY_CHILD,
        .port = (uint8_t)((owner & PORT_PLUS_1) - 1),
        .fn = devfn,
    };
    if ((owner & AT_BRIDGE) != 0) {
        target.kind = devfn == 0 ? RP_TOPOLOGY_BRIDGE : RP_TOPOLOGY_ABSENT;
        return target;
    }
    target.child = atomic_load_explicit(&topology->children[target.port][devfn],
                                        memory_order_acquire);
    return target.child != NULL ? target : absent;
}

/* @bus, if it is where @owner is found. */
static uint8_t bus_of(const struct rp_topology *topology, uint8_t bus, unsigned owner)
{
    return atomic_load_explicit(&topology->port_on_bus[bus], memory_order_acquire) ==
                   owner
               ? bus
               : 0;
}

uint8_t rp_topology_bridge_bus(const struct rp_topology *topology, unsigned port)
{
    if (port >= topology->port_count || topology->bridges[port] == NULL)
        return 0;
    return bus_of(topology, rp_rootport_buses(&topology->ports[port]).secondary,
                  (port + 1) | AT_BRIDGE);
}

uint8_t rp_topology_child_bus(const struct rp_topology *topology, unsigned port)
{
    if (port >= topology->port_count)
        return 0;
    if (topology->bridges[port] != NULL)
        return bus_of(topology, rp_bridge_buses(topology->bridges[port]).secondary,
                      (port + 1) | BEHIND_BRIDGE);
    return bus_of(topology, rp_rootport_buses(&topology->ports[port]).secondary,
                  port + 1);
}

void rp_topology_write_host_bridge(struct rp_topology *topology, uint16_t reg,
                                   unsigned width, uint32_t value)
{
    if (!rp_image_is_natural(reg, width) || reg / 4 != RP_PCI_COMMAND / 4)
        return;

    struct rp_image_change change =
        rp_image_apply(topology->host_bridge, host_bridge_command, reg, width, value);
    rp_image_store(topology->host_bridge, change.reg, change.new_value);
}
