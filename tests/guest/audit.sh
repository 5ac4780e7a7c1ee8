# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The rootport command on a Linux with PCI Express functions: what it says of each
# function's size, and what the kernel says.
. /tests/lib.sh

NVME=1b36:0010

# A virtual function, if there is an NVMe controller that has some.
modprobe nvme
for device in $(lspci -D -d $NVME | cut -d ' ' -f 1); do
    virtual_functions=/sys/bus/pci/devices/$device/sriov_numvfs
    [ -f "$virtual_functions" ] && echo 1 >"$virtual_functions"
done

section "audit"
rootport audit --save /tmp/set >/tmp/table
expect audit-code 0 $?
cat /tmp/table
rootport audit --tree

# Addresses and sizes of the table's rows, and of the kernel's files.
ours=$(sed -n 's/^. \(....:..:..\..\) *\([0-9?]*\) .*/\1 \2/p' /tmp/table)
kernels=$(cd /sys/bus/pci/devices && for function in *; do
    echo "$function $(stat -c %s -L "$function/config")"
done)
expect audit-sizes "$kernels" "$ours"

section "repeat"
rootport audit --from /tmp/set | cmp - /tmp/table
expect audit-repeat 0 $?
