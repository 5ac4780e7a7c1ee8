/* SPDX-License-Identifier: MIT */
/* The control hypercall, as programs on Linux make it: abi/rootport/control.h. */
#ifndef TOOLS_CTL_CONTROL_H
#define TOOLS_CTL_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rootport/control.h>
#include <rootport/types.h>

/* The way to the hypervisor. */
struct control {
    /* Makes a call: a result, or a negative errno. */
    long (*call)(const struct control *control, enum rootport_control_op op,
                 const uint64_t arguments[4]);
    int file;
};

/*
 * Opens /dev/xen/privcmd and asks for the interface's version. False if that isn't
 * the one we speak; stderr says why, and what to do.
 */
bool control_open(struct control *out_control);

long control_count(const struct control *control, enum rootport_control_object object);

/* A number, or a negative errno: -ENOENT where there is nothing to tell. */
long control_get(const struct control *control, enum rootport_control_object object,
                 uint64_t index, unsigned field);

/* A text, cut to @size bytes with its final zero; empty where there is none. */
void control_text(const struct control *control, enum rootport_control_object object,
                  uint64_t index, unsigned field, char *out_text, size_t size);

/* Character @index of a part of a text, as a call returned it; 0 behind the last. */
char control_character(long part, unsigned index);

/* How often domain @index left its guest for reason @kind; 0 if never. */
long control_exits(const struct control *control, uint64_t index, uint64_t kind);

/* ROOTPORT_CONTROL_ATTACH, _DETACH and _SEAL. */
long control_attach(const struct control *control, rp_sbdf_t sbdf, uint32_t domain,
                    unsigned port, unsigned flags);
long control_detach(const struct control *control, rp_sbdf_t sbdf,
                    enum rootport_control_how how);
long control_seal(const struct control *control);

/* ---- What is made of it ---------------------------------------------------- */

/* A function of the machine's, and where it is. */
struct control_function {
    rp_sbdf_t sbdf;
    long vendor, device, class_code;
    long size, reason, is_final;
    long place;        /* enum rootport_control_place */
    long domain, port; /* of a place that has them, else negative */
};

/* False if there is none with that index. */
bool control_function(const struct control *control, uint64_t index,
                      struct control_function *out_function);

/* Likewise by address. */
bool control_find(const struct control *control, rp_sbdf_t sbdf,
                  struct control_function *out_function);

/* A port of a running domain's. */
struct control_port {
    long domain, number;
    long state;   /* enum rp_rootport_state */
    long outcome; /* enum rp_rootport_outcome */
    long outcome_count;
    long is_held;
};

bool control_port(const struct control *control, uint64_t index,
                  struct control_port *out_port);
bool control_find_port(const struct control *control, long domain, long number,
                       struct control_port *out_port);

#endif
