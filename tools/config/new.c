/* SPDX-License-Identifier: MIT */
/*
 * rootport config new: a launch configuration to start from, with what the machine
 * has in it and what each line is for.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <rootport/pci_regs.h>

#include "launch/launch.h"
#include "tools/audit/assess.h"
#include "tools/audit/input.h"
#include "tools/config/config.h"

enum {
    PATH_SIZE = 32 + 8 * LAUNCH_PATH_HOP_MAX,
    MIB_IN_KIB = 1024,
    GUEST_MIB = 512,
};

/* Base classes, PCI Code and ID Assignment r1.11, 1: what a guest has a use for. */
enum {
    CLASS_STORAGE = 0x01,
    CLASS_NETWORK = 0x02,
    CLASS_DISPLAY = 0x03,
    CLASS_MULTIMEDIA = 0x04,
    CLASS_COMMUNICATION = 0x07,
    CLASS_SERIAL_BUS = 0x0c,
    CLASS_WIRELESS = 0x0d,
    CLASS_ENCRYPTION = 0x10,
    CLASS_SIGNAL = 0x11,
    CLASS_ACCELERATOR = 0x12,
};

static const char *class_text(uint32_t class_code)
{
    switch (class_code >> 16) {
    case CLASS_STORAGE:
        return "storage controller";
    case CLASS_NETWORK:
        return "network controller";
    case CLASS_DISPLAY:
        return "display controller";
    case CLASS_MULTIMEDIA:
        return "multimedia controller";
    case CLASS_COMMUNICATION:
        return "communication controller";
    case CLASS_SERIAL_BUS:
        return "serial bus controller";
    case CLASS_WIRELESS:
        return "wireless controller";
    case CLASS_ENCRYPTION:
        return "encryption controller";
    case CLASS_SIGNAL:
        return "signal processing controller";
    case CLASS_ACCELERATOR:
        return "accelerator";
    default:
        return NULL;
    }
}

/* Functions of one device may reach each other past the IOMMU. */
static bool is_alone(const struct assess *assess, const struct rp_function *function)
{
    for (size_t i = 0; i < assess->function_count; i++) {
        const struct rp_function *other = assess->functions[i].core;

        if (other != function && other->sbdf.value >> 3 == function->sbdf.value >> 3)
            return false;
    }
    return true;
}

/* A function that a guest could be given. */
static bool is_candidate(const struct assess *assess, size_t index)
{
    const struct rp_function *function = assess->functions[index].core;

    return is_alone(assess, function) &&
           function->header_type == RP_PCI_LAYOUT_ENDPOINT && function->pcie_cap != 0 &&
           function->pf == RP_SCAN_NONE && class_text(function->class_code) != NULL;
}

/* The way from the root bus, as lspci -PP prints it; false: it is too long. */
static bool write_path(const struct rp_scan *scan, const struct rp_function *function,
                       char text[PATH_SIZE])
{
    const struct rp_function *hops[LAUNCH_PATH_HOP_MAX];
    unsigned count = 0;
    size_t length;

    for (const struct rp_function *at = function;; at = &scan->functions[at->parent]) {
        if (count == LAUNCH_PATH_HOP_MAX)
            return false;
        hops[count++] = at;
        if (at->parent == RP_SCAN_NONE)
            break;
    }
    length = (size_t)snprintf(
        text, PATH_SIZE, "%04x:%02x:", rp_sbdf_segment(hops[count - 1]->sbdf) & 0xffffu,
        rp_sbdf_bus(hops[count - 1]->sbdf) & 0xffu);
    for (unsigned i = count; i-- != 0;)
        length += (size_t)snprintf(text + length, PATH_SIZE - length, "%02x.%x%s",
                                   rp_sbdf_dev(hops[i]->sbdf) & 0x1fu,
                                   rp_sbdf_fn(hops[i]->sbdf) & 7u, i != 0 ? "/" : "");
    return true;
}

/* ---- Text ------------------------------------------------------------------ */

static const char head[] =
    "/* SPDX-License-Identifier: MIT */\n"
    "/*\n"
    " * A launch configuration for Rootport. docs/launch-configuration.md has every\n"
    " * node and property; `rootport config check` explains mistakes. Compile it with\n"
    " * dtc, and load it as a multiboot module before the kernel and the initrd:\n"
    " *\n"
    " *     dtc -O dtb -o rootport.dtb FILE\n"
    " */\n"
    "/dts-v1/;\n"
    "\n"
    "/ {\n"
    "\tchosen {\n"
    "\t\thypervisor {\n"
    "\t\t\tcompatible = \"hypervisor,rootport\";\n"
    "\n"
    "\t\t\tconfig {\n"
    "\t\t\t\tcompatible = \"rootport,config\";\n"
    "\n"
    "\t\t\t\t/* Believe firmware's list of ECAM regions where evidence supports it. */\n"
    "\t\t\t\tecam = \"default\";\n"
    "\n"
    "\t\t\t\t/* Nobody here could add evidence later: settle it all at boot. */\n"
    "\t\t\t\tseal = \"at-boot\";\n"
    "\n"
    "\t\t\t\t/* Give no device away without an IOMMU that confines it. */\n"
    "\t\t\t\tiommu = \"required\";\n"
    "\t\t\t};\n"
    "\n"
    "\t\t\t/* The node's name is the domain's: it stands before each line it prints. */\n"
    "\t\t\tguest {\n"
    "\t\t\t\tcompatible = \"xen,domain\";\n"
    "\n"
    "\t\t\t\t/* In KiB, a multiple of 2 MiB. */\n";

static const char modules[] =
    "\n"
    "\t\t\t\t/* One virtual CPU is one CPU of the machine. */\n"
    "\t\t\t\tcpus = <1>;\n"
    "\n"
    "\t\t\t\t/* Boot modules, counted from 0, which is this configuration. */\n"
    "\t\t\t\tkernel {\n"
    "\t\t\t\t\tcompatible = \"module,kernel\", \"multiboot,module\";\n"
    "\t\t\t\t\tmb-index = <1>;\n"
    "\t\t\t\t\tbootargs = \"console=ttyS0\";\n"
    "\t\t\t\t};\n"
    "\n"
    "\t\t\t\tramdisk {\n"
    "\t\t\t\t\tcompatible = \"module,ramdisk\", \"multiboot,module\";\n"
    "\t\t\t\t\tmb-index = <2>;\n"
    "\t\t\t\t};\n";

static const char tail[] = "\t\t\t};\n\t\t};\n\t};\n};\n";

/* The first is the guest's; the others wait for somebody to choose them. */
static void print_port(const struct assess *assess, size_t index, unsigned number)
{
    const struct assess_function *function = &assess->functions[index];
    const struct rp_function *core = function->core;
    bool is_extended =
        function->verdict.size == RP_CFG_SIZE_EXTENDED && !function->needs_report;
    char path[PATH_SIZE];

    if (!write_path(&assess->scan, core, path))
        return;
    printf("\n\t\t\t\t/*\n\t\t\t\t * %04x:%02x:%02x.%x, %04x:%04x: %s.\n"
           "\t\t\t\t * Configuration space: %s.\n\t\t\t\t */\n",
           rp_sbdf_segment(core->sbdf) & 0xffffu, rp_sbdf_bus(core->sbdf) & 0xffu,
           rp_sbdf_dev(core->sbdf) & 0x1fu, rp_sbdf_fn(core->sbdf) & 7u,
           core->vendor_id & 0xffffu, core->device_id & 0xffffu,
           class_text(core->class_code), assess_reason_text(assess, function));
    printf("\t\t\t\tport-%u {\n\t\t\t\t\tcompatible = \"rootport,port\";\n", number);
    if (number != 1)
        printf("\t\t\t\t\tstatus = \"disabled\"; /* without this line it is the guest's "
               "too */\n");
    printf("\n\t\t\t\t\tfunction {\n\t\t\t\t\t\tcompatible = \"rootport,function\";\n"
           "\t\t\t\t\t\tpath = \"%s\"; /* from the root bus, through bridges */\n",
           path);
    printf(is_extended ? "\n\t\t\t\t\t\t/* Not without all of its 4096 bytes. */\n"
                         "\t\t\t\t\t\textended-config = \"required\";\n"
                       : "\n\t\t\t\t\t\t/* Even with 256 bytes, which is all that is "
                         "reached of it at boot. */\n"
                         "\t\t\t\t\t\textended-config = \"final\";\n");
    printf("\t\t\t\t\t};\n\t\t\t\t};\n");
}

static void print(const struct assess *assess)
{
    unsigned number = 0;

    fputs(head, stdout);
    printf("\t\t\t\tmemory = /bits/ 64 <%u>;\n", GUEST_MIB * MIB_IN_KIB);
    fputs(modules, stdout);
    for (size_t i = 0; i < assess->function_count; i++)
        if (number < LAUNCH_DOMAIN_PORT_MAX && is_candidate(assess, i))
            print_port(assess, i, ++number);
    if (number == 0)
        printf("\n\t\t\t\t/* This machine has no function that a guest could be given. "
               "*/\n");
    fputs(tail, stdout);
}

/* ---- Command --------------------------------------------------------------- */

static const struct option known[] = {
    {"from", required_argument, NULL, 'f'},
    {"dump", required_argument, NULL, 'd'},
    {"root", required_argument, NULL, 'r'},
    {NULL, 0, NULL, 0},
};

static bool read_options(int argument_count, char **arguments, struct input *input)
{
    int letter;

    optind = 1;
    while ((letter = getopt_long(argument_count, arguments, "", known, NULL)) != -1) {
        if (letter == 'f')
            input->from = optarg;
        else if (letter == 'd')
            input->dump = optarg;
        else if (letter == 'r')
            input->root = optarg;
        else
            return false;
    }
    return optind == argument_count;
}

enum exit_code config_new_run(int argument_count, char **arguments)
{
    struct input input = {.root = ""};
    struct machine machine;
    struct assess assess;
    enum exit_code code = EXIT_TROUBLE;

    if (!read_options(argument_count, arguments, &input)) {
        fprintf(stderr,
                "Usage: rootport config new [--from FILE | --dump FILE | --root DIR]\n");
        return EXIT_TROUBLE;
    }
    machine_init(&machine);
    if (input_read(&input, &machine)) {
        assess_machine(&assess, &machine, RP_ECAM_POLICY_DEFAULT);
        print(&assess);
        assess_free(&assess);
        code = EXIT_FINE;
    }
    machine_free(&machine);
    return code;
}
