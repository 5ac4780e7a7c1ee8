# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Touches what isn't this guest's: the machine's IOMMU, flash and interrupt
# controller by address, and its power management, reset and configuration ports.
. /tests/lib.sh

# Where a q35 has them.
MEMORY="0xfed80000 0xffc00000 0xb0000000 0x100000000000"
PORTS="0x600 0xcf9 0x510 0x64"

section "memory"
for address in $MEMORY; do
    echo "$address reads $(devmem "$address" 32 2>&1)"
    devmem "$address" 32 0 2>&1
done
pass trespass-memory

section "ports"
for port in $PORTS; do
    value=$(dd if=/dev/port bs=1 count=1 skip=$((port)) status=none | hexdump -e '1/1 "%02x"')
    echo "$port reads $value"
    printf '\006' | dd of=/dev/port bs=1 seek=$((port)) conv=notrunc status=none
done
pass trespass-ports
