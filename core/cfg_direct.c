/* SPDX-License-Identifier: MIT */
/*
 * Carries configuration accesses to the hardware, through CF8/CFC or ECAM.
 *
 * PCI Local Bus r3.0, 3.2.2.3.2; PCI Express Base r5.0, 7.2.2.
 */
#include <rootport/cfg_direct.h>
#include <rootport/pci_regs.h>

/* Ports take segment 0 and the conventional 256 bytes alone. */
static bool is_for_ports(rp_sbdf_t sbdf, uint16_t reg)
{
    return rp_sbdf_segment(sbdf) == 0 && reg < RP_CFG_SIZE_CONVENTIONAL;
}

static uint32_t port_address(rp_sbdf_t sbdf, uint16_t reg)
{
    uint32_t address = RP_PCI_CONFIG_ADDRESS_ENABLE;

    address = rp_field_set(RP_PCI_CONFIG_ADDRESS_BUS, address, rp_sbdf_bus(sbdf));
    address = rp_field_set(RP_PCI_CONFIG_ADDRESS_DEVFN, address, rp_sbdf_devfn(sbdf));
    return address | (reg & RP_PCI_CONFIG_ADDRESS_REGISTER);
}

static uint16_t port_data(uint16_t reg)
{
    return (uint16_t)(RP_PCI_CONFIG_DATA + (reg & 3u));
}

static uint32_t read_ports(struct rp_platform *platform, rp_sbdf_t sbdf, uint16_t reg,
                           unsigned width)
{
    uint32_t value;

    rp_platform_cf8_lock(platform);
    rp_platform_io_write(platform, RP_PCI_CONFIG_ADDRESS, 4, port_address(sbdf, reg));
    value = rp_platform_io_read(platform, port_data(reg), width);
    rp_platform_cf8_unlock(platform);
    return value;
}

static void write_ports(struct rp_platform *platform, rp_sbdf_t sbdf, uint16_t reg,
                        unsigned width, uint32_t value)
{
    rp_platform_cf8_lock(platform);
    rp_platform_io_write(platform, RP_PCI_CONFIG_ADDRESS, 4, port_address(sbdf, reg));
    rp_platform_io_write(platform, port_data(reg), width, value);
    rp_platform_cf8_unlock(platform);
}

/* Where the 4096 bytes of @sbdf are mapped now, or NULL. */
static volatile unsigned char *find_window(const struct rp_cfg_direct *direct,
                                           rp_sbdf_t sbdf)
{
    const struct rp_ecam_region *trial = direct->trial;
    uint64_t offset;

    if (!trial || !rp_ecam_covers(&trial->range, sbdf))
        return rp_ecam_window(direct->ecam, sbdf);
    if (!direct->trial_window)
        return NULL;
    offset = rp_ecam_address(&trial->range, sbdf, 0).value -
             rp_ecam_start(&trial->range).value;
    return direct->trial_window + offset;
}

static enum rp_status read_window(void *context, rp_sbdf_t sbdf, uint16_t reg,
                                  unsigned width, uint32_t *out_value)
{
    const struct rp_cfg_direct *direct = context;
    volatile unsigned char *window = find_window(direct, sbdf);

    if (!window) {
        *out_value = RP_PCI_ALL_ONES;
        return RP_ERR_UNREACHABLE;
    }
    *out_value = rp_platform_mmio_read(direct->platform, window + reg, width);
    return RP_OK;
}

static enum rp_status write_window(void *context, rp_sbdf_t sbdf, uint16_t reg,
                                   unsigned width, uint32_t value)
{
    const struct rp_cfg_direct *direct = context;
    volatile unsigned char *window = find_window(direct, sbdf);

    if (!window)
        return RP_ERR_UNREACHABLE;
    rp_platform_mmio_write(direct->platform, window + reg, width, value);
    return RP_OK;
}

static enum rp_status read_direct(void *context, rp_sbdf_t sbdf, uint16_t reg,
                                  unsigned width, uint32_t *out_value)
{
    const struct rp_cfg_direct *direct = context;

    if (!is_for_ports(sbdf, reg))
        return read_window(context, sbdf, reg, width, out_value);
    *out_value = read_ports(direct->platform, sbdf, reg, width);
    return RP_OK;
}

static enum rp_status write_direct(void *context, rp_sbdf_t sbdf, uint16_t reg,
                                   unsigned width, uint32_t value)
{
    const struct rp_cfg_direct *direct = context;

    if (!is_for_ports(sbdf, reg))
        return write_window(context, sbdf, reg, width, value);
    write_ports(direct->platform, sbdf, reg, width, value);
    return RP_OK;
}

const struct rp_cfg_ops rp_cfg_direct_ops = {
    .read = read_direct,
    .write = write_direct,
};

const struct rp_cfg_ops rp_cfg_window_ops = {
    .read = read_window,
    .write = write_window,
};

void rp_cfg_direct_init(struct rp_cfg_direct *direct, struct rp_platform *platform,
                        const struct rp_ecam *ecam, struct rp_cfg *out_cfg)
{
    direct->platform = platform;
    direct->ecam = ecam;
    direct->trial = NULL;
    direct->trial_window = NULL;
    out_cfg->ops = &rp_cfg_direct_ops;
    out_cfg->context = direct;
}
