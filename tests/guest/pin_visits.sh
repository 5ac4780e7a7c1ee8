# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A guest that is visited by a network card with nothing but an interrupt pin. It uses it
# and lets go; with rootport.stays=1 it then uses it until that is taken away.
. /tests/use.sh

FOUND_SECONDS=300

is_gone() {
    ! has_function 8086:100e
}

use e1000 8086:100e e1000 level net e1000
echo 0 >/sys/bus/pci/slots/1/power
wait_for $READY_SECONDS is_gone || fail released "the card is still there"

if [ "$(argument stays)" = 1 ]; then
    wait_for $FOUND_SECONDS has_function 8086:100e || fail taken-in-use "no card came"
    device=/sys/bus/pci/devices/$function
    wait_for $READY_SECONDS attached "$device" net || fail taken-in-use "no interface"
    ifconfig "$(attached "$device" net)" $OWN_ADDRESS up
    while has_function 8086:100e; do
        timeout 1 nc $ECHO_SERVER 7 </tmp/sent >/tmp/returned 2>/dev/null
    done
    pass taken-in-use
fi
