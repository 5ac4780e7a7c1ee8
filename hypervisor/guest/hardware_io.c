/* SPDX-License-Identifier: MIT */
/*
 * Ports of a domain that sees the machine itself. The hardware domain reaches the
 * machine's ports but for those in the tables below; the firmware domain reads them,
 * and what it writes is dropped, but for what turns ACPI on. I/O BARs of functions
 * that others have are absent.
 */
#include <stddef.h>

#include <rootport/platform.h>

#include "bars.h"
#include "dev/console.h"
#include "guest/acpi_tables.h"
#include "guest/config_ports.h"
#include "guest/devices.h"
#include "guest/hardware_internal.h"
#include "guest/vuart.h"
#include "machine.h"

#define PM1_SLP_EN     0x2000u
#define PM1_SLP_TYP    0x1c00u
#define PORT_A_RESET   0x01u
#define RESET_CPU      0x04u /* port 0xcf9: a change of this bit resets */
#define KEYBOARD_RESET 0xf0u /* commands 0xf0 to 0xff pulse lines; bit 0 clear: reset */

enum {
    NOTED_MAX = 32,
    PORT_KEYBOARD = 0x64,
    PORT_POST = 0x80, /* written to pass time */
    PORT_A = 0x92,
    PORT_RESET = 0xcf9,
    PORT_COM1_END = ACPI_TABLES_COM1_PORT + VUART_PORT_COUNT - 1,
};

/* ---- Ports that aren't the domain's ---------------------------------------- */

struct port_span {
    uint16_t first;
    uint16_t last;
};

/*
 * PIC and PIT: interrupts come from the emulated I/O APIC and local APICs alone, and
 * time from the TSC. ISA DMA and QEMU's fw_cfg move memory beside the IOMMU.
 */
static const struct port_span absent[] = {
    {0x00, 0x0f}, {0x20, 0x21}, {0x40, 0x43},   {0x61, 0x61},   {0x81, 0x8f},
    {0xa0, 0xa1}, {0xc0, 0xdf}, {0x4d0, 0x4d1}, {0x510, 0x51b},
};

/*
 * Reading these changes something: keyboard controller, IDE, serial and parallel
 * ports, VGA, floppy. AML has no business there, and an observer doesn't either.
 */
static const struct port_span absent_for_observers[] = {
    {0x60, 0x60},   {0x64, 0x64},   {0x170, 0x177}, {0x1f0, 0x1f7}, {0x278, 0x27f},
    {0x2e8, 0x2ef}, {0x2f8, 0x2ff}, {0x378, 0x37f}, {0x3b0, 0x3df}, {0x3e8, 0x3f7},
};

static bool is_among(const struct port_span *spans, size_t count, uint16_t port,
                     unsigned width)
{
    for (size_t i = 0; i < count; i++)
        if (port <= spans[i].last && port + width > spans[i].first)
            return true;
    return false;
}

static bool is_absent(const struct domain *domain, uint16_t port, unsigned width)
{
    return is_among(absent, sizeof absent / sizeof absent[0], port, width) ||
           bars_are_at(RP_SPACE_IO, port, port + width - 1, domain_owner(domain)) ||
           (domain->hardware->is_observer &&
            is_among(absent_for_observers,
                     sizeof absent_for_observers / sizeof absent_for_observers[0], port,
                     width));
}

/* ---- The domain's devices -------------------------------------------------- */

static bool is_uart(uint16_t port)
{
    return port >= ACPI_TABLES_COM1_PORT && port <= PORT_COM1_END;
}

static bool is_rtc(uint16_t port)
{
    return port - ACPI_TABLES_RTC_PORT < VRTC_PORT_COUNT;
}

static bool is_config(uint16_t port, unsigned width)
{
    return port + width > 0xcf8 && port <= 0xcff && !(port == PORT_RESET && width == 1);
}

/* ---- Ports that end the domain --------------------------------------------- */

static bool is_io_register(const struct acpi_gas *gas, uint16_t port)
{
    return gas->address != 0 && gas->space == ACPI_SPACE_IO && gas->address == port;
}

static bool is_pm1_control(const struct acpi_fadt *fadt, uint16_t port)
{
    return is_io_register(&fadt->pm1a_control, port) ||
           is_io_register(&fadt->pm1b_control, port);
}

/* Its upper byte, and a sleep control register, which has the same bits. */
static bool is_sleep_control(const struct acpi_fadt *fadt, uint16_t port)
{
    return is_pm1_control(fadt, (uint16_t)(port - 1)) ||
           is_io_register(&fadt->sleep_control, port);
}

/* Whether a write would reset the machine: it resets the domain. */
static bool is_reset(const struct acpi_fadt *fadt, uint16_t port, uint32_t value)
{
    switch (port) {
    case PORT_KEYBOARD:
        return (value & KEYBOARD_RESET) == KEYBOARD_RESET && !(value & 1);
    case PORT_A:
        return (value & PORT_A_RESET) != 0;
    case PORT_RESET:
        return (value & RESET_CPU) != 0;
    default:
        return fadt->has_reset && is_io_register(&fadt->reset_register, port);
    }
}

/* Whether what is done to a port depends on which one it is. */
static bool has_rule(const struct acpi_fadt *fadt, uint16_t port)
{
    return is_uart(port) || is_rtc(port) || port == PORT_KEYBOARD || port == PORT_A ||
           port == PORT_RESET || is_io_register(&fadt->reset_register, port) ||
           is_pm1_control(fadt, port) || is_sleep_control(fadt, port);
}

/*
 * Whether an access has to be made byte by byte, for it isn't to one register of the
 * width that it has, and one of its bytes has a rule of its own.
 */
static bool is_split(const struct acpi_fadt *fadt, uint16_t port, unsigned width)
{
    if (width == 1 || is_config(port, width) ||
        (width == 2 && is_pm1_control(fadt, port)))
        return false;
    for (unsigned i = 0; i < width; i++)
        if (has_rule(fadt, (uint16_t)(port + i)))
            return true;
    return false;
}

/* ---- What is left: the machine's ------------------------------------------- */

/* Turning ACPI on is all that firmware is asked for: SMM isn't confined. */
static bool may_ask_firmware(const struct acpi_fadt *fadt, uint16_t port, uint32_t value)
{
    return port == fadt->smi_command_port && value == fadt->acpi_enable;
}

static bool touches_smi_command(const struct acpi_fadt *fadt, uint16_t port,
                                unsigned width)
{
    return fadt->smi_command_port != 0 && port <= fadt->smi_command_port &&
           port + width > fadt->smi_command_port;
}

static void write_machine(struct vcpu *vcpu, uint16_t port, unsigned width,
                          uint32_t value)
{
    struct domain *domain = vcpu->domain;
    const struct acpi_fadt *fadt = &domain->hardware->acpi->fadt;
    bool is_for_firmware = touches_smi_command(fadt, port, width);

    if (is_for_firmware ? !may_ask_firmware(fadt, port, value)
                        : domain->hardware->is_observer) {
        if (port != PORT_POST)
            domain_log_refused(domain, "port", port, true);
        return;
    }
    rp_platform_io_write(machine_platform(), port, width, value);
}

/* What an observer looks at is on record: each port once, the first ones of many. */
static void note_read(struct domain *domain, uint16_t port)
{
    struct hardware *hardware = domain->hardware;
    uint32_t bit = UINT32_C(1) << port % 32;

    if (!hardware->is_observer ||
        (__atomic_fetch_or(&hardware->noted_ports[port / 32], bit, __ATOMIC_RELAXED) &
         bit) ||
        __atomic_fetch_add(&hardware->noted_count, 1, __ATOMIC_RELAXED) >= NOTED_MAX)
        return;
    console_log("%s: reads port %x of the machine", domain->name, port);
}

static uint32_t read_machine(struct domain *domain, uint16_t port, unsigned width)
{
    note_read(domain, port);
    return rp_platform_io_read(machine_platform(), port, width);
}

/* SLP_TYP means what the AML says; S5 is all that is offered, so that it must be. */
static void write_sleep(struct vcpu *vcpu, uint16_t port, unsigned width, uint32_t value,
                        unsigned shift)
{
    if (value & PM1_SLP_EN >> shift)
        domain_stop(vcpu->domain, DOMAIN_POWERED_OFF);
    else
        write_machine(vcpu, port, width, value & ~(PM1_SLP_TYP >> shift));
}

static uint32_t read_port(struct vcpu *vcpu, uint16_t port, unsigned width)
{
    if (is_config(port, width))
        return config_ports_read(vcpu, port, width);
    if (is_uart(port))
        return width == 1 ? devices_uart_read(vcpu->domain, port - ACPI_TABLES_COM1_PORT)
                          : UINT32_MAX;
    if (is_rtc(port))
        return width == 1 ? devices_rtc_read(vcpu->domain, port - ACPI_TABLES_RTC_PORT)
                          : UINT32_MAX;
    if (is_absent(vcpu->domain, port, width) || port == PORT_RESET)
        return UINT32_MAX;
    return read_machine(vcpu->domain, port, width);
}

static void write_port(struct vcpu *vcpu, uint16_t port, unsigned width, uint32_t value)
{
    const struct acpi_fadt *fadt = &vcpu->domain->hardware->acpi->fadt;

    if (is_config(port, width))
        config_ports_write(vcpu, port, width, value);
    else if (is_uart(port) && width == 1)
        devices_uart_write(vcpu->domain, port - ACPI_TABLES_COM1_PORT, (uint8_t)value);
    else if (is_rtc(port) && width == 1)
        devices_rtc_write(vcpu->domain, port - ACPI_TABLES_RTC_PORT, (uint8_t)value);
    else if (is_reset(fadt, port, value))
        domain_stop(vcpu->domain, DOMAIN_RESET);
    else if (is_pm1_control(fadt, port))
        write_sleep(vcpu, port, width, value, 0);
    else if (is_sleep_control(fadt, port))
        write_sleep(vcpu, port, width, value, 8);
    else if (!is_uart(port) && !is_rtc(port) && !is_absent(vcpu->domain, port, width) &&
             port != PORT_RESET)
        write_machine(vcpu, port, width, value);
}

uint32_t hardware_port_read(struct vcpu *vcpu, uint16_t port, unsigned width)
{
    const struct acpi_fadt *fadt = &vcpu->domain->hardware->acpi->fadt;
    uint32_t value = 0;

    if (!is_split(fadt, port, width))
        return read_port(vcpu, port, width);
    for (unsigned i = 0; i < width; i++)
        value |= (read_port(vcpu, (uint16_t)(port + i), 1) & 0xff) << 8 * i;
    return value;
}

void hardware_port_write(struct vcpu *vcpu, uint16_t port, unsigned width, uint32_t value)
{
    const struct acpi_fadt *fadt = &vcpu->domain->hardware->acpi->fadt;

    if (!is_split(fadt, port, width))
        write_port(vcpu, port, width, value);
    else
        for (unsigned i = 0; i < width; i++)
            write_port(vcpu, (uint16_t)(port + i), 1, value >> 8 * i & 0xff);
}
