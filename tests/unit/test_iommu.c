/* SPDX-License-Identifier: MIT */
/*
 * The AMD IOMMU driver against the machine of iommu_machine.h. The driver's register
 * accesses end there; all else of it is compiled as it is.
 */
#include "tests/unit/iommu_machine.h"

/* --- the driver keeps its state in one place, so that there is one machine --- */

static const rp_sbdf_t nvme = {0x0108};       /* on its own */
static const rp_sbdf_t nic = {0x0200};        /* on its own */
static const rp_sbdf_t legacy_a = {0x0300};   /* both behind the bridge 00:1e.0 */
static const rp_sbdf_t legacy_b = {0x0308};   /* */
static const rp_sbdf_t bridge = {0x00f0};     /* */
static const rp_sbdf_t usb = {0x0400};        /* firmware's: IVMD */
static const rp_sbdf_t unlisted = {0x0500};   /* in no IVHD */
static const rp_sbdf_t ioapic = {0x00a0};     /* special device */
static const rp_sbdf_t iommu_self = {0x0010}; /* the first IOMMU */

static struct iommu_context guest;
static struct iommu_context other;

static void add_range(uint16_t first, uint16_t last, int alias)
{
    struct acpi_ivhd_range *range = &tables.ivrs.ranges[tables.ivrs.range_count++];

    *range = (struct acpi_ivhd_range){.first = first, .last = last};
    range->has_alias = alias >= 0;
    range->alias = (uint16_t)(alias >= 0 ? alias : 0);
}

static void describe_machine(void)
{
    tables.ivrs.is_present = true;
    tables.ivrs.ivhd_count = UNIT_COUNT;
    for (unsigned i = 0; i < UNIT_COUNT; i++) {
        tables.ivrs.ivhds[i] =
            (struct acpi_ivhd){.type = 0x11, .sbdf = {0x10 + i}, .base = UNIT_BASE(i)};
        *reg(&units[i], AMDVI_EXTENDED_FEATURE) = 0x29d3;
    }
    add_range(0x0000, 0x02ff, -1);
    add_range(0x0300, 0x03ff, 0x00f0);
    add_range(0x0400, 0x04ff, -1);
    tables.ivrs.specials[tables.ivrs.special_count++] =
        (struct acpi_special){.kind = ACPI_SPECIAL_IOAPIC, .requester = 0x00a0};
    tables.ivrs.ivmds[tables.ivrs.ivmd_count++] = (struct acpi_ivmd){
        .flags = ACPI_IVMD_UNITY, .first = 0x0400, .last = 0x0400, .size = 4096};
}

/* Before iommu_init(), and after one that failed, nothing pretends to work. */
static void refuses_everything_without_an_iommu(void **state)
{
    static const struct acpi_tables none;
    const struct iommu_interrupt interrupt = {.apic_id = 1, .vector = 0x31};
    struct iommu_context context = {0};
    uint64_t address;
    uint32_t data;

    (void)state;
    assert_int_equal(iommu_init(&none), IOMMU_UNSUPPORTED);
    assert_int_equal(iommu_context_init(&context), IOMMU_UNSUPPORTED);
    assert_int_equal(iommu_context_map(&context, (rp_gpa_t){0}, (rp_hpa_t){0}, 4096,
                                       IOMMU_ACCESS_READ),
                     IOMMU_UNSUPPORTED);
    assert_int_equal(iommu_context_unmap(&context, (rp_gpa_t){0}, 4096),
                     IOMMU_UNSUPPORTED);
    assert_int_equal(iommu_attach(&context, nvme, nvme, ALL), IOMMU_UNSUPPORTED);
    assert_int_equal(iommu_detach(&context, nvme), IOMMU_UNSUPPORTED);
    assert_int_equal(iommu_context_destroy(&context), IOMMU_UNSUPPORTED);
    assert_int_equal(iommu_irte_set(nvme, 0, &interrupt), IOMMU_UNSUPPORTED);
    assert_int_equal(iommu_irte_clear(nvme, 0), IOMMU_UNSUPPORTED);
    assert_int_equal(iommu_open_interrupts(ioapic), IOMMU_UNSUPPORTED);
    assert_int_equal(iommu_msi_message(nvme, 0, &address, &data), IOMMU_UNSUPPORTED);
    assert_int_equal(iommu_poll_events(NULL, NULL), 0);
}

static void starts_with_everything_in_quarantine(void **state)
{
    uint64_t hpa;

    (void)state;
    describe_machine();
    *reg(&units[0], AMDVI_EXCLUSION_BASE) = 0x1003; /* left by firmware */
    *reg(&units[1], AMDVI_EXTENDED_FEATURE) = 0;    /* no INVALIDATE_IOMMU_ALL */
    assert_int_equal(iommu_init(&tables), IOMMU_OK);
    for (unsigned i = 0; i < UNIT_COUNT; i++) {
        /* IommuEn, EventLogEn, Coherent, CmdBufEn; neither GAEn nor interrupts. */
        assert_int_equal(*reg(&units[i], AMDVI_CONTROL), 0x1405);
        assert_int_equal(*reg(&units[i], AMDVI_EXCLUSION_BASE), 0);
    }
    assert_int_equal(units[0].command_count, 2);
    assert_true(units[1].command_count >= 3 * 65536);
    assert_false(dma(0x0108, 0x1000, &hpa));
    assert_false(dma(0xffff, 0, &hpa));
    assert_int_equal(msi(0x0108, 0), 0);
    assert_int_equal(load_dte(&units[0], 0x00a0)->dte[2] >> 56, 4); /* but for NMIs */
    assert_int_equal(iommu_context_init(&guest), IOMMU_OK);
    assert_int_equal(iommu_context_init(&other), IOMMU_OK);
    assert_int_not_equal(guest.id, other.id);
}

/* --- each test below leaves both contexts empty and unattached --- */

static enum iommu_status map(uint64_t gpa, uint64_t hpa, uint64_t size)
{
    return iommu_context_map(&guest, (rp_gpa_t){gpa}, (rp_hpa_t){hpa}, size,
                             IOMMU_ACCESS_READ_WRITE);
}

static enum iommu_status unmap(uint64_t gpa, uint64_t size)
{
    return iommu_context_unmap(&guest, (rp_gpa_t){gpa}, size);
}

static void attach_opens_just_one_function(void **state)
{
    uint64_t hpa;

    (void)state;
    assert_int_equal(map(0x200000, 0x40000000, 0x200000), IOMMU_OK);
    assert_false(dma(0x0108, 0x200000, &hpa)); /* and now cached everywhere */
    assert_int_equal(iommu_attach(&guest, nvme, nvme, ALL), IOMMU_OK);
    assert_true(dma(0x0108, 0x200000, &hpa));
    assert_int_equal(hpa, 0x40000000);
    assert_false(dma(0x0200, 0x200000, &hpa));
    assert_int_equal(msi(0x0108, 0), 0); /* a remapping table, with nothing in it */
    assert_int_equal(iommu_detach(&guest, nvme), IOMMU_OK);
    assert_false(dma(0x0108, 0x200000, &hpa));
    assert_int_equal(unmap(0x200000, 0x200000), IOMMU_OK);
}

static void maps_and_unmaps_under_a_running_device(void **state)
{
    uint64_t hpa;

    (void)state;
    assert_int_equal(iommu_attach(&guest, nvme, nvme, ALL), IOMMU_OK);
    assert_false(dma(0x0108, 0x1000, &hpa));
    assert_int_equal(map(0x1000, 0x5000, 0x1000), IOMMU_OK);
    assert_true(dma(0x0108, 0x1000, &hpa));
    assert_int_equal(hpa, 0x5000);
    assert_int_equal(unmap(0x1000, 0x1000), IOMMU_OK);
    assert_false(dma(0x0108, 0x1000, &hpa));
    assert_int_equal(iommu_detach(&guest, nvme), IOMMU_OK);
}

static void attaches_a_function_once(void **state)
{
    (void)state;
    assert_int_equal(iommu_attach(&guest, nvme, nvme, ALL), IOMMU_OK);
    assert_int_equal(iommu_attach(&guest, nvme, nvme, ALL), IOMMU_EXISTS);
    assert_int_equal(iommu_attach(&other, nvme, nvme, ALL), IOMMU_BUSY);
    assert_int_equal(iommu_detach(&other, nvme), IOMMU_NO_DEVICE);
    assert_int_equal(iommu_detach(&guest, nic), IOMMU_NO_DEVICE);
    assert_int_equal(iommu_context_destroy(&guest), IOMMU_BUSY);
    assert_int_equal(iommu_detach(&guest, nvme), IOMMU_OK);
    assert_int_equal(iommu_detach(&guest, nvme), IOMMU_NO_DEVICE);
}

static void refuses_what_is_not_to_be_assigned(void **state)
{
    const rp_sbdf_t elsewhere = {0x10108}; /* segment 1 */

    (void)state;
    assert_int_equal(iommu_attach(&guest, unlisted, unlisted, ALL), IOMMU_NO_DEVICE);
    assert_int_equal(iommu_attach(&guest, nvme, unlisted, ALL), IOMMU_NO_DEVICE);
    assert_int_equal(iommu_attach(&guest, elsewhere, elsewhere, ALL), IOMMU_NO_DEVICE);
    assert_int_equal(iommu_attach(&guest, usb, usb, ALL), IOMMU_RESERVED);
    assert_int_equal(iommu_attach(&guest, ioapic, ioapic, ALL), IOMMU_RESERVED);
    assert_int_equal(iommu_attach(&guest, iommu_self, iommu_self, ALL), IOMMU_RESERVED);
    assert_int_equal(iommu_attach(&(struct iommu_context){0}, nvme, nvme, ALL),
                     IOMMU_INVALID);
}

static void moves_a_function_with_its_alias(void **state)
{
    uint64_t hpa;

    (void)state;
    assert_int_equal(map(0, 0x40000000, 0x1000), IOMMU_OK);
    assert_false(dma(0x00f0, 0, &hpa));
    assert_int_equal(iommu_attach(&guest, legacy_a, legacy_a, ALL), IOMMU_OK);
    assert_true(dma(0x00f0, 0, &hpa));
    assert_true(dma(0x0300, 0, &hpa));
    assert_false(dma(0x0308, 0, &hpa));
    /* Whoever shares the ID that its requests carry cannot be anywhere else. */
    assert_int_equal(iommu_attach(&other, legacy_b, legacy_b, ALL), IOMMU_BUSY);
    assert_int_equal(iommu_attach(&other, bridge, bridge, ALL), IOMMU_BUSY);
    assert_int_equal(iommu_detach(&guest, bridge), IOMMU_NO_DEVICE);
    assert_int_equal(iommu_detach(&guest, legacy_a), IOMMU_OK);
    assert_false(dma(0x00f0, 0, &hpa));
    assert_false(dma(0x0300, 0, &hpa));
    assert_int_equal(iommu_attach(&other, legacy_b, legacy_b, ALL), IOMMU_OK);
    assert_int_equal(iommu_detach(&other, legacy_b), IOMMU_OK);
    assert_int_equal(unmap(0, 0x1000), IOMMU_OK);
}

/* Behind one bridge to conventional PCI, in one domain: an ID, and a table, for both. */
static void shares_a_requester_id_within_a_domain(void **state)
{
    const struct iommu_interrupt first = {.apic_id = 1, .vector = 0x31};
    const struct iommu_interrupt second = {.apic_id = 2, .vector = 0x42};
    uint64_t address, hpa;
    uint32_t data_a, data_b;

    (void)state;
    assert_int_equal(map(0, 0x40000000, 0x1000), IOMMU_OK);
    assert_int_equal(iommu_attach(&guest, legacy_a, legacy_a, 3), IOMMU_OK);
    assert_int_equal(iommu_attach(&guest, legacy_b, legacy_b, 4), IOMMU_OK);
    assert_int_equal(iommu_msi_message(legacy_a, 1, &address, &data_a), IOMMU_OK);
    assert_int_equal(iommu_msi_message(legacy_b, 0, &address, &data_b), IOMMU_OK);
    assert_int_equal(data_b % 4, 0); /* vectors of one message differ in low bits */
    assert_int_equal(iommu_irte_set(legacy_a, 1, &first), IOMMU_OK);
    assert_int_equal(iommu_irte_set(legacy_b, 0, &second), IOMMU_OK);
    assert_int_equal(msi(0x00f0, data_a), 0x00310101);
    assert_int_equal(msi(0x00f0, data_b), 0x00420201);
    assert_int_equal(iommu_detach(&guest, legacy_a), IOMMU_OK);
    assert_true(dma(0x00f0, 0, &hpa));
    assert_false(dma(0x0300, 0, &hpa));
    assert_int_equal(msi(0x00f0, data_a), 0);
    assert_int_equal(msi(0x00f0, data_b), 0x00420201);
    assert_int_equal(iommu_attach(&other, legacy_a, legacy_a, 1), IOMMU_BUSY);
    /* Coming and going does not use the table up. */
    for (unsigned i = 0; i < 200; i++) {
        assert_int_equal(iommu_attach(&guest, legacy_a, legacy_a, 3), IOMMU_OK);
        assert_int_equal(iommu_detach(&guest, legacy_b), IOMMU_OK);
        assert_int_equal(iommu_attach(&guest, legacy_b, legacy_b, 4), IOMMU_OK);
        assert_int_equal(iommu_detach(&guest, legacy_a), IOMMU_OK);
    }
    assert_int_equal(iommu_attach(&guest, legacy_a, legacy_a, 253), IOMMU_NO_MEMORY);
    assert_int_equal(iommu_attach(&guest, legacy_a, legacy_a, 0), IOMMU_INVALID);
    assert_int_equal(iommu_detach(&guest, legacy_b), IOMMU_OK);
    assert_false(dma(0x00f0, 0, &hpa));
    assert_int_equal(unmap(0, 0x1000), IOMMU_OK);
}

static void routes_interrupts(void **state)
{
    const struct iommu_interrupt first = {.apic_id = 1, .vector = 0x31};
    const struct iommu_interrupt second = {.apic_id = 2, .vector = 0x42};
    uint64_t address;
    uint32_t data;

    (void)state;
    assert_int_equal(iommu_irte_set(nvme, 0, &first), IOMMU_NO_DEVICE);
    assert_int_equal(iommu_attach(&guest, nvme, nvme, ALL), IOMMU_OK);
    assert_int_equal(iommu_msi_message(nvme, 255, &address, &data), IOMMU_OK);
    assert_int_equal(address, 0xfee00000);
    assert_int_equal(msi(0x0108, data), 0);
    assert_int_equal(iommu_irte_set(nvme, 255, &first), IOMMU_OK);
    assert_int_equal(msi(0x0108, data), 0x00310101);
    assert_int_equal(iommu_irte_set(nvme, 255, &second), IOMMU_OK);
    assert_int_equal(msi(0x0108, data), 0x00420201);
    assert_int_equal(msi(0x0108, 254), 0);
    assert_int_equal(iommu_irte_clear(nvme, 255), IOMMU_OK);
    assert_int_equal(msi(0x0108, data), 0);
    assert_int_equal(iommu_detach(&guest, nvme), IOMMU_OK);
}

static void routes_interrupts_under_an_alias_too(void **state)
{
    const struct iommu_interrupt first = {.apic_id = 1, .vector = 0x31};
    const struct iommu_interrupt second = {.apic_id = 2, .vector = 0x42};

    (void)state;
    assert_int_equal(iommu_attach(&guest, legacy_a, legacy_a, ALL), IOMMU_OK);
    assert_int_equal(iommu_irte_set(legacy_a, 1, &first), IOMMU_OK);
    assert_int_equal(msi(0x0300, 1), 0x00310101);
    assert_int_equal(msi(0x00f0, 1), 0x00310101);
    assert_int_equal(iommu_irte_set(legacy_a, 1, &second), IOMMU_OK);
    assert_int_equal(msi(0x0300, 1), 0x00420201);
    assert_int_equal(msi(0x00f0, 1), 0x00420201);
    assert_int_equal(iommu_detach(&guest, legacy_a), IOMMU_OK);
    assert_int_equal(iommu_attach(&other, legacy_a, legacy_a, ALL), IOMMU_OK);
    assert_int_equal(msi(0x0300, 1), 0);
    assert_int_equal(msi(0x00f0, 1), 0);
    assert_int_equal(iommu_detach(&other, legacy_a), IOMMU_OK);
}

/* Its table, its DMA blocked as before, and no domain gets its requester ID. */
static void opens_the_interrupts_of_an_ioapic_alone(void **state)
{
    const struct iommu_interrupt interrupt = {.apic_id = 1, .vector = 0x31};
    uint64_t hpa;

    (void)state;
    assert_int_equal(msi(0x00a0, 9), 0);
    assert_int_equal(iommu_irte_set(ioapic, 9, &interrupt), IOMMU_NO_DEVICE);
    assert_int_equal(iommu_open_interrupts(ioapic), IOMMU_OK);
    assert_int_equal(msi(0x00a0, 9), 0);
    assert_int_equal(iommu_irte_set(ioapic, 9, &interrupt), IOMMU_OK);
    assert_int_equal(iommu_open_interrupts(ioapic), IOMMU_OK); /* another with that ID */
    assert_int_equal(msi(0x00a0, 9), 0x00310101);
    assert_int_equal(msi(0x00a0, 8), 0);
    assert_false(dma(0x00a0, 0x1000, &hpa));
    assert_int_not_equal(iommu_attach(&guest, ioapic, ioapic, 1), IOMMU_OK);
    assert_int_equal(iommu_detach(&guest, ioapic), IOMMU_NO_DEVICE);
    assert_int_equal(iommu_irte_clear(ioapic, 9), IOMMU_OK);
    assert_int_equal(msi(0x00a0, 9), 0);
}

static void leaves_no_interrupt_to_the_next_owner(void **state)
{
    const struct iommu_interrupt interrupt = {.apic_id = 1, .vector = 0x31};

    (void)state;
    assert_int_equal(iommu_attach(&guest, nvme, nvme, ALL), IOMMU_OK);
    assert_int_equal(iommu_irte_set(nvme, 3, &interrupt), IOMMU_OK);
    assert_int_equal(msi(0x0108, 3), 0x00310101);
    assert_int_equal(iommu_detach(&guest, nvme), IOMMU_OK);
    assert_int_equal(msi(0x0108, 3), 0);
    assert_int_equal(iommu_attach(&other, nvme, nvme, ALL), IOMMU_OK);
    assert_int_equal(msi(0x0108, 3), 0);
    assert_int_equal(iommu_detach(&other, nvme), IOMMU_OK);
}

static void refuses_interrupts_that_cannot_be(void **state)
{
    const struct iommu_interrupt good = {.apic_id = 1, .vector = 0x31};
    const struct iommu_interrupt far = {.apic_id = 255, .vector = 0x31};
    const struct iommu_interrupt low = {.apic_id = 1, .vector = 0xf};
    uint64_t address;
    uint32_t data;

    (void)state;
    assert_int_equal(iommu_attach(&guest, nvme, nvme, ALL), IOMMU_OK);
    assert_int_equal(iommu_irte_set(nvme, 256, &good), IOMMU_INVALID);
    assert_int_equal(iommu_msi_message(legacy_a, 0, &address, &data), IOMMU_NO_DEVICE);
    assert_int_equal(iommu_irte_clear(nvme, 256), IOMMU_INVALID);
    assert_int_equal(iommu_irte_set(nvme, 0, &far), IOMMU_UNSUPPORTED);
    assert_int_equal(iommu_irte_set(nvme, 0, &low), IOMMU_INVALID);
    assert_int_equal(iommu_msi_message(nvme, 256, &address, &data), IOMMU_INVALID);
    assert_int_equal(iommu_detach(&guest, nvme), IOMMU_OK);
}

/* A device chooses what it writes: no index that fits an MSI leads out of the table. */
static void blocks_every_index_beyond_the_table(void **state)
{
    (void)state;
    assert_int_equal(iommu_attach(&guest, nvme, nvme, ALL), IOMMU_OK);
    for (uint32_t index = 0; index < 2048; index++)
        assert_int_equal(msi(0x0108, index), 0);
    assert_int_equal(iommu_detach(&guest, nvme), IOMMU_OK);
}

static void gives_back_all_that_it_takes(void **state)
{
    struct iommu_context context;
    size_t before = pages_in_use;

    (void)state;
    for (unsigned i = 0; i < 2 * IOMMU_CONTEXTS_MAX; i++) {
        assert_int_equal(iommu_context_init(&context), IOMMU_OK);
        assert_int_equal(iommu_context_map(&context, (rp_gpa_t){0}, (rp_hpa_t){0}, 0x1000,
                                           IOMMU_ACCESS_READ),
                         IOMMU_OK);
        assert_int_equal(iommu_attach(&context, nvme, nvme, ALL), IOMMU_OK);
        assert_int_equal(iommu_detach(&context, nvme), IOMMU_OK);
        assert_int_equal(iommu_context_destroy(&context), IOMMU_OK);
        assert_int_equal(context.id, 0);
    }
    assert_int_equal(pages_in_use, before);
}

static void runs_out_of_contexts_and_memory(void **state)
{
    static struct iommu_context contexts[IOMMU_CONTEXTS_MAX];
    struct iommu_context extra;
    size_t before = pages_in_use;
    unsigned count = 0;

    (void)state;
    while (count < IOMMU_CONTEXTS_MAX && iommu_context_init(&contexts[count]) == IOMMU_OK)
        count++;
    assert_int_equal(count, IOMMU_CONTEXTS_MAX - 2); /* two are there already */
    assert_int_equal(iommu_context_init(&extra), IOMMU_NO_MEMORY);
    while (count > 0)
        assert_int_equal(iommu_context_destroy(&contexts[--count]), IOMMU_OK);
    is_memory_short = true;
    assert_int_equal(iommu_context_init(&extra), IOMMU_NO_MEMORY);
    assert_int_equal(iommu_attach(&guest, nvme, nvme, ALL), IOMMU_NO_MEMORY);
    is_memory_short = false;
    assert_int_equal(pages_in_use, before);
    assert_int_equal(iommu_attach(&guest, nvme, nvme, ALL), IOMMU_OK);
    assert_int_equal(iommu_detach(&guest, nvme), IOMMU_OK);
}

/* --- events --- */

static unsigned reported_count;
static struct iommu_event last_event;

static void report(void *context, const struct iommu_event *event)
{
    (void)context;
    last_event = *event;
    reported_count++;
}

/* As the IOMMU does: the entry, then the tail. */
static void log_event(struct fake_unit *unit, uint64_t low, uint64_t high)
{
    uint64_t *tail = reg(unit, AMDVI_EVENT_LOG_TAIL);
    uint64_t *entry = at((*reg(unit, AMDVI_EVENT_LOG_BASE) & 0xffffffffff000) + *tail);

    entry[0] = low;
    entry[1] = high;
    *tail = (*tail + 16) % 4096;
}

static void reports_events_once(void **state)
{
    (void)state;
    reported_count = 0;
    log_event(&units[1], 0x2020000000000108, 0xdead000);
    assert_int_equal(iommu_poll_events(report, NULL), 0);
    assert_int_equal(reported_count, 1);
    assert_int_equal(last_event.kind, IOMMU_EVENT_DMA_BLOCKED);
    assert_int_equal(last_event.sbdf.value, 0x0108);
    assert_int_equal(last_event.address, 0xdead000);
    assert_int_equal(*reg(&units[1], AMDVI_EVENT_LOG_HEAD), 16);
    assert_int_equal(iommu_poll_events(report, NULL), 0);
    assert_int_equal(reported_count, 1);
}

static void waits_for_an_event_that_is_not_written_yet(void **state)
{
    uint64_t *tail = reg(&units[0], AMDVI_EVENT_LOG_TAIL);

    (void)state;
    reported_count = 0;
    *tail += 16;
    assert_int_equal(iommu_poll_events(report, NULL), 0);
    assert_int_equal(reported_count, 0);
    *tail -= 16;
    log_event(&units[0], 0x2000000000000108, 0);
    assert_int_equal(iommu_poll_events(report, NULL), 0);
    assert_int_equal(reported_count, 1);
}

static void bounds_what_a_babbling_device_costs(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 3; round++) {
        reported_count = 0;
        for (unsigned i = 0; i < 200; i++)
            log_event(&units[0], 0x2000000000000108, 0);
        unsigned dropped = iommu_poll_events(report, NULL);
        assert_int_equal(dropped + reported_count, 200);
        assert_in_range(reported_count, 1, 64);
        assert_int_equal(*reg(&units[0], AMDVI_EVENT_LOG_HEAD),
                         *reg(&units[0], AMDVI_EVENT_LOG_TAIL));
    }
}

static void logs_again_after_an_overflow(void **state)
{
    (void)state;
    *reg(&units[0], AMDVI_STATUS) |= 1;
    iommu_poll_events(report, NULL);
    assert_int_equal(*reg(&units[0], AMDVI_STATUS) & 1, 0);
    assert_int_equal(*reg(&units[0], AMDVI_CONTROL), 0x1405);
}

/* --- last, because an IOMMU that went deaf stays so for the driver --- */

static void tells_of_an_iommu_that_went_deaf(void **state)
{
    const struct iommu_interrupt interrupt = {.apic_id = 1, .vector = 0x31};
    uint64_t hpa;

    (void)state;
    assert_int_equal(map(0, 0x40000000, 0x1000), IOMMU_OK);
    assert_int_equal(iommu_attach(&guest, nvme, nvme, ALL), IOMMU_OK);
    units[1].is_deaf = true;
    assert_int_equal(iommu_irte_set(nvme, 0, &interrupt), IOMMU_TIMEOUT);
    size_t before = pages_in_use;
    assert_int_equal(iommu_detach(&guest, nvme), IOMMU_TIMEOUT);
    assert_int_equal(pages_in_use, before); /* the table is not given to anyone */
    assert_false(dma_through(&units[0], 0x0108, 0, &hpa)); /* the other one obeys */
    units[1].is_deaf = false;
    assert_int_equal(iommu_attach(&guest, nvme, nvme, ALL), IOMMU_TIMEOUT);
    assert_false(dma_through(&units[0], 0x0108, 0, &hpa));
    assert_int_equal(iommu_context_destroy(&guest), IOMMU_TIMEOUT);
    assert_int_equal(guest.id, 0);
}

static int give_up_all_pages(void **state)
{
    (void)state;
    for (size_t i = 0; i < FAKE_PAGES_MAX; i++)
        free(fake_pages[i]);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_everything_without_an_iommu),
        cmocka_unit_test(starts_with_everything_in_quarantine),
        cmocka_unit_test(attach_opens_just_one_function),
        cmocka_unit_test(maps_and_unmaps_under_a_running_device),
        cmocka_unit_test(attaches_a_function_once),
        cmocka_unit_test(refuses_what_is_not_to_be_assigned),
        cmocka_unit_test(moves_a_function_with_its_alias),
        cmocka_unit_test(shares_a_requester_id_within_a_domain),
        cmocka_unit_test(routes_interrupts),
        cmocka_unit_test(routes_interrupts_under_an_alias_too),
        cmocka_unit_test(opens_the_interrupts_of_an_ioapic_alone),
        cmocka_unit_test(leaves_no_interrupt_to_the_next_owner),
        cmocka_unit_test(refuses_interrupts_that_cannot_be),
        cmocka_unit_test(blocks_every_index_beyond_the_table),
        cmocka_unit_test(gives_back_all_that_it_takes),
        cmocka_unit_test(runs_out_of_contexts_and_memory),
        cmocka_unit_test(reports_events_once),
        cmocka_unit_test(waits_for_an_event_that_is_not_written_yet),
        cmocka_unit_test(bounds_what_a_babbling_device_costs),
        cmocka_unit_test(logs_again_after_an_overflow),
        cmocka_unit_test(tells_of_an_iommu_that_went_deaf),
    };

    return cmocka_run_group_tests(tests, NULL, give_up_all_pages);
}
