/* SPDX-License-Identifier: MIT */
/*
 * Gives a device of QEMU's a BAR of memory that can be resized, as no device of its own
 * has one. Loaded into QEMU (LD_PRELOAD), it takes the device with id=resizable, which
 * has to be on PCI Express and to leave BAR 2 and its configuration space to QEMU.
 *
 * BAR 2 becomes 64-bit, prefetchable memory of 1 to 128 MiB, of 1 MiB after a reset. What
 * is in that memory stays through all changes of its size.
 *
 * PCI Express Base r5.0, 7.8.6.
 *
 * QEMU exports all functions for its modules, but no structure is known here: objects
 * are opaque, and the pointers to a device's functions are found by what they point to.
 */
#include <malloc.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* ---- What QEMU declares --------------------------------------------------------- */

struct device;
struct object_class;
struct error;
struct region;

typedef uint32_t read_config_fn(struct device *device, uint32_t reg, int width);
typedef void write_config_fn(struct device *device, uint32_t reg, uint32_t value,
                             int width);
typedef void reset_fn(struct device *device);

struct notifier {
    void (*notify)(struct notifier *notifier, void *data);
    struct notifier *links[2];
};

extern struct error *error_fatal;

void device_class_set_parent_reset(struct object_class *class, reset_fn *reset,
                                   reset_fn **out_old);
void error_report(const char *format, ...) __attribute__((format(printf, 1, 2)));
void memory_region_init_ram(struct region *region, struct device *owner, const char *name,
                            uint64_t size, struct error **out_error);
void memory_region_set_size(struct region *region, uint64_t size);
struct object_class *object_get_class(struct device *object);
struct device *object_resolve_path(const char *path, bool *out_is_ambiguous);
void pci_register_bar(struct device *device, int index, uint8_t type,
                      struct region *region);
void pcie_add_capability(struct device *device, uint16_t id, uint8_t version,
                         uint16_t offset, uint16_t size);
void qemu_add_machine_init_done_notifier(struct notifier *notifier);
read_config_fn pci_default_read_config;
write_config_fn pci_default_write_config;

/* ---- The function's registers ------------------------------------------------------ */

enum {
    COMMAND = 0x04,
    BAR = 2,
    BAR_REG = 0x10 + 4 * BAR,
    BAR_TYPE = 0xc, /* 64-bit, prefetchable */
    CAPABILITY = 0x100,
    CAPABILITY_ID = 0x15,
    CAPABILITY_LENGTH = 0x0c,
    SIZES = CAPABILITY + 0x04,
    CONTROL = CAPABILITY + 0x08,
    SIZE_COUNT = 8,
};

#define COMMAND_MEMORY     0x0002u
#define SIZES_SUPPORTED    (((UINT32_C(1) << SIZE_COUNT) - 1) << 4)
#define CONTROL_BAR        ((uint32_t)BAR)
#define CONTROL_COUNT      (UINT32_C(1) << 5) /* of BARs that can be resized */
#define CONTROL_SIZE       0x00003f00u        /* n: 2^n MiB */
#define CONTROL_SIZE_SHIFT 8

static struct device *device;
static uint32_t control;

/* QEMU's structure for memory of a device's, which is far smaller. */
static alignas(max_align_t) unsigned char region_storage[16384];
static struct region *const region = (struct region *)region_storage;

static uint64_t size_in_bytes(unsigned size)
{
    return UINT64_C(1) << (20 + size);
}

/* The BAR's contents are undefined then, so that nobody is to rely on them. */
static void set_size(unsigned size)
{
    control = CONTROL_BAR | CONTROL_COUNT | size << CONTROL_SIZE_SHIFT;
    memory_region_set_size(region, size_in_bytes(size));
    pci_register_bar(device, BAR, BAR_TYPE, region);
    pci_default_write_config(device, BAR_REG + 4, 0, 4);
}

/* Undefined too: sizes that aren't supported, and any while memory decode is on. */
static void write_control(uint32_t value)
{
    const unsigned size = (value & CONTROL_SIZE) >> CONTROL_SIZE_SHIFT;

    if (size < SIZE_COUNT &&
        !(pci_default_read_config(device, COMMAND, 2) & COMMAND_MEMORY))
        set_size(size);
}

/* Accesses are as wide as they are aligned, so that none leaves a register. */
static uint32_t read_config(struct device *self, uint32_t reg, int width)
{
    const uint32_t mask = UINT32_MAX >> (32 - 8 * width);

    if (reg >= SIZES && reg < CONTROL)
        return SIZES_SUPPORTED >> 8 * (reg - SIZES) & mask;
    if (reg >= CONTROL && reg < CONTROL + 4)
        return control >> 8 * (reg - CONTROL) & mask;
    return pci_default_read_config(self, reg, width);
}

static void write_config(struct device *self, uint32_t reg, uint32_t value, int width)
{
    const uint32_t mask = UINT32_MAX >> (32 - 8 * width);
    const unsigned shift = 8 * (reg - CONTROL);

    if (reg >= CONTROL && reg < CONTROL + 4)
        write_control((control & ~(mask << shift)) | (value & mask) << shift);
    else
        pci_default_write_config(self, reg, value, width);
}

/* ---- Making it the device's -------------------------------------------------------- */

static reset_fn *parent_reset;

static void reset(struct device *self)
{
    if (self == device) {
        pci_default_write_config(device, COMMAND, 0, 2);
        set_size(0);
    }
    parent_reset(self);
}

static void give_up(const char *problem)
{
    error_report("resizable BAR: %s", problem);
    exit(1);
}

/* The one pointer to @old in the device's memory becomes one to @new. */
static void replace(uintptr_t old, uintptr_t new)
{
    uintptr_t *const words = (uintptr_t *)device;
    const size_t count = malloc_usable_size(device) / sizeof(*words);
    uintptr_t *found = NULL;

    for (size_t i = 0; i < count; i++) {
        if (words[i] != old)
            continue;
        if (found)
            give_up("the device has a pointer to QEMU's function twice");
        found = &words[i];
    }
    if (!found)
        give_up("the device's configuration space isn't QEMU's own");
    *found = new;
}

static void extend(struct notifier *notifier, void *data)
{
    (void)notifier;
    (void)data;
    device = object_resolve_path("/machine/peripheral/resizable", NULL);
    if (!device)
        give_up("there is no device with id=resizable");
    memory_region_init_ram(region, device, "resizable-bar", size_in_bytes(SIZE_COUNT - 1),
                           &error_fatal);
    pcie_add_capability(device, CAPABILITY_ID, 1, CAPABILITY, CAPABILITY_LENGTH);
    set_size(0);
    replace((uintptr_t)pci_default_read_config, (uintptr_t)read_config);
    replace((uintptr_t)pci_default_write_config, (uintptr_t)write_config);
    device_class_set_parent_reset(object_get_class(device), reset, &parent_reset);
}

/* QEMU's list of them is complete before any constructor runs. */
__attribute__((constructor)) static void announce(void)
{
    static struct notifier notifier = {.notify = extend};

    qemu_add_machine_init_done_notifier(&notifier);
}
