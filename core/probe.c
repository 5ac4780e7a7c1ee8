/* SPDX-License-Identifier: MIT */
/*
 * Compares an ECAM region with CF8/CFC.
 *
 * What could fool it, and why it does not: RAM, and a window that decodes
 * nothing, differ from the first function found, and where there is none the
 * probe says so; RAM with a copy of it all is for the memory map to know. A window that
 * drops bits of bus, device or function shows a function a second time where nobody is.
 * One that drops bits of the register shows every function's first 256 bytes again.
 */
#include <rootport/pci_regs.h>
#include <rootport/probe.h>

enum {
    HEADER_DWORDS = 16,
};

/* Bits of a header that no running device changes by itself; the rest is not compared. */
static const uint32_t stable[HEADER_DWORDS] = {
    [RP_PCI_VENDOR_ID / 4] = 0xffffffff,
    [RP_PCI_COMMAND / 4] = 0x00000000, /* status bits, and commands in use */
    [RP_PCI_REVISION_ID / 4] = 0xffffffff,
    [RP_PCI_CACHE_LINE_SIZE / 4] = 0x00ffffff, /* not BIST */
    [RP_PCI_BAR0 / 4] = 0xffffffff,
    [RP_PCI_BAR0 / 4 + 1] = 0xffffffff,
    [RP_PCI_PRIMARY_BUS / 4] = 0xffffffff,
    [RP_PCI_IO_BASE / 4] = 0x0000ffff, /* not a bridge's secondary status */
    [RP_PCI_MEMORY_BASE / 4] = 0xffffffff,
    [RP_PCI_PREFETCHABLE_BASE / 4] = 0xffffffff,
    [RP_PCI_PREFETCHABLE_BASE_UPPER / 4] = 0xffffffff,
    [RP_PCI_PREFETCHABLE_LIMIT_UPPER / 4] = 0xffffffff,
    [RP_PCI_EXPANSION_ROM / 4] = 0xffffffff,
    [RP_PCI_CAPABILITIES_POINTER / 4] = 0x000000ff,
    [RP_PCI_BRIDGE_EXPANSION_ROM / 4] = 0xffffffff,
    [RP_PCI_INTERRUPT_LINE / 4] = 0x0000ff00, /* the pin alone */
};

struct rp_probe rp_probe_begin(const struct rp_ecam_range *range,
                               const struct rp_cfg *ports, const struct rp_cfg *ecam)
{
    struct rp_probe probe = {
        .ports = ports,
        .ecam = ecam,
        .range = *range,
        .next = (uint32_t)range->start_bus << 8,
        .verdict = range->segment == 0 ? RP_PROBE_GOING : RP_PROBE_NOT_PORTS,
    };

    return probe;
}

static bool conclude(struct rp_probe *probe, enum rp_probe_verdict verdict,
                     rp_sbdf_t sbdf)
{
    probe->verdict = verdict;
    probe->where = sbdf;
    return false;
}

/* Reads one dword both ways; false if that ended the probe. */
static bool read_both(struct rp_probe *probe, rp_sbdf_t sbdf, uint16_t reg,
                      uint32_t *out_ports, uint32_t *out_ecam)
{
    if (rp_cfg_read32(probe->ports, sbdf, reg, out_ports) == RP_OK &&
        rp_cfg_read32(probe->ecam, sbdf, reg, out_ecam) == RP_OK)
        return true;
    return conclude(probe, RP_PROBE_UNREACHABLE, sbdf);
}

/* Notes whether a function has more than its first 256 bytes; until one has. */
static bool note_extended(struct rp_probe *probe, rp_sbdf_t sbdf, uint32_t id)
{
    for (unsigned reg = RP_PCI_EXTENDED_BASE;
         !probe->is_extended && reg < RP_CFG_SIZE_EXTENDED; reg += 0x100) {
        uint32_t value;

        if (rp_cfg_read32(probe->ecam, sbdf, (uint16_t)reg, &value) != RP_OK)
            return conclude(probe, RP_PROBE_UNREACHABLE, sbdf);
        probe->is_extended = value != id;
    }
    return true;
}

static bool compare_function(struct rp_probe *probe, rp_sbdf_t sbdf, uint32_t id)
{
    probe->function_count++;
    for (unsigned i = 1; i < HEADER_DWORDS; i++) {
        uint32_t by_ports;
        uint32_t by_ecam;

        if (stable[i] == 0)
            continue;
        if (!read_both(probe, sbdf, (uint16_t)(i * 4), &by_ports, &by_ecam))
            return false;
        if (((by_ports ^ by_ecam) & stable[i]) != 0)
            return conclude(probe, RP_PROBE_DIFFERENT, sbdf);
    }
    return note_extended(probe, sbdf, id);
}

static bool compare(struct rp_probe *probe, rp_sbdf_t sbdf)
{
    uint32_t by_ports;
    uint32_t by_ecam;

    if (!read_both(probe, sbdf, RP_PCI_VENDOR_ID, &by_ports, &by_ecam))
        return false;
    if (by_ports != by_ecam)
        return conclude(probe,
                        by_ports == RP_PCI_ALL_ONES ? RP_PROBE_GHOST : RP_PROBE_DIFFERENT,
                        sbdf);
    return by_ports == RP_PCI_ALL_ONES || compare_function(probe, sbdf, by_ports);
}

static bool conclude_end(struct rp_probe *probe)
{
    if (probe->function_count == 0)
        probe->verdict = RP_PROBE_NO_FUNCTION;
    else
        probe->verdict = probe->is_extended ? RP_PROBE_SAME : RP_PROBE_ALIASED;
    return false;
}

bool rp_probe_step(struct rp_probe *probe, unsigned budget)
{
    uint32_t end = ((uint32_t)probe->range.end_bus + 1) << 8;

    if (probe->verdict != RP_PROBE_GOING)
        return false;
    for (; budget > 0 && probe->next < end; budget--) {
        rp_sbdf_t sbdf = {probe->next};

        if (!compare(probe, sbdf))
            return false;
        probe->next++;
    }
    return probe->next < end || conclude_end(probe);
}

static bool knows_ram(const struct rp_ecam *ecam)
{
    for (size_t i = 0; i < ecam->setup.memory_map_count; i++) {
        if (ecam->setup.memory_map[i].type == RP_MEMORY_RAM)
            return true;
    }
    return false;
}

bool rp_probe_grant(const struct rp_probe *probe, const struct rp_ecam *ecam,
                    struct rp_ecam_region *region)
{
    bool is_about = probe->range.base.value == region->range.base.value &&
                    probe->range.segment == region->range.segment &&
                    probe->range.start_bus <= region->range.start_bus &&
                    probe->range.end_bus >= region->range.end_bus;

    if (probe->verdict != RP_PROBE_SAME || !is_about || !knows_ram(ecam) ||
        region->state != RP_ECAM_CANDIDATE)
        return false;
    region->evidence |= RP_ECAM_EVIDENCE_PROBE;
    return true;
}

bool rp_probe_is_wanted(const struct rp_ecam *ecam, const struct rp_ecam_region *region)
{
    enum rp_ecam_policy policy = ecam->setup.policy;

    return region->state == RP_ECAM_CANDIDATE && region->range.segment == 0 &&
           knows_ram(ecam) && !rp_ecam_is_enough(policy, region->evidence) &&
           rp_ecam_is_enough(policy, region->evidence | RP_ECAM_EVIDENCE_PROBE);
}

const char *rp_probe_verdict_text(enum rp_probe_verdict verdict)
{
    switch (verdict) {
    case RP_PROBE_GOING:
        return "the probe has not ended";
    case RP_PROBE_SAME:
        return "it answers as CF8/CFC does";
    case RP_PROBE_NOT_PORTS:
        return "CF8/CFC does not reach its segment, so there is nothing to compare with";
    case RP_PROBE_NO_FUNCTION:
        return "no function is on its buses, so there is nothing to compare";
    case RP_PROBE_DIFFERENT:
        return "a header reads differently through CF8/CFC";
    case RP_PROBE_GHOST:
        return "something answers where CF8/CFC finds no function";
    case RP_PROBE_ALIASED:
        return "every function's first 256 bytes repeat in it";
    case RP_PROBE_UNREACHABLE:
        return "it could not be read";
    }
    return "unknown verdict of a probe";
}
