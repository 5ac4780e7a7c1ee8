/* SPDX-License-Identifier: MIT */
/*
 * Goes on using a function that is taken away, with every kind of instruction that
 * reaches memory: reads give all ones, writes go nowhere. Then it comes back, and
 * answers where it did.
 */
#include "bare.h"

#define BUSES           0x00010100u /* primary 0, secondary and subordinate 1 */
#define COMMAND_MEMORY  0x0002u
#define CPUID_1_ECX_AVX 0x10000000u
#define XCR0_AVX        7u

enum {
    PORT_DEVICE = 1,
    PCI_COMMAND = 0x04,
    PCI_BAR0 = 0x10,
    PCI_BUSES = 0x18,
    NVME_VERSION = 0x08,
    PAGE = 4096,
    MSIX_TABLE = 0x2000, /* QEMU's; each entry is masked after a reset */
    VECTOR_CONTROL = 12,
    WIDTH = 32,
};

static volatile uint8_t *bar;
static uint8_t buffer[64] __attribute__((aligned(64)));

static bool has_avx(void)
{
    return (cpuid(1, 0).ecx & CPUID_1_ECX_AVX) != 0;
}

static void allow_vectors(void)
{
    uint64_t cr4;

    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    cr4 |= CR4_OSFXSR;
    if (has_avx())
        cr4 |= CR4_OSXSAVE;
    __asm__ volatile("mov %0, %%cr4" : : "r"(cr4));
    if (has_avx())
        __asm__ volatile("xsetbv" : : "a"(XCR0_AVX), "d"(0), "c"(0));
}

/* Opens the function where @at says, or with 0 where firmware put it. */
static void open(uint64_t at)
{
    void *function = (void *)ECAM_FUNCTION;

    mmio_write32((void *)(ECAM_PORT + PCI_BUSES), BUSES);
    mmio_write16((void *)(ECAM_PORT + PCI_COMMAND), COMMAND_MEMORY);
    if (at != 0) {
        mmio_write32((uint8_t *)function + PCI_BAR0, (uint32_t)at);
        mmio_write32((uint8_t *)function + PCI_BAR0 + 4, (uint32_t)(at >> 32));
    }
    bar = (volatile uint8_t *)((uint64_t)mmio_read32((uint8_t *)function + PCI_BAR0 + 4)
                                   << 32 |
                               (mmio_read32((uint8_t *)function + PCI_BAR0) & ~0xfu));
    mmio_write16((uint8_t *)function + PCI_COMMAND, COMMAND_MEMORY);
}

static bool is_answering(void)
{
    return mmio_read32(bar + NVME_VERSION) != 0xffffffff;
}

/* --- reads --- */

static void expect_ones(const char *what, size_t size)
{
    for (size_t i = 0; i < size; i++)
        check(buffer[i] == 0xff, "gone", what, buffer[i]);
    memset(buffer, 0, sizeof buffer);
}

#define READ(what, size, text, ...)                                                      \
    do {                                                                                 \
        __asm__ volatile(text : "=m"(buffer) : "r"(at) : "memory", __VA_ARGS__);         \
        expect_ones(what, size);                                                         \
    } while (0)

static void read_unaligned(const volatile uint8_t *at)
{
    READ("MOV reads", 8, "movq (%1), %%rax\n\tmovq %%rax, %0", "rax");
    READ("MOVDQU reads", 16, "movdqu (%1), %%xmm3\n\tmovdqu %%xmm3, %0", "rax");
}

static void read_all(const volatile uint8_t *at)
{
    read_unaligned(at);
    READ("POR reads", 16, "pxor %%xmm3, %%xmm3\n\tpor (%1), %%xmm3\n\tmovdqu %%xmm3, %0",
         "rax");
    READ("PINSRW reads", 2, "pinsrw $0, (%1), %%xmm3\n\tmovdqu %%xmm3, %0", "rax");
    READ("FILD reads", 8, "fildq (%1)\n\tfistpq %0", "rax");
    READ("IMUL reads", 4, "imull $1, (%1), %%eax\n\tmovl %%eax, %0", "rax");
    READ("PUSH reads", 8, "pushq (%1)\n\tpopq %0", "rax");
    READ("MOVS reads", sizeof buffer,
         "movq %1, %%rsi\n\tleaq %0, %%rdi\n\tmovl $64, %%ecx\n\trep movsb", "rsi", "rdi",
         "rcx");
    if (has_avx())
        READ("VMOVDQU reads", WIDTH, "vmovdqu (%1), %%ymm3\n\tvmovdqu %%ymm3, %0", "rax");
}

/* --- writes --- */

#define WRITE(what, text, ...)                                                           \
    do {                                                                                 \
        __asm__ volatile(text : : "r"(at) : "memory", __VA_ARGS__);                      \
        memset(buffer, 0, sizeof buffer);                                                \
        memcpy(buffer, (const void *)at, WIDTH);                                         \
        expect_ones(what, WIDTH);                                                        \
    } while (0)

static void write_all(volatile uint8_t *at)
{
    __asm__ volatile("pxor %%xmm3, %%xmm3\n\tfldz\n\tfldz\n\tfldz" : :);
    WRITE("after MOV", "movq $0, (%0)", "rax");
    WRITE("after MOVDQU", "movdqu %%xmm3, (%0)", "rax");
    WRITE("after MOVNTDQ", "movntdq %%xmm3, (%0)", "rax");
    WRITE("after MOVNTI", "xorl %%eax, %%eax\n\tmovnti %%eax, (%0)", "rax");
    WRITE("after MOVSS", "movss %%xmm3, 5(%0)", "rax");
    WRITE("after PEXTRB", "pextrb $3, %%xmm3, (%0)", "rax");
    WRITE("after MOVBE", "xorl %%eax, %%eax\n\tmovbe %%eax, 8(%0)", "rax");
    WRITE("after SETZ", "testl %%esp, %%esp\n\tsetz (%0)", "rax");
    WRITE("after SHR", "shrl $7, (%0)", "rax");
    WRITE("after ROL", "rolb %%cl, (%0)", "rax");
    WRITE("after SHLD", "xorl %%eax, %%eax\n\tshldl $9, %%eax, (%0)", "rax");
    WRITE("after CMPXCHG8B", "cmpxchg8b (%0)", "rax", "rdx");
    WRITE("after FSTP", "fstpl (%0)", "rax");
    WRITE("after FXSAVE", "fxsave (%0)", "rax");
    WRITE("after FISTP", "fistpl (%0)", "rax");
    WRITE("after FNSTCW", "fnstcw 2(%0)", "rax");
    WRITE("after STMXCSR", "stmxcsr (%0)", "rax");
    WRITE("after MOV from DS", "movw %%ds, (%0)", "rax");
    WRITE("after STOS",
          "movq %0, %%rdi\n\tmovl $8, %%ecx\n\txorl %%eax, %%eax\n\trep stosq", "rax",
          "rdi", "rcx");
    if (has_avx()) {
        WRITE("after VMOVDQU", "vmovdqu %%ymm3, (%0)", "rax");
        WRITE("after VEXTRACTF128", "vextractf128 $1, %%ymm3, (%0)", "rax");
        WRITE("after VMASKMOVPS", "vmaskmovps %%ymm3, %%ymm3, (%0)", "rax");
    }
}

/* Where the function was, and all around it: nobody is there now. */
static void use_what_is_gone(void)
{
    for (uint64_t offset = 0; offset < 64 * PAGE; offset += PAGE) {
        read_all(bar + offset);
        read_unaligned(bar + offset - 8 + PAGE);
        write_all(bar + offset);
    }
    pass("gone");
}

void act_gone(void)
{
    uint64_t at;

    allow_vectors();
    open(0);
    at = (uint64_t)bar;
    slot_use(PORT_DEVICE);
    while (is_answering())
        __asm__ volatile("movdqu (%0), %%xmm4" : : "r"(bar) : "memory");
    use_what_is_gone();

    while (!slot_is_occupied(PORT_DEVICE))
        cpu_relax();
    open(at);
    check(is_answering(), "back", "it reads", mmio_read32(bar + NVME_VERSION));
    check(mmio_read32(bar + MSIX_TABLE + VECTOR_CONTROL) == 1, "back", "MSI-X has",
          mmio_read32(bar + MSIX_TABLE + VECTOR_CONTROL));
    slot_use(PORT_DEVICE);
    pass("back");
    while (slot_is_occupied(PORT_DEVICE))
        cpu_relax();
}
