/* SPDX-License-Identifier: MIT */
/* What a bare guest needs to say something and to survive its own exceptions. */
#include "bare.h"

enum {
    COM1 = 0x3f8,
    VECTOR_COUNT = 256,
    VECTOR_STRIDE = 16,
    FIRST_INTERRUPT = 32,
    SELECTOR_CODE_64 = 0x08,
    GATE_PRESENT = 0x8e,
    /* The ACPI sleep control register that the domain's FADT names; S5 is type 5. */
    SLEEP_CONTROL = 0x600,
    SLEEP_S5 = 0x20 | 5 << 2,
    MACHINE_PM1_CONTROL = 0x604,
    MACHINE_SLP_EN = 0x2000,
};

#define MSR_X2APIC_EOI 0x0000080bu

struct gate {
    uint16_t offset_low;
    uint16_t selector;
    uint8_t ist;
    uint8_t type;
    uint16_t offset_mid;
    uint32_t offset_high;
    uint32_t reserved;
};
_Static_assert(sizeof(struct gate) == 16, "AMD64 APM vol. 2, figure 4-24");

struct table_pointer {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

struct frame {
    uint64_t scratch[9];
    uint64_t vector, error_code;
    uint64_t rip, cs, rflags, rsp, ss;
};

extern const uint8_t vectors[];

int fault_vector = NO_FAULT;
uint64_t resume_rip;
bool is_stepping;
volatile unsigned nmi_count;
volatile unsigned interrupt_count;

static struct gate idt[VECTOR_COUNT] __attribute__((aligned(16)));

void handle_vector(struct frame *frame);

void put(const char *text)
{
    for (; *text != '\0'; text++)
        io_out8(COM1, (uint8_t)*text);
}

void put_number(const char *text, uint64_t number)
{
    put(text);
    for (int shift = 60; shift >= 0; shift -= 4)
        if (shift == 0 || number >> shift != 0)
            io_out8(COM1, (uint8_t) "0123456789abcdef"[number >> shift & 0xf]);
}

void say(const char *text)
{
    put(text);
    put("\n");
}

void say_number(const char *text, uint64_t number)
{
    put_number(text, number);
    put("\n");
}

void pass(const char *name)
{
    put("rootport-test: PASS ");
    say(name);
}

void fail(const char *name, const char *reason, uint64_t number)
{
    put("rootport-test: FAIL ");
    put(name);
    put(": ");
    put(reason);
    say_number(": ", number);
}

void check(bool is_right, const char *name, const char *reason, uint64_t number)
{
    if (!is_right)
        fail(name, reason, number);
}

void power_off(void)
{
    io_out8(SLEEP_CONTROL, SLEEP_S5);
    io_out16(MACHINE_PM1_CONTROL, MACHINE_SLP_EN); /* where it sees the machine itself */
    for (;;)
        __asm__ volatile("cli; hlt");
}

void handle_vector(struct frame *frame)
{
    if (frame->vector == VECTOR_NMI) {
        nmi_count++;
    } else if (frame->vector == VECTOR_DB && is_stepping) {
        return;
    } else if (frame->vector >= FIRST_INTERRUPT) {
        interrupt_count++;
        msr_write(MSR_X2APIC_EOI, 0);
    } else if (resume_rip != 0) {
        frame->rflags &= ~(uint64_t)RFLAGS_TF;
        fault_vector = (int)frame->vector;
        frame->rip = resume_rip;
    } else {
        fail("runtime", "an exception that nobody expects", frame->vector);
        say_number("at rip ", frame->rip);
        power_off();
    }
}

void runtime_init(void)
{
    struct table_pointer pointer = {sizeof idt - 1, (uint64_t)idt};

    for (unsigned i = 0; i < VECTOR_COUNT; i++) {
        uint64_t entry = (uint64_t)vectors + i * VECTOR_STRIDE;

        idt[i].offset_low = (uint16_t)entry;
        idt[i].selector = SELECTOR_CODE_64;
        idt[i].type = GATE_PRESENT;
        idt[i].offset_mid = (uint16_t)(entry >> 16);
        idt[i].offset_high = (uint32_t)(entry >> 32);
    }
    __asm__ volatile("lidt %0" : : "m"(pointer));
}

uint64_t try_read_msr(uint32_t msr)
{
    uint32_t low = 0, high = 0;

    PROVOKE("rdmsr", : "+a"(low), "+d"(high) : "c"(msr) : "memory");
    return (uint64_t)high << 32 | low;
}

void try_write_msr(uint32_t msr, uint64_t value)
{
    PROVOKE("wrmsr",
            :
            : "a"((uint32_t)value), "d"((uint32_t)(value >> 32)), "c"(msr)
            : "memory");
}

void *memcpy(void *to, const void *from, size_t size)
{
    void *start = to;

    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
    return start;
}

void *memset(void *to, int value, size_t size)
{
    void *start = to;

    __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(value) : "memory");
    return start;
}
