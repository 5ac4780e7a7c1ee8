/* SPDX-License-Identifier: MIT */
/*
 * rootport config: the commands for launch configurations.
 */
#include "tools/config/config.h"

static const struct command commands[] = {
    {"check", "FILE [--audit SAVED]",
     "Say what is wrong with a configuration, on any machine or on an audited one.",
     config_check_run},
    {"new", "[--from FILE | --dump FILE | --root DIR]",
     "Write a configuration for this machine, or for a saved audit.", config_new_run},
};

enum exit_code config_run(int argument_count, char **arguments)
{
    return command_dispatch("rootport config", commands,
                            sizeof(commands) / sizeof(commands[0]), argument_count,
                            arguments);
}
