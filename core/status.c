/* SPDX-License-Identifier: MIT */
/* Words for statuses. */
#include <rootport/status.h>

const char *rp_status_text(enum rp_status status)
{
    switch (status) {
    case RP_OK:
        return "done";
    case RP_ERR_INVALID:
        return "an argument is out of range";
    case RP_ERR_UNREACHABLE:
        return "no way leads to that register";
    case RP_ERR_NO_DEVICE:
        return "no such function, region or port";
    case RP_ERR_NO_SPACE:
        return "the storage is full";
    case RP_ERR_MALFORMED:
        return "the data breaks its specification";
    case RP_ERR_BUSY:
        return "it would change what a running domain uses";
    case RP_ERR_DENIED:
        return "the caller may not, or evidence is sealed";
    case RP_ERR_EXISTS:
        return "it is there already, or overlaps what is";
    case RP_ERR_UNSUPPORTED:
        return "not supported for this device or machine";
    case RP_ERR_MISMATCH:
        return "it is known with other values";
    }
    return "unknown status";
}
