/* SPDX-License-Identifier: MIT */
/*
 * The x2APIC registers of a domain. Which exist and what they take is table 10-6 of
 * the Intel SDM, volume 3, and the register figures of AMD's APM, volume 2, 16.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "guest/x2apic.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct x2apic_cpu cpu_of(unsigned id, unsigned count)
{
    struct x2apic_cpu cpu = {.id = id, .count = count};

    return cpu;
}

static enum x2apic_action write_msr(uint32_t msr, uint64_t value, uint64_t *out_value)
{
    struct x2apic_cpu cpu = cpu_of(0, 4);

    return x2apic_write(&cpu, msr, value, out_value);
}

/* --- which registers exist --- */

static const struct {
    uint32_t first;
    uint32_t last;
    bool may_read;
    bool may_write; /* zero, which is reserved nowhere */
} registers[] = {
    {0x802, 0x803, true, false}, /* ID, version */
    {0x808, 0x808, true, true},  /* TPR */
    {0x80a, 0x80a, true, false}, /* PPR */
    {0x80b, 0x80b, false, true}, /* EOI */
    {0x80d, 0x80d, true, false}, /* LDR */
    {0x80f, 0x80f, true, true},  /* SVR */
    {0x810, 0x827, true, false}, /* ISR, TMR, IRR */
    {0x828, 0x828, true, true},  /* ESR */
    {0x830, 0x830, true, true},  /* ICR */
    {0x832, 0x838, true, true},  /* LVT timer to error, initial count */
    {0x839, 0x839, true, false}, /* current count */
    {0x83e, 0x83e, true, true},  /* divide configuration */
    {0x83f, 0x83f, false, true}, /* self IPI */
};

static bool may_read(uint32_t msr)
{
    for (unsigned i = 0; i < COUNT(registers); i++)
        if (msr >= registers[i].first && msr <= registers[i].last)
            return registers[i].may_read;
    return false;
}

static bool may_write(uint32_t msr)
{
    for (unsigned i = 0; i < COUNT(registers); i++)
        if (msr >= registers[i].first && msr <= registers[i].last)
            return registers[i].may_write;
    return false;
}

static void every_other_register_faults(void **state)
{
    (void)state;
    for (uint32_t msr = 0x7f0; msr < 0x910; msr++) {
        const struct x2apic_cpu cpu = cpu_of(0, 4);
        uint64_t value;

        assert_int_equal(x2apic_read(&cpu, msr, &value) != X2APIC_FAULT, may_read(msr));
        assert_int_equal(write_msr(msr, 0, &value) != X2APIC_FAULT, may_write(msr));
    }
}

static void what_passes_is_what_cannot_reach_others(void **state)
{
    static const uint32_t passing_writes[] = {0x808, 0x80b, 0x828, 0x838, 0x83e, 0x83f};

    (void)state;
    for (uint32_t msr = 0x7f0; msr < 0x910; msr++) {
        bool is_virtual = msr == 0x802 || msr == 0x803 || msr == 0x80d || msr == 0x830 ||
                          (msr >= 0x818 && msr < 0x820);
        bool is_passing = false;

        for (unsigned i = 0; i < COUNT(passing_writes); i++)
            is_passing |= msr == passing_writes[i];
        assert_int_equal(x2apic_may_pass_write(msr), is_passing);
        assert_int_equal(x2apic_may_pass_read(msr), may_read(msr) && !is_virtual);
    }
}

/* --- reading --- */

static void identity_is_virtual(void **state)
{
    static const struct {
        unsigned id;
        uint32_t logical;
    } cases[] = {{0, 0x00000001},
                 {5, 0x00000020},
                 {15, 0x00008000},
                 {16, 0x00010001},
                 {63, 0x00038000}};

    (void)state;
    for (unsigned i = 0; i < COUNT(cases); i++) {
        const struct x2apic_cpu cpu = cpu_of(cases[i].id, 64);
        uint64_t value;

        assert_int_equal(x2apic_read(&cpu, 0x802, &value), X2APIC_EMULATE);
        assert_int_equal(value, cases[i].id);
        assert_int_equal(x2apic_read(&cpu, 0x80d, &value), X2APIC_EMULATE);
        assert_int_equal(value, cases[i].logical);
    }
}

static void icr_reads_as_it_was_written(void **state)
{
    struct x2apic_cpu cpu = cpu_of(0, 4);
    uint64_t value;

    (void)state;
    assert_int_equal(x2apic_write(&cpu, 0x830, 0x00000003000040f0, &value), X2APIC_SEND);
    assert_int_equal(x2apic_read(&cpu, 0x830, &value), X2APIC_EMULATE);
    assert_int_equal(value, 0x00000003000040f0);
}

/* Whatever a pin's trigger mode is: so an OS ends interrupts at the I/O APIC itself. */
static void every_trigger_mode_reads_as_edge(void **state)
{
    const struct x2apic_cpu cpu = cpu_of(0, 4);
    uint64_t value = 1;

    (void)state;
    for (uint32_t msr = 0x818; msr < 0x820; msr++) {
        assert_int_equal(x2apic_read(&cpu, msr, &value), X2APIC_EMULATE);
        assert_int_equal(value, 0);
        assert_false(x2apic_may_pass_read(msr));
    }
    assert_int_equal(x2apic_read(&cpu, 0x817, &value), X2APIC_HARDWARE);
    assert_int_equal(x2apic_read(&cpu, 0x820, &value), X2APIC_HARDWARE);
}

static void the_version_hides_what_a_domain_does_not_have(void **state)
{
    (void)state;
    /* extended registers (31), EOI-broadcast suppression (24), seven LVT entries */
    assert_int_equal(x2apic_filter_read(0x803, 0x81060015), 0x00050015);
    assert_int_equal(x2apic_filter_read(0x803, 0x00050014), 0x00050014);
    assert_int_equal(x2apic_filter_read(0x803, 0x00030010), 0x00030010);
    assert_int_equal(x2apic_filter_read(0x808, 0x81060015), 0x81060015);
}

/* --- writing --- */

static void reserved_bits_fault(void **state)
{
    static const struct {
        uint32_t msr;
        uint64_t taken; /* written to hardware as they are */
    } cases[] = {
        {0x808, 0xff},    {0x80b, 0},       {0x80f, 0x1ff},      {0x828, 0},
        {0x832, 0x300ff}, {0x833, 0x100ff}, {0x834, 0x104ff},    {0x835, 0x1a0ff},
        {0x836, 0x1a4ff}, {0x837, 0x100ff}, {0x838, 0xffffffff}, {0x83e, 0xb},
        {0x83f, 0xff},
    };
    static const struct {
        uint32_t msr;
        uint64_t read_only; /* may be written, to no effect */
    } status[] = {{0x832, 0x1000}, {0x833, 0x1000}, {0x834, 0x1000},
                  {0x835, 0x5000}, {0x836, 0x5000}, {0x837, 0x1000}};

    (void)state;
    for (unsigned i = 0; i < COUNT(cases); i++) {
        uint64_t allowed = cases[i].taken;
        uint64_t value;

        assert_int_equal(write_msr(cases[i].msr, cases[i].taken, &value),
                         X2APIC_HARDWARE);
        assert_int_equal(value, cases[i].taken);
        if (cases[i].msr >= 0x833 && cases[i].msr <= 0x836)
            allowed |= 0x700; /* delivery modes have a test of their own */
        if (cases[i].msr == 0x832)
            allowed |= 0x40000; /* so have timer modes */
        for (unsigned j = 0; j < COUNT(status); j++)
            if (status[j].msr == cases[i].msr)
                allowed |= status[j].read_only;
        for (unsigned bit = 0; bit < 64; bit++)
            if (!(allowed >> bit & 1))
                assert_int_equal(write_msr(cases[i].msr, (uint64_t)1 << bit, &value),
                                 X2APIC_FAULT);
    }
    for (unsigned i = 0; i < COUNT(status); i++) {
        uint64_t value;

        assert_int_equal(write_msr(status[i].msr, status[i].read_only | 0x31, &value),
                         X2APIC_HARDWARE);
        assert_int_equal(value, 0x31);
    }
}

static void only_fixed_and_nmi_come_from_local_sources(void **state)
{
    (void)state;
    for (uint32_t msr = 0x833; msr <= 0x836; msr++) {
        for (uint64_t mode = 0; mode < 8; mode++) {
            uint64_t entry = mode << 8 | 0x40;
            bool is_harmless = mode == 0 || mode == 4;
            uint64_t value;

            assert_int_equal(write_msr(msr, entry, &value), X2APIC_HARDWARE);
            assert_int_equal(value, is_harmless ? entry : entry | 0x10000);
            assert_int_equal(write_msr(msr, entry | 0x10000, &value), X2APIC_HARDWARE);
            assert_int_equal(value, entry | 0x10000);
        }
    }
}

static void timer_modes_are_those_announced(void **state)
{
    struct x2apic_cpu cpu = cpu_of(0, 1);
    uint64_t value;

    (void)state;
    assert_int_equal(x2apic_write(&cpu, 0x832, 0x000ec, &value), X2APIC_HARDWARE);
    assert_int_equal(x2apic_write(&cpu, 0x832, 0x200ec, &value), X2APIC_HARDWARE);
    assert_int_equal(x2apic_write(&cpu, 0x832, 0x400ec, &value), X2APIC_FAULT);
    assert_int_equal(x2apic_write(&cpu, 0x832, 0x600ec, &value), X2APIC_FAULT);
    cpu.has_tsc_deadline = true;
    assert_int_equal(x2apic_write(&cpu, 0x832, 0x400ec, &value), X2APIC_HARDWARE);
    assert_int_equal(value, 0x400ec);
    assert_int_equal(x2apic_write(&cpu, 0x832, 0x600ec, &value), X2APIC_FAULT);
}

static void reserved_bits_of_icr_fault(void **state)
{
    const uint64_t reserved = 0xfff33000; /* 31:20, 17:16, 13, 12 */

    (void)state;
    for (unsigned bit = 0; bit < 64; bit++) {
        struct x2apic_cpu cpu = cpu_of(0, 4);
        uint64_t value;

        cpu.icr = 0x40f1;
        assert_int_equal(x2apic_write(&cpu, 0x830, (uint64_t)1 << bit, &value),
                         reserved >> bit & 1 ? X2APIC_FAULT : X2APIC_SEND);
        assert_int_equal(cpu.icr, reserved >> bit & 1 ? 0x40f1 : (uint64_t)1 << bit);
    }
}

/* --- whom an interrupt command reaches: from CPU 1 of 4 --- */

struct command {
    uint64_t icr;
    enum x2apic_ipi_kind kind;
    uint8_t vector;
    uint64_t targets;
};

static void assert_commands(unsigned id, unsigned count, const struct command *commands,
                            size_t command_count)
{
    for (size_t i = 0; i < command_count; i++) {
        struct x2apic_cpu cpu = cpu_of(id, count);
        struct x2apic_ipi ipi;

        cpu.icr = commands[i].icr;
        ipi = x2apic_decode_icr(&cpu);
        assert_int_equal(ipi.kind, commands[i].kind);
        assert_int_equal(ipi.vector, commands[i].vector);
        assert_int_equal(ipi.targets, commands[i].targets);
    }
}

static void destinations_are_within_the_domain(void **state)
{
    static const struct command commands[] = {
        /* physical */
        {0x00000000000000f0, X2APIC_IPI_FIXED, 0xf0, 0x1},
        {0x00000003000000f0, X2APIC_IPI_FIXED, 0xf0, 0x8},
        {0x00000001000000f0, X2APIC_IPI_FIXED, 0xf0, 0x2},
        {0xffffffff000000f0, X2APIC_IPI_FIXED, 0xf0, 0xf},
        {0x00000004000000f0, X2APIC_IPI_NONE, 0, 0},
        {0x00000040000000f0, X2APIC_IPI_NONE, 0, 0},
        {0x000000ff000000f0, X2APIC_IPI_NONE, 0, 0}, /* a broadcast for an xAPIC only */
        /* logical: cluster 0, cluster 1, all, a cluster beyond what there is */
        {0x00000005000008f0, X2APIC_IPI_FIXED, 0xf0, 0x5},
        {0x0000ffff000008f0, X2APIC_IPI_FIXED, 0xf0, 0xf},
        {0x00000010000008f0, X2APIC_IPI_NONE, 0, 0},
        {0x00010001000008f0, X2APIC_IPI_NONE, 0, 0},
        {0xffffffff000008f0, X2APIC_IPI_FIXED, 0xf0, 0xf},
        {0x00040001000008f0, X2APIC_IPI_NONE, 0, 0},
        {0xffff0001000008f0, X2APIC_IPI_NONE, 0, 0},
        /* shorthands do not look at the destination */
        {0x00000003000400f0, X2APIC_IPI_FIXED, 0xf0, 0x2},
        {0x00000003000800f0, X2APIC_IPI_FIXED, 0xf0, 0xf},
        {0x00000003000c00f0, X2APIC_IPI_FIXED, 0xf0, 0xd},
    };

    (void)state;
    assert_commands(1, 4, commands, COUNT(commands));
}

static void clusters_have_sixteen_cpus(void **state)
{
    static const struct command commands[] = {
        {0x00000001000008f0, X2APIC_IPI_FIXED, 0xf0, 0x1},
        {0x00018001000008f0, X2APIC_IPI_FIXED, 0xf0, 0x80010000},
        {0x00038000000008f0, X2APIC_IPI_FIXED, 0xf0, 0x8000000000000000},
        {0x0000003f000000f0, X2APIC_IPI_FIXED, 0xf0, 0x8000000000000000},
        {0x00000000000c00f0, X2APIC_IPI_FIXED, 0xf0, 0x7fffffffffffffff},
        {0x00000000000800f0, X2APIC_IPI_FIXED, 0xf0, 0xffffffffffffffff},
    };

    (void)state;
    assert_commands(63, 64, commands, COUNT(commands));
}

static void delivery_modes_are_told_apart(void **state)
{
    static const struct command commands[] = {
        {0x00000002000000f0, X2APIC_IPI_FIXED, 0xf0, 0x4},
        {0x0000000c000009f0, X2APIC_IPI_FIXED, 0xf0,
         0x4},                                       /* lowest priority: the first */
        {0x00000002000002f0, X2APIC_IPI_NONE, 0, 0}, /* SMI */
        {0x00000002000003f0, X2APIC_IPI_NONE, 0, 0}, /* remote read */
        {0x00000002000004f0, X2APIC_IPI_NMI, 0, 0x4},
        {0x00000002000005f0, X2APIC_IPI_INIT, 0, 0x4},
        {0x000000020000c500, X2APIC_IPI_INIT, 0, 0x4}, /* level, assert */
        {0x0000000200008500, X2APIC_IPI_NONE, 0, 0},   /* level, de-assert */
        {0x000000020000069a, X2APIC_IPI_STARTUP, 0x9a, 0x4},
        {0x0000000200000600, X2APIC_IPI_STARTUP, 0, 0x4}, /* at address 0 */
        {0x00000002000007f0, X2APIC_IPI_NONE, 0, 0},      /* ExtINT */
    };

    (void)state;
    assert_commands(1, 4, commands, COUNT(commands));
}

static void vectors_of_exceptions_are_refused(void **state)
{
    static const struct command commands[] = {
        {0x000000020000000f, X2APIC_IPI_NONE, 0, 0},
        {0x000000020000010f, X2APIC_IPI_NONE, 0, 0},
        {0x0000000200000010, X2APIC_IPI_FIXED, 0x10, 0x4},
    };

    (void)state;
    assert_commands(1, 4, commands, COUNT(commands));
}

static void only_fixed_interrupts_go_to_oneself_by_shorthand(void **state)
{
    static const struct command commands[] = {
        {0x00000000000404f0, X2APIC_IPI_NONE, 0, 0},
        {0x00000000000405f0, X2APIC_IPI_NONE, 0, 0},
        {0x00000000000406f0, X2APIC_IPI_NONE, 0, 0},
        {0x00000000000401f0, X2APIC_IPI_NONE, 0, 0},
        {0x00000000000804f0, X2APIC_IPI_NONE, 0, 0},
        {0x00000000000805f0, X2APIC_IPI_NONE, 0, 0},
        {0x00000000000c04f0, X2APIC_IPI_NMI, 0, 0xd},
        {0x00000000000c05f0, X2APIC_IPI_INIT, 0, 0xd},
        {0x00000000000c0608, X2APIC_IPI_STARTUP, 8, 0xd},
    };

    (void)state;
    assert_commands(1, 4, commands, COUNT(commands));
}

static void a_lone_cpu_has_no_others(void **state)
{
    static const struct command commands[] = {
        {0x00000000000c04f0, X2APIC_IPI_NONE, 0, 0},
        {0x00000000000400f0, X2APIC_IPI_FIXED, 0xf0, 0x1},
    };

    (void)state;
    assert_commands(0, 1, commands, COUNT(commands));
}

/* --- xAPIC --- */

static void registers_stand_16_bytes_apart_in_an_xapic(void **state)
{
    (void)state;
    assert_int_equal(x2apic_xapic_offset(0x808), 0x080);
    assert_int_equal(x2apic_xapic_offset(0x80b), 0x0b0);
    assert_int_equal(x2apic_xapic_offset(0x827), 0x270);
    assert_int_equal(x2apic_xapic_offset(0x830), 0x300);
    assert_int_equal(x2apic_xapic_offset(0x838), 0x380);
    assert_int_equal(x2apic_xapic_offset(0x83e), 0x3e0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_other_register_faults),
        cmocka_unit_test(what_passes_is_what_cannot_reach_others),
        cmocka_unit_test(identity_is_virtual),
        cmocka_unit_test(icr_reads_as_it_was_written),
        cmocka_unit_test(every_trigger_mode_reads_as_edge),
        cmocka_unit_test(the_version_hides_what_a_domain_does_not_have),
        cmocka_unit_test(reserved_bits_fault),
        cmocka_unit_test(only_fixed_and_nmi_come_from_local_sources),
        cmocka_unit_test(timer_modes_are_those_announced),
        cmocka_unit_test(reserved_bits_of_icr_fault),
        cmocka_unit_test(destinations_are_within_the_domain),
        cmocka_unit_test(clusters_have_sixteen_cpus),
        cmocka_unit_test(delivery_modes_are_told_apart),
        cmocka_unit_test(vectors_of_exceptions_are_refused),
        cmocka_unit_test(only_fixed_interrupts_go_to_oneself_by_shorthand),
        cmocka_unit_test(a_lone_cpu_has_no_others),
        cmocka_unit_test(registers_stand_16_bytes_apart_in_an_xapic),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
