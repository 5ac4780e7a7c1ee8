/* SPDX-License-Identifier: MIT */
/*
 * The configuration space of a function that exists only in this library: a
 * page that guests read without an exit, and the rules by which they write it.
 */
#ifndef ROOTPORT_IMAGE_H
#define ROOTPORT_IMAGE_H

#include <rootport/types.h>

enum {
    RP_IMAGE_DWORDS = 1024,
};

/*
 * All 4096 bytes, as a guest may map them: at every moment each dword holds
 * what a read of it returns. Dwords are stored whole, in the byte order of the
 * machine, which is the guest's too (x86).
 */
struct rp_image {
    _Alignas(4096) uint32_t dword[RP_IMAGE_DWORDS];
};

_Static_assert(sizeof(struct rp_image) == 4096, "one page and nothing else in it");

/*
 * What a guest may do to one dword: a bit of @rw takes the value written, a bit
 * of @rw1c is cleared by writing one, no bit is in both, and every other bit is
 * read-only. Zero refuses everything.
 */
struct rp_image_rule {
    uint32_t rw;
    uint32_t rw1c;
};

/* What an accepted write did to one dword. */
struct rp_image_change {
    uint16_t reg; /* of the dword */
    uint32_t old_value;
    uint32_t new_value;
};

/*
 * True for the accesses that the functions below take: @width 1, 2 or 4, @reg
 * a multiple of it and within 4096 bytes.
 */
static inline bool rp_image_is_natural(uint16_t reg, unsigned width)
{
    return (width == 1 || width == 2 || width == 4) && reg % width == 0 &&
           reg < RP_IMAGE_DWORDS * 4;
}

/* Reads a register; all ones in @width bytes if the access is not natural. */
uint32_t rp_image_read(const struct rp_image *image, uint16_t reg, unsigned width);

/* Stores one dword, whole, whatever the rules. @reg is a multiple of 4 below 4096. */
void rp_image_store(struct rp_image *image, uint16_t reg, uint32_t value);

/*
 * What a guest's write of @width bytes would make of the dword around @reg. The
 * bytes outside the access keep their value: RW1C bits there are not cleared.
 * Stores nothing. The access is natural.
 */
struct rp_image_change rp_image_apply(const struct rp_image *image,
                                      struct rp_image_rule rule, uint16_t reg,
                                      unsigned width, uint32_t value);

#endif
