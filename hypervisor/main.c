/* SPDX-License-Identifier: MIT */
/* From the boot loader to the domains, one step after the other. */
#include <stddef.h>
#include <stdint.h>

#include "boot/boot_info.h"
#include "cpu/apic.h"
#include "cpu/clock.h"
#include "cpu/selftest.h"
#include "cpu/smp.h"
#include "dev/acpi.h"
#include "dev/console.h"
#include "dev/ioapic.h"
#include "dev/power.h"
#include "domains.h"
#include "guest/hw.h"
#include "iommu/iommu.h"
#include "lib/string.h"
#include "machine.h"
#include "mm/memmap.h"
#include "mm/pages.h"
#include "mm/paging.h"
#include "seal.h"
#include "svm/permissions.h"
#include "system.h"

enum {
    COM1 = 0x3f8,
};

extern const uint8_t image_start[];
extern const uint8_t image_end[];

static struct boot_info boot;
static struct acpi_tables tables;

void main(uint32_t magic, uint32_t address);

/* A machine that can't run a domain: says why, and stops. */
static _Noreturn void give_up(const char *problem)
{
    console_log("error: %s", problem);
    console_log("summary: failed: nothing was launched");
    power_off(&tables);
}

static const void *map_table(void *context, uint64_t address, size_t size)
{
    (void)context;
    return paging_map_memory(address, size);
}

static void read_acpi(void)
{
    struct acpi_memory memory = {.map = map_table};
    enum acpi_reason reason = acpi_parse(&memory, 0, &tables);
    unsigned count = tables.problem_count < ACPI_PROBLEMS_MAX ? tables.problem_count
                                                              : ACPI_PROBLEMS_MAX;

    for (unsigned i = 0; i < count; i++) {
        const struct acpi_problem *problem = &tables.problems[i];

        console_log(
            "ACPI %s at %llx, offset %u: %s; left out, a firmware update may mend it",
            problem->signature, (unsigned long long)problem->address, problem->offset,
            acpi_reason_text(problem->reason));
    }
    /* The search for the RSDP begins there; from here on, nobody has reason to. */
    paging_unmap_page(NULL);
    if (reason != ACPI_NO_PROBLEM)
        console_log("warning: no ACPI tables: %s: one CPU, no IOMMU and no ECAM region",
                    acpi_reason_text(reason));
}

static void run_selftest(void)
{
    char name[16];

    if (boot_info_option(&boot, "selftest", name, sizeof name))
        selftest_run(name);
}

/* 0 where there is none that a port reaches. */
static uint16_t pm_timer_port(void)
{
    const struct acpi_gas *timer = &tables.fadt.pm_timer;

    return timer->space == ACPI_SPACE_IO && timer->address <= UINT16_MAX
               ? (uint16_t)timer->address
               : 0;
}

static void run_other_cpu(void)
{
    hw_init_cpu(percpu_self());
    domains_idle();
}

static void start_cpus(void)
{
    uint32_t apic_ids[ACPI_CPUS_MAX];

    for (unsigned i = 0; i < tables.madt.cpu_count; i++)
        apic_ids[i] = tables.madt.cpus[i].apic_id;
    smp_start_cpus(apic_ids, tables.madt.cpu_count, run_other_cpu);
    console_log("CPUs: %u, TSC %u MHz, local APIC in %s mode", smp_cpu_count(),
                clock_tsc_khz() / 1000, apic_is_x2apic() ? "x2APIC" : "xAPIC");
}

static bool start_iommu(void)
{
    enum iommu_status status = iommu_init(&tables);

    console_log("IOMMU: %s", status == IOMMU_OK ? "AMD-Vi, every function in quarantine"
                                                : iommu_status_text(status));
    return status == IOMMU_OK;
}

static void start_memory(uint32_t magic, uint32_t address)
{
    const struct memmap_machine machine = {
        .image_base = (uint64_t)image_start,
        .image_end = (uint64_t)image_end,
        .address_end = paging_address_end(),
    };
    const char *problem = boot_info_read(&boot, magic, address);

    if (problem == NULL)
        problem = memmap_init(&boot, &machine);
    if (problem != NULL) {
        console_log("error: %s", problem);
        give_up("this machine's memory can't be used");
    }
    pages_init(memmap_pool_base(), memmap_pool_size());
    paging_init();
}

/* All that has the machine's memory to work with. */
static void go_on(void)
{
    struct machine_options options = {.policy = RP_ECAM_POLICY_DEFAULT};
    const char *problem;
    bool has_iommu;

    read_acpi();
    run_selftest();
    clock_init(pm_timer_port());
    problem = hw_check();
    if (problem != NULL)
        give_up(problem);
    if (!permissions_init())
        give_up("no memory for the guests' permission maps");
    hw_init_cpu(percpu_self());
    start_cpus();
    console_log("memory: %llu MiB for domains, %lu KiB for the hypervisor",
                (unsigned long long)memmap_available() >> 20,
                (unsigned long)memmap_pool_size() >> 10);
    has_iommu = start_iommu();
    ioapic_init(&tables, has_iommu);
    system_read_config(&boot, &options);
    if (!machine_init(&boot, &tables, &options))
        give_up("no memory for the table of functions");
    system_apply_quirks();
    seal_arm(options.seal, options.seal_ms, &tables.madt);
    machine_print();
    problem = system_launch(&boot, &tables, has_iommu);
    if (problem != NULL)
        give_up(problem);
    domains_idle();
}

void main(uint32_t magic, uint32_t address)
{
    clock_mark_entry();
    console_init(COM1);
    console_log("Rootport");
    start_memory(magic, address);
    smp_init_boot_cpu();
    smp_leave_boot_stack(go_on);
}
