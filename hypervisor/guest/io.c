/* SPDX-License-Identifier: MIT */
/* Ports as a guest sees them: those of its devices; no other port is there. */
#include <stddef.h>

#include "cpu/regs.h"
#include "guest/acpi_tables.h"
#include "guest/config_ports.h"
#include "guest/devices.h"
#include "guest/domain.h"
#include "guest/exits.h"
#include "guest/fetch.h"
#include "guest/hardware.h"
#include "guest/hw.h"
#include "guest/pci.h"
#include "lib/not_inline.h"

static uint32_t read_uart(struct vcpu *vcpu, uint16_t port, unsigned width)
{
    (void)width;
    return devices_uart_read(vcpu->domain, port - ACPI_TABLES_COM1_PORT);
}

static void write_uart(struct vcpu *vcpu, uint16_t port, unsigned width, uint32_t value)
{
    (void)width;
    devices_uart_write(vcpu->domain, port - ACPI_TABLES_COM1_PORT, (uint8_t)value);
}

static uint32_t read_rtc(struct vcpu *vcpu, uint16_t port, unsigned width)
{
    (void)width;
    return devices_rtc_read(vcpu->domain, port - ACPI_TABLES_RTC_PORT);
}

static void write_rtc(struct vcpu *vcpu, uint16_t port, unsigned width, uint32_t value)
{
    (void)width;
    devices_rtc_write(vcpu->domain, port - ACPI_TABLES_RTC_PORT, (uint8_t)value);
}

/*
 * There is no PIT. Of all the values that its counters could stand still at, only all
 * ones is one that Linux waits for to change: 50,000 times, at two reads each.
 */
static uint32_t read_pit(struct vcpu *vcpu, uint16_t port, unsigned width)
{
    (void)vcpu;
    (void)port;
    (void)width;
    return 0;
}

static void write_pit(struct vcpu *vcpu, uint16_t port, unsigned width, uint32_t value)
{
    (void)vcpu;
    (void)port;
    (void)width;
    (void)value;
}

static uint32_t read_sleep(struct vcpu *vcpu, uint16_t port, unsigned width)
{
    (void)vcpu;
    (void)port;
    (void)width;
    return 0;
}

static void write_sleep(struct vcpu *vcpu, uint16_t port, unsigned width, uint32_t value)
{
    (void)width;
    if (port == DOMAIN_PORT_SLEEP_CONTROL && (value & ACPI_TABLES_SLEEP_ENABLE) &&
        (value & ACPI_TABLES_SLEEP_TYPE) == ACPI_TABLES_SLEEP_TYPE_S5 << 2)
        domain_stop(vcpu->domain, DOMAIN_POWERED_OFF);
    if (port == DOMAIN_PORT_RESET && value == DOMAIN_RESET_VALUE)
        domain_stop(vcpu->domain, DOMAIN_RESET);
}

/*
 * Ports that every PC kernel touches to find out what is there: the PICs, the
 * PIT's gate, Super I/O, the keyboard controller, DMA, POST, VGA, the other
 * UARTs, the PCI mechanism probe and the reset port. Not worth a line in the log.
 */
static const struct {
    uint16_t first;
    uint16_t last;
} probed_by_everyone[] = {
    {0x20, 0x21},   {0x2e, 0x2f},   {0x4e, 0x4f},   {0x60, 0x64},   {0x80, 0x8f},
    {0xa0, 0xa1},   {0xed, 0xed},   {0x170, 0x177}, {0x1f0, 0x1f7}, {0x2e8, 0x2ef},
    {0x2f8, 0x2ff}, {0x3b0, 0x3df}, {0x3e8, 0x3ef}, {0x4d0, 0x4d1}, {0xcf8, 0xcff},
};

static bool is_probed_by_everyone(uint16_t port)
{
    for (size_t i = 0; i < sizeof probed_by_everyone / sizeof probed_by_everyone[0]; i++)
        if (port >= probed_by_everyone[i].first && port <= probed_by_everyone[i].last)
            return true;
    return false;
}

static void refuse(struct vcpu *vcpu, uint16_t port, bool is_write)
{
    if (!is_probed_by_everyone(port))
        domain_log_refused(vcpu->domain, "port", port, is_write);
}

/* In an I/O BAR, or nowhere. */
static uint32_t read_other(struct vcpu *vcpu, uint16_t port, unsigned width)
{
    uint32_t value = UINT32_MAX;

    if (!pci_io_read(vcpu, port, width, &value))
        refuse(vcpu, port, false);
    return value;
}

static void write_other(struct vcpu *vcpu, uint16_t port, unsigned width, uint32_t value)
{
    if (!pci_io_write(vcpu, port, width, value))
        refuse(vcpu, port, true);
}

struct port_range {
    uint16_t first;
    uint16_t last;
    unsigned width; /* the only one that it takes; 0: any */
    uint32_t (*read)(struct vcpu *vcpu, uint16_t port, unsigned width);
    void (*write)(struct vcpu *vcpu, uint16_t port, unsigned width, uint32_t value);
};

/* The first that fits; the last one always does. */
static const struct port_range ranges[] = {
    {0xcf8, 0xcff, 0, config_ports_read, config_ports_write},
    {ACPI_TABLES_COM1_PORT, ACPI_TABLES_COM1_PORT + VUART_PORT_COUNT - 1, 1, read_uart,
     write_uart},
    {ACPI_TABLES_RTC_PORT, ACPI_TABLES_RTC_PORT + VRTC_PORT_COUNT - 1, 1, read_rtc,
     write_rtc},
    {0x40, 0x43, 1, read_pit, write_pit},
    {DOMAIN_PORT_SLEEP_CONTROL, DOMAIN_PORT_RESET, 1, read_sleep, write_sleep},
    {0, 0xffff, 0, read_other, write_other},
};

/* For a domain that sees the machine itself. */
static const struct port_range machine_ports = {0, 0xffff, 0, hardware_port_read,
                                                hardware_port_write};

/* What has the port of the vCPU's exit. */
static const struct port_range *range_of(const struct vcpu *vcpu)
{
    const struct vcpu_exit *exit = &vcpu->exit;
    const struct port_range *range = ranges;

    if (hardware_is_for(vcpu->domain))
        return &machine_ports;
    while (exit->port < range->first || exit->port > range->last ||
           (range->width != 0 && range->width != exit->width))
        range++;
    return range;
}

/* The bits of a register that an access of @width bytes moves. */
static uint64_t mask_of(unsigned width)
{
    return UINT64_MAX >> (64 - 8 * width);
}

static uint32_t accumulator(const struct vcpu *vcpu, unsigned width)
{
    return (uint32_t)(vcpu->regs.gpr[DECODE_RAX] & mask_of(width));
}

static void set_register(uint64_t *gpr, unsigned width, uint64_t value)
{
    uint64_t mask = mask_of(width);

    if (width >= 4)
        *gpr = value & mask; /* the upper half is cleared, as by every 32-bit write */
    else
        *gpr = (*gpr & ~mask) | (value & mask);
}

/* ---- Strings ---------------------------------------------------------------- */

/* Byte by byte, since it may be in two pages. False: it takes a page fault. */
static bool move_element(struct vcpu *vcpu, uint64_t linear)
{
    const struct vcpu_exit *exit = &vcpu->exit;
    uint32_t value = 0;
    uint64_t gpa;

    if (!fetch_operand(vcpu, linear, exit->is_in, &gpa) ||
        !fetch_operand(vcpu, linear + exit->width - 1, exit->is_in, &gpa))
        return false;
    if (exit->is_in)
        value = range_of(vcpu)->read(vcpu, exit->port, exit->width);
    for (unsigned i = 0; i < exit->width; i++) {
        uint8_t *byte = (uint8_t *)&value + i;

        (void)fetch_translate(vcpu, linear + i, &gpa);
        if (exit->is_in)
            (void)domain_write(vcpu->domain, gpa, byte, 1);
        else
            (void)domain_read(vcpu->domain, gpa, byte, 1);
    }
    if (!exit->is_in)
        range_of(vcpu)->write(vcpu, exit->port, exit->width, value);
    return true;
}

/*
 * Carries out one element of INS or OUTS. What is left of a repeated one exits again, so
 * that the guest takes its interrupts in between. The exit tells of all but the segment
 * and the address size, for which the code is read; should the guest have changed that
 * meanwhile, it names another address. False: it can't be read.
 */
static NOT_INLINE bool do_string(struct vcpu *vcpu)
{
    const struct vcpu_exit *exit = &vcpu->exit;
    uint64_t *gpr = vcpu->regs.gpr;
    uint64_t *index = &gpr[exit->is_in ? DECODE_RDI : DECODE_RSI];
    const uint64_t step = exit->width;
    const struct decode_instruction *instruction;
    unsigned width;
    uint64_t left = 1;

    if (fetch_decode(vcpu, &instruction) != DECODE_OK)
        return false;
    width = instruction->address.width;
    if (exit->is_repeated)
        left = gpr[DECODE_RCX] & mask_of(width);
    if (left != 0) {
        if (!move_element(vcpu, hw_linear(vcpu, instruction->address.segment,
                                          *index & mask_of(width))))
            return true;
        set_register(index, width,
                     *index + (vcpu->regs.rflags & RFLAGS_DF ? 0 - step : step));
        left--;
        if (exit->is_repeated)
            set_register(&gpr[DECODE_RCX], width, left);
    }
    if (left == 0)
        vcpu_skip(vcpu);
    return true;
}

void io_handle(struct vcpu *vcpu)
{
    const struct vcpu_exit *exit = &vcpu->exit;

    if (exit->is_string) {
        if (do_string(vcpu))
            return;
        domain_log_refused(vcpu->domain, "a string at port", exit->port, !exit->is_in);
        if (exit->is_repeated)
            vcpu->regs.gpr[DECODE_RCX] = 0;
    } else if (exit->is_in) {
        set_register(&vcpu->regs.gpr[DECODE_RAX], exit->width,
                     range_of(vcpu)->read(vcpu, exit->port, exit->width));
    } else {
        range_of(vcpu)->write(vcpu, exit->port, exit->width,
                              accumulator(vcpu, exit->width));
    }
    vcpu_skip(vcpu);
}
