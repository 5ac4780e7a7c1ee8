/* SPDX-License-Identifier: MIT */
/* What the states of a slot and the outcomes of a request are called. */
#include <rootport/rootport.h>

const char *rp_rootport_state_text(enum rp_rootport_state state)
{
    switch (state) {
    case RP_ROOTPORT_EMPTY:
        return "empty";
    case RP_ROOTPORT_ARRIVING:
        return "plugged in, not taken into use by the guest yet";
    case RP_ROOTPORT_ON:
        return "in use";
    case RP_ROOTPORT_FAILED:
        return "the guest failed to enable it";
    case RP_ROOTPORT_ASKED:
        return "the guest is asked to let go";
    case RP_ROOTPORT_GRACE:
        return "the guest is about to let go";
    case RP_ROOTPORT_RELEASED:
        return "being detached";
    case RP_ROOTPORT_GUEST_RELEASED:
        return "let go by the guest, still attached";
    }
    return "unknown state";
}

const char *rp_rootport_outcome_text(enum rp_rootport_outcome outcome)
{
    switch (outcome) {
    case RP_OUTCOME_NONE:
        return "nothing happened";
    case RP_OUTCOME_ENABLED:
        return "the guest took it into use";
    case RP_OUTCOME_FAILED:
        return "the guest failed to enable it";
    case RP_OUTCOME_CANCELLED:
        return "the guest keeps it";
    case RP_OUTCOME_RELEASED:
        return "the guest let go as asked";
    case RP_OUTCOME_GUEST_RELEASED:
        return "the guest let go without being asked";
    }
    return "unknown outcome";
}
