/* SPDX-License-Identifier: MIT */
/* Devicetree Specification v0.4, chapter 5 (the flattened format). */
#include "launch/internal.h"

enum {
    BLOB_VERSION = 17, /* the only one in use: before, blocks had no size */
};

/* The tag at @offset that says something, and where the one after it is. */
static uint32_t next_tag(const void *blob, int *offset, int *out_next)
{
    uint32_t tag;

    *out_next = *offset;
    do {
        *offset = *out_next;
        tag = fdt_next_tag(blob, *offset, out_next);
    } while (tag == FDT_NOP);
    return tag;
}

static const struct fdt_property *property_at(const void *blob, int offset)
{
    return fdt_offset_ptr(blob, offset, sizeof(struct fdt_property));
}

static bool is_property_named(const void *blob, int offset)
{
    uint32_t name = fdt32_to_cpu(property_at(blob, offset)->nameoff);
    uint32_t size = fdt_size_dt_strings(blob);

    return name < size && memchr((const char *)blob + fdt_off_dt_strings(blob) + name,
                                 '\0', size - name) != NULL;
}

/*
 * Whether there is one root, and all nodes are closed as they were opened. Each tag
 * takes four bytes of the blob or more.
 */
static bool is_structure_sound(const void *blob)
{
    unsigned depth = 0;
    int offset = 0;
    int next;

    do {
        switch (next_tag(blob, &offset, &next)) {
        case FDT_BEGIN_NODE:
            depth++;
            break;
        case FDT_END_NODE:
            if (depth-- == 0)
                return false;
            break;
        case FDT_PROP:
            if (depth == 0 || !is_property_named(blob, offset))
                return false;
            break;
        default:
            return false;
        }
        offset = next;
    } while (depth > 0);
    return next_tag(blob, &offset, &next) == FDT_END && next >= 0;
}

const char *launch_tree_problem(const void *blob, size_t size)
{
    if (size < sizeof(struct fdt_header) || fdt_check_header(blob) != 0 ||
        fdt_version(blob) < BLOB_VERSION)
        return "header";
    if (fdt_totalsize(blob) > size)
        return "cut off";
    return is_structure_sound(blob) ? NULL : "structure";
}

const char *launch_tree_name(const void *blob, int node)
{
    return fdt_offset_ptr(blob, node + (int)FDT_TAGSIZE, 1);
}

int launch_tree_properties(const void *blob, int node)
{
    int next;

    (void)fdt_next_tag(blob, node, &next);
    return next;
}

const char *launch_tree_next(const void *blob, int *offset,
                             struct launch_value *out_value)
{
    const struct fdt_property *property;
    int next;

    if (next_tag(blob, offset, &next) != FDT_PROP)
        return NULL;
    property = property_at(blob, *offset);
    *offset = next;
    *out_value = (struct launch_value){property->data, fdt32_to_cpu(property->len)};
    return (const char *)blob + fdt_off_dt_strings(blob) +
           fdt32_to_cpu(property->nameoff);
}

struct launch_value launch_tree_value(const void *blob, int node, const char *name)
{
    int offset = launch_tree_properties(blob, node);
    struct launch_value value;
    const char *found;

    while ((found = launch_tree_next(blob, &offset, &value)) != NULL)
        if (strcmp(found, name) == 0)
            return value;
    return (struct launch_value){0};
}

const char *launch_tree_string(const void *blob, int node, const char *name)
{
    struct launch_value value = launch_tree_value(blob, node, name);

    return value.length > 0 && memchr(value.bytes, '\0', value.length) != NULL
               ? value.bytes
               : NULL;
}

bool launch_tree_is_compatible(const void *blob, int node, const char *word)
{
    struct launch_value list = launch_tree_value(blob, node, "compatible");
    size_t size = strlen(word) + 1;

    while (list.length >= size) {
        const char *end = memchr(list.bytes, '\0', list.length);

        if (memcmp(list.bytes, word, size) == 0)
            return true;
        if (end == NULL)
            break;
        list.length -= (size_t)(end + 1 - list.bytes);
        list.bytes = end + 1;
    }
    return false;
}

int launch_tree_child(const void *blob, int parent, const char *name)
{
    int child = parent < 0 ? parent : fdt_first_subnode(blob, parent);

    while (child >= 0 && strcmp(launch_tree_name(blob, child), name) != 0)
        child = fdt_next_subnode(blob, child);
    return child;
}

int launch_tree_towards(const void *blob, int ancestor, int node)
{
    int found = ancestor;

    for (int child = fdt_first_subnode(blob, ancestor); child >= 0 && child <= node;
         child = fdt_next_subnode(blob, child))
        found = child;
    return found;
}
