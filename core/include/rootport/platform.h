/* SPDX-License-Identifier: MIT */
/*
 * What the embedder supplies: all that the library needs from outside.
 *
 * The library passes @platform through and never looks inside: the embedder
 * completes the type, so one process can drive several machines. No function
 * here may call back into the library. Each may be called on any CPU.
 */
#ifndef ROOTPORT_PLATFORM_H
#define ROOTPORT_PLATFORM_H

#include <rootport/types.h>

struct rp_platform;

/*
 * Reads an I/O port. @width is 1, 2 or 4 bytes and @port is a multiple of it.
 * A port that nothing answers reads all ones in the low @width bytes; the
 * bytes above are zero.
 */
uint32_t rp_platform_io_read(struct rp_platform *platform, uint16_t port, unsigned width);

/* Writes the low @width bytes of @value; same rules as rp_platform_io_read(). */
void rp_platform_io_write(struct rp_platform *platform, uint16_t port, unsigned width,
                          uint32_t value);

/*
 * Maps @size bytes of device memory at @base, uncached. Both are multiples of
 * 4096. Returns NULL if it cannot; the library then reports the window as
 * unreachable. Every mapping is given back through rp_platform_unmap() with
 * the same size.
 */
volatile void *rp_platform_map(struct rp_platform *platform, rp_hpa_t base,
                               uint64_t size);
void rp_platform_unmap(struct rp_platform *platform, volatile void *window,
                       uint64_t size);

/*
 * Reads device memory inside a window that is mapped now. @width is 1, 2 or 4
 * bytes and @address is a multiple of it. One access of exactly that width
 * reaches the device: some bridges tear wider or narrower ones, and AMD family
 * 10h serves ECAM through the accumulator alone.
 */
uint32_t rp_platform_mmio_read(struct rp_platform *platform, const volatile void *address,
                               unsigned width);
void rp_platform_mmio_write(struct rp_platform *platform, volatile void *address,
                            unsigned width, uint32_t value);

/*
 * Brackets the two port accesses of one CF8/CFC transaction, so that another
 * CPU cannot move the address in between. Not recursive; nothing but port
 * accesses happens inside.
 */
void rp_platform_cf8_lock(struct rp_platform *platform);
void rp_platform_cf8_unlock(struct rp_platform *platform);

#endif
