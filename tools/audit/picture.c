/* SPDX-License-Identifier: MIT */
/*
 * The topology as a picture: a box for each bus, a row in it for each function,
 * and a line from each bridge to the bus behind it. Graphviz draws it.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/audit/output.h"
#include "tools/audit/words.h"

enum {
    EXIT_NOT_FOUND = 127,
};

/* ---- The drawing ---- */

#define COLOUR_EXTENDED     "#c9e7cb"
#define COLOUR_CONVENTIONAL "#e6e6e6"
#define COLOUR_SHORT        "#f4c7b8"
#define COLOUR_UNSEEN       "#fbf0bd"

static const char *colour_of(const struct assess_function *function)
{
    if (function->is_short)
        return COLOUR_SHORT;
    if (function->verdict.reason == RP_EXTCFG_UNEVALUATED)
        return COLOUR_UNSEEN;
    return function->verdict.size == RP_CFG_SIZE_EXTENDED ? COLOUR_EXTENDED
                                                          : COLOUR_CONVENTIONAL;
}

/* Names are text, not markup. */
static void write_escaped(const char *text, FILE *file)
{
    for (; *text; text++) {
        switch (*text) {
        case '<':
            fputs("&lt;", file);
            break;
        case '>':
            fputs("&gt;", file);
            break;
        case '&':
            fputs("&amp;", file);
            break;
        case '"':
            fputs("&quot;", file);
            break;
        default:
            fputc(*text, file);
        }
    }
}

static void write_row(const struct assess_function *function, FILE *file)
{
    const struct rp_function *core = function->core;
    char size[8] = "?";

    if (function->verdict.reason != RP_EXTCFG_UNEVALUATED)
        snprintf(size, sizeof(size), "%u", function->verdict.size);
    fprintf(file,
            "<tr><td port=\"f%02x\" align=\"left\" bgcolor=\"%s\">%02x.%x  %s  %s, %s<br "
            "align=\"left\"/>",
            rp_sbdf_devfn(core->sbdf), colour_of(function), rp_sbdf_dev(core->sbdf),
            rp_sbdf_fn(core->sbdf), size, words_type(core),
            words_reason(function->verdict.reason));
    write_escaped(function->source->name ? function->source->name : "", file);
    fputs("<br align=\"left\"/></td></tr>\n", file);
}

/* The functions from @first on that are on its bus; returns the first that isn't. */
static size_t write_bus(const struct assess *assess, size_t first, FILE *file)
{
    uint32_t bus = assess->functions[first].core->sbdf.value >> 8;
    size_t i = first;

    fprintf(file,
            "b%06x [label=<<table border=\"0\" cellborder=\"1\" cellspacing=\"0\" "
            "cellpadding=\"5\">\n<tr><td><b>segment %04x, bus %02x</b></td></tr>\n",
            bus, bus >> 8, bus & 0xffu);
    for (;
         i < assess->function_count && assess->functions[i].core->sbdf.value >> 8 == bus;
         i++)
        write_row(&assess->functions[i], file);
    fputs("</table>>];\n", file);
    return i;
}

/* One line from a bridge to each bus with functions behind it. */
static void write_links(const struct assess *assess, size_t first, size_t end, FILE *file)
{
    uint32_t last = RP_SCAN_NONE;

    for (size_t i = first; i < end; i++) {
        const struct rp_function *core = assess->functions[i].core;
        rp_sbdf_t parent;

        if (core->parent == RP_SCAN_NONE || core->parent == last)
            continue;
        last = core->parent;
        parent = assess->scan.functions[core->parent].sbdf;
        fprintf(file, "b%06x:f%02x -> b%06x;\n", parent.value >> 8, rp_sbdf_devfn(parent),
                core->sbdf.value >> 8);
    }
}

static void write_legend(FILE *file)
{
    fputs("legend [label=<<table border=\"0\" cellborder=\"1\" cellspacing=\"0\" "
          "cellpadding=\"5\">"
          "<tr><td bgcolor=\"" COLOUR_EXTENDED "\">4096 bytes</td></tr>"
          "<tr><td bgcolor=\"" COLOUR_CONVENTIONAL
          "\">256, and no more to be had</td></tr>"
          "<tr><td bgcolor=\"" COLOUR_SHORT "\">may have more than is reached</td></tr>"
          "<tr><td bgcolor=\"" COLOUR_UNSEEN "\">not seen</td></tr>"
          "</table>>];\n",
          file);
}

static void write_graph(const struct assess *assess, FILE *file)
{
    fputs("digraph topology {\n"
          "rankdir=LR;\nranksep=1;\ncharset=\"UTF-8\";\n"
          "node [shape=plain, fontname=\"sans-serif\", fontsize=10];\n"
          "edge [arrowhead=none];\n",
          file);
    write_legend(file);
    for (size_t i = 0; i < assess->function_count;) {
        size_t end = write_bus(assess, i, file);

        write_links(assess, i, end, file);
        i = end;
    }
    fputs("}\n", file);
}

/* ---- The drawer ---- */

/* Starts dot, which draws what is written to the file that is returned. */
static FILE *start_dot(const char *path, pid_t *out_pid)
{
    int ends[2];

    if (pipe(ends) != 0)
        return NULL;
    *out_pid = fork();
    if (*out_pid == 0) {
        dup2(ends[0], STDIN_FILENO);
        close(ends[0]);
        close(ends[1]);
        execlp("dot", "dot", "-Tsvg", "-o", path, (char *)NULL);
        _exit(EXIT_NOT_FOUND);
    }
    close(ends[0]);
    if (*out_pid > 0)
        return fdopen(ends[1], "w");
    close(ends[1]);
    return NULL;
}

static bool explain_end(int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOT_FOUND)
        fputs(
            "rootport audit: --svg: there is no program 'dot', which draws the picture; "
            "install Graphviz (on Debian: apt install graphviz)\n",
            stderr);
    else
        fputs("rootport audit: --svg: Graphviz's 'dot' failed\n", stderr);
    return false;
}

bool output_svg(const struct assess *assess, const char *path)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction before;
    int status = -1;
    pid_t pid;
    FILE *file;

    /* A program that isn't there reads nothing of what is written to it. */
    sigaction(SIGPIPE, &ignore, &before);
    fflush(stdout);
    file = start_dot(path, &pid);
    if (!file) {
        fprintf(stderr, "rootport audit: --svg: %s\n", strerror(errno));
        return false;
    }
    write_graph(assess, file);
    fclose(file);
    sigaction(SIGPIPE, &before, NULL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return explain_end(status);
}
