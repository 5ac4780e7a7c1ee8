/* SPDX-License-Identifier: MIT */
/* A guest's PCI Express: building it, and giving back what it had. */
#include "guest/pci.h"

#include <stddef.h>

#include <rootport/group.h>

#include "dev/console.h"
#include "guest/npt.h"
#include "guest/pci_internal.h"
#include "guest/pins.h"
#include "lib/string.h"
#include "machine.h"
#include "mm/pages.h"

enum {
    MIB = 0x100000,
    /* What a port gets at least, so that something can be plugged in later. */
    WINDOW_SIZE_LEAST = 2 * MIB,
};

const char *pci_init(struct domain *domain, unsigned port_count)
{
    struct guest_pci *pci = pages_alloc(pages_for(sizeof *pci));

    if (pci == NULL)
        return "no memory for its PCI topology";
    domain->pci = pci;
    pci->host_bridge_image = pages_alloc(1);
    pci->port_images = port_count != 0 ? pages_alloc(2 * port_count) : NULL;
    if (pci->host_bridge_image == NULL || (port_count != 0 && pci->port_images == NULL))
        return "no memory for its PCI topology";
    pci->port_count = port_count;
    /* No more: Linux asks for each device of each bus up to the region's last. */
    domain->ecam_size =
        rp_topology_first_bus((unsigned)port_count) * DOMAIN_ECAM_BUS_SIZE;
    pci->next_memory = DOMAIN_WINDOW_BASE;
    pci->next_prefetchable = DOMAIN_WINDOW64_BASE;
    pci->next_io = DOMAIN_IO_BASE;
    return NULL;
}

/* The window that a BAR goes behind; the one that isn't prefetchable is below 4 GiB. */
static enum rp_vpci_window_kind window_of(const struct rp_vpci_bar *bar)
{
    if (bar->kind == RP_VPCI_BAR_IO)
        return RP_VPCI_WINDOW_IO;
    return bar->is_prefetchable && bar->kind == RP_VPCI_BAR_MEMORY64
               ? RP_VPCI_WINDOW_PREFETCHABLE
               : RP_VPCI_WINDOW_MEMORY;
}

static uint64_t align_up(uint64_t value, uint64_t alignment)
{
    return (value + alignment - 1) & ~(alignment - 1);
}

/* Sum and largest of the BARs of one window. */
struct need {
    uint64_t sum;
    uint64_t largest;
};

static struct need window_need(const struct guest_function *function,
                               enum rp_vpci_window_kind kind)
{
    struct need need = {0, MIB};

    for (unsigned i = 0; function != NULL && i < RP_VPCI_RANGES_MAX; i++) {
        const struct rp_vpci_bar *bar = rp_vpci_range(&function->state, i);

        if (bar == NULL || window_of(bar) != kind)
            continue;
        need.sum += bar->size;
        if (bar->size > need.largest)
            need.largest = bar->size;
    }
    return need;
}

static uint64_t power_of_two_below(uint64_t value)
{
    uint64_t power = MIB;

    while (power <= value / 2)
        power *= 2;
    return power;
}

/* Takes a window from *@next; its size is 0 where it doesn't fit below @end. */
static struct rp_rootport_window take_window(const struct guest_function *function,
                                             enum rp_vpci_window_kind kind,
                                             uint64_t configured, uint64_t *next,
                                             uint64_t end)
{
    struct need need = window_need(function, kind);
    struct rp_rootport_window window = {0, configured};

    if (window.size < need.sum)
        window.size = need.sum;
    if (window.size < WINDOW_SIZE_LEAST)
        window.size = WINDOW_SIZE_LEAST;
    /* Largest first from an aligned base leaves no hole between powers of two. */
    window.size = align_up(window.size, MIB);
    if (need.largest < power_of_two_below(window.size))
        need.largest = power_of_two_below(window.size);
    window.base = align_up(*next, need.largest);
    if (window.base > end || window.size > end - window.base)
        return (struct rp_rootport_window){0, 0};
    *next = window.base + window.size;
    return window;
}

/* Ports are few: while all can have some they do, else those that need them. */
static struct rp_rootport_window take_io(struct guest_pci *pci, unsigned port)
{
    const bool is_for_all =
        pci->port_count <= (DOMAIN_IO_END - DOMAIN_IO_BASE) / DOMAIN_IO_WINDOW;
    struct rp_rootport_window window = {pci->next_io, DOMAIN_IO_WINDOW};

    if (pci->next_io >= DOMAIN_IO_END ||
        (!is_for_all && window_need(pci->ports[port].held, RP_VPCI_WINDOW_IO).sum == 0))
        return (struct rp_rootport_window){0, 0};
    pci->next_io += window.size;
    return window;
}

bool pci_fits(const struct domain *domain, unsigned port,
              const struct guest_function *function)
{
    const struct guest_port *place = &domain->pci->ports[port];

    for (unsigned i = 0; i < RP_VPCI_WINDOWS_MAX; i++)
        if (i != RP_VPCI_WINDOW_IO &&
            window_need(function, i).sum > place->windows[i].size)
            return false;
    return true;
}

void pci_set_room(const struct domain *domain, unsigned port,
                  struct guest_function *function)
{
    const struct guest_port *place = &domain->pci->ports[port];
    const struct rp_scan *scan = machine_scan();
    const uint32_t index = (uint32_t)(function->scanned - scan->functions);

    for (unsigned i = 0; i < RP_VPCI_BARS_MAX; i++) {
        const struct rp_vpci_bar *bar = rp_vpci_bar(&function->state, i);
        uint64_t window, room;

        if (bar == NULL)
            continue;
        window = place->windows[window_of(bar)].size;
        room = rp_group_room(scan, machine_cfg(), index, bar->hpa.value);
        rp_vpci_bar_set_room(&function->state, i, room < window ? room : window);
    }
}

/* The largest first: behind it, all others are at a multiple of their size. */
void pci_place_bars(struct guest_function *function)
{
    const struct guest_port *place = &function->domain->pci->ports[function->port];
    struct rp_rootport_window left[RP_VPCI_WINDOWS_MAX];

    memcpy(left, place->windows, sizeof left);
    for (uint64_t size = UINT64_C(1) << 63; size != 0; size /= 2)
        for (unsigned i = 0; i < RP_VPCI_RANGES_MAX; i++) {
            const struct rp_vpci_bar *bar = rp_vpci_range(&function->state, i);
            struct rp_rootport_window *window;

            if (bar == NULL || bar->size != size)
                continue;
            window = &left[window_of(bar)];
            if (size > window->size ||
                rp_vpci_bar_place(&function->state, i, (rp_gpa_t){window->base}) != RP_OK)
                continue;
            window->base += size;
            window->size -= size;
        }
}

/* Each port has its own, unless what it waits for has the pin of an earlier port's. */
static uint8_t choose_line(const struct guest_pci *pci, unsigned port)
{
    const struct guest_function *held = pci->ports[port].held;

    for (unsigned i = 0; held != NULL && held->scanned->pin_gsi != 0 && i < port; i++)
        if (pci->ports[i].held != NULL &&
            pci->ports[i].held->scanned->pin_gsi == held->scanned->pin_gsi)
            return pci->ports[i].line;
    return (uint8_t)(PINS_FIRST_PORT + port);
}

static const char *build_port(struct domain *domain, unsigned port)
{
    struct guest_pci *pci = domain->pci;
    struct guest_port *place = &pci->ports[port];
    struct rp_rootport_config config = {
        .port_number = (uint8_t)(port + 1),
        .slot_number = (uint16_t)(port + 1),
        .has_button = true,
        .max_link = {RP_LINK_SPEED_MAX, RP_LINK_WIDTH_MAX},
        .primary_bus = 0,
        .secondary_bus = rp_topology_first_bus(port),
        .subordinate_bus = (uint8_t)(rp_topology_first_bus(port + 1) - 1),
    };

    place->line = choose_line(pci, port);
    config.memory = take_window(place->held, RP_VPCI_WINDOW_MEMORY, place->memory_size,
                                &pci->next_memory, DOMAIN_WINDOW_END);
    config.prefetchable =
        take_window(place->held, RP_VPCI_WINDOW_PREFETCHABLE, place->prefetchable_size,
                    &pci->next_prefetchable, DOMAIN_WINDOW64_END);
    config.io = take_io(pci, port);
    place->windows[RP_VPCI_WINDOW_MEMORY] = config.memory;
    place->windows[RP_VPCI_WINDOW_PREFETCHABLE] = config.prefetchable;
    place->windows[RP_VPCI_WINDOW_IO] = config.io;
    if (rp_rootport_init(&pci->rootports[port], &pci->port_images[port], &config) !=
        RP_OK)
        return "its port's windows are too large";
    return NULL;
}

static uint64_t ecam_page(uint8_t bus, uint8_t devfn)
{
    return DOMAIN_ECAM_BASE + ((uint64_t)bus << 20) + ((uint64_t)devfn << 12);
}

static bool map_image(struct domain *domain, uint8_t devfn, const struct rp_image *image)
{
    return npt_map(domain, ecam_page(0, devfn), (uint64_t)image, PAGE_SIZE,
                   NPT_READ_ONLY);
}

/* Absent functions all read the one page of ones; so do no accesses exit. */
static bool map_ecam(struct domain *domain)
{
    uint64_t ones = (uint64_t)machine_ones_page();

    for (uint64_t offset = 0; offset < domain->ecam_size; offset += PAGE_SIZE)
        if (!npt_map(domain, DOMAIN_ECAM_BASE + offset, ones, PAGE_SIZE, NPT_READ_ONLY))
            return false;
    if (!map_image(domain, 0, domain->pci->host_bridge_image))
        return false;
    for (unsigned i = 0; i < domain->pci->port_count; i++)
        if (!map_image(domain, (uint8_t)(rp_topology_port_device(i) << 3),
                       &domain->pci->port_images[i]))
            return false;
    return true;
}

/* The bus on which the guest is to find what is at @place now; 0 is none. */
static uint8_t wanted_bus(const struct guest_pci *pci, unsigned port,
                          enum pci_place place)
{
    const struct guest_port *at = &pci->ports[port];

    if (at->function == NULL || !rp_rootport_is_forwarding(&pci->rootports[port]))
        return 0;
    if (place == PCI_PLACE_BRIDGE)
        return rp_topology_bridge_bus(&pci->topology, port);
    if (pci_is_conventional(at->function) && !rp_bridge_is_forwarding(&at->bridge))
        return 0;
    return rp_topology_child_bus(&pci->topology, port);
}

static bool is_wanted_bus(const struct guest_pci *pci, uint8_t bus)
{
    for (unsigned i = 0; i < pci->port_count * PCI_PLACE_COUNT; i++)
        if (wanted_bus(pci, i / PCI_PLACE_COUNT, i % PCI_PLACE_COUNT) == bus)
            return true;
    return false;
}

/*
 * Ports can be given buses that are beyond the region, and be reached through CF8. What
 * may have virtual functions has all of its bus.
 */
static bool map_bus(struct domain *domain, const struct guest_port *place, uint8_t bus,
                    const void *page)
{
    const unsigned count = place->has_vfs ? 256 : 1;
    bool is_done = true;

    for (unsigned devfn = 0; is_done && devfn < count; devfn++) {
        uint64_t at = ecam_page(bus, (uint8_t)devfn);

        is_done = !domain_is_ecam(domain, at) ||
                  npt_map(domain, at, (uint64_t)page, PAGE_SIZE,
                          page != NULL ? NPT_READ_ONLY : NPT_NOTHING);
    }
    return is_done;
}

/* Covers what is not there any longer, then opens: a port may take another's bus. */
void pci_update_traps(struct domain *domain, struct vcpu *self)
{
    struct guest_pci *pci = domain->pci;
    bool is_changed = false;

    for (unsigned i = 0; i < pci->port_count * PCI_PLACE_COUNT; i++) {
        const unsigned port = i / PCI_PLACE_COUNT;
        uint8_t *bus = &pci->ports[port].buses[i % PCI_PLACE_COUNT];

        if (*bus == 0 || *bus == wanted_bus(pci, port, i % PCI_PLACE_COUNT))
            continue;
        if (!is_wanted_bus(pci, *bus))
            (void)map_bus(domain, &pci->ports[port], *bus, machine_ones_page());
        *bus = 0;
        is_changed = true;
    }
    for (unsigned i = 0; i < pci->port_count * PCI_PLACE_COUNT; i++) {
        const unsigned port = i / PCI_PLACE_COUNT;
        const uint8_t bus = wanted_bus(pci, port, i % PCI_PLACE_COUNT);

        if (bus == pci->ports[port].buses[i % PCI_PLACE_COUNT])
            continue;
        if (!map_bus(domain, &pci->ports[port], bus,
                     i % PCI_PLACE_COUNT == PCI_PLACE_BRIDGE
                         ? pci->ports[port].bridge.image
                         : NULL))
            domain_stop(domain, DOMAIN_FAILED);
        pci->ports[port].buses[i % PCI_PLACE_COUNT] = bus;
        is_changed = true;
    }
    if (is_changed)
        domain_flush(domain, self);
}

const char *pci_build(struct domain *domain)
{
    struct guest_pci *pci = domain->pci;
    const char *problem = NULL;

    for (unsigned i = 0; i < pci->port_count && problem == NULL; i++)
        problem = build_port(domain, i);
    if (problem != NULL)
        return problem;
    if (rp_topology_init(&pci->topology, pci->host_bridge_image, pci->rootports,
                         pci->port_count) != RP_OK)
        return "it has too many ports";
    return map_ecam(domain) ? NULL : "no memory to map its ECAM region";
}

static void start_port(struct domain *domain, unsigned port)
{
    struct guest_pci *pci = domain->pci;
    struct rp_rootport_actions actions;

    if (pci->ports[port].function != NULL) {
        pci_place_bars(pci->ports[port].function);
        pci_reset_bridge(pci, port, RP_BRIDGE_BY_FIRMWARE);
    }
    rp_rootport_reset(&pci->rootports[port], &actions);
    pci_act(domain, port, NULL, &actions);
}

void pci_start(struct domain *domain)
{
    struct guest_pci *pci = domain->pci;

    spin_lock(&pci->lock);
    rp_topology_reset(&pci->topology);
    domain->cf8 = (struct rp_cf8){0};
    for (unsigned i = 0; i < pci->port_count; i++)
        start_port(domain, i);
    pci_update_traps(domain, NULL);
    spin_unlock(&pci->lock);
}

void pci_release(struct domain *domain)
{
    struct guest_pci *pci = domain->pci;

    if (pci == NULL)
        return;
    pci_let_go(domain);
    pages_free(pci->host_bridge_image, 1);
    pages_free(pci->port_images, 2 * pci->port_count);
    pages_free(pci, pages_for(sizeof *pci));
    domain->pci = NULL;
}

struct acpi_tables_window pci_memory_window(void)
{
    return (struct acpi_tables_window){DOMAIN_WINDOW_BASE,
                                       DOMAIN_WINDOW_END - DOMAIN_WINDOW_BASE};
}

struct acpi_tables_window pci_prefetchable_window(void)
{
    return (struct acpi_tables_window){DOMAIN_WINDOW64_BASE,
                                       DOMAIN_WINDOW64_END - DOMAIN_WINDOW64_BASE};
}

struct acpi_tables_window pci_io_window(void)
{
    return (struct acpi_tables_window){DOMAIN_IO_BASE, DOMAIN_IO_END - DOMAIN_IO_BASE};
}
