/* SPDX-License-Identifier: MIT */
/*
 * What a domain sees of one function's configuration space.
 *
 * Two structures, both in the caller's storage. The state is what the domain
 * has written and what the hardware is: it lives as long as the assignment.
 * The view is how each register behaves: it is built aside for one verdict,
 * never changes afterwards, and is replaced by publishing another one that
 * shares the state. Reads need no lock. Writes to one state, from whatever
 * view, are serialised by the caller, and so are all functions here that take a
 * state that is not const.
 *
 * Nothing here maps memory for a domain or delivers an interrupt: a write
 * returns effects, and the embedder brings its tables in line with what the
 * state then says. Effects may be acted on late or twice; only the state counts.
 *
 * The order of calls: rp_vpci_attach(), rp_vpci_bar_place(), rp_vpci_build(),
 * publish, accesses, retract, rp_vpci_quiesce() if the function is still there,
 * rp_vpci_detach().
 *
 * PCI Express Base r5.0, chapter 7; PCI Local Bus r3.0, chapter 6.
 */
#ifndef ROOTPORT_VPCI_H
#define ROOTPORT_VPCI_H

#include <rootport/cfg.h>
#include <rootport/platform.h>
#include <rootport/status.h>
#include <rootport/types.h>

enum {
    RP_VPCI_PAGE_SIZE = 4096,
    RP_VPCI_BARS_MAX = 6,
    RP_VPCI_ROM = 2 * RP_VPCI_BARS_MAX, /* the expansion ROM, behind BARs and VF BARs */
    RP_VPCI_RANGES_MAX,
    RP_VPCI_SLOTS_MAX = 256,
    RP_VPCI_SHADOWS_MAX = 64,
    RP_VPCI_CAPS_MAX = 64,
    /* Two trapped ranges each cut a BAR in up to three. */
    RP_VPCI_MAPPINGS_MAX = RP_VPCI_BARS_MAX + 1 + 4,
    RP_VPCI_MSIX_ENTRIES_MAX = 2048,
    RP_VPCI_CONTROLS_MAX = 3,
    RP_VPCI_LINK_REGS_MAX = 4,
};

/* For whom a view is. Zero is nobody: nothing can be built for it. */
enum rp_vpci_role {
    RP_VPCI_ROLE_NONE = 0,
    RP_VPCI_ROLE_GUEST = 1, /* default deny */
    RP_VPCI_ROLE_HARDWARE =
        2, /* the hardware domain: unknown capabilities read through */
};

/* What a launch configuration may grant beyond the rules' defaults. Bits. */
enum rp_vpci_policy {
    RP_VPCI_POLICY_NONE = 0,
    RP_VPCI_POLICY_VENDOR_SPECIFIC = 1 << 0, /* vendor-specific capabilities, read-only */
    RP_VPCI_POLICY_INTX = 1 << 1, /* the interrupt pin: the embedder wires it */
    RP_VPCI_POLICY_VITAL_PRODUCT_DATA = 1 << 2, /* vital product data can be stored */
};

/* ---- State ---------------------------------------------------------------- */

enum rp_vpci_bar_kind {
    RP_VPCI_BAR_ABSENT = 0, /* not implemented, or the upper half of the one before */
    RP_VPCI_BAR_MEMORY32 = 1,
    RP_VPCI_BAR_MEMORY64 = 2,
    RP_VPCI_BAR_IO = 3,
    RP_VPCI_BAR_ROM = 4, /* the expansion ROM's, which has an enable bit of its own */
};

/* Why rp_vpci_attach() refused a function. */
enum rp_vpci_refusal {
    RP_VPCI_ACCEPTED = 0,
    RP_VPCI_REFUSED_HEADER = 1,      /* not a type 0 header */
    RP_VPCI_REFUSED_GONE = 2,        /* reads as all ones */
    RP_VPCI_REFUSED_SHARED_PAGE = 3, /* a BAR is not alone in its pages */
    RP_VPCI_REFUSED_BAR_SIZE = 4,    /* a BAR answers with no power of two */
    RP_VPCI_REFUSED_NO_ADDRESS = 5,  /* firmware gave a BAR no address */
    RP_VPCI_REFUSED_ASLEEP = 6,      /* not in D0 */
    RP_VPCI_REFUSED_INTX_ALONE = 7, /* no MSI or MSI-X that works, and INTx isn't wired */
    RP_VPCI_REFUSED_NOT_ALONE = 8,  /* something else is in a page of a BAR */
    RP_VPCI_REFUSED_OUT_OF_REACH = 9, /* a bridge above doesn't pass a BAR on */
};

/* One base address register. All of it is set by rp_vpci_attach() but the address. */
struct rp_vpci_bar {
    uint64_t address; /* what the domain wrote, a multiple of size */
    uint64_t size;    /* as the domain sees it: a power of two, of memory whole pages
                         for a guest */
    uint64_t hw_size; /* what the function decodes */
    rp_hpa_t hpa; /* where the hardware decodes, a port for I/O; never shown to a guest */
    enum rp_vpci_bar_kind kind;
    bool is_prefetchable;
    bool is_shared; /* something else may be in its pages; no range of a guest's */
};

/* MSI, as the domain has set it. PCI Express Base r5.0, 7.7.1. */
struct rp_vpci_msi {
    uint64_t address;
    uint16_t data;
    uint8_t offset;       /* of the capability; 0: none */
    uint8_t vectors_log2; /* that the domain asked for: 0 to 5 */
    uint8_t capable_log2; /* that the function can send */
    bool is_enabled;
    bool is_64bit;
    bool has_mask;
    uint32_t mask;
    /* What the function's own capability has; never read back from it. */
    uint64_t hw_address;
    uint16_t hw_data;
    uint8_t hw_vectors_log2;
    bool is_enabled_in_hw;
};

/* One MSI-X table entry, as the domain has set it. PCI Express Base r5.0, 7.7.2. */
struct rp_vpci_msix_entry {
    uint64_t address;
    uint32_t data;
    bool is_masked;       /* the domain's mask bit */
    bool is_masked_in_hw; /* what the function's own table has */
};

struct rp_vpci_msix {
    struct rp_vpci_msix_entry *entries; /* the caller's storage */
    uint16_t entry_count;               /* that the domain sees */
    uint16_t hw_entry_count;            /* that the function has */
    uint8_t offset;                     /* of the capability; 0: none */
    uint8_t table_bar;
    uint8_t pba_bar;
    bool is_enabled;
    bool is_function_masked;
    uint32_t table_offset; /* in its BAR */
    uint32_t pba_offset;
    volatile void *table_window; /* whole pages around the table, and around the PBA */
    volatile void *pba_window;
};

/* One resizable BAR. PCI Express Base r5.0, 7.8.6. Sizes are in powers of two of MiB. */
struct rp_vpci_rebar {
    uint8_t bar;
    uint8_t size;
    uint8_t initial_size; /* when the view was built first, and after a reset */
    uint32_t sizes;       /* bit n: 2^n MiB may be chosen */
};

/*
 * What a domain reads of dword @dword beside constants and the function's own: its
 * own bits, and what a handler has, which is brought up to date by each write. The
 * values are apart, where an index is an address. The first one is always zero, for
 * dwords that have nothing of the kind.
 */
struct rp_vpci_shadow {
    uint32_t reset;  /* the value after a reset, */
    uint32_t sticky; /* but for these bits, which an FLR leaves alone */
    uint16_t dword;
    uint8_t handler;
    uint8_t argument;
};

/* A range of guest addresses that reaches the function: [base, base + size). */
struct rp_vpci_window {
    rp_gpa_t base;
    uint64_t size; /* 0: closed */
};

/* The windows of the port above. A BAR is mapped where it lies in one of them. */
enum rp_vpci_window_kind {
    RP_VPCI_WINDOW_MEMORY = 0,
    RP_VPCI_WINDOW_PREFETCHABLE = 1,
    RP_VPCI_WINDOW_IO = 2, /* of ports, for I/O BARs alone */
    RP_VPCI_WINDOWS_MAX = 3,
};

/*
 * Single Root I/O Virtualization of a physical function, as its owner has set it. Virtual
 * functions are there while both VF Enable and VF MSE are set. PCI Express Base
 * r5.0, 9.3.3.
 */
struct rp_vpci_sriov {
    uint16_t offset;  /* of the capability; 0: none that is shown */
    uint16_t control; /* SR-IOV Control: what is in force, */
    uint16_t wanted;  /* and what its owner last wrote */
    uint64_t memory;  /* of rp_vpci_sriov_allow() */
};

/* Members are read through the functions below; only this library writes them. */
struct rp_vpci_state {
    struct rp_cfg cfg;
    struct rp_platform *platform;
    rp_sbdf_t sbdf;
    enum rp_vpci_role role;
    uint32_t policy; /* of enum rp_vpci_policy */
    uint32_t vf_id;  /* device and vendor ID of a virtual function; 0: it has its own */
    enum rp_vpci_refusal refusal;
    uint16_t command;    /* as the domain sees it */
    bool is_asleep;      /* D3hot: no memory access reaches the function */
    bool is_rom_enabled; /* in its own register, for the domain and in hardware */
    uint8_t pcie_offset; /* of the PCI Express capability; 0: none */
    uint8_t af_offset;   /* of the Advanced Features capability; 0: none */
    /* Its control registers as firmware left them, restored after an FLR. */
    uint16_t hw_controls[RP_VPCI_CONTROLS_MAX];
    /* Of LTR, L1 PM Substates and PTM likewise, from the first view that has them. */
    struct rp_vpci_link_reg {
        uint16_t reg; /* 0: unused */
        uint32_t value;
    } hw_link[RP_VPCI_LINK_REGS_MAX];
    struct rp_vpci_msi msi;
    struct rp_vpci_msix msix;
    uint16_t rebar_offset; /* of the Resizable BAR capability, shown or not, */
    uint8_t rebar_count;   /* and its entries; 0: none that is sound */
    bool has_rebar_choice; /* one of them has more than one size */
    struct rp_vpci_sriov sriov;
    uint16_t shadow_count;
    struct rp_vpci_window windows[RP_VPCI_WINDOWS_MAX];
    uint64_t bar_room[RP_VPCI_BARS_MAX]; /* of rp_vpci_bar_set_room() */
    struct rp_vpci_rebar rebars[RP_VPCI_BARS_MAX];
    struct rp_vpci_bar bars[RP_VPCI_RANGES_MAX]; /* its own, SR-IOV's, and the ROM's */
    struct rp_vpci_shadow shadows[RP_VPCI_SHADOWS_MAX];
    uint32_t shadow_values[RP_VPCI_SHADOWS_MAX];
};

/*
 * What a virtual function does not say itself, because its physical function does.
 * PCI Express Base r5.0, 9.3.4.1: both IDs read as ones, and BARs as zero.
 */
struct rp_vpci_vf {
    uint16_t vendor_id; /* the physical function's */
    uint16_t device_id; /* VF Device ID */
    struct {
        rp_hpa_t base; /* of this VF's share */
        uint64_t size; /* of this VF's share, a power of two; 0: no such BAR */
        bool is_64bit; /* then the next one has size 0 */
        bool is_prefetchable;
    } bars[RP_VPCI_BARS_MAX];
};

struct rp_space; /* space.h */

/* What rp_vpci_attach() needs to know; copied, nothing of it is kept but the pointers. */
struct rp_vpci_config {
    struct rp_cfg cfg;
    struct rp_platform *platform;
    rp_sbdf_t sbdf;
    enum rp_vpci_role role;
    uint32_t policy;
    const struct rp_vpci_vf *vf; /* NULL if it is none; read during the call alone */
    struct rp_vpci_msix_entry *msix_entries; /* storage; lives as long as the state */
    uint16_t msix_capacity; /* with fewer than the function has, the domain sees fewer */
    /*
     * Who decodes what of the machine, and which function of that it is (of a virtual
     * one, its physical one): what isn't alone in its pages is no guest's, nor is a table
     * of MSI-X there mapped or written to. NULL: the embedder has seen to that.
     */
    const struct rp_space *space;
    uint32_t function;
};

/*
 * Starts an assignment: learns the function's BARs and interrupt capabilities
 * and leaves the hardware with memory decode on, and I/O decode, bus mastering,
 * MSI, MSI-X and INTx off. The function has been reset, is in D0, and no domain
 * uses it. BAR sizes are learned with decode off.
 *
 * Maps the pages of the MSI-X table and PBA through rp_platform_map();
 * rp_vpci_detach() gives them back.
 *
 * RP_ERR_INVALID: no role. RP_ERR_NO_DEVICE: it reads as all ones.
 * RP_ERR_UNSUPPORTED: state->refusal says what a domain could not be given;
 * nothing is left mapped.
 */
enum rp_status rp_vpci_attach(struct rp_vpci_state *state,
                              const struct rp_vpci_config *config) RP_MUST_CHECK;

/*
 * Learns the BARs of a bridge, which rp_vpci_attach() has refused for its header, for
 * rp_space_learn(). It decodes nothing meanwhile, and then what it did.
 */
void rp_vpci_learn_bridge(struct rp_vpci_state *state);

/* A sentence for @refusal, never NULL. */
const char *rp_vpci_refusal_text(enum rp_vpci_refusal refusal);

/* Ends an assignment. Touches no device: it may be gone. */
void rp_vpci_detach(struct rp_vpci_state *state);

/* Stops DMA and interrupts of the function: bus mastering, MSI, MSI-X off, INTx disabled.
 * Its ROM and its ports decode nothing either.
 */
void rp_vpci_quiesce(struct rp_vpci_state *state);

/*
 * Whether the function still waits for answers to what it asked for. An FLR is to come
 * after that, once the function is quiesced (PCI Express Base r5.0, 6.6.2); one that
 * never gets there is reset all the same.
 */
bool rp_vpci_has_pending(const struct rp_vpci_state *state);

/*
 * Resets the function by FLR. start() stops it and sets the bit; the embedder
 * then waits 100 ms (PCI Express Base r5.0, 6.6.2); virtual functions are off from
 * start() on; finish() restores what the
 * hardware lost (BARs, memory decode) and gives every register that the domain
 * sees its reset value, so no BAR is mapped. RP_ERR_UNSUPPORTED: the function
 * has no FLR. RP_ERR_UNREACHABLE: it does not answer (yet).
 *
 * ACS, which an FLR turns off, is the embedder's: rp_group_isolate_one().
 *
 * Without FLR start() has stopped the function all the same, and finish() is
 * right after any other kind of reset, or none.
 */
enum rp_status rp_vpci_flr_start(struct rp_vpci_state *state) RP_MUST_CHECK;
enum rp_status rp_vpci_flr_finish(struct rp_vpci_state *state) RP_MUST_CHECK;

/* ---- BARs and mappings ---------------------------------------------------- */

/*
 * BAR @index, 0 to 5, or the expansion ROM's (RP_VPCI_ROM); NULL if it is not there,
 * or I/O, or an upper half.
 */
const struct rp_vpci_bar *rp_vpci_bar(const struct rp_vpci_state *state, unsigned index);

/* Likewise, of whatever kind: I/O too. */
const struct rp_vpci_bar *rp_vpci_range(const struct rp_vpci_state *state,
                                        unsigned index);

/*
 * Gives range @index the address @gpa, as firmware would before the domain
 * starts. RP_ERR_NO_DEVICE: there is none. RP_ERR_INVALID: not a multiple of
 * its size, or above 4 GiB (64 KiB for I/O) where it has no more bits.
 */
enum rp_status rp_vpci_bar_place(struct rp_vpci_state *state, unsigned index,
                                 rp_gpa_t gpa) RP_MUST_CHECK;

/*
 * Takes range @index, I/O or the ROM, out of what the domain is to see, before the first
 * rp_vpci_build(): where it lies is not the function's alone. Without one of its I/O
 * BARs a function never decodes the others, which have one enable bit. What else is
 * there stays. Whether there was such a range.
 */
bool rp_vpci_range_forget(struct rp_vpci_state *state, unsigned index);

/*
 * The hardware domain's range @index decodes in hardware where the domain has put it,
 * from here on. The embedder has seen to it that nothing else does, and brings its
 * tables in line afterwards. RP_ERR_NO_DEVICE: there is none. RP_ERR_UNREACHABLE: its
 * interrupt table cannot be reached there; it stays where it was.
 */
enum rp_status rp_vpci_range_move(struct rp_vpci_state *state,
                                  unsigned index) RP_MUST_CHECK;

/*
 * Whether the domain wants range @index decoded, in its windows, and not where the
 * hardware has it.
 */
bool rp_vpci_range_is_moving(const struct rp_vpci_state *state, unsigned index);

/*
 * Says up to how many bytes the domain may resize BAR @index: as much as there is
 * room, on both sides, from where it begins; rp_group_room() knows the machine's.
 * Counts from the next rp_vpci_build() that shows the capability first; without this
 * call, no BAR changes its size. An index past the last is ignored.
 */
void rp_vpci_bar_set_room(struct rp_vpci_state *state, unsigned index, uint64_t size);

/*
 * Up to how many bytes of the machine memory BAR @index, which is there, may decode from
 * where it begins: its own size, or the largest that the domain is offered.
 */
uint64_t rp_vpci_bar_reach(const struct rp_vpci_state *state, unsigned index);

/*
 * Opens, moves or closes (@size 0) a window of the port above. The caller keeps
 * the windows of a domain's ports disjoint: addresses that two ports claim
 * belong to neither. A range that wraps is closed.
 */
void rp_vpci_window_set(struct rp_vpci_state *state, enum rp_vpci_window_kind kind,
                        rp_gpa_t base, uint64_t size);

/* How a range of guest addresses is backed. */
enum rp_vpci_backing {
    RP_VPCI_BACKING_NONE = 0,
    RP_VPCI_BACKING_DIRECT = 1, /* map @gpa to @hpa, uncached, read and write */
    RP_VPCI_BACKING_TRAP = 2,   /* leave unmapped; accesses go to rp_vpci_mmio_*() */
};

/* @gpa, @hpa and @size are multiples of the page size. */
struct rp_vpci_mapping {
    rp_gpa_t gpa;
    rp_hpa_t hpa;
    uint64_t size;
    enum rp_vpci_backing backing;
    uint8_t bar;
    bool is_prefetchable;
};

/*
 * What is mapped now: every range of every BAR that decodes, in whole pages;
 * the pages of the MSI-X table and PBA are trapped. Those of the ROM (@bar is
 * RP_VPCI_ROM) are to be mapped read-only. Not listed are BARs with
 * memory space disabled or in D3hot, outside the windows, or over a BAR with a
 * lower index; of the hardware domain, those that are not where the hardware decodes.
 * Returns how many of the RP_VPCI_MAPPINGS_MAX are filled.
 *
 * A BAR's host address is what firmware wrote: that no memory and nothing of the
 * embedder's own lies there is for the embedder to check before it maps.
 */
size_t rp_vpci_mappings(const struct rp_vpci_state *state,
                        struct rp_vpci_mapping out_mappings[RP_VPCI_MAPPINGS_MAX]);

/*
 * The machine's port for the @width bytes at port @port of the domain: in one of its
 * I/O BARs that decodes, in the I/O window. False: nothing is there.
 */
bool rp_vpci_port(const struct rp_vpci_state *state, uint16_t port, unsigned width,
                  uint16_t *out_port);

/* ---- Virtual functions ------------------------------------------------------ */

/* Whether there are virtual functions when SR-IOV Control says @control. */
bool rp_vpci_sriov_is_on(uint16_t control);

/*
 * Lets a guest have virtual functions, before the first rp_vpci_build(). In hardware
 * their BARs begin at @memory, one behind the other, each at a multiple of its size and
 * with room for TotalVFs; where the guest puts them it reads, and nothing is there for
 * it. 0, as without this call: it is shown no SR-IOV. The hardware domain places them
 * itself.
 */
void rp_vpci_sriov_allow(struct rp_vpci_state *state, uint64_t memory);

/*
 * Where VF BAR @index, 0 to 5, decodes for all the virtual functions that the owner has
 * asked for. False: there is no such BAR, or nothing to decode; *@out_window is then
 * empty.
 */
bool rp_vpci_sriov_range(const struct rp_vpci_state *state, unsigned index,
                         struct rp_vpci_window *out_window);

/*
 * After RP_VPCI_EFFECT_SRIOV the embedder says what comes of state->sriov.wanted. It
 * commits: the function is brought in line; from 100 ms after virtual functions have been
 * turned on they may be looked for (rp_scan_add_vfs()). Or it refuses, and nothing has
 * happened: because one of those that would vanish is another domain's, say.
 */
void rp_vpci_sriov_commit(struct rp_vpci_state *state);
void rp_vpci_sriov_refuse(struct rp_vpci_state *state);

/* Turns virtual functions off, whatever the owner wants; nothing if there is no SR-IOV.
 */
void rp_vpci_sriov_stop(struct rp_vpci_state *state);

/* What virtual function @number, from 0, of the physical function in @state is. */
void rp_vpci_sriov_describe(const struct rp_vpci_state *state, uint16_t number,
                            struct rp_vpci_vf *out_vf);

/* ---- View ----------------------------------------------------------------- */

/* What a domain gets of a capability, and what a view made of one it found. */
enum rp_vpci_treatment {
    RP_VPCI_HIDDEN = 0, /* unlinked, body reads zero */
    RP_VPCI_READ_ONLY = 1,
    RP_VPCI_MODELLED = 2,
};

/* The two capability lists. */
enum rp_vpci_list {
    RP_VPCI_LIST_STANDARD = 0,
    RP_VPCI_LIST_EXTENDED = 1,
};

/* What is decided for one capability ID; docs/capabilities.md prints these. */
struct rp_vpci_rule {
    enum rp_vpci_list list;
    uint16_t id;
    enum rp_vpci_treatment guest;
    enum rp_vpci_treatment hardware;
    /*
     * With this policy bit a guest gets more: what is hidden it sees read-only, what is
     * modelled follows other masks. 0: no such bit.
     */
    uint32_t unless;
};

/* The rule for @id, which is that for any other capability if it has none. */
const struct rp_vpci_rule *rp_vpci_rule_of(enum rp_vpci_list list, uint16_t id);

/* In place of an ID: that of any capability that has none of the rows. */
#define RP_VPCI_ID_OTHER 0xffffu

/* The same for people; apart, so that who prints none of it carries none of it. */
struct rp_vpci_words {
    enum rp_vpci_list list;
    uint16_t id;      /* or RP_VPCI_ID_OTHER */
    const char *name; /* the specification's */
    const char *guest_reason;
    const char *hardware_reason;
};

/*
 * Row @index in the order of list and ID, or NULL past the last. There is one for each
 * ID that the specification assigns.
 */
const struct rp_vpci_words *rp_vpci_words(size_t index);

/* The row for @id, which is that for any other capability if it has none; never NULL. */
const struct rp_vpci_words *rp_vpci_words_of(enum rp_vpci_list list, uint16_t id);

/* A capability that a build found. */
struct rp_vpci_found {
    uint16_t offset;
    uint16_t id;
    uint8_t version;   /* of an extended capability */
    uint8_t list;      /* enum rp_vpci_list */
    uint8_t treatment; /* enum rp_vpci_treatment */
};

/* What a write to a dword may change. */
enum rp_vpci_reach {
    RP_VPCI_REACH_OWN = 0, /* bits that the state keeps, and nothing else */
    RP_VPCI_REACH_HANDLER = 1,
    RP_VPCI_REACH_MIXED = 2, /* the function, or more than one of these */
};

/*
 * How one dword of the space behaves. Bits in no mask read as in @value.
 * 32 bytes, so that an index is a shift.
 */
struct rp_vpci_slot {
    union {
        struct {
            uint32_t value;    /* constant */
            uint32_t hardware; /* read from the function */
        };
        uint64_t both; /* of these, value in the low half */
    };
    uint32_t rw;         /* of these, written to the function */
    uint32_t rw1c;       /* of these, a 1 is written to the function */
    uint32_t write_zero; /* whenever a write goes to the function, zero in it */
    uint32_t virt;       /* kept in the state, the function never sees them */
    uint32_t shadow;     /* which of the state's shadows is read with it */
    uint16_t argument;   /* of the handler */
    uint8_t handler;     /* of writes; 0: none */
    uint8_t reach;       /* enum rp_vpci_reach */
};
_Static_assert(sizeof(struct rp_vpci_slot) == 32, "an index is a shift");

struct rp_vpci_view {
    struct rp_vpci_state *state;
    uint16_t size;       /* 256 or 4096; 0: not built, absent */
    uint16_t slot_count; /* slot 0 is what nobody claimed */
    uint16_t found_count;
    uint8_t slot_of[RP_CFG_SIZE_EXTENDED / 4];
    struct rp_vpci_slot slots[RP_VPCI_SLOTS_MAX];
    struct rp_vpci_found found[RP_VPCI_CAPS_MAX];
};

/*
 * Builds a view of @size bytes (256 or 4096, as the verdict says) over @state.
 * Reads the device, and writes nothing to it but to learn the sizes of VF BARs. A
 * capability that does not fit or breaks the specification is hidden; that is no error.
 * RP_ERR_INVALID: another size, or a state that is not attached; the view is
 * then one of an absent function. RP_ERR_NO_DEVICE: it reads as all ones.
 */
enum rp_status rp_vpci_build(struct rp_vpci_view *view, struct rp_vpci_state *state,
                             uint16_t size) RP_MUST_CHECK;

/* What a write changed. Bits. */
enum rp_vpci_effect {
    RP_VPCI_EFFECT_MAPPINGS = 1 << 0, /* rp_vpci_mappings() may have changed */
    RP_VPCI_EFFECT_INTX = 1 << 1,     /* command register: INTx disable */
    RP_VPCI_EFFECT_MSI = 1 << 2,      /* state->msi: set up, call rp_vpci_msi_program() */
    RP_VPCI_EFFECT_MSIX = 1 << 3,     /* enable or function mask: every entry */
    RP_VPCI_EFFECT_MSIX_ENTRY = 1 << 4, /* entry @msix_entry */
    RP_VPCI_EFFECT_FLR = 1 << 5,        /* run rp_vpci_flr_start(), wait, finish() */
    RP_VPCI_EFFECT_SRIOV = 1 << 6, /* state->sriov: rp_vpci_sriov_commit() or _refuse() */
};

struct rp_vpci_effects {
    uint32_t what; /* of enum rp_vpci_effect */
    uint16_t msix_entry;
};

/*
 * Reads @width bytes (1, 2, 4 or 8) at @reg, in any alignment. An access over
 * a dword boundary is several, lowest first. Bytes past the end of the space,
 * and any other width, read as ones.
 */
uint64_t rp_vpci_read(const struct rp_vpci_view *view, uint16_t reg, unsigned width);

/* Writes likewise, and adds to *@effects, which the caller has zeroed. */
void rp_vpci_write(const struct rp_vpci_view *view, uint16_t reg, unsigned width,
                   uint64_t value, struct rp_vpci_effects *effects);

/*
 * Severities, bits of enum rp_error, of the errors that the function has detected and
 * that its domain wants messages about.
 */
uint32_t rp_vpci_errors(const struct rp_vpci_view *view);

/*
 * Clears what errors the function has logged in Advanced Error Reporting: they are
 * sticky, and what an owner before has caused is nothing that the next one is to find.
 */
void rp_vpci_clear_errors(const struct rp_vpci_view *view);

/*
 * Says that what the domain of @view, which is built, next sees as a reset is of the bus
 * above, by whatever means the function is reset: it takes the payload size, too, which
 * an FLR leaves as it was (PCI Express Base r5.0, 6.6.2).
 */
void rp_vpci_expect_bus_reset(const struct rp_vpci_view *view);

/* ---- Interrupts ----------------------------------------------------------- */

/*
 * The data of message @index, below 2^vectors_log2, as the domain has set it: the low
 * bits that tell the messages apart are the function's. PCI Express Base r5.0, 7.7.1.
 */
uint16_t rp_vpci_msi_data(const struct rp_vpci_state *state, unsigned index);

/*
 * Writes @address and @data, the embedder's own and already remapped, into the
 * function's MSI capability with as many vectors as the domain asked for, and
 * enables it if the domain has. The low vectors_log2 bits of @data are the
 * function's to change. RP_ERR_NO_DEVICE: no MSI. RP_ERR_INVALID: @address
 * above 4 GiB for a 32-bit capability.
 */
enum rp_status rp_vpci_msi_program(struct rp_vpci_state *state, uint64_t address,
                                   uint16_t data) RP_MUST_CHECK;

/* Whether entry @index can send: MSI-X enabled, neither mask set, such an entry. */
bool rp_vpci_msix_is_live(const struct rp_vpci_state *state, unsigned index);

/*
 * Writes @address and @data, the embedder's own, into entry @index of the
 * function's table, and then the domain's mask bit. Until this is called for
 * what the domain last wrote the entry stays masked in the function, which
 * keeps what arrives pending. RP_ERR_NO_DEVICE: no such entry.
 */
enum rp_status rp_vpci_msix_program(struct rp_vpci_state *state, unsigned index,
                                    uint64_t address, uint32_t data) RP_MUST_CHECK;

/*
 * An access of 1, 2, 4 or 8 bytes to a trapped page. Table entries are the
 * domain's own; the PBA and what else shares the pages is the function's.
 * Accesses that the specification does not allow (the table and PBA take
 * aligned ones of 4 or 8 bytes) read as ones and are not written. Return: is
 * @gpa in a trapped range; if not, nothing happened and *@out_value is all ones.
 */
bool rp_vpci_mmio_read(const struct rp_vpci_state *state, rp_gpa_t gpa, unsigned width,
                       uint64_t *out_value);
bool rp_vpci_mmio_write(struct rp_vpci_state *state, rp_gpa_t gpa, unsigned width,
                        uint64_t value, struct rp_vpci_effects *effects);

#endif
