/* SPDX-License-Identifier: MIT */
/*
 * What to do where a configuration breaks a rule, or doesn't fit the machine: for the
 * command, which checks one before it is booted. The hypervisor has no room for it, and
 * sends its reader there.
 */
#include "launch/internal.h"
#include "launch/resolve.h"

static const char *const mends[LAUNCH_RULE_COUNT] = {
    [LAUNCH_RULE_NONE] = "Do nothing",
    [LAUNCH_RULE_BLOB_ALIGNED] = "Load it page-aligned, as multiboot modules are",
    [LAUNCH_RULE_BLOB_VALID] = "Make it anew with dtc -O dtb, and load all of it",
    [LAUNCH_RULE_HYPERVISOR_NODE] =
        "Put the configuration there, as configs/nvme.dts does",
    [LAUNCH_RULE_HYPERVISOR_COMPATIBLE] =
        "Add the string in brackets to its compatible property",
    [LAUNCH_RULE_NODE_KNOWN] = "Correct its compatible property (the nearest that fits "
                               "is in brackets), move it or remove it",
    [LAUNCH_RULE_NODE_ONCE] = "Merge it with the other",
    [LAUNCH_RULE_NODE_CAPACITY] = "Remove some",
    [LAUNCH_RULE_PROPERTY_KNOWN] =
        "Correct its name (the nearest that fits is in brackets) or remove it",
    [LAUNCH_RULE_PROPERTY_ONCE] = "Make the blob anew with dtc",
    [LAUNCH_RULE_PROPERTY_MISSING] = "Add it",
    [LAUNCH_RULE_TYPE_U32] = "Write one number, as in <1>",
    [LAUNCH_RULE_TYPE_U64] = "Write it as in /bits/ 64 <2048>",
    [LAUNCH_RULE_TYPE_STRING] = "Write it in quotes, as in \"text\"",
    [LAUNCH_RULE_TYPE_FLAG] = "Write its name and a semicolon, or remove it",
    [LAUNCH_RULE_VALUE_CHOICE] = "Choose one of those in brackets",
    [LAUNCH_RULE_VALUE_RANGE] = "Choose one in the range in brackets",
    [LAUNCH_RULE_NAME_CHARACTERS] = "Rename the node, or give it a domain-name",
    [LAUNCH_RULE_MEMORY_GRANULE] = "Write a number of KiB that 2048 divides",
    [LAUNCH_RULE_BANK_LIST] = "Write them as in /bits/ 64 <0x40000000 0x20000000>",
    [LAUNCH_RULE_BANK_SUM] = "Correct the banks (in bytes) or memory (in KiB)",
    [LAUNCH_RULE_CPU_LIST] = "Write them as in <2 3>",
    [LAUNCH_RULE_CPU_COUNT] = "Remove cpus, or make it the number of CPUs listed",
    [LAUNCH_RULE_ROLE_KNOWN] = "Write names out of those in brackets, or a cell with "
                               "Xen's bits 1 (control) and 2 (hardware)",
    [LAUNCH_RULE_SEAL_VALUE] = "Write one of the words, or a cell as in <30000>",
    [LAUNCH_RULE_SBDF_FORM] = "Write it as lspci -D prints it, as in \"0000:00:03.0\"",
    [LAUNCH_RULE_PCI_ID_FORM] = "Write it as lspci -n prints it, as in \"8086:10d3\"",
    [LAUNCH_RULE_SERIAL_FORM] =
        "Write it as lspci -v prints it, as in \"00-11-22-ff-fe-33-44-55\"",
    [LAUNCH_RULE_PATH_FORM] = "Write it as lspci -PP prints it, as in \"00:1c.0/00.0\"",
    [LAUNCH_RULE_WINDOW_GRANULE] = "Write a number of KiB that 1024 divides, or leave it "
                                   "out to have it sized for the function",
    [LAUNCH_RULE_CONFIG_SIZE] = "Write <256> or <4096>",
    [LAUNCH_RULE_MODULE_LOCATION] = "Give it one of the two",
    [LAUNCH_RULE_KERNEL_MISSING] =
        "Add a node that is compatible with what is in brackets",
    [LAUNCH_RULE_SELECTOR_MISSING] = "Add one of them",
    [LAUNCH_RULE_SELECTOR_ONCE] = "Keep one of sbdf, pci-id and path",
    [LAUNCH_RULE_SELECTOR_REFINED] = "Remove what is too many",
    [LAUNCH_RULE_QUIRK_EMPTY] = "Add config-size, interrupt-pin-gsi or skip-alias-check",
    [LAUNCH_RULE_FOCUS_WITHOUT_CONSOLE] = "Remove console-focus or console = \"none\"",
    [LAUNCH_RULE_DOMAIN_NONE] = "Add a node compatible with \"xen,domain\"",
    [LAUNCH_RULE_DOMAIN_NAME_TAKEN] = "Rename one of them",
    [LAUNCH_RULE_DOMID_TAKEN] = "Change it, or remove it to have one chosen",
    [LAUNCH_RULE_CPU_TAKEN] = "Choose others than the domain in brackets has",
    [LAUNCH_RULE_BANK_TAKEN] = "Choose other than the domain in brackets has",
    [LAUNCH_RULE_FUNCTION_TAKEN] = "Leave it to the domain in brackets, or to this one",
    [LAUNCH_RULE_PORT_TAKEN] = "Change it, or remove it to have one chosen",
    [LAUNCH_RULE_HARDWARE_ONCE] = "Leave it to the domain in brackets",
    [LAUNCH_RULE_FIRMWARE_ONCE] = "Leave it to the domain in brackets",
    [LAUNCH_RULE_FIRMWARE_ALONE] = "Give the other roles to another domain",
    [LAUNCH_RULE_FIRMWARE_PORTS] = "Give its ports to another domain",
    [LAUNCH_RULE_HARDWARE_PORTS] =
        "Remove its ports: it has what no other domain is given",
    [LAUNCH_RULE_FOCUS_ONCE] = "Leave it to the domain in brackets",
    [LAUNCH_RULE_SEAL_REPORTER] =
        "Add a firmware domain, or a hardware domain and mmcfg-reports = \"allowed\"",
    [LAUNCH_RULE_REPORTS_REPORTER] = "Add one, or remove mmcfg-reports",
};

const char *launch_rule_mend(enum launch_rule rule)
{
    return (unsigned)rule < LAUNCH_RULE_COUNT ? mends[rule] : "Report this";
}

static const char *const resolution_mends[] = {
    [LAUNCH_UNRESOLVED] = "Mend the domain",
    [LAUNCH_RESOLVED] = "Do nothing",
    [LAUNCH_PORT_EMPTY] = "Do nothing, or name a function",
    [LAUNCH_NOT_THERE] =
        "Compare with the functions listed at boot, and check that the device is plugged "
        "in and enabled in the firmware's setup",
    [LAUNCH_AMBIGUOUS] = "Add index or serial, or name it by sbdf or path",
    [LAUNCH_TOO_FEW] = "Lower the index (it counts from 0), or plug the device in",
    [LAUNCH_SERIAL_UNKNOWN] = "Name it by sbdf, path or index: serial numbers stand in "
                              "extended configuration space",
    [LAUNCH_IS_BRIDGE] = "Name the function behind it",
    [LAUNCH_TAKEN] = "Leave it to one of the two",
};

const char *launch_resolution_mend(enum launch_resolution resolution)
{
    return (size_t)resolution < LAUNCH_ARRAY_COUNT(resolution_mends)
               ? resolution_mends[resolution]
               : "Report this";
}
