# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The control domain of a demonstration: watches a held function come to its guest,
# and return to quarantine when that guest has ended.
. /tests/lib.sh

WAIT=300

# How often a domain has left its guest: exits DOMAIN KIND
exits() {
    rootport list --stats | awk -v name="$1" -v kind="$2" '
        $1 == "EXITS" { for (i = 2; i <= NF; i++) if ($i == name) column = i }
        $1 == kind && column { print $column }'
}

# A guest that was quicker than this domain has come to its end by now: the log knows.
has_come() {
    rootport wait --timeout 1 "$function" attached 2>/dev/null ||
        rootport log | grep -q 'storage: .* took it into use'
}

modprobe xen-privcmd unrestricted=1
section "who has what"
rootport list
function=$(rootport list | awk '/1b36:0010/ { print $1; exit }')

section "waiting for a held function to be plugged in"
if wait_for $WAIT has_come; then
    pass control-attached
else
    fail control-attached "not within $WAIT s"
fi
rootport list
running=$(exits storage total)

section "waiting for its guest to end"
if rootport wait --timeout $WAIT "$function" detached; then
    pass control-detached
else
    fail control-detached "code $?"
fi
rootport list
rootport list --stats
if [ "$running" -gt 0 ] && [ "$(exits storage total)" -ge "$running" ]; then
    pass control-exits
else
    fail control-exits "'$(exits storage total)' after '$running'"
fi
rootport log | tail -n 8
