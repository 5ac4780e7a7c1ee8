/* SPDX-License-Identifier: MIT */
/* What is measured of the core. */
#ifndef BENCH_OPERATIONS_H
#define BENCH_OPERATIONS_H

#include <stddef.h>
#include <stdint.h>

/* One row of the table. */
struct operation {
    const char *group;
    const char *name;
    unsigned size;       /* registers, capabilities or functions, by the group */
    unsigned dispatches; /* registers that one run accesses, */
    unsigned behind;     /* and the row of what is behind them: taken off; 0: nothing */
    unsigned count;      /* how often to run it where time is no matter */
    void (*prepare)(unsigned size);
    uint64_t (*run)(void); /* what it returns keeps it from being left out */
};

extern const struct operation operations[];
extern const size_t operation_count;

#endif
