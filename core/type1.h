/* SPDX-License-Identifier: MIT */
/*
 * What the functions with a type 1 header that exist only here have in common: root
 * ports and the bridge to conventional PCI.
 */
#ifndef CORE_TYPE1_H
#define CORE_TYPE1_H

#include <rootport/pci_regs.h>
#include <rootport/rootport.h>

/* @mask in the upper register of a dword that holds two. */
#define UPPER(mask) ((uint32_t)(mask) << 16)

/* Where the capabilities are that each has. */
enum {
    CAP_PCIE = 0x40,
    CAP_PM = 0x98,
    REG_PM_CONTROL_STATUS = CAP_PM + RP_PCI_PM_CONTROL_STATUS,
};

static inline uint32_t type1_capability_header(uint8_t id, uint8_t next)
{
    return id | (uint32_t)next << 8;
}

/*
 * An image of nothing but a header, with the buses and windows of @setup and a list
 * that begins at CAP_PCIE, and of power management at CAP_PM, which ends it. Without
 * a secondary bus nothing is forwarded.
 */
void rp_type1_build(struct rp_image *image, uint16_t device_id,
                    const struct rp_rootport_config *setup);

/* What a write that made @change asks of the embedder, of RP_ROOTPORT_*_CHANGED. */
uint32_t rp_type1_follow(const struct rp_image_change *change);

bool rp_type1_is_in_d0(const struct rp_image *image);
bool rp_type1_is_held_in_reset(const struct rp_image *image);
bool rp_type1_is_decoding_memory(const struct rp_image *image);

/* {0, 0} when the numbers are no range above @primary_bus. */
struct rp_rootport_buses rp_type1_buses(const struct rp_image *image,
                                        uint8_t primary_bus);

struct rp_rootport_window rp_type1_memory(const struct rp_image *image);
struct rp_rootport_window rp_type1_prefetchable(const struct rp_image *image);
/* None while I/O Space Enable is clear. */
struct rp_rootport_window rp_type1_io(const struct rp_image *image);

#endif
