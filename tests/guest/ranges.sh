# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A function's I/O BAR and its expansion ROM. The adapter's first two ports are an
# index and a window of its registers (82574 data sheet, 10.2.2): what is reached
# there has to be what its memory BAR shows.
. /tests/lib.sh
. /tests/registers.sh

STATUS=0x0008 # of the device: link, speed, function number
VLAN=0x0038   # the Ethernet type of VLAN packets: 16 bits for software to set

section "I/O"
device=/sys/bus/pci/devices/$(lspci -D -d 8086:10d3 | cut -d ' ' -f 1)
echo 1 >"$device/enable"
cat "$device/resource"
memory=$(start_of "$device" 0)
io=$(start_of "$device" 2)
if [ $((io)) -ge $((0x1000)) ] && [ $((io)) -lt $((0x10000)) ]; then
    pass io-window
else
    fail io-window "it begins at $io"
fi
put "$device/resource2" 0 $STATUS
expect io-read "$(devmem $((memory + STATUS)) 32)" "$(dword "$device/resource2" 4)"
put "$device/resource2" 0 $VLAN
put "$device/resource2" 4 0x0000a5c3
expect io-write 0x0000A5C3 "$(devmem $((memory + VLAN)) 32)"

# Both values go to the register in turn, and the last one stays to be read twice.
expect io-strings "00005a3c 00005a3c" \
    "$(port_strings "$(printf %x $((io + 4)))" 1234 5a3c)"
put "$device/resource2" 4 0x0000a5c3

moved=$((io + 0x100))
put "$device/config" 0x18 $moved
expect io-moved c3 "$(port_byte $((moved + 4)))"
expect io-left ff "$(port_byte $((io + 4)))"
command=$(dword "$device/config" 4)
put "$device/config" 4 $((command & 0xfffe))
expect io-off ff "$(port_byte $((moved + 4)))"
put "$device/config" 4 $((command & 0xffff))
put "$device/config" 0x18 $((io))

section "expansion ROM"
modprobe virtio_pci
modprobe virtio_blk
wait_for 60 test -b /dev/vda || fail rom-copy "no disk"
echo 1 >"$device/rom"
cat "$device/rom" >/tmp/rom
size=$(stat -c %s /tmp/rom)
echo "$size bytes"
expect rom-signature 55aa "$(head -c 2 /tmp/rom | hexdump -e '2/1 "%02x"')"
expect rom-contents "$(head -c "$size" /dev/vda | sha256sum)" "$(sha256sum </tmp/rom)"

# By hand, elsewhere in the window that it lies in.
rom=$(start_of "$device" 6)
moved=$((rom ^ 0x100000))
put "$device/config" 0x30 $((moved | 1))
wanted=$(dword /tmp/rom 4)
expect rom-moved "$wanted" "$(devmem $((moved + 4)) 32)"
devmem $((moved + 4)) 32 0
expect rom-read-only "$wanted" "$(devmem $((moved + 4)) 32)"
put "$device/config" 0x30 $moved
expect rom-off 0xFFFFFFFF "$(devmem $((moved + 4)) 32)"
