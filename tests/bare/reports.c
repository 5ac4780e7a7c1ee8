/* SPDX-License-Identifier: MIT */
/* Makes the reports of a hardware domain without being one. */
#include "bare.h"

#define MINUS_ENOSYS ((uint64_t)-38)
#define MACHINE_ECAM 0xb0000000ull

enum {
    PHYSDEV_OP = 33,
    PCI_MMCFG_RESERVED = 24,
    PCI_DEVICE_ADD = 25,
    PCI_DEVICE_REMOVE = 26,
};

/* Xen's public physdev.h. */
struct mmcfg_reserved {
    uint64_t address;
    uint16_t segment;
    uint8_t start_bus;
    uint8_t end_bus;
    uint32_t flags;
};

struct device {
    uint16_t segment;
    uint8_t bus;
    uint8_t devfn;
    uint32_t more[7];
};

static void expect_no_call(uint64_t op, const void *argument)
{
    uint64_t result = PHYSDEV_OP;

    PROVOKE("vmmcall", : "+a"(result) : "D"(op), "S"(argument) : "memory");
    check(fault_vector == NO_FAULT, "reports", "VMMCALL faults", (uint64_t)fault_vector);
    check(result == MINUS_ENOSYS, "reports", "a report gives", result);
}

void act_reports(void)
{
    static const struct mmcfg_reserved region = {MACHINE_ECAM, 0, 0, 0xff, 1};
    static const struct device adapter = {.bus = 1};

    expect_no_call(PCI_MMCFG_RESERVED, &region);
    expect_no_call(PCI_MMCFG_RESERVED, NULL);
    expect_no_call(PCI_DEVICE_ADD, &adapter);
    expect_no_call(PCI_DEVICE_REMOVE, &adapter);
    pass("reports");
}
