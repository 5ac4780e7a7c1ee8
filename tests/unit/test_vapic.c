/* SPDX-License-Identifier: MIT */
/*
 * Which messages of a guest's device are interrupts, and whose: address and data of MSI
 * as APM vol. 2, 16.13 and SDM vol. 3, 10.11 have them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cpu/apic.h"
#include "guest/domain.h"
#include "guest/vapic.h"

enum {
    CPUS = 3,
    VECTOR = 0x41,
};
#define ADDRESS     UINT64_C(0xfee00000)
#define LOGICAL     0x4u
#define TO(cpu)     (ADDRESS | (uint64_t)(cpu) << 12)
#define DELIVERY(n) ((uint32_t)(n) << 8)

static struct domain domain = {.vcpu_count = CPUS};

/* ---- What decoding has no use for ---------------------------------------------- */

uint32_t apic_id(void)
{
    return 0;
}

uint32_t apic_read(enum apic_register reg)
{
    (void)reg;
    return 0;
}

void apic_write(enum apic_register reg, uint32_t value)
{
    fail_msg("%x <- %x", reg, value);
}

void apic_send(uint32_t destination, uint32_t command)
{
    fail_msg("%x to %x", command, destination);
}

void vcpu_request(struct vcpu *vcpu, uint32_t request)
{
    fail_msg("%x of %p", request, (void *)vcpu);
}

/* ---- Messages ------------------------------------------------------------------ */

static void assert_goes_to(uint64_t address, uint32_t data, uint32_t vcpu)
{
    const struct vapic_message message = vapic_decode_msi(&domain, address, data);

    assert_true(message.is_valid);
    assert_int_equal(message.vcpu, vcpu);
    assert_int_equal(message.vector, data & 0xff);
}

static bool is_valid(uint64_t address, uint32_t data)
{
    return vapic_decode_msi(&domain, address, data).is_valid;
}

static void each_cpu_of_the_domain_has_its_number(void **state)
{
    (void)state;
    for (uint32_t cpu = 0; cpu < CPUS; cpu++) {
        assert_goes_to(TO(cpu), VECTOR, cpu);
        assert_goes_to(TO(1u << cpu) | LOGICAL, VECTOR, cpu);
    }
    assert_goes_to(TO(0x6) | LOGICAL, VECTOR, 1); /* of several, the first */
    assert_goes_to(TO(0xff), VECTOR, 0);
}

/* Whatever the machine has of that number is another domain's. */
static void no_other_cpu_can_be_named(void **state)
{
    (void)state;
    for (uint32_t cpu = CPUS; cpu < 0xff; cpu++)
        assert_false(is_valid(TO(cpu), VECTOR));
    assert_false(is_valid(TO(0) | LOGICAL, VECTOR));
    assert_false(is_valid(TO(0xf8) | LOGICAL, VECTOR));
}

/* 0f7bcaf19f: what is written anywhere else is no interrupt. */
static void every_bit_of_the_address_counts(void **state)
{
    (void)state;
    for (unsigned bit = 20; bit < 64; bit++)
        assert_false(is_valid(TO(1) ^ UINT64_C(1) << bit, VECTOR));
    assert_false(is_valid(0, VECTOR));
}

/* Fixed and lowest priority; NMI is told apart; SMI, INIT, ExtINT and two are not. */
static void two_delivery_modes_are_interrupts(void **state)
{
    (void)state;
    for (unsigned mode = 0; mode < 8; mode++) {
        const struct vapic_message message =
            vapic_decode_msi(&domain, TO(1), DELIVERY(mode) | VECTOR);

        assert_int_equal(message.is_valid, mode < 2 || mode == 4);
        assert_int_equal(message.is_nmi, mode == 4);
    }
}

static void the_first_sixteen_vectors_are_none(void **state)
{
    (void)state;
    for (uint32_t vector = 0; vector < 0x100; vector++) {
        assert_int_equal(is_valid(TO(1), vector), vector >= 16);
        assert_int_equal(is_valid(TO(1), DELIVERY(1) | vector), vector >= 16);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_cpu_of_the_domain_has_its_number),
        cmocka_unit_test(no_other_cpu_can_be_named),
        cmocka_unit_test(every_bit_of_the_address_counts),
        cmocka_unit_test(two_delivery_modes_are_interrupts),
        cmocka_unit_test(the_first_sixteen_vectors_are_none),
    };

    return cmocka_run_group_tests_name("vapic", tests, NULL, NULL);
}
