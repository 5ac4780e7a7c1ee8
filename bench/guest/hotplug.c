/* SPDX-License-Identifier: MIT */
/*
 * How long a function that is held takes from the seal, which is its condition, until
 * the kernel has its driver bound to it, by what the kernel tells udev. This domain
 * has the control role.
 */
#define _GNU_SOURCE
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "bench/guest/measure.h"
#include "tools/ctl/control.h"

enum {
    MESSAGE_SIZE = 8192,
    LIMIT_SECONDS = 20,
};

/* What is waited for, in its order: all of a message's lines have to be there. */
static const struct {
    const char *name;
    const char *action;
    const char *line;
} events[] = {
    {"found", "ACTION=add", "PCI_ID=1B36:0010"},
    {"bound", "ACTION=bind", "PCI_ID=1B36:0010"},
    {"disk", "ACTION=add", "DEVNAME=nvme0n1"},
};

static int listen_to_kernel(void)
{
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1};
    struct timeval limit = {.tv_sec = LIMIT_SECONDS};
    int file = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_KOBJECT_UEVENT);

    if (file < 0 || bind(file, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0)
        measure_fail("the kernel's messages to udev");
    return file;
}

/* A message is lines that end with a zero each. */
static bool has_line(const char *message, ssize_t size, const char *wanted)
{
    for (const char *line = message; line < message + size; line += strlen(line) + 1)
        if (strcmp(line, wanted) == 0)
            return true;
    return false;
}

static void await_event(int file, const char *action, const char *line)
{
    char message[MESSAGE_SIZE];
    ssize_t size;

    do {
        size = recv(file, message, sizeof(message) - 1, 0);
        if (size < 0)
            measure_fail(line);
        message[size] = '\0';
    } while (!has_line(message, size, action) || !has_line(message, size, line));
}

int measure_hotplug(void)
{
    int file = listen_to_kernel();
    struct control control;
    double begin;

    if (!control_open(&control))
        return 1;
    begin = measure_seconds();
    if (control_seal(&control) != 0)
        measure_fail("seal");
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        await_event(file, events[i].action, events[i].line);
        printf("bench: hotplug %s %.0f us\n", events[i].name,
               1e6 * (measure_seconds() - begin));
    }
    return 0;
}
