/* SPDX-License-Identifier: MIT */
/*
 * Counts what single events cost in exits, by the hypervisor's own counters: this
 * domain has the control role and is the first of the configuration.
 */
#include "bare.h"

#include <rootport/control.h>

#define MSR_X2APIC_EOI    0x0000080bu
#define MSR_X2APIC_SVR    0x0000080fu
#define MSR_X2APIC_ICR    0x00000830u
#define MSR_X2APIC_TIMER  0x00000832u
#define MSR_X2APIC_COUNT  0x00000838u
#define MSR_X2APIC_DIVIDE 0x0000083eu
#define MSR_X2APIC_SELF   0x0000083fu
#define SVR_ENABLE_VECTOR 0x000001ffu
#define TIMER_PERIODIC    0x00020000u
#define TIMER_MASKED      0x00010000u
#define TIMER_BY_ONE      0xbu
#define ICR_ASSERT        0x00004000u
#define MSI_ADDRESS       0xfee00000u
#define MSIX_ENABLE       0x80000000u /* of the dword with the capability's ID */
#define MSIX_BIR          0x7u
#define CONFIG_ENABLE     0x80000000u
#define ALL_ONES          0xffffffffu
#define UNMAPPED          0x8000000000ull /* what the tables map ends below */

enum {
    EVENT_COUNT = 0x100,
    KIND_MAX = 32,
    NAME_PARTS = 4, /* of four characters each */
    VECTOR = 0x40,
    TICKS = 100000, /* of the APIC timer, between two interrupts */
    ABSENT_DEVICE = 31,
    PCI_BAR0 = 0x10,
    PCI_CAPABILITIES = 0x34,
    CAPABILITY_MSIX = 0x11,
    CAPABILITIES_MAX = 48,
};

static uint64_t get(enum rootport_control_object object, uint64_t index, uint64_t field,
                    uint64_t part)
{
    register uint64_t r10 __asm__("r10") = field;
    register uint64_t r8 __asm__("r8") = part;
    uint64_t result = ROOTPORT_CONTROL_HYPERCALL;

    __asm__ volatile("vmmcall"
                     : "+a"(result)
                     : "D"((uint64_t)ROOTPORT_CONTROL_GET), "S"((uint64_t)object),
                       "d"(index), "r"(r10), "r"(r8)
                     : "memory");
    return result;
}

/* ---- Counting -------------------------------------------------------------- */

static uint64_t before[KIND_MAX], after[KIND_MAX];

static void read_counts(uint64_t counts[KIND_MAX])
{
    for (unsigned kind = 0; kind < KIND_MAX; kind++) {
        uint64_t count = get(ROOTPORT_CONTROL_DOMAIN, 0, ROOTPORT_DOMAIN_EXITS, kind);

        counts[kind] = (int64_t)count < 0 ? 0 : count;
    }
}

static void read_name(unsigned kind, char name[4 * NAME_PARTS + 1])
{
    for (unsigned i = 0; i < 4 * NAME_PARTS + 1; i++) {
        uint64_t part = get(ROOTPORT_CONTROL_EXIT, kind, ROOTPORT_TEXT, i / 4);

        name[i] = (int64_t)part < 0 ? '\0' : (char)(part >> 7 * (i % 4) & 0x7f);
    }
    name[4 * NAME_PARTS] = '\0';
}

static void report(const char *event, const char *kind, uint64_t count, uint64_t of)
{
    put("bench: exits ");
    put(event);
    put(" ");
    put(kind);
    put_number(" ", count);
    say_number(" of ", of);
}

static bool is_hypercall(const char *kind)
{
    return kind[0] == 'h'; /* those are our own, to read the counters */
}

/*
 * EVENT_COUNT times @act: how many exits of each kind, and of all kinds together, out
 * of how many interrupts, if there were any, for timers don't wait to be counted.
 */
static void count(const char *event, void (*act)(void))
{
    unsigned interrupts = interrupt_count;
    uint64_t sum = 0, of;

    read_counts(before);
    __asm__ volatile("sti");
    for (unsigned i = 0; i < EVENT_COUNT; i++)
        act();
    __asm__ volatile("cli");
    read_counts(after);
    of = interrupt_count != interrupts ? interrupt_count - interrupts : EVENT_COUNT;
    for (unsigned kind = 0; kind < KIND_MAX; kind++) {
        char name[4 * NAME_PARTS + 1];

        read_name(kind, name);
        if (after[kind] == before[kind] || is_hypercall(name))
            continue;
        report(event, name, after[kind] - before[kind], of);
        sum += after[kind] - before[kind];
    }
    report(event, "total", sum, of);
}

/* ---- Interrupts ------------------------------------------------------------ */

static void await_interrupt(unsigned seen)
{
    while (interrupt_count == seen)
        cpu_relax();
}

static void end_interrupt(void)
{
    msr_write(MSR_X2APIC_EOI, 0);
}

static void tick_once(void)
{
    unsigned seen = interrupt_count;

    msr_write(MSR_X2APIC_COUNT, TICKS);
    await_interrupt(seen);
}

static void tick_again(void)
{
    await_interrupt(interrupt_count);
}

static void send_ipi(void)
{
    unsigned seen = interrupt_count;

    msr_write(MSR_X2APIC_ICR, ICR_ASSERT | VECTOR);
    await_interrupt(seen);
}

static void send_self_ipi(void)
{
    unsigned seen = interrupt_count;

    msr_write(MSR_X2APIC_SELF, VECTOR);
    await_interrupt(seen);
}

static void complete_command(void)
{
    unsigned seen = interrupt_count;

    nvme_command();
    await_interrupt(seen);
}

static void count_local_interrupts(void)
{
    msr_write(MSR_X2APIC_SVR, SVR_ENABLE_VECTOR);
    msr_write(MSR_X2APIC_DIVIDE, TIMER_BY_ONE);
    count("eoi", end_interrupt);
    count("ipi", send_ipi);
    count("self-ipi", send_self_ipi);
    msr_write(MSR_X2APIC_TIMER, VECTOR);
    count("timer-one-shot", tick_once);
    msr_write(MSR_X2APIC_TIMER, TIMER_PERIODIC | VECTOR);
    msr_write(MSR_X2APIC_COUNT, TICKS);
    count("timer-periodic", tick_again);
    msr_write(MSR_X2APIC_TIMER, TIMER_MASKED);
}

/* Where the function's capability with that ID is, or 0. */
static unsigned find_capability(uint8_t id)
{
    unsigned at = mmio_read8((void *)(ECAM_FUNCTION + PCI_CAPABILITIES));

    for (unsigned i = 0; i < CAPABILITIES_MAX && at != 0; i++) {
        if (mmio_read8((void *)(ECAM_FUNCTION + at)) == id)
            return at;
        at = mmio_read8((void *)(ECAM_FUNCTION + at + 1));
    }
    return 0;
}

/* Has the function's first interrupt come to this CPU. */
static void enable_msix(void)
{
    uint64_t capability = ECAM_FUNCTION + find_capability(CAPABILITY_MSIX);
    uint32_t where = mmio_read32((void *)(capability + 4));
    uint64_t bar = ECAM_FUNCTION + PCI_BAR0 + 4 * (where & MSIX_BIR);
    uint64_t entry = ((uint64_t)mmio_read32((void *)(bar + 4)) << 32 |
                      (mmio_read32((void *)bar) & ~0xfu)) +
                     (where & ~MSIX_BIR);

    mmio_write32((void *)entry, MSI_ADDRESS);
    mmio_write32((void *)(entry + 4), 0);
    mmio_write32((void *)(entry + 8), VECTOR);
    mmio_write32((void *)(entry + 12), 0);
    mmio_write32((void *)capability, mmio_read32((void *)capability) | MSIX_ENABLE);
}

/* ---- Configuration space --------------------------------------------------- */

static void read_absent(void)
{
    (void)mmio_read32((void *)(ECAM + (ABSENT_DEVICE << 15)));
}

static void read_port(void)
{
    (void)mmio_read32((void *)ECAM_PORT);
}

static void read_function(void)
{
    (void)mmio_read32((void *)ECAM_FUNCTION);
}

static void read_extended(void)
{
    (void)mmio_read32((void *)(ECAM_FUNCTION + 0x100));
}

static void read_through_ports(void)
{
    io_out32(0xcf8, CONFIG_ENABLE | 1u << 16);
    (void)io_in32(0xcfc);
}

static void size_bar(void)
{
    mmio_write32((void *)(ECAM_FUNCTION + PCI_BAR0), ALL_ONES);
}

static void count_configuration(void)
{
    uint32_t bar = mmio_read32((void *)(ECAM_FUNCTION + PCI_BAR0));

    count("absent-read", read_absent);
    count("port-read", read_port);
    count("ecam-read", read_function);
    count("extended-read", read_extended);
    count("cf8-cfc-read", read_through_ports);
    count("bar-sizing", size_bar);
    mmio_write32((void *)(ECAM_FUNCTION + PCI_BAR0), bar);
}

/* Two bytes of the absent function before it, which exit for nobody, and two of its own.
 */
static void check_straddling(void)
{
    uint32_t id = mmio_read32((void *)ECAM_FUNCTION);
    uint32_t both = mmio_read32((void *)(ECAM_FUNCTION - 2));

    if (both == (id << 16 | 0xffff))
        pass("straddling");
    else
        fail("straddling", "two functions read", both);
}

/* The other side of a string move isn't mapped: a fault of the guest's own. */
static void check_string_move(void)
{
    uint64_t from = ECAM_FUNCTION;
    uint64_t to = UNMAPPED;
    uint64_t address;

    PROVOKE("movsl", : "+S"(from), "+D"(to) : : "memory");
    __asm__ volatile("movq %%cr2, %0" : "=r"(address));
    if (fault_vector == VECTOR_PF && address == UNMAPPED && to == UNMAPPED)
        pass("string-move");
    else
        fail("string-move", "it went another way", address);
}

void act_exits(void)
{
    count_local_interrupts();
    if (!nvme_open()) {
        fail("exits", "there is no controller", 0);
        return;
    }
    enable_msix(); /* QEMU's looks at it when its queues are made */
    nvme_start();
    count("msix", complete_command);
    count_configuration();
    check_straddling();
    check_string_move();
    pass("exits");
}

void act_free_pages(void)
{
    say_number("bench: free pages ",
               get(ROOTPORT_CONTROL_MACHINE, 0, ROOTPORT_MACHINE_FREE_PAGES, 0));
    pass("free-pages");
}
