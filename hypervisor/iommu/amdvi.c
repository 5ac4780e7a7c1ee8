/* SPDX-License-Identifier: MIT */
/*
 * The AMD IOMMUs of the machine behind iommu.h: contexts, assignment of functions to
 * them, and interrupt remapping.
 *
 * AMD I/O Virtualization Technology Specification (48882) r3.06.
 *
 * Each PCI segment has one device table, shared by its IOMMUs, with an entry for every
 * requester ID there can be: whatever appears later, or was never listed, finds itself
 * in quarantine. Commands go to all IOMMUs, so nobody has to know which of them cached
 * what.
 */
#include "cpu/spinlock.h"
#include "dev/console.h"
#include "iommu/amdvi_format.h"
#include "iommu/amdvi_table.h"
#include "iommu/amdvi_unit.h"
#include "iommu/iommu.h"
#include "mm/pages.h"

enum {
    REQUESTER_COUNT = 65536,
    DEVICE_TABLE_PAGES = REQUESTER_COUNT * sizeof(struct amdvi_dte) / PAGE_SIZE,
    /*
     * 2048 entries, as many as the index in an MSI can name, of which the IOMMU is told
     * of 256. QEMU looks up an index without a bound, and a device chooses its own.
     */
    INTERRUPT_TABLE_PAGES = 2048 * sizeof(uint32_t) / PAGE_SIZE,
    ATTACHMENTS_MAX = 512,
    EVENTS_REPORTED_MAX = 32, /* a poll: what a babbling device may cost */
    /* QEMU up to 7.2 takes bit 8 of a domain ID for a reserved one: stay below 256. */
    QUARANTINE_ID = 1,
    FIRST_CONTEXT_ID = 2,
};

_Static_assert(FIRST_CONTEXT_ID + IOMMU_CONTEXTS_MAX <= 256, "domain IDs have 8 bits");

#define MSI_ADDRESS 0xfee00000u /* the rest is the remapping entry's to say */

struct segment {
    uint16_t number;
    struct amdvi_dte *device_table;
};

/* A function outside quarantine. Removal goes by what stands here. */
struct attachment {
    uint16_t context_id; /* 0: unused */
    rp_sbdf_t sbdf;
    uint16_t alias;       /* the ID that its requests may carry; its own if none */
    uint16_t first;       /* of its entries in the remapping table, */
    uint16_t count;       /* and how many */
    uint32_t *interrupts; /* the table, one for all that share a requester ID */
};

static struct {
    bool is_up;
    const struct acpi_ivrs *ivrs;
    uint64_t *empty_root;
    unsigned unit_count;
    unsigned segment_count;
    struct amdvi_unit units[ACPI_IVHDS_MAX];
    struct segment segments[ACPI_IVHDS_MAX];
    struct attachment attachments[ATTACHMENTS_MAX];
    bool is_id_taken[IOMMU_CONTEXTS_MAX];
    struct spinlock lock;       /* all but what follows, and commands */
    struct spinlock event_lock; /* the event logs */
} amdvi;

static void *take_page(void)
{
    return pages_alloc(1);
}

static void give_page(void *page)
{
    pages_free(page, 1);
}

static const struct amdvi_page_source table_pages = {.take = take_page,
                                                     .give = give_page};

static uint64_t address_of(const void *object)
{
    return (uint64_t)(uintptr_t)object;
}

/* Every IOMMU gets the commands even when one fails. */
static enum iommu_status execute(const struct amdvi_command *commands, size_t count)
{
    enum iommu_status worst = IOMMU_OK;

    for (unsigned i = 0; i < amdvi.unit_count; i++) {
        enum iommu_status status = amdvi_unit_execute(&amdvi.units[i], commands, count);

        if (status != IOMMU_OK)
            worst = status;
    }
    return worst;
}

static enum iommu_status flush_domain(uint16_t domain_id)
{
    const struct amdvi_command command = amdvi_invalidate_domain(domain_id);

    return execute(&command, 1);
}

/* --- start --- */

static struct segment *find_segment(uint16_t number)
{
    for (unsigned i = 0; i < amdvi.segment_count; i++) {
        if (amdvi.segments[i].number == number)
            return &amdvi.segments[i];
    }
    return NULL;
}

static struct amdvi_dte quarantine_dte(void)
{
    return amdvi_dte_quarantine(QUARANTINE_ID, address_of(amdvi.empty_root));
}

/* Timer and console may call a CPU; all else of an I/O APIC is remapped, or doesn't pass.
 */
static void pass_nmis(const struct segment *segment)
{
    const struct acpi_ivrs *ivrs = amdvi.ivrs;

    for (unsigned i = 0; i < ivrs->special_count; i++) {
        const struct acpi_special *special = &ivrs->specials[i];

        if (special->kind == ACPI_SPECIAL_IOAPIC &&
            rp_sbdf_segment(ivrs->ivhds[special->ivhd].sbdf) == segment->number)
            segment->device_table[special->requester].quads[2] |= AMDVI_DTE_NMI_PASS;
    }
}

static struct segment *add_segment(uint16_t number)
{
    struct segment *segment = &amdvi.segments[amdvi.segment_count];
    const struct amdvi_dte quarantine = quarantine_dte();

    segment->number = number;
    segment->device_table = pages_alloc(DEVICE_TABLE_PAGES);
    if (segment->device_table == NULL)
        return NULL;
    for (size_t i = 0; i < REQUESTER_COUNT; i++)
        segment->device_table[i] = quarantine;
    pass_nmis(segment);
    amdvi.segment_count++;
    return segment;
}

static enum iommu_status start_unit(const struct acpi_ivhd *ivhd)
{
    uint16_t number = rp_sbdf_segment(ivhd->sbdf);
    struct amdvi_unit *unit = &amdvi.units[amdvi.unit_count];
    struct segment *segment = find_segment(number);

    if (segment == NULL)
        segment = add_segment(number);
    if (segment == NULL)
        return IOMMU_NO_MEMORY;
    enum iommu_status status = amdvi_unit_start(unit, ivhd, segment->device_table);
    if (status == IOMMU_OK)
        amdvi.unit_count++;
    console_log(
        "iommu: AMD IOMMU %pS at 0x%llx, features 0x%llx: %s", &ivhd->sbdf,
        (unsigned long long)ivhd->base, (unsigned long long)unit->extended_feature,
        status == IOMMU_OK ? "all functions in quarantine" : iommu_status_text(status));
    return status;
}

enum iommu_status iommu_init(const struct acpi_tables *tables)
{
    amdvi.ivrs = &tables->ivrs;
    if (tables->ivrs.ivhd_count == 0)
        return IOMMU_UNSUPPORTED;
    amdvi.empty_root = pages_alloc(1);
    if (amdvi.empty_root == NULL)
        return IOMMU_NO_MEMORY;
    for (unsigned i = 0; i < tables->ivrs.ivhd_count; i++) {
        enum iommu_status status = start_unit(&tables->ivrs.ivhds[i]);

        if (status != IOMMU_OK)
            return status;
    }
    amdvi.is_up = true;
    return IOMMU_OK;
}

/* --- contexts --- */

static uint16_t take_id(void)
{
    for (unsigned i = 0; i < IOMMU_CONTEXTS_MAX; i++) {
        if (!amdvi.is_id_taken[i]) {
            amdvi.is_id_taken[i] = true;
            return (uint16_t)(FIRST_CONTEXT_ID + i);
        }
    }
    return 0;
}

static bool is_context(const struct iommu_context *context)
{
    return context->id >= FIRST_CONTEXT_ID && context->root != NULL;
}

enum iommu_status iommu_context_init(struct iommu_context *context)
{
    *context = (struct iommu_context){0};
    if (!amdvi.is_up)
        return IOMMU_UNSUPPORTED;
    uint64_t *root = take_page();
    if (root == NULL)
        return IOMMU_NO_MEMORY;
    spin_lock(&amdvi.lock);
    uint16_t id = take_id();
    spin_unlock(&amdvi.lock);
    if (id == 0) {
        give_page(root);
        return IOMMU_NO_MEMORY;
    }
    *context = (struct iommu_context){.id = id, .root = root};
    return IOMMU_OK;
}

/* An ID that could not be flushed is never used again, nor is its memory. */
enum iommu_status iommu_context_destroy(struct iommu_context *context)
{
    enum iommu_status status = IOMMU_BUSY;

    if (!is_context(context))
        return amdvi.is_up ? IOMMU_INVALID : IOMMU_UNSUPPORTED;
    spin_lock(&amdvi.lock);
    if (context->attached_count == 0) {
        status = flush_domain(context->id);
        if (status == IOMMU_OK) {
            amdvi_table_free(context->root, &table_pages);
            amdvi.is_id_taken[context->id - FIRST_CONTEXT_ID] = false;
        }
        *context = (struct iommu_context){0};
    }
    spin_unlock(&amdvi.lock);
    return status;
}

/* An IOMMU may cache that there was no translation, so that maps are flushed too. */
static enum iommu_status flush_context(const struct iommu_context *context)
{
    return context->attached_count != 0 ? flush_domain(context->id) : IOMMU_OK;
}

enum iommu_status iommu_context_map(struct iommu_context *context, rp_gpa_t gpa,
                                    rp_hpa_t hpa, uint64_t size, enum iommu_access access)
{
    if (!is_context(context))
        return amdvi.is_up ? IOMMU_INVALID : IOMMU_UNSUPPORTED;
    spin_lock(&amdvi.lock);
    enum iommu_status status =
        amdvi_table_map(context->root, &table_pages, gpa.value, hpa.value, size, access);
    enum iommu_status flushed = flush_context(context);
    spin_unlock(&amdvi.lock);
    return status != IOMMU_OK ? status : flushed;
}

enum iommu_status iommu_context_unmap(struct iommu_context *context, rp_gpa_t gpa,
                                      uint64_t size)
{
    if (!is_context(context))
        return amdvi.is_up ? IOMMU_INVALID : IOMMU_UNSUPPORTED;
    spin_lock(&amdvi.lock);
    enum iommu_status status =
        amdvi_table_unmap(context->root, &table_pages, gpa.value, size);
    enum iommu_status flushed = flush_context(context);
    spin_unlock(&amdvi.lock);
    return status != IOMMU_OK ? status : flushed;
}

/* --- functions --- */

/* What the IVRS says last of a requester ID counts. NULL: no IOMMU serves it. */
static const struct acpi_ivhd_range *find_range(rp_sbdf_t sbdf)
{
    const struct acpi_ivrs *ivrs = amdvi.ivrs;
    uint16_t id = rp_sbdf_requester_id(sbdf);

    for (unsigned i = ivrs->range_count; i-- > 0;) {
        const struct acpi_ivhd_range *range = &ivrs->ranges[i];

        if (rp_sbdf_segment(ivrs->ivhds[range->ivhd].sbdf) == rp_sbdf_segment(sbdf) &&
            id >= range->first && id <= range->last)
            return range;
    }
    return NULL;
}

static struct attachment *find_attachment(rp_sbdf_t sbdf)
{
    for (unsigned i = 0; i < ATTACHMENTS_MAX; i++) {
        if (amdvi.attachments[i].context_id != 0 &&
            rp_sbdf_equal(amdvi.attachments[i].sbdf, sbdf))
            return &amdvi.attachments[i];
    }
    return NULL;
}

static struct attachment *find_free_attachment(void)
{
    for (unsigned i = 0; i < ATTACHMENTS_MAX; i++) {
        if (amdvi.attachments[i].context_id == 0)
            return &amdvi.attachments[i];
    }
    return NULL;
}

/* A function outside quarantine that uses the requester ID @id of @segment, or NULL. */
static struct attachment *find_user(uint16_t segment, uint16_t id)
{
    for (unsigned i = 0; i < ATTACHMENTS_MAX; i++) {
        struct attachment *attachment = &amdvi.attachments[i];

        if (attachment->context_id != 0 && rp_sbdf_segment(attachment->sbdf) == segment &&
            (rp_sbdf_requester_id(attachment->sbdf) == id || attachment->alias == id))
            return attachment;
    }
    return NULL;
}

/*
 * True for the IOMMUs themselves, for I/O APICs and HPETs, whose interrupts a function
 * with the same ID could forge, and for what firmware wants to keep doing DMA: such a
 * function would write to that memory under a guest's control.
 */
static bool is_reserved(uint16_t segment, uint16_t id)
{
    const struct acpi_ivrs *ivrs = amdvi.ivrs;
    const rp_sbdf_t sbdf = {(uint32_t)segment << 16 | id};

    for (unsigned i = 0; i < ivrs->ivhd_count; i++) {
        if (rp_sbdf_equal(ivrs->ivhds[i].sbdf, sbdf))
            return true;
    }
    for (unsigned i = 0; i < ivrs->special_count; i++) {
        uint16_t of = rp_sbdf_segment(ivrs->ivhds[ivrs->specials[i].ivhd].sbdf);

        if (of == segment && ivrs->specials[i].requester == id)
            return true;
    }
    for (unsigned i = 0; i < ivrs->ivmd_count; i++) {
        const struct acpi_ivmd *ivmd = &ivrs->ivmds[i];

        if (ivmd->segment == segment && id >= ivmd->first && id <= ivmd->last)
            return true;
    }
    return false;
}

/* Makes what the device tables now say of @attachment true in every cache. */
static enum iommu_status flush_attachment(const struct attachment *attachment)
{
    uint16_t id = rp_sbdf_requester_id(attachment->sbdf);
    const struct amdvi_command commands[] = {
        amdvi_invalidate_devtab_entry(id),
        amdvi_invalidate_devtab_entry(attachment->alias),
        amdvi_invalidate_interrupt_table(id),
        amdvi_invalidate_interrupt_table(attachment->alias),
        amdvi_invalidate_domain(QUARANTINE_ID),
        amdvi_invalidate_domain(attachment->context_id),
    };

    return execute(commands, sizeof(commands) / sizeof(commands[0]));
}

/*
 * An IOMMU may read an entry between two of these stores. Quadword 0 has all that
 * grants DMA: it opens last and closes first.
 */
static void open_dte(struct amdvi_dte *entry, const struct amdvi_dte *value)
{
    uint64_t passed = entry->quads[2] & AMDVI_DTE_NMI_PASS;

    __atomic_store_n(&entry->quads[2], value->quads[2] | passed, __ATOMIC_RELEASE);
    __atomic_store_n(&entry->quads[1], value->quads[1], __ATOMIC_RELEASE);
    __atomic_store_n(&entry->quads[0], value->quads[0], __ATOMIC_RELEASE);
}

static void close_dte(struct amdvi_dte *entry)
{
    const struct amdvi_dte quarantine = quarantine_dte();

    __atomic_store_n(&entry->quads[0], quarantine.quads[0], __ATOMIC_RELEASE);
    __atomic_store_n(&entry->quads[2], quarantine.quads[2], __ATOMIC_RELEASE);
    __atomic_store_n(&entry->quads[1], quarantine.quads[1], __ATOMIC_RELEASE);
}

static bool is_table_shared(const uint32_t *interrupts)
{
    for (unsigned i = 0; i < ATTACHMENTS_MAX; i++) {
        if (amdvi.attachments[i].context_id != 0 &&
            amdvi.attachments[i].interrupts == interrupts)
            return true;
    }
    return false;
}

static void close_unless_used(uint16_t segment, uint16_t id)
{
    if (find_user(segment, id) == NULL)
        close_dte(&find_segment(segment)->device_table[id]);
}

/*
 * What others of the same context share stays as it is. The remapping table of a
 * function that could not be flushed is never reused.
 */
static enum iommu_status quarantine(struct attachment *attachment)
{
    const struct attachment gone = *attachment;
    const uint16_t segment = rp_sbdf_segment(gone.sbdf);

    *attachment = (struct attachment){0};
    close_unless_used(segment, rp_sbdf_requester_id(gone.sbdf));
    close_unless_used(segment, gone.alias);
    for (unsigned i = 0; i < gone.count; i++)
        __atomic_store_n(&gone.interrupts[gone.first + i], 0, __ATOMIC_RELEASE);
    enum iommu_status status = flush_attachment(&gone);
    if (status == IOMMU_OK && !is_table_shared(gone.interrupts))
        pages_free(gone.interrupts, INTERRUPT_TABLE_PAGES);
    return status;
}

static enum iommu_status release(struct attachment *attachment,
                                 const struct iommu_context *context)
{
    struct amdvi_dte *table =
        find_segment(rp_sbdf_segment(attachment->sbdf))->device_table;
    const struct amdvi_dte value = amdvi_dte_attached(
        context->id, address_of(context->root), address_of(attachment->interrupts));

    open_dte(&table[attachment->alias], &value);
    open_dte(&table[rp_sbdf_requester_id(attachment->sbdf)], &value);
    return flush_attachment(attachment);
}

/* Whether @user has nothing but what another function of @context may share. */
static bool may_share(const struct attachment *user, const struct iommu_context *context,
                      const struct attachment *other_user)
{
    return user == NULL ||
           (user->context_id == context->id &&
            (other_user == NULL || user->interrupts == other_user->interrupts));
}

/* Whether @sbdf, whose requests may carry @alias, may leave quarantine for @context. */
static enum iommu_status may_attach(const struct iommu_context *context, rp_sbdf_t sbdf,
                                    uint16_t alias)
{
    uint16_t segment = rp_sbdf_segment(sbdf);
    uint16_t id = rp_sbdf_requester_id(sbdf);
    const struct attachment *present = find_attachment(sbdf);
    const struct attachment *user = find_user(segment, id);
    const struct attachment *alias_user = find_user(segment, alias);

    if (present != NULL)
        return present->context_id == context->id ? IOMMU_EXISTS : IOMMU_BUSY;
    if (!may_share(user, context, alias_user) || !may_share(alias_user, context, user))
        return IOMMU_BUSY;
    if (is_reserved(segment, id) || is_reserved(segment, alias))
        return IOMMU_RESERVED;
    return IOMMU_OK;
}

/* Whether entries of another function are among those of @attachment, and whose. */
static const struct attachment *find_overlap(const struct attachment *attachment)
{
    for (unsigned i = 0; i < ATTACHMENTS_MAX; i++) {
        const struct attachment *other = &amdvi.attachments[i];

        if (other->context_id != 0 && other->interrupts == attachment->interrupts &&
            other->first < attachment->first + attachment->count &&
            attachment->first < other->first + other->count)
            return other;
    }
    return NULL;
}

/*
 * Finds free entries in the table. The vectors of an MSI differ in the low bits alone,
 * so that entries begin at a multiple of their number.
 */
static enum iommu_status place(struct attachment *attachment)
{
    const struct attachment *other;
    unsigned alignment = 1;

    while (alignment < attachment->count)
        alignment *= 2;
    while ((other = find_overlap(attachment)) != NULL)
        attachment->first =
            (uint16_t)((other->first + other->count + alignment - 1) & ~(alignment - 1));
    return attachment->first + attachment->count <= IOMMU_INTERRUPTS_MAX
               ? IOMMU_OK
               : IOMMU_NO_MEMORY;
}

/* Gives @added a remapping table, or entries of one that it shares, and opens it. */
static enum iommu_status enter(struct iommu_context *context, struct attachment added)
{
    const uint16_t segment = rp_sbdf_segment(added.sbdf);
    struct attachment *attachment = find_free_attachment();
    const struct attachment *sharer = find_user(segment, added.alias);
    if (sharer == NULL)
        sharer = find_user(segment, rp_sbdf_requester_id(added.sbdf));
    if (attachment == NULL)
        return IOMMU_NO_MEMORY;
    added.interrupts =
        sharer != NULL ? sharer->interrupts : pages_alloc(INTERRUPT_TABLE_PAGES);
    if (added.interrupts == NULL || place(&added) != IOMMU_OK)
        return IOMMU_NO_MEMORY;
    *attachment = added;
    enum iommu_status status = release(attachment, context);
    if (status == IOMMU_OK)
        context->attached_count++;
    else
        (void)quarantine(attachment); /* the caller hears of the first failure */
    return status;
}

static enum iommu_status attach(struct iommu_context *context, rp_sbdf_t sbdf,
                                rp_sbdf_t listed, unsigned interrupt_count)
{
    const struct acpi_ivhd_range *range = find_range(listed);

    if (interrupt_count - 1 >= IOMMU_INTERRUPTS_MAX)
        return IOMMU_INVALID;
    if (range == NULL)
        return IOMMU_NO_DEVICE;
    const struct attachment added = {
        .context_id = context->id,
        .sbdf = sbdf,
        .alias = range->has_alias ? range->alias : rp_sbdf_requester_id(sbdf),
        .count = (uint16_t)interrupt_count,
    };
    enum iommu_status status = may_attach(context, sbdf, added.alias);
    return status == IOMMU_OK ? enter(context, added) : status;
}

/* In the context of quarantine, whose table is empty. */
enum iommu_status iommu_open_interrupts(rp_sbdf_t requester)
{
    struct iommu_context quarantined = {.id = QUARANTINE_ID, .root = amdvi.empty_root};
    const struct attachment added = {
        .context_id = QUARANTINE_ID,
        .sbdf = requester,
        .alias = rp_sbdf_requester_id(requester),
        .count = IOMMU_INTERRUPTS_MAX,
    };
    enum iommu_status status = IOMMU_OK;

    if (!amdvi.is_up)
        return IOMMU_UNSUPPORTED;
    spin_lock(&amdvi.lock);
    if (find_attachment(requester) == NULL)
        status = enter(&quarantined, added);
    spin_unlock(&amdvi.lock);
    return status;
}

enum iommu_status iommu_attach(struct iommu_context *context, rp_sbdf_t sbdf,
                               rp_sbdf_t listed, unsigned interrupt_count)
{
    if (!is_context(context))
        return amdvi.is_up ? IOMMU_INVALID : IOMMU_UNSUPPORTED;
    spin_lock(&amdvi.lock);
    enum iommu_status status = attach(context, sbdf, listed, interrupt_count);
    spin_unlock(&amdvi.lock);
    return status;
}

enum iommu_status iommu_detach(struct iommu_context *context, rp_sbdf_t sbdf)
{
    enum iommu_status status = IOMMU_NO_DEVICE;

    if (!is_context(context))
        return amdvi.is_up ? IOMMU_INVALID : IOMMU_UNSUPPORTED;
    spin_lock(&amdvi.lock);
    struct attachment *attachment = find_attachment(sbdf);
    if (attachment != NULL && attachment->context_id == context->id) {
        status = quarantine(attachment);
        context->attached_count--;
    }
    spin_unlock(&amdvi.lock);
    return status;
}

/* --- interrupts --- */

/* One store, so that the IOMMU sees the old entry or the new one. */
static enum iommu_status set_irte(rp_sbdf_t sbdf, unsigned index, uint32_t irte)
{
    enum iommu_status status = IOMMU_NO_DEVICE;

    if (!amdvi.is_up)
        return IOMMU_UNSUPPORTED;
    spin_lock(&amdvi.lock);
    const struct attachment *attachment = find_attachment(sbdf);
    if (attachment != NULL && index >= attachment->count) {
        status = IOMMU_INVALID;
    } else if (attachment != NULL) {
        const struct amdvi_command commands[] = {
            amdvi_invalidate_interrupt_table(rp_sbdf_requester_id(sbdf)),
            amdvi_invalidate_interrupt_table(attachment->alias),
        };

        __atomic_store_n(&attachment->interrupts[attachment->first + index], irte,
                         __ATOMIC_RELEASE);
        status = execute(commands, sizeof(commands) / sizeof(commands[0]));
    }
    spin_unlock(&amdvi.lock);
    return status;
}

enum iommu_status iommu_irte_set(rp_sbdf_t sbdf, unsigned index,
                                 const struct iommu_interrupt *interrupt)
{
    uint32_t irte = amdvi_irte(interrupt);

    if (interrupt->apic_id > AMDVI_APIC_ID_MAX)
        return IOMMU_UNSUPPORTED;
    if (irte == 0)
        return IOMMU_INVALID;
    return set_irte(sbdf, index, irte);
}

enum iommu_status iommu_irte_clear(rp_sbdf_t sbdf, unsigned index)
{
    return set_irte(sbdf, index, 0);
}

enum iommu_status iommu_msi_message(rp_sbdf_t sbdf, unsigned index, uint64_t *out_address,
                                    uint32_t *out_data)
{
    enum iommu_status status = IOMMU_NO_DEVICE;

    *out_address = 0;
    *out_data = 0;
    if (!amdvi.is_up)
        return IOMMU_UNSUPPORTED;
    spin_lock(&amdvi.lock);
    const struct attachment *attachment = find_attachment(sbdf);
    if (attachment != NULL && index >= attachment->count) {
        status = IOMMU_INVALID;
    } else if (attachment != NULL) {
        *out_address = MSI_ADDRESS;
        *out_data = attachment->first + index;
        status = IOMMU_OK;
    }
    spin_unlock(&amdvi.lock);
    return status;
}

bool iommu_pass_nmis(rp_sbdf_t sbdf)
{
    const struct segment *segment = find_segment(rp_sbdf_segment(sbdf));
    const struct amdvi_command command =
        amdvi_invalidate_devtab_entry(rp_sbdf_requester_id(sbdf));

    if (segment == NULL)
        return !amdvi.is_up;
    spin_lock(&amdvi.lock);
    segment->device_table[rp_sbdf_requester_id(sbdf)].quads[2] |= AMDVI_DTE_NMI_PASS;
    enum iommu_status status = execute(&command, 1);
    spin_unlock(&amdvi.lock);
    return status == IOMMU_OK;
}

/* --- events --- */

unsigned iommu_poll_events(void (*report)(void *context, const struct iommu_event *event),
                           void *context)
{
    struct iommu_event events[EVENTS_REPORTED_MAX];
    unsigned count = 0;
    unsigned dropped = 0;

    spin_lock(&amdvi.event_lock);
    for (unsigned i = 0; i < amdvi.unit_count; i++) {
        unsigned added;

        dropped += amdvi_unit_drain(&amdvi.units[i], events + count,
                                    EVENTS_REPORTED_MAX - count, &added);
        count += added;
    }
    spin_unlock(&amdvi.event_lock);
    for (unsigned i = 0; i < count; i++)
        report(context, &events[i]);
    return dropped;
}
