/* SPDX-License-Identifier: MIT */
/*
 * How much of a function's configuration space is there, by a file of registers:
 *
 *     cc -o verdict verdict.c $(pkg-config --cflags --libs rootport)
 *     ./verdict /sys/bus/pci/devices/0000:00:00.0/config
 */
#include <stdio.h>

#include <rootport/extcfg.h>

/* The core asks for registers through this, and through nothing else. */
static enum rp_status read_file(void *context, rp_sbdf_t sbdf, uint16_t reg,
                                unsigned width, uint32_t *out_value)
{
    (void)sbdf; /* the file is of one function */
    *out_value = 0;
    if (fseek(context, reg, SEEK_SET) != 0 ||
        fread(out_value, 1, width, context) != width)
        return RP_ERR_UNREACHABLE;
    return RP_OK;
}

int main(int argument_count, char **arguments)
{
    static const struct rp_cfg_ops ops = {.read = read_file};
    struct rp_cfg cfg = {&ops, argument_count == 2 ? fopen(arguments[1], "rb") : NULL};
    struct rp_extcfg_verdict verdict;

    if (!cfg.context)
        return 2;
    verdict = rp_extcfg_evaluate(&cfg, rp_sbdf(0, 0, 0, 0), RP_EXTCFG_ALIAS_CHECK);
    printf("%u bytes: %s\n", verdict.size, rp_extcfg_reason_text(verdict.reason));
    return 0;
}
