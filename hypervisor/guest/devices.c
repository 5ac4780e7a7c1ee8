/* SPDX-License-Identifier: MIT */
/* The devices of a guest that are not PCI functions. */
#include "guest/devices.h"

#include "dev/ioapic.h"
#include "dev/rtc.h"
#include "guest/hardware.h"
#include "guest/pci.h"
#include "guest/pins.h"
#include "guest/vapic.h"
#include "input.h"

enum {
    UART_PIN = 4, /* ISA IRQ 4, identity mapped */
};

/* The machine's pins where it sees the machine; else one a port, above ISA's. */
static unsigned pin_count(const struct domain *domain)
{
    unsigned count = hardware_is_for(domain) ? ioapic_gsi_end()
                                             : PINS_FIRST_PORT + domain->pci->port_count;

    if (count < VIOAPIC_DRIVEN_MAX)
        return VIOAPIC_DRIVEN_MAX;
    return count < VIOAPIC_PIN_MAX ? count : VIOAPIC_PIN_MAX;
}

void devices_init(struct domain *domain)
{
    vuart_init(&domain->uart);
    vioapic_init(&domain->ioapic, pin_count(domain));
    pins_reset(domain);
    vrtc_init(&domain->rtc);
    conline_init(&domain->console, domain->name, CONLINE_DROP_SEQUENCES);
}

static void set_uart_pin(struct domain *domain, enum vioapic_level level)
{
    struct vioapic_messages messages;

    vioapic_set_pin(&domain->ioapic, UART_PIN, level, &messages);
    vapic_send_ioapic(domain, &messages);
}

static void act(struct domain *domain, const struct vuart_effects *effects)
{
    if (effects->is_byte_sent)
        domain_console_put(domain, effects->byte);
    if (effects->irq != VUART_IRQ_UNCHANGED)
        set_uart_pin(domain, VIOAPIC_LOW);
    if (effects->irq == VUART_IRQ_RAISED)
        set_uart_pin(domain, VIOAPIC_HIGH);
}

uint8_t devices_uart_read(struct domain *domain, unsigned offset)
{
    struct vuart_effects effects;
    uint8_t value;

    input_flush();
    spin_lock(&domain->device_lock);
    value = vuart_read(&domain->uart, offset, &effects);
    act(domain, &effects);
    spin_unlock(&domain->device_lock);
    return value;
}

void devices_uart_write(struct domain *domain, unsigned offset, uint8_t value)
{
    struct vuart_effects effects;

    spin_lock(&domain->device_lock);
    vuart_write(&domain->uart, offset, value, &effects);
    act(domain, &effects);
    spin_unlock(&domain->device_lock);
}

bool devices_uart_receive(struct domain *domain, uint8_t byte)
{
    struct vuart_effects effects;
    bool has_room;

    spin_lock(&domain->device_lock);
    has_room = vuart_receive_room(&domain->uart) != 0;
    if (has_room) {
        vuart_receive(&domain->uart, byte, &effects);
        act(domain, &effects);
    }
    spin_unlock(&domain->device_lock);
    return has_room;
}

uint8_t devices_rtc_read(struct domain *domain, unsigned offset)
{
    struct rtc_time time = rtc_read();
    struct vrtc_time now = {
        .year = time.year,
        .month = time.month,
        .day = time.day,
        .hour = time.hour,
        .minute = time.minute,
        .second = time.second,
    };
    uint8_t value;

    spin_lock(&domain->device_lock);
    value = vrtc_read(&domain->rtc, offset, &now);
    spin_unlock(&domain->device_lock);
    return value;
}

void devices_rtc_write(struct domain *domain, unsigned offset, uint8_t value)
{
    spin_lock(&domain->device_lock);
    vrtc_write(&domain->rtc, offset, value);
    spin_unlock(&domain->device_lock);
}

uint64_t devices_ioapic_read(struct domain *domain, uint32_t offset, unsigned width)
{
    uint32_t value;
    unsigned pin;

    if (width != 4)
        return UINT64_MAX;
    spin_lock(&domain->device_lock);
    pin = vioapic_pin_at(&domain->ioapic, offset);
    if (pin != VIOAPIC_PIN_MAX)
        pins_refresh(domain, pin);
    value = vioapic_read(&domain->ioapic, offset);
    spin_unlock(&domain->device_lock);
    return value;
}

void devices_ioapic_write(struct domain *domain, uint32_t offset, unsigned width,
                          uint64_t value)
{
    struct vioapic_messages messages;
    unsigned pin;

    if (width != 4)
        return;
    spin_lock(&domain->device_lock);
    vioapic_write(&domain->ioapic, offset, (uint32_t)value, &messages);
    vapic_send_ioapic(domain, &messages);
    pin = vioapic_pin_at(&domain->ioapic, offset);
    if (pin != VIOAPIC_PIN_MAX)
        pins_update(domain, pin);
    if (vioapic_is_eoi(offset))
        pins_eoi(domain, (uint8_t)value);
    spin_unlock(&domain->device_lock);
}
