# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The control domain: takes a function from a guest that uses it, gives it back when the
# guest has seen that it's gone, and takes it again.
. /tests/lib.sh

WAIT=120
FUNCTION=0000:00:03.0

take() {
    rootport detach --force $FUNCTION
    expect "$1" 0 $?
}

modprobe xen-privcmd unrestricted=1
wait_for $WAIT rootport wait --timeout 1 $FUNCTION attached
take taken
rootport attach --timeout $WAIT $FUNCTION guest
expect given-back 0 $?
take taken-again
