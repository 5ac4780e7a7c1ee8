/* SPDX-License-Identifier: MIT */
/* The machine's console: one 16550 UART, written by the line under one lock. */
#include "dev/console.h"

#include <stdbool.h>

#include "cpu/io.h"
#include "cpu/smp.h"
#include "cpu/spinlock.h"
#include "lib/format.h"

/* 16550 registers, from the UART's base port (PC16550D data sheet, table II). */
enum {
    UART_THR = 0, /* RBR when read, DLL while DLAB is set */
    UART_IER = 1, /* DLM while DLAB is set */
    UART_FCR = 2,
    UART_LCR = 3,
    UART_MCR = 4,
    UART_LSR = 5,
};

#define UART_LCR_8N1       0x03u
#define UART_LCR_DLAB      0x80u
#define UART_FCR_ENABLE    0x07u /* FIFOs on, both cleared */
#define UART_MCR_DTR_RTS   0x03u
#define UART_MCR_OUT2      0x08u /* the interrupt's gate */
#define UART_IER_ERBFI     0x01u
#define UART_LSR_DR        0x01u
#define UART_LSR_THRE      0x20u
#define UART_LSR_NOT_THERE 0xffu

enum {
    LINE_SIZE = 241,
    /* At 115200 baud a byte takes 87 us: far more reads than that needs. */
    THRE_POLL_LIMIT = 1000000,
    HISTORY_SIZE = 16384, /* divides 2^31 */
};

#define POSITION_MASK 0x7fffffffu

static uint16_t uart_port;
static struct spinlock console_lock;
static char history[HISTORY_SIZE];
static uint32_t history_end;    /* atomic: a position */
static uint32_t history_length; /* atomic: up to HISTORY_SIZE */

static void uart_put(char c)
{
    for (unsigned i = 0; i < THRE_POLL_LIMIT; i++) {
        if (io_in8((uint16_t)(uart_port + UART_LSR)) & UART_LSR_THRE)
            break;
        cpu_relax();
    }
    io_out8((uint16_t)(uart_port + UART_THR), (uint8_t)c);
}

static void write_text(const char *text, size_t length)
{
    if (uart_port == 0)
        return;
    for (size_t i = 0; i < length; i++)
        uart_put(text[i]);
}

static void write_string(const char *text)
{
    size_t length = 0;

    while (text[length] != '\0')
        length++;
    write_text(text, length);
}

void console_init(uint16_t port)
{
    io_out8((uint16_t)(port + UART_IER), 0);
    io_out8((uint16_t)(port + UART_LCR), UART_LCR_DLAB);
    io_out8((uint16_t)(port + UART_THR), 1); /* divisor 1: 115200 baud */
    io_out8((uint16_t)(port + UART_IER), 0);
    io_out8((uint16_t)(port + UART_LCR), UART_LCR_8N1);
    io_out8((uint16_t)(port + UART_FCR), UART_FCR_ENABLE);
    io_out8((uint16_t)(port + UART_MCR), UART_MCR_DTR_RTS);
    if (io_in8((uint16_t)(port + UART_LSR)) != UART_LSR_NOT_THERE)
        uart_port = port;
}

void console_listen(void)
{
    io_out8((uint16_t)(uart_port + UART_MCR), UART_MCR_DTR_RTS | UART_MCR_OUT2);
    io_out8((uint16_t)(uart_port + UART_IER), UART_IER_ERBFI);
}

int console_read(void)
{
    if (uart_port == 0 || !(io_in8((uint16_t)(uart_port + UART_LSR)) & UART_LSR_DR))
        return -1;
    return io_in8(uart_port);
}

static void remember(char character)
{
    uint32_t end = history_end;

    history[end % HISTORY_SIZE] = character;
    if (history_length < HISTORY_SIZE)
        __atomic_store_n(&history_length, history_length + 1, __ATOMIC_RELEASE);
    __atomic_store_n(&history_end, (end + 1) & POSITION_MASK, __ATOMIC_RELEASE);
}

static void remember_line(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        remember(text[i]);
    remember('\n');
}

uint32_t console_history_end(void)
{
    return __atomic_load_n(&history_end, __ATOMIC_ACQUIRE);
}

uint32_t console_history_begin(void)
{
    return (console_history_end() - __atomic_load_n(&history_length, __ATOMIC_ACQUIRE)) &
           POSITION_MASK;
}

char console_history_at(uint32_t position)
{
    uint32_t distance = (console_history_end() - position) & POSITION_MASK;

    return distance != 0 && distance <= history_length ? history[position % HISTORY_SIZE]
                                                       : '\0';
}

void console_log(const char *format, ...)
{
    char line[LINE_SIZE];
    va_list arguments;
    size_t length;

    va_start(arguments, format);
    length = format_text(line, sizeof line, format, arguments);
    va_end(arguments);

    spin_lock(&console_lock);
    remember_line(line, length);
    write_string("(rootport) ");
    write_text(line, length);
    write_string("\r\n");
    spin_unlock(&console_lock);
}

void console_domain_line(const char *text, size_t length)
{
    spin_lock(&console_lock);
    write_text(text, length);
    write_text("\r", 1);
    spin_unlock(&console_lock);
}

/* Without the lock: its holder may be what broke. */
static void write_emergency(const char *prefix, const char *format, va_list arguments)
{
    char line[LINE_SIZE];
    size_t length = format_text(line, sizeof line, format, arguments);

    write_string(prefix);
    write_text(line, length);
}

void console_emergency(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_emergency("\r\n(rootport) ", format, arguments);
    va_end(arguments);
}

void panic(const char *format, ...)
{
    static bool is_panicking;
    va_list arguments;

    va_start(arguments, format);
    write_emergency("\r\n(rootport) panic: ", format, arguments);
    va_end(arguments);
    write_string("\r\n");
    if (!__atomic_exchange_n(&is_panicking, true, __ATOMIC_SEQ_CST))
        smp_stop_others();
    for (;;)
        __asm__ volatile("cli; hlt");
}
