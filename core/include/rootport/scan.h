/* SPDX-License-Identifier: MIT */
/*
 * Finds the functions of a segment, through its bridges, and keeps what is
 * known of each.
 *
 * The embedder serialises the calls that change a table. A function may be looked
 * up, and its verdict read, on any CPU at any time.
 *
 * PCI Express Base r5.0, 7.3 and 9.2.1.2.
 */
#ifndef ROOTPORT_SCAN_H
#define ROOTPORT_SCAN_H

#include <stdatomic.h>

#include <rootport/cap.h>
#include <rootport/cfg.h>
#include <rootport/extcfg.h>

/* In place of an index: there is none. */
#define RP_SCAN_NONE 0xffffffffu

/* What came of the bus behind a function. */
enum rp_scan_bridge {
    RP_SCAN_NO_BRIDGE = 0,
    RP_SCAN_FOLLOWED,
    RP_SCAN_UNCONFIGURED, /* firmware gave it no bus */
    RP_SCAN_BUSES_WRONG,  /* its buses are reversed, or not above its own bus */
    RP_SCAN_OUTSIDE,      /* its buses are outside of its parent's, or of the segment's */
    RP_SCAN_BUS_TAKEN,    /* another bridge, or the root, leads to that bus already */
};

struct rp_function {
    /*
     * scan.c's, for look-ups: each place also holds the first function of a list of
     * those whose SBDFs have the same hash, as its index + 1; 0 is none.
     */
    _Atomic(uint32_t) listed_first;
    uint32_t listed_next; /* the function after this one in its own list, likewise */
    rp_sbdf_t sbdf;
    _Atomic(bool) is_present; /* false once it was removed: what follows doesn't count */
    uint32_t parent; /* index of the bridge above it; RP_SCAN_NONE on a root bus */
    uint32_t pf; /* of a virtual function: index of its physical function, else NONE */
    uint16_t vf_number; /* of a virtual function: which one it is, from 0 */
    uint16_t vendor_id;
    uint16_t device_id;
    uint32_t class_code; /* 24 bits: base class, sub-class, programming interface */
    uint8_t revision_id;
    uint8_t header_type; /* layout alone, RP_PCI_LAYOUT_* */
    uint8_t pcie_type;   /* RP_PCI_PCIE_TYPE_*; means nothing where @pcie_cap is 0 */
    uint8_t secondary_bus;
    uint8_t subordinate_bus;
    enum rp_scan_bridge bridge;
    enum rp_cap_end cap_end; /* how the walk over its capabilities ended */
    /* Offsets of capabilities, 0 where it has none. */
    uint8_t pm_cap;
    uint8_t msi_cap;
    uint8_t msix_cap;
    uint8_t pcie_cap;
    uint8_t pcix_cap;
    _Atomic(uint32_t) verdict;  /* rp_extcfg_unpack(); zero until evaluated */
    enum rp_extcfg_alias alias; /* the embedder's: IGNORE, whatever callers ask for */
    uint32_t pending;           /* report.c's: a verdict that is not in force */
    uint32_t pending_report;    /* the serial number of the report that it is of, or 0 */
    /*
     * The embedder's: whose the function is, 0 for nobody. What it means is
     * the embedder's too; report.h compares it for equality.
     */
    uint32_t owner;
    uint8_t pin_gsi; /* the embedder's: where its interrupt pin leads; 0: unknown */
    uint64_t message_table; /* the embedder's: a bridge's MSI-X table; 0: out of reach */
    void *record;           /* the embedder's: what else it knows, or NULL */
};

/* The functions found so far, in storage of the caller's. */
struct rp_scan {
    struct rp_function *functions;
    size_t capacity;
    size_t count;
};

/* Makes an empty table; @capacity is below RP_SCAN_NONE. */
void rp_scan_init(struct rp_scan *scan, struct rp_function *storage, size_t capacity);

/*
 * Scans buses @start_bus to @end_bus of @segment and appends what it finds,
 * bus by bus; a bridge stands before what is behind it. Buses that no bridge
 * leads to are scanned as root buses. Every bus is visited at most once,
 * whatever the bridges say.
 *
 * RP_OK; RP_ERR_NO_SPACE when the storage filled up, with what fitted in it;
 * RP_ERR_INVALID when the buses are reversed.
 */
enum rp_status rp_scan_segment(struct rp_scan *scan, const struct rp_cfg *cfg,
                               uint16_t segment, uint8_t start_bus, uint8_t end_bus);

/*
 * Appends one function, one that was added or reported later. @parent and @pf
 * are indexes or RP_SCAN_NONE; a virtual function takes what its own registers
 * do not say (its IDs) from its physical one.
 *
 * RP_OK; RP_ERR_NO_DEVICE when nothing answers; RP_ERR_EXISTS when it is in
 * the table, and then *@out_index is where; RP_ERR_NO_SPACE.
 */
enum rp_status rp_scan_add(struct rp_scan *scan, const struct rp_cfg *cfg, rp_sbdf_t sbdf,
                           uint32_t parent, uint32_t pf, size_t *out_index);

/*
 * Appends the virtual functions that a physical function has enabled. Needs
 * its verdict, since SR-IOV is an extended capability; without one that says
 * 4096 there is nothing to find. What would be on a bus that no request for it
 * gets to is left out. RP_OK or RP_ERR_NO_SPACE.
 */
enum rp_status rp_scan_add_vfs(struct rp_scan *scan, const struct rp_cfg *cfg, size_t pf);

/*
 * Takes a function out of the table. Its place stays empty, so that indexes
 * stay what they are, and is its own again if it comes back.
 */
void rp_scan_remove(struct rp_scan *scan, size_t index);

/*
 * The index of a function in the table, or RP_SCAN_NONE. Takes the same time however
 * many there are. Callable from any CPU.
 */
uint32_t rp_scan_find(const struct rp_scan *scan, rp_sbdf_t sbdf);

/* What the verdict on a function is now. Callable from any CPU. */
struct rp_extcfg_verdict rp_scan_verdict(const struct rp_function *function);

/* The verdict on function @index if it were evaluated now. Stores nothing. */
struct rp_extcfg_verdict rp_scan_evaluate(const struct rp_scan *scan,
                                          const struct rp_cfg *cfg, size_t index,
                                          enum rp_extcfg_alias alias);

/*
 * Publishes a verdict: one store, and only if it differs from what is there
 * and that is not final. Returns whether it stored.
 */
bool rp_scan_publish(struct rp_function *function, struct rp_extcfg_verdict verdict);

/*
 * Makes the verdict of this moment, if there is one, the last one: at the
 * seal, or when a function is plugged in with whatever it has.
 */
void rp_scan_finalize(struct rp_function *function);

/*
 * Settles a verdict by configuration, whatever the device says: @size is
 * RP_CFG_SIZE_CONVENTIONAL or RP_CFG_SIZE_EXTENDED. Marked as such by its
 * reason, and final.
 */
void rp_scan_override(struct rp_function *function, uint16_t size);

/* A short sentence in English for @bridge, never NULL. */
const char *rp_scan_bridge_text(enum rp_scan_bridge bridge);

#endif
