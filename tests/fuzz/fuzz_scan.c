/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a topology: every function's header is made of the input, so
 * that bridges lie. No function is found twice, and the scan ends.
 */
#include <stdlib.h>
#include <string.h>

#include <rootport/pci_regs.h>
#include <rootport/scan.h>

enum {
    CAPACITY = 4096,
    HEADER_SIZE = 64,
};

struct machine {
    const uint8_t *data;
    size_t size;
    unsigned long reads;
};

/* A byte of one function's configuration space. */
static uint8_t byte_of(const struct machine *machine, rp_sbdf_t sbdf, unsigned reg)
{
    size_t place = (sbdf.value * (size_t)HEADER_SIZE + reg) % machine->size;

    if (reg == RP_PCI_HEADER_TYPE)
        return machine->data[place] & (RP_PCI_HEADER_TYPE_MULTIFUNCTION | 3u);
    return machine->data[place];
}

static enum rp_status read_machine(void *context, rp_sbdf_t sbdf, uint16_t reg,
                                   unsigned width, uint32_t *out_value)
{
    struct machine *machine = context;

    /* 65536 functions, some dozens of reads each, is all that a scan may take. */
    if (++machine->reads > 65536ul * 128)
        abort();
    *out_value = 0;
    for (unsigned i = width; i-- > 0;)
        *out_value = *out_value << 8 | byte_of(machine, sbdf, reg + i);
    return RP_OK;
}

static const struct rp_cfg_ops ops = {.read = read_machine};

static void check(const struct rp_scan *scan)
{
    static uint8_t seen[65536];

    memset(seen, 0, sizeof(seen));
    for (size_t i = 0; i < scan->count; i++) {
        const struct rp_function *function = &scan->functions[i];

        if (seen[rp_sbdf_requester_id(function->sbdf)]++ != 0)
            abort();
        if (function->parent != RP_SCAN_NONE && function->parent >= i)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct rp_function functions[CAPACITY];
    struct machine machine = {.data = data, .size = size};
    struct rp_cfg cfg = {.ops = &ops, .context = &machine};
    struct rp_scan scan;

    if (size == 0)
        return 0;
    rp_scan_init(&scan, functions, CAPACITY);
    (void)rp_scan_segment(&scan, &cfg, 0, 0, 0xff);
    check(&scan);
    return 0;
}
