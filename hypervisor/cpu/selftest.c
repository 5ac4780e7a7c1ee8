/* SPDX-License-Identifier: MIT */
/*
 * Proves on demand that the hypervisor's own memory is protected: the boot option
 * selftest= breaks one rule, and what the page tables say must stop the machine.
 */
#include "cpu/selftest.h"

#include <stddef.h>
#include <stdint.h>

#include "dev/console.h"
#include "lib/string.h"

#define RET 0xc3

static const uint8_t constant = RET;
static uint8_t code_in_data[] = {RET};

/* Each turn keeps a frame of its own, until none is left. */
static uint64_t overflow(volatile uint64_t *above)
{
    volatile uint64_t frame[32];

    frame[0] = above[0] + 1;
    if (frame[0] != 0)
        frame[1] = overflow(frame);
    return frame[0] + frame[1];
}

static void break_stack(void)
{
    volatile uint64_t start[1] = {0};

    (void)overflow(start);
}

static void write_to(const void *place)
{
    *(volatile uint8_t *)(uintptr_t)place = RET;
}

static void break_text(void)
{
    write_to((const void *)(uintptr_t)selftest_run);
}

static void break_rodata(void)
{
    write_to(&constant);
}

static void break_nx(void)
{
    void (*volatile call)(void) = (void (*)(void))(uintptr_t)code_in_data;

    call();
}

static void break_null(void)
{
    const volatile uint8_t *volatile nowhere = NULL;

    (void)*nowhere;
}

void selftest_run(const char *name)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } tests[] = {
        {"stack", break_stack}, {"text", break_text}, {"rodata", break_rodata},
        {"nx", break_nx},       {"null", break_null},
    };

    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        if (strlen(name) != strlen(tests[i].name) ||
            memcmp(name, tests[i].name, strlen(name)) != 0)
            continue;
        console_log("selftest=%s: the machine has to stop now", name);
        tests[i].run();
        console_log("error: selftest=%s: nothing stopped it: the hypervisor's memory is "
                    "not protected",
                    name);
        return;
    }
    console_log("command line: selftest=%s is none of stack, text, rodata, nx, null: "
                "ignored",
                name);
}
