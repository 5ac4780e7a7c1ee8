/* SPDX-License-Identifier: MIT */
/*
 * The verdict, where no fixture can show it: packing, how many reads it takes,
 * the quirk switch, failing carriers, virtual functions. What devices look
 * like is fixtures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/extcfg.h>
#include <rootport/pci_regs.h>

#include "tests/fake/fake_pci.h"

static const rp_sbdf_t sbdf = {0x0108};

static void test_zero_is_not_evaluated(void **state)
{
    struct rp_extcfg_verdict verdict = rp_extcfg_unpack(0);

    (void)state;
    assert_int_equal(verdict.reason, RP_EXTCFG_UNEVALUATED);
    assert_int_equal(verdict.size, 256);
    assert_false(verdict.final);
    memset(&verdict, 0, sizeof(verdict));
    assert_int_equal(rp_extcfg_pack(verdict), 0);
}

static void test_packing_keeps_everything(void **state)
{
    (void)state;
    for (int reason = 0; reason <= RP_EXTCFG_UNCHECKED; reason++) {
        for (unsigned i = 0; i < 4; i++) {
            struct rp_extcfg_verdict verdict = {
                .size = i & 1 ? 4096 : 256,
                .reason = (enum rp_extcfg_reason)reason,
                .final = (i & 2) != 0,
            };
            struct rp_extcfg_verdict back = rp_extcfg_unpack(rp_extcfg_pack(verdict));

            assert_int_equal(back.size, verdict.size);
            assert_int_equal(back.reason, verdict.reason);
            assert_int_equal(back.final, verdict.final);
        }
    }
}

static struct fake_function *add_pcie(struct fake_pci *pci)
{
    struct fake_function *function = fake_pci_add(pci, sbdf, 0x1f01, 0x0100);

    fake_set16(function, RP_PCI_CLASS_DEVICE, 0x0108);
    fake_set16(function, RP_PCI_STATUS, 0x0010);
    fake_set8(function, RP_PCI_CAPABILITIES_POINTER, 0x40);
    fake_set32(function, 0x40, 0x00020010);
    return function;
}

static struct rp_extcfg_verdict evaluate(struct fake_pci *pci, enum rp_extcfg_alias alias)
{
    struct rp_cfg cfg = fake_cfg(pci);

    return rp_extcfg_evaluate(&cfg, sbdf, alias);
}

static void test_quirk_switch(void **state)
{
    struct fake_pci *pci = fake_pci_new();
    struct fake_function *function = add_pcie(pci);
    unsigned long reads;

    (void)state;
    for (unsigned page = 0x100; page < 0x1000; page += 0x100)
        memcpy(function->bytes + page, function->bytes, 0x100);
    assert_int_equal(evaluate(pci, RP_EXTCFG_ALIAS_CHECK).reason, RP_EXTCFG_ALIASED);
    reads = pci->reads;
    assert_int_equal(evaluate(pci, RP_EXTCFG_ALIAS_IGNORE).reason, RP_EXTCFG_UNCHECKED);
    assert_int_equal(reads - (pci->reads - reads), 15);
    fake_pci_free(pci);
}

static void test_first_difference_ends_the_alias_reads(void **state)
{
    struct fake_pci *pci = fake_pci_new();
    unsigned long reads;

    (void)state;
    add_pcie(pci);
    assert_int_equal(evaluate(pci, RP_EXTCFG_ALIAS_CHECK).size, 4096);
    reads = pci->reads;
    assert_int_equal(evaluate(pci, RP_EXTCFG_ALIAS_IGNORE).size, 4096);
    assert_int_equal(reads - (pci->reads - reads), 1);
    fake_pci_free(pci);
}

static void test_who_is_not_there(void **state)
{
    struct fake_pci *pci = fake_pci_new();
    struct fake_function *function;

    (void)state;
    assert_int_equal(evaluate(pci, RP_EXTCFG_ALIAS_CHECK).reason, RP_EXTCFG_NO_FUNCTION);
    function = add_pcie(pci);
    fake_set16(function, RP_PCI_VENDOR_ID, 0x0001);
    assert_int_equal(evaluate(pci, RP_EXTCFG_ALIAS_CHECK).reason, RP_EXTCFG_NOT_READY);
    fake_set16(function, RP_PCI_VENDOR_ID, 0x1f01);
    fake_set32(function, RP_PCI_REVISION_ID, 0xffffffff);
    assert_int_equal(evaluate(pci, RP_EXTCFG_ALIAS_CHECK).reason, RP_EXTCFG_NO_FUNCTION);
    assert_int_equal(evaluate(pci, RP_EXTCFG_ALIAS_CHECK).size, 256);
    /* Base class ffh: in no defined class; virtio balloons and sockets have it. */
    fake_set32(function, RP_PCI_REVISION_ID, 0xffff0001);
    assert_int_equal(evaluate(pci, RP_EXTCFG_ALIAS_CHECK).reason, RP_EXTCFG_USABLE);
    fake_pci_free(pci);
}

static void test_bridge_types_with_pcie(void **state)
{
    struct fake_pci *pci = fake_pci_new();
    struct rp_cfg cfg = fake_cfg(pci);
    struct fake_function *function = add_pcie(pci);

    (void)state;
    fake_set16(function, RP_PCI_CLASS_DEVICE, RP_PCI_CLASS_PCI_BRIDGE);
    for (unsigned type = 0; type < 16; type++) {
        fake_set16(function, 0x42, (uint16_t)(2 | type << 4));
        assert_int_equal(rp_extcfg_type(&cfg, sbdf), RP_EXTCFG_TYPE_PCIE);
    }
    fake_set16(function, RP_PCI_CLASS_DEVICE, RP_PCI_CLASS_HOST_BRIDGE);
    assert_int_equal(rp_extcfg_type(&cfg, sbdf), RP_EXTCFG_TYPE_HOST_BRIDGE);
    fake_pci_free(pci);
}

static void test_pcix_registers_must_fit(void **state)
{
    struct fake_pci *pci = fake_pci_new();
    struct fake_function *function = add_pcie(pci);

    (void)state;
    /* The status dword would be at 0x100, which is not in the capability. */
    fake_set8(function, RP_PCI_CAPABILITIES_POINTER, 0xfc);
    fake_set32(function, 0xfc, 0x00000007);
    fake_set32(function, 0x100, 0xc0000001);
    assert_int_equal(evaluate(pci, RP_EXTCFG_ALIAS_CHECK).reason, RP_EXTCFG_CONVENTIONAL);
    fake_pci_free(pci);
}

/* A carrier to a fake that fails with one status at one register. */
struct broken {
    struct fake_pci *pci;
    uint16_t reg;
    enum rp_status status;
};

static enum rp_status read_broken(void *context, rp_sbdf_t function, uint16_t reg,
                                  unsigned width, uint32_t *out_value)
{
    const struct broken *broken = context;

    *out_value = fake_pci_read(broken->pci, function, reg, width);
    return reg == broken->reg ? broken->status : RP_OK;
}

static const struct rp_cfg_ops broken_ops = {.read = read_broken};

static void test_failing_carrier(void **state)
{
    static const struct {
        uint16_t reg;
        enum rp_status status;
        enum rp_extcfg_reason reason;
    } cases[] = {
        {RP_PCI_VENDOR_ID, RP_ERR_NO_DEVICE, RP_EXTCFG_READ_FAILED},
        {RP_PCI_REVISION_ID, RP_ERR_NO_DEVICE, RP_EXTCFG_NO_FUNCTION},
        {RP_PCI_EXTENDED_BASE, RP_ERR_UNREACHABLE, RP_EXTCFG_NO_REGION},
        {RP_PCI_EXTENDED_BASE, RP_ERR_NO_DEVICE, RP_EXTCFG_READ_FAILED},
    };
    struct fake_pci *pci = fake_pci_new();

    (void)state;
    add_pcie(pci);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct broken broken = {pci, cases[i].reg, cases[i].status};
        struct rp_cfg cfg = {.ops = &broken_ops, .context = &broken};
        struct rp_extcfg_verdict verdict =
            rp_extcfg_evaluate(&cfg, sbdf, RP_EXTCFG_ALIAS_CHECK);

        assert_int_equal(verdict.reason, cases[i].reason);
        assert_int_equal(verdict.size, 256);
    }
    fake_pci_free(pci);
}

static void test_virtual_function_has_what_its_physical_has(void **state)
{
    struct fake_pci *pci = fake_pci_new();
    struct rp_cfg cfg = fake_cfg(pci);
    struct rp_extcfg_verdict pf = {.size = 4096, .reason = RP_EXTCFG_USABLE};
    struct rp_extcfg_verdict vf;

    (void)state;
    /* It reads all ones, as one that has only just been enabled does. */
    vf = rp_extcfg_evaluate_vf(&cfg, sbdf, pf);
    assert_int_equal(vf.size, 4096);
    assert_int_equal(vf.reason, RP_EXTCFG_INHERITED);
    pf = (struct rp_extcfg_verdict){.size = 256, .reason = RP_EXTCFG_ALIASED};
    vf = rp_extcfg_evaluate_vf(&cfg, sbdf, pf);
    assert_int_equal(vf.size, 256);
    assert_int_equal(vf.reason, RP_EXTCFG_INHERITED);
    pf = (struct rp_extcfg_verdict){.size = 256, .reason = RP_EXTCFG_UNEVALUATED};
    vf = rp_extcfg_evaluate_vf(&cfg, sbdf, pf);
    assert_int_equal(vf.reason, RP_EXTCFG_UNEVALUATED);
    fake_pci_free(pci);
}

static void test_words(void **state)
{
    (void)state;
    for (int i = 0; i <= RP_EXTCFG_UNCHECKED; i++)
        assert_string_not_equal(rp_extcfg_reason_text((enum rp_extcfg_reason)i),
                                rp_extcfg_reason_text((enum rp_extcfg_reason)255));
    for (int i = 0; i <= RP_EXTCFG_TYPE_LEGACY_BRIDGE; i++)
        assert_string_not_equal(rp_extcfg_type_text((enum rp_extcfg_type)i), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zero_is_not_evaluated),
        cmocka_unit_test(test_packing_keeps_everything),
        cmocka_unit_test(test_quirk_switch),
        cmocka_unit_test(test_first_difference_ends_the_alias_reads),
        cmocka_unit_test(test_who_is_not_there),
        cmocka_unit_test(test_bridge_types_with_pcie),
        cmocka_unit_test(test_pcix_registers_must_fit),
        cmocka_unit_test(test_failing_carrier),
        cmocka_unit_test(test_virtual_function_has_what_its_physical_has),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
