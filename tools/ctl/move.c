/* SPDX-License-Identifier: MIT */
/* rootport attach, detach and wait: functions come and go while domains run. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rootport/rootport.h>

#include "tools/audit/text.h"
#include "tools/ctl/control.h"
#include "tools/ctl/ctl.h"

enum {
    NAME_SIZE = 32,
    POLL_MS = 20,
    /* A guest waits 5 s after the button was pressed before it lets go. */
    DEFAULT_TIMEOUT_S = 30,
    TIMEOUT_MAX_S = 86400,
    PORT_MAX = 31,
};

struct options {
    bool is_forced;
    bool is_now;
    bool shows_vendor;
    bool has_timeout;
    uint64_t timeout_s;
    uint64_t port;
};

enum option_letter {
    OPTION_FORCE = 1,
    OPTION_NOW,
    OPTION_VENDOR,
    OPTION_TIMEOUT,
    OPTION_PORT,
};

/* ---- Arguments ------------------------------------------------------------- */

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static bool take_option(int letter, struct options *options)
{
    switch (letter) {
    case OPTION_FORCE:
        options->is_forced = true;
        return true;
    case OPTION_NOW:
        options->is_now = true;
        return true;
    case OPTION_VENDOR:
        options->shows_vendor = true;
        return true;
    case OPTION_TIMEOUT:
        options->has_timeout = true;
        return span_decimal(span_of(optarg), TIMEOUT_MAX_S, &options->timeout_s);
    case OPTION_PORT:
        return span_decimal(span_of(optarg), PORT_MAX, &options->port);
    default:
        return false;
    }
}

/* Reads the options; @count arguments have to be left, from optind on. */
static bool read_options(int argument_count, char **arguments, const struct option *known,
                         int count, struct options *options)
{
    int letter;

    *options = (struct options){.timeout_s = DEFAULT_TIMEOUT_S};
    optind = 1;
    while ((letter = getopt_long(argument_count, arguments, "", known, NULL)) != -1)
        if (!take_option(letter, options))
            return false;
    return argument_count - optind == count;
}

static enum exit_code usage(const char *text)
{
    fprintf(stderr, "Usage: rootport %s\n", text);
    return EXIT_TROUBLE;
}

static bool read_address(const char *text, rp_sbdf_t *out_sbdf)
{
    if (span_sbdf(span_of(text), out_sbdf))
        return true;
    fprintf(stderr, "rootport: %s: not a function's address, like 0000:00:03.0\n", text);
    return false;
}

/* A domain's number, by number or by name. */
static bool find_domain(const struct control *control, const char *text,
                        uint32_t *out_domain)
{
    long count = control_count(control, ROOTPORT_CONTROL_DOMAIN);
    uint64_t wanted = UINT64_MAX;

    (void)span_decimal(span_of(text), UINT32_MAX, &wanted);
    for (long i = 0; i < count; i++) {
        char name[NAME_SIZE];
        long number = control_get(control, ROOTPORT_CONTROL_DOMAIN, (uint64_t)i,
                                  ROOTPORT_DOMAIN_NUMBER);

        control_text(control, ROOTPORT_CONTROL_DOMAIN, (uint64_t)i, ROOTPORT_DOMAIN_NAME,
                     name, sizeof name);
        if (number >= 0 && ((uint64_t)number == wanted || strcmp(name, text) == 0)) {
            *out_domain = (uint32_t)number;
            return true;
        }
    }
    fprintf(stderr, "rootport: there is no domain '%s'; rootport list has them\n", text);
    return false;
}

/* ---- Time ------------------------------------------------------------------ */

static uint64_t now_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

static uint64_t deadline(const struct options *options)
{
    return now_ms() + options->timeout_s * 1000;
}

/*
 * Sleeps a moment; false once @deadline_ms has passed. A call that waited in the
 * hypervisor would keep a whole CPU of this domain's from running.
 */
static bool pause_until(uint64_t deadline_ms)
{
    const struct timespec moment = {.tv_nsec = POLL_MS * 1000000};

    if (now_ms() >= deadline_ms)
        return false;
    nanosleep(&moment, NULL);
    return true;
}

/* ---- Waiting --------------------------------------------------------------- */

static enum exit_code give_up(const char *function, const char *why)
{
    fprintf(stderr, "rootport: %s: %s\n", function, why);
    return EXIT_FINDINGS;
}

static enum exit_code wait_for_port(const struct control *control, rp_sbdf_t sbdf,
                                    const char *text, enum rp_rootport_state wanted,
                                    uint64_t deadline_ms)
{
    do {
        struct control_function function;
        struct control_port port;

        if (!control_find(control, sbdf, &function))
            return give_up(text, "there is no such function");
        if (function.place != ROOTPORT_PLACE_ASSIGNED ||
            !control_find_port(control, function.domain, function.port, &port))
            continue;
        if (port.state == (long)wanted)
            return EXIT_FINE;
        if (port.state == RP_ROOTPORT_FAILED)
            return give_up(text, "the guest could not take it into use");
    } while (pause_until(deadline_ms));
    return give_up(text, wanted == RP_ROOTPORT_ON
                             ? "no guest has taken it into use in time"
                             : "the guest has not let go of it in time");
}

static enum exit_code wait_detached(const struct control *control, rp_sbdf_t sbdf,
                                    const char *text, uint64_t deadline_ms)
{
    do {
        struct control_function function;

        /* Virtual functions go with the last domain that has one. */
        if (!control_find(control, sbdf, &function) ||
            function.place == ROOTPORT_PLACE_QUARANTINE)
            return EXIT_FINE;
    } while (pause_until(deadline_ms));
    return give_up(text, "it has not left its domain in time");
}

static enum exit_code wait_for(const struct control *control, rp_sbdf_t sbdf,
                               const char *text, const char *event, uint64_t deadline_ms)
{
    struct control_function function;

    if (strcmp(event, "attached") == 0)
        return wait_for_port(control, sbdf, text, RP_ROOTPORT_ON, deadline_ms);
    if (strcmp(event, "released") == 0)
        return wait_for_port(control, sbdf, text, RP_ROOTPORT_GUEST_RELEASED,
                             deadline_ms);
    if (!control_find(control, sbdf, &function))
        return give_up(text, "there is no such function");
    return wait_detached(control, sbdf, text, deadline_ms);
}

static bool is_event(const char *text)
{
    return strcmp(text, "attached") == 0 || strcmp(text, "released") == 0 ||
           strcmp(text, "detached") == 0;
}

enum exit_code wait_run(int argument_count, char **arguments)
{
    static const struct option known[] = {
        {"timeout", required_argument, NULL, OPTION_TIMEOUT},
        {NULL, 0, NULL, 0},
    };
    struct options options;
    struct control control;
    rp_sbdf_t sbdf;

    if (!read_options(argument_count, arguments, known, 2, &options) ||
        !is_event(arguments[optind + 1]))
        return usage("wait [--timeout SECONDS] FUNCTION attached|released|detached");
    if (!read_address(arguments[optind], &sbdf) || !control_open(&control))
        return EXIT_TROUBLE;
    return wait_for(&control, sbdf, arguments[optind], arguments[optind + 1],
                    deadline(&options));
}

/* There is no slot behind which that domain could be asked for it. */
static const char hardwares[] =
    "the hardware domain has it, and keeps it, or uses it, if it is a virtual function: "
    "a "
    "port of the launch configuration that names it gives it to another domain";

/* ---- Attach ---------------------------------------------------------------- */

static const char *attach_error_text(long error)
{
    switch (error) {
    case -EAGAIN:
        return "its reset takes too long, or waits: other domains have its virtual "
               "functions";
    case -ENODATA:
        return "its verdict isn't final yet: seal, or say --now";
    case -EBUSY:
        return "a domain has it, or is to get it: detach it first";
    case -EACCES:
        return hardwares;
    case -ENODEV:
        return "there is no such function";
    case -ESRCH:
        return "that domain doesn't run";
    case -ENOENT:
        return "that domain has no such port, or no empty one";
    case -EEXIST:
        return "that port isn't empty";
    case -EIO:
        return "the hypervisor refuses it; rootport log says why";
    default:
        return strerror((int)-error);
    }
}

static unsigned attach_flags(const struct options *options)
{
    return (options->is_now ? ROOTPORT_CONTROL_NOW : 0) |
           (options->shows_vendor ? ROOTPORT_CONTROL_VENDOR : 0);
}

enum exit_code attach_run(int argument_count, char **arguments)
{
    static const struct option known[] = {
        {"now", no_argument, NULL, OPTION_NOW},
        {"port", required_argument, NULL, OPTION_PORT},
        {"timeout", required_argument, NULL, OPTION_TIMEOUT},
        {"vendor-capabilities", no_argument, NULL, OPTION_VENDOR},
        {NULL, 0, NULL, 0},
    };
    struct options options;
    struct control control;
    uint64_t deadline_ms;
    uint32_t domain;
    rp_sbdf_t sbdf;
    long result;

    if (!read_options(argument_count, arguments, known, 2, &options))
        return usage("attach [--now] [--port N] [--timeout SECONDS] "
                     "[--vendor-capabilities] FUNCTION DOMAIN");
    if (!read_address(arguments[optind], &sbdf) || !control_open(&control) ||
        !find_domain(&control, arguments[optind + 1], &domain))
        return EXIT_TROUBLE;
    deadline_ms = deadline(&options);
    do {
        result = control_attach(&control, sbdf, domain, (unsigned)options.port,
                                attach_flags(&options));
    } while (result == -EAGAIN && pause_until(deadline_ms));
    if (result < 0)
        return give_up(arguments[optind], attach_error_text(result));
    return wait_for_port(&control, sbdf, arguments[optind], RP_ROOTPORT_ON, deadline_ms);
}

/* ---- Detach ---------------------------------------------------------------- */

static const char *detach_error_text(long error)
{
    switch (error) {
    case -ENOENT:
        return "no domain has it";
    case -EACCES:
        return hardwares;
    case -EBUSY:
        return "the guest is in the middle of something";
    case -EAGAIN:
        return "its domain restarts";
    case -EOPNOTSUPP:
        return "nothing in the guest listens to the attention button; --force takes it "
               "all the same";
    default:
        return strerror((int)-error);
    }
}

/* What asking led to. */
enum answer {
    ANSWER_LEFT,
    ANSWER_KEPT,
    ANSWER_NONE, /* in time */
};

static enum answer wait_for_answer(const struct control *control, rp_sbdf_t sbdf,
                                   uint64_t deadline_ms)
{
    do {
        struct control_function function;
        struct control_port port;

        if (!control_find(control, sbdf, &function) ||
            function.place != ROOTPORT_PLACE_ASSIGNED ||
            !control_find_port(control, function.domain, function.port, &port))
            return ANSWER_LEFT;
        if (port.state == RP_ROOTPORT_ON)
            return ANSWER_KEPT;
    } while (pause_until(deadline_ms));
    return ANSWER_NONE;
}

/* Asks the guest, as often as it is busy. 0, or an error. */
static long ask(const struct control *control, rp_sbdf_t sbdf, uint64_t deadline_ms)
{
    long result;

    do {
        result = control_detach(control, sbdf, ROOTPORT_CONTROL_ASK);
    } while ((result == -EBUSY || result == -EAGAIN) && pause_until(deadline_ms));
    return result;
}

static enum exit_code force(const struct control *control, rp_sbdf_t sbdf,
                            const char *text, const struct options *options)
{
    long result = control_detach(control, sbdf, ROOTPORT_CONTROL_FORCE);

    /* It may have left by itself in the last moment. */
    if (result < 0 && result != -ENOENT)
        return give_up(text, detach_error_text(result));
    return wait_detached(control, sbdf, text, deadline(options));
}

static enum exit_code detach(const struct control *control, rp_sbdf_t sbdf,
                             const char *text, const struct options *options)
{
    uint64_t deadline_ms = deadline(options);
    long result;

    if (options->is_forced && !options->has_timeout)
        return force(control, sbdf, text, options);
    result = ask(control, sbdf, deadline_ms);
    if (result < 0) {
        if (options->is_forced && result != -ENOENT)
            return force(control, sbdf, text, options);
        return give_up(text, detach_error_text(result));
    }
    switch (wait_for_answer(control, sbdf, deadline_ms)) {
    case ANSWER_LEFT:
        /* Its reset takes 0.1 s, whatever the guest did. */
        return wait_detached(control, sbdf, text, deadline(options));
    case ANSWER_KEPT:
        if (options->is_forced)
            return force(control, sbdf, text, options);
        return give_up(text, "the guest keeps it");
    case ANSWER_NONE:
        break;
    }
    if (options->is_forced)
        return force(control, sbdf, text, options);
    (void)control_detach(control, sbdf, ROOTPORT_CONTROL_CANCEL);
    return give_up(text, "the guest has not let go of it in time; it keeps it");
}

enum exit_code detach_run(int argument_count, char **arguments)
{
    static const struct option known[] = {
        {"force", no_argument, NULL, OPTION_FORCE},
        {"timeout", required_argument, NULL, OPTION_TIMEOUT},
        {NULL, 0, NULL, 0},
    };
    struct options options;
    struct control control;
    struct control_function function;
    rp_sbdf_t sbdf;

    if (!read_options(argument_count, arguments, known, 1, &options))
        return usage("detach [--force] [--timeout SECONDS] FUNCTION");
    if (!read_address(arguments[optind], &sbdf) || !control_open(&control))
        return EXIT_TROUBLE;
    if (!control_find(&control, sbdf, &function) ||
        function.place != ROOTPORT_PLACE_ASSIGNED)
        return give_up(arguments[optind], detach_error_text(-ENOENT));
    return detach(&control, sbdf, arguments[optind], &options);
}
