/* SPDX-License-Identifier: MIT */
/* Executes what a domain may not, or what could make its CPU the hypervisor's. */
#include "bare.h"

#define RFLAGS_TF    0x100

#define MINUS_ENOSYS ((uint64_t)-38)

static void expect(int vector, const char *what)
{
    check(fault_vector == vector, "instructions", what, (uint64_t)(int64_t)fault_vector);
}

/* What AMD-V, VT-x, SMM and MONITOR have, which the domain's CPU has not. */
static void execute_privileged(void)
{
    PROVOKE(".byte 0x0f, 0x01, 0xd8", : : "a"(0x300000) : "memory");
    expect(VECTOR_UD, "VMRUN");
    PROVOKE(".byte 0x0f, 0x01, 0xda", : : "a"(0x300000) : "memory");
    expect(VECTOR_UD, "VMLOAD");
    PROVOKE(".byte 0x0f, 0x01, 0xdb", : : "a"(0x300000) : "memory");
    expect(VECTOR_UD, "VMSAVE");
    PROVOKE(".byte 0x0f, 0x01, 0xdc", : : : "memory");
    expect(VECTOR_UD, "STGI");
    PROVOKE(".byte 0x0f, 0x01, 0xdd", : : : "memory");
    expect(VECTOR_UD, "CLGI");
    PROVOKE(".byte 0x0f, 0x01, 0xde", : : "a"(0x300000) : "memory");
    expect(VECTOR_UD, "SKINIT");
    PROVOKE(".byte 0x0f, 0x01, 0xdf", : : "a"(0), "c"(1) : "memory");
    expect(VECTOR_UD, "INVLPGA");
    PROVOKE(".byte 0x0f, 0x01, 0xc8", : : "a"(0x300000), "c"(0), "d"(0) : "memory");
    expect(VECTOR_UD, "MONITOR");
    PROVOKE(".byte 0x0f, 0x01, 0xc9", : : "a"(0), "c"(0) : "memory");
    expect(VECTOR_UD, "MWAIT");
    PROVOKE(".byte 0x0f, 0x01, 0xc1", : : : "memory");
    expect(VECTOR_UD, "VMCALL");
    PROVOKE(".byte 0x0f, 0xaa", : : : "memory");
    expect(VECTOR_UD, "RSM");
}

static void drop_caches(void)
{
    static volatile uint64_t canary;

    canary = 0x1122334455667788;
    PROVOKE("invd", : : : "memory");
    expect(NO_FAULT, "INVD");
    check(canary == 0x1122334455667788, "instructions", "INVD lost a store", canary);
    PROVOKE("wbinvd", : : : "memory");
    expect(NO_FAULT, "WBINVD");
}

static void set_extended_control(void)
{
    uint64_t cr4;

    PROVOKE("xsetbv", : : "a"(1), "d"(0), "c"(0));
    expect(VECTOR_UD, "XSETBV without OSXSAVE");
    __asm__ volatile("movq %%cr4, %0" : "=r"(cr4));
    PROVOKE("movq %0, %%cr4", : : "r"(cr4 | CR4_OSXSAVE));
    if (fault_vector != NO_FAULT)
        return;
    PROVOKE("xsetbv", : : "a"(0), "d"(0), "c"(0));
    expect(VECTOR_GP, "XSETBV of nothing");
    PROVOKE("xsetbv", : : "a"(0xffffffff), "d"(0xffffffff), "c"(0));
    expect(VECTOR_GP, "XSETBV of everything");
    PROVOKE("xsetbv", : : "a"(1), "d"(0), "c"(77));
    expect(VECTOR_GP, "XSETBV of no register");
    PROVOKE("xsetbv", : : "a"(3), "d"(0), "c"(0));
    expect(NO_FAULT, "XSETBV");
    __asm__ volatile("movq %0, %%cr4" : : "r"(cr4));
}

static void provoke_debug_exceptions(void)
{
    PROVOKE("pushfq; orq %0, (%%rsp); popfq; nop", : : "i"(RFLAGS_TF) : "memory", "cc");
    expect(VECTOR_DB, "a single step");
}

/* Every number and argument: what isn't there says so, nothing else happens. */
static void call_hypervisor(void)
{
    uint64_t result = 0;

    for (uint64_t number = 0; number < 128; number++) {
        if (number == 29)
            continue; /* sched_op, which ends the domain for good reason */
        for (uint64_t op = 0; op < 16; op++) {
            result = number;
            PROVOKE("movq %3, %%r10; vmmcall",
                    : "+a"(result)
                    : "D"(op), "S"(0xffff800000000000 + op * 8), "r"(UINT64_MAX), "d"(0)
                    : "memory", "r10", "r8");
            expect(NO_FAULT, "VMMCALL");
        }
    }
    result = 1ull << 40;
    PROVOKE("vmmcall", : "+a"(result) : "D"(0), "S"(0), "d"(0) : "memory");
    check(result == MINUS_ENOSYS, "instructions", "an unknown hypercall gives", result);
}

void act_instructions(void)
{
    execute_privileged();
    drop_caches();
    set_extended_control();
    provoke_debug_exceptions();
    call_hypervisor();
    pass("instructions");
}

/* Those without which this code cannot go on; not every CPU refuses to clear them. */
#define CR0_NEEDED ((uint64_t)(CR0_PE | CR0_PG))
#define CR4_NEEDED ((uint64_t)(CR4_PAE | CR4_LA57))

/* Flips each bit of control register @name in turn but @needed, and puts it back. */
#define FLIP_EACH_BIT(name, needed)                                                      \
    do {                                                                                 \
        uint64_t old;                                                                    \
                                                                                         \
        __asm__ volatile("movq %%" name ", %0" : "=r"(old));                             \
        for (unsigned bit = 0; bit < 64; bit++) {                                        \
            if ((needed) >> bit & 1)                                                     \
                continue;                                                                \
            PROVOKE("movq %0, %%" name, : : "r"(old ^ UINT64_C(1) << bit) : "memory");   \
            __asm__ volatile("movq %0, %%" name : : "r"(old) : "memory");                \
        }                                                                                \
    } while (0)

void act_control_registers(void)
{
    uint64_t efer = msr_read(MSR_EFER);

    FLIP_EACH_BIT("cr0", CR0_NEEDED);
    FLIP_EACH_BIT("cr4", CR4_NEEDED);
    FLIP_EACH_BIT("cr8", 0ull);
    FLIP_EACH_BIT("dr7", 0ull);
    FLIP_EACH_BIT("dr6", 0ull);
    for (unsigned bit = 0; bit < 64; bit++) {
        try_write_msr(MSR_EFER, efer ^ UINT64_C(1) << bit);
        try_write_msr(MSR_EFER, efer);
    }
    check(msr_read(MSR_EFER) == efer, "control-registers", "EFER is", msr_read(MSR_EFER));
    pass("control-registers");
}
