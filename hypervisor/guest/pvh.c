/* SPDX-License-Identifier: MIT */
/*
 * Lays out what a kernel is given at its PVH entry: start_info, then the module
 * list, the memory map and the command line. Xen's public header
 * arch-x86/hvm/start_info.h, version 1.
 */
#include "guest/pvh.h"

#include "lib/string.h"

#define FOUR_GIB 0x100000000u

/* Offsets of the parts; all but the last have sizes that keep the next aligned to 8. */
struct plan {
    size_t modules;
    size_t memory_map;
    size_t command_line;
    size_t end;
};

static struct plan make_plan(const struct pvh_boot *boot)
{
    struct plan plan;

    plan.modules = sizeof(struct pvh_start_info);
    plan.memory_map = plan.modules + boot->module_count * sizeof(struct pvh_module);
    plan.command_line =
        plan.memory_map + boot->memory_map_count * sizeof(struct pvh_memory_range);
    plan.end = plan.command_line;
    if (boot->command_line)
        plan.end += strlen(boot->command_line) + 1;
    return plan;
}

size_t pvh_size(const struct pvh_boot *boot)
{
    return make_plan(boot).end;
}

/* A part that is not there may be a null pointer, which memcpy() does not take. */
static void copy(uint8_t *to, const void *from, size_t size)
{
    if (size)
        memcpy(to, from, size);
}

static bool is_placed_well(uint64_t address, size_t size)
{
    return address % 8 == 0 && size <= FOUR_GIB && address <= FOUR_GIB - size;
}

/* Where a part stands for the domain, or 0 for a part that is not there. */
static uint64_t address_of(size_t count, uint64_t address, size_t offset)
{
    return count ? address + offset : 0;
}

enum rp_status pvh_build(const struct pvh_boot *boot, rp_gpa_t address, void *buffer,
                         size_t size)
{
    const struct plan plan = make_plan(boot);
    const struct pvh_start_info start_info = {
        .magic = PVH_MAGIC,
        .version = PVH_VERSION,
        .flags = boot->flags,
        .module_count = boot->module_count,
        .module_list = address_of(boot->module_count, address.value, plan.modules),
        .command_line =
            address_of(plan.end - plan.command_line, address.value, plan.command_line),
        .rsdp = boot->rsdp,
        .memory_map = address_of(boot->memory_map_count, address.value, plan.memory_map),
        .memory_map_count = boot->memory_map_count,
    };
    uint8_t *bytes = buffer;

    if (!is_placed_well(address.value, plan.end) ||
        boot->flags & ~(PVH_PRIVILEGED | PVH_INITDOMAIN))
        return RP_ERR_INVALID;
    if (size < plan.end)
        return RP_ERR_NO_SPACE;
    copy(bytes, &start_info, sizeof(start_info));
    copy(bytes + plan.modules, boot->modules, plan.memory_map - plan.modules);
    copy(bytes + plan.memory_map, boot->memory_map, plan.command_line - plan.memory_map);
    copy(bytes + plan.command_line, boot->command_line, plan.end - plan.command_line);
    return RP_OK;
}
