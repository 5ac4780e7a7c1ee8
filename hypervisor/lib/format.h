/* SPDX-License-Identifier: MIT */
/* Formats text into a buffer: the part of printf that a log needs. */
#ifndef LIB_FORMAT_H
#define LIB_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Writes at most @size bytes to @buffer, the terminating zero among them, and
 * returns how many characters stand there. Conversions: %s %c %d %u %x %p %%,
 * with l or ll before d, u and x, a width, and the flags 0 and -; and %pS for an SBDF,
 * whose address is given. Anything else is copied as it stands. A NULL string is
 * written as "(none)".
 */
size_t format_text(char *buffer, size_t size, const char *format, va_list arguments);

/* The same with the arguments in line. */
size_t format_line(char *buffer, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
