/* SPDX-License-Identifier: MIT */
/*
 * The verdict on a function's configuration space: 256 or 4096 bytes, why,
 * and whether that can still change.
 *
 * Evaluation reads the device and stores nothing. The embedder keeps a verdict
 * packed in one word and publishes a new one with one store, so that a reader
 * sees the old or the new one.
 *
 * PCI Express Base r5.0, 7.2; PCI-X Protocol Addendum r2.0a, 7.
 */
#ifndef ROOTPORT_EXTCFG_H
#define ROOTPORT_EXTCFG_H

#include <rootport/cfg.h>

/* Why. Only USABLE, INHERITED, OVERRIDDEN and UNCHECKED can come with 4096 bytes. */
enum rp_extcfg_reason {
    RP_EXTCFG_UNEVALUATED = 0,
    RP_EXTCFG_NO_FUNCTION,  /* nothing answers there */
    RP_EXTCFG_NOT_READY,    /* the function asked for time */
    RP_EXTCFG_CONVENTIONAL, /* not PCIe, and not PCI-X mode 2 */
    RP_EXTCFG_NO_REGION,    /* no enabled ECAM region covers its bus */
    RP_EXTCFG_ALL_ONES,     /* the dword at 0x100 reads all ones */
    RP_EXTCFG_ALIASED,      /* the first 256 bytes repeat */
    RP_EXTCFG_USABLE,       /* 4096 */
    RP_EXTCFG_INHERITED,    /* what the physical function has */
    RP_EXTCFG_READ_FAILED,  /* the carrier of the accesses failed */
    RP_EXTCFG_OVERRIDDEN,   /* the configuration says so */
    RP_EXTCFG_UNCHECKED,    /* 4096, but the alias reads were left out */
};

struct rp_extcfg_verdict {
    uint16_t size; /* RP_CFG_SIZE_CONVENTIONAL or RP_CFG_SIZE_EXTENDED */
    enum rp_extcfg_reason reason;
    bool final; /* it never changes again */
};

/* Zero, also packed, is a function that has not been evaluated. */
uint32_t rp_extcfg_pack(struct rp_extcfg_verdict verdict);
struct rp_extcfg_verdict rp_extcfg_unpack(uint32_t word);

/* What a function is, as far as its configuration space depends on it. */
enum rp_extcfg_type {
    RP_EXTCFG_TYPE_NONE = 0, /* nothing answers: class and revision are all ones */
    RP_EXTCFG_TYPE_HOST_BRIDGE,
    RP_EXTCFG_TYPE_PCIE,          /* has a PCI Express capability */
    RP_EXTCFG_TYPE_CONVENTIONAL,  /* PCI or PCI-X function */
    RP_EXTCFG_TYPE_LEGACY_BRIDGE, /* PCI or PCI-X bridge */
};

/* By class code and PCI Express capability. */
enum rp_extcfg_type rp_extcfg_type(const struct rp_cfg *cfg, rp_sbdf_t sbdf);

/* Whether to look for aliasing: 1 to 15 reads more. A quirk switch turns it off. */
enum rp_extcfg_alias {
    RP_EXTCFG_ALIAS_CHECK = 0,
    RP_EXTCFG_ALIAS_IGNORE,
};

/* Both switches count: the machine's, and that of one function. */
static inline enum rp_extcfg_alias rp_extcfg_alias_of(enum rp_extcfg_alias all,
                                                      enum rp_extcfg_alias one)
{
    return all == RP_EXTCFG_ALIAS_IGNORE ? all : one;
}

/*
 * Evaluates a function that is not a virtual one. The result is never final:
 * that is for the embedder to know.
 */
struct rp_extcfg_verdict rp_extcfg_evaluate(const struct rp_cfg *cfg, rp_sbdf_t sbdf,
                                            enum rp_extcfg_alias alias);

/*
 * Evaluates a virtual function: it has what its physical function has (@pf),
 * unless no enabled region covers its own bus, which may be another one.
 */
struct rp_extcfg_verdict rp_extcfg_evaluate_vf(const struct rp_cfg *cfg, rp_sbdf_t sbdf,
                                               struct rp_extcfg_verdict pf);

/* Short sentences in English, never NULL. */
const char *rp_extcfg_reason_text(enum rp_extcfg_reason reason);
const char *rp_extcfg_type_text(enum rp_extcfg_type type);

#endif
