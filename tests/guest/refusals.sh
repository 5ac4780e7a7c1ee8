# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The control domain: asks a guest that doesn't give back what it has, and takes it.
. /tests/lib.sh

WAIT=120
KEPT=0000:00:03.0
UNANSWERED=0000:00:04.0
UNHEARD=0000:00:05.0
NEVER=0000:00:06.0
UNCLEAN=0000:00:07.0

# Asks for a function that stays where it is: refused NAME FUNCTION REASON
refused() {
    rootport detach --timeout 2 "$2" 2>/tmp/refusal
    code=$?
    if [ $code = 1 ] && grep -q "$3" /tmp/refusal; then
        pass "$1"
    else
        fail "$1" "code $code, $(cat /tmp/refusal)"
    fi
}

# Whether a line of the list has all of it: listed NAME PATTERN
listed() {
    if rootport list | grep -q "$2"; then
        pass "$1"
    else
        fail "$1" "no line '$2'"
        rootport list
    fi
}

modprobe xen-privcmd unrestricted=1
wait_for $WAIT rootport wait --timeout 1 $KEPT attached
rootport list
listed never-listed "^$NEVER .* quarantine .* yes  *no enabled ECAM region covers its bus"
refused kept $KEPT "the guest keeps it"
listed kept-listed "^2  *1 .* the guest keeps it"
refused unanswered $UNANSWERED "has not let go of it in time"
refused unheard $UNHEARD "nothing in the guest listens"

# Without a driver in the guest an attach isn't seen to end; what counts is who has it.
hand_over() {
    rootport attach --now --timeout 1 $UNCLEAN "$1" 2>/tmp/refusal
    rootport list --json | tr -d '\n ' | grep -q "\"$UNCLEAN\"[^}]*\"assigned\""
    echo $?
    rootport detach --force $UNCLEAN 2>/dev/null
}
expect tainted "0 1 0" "$(hand_over stubborn) $(hand_over heir) $(hand_over stubborn)"

forced=yes
for function in $UNHEARD $UNANSWERED $KEPT; do
    rootport detach --force "$function" || forced="code $? for $function"
done
expect forced yes "$forced"
rootport list
