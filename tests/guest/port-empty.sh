# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A root port without a function: the domain runs, and sees just that.
. /tests/lib.sh

section "topology"
lspci -t
lspci -nn
if [ -n "$(pci_functions $CLASS_NVME)" ]; then
    fail port-empty "there is an NVMe controller"
else
    pass port-empty
fi
