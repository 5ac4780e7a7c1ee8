# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The control domain of a demonstration: watches a held function come to its guest,
# and return to quarantine when that guest has ended.
. /tests/lib.sh

WAIT=300

modprobe xen-privcmd unrestricted=1
section "who has what"
rootport list
function=$(rootport list | awk '/1b36:0010/ { print $1; exit }')

section "waiting for a held function to be plugged in"
if rootport wait --timeout $WAIT "$function" attached; then
    pass control-attached
else
    fail control-attached "code $?"
fi
rootport list

section "waiting for its guest to end"
if rootport wait --timeout $WAIT "$function" detached; then
    pass control-detached
else
    fail control-detached "code $?"
fi
rootport list
rootport log | tail -n 8
