/* SPDX-License-Identifier: MIT */
/*
 * What is typed on the machine's console, and which domain gets it: the one that has the
 * focus. Ctrl-A three times moves that on to the next one with a console.
 */
#ifndef INPUT_H
#define INPUT_H

#include <stddef.h>

#include "dev/acpi.h"

/* From here on domain @focus of the configuration gets it. On the boot CPU. */
void input_init(size_t focus, const struct acpi_madt *madt);

/* Takes what has been typed. Needs the machine's lock. */
void input_take(void);

/* Hands on what had to wait: the domain may have room for it now. */
void input_flush(void);

#endif
