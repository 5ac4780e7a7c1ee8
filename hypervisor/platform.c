/* SPDX-License-Identifier: MIT */
/* What the core needs from outside, on bare hardware. */
#include "platform.h"

#include "cpu/io.h"
#include "cpu/spinlock.h"
#include "mm/paging.h"

struct rp_platform {
    struct spinlock cf8_lock;
};

static struct rp_platform platform;

struct rp_platform *platform_self(void)
{
    return &platform;
}

/* Ports need not be multiples of the width here: a guest's access goes as it came. */
uint32_t rp_platform_io_read(struct rp_platform *self, uint16_t port, unsigned width)
{
    (void)self;
    switch (width) {
    case 1:
        return io_in8(port);
    case 2:
        return io_in16(port);
    default:
        return io_in32(port);
    }
}

void rp_platform_io_write(struct rp_platform *self, uint16_t port, unsigned width,
                          uint32_t value)
{
    (void)self;
    switch (width) {
    case 1:
        io_out8(port, (uint8_t)value);
        break;
    case 2:
        io_out16(port, (uint16_t)value);
        break;
    default:
        io_out32(port, value);
        break;
    }
}

volatile void *rp_platform_map(struct rp_platform *self, rp_hpa_t base, uint64_t size)
{
    (void)self;
    return paging_map_device(base.value, size);
}

/*
 * Device memory stays mapped: everything stands at its own address, another user
 * of the same page may be left, and nothing is gained by a fault.
 */
void rp_platform_unmap(struct rp_platform *self, volatile void *window, uint64_t size)
{
    (void)self;
    (void)window;
    (void)size;
}

uint32_t rp_platform_mmio_read(struct rp_platform *self, const volatile void *address,
                               unsigned width)
{
    (void)self;
    switch (width) {
    case 1:
        return mmio_read8(address);
    case 2:
        return mmio_read16(address);
    default:
        return mmio_read32(address);
    }
}

void rp_platform_mmio_write(struct rp_platform *self, volatile void *address,
                            unsigned width, uint32_t value)
{
    (void)self;
    switch (width) {
    case 1:
        mmio_write8(address, (uint8_t)value);
        break;
    case 2:
        mmio_write16(address, (uint16_t)value);
        break;
    default:
        mmio_write32(address, value);
        break;
    }
}

void rp_platform_cf8_lock(struct rp_platform *self)
{
    spin_lock(&self->cf8_lock);
}

void rp_platform_cf8_unlock(struct rp_platform *self)
{
    spin_unlock(&self->cf8_lock);
}
