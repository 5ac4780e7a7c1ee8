# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The hardware domain beside a guest: it doesn't see the function that the guest has.
. /tests/lib.sh
. /tests/initial_domain.sh

CLASS_IOMMU=0x080600

expect_no_control hardware-cannot-control

section "topology"
lspci -nn
if [ -z "$(pci_functions $CLASS_NVME)" ]; then
    pass given-away-is-absent
else
    fail given-away-is-absent "$(pci_functions $CLASS_NVME)"
fi
if [ -z "$(pci_functions $CLASS_IOMMU)" ]; then
    pass iommu-is-absent
else
    fail iommu-is-absent "$(pci_functions $CLASS_IOMMU)"
fi

# The guest gets its function now; both go on beside each other.
section "own network adapter"
modprobe e1000e
if wait_for 20 test -d /sys/class/net/eth0; then
    pass adapter-bound
else
    fail adapter-bound "no eth0"
    dmesg | tail -n 20
fi
