/* SPDX-License-Identifier: MIT */
/*
 * An emulated bridge from PCI Express to conventional PCI, for a conventional
 * function behind a root port: plugged in, reset and taken out together with it.
 *
 * The embedder holds the port's lock around every call, and carries out the actions
 * that a write asks for, as those of the port itself.
 *
 * PCI Express to PCI/PCI-X Bridge r1.0; PCI Express Base r5.0, 7.5.1.3 and 7.5.3.
 */
#ifndef ROOTPORT_BRIDGE_H
#define ROOTPORT_BRIDGE_H

#include <rootport/image.h>
#include <rootport/rootport.h>

enum {
    RP_DEVICE_ID_PCI_BRIDGE = 0x0003,
};

/* All fields are private; use the functions. */
struct rp_bridge {
    struct rp_image *image; /* the guest sees it and nothing but this bridge writes it */
};

enum rp_bridge_setup {
    RP_BRIDGE_AFTER_RESET = 0, /* nothing is forwarded */
    RP_BRIDGE_BY_FIRMWARE,     /* all that the port above has, behind its second bus */
};

/*
 * The bridge is reset, alone or by its port, and perhaps set up for a guest that is
 * about to start. Call it before any other function, with @image, a page of the
 * caller's. @port is the one above.
 */
void rp_bridge_reset(struct rp_bridge *bridge, struct rp_image *image,
                     const struct rp_rootport *port, enum rp_bridge_setup setup);

/* As rp_rootport_write(); asks for no more than RESET_CHILD and *_CHANGED. */
void rp_bridge_write(struct rp_bridge *bridge, uint16_t reg, unsigned width,
                     uint32_t value, struct rp_rootport_actions *out_actions);

/* Whether configuration requests reach what is behind it, if they reach the bridge. */
bool rp_bridge_is_forwarding(const struct rp_bridge *bridge);

/* The buses that the guest gave it; {0, 0} when that is no range. */
struct rp_rootport_buses rp_bridge_buses(const struct rp_bridge *bridge);

/*
 * What of the windows @memory and @prefetchable of the port above it passes on: each
 * of its own as far as it lies in one of them.
 */
void rp_bridge_narrow(const struct rp_bridge *bridge, struct rp_rootport_window *memory,
                      struct rp_rootport_window *prefetchable);

/* The part of the port's I/O window @above that gets through. */
struct rp_rootport_window rp_bridge_io(const struct rp_bridge *bridge,
                                       struct rp_rootport_window above);

#endif
