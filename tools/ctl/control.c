/* SPDX-License-Identifier: MIT */
/* The control hypercall, as programs on Linux make it. */
#include "tools/ctl/control.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PRIVCMD_PATH "/dev/xen/privcmd"

enum {
    OPEN_SECONDS = 2,
};

/* Linux's include/uapi/xen/privcmd.h, which distributions don't ship. */
struct privcmd_hypercall {
    uint64_t op;
    uint64_t arg[5];
};

#define IOCTL_PRIVCMD_HYPERCALL _IOC(_IOC_NONE, 'P', 0, sizeof(struct privcmd_hypercall))

static long call_privcmd(const struct control *control, enum rootport_control_op op,
                         const uint64_t arguments[4])
{
    struct privcmd_hypercall hypercall = {
        .op = ROOTPORT_CONTROL_HYPERCALL,
        .arg = {op, arguments[0], arguments[1], arguments[2], arguments[3]},
    };
    int result = ioctl(control->file, IOCTL_PRIVCMD_HYPERCALL, &hypercall);

    return result < 0 ? -errno : result;
}

static bool explain(long error)
{
    switch (error) {
    case -EPERM:
        fprintf(stderr, "rootport: this domain hasn't the control role: the launch "
                        "configuration's capabilities = \"control\" gives it\n");
        break;
    case -ENOSYS:
        fprintf(stderr, "rootport: the hypervisor isn't Rootport\n");
        break;
    default:
        fprintf(stderr,
                "rootport: the hypervisor speaks another version of the control "
                "interface (%ld): install the command that came with it\n",
                error);
        break;
    }
    return false;
}

static void interrupt(int number)
{
    (void)number;
}

/*
 * Newer kernels have whoever opens the device wait for a XenStore that says which
 * domain's hypercalls may be made. Here is none, and it would wait for ever.
 */
static int open_in_time(void)
{
    struct sigaction action = {.sa_handler = interrupt};
    struct sigaction before;
    int file;

    sigaction(SIGALRM, &action, &before);
    alarm(OPEN_SECONDS);
    file = open(PRIVCMD_PATH, O_RDWR | O_CLOEXEC);
    alarm(0);
    sigaction(SIGALRM, &before, NULL);
    return file;
}

bool control_open(struct control *out_control)
{
    const uint64_t none[4] = {0};
    long version;

    out_control->call = call_privcmd;
    out_control->file = open_in_time();
    if (out_control->file < 0) {
        fprintf(stderr,
                "rootport: %s: %s: this takes root in a domain of Rootport's, and the "
                "kernel's module xen-privcmd, loaded with unrestricted=1 where it knows "
                "that\n",
                PRIVCMD_PATH, strerror(errno));
        return false;
    }
    version = out_control->call(out_control, ROOTPORT_CONTROL_GET_VERSION, none);
    if (version == ROOTPORT_CONTROL_VERSION)
        return true;
    close(out_control->file);
    return explain(version);
}

long control_count(const struct control *control, enum rootport_control_object object)
{
    const uint64_t arguments[4] = {object};

    return control->call(control, ROOTPORT_CONTROL_COUNT, arguments);
}

static long get_part(const struct control *control, enum rootport_control_object object,
                     uint64_t index, unsigned field, uint64_t part)
{
    const uint64_t arguments[4] = {object, index, field, part};

    return control->call(control, ROOTPORT_CONTROL_GET, arguments);
}

long control_get(const struct control *control, enum rootport_control_object object,
                 uint64_t index, unsigned field)
{
    return get_part(control, object, index, field, 0);
}

char control_character(long part, unsigned index)
{
    return (char)(part >> ROOTPORT_CONTROL_CHARACTER_BITS * index &
                  ROOTPORT_CONTROL_CHARACTER_MASK);
}

void control_text(const struct control *control, enum rootport_control_object object,
                  uint64_t index, unsigned field, char *out_text, size_t size)
{
    size_t length = 0;

    for (uint64_t part = 0; length + 1 < size; part++) {
        long value = get_part(control, object, index, field, part);

        for (unsigned i = 0; i < ROOTPORT_CONTROL_PART_CHARACTERS && length + 1 < size;
             i++) {
            char character = value > 0 ? control_character(value, i) : '\0';

            out_text[length] = character;
            if (character == '\0')
                return;
            length++;
        }
    }
    out_text[length] = '\0';
}

long control_exits(const struct control *control, uint64_t index, uint64_t kind)
{
    long count =
        get_part(control, ROOTPORT_CONTROL_DOMAIN, index, ROOTPORT_DOMAIN_EXITS, kind);

    return count > 0 ? count : 0;
}

long control_attach(const struct control *control, rp_sbdf_t sbdf, uint32_t domain,
                    unsigned port, unsigned flags)
{
    const uint64_t arguments[4] = {sbdf.value, domain, port, flags};

    return control->call(control, ROOTPORT_CONTROL_ATTACH, arguments);
}

long control_detach(const struct control *control, rp_sbdf_t sbdf,
                    enum rootport_control_how how)
{
    const uint64_t arguments[4] = {sbdf.value, how};

    return control->call(control, ROOTPORT_CONTROL_DETACH, arguments);
}

long control_seal(const struct control *control)
{
    const uint64_t none[4] = {0};

    return control->call(control, ROOTPORT_CONTROL_SEAL, none);
}

/* ---- What is made of it ---------------------------------------------------- */

bool control_function(const struct control *control, uint64_t index,
                      struct control_function *out_function)
{
    const enum rootport_control_object object = ROOTPORT_CONTROL_FUNCTION;
    long segment = control_get(control, object, index, ROOTPORT_FUNCTION_SEGMENT);
    long bdf = control_get(control, object, index, ROOTPORT_FUNCTION_BDF);

    if (segment < 0 || bdf < 0)
        return false;
    *out_function = (struct control_function){
        .sbdf = {(uint32_t)segment << 16 | (uint32_t)bdf},
        .vendor = control_get(control, object, index, ROOTPORT_FUNCTION_VENDOR),
        .device = control_get(control, object, index, ROOTPORT_FUNCTION_DEVICE),
        .class_code = control_get(control, object, index, ROOTPORT_FUNCTION_CLASS),
        .size = control_get(control, object, index, ROOTPORT_FUNCTION_SIZE),
        .reason = control_get(control, object, index, ROOTPORT_FUNCTION_REASON),
        .is_final = control_get(control, object, index, ROOTPORT_FUNCTION_FINAL),
        .place = control_get(control, object, index, ROOTPORT_FUNCTION_PLACE),
        .domain = control_get(control, object, index, ROOTPORT_FUNCTION_DOMAIN),
        .port = control_get(control, object, index, ROOTPORT_FUNCTION_PORT),
    };
    return true;
}

bool control_find(const struct control *control, rp_sbdf_t sbdf,
                  struct control_function *out_function)
{
    long count = control_count(control, ROOTPORT_CONTROL_FUNCTION);

    for (long i = 0; i < count; i++)
        if (control_function(control, (uint64_t)i, out_function) &&
            rp_sbdf_equal(out_function->sbdf, sbdf))
            return true;
    return false;
}

bool control_port(const struct control *control, uint64_t index,
                  struct control_port *out_port)
{
    const enum rootport_control_object object = ROOTPORT_CONTROL_PORT;

    *out_port = (struct control_port){
        .domain = control_get(control, object, index, ROOTPORT_PORT_DOMAIN),
        .number = control_get(control, object, index, ROOTPORT_PORT_NUMBER),
        .state = control_get(control, object, index, ROOTPORT_PORT_STATE),
        .outcome = control_get(control, object, index, ROOTPORT_PORT_OUTCOME),
        .outcome_count = control_get(control, object, index, ROOTPORT_PORT_OUTCOME_COUNT),
        .is_held = control_get(control, object, index, ROOTPORT_PORT_IS_HELD),
    };
    return out_port->domain >= 0 && out_port->state >= 0;
}

bool control_find_port(const struct control *control, long domain, long number,
                       struct control_port *out_port)
{
    long count = control_count(control, ROOTPORT_CONTROL_PORT);

    for (long i = 0; i < count; i++)
        if (control_port(control, (uint64_t)i, out_port) && out_port->domain == domain &&
            out_port->number == number)
            return true;
    return false;
}
