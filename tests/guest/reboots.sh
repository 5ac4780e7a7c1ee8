# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Counts its starts on a disk, and resets the machine until there were
# rootport.boots=N of them; then crashes. Memory keeps nothing over a reset.
. /tests/lib.sh

DRIVER_SECONDS=60

modprobe nvme
if ! wait_for $DRIVER_SECONDS test -b /dev/nvme0n1; then
    fail reboots "no /dev/nvme0n1 after $DRIVER_SECONDS s"
    exit 0
fi

last=$(dd if=/dev/nvme0n1 bs=512 count=1 iflag=direct status=none | tr -cd 0-9)
start=$((${last:-0} + 1))
printf '%-512s' "$start" >/tmp/count
dd if=/tmp/count of=/dev/nvme0n1 bs=512 count=1 oflag=direct conv=fsync status=none
section "start $start of $(argument boots)"
if [ "$start" -lt "$(argument boots)" ]; then
    reboot -f
fi
echo c >/proc/sysrq-trigger
