/* SPDX-License-Identifier: MIT */
/* What firmware and the running kernel say of memory and of ECAM regions. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rootport/chipset.h>

#include "tools/audit/files.h"
#include "tools/audit/live.h"
#include "tools/audit/text.h"

enum {
    SMALL_FILE_SIZE = 65536,
    LIST_SIZE = 16 << 20,
};

/* ---- MCFG ---- */

static void read_mcfg(const char *root, struct machine *machine)
{
    char path[FILES_PATH_SIZE];
    struct file file;

    /* Without this folder nobody can tell whether firmware has the table. */
    if (!files_path(path, root, "/sys/firmware/acpi/tables") || access(path, F_OK) != 0) {
        machine->mcfg_sight = SIGHT_NONE;
        return;
    }
    if (!files_path(path, root, "/sys/firmware/acpi/tables/MCFG"))
        return;
    if (!files_read(path, MACHINE_MCFG_SIZE_MAX, &file)) {
        machine->mcfg_sight = files_sight(errno);
        return;
    }
    machine->mcfg_sight = SIGHT_SEEN;
    (void)machine_set_mcfg(machine, file.bytes, file.size);
    free(file.bytes);
}

/* ---- The memory map ---- */

static const struct {
    const char *begin; /* of the kernel's word for it */
    enum rp_memory_type type;
} memory_words[] = {
    {"System RAM", RP_MEMORY_RAM},
    {"ACPI Tables", RP_MEMORY_RAM},
    {"ACPI Non-volatile Storage", RP_MEMORY_RAM},
    {"Unusable memory", RP_MEMORY_RAM},
    {"Persistent Memory", RP_MEMORY_RAM},
    {"Persistent RAM", RP_MEMORY_RAM},
    {"Soft Reserved", RP_MEMORY_RAM},
    {"Reserved", RP_MEMORY_RESERVED},
    {"reserved", RP_MEMORY_RESERVED},
    {"IOAPIC ", RP_MEMORY_DEVICE},
    {"Local APIC", RP_MEMORY_DEVICE},
    {"HPET ", RP_MEMORY_DEVICE},
    {"dmar", RP_MEMORY_DEVICE},
    {"amd_iommu", RP_MEMORY_DEVICE},
};

/* Ranges of kinds that don't matter to ECAM regions are passed over. */
static void add_memory(struct machine *machine, uint64_t start, uint64_t end,
                       struct span word)
{
    for (unsigned i = 0; i < sizeof(memory_words) / sizeof(memory_words[0]); i++) {
        struct rp_memory_range range = {start, end - start + 1, memory_words[i].type};

        if (span_begins_with(word, memory_words[i].begin) && end >= start) {
            (void)machine_add_memory(machine, range);
            return;
        }
    }
}

static bool read_small(const char *folder, const char *entry, const char *name,
                       struct file *out_file, struct span *out_line)
{
    char path[FILES_PATH_SIZE];
    struct text text;

    if (!files_path(path, folder, "/%s/%s", entry, name) ||
        !files_read(path, SMALL_FILE_SIZE, out_file))
        return false;
    text = text_begin(out_file->bytes, out_file->size);
    if (text_next_line(&text, out_line))
        return true;
    free(out_file->bytes);
    errno = EINVAL;
    return false;
}

static bool read_small_hex(const char *folder, const char *entry, const char *name,
                           uint64_t *out_value)
{
    struct file file;
    struct span line;
    bool is_read;

    if (!read_small(folder, entry, name, &file, &line))
        return false;
    is_read = span_hex(line, UINT64_MAX, out_value);
    free(file.bytes);
    return is_read;
}

static bool add_firmware_range(struct machine *machine, const char *folder,
                               const char *entry)
{
    struct file file;
    struct span line;
    uint64_t start;
    uint64_t end;

    if (!read_small_hex(folder, entry, "start", &start) ||
        !read_small_hex(folder, entry, "end", &end) ||
        !read_small(folder, entry, "type", &file, &line))
        return false;
    add_memory(machine, start, end, line);
    free(file.bytes);
    return true;
}

/* Entries are numbered from 0. */
static int compare_numbers(const struct dirent **a, const struct dirent **b)
{
    return atoi((*a)->d_name) - atoi((*b)->d_name);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* /sys/firmware/memmap: E820 or UEFI's map, as firmware gave it. */
static void read_firmware_map(const char *root, struct machine *machine)
{
    char folder[FILES_PATH_SIZE];
    struct dirent **entries;
    bool is_whole = true;
    int count;

    if (!files_path(folder, root, "/sys/firmware/memmap"))
        return;
    count = scandir(folder, &entries, is_visible, compare_numbers);
    if (count < 0)
        return;
    for (int i = 0; i < count; i++) {
        is_whole = is_whole && add_firmware_range(machine, folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    if (!is_whole || machine->memory_count == 0) {
        machine->memory_count = 0;
        return;
    }
    machine->memory_sight = SIGHT_SEEN;
    machine->memory_source = MACHINE_MAP_FIRMWARE;
}

/* ---- The kernel's own list of addresses ---- */

/* "PCI ECAM ssss [bus bb-bb]", before Linux 6.9 "PCI MMCONFIG ...". */
static void add_kernel_region(struct machine *machine, uint64_t start, struct span word)
{
    struct span number = {NULL, 4};
    uint64_t segment;
    uint64_t start_bus;
    uint64_t end_bus;
    size_t prefix = span_begins_with(word, "PCI ECAM ")       ? 9
                    : span_begins_with(word, "PCI MMCONFIG ") ? 13
                                                              : 0;

    if (prefix == 0 || word.length != prefix + 4 + sizeof(" [bus 00-ff]") - 1)
        return;
    number.at = word.at + prefix;
    if (!span_hex(number, UINT16_MAX, &segment))
        return;
    number.at += 10;
    number.length = 2;
    if (!span_hex(number, UINT8_MAX, &start_bus))
        return;
    number.at += 3;
    if (!span_hex(number, UINT8_MAX, &end_bus))
        return;
    (void)machine_add_kernel_region(
        machine, (struct rp_ecam_range){{start - start_bus * RP_ECAM_BUS_SIZE},
                                        (uint16_t)segment,
                                        (uint8_t)start_bus,
                                        (uint8_t)end_bus});
}

/* "  eec00000-eecfffff : word", indented by what it lies in. */
static bool split_iomem(struct span line, uint64_t *out_start, uint64_t *out_end,
                        struct span *out_word)
{
    struct span range;
    struct span colon;
    struct span end;
    const char *dash;

    if (!text_next_field(&line, &range) || !text_next_field(&line, &colon) ||
        !span_equals(colon, ":") || line.length < 2)
        return false;
    dash = memchr(range.at, '-', range.length);
    if (!dash)
        return false;
    end.at = dash + 1;
    end.length = range.length - (size_t)(end.at - range.at);
    range.length = (size_t)(dash - range.at);
    out_word->at = line.at + 1;
    out_word->length = line.length - 1;
    return span_hex(range, UINT64_MAX, out_start) && span_hex(end, UINT64_MAX, out_end);
}

/*
 * /proc/iomem has the memory map too, though the kernel may have widened its
 * entries. Who may not know addresses is shown zeros.
 */
static void read_iomem(const char *root, struct machine *machine)
{
    char path[FILES_PATH_SIZE];
    bool wants_map = machine->memory_sight != SIGHT_SEEN;
    bool has_addresses = false;
    struct file file;
    struct text text;
    struct span line;

    if (!files_path(path, root, "/proc/iomem") || !files_read(path, LIST_SIZE, &file)) {
        machine->kernel_regions_sight = files_sight(errno);
        if (wants_map)
            machine->memory_sight = files_sight(errno);
        return;
    }
    text = text_begin(file.bytes, file.size);
    while (text_next_line(&text, &line)) {
        struct span word;
        uint64_t start;
        uint64_t end;

        if (!split_iomem(line, &start, &end, &word) || end == 0)
            continue;
        has_addresses = true;
        add_kernel_region(machine, start, word);
        if (wants_map)
            add_memory(machine, start, end, word);
    }
    free(file.bytes);
    machine->kernel_regions_sight = has_addresses ? SIGHT_SEEN : SIGHT_DENIED;
    if (wants_map) {
        machine->memory_sight = has_addresses ? SIGHT_SEEN : SIGHT_DENIED;
        machine->memory_source = has_addresses ? MACHINE_MAP_IOMEM : MACHINE_MAP_NONE;
    }
}

/* ---- Reservations of the ACPI namespace ---- */

/* The devices by which firmware reserves: PCI Firmware r3.2, 4.1.2. */
static bool is_motherboard(const char *folder, const char *entry,
                           char device[MACHINE_DEVICE_SIZE])
{
    struct file file;
    struct span line;
    bool is_one;

    if (!read_small(folder, entry, "id", &file, &line))
        return false;
    is_one = span_equals(line, "PNP0C01") || span_equals(line, "PNP0C02");
    if (is_one) {
        memcpy(device, line.at, line.length);
        device[line.length] = '\0';
    }
    free(file.bytes);
    return is_one;
}

/* "mem 0xe0000000-0xefffffff" */
static void add_reservation(struct machine *machine, struct span line, const char *device)
{
    struct span word;
    struct span start;
    struct span end;
    const char *dash;
    uint64_t first;
    uint64_t last;

    if (!text_next_field(&line, &word) || !span_equals(word, "mem") ||
        !text_next_field(&line, &start))
        return;
    dash = memchr(start.at, '-', start.length);
    if (!dash)
        return;
    end.at = dash + 1;
    end.length = start.length - (size_t)(end.at - start.at);
    start.length = (size_t)(dash - start.at);
    if (span_hex(start, UINT64_MAX, &first) && span_hex(end, UINT64_MAX, &last) &&
        last >= first)
        (void)machine_add_reservation(machine, first, last - first + 1, device);
}

static void read_device(struct machine *machine, const char *folder, const char *entry)
{
    char path[FILES_PATH_SIZE];
    char device[MACHINE_DEVICE_SIZE];
    struct file file;
    struct text text;
    struct span line;

    if (!is_motherboard(folder, entry, device) ||
        !files_path(path, folder, "/%s/resources", entry))
        return;
    if (!files_read(path, SMALL_FILE_SIZE, &file)) {
        machine->reservations_sight = SIGHT_DENIED;
        return;
    }
    text = text_begin(file.bytes, file.size);
    while (text_next_line(&text, &line))
        add_reservation(machine, line, device);
    free(file.bytes);
}

static void read_reservations(const char *root, struct machine *machine)
{
    char folder[FILES_PATH_SIZE];
    struct dirent **entries;
    int count;

    if (!files_path(folder, root, "/sys/bus/pnp/devices"))
        return;
    count = scandir(folder, &entries, is_visible, alphasort);
    if (count < 0) {
        machine->reservations_sight = files_sight(errno);
        return;
    }
    machine->reservations_sight = SIGHT_SEEN;
    for (int i = 0; i < count; i++) {
        read_device(machine, folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

/* ---- The processor ---- */

/* The first word of what stands behind "@key\t: " in /proc/cpuinfo. */
static bool find_value(const struct file *cpuinfo, const char *key, struct span *out_word)
{
    struct text text = text_begin(cpuinfo->bytes, cpuinfo->size);
    struct span line;

    while (text_next_line(&text, &line)) {
        const char *colon = memchr(line.at, ':', line.length);

        if (!colon || !span_begins_with(line, key))
            continue;
        line.length -= (size_t)(colon + 1 - line.at);
        line.at = colon + 1;
        return text_next_field(&line, out_word);
    }
    return false;
}

/* AMD's MSR C001_0058 came with family 10h. */
static bool has_amd_msr(const struct file *cpuinfo)
{
    enum {
        FAMILY_FIRST = 0x10,
    };
    struct span word;
    uint64_t family;

    return find_value(cpuinfo, "vendor_id", &word) &&
           (span_equals(word, "AuthenticAMD") || span_equals(word, "HygonGenuine")) &&
           find_value(cpuinfo, "cpu family", &word) &&
           span_decimal(word, UINT32_MAX, &family) && family >= FAMILY_FIRST;
}

static void read_amd_msr(const char *root, struct machine *machine)
{
    char path[FILES_PATH_SIZE];
    uint64_t value;
    int fd;

    machine->amd_msr_sight = SIGHT_DENIED;
    if (!files_path(path, root, "/dev/cpu/0/msr"))
        return;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    /* The driver takes the register's number for an offset. */
    if (pread(fd, &value, sizeof(value), (off_t)RP_CHIPSET_AMD_MSR) == sizeof(value)) {
        machine->amd_msr_sight = SIGHT_SEEN;
        machine->amd_msr = value;
    }
    close(fd);
}

static void read_processor(const char *root, struct machine *machine)
{
    char path[FILES_PATH_SIZE];
    struct file cpuinfo;
    struct span word;
    uint64_t bits;

    if (!files_path(path, root, "/proc/cpuinfo") ||
        !files_read(path, LIST_SIZE, &cpuinfo))
        return;
    /* "address sizes\t: 46 bits physical, 48 bits virtual" */
    if (find_value(&cpuinfo, "address sizes", &word) && span_decimal(word, 64, &bits))
        machine->address_bits = (unsigned)bits;
    machine->amd_msr_sight = SIGHT_ABSENT;
    if (has_amd_msr(&cpuinfo))
        read_amd_msr(root, machine);
    free(cpuinfo.bytes);
}

/* How many CPUs a list like "0-3,8" has; 0 if it isn't one. */
static unsigned count_cpus(struct span list)
{
    uint64_t count = 0;

    while (list.length > 0) {
        const char *comma = memchr(list.at, ',', list.length);
        size_t length = comma ? (size_t)(comma - list.at) : list.length;
        const char *dash = memchr(list.at, '-', length);
        struct span first = {list.at, dash ? (size_t)(dash - list.at) : length};
        struct span last = {dash ? dash + 1 : list.at,
                            dash ? length - first.length - 1 : length};
        uint64_t low, high;

        if (!span_decimal(first, MACHINE_CPUS_MAX - 1, &low) ||
            !span_decimal(last, MACHINE_CPUS_MAX - 1, &high) || low > high)
            return 0;
        count += high - low + 1;
        list.at += length + (comma != NULL);
        list.length -= length + (comma != NULL);
    }
    return count <= MACHINE_CPUS_MAX ? (unsigned)count : 0;
}

/* Those that firmware lists, whether the kernel uses them or not. */
static void read_cpus(const char *root, struct machine *machine)
{
    char path[FILES_PATH_SIZE];
    struct file file;
    struct text text;
    struct span line;

    if (!files_path(path, root, "/sys/devices/system/cpu/present") ||
        !files_read(path, SMALL_FILE_SIZE, &file))
        return;
    text = text_begin(file.bytes, file.size);
    if (text_next_line(&text, &line))
        machine->cpu_count = count_cpus(line);
    free(file.bytes);
}

void live_read_firmware(const char *root, struct machine *machine)
{
    read_mcfg(root, machine);
    read_firmware_map(root, machine);
    read_iomem(root, machine);
    read_reservations(root, machine);
    read_processor(root, machine);
    read_cpus(root, machine);
}
