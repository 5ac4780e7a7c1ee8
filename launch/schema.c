/* SPDX-License-Identifier: MIT */
/*
 * The tables of docs/launch-configuration.md.
 */
#include "launch/schema.h"

/* A range, and the words that name it. */
#define RANGE(from, to) .low = (from), .high = (to), .allowed = #from " to " #to

/* The ranges below are spelled out so that messages can show them. */
_Static_assert(LAUNCH_DOMID_MAX == 32751, "domid");
_Static_assert(LAUNCH_DOMAIN_CPU_MAX == 32, "cpus");
_Static_assert(LAUNCH_DOMAIN_PORT_MAX == 30, "port");

#define AT(type, member) .offset = offsetof(struct type, member)

/* "rootport,config", into struct launch_config */
static const struct launch_property config_properties[] = {
    {.name = "ecam",
     .parse = launch_parse_choice,
     AT(launch_config, ecam),
     .allowed = "default|strict|probe|off"},
    {.name = "seal",
     .parse = launch_parse_seal,
     .low = 1,
     .high = 3600000,
     .allowed = "at-boot|on-report"},
    {.name = "mmcfg-reports",
     .parse = launch_parse_choice,
     AT(launch_config, mmcfg_reports),
     .allowed = "refused|allowed"},
    {.name = "iommu",
     .parse = launch_parse_choice,
     AT(launch_config, iommu),
     .allowed = "required|none"},
    {.name = "skip-alias-check",
     .parse = launch_parse_flag,
     AT(launch_config, skip_alias_check)},
};

/* How functions are named, into the struct launch_selector at @place */
#define SELECTOR_PROPERTIES(place)                                                       \
    {.name = "sbdf", .parse = launch_parse_sbdf, .offset = (place)},                     \
        {.name = "pci-id", .parse = launch_parse_pci_id, .offset = (place)},             \
        {.name = "index",                                                                \
         .parse = launch_parse_index,                                                    \
         .offset = (place),                                                              \
         RANGE(0, 65535)},                                                               \
        {.name = "serial", .parse = launch_parse_serial, .offset = (place)},             \
    {                                                                                    \
        .name = "path", .parse = launch_parse_path, .offset = (place)                    \
    }

/* "rootport,quirk", into struct launch_quirk */
static const struct launch_property quirk_properties[] = {
    SELECTOR_PROPERTIES(offsetof(struct launch_quirk, functions)),
    {.name = "config-size",
     .parse = launch_parse_config_size,
     AT(launch_quirk, config_size)},
    {.name = "interrupt-pin-gsi",
     .parse = launch_parse_u32,
     AT(launch_quirk, pin_gsi),
     RANGE(1, 255)},
    {.name = "skip-alias-check",
     .parse = launch_parse_flag,
     AT(launch_quirk, skip_alias_check)},
};

/* "xen,domain", into struct launch_domain */
static const struct launch_property domain_properties[] = {
    {.name = "domain-name", .parse = launch_parse_name, AT(launch_domain, name)},
    {.name = "domid",
     .parse = launch_parse_u32,
     AT(launch_domain, domid),
     RANGE(0, 32751)},
    {.name = "memory",
     .parse = launch_parse_memory,
     .presence = LAUNCH_REQUIRED,
     AT(launch_domain, memory),
     .high = 1u << 31, /* of 2 MiB */
     .allowed = "at most 4 PiB"},
    {.name = "xen,static-mem", .parse = launch_parse_banks},
    {.name = "cpus",
     .parse = launch_parse_u32,
     AT(launch_domain, cpu_count),
     RANGE(1, 32)},
    {.name = "cpu-numbers", .parse = launch_parse_cpu_numbers},
    {.name = "capabilities",
     .parse = launch_parse_roles,
     AT(launch_domain, roles),
     .allowed = "control, hardware, firmware"},
    {.name = "configuration-ports",
     .parse = launch_parse_flag,
     AT(launch_domain, has_configuration_ports)},
    {.name = "console",
     .parse = launch_parse_choice,
     AT(launch_domain, console),
     .allowed = "prefixed|none"},
    {.name = "console-focus",
     .parse = launch_parse_flag,
     AT(launch_domain, has_console_focus)},
};

/* "module,kernel" and "module,ramdisk", into struct launch_domain */
static const struct launch_property kernel_properties[] = {
    {.name = "mb-index",
     .parse = launch_parse_module_index,
     AT(launch_domain, kernel),
     RANGE(0, 65535)},
    {.name = "module-name", .parse = launch_parse_module_name, AT(launch_domain, kernel)},
    {.name = "bootargs", .parse = launch_parse_string, AT(launch_domain, bootargs)},
};

static const struct launch_property ramdisk_properties[] = {
    {.name = "mb-index",
     .parse = launch_parse_module_index,
     AT(launch_domain, ramdisk),
     RANGE(0, 65535)},
    {.name = "module-name",
     .parse = launch_parse_module_name,
     AT(launch_domain, ramdisk)},
};

/* "rootport,port", into struct launch_port */
static const struct launch_property port_properties[] = {
    {.name = "port", .parse = launch_parse_u32, AT(launch_port, number), RANGE(1, 30)},
    {.name = "memory-window",
     .parse = launch_parse_window,
     AT(launch_port, memory_window),
     .high = 1u << 10, /* of 1 MiB */
     .allowed = "at most 1 GiB"},
    {.name = "prefetchable-window",
     .parse = launch_parse_window,
     AT(launch_port, prefetchable_window),
     .high = 1u << 30, /* of 1 MiB */
     .allowed = "at most 1 PiB"},
};

/* "rootport,function", into struct launch_port */
static const struct launch_property function_properties[] = {
    SELECTOR_PROPERTIES(offsetof(struct launch_port, function)),
    {.name = "extended-config",
     .parse = launch_parse_choice,
     AT(launch_port, condition),
     .allowed = "required|final|now"},
    {.name = "vendor-capabilities",
     .parse = launch_parse_flag,
     AT(launch_port, has_vendor_capabilities)},
    {.name = "vital-product-data",
     .parse = launch_parse_choice,
     AT(launch_port, vital_product_data),
     .allowed = "read-only|writable"},
    {.name = "virtual-functions",
     .parse = launch_parse_address,
     AT(launch_port, vf_memory),
     .allowed = "a multiple of 4096 below 2^52"},
};

#define PROPERTIES(table)                                                                \
    .properties = (table), .property_count = LAUNCH_ARRAY_COUNT(table)

const struct launch_node launch_nodes[LAUNCH_NODE_KIND_COUNT] = {
    [LAUNCH_NODE_HYPERVISOR] = {.compatible = "hypervisor,rootport",
                                .parent = LAUNCH_NODE_KIND_COUNT,
                                .cost = LAUNCH_COSTS_SYSTEM},
    [LAUNCH_NODE_CONFIG] = {.compatible = "rootport,config",
                            .parent = LAUNCH_NODE_HYPERVISOR,
                            .cost = LAUNCH_COSTS_SYSTEM,
                            PROPERTIES(config_properties)},
    [LAUNCH_NODE_QUIRK] = {.compatible = "rootport,quirk",
                           .parent = LAUNCH_NODE_HYPERVISOR,
                           .cost = LAUNCH_COSTS_SYSTEM,
                           PROPERTIES(quirk_properties)},
    [LAUNCH_NODE_DOMAIN] = {.compatible = "xen,domain",
                            .parent = LAUNCH_NODE_HYPERVISOR,
                            .cost = LAUNCH_COSTS_DOMAIN,
                            PROPERTIES(domain_properties)},
    [LAUNCH_NODE_KERNEL] = {.compatible = "module,kernel",
                            .parent = LAUNCH_NODE_DOMAIN,
                            .cost = LAUNCH_COSTS_DOMAIN,
                            PROPERTIES(kernel_properties)},
    [LAUNCH_NODE_RAMDISK] = {.compatible = "module,ramdisk",
                             .parent = LAUNCH_NODE_DOMAIN,
                             .cost = LAUNCH_COSTS_DOMAIN,
                             PROPERTIES(ramdisk_properties)},
    [LAUNCH_NODE_PORT] = {.compatible = "rootport,port",
                          .parent = LAUNCH_NODE_DOMAIN,
                          .cost = LAUNCH_COSTS_PORT,
                          PROPERTIES(port_properties)},
    [LAUNCH_NODE_FUNCTION] = {.compatible = "rootport,function",
                              .parent = LAUNCH_NODE_PORT,
                              .cost = LAUNCH_COSTS_PORT,
                              PROPERTIES(function_properties)},
};
