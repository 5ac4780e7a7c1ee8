/* SPDX-License-Identifier: MIT */
/* A guest's PCI Express: building it, and giving back what it had. */
#include "guest/pci.h"

#include <stddef.h>

#include <rootport/cap.h>
#include <rootport/pci_regs.h>

#include "cpu/clock.h"
#include "dev/console.h"
#include "guest/npt.h"
#include "guest/pci_internal.h"
#include "lib/string.h"
#include "machine.h"
#include "mm/pages.h"

enum {
    MIB = 0x100000,
    /* What a port gets at least, so that something can be plugged in later. */
    WINDOW_SIZE_LEAST = 2 * MIB,
    FLR_WAIT_US = 100000, /* PCI Express Base r5.0, 6.6.2 */
};

static size_t pages_for(size_t size)
{
    return (size + PAGE_SIZE - 1) / PAGE_SIZE;
}

const char *pci_init(struct domain *domain, unsigned port_count)
{
    struct guest_pci *pci = pages_alloc(pages_for(sizeof *pci));

    if (pci == NULL)
        return "no memory for its PCI topology";
    pci->host_bridge_image = pages_alloc(1);
    pci->port_images = port_count != 0 ? pages_alloc(port_count) : NULL;
    if (pci->host_bridge_image == NULL || (port_count != 0 && pci->port_images == NULL))
        return "no memory for its PCI topology";
    pci->port_count = port_count;
    pci->next_memory = DOMAIN_WINDOW_BASE;
    pci->next_prefetchable = DOMAIN_WINDOW64_BASE;
    domain->pci = pci;
    return NULL;
}

static const char *quarantine(struct guest_function *function, const char *why)
{
    struct domain *domain = function->domain;

    if (domain->has_iommu && iommu_detach(&domain->iommu, function->sbdf) != IOMMU_OK)
        console_log("%s: port %u: the function could not be put back into quarantine",
                    domain->name, function->port);
    pages_free(function, pages_for(sizeof *function));
    return why;
}

const char *pci_assign(struct domain *domain, unsigned port,
                       const struct rp_function *function)
{
    struct guest_function *mine = pages_alloc(pages_for(sizeof *mine));
    struct rp_vpci_config config = {
        .cfg = *machine_cfg(),
        .platform = machine_platform(),
        .sbdf = function->sbdf,
        .role = RP_VPCI_ROLE_GUEST,
        .msix_capacity = RP_VPCI_MSIX_ENTRIES_MAX,
    };
    enum iommu_status iommu_status = IOMMU_OK;
    enum rp_status status;

    if (mine == NULL)
        return "no memory for a function";
    mine->domain = domain;
    mine->port = port;
    mine->sbdf = function->sbdf;
    if (domain->has_iommu)
        iommu_status = iommu_attach(&domain->iommu, function->sbdf);
    if (iommu_status != IOMMU_OK) {
        pages_free(mine, pages_for(sizeof *mine));
        return iommu_status_text(iommu_status);
    }
    config.msix_entries = mine->msix_entries;
    if (domain->has_iommu)
        config.msix_capacity = IOMMU_INTERRUPTS_MAX;
    status = rp_vpci_attach(&mine->state, &config);
    if (status != RP_OK)
        return quarantine(mine, status == RP_ERR_UNSUPPORTED
                                    ? rp_vpci_refusal_text(mine->state.refusal)
                                    : rp_status_text(status));
    if (!pci_reset_function(mine))
        console_log("%s: port %u: the function has no FLR: given without a reset",
                    domain->name, port);
    status = rp_vpci_build(&mine->view, &mine->state, rp_scan_verdict(function).size);
    if (status != RP_OK) {
        rp_vpci_detach(&mine->state);
        return quarantine(mine, rp_status_text(status));
    }
    domain->pci->ports[port].function = mine;
    return NULL;
}

bool pci_reset_function(struct guest_function *function)
{
    if (rp_vpci_flr_start(&function->state) != RP_OK)
        return false;
    clock_delay_us(FLR_WAIT_US);
    return rp_vpci_flr_finish(&function->state) == RP_OK;
}

/* Whether a BAR goes behind the prefetchable window: the other is below 4 GiB. */
static bool wants_prefetchable(const struct rp_vpci_bar *bar)
{
    return bar->is_prefetchable && bar->kind == RP_VPCI_BAR_MEMORY64;
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
                               bool is_prefetchable)
{
    struct need need = {0, MIB};

    for (unsigned i = 0; function != NULL && i < RP_VPCI_BARS_MAX; i++) {
        const struct rp_vpci_bar *bar = rp_vpci_bar(&function->state, i);

        if (bar == NULL || wants_prefetchable(bar) != is_prefetchable)
            continue;
        need.sum += bar->size;
        if (bar->size > need.largest)
            need.largest = bar->size;
    }
    return need;
}

/* Takes a window from *@next; its size is 0 where it doesn't fit below @end. */
static struct rp_rootport_window take_window(const struct guest_function *function,
                                             bool is_prefetchable, uint64_t configured,
                                             uint64_t *next, uint64_t end)
{
    struct need need = window_need(function, is_prefetchable);
    struct rp_rootport_window window = {0, configured};

    if (window.size < need.sum)
        window.size = need.sum;
    if (window.size < WINDOW_SIZE_LEAST)
        window.size = WINDOW_SIZE_LEAST;
    /* Largest first from an aligned base leaves no hole between powers of two. */
    window.size = align_up(window.size, MIB);
    window.base = align_up(*next, need.largest);
    if (window.base > end || window.size > end - window.base)
        return (struct rp_rootport_window){0, 0};
    *next = window.base + window.size;
    return window;
}

/* Places the BARs of one window, the largest first. */
static void place_bars(struct guest_function *function, bool is_prefetchable,
                       struct rp_rootport_window window)
{
    uint64_t next = window.base;
    uint64_t below = UINT64_MAX;

    for (unsigned round = 0; round < RP_VPCI_BARS_MAX; round++) {
        uint64_t largest = 0;

        for (unsigned i = 0; i < RP_VPCI_BARS_MAX; i++) {
            const struct rp_vpci_bar *bar = rp_vpci_bar(&function->state, i);

            if (bar != NULL && wants_prefetchable(bar) == is_prefetchable &&
                bar->size < below && bar->size > largest)
                largest = bar->size;
        }
        for (unsigned i = 0; largest != 0 && i < RP_VPCI_BARS_MAX; i++) {
            const struct rp_vpci_bar *bar = rp_vpci_bar(&function->state, i);

            if (bar == NULL || wants_prefetchable(bar) != is_prefetchable ||
                bar->size != largest || next + largest > window.base + window.size)
                continue;
            if (rp_vpci_bar_place(&function->state, i, (rp_gpa_t){next}) == RP_OK)
                next += largest;
        }
        below = largest;
    }
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
        .secondary_bus = (uint8_t)(port + 1),
        .subordinate_bus = (uint8_t)(port + 1),
        .memory = take_window(place->function, false, place->memory_size,
                              &pci->next_memory, DOMAIN_WINDOW_END),
        .prefetchable = take_window(place->function, true, place->prefetchable_size,
                                    &pci->next_prefetchable, DOMAIN_WINDOW64_END),
    };

    if (place->function != NULL) {
        place_bars(place->function, false, config.memory);
        place_bars(place->function, true, config.prefetchable);
    }
    if (rp_rootport_init(&pci->rootports[port], &pci->port_images[port], &config) !=
        RP_OK)
        return "its port's windows are too large";
    return NULL;
}

/* The link as the function itself reports it; zeros become the slowest there is. */
static struct rp_rootport_link link_of(const struct guest_function *function)
{
    struct rp_rootport_link link = {0, 0};
    uint16_t status;
    uint16_t cap = rp_cap_find(machine_cfg(), function->sbdf, RP_PCI_CAP_ID_PCIE);

    if (cap != 0 &&
        rp_cfg_read16(machine_cfg(), function->sbdf,
                      (uint16_t)(cap + RP_PCI_PCIE_LINK_STATUS), &status) == RP_OK) {
        link.speed = (uint8_t)rp_field_get(RP_PCI_PCIE_LINK_STATUS_SPEED, status);
        link.width = (uint8_t)rp_field_get(RP_PCI_PCIE_LINK_STATUS_WIDTH, status);
    }
    return link;
}

static const char *plug(struct domain *domain, unsigned port)
{
    struct guest_pci *pci = domain->pci;
    struct guest_function *function = pci->ports[port].function;
    struct rp_rootport_actions actions;

    if (function == NULL)
        return NULL;
    if (rp_topology_attach(&pci->topology, port, 0, function) != RP_OK ||
        rp_rootport_plug(&pci->rootports[port], link_of(function), &actions) != RP_OK)
        return "its port refuses the function";
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

    for (uint64_t offset = 0; offset < DOMAIN_ECAM_SIZE; offset += PAGE_SIZE)
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

void pci_update_traps(struct domain *domain, unsigned port)
{
    struct guest_pci *pci = domain->pci;
    struct guest_port *place = &pci->ports[port];
    uint64_t ones = (uint64_t)machine_ones_page();
    uint8_t bus = 0;

    if (place->function != NULL && rp_rootport_is_forwarding(&pci->rootports[port]))
        bus = rp_topology_child_bus(&pci->topology, port);
    if (bus == place->trapped_bus)
        return;
    if (place->trapped_bus != 0)
        (void)npt_map(domain, ecam_page(place->trapped_bus, 0), ones, PAGE_SIZE,
                      NPT_READ_ONLY);
    if (bus != 0 && !npt_map(domain, ecam_page(bus, 0), 0, PAGE_SIZE, NPT_NOTHING))
        domain_stop(domain, DOMAIN_FAILED);
    place->trapped_bus = bus;
    domain_flush(domain, NULL);
}

const char *pci_start(struct domain *domain)
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
    for (unsigned i = 0; i < pci->port_count && problem == NULL; i++)
        problem = plug(domain, i);
    if (problem != NULL)
        return problem;
    if (!map_ecam(domain))
        return "no memory to map its ECAM region";
    for (unsigned i = 0; i < pci->port_count; i++) {
        struct rp_rootport_actions actions;

        rp_rootport_reset(&pci->rootports[i], &actions);
        pci_act(domain, i, NULL, &actions);
        pci_update_traps(domain, i);
        if (pci->ports[i].function != NULL)
            pci_update_windows(pci->ports[i].function);
    }
    return NULL;
}

void pci_release(struct domain *domain)
{
    struct guest_pci *pci = domain->pci;

    if (pci == NULL)
        return;
    for (unsigned i = 0; i < pci->port_count; i++) {
        struct guest_function *function = pci->ports[i].function;

        if (function == NULL)
            continue;
        rp_vpci_quiesce(&function->state);
        if (domain->has_iommu && iommu_detach(&domain->iommu, function->sbdf) != IOMMU_OK)
            console_log("%s: port %u: the function's DMA could not be shut off",
                        domain->name, i);
        (void)pci_reset_function(function);
        rp_vpci_detach(&function->state);
        rp_topology_detach(&pci->topology, i);
        pci->ports[i].function = NULL;
        pages_free(function, pages_for(sizeof *function));
    }
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
