/* SPDX-License-Identifier: MIT */
/* Any bytes as the configuration space of a function: both walks and the verdict. */
#include <stdlib.h>

#include <rootport/cap.h>
#include <rootport/extcfg.h>

struct device {
    const uint8_t *data;
    size_t size;
};

/* What the input leaves out reads as it repeats: loops and aliases come easily. */
static enum rp_status read_device(void *context, rp_sbdf_t sbdf, uint16_t reg,
                                  unsigned width, uint32_t *out_value)
{
    const struct device *device = context;

    (void)sbdf;
    if (reg % width != 0 || reg + width > RP_CFG_SIZE_EXTENDED)
        abort();
    *out_value = 0;
    for (unsigned i = width; i-- > 0;)
        *out_value = *out_value << 8 | device->data[(reg + i) % device->size];
    return RP_OK;
}

static const struct rp_cfg_ops ops = {.read = read_device};

static void walk(struct rp_cap_iter iter,
                 bool (*next)(struct rp_cap_iter *, struct rp_cap *), unsigned base,
                 unsigned end, unsigned bound)
{
    struct rp_cap cap;
    unsigned count = 0;

    while (next(&iter, &cap)) {
        if (++count > bound || cap.offset < base || cap.offset >= end ||
            cap.offset % 4 != 0)
            abort();
    }
    if (iter.end == RP_CAP_GOING || iter.end == RP_CAP_UNREACHABLE)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct device device = {data, size};
    struct rp_cfg cfg = {.ops = &ops, .context = &device};
    rp_sbdf_t sbdf = rp_sbdf(0, 1, 2, 3);
    struct rp_extcfg_verdict verdict;

    if (size == 0)
        return 0;
    walk(rp_cap_begin(&cfg, sbdf), rp_cap_next, 0x40, 0x100, 48);
    walk(rp_extcap_begin(&cfg, sbdf, RP_CFG_SIZE_EXTENDED), rp_extcap_next, 0x100, 0x1000,
         480);
    verdict = rp_extcfg_evaluate(&cfg, sbdf, RP_EXTCFG_ALIAS_CHECK);
    if (verdict.final || verdict.reason == RP_EXTCFG_UNEVALUATED ||
        (verdict.size == RP_CFG_SIZE_EXTENDED) != (verdict.reason == RP_EXTCFG_USABLE))
        abort();
    return 0;
}
