/* SPDX-License-Identifier: MIT */
/* How often each domain has left its guest, and for which reason: a table. */
#ifndef TOOLS_CTL_STATS_H
#define TOOLS_CTL_STATS_H

#include <stdio.h>

struct control;

/*
 * Prints a column a domain and a row for each kind of exit that there was, since the
 * domain was launched; those of a domain that has ended are its last.
 */
void stats_print(const struct control *control, FILE *file);

#endif
