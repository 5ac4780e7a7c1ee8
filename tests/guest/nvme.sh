# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# An NVMe controller in use: its configuration space, its driver, its interrupts,
# data that comes back from its disk as it went there, and that after resets as well.
. /tests/use.sh

NVME=1b36:0010
SIZE_MIB=8

# It may be plugged in late: when its condition is met.
section "function"
if ! wait_for $FOUND_SECONDS has_function $NVME; then
    lspci -t
    lspci -vvv
    fail nvme-found "no function $NVME within $FOUND_SECONDS s"
    exit 0
fi
device=/sys/bus/pci/devices/$function

section "configuration space"
lspci -t
lspci -vvv
expect nvme-extended-config 4096 "$(stat -c %s "$device/config")"
if lspci -s "$function" -vvv | grep -q 'Capabilities: \[[1-9a-f][0-9a-f][0-9a-f]'; then
    pass nvme-extended-capabilities
else
    fail nvme-extended-capabilities "lspci shows none for $function"
fi

use nvme $NVME nvme msix block nvme
interrupts_of "$device"

# The kernel saves registers, resets the function, waits until it answers, and restores
# them; the driver starts over. The disk has to be what it was.
section "reset"
for method in flr bus; do
    echo $method >"$device/reset_method"
    started=$(date +%s)
    if ! echo 1 >"$device/reset"; then
        fail "nvme-reset-$method" "the kernel could not reset it"
        continue
    fi
    echo "$method took $(($(date +%s) - started)) s"
    echo 3 >/proc/sys/vm/drop_caches
    dd if="/dev/$(attached "$device" block)" of=/tmp/returned bs=1M count=$SIZE_MIB iflag=direct status=none
    expect "nvme-reset-$method" "$(sha256sum </tmp/sent)" "$(sha256sum </tmp/returned)"
done
