/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with a configuration, in words.
 */
#include "launch/internal.h"

/* ---- Rules ---- */

struct rule {
    const char *text; /* what must be true */
    const char *mend; /* what to do where it isn't */
};

static const struct rule rules[LAUNCH_RULE_COUNT] = {
    [LAUNCH_RULE_NONE] = {"Nothing is wrong", "Do nothing"},
    [LAUNCH_RULE_BLOB_ALIGNED] = {"The blob must begin at a multiple of 8 bytes",
                                  "Load it page-aligned, as multiboot modules are"},
    [LAUNCH_RULE_BLOB_VALID] = {"The blob must be a whole and well-formed device tree",
                                "Make it anew with dtc -O dtb, and load all of it"},
    [LAUNCH_RULE_HYPERVISOR_NODE] =
        {"There must be a node /chosen/hypervisor",
         "Put the configuration there, as configs/nvme.dts does"},
    [LAUNCH_RULE_HYPERVISOR_COMPATIBLE] =
        {"The node must be compatible with Rootport",
         "Add the string in brackets to its compatible property"},
    [LAUNCH_RULE_NODE_KNOWN] =
        {"A node must be compatible with something that may stand here",
         "Correct its compatible property (the nearest that fits is in brackets), move "
         "it or remove it"},
    [LAUNCH_RULE_NODE_ONCE] = {"There may be one such node only",
                               "Merge it with the other"},
    [LAUNCH_RULE_NODE_CAPACITY] =
        {"There may be no more such nodes than the limit in brackets", "Remove some"},
    [LAUNCH_RULE_PROPERTY_KNOWN] =
        {"Such a node can't have this property",
         "Correct its name (the nearest that fits is in brackets) or remove it"},
    [LAUNCH_RULE_PROPERTY_ONCE] = {"A property may stand in its node only once",
                                   "Make the blob anew with dtc"},
    [LAUNCH_RULE_PROPERTY_MISSING] = {"Such a node must have this property", "Add it"},
    [LAUNCH_RULE_TYPE_U32] = {"The value must be one cell",
                              "Write one number, as in <1>"},
    [LAUNCH_RULE_TYPE_U64] = {"The value must be a 64-bit number",
                              "Write it as in /bits/ 64 <2048>"},
    [LAUNCH_RULE_TYPE_STRING] = {"The value must be one string",
                                 "Write it in quotes, as in \"text\""},
    [LAUNCH_RULE_TYPE_FLAG] = {"The property must stand alone, without a value",
                               "Write its name and a semicolon, or remove it"},
    [LAUNCH_RULE_VALUE_CHOICE] = {"The value must be a known one",
                                  "Choose one of those in brackets"},
    [LAUNCH_RULE_VALUE_RANGE] = {"The number must be in its range",
                                 "Choose one in the range in brackets"},
    [LAUNCH_RULE_NAME_CHARACTERS] =
        {"A domain's name must be 1 to 31 letters, digits, '-', '_' and '.'",
         "Rename the node, or give it a domain-name"},
    [LAUNCH_RULE_MEMORY_GRANULE] = {"Memory must be a multiple of 2 MiB, and not nothing",
                                    "Write a number of KiB that 2048 divides"},
    [LAUNCH_RULE_BANK_LIST] =
        {"Memory banks must be 1 to 16 pairs of a 64-bit address and a 64-bit size in "
         "bytes, multiples of 2 MiB, below 4 PiB",
         "Write them as in /bits/ 64 <0x40000000 0x20000000>"},
    [LAUNCH_RULE_BANK_SUM] = {"The banks must add up to the domain's memory",
                              "Correct the banks (in bytes) or memory (in KiB)"},
    [LAUNCH_RULE_CPU_LIST] =
        {"CPU numbers must be 1 to 64 different cells, each 0 to 1023",
         "Write them as in <2 3>"},
    [LAUNCH_RULE_CPU_COUNT] = {"There must be as many CPU numbers as CPUs",
                               "Remove cpus, or make it the number of CPUs listed"},
    [LAUNCH_RULE_ROLE_KNOWN] = {"A capability must be one that Rootport has",
                                "Write names out of those in brackets, or a cell with "
                                "Xen's bits 1 (control) and 2 (hardware)"},
    [LAUNCH_RULE_SEAL_VALUE] =
        {"The seal must be \"at-boot\", \"on-report\", or 1 to 3600000 milliseconds",
         "Write one of the words, or a cell as in <30000>"},
    [LAUNCH_RULE_SBDF_FORM] =
        {"An SBDF must be [segment:]bus:device.function in hexadecimal",
         "Write it as lspci -D prints it, as in \"0000:00:03.0\""},
    [LAUNCH_RULE_PCI_ID_FORM] =
        {"A PCI ID must be vendor:device, four hexadecimal digits each",
         "Write it as lspci -n prints it, as in \"8086:10d3\""},
    [LAUNCH_RULE_SERIAL_FORM] =
        {"A serial number must be eight hexadecimal bytes with '-' between",
         "Write it as lspci -v prints it, as in \"00-11-22-ff-fe-33-44-55\""},
    [LAUNCH_RULE_PATH_FORM] =
        {"A path must be [segment:]bus:device.function on a root bus, then "
         "/device.function for each step down, at most 16 in all",
         "Write it as lspci -PP prints it, as in \"00:1c.0/00.0\""},
    [LAUNCH_RULE_WINDOW_GRANULE] =
        {"A window must be a multiple of 1 MiB, and not nothing",
         "Write a number of KiB that 1024 divides, or leave it out to have it sized for "
         "the function"},
    [LAUNCH_RULE_CONFIG_SIZE] = {"A configuration space must have 256 or 4096 bytes",
                                 "Write <256> or <4096>"},
    [LAUNCH_RULE_MODULE_LOCATION] =
        {"A module must be found by either mb-index or module-name",
         "Give it one of the two"},
    [LAUNCH_RULE_KERNEL_MISSING] =
        {"A domain must have a kernel",
         "Add a node that is compatible with what is in brackets"},
    [LAUNCH_RULE_SELECTOR_MISSING] = {"A function must be named by sbdf, pci-id or path",
                                      "Add one of them"},
    [LAUNCH_RULE_SELECTOR_ONCE] = {"A function must be named in one way",
                                   "Keep one of sbdf, pci-id and path"},
    [LAUNCH_RULE_SELECTOR_REFINED] =
        {"Only one of index and serial may stand beside a pci-id, and none beside others",
         "Remove what is too many"},
    [LAUNCH_RULE_QUIRK_EMPTY] = {"A quirk must say what is different",
                                 "Add config-size or skip-alias-check"},
    [LAUNCH_RULE_FOCUS_WITHOUT_CONSOLE] = {"Input can't go to a domain without a console",
                                           "Remove console-focus or console = \"none\""},
    [LAUNCH_RULE_DOMAIN_NONE] = {"There must be at least one domain",
                                 "Add a node compatible with \"xen,domain\""},
    [LAUNCH_RULE_DOMAIN_NAME_TAKEN] = {"Two domains can't have the same name",
                                       "Rename one of them"},
    [LAUNCH_RULE_DOMID_TAKEN] = {"Two domains can't have the same domid",
                                 "Change it, or remove it to have one chosen"},
    [LAUNCH_RULE_CPU_TAKEN] = {"A CPU can't belong to two domains",
                               "Choose others than the domain in brackets has"},
    [LAUNCH_RULE_BANK_TAKEN] =
        {"Memory can't belong to two domains, nor stand twice in one",
         "Choose other than the domain in brackets has"},
    [LAUNCH_RULE_FUNCTION_TAKEN] = {"A function can't be behind two ports",
                                    "Leave it to the domain in brackets, or to this one"},
    [LAUNCH_RULE_PORT_TAKEN] = {"Two ports of a domain can't have the same number",
                                "Change it, or remove it to have one chosen"},
    [LAUNCH_RULE_HARDWARE_ONCE] = {"Only one domain may have the hardware role",
                                   "Leave it to the domain in brackets"},
    [LAUNCH_RULE_FIRMWARE_ONCE] = {"Only one domain may have the firmware role",
                                   "Leave it to the domain in brackets"},
    [LAUNCH_RULE_FIRMWARE_ALONE] = {"The firmware role can't be combined with others",
                                    "Give the other roles to another domain"},
    [LAUNCH_RULE_FIRMWARE_PORTS] = {"A firmware domain can't have functions",
                                    "Give its ports to another domain"},
    [LAUNCH_RULE_HARDWARE_PORTS] =
        {"The hardware domain sees the machine's own topology and can't have virtual "
         "ports",
         "Remove its ports: it has what no other domain is given"},
    [LAUNCH_RULE_FOCUS_ONCE] = {"Console input can go to one domain only",
                                "Leave it to the domain in brackets"},
    [LAUNCH_RULE_SEAL_REPORTER] =
        {"A seal can't wait for a report that nobody may make, so this one is made at "
         "boot",
         "Add a firmware domain, or a hardware domain and mmcfg-reports = \"allowed\""},
    [LAUNCH_RULE_REPORTS_REPORTER] =
        {"Reports are allowed, but no hardware domain can make them",
         "Add one, or remove mmcfg-reports"},
};

const char *launch_rule_text(enum launch_rule rule)
{
    return (unsigned)rule < LAUNCH_RULE_COUNT ? rules[rule].text : "Unknown rule";
}

const char *launch_rule_mend(enum launch_rule rule)
{
    return (unsigned)rule < LAUNCH_RULE_COUNT ? rules[rule].mend : "Report this";
}

const char *launch_severity_text(enum launch_severity severity)
{
    switch (severity) {
    case LAUNCH_WARNING:
        return "warning";
    case LAUNCH_COSTS_PORT:
        return "port left empty";
    case LAUNCH_COSTS_DOMAIN:
        return "domain not launched";
    case LAUNCH_COSTS_SYSTEM:
        return "nothing launched";
    }
    return "unknown severity";
}

/* ---- Text in a buffer ---- */

struct text {
    char *buffer;
    size_t size;
    size_t length; /* without the NUL; always less than @size, if that isn't 0 */
};

static void append(struct text *text, const char *string)
{
    for (; *string != '\0' && text->length + 1 < text->size; string++) {
        bool is_printable = *string >= ' ' && *string <= '~';

        text->buffer[text->length++] = is_printable ? *string : '?';
    }
    if (text->size > 0)
        text->buffer[text->length] = '\0';
}

size_t launch_message_format(const struct launch_message *message, char *buffer,
                             size_t size)
{
    struct text text = {buffer, size, 0};

    append(&text, launch_severity_text(message->severity));
    append(&text, ": ");
    append(&text, message->node);
    if (message->property != NULL) {
        append(&text, ": ");
        append(&text, message->property);
    }
    append(&text, ": ");
    append(&text, message->text);
    if (message->hint != NULL) {
        append(&text, " [");
        append(&text, message->hint);
        append(&text, "]");
    }
    append(&text, ". ");
    append(&text, message->mend);
    append(&text, ".");
    return text.length;
}

size_t launch_finding_format(const struct launch_finding *finding, char *buffer,
                             size_t size)
{
    const struct launch_message message = {
        .severity = finding->severity,
        .node = finding->node,
        .property = finding->property,
        .text = launch_rule_text(finding->rule),
        .hint = finding->hint,
        .mend = launch_rule_mend(finding->rule),
    };

    return launch_message_format(&message, buffer, size);
}

/* ---- Findings ---- */

void launch_node_path(const void *blob, int node, char path[LAUNCH_NODE_PATH_MAX])
{
    struct text text = {path, LAUNCH_NODE_PATH_MAX, 0};

    if (node < 0) {
        append(&text, "/");
        return;
    }
    if (fdt_get_path(blob, node, path, LAUNCH_NODE_PATH_MAX) == 0)
        return;
    append(&text, ".../");
    append(&text, fdt_get_name(blob, node, NULL));
}

void launch_report(struct launch_reader *reader, int node, enum launch_rule rule,
                   enum launch_severity severity, const char *property, const char *hint)
{
    struct launch_findings *findings = reader->findings;
    struct launch_finding *finding;

    if (severity == LAUNCH_COSTS_SYSTEM)
        reader->is_lost = true;
    if (findings->count++ >= findings->capacity)
        return;
    finding = &findings->entries[findings->count - 1];
    *finding = (struct launch_finding){
        .rule = rule, .severity = severity, .property = property, .hint = hint};
    launch_node_path(reader->blob, node, finding->node);
}
