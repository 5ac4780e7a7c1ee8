# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The hardware domain takes its report back and makes it again, and looks at its own
# function each time. One of the others is in use by a guest meanwhile.
. /tests/lib.sh
. /tests/reports.sh

ROUNDS=6
ADAPTER=01:00.0

# What the first extended capability is: all ones where there is no such space.
first_extended() {
    setpci -s $ADAPTER 100.l
}

modprobe xen-privcmd
usleep 2000000 # for the guest to begin; what is too early merely tests less
section "flips"
first_extended
round=0
while [ $round -lt $ROUNDS ]; do
    physdev $MMCFG_RESERVED ${ECAM}000000ff00000000 >/tmp/off
    without=$(first_extended)
    physdev $MMCFG_RESERVED ${ECAM}000000ff01000000 >/tmp/on
    with=$(first_extended)
    if [ "$(cat /tmp/off /tmp/on)" != "0
0" ] || [ "$without" != ffffffff ] || [ "$with" = ffffffff ]; then
        fail own-function-follows "round $round: $(cat /tmp/off /tmp/on): $without, $with"
        exit 0
    fi
    round=$((round + 1))
done
pass own-function-follows
