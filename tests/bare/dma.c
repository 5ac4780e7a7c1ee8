/* SPDX-License-Identifier: MIT */
/*
 * Has its NVMe controller read and write memory, most of which isn't the domain's
 * (NVM Express Base Specification r2.0, 3.1.3 and 3.5.1).
 */
#include "bare.h"

#define PORT     ECAM_PORT
#define FUNCTION ECAM_FUNCTION
#define TWO_GIB  0x80000000ull
/* The same controller as the machine has it. */
#define MACHINE_FUNCTION      (0xb0000000ull + (3ull << 15))
#define BUSES                 0x00010100u /* primary 0, secondary and subordinate 1 */

#define COMMAND_MEMORY_MASTER 0x0006u

#define AQA_16_16             0x000f000fu
#define CC_ENABLE             0x00460001u /* entries of 64 and of 16 bytes */
#define CSTS_READY            0x1u
#define CSTS_FATAL            0x2u

enum {
    PCI_COMMAND = 0x04,
    PCI_BAR0 = 0x10,
    PCI_BUSES = 0x18,
    NVME_CC = 0x14,
    NVME_CSTS = 0x1c,
    NVME_AQA = 0x24,
    NVME_ASQ = 0x28,
    NVME_ACQ = 0x30,
    NVME_SQ0_TAIL = 0x1000,
    NVME_CQ0_HEAD = 0x1004,
    ENTRY_COUNT = 16,
    ENTRY_SIZE = 64,
    COMPLETION_SIZE = 16,
    OPCODE_IDENTIFY = 0x06,
    IDENTIFY_CONTROLLER = 1,
    SERIAL_NUMBER = 4,
    PAGE = 4096,
    LARGE_PAGE = 0x200000,
    STEP = 0x800000,
};

static uint8_t submission[PAGE] __attribute__((aligned(4096)));
static uint8_t completion[PAGE] __attribute__((aligned(4096)));
static uint8_t identity[PAGE] __attribute__((aligned(4096)));
static volatile uint8_t *nvme;

static bool open_function(uint64_t function)
{
    uint32_t low = mmio_read32((void *)(function + PCI_BAR0));
    uint64_t high = mmio_read32((void *)(function + PCI_BAR0 + 4));

    if (low == 0xffffffff)
        return false;
    mmio_write16((void *)(function + PCI_COMMAND), COMMAND_MEMORY_MASTER);
    nvme = (volatile uint8_t *)(high << 32 | (low & ~0xfu));
    return true;
}

/* Behind the domain's virtual port. */
static bool open_controller(void)
{
    mmio_write32((void *)(PORT + PCI_BUSES), BUSES);
    mmio_write16((void *)(PORT + PCI_COMMAND), COMMAND_MEMORY_MASTER);
    return open_function(FUNCTION);
}

static void wait_for(uint32_t mask, uint32_t value)
{
    while ((mmio_read32(nvme + NVME_CSTS) & mask) != value)
        cpu_relax();
}

/*
 * Starts the controller with its queues there, and one command to carry out. To it,
 * the domain's memory begins at @memory.
 */
static void identify_from(uint64_t memory, uint64_t submission_queue,
                          uint64_t completion_queue)
{
    struct {
        uint8_t opcode;
        uint8_t flags;
        uint16_t id;
        uint32_t reserved[5];
        uint64_t data[2];
        uint32_t what;
    } command = {.opcode = OPCODE_IDENTIFY,
                 .data = {memory + (uint64_t)identity},
                 .what = IDENTIFY_CONTROLLER};

    memset(submission, 0, sizeof submission);
    memset(completion, 0, sizeof completion);
    memset(identity, 0, sizeof identity);
    memcpy(submission, &command, sizeof command);
    mmio_write32(nvme + NVME_CC, 0);
    wait_for(CSTS_READY, 0);
    mmio_write32(nvme + NVME_AQA, AQA_16_16);
    mmio_write64(nvme + NVME_ASQ, memory + submission_queue);
    mmio_write64(nvme + NVME_ACQ, memory + completion_queue);
    mmio_write32(nvme + NVME_CC, CC_ENABLE);
    wait_for(CSTS_READY, CSTS_READY);
    mmio_write32(nvme + NVME_SQ0_TAIL, 1);
}

static void identify(uint64_t submission_queue, uint64_t completion_queue)
{
    identify_from(0, submission_queue, completion_queue);
}

static bool is_completed(void)
{
    return (*(volatile uint16_t *)(completion + 14) & 1) != 0;
}

bool nvme_open(void)
{
    return open_controller();
}

void nvme_start(void)
{
    identify((uint64_t)submission, (uint64_t)completion);
    while (!is_completed())
        cpu_relax();
}

void nvme_command(void)
{
    static uint32_t next = 1;
    static uint32_t phase = 1; /* turns with each round through the queue */
    volatile uint16_t *status =
        (volatile uint16_t *)(completion + COMPLETION_SIZE * next + 14);

    mmio_write32(nvme + NVME_CQ0_HEAD, next);
    memcpy(submission + ENTRY_SIZE * next, submission, ENTRY_SIZE);
    next = (next + 1) % ENTRY_COUNT;
    mmio_write32(nvme + NVME_SQ0_TAIL, next);
    while ((*status & 1u) != phase)
        cpu_relax();
    if (next == 0)
        phase = !phase;
}

static void expect_identity(const char *name)
{
    while (!is_completed())
        cpu_relax();
    check(identity[SERIAL_NUMBER] == 'r', name, "the identity has",
          identity[SERIAL_NUMBER]);
    pass(name);
}

static void use_own_memory(void)
{
    identify((uint64_t)submission, (uint64_t)completion);
    expect_identity("dma-own-memory");
}

/* The controller gives up when it cannot reach a queue. */
static void expect_refusal(void)
{
    wait_for(CSTS_FATAL, CSTS_FATAL);
    check(!is_completed() && identity[SERIAL_NUMBER] == 0, "dma", "it did something", 0);
}

void act_function(void)
{
    if (open_controller())
        pass("function");
    else
        fail("function", "there is no controller", 0);
}

static void try_both_ways(uint64_t at)
{
    identify(at, (uint64_t)completion);
    expect_refusal();
    identify((uint64_t)submission, at);
    wait_for(CSTS_FATAL, CSTS_FATAL);
}

void act_dma(void)
{
    if (!open_controller()) {
        fail("dma", "there is no controller", 0);
        return;
    }
    use_own_memory();
    for (uint64_t at = memory_end; at < TWO_GIB; at += STEP)
        try_both_ways(at);
    pass("dma-refused");
    use_own_memory();
}

/* With the machine's controller, past the holes in a hardware domain's memory. */
void act_machine_dma(void)
{
    if (!open_function(MACHINE_FUNCTION)) {
        fail("machine-dma", "there is no controller", 0);
        return;
    }
    use_own_memory();
    for (uint64_t at = STEP; at < TWO_GIB; at += STEP)
        if (!is_own_memory(at))
            try_both_ways(at);
    pass("machine-dma-refused");
    use_own_memory();
}

/*
 * Without an IOMMU: the controller has the machine's addresses, and the configuration
 * says where this domain's memory is among them (at=ADDRESS).
 */
void act_static_memory(void)
{
    if (!open_controller()) {
        fail("static-memory", "there is no controller", 0);
        return;
    }
    for (uint64_t at = LARGE_PAGE; at < memory_end; at += PAGE)
        *(volatile uint64_t *)at = *(volatile uint64_t *)at;
    identify_from(command_line_number("at"), (uint64_t)submission, (uint64_t)completion);
    expect_identity("static-memory");
}
