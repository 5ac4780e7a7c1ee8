/* SPDX-License-Identifier: MIT */
/*
 * Lets a root port of QEMU's receive a message of a correctable error, which QEMU drops
 * on its way there. Loaded into QEMU (LD_PRELOAD), it takes the pcie-root-port with
 * id=port0. To set that port's property "correctable" is to send it such a message of the
 * function at device 0 behind it. QEMU itself sees to what the function has of the error.
 *
 * PCI Express Base r5.0, 6.2.4.1.2, 6.2.6 and 7.8.4.
 *
 * QEMU exports all functions for its modules, but no structure is known here: the port is
 * opaque, and its functions for configuration space are two pointers beside each other,
 * of which the first one is known.
 */
#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* ---- What QEMU declares --------------------------------------------------------- */

struct device;
struct error;

typedef uint32_t read_config_fn(struct device *device, uint32_t reg, int width);
typedef void write_config_fn(struct device *device, uint32_t reg, uint32_t value,
                             int width);
typedef bool get_fn(struct device *device, struct error **out_error);
typedef void set_fn(struct device *device, bool value, struct error **out_error);

struct notifier {
    void (*notify)(struct notifier *notifier, void *data);
    struct notifier *links[2];
};

void error_report(const char *format, ...) __attribute__((format(printf, 1, 2)));
void msix_notify(struct device *device, unsigned vector);
void *object_property_add_bool(struct device *device, const char *name, get_fn *get,
                               set_fn *set);
struct device *object_resolve_path(const char *path, bool *out_is_ambiguous);
void qemu_add_machine_init_done_notifier(struct notifier *notifier);
read_config_fn pci_default_read_config;

/* ---- The port's registers ------------------------------------------------------- */

enum {
    SECONDARY_BUS = 0x19,
    CAPABILITIES = 0x34,
    BRIDGE_CONTROL = 0x3e,
    PCIE_ID = 0x10,
    DEVICE_CONTROL = 0x08, /* in that */
    AER = 0x100,           /* where such a port has it, as it says */
    AER_ID = 0x0001,
    ROOT_COMMAND = AER + 0x2c,
    ROOT_STATUS = AER + 0x30,
    SOURCE = AER + 0x34,
    MESSAGE_SHIFT = 27, /* of the number in Root Error Status */
};

#define CORRECTABLE 0x1u /* in Root Error Command and Status and Device Control */
#define MULTIPLE    0x2u
#define BRIDGE_SERR 0x2u

static struct device *port;
static write_config_fn *write_on;
static uint32_t received; /* of Root Error Status, bits that QEMU's own has not */
static uint16_t source;

static uint32_t get(uint32_t reg, int width)
{
    return pci_default_read_config(port, reg, width);
}

/*
 * Accesses are as wide as they are aligned, so that none leaves a register. The source is
 * there while the status is: after that a real port's can be that of another message.
 */
static uint32_t read_config(struct device *self, uint32_t reg, int width)
{
    const uint32_t value = pci_default_read_config(self, reg, width);

    if (reg == ROOT_STATUS)
        return value | received;
    if (reg == SOURCE && received)
        return (value & ~(uint32_t)UINT16_MAX) | source;
    return value;
}

static void write_config(struct device *self, uint32_t reg, uint32_t value, int width)
{
    if (reg == ROOT_STATUS)
        received &= ~value;
    write_on(self, reg, value, width);
}

static bool is_reported(void)
{
    uint32_t at = get(CAPABILITIES, 1);

    while (at && get(at, 1) != PCIE_ID)
        at = get(at + 1, 1);
    return at && get(at + DEVICE_CONTROL, 2) & CORRECTABLE &&
           get(BRIDGE_CONTROL, 2) & BRIDGE_SERR;
}

static void receive(struct device *self, bool value, struct error **out_error)
{
    (void)self;
    (void)value;
    (void)out_error;
    if (!is_reported())
        return;
    if (received & CORRECTABLE) {
        received |= MULTIPLE;
        return;
    }
    received = CORRECTABLE;
    source = (uint16_t)(get(SECONDARY_BUS, 1) << 8);
    if (get(ROOT_COMMAND, 4) & CORRECTABLE)
        msix_notify(port, get(ROOT_STATUS, 4) >> MESSAGE_SHIFT);
}

/* ---- Making them the port's ------------------------------------------------------ */

static void give_up(const char *problem)
{
    error_report("correctable error: %s", problem);
    exit(1);
}

static void replace(void)
{
    uintptr_t *const words = (uintptr_t *)port;
    const size_t count = malloc_usable_size(port) / sizeof(*words);
    uintptr_t *found = NULL;

    for (size_t i = 0; i + 1 < count; i++) {
        if (words[i] != (uintptr_t)pci_default_read_config)
            continue;
        if (found)
            give_up("the port has a pointer to QEMU's function twice");
        found = &words[i];
    }
    if (!found)
        give_up("the port doesn't have its configuration space read by QEMU");
    found[0] = (uintptr_t)read_config;
    write_on = (write_config_fn *)found[1];
    found[1] = (uintptr_t)write_config;
}

static void extend(struct notifier *notifier, void *data)
{
    (void)notifier;
    (void)data;
    port = object_resolve_path("/machine/peripheral/port0", NULL);
    if (!port)
        give_up("there is no device with id=port0");
    if (get(AER, 2) != AER_ID)
        give_up("the port doesn't have Advanced Error Reporting first");
    replace();
    object_property_add_bool(port, "correctable", NULL, receive);
}

/* QEMU's list of them is complete before any constructor runs. */
__attribute__((constructor)) static void announce(void)
{
    static struct notifier notifier = {.notify = extend};

    qemu_add_machine_init_done_notifier(&notifier);
}
