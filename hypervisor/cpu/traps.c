/* SPDX-License-Identifier: MIT */
/* Descriptor tables and exceptions (AMD64 APM vol. 2, chapters 4 and 8). */
#include "cpu/traps.h"

#include <stddef.h>

#include "cpu/msr.h"
#include "cpu/smp.h"
#include "dev/console.h"
#include "mm/pages.h"

enum {
    VECTOR_NMI = 2,
    VECTOR_DOUBLE_FAULT = 8,
    VECTOR_PAGE_FAULT = 14,
    VECTOR_COUNT = 32,
    VECTOR_STRIDE = 4, /* of the entries in traps_entry.S */
    IST_FAULT = 1,
    GDT_ENTRY_COUNT = 5, /* null, code, data, and the TSS takes two */
};

#define GATE_INTERRUPT 0x8e00u /* present, DPL 0, 64-bit interrupt gate */

struct gate {
    uint16_t offset_low;
    uint16_t selector;
    uint16_t ist_and_type;
    uint16_t offset_mid;
    uint32_t offset_high;
    uint32_t reserved;
};
_Static_assert(sizeof(struct gate) == 16, "APM vol. 2, figure 4-24");

struct table_pointer {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

struct trap_frame {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t vector, error_code;
    uint64_t rip, cs, rflags, rsp, ss;
};

struct fixup {
    uint64_t fault_rip;
    uint64_t resume_rip;
};

extern const uint8_t trap_vectors[];
extern const uint8_t traps_nmi_window[];
extern const uint8_t traps_nmi_awake[];
extern const struct fixup extable_start[];
extern const struct fixup extable_end[];

static struct gate idt[VECTOR_COUNT] __attribute__((aligned(16)));

void traps_handle(struct trap_frame *frame);

static bool fix_up(struct trap_frame *frame)
{
    for (const struct fixup *fixup = extable_start; fixup < extable_end; fixup++) {
        if (fixup->fault_rip == frame->rip) {
            frame->rip = fixup->resume_rip;
            return true;
        }
    }
    return false;
}

static void end_sleep(struct trap_frame *frame)
{
    if (frame->rip >= (uint64_t)traps_nmi_window &&
        frame->rip < (uint64_t)traps_nmi_awake)
        frame->rip = (uint64_t)traps_nmi_awake;
}

/* Page fault error code, APM vol. 2, 8.4.2. */
#define PF_PRESENT 0x01u
#define PF_WRITE   0x02u
#define PF_FETCH   0x10u

static bool is_guard(const uint8_t *stack, uint64_t address)
{
    return stack != NULL && address >= (uint64_t)stack - PAGE_SIZE &&
           address < (uint64_t)stack;
}

/* Which rule of our own page tables was broken. */
static const char *explain(const struct trap_frame *frame, uint64_t cr2)
{
    const struct percpu *cpu = percpu_self();

    if (frame->vector != VECTOR_PAGE_FAULT)
        return "unexpected exception";
    if (is_guard(cpu->stack, cr2) || is_guard(cpu->fault_stack, cr2))
        return "stack overflow: the guard page below a stack was touched";
    if (!(frame->error_code & PF_PRESENT))
        return "access to memory that is not mapped";
    if (frame->error_code & PF_FETCH)
        return "execution of data";
    return frame->error_code & PF_WRITE ? "write to memory that is read-only"
                                        : "access that the page tables forbid";
}

static void dump(const struct trap_frame *frame, uint64_t cr2)
{
    console_emergency("rip %016lx rsp %016lx rflags %08lx cr2 %016lx", frame->rip,
                      frame->rsp, frame->rflags, cr2);
    console_emergency("rax %016lx rbx %016lx rcx %016lx rdx %016lx", frame->rax,
                      frame->rbx, frame->rcx, frame->rdx);
    console_emergency("rsi %016lx rdi %016lx rbp %016lx r8  %016lx", frame->rsi,
                      frame->rdi, frame->rbp, frame->r8);
    console_emergency("r9  %016lx r10 %016lx r11 %016lx r12 %016lx", frame->r9,
                      frame->r10, frame->r11, frame->r12);
    console_emergency("r13 %016lx r14 %016lx r15 %016lx", frame->r13, frame->r14,
                      frame->r15);
}

void traps_handle(struct trap_frame *frame)
{
    uint64_t cr2;

    if (frame->vector == VECTOR_NMI) {
        while (smp_is_stopping())
            __asm__ volatile("hlt");
        percpu_self()->nmi_count++;
        percpu_self()->had_nmi = true;
        end_sleep(frame);
        return;
    }
    if (fix_up(frame))
        return;
    __asm__ volatile("movq %%cr2, %0" : "=r"(cr2));
    dump(frame, cr2);
    panic("CPU %u: %s: vector %lu, error code %lx", percpu_self()->index,
          explain(frame, cr2), frame->vector, frame->error_code);
}

static void fill_idt(void)
{
    for (unsigned i = 0; i < VECTOR_COUNT; i++) {
        uint64_t entry = (uint64_t)trap_vectors + i * VECTOR_STRIDE;
        /* A fault that came of a broken stack pointer must not use that stack. */
        unsigned ist = i == VECTOR_DOUBLE_FAULT || i == VECTOR_PAGE_FAULT ? IST_FAULT : 0;

        idt[i] = (struct gate){
            .offset_low = (uint16_t)entry,
            .selector = SELECTOR_CODE,
            .ist_and_type = (uint16_t)(GATE_INTERRUPT | ist),
            .offset_mid = (uint16_t)(entry >> 16),
            .offset_high = (uint32_t)(entry >> 32),
        };
    }
}

static void fill_gdt(struct percpu *cpu)
{
    uint64_t base = (uint64_t)cpu->tss;
    uint64_t fault_stack_top = (uint64_t)cpu->fault_stack + FAULT_STACK_SIZE;

    cpu->tss->ist[2 * (IST_FAULT - 1)] = (uint32_t)fault_stack_top;
    cpu->tss->ist[2 * (IST_FAULT - 1) + 1] = (uint32_t)(fault_stack_top >> 32);
    cpu->tss->io_map_base = sizeof(struct tss);

    cpu->gdt[SELECTOR_CODE / 8] = 0x00af9b000000ffff;
    cpu->gdt[SELECTOR_DATA / 8] = 0x00cf93000000ffff;
    cpu->gdt[SELECTOR_TSS / 8] = (sizeof(struct tss) - 1) | (base & 0xffffff) << 16 |
                                 0x89ull << 40 | (base >> 24 & 0xff) << 56;
    cpu->gdt[SELECTOR_TSS / 8 + 1] = base >> 32;
}

void traps_init_cpu(struct percpu *cpu)
{
    struct table_pointer gdt_pointer = {GDT_ENTRY_COUNT * 8 - 1, (uint64_t)cpu->gdt};
    struct table_pointer idt_pointer = {sizeof idt - 1, (uint64_t)idt};

    cpu->self = cpu;
    fill_gdt(cpu);
    fill_idt();
    __asm__ volatile("lgdt %0" : : "m"(gdt_pointer));
    __asm__ volatile("pushq %0\n\t"
                     "leaq 1f(%%rip), %%rax\n\t"
                     "pushq %%rax\n\t"
                     "lretq\n"
                     "1:\tmovl %1, %%ds\n\t"
                     "movl %1, %%es\n\t"
                     "movl %1, %%ss\n\t"
                     "movl %2, %%fs\n\t"
                     "movl %2, %%gs"
                     :
                     : "i"(SELECTOR_CODE), "r"(SELECTOR_DATA), "r"(0)
                     : "rax", "memory");
    msr_write(MSR_GS_BASE, (uint64_t)cpu);
    __asm__ volatile("lidt %0" : : "m"(idt_pointer));
    __asm__ volatile("ltr %w0" : : "r"(SELECTOR_TSS));
}
