/* SPDX-License-Identifier: MIT */
/* Arguments of hypercalls, which are where the guest's own addresses lead. */
#include "guest/arguments.h"

#include "guest/domain.h"
#include "guest/fetch.h"

enum {
    PAGE_BYTES = 4096,
};

/*
 * Where the first bytes of [@linear, @linear + @size) are: how many of them lie in
 * its page, or 0 if that page is not mapped.
 */
static size_t piece(const struct vcpu *vcpu, uint64_t linear, size_t size,
                    uint64_t *out_gpa)
{
    size_t left = PAGE_BYTES - linear % PAGE_BYTES;

    if (!fetch_translate(vcpu, linear, out_gpa))
        return 0;
    return size < left ? size : left;
}

bool arguments_read(const struct vcpu *vcpu, uint64_t linear, void *to, size_t size)
{
    uint8_t *bytes = to;

    while (size != 0) {
        uint64_t gpa;
        size_t part = piece(vcpu, linear, size, &gpa);

        if (part == 0 || !domain_read(vcpu->domain, gpa, bytes, part))
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
        uint64_t gpa;
        size_t part = piece(vcpu, linear, size, &gpa);

        if (part == 0 || !domain_write(vcpu->domain, gpa, bytes, part))
            return false;
        bytes += part;
        linear += part;
        size -= part;
    }
    return true;
}
