# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Registers of functions, in configuration space, by port, and behind BARs.

# Dword at an offset of a file, in hex: dword FILE OFFSET
dword() {
    dd if="$1" bs=4 count=1 skip=$(($2 / 4)) status=none | hexdump -e '1/4 "0x%08X"'
}

# put FILE OFFSET VALUE
put() {
    printf "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $(($3 & 255)) $(($3 >> 8 & 255)) \
        $(($3 >> 16 & 255)) $(($3 >> 24 & 255)))" |
        dd of="$1" bs=4 count=1 seek=$(($2 / 4)) conv=notrunc status=none
}

port_byte() {
    dd if=/dev/port bs=1 count=1 skip=$(($1)) status=none | hexdump -e '1/1 "%02x"'
}

# put_port_byte PORT OCTAL
put_port_byte() {
    printf "\\$2" | dd of=/dev/port bs=1 count=1 seek=$(($1)) conv=notrunc status=none
}

# Where a BAR begins: start_of DEVICE INDEX
start_of() {
    sed -n "$(($2 + 1))s/ .*//p" "$1/resource"
}

memory_dword() {
    devmem $(($1)) 32
}
