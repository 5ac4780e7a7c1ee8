/* SPDX-License-Identifier: MIT */
/* What belongs to one physical CPU. */
#ifndef CPU_PERCPU_H
#define CPU_PERCPU_H

#include <stdbool.h>
#include <stdint.h>

enum {
    CPU_COUNT_MAX = 64,
    CPU_STACK_SIZE = 16384,
    FAULT_STACK_SIZE = 4096,
};

/* AMD64 APM vol. 2, 12.2.5: the 64-bit task state segment. */
struct tss {
    uint32_t reserved0;
    uint32_t rsp_low_high[6];
    uint32_t reserved1[2];
    uint32_t ist[14];
    uint32_t reserved2[2];
    uint16_t reserved3;
    uint16_t io_map_base;
};
_Static_assert(sizeof(struct tss) == 104, "APM vol. 2, figure 12-8");

struct vcpu;

struct percpu {
    struct percpu *self; /* first: %gs:0 */
    uint32_t index;
    uint32_t apic_id;
    uint8_t *stack;       /* CPU_STACK_SIZE bytes above a guard page */
    uint8_t *fault_stack; /* likewise, FAULT_STACK_SIZE bytes */
    uint64_t *gdt;
    struct tss *tss;
    void *host_vmcb;   /* VMLOAD/VMSAVE area of the hypervisor's own state */
    struct vcpu *vcpu; /* atomic: what this CPU is to run, NULL for nothing */
    uint32_t nmi_count;
    bool had_nmi;  /* since poll_devices() began */
    bool is_named; /* by a domain's configuration: for that one alone */
    bool is_taken; /* belongs to a domain, which need not run yet */
    bool is_online;
};

static inline struct percpu *percpu_self(void)
{
    struct percpu *self;

    __asm__("movq %%gs:0, %0" : "=r"(self));
    return self;
}

/*
 * Whether this is the boot CPU, to which devices of the hypervisor's lead, and it had an
 * NMI since *@seen was last brought up to date.
 */
static inline bool percpu_has_nmi(uint32_t *seen)
{
    const struct percpu *self = percpu_self();

    if (self->index != 0 || self->nmi_count == *seen)
        return false;
    *seen = self->nmi_count;
    return true;
}

#endif
