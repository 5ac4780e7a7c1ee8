/* SPDX-License-Identifier: MIT */
/*
 * What each command of the rootport program is to its dispatchers.
 */
#ifndef TOOLS_COMMAND_H
#define TOOLS_COMMAND_H

/* The program's exit codes, the same for every command. */
enum exit_code {
    EXIT_FINE = 0,
    EXIT_FINDINGS = 1, /* it worked, and what it looked at isn't as it should be */
    EXIT_TROUBLE = 2,  /* it didn't work: wrong arguments, or a file that can't be read */
};

/* Runs a command; @arguments[0] is its own name, and NULL follows the last. */
typedef enum exit_code run_command(int argument_count, char **arguments);

struct command {
    const char *name;
    const char *arguments; /* as its usage shows them */
    const char *summary;
    run_command *run;
};

/*
 * Runs the one of the @command_count commands that @arguments[1] names, with the
 * arguments from there on. @program is what stands before it in usage lines. Says
 * on stderr what is wrong if there is none, and answers --help.
 */
enum exit_code command_dispatch(const char *program, const struct command *commands,
                                unsigned command_count, int argument_count,
                                char **arguments);

#endif
