/* SPDX-License-Identifier: MIT */
/*
 * A root port with an embedder that carries out its actions and a guest that
 * reads and writes its registers, for tests.
 */
#ifndef FAKE_SLOT_H
#define FAKE_SLOT_H

#include <rootport/rootport.h>

/* Where tests have the guest's interrupt go. */
#define FAKE_SLOT_MSI_ADDRESS 0xfee00000u
#define FAKE_SLOT_MSI_DATA    0x0041u

struct fake_slot {
    struct rp_image image;
    struct rp_rootport port;
    struct rp_rootport_actions last; /* of the last event */
    unsigned message_count;
    unsigned reset_count;
    enum rp_rootport_outcome outcome; /* the last that was reported */
    bool is_attached;                 /* the child, as the embedder has it */
    uint16_t pcie;                    /* where the guest found the capabilities */
    uint16_t msi;
    uint16_t pm;
};

/* An empty port with slot number 5, buses 3 to 3, windows and x16 at 16 GT/s. */
struct rp_rootport_config fake_slot_config(void);

/* Makes the port, and resets the guest once, as its first start does. */
void fake_slot_init(struct fake_slot *slot);
void fake_slot_init_with(struct fake_slot *slot, const struct rp_rootport_config *config);

/* The guest's accesses. */
uint32_t fake_slot_read(const struct fake_slot *slot, unsigned reg, unsigned width);
void fake_slot_write(struct fake_slot *slot, unsigned reg, unsigned width,
                     uint32_t value);

/* The guest walks the capability list; 0 if @id is not in it. */
uint16_t fake_slot_find(const struct fake_slot *slot, unsigned id);

/* The guest's driver: MSI on, and Slot Control as Linux leaves it after its probe. */
void fake_slot_listen(struct fake_slot *slot);

/* 16-bit registers of the PCI Express capability. */
uint32_t fake_slot_status(const struct fake_slot *slot);
uint32_t fake_slot_control(const struct fake_slot *slot);
uint32_t fake_slot_link_status(const struct fake_slot *slot);

/* The guest clears these events. */
void fake_slot_clear(struct fake_slot *slot, uint32_t events);

/* The guest sets indicators, by code, and nothing else of Slot Control. */
void fake_slot_show_power(struct fake_slot *slot, uint32_t code);
void fake_slot_show(struct fake_slot *slot, uint32_t power, uint32_t attention);

/* Events of the embedder; each carries out what the port asks for. */
enum rp_status fake_slot_plug(struct fake_slot *slot);
enum rp_status fake_slot_unplug(struct fake_slot *slot);
enum rp_status fake_slot_cancel(struct fake_slot *slot);
enum rp_status fake_slot_unplug_now(struct fake_slot *slot);
enum rp_status fake_slot_finish_detach(struct fake_slot *slot);
enum rp_status fake_slot_finish_reset(struct fake_slot *slot);
void fake_slot_reset(struct fake_slot *slot);

/* Brings a listening guest's port to @state by the shortest way. */
void fake_slot_bring_to(struct fake_slot *slot, enum rp_rootport_state state);

#endif
