/* SPDX-License-Identifier: MIT */
/*
 * Accesses that a guest makes to configuration space, through ports CF8/CFC or
 * its ECAM region, cut into the natural register accesses that functions take.
 *
 * x86 lets an access have any alignment, and 8 bytes through memory. Each is cut
 * at multiples of 4, and further until every piece is 1, 2 or 4 bytes and
 * aligned to its width; pieces may be of different functions.
 *
 * PCI Local Bus r3.0, 3.2.2.3.2 (CF8/CFC); PCI Express Base r5.0, 7.2.2 (ECAM).
 */
#ifndef ROOTPORT_ACCESS_H
#define ROOTPORT_ACCESS_H

#include <rootport/types.h>

enum {
    /* An 8-byte access at an odd address: 1 + 2 + 4 + 1. */
    RP_ACCESS_PIECES_MAX = 4,
};

struct rp_access_piece {
    uint8_t bus;
    uint8_t devfn;
    uint16_t reg;     /* 0 to 4095, a multiple of width */
    uint8_t width;    /* 1, 2 or 4 */
    uint8_t position; /* in bytes, from the lowest byte of the whole access */
};

/* Bytes in no piece read all ones and ignore writes. */
struct rp_access {
    unsigned count;
    struct rp_access_piece pieces[RP_ACCESS_PIECES_MAX];
};

/* Whether an access is one piece: 1, 2 or 4 bytes at a multiple of that, in the region.
 */
static inline bool rp_access_is_natural(uint64_t offset, unsigned width)
{
    return offset < 0x10000000u && (width == 4 || width == 2 || width == 1) &&
           (offset & (width - 1)) == 0;
}

/* The one piece of such an access. */
static inline struct rp_access_piece rp_access_natural(uint64_t offset, unsigned width)
{
    return (struct rp_access_piece){
        .bus = (uint8_t)(offset >> 20),
        .devfn = (uint8_t)(offset >> 12),
        .reg = offset & 0xfffu,
        .width = (uint8_t)width,
    };
}

/*
 * An access of @width (1, 2, 4, 8) bytes, @offset bytes into an ECAM region that
 * starts with bus 0. Bytes beyond bus 255 are in no piece; another width has
 * none at all.
 */
struct rp_access rp_access_ecam(uint64_t offset, unsigned width);

/* The part of a written @value that goes to @piece. */
static inline uint32_t rp_access_part(uint64_t value, struct rp_access_piece piece)
{
    uint64_t mask = (UINT64_C(1) << 8 * piece.width) - 1;
    return (uint32_t)(value >> 8 * piece.position & mask);
}

/* @value, all ones to begin with, with what @piece read in its place. */
static inline uint64_t rp_access_merge(uint64_t value, struct rp_access_piece piece,
                                       uint32_t part)
{
    uint64_t mask = (UINT64_C(1) << 8 * piece.width) - 1;
    return (value & ~(mask << 8 * piece.position)) | (part & mask) << 8 * piece.position;
}

/* Which bits of the register number CF8 can carry. */
enum rp_cf8_reach {
    RP_CF8_256 = 0, /* registers 0 to 255 */
    RP_CF8_4096,    /* CF8 bits 27:24 are register bits 11:8, as AMD has it */
};

/* What an access to ports 0xcf8 to 0xcff is. */
enum rp_cf8_target {
    RP_CF8_NOTHING = 0, /* no configuration access: an ordinary port, which is absent */
    RP_CF8_ADDRESS,     /* the address latch: read or rp_cf8_write_address() */
    RP_CF8_DATA,        /* configuration space: see the pieces */
};

/* The address latch of one guest (of all its CPUs together). */
struct rp_cf8 {
    uint32_t address;
    enum rp_cf8_reach reach;
};

/*
 * Decodes an access of @width (1, 2, 4) bytes at @port. Only four bytes at
 * exactly 0xcf8 are the latch; narrower ones there are ordinary ports, such as
 * the reset control at 0xcf9. @out_access is filled in for RP_CF8_DATA.
 */
enum rp_cf8_target rp_cf8_decode(const struct rp_cf8 *latch, uint16_t port,
                                 unsigned width, struct rp_access *out_access);

/* Stores the bits of @value that exist: enable, bus, device, function, register. */
void rp_cf8_write_address(struct rp_cf8 *latch, uint32_t value);

#endif
