/* SPDX-License-Identifier: MIT */
/*
 * Looks for what the domain's last life left behind in memory and registers, leaves
 * something everywhere, and resets itself: each start has to find nothing.
 */
#include "bare.h"

#define PATTERN           0x6563617274206e41ull
#define CPUID_1_ECX_XSAVE 0x04000000u
#define CPUID_1_ECX_AVX   0x10000000u
#define XCR0_AVX          7u
#define AVX_WIDTH         32u

enum {
    PAGE = 4096,
    OFFSET = 1024, /* in each page: where no kernel's image and no table ends */
    FIRST_FREE = 0x400000,
    XMM_WIDTH = 16,
    RESET_PORT = 0x602,
    RESET_VALUE = 1,
};

static uint8_t vector[AVX_WIDTH] __attribute__((aligned(32)));

static bool has(uint32_t feature)
{
    return (cpuid(1, 0).ecx & feature) != 0;
}

static uint32_t xcr0(void)
{
    uint32_t low, high;

    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

static void set_xcr0(uint32_t value)
{
    __asm__ volatile("xsetbv" : : "a"(value), "d"(0), "c"(0));
}

static void allow_vectors(void)
{
    uint64_t cr4;

    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    cr4 |= CR4_OSFXSR | (has(CPUID_1_ECX_XSAVE) ? CR4_OSXSAVE : 0u);
    __asm__ volatile("mov %0, %%cr4" : : "r"(cr4));
}

static void expect_zero(const char *what, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        check(bytes[i] == 0, "traces", what, bytes[i]);
}

/* --- what is there --- */

static void find_in_memory(void)
{
    for (uint64_t at = FIRST_FREE; at < memory_end; at += PAGE)
        check(*(const uint64_t *)(at + OFFSET) != PATTERN, "traces", "memory has one at",
              at);
}

static void find_in_registers(void)
{
    uint64_t dr0;
    uint32_t mxcsr;

    __asm__ volatile("mov %%dr0, %0" : "=r"(dr0));
    check(dr0 == 0, "traces", "DR0 is", dr0);
    check(msr_read(MSR_TSC_AUX) == 0, "traces", "TSC_AUX is", msr_read(MSR_TSC_AUX));
    __asm__ volatile("movdqu %%xmm9, %0" : "=m"(vector));
    expect_zero("XMM9 has", vector, XMM_WIDTH);
    __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
    check(mxcsr == 0x1f80, "traces", "MXCSR is", mxcsr);
    if (!has(CPUID_1_ECX_AVX))
        return;
    check(xcr0() == 1, "traces", "XCR0 is", xcr0());
    set_xcr0(XCR0_AVX);
    __asm__ volatile("vmovdqu %%ymm9, %0" : "=m"(vector));
    expect_zero("YMM9 has", vector, AVX_WIDTH);
}

/* --- what is left behind --- */

static void leave(void)
{
    const uint32_t mxcsr = 0x1f00;

    for (uint64_t at = FIRST_FREE; at < memory_end; at += PAGE)
        *(uint64_t *)(at + OFFSET) = PATTERN;
    memset(vector, 0x5a, sizeof vector);
    __asm__ volatile("mov %0, %%dr0" : : "r"(PATTERN));
    msr_write(MSR_TSC_AUX, (uint32_t)PATTERN);
    __asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
    if (has(CPUID_1_ECX_AVX))
        __asm__ volatile("vmovdqu %0, %%ymm9" : : "m"(vector));
    else
        __asm__ volatile("movdqu %0, %%xmm9" : : "m"(vector));
}

void act_traces(void)
{
    allow_vectors();
    find_in_memory();
    find_in_registers();
    pass("traces");
    leave();
    io_out8(RESET_PORT, RESET_VALUE);
}
