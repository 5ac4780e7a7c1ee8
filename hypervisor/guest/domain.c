/* SPDX-License-Identifier: MIT */
/* A domain: its end, its memory, and what it says. */
#include "guest/domain.h"

#include "dev/console.h"
#include "guest/hw.h"
#include "guest/npt.h"
#include "launch/launch.h"
#include "lib/string.h"
#include "mm/pagetable.h"

enum {
    REFUSED_LOG_MAX = 16,
};

void domain_stop(struct domain *domain, enum domain_end reason)
{
    enum domain_end alive = DOMAIN_ALIVE;

    if (!__atomic_compare_exchange_n(&domain->end, &alive, reason, false,
                                     __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        return;
    for (uint32_t i = 0; i < domain->vcpu_count; i++)
        vcpu_request(&domain->vcpus[i], VCPU_REQUEST_STOP);
}

const char *domain_end_text(enum domain_end end)
{
    switch (end) {
    case DOMAIN_ALIVE:
        return "runs";
    case DOMAIN_POWERED_OFF:
        return "powered off";
    case DOMAIN_RESET:
        return "reset itself";
    case DOMAIN_CRASHED:
        return "crashed by its own account";
    case DOMAIN_TRIPLE_FAULT:
        return "stopped: triple fault";
    case DOMAIN_OUTSIDE:
        return "stopped: code or page tables outside its memory";
    case DOMAIN_UNEMULATED:
        return "stopped: it accessed a device with an instruction that isn't emulated";
    case DOMAIN_RETIRED:
        return "ended at the seal";
    case DOMAIN_FAILED:
        return "stopped: the CPU refused its state";
    }
    return "unknown";
}

void *domain_memory(const struct domain *domain, uint64_t gpa, uint64_t size)
{
    for (size_t i = 0; i < domain->bank_count; i++) {
        const struct domain_bank *bank = &domain->banks[i];

        if (gpa >= bank->gpa && gpa - bank->gpa < bank->size &&
            size <= bank->size - (gpa - bank->gpa))
            return (void *)(bank->hpa + (gpa - bank->gpa));
    }
    return NULL;
}

/* Banks that follow one another need not do so in the machine's memory. */
static size_t piece(const struct domain *domain, uint64_t gpa, size_t size,
                    void **out_place)
{
    for (size_t i = 0; i < domain->bank_count; i++) {
        const struct domain_bank *bank = &domain->banks[i];

        if (gpa >= bank->gpa && gpa - bank->gpa < bank->size) {
            uint64_t left = bank->size - (gpa - bank->gpa);

            *out_place = (void *)(bank->hpa + (gpa - bank->gpa));
            return size < left ? size : (size_t)left;
        }
    }
    return 0;
}

enum transfer {
    TRANSFER_READ,
    TRANSFER_WRITE,
    TRANSFER_CLEAR, /* without bytes */
};

static bool transfer(const struct domain *domain, enum transfer what, uint64_t gpa,
                     void *bytes, size_t size)
{
    while (size != 0) {
        void *place;
        size_t part = piece(domain, gpa, size, &place);

        if (part == 0)
            return false;
        if (what == TRANSFER_READ)
            memcpy(bytes, place, part);
        else if (what == TRANSFER_WRITE)
            memcpy(place, bytes, part);
        else
            memset(place, 0, part);
        if (bytes != NULL)
            bytes = (uint8_t *)bytes + part;
        gpa += part;
        size -= part;
    }
    return true;
}

bool domain_read(const struct domain *domain, uint64_t gpa, void *to, size_t size)
{
    return transfer(domain, TRANSFER_READ, gpa, to, size);
}

bool domain_write(const struct domain *domain, uint64_t gpa, const void *from,
                  size_t size)
{
    return transfer(domain, TRANSFER_WRITE, gpa, (void *)from, size);
}

bool domain_clear(const struct domain *domain, uint64_t gpa, size_t size)
{
    return transfer(domain, TRANSFER_CLEAR, gpa, NULL, size);
}

/*
 * A vCPU says that it is in the guest before it looks for requests, and we ask
 * before we look whether it says so: either it sees the request, or we wait.
 */
static bool may_use_old_translations(const struct vcpu *vcpu, uint64_t flush_count)
{
    return __atomic_load_n(&vcpu->is_in_guest, __ATOMIC_SEQ_CST) &&
           __atomic_load_n(&vcpu->flush_count, __ATOMIC_SEQ_CST) == flush_count;
}

void domain_flush(struct domain *domain, struct vcpu *self)
{
    uint64_t before[DOMAIN_VCPU_MAX];
    uint64_t *retired = npt_take_retired(domain);

    if (self != NULL)
        hw_flush(self);
    for (uint32_t i = 0; i < domain->vcpu_count; i++) {
        struct vcpu *vcpu = &domain->vcpus[i];

        before[i] = __atomic_load_n(&vcpu->flush_count, __ATOMIC_SEQ_CST);
        if (vcpu != self)
            vcpu_request(vcpu, VCPU_REQUEST_FLUSH);
    }
    for (uint32_t i = 0; i < domain->vcpu_count; i++)
        while (&domain->vcpus[i] != self &&
               may_use_old_translations(&domain->vcpus[i], before[i]))
            cpu_relax();
    pagetable_free_retired(retired);
}

void domain_log_refused(struct domain *domain, const char *what, uint64_t where,
                        bool is_write)
{
    uint32_t number = __atomic_fetch_add(&domain->refused_count, 1, __ATOMIC_RELAXED);

    if (number < REFUSED_LOG_MAX)
        console_log("%s: %s of %s %llx, which isn't the domain's: %s%s", domain->name,
                    is_write ? "write" : "read", what, (unsigned long long)where,
                    is_write ? "ignored" : "all ones",
                    number == REFUSED_LOG_MAX - 1 ? "; no more of these are logged" : "");
}

static void print_line(const struct domain *domain)
{
    size_t length;
    const char *text = conline_text(&domain->console, &length);

    console_domain_line(text, length);
}

void domain_console_put(struct domain *domain, uint8_t byte)
{
    if (domain->config->console == LAUNCH_CONSOLE_PREFIXED &&
        conline_put(&domain->console, byte))
        print_line(domain);
}

void domain_console_flush(struct domain *domain)
{
    if (conline_flush(&domain->console))
        print_line(domain);
}
