/* SPDX-License-Identifier: MIT */
/* Leaves out what tells whose machine it is. */
#include "tools/audit/redact.h"

#include <stdio.h>
#include <string.h>

#include <rootport/pci_regs.h>

enum {
    /* As many as a sound or unsound list can have: see cap.c. */
    CAPS_MAX = 480,
    /* Bytes that the specification defines; the vendor's come after them. */
    VENDOR_HEADER_SIZE = 3,
    EXTENDED_VENDOR_HEADER_SIZE = 8,
    DVSEC_HEADER_SIZE = 10,
    PAGE_SIZE = 256,
};

/* One list of a function. */
struct list {
    struct rp_cap caps[CAPS_MAX];
    size_t count;
};

static void read_standard(const struct rp_cfg *cfg, rp_sbdf_t sbdf, struct list *list)
{
    struct rp_cap_iter iter = rp_cap_begin(cfg, sbdf);

    for (list->count = 0; rp_cap_next(&iter, &list->caps[list->count]);)
        list->count++;
}

static void read_extended(const struct rp_cfg *cfg, rp_sbdf_t sbdf, struct list *list)
{
    struct rp_cap_iter iter = rp_extcap_begin(cfg, sbdf, RP_CFG_SIZE_EXTENDED);

    for (list->count = 0;
         list->count < CAPS_MAX && rp_extcap_next(&iter, &list->caps[list->count]);)
        list->count++;
}

/* Where the next capability begins, so that a wrong length doesn't reach into it. */
static unsigned end_of(const struct list *list, unsigned offset, unsigned limit)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->caps[i].offset > offset && list->caps[i].offset < limit)
            limit = list->caps[i].offset;
    }
    return limit;
}

static void blank(struct machine_function *function, unsigned from, unsigned to,
                  unsigned limit)
{
    if (to > limit)
        to = limit;
    if (from < to)
        memset(function->config + from, 0, to - from);
}

static void redact_standard(struct machine_function *function, const struct list *list)
{
    unsigned readable = function->readable < RP_CFG_SIZE_CONVENTIONAL
                            ? function->readable
                            : RP_CFG_SIZE_CONVENTIONAL;

    for (size_t i = 0; i < list->count; i++) {
        unsigned offset = list->caps[i].offset;
        unsigned limit = end_of(list, offset, readable);

        if (list->caps[i].id == RP_PCI_CAP_ID_VPD)
            blank(function, offset + RP_PCI_VPD_DATA, offset + RP_PCI_VPD_SIZE, limit);
        if (list->caps[i].id == RP_PCI_CAP_ID_VENDOR)
            blank(function, offset + VENDOR_HEADER_SIZE, limit, limit);
    }
}

static void redact_extended(struct machine_function *function, const struct list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        unsigned offset = list->caps[i].offset;
        unsigned limit = end_of(list, offset, function->readable);

        if (list->caps[i].id == RP_PCI_EXTCAP_ID_SERIAL_NUMBER)
            blank(function, offset + 4, offset + RP_PCI_SERIAL_NUMBER_SIZE, limit);
        if (list->caps[i].id == RP_PCI_EXTCAP_ID_VENDOR)
            blank(function, offset + EXTENDED_VENDOR_HEADER_SIZE, limit, limit);
        if (list->caps[i].id == RP_PCI_EXTCAP_ID_DVSEC)
            blank(function, offset + DVSEC_HEADER_SIZE, limit, limit);
    }
}

/* A verdict of 256 rests on the first dword of each page, and on nothing else there. */
static void redact_unreached(struct machine_function *function)
{
    for (unsigned page = RP_PCI_EXTENDED_BASE; page < function->readable;
         page += PAGE_SIZE)
        blank(function, page + 4, page + PAGE_SIZE, function->readable);
}

/* Which bytes are blanked is settled before the first of them is. */
static void redact_function(struct machine_function *function, const struct rp_cfg *cfg,
                            struct rp_extcfg_verdict verdict)
{
    struct list standard;
    struct list extended = {.count = 0};
    bool is_reached =
        verdict.reason == RP_EXTCFG_UNEVALUATED || verdict.size == RP_CFG_SIZE_EXTENDED;

    read_standard(cfg, function->sbdf, &standard);
    if (is_reached && function->readable > RP_CFG_SIZE_CONVENTIONAL)
        read_extended(cfg, function->sbdf, &extended);
    redact_standard(function, &standard);
    redact_extended(function, &extended);
    if (!is_reached)
        redact_unreached(function);
}

void redact_machine(struct machine *machine, struct assess *assess)
{
    struct rp_cfg cfg = assess_cfg(assess);

    for (size_t i = 0; i < machine->function_count; i++) {
        struct machine_function *function = &machine->functions[i];
        uint32_t index = rp_scan_find(&assess->scan, function->sbdf);
        struct rp_extcfg_verdict verdict = {RP_CFG_SIZE_CONVENTIONAL,
                                            RP_EXTCFG_NO_FUNCTION, false};

        if (index != RP_SCAN_NONE)
            verdict = rp_scan_verdict(&assess->scan.functions[index]);
        redact_function(function, &cfg, verdict);
    }
    machine->is_without_identifiers = true;
}

bool redact_serial(struct assess *assess, const struct assess_function *function,
                   char out_serial[REDACT_SERIAL_SIZE])
{
    struct rp_cfg cfg = assess_cfg(assess);
    uint16_t offset = rp_extcap_find(&cfg, function->core->sbdf, function->verdict.size,
                                     RP_PCI_EXTCAP_ID_SERIAL_NUMBER);
    uint32_t low;
    uint32_t high;

    if (offset == 0 || offset + RP_PCI_SERIAL_NUMBER_SIZE > function->source->readable)
        return false;
    low = machine_dword(function->source, offset + 4u);
    high = machine_dword(function->source, offset + 8u);
    snprintf(out_serial, REDACT_SERIAL_SIZE, "%02x-%02x-%02x-%02x-%02x-%02x-%02x-%02x",
             high >> 24, high >> 16 & 0xffu, high >> 8 & 0xffu, high & 0xffu, low >> 24,
             low >> 16 & 0xffu, low >> 8 & 0xffu, low & 0xffu);
    return true;
}
