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
    RP_CHIPSET_NO_ROOM, /* found, but the set of regions is full */
};

/*
 * Asks the host bridge, function 00:00.0 of segment 0. Where FOUND, *@out_range
 * is what it decodes, and *@out_name the name of the bridge's family for a message; the
 * name is NULL where UNKNOWN.
 */
enum rp_chipset_verdict rp_chipset_read(const struct rp_cfg *cfg,
                                        struct rp_ecam_range *out_range,
                                        const char **out_name);

/*
 * Puts what rp_chipset_read() finds into @ecam, as RP_ECAM_SOURCE_CHIPSET: it
 * confirms, contradicts or adds a region; where the register says DISABLED it
 * contradicts every region of segment 0. The verdict is that of the reading, or
 * NO_ROOM.
 */
enum rp_chipset_verdict rp_chipset_add_to(struct rp_ecam *ecam, const struct rp_cfg *cfg,
                                          const char **out_name);

/*
 * Likewise, but for DISABLED, for the value of RP_CHIPSET_AMD_MSR, which the embedder
 * reads where CPUID says AMD or Hygon, family 10h or later. The register can serve up to
 * 128 segments, each of which is a region.
 */
enum rp_chipset_verdict rp_chipset_add_amd(struct rp_ecam *ecam, uint64_t msr);

/* A short sentence in English for @verdict, never NULL. */
const char *rp_chipset_verdict_text(enum rp_chipset_verdict verdict);

#endif
