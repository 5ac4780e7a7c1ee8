/* SPDX-License-Identifier: MIT */
/*
 * A guest's serial port: a 16550A whose line is infinitely fast, so that the
 * transmitter is always empty and nothing waits. PC16550D data sheet, chapter 8.
 */
#ifndef HYPERVISOR_GUEST_VUART_H
#define HYPERVISOR_GUEST_VUART_H

#include <rootport/types.h>

#define VUART_PORT_COUNT 8u
#define VUART_FIFO_SIZE  16u

enum vuart_irq {
    VUART_IRQ_UNCHANGED = 0,
    VUART_IRQ_LOWERED,
    /*
     * A rising edge; the line may have been high before and have dropped in
     * between. Drive it low, then high.
     */
    VUART_IRQ_RAISED,
};

/* What an access did to the world outside; every call below overwrites it. */
struct vuart_effects {
    enum vuart_irq irq;
    bool is_byte_sent;
    uint8_t byte; /* if is_byte_sent */
};

/* Private to vuart.c, but for its storage. */
struct vuart {
    uint8_t ier;
    uint8_t fcr;
    uint8_t lcr;
    uint8_t mcr;
    uint8_t msr;
    uint8_t scr;
    uint8_t dll;
    uint8_t dlm;
    bool is_overrun;
    bool is_thre_pending;
    bool is_irq_high;
    uint8_t rx[VUART_FIFO_SIZE];
    unsigned rx_head;
    unsigned rx_count;
};

/* As after power-on, with a peer that is connected and ready. */
void vuart_init(struct vuart *uart);

/* A one-byte access to the port at @offset, 0 to VUART_PORT_COUNT - 1. */
uint8_t vuart_read(struct vuart *uart, unsigned offset,
                   struct vuart_effects *out_effects);
void vuart_write(struct vuart *uart, unsigned offset, uint8_t value,
                 struct vuart_effects *out_effects);

/* How many bytes vuart_receive takes without an overrun; 0 in loopback mode. */
unsigned vuart_receive_room(const struct vuart *uart);

/* A byte arrives from the line; in loopback mode it goes unheard. */
void vuart_receive(struct vuart *uart, uint8_t byte, struct vuart_effects *out_effects);

#endif
