/* SPDX-License-Identifier: MIT */
/* What the control domain may look at. */
#include "control_get.h"

#include <stddef.h>

#include <rootport/control.h>

#include "cpu/clock.h"
#include "dev/console.h"
#include "domains.h"
#include "guest/exits.h"
#include "guest/function.h"
#include "guest/pci.h"
#include "guest/xen.h"
#include "launch/launch.h"
#include "lib/string.h"
#include "machine.h"
#include "mm/pages.h"
#include "seal.h"

enum {
    RESULT_MAX = 0x7fffffff,
};

static int64_t limited(uint64_t value)
{
    return value < RESULT_MAX ? (int64_t)value : RESULT_MAX;
}

static int64_t in_place(char character, unsigned place)
{
    return (int64_t)(character & ROOTPORT_CONTROL_CHARACTER_MASK)
           << ROOTPORT_CONTROL_CHARACTER_BITS * place;
}

static int64_t text_part(const char *text, uint64_t part)
{
    size_t length = strlen(text);
    int64_t value = 0;

    if (part > length / ROOTPORT_CONTROL_PART_CHARACTERS)
        return -XEN_ENOENT;
    for (unsigned i = 0; i < ROOTPORT_CONTROL_PART_CHARACTERS; i++) {
        size_t at = (size_t)part * ROOTPORT_CONTROL_PART_CHARACTERS + i;

        if (at < length)
            value |= in_place(text[at], i);
    }
    return value;
}

/* ---- Machine and log ------------------------------------------------------- */

static int64_t get_machine(uint64_t field)
{
    switch (field) {
    case ROOTPORT_MACHINE_SEALED:
        return seal_is_done();
    case ROOTPORT_MACHINE_FREE_PAGES:
        return limited(pages_free_count());
    case ROOTPORT_MACHINE_LOG_BEGIN:
        return console_history_begin();
    case ROOTPORT_MACHINE_LOG_END:
        return console_history_end();
    case ROOTPORT_MACHINE_UPTIME_MS:
        return limited(clock_since_entry_us() / 1000);
    default:
        return -XEN_ENOENT;
    }
}

static int64_t get_log(uint64_t position)
{
    int64_t value = 0;

    if (position > RESULT_MAX)
        return -XEN_ENOENT;
    for (unsigned i = 0; i < ROOTPORT_CONTROL_PART_CHARACTERS; i++)
        value |= in_place(console_history_at((uint32_t)position + i), i);
    return value;
}

/* ---- Functions ------------------------------------------------------------- */

static enum rootport_control_place place_of(const struct guest_function *function)
{
    if (function == NULL)
        return ROOTPORT_PLACE_QUARANTINE;
    if (function_is_given(function))
        return ROOTPORT_PLACE_ASSIGNED;
    if (function_is_held(function))
        return ROOTPORT_PLACE_HELD;
    return function->stage == FUNCTION_RESETTING ? ROOTPORT_PLACE_RESETTING
                                                 : ROOTPORT_PLACE_QUARANTINE;
}

/* A function that the hardware domain has as the machine shows it. */
static int64_t get_hardware_owner(const struct rp_function *scanned, uint64_t field)
{
    switch (field) {
    case ROOTPORT_FUNCTION_PLACE:
        return ROOTPORT_PLACE_ASSIGNED;
    case ROOTPORT_FUNCTION_DOMAIN:
        return limited(domain_of_owner(scanned->owner));
    default:
        return -XEN_ENOENT; /* it is behind no port of ours */
    }
}

static int64_t get_owner(const struct rp_function *scanned, uint64_t field)
{
    const struct guest_function *function = function_find(scanned->sbdf);
    enum rootport_control_place place = place_of(function);

    if (function == NULL && scanned->owner != 0)
        return get_hardware_owner(scanned, field);
    if (field == ROOTPORT_FUNCTION_PLACE)
        return place;
    if (place != ROOTPORT_PLACE_HELD && place != ROOTPORT_PLACE_ASSIGNED)
        return -XEN_ENOENT;
    return field == ROOTPORT_FUNCTION_DOMAIN ? (int64_t)function->domain->id
                                             : (int64_t)function->port + 1;
}

static int64_t get_function(uint64_t index, uint64_t field)
{
    const struct rp_function *scanned = &machine_scan()->functions[index];
    struct rp_extcfg_verdict verdict = rp_scan_verdict(scanned);

    if (!scanned->is_present)
        return -XEN_ENOENT;
    switch (field) {
    case ROOTPORT_FUNCTION_SEGMENT:
        return rp_sbdf_segment(scanned->sbdf);
    case ROOTPORT_FUNCTION_BDF:
        return (int64_t)rp_sbdf_bus(scanned->sbdf) << 8 | rp_sbdf_devfn(scanned->sbdf);
    case ROOTPORT_FUNCTION_VENDOR:
        return scanned->vendor_id;
    case ROOTPORT_FUNCTION_DEVICE:
        return scanned->device_id;
    case ROOTPORT_FUNCTION_CLASS:
        return scanned->class_code;
    case ROOTPORT_FUNCTION_SIZE:
        return verdict.size;
    case ROOTPORT_FUNCTION_REASON:
        return verdict.reason;
    case ROOTPORT_FUNCTION_FINAL:
        return verdict.final;
    case ROOTPORT_FUNCTION_PLACE:
    case ROOTPORT_FUNCTION_DOMAIN:
    case ROOTPORT_FUNCTION_PORT:
        return get_owner(scanned, field);
    default:
        return -XEN_ENOENT;
    }
}

/* ---- Domains --------------------------------------------------------------- */

static int64_t state_of(const struct domains_entry *entry)
{
    switch (entry->state) {
    case DOMAINS_NOT_LAUNCHED:
    case DOMAINS_WAITING:
        break;
    case DOMAINS_RUNNING:
        return ROOTPORT_STATE_RUNNING;
    case DOMAINS_RESTARTING:
        return ROOTPORT_STATE_RESTARTING;
    case DOMAINS_ENDED:
        return ROOTPORT_STATE_ENDED;
    }
    return ROOTPORT_STATE_NOT_LAUNCHED;
}

static int64_t get_domain(uint64_t index, uint64_t field, uint64_t part)
{
    const struct domains_entry *entry = domains_entry((size_t)index);
    const struct launch_domain *config = domains_config((size_t)index);

    switch (field) {
    case ROOTPORT_DOMAIN_NUMBER:
        return config->domid;
    case ROOTPORT_DOMAIN_STATE:
        return state_of(entry);
    case ROOTPORT_DOMAIN_ROLES:
        return config->roles;
    case ROOTPORT_DOMAIN_CPUS:
        return config->cpu_count;
    case ROOTPORT_DOMAIN_MEMORY:
        return limited(config->memory >> 20);
    case ROOTPORT_DOMAIN_RESTARTS:
        return limited(entry->restart_count);
    case ROOTPORT_DOMAIN_EXITS:
        return part < EXIT_KIND_COUNT
                   ? limited(domains_exit_count(entry, (enum exit_kind)part))
                   : -XEN_ENOENT;
    case ROOTPORT_DOMAIN_NAME:
        return text_part(config->name, part);
    case ROOTPORT_DOMAIN_END_TEXT:
        return entry->state == DOMAINS_ENDED
                   ? text_part(domain_end_text(entry->end), part)
                   : -XEN_ENOENT;
    default:
        return -XEN_ENOENT;
    }
}

/* ---- Ports ----------------------------------------------------------------- */

static int64_t get_port_of(const struct domain *domain, unsigned port, uint64_t field)
{
    const struct guest_port *place = &domain->pci->ports[port];

    switch (field) {
    case ROOTPORT_PORT_DOMAIN:
        return domain->id;
    case ROOTPORT_PORT_NUMBER:
        return port + 1;
    case ROOTPORT_PORT_STATE:
        return rp_rootport_state(&domain->pci->rootports[port]);
    case ROOTPORT_PORT_OUTCOME:
        return place->outcome;
    case ROOTPORT_PORT_OUTCOME_COUNT:
        return limited(place->outcome_count);
    case ROOTPORT_PORT_IS_HELD:
        return place->held != NULL;
    default:
        return -XEN_ENOENT;
    }
}

static unsigned port_count(const struct domains_entry *entry)
{
    return entry->state == DOMAINS_RUNNING ? entry->domain->pci->port_count : 0;
}

static int64_t count_ports(void)
{
    const struct domains_entry *entry;
    int64_t count = 0;

    for (size_t i = 0; (entry = domains_entry(i)) != NULL; i++)
        count += port_count(entry);
    return count;
}

static int64_t get_port(uint64_t index, uint64_t field)
{
    const struct domains_entry *entry;

    for (size_t i = 0; (entry = domains_entry(i)) != NULL; i++) {
        if (index < port_count(entry))
            return get_port_of(entry->domain, (unsigned)index, field);
        index -= port_count(entry);
    }
    return -XEN_ENOENT;
}

/* ---- All objects ----------------------------------------------------------- */

static int64_t count_domains(void)
{
    int64_t count = 0;

    while (domains_entry((size_t)count) != NULL)
        count++;
    return count;
}

int64_t control_count(uint64_t object)
{
    switch (object) {
    case ROOTPORT_CONTROL_MACHINE:
        return 1;
    case ROOTPORT_CONTROL_FUNCTION:
        return limited(machine_scan()->count);
    case ROOTPORT_CONTROL_DOMAIN:
        return count_domains();
    case ROOTPORT_CONTROL_PORT:
        return count_ports();
    case ROOTPORT_CONTROL_EXIT:
        return EXIT_KIND_COUNT;
    case ROOTPORT_CONTROL_LOG:
        return RESULT_MAX;
    default:
        return -XEN_EINVAL;
    }
}

int64_t control_get(const uint64_t arguments[4])
{
    uint64_t index = arguments[1];
    uint64_t field = arguments[2];
    int64_t count = control_count(arguments[0]);

    if (count < 0)
        return count;
    if (index >= (uint64_t)count)
        return -XEN_ENOENT;
    switch (arguments[0]) {
    case ROOTPORT_CONTROL_MACHINE:
        return get_machine(field);
    case ROOTPORT_CONTROL_FUNCTION:
        return get_function(index, field);
    case ROOTPORT_CONTROL_DOMAIN:
        return get_domain(index, field, arguments[3]);
    case ROOTPORT_CONTROL_PORT:
        return get_port(index, field);
    case ROOTPORT_CONTROL_EXIT:
        return text_part(exits_kind_text((enum exit_kind)index), arguments[3]);
    default:
        return get_log(index);
    }
}
