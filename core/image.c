/* SPDX-License-Identifier: MIT */
/* Reads and writes of a configuration space that stands in a page. */
#include <rootport/image.h>

/* The low @width bytes set; @width is 1, 2 or 4. */
static uint32_t width_mask(unsigned width)
{
    return UINT32_MAX >> (32 - 8 * width);
}

static unsigned shift_in_dword(uint16_t reg)
{
    return reg % 4u * 8u;
}

uint32_t rp_image_read(const struct rp_image *image, uint16_t reg, unsigned width)
{
    if (width != 1 && width != 2 && width != 4)
        return UINT32_MAX;
    if (!rp_image_is_natural(reg, width))
        return width_mask(width);
    return image->dword[reg / 4] >> shift_in_dword(reg) & width_mask(width);
}

void rp_image_store(struct rp_image *image, uint16_t reg, uint32_t value)
{
    /* Guests read the page meanwhile: one store, neither split nor repeated. */
    *(volatile uint32_t *)&image->dword[reg / 4] = value;
}

struct rp_image_change rp_image_apply(const struct rp_image *image,
                                      struct rp_image_rule rule, uint16_t reg,
                                      unsigned width, uint32_t value)
{
    uint32_t old_value = image->dword[reg / 4];
    uint32_t written = width_mask(width) << shift_in_dword(reg);
    uint32_t bits = value << shift_in_dword(reg);
    uint32_t taken = (old_value & ~(rule.rw & written)) | (bits & rule.rw & written);

    return (struct rp_image_change){
        .reg = reg & 0xffcu,
        .old_value = old_value,
        .new_value = taken & ~(bits & rule.rw1c & written),
    };
}
