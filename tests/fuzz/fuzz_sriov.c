/* SPDX-License-Identifier: MIT */
/*
 * Throws accesses, refusals and device answers at SR-IOV as the owner of a physical
 * function has it.
 *
 * What must hold: a write to SR-IOV Control does nothing by itself; what virtual
 * functions depend on stays while they are on; and what is said of one is a share of
 * what is said of all.
 */
#include <string.h>

#include <rootport/pci_regs.h>

#include "tests/fake/fake_domain.h"
#include "tests/fuzz/input.h"

enum {
    OPERATIONS_MAX = 256,
    CONTROL = NVME_SRIOV + RP_PCI_SRIOV_CONTROL,
    NUM_VFS = NVME_SRIOV + RP_PCI_SRIOV_NUM_VFS,
    VF_BAR0 = NVME_SRIOV + RP_PCI_SRIOV_VF_BAR0,
    VF_BARS_SIZE = 4 * RP_VPCI_BARS_MAX,
    OWN = RP_PCI_SRIOV_CONTROL_VF_ENABLE | RP_PCI_SRIOV_CONTROL_VF_MEMORY |
          RP_PCI_SRIOV_CONTROL_ARI,
};

/* ---- What must hold ------------------------------------------------------------ */

static void check_write(const struct fake_domain *domain, const uint8_t *before)
{
    const struct fake_device *device = &domain->device;
    const uint16_t control = domain->state.sriov.control;

    if (!domain->state.sriov.offset)
        return;
    require(memcmp(&device->bytes[CONTROL], &before[CONTROL], 2) == 0);
    require(memcmp(&device->bytes[VF_BAR0], &before[VF_BAR0], VF_BARS_SIZE) == 0);
    require(!(control & RP_PCI_SRIOV_CONTROL_VF_ENABLE) ||
            memcmp(&device->bytes[NUM_VFS], &before[NUM_VFS], 2) == 0);
}

static void check_state(const struct fake_domain *domain)
{
    const struct rp_vpci_sriov *sriov = &domain->state.sriov;

    require(((sriov->control | sriov->wanted) & ~OWN) == 0);
    require(domain->state.role == RP_VPCI_ROLE_HARDWARE || sriov->memory ||
            sriov->control == 0);
    require(sriov->offset == 0 || sriov->offset == NVME_SRIOV);
    require(domain->state.refusal == RP_VPCI_ACCEPTED);
}

static void check_shares(const struct fake_domain *domain, uint16_t number)
{
    const uint64_t count = fake_device_get(&domain->device, NUM_VFS, 2);
    struct rp_vpci_vf vf;

    rp_vpci_sriov_describe(&domain->state, number, &vf);
    for (unsigned i = 0; i < RP_VPCI_BARS_MAX; i++) {
        const uint64_t size = vf.bars[i].size;
        const uint64_t base = domain->state.bars[RP_VPCI_BARS_MAX + i].hpa.value;
        struct rp_vpci_window range;

        require((size & (size - 1)) == 0 && size % RP_VPCI_PAGE_SIZE == 0);
        require(vf.bars[i].base.value - base == number * size);
        require(rp_vpci_sriov_range(&domain->state, i, &range) ==
                (size != 0 && count != 0));
        require(range.size == count * size && (!size || range.size / size == count));
    }
}

/* ---- Operations ---------------------------------------------------------------- */

/* Half of the writes are small numbers to the registers that matter most. */
static void write_register(struct fake_domain *domain, struct input *input)
{
    static const unsigned widths[] = {1, 2, 4, 8};
    static const unsigned registers[] = {CONTROL, NUM_VFS, VF_BAR0, VF_BAR0 + 4};
    const unsigned what = take(input, 1);
    const unsigned width = widths[what >> 4 & 3];
    uint8_t before[RP_CFG_SIZE_EXTENDED];

    memcpy(before, domain->device.bytes, sizeof(before));
    if (what & 0x80)
        domain_write(domain, NVME_SRIOV + take(input, 1) % RP_PCI_SRIOV_SIZE, width,
                     take(input, 4));
    else
        domain_write(domain, registers[what % 4], width, take(input, 1));
    check_write(domain, before);
}

static void operate(struct fake_domain *domain, struct input *input)
{
    switch (take(input, 1) % 8) {
    case 0:
        rp_vpci_sriov_commit(&domain->state);
        break;
    case 1:
        rp_vpci_sriov_refuse(&domain->state);
        require(domain->state.sriov.wanted == domain->state.sriov.control);
        break;
    case 2:
        (void)!rp_vpci_flr_start(&domain->state);
        require(domain->state.sriov.control == 0);
        (void)!rp_vpci_flr_finish(&domain->state);
        break;
    case 3:
        (void)!rp_vpci_build(&domain->view, &domain->state, RP_CFG_SIZE_EXTENDED);
        break;
    case 4:
        domain->device.bytes[NVME_SRIOV + take(input, 1) % RP_PCI_SRIOV_SIZE] =
            (uint8_t)take(input, 1);
        break;
    default:
        write_register(domain, input);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fake_domain *domain = fake_domain_new();
    struct input input = {data, size};
    const unsigned bar = take(&input, 1);

    if (!(bar & 2))
        domain->config.role = RP_VPCI_ROLE_HARDWARE;
    if (bar & 1)
        fake_device_set_rw(&domain->device, VF_BAR0 + bar % VF_BARS_SIZE / 4 * 4, 4,
                           take(&input, 4));
    if (fake_domain_start(domain) == RP_OK) {
        rp_vpci_sriov_allow(&domain->state, (uint64_t)take(&input, 1) << 24);
        (void)!rp_vpci_build(&domain->view, &domain->state, RP_CFG_SIZE_EXTENDED);
        for (unsigned i = 0; i < OPERATIONS_MAX && input.size; i++) {
            operate(domain, &input);
            check_state(domain);
            if (domain->state.sriov.offset)
                check_shares(domain, (uint16_t)take(&input, 2));
        }
    }
    fake_domain_free(domain);
    return 0;
}
