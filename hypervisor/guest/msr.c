/* SPDX-License-Identifier: MIT */
/*
 * MSRs as a guest sees them. What is in no row is not there: #GP(0). AMD64 APM
 * vol. 2, appendix A; AMD PPR 54945 for the CPU's own.
 */
#include <stdbool.h>
#include <stddef.h>

#include "cpu/regs.h"
#include "guest/domain.h"
#include "guest/exits.h"
#include "guest/hw.h"
#include "guest/hypercall_page.h"
#include "guest/vapic.h"

enum {
    VECTOR_GP = 13,
};

#define APIC_BASE_BSP     0x00000100u
#define APIC_BASE_ADDRESS 0xfee00000ull

/* Reads as @value; writes are ignored. */
struct constant {
    uint32_t first;
    uint32_t last;
    uint64_t value;
};

static const struct constant constants[] = {
    {0x00000017, 0x00000017, 0},                   /* IA32_PLATFORM_ID */
    {0x0000008b, 0x0000008b, 0},                   /* PATCH_LEVEL */
    {MSR_MTRRCAP, MSR_MTRRCAP, 0},                 /* no fixed, no variable ranges ... */
    {0x000001d9, 0x000001d9, 0},                   /* DEBUGCTL */
    {MSR_MTRR_DEF_TYPE, MSR_MTRR_DEF_TYPE, 0x806}, /* ... all write-back, enabled */
    {0xc0000104, 0xc0000104, 1ull << 32},          /* TSC_RATIO: 1.0 */
    {0xc0010000, 0xc0010007, 0},                   /* PERF_CTL, PERF_CTR */
    {0xc0010010, 0xc0010010, 0},                   /* SYSCFG */
    {0xc0010015, 0xc0010015, 1u << 24},            /* HWCR: the TSC counts at P0 */
    {0xc001001f, 0xc001001f, 0},                   /* NB_CFG */
    {0xc0010020, 0xc0010020, 0},                   /* PATCH_LOADER */
    {0xc0010055, 0xc0010055, 0},                   /* INT_PENDING */
    {MSR_MMIO_CFG_BASE, MSR_MMIO_CFG_BASE, 0},
    {0xc0010061, 0xc001006b, 0},              /* P-states */
    {MSR_VM_CR, MSR_VM_CR, VM_CR_SVMDIS | 8}, /* AMD-V is off, and locked so */
    {0xc0010140, 0xc0010141, 0},              /* OSVW */
    {0xc0010200, 0xc001020b, 0},              /* PERF_CTL, PERF_CTR, extended */
    {0xc0011020, 0xc0011024, 0},              /* LS_CFG and its neighbours */
    {0xc0011029, 0xc0011029, 2},              /* DE_CFG: LFENCE is serialising */
    {0xc001102a, 0xc001102d, 0},              /* BU_CFG2 and its neighbours */
};

static const struct constant *find_constant(uint32_t msr)
{
    for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++)
        if (msr >= constants[i].first && msr <= constants[i].last)
            return &constants[i];
    return NULL;
}

static bool is_x2apic(uint32_t msr)
{
    return msr >= X2APIC_FIRST && msr <= X2APIC_LAST;
}

static bool read(struct vcpu *vcpu, uint32_t msr, uint64_t *out_value)
{
    const struct constant *constant;

    if (is_x2apic(msr))
        return vapic_read_msr(vcpu, msr, out_value);
    switch (msr) {
    case MSR_APIC_BASE:
        *out_value = APIC_BASE_ADDRESS | APIC_BASE_ENABLE | APIC_BASE_EXTD |
                     (vcpu->index == 0 ? APIC_BASE_BSP : 0);
        return true;
    case MSR_EFER:
        *out_value = hw_efer_read(vcpu);
        return true;
    case HYPERCALL_PAGE_MSR:
        *out_value = 0;
        return true;
    default:
        constant = find_constant(msr);
        *out_value = constant != NULL ? constant->value : 0;
        return constant != NULL;
    }
}

static bool write(struct vcpu *vcpu, uint32_t msr, uint64_t value)
{
    if (is_x2apic(msr))
        return vapic_write_msr(vcpu, msr, value);
    switch (msr) {
    case MSR_APIC_BASE: /* x2APIC mode is all there is */
        return (value & APIC_BASE_EXTD) && (value & APIC_BASE_ENABLE);
    case MSR_EFER:
        return hw_efer_write(vcpu, value);
    case HYPERCALL_PAGE_MSR:
        return hypercall_page_write(vcpu->domain, value);
    default:
        return find_constant(msr) != NULL;
    }
}

void msr_handle(struct vcpu *vcpu)
{
    uint64_t *gpr = vcpu->regs.gpr;
    uint32_t msr = (uint32_t)gpr[DECODE_RCX];
    uint64_t value = gpr[DECODE_RDX] << 32 | (uint32_t)gpr[DECODE_RAX];
    bool is_write = vcpu->exit.kind == EXIT_MSR_WRITE;

    if (!(is_write ? write(vcpu, msr, value) : read(vcpu, msr, &value))) {
        hw_inject_exception(vcpu, VECTOR_GP, true, 0);
        return;
    }
    if (!is_write) {
        gpr[DECODE_RAX] = (uint32_t)value;
        gpr[DECODE_RDX] = value >> 32;
    }
    vcpu_skip(vcpu);
}
