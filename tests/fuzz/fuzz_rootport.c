/* SPDX-License-Identifier: MIT */
/*
 * A root port under arbitrary writes of a guest and events of an embedder. Each
 * input byte chooses what happens; what follows it are the arguments.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <rootport/pci_regs.h>
#include <rootport/rootport.h>
#include <rootport/topology.h>

#include "tests/fake/fake_slot.h"
#include "tests/fuzz/input.h"

static struct fake_slot slot;
static struct rp_image first_image;
static struct rp_image host_bridge;
static struct rp_topology topology;
static int child;

static void check(bool is_true)
{
    if (!is_true)
        abort();
}

/* What the guest cannot change and no event does: identity, structure, windows' types. */
static void check_fixed_registers(void)
{
    static const struct {
        uint16_t reg;
        uint32_t fixed;
    } fixed[] = {
        {0x00, 0xffffffff},  {0x04, 0xfffffab8},  {0x08, 0xffffffff},
        {0x0c, 0xffffff00},  {0x10, 0xffffffff},  {0x14, 0xffffffff},
        {0x18, 0xff000000},  {0x1c, 0xffff0f0f},  {0x20, 0x000f000f},
        {0x24, 0x000f000f},  {0x30, 0xffffffff},  {0x34, 0xffffffff},
        {0x38, 0xffffffff},  {0x3c, 0xffbcff00},  {0x40, 0xffffffff},
        {0x44, 0xffffffff},  {0x4c, 0xffffffff},  {0x54, 0xffffffff},
        {0x58, 0xfeb6ec16},  {0x60, 0xffffffff},  {0x64, 0xffffffff},
        {0x80, 0xfffeffff},  {0x84, 0x00000003},  {0x98, 0xffffffff},
        {0x100, 0xffffffff}, {0x104, 0xffffffff}, {0x108, 0xf8000fcf},
        {0x10c, 0xf8000fcf}, {0x110, 0xffffffff}, {0x114, 0xffff0e3e},
        {0x118, 0xffffffff}, {0x11c, 0xffffffff}, {0x12c, 0xfffffff8},
        {0x130, 0xffffff80},
    };

    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
        uint32_t now = slot.image.dword[fixed[i].reg / 4];
        uint32_t then = first_image.dword[fixed[i].reg / 4];
        check(((now ^ then) & fixed[i].fixed) == 0);
    }
    for (unsigned i = 0x138 / 4; i < RP_IMAGE_DWORDS; i++)
        check(slot.image.dword[i] == 0);
}

static void check_slot(void)
{
    bool is_empty = rp_rootport_state(&slot.port) == RP_ROOTPORT_EMPTY;
    bool is_present = (fake_slot_status(&slot) & 0x0040) != 0;
    bool is_linked = (fake_slot_link_status(&slot) & 0x2000) != 0;
    bool is_held = (fake_slot_read(&slot, 0x3e, 2) & 0x0040) != 0 ||
                   (fake_slot_read(&slot, slot.pcie + 0x10u, 2) & 0x0010) != 0;

    check(is_present == !is_empty);
    check(!is_linked || (is_present && !is_held));
    check(!is_linked || (fake_slot_link_status(&slot) & 0x03f0) != 0);
    check((fake_slot_link_status(&slot) & 0x0800) == 0);
    check(!rp_rootport_is_forwarding(&slot.port) || is_linked);
    if (rp_rootport_state(&slot.port) != RP_ROOTPORT_RELEASED)
        check(slot.is_attached == !is_empty);
    check(((fake_slot_control(&slot) >> 6) & 3) != 0);
    check(((fake_slot_control(&slot) >> 8) & 3) != 0);
}

/* The expressions of 6.7.3.4 and 6.2.4.1.2, a bit each, from the registers alone. */
static unsigned asserted_interrupts(void)
{
    uint32_t status = fake_slot_status(&slot);
    uint32_t control = fake_slot_control(&slot);
    bool has_event = ((status & control & 0x0009) != 0) ||
                     ((status & 0x0100) != 0 && (control & 0x1000) != 0);
    uint32_t errors = fake_slot_read(&slot, 0x130, 4);
    uint32_t enabled = fake_slot_read(&slot, 0x12c, 4);
    bool has_error = ((errors & 0x01) != 0 && (enabled & 1) != 0) ||
                     ((errors & 0x20) != 0 && (enabled & 2) != 0) ||
                     ((errors & 0x40) != 0 && (enabled & 4) != 0);
    bool can_send = (fake_slot_read(&slot, slot.msi + 0x02u, 2) & 1) != 0 &&
                    (fake_slot_read(&slot, slot.msi + 0x10u, 4) & 1) == 0 &&
                    (fake_slot_read(&slot, 0x04, 2) & 0x0004) != 0 &&
                    (fake_slot_read(&slot, slot.pm + 0x04u, 2) & 3) == 0;

    if (!can_send)
        return 0;
    return (has_event && (control & 0x0020) != 0 ? 1u : 0u) | (has_error ? 2u : 0u);
}

static void check_interrupt(unsigned asserted_before)
{
    bool is_sent = (slot.last.set & RP_ROOTPORT_SEND_MSI) != 0;

    check(is_sent == ((asserted_interrupts() & ~asserted_before) != 0));
}

static void check_topology(struct input *input)
{
    struct rp_rootport_buses buses = rp_rootport_buses(&slot.port);
    uint8_t bus = (uint8_t)take(input, 1);
    struct rp_topology_target target;

    rp_topology_update_buses(&topology);
    target = rp_topology_find(&topology, bus, 0);
    check((target.kind == RP_TOPOLOGY_CHILD) == (bus != 0 && bus == buses.secondary));
    check(rp_topology_child_bus(&topology, 0) == buses.secondary);
}

static void happen(struct input *input)
{
    unsigned reg;

    switch (take(input, 1) % 13) {
    case 0:
        (void)fake_slot_plug(&slot);
        break;
    case 1:
        (void)fake_slot_unplug(&slot);
        break;
    case 2:
        (void)fake_slot_cancel(&slot);
        break;
    case 3:
        (void)fake_slot_unplug_now(&slot);
        break;
    case 4:
        (void)fake_slot_finish_detach(&slot);
        break;
    case 5:
        (void)fake_slot_finish_reset(&slot);
        break;
    case 6:
        fake_slot_reset(&slot);
        break;
    case 7:
        fake_slot_listen(&slot);
        break;
    case 8:
        reg = take(input, 2);
        fake_slot_write(&slot, reg, take(input, 1), take(input, 4));
        break;
    case 9:
        reg = take(input, 1);
        fake_slot_write(&slot, reg & 0xfc, 4, take(input, 4));
        break;
    case 10:
        fake_slot_write(&slot, slot.pcie + 0x18u, 2, take(input, 2));
        break;
    case 11:
        reg = take(input, 1);
        rp_rootport_receive(&slot.port, reg, (uint16_t)take(input, 2), &slot.last);
        break;
    default:
        fake_slot_clear(&slot, take(input, 2));
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};

    fake_slot_init(&slot);
    first_image = slot.image;
    if (rp_topology_init(&topology, &host_bridge, &slot.port, 1) != RP_OK ||
        rp_topology_attach(&topology, 0, 0, &child) != RP_OK)
        abort();
    while (input.size != 0) {
        unsigned asserted_before = asserted_interrupts();
        slot.last.set = 0;
        happen(&input);
        check_fixed_registers();
        check_slot();
        check_interrupt(asserted_before);
        check_topology(&input);
    }
    return 0;
}
