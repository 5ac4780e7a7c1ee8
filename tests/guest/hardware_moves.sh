# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The hardware domain moves BARs and windows of a bridge: to free places, and to
# somebody else's. Its adapter shows at once where it is (82574 data sheet, 10.2.2).
. /tests/lib.sh
. /tests/registers.sh

DEVICES=/sys/bus/pci/devices
STATUS=0x0008
BAR0=0x10
IO_BAR=0x18
ROM=0x30
IO_WINDOW=0x1c
MEMORY_WINDOW=0x20
RAM=0x40000000  # the machine's, not this domain's
ECAM=0xb0000000 # of a q35
FREE=0xd0000000
FREE_WINDOW=0xD000D000

bridge=$DEVICES/0000:00:02.0
others_bridge=$DEVICES/0000:00:04.0
device=$DEVICES/$(lspci -D -d 8086:10d3 | cut -d ' ' -f 1)

# Base of a window of memory, from its registers: window_base REGISTERS
window_base() {
    echo $((($1 & 0xfff0) << 16))
}

# The registers of a window of 1 MiB at an address.
window_at() {
    printf '0x%08X' $((($1 >> 16) | $1))
}

lspci -D
echo 1 >"$device/enable"
cat "$device/resource"
memory=$(start_of "$device" 0)
window=$(window_base "$(dword "$bridge/config" $MEMORY_WINDOW)")
others=$(window_base "$(dword "$others_bridge/config" $MEMORY_WINDOW)")
status=$(memory_dword $((memory + STATUS)))

section "BARs"
moved=$((window + 0xe0000))
put "$device/config" $BAR0 $moved
expect bar-moved "$status" "$(memory_dword $((moved + STATUS)))"
if [ "$(memory_dword $((memory + STATUS)))" = "$status" ]; then
    fail bar-left "it is still there"
else
    pass bar-left
fi
put "$device/config" $BAR0 "$others"
expect bar-refused 0xFFFFFFFF "$(memory_dword $((others + STATUS)))"
put "$device/config" $BAR0 $RAM
put "$device/config" $BAR0 $ECAM
put "$device/config" $BAR0 0xffffffff
expect bar-sized 0xFFFE0000 "$(dword "$device/config" $BAR0)"
put "$device/config" $BAR0 $moved
expect bar-back "$status" "$(memory_dword $((moved + STATUS)))"

section "windows"
put "$bridge/config" $MEMORY_WINDOW $FREE_WINDOW
expect window-moved $FREE_WINDOW "$(dword "$bridge/config" $MEMORY_WINDOW)"
put "$device/config" $BAR0 $FREE
expect window-passes "$status" "$(memory_dword $((FREE + STATUS)))"
for place in $others $RAM $ECAM; do
    put "$bridge/config" $MEMORY_WINDOW "$(window_at "$place")"
    expect window-refused $FREE_WINDOW "$(dword "$bridge/config" $MEMORY_WINDOW)"
done
before=$(dword "$others_bridge/config" $MEMORY_WINDOW)
put "$others_bridge/config" $MEMORY_WINDOW 0xd100d100
expect window-of-others "$before" "$(dword "$others_bridge/config" $MEMORY_WINDOW)"
expect window-passes-still "$status" "$(memory_dword $((FREE + STATUS)))"

section "I/O"
put "$device/config" $IO_BAR 0xffffffff
expect io-sized 0xFFFFFFE1 "$(dword "$device/config" $IO_BAR)"
put "$bridge/config" $IO_WINDOW 0x5050
put "$device/config" $IO_BAR 0x5000
put_port_byte 0x5000 010
expect io-moved "$(printf '%02x' $((status & 255)))" "$(port_byte 0x5004)"

section "expansion ROM"
put "$device/config" $ROM $(((FREE + 0x40000) | 1))
expect rom 0xAA55 "$(devmem $((FREE + 0x40000)) 16)"

section "device-specific registers"
put "$device/config" 0xf8 0x5a5aa5a5
expect device-specific 0x5A5AA5A5 "$(dword "$device/config" 0xf8)"
