/* SPDX-License-Identifier: MIT */
/* What the control domain may look at. All needs the machine's lock. */
#ifndef CONTROL_GET_H
#define CONTROL_GET_H

#include <stdint.h>

/* How many there are of an object (enum rootport_control_object), or an error. */
int64_t control_count(uint64_t object);

/* The value of @arguments: object, index, field, part; or an error. */
int64_t control_get(const uint64_t arguments[4]);

#endif
