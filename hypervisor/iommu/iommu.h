/* SPDX-License-Identifier: MIT */
/*
 * Confines the DMA and the interrupts of PCI functions, whatever IOMMU the machine
 * has.
 *
 * Every requester ID of the machine is in exactly one place: quarantine, where all
 * its DMA and interrupts are blocked, or one context. After iommu_init() all are in
 * quarantine. When a function returns IOMMU_OK its effect is visible to the
 * hardware: caches are flushed and the flush has completed.
 *
 * All functions may be called on any CPU, after iommu_init() has returned.
 */
#ifndef IOMMU_IOMMU_H
#define IOMMU_IOMMU_H

#include <rootport/status.h>
#include <rootport/types.h>

#include "dev/acpi.h"

enum iommu_status {
    IOMMU_OK = 0,
    IOMMU_UNSUPPORTED, /* there is no IOMMU, or it cannot do this */
    IOMMU_INVALID,     /* an argument is outside its documented range */
    IOMMU_NO_DEVICE,   /* no IOMMU serves this function */
    IOMMU_NO_MEMORY,   /* no page left, or no context left */
    IOMMU_BUSY,        /* in another context, or contexts with functions attached */
    IOMMU_EXISTS,      /* something is mapped in the range already */
    IOMMU_RESERVED, /* an IOMMU, I/O APIC or HPET, or firmware keeps DMA for it (IVMD) */
    IOMMU_TIMEOUT,  /* the IOMMU does not complete commands */
    IOMMU_STATUS_COUNT,
};

enum {
    IOMMU_INTERRUPTS_MAX = 256, /* remapping entries per function: index 0 to 255 */
    IOMMU_CONTEXTS_MAX = 128,
};

enum iommu_access {
    IOMMU_ACCESS_NONE = 0,
    IOMMU_ACCESS_READ = 1,
    IOMMU_ACCESS_WRITE = 2,
    IOMMU_ACCESS_READ_WRITE = 3,
};

/*
 * What the functions of one domain may reach by DMA. The caller owns the storage and
 * looks at no member. Zeroed: not initialised, refused everywhere.
 */
struct iommu_context {
    uint16_t id; /* the hardware's tag for cached translations */
    unsigned attached_count;
    uint64_t *root;
};

enum iommu_delivery {
    IOMMU_DELIVERY_FIXED = 0,
    IOMMU_DELIVERY_LOWEST_PRIORITY = 1,
};

/* Where a function's interrupt goes. */
struct iommu_interrupt {
    uint32_t apic_id; /* one CPU, physical mode */
    uint8_t vector;   /* 16 to 255 */
    enum iommu_delivery delivery;
};

enum iommu_event_kind {
    IOMMU_EVENT_OTHER = 0,   /* see code */
    IOMMU_EVENT_DMA_BLOCKED, /* a DMA access without a translation */
    IOMMU_EVENT_INTERRUPT_BLOCKED,
    IOMMU_EVENT_TABLE_ERROR,   /* the IOMMU rejects or cannot read our tables */
    IOMMU_EVENT_COMMAND_ERROR, /* the IOMMU rejects or cannot read our commands */
    IOMMU_EVENT_KIND_COUNT,
};

struct iommu_event {
    enum iommu_event_kind kind;
    uint8_t code;     /* the event's code in its specification */
    bool is_write;    /* of a DMA access */
    rp_sbdf_t sbdf;   /* who caused it; an alias where requests carry one */
    uint64_t address; /* as the device sees it; of an error, of the table or command */
};

/*
 * Brings up every IOMMU that @tables describe, with every requester ID in
 * quarantine. On any other status than IOMMU_OK no function may be assigned:
 * IOMMU_UNSUPPORTED: there is none of a kind that we drive; IOMMU_NO_MEMORY;
 * IOMMU_TIMEOUT: one does not answer. All other functions then return
 * IOMMU_UNSUPPORTED. Call once; @tables must stay.
 */
enum iommu_status iommu_init(const struct acpi_tables *tables) RP_MUST_CHECK;

/*
 * Makes *@context an empty address space. IOMMU_UNSUPPORTED, IOMMU_NO_MEMORY.
 */
enum iommu_status iommu_context_init(struct iommu_context *context) RP_MUST_CHECK;

/*
 * Gives back the memory of *@context and zeroes it. IOMMU_BUSY: functions are
 * attached; IOMMU_TIMEOUT: the memory cannot be reused safely and is given up.
 */
enum iommu_status iommu_context_destroy(struct iommu_context *context) RP_MUST_CHECK;

/*
 * Maps @size bytes from guest address @gpa to host address @hpa. All three are
 * multiples of 4096, @size is not 0; where both addresses are multiples of 2 MiB,
 * large pages are used. All or nothing: on failure nothing of the range is mapped.
 * IOMMU_INVALID: unaligned, no access, above 2^48 or 2^52, or in an address range
 * that is no memory for a device (interrupts at 0xfeexxxxx; HyperTransport's
 * 0xfd00000000 to 0xffffffffff); IOMMU_EXISTS; IOMMU_NO_MEMORY; IOMMU_TIMEOUT.
 */
enum iommu_status iommu_context_map(struct iommu_context *context, rp_gpa_t gpa,
                                    rp_hpa_t hpa, uint64_t size,
                                    enum iommu_access access) RP_MUST_CHECK;

/*
 * Unmaps whatever is mapped in @size bytes from @gpa, both multiples of 4096; parts
 * without a mapping are fine. IOMMU_NO_MEMORY: a large page had to be split and could
 * not be (nothing was unmapped); IOMMU_TIMEOUT: devices may still reach the range.
 */
enum iommu_status iommu_context_unmap(struct iommu_context *context, rp_gpa_t gpa,
                                      uint64_t size) RP_MUST_CHECK;

/*
 * Takes a function out of quarantine into @context, with @interrupt_count (1 to
 * IOMMU_INTERRUPTS_MAX) empty remapping entries. Firmware's tables are asked about
 * @listed: of a virtual function, which they could not know, its physical one.
 * IOMMU_INVALID; IOMMU_NO_DEVICE;
 * IOMMU_EXISTS: it is in @context already; IOMMU_BUSY: it is in another context, or a
 * function that shares a requester ID with it is (behind a bridge to conventional PCI
 * all may); IOMMU_RESERVED; IOMMU_NO_MEMORY: also when those that share an ID want more
 * than IOMMU_INTERRUPTS_MAX entries; IOMMU_TIMEOUT: it is in quarantine for us, as with
 * iommu_detach().
 */
enum iommu_status iommu_attach(struct iommu_context *context, rp_sbdf_t sbdf,
                               rp_sbdf_t listed, unsigned interrupt_count) RP_MUST_CHECK;

/*
 * Puts a function of @context back into quarantine; nothing of its remapping entries or
 * translations survives, but what is under a requester ID that it shares with others.
 * IOMMU_NO_DEVICE: it is not in @context. IOMMU_TIMEOUT: it is in quarantine for us, but
 * the hardware may have cached otherwise: reset the function and do not assign it or its
 * memory again.
 */
enum iommu_status iommu_detach(struct iommu_context *context,
                               rp_sbdf_t sbdf) RP_MUST_CHECK;

/*
 * Opens an empty remapping table for the interrupts of a requester ID that isn't a
 * function's: an I/O APIC. All its DMA stays blocked. Once open it stays so; opening it
 * again is fine. IOMMU_UNSUPPORTED, IOMMU_NO_MEMORY, IOMMU_TIMEOUT.
 */
enum iommu_status iommu_open_interrupts(rp_sbdf_t requester) RP_MUST_CHECK;

/*
 * Routes interrupt @index (below its count) of an attached function. Replaces a live
 * entry in one store: an interrupt goes where the old entry says or where the new one
 * does. IOMMU_INVALID; IOMMU_UNSUPPORTED: the APIC ID does not fit the IOMMU's entries
 * (above 254); IOMMU_NO_DEVICE: not attached; IOMMU_TIMEOUT.
 */
enum iommu_status iommu_irte_set(rp_sbdf_t sbdf, unsigned index,
                                 const struct iommu_interrupt *interrupt) RP_MUST_CHECK;

/* Blocks interrupt @index of an attached function. Statuses as iommu_irte_set(). */
enum iommu_status iommu_irte_clear(rp_sbdf_t sbdf, unsigned index) RP_MUST_CHECK;

/*
 * The MSI message that an attached function must send to hit its own entry @index; never
 * shown to a guest. Statuses as iommu_irte_set().
 */
enum iommu_status iommu_msi_message(rp_sbdf_t sbdf, unsigned index, uint64_t *out_address,
                                    uint32_t *out_data) RP_MUST_CHECK;

/*
 * Lets NMIs through that function @sbdf, which is in quarantine, sends by MSI, as those
 * of the machine's own do: to a CPU of the sender's choice. Returns whether they get
 * through, as they do without an IOMMU.
 */
bool iommu_pass_nmis(rp_sbdf_t sbdf);

/*
 * Reports what the IOMMUs logged since the last call, at most a few dozen events so
 * that a babbling device costs bounded time. Returns how many more there were.
 * @report must not call into this file.
 */
unsigned iommu_poll_events(void (*report)(void *context, const struct iommu_event *event),
                           void *context);

/* A short sentence in English, never NULL. */
const char *iommu_status_text(enum iommu_status status);
const char *iommu_event_text(enum iommu_event_kind kind);

#endif
