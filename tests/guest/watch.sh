# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# An adapter that stays where it is, whatever another domain moves.
. /tests/lib.sh
. /tests/registers.sh

STATUS=0x0008
ROUNDS=2000

device=/sys/bus/pci/devices/$(lspci -D -d 8086:10d3 | cut -d ' ' -f 1)
echo 1 >"$device/enable"
memory=$(start_of "$device" 0)
status=$(memory_dword $((memory + STATUS)))
round=0
while [ $round -lt $ROUNDS ] && [ "$status" = "$(memory_dword $((memory + STATUS)))" ]; do
    round=$((round + 1))
done
expect adapter-stays $ROUNDS $round
expect adapter-there 1 $((status != 0xffffffff))
