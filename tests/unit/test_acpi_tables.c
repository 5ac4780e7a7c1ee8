/* SPDX-License-Identifier: MIT */
/*
 * A guest's ACPI tables against ACPI 6.3 and PCI Firmware 3.2, field by field at
 * the offsets of the specifications. What the DSDT means: test_dsdt.c.
 */
#include "guest/acpi_tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BASE UINT64_C(0x7fff0000)

struct fixture {
    struct acpi_tables_config config;
    struct acpi_tables_image tables;
    uint8_t buf[ACPI_TABLES_SIZE_MAX];
};

static const struct acpi_tables_config typical = {
    .base = {BASE},
    .vcpu_count = 3,
    .sleep_control_port = 0x600,
    .sleep_status_port = 0x601,
    .reset_port = 0xcf9,
    .reset_value = 6,
    .ecam_base = {0xe0000000},
    .segment = 0,
    .last_bus = 0x1f,
    .io = {0x1000, 0xf000},
    .memory = {0xc0000000, 0x10000000},
    .prefetched = {0x4000000000, 0x4000000000},
};

static int setup(void **state)
{
    static struct fixture fixture;

    fixture.config = typical;
    memset(fixture.buf, 0xcc, sizeof(fixture.buf));
    *state = &fixture;
    return 0;
}

static void build(struct fixture *f)
{
    assert_int_equal(acpi_tables_build(&f->config, f->buf, sizeof(f->buf), &f->tables),
                     RP_OK);
}

static uint64_t get(const uint8_t *at, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = size; i > 0; i--)
        value = value << 8 | at[i - 1];
    return value;
}

static uint8_t sum(const uint8_t *at, size_t size)
{
    uint8_t result = 0;

    for (size_t i = 0; i < size; i++)
        result = (uint8_t)(result + at[i]);
    return result;
}

/* What stands at a guest physical address. */
static const uint8_t *at_address(const struct fixture *f, uint64_t address)
{
    assert_in_range(address, f->config.base.value,
                    f->config.base.value + f->tables.length - 1);
    return f->buf + (address - f->config.base.value);
}

static const uint8_t *xsdt(const struct fixture *f)
{
    return at_address(f, get(at_address(f, f->tables.rsdp.value) + 24, 8));
}

/* The table that the XSDT has under @signature. */
static const uint8_t *find(const struct fixture *f, const char *signature)
{
    const uint8_t *list = xsdt(f);

    for (uint64_t at = 36; at < get(list + 4, 4); at += 8) {
        const uint8_t *table = at_address(f, get(list + at, 8));

        if (memcmp(table, signature, 4) == 0)
            return table;
    }
    fail_msg("no %s in the XSDT", signature);
    return NULL;
}

static const uint8_t *dsdt(const struct fixture *f)
{
    return at_address(f, get(find(f, "FACP") + 140, 8));
}

static void assert_table(const struct fixture *f, const uint8_t *table,
                         const char *signature, unsigned revision)
{
    size_t length = get(table + 4, 4);

    assert_memory_equal(table, signature, 4);
    assert_true(table + length <= f->buf + f->tables.length);
    assert_int_equal(table[8], revision);
    assert_int_equal(sum(table, length), 0);
    assert_memory_equal(table + 10, "ROOTPT", 6);
    assert_memory_equal(table + 16, "ROOTPORT", 8);
}

static void the_root_pointer_leads_to_the_xsdt(void **state)
{
    struct fixture *f = *state;

    build(f);

    const uint8_t *rsdp = at_address(f, f->tables.rsdp.value);

    assert_int_equal(f->tables.rsdp.value % 16, 0);
    assert_memory_equal(rsdp, "RSD PTR ", 8);
    assert_int_equal(sum(rsdp, 20), 0);
    assert_int_equal(rsdp[15], 2);           /* revision */
    assert_int_equal(get(rsdp + 16, 4), 0);  /* no RSDT */
    assert_int_equal(get(rsdp + 20, 4), 36); /* length */
    assert_int_equal(sum(rsdp, 36), 0);
    assert_table(f, xsdt(f), "XSDT", 1);
    assert_int_equal(get(xsdt(f) + 4, 4), 36 + 3 * 8);
}

static void every_table_is_well_formed(void **state)
{
    struct fixture *f = *state;

    build(f);
    assert_table(f, find(f, "FACP"), "FACP", 6);
    assert_table(f, find(f, "APIC"), "APIC", 5);
    assert_table(f, find(f, "MCFG"), "MCFG", 1);
    assert_table(f, dsdt(f), "DSDT", 2);
    assert_int_equal(f->buf[f->tables.length], 0xcc);
}

/* A Generic Address Structure of one byte in I/O space. */
static void assert_port(const uint8_t *gas, uint16_t port)
{
    assert_int_equal(gas[0], 1);
    assert_int_equal(gas[1], 8);
    assert_int_equal(gas[2], 0);
    assert_int_equal(gas[3], 1);
    assert_int_equal(get(gas + 4, 8), port);
}

static void the_fadt_describes_a_hardware_reduced_machine(void **state)
{
    struct fixture *f = *state;

    build(f);

    const uint8_t *fadt = find(f, "FACP");
    uint64_t flags = get(fadt + 112, 4);

    assert_int_equal(get(fadt + 4, 4), 276);
    assert_int_equal(fadt[131], 3);          /* minor version */
    assert_int_equal(get(fadt + 40, 4), 0);  /* DSDT: only the extended field */
    assert_int_equal(get(fadt + 36, 4), 0);  /* no FACS */
    assert_int_equal(get(fadt + 132, 8), 0); /* nor an extended one */
    assert_true(flags & 1u << 20);           /* HW_REDUCED_ACPI */
    assert_true(flags & 1u << 19);           /* physical destinations */
    assert_true(flags & 1u << 10);           /* RESET_REG_SUP */
    assert_true(flags & 1u << 4);            /* no fixed power button */
    assert_true(flags & 1u << 5);            /* nor sleep button */
    assert_true(flags & 1u << 0);            /* WBINVD */
    assert_port(fadt + 116, 0xcf9);
    assert_int_equal(fadt[128], 6);
    assert_port(fadt + 244, 0x600);
    assert_port(fadt + 256, 0x601);
    assert_memory_equal(fadt + 268, "Rootport", 8);
    for (unsigned i = 148; i < 244; i++) /* the extended PM register blocks */
        assert_int_equal(fadt[i], 0);
    for (unsigned i = 46; i < 108; i++) /* SCI, SMI and the PM register blocks */
        assert_int_equal(fadt[i], 0);
}

static void the_boot_flags_name_what_is_not_there(void **state)
{
    struct fixture *f = *state;

    build(f);
    /* legacy devices, no 8042, no VGA, MSI, no ASPM, no CMOS clock */
    assert_int_equal(get(find(f, "FACP") + 109, 2), 0x35);
    assert_int_equal(find(f, "FACP")[108], 0);
}

static void a_cmos_clock_is_announced_only_if_there_is_one(void **state)
{
    struct fixture *f = *state;

    f->config.clock = ACPI_TABLES_CMOS_CLOCK;
    build(f);
    assert_int_equal(get(find(f, "FACP") + 109, 2), 0x15);
    assert_int_equal(find(f, "FACP")[108], 0x32);
}

static void the_madt_numbers_cpus_alike(void **state)
{
    struct fixture *f = *state;

    build(f);

    const uint8_t *madt = find(f, "APIC");

    assert_int_equal(get(madt + 4, 4), 44 + 3 * 8 + 12);
    assert_int_equal(get(madt + 36, 4), 0xfee00000);
    assert_int_equal(get(madt + 40, 4), 0); /* no pair of 8259 */
    for (unsigned i = 0; i < 3; i++) {
        const uint8_t *entry = madt + 44 + 8 * i;

        assert_int_equal(entry[0], 0); /* Processor Local APIC */
        assert_int_equal(entry[1], 8);
        assert_int_equal(entry[2], i); /* processor UID */
        assert_int_equal(entry[3], i); /* APIC ID */
        assert_int_equal(get(entry + 4, 4), 1);
    }
}

static void the_madt_has_one_ioapic(void **state)
{
    struct fixture *f = *state;

    build(f);

    const uint8_t *entry = find(f, "APIC") + 44 + 3 * 8;

    assert_int_equal(entry[0], 1);
    assert_int_equal(entry[1], 12);
    assert_int_equal(entry[2], 0);
    assert_int_equal(get(entry + 4, 4), 0xfec00000);
    assert_int_equal(get(entry + 8, 4), 0);
}

static void the_mcfg_has_one_region(void **state)
{
    struct fixture *f = *state;

    f->config.ecam_base.value = 0x80e0000000;
    f->config.segment = 0x1234;
    f->config.last_bus = 0xff;
    build(f);

    const uint8_t *mcfg = find(f, "MCFG");

    assert_int_equal(get(mcfg + 4, 4), 60);
    assert_int_equal(get(mcfg + 44, 8), 0x80e0000000);
    assert_int_equal(get(mcfg + 52, 2), 0x1234);
    assert_int_equal(mcfg[54], 0);
    assert_int_equal(mcfg[55], 0xff);
}

static void the_largest_guest_fits(void **state)
{
    struct fixture *f = *state;

    f->config.vcpu_count = ACPI_TABLES_VCPU_MAX;
    f->config.clock = ACPI_TABLES_CMOS_CLOCK;
    f->config.ecam_base.value = 0x80e0000000;
    f->config.segment = 0xffff;
    f->config.last_bus = 0xff;
    f->config.port_count = ACPI_TABLES_PORT_MAX;
    memset(f->config.port_gsis, 0xff, sizeof(f->config.port_gsis));
    build(f);
    assert_int_equal(get(find(f, "APIC") + 4, 4), 44 + 255 * 8 + 12);
}

static void a_buffer_that_is_too_small_is_refused(void **state)
{
    struct fixture *f = *state;
    struct acpi_tables_image ignored = {.length = 77};

    build(f);
    for (size_t capacity = 0; capacity < f->tables.length; capacity++) {
        uint8_t *exact = malloc(capacity + 1);

        assert_int_equal(acpi_tables_build(&f->config, exact, capacity, &ignored),
                         RP_ERR_NO_SPACE);
        free(exact);
    }
    assert_int_equal(ignored.length, 77);
}

static void assert_refused(const struct acpi_tables_config *config)
{
    static uint8_t buf[ACPI_TABLES_SIZE_MAX];
    struct acpi_tables_image ignored;

    assert_int_equal(acpi_tables_build(config, buf, sizeof(buf), &ignored),
                     RP_ERR_INVALID);
}

#define assert_refused_with(member, ...)                                                 \
    do {                                                                                 \
        struct acpi_tables_config changed = typical;                                     \
                                                                                         \
        changed.member = __VA_ARGS__;                                                    \
        assert_refused(&changed);                                                        \
    } while (0)

static void a_member_out_of_range_is_refused(void **state)
{
    (void)state;
    assert_refused(&(struct acpi_tables_config){0});
    assert_refused_with(base.value, BASE + 8);
    assert_refused_with(base.value, UINT64_MAX - 15);
    assert_refused_with(vcpu_count, 0);
    assert_refused_with(vcpu_count, 256);
    assert_refused_with(port_count, 32);
    assert_refused_with(sleep_control_port, 0);
    assert_refused_with(sleep_status_port, 0);
    assert_refused_with(reset_port, 0);
    assert_refused_with(ecam_base.value, 0);
    assert_refused_with(ecam_base.value, 0xe0080000);
    assert_refused_with(ecam_base.value, UINT64_MAX - 0xfffff);
    assert_refused_with(io.size, 0xf001);
    assert_refused_with(io.base, 0x10000);
    assert_refused_with(memory, (struct acpi_tables_window){0xff000000, 0x1000001});
    assert_refused_with(memory.base, 0x100000000);
    assert_refused_with(prefetched.base, UINT64_MAX - 1);
}

static void ranges_that_overlap_are_refused(void **state)
{
    (void)state;
    assert_refused_with(io, (struct acpi_tables_window){0xc00, 0x1000});
    assert_refused_with(memory.size, 0x20000001);
    assert_refused_with(prefetched, (struct acpi_tables_window){0xcfffffff, 2});
    assert_refused_with(prefetched, (struct acpi_tables_window){0xe0000000, 1});
    assert_refused_with(prefetched, (struct acpi_tables_window){0x1000, 0xe0000000});
    assert_refused_with(memory, (struct acpi_tables_window){0xf0000000, 0x10000000});
    assert_refused_with(memory, (struct acpi_tables_window){0xfefff000, 0x1000});
    assert_refused_with(ecam_base.value, 0xfec00000);
}

static bool is_in_dsdt(const struct fixture *f, const char *name)
{
    const uint8_t *table = dsdt(f);

    for (size_t i = 36; i + 4 <= get(table + 4, 4); i++) {
        if (memcmp(table + i, name, 4) == 0)
            return true;
    }
    return false;
}

static void slots_have_no_acpi_hotplug(void **state)
{
    struct fixture *f = *state;

    build(f);
    assert_true(is_in_dsdt(f, "_OSC"));
    assert_false(is_in_dsdt(f, "_EJ0"));
    assert_false(is_in_dsdt(f, "_RMV"));
    assert_false(is_in_dsdt(f, "_SUN"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_root_pointer_leads_to_the_xsdt, setup),
        cmocka_unit_test_setup(every_table_is_well_formed, setup),
        cmocka_unit_test_setup(the_fadt_describes_a_hardware_reduced_machine, setup),
        cmocka_unit_test_setup(the_boot_flags_name_what_is_not_there, setup),
        cmocka_unit_test_setup(a_cmos_clock_is_announced_only_if_there_is_one, setup),
        cmocka_unit_test_setup(the_madt_numbers_cpus_alike, setup),
        cmocka_unit_test_setup(the_madt_has_one_ioapic, setup),
        cmocka_unit_test_setup(the_mcfg_has_one_region, setup),
        cmocka_unit_test_setup(the_largest_guest_fits, setup),
        cmocka_unit_test_setup(a_buffer_that_is_too_small_is_refused, setup),
        cmocka_unit_test_setup(a_member_out_of_range_is_refused, setup),
        cmocka_unit_test_setup(ranges_that_overlap_are_refused, setup),
        cmocka_unit_test_setup(slots_have_no_acpi_hotplug, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
