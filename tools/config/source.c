/* SPDX-License-Identifier: MIT */
/*
 * Reads launch configurations from files, and compiles what isn't compiled yet.
 */
#include "tools/config/source.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libfdt.h>

enum {
    SIZE_STEP = 1 << 16,
    SIZE_MAX_BYTES = 1 << 26, /* a configuration has kilobytes */
};

static bool complain(const char *path, const char *what)
{
    fprintf(stderr, "rootport: %s: %s\n", path, what);
    return false;
}

/* Reads @file to its end. malloc() aligns for any type, as the reader demands. */
static bool read_all(FILE *file, const char *path, struct source_blob *out_blob)
{
    struct source_blob blob = {NULL, 0};
    size_t count;

    do {
        void *bytes = realloc(blob.bytes, blob.size + SIZE_STEP);

        if (bytes == NULL || blob.size > SIZE_MAX_BYTES) {
            free(bytes != NULL ? bytes : blob.bytes);
            return complain(path, "larger than 64 MiB, or than memory");
        }
        blob.bytes = bytes;
        count = fread((char *)blob.bytes + blob.size, 1, SIZE_STEP, file);
        blob.size += count;
    } while (count == SIZE_STEP);
    if (ferror(file)) {
        free(blob.bytes);
        return complain(path, strerror(errno));
    }
    *out_blob = blob;
    return true;
}

static bool is_blob(const struct source_blob *blob)
{
    return blob->size >= sizeof(fdt32_t) && fdt_magic(blob->bytes) == FDT_MAGIC;
}

/* In the child: becomes dtc, which writes the blob to @output. */
static _Noreturn void become_dtc(const char *path, int output)
{
    dup2(output, STDOUT_FILENO);
    close(output);
    execlp("dtc", "dtc", "-q", "-I", "dts", "-O", "dtb", "-o", "-", "--", path,
           (char *)NULL);
    complain("dtc", strerror(errno));
    _exit(127);
}

/* Starts dtc on @path; its output comes out of what is returned, NULL on failure. */
static FILE *start_dtc(const char *path, pid_t *out_child)
{
    int ends[2];

    if (pipe(ends) != 0)
        return NULL;
    *out_child = fork();
    if (*out_child == 0) {
        close(ends[0]);
        become_dtc(path, ends[1]);
    }
    close(ends[1]);
    if (*out_child < 0) {
        close(ends[0]);
        return NULL;
    }
    return fdopen(ends[0], "rb");
}

/* dtc has said on stderr what it didn't like. */
static bool compile(const char *path, struct source_blob *out_blob)
{
    pid_t child;
    FILE *pipe = start_dtc(path, &child);
    bool is_read;
    int status = -1;

    if (pipe == NULL)
        return complain("dtc", strerror(errno));
    is_read = read_all(pipe, path, out_blob);
    fclose(pipe);
    waitpid(child, &status, 0);
    if (is_read && status == 0)
        return true;
    if (is_read)
        free(out_blob->bytes);
    return complain(path, "dtc can't compile it");
}

bool source_read(const char *path, struct source_blob *out_blob)
{
    FILE *file = fopen(path, "rb");
    bool is_read;

    if (file == NULL)
        return complain(path, strerror(errno));
    is_read = read_all(file, path, out_blob);
    fclose(file);
    if (!is_read)
        return false;
    if (is_blob(out_blob))
        return true;
    free(out_blob->bytes);
    return compile(path, out_blob);
}
