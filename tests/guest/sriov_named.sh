# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A guest with a port for a virtual function that isn't there yet: what it sees of it
# once it is.
. /tests/lib.sh

WAIT=600

section "waiting"
if ! wait_for $WAIT has_class $CLASS_NVME; then
    fail named "no function came"
    exit 0
fi
pass named
device=/sys/bus/pci/devices/$function
lspci -vvv -s "$function"
expect named-ids "0x1b36 0x0010" "$(cat "$device/vendor") $(cat "$device/device")"
expect named-size 4096 "$(stat -c %s "$device/config")"
# BAR 0, 16 KiB: the registers and the interrupt table of a controller with few queues.
read -r first last _ <"$device/resource"
expect named-bar 0x4000 "$(printf '0x%x' $((last - first + 1)))"
expect named-without-sriov "" "$(lspci -s "$function" -vvv | grep SR-IOV)"
