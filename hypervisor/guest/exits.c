/* SPDX-License-Identifier: MIT */
/* What a guest's exits lead to. */
#include "guest/exits.h"

#include <stddef.h>

#include "dev/console.h"
#include "guest/domain.h"
#include "guest/hw.h"

enum {
    VECTOR_UD = 6,
};

static void handle_kick(struct vcpu *vcpu)
{
    (void)vcpu; /* the requests are looked at before the next entry */
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
    [EXIT_HYPERCALL] = {hypercall_handle, "hypercall"},
    [EXIT_IGNORED] = {vcpu_skip, "ignored"},
    [EXIT_UNDEFINED] = {handle_undefined, "undefined"},
    [EXIT_EXCEPTION] = {handle_exception, "exception"},
    [EXIT_SHUTDOWN] = {handle_shutdown, "shutdown"},
    [EXIT_FAILED] = {handle_failed, "failed"},
};

void exits_handle(struct vcpu *vcpu)
{
    handlers[vcpu->exit.kind].handle(vcpu);
}

const char *exits_kind_text(enum exit_kind kind)
{
    return handlers[kind].text;
}
