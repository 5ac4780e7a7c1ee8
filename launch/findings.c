/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with a configuration, in words.
 */
#include "launch/internal.h"

/* ---- Rules ---- */

/* What must be true. */
static const char *const rules[LAUNCH_RULE_COUNT] = {
    [LAUNCH_RULE_NONE] = "Nothing is wrong",
    [LAUNCH_RULE_BLOB_ALIGNED] =
        "The blob must begin at a multiple of 8 bytes, as boot modules do",
    [LAUNCH_RULE_BLOB_VALID] = "The blob must be a whole and well-formed device tree",
    [LAUNCH_RULE_HYPERVISOR_NODE] = "There must be a node /chosen/hypervisor",
    [LAUNCH_RULE_HYPERVISOR_COMPATIBLE] = "The node must be compatible with Rootport",
    [LAUNCH_RULE_NODE_KNOWN] =
        "A node must be compatible with something that may stand here",
    [LAUNCH_RULE_NODE_ONCE] = "There may be one such node only",
    [LAUNCH_RULE_NODE_CAPACITY] =
        "There may be no more such nodes than the limit in brackets",
    [LAUNCH_RULE_PROPERTY_KNOWN] = "Such a node can't have this property",
    [LAUNCH_RULE_PROPERTY_ONCE] = "A property may stand in its node only once",
    [LAUNCH_RULE_PROPERTY_MISSING] = "Such a node must have this property",
    [LAUNCH_RULE_TYPE_U32] = "The value must be one cell",
    [LAUNCH_RULE_TYPE_U64] = "The value must be a 64-bit number",
    [LAUNCH_RULE_TYPE_STRING] = "The value must be one string",
    [LAUNCH_RULE_TYPE_FLAG] = "The property must stand alone, without a value",
    [LAUNCH_RULE_VALUE_CHOICE] = "The value must be a known one",
    [LAUNCH_RULE_VALUE_RANGE] = "The number must be in its range",
    [LAUNCH_RULE_NAME_CHARACTERS] =
        "A domain's name must be 1 to 31 letters, digits, '-', '_' and '.'",
    [LAUNCH_RULE_MEMORY_GRANULE] = "Memory must be a multiple of 2 MiB, and not nothing",
    [LAUNCH_RULE_BANK_LIST] =
        "Memory banks must be 1 to 256 pairs of a 64-bit address and a 64-bit size in "
        "bytes, multiples of 2 MiB, below 4 PiB",
    [LAUNCH_RULE_BANK_SUM] = "The banks must add up to the domain's memory",
    [LAUNCH_RULE_CPU_LIST] =
        "CPU numbers must be 1 to 32 different cells, each 0 to 1023",
    [LAUNCH_RULE_CPU_COUNT] = "There must be as many CPU numbers as CPUs",
    [LAUNCH_RULE_ROLE_KNOWN] = "A capability must be one that Rootport has",
    [LAUNCH_RULE_SEAL_VALUE] =
        "The seal must be \"at-boot\", \"on-report\", or 1 to 3600000 milliseconds",
    [LAUNCH_RULE_SBDF_FORM] =
        "An SBDF must be [segment:]bus:device.function in hexadecimal",
    [LAUNCH_RULE_PCI_ID_FORM] =
        "A PCI ID must be vendor:device, four hexadecimal digits each",
    [LAUNCH_RULE_SERIAL_FORM] =
        "A serial number must be eight hexadecimal bytes with '-' between",
    [LAUNCH_RULE_PATH_FORM] =
        "A path must be [segment:]bus:device.function on a root bus, then "
        "/device.function for each step down, at most 16 in all",
    [LAUNCH_RULE_WINDOW_GRANULE] =
        "A window must be a multiple of 1 MiB, and not nothing",
    [LAUNCH_RULE_CONFIG_SIZE] = "A configuration space must have 256 or 4096 bytes",
    [LAUNCH_RULE_MODULE_LOCATION] =
        "A module must be found by either mb-index or module-name",
    [LAUNCH_RULE_KERNEL_MISSING] = "A domain must have a kernel",
    [LAUNCH_RULE_SELECTOR_MISSING] = "A function must be named by sbdf, pci-id or path",
    [LAUNCH_RULE_SELECTOR_ONCE] = "A function must be named in one way",
    [LAUNCH_RULE_SELECTOR_REFINED] =
        "Only one of index and serial may stand beside a pci-id, and none beside others",
    [LAUNCH_RULE_QUIRK_EMPTY] = "A quirk must say what is different",
    [LAUNCH_RULE_FOCUS_WITHOUT_CONSOLE] = "Input can't go to a domain without a console",
    [LAUNCH_RULE_DOMAIN_NONE] = "There must be at least one domain",
    [LAUNCH_RULE_DOMAIN_NAME_TAKEN] = "Two domains can't have the same name",
    [LAUNCH_RULE_DOMID_TAKEN] = "Two domains can't have the same domid",
    [LAUNCH_RULE_CPU_TAKEN] = "A CPU can't belong to two domains",
    [LAUNCH_RULE_BANK_TAKEN] =
        "Memory can't belong to two domains, nor stand twice in one",
    [LAUNCH_RULE_FUNCTION_TAKEN] = "A function can't be behind two ports",
    [LAUNCH_RULE_PORT_TAKEN] = "Two ports of a domain can't have the same number",
    [LAUNCH_RULE_HARDWARE_ONCE] = "Only one domain may have the hardware role",
    [LAUNCH_RULE_FIRMWARE_ONCE] = "Only one domain may have the firmware role",
    [LAUNCH_RULE_FIRMWARE_ALONE] = "The firmware role can't be combined with others",
    [LAUNCH_RULE_FIRMWARE_PORTS] = "A firmware domain can't have functions",
    [LAUNCH_RULE_HARDWARE_PORTS] = "The hardware domain sees the machine's own topology "
                                   "and can't have virtual ports",
    [LAUNCH_RULE_FOCUS_ONCE] = "Console input can go to one domain only",
    [LAUNCH_RULE_SEAL_REPORTER] = "A seal can't wait for a report that nobody may make, "
                                  "so this one is made at boot",
    [LAUNCH_RULE_REPORTS_REPORTER] =
        "Reports are allowed, but no hardware domain can make them",
};

const char *launch_rule_text(enum launch_rule rule)
{
    return (unsigned)rule < LAUNCH_RULE_COUNT ? rules[rule] : "Unknown rule";
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

size_t launch_finding_format(const struct launch_finding *finding, const char *mend,
                             char *buffer, size_t size)
{
    const struct launch_message message = {
        .severity = finding->severity,
        .node = finding->node,
        .property = finding->property,
        .text = launch_rule_text(finding->rule),
        .hint = finding->hint,
        .mend = mend,
    };

    return launch_message_format(&message, buffer, size);
}

/* ---- Findings ---- */

void launch_node_path(const void *blob, int node, char path[LAUNCH_NODE_PATH_MAX])
{
    struct text text = {path, LAUNCH_NODE_PATH_MAX, 0};

    if (node <= 0)
        append(&text, "/");
    for (int at = 0; at < node;) {
        at = launch_tree_towards(blob, at, node);
        append(&text, "/");
        append(&text, launch_tree_name(blob, at));
    }
    if (text.length + 1 < text.size)
        return;
    text.length = 0;
    append(&text, ".../");
    append(&text, launch_tree_name(blob, node));
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
