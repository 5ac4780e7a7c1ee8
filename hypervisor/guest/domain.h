/* SPDX-License-Identifier: MIT */
/* A domain: memory, CPUs and functions that are its own, and its devices. */
#ifndef GUEST_DOMAIN_H
#define GUEST_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rootport/access.h>

#include "cpu/spinlock.h"
#include "guest/conline.h"
#include "guest/vcpu.h"
#include "guest/vioapic.h"
#include "guest/vrtc.h"
#include "guest/vuart.h"
#include "iommu/iommu.h"

struct launch_domain;
struct guest_pci;
struct hardware;

enum {
    DOMAIN_VCPU_MAX = 32,
    DOMAIN_BANK_MAX = 640, /* all free ranges, or named ones, cut where RAM is */
};

/* Where a guest finds what. RAM is from 0 to DOMAIN_LOW_RAM_END and from 4 GiB. */
#define DOMAIN_LOW_RAM_END   0x80000000ull
#define DOMAIN_WINDOW_BASE   0x80000000ull /* of 32-bit BARs */
#define DOMAIN_WINDOW_END    0xe0000000ull
#define DOMAIN_ECAM_BASE     0xe0000000ull
#define DOMAIN_ECAM_BUS_SIZE 0x00100000ull
#define DOMAIN_IOAPIC_BASE   0xfec00000ull
#define DOMAIN_HIGH_RAM_BASE 0x100000000ull
#define DOMAIN_WINDOW64_BASE 0x4000000000ull /* of 64-bit prefetchable BARs */
#define DOMAIN_WINDOW64_END  0x8000000000ull
#define DOMAIN_ACPI_BASE     0x000e0000ull
#define DOMAIN_ACPI_END      0x00100000ull

/* I/O ports beside those of the UART, the clock and CF8/CFC. */
#define DOMAIN_IO_BASE            0x1000u /* of I/O BARs */
#define DOMAIN_IO_END             0x10000u
#define DOMAIN_IO_WINDOW          0x1000u /* of one port */
#define DOMAIN_PORT_SLEEP_CONTROL 0x600u
#define DOMAIN_PORT_SLEEP_STATUS  0x601u
#define DOMAIN_PORT_RESET         0x602u
#define DOMAIN_RESET_VALUE        0x01u

/* A range of guest memory and where it really is; multiples of 2 MiB. */
struct domain_bank {
    uint64_t gpa;
    uint64_t hpa;
    uint64_t size;
};

/* How a domain came to its end. */
enum domain_end {
    DOMAIN_ALIVE = 0,
    DOMAIN_POWERED_OFF,
    DOMAIN_RESET,
    DOMAIN_CRASHED, /* it said so itself */
    DOMAIN_TRIPLE_FAULT,
    DOMAIN_OUTSIDE,    /* code or page tables where it has no memory */
    DOMAIN_UNEMULATED, /* an access that the hypervisor cannot carry out */
    DOMAIN_FAILED,     /* the hardware refused to run it */
    DOMAIN_RETIRED,    /* a firmware domain, at the seal */
};

/* What is large stands last: code that reaches the rest is shorter. */
struct domain {
    const char *name;
    const struct launch_domain *config;
    uint32_t id;
    uint32_t roles;      /* LAUNCH_ROLE_* */
    enum domain_end end; /* atomic: the first one counts */
    uint32_t vcpu_count;

    uint64_t memory_size;
    size_t bank_count;
    uint64_t *npt;
    uint64_t *npt_retired; /* tables that a CPU may still walk: domain_flush() */
    struct spinlock npt_lock;

    uint64_t ecam_size;        /* of the region that is made for it, if one is */
    struct guest_pci *pci;     /* NULL where it sees the machine itself, */
    struct hardware *hardware; /* and this is how */
    struct rp_cf8 cf8;
    uint64_t hypercall_page; /* as the guest last wrote the MSR */
    uint32_t refused_count;  /* accesses to what isn't the domain's, for the log */

    bool has_iommu;
    bool has_vfs_to_come; /* atomic: sriov_look() */
    struct iommu_context iommu;

    struct spinlock device_lock; /* UART, I/O APIC, clock, console line */
    struct vrtc rtc;
    struct vuart uart;
    struct vioapic ioapic;
    struct conline console;

    struct vcpu vcpus[DOMAIN_VCPU_MAX];
    struct domain_bank banks[DOMAIN_BANK_MAX];
};

/*
 * Ends @domain: all its CPUs stop, and what it was is up to the caller of
 * vcpu_run(). The first reason stays.
 */
void domain_stop(struct domain *domain, enum domain_end reason);

/* What stands for the domain in struct rp_function's owner: never 0. */
static inline uint32_t domain_owner(const struct domain *domain)
{
    return domain->id + 1;
}

/* The number of the domain that @owner, not 0, stands for. */
static inline uint32_t domain_of_owner(uint32_t owner)
{
    return owner - 1;
}

const char *domain_end_text(enum domain_end end);

/* Whether @gpa is in the ECAM region that is made for @domain. */
static inline bool domain_is_ecam(const struct domain *domain, uint64_t gpa)
{
    return gpa - DOMAIN_ECAM_BASE < domain->ecam_size;
}

/*
 * Where @size bytes of guest memory at @gpa are, or NULL when they are not RAM
 * of the domain's in one piece.
 */
void *domain_memory(const struct domain *domain, uint64_t gpa, uint64_t size);

/* Copies from or to guest memory; false when not all of it is the domain's RAM. */
bool domain_read(const struct domain *domain, uint64_t gpa, void *to, size_t size);
bool domain_write(const struct domain *domain, uint64_t gpa, const void *from,
                  size_t size);

/* Fills guest memory with zeros; false as above. */
bool domain_clear(const struct domain *domain, uint64_t gpa, size_t size);

/*
 * Makes all CPUs of @domain drop their nested translations, and waits until they
 * have: nothing that was unmapped before is reached after. Called on a CPU of the
 * domain's (@self) or, with NULL, on another.
 */
void domain_flush(struct domain *domain, struct vcpu *self);

/* Logs an access to something that is not the domain's; the first ones of many. */
void domain_log_refused(struct domain *domain, const char *what, uint64_t where,
                        bool is_write);

/* A byte of console output, and the end of a line begun. */
void domain_console_put(struct domain *domain, uint8_t byte);
void domain_console_flush(struct domain *domain);

#endif
