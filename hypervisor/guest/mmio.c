/* SPDX-License-Identifier: MIT */
/* Accesses to guest memory that is not mapped: devices, or nothing. */
#include <stddef.h>

#include "dev/console.h"
#include "guest/devices.h"
#include "guest/domain.h"
#include "guest/exits.h"
#include "guest/fetch.h"
#include "guest/hardware.h"
#include "guest/hw.h"
#include "guest/npt.h"
#include "guest/pci.h"
#include "guest/trapped.h"
#include "mm/pages.h"
#include "svm/execute.h"

enum {
    IOAPIC_SIZE = 4096,
};

/* The two addresses of an instruction; all but MOVS have one. */
struct access {
    struct vcpu *vcpu;
    uint64_t source;
    uint64_t destination;
};

static bool is_ioapic(uint64_t gpa)
{
    return gpa >= DOMAIN_IOAPIC_BASE && gpa < DOMAIN_IOAPIC_BASE + IOAPIC_SIZE;
}

/* What the machine has, or the trapped pages of BARs. */
static bool read_device(struct domain *domain, uint64_t gpa, unsigned width,
                        uint64_t *out_value)
{
    return (hardware_is_for(domain) &&
            hardware_ecam_read(domain, gpa, width, out_value)) ||
           trapped_read(domain, gpa, width, out_value);
}

static bool write_device(struct vcpu *vcpu, uint64_t gpa, unsigned width, uint64_t value)
{
    return (hardware_is_for(vcpu->domain) &&
            hardware_ecam_write(vcpu, gpa, width, value)) ||
           trapped_write(vcpu, gpa, width, value);
}

static uint64_t read(void *context, unsigned width)
{
    const struct access *access = context;
    struct domain *domain = access->vcpu->domain;
    uint64_t gpa = access->source;
    uint64_t value = 0;

    if (domain_is_ecam(domain, gpa))
        return pci_ecam_read(domain, gpa - DOMAIN_ECAM_BASE, width);
    if (is_ioapic(gpa))
        return devices_ioapic_read(domain, (uint32_t)(gpa - DOMAIN_IOAPIC_BASE), width);
    if (domain_read(domain, gpa, &value, width) ||
        read_device(domain, gpa, width, &value))
        return value;
    domain_log_refused(domain, "memory", gpa, false);
    return UINT64_MAX;
}

static void write(void *context, unsigned width, uint64_t value)
{
    const struct access *access = context;
    struct vcpu *vcpu = access->vcpu;
    struct domain *domain = vcpu->domain;
    uint64_t gpa = access->destination;

    if (domain_is_ecam(domain, gpa))
        pci_ecam_write(vcpu, gpa - DOMAIN_ECAM_BASE, width, value);
    else if (is_ioapic(gpa))
        devices_ioapic_write(domain, (uint32_t)(gpa - DOMAIN_IOAPIC_BASE), width, value);
    else if (!domain_write(domain, gpa, &value, width) &&
             !write_device(vcpu, gpa, width, value))
        domain_log_refused(domain, "memory", gpa, true);
}

/*
 * Finds where an access begins, which may be in the page before the one that faulted, as
 * absent functions are mapped; and the other side of a MOVS, whose fault named but one.
 * False: that is where the guest takes a page fault.
 */
static bool find_sides(struct access *access,
                       const struct decode_instruction *instruction)
{
    struct vcpu *vcpu = access->vcpu;
    uint64_t from =
        hw_linear(vcpu, instruction->address.segment,
                  decode_effective_address(instruction, &vcpu->regs, vcpu->rip));
    uint64_t to, gpa;

    if (instruction->direction == DECODE_MEMORY_TO_MEMORY) {
        to = hw_linear(vcpu, DECODE_ES,
                       decode_string_destination(instruction, &vcpu->regs));
        return fetch_operand(vcpu, from, false, &access->source) &&
               fetch_operand(vcpu, to, true, &access->destination);
    }
    if (from % PAGE_SIZE != 0 && fetch_translate(vcpu, from, &gpa) &&
        vcpu->exit.gpa - gpa < instruction->memory_width)
        access->source = access->destination = gpa;
    return true;
}

static void refuse(struct vcpu *vcpu, enum domain_end end, const char *why)
{
    console_log("%s: vCPU %u at rip %llx: access to %llx: %s: the domain is stopped",
                vcpu->domain->name, vcpu->index, (unsigned long long)vcpu->rip,
                (unsigned long long)vcpu->exit.gpa, why);
    domain_stop(vcpu->domain, end);
}

static void emulate(struct vcpu *vcpu, const struct decode_instruction *instruction)
{
    struct access access = {vcpu, vcpu->exit.gpa, vcpu->exit.gpa};
    struct execute_memory memory = {read, write, &access};

    if ((instruction->direction == DECODE_MEMORY_TO_MEMORY ||
         (vcpu->exit.kind == EXIT_ECAM && vcpu->exit.gpa % PAGE_SIZE == 0)) &&
        !find_sides(&access, instruction))
        return;
    if (execute_instruction(instruction, &vcpu->regs, &memory) == EXECUTE_DONE)
        hw_set_rip(vcpu, vcpu->rip + instruction->length);
}

/*
 * Where nothing answers, all instructions read all ones and write to nobody, also those
 * that aren't emulated: a driver may use any, and goes on for a while when its function
 * has been taken away. False: something answers there.
 */
static bool pass_over(struct vcpu *vcpu, unsigned length)
{
    const struct vcpu_exit *exit = &vcpu->exit;

    if (exit->kind == EXIT_ECAM || is_ioapic(exit->gpa) ||
        hardware_is_for(vcpu->domain) || !pci_map_ones(vcpu, exit->gpa))
        return false;
    if (!exit->is_write)
        return true;
    hw_set_rip(vcpu, vcpu->rip + length);
    return length != 0;
}

/*
 * Whether the access would go through now: another CPU may have mapped the page since,
 * or it is one of the machine's that is mapped when it is asked for.
 */
static bool is_mapped_now(struct vcpu *vcpu)
{
    const struct vcpu_exit *exit = &vcpu->exit;

    /* A walk writes: 15.25.5. */
    if (npt_allows(vcpu->domain, exit->gpa, exit->is_write || exit->is_table_walk))
        return true;
    return hardware_is_for(vcpu->domain) &&
           hardware_map_page(vcpu->domain, exit->gpa, exit->is_write);
}

void mmio_handle(struct vcpu *vcpu)
{
    const struct vcpu_exit *exit = &vcpu->exit;
    const struct decode_instruction *instruction;
    enum decode_status status;

    /* What ECAM pages have, emulation has too. */
    if (exit->kind != EXIT_ECAM && is_mapped_now(vcpu))
        return;
    if (exit->is_table_walk || exit->is_fetch) {
        refuse(vcpu, DOMAIN_OUTSIDE,
               exit->is_fetch ? "code outside the domain's memory"
                              : "page tables outside the domain's memory");
        return;
    }
    status = fetch_decode(vcpu, &instruction);
    if (status == DECODE_OK)
        emulate(vcpu, instruction);
    else if (!pass_over(vcpu, instruction->length))
        refuse(vcpu, DOMAIN_UNEMULATED, decode_status_text(status));
}
