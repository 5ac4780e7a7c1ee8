/* SPDX-License-Identifier: MIT */
/* How many single reads of 4 KiB a second a disk does. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/guest/measure.h"

enum {
    BATCH_COUNT = 5, /* each has a rate of its own */
    READ_COUNT = 1000,
    BLOCK = 4096,
};

/* One read after the other, each somewhere else. */
static void read_batch(int disk, void *buffer, off_t block_count)
{
    static unsigned long place = 1;

    for (unsigned i = 0; i < READ_COUNT; i++) {
        place = place * 1103515245 + 12345;
        if (pread(disk, buffer, BLOCK, (off_t)(place >> 8) % block_count * BLOCK) !=
            BLOCK)
            measure_fail("a read");
    }
}

int measure_disk(const char *path)
{
    int disk = open(path, O_RDONLY | O_DIRECT);
    off_t block_count = disk < 0 ? 0 : lseek(disk, 0, SEEK_END) / BLOCK;
    void *buffer = aligned_alloc(BLOCK, BLOCK);
    double rates[BATCH_COUNT];

    if (block_count <= 0 || buffer == NULL)
        measure_fail(path);
    measure_exits_begin();
    for (unsigned i = 0; i < BATCH_COUNT; i++) {
        double begin = measure_seconds();

        read_batch(disk, buffer, block_count);
        rates[i] = READ_COUNT / (measure_seconds() - begin);
    }
    measure_exits_end("nvme-read", BATCH_COUNT * READ_COUNT);
    for (unsigned i = 0; i < BATCH_COUNT; i++)
        printf("bench: rate nvme_reads %.0f\n", rates[i]);
    return 0;
}
