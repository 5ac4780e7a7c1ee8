/* SPDX-License-Identifier: MIT */
/* Turns the machine off (ACPI 6.4, 7.3.4 and 4.8.3.7). */
#include "dev/power.h"

#include "cpu/clock.h"
#include "cpu/io.h"
#include "dev/console.h"

#define PM1_SLP_TYP_UNIT 0x0400u /* SLP_TYP is bits 12:10 of PM1 control ... */
#define PM1_SLP_EN       0x2000u
#define SLEEP_TYP_UNIT   0x04u /* ... and bits 4:2 of sleep control */
#define SLEEP_EN         0x20u

enum {
    POWER_OFF_LIMIT_US = 2000000, /* no machine takes as long to act on it */
};

static void write_pm1(const struct acpi_gas *control, uint8_t slp_typ)
{
    if (control->address != 0 && control->space == ACPI_SPACE_IO)
        io_out16((uint16_t)control->address,
                 (uint16_t)(slp_typ * PM1_SLP_TYP_UNIT | PM1_SLP_EN));
}

void power_off(const struct acpi_tables *tables)
{
    const struct acpi_fadt *fadt = &tables->fadt;

    if (fadt->is_present && tables->s5.is_present) {
        if (fadt->sleep_control.address != 0 &&
            fadt->sleep_control.space == ACPI_SPACE_IO)
            io_out8((uint16_t)fadt->sleep_control.address,
                    (uint8_t)(tables->s5.slp_typ_a * SLEEP_TYP_UNIT | SLEEP_EN));
        write_pm1(&fadt->pm1a_control, tables->s5.slp_typ_a);
        write_pm1(&fadt->pm1b_control, tables->s5.slp_typ_b);
        /* The CPU runs on until the machine has acted on it. */
        clock_delay_us(POWER_OFF_LIMIT_US);
    }
    console_log(
        "this machine doesn't say how to power it off: it may be switched off now");
    for (;;)
        __asm__ volatile("cli; hlt");
}
