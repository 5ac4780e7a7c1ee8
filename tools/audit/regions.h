/* SPDX-License-Identifier: MIT */
/* The part of an assessment that is about ECAM regions. */
#ifndef TOOLS_AUDIT_REGIONS_H
#define TOOLS_AUDIT_REGIONS_H

#include "tools/audit/assess.h"

/* Finds the regions, weighs the evidence for each, and enables those that satisfy. */
void regions_assess(struct assess *assess);

#endif
