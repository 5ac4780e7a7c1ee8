# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Using a function by the driver that the kernel has for it: data that comes back as
# it went there, and interrupts while it does.
. /tests/lib.sh

# What the machine's user-mode networks answer with whatever they are sent.
ECHO_SERVER=10.0.2.100
OWN_ADDRESS=10.0.2.15
SIZE_MIB=1
FOUND_SECONDS=20
READY_SECONDS=60

# What a driver made of a function: attached DEVICE block|net prints its name.
attached() {
    attached_path=$(readlink -f "$1")
    for attached_link in "/sys/class/$2"/*; do
        case $(readlink -f "$attached_link") in
        "$attached_path"/*)
            # nvme0c0n1 is a path to nvme0n1, which is on no controller.
            basename "$attached_link" | sed 's/^\(nvme[0-9]*\)c[0-9]*/\1/'
            return
            ;;
        esac
    done
    return 1
}

# Finds a function by vendor and device ID: has_function 8086:2922
has_function() {
    function=$(lspci -D -d "$1" | cut -d ' ' -f 1)
    [ -n "$function" ]
}

# Writes random data to a disk and reads it again: move_disk NAME DISK
move_disk() {
    [ -b "/dev/$2" ] || fail "$1-disk" "/dev/$2 isn't one"
    dd if=/dev/urandom of=/tmp/sent bs=1M count=$SIZE_MIB status=none
    dd if=/tmp/sent of="/dev/$2" bs=1M oflag=direct conv=fsync status=none ||
        fail "$1-write" "dd ended with code $?"
    echo 3 >/proc/sys/vm/drop_caches
    dd if="/dev/$2" of=/tmp/returned bs=1M count=$SIZE_MIB iflag=direct status=none ||
        fail "$1-read" "dd ended with code $?"
}

has_all_returned() {
    [ "$(stat -c %s /tmp/returned)" -ge $((SIZE_MIB << 20)) ]
}

# Sends random data to the server that returns it: move_packets NAME INTERFACE
move_packets() {
    dd if=/dev/urandom of=/tmp/sent bs=1M count=$SIZE_MIB status=none
    ifconfig "$2" $OWN_ADDRESS up
    : >/tmp/returned
    nc -w $READY_SECONDS $ECHO_SERVER 7 </tmp/sent >/tmp/returned &
    wait_for $READY_SECONDS has_all_returned ||
        fail "$1-echo" "$(stat -c %s /tmp/returned) bytes came back"
    kill $! 2>/dev/null
    ifconfig "$2" 0.0.0.0 down
}

check_data() {
    check_sent=$(sha256sum </tmp/sent)
    check_returned=$(sha256sum </tmp/returned)
    echo "sent:     $check_sent"
    echo "returned: $check_returned"
    if [ "$check_sent" = "$check_returned" ]; then
        pass "$1-data"
    else
        fail "$1-data" "other data came back"
    fi
}

# msi, msix, or level where the pin of an I/O APIC is used: interrupt_kind DEVICE
interrupt_kind() {
    if [ -d "$1/msi_irqs" ]; then
        cat "$1"/msi_irqs/* | sort -u
    else
        interrupts_of "$1" | grep -q 'IO-APIC.*-fasteoi' && echo level
    fi
}

# Drivers go on without an interrupt that doesn't come, and say so. Such words are looked
# for after a line of the kernel's log: expect_no_complaint NAME LINE
expect_no_complaint() {
    dmesg | tail -n "+$(($2 + 1))" | grep -e "I/O .*timeout" -e "(timeout)" -e polled \
        -e "lost interrupt" -e "nobody cared" -e "NETDEV WATCHDOG" -e "Unit Hang" \
        -e "reset .* USB" >/tmp/complaints
    expect "$1-without-complaint" "" "$(cat /tmp/complaints)"
}

# use NAME ID DRIVER INTERRUPTS block|net MODULE...
use() {
    name=$1 id=$2 driver=$3 interrupts=$4 kind=$5
    shift 5
    section "$name"
    if ! wait_for $FOUND_SECONDS has_function "$id"; then
        fail "$name-found" "no function $id within $FOUND_SECONDS s"
        return
    fi
    device=/sys/bus/pci/devices/$function
    lspci -vvv -s "$function"
    log_lines=$(dmesg | wc -l)
    for module in "$@"; do
        modprobe "$module"
    done
    if ! wait_for $READY_SECONDS attached "$device" "$kind"; then
        fail "$name-bound" "no $kind device after $READY_SECONDS s"
        dmesg | tail -n 40
        return
    fi
    expect "$name-driver" "$driver" "$(basename "$(readlink "$device/driver")")"
    count_before=$(interrupt_count "$device")
    case $kind in
    block) move_disk "$name" "$(attached "$device" block)" ;;
    net) move_packets "$name" "$(attached "$device" net)" ;;
    esac
    check_data "$name"
    expect "$name-interrupt-kind" "$interrupts" "$(interrupt_kind "$device")"
    if [ "$(interrupt_count "$device")" -gt "$count_before" ]; then
        pass "$name-interrupts"
    else
        fail "$name-interrupts" "none arrived ($count_before before)"
        cat /proc/interrupts
    fi
    expect_no_complaint "$name" "$log_lines"
}

# A conventional function sits behind a bridge to conventional PCI, which is $bridge
# afterwards: expect_bridge NAME FUNCTION
expect_bridge() {
    bridge=$(basename "$(dirname "$(readlink -f "/sys/bus/pci/devices/$2")")")
    expect "$1-bridge" "PCI-Express to PCI/PCI-X Bridge" \
        "$(lspci -vv -s "$bridge" | sed -n 's/.* Express (v2) \(.*\), MSI .*/\1/p')"
}
