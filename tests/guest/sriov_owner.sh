# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A guest that may turn the virtual functions of its NVMe controller on, with the kernel's
# own driver. Another domain works with one and does what this one writes to their disk.
# It tries to turn them off, resets itself meanwhile, and then ends.
. /tests/lib.sh
. /tests/work.sh

WAIT=300
NVME=/dev/nvme0
DEVICES=/sys/bus/pci/devices
DEVICE_CONTROL=0x88 # QEMU's NVMe controller has PCI Express at 0x80,
SRIOV_CONTROL=0x128 # and SR-IOV at 0x120
VF_BAR0=0x144

wait_for 60 has_class $CLASS_NVME || fail physical "no controller"
PHYSICAL=$function
FIRST=${PHYSICAL%.0}.1

# Bytes of configuration space as words of COUNT bytes: read_word FUNCTION OFFSET COUNT
read_word() {
    dd if="$DEVICES/$1/config" bs=1 skip=$(($2)) count="$3" status=none |
        od -An "-tx$3" | tr -d ' '
}

set_count() {
    echo "$1" >$DEVICES/$PHYSICAL/sriov_numvfs
}

# Turns them on if they aren't, then off; whether there are none any more.
is_off() {
    set_count 1
    first=$(lspci -xs "$FIRST")
    set_count 0
    [ "$(read_word "$PHYSICAL" $SRIOV_CONTROL 2)" = 0000 ]
}

# Says what the other domain is to do: tell WORD
tell() {
    printf '%-65536s' "$1" | dd of=${NVME}n1 bs=64k seek=1 oflag=direct conv=fsync status=none
}

# Turns them on, and makes the first one work: turn_on COUNT
turn_on() {
    set_count "$1" || fail on "code $?"
    nvme_virtual $NVME online 1 || fail on "online: code $?"
}

if [ "$(read_word "$PHYSICAL" $SRIOV_CONTROL 2)" != 0000 ]; then
    section "started again"
    expect still-on 0009 "$(read_word "$PHYSICAL" $SRIOV_CONTROL 2)"
    echo bus >$DEVICES/$PHYSICAL/reset_method || fail bus "no such reset"
    echo 1 >$DEVICES/$PHYSICAL/reset || fail bus "the kernel could not reset it"
    expect still-on-after-bus-reset 0009 "$(read_word "$PHYSICAL" $SRIOV_CONTROL 2)"
    exit 0
fi

section "physical function"
modprobe nvme
wait_for 60 test -b ${NVME}n1 || fail physical "no ${NVME}n1"
nvme_virtual $NVME release || fail physical "release: code $?"
echo flr >$DEVICES/$PHYSICAL/reset_method
echo 1 >$DEVICES/$PHYSICAL/reset || fail physical "the kernel could not reset it"
wait_for 60 test -b ${NVME}n1 || fail physical "it does not come back from its reset"
tell work

section "on"
turn_on 2
lspci -vvv
expect on 2 "$(cat $DEVICES/$PHYSICAL/sriov_numvfs)"
# What the kernel needs of a virtual function, and what is not there for who looks.
expect header "01080200 00" \
    "$(read_word "$FIRST" 8 4 | sed s/..\$/00/) $(read_word "$FIRST" 14 1)"
expect nobody-there "ffffffff 00000000 00 00000000" \
    "$(read_word "$FIRST" 0 4) $(read_word "$FIRST" 16 4) $(read_word "$FIRST" 52 1) $(read_word "$FIRST" 256 4)"
expect leads-nowhere "" "$(ls $DEVICES/$FIRST/driver 2>/dev/null)"
case $(read_word "$PHYSICAL" $VF_BAR0 4) in
d00*) fail no-host-address "VF BAR 0 says where the machine has it" ;;
*) pass no-host-address ;;
esac
expect_work work

section "off while another domain has one"
set_count 0
expect_work work-goes-on
set_count 1

# Past the driver, which would turn the controllers of virtual functions off by itself.
section "reset while another domain has one"
printf '\0\200' | dd of=$DEVICES/$PHYSICAL/config bs=2 seek=$((DEVICE_CONTROL / 2)) \
    conv=notrunc status=none
expect_work work-after-reset

section "off"
tell leave
wait_for $WAIT is_off || fail off "virtual functions stay on"
pass off
echo "$first" | head -n 1

section "on again"
tell work
turn_on 1
expect_work work-again
tell stay
echo b >/proc/sysrq-trigger
