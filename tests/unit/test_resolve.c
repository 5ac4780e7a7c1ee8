/* SPDX-License-Identifier: MIT */
/*
 * Which functions of a machine a configuration means. The machine has two of
 * one kind behind root ports, found in no particular order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "launch/resolve.h"

#define SBDF(bus, dev, fn)                                                               \
    {                                                                                    \
        (bus) << 8 | (dev) << 3 | (fn)                                                   \
    }

enum place { SECOND_NIC, ROOT_PORT, DISK, FIRST_NIC, THIRD_NIC, FUNCTION_COUNT };

static const struct launch_function machine[FUNCTION_COUNT] = {
    [SECOND_NIC] = {.sbdf = SBDF(5, 0, 0),
                    .vendor_id = 0x8086,
                    .device_id = 0x10d3,
                    .has_serial = true,
                    .serial = 0x0011223344556677,
                    .path = {.hop_count = 2, .devfn = {0x1d << 3, 0}}},
    [ROOT_PORT] = {.sbdf = SBDF(0, 0x1c, 0),
                   .vendor_id = 0x1b36,
                   .device_id = 0x000c,
                   .is_bridge = true,
                   .path = {.hop_count = 1, .devfn = {0x1c << 3}}},
    [DISK] = {.sbdf = SBDF(0, 3, 0), .vendor_id = 0x1b36, .device_id = 0x0010},
    [FIRST_NIC] = {.sbdf = SBDF(4, 0, 0),
                   .vendor_id = 0x8086,
                   .device_id = 0x10d3,
                   .has_serial = true,
                   .serial = 0x0011223344556688,
                   .path = {.hop_count = 2, .devfn = {0x1c << 3, 0}}},
    /* Its serial number can't be read. */
    [THIRD_NIC] = {.sbdf = SBDF(6, 0, 0), .vendor_id = 0x8086, .device_id = 0x10d3},
};

static struct launch_selector by_id(uint16_t vendor_id, uint16_t device_id)
{
    return (struct launch_selector){
        .kind = LAUNCH_SELECT_ID, .vendor_id = vendor_id, .device_id = device_id};
}

static struct launch_selector by_index(uint32_t index)
{
    struct launch_selector selector = by_id(0x8086, 0x10d3);

    selector.has_index = true;
    selector.index = index;
    return selector;
}

static struct launch_selector by_serial(uint64_t serial)
{
    struct launch_selector selector = by_id(0x8086, 0x10d3);

    selector.has_serial = true;
    selector.serial = serial;
    return selector;
}

static struct launch_selector by_path(uint8_t bridge_devfn, uint8_t devfn)
{
    return (struct launch_selector){
        .kind = LAUNCH_SELECT_PATH,
        .path = {.hop_count = 2, .devfn = {bridge_devfn, devfn}}};
}

static struct launch_selector by_sbdf(rp_sbdf_t sbdf)
{
    return (struct launch_selector){.kind = LAUNCH_SELECT_SBDF, .sbdf = sbdf};
}

static enum launch_resolution resolve(struct launch_selector selector, size_t *out_place)
{
    *out_place = FUNCTION_COUNT;
    return launch_resolve(&selector, machine, FUNCTION_COUNT, out_place);
}

static void expect(struct launch_selector selector, enum place expected)
{
    size_t place;

    assert_int_equal(resolve(selector, &place), LAUNCH_RESOLVED);
    assert_int_equal(place, expected);
}

static void expect_not(struct launch_selector selector, enum launch_resolution expected)
{
    size_t place;

    assert_int_equal(resolve(selector, &place), expected);
    assert_int_equal(place, FUNCTION_COUNT);
}

static void finds_by_sbdf(void **state)
{
    (void)state;
    expect(by_sbdf(rp_sbdf(0, 4, 0, 0)), FIRST_NIC);
    expect_not(by_sbdf(rp_sbdf(1, 4, 0, 0)), LAUNCH_NOT_THERE);
    expect_not(by_sbdf(rp_sbdf(0, 4, 0, 1)), LAUNCH_NOT_THERE);
}

static void finds_by_id_where_there_is_one(void **state)
{
    (void)state;
    expect(by_id(0x1b36, 0x0010), DISK);
    expect_not(by_id(0x1b36, 0x0011), LAUNCH_NOT_THERE);
    expect_not(by_id(0x8086, 0x10d3), LAUNCH_AMBIGUOUS);
}

static void an_index_counts_in_order_of_the_sbdf(void **state)
{
    (void)state;
    expect(by_index(0), FIRST_NIC);
    expect(by_index(1), SECOND_NIC);
    expect(by_index(2), THIRD_NIC);
    expect_not(by_index(3), LAUNCH_TOO_FEW);
    expect_not(by_index(UINT32_MAX), LAUNCH_TOO_FEW);
}

static void a_serial_number_tells_functions_apart(void **state)
{
    (void)state;
    expect(by_serial(0x0011223344556677), SECOND_NIC);
    expect(by_serial(0x0011223344556688), FIRST_NIC);
    /* The third one may be it: that it isn't there can't be said. */
    expect_not(by_serial(0x99), LAUNCH_SERIAL_UNKNOWN);
    /* Zero isn't what an unreadable number is. */
    expect_not(by_serial(0), LAUNCH_SERIAL_UNKNOWN);
}

static void a_path_survives_other_bus_numbers(void **state)
{
    struct launch_selector other_root = by_path(0x1d << 3, 0);

    (void)state;
    expect(by_path(0x1d << 3, 0), SECOND_NIC);
    expect_not(by_path(0x1d << 3, 1), LAUNCH_NOT_THERE);
    other_root.path.root_bus = 0x40;
    expect_not(other_root, LAUNCH_NOT_THERE);
    /* No function without a known path is at the end of an empty one. */
    other_root.path = (struct launch_pci_path){0};
    expect_not(other_root, LAUNCH_NOT_THERE);
}

static void bridges_are_not_given_away(void **state)
{
    (void)state;
    expect_not(by_sbdf(rp_sbdf(0, 0, 0x1c, 0)), LAUNCH_IS_BRIDGE);
    expect_not(by_id(0x1b36, 0x000c), LAUNCH_IS_BRIDGE);
}

static void nothing_means_nothing(void **state)
{
    size_t place;
    struct launch_selector selector = by_id(0x1b36, 0x0010);

    (void)state;
    expect_not((struct launch_selector){0}, LAUNCH_PORT_EMPTY);
    assert_int_equal(launch_resolve(&selector, NULL, 0, &place), LAUNCH_NOT_THERE);
}

static void a_function_goes_to_the_first_launchable_domain_that_names_it(void **state)
{
    static struct launch_config config;
    struct launch_resolved resolved[5];

    (void)state;
    config = (struct launch_config){.domain_count = 2, .port_count = 5};
    config.domains[1].is_launchable = true;
    for (size_t i = 0; i < config.port_count; i++)
        config.ports[i].domain = 1;
    config.ports[0].domain = 0;
    config.ports[0].function = by_index(0);
    config.ports[1].function = by_sbdf(rp_sbdf(0, 4, 0, 0));
    config.ports[2].function = by_path(0x1c << 3, 0);
    config.ports[3].function = by_index(1);
    memset(resolved, 0xa5, sizeof(resolved));
    launch_resolve_ports(&config, machine, FUNCTION_COUNT, resolved);

    assert_int_equal(resolved[0].resolution, LAUNCH_UNRESOLVED);
    assert_int_equal(resolved[1].resolution, LAUNCH_RESOLVED);
    assert_int_equal(resolved[1].place, FIRST_NIC);
    assert_int_equal(resolved[2].resolution, LAUNCH_TAKEN);
    assert_int_equal(resolved[2].place, FIRST_NIC);
    assert_int_equal(resolved[3].resolution, LAUNCH_RESOLVED);
    assert_int_equal(resolved[3].place, SECOND_NIC);
    assert_int_equal(resolved[4].resolution, LAUNCH_PORT_EMPTY);
}

static void every_resolution_has_its_words(void **state)
{
    (void)state;
    for (unsigned i = LAUNCH_UNRESOLVED; i <= LAUNCH_TAKEN; i++) {
        assert_in_range(strlen(launch_resolution_text((enum launch_resolution)i)), 10,
                        200);
        assert_in_range(strlen(launch_resolution_mend((enum launch_resolution)i)), 5,
                        200);
    }
    assert_non_null(launch_resolution_text((enum launch_resolution)1000));
    assert_non_null(launch_resolution_mend((enum launch_resolution)1000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_by_sbdf),
        cmocka_unit_test(finds_by_id_where_there_is_one),
        cmocka_unit_test(an_index_counts_in_order_of_the_sbdf),
        cmocka_unit_test(a_serial_number_tells_functions_apart),
        cmocka_unit_test(a_path_survives_other_bus_numbers),
        cmocka_unit_test(bridges_are_not_given_away),
        cmocka_unit_test(nothing_means_nothing),
        cmocka_unit_test(a_function_goes_to_the_first_launchable_domain_that_names_it),
        cmocka_unit_test(every_resolution_has_its_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
