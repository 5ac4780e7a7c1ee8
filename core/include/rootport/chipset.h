/* SPDX-License-Identifier: MIT */
/*
 * Where the hardware itself says that it decodes ECAM: the base register of
 * a host bridge or of a CPU.
 */
#ifndef ROOTPORT_CHIPSET_H
#define ROOTPORT_CHIPSET_H

#include <rootport/cfg.h>
#include <rootport/ecam.h>

/* AMD's MSR C001_0058, MMIO configuration base address (family 10h and later). */
#define RP_CHIPSET_AMD_MSR 0xc0010058u

/* What came of asking. */
enum rp_chipset_verdict {
    RP_CHIPSET_UNKNOWN = 0, /* no base register of this machine is known here */
    RP_CHIPSET_DISABLED,    /* the register says that nothing is decoded */
    RP_CHIPSET_RESERVED,    /* the register holds a value that has no meaning */
    RP_CHIPSET_FOUND,
};

/*
 * Asks the host bridge, function 00:00.0 of segment 0. Where FOUND, *@out_range
 * is what it decodes, and *@out_name the bridge's name for a message; the name
 * is NULL where UNKNOWN.
 */
enum rp_chipset_verdict rp_chipset_read(const struct rp_cfg *cfg,
                                        struct rp_ecam_range *out_range,
                                        const char **out_name);

/*
 * What the value @msr of RP_CHIPSET_AMD_MSR means, which the embedder has read
 * where CPUID says AMD or Hygon, family 10h or later. The register can serve
 * several segments: *@out_count of @out_ranges (at most RP_CHIPSET_AMD_RANGES)
 * hold one each.
 */
enum {
    RP_CHIPSET_AMD_RANGES = 128,
};
enum rp_chipset_verdict
rp_chipset_decode_amd(uint64_t msr,
                      struct rp_ecam_range out_ranges[RP_CHIPSET_AMD_RANGES],
                      size_t *out_count);

/* A short sentence in English for @verdict, never NULL. */
const char *rp_chipset_verdict_text(enum rp_chipset_verdict verdict);

#endif
