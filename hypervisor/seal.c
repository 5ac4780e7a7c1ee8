/* SPDX-License-Identifier: MIT */
/* The seal. */
#include "seal.h"

#include "cpu/alarm.h"
#include "cpu/clock.h"
#include "cpu/smp.h"
#include "dev/console.h"
#include "machine.h"
#include "system.h"

static bool is_on_report;
static uint64_t deadline; /* of clock_is_past(); atomic, 0: none */

void seal_arm(enum launch_seal when, uint32_t limit_ms, const struct acpi_madt *madt)
{
    if (when == LAUNCH_SEAL_AT_BOOT) {
        seal_now("no evidence can come later");
        return;
    }
    is_on_report = when == LAUNCH_SEAL_ON_REPORT;
    if (limit_ms == 0)
        return;
    __atomic_store_n(&deadline, clock_deadline_us((uint64_t)limit_ms * 1000),
                     __ATOMIC_RELEASE);
    if (alarm_init(madt))
        alarm_set((uint64_t)limit_ms * 1000);
    for (uint32_t i = 0; i < smp_cpu_count(); i++)
        if (smp_cpu(i) != percpu_self())
            smp_kick(smp_cpu(i)); /* those that sleep are to watch the clock instead */
}

void seal_now(const char *why)
{
    struct rp_report_context *reports = machine_reports();
    bool is_first;

    machine_lock();
    is_first = !reports->is_sealed;
    rp_report_seal(reports);
    machine_unlock();
    __atomic_store_n(&deadline, 0, __ATOMIC_RELEASE);
    if (!is_first)
        return;
    console_log("sealed: %s: every verdict is final", why);
    system_verdicts_final();
}

void seal_reported(void)
{
    if (is_on_report)
        seal_now("the domain that may report has reported");
}

void seal_poll(void)
{
    uint64_t due = __atomic_load_n(&deadline, __ATOMIC_ACQUIRE);

    if (due == 0)
        return;
    if (!clock_is_past(due)) {
        if (alarm_has_rung())
            alarm_set(clock_until_us(due));
        return;
    }
    /* Of several CPUs that find it due, the one that takes it seals. */
    if (__atomic_compare_exchange_n(&deadline, &due, 0, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_RELAXED))
        seal_now("its time has come");
}

bool seal_is_timed(void)
{
    return __atomic_load_n(&deadline, __ATOMIC_ACQUIRE) != 0;
}

bool seal_is_done(void)
{
    return __atomic_load_n(&machine_reports()->is_sealed, __ATOMIC_ACQUIRE);
}
