/* SPDX-License-Identifier: MIT */
/* Builds a domain. */
#include "guest/build.h"

#include "cpu/clock.h"
#include "cpu/msr.h"
#include "cpu/smp.h"
#include "dev/console.h"
#include "guest/acpi_tables.h"
#include "guest/devices.h"
#include "guest/elf.h"
#include "guest/hardware.h"
#include "guest/held.h"
#include "guest/hw.h"
#include "guest/npt.h"
#include "guest/pci.h"
#include "guest/pins.h"
#include "guest/pvh.h"
#include "lib/format.h"
#include "lib/string.h"
#include "machine.h"
#include "mm/memmap.h"
#include "mm/pages.h"
#include "mm/paging.h"
#include "reports.h"

enum {
    /* Above what kernels use in the first pages, below the legacy hole. */
    START_INFO_ADDRESS = 0x10000,
    START_INFO_SIZE = 0x8000,
    LEGACY_HOLE = 0xa0000,
    MEGABYTE = 0x100000,
    COMMAND_LINE_SIZE = 2048, /* Linux's own limit on x86 */
    MEMORY_MAP_MAX = HARDWARE_MEMORY_MAP_MAX,
};

#define CPUID_1_ECX_TSC_DEADLINE 0x01000000u

static void refuse(const struct launch_domain *config, const char *why)
{
    console_log("%s: not launched: %s", config->name, why);
}

/* ---- Memory ---------------------------------------------------------------- */

/* Leaves what names its memory with all of it, or with none. */
static bool reserve_memory(const struct launch_domain *config)
{
    for (uint32_t i = 0; i < config->bank_count; i++) {
        const struct launch_bank *bank = &config->banks[i];

        if (memmap_take_at(bank->base.value, bank->size))
            continue;
        console_log("%s: xen,static-mem: %llx to %llx isn't free RAM", config->name,
                    (unsigned long long)bank->base.value,
                    (unsigned long long)(bank->base.value + bank->size));
        while (i-- != 0)
            memmap_give_back(config->banks[i].base.value, config->banks[i].size);
        return false;
    }
    return true;
}

void build_reserve(struct launch_config *config)
{
    for (size_t i = 0; i < config->domain_count; i++) {
        struct launch_domain *domain = &config->domains[i];

        domain->is_launchable = domain->is_launchable && reserve_memory(domain);
        for (uint32_t j = 0; domain->is_launchable && j < domain->cpu_number_count; j++)
            if (domain->cpu_numbers[j] < smp_cpu_count())
                smp_cpu(domain->cpu_numbers[j])->is_named = true;
    }
}

/*
 * Up to @size bytes of the machine's: of what the configuration names, beyond the
 * @used bytes that were taken before, or of the largest piece there is. 0: none.
 */
static uint64_t take(const struct launch_domain *config, uint64_t used, uint64_t size,
                     uint64_t *out_hpa)
{
    uint64_t left = memmap_largest();

    for (uint32_t i = 0; i < config->bank_count; i++) {
        const struct launch_bank *bank = &config->banks[i];

        left = used < bank->size ? bank->size - used : 0;
        *out_hpa = bank->base.value + used;
        if (left != 0)
            break;
        used -= bank->size;
    }
    if (size > left)
        size = left;
    if (config->bank_count == 0)
        *out_hpa = memmap_take(size);
    return *out_hpa != 0 ? size : 0;
}

/* Fills [@gpa, @gpa + @size) in as few pieces as the machine's memory allows. */
static bool fill(struct domain *domain, uint64_t gpa, uint64_t size)
{
    while (size != 0) {
        struct domain_bank *bank = &domain->banks[domain->bank_count];

        if (domain->bank_count == DOMAIN_BANK_MAX)
            return false;
        bank->gpa = gpa;
        bank->size = take(domain->config, domain->memory_size, size, &bank->hpa);
        if (bank->size == 0)
            return false;
        domain->bank_count++;
        domain->memory_size += bank->size;
        if (paging_map_memory(bank->hpa, bank->size) == NULL ||
            !npt_map(domain, gpa, bank->hpa, bank->size, NPT_RAM))
            return false;
        gpa += bank->size;
        size -= bank->size;
    }
    return true;
}

/* Where the RAM that begins at 0 ends, as far as 32 bits can address it. */
static uint64_t low_size(const struct domain *domain)
{
    uint64_t end = 0;

    for (size_t i = 0; i < domain->bank_count; i++)
        if (domain->banks[i].gpa == end && end < DOMAIN_LOW_RAM_END)
            end += domain->banks[i].size;
    return end;
}

static bool fill_as_guest(struct domain *domain)
{
    uint64_t size = domain->config->memory;
    uint64_t low = size < DOMAIN_LOW_RAM_END ? size : DOMAIN_LOW_RAM_END;

    return fill(domain, 0, low) && fill(domain, DOMAIN_HIGH_RAM_BASE, size - low);
}

/* RAM where the machine has RAM, so that nothing is placed where a device is. */
static bool fill_as_machine(struct domain *domain, const struct boot_info *boot)
{
    uint64_t left = domain->config->memory;
    uint64_t cursor = 0;
    uint64_t base, end;

    while (left != 0 && hardware_next_ram(boot, &cursor, &base, &end)) {
        uint64_t part = left < end - base ? left : end - base;

        if (!fill(domain, base, part))
            return false;
        left -= part;
    }
    return left == 0;
}

/* What it names has been put aside for it. */
static bool has_memory(const struct launch_domain *config)
{
    return config->bank_count != 0 || config->memory <= memmap_available();
}

static bool give_memory(struct domain *domain, const struct build_input *input)
{
    const struct launch_domain *config = domain->config;

    if (!has_memory(config) ||
        !(hardware_is_for(domain) ? fill_as_machine(domain, input->boot)
                                  : fill_as_guest(domain))) {
        console_log(
            "%s: not launched: it asks for %llu MiB of memory and %llu MiB are free: "
            "lower its `memory` property",
            config->name, (unsigned long long)config->memory / MEGABYTE,
            (unsigned long long)memmap_available() / MEGABYTE);
        return false;
    }
    return true;
}

/* No word of one life is there in the next. */
static void clear_memory(const struct domain *domain)
{
    for (size_t i = 0; i < domain->bank_count; i++)
        memset((void *)domain->banks[i].hpa, 0, (size_t)domain->banks[i].size);
}

/* ---- CPUs ------------------------------------------------------------------ */

/* Whether a domain that names that CPU, or one that names none, can have it. */
static bool is_free(uint32_t number, bool is_named)
{
    return number < smp_cpu_count() && !smp_cpu(number)->is_taken &&
           smp_cpu(number)->is_named == is_named;
}

static struct percpu *choose_cpu(const struct launch_domain *config, uint32_t index)
{
    if (config->cpu_number_count != 0)
        return is_free(config->cpu_numbers[index], true)
                   ? smp_cpu(config->cpu_numbers[index])
                   : NULL;
    /* From the top: the boot CPU last, for it has most to do at the start. */
    for (uint32_t number = smp_cpu_count(); number-- != 0;)
        if (is_free(number, false))
            return smp_cpu(number);
    return NULL;
}

bool build_has_room(const struct launch_domain *config)
{
    uint32_t free_count = 0;

    for (uint32_t i = 0; i < config->cpu_number_count; i++)
        free_count += is_free(config->cpu_numbers[i], true);
    for (uint32_t i = 0; config->cpu_number_count == 0 && i < smp_cpu_count(); i++)
        free_count += is_free(i, false);
    return config->cpu_count <= free_count && has_memory(config);
}

_Static_assert((int)LAUNCH_DOMAIN_CPU_MAX <= (int)DOMAIN_VCPU_MAX,
               "what a domain may ask for");

static bool give_cpus(struct domain *domain)
{
    const struct launch_domain *config = domain->config;

    for (uint32_t i = 0; i < config->cpu_count; i++) {
        struct vcpu *vcpu = &domain->vcpus[i];

        vcpu->cpu = choose_cpu(config, i);
        if (vcpu->cpu == NULL) {
            console_log("%s: not launched: it asks for %u CPUs and %u of the %u that the "
                        "machine has can be had: lower its `cpus` property",
                        config->name, config->cpu_count, i, smp_cpu_count());
            return false;
        }
        vcpu->cpu->is_taken = true;
        vcpu->domain = domain;
        vcpu->index = i;
        domain->vcpu_count++;
        if (!hw_vcpu_create(vcpu, domain->npt)) {
            refuse(config, "no memory for its CPUs");
            return false;
        }
    }
    return true;
}

static void reset_cpus(struct domain *domain)
{
    for (uint32_t i = 0; i < domain->vcpu_count; i++) {
        struct vcpu *vcpu = &domain->vcpus[i];

        vcpu->requests = 0;
        vcpu->apic = (struct x2apic_cpu){
            .id = i,
            .count = domain->vcpu_count,
            .has_tsc_deadline = (cpuid(1, 0).ecx & CPUID_1_ECX_TSC_DEADLINE) != 0,
        };
        vcpu->state = VCPU_WAIT_FOR_SIPI;
    }
}

/* ---- Kernel, initrd, tables ------------------------------------------------ */

static const struct boot_module *find_module(const struct boot_info *boot,
                                             const struct launch_module *wanted)
{
    if (!wanted->is_present)
        return NULL;
    if (wanted->name == NULL)
        return wanted->index < boot->module_count ? &boot->modules[wanted->index] : NULL;
    for (size_t i = 0; i < boot->module_count; i++)
        if (launch_module_is_named(boot->modules[i].name, wanted->name))
            return &boot->modules[i];
    return NULL;
}

static const void *map_module(const struct boot_module *module)
{
    return module->size != 0 ? paging_map_memory(module->base, module->size) : NULL;
}

static bool load_segment(struct domain *domain, const uint8_t *image,
                         const struct elf_segment *segment)
{
    if (!domain_write(domain, segment->address, image + segment->offset,
                      (size_t)segment->file_size))
        return false;
    return domain_clear(domain, segment->address + segment->file_size,
                        segment->memory_size - segment->file_size);
}

static bool load_kernel(struct domain *domain, const struct boot_info *boot,
                        struct elf_image *out_image)
{
    const struct launch_domain *config = domain->config;
    const struct boot_module *module = find_module(boot, &config->kernel);
    const uint8_t *image = module != NULL ? map_module(module) : NULL;
    enum elf_status status;

    if (image == NULL) {
        refuse(config,
               "its kernel isn't among the boot modules, or is empty: check the boot "
               "loader's list against the configuration's kernel node");
        return false;
    }
    status = elf_parse(image, module->size, out_image);
    if (status != ELF_OK) {
        console_log("%s: not launched: kernel %s: %s", config->name, module->name,
                    elf_status_text(status));
        return false;
    }
    for (size_t i = 0; i < out_image->segment_count; i++) {
        if (!load_segment(domain, image, &out_image->segments[i])) {
            console_log("%s: not launched: its kernel needs memory up to %llx: raise its "
                        "`memory` property",
                        config->name, (unsigned long long)out_image->end);
            return false;
        }
    }
    return true;
}

/* At the top of the low memory, out of the kernel's way. */
static bool load_initrd(struct domain *domain, const struct boot_info *boot,
                        const struct elf_image *kernel, struct pvh_module *out_module)
{
    const struct launch_domain *config = domain->config;
    const struct boot_module *module = find_module(boot, &config->ramdisk);
    const void *image;
    uint64_t address;

    memset(out_module, 0, sizeof *out_module);
    if (!config->ramdisk.is_present)
        return true;
    image = module != NULL ? map_module(module) : NULL;
    if (image == NULL) {
        refuse(config,
               "its ramdisk isn't among the boot modules, or is empty: check the boot "
               "loader's list against the configuration's ramdisk node");
        return false;
    }
    address = low_size(domain) - module->size;
    address &= ~(uint64_t)(PAGE_SIZE - 1);
    if (module->size > low_size(domain) || address < kernel->end ||
        !domain_write(domain, address, image, module->size)) {
        refuse(config,
               "its ramdisk doesn't fit beside its kernel: raise its `memory` property");
        return false;
    }
    out_module->address = address;
    out_module->size = module->size;
    return true;
}

static bool build_tables(struct domain *domain, uint64_t *out_rsdp)
{
    struct acpi_tables_config config = {
        .base = {DOMAIN_ACPI_BASE},
        .vcpu_count = domain->vcpu_count,
        .sleep_control_port = DOMAIN_PORT_SLEEP_CONTROL,
        .sleep_status_port = DOMAIN_PORT_SLEEP_STATUS,
        .reset_port = DOMAIN_PORT_RESET,
        .reset_value = DOMAIN_RESET_VALUE,
        .clock = ACPI_TABLES_CMOS_CLOCK,
        .ecam_base = {DOMAIN_ECAM_BASE},
        .last_bus = (uint8_t)(domain->ecam_size / DOMAIN_ECAM_BUS_SIZE - 1),
        .io = pci_io_window(),
        .memory = pci_memory_window(),
        .prefetched = pci_prefetchable_window(),
        .port_count = domain->pci->port_count,
    };
    uint64_t size = DOMAIN_ACPI_END - DOMAIN_ACPI_BASE;
    void *place = domain_memory(domain, DOMAIN_ACPI_BASE, size);
    struct acpi_tables_image image;

    if (hardware_is_for(domain))
        return hardware_build_tables(domain, out_rsdp);
    if (place == NULL)
        return false;
    for (unsigned i = 0; i < config.port_count; i++)
        config.port_gsis[i] = domain->pci->ports[i].line;
    memset(place, 0, (size_t)size);
    if (acpi_tables_build(&config, place, (size_t)size, &image) != RP_OK)
        return false;
    *out_rsdp = image.rsdp.value;
    return true;
}

static uint32_t memory_map(const struct domain *domain, struct pvh_memory_range *map)
{
    uint32_t count = 0;

    if (hardware_is_for(domain))
        return hardware_memory_map(domain, map);
    map[count++] = (struct pvh_memory_range){0, LEGACY_HOLE, PVH_MEMORY_RAM, 0};
    map[count++] = (struct pvh_memory_range){
        DOMAIN_ACPI_BASE, DOMAIN_ACPI_END - DOMAIN_ACPI_BASE, PVH_MEMORY_RESERVED, 0};
    map[count++] = (struct pvh_memory_range){MEGABYTE, low_size(domain) - MEGABYTE,
                                             PVH_MEMORY_RAM, 0};
    map[count++] = (struct pvh_memory_range){DOMAIN_ECAM_BASE, domain->ecam_size,
                                             PVH_MEMORY_RESERVED, 0};
    if (domain->memory_size > DOMAIN_LOW_RAM_END)
        map[count++] = (struct pvh_memory_range){DOMAIN_HIGH_RAM_BASE,
                                                 domain->memory_size - DOMAIN_LOW_RAM_END,
                                                 PVH_MEMORY_RAM, 0};
    return count;
}

static bool write_start_info(struct domain *domain, uint64_t rsdp,
                             const struct pvh_module *initrd)
{
    size_t map_pages = pages_for(MEMORY_MAP_MAX * sizeof(struct pvh_memory_range));
    struct pvh_memory_range *map = pages_alloc(map_pages);
    char command_line[COMMAND_LINE_SIZE];
    struct pvh_boot boot = {
        .flags = hardware_is_for(domain) ? PVH_PRIVILEGED | PVH_INITDOMAIN : 0,
        .modules = initrd,
        .module_count = initrd->size != 0 ? 1 : 0,
        .memory_map = map,
        .command_line = command_line,
        .rsdp = rsdp,
    };
    void *place = domain_memory(domain, START_INFO_ADDRESS, START_INFO_SIZE);
    bool is_done = false;
    size_t length;

    if (map == NULL)
        return false;
    boot.memory_map_count = memory_map(domain, map);
    /*
     * Native interrupts, IPIs and timers instead of event channels; and the TSC,
     * whose rate a guest without PIT and PM timer has no means to measure, and
     * which is all the clock it has: nothing could prove it unstable. And no look
     * at each device number for chipsets to be mended early: there is none. First,
     * so that the configuration has the last word.
     */
    length = format_line(command_line, sizeof command_line,
                         "xen_no_vector_callback tsc_early_khz=%u tsc=reliable %s%s",
                         clock_tsc_khz(), hardware_is_for(domain) ? "" : "pci=noearly ",
                         domain->config->bootargs);
    /* Cut short, the guest would take half a word for a whole one. */
    if (length != sizeof command_line - 1 && place != NULL)
        is_done = pvh_build(&boot, (rp_gpa_t){START_INFO_ADDRESS}, place,
                            START_INFO_SIZE) == RP_OK;
    pages_free(map, map_pages);
    return is_done;
}

/* Puts everything but the CPUs into the state in which the guest starts. */
static bool load(struct domain *domain, const struct boot_info *boot)
{
    struct elf_image kernel;
    struct pvh_module initrd;
    uint64_t rsdp;

    if (!load_kernel(domain, boot, &kernel) ||
        !load_initrd(domain, boot, &kernel, &initrd))
        return false;
    if (!build_tables(domain, &rsdp) || !write_start_info(domain, rsdp, &initrd)) {
        refuse(domain->config,
               "its tables don't fit: raise its `memory` property, or shorten its "
               "`bootargs`");
        return false;
    }
    machine_lock();
    held_plug(domain);
    machine_unlock();
    devices_init(domain);
    if (!hardware_is_for(domain))
        pci_start(domain);
    reset_cpus(domain);
    hw_vcpu_reset_pvh(&domain->vcpus[0], (uint32_t)kernel.entry, START_INFO_ADDRESS);
    domain->vcpus[0].state = VCPU_RUNNING;
    return true;
}

/* ---- Functions ------------------------------------------------------------- */

/* Ports stand at devices 1, 2, ...; those that nobody named are there, and empty. */
static unsigned last_port(const struct launch_port *ports, size_t count)
{
    unsigned last = 0;

    for (size_t i = 0; i < count; i++)
        if (ports[i].number > last)
            last = ports[i].number;
    return last;
}

static bool give_functions(struct domain *domain, const struct build_input *input)
{
    const struct launch_domain *config = domain->config;
    const struct launch_port *ports = &input->config->ports[config->first_port];
    const char *problem;

    problem = pci_init(domain, last_port(ports, config->port_count));
    if (problem == NULL && hardware_is_for(domain)) {
        hardware_take_functions(domain, input);
        return true;
    }
    for (size_t i = 0; i < config->port_count && problem == NULL; i++) {
        unsigned number = ports[i].number - 1;

        domain->pci->ports[number].memory_size = ports[i].memory_window;
        domain->pci->ports[number].prefetchable_size = ports[i].prefetchable_window;
        held_add(domain, number, &ports[i], &input->resolved[config->first_port + i]);
    }
    if (problem == NULL)
        problem = pci_build(domain);
    if (problem != NULL) {
        refuse(config, problem);
        return false;
    }
    domain->pci->is_held_awaited = true;
    return true;
}

static bool open_iommu(struct domain *domain)
{
    enum iommu_status status = IOMMU_OK;

    if (!domain->has_iommu)
        return true;
    status = iommu_context_init(&domain->iommu);
    for (size_t i = 0; i < domain->bank_count && status == IOMMU_OK; i++) {
        const struct domain_bank *bank = &domain->banks[i];

        status =
            iommu_context_map(&domain->iommu, (rp_gpa_t){bank->gpa},
                              (rp_hpa_t){bank->hpa}, bank->size, IOMMU_ACCESS_READ_WRITE);
    }
    if (status != IOMMU_OK)
        refuse(domain->config, iommu_status_text(status));
    return status == IOMMU_OK;
}

static bool open_hardware(struct domain *domain, const struct build_input *input)
{
    if (!(domain->roles & (LAUNCH_ROLE_HARDWARE | LAUNCH_ROLE_FIRMWARE)) ||
        hardware_init(domain, input))
        return true;
    refuse(domain->config, "no memory for its view of the machine");
    return false;
}

struct domain *build_domain(const struct build_input *input)
{
    const struct launch_domain *config = &input->config->domains[input->domain];
    struct domain *domain = pages_alloc(pages_for(sizeof *domain));

    if (domain == NULL) {
        refuse(config, "no memory for the hypervisor's own record of it");
        return NULL;
    }
    domain->name = config->name;
    domain->config = config;
    domain->id = config->domid;
    domain->roles = config->roles;
    domain->has_iommu = input->has_iommu;
    if (open_hardware(domain, input) && npt_init(domain) && give_memory(domain, input) &&
        give_cpus(domain) && open_iommu(domain) && give_functions(domain, input) &&
        load(domain, input->boot))
        return domain;
    build_release(domain);
    return NULL;
}

bool build_again(struct domain *domain, const struct boot_info *boot)
{
    pci_reset_functions(domain);
    hardware_reset_functions(domain);
    clear_memory(domain);
    return load(domain, boot);
}

void build_release(struct domain *domain)
{
    pci_release(domain);
    pins_reset(domain);
    reports_forget(domain_owner(domain));
    hardware_release(domain);
    if (domain->has_iommu && domain->iommu.root != NULL &&
        iommu_context_destroy(&domain->iommu) != IOMMU_OK)
        console_log("%s: its IOMMU tables could not be given back", domain->name);
    for (uint32_t i = 0; i < domain->vcpu_count; i++) {
        domain->vcpus[i].cpu->is_taken = false;
        hw_vcpu_destroy(&domain->vcpus[i]);
    }
    npt_free(domain);
    clear_memory(domain);
    for (size_t i = 0; i < domain->bank_count; i++)
        memmap_give_back(domain->banks[i].hpa, domain->banks[i].size);
    pages_free(domain, pages_for(sizeof *domain));
}
