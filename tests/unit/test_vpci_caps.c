/* SPDX-License-Identifier: MIT */
/* The capability tables: sound in themselves, and each row as the specification has it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/pci_regs.h>

#include "core/vpci_internal.h"
#include "tests/fake/fake_domain.h"

enum {
    /* Where a test puts the capability it is about. */
    STANDARD_PLACE = 0x80,
    EXTENDED_PLACE = 0x200,
};

static int prepare(void **state)
{
    *state = fake_domain_new();
    return 0;
}

static int finish(void **state)
{
    fake_domain_free(*state);
    return 0;
}

static uint32_t hw(const struct fake_domain *domain, unsigned reg, unsigned width)
{
    return fake_device_get(&domain->device, reg, width);
}

/* ---- The tables ----------------------------------------------------------------- */

static void check_masks(const struct vpci_reg *reg)
{
    const uint32_t width_mask =
        reg->width == 4 ? 0xffffffffu : (1u << 8 * reg->width) - 1;
    const uint32_t shown[] = {reg->ro & ~reg->virt, reg->rw, reg->rw1c, reg->virt,
                              reg->value};
    uint32_t all = 0;

    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(all & shown[i], 0);
        all |= shown[i];
    }
    assert_int_equal((all | reg->write_zero) & ~width_mask, 0);
    assert_int_equal(reg->write_zero & (reg->rw | reg->rw1c), 0);
    assert_int_equal((reg->reset | reg->sticky) & ~reg->virt, 0);
}

static void check_reg(const struct vpci_cap *row, unsigned index)
{
    const struct vpci_reg *reg = &row->regs[index];
    const unsigned first = row->rule.list == RP_VPCI_LIST_STANDARD ? 2 : 4;

    assert_true(reg->width == 1 || reg->width == 2 || reg->width == 4);
    assert_int_equal(reg->offset % reg->width, 0);
    assert_true(reg->offset >= first); /* ID and pointer are the list's */
    if (row->size)
        assert_true(reg->offset + reg->width <= row->size);
    check_masks(reg);
    if (index % row->reg_count == 0)
        return;
    assert_true(reg[-1].offset + reg[-1].width <= reg->offset);
    if (reg[-1].offset / 4 == reg->offset / 4)
        assert_false(reg[-1].handler && reg->handler);
}

static void check_row(const struct vpci_cap *row)
{
    const struct rp_vpci_rule *rule = &row->rule;
    const bool is_modelled =
        rule->guest == RP_VPCI_MODELLED || rule->hardware == RP_VPCI_MODELLED;

    assert_true(row->reg_count == 0 || is_modelled);
    assert_true(row->size % 2 == 0);
    /* How far a guest may look is never left to what comes next. */
    if (rule->guest != RP_VPCI_HIDDEN || rule->unless)
        assert_true(row->size != 0 || row->length != NULL);
    /* With the policy's bit, a modelled one has others. */
    for (unsigned i = 0; i < (rule->unless ? 2u : 1u) * row->reg_count; i++)
        check_reg(row, i);
}

static void check_table(const struct vpci_cap_table *table, enum rp_vpci_list list)
{
    for (size_t i = 0; i < table->row_count; i++) {
        check_row(&table->rows[i]);
        assert_int_equal(table->rows[i].rule.list, list);
        assert_true(table->rows[i].rule.id >= 64 ||
                    !(table->nobodys >> table->rows[i].rule.id & 1));
        if (i)
            assert_true(table->rows[i - 1].rule.id < table->rows[i].rule.id);
    }
    for (uint16_t id = 0; id < 64; id++)
        if (table->nobodys >> id & 1)
            assert_int_equal(rp_vpci_words_of(list, id)->id, id);
    assert_int_equal(table->unknown->rule.guest, RP_VPCI_HIDDEN);
    assert_int_equal(table->unknown->rule.unless, 0);
    assert_int_equal(table->unknown->rule.hardware, RP_VPCI_READ_ONLY);
}

static void the_tables_are_sound(void **state)
{
    (void)state;
    check_table(&vpci_caps, RP_VPCI_LIST_STANDARD);
    check_table(&vpci_extcaps, RP_VPCI_LIST_EXTENDED);
}

static void check_words(const struct vpci_cap_table *table)
{
    for (size_t i = 0; i < table->row_count; i++) {
        const struct rp_vpci_rule *rule = &table->rows[i].rule;
        const struct rp_vpci_words *words = rp_vpci_words_of(rule->list, rule->id);

        assert_int_equal(words->list, rule->list);
        assert_int_equal(words->id, rule->id);
    }
}

static void every_rule_has_words(void **state)
{
    const struct rp_vpci_words *words;

    (void)state;
    check_words(&vpci_caps);
    check_words(&vpci_extcaps);
    for (size_t i = 0; (words = rp_vpci_words(i)) != NULL; i++) {
        assert_non_null(words->name);
        assert_non_null(words->guest_reason);
        assert_non_null(words->hardware_reason);
        assert_ptr_equal(rp_vpci_words_of(words->list, words->id), words);
    }
}

static void a_capability_without_a_row_is_like_any_other(void **state)
{
    (void)state;
    assert_ptr_equal(rp_vpci_rule_of(RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_PM),
                     &vpci_caps.rows[0].rule);
    assert_int_equal(rp_vpci_words_of(RP_VPCI_LIST_EXTENDED, 0x7777)->id,
                     RP_VPCI_ID_OTHER);
    assert_int_equal(rp_vpci_words_of(RP_VPCI_LIST_EXTENDED, 0x7777)->list,
                     RP_VPCI_LIST_EXTENDED);
    assert_ptr_equal(rp_vpci_rule_of(RP_VPCI_LIST_EXTENDED, 0x7777),
                     &vpci_extcaps.unknown->rule);
}

/* IDs 0x01 to 0x15, and 0x0001 to 0x003a but for one, which is reserved. */
static void every_assigned_id_has_words(void **state)
{
    size_t index = 0;

    (void)state;
    for (uint16_t id = 0x01; id <= 0x15; id++)
        assert_int_equal(rp_vpci_words(index++)->id, id);
    assert_int_equal(rp_vpci_words(index++)->id, RP_VPCI_ID_OTHER);
    for (uint16_t id = 0x01; id <= 0x3a; id++) {
        if (id != 0x14)
            assert_int_equal(rp_vpci_words(index++)->id, id);
    }
    assert_int_equal(rp_vpci_words(index++)->id, RP_VPCI_ID_OTHER);
    assert_null(rp_vpci_words(index));
}

/* ---- Every row, as a guest ----------------------------------------------------------
 */

/* A function whose every register is writable and holds 0x5a, with one capability. */
static void make_hostile(struct fake_device *device, enum rp_vpci_list list, uint16_t id)
{
    memset(device->bytes + 0x40, 0x5a, sizeof(device->bytes) - 0x40);
    memset(device->rw + 0x40, 0xff, sizeof(device->rw) - 0x40);
    memset(device->rw1c + 0x40, 0, sizeof(device->rw1c) - 0x40);
    fake_device_set(device, 0x100, 4, 0);
    fake_device_set(device, RP_PCI_CAPABILITIES_POINTER, 1, 0);
    fake_device_set(device, RP_PCI_INTERRUPT_PIN, 1, 0); /* with it alone: refused */
    if (list == RP_VPCI_LIST_STANDARD) {
        fake_device_set(device, RP_PCI_CAPABILITIES_POINTER, 1, STANDARD_PLACE);
        fake_device_set_cap(device, STANDARD_PLACE, id, 0);
        fake_device_set(device, STANDARD_PLACE + 2, 1, 16);
        if (id == RP_PCI_CAP_ID_PM) /* asleep it would be refused */
            fake_device_set(device, STANDARD_PLACE + 4, 1, 0x58);
    } else {
        fake_device_set_extcap(device, 0x100, id, 1, 0);
        fake_device_set(device, 0x104, 4, 0x0100015a);
    }
}

static unsigned count_shown(struct fake_domain *domain)
{
    unsigned count = 0;

    for (unsigned reg = 0x40; reg < RP_CFG_SIZE_EXTENDED; reg++)
        count += domain_read(domain, reg, 1) != 0;
    return count;
}

static void write_everywhere(struct fake_domain *domain)
{
    for (unsigned reg = 0x40; reg < RP_CFG_SIZE_EXTENDED; reg += 4)
        domain_write(domain, reg, 4, 0xa5a5a5a5);
}

static void try_rule(struct fake_domain *domain, enum rp_vpci_list list, uint16_t id)
{
    const struct rp_vpci_rule *rule = rp_vpci_rule_of(list, id);
    struct fake_device *device = &domain->device;
    struct fake_device before;

    make_hostile(device, list, id);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    before = *device;
    if (rule->guest == RP_VPCI_HIDDEN)
        assert_int_equal(count_shown(domain), 0);
    write_everywhere(domain);
    if (rule->guest != RP_VPCI_MODELLED)
        assert_memory_equal(device->bytes, before.bytes, sizeof(before.bytes));
    rp_vpci_detach(&domain->state);
}

static void no_guest_reaches_what_its_rule_does_not_show(void **state)
{
    const struct rp_vpci_words *words;

    for (size_t i = 0; (words = rp_vpci_words(i)) != NULL; i++)
        try_rule(*state, words->list, words->id);
}

static void policy_shows_vendor_specific_ones_read_only(void **state)
{
    struct fake_domain *domain = *state;

    domain->config.policy = RP_VPCI_POLICY_VENDOR_SPECIFIC;
    make_hostile(&domain->device, RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_VENDOR);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, STANDARD_PLACE, 4), 0x5a100009);
    assert_int_equal(domain_read(domain, STANDARD_PLACE + 12, 4), 0x5a5a5a5a);
    assert_int_equal(domain_read(domain, STANDARD_PLACE + 16, 4), 0);
    write_everywhere(domain);
    assert_int_equal(hw(domain, STANDARD_PLACE + 12, 4), 0x5a5a5a5a);
    rp_vpci_detach(&domain->state);

    make_hostile(&domain->device, RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_VENDOR);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, 0x100, 4), 0x0001000b);
    assert_int_equal(domain_read(domain, 0x10c, 4), 0x5a5a5a5a);
    assert_int_equal(domain_read(domain, 0x110, 4), 0);
}

static void a_length_that_lies_ends_at_the_next_capability(void **state)
{
    struct fake_domain *domain = *state;

    domain->config.policy = RP_VPCI_POLICY_VENDOR_SPECIFIC;
    make_hostile(&domain->device, RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_VENDOR);
    fake_device_set_cap(&domain->device, STANDARD_PLACE, RP_PCI_CAP_ID_VENDOR, 0xa0);
    fake_device_set(&domain->device, STANDARD_PLACE + 2, 1, 0xff);
    fake_device_set_cap(&domain->device, 0xa0, RP_PCI_CAP_ID_HYPERTRANSPORT, 0);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, 0x9c, 4), 0x5a5a5a5a);
    assert_int_equal(domain_read(domain, 0xa0, 4), 0);
    rp_vpci_detach(&domain->state);

    make_hostile(&domain->device, RP_VPCI_LIST_EXTENDED, RP_PCI_EXTCAP_ID_VENDOR);
    fake_device_set_extcap(&domain->device, 0x100, RP_PCI_EXTCAP_ID_VENDOR, 1, 0x120);
    fake_device_set(&domain->device, 0x104, 4, 0xfff00000);
    fake_device_set_extcap(&domain->device, 0x120, RP_PCI_EXTCAP_ID_SRIOV, 1, 0);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, 0x11c, 4), 0x5a5a5a5a);
    assert_int_equal(domain_read(domain, 0x120, 4), 0);
    assert_int_equal(domain_read(domain, 0x124, 4), 0);
}

/* A guest is shown no length that makes no sense; who has the machine is. */
static void without_a_length_only_the_hardware_domain_sees_it(void **state)
{
    struct fake_domain *domain = *state;

    for (unsigned is_hardware = 0; is_hardware < 2; is_hardware++) {
        domain->config.policy = RP_VPCI_POLICY_VENDOR_SPECIFIC;
        domain->config.role = is_hardware ? RP_VPCI_ROLE_HARDWARE : RP_VPCI_ROLE_GUEST;
        make_hostile(&domain->device, RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_VENDOR);
        fake_device_set(&domain->device, STANDARD_PLACE + 2, 1, 0);
        assert_int_equal(fake_domain_start(domain), RP_OK);
        assert_int_equal(domain_find_cap(domain, RP_PCI_CAP_ID_VENDOR),
                         is_hardware ? STANDARD_PLACE : 0);
        assert_int_equal(domain_read(domain, STANDARD_PLACE + 4, 4),
                         is_hardware ? 0x5a5a5a5a : 0);
        domain_write(domain, STANDARD_PLACE + 4, 4, 0);
        assert_int_equal(hw(domain, STANDARD_PLACE + 4, 4), 0x5a5a5a5a);
        rp_vpci_detach(&domain->state);
    }
}

static void lengths_follow_what_the_function_says(void **state)
{
    struct fake_domain *domain = *state;
    static const struct {
        uint16_t id;
        uint32_t first; /* the dword after the header */
        unsigned length;
    } cases[] = {
        {RP_PCI_EXTCAP_ID_SERIAL_NUMBER, 0x5a5a5a5a, 12},
        {RP_PCI_EXTCAP_ID_VC, 0x5a5a5a58, 0x1c},
        {RP_PCI_EXTCAP_ID_VC, 0x5a5a5a5f, 0x70},
        {RP_PCI_EXTCAP_ID_ACS, 0x5a5a5a5a, 8},
        {RP_PCI_EXTCAP_ID_ACS, 0x5a5a2120, 16},
        {RP_PCI_EXTCAP_ID_ACS, 0x5a5a0020, 40},
        {RP_PCI_EXTCAP_ID_PTM, 0x5a5a5a5a, 12},
        {RP_PCI_EXTCAP_ID_DATA_LINK_FEATURE, 0x5a5a5a5a, 12},
        {RP_PCI_EXTCAP_ID_16GTS, 0x5a5a5a5a, 0}, /* no link */
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        make_hostile(&domain->device, RP_VPCI_LIST_EXTENDED, cases[i].id);
        fake_device_set(&domain->device, 0x104, 4, cases[i].first);
        assert_int_equal(fake_domain_start(domain), RP_OK);
        for (unsigned at = 4; at < 0x100; at += 4)
            assert_int_equal(domain_read(domain, 0x100 + at, 4) != 0,
                             at < cases[i].length);
        rp_vpci_detach(&domain->state);
    }
}

static void lanes_count_in_the_length(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set_extcap(&domain->device, 0x100, RP_PCI_EXTCAP_ID_16GTS, 1, 0x200);
    fake_device_set_extcap(&domain->device, 0x200, RP_PCI_EXTCAP_ID_SECONDARY_PCIE, 1, 0);
    memset(domain->device.bytes + 0x104, 0x5a, 0xfc);
    memset(domain->device.bytes + 0x204, 0x5a, 0xfc);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, 0x120, 4), 0x5a5a5a5a); /* x4: a byte each */
    assert_int_equal(domain_read(domain, 0x124, 4), 0);
    assert_int_equal(domain_read(domain, 0x210, 4), 0x5a5a5a5a); /* two bytes each */
    assert_int_equal(domain_read(domain, 0x214, 4), 0);
}

/* ---- Rows that are modelled
 * ------------------------------------------------------------ */

/* 7.5.2: version; no D1, D2, PME; No_Soft_Reset; PowerState takes D0 and D3hot alone. */
static void power_management(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, NVME_PM + 2, 2, 0xfe23);
    fake_device_set(&domain->device, NVME_PM + 4, 4, 0x5a40e100);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, NVME_PM + 2, 2), 0x0003);
    assert_int_equal(domain_read(domain, NVME_PM + 4, 4), 0x0008);
    for (uint32_t power = 0; power < 4; power++) {
        domain_write(domain, NVME_PM + 4, 2, 0);
        domain_write(domain, NVME_PM + 4, 2, 0xfffc | power);
        assert_int_equal(domain_read(domain, NVME_PM + 4, 2),
                         8u | (power == 3 ? 3u : 0u));
        assert_int_equal(domain->device.write_count, 0);
    }
}

static void pci_x(void **state)
{
    struct fake_domain *domain = *state;

    make_hostile(&domain->device, RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_PCIX);
    fake_device_set_rw(&domain->device, STANDARD_PLACE + 4, 4, 0);
    fake_device_set_rw1c(&domain->device, STANDARD_PLACE + 4, 4, 0x200c0000);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, STANDARD_PLACE + 2, 2), 0x5a10);
    assert_int_equal(domain_read(domain, STANDARD_PLACE + 4, 4), 0x5a5a0000);
    write_everywhere(domain);
    assert_int_equal(domain_read(domain, STANDARD_PLACE + 4, 4), 0x5a5a0000);
    domain_write(domain, STANDARD_PLACE + 4, 4, 0x00080000);
    assert_int_equal(domain_read(domain, STANDARD_PLACE + 4, 4), 0x5a520000);
}

/* 7.5.3.3: phantom functions would be requester IDs that the IOMMU does not know. */
static void device_capabilities(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, NVME_PCIE + 4, 4, 0x10008ffa);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, NVME_PCIE + 4, 4), 0x10008fe2);
    assert_int_equal(domain_read(domain, NVME_PCIE + 2, 2), 0x0002);
}

/* 7.5.3.4, bit by bit: what reaches the function, and what only the domain sees. */
static void device_control(void **state)
{
    struct fake_domain *domain = *state;

    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, NVME_PCIE + 8, 2), 0x2810);
    domain_write(domain, NVME_PCIE + 8, 2, 0x57ff);
    assert_int_equal(domain_read(domain, NVME_PCIE + 8, 2), 0x51ff);
    /* 0x2830 before: payload 0x20 stays; relaxed ordering stays, no snoop goes. */
    assert_int_equal(hw(domain, NVME_PCIE + 8, 2), 0x5030);
    domain_write(domain, NVME_PCIE + 8, 2, 0x0800);
    assert_int_equal(domain_read(domain, NVME_PCIE + 8, 2), 0x0800);
    assert_int_equal(hw(domain, NVME_PCIE + 8, 2), 0x0820);
}

static void a_reserved_read_request_size_is_not_taken(void **state)
{
    struct fake_domain *domain = *state;

    assert_int_equal(fake_domain_start(domain), RP_OK);
    domain_write(domain, NVME_PCIE + 8, 2, 0x6010);
    assert_int_equal(domain_read(domain, NVME_PCIE + 8, 2) & 0x7000, 0x2000);
    domain_write(domain, NVME_PCIE + 9, 1, 0x70);
    assert_int_equal(domain_read(domain, NVME_PCIE + 8, 2) & 0x7000, 0x2000);
    domain_write(domain, NVME_PCIE + 9, 1, 0x00);
    assert_int_equal(hw(domain, NVME_PCIE + 8, 2) & 0x7000, 0x0000);
}

static void device_status(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, NVME_PCIE + 10, 2, 0x003f);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, NVME_PCIE + 10, 2), 0x003f);
    domain_write(domain, NVME_PCIE + 8, 4, 0x00050000);
    assert_int_equal(domain_read(domain, NVME_PCIE + 10, 2), 0x003a);
    domain_write(domain, NVME_PCIE + 8, 2, 0x0010);
    assert_int_equal(domain_read(domain, NVME_PCIE + 10, 2), 0x003a);
}

static void the_link_is_read_only(void **state)
{
    struct fake_domain *domain = *state;

    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, NVME_PCIE + 12, 4), 0x00400c43);
    domain_write(domain, NVME_PCIE + 16, 4, 0xffffffff);
    domain_write(domain, NVME_PCIE + 0x30, 4, 0xffffffff);
    assert_int_equal(domain->device.write_count, 0);
    assert_int_equal(domain_read(domain, NVME_PCIE + 18, 2), 0x0043);
}

/* 7.5.3.15, 7.5.3.16: of these the completion timeout and ID ordering are the domain's.
 */
static void device_control_2(void **state)
{
    struct fake_domain *domain = *state;

    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, NVME_PCIE + 0x24, 4), 0x1f);
    domain_write(domain, NVME_PCIE + 0x28, 2, 0xffff);
    assert_int_equal(domain_read(domain, NVME_PCIE + 0x28, 2), 0x031f);
    assert_int_equal(hw(domain, NVME_PCIE + 0x28, 2), 0x031f);
}

/* 7.5.3.5: bit 5 of Device Status; in the Advanced Features it is bit 0 of the status. */
static void requests_without_an_answer_are_pending(void **state)
{
    struct fake_domain *domain = *state;

    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_false(rp_vpci_has_pending(&domain->state));
    fake_device_set(&domain->device, NVME_PCIE + 10, 2, 0x0020);
    assert_true(rp_vpci_has_pending(&domain->state));
    domain->device.is_gone = true;
    assert_false(rp_vpci_has_pending(&domain->state));
    domain->device.is_gone = false;
    domain->state.pcie_offset = 0;
    assert_false(rp_vpci_has_pending(&domain->state));
    domain->state.af_offset = 0xf0;
    fake_device_set(&domain->device, 0xf5, 1, 1);
    assert_true(rp_vpci_has_pending(&domain->state));
}

/* The link goes on as firmware set it up: 7.8.2, 7.8.3 and 7.9.16. */
static void an_flr_leaves_the_link_as_it_was(void **state)
{
    struct fake_domain *domain = *state;
    struct fake_device *device = &domain->device;

    fake_device_set_extcap(device, NVME_UNKNOWN, RP_PCI_EXTCAP_ID_LTR, 1, 0x200);
    fake_device_set_extcap(device, 0x200, RP_PCI_EXTCAP_ID_L1_PM_SUBSTATES, 1, 0x240);
    fake_device_set_extcap(device, 0x240, RP_PCI_EXTCAP_ID_PTM, 1, 0);
    fake_device_set(device, 0x248, 4, 0x00000401);
    fake_device_set_rw(device, 0x248, 4, 0x0000ff03);
    fake_device_set(device, NVME_UNKNOWN + 4, 4, 0x10031003);
    fake_device_set(device, 0x208, 4, 0x40a0000f);
    fake_device_set(device, 0x20c, 4, 0x00000029);
    fake_device_set_rw(device, 0x208, 4, 0xffffffff);
    fake_device_set_rw(device, 0x20c, 4, 0xffffffff);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(rp_vpci_flr_start(&domain->state), RP_OK);
    fake_device_set(device, NVME_UNKNOWN + 4, 4, 0);
    fake_device_set(device, 0x208, 4, 0);
    fake_device_set(device, 0x20c, 4, 0);
    fake_device_set(device, 0x248, 4, 0);
    /* A view that is built now does not take these for firmware's. */
    assert_int_equal(rp_vpci_build(&domain->view, &domain->state, RP_CFG_SIZE_EXTENDED),
                     RP_OK);
    device->write_count = 0;
    assert_int_equal(rp_vpci_flr_finish(&domain->state), RP_OK);
    assert_int_equal(fake_device_get(device, NVME_UNKNOWN + 4, 4), 0x10031003);
    assert_int_equal(fake_device_get(device, 0x208, 4), 0x40a0000f);
    assert_int_equal(fake_device_get(device, 0x20c, 4), 0x00000029);
    assert_int_equal(domain_read(domain, 0x248, 4), 0x00000401);
    /* Enables, in Control 1, come after what they enable. */
    assert_int_equal(device->writes[1].reg, 0x20c);
    assert_int_equal(device->writes[2].reg, 0x208);
    assert_int_equal(domain_read(domain, 0x208, 4), 0);
}

static void slot_and_root_registers_are_not_there(void **state)
{
    struct fake_domain *domain = *state;

    memset(domain->device.bytes + NVME_PCIE + 0x14, 0x5a, 0x10);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    for (unsigned at = 0x14; at < 0x24; at++)
        assert_int_equal(domain_read(domain, NVME_PCIE + at, 1), 0);
}

/* Version 1 has no second set of registers: what follows is something else. */
static void version_1_is_shorter(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, NVME_PCIE + 2, 2, 0x0001);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, NVME_PCIE + 0x24, 4), 0);
    domain_write(domain, NVME_PCIE + 0x28, 2, 0xffff);
    assert_int_equal(domain->device.write_count, 0);
    assert_int_equal(domain_read(domain, NVME_PCIE + 18, 2), 0x0043);
}

/*
 * What is from 0x100 on belongs to another list: with Device Control 2 of a capability at
 * 0xe0 in the place of SR-IOV Control, a guest could turn virtual functions on.
 */
static void below_0x100_capabilities_end_there(void **state)
{
    struct fake_domain *domain = *state;
    struct fake_device *device = &domain->device;

    for (unsigned at = 0; at < 0x14; at++)
        fake_device_set(device, 0xe0 + at, 1, fake_device_get(device, NVME_PCIE + at, 1));
    fake_device_set(device, NVME_MSI + 1, 1, 0xe0);
    fake_device_set_rw(device, 0xe8, 2, 0x7fff);
    fake_device_set_extcap(device, 0x100, RP_PCI_EXTCAP_ID_SRIOV, 1, 0);
    fake_device_set(device, 0x104, 4, 0x5a5a5a5a);
    fake_device_set_rw(device, 0x108, 2, 0xffff);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    for (unsigned at = 0x100; at < 0x120; at += 4) {
        assert_int_equal(domain_read(domain, at, 4), 0);
        domain_write(domain, at, 4, 0xffffffff);
        assert_int_equal(domain->device.write_count, 0);
    }
    assert_int_equal(domain_find_cap(domain, RP_PCI_CAP_ID_PCIE), 0xe0);
    domain_write(domain, 0xe8, 2, 0x0010);
    assert_int_equal(hw(domain, 0xe8, 2) & 0x0010, 0x0010);
}

static void advanced_features(void **state)
{
    struct fake_domain *domain = *state;

    make_hostile(&domain->device, RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_ADVANCED_FEATURES);
    fake_device_set(&domain->device, STANDARD_PLACE + 2, 4, 0x00ffff06);
    fake_device_set(&domain->device, STANDARD_PLACE + 5, 1, 0xff);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, STANDARD_PLACE + 2, 4), 0x01000306);
    domain_write(domain, STANDARD_PLACE + 4, 1, 0x01);
    assert_int_equal(domain->effects.what, RP_VPCI_EFFECT_FLR);
    assert_int_equal(domain->device.write_count, 0);
    assert_int_equal(rp_vpci_flr_start(&domain->state), RP_OK);
    assert_int_equal(hw(domain, STANDARD_PLACE + 4, 1), 0x01);
}

/* 7.5.3.3, 7.5.3.4: of a function without FLR the bit that starts one is no bit. */
static void without_flr_nothing_starts_one(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, NVME_PCIE + 4, 4, 0x00008fe2);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    domain_write(domain, NVME_PCIE + 8, 2, 0xa810);
    assert_int_equal(domain->effects.what, 0);
    rp_vpci_detach(&domain->state);

    make_hostile(&domain->device, RP_VPCI_LIST_STANDARD, RP_PCI_CAP_ID_ADVANCED_FEATURES);
    fake_device_set(&domain->device, STANDARD_PLACE + 3, 1, 0x01);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    domain_write(domain, STANDARD_PLACE + 4, 1, 0x01);
    assert_int_equal(domain->effects.what, 0);
}

/* 6.6.2: an FLR leaves it to the domain; 6.6.1: any other reset takes it. */
static void a_reset_of_the_bus_takes_the_payload_size(void **state)
{
    struct fake_domain *domain = *state;

    assert_int_equal(fake_domain_start(domain), RP_OK);
    for (unsigned is_bus = 0; is_bus < 2; is_bus++) {
        domain_write(domain, NVME_PCIE + 8, 2, 0x294f);
        domain_write(domain, NVME_AER + 12, 4, 0);
        if (is_bus)
            rp_vpci_expect_bus_reset(&domain->view);
        assert_int_equal(rp_vpci_flr_start(&domain->state), RP_OK);
        assert_int_equal(rp_vpci_flr_finish(&domain->state), RP_OK);
        assert_int_equal(domain_read(domain, NVME_PCIE + 8, 2) & 0x01ef,
                         is_bus ? 0 : 0x0040);
        assert_int_equal(domain_read(domain, NVME_AER + 12, 4), 0); /* sticky */
    }
}

/* 7.8.4: status is RW1C; masks and severities have their reset values and are local. */
static void advanced_error_reporting(void **state)
{
    struct fake_domain *domain = *state;

    fake_device_set(&domain->device, NVME_AER + 4, 4, 0xffffffff);
    fake_device_set(&domain->device, NVME_AER + 16, 4, 0xffffffff);
    fake_device_set(&domain->device, NVME_AER + 24, 4, 0xffffffff);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    assert_int_equal(domain_read(domain, NVME_AER + 4, 4), 0x07fff030);
    domain_write(domain, NVME_AER + 4, 4, 0x00104000);
    assert_int_equal(domain_read(domain, NVME_AER + 4, 4), 0x07efb030);
    assert_int_equal(domain_read(domain, NVME_AER + 8, 4), 0x00400000);
    assert_int_equal(domain_read(domain, NVME_AER + 12, 4), 0x00462030);
    assert_int_equal(domain_read(domain, NVME_AER + 16, 4), 0x0000f1c1);
    assert_int_equal(domain_read(domain, NVME_AER + 20, 4), 0x0000e000);
    assert_int_equal(domain_read(domain, NVME_AER + 24, 4), 0x000000bf);
    for (unsigned at = 8; at <= 24; at += 4) {
        if (at == 16)
            continue;
        domain_write(domain, NVME_AER + at, 4, 0xffffffff);
        assert_int_equal(domain->device.write_count, 0);
    }
    assert_int_equal(domain_read(domain, NVME_AER + 8, 4), 0x07fff030);
    assert_int_equal(domain_read(domain, NVME_AER + 20, 4), 0x0000f1c1);
    assert_int_equal(domain_read(domain, NVME_AER + 24, 4), 0x000001ff);
    /* Root registers are a port's. */
    assert_int_equal(domain_read(domain, NVME_AER + 0x2c, 4), 0);
}

static void power_budgeting(void **state)
{
    struct fake_domain *domain = *state;

    make_hostile(&domain->device, RP_VPCI_LIST_EXTENDED,
                 RP_PCI_EXTCAP_ID_POWER_BUDGETING);
    assert_int_equal(fake_domain_start(domain), RP_OK);
    domain_write(domain, 0x104, 4, 0xffffffff);
    assert_int_equal(hw(domain, 0x105, 1), 0x01); /* as it was */
    assert_int_equal(domain_read(domain, 0x104, 4), 0xff);
    assert_int_equal(domain_read(domain, 0x108, 4), 0x5a5a5a5a);
    assert_int_equal(domain_read(domain, 0x10c, 4), 0x5a);
}

/* ID and pointer stand in the dword of MSI's and MSI-X's control. */
static void what_stands_beside_a_control_is_not_part_of_it(void **state)
{
    static const unsigned capabilities[] = {NVME_MSI, NVME_MSIX};
    struct fake_domain *domain = *state;

    assert_int_equal(fake_domain_start(domain), RP_OK);
    for (unsigned i = 0; i < 2; i++) {
        const unsigned at = capabilities[i];
        const uint32_t header = domain_read(domain, at, 4);

        domain_write(domain, at, 2, 0xffff);
        assert_int_equal(domain->effects.what, 0);
        assert_int_equal(domain_read(domain, at, 4), header);
        domain_write(domain, at + 3, 1, 0);
        assert_int_equal(domain_read(domain, at, 4), header);
        domain_write(domain, at, 4, 0xffff0000);
        assert_int_not_equal(domain->effects.what, 0);
        assert_int_equal(domain_read(domain, at, 2), header & 0xffff);
    }
    assert_int_equal(domain_read(domain, NVME_MSI + 2, 2) & 0x0001, 0x0001);
    assert_int_equal(domain_read(domain, NVME_MSIX + 2, 2) & 0xc000, 0xc000);
}

#define PREPARED(test) cmocka_unit_test_setup_teardown(test, prepare, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tables_are_sound),
        cmocka_unit_test(every_rule_has_words),
        cmocka_unit_test(a_capability_without_a_row_is_like_any_other),
        cmocka_unit_test(every_assigned_id_has_words),
        PREPARED(no_guest_reaches_what_its_rule_does_not_show),
        PREPARED(policy_shows_vendor_specific_ones_read_only),
        PREPARED(a_length_that_lies_ends_at_the_next_capability),
        PREPARED(without_a_length_only_the_hardware_domain_sees_it),
        PREPARED(lengths_follow_what_the_function_says),
        PREPARED(lanes_count_in_the_length),
        PREPARED(power_management),
        PREPARED(pci_x),
        PREPARED(device_capabilities),
        PREPARED(device_control),
        PREPARED(a_reserved_read_request_size_is_not_taken),
        PREPARED(device_status),
        PREPARED(the_link_is_read_only),
        PREPARED(device_control_2),
        PREPARED(requests_without_an_answer_are_pending),
        PREPARED(an_flr_leaves_the_link_as_it_was),
        PREPARED(slot_and_root_registers_are_not_there),
        PREPARED(version_1_is_shorter),
        PREPARED(below_0x100_capabilities_end_there),
        PREPARED(advanced_features),
        PREPARED(without_flr_nothing_starts_one),
        PREPARED(a_reset_of_the_bus_takes_the_payload_size),
        PREPARED(advanced_error_reporting),
        PREPARED(power_budgeting),
        PREPARED(what_stands_beside_a_control_is_not_part_of_it),
    };

    return cmocka_run_group_tests_name("vpci_caps", tests, NULL, NULL);
}
