/* SPDX-License-Identifier: MIT */
/*
 * The x2APIC registers that a domain sees: which exist, which of their bits it
 * may write, which need no exit, and whom an interrupt command reaches.
 *
 * A virtual CPU is a physical CPU and owns its local APIC, but for what could
 * reach another domain. Virtual APIC IDs are the domain's CPU numbers, 0 to 63.
 *
 * AMD64 APM volume 2 (24593), chapter 16; Intel SDM volume 3, 10.12.
 */
#ifndef HYPERVISOR_GUEST_X2APIC_H
#define HYPERVISOR_GUEST_X2APIC_H

#include <stdbool.h>
#include <stdint.h>

#define X2APIC_MAX_CPUS 64u

/* Model-specific registers 0x800 to 0x8ff. */
enum x2apic_register {
    X2APIC_FIRST = 0x800,
    X2APIC_ID = 0x802,
    X2APIC_VERSION = 0x803,
    X2APIC_TPR = 0x808,
    X2APIC_PPR = 0x80a,
    X2APIC_EOI = 0x80b,
    X2APIC_LDR = 0x80d,
    X2APIC_SVR = 0x80f,
    X2APIC_ISR0 = 0x810, /* to 0x817 */
    X2APIC_TMR0 = 0x818, /* to 0x81f */
    X2APIC_IRR0 = 0x820, /* to 0x827 */
    X2APIC_ESR = 0x828,
    X2APIC_ICR = 0x830,
    X2APIC_LVT_TIMER = 0x832,
    X2APIC_LVT_THERMAL = 0x833,
    X2APIC_LVT_PERFORMANCE = 0x834,
    X2APIC_LVT_LINT0 = 0x835,
    X2APIC_LVT_LINT1 = 0x836,
    X2APIC_LVT_ERROR = 0x837,
    X2APIC_INITIAL_COUNT = 0x838,
    X2APIC_CURRENT_COUNT = 0x839,
    X2APIC_DIVIDE = 0x83e,
    X2APIC_SELF_IPI = 0x83f,
    X2APIC_LAST = 0x8ff,
};

/* What to do with an access that was intercepted. Zero refuses. */
enum x2apic_action {
    X2APIC_FAULT = 0, /* raise #GP(0) in the guest */
    X2APIC_HARDWARE,  /* do it on the CPU's own local APIC, with the value given */
    X2APIC_EMULATE,   /* a read: the value given is the answer */
    X2APIC_SEND,      /* a write of ICR: x2apic_decode_icr() says what it means */
};

/* One virtual CPU's place in its domain. */
struct x2apic_cpu {
    unsigned id;           /* its virtual APIC ID, less than @count */
    unsigned count;        /* of the domain's CPUs, 1 to X2APIC_MAX_CPUS */
    uint64_t icr;          /* as last written by the guest, for it to read back */
    bool has_tsc_deadline; /* the timer mode that CPUID Fn0000_0001 ECX[24] announces */
};

/* RDMSR of @msr. *out_value is the answer for X2APIC_EMULATE and else 0. */
enum x2apic_action x2apic_read(const struct x2apic_cpu *cpu, uint32_t msr,
                               uint64_t *out_value);

/* What the guest gets for @value, which X2APIC_HARDWARE read from @msr. */
uint64_t x2apic_filter_read(uint32_t msr, uint64_t value);

/*
 * WRMSR of @value to @msr. *out_value is what to write for X2APIC_HARDWARE: a
 * local interrupt that is neither fixed nor an NMI is masked, since SMI, INIT
 * and ExtINT belong to the machine. Keeps ICR in @cpu for X2APIC_SEND.
 */
enum x2apic_action x2apic_write(struct x2apic_cpu *cpu, uint32_t msr, uint64_t value,
                                uint64_t *out_value);

/* Whether the guest may read or write @msr without an exit, on x2APIC hardware. */
bool x2apic_may_pass_read(uint32_t msr);
bool x2apic_may_pass_write(uint32_t msr);

enum x2apic_ipi_kind {
    X2APIC_IPI_NONE = 0, /* refused or without effect: send nothing */
    X2APIC_IPI_FIXED,    /* to all targets */
    X2APIC_IPI_NMI,
    X2APIC_IPI_INIT,    /* the target waits for STARTUP: emulate */
    X2APIC_IPI_STARTUP, /* starts in real mode at vector << 12: emulate */
};

struct x2apic_ipi {
    enum x2apic_ipi_kind kind;
    uint8_t vector;   /* of FIXED and STARTUP */
    uint64_t targets; /* bit n is virtual APIC ID n; only CPUs that the domain has */
};

/*
 * Whom ICR, as kept in @cpu, interrupts with what. SMI, ExtINT, remote read and
 * vectors below 16 are refused, INIT de-assert is without effect. Of the
 * targets of a lowest-priority interrupt the first is chosen.
 */
struct x2apic_ipi x2apic_decode_icr(const struct x2apic_cpu *cpu);

/* The logical destination of virtual APIC ID @id (SDM volume 3, 10.12.10.2). */
uint32_t x2apic_logical_id(unsigned id);

/*
 * For a CPU without x2APIC: where register @msr stands in the 4 KiB xAPIC page. SELF_IPI
 * stands nowhere there, and ICR in two halves: apic_send() knows them.
 */
uint32_t x2apic_xapic_offset(uint32_t msr);

#endif
