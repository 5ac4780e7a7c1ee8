/* SPDX-License-Identifier: MIT */
/* Whole files in memory. */
#ifndef TOOLS_AUDIT_FILES_H
#define TOOLS_AUDIT_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/audit/machine.h"

/* A file's bytes, and a zero behind them; free() them. */
struct file {
    char *bytes;
    size_t size;
};

/*
 * Reads the file @path. False, with errno, if that fails; EFBIG for one of more
 * than @limit bytes.
 */
bool files_read(const char *path, size_t limit, struct file *out_file);

/* What errno of a failed look says: SIGHT_ABSENT, or SIGHT_DENIED for all but ENOENT. */
enum sight files_sight(int error);

enum {
    FILES_PATH_SIZE = 4096,
};

/* Puts @root and what @format says together; false if that is too long for a path. */
__attribute__((format(printf, 3, 4))) bool
files_path(char path[FILES_PATH_SIZE], const char *root, const char *format, ...);

#endif
