/* SPDX-License-Identifier: MIT */
/* The machine's console: the hypervisor's log and the domains' lines. */
#ifndef DEV_CONSOLE_H
#define DEV_CONSOLE_H

#include <stddef.h>
#include <stdint.h>

/* Makes the UART at I/O port @port ready: 115200 8N1. Output before is lost. */
void console_init(uint16_t port);

/* Lets it interrupt for input; a byte of that, or -1. */
void console_listen(void);
int console_read(void);

/*
 * Writes one line, prefixed "(rootport) ", and ends it. The format knows
 * %s %c %d %u %x %lx %lu %llx %llu %p and %%, a width and the 0 and - flags
 * (lib/format.h). A line beyond 240 characters is cut.
 */
void console_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * What was logged last, prefixes left out and each line ended by a line feed. A
 * position counts characters from the first ever logged, modulo 2^31; those from
 * console_history_begin() to before console_history_end() are still there. Of what
 * isn't, console_history_at() makes a zero.
 */
uint32_t console_history_begin(void);
uint32_t console_history_end(void);
char console_history_at(uint32_t position);

/* Writes one line of a domain's, prefixed and ended by a line feed already. */
void console_domain_line(const char *text, size_t length);

/*
 * Writes a line without waiting for those who write: what is worth knowing before
 * panic(), which ends the last of such lines.
 */
void console_emergency(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Says what broke and stops the machine: for broken invariants of the
 * hypervisor's own, never for what a guest, a device or a configuration did.
 */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
