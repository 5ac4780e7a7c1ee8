/* SPDX-License-Identifier: MIT */
/*
 * NVMe's Virtualization Management, as the owner of a physical function needs it:
 *
 *     nvme_virtual DEVICE release      leaves all flexible resources to secondary
 *                                      controllers, from the next reset on
 *     nvme_virtual DEVICE online VF    gives virtual function VF (from 1) one interrupt
 *                                      and two queue pairs, and turns it on
 *
 * NVM Express Base 1.4, 5.22 and 8.5.
 */
#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

enum {
    OPCODE_IDENTIFY = 0x06,
    OPCODE_VIRTUALIZATION = 0x1c,
    CNS_CONTROLLER = 0x01,
    CNS_SECONDARY_LIST = 0x15,
    ACTION_PRIMARY_ALLOCATE = 1,
    ACTION_SECONDARY_ASSIGN = 8,
    ACTION_SECONDARY_ONLINE = 9,
    RESOURCE_QUEUES = 0,
    RESOURCE_INTERRUPTS = 1,
    IDENTIFY_SIZE = 4096,
    CONTROLLER_ID = 78, /* in the controller's data */
    ENTRIES_MAX = 127,
    NOT_FOUND = -1,
};

/* One of the secondary controller list, and what stands before them. */
struct secondary {
    uint16_t controller;
    uint16_t primary;
    uint8_t is_online;
    uint8_t reserved[3];
    uint16_t function; /* VF number, from 1 */
    uint16_t queues;
    uint16_t interrupts;
    uint8_t rest[18];
};
_Static_assert(sizeof(struct secondary) == 32, "NVM Express Base 1.4, figure 256");

struct secondary_list {
    uint8_t count;
    uint8_t reserved[31];
    struct secondary entries[ENTRIES_MAX];
};
_Static_assert(sizeof(struct secondary_list) == IDENTIFY_SIZE, "figure 255");

static void submit(int device, struct nvme_admin_cmd *command, const char *what)
{
    int status = ioctl(device, NVME_IOCTL_ADMIN_CMD, command);

    if (status < 0)
        perror(what);
    else if (status > 0)
        fprintf(stderr, "%s: status 0x%x\n", what, (unsigned)status);
    if (status != 0)
        exit(1);
}

static void identify(int device, unsigned cns, void *out_data)
{
    struct nvme_admin_cmd command = {
        .opcode = OPCODE_IDENTIFY,
        .addr = (uintptr_t)out_data,
        .data_len = IDENTIFY_SIZE,
        .cdw10 = cns,
    };

    submit(device, &command, "Identify");
}

static void manage(int device, int controller, unsigned action, unsigned resource,
                   unsigned count)
{
    struct nvme_admin_cmd command = {
        .opcode = OPCODE_VIRTUALIZATION,
        .cdw10 = (unsigned)controller << 16 | resource << 8 | action,
        .cdw11 = count,
    };

    submit(device, &command, "Virtualization Management");
}

static void release(int device)
{
    static uint8_t data[IDENTIFY_SIZE];
    uint16_t controller;

    identify(device, CNS_CONTROLLER, data);
    memcpy(&controller, &data[CONTROLLER_ID], sizeof controller);
    manage(device, controller, ACTION_PRIMARY_ALLOCATE, RESOURCE_QUEUES, 0);
    manage(device, controller, ACTION_PRIMARY_ALLOCATE, RESOURCE_INTERRUPTS, 0);
}

static int controller_of(int device, int function)
{
    static struct secondary_list list;

    identify(device, CNS_SECONDARY_LIST, &list);
    for (unsigned i = 0; i < list.count && i < ENTRIES_MAX; i++)
        if (list.entries[i].function == function)
            return list.entries[i].controller;
    return NOT_FOUND;
}

static void turn_on(int device, int function)
{
    int controller = controller_of(device, function);

    if (controller == NOT_FOUND) {
        fprintf(stderr, "virtual function %d has no controller\n", function);
        exit(1);
    }
    manage(device, controller, ACTION_SECONDARY_ASSIGN, RESOURCE_INTERRUPTS, 1);
    manage(device, controller, ACTION_SECONDARY_ASSIGN, RESOURCE_QUEUES, 2);
    manage(device, controller, ACTION_SECONDARY_ONLINE, RESOURCE_QUEUES, 0);
}

int main(int argc, char **argv)
{
    int device = argc >= 3 ? open(argv[1], O_RDONLY) : -1;

    if (device < 0) {
        fputs("usage: nvme_virtual DEVICE release | online VF\n", stderr);
        return 2;
    }
    if (argc == 4)
        turn_on(device, atoi(argv[3]));
    else
        release(device);
    return 0;
}
