/* SPDX-License-Identifier: MIT */
/*
 * The registers and the state machine of an I/O APIC (82093AA data sheet, 3).
 */
#include "guest/vioapic.h"

/* Memory-mapped registers. */
enum {
    REG_IOREGSEL = 0x00,
    REG_IOWIN = 0x10,
    REG_EOI = 0x40, /* from version 0x20 on */
};

/* What IOREGSEL selects. */
enum {
    SELECT_ID = 0,
    SELECT_VERSION = 1,
    SELECT_ARBITRATION = 2,
    SELECT_ENTRIES = 0x10, /* two a pin, the low half first */
};

enum { VERSION = 0x20, ID_SHIFT = 24 };
#define ID_DEFINED 0x0fu

/* A redirection table entry (3.2.4). */
#define ENTRY_VECTOR            UINT64_C(0xff)
#define ENTRY_DELIVERY_MODE     UINT64_C(0x700)
#define ENTRY_LOGICAL           UINT64_C(0x800)
#define ENTRY_REMOTE_IRR        UINT64_C(0x4000)
#define ENTRY_LEVEL             UINT64_C(0x8000)
#define ENTRY_MASKED            UINT64_C(0x10000)
#define ENTRY_DELIVERY_SHIFT    8
#define ENTRY_DESTINATION_SHIFT 56

/* The polarity, bit 13, is stored and has no other effect: a pin is on or off. */
#define ENTRY_WRITABLE UINT64_C(0xff0000000001afff)

/* Vectors below are exceptions; a local APIC takes none as an interrupt. */
#define FIRST_VECTOR 16u

#define BROADCAST    0xffu

_Static_assert(SELECT_ENTRIES + 2 * VIOAPIC_PIN_MAX == 0x100, "IOREGSEL has 8 bits");

void vioapic_init(struct vioapic *ioapic, unsigned pin_count)
{
    *ioapic = (struct vioapic){.pin_count = (uint8_t)pin_count};
    for (unsigned pin = 0; pin < VIOAPIC_PIN_MAX; pin++)
        ioapic->entry[pin] = ENTRY_MASKED;
}

static bool is_high(const struct vioapic *ioapic, unsigned pin)
{
    return pin < VIOAPIC_DRIVEN_MAX && (ioapic->pins_high >> pin & 1u);
}

bool vioapic_message_of(uint64_t entry, struct vioapic_message *out)
{
    struct vioapic_message message = {
        .mode = entry & ENTRY_LOGICAL ? VIOAPIC_LOGICAL : VIOAPIC_PHYSICAL,
        .destination = (uint8_t)(entry >> ENTRY_DESTINATION_SHIFT),
        .vector = (uint8_t)(entry & ENTRY_VECTOR),
    };

    switch ((entry & ENTRY_DELIVERY_MODE) >> ENTRY_DELIVERY_SHIFT) {
    case VIOAPIC_FIXED:
        message.delivery = VIOAPIC_FIXED;
        break;
    case VIOAPIC_LOWEST_PRIORITY:
        message.delivery = VIOAPIC_LOWEST_PRIORITY;
        break;
    case VIOAPIC_NMI:
        message.delivery = VIOAPIC_NMI;
        break;
    default: /* SMI, INIT and ExtINT are not a device's to send */
        return false;
    }
    *out = message;
    return message.delivery == VIOAPIC_NMI || message.vector >= FIRST_VECTOR;
}

static bool add_message(uint64_t entry, struct vioapic_messages *out)
{
    if (!vioapic_message_of(entry, &out->message[out->count]))
        return false;
    out->count++;
    return true;
}

/* A level-triggered pin that is high, and that no CPU is at work on. */
static void deliver_level(struct vioapic *ioapic, unsigned pin,
                          struct vioapic_messages *out)
{
    uint64_t entry = ioapic->entry[pin];

    if (!(entry & ENTRY_LEVEL) || (entry & (ENTRY_MASKED | ENTRY_REMOTE_IRR)) ||
        !is_high(ioapic, pin))
        return;
    if (add_message(entry, out))
        ioapic->entry[pin] = entry | ENTRY_REMOTE_IRR;
}

/* An edge at a masked pin is lost (3.2.4, interrupt mask). */
static void deliver_edge(struct vioapic *ioapic, unsigned pin,
                         struct vioapic_messages *out)
{
    uint64_t entry = ioapic->entry[pin];

    if (!(entry & (ENTRY_LEVEL | ENTRY_MASKED)))
        (void)add_message(entry, out);
}

void vioapic_set_pin(struct vioapic *ioapic, unsigned pin, enum vioapic_level level,
                     struct vioapic_messages *out_messages)
{
    out_messages->count = 0;
    if (pin >= VIOAPIC_DRIVEN_MAX)
        return;

    bool is_rising = level == VIOAPIC_HIGH && !is_high(ioapic, pin);
    uint32_t mask = UINT32_C(1) << pin;

    if (level == VIOAPIC_HIGH)
        ioapic->pins_high |= mask;
    else
        ioapic->pins_high &= ~mask;
    if (is_rising)
        deliver_edge(ioapic, pin, out_messages);
    deliver_level(ioapic, pin, out_messages);
}

void vioapic_eoi(struct vioapic *ioapic, uint8_t vector,
                 struct vioapic_messages *out_messages)
{
    out_messages->count = 0;
    for (unsigned pin = 0; pin < ioapic->pin_count; pin++) {
        uint64_t *entry = &ioapic->entry[pin];

        if (!(*entry & ENTRY_REMOTE_IRR) || (*entry & ENTRY_VECTOR) != vector)
            continue;
        *entry &= ~ENTRY_REMOTE_IRR;
        deliver_level(ioapic, pin, out_messages);
    }
}

/* Registers */

/* The pin whose entry IOREGSEL selects one half of, or VIOAPIC_PIN_MAX. */
static unsigned selected_pin(const struct vioapic *ioapic)
{
    unsigned pin = (ioapic->select - (unsigned)SELECT_ENTRIES) / 2;

    return pin < ioapic->pin_count ? pin : VIOAPIC_PIN_MAX;
}

unsigned vioapic_pin_at(const struct vioapic *ioapic, uint32_t offset)
{
    return offset == REG_IOWIN ? selected_pin(ioapic) : VIOAPIC_PIN_MAX;
}

bool vioapic_is_eoi(uint32_t offset)
{
    return offset == REG_EOI;
}

static bool is_high_half(unsigned select)
{
    return select % 2 != 0;
}

static uint32_t read_selected(const struct vioapic *ioapic)
{
    unsigned select = ioapic->select;
    unsigned pin = selected_pin(ioapic);

    if (select == SELECT_ID || select == SELECT_ARBITRATION)
        return (uint32_t)ioapic->id << ID_SHIFT;
    if (select == SELECT_VERSION)
        return (ioapic->pin_count - 1u) << 16 | VERSION;
    if (pin == VIOAPIC_PIN_MAX)
        return 0;

    uint64_t entry = ioapic->entry[pin];

    return (uint32_t)(is_high_half(select) ? entry >> 32 : entry);
}

/* Making an entry edge-triggered clears its remote IRR. */
static void write_entry(struct vioapic *ioapic, unsigned pin, uint32_t value,
                        struct vioapic_messages *out)
{
    unsigned select = ioapic->select;
    uint64_t old = ioapic->entry[pin];
    uint64_t half = is_high_half(select) ? UINT64_C(0xffffffff) << 32 : 0xffffffffu;
    uint64_t written = is_high_half(select) ? (uint64_t)value << 32 : value;
    uint64_t mask = half & ENTRY_WRITABLE;
    uint64_t entry = (old & ~mask) | (written & mask);

    if (!(entry & ENTRY_LEVEL))
        entry &= ~ENTRY_REMOTE_IRR;
    ioapic->entry[pin] = entry;
    deliver_level(ioapic, pin, out);
}

static void write_selected(struct vioapic *ioapic, uint32_t value,
                           struct vioapic_messages *out)
{
    unsigned pin = selected_pin(ioapic);

    if (ioapic->select == SELECT_ID)
        ioapic->id = value >> ID_SHIFT & ID_DEFINED;
    else if (pin != VIOAPIC_PIN_MAX)
        write_entry(ioapic, pin, value, out);
}

uint32_t vioapic_read(const struct vioapic *ioapic, uint32_t offset)
{
    switch (offset) {
    case REG_IOREGSEL:
        return ioapic->select;
    case REG_IOWIN:
        return read_selected(ioapic);
    default: /* EOI is write-only */
        return 0;
    }
}

void vioapic_write(struct vioapic *ioapic, uint32_t offset, uint32_t value,
                   struct vioapic_messages *out_messages)
{
    out_messages->count = 0;
    switch (offset) {
    case REG_IOREGSEL:
        ioapic->select = (uint8_t)value;
        break;
    case REG_IOWIN:
        write_selected(ioapic, value, out_messages);
        break;
    case REG_EOI:
        vioapic_eoi(ioapic, (uint8_t)value, out_messages);
        break;
    default:
        break;
    }
}

bool vioapic_is_addressed(const struct vioapic_message *message, uint32_t apic_id)
{
    if (message->mode == VIOAPIC_LOGICAL)
        return apic_id < 8 && (message->destination >> apic_id & 1u);
    return message->destination == BROADCAST || message->destination == apic_id;
}
