/* SPDX-License-Identifier: MIT */
/*
 * The ACPI parser against tables that are right and wrong in every way, byte for byte
 * as ACPI r6.5 has them. The IVRS has a file of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fake/fake_acpi.h"

/* --- RSDP --- */

static void finds_the_rsdp_in_the_bios_area(void **state)
{
    (void)state;
    assert_int_equal(fake_acpi_parse(0), ACPI_NO_PROBLEM);
    assert_int_equal(tables.rsdp_address, RSDP_AT);
    assert_int_equal(tables.root.address, XSDT_AT);
    assert_int_equal(tables.root.length, 36);
    assert_int_equal(tables.problem_count, 0);
}

static void finds_the_rsdp_in_the_ebda_first(void **state)
{
    (void)state;
    put16(0x40e, 0x9fc0);
    put_rsdp(0x9fc00 + 1024 - 64, 2);
    assert_int_equal(fake_acpi_parse(0), ACPI_NO_PROBLEM);
    assert_int_equal(tables.rsdp_address, 0x9fc00 + 1024 - 64);
}

static void finds_an_rsdp_in_the_last_place_of_the_bios_area(void **state)
{
    (void)state;
    machine[RSDP_AT] = 0;
    put_rsdp(0xfffe0, 0);
    seal_table(RSDT_AT, "RSDT", 36);
    assert_int_equal(fake_acpi_parse(0), ACPI_NO_PROBLEM);
    assert_int_equal(tables.rsdp_address, 0xfffe0);
}

static void takes_the_loaders_word_for_the_rsdp(void **state)
{
    (void)state;
    put_rsdp(0x100008, 2); /* above 1 MiB, where no search leads */
    assert_int_equal(fake_acpi_parse(0x100008), ACPI_NO_PROBLEM);
    assert_int_equal(tables.rsdp_address, 0x100008);
}

static void searches_when_the_loader_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const uint64_t hints[] = {0x1000, MACHINE_SIZE - 4, UINT64_MAX - 3};

        assert_int_equal(fake_acpi_parse(hints[i]), ACPI_NO_PROBLEM);
        assert_int_equal(tables.rsdp_address, RSDP_AT);
        assert_problem(0, ACPI_BAD_RSDP, "RSDP", hints[i], 0);
    }
}

static void skips_an_rsdp_with_a_wrong_checksum(void **state)
{
    (void)state;
    put_rsdp(0xe0000, 2);
    machine[0xe0000 + 9] ^= 1; /* in what revision 1 covers */
    put_rsdp(0xe0100, 2);
    machine[0xe0100 + 33] ^= 1; /* in what only revision 2 covers */
    assert_int_equal(fake_acpi_parse(0), ACPI_NO_PROBLEM);
    assert_int_equal(tables.rsdp_address, RSDP_AT);
    assert_int_equal(tables.problem_count, 2);
    assert_problem(0, ACPI_BAD_RSDP, "RSDP", 0xe0000, 0);
    assert_problem(1, ACPI_BAD_RSDP, "RSDP", 0xe0100, 0);
}

static void refuses_an_rsdp_with_a_wrong_length(void **state)
{
    const uint32_t lengths[] = {0, 35, 4097, UINT32_MAX};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        put32(RSDP_AT + 20, lengths[i]);
        fix_sum(RSDP_AT, 36, RSDP_AT + 32);
        assert_int_equal(fake_acpi_parse(0), ACPI_NO_RSDP);
        assert_int_equal(tables.rsdp_address, 0);
    }
}

static void says_so_when_there_is_no_rsdp(void **state)
{
    (void)state;
    machine[RSDP_AT] = 0;
    assert_int_equal(fake_acpi_parse(0), ACPI_NO_RSDP);
    assert_int_equal(tables.problem_count, 0);
}

/* --- root table --- */

static void uses_the_rsdt_of_revision_1(void **state)
{
    (void)state;
    put_rsdp(RSDP_AT, 0);
    put32(RSDT_AT + 36, MCFG_AT);
    seal_table(RSDT_AT, "RSDT", 40);
    seal_table(MCFG_AT, "MCFG", 60);
    assert_int_equal(fake_acpi_parse(0), ACPI_NO_PROBLEM);
    assert_int_equal(tables.root.address, RSDT_AT);
    assert_int_equal(tables.mcfg_count, 1);
}

static void falls_back_to_the_rsdt(void **state)
{
    (void)state;
    seal_table(RSDT_AT, "RSDT", 36);
    machine[XSDT_AT + 20] ^= 1;
    assert_int_equal(fake_acpi_parse(0), ACPI_NO_PROBLEM);
    assert_int_equal(tables.root.address, RSDT_AT);
    assert_problem(0, ACPI_BAD_CHECKSUM, "XSDT", XSDT_AT, 0);
}

static void says_so_when_there_is_no_root_table(void **state)
{
    (void)state;
    memset(machine + XSDT_AT, 0, 36);
    assert_int_equal(fake_acpi_parse(0), ACPI_NO_ROOT_TABLE);
    assert_problem(0, ACPI_BAD_SIGNATURE, "????", XSDT_AT, 0);
    assert_problem(1, ACPI_BAD_SIGNATURE, "????", RSDT_AT, 0);
}

static void reads_the_whole_entries_of_a_ragged_xsdt(void **state)
{
    const uint64_t entry = MCFG_AT;

    (void)state;
    seal_table(MCFG_AT, "MCFG", 60);
    put_xsdt(&entry, 1);
    seal_table(XSDT_AT, "XSDT", 36 + 8 + 7);
    assert_int_equal(fake_acpi_parse(0), ACPI_NO_PROBLEM);
    assert_int_equal(tables.mcfg_count, 1);
    assert_int_equal(tables.problem_count, 1);
    assert_problem(0, ACPI_PARTIAL_ENTRY, "XSDT", XSDT_AT, 36 + 8 + 7);
}

static void rejects_a_bad_table_alone(void **state)
{
    const uint64_t entries[] = {0, UINT64_MAX, MACHINE_SIZE, FADT_AT, MADT_AT, MCFG_AT};

    (void)state;
    seal_table(FADT_AT, "FACP", 35);
    seal_table(MADT_AT, "APIC", 44);
    put32(MADT_AT + 4, UINT32_MAX);
    seal_table(MCFG_AT, "MCFG", 60);
    put_xsdt(entries, 6);
    assert_int_equal(fake_acpi_parse(0), ACPI_NO_PROBLEM);
    assert_int_equal(tables.problem_count, 4);
    assert_problem(0, ACPI_UNREADABLE, "????", UINT64_MAX, 0);
    assert_problem(1, ACPI_UNREADABLE, "????", MACHINE_SIZE, 0);
    assert_problem(2, ACPI_TOO_SHORT, "FACP", FADT_AT, 0);
    assert_problem(3, ACPI_TOO_LONG, "APIC", MADT_AT, 0);
    assert_int_equal(tables.mcfg_count, 1);
    assert_int_equal(tables.mcfgs[0].address, MCFG_AT);
    assert_int_equal(tables.mcfgs[0].length, 60);
}

static void rejects_a_table_that_reaches_past_memory(void **state)
{
    (void)state;
    memcpy(machine + MACHINE_SIZE - 40, "APIC\x30", 5); /* 48 bytes of 40 */
    assert_int_equal(fake_acpi_parse_one(MACHINE_SIZE - 40), ACPI_NO_PROBLEM);
    assert_problem(0, ACPI_UNREADABLE, "APIC", MACHINE_SIZE - 40, 0);
}

static void keeps_the_first_of_two_tables(void **state)
{
    const uint64_t entries[] = {MADT_AT, MADT_AT + 0x100};

    (void)state;
    put32(MADT_AT + 40, 1);
    seal_table(MADT_AT, "APIC", 44);
    seal_table(MADT_AT + 0x100, "APIC", 44);
    put_xsdt(entries, 2);
    assert_int_equal(fake_acpi_parse(0), ACPI_NO_PROBLEM);
    assert_true(tables.madt.has_8259);
    assert_problem(0, ACPI_DUPLICATE, "APIC", MADT_AT + 0x100, 0);
}

static void keeps_several_mcfg_tables(void **state)
{
    uint64_t entries[ACPI_MCFGS_MAX + 1];

    (void)state;
    for (uint32_t i = 0; i < ACPI_MCFGS_MAX + 1; i++) {
        entries[i] = MCFG_AT + 0x100 * i;
        seal_table(MCFG_AT + 0x100 * i, "MCFG", 44);
    }
    put_xsdt(entries, ACPI_MCFGS_MAX + 1);
    assert_int_equal(fake_acpi_parse(0), ACPI_NO_PROBLEM);
    assert_int_equal(tables.mcfg_count, ACPI_MCFGS_MAX);
    assert_int_equal(tables.problem_count, 1);
    assert_problem(0, ACPI_TOO_MANY, "MCFG", entries[ACPI_MCFGS_MAX], 0);
}

static void counts_problems_beyond_its_list(void **state)
{
    uint64_t entries[ACPI_PROBLEMS_MAX + 8];

    (void)state;
    for (size_t i = 0; i < ACPI_PROBLEMS_MAX + 8; i++)
        entries[i] = MACHINE_SIZE;
    put_xsdt(entries, ACPI_PROBLEMS_MAX + 8);
    assert_int_equal(fake_acpi_parse(0), ACPI_NO_PROBLEM);
    assert_int_equal(tables.problem_count, ACPI_PROBLEMS_MAX + 8);
}

static void stops_at_a_bound_of_root_entries(void **state)
{
    static uint64_t entries[600];

    (void)state;
    seal_table(MCFG_AT, "MCFG", 60);
    entries[511] = MCFG_AT;
    entries[512] = MCFG_AT;
    put_xsdt(entries, 600);
    assert_int_equal(fake_acpi_parse(0), ACPI_NO_PROBLEM);
    assert_int_equal(tables.mcfg_count, 1);
    assert_problem(0, ACPI_TOO_MANY, "XSDT", XSDT_AT, 36 + 8 * 512);
}

/* --- FADT --- */

static void reads_a_fadt_of_acpi_1(void **state)
{
    (void)state;
    put32(FADT_AT + 40, DSDT_AT);
    put16(FADT_AT + 46, 9);
    put32(FADT_AT + 48, 0xb2);
    machine[FADT_AT + 52] = 0xf1;
    put32(FADT_AT + 64, 0x604);
    put32(FADT_AT + 76, 0x608);
    seal_table(FADT_AT, "FACP", 116);
    seal_table(DSDT_AT, "DSDT", 36);
    assert_int_equal(fake_acpi_parse_one(FADT_AT), ACPI_NO_PROBLEM);
    assert_int_equal(tables.problem_count, 0);
    assert_true(tables.fadt.is_present);
    assert_false(tables.fadt.is_hardware_reduced);
    assert_false(tables.fadt.has_reset);
    assert_int_equal(tables.fadt.sci_interrupt, 9);
    assert_int_equal(tables.fadt.smi_command_port, 0xb2);
    assert_int_equal(tables.fadt.acpi_enable, 0xf1);
    assert_int_equal(tables.fadt.pm1a_control.space, ACPI_SPACE_IO);
    assert_int_equal(tables.fadt.pm1a_control.address, 0x604);
    assert_int_equal(tables.fadt.pm1b_control.address, 0);
    assert_int_equal(tables.fadt.pm_timer.address, 0x608);
    assert_int_equal(tables.dsdt.address, DSDT_AT);
    assert_false(tables.s5.is_present);
}

static void put_gas(uint32_t at, uint8_t space, uint8_t width, uint64_t address)
{
    machine[at] = space;
    machine[at + 1] = width;
    put64(at + 4, address);
}

static void prefers_the_extended_fields_of_a_fadt(void **state)
{
    (void)state;
    put32(FADT_AT + 40, 0x1000);
    put64(FADT_AT + 140, DSDT_AT);
    put32(FADT_AT + 64, 0x604);
    put16(FADT_AT + 109, 0x0002);
    put32(FADT_AT + 112, 1u << 8 | 1u << 10 | 1u << 20);
    put_gas(FADT_AT + 116, 1, 8, 0xcf9);
    machine[FADT_AT + 128] = 0x0f;
    put_gas(FADT_AT + 172, 0, 16, 0xfed80804);
    put_gas(FADT_AT + 244, 1, 8, 0x700);
    put_gas(FADT_AT + 256, 1, 8, 0x701);
    seal_table(FADT_AT, "FACP", 268);
    seal_table(DSDT_AT, "DSDT", 36);
    assert_int_equal(fake_acpi_parse_one(FADT_AT), ACPI_NO_PROBLEM);
    assert_true(tables.fadt.is_hardware_reduced);
    assert_true(tables.fadt.has_32bit_pm_timer);
    assert_true(tables.fadt.has_reset);
    assert_int_equal(tables.fadt.boot_flags, 2);
    assert_int_equal(tables.fadt.reset_register.address, 0xcf9);
    assert_int_equal(tables.fadt.reset_value, 0x0f);
    assert_int_equal(tables.fadt.pm1a_control.space, ACPI_SPACE_MEMORY);
    assert_int_equal(tables.fadt.pm1a_control.bit_width, 16);
    assert_int_equal(tables.fadt.pm1a_control.address, 0xfed80804);
    assert_int_equal(tables.fadt.sleep_control.address, 0x700);
    assert_int_equal(tables.fadt.sleep_status.address, 0x701);
    assert_int_equal(tables.dsdt.address, DSDT_AT);
    assert_int_equal(tables.dsdt.length, 36);
}

static void has_no_reset_without_its_register(void **state)
{
    (void)state;
    put32(FADT_AT + 112, 1u << 10);
    put_gas(FADT_AT + 116, 1, 8, 0xcf9);
    seal_table(FADT_AT, "FACP", 128); /* ends before the value */
    assert_int_equal(fake_acpi_parse_one(FADT_AT), ACPI_NO_PROBLEM);
    assert_false(tables.fadt.has_reset);
    put_gas(FADT_AT + 116, 1, 8, 0);
    seal_table(FADT_AT, "FACP", 129);
    assert_int_equal(fake_acpi_parse_one(FADT_AT), ACPI_NO_PROBLEM);
    assert_false(tables.fadt.has_reset);
}

static void rejects_a_bad_dsdt_alone(void **state)
{
    (void)state;
    put32(FADT_AT + 40, DSDT_AT);
    seal_table(FADT_AT, "FACP", 116);
    seal_table(DSDT_AT, "DSDT", 40);
    machine[DSDT_AT + 38] ^= 1;
    assert_int_equal(fake_acpi_parse_one(FADT_AT), ACPI_NO_PROBLEM);
    assert_true(tables.fadt.is_present);
    assert_int_equal(tables.dsdt.address, 0);
    assert_problem(0, ACPI_BAD_CHECKSUM, "DSDT", DSDT_AT, 0);
}

static void rejects_a_short_fadt(void **state)
{
    (void)state;
    seal_table(FADT_AT, "FACP", 115);
    assert_int_equal(fake_acpi_parse_one(FADT_AT), ACPI_NO_PROBLEM);
    assert_false(tables.fadt.is_present);
    assert_problem(0, ACPI_TOO_SHORT, "FACP", FADT_AT, 0);
}

/* --- \_S5 --- */

#define S5_NAME 0x08, '_', 'S', '5', '_'

static void finds_s5_in_every_encoding(void **state)
{
    static const struct {
        uint8_t aml[24];
        size_t size;
        bool is_present;
        uint8_t a, b;
    } cases[] = {
        {{S5_NAME, 0x12, 0x06, 4, 0, 0, 0, 0}, 12, true, 0, 0},
        {{0x10, 0x20, S5_NAME, 0x12, 0x08, 4, 0x0a, 5, 0x0a, 7, 0, 0}, 16, true, 5, 7},
        {{0x08, '\\', '_', 'S', '5', '_', 0x12, 0x06, 2, 1, 0}, 11, true, 1, 0},
        {{S5_NAME, 0x12, 0x40, 0x01, 2, 0x0b, 7, 0, 0x0c, 6, 0, 0, 0}, 17, true, 7, 6},
        {{S5_NAME, 0x12, 0x04, 1, 0x0a, 5}, 10, true, 5, 0},
        /* SLP_TYP has three bits. */
        {{S5_NAME, 0x12, 0x06, 2, 0x0a, 8, 0}, 11, false, 0, 0},
        /* Cut off, empty, not a package, a name that isn't defined here. */
        {{S5_NAME, 0x12, 0x06, 2, 0x0a, 5, 0x0a}, 11, false, 0, 0},
        {{S5_NAME, 0x12, 0x02, 0}, 8, false, 0, 0},
        {{S5_NAME, 0x0a, 5}, 7, false, 0, 0},
        {{0x70, '_', 'S', '5', '_', 0x12, 0x06, 4, 0, 0, 0, 0}, 12, false, 0, 0},
        /* The second pattern counts when the first is none. */
        {{S5_NAME, 0x0a, S5_NAME, 0x12, 0x04, 2, 1, 1}, 16, true, 1, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct acpi_s5 s5;
        uint8_t *aml = malloc(cases[i].size);

        assert_non_null(aml);
        memcpy(aml, cases[i].aml, cases[i].size);
        acpi_find_s5(aml, cases[i].size, &s5);
        free(aml);
        assert_int_equal(s5.is_present, cases[i].is_present);
        assert_int_equal(s5.slp_typ_a, cases[i].a);
        assert_int_equal(s5.slp_typ_b, cases[i].b);
    }
}

static void finds_s5_in_the_dsdt(void **state)
{
    uint32_t length = 36;

    (void)state;
    APPEND(DSDT_AT, &length, S5_NAME, 0x12, 0x06, 4, 0x0a, 5, 0, 0, 0);
    seal_table(DSDT_AT, "DSDT", length);
    put32(FADT_AT + 40, DSDT_AT);
    seal_table(FADT_AT, "FACP", 116);
    assert_int_equal(fake_acpi_parse_one(FADT_AT), ACPI_NO_PROBLEM);
    assert_true(tables.s5.is_present);
    assert_int_equal(tables.s5.slp_typ_a, 5);
}

/* --- MADT --- */

static void reads_every_entry_of_a_madt(void **state)
{
    uint32_t length = 44;

    (void)state;
    put32(MADT_AT + 40, 1);
    APPEND(MADT_AT, &length, 0, 8, 1, 2, 1, 0, 0, 0);
    APPEND(MADT_AT, &length, 0, 8, 3, 4, 2, 0, 0, 0); /* online capable: not there yet */
    APPEND(MADT_AT, &length, 0, 8, 5, 0xff, 1, 0, 0, 0);
    APPEND(MADT_AT, &length, 1, 12, 7, 0, 0, 0, 0xc0, 0xfe, 24, 0, 0, 0);
    APPEND(MADT_AT, &length, 2, 10, 0, 9, 10, 0, 0, 0, 0x0d, 0);
    APPEND(MADT_AT, &length, 3, 8, 0, 0, 1, 0, 0, 0); /* NMI source: not used */
    APPEND(MADT_AT, &length, 4, 6, 0xff, 5, 0, 1);
    APPEND(MADT_AT, &length, 9, 16, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0x11, 0, 0, 0);
    APPEND(MADT_AT, &length, 10, 12, 5, 0, 0x11, 0, 0, 0, 1, 0, 0, 0);
    APPEND(MADT_AT, &length, 0x80, 3, 0); /* OEM */
    seal_table(MADT_AT, "APIC", length);
    assert_int_equal(fake_acpi_parse_one(MADT_AT), ACPI_NO_PROBLEM);
    assert_int_equal(tables.problem_count, 0);
    assert_true(tables.madt.is_present);
    assert_true(tables.madt.has_8259);
    assert_int_equal(tables.madt.cpu_count, 2);
    assert_int_equal(tables.madt.disabled_cpu_count, 1);
    assert_int_equal(tables.madt.cpus[0].uid, 1);
    assert_int_equal(tables.madt.cpus[0].apic_id, 2);
    assert_int_equal(tables.madt.cpus[1].uid, 0x11);
    assert_int_equal(tables.madt.cpus[1].apic_id, 0x100);
    assert_int_equal(tables.madt.ioapic_count, 1);
    assert_int_equal(tables.madt.ioapics[0].id, 7);
    assert_int_equal(tables.madt.ioapics[0].address, 0xfec00000);
    assert_int_equal(tables.madt.ioapics[0].gsi_base, 24);
    assert_int_equal(tables.madt.override_count, 1);
    assert_int_equal(tables.madt.overrides[0].irq, 9);
    assert_int_equal(tables.madt.overrides[0].gsi, 10);
    assert_int_equal(tables.madt.overrides[0].flags, 0x0d);
    assert_int_equal(tables.madt.nmi_count, 2);
    assert_int_equal(tables.madt.nmis[0].uid, ACPI_UID_ALL);
    assert_int_equal(tables.madt.nmis[0].flags, 5);
    assert_int_equal(tables.madt.nmis[0].lint, 1);
    assert_int_equal(tables.madt.nmis[1].uid, 0x11);
}

static void lists_a_cpu_once(void **state)
{
    uint32_t length = 44;

    (void)state;
    APPEND(MADT_AT, &length, 0, 8, 0, 3, 1, 0, 0, 0);
    APPEND(MADT_AT, &length, 9, 16, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0);
    seal_table(MADT_AT, "APIC", length);
    assert_int_equal(fake_acpi_parse_one(MADT_AT), ACPI_NO_PROBLEM);
    assert_int_equal(tables.madt.cpu_count, 1);
    assert_problem(0, ACPI_DUPLICATE, "APIC", MADT_AT, 52);
}

static void keeps_as_many_cpus_as_it_can(void **state)
{
    uint32_t length = 44;

    (void)state;
    for (unsigned i = 0; i < ACPI_CPUS_MAX + 1; i++)
        APPEND(MADT_AT, &length, 9, 16, 0, 0, (uint8_t)i, (uint8_t)(i >> 8), 0, 0, 1, 0,
               0, 0, 0, 0, 0, 0);
    seal_table(MADT_AT, "APIC", length);
    assert_int_equal(fake_acpi_parse_one(MADT_AT), ACPI_NO_PROBLEM);
    assert_int_equal(tables.madt.cpu_count, ACPI_CPUS_MAX);
    assert_int_equal(tables.problem_count, 1);
    assert_problem(0, ACPI_TOO_MANY, "APIC", MADT_AT, 44 + 16 * ACPI_CPUS_MAX);
}

static void keeps_what_comes_before_a_broken_madt_entry(void **state)
{
    static const struct {
        uint8_t bytes[16];
        uint32_t size;
        enum acpi_reason reason;
    } tails[] = {
        {{0}, 1, ACPI_PARTIAL_ENTRY},
        {{0, 0}, 2, ACPI_BAD_ENTRY_LENGTH},
        {{0, 1, 0, 0, 0, 0, 0, 0}, 8, ACPI_BAD_ENTRY_LENGTH},
        {{0, 8, 0, 1, 1}, 5, ACPI_ENTRY_PAST_END},
        {{0, 7, 0, 1, 1, 0, 0}, 7, ACPI_BAD_ENTRY_LENGTH}, /* shorter than its type */
        {{1, 8, 0, 1, 1, 0, 0, 0}, 8, ACPI_BAD_ENTRY_LENGTH},
        {{1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 12, ACPI_BAD_ADDRESS},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
        uint32_t length = 44;

        APPEND(MADT_AT, &length, 0, 8, 0, 9, 1, 0, 0, 0);
        append(MADT_AT, &length, tails[i].bytes, tails[i].size);
        seal_table(MADT_AT, "APIC", length);
        assert_int_equal(fake_acpi_parse_one(MADT_AT), ACPI_NO_PROBLEM);
        assert_int_equal(tables.madt.cpu_count, 1);
        assert_int_equal(tables.madt.cpus[0].apic_id, 9);
        assert_int_equal(tables.problem_count, 1);
        assert_problem(0, tails[i].reason, "APIC", MADT_AT, 52);
    }
}

static void rejects_a_short_madt(void **state)
{
    (void)state;
    seal_table(MADT_AT, "APIC", 43);
    assert_int_equal(fake_acpi_parse_one(MADT_AT), ACPI_NO_PROBLEM);
    assert_false(tables.madt.is_present);
    assert_problem(0, ACPI_TOO_SHORT, "APIC", MADT_AT, 0);
}

static void explains_every_reason(void **state)
{
    (void)state;
    for (unsigned i = 0; i <= ACPI_REASON_COUNT; i++) {
        assert_non_null(acpi_reason_text((enum acpi_reason)i));
        assert_true(strlen(acpi_reason_text((enum acpi_reason)i)) > 4);
    }
}

#define TEST(name) cmocka_unit_test_setup(name, fake_acpi_empty)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(finds_the_rsdp_in_the_bios_area),
        TEST(finds_the_rsdp_in_the_ebda_first),
        TEST(finds_an_rsdp_in_the_last_place_of_the_bios_area),
        TEST(takes_the_loaders_word_for_the_rsdp),
        TEST(searches_when_the_loader_is_wrong),
        TEST(skips_an_rsdp_with_a_wrong_checksum),
        TEST(refuses_an_rsdp_with_a_wrong_length),
        TEST(says_so_when_there_is_no_rsdp),
        TEST(uses_the_rsdt_of_revision_1),
        TEST(falls_back_to_the_rsdt),
        TEST(says_so_when_there_is_no_root_table),
        TEST(reads_the_whole_entries_of_a_ragged_xsdt),
        TEST(rejects_a_bad_table_alone),
        TEST(rejects_a_table_that_reaches_past_memory),
        TEST(keeps_the_first_of_two_tables),
        TEST(keeps_several_mcfg_tables),
        TEST(counts_problems_beyond_its_list),
        TEST(stops_at_a_bound_of_root_entries),
        TEST(reads_a_fadt_of_acpi_1),
        TEST(prefers_the_extended_fields_of_a_fadt),
        TEST(has_no_reset_without_its_register),
        TEST(rejects_a_bad_dsdt_alone),
        TEST(rejects_a_short_fadt),
        TEST(finds_s5_in_every_encoding),
        TEST(finds_s5_in_the_dsdt),
        TEST(reads_every_entry_of_a_madt),
        TEST(lists_a_cpu_once),
        TEST(keeps_as_many_cpus_as_it_can),
        TEST(keeps_what_comes_before_a_broken_madt_entry),
        TEST(rejects_a_short_madt),
        TEST(explains_every_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
