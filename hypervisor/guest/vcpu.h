/* SPDX-License-Identifier: MIT */
/* A virtual CPU, which is one physical CPU for as long as its domain lives. */
#ifndef GUEST_VCPU_H
#define GUEST_VCPU_H

#include <stdbool.h>
#include <stdint.h>

#include "cpu/percpu.h"
#include "guest/x2apic.h"
#include "svm/decode.h"

struct domain;

/* Why a guest stopped running. What is vendor-specific ends in guest/hw.h. */
enum exit_kind {
    EXIT_NONE = 0,
    EXIT_KICK, /* an NMI: somebody has a request */
    EXIT_CPUID,
    EXIT_MSR_READ,
    EXIT_MSR_WRITE,
    EXIT_IO,
    EXIT_MEMORY, /* guest physical memory that is not mapped so */
    /* What of these two is told apart, and counted so. */
    EXIT_CONFIG_PORT, /* EXIT_IO at CF8 to CFF */
    EXIT_CONSOLE,     /* EXIT_IO at the console's UART */
    EXIT_ECAM,        /* EXIT_MEMORY in the guest's ECAM region */
    EXIT_HYPERCALL,
    EXIT_IGNORED,   /* an instruction to be passed over */
    EXIT_UNDEFINED, /* an instruction that the guest is told it doesn't have */
    EXIT_EXCEPTION, /* one to be given back to the guest */
    EXIT_SHUTDOWN,  /* a triple fault */
    EXIT_FAILED,    /* the hardware refuses to run what we built */
    EXIT_KIND_COUNT,
};

struct vcpu_exit {
    enum exit_kind kind;
    uint64_t code;     /* the hardware's own, for messages */
    uint64_t next_rip; /* after the instruction that exited; 0: that takes decoding */
    /* EXIT_IO, EXIT_CONFIG_PORT, EXIT_CONSOLE */
    uint16_t port;
    uint8_t width;
    bool is_in;
    bool is_string;
    bool is_repeated;
    /* EXIT_MEMORY, EXIT_ECAM */
    uint64_t gpa;
    bool is_write;
    bool is_fetch;
    bool is_table_walk;
    /* EXIT_EXCEPTION */
    uint8_t vector;
    bool has_error_code;
    uint32_t error_code;
};

enum {
    FETCH_MEMO_COUNT = 8,
};

/* What was last made of an instruction (guest/fetch.c). The same bytes mean the same. */
struct fetch_memo {
    uint64_t code[2]; /* 15 bytes, and how many of them count */
    enum decode_mode mode;
    enum exit_kind kind;
    unsigned length;
    struct decode_instruction instruction;
};

/* What others ask of a vCPU; it looks at them before it enters its guest. */
#define VCPU_REQUEST_STOP  0x1u
#define VCPU_REQUEST_FLUSH 0x2u /* nested translations changed */
#define VCPU_REQUEST_NMI   0x4u /* the guest sent itself one */
#define VCPU_REQUEST_INIT  0x8u
#define VCPU_REQUEST_SIPI  0x10u /* with sipi_vector */

enum vcpu_state {
    VCPU_OFF = 0,
    VCPU_WAIT_FOR_SIPI,
    VCPU_RUNNING,
    VCPU_STOPPED,
};

struct vcpu {
    uint64_t rip;
    struct domain *domain;
    uint32_t index; /* its virtual APIC ID and its ACPI processor UID */
    enum vcpu_state state;
    struct percpu *cpu;
    uint32_t requests; /* VCPU_REQUEST_*, atomic */
    uint8_t sipi_vector;
    struct x2apic_cpu apic;
    bool is_in_guest; /* atomic: set before requests are looked at for the last time */
    uint64_t flush_count; /* flushes done; others wait for it to move */
    uint64_t epoch;       /* atomic: odd while an exit is being dealt with */
    struct vmcb *vmcb;
    struct vcpu_exit exit;
    struct decode_registers regs; /* complete while the guest does not run */
    struct fetch_memo memos[FETCH_MEMO_COUNT];
    uint64_t exit_counts[EXIT_KIND_COUNT];
};

/* Asks @request of @vcpu and takes its CPU back if it is in the guest. */
void vcpu_request(struct vcpu *vcpu, uint32_t request);

/*
 * Runs @vcpu on the calling CPU until it is asked to stop, or its domain ends.
 */
void vcpu_run(struct vcpu *vcpu);

/*
 * Changes whenever @vcpu begins (odd) or ends (even) to deal with an exit. What was
 * retracted before an even epoch was read, or before the epoch moved on from an odd
 * one, is in no use by that CPU any more.
 */
static inline uint64_t vcpu_epoch(const struct vcpu *vcpu)
{
    return __atomic_load_n(&vcpu->epoch, __ATOMIC_SEQ_CST);
}

/* Moves past the instruction that caused the exit. */
void vcpu_skip(struct vcpu *vcpu);

#endif
