/* SPDX-License-Identifier: MIT */
/* An embedder and a guest around one root port, which check what the port asks of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rootport/pci_regs.h>

#include "tests/fake/fake_slot.h"

static void require(bool is_true, const char *what)
{
    if (is_true)
        return;
    fprintf(stderr, "fake_slot: %s\n", what);
    abort();
}

static void detach(struct fake_slot *slot)
{
    enum rp_rootport_state state = rp_rootport_state(&slot->port);

    require(slot->is_attached, "asked to detach what is not attached");
    require(state == RP_ROOTPORT_RELEASED || state == RP_ROOTPORT_EMPTY,
            "asked to detach what stays");
    slot->is_attached = false;
}

static void carry_out(struct fake_slot *slot, const struct rp_rootport_actions *actions)
{
    slot->last = *actions;
    if ((actions->set & RP_ROOTPORT_DETACH_CHILD) != 0)
        detach(slot);
    if ((actions->set & RP_ROOTPORT_RESET_CHILD) != 0) {
        require(slot->is_attached, "asked to reset what is not attached");
        slot->reset_count++;
    }
    if ((actions->set & RP_ROOTPORT_REPORT) != 0) {
        require(actions->outcome != RP_OUTCOME_NONE, "asked to report nothing");
        slot->outcome = actions->outcome;
    }
    if ((actions->set & RP_ROOTPORT_SEND_MSI) != 0)
        slot->message_count++;
}

struct rp_rootport_config fake_slot_config(void)
{
    return (struct rp_rootport_config){
        .port_number = 7,
        .slot_number = 5,
        .has_button = true,
        .max_link = {.speed = 4, .width = 16},
        .primary_bus = 0,
        .secondary_bus = 3,
        .subordinate_bus = 3,
        .memory = {.base = 0xe0000000, .size = 0x200000},
        .prefetchable = {.base = 0x8000000000, .size = 0x40000000},
        .io = {.base = 0x2000, .size = 0x2000},
    };
}

void fake_slot_init_with(struct fake_slot *slot, const struct rp_rootport_config *config)
{
    memset(slot, 0, sizeof(*slot));
    require(rp_rootport_init(&slot->port, &slot->image, config) == RP_OK, "bad config");
    fake_slot_reset(slot);
    slot->pcie = fake_slot_find(slot, 0x10);
    slot->msi = fake_slot_find(slot, 0x05);
    slot->pm = fake_slot_find(slot, 0x01);
}

void fake_slot_init(struct fake_slot *slot)
{
    struct rp_rootport_config config = fake_slot_config();
    fake_slot_init_with(slot, &config);
}

uint32_t fake_slot_read(const struct fake_slot *slot, unsigned reg, unsigned width)
{
    return rp_rootport_read(&slot->port, (uint16_t)reg, width);
}

void fake_slot_write(struct fake_slot *slot, unsigned reg, unsigned width, uint32_t value)
{
    struct rp_rootport_actions actions;
    rp_rootport_write(&slot->port, (uint16_t)reg, width, value, &actions);
    carry_out(slot, &actions);
}

uint16_t fake_slot_find(const struct fake_slot *slot, unsigned id)
{
    uint32_t at = fake_slot_read(slot, 0x34, 1);

    for (unsigned i = 0; i < 48 && at >= 0x40; i++) {
        if (fake_slot_read(slot, at, 1) == id)
            return (uint16_t)at;
        at = fake_slot_read(slot, at + 1, 1);
    }
    return 0;
}

void fake_slot_listen(struct fake_slot *slot)
{
    fake_slot_write(slot, slot->msi + 0x04u, 4, FAKE_SLOT_MSI_ADDRESS);
    fake_slot_write(slot, slot->msi + 0x08u, 4, 0);
    fake_slot_write(slot, slot->msi + 0x0cu, 2, FAKE_SLOT_MSI_DATA);
    fake_slot_write(slot, slot->msi + 0x02u, 2, RP_PCI_MSI_CONTROL_ENABLE);
    fake_slot_clear(slot, 0x011f);
    fake_slot_write(slot, slot->pcie + 0x18u, 2,
                    fake_slot_control(slot) | RP_PCI_PCIE_SLOT_CONTROL_BUTTON |
                        RP_PCI_PCIE_SLOT_CONTROL_INTERRUPT |
                        RP_PCI_PCIE_SLOT_CONTROL_LINK_STATE);
}

uint32_t fake_slot_status(const struct fake_slot *slot)
{
    return fake_slot_read(slot, slot->pcie + 0x1au, 2);
}

uint32_t fake_slot_control(const struct fake_slot *slot)
{
    return fake_slot_read(slot, slot->pcie + 0x18u, 2);
}

uint32_t fake_slot_link_status(const struct fake_slot *slot)
{
    return fake_slot_read(slot, slot->pcie + 0x12u, 2);
}

void fake_slot_clear(struct fake_slot *slot, uint32_t events)
{
    fake_slot_write(slot, slot->pcie + 0x1au, 2, events);
}

void fake_slot_show_power(struct fake_slot *slot, uint32_t code)
{
    uint32_t control = fake_slot_control(slot) & ~0x0300u;
    fake_slot_write(slot, slot->pcie + 0x18u, 2, control | code << 8);
}

void fake_slot_show(struct fake_slot *slot, uint32_t power, uint32_t attention)
{
    uint32_t control = fake_slot_control(slot) & ~0x03c0u;
    fake_slot_write(slot, slot->pcie + 0x18u, 2, control | power << 8 | attention << 6);
}

/* The embedder attaches the functions before it says so. */
enum rp_status fake_slot_plug(struct fake_slot *slot)
{
    struct rp_rootport_link link = {.speed = 3, .width = 4};
    struct rp_rootport_actions actions;
    enum rp_status status = rp_rootport_plug(&slot->port, link, &actions);

    if (status == RP_OK)
        slot->is_attached = true;
    carry_out(slot, &actions);
    return status;
}

enum rp_status fake_slot_unplug(struct fake_slot *slot)
{
    struct rp_rootport_actions actions;
    enum rp_status status = rp_rootport_unplug(&slot->port, &actions);
    carry_out(slot, &actions);
    return status;
}

enum rp_status fake_slot_cancel(struct fake_slot *slot)
{
    struct rp_rootport_actions actions;
    enum rp_status status = rp_rootport_cancel_unplug(&slot->port, &actions);
    carry_out(slot, &actions);
    return status;
}

enum rp_status fake_slot_unplug_now(struct fake_slot *slot)
{
    struct rp_rootport_actions actions;
    enum rp_status status = rp_rootport_unplug_now(&slot->port, &actions);
    carry_out(slot, &actions);
    return status;
}

enum rp_status fake_slot_finish_detach(struct fake_slot *slot)
{
    struct rp_rootport_actions actions;
    enum rp_status status = rp_rootport_finish_detach(&slot->port, &actions);
    carry_out(slot, &actions);
    return status;
}

enum rp_status fake_slot_finish_reset(struct fake_slot *slot)
{
    struct rp_rootport_actions actions;
    enum rp_status status = rp_rootport_finish_reset(&slot->port, &actions);
    carry_out(slot, &actions);
    return status;
}

void fake_slot_reset(struct fake_slot *slot)
{
    struct rp_rootport_actions actions;
    rp_rootport_reset(&slot->port, &actions);
    carry_out(slot, &actions);
}

static void take_into_use(struct fake_slot *slot)
{
    require(fake_slot_plug(slot) == RP_OK, "cannot plug");
    fake_slot_clear(slot, 0x0108);
    fake_slot_show_power(slot, RP_PCI_PCIE_INDICATOR_BLINK);
    fake_slot_show(slot, RP_PCI_PCIE_INDICATOR_ON, RP_PCI_PCIE_INDICATOR_OFF);
}

static void ask_to_let_go(struct fake_slot *slot)
{
    take_into_use(slot);
    require(fake_slot_unplug(slot) == RP_OK, "cannot ask");
}

static void begin_to_let_go(struct fake_slot *slot)
{
    ask_to_let_go(slot);
    fake_slot_clear(slot, 0x0001);
    fake_slot_show(slot, RP_PCI_PCIE_INDICATOR_BLINK, RP_PCI_PCIE_INDICATOR_OFF);
}

void fake_slot_bring_to(struct fake_slot *slot, enum rp_rootport_state state)
{
    fake_slot_listen(slot);
    switch (state) {
    case RP_ROOTPORT_EMPTY:
        break;
    case RP_ROOTPORT_ARRIVING:
        require(fake_slot_plug(slot) == RP_OK, "cannot plug");
        break;
    case RP_ROOTPORT_ON:
        take_into_use(slot);
        break;
    case RP_ROOTPORT_FAILED:
        require(fake_slot_plug(slot) == RP_OK, "cannot plug");
        fake_slot_clear(slot, 0x0108);
        fake_slot_show_power(slot, RP_PCI_PCIE_INDICATOR_BLINK);
        fake_slot_show(slot, RP_PCI_PCIE_INDICATOR_OFF, RP_PCI_PCIE_INDICATOR_ON);
        break;
    case RP_ROOTPORT_ASKED:
        ask_to_let_go(slot);
        break;
    case RP_ROOTPORT_GRACE:
        begin_to_let_go(slot);
        break;
    case RP_ROOTPORT_RELEASED:
        begin_to_let_go(slot);
        fake_slot_show_power(slot, RP_PCI_PCIE_INDICATOR_OFF);
        break;
    case RP_ROOTPORT_GUEST_RELEASED:
        take_into_use(slot);
        fake_slot_show_power(slot, RP_PCI_PCIE_INDICATOR_BLINK);
        fake_slot_show_power(slot, RP_PCI_PCIE_INDICATOR_OFF);
        break;
    }
    require(rp_rootport_state(&slot->port) == state, "the port is in another state");
}
