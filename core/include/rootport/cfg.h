/* SPDX-License-Identifier: MIT */
/*
 * Access to configuration space, whatever carries it: CF8/CFC and ECAM in a
 * hypervisor (cfg_direct.h), sysfs or a dump in a tool.
 *
 * PCI Local Bus r3.0, 3.2.2.3.2; PCI Express Base r5.0, 7.2.
 */
#ifndef ROOTPORT_CFG_H
#define ROOTPORT_CFG_H

#include <rootport/status.h>
#include <rootport/types.h>

enum {
    RP_CFG_SIZE_CONVENTIONAL = 256,
    RP_CFG_SIZE_EXTENDED = 4096,
};

/*
 * What carries an access. @reg is 0 to 4095, @width 1, 2 or 4, and @reg a
 * multiple of @width: the functions below have checked that. A read that fails
 * still stores all ones. RP_ERR_UNREACHABLE: no way leads to @reg.
 */
struct rp_cfg_ops {
    enum rp_status (*read)(void *context, rp_sbdf_t sbdf, uint16_t reg, unsigned width,
                           uint32_t *out_value);
    enum rp_status (*write)(void *context, rp_sbdf_t sbdf, uint16_t reg, unsigned width,
                            uint32_t value);
};

struct rp_cfg {
    const struct rp_cfg_ops *ops;
    void *context;
};

/*
 * Read one register. On failure *@out_value is all ones and the status says
 * why: RP_ERR_INVALID for a misaligned, too large or too wide access,
 * otherwise what the carrier returned.
 */
enum rp_status rp_cfg_read(const struct rp_cfg *cfg, rp_sbdf_t sbdf, uint16_t reg,
                           unsigned width, uint32_t *out_value);
enum rp_status rp_cfg_read8(const struct rp_cfg *cfg, rp_sbdf_t sbdf, uint16_t reg,
                            uint8_t *out_value);
enum rp_status rp_cfg_read16(const struct rp_cfg *cfg, rp_sbdf_t sbdf, uint16_t reg,
                             uint16_t *out_value);
enum rp_status rp_cfg_read32(const struct rp_cfg *cfg, rp_sbdf_t sbdf, uint16_t reg,
                             uint32_t *out_value);

/* Write one register; same checks and statuses as the reads. */
enum rp_status rp_cfg_write(const struct rp_cfg *cfg, rp_sbdf_t sbdf, uint16_t reg,
                            unsigned width, uint32_t value);
enum rp_status rp_cfg_write8(const struct rp_cfg *cfg, rp_sbdf_t sbdf, uint16_t reg,
                             uint8_t value);
enum rp_status rp_cfg_write16(const struct rp_cfg *cfg, rp_sbdf_t sbdf, uint16_t reg,
                              uint16_t value);
enum rp_status rp_cfg_write32(const struct rp_cfg *cfg, rp_sbdf_t sbdf, uint16_t reg,
                              uint32_t value);

#endif
