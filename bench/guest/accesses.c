/* SPDX-License-Identifier: MIT */
/*
 * Single accesses, by the time-stamp counter: the median of many, an empty pair of
 * readings taken off.
 *
 * Under QEMU's instruction counting at shift=0 a tick is one executed instruction,
 * the hypervisor's included. Needs root, and iomem=relaxed on the command line.
 * Prints "bench: access NAME median lowest percentile99", a line an access.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/guest/measure.h"

#define CLASS_NVME     0x010802u
#define CLASS_BRIDGE   0x060400u
#define COMMAND_MEMORY 0x0002u
#define CAP_MSIX       0x11
#define MSIX_TABLE_BIR 0x7u
#define VECTOR_CONTROL 12
#define VECTOR_MASKED  1u
#define DEVICES        "/sys/bus/pci/devices"

enum {
    SAMPLES = 1000,
    PAGE = 4096,
    MCFG_FIRST_BASE = 44, /* PCI Firmware r3.2, table 4-2 */
};

/* A function of this machine. */
struct function {
    unsigned bus, dev, fn;
    char path[300];
};

static uint64_t ecam_base;
static volatile unsigned char *config; /* the function's 4096 bytes, through ECAM */
static volatile unsigned char *absent; /* a function's that isn't there */
static volatile unsigned char *port;   /* a root port's */
static volatile unsigned char *table;  /* the MSI-X table */
static uint32_t config_address;        /* the function's, for CF8 */
static int config_file;                /* the function's, in sysfs */
static uint64_t empty_pair;

static uint32_t read32(volatile unsigned char *page, unsigned reg)
{
    return *(volatile uint32_t *)(page + reg);
}

static void write32(volatile unsigned char *page, unsigned reg, uint32_t value)
{
    *(volatile uint32_t *)(page + reg) = value;
}

/* ---- What is measured ------------------------------------------------------- */

/* Each is expanded where the clock runs, so that no call is measured with it. */
#define ACCESSES                                                                         \
    ACCESS(nothing, )                                                                    \
    ACCESS(ecam_r32_000, (void)read32(config, 0x000))                                    \
    ACCESS(ecam_r32_004, (void)read32(config, 0x004))                                    \
    ACCESS(ecam_r32_010, (void)read32(config, 0x010))                                    \
    ACCESS(ecam_r32_03c, (void)read32(config, 0x03c))                                    \
    ACCESS(ecam_r32_100, (void)read32(config, 0x100))                                    \
    ACCESS(ecam_r32_ffc, (void)read32(config, 0xffc))                                    \
    ACCESS(ecam_w8_03c, config[0x3c] = 0xff)                                             \
    ACCESS(bar_sizing_w32, write32(config, 0x010, 0xffffffff))                           \
    ACCESS(absent_r32, (void)read32(absent, 0x000))                                      \
    ACCESS(root_port_r32, (void)read32(port, 0x000))                                     \
    ACCESS(cf8_cfc_r32_00, outl(config_address, 0xcf8); (void)inl(0xcfc))                \
    ACCESS(cf8_cfc_r32_10, outl(config_address | 0x10, 0xcf8); (void)inl(0xcfc))         \
    ACCESS(cf8_w32, outl(config_address, 0xcf8))                                         \
    ACCESS(cfc_r32, (void)inl(0xcfc))                                                    \
    ACCESS(sysfs_000, (void)pread(config_file, &word, 4, 0x000))                         \
    ACCESS(sysfs_100, (void)pread(config_file, &word, 4, 0x100))                         \
    ACCESS(msix_table_r32, (void)read32(table, VECTOR_CONTROL))                          \
    ACCESS(msix_table_w32, write32(table, VECTOR_CONTROL, VECTOR_MASKED))                \
    ACCESS(cpuid_0, __asm__ volatile("cpuid"                                             \
                                     : "=a"(word)                                        \
                                     : "0"(0)                                            \
                                     : "ebx", "ecx", "edx"))                             \
    ACCESS(uart_lsr_r8, (void)inb(0x3fd))                                                \
    ACCESS(port_80_w8, outb(0, 0x80))                                                    \
    ACCESS(getppid, syscall(SYS_getppid))

#define ACCESS(name, act)                                                                \
    static uint64_t measure_##name(void)                                                 \
    {                                                                                    \
        uint32_t word = 0;                                                               \
        uint64_t begin = measure_tsc();                                                  \
        act;                                                                             \
        uint64_t end = measure_tsc();                                                    \
        (void)word;                                                                      \
        return end - begin;                                                              \
    }
ACCESSES
#undef ACCESS

static const struct {
    const char *name;
    uint64_t (*measure)(void);
} accesses[] = {
#define ACCESS(name, act) {#name, measure_##name},
    ACCESSES
#undef ACCESS
};

static int compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

    return a < b ? -1 : a > b;
}

static void report(const char *name, uint64_t (*measure)(void))
{
    static uint64_t samples[SAMPLES];

    for (unsigned i = 0; i < SAMPLES; i++)
        samples[i] = measure();
    qsort(samples, SAMPLES, sizeof(samples[0]), compare);
    if (empty_pair == 0)
        empty_pair = samples[SAMPLES / 2];
    printf("bench: access %s %lld %lld %lld\n", name,
           (long long)(samples[SAMPLES / 2] - empty_pair),
           (long long)(samples[0] - empty_pair),
           (long long)(samples[SAMPLES * 99 / 100] - empty_pair));
}

/* ---- Finding it ---------------------------------------------------------------- */

static unsigned long read_number(const char *folder, const char *name)
{
    char path[400];
    char text[64] = "";
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "r");
    if (file == NULL || fgets(text, sizeof(text), file) == NULL)
        measure_fail(path);
    fclose(file);
    return strtoul(text, NULL, 16);
}

/* The first function whose class is @class; false if there is none. */
static bool find(unsigned long class, struct function *out)
{
    DIR *folder = opendir(DEVICES);
    struct dirent *entry;
    bool is_found = false;

    while (folder != NULL && !is_found && (entry = readdir(folder)) != NULL) {
        snprintf(out->path, sizeof(out->path), DEVICES "/%s", entry->d_name);
        is_found =
            sscanf(entry->d_name, "%*x:%x:%x.%x", &out->bus, &out->dev, &out->fn) == 3 &&
            read_number(out->path, "class") == class;
    }
    if (folder != NULL)
        closedir(folder);
    return is_found;
}

static void find_ecam(void)
{
    int file = open("/sys/firmware/acpi/tables/MCFG", O_RDONLY);

    if (file < 0 || pread(file, &ecam_base, 8, MCFG_FIRST_BASE) != 8)
        measure_fail("MCFG");
    close(file);
}

static volatile unsigned char *map(uint64_t address)
{
    static int memory = -1;
    void *page;

    if (memory < 0)
        memory = open("/dev/mem", O_RDWR | O_SYNC);
    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, memory, (off_t)address);
    if (page == MAP_FAILED)
        measure_fail("/dev/mem");
    return page;
}

static volatile unsigned char *map_config(unsigned bus, unsigned dev, unsigned fn)
{
    return map(ecam_base + (bus << 20 | dev << 15 | fn << 12));
}

static void find_absent(void)
{
    for (unsigned dev = 31; dev > 0; dev--) {
        absent = map_config(0, dev, 0);
        if (read32(absent, 0) == 0xffffffff)
            return;
    }
    measure_fail("a device number that nothing answers to");
}

static unsigned find_cap(unsigned id)
{
    unsigned at = config[0x34];

    for (unsigned i = 0; i < 48 && at != 0; i++, at = config[at + 1])
        if (config[at] == id)
            return at;
    return 0;
}

static void find_table(const struct function *function)
{
    unsigned cap = find_cap(CAP_MSIX);
    uint32_t where = read32(config, cap + 4);
    unsigned bar = 0x10 + 4 * (where & MSIX_TABLE_BIR);
    uint64_t base = read32(config, bar) & ~0xfu;

    if (cap == 0)
        measure_fail(function->path);
    if (read32(config, bar) & 4)
        base |= (uint64_t)read32(config, bar + 4) << 32;
    base += where & ~MSIX_TABLE_BIR;
    table = map(base & ~(uint64_t)(PAGE - 1)) + base % PAGE;
}

static void open_sysfs(const struct function *function)
{
    char path[400];

    snprintf(path, sizeof(path), "%s/config", function->path);
    config_file = open(path, O_RDWR);
    if (config_file < 0)
        measure_fail(path);
}

static void set_up(void)
{
    struct function function, bridge;

    if (!find(CLASS_NVME, &function) || !find(CLASS_BRIDGE, &bridge))
        measure_fail("an NVMe controller and a root port");
    find_ecam();
    config = map_config(function.bus, function.dev, function.fn);
    port = map_config(bridge.bus, bridge.dev, bridge.fn);
    find_absent();
    config_address =
        0x80000000u | function.bus << 16 | function.dev << 11 | function.fn << 8;
    open_sysfs(&function);
    config[0x04] |= COMMAND_MEMORY;
    find_table(&function);
    if (iopl(3) != 0)
        measure_fail("iopl");
}

/* The function's memory goes out of its way while its BARs are being sized. */
static void report_bar_sizing(const char *name, uint64_t (*measure)(void))
{
    uint32_t bar = read32(config, 0x010);

    config[0x04] &= (unsigned char)~COMMAND_MEMORY;
    report(name, measure);
    write32(config, 0x010, bar);
    config[0x04] |= COMMAND_MEMORY;
}

int measure_accesses(void)
{
    set_up();
    for (size_t i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++)
        if (strcmp(accesses[i].name, "bar_sizing_w32") == 0)
            report_bar_sizing(accesses[i].name, accesses[i].measure);
        else
            report(accesses[i].name, accesses[i].measure);
    return 0;
}
