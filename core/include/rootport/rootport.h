/* SPDX-License-Identifier: MIT */
/*
 * An emulated PCI Express root port with native hotplug, as a pure state
 * machine: each call is an event and says which actions it asks of the
 * embedder.
 *
 * The embedder holds one lock around every call for a port, and around the
 * actions of that call, so that their order is the guest's order.
 *
 * PCI Express Base r5.0, 6.2 (errors), 6.7 (hotplug), 7.5.1.3 (type 1 header), 7.5.3 (PCI
 * Express capability), 7.7.1 (MSI); PCI-to-PCI Bridge r1.2, 3.2.5.
 */
#ifndef ROOTPORT_ROOTPORT_H
#define ROOTPORT_ROOTPORT_H

#include <rootport/image.h>
#include <rootport/status.h>
#include <rootport/types.h>

/*
 * The identity of the functions that exist only here. The vendor ID is in
 * nobody's use: drivers apply errata by ID, so a real one would lie. In
 * particular 8086 makes Linux assume broken command completion.
 */
enum {
    RP_VENDOR_ID = 0x5250,
    RP_DEVICE_ID_ROOT_PORT = 0x0001,
    RP_DEVICE_ID_HOST_BRIDGE = 0x0002,
};

/* Link speeds as Link Status has them: 2.5, 5, 8, 16 and 32 GT/s are 1 to 5. */
enum {
    RP_LINK_SPEED_MAX = 5,
    RP_LINK_WIDTH_MAX = 32,
};

struct rp_rootport_link {
    uint8_t speed; /* 1 to RP_LINK_SPEED_MAX */
    uint8_t width; /* lanes: 1, 2, 4, 8, 12, 16 or 32 */
};

/* Where the slot is. */
enum rp_rootport_state {
    RP_ROOTPORT_EMPTY = 0,
    RP_ROOTPORT_ARRIVING, /* a child is there, the guest has not taken it into use */
    RP_ROOTPORT_ON,       /* the guest uses it */
    RP_ROOTPORT_FAILED,   /* the guest tried and gave up (attention indicator) */
    RP_ROOTPORT_ASKED,    /* the attention button was pressed */
    RP_ROOTPORT_GRACE,    /* the guest blinks: it will let go unless asked again */
    RP_ROOTPORT_RELEASED, /* to be detached; rp_rootport_finish_detach() ends it */
    RP_ROOTPORT_GUEST_RELEASED, /* the guest let go unasked; still attached */
};

/* What the guest made of a child, as its indicators showed. */
enum rp_rootport_outcome {
    RP_OUTCOME_NONE = 0,
    RP_OUTCOME_ENABLED,        /* took it into use: now ON */
    RP_OUTCOME_FAILED,         /* could not: now FAILED */
    RP_OUTCOME_CANCELLED,      /* keeps it though asked to let go: back to ON */
    RP_OUTCOME_RELEASED,       /* let go as asked, or was reset after asking: RELEASED */
    RP_OUTCOME_GUEST_RELEASED, /* let go unasked: now GUEST_RELEASED */
};

/* A bit for each action; the embedder carries them out from bit 0 upwards. */
enum {
    /*
     * The guest moved the bus range: rp_topology_update_buses(), and remap ECAM
     * pages, of other ports too: they may have lost a bus to this one, or got one.
     */
    RP_ROOTPORT_BUSES_CHANGED = 1 << 0,
    /* The guest moved a window, or switched memory or I/O decoding of the port. */
    RP_ROOTPORT_WINDOWS_CHANGED = 1 << 1,
    /*
     * Take the child away: configuration reads return all ones, BAR mappings go,
     * DMA and interrupts are blocked. If the port is now RELEASED,
     * rp_rootport_finish_detach() follows, at once or later; if EMPTY, nothing.
     */
    RP_ROOTPORT_DETACH_CHILD = 1 << 2,
    /* Reset the child; rp_rootport_finish_reset() follows, now or later. */
    RP_ROOTPORT_RESET_CHILD = 1 << 3,
    /* Forwarding to the child began or ended: see rp_rootport_is_forwarding(). */
    RP_ROOTPORT_FORWARDING_CHANGED = 1 << 4,
    /* Tell the control domain .outcome. */
    RP_ROOTPORT_REPORT = 1 << 5,
    /* Write .msi_data to .msi_address on the guest's behalf. */
    RP_ROOTPORT_SEND_MSI = 1 << 6,
};

struct rp_rootport_actions {
    uint32_t set; /* RP_ROOTPORT_* bits above */
    enum rp_rootport_outcome outcome;
    rp_gpa_t msi_address;
    uint16_t msi_data;
};

/*
 * A range of guest physical addresses: multiples of 1 MiB; or of ports: multiples of
 * 4096. Size 0 is none.
 */
struct rp_rootport_window {
    uint64_t base;
    uint64_t size;
};

/*
 * What firmware would have set up. A reset restores it. Windows cannot grow
 * later, so they are as large as whatever the port may ever receive.
 */
struct rp_rootport_config {
    uint8_t port_number;  /* Link Capabilities; any */
    uint16_t slot_number; /* Physical Slot Number: 1 to 8191, unique in the domain */
    bool has_button;      /* attention button: without it there is no orderly unplug */
    struct rp_rootport_link max_link;
    uint8_t primary_bus;
    uint8_t secondary_bus;
    uint8_t subordinate_bus;
    struct rp_rootport_window memory;       /* below 4 GiB */
    struct rp_rootport_window prefetchable; /* anywhere */
    struct rp_rootport_window io;           /* below 64 KiB */
};

/* All fields are private; use the functions. */
struct rp_rootport {
    struct rp_image *image;
    struct rp_rootport_config config;
    enum rp_rootport_state state;
    uint8_t asserted;          /* interrupts: slot and errors, as of the last event */
    bool is_resetting;         /* RESET_CHILD was asked for and is not finished */
    bool is_link_event_hidden; /* the link is down for a secondary bus reset */
    bool is_cancelling;        /* GRACE: the second press of the button was made */
    bool has_blinked;          /* ARRIVING: the guest began to enable the slot */
    bool was_there_at_reset;   /* ARRIVING: the guest's scan will find the child */
    bool was_forwarding;       /* as of the last event */
};

/*
 * Makes an empty port with @image, which the caller supplies and keeps: the
 * guest sees it and nothing but this port writes it. RP_ERR_INVALID if a field
 * of @config is outside its range; the image is then untouched.
 */
RP_MUST_CHECK enum rp_status rp_rootport_init(struct rp_rootport *port,
                                              struct rp_image *image,
                                              const struct rp_rootport_config *config);

/*
 * The guest is reset: call before each start of the guest, the first included,
 * with its children reset. The registers become what firmware leaves; presence
 * and link stay; what was asked to be unplugged is released (RELEASED). A child
 * that is there is found by the guest's scan.
 */
void rp_rootport_reset(struct rp_rootport *port, struct rp_rootport_actions *out_actions);

/* What the guest reads; all ones in @width bytes for an access not natural. */
uint32_t rp_rootport_read(const struct rp_rootport *port, uint16_t reg, unsigned width);

/*
 * The guest writes @width (1, 2, 4) bytes at @reg, a multiple of @width below
 * 4096; anything else is ignored, as are read-only bits.
 */
void rp_rootport_write(struct rp_rootport *port, uint16_t reg, unsigned width,
                       uint32_t value, struct rp_rootport_actions *out_actions);

/*
 * A child stands behind the port: all its functions answer already (function 0
 * last). @link is clamped to the port's own; a zero field (virtual functions
 * have no link) becomes 2.5 GT/s or x1. RP_ERR_EXISTS unless EMPTY.
 */
RP_MUST_CHECK enum rp_status rp_rootport_plug(struct rp_rootport *port,
                                              struct rp_rootport_link link,
                                              struct rp_rootport_actions *out_actions);

/*
 * Asks the guest to let the child go. Where the guest does not use it any more
 * (FAILED, GUEST_RELEASED) it is RELEASED at once.
 *
 * RP_ERR_NO_DEVICE: EMPTY. RP_ERR_BUSY: asked already, being detached, or the
 * guest is in the middle of something (its indicator blinks, or it has not yet
 * seen the arrival); ask again later. RP_ERR_UNSUPPORTED: no button, or no
 * driver in the guest listens to it.
 */
RP_MUST_CHECK enum rp_status rp_rootport_unplug(struct rp_rootport *port,
                                                struct rp_rootport_actions *out_actions);

/*
 * Takes the request back. In GRACE that is a second press, and an outcome tells
 * whether it was in time. RP_ERR_INVALID: nothing was asked. RP_ERR_BUSY: too
 * late, or taken back already.
 */
RP_MUST_CHECK enum rp_status
rp_rootport_cancel_unplug(struct rp_rootport *port,
                          struct rp_rootport_actions *out_actions);

/*
 * Surprise removal: the port is EMPTY at once. RP_ERR_NO_DEVICE: it was.
 * RP_ERR_BUSY: RELEASED, the child is on its way out.
 */
RP_MUST_CHECK enum rp_status
rp_rootport_unplug_now(struct rp_rootport *port, struct rp_rootport_actions *out_actions);

/* DETACH_CHILD is done in RELEASED: the port is EMPTY. RP_ERR_INVALID elsewhere. */
RP_MUST_CHECK enum rp_status
rp_rootport_finish_detach(struct rp_rootport *port,
                          struct rp_rootport_actions *out_actions);

/*
 * RESET_CHILD is done: the link may come up. RP_ERR_INVALID if none was asked
 * for. A surprise removal or a reset of the guest ends it as well.
 */
RP_MUST_CHECK enum rp_status
rp_rootport_finish_reset(struct rp_rootport *port,
                         struct rp_rootport_actions *out_actions);

/*
 * The child, whose requester ID the guest knows as @source, sends messages of the
 * severities @errors (6.2.4.1.2, 6.2.6).
 */
void rp_rootport_receive(struct rp_rootport *port, uint32_t errors, uint16_t source,
                         struct rp_rootport_actions *out_actions);

static inline enum rp_rootport_state rp_rootport_state(const struct rp_rootport *port)
{
    return port->state;
}

/*
 * True while configuration requests reach the child: there is one, its link is
 * up (no link disable, no secondary bus reset) and the port is in D0. While
 * false the child reads all ones, as after an Unsupported Request.
 */
bool rp_rootport_is_forwarding(const struct rp_rootport *port);

/* True while memory requests to the windows reach the child too: WINDOWS_CHANGED. */
bool rp_rootport_is_decoding_memory(const struct rp_rootport *port);

/* Buses the guest gave the port; {0, 0} when that is not a range below the root bus. */
struct rp_rootport_buses {
    uint8_t secondary;
    uint8_t subordinate;
};

struct rp_rootport_buses rp_rootport_buses(const struct rp_rootport *port);

/* Windows the guest gave the port; size 0 if base is above limit, or for all 2^64. */
struct rp_rootport_window rp_rootport_memory(const struct rp_rootport *port);
struct rp_rootport_window rp_rootport_prefetchable(const struct rp_rootport *port);
/* Likewise of ports; and none while the port's I/O Space Enable is clear. */
struct rp_rootport_window rp_rootport_io(const struct rp_rootport *port);

/* A word and a short sentence in English for messages, never NULL. */
const char *rp_rootport_state_text(enum rp_rootport_state state);
const char *rp_rootport_outcome_text(enum rp_rootport_outcome outcome);

/*
 * In place of rp_rootport_init(), makes a port that stands in for one of the machine's: a
 * domain that sees the machine reads that one through, but hears of errors by what
 * rp_rootport_stand_in_reg() names of this one. It has one message, by an MSI capability
 * of 32 bits in place of the real port's MSI or MSI-X, which links to @next.
 */
void rp_rootport_init_stand_in(struct rp_rootport *port, struct rp_image *image,
                               uint8_t next);

/*
 * The register of the stand-in for @reg of the real port, whose capabilities for
 * interrupts and Advanced Error Reporting are at @msi and @aer; 0: it has none.
 */
uint16_t rp_rootport_stand_in_reg(unsigned msi, unsigned aer, unsigned reg);

/*
 * The bits of the real port's dword at @reg that would contradict the stand-in, and so
 * read 0: the interrupt's number in the PCI Express capability at @pcie, as there is one
 * message; and the ID of an MSI-X capability at @msix beside the MSI that is replaced (0:
 * there is none), as software prefers that. A null capability is left of it.
 */
uint32_t rp_rootport_stand_in_hides(unsigned pcie, unsigned msix, unsigned reg);

#endif
