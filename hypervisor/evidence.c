/* SPDX-License-Identifier: MIT */
/* What speaks for the machine's ECAM regions: firmware, chipset, a comparison. */
#include "evidence.h"

#include <rootport/chipset.h>
#include <rootport/mcfg.h>
#include <rootport/probe.h>

#include "cpu/msr.h"
#include "dev/console.h"
#include "mm/pages.h"
#include "mm/paging.h"
#include "platform.h"

#define VENDOR_AMD_EBX         0x68747541u /* "Auth" of "AuthenticAMD" */
#define VENDOR_HYGON_EBX       0x6f677948u /* "Hygo" of "HygonGenuine" */
#define CPUID_1_EAX_FAMILY     0x00000f00u
#define CPUID_1_EAX_EXT_FAMILY 0x0ff00000u
#define IOMMU_REGISTERS_SIZE   0x80000u /* with performance counters: 48882, 3.4 */
/*
 * Up to 4 GiB: I/O APICs, HPET, TPM, interrupt messages and flash, on every PC, of which
 * tables name some. Firmware puts no BAR there.
 */
#define FIXED_DEVICES_BASE 0xfec00000u
#define FIXED_DEVICES_SIZE 0x01400000u

enum {
    AMD_FAMILY_WITH_BASE_REGISTER = 0x10,
};

/* ---- Memory map ------------------------------------------------------------ */

/* What holds data in RAM is RAM to an ECAM region: it cannot be there. */
static enum rp_memory_type type_of(uint32_t type, unsigned distrust)
{
    if (type != MEMORY_RESERVED)
        return RP_MEMORY_RAM;
    return distrust & RP_ECAM_EVIDENCE_MEMORY_MAP ? RP_MEMORY_NONE : RP_MEMORY_RESERVED;
}

size_t evidence_memory_map(const struct boot_info *boot, const struct acpi_tables *tables,
                           unsigned distrust,
                           struct rp_memory_range out_map[EVIDENCE_MEMORY_MAX])
{
    const struct acpi_madt *madt = &tables->madt;
    size_t count = 0;

    for (size_t i = 0; i < boot->memory_count; i++) {
        const struct memory_range *from = &boot->memory[i];
        enum rp_memory_type type = type_of(from->type, distrust);

        if (type != RP_MEMORY_NONE)
            out_map[count++] = (struct rp_memory_range){from->base, from->size, type};
    }
    out_map[count++] = (struct rp_memory_range){FIXED_DEVICES_BASE, FIXED_DEVICES_SIZE,
                                                RP_MEMORY_DEVICE};
    for (unsigned i = 0; i < madt->ioapic_count; i++)
        out_map[count++] = (struct rp_memory_range){madt->ioapics[i].address, PAGE_SIZE,
                                                    RP_MEMORY_DEVICE};
    for (unsigned i = 0; i < tables->ivrs.ivhd_count; i++)
        out_map[count++] = (struct rp_memory_range){
            tables->ivrs.ivhds[i].base, IOMMU_REGISTERS_SIZE, RP_MEMORY_DEVICE};
    return count;
}

/* ---- Firmware's table ------------------------------------------------------ */

static void read_mcfg(struct rp_ecam *ecam, const struct acpi_location *location)
{
    const void *table = paging_map_memory(location->address, location->length);
    enum rp_mcfg_verdict verdict;
    struct rp_mcfg mcfg;

    if (table == NULL) {
        console_log("MCFG at %llx: it can't be mapped: left out",
                    (unsigned long long)location->address);
        return;
    }
    verdict = rp_mcfg_open(table, location->length, &mcfg);
    if (verdict != RP_MCFG_USABLE)
        console_log("MCFG at %llx: %s: left out; a firmware update may mend it",
                    (unsigned long long)location->address, rp_mcfg_verdict_text(verdict));
    else if (rp_mcfg_add_to(&mcfg, ecam) != RP_OK)
        console_log("MCFG at %llx: more than %lu regions: the rest is left out",
                    (unsigned long long)location->address,
                    (unsigned long)ecam->setup.capacity);
}

/* ---- Chipset --------------------------------------------------------------- */

static void read_host_bridge(struct rp_ecam *ecam, const struct rp_cfg *cfg)
{
    const char *name;
    enum rp_chipset_verdict verdict = rp_chipset_add_to(ecam, cfg, &name);

    if (verdict != RP_CHIPSET_FOUND && verdict != RP_CHIPSET_UNKNOWN)
        console_log("chipset: %s: %s; see ECAM (MMCFG) in the firmware's set-up", name,
                    rp_chipset_verdict_text(verdict));
}

static bool has_amd_register(void)
{
    uint32_t vendor = cpuid(0, 0).ebx;
    uint32_t signature = cpuid(1, 0).eax;
    uint32_t family = ((signature & CPUID_1_EAX_FAMILY) >> 8) +
                      ((signature & CPUID_1_EAX_EXT_FAMILY) >> 20);

    return (vendor == VENDOR_AMD_EBX || vendor == VENDOR_HYGON_EBX) &&
           family >= AMD_FAMILY_WITH_BASE_REGISTER;
}

static void read_amd_register(struct rp_ecam *ecam)
{
    enum rp_chipset_verdict verdict;
    uint64_t value;

    if (!has_amd_register() || !msr_read_safe(RP_CHIPSET_AMD_MSR, &value))
        return;
    verdict = rp_chipset_add_amd(ecam, value);
    if (verdict == RP_CHIPSET_RESERVED || verdict == RP_CHIPSET_NO_ROOM)
        console_log("chipset: MSR C001_0058: %s", rp_chipset_verdict_text(verdict));
}

/* ---- Probe ----------------------------------------------------------------- */

static void log_probe(const struct rp_probe *probe)
{
    console_log("probe of the ECAM region at %llx: %s: %pS",
                (unsigned long long)rp_ecam_start(&probe->range).value,
                rp_probe_verdict_text(probe->verdict), &probe->where);
}

static void probe(const struct rp_ecam *ecam, struct rp_ecam_region *region)
{
    struct rp_probe done = rp_probe_region(ecam, region, platform_self());

    if (done.verdict != RP_PROBE_SAME)
        log_probe(&done);
}

void evidence_gather(struct rp_ecam *ecam, const struct acpi_tables *tables,
                     const struct rp_cfg *cfg, unsigned distrust)
{
    for (unsigned i = 0; i < tables->mcfg_count; i++)
        read_mcfg(ecam, &tables->mcfgs[i]);
    if (!(distrust & RP_ECAM_EVIDENCE_CHIPSET)) {
        read_host_bridge(ecam, cfg);
        read_amd_register(ecam);
    }
    for (size_t i = 0; i < ecam->count && !(distrust & RP_ECAM_EVIDENCE_PROBE); i++)
        if (rp_probe_is_wanted(ecam, &ecam->setup.regions[i]))
            probe(ecam, &ecam->setup.regions[i]);
}
