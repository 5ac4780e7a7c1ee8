/* SPDX-License-Identifier: MIT */
/*
 * CPUID as a guest sees it: the CPU's own leaves less what a guest cannot have
 * (AMD64 APM vol. 3, appendix E), and Xen's leaves (cpuid.h of its public ABI).
 */
#include <stddef.h>

#include "guest/cpuid.h"
#include "guest/domain.h"
#include "guest/exits.h"
#include "guest/hw.h"
#include "guest/xen.h"

#define LEAF1_ECX_OSXSAVE 0x08000000u
#define LEAF1_ECX_SET     0x80200000u /* hypervisor present, x2APIC */
#define LEAF6_EAX_ARAT    0x00000004u
#define INVARIANT_TSC     0x00000100u /* EDX of 0x80000007 */

#define XEN_BASE          0x40000000u
#define XEN_LEAF_LAST     (XEN_BASE + 4)
#define XEN_LEAF4_EAX     0x00000018u /* vCPU ID in EBX, domain ID in ECX */

enum {
    TOPOLOGY_LEVEL_SMT = 1,
    TOPOLOGY_LEVEL_CORE = 2,
};

/*
 * What of a leaf is handed on: each register masked. A leaf that has no row reads
 * as zeros. Masked out are nested virtualisation, MONITOR/MWAIT, machine checks,
 * thermal and performance monitoring, microcode and speculation controls (their
 * MSRs are not the guest's), and topology, which is made up below.
 */
struct leaf_rule {
    uint32_t first;
    uint32_t last;
    uint32_t eax, ebx, ecx, edx;
};

#define ALL 0xffffffffu

static const struct leaf_rule rules[] = {
    {0x00000000, 0x00000000, ALL, ALL, ALL, ALL},
    {0x00000001, 0x00000001, ALL, 0x0000ff00, 0x77da3203, 0x178bbb7f},
    {0x00000002, 0x00000002, ALL, ALL, ALL, ALL},
    {0x00000006, 0x00000006, 0, 0, 0, 0},
    {0x00000007, 0x00000007, 0, 0x219c07a9, 0x00400704, 0},
    {0x0000000b, 0x0000000b, 0, 0, 0, 0},
    {0x0000000d, 0x0000000d, 0xfffffff7, ALL, ALL, ALL},
    {0x80000000, 0x80000000, ALL, ALL, ALL, ALL},
    {0x80000001, 0x80000001, ALL, ALL, 0x002101f3, 0xeed3bb7f},
    {0x80000002, 0x80000006, ALL, ALL, ALL, ALL},
    {0x80000007, 0x80000007, 0, 0, 0, INVARIANT_TSC},
    {0x80000008, 0x80000008, ALL, 0x00000205, 0, 0},
};

struct cpuid_result cpuid_mask(uint32_t leaf, struct cpuid_result native)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        const struct leaf_rule *rule = &rules[i];

        if (leaf >= rule->first && leaf <= rule->last)
            return (struct cpuid_result){native.eax & rule->eax, native.ebx & rule->ebx,
                                         native.ecx & rule->ecx, native.edx & rule->edx};
    }
    return (struct cpuid_result){0};
}

static uint32_t log2_up(uint32_t value)
{
    uint32_t bits = 0;

    while ((UINT32_C(1) << bits) < value)
        bits++;
    return bits;
}

/* One package of as many cores as there are vCPUs, one thread each. */
static struct cpuid_result topology(const struct vcpu *vcpu, uint32_t level)
{
    uint32_t count = vcpu->domain->vcpu_count;
    struct cpuid_result result = {.ecx = level, .edx = vcpu->index};

    if (level == 0) {
        result.ebx = 1;
        result.ecx |= TOPOLOGY_LEVEL_SMT << 8;
    } else if (level == 1) {
        result.eax = log2_up(count);
        result.ebx = count;
        result.ecx |= TOPOLOGY_LEVEL_CORE << 8;
    }
    return result;
}

static struct cpuid_result xen(const struct vcpu *vcpu, uint32_t leaf)
{
    struct cpuid_result result = {0};

    switch (leaf) {
    case XEN_BASE: /* "XenVMMXenVMM" */
        return (struct cpuid_result){XEN_LEAF_LAST, 0x566e6558, 0x65584d4d, 0x4d4d566e};
    case XEN_BASE + 1:
        result.eax = XEN_VERSION;
        break;
    case XEN_BASE + 2: /* one hypercall page, whose MSR has the number of the leaf */
        result.eax = 1;
        result.ebx = XEN_BASE;
        break;
    case XEN_BASE + 4:
        result.eax = XEN_LEAF4_EAX;
        result.ebx = vcpu->index;
        result.ecx = vcpu->domain->id;
        break;
    default:
        break;
    }
    return result;
}

/* Fills in what is the guest's own in the leaves that have it. */
static void personalise(const struct vcpu *vcpu, uint32_t leaf,
                        struct cpuid_result *result)
{
    uint32_t count = vcpu->domain->vcpu_count;

    switch (leaf) {
    case 0x00000001:
        result->ebx |= vcpu->index << 24 | count << 16;
        result->ecx |= LEAF1_ECX_SET;
        if (hw_mode(vcpu).cr4 & CR4_OSXSAVE)
            result->ecx |= LEAF1_ECX_OSXSAVE;
        break;
    case 0x00000006:
        result->eax = LEAF6_EAX_ARAT; /* the timer never stops: there is no idle state */
        break;
    case 0x80000007:
        result->edx |= INVARIANT_TSC; /* nothing changes its rate */
        break;
    case 0x80000008:
        result->ecx = log2_up(count) << 12 | (count - 1);
        break;
    default:
        break;
    }
}

void cpuid_handle(struct vcpu *vcpu)
{
    uint64_t *gpr = vcpu->regs.gpr;
    uint32_t leaf = (uint32_t)gpr[DECODE_RAX];
    uint32_t subleaf = (uint32_t)gpr[DECODE_RCX];
    struct cpuid_result result;

    if (leaf >= XEN_BASE && leaf <= XEN_LEAF_LAST)
        result = xen(vcpu, leaf);
    else if (leaf == 0x0000000b)
        result = topology(vcpu, subleaf);
    else
        result = cpuid_mask(leaf, cpuid(leaf, subleaf));
    personalise(vcpu, leaf, &result);
    gpr[DECODE_RAX] = result.eax;
    gpr[DECODE_RBX] = result.ebx;
    gpr[DECODE_RCX] = result.ecx;
    gpr[DECODE_RDX] = result.edx;
    vcpu_skip(vcpu);
}
