/* SPDX-License-Identifier: MIT */
/* Ways for a guest to come to a bad end, or to none. */
#include "bare.h"

/* Within what a domain's memory could be, and beyond what tests give. */
#define OUTSIDE 0x7f000000ull
#define IOAPIC  0xfec00000ull

void act_triple_fault(void)
{
    static const struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) nothing = {0, 0};

    __asm__ volatile("lidt %0\n\tud2" : : "m"(nothing));
}

void act_jump(void)
{
    ((void (*)(void))OUTSIDE)();
}

void act_tables(void)
{
    __asm__ volatile("movq %0, %%cr3" : : "r"(OUTSIDE) : "memory");
}

/* No compiler uses the x87 for device memory; this one is emulated. */
void act_unemulated(void)
{
    __asm__ volatile("fldl (%0)" : : "r"(IOAPIC) : "memory");
}

void act_halt(void)
{
    say("rootport-test: STEP halt");
    __asm__ volatile("cli\n1:\thlt\n\tjmp 1b");
}

/* Single steps for ever: an exit at each instruction. */
void act_debug_loop(void)
{
    say("rootport-test: STEP debug-loop");
    is_stepping = true;
    __asm__ volatile("pushfq\n\torq %0, (%%rsp)\n\tpopfq\n1:\tjmp 1b"
                     :
                     : "i"(RFLAGS_TF)
                     : "memory");
}

/* Without an exit, and without a way to be interrupted. */
void act_spin(void)
{
    say("rootport-test: STEP spin");
    __asm__ volatile("cli\n1:\tjmp 1b");
}
