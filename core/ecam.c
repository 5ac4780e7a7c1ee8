/* SPDX-License-Identifier: MIT */
/*
 * The set of ECAM regions: what each is worth and where it leads.
 *
 * PCI Express Base r5.0, 7.2.2; PCI Firmware r3.2, 4.1.
 */
#include <rootport/ecam.h>

/* Firmware's own word that it has reserved the region. */
#define RESERVATION                                                                      \
    (RP_ECAM_EVIDENCE_MEMORY_MAP | RP_ECAM_EVIDENCE_REPORT |                             \
     RP_ECAM_EVIDENCE_FIRMWARE_DOMAIN)

/* The hardware's own word that it decodes the region. */
#define DECODE (RP_ECAM_EVIDENCE_CHIPSET | RP_ECAM_EVIDENCE_PROBE)

enum {
    ADDRESS_BITS_MAX = 52, /* AMD64 vol. 2, 5.3: what a page table entry can hold */
};

void rp_ecam_init(struct rp_ecam *ecam, const struct rp_ecam_setup *setup)
{
    ecam->setup = *setup;
    if (ecam->setup.address_bits > ADDRESS_BITS_MAX)
        ecam->setup.address_bits = ADDRESS_BITS_MAX;
    atomic_init(&ecam->count, 0);
}

rp_hpa_t rp_ecam_start(const struct rp_ecam_range *range)
{
    rp_hpa_t start = {range->base.value + (uint64_t)range->start_bus * RP_ECAM_BUS_SIZE};

    return start;
}

uint64_t rp_ecam_size(const struct rp_ecam_range *range)
{
    return (uint64_t)(range->end_bus - range->start_bus + 1) * RP_ECAM_BUS_SIZE;
}

bool rp_ecam_covers(const struct rp_ecam_range *range, rp_sbdf_t sbdf)
{
    return rp_sbdf_segment(sbdf) == range->segment &&
           rp_sbdf_bus(sbdf) >= range->start_bus && rp_sbdf_bus(sbdf) <= range->end_bus;
}

rp_hpa_t rp_ecam_address(const struct rp_ecam_range *range, rp_sbdf_t sbdf, uint16_t reg)
{
    rp_hpa_t address = {range->base.value +
                        (uint64_t)rp_sbdf_requester_id(sbdf) * RP_ECAM_FUNCTION_SIZE +
                        (reg & (RP_ECAM_FUNCTION_SIZE - 1))};

    return address;
}

bool rp_ecam_is_at(const struct rp_ecam *ecam, uint64_t first, uint64_t last,
                   enum rp_ecam_state least)
{
    for (size_t i = 0; i < ecam->count; i++) {
        const struct rp_ecam_region *region = &ecam->setup.regions[i];
        const struct rp_ecam_range *range = &region->range;
        const uint64_t start = rp_ecam_start(range).value;

        if (region->state >= least && range->start_bus <= range->end_bus &&
            start <= last && first <= start + (rp_ecam_size(range) - 1))
            return true;
    }
    return false;
}

/* The window first: once there is one, the range is settled. */
volatile unsigned char *rp_ecam_window(const struct rp_ecam *ecam, rp_sbdf_t sbdf)
{
    size_t count = atomic_load_explicit(&ecam->count, memory_order_acquire);

    for (size_t i = 0; i < count; i++) {
        struct rp_ecam_region *region = &ecam->setup.regions[i];
        volatile unsigned char *window =
            atomic_load_explicit(&region->window, memory_order_acquire);

        if (window && rp_ecam_covers(&region->range, sbdf))
            return window + (rp_ecam_address(&region->range, sbdf, 0).value -
                             rp_ecam_start(&region->range).value);
    }
    return NULL;
}

void rp_ecam_publish(struct rp_ecam_region *region, volatile unsigned char *window)
{
    region->state = RP_ECAM_ENABLED;
    region->reason = RP_ECAM_REASON_VOUCHED;
    region->was_published = true;
    atomic_store_explicit(&region->window, window, memory_order_release);
}

volatile unsigned char *rp_ecam_withdraw(struct rp_ecam_region *region,
                                         enum rp_ecam_reason reason)
{
    if (region->state != RP_ECAM_ENABLED)
        return NULL;
    region->state = RP_ECAM_CANDIDATE;
    region->reason = reason;
    return atomic_exchange_explicit(&region->window, NULL, memory_order_acq_rel);
}

/* ---- What is wrong with a range in itself ---- */

static enum rp_ecam_reason judge_range(const struct rp_ecam *ecam,
                                       const struct rp_ecam_range *range)
{
    uint64_t limit = (uint64_t)1 << ecam->setup.address_bits;
    uint64_t reach = ((uint64_t)range->end_bus + 1) * RP_ECAM_BUS_SIZE;

    if (range->start_bus > range->end_bus)
        return RP_ECAM_REASON_BUSES_REVERSED;
    if (range->base.value == 0)
        return RP_ECAM_REASON_BASE_ZERO;
    /*
     * The full alignment of 7.2.2, 1 MiB times the buses, is not asked for:
     * firmware that serves a few upper buses counts their base down from there.
     */
    if (range->base.value % RP_ECAM_BUS_SIZE != 0)
        return RP_ECAM_REASON_BASE_MISALIGNED;
    if (reach > limit || range->base.value > limit - reach)
        return RP_ECAM_REASON_BEYOND_ADDRESSES;
    return RP_ECAM_REASON_NONE;
}

/* Whether two spans have a byte in common. Sizes are not zero, ends do not wrap. */
static bool is_overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
    return a < b ? b - a < a_size : a - b < b_size;
}

/* The size of an entry, shortened where it would wrap around. */
static uint64_t entry_size(const struct rp_memory_range *entry)
{
    uint64_t room = UINT64_MAX - entry->base;

    return entry->size < room ? entry->size : room;
}

static bool is_in_use(const struct rp_ecam *ecam, const struct rp_ecam_range *range)
{
    uint64_t start = rp_ecam_start(range).value;

    for (size_t i = 0; i < ecam->setup.memory_map_count; i++) {
        const struct rp_memory_range *entry = &ecam->setup.memory_map[i];

        if (entry->type != RP_MEMORY_RESERVED && entry->size != 0 &&
            is_overlap(start, rp_ecam_size(range), entry->base, entry_size(entry)))
            return true;
    }
    return false;
}

/* How many bytes from @start on the reserved entry that reaches furthest covers. */
static uint64_t reserved_from(const struct rp_ecam *ecam, uint64_t start)
{
    uint64_t furthest = 0;

    for (size_t i = 0; i < ecam->setup.memory_map_count; i++) {
        const struct rp_memory_range *entry = &ecam->setup.memory_map[i];
        uint64_t inside = start - entry->base;

        if (entry->type == RP_MEMORY_RESERVED && start >= entry->base &&
            inside < entry_size(entry) && entry_size(entry) - inside > furthest)
            furthest = entry_size(entry) - inside;
    }
    return furthest;
}

/* Adjoining entries count as one. Each turn uses up an entry, so the map bounds it. */
static bool is_reserved(const struct rp_ecam *ecam, const struct rp_ecam_range *range)
{
    uint64_t start = rp_ecam_start(range).value;
    uint64_t left = rp_ecam_size(range);

    for (size_t turn = 0; turn < ecam->setup.memory_map_count; turn++) {
        uint64_t step = reserved_from(ecam, start);

        if (step >= left)
            return true;
        if (step == 0)
            return false;
        start += step;
        left -= step;
    }
    return false;
}

/* ---- What is wrong with a range beside the others ---- */

/* Regions that reject each other both stay claims, or the third liar would win. */
static bool is_claim(const struct rp_ecam_region *region)
{
    return region->state == RP_ECAM_CANDIDATE || region->state == RP_ECAM_ENABLED ||
           region->reason == RP_ECAM_REASON_OVERLAPS_BUSES ||
           region->reason == RP_ECAM_REASON_OVERLAPS_REGION;
}

static bool is_bus_overlap(const struct rp_ecam_range *a, const struct rp_ecam_range *b)
{
    return a->segment == b->segment && a->start_bus <= b->end_bus &&
           b->start_bus <= a->end_bus;
}

static bool is_bus_within(const struct rp_ecam_range *inner,
                          const struct rp_ecam_range *outer)
{
    return inner->start_bus >= outer->start_bus && inner->end_bus <= outer->end_bus;
}

/* How two sound ranges contradict each other. */
static enum rp_ecam_reason compare(const struct rp_ecam_range *a,
                                   const struct rp_ecam_range *b)
{
    if (is_bus_overlap(a, b))
        return RP_ECAM_REASON_OVERLAPS_BUSES;
    if (is_overlap(rp_ecam_start(a).value, rp_ecam_size(a), rp_ecam_start(b).value,
                   rp_ecam_size(b)))
        return RP_ECAM_REASON_OVERLAPS_REGION;
    return RP_ECAM_REASON_NONE;
}

/* Why @region, already in the set, keeps out a range from @source that contradicts it. */
static enum rp_ecam_reason defend(const struct rp_ecam_region *region,
                                  enum rp_ecam_source source,
                                  enum rp_ecam_reason contradiction)
{
    if (region->state == RP_ECAM_ENABLED)
        return contradiction;
    if (source == RP_ECAM_SOURCE_CHIPSET && region->source != RP_ECAM_SOURCE_CHIPSET)
        return RP_ECAM_REASON_NONE;
    if (source != RP_ECAM_SOURCE_CHIPSET && region->source == RP_ECAM_SOURCE_CHIPSET)
        return RP_ECAM_REASON_CONTRADICTS_CHIPSET;
    return contradiction;
}

enum rp_ecam_reason rp_ecam_judge(const struct rp_ecam *ecam,
                                  const struct rp_ecam_range *range,
                                  enum rp_ecam_source source)
{
    enum rp_ecam_reason reason = judge_range(ecam, range);

    if (reason == RP_ECAM_REASON_NONE && is_in_use(ecam, range))
        reason = RP_ECAM_REASON_OVERLAPS_MEMORY;
    for (size_t i = 0; reason == RP_ECAM_REASON_NONE && i < ecam->count; i++) {
        const struct rp_ecam_region *region = &ecam->setup.regions[i];

        if (is_claim(region)) {
            reason = compare(range, &region->range);
            if (reason != RP_ECAM_REASON_NONE)
                reason = defend(region, source, reason);
        }
    }
    return reason;
}

/* Rejects the candidates that a new, sound range takes down with it. */
static void attack(const struct rp_ecam *ecam, const struct rp_ecam_range *range,
                   enum rp_ecam_source source)
{
    for (size_t i = 0; i < ecam->count; i++) {
        struct rp_ecam_region *region = &ecam->setup.regions[i];
        enum rp_ecam_reason contradiction;

        if (region->state != RP_ECAM_CANDIDATE || region->source != source)
            continue;
        contradiction = compare(range, &region->range);
        if (contradiction != RP_ECAM_REASON_NONE) {
            region->state = RP_ECAM_REJECTED;
            region->reason = contradiction;
        }
    }
}

/* ---- The set ---- */

static bool is_same(const struct rp_ecam_range *a, const struct rp_ecam_range *b)
{
    return a->base.value == b->base.value && a->segment == b->segment &&
           a->start_bus == b->start_bus && a->end_bus == b->end_bus;
}

struct rp_ecam_region *rp_ecam_match(const struct rp_ecam *ecam,
                                     const struct rp_ecam_range *range)
{
    for (size_t i = 0; i < ecam->count; i++) {
        struct rp_ecam_region *region = &ecam->setup.regions[i];

        if (region->state != RP_ECAM_REJECTED &&
            region->range.base.value == range->base.value &&
            is_bus_overlap(&region->range, range))
            return region;
    }
    return NULL;
}

/*
 * The region that stands for a range from @source already, rejected ones
 * included, or NULL. A region of more buses than the chipset decodes does not.
 */
static struct rp_ecam_region *find_known(const struct rp_ecam *ecam,
                                         const struct rp_ecam_range *range,
                                         enum rp_ecam_source source)
{
    struct rp_ecam_region *region = NULL;

    if (range->start_bus <= range->end_bus)
        region = rp_ecam_match(ecam, range);
    if (region && source == RP_ECAM_SOURCE_CHIPSET &&
        region->source != RP_ECAM_SOURCE_CHIPSET && !is_bus_within(&region->range, range))
        region = NULL;
    for (size_t i = 0; !region && i < ecam->count; i++) {
        if (is_same(&ecam->setup.regions[i].range, range))
            region = &ecam->setup.regions[i];
    }
    return region;
}

void rp_ecam_narrow(struct rp_ecam_range *region, const struct rp_ecam_range *range)
{
    if (range->start_bus > region->start_bus)
        region->start_bus = range->start_bus;
    if (range->end_bus < region->end_bus)
        region->end_bus = range->end_bus;
}

static void assess(const struct rp_ecam *ecam, struct rp_ecam_region *region)
{
    region->reason = rp_ecam_judge(ecam, &region->range, region->source);
    region->evidence = 0;
    if (region->reason != RP_ECAM_REASON_NONE) {
        region->state = RP_ECAM_REJECTED;
        return;
    }
    region->state = RP_ECAM_CANDIDATE;
    region->reason = ecam->setup.policy == RP_ECAM_POLICY_OFF ? RP_ECAM_REASON_POLICY_OFF
                                                              : RP_ECAM_REASON_UNVOUCHED;
    if (is_reserved(ecam, &region->range))
        region->evidence |= RP_ECAM_EVIDENCE_MEMORY_MAP;
}

/* Whether @region is a part of what the chipset decodes, under the same names. */
static bool is_part(const struct rp_ecam_region *region,
                    const struct rp_ecam_range *decoded)
{
    return region->range.base.value == decoded->base.value &&
           region->range.segment == decoded->segment &&
           is_bus_within(&region->range, decoded);
}

static void contradict(struct rp_ecam_region *region)
{
    if (region->state != RP_ECAM_CANDIDATE || region->source == RP_ECAM_SOURCE_CHIPSET)
        return;
    region->state = RP_ECAM_REJECTED;
    region->reason = RP_ECAM_REASON_CONTRADICTS_CHIPSET;
}

void rp_ecam_deny(struct rp_ecam *ecam, uint16_t segment)
{
    for (size_t i = 0; i < ecam->count; i++)
        if (ecam->setup.regions[i].range.segment == segment)
            contradict(&ecam->setup.regions[i]);
}

/*
 * The chipset's word counts for each part of what it decodes that is a region, and
 * against what would give functions in there a second name, or another address.
 */
static void apply_chipset(const struct rp_ecam *ecam, const struct rp_ecam_range *decoded)
{
    for (size_t i = 0; i < ecam->count; i++) {
        struct rp_ecam_region *region = &ecam->setup.regions[i];

        if (region->state == RP_ECAM_REJECTED)
            continue;
        if (is_part(region, decoded))
            region->evidence |= RP_ECAM_EVIDENCE_CHIPSET;
        else if (compare(decoded, &region->range) != RP_ECAM_REASON_NONE)
            contradict(region);
    }
}

enum rp_status rp_ecam_add(struct rp_ecam *ecam, const struct rp_ecam_range *range,
                           enum rp_ecam_source source, size_t *out_index)
{
    struct rp_ecam_region *region = find_known(ecam, range, source);
    size_t count = ecam->count;

    if (!region) {
        if (count == ecam->setup.capacity)
            return RP_ERR_NO_SPACE;
        region = &ecam->setup.regions[count];
        region->range = *range;
        region->source = source;
        region->was_published = false;
        atomic_init(&region->window, NULL);
        assess(ecam, region);
        if (region->state == RP_ECAM_CANDIDATE || is_claim(region))
            attack(ecam, range, source);
        atomic_store_explicit(&ecam->count, count + 1, memory_order_release);
    }
    if (source == RP_ECAM_SOURCE_CHIPSET && region->state != RP_ECAM_REJECTED)
        apply_chipset(ecam, range);
    *out_index = (size_t)(region - ecam->setup.regions);
    return RP_OK;
}

bool rp_ecam_is_enough(enum rp_ecam_policy policy, unsigned evidence)
{
    switch (policy) {
    case RP_ECAM_POLICY_OFF:
        return false;
    case RP_ECAM_POLICY_STRICT:
        return (evidence & RESERVATION) != 0 && (evidence & DECODE) != 0;
    case RP_ECAM_POLICY_DEFAULT:
        return (evidence & (RESERVATION | RP_ECAM_EVIDENCE_CHIPSET)) != 0;
    case RP_ECAM_POLICY_PROBE:
        return (evidence & RP_ECAM_EVIDENCE_ALL) != 0;
    }
    return false;
}
