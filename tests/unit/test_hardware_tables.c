/* SPDX-License-Identifier: MIT */
/* The ACPI tables of a domain that sees the machine itself, read back by offset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hypervisor/guest/hardware_tables.h"

enum {
    BASE = 0x80000,
    HEADER_SIZE = 36,
};

static uint8_t buffer[HARDWARE_TABLES_SIZE_MAX];

static uint64_t get(size_t at, size_t width)
{
    uint64_t value = 0;

    for (size_t i = 0; i < width; i++)
        value |= (uint64_t)buffer[at + i] << 8 * i;
    return value;
}

static unsigned sum(size_t at, size_t size)
{
    unsigned total = 0;

    for (size_t i = 0; i < size; i++)
        total += buffer[at + i];
    return total & 0xff;
}

static enum rp_status build(size_t capacity)
{
    static const uint64_t tables[] = {0x7ffe1000, 0x123456789a};
    static struct acpi_madt madt;
    struct hardware_tables_config config = {
        .base = {BASE},
        .vcpu_count = 2,
        .ioapic_address = 0xfec00000,
        .madt = &madt,
        .tables = tables,
        .table_count = 2,
    };

    madt.override_count = 1;
    madt.overrides[0] = (struct acpi_override){.irq = 9, .flags = 0xd, .gsi = 20};
    memset(buffer, 0xa5, sizeof buffer);
    return hardware_tables_build(&config, buffer, capacity);
}

/* ACPI 6.3, 5.2.5.3 and 5.2.8. */
static void test_root(void **state)
{
    size_t xsdt;

    (void)state;
    assert_int_equal(build(sizeof buffer), RP_OK);
    assert_memory_equal(buffer, "RSD PTR ", 8);
    assert_int_equal(buffer[15], 2);
    assert_int_equal(sum(0, 20), 0);
    assert_int_equal(sum(0, 36), 0);
    xsdt = get(24, 8) - BASE;
    assert_memory_equal(buffer + xsdt, "XSDT", 4);
    assert_int_equal(get(xsdt + 4, 4), HEADER_SIZE + 3 * 8);
    assert_int_equal(sum(xsdt, get(xsdt + 4, 4)), 0);
    assert_int_equal(get(xsdt + HEADER_SIZE + 8, 8), 0x7ffe1000);
    assert_int_equal(get(xsdt + HEADER_SIZE + 16, 8), 0x123456789a);
}

/* ACPI 6.3, 5.2.12. */
static void test_madt(void **state)
{
    size_t madt, at;

    (void)state;
    assert_int_equal(build(sizeof buffer), RP_OK);
    madt = get(get(24, 8) - BASE + HEADER_SIZE, 8) - BASE;
    assert_memory_equal(buffer + madt, "APIC", 4);
    assert_int_equal(get(madt + 4, 4), 44 + 2 * 8 + 12 + 10);
    assert_int_equal(sum(madt, get(madt + 4, 4)), 0);
    assert_int_equal(get(madt + 40, 4), 0); /* no PIC */
    at = madt + 44 + 8;
    assert_int_equal(get(at, 4), 0x01010800); /* type, length, UID 1, APIC ID 1 */
    assert_int_equal(get(at + 4, 4), 1);
    at += 8;
    assert_int_equal(get(at, 2), 0x0c01);
    assert_int_equal(get(at + 4, 4), 0xfec00000);
    assert_int_equal(get(at + 8, 4), 0);
    at += 12;
    assert_int_equal(get(at, 4), 0x09000a02);
    assert_int_equal(get(at + 4, 4), 20);
    assert_int_equal(get(at + 8, 2), 0xd);
}

static void test_too_small(void **state)
{
    (void)state;
    for (size_t capacity = 0; capacity < 192; capacity++) {
        assert_int_equal(build(capacity), RP_ERR_NO_SPACE);
        assert_int_equal(buffer[capacity], 0xa5);
    }
}

static void test_what_is_shown(void **state)
{
    (void)state;
    assert_true(hardware_tables_may_show("FACP"));
    assert_true(hardware_tables_may_show("SSDT"));
    assert_true(hardware_tables_may_show("MCFG"));
    assert_true(hardware_tables_may_show("OEM7"));
    assert_false(hardware_tables_may_show("APIC"));
    assert_false(hardware_tables_may_show("IVRS"));
    assert_false(hardware_tables_may_show("DMAR"));
    assert_false(hardware_tables_may_show("HPET"));
    assert_false(hardware_tables_may_show("WDRT"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_root),
        cmocka_unit_test(test_madt),
        cmocka_unit_test(test_too_small),
        cmocka_unit_test(test_what_is_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
