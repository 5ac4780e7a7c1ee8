# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The hardware and control domain: turns virtual functions on, gives one to a guest, and
# resets itself. Started again, it takes that back and turns them off.
. /tests/lib.sh

WAIT=300
PHYSICAL=/sys/bus/pci/devices/0000:00:03.0
FIRST=0000:00:03.1
SECOND=0000:00:03.2

vf_count() {
    rootport list | grep -c "^ *0000:00:03\.[12] "
}

# The number of the domain that has a function: owner_of FUNCTION
owner_of() {
    rootport list | awk -v sbdf="$1" '$1 == sbdf { print $5 }'
}

modprobe xen-privcmd unrestricted=1
modprobe nvme
wait_for 60 test -e $PHYSICAL/driver || fail driver "no driver for the physical function"
echo 0 >$PHYSICAL/sriov_drivers_autoprobe
rootport list

if [ "$(vf_count)" = 0 ]; then
    echo 2 >$PHYSICAL/sriov_numvfs || fail given "sriov_numvfs: code $?"
    if rootport attach --timeout $WAIT $FIRST guest; then
        pass given
    else
        fail given "code $?"
    fi
    rootport list
    reboot -f
fi

expect kept "2 1" "$(vf_count) $(owner_of $FIRST)"
# The kernel knows nothing of virtual functions that were on when it started.
expect numvfs 0 "$(cat $PHYSICAL/sriov_numvfs)"
echo 2 >$PHYSICAL/sriov_numvfs || fail other "sriov_numvfs: code $?"
expect other 0 "$(owner_of $SECOND)"
rootport detach --timeout $WAIT $FIRST || fail detach "code $?"
echo 0 >$PHYSICAL/sriov_numvfs
expect off 0 "$(vf_count)"
rootport list
