/* SPDX-License-Identifier: MIT */
/* What goes on in a kernel, by the hypervisor's own counters of exits. */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rootport/control.h>

#include "bench/guest/measure.h"
#include "tools/ctl/control.h"

enum {
    KIND_MAX = 32,
    NAME_SIZE = 32,
    LINE_SIZE = 1024,
};

#define TICKS_SECONDS 1.0

static struct control control;
static bool is_open;
static long before[KIND_MAX], after[KIND_MAX];

static bool open_once(void)
{
    if (!is_open)
        is_open = access("/dev/xen/privcmd", R_OK) == 0 && control_open(&control);
    return is_open;
}

int measure_uptime(void)
{
    if (!open_once())
        measure_fail("the control role");
    printf("bench: uptime_ms %ld tsc %llu\n",
           control_get(&control, ROOTPORT_CONTROL_MACHINE, 0, ROOTPORT_MACHINE_UPTIME_MS),
           (unsigned long long)measure_tsc());
    return 0;
}

static void read_counts(long counts[KIND_MAX])
{
    for (uint64_t kind = 0; open_once() && kind < KIND_MAX; kind++)
        counts[kind] = control_exits(&control, 0, kind);
}

void measure_exits_begin(void)
{
    read_counts(before);
}

/* Hypercalls are our own, to read the counters. */
void measure_exits_end(const char *what, uint64_t events)
{
    long sum = 0;

    read_counts(after);
    for (uint64_t kind = 0; is_open && kind < KIND_MAX; kind++) {
        long count = after[kind] - before[kind];
        char name[NAME_SIZE];

        control_text(&control, ROOTPORT_CONTROL_EXIT, kind, ROOTPORT_TEXT, name,
                     sizeof(name));
        if (count <= 0 || strcmp(name, "hypercall") == 0)
            continue;
        printf("bench: exits %s %s %lx of %llx\n", what, name, count,
               (unsigned long long)events);
        sum += count;
    }
    if (is_open)
        printf("bench: exits %s total %lx of %llx\n", what, sum,
               (unsigned long long)events);
}

static uint64_t sum_numbers(const char *text)
{
    uint64_t sum = 0;
    char *end;

    for (uint64_t number = strtoull(text, &end, 10); end != text;
         number = strtoull(text, &end, 10)) {
        sum += number;
        text = end;
    }
    return sum;
}

/* How many interrupts the local APICs' timers have made. */
static uint64_t tick_count(void)
{
    FILE *file = fopen("/proc/interrupts", "r");
    char line[LINE_SIZE];
    uint64_t count = 0;

    if (file == NULL)
        measure_fail("/proc/interrupts");
    while (fgets(line, sizeof(line), file) != NULL) {
        const char *timer = strstr(line, "LOC:");

        if (timer != NULL)
            count = sum_numbers(timer + 4);
    }
    fclose(file);
    return count;
}

/* A CPU that is busy with itself, and interrupted by the clock. */
int measure_ticks(void)
{
    uint64_t ticks = tick_count();
    double end = measure_seconds() + TICKS_SECONDS;

    measure_exits_begin();
    while (measure_seconds() < end)
        ;
    measure_exits_end("linux-tick", tick_count() - ticks);
    return 0;
}
