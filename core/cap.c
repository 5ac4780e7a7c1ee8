/* SPDX-License-Identifier: MIT */
/*
 * The one walk over capabilities, and the one over extended capabilities.
 *
 * PCI Express Base r5.0, 7.5.1.1.11 and 7.6.3.
 */
#include <rootport/cap.h>
#include <rootport/pci_regs.h>

enum {
    /* 192 bytes from 0x40 on, and no capability is shorter than 4. */
    CAP_BOUND = (RP_CFG_SIZE_CONVENTIONAL - RP_PCI_CAPABILITIES_BASE) / 4,
    /* 3840 bytes from 0x100 on, and no extended capability is shorter than 8. */
    EXTCAP_BOUND = (RP_CFG_SIZE_EXTENDED - RP_PCI_EXTENDED_BASE) / 8,
};

static bool stop(struct rp_cap_iter *iter, enum rp_cap_end end)
{
    iter->end = end;
    return false;
}

static struct rp_cap_iter begin(const struct rp_cfg *cfg, rp_sbdf_t sbdf)
{
    struct rp_cap_iter iter = {.cfg = cfg, .sbdf = sbdf, .end = RP_CAP_GOING};

    return iter;
}

/* Whether the header at @iter->next may be read. */
static bool may_visit(struct rp_cap_iter *iter, unsigned base, unsigned bound)
{
    if (iter->next == 0)
        return stop(iter, RP_CAP_END);
    if (iter->next < base)
        return stop(iter, RP_CAP_BELOW_BASE);
    if (iter->seen == bound)
        return stop(iter, RP_CAP_LOOP);
    return true;
}

/* Finds the head of the capability list. */
static bool find_head(struct rp_cap_iter *iter)
{
    uint16_t status;
    uint8_t type;
    uint8_t pointer;
    uint16_t reg = RP_PCI_CAPABILITIES_POINTER;

    if (rp_cfg_read16(iter->cfg, iter->sbdf, RP_PCI_STATUS, &status) != RP_OK ||
        rp_cfg_read8(iter->cfg, iter->sbdf, RP_PCI_HEADER_TYPE, &type) != RP_OK)
        return stop(iter, RP_CAP_UNREACHABLE);
    if (status == 0xffffu)
        return stop(iter, RP_CAP_ALL_ONES);
    if ((status & RP_PCI_STATUS_CAPABILITIES) == 0)
        return stop(iter, RP_CAP_ABSENT);
    if ((type & RP_PCI_HEADER_TYPE_LAYOUT) == RP_PCI_LAYOUT_CARDBUS)
        reg = RP_PCI_CARDBUS_CAPABILITIES_POINTER;
    if (rp_cfg_read8(iter->cfg, iter->sbdf, reg, &pointer) != RP_OK)
        return stop(iter, RP_CAP_UNREACHABLE);
    iter->next = pointer & RP_PCI_CAP_NEXT_OFFSET;
    return iter->next != 0 || stop(iter, RP_CAP_ABSENT);
}

struct rp_cap_iter rp_cap_begin(const struct rp_cfg *cfg, rp_sbdf_t sbdf)
{
    return begin(cfg, sbdf);
}

bool rp_cap_next(struct rp_cap_iter *iter, struct rp_cap *out_cap)
{
    uint16_t header;

    if (iter->end != RP_CAP_GOING || (iter->seen == 0 && !find_head(iter)) ||
        !may_visit(iter, RP_PCI_CAPABILITIES_BASE, CAP_BOUND))
        return false;
    if (rp_cfg_read16(iter->cfg, iter->sbdf, iter->next, &header) != RP_OK)
        return stop(iter, RP_CAP_UNREACHABLE);
    if ((header & 0xffu) == RP_PCI_CAP_ID_ALL_ONES)
        return stop(iter, RP_CAP_ALL_ONES);
    out_cap->offset = iter->next;
    out_cap->id = header & 0xffu;
    out_cap->version = 0;
    iter->next = header >> 8 & RP_PCI_CAP_NEXT_OFFSET;
    iter->seen++;
    return true;
}

uint16_t rp_cap_find(const struct rp_cfg *cfg, rp_sbdf_t sbdf, uint8_t id)
{
    struct rp_cap_iter iter = rp_cap_begin(cfg, sbdf);
    struct rp_cap cap;

    while (rp_cap_next(&iter, &cap)) {
        if (cap.id == id)
            return cap.offset;
    }
    return 0;
}

struct rp_cap_iter rp_extcap_begin(const struct rp_cfg *cfg, rp_sbdf_t sbdf,
                                   uint16_t size)
{
    struct rp_cap_iter iter = begin(cfg, sbdf);

    iter.next = RP_PCI_EXTENDED_BASE;
    if (size != RP_CFG_SIZE_EXTENDED)
        iter.end = RP_CAP_ABSENT;
    return iter;
}

bool rp_extcap_next(struct rp_cap_iter *iter, struct rp_cap *out_cap)
{
    uint32_t header;

    if (iter->end != RP_CAP_GOING || !may_visit(iter, RP_PCI_EXTENDED_BASE, EXTCAP_BOUND))
        return false;
    if (rp_cfg_read32(iter->cfg, iter->sbdf, iter->next, &header) != RP_OK)
        return stop(iter, RP_CAP_UNREACHABLE);
    if (header == RP_PCI_ALL_ONES)
        return stop(iter, RP_CAP_ALL_ONES);
    /* A first header of zero says that there is no list: 7.6.1. */
    if (iter->seen == 0 && header == 0)
        return stop(iter, RP_CAP_ABSENT);
    out_cap->offset = iter->next;
    out_cap->id = (uint16_t)rp_field_get(RP_PCI_EXTCAP_ID, header);
    out_cap->version = (uint8_t)rp_field_get(RP_PCI_EXTCAP_VERSION, header);
    iter->next =
        (uint16_t)(rp_field_get(RP_PCI_EXTCAP_NEXT, header) & RP_PCI_EXTCAP_NEXT_OFFSET);
    iter->seen++;
    return true;
}

uint16_t rp_extcap_find(const struct rp_cfg *cfg, rp_sbdf_t sbdf, uint16_t size,
                        uint16_t id)
{
    struct rp_cap_iter iter = rp_extcap_begin(cfg, sbdf, size);
    struct rp_cap cap;

    while (rp_extcap_next(&iter, &cap)) {
        if (cap.id == id)
            return cap.offset;
    }
    return 0;
}

const char *rp_cap_end_text(enum rp_cap_end end)
{
    switch (end) {
    case RP_CAP_GOING:
        return "the walk has not ended";
    case RP_CAP_END:
        return "the list is complete";
    case RP_CAP_ABSENT:
        return "there is no list";
    case RP_CAP_LOOP:
        return "the list runs in a circle";
    case RP_CAP_BELOW_BASE:
        return "a pointer leads out of the part where capabilities are";
    case RP_CAP_ALL_ONES:
        return "the function no longer answers";
    case RP_CAP_UNREACHABLE:
        return "the registers cannot be reached";
    }
    return "unknown end of a list";
}
