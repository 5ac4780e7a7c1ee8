/* SPDX-License-Identifier: MIT */
/* What the hypervisor's command line says about the machine. */
#include "machine_options.h"

#include "dev/console.h"
#include "lib/string.h"

/* What the machine itself can say; a report has mmcfg-reports and its roles. */
#define DISTRUSTABLE                                                                     \
    (RP_ECAM_EVIDENCE_MEMORY_MAP | RP_ECAM_EVIDENCE_CHIPSET | RP_ECAM_EVIDENCE_PROBE)

static void read_policy(const struct boot_info *boot, struct machine_options *options)
{
    char word[16];
    enum rp_ecam_policy policy;

    if (!boot_info_option(boot, "ecam", word, sizeof word))
        return;
    if (rp_ecam_policy_parse(word, strlen(word), &policy) != RP_OK)
        console_log(
            "command line: ecam=%s is none of strict, default, probe, off: ignored",
            word);
    else
        options->policy = policy;
}

/* The evidence that @word of @length bytes names, or 0. */
static unsigned evidence_named(const char *word, size_t length)
{
    for (unsigned bit = 1; bit <= DISTRUSTABLE; bit <<= 1) {
        const char *name = rp_ecam_evidence_text(bit);

        if ((bit & DISTRUSTABLE) && strlen(name) == length &&
            memcmp(name, word, length) == 0)
            return bit;
    }
    return 0;
}

static void read_distrust(const struct boot_info *boot, struct machine_options *options)
{
    char list[64];
    const char *word = list;

    if (!boot_info_option(boot, "distrust", list, sizeof list))
        return;
    console_log("command line: evidence that doesn't count: %s", list);
    while (*word != '\0') {
        size_t length = 0;
        unsigned bit;

        while (word[length] != '\0' && word[length] != ',')
            length++;
        bit = evidence_named(word, length);
        if (bit == 0)
            console_log("command line: distrust=%s: only memory-map, chipset and probe "
                        "can be: the rest is ignored",
                        list);
        options->distrust |= bit;
        word += length + (word[length] == ',');
    }
}

void machine_options_read(const struct boot_info *boot, struct machine_options *options)
{
    read_policy(boot, options);
    read_distrust(boot, options);
}
