/* SPDX-License-Identifier: MIT */
/*
 * Reads the FADT, and finds \_S5 in the DSDT: what resetting the machine, powering
 * it off and timing need.
 *
 * Advanced Configuration and Power Interface Specification r6.5, 5.2.9, 20.2.
 */
#include "dev/acpi_internal.h"

/* ACPI 5.2.9, table 5.9. A FADT of ACPI 1.0 ends after the flags. */
enum {
    FADT_DSDT = 40,
    FADT_SCI_INT = 46,
    FADT_SMI_CMD = 48,
    FADT_ACPI_ENABLE = 52,
    FADT_PM1A_CNT_BLK = 64,
    FADT_PM1B_CNT_BLK = 68,
    FADT_PM_TMR_BLK = 76,
    FADT_IAPC_BOOT_ARCH = 109,
    FADT_FLAGS = 112,
    FADT_V1_SIZE = 116,
    FADT_RESET_REG = 116,
    FADT_RESET_VALUE = 128,
    FADT_X_DSDT = 140,
    FADT_X_PM1A_CNT_BLK = 172,
    FADT_X_PM1B_CNT_BLK = 184,
    FADT_X_PM_TMR_BLK = 208,
    FADT_SLEEP_CONTROL_REG = 244,
    FADT_SLEEP_STATUS_REG = 256,
};

#define FADT_TMR_VAL_EXT     0x00000100u
#define FADT_RESET_REG_SUP   0x00000400u
#define FADT_HW_REDUCED_ACPI 0x00100000u

/* ACPI 5.2.3.2. */
enum {
    GAS_BIT_WIDTH = 1,
    GAS_BIT_OFFSET = 2,
    GAS_ACCESS_SIZE = 3,
    GAS_ADDRESS = 4,
    GAS_SIZE = 12,
};

static uint32_t get32(const struct acpi_table *table, uint32_t offset)
{
    return acpi_holds(table, offset, 4) ? acpi_le32(table->bytes + offset) : 0;
}

static uint64_t get64(const struct acpi_table *table, uint32_t offset)
{
    return acpi_holds(table, offset, 8) ? acpi_le64(table->bytes + offset) : 0;
}

static struct acpi_gas get_gas(const struct acpi_table *table, uint32_t offset)
{
    const uint8_t *bytes = table->bytes + offset;

    if (!acpi_holds(table, offset, GAS_SIZE))
        return (struct acpi_gas){0};
    return (struct acpi_gas){
        .space = bytes[0],
        .bit_width = bytes[GAS_BIT_WIDTH],
        .bit_offset = bytes[GAS_BIT_OFFSET],
        .access_size = bytes[GAS_ACCESS_SIZE],
        .address = acpi_le64(bytes + GAS_ADDRESS),
    };
}

/* A register block by its extended field, or where that is zero by its I/O port. */
static struct acpi_gas get_block(const struct acpi_table *table, uint32_t extended,
                                 uint32_t legacy, uint8_t bit_width)
{
    struct acpi_gas gas = get_gas(table, extended);

    if (gas.address == 0) {
        gas = (struct acpi_gas){
            .space = ACPI_SPACE_IO,
            .bit_width = bit_width,
            .address = get32(table, legacy),
        };
    }
    return gas;
}

static void read_registers(struct acpi_fadt *fadt, const struct acpi_table *table)
{
    fadt->pm1a_control = get_block(table, FADT_X_PM1A_CNT_BLK, FADT_PM1A_CNT_BLK, 16);
    fadt->pm1b_control = get_block(table, FADT_X_PM1B_CNT_BLK, FADT_PM1B_CNT_BLK, 16);
    fadt->pm_timer = get_block(table, FADT_X_PM_TMR_BLK, FADT_PM_TMR_BLK, 32);
    fadt->reset_register = get_gas(table, FADT_RESET_REG);
    fadt->sleep_control = get_gas(table, FADT_SLEEP_CONTROL_REG);
    fadt->sleep_status = get_gas(table, FADT_SLEEP_STATUS_REG);
}

void acpi_fadt_parse(struct acpi_tables *tables, const struct acpi_table *table)
{
    struct acpi_fadt *fadt = &tables->fadt;

    if (table->length < FADT_V1_SIZE) {
        acpi_note(tables, table, ACPI_TOO_SHORT, 0);
        return;
    }
    uint32_t flags = acpi_le32(table->bytes + FADT_FLAGS);
    uint64_t x_dsdt = get64(table, FADT_X_DSDT);

    fadt->is_present = true;
    fadt->is_hardware_reduced = (flags & FADT_HW_REDUCED_ACPI) != 0;
    fadt->has_32bit_pm_timer = (flags & FADT_TMR_VAL_EXT) != 0;
    fadt->boot_flags = acpi_le16(table->bytes + FADT_IAPC_BOOT_ARCH);
    fadt->sci_interrupt = acpi_le16(table->bytes + FADT_SCI_INT);
    fadt->smi_command_port = acpi_le32(table->bytes + FADT_SMI_CMD);
    fadt->acpi_enable = table->bytes[FADT_ACPI_ENABLE];
    read_registers(fadt, table);
    fadt->has_reset = (flags & FADT_RESET_REG_SUP) != 0 &&
                      fadt->reset_register.address != 0 &&
                      acpi_holds(table, FADT_RESET_VALUE, 1);
    if (fadt->has_reset)
        fadt->reset_value = table->bytes[FADT_RESET_VALUE];
    tables->dsdt.address = x_dsdt != 0 ? x_dsdt : acpi_le32(table->bytes + FADT_DSDT);
}

/* --- \_S5 --- */

/* ACPI 20.2.3, 20.2.5: the encodings that a package of small integers uses. */
enum {
    AML_ZERO_OP = 0x00,
    AML_ONE_OP = 0x01,
    AML_NAME_OP = 0x08,
    AML_BYTE_PREFIX = 0x0a,
    AML_WORD_PREFIX = 0x0b,
    AML_DWORD_PREFIX = 0x0c,
    AML_PACKAGE_OP = 0x12,
    AML_ROOT_CHAR = 0x5c,
    SLP_TYP_MAX = 7, /* three bits in PM1_CNT */
};

struct cursor {
    const uint8_t *bytes;
    size_t left;
};

static bool take_byte(struct cursor *cursor, uint8_t *out_byte)
{
    if (cursor->left == 0)
        return false;
    *out_byte = *cursor->bytes++;
    cursor->left--;
    return true;
}

static bool take_this(struct cursor *cursor, uint8_t expected)
{
    uint8_t byte;

    return take_byte(cursor, &byte) && byte == expected;
}

static bool take_name_s5(struct cursor *cursor)
{
    if (cursor->left != 0 && cursor->bytes[0] == AML_ROOT_CHAR) {
        cursor->bytes++;
        cursor->left--;
    }
    return take_this(cursor, '_') && take_this(cursor, 'S') && take_this(cursor, '5') &&
           take_this(cursor, '_');
}

/* The value does not matter; bits 7:6 of its first byte count the ones that follow. */
static bool take_package_length(struct cursor *cursor)
{
    uint8_t lead;
    uint8_t ignored;

    if (!take_byte(cursor, &lead))
        return false;
    for (unsigned i = 0; i < lead >> 6; i++) {
        if (!take_byte(cursor, &ignored))
            return false;
    }
    return true;
}

static bool take_integer(struct cursor *cursor, uint32_t *out_value)
{
    uint8_t op;
    uint8_t byte;
    unsigned size;

    if (!take_byte(cursor, &op))
        return false;
    switch (op) {
    case AML_ZERO_OP:
    case AML_ONE_OP:
        *out_value = op;
        return true;
    case AML_BYTE_PREFIX:
        size = 1;
        break;
    case AML_WORD_PREFIX:
        size = 2;
        break;
    case AML_DWORD_PREFIX:
        size = 4;
        break;
    default:
        return false;
    }
    *out_value = 0;
    for (unsigned i = 0; i < size; i++) {
        if (!take_byte(cursor, &byte))
            return false;
        *out_value |= (uint32_t)byte << (8 * i);
    }
    return true;
}

/* Name (\_S5, Package () {SLP_TYPa, SLP_TYPb, ...}), where the second may be missing. */
static bool take_s5(struct cursor cursor, struct acpi_s5 *out_s5)
{
    uint8_t element_count;
    uint32_t a;
    uint32_t b = 0;

    if (!take_this(&cursor, AML_NAME_OP) || !take_name_s5(&cursor) ||
        !take_this(&cursor, AML_PACKAGE_OP) || !take_package_length(&cursor) ||
        !take_byte(&cursor, &element_count) || element_count == 0 ||
        !take_integer(&cursor, &a))
        return false;
    if (element_count > 1 && !take_integer(&cursor, &b))
        return false;
    if (a > SLP_TYP_MAX || b > SLP_TYP_MAX)
        return false;
    *out_s5 = (struct acpi_s5){true, (uint8_t)a, (uint8_t)b};
    return true;
}

void acpi_find_s5(const uint8_t *aml, size_t size, struct acpi_s5 *out_s5)
{
    *out_s5 = (struct acpi_s5){0};
    for (size_t i = 0; i < size; i++) {
        if (take_s5((struct cursor){.bytes = aml + i, .left = size - i}, out_s5))
            return;
    }
}
