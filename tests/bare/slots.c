/* SPDX-License-Identifier: MIT */
/*
 * A guest that drives its hot-plug slots itself (PCI Express Base r5.0, 7.5.3.10 and
 * 7.5.3.11): that of port 1 it never lets go of, at port 2 it listens and doesn't
 * answer, and at port 3 it doesn't even listen. What is in them is taken away in the
 * end, which it survives.
 */
#include "bare.h"

#define CAPABILITIES        0x34
#define CAP_ID_PCIE         0x10

#define SLOT_CONTROL        0x18
#define SLOT_STATUS         0x1a
#define CONTROL_BUTTON      0x0001u
#define CONTROL_INTERRUPT   0x0020u
#define CONTROL_POWER_ON    0x0100u
#define CONTROL_POWER_OFF   0x0300u
#define CONTROL_POWER_BLINK 0x0200u
#define STATUS_BUTTON       0x0001u
#define STATUS_PRESENT      0x0040u

enum {
    KEPT = 1,
    UNANSWERED,
    UNHEARD,
};

/* The PCI Express capability of the port at @device of bus 0. */
static uint8_t *capability(unsigned device)
{
    uint8_t *port = (uint8_t *)(ECAM + ((uint64_t)device << 15));
    uint8_t at = mmio_read8(port + CAPABILITIES);

    while (at != 0 && mmio_read8(port + at) != CAP_ID_PCIE)
        at = mmio_read8(port + at + 1);
    return port + at;
}

static bool has(unsigned device, uint16_t status)
{
    return (mmio_read16(capability(device) + SLOT_STATUS) & status) != 0;
}

bool slot_is_occupied(unsigned device)
{
    return has(device, STATUS_PRESENT);
}

static void control(unsigned device, unsigned indicator)
{
    mmio_write16(capability(device) + SLOT_CONTROL,
                 (uint16_t)(CONTROL_BUTTON | CONTROL_INTERRUPT | indicator));
}

void slot_use(unsigned device)
{
    control(device, CONTROL_POWER_OFF);
    control(device, CONTROL_POWER_ON);
}

/* Begins to let go, and thinks better of it. */
static void refuse(unsigned device)
{
    mmio_write16(capability(device) + SLOT_STATUS, STATUS_BUTTON);
    control(device, CONTROL_POWER_BLINK);
    control(device, CONTROL_POWER_ON);
}

void act_slots(void)
{
    control(KEPT, CONTROL_POWER_ON);
    control(UNANSWERED, CONTROL_POWER_ON);
    while (slot_is_occupied(KEPT) || slot_is_occupied(UNANSWERED) ||
           slot_is_occupied(UNHEARD)) {
        if (has(KEPT, STATUS_BUTTON))
            refuse(KEPT);
        cpu_relax();
    }
    pass("slots");
}
