/* SPDX-License-Identifier: MIT */
/* How guests' configuration accesses are cut: core/access.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <rootport/access.h>

static void assert_piece(const struct rp_access *access, unsigned index, unsigned reg,
                         unsigned width, unsigned position)
{
    assert_true(index < access->count);
    assert_int_equal(access->pieces[index].reg, reg);
    assert_int_equal(access->pieces[index].width, width);
    assert_int_equal(access->pieces[index].position, position);
}

static void ecam_offset_names_bus_devfn_and_register(void **state)
{
    (void)state;
    /* Bus 0x12, device 3, function 5, register 0xabc. */
    struct rp_access access = rp_access_ecam(0x121dabc, 4);

    assert_int_equal(access.count, 1);
    assert_int_equal(access.pieces[0].bus, 0x12);
    assert_int_equal(access.pieces[0].devfn, 3 << 3 | 5);
    assert_piece(&access, 0, 0xabc, 4, 0);
}

static void ecam_access_of_8_bytes_is_two_of_4(void **state)
{
    (void)state;
    struct rp_access access = rp_access_ecam(0x10, 8);

    assert_int_equal(access.count, 2);
    assert_piece(&access, 0, 0x10, 4, 0);
    assert_piece(&access, 1, 0x14, 4, 4);
}

static void ecam_access_at_odd_address_has_four_pieces(void **state)
{
    (void)state;
    struct rp_access access = rp_access_ecam(0x11, 8);

    assert_int_equal(access.count, 4);
    assert_piece(&access, 0, 0x11, 1, 0);
    assert_piece(&access, 1, 0x12, 2, 1);
    assert_piece(&access, 2, 0x14, 4, 3);
    assert_piece(&access, 3, 0x18, 1, 7);
}

static void ecam_access_can_cross_into_the_next_function_and_bus(void **state)
{
    (void)state;
    struct rp_access access = rp_access_ecam(0x0ffffe, 4);

    assert_int_equal(access.count, 2);
    assert_piece(&access, 0, 0xffe, 2, 0);
    assert_int_equal(access.pieces[0].bus, 0);
    assert_int_equal(access.pieces[0].devfn, 0xff);
    assert_piece(&access, 1, 0x000, 2, 2);
    assert_int_equal(access.pieces[1].bus, 1);
    assert_int_equal(access.pieces[1].devfn, 0);
}

static void ecam_ends_after_bus_255(void **state)
{
    (void)state;
    struct rp_access access = rp_access_ecam(0xffffffe, 8);

    assert_int_equal(access.count, 1);
    assert_piece(&access, 0, 0xffe, 2, 0);
    assert_int_equal(rp_access_ecam(0x10000000, 1).count, 0);
    assert_int_equal(rp_access_ecam(UINT64_MAX, 8).count, 0);
}

static void ecam_takes_no_other_width(void **state)
{
    (void)state;
    static const unsigned widths[] = {0, 3, 5, 16, 4096};

    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
        assert_int_equal(rp_access_ecam(0, widths[i]).count, 0);
}

static void pieces_cover_each_access_once_and_naturally(void **state)
{
    (void)state;
    for (unsigned width = 1; width <= 8; width *= 2) {
        for (uint64_t offset = 0xff0; offset < 0x1010; offset++) {
            struct rp_access access = rp_access_ecam(offset, width);
            unsigned next = 0;
            for (unsigned i = 0; i < access.count; i++) {
                struct rp_access_piece piece = access.pieces[i];
                assert_int_equal(piece.position, next);
                assert_int_equal(piece.reg % piece.width, 0);
                assert_int_equal(((unsigned)piece.devfn << 12 | piece.reg),
                                 offset + next);
                next += piece.width;
            }
            assert_int_equal(next, width);
        }
    }
}

static void parts_put_together_are_the_value(void **state)
{
    (void)state;
    struct rp_access access = rp_access_ecam(0x11, 8);
    uint64_t value = UINT64_C(0x8877665544332211);
    uint64_t merged = UINT64_MAX;

    assert_int_equal(rp_access_part(value, access.pieces[2]), 0x77665544);
    for (unsigned i = 0; i < access.count; i++)
        merged = rp_access_merge(merged, access.pieces[i],
                                 rp_access_part(value, access.pieces[i]));
    assert_int_equal(merged, value);
}

static void what_no_piece_covers_stays_all_ones(void **state)
{
    (void)state;
    struct rp_access_piece piece = {.width = 2, .position = 1};

    assert_int_equal(rp_access_merge(0xffffffff, piece, 0xdead1234), 0xff1234ff);
}

/* A latch on bus 2, device 4, function 1, register 0x40. */
static struct rp_cf8 latch_on_something(enum rp_cf8_reach reach)
{
    struct rp_cf8 latch = {.reach = reach};
    rp_cf8_write_address(&latch, 0x83022140);
    return latch;
}

static void cf8_names_bus_devfn_and_register(void **state)
{
    (void)state;
    struct rp_cf8 latch = latch_on_something(RP_CF8_256);
    struct rp_access access;

    assert_int_equal(rp_cf8_decode(&latch, 0xcfc, 4, &access), RP_CF8_DATA);
    assert_int_equal(access.count, 1);
    assert_int_equal(access.pieces[0].bus, 2);
    assert_int_equal(access.pieces[0].devfn, 4 << 3 | 1);
    assert_piece(&access, 0, 0x40, 4, 0);
}

static void cf8_data_port_adds_to_the_register(void **state)
{
    (void)state;
    struct rp_cf8 latch = latch_on_something(RP_CF8_256);
    struct rp_access access;

    assert_int_equal(rp_cf8_decode(&latch, 0xcfe, 2, &access), RP_CF8_DATA);
    assert_piece(&access, 0, 0x42, 2, 0);
    assert_int_equal(rp_cf8_decode(&latch, 0xcff, 1, &access), RP_CF8_DATA);
    assert_piece(&access, 0, 0x43, 1, 0);
}

static void cf8_reaches_4096_bytes_only_if_told(void **state)
{
    (void)state;
    struct rp_cf8 latch = latch_on_something(RP_CF8_4096);
    struct rp_access access;

    assert_int_equal(latch.address, 0x83022140);
    (void)rp_cf8_decode(&latch, 0xcfd, 1, &access);
    assert_piece(&access, 0, 0x341, 1, 0);
    assert_int_equal(latch_on_something(RP_CF8_256).address, 0x80022140);
}

static void cf8_latch_is_four_bytes_at_cf8_and_nothing_else(void **state)
{
    (void)state;
    struct rp_cf8 latch = latch_on_something(RP_CF8_256);
    struct rp_access access;

    assert_int_equal(rp_cf8_decode(&latch, 0xcf8, 4, &access), RP_CF8_ADDRESS);
    assert_int_equal(rp_cf8_decode(&latch, 0xcf8, 2, &access), RP_CF8_NOTHING);
    assert_int_equal(rp_cf8_decode(&latch, 0xcf9, 1, &access), RP_CF8_NOTHING);
    assert_int_equal(rp_cf8_decode(&latch, 0xcfb, 1, &access), RP_CF8_NOTHING);
    assert_int_equal(rp_cf8_decode(&latch, 0xcf6, 4, &access), RP_CF8_NOTHING);
}

static void cf8_is_no_configuration_access_while_disabled(void **state)
{
    (void)state;
    struct rp_cf8 latch = {.address = 0x00022140};
    struct rp_access access;

    assert_int_equal(rp_cf8_decode(&latch, 0xcfc, 4, &access), RP_CF8_NOTHING);
    assert_int_equal(rp_cf8_decode(&latch, 0xcf8, 4, &access), RP_CF8_ADDRESS);
}

static void cf8_latch_has_no_reserved_bits(void **state)
{
    (void)state;
    struct rp_cf8 latch = {.address = 0};

    rp_cf8_write_address(&latch, 0xffffffff);
    assert_int_equal(latch.address, 0x80fffffc);
    latch.reach = RP_CF8_4096;
    rp_cf8_write_address(&latch, 0xffffffff);
    assert_int_equal(latch.address, 0x8ffffffc);
}

static void cf8_data_ends_with_the_dword(void **state)
{
    (void)state;
    struct rp_cf8 latch = latch_on_something(RP_CF8_256);
    struct rp_access access;

    /* Three of four bytes are data; the last one is port 0xd00. */
    assert_int_equal(rp_cf8_decode(&latch, 0xcfd, 4, &access), RP_CF8_DATA);
    assert_int_equal(access.count, 2);
    assert_piece(&access, 0, 0x41, 1, 0);
    assert_piece(&access, 1, 0x42, 2, 1);
    /* The last two of four bytes are. */
    assert_int_equal(rp_cf8_decode(&latch, 0xcfa, 4, &access), RP_CF8_DATA);
    assert_int_equal(access.count, 1);
    assert_piece(&access, 0, 0x40, 2, 2);
    assert_int_equal(rp_cf8_decode(&latch, 0xd00, 1, &access), RP_CF8_NOTHING);
    assert_int_equal(rp_cf8_decode(&latch, 0xffff, 4, &access), RP_CF8_NOTHING);
}

static void cf8_takes_no_other_width(void **state)
{
    (void)state;
    struct rp_cf8 latch = latch_on_something(RP_CF8_256);
    struct rp_access access;

    assert_int_equal(rp_cf8_decode(&latch, 0xcfc, 0, &access), RP_CF8_NOTHING);
    assert_int_equal(rp_cf8_decode(&latch, 0xcfc, 3, &access), RP_CF8_NOTHING);
    assert_int_equal(rp_cf8_decode(&latch, 0xcf8, 8, &access), RP_CF8_NOTHING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ecam_offset_names_bus_devfn_and_register),
        cmocka_unit_test(ecam_access_of_8_bytes_is_two_of_4),
        cmocka_unit_test(ecam_access_at_odd_address_has_four_pieces),
        cmocka_unit_test(ecam_access_can_cross_into_the_next_function_and_bus),
        cmocka_unit_test(ecam_ends_after_bus_255),
        cmocka_unit_test(ecam_takes_no_other_width),
        cmocka_unit_test(pieces_cover_each_access_once_and_naturally),
        cmocka_unit_test(parts_put_together_are_the_value),
        cmocka_unit_test(what_no_piece_covers_stays_all_ones),
        cmocka_unit_test(cf8_names_bus_devfn_and_register),
        cmocka_unit_test(cf8_data_port_adds_to_the_register),
        cmocka_unit_test(cf8_reaches_4096_bytes_only_if_told),
        cmocka_unit_test(cf8_latch_is_four_bytes_at_cf8_and_nothing_else),
        cmocka_unit_test(cf8_is_no_configuration_access_while_disabled),
        cmocka_unit_test(cf8_latch_has_no_reserved_bits),
        cmocka_unit_test(cf8_data_ends_with_the_dword),
        cmocka_unit_test(cf8_takes_no_other_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
