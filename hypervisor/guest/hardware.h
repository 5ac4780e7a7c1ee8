/* SPDX-License-Identifier: MIT */
/*
 * A domain that sees the machine itself: its memory layout, ACPI tables, ports and
 * PCI topology. The hardware domain has what no other domain is given; the firmware
 * domain may look at firmware's tables and the chipset, and change nothing.
 */
#ifndef GUEST_HARDWARE_H
#define GUEST_HARDWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rootport/access.h>
#include <rootport/rootport.h>
#include <rootport/scan.h>
#include <rootport/vpci.h>

#include "boot/boot_info.h"
#include "dev/acpi.h"
#include "guest/build.h"
#include "guest/domain.h"
#include "guest/pvh.h"

enum {
    HARDWARE_MEMORY_MAP_MAX = 2 * BOOT_MEMORY_MAX + DOMAIN_BANK_MAX + 8,
};

/* Where its own ACPI tables are, in its own low memory. */
#define HARDWARE_TABLES_BASE 0x80000ull
#define HARDWARE_TABLES_END  0x90000ull

/* Whether the domain sees the machine itself. */
static inline bool hardware_is_for(const struct domain *domain)
{
    return domain->hardware != NULL;
}

/*
 * Makes @domain one that sees the machine. Before its memory is laid out. False: no
 * memory.
 */
bool hardware_init(struct domain *domain, const struct build_input *input);

/*
 * The lowest range of the machine's RAM above *@cursor, in whole large pages, and
 * from 0 on the first time; *@cursor becomes its end. False: there is no more.
 */
bool hardware_next_ram(const struct boot_info *boot, uint64_t *cursor, uint64_t *out_base,
                       uint64_t *out_end);

/* Fills @map with what the domain is to know of memory; returns how many entries. */
uint32_t hardware_memory_map(const struct domain *domain,
                             struct pvh_memory_range map[HARDWARE_MEMORY_MAP_MAX]);

/* Writes its ACPI tables, and maps what firmware keeps below 1 MiB. */
bool hardware_build_tables(struct domain *domain, uint64_t *out_rsdp);

/*
 * Gives the hardware domain every function that no port of the configuration names
 * and no domain has. One that it can't get is logged, and absent.
 */
void hardware_take_functions(struct domain *domain, const struct build_input *input);

/*
 * Gives the hardware domain function @index of the machine's, which was announced
 * after the launch. Needs the machine's lock. False: it can't have it.
 */
bool hardware_adopt(struct domain *domain, size_t index);

/*
 * Takes function @index from it, for good: quiet and in quarantine, but not reset. On
 * a CPU of the domain (@self), or NULL. Needs the machine's lock.
 */
void hardware_abandon(struct domain *domain, size_t index, struct vcpu *self);

/* The record of function @index, if the hardware domain has it. Needs the machine's lock.
 */
struct guest_function *hardware_find(size_t index);

/*
 * Lets @port, which stands in for the one above function @index, receive messages of its
 * errors, if the hardware domain has it. Needs the machine's lock.
 */
void hardware_report_errors(size_t index, struct rp_rootport *port);

/*
 * Unmaps whole pages from @base on, which the domain, if there is one, has looked at
 * while nothing was there. Needs the machine's lock.
 */
void hardware_forget(uint64_t base, uint64_t size);

/*
 * Takes virtual function @vf from the hardware domain if no driver of its uses it: as
 * long as it is no bus master. Whether nobody has it now. Needs the machine's lock.
 */
bool hardware_yield_vf(const struct rp_function *vf);

/* Resets every function of a domain whose CPUs have stopped, before it starts again. */
void hardware_reset_functions(struct domain *domain);

/* Puts all that it has into quarantine, and frees what hardware_init() took. */
void hardware_release(struct domain *domain);

/*
 * Brings what the domain sees of its functions in line with their verdicts. Needs
 * the machine's lock; false: a CPU may still be reading what came before, call again.
 */
bool hardware_update_views(struct domain *domain);

/*
 * Maps the page at @gpa to itself if the domain may reach what is there: whether it
 * did, and the access can be repeated.
 */
bool hardware_map_page(struct domain *domain, uint64_t gpa, bool is_write);

/* The machine's ECAM regions; false: @gpa is in none. */
bool hardware_ecam_read(struct domain *domain, uint64_t gpa, unsigned width,
                        uint64_t *out_value);
bool hardware_ecam_write(struct vcpu *vcpu, uint64_t gpa, unsigned width, uint64_t value);

/* Any port; @width is 1, 2 or 4. */
uint32_t hardware_port_read(struct vcpu *vcpu, uint16_t port, unsigned width);
void hardware_port_write(struct vcpu *vcpu, uint16_t port, unsigned width,
                         uint32_t value);

/* Configuration space of segment 0. */
uint64_t hardware_cf8_read(struct domain *domain, const struct rp_access *access);
void hardware_cf8_write(struct vcpu *vcpu, const struct rp_access *access,
                        uint64_t value);

#endif
