/* SPDX-License-Identifier: MIT */
/*
 * Reads dwords of physical memory over and over, until SIGTERM:
 *
 *     memory_watch ADDRESS WANTED [ADDRESS WANTED]...
 *
 * Each must be what is wanted or not there, which reads as all ones. Says "watching"
 * after the first round; at the end, how often each was seen, and last what else was, if
 * anything. Numbers are as strtoull() takes them.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    DWORD_MAX = 8,
};

#define ABSENT UINT32_MAX

struct dword {
    const volatile uint32_t *place;
    uint32_t wanted, other;
    uint64_t wanted_count, absent_count, other_count;
};

static struct dword dwords[DWORD_MAX];
static volatile sig_atomic_t is_over;

static void end(int number)
{
    (void)number;
    is_over = 1;
}

static const volatile uint32_t *map(int file, uint64_t address)
{
    const uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE);
    const char *page = mmap(NULL, page_size, PROT_READ, MAP_SHARED, file,
                            (off_t)(address & ~(page_size - 1)));

    if (page == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    return (const volatile uint32_t *)(page + (address & (page_size - 1)));
}

static void look(struct dword *dword)
{
    const uint32_t value = *dword->place;

    if (value == dword->wanted) {
        dword->wanted_count++;
    } else if (value == ABSENT) {
        dword->absent_count++;
    } else {
        dword->other_count++;
        dword->other = value;
    }
}

/* Returns whether there is nothing to complain about. */
static bool report(const struct dword *dword)
{
    printf("0x%08" PRIX32 ": %" PRIu64 " times, absent: %" PRIu64 " times\n",
           dword->wanted, dword->wanted_count, dword->absent_count);
    if (dword->other_count != 0)
        printf("0x%08" PRIX32 " instead of it, with others: %" PRIu64 " times\n",
               dword->other, dword->other_count);
    return dword->other_count == 0;
}

int main(int argc, char **argv)
{
    const int file = open("/dev/mem", O_RDONLY | O_SYNC);
    int count = argc / 2;
    bool is_fine = true;

    if (file < 0 || argc % 2 == 0 || count == 0 || count > DWORD_MAX) {
        fputs("usage: memory_watch ADDRESS WANTED [ADDRESS WANTED]...\n", stderr);
        return 2;
    }
    for (int i = 0; i < count; i++) {
        dwords[i].place = map(file, strtoull(argv[1 + 2 * i], NULL, 0));
        dwords[i].wanted = (uint32_t)strtoul(argv[2 + 2 * i], NULL, 0);
    }
    signal(SIGTERM, end);
    for (bool is_first = true; !is_over; is_first = false) {
        for (int i = 0; i < count; i++)
            look(&dwords[i]);
        if (is_first) {
            puts("watching");
            fflush(stdout);
        }
    }
    for (int i = 0; i < count; i++)
        is_fine &= report(&dwords[i]);
    if (is_fine)
        puts("nothing else");
    return !is_fine;
}
