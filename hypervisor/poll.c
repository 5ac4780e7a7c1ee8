/* SPDX-License-Identifier: MIT */
#include "poll.h"

#include "guest/errors.h"
#include "input.h"
#include "machine.h"

void poll_devices(struct percpu *self)
{
    __atomic_store_n(&self->had_nmi, false, __ATOMIC_SEQ_CST);
    if (self->index != 0)
        return; /* it was a kick */
    machine_lock();
    errors_take();
    input_take();
    machine_unlock();
}
