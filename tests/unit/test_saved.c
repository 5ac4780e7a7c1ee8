/* SPDX-License-Identifier: MIT */
/* Saved sets: what was written reads back the same, and what is wrong is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/audit/saved.h"

#define FIRST "rootport-audit 1\n"
#define WHOLE                                                                            \
    FIRST "source machine\n"                                                             \
          "identifiers left-out\n"                                                       \
          "unaddressable 3\n"                                                            \
          "address-bits 46\n"                                                            \
          "cpus 8\n"                                                                     \
          "amd-msr seen 0xe0000021\n"                                                    \
          "mcfg seen 20\n"                                                               \
          "00: 4d 43 46 47 3c 00 00 00 01 7f 46 49 52 45 43 4b\n"                        \
          "10: 01 02 03 04\n"                                                            \
          "memory-map seen iomem\n"                                                      \
          "memory 0x100000 0x7ff00000 ram\n"                                             \
          "memory 0xe0000000 0x10000000 reserved\n"                                      \
          "memory 0xfec00000 0x1000 device\n"                                            \
          "reservations seen\n"                                                          \
          "reservation 0xe0000000 0x10000000 PNP0C02\n"                                  \
          "kernel-regions seen\n"                                                        \
          "kernel-region 0xe0000000 0001 00 ff\n"                                        \
          "function 0000:00:1f.2 4096 256 -\n"                                           \
          "name W\xc3\xbcrth device\n"                                                   \
          "00: 86 80 c0 29 00 00 00 00 00 00 00 06 00 00 00 00\n"                        \
          "ff0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01\n"                       \
          "function 0000:01:00.0 64 4096 0000:00:1f.2\n"                                 \
          "name \n"                                                                      \
          "end\n"

static bool read_text(const char *text, struct machine *machine,
                      struct complaint *complaint)
{
    machine_init(machine);
    return saved_read(text, strlen(text), machine, complaint);
}

static void test_what_was_written_reads_back_the_same(void **state)
{
    struct complaint complaint = {0};
    struct machine machine;
    char *bytes;
    size_t size;
    FILE *file;

    (void)state;
    if (!read_text(WHOLE, &machine, &complaint))
        fail_msg("line %zu: %s", complaint.line, complaint.reason);
    file = open_memstream(&bytes, &size);
    saved_write(&machine, file);
    fclose(file);
    assert_string_equal(bytes, WHOLE);
    free(bytes);
    machine_free(&machine);
}

static void test_what_it_says(void **state)
{
    struct complaint complaint;
    struct machine machine;
    const struct machine_function *function;

    (void)state;
    assert_true(read_text(WHOLE, &machine, &complaint));
    assert_true(machine.is_without_identifiers);
    assert_int_equal(machine.unaddressable_count, 3);
    assert_int_equal(machine.address_bits, 46);
    assert_int_equal(machine.cpu_count, 8);
    assert_int_equal(machine.amd_msr, 0xe0000021);
    assert_int_equal(machine.mcfg_size, 20);
    assert_int_equal(machine.mcfg[19], 4);
    assert_int_equal(machine.memory_count, 3);
    assert_int_equal(machine.memory[1].type, RP_MEMORY_RESERVED);
    assert_string_equal(machine.reservations[0].device, "PNP0C02");
    assert_int_equal(machine.kernel_regions[0].segment, 1);
    function = machine_find(&machine, rp_sbdf(0, 0, 0x1f, 2));
    assert_int_equal(function->kernel_size, 256);
    assert_int_equal(machine_dword(function, 0xffc), 0x01000000);
    assert_int_equal(machine_dword(function, 0x100), 0);
    function = machine_find(&machine, rp_sbdf(0, 1, 0, 0));
    assert_true(function->is_virtual);
    assert_int_equal(function->physical.value, rp_sbdf(0, 0, 0x1f, 2).value);
    machine_free(&machine);
}

#define FUNCTION "function 0000:00:00.0 64 256 -\n"
#define ROW      ": 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f\n"

static const struct {
    const char *text;
    size_t line;
    const char *reason; /* a part of it */
} wrong[] = {
    {"", 1, "no saved set"},
    {"00:00.0 Host bridge\n", 1, "no saved set"},
    {"rootport-audit 2\nend\n", 1, "version 2 of the format"},
    {FIRST, 1, "cut short"},
    {FIRST "end\nend\n", 3, "behind the end"},
    {FIRST "\nend\n", 2, "empty line"},
    {FIRST "what\nend\n", 2, "unknown word"},
    {FIRST "end\x1b[2J\n", 2, "not text"},
    {FIRST "identifiers\nend\n", 2, "0 words behind the first where there are 1"},
    {FIRST "identifiers kept kept\n", 2, "more than 1 words"},
    {FIRST "source perhaps\n", 2, "neither machine nor dump"},
    {FIRST "identifiers perhaps\n", 2, "neither kept nor left-out"},
    {FIRST "address-bits 65\n", 2, "width"},
    {FIRST "cpus 65537\n", 2, "number of CPUs"},
    {FIRST "mcfg seen 65537\n", 2, "at most 65536"},
    {FIRST "mcfg seen 16\nmcfg seen 16\n", 3, "came before"},
    {FIRST "mcfg perhaps 16\n", 2, "not one of"},
    {FIRST "memory 0x0 0x1000 cheese\n", 2, "not one of ram"},
    {FIRST "memory 0x0 0x10000000000000000 ram\n", 2, "address and a size"},
    {FIRST "memory-map seen cheese\n", 2, "not one of"},
    {FIRST "reservation 0x0 0x1 PNP0C02PNP0C02PNP0C02\n", 2, "ACPI device"},
    {FIRST "kernel-region 0x0 10000 00 ff\n", 2, "an address, a segment"},
    {FIRST "name a\n", 2, "before any function"},
    {FIRST "00" ROW, 2, "before any table or function"},
    {FIRST "function 0000:00:20.0 64 256 -\n", 2, "address of a function"},
    {FIRST "function 0000:00:00.0 65 256 -\n", 2, "two sizes"},
    {FIRST "function 0000:00:00.0 64 256 x\n", 2, "physical function"},
    {FIRST FUNCTION FUNCTION, 3, "came before"},
    {FIRST FUNCTION "40" ROW, 3, "16 bytes at 0x40 of 64"},
    {FIRST FUNCTION "08" ROW, 3, "registers of 0x8"},
    {FIRST FUNCTION "10" ROW "10" ROW, 4, "those of 0x20 or later"},
    {FIRST FUNCTION "30: 00\n", 3, "1 bytes at 0x30"},
    {FIRST "function 0000:00:00.0 64 256 0000:00:00.0\nend\n", 3,
     "of a virtual function"},
};

static void test_says_what_is_wrong_and_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct complaint complaint = {0};
        struct machine machine;

        assert_false(read_text(wrong[i].text, &machine, &complaint));
        if (complaint.line != wrong[i].line || !strstr(complaint.reason, wrong[i].reason))
            fail_msg("text %zu: line %zu: %s", i, complaint.line, complaint.reason);
        machine_free(&machine);
    }
}

/* Every way to cut a set short is noticed. */
static void test_no_beginning_is_a_whole(void **state)
{
    (void)state;
    for (size_t length = 0; length < sizeof(WHOLE) - 3; length++) {
        struct complaint complaint;
        struct machine machine;

        machine_init(&machine);
        assert_false(saved_read(WHOLE, length, &machine, &complaint));
        machine_free(&machine);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_written_reads_back_the_same),
        cmocka_unit_test(test_what_it_says),
        cmocka_unit_test(test_says_what_is_wrong_and_where),
        cmocka_unit_test(test_no_beginning_is_a_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
