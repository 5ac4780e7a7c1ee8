/* SPDX-License-Identifier: MIT */
/*
 * A function of the machine's on its way from quarantine to a domain and back.
 *
 * Whatever nobody speaks of is in quarantine and has no record. A record begins
 * with a reset and ends when the function is back in quarantine, reset, with
 * nothing of its last owner left. The machine's lock (machine_lock()) is around
 * every call but those that say otherwise.
 */
#ifndef GUEST_FUNCTION_H
#define GUEST_FUNCTION_H

#include <stdbool.h>
#include <stdint.h>

#include <rootport/scan.h>
#include <rootport/vpci.h>

#include "guest/domain.h"

enum function_stage {
    FUNCTION_RESETTING = 0, /* in quarantine; its reset, or a last reader, goes on */
    FUNCTION_READY,         /* in quarantine, reset: a domain may get it */
    FUNCTION_GIVEN,         /* a domain has it */
};

/* What becomes of a function that is taken back and reset. */
enum function_next {
    FUNCTION_LEAVE = 0, /* it is left in quarantine, without a record */
    FUNCTION_KEEP,      /* the record stays: its domain gets it again */
};

/* Virtual functions that its owner has turned on, and that are to be looked for. */
enum function_vfs {
    FUNCTION_VFS_NONE = 0,
    FUNCTION_VFS_NEW,
    FUNCTION_VFS_AGAIN, /* they were on already */
};

struct guest_function {
    struct guest_function *next;
    struct rp_function *scanned;
    rp_sbdf_t sbdf;
    enum function_stage stage; /* atomic */
    bool is_wanted;            /* held, or asked for: the record stays when ready */
    bool is_tainted;           /* had an owner, and no reset: for that owner alone */
    uint32_t policy;           /* of enum rp_vpci_policy */
    uint32_t last_owner;       /* of a tainted one; 0: nobody may have it again */
    bool is_resetting;         /* atomic: as its owner asked; it answers nobody */
    uint8_t vfs;               /* enum function_vfs */
    uint64_t ready_at;  /* clock_deadline_us(): when its reset is over, or @vfs answer */
    uint64_t vf_memory; /* of rp_vpci_sriov_allow(), for the port that it is held for */
    /* Whose it is or is to be; of a function that is taken back, whose it was. */
    struct domain *domain;
    unsigned port;
    size_t mapping_count; /* as the nested table has them now: mappings[] */
    struct rp_vpci_state state;
    struct rp_vpci_view view;
    struct rp_vpci_mapping mappings[RP_VPCI_MAPPINGS_MAX];
    uint64_t reader_epochs[DOMAIN_VCPU_MAX]; /* of domain's CPUs when it was taken back */
    struct rp_vpci_msix_entry msix_entries[RP_VPCI_MSIX_ENTRIES_MAX];
};

/* What confines the DMA of functions on this machine. */
enum function_confinement {
    FUNCTION_CONFINED_BY_NOTHING = 0, /* none is opened */
    FUNCTION_CONFINED_BY_TRUST,       /* so the configuration wants it */
    FUNCTION_CONFINED_BY_IOMMU,
};

/* Says so once, before all else; closes the pins of all functions. */
void function_init(enum function_confinement machine);

/* The record of a function, or NULL. */
struct guest_function *function_find(rp_sbdf_t sbdf);

/*
 * Begins a record: learns what the function is, and starts its reset. @policy (of
 * enum rp_vpci_policy) is what its domains are granted beyond the rules. NULL and
 * *@out_problem when it can't be given to anyone.
 */
struct guest_function *function_open(struct rp_function *scanned, uint32_t policy,
                                     const char **out_problem);

/* Changes what the next domain of a function in quarantine is granted; no SR-IOV. */
void function_set_policy(struct guest_function *function, uint32_t policy);

/*
 * Learns what the function in @function->scanned is, for a view of @role. NULL, or why
 * there can be none: one reason is that it's virtual, and nobody has its physical
 * function.
 */
const char *function_learn(struct guest_function *function, enum rp_vpci_role role);

/* Writes a line about a function to the log. */
void function_log(const struct rp_function *function, const char *what);

/* Whether the function is ready; ends its reset if that is due. Waits for nothing. */
bool function_is_ready(struct guest_function *function);

/* Whether a function is, or is to be, or was a moment ago, @domain's. */
bool function_is_of(const struct domain *domain);

/* Whether a domain has it; whether it waits for one, in quarantine. */
static inline bool function_is_given(const struct guest_function *function)
{
    return __atomic_load_n(&function->stage, __ATOMIC_ACQUIRE) == FUNCTION_GIVEN;
}

static inline bool function_is_held(const struct guest_function *function)
{
    return function->is_wanted && function->domain != NULL &&
           !function_is_given(function);
}

/* Ends all records of functions that are ready and that nobody wants. */
void function_settle_all(void);

/* Waits until the function is ready. The caller does not hold the machine's lock. */
void function_wait(struct guest_function *function);

/*
 * Why a function can't be @owner's: another domain has one that the IOMMU cannot keep
 * apart from it. NULL if none has.
 */
const char *function_tie(const struct rp_function *function, uint32_t owner);

/* How many interrupts a function can have remapped. */
unsigned function_interrupt_count(const struct rp_vpci_state *state);

/*
 * Gives a function that is ready to @domain: its DMA and interrupts are confined to
 * it, and its view is built for the verdict of now. NULL, or why not: it's then in
 * quarantine as before.
 */
const char *function_give(struct guest_function *function, struct domain *domain,
                          unsigned port);

/*
 * Takes a function back: blocks DMA and interrupts, then starts its reset. It is not
 * in its domain's topology any more; CPUs that found it there before may go on reading
 * it, and the record stays until they have finished. The caller has the domain's PCI
 * lock; the machine's isn't needed. While others have virtual
 * functions of it, it isn't reset, and nobody gets it: they keep theirs.
 */
void function_take_back(struct guest_function *function, enum function_next next);

/*
 * Before a function is reset that stays with its domain, whose CPUs have stopped: takes
 * its virtual functions away. False: another domain has one. The caller does not hold the
 * machine's lock.
 */
bool function_remove_vfs(struct guest_function *function);

/*
 * Resets a function that stays where it is; false: it can't be. One with virtual
 * functions is just made quiet, and its domain sees its registers in their reset state.
 */
bool function_reset(struct guest_function *function);

/*
 * Likewise, without waiting: begins the reset, or returns false when none is known,
 * and the function is resetting until function_end_reset() finds that over. Its
 * registers are then in their reset state. None of its BARs is mapped when this is
 * called. The caller has the domain's PCI lock, for both.
 */
bool function_begin_reset(struct guest_function *function);

/* Returns whether the function's reset, begun before, is over now. */
bool function_end_reset(struct guest_function *function);

/* Whether it answers its owner. Needs no lock. */
static inline __attribute__((always_inline)) bool
function_is_answering(const struct guest_function *function)
{
    return !__atomic_load_n(&function->is_resetting, __ATOMIC_ACQUIRE);
}

#endif
