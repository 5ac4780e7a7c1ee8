/* SPDX-License-Identifier: MIT */
/*
 * The address kinds of the library, each a type of its own so that swapping
 * two of them does not compile.
 */
#ifndef ROOTPORT_TYPES_H
#define ROOTPORT_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Segment, bus, device and function of a PCI function:
 * segment in bits 31:16, bus in 15:8, device in 7:3, function in 2:0.
 * Bits 15:0 are the requester ID (PCI Express Base r5.0, 2.2.6.2).
 */
typedef struct {
    uint32_t value;
} rp_sbdf_t;

/* A host physical address, in bytes. */
typedef struct {
    uint64_t value;
} rp_hpa_t;

/* A guest physical address, in bytes. */
typedef struct {
    uint64_t value;
} rp_gpa_t;

/* Builds an SBDF; bus 0 to 255, dev 0 to 31, fn 0 to 7, higher bits are dropped. */
static inline rp_sbdf_t rp_sbdf(uint16_t segment, unsigned bus, unsigned dev, unsigned fn)
{
    rp_sbdf_t sbdf = {(uint32_t)segment << 16 | (bus & 0xffu) << 8 | (dev & 0x1fu) << 3 |
                      (fn & 0x7u)};
    return sbdf;
}

static inline uint16_t rp_sbdf_segment(rp_sbdf_t sbdf)
{
    return (uint16_t)(sbdf.value >> 16);
}

static inline uint8_t rp_sbdf_bus(rp_sbdf_t sbdf)
{
    return (uint8_t)(sbdf.value >> 8);
}

static inline uint8_t rp_sbdf_dev(rp_sbdf_t sbdf)
{
    return (uint8_t)(sbdf.value >> 3 & 0x1fu);
}

static inline uint8_t rp_sbdf_fn(rp_sbdf_t sbdf)
{
    return (uint8_t)(sbdf.value & 0x7u);
}

/* Device and function in one byte, as in a requester ID's low half. */
static inline uint8_t rp_sbdf_devfn(rp_sbdf_t sbdf)
{
    return (uint8_t)sbdf.value;
}

static inline uint16_t rp_sbdf_requester_id(rp_sbdf_t sbdf)
{
    return (uint16_t)sbdf.value;
}

static inline bool rp_sbdf_equal(rp_sbdf_t a, rp_sbdf_t b)
{
    return a.value == b.value;
}

/*
 * Severities of error messages: bits, at the places that Device Control and Status and
 * Root Error Command have for them.
 */
enum rp_error {
    RP_ERROR_CORRECTABLE = 1 << 0,
    RP_ERROR_NONFATAL = 1 << 1,
    RP_ERROR_FATAL = 1 << 2,
};

#endif
