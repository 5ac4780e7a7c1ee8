/* SPDX-License-Identifier: MIT */
/*
 * Runs every operation. Under callgrind it leaves a profile for COUNT runs of each
 * and one for 3 * COUNT, so that the difference is free of all that is not the
 * operation. Elsewhere it prints nanoseconds.
 */
#include <stdio.h>
#include <time.h>

#include <valgrind/callgrind.h>

#include "bench/core/operations.h"

enum {
    FEW = 1,
    MANY = 3,
    ROUNDS = 9,
    ROUND_NS = 10000000, /* a round takes at least so long */
};

static volatile uint64_t sink;

static void repeat(const struct operation *operation, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        sink = operation->run();
}

static void profile(size_t index, unsigned factor)
{
    char name[32];

    snprintf(name, sizeof(name), "%zu.%u", index, factor);
    CALLGRIND_ZERO_STATS;
    repeat(&operations[index], factor * operations[index].count);
    CALLGRIND_DUMP_STATS_AT(name);
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Nanoseconds a run, the best of several rounds: others use the machine too. */
static double time_it(const struct operation *operation)
{
    unsigned count = 1;
    double best = 0;

    for (unsigned round = 0; round < ROUNDS;) {
        double begin = seconds();
        double each;

        repeat(operation, count);
        each = (seconds() - begin) * 1e9 / count;
        if (each * count < ROUND_NS) {
            count *= 2;
            continue;
        }
        if (round == 0 || each < best)
            best = each;
        round++;
    }
    return best;
}

int main(void)
{
    for (size_t i = 0; i < operation_count; i++) {
        const struct operation *operation = &operations[i];

        operation->prepare(operation->size);
        if (RUNNING_ON_VALGRIND) {
            profile(i, FEW);
            profile(i, MANY);
        } else {
            printf("%zu\t%u\t%u\t%u\t%u\t%.2f\t%s\t%s\n", i, operation->size,
                   operation->dispatches, operation->behind, operation->count,
                   time_it(operation), operation->group, operation->name);
        }
    }
    return 0;
}
