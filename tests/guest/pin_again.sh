# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A function that has nothing but an interrupt pin, before and after a reset, of which
# the first bytes of a disk tell.
. /tests/use.sh

use e1000 8086:100e e1000 level net e1000
modprobe nvme
if ! wait_for $READY_SECONDS test -b /dev/nvme0n1; then
    fail pin-again "no /dev/nvme0n1 after $READY_SECONDS s"
elif [ "$(dd if=/dev/nvme0n1 bs=512 count=1 iflag=direct status=none | cut -c 1-5)" != again ]; then
    printf '%-512s' again >/tmp/mark
    dd if=/tmp/mark of=/dev/nvme0n1 bs=512 count=1 oflag=direct conv=fsync status=none
    reboot -f
fi
