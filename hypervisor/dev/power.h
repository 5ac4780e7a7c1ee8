/* SPDX-License-Identifier: MIT */
/* Turns the machine off (ACPI 6.4, 7.3.4 and 4.8.3.7). */
#ifndef DEV_POWER_H
#define DEV_POWER_H

#include "dev/acpi.h"

/* Powers off as @tables say; where they don't, stops this CPU and says so. */
_Noreturn void power_off(const struct acpi_tables *tables);

#endif
