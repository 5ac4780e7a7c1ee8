/* SPDX-License-Identifier: MIT */
/*
 * What the files of the vPCI view share: rows of registers, handlers, and the
 * claiming of dwords.
 */
#ifndef CORE_VPCI_INTERNAL_H
#define CORE_VPCI_INTERNAL_H

#include <rootport/vpci.h>

/* Registers that masks cannot describe. vpci.c has the functions of each. */
enum vpci_handler {
    VPCI_NO_HANDLER = 0,
    VPCI_COMMAND,
    VPCI_BAR_LOW,  /* argument: index of the BAR */
    VPCI_BAR_HIGH, /* argument: index of the BAR whose upper half it is */
    VPCI_ROM,
    VPCI_PM_CONTROL,
    VPCI_AF_CONTROL,
    VPCI_DEVICE_CONTROL,
    VPCI_MSI_CONTROL,
    VPCI_MSI_ADDRESS,
    VPCI_MSI_ADDRESS_UPPER,
    VPCI_MSI_DATA,
    VPCI_MSI_MASK,
    VPCI_MSIX_CONTROL,
    VPCI_REBAR_CONTROL, /* argument: index of the entry */
    VPCI_SRIOV_CONTROL,
    VPCI_SRIOV_NUM_VFS,
    VPCI_HANDLER_COUNT,
};

/* A write of a domain to a dword. Each member takes a register of its own when passed. */
struct vpci_write {
    _Alignas(8) uint32_t value;
    _Alignas(8) uint32_t mask; /* the bits in the bytes that were written */
};

/* @old with what was written in its place. */
static inline uint32_t vpci_merge(uint32_t old, struct vpci_write write)
{
    return (old & ~write.mask) | (write.value & write.mask);
}

/*
 * Both see a whole dword, of which those bits of their register are theirs that the masks
 * of its row leave out: a write may be of others, and what is not theirs reads as zero.
 * A write that changes what is read stores that in *@shown, at once: a read of the domain
 * takes it from there, without a lock.
 */
typedef uint32_t vpci_read_fn(const struct rp_vpci_state *state, unsigned argument);
typedef void vpci_write_fn(struct rp_vpci_state *state, unsigned argument,
                           struct vpci_write write, struct rp_vpci_effects *effects,
                           uint32_t *shown);

/*
 * One register, as the specification lists it. What is in no mask and not the
 * handler's reads as zero. ro, rw, rw1c, virt and value are disjoint, and so
 * are rw, rw1c and write_zero; but what is ro and virt reads as 1 if either is.
 */
struct vpci_reg {
    uint16_t offset;     /* from the start of its capability, or of the space */
    uint8_t width;       /* 1, 2 or 4 */
    uint8_t handler;     /* enum vpci_handler */
    uint32_t ro;         /* the function's, writes are ignored */
    uint32_t rw;         /* the function's, the domain may write it */
    uint32_t rw1c;       /* the function's, the domain may clear it */
    uint32_t write_zero; /* zero in what is written to the function */
    uint32_t virt;       /* the domain's own, the function never sees it */
    uint32_t reset;      /* what virt is after a reset */
    uint32_t sticky;     /* the part of virt that an FLR leaves alone */
    uint32_t value;      /* always these bits */
};

/* A capability that is being looked at. */
struct vpci_site {
    struct rp_vpci_view *view;
    uint16_t offset;
    uint16_t limit; /* the next capability, or the end of the list's part of the space */
};

struct vpci_cap {
    struct rp_vpci_rule rule;
    uint16_t size; /* in bytes; 0, for the hardware domain alone: up to the next one */
    uint8_t reg_count;
    /*
     * Of MODELLED; READ_ONLY shows all @size bytes. If the rule has a policy bit, twice
     * @reg_count: those that hold with the bit are the latter.
     */
    const struct vpci_reg *regs;
    /* Instead of size. 0: it breaks the specification, or another one is in use. */
    uint16_t (*length)(const struct vpci_site *site);
    /* Claims what depends on the function; regs are claimed already. May be NULL. */
    void (*claim)(const struct vpci_site *site);
};

/* A table of rows, sorted by ID, and what holds for any other ID. */
struct vpci_cap_table {
    const struct vpci_cap *rows;
    size_t row_count;
    uint64_t nobodys; /* bit n: the capability with ID n is hidden from all roles */
    const struct vpci_cap *unknown;
};

extern const struct vpci_cap_table vpci_caps;    /* vpci_caps.c */
extern const struct vpci_cap_table vpci_extcaps; /* vpci_extcaps.c */

/* vpci.c: after a change of state other than by a domain's write. */
void vpci_refresh(struct rp_vpci_state *state);

/* vpci_build.c: rows become dwords of a view. */
void vpci_claim(struct rp_vpci_view *view, uint16_t base, const struct vpci_reg *reg,
                uint8_t argument);

/*
 * Accesses of the library itself, at registers that are multiples of @width below
 * 4096. A read that fails is all ones: the carrier stores them.
 */
static inline uint32_t vpci_hw_read(const struct rp_vpci_state *state, unsigned reg,
                                    unsigned width)
{
    uint32_t value;

    (void)state->cfg.ops->read(state->cfg.context, state->sbdf, (uint16_t)reg, width,
                               &value);
    return value;
}

static inline void vpci_hw_write(const struct rp_vpci_state *state, unsigned reg,
                                 unsigned width, uint32_t value)
{
    (void)state->cfg.ops->write(state->cfg.context, state->sbdf, (uint16_t)reg, width,
                                value);
}

/* vpci_state.c: whether nothing answers for the function. */
bool vpci_is_gone(const struct rp_vpci_state *state);

/* vpci_state.c: whether the function says that it has an FLR, in either capability. */
bool vpci_has_pcie_flr(const struct rp_vpci_state *state);
bool vpci_has_af_flr(const struct rp_vpci_state *state);

/* The offset of an extended capability that is there, hidden or not; or 0. */
uint16_t vpci_found_at(const struct rp_vpci_view *view, uint16_t id);

/* Notes what an FLR will take of the link's set-up, once it can be reached. */
void vpci_state_note_link(const struct rp_vpci_view *view);

/* Whether this is a virtual function as its physical function's owner sees it. */
static inline bool vpci_is_plain_vf(const struct rp_vpci_state *state)
{
    return state->vf_id && state->role == RP_VPCI_ROLE_HARDWARE;
}

/* vpci_header.c */
void vpci_header_claim(struct rp_vpci_view *view);
void vpci_header_claim_bars(struct rp_vpci_view *view, unsigned first);
void vpci_header_learn_bars(struct rp_vpci_state *state, unsigned first, unsigned last);
void vpci_header_learn(struct rp_vpci_state *state, const struct rp_vpci_config *config);
void vpci_header_restore(struct rp_vpci_state *state);
void vpci_header_stop_decode(struct rp_vpci_state *state);
void vpci_header_write_bars(const struct rp_vpci_state *state, unsigned first);
void vpci_header_place(struct rp_vpci_state *state); /* BARs, then memory decode */
void vpci_header_disable_rom(struct rp_vpci_state *state);
void vpci_header_reset(struct rp_vpci_state *state);
vpci_read_fn vpci_command_read, vpci_bar_low_read, vpci_bar_high_read, vpci_rom_read;
vpci_write_fn vpci_command_write, vpci_bar_low_write, vpci_bar_high_write, vpci_rom_write;

/* vpci_map.c */
bool vpci_is_decoding(const struct rp_vpci_state *state);

/* vpci_caps.c */
vpci_read_fn vpci_pm_control_read;
vpci_write_fn vpci_pm_control_write, vpci_af_control_write, vpci_device_control_write;

/* vpci_msi.c */
void vpci_msi_learn(struct rp_vpci_state *state);
void vpci_msi_reset(struct rp_vpci_state *state);
void vpci_msi_disable(struct rp_vpci_state *state);
uint16_t vpci_msi_length(const struct vpci_site *site);
void vpci_msi_claim(const struct vpci_site *site);
vpci_read_fn vpci_msi_control_read, vpci_msi_address_read, vpci_msi_address_upper_read,
    vpci_msi_data_read, vpci_msi_mask_read;
vpci_write_fn vpci_msi_control_write, vpci_msi_address_write,
    vpci_msi_address_upper_write, vpci_msi_data_write, vpci_msi_mask_write;

/* vpci_msix.c */
void vpci_msix_learn(struct rp_vpci_state *state, struct rp_vpci_msix_entry *entries,
                     uint16_t capacity);
void vpci_msix_forget(struct rp_vpci_state *state);
/* After a BAR's host address changed; false: not there, and all is as it was. */
bool vpci_msix_move(struct rp_vpci_state *state);
void vpci_msix_reset(struct rp_vpci_state *state);
void vpci_msix_disable(struct rp_vpci_state *state);
uint16_t vpci_msix_length(const struct vpci_site *site);
void vpci_msix_claim(const struct vpci_site *site);
vpci_read_fn vpci_msix_control_read;
vpci_write_fn vpci_msix_control_write;

/* vpci_rebar.c */
void vpci_rebar_reset(struct rp_vpci_state *state);
uint16_t vpci_rebar_length(const struct vpci_site *site);
void vpci_rebar_claim(const struct vpci_site *site);
vpci_read_fn vpci_rebar_control_read;
vpci_write_fn vpci_rebar_control_write;

/* vpci_sriov.c */
uint16_t vpci_sriov_length(const struct vpci_site *site);
void vpci_sriov_claim(const struct vpci_site *site);
vpci_read_fn vpci_sriov_control_read;
vpci_write_fn vpci_sriov_control_write, vpci_sriov_num_vfs_write;

/* A trapped part of a BAR: whole pages, [first, end). Empty: first == end. */
struct vpci_trap {
    uint64_t first;
    uint64_t end;
    volatile void *window;
    uint8_t bar;
};
enum {
    VPCI_TRAP_COUNT = 2,
};
struct vpci_trap vpci_msix_trap(const struct rp_vpci_state *state, unsigned index);
uint64_t vpci_msix_read(const struct rp_vpci_state *state, uint8_t bar, uint64_t offset,
                        unsigned width);
void vpci_msix_write(struct rp_vpci_state *state, uint8_t bar, uint64_t offset,
                     unsigned width, uint64_t value, struct rp_vpci_effects *effects);

#endif
