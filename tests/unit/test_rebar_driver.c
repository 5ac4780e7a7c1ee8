/* SPDX-License-Identifier: MIT */
/*
 * A guest that resizes a BAR as Linux does, on a function whose BAR changes as 7.8.6
 * says, under an embedder that maps what the view says after each write. Nothing is
 * mapped, at any moment, that the function does not decode; what is mapped when all is
 * done is the whole of the BAR. The boot test `rebar` sees the outcome of each resize;
 * here it's each write.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <rootport/pci_regs.h>

#include "tests/fake/fake_domain.h"

enum {
    COMMAND = 0x04,
    BAR2 = 0x18,
    REBAR = NVME_UNKNOWN,
    SIZES_MAX = 20, /* powers of two of MiB that are modelled */
    BUSY = -16,
    INVALID = -22,
    LOST = -5,
};

#define MIB            UINT64_C(0x100000)
#define HOST_BAR       UINT64_C(0xc40000000) /* room for 256 MiB and no more */
#define HOST_ROOM      (256 * MIB)
#define WINDOW         UINT64_C(0x1000000000) /* of fake_domain_start(), prefetchable */
#define WINDOW_SIZE    UINT64_C(0x1000000000)
#define COMMAND_MEMORY 0x0002u

/* ---- The machine ------------------------------------------------------------ */

static struct fake_domain *domain;
static struct rp_cfg plain;

static uint64_t decoded_size(void)
{
    return MIB << (fake_device_get(&domain->device, REBAR + 8, 4) >> 8 & 0x3f);
}

/* 7.8.6.3: the bits of the address below the size read as zero from then on. */
static void change_size(void)
{
    struct fake_device *device = &domain->device;
    const uint64_t mask = ~(decoded_size() - 1);
    const uint64_t address = fake_device_get(device, BAR2, 4) |
                             (uint64_t)fake_device_get(device, BAR2 + 4, 4) << 32;

    fake_device_set_bar(device, 2, decoded_size(), address & mask & ~UINT64_C(0xf), 0xc);
}

static enum rp_status read_function(void *context, rp_sbdf_t sbdf, uint16_t reg,
                                    unsigned width, uint32_t *out_value)
{
    (void)context;
    return plain.ops->read(plain.context, sbdf, reg, width, out_value);
}

static enum rp_status write_function(void *context, rp_sbdf_t sbdf, uint16_t reg,
                                     unsigned width, uint32_t value)
{
    const uint64_t size_before = decoded_size();
    enum rp_status status = plain.ops->write(plain.context, sbdf, reg, width, value);

    (void)context;
    if (decoded_size() != size_before) {
        /* "Software must clear the Memory Space Enable bit": the function too. */
        assert_int_equal(fake_device_get(&domain->device, COMMAND, 2) & COMMAND_MEMORY,
                         0);
        change_size();
    }
    return status;
}

static const struct rp_cfg_ops ops = {read_function, write_function};

/* ---- The embedder ------------------------------------------------------------- */

static struct rp_vpci_mapping mapped[RP_VPCI_MAPPINGS_MAX];
static size_t mapped_count;

/* What the function decodes now; nothing while its own memory decode is off. */
static bool is_decoded(const struct rp_vpci_mapping *mapping)
{
    const struct fake_device *device = &domain->device;
    const uint64_t base = (fake_device_get(device, BAR2, 4) & ~0xfu) |
                          (uint64_t)fake_device_get(device, BAR2 + 4, 4) << 32;

    return (fake_device_get(device, COMMAND, 2) & COMMAND_MEMORY) != 0 &&
           mapping->hpa.value >= base &&
           mapping->hpa.value + mapping->size <= base + decoded_size();
}

static bool is_same(const struct rp_vpci_mapping *a, const struct rp_vpci_mapping *b)
{
    return a->gpa.value == b->gpa.value && a->hpa.value == b->hpa.value &&
           a->size == b->size && a->backing == b->backing;
}

static void check_mappings(void)
{
    for (size_t i = 0; i < mapped_count; i++) {
        const struct rp_vpci_mapping *one = &mapped[i];

        if (one->bar != 2)
            continue;
        assert_true(is_decoded(one));
        assert_in_range(one->hpa.value, HOST_BAR, HOST_BAR + HOST_ROOM - 1);
        assert_in_range(one->hpa.value + one->size, HOST_BAR, HOST_BAR + HOST_ROOM);
        assert_in_range(one->gpa.value, WINDOW, WINDOW + WINDOW_SIZE - 1);
        assert_true((domain->state.command & COMMAND_MEMORY) != 0);
        for (size_t j = 0; j < i; j++)
            assert_true(one->gpa.value + one->size <= mapped[j].gpa.value ||
                        mapped[j].gpa.value + mapped[j].size <= one->gpa.value);
    }
}

/* Takes away first, then adds, as the hypervisor does; one range at a time. */
static void follow_view(void)
{
    struct rp_vpci_mapping now[RP_VPCI_MAPPINGS_MAX];
    const size_t count = rp_vpci_mappings(&domain->state, now);

    for (size_t i = 0; i < mapped_count;) {
        bool stays = false;

        for (size_t j = 0; j < count; j++)
            stays |= is_same(&mapped[i], &now[j]);
        if (stays)
            i++;
        else
            mapped[i] = mapped[--mapped_count];
    }
    check_mappings();
    for (size_t j = 0; j < count; j++) {
        bool is_there = false;

        for (size_t i = 0; i < mapped_count; i++)
            is_there |= is_same(&mapped[i], &now[j]);
        if (!is_there)
            mapped[mapped_count++] = now[j];
        check_mappings();
    }
}

/* ---- The guest ---------------------------------------------------------------- */

static uint32_t get(unsigned reg, unsigned width)
{
    return domain_read(domain, reg, width);
}

/* Where no effect says so, the embedder doesn't look, and what it has must be right. */
static void put(unsigned reg, unsigned width, uint32_t value)
{
    domain_write(domain, reg, width, value);
    if (domain->effects.what & RP_VPCI_EFFECT_MAPPINGS)
        follow_view();
    check_mappings();
}

/* The entry for a BAR, found as Linux does; 0 if there is none. */
static unsigned find_entry(unsigned bar)
{
    const unsigned capability = domain_find_extcap(domain, 0x15);
    unsigned count = capability ? get(capability + 8, 4) >> 5 & 7 : 0;

    for (unsigned i = 0; i < count; i++)
        if ((get(capability + 8 + 8 * i, 4) & 7) == bar)
            return capability + 4 + 8 * i;
    return 0;
}

static uint32_t possible_sizes(unsigned entry)
{
    return (get(entry, 4) & 0x00fffff0u) >> 4;
}

/* Sets the BAR and compares what it reads as, with decode off as for any 64-bit BAR. */
static int update_bar(uint64_t address)
{
    const uint16_t command = (uint16_t)get(COMMAND, 2);
    int result = 0;

    put(COMMAND, 2, command & ~COMMAND_MEMORY);
    put(BAR2, 4, (uint32_t)address | 0xc);
    put(BAR2 + 4, 4, (uint32_t)(address >> 32));
    if (get(BAR2, 4) != ((uint32_t)address | 0xc) || get(BAR2 + 4, 4) != address >> 32)
        result = LOST;
    put(COMMAND, 2, command);
    return result;
}

/*
 * What a driver does: decode off, the size, a place for it in the port's window, decode
 * as it was. Returns an error of Linux's where that returns one.
 */
static int resize(unsigned size, uint64_t address)
{
    const uint16_t command = (uint16_t)get(COMMAND, 2);
    const unsigned entry = find_entry(2);
    uint32_t control;
    int result;

    put(COMMAND, 2, command & ~COMMAND_MEMORY);
    if (entry == 0 || !(possible_sizes(entry) & 1u << size))
        return INVALID;
    control = get(entry + 4, 4) & ~0x1f00u;
    put(entry + 4, 4, control | size << 8);
    if ((get(entry + 4, 4) >> 8 & 0x1f) != size)
        return LOST;
    result = update_bar(address);
    put(COMMAND, 2, command | COMMAND_MEMORY);
    return result;
}

/* Where an access to the guest's address arrives in the function; ~0: nowhere. */
static uint64_t reach(uint64_t gpa)
{
    for (size_t i = 0; i < mapped_count; i++)
        if (mapped[i].bar == 2 && gpa >= mapped[i].gpa.value &&
            gpa - mapped[i].gpa.value < mapped[i].size)
            return mapped[i].hpa.value + (gpa - mapped[i].gpa.value) - HOST_BAR;
    return UINT64_MAX;
}

static uint64_t probe_size(void)
{
    const uint32_t low = get(BAR2, 4);
    const uint32_t high = get(BAR2 + 4, 4);
    uint64_t mask;

    put(BAR2, 4, 0xffffffff);
    put(BAR2 + 4, 4, 0xffffffff);
    mask = (uint64_t)get(BAR2 + 4, 4) << 32 | (get(BAR2, 4) & ~0xfu);
    put(BAR2, 4, low);
    put(BAR2 + 4, 4, high);
    return ~mask + 1;
}

/* ---- Tests ------------------------------------------------------------------- */

/* BAR 2 knows 1 MiB to 512 GiB; it is 4 MiB, where there is room for 256 MiB. */
static int set_up(void **state)
{
    (void)state;
    domain = fake_domain_new();
    mapped_count = 0;
    fake_device_set_extcap(&domain->device, REBAR, RP_PCI_EXTCAP_ID_RESIZABLE_BAR, 1, 0);
    fake_device_set(&domain->device, REBAR + 4, 4, 0x00fffff0);
    fake_device_set(&domain->device, REBAR + 8, 4, 2 << 8 | 1 << 5 | 2);
    fake_device_set_rw(&domain->device, REBAR + 8, 4, 0x3f00);
    fake_device_set_bar(&domain->device, 2, 4 * MIB, HOST_BAR, 0xc);
    plain = domain->config.cfg;
    domain->config.cfg.ops = &ops;
    assert_int_equal(fake_domain_start(domain), RP_OK);
    rp_vpci_bar_set_room(&domain->state, 2, HOST_ROOM);
    assert_int_equal(rp_vpci_build(&domain->view, &domain->state, 4096), RP_OK);
    assert_int_equal(update_bar(WINDOW), 0);
    put(COMMAND, 2, COMMAND_MEMORY);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_domain_free(domain);
    return 0;
}

static void sizes_that_have_room_are_possible(void **state)
{
    (void)state;
    assert_int_equal(possible_sizes(find_entry(2)), 0x1ff); /* 1 to 256 MiB */
    assert_int_equal(find_entry(0), 0);
}

static void every_possible_size_works(void **state)
{
    (void)state;
    static const uint8_t sizes[] = {8, 0, 3, 2, 7, 1, 8, 6, 0, 4, 5};

    for (size_t i = 0; i < sizeof(sizes); i++) {
        const uint64_t size = MIB << sizes[i];
        const uint64_t address = WINDOW + (i + 1) * HOST_ROOM;

        assert_int_equal(resize(sizes[i], address), 0);
        assert_int_equal(decoded_size(), size);
        assert_int_equal(reach(address), 0);
        assert_int_equal(reach(address + size / 2), size / 2);
        assert_int_equal(reach(address + size - 1), size - 1);
        assert_int_equal(reach(address + size), UINT64_MAX);
        assert_int_equal(reach(address - 1), UINT64_MAX);
        assert_int_equal(probe_size(), size);
        /* Where the function decodes is not the guest's to move. */
        assert_int_equal(fake_device_get(&domain->device, BAR2, 4),
                         (uint32_t)HOST_BAR | 0xc);
    }
}

static void a_size_without_room_is_refused(void **state)
{
    (void)state;
    assert_int_equal(resize(9, WINDOW), INVALID);
    put(find_entry(2) + 4, 4, 9 << 8);
    assert_int_equal(decoded_size(), 4 * MIB);
    put(COMMAND, 2, COMMAND_MEMORY);
    assert_int_equal(reach(WINDOW + 4 * MIB - 1), 4 * MIB - 1);
}

/* A driver that forgets to turn decode off finds that nothing has changed. */
static void with_decode_on_nothing_changes(void **state)
{
    (void)state;
    const unsigned entry = find_entry(2);

    put(entry + 4, 4, 8 << 8);
    assert_int_equal(get(entry + 4, 4) >> 8 & 0x3f, 2);
    assert_int_equal(decoded_size(), 4 * MIB);
    assert_int_equal(reach(WINDOW), 0);
    assert_int_equal(reach(WINDOW + 4 * MIB), UINT64_MAX);
}

/* Left where it is, it is mapped where it is aligned: its lower bits are not there. */
static void without_a_new_place_the_bar_is_aligned_down(void **state)
{
    (void)state;
    assert_int_equal(update_bar(WINDOW + 68 * MIB), 0);
    put(COMMAND, 2, 0);
    put(find_entry(2) + 4, 4, 6 << 8);
    put(COMMAND, 2, COMMAND_MEMORY);
    assert_int_equal(get(BAR2, 4), (uint32_t)(WINDOW + 64 * MIB) | 0xc);
    assert_int_equal(reach(WINDOW + 64 * MIB), 0);
    assert_int_equal(reach(WINDOW + 128 * MIB), UINT64_MAX);
}

static void a_bar_that_ends_outside_the_window_is_not_mapped(void **state)
{
    (void)state;
    assert_int_equal(resize(8, WINDOW + WINDOW_SIZE), 0);
    assert_int_equal(reach(WINDOW + WINDOW_SIZE), UINT64_MAX);
    assert_int_equal(resize(0, WINDOW + WINDOW_SIZE - MIB), 0);
    assert_int_equal(reach(WINDOW + WINDOW_SIZE - 1), MIB - 1);
}

/* Linux saves and restores the control register around a reset. */
static void a_size_can_be_restored_after_a_reset(void **state)
{
    (void)state;
    assert_int_equal(resize(8, WINDOW), 0);
    assert_int_equal(rp_vpci_flr_start(&domain->state), RP_OK);
    assert_int_equal(rp_vpci_flr_finish(&domain->state), RP_OK);
    follow_view();
    assert_int_equal(decoded_size(), 4 * MIB);
    assert_int_equal(reach(WINDOW), UINT64_MAX);
    assert_int_equal(resize(8, WINDOW), 0);
    assert_int_equal(reach(WINDOW + HOST_ROOM - 1), HOST_ROOM - 1);
}

/* Whatever a guest writes in whatever order: check_mappings() after each write. */
static void no_order_of_writes_maps_what_is_not_decoded(void **state)
{
    (void)state;
    static const struct {
        uint16_t reg;
        uint8_t width;
    } registers[] = {
        {COMMAND, 2}, {COMMAND, 1},  {BAR2, 4},      {BAR2 + 4, 4},
        {BAR2, 2},    {BAR2 + 2, 2}, {REBAR + 8, 4}, {REBAR + 9, 1},
    };
    uint32_t seed = 1;

    for (unsigned i = 0; i < 50000; i++) {
        const unsigned which = (seed >> 24) % (sizeof(registers) / sizeof(registers[0]));
        uint32_t value = seed * 0x9e3779b1u;

        seed = seed * 1664525u + 1013904223u;
        if (registers[which].reg == BAR2 + 4)
            value = 0x10 + (value & 7);
        else if (registers[which].reg == REBAR + 8)
            value = (value & 0xf) << 8;
        else if (registers[which].reg == REBAR + 9)
            value &= 0xf;
        put(registers[which].reg, registers[which].width, value);
    }
}

#define PREPARED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PREPARED(sizes_that_have_room_are_possible),
        PREPARED(every_possible_size_works),
        PREPARED(a_size_without_room_is_refused),
        PREPARED(with_decode_on_nothing_changes),
        PREPARED(without_a_new_place_the_bar_is_aligned_down),
        PREPARED(a_bar_that_ends_outside_the_window_is_not_mapped),
        PREPARED(a_size_can_be_restored_after_a_reset),
        PREPARED(no_order_of_writes_maps_what_is_not_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
