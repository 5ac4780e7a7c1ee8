/* SPDX-License-Identifier: MIT */
/* rootport log: what the hypervisor has logged last. */
#include <stdio.h>

#include "tools/ctl/control.h"
#include "tools/ctl/ctl.h"

#define POSITION_MASK 0x7fffffffu

/* What was overwritten since we asked is zero, and left out. */
static void print_part(long value, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        char character = control_character(value, i);

        if (character != '\0')
            putchar(character);
    }
}

enum exit_code log_run(int argument_count, char **arguments)
{
    struct control control;
    long begin, end;
    uint32_t left;

    (void)arguments;
    if (argument_count != 1) {
        fprintf(stderr, "Usage: rootport log\n");
        return EXIT_TROUBLE;
    }
    if (!control_open(&control))
        return EXIT_TROUBLE;
    begin =
        control_get(&control, ROOTPORT_CONTROL_MACHINE, 0, ROOTPORT_MACHINE_LOG_BEGIN);
    end = control_get(&control, ROOTPORT_CONTROL_MACHINE, 0, ROOTPORT_MACHINE_LOG_END);
    left = begin < 0 || end < 0 ? 0 : (uint32_t)(end - begin) & POSITION_MASK;
    while (left != 0) {
        long value =
            control_get(&control, ROOTPORT_CONTROL_LOG, (uint64_t)begin, ROOTPORT_TEXT);
        uint32_t count = left < ROOTPORT_CONTROL_PART_CHARACTERS
                             ? left
                             : ROOTPORT_CONTROL_PART_CHARACTERS;

        if (value > 0)
            print_part(value, count);
        begin = (long)(((uint32_t)begin + count) & POSITION_MASK);
        left -= count;
    }
    return EXIT_FINE;
}
