# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The control domain: gives itself the virtual function that another guest has turned on,
# and works with it as that tells it by way of their disk.
. /tests/use.sh

WAIT=300
PHYSICAL=0000:00:03.0
FIRST=0000:00:03.1
NVME=/dev/nvme0n1
SIZE_KIB=256
bad=0

is_there() {
    rootport list | grep -q "^ *$FIRST "
}

# What the log says of it last: before, that it was in use.
is_on_again() {
    rootport log | grep "$FIRST: " | tail -n 1 | grep -q "announced by owner"
}

# The other guest makes it work after it has turned it on: until then the driver gives up.
is_driven() {
    [ -b $NVME ] && return
    ! has_class $CLASS_NVME || [ -e "/sys/bus/pci/devices/$function/driver" ] ||
        echo "$function" >/sys/bus/pci/drivers/nvme/bind
    return 1
} 2>/dev/null

# One round of work: what was written has to come back.
move_data() {
    dd if=/dev/urandom of=/tmp/written bs=1k count=$SIZE_KIB status=none
    dd if=/tmp/written of=$NVME bs=64k count=1 oflag=direct conv=fsync status=none
    dd if=/tmp/written of=$NVME bs=64k seek=16 oflag=direct conv=fsync status=none
    dd if=$NVME of=/tmp/read bs=64k skip=16 count=$((SIZE_KIB / 64)) iflag=direct status=none
    cmp /tmp/written /tmp/read || bad=$((bad + 1))
}

# What the other guest wants.
wanted() {
    dd if=$NVME bs=64k skip=1 count=1 iflag=direct status=none | tr -d ' '
}

take() {
    wait_for $WAIT is_there || fail take "no virtual function"
    rootport attach --timeout $WAIT $FIRST user || fail take "attach: code $?"
    wait_for $WAIT is_driven || fail take "no $NVME"
}

modprobe xen-privcmd unrestricted=1
modprobe nvme
section "take"
take
rootport list
has_class $CLASS_NVME
device=/sys/bus/pci/devices/$function
expect ids "0x1b36 0x0010" "$(cat "$device/vendor") $(cat "$device/device")"
expect size 4096 "$(stat -c %s "$device/config")"
while [ "$(wanted)" = work ]; do
    move_data
done
expect data-came-back 0 $bad
expect driver nvme "$(basename "$(readlink "$device/driver")")"
expect interrupt-kind msix "$(interrupt_kind "$device")"
expect interrupts 1 $(($(interrupt_count "$device") > 0))
expect_no_complaint virtual-function 0

section "leave"
rootport detach --timeout $WAIT $FIRST || fail leave "code $?"
wait_for $WAIT is_on_again || fail leave "it isn't turned on again"

section "take again"
take
while ! rootport log | grep -q "owner: powered off"; do
    move_data
done
for _ in 1 2 3; do
    move_data
done
expect owner-gone 0 $bad
rootport list
rootport attach --timeout 1 $PHYSICAL user 2>/tmp/refusal
expect physical-waits 1 $?
cat /tmp/refusal

section "physical function"
rootport detach --timeout $WAIT $FIRST || fail physical "detach: code $?"
rootport attach --timeout $WAIT $PHYSICAL user || fail physical "attach: code $?"
if wait_for $WAIT is_driven; then
    pass physical
else
    fail physical "no $NVME"
fi
expect not-allowed "" "$(lspci -vvv | grep SR-IOV)"
rootport list
rootport log | tail -n 20
