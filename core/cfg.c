/* SPDX-License-Identifier: MIT */
/*
 * Checks every configuration access before its carrier sees it.
 *
 * PCI Local Bus r3.0, 3.2.2.3.2; PCI Express Base r5.0, 7.2.
 */
#include <rootport/cfg.h>
#include <rootport/pci_regs.h>

/* Naturally aligned accesses cannot cross the end: 4096 is a multiple of 4. */
static bool is_sound(uint16_t reg, unsigned width)
{
    if (width != 1 && width != 2 && width != 4)
        return false;
    return reg < RP_CFG_SIZE_EXTENDED && reg % width == 0;
}

enum rp_status rp_cfg_read(const struct rp_cfg *cfg, rp_sbdf_t sbdf, uint16_t reg,
                           unsigned width, uint32_t *out_value)
{
    enum rp_status status;

    *out_value = RP_PCI_ALL_ONES;
    if (!is_sound(reg, width))
        return RP_ERR_INVALID;
    status = cfg->ops->read(cfg->context, sbdf, reg, width, out_value);
    if (status != RP_OK)
        *out_value = RP_PCI_ALL_ONES;
    return status;
}

enum rp_status rp_cfg_read8(const struct rp_cfg *cfg, rp_sbdf_t sbdf, uint16_t reg,
                            uint8_t *out_value)
{
    uint32_t value;
    enum rp_status status = rp_cfg_read(cfg, sbdf, reg, 1, &value);

    *out_value = (uint8_t)value;
    return status;
}

enum rp_status rp_cfg_read16(const struct rp_cfg *cfg, rp_sbdf_t sbdf, uint16_t reg,
                             uint16_t *out_value)
{
    uint32_t value;
    enum rp_status status = rp_cfg_read(cfg, sbdf, reg, 2, &value);

    *out_value = (uint16_t)value;
    return status;
}

enum rp_status rp_cfg_read32(const struct rp_cfg *cfg, rp_sbdf_t sbdf, uint16_t reg,
                             uint32_t *out_value)
{
    return rp_cfg_read(cfg, sbdf, reg, 4, out_value);
}

enum rp_status rp_cfg_write(const struct rp_cfg *cfg, rp_sbdf_t sbdf, uint16_t reg,
                            unsigned width, uint32_t value)
{
    if (!is_sound(reg, width))
        return RP_ERR_INVALID;
    return cfg->ops->write(cfg->context, sbdf, reg, width, value);
}

enum rp_status rp_cfg_write8(const struct rp_cfg *cfg, rp_sbdf_t sbdf, uint16_t reg,
                             uint8_t value)
{
    return rp_cfg_write(cfg, sbdf, reg, 1, value);
}

enum rp_status rp_cfg_write16(const struct rp_cfg *cfg, rp_sbdf_t sbdf, uint16_t reg,
                              uint16_t value)
{
    return rp_cfg_write(cfg, sbdf, reg, 2, value);
}

enum rp_status rp_cfg_write32(const struct rp_cfg *cfg, rp_sbdf_t sbdf, uint16_t reg,
                              uint32_t value)
{
    return rp_cfg_write(cfg, sbdf, reg, 4, value);
}
