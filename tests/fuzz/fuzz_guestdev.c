/* SPDX-License-Identifier: MIT */
/*
 * A guest that does what it likes to the devices that are emulated for it. The
 * input is a list of accesses, three bytes each: what, where, value.
 */
#include "guest/conline.h"
#include "guest/vioapic.h"
#include "guest/vrtc.h"
#include "guest/vuart.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

/* Line status, THR empty and so on: bit 0 of IIR is clear if anything is pending. */
enum { UART_IIR = 2, UART_MCR = 4 };

#define MCR_OUT2      0x08u
#define MCR_LOOP      0x10u

#define IOAPIC_WINDOW 0x10u

struct guest {
    struct vuart uart;
    struct vioapic ioapic;
    struct vrtc rtc;
    struct conline plain;
    struct conline dropping;
    bool is_irq_high;
};

static void check_line(const struct conline *con)
{
    static const char prefix[] = "(fuzz) ";
    size_t length;
    const char *text = conline_text(con, &length);

    assert(length > strlen(prefix) && length <= CONLINE_LENGTH_MAX);
    assert(memcmp(text, prefix, strlen(prefix)) == 0);
    assert(text[length - 1] == '\n');
    for (size_t i = 0; i < length - 1; i++)
        assert(text[i] == '\t' || (text[i] >= 0x20 && text[i] < 0x7f));
}

static void print(struct conline *con, uint8_t byte)
{
    if (conline_put(con, byte))
        check_line(con);
}

static void flush(struct conline *con)
{
    if (conline_flush(con))
        check_line(con);
}

/* The interrupt line is high just when IIR says so and OUT2 lets it through. */
static void check_uart(struct guest *guest, const struct vuart_effects *effects)
{
    struct vuart copy = guest->uart;
    struct vuart_effects ignored;

    if (effects->irq == VUART_IRQ_LOWERED)
        assert(guest->is_irq_high);
    if (effects->irq != VUART_IRQ_UNCHANGED)
        guest->is_irq_high = effects->irq == VUART_IRQ_RAISED;

    bool is_pending = !(vuart_read(&copy, UART_IIR, &ignored) & 1u);
    uint8_t mcr = vuart_read(&copy, UART_MCR, &ignored);

    assert(guest->is_irq_high == (is_pending && (mcr & MCR_OUT2) && !(mcr & MCR_LOOP)));
    assert(vuart_receive_room(&guest->uart) <= VUART_FIFO_SIZE);
    if (effects->is_byte_sent) {
        print(&guest->plain, effects->byte);
        print(&guest->dropping, effects->byte);
    }
}

static void check_messages(const struct vioapic_messages *messages)
{
    assert(messages->count <= VIOAPIC_DRIVEN_MAX);
    for (unsigned i = 0; i < messages->count; i++) {
        const struct vioapic_message *message = &messages->message[i];

        assert(message->delivery == VIOAPIC_NMI ||
               ((message->delivery == VIOAPIC_FIXED ||
                 message->delivery == VIOAPIC_LOWEST_PRIORITY) &&
                message->vector >= 16));
        (void)vioapic_is_addressed(message, message->vector);
    }
}

static void touch_uart(struct guest *guest, unsigned what, uint8_t where, uint8_t value)
{
    struct vuart_effects effects;
    unsigned offset = where % (2 * VUART_PORT_COUNT);

    if (what == 0)
        (void)vuart_read(&guest->uart, offset, &effects);
    else if (what == 1)
        vuart_write(&guest->uart, offset, value, &effects);
    else
        vuart_receive(&guest->uart, value, &effects);
    check_uart(guest, &effects);
}

static void touch_ioapic(struct guest *guest, unsigned what, uint8_t where, uint8_t value)
{
    struct vioapic_messages messages = {0};
    uint32_t offset = where & 0x71u; /* few, so that registers are among them */

    if (what == 0)
        (void)vioapic_read(&guest->ioapic, offset);
    else if (what == 1)
        vioapic_write(&guest->ioapic, offset, value * 0x01010101u, &messages);
    else if (what == 2)
        vioapic_write(&guest->ioapic, IOAPIC_WINDOW, (uint32_t)where << 8 | value,
                      &messages);
    else if (what == 3)
        vioapic_set_pin(&guest->ioapic, where % 32,
                        value & 1u ? VIOAPIC_HIGH : VIOAPIC_LOW, &messages);
    else
        vioapic_eoi(&guest->ioapic, value, &messages);
    check_messages(&messages);
}

static void touch_clock(struct guest *guest, uint8_t where, uint8_t value)
{
    const struct vrtc_time now = {value * 0x01010101u, where, value, value, where, value};

    vrtc_write(&guest->rtc, where % 4, value);
    (void)vrtc_read(&guest->rtc, 1, &now);
}

static void step(struct guest *guest, uint8_t what, uint8_t where, uint8_t value)
{
    switch (what % 12) {
    case 0:
    case 1:
    case 2:
        touch_uart(guest, what % 12, where, value);
        break;
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
        touch_ioapic(guest, what % 12 - 3, where, value);
        break;
    case 8:
        touch_clock(guest, where, value);
        break;
    case 9:
        flush(&guest->plain);
        flush(&guest->dropping);
        break;
    default:
        print(&guest->plain, value);
        print(&guest->dropping, value);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct guest guest = {0};

    vuart_init(&guest.uart);
    vioapic_init(&guest.ioapic, 46);
    vrtc_init(&guest.rtc);
    conline_init(&guest.plain, "fuzz", CONLINE_SHOW_SEQUENCES);
    conline_init(&guest.dropping, "fuzz", CONLINE_DROP_SEQUENCES);
    for (size_t i = 0; i + 3 <= size; i += 3)
        step(&guest, data[i], data[i + 1], data[i + 2]);
    return 0;
}
