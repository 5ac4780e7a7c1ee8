# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The control domain: gives a network card to east and to west, which let go of it, then
# takes it from west while that uses it.
. /tests/lib.sh

WAIT=300

modprobe xen-privcmd unrestricted=1
function=$(rootport list | awk '/8086:100e/ { print $1; exit }')
for domain in east west; do
    rootport attach --timeout $WAIT "$function" $domain || fail attach-$domain "code $?"
    rootport wait --timeout $WAIT "$function" released || fail release-$domain "code $?"
    rootport detach --timeout $WAIT "$function" || fail detach-$domain "code $?"
done
rootport attach --timeout $WAIT "$function" west || fail attach-again "code $?"
# It takes a guest 5 s to let go.
if rootport detach --force --timeout 4 "$function"; then
    pass detach-forced
else
    fail detach-forced "code $?"
fi
rootport list
