/* SPDX-License-Identifier: MIT */
/*
 * The platform of a program that only looks at what was recorded: no ports, no
 * memory. The core's table of capabilities comes with code that would use them.
 */
#include <rootport/platform.h>

#define ALL_ONES 0xffffffffu

static uint32_t absent(unsigned width)
{
    return ALL_ONES >> (32 - 8 * width);
}

uint32_t rp_platform_io_read(struct rp_platform *platform, uint16_t port, unsigned width)
{
    (void)platform;
    (void)port;
    return absent(width);
}

void rp_platform_io_write(struct rp_platform *platform, uint16_t port, unsigned width,
                          uint32_t value)
{
    (void)platform;
    (void)port;
    (void)width;
    (void)value;
}

volatile void *rp_platform_map(struct rp_platform *platform, rp_hpa_t base, uint64_t size)
{
    (void)platform;
    (void)base;
    (void)size;
    return NULL;
}

void rp_platform_unmap(struct rp_platform *platform, volatile void *window, uint64_t size)
{
    (void)platform;
    (void)window;
    (void)size;
}

uint32_t rp_platform_mmio_read(struct rp_platform *platform, const volatile void *address,
                               unsigned width)
{
    (void)platform;
    (void)address;
    return absent(width);
}

void rp_platform_mmio_write(struct rp_platform *platform, volatile void *address,
                            unsigned width, uint32_t value)
{
    (void)platform;
    (void)address;
    (void)width;
    (void)value;
}

void rp_platform_cf8_lock(struct rp_platform *platform)
{
    (void)platform;
}

void rp_platform_cf8_unlock(struct rp_platform *platform)
{
    (void)platform;
}
