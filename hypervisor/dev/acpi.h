/* SPDX-License-Identifier: MIT */
/*
 * The machine's static ACPI tables: finds them, checks them, and copies out what
 * the hypervisor needs. It interprets no AML.
 *
 * Advanced Configuration and Power Interface Specification r6.5, chapter 5; AMD
 * I/O Virtualization Technology Specification (48882) r3.06, 5.2 (IVRS).
 *
 * Firmware wrote all of it, so nothing is believed: a table whose length or
 * checksum is wrong is rejected alone, an entry that breaks its table's rules is
 * left out alone, and each is listed as a problem with its reason.
 */
#ifndef DEV_ACPI_H
#define DEV_ACPI_H

#include <rootport/types.h>

/* What every table but the FACS begins with: ACPI 6.3, 5.2.6. */
enum {
    ACPI_HEADER_SIZE = 36,
};

/* How much of each list is kept; what is beyond is left out as a problem. */
enum {
    ACPI_CPUS_MAX = 256,
    ACPI_IOAPICS_MAX = 16,
    ACPI_OVERRIDES_MAX = 32, /* 16 ISA interrupts, with room for repeats */
    ACPI_NMIS_MAX = 32,
    ACPI_MCFGS_MAX = 4,
    ACPI_IVHDS_MAX = 16,
    ACPI_IVHD_RANGES_MAX = 512,
    ACPI_SPECIALS_MAX = 32,
    ACPI_IVMDS_MAX = 32,
    ACPI_PROBLEMS_MAX = 32,
};

/* The largest table that is read; real ones stay well below. */
#define ACPI_TABLE_SIZE_MAX 0x1000000u

/* Why a table, or a part of one, was left out. acpi_reason_text() explains each. */
enum acpi_reason {
    ACPI_NO_PROBLEM = 0,
    ACPI_NO_RSDP,
    ACPI_BAD_RSDP,
    ACPI_NO_ROOT_TABLE,
    ACPI_UNREADABLE,
    ACPI_BAD_SIGNATURE,
    ACPI_TOO_SHORT,
    ACPI_TOO_LONG,
    ACPI_BAD_CHECKSUM,
    ACPI_PARTIAL_ENTRY,
    ACPI_BAD_ENTRY_LENGTH,
    ACPI_ENTRY_PAST_END,
    ACPI_REVERSED_RANGE,
    ACPI_UNPAIRED_RANGE,
    ACPI_BAD_ADDRESS,
    ACPI_DUPLICATE,
    ACPI_TOO_MANY,
    ACPI_REASON_COUNT,
};

struct acpi_problem {
    enum acpi_reason reason;
    char signature[5]; /* of the table, printable and NUL terminated; "RSDP" too */
    uint64_t address;  /* of the table, in host physical memory; 0: unknown */
    uint32_t offset;   /* of the bad part within the table; 0: the table as a whole */
};

/* Where a table lies; its length and checksum are right. A length of 0: not there. */
struct acpi_location {
    uint64_t address;
    uint32_t length;
};

/* ACPI 5.2.3.2, Generic Address Structure. An address of 0: not there. */
enum {
    ACPI_SPACE_MEMORY = 0,
    ACPI_SPACE_IO = 1,
};

struct acpi_gas {
    uint8_t space; /* ACPI_SPACE_* or another that the hypervisor does not use */
    uint8_t bit_width;
    uint8_t bit_offset;
    uint8_t access_size; /* 0: undefined, 1 to 4: 8 to 64 bits */
    uint64_t address;
};

/* What the hypervisor needs of the FADT (ACPI 5.2.9); zero where a short one ends. */
struct acpi_fadt {
    bool is_present;
    bool is_hardware_reduced; /* no PM1, PM timer or SMI command: use sleep_control */
    bool has_reset;           /* reset_register may be used */
    bool has_32bit_pm_timer;
    uint16_t boot_flags; /* IAPC_BOOT_ARCH */
    uint16_t sci_interrupt;
    uint32_t smi_command_port;
    uint8_t acpi_enable; /* written to smi_command_port turns legacy mode off */
    uint8_t reset_value;
    struct acpi_gas pm1a_control;
    struct acpi_gas pm1b_control;
    struct acpi_gas pm_timer;
    struct acpi_gas reset_register;
    struct acpi_gas sleep_control;
    struct acpi_gas sleep_status;
};

/* The SLP_TYP values that \_S5 names for the PM1 control registers (ACPI 7.4.2.6). */
struct acpi_s5 {
    bool is_present;
    uint8_t slp_typ_a; /* 0 to 7 */
    uint8_t slp_typ_b;
};

/* A local APIC or x2APIC structure whose CPU can be started (ACPI 5.2.12.2, .12). */
struct acpi_cpu {
    uint32_t apic_id;
    uint32_t uid; /* the processor's ACPI identifier */
};

struct acpi_ioapic {
    uint8_t id;
    uint32_t address;
    uint32_t gsi_base;
};

/* An ISA interrupt that is not where it would be by identity (ACPI 5.2.12.5). */
struct acpi_override {
    uint8_t irq;
    uint16_t flags; /* MPS INTI flags: polarity in 1:0, trigger mode in 3:2 */
    uint32_t gsi;
};

#define ACPI_UID_ALL 0xffffffffu

/* A local APIC input that carries NMI (ACPI 5.2.12.7, 5.2.12.13). */
struct acpi_nmi {
    uint32_t uid; /* ACPI_UID_ALL: every processor */
    uint16_t flags;
    uint8_t lint;
};

struct acpi_madt {
    bool is_present;
    bool has_8259; /* PCAT_COMPAT: there is a PIC that must be masked */
    unsigned cpu_count;
    unsigned disabled_cpu_count; /* sockets without a CPU, or firmware's choice */
    unsigned ioapic_count;
    unsigned override_count;
    unsigned nmi_count;
    struct acpi_cpu cpus[ACPI_CPUS_MAX];
    struct acpi_ioapic ioapics[ACPI_IOAPICS_MAX];
    struct acpi_override overrides[ACPI_OVERRIDES_MAX];
    struct acpi_nmi nmis[ACPI_NMIS_MAX];
};

/* An I/O virtualization hardware definition: one AMD IOMMU (48882, 5.2.2.1). */
struct acpi_ivhd {
    uint8_t type;  /* 0x10, 0x11 or 0x40; the highest that there is for its IOMMU */
    uint8_t flags; /* type 10h: bit 0 HtTunEn, 1 PassPW, 2 ResPassPW, 3 Isoc */
    uint16_t capability_offset;
    rp_sbdf_t sbdf; /* the IOMMU's own function */
    uint64_t base;  /* of its registers, a multiple of 16 KiB */
    uint64_t efr;   /* the extended feature register as firmware saw it; 0: unknown */
};

/*
 * Requester IDs that an IOMMU serves. With an alias, the requests of all of them
 * may carry the alias as their ID, and the device table entry of that ID counts.
 */
struct acpi_ivhd_range {
    uint8_t ivhd;     /* index into ivhds */
    uint8_t settings; /* DTE setting: INITPass, EIntPass, NMIPass, SysMgt, LintPass */
    bool has_alias;
    uint16_t first;
    uint16_t last;
    uint16_t alias;
};

enum acpi_special_kind {
    ACPI_SPECIAL_UNKNOWN = 0,
    ACPI_SPECIAL_IOAPIC = 1,
    ACPI_SPECIAL_HPET = 2,
};

/* A device off PCI that sends interrupts under a requester ID (48882, 5.2.2.5). */
struct acpi_special {
    uint8_t ivhd;
    uint8_t settings;
    enum acpi_special_kind kind;
    uint8_t handle; /* I/O APIC ID, or HPET number */
    uint16_t requester;
};

/* Bits of acpi_ivmd.flags (48882, 5.2.2.8). */
#define ACPI_IVMD_UNITY     0x01u
#define ACPI_IVMD_READ      0x02u
#define ACPI_IVMD_WRITE     0x04u
#define ACPI_IVMD_EXCLUSION 0x08u

/* Memory that firmware wants the devices first to last to keep reaching. */
struct acpi_ivmd {
    uint8_t flags;
    uint16_t segment;
    uint16_t first;
    uint16_t last;
    uint64_t base;
    uint64_t size;
};

struct acpi_ivrs {
    bool is_present;
    uint32_t info; /* IVinfo: physical address size in 14:8, virtual in 21:15 */
    unsigned ivhd_count;
    unsigned range_count;
    unsigned special_count;
    unsigned ivmd_count;
    struct acpi_ivhd ivhds[ACPI_IVHDS_MAX];
    struct acpi_ivhd_range ranges[ACPI_IVHD_RANGES_MAX];
    struct acpi_special specials[ACPI_SPECIALS_MAX];
    struct acpi_ivmd ivmds[ACPI_IVMDS_MAX];
};

struct acpi_tables {
    uint64_t rsdp_address;     /* 0: there are no tables */
    struct acpi_location root; /* XSDT or RSDT */
    struct acpi_location dsdt;
    struct acpi_location dmar;
    unsigned mcfg_count;
    struct acpi_location mcfgs[ACPI_MCFGS_MAX]; /* every valid one, in their order */
    struct acpi_fadt fadt;
    struct acpi_s5 s5;
    struct acpi_madt madt;
    struct acpi_ivrs ivrs;
    unsigned problem_count; /* may exceed what problems holds */
    struct acpi_problem problems[ACPI_PROBLEMS_MAX];
};

/*
 * How the parser reaches memory. map() returns where @size bytes at host physical
 * address @address can be read, or NULL if they cannot. @size is 1 to
 * ACPI_TABLE_SIZE_MAX and the range does not wrap. The pointer, which need not be
 * aligned, stays valid until acpi_parse() returns.
 */
struct acpi_memory {
    const void *(*map)(void *context, uint64_t address, size_t size);
    void *context;
};

/*
 * Fills *@out_tables. @rsdp_hint is where the loader said the RSDP lies, or 0; a
 * wrong one is noted as a problem and the legacy areas are searched (the first KiB
 * of the EBDA and 0xe0000 to 0xfffff). Returns ACPI_NO_PROBLEM when a root table
 * was found, however many of the tables it names are missing or bad; otherwise
 * ACPI_NO_RSDP or ACPI_NO_ROOT_TABLE, and *@out_tables holds problems alone.
 */
enum acpi_reason acpi_parse(const struct acpi_memory *memory, uint64_t rsdp_hint,
                            struct acpi_tables *out_tables);

/*
 * Finds \_S5 in the AML of a DSDT (the @size bytes after the table's header, or any
 * AML) by the pattern that every compiler emits for it. *@out_s5 is not present
 * when there is no such pattern. Guesses, as all do who have no interpreter: use it
 * for powering off and nothing else.
 */
void acpi_find_s5(const uint8_t *aml, size_t size, struct acpi_s5 *out_s5);

/* A sentence in English for @reason, never NULL. */
const char *acpi_reason_text(enum acpi_reason reason);

#endif
