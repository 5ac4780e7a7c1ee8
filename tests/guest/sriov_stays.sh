# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A guest that is given a function, and has it until it is taken away: nothing in its
# configuration space changes meanwhile.
. /tests/lib.sh

CLASS_NVME=0x010802
WAIT=600

has_function() {
    function=$(pci_functions $CLASS_NVME | head -n 1)
    [ -n "$function" ]
}

look() {
    lspci -xxxx -s "$function"
}

wait_for $WAIT has_function || fail stays "no function came"
look >/tmp/before
changes=0
while has_function; do
    look >/tmp/now
    has_function || break
    cmp -s /tmp/before /tmp/now || changes=$((changes + 1))
    usleep 100000
done
expect unchanged 0 $changes
pass gone
