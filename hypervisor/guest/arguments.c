/* SPDX-License-Identifier: MIT */
/* Arguments of hypercalls, which are where the guest's own addresses lead. */
#include "guest/arguments.h"

#include "guest/domain.h"
#include "guest/fetch.h"

enum {
    PAGE_BYTES = 4096,
};

bool arguments_read(const struct vcpu *vcpu, uint64_t linear, void *to, size_t size)
{
    uint8_t *bytes = to;

    while (size != 0) {
        size_t part = PAGE_BYTES - linear % PAGE_BYTES;
        uint64_t gpa;

        if (part > size)
            part = size;
        if (!fetch_translate(vcpu, linear, &gpa) ||
            !domain_read(vcpu->domain, gpa, bytes, part))
            return false;
        bytes += part;
        linear += part;
        size -= part;
    }
    return true;
}

bool arguments_write(const struct vcpu *vcpu, uint64_t linear, const void *from,
                     size_t size)
{
    const uint8_t *bytes = from;

    while (size != 0) {
        size_t part = PAGE_BYTES - linear % PAGE_BYTES;
        uint64_t gpa;

        if (part > size)
            part = size;
        if (!fetch_translate(vcpu, linear, &gpa) ||
            !domain_write(vcpu->domain, gpa, bytes, part))
            return false;
        bytes += part;
        linear += part;
        size -= part;
    }
    return true;
}
