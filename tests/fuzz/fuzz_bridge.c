/* SPDX-License-Identifier: MIT */
/*
 * Throws register writes at a root port, and at the bridge to conventional PCI behind
 * it. The oracle computes from the registers alone, as the specification has them,
 * where a configuration request ends and which addresses are passed on.
 */
#include <rootport/bridge.h>
#include <rootport/topology.h>

#include "tests/fuzz/input.h"

static struct rp_image host_bridge, port_image, image, first_image;
static struct rp_rootport port;
static struct rp_bridge bridge;
static struct rp_topology topology;
static int child;

/* ---- What the registers say --------------------------------------------------- */

/* The number of the only function that can be on @bus. */
static enum rp_topology_kind kind_on(unsigned bus)
{
    const unsigned secondary = rp_image_read(&port_image, 0x19, 1);
    const unsigned subordinate = rp_image_read(&port_image, 0x1a, 1);
    const unsigned below = rp_image_read(&image, 0x19, 1);

    if (secondary == 0 || bus < secondary || bus > subordinate)
        return RP_TOPOLOGY_ABSENT;
    if (bus == secondary)
        return RP_TOPOLOGY_BRIDGE;
    return bus == below && below <= rp_image_read(&image, 0x1a, 1) ? RP_TOPOLOGY_CHILD
                                                                   : RP_TOPOLOGY_ABSENT;
}

static void check_topology(void)
{
    rp_topology_update_buses(&topology);
    for (unsigned bus = 1; bus < 256; bus++) {
        const enum rp_topology_kind kind = kind_on(bus);

        require(rp_topology_find(&topology, (uint8_t)bus, 0).kind == kind);
        require(rp_topology_find(&topology, (uint8_t)bus, 8).kind == RP_TOPOLOGY_ABSENT);
        require((rp_topology_bridge_bus(&topology, 0) == bus) ==
                (kind == RP_TOPOLOGY_BRIDGE));
        require((rp_topology_child_bus(&topology, 0) == bus) ==
                (kind == RP_TOPOLOGY_CHILD));
    }
}

/* Whether the windows of a header pass @address on: 7.5.1.3.8 and 7.5.1.3.9. */
static bool passes(const struct rp_image *header, uint64_t address)
{
    const uint64_t mib = address >> 20;
    const uint64_t base = rp_image_read(header, 0x20, 2) >> 4;
    const uint64_t limit = rp_image_read(header, 0x22, 2) >> 4;
    const uint64_t high_base = rp_image_read(header, 0x24, 2) >> 4 |
                               (uint64_t)rp_image_read(header, 0x28, 4) << 12;
    const uint64_t high_limit = rp_image_read(header, 0x26, 2) >> 4 |
                                (uint64_t)rp_image_read(header, 0x2c, 4) << 12;

    return (mib >= base && mib <= limit) || (mib >= high_base && mib <= high_limit);
}

static void check_inside(struct rp_rootport_window window, bool is_open)
{
    require(window.size == 0 || is_open);
    if (window.size == 0)
        return;
    require(window.base + (window.size - 1) >= window.base);
    require(passes(&image, window.base) && passes(&port_image, window.base));
    require(passes(&image, window.base + (window.size - 1)));
    require(passes(&port_image, window.base + (window.size - 1)));
}

/* I/O: 7.5.1.3.6, in steps of 4 KiB. */
static bool passes_io(const struct rp_image *header, uint64_t address)
{
    return (rp_image_read(header, 0x04, 1) & 1) != 0 &&
           address >> 12 >= rp_image_read(header, 0x1c, 1) >> 4 &&
           address >> 12 <= rp_image_read(header, 0x1d, 1) >> 4;
}

static void check_io(bool is_forwarding)
{
    const struct rp_rootport_window io = rp_bridge_io(&bridge, rp_rootport_io(&port));

    require(io.size == 0 || is_forwarding);
    for (unsigned address = 0; address < 0x10000; address += 0x1000)
        require((address >= io.base && address - io.base < io.size) ==
                (is_forwarding && passes_io(&image, address) &&
                 passes_io(&port_image, address)));
}

static void check_windows(void)
{
    struct rp_rootport_window memory = rp_rootport_memory(&port);
    struct rp_rootport_window prefetchable = rp_rootport_prefetchable(&port);
    const bool is_awake = (rp_image_read(&image, 0x9c, 1) & 3) == 0;
    const bool is_held = (rp_image_read(&image, 0x3e, 1) & 0x40) != 0;
    const bool is_decoding = (rp_image_read(&image, 0x04, 1) & 2) != 0;

    require(rp_bridge_is_forwarding(&bridge) == (is_awake && !is_held));
    check_io(is_awake && !is_held);
    rp_bridge_narrow(&bridge, &memory, &prefetchable);
    check_inside(memory, is_awake && !is_held && is_decoding);
    check_inside(prefetchable, is_awake && !is_held && is_decoding);
}

static void check_fixed(void)
{
    static const struct {
        uint16_t reg;
        uint32_t writable;
    } writable[] = {
        {0x04, 0x0547},     {0x0c, 0xff},       {0x18, 0xffffff},   {0x1c, 0xf0f0},
        {0x20, 0xfff0fff0}, {0x24, 0xfff0fff0}, {0x28, 0xffffffff}, {0x2c, 0xffffffff},
        {0x3c, 0x004300ff}, {0x48, 0x000f},     {0x9c, 0x3},
    };
    size_t next = 0;

    for (unsigned i = 0; i < RP_IMAGE_DWORDS; i++) {
        uint32_t may_change = 0;

        if (next < sizeof(writable) / sizeof(writable[0]) && writable[next].reg == 4 * i)
            may_change = writable[next++].writable;
        require(((image.dword[i] ^ first_image.dword[i]) & ~may_change) == 0);
    }
}

/* ---- Events -------------------------------------------------------------------- */

/* An action that the embedder has to see, for what it sees without looking. */
static void write_bridge(uint16_t reg, unsigned width, uint32_t value)
{
    const bool was_forwarding = rp_bridge_is_forwarding(&bridge);
    const uint32_t numbers = image.dword[0x18 / 4];
    struct rp_rootport_actions actions;

    rp_bridge_write(&bridge, reg, width, value, &actions);
    require(rp_bridge_is_forwarding(&bridge) == was_forwarding ||
            (actions.set & RP_ROOTPORT_FORWARDING_CHANGED) != 0);
    require(image.dword[0x18 / 4] == numbers ||
            (actions.set & RP_ROOTPORT_BUSES_CHANGED) != 0);
    require((actions.set & (RP_ROOTPORT_SEND_MSI | RP_ROOTPORT_DETACH_CHILD)) == 0);
}

static void happen(struct input *input)
{
    const unsigned what = take(input, 1);
    struct rp_rootport_actions actions;
    uint16_t reg;

    switch (what % 8) {
    case 0:
        rp_bridge_reset(&bridge, &image, &port,
                        what & 8 ? RP_BRIDGE_BY_FIRMWARE : RP_BRIDGE_AFTER_RESET);
        break;
    case 1:
    case 2:
        reg = (uint16_t)(0x18 + (take(input, 1) & 0x1c));
        rp_rootport_write(&port, reg, 4, take(input, 4), &actions);
        break;
    case 3:
        reg = (uint16_t)take(input, 2);
        write_bridge(reg, take(input, 1), take(input, 4));
        break;
    default:
        reg = (uint16_t)(take(input, 1) & 0xfc);
        write_bridge(reg, 4, take(input, 4));
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct rp_rootport_config config = {
        .slot_number = 1,
        .max_link = {1, 1},
        .secondary_bus = 1,
        .subordinate_bus = 2,
        .memory = {0xe0000000, 0x200000},
        .prefetchable = {0x8000000000, 0x40000000},
    };
    struct input input = {data, size};

    require(rp_rootport_init(&port, &port_image, &config) == RP_OK);
    require(rp_topology_init(&topology, &host_bridge, &port, 1) == RP_OK);
    rp_bridge_reset(&bridge, &image, &port, RP_BRIDGE_AFTER_RESET);
    first_image = image;
    require(rp_topology_attach_bridge(&topology, 0, &bridge) == RP_OK);
    require(rp_topology_attach(&topology, 0, 0, &child) == RP_OK);
    while (input.size != 0) {
        happen(&input);
        check_fixed();
        check_topology();
        check_windows();
    }
    return 0;
}
