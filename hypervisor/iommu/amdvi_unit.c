/* SPDX-License-Identifier: MIT */
/* One AMD IOMMU; see amdvi_unit.h. */
#include "iommu/amdvi_unit.h"

#include "cpu/io.h"
#include "mm/pages.h"
#include "mm/paging.h"

enum {
    RING_ENTRIES_LOG2 = 8, /* the least that the registers can say: one page */
    RING_ENTRIES = 1 << RING_ENTRIES_LOG2,
    /* Commands in flight at once; the ring is empty before, and one is the wait. */
    BATCH_MAX = RING_ENTRIES / 2,
    DEVICE_TABLE_PAGES = 512,
    REQUESTER_COUNT = 65536,
    /*
     * Reads of memory or of a register before we give up: a tenth of a second, or two
     * seconds. Commands take microseconds, as no device's TLB has to answer (DTE.I is
     * never set).
     */
    POLLS_MAX = 2000000,
};

_Static_assert(AMDVI_COMMAND_SIZE *RING_ENTRIES == PAGE_SIZE, "one page of commands");
_Static_assert(AMDVI_EVENT_SIZE *RING_ENTRIES == PAGE_SIZE, "one page of events");

static uint64_t read_register(const struct amdvi_unit *unit, uint32_t offset)
{
    return mmio_read64(unit->registers + offset);
}

static void write_register(const struct amdvi_unit *unit, uint32_t offset, uint64_t value)
{
    mmio_write64(unit->registers + offset, value);
}

static uint64_t address_of(const volatile void *object)
{
    return (uint64_t)(uintptr_t)object;
}

/* --- commands --- */

static void push(struct amdvi_unit *unit, struct amdvi_command command)
{
    volatile struct amdvi_command *slot = &unit->commands[unit->command_tail];

    slot->quads[0] = command.quads[0];
    slot->quads[1] = command.quads[1];
    unit->command_tail = (unit->command_tail + 1) % RING_ENTRIES;
}

static bool is_complete(const struct amdvi_unit *unit)
{
    for (unsigned i = 0; i < POLLS_MAX; i++) {
        if (unit->completion == unit->sequence)
            return true;
        cpu_relax();
    }
    return false;
}

/* Tables that the commands are about were stored before; the fence keeps it so. */
static enum iommu_status execute_batch(struct amdvi_unit *unit,
                                       const struct amdvi_command *commands, size_t count)
{
    if (!unit->is_running)
        return IOMMU_TIMEOUT;
    for (size_t i = 0; i < count; i++)
        push(unit, commands[i]);
    unit->sequence++;
    push(unit, amdvi_completion_wait(address_of(&unit->completion), unit->sequence));
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    write_register(unit, AMDVI_COMMAND_BUFFER_TAIL,
                   (uint64_t)unit->command_tail * AMDVI_COMMAND_SIZE);
    unit->is_running = is_complete(unit);
    return unit->is_running ? IOMMU_OK : IOMMU_TIMEOUT;
}

enum iommu_status amdvi_unit_execute(struct amdvi_unit *unit,
                                     const struct amdvi_command *commands, size_t count)
{
    enum iommu_status status = IOMMU_OK;

    for (size_t done = 0; done < count && status == IOMMU_OK; done += BATCH_MAX) {
        size_t left = count - done;

        status =
            execute_batch(unit, commands + done, left < BATCH_MAX ? left : BATCH_MAX);
    }
    return status;
}

/* --- start --- */

/*
 * Without INVALIDATE_IOMMU_ALL: every device table entry, interrupt table and domain
 * that whoever ran before may have used.
 */
static enum iommu_status invalidate_one_by_one(struct amdvi_unit *unit)
{
    struct amdvi_command commands[3];
    enum iommu_status status = IOMMU_OK;

    for (unsigned id = 0; id < REQUESTER_COUNT && status == IOMMU_OK; id++) {
        commands[0] = amdvi_invalidate_devtab_entry((uint16_t)id);
        commands[1] = amdvi_invalidate_interrupt_table((uint16_t)id);
        commands[2] = amdvi_invalidate_domain((uint16_t)id);
        status = amdvi_unit_execute(unit, commands, 3);
    }
    return status;
}

static enum iommu_status invalidate_everything(struct amdvi_unit *unit)
{
    const struct amdvi_command all = amdvi_invalidate_all();

    if ((unit->extended_feature & AMDVI_EFR_IA_SUP) != 0)
        return amdvi_unit_execute(unit, &all, 1);
    return invalidate_one_by_one(unit);
}

/* Reads of an IOMMU that firmware left disabled, or that is not there, are all ones. */
static enum iommu_status find_registers(struct amdvi_unit *unit, uint64_t base)
{
    unit->registers = paging_map_device(base, AMDVI_REGISTERS_SIZE);
    if (unit->registers == NULL)
        return IOMMU_NO_MEMORY;
    if (read_register(unit, AMDVI_CONTROL) == UINT64_MAX)
        return IOMMU_TIMEOUT;
    unit->extended_feature = read_register(unit, AMDVI_EXTENDED_FEATURE);
    return IOMMU_OK;
}

/* Bases may change only when nothing runs (48882, 3.4.1 to 3.4.3). */
static enum iommu_status stop(struct amdvi_unit *unit)
{
    const uint64_t running = AMDVI_STATUS_EVENT_LOG_RUN | AMDVI_STATUS_CMD_BUF_RUN;

    write_register(unit, AMDVI_CONTROL, 0);
    for (unsigned i = 0; i < POLLS_MAX; i++) {
        if ((read_register(unit, AMDVI_STATUS) & running) == 0)
            return IOMMU_OK;
        cpu_relax();
    }
    return IOMMU_TIMEOUT;
}

static uint64_t ring_base(const volatile void *ring)
{
    return address_of(ring) | amdvi_field(AMDVI_BUFFER_LENGTH, RING_ENTRIES_LOG2);
}

static void program(struct amdvi_unit *unit, const struct amdvi_dte *device_table)
{
    write_register(unit, AMDVI_DEVICE_TABLE_BASE,
                   address_of(device_table) |
                       amdvi_field(AMDVI_DEVICE_TABLE_SIZE, DEVICE_TABLE_PAGES - 1));
    write_register(unit, AMDVI_COMMAND_BUFFER_BASE, ring_base(unit->commands));
    write_register(unit, AMDVI_COMMAND_BUFFER_HEAD, 0);
    write_register(unit, AMDVI_COMMAND_BUFFER_TAIL, 0);
    write_register(unit, AMDVI_EVENT_LOG_BASE, ring_base(unit->events));
    write_register(unit, AMDVI_EVENT_LOG_HEAD, 0);
    write_register(unit, AMDVI_EVENT_LOG_TAIL, 0);
    write_register(unit, AMDVI_STATUS, AMDVI_STATUS_EVENT_OVERFLOW);
    write_register(unit, AMDVI_EXCLUSION_BASE, 0); /* no address escapes translation */
}

/*
 * The HyperTransport settings are firmware's to know. All that is not set stays off:
 * peripheral page requests, guest translation, the 128-bit interrupt entries of
 * GAEn, interrupts of the IOMMU itself.
 */
static uint64_t control_value(const struct acpi_ivhd *ivhd)
{
    static const struct {
        uint8_t ivhd_flag;
        uint64_t control;
    } settings[] = {
        {0x01, AMDVI_CONTROL_HT_TUN_EN},
        {0x02, AMDVI_CONTROL_PASS_PW},
        {0x04, AMDVI_CONTROL_RES_PASS_PW},
        {0x08, AMDVI_CONTROL_ISOC},
    };
    uint64_t value = AMDVI_CONTROL_IOMMU_EN | AMDVI_CONTROL_EVENT_LOG_EN |
                     AMDVI_CONTROL_CMD_BUF_EN | AMDVI_CONTROL_COHERENT;

    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        if ((ivhd->flags & settings[i].ivhd_flag) != 0)
            value |= settings[i].control;
    }
    return value;
}

enum iommu_status amdvi_unit_start(struct amdvi_unit *unit, const struct acpi_ivhd *ivhd,
                                   const struct amdvi_dte *device_table)
{
    enum iommu_status status = find_registers(unit, ivhd->base);

    if (status != IOMMU_OK)
        return status;
    unit->segment = rp_sbdf_segment(ivhd->sbdf);
    unit->commands = pages_alloc(1);
    unit->events = pages_alloc(1);
    if (unit->commands == NULL || unit->events == NULL)
        return IOMMU_NO_MEMORY;
    status = stop(unit);
    if (status != IOMMU_OK)
        return status;
    program(unit, device_table);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    write_register(unit, AMDVI_CONTROL, control_value(ivhd));
    unit->is_running = true;
    return invalidate_everything(unit);
}

/* --- events --- */

/*
 * The tail may be ahead of the entry; the code is what the IOMMU writes last. (QEMU
 * before 10.1 never logs anything: its test for a full log is always true.)
 */
static bool take_event(struct amdvi_unit *unit, struct iommu_event *out_event)
{
    volatile uint64_t *slot = unit->events + (size_t)unit->event_head * AMDVI_EVENT_QUADS;
    const uint64_t quads[AMDVI_EVENT_QUADS] = {slot[0], slot[1]};

    if (amdvi_field_get(AMDVI_EVENT_CODE, quads[0]) == AMDVI_EVENT_NONE)
        return false;
    *out_event = amdvi_event(quads, unit->segment);
    slot[0] = 0;
    slot[1] = 0;
    unit->event_head = (unit->event_head + 1) % RING_ENTRIES;
    return true;
}

/* A full log stops the logging (48882, 2.5.1); the next poll finishes what this began. */
static void restart_log(struct amdvi_unit *unit)
{
    uint64_t control = read_register(unit, AMDVI_CONTROL);

    write_register(unit, AMDVI_CONTROL, control & ~(uint64_t)AMDVI_CONTROL_EVENT_LOG_EN);
    if ((read_register(unit, AMDVI_STATUS) & AMDVI_STATUS_EVENT_LOG_RUN) != 0)
        return;
    write_register(unit, AMDVI_STATUS, AMDVI_STATUS_EVENT_OVERFLOW);
    write_register(unit, AMDVI_CONTROL, control | AMDVI_CONTROL_EVENT_LOG_EN);
}

unsigned amdvi_unit_drain(struct amdvi_unit *unit, struct iommu_event *out_events,
                          unsigned capacity, unsigned *out_count)
{
    struct iommu_event event;
    unsigned dropped = 0;

    *out_count = 0;
    uint64_t status = read_register(unit, AMDVI_STATUS);
    uint64_t tail =
        amdvi_field_get(AMDVI_BUFFER_POINTER, read_register(unit, AMDVI_EVENT_LOG_TAIL)) %
        RING_ENTRIES;
    while (unit->event_head != tail && take_event(unit, &event)) {
        if (*out_count < capacity)
            out_events[(*out_count)++] = event;
        else
            dropped++;
    }
    write_register(unit, AMDVI_EVENT_LOG_HEAD,
                   (uint64_t)unit->event_head * AMDVI_EVENT_SIZE);
    if ((status & AMDVI_STATUS_EVENT_OVERFLOW) != 0)
        restart_log(unit);
    return dropped;
}
