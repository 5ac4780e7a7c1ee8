# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The hardware domain whose reports are refused: what its functions then have.
. /tests/lib.sh
. /tests/initial_domain.sh


section "reports"
if dmesg | grep 'Failed to report MMCONFIG.*(-1)'; then
    pass reports-refused
else
    fail reports-refused "the kernel doesn't tell of -EPERM"
fi

section "functions"
lspci -t
for function in $(pci_functions $CLASS_NVME); do
    size=$(stat -c %s "/sys/bus/pci/devices/$function/config")
    if lspci -s "$function" -vvv | grep 'Capabilities: \[[1-9a-f][0-9a-f][0-9a-f]'; then
        fail nvme-conventional "lspci shows extended capabilities of $function"
    else
        pass nvme-conventional
    fi
    echo "$function: $size bytes"
done
