/* SPDX-License-Identifier: MIT */
/* What a guest's exits lead to. */
#include "guest/exits.h"

#include <stddef.h>

#include "dev/console.h"
#include "guest/acpi_tables.h"
#include "guest/domain.h"
#include "guest/held.h"
#include "guest/hw.h"

#define CONFIG_PORTS 0xcf8u
#define PORT_COUNT   8u /* of CF8/CFC, and of a UART */

enum {
    VECTOR_UD = 6,
};

static void handle_kick(struct vcpu *vcpu)
{
    (void)vcpu; /* the requests are looked at before the next entry */
}

static void handle_config(struct vcpu *vcpu)
{
    held_await(vcpu->domain);
    if (vcpu->exit.kind == EXIT_ECAM)
        mmio_handle(vcpu);
    else
        io_handle(vcpu);
}

static void handle_undefined(struct vcpu *vcpu)
{
    hw_inject_exception(vcpu, VECTOR_UD, false, 0);
}

static void handle_exception(struct vcpu *vcpu)
{
    hw_inject_exception(vcpu, vcpu->exit.vector, vcpu->exit.has_error_code,
                        vcpu->exit.error_code);
}

static void handle_shutdown(struct vcpu *vcpu)
{
    console_log("%s: vCPU %u: triple fault at rip %llx: the domain is stopped",
                vcpu->domain->name, vcpu->index, (unsigned long long)vcpu->rip);
    domain_stop(vcpu->domain, DOMAIN_TRIPLE_FAULT);
}

static void handle_failed(struct vcpu *vcpu)
{
    console_log("%s: vCPU %u: exit code %llx at rip %llx: the domain is stopped",
                vcpu->domain->name, vcpu->index, (unsigned long long)vcpu->exit.code,
                (unsigned long long)vcpu->rip);
    domain_stop(vcpu->domain, DOMAIN_FAILED);
}

struct handler {
    void (*handle)(struct vcpu *vcpu);
    const char *text;
};

static const struct handler handlers[EXIT_KIND_COUNT] = {
    [EXIT_NONE] = {handle_failed, "none"},
    [EXIT_KICK] = {handle_kick, "kick"},
    [EXIT_CPUID] = {cpuid_handle, "cpuid"},
    [EXIT_MSR_READ] = {msr_handle, "msr-read"},
    [EXIT_MSR_WRITE] = {msr_handle, "msr-write"},
    [EXIT_IO] = {io_handle, "io"},
    [EXIT_MEMORY] = {mmio_handle, "memory"},
    [EXIT_CONFIG_PORT] = {handle_config, "config-port"},
    [EXIT_CONSOLE] = {io_handle, "console"},
    [EXIT_ECAM] = {handle_config, "config-ecam"},
    [EXIT_HYPERCALL] = {hypercall_handle, "hypercall"},
    [EXIT_IGNORED] = {vcpu_skip, "ignored"},
    [EXIT_UNDEFINED] = {handle_undefined, "undefined"},
    [EXIT_EXCEPTION] = {handle_exception, "exception"},
    [EXIT_SHUTDOWN] = {handle_shutdown, "shutdown"},
    [EXIT_FAILED] = {handle_failed, "failed"},
};

/* Tells apart what the hardware doesn't. */
static enum exit_kind refine(const struct vcpu *vcpu)
{
    const struct vcpu_exit *exit = &vcpu->exit;

    if (exit->kind == EXIT_MEMORY && domain_is_ecam(vcpu->domain, exit->gpa))
        return EXIT_ECAM;
    if (exit->kind == EXIT_IO && exit->port - CONFIG_PORTS < PORT_COUNT)
        return EXIT_CONFIG_PORT;
    if (exit->kind == EXIT_IO && exit->port - ACPI_TABLES_COM1_PORT < PORT_COUNT)
        return EXIT_CONSOLE;
    return exit->kind;
}

void exits_handle(struct vcpu *vcpu)
{
    vcpu->exit.kind = refine(vcpu);
    vcpu->exit_counts[vcpu->exit.kind]++;
    handlers[vcpu->exit.kind].handle(vcpu);
}

const char *exits_kind_text(enum exit_kind kind)
{
    return handlers[kind].text;
}
