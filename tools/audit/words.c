/* SPDX-License-Identifier: MIT */
/* Words for what the core says in enums. */
#include "tools/audit/words.h"

#include <stdio.h>

#include <rootport/pci_regs.h>

struct words_sbdf words_sbdf(rp_sbdf_t sbdf)
{
    struct words_sbdf words;

    snprintf(words.text, sizeof(words.text), "%04x:%02x:%02x.%x", rp_sbdf_segment(sbdf),
             rp_sbdf_bus(sbdf), rp_sbdf_dev(sbdf), rp_sbdf_fn(sbdf));
    return words;
}

const char *words_reason(enum rp_extcfg_reason reason)
{
    static const char *const words[] = {
        [RP_EXTCFG_UNEVALUATED] = "not-seen",  [RP_EXTCFG_NO_FUNCTION] = "no-function",
        [RP_EXTCFG_NOT_READY] = "not-ready",   [RP_EXTCFG_CONVENTIONAL] = "conventional",
        [RP_EXTCFG_NO_REGION] = "no-region",   [RP_EXTCFG_ALL_ONES] = "all-ones",
        [RP_EXTCFG_ALIASED] = "aliased",       [RP_EXTCFG_USABLE] = "usable",
        [RP_EXTCFG_INHERITED] = "inherited",   [RP_EXTCFG_READ_FAILED] = "read-failed",
        [RP_EXTCFG_OVERRIDDEN] = "overridden", [RP_EXTCFG_UNCHECKED] = "unchecked",
    };

    return (size_t)reason < sizeof(words) / sizeof(words[0]) ? words[reason] : "unknown";
}

static const char *pcie_word(uint8_t type)
{
    static const char *const words[] = {
        [RP_PCI_PCIE_TYPE_ENDPOINT] = "endpoint",
        [RP_PCI_PCIE_TYPE_LEGACY_ENDPOINT] = "legacy endpoint",
        [RP_PCI_PCIE_TYPE_ROOT_PORT] = "root port",
        [RP_PCI_PCIE_TYPE_UPSTREAM_PORT] = "upstream port",
        [RP_PCI_PCIE_TYPE_DOWNSTREAM_PORT] = "downstream port",
        [RP_PCI_PCIE_TYPE_TO_PCI_BRIDGE] = "PCIe-to-PCI bridge",
        [RP_PCI_PCIE_TYPE_FROM_PCI_BRIDGE] = "PCI-to-PCIe bridge",
        [RP_PCI_PCIE_TYPE_INTEGRATED_ENDPOINT] = "integrated endpoint",
        [RP_PCI_PCIE_TYPE_EVENT_COLLECTOR] = "event collector",
    };

    if (type < sizeof(words) / sizeof(words[0]) && words[type])
        return words[type];
    return "PCIe, unknown type";
}

const char *words_type(const struct rp_function *function)
{
    if (function->pf != RP_SCAN_NONE)
        return "virtual function";
    if (function->class_code >> 8 == RP_PCI_CLASS_HOST_BRIDGE)
        return "host bridge";
    if (function->pcie_cap != 0)
        return pcie_word(function->pcie_type);
    if (function->cap_end == RP_CAP_UNREACHABLE)
        return "not seen";
    if (function->header_type == RP_PCI_LAYOUT_BRIDGE)
        return "PCI bridge";
    if (function->header_type == RP_PCI_LAYOUT_CARDBUS)
        return "CardBus bridge";
    return function->pcix_cap != 0 ? "PCI-X function" : "PCI function";
}
