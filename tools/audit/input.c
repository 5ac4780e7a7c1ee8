/* SPDX-License-Identifier: MIT */
/* Where an audit comes from: this machine, a dump, or what was saved. */
#include "tools/audit/input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/audit/dump.h"
#include "tools/audit/files.h"
#include "tools/audit/live.h"
#include "tools/audit/saved.h"

enum {
    /* A dump of 4096 bytes of a function takes 13.6 KB: this is for 39,000 of them. */
    INPUT_SIZE_MAX = 512 << 20,
};

typedef bool read_function(const char *bytes, size_t size, struct machine *machine,
                           struct complaint *complaint);

/* Reads a file with @read; stderr says what is wrong with it. */
static bool read_file(const char *path, read_function *read, struct machine *machine)
{
    struct complaint complaint;
    struct file file;
    bool is_read;

    if (!files_read(path, INPUT_SIZE_MAX, &file)) {
        fprintf(stderr, "rootport audit: %s: %s\n", path, strerror(errno));
        return false;
    }
    is_read = read(file.bytes, file.size, machine, &complaint);
    free(file.bytes);
    if (!is_read)
        fprintf(stderr, "rootport audit: %s:%zu: %s\n", path, complaint.line,
                complaint.reason);
    return is_read;
}

bool input_read(const struct input *input, struct machine *machine)
{
    if (input->from)
        return read_file(input->from, saved_read, machine);
    if (input->dump)
        return read_file(input->dump, dump_read, machine);
    if (!live_read_functions(input->root, machine))
        return false;
    live_read_firmware(input->root, machine);
    return true;
}
