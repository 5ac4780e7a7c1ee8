/* SPDX-License-Identifier: MIT */
/*
 * Evaluates how much configuration space of a function can be reached.
 *
 * PCI Express Base r5.0, 7.2; PCI-X Protocol Addendum r2.0a, 7.
 */
#include <rootport/cap.h>
#include <rootport/extcfg.h>
#include <rootport/pci_regs.h>

/* A verdict in one word; all zero is "not evaluated". */
#define WORD_REASON   0x000000ffu
#define WORD_EXTENDED 0x00000100u
#define WORD_FINAL    0x00000200u

uint32_t rp_extcfg_pack(struct rp_extcfg_verdict verdict)
{
    uint32_t word = rp_field_set(WORD_REASON, 0, (uint32_t)verdict.reason);

    if (verdict.size == RP_CFG_SIZE_EXTENDED)
        word |= WORD_EXTENDED;
    if (verdict.final)
        word |= WORD_FINAL;
    return word;
}

struct rp_extcfg_verdict rp_extcfg_unpack(uint32_t word)
{
    struct rp_extcfg_verdict verdict = {
        .size =
            (word & WORD_EXTENDED) != 0 ? RP_CFG_SIZE_EXTENDED : RP_CFG_SIZE_CONVENTIONAL,
        .reason = (enum rp_extcfg_reason)rp_field_get(WORD_REASON, word),
        .final = (word & WORD_FINAL) != 0,
    };

    return verdict;
}

static struct rp_extcfg_verdict conclude(enum rp_extcfg_reason reason, uint16_t size)
{
    struct rp_extcfg_verdict verdict = {.size = size, .reason = reason, .final = false};

    return verdict;
}

static struct rp_extcfg_verdict conventional(enum rp_extcfg_reason reason)
{
    return conclude(reason, RP_CFG_SIZE_CONVENTIONAL);
}

enum rp_extcfg_type rp_extcfg_type(const struct rp_cfg *cfg, rp_sbdf_t sbdf)
{
    uint32_t class_revision;
    uint16_t class_device;

    /* A class of all ones alone is one: "fits in no defined class". */
    if (rp_cfg_read32(cfg, sbdf, RP_PCI_REVISION_ID, &class_revision) != RP_OK ||
        class_revision == RP_PCI_ALL_ONES)
        return RP_EXTCFG_TYPE_NONE;
    class_device = (uint16_t)(class_revision >> 16);
    if (class_device == RP_PCI_CLASS_HOST_BRIDGE)
        return RP_EXTCFG_TYPE_HOST_BRIDGE;
    if (rp_cap_find(cfg, sbdf, RP_PCI_CAP_ID_PCIE) != 0)
        return RP_EXTCFG_TYPE_PCIE;
    if (class_device == RP_PCI_CLASS_PCI_BRIDGE)
        return RP_EXTCFG_TYPE_LEGACY_BRIDGE;
    return RP_EXTCFG_TYPE_CONVENTIONAL;
}

/* PCI-X mode 2 is what 266 and 533 MHz need, and has 4096 bytes: addendum, 7.2.4. */
static bool is_pcix_mode2(const struct rp_cfg *cfg, rp_sbdf_t sbdf)
{
    uint16_t offset = rp_cap_find(cfg, sbdf, RP_PCI_CAP_ID_PCIX);
    uint32_t status;

    if (offset == 0 || offset + RP_PCI_PCIX_STATUS >= RP_CFG_SIZE_CONVENTIONAL)
        return false;
    if (rp_cfg_read32(cfg, sbdf, (uint16_t)(offset + RP_PCI_PCIX_STATUS), &status) !=
        RP_OK)
        return false;
    return (status & (RP_PCI_PCIX_STATUS_266MHZ | RP_PCI_PCIX_STATUS_533MHZ)) != 0;
}

/* Whether the function may have more than 256 bytes at all. */
static bool is_capable(const struct rp_cfg *cfg, rp_sbdf_t sbdf, enum rp_extcfg_type type)
{
    switch (type) {
    case RP_EXTCFG_TYPE_HOST_BRIDGE:
    case RP_EXTCFG_TYPE_PCIE:
        return true;
    case RP_EXTCFG_TYPE_CONVENTIONAL:
    case RP_EXTCFG_TYPE_LEGACY_BRIDGE:
        return is_pcix_mode2(cfg, sbdf);
    case RP_EXTCFG_TYPE_NONE:
        break;
    }
    return false;
}

/*
 * Whether the first 256 bytes repeat through all 4096, as behind bridges that
 * drop the upper register bits (1b21:1080 and 1002:4384 are known to). One
 * dword a page is compared, not the page: a bridge may alias but for single
 * registers, and then whole pages differ.
 */
static bool is_aliased(const struct rp_cfg *cfg, rp_sbdf_t sbdf, uint32_t id)
{
    for (unsigned reg = RP_PCI_EXTENDED_BASE; reg < RP_CFG_SIZE_EXTENDED; reg += 0x100) {
        uint32_t value;

        if (rp_cfg_read32(cfg, sbdf, (uint16_t)reg, &value) != RP_OK || value != id)
            return false;
    }
    return true;
}

/* Evaluates what is behind 0x100, for a function that may have something there. */
static struct rp_extcfg_verdict evaluate_extended(const struct rp_cfg *cfg,
                                                  rp_sbdf_t sbdf, uint32_t id,
                                                  enum rp_extcfg_alias alias)
{
    uint32_t header;
    enum rp_status status = rp_cfg_read32(cfg, sbdf, RP_PCI_EXTENDED_BASE, &header);

    if (status == RP_ERR_UNREACHABLE)
        return conventional(RP_EXTCFG_NO_REGION);
    if (status != RP_OK)
        return conventional(RP_EXTCFG_READ_FAILED);
    if (header == RP_PCI_ALL_ONES)
        return conventional(RP_EXTCFG_ALL_ONES);
    if (alias == RP_EXTCFG_ALIAS_CHECK && is_aliased(cfg, sbdf, id))
        return conventional(RP_EXTCFG_ALIASED);
    return conclude(alias == RP_EXTCFG_ALIAS_CHECK ? RP_EXTCFG_USABLE
                                                   : RP_EXTCFG_UNCHECKED,
                    RP_CFG_SIZE_EXTENDED);
}

struct rp_extcfg_verdict rp_extcfg_evaluate(const struct rp_cfg *cfg, rp_sbdf_t sbdf,
                                            enum rp_extcfg_alias alias)
{
    enum rp_extcfg_type type;
    uint32_t id;

    if (rp_cfg_read32(cfg, sbdf, RP_PCI_VENDOR_ID, &id) != RP_OK)
        return conventional(RP_EXTCFG_READ_FAILED);
    if ((id & 0xffffu) == RP_PCI_VENDOR_NONE)
        return conventional(RP_EXTCFG_NO_FUNCTION);
    if ((id & 0xffffu) == RP_PCI_VENDOR_NOT_READY)
        return conventional(RP_EXTCFG_NOT_READY);
    type = rp_extcfg_type(cfg, sbdf);
    if (type == RP_EXTCFG_TYPE_NONE)
        return conventional(RP_EXTCFG_NO_FUNCTION);
    if (!is_capable(cfg, sbdf, type))
        return conventional(RP_EXTCFG_CONVENTIONAL);
    return evaluate_extended(cfg, sbdf, id, alias);
}

struct rp_extcfg_verdict rp_extcfg_evaluate_vf(const struct rp_cfg *cfg, rp_sbdf_t sbdf,
                                               struct rp_extcfg_verdict pf)
{
    uint32_t ignored;
    enum rp_status status;

    if (pf.reason == RP_EXTCFG_UNEVALUATED)
        return conventional(RP_EXTCFG_UNEVALUATED);
    if (pf.size != RP_CFG_SIZE_EXTENDED)
        return conventional(RP_EXTCFG_INHERITED);
    /* Asks only for a way: what a function that just appeared reads is no evidence. */
    status = rp_cfg_read32(cfg, sbdf, RP_PCI_EXTENDED_BASE, &ignored);
    if (status == RP_ERR_UNREACHABLE)
        return conventional(RP_EXTCFG_NO_REGION);
    if (status != RP_OK)
        return conventional(RP_EXTCFG_READ_FAILED);
    return conclude(RP_EXTCFG_INHERITED, RP_CFG_SIZE_EXTENDED);
}

const char *rp_extcfg_reason_text(enum rp_extcfg_reason reason)
{
    switch (reason) {
    case RP_EXTCFG_UNEVALUATED:
        return "not evaluated yet";
    case RP_EXTCFG_NO_FUNCTION:
        return "no function answers";
    case RP_EXTCFG_NOT_READY:
        return "the function is not ready";
    case RP_EXTCFG_CONVENTIONAL:
        return "neither PCIe nor PCI-X mode 2";
    case RP_EXTCFG_NO_REGION:
        return "no enabled ECAM region covers its bus";
    case RP_EXTCFG_ALL_ONES:
        return "register 0x100 reads all ones";
    case RP_EXTCFG_ALIASED:
        return "the first 256 bytes repeat: a bridge drops the upper register bits";
    case RP_EXTCFG_USABLE:
        return "extended configuration space answers";
    case RP_EXTCFG_INHERITED:
        return "as its physical function";
    case RP_EXTCFG_READ_FAILED:
        return "its registers could not be read";
    case RP_EXTCFG_OVERRIDDEN:
        return "set by the configuration";
    case RP_EXTCFG_UNCHECKED:
        return "extended configuration space answers; not looked for aliasing";
    }
    return "unknown reason";
}

const char *rp_extcfg_type_text(enum rp_extcfg_type type)
{
    switch (type) {
    case RP_EXTCFG_TYPE_NONE:
        return "none";
    case RP_EXTCFG_TYPE_HOST_BRIDGE:
        return "host bridge";
    case RP_EXTCFG_TYPE_PCIE:
        return "PCIe function";
    case RP_EXTCFG_TYPE_CONVENTIONAL:
        return "conventional function";
    case RP_EXTCFG_TYPE_LEGACY_BRIDGE:
        return "legacy bridge";
    }
    return "unknown";
}
