/* SPDX-License-Identifier: MIT */
/*
 * Every capability that has an ID, for both roles, against what docs/capabilities.md
 * says of it; and of each that is modelled by masks, every bit. The numbers are the
 * specification's, and written down here a second time: PCI Express Base r5.0, 7.5 to
 * 7.9; PCI Local Bus r3.0, appendices H and I; PCI-X r2.0a, 7.2.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rootport/pci_regs.h>

#include "tests/fake/fake_device.h"
#include "tests/fake/fake_domain.h"

enum {
    STANDARD = RP_VPCI_LIST_STANDARD,
    EXTENDED = RP_VPCI_LIST_EXTENDED,
    PLACE = 0x80, /* of a standard capability */
    LINK = 0x40,  /* a PCI Express capability with a link of four lanes */
    NOWHERE = 0,
};

/* One dword of a capability. Bits that are in no mask read as zero and take nothing. */
struct bits {
    uint8_t offset;
    uint32_t seen;    /* reads as in the function */
    uint32_t machine; /* of these, what guests read as zero: it names the machine's */
    uint32_t written; /* of these, a domain's value reaches the function */
    uint32_t zeroed;  /* zero in what reaches it, if anything does */
    uint32_t fields;  /* fields of which some values reach it; 0 does, all ones don't */
    uint32_t cleared; /* of these, a 1 clears */
    uint32_t own;     /* the domain's, which the function never sees */
    uint32_t reset;   /* of these, what a reset sets */
    uint32_t sticky;  /* of these, what an FLR leaves alone */
};

#define ALL 0xffffffffu

static const struct bits vpd[] = {
    /* The flag is the domain's too: it stays 1 after what was to store, and did not. */
    {.offset = 0,
     .seen = 0xffff0000,
     .written = 0x7fff0000,
     .zeroed = 0x80000000,
     .own = 0x80000000},
    {.offset = 4, .seen = ALL},
};

/* Bus, device and function are not shown; what went wrong with split completions is. */
static const struct bits pcix[] = {
    {.offset = 0, .seen = 0xffff0000},
    {.offset = 4, .seen = 0xffff0000, .cleared = 0x200c0000},
};

static const struct bits express[] = {
    {.offset = 0x00, .seen = 0x3eff0000}, /* version, type, message number; no slot */
    {.offset = 0x04, .seen = ~0x18u},     /* no phantom functions */
    /*
     * Relaxed ordering and no snoop; max read request, of which 0 is a valid size. An FLR
     * leaves the payload size alone (6.6.2).
     */
    {.offset = 0x08,
     .seen = 0x003f7810,
     .written = 0x00000810,
     .zeroed = 0x00008000, /* FLR is the embedder's to run */
     .fields = 0x00007000,
     .cleared = 0x000f0000,
     .own = 0x000001ef,
     .sticky = 0x000000e0},
    {.offset = 0x0c, .seen = ALL},
    {.offset = 0x10, .seen = ALL},
    {.offset = 0x14},
    {.offset = 0x18},
    {.offset = 0x1c},
    {.offset = 0x20},
    {.offset = 0x24, .seen = 0x0000001f}, /* completion timeouts */
    {.offset = 0x28, .seen = 0x0000031f, .written = 0x0000031f},
    {.offset = 0x2c, .seen = ALL},
    {.offset = 0x30, .seen = ALL},
    {.offset = 0x34},
    {.offset = 0x38},
};

static const struct bits advanced_features[] = {
    {.offset = 0, .seen = 0x03ff0000},
    {.offset = 4, .seen = 0x00000100},
};

static const struct bits aer[] = {
    {.offset = 0x04, .seen = 0x07fff030, .cleared = 0x07fff030},
    {.offset = 0x08, .own = 0x07fff030, .reset = 0x00400000, .sticky = 0x07fff030},
    {.offset = 0x0c, .own = 0x07fff030, .reset = 0x00462030, .sticky = 0x07fff030},
    {.offset = 0x10, .seen = 0x0000f1c1, .cleared = 0x0000f1c1},
    {.offset = 0x14, .own = 0x0000f1c1, .reset = 0x0000e000, .sticky = 0x0000f1c1},
    {.offset = 0x18, .seen = 0x000000bf, .own = 0x00000140, .sticky = 0x00000140},
    {.offset = 0x1c, .seen = ALL, .machine = ALL},
    {.offset = 0x20, .seen = ALL, .machine = ALL},
    {.offset = 0x24, .seen = ALL, .machine = ALL},
    {.offset = 0x28, .seen = ALL, .machine = ALL},
};

static const struct bits power_budgeting[] = {
    {.offset = 0x04, .seen = 0x000000ff, .written = 0x000000ff},
    {.offset = 0x08, .seen = ALL},
    {.offset = 0x0c, .seen = 0x000000ff},
};

static const struct bits ari[] = {{.offset = 0x04}};

/* How a role sees a capability. LATER: modelled by more than masks, elsewhere tested. */
enum kind {
    HIDDEN,
    READ,
    BITS,
    LATER,
};

struct row {
    uint8_t list;
    uint16_t id;
    enum kind guest;
    enum kind hardware;
    uint8_t size; /* of what a guest sees, of a body of ones and a link of four lanes */
    uint8_t bit_count;
    const struct bits *bits;
};

#define MODEL(array) sizeof(array) / sizeof((array)[0]), array

static const struct row rows[] = {
    {STANDARD, 0x01, LATER, LATER, 8, 0, NULL},
    {STANDARD, 0x02, HIDDEN, READ, 0, 0, NULL},
    {STANDARD, 0x03, BITS, BITS, 8, MODEL(vpd)},
    {STANDARD, 0x04, HIDDEN, READ, 0, 0, NULL},
    {STANDARD, 0x05, LATER, LATER, 24, 0, NULL},
    {STANDARD, 0x06, HIDDEN, READ, 0, 0, NULL},
    {STANDARD, 0x07, BITS, READ, 8, MODEL(pcix)},
    {STANDARD, 0x08, HIDDEN, READ, 0, 0, NULL},
    {STANDARD, 0x09, HIDDEN, READ, 0, 0, NULL},
    {STANDARD, 0x0a, READ, READ, 4, 0, NULL},
    {STANDARD, 0x0b, HIDDEN, READ, 0, 0, NULL},
    {STANDARD, 0x0c, HIDDEN, READ, 0, 0, NULL},
    {STANDARD, 0x0d, READ, READ, 8, 0, NULL},
    {STANDARD, 0x0e, HIDDEN, READ, 0, 0, NULL},
    {STANDARD, 0x0f, HIDDEN, HIDDEN, 0, 0, NULL},
    {STANDARD, 0x10, BITS, BITS, 60, MODEL(express)},
    {STANDARD, 0x11, LATER, LATER, 12, 0, NULL},
    {STANDARD, 0x12, READ, READ, 8, 0, NULL},
    {STANDARD, 0x13, BITS, BITS, 6, MODEL(advanced_features)},
    {STANDARD, 0x14, HIDDEN, READ, 0, 0, NULL},
    {STANDARD, 0x15, HIDDEN, READ, 0, 0, NULL},
    {STANDARD, 0x16, HIDDEN, READ, 0, 0, NULL},
    {STANDARD, 0x7e, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x01, BITS, BITS, 0x2c, MODEL(aer)},
    {EXTENDED, 0x02, READ, READ, 0x10 + 8 * 12, 0, NULL},
    {EXTENDED, 0x03, READ, READ, 12, 0, NULL},
    {EXTENDED, 0x04, BITS, BITS, 16, MODEL(power_budgeting)},
    {EXTENDED, 0x05, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x06, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x07, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x08, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x09, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x0a, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x0b, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x0c, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x0d, READ, READ, 8 + 32, 0, NULL},
    {EXTENDED, 0x0e, BITS, READ, 8, MODEL(ari)},
    {EXTENDED, 0x0f, HIDDEN, HIDDEN, 0, 0, NULL},
    {EXTENDED, 0x10, HIDDEN, LATER, 0, 0, NULL},
    {EXTENDED, 0x11, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x12, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x13, HIDDEN, HIDDEN, 0, 0, NULL},
    {EXTENDED, 0x14, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x15, LATER, LATER, 0, 0, NULL},
    {EXTENDED, 0x16, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x17, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x18, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x19, READ, READ, 12 + 4 * 2, 0, NULL},
    {EXTENDED, 0x1a, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x1b, HIDDEN, HIDDEN, 0, 0, NULL},
    {EXTENDED, 0x1c, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x1d, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x1e, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x1f, READ, READ, 12, 0, NULL},
    {EXTENDED, 0x20, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x21, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x22, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x23, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x24, HIDDEN, HIDDEN, 0, 0, NULL},
    {EXTENDED, 0x25, READ, READ, 12, 0, NULL},
    {EXTENDED, 0x26, READ, READ, 0x20 + 4, 0, NULL},
    {EXTENDED, 0x27, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x28, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x29, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x2a, READ, READ, 0x20 + 4, 0, NULL},
    {EXTENDED, 0x2b, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x2c, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x2d, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x2e, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x2f, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x30, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x31, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x32, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x33, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x34, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x35, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x36, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x37, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x38, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x39, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x3a, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x3b, HIDDEN, READ, 0, 0, NULL},
    {EXTENDED, 0x7777, HIDDEN, READ, 0, 0, NULL},
};

enum {
    ROW_COUNT = sizeof(rows) / sizeof(rows[0]),
};

/* ---- A function with one capability -------------------------------------------------
 */

static unsigned place_of(const struct row *row)
{
    return row->list == STANDARD ? PLACE : 0x100;
}

static unsigned header_size(const struct row *row)
{
    return row->list == STANDARD ? 2 : 4;
}

/* Every bit behind the header is 1, and takes what is written. */
static void make_function(struct fake_device *device, const struct row *row)
{
    const unsigned place = place_of(row);

    memset(device->bytes + 0x40, 0xff, sizeof(device->bytes) - 0x40);
    memset(device->rw + 0x40, 0xff, sizeof(device->rw) - 0x40);
    memset(device->rw1c + 0x40, 0, sizeof(device->rw1c) - 0x40);
    fake_device_set(device, RP_PCI_INTERRUPT_PIN, 1, 0);
    fake_device_set(device, 0x100, 4, 0);
    if (row->list == STANDARD) {
        fake_device_set(device, RP_PCI_CAPABILITIES_POINTER, 1, place);
        fake_device_set_cap(device, place, row->id, 0);
    } else {
        fake_device_set(device, RP_PCI_CAPABILITIES_POINTER, 1, LINK);
        fake_device_set_cap(device, LINK, RP_PCI_CAP_ID_PCIE, 0);
        fake_device_set(device, LINK + 2, 2, 0x0002);
        fake_device_set(device, LINK + 0x0c, 4, 4 << 4 | 1);
        fake_device_set_extcap(device, place, row->id, 1, 0);
    }
    if (row->id == RP_PCI_CAP_ID_PCIE && row->list == STANDARD)
        fake_device_set(device, place + 2, 1, 0xf2); /* version 2 */
    if (row->id == RP_PCI_CAP_ID_PM && row->list == STANDARD)
        fake_device_set(device, place + 4, 1, 0xfc); /* in D0 */
}

static void start(struct fake_domain *domain, const struct row *row,
                  enum rp_vpci_role role)
{
    make_function(&domain->device, row);
    domain->config.role = role;
    assert_int_equal(fake_domain_start(domain), RP_OK);
}

static bool is_listed(struct fake_domain *domain, const struct row *row)
{
    return (row->list == STANDARD ? domain_find_cap(domain, row->id)
                                  : domain_find_extcap(domain, row->id)) != NOWHERE;
}

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

/* ---- Hidden, and read-only -------------------------------------------------------- */

static void assert_body(struct fake_domain *domain, const struct row *row, unsigned size,
                        uint8_t value)
{
    const unsigned place = place_of(row);

    for (unsigned at = header_size(row); at < size; at++)
        if (domain_read(domain, place + at, 1) != value)
            fail_msg("list %u, ID %04x, at %02x", row->list, row->id, at);
}

static void assert_untouched(struct fake_domain *domain, const struct row *row,
                             unsigned size)
{
    struct fake_device before = domain->device;

    for (unsigned at = 0; at < size; at += 4) {
        domain_write(domain, place_of(row) + at, 4, 0);
        if (memcmp(domain->device.bytes, before.bytes, sizeof(before.bytes)) != 0)
            fail_msg("list %u, ID %04x, at %02x", row->list, row->id, at);
    }
}

static void try_kind(struct fake_domain *domain, const struct row *row, enum kind kind,
                     enum rp_vpci_role role)
{
    const unsigned size = row->size != 0 ? row->size : 0x60;

    start(domain, row, role);
    switch (kind) {
    case HIDDEN:
        assert_false(is_listed(domain, row));
        assert_body(domain, row, 0x60, 0);
        assert_untouched(domain, row, 0x80);
        break;
    case READ:
        if (!is_listed(domain, row))
            fail_msg("list %u, ID %04x", row->list, row->id);
        assert_body(domain, row, size, 0xff);
        assert_untouched(domain, row, size);
        if (role == RP_VPCI_ROLE_GUEST) { /* what comes after it is not its own */
            assert_int_equal(domain_read(domain, place_of(row) + size, 4), 0);
            assert_untouched(domain, row, 0x80);
        }
        break;
    case BITS:
        assert_true(is_listed(domain, row));
        break;
    case LATER: /* of MSI-X a body of ones is malformed, and of what is extended */
        if (row->list == STANDARD && row->id != RP_PCI_CAP_ID_MSIX)
            assert_true(is_listed(domain, row));
        break;
    }
    rp_vpci_detach(&domain->state);
}

static void a_guest_sees_what_the_page_says(void **state)
{
    for (unsigned i = 0; i < ROW_COUNT; i++)
        try_kind(*state, &rows[i], rows[i].guest, RP_VPCI_ROLE_GUEST);
}

static void the_hardware_domain_sees_what_the_page_says(void **state)
{
    for (unsigned i = 0; i < ROW_COUNT; i++)
        try_kind(*state, &rows[i], rows[i].hardware, RP_VPCI_ROLE_HARDWARE);
}

static bool is_as_said(enum rp_vpci_treatment treatment, enum kind kind)
{
    switch (kind) {
    case HIDDEN:
        return treatment == RP_VPCI_HIDDEN;
    case READ:
        return treatment == RP_VPCI_READ_ONLY;
    case BITS:
        return treatment == RP_VPCI_MODELLED;
    case LATER:
        break;
    }
    return treatment != RP_VPCI_HIDDEN;
}

static const struct row *find_row(const struct rp_vpci_words *words)
{
    for (unsigned i = 0; i < ROW_COUNT; i++)
        if (rows[i].list == words->list && rows[i].id == words->id)
            return &rows[i];
    fail_msg("list %u, ID %04x is not tried", words->list, words->id);
    return NULL;
}

/* Each row of docs/capabilities.md is one of those above, and says why. */
static void every_row_of_the_page_is_tried(void **state)
{
    const struct rp_vpci_words *words;

    (void)state;
    for (size_t i = 0; (words = rp_vpci_words(i)) != NULL; i++) {
        const struct rp_vpci_rule *rule = rp_vpci_rule_of(words->list, words->id);
        const struct row *row;

        assert_true(strlen(words->name) > 2 && strlen(words->guest_reason) > 5 &&
                    strlen(words->hardware_reason) > 5);
        if (words->id == RP_VPCI_ID_OTHER)
            continue;
        row = find_row(words);
        assert_true(is_as_said(rule->guest, row->guest) ||
                    row->id == RP_PCI_EXTCAP_ID_SRIOV); /* hidden, as nobody lets it */
        assert_true(is_as_said(rule->hardware, row->hardware));
    }
}

/* ---- Bit by bit ---------------------------------------------------------------- */

static void set_register(struct fake_domain *domain, unsigned reg,
                         const struct bits *bits, uint32_t value)
{
    fake_device_set(&domain->device, reg, 4, value);
    fake_device_set_rw(&domain->device, reg, 4, ~bits->cleared);
    fake_device_set_rw1c(&domain->device, reg, 4, bits->cleared);
}

static uint32_t hardware(const struct fake_domain *domain, unsigned reg)
{
    return fake_device_get(&domain->device, reg, 4);
}

/* The list's part of the first dword aside. */
static void assert_reads(struct fake_domain *domain, unsigned reg,
                         const struct bits *bits, uint32_t expected)
{
    const uint32_t aside = bits->offset == 0 ? 0xffff : 0;

    assert_int_equal(domain_read(domain, reg, 4) & ~aside, expected & ~aside);
}

static void try_reads(struct fake_domain *domain, unsigned reg, const struct bits *bits)
{
    static const uint32_t patterns[] = {0, ALL, 0x55555555, 0xaaaaaaaa, 0x12345678};
    const uint32_t was = hardware(domain, reg);

    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        set_register(domain, reg, bits, patterns[i]);
        assert_reads(domain, reg, bits, (patterns[i] & bits->seen) | bits->reset);
    }
    set_register(domain, reg, bits, was);
}

static void try_writes(struct fake_domain *domain, unsigned reg, const struct bits *bits)
{
    const uint32_t was = hardware(domain, reg);
    const uint32_t lost = bits->written | bits->zeroed | bits->fields;

    set_register(domain, reg, bits, 0);
    domain_write(domain, reg, 4, ALL);
    assert_int_equal(hardware(domain, reg), bits->written);
    assert_reads(domain, reg, bits, bits->written | bits->own);

    set_register(domain, reg, bits, ALL);
    domain_write(domain, reg, 4, 0);
    assert_int_equal(hardware(domain, reg), ALL & ~lost);
    assert_reads(domain, reg, bits, bits->seen & ~lost);

    set_register(domain, reg, bits, ALL);
    domain_write(domain, reg, 4, ALL);
    assert_int_equal(hardware(domain, reg), ALL & ~(bits->cleared | bits->zeroed));

    for (uint32_t bit = 1; bit != 0; bit <<= 1) { /* each alone */
        if ((bits->cleared & bit) == 0)
            continue;
        set_register(domain, reg, bits, ALL);
        domain_write(domain, reg, 4, bit);
        assert_int_equal(hardware(domain, reg) & bits->cleared, bits->cleared & ~bit);
    }
    set_register(domain, reg, bits, was);
}

static void try_bits(struct fake_domain *domain, const struct row *row,
                     enum rp_vpci_role role)
{
    start(domain, row, role);
    for (unsigned i = 0; i < row->bit_count; i++) {
        const unsigned reg = place_of(row) + row->bits[i].offset;
        struct bits bits = row->bits[i];

        if (role == RP_VPCI_ROLE_GUEST)
            bits.seen &= ~bits.machine;
        try_reads(domain, reg, &bits);
        try_writes(domain, reg, &bits);
    }
    if (role == RP_VPCI_ROLE_GUEST && row->size % 4 == 0)
        assert_int_equal(domain_read(domain, place_of(row) + row->size, 4), 0);
    rp_vpci_detach(&domain->state);
}

static void every_bit_is_the_specifications(void **state)
{
    for (unsigned i = 0; i < ROW_COUNT; i++) {
        if (rows[i].guest == BITS)
            try_bits(*state, &rows[i], RP_VPCI_ROLE_GUEST);
        if (rows[i].hardware == BITS)
            try_bits(*state, &rows[i], RP_VPCI_ROLE_HARDWARE);
    }
}

/* An FLR leaves sticky bits alone, and resets the others of the domain's own: 6.6.2. */
static void an_flr_resets_what_is_not_sticky(void **state)
{
    struct fake_domain *domain = *state;

    for (unsigned i = 0; i < ROW_COUNT; i++) {
        const struct row *row = &rows[i];

        if (row->guest != BITS)
            continue;
        for (unsigned j = 0; j < row->bit_count; j++) {
            const struct bits *bits = &row->bits[j];
            const unsigned reg = place_of(row) + bits->offset;

            for (unsigned ones = 0; ones < 2; ones++) {
                start(domain, row, RP_VPCI_ROLE_GUEST);
                set_register(domain, reg, bits, 0);
                domain_write(domain, reg, 4, ones ? ALL : 0);
                (void)!rp_vpci_flr_start(&domain->state);
                assert_int_equal(rp_vpci_flr_finish(&domain->state), RP_OK);
                assert_int_equal(
                    domain_read(domain, reg, 4) & bits->own,
                    ((ones ? bits->sticky : 0) | (bits->reset & ~bits->sticky)) &
                        bits->own);
                rp_vpci_detach(&domain->state);
            }
        }
    }
}

static void read_all(struct fake_domain *domain, uint32_t *dwords)
{
    for (unsigned reg = 0; reg < RP_CFG_SIZE_EXTENDED; reg += 4)
        dwords[reg / 4] = domain_read(domain, reg, 4);
}

/* What 6.6.2 leaves as it was, of the NVMe controller's registers; BAR 0 is placed. */
static uint32_t outlives_an_flr(unsigned reg)
{
    switch (reg) {
    case RP_PCI_BAR0:
    case RP_PCI_BAR0 + 4:
    case NVME_AER + 0x08:
    case NVME_AER + 0x0c:
    case NVME_AER + 0x14:
        return ALL;
    case NVME_AER + 0x18:
        return 0x00000140;
    case NVME_PCIE + 0x08:
        return 0x000000e0;
    default:
        return 0;
    }
}

/* Whatever was written, and wherever; the function comes back as it was at first. */
static void after_an_flr_all_reads_as_at_first(void **state)
{
    static const uint32_t patterns[] = {ALL, 0x55555555, 0xaaaaaaaa, 0x81234567};
    static uint32_t first[RP_CFG_SIZE_EXTENDED / 4], last[RP_CFG_SIZE_EXTENDED / 4];
    struct fake_domain *domain = *state;
    const struct fake_device fresh = domain->device;

    domain->config.policy = RP_VPCI_POLICY_INTX;
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        domain->device = fresh;
        assert_int_equal(fake_domain_start(domain), RP_OK);
        rp_vpci_sriov_allow(&domain->state, 0x10000);
        assert_int_equal(
            rp_vpci_build(&domain->view, &domain->state, RP_CFG_SIZE_EXTENDED), RP_OK);
        read_all(domain, first);
        for (unsigned reg = 0; reg < RP_CFG_SIZE_EXTENDED; reg += 4) {
            domain_write(domain, reg, 4, patterns[i]);
            if (domain->effects.what & RP_VPCI_EFFECT_SRIOV)
                rp_vpci_sriov_commit(&domain->state);
        }
        (void)!rp_vpci_msi_program(&domain->state, 0xfee00000, 0x4021);
        assert_int_equal(rp_vpci_flr_start(&domain->state), RP_OK);
        domain->device = fresh;
        assert_int_equal(rp_vpci_flr_finish(&domain->state), RP_OK);
        read_all(domain, last);
        for (unsigned reg = 0; reg < RP_CFG_SIZE_EXTENDED; reg += 4)
            if ((first[reg / 4] ^ last[reg / 4]) & ~outlives_an_flr(reg))
                fail_msg("at %03x: %08x", reg, last[reg / 4]);
        rp_vpci_detach(&domain->state);
    }
}

/* ---- The header ------------------------------------------------------------------ */

/* 7.5.1.1.4: what the function says of its bus and its errors; the list is the view's. */
static void status_shows_errors_and_what_is_fixed(void **state)
{
    static const uint16_t patterns[] = {0, 0xffff, 0x5555, 0xaaaa, 0x0008};
    struct fake_domain *domain = *state;

    for (unsigned with_pin = 0; with_pin < 2; with_pin++) {
        domain->config.policy = with_pin ? RP_VPCI_POLICY_INTX : RP_VPCI_POLICY_NONE;
        start(domain, &rows[2], RP_VPCI_ROLE_GUEST);
        for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
            fake_device_set(&domain->device, 0x06, 2, patterns[i] | 0x0010);
            assert_int_equal(domain_read(domain, 0x06, 2),
                             (patterns[i] & (with_pin ? 0xffa8 : 0xffa0)) | 0x0010);
        }
        rp_vpci_detach(&domain->state);
    }
}

/* Cache line size and interrupt line are for software alone: the function has none. */
static void what_is_for_software_alone_is_the_domains(void **state)
{
    static const uint8_t registers[] = {0x0c, 0x3c};
    struct fake_domain *domain = *state;

    start(domain, &rows[2], RP_VPCI_ROLE_GUEST);
    for (size_t i = 0; i < sizeof(registers); i++) {
        fake_device_set_rw(&domain->device, registers[i], 4, ALL);
        fake_device_set(&domain->device, registers[i], 4, 0x12345678);
        domain_write(domain, registers[i], 4, ALL);
        assert_int_equal(domain_read(domain, registers[i], 4), 0xff);
        domain_write(domain, registers[i], 4, 0x5a);
        assert_int_equal(domain_read(domain, registers[i], 4), 0x5a);
        assert_int_equal(fake_device_get(&domain->device, registers[i], 4), 0x12345678);
    }
}

static void identity_is_the_functions(void **state)
{
    static const uint8_t registers[] = {0x00, 0x08, 0x2c};
    struct fake_domain *domain = *state;

    start(domain, &rows[2], RP_VPCI_ROLE_GUEST);
    for (size_t i = 0; i < sizeof(registers); i++) {
        for (uint32_t bit = 1; bit != 0; bit <<= 1) {
            fake_device_set(&domain->device, registers[i], 4, bit);
            assert_int_equal(domain_read(domain, registers[i], 4), bit);
            domain_write(domain, registers[i], 4, ~bit);
            assert_int_equal(fake_device_get(&domain->device, registers[i], 4), bit);
        }
    }
}

#define PREPARED(test) cmocka_unit_test_setup_teardown(test, prepare, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PREPARED(a_guest_sees_what_the_page_says),
        PREPARED(the_hardware_domain_sees_what_the_page_says),
        PREPARED(every_row_of_the_page_is_tried),
        PREPARED(every_bit_is_the_specifications),
        PREPARED(an_flr_resets_what_is_not_sticky),
        PREPARED(after_an_flr_all_reads_as_at_first),
        PREPARED(status_shows_errors_and_what_is_fixed),
        PREPARED(what_is_for_software_alone_is_the_domains),
        PREPARED(identity_is_the_functions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
