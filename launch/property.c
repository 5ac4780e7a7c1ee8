/* SPDX-License-Identifier: MIT */
/*
 * The values of properties: cells are big-endian and needn't be aligned, a
 * string ends with its only NUL (Devicetree Specification v0.4, 2.2.4).
 */
#include "launch/internal.h"

enum {
    CELL_SIZE = 4,
    U64_SIZE = 8,
    BANK_SIZE = 2 * U64_SIZE,
};

#define KIB                1024u
#define MEMORY_GRANULE_KIB 2048u /* a large page */
#define WINDOW_GRANULE_KIB 1024u /* of a bridge: PCI-to-PCI Bridge r1.2, 3.2.5.8 */

/* AMD64 APM volume 2, 5.3: physical addresses have at most 52 bits. */
#define ADDRESS_LIMIT (1ull << 52)

static uint32_t cell_at(const char *bytes)
{
    const unsigned char *b = (const unsigned char *)bytes;

    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static uint64_t u64_at(const char *bytes)
{
    return (uint64_t)cell_at(bytes) << 32 | cell_at(bytes + CELL_SIZE);
}

static bool is_string(struct launch_value value)
{
    return value.length > 0 &&
           memchr(value.bytes, '\0', value.length) == value.bytes + value.length - 1;
}

/* ---- Plain types ---- */

enum launch_rule launch_parse_u32(const struct launch_property *property,
                                  struct launch_value value, void *target)
{
    uint32_t number;

    if (value.length != CELL_SIZE)
        return LAUNCH_RULE_TYPE_U32;
    number = cell_at(value.bytes);
    if (number < property->low || number > property->high)
        return LAUNCH_RULE_VALUE_RANGE;
    *(uint32_t *)target = number;
    return LAUNCH_RULE_NONE;
}

enum launch_rule launch_parse_string(const struct launch_property *property,
                                     struct launch_value value, void *target)
{
    (void)property;
    if (!is_string(value))
        return LAUNCH_RULE_TYPE_STRING;
    *(const char **)target = value.bytes;
    return LAUNCH_RULE_NONE;
}

enum launch_rule launch_parse_flag(const struct launch_property *property,
                                   struct launch_value value, void *target)
{
    (void)property;
    if (value.length != 0)
        return LAUNCH_RULE_TYPE_FLAG;
    *(bool *)target = true;
    return LAUNCH_RULE_NONE;
}

/* Where @word stands in "a|b|c", or a negative number. */
static int choice_place(const char *choices, const char *word)
{
    size_t length = strlen(word);

    for (int place = 0;; place++) {
        const char *end = strchr(choices, '|');
        size_t choice_length = end != NULL ? (size_t)(end - choices) : strlen(choices);

        if (choice_length == length && memcmp(choices, word, length) == 0)
            return place;
        if (end == NULL)
            return -1;
        choices = end + 1;
    }
}

enum launch_rule launch_parse_choice(const struct launch_property *property,
                                     struct launch_value value, void *target)
{
    unsigned place;

    if (!is_string(value))
        return LAUNCH_RULE_TYPE_STRING;
    place = (unsigned)choice_place(property->allowed, value.bytes);
    if ((int)place < 0)
        return LAUNCH_RULE_VALUE_CHOICE;
    /* An enum without negative values is an unsigned int to gcc and clang. */
    memcpy(target, &place, sizeof(place));
    return LAUNCH_RULE_NONE;
}

/* ---- Names ---- */

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '_' || c == '.';
}

bool launch_is_name(const char *name)
{
    size_t length = 0;

    while (length <= LAUNCH_NAME_MAX && is_name_character(name[length]))
        length++;
    return length > 0 && length <= LAUNCH_NAME_MAX && name[length] == '\0';
}

enum launch_rule launch_parse_name(const struct launch_property *property,
                                   struct launch_value value, void *target)
{
    (void)property;
    if (!is_string(value))
        return LAUNCH_RULE_TYPE_STRING;
    if (!launch_is_name(value.bytes))
        return LAUNCH_RULE_NAME_CHARACTERS;
    *(const char **)target = value.bytes;
    return LAUNCH_RULE_NONE;
}

/* ---- Memory ---- */

/* Reads a number of KiB, which has to be a multiple of @granule_kib, as bytes. */
static enum launch_rule parse_size(const struct launch_property *property,
                                   struct launch_value value, uint64_t granule_kib,
                                   enum launch_rule granule_rule, uint64_t *out_bytes)
{
    uint64_t kib;

    if (value.length != U64_SIZE)
        return LAUNCH_RULE_TYPE_U64;
    kib = u64_at(value.bytes);
    if (kib == 0 || kib % granule_kib != 0)
        return granule_rule;
    if (kib / granule_kib > property->high)
        return LAUNCH_RULE_VALUE_RANGE;
    *out_bytes = kib * KIB;
    return LAUNCH_RULE_NONE;
}

enum launch_rule launch_parse_memory(const struct launch_property *property,
                                     struct launch_value value, void *target)
{
    return parse_size(property, value, MEMORY_GRANULE_KIB, LAUNCH_RULE_MEMORY_GRANULE,
                      target);
}

enum launch_rule launch_parse_window(const struct launch_property *property,
                                     struct launch_value value, void *target)
{
    return parse_size(property, value, WINDOW_GRANULE_KIB, LAUNCH_RULE_WINDOW_GRANULE,
                      target);
}

enum launch_rule launch_parse_address(const struct launch_property *property,
                                      struct launch_value value, void *target)
{
    uint64_t address;

    (void)property;
    if (value.length != U64_SIZE)
        return LAUNCH_RULE_TYPE_U64;
    address = u64_at(value.bytes);
    memcpy(target, &address, sizeof(address));
    return address == 0 || address % (4 * KIB) != 0 || address >= ADDRESS_LIMIT
               ? LAUNCH_RULE_VALUE_RANGE
               : LAUNCH_RULE_NONE;
}

static bool is_bank_valid(struct launch_bank bank)
{
    uint64_t granule = (uint64_t)MEMORY_GRANULE_KIB * KIB;

    return bank.size > 0 && bank.base.value % granule == 0 && bank.size % granule == 0 &&
           bank.base.value < ADDRESS_LIMIT &&
           bank.size <= ADDRESS_LIMIT - bank.base.value;
}

enum launch_rule launch_parse_banks(const struct launch_property *property,
                                    struct launch_value value, void *target)
{
    struct launch_domain *domain = target;
    size_t count = value.length / BANK_SIZE;

    (void)property;
    if (count == 0 || count > LAUNCH_DOMAIN_BANK_MAX || value.length % BANK_SIZE != 0)
        return LAUNCH_RULE_BANK_LIST;
    for (size_t i = 0; i < count; i++) {
        const char *bytes = value.bytes + i * BANK_SIZE;
        struct launch_bank bank = {{u64_at(bytes)}, u64_at(bytes + U64_SIZE)};

        if (!is_bank_valid(bank))
            return LAUNCH_RULE_BANK_LIST;
        domain->banks[i] = bank;
    }
    domain->bank_count = (uint32_t)count;
    return LAUNCH_RULE_NONE;
}

/* ---- CPUs ---- */

static bool is_cpu_listed(const struct launch_domain *domain, size_t count,
                          uint32_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (domain->cpu_numbers[i] == number)
            return true;
    }
    return false;
}

enum launch_rule launch_parse_cpu_numbers(const struct launch_property *property,
                                          struct launch_value value, void *target)
{
    struct launch_domain *domain = target;
    size_t count = value.length / CELL_SIZE;

    (void)property;
    if (count == 0 || count > LAUNCH_DOMAIN_CPU_MAX || value.length % CELL_SIZE != 0)
        return LAUNCH_RULE_CPU_LIST;
    for (size_t i = 0; i < count; i++) {
        uint32_t number = cell_at(value.bytes + i * CELL_SIZE);

        if (number > LAUNCH_CPU_NUMBER_MAX || is_cpu_listed(domain, i, number))
            return LAUNCH_RULE_CPU_LIST;
        domain->cpu_numbers[i] = (uint16_t)number;
    }
    domain->cpu_number_count = (uint32_t)count;
    return LAUNCH_RULE_NONE;
}

/* ---- Roles ---- */

static const struct {
    const char *name;
    uint32_t role;
} role_names[] = {
    {"control", LAUNCH_ROLE_CONTROL},
    {"hardware", LAUNCH_ROLE_HARDWARE},
    {"firmware", LAUNCH_ROLE_FIRMWARE},
};

static uint32_t role_named(const char *name)
{
    for (size_t i = 0; i < LAUNCH_ARRAY_COUNT(role_names); i++) {
        if (strcmp(name, role_names[i].name) == 0)
            return role_names[i].role;
    }
    return 0;
}

static enum launch_rule parse_role_names(struct launch_value value, uint32_t *out_roles)
{
    uint32_t roles = 0;

    if (value.length == 0 || value.bytes[value.length - 1] != '\0')
        return LAUNCH_RULE_ROLE_KNOWN;
    for (size_t at = 0; at < value.length; at += strlen(value.bytes + at) + 1) {
        uint32_t role = role_named(value.bytes + at);

        if (role == 0)
            return LAUNCH_RULE_ROLE_KNOWN;
        roles |= role;
    }
    *out_roles = roles;
    return LAUNCH_RULE_NONE;
}

/* One cell with Xen's bits, or names; no name takes four bytes with its NUL. */
enum launch_rule launch_parse_roles(const struct launch_property *property,
                                    struct launch_value value, void *target)
{
    uint32_t roles;

    (void)property;
    if (value.length != CELL_SIZE)
        return parse_role_names(value, target);
    roles = cell_at(value.bytes);
    for (size_t i = 0; i < LAUNCH_ARRAY_COUNT(role_names); i++)
        roles &= ~role_names[i].role;
    if (roles != 0)
        return LAUNCH_RULE_ROLE_KNOWN;
    *(uint32_t *)target = cell_at(value.bytes);
    return LAUNCH_RULE_NONE;
}

/* ---- Others that take several forms ---- */

/* A cell is a number of milliseconds; neither word takes four bytes with its NUL. */
enum launch_rule launch_parse_seal(const struct launch_property *property,
                                   struct launch_value value, void *target)
{
    struct launch_config *config = target;
    enum launch_rule rule;

    if (value.length == CELL_SIZE) {
        config->seal = LAUNCH_SEAL_AFTER_MS;
        rule = launch_parse_u32(property, value, &config->seal_ms);
    } else {
        rule = launch_parse_choice(property, value, &config->seal);
    }
    return rule == LAUNCH_RULE_NONE ? rule : LAUNCH_RULE_SEAL_VALUE;
}

enum launch_rule launch_parse_config_size(const struct launch_property *property,
                                          struct launch_value value, void *target)
{
    uint32_t size;

    (void)property;
    if (value.length != CELL_SIZE)
        return LAUNCH_RULE_TYPE_U32;
    size = cell_at(value.bytes);
    if (size != 256 && size != 4096)
        return LAUNCH_RULE_CONFIG_SIZE;
    *(uint32_t *)target = size;
    return LAUNCH_RULE_NONE;
}

enum launch_rule launch_parse_module_index(const struct launch_property *property,
                                           struct launch_value value, void *target)
{
    struct launch_module *module = target;

    if (module->is_present)
        return LAUNCH_RULE_MODULE_LOCATION;
    module->is_present = true;
    return launch_parse_u32(property, value, &module->index);
}

enum launch_rule launch_parse_module_name(const struct launch_property *property,
                                          struct launch_value value, void *target)
{
    struct launch_module *module = target;

    if (module->is_present)
        return LAUNCH_RULE_MODULE_LOCATION;
    module->is_present = true;
    return launch_parse_string(property, value, &module->name);
}
