/* SPDX-License-Identifier: MIT */
/*
 * The registers and the interrupt logic of a 16550A (PC16550D data sheet,
 * chapter 8). What shapes bits on a wire (divisor, word length, parity, break) is
 * stored and has no other effect: there is no wire.
 */
#include "guest/vuart.h"

enum {
    REG_RBR_THR = 0, /* DLL while LCR.DLAB is set */
    REG_IER = 1,     /* DLM while LCR.DLAB is set */
    REG_IIR_FCR = 2,
    REG_LCR = 3,
    REG_MCR = 4,
    REG_LSR = 5,
    REG_MSR = 6,
    REG_SCR = 7,
};

#define IER_ERBFI   0x01u
#define IER_ETBEI   0x02u
#define IER_ELSI    0x04u
#define IER_EDSSI   0x08u
#define IER_DEFINED 0x0fu

/* Interrupt identification, in order of priority (table III). */
enum {
    IIR_LINE_STATUS = 0x06,
    IIR_RECEIVED_DATA = 0x04,
    IIR_CHARACTER_TIMEOUT = 0x0c,
    IIR_THR_EMPTY = 0x02,
    IIR_MODEM_STATUS = 0x00,
    IIR_NONE = 0x01,
};
#define IIR_FIFOS_ENABLED 0xc0u

#define FCR_ENABLE        0x01u
#define FCR_RCVR_RESET    0x02u
#define FCR_TRIGGER       0xc0u
#define FCR_STORED        (FCR_ENABLE | FCR_TRIGGER)

#define LCR_DLAB          0x80u

#define MCR_DTR           0x01u
#define MCR_RTS           0x02u
#define MCR_OUT1          0x04u
#define MCR_OUT2          0x08u
#define MCR_LOOP          0x10u
#define MCR_DEFINED       0x1fu

#define LSR_DR            0x01u
#define LSR_OE            0x02u
#define LSR_THRE          0x20u
#define LSR_TEMT          0x40u

#define MSR_DCTS          0x01u
#define MSR_DDSR          0x02u
#define MSR_TERI          0x04u
#define MSR_DDCD          0x08u
#define MSR_DELTAS        0x0fu
#define MSR_CTS           0x10u
#define MSR_DSR           0x20u
#define MSR_RI            0x40u
#define MSR_DCD           0x80u

/* The peer is connected, powered and ready. */
#define MSR_PEER (MSR_CTS | MSR_DSR | MSR_DCD)

void vuart_init(struct vuart *uart)
{
    *uart = (struct vuart){.msr = MSR_PEER};
}

static bool is_fifo_on(const struct vuart *uart)
{
    return uart->fcr & FCR_ENABLE;
}

static bool is_looped(const struct vuart *uart)
{
    return uart->mcr & MCR_LOOP;
}

/* The receiver */

static unsigned receive_capacity(const struct vuart *uart)
{
    return is_fifo_on(uart) ? VUART_FIFO_SIZE : 1;
}

/* A new byte replaces the one in RBR, but never one in the FIFO (8.6.3, OE). */
static void push_received(struct vuart *uart, uint8_t byte)
{
    if (uart->rx_count == receive_capacity(uart)) {
        uart->is_overrun = true;
        if (!is_fifo_on(uart))
            uart->rx[uart->rx_head] = byte;
        return;
    }
    uart->rx[(uart->rx_head + uart->rx_count) % VUART_FIFO_SIZE] = byte;
    uart->rx_count++;
}

static uint8_t pop_received(struct vuart *uart)
{
    uint8_t byte = uart->rx[uart->rx_head];

    if (uart->rx_count == 0)
        return 0;
    uart->rx_head = (uart->rx_head + 1) % VUART_FIFO_SIZE;
    uart->rx_count--;
    return byte;
}

static void clear_received(struct vuart *uart)
{
    uart->rx_head = 0;
    uart->rx_count = 0;
}

/*
 * Fewer bytes than the trigger level are announced as timed out at once, instead
 * of after the time of four characters: no more of them are on their way.
 */
static unsigned received_data_id(const struct vuart *uart)
{
    static const uint8_t trigger_level[] = {1, 4, 8, 14};

    if (is_fifo_on(uart) && uart->rx_count < trigger_level[uart->fcr >> 6])
        return IIR_CHARACTER_TIMEOUT;
    return IIR_RECEIVED_DATA;
}

/* The interrupt */

static unsigned interrupt_id(const struct vuart *uart)
{
    if (uart->is_overrun && (uart->ier & IER_ELSI))
        return IIR_LINE_STATUS;
    if (uart->rx_count != 0 && (uart->ier & IER_ERBFI))
        return received_data_id(uart);
    if (uart->is_thre_pending && (uart->ier & IER_ETBEI))
        return IIR_THR_EMPTY;
    if ((uart->msr & MSR_DELTAS) && (uart->ier & IER_EDSSI))
        return IIR_MODEM_STATUS;
    return IIR_NONE;
}

/* A PC gates the interrupt with OUT2, which loopback mode holds inactive. */
static void drive_irq(struct vuart *uart, struct vuart_effects *out)
{
    bool is_gated = !(uart->mcr & MCR_OUT2) || is_looped(uart);
    bool is_high = !is_gated && interrupt_id(uart) != IIR_NONE;

    if (is_high != uart->is_irq_high)
        out->irq = is_high ? VUART_IRQ_RAISED : VUART_IRQ_LOWERED;
    uart->is_irq_high = is_high;
}

/* Reading */

/* Takes back THRE if that is what it reports, and nothing else (table III). */
static uint8_t read_iir(struct vuart *uart)
{
    unsigned id = interrupt_id(uart);

    if (id == IIR_THR_EMPTY)
        uart->is_thre_pending = false;
    return (uint8_t)(is_fifo_on(uart) ? id | IIR_FIFOS_ENABLED : id);
}

static uint8_t read_lsr(struct vuart *uart)
{
    unsigned value = LSR_THRE | LSR_TEMT;

    if (uart->rx_count != 0)
        value |= LSR_DR;
    if (uart->is_overrun)
        value |= LSR_OE;
    uart->is_overrun = false;
    return (uint8_t)value;
}

static uint8_t read_msr(struct vuart *uart)
{
    uint8_t value = uart->msr;

    uart->msr = (uint8_t)(value & ~MSR_DELTAS);
    return value;
}

static uint8_t read_register(struct vuart *uart, unsigned offset)
{
    bool is_dlab = uart->lcr & LCR_DLAB;

    switch (offset) {
    case REG_RBR_THR:
        return is_dlab ? uart->dll : pop_received(uart);
    case REG_IER:
        return is_dlab ? uart->dlm : uart->ier;
    case REG_IIR_FCR:
        return read_iir(uart);
    case REG_LCR:
        return uart->lcr;
    case REG_MCR:
        return uart->mcr;
    case REG_LSR:
        return read_lsr(uart);
    case REG_MSR:
        return read_msr(uart);
    case REG_SCR:
        return uart->scr;
    default:
        return UINT8_MAX;
    }
}

uint8_t vuart_read(struct vuart *uart, unsigned offset, struct vuart_effects *out_effects)
{
    uint8_t value = read_register(uart, offset);

    *out_effects = (struct vuart_effects){0};
    drive_irq(uart, out_effects);
    return value;
}

/* Writing */

/*
 * THR is full and at once empty again: the pending interrupt goes, then a new one
 * comes. The line shows both, or an edge-triggered input would miss the second.
 */
static void write_thr(struct vuart *uart, uint8_t byte, struct vuart_effects *out)
{
    if (is_looped(uart)) {
        push_received(uart, byte);
    } else {
        out->is_byte_sent = true;
        out->byte = byte;
    }
    uart->is_thre_pending = false;
    drive_irq(uart, out);
    uart->is_thre_pending = true;
}

/* Enabling ETBEI while THR is empty, which it always is, interrupts. */
static void write_ier(struct vuart *uart, uint8_t value)
{
    if ((value & IER_ETBEI) && !(uart->ier & IER_ETBEI))
        uart->is_thre_pending = true;
    uart->ier = value & IER_DEFINED;
}

/* Other bits count only together with the enable; changing that clears (8.6.4). */
static void write_fcr(struct vuart *uart, uint8_t value)
{
    bool is_changed = (value ^ uart->fcr) & FCR_ENABLE;

    if (!(value & FCR_ENABLE))
        value = 0;
    if (is_changed || (value & FCR_RCVR_RESET))
        clear_received(uart);
    uart->fcr = value & FCR_STORED;
}

/* The inputs of the modem status register: the peer's, or our own outputs. */
static unsigned modem_inputs(const struct vuart *uart)
{
    unsigned inputs = 0;

    if (!is_looped(uart))
        return MSR_PEER;
    if (uart->mcr & MCR_RTS)
        inputs |= MSR_CTS;
    if (uart->mcr & MCR_DTR)
        inputs |= MSR_DSR;
    if (uart->mcr & MCR_OUT1)
        inputs |= MSR_RI;
    if (uart->mcr & MCR_OUT2)
        inputs |= MSR_DCD;
    return inputs;
}

static void write_mcr(struct vuart *uart, uint8_t value)
{
    unsigned before = uart->msr;

    uart->mcr = value & MCR_DEFINED;

    unsigned inputs = modem_inputs(uart);
    unsigned changed = before ^ inputs;
    unsigned deltas = before & MSR_DELTAS;

    if (changed & MSR_CTS)
        deltas |= MSR_DCTS;
    if (changed & MSR_DSR)
        deltas |= MSR_DDSR;
    if (changed & before & MSR_RI) /* its trailing edge alone */
        deltas |= MSR_TERI;
    if (changed & MSR_DCD)
        deltas |= MSR_DDCD;
    uart->msr = (uint8_t)(inputs | deltas);
}

static void write_register(struct vuart *uart, unsigned offset, uint8_t value,
                           struct vuart_effects *out)
{
    bool is_dlab = uart->lcr & LCR_DLAB;

    switch (offset) {
    case REG_RBR_THR:
        if (is_dlab)
            uart->dll = value;
        else
            write_thr(uart, value, out);
        break;
    case REG_IER:
        if (is_dlab)
            uart->dlm = value;
        else
            write_ier(uart, value);
        break;
    case REG_IIR_FCR:
        write_fcr(uart, value);
        break;
    case REG_LCR:
        uart->lcr = value;
        break;
    case REG_MCR:
        write_mcr(uart, value);
        break;
    case REG_SCR:
        uart->scr = value;
        break;
    default: /* LSR and MSR take writes in factory tests only */
        break;
    }
}

void vuart_write(struct vuart *uart, unsigned offset, uint8_t value,
                 struct vuart_effects *out_effects)
{
    *out_effects = (struct vuart_effects){0};
    write_register(uart, offset, value, out_effects);
    drive_irq(uart, out_effects);
}

/* The line */

unsigned vuart_receive_room(const struct vuart *uart)
{
    return is_looped(uart) ? 0 : receive_capacity(uart) - uart->rx_count;
}

void vuart_receive(struct vuart *uart, uint8_t byte, struct vuart_effects *out_effects)
{
    *out_effects = (struct vuart_effects){0};
    if (!is_looped(uart))
        push_received(uart, byte);
    drive_irq(uart, out_effects);
}
