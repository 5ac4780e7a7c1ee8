# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# An NVMe controller in use: its configuration space, its driver, its interrupts,
# and data that comes back from its disk as it went there.
. /tests/lib.sh

CLASS_NVME=0x010802
SIZE_MIB=8
PLUG_SECONDS=20
DRIVER_SECONDS=60

interrupt_lines() {
    grep nvme /proc/interrupts
}

# Sum of what all nvme interrupts counted, over all CPUs.
interrupt_count() {
    interrupt_lines | awk '{ for (i = 2; $i ~ /^[0-9]+$/; i++) sum += $i } END { print sum + 0 }'
}

has_function() {
    function=$(pci_functions $CLASS_NVME | head -n 1)
    [ -n "$function" ]
}

# It may be plugged in late: when its condition is met.
section "function"
if ! wait_for $PLUG_SECONDS has_function; then
    lspci -t
    lspci -vvv
    fail nvme-found "no function of class $CLASS_NVME within $PLUG_SECONDS s"
    exit 0
fi
pass nvme-found
device=/sys/bus/pci/devices/$function

section "configuration space"
lspci -t
lspci -vvv

size=$(stat -c %s "$device/config")
if [ "$size" = 4096 ]; then
    pass nvme-extended-config
else
    fail nvme-extended-config "configuration space of $function has $size bytes"
fi

if lspci -s "$function" -vvv | grep -q 'Capabilities: \[[1-9a-f][0-9a-f][0-9a-f]'; then
    pass nvme-extended-capabilities
else
    fail nvme-extended-capabilities "lspci shows none for $function"
fi

section "driver"
modprobe nvme
if wait_for $DRIVER_SECONDS test -b /dev/nvme0n1; then
    pass nvme-bound
else
    fail nvme-bound "no /dev/nvme0n1 after $DRIVER_SECONDS s"
    dmesg | tail -n 40
    exit 0
fi
echo "$function is driven by $(basename "$(readlink "$device/driver")")"

section "data"
before=$(interrupt_count)
dd if=/dev/urandom of=/tmp/written bs=1M count=$SIZE_MIB status=none
dd if=/tmp/written of=/dev/nvme0n1 bs=1M oflag=direct conv=fsync status=none ||
    fail nvme-write "dd ended with code $?"
sync
echo 3 >/proc/sys/vm/drop_caches
dd if=/dev/nvme0n1 of=/tmp/read bs=1M count=$SIZE_MIB iflag=direct status=none ||
    fail nvme-read "dd ended with code $?"
written=$(sha256sum </tmp/written)
read=$(sha256sum </tmp/read)
echo "written: $written"
echo "read:    $read"
if [ "$written" = "$read" ]; then
    pass nvme-data
else
    fail nvme-data "the disk returned other data"
fi

section "interrupts"
interrupt_lines
modes=$(cat "$device"/msi_irqs/* | sort -u)
if [ "$modes" = msix ]; then
    pass nvme-msix
else
    fail nvme-msix "interrupts are of kind '$modes'"
fi
after=$(interrupt_count)
if [ "$after" -gt "$before" ]; then
    pass nvme-interrupts
else
    fail nvme-interrupts "none arrived ($before before, $after after)"
fi

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
    dd if=/dev/nvme0n1 of=/tmp/read bs=1M count=$SIZE_MIB iflag=direct status=none
    expect "nvme-reset-$method" "$written" "$(sha256sum </tmp/read)"
done
