/* SPDX-License-Identifier: MIT */
/* Whole files in memory. */
#include "tools/audit/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/audit/memory.h"

enum {
    CHUNK_SIZE_FIRST = 65536,
};

/* Files below /proc and /sys don't tell their size: all are read to the end. */
static bool read_all(int fd, size_t limit, struct file *file)
{
    size_t capacity = CHUNK_SIZE_FIRST;
    ssize_t got;

    file->bytes = memory_new(capacity + 1, 1);
    file->size = 0;
    while ((got = read(fd, file->bytes + file->size, capacity - file->size)) > 0) {
        file->size += (size_t)got;
        if (file->size > limit) {
            errno = EFBIG;
            return false;
        }
        if (file->size == capacity) {
            capacity *= 2;
            file->bytes = memory_resize(file->bytes, capacity + 1);
        }
    }
    if (got == 0)
        file->bytes[file->size] = '\0';
    return got == 0;
}

bool files_read(const char *path, size_t limit, struct file *out_file)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool is_read;
    int error;

    out_file->bytes = NULL;
    out_file->size = 0;
    if (fd < 0)
        return false;
    is_read = read_all(fd, limit, out_file);
    error = errno;
    close(fd);
    if (!is_read) {
        free(out_file->bytes);
        out_file->bytes = NULL;
        errno = error;
    }
    return is_read;
}

enum sight files_sight(int error)
{
    return error == ENOENT ? SIGHT_ABSENT : SIGHT_DENIED;
}

bool files_path(char path[FILES_PATH_SIZE], const char *root, const char *format, ...)
{
    va_list arguments;
    int head = snprintf(path, FILES_PATH_SIZE, "%s", root);
    int tail;

    if (head < 0 || head >= FILES_PATH_SIZE)
        return false;
    va_start(arguments, format);
    tail = vsnprintf(path + head, (size_t)(FILES_PATH_SIZE - head), format, arguments);
    va_end(arguments);
    return tail >= 0 && tail < FILES_PATH_SIZE - head;
}
