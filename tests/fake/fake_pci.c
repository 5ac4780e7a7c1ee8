/* SPDX-License-Identifier: MIT */
/* PCI functions that exist only in a test. */
#include "tests/fake/fake_pci.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROW_SIZE = 16,
};

static void *allocate(size_t size)
{
    void *memory = calloc(1, size);

    if (!memory)
        abort();
    return memory;
}

struct fake_pci *fake_pci_new(void)
{
    return allocate(sizeof(struct fake_pci));
}

void fake_pci_free(struct fake_pci *pci)
{
    if (!pci)
        return;
    for (size_t i = 0; i < FAKE_HASH_SIZE; i++) {
        struct fake_function *function = pci->functions[i];

        while (function) {
            struct fake_function *next = function->next;

            free(function);
            function = next;
        }
    }
    free(pci);
}

/* Where the list of functions with the hash of @sbdf begins. */
static size_t bucket(rp_sbdf_t sbdf)
{
    return (sbdf.value ^ sbdf.value >> 16) % FAKE_HASH_SIZE;
}

struct fake_function *fake_pci_find(const struct fake_pci *pci, rp_sbdf_t sbdf)
{
    struct fake_function *function = pci->functions[bucket(sbdf)];

    while (function && !rp_sbdf_equal(function->sbdf, sbdf))
        function = function->next;
    return function;
}

struct fake_function *fake_pci_add(struct fake_pci *pci, rp_sbdf_t sbdf,
                                   uint16_t vendor_id, uint16_t device_id)
{
    struct fake_function *function = allocate(sizeof(*function));

    function->sbdf = sbdf;
    function->next = pci->functions[bucket(sbdf)];
    pci->functions[bucket(sbdf)] = function;
    pci->count++;
    fake_set16(function, 0, vendor_id);
    fake_set16(function, 2, device_id);
    return function;
}

void fake_pci_remove(struct fake_pci *pci, rp_sbdf_t sbdf)
{
    struct fake_function **link = &pci->functions[bucket(sbdf)];

    while (*link && !rp_sbdf_equal((*link)->sbdf, sbdf))
        link = &(*link)->next;
    if (*link) {
        struct fake_function *gone = *link;

        *link = gone->next;
        pci->count--;
        free(gone);
    }
}

void fake_set8(struct fake_function *function, unsigned reg, uint8_t value)
{
    function->bytes[reg] = value;
}

void fake_set16(struct fake_function *function, unsigned reg, uint16_t value)
{
    fake_set8(function, reg, (uint8_t)value);
    fake_set8(function, reg + 1, (uint8_t)(value >> 8));
}

void fake_set32(struct fake_function *function, unsigned reg, uint32_t value)
{
    fake_set16(function, reg, (uint16_t)value);
    fake_set16(function, reg + 2, (uint16_t)(value >> 16));
}

uint32_t fake_pci_read(struct fake_pci *pci, rp_sbdf_t sbdf, unsigned reg, unsigned width)
{
    const struct fake_function *function = fake_pci_find(pci, sbdf);
    uint32_t value = 0;

    pci->reads++;
    for (unsigned i = width; i-- > 0;)
        value = value << 8 | (function ? function->bytes[reg + i] : 0xffu);
    return value;
}

void fake_pci_write(struct fake_pci *pci, rp_sbdf_t sbdf, unsigned reg, unsigned width,
                    uint32_t value)
{
    struct fake_function *function = fake_pci_find(pci, sbdf);

    pci->writes++;
    for (unsigned i = 0; function && i < width; i++) {
        uint8_t mask = function->writable[reg + i];
        uint8_t byte = (uint8_t)(value >> 8 * i);

        function->bytes[reg + i] =
            (uint8_t)((function->bytes[reg + i] & ~mask) | (byte & mask));
    }
}

static enum rp_status read_fake(void *context, rp_sbdf_t sbdf, uint16_t reg,
                                unsigned width, uint32_t *out_value)
{
    *out_value = fake_pci_read(context, sbdf, reg, width);
    return RP_OK;
}

static enum rp_status write_fake(void *context, rp_sbdf_t sbdf, uint16_t reg,
                                 unsigned width, uint32_t value)
{
    fake_pci_write(context, sbdf, reg, width, value);
    return RP_OK;
}

const struct rp_cfg_ops fake_cfg_ops = {
    .read = read_fake,
    .write = write_fake,
};

struct rp_cfg fake_cfg(struct fake_pci *pci)
{
    struct rp_cfg cfg = {.ops = &fake_cfg_ops, .context = pci};

    return cfg;
}

/* ---- Fixtures ---- */

/* "00: 86 80 ...": sixteen bytes of the function that the last heading named. */
static bool parse_row(const char *line, struct fake_function *function)
{
    uint8_t row[ROW_SIZE];
    unsigned reg;
    unsigned byte;
    int used;

    if (!function || sscanf(line, "%3x:%n", &reg, &used) != 1 || reg % ROW_SIZE != 0 ||
        reg >= RP_CFG_SIZE_EXTENDED)
        return false;
    for (unsigned i = 0; i < ROW_SIZE; i++) {
        line += used;
        if (sscanf(line, " %2x%n", &byte, &used) != 1)
            return false;
        row[i] = (uint8_t)byte;
    }
    memcpy(function->bytes + reg, row, sizeof(row));
    return true;
}

/* "00:1f.3 ..." or "0001:00:1f.3 ..."; what the dump leaves out reads all ones. */
static struct fake_function *parse_heading(const char *line, struct fake_pci *pci)
{
    unsigned segment = 0;
    unsigned bus;
    unsigned dev;
    unsigned fn;
    rp_sbdf_t sbdf;
    struct fake_function *function;

    if (sscanf(line, "%4x:%2x:%2x.%1x ", &segment, &bus, &dev, &fn) != 4) {
        segment = 0;
        if (sscanf(line, "%2x:%2x.%1x ", &bus, &dev, &fn) != 3)
            return NULL;
    }
    if (dev > 31 || fn > 7)
        return NULL;
    sbdf = rp_sbdf((uint16_t)segment, bus, dev, fn);
    if (fake_pci_find(pci, sbdf))
        return NULL;
    function = fake_pci_add(pci, sbdf, 0xffff, 0xffff);
    memset(function->bytes, 0xff, sizeof(function->bytes));
    return function;
}

/* Copies what follows @key in @line; false if the line is about something else. */
static bool parse_comment(const char *line, const char *key, char *out_text)
{
    size_t length = strlen(key);

    if (strncmp(line, key, length) != 0)
        return false;
    line += length;
    line += strspn(line, " ");
    snprintf(out_text, FAKE_LINE_SIZE, "%s", line);
    return true;
}

static const char *parse_line(const char *line, struct fake_pci *pci,
                              struct fake_function **function)
{
    struct fake_function *heading;

    if (line[0] == '\0' || parse_comment(line, "# name:", pci->name) ||
        parse_comment(line, "# ecam:", pci->ecam))
        return NULL;
    if (pci->expect_count < FAKE_EXPECT_COUNT &&
        parse_comment(line, "# expect:", pci->expect[pci->expect_count])) {
        pci->expect_count++;
        return NULL;
    }
    if (strncmp(line, "# expect:", 9) == 0)
        return "more expectations than a fixture may have";
    if (line[0] == '#' || parse_row(line, *function))
        return NULL;
    heading = parse_heading(line, pci);
    if (!heading)
        return "a line is neither a heading nor a row of sixteen bytes";
    *function = heading;
    return NULL;
}

static const char *parse_text(const char *text, struct fake_pci *pci)
{
    struct fake_function *function = NULL;
    char line[FAKE_LINE_SIZE];

    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        const char *error;

        if (length >= sizeof(line))
            return "a line is too long";
        memcpy(line, text, length);
        line[length] = '\0';
        error = parse_line(line, pci, &function);
        if (error)
            return error;
        text += length;
        text += *text == '\n';
    }
    if (pci->name[0] == '\0')
        return "the fixture has no name";
    if (pci->expect_count == 0)
        return "the fixture expects nothing";
    return pci->count == 0 ? "the fixture has no function" : NULL;
}

struct fake_pci *fake_pci_parse(const char *text, const char **out_error)
{
    struct fake_pci *pci = fake_pci_new();

    *out_error = parse_text(text, pci);
    if (!*out_error)
        return pci;
    fake_pci_free(pci);
    return NULL;
}

/* All of a file as one string, or NULL. */
static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;

    if (!file)
        return NULL;
    if (getdelim(&text, &size, '\0', file) < 0) {
        free(text);
        text = NULL;
    }
    fclose(file);
    return text;
}

struct fake_pci *fake_pci_load(const char *path, const char **out_error)
{
    char *text = read_file(path);
    struct fake_pci *pci;

    if (!text) {
        *out_error = "the fixture cannot be read";
        return NULL;
    }
    pci = fake_pci_parse(text, out_error);
    free(text);
    return pci;
}
