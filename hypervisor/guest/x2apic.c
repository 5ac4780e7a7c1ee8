/* SPDX-License-Identifier: MIT */
/*
 * The x2APIC registers that a domain sees, as pure functions of what it reads
 * and writes. AMD64 APM volume 2 (24593), chapter 16; Intel SDM volume 3, 10.12.
 */
#include "guest/x2apic.h"

/* The version register. */
#define VERSION_NUMBER   0x000000ffu
#define VERSION_MAX_LVT  0x00ff0000u
#define VERSION_SIX_LVTS 0x00050000u /* timer to error, no CMCI */

/* Local vector table entries and the low half of ICR. */
#define VECTOR                  0x000000ffu
#define DELIVERY_MODE           0x00000700u
#define STATUS                  0x00001000u /* read-only */
#define POLARITY                0x00002000u
#define REMOTE_IRR              0x00004000u /* read-only */
#define TRIGGER_MODE            0x00008000u
#define MASKED                  0x00010000u
#define TIMER_MODE              0x00060000u

#define DELIVER_FIXED           0x000u
#define DELIVER_LOWEST_PRIORITY 0x100u
#define DELIVER_NMI             0x400u
#define DELIVER_INIT            0x500u
#define DELIVER_STARTUP         0x600u

#define TIMER_TSC_DEADLINE      0x00040000u
#define TIMER_RESERVED          0x00060000u

#define ICR_LOGICAL             0x00000800u
#define ICR_ASSERT              0x00004000u
#define ICR_SHORTHAND           0x000c0000u
#define ICR_WRITABLE            0xffffffff000ccfffu

#define TO_SELF                 0x00040000u
#define TO_ALL                  0x00080000u
#define TO_ALL_OTHERS           0x000c0000u

#define BROADCAST               0xffffffffu
#define LOWEST_VECTOR           16u /* those below are the processor's own exceptions */
#define CLUSTER_SIZE            16u
#define SOFTWARE_BITS           0x1ffu /* of SVR: vector and enable */
#define DIVIDE_BITS             0xbu
#define INTERRUPT_BITS          (VECTOR | DELIVERY_MODE | MASKED)

enum permission {
    READ = 0x1,
    WRITE = 0x2,
    /* Without an exit, where the hardware has x2APIC. */
    PASS_READ = 0x4,
    PASS_WRITE = 0x8,
    /* A local interrupt whose delivery mode needs the filter. */
    FILTERED = 0x10,
};

/*
 * The registers that exist. @writable are the bits that every local APIC lets
 * software write, so that the hypervisor's own write cannot fault; @ignored are read-only
 * bits, which software may write back as it read them.
 */
struct row {
    uint16_t first;
    uint16_t last;
    uint8_t permissions;
    uint32_t writable;
    uint32_t ignored;
};

static const struct row rows[] = {
    {X2APIC_ID, X2APIC_VERSION, READ, 0, 0},
    {X2APIC_TPR, X2APIC_TPR, READ | WRITE | PASS_READ | PASS_WRITE, 0xff, 0},
    {X2APIC_PPR, X2APIC_PPR, READ | PASS_READ, 0, 0},
    {X2APIC_EOI, X2APIC_EOI, WRITE | PASS_WRITE, 0, 0},
    {X2APIC_LDR, X2APIC_LDR, READ, 0, 0},
    {X2APIC_SVR, X2APIC_SVR, READ | WRITE | PASS_READ, SOFTWARE_BITS, 0},
    {X2APIC_ISR0, X2APIC_ISR0 + 7, READ | PASS_READ, 0, 0},
    {X2APIC_TMR0, X2APIC_TMR0 + 7, READ, 0, 0},
    {X2APIC_IRR0, X2APIC_IRR0 + 7, READ | PASS_READ, 0, 0},
    {X2APIC_ESR, X2APIC_ESR, READ | WRITE | PASS_READ | PASS_WRITE, 0, 0},
    {X2APIC_ICR, X2APIC_ICR, READ | WRITE, 0, 0},
    {X2APIC_LVT_TIMER, X2APIC_LVT_TIMER, READ | WRITE | PASS_READ,
     VECTOR | MASKED | TIMER_MODE, STATUS},
    {X2APIC_LVT_THERMAL, X2APIC_LVT_PERFORMANCE, READ | WRITE | PASS_READ | FILTERED,
     INTERRUPT_BITS, STATUS},
    {X2APIC_LVT_LINT0, X2APIC_LVT_LINT1, READ | WRITE | PASS_READ | FILTERED,
     INTERRUPT_BITS | POLARITY | TRIGGER_MODE, STATUS | REMOTE_IRR},
    {X2APIC_LVT_ERROR, X2APIC_LVT_ERROR, READ | WRITE | PASS_READ, VECTOR | MASKED,
     STATUS},
    {X2APIC_INITIAL_COUNT, X2APIC_INITIAL_COUNT, READ | WRITE | PASS_READ | PASS_WRITE,
     0xffffffff, 0},
    {X2APIC_CURRENT_COUNT, X2APIC_CURRENT_COUNT, READ | PASS_READ, 0, 0},
    {X2APIC_DIVIDE, X2APIC_DIVIDE, READ | WRITE | PASS_READ | PASS_WRITE, DIVIDE_BITS, 0},
    {X2APIC_SELF_IPI, X2APIC_SELF_IPI, WRITE | PASS_WRITE, VECTOR, 0},
};

/* What a register that is in no row is: not there. */
static const struct row absent;

static const struct row *find_row(uint32_t msr)
{
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (msr >= rows[i].first && msr <= rows[i].last)
            return &rows[i];
    return &absent;
}

/* --- reading and writing --- */

uint32_t x2apic_logical_id(unsigned id)
{
    return (uint32_t)(id / CLUSTER_SIZE) << 16 | (uint32_t)1 << id % CLUSTER_SIZE;
}

enum x2apic_action x2apic_read(const struct x2apic_cpu *cpu, uint32_t msr,
                               uint64_t *out_value)
{
    *out_value = 0;
    if (!(find_row(msr)->permissions & READ))
        return X2APIC_FAULT;
    if (msr - X2APIC_TMR0 < 8) /* see vioapic.h: an EOI is not broadcast */
        return X2APIC_EMULATE;
    switch (msr) {
    case X2APIC_ID:
        *out_value = cpu->id;
        return X2APIC_EMULATE;
    case X2APIC_LDR:
        *out_value = x2apic_logical_id(cpu->id);
        return X2APIC_EMULATE;
    case X2APIC_ICR:
        *out_value = cpu->icr;
        return X2APIC_EMULATE;
    default:
        return X2APIC_HARDWARE;
    }
}

/* Hides the extended registers of AMD, EOI-broadcast suppression, and LVT CMCI. */
uint64_t x2apic_filter_read(uint32_t msr, uint64_t value)
{
    uint64_t max_lvt = value & VERSION_MAX_LVT;

    if (msr != X2APIC_VERSION)
        return value;
    if (max_lvt > VERSION_SIX_LVTS)
        max_lvt = VERSION_SIX_LVTS;
    return (value & VERSION_NUMBER) | max_lvt;
}

static enum x2apic_action write_icr(struct x2apic_cpu *cpu, uint64_t value)
{
    if (value & ~ICR_WRITABLE)
        return X2APIC_FAULT;
    cpu->icr = value;
    return X2APIC_SEND;
}

static bool is_timer_mode(const struct x2apic_cpu *cpu, uint64_t value)
{
    if ((value & TIMER_MODE) == TIMER_RESERVED)
        return false;
    return (value & TIMER_MODE) != TIMER_TSC_DEADLINE || cpu->has_tsc_deadline;
}

static uint64_t filter_delivery(uint64_t value)
{
    uint64_t mode = value & DELIVERY_MODE;

    return mode == DELIVER_FIXED || mode == DELIVER_NMI ? value : value | MASKED;
}

enum x2apic_action x2apic_write(struct x2apic_cpu *cpu, uint32_t msr, uint64_t value,
                                uint64_t *out_value)
{
    const struct row *row = find_row(msr);
    uint64_t reserved = ~((uint64_t)row->writable | row->ignored);

    *out_value = 0;
    if (msr == X2APIC_ICR)
        return write_icr(cpu, value);
    if (!(row->permissions & WRITE) || value & reserved)
        return X2APIC_FAULT;
    if (msr == X2APIC_LVT_TIMER && !is_timer_mode(cpu, value))
        return X2APIC_FAULT;
    value &= row->writable;
    *out_value = row->permissions & FILTERED ? filter_delivery(value) : value;
    return X2APIC_HARDWARE;
}

bool x2apic_may_pass_read(uint32_t msr)
{
    return find_row(msr)->permissions & PASS_READ;
}

bool x2apic_may_pass_write(uint32_t msr)
{
    return find_row(msr)->permissions & PASS_WRITE;
}

/* --- interrupt commands --- */

static uint64_t all_cpus(const struct x2apic_cpu *cpu)
{
    return cpu->count >= X2APIC_MAX_CPUS ? ~(uint64_t)0 : ((uint64_t)1 << cpu->count) - 1;
}

static uint64_t this_cpu(const struct x2apic_cpu *cpu)
{
    return cpu->id < X2APIC_MAX_CPUS ? (uint64_t)1 << cpu->id : 0;
}

/* SDM volume 3, 10.12.9: an ID, or a cluster of 16 and a bit for each of its CPUs. */
static uint64_t destination(uint32_t id, uint64_t icr)
{
    uint32_t cluster = id / 0x10000u;

    if (id == BROADCAST)
        return ~(uint64_t)0;
    if (!(icr & ICR_LOGICAL))
        return id < X2APIC_MAX_CPUS ? (uint64_t)1 << id : 0;
    if (cluster >= X2APIC_MAX_CPUS / CLUSTER_SIZE)
        return 0;
    return (uint64_t)(id & 0xffffu) << (cluster * CLUSTER_SIZE);
}

static uint64_t targets_of(const struct x2apic_cpu *cpu)
{
    uint64_t all = all_cpus(cpu);

    switch (cpu->icr & ICR_SHORTHAND) {
    case TO_SELF:
        return this_cpu(cpu) & all;
    case TO_ALL:
        return all;
    case TO_ALL_OTHERS:
        return all & ~this_cpu(cpu);
    default:
        return destination((uint32_t)(cpu->icr >> 32), cpu->icr) & all;
    }
}

static enum x2apic_ipi_kind kind_of(uint64_t icr)
{
    switch (icr & DELIVERY_MODE) {
    case DELIVER_FIXED:
    case DELIVER_LOWEST_PRIORITY:
        return (icr & VECTOR) < LOWEST_VECTOR ? X2APIC_IPI_NONE : X2APIC_IPI_FIXED;
    case DELIVER_NMI:
        return X2APIC_IPI_NMI;
    case DELIVER_INIT: /* de-assert is without effect (SDM volume 3, 10.6.1) */
        return icr & TRIGGER_MODE && !(icr & ICR_ASSERT) ? X2APIC_IPI_NONE
                                                         : X2APIC_IPI_INIT;
    case DELIVER_STARTUP:
        return X2APIC_IPI_STARTUP;
    default:
        return X2APIC_IPI_NONE;
    }
}

/* To itself a CPU can send nothing but fixed interrupts (SDM volume 3, table 10-3). */
static bool is_valid(uint64_t icr)
{
    uint64_t shorthand = icr & ICR_SHORTHAND;

    return (icr & DELIVERY_MODE) == DELIVER_FIXED ||
           (shorthand != TO_SELF && shorthand != TO_ALL);
}

struct x2apic_ipi x2apic_decode_icr(const struct x2apic_cpu *cpu)
{
    const struct x2apic_ipi nothing = {X2APIC_IPI_NONE, 0, 0};
    struct x2apic_ipi ipi = {kind_of(cpu->icr), 0, targets_of(cpu)};

    if (ipi.kind == X2APIC_IPI_NONE || !ipi.targets || !is_valid(cpu->icr))
        return nothing;
    if (ipi.kind == X2APIC_IPI_FIXED || ipi.kind == X2APIC_IPI_STARTUP)
        ipi.vector = (uint8_t)(cpu->icr & VECTOR);
    if ((cpu->icr & DELIVERY_MODE) == DELIVER_LOWEST_PRIORITY)
        ipi.targets &= ~ipi.targets + 1; /* the lowest bit */
    return ipi;
}

/* --- xAPIC --- */

uint32_t x2apic_xapic_offset(uint32_t msr)
{
    return (msr - X2APIC_FIRST) << 4;
}
