/* SPDX-License-Identifier: MIT */
/* Any bytes as what `lspci -xxxx` wrote, and the audit of what is accepted. */
#include <stdlib.h>

#include "tests/fuzz/audit_repeat.h"
#include "tools/audit/dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct complaint complaint = {0};
    struct machine machine;

    machine_init(&machine);
    if (dump_read((const char *)data, size, &machine, &complaint))
        audit_repeat(&machine);
    else if (complaint.reason[0] == '\0')
        abort();
    machine_free(&machine);
    return 0;
}
