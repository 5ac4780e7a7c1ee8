/* SPDX-License-Identifier: MIT */
/*
 * Whether a call worked. What is true of a device is a verdict (extcfg.h), not
 * a status.
 */
#ifndef ROOTPORT_STATUS_H
#define ROOTPORT_STATUS_H

#define RP_MUST_CHECK __attribute__((warn_unused_result))

/* Values are part of the library's interface and never change. */
enum rp_status {
    RP_OK = 0,
    RP_ERR_INVALID = 1,     /* an argument is outside its documented range */
    RP_ERR_UNREACHABLE = 2, /* no way leads to that register */
    RP_ERR_NO_DEVICE = 3,   /* no such function, region or port */
    RP_ERR_NO_SPACE = 4,    /* the caller's storage is full */
    RP_ERR_MALFORMED = 5,   /* firmware, device or guest data breaks its specification */
    RP_ERR_BUSY = 6,        /* would change what a running domain uses */
    RP_ERR_DENIED = 7,      /* the caller lacks the role, or evidence is sealed */
    RP_ERR_EXISTS = 8,      /* already there, or overlaps what is */
    RP_ERR_UNSUPPORTED = 9, /* not implemented for this device or machine */
    RP_ERR_MISMATCH = 10,   /* known, but with other values */
};

/* A short sentence in English for @status, never NULL. */
const char *rp_status_text(enum rp_status status);

#endif
