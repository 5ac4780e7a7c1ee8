/* SPDX-License-Identifier: MIT */
/* The machine's CPUs (AMD64 APM vol. 2, 15.27: INIT, SIPI, SIPI). */
#include "cpu/smp.h"

#include "cpu/apic.h"
#include "cpu/clock.h"
#include "cpu/io.h"
#include "cpu/traps.h"
#include "dev/console.h"
#include "lib/string.h"
#include "mm/pages.h"
#include "mm/paging.h"

enum {
    /* Below 64 KiB no boot loader keeps what outlives boot_info_read(). */
    TRAMPOLINE_ADDRESS = 0x8000,
    INIT_DELAY_US = 10000,
    STARTUP_DELAY_US = 200,
    ONLINE_LIMIT_US = 1000000,
    XAPIC_BROADCAST = 0xff, /* IDs have eight bits, of which this one is everybody */
};

struct trampoline_parameters {
    uint64_t page_table_root;
    uint64_t stack;
    uint64_t argument;
    uint64_t entry;
};

extern const uint8_t trampoline_start[];
extern const uint8_t trampoline_end[];
extern const uint8_t trampoline_parameters[];

static struct percpu *cpus[CPU_COUNT_MAX];
static uint32_t cpu_count;
static bool is_stopping;
static void (*cpu_entry)(void);

/* Returns @size bytes with an unmapped page below, or NULL. */
static uint8_t *alloc_guarded(size_t size)
{
    uint8_t *guard = pages_alloc(1 + size / PAGE_SIZE);

    if (guard == NULL)
        return NULL;
    paging_unmap_page(guard);
    return guard + PAGE_SIZE;
}

static struct percpu *alloc_cpu(uint32_t index)
{
    uint8_t *page = pages_alloc(1);
    struct percpu *cpu = (struct percpu *)page;

    if (cpu == NULL)
        return NULL;
    cpu->index = index;
    cpu->tss = (struct tss *)(page + 1024);
    cpu->gdt = (uint64_t *)(page + 2048);
    cpu->stack = alloc_guarded(CPU_STACK_SIZE);
    cpu->fault_stack = alloc_guarded(FAULT_STACK_SIZE);
    cpu->host_vmcb = pages_alloc(1);
    if (cpu->stack == NULL || cpu->fault_stack == NULL || cpu->host_vmcb == NULL)
        return NULL;
    return cpu;
}

void smp_init_boot_cpu(void)
{
    struct percpu *cpu = alloc_cpu(0);

    if (cpu == NULL)
        panic("no memory for the boot CPU's stacks");
    traps_init_cpu(cpu);
    if (!apic_init_cpu())
        panic("the boot CPU has no local APIC");
    cpu->apic_id = apic_id();
    cpu->is_online = true;
    cpus[0] = cpu;
    cpu_count = 1;
}

void smp_leave_boot_stack(void (*next)(void))
{
    __asm__ volatile("movq %0, %%rsp\n\t"
                     "xorl %%ebp, %%ebp\n\t"
                     "call *%1"
                     :
                     : "r"(cpus[0]->stack + CPU_STACK_SIZE), "r"(next)
                     : "memory");
    __builtin_unreachable();
}

static void start_here(struct percpu *cpu)
{
    traps_init_cpu(cpu);
    if (!apic_init_cpu())
        panic("CPU %u has no local APIC", cpu->index);
    __atomic_store_n(&cpu->is_online, true, __ATOMIC_RELEASE);
    cpu_entry();
}

static bool wait_until_online(const struct percpu *cpu)
{
    uint64_t deadline = clock_deadline_us(ONLINE_LIMIT_US);

    while (!clock_is_past(deadline)) {
        if (__atomic_load_n(&cpu->is_online, __ATOMIC_ACQUIRE))
            return true;
        cpu_relax();
    }
    return false;
}

/* Writes what the next CPU starts with, and leaves the page executable. */
static void place_trampoline(const struct percpu *cpu)
{
    struct trampoline_parameters parameters = {
        .page_table_root = paging_root(),
        .stack = (uint64_t)cpu->stack + CPU_STACK_SIZE,
        .argument = (uint64_t)cpu,
        .entry = (uint64_t)start_here,
    };
    uint8_t *page = paging_map_memory(TRAMPOLINE_ADDRESS, PAGE_SIZE);

    if (page == NULL)
        panic("no memory to map the page where CPUs start");
    memcpy(page, trampoline_start, (size_t)(trampoline_end - trampoline_start));
    memcpy(page + (trampoline_parameters - trampoline_start), &parameters,
           sizeof parameters);
    if (paging_map_text(TRAMPOLINE_ADDRESS, PAGE_SIZE) == NULL)
        panic("no memory to map the page where CPUs start");
}

static bool start_cpu(struct percpu *cpu)
{
    place_trampoline(cpu);

    apic_send(cpu->apic_id, APIC_ICR_INIT | APIC_ICR_ASSERT);
    clock_delay_us(INIT_DELAY_US);
    for (unsigned i = 0; i < 2; i++) {
        apic_send(cpu->apic_id,
                  APIC_ICR_STARTUP | APIC_ICR_ASSERT | TRAMPOLINE_ADDRESS / PAGE_SIZE);
        clock_delay_us(STARTUP_DELAY_US);
        if (__atomic_load_n(&cpu->is_online, __ATOMIC_ACQUIRE))
            return true;
    }
    return wait_until_online(cpu);
}

void smp_start_cpus(const uint32_t *apic_ids, size_t count, void (*entry)(void))
{
    cpu_entry = entry;
    for (size_t i = 0; i < count; i++) {
        struct percpu *cpu;

        if (apic_ids[i] == cpus[0]->apic_id)
            continue;
        if (!apic_is_x2apic() && apic_ids[i] >= XAPIC_BROADCAST) {
            console_log("warning: the CPU with APIC ID %u can't be addressed in xAPIC "
                        "mode: going on without: turn x2APIC on in the firmware's set-up",
                        apic_ids[i]);
            continue;
        }
        if (cpu_count == CPU_COUNT_MAX) {
            console_log("warning: more than %u CPUs: the rest stay off", CPU_COUNT_MAX);
            return;
        }
        cpu = alloc_cpu(cpu_count);
        if (cpu == NULL) {
            console_log("warning: no memory to start CPU %u and later ones", cpu_count);
            return;
        }
        cpu->apic_id = apic_ids[i];
        if (!start_cpu(cpu)) {
            console_log(
                "warning: the CPU with APIC ID %u does not start; going on without",
                apic_ids[i]);
            continue;
        }
        cpus[cpu_count++] = cpu;
    }
    paging_unmap_page((const void *)(uintptr_t)TRAMPOLINE_ADDRESS);
}

uint32_t smp_cpu_count(void)
{
    return cpu_count;
}

struct percpu *smp_cpu(uint32_t index)
{
    return cpus[index];
}

void smp_kick(const struct percpu *cpu)
{
    apic_send(cpu->apic_id, APIC_ICR_NMI | APIC_ICR_ASSERT);
}

/* Not by INIT: the boot CPU would go back to firmware, and the machine start anew. */
void smp_stop_others(void)
{
    __atomic_store_n(&is_stopping, true, __ATOMIC_SEQ_CST);
    for (uint32_t i = 0; i < cpu_count; i++)
        if (cpus[i] != percpu_self())
            smp_kick(cpus[i]);
}

bool smp_is_stopping(void)
{
    return __atomic_load_n(&is_stopping, __ATOMIC_SEQ_CST);
}
