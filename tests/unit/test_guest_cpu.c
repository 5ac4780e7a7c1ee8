/* SPDX-License-Identifier: MIT */
/*
 * What CPUID, MSRs and ports say to a guest. A CPU that has everything is the one
 * that shows what is hidden. AMD64 APM vol. 3, appendix E; vol. 2, appendix A.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cpu/regs.h"
#include "guest/config_ports.h"
#include "guest/cpuid.h"
#include "guest/devices.h"
#include "guest/domain.h"
#include "guest/exits.h"
#include "guest/fetch.h"
#include "guest/hardware.h"
#include "guest/hw.h"
#include "guest/hypercall_page.h"
#include "guest/pci.h"
#include "guest/vapic.h"

enum {
    VECTOR_GP = 13,
    NO_FAULT = -1,
};

static struct domain domain;
static struct vcpu *vcpu;
static int fault;
static unsigned skip_count;
static enum domain_end end;

/* ---- In place of the rest of the hypervisor -------------------------------- */

void vcpu_skip(struct vcpu *of)
{
    assert_ptr_equal(of, vcpu);
    skip_count++;
}

void hw_inject_exception(struct vcpu *of, uint8_t vector, bool has_error_code,
                         uint32_t error_code)
{
    assert_ptr_equal(of, vcpu);
    assert_true(has_error_code);
    assert_int_equal(error_code, 0);
    fault = vector;
}

static enum decode_mode mode;

struct hw_mode hw_mode(const struct vcpu *of)
{
    (void)of;
    return (struct hw_mode){.code = mode};
}

/* Each segment begins a 64 KiB further on. */
uint64_t hw_segment_base(const struct vcpu *of, enum decode_segment segment)
{
    (void)of;
    return segment * UINT64_C(0x10000);
}

/* One page is mapped, to guest physical 0x5000. */
static uint64_t mapped;

bool fetch_translate(const struct vcpu *of, uint64_t linear, uint64_t *out_gpa)
{
    (void)of;
    *out_gpa = linear - mapped + 0x5000;
    return linear - mapped < 0x1000;
}

static bool is_written; /* by the last operand */

bool fetch_operand(struct vcpu *of, uint64_t linear, bool is_write, uint64_t *out_gpa)
{
    is_written = is_write;
    return fetch_translate(of, linear, out_gpa);
}

static uint8_t memory[0x1000]; /* at 0x5000 */

bool domain_read(const struct domain *of, uint64_t gpa, void *to, size_t size)
{
    (void)of;
    memcpy(to, &memory[gpa - 0x5000], size);
    return true;
}

bool domain_write(const struct domain *of, uint64_t gpa, const void *from, size_t size)
{
    (void)of;
    memcpy(&memory[gpa - 0x5000], from, size);
    return true;
}

static const char *code; /* what the guest is at */

enum decode_status fetch_decode(struct vcpu *of,
                                const struct decode_instruction **out_instruction)
{
    static struct decode_instruction instruction;

    (void)of;
    *out_instruction = &instruction;
    return decode_instruction((const uint8_t *)code, strlen(code), mode, &instruction);
}

uint64_t hw_efer_read(const struct vcpu *of)
{
    (void)of;
    return EFER_LMA;
}

bool hw_efer_write(struct vcpu *of, uint64_t value)
{
    (void)of;
    return (value & EFER_SVME) == 0;
}

bool vapic_read_msr(struct vcpu *of, uint32_t msr, uint64_t *out_value)
{
    (void)of;
    *out_value = msr;
    return true;
}

bool vapic_write_msr(struct vcpu *of, uint32_t msr, uint64_t value)
{
    (void)of;
    (void)msr;
    (void)value;
    return true;
}

bool hypercall_page_write(struct domain *of, uint64_t value)
{
    (void)of;
    return value == 0x1000;
}

uint8_t devices_uart_read(struct domain *of, unsigned offset)
{
    (void)of;
    return (uint8_t)(0x40 + offset);
}

void devices_uart_write(struct domain *of, unsigned offset, uint8_t value)
{
    (void)of;
    (void)offset;
    (void)value;
}

uint8_t devices_rtc_read(struct domain *of, unsigned offset)
{
    (void)of;
    return (uint8_t)offset;
}

void devices_rtc_write(struct domain *of, unsigned offset, uint8_t value)
{
    (void)of;
    (void)offset;
    (void)value;
}

uint32_t config_ports_read(struct vcpu *of, uint16_t port, unsigned width)
{
    (void)of;
    (void)width;
    return port;
}

void config_ports_write(struct vcpu *of, uint16_t port, unsigned width, uint32_t value)
{
    (void)of;
    (void)port;
    (void)width;
    (void)value;
}

/* The domain has one I/O BAR, of 32 ports. */
static uint32_t io_written;

bool pci_io_read(struct vcpu *of, uint16_t port, unsigned width, uint32_t *out_value)
{
    (void)of;
    if (port < 0x1000 || port + width > 0x1020)
        return false;
    *out_value = 0xd0000000u | port;
    return true;
}

bool pci_io_write(struct vcpu *of, uint16_t port, unsigned width, uint32_t value)
{
    (void)of;
    if (port < 0x1000 || port + width > 0x1020)
        return false;
    io_written = value;
    return true;
}

/* The domain of these tests doesn't see the machine. */
uint32_t hardware_port_read(struct vcpu *of, uint16_t port, unsigned width)
{
    (void)of;
    (void)port;
    (void)width;
    fail();
    return 0;
}

void hardware_port_write(struct vcpu *of, uint16_t port, unsigned width, uint32_t value)
{
    (void)value;
    (void)hardware_port_read(of, port, width);
}

void domain_stop(struct domain *of, enum domain_end reason)
{
    (void)of;
    end = reason;
}

void domain_log_refused(struct domain *of, const char *what, uint64_t where,
                        bool is_write)
{
    (void)what;
    (void)where;
    (void)is_write;
    of->refused_count++;
}

static int setup(void **state)
{
    (void)state;
    memset(&domain, 0, sizeof domain);
    domain.vcpu_count = 2;
    vcpu = &domain.vcpus[1];
    vcpu->domain = &domain;
    vcpu->index = 1;
    fault = NO_FAULT;
    skip_count = 0;
    end = DOMAIN_ALIVE;
    mode = DECODE_MODE_64;
    mapped = 0x33000;
    memset(memory, 0, sizeof memory);
    return 0;
}

/* ---- CPUID ----------------------------------------------------------------- */

static struct cpuid_result of_everything(uint32_t leaf)
{
    return cpuid_mask(
        leaf, (struct cpuid_result){UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX});
}

/* Bits of one register, each of something whose registers are not the guest's. */
static void test_what_a_guest_cannot_have_is_hidden(void **state)
{
    (void)state;
    assert_int_equal(of_everything(1).ecx & (1u << 3), 0);            /* MONITOR */
    assert_int_equal(of_everything(1).edx & (1u << 7 | 1u << 14), 0); /* MCE, MCA */
    assert_int_equal(of_everything(1).edx & (1u << 22), 0);           /* ACPI: thermal */
    assert_int_equal(of_everything(0x80000001).ecx & (1u << 2), 0);   /* SVM */
    assert_int_equal(of_everything(0x80000001).ecx & (1u << 9), 0);   /* OSVW */
    assert_int_equal(of_everything(0x80000001).ecx & (1u << 10), 0);  /* IBS */
    assert_int_equal(of_everything(0x80000001).ecx & (1u << 12), 0);  /* SKINIT */
    assert_int_equal(of_everything(0x80000001).ecx & (1u << 15), 0);  /* LWP */
    assert_int_equal(of_everything(0x80000001).ecx & (1u << 23), 0);  /* PerfCtrExtCore */
    assert_int_equal(of_everything(0x80000001).edx & (1u << 7 | 1u << 14), 0);
    assert_int_equal(of_everything(0x80000007).edx & 0x6ff, 0); /* power, thermal */
    assert_int_equal(of_everything(6).eax | of_everything(6).ecx, 0);
}

static void test_leaves_without_a_rule_are_zero(void **state)
{
    /* MWAIT, performance monitoring, PQoS, SVM, IBS, SEV, topology of the machine. */
    static const uint32_t leaves[] = {5,          0xa,        0xf,        0x10,
                                      0x8000000a, 0x8000001b, 0x8000001f, 0x8000001e,
                                      0x8000001d, 0x40000000, 0xffffffff};

    (void)state;
    for (size_t i = 0; i < sizeof leaves / sizeof leaves[0]; i++) {
        struct cpuid_result result = of_everything(leaves[i]);

        assert_int_equal(result.eax | result.ebx | result.ecx | result.edx, 0);
    }
}

static void test_nothing_is_shown_that_the_cpu_has_not(void **state)
{
    (void)state;
    for (uint32_t leaf = 0; leaf < 0x20; leaf++) {
        struct cpuid_result low = cpuid_mask(leaf, (struct cpuid_result){0});
        struct cpuid_result high =
            cpuid_mask(0x80000000 + leaf, (struct cpuid_result){0});

        assert_int_equal(low.eax | low.ebx | low.ecx | low.edx, 0);
        assert_int_equal(high.eax | high.ebx | high.ecx | high.edx, 0);
    }
}

static void ask_cpuid(uint32_t leaf, uint32_t subleaf)
{
    vcpu->regs.gpr[DECODE_RAX] = leaf;
    vcpu->regs.gpr[DECODE_RCX] = subleaf;
    cpuid_handle(vcpu);
}

static void test_apic_ids_are_the_domains(void **state)
{
    (void)state;
    ask_cpuid(1, 0);
    assert_int_equal(vcpu->regs.gpr[DECODE_RBX] >> 24, 1);
    assert_int_equal(vcpu->regs.gpr[DECODE_RBX] >> 16 & 0xff, 2);
    assert_true(vcpu->regs.gpr[DECODE_RCX] & 1u << 31);
    ask_cpuid(0xb, 1);
    assert_int_equal(vcpu->regs.gpr[DECODE_RBX], 2);
    assert_int_equal(vcpu->regs.gpr[DECODE_RDX], 1);
    assert_int_equal(skip_count, 2);
}

/* ---- MSRs ------------------------------------------------------------------ */

static uint64_t read_msr(uint32_t msr)
{
    fault = NO_FAULT;
    vcpu->exit.kind = EXIT_MSR_READ;
    vcpu->regs.gpr[DECODE_RCX] = 0xdeadbeef00000000 | msr;
    msr_handle(vcpu);
    return vcpu->regs.gpr[DECODE_RDX] << 32 | vcpu->regs.gpr[DECODE_RAX];
}

static void write_msr(uint32_t msr, uint64_t value)
{
    fault = NO_FAULT;
    vcpu->exit.kind = EXIT_MSR_WRITE;
    vcpu->regs.gpr[DECODE_RCX] = msr;
    vcpu->regs.gpr[DECODE_RAX] = 0xffffffff00000000 | (uint32_t)value;
    vcpu->regs.gpr[DECODE_RDX] = value >> 32;
    msr_handle(vcpu);
}

static void test_the_machines_msrs_are_not_there(void **state)
{
    /* MCG_CAP, MTRR, SMM_BASE, SMM_KEY, VM_HSAVE_PA, TOP_MEM, IGNNE, SMI control,
       SMM_MASK, DR0 mask, IBS, and beyond the ranges. */
    static const uint32_t absent[] = {0x179,      0x200,      0xc0010111, 0xc0010119,
                                      0xc0010117, 0xc001001a, 0xc0010115, 0xc0010056,
                                      0xc0010113, 0xc0011027, 0xc0011030, 0x40000001,
                                      0xffffffff, 0x2000,     0xc0002000};

    (void)state;
    for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++) {
        (void)read_msr(absent[i]);
        assert_int_equal(fault, VECTOR_GP);
        write_msr(absent[i], 0);
        assert_int_equal(fault, VECTOR_GP);
    }
    assert_int_equal(skip_count, 0);
}

static void test_constants_stay(void **state)
{
    (void)state;
    write_msr(MSR_VM_CR, 0);
    assert_int_equal(fault, NO_FAULT);
    assert_true(read_msr(MSR_VM_CR) & VM_CR_SVMDIS);
    assert_int_equal(read_msr(MSR_MMIO_CFG_BASE), 0);
    assert_int_equal(read_msr(MSR_MTRRCAP), 0);
}

static void test_the_apic_stays_in_x2apic_mode(void **state)
{
    (void)state;
    assert_int_equal(read_msr(MSR_APIC_BASE), 0xfee00c00);
    write_msr(MSR_APIC_BASE, 0xfee00800);
    assert_int_equal(fault, VECTOR_GP);
    write_msr(MSR_APIC_BASE, 0);
    assert_int_equal(fault, VECTOR_GP);
    write_msr(MSR_APIC_BASE, 0xfee00c00);
    assert_int_equal(fault, NO_FAULT);
}

static void test_writes_that_are_refused_fault(void **state)
{
    (void)state;
    write_msr(MSR_EFER, EFER_SVME);
    assert_int_equal(fault, VECTOR_GP);
    write_msr(HYPERCALL_PAGE_MSR, 0x12345);
    assert_int_equal(fault, VECTOR_GP);
    write_msr(HYPERCALL_PAGE_MSR, 0x1000);
    assert_int_equal(fault, NO_FAULT);
}

/* ---- Ports ----------------------------------------------------------------- */

static void access_port(uint16_t port, uint8_t width, bool is_in)
{
    vcpu->exit =
        (struct vcpu_exit){.kind = EXIT_IO, .port = port, .width = width, .is_in = is_in};
    io_handle(vcpu);
}

static uint64_t read_port(uint16_t port, uint8_t width)
{
    vcpu->regs.gpr[DECODE_RAX] = 0x1122334455667788;
    access_port(port, width, true);
    return vcpu->regs.gpr[DECODE_RAX];
}

static void test_an_absent_port_reads_ones_in_its_width(void **state)
{
    (void)state;
    assert_int_equal(read_port(0x1234, 1), 0x11223344556677ff);
    assert_int_equal(read_port(0x1234, 2), 0x112233445566ffff);
    assert_int_equal(read_port(0x1234, 4), 0x00000000ffffffff);
    assert_int_equal(domain.refused_count, 3);
    assert_int_equal(skip_count, 3);
}

static void test_io_bars_have_what_no_device_has(void **state)
{
    (void)state;
    assert_int_equal(read_port(0x1004, 4), 0xd0001004);
    assert_int_equal(read_port(0x1004, 1), 0x1122334455667704);
    assert_int_equal(read_port(0x101e, 4), 0xffffffff);
    vcpu->regs.gpr[DECODE_RAX] = 0x1122334455667788;
    access_port(0x1000, 4, false);
    assert_int_equal(io_written, 0x55667788);
}

static void test_a_device_has_its_ports_and_its_width(void **state)
{
    (void)state;
    assert_int_equal(read_port(0x3f8, 1) & 0xff, 0x40);
    assert_int_equal(read_port(0x3ff, 1) & 0xff, 0x47);
    assert_int_equal(read_port(0x3f8, 2) & 0xffff, 0xffff);
    assert_int_equal(read_port(0x3f7, 4), 0xffffffff);
    assert_int_equal(read_port(0x400, 1) & 0xff, 0xff);
}

static void test_only_s5_and_reset_end_the_domain(void **state)
{
    (void)state;
    for (unsigned value = 0; value < 256; value++) {
        vcpu->regs.gpr[DECODE_RAX] = 0x11223300 | value;
        end = DOMAIN_ALIVE;
        access_port(0x600, 1, false);
        assert_int_equal(end, (value & 0x3c) == 0x34 ? DOMAIN_POWERED_OFF : DOMAIN_ALIVE);
        end = DOMAIN_ALIVE;
        access_port(0x602, 1, false);
        assert_int_equal(end, value == 1 ? DOMAIN_RESET : DOMAIN_ALIVE);
        end = DOMAIN_ALIVE;
        access_port(0x604, 2, false);
        access_port(0xcf9 + 0x1000, 1, false);
        assert_int_equal(end, DOMAIN_ALIVE);
    }
}

/* ---- Strings: APM volume 3, INS and OUTS ------------------------------------- */

/* The exit that @bytes make, an instruction of @width bytes. */
static void access_string(const char *bytes, uint8_t width)
{
    const size_t length = strlen(bytes);

    code = bytes;
    vcpu->exit = (struct vcpu_exit){.kind = EXIT_IO,
                                    .port = 0x1004,
                                    .width = width,
                                    .is_in = (bytes[length - 1] & 2) == 0,
                                    .is_string = true,
                                    .is_repeated = strchr(bytes, '\xf3') != NULL};
    io_handle(vcpu);
}

static void test_a_string_moves_an_element_at_a_time(void **state)
{
    uint32_t value;

    (void)state;
    vcpu->regs.gpr[DECODE_RCX] = 2;
    vcpu->regs.gpr[DECODE_RDI] = 0x33010;
    access_string("\xf3\x6d", 4);
    memcpy(&value, &memory[0x10], 4);
    assert_int_equal(value, 0xd0001004);
    assert_int_equal(vcpu->regs.gpr[DECODE_RCX], 1);
    assert_int_equal(vcpu->regs.gpr[DECODE_RDI], 0x33014);
    assert_int_equal(skip_count, 0); /* the rest exits again */
    access_string("\xf3\x6d", 4);
    assert_int_equal(vcpu->regs.gpr[DECODE_RCX], 0);
    assert_int_equal(vcpu->regs.gpr[DECODE_RDI], 0x33018);
    assert_int_equal(skip_count, 1);
    access_string("\xf3\x6d", 4); /* none is left */
    assert_int_equal(vcpu->regs.gpr[DECODE_RDI], 0x33018);
    assert_int_equal(skip_count, 2);
}

/* In 32 bits: offsets in DS and ES, downwards. */
static void test_a_string_is_in_its_segment(void **state)
{
    (void)state;
    mode = DECODE_MODE_32;
    vcpu->regs.rflags = 0x400;
    vcpu->regs.gpr[DECODE_RCX] = 7;
    vcpu->regs.gpr[DECODE_RSI] = 0xaaaaaaaa00003020;
    memory[0x20] = 0x34;
    memory[0x21] = 0x12;
    access_string("\x66\x6f", 2);
    assert_int_equal(io_written, 0x1234);
    assert_int_equal(vcpu->regs.gpr[DECODE_RSI], 0x301e);
    assert_int_equal(vcpu->regs.gpr[DECODE_RCX], 7);
    assert_int_equal(skip_count, 1);
    vcpu->regs.gpr[DECODE_RDI] = 0x33020; /* ES begins at 0 */
    access_string("\x6c", 1);
    assert_int_equal(memory[0x20], 0x04);
    assert_int_equal(vcpu->regs.gpr[DECODE_RDI], 0x3301f);
}

/* What the byte at @linear gives, when it is what OUTSB with @bytes loads. */
static uint32_t out_from(const char *bytes, uint64_t linear)
{
    mapped = linear & ~UINT64_C(0xfff);
    memory[linear & 0xfff] = (uint8_t)(0x40 + skip_count);
    io_written = 0;
    access_string(bytes, 1);
    return io_written - 0x40;
}

/* APM volume 3, 1.2.4: any segment for OUTS; of 64-bit mode FS and GS, the others are
 * flat. */
static void test_a_prefix_names_the_segment_that_is_read(void **state)
{
    static const char *const prefixes[] = {"\x26\x6e", "\x2e\x6e", "\x36\x6e",
                                           "\x3e\x6e", "\x64\x6e", "\x65\x6e"};

    (void)state;
    for (uint32_t i = 0; i < 6; i++) {
        mode = DECODE_MODE_32;
        vcpu->regs.gpr[DECODE_RSI] = 0x3020;
        assert_int_equal(out_from(prefixes[i], 0x3020 + 0x10000 * i), 2 * i);
        mode = DECODE_MODE_64;
        vcpu->regs.gpr[DECODE_RSI] = 0x3020;
        assert_int_equal(out_from(prefixes[i], i < 4 ? 0x3020 : 0x3020 + 0x10000 * i),
                         2 * i + 1);
    }
    mode = DECODE_MODE_32; /* addresses wrap there */
    vcpu->regs.gpr[DECODE_RSI] = 0xfffff020;
    assert_int_equal(out_from("\x6e", 0x2f020), 12);
}

/* What is written has no other segment than ES. */
static void test_no_prefix_moves_what_is_written(void **state)
{
    (void)state;
    vcpu->regs.gpr[DECODE_RDI] = 0x33020;
    access_string("\x65\x6c", 1);
    assert_int_equal(memory[0x20], 0x04);
    mode = DECODE_MODE_32;
    access_string("\x3e\x6c", 1);
    assert_int_equal(memory[0x21], 0x04);
}

/* 32 of the bits of RCX, RSI and RDI count; the others become zero, whatever they were.
 */
static void test_a_prefix_names_the_address_size(void **state)
{
    (void)state;
    vcpu->regs.gpr[DECODE_RSI] = 0xaaaaaaaa00003020;
    assert_int_equal(out_from("\x67\x64\x6e", 0x43020), 0);
    assert_int_equal(vcpu->regs.gpr[DECODE_RSI], 0x3021);

    mapped = 0xfffff000; /* the end of them */
    vcpu->regs.gpr[DECODE_RCX] = 0xaaaaaaaa00000002;
    vcpu->regs.gpr[DECODE_RDI] = 0xaaaaaaaafffffffc;
    access_string("\xf3\x67\x6d", 4);
    assert_int_equal(memory[0xffd], 0x10);
    assert_int_equal(vcpu->regs.gpr[DECODE_RCX], 1);
    assert_int_equal(vcpu->regs.gpr[DECODE_RDI], 0);
    assert_int_equal(skip_count, 1);
    vcpu->regs.gpr[DECODE_RCX] = 0xaaaaaaaa00000000;
    access_string("\xf3\x67\x6d", 4); /* none is left */
    assert_int_equal(skip_count, 2);
}

/* 16 in 16-bit code, or with the prefix in 32-bit code; the others stay. */
static void test_16_bits_of_an_address_leave_the_others(void **state)
{
    (void)state;
    mode = DECODE_MODE_16;
    vcpu->regs.gpr[DECODE_RCX] = 0xaaaa0001;
    vcpu->regs.gpr[DECODE_RSI] = 0xaaaaffff;
    assert_int_equal(out_from("\xf3\x6e", 0x3ffff), 0);
    assert_int_equal(vcpu->regs.gpr[DECODE_RCX], 0xaaaa0000);
    assert_int_equal(vcpu->regs.gpr[DECODE_RSI], 0xaaaa0000);
    assert_int_equal(skip_count, 1);
    mode = DECODE_MODE_32;
    vcpu->regs.gpr[DECODE_RSI] = 0xaaaa3020;
    assert_int_equal(out_from("\x67\x6e", 0x33020), 1);
    assert_int_equal(vcpu->regs.gpr[DECODE_RSI], 0xaaaa3021);
}

/* The instruction begins again once the guest has mapped what wasn't. */
static void test_a_string_takes_page_faults(void **state)
{
    (void)state;
    vcpu->regs.gpr[DECODE_RCX] = 2;
    vcpu->regs.gpr[DECODE_RDI] = 0x33ffe; /* ends in a page that isn't mapped */
    access_string("\xf3\x6d", 4);
    assert_true(is_written);
    assert_int_equal(vcpu->regs.gpr[DECODE_RCX], 2);
    assert_int_equal(vcpu->regs.gpr[DECODE_RDI], 0x33ffe);
    assert_int_equal(memory[0xffe], 0);
    vcpu->regs.gpr[DECODE_RSI] = 0x32fff;
    access_string("\x6e", 1);
    assert_false(is_written);
    assert_int_equal(skip_count, 0);
    assert_int_equal(domain.refused_count, 0);
}

/* Refused at once as a whole, so that a huge count costs nothing. */
static void test_a_string_that_cannot_be_done_is_over_at_once(void **state)
{
    (void)state;
    mode = DECODE_MODE_NONE; /* code that can't be read */
    vcpu->regs.gpr[DECODE_RCX] = UINT64_MAX;
    vcpu->regs.gpr[DECODE_RDI] = 0x33000;
    access_string("\xf3\x6c", 1);
    assert_int_equal(vcpu->regs.gpr[DECODE_RCX], 0);
    assert_int_equal(vcpu->regs.gpr[DECODE_RDI], 0x33000);
    assert_int_equal(memory[0], 0);
    assert_int_equal(skip_count, 1);
    assert_int_equal(domain.refused_count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_what_a_guest_cannot_have_is_hidden, setup),
        cmocka_unit_test_setup(test_leaves_without_a_rule_are_zero, setup),
        cmocka_unit_test_setup(test_nothing_is_shown_that_the_cpu_has_not, setup),
        cmocka_unit_test_setup(test_apic_ids_are_the_domains, setup),
        cmocka_unit_test_setup(test_the_machines_msrs_are_not_there, setup),
        cmocka_unit_test_setup(test_constants_stay, setup),
        cmocka_unit_test_setup(test_the_apic_stays_in_x2apic_mode, setup),
        cmocka_unit_test_setup(test_writes_that_are_refused_fault, setup),
        cmocka_unit_test_setup(test_an_absent_port_reads_ones_in_its_width, setup),
        cmocka_unit_test_setup(test_io_bars_have_what_no_device_has, setup),
        cmocka_unit_test_setup(test_a_device_has_its_ports_and_its_width, setup),
        cmocka_unit_test_setup(test_only_s5_and_reset_end_the_domain, setup),
        cmocka_unit_test_setup(test_a_string_moves_an_element_at_a_time, setup),
        cmocka_unit_test_setup(test_a_string_is_in_its_segment, setup),
        cmocka_unit_test_setup(test_a_prefix_names_the_segment_that_is_read, setup),
        cmocka_unit_test_setup(test_no_prefix_moves_what_is_written, setup),
        cmocka_unit_test_setup(test_a_prefix_names_the_address_size, setup),
        cmocka_unit_test_setup(test_16_bits_of_an_address_leave_the_others, setup),
        cmocka_unit_test_setup(test_a_string_takes_page_faults, setup),
        cmocka_unit_test_setup(test_a_string_that_cannot_be_done_is_over_at_once, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
