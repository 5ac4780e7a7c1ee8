/* SPDX-License-Identifier: MIT */
/* rootport seal: makes every verdict final. */
#include <stdio.h>
#include <string.h>

#include "tools/ctl/control.h"
#include "tools/ctl/ctl.h"

enum exit_code seal_run(int argument_count, char **arguments)
{
    struct control control;
    long result;

    (void)arguments;
    if (argument_count != 1) {
        fprintf(stderr, "Usage: rootport seal\n");
        return EXIT_TROUBLE;
    }
    if (!control_open(&control))
        return EXIT_TROUBLE;
    result = control_seal(&control);
    if (result == 0)
        return EXIT_FINE;
    fprintf(stderr, "rootport: seal: %s\n", strerror((int)-result));
    return EXIT_TROUBLE;
}
