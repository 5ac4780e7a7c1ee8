/* SPDX-License-Identifier: MIT */
/*
 * Writes dwords to a port by one REP OUTSL, and reads as many by one REP INSL:
 *
 *     port_strings PORT VALUE...
 *
 * Prints what it read. Numbers are in hex. Needs Linux's ioperm().
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/io.h>

enum {
    VALUE_MAX = 16,
};

int main(int argc, char **argv)
{
    static uint32_t values[VALUE_MAX];
    unsigned long count = 0;
    uint16_t port;

    if (argc < 3 || argc > 2 + VALUE_MAX) {
        fputs("usage: port_strings PORT VALUE...\n", stderr);
        return 2;
    }
    port = (uint16_t)strtoul(argv[1], NULL, 16);
    while (argv[2 + count] != NULL) {
        values[count] = (uint32_t)strtoul(argv[2 + count], NULL, 16);
        count++;
    }
    if (ioperm(port, sizeof values[0], 1) != 0) {
        perror("ioperm");
        return 1;
    }
    outsl(port, values, count);
    insl(port, values, count);
    for (unsigned long i = 0; i < count; i++)
        printf("%08x%c", (unsigned)values[i], i + 1 < count ? ' ' : '\n');
    return 0;
}
