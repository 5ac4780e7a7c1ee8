/* SPDX-License-Identifier: MIT */
/* Cuts guests' configuration accesses, by port or by memory, into natural ones. */
#include <rootport/access.h>
#include <rootport/pci_regs.h>

enum {
    DATA_END = RP_PCI_CONFIG_DATA + 4,
};

/* PCI Express Base r5.0, table 7-1: bus in 27:20, devfn in 19:12, register in 11:0. */
#define ECAM_SIZE 0x10000000u

static unsigned natural_width(uint32_t offset, unsigned length)
{
    unsigned width = 4;
    while (width > length || offset % width != 0)
        width /= 2;
    return width;
}

/*
 * The pieces of @length bytes at @offset of an ECAM region, all inside it;
 * @position is where they begin in the whole access. Eight bytes at most, so
 * RP_ACCESS_PIECES_MAX is enough.
 */
static void cut(uint32_t offset, unsigned length, unsigned position,
                struct rp_access *out_access)
{
    out_access->count = 1;
    if (rp_access_is_natural(offset, length)) {
        out_access->pieces[0] = rp_access_natural(offset, length);
        out_access->pieces[0].position = (uint8_t)position;
        return;
    }
    out_access->count = 0;
    while (length != 0 && out_access->count < RP_ACCESS_PIECES_MAX) {
        unsigned width = natural_width(offset, length);
        struct rp_access_piece *piece = &out_access->pieces[out_access->count++];

        *piece = rp_access_natural(offset, width);
        piece->position = (uint8_t)position;
        offset += width;
        position += width;
        length -= width;
    }
}

struct rp_access rp_access_ecam(uint64_t offset, unsigned width)
{
    struct rp_access access;
    bool is_width = width == 1 || width == 2 || width == 4 || width == 8;
    if (!is_width || offset >= ECAM_SIZE)
        return (struct rp_access){.count = 0};

    unsigned room = ECAM_SIZE - (uint32_t)offset;
    cut((uint32_t)offset, width < room ? width : room, 0, &access);
    return access;
}

/* Where the register that @latch names would be in an ECAM region. */
static uint32_t addressed_offset(const struct rp_cf8 *latch)
{
    uint32_t upper = rp_field_get(RP_PCI_CONFIG_ADDRESS_REGISTER_UPPER, latch->address);

    /* Bus and devfn are side by side in both, four bits higher in the region. */
    return (latch->address & (RP_PCI_CONFIG_ADDRESS_BUS | RP_PCI_CONFIG_ADDRESS_DEVFN))
               << 4 |
           upper << 8 | (latch->address & RP_PCI_CONFIG_ADDRESS_REGISTER);
}

enum rp_cf8_target rp_cf8_decode(const struct rp_cf8 *latch, uint16_t port,
                                 unsigned width, struct rp_access *out_access)
{
    unsigned end = port + width;

    if (width != 1 && width != 2 && width != 4)
        return RP_CF8_NOTHING;
    if (port == RP_PCI_CONFIG_ADDRESS && width == 4)
        return RP_CF8_ADDRESS;
    if (port >= DATA_END || end <= RP_PCI_CONFIG_DATA)
        return RP_CF8_NOTHING;
    if ((latch->address & RP_PCI_CONFIG_ADDRESS_ENABLE) == 0)
        return RP_CF8_NOTHING;

    /* Only the bytes at the data ports; what sticks out on either side is no data. */
    unsigned first = port < RP_PCI_CONFIG_DATA ? RP_PCI_CONFIG_DATA : port;
    unsigned last = end > DATA_END ? DATA_END : end;
    cut(addressed_offset(latch) + first % 4, last - first, first - port, out_access);
    return RP_CF8_DATA;
}

void rp_cf8_write_address(struct rp_cf8 *latch, uint32_t value)
{
    uint32_t implemented = RP_PCI_CONFIG_ADDRESS_ENABLE | RP_PCI_CONFIG_ADDRESS_BUS |
                           RP_PCI_CONFIG_ADDRESS_DEVFN | RP_PCI_CONFIG_ADDRESS_REGISTER;

    if (latch->reach == RP_CF8_4096)
        implemented |= RP_PCI_CONFIG_ADDRESS_REGISTER_UPPER;
    latch->address = value & implemented;
}
