/* SPDX-License-Identifier: MIT */
/*
 * Reads the base registers of host bridges and CPUs.
 *
 * Intel datasheets of the host bridges named in the table, register PCIEXBAR
 * (on E7520: EXPECBASE); AMD BKDG family 10h, MSR C001_0058.
 */
#include <rootport/chipset.h>
#include <rootport/pci_regs.h>

#define VENDOR_INTEL 0x8086u

/* How a family of host bridges lays out its register. */
enum layout {
    LAYOUT_WORD,     /* bits 15:12 are bits 31:28 of the base; always 256 buses */
    LAYOUT_PCIEXBAR, /* enable, length and base as below */
};

enum family { FAMILY_E7520, FAMILY_945, FAMILY_965, FAMILY_CORE };

static const struct family_facts {
    const char *name;
    uint8_t reg;
    uint8_t address_bits; /* width of the base; more than 32: the next dword too */
    uint8_t layout;       /* of enum layout */
} families[] = {
    [FAMILY_E7520] = {"Intel E7520", 0xce, 32, LAYOUT_WORD},
    [FAMILY_945] = {"Intel 945", 0x48, 32, LAYOUT_PCIEXBAR},
    [FAMILY_965] = {"Intel 965, 3 or 4 series", 0x60, 36, LAYOUT_PCIEXBAR},
    [FAMILY_CORE] = {"Intel Core or Xeon E3", 0x60, 39, LAYOUT_PCIEXBAR},
};

static const struct bridge {
    uint16_t device_id; /* the vendor is Intel */
    uint8_t family;     /* of enum family */
} bridges[] = {
    {0x3590, FAMILY_E7520}, /* E7520 */
    {0x2770, FAMILY_945},   /* 945G */
    {0x27a0, FAMILY_945},   /* 945GM */
    {0x2970, FAMILY_965},   /* 946GZ */
    {0x2990, FAMILY_965},   /* Q965 */
    {0x29a0, FAMILY_965},   /* G965 */
    {0x29b0, FAMILY_965},   /* Q35 */
    {0x29c0, FAMILY_965},   /* G33 (QEMU q35) */
    {0x29d0, FAMILY_965},   /* Q33 */
    {0x2a00, FAMILY_965},   /* GM965 */
    {0x2a40, FAMILY_965},   /* GM45 */
    {0x2e10, FAMILY_965},   /* Q45 */
    {0x2e20, FAMILY_965},   /* G45 */
    {0x2e30, FAMILY_965},   /* G41 */
    {0x0100, FAMILY_CORE},  /* Core 2nd generation */
    {0x0104, FAMILY_CORE},  /* Core 2nd generation mobile */
    {0x0108, FAMILY_CORE},  /* Xeon E3-1200 */
    {0x0150, FAMILY_CORE},  /* Core 3rd generation */
    {0x0154, FAMILY_CORE},  /* Core 3rd generation mobile */
    {0x0158, FAMILY_CORE},  /* Xeon E3-1200 v2 */
    {0x0c00, FAMILY_CORE},  /* Core 4th generation */
    {0x0c04, FAMILY_CORE},  /* Core 4th generation mobile */
    {0x0c08, FAMILY_CORE},  /* Xeon E3-1200 v3 */
    {0x1904, FAMILY_CORE},  /* Core 6th generation U */
    {0x1910, FAMILY_CORE},  /* Core 6th generation H */
    {0x1918, FAMILY_CORE},  /* Xeon E3-1200 v5 */
    {0x191f, FAMILY_CORE},  /* Core 6th generation S */
    {0x5904, FAMILY_CORE},  /* Core 7th generation U */
    {0x5910, FAMILY_CORE},  /* Core 7th generation H */
    {0x5918, FAMILY_CORE},  /* Xeon E3-1200 v6 */
    {0x591f, FAMILY_CORE},  /* Core 7th generation S */
};

/* PCIEXBAR, low dword */
#define PCIEXBAR_ENABLE 0x00000001u
#define PCIEXBAR_LENGTH 0x00000006u

/* Buses by PCIEXBAR_LENGTH; 3 is reserved. */
static const uint16_t bus_counts[] = {256, 128, 64, 0};

/* E7520's base, bits 31:28 of the address; none of both extremes is one. */
#define WORD_ADDRESS 0xf000u

static enum rp_chipset_verdict decode_word(uint16_t value,
                                           struct rp_ecam_range *out_range)
{
    if ((value & WORD_ADDRESS) == 0 || (value & WORD_ADDRESS) == WORD_ADDRESS)
        return RP_CHIPSET_DISABLED;
    out_range->base.value = (uint64_t)(value & WORD_ADDRESS) << 16;
    out_range->end_bus = 0xff;
    return RP_CHIPSET_FOUND;
}

static enum rp_chipset_verdict decode_pciexbar(uint64_t value, unsigned address_bits,
                                               struct rp_ecam_range *out_range)
{
    uint32_t buses = bus_counts[rp_field_get(PCIEXBAR_LENGTH, (uint32_t)value)];
    uint64_t size = (uint64_t)buses * RP_ECAM_BUS_SIZE;

    if ((value & PCIEXBAR_ENABLE) == 0)
        return RP_CHIPSET_DISABLED;
    if (buses == 0)
        return RP_CHIPSET_RESERVED;
    value &= (UINT64_C(1) << address_bits) - 1;
    /* The base is a multiple of the length; what is below those bits is no address. */
    out_range->base.value = value & ~(size - 1);
    out_range->end_bus = (uint8_t)(buses - 1);
    return RP_CHIPSET_FOUND;
}

/* The family of the host bridge with this ID, NULL if it is in none. */
static const struct family_facts *find_family(uint32_t id)
{
    for (size_t i = 0; i < sizeof(bridges) / sizeof(bridges[0]); i++) {
        if (id == ((uint32_t)bridges[i].device_id << 16 | VENDOR_INTEL))
            return &families[bridges[i].family];
    }
    return NULL;
}

static enum rp_chipset_verdict read_bridge(const struct rp_cfg *cfg, rp_sbdf_t sbdf,
                                           const struct family_facts *family,
                                           struct rp_ecam_range *out_range)
{
    uint32_t low;
    uint32_t high = 0;
    uint16_t word;

    if (family->layout == LAYOUT_WORD) {
        if (rp_cfg_read16(cfg, sbdf, family->reg, &word) != RP_OK)
            return RP_CHIPSET_UNKNOWN;
        return decode_word(word, out_range);
    }
    if (rp_cfg_read32(cfg, sbdf, family->reg, &low) != RP_OK)
        return RP_CHIPSET_UNKNOWN;
    if (family->address_bits > 32 &&
        rp_cfg_read32(cfg, sbdf, (uint16_t)(family->reg + 4), &high) != RP_OK)
        return RP_CHIPSET_UNKNOWN;
    return decode_pciexbar((uint64_t)high << 32 | low, family->address_bits, out_range);
}

enum rp_chipset_verdict rp_chipset_read(const struct rp_cfg *cfg,
                                        struct rp_ecam_range *out_range,
                                        const char **out_name)
{
    rp_sbdf_t sbdf = rp_sbdf(0, 0, 0, 0);
    struct rp_ecam_range range = {.segment = 0, .start_bus = 0};
    const struct family_facts *family;
    uint32_t id;

    *out_range = range;
    *out_name = NULL;
    if (rp_cfg_read32(cfg, sbdf, RP_PCI_VENDOR_ID, &id) != RP_OK)
        return RP_CHIPSET_UNKNOWN;
    family = find_family(id);
    if (!family)
        return RP_CHIPSET_UNKNOWN;
    *out_name = family->name;
    return read_bridge(cfg, sbdf, family, out_range);
}

/* MSR C001_0058 */
#define AMD_ENABLE    UINT64_C(0x1)
#define AMD_BUS_RANGE 0x3cu /* log2 of the buses, over all segments */
#define AMD_BASE      UINT64_C(0x0000fffffff00000)
#define AMD_SEGMENT   (256 * (uint64_t)RP_ECAM_BUS_SIZE) /* distance of two segments */

/* What the register says: a base, and as many buses in each of some segments. */
struct amd_layout {
    uint64_t base;
    unsigned segment_count;
    unsigned bus_count;
};

static enum rp_chipset_verdict decode_amd(uint64_t msr, struct amd_layout *out_layout)
{
    unsigned log2_buses = rp_field_get(AMD_BUS_RANGE, (uint32_t)msr);
    unsigned log2_segments = log2_buses > 8 ? log2_buses - 8 : 0;

    if ((msr & AMD_ENABLE) == 0)
        return RP_CHIPSET_DISABLED;
    if ((msr & AMD_BASE) == 0)
        return RP_CHIPSET_RESERVED;
    out_layout->base = msr & AMD_BASE;
    /* Four bits: 7 at most, so 128 segments. */
    out_layout->segment_count = 1u << log2_segments;
    out_layout->bus_count = 1u << (log2_buses - log2_segments);
    return RP_CHIPSET_FOUND;
}

static struct rp_ecam_range amd_range(const struct amd_layout *layout, unsigned segment)
{
    struct rp_ecam_range range = {
        .base = {layout->base + segment * AMD_SEGMENT},
        .segment = (uint16_t)segment,
        .start_bus = 0,
        .end_bus = (uint8_t)(layout->bus_count - 1),
    };

    return range;
}

enum rp_chipset_verdict rp_chipset_add_to(struct rp_ecam *ecam, const struct rp_cfg *cfg,
                                          const char **out_name)
{
    struct rp_ecam_range range;
    enum rp_chipset_verdict verdict = rp_chipset_read(cfg, &range, out_name);
    size_t index;

    if (verdict == RP_CHIPSET_FOUND &&
        rp_ecam_add(ecam, &range, RP_ECAM_SOURCE_CHIPSET, &index) != RP_OK)
        return RP_CHIPSET_NO_ROOM;
    if (verdict == RP_CHIPSET_DISABLED)
        rp_ecam_deny(ecam, range.segment);
    return verdict;
}

enum rp_chipset_verdict rp_chipset_add_amd(struct rp_ecam *ecam, uint64_t msr)
{
    struct amd_layout layout;
    enum rp_chipset_verdict verdict = decode_amd(msr, &layout);

    for (unsigned i = 0; verdict == RP_CHIPSET_FOUND && i < layout.segment_count; i++) {
        struct rp_ecam_range range = amd_range(&layout, i);
        size_t index;

        if (rp_ecam_add(ecam, &range, RP_ECAM_SOURCE_CHIPSET, &index) != RP_OK)
            return RP_CHIPSET_NO_ROOM;
    }
    return verdict;
}

const char *rp_chipset_verdict_text(enum rp_chipset_verdict verdict)
{
    switch (verdict) {
    case RP_CHIPSET_UNKNOWN:
        return "no base register of this chipset is known";
    case RP_CHIPSET_DISABLED:
        return "the base register says that ECAM is off";
    case RP_CHIPSET_RESERVED:
        return "the base register holds a reserved value";
    case RP_CHIPSET_FOUND:
        return "the base register says where ECAM is";
    case RP_CHIPSET_NO_ROOM:
        return "the base register names more regions than there is room for";
    }
    return "unknown verdict on the chipset";
}
