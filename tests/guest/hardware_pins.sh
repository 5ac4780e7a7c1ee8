# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Interrupt pins of the machine in the hardware domain: ACPI's own, and a function's.
. /tests/use.sh
. /tests/initial_domain.sh

# Fixed events of q35 (ACPI 6.3, 4.8.3.1): the enable register.
PM1_ENABLE=0x602
EVENT_SECONDS=20

sci_count() {
    awk '/acpi$/ { print $2 }' /proc/interrupts
}

has_sci() {
    [ "$(sci_count)" -gt "$1" ]
}

section "ACPI"
before=$(sci_count)
# Bit 0: each time the PM timer is halfway through, every 2.3 seconds.
printf '\001' | dd of=/dev/port bs=1 seek=$((PM1_ENABLE)) conv=notrunc status=none
if wait_for $EVENT_SECONDS has_sci "$before"; then
    pass acpi-interrupt
else
    fail acpi-interrupt "none in $EVENT_SECONDS s ($before before)"
fi
use e1000 8086:100e e1000 level net e1000
cat /proc/interrupts
