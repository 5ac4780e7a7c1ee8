/* SPDX-License-Identifier: MIT */
/*
 * The rootport command: what an administrator runs on Linux.
 */
#include <stdio.h>
#include <string.h>

#include "tools/audit/audit.h"
#include "tools/command.h"
#include "tools/config/config.h"
#include "tools/ctl/ctl.h"

static const struct command commands[] = {
    {"attach",
     "[--now] [--port N] [--timeout SECONDS] [--vendor-capabilities] FUNCTION DOMAIN",
     "Give a function to a domain that runs.", attach_run},
    {"audit", "[OPTION ...]",
     "Say what of this machine's configuration space can be reached.", audit_run},
    {"config", "COMMAND ...", "Work with launch configurations.", config_run},
    {"detach", "[--force] [--timeout SECONDS] FUNCTION",
     "Take a function from the domain that has it.", detach_run},
    {"list", "[--stats] [--json]", "Say which domains run and who has what.", list_run},
    {"log", "", "Print what the hypervisor has logged last.", log_run},
    {"seal", "", "Make every verdict final.", seal_run},
    {"wait", "[--timeout SECONDS] FUNCTION attached|released|detached",
     "Wait until a guest uses a function, lets go of it, or none has it.", wait_run},
};

int main(int argument_count, char **arguments)
{
    enum exit_code code;

    if (argument_count == 2 && strcmp(arguments[1], "--version") == 0) {
        puts("rootport " VERSION);
        return EXIT_FINE;
    }
    code = command_dispatch("rootport", commands, sizeof(commands) / sizeof(commands[0]),
                            argument_count, arguments);
    /* A full disk or a closed pipe is found out here at the latest. */
    if (fflush(stdout) != 0) {
        perror("rootport: standard output");
        return EXIT_TROUBLE;
    }
    return (int)code;
}
