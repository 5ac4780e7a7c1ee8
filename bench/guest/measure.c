/* SPDX-License-Identifier: MIT */
/*
 * Measures what its first argument says. As the first process: says when it began, and
 * goes on with /init; with bench=stop on the kernel's command line it switches off
 * instead.
 */
#define _GNU_SOURCE
#include "bench/guest/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

void measure_fail(const char *what)
{
    perror(what);
    printf("bench: failed: %s\n", what);
    exit(1);
}

double measure_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The kernel hands words of its command line that it doesn't know to /init. */
static int begin(void)
{
    const char *word = getenv("bench");

    printf("bench: tsc %llu\n", (unsigned long long)measure_tsc());
    if (word != NULL && strcmp(word, "stop") == 0)
        reboot(RB_POWER_OFF);
    execl("/init", "/init", NULL);
    measure_fail("/init");
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    if (getpid() == 1)
        return begin();
    if (strcmp(what, "accesses") == 0)
        return measure_accesses();
    if (strcmp(what, "disk") == 0 && argc > 2)
        return measure_disk(argv[2]);
    if (strcmp(what, "packets") == 0 && argc > 2)
        return measure_packets(argv[2]);
    if (strcmp(what, "ticks") == 0)
        return measure_ticks();
    if (strcmp(what, "hotplug") == 0)
        return measure_hotplug();
    if (strcmp(what, "uptime") == 0)
        return measure_uptime();
    fprintf(stderr, "Usage: measure accesses | disk FILE | packets INTERFACE | ticks | "
                    "hotplug | uptime\n");
    return 2;
}
