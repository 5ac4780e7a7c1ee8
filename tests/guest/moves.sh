# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The control domain: moves an NVMe controller between the guests east and west
# (rootport.moves=N times), then takes it from a guest that uses it.
. /tests/lib.sh

WAIT=300

free_pages() {
    rootport list --json | sed -n 's/.*"free_pages": \([0-9]*\).*/\1/p'
}

modprobe xen-privcmd unrestricted=1
rootport list
function=$(rootport list | awk '/1b36:0010/ { print $1; exit }')
if [ -z "$function" ]; then
    fail moves "rootport list shows no NVMe controller"
    exit 0
fi

move=1
domain=east
while [ "$move" -le "$(argument moves)" ]; do
    rootport attach --timeout $WAIT "$function" $domain || fail "move-$move" "attach: code $?"
    rootport wait --timeout $WAIT "$function" released || fail "move-$move" "wait: code $?"
    rootport detach --timeout $WAIT "$function" || fail "move-$move" "detach: code $?"
    # Both guests have been visited now: from here on nothing may grow.
    [ "$move" = 2 ] && before=$(free_pages)
    [ $domain = east ] && domain=west || domain=east
    move=$((move + 1))
done
after=$(free_pages)
echo "free pages: $before after two moves, $after after $((move - 1))"
if [ "$before" = "$after" ]; then
    pass moves-no-growth
else
    fail moves-no-growth "$before pages were free, now $after"
fi

# It takes a guest 5 s to let go: one that does not in time keeps it.
rootport attach --timeout $WAIT "$function" east || fail detach-timeout "attach: code $?"
rootport detach --timeout 1 "$function"
code=$?
rootport wait --timeout $WAIT "$function" attached || fail detach-timeout "wait: code $?"
if [ $code = 1 ]; then
    pass detach-timeout
else
    fail detach-timeout "code $code"
fi

if rootport detach --timeout $WAIT "$function"; then
    pass detach-in-use
else
    fail detach-in-use "code $?"
fi

rootport attach --timeout $WAIT "$function" east || fail detach-forced "attach: code $?"
# The guest is asked, and while it still uses the controller it's gone.
if rootport detach --force --timeout 4 "$function"; then
    pass detach-forced
else
    fail detach-forced "code $?"
fi

# The guests switch themselves off with the controller in use.
for domain in east west; do
    rootport attach --timeout $WAIT "$function" $domain || fail owner-died "attach: code $?"
    if rootport wait --timeout $WAIT "$function" detached; then
        pass owner-died-$domain
    else
        fail owner-died-$domain "code $?"
    fi
done
rootport list
rootport log | tail -n 5
