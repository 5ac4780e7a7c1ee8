# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The hardware domain beside a guest that has the NVMe controller: it finds the machine
# without that and without the IOMMU, which is the hypervisor's.
. /tests/hardware_apart.sh
. /tests/machine.sh

section "machine"
expect_machine 0108 0806
