/* SPDX-License-Identifier: MIT */
/*
 * The registers of the root port as a guest finds them and may write them:
 * core/rootport_image.c and core/image.c. Numbers are the specification's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/rootport.h>

#include "tests/fake/fake_slot.h"

static struct fake_slot slot;

static int set_up(void **state)
{
    (void)state;
    fake_slot_init(&slot);
    return 0;
}

static void assert_reads(unsigned reg, unsigned width, uint32_t value)
{
    assert_int_equal(fake_slot_read(&slot, reg, width), value);
}

/* --- layout ------------------------------------------------------------------ */

static void header_is_a_bridge_of_nobodys_errata(void **state)
{
    (void)state;
    assert_reads(0x00, 4, 0x00015250);
    assert_reads(0x0a, 2, 0x0604);
    assert_reads(0x0e, 1, 0x01);
    assert_reads(0x06, 2, 0x0010);
    assert_reads(0x3d, 1, 0); /* no INTx */
    assert_reads(0x10, 4, 0); /* no BARs */
    assert_reads(0x14, 4, 0);
    assert_reads(0x38, 4, 0);
}

static void bridge_is_programmed_as_by_firmware(void **state)
{
    (void)state;
    assert_reads(0x18, 4, 0x00030300);
    assert_reads(0x04, 2, 0x0007);
    assert_reads(0x20, 4, 0xe010e000);
    assert_reads(0x24, 4, 0x3ff10001);
    assert_reads(0x28, 4, 0x80);
    assert_reads(0x2c, 4, 0x80);
    assert_reads(0x1c, 2, 0x3020);
    assert_reads(0x30, 4, 0);
}

static void windows_of_size_0_are_closed(void **state)
{
    (void)state;
    struct rp_rootport_config config = fake_slot_config();
    config.memory = (struct rp_rootport_window){0};
    config.prefetchable = (struct rp_rootport_window){.base = UINT64_C(1) << 40};
    config.io = (struct rp_rootport_window){0};
    fake_slot_init_with(&slot, &config);

    assert_reads(0x1c, 4, 0x000000f0);
    assert_int_equal(rp_rootport_io(&slot.port).size, 0);
    assert_reads(0x20, 4, 0x0000fff0);
    assert_reads(0x24, 4, 0x0001fff1);
    assert_int_equal(rp_rootport_memory(&slot.port).size, 0);
    assert_int_equal(rp_rootport_prefetchable(&slot.port).size, 0);
}

static void capability_list_has_pcie_msi_and_pm(void **state)
{
    (void)state;
    assert_int_equal(slot.pcie, 0x40);
    assert_int_equal(slot.msi, 0x80);
    assert_int_equal(slot.pm, 0x98);
    assert_reads(slot.pm + 1u, 1, 0);
}

static void pcie_capability_is_a_root_port_with_a_slot(void **state)
{
    (void)state;
    assert_reads(slot.pcie + 0x02u, 2, 0x0142); /* and message number 0, the only one */
    assert_reads(slot.pcie + 0x04u, 4, 0x00008000);
    assert_reads(slot.pcie + 0x24u, 4, 0x00000020); /* ARI forwarding */
}

static void link_reports_active_and_no_bandwidth_changes(void **state)
{
    (void)state;
    assert_reads(slot.pcie + 0x0cu, 4, 0x07500104);
    assert_reads(slot.pcie + 0x2cu, 4, 0x0000001e);
    assert_reads(slot.pcie + 0x30u, 2, 0x0004);
    assert_reads(slot.pcie + 0x12u, 2, 0); /* nothing is there */
}

static void slot_has_hotplug_and_surprise_but_no_power_controller(void **state)
{
    (void)state;
    /* PSN 5, NCCS, HPC, HPS, PIP, AIP, ABP; neither PCP, MRLSP nor EIP. */
    assert_reads(slot.pcie + 0x14u, 4, 5u << 19 | 0x40079);
    assert_reads(slot.pcie + 0x34u, 4, 0); /* no in-band presence disable */
    assert_reads(slot.pcie + 0x18u, 4, 0x000003c0);
}

static void slot_without_button_does_not_claim_one(void **state)
{
    (void)state;
    struct rp_rootport_config config = fake_slot_config();
    config.has_button = false;
    fake_slot_init_with(&slot, &config);
    assert_reads(slot.pcie + 0x14u, 4, 5u << 19 | 0x40078);
}

static void root_status_shows_no_wakeup(void **state)
{
    (void)state;
    assert_reads(slot.pcie + 0x1cu, 4, 0);
    assert_reads(slot.pcie + 0x20u, 4, 0);
}

static void msi_has_one_maskable_64_bit_vector(void **state)
{
    (void)state;
    assert_reads(slot.msi + 0x02u, 2, 0x0180);
}

static void pm_promises_no_wakeup_and_no_reset(void **state)
{
    (void)state;
    assert_reads(slot.pm + 0x02u, 2, 0x0003);
    assert_reads(slot.pm + 0x04u, 4, 0x00000008);
}

/* --- what firmware's values may be ------------------------------------------- */

static void assert_refused(const struct rp_rootport_config *config)
{
    struct rp_rootport port;
    assert_int_equal(rp_rootport_init(&port, &slot.image, config), RP_ERR_INVALID);
}

static void config_refuses_what_registers_cannot_hold(void **state)
{
    (void)state;
    struct rp_rootport_config good = fake_slot_config();
    struct rp_rootport_config bad[] = {good, good, good, good, good, good, good,
                                       good, good, good, good, good, good, good};

    bad[0].slot_number = 0;
    bad[1].slot_number = 8192;
    bad[2].max_link.speed = 0;
    bad[3].max_link.speed = RP_LINK_SPEED_MAX + 1;
    bad[4].max_link.width = 3;
    bad[5].secondary_bus = 0;
    bad[6].subordinate_bus = 2;
    bad[7].memory.base = 0xe0000800;
    bad[8].memory.size = 0x200800;
    bad[9].memory.size = 0x20100000;
    bad[10].prefetchable.base = UINT64_C(0xffffffffc0100000);
    bad[11].prefetchable.size = 1;
    bad[12].io.base = 0x2800;
    bad[13].io.size = 0xf000;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_refused(&bad[i]);
    assert_refused(&(struct rp_rootport_config){0});
}

static void config_takes_the_last_mebibytes(void **state)
{
    (void)state;
    struct rp_rootport_config config = fake_slot_config();

    config.memory = (struct rp_rootport_window){.base = 0xfff00000, .size = 0x100000};
    config.prefetchable = (struct rp_rootport_window){
        .base = UINT64_C(0xfffffffffff00000), .size = 0x100000};
    config.slot_number = 8191;
    config.max_link = (struct rp_rootport_link){.speed = 5, .width = 32};
    fake_slot_init_with(&slot, &config);
    assert_reads(0x20, 4, 0xfff0fff0);
    assert_int_equal(rp_rootport_memory(&slot.port).base, 0xfff00000);
    assert_int_equal(rp_rootport_prefetchable(&slot.port).base,
                     UINT64_C(0xfffffffffff00000));
    assert_int_equal(rp_rootport_prefetchable(&slot.port).size, 0x100000);
    assert_reads(slot.pcie + 0x14u, 4, 0xfffc0079);
    assert_reads(slot.pcie + 0x0cu, 4, 0x07500205);
}

/* --- reads ------------------------------------------------------------------- */

static void reads_take_any_natural_width(void **state)
{
    (void)state;
    assert_reads(0x00, 1, 0x50);
    assert_reads(0x01, 1, 0x52);
    assert_reads(0x02, 2, 0x0001);
    assert_reads(0x03, 1, 0x00);
    assert_reads(0xffc, 4, 0);
    assert_reads(0xfff, 1, 0);
}

static void other_reads_are_all_ones(void **state)
{
    (void)state;
    assert_reads(0x01, 2, 0xffff);
    assert_reads(0x02, 4, 0xffffffff);
    assert_reads(0x1000, 1, 0xff);
    assert_reads(0xffff, 1, 0xff);
    assert_reads(0x00, 0, 0xffffffff);
    assert_reads(0x00, 8, 0xffffffff);
    assert_reads(0x00, 3, 0xffffffff);
}

/* --- writes ------------------------------------------------------------------ */

/*
 * Every bit a guest may write, by dword: PCI Express Base r5.0, 7.5.1 and 7.5.3
 * for the parts that the port has. All else is read-only.
 */
static const struct {
    uint16_t reg;
    uint32_t writable;
} writable_bits[] = {
    {0x04, 0x00000547}, /* IOSE, MSE, BME, PER, SERR#, interrupt disable */
    {0x0c, 0x000000ff}, /* cache line size */
    {0x18, 0x00ffffff}, /* primary, secondary, subordinate bus */
    {0x1c, 0x0000f0f0}, /* I/O base and limit */
    {0x20, 0xfff0fff0}, /* memory base and limit */
    {0x24, 0xfff0fff0}, /* prefetchable base and limit */
    {0x28, 0xffffffff},  {0x2c, 0xffffffff},
    {0x3c, 0x004300ff}, /* interrupt line; PER, SERR#, secondary bus reset */
    {0x48, 0x0000000f}, /* error reporting */
    {0x50, 0x000000d3}, /* ASPM, link disable, common clock, extended synch */
    {0x58, 0x000013e9}, /* ABPE, PDCE, HPIE, AIC, PIC, DLLSCE */
    {0x5c, 0x0000000f}, /* system errors, PME interrupt */
    {0x68, 0x00000020}, /* ARI forwarding */
    {0x70, 0x0000000f}, /* target speed */
    {0x80, 0x00010000}, /* MSI enable */
    {0x84, 0xfffffffc},  {0x88, 0xffffffff},
    {0x8c, 0x0000ffff},  {0x90, 0x00000001}, /* mask */
    {0x9c, 0x00000003},                      /* power state */
    {0x108, 0x07fff030}, {0x10c, 0x07fff030},
    {0x114, 0x0000f1c1}, /* AER */
    {0x12c, 0x00000007}, /* Root Error Command */
};

static uint32_t writable_at(unsigned reg)
{
    for (size_t i = 0; i < sizeof(writable_bits) / sizeof(writable_bits[0]); i++)
        if (writable_bits[i].reg == reg)
            return writable_bits[i].writable;
    return 0;
}

static void guest_changes_no_bit_but_the_writable(void **state)
{
    (void)state;
    static const uint32_t patterns[] = {0xffffffff, 0, 0x55555555, 0xaaaaaaaa,
                                        0xdeadbeef};

    fake_slot_bring_to(&slot, RP_ROOTPORT_ARRIVING);
    for (unsigned reg = 0; reg < 0x1000; reg += 4) {
        uint32_t fixed = ~writable_at(reg);
        if (reg == 0x50) /* link disable shows in Link Status */
            fixed &= ~0x20000000u;
        if (reg == 0x58) /* events are cleared by writing ones */
            fixed &= ~0x01090000u;
        for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
            uint32_t before = fake_slot_read(&slot, reg, 4);
            fake_slot_write(&slot, reg, 4, patterns[i]);
            assert_int_equal(fake_slot_read(&slot, reg, 4) & fixed, before & fixed);
        }
    }
}

static void guest_can_write_each_writable_bit(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(writable_bits) / sizeof(writable_bits[0]); i++) {
        uint32_t bits = writable_bits[i].writable;
        fake_slot_write(&slot, writable_bits[i].reg, 4, bits);
        assert_int_equal(fake_slot_read(&slot, writable_bits[i].reg, 4) & bits, bits);
    }
}

static void writes_touch_only_their_bytes(void **state)
{
    (void)state;
    fake_slot_write(&slot, 0x19, 1, 0x44);
    assert_reads(0x18, 4, 0x00034400);
    fake_slot_write(&slot, 0x19, 1, 0xffffff55);
    assert_reads(0x18, 4, 0x00035500);
    fake_slot_write(&slot, 0x22, 2, 0xe7f0);
    assert_reads(0x20, 4, 0xe7f0e000);
    fake_slot_write(&slot, 0x3f, 1, 0xff);
    assert_reads(0x3c, 4, 0);
    fake_slot_write(&slot, 0x3e, 1, 0x02);
    assert_reads(0x3c, 4, 0x00020000);
}

static void unnatural_writes_are_ignored(void **state)
{
    (void)state;
    struct rp_image before = slot.image;

    fake_slot_write(&slot, 0x19, 2, 0xffff);
    fake_slot_write(&slot, 0x06, 4, 0xffffffff);
    fake_slot_write(&slot, 0x18, 3, 0xffffffff);
    fake_slot_write(&slot, 0x18, 8, 0xffffffff);
    fake_slot_write(&slot, 0x18, 0, 0xffffffff);
    fake_slot_write(&slot, 0x1018, 4, 0xffffffff);
    assert_memory_equal(&before, &slot.image, sizeof(before));
    assert_int_equal(slot.last.set, 0);
}

static void reserved_indicator_codes_change_nothing(void **state)
{
    (void)state;
    fake_slot_write(&slot, slot.pcie + 0x18u, 2, 0x0240); /* power blinks, attention on */
    fake_slot_write(&slot, slot.pcie + 0x18u, 2, 0x0000);
    assert_reads(slot.pcie + 0x18u, 2, 0x0240);
    fake_slot_write(&slot, slot.pcie + 0x18u, 1, 0xc0);
    assert_reads(slot.pcie + 0x18u, 2, 0x02c0);
    fake_slot_write(&slot, slot.pcie + 0x19u, 1, 0x01);
    assert_reads(slot.pcie + 0x18u, 2, 0x01c0);
}

static void unsupported_power_states_are_not_entered(void **state)
{
    (void)state;
    fake_slot_write(&slot, slot.pm + 0x04u, 2, 0x0001);
    assert_reads(slot.pm + 0x04u, 2, 0x0008);
    fake_slot_write(&slot, slot.pm + 0x04u, 2, 0x0003);
    assert_reads(slot.pm + 0x04u, 2, 0x000b);
    fake_slot_write(&slot, slot.pm + 0x04u, 2, 0x0002);
    assert_reads(slot.pm + 0x04u, 2, 0x000b);
    fake_slot_write(&slot, slot.pm + 0x04u, 2, 0x0000);
    assert_reads(slot.pm + 0x04u, 2, 0x0008);
}

/* --- buses and windows ------------------------------------------------------- */

static void buses_are_what_the_guest_wrote(void **state)
{
    (void)state;
    fake_slot_write(&slot, 0x18, 4, 0xff1f1000);
    assert_true(slot.last.set & RP_ROOTPORT_BUSES_CHANGED);
    assert_int_equal(rp_rootport_buses(&slot.port).secondary, 0x10);
    assert_int_equal(rp_rootport_buses(&slot.port).subordinate, 0x1f);
    fake_slot_write(&slot, 0x18, 4, 0xff1f1000);
    assert_int_equal(slot.last.set, 0); /* nothing new */
    fake_slot_write(&slot, 0x1a, 1, 0x0f);
    assert_int_equal(rp_rootport_buses(&slot.port).secondary, 0);
    assert_int_equal(rp_rootport_buses(&slot.port).subordinate, 0);
    fake_slot_write(&slot, 0x19, 1, 0); /* the root bus is nobody's secondary */
    assert_int_equal(rp_rootport_buses(&slot.port).secondary, 0);
    assert_int_equal(rp_rootport_buses(&slot.port).subordinate, 0);
}

static void windows_are_what_the_guest_wrote(void **state)
{
    (void)state;
    static const uint16_t registers[] = {0x20, 0x24, 0x28, 0x2c};

    assert_int_equal(rp_rootport_memory(&slot.port).base, 0xe0000000);
    assert_int_equal(rp_rootport_memory(&slot.port).size, 0x200000);
    assert_int_equal(rp_rootport_prefetchable(&slot.port).base, 0x8000000000);
    assert_int_equal(rp_rootport_prefetchable(&slot.port).size, 0x40000000);
    for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
        fake_slot_write(&slot, registers[i], 4, 0x12301230);
        assert_true(slot.last.set & RP_ROOTPORT_WINDOWS_CHANGED);
    }
    assert_int_equal(rp_rootport_memory(&slot.port).base, 0x12300000);
    assert_int_equal(rp_rootport_memory(&slot.port).size, 0x100000);
    assert_int_equal(rp_rootport_prefetchable(&slot.port).base,
                     UINT64_C(0x1230123012300000));
    assert_int_equal(rp_rootport_prefetchable(&slot.port).size, 0x100000);
    fake_slot_write(&slot, 0x22, 2, 0x1220);
    assert_int_equal(rp_rootport_memory(&slot.port).size, 0);
}

static void assert_io(uint64_t base, uint64_t size)
{
    const struct rp_rootport_window io = rp_rootport_io(&slot.port);

    assert_int_equal(io.size, size);
    if (size != 0)
        assert_int_equal(io.base, base);
}

/* PCI-to-PCI Bridge r1.2, 3.2.5.6: 16-bit addresses, in units of 4 KiB. */
static void the_io_window_is_what_the_guest_wrote(void **state)
{
    (void)state;
    assert_io(0x2000, 0x2000);
    fake_slot_write(&slot, 0x1c, 2, 0xf0e0);
    assert_true(slot.last.set & RP_ROOTPORT_WINDOWS_CHANGED);
    assert_io(0xe000, 0x2000);
    fake_slot_write(&slot, 0x1c, 2, 0xffff);
    assert_reads(0x1c, 4, 0xf0f0); /* no type bit, no error in Secondary Status */
    assert_io(0xf000, 0x1000);
    fake_slot_write(&slot, 0x1c, 2, 0x1020);
    assert_io(0, 0);
    fake_slot_write(&slot, 0x1c, 2, 0x0000);
    assert_io(0, 0x1000);
    fake_slot_write(&slot, 0x04, 2, 0x0006);
    assert_true(slot.last.set & RP_ROOTPORT_WINDOWS_CHANGED);
    assert_io(0, 0);
}

static void memory_enable_switches_the_windows(void **state)
{
    (void)state;
    assert_int_equal(fake_slot_plug(&slot), RP_OK);
    assert_true(rp_rootport_is_decoding_memory(&slot.port));
    fake_slot_write(&slot, 0x04, 2, 0x0004);
    assert_int_equal(slot.last.set, RP_ROOTPORT_WINDOWS_CHANGED);
    assert_false(rp_rootport_is_decoding_memory(&slot.port));
    fake_slot_write(&slot, 0x04, 2, 0x0006);
    assert_true(rp_rootport_is_decoding_memory(&slot.port));
    assert_int_equal(fake_slot_unplug_now(&slot), RP_OK);
    assert_false(rp_rootport_is_decoding_memory(&slot.port));
}

static void reset_restores_every_register(void **state)
{
    (void)state;
    struct rp_image before = slot.image;

    for (unsigned reg = 0; reg < 0x100; reg += 4)
        fake_slot_write(&slot, reg, 4, 0xffffffff);
    fake_slot_reset(&slot);
    assert_int_equal(slot.last.set,
                     RP_ROOTPORT_BUSES_CHANGED | RP_ROOTPORT_WINDOWS_CHANGED);
    assert_memory_equal(&before, &slot.image, sizeof(before));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(header_is_a_bridge_of_nobodys_errata, set_up),
        cmocka_unit_test_setup(bridge_is_programmed_as_by_firmware, set_up),
        cmocka_unit_test_setup(windows_of_size_0_are_closed, set_up),
        cmocka_unit_test_setup(capability_list_has_pcie_msi_and_pm, set_up),
        cmocka_unit_test_setup(pcie_capability_is_a_root_port_with_a_slot, set_up),
        cmocka_unit_test_setup(link_reports_active_and_no_bandwidth_changes, set_up),
        cmocka_unit_test_setup(slot_has_hotplug_and_surprise_but_no_power_controller,
                               set_up),
        cmocka_unit_test_setup(slot_without_button_does_not_claim_one, set_up),
        cmocka_unit_test_setup(root_status_shows_no_wakeup, set_up),
        cmocka_unit_test_setup(msi_has_one_maskable_64_bit_vector, set_up),
        cmocka_unit_test_setup(pm_promises_no_wakeup_and_no_reset, set_up),
        cmocka_unit_test_setup(config_refuses_what_registers_cannot_hold, set_up),
        cmocka_unit_test_setup(config_takes_the_last_mebibytes, set_up),
        cmocka_unit_test_setup(reads_take_any_natural_width, set_up),
        cmocka_unit_test_setup(other_reads_are_all_ones, set_up),
        cmocka_unit_test_setup(guest_changes_no_bit_but_the_writable, set_up),
        cmocka_unit_test_setup(guest_can_write_each_writable_bit, set_up),
        cmocka_unit_test_setup(writes_touch_only_their_bytes, set_up),
        cmocka_unit_test_setup(unnatural_writes_are_ignored, set_up),
        cmocka_unit_test_setup(reserved_indicator_codes_change_nothing, set_up),
        cmocka_unit_test_setup(unsupported_power_states_are_not_entered, set_up),
        cmocka_unit_test_setup(buses_are_what_the_guest_wrote, set_up),
        cmocka_unit_test_setup(windows_are_what_the_guest_wrote, set_up),
        cmocka_unit_test_setup(the_io_window_is_what_the_guest_wrote, set_up),
        cmocka_unit_test_setup(memory_enable_switches_the_windows, set_up),
        cmocka_unit_test_setup(reset_restores_every_register, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
