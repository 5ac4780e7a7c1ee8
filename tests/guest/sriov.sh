# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The hardware and control domain: turns the virtual functions of an NVMe controller on
# with the kernel's own driver, uses one, and gives it to a guest; tries to turn them off
# meanwhile, and does so when they are back.
. /tests/lib.sh
. /tests/work.sh

WAIT=300
PHYSICAL=0000:00:03.0
FIRST=0000:00:03.1
SECOND=0000:00:03.2
DEVICES=/sys/bus/pci/devices
NVME=/dev/nvme0
DEVICE_CONTROL=0x88 # QEMU's NVMe controller has PCI Express at 0x80,
VF_BAR0=0x144       # and SR-IOV at 0x120
BAR0=0x10
PORT=0000:00:02.0
PORT_CONTROL2=0x7c # Device Control 2 of QEMU's root port, whose PCI Express is at 0x54

set_count() {
    echo "$1" >$DEVICES/$PHYSICAL/sriov_numvfs
}

vf_count() {
    rootport list | grep -c "^ *0000:00:03\.[12] "
}

is_live() {
    [ "$(cat "$DEVICES/$1"/nvme/nvme*/state 2>/dev/null)" = live ]
}

# Bytes of configuration space: read_bytes FUNCTION OFFSET COUNT >file
read_bytes() {
    dd if="$DEVICES/$1/config" bs=1 skip=$(($2)) count=$(($3)) status=none
}

# Writes them, in one access if there are 2 or 4: write_bytes FUNCTION OFFSET COUNT <file
write_bytes() {
    dd of="$DEVICES/$1/config" bs=$(($3)) seek=$(($2)) oflag=seek_bytes conv=notrunc \
        status=none
}

# Sets bits of a 16-bit register: set_bits FUNCTION OFFSET BITS
set_bits() {
    set_bits_value=$(($(read_bytes "$1" "$2" 2 | od -An -tu2) | $3))
    printf "\\$(printf %o $((set_bits_value & 0xff)))\\$(printf %o $((set_bits_value >> 8)))" |
        write_bytes "$1" "$2" 2
}

modprobe xen-privcmd unrestricted=1
section "physical function"
modprobe nvme
wait_for 60 test -b ${NVME}n1 || fail physical "no ${NVME}n1"
nvme_virtual $NVME release || fail physical "release: code $?"
echo flr >$DEVICES/$PHYSICAL/reset_method
echo 1 >$DEVICES/$PHYSICAL/reset || fail physical "the kernel could not reset it"
wait_for 60 is_live $PHYSICAL || fail physical "it does not come back from its reset"
expect total "2" "$(cat $DEVICES/$PHYSICAL/sriov_totalvfs)"

section "bridge"
set_bits $PORT $PORT_CONTROL2 0x2030
expect ari-forwarding 32 "$(($(read_bytes $PORT $PORT_CONTROL2 2 | od -An -tu2)))"

section "misplaced"
read_bytes $PHYSICAL $VF_BAR0 8 >/tmp/vf_bar
read_bytes $PHYSICAL $BAR0 8 | write_bytes $PHYSICAL $VF_BAR0 8
set_count 2
expect misplaced "0" "$(vf_count)"
write_bytes $PHYSICAL $VF_BAR0 8 </tmp/vf_bar

section "on"
echo 0 >$DEVICES/$PHYSICAL/sriov_drivers_autoprobe
set_count 2 || fail on "code $?"
lspci -vvv -s $PHYSICAL
lspci -vvv -s $FIRST
rootport list
expect on "2" "$(vf_count)"
expect ids "0x1b36 0x0010" \
    "$(cat $DEVICES/$FIRST/vendor) $(cat $DEVICES/$FIRST/device)"
expect size 4096 "$(stat -c %s $DEVICES/$FIRST/config)"

section "own"
nvme_virtual $NVME online 1 || fail own "online: code $?"
echo nvme >$DEVICES/$FIRST/driver_override
echo $FIRST >/sys/bus/pci/drivers/nvme/bind
if wait_for 60 is_live $FIRST; then
    pass own
else
    fail own "the driver of $FIRST says '$(cat $DEVICES/$FIRST/nvme/nvme*/state)'"
    dmesg | tail -n 20
fi

section "given away"
rootport attach --timeout 1 $FIRST guest 2>/tmp/refusal
expect in-use 1 $?
cat /tmp/refusal
echo $FIRST >/sys/bus/pci/drivers/nvme/unbind
rootport attach --timeout $WAIT $FIRST guest || fail attach "code $?"
expect_work work

section "off while a guest has one"
set_count 0
expect still-on "2" "$(vf_count)"
expect_work work-goes-on

# As a kernel would, but past its driver, which would turn the controllers of virtual
# functions off by itself.
section "reset while a guest has one"
set_bits $PHYSICAL $DEVICE_CONTROL 0x8000
expect still-there "2" "$(vf_count)"
expect_work work-after-reset

section "back"
rootport detach --timeout $WAIT $FIRST || fail detach "code $?"
rootport attach --timeout $WAIT $FIRST guest || fail attach-again "code $?"
rootport wait --timeout $WAIT $FIRST detached || fail back "code $?"
rootport wait --timeout $WAIT $SECOND detached || fail back "code $?"

section "off"
set_count 2
set_count 0
expect off "0" "$(vf_count)"
set_count 1
expect on-again "1" "$(vf_count)"
set_count 0
expect off-again "0" "$(vf_count)"
rootport list
rootport log | tail -n 20
