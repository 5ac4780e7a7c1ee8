/* SPDX-License-Identifier: MIT */
/*
 * The hypercall by which a domain with the control role looks at the machine and
 * moves functions between domains. Version 1.
 *
 * It is made like any of Xen's: number in RAX, arguments in RDI, RSI, RDX, R10 and
 * R8, result in RAX. An unmodified Linux makes it for /dev/xen/privcmd
 * (IOCTL_PRIVCMD_HYPERCALL). Arguments are numbers alone: no memory of the caller's
 * is read or written. Linux hands on 32 bits of the result, so what is not an error
 * (negative, of Xen's) is 0 to 0x7fffffff.
 *
 * The number: Xen has a table of 64 calls, of which 48 to 55 are kept for
 * architectures, and answers the rest with -ENOSYS; the hypercall page has room for
 * 128. So 64 to 127 can be made by every guest and will never mean anything to Xen.
 */
#ifndef ROOTPORT_CONTROL_H
#define ROOTPORT_CONTROL_H

#define ROOTPORT_CONTROL_HYPERCALL 96
#define ROOTPORT_CONTROL_VERSION   1

/*
 * First argument. Every operation gets -EPERM from a domain without the role, and
 * an unknown one, or an argument outside of its range, -EINVAL.
 */
enum rootport_control_op {
    ROOTPORT_CONTROL_GET_VERSION = 0, /* returns ROOTPORT_CONTROL_VERSION */

    /* How many there are of (object). */
    ROOTPORT_CONTROL_COUNT = 1,

    /*
     * A number of (object, index, field, part). -ENOENT: there is no such object, or
     * it has no such field now. Text comes in parts of four characters of 7 bits, the
     * first in bits 6:0; the end is a character of zero.
     */
    ROOTPORT_CONTROL_GET = 2,

    /*
     * Gives a function to a domain: (segment << 16 | bus << 8 | device << 3 |
     * function, domain's number, port or 0 for any empty one, flags). Returns the
     * port. -EAGAIN: its reset goes on, ask again; -ENODATA: its verdict isn't final
     * (ROOTPORT_CONTROL_NOW); -EBUSY: a domain has it or is to get it; -EACCES: the
     * hardware domain has it, and keeps it, or uses it, if it is a virtual function;
     * -ENODEV: no such function; -ESRCH: no such domain, or it doesn't run; -ENOENT: no
     * such port, or none empty; -EEXIST: the port isn't empty; -EIO: the log says why.
     */
    ROOTPORT_CONTROL_ATTACH = 3,

    /*
     * Takes a function from its domain: (as above, how). 0: it is asked, or gone;
     * the port's state tells. -ENOENT: no domain has it; -EBUSY: the guest is in the
     * middle of something, or has been asked; -EOPNOTSUPP: nothing in the guest
     * listens; -EINVAL: there is nothing to cancel; -EAGAIN: its domain restarts;
     * -EACCES: it is the hardware domain's.
     */
    ROOTPORT_CONTROL_DETACH = 4,

    /* Makes every verdict final. 0, also if all were. */
    ROOTPORT_CONTROL_SEAL = 5
};

/* Characters in a part of a text, and the bits of each. */
#define ROOTPORT_CONTROL_PART_CHARACTERS 4
#define ROOTPORT_CONTROL_CHARACTER_BITS  7
#define ROOTPORT_CONTROL_CHARACTER_MASK  0x7f

/* Flags of ROOTPORT_CONTROL_ATTACH. */
#define ROOTPORT_CONTROL_NOW    0x1 /* the verdict of this moment is the function's last */
#define ROOTPORT_CONTROL_VENDOR 0x2 /* its vendor-specific capabilities are shown */

/* How ROOTPORT_CONTROL_DETACH goes about it. */
enum rootport_control_how {
    ROOTPORT_CONTROL_ASK = 0,    /* presses the attention button: the guest decides */
    ROOTPORT_CONTROL_CANCEL = 1, /* presses it again, while it isn't too late */
    ROOTPORT_CONTROL_FORCE = 2   /* the guest finds it gone */
};

enum rootport_control_object {
    ROOTPORT_CONTROL_MACHINE = 0,  /* one */
    ROOTPORT_CONTROL_FUNCTION = 1, /* of the machine */
    ROOTPORT_CONTROL_DOMAIN = 2,   /* of the launch configuration */
    ROOTPORT_CONTROL_PORT = 3,     /* of all running domains together */
    ROOTPORT_CONTROL_EXIT = 4,     /* kinds of exits */
    ROOTPORT_CONTROL_LOG = 5       /* characters; the index is a position */
};

enum rootport_control_machine {
    ROOTPORT_MACHINE_SEALED = 0,
    ROOTPORT_MACHINE_FREE_PAGES = 1, /* of the hypervisor's own memory */
    ROOTPORT_MACHINE_LOG_BEGIN = 2,  /* first position that is still there */
    ROOTPORT_MACHINE_LOG_END = 3,    /* first position that isn't there yet */
    ROOTPORT_MACHINE_UPTIME_MS = 4   /* since the hypervisor was entered */
};

enum rootport_control_function {
    ROOTPORT_FUNCTION_SEGMENT = 0,
    ROOTPORT_FUNCTION_BDF = 1, /* bus << 8 | device << 3 | function */
    ROOTPORT_FUNCTION_VENDOR = 2,
    ROOTPORT_FUNCTION_DEVICE = 3,
    ROOTPORT_FUNCTION_CLASS = 4,
    ROOTPORT_FUNCTION_SIZE = 5,   /* the verdict: 256 or 4096 */
    ROOTPORT_FUNCTION_REASON = 6, /* enum rp_extcfg_reason */
    ROOTPORT_FUNCTION_FINAL = 7,
    ROOTPORT_FUNCTION_PLACE = 8,  /* enum rootport_control_place */
    ROOTPORT_FUNCTION_DOMAIN = 9, /* number; of HELD and ASSIGNED functions */
    ROOTPORT_FUNCTION_PORT = 10   /* likewise, unless a hardware domain has it */
};

/* Where a function is. */
enum rootport_control_place {
    ROOTPORT_PLACE_QUARANTINE = 0,
    ROOTPORT_PLACE_RESETTING = 1, /* in quarantine, on its way there */
    ROOTPORT_PLACE_HELD = 2,      /* in quarantine, for a domain */
    ROOTPORT_PLACE_ASSIGNED = 3
};

enum rootport_control_domain {
    ROOTPORT_DOMAIN_NUMBER = 0,
    ROOTPORT_DOMAIN_STATE = 1, /* enum rootport_control_state */
    ROOTPORT_DOMAIN_ROLES = 2, /* 1 control, 2 hardware, 0x10000 firmware */
    ROOTPORT_DOMAIN_CPUS = 3,
    ROOTPORT_DOMAIN_MEMORY = 4, /* MiB */
    ROOTPORT_DOMAIN_RESTARTS = 5,
    ROOTPORT_DOMAIN_EXITS = 6, /* the part is the kind; of all CPUs, and once it ended */
    ROOTPORT_DOMAIN_NAME = 7,  /* text */
    ROOTPORT_DOMAIN_END_TEXT = 8 /* text: what became of it */
};

enum rootport_control_state {
    ROOTPORT_STATE_NOT_LAUNCHED = 0,
    ROOTPORT_STATE_RUNNING = 1,
    ROOTPORT_STATE_RESTARTING = 2,
    ROOTPORT_STATE_ENDED = 3
};

enum rootport_control_port {
    ROOTPORT_PORT_DOMAIN = 0, /* number */
    ROOTPORT_PORT_NUMBER = 1,
    ROOTPORT_PORT_STATE = 2,         /* enum rp_rootport_state */
    ROOTPORT_PORT_OUTCOME = 3,       /* enum rp_rootport_outcome: the last one */
    ROOTPORT_PORT_OUTCOME_COUNT = 4, /* how many there were */
    ROOTPORT_PORT_IS_HELD = 5        /* a function is held for it */
};

enum rootport_control_text {
    ROOTPORT_TEXT = 0 /* field of exits and of the log */
};

#endif
