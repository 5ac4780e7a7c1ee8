/* SPDX-License-Identifier: MIT */
/* What is typed on the machine's console, and which domain gets it. */
#include "input.h"

#include "dev/console.h"
#include "dev/ioapic.h"
#include "domains.h"
#include "guest/devices.h"
#include "machine.h"

enum {
    IRQ_COM1 = 4,
    CTRL_A = 1,
    SWITCH_PRESSES = 3,
    WAITING_MAX = 256, /* so that an index of 8 bits wraps */
};

static size_t focus;
static unsigned press_count; /* of Ctrl-A, one after the other */
static uint8_t waiting[WAITING_MAX];
static uint8_t first;
static uint8_t count; /* atomic; what doesn't fit is lost, as on a slow wire */

void input_init(size_t domain, const struct acpi_madt *madt)
{
    focus = domain;
    if (ioapic_lead_to_nmi(madt, IRQ_COM1))
        console_listen();
}

static bool can_have_focus(size_t place)
{
    return domains_entry(place)->state == DOMAINS_RUNNING &&
           domains_config(place)->console != LAUNCH_CONSOLE_NONE;
}

/* To the next one that there is: back to the same if it is the only one. */
static void move_focus(void)
{
    for (unsigned i = 0; i < LAUNCH_DOMAIN_MAX; i++) {
        focus = domains_entry(focus + 1) != NULL ? focus + 1 : 0;
        if (can_have_focus(focus))
            break;
    }
    count = 0;
    console_log("input goes to %s", domains_config(focus)->name);
}

static void hand_on(void)
{
    const struct domains_entry *entry = domains_entry(focus);

    while (count != 0 && entry != NULL && entry->state == DOMAINS_RUNNING &&
           devices_uart_receive(entry->domain, waiting[first])) {
        first++;
        count--;
    }
}

static void put(uint8_t byte)
{
    if (count == WAITING_MAX - 1)
        return;
    waiting[(uint8_t)(first + count)] = byte;
    count++;
}

static void take(uint8_t byte)
{
    if (byte == CTRL_A && ++press_count == SWITCH_PRESSES) {
        press_count = 0;
        move_focus();
    }
    if (byte == CTRL_A)
        return;
    for (; press_count != 0; press_count--)
        put(CTRL_A);
    put(byte);
}

void input_take(void)
{
    int byte;

    while ((byte = console_read()) >= 0)
        take((uint8_t)byte);
    hand_on();
}

void input_flush(void)
{
    if (__atomic_load_n(&count, __ATOMIC_RELAXED) == 0)
        return;
    machine_lock();
    hand_on();
    machine_unlock();
}
