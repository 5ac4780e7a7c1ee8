/* SPDX-License-Identifier: MIT */
/*
 * Walks of a guest's page tables (AMD64 APM vol. 2, chapter 5), sound and hostile,
 * over a domain's memory that is an array.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cpu/regs.h"
#include "guest/domain.h"
#include "guest/fetch.h"
#include "guest/hw.h"

enum {
    MEMORY_SIZE = 0x40000,
    PAGE = 4096,
    ROUNDS = 200000,
};

#define P          0x001ull
#define RW         0x002ull
#define US         0x004ull
#define PS         0x080ull
#define NX         0x8000000000000000ull

#define CR0_PAGING (CR0_PE | CR0_PG)
#define EFER_LONG  (EFER_LME | EFER_LMA)

static uint8_t memory[MEMORY_SIZE] __attribute__((aligned(4096)));
static struct hw_mode mode;
static uint8_t fetched[16];
static unsigned fetched_count;
static struct vcpu vcpu;
static struct domain domain;

/* In place of the rest of the hypervisor. */
void *domain_memory(const struct domain *of, uint64_t gpa, uint64_t size)
{
    (void)of;
    return gpa < MEMORY_SIZE && size <= MEMORY_SIZE - gpa ? memory + gpa : NULL;
}

struct hw_mode hw_mode(const struct vcpu *of)
{
    (void)of;
    return mode;
}

uint64_t hw_segment_base(const struct vcpu *of, enum decode_segment segment)
{
    (void)of;
    (void)segment;
    return 0;
}

unsigned hw_fetched(const struct vcpu *of, const uint8_t **out_bytes)
{
    (void)of;
    *out_bytes = fetched;
    return fetched_count;
}

/* The last page fault that the guest took: APM vol. 2, 8.2.15. */
static uint64_t fault_address;
static uint32_t fault_code;

void hw_inject_page_fault(struct vcpu *of, uint64_t linear, uint32_t error_code)
{
    (void)of;
    fault_address = linear;
    fault_code = error_code;
}

static int setup(void **state)
{
    (void)state;
    memset(memory, 0, sizeof memory);
    memset(&vcpu, 0, sizeof vcpu);
    vcpu.domain = &domain;
    /* What is looked at first; the rest is found by domain_memory(). */
    domain.banks[0] =
        (struct domain_bank){.gpa = 0, .hpa = (uint64_t)memory, .size = 0x2000};
    fetched_count = 0;
    mode = (struct hw_mode){.code = DECODE_MODE_64};
    return 0;
}

static void put64(uint64_t table, unsigned index, uint64_t entry)
{
    memcpy(memory + table + 8 * index, &entry, sizeof entry);
}

static void put32(uint64_t table, unsigned index, uint32_t entry)
{
    memcpy(memory + table + 4 * index, &entry, sizeof entry);
}

static void expect(uint64_t linear, uint64_t gpa)
{
    uint64_t found = ~gpa;

    assert_true(fetch_translate(&vcpu, linear, &found));
    assert_int_equal(found, gpa);
}

static void expect_none(uint64_t linear)
{
    uint64_t found;

    assert_false(fetch_translate(&vcpu, linear, &found));
}

/* Tables at 0x1000, 0x2000, 0x3000 and 0x4000 for linear address 0x8080604000. */
static void begin_long_mode(void)
{
    mode.cr0 = CR0_PAGING;
    mode.cr4 = CR4_PAE;
    mode.efer = EFER_LONG;
    mode.cr3 = 0x1000;
    put64(0x1000, 1, 0x2000 | P);
    put64(0x2000, 2, 0x3000 | P);
    put64(0x3000, 3, 0x4000 | P);
    put64(0x4000, 4, 0x123456789000 | P | NX);
}

#define LINEAR 0x8080604000ull

static void test_without_paging_it_is_the_address(void **state)
{
    (void)state;
    mode.code = DECODE_MODE_32;
    expect(0x12345678, 0x12345678);
    expect(0x112345678, 0x12345678);
}

static void test_four_levels(void **state)
{
    (void)state;
    begin_long_mode();
    expect(LINEAR + 0xabc, 0x123456789abc);
    expect_none(LINEAR + PAGE);
    expect_none(0);
}

static void test_large_pages(void **state)
{
    (void)state;
    begin_long_mode();
    put64(0x3000, 3, 0xa0200000 | P | PS);
    expect(LINEAR + 0x12, 0xa0204012);
    put64(0x2000, 2, 0x40000000 | P | PS);
    expect(LINEAR, 0x40604000);
}

static void test_five_levels(void **state)
{
    (void)state;
    begin_long_mode();
    mode.cr4 |= CR4_LA57;
    mode.cr3 = 0x5000;
    put64(0x5000, 7, 0x1000 | P);
    expect((7ull << 48) + LINEAR, 0x123456789000);
    expect_none(LINEAR);
}

static void test_pae(void **state)
{
    (void)state;
    mode = (struct hw_mode){.cr0 = CR0_PAGING, .cr4 = CR4_PAE, .cr3 = 0x1020};
    put64(0x1020, 3, 0x3000 | P);
    put64(0x3000, 1, 0x4000 | P);
    put64(0x4000, 2, 0x9000 | P);
    expect(0xc0202345, 0x9345);
    expect(0x1c0202345, 0x9345);
    put64(0x3000, 1, 0x600000 | P | PS);
    expect(0xc0202345, 0x602345);
}

static void test_two_levels(void **state)
{
    (void)state;
    mode = (struct hw_mode){.cr0 = CR0_PAGING, .cr3 = 0x1000};
    put32(0x1000, 1, 0x2000 | P);
    put32(0x2000, 2, 0x9000 | P);
    expect(0x402345, 0x9345);
}

/* APM vol. 2, figure 5-12: bits 20:13 are address bits 39:32. */
static void test_four_mib_pages_need_pse(void **state)
{
    (void)state;
    mode = (struct hw_mode){.cr0 = CR0_PAGING, .cr3 = 0x1000};
    put32(0x1000, 1, 0x00800000 | P | PS);
    expect_none(0x402345);
    mode.cr4 = CR4_PSE;
    expect(0x402345, 0x802345);
    put32(0x1000, 1, 0x00800000 | 0x12 << 13 | P | PS);
    expect(0x402345, 0x1200802345);
}

static void test_tables_outside_of_memory(void **state)
{
    static const uint64_t places[] = {MEMORY_SIZE, MEMORY_SIZE + 0x1000, 0xffffffffff000};

    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        begin_long_mode();
        put64(0x3000, 3, places[i] | P);
        expect_none(LINEAR);
        mode.cr3 = places[i];
        expect_none(LINEAR);
    }
}

static void test_a_table_that_leads_to_itself(void **state)
{
    (void)state;
    begin_long_mode();
    for (unsigned i = 0; i < 512; i++)
        put64(0x1000, i, 0x1000 | P);
    expect(LINEAR + 5, 0x1005);
}

/* RDMSR at the end of one page, its second byte on the next. */
static void test_an_instruction_across_pages(void **state)
{
    (void)state;
    begin_long_mode();
    put64(0x4000, 4, 0x9000 | P);
    put64(0x4000, 5, 0x7000 | P);
    memory[0x9fff] = 0x0f;
    memory[0x7000] = 0x32;
    vcpu.rip = LINEAR + PAGE - 1;
    vcpu.exit.kind = EXIT_MSR_READ;
    assert_int_equal(fetch_length(&vcpu), 2);
    put64(0x4000, 5, 0);
    assert_int_equal(fetch_length(&vcpu), 0);
}

static void test_what_the_cpu_fetched_counts(void **state)
{
    (void)state;
    begin_long_mode();
    memcpy(fetched, "\x0f\xa2", 2);
    fetched_count = 2;
    vcpu.exit.kind = EXIT_CPUID;
    assert_int_equal(fetch_length(&vcpu), 2);
}

static void expect_load_to(const uint8_t code[4], uint8_t reg)
{
    const struct decode_instruction *instruction;

    memcpy(fetched, code, 4);
    fetched_count = 4;
    vcpu.exit.kind = EXIT_MEMORY;
    assert_int_equal(fetch_decode(&vcpu, &instruction), DECODE_OK);
    assert_int_equal(instruction->operation, DECODE_OP_MOV);
    assert_int_equal(instruction->reg, reg);
}

/* mov (%rdi),%eax; mov (%rdi),%ecx: at the same place, one after the other and again. */
static void test_other_bytes_are_another_instruction(void **state)
{
    (void)state;
    expect_load_to((const uint8_t[4]){0x8b, 0x07}, DECODE_RAX);
    expect_load_to((const uint8_t[4]){0x8b, 0x07}, DECODE_RAX);
    expect_load_to((const uint8_t[4]){0x8b, 0x0f}, DECODE_RCX);
    expect_load_to((const uint8_t[4]){0x8b, 0x07}, DECODE_RAX);
}

/* 48 is a prefix in one mode and an instruction of its own in the other. */
static void test_the_same_bytes_in_another_mode(void **state)
{
    const struct decode_instruction *instruction;

    (void)state;
    expect_load_to((const uint8_t[4]){0x48, 0x8b, 0x07}, DECODE_RAX);
    mode.code = DECODE_MODE_32;
    assert_int_not_equal(fetch_decode(&vcpu, &instruction), DECODE_OK);
    assert_int_not_equal(fetch_decode(&vcpu, &instruction), DECODE_OK);
    mode.code = DECODE_MODE_64;
    expect_load_to((const uint8_t[4]){0x48, 0x8b, 0x07}, DECODE_RAX);
}

/* A length is that of what was to be there, not of what was there for another exit. */
static void test_the_same_bytes_for_another_exit(void **state)
{
    (void)state;
    memcpy(fetched, "\x0f\xa2", 2);
    fetched_count = 2;
    vcpu.exit.kind = EXIT_CPUID;
    assert_int_equal(fetch_length(&vcpu), 2);
    vcpu.exit.kind = EXIT_HYPERCALL;
    assert_int_equal(fetch_length(&vcpu), 0);
    vcpu.exit.kind = EXIT_CPUID;
    assert_int_equal(fetch_length(&vcpu), 2);
}

static void test_fewer_bytes_are_not_the_same(void **state)
{
    (void)state;
    vcpu.exit.kind = EXIT_CPUID;
    memcpy(fetched, "\x0f\xa2", 2);
    fetched_count = 2;
    assert_int_equal(fetch_length(&vcpu), 2);
    fetched_count = 1;
    assert_int_equal(fetch_length(&vcpu), 0);
}

/* ---- Operands: rights are checked at each level (APM vol. 2, 5.6) ------------ */

#define NO_FAULT UINT32_MAX

/* The error code of the fault that an operand at @linear takes, or NO_FAULT. */
static uint32_t fault_at(uint64_t linear, bool is_write)
{
    uint64_t gpa;

    fault_code = NO_FAULT;
    fault_address = 0;
    if (!fetch_operand(&vcpu, linear, is_write, &gpa))
        assert_int_equal(fault_address, linear);
    return fault_code;
}

static void test_the_kernel_s_operands_need_no_rights(void **state)
{
    (void)state;
    begin_long_mode();
    assert_int_equal(fault_at(LINEAR, false), NO_FAULT);
    assert_int_equal(fault_at(LINEAR, true), NO_FAULT);
    mode.cr0 |= CR0_WP;
    assert_int_equal(fault_at(LINEAR, false), NO_FAULT);
    assert_int_equal(fault_at(LINEAR, true), 3); /* present, write */
    assert_int_equal(fault_at(LINEAR + PAGE, true), 2);
    assert_int_equal(fault_at(LINEAR + PAGE, false), 0);
}

static void test_a_user_s_operands_need_rights_at_each_level(void **state)
{
    (void)state;
    begin_long_mode();
    mode.cpl = 3;
    assert_int_equal(fault_at(LINEAR, false), 5); /* present, user */
    put64(0x1000, 1, 0x2000 | P | US);
    put64(0x2000, 2, 0x3000 | P | US);
    put64(0x4000, 4, 0x5000 | P | US | RW);
    assert_int_equal(fault_at(LINEAR, false), 5);
    put64(0x3000, 3, 0x4000 | P | US);
    assert_int_equal(fault_at(LINEAR, false), NO_FAULT);
    assert_int_equal(fault_at(LINEAR, true), 7);
    put64(0x1000, 1, 0x2000 | P | US | RW);
    put64(0x2000, 2, 0x3000 | P | US | RW);
    put64(0x3000, 3, 0x4000 | P | US | RW);
    assert_int_equal(fault_at(LINEAR, true), NO_FAULT);
    assert_int_equal(fault_at(LINEAR + PAGE, true), 6);
}

/* Entries of the root have no such bits in PAE paging. */
static void test_a_user_s_operands_with_other_tables(void **state)
{
    (void)state;
    mode = (struct hw_mode){.cr0 = CR0_PAGING, .cr4 = CR4_PAE, .cr3 = 0x1000, .cpl = 3};
    put64(0x1000, 0, 0x2000 | P);
    put64(0x2000, 0, 0x3000 | P | US | RW);
    put64(0x3000, 1, 0x5000 | P | US);
    assert_int_equal(fault_at(PAGE, false), NO_FAULT);
    assert_int_equal(fault_at(PAGE, true), 7);
    mode.cr4 = 0;
    put32(0x1000, 0, (uint32_t)(0x6000 | P | US | RW));
    put32(0x6000, 1, (uint32_t)(0x5000 | P | RW));
    assert_int_equal(fault_at(PAGE, true), 7);
    put32(0x6000, 1, (uint32_t)(0x5000 | P | RW | US));
    assert_int_equal(fault_at(PAGE, true), NO_FAULT);
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 11 ^ *state << 40;
}

/* Any memory, any registers: it ends, and reads nothing but the domain's memory. */
static void test_random_tables(void **state)
{
    uint64_t seed = 1;

    (void)state;
    for (size_t i = 0; i < MEMORY_SIZE; i += 8) {
        uint64_t entry = next_random(&seed) & (MEMORY_SIZE * 2 - 1);

        memcpy(memory + i, &entry, sizeof entry);
    }
    for (unsigned i = 0; i < ROUNDS; i++) {
        const struct decode_instruction *instruction;
        uint64_t gpa;

        mode.cr0 = CR0_PAGING;
        mode.cr3 = next_random(&seed) & (MEMORY_SIZE * 2 - 1);
        mode.cr4 = next_random(&seed) & (CR4_PSE | CR4_PAE | CR4_LA57);
        mode.efer = next_random(&seed) & EFER_LMA;
        vcpu.rip = next_random(&seed);
        (void)fetch_translate(&vcpu, vcpu.rip, &gpa);
        (void)fetch_decode(&vcpu, &instruction);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_without_paging_it_is_the_address, setup),
        cmocka_unit_test_setup(test_four_levels, setup),
        cmocka_unit_test_setup(test_large_pages, setup),
        cmocka_unit_test_setup(test_the_kernel_s_operands_need_no_rights, setup),
        cmocka_unit_test_setup(test_a_user_s_operands_need_rights_at_each_level, setup),
        cmocka_unit_test_setup(test_a_user_s_operands_with_other_tables, setup),
        cmocka_unit_test_setup(test_five_levels, setup),
        cmocka_unit_test_setup(test_pae, setup),
        cmocka_unit_test_setup(test_two_levels, setup),
        cmocka_unit_test_setup(test_four_mib_pages_need_pse, setup),
        cmocka_unit_test_setup(test_tables_outside_of_memory, setup),
        cmocka_unit_test_setup(test_a_table_that_leads_to_itself, setup),
        cmocka_unit_test_setup(test_an_instruction_across_pages, setup),
        cmocka_unit_test_setup(test_what_the_cpu_fetched_counts, setup),
        cmocka_unit_test_setup(test_other_bytes_are_another_instruction, setup),
        cmocka_unit_test_setup(test_the_same_bytes_in_another_mode, setup),
        cmocka_unit_test_setup(test_the_same_bytes_for_another_exit, setup),
        cmocka_unit_test_setup(test_fewer_bytes_are_not_the_same, setup),
        cmocka_unit_test_setup(test_random_tables, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
