/* SPDX-License-Identifier: MIT */
/* Launch configurations as files: device tree source or blobs. */
#ifndef TOOLS_CONFIG_SOURCE_H
#define TOOLS_CONFIG_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

struct source_blob {
    void *bytes; /* aligned for the reader; free() it */
    size_t size;
};

/*
 * Reads the configuration in the file @path: a blob as it is, anything else by
 * way of dtc. False if that fails; stderr then says why.
 */
bool source_read(const char *path, struct source_blob *out_blob);

#endif
