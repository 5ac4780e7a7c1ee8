/* SPDX-License-Identifier: MIT */
/* Words for ECAM regions, and the one word that is read: the policy. */
#include <rootport/ecam.h>

static const char *const policy_names[] = {
    [RP_ECAM_POLICY_OFF] = "off",
    [RP_ECAM_POLICY_STRICT] = "strict",
    [RP_ECAM_POLICY_DEFAULT] = "default",
    [RP_ECAM_POLICY_PROBE] = "probe",
};

enum {
    POLICY_COUNT = sizeof(policy_names) / sizeof(policy_names[0]),
};

const char *rp_ecam_source_text(enum rp_ecam_source source)
{
    switch (source) {
    case RP_ECAM_SOURCE_NONE:
        return "none";
    case RP_ECAM_SOURCE_MCFG:
        return "mcfg";
    case RP_ECAM_SOURCE_CHIPSET:
        return "chipset";
    }
    return "unknown";
}

const char *rp_ecam_state_text(enum rp_ecam_state state)
{
    switch (state) {
    case RP_ECAM_ABSENT:
        return "absent";
    case RP_ECAM_REJECTED:
        return "rejected";
    case RP_ECAM_CANDIDATE:
        return "candidate";
    case RP_ECAM_ENABLED:
        return "enabled";
    }
    return "unknown";
}

const char *rp_ecam_reason_text(enum rp_ecam_reason reason)
{
    switch (reason) {
    case RP_ECAM_REASON_NONE:
        return "no reason recorded";
    case RP_ECAM_REASON_VOUCHED:
        return "its evidence satisfies the policy";
    case RP_ECAM_REASON_UNVOUCHED:
        return "nobody has vouched for it as the policy asks";
    case RP_ECAM_REASON_POLICY_OFF:
        return "the policy allows no ECAM region";
    case RP_ECAM_REASON_UNMAPPED:
        return "it could not be mapped";
    case RP_ECAM_REASON_RETRACTED:
        return "a report took its reservation back";
    case RP_ECAM_REASON_BUSES_REVERSED:
        return "its first bus is above its last";
    case RP_ECAM_REASON_BASE_ZERO:
        return "its base address is zero";
    case RP_ECAM_REASON_BASE_MISALIGNED:
        return "its base address is no multiple of 1 MiB";
    case RP_ECAM_REASON_BEYOND_ADDRESSES:
        return "it ends above what this CPU can address";
    case RP_ECAM_REASON_OVERLAPS_MEMORY:
        return "it overlaps RAM or a device in the memory map";
    case RP_ECAM_REASON_OVERLAPS_BUSES:
        return "another region claims one of its buses";
    case RP_ECAM_REASON_OVERLAPS_REGION:
        return "another region claims some of its addresses";
    case RP_ECAM_REASON_CONTRADICTS_CHIPSET:
        return "the chipset's own base register says otherwise";
    }
    return "unknown reason";
}

const char *rp_ecam_evidence_text(unsigned bit)
{
    switch (bit) {
    case RP_ECAM_EVIDENCE_MEMORY_MAP:
        return "memory-map";
    case RP_ECAM_EVIDENCE_CHIPSET:
        return "chipset";
    case RP_ECAM_EVIDENCE_PROBE:
        return "probe";
    case RP_ECAM_EVIDENCE_REPORT:
        return "report";
    case RP_ECAM_EVIDENCE_FIRMWARE_DOMAIN:
        return "firmware-domain";
    default:
        return "unknown";
    }
}

const char *rp_ecam_policy_text(enum rp_ecam_policy policy)
{
    return (unsigned)policy < POLICY_COUNT ? policy_names[policy] : "unknown";
}

static bool is_word(const char *word, size_t length, const char *name)
{
    size_t i = 0;

    while (i < length && name[i] != '\0' && word[i] == name[i])
        i++;
    return i == length && name[i] == '\0';
}

enum rp_status rp_ecam_policy_parse(const char *word, size_t length,
                                    enum rp_ecam_policy *out_policy)
{
    *out_policy = RP_ECAM_POLICY_OFF;
    for (unsigned i = 0; i < POLICY_COUNT; i++) {
        if (is_word(word, length, policy_names[i])) {
            *out_policy = (enum rp_ecam_policy)i;
            return RP_OK;
        }
    }
    return RP_ERR_INVALID;
}
