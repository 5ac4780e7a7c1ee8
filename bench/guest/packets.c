/* SPDX-License-Identifier: MIT */
/*
 * How many packets a second a network card sends and receives: requests for the
 * hardware address of QEMU's gateway (RFC 826), the next when the last is answered.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "bench/guest/measure.h"

enum {
    BATCH_COUNT = 5, /* each has a rate of its own */
    ROUND_COUNT = 500,
    TRY_MAX = 30, /* until the first answer: the link takes its time to come up */
    ADDRESS_SIZE = 6,
    PROTOCOL_SIZE = 4,
    HARDWARE_ETHERNET = 1,
    REQUEST = 1,
    REPLY = 2,
};

static const uint8_t own_address[PROTOCOL_SIZE] = {10, 0, 2, 15};
static const uint8_t gateway[PROTOCOL_SIZE] = {10, 0, 2, 2};

struct frame {
    uint8_t destination[ADDRESS_SIZE];
    uint8_t source[ADDRESS_SIZE];
    uint16_t type;
    uint16_t hardware, protocol;
    uint8_t hardware_size, protocol_size;
    uint16_t operation;
    uint8_t sender_hardware[ADDRESS_SIZE];
    uint8_t sender[PROTOCOL_SIZE];
    uint8_t target_hardware[ADDRESS_SIZE];
    uint8_t target[PROTOCOL_SIZE];
    uint8_t padding[18];
} __attribute__((packed));
_Static_assert(sizeof(struct frame) == 60, "the shortest that Ethernet has");

static int open_interface(const char *name, struct frame *out_request)
{
    int file = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ARP));
    struct timeval limit = {.tv_sec = 1};
    struct ifreq request = {0};
    struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                  .sll_protocol = htons(ETH_P_ARP),
                                  .sll_ifindex = (int)if_nametoindex(name)};

    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
    if (file < 0 || ioctl(file, SIOCGIFHWADDR, &request) != 0 ||
        bind(file, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0)
        measure_fail(name);
    *out_request = (struct frame){
        .type = htons(ETH_P_ARP),
        .hardware = htons(HARDWARE_ETHERNET),
        .protocol = htons(ETH_P_IP),
        .hardware_size = ADDRESS_SIZE,
        .protocol_size = PROTOCOL_SIZE,
        .operation = htons(REQUEST),
    };
    memset(out_request->destination, 0xff, ADDRESS_SIZE);
    memcpy(out_request->source, request.ifr_hwaddr.sa_data, ADDRESS_SIZE);
    memcpy(out_request->sender_hardware, request.ifr_hwaddr.sa_data, ADDRESS_SIZE);
    memcpy(out_request->sender, own_address, PROTOCOL_SIZE);
    memcpy(out_request->target, gateway, PROTOCOL_SIZE);
    return file;
}

/* Asks once, and waits for the answer; false if none came in time. */
static bool ask(int file, const struct frame *request)
{
    struct frame answer;

    if (send(file, request, sizeof(*request), 0) != (ssize_t)sizeof(*request))
        return false;
    do {
        if (recv(file, &answer, sizeof(answer), 0) < 0)
            return false;
    } while (answer.operation != htons(REPLY) ||
             memcmp(answer.sender, gateway, PROTOCOL_SIZE) != 0);
    return true;
}

/* Packets a second, sent and received. */
static double measure_batch(int file, const struct frame *request)
{
    double begin = measure_seconds();
    unsigned answered = 0;

    for (unsigned i = 0; i < ROUND_COUNT; i++)
        answered += ask(file, request);
    return 2.0 * answered / (measure_seconds() - begin);
}

int measure_packets(const char *interface)
{
    struct frame request;
    int file = open_interface(interface, &request);
    unsigned tries = 0;
    double rates[BATCH_COUNT];

    while (!ask(file, &request))
        if (++tries == TRY_MAX)
            measure_fail("no answer from the gateway");
    measure_exits_begin();
    for (unsigned i = 0; i < BATCH_COUNT; i++)
        rates[i] = measure_batch(file, &request);
    measure_exits_end("packet", BATCH_COUNT * 2 * ROUND_COUNT);
    for (unsigned i = 0; i < BATCH_COUNT; i++)
        printf("bench: rate packets %.0f\n", rates[i]);
    return 0;
}
