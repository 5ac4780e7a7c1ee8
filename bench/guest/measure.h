/* SPDX-License-Identifier: MIT */
/* What is measured from inside a Linux guest, or on the bare machine. */
#ifndef BENCH_GUEST_MEASURE_H
#define BENCH_GUEST_MEASURE_H

#include <stdint.h>

/* Each prints lines that begin with "bench:", and returns the program's exit code. */
int measure_accesses(void);
int measure_disk(const char *path);
int measure_packets(const char *interface);
int measure_ticks(void);
int measure_hotplug(void);
int measure_uptime(void);

/* Says what didn't work, with errno's text, and ends the program. */
_Noreturn void measure_fail(const char *what);

/* Monotonic. */
double measure_seconds(void);

/*
 * Counts the exits of the first domain of the configuration in between, and prints
 * "bench: exits WHAT KIND n of @events", in hexadecimal, a line a kind. Nothing
 * happens where no control domain's module xen-privcmd is loaded.
 */
void measure_exits_begin(void);
void measure_exits_end(const char *what, uint64_t events);

static inline uint64_t measure_tsc(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

#endif
