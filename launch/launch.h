/* SPDX-License-Identifier: MIT */
/*
 * The launch configuration: a flattened device tree that names the domains of
 * a machine, read into plain structures.
 *
 * No heap, no globals, no logging: the hypervisor and the Linux tool link the
 * same code. Every byte of the blob may be hostile. Strings in the structures
 * point into the blob, which has to outlive them.
 *
 * docs/launch-configuration.md documents the binding; Devicetree Specification
 * v0.4, chapter 5 the format.
 */
#ifndef LAUNCH_LAUNCH_H
#define LAUNCH_LAUNCH_H

#include <rootport/status.h>
#include <rootport/types.h>

enum {
    LAUNCH_DOMAIN_MAX = 16,
    LAUNCH_PORT_MAX = 64,        /* over all domains */
    LAUNCH_DOMAIN_PORT_MAX = 30, /* devices 1 to 30 of the domain's bus 0 */
    LAUNCH_DOMAIN_CPU_MAX = 32,
    LAUNCH_CPU_NUMBER_MAX = 1023,
    LAUNCH_DOMAIN_BANK_MAX = 256, /* as many pieces as free memory may be in */
    LAUNCH_QUIRK_MAX = 32,
    LAUNCH_PATH_HOP_MAX = 16,
    LAUNCH_NAME_MAX = 31,      /* characters of a domain's name */
    LAUNCH_DOMID_MAX = 0x7fef, /* Xen reserves 0x7ff0 and up */
    LAUNCH_NODE_PATH_MAX = 128,
};

/* The blob has to begin at a multiple of this many bytes. */
#define LAUNCH_BLOB_ALIGNMENT 8u

/* No such domain, where a domain is named by its place in the array. */
#define LAUNCH_NO_DOMAIN (~(size_t)0)

/* ---- What the configuration says of the machine ---- */

/* Which evidence an ECAM region needs: the property `ecam`. */
enum launch_ecam_policy {
    LAUNCH_ECAM_DEFAULT = 0,
    LAUNCH_ECAM_STRICT,
    LAUNCH_ECAM_PROBE,
    LAUNCH_ECAM_OFF,
};

/* When no evidence is accepted any longer: the property `seal`. */
enum launch_seal {
    LAUNCH_SEAL_AT_BOOT = 0,
    LAUNCH_SEAL_ON_REPORT, /* when the hardware or firmware domain has reported */
    LAUNCH_SEAL_AFTER_MS,  /* so many milliseconds after the launch */
};

/* Whether the hardware domain may report ECAM regions: `mmcfg-reports`. */
enum launch_reports {
    LAUNCH_REPORTS_REFUSED = 0,
    LAUNCH_REPORTS_ALLOWED,
};

/* Whether a function may be assigned on a machine without an IOMMU: `iommu`. */
enum launch_iommu {
    LAUNCH_IOMMU_REQUIRED = 0,
    LAUNCH_IOMMU_NONE,
};

/* ---- How a PCI function is named ---- */

enum launch_selector_kind {
    LAUNCH_SELECT_NOTHING = 0,
    LAUNCH_SELECT_SBDF,
    LAUNCH_SELECT_ID,   /* vendor:device, and an index or a serial number */
    LAUNCH_SELECT_PATH, /* from a root bus through bridges */
};

/*
 * The way from a root bus to a function: the bridge on the root bus, then
 * device and function of each hop behind it, the function itself last. It
 * doesn't change when buses are renumbered.
 */
struct launch_pci_path {
    uint16_t segment;
    uint8_t root_bus;
    uint8_t hop_count;                  /* 0: no path is known */
    uint8_t devfn[LAUNCH_PATH_HOP_MAX]; /* device in bits 7:3, function in 2:0 */
};

struct launch_selector {
    enum launch_selector_kind kind;
    rp_sbdf_t sbdf;     /* LAUNCH_SELECT_SBDF */
    uint16_t vendor_id; /* LAUNCH_SELECT_ID, with the next five */
    uint16_t device_id;
    bool has_index;
    bool has_serial;
    uint32_t index; /* among the functions with that ID, in order of their SBDF, from 0 */
    uint64_t serial;             /* Device Serial Number, PCI Express Base r5.0, 7.9.3 */
    struct launch_pci_path path; /* LAUNCH_SELECT_PATH */
};

/* ---- Domains ---- */

/* Roles, as a mask; the values of the first two are those of Xen's binding. */
#define LAUNCH_ROLE_CONTROL  0x00000001u
#define LAUNCH_ROLE_HARDWARE 0x00000002u
#define LAUNCH_ROLE_FIRMWARE 0x00010000u

/* When a held function is plugged in: the property `extended-config`. */
enum launch_condition {
    LAUNCH_WHEN_REQUIRED = 0, /* the verdict is final and 4096 */
    LAUNCH_WHEN_FINAL,        /* the verdict is final, whatever it is */
    LAUNCH_WHEN_NOW,          /* at launch; the verdict of that moment is final */
};

/* Whether stores of vital product data reach the function. */
enum launch_vital_product_data {
    LAUNCH_VITAL_PRODUCT_DATA_READ_ONLY = 0,
    LAUNCH_VITAL_PRODUCT_DATA_WRITABLE,
};

enum launch_console {
    LAUNCH_CONSOLE_PREFIXED = 0, /* shares the machine's UART, each line after its name */
    LAUNCH_CONSOLE_NONE,
};

/* A file that the boot loader left in memory, by index or else by name. */
struct launch_module {
    bool is_present;  /* false: there is no such module node */
    const char *name; /* NULL: @index counts, from 0, all multiboot modules */
    uint32_t index;
};

/* A range of the machine's memory, in bytes; both are multiples of 2 MiB. */
struct launch_bank {
    rp_hpa_t base;
    uint64_t size;
};

/* A virtual root port, and the function that the domain is to get behind it. */
struct launch_port {
    size_t domain;                   /* place in launch_config.domains */
    const char *name;                /* of the port's node */
    int node;                        /* of the port in the blob: launch_node_path() */
    int function_node;               /* likewise, where it names a function */
    uint32_t number;                 /* device number on the domain's bus 0, 1 to 30 */
    uint64_t memory_window;          /* bytes; 0: as the function needs */
    uint64_t prefetchable_window;    /* bytes; 0: as the function needs */
    struct launch_selector function; /* LAUNCH_SELECT_NOTHING: an empty port */
    enum launch_condition condition;
    bool has_vendor_capabilities; /* the domain sees vendor-specific capabilities */
    enum launch_vital_product_data vital_product_data;
    uint64_t vf_memory; /* where the machine is to have its VF BARs; 0: it has no VFs */
};

struct launch_domain {
    const char *name;   /* unique; letters, digits, '-', '_' and '.' */
    int node;           /* in the blob: launch_node_path() */
    bool is_launchable; /* false: a finding says why; give it nothing */
    uint32_t domid;     /* unique; filled in where the configuration leaves it out */
    uint32_t roles;     /* LAUNCH_ROLE_* */
    uint64_t memory;    /* bytes, a multiple of 2 MiB */
    uint32_t cpu_count; /* 1 to LAUNCH_DOMAIN_CPU_MAX */
    uint32_t cpu_number_count; /* 0: any free CPUs will do; otherwise cpu_count */
    uint32_t bank_count;       /* 0: memory from wherever it's free */
    struct launch_module kernel;
    struct launch_module ramdisk;
    const char *bootargs;         /* never NULL */
    bool has_configuration_ports; /* CF8 and CFC, beside the ECAM region */
    enum launch_console console;
    bool has_console_focus; /* asks for it; launch_config.console_focus says who has it */
    size_t first_port;      /* its ports: launch_config.ports[first_port ...] */
    size_t port_count;
    uint16_t cpu_numbers[LAUNCH_DOMAIN_CPU_MAX]; /* the machine's, in MADT order from 0 */
    struct launch_bank banks[LAUNCH_DOMAIN_BANK_MAX];
};

/* What an administrator knows better of the functions that a selector matches. */
struct launch_quirk {
    struct launch_selector
        functions;         /* by ID: all with that ID, unless index or serial */
    uint32_t config_size;  /* the verdict: 256 or 4096; 0: evaluate */
    uint32_t pin_gsi;      /* where its interrupt pin leads, 1 to 255; 0: unknown */
    bool skip_alias_check; /* leave out the reads that look for aliasing */
};

struct launch_config {
    enum launch_ecam_policy ecam;
    enum launch_seal seal;
    uint32_t seal_ms; /* LAUNCH_SEAL_AFTER_MS */
    enum launch_reports mmcfg_reports;
    enum launch_iommu iommu;
    bool skip_alias_check; /* for every function */
    size_t console_focus;  /* the domain that input goes to, or LAUNCH_NO_DOMAIN */
    size_t domain_count;
    size_t port_count;
    size_t quirk_count;
    struct launch_domain domains[LAUNCH_DOMAIN_MAX];
    struct launch_port ports[LAUNCH_PORT_MAX];
    struct launch_quirk quirks[LAUNCH_QUIRK_MAX];
};

/* ---- What is wrong with it ---- */

/* Each rule has a sentence and a mend: launch_rule_text(), launch_rule_mend(). */
enum launch_rule {
    LAUNCH_RULE_NONE = 0,
    /* the blob */
    LAUNCH_RULE_BLOB_ALIGNED,
    LAUNCH_RULE_BLOB_VALID,
    LAUNCH_RULE_HYPERVISOR_NODE,
    LAUNCH_RULE_HYPERVISOR_COMPATIBLE,
    /* nodes */
    LAUNCH_RULE_NODE_KNOWN,
    LAUNCH_RULE_NODE_ONCE,
    LAUNCH_RULE_NODE_CAPACITY,
    /* properties */
    LAUNCH_RULE_PROPERTY_KNOWN,
    LAUNCH_RULE_PROPERTY_ONCE,
    LAUNCH_RULE_PROPERTY_MISSING,
    LAUNCH_RULE_TYPE_U32,
    LAUNCH_RULE_TYPE_U64,
    LAUNCH_RULE_TYPE_STRING,
    LAUNCH_RULE_TYPE_FLAG,
    LAUNCH_RULE_VALUE_CHOICE,
    LAUNCH_RULE_VALUE_RANGE,
    /* values of one property */
    LAUNCH_RULE_NAME_CHARACTERS,
    LAUNCH_RULE_MEMORY_GRANULE,
    LAUNCH_RULE_BANK_LIST,
    LAUNCH_RULE_BANK_SUM,
    LAUNCH_RULE_CPU_LIST,
    LAUNCH_RULE_CPU_COUNT,
    LAUNCH_RULE_ROLE_KNOWN,
    LAUNCH_RULE_SEAL_VALUE,
    LAUNCH_RULE_SBDF_FORM,
    LAUNCH_RULE_PCI_ID_FORM,
    LAUNCH_RULE_SERIAL_FORM,
    LAUNCH_RULE_PATH_FORM,
    LAUNCH_RULE_WINDOW_GRANULE,
    LAUNCH_RULE_CONFIG_SIZE,
    /* properties of one node together */
    LAUNCH_RULE_MODULE_LOCATION,
    LAUNCH_RULE_KERNEL_MISSING,
    LAUNCH_RULE_SELECTOR_MISSING,
    LAUNCH_RULE_SELECTOR_ONCE,
    LAUNCH_RULE_SELECTOR_REFINED,
    LAUNCH_RULE_QUIRK_EMPTY,
    LAUNCH_RULE_FOCUS_WITHOUT_CONSOLE,
    /* nodes together */
    LAUNCH_RULE_DOMAIN_NONE,
    LAUNCH_RULE_DOMAIN_NAME_TAKEN,
    LAUNCH_RULE_DOMID_TAKEN,
    LAUNCH_RULE_CPU_TAKEN,
    LAUNCH_RULE_BANK_TAKEN,
    LAUNCH_RULE_FUNCTION_TAKEN,
    LAUNCH_RULE_PORT_TAKEN,
    LAUNCH_RULE_HARDWARE_ONCE,
    LAUNCH_RULE_FIRMWARE_ONCE,
    LAUNCH_RULE_FIRMWARE_ALONE,
    LAUNCH_RULE_FIRMWARE_PORTS,
    LAUNCH_RULE_HARDWARE_PORTS,
    LAUNCH_RULE_FOCUS_ONCE,
    LAUNCH_RULE_SEAL_REPORTER,
    LAUNCH_RULE_REPORTS_REPORTER,
    LAUNCH_RULE_COUNT,
};

/* What a finding costs: nothing, or what the node at fault describes. */
enum launch_severity {
    LAUNCH_WARNING = 0, /* probably not what was meant */
    LAUNCH_COSTS_PORT,  /* the port stays empty */
    LAUNCH_COSTS_DOMAIN,
    LAUNCH_COSTS_SYSTEM, /* nothing is launched */
};

struct launch_finding {
    enum launch_rule rule;
    enum launch_severity severity;
    char node[LAUNCH_NODE_PATH_MAX]; /* path, or ".../" and the name if it's long */
    const char *property;            /* in the blob or constant; NULL: the node itself */
    const char *hint; /* what the rule's mend speaks of, NULL if nothing: see below */
};

/*
 * Findings, in the order of the tree; the caller supplies @entries. @count goes
 * on counting when @capacity is reached.
 *
 * A hint is the nearest known name (LAUNCH_RULE_*_KNOWN), what is allowed, the
 * limit, or the name of what stood there first (*_TAKEN, *_ONCE).
 */
struct launch_findings {
    struct launch_finding *entries;
    size_t capacity;
    size_t count;
};

/*
 * Reads the @size bytes at @blob into @out_config, which is overwritten, and
 * appends what is wrong to @findings.
 *
 * RP_OK: the domains that are launchable can be launched.
 * RP_ERR_MALFORMED: nothing can; a finding with LAUNCH_COSTS_SYSTEM says why
 * (if @findings has room).
 */
RP_MUST_CHECK enum rp_status launch_read(const void *blob, size_t size,
                                         struct launch_config *out_config,
                                         struct launch_findings *findings);

/* Whether the configuration lets a domain that is launched report ECAM regions. */
bool launch_may_report(const struct launch_config *config);

/*
 * Writes the path of the node at @node of a blob that launch_read() has taken, or
 * ".../" and the name if it's long.
 */
void launch_node_path(const void *blob, int node, char path[LAUNCH_NODE_PATH_MAX]);

/* What the rule demands, one sentence without its full stop; never NULL. */
const char *launch_rule_text(enum launch_rule rule);

/* What to do about it, likewise; never NULL. In launch/mends.c. */
const char *launch_rule_mend(enum launch_rule rule);

/* "warning", or what is lost: "port left empty", "domain not launched"; never NULL. */
const char *launch_severity_text(enum launch_severity severity);

/* What a finding says, in words; @property and @hint may be NULL. */
struct launch_message {
    enum launch_severity severity;
    const char *node;
    const char *property;
    const char *text; /* what is wrong, without a full stop */
    const char *hint;
    const char *mend; /* likewise */
};

/*
 * Writes "<severity>: <node>: <property>: <text> [hint]. <mend>." to @buffer,
 * cut to @size bytes and always ended by NUL if @size isn't 0. Bytes of the
 * blob that aren't printable ASCII come out as '?'. Returns the length.
 */
size_t launch_message_format(const struct launch_message *message, char *buffer,
                             size_t size);

/* Writes the message for @finding with @mend; as launch_message_format(). */
size_t launch_finding_format(const struct launch_finding *finding, const char *mend,
                             char *buffer, size_t size);

/*
 * Whether @name names the multiboot module with the command line @cmdline: it
 * is the last component of the first word. (QEMU passes file name and
 * arguments, GRUB 2 the arguments alone.)
 */
bool launch_module_is_named(const char *cmdline, const char *name);

#endif
