/* SPDX-License-Identifier: MIT */
/*
 * Makes one PHYSDEVOP hypercall from user space, as tests of refusals need it:
 *
 *     physdev OP BYTES      the argument's bytes in hex, in the order of memory
 *     physdev OP @ADDRESS   an address to pass as it is, in hex
 *
 * Prints the result. Needs Linux's /dev/xen/privcmd.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

enum {
    PHYSDEV_OP = 33,
    ARGUMENT_MAX = 64,
};

/* Linux's include/uapi/xen/privcmd.h. */
struct hypercall {
    uint64_t number;
    uint64_t arguments[5];
};

#define HYPERCALL _IOC(_IOC_NONE, 'P', 0, sizeof(struct hypercall))

static size_t parse_bytes(const char *text, uint8_t *bytes)
{
    size_t count = 0;

    while (count < ARGUMENT_MAX && text[0] != '\0' && text[1] != '\0') {
        char digits[3] = {text[0], text[1], '\0'};

        bytes[count++] = (uint8_t)strtoul(digits, NULL, 16);
        text += 2;
    }
    return count;
}

int main(int argc, char **argv)
{
    static uint8_t argument[ARGUMENT_MAX];
    struct hypercall call = {.number = PHYSDEV_OP};
    int file, result;

    if (argc != 3) {
        fputs("usage: physdev OP BYTES|@ADDRESS\n", stderr);
        return 2;
    }
    call.arguments[0] = strtoul(argv[1], NULL, 0);
    if (argv[2][0] == '@') {
        call.arguments[1] = strtoull(argv[2] + 1, NULL, 16);
    } else {
        parse_bytes(argv[2], argument);
        call.arguments[1] = (uintptr_t)argument;
    }
    file = open("/dev/xen/privcmd", O_RDWR);
    if (file < 0) {
        perror("/dev/xen/privcmd");
        return 2;
    }
    result = ioctl(file, HYPERCALL, &call);
    printf("%d\n", result < 0 ? -errno : result);
    return 0;
}
