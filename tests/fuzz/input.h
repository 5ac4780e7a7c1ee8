/* SPDX-License-Identifier: MIT */
/* What fuzzers with an oracle share: how they take their input apart, and a rule. */
#ifndef TESTS_FUZZ_INPUT_H
#define TESTS_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

/* A macro, so that the place in the stack trace is the rule. */
#define require(is_true)                                                                 \
    do {                                                                                 \
        if (!(is_true))                                                                  \
            __builtin_trap();                                                            \
    } while (0)

struct input {
    const uint8_t *data;
    size_t size;
};

/* The next @bytes of it, the first the highest; what is past its end is left out. */
static inline uint32_t take(struct input *input, unsigned bytes)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < bytes && input->size; i++) {
        value = value << 8 | *input->data++;
        input->size--;
    }
    return value;
}

#endif
