/* SPDX-License-Identifier: MIT */
/*
 * What a domain sees: one host bridge, root ports on the root bus, and behind
 * each port one device.
 *
 *     00:00.0        host bridge
 *     00:01.0 ...    port 0, 1, ...
 *     <secondary>:00.0 to .7   functions of the device plugged into the port
 *
 * Between a port and a conventional device there is a bridge:
 *
 *     <secondary>:00.0         bridge to conventional PCI
 *     <its secondary>:00.0 to .7   functions of the device
 *
 * With or without ARI forwarding a device has functions 0 to 7 and no more.
 *
 * rp_topology_find() may run on any CPU at any time, without a lock. The other
 * functions are for one caller at a time.
 *
 * Firmware gives each port two buses, for that and for what comes later.
 *
 * PCI Express Base r5.0, 1.3.1 (root complex), 7.3.1 (device numbers), 6.13 (ARI).
 */
#ifndef ROOTPORT_TOPOLOGY_H
#define ROOTPORT_TOPOLOGY_H

#include <stdatomic.h>

#include <rootport/bridge.h>
#include <rootport/image.h>
#include <rootport/rootport.h>
#include <rootport/status.h>
#include <rootport/types.h>

enum {
    RP_TOPOLOGY_PORTS_MAX = 31, /* devices 1 to 31 of the root bus */
    RP_TOPOLOGY_FUNCTIONS_MAX = 8,
    RP_TOPOLOGY_BUSES = 256,
};

enum rp_topology_kind {
    RP_TOPOLOGY_ABSENT = 0, /* nothing answers: reads are all ones */
    RP_TOPOLOGY_HOST_BRIDGE,
    RP_TOPOLOGY_PORT,
    RP_TOPOLOGY_BRIDGE, /* between a port and its child */
    RP_TOPOLOGY_CHILD,
};

struct rp_topology_target {
    enum rp_topology_kind kind;
    uint8_t port; /* all but HOST_BRIDGE */
    uint8_t fn;   /* CHILD */
    void *child;  /* CHILD: the handle given to rp_topology_attach() */
};

/* All fields are private; use the functions. */
struct rp_topology {
    struct rp_image *host_bridge;
    struct rp_rootport *ports; /* port_count of them */
    uint8_t port_count;
    _Atomic uint8_t port_on_bus[RP_TOPOLOGY_BUSES]; /* port + 1 and flags; 0 is none */
    struct rp_bridge *bridges[RP_TOPOLOGY_PORTS_MAX];
    void *_Atomic children[RP_TOPOLOGY_PORTS_MAX][RP_TOPOLOGY_FUNCTIONS_MAX];
};

/*
 * Makes a topology of @port_count (0 to RP_TOPOLOGY_PORTS_MAX) ports, which are
 * initialised already with primary bus 0, and a host bridge in @host_bridge. The
 * caller keeps the storage of both. RP_ERR_INVALID for too many ports.
 */
RP_MUST_CHECK enum rp_status rp_topology_init(struct rp_topology *topology,
                                              struct rp_image *host_bridge,
                                              struct rp_rootport *ports,
                                              unsigned port_count);

/* Device number of port @port on the root bus. */
static inline uint8_t rp_topology_port_device(unsigned port)
{
    return (uint8_t)(port + 1);
}

/* The buses that firmware gives port @port: the first, and how many in all. */
enum {
    RP_TOPOLOGY_BUSES_A_PORT = 2,
};

static inline uint8_t rp_topology_first_bus(unsigned port)
{
    return (uint8_t)(port * RP_TOPOLOGY_BUSES_A_PORT + 1);
}

/*
 * Follows the bus numbers that the guest programmed, after
 * RP_ROOTPORT_BUSES_CHANGED. A bus that several ports claim belongs to the one
 * with the lowest number: on hardware both would answer. An access in flight on
 * another CPU sees the old or the new owner of its bus.
 */
void rp_topology_update_buses(struct rp_topology *topology);

/* The guest is reset: the host bridge is as firmware leaves it. Ports have their own
 * reset. */
void rp_topology_reset(struct rp_topology *topology);

/*
 * Puts @child (not NULL, meaningless here) behind port @port as function @fn.
 * Attach function 0 last, then rp_rootport_plug(). RP_ERR_INVALID: no such port
 * or function. RP_ERR_EXISTS: taken.
 */
RP_MUST_CHECK enum rp_status rp_topology_attach(struct rp_topology *topology,
                                                unsigned port, unsigned fn, void *child);

/*
 * Puts @bridge between port @port, behind which there is nothing yet, and what is
 * attached to it next. RP_ERR_INVALID, RP_ERR_EXISTS as above.
 */
RP_MUST_CHECK enum rp_status rp_topology_attach_bridge(struct rp_topology *topology,
                                                       unsigned port,
                                                       struct rp_bridge *bridge);

/*
 * Takes every function behind port @port away, and its bridge. A CPU that found one
 * before may still be using its handle: the embedder waits for those before it frees it.
 */
void rp_topology_detach(struct rp_topology *topology, unsigned port);

/*
 * Who answers configuration requests for @devfn on @bus. A child is there
 * whether or not its port is forwarding (rp_rootport_is_forwarding()).
 */
struct rp_topology_target rp_topology_find(const struct rp_topology *topology,
                                           uint8_t bus, uint8_t devfn);

/*
 * Bus on which the guest finds the bridge of port @port, or the child; 0 if it does
 * not, or there is no bridge.
 */
uint8_t rp_topology_bridge_bus(const struct rp_topology *topology, unsigned port);
uint8_t rp_topology_child_bus(const struct rp_topology *topology, unsigned port);

/* The guest writes a register of the host bridge; same rules as rp_rootport_write(). */
void rp_topology_write_host_bridge(struct rp_topology *topology, uint16_t reg,
                                   unsigned width, uint32_t value);

#endif
