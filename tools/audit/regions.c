/* SPDX-License-Identifier: MIT */
/* Finds ECAM regions and weighs the evidence for each. */
#include "tools/audit/regions.h"

#include <stdio.h>

#include "tools/audit/memory.h"

enum {
    /* One for each entry of the largest MCFG, and more than a chipset adds (129). */
    REGIONS_MAX = MACHINE_MCFG_SIZE_MAX / 16 + 256,
    ADDRESS_BITS_UNKNOWN = 52,
};

/* What vouches without any domain. */
#define AT_BOOT                                                                          \
    (RP_ECAM_EVIDENCE_MEMORY_MAP | RP_ECAM_EVIDENCE_CHIPSET | RP_ECAM_EVIDENCE_PROBE)

/* ---- Finding them ---- */

static void add_mcfg(struct assess *assess)
{
    struct rp_mcfg mcfg;

    assess->mcfg = RP_MCFG_NOT_READ;
    if (assess->machine->mcfg_sight != SIGHT_SEEN)
        return;
    assess->mcfg = rp_mcfg_open(assess->machine->mcfg, assess->machine->mcfg_size, &mcfg);
    (void)rp_mcfg_add_to(&mcfg, &assess->ecam);
}

static void add_chipset(struct assess *assess)
{
    struct rp_cfg cfg = assess_cfg(assess);

    assess->bridge = rp_chipset_add_to(&assess->ecam, &cfg, &assess->bridge_name);
    if (assess->machine->amd_msr_sight == SIGHT_SEEN)
        assess->amd = rp_chipset_add_amd(&assess->ecam, assess->machine->amd_msr);
}

static void find_regions(struct assess *assess)
{
    const struct machine *machine = assess->machine;
    struct rp_ecam_setup setup = {
        .regions = memory_new(REGIONS_MAX, sizeof(struct rp_ecam_region)),
        .capacity = REGIONS_MAX,
        .memory_map = machine->memory,
        .memory_map_count = machine->memory_count,
        .policy = assess->policy,
        .address_bits =
            machine->address_bits ? machine->address_bits : ADDRESS_BITS_UNKNOWN,
    };

    rp_ecam_init(&assess->ecam, &setup);
    add_mcfg(assess);
    add_chipset(assess);
}

/* ---- The evidence for one ---- */

static const char *sight_text(enum sight sight)
{
    switch (sight) {
    case SIGHT_SEEN:
        return "seen";
    case SIGHT_ABSENT:
        return "not to be found here";
    case SIGHT_DENIED:
        return "hidden from this user";
    case SIGHT_NONE:
        break;
    }
    return "not recorded";
}

static enum assess_evidence weigh_memory_map(const struct assess *assess,
                                             const struct assess_region *region,
                                             char why[ASSESS_WHY_SIZE])
{
    const struct machine *machine = assess->machine;
    const char *whose =
        machine->memory_source == MACHINE_MAP_FIRMWARE ? "firmware's" : "the kernel's";

    if (machine->memory_sight != SIGHT_SEEN) {
        snprintf(why, ASSESS_WHY_SIZE, "the memory map is %s",
                 sight_text(machine->memory_sight));
        return ASSESS_UNKNOWN;
    }
    if (region->core->evidence & RP_ECAM_EVIDENCE_MEMORY_MAP) {
        snprintf(why, ASSESS_WHY_SIZE, "reserved from end to end in %s memory map",
                 whose);
        return ASSESS_FOR;
    }
    snprintf(why, ASSESS_WHY_SIZE, "not reserved from end to end in %s memory map",
             whose);
    return ASSESS_AGAINST;
}

/* Where the chipset has not named the region: why, and whether that is certain. */
static enum assess_evidence miss_chipset(const struct assess *assess,
                                         char why[ASSESS_WHY_SIZE])
{
    const struct machine *machine = assess->machine;
    const struct machine_function *bridge = machine_find(machine, rp_sbdf(0, 0, 0, 0));

    if (assess->bridge != RP_CHIPSET_UNKNOWN) {
        snprintf(why, ASSESS_WHY_SIZE, "%s: %s", assess->bridge_name,
                 assess->bridge == RP_CHIPSET_FOUND
                     ? "the base register names another region"
                     : rp_chipset_verdict_text(assess->bridge));
        return ASSESS_AGAINST;
    }
    if (assess->bridge_name || (bridge && bridge->readable < RP_CFG_SIZE_CONVENTIONAL)) {
        snprintf(why, ASSESS_WHY_SIZE,
                 "the registers of 0000:00:00.0 are hidden from this user");
        return ASSESS_UNKNOWN;
    }
    if (assess->amd != RP_CHIPSET_UNKNOWN) {
        snprintf(why, ASSESS_WHY_SIZE, "MSR C001_0058: %s",
                 assess->amd == RP_CHIPSET_FOUND ? "it names another region"
                                                 : rp_chipset_verdict_text(assess->amd));
        return ASSESS_AGAINST;
    }
    if (machine->amd_msr_sight == SIGHT_DENIED) {
        snprintf(why, ASSESS_WHY_SIZE,
                 "MSR C001_0058 can't be read (that takes root and the msr module)");
        return ASSESS_UNKNOWN;
    }
    if (machine->amd_msr_sight == SIGHT_NONE) {
        snprintf(why, ASSESS_WHY_SIZE, "MSR C001_0058 is not recorded");
        return ASSESS_UNKNOWN;
    }
    snprintf(why, ASSESS_WHY_SIZE, "%s", rp_chipset_verdict_text(RP_CHIPSET_UNKNOWN));
    return ASSESS_AGAINST;
}

static enum assess_evidence weigh_chipset(const struct assess *assess,
                                          const struct assess_region *region,
                                          char why[ASSESS_WHY_SIZE])
{
    if ((region->core->evidence & RP_ECAM_EVIDENCE_CHIPSET) == 0)
        return miss_chipset(assess, why);
    snprintf(why, ASSESS_WHY_SIZE, "named by the base register of %s",
             assess->bridge == RP_CHIPSET_FOUND ? assess->bridge_name
                                                : "the CPU (MSR C001_0058)");
    return ASSESS_FOR;
}

/* What the hypervisor does takes the machine's ports and memory to itself. */
static enum assess_evidence weigh_probe(const struct assess *assess,
                                        const struct assess_region *region,
                                        char why[ASSESS_WHY_SIZE])
{
    (void)assess;
    if (region->core->range.segment != 0) {
        snprintf(why, ASSESS_WHY_SIZE, "CF8/CFC reaches segment 0 alone");
        return ASSESS_AGAINST;
    }
    snprintf(why, ASSESS_WHY_SIZE,
             "not tried: it takes I/O ports and memory that Linux keeps to itself");
    return ASSESS_UNKNOWN;
}

/* The first reservation that has all of the region in it, or NULL. */
static const struct machine_reservation *
find_reservation(const struct machine *machine, const struct rp_ecam_range *range)
{
    uint64_t start = rp_ecam_start(range).value;
    uint64_t size = rp_ecam_size(range);

    for (size_t i = 0; i < machine->reservation_count; i++) {
        const struct machine_reservation *reservation = &machine->reservations[i];

        if (start >= reservation->base && size <= reservation->size &&
            start - reservation->base <= reservation->size - size)
            return reservation;
    }
    return NULL;
}

/*
 * A stock kernel reports the regions that it uses itself, and it uses those that
 * ACPI or the memory map reserves: this kernel shows what one would do.
 */
static enum assess_evidence weigh_report(const struct assess *assess,
                                         const struct assess_region *region,
                                         char why[ASSESS_WHY_SIZE])
{
    const struct machine *machine = assess->machine;
    const struct machine_reservation *reservation =
        find_reservation(machine, &region->core->range);
    char by_acpi[40] = "ACPI does not reserve it";

    if (reservation)
        snprintf(by_acpi, sizeof(by_acpi), "ACPI reserves it for %s",
                 reservation->device);
    if (region->is_in_kernel) {
        snprintf(why, ASSESS_WHY_SIZE,
                 "a stock kernel would report it: this one uses it%s%s",
                 reservation ? "; " : "", reservation ? by_acpi : "");
        return ASSESS_FOR;
    }
    if (machine->kernel_regions_sight == SIGHT_SEEN) {
        snprintf(why, ASSESS_WHY_SIZE, "this kernel doesn't use it; %s", by_acpi);
        return ASSESS_AGAINST;
    }
    if (reservation) {
        snprintf(why, ASSESS_WHY_SIZE, "a stock kernel would report it: %s", by_acpi);
        return ASSESS_FOR;
    }
    snprintf(why, ASSESS_WHY_SIZE, "the kernel's list of addresses is %s",
             sight_text(machine->kernel_regions_sight));
    return ASSESS_UNKNOWN;
}

/* By bit of RP_ECAM_EVIDENCE_*; both kinds of domain report with a stock kernel. */
static enum assess_evidence (*const weighers[ASSESS_EVIDENCE_COUNT])(
    const struct assess *, const struct assess_region *, char[ASSESS_WHY_SIZE]) = {
    weigh_memory_map, weigh_chipset, weigh_probe, weigh_report, weigh_report,
};

static bool is_in_kernel(const struct assess *assess, const struct rp_ecam_range *range)
{
    for (size_t i = 0; i < assess->machine->kernel_region_count; i++) {
        const struct rp_ecam_range *used = &assess->machine->kernel_regions[i];

        if (used->segment == range->segment && used->base.value == range->base.value &&
            used->start_bus <= range->end_bus && used->end_bus >= range->start_bus)
            return true;
    }
    return false;
}

/* ---- What follows from it ---- */

static enum assess_trust weigh_policy(const struct assess_region *region,
                                      enum rp_ecam_policy policy)
{
    unsigned seen = 0;
    unsigned possible = 0;

    if (region->core->state == RP_ECAM_REJECTED)
        return ASSESS_TRUST_NEVER;
    for (unsigned i = 0; i < ASSESS_EVIDENCE_COUNT; i++) {
        if (region->evidence[i] == ASSESS_FOR)
            seen |= 1u << i;
        if (region->evidence[i] != ASSESS_AGAINST)
            possible |= 1u << i;
    }
    if (rp_ecam_is_enough(policy, seen & AT_BOOT))
        return ASSESS_TRUST_BOOT;
    if (rp_ecam_is_enough(policy, seen))
        return ASSESS_TRUST_REPORT;
    return rp_ecam_is_enough(policy, possible) ? ASSESS_TRUST_UNKNOWN
                                               : ASSESS_TRUST_NEVER;
}

static void weigh_region(const struct assess *assess, struct assess_region *region)
{
    region->is_in_kernel = is_in_kernel(assess, &region->core->range);
    /* What is rejected has no evidence: nobody asks for any. */
    for (unsigned i = 0; i < ASSESS_EVIDENCE_COUNT; i++) {
        if (region->core->state != RP_ECAM_REJECTED)
            region->evidence[i] = weighers[i](assess, region, region->why[i]);
    }
    for (unsigned i = 0; i < ASSESS_POLICY_COUNT; i++)
        region->trust[i] = weigh_policy(region, (enum rp_ecam_policy)i);
}

void regions_assess(struct assess *assess)
{
    find_regions(assess);
    assess->region_count = assess->ecam.count;
    assess->regions = memory_new(assess->region_count, sizeof(*assess->regions));
    for (size_t i = 0; i < assess->region_count; i++) {
        struct rp_ecam_region *core = &assess->ecam.setup.regions[i];
        struct assess_region *region = &assess->regions[i];

        region->core = core;
        weigh_region(assess, region);
        /* Nothing is mapped here: registers come from what was recorded. */
        if (region->trust[assess->policy] >= ASSESS_TRUST_REPORT)
            rp_ecam_publish(core, NULL);
    }
}
