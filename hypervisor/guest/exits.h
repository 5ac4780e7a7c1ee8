/* SPDX-License-Identifier: MIT */
/* What a guest's exits lead to. Each handler moves the guest past its instruction. */
#ifndef GUEST_EXITS_H
#define GUEST_EXITS_H

#include "guest/vcpu.h"

/* Counts and handles vcpu->exit. */
void exits_handle(struct vcpu *vcpu);

/* One for each kind that takes more than a line, in the file of its name. */
void cpuid_handle(struct vcpu *vcpu);
void msr_handle(struct vcpu *vcpu);
void io_handle(struct vcpu *vcpu);
void mmio_handle(struct vcpu *vcpu);
void hypercall_handle(struct vcpu *vcpu);

/* What an exit of @kind is called in tables and messages. */
const char *exits_kind_text(enum exit_kind kind);

#endif
