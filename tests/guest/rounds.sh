# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Writes to a disk what it reads back, again and again (rootport.rounds=N times).
. /tests/lib.sh

DRIVER_SECONDS=60
SIZE_KIB=512

count=$(argument rounds)
modprobe nvme
if ! wait_for $DRIVER_SECONDS test -b /dev/nvme0n1; then
    fail rounds "no /dev/nvme0n1 after $DRIVER_SECONDS s"
    exit 0
fi

round=1
while [ "$round" -le "$count" ]; do
    dd if=/dev/urandom of=/tmp/written bs=1k count=$SIZE_KIB status=none
    dd if=/tmp/written of=/dev/nvme0n1 bs=64k oflag=direct conv=fsync status=none
    dd if=/dev/nvme0n1 of=/tmp/read bs=64k count=$((SIZE_KIB / 64)) iflag=direct status=none
    if ! cmp /tmp/written /tmp/read; then
        fail rounds "round $round: the disk returned other data"
        exit 0
    fi
    echo "round $round: the data came back"
    round=$((round + 1))
done
pass rounds
