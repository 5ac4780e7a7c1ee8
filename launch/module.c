/* SPDX-License-Identifier: MIT */
/*
 * Which multiboot module a configuration means by a name.
 */
#include "launch/internal.h"

bool launch_module_is_named(const char *cmdline, const char *name)
{
    const char *begin = cmdline;
    const char *end = cmdline;

    for (; *end != '\0' && *end != ' '; end++) {
        if (*end == '/')
            begin = end + 1;
    }
    return strlen(name) == (size_t)(end - begin) &&
           memcmp(begin, name, (size_t)(end - begin)) == 0;
}
