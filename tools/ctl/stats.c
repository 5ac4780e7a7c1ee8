/* SPDX-License-Identifier: MIT */
/* How often each domain has left its guest, and for which reason: a table. */
#include "tools/ctl/stats.h"

#include <string.h>

#include "tools/ctl/control.h"

enum {
    KIND_SIZE = 16,
    NAME_SIZE = 32,
    COLUMN_WIDTH = 10,
};

static void read_name(const struct control *control, long domain, char name[NAME_SIZE])
{
    control_text(control, ROOTPORT_CONTROL_DOMAIN, (uint64_t)domain, ROOTPORT_DOMAIN_NAME,
                 name, NAME_SIZE);
}

static void print_names(const struct control *control, long domain_count, FILE *file)
{
    fprintf(file, "%-*s", KIND_SIZE, "EXITS");
    for (long i = 0; i < domain_count; i++) {
        char name[NAME_SIZE];

        read_name(control, i, name);
        fprintf(file, " %*s", COLUMN_WIDTH, name);
    }
    fputc('\n', file);
}

/* Of one kind, or of all kinds together. */
static long count_exits(const struct control *control, long domain, long first_kind,
                        long kind_count)
{
    long sum = 0;

    for (long kind = first_kind; kind < first_kind + kind_count; kind++)
        sum += control_exits(control, (uint64_t)domain, (uint64_t)kind);
    return sum;
}

/* A column is as wide as its name. */
static int width_of(const struct control *control, long domain)
{
    char name[NAME_SIZE];

    read_name(control, domain, name);
    return strlen(name) < COLUMN_WIDTH ? COLUMN_WIDTH : (int)strlen(name);
}

static void print_row(const struct control *control, const char *title, long first_kind,
                      long kind_count, FILE *file)
{
    long domain_count = control_count(control, ROOTPORT_CONTROL_DOMAIN);

    fprintf(file, "%-*s", KIND_SIZE, title);
    for (long i = 0; i < domain_count; i++)
        fprintf(file, " %*ld", width_of(control, i),
                count_exits(control, i, first_kind, kind_count));
    fputc('\n', file);
}

static bool has_happened(const struct control *control, long kind, long domain_count)
{
    for (long i = 0; i < domain_count; i++)
        if (control_exits(control, (uint64_t)i, (uint64_t)kind) > 0)
            return true;
    return false;
}

void stats_print(const struct control *control, FILE *file)
{
    long domain_count = control_count(control, ROOTPORT_CONTROL_DOMAIN);
    long kind_count = control_count(control, ROOTPORT_CONTROL_EXIT);

    print_names(control, domain_count, file);
    for (long kind = 0; kind < kind_count; kind++) {
        char text[NAME_SIZE];

        if (!has_happened(control, kind, domain_count))
            continue;
        control_text(control, ROOTPORT_CONTROL_EXIT, (uint64_t)kind, ROOTPORT_TEXT, text,
                     sizeof text);
        print_row(control, text, kind, 1, file);
    }
    print_row(control, "total", 0, kind_count, file);
}
