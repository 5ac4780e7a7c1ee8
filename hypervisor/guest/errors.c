/* SPDX-License-Identifier: MIT */
/* Error messages of the machine's root ports. PCI Express Base r5.0, 6.2.4 and 6.2.6. */
#include "guest/errors.h"

#include <rootport/cap.h>
#include <rootport/pci_regs.h>

#include "bars.h"
#include "cpu/clock.h"
#include "cpu/smp.h"
#include "dev/console.h"
#include "guest/function.h"
#include "guest/hardware.h"
#include "guest/pci.h"
#include "lib/string.h"
#include "machine.h"
#include "mm/pages.h"
#include "mm/paging.h"

/* An NMI: for nothing less does a guest's CPU come back (APM vol. 2, 16.11). */
#define MESSAGE_ADDRESS 0xfee00000u
#define MESSAGE_NMI     0x0400u

#define BRIDGE_COMMAND  (RP_PCI_COMMAND_SERR | RP_PCI_COMMAND_BUS_MASTER)

enum {
    PERIOD_US = 1000000,
    RECORD_PAGES = 2,
    MESSAGES_MAX = 16, /* of a port in that time: each costs the boot CPU an exit */
};

/* What is known of a root port that is listened to. */
struct record {
    struct rp_image image;
    struct rp_rootport stand_in; /* for it, where the hardware domain sees it */
    unsigned aer;
};

_Static_assert(sizeof(struct record) <= RECORD_PAGES * PAGE_SIZE, "it has too few pages");

static uint64_t period_end;
static uint8_t message_counts[256]; /* by device and function number */

static uint32_t read(const struct rp_function *function, unsigned reg, unsigned width)
{
    uint32_t value;

    (void)rp_cfg_read(machine_cfg(), function->sbdf, (uint16_t)reg, width, &value);
    return value;
}

static void write(const struct rp_function *function, unsigned reg, unsigned width,
                  uint32_t value)
{
    (void)rp_cfg_write(machine_cfg(), function->sbdf, (uint16_t)reg, width, value);
}

static void set_bits(const struct rp_function *function, unsigned reg, uint32_t bits)
{
    write(function, reg, 2, read(function, reg, 2) | bits);
}

static unsigned find_aer(const struct rp_function *function)
{
    return function->pcie_cap != 0 && function->pcie_type == RP_PCI_PCIE_TYPE_ROOT_PORT
               ? rp_extcap_find(machine_cfg(), function->sbdf,
                                rp_scan_verdict(function).size, RP_PCI_EXTCAP_ID_AER)
               : 0;
}

static uint32_t message_address(void)
{
    return MESSAGE_ADDRESS | smp_cpu(0)->apic_id << 12;
}

static void lead_msi(const struct rp_function *port)
{
    const unsigned msi = port->msi_cap;
    const uint32_t control = read(port, msi + RP_PCI_MSI_CONTROL, 2);

    write(port, msi + RP_PCI_MSI_ADDRESS, 4, message_address());
    /* Without an upper half that is the data, which follow. */
    write(port, msi + RP_PCI_MSI_ADDRESS_UPPER, 4, 0);
    write(port,
          msi + (control & RP_PCI_MSI_CONTROL_64BIT ? RP_PCI_MSI_DATA_64BIT
                                                    : RP_PCI_MSI_DATA_32BIT),
          2, MESSAGE_NMI);
    write(port, msi + RP_PCI_MSI_CONTROL, 2, RP_PCI_MSI_CONTROL_ENABLE);
}

/* Once MSI-X is on, the port says which entry is for errors (7.8.4.10). */
static bool lead_msix(const struct rp_function *port, unsigned aer)
{
    const unsigned control = port->msix_cap + RP_PCI_MSIX_CONTROL;
    volatile uint32_t *entry;

    if (port->message_table == 0 ||
        !(read(port, RP_PCI_COMMAND, 2) & RP_PCI_COMMAND_MEMORY))
        return false;
    entry = paging_map_device(port->message_table, BARS_MESSAGE_TABLE_SIZE);
    if (entry == NULL)
        return false;
    write(port, control, 2, RP_PCI_MSIX_CONTROL_ENABLE | RP_PCI_MSIX_CONTROL_MASK_ALL);
    entry += RP_PCI_MSIX_ENTRY_SIZE / 4 *
             rp_field_get(RP_PCI_AER_ROOT_STATUS_MESSAGE,
                          read(port, aer + RP_PCI_AER_ROOT_STATUS, 4));
    entry[RP_PCI_MSIX_ENTRY_ADDRESS / 4] = message_address();
    entry[RP_PCI_MSIX_ENTRY_ADDRESS_UPPER / 4] = 0;
    entry[RP_PCI_MSIX_ENTRY_DATA / 4] = MESSAGE_NMI;
    entry[RP_PCI_MSIX_ENTRY_CONTROL / 4] = 0;
    write(port, control, 2, RP_PCI_MSIX_CONTROL_ENABLE);
    return true;
}

static unsigned message_cap(const struct rp_function *port)
{
    return port->msi_cap != 0 ? port->msi_cap : port->msix_cap;
}

static void reset(const struct rp_function *port, struct record *record)
{
    const uint32_t next = read(port, message_cap(port) + RP_PCI_CAP_NEXT, 1);

    rp_rootport_init_stand_in(&record->stand_in, &record->image, (uint8_t)next);
}

/* Leads a root port's messages to the boot CPU, whose NMIs errors_take() looks after. */
static void listen(struct rp_function *port)
{
    const unsigned aer = find_aer(port);
    struct record *record;
    void *none = NULL;

    if (aer == 0 || !iommu_pass_nmis(port->sbdf))
        return;
    if (port->msi_cap != 0)
        lead_msi(port);
    else if (!lead_msix(port, aer))
        return;
    record = pages_alloc(RECORD_PAGES);
    if (record == NULL)
        return;
    record->aer = aer;
    reset(port, record);
    /* The owners of two functions behind it can be here at once. */
    if (!__atomic_compare_exchange_n(&port->record, &none, record, false,
                                     __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        pages_free(record, RECORD_PAGES);
}

void errors_reset(const struct rp_function *port)
{
    if (port->record != NULL)
        reset(port, port->record);
}

struct rp_rootport *errors_stand_in(const struct rp_function *port, uint16_t *reg)
{
    struct record *record = port->record;
    uint16_t own = 0;

    if (record != NULL)
        own = rp_rootport_stand_in_reg(message_cap(port), record->aer, *reg);
    if (own == 0)
        return NULL;
    *reg = own;
    return &record->stand_in;
}

uint32_t errors_hidden_bits(const struct rp_function *port, uint16_t reg)
{
    const unsigned msix = port->msi_cap != 0 ? port->msix_cap : 0;

    if (port->record == NULL)
        return 0;
    return rp_rootport_stand_in_hides(port->pcie_cap, msix, reg & ~3u) >> 8 * (reg & 3);
}

void errors_enable(struct rp_function *function)
{
    struct rp_function *at = function;
    struct record *record;

    while (at->pcie_cap != 0) {
        set_bits(at, at->pcie_cap + RP_PCI_PCIE_DEVICE_CONTROL,
                 RP_PCI_PCIE_DEVICE_CONTROL_ERRORS);
        set_bits(at, RP_PCI_COMMAND,
                 at == function ? RP_PCI_COMMAND_SERR : BRIDGE_COMMAND);
        if (at != function)
            set_bits(at, RP_PCI_BRIDGE_CONTROL, RP_PCI_BRIDGE_CONTROL_SERR);
        if (at->parent == RP_SCAN_NONE) {
            if (at->record == NULL)
                listen(at);
            record = at->record;
            if (record != NULL)
                write(at, record->aer + RP_PCI_AER_ROOT_COMMAND, 4,
                      RP_PCI_AER_ROOT_COMMAND_ENABLES);
            return;
        }
        at = &machine_scan()->functions[at->parent];
    }
}

/*
 * Passes on what a root port has received. It keeps the source of the first message of
 * a kind: of several, the others can be anybody's.
 */
static void pass_on(const struct rp_function *port, uint32_t status, uint32_t sources)
{
    const struct rp_scan *scan = machine_scan();
    const bool is_several = (status & RP_PCI_AER_ROOT_STATUS_MULTIPLE) != 0;

    for (size_t i = 0; i < scan->count; i++) {
        const rp_sbdf_t sbdf = scan->functions[i].sbdf;
        const uint16_t id = rp_sbdf_requester_id(sbdf);
        struct record *record = port->record;
        struct guest_function *function;

        if (rp_sbdf_segment(sbdf) != rp_sbdf_segment(port->sbdf) ||
            (!is_several && id != (uint16_t)sources && id != sources >> 16))
            continue;
        function = function_find(sbdf);
        if (function == NULL)
            hardware_report_errors(i, &record->stand_in);
        else if (function_is_given(function))
            pci_report_errors(function);
    }
}

/* A function that errs without end, or is made to, is nobody else's burden. */
static bool is_too_loud(const struct rp_function *port)
{
    if (clock_is_past(period_end)) {
        memset(message_counts, 0, sizeof message_counts);
        period_end = clock_deadline_us(PERIOD_US);
    }
    return ++message_counts[port->sbdf.value & 0xff] > MESSAGES_MAX;
}

static void look(const struct rp_function *port)
{
    const struct record *record = port->record;
    unsigned aer;
    uint32_t status, sources;

    if (record == NULL)
        return;
    aer = record->aer;
    status = read(port, aer + RP_PCI_AER_ROOT_STATUS, 4);
    sources = read(port, aer + RP_PCI_AER_ERROR_SOURCE, 4);
    if ((status & RP_PCI_AER_ROOT_STATUS_EVENTS) == 0 || status == RP_PCI_ALL_ONES)
        return;
    /* From here on the source can be that of another message. */
    write(port, aer + RP_PCI_AER_ROOT_STATUS, 4, status);
    if (is_too_loud(port)) {
        write(port, aer + RP_PCI_AER_ROOT_COMMAND, 4, 0);
        console_log("%pS: too many errors behind it: heard again after a reset",
                    &port->sbdf);
    }
    pass_on(port, status, sources);
}

void errors_take(void)
{
    const struct rp_scan *scan = machine_scan();

    for (size_t i = 0; i < scan->count; i++)
        if (scan->functions[i].is_present)
            look(&scan->functions[i]);
}
