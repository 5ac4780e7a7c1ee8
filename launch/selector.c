/* SPDX-License-Identifier: MIT */
/*
 * How a configuration names a PCI function: numbers as lspci prints them.
 */
#include "launch/internal.h"

enum {
    SEGMENT_DIGITS = 4,
    BUS_DIGITS = 2,
    DEV_DIGITS = 2,
    FN_DIGITS = 1,
    ID_DIGITS = 4,
    SERIAL_BYTES = 8,
    DEV_MAX = 31,
    FN_MAX = 7,
};

/* ---- Text, taken from the front ---- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool take_character(const char **text, char c)
{
    if (**text != c)
        return false;
    (*text)++;
    return true;
}

/* Takes exactly @digits hexadecimal digits, and nothing unless all are there. */
static bool take_hex(const char **text, unsigned digits, unsigned *out_number)
{
    unsigned number = 0;

    for (unsigned i = 0; i < digits; i++) {
        int digit = hex_digit((*text)[i]); /* a NUL is no digit: never beyond the end */

        if (digit < 0)
            return false;
        number = number << 4 | (unsigned)digit;
    }
    *text += digits;
    *out_number = number;
    return true;
}

/* "dd.f" */
static bool take_devfn(const char **text, uint8_t *out_devfn)
{
    unsigned dev, fn;

    if (!take_hex(text, DEV_DIGITS, &dev) || !take_character(text, '.') ||
        !take_hex(text, FN_DIGITS, &fn) || dev > DEV_MAX || fn > FN_MAX)
        return false;
    *out_devfn = (uint8_t)(dev << 3 | fn);
    return true;
}

/* "[ssss:]bb:" */
static bool take_bus(const char **text, uint16_t *out_segment, uint8_t *out_bus)
{
    const char *rest = *text;
    unsigned segment, bus;

    if (take_hex(&rest, SEGMENT_DIGITS, &segment) && take_character(&rest, ':'))
        *text = rest;
    else
        segment = 0;
    if (!take_hex(text, BUS_DIGITS, &bus) || !take_character(text, ':'))
        return false;
    *out_segment = (uint16_t)segment;
    *out_bus = (uint8_t)bus;
    return true;
}

/* ---- Properties ---- */

/* Checks the type and that no other property has named a function before. */
static enum launch_rule begin(struct launch_value value,
                              const struct launch_selector *selector,
                              const char **out_text)
{
    enum launch_rule rule = launch_parse_string(NULL, value, out_text);

    if (rule == LAUNCH_RULE_NONE && selector->kind != LAUNCH_SELECT_NOTHING)
        return LAUNCH_RULE_SELECTOR_ONCE;
    return rule;
}

enum launch_rule launch_parse_sbdf(const struct launch_property *property,
                                   struct launch_value value, void *target)
{
    struct launch_selector *selector = target;
    const char *text;
    enum launch_rule rule = begin(value, selector, &text);
    uint16_t segment;
    uint8_t bus, devfn;

    (void)property;
    if (rule != LAUNCH_RULE_NONE)
        return rule;
    selector->kind = LAUNCH_SELECT_SBDF;
    if (!take_bus(&text, &segment, &bus) || !take_devfn(&text, &devfn) || *text != '\0')
        return LAUNCH_RULE_SBDF_FORM;
    selector->sbdf = rp_sbdf(segment, bus, devfn >> 3, devfn & FN_MAX);
    return LAUNCH_RULE_NONE;
}

enum launch_rule launch_parse_pci_id(const struct launch_property *property,
                                     struct launch_value value, void *target)
{
    struct launch_selector *selector = target;
    const char *text;
    enum launch_rule rule = begin(value, selector, &text);
    unsigned vendor, device;

    (void)property;
    if (rule != LAUNCH_RULE_NONE)
        return rule;
    selector->kind = LAUNCH_SELECT_ID;
    if (!take_hex(&text, ID_DIGITS, &vendor) || !take_character(&text, ':') ||
        !take_hex(&text, ID_DIGITS, &device) || *text != '\0')
        return LAUNCH_RULE_PCI_ID_FORM;
    selector->vendor_id = (uint16_t)vendor;
    selector->device_id = (uint16_t)device;
    return LAUNCH_RULE_NONE;
}

enum launch_rule launch_parse_index(const struct launch_property *property,
                                    struct launch_value value, void *target)
{
    struct launch_selector *selector = target;

    selector->has_index = true;
    return launch_parse_u32(property, value, &selector->index);
}

/* Eight bytes, the most significant first, with '-' between. */
enum launch_rule launch_parse_serial(const struct launch_property *property,
                                     struct launch_value value, void *target)
{
    struct launch_selector *selector = target;
    const char *text;
    uint64_t serial = 0;

    selector->has_serial = true;
    if (launch_parse_string(property, value, &text) != LAUNCH_RULE_NONE)
        return LAUNCH_RULE_TYPE_STRING;
    for (unsigned i = 0; i < SERIAL_BYTES; i++) {
        unsigned byte;

        if ((i > 0 && !take_character(&text, '-')) || !take_hex(&text, 2, &byte))
            return LAUNCH_RULE_SERIAL_FORM;
        serial = serial << 8 | byte;
    }
    if (*text != '\0')
        return LAUNCH_RULE_SERIAL_FORM;
    selector->serial = serial;
    return LAUNCH_RULE_NONE;
}

/* "[ssss:]bb:dd.f" and any number of "/dd.f" */
static bool take_path(const char **text, struct launch_pci_path *out_path)
{
    struct launch_pci_path path = {0};

    if (!take_bus(text, &path.segment, &path.root_bus))
        return false;
    do {
        if (path.hop_count == LAUNCH_PATH_HOP_MAX ||
            !take_devfn(text, &path.devfn[path.hop_count]))
            return false;
        path.hop_count++;
    } while (take_character(text, '/'));
    *out_path = path;
    return true;
}

enum launch_rule launch_parse_path(const struct launch_property *property,
                                   struct launch_value value, void *target)
{
    struct launch_selector *selector = target;
    const char *text;
    enum launch_rule rule = begin(value, selector, &text);

    (void)property;
    if (rule != LAUNCH_RULE_NONE)
        return rule;
    selector->kind = LAUNCH_SELECT_PATH;
    if (!take_path(&text, &selector->path) || *text != '\0')
        return LAUNCH_RULE_PATH_FORM;
    return LAUNCH_RULE_NONE;
}

/* ---- Comparison ---- */

bool launch_path_equals(const struct launch_pci_path *a, const struct launch_pci_path *b)
{
    return a->segment == b->segment && a->root_bus == b->root_bus &&
           a->hop_count == b->hop_count && memcmp(a->devfn, b->devfn, a->hop_count) == 0;
}

static bool is_same_id(const struct launch_selector *a, const struct launch_selector *b)
{
    return a->vendor_id == b->vendor_id && a->device_id == b->device_id &&
           a->has_index == b->has_index && a->index == b->index &&
           a->has_serial == b->has_serial && a->serial == b->serial;
}

bool launch_selector_equals(const struct launch_selector *a,
                            const struct launch_selector *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case LAUNCH_SELECT_NOTHING:
        return true;
    case LAUNCH_SELECT_SBDF:
        return rp_sbdf_equal(a->sbdf, b->sbdf);
    case LAUNCH_SELECT_ID:
        return is_same_id(a, b);
    case LAUNCH_SELECT_PATH:
        return launch_path_equals(&a->path, &b->path);
    }
    return false;
}
