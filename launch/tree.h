/* SPDX-License-Identifier: MIT */
/*
 * Nodes and properties of a device tree blob, by libfdt's walk over it. What more
 * libfdt has is left alone, since a distribution's libfdt.a comes in large pieces.
 */
#ifndef LAUNCH_TREE_H
#define LAUNCH_TREE_H

#include <stdbool.h>
#include <stddef.h>

struct launch_value {
    const char *bytes; /* NULL: there is no such property */
    size_t length;
};

/*
 * Checks that all of the blob can be walked without leaving its @size bytes; the
 * others take nothing that hasn't passed. Returns what is wrong, or NULL.
 */
const char *launch_tree_problem(const void *blob, size_t size);

/* The name of @node, with its unit address. */
const char *launch_tree_name(const void *blob, int node);

/* Where the properties of @node begin, for launch_tree_next(). */
int launch_tree_properties(const void *blob, int node);

/* The name of the property at @offset, and its value; NULL: there are no more. */
const char *launch_tree_next(const void *blob, int *offset,
                             struct launch_value *out_value);

/* The value of the first property @name of @node. */
struct launch_value launch_tree_value(const void *blob, int node, const char *name);

/* The first string in the property @name of @node; NULL: there is none. */
const char *launch_tree_string(const void *blob, int node, const char *name);

/* Whether @word is one of the strings in the property "compatible" of @node. */
bool launch_tree_is_compatible(const void *blob, int node, const char *word);

/* The first child of @parent with this name; negative: there is none, or no parent. */
int launch_tree_child(const void *blob, int parent, const char *name);

/* The child of @ancestor that @node is or is in. */
int launch_tree_towards(const void *blob, int ancestor, int node);

#endif
