/* SPDX-License-Identifier: MIT */
/*
 * Touches what isn't the domain's. It reads as all ones or faults as it would if
 * it weren't there, and the guest goes on.
 */
#include "bare.h"

#define ONES_32                    0xffffffffu

#define MSR_TOP_MEM                0xc001001au
#define MSR_SMM_BASE               0xc0010111u
#define MSR_SMM_KEY                0xc0010119u
#define MSR_MTRR_PHYS_BASE0        0x00000200u
#define MSR_MCG_CAP                0x00000179u

#define MACHINE_LOCAL_APIC_ICR     0xfee00300ull
#define MACHINE_IOMMU_CONTROL      0xfed80018ull
#define MACHINE_IOMMU_DEVICE_TABLE 0xfed80000ull
#define MACHINE_HPET               0xfed00000ull
#define MACHINE_FIRMWARE           0xfffffff0ull
#define MACHINE_ECAM               0xb0000000ull
#define OWN_ECAM                   0xe0000000ull
#define OWN_ECAM_END               0xf0000000ull
#define FOUR_GIB                   0x100000000ull
#define MAPPED_END                 0x8000000000ull

enum {
    LARGE_PAGE = 0x200000,
    WIDE_PORT_STRIDE = 32,
};

/* --- ports --- */

static const struct {
    uint16_t first;
    uint16_t last;
} own_ports[] = {
    {0x40, 0x43}, {0x70, 0x71}, {0x3f8, 0x3ff}, {0x600, 0x602}, {0xcf8, 0xcff}};

static bool is_own_port(uint16_t port)
{
    for (size_t i = 0; i < TABLE_SIZE(own_ports); i++)
        if (port >= own_ports[i].first && port <= own_ports[i].last)
            return true;
    return false;
}

/* Reset and power registers of PCs and of QEMU's q35, and ports that raise an SMI. */
static void write_dangerous_ports(void)
{
    io_out8(0xcf9 + 0, 0x0e);
    io_out8(0x92, 0x01);
    io_out8(0x64, 0xfe);
    io_out8(0xb2, 0x02);
    io_out16(0x604, 0x2000);
    io_out16(0x604, 0x3400);
    io_out8(0x501, 0x31);
    io_out32(0xffff, ONES_32);
}

void act_ports(void)
{
    for (uint32_t port = 0; port <= 0xffff; port++) {
        if (is_own_port((uint16_t)port))
            continue;
        check(io_in8((uint16_t)port) == 0xff, "ports", "a byte reads at", port);
        if (port % WIDE_PORT_STRIDE != 0)
            continue;
        check(io_in32((uint16_t)port) == ONES_32, "ports", "a dword reads at", port);
        io_out16((uint16_t)port, 0xffff);
    }
    check(io_in16(0x3fe) == 0xffff, "ports", "a word reads at", 0x3fe);
    write_dangerous_ports();
    pass("ports");
}

enum {
    RTC_INDEX = 0x70,
    RTC_DATA = 0x71,
    RTC_STATUS_D = 0x0d,
    RTC_VALID = 0x80, /* all that status D says */
};

/*
 * The clock's index from what FS:ESI names, its data to what EDI names: RSI and RDI have
 * bits above, which count for nothing and are gone afterwards.
 */
static void move_with_prefixes(void)
{
    static uint8_t bytes[] = {0xff, RTC_STATUS_D, 0xff};
    const uint64_t above = UINT64_C(0xdead) << 32;
    uint64_t from = above + 1, to = above + (uint64_t)&bytes[2];

    msr_write(MSR_FS_BASE, (uint64_t)bytes);
    PROVOKE(".byte 0x67, 0x64; outsb", : "+S"(from) : "d"(RTC_INDEX) : "memory");
    check(fault_vector == NO_FAULT && from == 2, "strings", "output leaves RSI", from);
    PROVOKE(".byte 0x67; insb", : "+D"(to) : "d"(RTC_DATA) : "memory");
    check(fault_vector == NO_FAULT && to == (uint64_t)&bytes[3], "strings",
          "input leaves RDI", to);
    check(bytes[2] == RTC_VALID, "strings", "the clock's status reads", bytes[2]);
    msr_write(MSR_FS_BASE, 0);
}

void act_strings(void)
{
    static uint32_t buffer[16];
    uint64_t count = sizeof buffer;
    void *place = buffer;

    PROVOKE("rep insb", : "+c"(count), "+D"(place) : "d"(0x1f0) : "memory");
    check(fault_vector == NO_FAULT && count == 0, "strings", "input leaves RCX", count);
    check(buffer[15] == ONES_32, "strings", "input ends in", buffer[15]);
    count = sizeof buffer / sizeof buffer[0];
    place = buffer;
    PROVOKE("rep outsl", : "+c"(count), "+S"(place) : "d"(0xcf8) : "memory");
    check(fault_vector == NO_FAULT && count == 0, "strings", "output leaves RCX", count);
    place = buffer;
    PROVOKE("std; insw; cld", : "+D"(place) : "d"(0x60) : "memory");
    check(fault_vector == NO_FAULT, "strings", "one word faults", (uint64_t)fault_vector);
    move_with_prefixes();
    pass("strings");
}

/* --- MSRs --- */

/* The domain's own, which the CPU keeps for it, and whose values we live on. */
static bool is_own_msr(uint32_t msr)
{
    return (msr >= 0x174 && msr <= 0x176) || msr == MSR_PAT || msr == 0x6e0 ||
           (msr >= MSR_EFER && msr <= MSR_SFMASK) ||
           (msr >= MSR_FS_BASE && msr <= MSR_TSC_AUX);
}

static unsigned touch_msrs(uint32_t first, uint32_t last)
{
    unsigned present_count = 0;

    for (uint32_t msr = first; msr <= last; msr++) {
        (void)try_read_msr(msr);
        if (fault_vector == NO_FAULT)
            present_count++;
        if (is_own_msr(msr))
            continue;
        try_write_msr(msr, UINT64_MAX);
    }
    return present_count;
}

static void expect_no_msr(uint32_t msr)
{
    (void)try_read_msr(msr);
    check(fault_vector == VECTOR_GP, "msrs", "can be read", msr);
    try_write_msr(msr, 0);
    check(fault_vector == VECTOR_GP, "msrs", "can be written", msr);
}

void act_msrs(void)
{
    static const uint32_t absent[] = {MSR_VM_HSAVE_PA,     MSR_TOP_MEM, MSR_SMM_BASE,
                                      MSR_SMM_KEY,         MSR_MCG_CAP, 0xffffffff,
                                      MSR_MTRR_PHYS_BASE0, 0x00002000,  0xc0012000};

    for (size_t i = 0; i < TABLE_SIZE(absent); i++)
        expect_no_msr(absent[i]);
    try_write_msr(MSR_EFER, msr_read(MSR_EFER) | EFER_SVME);
    check(fault_vector == VECTOR_GP, "msrs", "EFER.SVME can be set", 0);
    check((msr_read(MSR_EFER) & EFER_SVME) == 0, "msrs", "EFER.SVME is seen", 0);
    check((msr_read(MSR_VM_CR) & VM_CR_SVMDIS) != 0, "msrs", "SVM looks enabled", 0);
    try_write_msr(0x10, 0);
    check(fault_vector == VECTOR_GP, "msrs", "the TSC can be written", 0);
    say_number("MSRs there: ", touch_msrs(0, 0x1fff) +
                                   touch_msrs(0xc0000000, 0xc0001fff) +
                                   touch_msrs(0xc0010000, 0xc0011fff));
    pass("msrs");
}

/* --- memory --- */

static void expect_nothing(uint64_t address)
{
    volatile uint8_t *place = (volatile uint8_t *)address;

    mmio_write64(place, 0);
    check(mmio_read64(place) == UINT64_MAX, "memory", "a qword is at", address);
    check(mmio_read32(place) == ONES_32, "memory", "a dword is at", address);
    check(mmio_read8(place) == 0xff, "memory", "a byte is at", address);
}

/* The hypervisor's own text, which this image must not hold itself. */
static bool is_hypervisor_text(const uint8_t *bytes)
{
    static const uint8_t inverted[] = {
        (uint8_t) ~'(', (uint8_t) ~'r', (uint8_t) ~'o', (uint8_t) ~'o', (uint8_t) ~'t',
        (uint8_t) ~'p', (uint8_t) ~'o', (uint8_t) ~'r', (uint8_t) ~'t', (uint8_t) ~')'};

    for (size_t i = 0; i < sizeof inverted; i++)
        if ((bytes[i] ^ inverted[i]) != 0xff)
            return false;
    return true;
}

void search_own_memory(void)
{
    for (uint64_t at = LARGE_PAGE; at < memory_end - 16; at++)
        if (*(const uint8_t *)at == '(' && is_hypervisor_text((const uint8_t *)at))
            fail("memory", "the hypervisor's text is at", at);
}

void act_memory(void)
{
    static const uint64_t devices[] = {
        MACHINE_LOCAL_APIC_ICR, MACHINE_IOMMU_CONTROL,  MACHINE_IOMMU_DEVICE_TABLE,
        MACHINE_HPET,           MACHINE_FIRMWARE & ~7u, MACHINE_ECAM,
        MAPPED_END - 8,
    };

    for (size_t i = 0; i < TABLE_SIZE(devices); i++)
        expect_nothing(devices[i]);
    for (uint64_t at = memory_end; at < FOUR_GIB + FOUR_GIB / 2; at += LARGE_PAGE)
        if ((at < OWN_ECAM || at >= OWN_ECAM_END) && at != 0xfec00000)
            expect_nothing(at);
    search_own_memory();
    pass("memory");
}
