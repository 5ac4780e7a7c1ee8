/* SPDX-License-Identifier: MIT */
/*
 * ECAM regions: who named them, why they may be believed, and whether they
 * are in use.
 *
 * The embedder serialises the calls that change a set; rp_ecam_window() alone
 * may run on any CPU at any time, and sees a region's window from before or
 * after a change, nothing between.
 *
 * PCI Express Base r5.0, 7.2.2; PCI Firmware r3.2, 4.1.
 */
#ifndef ROOTPORT_ECAM_H
#define ROOTPORT_ECAM_H

#include <stdatomic.h>

#include <rootport/status.h>
#include <rootport/types.h>

/* Each bus takes 1 MiB, each function 4 KiB. */
#define RP_ECAM_BUS_SIZE      0x100000u
#define RP_ECAM_FUNCTION_SIZE 0x1000u

/* Who named a region first. A report names none, see report.h. */
enum rp_ecam_source {
    RP_ECAM_SOURCE_NONE = 0,
    RP_ECAM_SOURCE_MCFG,    /* the ACPI MCFG table */
    RP_ECAM_SOURCE_CHIPSET, /* the chipset's or CPU's own base register */
};

enum rp_ecam_state {
    RP_ECAM_ABSENT = 0,
    RP_ECAM_REJECTED,  /* never to be used; the reason says why */
    RP_ECAM_CANDIDATE, /* sound, but not enough evidence (or no mapping) */
    RP_ECAM_ENABLED,
};

/* Evidence: independent reasons to believe a region. A set of them is an unsigned. */
#define RP_ECAM_EVIDENCE_MEMORY_MAP      0x01u /* reserved in E820 or UEFI memory map */
#define RP_ECAM_EVIDENCE_CHIPSET         0x02u /* the hardware's base register */
#define RP_ECAM_EVIDENCE_PROBE           0x04u /* answers as CF8/CFC does */
#define RP_ECAM_EVIDENCE_REPORT          0x08u /* the hardware domain vouches */
#define RP_ECAM_EVIDENCE_FIRMWARE_DOMAIN 0x10u /* the firmware domain vouches */
#define RP_ECAM_EVIDENCE_ALL             0x1fu

/*
 * Which evidence is enough. Firmware must reserve an ECAM region, in the
 * memory map or in the ACPI namespace (PCI Firmware r3.2, 4.1.2): a memory
 * map, a report or the firmware domain says that it has.
 *
 * STRICT: such a reservation, and the hardware's word too (chipset or probe).
 * DEFAULT: such a reservation, or the chipset's own base register.
 * PROBE: as DEFAULT, and a probe is enough alone.
 * OFF: nothing is.
 */
enum rp_ecam_policy {
    RP_ECAM_POLICY_OFF = 0,
    RP_ECAM_POLICY_STRICT,
    RP_ECAM_POLICY_DEFAULT,
    RP_ECAM_POLICY_PROBE,
};

/* Why a region is in its state. */
enum rp_ecam_reason {
    RP_ECAM_REASON_NONE = 0,
    /* ENABLED */
    RP_ECAM_REASON_VOUCHED, /* its evidence satisfies the policy */
    /* CANDIDATE */
    RP_ECAM_REASON_UNVOUCHED,  /* its evidence does not satisfy the policy */
    RP_ECAM_REASON_POLICY_OFF, /* the policy allows none */
    RP_ECAM_REASON_UNMAPPED,   /* the platform could not map it */
    RP_ECAM_REASON_RETRACTED,  /* a report took its reservation back */
    /* REJECTED */
    RP_ECAM_REASON_BUSES_REVERSED,   /* the first bus is above the last */
    RP_ECAM_REASON_BASE_ZERO,        /* the base address is zero */
    RP_ECAM_REASON_BASE_MISALIGNED,  /* the base address is no multiple of 1 MiB */
    RP_ECAM_REASON_BEYOND_ADDRESSES, /* it ends above what the CPU can address */
    RP_ECAM_REASON_OVERLAPS_MEMORY,  /* it overlaps RAM or a device in the memory map */
    RP_ECAM_REASON_OVERLAPS_BUSES,   /* another region claims one of its buses */
    RP_ECAM_REASON_OVERLAPS_REGION,  /* another region claims one of its addresses */
    RP_ECAM_REASON_CONTRADICTS_CHIPSET, /* the chipset's base register says otherwise */
};

/* Where a region is and what it serves. */
struct rp_ecam_range {
    rp_hpa_t base; /* of bus 0 of the segment, even where @start_bus is not 0 */
    uint16_t segment;
    uint8_t start_bus; /* first and last bus, both included */
    uint8_t end_bus;
};

struct rp_ecam_region {
    struct rp_ecam_range range; /* settled before the region's first window */
    enum rp_ecam_source source;
    enum rp_ecam_state state;
    enum rp_ecam_reason reason;
    unsigned evidence;  /* set of RP_ECAM_EVIDENCE_* */
    bool was_published; /* it has had a window */
    /* Where the first byte of @range.start_bus is mapped, NULL while not enabled. */
    _Atomic(volatile unsigned char *) window;
};

/* What an entry of the machine's memory map says. */
enum rp_memory_type {
    RP_MEMORY_NONE = 0,
    RP_MEMORY_RAM = 1,      /* RAM, or holding data in RAM (ACPI tables, NVS, bad RAM) */
    RP_MEMORY_RESERVED = 2, /* reserved, EfiMemoryMappedIO */
    RP_MEMORY_DEVICE = 3,   /* known to be another device: APICs, IOMMU */
};

/* Entries come in any order, overlapping or not. */
struct rp_memory_range {
    uint64_t base; /* in bytes */
    uint64_t size; /* in bytes */
    enum rp_memory_type type;
};

/* What a set is made from. All of it stays the caller's, and where it is. */
struct rp_ecam_setup {
    struct rp_ecam_region *regions; /* storage */
    size_t capacity;                /* of the storage, in regions */
    const struct rp_memory_range *memory_map;
    size_t memory_map_count;
    enum rp_ecam_policy policy;
    unsigned address_bits; /* width of this CPU's physical addresses; 52 at most counts */
};

/* A set of regions. */
struct rp_ecam {
    struct rp_ecam_setup setup;
    _Atomic(size_t) count; /* regions in use, from index 0; only grows */
};

/* Makes an empty set. */
void rp_ecam_init(struct rp_ecam *ecam, const struct rp_ecam_setup *setup);

/*
 * Whether @range could join the set: RP_ECAM_REASON_NONE, or the reason to
 * reject it. Changes nothing.
 */
enum rp_ecam_reason rp_ecam_judge(const struct rp_ecam *ecam,
                                  const struct rp_ecam_range *range,
                                  enum rp_ecam_source source);

/*
 * Puts a region into the set, as candidate or (with the reason) as rejected;
 * *@out_index is its index. A range that is there already, equal or matched as
 * by rp_ecam_match(), gives the index of that one.
 *
 * Two entries of MCFG that contradict each other reject each other: neither
 * can be told from the liar. A chipset's own register wins against a
 * candidate that contradicts it. An enabled region always stays.
 *
 * The memory map is applied at once: a region that overlaps RAM or a known
 * device is rejected, and one that lies in reserved entries from end to end
 * has RP_ECAM_EVIDENCE_MEMORY_MAP. RP_ECAM_SOURCE_CHIPSET is evidence of its
 * own, also where the region was there before; but a region that claims more
 * buses than the chipset decodes contradicts it, and one that has other names or
 * addresses for functions that the chipset decodes.
 *
 * RP_OK, also when rejected; RP_ERR_NO_SPACE when the storage is full.
 */
enum rp_status rp_ecam_add(struct rp_ecam *ecam, const struct rp_ecam_range *range,
                           enum rp_ecam_source source, size_t *out_index);

/*
 * The chipset's own register says that it decodes no ECAM for @segment: candidates
 * there contradict it, and are rejected.
 */
void rp_ecam_deny(struct rp_ecam *ecam, uint16_t segment);

/*
 * The region of the set that @range names: the same segment and base, and at
 * least one bus in common, because two readers of one MCFG clamp its buses
 * differently. NULL if there is none, or only rejected ones.
 */
struct rp_ecam_region *rp_ecam_match(const struct rp_ecam *ecam,
                                     const struct rp_ecam_range *range);

/*
 * Takes from a candidate the buses outside of @range, which rp_ecam_match()es
 * it: who vouches for a part vouches for no more. Only before its first window.
 */
void rp_ecam_narrow(struct rp_ecam_range *region, const struct rp_ecam_range *range);

/* Whether @evidence is enough under @policy. */
bool rp_ecam_is_enough(enum rp_ecam_policy policy, unsigned evidence);

/* Address and size in bytes of all that a sound @range covers. */
rp_hpa_t rp_ecam_start(const struct rp_ecam_range *range);
uint64_t rp_ecam_size(const struct rp_ecam_range *range);

/* Whether @range serves @sbdf. */
bool rp_ecam_covers(const struct rp_ecam_range *range, rp_sbdf_t sbdf);

/* The address of a register of a function that @range covers; @reg 0 to 4095. */
rp_hpa_t rp_ecam_address(const struct rp_ecam_range *range, rp_sbdf_t sbdf, uint16_t reg);

/*
 * Whether a region, or what was taken for one, has an address from @first to @last: one
 * that is enabled, with CANDIDATE also one that may become so, or with REJECTED any.
 */
bool rp_ecam_is_at(const struct rp_ecam *ecam, uint64_t first, uint64_t last,
                   enum rp_ecam_state least);

/*
 * Where the 4096 bytes of @sbdf are mapped, or NULL if no enabled region
 * covers it. Takes no lock. What it returns stays valid until the embedder
 * unmaps the window that rp_ecam_withdraw() handed it.
 */
volatile unsigned char *rp_ecam_window(const struct rp_ecam *ecam, rp_sbdf_t sbdf);

/*
 * Makes @window, where all of the region is mapped, the way to its functions,
 * and the region enabled.
 */
void rp_ecam_publish(struct rp_ecam_region *region, volatile unsigned char *window);

/*
 * Takes an enabled region back to candidate: new accesses no longer find it.
 * Returns the window that it had (NULL if it had none), which the embedder
 * unmaps once no access that began before can still be under way.
 */
volatile unsigned char *rp_ecam_withdraw(struct rp_ecam_region *region,
                                         enum rp_ecam_reason reason);

/* ---- Mapping: these need platform.h's functions (core/ecam_window.c) ---- */

struct rp_platform;

/* Maps all of a region; NULL if the platform cannot. Publishes nothing. */
volatile unsigned char *rp_ecam_map(const struct rp_ecam_region *region,
                                    struct rp_platform *platform);

/* Gives a window of rp_ecam_map()'s back; NULL is fine. */
void rp_ecam_unmap(const struct rp_ecam_region *region, volatile unsigned char *window,
                   struct rp_platform *platform);

/*
 * Maps a candidate and publishes it. RP_OK; RP_ERR_EXISTS when it is enabled
 * already; RP_ERR_DENIED when its evidence does not satisfy the policy;
 * RP_ERR_INVALID when it is rejected; RP_ERR_UNREACHABLE when the platform
 * cannot map it. State and reason follow.
 */
enum rp_status rp_ecam_enable(const struct rp_ecam *ecam, struct rp_ecam_region *region,
                              struct rp_platform *platform);

/* Enables every candidate that has enough evidence; returns how many it enabled. */
size_t rp_ecam_enable_all(const struct rp_ecam *ecam, struct rp_platform *platform);

/* ---- Words for people ---- */

/* Short names and sentences in English, never NULL. */
const char *rp_ecam_source_text(enum rp_ecam_source source);
const char *rp_ecam_state_text(enum rp_ecam_state state);
const char *rp_ecam_reason_text(enum rp_ecam_reason reason);
const char *rp_ecam_policy_text(enum rp_ecam_policy policy);
const char *rp_ecam_evidence_text(unsigned bit); /* of a single RP_ECAM_EVIDENCE_* */

/*
 * The policy that @word of @length bytes names ("strict", "default", "probe",
 * "off"); RP_ERR_INVALID if none, and then *@out_policy is RP_ECAM_POLICY_OFF.
 */
enum rp_status rp_ecam_policy_parse(const char *word, size_t length,
                                    enum rp_ecam_policy *out_policy);

#endif
