/* SPDX-License-Identifier: MIT */
/*
 * Accesses to a guest's ECAM region that lie across the pages of two functions, one of
 * which is mapped: the nested page fault names the page that isn't, and the access begins
 * in the one before it (AMD64 APM vol. 2, 15.25.6; each half of an access that crosses a
 * page is translated by itself). And string moves between the region and memory that the
 * guest's own tables may not map. Code is 32-bit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cpu/regs.h"
#include "dev/console.h"
#include "guest/devices.h"
#include "guest/domain.h"
#include "guest/exits.h"
#include "guest/hardware.h"
#include "guest/hw.h"
#include "guest/npt.h"
#include "guest/pci.h"
#include "guest/trapped.h"

enum {
    PAGE = 4096,
    FUNCTION = 0x100000, /* 01:00.0, whose page isn't mapped; those around it are */
    RIP = 0x1000,
    BUFFER = 0x400000,
};

#define P  0x001u
#define RW 0x002u
#define US 0x004u
#define PS 0x080u

static struct vcpu vcpu;
static struct domain domain;
static struct hw_mode mode;
static uint8_t code[16];
static unsigned code_size;
static uint32_t directory[1024] __attribute__((aligned(4096))); /* of 4 MiB pages */
static uint32_t buffer;                                         /* at BUFFER */

/* The page fault that the guest has taken. */
static struct {
    uint64_t linear;
    bool is_there;
    uint32_t error_code;
} fault;

/* What reached configuration space. */
static struct {
    unsigned count;
    bool is_write;
    uint64_t offset;
    unsigned width;
    uint64_t value;
} last;

/* ---- In place of the rest of the hypervisor -------------------------------- */

uint64_t pci_ecam_read(struct domain *of, uint64_t offset, unsigned width)
{
    assert_ptr_equal(of, &domain);
    last.count++;
    last.is_write = false;
    last.offset = offset;
    last.width = width;
    return 0x8877665544332211;
}

void pci_ecam_write(struct vcpu *of, uint64_t offset, unsigned width, uint64_t value)
{
    assert_ptr_equal(of, &vcpu);
    last.count++;
    last.is_write = true;
    last.offset = offset;
    last.width = width;
    last.value = value;
}

struct hw_mode hw_mode(const struct vcpu *of)
{
    (void)of;
    return mode;
}

static uint64_t data_base; /* of DS and ES */

uint64_t hw_segment_base(const struct vcpu *of, enum decode_segment segment)
{
    (void)of;
    return segment == DECODE_DS || segment == DECODE_ES ? data_base : 0;
}

unsigned hw_fetched(const struct vcpu *of, const uint8_t **out_bytes)
{
    (void)of;
    *out_bytes = code;
    return code_size;
}

void hw_set_rip(struct vcpu *of, uint64_t rip)
{
    of->rip = rip;
}

void hw_inject_page_fault(struct vcpu *of, uint64_t linear, uint32_t error_code)
{
    assert_ptr_equal(of, &vcpu);
    assert_false(fault.is_there);
    fault.is_there = true;
    fault.linear = linear;
    fault.error_code = error_code;
}

void domain_stop(struct domain *of, enum domain_end reason)
{
    (void)of;
    (void)reason;
    fail();
}

void console_log(const char *format, ...)
{
    (void)format;
}

void *domain_memory(const struct domain *of, uint64_t gpa, uint64_t size)
{
    (void)of;
    (void)gpa;
    (void)size;
    return NULL;
}

bool domain_read(const struct domain *of, uint64_t gpa, void *to, size_t size)
{
    (void)of;
    if (gpa == BUFFER)
        memcpy(to, &buffer, size);
    return gpa == BUFFER;
}

bool domain_write(const struct domain *of, uint64_t gpa, const void *from, size_t size)
{
    (void)of;
    if (gpa == BUFFER)
        memcpy(&buffer, from, size);
    return gpa == BUFFER;
}

void domain_log_refused(struct domain *of, const char *what, uint64_t where,
                        bool is_write)
{
    (void)of;
    (void)what;
    (void)where;
    (void)is_write;
    fail();
}

uint64_t devices_ioapic_read(struct domain *of, uint32_t offset, unsigned width)
{
    (void)of;
    (void)offset;
    (void)width;
    fail();
    return 0;
}

void devices_ioapic_write(struct domain *of, uint32_t offset, unsigned width,
                          uint64_t value)
{
    (void)of;
    (void)offset;
    (void)width;
    (void)value;
    fail();
}

bool hardware_map_page(struct domain *of, uint64_t gpa, bool is_write)
{
    (void)of;
    (void)gpa;
    (void)is_write;
    return false;
}

bool hardware_ecam_read(struct domain *of, uint64_t gpa, unsigned width,
                        uint64_t *out_value)
{
    (void)of;
    (void)gpa;
    (void)width;
    (void)out_value;
    return false;
}

bool hardware_ecam_write(struct vcpu *of, uint64_t gpa, unsigned width, uint64_t value)
{
    (void)of;
    (void)gpa;
    (void)width;
    (void)value;
    return false;
}

bool trapped_read(const struct domain *of, uint64_t gpa, unsigned width,
                  uint64_t *out_value)
{
    (void)of;
    (void)gpa;
    (void)width;
    (void)out_value;
    return false;
}

bool trapped_write(struct vcpu *of, uint64_t gpa, unsigned width, uint64_t value)
{
    (void)of;
    (void)gpa;
    (void)width;
    (void)value;
    return false;
}

bool npt_allows(struct domain *of, uint64_t gpa, bool is_write)
{
    (void)of;
    (void)gpa;
    (void)is_write;
    return false;
}

bool pci_map_ones(struct vcpu *of, uint64_t gpa)
{
    (void)of;
    (void)gpa;
    return false;
}

/* ---- The guest ------------------------------------------------------------------ */

static int start(void **state)
{
    (void)state;
    memset(&vcpu, 0, sizeof(vcpu));
    memset(&last, 0, sizeof(last));
    memset(&fault, 0, sizeof(fault));
    memset(directory, 0, sizeof(directory));
    domain = (struct domain){.ecam_size = 0x400000};
    vcpu.domain = &domain;
    vcpu.rip = RIP;
    mode = (struct hw_mode){.code = DECODE_MODE_32};
    data_base = 0;
    return 0;
}

/*
 * Executes @bytes with RBX at @offset of the region, and the fault that a CPU has for it:
 * at the first byte of it that lies in the page of FUNCTION.
 */
static void execute(const char *bytes, unsigned size, uint64_t offset, bool is_write)
{
    const uint64_t at = offset < FUNCTION ? FUNCTION : offset;

    memcpy(code, bytes, size);
    code_size = size;
    vcpu.regs.gpr[DECODE_RBX] = DOMAIN_ECAM_BASE + offset;
    vcpu.exit = (struct vcpu_exit){
        .kind = EXIT_ECAM, .gpa = DOMAIN_ECAM_BASE + at, .is_write = is_write};
    mmio_handle(&vcpu);
    assert_int_equal(vcpu.rip, RIP + size);
}

#define EXECUTE(bytes, offset, is_write)                                                 \
    execute(bytes, sizeof(bytes) - 1, offset, is_write)

static void expect(uint64_t offset, unsigned width)
{
    assert_int_equal(last.count, 1);
    assert_int_equal(last.offset, offset);
    assert_int_equal(last.width, width);
    last.count = 0;
    vcpu.rip = RIP;
}

/* ---- Tests ------------------------------------------------------------------------ */

static void a_read_begins_where_it_begins(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        EXECUTE("\x8b\x03", FUNCTION + i, false); /* mov eax, [ebx] */
        expect(FUNCTION + i, 4);
        assert_int_equal(vcpu.regs.gpr[DECODE_RAX], 0x44332211);
    }
}

static void a_read_begins_in_the_page_before(void **state)
{
    (void)state;
    for (unsigned i = 1; i < 4; i++) {
        EXECUTE("\x8b\x03", FUNCTION - i, false);
        expect(FUNCTION - i, 4);
        EXECUTE("\x8b\x43\x10", FUNCTION - i, false); /* mov eax, [ebx + 16]: elsewhere */
        expect(FUNCTION, 4);
    }
    EXECUTE("\x66\x8b\x03", FUNCTION - 1, false); /* mov ax, [ebx] */
    expect(FUNCTION - 1, 2);
    EXECUTE("\x0f\xb7\x03", FUNCTION - 1, false); /* movzx eax, word [ebx] */
    expect(FUNCTION - 1, 2);
    EXECUTE("\x81\x3b\x78\x56\x34\x12", FUNCTION - 2, false); /* cmp dword [ebx], ... */
    expect(FUNCTION - 2, 4);
    mode.code = DECODE_MODE_64;
    EXECUTE("\x48\x8b\x03", FUNCTION - 7, false); /* mov rax, [rbx] */
    expect(FUNCTION - 7, 8);
}

/* The page before takes no writes: a write faults there, and a CPU may name either. */
static void a_write_begins_there_too(void **state)
{
    (void)state;
    vcpu.regs.gpr[DECODE_RAX] = 0xddccbbaa;
    EXECUTE("\x89\x03", FUNCTION - 3, true); /* mov [ebx], eax */
    assert_true(last.is_write);
    assert_int_equal(last.value, 0xddccbbaa);
    expect(FUNCTION - 3, 4);
    vcpu.exit.gpa = DOMAIN_ECAM_BASE + FUNCTION - 3;
    mmio_handle(&vcpu);
    expect(FUNCTION - 3, 4);
}

/* The directory is the first page of the guest's memory. */
static void turn_paging_on(void)
{
    domain.banks[0] = (struct domain_bank){
        .gpa = 0, .hpa = (uintptr_t)directory, .size = sizeof(directory)};
    mode.cr0 = CR0_PE | CR0_PG;
    mode.cr4 = CR4_PSE;
    directory[DOMAIN_ECAM_BASE >> 22] = (uint32_t)DOMAIN_ECAM_BASE | PS | P;
}

/* movsd, whose access to the region faults; RIP stays if it isn't done. */
static void move_string(uint64_t from, uint64_t to)
{
    code[0] = 0xa5;
    code_size = 1;
    vcpu.regs.gpr[DECODE_RSI] = from;
    vcpu.regs.gpr[DECODE_RDI] = to;
    vcpu.exit = (struct vcpu_exit){.kind = EXIT_ECAM,
                                   .gpa = DOMAIN_ECAM_BASE + FUNCTION,
                                   .is_write = from == BUFFER};
    mmio_handle(&vcpu);
}

/* With an error code: APM vol. 2, 8.4.2. */
static void expect_fault(uint32_t error_code)
{
    assert_true(fault.is_there);
    assert_int_equal(fault.linear, BUFFER);
    assert_int_equal(fault.error_code, error_code);
    assert_int_equal(last.count, 0);
    assert_int_equal(vcpu.rip, RIP);
    fault.is_there = false;
}

/* As it would if the CPU had carried the access out: a page of it may not be there yet.
 */
static void the_guest_maps_the_other_side_of_a_string_move(void **state)
{
    const uint64_t function = DOMAIN_ECAM_BASE + FUNCTION;

    (void)state;
    turn_paging_on();
    move_string(function, BUFFER);
    expect_fault(2);
    move_string(BUFFER, function);
    expect_fault(0);
    assert_int_equal(vcpu.regs.gpr[DECODE_RSI], BUFFER);

    directory[BUFFER >> 22] = BUFFER | PS | P;
    move_string(function, BUFFER);
    assert_int_equal(vcpu.rip, RIP + 1);
    expect(FUNCTION, 4);
    assert_int_equal(buffer, 0x44332211);
    assert_int_equal(vcpu.regs.gpr[DECODE_RDI], BUFFER + 4);
    buffer = 0xddccbbaa;
    move_string(BUFFER, function);
    assert_true(last.is_write);
    assert_int_equal(last.value, 0xddccbbaa);
    expect(FUNCTION, 4);
    assert_false(fault.is_there);
}

/* APM vol. 2, 4.5.3: their bases are there in 64-bit mode, too, and count for nothing. */
static void a_string_moves_in_its_segments(void **state)
{
    const uint64_t function = DOMAIN_ECAM_BASE + FUNCTION;

    (void)state;
    turn_paging_on();
    directory[BUFFER >> 22] = BUFFER | PS | P | RW;
    data_base = 0x10000;
    move_string(function - data_base, BUFFER - data_base);
    expect(FUNCTION, 4);
    assert_int_equal(buffer, 0x44332211);
    buffer = 0;
    mode.code = DECODE_MODE_64;
    move_string(function, BUFFER);
    assert_int_equal(buffer, 0x44332211);
    assert_false(fault.is_there);
}

/* A program that may reach the region gets nowhere else by it. */
static void the_other_side_of_a_string_move_has_rights(void **state)
{
    const uint64_t function = DOMAIN_ECAM_BASE + FUNCTION;

    (void)state;
    turn_paging_on();
    mode.cpl = 3;
    directory[DOMAIN_ECAM_BASE >> 22] |= US | RW;
    directory[BUFFER >> 22] = BUFFER | PS | P;
    move_string(function, BUFFER);
    expect_fault(7);
    move_string(BUFFER, function);
    expect_fault(5);
    directory[BUFFER >> 22] |= US;
    move_string(function, BUFFER);
    expect_fault(7);
    directory[BUFFER >> 22] |= RW;
    move_string(function, BUFFER);
    expect(FUNCTION, 4);
    assert_false(fault.is_there);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_read_begins_where_it_begins, start),
        cmocka_unit_test_setup(a_read_begins_in_the_page_before, start),
        cmocka_unit_test_setup(a_write_begins_there_too, start),
        cmocka_unit_test_setup(the_guest_maps_the_other_side_of_a_string_move, start),
        cmocka_unit_test_setup(a_string_moves_in_its_segments, start),
        cmocka_unit_test_setup(the_other_side_of_a_string_move_has_rights, start),
    };

    return cmocka_run_group_tests_name("mmio", tests, NULL, NULL);
}
