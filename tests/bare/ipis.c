/* SPDX-License-Identifier: MIT */
/* Sends interrupts to everybody, and waits for some from nobody. */
#include "bare.h"

#define MSR_X2APIC_SVR    0x0000080fu
#define MSR_X2APIC_ICR    0x00000830u
#define SVR_ENABLE_VECTOR 0x000001ffu
#define ICR_INIT          0x00000500u
#define ICR_STARTUP       0x00000600u
#define ICR_ASSERT        0x00004000u

enum {
    HANG_ADDRESS = 0x8000,
    MODE_COUNT = 8,
    MODE_INIT = 5,
    NEIGHBOUR_MS = 3000,
    MEMORY_TO_WATCH = 0x400000, /* from here to ... */
    MEMORY_WATCHED_END = 0x600000,
};

extern const uint8_t hang_start[];
extern const uint8_t hang_end[];

static const uint32_t destinations[] = {0,    1,          2,          3,
                                        0xff, 0xffffffff, 0x0001000f, 0x0000ffff};
static const uint8_t ipi_vectors[] = {0, 2, 15, 16, 32, 255};

static void send(uint32_t destination, uint32_t command)
{
    try_write_msr(MSR_X2APIC_ICR, (uint64_t)destination << 32 | command);
}

/* Everything but an INIT that could reach this CPU, which would wait for ever. */
static void send_to_all(uint32_t destination, uint8_t vector)
{
    for (uint32_t mode = 0; mode < MODE_COUNT; mode++)
        for (uint32_t rest = 0; rest < 32; rest++) {
            uint32_t shorthand = rest & 3;
            uint32_t is_logical = rest >> 2 & 1;
            uint32_t level_and_trigger = rest >> 3;

            if (mode == MODE_INIT && shorthand != 3)
                continue;
            send(destination, shorthand << 18 | level_and_trigger << 14 |
                                  is_logical << 11 | mode << 8 | vector);
        }
}

void act_ipis(void)
{
    try_write_msr(MSR_X2APIC_SVR, SVR_ENABLE_VECTOR);
    for (size_t i = 0; i < TABLE_SIZE(destinations); i++)
        for (size_t j = 0; j < TABLE_SIZE(ipi_vectors); j++)
            send_to_all(destinations[i], ipi_vectors[j]);
    /* INIT to CPUs that the domain has not. */
    for (uint32_t destination = 1; destination < 256; destination++)
        send(destination, ICR_INIT | ICR_ASSERT);
    check(nmi_count != 0, "ipis", "no NMI came to itself", 0);
    pass("ipis");
}

/* Verifies and rewrites memory that nobody else may touch. */
static bool watch_memory(uint64_t round)
{
    for (uint64_t at = MEMORY_TO_WATCH; at < MEMORY_WATCHED_END; at += 8) {
        volatile uint64_t *place = (volatile uint64_t *)at;

        if (round != 0 && *place != at * (round - 1))
            return false;
        *place = at * round;
    }
    return true;
}

/* Ready to be interrupted all the time, by others: there is nobody who may. */
void act_neighbour(void)
{
    uint64_t end = tsc_read() + NEIGHBOUR_MS * command_line_number("tsc_early_khz");
    uint64_t round = 0;

    try_write_msr(MSR_X2APIC_SVR, SVR_ENABLE_VECTOR);
    __asm__ volatile("sti");
    say("rootport-test: STEP neighbour watches");
    for (; tsc_read() < end; round++)
        if (!watch_memory(round))
            fail("neighbour", "its memory changed in round", round);
    __asm__ volatile("cli");
    check(nmi_count == 0, "neighbour", "NMIs came", nmi_count);
    check(interrupt_count == 0, "neighbour", "interrupts came", interrupt_count);
    pass("neighbour");
}

void act_alive(void)
{
    pass("alive");
}

/* Starts its second CPU, which hangs with interrupts off, and ends nevertheless. */
void act_hung_cpu(void)
{
    volatile uint32_t *count =
        (volatile uint32_t *)(HANG_ADDRESS + (uint64_t)(hang_end - hang_start) - 4);

    memcpy((void *)HANG_ADDRESS, hang_start, (size_t)(hang_end - hang_start));
    send(1, ICR_INIT | ICR_ASSERT);
    send(1, ICR_STARTUP | HANG_ADDRESS / 4096);
    while (*count == 0)
        cpu_relax();
    pass("second-cpu-hangs");
}
