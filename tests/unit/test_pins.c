/* SPDX-License-Identifier: MIT */
/*
 * Interrupt pins, from a device's wire to a guest's CPU and back, against I/O APICs
 * that are modelled here after the 82093AA data sheet and the EOI register of version
 * 0x20, behind an interrupt remapping table. Guests program their own I/O APIC; the
 * driver's register accesses end in fake_read() and fake_write().
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static uint32_t fake_read(const volatile void *address);
static void fake_write(volatile void *address, uint32_t value);

/* Instead of hypervisor/cpu/io.h, whose instructions no model can see. */
#define CPU_IO_H
static inline uint32_t mmio_read32(const volatile void *address)
{
    return fake_read(address);
}

static inline void mmio_write32(volatile void *address, uint32_t value)
{
    fake_write(address, value);
}

static inline void cpu_relax(void)
{
}

#include "hypervisor/dev/ioapic.c"
#include "hypervisor/guest/devices.c"
#include "hypervisor/guest/pins.c"

#include "cpu/apic.h"

/* ---- The machine: three I/O APICs, two that can be used -------------------- */

enum {
    UNIT_COUNT = 3,
    PINS = 32,
    LINE = 17, /* of a guest: its second port */
    SMI_PIN = 13,
};

#define UNIT_BASE(i) (0xfec00000u + 0x1000u * (i))

#define LEVEL        0x8000u
#define LOW          0x2000u /* active low */
#define IRR          0x4000u
#define MASKED       0x10000u

static struct fake_unit {
    uint8_t page[4096];
    uint32_t select;
    uint8_t version;
    unsigned gsi_base;
    unsigned pin_count;
    uint64_t entry[PINS];
    bool is_asserted[PINS];
} units[UNIT_COUNT];

static struct irte {
    bool is_set;
    uint32_t apic_id;
    uint8_t vector;
} irtes[IOMMU_INTERRUPTS_MAX];

/* What arrived at a local APIC last, and how much did. */
static struct irte arrived;
static unsigned arrived_count;
static enum iommu_status irte_status;

static struct domain one, two, hardware_domain;

/* A level-triggered pin waits for its EOI; an edge is sent by whoever makes it. */
static void serve(struct fake_unit *unit, unsigned pin)
{
    uint64_t *entry = &unit->entry[pin];
    uint8_t index = (uint8_t)*entry;

    if ((*entry & (MASKED | IRR)) || !(*entry & LEVEL) || !unit->is_asserted[pin])
        return;
    *entry |= IRR;
    if (irtes[index].is_set) {
        arrived = irtes[index];
        arrived_count++;
    }
}

static struct fake_unit *unit_of(const volatile void *address, uintptr_t *out_offset)
{
    for (unsigned i = 0; i < UNIT_COUNT; i++) {
        *out_offset = (uintptr_t)address - (uintptr_t)units[i].page;
        if (*out_offset < sizeof units[i].page)
            return &units[i];
    }
    fail();
    return NULL;
}

static uint32_t fake_read(const volatile void *address)
{
    uintptr_t offset;
    struct fake_unit *unit = unit_of(address, &offset);
    unsigned pin = (unit->select - 0x10) / 2;

    assert_int_equal(offset, 0x10);
    if (unit->select == 1)
        return (unit->pin_count - 1) << 16 | unit->version;
    assert_true(unit->select >= 0x10 && pin < unit->pin_count);
    return (uint32_t)(unit->entry[pin] >> (unit->select % 2 != 0 ? 32 : 0));
}

static void fake_write(volatile void *address, uint32_t value)
{
    uintptr_t offset;
    struct fake_unit *unit = unit_of(address, &offset);
    unsigned pin = (unit->select - 0x10) / 2;

    if (offset == 0x40) {
        assert_true(unit->version >= 0x20);
        for (pin = 0; pin < unit->pin_count; pin++)
            if ((uint8_t)unit->entry[pin] == value) {
                unit->entry[pin] &= ~(uint64_t)IRR;
                serve(unit, pin);
            }
    } else if (offset == 0) {
        unit->select = value;
    } else {
        assert_int_equal(offset, 0x10);
        assert_true(unit->select >= 0x10 && pin < unit->pin_count);
        if (unit->select % 2 != 0)
            unit->entry[pin] = (uint32_t)unit->entry[pin] | (uint64_t)value << 32;
        else
            unit->entry[pin] =
                (unit->entry[pin] & ~UINT64_C(0xffffbfff)) | (value & ~IRR);
        serve(unit, pin);
    }
}

static struct fake_unit *unit_with(unsigned gsi)
{
    for (unsigned i = 0; i < UNIT_COUNT; i++)
        if (gsi - units[i].gsi_base < units[i].pin_count)
            return &units[i];
    fail();
    return NULL;
}

static uint64_t *entry_of(unsigned gsi)
{
    return &unit_with(gsi)->entry[gsi - unit_with(gsi)->gsi_base];
}

static void drive(unsigned gsi, bool is_asserted)
{
    struct fake_unit *unit = unit_with(gsi);

    unit->is_asserted[gsi - unit->gsi_base] = is_asserted;
    serve(unit, gsi - unit->gsi_base);
}

/* ---- In place of the rest of the hypervisor -------------------------------- */

volatile void *paging_map_device(uint64_t hpa, uint64_t size)
{
    assert_true(size > 0x40);
    for (unsigned i = 0; i < UNIT_COUNT; i++)
        if (hpa == UNIT_BASE(i))
            return units[i].page;
    fail();
    return NULL;
}

enum iommu_status iommu_open_interrupts(rp_sbdf_t requester)
{
    assert_int_equal(requester.value, 0x100a0);
    return IOMMU_OK;
}

enum iommu_status iommu_irte_set(rp_sbdf_t sbdf, unsigned index,
                                 const struct iommu_interrupt *interrupt)
{
    assert_int_equal(sbdf.value, 0x100a0);
    assert_int_equal(interrupt->delivery, IOMMU_DELIVERY_FIXED);
    if (irte_status == IOMMU_OK)
        irtes[index] = (struct irte){true, interrupt->apic_id, interrupt->vector};
    return irte_status;
}

enum iommu_status iommu_irte_clear(rp_sbdf_t sbdf, unsigned index)
{
    assert_int_equal(sbdf.value, 0x100a0);
    irtes[index] = (struct irte){0};
    return IOMMU_OK;
}

void console_log(const char *format, ...)
{
    (void)format;
}

struct rtc_time rtc_read(void)
{
    return (struct rtc_time){0};
}

void domain_log_refused(struct domain *domain, const char *what, uint64_t where,
                        bool is_write)
{
    assert_ptr_equal(domain, &hardware_domain);
    assert_string_equal(what, "interrupt pin");
    assert_int_equal(where, 21);
    assert_true(is_write);
}

void domain_console_put(struct domain *domain, uint8_t byte)
{
    (void)domain;
    (void)byte;
}

void vcpu_request(struct vcpu *vcpu, uint32_t request)
{
    (void)vcpu;
    (void)request;
}

void input_flush(void)
{
}

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
    (void)reg;
    (void)value;
}

void apic_send(uint32_t destination, uint32_t command)
{
    (void)destination;
    (void)command;
}

/* ---- Guests ---------------------------------------------------------------- */

static struct guest_pci pci;
static struct percpu cpus[4];
static void make_domain(struct domain *domain, const char *name, unsigned first_cpu)
{
    *domain =
        (struct domain){.name = name, .vcpu_count = 2, .has_iommu = true, .pci = &pci};
    for (unsigned i = 0; i < 2; i++) {
        cpus[first_cpu + i].apic_id = 0x40 + first_cpu + i;
        domain->vcpus[i].cpu = &cpus[first_cpu + i];
    }
}

static void guest_write(struct domain *domain, unsigned select, uint32_t value)
{
    devices_ioapic_write(domain, 0x00, 4, select);
    devices_ioapic_write(domain, 0x10, 4, value);
}

static uint32_t guest_read(struct domain *domain, unsigned select)
{
    devices_ioapic_write(domain, 0x00, 4, select);
    return (uint32_t)devices_ioapic_read(domain, 0x10, 4);
}

/* As Linux does: destination first, then the half that unmasks. */
static void program_line(struct domain *domain, unsigned line, uint8_t cpu, uint32_t low)
{
    guest_write(domain, 0x11 + 2 * line, (uint32_t)cpu << 24);
    guest_write(domain, 0x10 + 2 * line, low);
}

static void end_interrupt(struct domain *domain, uint8_t vector)
{
    devices_ioapic_write(domain, 0x40, 4, vector);
}

static void assert_arrived(unsigned count, uint32_t apic_id_of_it, uint8_t vector)
{
    assert_int_equal(arrived_count, count);
    assert_int_equal(arrived.apic_id, apic_id_of_it);
    assert_int_equal(arrived.vector, vector);
}

static int setup(void **state)
{
    static struct acpi_tables tables;
    static struct hardware *some_hardware = (struct hardware *)&pci;

    (void)state;
    memset(pins, 0, sizeof pins);
    memset(units, 0, sizeof units);
    memset(irtes, 0, sizeof irtes);
    arrived = (struct irte){0};
    arrived_count = 0;
    irte_status = IOMMU_OK;
    tables = (struct acpi_tables){0};
    tables.ivrs.ivhds[1].sbdf.value = 0x10010;
    for (unsigned i = 0; i < UNIT_COUNT; i++) {
        units[i].version = i == 1 ? 0x11 : 0x21;
        units[i].gsi_base = 32 * i;
        units[i].pin_count = i == 0 ? 24 : 32;
        for (unsigned pin = 0; pin < PINS; pin++)
            units[i].entry[pin] = LEVEL | IRR | 0x700 | pin; /* left by firmware */
        units[i].entry[SMI_PIN] = 0x200;
        irtes[SMI_PIN] = irtes[0] = (struct irte){true, 0, 0x77};
        tables.madt.ioapics[i] =
            (struct acpi_ioapic){(uint8_t)(8 + i), UNIT_BASE(i), units[i].gsi_base};
        tables.ivrs.specials[i] = (struct acpi_special){
            .ivhd = 1,
            .kind = ACPI_SPECIAL_IOAPIC,
            .handle = (uint8_t)(8 + i),
            .requester = 0x00a0,
        };
    }
    tables.madt.ioapic_count = UNIT_COUNT;
    tables.ivrs.special_count = UNIT_COUNT;
    ioapic_count = 0;
    memset(is_own, 0, sizeof(is_own));
    ioapic_init(&tables, true);
    pci.port_count = 2;
    make_domain(&one, "one", 0);
    make_domain(&two, "two", 2);
    make_domain(&hardware_domain, "hardware", 2);
    hardware_domain.hardware = some_hardware;
    hardware_domain.roles = LAUNCH_ROLE_HARDWARE;
    devices_init(&one);
    devices_init(&two);
    devices_init(&hardware_domain);
    return 0;
}

/* ---- The machine's I/O APICs ----------------------------------------------- */

static void pins_are_found_by_their_interrupt(void **state)
{
    (void)state;
    assert_true(ioapic_has(0));
    assert_true(ioapic_has(23));
    assert_false(ioapic_has(24)); /* between two of them */
    assert_false(ioapic_has(32)); /* that one has no EOI register */
    assert_true(ioapic_has(64));
    assert_true(ioapic_has(95));
    assert_false(ioapic_has(96));
    assert_int_equal(ioapic_gsi_end(), 96);
    assert_int_equal(ioapic_requester(64).value, 0x100a0);
}

static void what_firmware_left_is_masked(void **state)
{
    (void)state;
    for (unsigned gsi = 0; gsi < ioapic_gsi_end(); gsi++) {
        if (!ioapic_has(gsi))
            continue;
        if (gsi == SMI_PIN || gsi == 64 + SMI_PIN)
            assert_int_equal(*entry_of(gsi), 0x200);
        else
            assert_int_equal(*entry_of(gsi) & (MASKED | IRR), MASKED);
        drive(gsi, true);
    }
    assert_int_equal(arrived_count, 0);
    assert_int_equal(units[1].entry[0], LEVEL | IRR | 0x700); /* it can't be used */
}

static void where_nothing_is_there_are_no_pins(void **state)
{
    (void)state;
    units[0].version = 0xff;
    units[0].pin_count = 256;
    ioapic_count = 0;
    start(&(struct acpi_ioapic){8, UNIT_BASE(0), 0}, NULL, false);
    assert_false(ioapic_has(0));
}

static void without_a_requester_id_none_is_used(void **state)
{
    static struct acpi_tables tables;

    (void)state;
    ioapic_count = 0;
    tables.madt.ioapic_count = 1;
    tables.madt.ioapics[0] = (struct acpi_ioapic){8, UNIT_BASE(0), 0};
    tables.ivrs.special_count = 1;
    tables.ivrs.specials[0] =
        (struct acpi_special){.kind = ACPI_SPECIAL_HPET, .handle = 8};
    ioapic_init(&tables, true);
    assert_false(ioapic_has(0));
    assert_int_equal(ioapic_gsi_end(), 0);
    ioapic_init(&tables, false);
    assert_true(ioapic_has(0));
}

/* ---- A guest --------------------------------------------------------------- */

static void a_level_arrives_until_the_device_is_served(void **state)
{
    (void)state;
    assert_null(pins_connect(&one, LINE, 21));
    drive(21, true);
    assert_int_equal(arrived_count, 0); /* the guest has it masked */
    program_line(&one, LINE, 1, LEVEL | LOW | 0x31);
    assert_arrived(1, 0x41, 0x31);
    assert_int_equal(*entry_of(21) & (LEVEL | LOW | MASKED), LEVEL | LOW);
    end_interrupt(&one, 0x31);
    assert_arrived(2, 0x41, 0x31); /* still asserted */
    drive(21, false);
    end_interrupt(&one, 0x31);
    assert_arrived(2, 0x41, 0x31);
    drive(21, true);
    assert_arrived(3, 0x41, 0x31);
}

static void an_interrupt_that_is_never_ended_comes_once(void **state)
{
    (void)state;
    assert_null(pins_connect(&one, LINE, 21));
    program_line(&one, LINE, 0, LEVEL | LOW | 0x31);
    for (unsigned i = 0; i < 100; i++) {
        drive(21, true);
        end_interrupt(&one, 0x32); /* another one */
        end_interrupt(&two, 0x31); /* another's */
        drive(21, false);
    }
    assert_int_equal(arrived_count, 1);
}

static void the_guest_sees_remote_irr(void **state)
{
    (void)state;
    assert_null(pins_connect(&one, LINE, 70));
    program_line(&one, LINE, 0, LEVEL | LOW | 0x31);
    assert_int_equal(guest_read(&one, 0x10 + 2 * LINE), LEVEL | LOW | 0x31);
    drive(70, true);
    assert_int_equal(guest_read(&one, 0x10 + 2 * LINE), LEVEL | LOW | IRR | 0x31);
    drive(70, false);
    end_interrupt(&one, 0x31);
    assert_int_equal(guest_read(&one, 0x10 + 2 * LINE), LEVEL | LOW | 0x31);
}

/* A function that leaves takes the interrupt along that the guest hasn't ended. */
static void a_pin_that_is_gone_waits_for_nothing(void **state)
{
    (void)state;
    assert_null(pins_connect(&one, LINE, 70));
    program_line(&one, LINE, 0, LEVEL | LOW | 0x31);
    drive(70, true);
    assert_true(guest_read(&one, 0x10 + 2 * LINE) & IRR);
    pins_disconnect(70);
    assert_false(guest_read(&one, 0x10 + 2 * LINE) & IRR);
}

/* Neither what a device may not send nor a CPU that isn't there. */
static void what_makes_no_sense_stays_masked(void **state)
{
    static const uint32_t lows[] = {0x20f,         0x031 | 0x200, 0x031 | 0x400,
                                    0x031 | 0x500, 0x031 | 0x700, 0x00f};

    (void)state;
    assert_null(pins_connect(&one, LINE, 21));
    drive(21, true);
    for (unsigned i = 0; i < sizeof lows / sizeof lows[0]; i++) {
        program_line(&one, LINE, 0, LEVEL | lows[i]);
        assert_true(*entry_of(21) & MASKED);
    }
    program_line(&one, LINE, 2, LEVEL | 0x31);
    assert_true(*entry_of(21) & MASKED);
    irte_status = IOMMU_UNSUPPORTED;
    program_line(&one, LINE, 0, LEVEL | 0x31);
    assert_true(*entry_of(21) & MASKED);
    assert_int_equal(arrived_count, 0);
}

/* Vectors are each domain's own; in the machine each pin has an index of its own. */
static void two_domains_use_the_same_vector(void **state)
{
    (void)state;
    assert_null(pins_connect(&one, LINE, 21));
    assert_null(pins_connect(&two, LINE, 22));
    program_line(&one, LINE, 0, LEVEL | LOW | 0x31);
    program_line(&two, LINE, 0, LEVEL | LOW | 0x31);
    drive(21, true);
    assert_arrived(1, 0x40, 0x31);
    drive(22, true);
    assert_arrived(2, 0x42, 0x31);
    end_interrupt(&one, 0x31);
    assert_arrived(3, 0x40, 0x31); /* the other's is still in service */
}

static void lines_that_nothing_is_connected_with_are_quiet(void **state)
{
    (void)state;
    for (unsigned line = 0; line < 24; line++)
        program_line(&one, line, 0, LEVEL | (0x30 + line));
    for (unsigned gsi = 0; gsi < 24; gsi++) {
        assert_int_equal(*entry_of(gsi) & MASKED, gsi == SMI_PIN ? 0 : MASKED);
        drive(gsi, true);
    }
    assert_int_equal(arrived_count, 0);
}

/* ---- Owners ---------------------------------------------------------------- */

static void a_pin_is_one_domains(void **state)
{
    (void)state;
    assert_null(pins_connect(&one, LINE, 21));
    assert_non_null(pins_connect(&two, LINE, 21));
    assert_non_null(pins_connect(&one, LINE - 1, 21));
    assert_non_null(pins_connect(&one, LINE, 24));
    assert_null(pins_connect(&one, LINE, 21)); /* a second function */
    pins_disconnect(21);
    assert_non_null(pins_connect(&two, LINE, 21));
    pins_disconnect(21);
    assert_null(pins_connect(&two, LINE, 21));
}

static void nothing_of_the_last_owner_stays(void **state)
{
    (void)state;
    assert_null(pins_connect(&one, LINE, 21));
    program_line(&one, LINE, 0, LEVEL | LOW | 0x31);
    drive(21, true); /* and never ended */
    pins_disconnect(21);
    assert_int_equal(*entry_of(21) & (MASKED | IRR), MASKED);
    assert_false(irtes[21].is_set);
    program_line(&one, LINE, 0, LEVEL | LOW | 0x31);
    end_interrupt(&one, 0x31);
    assert_true(*entry_of(21) & MASKED);
    assert_null(pins_connect(&two, LINE, 21));
    program_line(&two, LINE, 0, LEVEL | LOW | 0x55);
    assert_arrived(2, 0x42, 0x55);
}

static void what_is_not_known_is_not_connected(void **state)
{
    (void)state;
    assert_null(pins_connect(&one, LINE, 0));
    assert_null(pins_connect(&two, LINE, 0));
    pins_disconnect(0);
    assert_ptr_equal(pins[0].owner, NULL);
}

static void a_domain_that_starts_again_has_all_masked(void **state)
{
    (void)state;
    assert_null(pins_connect(&one, LINE, 21));
    program_line(&one, LINE, 0, LEVEL | LOW | 0x31);
    drive(21, true);
    devices_init(&one);
    assert_int_equal(*entry_of(21) & (MASKED | IRR), MASKED);
    assert_false(irtes[21].is_set);
    assert_non_null(pins_connect(&two, LINE, 21)); /* it keeps its function */
    program_line(&one, LINE, 1, LEVEL | LOW | 0x44);
    assert_arrived(2, 0x41, 0x44);
}

/* ---- The hardware domain --------------------------------------------------- */

static void the_hardware_domain_has_the_machines_pins(void **state)
{
    (void)state;
    assert_int_equal(guest_read(&hardware_domain, 1), 0x005f0020);
    drive(9, true);
    program_line(&hardware_domain, 9, 0, LEVEL | 0x39); /* SCI */
    assert_arrived(1, 0x42, 0x39);
    program_line(&hardware_domain, 95, 1, LEVEL | LOW | 0x3a);
    drive(95, true);
    assert_arrived(2, 0x43, 0x3a);
    program_line(&hardware_domain, 30, 1, LEVEL | LOW | 0x3a); /* there is none */
}

static void but_neither_its_consoles_nor_anothers(void **state)
{
    (void)state;
    program_line(&hardware_domain, 4, 0, 0x34);
    assert_true(*entry_of(4) & MASKED);
    assert_null(pins_connect(&one, LINE, 21));
    program_line(&one, LINE, 0, LEVEL | LOW | 0x31);
    program_line(&hardware_domain, 21, 0, LEVEL | LOW | 0x35);
    drive(21, true);
    assert_arrived(1, 0x40, 0x31);
    end_interrupt(&hardware_domain, 0x35);
    assert_int_equal(arrived_count, 1);
}

static void what_it_uses_nobody_else_gets(void **state)
{
    (void)state;
    program_line(&hardware_domain, 21, 0, MASKED | LEVEL | LOW | 0x35);
    assert_null(pins_connect(&one, LINE, 21)); /* it hasn't begun */
    pins_disconnect(21);
    program_line(&hardware_domain, 21, 0, LEVEL | LOW | 0x35);
    assert_non_null(pins_connect(&one, LINE, 21));
    assert_null(pins_connect(&hardware_domain, 21, 21)); /* for a function of its own */
    devices_init(&hardware_domain);
    assert_non_null(pins_connect(&one, LINE, 21));
    pins_disconnect(21);
    program_line(&hardware_domain, 22, 0, LEVEL | LOW | 0x35);
    pins_reset(&hardware_domain);
    assert_null(pins_connect(&one, LINE, 21));
    assert_null(pins_connect(&two, LINE, 22));
}

static void a_firmware_domain_has_none(void **state)
{
    (void)state;
    hardware_domain.roles = LAUNCH_ROLE_FIRMWARE;
    program_line(&hardware_domain, 9, 0, LEVEL | 0x39);
    assert_true(*entry_of(9) & MASKED);
}

/* Where the configuration gave up the IOMMU. */
static void without_an_iommu_the_message_itself_is_programmed(void **state)
{
    (void)state;
    one.has_iommu = false;
    assert_null(pins_connect(&one, LINE, 21));
    program_line(&one, LINE, 1, LEVEL | LOW | 0x31);
    assert_true(*entry_of(21) == (UINT64_C(0x41) << 56 | LEVEL | LOW | 0x31));
    drive(21, true);
    assert_true(*entry_of(21) & IRR);
    drive(21, false);
    end_interrupt(&one, 0x31);
    assert_false(*entry_of(21) & IRR);
}

/* What the hypervisor keeps for itself: an NMI to the CPU that asks, wherever it is. */
static void an_isa_interrupt_is_led_to_nmi(void **state)
{
    struct acpi_madt madt = {.override_count = 1, .overrides = {{.irq = 0, .gsi = 2}}};

    (void)state;
    assert_true(ioapic_lead_to_nmi(&madt, 0));
    assert_int_equal(units[0].entry[2], 0x400 | (uint64_t)apic_id() << 56);
    assert_true(ioapic_lead_to_nmi(&madt, 4));
    assert_int_equal(units[0].entry[4], 0x400 | (uint64_t)apic_id() << 56);
    assert_false(ioapic_has(2));
    assert_non_null(pins_connect(&one, LINE, 2));
    program_line(&hardware_domain, 2, 0, 0x35);
    assert_int_equal(units[0].entry[2], 0x400 | (uint64_t)apic_id() << 56);
    assert_int_equal(ioapic_gsi_end(), 96);
    madt.overrides[0].gsi = 31;
    assert_false(ioapic_lead_to_nmi(&madt, 0));
}

#define PREPARED(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PREPARED(an_isa_interrupt_is_led_to_nmi),
        PREPARED(pins_are_found_by_their_interrupt),
        PREPARED(what_firmware_left_is_masked),
        PREPARED(where_nothing_is_there_are_no_pins),
        PREPARED(without_a_requester_id_none_is_used),
        PREPARED(a_level_arrives_until_the_device_is_served),
        PREPARED(an_interrupt_that_is_never_ended_comes_once),
        PREPARED(the_guest_sees_remote_irr),
        PREPARED(a_pin_that_is_gone_waits_for_nothing),
        PREPARED(what_makes_no_sense_stays_masked),
        PREPARED(two_domains_use_the_same_vector),
        PREPARED(lines_that_nothing_is_connected_with_are_quiet),
        PREPARED(a_pin_is_one_domains),
        PREPARED(nothing_of_the_last_owner_stays),
        PREPARED(what_is_not_known_is_not_connected),
        PREPARED(a_domain_that_starts_again_has_all_masked),
        PREPARED(the_hardware_domain_has_the_machines_pins),
        PREPARED(but_neither_its_consoles_nor_anothers),
        PREPARED(what_it_uses_nobody_else_gets),
        PREPARED(a_firmware_domain_has_none),
        PREPARED(without_an_iommu_the_message_itself_is_programmed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
