/* SPDX-License-Identifier: MIT */
/* A virtual CPU's life: asked, run, exited, until it is stopped. */
#include "guest/vcpu.h"

#include "cpu/apic.h"
#include "cpu/smp.h"
#include "cpu/traps.h"
#include "guest/domain.h"
#include "guest/exits.h"
#include "guest/fetch.h"
#include "guest/hw.h"
#include "lib/not_inline.h"
#include "poll.h"
#include "seal.h"

void vcpu_request(struct vcpu *vcpu, uint32_t request)
{
    __atomic_fetch_or(&vcpu->requests, request, __ATOMIC_SEQ_CST);
    if (vcpu->cpu != NULL && vcpu->cpu != percpu_self())
        smp_kick(vcpu->cpu);
}

static void answer_startup(struct vcpu *vcpu, uint32_t requests)
{
    if (requests & VCPU_REQUEST_INIT) {
        apic_reset();
        vcpu->state = VCPU_WAIT_FOR_SIPI;
    }
    /* A second startup IPI, as the specification has OSes send, finds it running. */
    if ((requests & VCPU_REQUEST_SIPI) && vcpu->state == VCPU_WAIT_FOR_SIPI) {
        hw_vcpu_reset_sipi(vcpu, __atomic_load_n(&vcpu->sipi_vector, __ATOMIC_ACQUIRE));
        vcpu->state = VCPU_RUNNING;
    }
}

static void answer(struct vcpu *vcpu, uint32_t requests)
{
    if (requests & VCPU_REQUEST_FLUSH) {
        hw_flush(vcpu);
        __atomic_fetch_add(&vcpu->flush_count, 1, __ATOMIC_SEQ_CST);
    }
    if (requests & (VCPU_REQUEST_INIT | VCPU_REQUEST_SIPI))
        answer_startup(vcpu, requests);
    if ((requests & VCPU_REQUEST_NMI) && vcpu->state == VCPU_RUNNING)
        hw_inject_nmi(vcpu);
}

/* Returns whether the guest is to run now. */
static bool prepare(struct vcpu *vcpu)
{
    uint32_t requests;

    __atomic_store_n(&vcpu->is_in_guest, true, __ATOMIC_SEQ_CST);
    requests = __atomic_exchange_n(&vcpu->requests, 0, __ATOMIC_SEQ_CST);
    if (requests == 0 && vcpu->state == VCPU_RUNNING)
        return true;
    __atomic_store_n(&vcpu->is_in_guest, false, __ATOMIC_SEQ_CST);
    if (requests & VCPU_REQUEST_STOP)
        vcpu->state = VCPU_STOPPED;
    else if (requests != 0)
        answer(vcpu, requests);
    else if (vcpu->state == VCPU_WAIT_FOR_SIPI)
        traps_wait_for_nmi();
    return false;
}

void vcpu_run(struct vcpu *vcpu)
{
    while (vcpu->state != VCPU_STOPPED) {
        poll_after_nmi();
        if (!prepare(vcpu))
            continue;
        hw_run(vcpu);
        __atomic_store_n(&vcpu->is_in_guest, false, __ATOMIC_RELEASE);
        __atomic_fetch_add(&vcpu->epoch, 1, __ATOMIC_SEQ_CST);
        exits_handle(vcpu);
        __atomic_fetch_add(&vcpu->epoch, 1, __ATOMIC_RELEASE);
        seal_poll();
    }
}

/* Where the hardware doesn't tell. */
static NOT_INLINE void skip_fetched(struct vcpu *vcpu)
{
    hw_set_rip(vcpu, vcpu->rip + fetch_length(vcpu));
}

void vcpu_skip(struct vcpu *vcpu)
{
    if (vcpu->exit.next_rip == 0)
        skip_fetched(vcpu);
    else
        hw_set_rip(vcpu, vcpu->exit.next_rip);
}
