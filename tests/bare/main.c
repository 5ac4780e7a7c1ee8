/* SPDX-License-Identifier: MIT */
/* Does what the command line says. */
#include "bare.h"

#include "guest/pvh.h"

struct act {
    const char *name;
    void (*act)(void);
};

static const struct act acts[] = {
    {"alive", act_alive},
    {"neighbour", act_neighbour},
    {"instructions", act_instructions},
    {"control-registers", act_control_registers},
    {"ports", act_ports},
    {"strings", act_strings},
    {"msrs", act_msrs},
    {"memory", act_memory},
    {"ipis", act_ipis},
    {"reports", act_reports},
    {"triple-fault", act_triple_fault},
    {"jump", act_jump},
    {"tables", act_tables},
    {"unemulated", act_unemulated},
    {"halt", act_halt},
    {"debug-loop", act_debug_loop},
    {"spin", act_spin},
    {"hung-cpu", act_hung_cpu},
    {"dma", act_dma},
    {"function", act_function},
    {"slots", act_slots},
    {"gone", act_gone},
    {"traces", act_traces},
    {"static-memory", act_static_memory},
    {"machine-dma", act_machine_dma},
    {"machine-memory", act_machine_memory},
    {"machine-off", act_machine_off},
    {"machine-reset", act_machine_reset},
    {"exits", act_exits},
    {"free-pages", act_free_pages},
    {"storm", act_storm},
};

uint64_t memory_end;
static const char *command_line;
static const struct pvh_memory_range *map;
static uint32_t map_count;

void main(const struct pvh_start_info *info);

/* What follows @prefix where the word at @text begins with it, else NULL. */
static const char *after(const char *text, const char *prefix)
{
    for (; *prefix != '\0'; text++, prefix++)
        if (*text != *prefix)
            return NULL;
    return text;
}

static bool is_word_end(char c)
{
    return c == ' ' || c == '\0';
}

uint64_t command_line_number(const char *name)
{
    uint64_t number = 0;

    for (const char *text = command_line; *text != '\0'; text++) {
        const char *value = after(text, name);

        if (value == NULL || *value++ != '=')
            continue;
        for (; *value >= '0' && *value <= '9'; value++)
            number = number * 10 + (uint64_t)(*value - '0');
        break;
    }
    return number;
}

bool is_own_memory(uint64_t address)
{
    for (uint32_t i = 0; i < map_count; i++)
        if (map[i].type == PVH_MEMORY_RAM && address >= map[i].address &&
            address - map[i].address < map[i].size)
            return true;
    return false;
}

static void find_memory_end(const struct pvh_start_info *info)
{
    map = (const void *)info->memory_map;
    map_count = info->memory_map_count;
    for (uint32_t i = 0; i < map_count; i++)
        if (map[i].type == PVH_MEMORY_RAM && map[i].address + map[i].size > memory_end)
            memory_end = map[i].address + map[i].size;
}

/* Several acts may be named, each by a do=NAME of its own. */
void main(const struct pvh_start_info *info)
{
    command_line = (const char *)info->command_line;
    runtime_init();
    find_memory_end(info);
    for (const char *text = command_line; *text != '\0'; text++) {
        const char *wanted = after(text, "do=");

        for (size_t i = 0; wanted != NULL && i < TABLE_SIZE(acts); i++) {
            const char *rest = after(wanted, acts[i].name);

            if (rest != NULL && is_word_end(*rest))
                acts[i].act();
        }
    }
    say("rootport-test: DONE");
    power_off();
}
