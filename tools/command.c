/* SPDX-License-Identifier: MIT */
/*
 * Finds the command that the arguments name, and explains the commands.
 */
#include "tools/command.h"

#include <stdio.h>
#include <string.h>

static void print_usage(FILE *file, const char *program, const struct command *commands,
                        unsigned command_count)
{
    fprintf(file, "Usage:\n");
    for (unsigned i = 0; i < command_count; i++) {
        fprintf(file, "  %s %s %s\n      %s\n", program, commands[i].name,
                commands[i].arguments, commands[i].summary);
    }
}

enum exit_code command_dispatch(const char *program, const struct command *commands,
                                unsigned command_count, int argument_count,
                                char **arguments)
{
    if (argument_count < 2) {
        print_usage(stderr, program, commands, command_count);
        return EXIT_TROUBLE;
    }
    if (strcmp(arguments[1], "--help") == 0) {
        print_usage(stdout, program, commands, command_count);
        return EXIT_FINE;
    }
    for (unsigned i = 0; i < command_count; i++) {
        if (strcmp(arguments[1], commands[i].name) == 0)
            return commands[i].run(argument_count - 1, arguments + 1);
    }
    fprintf(stderr, "%s: there is no command '%s'; '%s --help' lists them\n", program,
            arguments[1], program);
    return EXIT_TROUBLE;
}
