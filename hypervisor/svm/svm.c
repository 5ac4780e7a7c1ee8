/* SPDX-License-Identifier: MIT */
/* AMD-V (AMD64 APM vol. 2, chapter 15) behind guest/hw.h. */
#include <stddef.h>

#include "cpu/msr.h"
#include "dev/console.h"
#include "guest/hw.h"
#include "lib/string.h"
#include "mm/pages.h"
#include "svm/permissions.h"
#include "svm/vmcb.h"

#define CPUID_1_ECX_XSAVE                 0x04000000u
#define CPUID_80000001_ECX_SVM            0x00000004u
#define CPUID_8000000A_EDX_NP             0x00000001u
#define CPUID_8000000A_EDX_NRIPS          0x00000008u
#define CPUID_8000000A_EDX_DECODE_ASSISTS 0x00000080u

#define EFER_GUEST_MAY_SET                (EFER_SCE | EFER_LME | EFER_NXE | EFER_FFXSR)
#define PAT_AT_RESET                      0x0007040600070406ull
#define DR6_AT_RESET                      0x00000000ffff0ff0ull
#define DR7_AT_RESET                      0x0000000000000400ull

#define MXCSR_AT_RESET                    0x1f80u
#define XCR0_AT_RESET                     1u

enum {
    CPUID_XSAVE = 0xd,
    XSAVE_AREA_SIZE = 512 + 64, /* without what no bit of its header says is there */
    VECTOR_DB = 1,
    VECTOR_PF = 14,
    VECTOR_AC = 17,
    SEGMENT_ACCESSED_CODE_32 = 0xc9b, /* granular, 32-bit, present, code, read */
    SEGMENT_ACCESSED_DATA_32 = 0xc93,
    SEGMENT_CODE_16 = 0x09b,
    SEGMENT_DATA_16 = 0x093,
    SEGMENT_LDT = 0x082,
    SEGMENT_TSS_BUSY = 0x08b,
};

void svm_enter(uint64_t gpr[DECODE_REGISTER_COUNT], uint64_t vmcb, uint64_t host_vmcb);

static uint32_t svm_features;

const char *hw_check(void)
{
    uint64_t vm_cr;

    if (cpuid(0x80000000, 0).eax < 0x8000000a ||
        !(cpuid(0x80000001, 0).ecx & CPUID_80000001_ECX_SVM))
        return "this CPU has no AMD-V (CPUID 8000_0001 ECX bit 2 is clear): use an AMD "
               "CPU, "
               "or QEMU's -cpu EPYC,+svm,+npt";
    if (msr_read_safe(MSR_VM_CR, &vm_cr) && (vm_cr & VM_CR_SVMDIS))
        return "AMD-V is turned off by firmware (VM_CR.SVMDIS): turn SVM mode on in the "
               "firmware's set-up";
    svm_features = cpuid(0x8000000a, 0).edx;
    if (!(svm_features & CPUID_8000000A_EDX_NP))
        return "this CPU has no nested paging (CPUID 8000_000A EDX bit 0 is clear): use "
               "a "
               "newer AMD CPU, or QEMU's -cpu EPYC,+svm,+npt";
    return NULL;
}

static bool has_xsave(void)
{
    return (cpuid(1, 0).ecx & CPUID_1_ECX_XSAVE) != 0;
}

void hw_init_cpu(struct percpu *cpu)
{
    void *save_area = pages_alloc(1);
    uint64_t cr4;

    if (save_area == NULL)
        panic("no memory for CPU %u's host state", cpu->index);
    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    cr4 |= CR4_OSFXSR | (has_xsave() ? CR4_OSXSAVE : 0u);
    __asm__ volatile("mov %0, %%cr4" : : "r"(cr4));
    msr_write(MSR_EFER, msr_read(MSR_EFER) | EFER_SVME);
    msr_write(MSR_VM_HSAVE_PA, (uint64_t)save_area);
    __asm__ volatile("clgi\n\tvmsave %0" : : "a"(cpu->host_vmcb) : "memory");
}

bool hw_vcpu_create(struct vcpu *vcpu, const uint64_t *npt_root)
{
    struct vmcb *vmcb = pages_alloc(1);

    if (vmcb == NULL)
        return false;
    vmcb->intercept1 = INTERCEPT1_NMI | INTERCEPT1_INIT | INTERCEPT1_CPUID |
                       INTERCEPT1_INVD | INTERCEPT1_INVLPGA | INTERCEPT1_IOIO |
                       INTERCEPT1_MSR | INTERCEPT1_SHUTDOWN;
    vmcb->intercept2 = INTERCEPT2_VMRUN | INTERCEPT2_VMMCALL | INTERCEPT2_VMLOAD |
                       INTERCEPT2_VMSAVE | INTERCEPT2_STGI | INTERCEPT2_CLGI |
                       INTERCEPT2_SKINIT | INTERCEPT2_MONITOR | INTERCEPT2_MWAIT |
                       INTERCEPT2_MWAIT_ARMED;
    /*
     * A guest can make these two recur within their own delivery for ever, with
     * NMIs shut out: an exit at each turn lets the hypervisor in.
     */
    vmcb->intercept_exceptions = 1u << VECTOR_DB | 1u << VECTOR_AC;
    vmcb->iopm_base = permissions_iopm();
    vmcb->msrpm_base = permissions_msrpm();
    vmcb->asid = 1; /* each CPU runs one guest, and 0 is the hypervisor's */
    vmcb->np_enable = NP_ENABLE;
    vmcb->nested_cr3 = (uint64_t)npt_root;
    vcpu->vmcb = vmcb;
    return true;
}

void hw_vcpu_destroy(struct vcpu *vcpu)
{
    pages_free(vcpu->vmcb, 1);
    vcpu->vmcb = NULL;
}

static struct vmcb_segment segment(uint16_t selector, unsigned attributes, uint32_t limit,
                                   uint64_t base)
{
    return (struct vmcb_segment){selector, (uint16_t)attributes, limit, base};
}

static void set_xcr0(uint32_t low, uint32_t high)
{
    __asm__ volatile("xsetbv" : : "a"(low), "d"(high), "c"(0));
}

/*
 * XMM registers, and with XSAVE all there is: an area of zeros says that everything is
 * as after a reset (APM vol. 1, 18.8.5), the control words apart.
 */
static void clear_vectors(void)
{
    static const uint32_t mxcsr = MXCSR_AT_RESET;
    static uint8_t zeros[XSAVE_AREA_SIZE] __attribute__((aligned(64)));

    __asm__ volatile("fxrstor %0" : : "m"(zeros));
    if (has_xsave()) {
        struct cpuid_result all = cpuid(CPUID_XSAVE, 0);

        set_xcr0(all.eax, all.edx);
        __asm__ volatile("xrstor %0" : : "m"(zeros), "a"(~0u), "d"(~0u));
        set_xcr0(XCR0_AT_RESET, 0);
    }
    __asm__ volatile("fninit\n\tldmxcsr %0" : : "m"(mxcsr));
}

/* Nothing of the CPU's last owner may be seen or go on acting. */
static void clear_unswitched_registers(void)
{
    uint64_t zero = 0;

    clear_vectors();
    (void)msr_write_safe(MSR_TSC_AUX, 0);
    __asm__ volatile("mov %0, %%dr0\n\tmov %0, %%dr1\n\t"
                     "mov %0, %%dr2\n\tmov %0, %%dr3"
                     :
                     : "r"(zero));
}

static void reset(struct vcpu *vcpu)
{
    struct vmcb *vmcb = vcpu->vmcb;

    memset(&vcpu->regs, 0, sizeof vcpu->regs);
    memset(&vmcb->es, 0, sizeof *vmcb - offsetof(struct vmcb, es));
    vcpu->regs.rflags = RFLAGS_FIXED;
    vmcb->event_inject = 0;
    vmcb->interrupt_shadow = 0;
    vmcb->tlb_control = TLB_CONTROL_FLUSH_ALL;
    vmcb->efer = EFER_SVME;
    vmcb->g_pat = PAT_AT_RESET;
    vmcb->dr6 = DR6_AT_RESET;
    vmcb->dr7 = DR7_AT_RESET;
    vmcb->ldtr = segment(0, SEGMENT_LDT, 0xffff, 0);
    vmcb->gdtr.limit = 0xffff;
    vmcb->idtr.limit = 0xffff;
    clear_unswitched_registers();
}

static void set_data_segments(struct vmcb *vmcb, struct vmcb_segment data)
{
    vmcb->ds = data;
    vmcb->es = data;
    vmcb->fs = data;
    vmcb->gs = data;
    vmcb->ss = data;
}

void hw_vcpu_reset_pvh(struct vcpu *vcpu, uint32_t entry, uint32_t start_info)
{
    struct vmcb *vmcb = vcpu->vmcb;

    reset(vcpu);
    vmcb->cr0 = CR0_PE | CR0_ET;
    vmcb->cs = segment(8, SEGMENT_ACCESSED_CODE_32, 0xffffffff, 0);
    set_data_segments(vmcb, segment(16, SEGMENT_ACCESSED_DATA_32, 0xffffffff, 0));
    vmcb->tr = segment(0, SEGMENT_TSS_BUSY, 0x67, 0);
    vcpu->rip = entry;
    vcpu->regs.gpr[DECODE_RBX] = start_info;
}

void hw_vcpu_reset_sipi(struct vcpu *vcpu, uint8_t vector)
{
    struct vmcb *vmcb = vcpu->vmcb;

    reset(vcpu);
    vmcb->cr0 = CR0_ET;
    vmcb->cs =
        segment((uint16_t)(vector << 8), SEGMENT_CODE_16, 0xffff, (uint64_t)vector << 12);
    set_data_segments(vmcb, segment(0, SEGMENT_DATA_16, 0xffff, 0));
    vmcb->tr = segment(0, SEGMENT_TSS_BUSY, 0xffff, 0);
    vcpu->rip = 0;
}

static void explain_io(const struct vmcb *vmcb, struct vcpu_exit *exit)
{
    uint32_t info = (uint32_t)vmcb->exit_info1;

    exit->kind = EXIT_IO;
    exit->next_rip = vmcb->exit_info2;
    exit->port = (uint16_t)(info >> 16);
    exit->width = (uint8_t)((info & IOIO_WIDTH) >> 4);
    exit->is_in = (info & IOIO_IN) != 0;
    exit->is_string = (info & IOIO_STRING) != 0;
    exit->is_repeated = (info & IOIO_REP) != 0;
}

static void explain_memory(const struct vmcb *vmcb, struct vcpu_exit *exit)
{
    exit->kind = EXIT_MEMORY;
    exit->next_rip = 0; /* that of a fault is not saved: 15.7.1 */
    exit->gpa = vmcb->exit_info2;
    exit->is_write = (vmcb->exit_info1 & NPF_WRITE) != 0;
    exit->is_fetch = (vmcb->exit_info1 & NPF_FETCH) != 0;
    exit->is_table_walk = (vmcb->exit_info1 & NPF_TABLE) != 0;
}

static void explain(const struct vmcb *vmcb, struct vcpu_exit *exit)
{
    exit->code = vmcb->exit_code;
    exit->next_rip = svm_features & CPUID_8000000A_EDX_NRIPS ? vmcb->next_rip : 0;
    switch (vmcb->exit_code) {
    case VMEXIT_NPF:
        explain_memory(vmcb, exit);
        return;
    case VMEXIT_MSR:
        exit->kind = vmcb->exit_info1 != 0 ? EXIT_MSR_WRITE : EXIT_MSR_READ;
        return;
    case VMEXIT_IOIO:
        explain_io(vmcb, exit);
        return;
    case VMEXIT_CPUID:
        exit->kind = EXIT_CPUID;
        return;
    case VMEXIT_NMI:
    case VMEXIT_INIT:
        exit->kind = EXIT_KICK;
        return;
    case VMEXIT_VMMCALL:
        exit->kind = EXIT_HYPERCALL;
        return;
    case VMEXIT_INVD:
        exit->kind = EXIT_IGNORED; /* would throw away what others have cached */
        return;
    case VMEXIT_EXCEPTION_DB:
    case VMEXIT_EXCEPTION_AC:
        exit->kind = EXIT_EXCEPTION;
        exit->vector = (uint8_t)(vmcb->exit_code - 0x40);
        exit->has_error_code = exit->vector == VECTOR_AC;
        exit->error_code = (uint32_t)vmcb->exit_info1;
        return;
    case VMEXIT_SHUTDOWN:
        exit->kind = EXIT_SHUTDOWN;
        return;
    case VMEXIT_INVALID:
        exit->kind = EXIT_FAILED;
        return;
    default:
        /* All that is left of what we intercept is AMD-V's own, and MONITOR. */
        exit->kind = EXIT_UNDEFINED;
        return;
    }
}

/*
 * An intercepted NMI stays pending (15.13.2): without this it would end every stay
 * in the guest at once, for ever. The handler has nothing to do.
 */
static void take_pending_nmi(void)
{
    __asm__ volatile("stgi\n\tnop\n\tclgi" : : : "memory");
}

void hw_run(struct vcpu *vcpu)
{
    struct vmcb *vmcb = vcpu->vmcb;

    vmcb->rax = vcpu->regs.gpr[DECODE_RAX];
    vmcb->rsp = vcpu->regs.gpr[DECODE_RSP];
    vmcb->rflags = vcpu->regs.rflags;
    vmcb->rip = vcpu->rip;
    svm_enter(vcpu->regs.gpr, (uint64_t)vmcb, (uint64_t)vcpu->cpu->host_vmcb);
    vcpu->regs.gpr[DECODE_RAX] = vmcb->rax;
    vcpu->regs.gpr[DECODE_RSP] = vmcb->rsp;
    vcpu->regs.rflags = vmcb->rflags;
    vcpu->rip = vmcb->rip;
    vmcb->tlb_control = 0;
    /* An event whose delivery the exit interrupted is delivered again (15.7.2). */
    vmcb->event_inject = vmcb->exit_int_info & EVENT_VALID ? vmcb->exit_int_info : 0;
    if (vmcb->exit_code == VMEXIT_NMI)
        take_pending_nmi();
    explain(vmcb, &vcpu->exit);
}

void hw_set_rip(struct vcpu *vcpu, uint64_t rip)
{
    vcpu->rip = rip;
    vcpu->vmcb->interrupt_shadow = 0;
}

unsigned hw_fetched(const struct vcpu *vcpu, const uint8_t **out_bytes)
{
    if (!(svm_features & CPUID_8000000A_EDX_DECODE_ASSISTS))
        return 0;
    *out_bytes = vcpu->vmcb->fetched;
    return vcpu->vmcb->fetched_count & 0xfu;
}

void hw_inject_exception(struct vcpu *vcpu, uint8_t vector, bool has_error_code,
                         uint32_t error_code)
{
    vcpu->vmcb->event_inject = (uint64_t)error_code << 32 | EVENT_VALID |
                               (has_error_code ? EVENT_HAS_ERROR_CODE : 0) |
                               EVENT_TYPE_EXCEPTION | vector;
}

void hw_inject_page_fault(struct vcpu *vcpu, uint64_t linear, uint32_t error_code)
{
    vcpu->vmcb->cr2 = linear;
    hw_inject_exception(vcpu, VECTOR_PF, true, error_code);
}

void hw_inject_nmi(struct vcpu *vcpu)
{
    vcpu->vmcb->event_inject = EVENT_VALID | EVENT_TYPE_NMI | 2;
}

void hw_flush(struct vcpu *vcpu)
{
    vcpu->vmcb->tlb_control = TLB_CONTROL_FLUSH_ALL;
}

struct hw_mode hw_mode(const struct vcpu *vcpu)
{
    const struct vmcb *vmcb = vcpu->vmcb;
    struct hw_mode mode = {
        .cr0 = vmcb->cr0,
        .cr3 = vmcb->cr3,
        .cr4 = vmcb->cr4,
        .efer = vmcb->efer,
        .cpl = vmcb->cpl,
        .code = DECODE_MODE_16,
    };

    if ((vmcb->efer & EFER_LMA) && (vmcb->cs.attributes & SEGMENT_LONG))
        mode.code = DECODE_MODE_64;
    else if (vmcb->cs.attributes & SEGMENT_DEFAULT)
        mode.code = DECODE_MODE_32;
    return mode;
}

uint64_t hw_segment_base(const struct vcpu *vcpu, enum decode_segment which)
{
    const struct vmcb_segment *segments = &vcpu->vmcb->es;

    return segments[which].base;
}

uint64_t hw_efer_read(const struct vcpu *vcpu)
{
    return vcpu->vmcb->efer & ~(uint64_t)EFER_SVME;
}

bool hw_efer_write(struct vcpu *vcpu, uint64_t value)
{
    uint64_t lma = vcpu->vmcb->efer & EFER_LMA;

    if (value & ~(uint64_t)(EFER_GUEST_MAY_SET | EFER_LMA))
        return false;
    if ((vcpu->vmcb->cr0 & CR0_PG) && ((value ^ vcpu->vmcb->efer) & EFER_LME))
        return false;
    vcpu->vmcb->efer = (value & EFER_GUEST_MAY_SET) | lma | EFER_SVME;
    return true;
}
